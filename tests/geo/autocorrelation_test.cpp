#include "geo/autocorrelation.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>
#include <sstream>

#include "geo/statistics.h"

namespace geo {
namespace {

using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string fileText(const std::string& name) {
  std::ifstream in(std::string(TEST_DATA) + "/classic/" + name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Table classicTable(const std::string& name) {
  std::stringstream in(fileText(name));
  Table table;
  std::string line, cell;
  std::getline(in, line);
  for (std::stringstream header(line); std::getline(header, cell, ',');) {
    table.columns.push_back({cell, ColumnType::real, {}, {}, {}});
  }
  while (std::getline(in, line)) {
    std::stringstream cells(line);
    for (auto& column : table.columns) {
      std::getline(cells, cell, ',');
      column.numbers.push_back(std::stod(cell));
    }
    ++table.rowCount;
  }
  table.columns[0].type = ColumnType::integer;
  return table;
}

std::vector<double> numbers(const Table& table, const char* name) { return table.find(name)->numbers; }

// Cells of a w × h grid that share an edge; rows of the grid one after the other.
Weights lattice(uint32_t w, uint32_t h) {
  Weights weights;
  for (uint32_t i = 0; i < w * h; ++i) {
    const uint32_t x = i % w, y = i / w;
    if (y > 0) weights.neighbour.push_back(i - w);
    if (x > 0) weights.neighbour.push_back(i - 1);
    if (x + 1 < w) weights.neighbour.push_back(i + 1);
    if (y + 1 < h) weights.neighbour.push_back(i + w);
    weights.start.push_back(static_cast<uint32_t>(weights.neighbour.size()));
  }
  weights.weight.assign(weights.neighbour.size(), 1);
  return weights;
}

// The definitions, written down as double sums over a full matrix.
struct ByDefinition {
  double moran, geary, g;
};
ByDefinition byDefinition(const std::vector<double>& y, const Weights& w) {
  const size_t n = y.size();
  std::vector<std::vector<double>> m(n, std::vector<double>(n, 0));
  for (size_t i = 0; i < n; ++i)
    for (size_t l = 0; l < w.count(i); ++l) m[i][w.neighbours(i)[l]] = w.weightsOf(i)[l];
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(n);
  double s0 = 0, squares = 0, cross = 0, differences = 0, products = 0, all = 0;
  for (size_t i = 0; i < n; ++i) {
    squares += (y[i] - mean) * (y[i] - mean);
    for (size_t j = 0; j < n; ++j) {
      s0 += m[i][j];
      cross += m[i][j] * (y[i] - mean) * (y[j] - mean);
      differences += m[i][j] * (y[i] - y[j]) * (y[i] - y[j]);
      products += (m[i][j] > 0) * y[i] * y[j];
      if (i != j) all += y[i] * y[j];
    }
  }
  const double dn = static_cast<double>(n);
  return {dn / s0 * cross / squares, (dn - 1) * differences / (2 * s0 * squares), products / all};
}

// Moran's I of CRIME with queen neighbours. Published in Anselin 2007, "Spatial Regression Analysis in R. A
// Workbook", and by R's spdep: I 0.485770914, expectation −0.020833333, variance 0.008860962 (normality),
// 0.008991121 (randomisation), standard deviate 5.3818, two-sided p 7.374e-08 (normality).
TEST(Moran, OfColumbusCrimeIsThePublishedOne) {
  const Table table = classicTable("columbus.csv");
  const auto weights = weightsFromGal(fileText("columbus.gal"), table);
  ASSERT_TRUE(weights) << weights.error().text();
  const auto a = autocorrelation(numbers(table, "CRIME"), *weights);
  ASSERT_TRUE(a);
  EXPECT_NEAR(a->moran.value, 0.485770914, 5e-10);
  EXPECT_NEAR(a->moran.expected, -0.020833333, 5e-10);
  EXPECT_NEAR(a->moran.varianceNormality, 0.008860962, 5e-10);
  EXPECT_NEAR(a->moran.varianceRandomisation, 0.008991121, 5e-10);
  EXPECT_NEAR(a->moran.z, 5.3818, 5e-5);
  EXPECT_NEAR(a->moran.p, 7.374e-08, 5e-12);
  EXPECT_EQ(a->moranP, 0.001);  // none of 999
  EXPECT_EQ(a->islands, 0u);
}

// PySAL, esda/tests/test_moran.py: I 0.24772519320480135, one-sided p 5.7916539074498452e-05.
TEST(Moran, OfNorthCarolinaInfantDeathsIsPysals) {
  const Table table = classicTable("sids.csv");
  const auto weights = weightsFromGal(fileText("sids2.gal"), table);
  ASSERT_TRUE(weights) << weights.error().text();
  const auto births = numbers(table, "BIR74"), deaths = numbers(table, "SID74");
  std::vector<double> rate(births.size());
  for (size_t i = 0; i < rate.size(); ++i) rate[i] = 1000 * deaths[i] / births[i];
  const auto a = autocorrelation(rate, *weights, {.permutations = 0});
  ASSERT_TRUE(a);
  EXPECT_NEAR(a->moran.value, 0.24772519320480135, 1e-6);  // the published rates have six decimals
  EXPECT_NEAR(a->moran.p / 2, 5.7916539074498452e-05, 1e-9);
  EXPECT_TRUE(std::isnan(a->moranP));
}

// PySAL, esda/tests/test_moran.py, Moran_Rate: I 0.16622343552567395, one-sided p 0.004191499504892171.
TEST(Moran, OfRatesWithSmallBasesIsPysals) {
  const Table table = classicTable("sids.csv");
  const auto weights = weightsFromGal(fileText("sids2.gal"), table);
  const auto rates = standardisedRates(numbers(table, "SID79"), numbers(table, "BIR79"));
  ASSERT_TRUE(rates);
  const auto a = autocorrelation(*rates, *weights, {.permutations = 0});
  EXPECT_NEAR(a->moran.value, 0.16622343552567395, 1e-12);
  EXPECT_NEAR(a->moran.p / 2, 0.004191499504892171, 1e-12);
}

// PySAL, esda/tests/test_moran.py, test_variance: 3 × 3 lattice, 1 … 9, binary.
TEST(Moran, HasPysalsVariancesOnALattice) {
  std::vector<double> y(9);
  std::iota(y.begin(), y.end(), 1);
  const auto a = autocorrelation(y, lattice(3, 3), {.permutations = 0, .binary = true});
  ASSERT_TRUE(a);
  EXPECT_NEAR(a->moran.varianceRandomisation, 0.059687500000000004, 1e-15);
  EXPECT_NEAR(a->moran.varianceNormality, 0.053125000000000006, 1e-15);
}

// PySAL, esda/tests/test_geary.py: the 4 × 4 lattice of Griffith's book.
TEST(Geary, OfTheBooksLatticeIsPysals) {
  const std::vector<double> y{39, 41, 38, 45, 39, 42, 41, 42, 48, 49, 48, 51, 47, 51, 50, 55};
  const auto a = autocorrelation(y, lattice(4, 4), {.permutations = 0});
  ASSERT_TRUE(a);
  EXPECT_NEAR(a->geary.value, 0.33301083591331254, 1e-14);
  EXPECT_NEAR(a->geary.varianceNormality, 0.031805300245097874, 1e-14);
  EXPECT_NEAR(a->geary.z, -3.7399778367629564, 1e-12);
  EXPECT_NEAR(a->geary.p / 2, 9.2018240680169505e-05, 1e-15);
  EXPECT_NEAR(a->geary.varianceRandomisation, 0.033411917666958356, 1e-14);
  EXPECT_NEAR(a->geary.zRandomisation, -3.6489513837253944, 1e-12);
}

// PySAL, esda/tests/test_getisord.py: six points, neighbours within 15.
TEST(GetisOrd, OfSixPointsIsPysals) {
  const std::vector<Point> points{{10, 10}, {20, 10}, {40, 10}, {15, 20}, {30, 20}, {30, 30}};
  const std::vector<double> y{2, 3, 3.2, 5, 8, 7};
  const auto a = autocorrelation(y, distanceWeights(points, false, 15), {.permutations = 0, .binary = true});
  ASSERT_TRUE(a);
  EXPECT_NEAR(a->g.value, 0.55709779, 1e-8);
  EXPECT_NEAR(a->g.pRandomisation / 2, 0.172936, 1e-6);
}

// PySAL, documentation of esda.G_Local with star=True and binary weights: the six points above.
TEST(HotSpots, OfSixPointsArePysals) {
  const std::vector<Point> points{{10, 10}, {20, 10}, {40, 10}, {15, 20}, {30, 20}, {30, 30}};
  const std::vector<double> y{2, 3, 3.2, 5, 8, 7};
  const std::vector<double> published{-1.39727626, -0.28917762, 0.65064964,
                                      -0.28917762, 1.23452088,  2.02424331};
  for (bool binary : {true, false}) {  // all links of a row count the same either way
    const auto a =
        autocorrelation(y, distanceWeights(points, false, 15), {.permutations = 99, .binary = binary});
    ASSERT_TRUE(a);
    ASSERT_EQ(a->localG.size(), 6u);
    for (size_t i = 0; i < y.size(); ++i) {
      if (i == 2) continue;  // an island here: nobody lies within 15 of it
      EXPECT_NEAR(a->localG[i].z, published[i], 1e-8) << i;
      EXPECT_EQ(a->localG[i].spot, published[i] > 0 ? Spot::hot : Spot::cold) << i;
    }
  }
}

// The definition (Ord & Getis 1995, equation 14), over sums that hold the row itself.
TEST(HotSpots, AreWhatTheDefinitionSays) {
  std::mt19937_64 random(4);
  const Weights w = lattice(5, 4);
  std::vector<double> y(20);
  for (double& v : y) v = static_cast<double>(random() % 100);
  const auto a = autocorrelation(y, w);
  ASSERT_TRUE(a);
  const double n = 20, mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double squares = 0;
  for (double v : y) squares += v * v;
  const double s = std::sqrt(squares / n - mean * mean);
  for (size_t i = 0; i < y.size(); ++i) {
    double sum = y[i], count = 1;
    for (uint32_t j : w.neighbours(i)) sum += y[j], ++count;
    EXPECT_NEAR(a->localG[i].z, (sum - count * mean) / (s * std::sqrt((n * count - count * count) / (n - 1))),
                1e-9);
    EXPECT_EQ(a->localG[i].p, a->local[i].p);
    EXPECT_EQ(a->localG[i].row, i);
  }
}

TEST(HotSpots, AreFoundWhereTheyAreAndOnlyThere) {
  std::vector<double> y(100);
  for (uint32_t i = 0; i < 100; ++i) {
    const double x = i % 10, row = i / 10;
    y[i] = x < 4 && row < 4 ? 10 : x > 5 && row > 5 ? -10 : (i * 7 % 5) * 0.01;
  }
  y[9] = 100;  // alone among low neighbours: its own value makes no hot spot
  const auto a = autocorrelation(y, lattice(10, 10));
  ASSERT_TRUE(a);
  EXPECT_EQ(name(a->localG[88].found), "cold");
  EXPECT_EQ(name(a->localG[5].found), "ns");
  EXPECT_EQ(name(a->localG[9].found), "ns");
  EXPECT_EQ(a->localG[9].spot, Spot::hot);
}

TEST(HotSpots, OfIslandsAreNone) {
  Weights w = lattice(3, 1);
  w.start.push_back(w.start.back());
  const auto a = autocorrelation(std::vector<double>{1, 2, 3, 9}, w);
  ASSERT_TRUE(a);
  EXPECT_TRUE(std::isnan(a->localG[3].z));
  EXPECT_TRUE(std::isnan(a->localG[3].p));
  EXPECT_EQ(a->localG[3].spot, Spot::ns);
}

TEST(GetisOrd, IsMissingWhereValuesAreNegative) {
  const std::vector<double> y{1, -2, 3, 4};
  const auto a = autocorrelation(y, lattice(2, 2));
  ASSERT_TRUE(a);
  EXPECT_TRUE(std::isnan(a->g.value));
  EXPECT_TRUE(std::isnan(a->gP));
}

TEST(Autocorrelation, IsWhatTheDefinitionsSay) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 50; ++round) {
    const uint32_t width = 2 + random() % 4, height = 2 + random() % 4;
    std::vector<double> y(width * height);
    for (double& v : y) v = static_cast<double>(random() % 100);
    y[0] = 1000;
    const Weights w = lattice(width, height);
    for (bool binary : {false, true}) {
      const auto a = autocorrelation(y, w, {.permutations = 0, .binary = binary});
      ASSERT_TRUE(a);
      const ByDefinition d = byDefinition(y, binary ? w : rowStandardised(w));
      EXPECT_NEAR(a->moran.value, d.moran, 1e-12);
      EXPECT_NEAR(a->geary.value, d.geary, 1e-12);
      EXPECT_NEAR(a->g.value, d.g, 1e-12);
      if (!binary) {
        double sum = 0;
        for (const auto& l : a->local) sum += l.i;
        EXPECT_NEAR(sum, static_cast<double>(y.size() - 1) * a->moran.value, 1e-9);
      }
    }
  }
}

// The variance of I, C and G over all n! arrangements is their variance under randomisation, exactly.
TEST(Autocorrelation, HasTheMomentsOfAllArrangements) {
  const std::vector<double> y{2, 3, 3.2, 5, 8, 7, 1};
  const Weights w =
      nearestWeights(std::vector<Point>{{0, 0}, {1, 0}, {2.1, 0}, {0, 1}, {3, 3}, {5, 1}, {2, 2}}, false, 2);
  const auto a = autocorrelation(y, w, {.permutations = 0});
  ASSERT_TRUE(a);
  std::vector<size_t> order(y.size());
  std::iota(order.begin(), order.end(), 0);
  double count = 0, i1 = 0, i2 = 0, c1 = 0, c2 = 0, g1 = 0, g2 = 0;
  do {
    std::vector<double> shuffled;
    for (size_t o : order) shuffled.push_back(y[o]);
    const ByDefinition d = byDefinition(shuffled, rowStandardised(w));
    ++count;
    i1 += d.moran, i2 += d.moran * d.moran;
    c1 += d.geary, c2 += d.geary * d.geary;
    g1 += d.g, g2 += d.g * d.g;
  } while (std::ranges::next_permutation(order).found);
  EXPECT_NEAR(a->moran.expected, i1 / count, 1e-12);
  EXPECT_NEAR(a->moran.varianceRandomisation, i2 / count - i1 / count * i1 / count, 1e-12);
  EXPECT_NEAR(a->geary.expected, c1 / count, 1e-12);
  EXPECT_NEAR(a->geary.varianceRandomisation, c2 / count - c1 / count * c1 / count, 1e-12);
  EXPECT_NEAR(a->g.expected, g1 / count, 1e-12);
  EXPECT_NEAR(a->g.varianceRandomisation, g2 / count - g1 / count * g1 / count, 1e-12);
}

TEST(Permutations, ComeNearToTheShareAmongAllArrangements) {
  for (const auto& y : {std::vector<double>{1, 2, 3, 4, 5, 6, 7}, std::vector<double>{1, 1, 2, 2, 9, 9, 9},
                        std::vector<double>{5, 1, 5, 1, 5, 1, 4}}) {
    Weights chain;
    for (uint32_t i = 0; i < y.size(); ++i) {
      if (i > 0) chain.neighbour.push_back(i - 1);
      if (i + 1 < y.size()) chain.neighbour.push_back(i + 1);
      chain.start.push_back(static_cast<uint32_t>(chain.neighbour.size()));
    }
    chain.weight.assign(chain.neighbour.size(), 1);
    const size_t permutations = 20000;
    const auto a = autocorrelation(y, chain, {.permutations = permutations, .seed = 42});
    ASSERT_TRUE(a);
    const Weights w = rowStandardised(chain);
    const ByDefinition observed = byDefinition(y, w);
    std::vector<size_t> order(y.size());
    std::iota(order.begin(), order.end(), 0);
    double count = 0, above = 0, below = 0;
    std::vector<double> localAbove(y.size(), 0), localBelow(y.size(), 0), localCount(y.size(), 0);
    const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
    const auto lag = [&](const std::vector<double>& v, size_t i) {
      double sum = 0;
      for (size_t l = 0; l < w.count(i); ++l) sum += w.weightsOf(i)[l] * (v[w.neighbours(i)[l]] - mean);
      return sum;
    };
    do {
      std::vector<double> shuffled;
      for (size_t o : order) shuffled.push_back(y[o]);
      const double moran = byDefinition(shuffled, w).moran;
      ++count;
      above += moran >= observed.moran - 1e-12, below += moran <= observed.moran + 1e-12;
      for (size_t i = 0; i < y.size(); ++i) {
        if (order[i] != i) continue;  // conditional: the row keeps its own value
        const double v = lag(shuffled, i), o = lag(y, i);
        ++localCount[i], localAbove[i] += v >= o - 1e-12, localBelow[i] += v <= o + 1e-12;
      }
    } while (std::ranges::next_permutation(order).found);
    const auto bound = [&](double p) {
      return 4 * std::sqrt(p * (1 - p) / permutations) + 2.0 / permutations;
    };
    const double exact = std::min(above, below) / count;
    EXPECT_NEAR(a->moranP, exact, bound(exact));
    for (size_t i = 0; i < y.size(); ++i) {
      const double p = std::min(localAbove[i], localBelow[i]) / localCount[i];
      EXPECT_NEAR(a->local[i].p, p, bound(p)) << i;
    }
  }
}

// The exact conditional moments behind z against full enumeration.
TEST(LocalMoran, HasTheMomentsOfAllConditionalArrangements) {
  const std::vector<double> y{2, 3, 3.5, 5, 8, 1};
  const Weights w = lattice(3, 2);
  const auto a = autocorrelation(y, w, {.permutations = 0});
  ASSERT_TRUE(a);
  const Weights r = rowStandardised(w);
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / 6;
  double squares = 0;
  for (double v : y) squares += (v - mean) * (v - mean);
  for (size_t i = 0; i < y.size(); ++i) {
    std::vector<size_t> order(y.size());
    std::iota(order.begin(), order.end(), 0);
    double count = 0, first = 0, second = 0;
    do {
      if (order[i] != i) continue;
      double lag = 0;
      for (size_t l = 0; l < r.count(i); ++l)
        lag += r.weightsOf(i)[l] * (y[order[r.neighbours(i)[l]]] - mean);
      const double value = 5 * (y[i] - mean) * lag / squares;
      ++count, first += value, second += value * value;
    } while (std::ranges::next_permutation(order).found);
    const double expected = first / count, variance = second / count - expected * expected;
    EXPECT_NEAR(a->local[i].z, (a->local[i].i - expected) / std::sqrt(variance), 1e-9);
  }
}

TEST(LocalMoran, FindsTheHighAndTheLowCorner) {
  std::vector<double> y(100);
  for (uint32_t i = 0; i < 100; ++i) {
    const double x = i % 10, row = i / 10;
    y[i] = x < 4 && row < 4 ? 10 : x > 5 && row > 5 ? -10 : (i * 7 % 5) * 0.01;
  }
  const auto a = autocorrelation(y, lattice(10, 10));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->local[11].cluster, Quadrant::highHigh);
  EXPECT_EQ(a->local[88].cluster, Quadrant::lowLow);
  EXPECT_EQ(a->local[5].cluster, Quadrant::ns);
  EXPECT_EQ(name(a->local[11].cluster), "HH");
}

TEST(LocalMoran, NamesQuadrantsByOwnValueThenNeighbours) {
  const std::vector<double> y{9, 0, 0, 1, 9, 9};  // a chain: high beside low, …
  Weights chain;
  chain.neighbour = {1, 0, 2, 1, 3, 2, 4, 3, 5, 4};
  chain.start = {0, 1, 3, 5, 7, 9, 10};
  chain.weight.assign(10, 1);
  const auto a = autocorrelation(y, chain, {.permutations = 0});
  ASSERT_TRUE(a);
  EXPECT_EQ(name(a->local[0].quadrant), "HL");
  EXPECT_EQ(name(a->local[2].quadrant), "LL");
  EXPECT_EQ(name(a->local[5].quadrant), "HH");
  EXPECT_EQ(name(a->local[3].quadrant), "LL");  // mean of 0 and 9 is 4.5, below the mean of 4.67
}

TEST(Autocorrelation, IsTheSameEveryTimeAndForEverySeedAnew) {
  std::mt19937_64 random(9);
  std::vector<double> y(400);
  for (double& v : y) v = static_cast<double>(random() % 1000);
  const Weights w = lattice(20, 20);
  const auto a = autocorrelation(y, w, {.permutations = 199, .seed = 7}),
             b = autocorrelation(y, w, {.permutations = 199, .seed = 7});
  const auto c = autocorrelation(y, w, {.permutations = 199, .seed = 8});
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->moranP, b->moranP);
  bool differs = false;
  for (size_t i = 0; i < y.size(); ++i) {
    EXPECT_EQ(a->local[i].p, b->local[i].p);
    differs |= a->local[i].p != c->local[i].p;
  }
  EXPECT_TRUE(differs);
}

// Under the null the p values are uniform: a fifth of them lies below 0.1 (one side or the other), none to
// speak of survives the false discovery rate.
TEST(LocalMoran, FindsNothingInNoise) {
  std::mt19937_64 random(17);
  std::normal_distribution<double> draw;
  std::vector<double> y(900);
  for (double& v : y) v = draw(random);
  const auto a = autocorrelation(y, lattice(30, 30));
  ASSERT_TRUE(a);
  double small = 0, clusters = 0;
  for (const auto& l : a->local) small += l.p < 0.1, clusters += l.cluster != Quadrant::ns;
  EXPECT_NEAR(small / 900, 0.2, 0.05);
  EXPECT_LE(clusters, 5);
}

TEST(Autocorrelation, LeavesOutMissingValuesWithTheirLinks) {
  const std::vector<double> y{1, 2, nan, 4, 5, 6};
  const auto a = autocorrelation(y, lattice(3, 2));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->rows, 5u);
  EXPECT_EQ(a->missing, 1u);
  EXPECT_EQ(a->links, 14u - 4u);
  EXPECT_EQ(a->local.size(), 5u);
  EXPECT_EQ(a->local[2].row, 3u);
}

TEST(Autocorrelation, FlagsIslandsAndGivesThemNoP) {
  Weights w = lattice(3, 1);
  w.start.push_back(w.start.back());  // a fourth row, alone
  const auto a = autocorrelation(std::vector<double>{1, 2, 3, 9}, w);
  ASSERT_TRUE(a);
  EXPECT_EQ(a->islands, 1u);
  EXPECT_TRUE(std::isnan(a->local[3].p));
  EXPECT_EQ(a->local[3].quadrant, Quadrant::ns);
  EXPECT_EQ(a->local[3].i, 0);
}

TEST(Autocorrelation, RefusesWhatCannotBeCorrelated) {
  EXPECT_THAT(autocorrelation(std::vector<double>(9, 5.0), lattice(3, 3)).error().what, HasSubstr("equal"));
  EXPECT_THAT(autocorrelation(std::vector<double>{1, 2, nan, nan}, lattice(2, 2)).error().what,
              HasSubstr("Only 2"));
  Weights alone;
  alone.start = {0, 0, 0, 0};
  EXPECT_THAT(autocorrelation(std::vector<double>{1, 2, 3}, alone).error().what, HasSubstr("No two"));
  EXPECT_FALSE(autocorrelation(std::vector<double>{1, 2, 3}, lattice(2, 2)));
}

TEST(Autocorrelation, StopsWhenAsked) {
  Progress progress;
  progress.cancel();
  EXPECT_FALSE(autocorrelation(std::vector<double>{1, 2, 3, 4}, lattice(2, 2), {}, &progress));
}

}  // namespace
}  // namespace geo
