#include "geo/composite.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> random(size_t n, std::mt19937_64& engine) {
  std::vector<double> v(n);
  for (double& x : v) x = static_cast<double>(engine() % 1000) / 7;
  return v;
}

TEST(CompositeIndex, IsTheWeightedMeanOfWhatWasNormalised) {
  const std::vector<double> income{10, 20, 30}, waste{4, 2, 3};
  const auto c =
      compositeIndex(std::vector<CompositePart>{{income, 3, true}, {waste, 1, false}}, Normalisation::minMax);
  ASSERT_TRUE(c);
  EXPECT_THAT(c->normalised[0], ElementsAre(0, 0.5, 1));
  EXPECT_THAT(c->normalised[1], ElementsAre(0, 1, 0.5));
  EXPECT_THAT(c->weights, ElementsAre(0.75, 0.25));
  EXPECT_THAT(c->score, ElementsAre(0, 0.625, 0.875));
  EXPECT_THAT(c->rank, ElementsAre(3, 2, 1));
  EXPECT_THAT(c->warnings, IsEmpty());
}

TEST(CompositeIndex, StandardisesBySampleDeviation) {
  const std::vector<double> v{2, 4, 6};
  const auto c = compositeIndex(std::vector<CompositePart>{{v, 1, true}}, Normalisation::zScore);
  ASSERT_TRUE(c);
  EXPECT_THAT(c->score, ElementsAre(-1, 0, 1));
}

TEST(CompositeIndex, SharesRanksAmongTies) {
  const std::vector<double> v{5, 9, 5, 1};
  const auto c = compositeIndex(std::vector<CompositePart>{{v, 1, true}}, Normalisation::rank);
  ASSERT_TRUE(c);
  EXPECT_THAT(c->rank, ElementsAre(2.5, 1, 2.5, 4));
  EXPECT_THAT(c->normalised[0], ElementsAre(0.5, 1, 0.5, 0));
  // Equal sums of different parts are ties too, whatever rounding makes of them.
  const std::vector<double> a{0.1, 0.3, 0, 1}, b{0.3, 0.1, 0, 1};
  const auto sum =
      compositeIndex(std::vector<CompositePart>{{a, 1, true}, {b, 1, true}}, Normalisation::minMax);
  EXPECT_THAT(sum->rank, ElementsAre(2.5, 2.5, 4, 1));
}

TEST(CompositeIndex, GivesNoScoreWhereAPartIsMissing) {
  const std::vector<double> a{1, nan, 3}, b{3, 2, 7};
  const auto c =
      compositeIndex(std::vector<CompositePart>{{a, 1, true}, {b, 1, true}}, Normalisation::minMax);
  ASSERT_TRUE(c);
  EXPECT_TRUE(std::isnan(c->score[1]));
  EXPECT_TRUE(std::isnan(c->rank[1]));
  EXPECT_EQ(c->rank[2], 1);
  EXPECT_THAT(c->warnings, testing::Contains(HasSubstr("1 of 3 rows")));
  // A part that does not count may be missing.
  const auto without =
      compositeIndex(std::vector<CompositePart>{{a, 0, true}, {b, 1, true}}, Normalisation::minMax);
  EXPECT_EQ(without->rank[1], 3);
}

TEST(CompositeIndex, WarnsOfPartsThatDoNotVaryOrSayTheSame) {
  const std::vector<double> same{4, 4, 4}, a{1, 2, 4}, b{10, 20, 41};
  const auto c = compositeIndex(std::vector<CompositePart>{{same, 1, true}, {a, 1, true}, {b, 1, true}},
                                Normalisation::minMax);
  ASSERT_TRUE(c);
  EXPECT_THAT(c->normalised[0], ElementsAre(0.5, 0.5, 0.5));
  EXPECT_THAT(c->warnings, ElementsAre(HasSubstr("Indicator 1"), HasSubstr("Indicators 2 and 3")));
}

TEST(CompositeIndex, RefusesWhatMakesNoSense) {
  const std::vector<double> two{1, 2}, three{1, 2, 3}, gaps{nan, nan};
  const auto error = [](std::vector<CompositePart> parts) {
    const auto c = compositeIndex(parts, Normalisation::minMax);
    return c ? std::string() : c.error().text();
  };
  EXPECT_THAT(error({}), HasSubstr("at least one"));
  EXPECT_THAT(error({{two, 1, true}, {three, 1, true}}), HasSubstr("3 rows"));
  EXPECT_THAT(error({{two, -1, true}}), HasSubstr("-1"));
  EXPECT_THAT(error({{two, 0, true}}), HasSubstr("add up to nothing"));
  EXPECT_THAT(error({{gaps, 1, true}}), HasSubstr("No row"));
}

// Written down once more, plainly.
std::vector<double> ranksOf(const std::vector<double>& score) {
  std::vector<double> rank(score.size());
  for (size_t i = 0; i < score.size(); ++i) {
    double above = 0, equal = 0;
    for (double s : score) above += s > score[i] + 1e-12, equal += std::abs(s - score[i]) <= 1e-12;
    rank[i] = above + (equal + 1) / 2;
  }
  return rank;
}

TEST(CompositeIndex, EqualsBruteForce) {
  std::mt19937_64 engine(5);
  for (int round = 0; round < 50; ++round) {
    const size_t rows = 2 + engine() % 20;
    const auto a = random(rows, engine), b = random(rows, engine), c = random(rows, engine);
    const auto index = compositeIndex(std::vector<CompositePart>{{a, 2, true}, {b, 1, false}, {c, 5, true}},
                                      Normalisation::minMax);
    ASSERT_TRUE(index);
    std::vector<double> score(rows);
    const auto unit = [](const std::vector<double>& v, size_t i) {
      const auto [low, high] = std::ranges::minmax(v);
      return high > low ? (v[i] - low) / (high - low) : 0.5;
    };
    for (size_t i = 0; i < rows; ++i) {
      const double turned = std::ranges::min(b) < std::ranges::max(b) ? 1 - unit(b, i) : 0.5;
      score[i] = (2 * unit(a, i) + turned + 5 * unit(c, i)) / 8;
      EXPECT_NEAR(index->score[i], score[i], 1e-12);
    }
    EXPECT_EQ(index->rank, ranksOf(score));
  }
}

TEST(RankStability, IsCertainWhereOneRowIsBestInEverything) {
  const std::vector<double> a{1, 5, 9, 2}, b{3, 6, 8, 2};
  const auto s = rankStability(std::vector<CompositePart>{{a, 1, true}, {b, 1, true}}, Normalisation::minMax);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->low[2], 1);
  EXPECT_EQ(s->high[2], 1);
  EXPECT_EQ(s->keeps[2], 1);
}

// Two parts that say the opposite: row 0 leads while w₀ is the larger weight, which with ±s of both happens
// in half of the draws; a third row between them is never first while the others differ.
TEST(RankStability, OfOpposedPartsIsAnEvenChance) {
  const std::vector<double> a{1, 0, 0.4}, b{0, 1, 0.4};
  const std::vector<CompositePart> parts{{a, 1.0001, true}, {b, 1, true}};
  const auto s = rankStability(parts, Normalisation::minMax, 0.25, 20000, 3);
  ASSERT_TRUE(s);
  EXPECT_NEAR(s->keeps[0], 0.5, 0.02);
  EXPECT_EQ(s->low[0], 1);
}

// Against a plain simulation with another generator: the shares agree within what chance allows.
TEST(RankStability, EqualsBruteForce) {
  std::mt19937_64 engine(11);
  const size_t rows = 8, draws = 20000;
  const auto a = random(rows, engine), b = random(rows, engine), c = random(rows, engine);
  const std::vector<CompositePart> parts{{a, 2, true}, {b, 1, false}, {c, 1, true}};
  const auto index = compositeIndex(parts, Normalisation::zScore);
  const auto s = rankStability(parts, Normalisation::zScore, 0.5, draws, 9);
  ASSERT_TRUE(index && s);
  std::uniform_real_distribution<double> move(0.5, 1.5);
  std::vector<std::vector<double>> drawn(rows);
  std::vector<double> kept(rows, 0);
  for (size_t d = 0; d < draws; ++d) {
    const double w0 = 2 * move(engine), w1 = move(engine), w2 = move(engine), sum = w0 + w1 + w2;
    std::vector<double> score(rows);
    for (size_t i = 0; i < rows; ++i)
      score[i] =
          (w0 * index->normalised[0][i] + w1 * index->normalised[1][i] + w2 * index->normalised[2][i]) / sum;
    const auto rank = ranksOf(score);
    for (size_t i = 0; i < rows; ++i) drawn[i].push_back(rank[i]), kept[i] += rank[i] == index->rank[i];
  }
  for (size_t i = 0; i < rows; ++i) {
    std::ranges::sort(drawn[i]);
    EXPECT_NEAR(s->keeps[i], kept[i] / draws, 0.02);
    EXPECT_NEAR(s->low[i], drawn[i][draws / 20], 1);
    EXPECT_NEAR(s->median[i], drawn[i][draws / 2], 1);
    EXPECT_NEAR(s->high[i], drawn[i][draws - draws / 20], 1);
  }
}

TEST(RankStability, IsTheSameForTheSameSeed) {
  std::mt19937_64 engine(2);
  const auto a = random(100, engine), b = random(100, engine);
  const std::vector<CompositePart> parts{{a, 1, true}, {b, 1, true}};
  const auto one = rankStability(parts, Normalisation::rank, 0.3, 500, 4);
  const auto two = rankStability(parts, Normalisation::rank, 0.3, 500, 4);
  const auto other = rankStability(parts, Normalisation::rank, 0.3, 500, 5);
  ASSERT_TRUE(one && two && other);
  EXPECT_EQ(one->keeps, two->keeps);
  EXPECT_NE(one->keeps, other->keeps);
}

TEST(RankStability, WithoutMovementKeepsEveryRank) {
  const std::vector<double> a{3, 1, nan, 2}, b{1, 9, 4, 4};
  const auto s =
      rankStability(std::vector<CompositePart>{{a, 1, true}, {b, 2, true}}, Normalisation::minMax, 0, 10);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->keeps[0], 1);
  EXPECT_TRUE(std::isnan(s->keeps[2]));
  EXPECT_TRUE(std::isnan(s->median[2]));
  EXPECT_FALSE(rankStability(std::vector<CompositePart>{{a, 1, true}}, Normalisation::minMax, 1.5));
  EXPECT_FALSE(rankStability(std::vector<CompositePart>{{a, 1, true}}, Normalisation::minMax, 0.2, 0));
}

}  // namespace
}  // namespace geo
