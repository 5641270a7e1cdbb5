#include "geo/statistics.h"

#include <fstream>
#include <numeric>
#include <random>

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// R: x <- c(2,4,4,5,7,9,30); mean 8.714286, var 92.904762, quantile 4, 5, 8.
TEST(Summary, IsThatOfR) {
  const std::vector<double> v{9, 2, nan, 4, 7, 4, 30, 5, std::numeric_limits<double>::infinity()};
  const Summary s = summary(v);
  EXPECT_EQ(s.rows, 9u);
  EXPECT_EQ(s.missing, 2u);
  EXPECT_EQ(s.min, 2);
  EXPECT_EQ(s.max, 30);
  EXPECT_EQ(s.sum, 61);
  EXPECT_NEAR(s.mean, 61.0 / 7, 1e-14);
  EXPECT_EQ(s.median, 5);
  EXPECT_EQ(s.firstQuartile, 4);
  EXPECT_EQ(s.thirdQuartile, 8);
  EXPECT_EQ(s.distinct, 6u);
  double squares = 0;
  for (double x : {2., 4., 4., 5., 7., 9., 30.}) squares += (x - 61.0 / 7) * (x - 61.0 / 7);
  EXPECT_NEAR(s.variance, squares / 6, 1e-12);
}

TEST(Summary, OfNothingIsMissingNotZero) {
  const Summary s = summary(std::vector<double>{nan});
  EXPECT_EQ(s.count(), 0u);
  EXPECT_TRUE(std::isnan(s.mean) && std::isnan(s.min) && std::isnan(s.sum));
  EXPECT_TRUE(std::isnan(summary(std::vector<double>{5}).variance));
}

TEST(Quantile, InterpolatesBetweenRanks) {
  const std::vector<double> v{4, 1, 3, 2}, p{0, 0.25, 0.5, 0.9, 1};
  EXPECT_THAT(quantiles(v, p), ElementsAre(1, 1.75, 2.5, testing::DoubleNear(3.7, 1e-12), 4));
}

TEST(Histogram, CountsEveryValueOnce) {
  std::mt19937_64 random(3);
  for (int bins : {0, 1, 7, 50}) {
    std::vector<double> v(500);
    for (double& x : v) x = static_cast<double>(random() % 100) / 10;
    const Histogram h = histogram(v, bins);
    ASSERT_EQ(h.edges.size(), h.counts.size() + 1);
    EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), size_t{0}), 500u);
    for (size_t b = 0; b < h.counts.size(); ++b) {
      size_t count = 0;
      for (double x : v)
        count += x >= h.edges[b] && (x < h.edges[b + 1] || (b + 1 == h.counts.size() && x <= h.edges[b + 1]));
      EXPECT_EQ(count, h.counts[b]);
    }
  }
  EXPECT_TRUE(histogram({}).edges.empty());
  EXPECT_THAT(histogram(std::vector<double>{3, 3}).counts, ElementsAre(2));
}

TEST(Fit, OfNaturalBreaksIsTheBest) {
  std::mt19937_64 random(8);
  std::vector<double> v(400);
  for (double& x : v) x = std::exp(static_cast<double>(random() % 1000) / 200);
  const auto fits = fitOfEachMethod(v, 5);
  ASSERT_TRUE(fits);
  ASSERT_EQ(fits->size(), 9u);
  for (const Fit& f : *fits) EXPECT_TRUE(f.classes > 5 || f.gvf <= (*fits)[0].gvf + 1e-12) << name(f.method);
}

TEST(ClassAdvice, KnowsTheFitOfEveryNumberOfClasses) {
  std::mt19937_64 random(8);
  std::vector<double> v(300);
  for (double& x : v) x = static_cast<double>(random() % 10000);
  const auto advice = adviseClasses(v);
  ASSERT_TRUE(advice);
  ASSERT_EQ(advice->gvf.size(), 9u);
  for (int k = 1; k <= 9; ++k) EXPECT_NEAR(advice->gvf[k - 1], naturalBreaks(v, k)->gvf, 1e-12) << k;
}

TEST(ClassAdvice, FindsTheGroupsThatAreThere) {
  std::vector<double> v;
  for (double centre : {0., 100., 250., 600.})
    for (int i = 0; i < 20; ++i) v.push_back(centre + i * 0.01);
  EXPECT_EQ(adviseClasses(v)->classes, 3);  // three explain more than 90 %
  EXPECT_EQ(adviseClasses(std::vector<double>{1, 1, 2})->classes, 2);
  EXPECT_EQ(adviseClasses(std::vector<double>{1})->classes, 1);
}

// Marshall 1991 by hand: two rows, rates 0.1 and 0.3, bases 100 and 100. m = 0.2, s² = 0.01,
// A = 0.01 − 0.2 / 100 = 0.008; C = 0.008 / (0.008 + 0.002) = 0.8.
TEST(EmpiricalBayes, DrawsRatesTowardsTheOverallOne) {
  const auto s = empiricalBayes(std::vector<double>{10, 30, 1}, std::vector<double>{100, 100, 0});
  ASSERT_TRUE(s);
  EXPECT_NEAR(s->overall, 0.2, 1e-15);
  EXPECT_NEAR(s->variance, 0.008, 1e-15);
  EXPECT_NEAR(s->trust[0], 0.8, 1e-12);
  EXPECT_NEAR(s->smoothed[0], 0.12, 1e-12);
  EXPECT_NEAR(s->smoothed[1], 0.28, 1e-12);
  EXPECT_TRUE(std::isnan(s->raw[2]) && std::isnan(s->smoothed[2]));  // no base: no rate, not 0
}

TEST(EmpiricalBayes, TrustsLargeBasesMore) {
  const auto s = empiricalBayes(std::vector<double>{5, 500, 200}, std::vector<double>{10, 1000, 1000});
  ASSERT_TRUE(s);
  EXPECT_LT(s->trust[0], s->trust[1]);
  EXPECT_LT(s->smoothed[0], s->raw[0]);
}

TEST(EmpiricalBayes, RefusesNegativeAndEmptyBases) {
  EXPECT_THAT(empiricalBayes(std::vector<double>{1, 2}, std::vector<double>{10, -1}).error().what,
              HasSubstr("row 1"));
  EXPECT_FALSE(empiricalBayes(std::vector<double>{-1}, std::vector<double>{10}));
  EXPECT_FALSE(empiricalBayes(std::vector<double>{1, nan}, std::vector<double>{0, 5}));
}

// Anscombe 1973, first set: y = 3.0001 + 0.5001 x, r 0.8164205, standard error 0.1179055, p 0.00217 (R's lm).
// Tukey 1977, Exploratory Data Analysis: hinges are the medians of the halves, the middle value in both.
TEST(BoxPlots, HaveTukeysHingesAndWhiskers) {
  const std::vector<double> v{50, 1, 2, 3, 4, 5, 6, 7, 8, nan, -30};
  const BoxPlot b = boxPlot(v);  // −30 1 2 3 4 | 5 | … : hinges of ten values are the third and the eighth
  EXPECT_EQ(b.count, 10u);
  EXPECT_EQ(b.firstQuartile, 2);
  EXPECT_EQ(b.median, 4.5);
  EXPECT_EQ(b.thirdQuartile, 7);
  EXPECT_EQ(b.lowWhisker, 1);
  EXPECT_EQ(b.highWhisker, 8);
  EXPECT_THAT(b.outliers, testing::ElementsAre(10, 0));
}

TEST(BoxPlots, KeepAValueOnTheFenceInside) {
  const BoxPlot b = boxPlot(std::vector<double>{0, 0, 1, 1, 2.5});  // hinges 0 and 1: the fence is 2.5
  EXPECT_EQ(b.highWhisker, 2.5);
  EXPECT_TRUE(b.outliers.empty());
}

TEST(BoxPlots, AgreeWithTheBoxMap) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> v(1 + random() % 40);
    for (double& x : v) x = std::round(10 * std::tan(static_cast<double>(random() % 1000) / 330));
    const BoxPlot b = boxPlot(v);
    EXPECT_EQ(b.count, v.size());
    size_t low = 0, high = 0;
    for (uint32_t row : b.outliers) low += v[row]<b.median, high += v[row]> b.median;
    for (double x : v) {
      const bool out = x < b.lowWhisker || x > b.highWhisker;
      EXPECT_EQ(out, std::ranges::count_if(b.outliers, [&](uint32_t r) { return v[r] == x; }) > 0);
    }
    const auto map = classify(v, BreakMethod::box, 6);
    ASSERT_TRUE(map);
    if (map->classes() == 6) {
      EXPECT_EQ(map->counts[0], low);
      EXPECT_EQ(map->counts[5], high);
    }
  }
}

TEST(BoxPlots, OfNothingOrOneValue) {
  EXPECT_TRUE(std::isnan(boxPlot({}).median));
  EXPECT_TRUE(std::isnan(boxPlot(std::vector<double>{nan}).lowWhisker));
  const BoxPlot one = boxPlot(std::vector<double>{7});
  EXPECT_EQ(one.lowWhisker, 7);
  EXPECT_EQ(one.highWhisker, 7);
}

TEST(Regression, OfAnscombesFirstSetIsThePublishedOne) {
  const std::vector<double> x{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5, nan};
  const std::vector<double> y{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68, 1};
  const auto g = regression(x, y);
  ASSERT_TRUE(g);
  EXPECT_EQ(g->count, 11u);
  EXPECT_NEAR(g->intercept, 3.0000909, 1e-6);
  EXPECT_NEAR(g->slope, 0.5000909, 1e-7);
  EXPECT_NEAR(g->r, 0.8164205, 1e-7);
  EXPECT_NEAR(g->slopeError, 0.1179055, 1e-7);
  EXPECT_NEAR(g->p, 0.002169629, 1e-8);
}

TEST(Regression, RefusesAConstantAndTooFewRows) {
  EXPECT_FALSE(regression(std::vector<double>{1, 1, 1}, std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(regression(std::vector<double>{1, nan}, std::vector<double>{1, 2}));
  EXPECT_TRUE(std::isnan(regression(std::vector<double>{1, 2, 3}, std::vector<double>{5, 5, 5})->r));
}

TEST(NormalP, IsThePublishedTable) {
  EXPECT_NEAR(twoSidedP(1.959963985), 0.05, 1e-9);
  EXPECT_NEAR(twoSidedP(-2.575829304), 0.01, 1e-9);
}

}  // namespace
}  // namespace geo
