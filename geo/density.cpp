#include "geo/density.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <numbers>

#include "geo/detail/convolver.h"
#include "geo/detail/crossing.h"
#include "geo/large_memory.h"
#include "geo/detail/owners.h"
#include "geo/detail/parallel.h"
#include "geo/detail/stencil.h"
#include "geo/measure.h"

namespace geo {
namespace {

using detail::Cells, detail::cellsTouched, detail::Convolver, detail::Frame, detail::noOwner, detail::owners,
    detail::Stamp, detail::Stencil, detail::Window, detail::windowOf;
using Shape = detail::CellKernel;
using std::numbers::pi;

constexpr std::array<std::pair<Kernel, std::string_view>, 5> kernels{
    {{Kernel::quartic, "quartic"},
     {Kernel::gaussian, "gaussian"},
     {Kernel::uniform, "uniform"},
     {Kernel::triangular, "triangular"},
     {Kernel::epanechnikov, "epanechnikov"}}};

constexpr double mostCells = 2e8;
constexpr double tableRadius = 24;  // cells; smaller kernels of many points come from a table
constexpr size_t tablePoints = 4000;
constexpr size_t blockPoints = 65536;  // taken together when there are many

// Nanoseconds, roughly: what decides between adding up and convolving.
constexpr double addCost = 0.8, makeCost = 4, transformCost = 75, refineCost = 3, pointCost = 15;

// A point on the grid: column and row of its place, the centre of the first cell being 0, 0.
struct Spot {
  double x, y, weight;
};

// All points as spots, made when looked at: a copy of a million would cost more than their density. Those
// without a place or weight have no y either, which fails every comparison.
struct Spots {
  std::span<const Point> points;
  std::span<const double> weights;
  double left, top, perCell;

  size_t size() const { return points.size(); }
  Spot operator[](size_t i) const {
    const Point p = points[i];
    const double weight = weights.empty() ? 1 : weights[i];
    const bool valid = std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(weight);
    return {(p.x - left) * perCell - 0.5,
            valid ? (top - p.y) * perCell - 0.5 : std::numeric_limits<double>::quiet_NaN(), weight};
  }
};

// Waking a thread costs more than a small grid does.
size_t threadsFor(Frame frame) { return frame.size() > 250000 ? detail::threadCount() : 1; }

bool stopped(const Progress* progress) { return progress && progress->cancelled(); }

#if defined(__x86_64__) && !defined(__clang__)
#define PARKSCOPE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PARKSCOPE_WIDE
#endif

constexpr int four = 4;
typedef double Four __attribute__((vector_size(four * sizeof(double)), aligned(8), may_alias));

// out += weight · in, row by row. Both copies give the same: products are never fused with sums.
PARKSCOPE_WIDE void addRows(double* out, size_t stride, const double* in, int width, int rows,
                            double weight) {
  for (int r = 0; r < rows; ++r, out += stride, in += width)
    for (int c = 0; c < width; c += four) *(Four*)(out + c) += weight * *(const Four*)(in + c);
}

// Kernels that cost more to make than to add up come from a table of places within a cell. Their rows are
// filled up with zeros to whole fours.
class StampTable {
 public:
  explicit StampTable(const Shape& shape)
      : places_(shape.reach() <= 8 ? 32 : 16), stamps_(size_t(places_) * places_) {
    detail::parallelFor(stamps_.size(), size_t(places_) * 4, [&](size_t first, size_t last) {
      for (size_t i = first; i < last; ++i) {
        const double x = static_cast<double>(i % places_), y = static_cast<double>(i / places_);
        Stamp& stamp = stamps_[i];
        stamp.make(shape, (x + 0.5) / places_ - 0.5, (y + 0.5) / places_ - 0.5);
        const int width = (stamp.width + four - 1) / four * four;
        std::vector<double> wide(size_t(width) * stamp.height, 0.0);
        for (int r = 0; r < stamp.height; ++r)
          std::copy_n(stamp.values.data() + size_t(r) * stamp.width, stamp.width,
                      wide.data() + size_t(r) * width);
        stamp.values = std::move(wide), stamp.width = width;
      }
    });
    for (const Stamp& stamp : stamps_)
      left_ = std::max(left_, -stamp.column), right_ = std::max(right_, stamp.column + stamp.width);
  }
  // How far a stamp may reach beyond the cell that its place lies in.
  int left() const { return left_; }
  int right() const { return right_; }
  // Of a place: which stamp, and where it begins.
  uint32_t at(double x, double y, int& column, int& row) const {
    const double cx = std::floor(x + 0.5), cy = std::floor(y + 0.5);
    const int px = std::min(places_ - 1, static_cast<int>((x + 0.5 - cx) * places_));
    const int py = std::min(places_ - 1, static_cast<int>((y + 0.5 - cy) * places_));
    const auto index = static_cast<uint32_t>(py * places_ + px);
    column = static_cast<int>(cx) + stamps_[index].column, row = static_cast<int>(cy) + stamps_[index].row;
    return index;
  }
  const Stamp& operator[](uint32_t index) const { return stamps_[index]; }

 private:
  int places_, left_ = 0, right_ = 0;
  std::vector<Stamp> stamps_;
};

bool fromTable(size_t spots, const Shape& shape) {
  return shape.reach() <= tableRadius && spots > tablePoints;
}

// Every point's kernel added cell by cell, band by band: a band of rows stays in the cache, a whole grid
// would not. Within a cell the points always come in their own order, so the sums do not depend on the bands.
class Adding {
 public:
  Adding(const Spots& spots, const Shape& shape, Frame frame) : spots_(spots), shape_(shape), frame_(frame) {
    if (fromTable(spots.size(), shape)) table_.emplace(shape);
    // A kernel that is made anew for every band should be in few.
    const size_t threads = threadsFor(frame);
    const double reach = shape.reach() + 1;
    band_ = table_ && threads > 1 ? std::max(cachedRows(frame), static_cast<int>(2 * reach))
                                  : std::max(1, static_cast<int>((frame.height + threads - 1) / threads));
    // Dealt out to the bands block by block; within a band they come in their own order.
    const size_t count = bands(), blocks = (spots.size() + blockPoints - 1) / blockPoints;
    const auto deal = [&](size_t begin, size_t end, auto&& use) {
      for (size_t s = begin; s < end; ++s) {
        const Spot spot = spots[s];
        if (!(spot.y + reach >= 0 && spot.y - reach <= frame.height)) continue;
        if (!(spot.x + reach >= 0 && spot.x - reach <= frame.width)) continue;
        const auto first = static_cast<uint32_t>(std::max(0.0, (spot.y - reach) / band_));
        const auto last =
            static_cast<uint32_t>(std::min(static_cast<double>(count - 1), (spot.y + reach) / band_));
        for (uint32_t b = first; b <= last; ++b) use(b, s, spot);
      }
    };
    std::vector<uint32_t> starts(count * blocks + 1, 0);  // [band][block]
    detail::parallelFor(spots.size(), blockPoints, [&](size_t begin, size_t end) {
      deal(begin, end, [&](uint32_t b, size_t, const Spot&) { ++starts[b * blocks + begin / blockPoints]; });
    });
    uint32_t total = 0;
    for (uint32_t& start : starts) total += std::exchange(start, total);
    for (size_t b = 0; b <= count; ++b) start_.push_back(starts[b * blocks]);
    dealt_ = std::unique_ptr<Dealt[]>(new Dealt[total]);
    inLargePages(dealt_.get(), total * sizeof(Dealt));
    if (!spots.weights.empty()) weights_ = std::unique_ptr<double[]>(new double[total]);
    detail::parallelFor(spots.size(), blockPoints, [&](size_t begin, size_t end) {
      std::vector<uint32_t> next(count);
      for (size_t b = 0; b < count; ++b) next[b] = starts[b * blocks + begin / blockPoints];
      deal(begin, end, [&](uint32_t b, size_t s, const Spot& spot) {
        const uint32_t place = next[b]++;
        Dealt& dealt = dealt_[place];
        dealt.which = table_ ? table_->at(spot.x, spot.y, dealt.column, dealt.row) : static_cast<uint32_t>(s);
        if (weights_) weights_[place] = spot.weight;
      });
    });
  }

  size_t bands() const { return (static_cast<size_t>(frame_.height) + band_ - 1) / band_; }
  // Calls use(row, its values) for the rows of a band; `sum` is a place to work in.
  template <class Use>
  void rows(size_t band, std::vector<double>& sum, Progress* progress, Use&& use) const {
    const int first = static_cast<int>(band) * band_, last = std::min(frame_.height, first + band_);
    // Room on both sides, so that a point at the border needs no care.
    const int room = static_cast<int>(shape_.reach()) + 2;
    const int left = table_ ? table_->left() + room : 0, right = table_ ? table_->right() + room : 0;
    const size_t stride = static_cast<size_t>(left + frame_.width + right);
    sum.assign(static_cast<size_t>(last - first) * stride, 0.0);
    Stamp own;
    for (uint32_t i = start_[band]; i < start_[band + 1]; ++i) {
      if (i % 4096 == 0 && stopped(progress)) return;
      const Dealt& dealt = dealt_[i];
      if (table_) {
        const Stamp& stamp = (*table_)[dealt.which];
        const int r0 = std::max(first, dealt.row), r1 = std::min(last, dealt.row + stamp.height);
        if (r0 < r1)
          addRows(sum.data() + static_cast<size_t>(r0 - first) * stride +
                      static_cast<size_t>(left + dealt.column),
                  stride, stamp.values.data() + static_cast<size_t>(r0 - dealt.row) * stamp.width,
                  stamp.width, r1 - r0, weights_ ? weights_[i] : 1);
        continue;
      }
      const Spot spot = spots_[dealt.which];
      own.make(shape_, spot.x, spot.y, frame_);
      const int column = own.column, row = own.row;
      const int c0 = std::max(0, column), c1 = std::min(frame_.width, column + own.width);
      for (int r = std::max(first, row); r < std::min(last, row + own.height); ++r) {
        double* out = sum.data() + size_t(r - first) * stride;
        const double* in = own.values.data() + size_t(r - row) * own.width;
        for (int c = c0; c < c1; ++c) out[c] += spot.weight * in[c - column];
      }
    }
    for (int r = first; r < last; ++r)
      use(r, static_cast<const double*>(sum.data() + size_t(r - first) * stride + left));
  }

 private:
  static int cachedRows(Frame frame) { return std::max(4, 32768 / std::max(1, frame.width)); }

  Spots spots_;
  Shape shape_;
  Frame frame_;
  std::optional<StampTable> table_;
  int band_ = 1;
  // What a band needs of a spot, one after the other: points strewn over the map would be fetched one by one.
  struct Dealt {
    uint32_t which;   // stamp, or spot where there is no table
    int column, row;  // where the stamp begins
  };
  std::vector<uint32_t> start_;  // band → its spots, in their order
  std::unique_ptr<Dealt[]> dealt_;
  std::unique_ptr<double[]> weights_;  // of those; null: 1 each
};

// From spots to a grid that starts `margin` of its cells earlier and is `factor` times as coarse.
struct Move {
  int factor = 1, margin = 0;
  double scale = 1, shift = 0;

  Move() = default;
  Move(int f, int m) : factor(f), margin(m), scale(1.0 / f), shift(0.5 / f - 0.5 + m) {}
  double operator()(double at) const { return at * scale + shift; }
};

// Linear binning (Wand 1994): each weight is shared among the four cells around its place, so no mass is lost
// and the centre of mass stays.
struct Linear {
  static constexpr int taps = 2, before = 0;
  static std::array<double, 2> share(double t) { return {1 - t, t}; }
};
// Keys' cubic (1981): sixteen cells, some of them with a negative share. A kernel binned so, or a grid
// refined so, is right to the third power of the cell.
struct Cubic {
  static constexpr int taps = 4, before = 1;
  static std::array<double, 4> share(double t) {
    return {-t * (1 - t) * (1 - t) / 2, 1 + t * t * (3 * t - 5) / 2, t * (1 + t * (4 - 3 * t)) / 2,
            -t * t * (1 - t) / 2};
  }
};

// A spot on its way into the bins: the first cell that it has a share in, and how far it lies beyond the cell
// that its place is counted from.
struct Share {
  uint32_t cell;
  float x, y, weight;
};

// Calls use(share) for the points first … last − 1. Those whose cells are not all in the frame are left out:
// frames have room enough that they are too far away to matter.
template <class Binning, class Points, class Use>
void eachShare(const Points& spots, size_t first, size_t last, Move move, Frame frame, Use&& use) {
  const double low = Binning::before, right = frame.width - (Binning::taps - Binning::before) + 1;
  const double bottom = frame.height - (Binning::taps - Binning::before) + 1;
  for (size_t s = first; s < last; ++s) {
    const Spot spot = spots[s];
    const double x = move(spot.x), y = move(spot.y);
    if (!(x >= low && x < right && y >= low && y < bottom)) continue;
    const int c = static_cast<int>(x), r = static_cast<int>(y);
    use(Share{static_cast<uint32_t>(r - Binning::before) * frame.width + (c - Binning::before),
              static_cast<float>(x - c), static_cast<float>(y - r), static_cast<float>(spot.weight)});
  }
}

// Adds a share to rows first … last − 1 of the bins, whose row 0 is `bins` and which are `stride` apart.
template <class Binning>
void put(const Share& share, int column, int row, int first, int last, double* bins, size_t stride) {
  const auto wx = Binning::share(share.x), wy = Binning::share(share.y);
  for (int j = std::max(0, first - row); j < std::min(Binning::taps, last - row); ++j) {
    double* out = bins + static_cast<ptrdiff_t>(row + j) * static_cast<ptrdiff_t>(stride) + column;
    const double w = share.weight * wy[j];
    for (int i = 0; i < Binning::taps; ++i) out[i] += w * wx[i];
  }
}

template <class Binning, class Points>
void bin(const Points& spots, size_t first, size_t last, Move move, Frame frame, double* bins,
         size_t stride) {
  eachShare<Binning>(spots, first, last, move, frame, [&](const Share& s) {
    put<Binning>(s, static_cast<int>(s.cell % frame.width), static_cast<int>(s.cell / frame.width), 0,
                 frame.height, bins, stride);
  });
}

struct FreeIt {
  void operator()(void* p) const { std::free(p); }
};
using Zeros = std::unique_ptr<double[], FreeIt>;
// Fresh pages of the system are zero already.
Zeros zeros(size_t count) {
  Zeros z(static_cast<double*>(std::calloc(std::max<size_t>(count, 1), sizeof(double))));
  if (!z) throw std::bad_alloc();
  inLargePages(z.get(), count * sizeof(double));
  return z;
}

// On a small grid many points are binned in two halves, on two threads or after one another: which half a
// point is in depends on the points alone.
template <class Binning>
void binHalves(const Spots& spots, Move move, Frame frame, Cells& cells) {
  const size_t n = spots.size(), halves = n > blockPoints ? 2 : 1;
  std::array<Zeros, 2> bins;
  detail::parallelFor(halves, 1, [&](size_t h, size_t) {
    bins[h] = zeros(frame.size());
    bin<Binning>(spots, h * n / halves, (h + 1) * n / halves, move, frame, bins[h].get(), frame.width);
  });
  for (int r = 0; r < frame.height; ++r) {
    float* out = cells.row(r);
    const double* a = bins[0].get() + size_t(r) * frame.width;
    const double* b = halves > 1 ? bins[1].get() + size_t(r) * frame.width : nullptr;
    for (int c = 0; c < frame.width; ++c) out[c] = static_cast<float>(b ? a[c] + b[c] : a[c]);
    cells.noteWhatIsThere(r);
  }
}

// A large grid does not fit into a processor's cache, and a million points strewn over it would wait for
// memory a million times. So they are first dealt out to bands of rows that do fit; within a band they come
// in their own order.
template <class Binning>
void binBands(const Spots& spots, Move move, Frame frame, Cells& cells) {
  constexpr int cachedCells = 32768;
  int shift = 2;
  while ((frame.width << (shift + 1)) <= cachedCells || (frame.height >> shift) > 1024) ++shift;
  const size_t bands = (size_t(frame.height) >> shift) + 1,
               blocks = (spots.size() + blockPoints - 1) / blockPoints;
  // Calls use(band, share), twice for one that lies across two bands.
  const auto deal = [&](size_t first, size_t last, auto&& use) {
    eachShare<Binning>(spots, first, last, move, frame, [&](const Share& s) {
      const uint32_t row = s.cell / static_cast<uint32_t>(frame.width);
      const uint32_t band = row >> shift, next = (row + Binning::taps - 1) >> shift;
      use(band, s);
      if (next != band) use(next, s);
    });
  };
  std::vector<uint32_t> counts(bands * blocks + 1, 0);  // [band][block], then where each begins
  detail::parallelFor(spots.size(), blockPoints, [&](size_t first, size_t last) {
    deal(first, last, [&](uint32_t band, const Share&) { ++counts[band * blocks + first / blockPoints]; });
  });
  uint32_t total = 0;
  for (uint32_t& count : counts) total += std::exchange(count, total);
  const std::unique_ptr<Share[]> shares(new Share[total]);
  inLargePages(shares.get(), total * sizeof(Share));
  detail::parallelFor(spots.size(), blockPoints, [&](size_t first, size_t last) {
    std::vector<uint32_t> next(bands);
    for (size_t b = 0; b < bands; ++b) next[b] = counts[b * blocks + first / blockPoints];
    deal(first, last, [&](uint32_t band, const Share& s) { shares[next[band]++] = s; });
  });
  detail::parallelFor(bands, 4, [&](size_t firstBand, size_t lastBand) {
    std::vector<double> bins;
    for (size_t band = firstBand; band < lastBand; ++band) {
      const uint32_t from = counts[band * blocks], to = counts[(band + 1) * blocks];
      if (from == to) continue;
      const int first = static_cast<int>(band << shift), last = std::min(frame.height, first + (1 << shift));
      bins.assign(size_t(last - first) * frame.width, 0.0);
      for (uint32_t i = from; i < to; ++i) {
        const uint32_t row = shares[i].cell / static_cast<uint32_t>(frame.width);
        put<Binning>(shares[i], static_cast<int>(shares[i].cell - row * static_cast<uint32_t>(frame.width)),
                     static_cast<int>(row) - first, 0, last - first, bins.data(), frame.width);
      }
      for (int r = first; r < last; ++r) {
        const double* in = bins.data() + size_t(r - first) * frame.width;
        float* out = cells.row(r);
        for (int c = 0; c < frame.width; ++c) out[c] = static_cast<float>(in[c]);
        cells.noteWhatIsThere(r);
      }
    }
  });
}

template <class Binning>
Cells binned(const Spots& spots, Move move, Frame frame, int reach) {
  Cells cells(frame, reach);
  if (frame.size() > 100000 && spots.size() > blockPoints) binBands<Binning>(spots, move, frame, cells);
  else binHalves<Binning>(spots, move, frame, cells);
  return cells;
}

// A place on a coarser grid as a mixture of the four cells around it. The weights of all finer cells within a
// coarse one sum to the same, so mass is kept.
struct Tap {
  int first;
  std::array<float, 4> weight;

  explicit Tap(double at, double scale = 1) {
    const double base = std::floor(at);
    const auto share = Cubic::share(at - base);
    first = static_cast<int>(base) - 1;
    for (int k = 0; k < 4; ++k) weight[k] = static_cast<float>(share[k] * scale);
  }
};

// Mass per cell, in one of four ways: there already; added up when a row is asked for; left where a transform
// put it; or still in bins, convolved when a row is asked for, on a grid that may be coarser.
struct Mass {
  Frame frame;
  std::vector<double> cells;
  std::optional<Adding> adding;
  std::unique_ptr<Convolver> convolver;
  std::optional<Cells> bins;  // before the stencil (factor 1), or after it
  std::optional<Stencil> stencil;
  Move move;

  bool empty() const { return cells.empty() && !adding && !convolver && !bins; }

  // What a transform leaves where nothing is: 1e-16 of the largest value, of either sign.
  double noise() const {
    double most = 0;
    if (convolver)
      for (int r = 0; r < frame.height; ++r)
        for (int c = 0; c < frame.width; ++c)
          most = std::max(
              most, std::abs(convolver->rows()[(r + move.margin) * convolver->stride() + move.margin + c]));
    return most * 1e-12;
  }

  // Calls use(row, its values) for all rows, on several threads; leaves rows out when it is stopped.
  template <class Use>
  void eachRow(Progress* progress, Use&& use) const {
    if (adding) {
      const size_t bands = adding->bands();
      detail::parallelFor(bands, (bands + 15) / 16, [&](size_t first, size_t last) {
        std::vector<double> sum;
        for (size_t band = first; band < last && !stopped(progress); ++band)
          adding->rows(band, sum, progress, use);
      });
      return;
    }
    detail::parallelFor(frame.height, threadsFor(frame) > 1 ? 16 : frame.height,
                        [&](size_t first, size_t last) {
                          std::vector<float> made(frame.width + Cells::stretch);
                          for (int r = static_cast<int>(first); r < static_cast<int>(last); ++r) {
                            if (!cells.empty()) {
                              use(r, cells.data() + size_t(r) * frame.width);
                            } else if (convolver) {
                              use(r, std::as_const(*convolver).rows() +
                                         size_t(r + move.margin) * convolver->stride() + move.margin);
                            } else {
                              if (move.factor == 1)
                                stencil->row(*bins, r + move.margin, move.margin, frame.width, made.data());
                              else refine(r, made.data());
                              use(r, std::as_const(made).data());
                            }
                          }
                        });
  }

  // From coarser rows, each of them as wide as the frame already.
  void refine(int r, float* out) const {
    const Tap y(move(r));
    const float *a = bins->row(y.first), *b = bins->row(y.first + 1), *c = bins->row(y.first + 2),
                *d = bins->row(y.first + 3);
    for (int i = 0; i < frame.width; ++i)
      out[i] = y.weight[0] * a[i] + y.weight[1] * b[i] + y.weight[2] * c[i] + y.weight[3] * d[i];
  }
};

// How much coarser a grid may be on which a kernel is still smooth. With eight cells to its radius a quartic
// is within 0.7 % of its peak everywhere; those with an edge at their rim need more, and the uniform
// is nothing but edge.
int coarsening(const Shape& shape) {
  double least = 0;
  switch (shape.kernel) {
    case Kernel::uniform:
      return 1;
    case Kernel::gaussian:
      least = 5;
      break;
    case Kernel::quartic:
      least = 8;
      break;
    default:
      least = 12;
  }
  return std::max(1, static_cast<int>(std::min(shape.radius / least, 1e6)));
}

// Only a uniform kernel is both so large and not to be made smaller.
bool transformed(const Shape& shape) {
  return shape.reach() / coarsening(shape) > (shape.kernel == Kernel::uniform ? 16 : Stencil::mostReach);
}

bool addingIsCheaper(size_t spots, const Shape& shape, Frame frame) {
  if (shape.small()) return true;
  const double n = static_cast<double>(spots), touched = std::min(cellsTouched(shape), double(frame.size()));
  const double adding = n * (pointCost + touched * (fromTable(spots, shape) ? addCost : makeCost));
  const double factor = coarsening(shape), reach = shape.reach();
  double convolving = n * pointCost;
  if (transformed(shape)) {
    convolving += (frame.width + 2 * reach) * (frame.height + 2 * reach) * transformCost;
  } else {
    const double each = Stencil({shape.kernel, shape.radius / factor}).cost();
    convolving += static_cast<double>(frame.size()) * (each / (factor * factor) + refineCost);
  }
  // Adding up is exact, so it is preferred up to 15 ms.
  return adding < std::max(convolving, 1.5e7);
}

// Spots outside of the frame count as far as they reach into it; `box` holds all spots.
Mass spread(const Spots& spots, const Box& box, const Shape& shape, Frame frame, Progress* progress) {
  Mass mass;
  mass.frame = frame;
  if (addingIsCheaper(spots.size(), shape, frame)) {
    mass.adding.emplace(spots, shape, frame);
    return mass;
  }
  const int factor = coarsening(shape);
  // Room for the points outside, and for the interpolation's neighbours.
  const double beyond = std::max({-box.minX, box.maxX - frame.width, -box.minY, box.maxY - frame.height});
  const double outside = std::max(0.0, std::min(std::ceil(shape.reach()), beyond));
  mass.move = {factor, static_cast<int>(std::ceil(outside / factor)) + (factor > 1 ? 4 : 2)};
  const Frame padded{(frame.width + factor - 1) / factor + 2 * mass.move.margin,
                     (frame.height + factor - 1) / factor + 2 * mass.move.margin};
  const Shape coarse{shape.kernel, shape.radius / factor};
  if (transformed(shape)) {
    auto convolver = std::make_unique<Convolver>(coarse, padded);
    if (stopped(progress)) return mass;
    convolver->clear();
    bin<Linear>(spots, 0, spots.size(), mass.move, padded, convolver->rows(), convolver->stride());
    convolver->convolve();
    mass.convolver = std::move(convolver);
  } else if (factor == 1) {
    mass.stencil.emplace(narrowed(coarse));
    mass.bins = binned<Linear>(spots, mass.move, padded, mass.stencil->reach());
    mass.stencil->prepare(*mass.bins);
  } else {
    const Stencil stencil(coarse);
    Cells bins = binned<Cubic>(spots, mass.move, padded, stencil.reach());
    stencil.prepare(bins);
    // Refined along the rows at once; across them when a row is asked for.
    mass.bins.emplace(Frame{frame.width, padded.height}, 0);
    std::vector<Tap> taps;
    for (int c = 0; c < frame.width; ++c) taps.emplace_back(mass.move(c), mass.move.scale * mass.move.scale);
    detail::parallelFor(padded.height, threadsFor(frame) > 1 ? 8 : padded.height,
                        [&](size_t first, size_t last) {
                          std::vector<float> row(padded.width + Cells::stretch);
                          for (int r = static_cast<int>(first); r < static_cast<int>(last); ++r) {
                            stencil.row(bins, r, 0, padded.width, row.data());
                            float* out = mass.bins->row(r);
                            for (int c = 0; c < frame.width; ++c) {
                              const float* v = row.data() + taps[c].first;
                              const auto& w = taps[c].weight;
                              out[c] = w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3];
                            }
                          }
                        });
  }
  return mass;
}

std::vector<double> convolvedBy(const Stencil& stencil, const std::vector<double>& grid, Frame frame) {
  Cells cells(frame, stencil.reach());
  for (int r = 0; r < frame.height; ++r) {
    std::transform(grid.data() + size_t(r) * frame.width, grid.data() + size_t(r + 1) * frame.width,
                   cells.row(r), [](double v) { return static_cast<float>(v); });
    cells.noteWhatIsThere(r);
  }
  stencil.prepare(cells);
  std::vector<double> result(frame.size());
  std::vector<float> row(frame.width + Cells::stretch);
  for (int r = 0; r < frame.height; ++r) {
    stencil.row(cells, r, 0, frame.width, row.data());
    std::copy_n(row.data(), frame.width, result.data() + size_t(r) * frame.width);
  }
  return result;
}

// Mass of the polygon's own points, kept inside it: each kernel is cut at the mask and divided by what is
// left of it.
std::vector<double> spreadWithin(std::span<const Spot> spots, const Shape& shape, const Window& window,
                                 Progress* progress) {
  const Frame frame = window.frame;
  const double touched = std::min(cellsTouched(shape), static_cast<double>(frame.size()));
  std::optional<Stencil> stencil;
  if (!shape.small() && coarsening(shape) == 1 && !transformed(shape)) stencil.emplace(narrowed(shape));
  const double convolving =
      2 * static_cast<double>(frame.size()) * (stencil ? stencil->cost() + refineCost : transformCost);
  if (shape.small() || static_cast<double>(spots.size()) * touched * makeCost < std::max(1e7, convolving)) {
    std::vector<double> sum(frame.size(), 0);
    Stamp stamp;
    for (size_t s = 0; s < spots.size(); ++s) {
      if (s % 1024 == 0 && stopped(progress)) return {};
      const Spot& spot = spots[s];
      stamp.make(shape, spot.x, spot.y, frame);
      const int c0 = std::max(0, stamp.column), c1 = std::min(frame.width, stamp.column + stamp.width);
      const int r0 = std::max(0, stamp.row), r1 = std::min(frame.height, stamp.row + stamp.height);
      const auto each = [&](auto&& visit) {
        for (int r = r0; r < r1; ++r)
          for (int c = c0; c < c1; ++c) {
            const size_t at = size_t(r) * frame.width + c;
            visit(at,
                  stamp.values[size_t(r - stamp.row) * stamp.width + (c - stamp.column)] * window.mask[at]);
          }
      };
      double inside = 0;
      each([&](size_t, double v) { inside += v; });
      if (inside > 0) each([&](size_t at, double v) { sum[at] += spot.weight * v / inside; });
      else sum[window.nearestCell(spot.x, spot.y)] += spot.weight;
    }
    return sum;
  }
  std::optional<Convolver> convolver;
  if (!stencil) convolver.emplace(shape, frame);
  const auto convolved = [&](const std::vector<double>& grid) {
    return stencil ? convolvedBy(*stencil, grid, frame) : convolver->convolved(grid);
  };
  const std::vector<double> inside = convolved(window.mask);
  std::vector<double> bins(frame.size(), 0);
  std::vector<std::pair<size_t, double>> stray;  // what has no room in its polygon: cells, mass
  bin<Linear>(spots, 0, spots.size(), {1, 0}, frame, bins.data(), frame.width);
  for (size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    if (inside[i] > 1e-9) {
      bins[i] /= inside[i];
    } else {
      stray.emplace_back(
          window.nearestCell(static_cast<double>(i % frame.width), static_cast<double>(i / frame.width)),
          bins[i]);
      bins[i] = 0;
    }
  }
  if (stopped(progress)) return {};
  std::vector<double> mass = convolved(bins);
  for (size_t i = 0; i < mass.size(); ++i) mass[i] *= window.mask[i];
  for (auto [cell, lost] : stray) mass[cell] += lost;
  return mass;
}

Result<void> check(const DensityOptions& o) {
  const auto positive = [](double v) { return std::isfinite(v) && v > 0; };
  if (!positive(o.radiusMetres))
    return fail(fmt::format("A radius of {} m makes no density.", o.radiusMetres),
                "Give one above zero, in metres: --radius 2000.");
  if (!positive(o.cellMetres))
    return fail(fmt::format("A cell of {} m makes no grid.", o.cellMetres),
                "Give one above zero, in metres: --cell 100.");
  if (!positive(o.unitArea)) return fail("The unit of area must be above zero.");
  if (o.conserve && !o.clip)
    return fail("Mass can only be conserved within polygons, and none were given.", "Add --clip POLYGONS.");
  if (o.clip && o.clip->kind != ShapeKind::polygon)
    return fail("The layer to clip by has no polygons.", "Give a layer of polygons.");
  return {};
}

Result<Grid> emptyGrid(const Box& points, const DensityOptions& o) {
  const double reach = kernelReach(o.kernel, o.radiusMetres), cell = o.cellMetres;
  const Box box = o.extent ? *o.extent : o.clip ? o.clip->box() : points.grown(reach);
  if (box.empty()) return fail("The area to cover is empty.", "Check the polygons to clip by.");
  const double left = std::floor(box.minX / cell), right = std::ceil(box.maxX / cell);
  const double bottom = std::floor(box.minY / cell), top = std::ceil(box.maxY / cell);
  const double width = std::max(1.0, right - left), height = std::max(1.0, top - bottom);
  if (width * height > mostCells)
    return fail(
        fmt::format("A cell of {} m would make a grid of {:.0f} × {:.0f} cells.", cell, width, height),
        fmt::format("Use a larger one: --cell {:.0f}.", std::ceil(cell * std::sqrt(width * height / 4e6))));
  Grid grid;
  grid.left = left * cell, grid.top = top * cell, grid.cell = cell;
  grid.width = static_cast<uint32_t>(width), grid.height = static_cast<uint32_t>(height);
  return grid;
}

Result<void> checkRadius(size_t rows, const Box& points, const DensityOptions& o, Report& report) {
  Box map = points;
  if (o.clip) map.add(o.clip->box());
  const double diagonal = std::hypot(map.width(), map.height());
  if (diagonal <= 0 || o.radiusMetres <= diagonal) return {};
  const std::string what =
      fmt::format("The radius of {:.10g} m is larger than the whole map, which is {:.0f} m across",
                  o.radiusMetres, diagonal);
  if (o.radiusMetres > 10 * diagonal && rows > 4)
    return fail(what + ".", fmt::format("Try --radius {:.0f}.", std::ceil(diagonal / 10)));
  report.add({"radius-larger-than-map", {}, what + ": all of it will look alike.", ""});
  return {};
}

// Mass per cell, each polygon's own points within it. Counts anew what is used: points outside of all
// polygons are not.
std::vector<double> conserved(const Spots& spots, const Shape& shape, const Shapes& polygons,
                              const std::vector<uint32_t>& owner, Density& density, Progress* progress) {
  const Grid& g = density.grid;
  const detail::Locator locator(polygons);
  auto home = largeVector<uint32_t>(spots.size(), detail::noRow);
  detail::parallelFor(spots.size(), blockPoints, [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i)
      if (!std::isnan(spots[i].y)) home[i] = locator.first(spots.points[i]);
  });
  // All spots polygon by polygon, in their own order within each.
  std::vector<size_t> start(polygons.rows() + 1, 0);
  for (uint32_t row : home)
    if (row != detail::noRow) ++start[row + 1];
  for (size_t row = 0; row < polygons.rows(); ++row) start[row + 1] += start[row];
  auto sorted = largeVector<Spot>(start.back());
  std::vector<size_t> next(start.begin(), start.end() - 1);
  for (size_t i = 0; i < spots.size(); ++i) {
    if (home[i] != detail::noRow) sorted[next[home[i]]++] = spots[i];
    else if (!std::isnan(spots[i].y))
      density.report.note("outside-polygons", i, "Points outside of all polygons are left out.");
  }
  density.rows = 0, density.sumOfWeights = 0;
  const auto within = [&](size_t row) {
    return std::span(sorted).subspan(start[row], start[row + 1] - start[row]);
  };
  // One polygon's cells are no other's, so they can be made side by side.
  auto mass = largeVector<double>(size_t{g.width} * g.height);
  std::vector<uint8_t> lost(polygons.rows(), 0);
  std::atomic<size_t> done{0};
  detail::parallelFor(polygons.rows(), 1, [&](size_t row, size_t) {
    if (within(row).empty() || stopped(progress)) return;
    const Window window = windowOf(polygons.box(row), g, owner, static_cast<uint32_t>(row));
    lost[row] = std::ranges::find(window.mask, 1.0) == window.mask.end();
    if (lost[row]) return;
    for (Spot& s : within(row)) s.x -= window.left, s.y -= window.top;
    const auto own = spreadWithin(within(row), shape, window, progress);
    if (own.empty()) return;
    window.inGrid(g, [&](size_t here, size_t there) {
      if (window.mask[here] != 0) mass[there] = own[here];
    });
    if (progress)
      progress->keepGoing(0.05 + 0.9 * static_cast<double>(++done) / static_cast<double>(polygons.rows()));
  });
  if (stopped(progress)) return {};
  for (size_t row = 0; row < polygons.rows(); ++row) {
    if (lost[row])
      density.report.note("polygon-without-cell", row,
                          "Polygons smaller than a cell lose their points; use a smaller cell.");
    if (lost[row]) continue;
    for (const Spot& s : within(row)) density.sumOfWeights += s.weight;
    density.rows += within(row).size();
  }
  return mass;
}

// What a first look at the points tells.
struct Look {
  Box box;
  bool negative = false, none = true;  // no weight at all
};

// Sums are taken block by block, so that they do not depend on the threads.
Look lookAt(std::span<const Point> points, std::span<const double> weights, Density& density) {
  struct Part {
    Look look;
    size_t rows = 0;
    double sum = 0;
  };
  const auto weightOf = [&](size_t i) { return weights.empty() ? 1 : weights[i]; };
  std::vector<Part> parts((points.size() + blockPoints - 1) / blockPoints);
  detail::parallelFor(points.size(), blockPoints, [&](size_t first, size_t last) {
    Part part;
    for (size_t i = first; i < last; ++i) {
      const double weight = weightOf(i);
      if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y) || !std::isfinite(weight)) continue;
      ++part.rows;
      part.sum += weight;
      part.look.negative |= weight < 0, part.look.none &= weight == 0;
      part.look.box.add(points[i]);
    }
    parts[first / blockPoints] = part;
  });
  Look look;
  for (const Part& part : parts) {
    density.rows += part.rows, density.sumOfWeights += part.sum;
    look.box.add(part.look.box), look.negative |= part.look.negative;
    look.none &= part.look.none;
  }
  for (size_t i = 0; density.rows < points.size() && i < points.size(); ++i) {
    if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y))
      density.report.note("no-place", i, "Rows without a place are left out.");
    else if (!std::isfinite(weightOf(i)))
      density.report.note("no-weight", i, "Rows without a weight are left out.");
  }
  return look;
}

constexpr double nothing = -std::numeric_limits<double>::infinity();

struct Finish {
  double sum = 0, most = nothing;
  double cut = 0;  // what was below zero, and is not any more

  void add(const Finish& other) {
    sum += other.sum, cut += other.cut;
    most = std::max(most, other.most);
  }
};

// From mass to density. What is below the noise, or below zero where no weight is, is nothing.
template <class Number>
Finish finishRow(const Number* in, const uint32_t* owner, int width, double noise, bool negative,
                 double perCell, float* out) {
  const Number floor = static_cast<Number>(negative ? nothing : 0), quiet = static_cast<Number>(noise);
  for (int c = 0; c < width; ++c) {
    const Number v = in[c] < floor || std::abs(in[c]) < quiet ? 0 : in[c];
    out[c] = static_cast<float>(v * perCell);
  }
  Finish row;
  if (owner) {
    for (int c = 0; c < width; ++c) {
      if (owner[c] == noOwner) {
        out[c] = std::numeric_limits<float>::quiet_NaN();
        continue;
      }
      row.add({out[c], out[c], !negative && in[c] < 0 ? -in[c] * perCell : 0});
    }
    return row;
  }
  // Eight sums side by side: one after the other would wait for each other.
  std::array<double, 8> sum{}, cut{};
  std::array<float, 8> most;
  most.fill(-std::numeric_limits<float>::infinity());
  const auto add = [&](int c, int k) {
    sum[k] += out[c];
    cut[k] -= in[c] < 0 ? in[c] : 0;
    most[k] = out[c] > most[k] ? out[c] : most[k];
  };
  int c = 0;
  for (; c + 8 <= width; c += 8)
    for (int k = 0; k < 8; ++k) add(c + k, k);
  for (; c < width; ++c) add(c, 0);
  for (int k = 0; k < 8; ++k) row.add({sum[k], most[k], negative ? 0 : cut[k] * perCell});
  return row;
}

// A polygon keeps its mass inside whether or not all of it is looked at: the whole is made, a part shown.
Result<Density> cutOut(std::span<const Point> points, std::span<const double> weights,
                       const DensityOptions& options, Progress* progress) {
  DensityOptions all = options;
  all.extent.reset();
  auto density = kernelDensity(points, weights, all, progress);
  if (!density) return density;
  auto part = emptyGrid({}, options);
  if (!part) return tl::unexpected(part.error());
  const Grid& whole = density->grid;
  const auto columns = std::llround((part->left - whole.left) / whole.cell);
  const auto rows = std::llround((whole.top - part->top) / whole.cell);
  part->values.assign(size_t{part->width} * part->height, std::numeric_limits<float>::quiet_NaN());
  Finish finish;
  for (long long r = 0; r < part->height; ++r)
    for (long long c = 0; c < part->width; ++c) {
      if (r + rows < 0 || r + rows >= whole.height || c + columns < 0 || c + columns >= whole.width) continue;
      const float v = whole.at(static_cast<uint32_t>(c + columns), static_cast<uint32_t>(r + rows));
      part->values[static_cast<size_t>(r) * part->width + static_cast<size_t>(c)] = v;
      if (!std::isnan(v)) finish.add({v, v, 0});
    }
  density->integral = finish.sum * whole.cell * whole.cell / options.unitArea;
  density->max = finish.most == nothing ? std::numeric_limits<double>::quiet_NaN() : finish.most;
  density->grid = std::move(*part);
  return density;
}

}  // namespace

Result<Kernel> kernelNamed(std::string_view text) {
  for (auto [kernel, known] : kernels)
    if (known == text) return kernel;
  return fail(fmt::format("There is no kernel \"{}\".", text),
              "There are: quartic, gaussian, uniform, triangular, epanechnikov.");
}

std::string_view name(Kernel kernel) { return kernels[static_cast<size_t>(kernel)].second; }

double kernelReach(Kernel kernel, double radius) { return kernel == Kernel::gaussian ? 5 * radius : radius; }

double kernelValue(Kernel kernel, double radius, double distance) {
  const double u = distance / radius, area = pi * radius * radius;
  if (kernel == Kernel::gaussian) return std::exp(-u * u / 2) / (2 * area);
  if (u > 1) return 0;
  switch (kernel) {
    case Kernel::quartic:
      return 3 / area * (1 - u * u) * (1 - u * u);
    case Kernel::triangular:
      return 3 / area * (1 - u);
    case Kernel::epanechnikov:
      return 2 / area * (1 - u * u);
    default:
      return 1 / area;
  }
}

Result<Density> kernelDensity(std::span<const Point> points, std::span<const double> weights,
                              const DensityOptions& options, Progress* progress) {
  if (const auto ok = check(options); !ok) return tl::unexpected(ok.error());
  if (!weights.empty() && weights.size() != points.size())
    return fail("There is not one weight for each point.");
  if (options.conserve && options.extent) return cutOut(points, weights, options, progress);
  Density density;
  const Look look = lookAt(points, weights, density);
  const Box& box = look.box;
  if (density.rows == 0)
    return fail(points.empty()
                    ? "There are no points."
                    : fmt::format("None of the {} points has a place and a weight.", points.size()),
                "Give a layer of points.");
  if (const auto ok = checkRadius(density.rows, box, options, density.report); !ok)
    return tl::unexpected(ok.error());
  auto grid = emptyGrid(box, options);
  if (!grid) return tl::unexpected(grid.error());
  density.grid = std::move(*grid);
  Grid& g = density.grid;
  const Shape shape{options.kernel, options.radiusMetres / g.cell};
  const Frame frame{static_cast<int>(g.width), static_cast<int>(g.height)};
  const Spots spots{points, weights, g.left, g.top, 1 / g.cell};
  if (progress && !progress->keepGoing(0.05)) return fail("Stopped.");

  const std::vector<uint32_t> owner = options.clip ? owners(*options.clip, g) : std::vector<uint32_t>{};
  Mass mass;
  if (options.conserve) {
    mass.frame = frame;
    mass.cells = conserved(spots, shape, *options.clip, owner, density, progress);
  } else {
    const Box inCells{(box.minX - g.left) / g.cell - 0.5, (g.top - box.maxY) / g.cell - 0.5,
                      (box.maxX - g.left) / g.cell - 0.5, (g.top - box.minY) / g.cell - 0.5};
    mass = spread(spots, inCells, shape, frame, progress);
  }
  if (mass.empty() || stopped(progress)) return fail("Stopped.");
  if (density.rows == 0)
    return fail("None of the points lies in a polygon that has a cell of its own.",
                "Check the coordinate systems of both, or use a smaller cell.");
  if (look.none)
    density.report.add({"no-weight-at-all", {}, "All weights are 0, and so is the density.", ""});

  const double noise = mass.noise(), perCell = options.unitArea / (g.cell * g.cell);
  g.values = largeVector<float>(frame.size());
  std::vector<Finish> rows(g.height);
  mass.eachRow(progress, [&](int r, const auto* in) {
    const uint32_t* own = owner.empty() ? nullptr : owner.data() + size_t(r) * g.width;
    rows[r] =
        finishRow(in, own, frame.width, noise, look.negative, perCell, g.values.data() + size_t(r) * g.width);
  });
  if (stopped(progress)) return fail("Stopped.");
  Finish whole;
  for (const Finish& row : rows) whole.add(row);
  // Interpolation swings a little below zero around lone points. Cutting that off adds up to a thousandth to
  // the mass; all values give it back together.
  if (whole.cut > 1e-7 * whole.sum) {
    const double scale = 1 - whole.cut / whole.sum;
    detail::parallelFor(g.height, threadsFor(frame) > 1 ? 64 : g.height, [&](size_t first, size_t last) {
      for (size_t i = first * g.width; i < last * g.width; ++i) g.values[i] *= static_cast<float>(scale);
    });
    whole.sum *= scale, whole.most *= scale;
  }
  density.integral = whole.sum / perCell;
  density.max = whole.most;
  if (density.max == nothing) density.max = std::numeric_limits<double>::quiet_NaN();
  return density;
}

}  // namespace geo
