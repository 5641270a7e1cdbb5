#include "geo/select.h"

#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Shapes shapesOf(ShapeKind kind, const std::vector<std::vector<std::vector<Point>>>& rows) {
  Shapes s;
  s.kind = kind;
  for (const auto& parts : rows) {
    for (const auto& part : parts) {
      s.vertices.insert(s.vertices.end(), part.begin(), part.end());
      s.endPart();
    }
    s.endRow();
  }
  return s;
}

const std::vector<Point> rectangle{{0, 0}, {10, 0}, {10, 10}, {0, 10}};

TEST(RowsInside, AreThePointsInAnyOutline) {
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  Shapes points;
  points.kind = ShapeKind::point;
  for (int i = 0; i < 3000; ++i) {
    if (i % 50) points.vertices.push_back({unit(), unit()}), points.endPart();
    points.endRow();
  }
  const SpatialIndex index(points);
  for (int round = 0; round < 30; ++round) {
    std::vector<Point> ring(3 + random() % 20);  // crosses itself wildly
    for (Point& p : ring) p = {unit() * 1.2 - 0.1, unit()};
    Shapes outline = shapesOf(ShapeKind::polygon, {{ring}});
    std::vector<uint32_t> expected;
    for (uint32_t row = 0; row < points.rows(); ++row)
      if (points.has(row) && contains(outline, 0, points.part(points.rowStart[row])[0]))
        expected.push_back(row);
    EXPECT_EQ(rowsInside(points, ring), expected);
    EXPECT_EQ(rowsInside(points, ring, &index), expected);
  }
}

TEST(RowsInside, AreLinesThatTouchTheOutline) {
  const Shapes lines = shapesOf(ShapeKind::line, {{{{1, 1}, {2, 2}}},      // within
                                                  {{{-5, 5}, {15, 5}}},    // right through, no vertex inside
                                                  {{{-5, 12}, {12, 12}}},  // beside
                                                  {{{-1, 9}, {1, 11}}},  // over a corner… of nothing inside
                                                  {{{-5, -5}, {-4, -4}}, {{5, 5}, {50, 50}}},  // second part
                                                  {}});
  EXPECT_THAT(rowsInside(lines, rectangle), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(rowsInside(lines, std::vector<Point>{{0, 0}, {10, 0}, {10, 8}, {0, 8}}), ElementsAre(0, 1, 4));
}

TEST(RowsInside, ArePolygonsByTheirMiddle) {
  // The second is a U whose centroid lies in its gap: its own inside decides.
  const Shapes polygons = shapesOf(
      ShapeKind::polygon, {{{{-4, 2}, {6, 2}, {6, 4}, {-4, 4}}},
                           {{{20, 0}, {60, 0}, {60, 40}, {52, 40}, {52, 8}, {28, 8}, {28, 40}, {20, 40}}},
                           {{{9, 2}, {30, 2}, {30, 4}, {9, 4}}}});
  EXPECT_THAT(rowsInside(polygons, rectangle), ElementsAre(0));
  EXPECT_THAT(rowsInside(polygons, std::vector<Point>{{36, 12}, {44, 12}, {44, 24}, {36, 24}}), IsEmpty());
  EXPECT_THAT(rowsInside(polygons, std::vector<Point>{{-100, -100}, {100, -100}, {100, 100}, {-100, 100}}),
              ElementsAre(0, 1, 2));
}

TEST(RowsInside, OfNoOutlineAreNone) {
  const Shapes points = shapesOf(ShapeKind::point, {{{{1, 1}}}});
  EXPECT_THAT(rowsInside(points, {}), IsEmpty());
  EXPECT_THAT(rowsInside(points, std::vector<Point>{{0, 0}, {5, 5}}), IsEmpty());
  const double nan = std::nan("");
  EXPECT_THAT(rowsInside(points, std::vector<Point>{{nan, nan}, {nan, 0}, {0, nan}}), IsEmpty());
  EXPECT_THAT(rowsInside({}, rectangle), IsEmpty());
}

}  // namespace
}  // namespace geo
