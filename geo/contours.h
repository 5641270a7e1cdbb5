// Lines of equal value over a grid, and round levels for them. Pure arithmetic.
#pragma once

#include <span>
#include <vector>

#include "geo/grid.h"
#include "geo/result.h"

namespace geo {

struct Contour {
  double level = 0;
  bool closed = false;        // the last vertex joins the first, which is not repeated
  std::vector<Point> points;  // higher values lie to the left of the direction of travel
};

// The values are taken at the cells' centres and are linear along the edges between them; a saddle is decided
// by the mean of its four corners. A line ends where data end (NaN) and at the border of the centres. Whole
// lines, by level in the order given, then from the north-west; equal on any machine. Values that are exactly
// the level count as above it. Fails on a level that is not finite.
Result<std::vector<Contour>> contours(const Grid& grid, std::span<const double> levels);

// Multiples of 1, 2, 2.5 or 5 × 10ⁿ strictly between low and high: of those steps the one that gives the
// number nearest to `about` (the coarser of two). Empty when low is not below high or about is below 1.
std::vector<double> roundLevels(double low, double high, int about);

}  // namespace geo
