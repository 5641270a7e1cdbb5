// A density kernel on cells, with the cell as unit of length.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "geo/density.h"

namespace geo::detail {

inline constexpr double smallRadius = 4;        // cells; below it a cell's centre does not stand for the cell
inline constexpr double normalisedRadius = 64;  // above it sampled kernels sum to 1 anyway, to 1e-4

struct Frame {
  int width = 0, height = 0;
  size_t size() const { return size_t(width) * size_t(height); }
};

struct CellKernel {
  Kernel kernel;
  double radius;
  double reach() const { return kernelReach(kernel, radius) + (kernel == Kernel::uniform ? 0.5 : 0); }
  bool small() const { return kernel == Kernel::gaussian ? radius < 1 : radius < smallRadius; }

  // Values in a row of cells at dx, dx + 1, … and dy from the point. The rim of the uniform kernel is the
  // share of each cell that it covers.
  void row(double dx, double dy, int count, double* out) const;
  // Mean over the cell at dx, dy, by 4 × 4 Gauss points.
  double mean(double dx, double dy) const;
};

inline double cellsTouched(const CellKernel& kernel) {
  return (2 * kernel.reach() + 1) * (2 * kernel.reach() + 1);
}

// Linear binning widens every kernel by a sixth of a squared cell (on average); a kernel narrower by as much
// takes that back.
CellKernel narrowed(const CellKernel& kernel);

// One point's kernel on the cells around it, summing to 1.
struct Stamp {
  int column = 0, row = 0, width = 0, height = 0;  // of its first cell; size
  std::vector<double> values;

  // Large kernels are only made where the frame is: their sum needs no correction.
  void make(const CellKernel& kernel, double x, double y, Frame frame = {});
};

}  // namespace geo::detail
