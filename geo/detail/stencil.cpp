#include "geo/detail/stencil.h"

#include <cassert>
#include <cstring>

#include "geo/large_memory.h"
#include "geo/detail/parallel.h"

namespace geo::detail {
namespace {

constexpr int lane = 8;
typedef float Lane __attribute__((vector_size(lane * sizeof(float))));
typedef float LooseLane __attribute__((vector_size(lane * sizeof(float)), aligned(4), may_alias));

// All loops over lanes have constant bounds and are unrolled, so that sums stay in registers. `Block` cells
// are made at a time. Products are never fused with sums (-ffp-contract=off), so every processor gives the
// same.
#define PARKSCOPE_INLINE inline __attribute__((always_inline))

// acc += k[0]·t[0] + Σ k[d]·(t[−d] + t[+d])
template <int Block>
PARKSCOPE_INLINE void addTaps(Lane* acc, const float* t, const float* k, int taps) {
  for (int i = 0; i < Block / lane; ++i) acc[i] += k[0] * *(const LooseLane*)(t + i * lane);
  for (int d = 1; d < taps; ++d) {
    const float* below = t - d;
    const float* above = t + d;
    const float weight = k[d];
#pragma GCC unroll 8
    for (int i = 0; i < Block / lane; ++i)
      acc[i] += weight * (*(const LooseLane*)(below + i * lane) + *(const LooseLane*)(above + i * lane));
  }
}

struct Job {
  const Cells& cells;
  const float* quarter;
  const int* taps;
  int reach, r, first, count;
  float* out;
};

template <int Block>
PARKSCOPE_INLINE void convolvedRow(const Job& j) {
  constexpr int pad = (Stencil::mostReach + lane) / lane * lane;
  alignas(32) float both[Block + 2 * pad];
  for (int c = 0; c < j.count; c += Block) {
    const int left = j.first + c;
    Lane acc[Block / lane] = {};
    for (int dy = 0; dy <= j.reach; ++dy) {
      const int taps = j.taps[dy];
      if (taps == 0) break;
      const int low = left - taps + 1, high = left + Block + taps - 2;
      const bool up = j.cells.anything(j.r - dy, low, high);
      const bool down = dy > 0 && j.cells.anything(j.r + dy, low, high);
      if (!up && !down) continue;
      const float* t = j.cells.row(up ? j.r - dy : j.r + dy) + left;
      if (up && down) {
        const float* other = j.cells.row(j.r + dy) + left;
        const int from = (taps - 1 + lane - 1) / lane * lane;
        for (int i = -from; i < Block + from; i += lane)
          *(LooseLane*)(both + pad + i) = *(const LooseLane*)(t + i) + *(const LooseLane*)(other + i);
        t = both + pad;
      }
      addTaps<Block>(acc, t, j.quarter + size_t(dy) * (j.reach + 1), taps);
    }
    for (int i = 0; i < Block / lane; ++i) *(LooseLane*)(j.out + c + i * lane) = acc[i];
  }
}

template <int Block>
PARKSCOPE_INLINE void convolvedColumn(const Job& j) {
  for (int c = 0; c < j.count; c += Block) {
    const int left = j.first + c;
    Lane acc[Block / lane] = {};
    for (int dy = -j.reach; dy <= j.reach; ++dy) {
      if (!j.cells.anything(j.r + dy, left, left + Block - 1)) continue;
      const float* t = j.cells.row(j.r + dy) + left;
      const float weight = j.quarter[std::abs(dy)];
#pragma GCC unroll 8
      for (int i = 0; i < Block / lane; ++i) acc[i] += weight * *(const LooseLane*)(t + i * lane);
    }
    for (int i = 0; i < Block / lane; ++i) *(LooseLane*)(j.out + c + i * lane) = acc[i];
  }
}

void plainRow(const Job& j) { convolvedRow<32>(j); }
void plainColumn(const Job& j) { convolvedColumn<32>(j); }
#ifdef __x86_64__
__attribute__((target("avx2"))) void wideRow(const Job& j) { convolvedRow<64>(j); }
__attribute__((target("avx2"))) void wideColumn(const Job& j) { convolvedColumn<64>(j); }
bool wide() {
  static const bool supported = __builtin_cpu_supports("avx2");
  return supported;
}
#else
constexpr auto wideRow = plainRow, wideColumn = plainColumn;
constexpr bool wide() { return false; }
#endif

}  // namespace

Cells::Cells(Frame frame, int reach)
    : frame_(frame),
      left_((reach + lane) / lane * lane),
      stretches_((frame.width + stretch - 1) / stretch),
      stride_(size_t(left_) + size_t(stretches_ + 1) * stretch + reach + lane),
      values_(largeVector<float>(stride_ * frame.height)),
      there_(size_t(stretches_) * frame.height, 0) {}

void Cells::noteWhatIsThere(int r) {
  const float* v = row(r);
  for (int s = 0; s < stretches_; ++s) {
    uint32_t any = 0;  // of the bits but the sign's
    for (int c = s * stretch; c < (s + 1) * stretch; ++c) {
      uint32_t bits;
      std::memcpy(&bits, v + c, sizeof bits);
      any |= bits << 1;
    }
    there_[size_t(r) * stretches_ + s] = any != 0;
  }
}

Stencil::Stencil(const CellKernel& kernel) : separable_(kernel.kernel == Kernel::gaussian) {
  reach_ = static_cast<int>(std::ceil(kernel.reach()));
  assert(reach_ <= mostReach);
  const int side = reach_ + 1, rows = separable_ ? 1 : side;
  std::vector<double> values(size_t(side) * rows);
  double sum = 0;
  for (int dy = 0; dy < rows; ++dy) {
    kernel.row(0, dy, side, values.data() + size_t(dy) * side);
    for (int dx = 0; dx < side; ++dx) sum += values[size_t(dy) * side + dx] * (dx ? 2 : 1) * (dy ? 2 : 1);
  }
  for (double v : values) quarter_.push_back(static_cast<float>(v / sum));
  for (int dy = 0; dy < rows; ++dy) {
    int taps = side;
    while (taps > 0 && quarter_[size_t(dy) * side + taps - 1] == 0) --taps;
    taps_.push_back(taps);
  }
}

void Stencil::prepare(Cells& cells) const {
  if (!separable_) return;
  const Frame frame = cells.frame();
  parallelFor(frame.height, frame.size() > 250000 ? 32 : frame.height, [&](size_t first, size_t last) {
    std::vector<float> out(size_t(frame.width) + Cells::stretch);
    for (int r = static_cast<int>(first); r < static_cast<int>(last); ++r) {
      if (!cells.anything(r, 0, frame.width - 1)) continue;
      const Job job{cells, quarter_.data(), taps_.data(), 0, r, 0, frame.width, out.data()};
      wide() ? wideRow(job) : plainRow(job);
      std::copy_n(out.data(), frame.width, cells.row(r));
      cells.noteWhatIsThere(r);
    }
  });
}

void Stencil::row(const Cells& cells, int r, int first, int count, float* out) const {
  const Job job{cells, quarter_.data(), taps_.data(), reach_, r, first, count, out};
  if (separable_) wide() ? wideColumn(job) : plainColumn(job);
  else wide() ? wideRow(job) : plainRow(job);
}

double Stencil::cost() const {
  double taps = 0;
  for (int n : taps_) taps += n;
  return 1 + 0.075 * (separable_ ? 4 * taps : taps);
}

}  // namespace geo::detail
