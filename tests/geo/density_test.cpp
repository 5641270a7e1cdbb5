#include "geo/density.h"

#include <gdal.h>
#include <sched.h>

#include <filesystem>
#include <numbers>
#include <numeric>
#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::HasSubstr;

constexpr std::array allKernels{Kernel::quartic, Kernel::gaussian, Kernel::uniform, Kernel::triangular,
                                Kernel::epanechnikov};
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<Point> randomPoints(size_t n, double width, double height, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<Point> points(n);
  for (Point& p : points) {
    p.x = width * static_cast<double>(random() >> 11) / 9007199254740992.0;
    p.y = height * static_cast<double>(random() >> 11) / 9007199254740992.0;
  }
  return points;
}

Shapes rings(const std::vector<std::vector<Point>>& polygons) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (const auto& ring : polygons) {
    s.vertices.insert(s.vertices.end(), ring.begin(), ring.end());
    s.endPart();
    s.endRow();
  }
  return s;
}

double sumWhere(const Density& d, const std::function<bool(Point)>& inside, double unitArea = 1e6) {
  double sum = 0;
  for (uint32_t r = 0; r < d.grid.height; ++r)
    for (uint32_t c = 0; c < d.grid.width; ++c)
      if (const float v = d.grid.at(c, r); !std::isnan(v) && inside(d.grid.centre(c, r))) sum += v;
  return sum * d.grid.cell * d.grid.cell / unitArea;
}

TEST(Kernels, IntegrateToOne) {
  for (Kernel kernel : allKernels) {
    double sum = 0;  // ∫ 2πr k(r) dr by the midpoint rule
    const double reach = kernelReach(kernel, 3), step = reach / 200000;
    for (double r = step / 2; r < reach; r += step)
      sum += 2 * std::numbers::pi * r * kernelValue(kernel, 3, r) * step;
    EXPECT_NEAR(sum, 1, 1e-5) << name(kernel);
  }
}

TEST(Kernels, AreKnownByName) {
  for (Kernel kernel : allKernels) EXPECT_EQ(kernelNamed(name(kernel)).value(), kernel);
  EXPECT_THAT(kernelNamed("cosine").error().text(), HasSubstr("quartic"));
}

TEST(Density, OfOnePointIsTheKernelItself) {
  const Point at{500000.3, 2600000.7};
  for (Kernel kernel : allKernels) {
    const auto d =
        kernelDensity(std::vector<Point>{at}, {}, {.kernel = kernel, .radiusMetres = 1000, .cellMetres = 20});
    ASSERT_TRUE(d);
    const double peak = kernelValue(kernel, 1000, 0) * 1e6;
    for (uint32_t r = 0; r < d->grid.height; ++r)
      for (uint32_t c = 0; c < d->grid.width; ++c) {
        const Point p = d->grid.centre(c, r);
        const double distance = std::hypot(p.x - at.x, p.y - at.y);
        // The rim of the uniform kernel runs through cells.
        if (kernel == Kernel::uniform && std::abs(distance - 1000) < 20) continue;
        ASSERT_NEAR(d->grid.at(c, r), kernelValue(kernel, 1000, distance) * 1e6, 1e-3 * peak) << name(kernel);
      }
    EXPECT_NEAR(d->integral, 1, 1e-4) << name(kernel);
  }
}

TEST(Density, IntegratesToTheSumOfWeightsAtEveryRadius) {
  const auto points = randomPoints(700, 4000, 3000);
  std::vector<double> weights(points.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<double>(i % 7) + 0.5;
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (Kernel kernel : allKernels)
    for (double radius : {1.0, 8.0, 30.0, 75.0, 200.0, 900.0, 3000.0}) {
      const auto d =
          kernelDensity(points, weights, {.kernel = kernel, .radiusMetres = radius, .cellMetres = 20});
      ASSERT_TRUE(d);
      EXPECT_NEAR(d->sumOfWeights, total, 1e-9);
      EXPECT_NEAR(d->integral / total, 1, 1e-3) << name(kernel) << " " << radius;
      EXPECT_GE(*std::ranges::min_element(d->grid.values), 0);
    }
}

// Binning and convolution against adding up, on the same points: the many are the few, repeated.
TEST(Density, OfManyPointsIsThatOfFewOnesAddedUp) {
  const auto few = randomPoints(300, 3000, 2500);
  std::vector<Point> many;
  for (int copy = 0; copy < 400; ++copy) many.insert(many.end(), few.begin(), few.end());
  for (Kernel kernel : allKernels)
    for (double radius : {100.0, 290.0, 600.0}) {
      const DensityOptions options{
          .kernel = kernel, .radiusMetres = radius, .cellMetres = 10, .extent = Box{-500, -500, 3500, 3000}};
      const auto exact = kernelDensity(few, {}, options), fast = kernelDensity(many, {}, options);
      ASSERT_TRUE(exact && fast);
      double worst = 0, squares = 0;
      for (size_t i = 0; i < exact->grid.values.size(); ++i) {
        const double error = std::abs(fast->grid.values[i] / 400.0 - exact->grid.values[i]);
        worst = std::max(worst, error), squares += error * error;
      }
      const double mean = std::sqrt(squares / static_cast<double>(exact->grid.values.size()));
      // A discontinuous rim is blurred by a cell; a sharp tip by less.
      const bool rim = kernel == Kernel::uniform;
      EXPECT_LT(mean, (rim ? 0.03 : 0.005) * exact->max) << name(kernel) << " " << radius;
      EXPECT_LT(worst, (rim ? 0.5 : 0.03) * exact->max) << name(kernel) << " " << radius;
      EXPECT_NEAR(fast->integral / 400, exact->integral, 1e-3 * exact->integral)
          << name(kernel) << " " << radius;
    }
}

TEST(Density, OnTwoSizesOfCellsAgrees) {
  const auto points = randomPoints(200, 5000, 5000);
  for (Kernel kernel : {Kernel::quartic, Kernel::gaussian, Kernel::epanechnikov}) {
    const Box extent{0, 0, 5000, 5000};
    const auto fine = kernelDensity(
        points, {}, {.kernel = kernel, .radiusMetres = 600, .cellMetres = 10, .extent = extent});
    const auto coarse = kernelDensity(
        points, {}, {.kernel = kernel, .radiusMetres = 600, .cellMetres = 50, .extent = extent});
    ASSERT_TRUE(fine && coarse);
    for (uint32_t r = 0; r < coarse->grid.height; ++r)
      for (uint32_t c = 0; c < coarse->grid.width; ++c)
        ASSERT_NEAR(coarse->grid.at(c, r), fine->grid.at(coarse->grid.centre(c, r)), 0.02 * fine->max)
            << name(kernel);
  }
}

TEST(Density, KeepsThePlaceOfAPointInsideItsCell) {
  for (double shift : {0.0, 3.0, 7.0}) {
    const auto d = kernelDensity(std::vector<Point>{{100 + shift, 100 - shift}}, {},
                                 {.radiusMetres = 15, .cellMetres = 10});
    ASSERT_TRUE(d);
    double x = 0, y = 0, sum = 0;
    for (uint32_t r = 0; r < d->grid.height; ++r)
      for (uint32_t c = 0; c < d->grid.width; ++c) {
        const double v = d->grid.at(c, r);
        x += v * d->grid.centre(c, r).x, y += v * d->grid.centre(c, r).y, sum += v;
      }
    EXPECT_NEAR(x / sum, 100 + shift, 0.3);
    EXPECT_NEAR(y / sum, 100 - shift, 0.3);
  }
}

TEST(Density, ConservesMassWithinEachPolygon) {
  const Shapes polygons = rings({{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}},
                                 {{1000, 0}, {2500, 0}, {2000, 700}, {1000, 1000}},
                                 {{3000, 0}, {3100, 0}, {3100, 900}, {3000, 900}}});
  std::vector<Point> points = randomPoints(900, 3300, 1100, 4);
  points.push_back({1000, 500});  // on a border: in one of the two
  points.push_back({3050, 450});
  for (size_t copies : {size_t{1}, size_t{60}}) {
    std::vector<Point> all;
    for (size_t c = 0; c < copies; ++c) all.insert(all.end(), points.begin(), points.end());
    for (Kernel kernel : allKernels)
      for (double radius : {6.0, 150.0, 700.0}) {
        const auto d = kernelDensity(all, {},
                                     {.kernel = kernel,
                                      .radiusMetres = radius,
                                      .cellMetres = 10,
                                      .clip = &polygons,
                                      .conserve = true});
        ASSERT_TRUE(d) << d.error().text();
        double inside = 0;
        for (size_t row = 0; row < 3; ++row) {
          double own = 0;
          for (Point p : all) own += contains(polygons, row, p);
          inside += own;
          EXPECT_NEAR(sumWhere(*d, [&](Point p) { return contains(polygons, row, p); }), own, 1e-3 * own)
              << name(kernel) << " " << radius << " polygon " << row << " copies " << copies;
        }
        EXPECT_NEAR(d->sumOfWeights, inside, 1e-9);
        EXPECT_NEAR(d->integral, inside, 1e-3 * inside);
        ASSERT_EQ(d->report.problems.size(), 1u);
        EXPECT_EQ(d->report.problems[0].kind, "outside-polygons");
        EXPECT_EQ(d->report.problems[0].rows.size(), all.size() - static_cast<size_t>(inside));
      }
  }
}

TEST(Density, LetsNothingCrossABorderWhenConserved) {
  const Shapes polygons = rings(
      {{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}, {{1000, 0}, {2000, 0}, {2000, 1000}, {1000, 1000}}});
  const auto d = kernelDensity(std::vector<Point>{{950, 500}}, {},
                               {.radiusMetres = 300, .cellMetres = 10, .clip = &polygons, .conserve = true});
  ASSERT_TRUE(d);
  EXPECT_EQ(sumWhere(*d, [](Point p) { return p.x > 1000; }), 0);
  EXPECT_NEAR(d->integral, 1, 1e-3);
}

TEST(Density, HasNoDataOutsideOfTheClip) {
  const Shapes polygons = rings({{{0, 0}, {1000, 0}, {0, 1000}}});
  const auto d = kernelDensity(randomPoints(50, 1000, 1000), {},
                               {.radiusMetres = 200, .cellMetres = 10, .clip = &polygons});
  ASSERT_TRUE(d);
  EXPECT_TRUE(std::isnan(d->grid.at(Point{900, 900})));
  EXPECT_FALSE(std::isnan(d->grid.at(Point{100, 100})));
  EXPECT_LT(d->integral, d->sumOfWeights);
}

TEST(Density, GrowsAndShrinksWithSignedWeights) {
  const std::vector<Point> points{{0, 0}, {1000, 0}};
  const auto d = kernelDensity(points, std::vector<double>{2, -1}, {.radiusMetres = 200, .cellMetres = 10});
  ASSERT_TRUE(d);
  EXPECT_NEAR(d->integral, 1, 1e-3);
  EXPECT_LT(d->grid.at(Point{1000, 0}), 0);
}

TEST(Density, CountsPerUnitOfArea) {
  const std::vector<Point> points{{5, 5}};
  const auto km = kernelDensity(points, {}, {.radiusMetres = 100, .cellMetres = 10});
  const auto ha = kernelDensity(points, {}, {.radiusMetres = 100, .cellMetres = 10, .unitArea = 1e4});
  ASSERT_TRUE(km && ha);
  EXPECT_NEAR(km->max / ha->max, 100, 1e-4);
  EXPECT_NEAR(ha->integral, 1, 1e-3);
}

TEST(Density, LaysItsGridOnMultiplesOfTheCell) {
  const auto d =
      kernelDensity(std::vector<Point>{{1234.5, 987.6}}, {}, {.radiusMetres = 100, .cellMetres = 25});
  ASSERT_TRUE(d);
  EXPECT_EQ(std::fmod(d->grid.left, 25), 0);
  EXPECT_EQ(std::fmod(d->grid.top, 25), 0);
}

TEST(Density, LeavesOutRowsWithoutPlaceOrWeight) {
  const std::vector<Point> points{{0, 0}, {nan, 0}, {10, 10}, {20, 20}};
  const auto d =
      kernelDensity(points, std::vector<double>{1, 1, nan, 3}, {.radiusMetres = 20, .cellMetres = 5});
  ASSERT_TRUE(d);
  EXPECT_EQ(d->rows, 2u);
  EXPECT_EQ(d->sumOfWeights, 4);
  EXPECT_EQ(d->report.problems.size(), 2u);
}

TEST(Density, RefusesWhatMakesNoSense) {
  const auto points = randomPoints(20, 1000, 1000);
  for (double radius : {0.0, -5.0, nan})
    EXPECT_FALSE(kernelDensity(points, {}, {.radiusMetres = radius, .cellMetres = 10}));
  for (double cell : {0.0, -5.0, nan})
    EXPECT_FALSE(kernelDensity(points, {}, {.radiusMetres = 10, .cellMetres = cell}));
  EXPECT_THAT(kernelDensity(points, {}, {.radiusMetres = 1e6, .cellMetres = 1e4}).error().what,
              HasSubstr("larger than the whole map"));
  EXPECT_THAT(kernelDensity(points, {}, {.radiusMetres = 10, .cellMetres = 1e-4}).error().text(),
              HasSubstr("--cell"));
  EXPECT_FALSE(kernelDensity({}, {}, {.radiusMetres = 10, .cellMetres = 1}));
  EXPECT_FALSE(kernelDensity(std::vector<Point>{{nan, nan}}, {}, {.radiusMetres = 10, .cellMetres = 1}));
  EXPECT_FALSE(kernelDensity(points, {}, {.radiusMetres = 10, .cellMetres = 1, .conserve = true}));
}

TEST(Density, StandsAKernelFarLargerThanTheGrid) {
  const Shapes polygon = rings({{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}});
  const std::vector<Point> few{{100, 100}, {500, 900}}, many(20000, Point{500, 500});
  for (Kernel kernel : allKernels) {
    const DensityOptions huge{.kernel = kernel, .radiusMetres = 1e4, .cellMetres = 10, .clip = &polygon};
    for (const auto& points : {few, many}) {
      const auto d = kernelDensity(points, {}, huge);
      ASSERT_TRUE(d) << d.error().text();
      const double n = static_cast<double>(points.size());
      // The two lie a tenth of the radius apart; binning may raise or lower a single pile's peak by 1 %.
      const double peak = n * kernelValue(kernel, 1e4, 0) * 1e6;
      EXPECT_LE(d->max, peak * 1.011) << name(kernel);
      EXPECT_GE(d->max, peak * (points.size() == 2 ? 0.94 : 0.985)) << name(kernel);
    }
    DensityOptions kept = huge;
    kept.conserve = true;
    EXPECT_NEAR(kernelDensity(few, {}, kept)->integral, 2, 2e-3) << name(kernel);
  }
}

// Enough points that they are binned and convolved: at every radius, also where the grid is made coarser,
// what comes out is the sum of the kernels, and so is its integral.
TEST(Density, OfManyPointsInOnePlaceIsTheKernelItself) {
  for (Kernel kernel : {Kernel::quartic, Kernel::gaussian})
    for (double radius : {4.0, 7.3, 12.0, 15.9, 16.0, 23.0, 47.0, 90.0}) {
      const Point at{600.37, 401.81};
      const std::vector<Point> points(70000, at);
      const double reach = std::min(kernelReach(kernel, radius), 250.0);
      const auto d = kernelDensity(
          points, {},
          {.kernel = kernel,
           .radiusMetres = radius,
           .cellMetres = 1,
           .unitArea = 1,
           .extent = Box{600 - reach - 20, 400 - reach - 20, 600 + reach + 20, 400 + reach + 20}});
      ASSERT_TRUE(d);
      const double peak = 70000 * kernelValue(kernel, radius, 0);
      for (uint32_t r = 0; r < d->grid.height; ++r)
        for (uint32_t c = 0; c < d->grid.width; ++c) {
          const Point p = d->grid.centre(c, r);
          const double exact = 70000 * kernelValue(kernel, radius, std::hypot(p.x - at.x, p.y - at.y));
          ASSERT_NEAR(d->grid.at(c, r), exact, 0.01 * peak) << name(kernel) << radius;
          ASSERT_GE(d->grid.at(c, r), 0);
        }
      if (kernelReach(kernel, radius) <= reach) {
        EXPECT_NEAR(d->integral, 70000, 70) << name(kernel) << radius;
      }
    }
}

// One processor or all of them: the same bits.
TEST(Density, IsTheSameOnAnyNumberOfThreads) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu)
    if (CPU_ISSET(cpu, &all)) CPU_SET(cpu, &one);
  const auto points = randomPoints(70000, 800, 500, 5);
  std::vector<double> weights(points.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = 0.1 + static_cast<double>(i % 13);
  for (double radius : {3.0, 14.0, 40.0})
    for (Kernel kernel : allKernels) {
      const DensityOptions options{.kernel = kernel, .radiusMetres = radius, .cellMetres = 1};
      ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
      const auto alone = kernelDensity(points, weights, options);
      ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
      const auto together = kernelDensity(points, weights, options);
      ASSERT_TRUE(alone && together);
      EXPECT_EQ(alone->grid.values, together->grid.values) << name(kernel) << radius;
      EXPECT_EQ(alone->integral, together->integral);
      EXPECT_EQ(alone->sumOfWeights, together->sumOfWeights);
    }
  const Shapes clip =
      rings({{{0, 0}, {400, 0}, {450, 500}, {0, 500}}, {{400, 0}, {800, 0}, {800, 500}, {450, 500}}});
  for (double radius : {6.0, 40.0}) {
    const DensityOptions options{.radiusMetres = radius, .cellMetres = 1, .clip = &clip, .conserve = true};
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    const auto alone = kernelDensity(points, weights, options);
    ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
    const auto together = kernelDensity(points, weights, options);
    ASSERT_TRUE(alone && together);
    EXPECT_EQ(alone->grid.values, together->grid.values) << radius;
    EXPECT_NEAR(together->integral / together->sumOfWeights, 1, 1e-3);
  }
}

TEST(Density, OfManySignedPointsCancelsWhereTheyMeet) {
  auto points = randomPoints(100000, 800, 600, 7);
  points.insert(points.end(), points.begin(), points.begin() + 100000);
  std::vector<double> weights(200000, 1.0);
  std::fill(weights.begin() + 100000, weights.end(), -1.0);
  for (double radius : {9.0, 30.0}) {
    const auto d = kernelDensity(points, weights, {.radiusMetres = radius, .cellMetres = 1, .unitArea = 1});
    ASSERT_TRUE(d);
    for (float v : d->grid.values) ASSERT_NEAR(v, 0, 1e-5);
    EXPECT_NEAR(d->integral, 0, 0.1);
  }
}

TEST(Density, OfAPartOfAPolygonIsThatPartOfTheWhole) {
  const Shapes clip = rings({{{0, 0}, {5000, 0}, {5000, 4000}, {0, 4000}}});
  const auto points = randomPoints(300, 5000, 4000, 8);
  const DensityOptions options{.radiusMetres = 700, .cellMetres = 50, .clip = &clip, .conserve = true};
  const auto whole = kernelDensity(points, {}, options);
  DensityOptions part = options;
  part.extent = Box{4010, 3020, 6000, 5000};
  const auto corner = kernelDensity(points, {}, part);
  ASSERT_TRUE(whole && corner);
  size_t with = 0;
  for (uint32_t r = 0; r < corner->grid.height; ++r)
    for (uint32_t c = 0; c < corner->grid.width; ++c) {
      const Point p = corner->grid.centre(c, r);
      const float v = corner->grid.at(c, r), w = whole->grid.at(p);
      EXPECT_TRUE(v == w || (std::isnan(v) && std::isnan(w)));
      with += !std::isnan(v);
    }
  EXPECT_EQ(with, 20u * 20u);
  EXPECT_LT(corner->integral, whole->integral);
  EXPECT_NEAR(corner->integral, sumWhere(*corner, [](Point) { return true; }), 1e-6);
}

TEST(Contributions, AddUpToTheDensity) {
  const auto points = randomPoints(400, 4000, 3000, 9);
  std::vector<double> weights(points.size());
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<double>(i % 7) - 2;
  weights[5] = nan;
  for (Kernel kernel : allKernels) {
    const DensityOptions options{.kernel = kernel, .radiusMetres = 600, .cellMetres = 25, .unitArea = 1e4};
    const auto d = kernelDensity(points, weights, options);
    ASSERT_TRUE(d);
    const double tolerance = (kernel == Kernel::uniform ? 0.6 : 0.02) * kernelValue(kernel, 600, 0) * 1e4 * 4;
    for (uint32_t c = 20; c < d->grid.width; c += 37) {
      const Point at = d->grid.centre(c, d->grid.height / 2);
      const auto parts = contributionsAt(points, weights, options, at);
      double sum = 0, shares = 0;
      for (size_t k = 0; k < parts.size(); ++k) {
        sum += parts[k].value, shares += std::abs(parts[k].share);
        EXPECT_NEAR(parts[k].value,
                    weights[parts[k].row] * 1e4 *
                        kernelValue(kernel, 600,
                                    std::hypot(points[parts[k].row].x - at.x, points[parts[k].row].y - at.y)),
                    1e-12);
        EXPECT_EQ(parts[k].share > 0, parts[k].value > 0);
        if (k) {
          EXPECT_GE(std::abs(parts[k - 1].value), std::abs(parts[k].value));
        }
      }
      EXPECT_NEAR(sum, d->grid.at(at), tolerance) << name(kernel);
      if (!parts.empty()) {
        EXPECT_NEAR(shares, 1, 1e-12);
      }
      const auto first = contributionsAt(points, weights, options, at, 3);
      ASSERT_EQ(first.size(), std::min<size_t>(3, parts.size()));
      for (size_t k = 0; k < first.size(); ++k) {
        EXPECT_EQ(first[k].row, parts[k].row);
        EXPECT_EQ(first[k].share, parts[k].share);
      }
    }
  }
}

// Also where each polygon keeps its own: few points, whose kernels are cut one by one, and many.
TEST(Contributions, AddUpToTheDensityThatPolygonsKeep) {
  const Shapes clip = rings(
      {{{0, 0}, {2000, 0}, {2600, 3000}, {0, 3000}}, {{2000, 0}, {4000, 0}, {4000, 3000}, {2600, 3000}}});
  for (size_t n : {300u, 30000u}) {
    const auto points = randomPoints(n, 4000, 3000, 10);
    const DensityOptions options{.radiusMetres = 500, .cellMetres = 25, .clip = &clip, .conserve = true};
    const auto d = kernelDensity(points, {}, options);
    ASSERT_TRUE(d);
    for (Point at :
         {Point{60, 60}, Point{2300, 1600}, Point{2200, 1300}, Point{3960, 2960}, Point{1000, 1500}}) {
      const auto parts =
          contributionsAt(points, {}, options,
                          d->grid.centre(static_cast<uint32_t>(at.x / 25),
                                         d->grid.height - 1 - static_cast<uint32_t>(at.y / 25)));
      double sum = 0;
      for (const auto& part : parts) {
        sum += part.value;
        EXPECT_EQ(contains(clip, 0, points[part.row]), contains(clip, 0, at));
      }
      EXPECT_NEAR(sum, d->grid.at(at), 0.02 * d->max) << n << " " << at.x;
    }
    EXPECT_TRUE(contributionsAt(points, {}, options, {-50, 100}).empty());
  }
}

TEST(Contributions, AreNoneWhereNothingReachesOrNothingMakesSense) {
  const std::vector<Point> points{{0, 0}};
  EXPECT_EQ(contributionsAt(points, {}, {.radiusMetres = 10}, {5, 5}).size(), 1u);
  EXPECT_TRUE(contributionsAt(points, {}, {.radiusMetres = 10}, {50, 5}).empty());
  EXPECT_TRUE(contributionsAt(points, {}, {.radiusMetres = 0}, {0, 0}).empty());
  EXPECT_TRUE(contributionsAt(points, {}, {.radiusMetres = 10}, {nan, 0}).empty());
  EXPECT_TRUE(contributionsAt(points, {}, {.radiusMetres = 10, .conserve = true}, {0, 0}).empty());
  EXPECT_TRUE(contributionsAt({}, {}, {.radiusMetres = 10}, {0, 0}).empty());
}

// Silverman 1986, table 4.1: 0.96 … 1 for the normal kernel, 2.40 for Epanechnikov's, 2.78 for the quartic
// (his K2), times deviation times n^(−1/6).
TEST(SuggestedRadius, IsSilvermansRuleForANormalCloud) {
  std::mt19937_64 random(12);
  std::normal_distribution<double> draw(0, 100);
  std::vector<Point> points(20000);
  for (Point& p : points) p = {5e5 + draw(random), 2.6e6 + draw(random)};
  const double sixth = std::pow(20000, 1.0 / 6);
  EXPECT_NEAR(suggestedRadius(points, {}, Kernel::gaussian) * sixth, 100, 3);
  EXPECT_NEAR(suggestedRadius(points, {}, Kernel::epanechnikov) * sixth, 240, 7);
  EXPECT_NEAR(suggestedRadius(points, {}, Kernel::quartic) * sixth, 278, 8);
  EXPECT_EQ(suggestedRadius(points, {}), suggestedRadius(points, {}, Kernel::quartic));
  // Equal weights change nothing, whatever their size or sign.
  EXPECT_NEAR(suggestedRadius(points, std::vector<double>(points.size(), -3.0)), suggestedRadius(points, {}),
              0.2);
  // A few far away change little.
  const double before = suggestedRadius(points, {});
  for (int i = 0; i < 20; ++i) points.push_back({9e5, 3e6});
  EXPECT_NEAR(suggestedRadius(points, {}), before, 0.02 * before);
}

TEST(SuggestedRadius, OfTooFewPlacesIsZero) {
  EXPECT_EQ(suggestedRadius({}, {}), 0);
  EXPECT_EQ(suggestedRadius(std::vector<Point>{{1, 1}}, {}), 0);
  EXPECT_EQ(suggestedRadius(std::vector<Point>{{1, 1}, {1, 1}}, {}), 0);
  EXPECT_GT(suggestedRadius(std::vector<Point>{{1, 1}, {1, 2}, {nan, 3}}, {}), 0);
}

TEST(Density, StopsWhenAsked) {
  Progress progress;
  progress.cancel();
  EXPECT_FALSE(
      kernelDensity(randomPoints(100, 10, 10), {}, {.radiusMetres = 1, .cellMetres = 0.1}, &progress));
}

TEST(GeoTiff, HoldsTheGridAsGdalReadsIt) {
  const auto folder = std::filesystem::temp_directory_path() / "parkscope density 测试";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "heat.tif").string();
  Grid grid;
  grid.left = 500000, grid.top = 2600000, grid.cell = 50, grid.width = 3, grid.height = 2;
  grid.values = {1, 2, 3, 4, 5, std::numeric_limits<float>::quiet_NaN()};
  grid.crs = *Crs::parse("EPSG:4547");
  const auto written = writeGeoTiff(grid, path, "per km²");
  ASSERT_TRUE(written) << written.error().text();
  GDALAllRegister();
  GDALDatasetH dataset = GDALOpen(path.c_str(), GA_ReadOnly);
  ASSERT_NE(dataset, nullptr);
  double transform[6];
  GDALGetGeoTransform(dataset, transform);
  EXPECT_EQ(transform[0], 500000);
  EXPECT_EQ(transform[3], 2600000);
  EXPECT_EQ(transform[5], -50);
  EXPECT_THAT(std::string(GDALGetProjectionRef(dataset)), HasSubstr("4547"));
  float values[6];
  ASSERT_EQ(GDALRasterIO(GDALGetRasterBand(dataset, 1), GF_Read, 0, 0, 3, 2, values, 3, 2, GDT_Float32, 0, 0),
            CE_None);
  EXPECT_EQ(values[4], 5);
  EXPECT_TRUE(std::isnan(values[5]));
  EXPECT_TRUE(std::isnan(GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, 1), nullptr)));
  EXPECT_EQ(GDALGetRasterDataType(GDALGetRasterBand(dataset, 1)), GDT_Float32);
  GDALClose(dataset);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

TEST(GeoTiff, IsNotThereWhenItCannotBeWritten) {
  Grid grid;
  grid.width = grid.height = 1, grid.values = {1};
  EXPECT_THAT(writeGeoTiff(grid, "/nowhere at all/x.tif").error().what, HasSubstr("/nowhere at all"));
  EXPECT_FALSE(std::filesystem::exists("/nowhere at all"));
}

}  // namespace
}  // namespace geo
