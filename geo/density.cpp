#include "geo/density.h"

#include <fftw3.h>

#include <mutex>
#include <numbers>

#include "geo/detail/parallel.h"
#include "geo/measure.h"
#include "geo/spatial_index.h"

namespace geo {
namespace {

using std::numbers::pi;

constexpr std::array<std::pair<Kernel, std::string_view>, 5> kernels{
    {{Kernel::quartic, "quartic"},
     {Kernel::gaussian, "gaussian"},
     {Kernel::uniform, "uniform"},
     {Kernel::triangular, "triangular"},
     {Kernel::epanechnikov, "epanechnikov"}}};

constexpr double mostCells = 2e8;
constexpr double smallRadius = 4;        // cells; below it a cell's centre does not stand for the cell
constexpr double normalisedRadius = 64;  // cells; above it sampled kernels sum to 1 anyway, to 1e-4
constexpr double coarseRadius = 12;      // cells; smooth kernels of twice that are made on a coarser grid
constexpr double tableRadius = 24;       // cells; smaller kernels of many points come from a table
constexpr size_t tablePoints = 4000;

// Nanoseconds, roughly: what decides between adding up and transforming.
constexpr double addCost = 0.6, makeCost = 4, transformCost = 75, refineCost = 10, pointCost = 15;

// A point on the grid: column and row of its place, the centre of the first cell being 0, 0.
struct Spot {
  double x, y, weight;
};

// All points as spots, made when looked at: a copy of a million would cost more than their density. Those
// without a place or weight have no y either, which fails every comparison.
struct Spots {
  std::span<const Point> points;
  std::span<const double> weights;
  double left, top, cell;

  size_t size() const { return points.size(); }
  Spot operator[](size_t i) const {
    const Point p = points[i];
    const double weight = weights.empty() ? 1 : weights[i];
    const bool valid = std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(weight);
    return {(p.x - left) / cell - 0.5,
            valid ? (top - p.y) / cell - 0.5 : std::numeric_limits<double>::quiet_NaN(), weight};
  }
};

struct Frame {
  int width = 0, height = 0;
  size_t size() const { return size_t(width) * size_t(height); }
};

// The kernel with the cell as unit of length.
struct Shape {
  Kernel kernel;
  double radius;
  double reach() const { return kernelReach(kernel, radius) + (kernel == Kernel::uniform ? 0.5 : 0); }
  bool small() const { return kernel == Kernel::gaussian ? radius < 1 : radius < smallRadius; }

  // Values in a row of cells at dx, dx + 1, … and dy from the point. The rim of the uniform kernel is the
  // share of each cell that it covers.
  void row(double dx, double dy, int count, double* out) const {
    const double inverse = 1 / (radius * radius), dy2 = dy * dy;
    const double height = kernelValue(kernel, radius, 0);
    switch (kernel) {
      case Kernel::quartic:
        for (int i = 0; i < count; ++i) {
          const double x = dx + i, t = std::max(0.0, 1 - (x * x + dy2) * inverse);
          out[i] = height * t * t;
        }
        break;
      case Kernel::epanechnikov:
        for (int i = 0; i < count; ++i) {
          const double x = dx + i;
          out[i] = height * std::max(0.0, 1 - (x * x + dy2) * inverse);
        }
        break;
      case Kernel::triangular:
        for (int i = 0; i < count; ++i) {
          const double x = dx + i;
          out[i] = height * std::max(0.0, 1 - std::sqrt((x * x + dy2) * inverse));
        }
        break;
      case Kernel::uniform:
        for (int i = 0; i < count; ++i) {
          const double x = dx + i;
          out[i] = height * std::min(1.0, std::max(0.0, radius + 0.5 - std::sqrt(x * x + dy2)));
        }
        break;
      case Kernel::gaussian:
        // e^(−(x+1)²/2) from e^(−x²/2) by two products: exact to 1e-13 over any row, and fast.
        {
          double value = height * std::exp(-(dx * dx + dy2) * inverse / 2);
          double ratio = std::exp(-(2 * dx + 1) * inverse / 2);
          const double change = std::exp(-inverse);
          for (int i = 0; i < count; ++i) out[i] = value, value *= ratio, ratio *= change;
        }
        break;
    }
  }

  // Mean over the cell at dx, dy, by 4 × 4 Gauss points.
  double mean(double dx, double dy) const {
    constexpr std::array<std::pair<double, double>, 4> gauss{{{-0.43056815579702629, 0.17392742256872693},
                                                              {-0.16999052179242813, 0.32607257743127307},
                                                              {0.16999052179242813, 0.32607257743127307},
                                                              {0.43056815579702629, 0.17392742256872693}}};
    double sum = 0;
    for (auto [x, wx] : gauss)
      for (auto [y, wy] : gauss) sum += wx * wy * kernelValue(kernel, radius, std::hypot(dx + x, dy + y));
    return sum;
  }
};

// One point's kernel on the cells around it, summing to 1.
struct Stamp {
  int column = 0, row = 0, width = 0, height = 0;  // of its first cell; size
  std::vector<double> values;

  // Large kernels are only made where the frame is: their sum needs no correction.
  void make(const Shape& shape, double x, double y, Frame frame = {}) {
    const double reach = shape.reach() + (shape.small() ? 0.5 : 0);
    const bool whole = shape.radius <= normalisedRadius;
    const auto from = [&](double v) { return whole ? v : std::max(v, 0.0); };
    const auto to = [&](double v, int size) { return whole ? v : std::min(v, size - 1.0); };
    const double c0 = from(std::ceil(x - reach)), c1 = to(std::floor(x + reach), frame.width);
    const double r0 = from(std::ceil(y - reach)), r1 = to(std::floor(y + reach), frame.height);
    width = height = 0;
    if (!whole && (c1 < c0 || r1 < r0)) return;
    column = static_cast<int>(c0), row = static_cast<int>(r0);
    width = std::max(1, static_cast<int>(c1 - c0) + 1), height = std::max(1, static_cast<int>(r1 - r0) + 1);
    values.resize(size_t(width) * height);
    for (int r = 0; r < height; ++r) {
      double* out = values.data() + size_t(r) * width;
      if (!shape.small()) {
        shape.row(column - x, row + r - y, width, out);
        continue;
      }
      for (int c = 0; c < width; ++c) out[c] = shape.mean(column + c - x, row + r - y);
    }
    if (!whole) return;
    double sum = 0;
    for (double v : values) sum += v;
    if (sum > 0) {
      for (double& v : values) v /= sum;
    } else {
      // So small that it falls between all sample points: the whole of it lies in one cell.
      column = static_cast<int>(std::lround(x)), row = static_cast<int>(std::lround(y));
      width = height = 1, values = {1.0};
    }
  }
};

// Waking a thread costs more than a small grid does.
size_t threadsFor(Frame frame) { return frame.size() > 250000 ? detail::threadCount() : 1; }

bool stopped(const Progress* progress) { return progress && progress->cancelled(); }

// Kernels that cost more to make than to add up come from a table of places within a cell.
class StampTable {
 public:
  explicit StampTable(const Shape& shape)
      : places_(shape.reach() <= 8 ? 32 : 16), stamps_(size_t(places_) * places_) {
    for (int y = 0; y < places_; ++y)
      for (int x = 0; x < places_; ++x)
        stamps_[size_t(y) * places_ + x].make(shape, (x + 0.5) / places_ - 0.5, (y + 0.5) / places_ - 0.5);
  }
  const Stamp& at(double x, double y, int& column, int& row) const {
    const double cx = std::floor(x + 0.5), cy = std::floor(y + 0.5);
    const int px = std::min(places_ - 1, static_cast<int>((x + 0.5 - cx) * places_));
    const int py = std::min(places_ - 1, static_cast<int>((y + 0.5 - cy) * places_));
    const Stamp& stamp = stamps_[size_t(py) * places_ + px];
    column = static_cast<int>(cx) + stamp.column, row = static_cast<int>(cy) + stamp.row;
    return stamp;
  }

 private:
  int places_;
  std::vector<Stamp> stamps_;
};

double cellsTouched(const Shape& shape) { return (2 * shape.reach() + 1) * (2 * shape.reach() + 1); }

bool fromTable(size_t spots, const Shape& shape) {
  return shape.reach() <= tableRadius && spots > tablePoints;
}

// Every point's kernel added cell by cell. Bands of rows go to the threads; within a cell the points always
// come in their own order, so the sums do not depend on the bands.
std::vector<double> addedUp(const Spots& spots, const Shape& shape, Frame frame, Progress* progress) {
  std::vector<double> sum(frame.size(), 0);
  std::optional<StampTable> table;
  if (fromTable(spots.size(), shape)) table.emplace(shape);
  const size_t bands = threadsFor(frame);
  detail::parallelFor(bands, 1, [&](size_t band, size_t) {
    const int first = static_cast<int>(band * frame.height / bands);
    const int last = static_cast<int>((band + 1) * frame.height / bands);
    const double reach = shape.reach() + 1;
    Stamp own;
    for (size_t s = 0; s < spots.size(); ++s) {
      if (s % 4096 == 0 && stopped(progress)) return;
      const Spot spot = spots[s];
      if (!(spot.y + reach >= first && spot.y - reach <= last)) continue;
      if (!(spot.x + reach >= 0 && spot.x - reach <= frame.width)) continue;
      const Stamp* stamp = &own;
      int column, row;
      if (table) {
        stamp = &table->at(spot.x, spot.y, column, row);
      } else {
        own.make(shape, spot.x, spot.y, frame);
        column = own.column, row = own.row;
      }
      const int c0 = std::max(0, column), c1 = std::min(frame.width, column + stamp->width);
      for (int r = std::max(first, row); r < std::min(last, row + stamp->height); ++r) {
        double* out = sum.data() + size_t(r) * frame.width;
        const double* in = stamp->values.data() + size_t(r - row) * stamp->width;
        for (int c = c0; c < c1; ++c) out[c] += spot.weight * in[c - column];
      }
    }
  });
  return sum;
}

// From spots to a grid that starts `margin` of its cells earlier and is `factor` times as coarse.
struct Move {
  int factor = 1, margin = 0;
  double operator()(double at) const { return (at + 0.5) / factor - 0.5 + margin; }
};

// Linear binning (Wand 1994): each weight is shared among the four cells around its place, so no mass is lost
// and the centre of mass stays. Adds to `bins`, whose rows are `stride` apart.
template <class Points>
void bin(const Points& spots, Move move, Frame frame, double* bins, size_t stride) {
  const size_t bands = threadsFor(frame);
  detail::parallelFor(bands, 1, [&](size_t band, size_t) {
    const int first = static_cast<int>(band * frame.height / bands);
    const int last = static_cast<int>((band + 1) * frame.height / bands);
    for (size_t s = 0; s < spots.size(); ++s) {
      const Spot spot = spots[s];
      const double x = move(spot.x), y = move(spot.y);
      if (!(y >= first - 1 && y < last && x >= -1 && x < frame.width)) continue;
      const double cx = std::floor(x), cy = std::floor(y), fx = x - cx, fy = y - cy;
      const int c = static_cast<int>(cx), r = static_cast<int>(cy);
      for (int k = 0; k < 2; ++k) {
        if (r + k < first || r + k >= last) continue;
        double* out = bins + size_t(r + k) * stride;
        const double w = spot.weight * (k ? fy : 1 - fy);
        if (c >= 0) out[c] += w * (1 - fx);
        if (c + 1 < frame.width) out[c + 1] += w * fx;
      }
    }
  });
}

// Binning widens every kernel by a sixth of a squared cell (on average); a kernel narrower by as much takes
// that back.
Shape narrowed(const Shape& shape) {
  double variance = 0;  // along one axis, in squared radii
  switch (shape.kernel) {
    case Kernel::quartic:
      variance = 1.0 / 8;
      break;
    case Kernel::epanechnikov:
      variance = 1.0 / 6;
      break;
    case Kernel::triangular:
      variance = 3.0 / 20;
      break;
    case Kernel::gaussian:
      variance = 1;
      break;
    case Kernel::uniform:
      return shape;  // its plateau must keep its height
  }
  return {shape.kernel, std::sqrt(std::max(shape.radius * shape.radius - 1 / (6 * variance), 0.25))};
}

struct FftwFree {
  void operator()(void* p) const { fftw_free(p); }
};

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

// Convolution of grids of one size with one kernel, zero outside. Padded by the kernel's reach, so that
// nothing comes round from the other side. The grid is written into rows(), and its convolution found there
// afterwards.
class Convolver {
 public:
  Convolver(const Shape& shape, Frame frame) : frame_(frame) {
    const Shape kernel = narrowed(shape);
    // What lies further than the frame is wide cannot reach from one of its cells to another.
    const int reach = static_cast<int>(std::min(std::ceil(kernel.reach()), 1e6));
    const int rx = std::min(reach, frame.width - 1), ry = std::min(reach, frame.height - 1);
    width_ = fastSize(frame.width + rx), height_ = fastSize(frame.height + ry);
    stride_ = 2 * (width_ / 2 + 1);
    work_.reset(fftw_alloc_real(size()));
    spectrum_.reset(fftw_alloc_real(size()));
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

  double* rows() { return work_.get(); }
  size_t stride() const { return stride_; }
  void clear() { std::fill_n(work_.get(), size(), 0.0); }

  void convolve() {
    forward(work_.get());
    double *data = work_.get(), *kernel = spectrum_.get();
    detail::parallelFor(height_, threadsFor(frame_) > 1 ? 64 : height_, [&](size_t first, size_t last) {
      for (size_t i = first * stride_; i < last * stride_; i += 2) {
        const double k = kernel[i] * scale_;
        data[i] *= k, data[i + 1] *= k;
      }
    });
    const Plan back(threadsFor(frame_), [&] {
      return fftw_plan_dft_c2r_2d(height_, width_, reinterpret_cast<fftw_complex*>(data), data,
                                  FFTW_ESTIMATE);
    });
    fftw_execute(back.get());
  }

  std::vector<double> convolved(const std::vector<double>& grid) {
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

 private:
  size_t size() const { return size_t(stride_) * height_; }
  void forward(double* data) const {
    const Plan plan(threadsFor(frame_), [&] {
      return fftw_plan_dft_r2c_2d(height_, width_, data, reinterpret_cast<fftw_complex*>(data),
                                  FFTW_ESTIMATE);
    });
    fftw_execute(plan.get());
  }

  Frame frame_;
  int width_ = 0, height_ = 0, stride_ = 0;
  double scale_ = 1;
  std::unique_ptr<double[], FftwFree> work_, spectrum_;
};

// Mass per cell, row by row: in memory of its own, or still where the transform left it, on a grid that may
// be coarser.
struct Mass {
  std::vector<double> cells;
  std::unique_ptr<Convolver> convolver;
  Frame frame, from;
  Move move;

  bool empty() const { return cells.empty() && !convolver; }

  double largest() const {
    double most = 0;
    if (!convolver) {
      for (double v : cells) most = std::max(most, std::abs(v));
      return most;
    }
    for (int r = 0; r < from.height; ++r)
      for (int c = 0; c < from.width; ++c)
        most = std::max(most, std::abs(convolver->rows()[r * convolver->stride() + c]));
    return most / (static_cast<double>(move.factor) * move.factor);
  }

  // Keys' cubic convolution from the coarser grid. Its weights over the fine cells of any coarse one sum to
  // the same, so mass is kept.
  struct Tap {
    int first;
    std::array<double, 4> weight;
  };
  Tap tap(int i) const {
    const double at = move(i), base = std::floor(at), t = at - base;
    return {static_cast<int>(base) - 1,
            {-t * (1 - t) * (1 - t) / 2, 1 + t * t * (3 * t - 5) / 2, t * (1 + t * (4 - 3 * t)) / 2,
             -t * t * (1 - t) / 2}};
  }

  // Calls use(row, its values) for all rows, on several threads.
  template <class Use>
  void eachRow(Use&& use) const {
    std::vector<Tap> taps;
    for (int c = 0; move.factor > 1 && c < frame.width; ++c) taps.push_back(tap(c));
    const double share = 1.0 / (static_cast<double>(move.factor) * move.factor);
    detail::parallelFor(
        frame.height, threadsFor(frame) > 1 ? 32 : frame.height, [&](size_t first, size_t last) {
          std::vector<double> column(move.factor > 1 ? from.width : 0),
              row(move.factor > 1 ? frame.width : 0);
          for (int r = static_cast<int>(first); r < static_cast<int>(last); ++r) {
            if (!convolver) {
              use(r, cells.data() + size_t(r) * frame.width);
              continue;
            }
            const size_t stride = convolver->stride();
            if (move.factor == 1) {
              use(r, convolver->rows() + size_t(r + move.margin) * stride + move.margin);
              continue;
            }
            const Tap y = tap(r);
            const double* in = convolver->rows() + size_t(y.first) * stride;
            for (int c = 0; c < from.width; ++c)
              column[c] = share * (y.weight[0] * in[c] + y.weight[1] * in[c + stride] +
                                   y.weight[2] * in[c + 2 * stride] + y.weight[3] * in[c + 3 * stride]);
            for (int c = 0; c < frame.width; ++c) {
              const double* v = column.data() + taps[c].first;
              const auto& w = taps[c].weight;
              row[c] = w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3];
            }
            use(r, static_cast<const double*>(row.data()));
          }
        });
  }
};

int coarsening(const Shape& shape) {
  if (shape.kernel == Kernel::uniform) return 1;  // a coarser grid would blur its rim
  return std::max(1, static_cast<int>(std::min(
                         shape.radius / (shape.kernel == Kernel::gaussian ? 5 : coarseRadius), 1e6)));
}

bool addingIsCheaper(size_t spots, const Shape& shape, Frame frame) {
  const double n = static_cast<double>(spots), touched = std::min(cellsTouched(shape), double(frame.size()));
  const double factor = coarsening(shape), reach = shape.reach();
  const double padded = (frame.width + 2 * reach) * (frame.height + 2 * reach) / (factor * factor);
  const double adding = n * (pointCost + touched * (fromTable(spots, shape) ? addCost : makeCost));
  const double transforming =
      n * pointCost + padded * transformCost + (factor > 1 ? double(frame.size()) * refineCost : 0);
  // Adding up is exact, so it is preferred up to 20 ms.
  return shape.small() || adding < std::max(transforming, 2e7);
}

// Spots outside of the frame count as far as they reach into it; `box` holds all spots.
Mass spread(const Spots& spots, const Box& box, const Shape& shape, Frame frame, Progress* progress) {
  if (addingIsCheaper(spots.size(), shape, frame))
    return {addedUp(spots, shape, frame, progress), nullptr, frame, {}, {}};
  const int factor = coarsening(shape);
  // Room for the points outside, and for the interpolation's neighbours.
  const double beyond = std::max({-box.minX, box.maxX - frame.width, -box.minY, box.maxY - frame.height});
  const double outside = std::max(0.0, std::min(std::ceil(shape.reach()), beyond));
  const Move move{factor, static_cast<int>(std::ceil(outside / factor)) + (factor > 1 ? 3 : 1)};
  const Frame padded{(frame.width + factor - 1) / factor + 2 * move.margin,
                     (frame.height + factor - 1) / factor + 2 * move.margin};
  auto convolver = std::make_unique<Convolver>(Shape{shape.kernel, shape.radius / factor}, padded);
  if (stopped(progress)) return {};
  convolver->clear();
  bin(spots, move, padded, convolver->rows(), convolver->stride());
  convolver->convolve();
  return {{}, std::move(convolver), frame, padded, move};
}

constexpr uint32_t noOwner = 0xffffffffu;

// The first polygon that holds each cell's centre: even-odd crossings of each row's middle, half open like
// contains().
std::vector<uint32_t> owners(const Shapes& polygons, const Grid& grid) {
  std::vector<uint32_t> owner(size_t{grid.width} * grid.height, noOwner);
  for (uint32_t row = 0; row < polygons.rows(); ++row) {
    if (!polygons.has(row)) continue;
    const Box box = polygons.box(row);
    const double firstRow = std::max(0.0, std::floor((grid.top - box.maxY) / grid.cell - 0.5));
    const double lastRow = std::min<double>(grid.height, std::ceil((grid.top - box.minY) / grid.cell + 0.5));
    if (firstRow >= lastRow) continue;
    std::vector<std::vector<double>> crossings(static_cast<size_t>(lastRow - firstRow));
    for (uint32_t p = polygons.rowStart[row]; p < polygons.rowStart[row + 1]; ++p) {
      const auto ring = polygons.part(p);
      for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
        Point a = ring[j], b = ring[i];
        if (a.y > b.y) std::swap(a, b);
        const double r0 = std::max(firstRow, std::floor((grid.top - b.y) / grid.cell - 0.5));
        const double r1 = std::min(lastRow, std::ceil((grid.top - a.y) / grid.cell + 0.5));
        for (double r = r0; r < r1; ++r) {
          const double y = grid.top - (r + 0.5) * grid.cell;
          if ((a.y > y) == (b.y > y)) continue;
          crossings[static_cast<size_t>(r - firstRow)].push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
        }
      }
    }
    for (size_t r = 0; r < crossings.size(); ++r) {
      std::ranges::sort(crossings[r]);
      uint32_t* out = owner.data() + (static_cast<size_t>(firstRow) + r) * grid.width;
      for (size_t k = 0; k + 1 < crossings[r].size(); k += 2) {
        const double c0 = std::ceil((crossings[r][k] - grid.left) / grid.cell - 0.5);
        const double c1 = std::ceil((crossings[r][k + 1] - grid.left) / grid.cell - 0.5);
        for (double c = std::max(0.0, c0); c < std::min<double>(grid.width, c1); ++c)
          if (uint32_t& o = out[static_cast<size_t>(c)]; o == noOwner) o = row;
      }
    }
  }
  return owner;
}

// One polygon's window on the grid.
struct Window {
  int left = 0, top = 0;
  Frame frame;
  std::vector<double> mask;  // 1 in the polygon's cells

  // Calls visit(cell of the window, cell of the grid) for what the two share.
  template <class Visit>
  void inGrid(const Grid& grid, Visit&& visit) const {
    for (int r = std::max(0, -top); r < frame.height && r + top < static_cast<int>(grid.height); ++r)
      for (int c = std::max(0, -left); c < frame.width && c + left < static_cast<int>(grid.width); ++c)
        visit(size_t(r) * frame.width + c, size_t(r + top) * grid.width + (c + left));
  }

  size_t nearestCell(double x, double y) const {
    size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < mask.size(); ++i) {
      if (mask[i] == 0) continue;
      const double dx = static_cast<double>(i % frame.width) - x,
                   dy = static_cast<double>(i / frame.width) - y;
      if (dx * dx + dy * dy < least) least = dx * dx + dy * dy, best = i;
    }
    return best;
  }
};

// Mass of the polygon's own points, kept inside it: each kernel is cut at the mask and divided by what is
// left of it.
std::vector<double> spreadWithin(const std::vector<Spot>& spots, const Shape& shape, const Window& window,
                                 Progress* progress) {
  const Frame frame = window.frame;
  const double touched = std::min(cellsTouched(shape), static_cast<double>(frame.size()));
  if (shape.small() || static_cast<double>(spots.size()) * touched * makeCost <
                           std::max(6e7, 2 * transformCost * static_cast<double>(frame.size()))) {
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
  Convolver convolver(shape, frame);
  const std::vector<double> inside = convolver.convolved(window.mask);
  std::vector<double> bins(frame.size(), 0), stray(frame.size(), 0);
  bin(spots, {}, frame, bins.data(), frame.width);
  for (size_t i = 0; i < bins.size(); ++i) {
    if (bins[i] == 0) continue;
    if (inside[i] > 1e-9) {
      bins[i] /= inside[i];
    } else {
      stray[window.nearestCell(static_cast<double>(i % frame.width), static_cast<double>(i / frame.width))] +=
          bins[i];
      bins[i] = 0;
    }
  }
  if (stopped(progress)) return {};
  std::vector<double> mass = convolver.convolved(bins);
  for (size_t i = 0; i < mass.size(); ++i) mass[i] = mass[i] * window.mask[i] + stray[i];
  return mass;
}

Window windowOf(const Box& box, const Grid& grid, const std::vector<uint32_t>& owner, uint32_t row) {
  // Two cells of room, also beyond the grid's edge: binning reaches one cell further than the points, and
  // those lie up to half a cell further than the outermost centres.
  const auto clampTo = [](double v, uint32_t most) {
    return static_cast<int>(std::clamp(v, -2.0, most + 2.0));
  };
  Window w;
  w.left = clampTo(std::floor((box.minX - grid.left) / grid.cell) - 2, grid.width);
  w.top = clampTo(std::floor((grid.top - box.maxY) / grid.cell) - 2, grid.height);
  w.frame.width = clampTo(std::ceil((box.maxX - grid.left) / grid.cell) + 2, grid.width) - w.left;
  w.frame.height = clampTo(std::ceil((grid.top - box.minY) / grid.cell) + 2, grid.height) - w.top;
  w.mask.assign(w.frame.size(), 0);
  w.inGrid(grid, [&](size_t here, size_t there) { w.mask[here] = owner[there] == row; });
  return w;
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
      fmt::format("The radius of {:.0f} m is larger than the whole map, which is {:.0f} m across",
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
  const SpatialIndex index(polygons);
  std::vector<std::vector<Spot>> within(polygons.rows());
  density.rows = 0, density.sumOfWeights = 0;
  for (size_t i = 0; i < spots.size(); ++i) {
    const Spot spot = spots[i];
    if (std::isnan(spot.y)) continue;
    const auto in = index.at(polygons, spots.points[i]);
    if (in.empty())
      density.report.note("outside-polygons", i, "Points outside of all polygons are left out.");
    else within[in.front()].push_back(spot);
  }
  std::vector<double> mass(size_t{g.width} * g.height, 0);
  for (uint32_t row = 0; row < polygons.rows(); ++row) {
    if (within[row].empty()) continue;
    if (progress && !progress->keepGoing(0.05 + 0.9 * row / static_cast<double>(polygons.rows()))) return {};
    const Window window = windowOf(polygons.box(row), g, owner, row);
    if (std::ranges::find(window.mask, 1.0) == window.mask.end()) {
      density.report.note("polygon-without-cell", row,
                          "Polygons smaller than a cell lose their points; use a smaller cell.");
      continue;
    }
    for (Spot& s : within[row]) {
      density.sumOfWeights += s.weight;
      ++density.rows;
      s.x -= window.left, s.y -= window.top;
    }
    const auto own = spreadWithin(within[row], shape, window, progress);
    if (own.empty()) return {};
    window.inGrid(g, [&](size_t here, size_t there) { mass[there] += own[here]; });
  }
  return mass;
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
  Density density;
  bool negative = false;
  Box box;
  for (size_t i = 0; i < points.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i];
    if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y)) {
      density.report.note("no-place", i, "Rows without a place are left out.");
    } else if (!std::isfinite(weight)) {
      density.report.note("no-weight", i, "Rows without a weight are left out.");
    } else {
      ++density.rows;
      density.sumOfWeights += weight;
      negative |= weight < 0;
      box.add(points[i]);
    }
  }
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
  const Spots spots{points, weights, g.left, g.top, g.cell};
  if (progress && !progress->keepGoing(0.05)) return fail("Stopped.");

  const std::vector<uint32_t> owner = options.clip ? owners(*options.clip, g) : std::vector<uint32_t>{};
  Mass mass;
  if (options.conserve) {
    auto cells = conserved(spots, shape, *options.clip, owner, density, progress);
    mass = {std::move(cells), nullptr, frame, {}, {}};
  } else {
    const Box inCells{(box.minX - g.left) / g.cell - 0.5, (g.top - box.maxY) / g.cell - 0.5,
                      (box.maxX - g.left) / g.cell - 0.5, (g.top - box.minY) / g.cell - 0.5};
    mass = spread(spots, inCells, shape, frame, progress);
  }
  if (mass.empty() || stopped(progress)) return fail("Stopped.");

  // What a transform leaves where nothing is: 1e-16 of the largest value, of either sign.
  const double noise = mass.largest() * 1e-12, perCell = options.unitArea / (g.cell * g.cell);
  g.values.resize(frame.size());
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::vector<double> sums(g.height, 0), most(g.height, none);
  mass.eachRow([&](int r, const double* in) {
    float* out = g.values.data() + size_t(r) * g.width;
    for (int c = 0; c < frame.width; ++c) {
      if (!owner.empty() && owner[size_t(r) * g.width + c] == noOwner) {
        out[c] = std::numeric_limits<float>::quiet_NaN();
        continue;
      }
      const double v = std::abs(in[c]) < noise || (in[c] < 0 && !negative) ? 0 : in[c];
      out[c] = static_cast<float>(v * perCell);
      sums[r] += out[c];
      most[r] = std::max<double>(most[r], out[c]);
    }
  });
  for (double v : sums) density.integral += v;
  density.integral /= perCell;
  density.max = *std::ranges::max_element(most);
  if (density.max == none) density.max = std::numeric_limits<double>::quiet_NaN();
  return density;
}

}  // namespace geo
