// How fast the library is, at three sizes. Real time, since the work is spread over threads.
#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "geo/autocorrelation.h"
#include "geo/bins.h"
#include "geo/classify.h"
#include "geo/composite.h"
#include "geo/contours.h"
#include "geo/density.h"
#include "geo/join.h"
#include "geo/load.h"
#include "geo/spatial_index.h"
#include "geo/triangulate.h"

namespace {

using namespace geo;

std::vector<double> lognormal(size_t n) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> draw(3, 1.2);
  std::vector<double> values(n);
  for (double& v : values) v = draw(random);
  return values;
}

std::vector<Point> clustered(size_t n, double width, double height) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> spread(0, 60);
  std::vector<Point> points(n), centres(40);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  for (Point& c : centres) c = {width * uniform(), height * uniform()};
  for (Point& p : points) {
    const Point c = centres[random() % centres.size()];
    p = {c.x + spread(random), c.y + spread(random)};
  }
  return points;
}

Shapes pointShapes(const std::vector<Point>& points) {
  Shapes s;
  s.kind = ShapeKind::point;
  for (Point p : points) {
    s.vertices.push_back(p);
    s.endPart();
    s.endRow();
  }
  return s;
}

// Star-like polygons on a grid, each with so many vertices.
Shapes stars(int side, int vertices) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      for (int i = 0; i < vertices; ++i) {
        const double a = i * 2 * M_PI / vertices, r = 0.35 + 0.1 * std::sin(9 * a) + 0.02 * std::sin(101 * a);
        s.vertices.push_back({x + r * std::cos(a), y + r * std::sin(a)});
      }
      s.endPart();
      s.endRow();
    }
  return s;
}

void naturalBreaksOf(benchmark::State& state) {
  const auto values = lognormal(static_cast<size_t>(state.range(0)));
  double gvf = 0;
  for (auto _ : state) gvf = naturalBreaks(values, 7)->gvf;
  state.counters["gvf"] = gvf;
}
BENCHMARK(naturalBreaksOf)
    ->Name("natural breaks, 7 classes")
    ->Arg(10000)
    ->Arg(100000)
    ->Arg(1000000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void quantilesOf(benchmark::State& state) {
  const auto values = lognormal(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(classify(values, BreakMethod::quantile, 7));
}
BENCHMARK(quantilesOf)
    ->Name("quantiles, 7 classes")
    ->Arg(1000000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void indexOf(benchmark::State& state) {
  const Shapes shapes = pointShapes(clustered(static_cast<size_t>(state.range(0)), 1920, 1080));
  for (auto _ : state) benchmark::DoNotOptimize(SpatialIndex(shapes));
}
BENCHMARK(indexOf)
    ->Name("spatial index, build")
    ->Arg(100000)
    ->Arg(1000000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void nearestOf(benchmark::State& state) {
  const Shapes shapes = pointShapes(clustered(1000000, 1920, 1080));
  const SpatialIndex index(shapes);
  std::mt19937_64 random(3);
  for (auto _ : state)
    benchmark::DoNotOptimize(index.nearest(
        shapes, {static_cast<double>(random() % 1920), static_cast<double>(random() % 1080)}, 8));
}
BENCHMARK(nearestOf)->Name("spatial index, 8 nearest of 1,000,000");

// 1920 × 1080 cells; the argument is the radius in cells.
void densityOf(benchmark::State& state, size_t n, Kernel kernel) {
  const auto points = clustered(n, 1920, 1080);
  for (auto _ : state)
    benchmark::DoNotOptimize(kernelDensity(points, {},
                                           {.kernel = kernel,
                                            .radiusMetres = static_cast<double>(state.range(0)),
                                            .cellMetres = 1,
                                            .extent = Box{0, 0, 1920, 1080}}));
}
BENCHMARK_CAPTURE(densityOf, 100k quartic, 100000, Kernel::quartic)
    ->Arg(5)
    ->Arg(8)
    ->Arg(15)
    ->Arg(25)
    ->Arg(100)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(densityOf, 1M quartic, 1000000, Kernel::quartic)
    ->Arg(5)
    ->Arg(8)
    ->Arg(15)
    ->Arg(25)
    ->Arg(100)
    ->Arg(400)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(densityOf, 1M gaussian, 1000000, Kernel::gaussian)
    ->Arg(5)
    ->Arg(25)
    ->Arg(100)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(densityOf, 1M epanechnikov, 1000000, Kernel::epanechnikov)
    ->Arg(12)
    ->Arg(19)
    ->Arg(25)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(densityOf, 1M uniform, 1000000, Kernel::uniform)
    ->Arg(25)
    ->Arg(100)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// What makes up the heat at one place: a click.
void contributionsOf(benchmark::State& state) {
  const auto points = clustered(1000000, 1920, 1080);
  const DensityOptions options{.radiusMetres = static_cast<double>(state.range(0)), .cellMetres = 1};
  for (auto _ : state) benchmark::DoNotOptimize(contributionsAt(points, {}, options, points[0], 100));
}
BENCHMARK(contributionsOf)
    ->Name("contributions, 1M points")
    ->Arg(25)
    ->Arg(100)
    ->Unit(benchmark::kMillisecond);

void binsOf(benchmark::State& state) {
  const auto points = clustered(1000000, 1920, 1080);
  for (auto _ : state) benchmark::DoNotOptimize(binPoints(points, {}, {}, {.sizeMetres = 20}));
}
BENCHMARK(binsOf)->Name("hexagons, 1M points")->Unit(benchmark::kMillisecond);

void contoursOf(benchmark::State& state) {
  const auto d = kernelDensity(clustered(100000, 1920, 1080), {},
                               {.radiusMetres = 40, .cellMetres = 1, .extent = Box{0, 0, 1920, 1080}});
  const auto levels = roundLevels(0, d->max, 8);
  for (auto _ : state) benchmark::DoNotOptimize(contours(d->grid, levels));
}
BENCHMARK(contoursOf)->Name("contours, 1920 × 1080 cells, about 8 levels")->Unit(benchmark::kMillisecond);

void stabilityOf(benchmark::State& state) {
  const size_t rows = static_cast<size_t>(state.range(0));
  const auto a = lognormal(rows);
  std::vector<double> b(a.rbegin(), a.rend()), c(rows);
  for (size_t i = 0; i < rows; ++i) c[i] = static_cast<double>(i * 7919 % rows);
  const std::vector<CompositePart> parts{{a, 1, true}, {b, 1, true}, {c, 1, false}};
  for (auto _ : state) benchmark::DoNotOptimize(rankStability(parts, Normalisation::minMax));
}
BENCHMARK(stabilityOf)
    ->Name("rank stability, 3 parts, 2000 draws")
    ->Arg(8)
    ->Arg(3000)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void localMoranOf(benchmark::State& state) {
  const auto points = clustered(3000, 1920, 1080);
  const auto values = lognormal(3000);
  const Weights weights = nearestWeights(points, false, 6);
  for (auto _ : state) benchmark::DoNotOptimize(autocorrelation(values, weights));
}
BENCHMARK(localMoranOf)
    ->Name("Moran global and local, 3,000 rows, 999 permutations")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void joinOf(benchmark::State& state) {
  Column left{"id", ColumnType::integer, {}, {}, {}}, right = left;
  for (int i = 0; i < state.range(0); ++i) {
    left.numbers.push_back(i);
    right.numbers.push_back((i * 7919L) % state.range(0));
  }
  for (auto _ : state) benchmark::DoNotOptimize(join(left, right));
}
BENCHMARK(joinOf)
    ->Name("join by key")
    ->Arg(100000)
    ->Arg(1000000)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void triangulationOf(benchmark::State& state) {
  const Shapes shapes = stars(55, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(triangulate(shapes, nullptr, nullptr));
  state.counters["vertices"] = static_cast<double>(shapes.vertices.size());
}
BENCHMARK(triangulationOf)
    ->Name("triangulate 3,025 polygons")
    ->Arg(66)
    ->Arg(660)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void loadOf(benchmark::State& state) {
  const auto path = std::filesystem::temp_directory_path() / "parkscope_bench.csv";
  {
    std::ofstream out(path);
    out << "lon,lat,value\n";
    std::mt19937_64 random(4);
    for (int i = 0; i < state.range(0); ++i)
      out << 112 + static_cast<double>(random() % 1000000) / 1e6 << ','
          << 23 + static_cast<double>(random() % 1000000) / 1e6 << ',' << i << '\n';
  }
  for (auto _ : state) benchmark::DoNotOptimize(load(path.string()));
  std::filesystem::remove(path);
}
BENCHMARK(loadOf)->Name("load a CSV of points")->Arg(100000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
