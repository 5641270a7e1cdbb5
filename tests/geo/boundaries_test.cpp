#include "geo/boundaries.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

Shapes polygonsOf(const std::vector<std::vector<std::vector<Point>>>& rows) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (const auto& rings : rows) {
    for (const auto& ring : rings) {
      s.vertices.insert(s.vertices.end(), ring.begin(), ring.end());
      s.endPart(ringArea(ring) < 0);
    }
    s.endRow();
  }
  return s;
}

double rowArea(const Shapes& s, size_t row) {
  double sum = 0;
  for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) sum += ringArea(s.part(p));
  return sum;
}

double distanceToLine(Point p, std::span<const Point> line) {
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i + 1 < line.size(); ++i) {
    const Point a = line[i], b = line[i + 1];
    const double ex = b.x - a.x, ey = b.y - a.y, l2 = ex * ex + ey * ey;
    const double t = l2 > 0 ? std::clamp(((p.x - a.x) * ex + (p.y - a.y) * ey) / l2, 0.0, 1.0) : 0;
    least = std::min(least, std::hypot(p.x - a.x - t * ex, p.y - a.y - t * ey));
  }
  return least;
}

// A grid of cells whose shared edges are wiggly lines, met by both neighbours in opposite directions.
Shapes wigglyGrid(int n, int steps, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> wiggle(-0.15, 0.15);
  const auto edge = [&](Point a, Point b) {
    std::vector<Point> line{a};
    for (int i = 1; i < steps; ++i) {
      const double t = static_cast<double>(i) / steps;
      line.push_back({a.x + (b.x - a.x) * t + wiggle(random), a.y + (b.y - a.y) * t + wiggle(random)});
    }
    line.push_back(b);
    return line;
  };
  std::map<std::array<int, 3>, std::vector<Point>> edges;
  for (int i = 0; i <= n; ++i)
    for (int j = 0; j <= n; ++j) {
      edges[{i, j, 0}] = edge({i * 1.0, j * 1.0}, {i + 1.0, j * 1.0});
      edges[{i, j, 1}] = edge({i * 1.0, j * 1.0}, {i * 1.0, j + 1.0});
    }
  std::vector<std::vector<std::vector<Point>>> rows;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      std::vector<Point> ring;
      const auto add = [&](std::vector<Point> line, bool back) {
        if (back) std::reverse(line.begin(), line.end());
        ring.insert(ring.end(), line.begin(), line.end() - 1);
      };
      add(edges[{i, j, 0}], false), add(edges[{i + 1, j, 1}], false);
      add(edges[{i, j + 1, 0}], true), add(edges[{i, j, 1}], true);
      rows.push_back({ring});
    }
  return polygonsOf(rows);
}

using Edge = std::array<double, 4>;
Edge undirected(Point a, Point b) {
  return a.x < b.x || (a.x == b.x && a.y < b.y) ? Edge{a.x, a.y, b.x, b.y} : Edge{b.x, b.y, a.x, a.y};
}
std::map<Edge, int> edgeUse(const Shapes& s) {
  std::map<Edge, int> use;
  for (size_t p = 0; p < s.parts(); ++p) {
    const auto ring = s.part(p);
    for (size_t i = 0; i < ring.size(); ++i) ++use[undirected(ring[i], ring[(i + 1) % ring.size()])];
  }
  return use;
}

}  // namespace

TEST(Boundaries, KeepEveryEdgeOfTheLayerOnce) {
  const Shapes s = wigglyGrid(6, 9, 1);
  const auto b = Boundaries::make(s);
  std::map<Edge, int> kept;
  for (const Arc& arc : b->arcs()) {
    const auto line = b->arcVertices(arc);
    for (size_t i = 0; i + 1 < line.size(); ++i) ++kept[undirected(line[i], line[i + 1])];
  }
  const auto used = edgeUse(s);
  ASSERT_EQ(kept.size(), used.size());
  for (const auto& [edge, count] : kept) {
    EXPECT_EQ(count, 1);
    EXPECT_TRUE(used.count(edge));
  }
}

TEST(Boundaries, NameTheRowsOnEitherSide) {
  const Shapes s = polygonsOf({{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, {{{1, 0}, {2, 0}, {2, 1}, {1, 1}}}});
  const auto b = Boundaries::make(s);
  int inner = 0, outer = 0;
  for (const Arc& arc : b->arcs()) {
    if (arc.outer()) {
      ++outer;
      continue;
    }
    ++inner;
    EXPECT_EQ(arc.vertexCount, 2u);
    // Row 0 lies west of x = 1, so it is on the left of a line that runs north.
    const auto line = b->arcVertices(arc);
    EXPECT_EQ(line[1].y > line[0].y ? arc.left : arc.right, 0u);
    EXPECT_EQ(line[1].y > line[0].y ? arc.right : arc.left, 1u);
  }
  EXPECT_EQ(inner, 1);
  EXPECT_EQ(outer, 2);
}

TEST(Boundaries, OfAnEnclaveAreOneClosedArcSharedWithTheHole) {
  const std::vector<Point> hole{{1, 1}, {1, 2}, {2, 2}, {2, 1}};
  const std::vector<Point> enclave{{2, 2}, {1, 2}, {1, 1}, {2, 1}};
  const auto b = Boundaries::make(polygonsOf({{{{0, 0}, {3, 0}, {3, 3}, {0, 3}}, hole}, {enclave}}));
  ASSERT_EQ(b->arcs().size(), 2u);
  EXPECT_TRUE(b->arcs()[0].outer());
  EXPECT_FALSE(b->arcs()[1].outer());
  const auto ring = b->arcVertices(b->arcs()[1]);
  EXPECT_EQ(ring.front(), ring.back());
  EXPECT_EQ(ring.size(), 5u);
}

TEST(Boundaries, PreserveAreasAndRowsAtToleranceZero) {
  const Shapes s = wigglyGrid(7, 11, 2);
  const auto b = Boundaries::make(s);
  const Shapes again = b->polygons(b->simplified(0));
  ASSERT_EQ(again.rows(), s.rows());
  EXPECT_EQ(again.vertices.size(), s.vertices.size());
  for (size_t r = 0; r < s.rows(); ++r) EXPECT_NEAR(rowArea(again, r), rowArea(s, r), 1e-12);
}

TEST(Boundaries, NeighboursShareEveryEdgeAfterSimplification) {
  const auto b = Boundaries::make(wigglyGrid(6, 20, 3));
  for (const double tolerance : {0.02, 0.1, 0.3}) {
    const Shapes s = b->polygons(b->simplified(tolerance));
    double sum = 0;
    for (size_t r = 0; r < s.rows(); ++r) sum += rowArea(s, r);
    // Inner edges are used twice, those of the outline once: the outline's length says how often once.
    std::map<Edge, int> use = edgeUse(s);
    std::vector<Point> outline;
    size_t once = 0, kept = 0;
    for (const auto& [edge, count] : use) once += count == 1;
    const auto lines = b->simplified(tolerance);
    for (size_t a = 0; a < b->arcs().size(); ++a)
      if (b->arcs()[a].outer()) kept += lines.line(a).size() - 1;
    EXPECT_EQ(once, kept);
    EXPECT_GT(sum, 0);
  }
}

TEST(Boundaries, StayWithinTheToleranceOfTheOriginal) {
  const auto b = Boundaries::make(wigglyGrid(4, 60, 4));
  for (const double tolerance : {0.01, 0.05, 0.1, 0.25, 1.0}) {
    const auto lines = b->simplified(tolerance);
    size_t kept = 0;
    for (size_t a = 0; a < b->arcs().size(); ++a) {
      const auto line = lines.line(a);
      ASSERT_GE(line.size(), 2u);
      kept += line.size();
      EXPECT_EQ(line.front(), b->arcVertices(b->arcs()[a]).front());
      EXPECT_EQ(line.back(), b->arcVertices(b->arcs()[a]).back());
      for (const Point p : b->arcVertices(b->arcs()[a]))
        EXPECT_LE(distanceToLine(p, line), tolerance * (1 + 1e-6));
    }
    EXPECT_LT(kept, b->vertices().size() / (tolerance >= 0.25 ? 2 : 1) + 1) << "nothing was simplified";
  }
}

TEST(Boundaries, CoarserLevelsAreSubsetsOfFinerOnes) {
  const auto b = Boundaries::make(wigglyGrid(3, 50, 5));
  size_t before = b->vertices().size() + 1;
  for (const double tolerance : {0.0, 0.01, 0.03, 0.1, 0.3}) {
    const auto lines = b->simplified(tolerance);
    EXPECT_LT(lines.points.size(), before);
    before = lines.points.size();
  }
}

TEST(Boundaries, ARowKeepsATriangleWhenEverythingElseCollapsed) {
  const Shapes s = polygonsOf(
      {{{{0, 0}, {4, 0}, {4, 4}, {0, 4}}, {{1, 1}, {1, 2}, {2, 2}}}, {{{10, 0}, {11, 0}, {10, 1}}}});
  const auto b = Boundaries::make(s);
  const Shapes coarse = b->polygons(b->simplified(100));
  for (size_t r = 0; r < 2; ++r) {
    ASSERT_EQ(coarse.rowStart[r + 1] - coarse.rowStart[r], 1u);
    EXPECT_GT(rowArea(coarse, r), 0.4);
  }
}

TEST(Boundaries, MendNothingAndSurviveAnything) {
  // A ring of two places, repeated vertices, a spike, a figure of eight, the same polygon twice, a row
  // without shape.
  const std::vector<Point> square{{0, 0}, {1, 0}, {1, 1}, {0, 1}};
  Shapes s = polygonsOf({{{{5, 5}, {6, 6}, {5, 5}}},
                         {{{0, 0}, {0, 0}, {1, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}},
                         {{{0, 0}, {2, 0}, {3, 0}, {2, 0}, {2, 2}}},
                         {{{0, 0}, {2, 2}, {2, 0}, {0, 2}}},
                         {square},
                         {square}});
  s.endRow();
  const auto b = Boundaries::make(s);
  ASSERT_EQ(b->rows(), 7u);
  const Shapes again = b->polygons(b->simplified(0));
  EXPECT_EQ(again.rows(), 7u);
  EXPECT_NEAR(rowArea(again, 4), 1, 1e-12);
  EXPECT_NEAR(rowArea(again, 5), 1, 1e-12);
  EXPECT_FALSE(again.has(6));
  EXPECT_EQ(again.part(again.rowStart[1]).size(), 4u);
}

TEST(Boundaries, OfARingThatTouchesItselfStayWhole) {
  // Two lobes that meet in one vertex, as one ring.
  const Shapes s = polygonsOf({{{{0, 0}, {2, 0}, {1, 1}, {2, 2}, {0, 2}, {1, 1}}}});
  const auto b = Boundaries::make(s);
  EXPECT_EQ(b->arcs().size(), 2u);
  EXPECT_NEAR(rowArea(b->polygons(b->simplified(0)), 0), 2, 1e-12);
}

TEST(Boundaries, StopWhenAsked) {
  Progress progress;
  progress.cancel();
  EXPECT_EQ(Boundaries::make(wigglyGrid(3, 3, 6), &progress), nullptr);
}

}  // namespace geo
