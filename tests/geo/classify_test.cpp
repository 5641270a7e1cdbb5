#include "geo/classify.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>

namespace geo {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array allMethods{BreakMethod::natural, BreakMethod::quantile,   BreakMethod::equal,
                                BreakMethod::stddev,  BreakMethod::pretty,     BreakMethod::headtail,
                                BreakMethod::box,     BreakMethod::percentile, BreakMethod::geometric,
                                BreakMethod::manual};

// Employment per square kilometre of the 58 counties of California: the example of PySAL's mapclassify, whose
// documentation and tests give the breaks that are checked here.
const std::vector<double> california{
    329.92, 0.42,    5.9,   14.03, 2.78,   1.34,   181.27, 1.65,  10.03, 16.7,   1.32, 3.99,
    3.16,   0.22,    8.7,   6.56,  3.27,   0.33,   370.5,  4.51,  75.29, 0.99,   2.74, 8.68,
    0.14,   0.92,    12.63, 28.7,  12.02,  722.85, 36.68,  0.74,  29.82, 192.05, 3.38, 11.15,
    110.74, 4111.45, 49.47, 10.33, 317.11, 20.47,  264.93, 66.26, 5.39,  0.13,   0.61, 50.65,
    40.48,  36.67,   13.09, 1.81,  0.2,    7.6,    2.51,   57.26, 24.32, 6.97};

// The least sum of squared deviations over every way to cut the sorted distinct values into k runs.
double bestByTryingAll(std::vector<double> values, int k) {
  std::ranges::sort(values);
  std::vector<size_t> starts{0};
  for (size_t i = 1; i < values.size(); ++i)
    if (values[i] != values[i - 1]) starts.push_back(i);
  const auto cost = [&](size_t first, size_t last) {
    long double mean = 0, sum = 0;
    for (size_t i = first; i < last; ++i) mean += values[i];
    mean /= last - first;
    for (size_t i = first; i < last; ++i) sum += (values[i] - mean) * (values[i] - mean);
    return sum;
  };
  const std::function<long double(size_t, int)> best = [&](size_t run, int classes) -> long double {
    if (classes == 1) return cost(starts[run], values.size());
    long double least = infinity;
    for (size_t next = run + 1; next + classes - 1 <= starts.size(); ++next)
      least = std::min(least, cost(starts[run], starts[next]) + best(next, classes - 1));
    return least;
  };
  return static_cast<double>(best(0, std::min<int>(k, static_cast<int>(starts.size()))));
}

std::vector<double> whole(int low, int high) {
  std::vector<double> v(high - low + 1);
  std::iota(v.begin(), v.end(), low);
  return v;
}

TEST(NaturalBreaks, EqualTheBestOfAllPartitions) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 400; ++round) {
    std::vector<double> values(1 + random() % 14);
    for (double& v : values) {
      switch (round % 4) {
        case 0:
          v = static_cast<double>(random() % 9);
          break;
        case 1:
          v = std::exp(static_cast<double>(random() % 1000) / 60 - 4);
          break;
        case 2:
          v = 1e9 + static_cast<double>(random() % 50);
          break;
        default:
          v = (random() % 2 ? 1e9 : -1e9) + static_cast<double>(random() % 20) * 0.25;
      }
    }
    for (int k = 1; k <= 6; ++k) {
      const auto b = naturalBreaks(values, k);
      ASSERT_TRUE(b);
      const double best = bestByTryingAll(values, k);
      ASSERT_NEAR(b->sse, best, 1e-9 * best + 1e-12) << "round " << round << ", " << k << " classes";
    }
  }
}

// The long path, with two threads and plain doubles, against every pair of breaks.
TEST(NaturalBreaks, OfManyValuesEqualTheBestOfAllPairsOfBreaks) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> draw(2, 1);
  std::vector<double> values(17000);
  for (double& v : values) v = draw(random);
  const auto fast = naturalBreaks(values, 3);
  ASSERT_TRUE(fast);

  std::ranges::sort(values);
  const size_t n = values.size();
  std::vector<double> sum(n + 1);  // about the mean, so that nothing cancels
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  double total = 0;
  for (size_t i = 0; i < n; ++i) {
    sum[i + 1] = sum[i] + (values[i] - mean);
    total += (values[i] - mean) * (values[i] - mean);
  }
  double between = 0;
  for (size_t j = 2; j < n; ++j) {
    double best = 0;
    for (size_t i = 1; i < j; ++i) {
      const double d = sum[j] - sum[i];
      best = std::max(best, sum[i] * sum[i] / static_cast<double>(i) + d * d / static_cast<double>(j - i));
    }
    const double d = sum[n] - sum[j];
    between = std::max(between, best + d * d / static_cast<double>(n - j));
  }
  EXPECT_NEAR(fast->sse, total - between, 1e-9 * total);
  EXPECT_EQ(*fast, *naturalBreaks(values, 3));
}

TEST(NaturalBreaks, FindSmallDifferencesBesideHugeValues) {
  // 30,000 distinct values in three tight groups and one outlier: the groups are 1e-9 of the outlier.
  std::vector<double> values{1e12};
  for (int group = 0; group < 3; ++group)
    for (int i = 0; i < 10000; ++i) values.push_back(group * 1000 + i * 0.001);
  const auto b = naturalBreaks(values, 4);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(10000, 10000, 10000, 1));
}

TEST(NaturalBreaks, KeepEqualValuesInOneClass) {
  std::vector<double> values(500, 3.0);
  for (int i = 0; i < 100; ++i) values.push_back(i % 5);
  for (int k = 1; k <= 8; ++k) {
    const auto b = naturalBreaks(values, k);
    ASSERT_TRUE(b);
    EXPECT_EQ(b->classes(), static_cast<size_t>(std::min(k, 5)));
    std::vector<size_t> counts(b->classes());
    for (double v : values) ++counts[b->classOf(v)];
    EXPECT_EQ(counts, b->counts);
  }
}

TEST(NaturalBreaks, AgreeWithPysalOnCalifornia) {
  const auto b = naturalBreaks(california, 5);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->upperBounds, ElementsAre(75.29, 192.05, 370.5, 722.85, 4111.45));
  EXPECT_THAT(b->counts, ElementsAre(49, 3, 4, 1, 1));
  // mapclassify gives the sum of absolute deviations from the class medians, 799.24.
  double adcm = 0;
  for (size_t c = 0; c < 5; ++c) {
    std::vector<double> in;
    for (double v : california)
      if (b->classOf(v) == static_cast<int>(c)) in.push_back(v);
    std::ranges::sort(in);
    const double median = (in[in.size() / 2] + in[(in.size() - 1) / 2]) / 2;
    for (double v : in) adcm += std::abs(v - median);
  }
  EXPECT_NEAR(adcm, 799.24, 1e-9);
}

TEST(Quantiles, AgreeWithPysalOnCalifornia) {
  const auto b = classify(california, BreakMethod::quantile, 5);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(12, 11, 12, 11, 12));  // limits 1.464, 5.798, 13.278, 54.616
  EXPECT_THAT(b->upperBounds, ElementsAre(1.34, 5.39, 13.09, 50.65, 4111.45));
}

TEST(Quantiles, KeepTiesTogether) {
  const std::vector<double> values{1, 1, 1, 1, 1, 1, 2, 3};
  const auto b = classify(values, BreakMethod::quantile, 3);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->upperBounds, ElementsAre(1, 3));
  EXPECT_THAT(b->counts, ElementsAre(6, 2));
}

TEST(Quantiles, OfOneToTenInFour) {
  const auto b = classify(whole(1, 10), BreakMethod::quantile, 4);  // limits 3.25, 5.5, 7.75 (R, type 7)
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(3, 2, 2, 3));
}

TEST(EqualIntervals, AgreeWithPysalOnCalifornia) {
  const auto b = classify(california, BreakMethod::equal, 5);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(57, 0, 0, 0, 1));
  EXPECT_THAT(b->limits, ElementsAre(DoubleNear(822.394, 1e-9), DoubleNear(1644.658, 1e-9),
                                     DoubleNear(2466.922, 1e-9), DoubleNear(3289.186, 1e-9), 4111.45));
  EXPECT_EQ(b->upperBounds.front(), 722.85);
}

TEST(EqualIntervals, PutAValueOnALimitBelowIt) {
  const auto b = classify(whole(0, 10), BreakMethod::equal, 5);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->upperBounds, ElementsAre(2, 4, 6, 8, 10));
  EXPECT_THAT(b->counts, ElementsAre(3, 2, 2, 2, 2));
}

TEST(StandardDeviations, AgreeWithPysalOnCalifornia) {
  // StdMean's limits: mean −2, −1, +1, +2 standard deviations are −967.362, −420.717, 672.573, 1219.219.
  const auto b = classify(california, BreakMethod::stddev, 6);
  ASSERT_TRUE(b);
  const double mean = (672.57333208 - 420.71712519) / 2;
  EXPECT_THAT(
      std::vector<double>(b->limits.begin(), b->limits.end() - 1),
      ElementsAre(DoubleNear(-967.36235382, 1e-6), DoubleNear(-420.71712519, 1e-6), DoubleNear(mean, 1e-6),
                  DoubleNear(672.57333208, 1e-6), DoubleNear(1219.21856072, 1e-6)));
  EXPECT_EQ(b->counts[0] + b->counts[1], 0u);
  EXPECT_EQ(b->counts[2] + b->counts[3], 56u);
  EXPECT_EQ(b->counts[4], 1u);
  EXPECT_EQ(b->counts[5], 1u);
}

TEST(StandardDeviations, CentreAnOddClassOnTheMean) {
  const auto b = classify(whole(-10, 10), BreakMethod::stddev, 3);
  ASSERT_TRUE(b);
  EXPECT_NEAR(b->limits[0], -b->limits[1], 1e-12);
  EXPECT_NEAR(b->limits[1] - b->limits[0], std::sqrt(770.0 / 20), 1e-12);
}

TEST(StandardDeviations, AreHalvedForManyClasses) {
  const auto b = classify(whole(-10, 10), BreakMethod::stddev, 10);
  ASSERT_TRUE(b);
  EXPECT_NEAR(b->limits[1] - b->limits[0], std::sqrt(770.0 / 20) / 2, 1e-12);
}

// From the examples of R's ?pretty, and further runs of it.
TEST(PrettyBreaks, AreThoseOfR) {
  const auto limits = [](std::vector<double> v, int n) {
    return classify(v, BreakMethod::pretty, n)->upperBounds;
  };
  EXPECT_THAT(limits(whole(1, 10), 5), ElementsAre(2, 4, 6, 8, 10));
  EXPECT_THAT(limits(whole(1, 20), 2), ElementsAre(10, 20));
  EXPECT_THAT(limits(whole(1, 20), 10), ElementsAre(2, 4, 6, 8, 10, 12, 14, 16, 18, 20));
  EXPECT_THAT(limits(whole(0, 97), 5), ElementsAre(20, 40, 60, 80, 100));
  EXPECT_THAT(limits({0.13, 0.91, 0.5, 0.7, 0.33, 0.21}, 5), ElementsAre(0.2, 0.4, 0.6, 0.8, 1.0));
  EXPECT_THAT(limits({-31, 42, 3, 7, 11}, 5), ElementsAre(-20, 0, 20, 40, 60));
}

TEST(PrettyBreaks, HoldEveryValue) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<double> values(20);
    const double scale = std::pow(10.0, static_cast<double>(random() % 24) - 12);
    for (double& v : values) v = scale * (static_cast<double>(random() % 100000) - 30000);
    const auto b = classify(values, BreakMethod::pretty, 1 + static_cast<int>(random() % 12));
    ASSERT_TRUE(b);
    EXPECT_EQ(std::accumulate(b->counts.begin(), b->counts.end(), size_t{0}), values.size());
    for (double v : values) EXPECT_GE(b->classOf(v), 0);
  }
}

TEST(HeadTailBreaks, AgreeWithPysal) {
  const auto california5 = classify(california, BreakMethod::headtail, 20);
  ASSERT_TRUE(california5);
  EXPECT_THAT(california5->counts, ElementsAre(50, 7, 1));  // means 125.928, 811.26
  std::vector<double> powers;
  for (int i = 1; i < 1000; ++i) powers.push_back(std::pow(i, -2));
  EXPECT_THAT(classify(powers, BreakMethod::headtail, 20)->counts, ElementsAre(975, 21, 2, 1));
  powers.push_back(1);
  EXPECT_THAT(classify(powers, BreakMethod::headtail, 20)->counts, ElementsAre(980, 17, 1, 2));
}

TEST(HeadTailBreaks, StopWhereTheHeadIsNoMinority) {
  EXPECT_THAT(classify(whole(1, 100), BreakMethod::headtail, 20)->counts, ElementsAre(50, 50));
}

TEST(HeadTailBreaks, MakeAtMostTheClassesAskedFor) {
  EXPECT_THAT(classify(california, BreakMethod::headtail, 2)->counts, ElementsAre(50, 8));
}

TEST(BoxMap, IsGeoDas) {
  const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 100, -60};
  // Sorted: −60 1 2 3 4 5 6 7 8 100 → Q1 = 2, median 4.5, Q3 = 7, fences −5.5 and 14.5.
  const auto b = classify(values, BreakMethod::box, 0);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->limits, ElementsAre(-5.5, 2, 4.5, 7, 14.5, 100));
  EXPECT_THAT(b->counts, ElementsAre(1, 1, 3, 3, 1, 1));  // below Q1 is strict: 2 itself belongs to 25–50 %
  EXPECT_THAT(b->upperBounds, ElementsAre(-60, 1, 4, 7, 8, 100));
}

TEST(BoxMap, KeepsItsSixClassesWithoutOutliers) {
  const auto b = classify(whole(1, 9), BreakMethod::box, 0);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(0, 2, 3, 2, 2, 0));
  EXPECT_EQ(b->classOf(1), 1);
  EXPECT_EQ(b->classOf(9), 4);
}

TEST(PercentileMap, IsGeoDas) {
  const auto b = classify(whole(1, 1000), BreakMethod::percentile, 0);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(10, 90, 400, 400, 90, 10));
  EXPECT_THAT(classify(california, BreakMethod::percentile, 0)->counts, ElementsAre(1, 5, 23, 23, 5, 1));
}

TEST(GeometricProgression, GrowsByOneFactor) {
  const std::vector<double> values{1, 2, 9, 10, 11, 99, 100, 101, 1000};
  const auto b = classify(values, BreakMethod::geometric, 3);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->limits, ElementsAre(DoubleNear(10, 1e-12), DoubleNear(100, 1e-12), 1000));
  EXPECT_THAT(b->counts, ElementsAre(4, 3, 2));
}

TEST(GeometricProgression, ShiftsDataThatReachZero) {
  // The smallest distance from zero is 3: classes of x + 3 from 3 to 3000, so the limits are 30 − 3 and 300
  // − 3.
  const std::vector<double> values{0, 3, 26, 28, 296, 298, 2997};
  const auto b = classify(values, BreakMethod::geometric, 3);
  ASSERT_TRUE(b);
  EXPECT_THAT(b->counts, ElementsAre(3, 2, 2));
  EXPECT_NEAR(b->limits[0], 27, 1e-9);
  EXPECT_NEAR(b->limits[1], 297, 1e-9);
}

TEST(ManualBreaks, KeepTheBoundsAsGiven) {
  const std::vector<double> values{1, 5, 10, 10, 15, 20};
  const std::vector<double> bounds{10, 12, 30};
  const auto b = classify(values, BreakMethod::manual, 0, bounds);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->upperBounds, bounds);
  EXPECT_THAT(b->counts, ElementsAre(4, 0, 2));
  EXPECT_TRUE(std::isnan(b->lowest[1]));
}

TEST(ManualBreaks, LoseNoValueAboveTheLastBound) {
  const std::vector<double> values{1, 5, 10, 40};
  const auto b = classify(values, BreakMethod::manual, 0, std::vector<double>{4, 20});
  ASSERT_TRUE(b);
  EXPECT_THAT(b->upperBounds, ElementsAre(4, 20, 40));
  EXPECT_THAT(b->counts, ElementsAre(1, 2, 1));
}

TEST(ManualBreaks, MustAscend) {
  const std::vector<double> values{1, 2};
  EXPECT_THAT(classify(values, BreakMethod::manual, 0, std::vector<double>{5, 4}).error().what,
              HasSubstr("ascend"));
  EXPECT_FALSE(classify(values, BreakMethod::manual, 0, std::vector<double>{5, nan}));
  EXPECT_FALSE(classify(values, BreakMethod::manual, 0));
}

TEST(Classify, SkipsAndCountsMissingAndInfiniteValues) {
  const std::vector<double> values{nan, 1, infinity, 2, 3, -infinity, nan};
  for (BreakMethod method : allMethods) {
    const auto b = classify(values, method, 3, std::vector<double>{2, 3});
    ASSERT_TRUE(b) << name(method);
    EXPECT_EQ(b->rows, 7u);
    EXPECT_EQ(b->missing, 4u);
    EXPECT_EQ(std::accumulate(b->counts.begin(), b->counts.end(), size_t{0}), 3u) << name(method);
    EXPECT_EQ(b->classOf(nan), -1);
    EXPECT_EQ(b->classOf(infinity), -1);
  }
}

TEST(Classify, GivesOneClassToEqualValues) {
  for (const auto& values :
       {std::vector<double>{5}, std::vector<double>{0, 0, -0.0}, std::vector<double>(10, -3.5)})
    for (BreakMethod method : allMethods) {
      if (method == BreakMethod::manual) continue;
      const auto b = classify(values, method, 5);
      ASSERT_TRUE(b) << name(method);
      EXPECT_THAT(b->upperBounds, ElementsAre(values[0])) << name(method);
      EXPECT_THAT(b->counts, ElementsAre(values.size()));
      EXPECT_EQ(b->sse, 0);
      EXPECT_EQ(b->gvf, 1);
    }
}

TEST(Classify, FailsWithoutValuesOrClasses) {
  EXPECT_FALSE(classify({}, BreakMethod::natural, 5));
  EXPECT_THAT(classify(std::vector<double>{nan, infinity}, BreakMethod::equal, 5).error().what,
              HasSubstr("All 2"));
  EXPECT_FALSE(classify(std::vector<double>{1, 2}, BreakMethod::natural, 0));
  EXPECT_FALSE(classify(std::vector<double>{1, 2}, BreakMethod::quantile, 1000));
}

TEST(Classify, KnowsItsMethodsByName) {
  for (BreakMethod method : allMethods) EXPECT_EQ(breakMethod(name(method)).value(), method);
  EXPECT_THAT(breakMethod("jenks").error().text(), HasSubstr("natural, quantile"));
}

// What holds for every method on any data.
TEST(Classify, ObeysItsLawsOnRandomData) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 600; ++round) {
    std::vector<double> values(1 + random() % 60);
    const double scale = std::pow(10.0, static_cast<double>(random() % 40) - 20);
    for (double& v : values) {
      v = round % 3 ? static_cast<double>(random() % 12) : std::ldexp(static_cast<double>(random()), -40);
      v = (v - static_cast<double>(round % 5)) * scale;
      if (random() % 10 == 0) v = nan;
    }
    values[0] = scale;
    const int k = 1 + static_cast<int>(random() % 9);
    std::set<double> distinct;
    for (double v : values)
      if (!std::isnan(v)) distinct.insert(v);
    double naturalSse = 0;
    for (BreakMethod method : allMethods) {
      const auto b = classify(values, method, k, std::vector<double>{-scale, scale * 3});
      ASSERT_TRUE(b) << name(method);
      ASSERT_EQ(b->counts.size(), b->classes());
      ASSERT_EQ(b->lowest.size(), b->classes());
      ASSERT_TRUE(b->limits.empty() || b->limits.size() == b->classes());
      for (size_t c = 1; c < b->classes(); ++c)
        EXPECT_LT(b->upperBounds[c - 1], b->upperBounds[c]) << name(method);
      std::vector<size_t> counts(b->classes());
      std::vector<double> lowest(b->classes(), infinity), highest(b->classes(), -infinity);
      for (double v : values) {
        if (std::isnan(v)) continue;
        const int c = b->classOf(v);
        ASSERT_GE(c, 0) << name(method) << " " << v;
        ++counts[c];
        lowest[c] = std::min(lowest[c], v), highest[c] = std::max(highest[c], v);
      }
      EXPECT_EQ(counts, b->counts) << name(method);
      for (size_t c = 0; c < b->classes(); ++c) {
        if (!counts[c]) continue;
        EXPECT_EQ(lowest[c], b->lowest[c]);
        EXPECT_EQ(highest[c], b->highest[c]);
        const bool given = method == BreakMethod::manual || method == BreakMethod::pretty;
        EXPECT_TRUE(given || highest[c] == b->upperBounds[c]) << name(method);
      }
      EXPECT_GE(b->gvf, -1e-12);
      EXPECT_LE(b->gvf, 1);
      if (method == BreakMethod::natural) {
        EXPECT_EQ(b->classes(), std::min<size_t>(k, distinct.size()));
        naturalSse = b->sse;
      } else if (b->classes() <= static_cast<size_t>(k)) {
        EXPECT_GE(b->sse, naturalSse * (1 - 1e-9)) << name(method) << " beats the optimum";
      }
    }
  }
}

// Each rule once more, as its sources say it: the number of limits that a value lies above, in long double
// and without a thought for speed. Values are whole numbers, so that they do fall on limits; 1e-9 is no
// difference.
struct Rules {
  std::vector<long double> sorted;

  explicit Rules(std::vector<double> values) : sorted(values.begin(), values.end()) {
    std::ranges::sort(sorted);
  }
  long double at(long double rank) const {  // linear between ranks, from 0
    rank = std::clamp<long double>(rank, 0, static_cast<long double>(sorted.size() - 1));
    const size_t i = static_cast<size_t>(rank);
    return i + 1 < sorted.size() ? sorted[i] + (rank - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
  }
  long double mean(size_t first = 0) const {
    return std::accumulate(sorted.begin() + static_cast<long>(first), sorted.end(), 0.0L) /
           (sorted.size() - first);
  }

  // The limit of each class but the last; true: the value of the limit itself belongs to the class below.
  std::vector<std::pair<long double, bool>> limits(BreakMethod method, int k) const {
    std::vector<std::pair<long double, bool>> result;
    const long double low = sorted.front(), high = sorted.back(), n = static_cast<long double>(sorted.size());
    const auto each = [&](auto&& limit) {
      for (int c = 1; c < k; ++c) result.emplace_back(limit(static_cast<long double>(c)), true);
    };
    switch (method) {
      case BreakMethod::quantile:
        each([&](long double c) { return at(c / k * (n - 1)); });
        break;
      case BreakMethod::equal:
        each([&](long double c) { return low + (high - low) * c / k; });
        break;
      case BreakMethod::stddev: {
        long double squares = 0;
        for (long double v : sorted) squares += (v - mean()) * (v - mean());
        const long double s = std::sqrt(squares / (n - 1));
        each([&](long double c) { return mean() + (c - k / 2.0L) * s; });
        break;
      }
      case BreakMethod::geometric: {
        long double shift = 0;
        if (low <= 0) {
          long double least = infinity;
          for (long double v : sorted)
            if (v != 0) least = std::min(least, std::abs(v));
          shift = least - low;
        }
        each([&](long double c) {
          return (low + shift) * std::pow((high + shift) / (low + shift), c / k) - shift;
        });
        break;
      }
      case BreakMethod::box: {
        const size_t half = (sorted.size() + 1) / 2;  // the median is in both halves
        const auto median = [&](size_t first, size_t count) {
          return (sorted[first + (count - 1) / 2] + sorted[first + count / 2]) / 2;
        };
        const long double q1 = median(0, half), q2 = median(0, sorted.size()),
                          q3 = median(sorted.size() - half, half);
        result = {{q1 - 1.5L * (q3 - q1), false},
                  {q1, false},
                  {q2, true},
                  {q3, true},
                  {q3 + 1.5L * (q3 - q1), true}};
        break;
      }
      case BreakMethod::percentile:
        for (int percent : {1, 10, 50, 90, 99})
          result.emplace_back(at(percent / 100.0L * n - 0.5L), percent > 10);
        break;
      case BreakMethod::headtail:
        for (size_t first = 0; static_cast<int>(result.size()) + 1 < k;) {
          const long double m = mean(first);
          size_t head = first;
          while (head < sorted.size() && sorted[head] <= m + 1e-9L) ++head;
          if (head == sorted.size()) break;
          result.emplace_back(m, true);
          if (static_cast<double>(sorted.size() - head) / static_cast<double>(sorted.size() - first) > 0.4)
            break;
          first = head;
        }
        break;
      default:
        break;
    }
    return result;
  }
};

TEST(Classify, PutsEveryValueWhereItsRuleSays) {
  std::mt19937_64 random(23);
  for (int round = 0; round < 4000; ++round) {
    std::vector<double> values(1 + random() % 14);
    for (double& v : values)
      v = static_cast<double>(random() % (round % 2 ? 8 : 60)) - static_cast<double>(round % 4 * 3);
    const std::set<double> distinct(values.begin(), values.end());
    const int asked = 1 + static_cast<int>(random() % 8);
    for (BreakMethod method :
         {BreakMethod::quantile, BreakMethod::equal, BreakMethod::stddev, BreakMethod::geometric,
          BreakMethod::box, BreakMethod::percentile, BreakMethod::headtail}) {
      const auto b = classify(values, method, asked);
      ASSERT_TRUE(b);
      if (distinct.size() == 1) {
        EXPECT_EQ(b->classes(), 1u);
        continue;
      }
      const bool fixed = method == BreakMethod::box || method == BreakMethod::percentile;
      const int k =
          method == BreakMethod::headtail ? asked : std::min<int>(asked, static_cast<int>(distinct.size()));
      const auto limits =
          fixed || k > 1 ? Rules(values).limits(method, k) : std::vector<std::pair<long double, bool>>{};
      const auto classOf = [&](double v) {
        return std::ranges::count_if(
            limits, [&](const auto& l) { return l.second ? v > l.first + 1e-9L : v >= l.first - 1e-9L; });
      };
      // Classes that hold nothing may be left out, so classes are compared by who shares one.
      for (double v : distinct)
        for (double w : distinct)
          ASSERT_EQ(b->classOf(v) < b->classOf(w), classOf(v) < classOf(w))
              << name(method) << " " << asked << " " << testing::PrintToString(values) << " " << v << " "
              << w;
    }
  }
}

TEST(Classify, MakesNoMoreClassesThanThereAreDistinctValues) {
  const std::vector<double> values{3, 1, 1, 2, 3, 3, nan};
  for (BreakMethod method : {BreakMethod::natural, BreakMethod::quantile, BreakMethod::equal,
                             BreakMethod::stddev, BreakMethod::geometric, BreakMethod::headtail}) {
    const auto b = classify(values, method, 9);
    ASSERT_TRUE(b) << name(method);
    EXPECT_LE(b->classes(), 3u) << name(method);
  }
  EXPECT_THAT(classify(values, BreakMethod::natural, 9)->counts, ElementsAre(2, 1, 3));
}

TEST(Classify, StandsHugeValues) {
  const std::vector<double> values{-1.7e308, -1e308, 0, 1e300, 1e308, 1.7e308};
  for (BreakMethod method : allMethods) {
    const auto b = classify(values, method, 3, std::vector<double>{0, 1.7e308});
    ASSERT_TRUE(b) << name(method);
    EXPECT_EQ(std::accumulate(b->counts.begin(), b->counts.end(), size_t{0}), 6u) << name(method);
    EXPECT_FALSE(std::isnan(b->gvf)) << name(method);
  }
}

}  // namespace
}  // namespace geo
