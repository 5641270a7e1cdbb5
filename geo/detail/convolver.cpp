#include "geo/detail/convolver.h"

#include <fftw3.h>

#include <mutex>

#include "geo/large_memory.h"
#include "geo/detail/parallel.h"

namespace geo::detail {
namespace {

// Waking a thread costs more than a small grid does. Two, however many there are: another number is another
// plan, which rounds otherwise.
size_t threadsFor(Frame frame) { return frame.size() > 250000 ? 2 : 1; }

// FFTW's planner is one for the whole process.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

class Plan {
 public:
  template <class Make>
  Plan(size_t threads, Make&& make) {
    const std::lock_guard lock(planner());
    static const bool threaded = fftw_init_threads() != 0;
    if (threaded) fftw_plan_with_nthreads(static_cast<int>(threads));
    plan_ = make();
  }
  ~Plan() {
    const std::lock_guard lock(planner());
    fftw_destroy_plan(plan_);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  fftw_plan get() const { return plan_; }

 private:
  fftw_plan plan_;
};

int fastSize(int least) {
  for (int n = std::max(least, 2);; ++n) {
    int m = n;
    for (int prime : {2, 3, 5, 7})
      while (m % prime == 0) m /= prime;
    if (m == 1 && n % 2 == 0) return n;
  }
}

}  // namespace

void Convolver::Free::operator()(double* p) const { fftw_free(p); }

void Convolver::clear() { std::fill_n(work_.get(), size(), 0.0); }

Convolver::Convolver(const CellKernel& shape, Frame frame) : frame_(frame) {
  const CellKernel kernel = narrowed(shape);
  // What lies further than the frame is wide cannot reach from one of its cells to another.
  const int reach = static_cast<int>(std::min(std::ceil(kernel.reach()), 1e6));
  const int rx = std::min(reach, frame.width - 1), ry = std::min(reach, frame.height - 1);
  width_ = fastSize(frame.width + rx), height_ = fastSize(frame.height + ry);
  stride_ = 2 * (width_ / 2 + 1);
  work_.reset(fftw_alloc_real(size()));
  spectrum_.reset(fftw_alloc_real(size()));
  for (double* data : {work_.get(), spectrum_.get()}) inLargePages(data, size() * sizeof(double));
  std::fill_n(spectrum_.get(), size(), 0.0);
  // Made as far as it is used, or whole where its sum needs a correction.
  const bool whole = kernel.radius <= normalisedRadius;
  const int hx = whole ? reach : rx, hy = whole ? reach : ry;
  double sum = 0;
  std::vector<double> row(2 * size_t(hx) + 1);
  for (int y = -hy; y <= hy; ++y) {
    kernel.row(-hx, y, 2 * hx + 1, row.data());
    for (double v : row) sum += v;
    if (std::abs(y) > ry) continue;
    double* out = spectrum_.get() + size_t(y < 0 ? y + height_ : y) * stride_;
    for (int x = -rx; x <= rx; ++x) out[x < 0 ? x + width_ : x] = row[x + hx];
  }
  if (!whole) sum = 1;
  forward(spectrum_.get());
  // The kernel is even, so its transform is real; FFTW leaves its results multiplied by the size.
  scale_ = 1 / (sum * width_ * height_);
}

void Convolver::convolve() {
  forward(work_.get());
  double *data = work_.get(), *kernel = spectrum_.get();
  parallelFor(height_, threadsFor(frame_) > 1 ? 64 : height_, [&](size_t first, size_t last) {
    for (size_t i = first * stride_; i < last * stride_; i += 2) {
      const double k = kernel[i] * scale_;
      data[i] *= k, data[i + 1] *= k;
    }
  });
  const Plan back(threadsFor(frame_), [&] {
    return fftw_plan_dft_c2r_2d(height_, width_, reinterpret_cast<fftw_complex*>(data), data, FFTW_ESTIMATE);
  });
  fftw_execute(back.get());
}

std::vector<double> Convolver::convolved(const std::vector<double>& grid) {
  clear();
  for (int r = 0; r < frame_.height; ++r)
    std::copy_n(grid.data() + size_t(r) * frame_.width, frame_.width, rows() + r * stride());
  convolve();
  std::vector<double> result;
  result.reserve(frame_.size());
  for (int r = 0; r < frame_.height; ++r)
    result.insert(result.end(), rows() + r * stride(), rows() + r * stride() + frame_.width);
  return result;
}

void Convolver::forward(double* data) const {
  const Plan plan(threadsFor(frame_), [&] {
    return fftw_plan_dft_r2c_2d(height_, width_, data, reinterpret_cast<fftw_complex*>(data), FFTW_ESTIMATE);
  });
  fftw_execute(plan.get());
}

}  // namespace geo::detail
