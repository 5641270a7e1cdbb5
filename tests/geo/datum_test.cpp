#include "geo/datum.h"
#include "geo/gauss_zone.h"

#include <gtest/gtest.h>

#include <random>

namespace geo {
namespace {

std::vector<Point> placesIn(const Box& lonLat, const char* crs) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> x(lonLat.minX, lonLat.maxX), y(lonLat.minY, lonLat.maxY);
  std::vector<Point> out(300);
  for (Point& p : out) p = {x(random), y(random)};
  Transform::make(Crs::lonLat(), Crs::parse(crs).value()).value().apply(out);
  return out;
}

const Box qingyuan{111.95, 23.5, 113.9, 25.15};

TEST(CrsGuess, ReadsTheZoneInFrontOfTheEasting) {
  for (int zone = 25; zone <= 45; ++zone) {
    const double cm = zone * 3;
    const auto code = fmt::format("EPSG:{}", 4513 + zone - 25);
    const CrsGuess g = guessCrs(placesIn({cm - 1.4, 25, cm + 1.4, 40}, code.c_str()));
    EXPECT_EQ(g.crs.text(), code);
    EXPECT_GT(g.confidence, 0.9);
    EXPECT_FALSE(g.swapped);
  }
  for (int zone = 16; zone <= 23; ++zone) {
    const double cm = zone * 6 - 3;
    const auto code = fmt::format("EPSG:{}", 4491 + zone - 13);
    EXPECT_EQ(guessCrs(placesIn({cm - 2.8, 25, cm + 2.8, 40}, code.c_str())).crs.text(), code);
  }
}

TEST(CrsGuess, FindsAZoneWithoutItsNumberByWhereThePlaceIs) {
  const auto points = placesIn(qingyuan, "EPSG:4547");
  EXPECT_FALSE(guessCrs(points).crs.known());
  EXPECT_EQ(guessCrs(points, {111.9, 23.4, 114, 25.3}).crs.text(), "EPSG:4547");
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:4546"), {111.9, 23.4, 114, 25.3}).crs.text(), "EPSG:4546");
}

TEST(CrsGuess, TellsDegreesFromMetres) {
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:4326")).crs.text(), "EPSG:4326");
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:3857")).crs.text(), "EPSG:3857");
  EXPECT_FALSE(guessCrs(std::vector<Point>{{1e9, 1e9}}).crs.known());
  EXPECT_FALSE(guessCrs({}).crs.known());
}

TEST(CrsGuess, NoticesExchangedAxes) {
  for (const char* crs : {"EPSG:4326", "EPSG:4526", "EPSG:4547"}) {
    auto points = placesIn(qingyuan, crs);
    for (Point& p : points) std::swap(p.x, p.y);
    const CrsGuess g = guessCrs(points, {111.9, 23.4, 114, 25.3});
    EXPECT_EQ(g.crs.text(), crs);
    EXPECT_TRUE(g.swapped) << crs;
  }
  // Kashgar: both orders are possible degrees, but one is the Arctic Ocean.
  auto west = placesIn({75, 38, 77, 40}, "EPSG:4326");
  for (Point& p : west) std::swap(p.x, p.y);
  EXPECT_TRUE(guessCrs(west).swapped);
}

TEST(CrsGuess, IsNotMovedByAStrayPoint) {
  auto points = placesIn(qingyuan, "EPSG:4326");
  points[5] = {0, 0}, points[9] = {4e7, 1e9};
  EXPECT_EQ(guessCrs(points).crs.text(), "EPSG:4326");
}

TEST(Contradiction, IsFoundWhereDeclaredAndRealDiffer) {
  const char* systems[] = {"EPSG:4326", "EPSG:3857", "EPSG:4526", "EPSG:4547"};
  for (const char* real : systems)
    for (const char* declared : systems) {
      // Metres of a zone are possible metres of Web Mercator too, somewhere else on Earth.
      if (std::string(declared) == "EPSG:3857" && std::string(real) != "EPSG:3857") continue;
      const bool wrong = contradicts(placesIn(qingyuan, real), Crs::parse(declared).value());
      EXPECT_EQ(wrong, std::string(real) != declared) << real << " called " << declared;
    }
  EXPECT_TRUE(contradicts(placesIn(qingyuan, "EPSG:4326"), Crs::parse("EPSG:3857").value()));
}

TEST(ShiftedDatum, AgreesWithPublishedPairs) {
  // 天安门, the pair that every library of these formulas is tested with.
  const Point g = gcj02FromWgs84({116.404, 39.915});
  EXPECT_NEAR(g.x, 116.41024449916938, 1e-9);
  EXPECT_NEAR(g.y, 39.91640428150164, 1e-9);
  const Point b = bd09FromGcj02({116.404, 39.915});
  EXPECT_NEAR(b.x, 116.41036949371029, 1e-9);
  EXPECT_NEAR(b.y, 39.92133699351021, 1e-9);
}

TEST(ShiftedDatum, HasBaidusMercatorToo) {
  // 天安门 by Baidu's own converter, to the centimetres that it gives.
  const Point m = bd09mcFromBd09({116.404, 39.915});
  EXPECT_NEAR(m.x, 12958175, 0.01);
  EXPECT_NEAR(m.y, 4825923.77, 0.01);
  std::mt19937 random(6);
  std::uniform_real_distribution<double> lon(74, 134), lat(4, 53);
  for (int i = 0; i < 5000; ++i) {
    const Point p{lon(random), lat(random)}, q = bd09FromBd09mc(bd09mcFromBd09(p));
    ASSERT_LT(std::hypot(q.x - p.x, q.y - p.y), 1e-9) << p.x << " " << p.y;
  }
  EXPECT_EQ(canonicalDatum("gcj02"), "GCJ-02");
  EXPECT_EQ(canonicalDatum("BD_09_MC"), "BD-09MC");
  EXPECT_EQ(canonicalDatum("EPSG:4326"), "");
}

TEST(GaussZone, IsReadFromItsCodeAndBack) {
  for (const int code :
       {4491, 4502, 4513, 4526, 4534, 4547, 4554, 2333, 2344, 2362, 2383, 21419, 21459, 2414, 2435}) {
    const auto zone = gaussZone(code);
    ASSERT_TRUE(zone) << code;
    EXPECT_EQ(epsgOf(*zone), code);
    // As PROJ names it.
    const std::string name = Crs::parse(fmt::format("EPSG:{}", code)).value().name();
    EXPECT_NE(name.find(zone->numbered ? fmt::format("zone {}", zone->zone)
                                       : fmt::format("CM {}E", zone->meridian())),
              name.npos)
        << name;
    EXPECT_EQ(name.find("3-degree") != name.npos, zone->width == 3) << name;
    EXPECT_TRUE(name.starts_with(nameOf(zone->datum))) << name;
  }
  for (const int code : {4326, 3857, 4490, 4555, 2442 + 1}) EXPECT_FALSE(gaussZone(code)) << code;
}

TEST(Contradiction, IsFoundInTheOldDatumsToo) {
  const auto zone38 = placesIn(qingyuan, "EPSG:4526"), plain = placesIn(qingyuan, "EPSG:4547");
  for (const char* numbered : {"EPSG:2362", "EPSG:2414", "EPSG:4526"}) {
    EXPECT_FALSE(contradicts(zone38, Crs::parse(numbered).value())) << numbered;
    EXPECT_TRUE(contradicts(plain, Crs::parse(numbered).value())) << numbered;
  }
  for (const char* bare : {"EPSG:2383", "EPSG:2435", "EPSG:4547", "EPSG:4546"}) {
    EXPECT_TRUE(contradicts(zone38, Crs::parse(bare).value())) << bare;
    EXPECT_FALSE(contradicts(plain, Crs::parse(bare).value())) << bare;
  }
  auto turned = plain;
  for (Point& p : turned) std::swap(p.x, p.y);
  EXPECT_TRUE(exchanged(turned, Crs::parse("EPSG:4547").value()));
  EXPECT_FALSE(exchanged(plain, Crs::parse("EPSG:4547").value()));
}

TEST(ShiftedDatum, ComesBackExactly) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> lon(74, 134), lat(4, 53);
  for (int i = 0; i < 5000; ++i) {
    const Point p{lon(random), lat(random)};
    const Point g = wgs84FromGcj02(gcj02FromWgs84(p)), b = gcj02FromBd09(bd09FromGcj02(p));
    ASSERT_LT(std::hypot(g.x - p.x, g.y - p.y), 1e-9);
    ASSERT_LT(std::hypot(b.x - p.x, b.y - p.y), 1e-9);
  }
  EXPECT_EQ(gcj02FromWgs84({2.35, 48.85}), (Point{2.35, 48.85}));  // Paris is not shifted
}

// A winding closed border around Qingyuan; `wobble` metres of noise on each vertex, as generalising leaves
// it.
Shapes outline(double wobble, uint32_t seed, size_t every) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, wobble / 111000);
  for (size_t i = 0; i < 1200; i += every) {
    const double t = 2 * M_PI * static_cast<double>(i) / 1200;
    const double r = 1 + 0.15 * std::sin(7 * t) + 0.06 * std::sin(23 * t + 1) + 0.02 * std::sin(61 * t);
    s.vertices.push_back(
        {113 + 0.9 * r * std::cos(t) + noise(random), 24.3 + 0.8 * r * std::sin(t) + noise(random)});
  }
  s.endPart();
  s.endRow();
  return s;
}

TEST(DatumFit, FindsTheShiftAgainstAGeneralisedReference) {
  const Shapes reference = outline(100, 1, 3);
  const auto moved = [](Point (*by)(Point)) {
    Shapes s = outline(5, 2, 1);
    for (Point& p : s.vertices) p = by(p);
    return s;
  };
  const auto plain = fitDatum(outline(5, 2, 1), reference);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->datum, "WGS 84");
  EXPECT_EQ(plain->shiftMetres, 0);
  const auto gcj = fitDatum(moved(gcj02FromWgs84), reference);
  ASSERT_TRUE(gcj);
  EXPECT_EQ(gcj->datum, "GCJ-02");
  EXPECT_GT(gcj->confidence, 0.95);
  EXPECT_NEAR(gcj->shiftMetres, 600, 150);
  const auto bd = fitDatum(moved([](Point p) { return bd09FromGcj02(gcj02FromWgs84(p)); }), reference);
  ASSERT_TRUE(bd);
  EXPECT_EQ(bd->datum, "BD-09");
  EXPECT_GT(bd->confidence, 0.9);
}

TEST(DatumFit, ClaimsNothingWithoutSharedBorders) {
  Shapes elsewhere = outline(5, 2, 1);
  for (Point& p : elsewhere.vertices) p = {p.x * 0.3 + 79.2, p.y * 0.3 + 17.2};
  EXPECT_FALSE(fitDatum(elsewhere, outline(100, 1, 3)));
  EXPECT_FALSE(fitDatum(outline(5, 2, 1), {}));
}

}  // namespace
}  // namespace geo
