#include "geo/bins.h"

#include <numbers>
#include <unordered_map>

#include "geo/detail/crossing.h"

namespace geo {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double farthest = 1e9;  // bins from the origin: their numbers fit into 32 bits, their corners too

struct Place {
  int32_t row, column;
  bool operator==(const Place&) const = default;
  // South-west first, row by row, as an unsigned number.
  uint64_t key() const {
    return (uint64_t{static_cast<uint32_t>(row) ^ 0x80000000u} << 32) |
           (static_cast<uint32_t>(column) ^ 0x80000000u);
  }
  static Place of(uint64_t key) {
    return {static_cast<int32_t>(static_cast<uint32_t>(key >> 32) ^ 0x80000000u),
            static_cast<int32_t>(static_cast<uint32_t>(key) ^ 0x80000000u)};
  }
};

// Neighbours compute a shared corner from the same whole numbers, so their borders coincide exactly.
struct Lattice {
  BinShape shape;
  double size;

  double halfSide() const { return size / (2 * std::numbers::sqrt3); }

  double area() const {
    return shape == BinShape::square ? size * size : size * size * std::numbers::sqrt3 / 2;
  }

  Place at(Point p) const {
    if (shape == BinShape::square)
      return {static_cast<int32_t>(std::floor(p.y / size)), static_cast<int32_t>(std::floor(p.x / size))};
    // The nearest centre; those that can be lie in the two rows around the point. Ties go south, then west.
    const double rowHeight = 3 * halfSide(), below = std::floor(p.y / rowHeight);
    Place best{};
    double nearest = std::numeric_limits<double>::infinity();
    for (int k = 0; k < 2; ++k) {
      const double row = below + k, shift = std::fmod(std::abs(row), 2) == 1 ? 0.5 : 0;
      const double column = std::ceil(p.x / size - shift - 0.5);
      const double dx = p.x - (column + shift) * size, dy = p.y - row * rowHeight;
      if (const double d = dx * dx + dy * dy; d < nearest)
        nearest = d, best = {static_cast<int32_t>(row), static_cast<int32_t>(column)};
    }
    return best;
  }

  void addTo(Shapes& shapes, Place p) const {
    const auto corner = [&](int64_t x, int64_t y, double stepX, double stepY) {
      shapes.vertices.push_back({static_cast<double>(x) * stepX, static_cast<double>(y) * stepY});
    };
    const int64_t column = p.column, row = p.row;
    if (shape == BinShape::square) {
      corner(column, row, size, size), corner(column + 1, row, size, size);
      corner(column + 1, row + 1, size, size), corner(column, row + 1, size, size);
    } else {
      const int64_t x = 2 * column + (row & 1), y = 3 * row;
      const double half = size / 2, side = halfSide();
      corner(x, y - 2, half, side), corner(x + 1, y - 1, half, side), corner(x + 1, y + 1, half, side);
      corner(x, y + 2, half, side), corner(x - 1, y + 1, half, side), corner(x - 1, y - 1, half, side);
    }
    shapes.endPart();
    shapes.endRow();
  }
};

Result<void> check(size_t points, std::span<const double> values, std::span<const double> bases,
                   const BinOptions& o) {
  if (!std::isfinite(o.sizeMetres) || o.sizeMetres <= 0)
    return fail(fmt::format("A bin of {} m holds nothing.", o.sizeMetres),
                "Give a size above zero, in metres.");
  if (o.clip && o.clip->kind != ShapeKind::polygon)
    return fail("The layer to clip by has no polygons.", "Give a layer of polygons.");
  if ((!values.empty() && values.size() != points) || (!bases.empty() && bases.size() != points))
    return fail("There is not one value for each point.");
  if (o.statistic == BinStatistic::rate && bases.empty())
    return fail("A rate needs a base for each point.", "Choose the column that counts are divided by.");
  if (!std::isfinite(o.per) || o.per <= 0)
    return fail(fmt::format("A rate per {} says nothing.", o.per), "Give a number above zero: 1000.");
  return {};
}

}  // namespace

Result<Bins> binPoints(std::span<const Point> points, std::span<const double> values,
                       std::span<const double> bases, const BinOptions& options) {
  if (const auto ok = check(points.size(), values, bases, options); !ok) return tl::unexpected(ok.error());
  const Lattice lattice{options.shape, options.sizeMetres};
  std::optional<detail::Locator> clip;
  if (options.clip) clip.emplace(*options.clip);
  Bins bins;
  bins.areaSquareMetres = lattice.area();
  bins.binOfPoint.assign(points.size(), noBin);

  std::unordered_map<uint64_t, uint32_t> numbers;  // in order of appearance, at first
  std::vector<uint64_t> keys;
  uint64_t lastKey = 0;
  uint32_t last = noBin;
  for (size_t i = 0; i < points.size(); ++i) {
    const Point p = points[i];
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      bins.report.note("no-place", i, "Rows without a place are left out.");
      continue;
    }
    if (std::max(std::abs(p.x), std::abs(p.y)) / lattice.size > farthest)
      return fail(fmt::format("Bins of {} m are too small for places as far out as {:.0f}, {:.0f} (row {}).",
                              lattice.size, p.x, p.y, i),
                  "Use larger ones, or check the coordinate system.");
    if (clip && clip->first(p) == detail::noRow) {
      bins.report.note("outside-polygons", i, "Points outside of all polygons are left out.");
      continue;
    }
    const uint64_t key = lattice.at(p).key();
    if (last == noBin || key != lastKey) {
      const auto [at, added] = numbers.try_emplace(key, static_cast<uint32_t>(keys.size()));
      if (added) keys.push_back(key);
      lastKey = key, last = at->second;
    }
    bins.binOfPoint[i] = last;
  }
  if (keys.empty())
    return fail(points.empty() ? "There are no points." : "No point is left to count.",
                "Give a layer of points.");

  std::vector<uint32_t> order(keys.size()), rankOf(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](uint32_t i) { return keys[i]; });
  bins.polygons.kind = ShapeKind::polygon;
  for (uint32_t i = 0; i < order.size(); ++i) {
    rankOf[order[i]] = i;
    lattice.addTo(bins.polygons, Place::of(keys[order[i]]));
  }

  const size_t n = keys.size();
  bins.counts.assign(n, 0);
  std::vector<double> sum(n, 0), base(n, 0);
  std::vector<uint32_t> used(n, 0);
  const bool count = options.statistic == BinStatistic::count, rate = options.statistic == BinStatistic::rate;
  for (size_t i = 0; i < points.size(); ++i) {
    uint32_t& bin = bins.binOfPoint[i];
    if (bin == noBin) continue;
    bin = rankOf[bin];
    ++bins.counts[bin];
    if (count) continue;
    const double value = values.empty() ? 1 : values[i], below = rate ? bases[i] : 1;
    if (!std::isfinite(value) || !std::isfinite(below)) {
      bins.report.note("no-value", i, "Points without a value are in no bin's number.");
      continue;
    }
    if (below < 0)
      return fail(fmt::format("The base is negative ({}) in row {}.", below, i),
                  "Correct it, or leave it empty.");
    sum[bin] += value, base[bin] += below, ++used[bin];
  }
  bins.values.assign(n, none);
  for (size_t b = 0; b < n; ++b) {
    if (count) bins.values[b] = bins.counts[b];
    else if (!used[b]) continue;
    else if (options.statistic == BinStatistic::sum) bins.values[b] = sum[b];
    else if (options.statistic == BinStatistic::mean) bins.values[b] = sum[b] / used[b];
    else if (base[b] > 0) bins.values[b] = sum[b] / base[b] * options.per;
  }
  return bins;
}

}  // namespace geo
