// Convolution by Fourier transform, for kernels that are too large or too rough for anything simpler.
#pragma once

#include <memory>
#include <vector>

#include "geo/detail/cell_kernel.h"

namespace geo::detail {

// Grids of one size with one kernel, zero outside. Padded by the kernel's reach, so that nothing comes round
// from the other side. The grid is written into rows(), and its convolution found there afterwards.
class Convolver {
 public:
  Convolver(const CellKernel& kernel, Frame frame);

  double* rows() { return work_.get(); }
  const double* rows() const { return work_.get(); }
  size_t stride() const { return stride_; }
  void clear();
  void convolve();
  std::vector<double> convolved(const std::vector<double>& grid);

 private:
  struct Free {
    void operator()(double* p) const;
  };
  size_t size() const { return size_t(stride_) * height_; }
  void forward(double* data) const;

  Frame frame_;
  int width_ = 0, height_ = 0, stride_ = 0;
  double scale_ = 1;
  std::unique_ptr<double[], Free> work_, spectrum_;
};

}  // namespace geo::detail
