// Points counted into hexagons or squares of one size. Pure arithmetic in the plane of a metric CRS.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "geo/geometry.h"
#include "geo/report.h"
#include "geo/result.h"

namespace geo {

// Hexagons stand on a corner: their rows run from west to east, every other one half a bin further east.
enum class BinShape : uint8_t { hexagon, square };
// rate: all values over all bases of a bin, times `per`; the others look at values alone.
enum class BinStatistic : uint8_t { count, sum, mean, rate };

struct BinOptions {
  BinShape shape = BinShape::hexagon;
  double sizeMetres = 0;  // between two opposite edges
  BinStatistic statistic = BinStatistic::count;
  double per = 1;
  const Shapes* clip = nullptr;  // polygons: points outside are left out and reported
};

inline constexpr uint32_t noBin = 0xffffffffu;

struct Bins {
  // One row per bin that holds a point, from the south-west row by row. The lattice is anchored at the
  // plane's origin, so bins of one size fit onto each other whatever the points are.
  Shapes polygons;
  std::vector<double> values;        // NaN: no number (a rate over base 0, a mean or sum of nothing)
  std::vector<uint32_t> counts;      // points in it
  std::vector<uint32_t> binOfPoint;  // per input point; noBin when left out
  double areaSquareMetres = 0;       // of one bin
  Report report;                     // points without a place, outside of the clip, without a value
};

// points are metres in the plane of a projected CRS. values: one per point (empty with count; else 1 each
// when empty); bases: one per point, rate only. A point whose value (or base) is missing is counted in
// `counts` but not in the number, and reported. Fails on a size that is not above zero, negative bases, a
// lattice too large to number, and when no point is left.
Result<Bins> binPoints(std::span<const Point> points, std::span<const double> values,
                       std::span<const double> bases, const BinOptions& options);

}  // namespace geo
