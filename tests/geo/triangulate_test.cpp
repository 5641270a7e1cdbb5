#include "geo/triangulate.h"

#include <gtest/gtest.h>

#include <random>

#include "geo/measure.h"

#include "geo/boundaries.h"

namespace geo {
namespace {

double areaOf(std::span<const Point> v, std::span<const uint32_t> triangles) {
  double sum = 0;
  for (size_t t = 0; t < triangles.size(); t += 3) {
    const double a = ringArea(std::array{v[triangles[t]], v[triangles[t + 1]], v[triangles[t + 2]]});
    EXPECT_GE(a, -1e-9);
    sum += a;
  }
  return sum;
}

double ringsArea(const std::vector<std::vector<Point>>& rings) {
  double sum = 0;
  for (size_t r = 0; r < rings.size(); ++r) sum += (r ? -1 : 1) * std::abs(ringArea(rings[r]));
  return sum;
}

std::vector<Point> flat(const std::vector<std::vector<Point>>& rings) {
  std::vector<Point> all;
  for (const auto& r : rings) all.insert(all.end(), r.begin(), r.end());
  return all;
}

void expectExact(const std::vector<std::vector<Point>>& rings) {
  const auto triangles = triangulateRings(rings);
  EXPECT_NEAR(areaOf(flat(rings), triangles), ringsArea(rings), 1e-9 * std::abs(ringsArea(rings)) + 1e-12);
}

// A star-shaped ring about a centre: never crosses itself.
std::vector<Point> star(Point centre, double radius, int n, std::mt19937& random) {
  std::uniform_real_distribution<double> r(0.4, 1.0);
  std::vector<Point> ring;
  for (int i = 0; i < n; ++i) {
    const double a = 2 * M_PI * i / n, k = radius * r(random);
    ring.push_back({centre.x + k * std::cos(a), centre.y + k * std::sin(a)});
  }
  return ring;
}

bool inside(Point p, std::span<const Point> ring) {
  bool in = false;
  for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    if ((ring[i].y > p.y) != (ring[j].y > p.y) &&
        p.x < (ring[j].x - ring[i].x) * (p.y - ring[i].y) / (ring[j].y - ring[i].y) + ring[i].x)
      in = !in;
  return in;
}

}  // namespace

TEST(Triangulate, CoversRandomStarsExactly) {
  std::mt19937 random(7);
  for (const int n : {3, 4, 5, 17, 79, 81, 500, 3000}) {
    SCOPED_TRACE(n);
    for (int k = 0; k < 8; ++k) expectExact({star({1e6, 2e6}, 5e4, n, random)});
  }
}

TEST(Triangulate, LeavesHolesOpen) {
  std::mt19937 random(8);
  for (int k = 0; k < 20; ++k) {
    std::vector<std::vector<Point>> rings{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}};
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        auto hole = star({i * 2.4 + 1.3, j * 2.4 + 1.3}, 1.1, 3 + k, random);
        std::reverse(hole.begin(), hole.end());
        rings.push_back(hole);
      }
    expectExact(rings);
  }
}

TEST(Triangulate, TakesHolesThatTouchEachOtherAndTheOutline) {
  expectExact(
      {{{0, 0}, {6, 0}, {6, 6}, {0, 6}}, {{1, 1}, {1, 3}, {3, 3}, {3, 1}}, {{3, 3}, {3, 5}, {5, 5}, {5, 3}}});
  expectExact({{{0, 0}, {6, 0}, {6, 6}, {0, 6}}, {{0, 3}, {2, 4}, {2, 2}}});  // a vertex on an edge
  expectExact({{{0, 0}, {6, 0}, {6, 6}, {0, 6}}, {{0, 0}, {2, 3}, {3, 2}}});  // on a vertex
  expectExact(
      {{{0, 0}, {6, 0}, {6, 6}, {0, 6}}, {{1, 1}, {1, 2}, {2, 2}, {2, 1}}, {{2, 1}, {2, 2}, {3, 2}, {3, 1}}});
}

TEST(Triangulate, TakesARingThatTouchesItself) {
  expectExact({{{0, 0}, {2, 0}, {1, 1}, {2, 2}, {0, 2}, {1, 1}}});
  // A bay closed by a single vertex.
  expectExact({{{0, 0}, {4, 0}, {4, 4}, {2, 4}, {3, 2}, {1, 2}, {2, 4}, {0, 4}}});
}

TEST(Triangulate, MakesNothingOfDegenerateRings) {
  EXPECT_TRUE(triangulateRings({}).empty());
  EXPECT_TRUE(triangulateRings({{{1, 1}}}).empty());
  EXPECT_TRUE(triangulateRings({{{1, 1}, {2, 2}}}).empty());
  EXPECT_NEAR(
      areaOf(std::vector<Point>{{0, 0}, {1, 1}, {2, 2}}, triangulateRings({{{0, 0}, {1, 1}, {2, 2}}})), 0, 0);
  EXPECT_TRUE(triangulateRings({{{1, 1}, {1, 1}, {1, 1}, {1, 1}}}).empty());
}

TEST(Triangulate, FillsCrossingRingsByOddWinding) {
  // A bow tie: two triangles of area 1 that meet where the sides cross.
  Shapes s;
  s.kind = ShapeKind::polygon;
  s.vertices = {{0, 0}, {2, 2}, {2, 0}, {0, 2}, {10, 0}, {11, 0}, {11, 1}, {10, 1}};
  s.partStart = {0, 4, 8}, s.rowStart = {0, 1, 2}, s.hole = {0, 0};
  std::vector<uint32_t> start;
  std::vector<Point> extra;
  const auto triangles = triangulate(s, &start, &extra);
  auto vertices = s.vertices;
  vertices.insert(vertices.end(), extra.begin(), extra.end());
  ASSERT_EQ(start.size(), 3u);
  const std::span<const uint32_t> all(triangles);
  EXPECT_NEAR(areaOf(vertices, all.subspan(0, start[1] * 3)), 2, 1e-12);
  EXPECT_NEAR(areaOf(vertices, all.subspan(start[1] * 3)), 1, 1e-12);
  EXPECT_EQ(extra.size(), 1u);
  EXPECT_EQ(extra[0], (Point{1, 1}));
}

TEST(Triangulate, TrianglesOfARowLieInsideIt) {
  std::mt19937 random(9);
  const auto ring = star({0, 0}, 10, 60, random);
  auto hole = star({0, 0}, 3, 20, random);
  std::reverse(hole.begin(), hole.end());
  const auto v = flat({ring, hole});
  const auto triangles = triangulateRings({ring, hole});
  for (size_t t = 0; t < triangles.size(); t += 3) {
    const Point a = v[triangles[t]], b = v[triangles[t + 1]], c = v[triangles[t + 2]];
    const Point m{(a.x + b.x + c.x) / 3, (a.y + b.y + c.y) / 3};
    if (ringArea(std::array{a, b, c}) < 1e-9) continue;
    EXPECT_TRUE(inside(m, ring) && !inside(m, hole));
  }
}

TEST(Triangulate, CountsTrianglesByRow) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  s.vertices = {{0, 0}, {4, 0}, {4, 4}, {0, 4}, {1, 1}, {1, 2}, {2, 3}, {9, 9}, {10, 9}, {9, 10}};
  s.partStart = {0, 4, 7, 10}, s.rowStart = {0, 2, 2, 3}, s.hole = {0, 1, 0};
  std::vector<uint32_t> start;
  const auto triangles = triangulate(s, &start, nullptr);
  EXPECT_EQ(start, (std::vector<uint32_t>{0, 7, 7, 8}));
  EXPECT_EQ(triangles.size(), 24u);
}

}  // namespace geo
