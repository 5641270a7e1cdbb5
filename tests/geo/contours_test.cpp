#include "geo/contours.h"

#include <numbers>
#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class F>
Grid gridOf(uint32_t width, uint32_t height, double cell, F&& value) {
  Grid g;
  g.left = -100, g.top = 50, g.cell = cell, g.width = width, g.height = height;
  for (uint32_t r = 0; r < height; ++r)
    for (uint32_t c = 0; c < width; ++c) {
      const Point p = g.centre(c, r);
      g.values.push_back(static_cast<float>(value(p.x, p.y)));
    }
  return g;
}

double length(const Contour& c) {
  double sum = 0;
  for (size_t i = c.closed ? 0 : 1; i < c.points.size(); ++i) {
    const Point a = c.points[i ? i - 1 : c.points.size() - 1], b = c.points[i];
    sum += std::hypot(b.x - a.x, b.y - a.y);
  }
  return sum;
}

// Lines of equal value on a cone are circles around its top, and higher ground lies to their left.
TEST(Contours, OfAConeAreCirclesAroundItsTop) {
  const Point top{-3.3, 7.1};
  const Grid g =
      gridOf(200, 100, 1, [&](double x, double y) { return 30 - std::hypot(x - top.x, y - top.y); });
  const std::vector<double> levels{5, 10, 20, 29.9};
  const auto lines = contours(g, levels);
  ASSERT_TRUE(lines);
  ASSERT_GE(lines->size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const Contour& line = (*lines)[i];
    EXPECT_EQ(line.level, levels[i]);
    EXPECT_TRUE(line.closed);
    const double radius = 30 - line.level;
    for (Point p : line.points) EXPECT_NEAR(std::hypot(p.x - top.x, p.y - top.y), radius, 0.02);
    EXPECT_NEAR(length(line), 2 * std::numbers::pi * radius, 0.01 * radius);
    EXPECT_NEAR(ringArea(line.points), std::numbers::pi * radius * radius, 0.01 * radius * radius);
  }
}

TEST(Contours, OfAHoleRunTheOtherWay) {
  const Grid g = gridOf(100, 100, 1, [](double x, double y) { return std::hypot(x + 50, y); });
  const auto lines = contours(g, std::vector<double>{20});
  ASSERT_TRUE(lines && lines->size() == 1);
  EXPECT_LT(ringArea((*lines)[0].points), 0);
}

TEST(Contours, OfAPlaneAreStraightFromBorderToBorder) {
  const Grid g = gridOf(50, 40, 2, [](double x, double y) { return 3 * x + y; });
  const auto lines = contours(g, std::vector<double>{-150});
  ASSERT_TRUE(lines && lines->size() == 1);
  const Contour& line = (*lines)[0];
  EXPECT_FALSE(line.closed);
  for (Point p : line.points) EXPECT_NEAR(3 * p.x + p.y, -150, 1e-3);
  for (Point end : {line.points.front(), line.points.back()}) {
    const Box box = g.box().grown(-1);  // of the centres
    EXPECT_TRUE(end.x == box.minX || end.x == box.maxX || end.y == box.minY || end.y == box.maxY);
  }
  // Higher values (east) lie to the left: it runs south.
  EXPECT_GT(line.points.front().y, line.points.back().y);
}

TEST(Contours, EndWhereDataEnd) {
  Grid g = gridOf(60, 60, 1, [](double x, double y) { return 25 - std::hypot(x + 70, y - 20); });
  const auto whole = contours(g, std::vector<double>{10});
  ASSERT_TRUE(whole && whole->size() == 1);
  for (uint32_t r = 0; r < 60; ++r) g.values[r * 60 + 30] = nan;
  const auto cut = contours(g, std::vector<double>{10});
  ASSERT_TRUE(cut);
  ASSERT_EQ(cut->size(), 2u);
  for (const Contour& line : *cut) {
    EXPECT_FALSE(line.closed);
    for (Point p : line.points) EXPECT_TRUE(p.x <= g.centre(29, 0).x || p.x >= g.centre(31, 0).x);
  }
}

// Every edge between two centres on different sides of the level is crossed exactly once, no other ever.
TEST(Contours, CrossEachEdgeBetweenHighAndLowOnce) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 200; ++round) {
    const uint32_t w = 2 + random() % 12, h = 2 + random() % 12;
    Grid g = gridOf(w, h, 1, [&](double, double) { return static_cast<double>(random() % 4); });
    if (round % 2)
      for (float& v : g.values)
        if (random() % 8 == 0) v = nan;
    const auto lines = contours(g, std::vector<double>{1.5});
    ASSERT_TRUE(lines);
    size_t crossings = 0, expected = 0;
    for (const Contour& line : *lines) {
      crossings += line.points.size();
      EXPECT_GE(line.points.size(), 2u);
      for (Point p : line.points) {
        const double x = p.x - g.left - 0.5, y = g.top - p.y - 0.5;
        EXPECT_TRUE(x == std::floor(x) || y == std::floor(y));
      }
    }
    const auto square = [&](int c, int r) {
      if (c < 0 || r < 0 || c + 1 >= static_cast<int>(w) || r + 1 >= static_cast<int>(h)) return false;
      for (int k = 0; k < 4; ++k)
        if (std::isnan(g.at(static_cast<uint32_t>(c + k % 2), static_cast<uint32_t>(r + k / 2))))
          return false;
      return true;
    };
    for (int r = 0; r < static_cast<int>(h); ++r)
      for (int c = 0; c < static_cast<int>(w); ++c) {
        const float v = g.at(static_cast<uint32_t>(c), static_cast<uint32_t>(r));
        if (c + 1 < static_cast<int>(w) && (square(c, r) || square(c, r - 1)))
          expected += (v > 1.5) != (g.at(static_cast<uint32_t>(c + 1), static_cast<uint32_t>(r)) > 1.5);
        if (r + 1 < static_cast<int>(h) && (square(c, r) || square(c - 1, r)))
          expected += (v > 1.5) != (g.at(static_cast<uint32_t>(c), static_cast<uint32_t>(r + 1)) > 1.5);
      }
    EXPECT_EQ(crossings, expected);
  }
}

TEST(Contours, AreNoneOnAPlainOrWithoutRoom) {
  const Grid flat = gridOf(10, 10, 1, [](double, double) { return 5; });
  EXPECT_TRUE(contours(flat, std::vector<double>{4, 5, 6})->empty());
  const Grid line = gridOf(10, 1, 1, [](double x, double) { return x; });
  EXPECT_TRUE(contours(line, std::vector<double>{-95})->empty());
  EXPECT_TRUE(contours({}, std::vector<double>{1})->empty());
  EXPECT_FALSE(contours(flat, std::vector<double>{std::nan("")}));
}

TEST(RoundLevels, AreRoundAndStrictlyInside) {
  EXPECT_THAT(roundLevels(0, 10, 4), ElementsAre(2, 4, 6, 8));
  EXPECT_THAT(roundLevels(0, 1, 4), ElementsAre(0.2, 0.4, 0.6, 0.8));
  EXPECT_THAT(roundLevels(0, 0.83, 3), ElementsAre(0.25, 0.5, 0.75));
  EXPECT_THAT(roundLevels(-3, 4, 1), ElementsAre(0));
  EXPECT_TRUE(roundLevels(1, 1, 5).empty());
  EXPECT_TRUE(roundLevels(2, 1, 5).empty());
  EXPECT_TRUE(roundLevels(0, std::nan(""), 5).empty());
  EXPECT_TRUE(roundLevels(0, 1, 0).empty());
}

TEST(RoundLevels, AreAboutAsManyAsAsked) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 2000; ++round) {
    const double scale = std::pow(10.0, static_cast<double>(random() % 40) - 20);
    const double low = (static_cast<double>(random() % 2000) - 1000) * scale;
    const double high = low + (1 + static_cast<double>(random() % 100000)) / 100 * scale;
    const int about = 2 + static_cast<int>(random() % 20);
    const auto levels = roundLevels(low, high, about);
    ASSERT_FALSE(levels.empty()) << low << " " << high;
    EXPECT_GT(levels.front(), low);
    EXPECT_LT(levels.back(), high);
    EXPECT_NEAR(static_cast<double>(levels.size()), about, 0.45 * about + 1) << low << " " << high;
    for (size_t i = 1; i < levels.size(); ++i) EXPECT_GT(levels[i], levels[i - 1]);
  }
}

}  // namespace
}  // namespace geo
