#include "geo/spatial_index.h"

#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Shapes randomShapes(ShapeKind kind, size_t rows, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto draw = [&](int most) { return static_cast<double>(random() % (most * 4)) / 4; };
  Shapes s;
  s.kind = kind;
  for (size_t row = 0; row < rows; ++row) {
    if (row % 17 == 5) {  // a row without a shape
      s.endRow();
      continue;
    }
    const Point o{draw(100), draw(100)};
    if (kind == ShapeKind::point) {
      s.vertices.push_back(o);
    } else if (kind == ShapeKind::line) {
      for (int i = 0; i < 3; ++i) s.vertices.push_back({o.x + draw(8), o.y + draw(8)});
    } else {
      const double w = 1 + draw(6), h = 1 + draw(6);
      for (Point p : {o, Point{o.x + w, o.y}, Point{o.x + w, o.y + h}, Point{o.x, o.y + h}})
        s.vertices.push_back(p);
    }
    s.endPart();
    s.endRow();
  }
  return s;
}

double distanceByHand(const Shapes& s, size_t row, Point p) {
  if (s.kind == ShapeKind::polygon && contains(s, row, p)) return 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (uint32_t part = s.rowStart[row]; part < s.rowStart[row + 1]; ++part) {
    std::vector<Point> line(s.part(part).begin(), s.part(part).end());
    if (s.kind == ShapeKind::polygon) line.push_back(line[0]);
    nearest = std::min(nearest, distanceToLine(line, p));
  }
  return nearest;
}

TEST(SpatialIndex, AnswersLikeBruteForce) {
  for (ShapeKind kind : {ShapeKind::point, ShapeKind::line, ShapeKind::polygon})
    for (size_t rows : {1u, 2u, 16u, 17u, 300u, 2000u}) {
      const Shapes s = randomShapes(kind, rows, rows);
      const SpatialIndex index(s);
      std::mt19937_64 random(99);
      for (int query = 0; query < 60; ++query) {
        const Point p{static_cast<double>(random() % 480) / 4 - 10,
                      static_cast<double>(random() % 480) / 4 - 10};
        const Box box{p.x, p.y, p.x + static_cast<double>(random() % 20),
                      p.y + static_cast<double>(random() % 20)};
        std::vector<uint32_t> within, at;
        std::vector<std::pair<double, uint32_t>> near;
        for (uint32_t row = 0; row < s.rows(); ++row) {
          if (!s.has(row)) continue;
          if (s.box(row).intersects(box)) within.push_back(row);
          if (kind == ShapeKind::polygon && contains(s, row, p)) at.push_back(row);
          near.emplace_back(distanceByHand(s, row, p), row);
        }
        ASSERT_EQ(index.within(box), within);
        ASSERT_EQ(index.at(s, p), at);
        std::ranges::sort(near);
        std::vector<uint32_t> nearest;
        for (size_t k = 0; k < std::min<size_t>(7, near.size()); ++k) nearest.push_back(near[k].second);
        ASSERT_EQ(index.nearest(s, p, 7), nearest);
      }
    }
}

TEST(SpatialIndex, OfNothingFindsNothing) {
  Shapes s;
  s.kind = ShapeKind::point;
  const SpatialIndex none(s);
  s.endRow();
  const SpatialIndex empty(s);
  for (const SpatialIndex* index : {&none, &empty}) {
    EXPECT_THAT(index->within({-1e9, -1e9, 1e9, 1e9}), IsEmpty());
    EXPECT_THAT(index->nearest(s, {0, 0}, 3), IsEmpty());
    EXPECT_THAT(index->at(s, {0, 0}), IsEmpty());
  }
}

TEST(SpatialIndex, BreaksTiesByRow) {
  Shapes s;
  s.kind = ShapeKind::point;
  for (int i = 0; i < 40; ++i) {
    s.vertices.push_back({static_cast<double>(i % 2 ? 1 : -1), 0});
    s.endPart();
    s.endRow();
  }
  EXPECT_THAT(SpatialIndex(s).nearest(s, {0, 0}, 4), ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace geo
