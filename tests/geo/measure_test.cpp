#include "geo/measure.h"

#include <numbers>
#include <random>

namespace geo {
namespace {

Layer layerOf(ShapeKind kind, const std::vector<std::vector<Point>>& parts, const char* crs) {
  Layer layer;
  layer.name = "test";
  layer.shapes.kind = kind;
  for (const auto& part : parts) {
    layer.shapes.vertices.insert(layer.shapes.vertices.end(), part.begin(), part.end());
    layer.shapes.endPart();
    layer.shapes.endRow();
  }
  layer.table.rowCount = parts.size();
  layer.bounds = layer.shapes.box();
  if (*crs) layer.crs = *Crs::parse(crs);
  return layer;
}

// Karney 2013, "Algorithms for geodesics", J. Geodesy 87: section 4's example, 30° S to 29.9° N over 179.8°
// of longitude, is 19989832.827610 m long; GeographicLib's documentation: JFK to LHR 5551759.400 m.
TEST(Geodesics, AreThePublishedOnes) {
  EXPECT_NEAR(geodesicDistance({0, -30}, {179.8, 29.9}), 19989832.827610, 1e-5);
  EXPECT_NEAR(geodesicDistance({-73.8, 40.6}, {-0.5, 51.6}), 5551759.400319, 1e-3);
  // A quarter of a meridian and a degree of the equator of WGS 84.
  EXPECT_NEAR(geodesicDistance({0, 0}, {0, 90}), 10001965.729, 1e-3);
  EXPECT_NEAR(geodesicDistance({0, 0}, {1, 0}), 6378137 * std::numbers::pi / 180, 1e-6);
  EXPECT_EQ(geodesicDistance({113, 23}, {113, 23}), 0);
}

// GeographicLib's Planimeter: Antarctica's example polygon of its documentation has an area of
// 13662703680020.125 m² and a perimeter of 14710425.407 m (vertices as there).
TEST(Geodesics, EncloseThePublishedArea) {
  const std::vector<Point> antarctica{
      {-58, -63.1}, {-74, -72.9}, {-102, -71.9}, {-102, -74.9}, {-131, -74.3}, {-163, -77.5},
      {163, -77.4}, {172, -71.7}, {140, -65.9},  {113, -65.7},  {88, -66.6},   {59, -66.9},
      {25, -69.8},  {-4, -70},    {-14, -71},    {-33, -77.3},  {-46, -77.9},  {-61, -74.7}};
  EXPECT_NEAR(std::abs(geodesicRingArea(antarctica)), 13662703680020.125, 1);
  auto closed = antarctica;
  closed.push_back(antarctica[0]);
  EXPECT_NEAR(geodesicLength(closed), 16831067.893, 1e-3);
}

TEST(Geodesics, OfARingTurnWithIt) {
  std::vector<Point> ring{{113, 23}, {114, 23}, {114, 24}, {113, 24}};
  const double area = geodesicRingArea(ring);
  EXPECT_GT(area, 0);
  std::ranges::reverse(ring);
  EXPECT_NEAR(geodesicRingArea(ring), -area, 1);
}

// A cell of the graticule between two parallels has an area in closed form.
TEST(RowAreas, OfAGraticuleCellAreExact) {
  const auto zone = [](double degrees) {
    const double e2 = 0.0066943799901413165, e = std::sqrt(e2),
                 s = std::sin(degrees * std::numbers::pi / 180);
    return 6378137.0 * 6378137.0 * (1 - e2) / 2 * (s / (1 - e2 * s * s) + std::atanh(e * s) / e);
  };
  for (auto [west, south, east, north] :
       {std::array{113.0, 23.0, 114.0, 24.0}, std::array{-180.0, -90.0, 180.0, 90.0},
        std::array{0.0, 80.0, 90.0, 89.5}, std::array{112.0, 23.001, 112.001, 23.002}}) {
    const Layer layer = layerOf(ShapeKind::polygon,
                                {{{west, south}, {east, south}, {east, north}, {west, north}}}, "EPSG:4326");
    const double expected = (zone(north) - zone(south)) * (east - west) * std::numbers::pi / 180;
    EXPECT_NEAR((*rowAreas(layer))[0], expected, 1e-9 * expected);
  }
  // The whole ellipsoid: 510,065,621.724 km².
  EXPECT_NEAR((zone(90) - zone(-90)) * 2 * std::numbers::pi / 1e6, 510065621.724, 0.001);
}

TEST(RowAreas, AgreeWithGeodesicsForShortEdges) {
  std::vector<Point> ring;
  for (int i = 0; i < 2000; ++i) {
    const double a = i * 2 * std::numbers::pi / 2000;
    ring.push_back({113 + 0.7 * std::cos(a), 24 + 0.5 * std::sin(a) * (1 + 0.2 * std::cos(7 * a))});
  }
  const double area = (*rowAreas(layerOf(ShapeKind::polygon, {ring}, "EPSG:4490")))[0];
  EXPECT_NEAR(area, geodesicRingArea(ring), 1e-7 * area);
}

TEST(RowAreas, AreTheSameInAProjectedCrs) {
  std::vector<Point> ring;
  for (int i = 0; i < 720; ++i) {
    const double a = i * 2 * std::numbers::pi / 720;
    ring.push_back({113 + 0.7 * std::cos(a), 24 + 0.5 * std::sin(a)});
  }
  const double expected = (*rowAreas(layerOf(ShapeKind::polygon, {ring}, "EPSG:4490")))[0];
  for (const char* crs : {"EPSG:4546", "EPSG:3857"}) {
    auto transform = Transform::make(*Crs::parse("EPSG:4490"), *Crs::parse(crs));
    auto projected = ring;
    transform->apply(projected);
    EXPECT_NEAR((*rowAreas(layerOf(ShapeKind::polygon, {projected}, crs)))[0], expected, 2e-5 * expected)
        << crs;
  }
}

TEST(RowAreas, SubtractHoles) {
  Layer layer = layerOf(ShapeKind::polygon, {}, "EPSG:4490");
  for (Point p : {Point{113, 23}, {114, 23}, {114, 24}, {113, 24}}) layer.shapes.vertices.push_back(p);
  layer.shapes.endPart();
  for (Point p : {Point{113.4, 23.4}, {113.4, 23.6}, {113.6, 23.6}, {113.6, 23.4}})
    layer.shapes.vertices.push_back(p);
  layer.shapes.endPart(true);
  layer.shapes.endRow();
  layer.shapes.endRow();
  layer.table.rowCount = 2;
  const auto areas = *rowAreas(layer);
  const double outer = (*rowAreas(
      layerOf(ShapeKind::polygon, {{{113, 23}, {114, 23}, {114, 24}, {113, 24}}}, "EPSG:4490")))[0];
  const double inner = (*rowAreas(layerOf(
      ShapeKind::polygon, {{{113.4, 23.4}, {113.6, 23.4}, {113.6, 23.6}, {113.4, 23.6}}}, "EPSG:4490")))[0];
  EXPECT_NEAR(areas[0], outer - inner, 1);
  EXPECT_EQ(areas[1], 0);
}

TEST(RowLengths, OfAMeridianAndAParallelAreExact) {
  const Layer layer =
      layerOf(ShapeKind::line, {{{113, 0}, {113, 90}}, {{0, 0}, {90, 0}}, {{0, 60}, {10, 60}}}, "EPSG:4326");
  const auto lengths = *rowLengths(layer);
  EXPECT_NEAR(lengths[0], 10001965.729, 1e-3);
  EXPECT_NEAR(lengths[1], 6378137 * std::numbers::pi / 2, 1e-6);
  EXPECT_NEAR(lengths[2],
              6378137 / std::sqrt(1 - 0.0066943799901413165 * 0.75) * 0.5 * 10 * std::numbers::pi / 180,
              1e-6);
}

TEST(RowAreas, NeedAKnownCrs) {
  EXPECT_FALSE(rowAreas(layerOf(ShapeKind::polygon, {{{0, 0}, {1, 0}, {0, 1}}}, "")));
}

TEST(Centroid, OfAPolygonIsItsCentreOfMassHolesLeftOut) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (Point p : {Point{1e7, 1e7}, {1e7 + 4, 1e7}, {1e7 + 4, 1e7 + 4}, {1e7, 1e7 + 4}})
    s.vertices.push_back(p);
  s.endPart();
  for (Point p : {Point{1e7 + 2, 1e7}, {1e7 + 2, 1e7 + 4}, {1e7 + 4, 1e7 + 4}, {1e7 + 4, 1e7}})
    s.vertices.push_back(p);
  s.endPart(true);
  s.endRow();
  EXPECT_NEAR(centroid(s, 0).x, 1e7 + 1, 1e-8);
  EXPECT_NEAR(centroid(s, 0).y, 1e7 + 2, 1e-8);
}

TEST(Centroid, OfDegenerateShapesIsStillThere) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (Point p : {Point{0, 0}, {2, 0}, {4, 0}}) s.vertices.push_back(p);
  s.endPart();
  s.endRow();
  EXPECT_NEAR(centroid(s, 0).x, 2, 1e-12);
  s.endRow();
  EXPECT_TRUE(std::isnan(centroid(s, 1).x));
}

TEST(PoleOfInaccessibility, IsTheCentreOfTheLargestCircleInside) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  // An L: the largest circle touches the inner corner (4, 4) and the outer sides.
  for (Point p : {Point{0, 0}, {10, 0}, {10, 4}, {4, 4}, {4, 10}, {0, 10}}) s.vertices.push_back(p);
  s.endPart();
  s.endRow();
  const Point pole = poleOfInaccessibility(s, 0, 0.001);
  const double r = 4 * std::numbers::sqrt2 / (1 + std::numbers::sqrt2);  // centre (r, r), r = |(4,4) − (r,r)|
  EXPECT_NEAR(pole.x, r, 0.01);
  EXPECT_NEAR(pole.y, r, 0.01);
  EXPECT_TRUE(contains(s, 0, pole));
}

TEST(PoleOfInaccessibility, LiesInsideACrescent) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (int i = 0; i <= 100; ++i)
    s.vertices.push_back({10 * std::cos(i * 0.0314159), 10 * std::sin(i * 0.0314159)});
  for (int i = 100; i >= 0; --i)
    s.vertices.push_back({9 * std::cos(i * 0.0314159), 9 * std::sin(i * 0.0314159)});
  s.endPart();
  s.endRow();
  EXPECT_FALSE(contains(s, 0, centroid(s, 0)));
  EXPECT_TRUE(contains(s, 0, poleOfInaccessibility(s, 0, 0.01)));
}

// Points on shared borders and corners belong to exactly one polygon of a partition.
TEST(Contains, PutsEveryPointOfAPartitionInExactlyOnePolygon) {
  std::mt19937_64 random(6);
  Shapes s;
  s.kind = ShapeKind::polygon;
  std::vector<Point> corner(36);
  for (int i = 0; i < 36; ++i)
    corner[i] = {i % 6 + static_cast<double>(random() % 100) / 300 - 0.17,
                 i / 6 + static_cast<double>(random() % 100) / 300 - 0.17};
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 5; ++x) {
      for (int at : {y * 6 + x, y * 6 + x + 1, (y + 1) * 6 + x + 1, (y + 1) * 6 + x})
        s.vertices.push_back(corner[at]);
      s.endPart();
      s.endRow();
    }
  const auto owners = [&](Point p) {
    int n = 0;
    for (size_t row = 0; row < s.rows(); ++row) n += contains(s, row, p);
    return n;
  };
  for (int y = 1; y < 5; ++y)
    for (int x = 1; x < 5; ++x) {
      const Point a = corner[y * 6 + x], b = corner[y * 6 + x + 1 - 1 + 6 * (y < 4)];
      EXPECT_EQ(owners(a), 1);
      for (double t : {0.1, 0.25, 1.0 / 3, 0.7})
        EXPECT_EQ(owners({a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t}), 1);
    }
  for (size_t row = 0; row < s.rows(); ++row) {
    const Containment inside(s, row);
    for (const Point p : corner) EXPECT_EQ(inside(p), contains(s, row, p));
    for (int i = 0; i < 500; ++i) {
      const Point p{static_cast<double>(random() % 7000) / 1000 - 1,
                    static_cast<double>(random() % 7000) / 1000 - 1};
      EXPECT_EQ(inside(p), contains(s, row, p));
    }
  }
  for (int i = 0; i < 2000; ++i)
    EXPECT_EQ(owners({1 + 3 * static_cast<double>(random() % 10000) / 10000,
                      1 + 3 * static_cast<double>(random() % 10000) / 10000}),
              1);
}

TEST(RingArea, LosesNoDigitsFarFromTheOrigin) {
  const std::vector<Point> ring{
      {38500000.25, 2600000.5}, {38500001.25, 2600000.5}, {38500001.25, 2600001.5}, {38500000.25, 2600001.5}};
  EXPECT_EQ(ringArea(ring), 1);
}

TEST(DistanceToLine, IsThatToTheNearestSegment) {
  const std::vector<Point> line{{0, 0}, {10, 0}, {10, 10}};
  EXPECT_EQ(distanceToLine(line, {5, 3}), 3);
  EXPECT_EQ(distanceToLine(line, {-3, 4}), 5);
  EXPECT_EQ(distanceToLine(line, {13, 14}), 5);
  EXPECT_EQ(distanceToLine(std::vector<Point>{{1, 1}}, {4, 5}), 5);
}

}  // namespace
}  // namespace geo
