#include "geo/bins.h"

#include <algorithm>
#include <map>
#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<Point> randomPoints(size_t n, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<Point> points(n);
  const auto unit = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  for (Point& p : points) p = {2000 * unit() - 1000, 1500 * unit() - 700};
  return points;
}

TEST(Bins, HoldTheirOwnPoints) {
  const auto points = randomPoints(5000);
  for (BinShape shape : {BinShape::hexagon, BinShape::square}) {
    const auto bins = binPoints(points, {}, {}, {.shape = shape, .sizeMetres = 90});
    ASSERT_TRUE(bins);
    EXPECT_EQ(bins->polygons.rows(), bins->values.size());
    uint64_t sum = 0;
    for (uint32_t count : bins->counts) sum += count;
    EXPECT_EQ(sum, points.size());
    for (size_t i = 0; i < points.size(); ++i) {
      const uint32_t bin = bins->binOfPoint[i];
      ASSERT_LT(bin, bins->counts.size());
      EXPECT_TRUE(contains(bins->polygons, bin, points[i]));
    }
    for (size_t b = 0; b < bins->values.size(); ++b) {
      EXPECT_GT(bins->counts[b], 0u);
      EXPECT_EQ(bins->values[b], bins->counts[b]);
      EXPECT_NEAR(ringArea(bins->polygons.part(b)), bins->areaSquareMetres, 1e-6);
    }
  }
}

// A hexagon is the set of places nearer to its centre than to any other: brute force over all centres.
TEST(Bins, OfHexagonsAreThoseOfTheNearestCentre) {
  const auto points = randomPoints(2000, 3);
  const double size = 130, height = size * std::sqrt(3) / 2;
  std::map<std::pair<int, int>, uint32_t> expected;
  for (Point p : points) {
    std::pair<int, int> best;
    double nearest = 1e300;
    for (int r = -12; r <= 12; ++r)
      for (int c = -12; c <= 12; ++c) {
        const double d = std::hypot(p.x - (c + (r % 2 ? 0.5 : 0)) * size, p.y - r * height);
        if (d < nearest) nearest = d, best = {r, c};
      }
    ++expected[best];
  }
  const auto bins = binPoints(points, {}, {}, {.sizeMetres = size});
  ASSERT_TRUE(bins);
  std::vector<uint32_t> counts;
  for (const auto& [at, count] : expected) counts.push_back(count);  // row by row from the south-west
  EXPECT_EQ(bins->counts, counts);
}

TEST(Bins, AreAsWideAsAskedBetweenTwoEdges) {
  const auto hexagon = binPoints(std::vector<Point>{{1, 1}}, {}, {}, {.sizeMetres = 100});
  ASSERT_TRUE(hexagon);
  EXPECT_NEAR(hexagon->polygons.box(0).width(), 100, 1e-9);
  EXPECT_NEAR(hexagon->polygons.box(0).height(), 200 / std::sqrt(3), 1e-9);
  EXPECT_NEAR(hexagon->areaSquareMetres, 1e4 * std::sqrt(3) / 2, 1e-9);
  const auto square =
      binPoints(std::vector<Point>{{150, -1}}, {}, {}, {.shape = BinShape::square, .sizeMetres = 100});
  EXPECT_EQ(square->polygons.box(0), (Box{100, -100, 200, 0}));
  EXPECT_EQ(square->areaSquareMetres, 1e4);
}

TEST(Bins, FitOntoEachOtherWhateverThePointsAre) {
  const auto points = randomPoints(3000, 5);
  for (BinShape shape : {BinShape::hexagon, BinShape::square}) {
    const auto all = binPoints(points, {}, {}, {.shape = shape, .sizeMetres = 75});
    const auto some = binPoints(std::span(points).subspan(0, 50), {}, {}, {.shape = shape, .sizeMetres = 75});
    ASSERT_TRUE(all && some);
    for (size_t i = 0; i < 50; ++i) {
      const auto a = all->polygons.part(all->binOfPoint[i]), b = some->polygons.part(some->binOfPoint[i]);
      EXPECT_TRUE(std::ranges::equal(a, b));
    }
    // Neighbours share their corners to the last bit: each inner corner occurs three (four) times.
    std::map<std::pair<double, double>, int> corners;
    for (Point p : all->polygons.vertices) ++corners[{p.x, p.y}];
    EXPECT_GT(std::ranges::count(corners, shape == BinShape::hexagon ? 3 : 4,
                                 [](const auto& c) { return c.second; }),
              300);
  }
}

TEST(Bins, SumAverageAndDivide) {
  const std::vector<Point> points{{10, 10}, {20, 20}, {30, 30}, {110, 10}, {120, 10}, {210, 10}};
  const std::vector<double> values{1, 2, 6, 5, nan, 4}, bases{10, 20, 30, 0, 7, nan};
  const auto of = [&](BinStatistic statistic) {
    return binPoints(points, values, bases,
                     {.shape = BinShape::square, .sizeMetres = 100, .statistic = statistic, .per = 1000});
  };
  const auto count = of(BinStatistic::count), sum = of(BinStatistic::sum), mean = of(BinStatistic::mean),
             rate = of(BinStatistic::rate);
  ASSERT_TRUE(count && sum && mean && rate);
  EXPECT_THAT(count->values, ElementsAre(3, 2, 1));
  EXPECT_THAT(sum->values, ElementsAre(9, 5, 4));
  EXPECT_THAT(mean->values, ElementsAre(3, 5, 4));
  EXPECT_EQ(rate->values[0], 150);
  EXPECT_TRUE(std::isnan(rate->values[1]));  // 5 over a base of 0
  EXPECT_TRUE(std::isnan(rate->values[2]));  // no base at all
  EXPECT_THAT(rate->counts, ElementsAre(3, 2, 1));
  ASSERT_EQ(sum->report.problems.size(), 1u);
  EXPECT_EQ(sum->report.problems[0].kind, "no-value");
  EXPECT_THAT(sum->report.problems[0].rows, ElementsAre(4));
}

TEST(Bins, LeaveOutAndReportWhatLiesNowhereOrOutside) {
  Shapes clip;
  clip.kind = ShapeKind::polygon;
  clip.vertices = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
  clip.endPart();
  clip.endRow();
  const std::vector<Point> points{{50, 50}, {nan, 1}, {500, 50}, {60, 50}};
  const auto bins = binPoints(points, {}, {}, {.sizeMetres = 1000, .clip = &clip});
  ASSERT_TRUE(bins);
  EXPECT_THAT(bins->counts, ElementsAre(2));
  EXPECT_THAT(bins->binOfPoint, ElementsAre(0, noBin, noBin, 0));
  ASSERT_EQ(bins->report.problems.size(), 2u);
  EXPECT_EQ(bins->report.problems[0].kind, "no-place");
  EXPECT_EQ(bins->report.problems[1].kind, "outside-polygons");
  EXPECT_FALSE(binPoints(std::vector<Point>{{500, 50}}, {}, {}, {.sizeMetres = 10, .clip = &clip}));
}

TEST(Bins, RefuseWhatMakesNoSense) {
  const std::vector<Point> points{{1, 1}};
  const auto error = [&](BinOptions o, std::vector<double> values = {}, std::vector<double> bases = {}) {
    const auto bins = binPoints(points, values, bases, o);
    return bins ? std::string() : bins.error().text();
  };
  EXPECT_THAT(error({.sizeMetres = 0}), HasSubstr("0 m"));
  EXPECT_THAT(error({.sizeMetres = -3}), HasSubstr("above zero"));
  EXPECT_THAT(error({.sizeMetres = nan}), HasSubstr("nan"));
  EXPECT_THAT(error({.sizeMetres = 1e-300}), HasSubstr("too small"));
  EXPECT_THAT(error({.sizeMetres = 1, .statistic = BinStatistic::rate}), HasSubstr("base"));
  EXPECT_THAT(error({.sizeMetres = 1, .statistic = BinStatistic::rate}, {1}, {-2}), HasSubstr("negative"));
  EXPECT_THAT(error({.sizeMetres = 1, .statistic = BinStatistic::sum}, {1, 2}), HasSubstr("one value"));
  EXPECT_THAT(binPoints({}, {}, {}, {.sizeMetres = 1}).error().what, HasSubstr("no points"));
}

}  // namespace
}  // namespace geo
