#include "geo/crs.h"

#include <gtest/gtest.h>

#include <random>

namespace geo {
namespace {

Crs crs(const char* text) { return Crs::parse(text).value(); }

constexpr auto esriCgcs114 =
    "PROJCS[\"CGCS2000_3_Degree_GK_CM_114E\",GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_"
    "China_2000\",SPHEROID[\"CGCS2000\","
    "6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],PROJECTION["
    "\"Gauss_Kruger\"],PARAMETER[\"False_Easting\","
    "500000.0],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",114.0],PARAMETER[\"Scale_"
    "Factor\",1.0],PARAMETER[\"Latitude_Of_Origin\","
    "0.0],UNIT[\"Meter\",1.0]]";

TEST(Crs, IsCalledByItsCodeHoweverItWasWritten) {
  EXPECT_EQ(crs("EPSG:4547").text(), "EPSG:4547");
  EXPECT_EQ(crs(" epsg:4547 ").text(), "EPSG:4547");
  EXPECT_EQ(crs("urn:ogc:def:crs:EPSG::4547").text(), "EPSG:4547");
  EXPECT_EQ(crs("urn:ogc:def:crs:OGC:1.3:CRS84").text(), "OGC:CRS84");
  EXPECT_EQ(crs(esriCgcs114).text(), "EPSG:4547");
  EXPECT_EQ(crs(esriCgcs114), crs("EPSG:4547"));
  EXPECT_EQ(crs("EPSG:4979").text(), "EPSG:4326");  // heights are no matter of a map
  EXPECT_EQ(Crs::lonLat().text(), "OGC:CRS84");
}

TEST(Crs, SaysWhatItIs) {
  EXPECT_EQ(crs("EPSG:4547").name(), "CGCS2000 / 3-degree Gauss-Kruger CM 114E");
  EXPECT_FALSE(crs("EPSG:4547").geographic());
  EXPECT_EQ(crs("EPSG:4547").metresPerUnit(), 1);
  EXPECT_TRUE(crs("EPSG:4490").geographic());
  EXPECT_EQ(crs("EPSG:4490").metresPerUnit(), 0);
  EXPECT_NEAR(crs("EPSG:2263").metresPerUnit(), 0.3048, 1e-4);  // feet
  EXPECT_FALSE(Crs().known());
}

TEST(Crs, RefusesWhatIsNone) {
  for (const char* bad : {"", "nonsense", "EPSG:1", "EPSG:", "EPSG:5773", "清远"}) {
    const auto r = Crs::parse(bad);
    ASSERT_FALSE(r) << bad;
    EXPECT_NE(r.error().what.find(bad), std::string::npos);
    EXPECT_FALSE(r.error().remedy.empty());
  }
}

TEST(Crs, ReadsItsOwnText) {
  for (const Crs& c : {crs("EPSG:3857"), crs("+proj=lcc +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"),
                       metricCrsFor({73, 18, 135, 53})})
    EXPECT_EQ(Crs::parse(c.text()).value().text(), c.text());
}

// The systems that are known without PROJ's database are what the database says: compared through WKT, which
// is always read by PROJ.
TEST(Crs, KnowsByHeartWhatTheDatabaseSays) {
  std::vector<int> codes = {3857, 32649, 32650, 32705};
  for (int c = 4491; c <= 4554; c += 3) codes.push_back(c);
  for (const int code : codes) {
    const Crs known = crs(fmt::format("EPSG:{}", code).c_str());
    const auto fromDatabase = Transform::make(crs("EPSG:4258"), known);  // another datum: the long way
    const auto byHeart = Transform::make(crs("EPSG:4326"), known);
    ASSERT_TRUE(fromDatabase && byHeart);
    double cm = code >= 4513 && code <= 4533 ? (code - 4513 + 25) * 3
                : code >= 4534               ? 75 + (code - 4534) * 3
                : code <= 4501               ? (code - 4491 + 13) * 6 - 3
                                             : 75 + (code - 4502) * 6;
    if (code == 3857) cm = 113;
    if (code >= 32600) cm = (code % 100) * 6 - 183;
    const double lat = code == 32705 ? -24 : 24;
    const Point a = (*fromDatabase)({cm + 1, lat}), b = (*byHeart)({cm + 1, lat});
    EXPECT_NEAR(a.x, b.x, 1e-3) << code << known.name();
    EXPECT_NEAR(a.y, b.y, 1e-3) << code;
  }
}

TEST(Transform, PutsEastingFirst) {
  // EPSG:4547 has its northing first in the authority's order, EPSG:4326 its latitude.
  const Transform t = Transform::make(crs("EPSG:4326"), crs("EPSG:4547")).value();
  const Point p = t({114, 24});
  EXPECT_NEAR(p.x, 500000, 1e-6);
  EXPECT_NEAR(p.y, 2655453.9, 1000);
  EXPECT_GT(t({115, 24}).x, p.x);
}

TEST(Transform, AgreesWithPublishedFigures) {
  // Web Mercator: EPSG guidance note 7-2, 3.2.1.2: 24°22'54.433"N 100°20'00"W → −11169055.58, 2800000.00
  const Transform web = Transform::make(Crs::lonLat(), crs("EPSG:3857")).value();
  const Point p = web({-(100 + 20 / 60.0), 24 + 22 / 60.0 + 54.433 / 3600});
  EXPECT_NEAR(p.x, -11169055.58, 0.02);
  EXPECT_NEAR(p.y, 2800000.00, 0.02);
  // On the central meridian the northing is the arc of the meridian: 0°…45° on GRS 80 is 4 984 944.378 m.
  const Transform gk = Transform::make(crs("EPSG:4490"), crs("EPSG:4547")).value();
  EXPECT_NEAR(gk({114, 45}).y, 4984944.378, 0.001);
}

TEST(Transform, ComesBackWithinAMillimetre) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> lon(111, 115), lat(22, 26);
  std::vector<Point> points(300000), there;
  for (Point& p : points) p = {lon(random), lat(random)};
  for (const char* to : {"EPSG:4547", "EPSG:4526", "EPSG:3857", "EPSG:2383", "EPSG:32649"}) {
    const Transform t = Transform::make(crs("EPSG:4490"), crs(to)).value();
    there = points;
    EXPECT_EQ(t.apply(there), 0u);
    EXPECT_EQ(t.applyInverse(there), 0u);
    double worst = 0;
    for (size_t i = 0; i < points.size(); ++i)
      worst = std::max({worst, std::abs(there[i].x - points[i].x), std::abs(there[i].y - points[i].y)});
    EXPECT_LT(worst, 1e-8) << to;  // degrees: a millimetre
  }
}

TEST(Transform, GivesTheSameOnTwoThreadsAsOneByOne) {
  std::vector<Point> points(200000);
  for (size_t i = 0; i < points.size(); ++i) points[i] = {112 + 1e-5 * static_cast<double>(i), 24};
  const Transform t = Transform::make(crs("EPSG:4326"), crs("EPSG:4547")).value();
  std::vector<Point> all = points;
  t.apply(all);
  for (size_t i = 0; i < points.size(); i += 9973) EXPECT_EQ(t(points[i]), all[i]);
}

TEST(Transform, IsNothingBetweenChinasSystemAndWgs84) {
  for (const char* a : {"EPSG:4326", "EPSG:4490", "OGC:CRS84"})
    for (const char* b : {"EPSG:4326", "EPSG:4490", "OGC:CRS84"}) {
      const Transform t = Transform::make(crs(a), crs(b)).value();
      EXPECT_TRUE(t.identity());
      EXPECT_EQ(t({113.123456789, 23.987654321}), (Point{113.123456789, 23.987654321}));
    }
  const Point a = Transform::make(crs("EPSG:4326"), crs("EPSG:4547")).value()({113, 24});
  const Point b = Transform::make(crs("EPSG:4490"), crs("EPSG:4547")).value()({113, 24});
  EXPECT_EQ(a, b);
}

TEST(Transform, MarksWhatCannotBeTransformedAndCountsIt) {
  const Transform t = Transform::make(crs("EPSG:4326"), crs("EPSG:3857")).value();
  std::vector<Point> points = {{113, 24}, {113, 90}, {1e9, 95}};
  const size_t lost = t.apply(points);
  EXPECT_GE(lost, 1u);
  EXPECT_TRUE(std::isfinite(points[0].x));
  EXPECT_TRUE(std::isnan(points[2].x) && std::isnan(points[2].y));
}

TEST(Transform, RefusesUnknownSystems) {
  EXPECT_FALSE(Transform::make(Crs(), Crs::lonLat()));
  EXPECT_FALSE(Transform::make(Crs::lonLat(), Crs()));
}

TEST(MetricCrs, IsAThreeDegreeZoneForACityInChina) {
  EXPECT_EQ(metricCrsFor({111.9, 23.4, 113.9, 25.2}).text(), "EPSG:4547");  // Qingyuan: 114° E
  EXPECT_EQ(metricCrsFor({115.9, 39.4, 117.5, 41.1}).text(), "EPSG:4548");  // Beijing: 117° E
  EXPECT_EQ(metricCrsFor({87, 43, 88.9, 44.2}).text(), "EPSG:4538");        // Ürümqi: 87° E
}

TEST(MetricCrs, IsUtmElsewhere) {
  EXPECT_EQ(metricCrsFor({13, 52, 13.8, 52.7}).text(), "EPSG:32633");  // Berlin
  EXPECT_EQ(metricCrsFor({150, -35, 152, -33}).text(), "EPSG:32756");  // Sydney
}

TEST(MetricCrs, KeepsAreasForAWholeCountry) {
  const Crs china = metricCrsFor({73, 18, 135, 53});
  EXPECT_EQ(china.metresPerUnit(), 1);
  const Transform t = Transform::make(Crs::lonLat(), china).value();
  // One-degree cells: their plane area against the ellipsoid's, at 23° and 47° N (Snyder's formula).
  const auto cell = [&](double lon, double lat) {
    std::vector<Point> ring;
    const int n = 200;
    for (int i = 0; i < n; ++i) ring.push_back({lon + static_cast<double>(i) / n, lat});
    for (int i = 0; i < n; ++i) ring.push_back({lon + 1, lat + static_cast<double>(i) / n});
    for (int i = 0; i < n; ++i) ring.push_back({lon + 1 - static_cast<double>(i) / n, lat + 1});
    for (int i = 0; i < n; ++i) ring.push_back({lon, lat + 1 - static_cast<double>(i) / n});
    t.apply(ring);
    double sum = 0;
    for (size_t i = 0; i < ring.size(); ++i) {
      const Point a = ring[i], b = ring[(i + 1) % ring.size()];
      sum += (a.x - ring[0].x) * (b.y - ring[0].y) - (b.x - ring[0].x) * (a.y - ring[0].y);
    }
    return std::abs(sum) / 2;
  };
  const auto ellipsoid = [](double lat) {
    const double a = 6378137, f = 1 / 298.257222101, e2 = f * (2 - f), e = std::sqrt(e2), rad = M_PI / 180;
    const auto q = [&](double degrees) {
      const double s = std::sin(degrees * rad);
      return s / (1 - e2 * s * s) + std::log((1 + e * s) / (1 - e * s)) / (2 * e);
    };
    return a * a * (1 - e2) / 2 * rad * (q(lat + 1) - q(lat));
  };
  for (const double lat : {23.0, 47.0})
    for (const double lon : {80.0, 105.0, 130.0}) EXPECT_NEAR(cell(lon, lat) / ellipsoid(lat), 1, 1e-5);
}

TEST(MetricCrs, IsThereForTheWholeWorldToo) {
  const Crs world = metricCrsFor({-180, -85, 180, 85});
  EXPECT_EQ(world.metresPerUnit(), 1);
  EXPECT_FALSE(transformBox(Transform::make(Crs::lonLat(), world).value(), {-180, -85, 180, 85}).empty());
  EXPECT_TRUE(metricCrsFor({}).known());
}

TEST(TransformBox, CoversTheCurvedEdges) {
  const Transform t = Transform::make(Crs::lonLat(), metricCrsFor({73, 18, 135, 53})).value();
  const Box box = transformBox(t, {73, 18, 135, 53});
  for (double lon = 73; lon <= 135; lon += 0.5) {
    const Point p = t({lon, 18});
    EXPECT_GE(p.y, box.minY - 2000);
  }
  EXPECT_TRUE(transformBox(t, {}).empty());
}

// Between datums PROJ chooses by the place, with steps of metres: there each point is asked for by itself.
TEST(Transform, NothingIsSmoothedWhereProjChoosesByThePlace) {
  const auto transform = Transform::make(crs("EPSG:4214"), crs("EPSG:4326")).value();
  std::mt19937 random(3);
  std::uniform_real_distribution<double> x(112, 113), y(23, 24);
  std::vector<Point> points(100'000);
  for (Point& p : points) p = {x(random), y(random)};
  auto moved = points;
  transform.apply(moved);
  for (size_t i = 0; i < points.size(); i += 7) EXPECT_EQ(moved[i], transform(points[i])) << i;
}

// Many points at once go through polynomials: as near to PROJ as drawing and measuring can tell, and the same
// point always to the same place, or neighbours would not share their border.
TEST(Transform, ManyPointsGoWhereEachGoesAlone) {
  struct Case {
    const char *from, *to;
    Box box;
    double near;
  };
  const Case cases[] = {
      {"EPSG:3857", "EPSG:4547", {12490000, 2670000, 12690000, 2880000}, 1.1e-5},
      {"EPSG:4326", "EPSG:4547", {111.8, 23.3, 114, 25.3}, 1.1e-5},
      {"EPSG:4547", "EPSG:4490", {300000, 2580000, 500000, 2790000}, 1.1e-10},
      {"EPSG:4546", "EPSG:4547", {600000, 2580000, 800000, 2790000}, 1.1e-5},
      {"EPSG:4326", "+proj=lcc +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84", {73, 18, 135, 53}, 1.1e-5},
      {"EPSG:4326", "EPSG:2263", {-74.3, 40.4, -73.6, 41}, 3.7e-5},
      {"EPSG:4326", "EPSG:3857", {-180, -90, 180, 90}, 1.1e-5},  // the poles are infinitely far
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.from) + " → " + c.to);
    const auto transform = Transform::make(crs(c.from), crs(c.to)).value();
    std::mt19937 random(7);
    std::uniform_real_distribution<double> x(c.box.minX, c.box.maxX), y(c.box.minY, c.box.maxY);
    std::vector<Point> points(150'000);
    for (Point& p : points) p = {x(random), y(random)};
    points[3] = {std::nan(""), 1}, points[70'000] = {c.box.minX, c.box.minY};
    points[149'999] = {c.box.maxX, c.box.maxY};
    for (size_t i = 0; i < 1000; ++i) points[120'000 + i] = points[10 + i];
    auto moved = points;
    const size_t lost = transform.apply(moved);
    size_t alone = 0;
    for (size_t i = 0; i < points.size(); i += i < 2000 ? 1 : 37) {
      const Point p = transform(points[i]);
      if (!std::isfinite(p.x)) {
        EXPECT_TRUE(std::isnan(moved[i].x) && std::isnan(moved[i].y)) << i;
        continue;
      }
      EXPECT_NEAR(moved[i].x, p.x, c.near);
      EXPECT_NEAR(moved[i].y, p.y, c.near);
    }
    for (const Point& p : moved) alone += std::isnan(p.x);
    EXPECT_EQ(lost, alone);
    EXPECT_GE(lost, 1u);
    for (size_t i = 0; i < 1000; ++i)
      EXPECT_EQ(moved[120'000 + i] == moved[10 + i], std::isfinite(moved[10 + i].x));
    Progress progress;
    auto inSlices = points;
    EXPECT_EQ(transform.apply(inSlices, progress).value(), lost);
    EXPECT_TRUE(std::equal(inSlices.begin() + 4, inSlices.begin() + 69'000, moved.begin() + 4,
                           [](Point a, Point b) { return a == b || (std::isnan(a.x) && std::isnan(b.x)); }));
    if (lost == 1) {
      transform.applyInverse(moved);
      const double back = c.box.maxX > 1000 ? 2e-5 : 2e-10;
      for (size_t i = 4; i < points.size(); i += 101) {
        EXPECT_NEAR(moved[i].x, points[i].x, back);
        EXPECT_NEAR(moved[i].y, points[i].y, back);
      }
    }
  }
}

}  // namespace
}  // namespace geo
