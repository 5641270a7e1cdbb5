// Convolution of a grid with a small even kernel, cell by cell in single precision: what is zero stays
// exactly zero, what is positive stays positive, and every sum is right to a few parts in ten million.
#pragma once

#include <vector>

#include "geo/detail/cell_kernel.h"

namespace geo::detail {

// A grid with room around it, so that no reader has to look at its borders, and which stretches of it hold
// anything.
class Cells {
 public:
  static constexpr int stretch = 64;  // cells

  Cells(Frame frame, int reach);
  const Frame& frame() const { return frame_; }
  float* row(int r) { return values_.data() + size_t(r) * stride_ + left_; }
  const float* row(int r) const { return values_.data() + size_t(r) * stride_ + left_; }
  // To be called when a row has been written.
  void noteWhatIsThere(int r);
  // False when all cells from first to last are zero; they may lie outside.
  bool anything(int r, int first, int last) const {
    if (r < 0 || r >= frame_.height) return false;
    const uint8_t* there = there_.data() + size_t(r) * stretches_;
    for (int s = std::max(first, 0) / stretch; s <= std::min(last, frame_.width - 1) / stretch; ++s)
      if (there[s]) return true;
    return false;
  }

 private:
  Frame frame_;
  int left_, stretches_;
  size_t stride_;
  std::vector<float> values_;
  std::vector<uint8_t> there_;
};

class Stencil {
 public:
  static constexpr int mostReach = 62;

  // The kernel's values at whole distances, scaled to sum to 1. Its reach must not be above mostReach.
  explicit Stencil(const CellKernel& kernel);
  int reach() const { return reach_; }
  // To be called once before rows are asked for: what can be done along the rows alone is done.
  void prepare(Cells& cells) const;
  // The convolution in cells first … first + count − 1 of row r. `out` has room for count rounded up to whole
  // stretches. Safe on many threads.
  void row(const Cells& cells, int r, int first, int count, float* out) const;
  // Rough number of nanoseconds for one cell.
  double cost() const;

 private:
  int reach_ = 0;
  bool separable_ = false;
  std::vector<float> quarter_;  // [dy][dx]; separable: one row
  std::vector<int> taps_;       // by dy: how many of its row are not zero
};

}  // namespace geo::detail
