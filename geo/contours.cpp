#include "geo/contours.h"

namespace geo {
namespace {

// The square between four centres, its corners and edges counted counter-clockwise from the south-west one
// and the southern one: edge k leads from corner k to the next.
struct Square {
  int column, row;  // of its north-western corner
  bool operator==(const Square&) const = default;
};
constexpr std::array<int, 4> cornerColumn{0, 1, 1, 0}, cornerRow{1, 1, 0, 0};

// A line enters a square where, going round it, values fall below the level, and leaves it where they rise
// again: so what is above lies to its left.
class Tracer {
 public:
  Tracer(const Grid& grid, double level)
      : grid_(grid),
        level_(level),
        columns_(static_cast<int>(grid.width) - 1),
        rows_(static_cast<int>(grid.height) - 1) {}

  void trace(std::vector<uint8_t>& entered, std::vector<Contour>& result) {
    for (int r = 0; r < rows_; ++r)
      for (int c = 0; c < columns_; ++c) {
        // Most squares lie on one side altogether.
        const float* v = grid_.values.data() + size_t(r) * grid_.width + c;
        const int above =
            (v[0] >= level_) + (v[1] >= level_) + (v[grid_.width] >= level_) + (v[grid_.width + 1] >= level_);
        if (above == 0 || above == 4 || !whole({c, r})) continue;
        for (int edge = 0; edge < 4; ++edge)
          if (falls({c, r}, edge) && !(entered[at({c, r})] & (1 << edge)))
            result.push_back(line({c, r}, edge, entered));
      }
  }

 private:
  size_t at(Square s) const { return size_t(s.row) * grid_.width + s.column; }
  double value(Square s, int corner) const {
    corner &= 3;
    return grid_.values[size_t(s.row + cornerRow[corner]) * grid_.width + s.column + cornerColumn[corner]];
  }
  bool above(Square s, int corner) const { return value(s, corner) >= level_; }
  bool falls(Square s, int edge) const { return above(s, edge) && !above(s, edge + 1); }
  bool rises(Square s, int edge) const { return !above(s, edge) && above(s, edge + 1); }
  bool whole(Square s) const {
    if (s.column < 0 || s.row < 0 || s.column >= columns_ || s.row >= rows_) return false;
    for (int k = 0; k < 4; ++k)
      if (!std::isfinite(value(s, k))) return false;
    return true;
  }
  // Two opposite corners above and a middle that is not: the line turns round each of them alone.
  bool parted(Square s) const {
    if (above(s, 0) != above(s, 2) || above(s, 1) != above(s, 3) || above(s, 0) == above(s, 1)) return false;
    return (value(s, 0) + value(s, 1) + value(s, 2) + value(s, 3)) / 4 < level_;
  }
  int exitFrom(Square s, int entry) const {
    if (parted(s)) return (entry + 3) & 3;
    for (int k = 1; k < 4; ++k)
      if (rises(s, entry + k)) return (entry + k) & 3;
    return entry;
  }
  int entryTo(Square s, int exit) const {
    if (parted(s)) return (exit + 1) & 3;
    for (int k = 1; k < 4; ++k)
      if (falls(s, exit - k + 4)) return (exit - k + 4) & 3;
    return exit;
  }
  static Square across(Square s, int edge) {
    switch (edge) {
      case 0:
        return {s.column, s.row + 1};
      case 1:
        return {s.column + 1, s.row};
      case 2:
        return {s.column, s.row - 1};
      default:
        return {s.column - 1, s.row};
    }
  }
  Point crossing(Square s, int edge) const {
    // From the lower value, so that the place does not depend on which square asks.
    int a = edge & 3, b = (edge + 1) & 3;
    if (above(s, a)) std::swap(a, b);
    const double low = value(s, a), t = (level_ - low) / (value(s, b) - low);
    const auto centre = [&](int corner) {
      return grid_.centre(static_cast<uint32_t>(s.column + cornerColumn[corner]),
                          static_cast<uint32_t>(s.row + cornerRow[corner]));
    };
    const Point p = centre(a), q = centre(b);
    return {p.x + (q.x - p.x) * t, p.y + (q.y - p.y) * t};
  }

  Contour line(Square start, int entry, std::vector<uint8_t>& entered) const {
    Contour contour{level_, false, {}};
    auto& points = contour.points;
    const auto add = [&](Point p) {
      if (points.empty() || points.back() != p) points.push_back(p);
    };
    // Back to where the line begins, if it begins anywhere.
    Square s = start;
    int e = entry;
    for (;;) {
      const Square before = across(s, e);
      if (!whole(before)) break;
      e = entryTo(before, (e + 2) & 3), s = before;
      if (s == start && e == entry) {
        contour.closed = true;
        break;
      }
    }
    const Square first = s;
    const int firstEntry = e;
    add(crossing(s, e));
    for (;;) {
      entered[at(s)] |= static_cast<uint8_t>(1 << e);
      const int out = exitFrom(s, e);
      add(crossing(s, out));
      s = across(s, out), e = (out + 2) & 3;
      if (!whole(s) || (s == first && e == firstEntry)) break;
    }
    if (contour.closed && points.size() > 1 && points.back() == points.front()) points.pop_back();
    return contour;
  }

  const Grid& grid_;
  double level_;
  int columns_, rows_;
};

}  // namespace

Result<std::vector<Contour>> contours(const Grid& grid, std::span<const double> levels) {
  std::vector<Contour> result;
  for (double level : levels)
    if (!std::isfinite(level))
      return fail("A contour's level is not a finite number.", "Give numbers like 10,20,50.");
  if (grid.width < 2 || grid.height < 2) return result;
  std::vector<uint8_t> entered(grid.values.size());
  for (double level : levels) {
    std::ranges::fill(entered, 0);
    const size_t first = result.size();
    Tracer(grid, level).trace(entered, result);
    // A plateau that just reaches the level leaves lines of one point.
    const auto from = result.begin() + static_cast<long>(first);
    result.erase(std::remove_if(from, result.end(), [](const Contour& c) { return c.points.size() < 2; }),
                 result.end());
  }
  return result;
}

std::vector<double> roundLevels(double low, double high, int about) {
  std::vector<double> best;
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high) || about < 1) return best;
  about = std::min(about, 1000);
  const double range = high / 2 - low / 2;
  const int exponent = static_cast<int>(std::floor(std::log10(std::max(range / about, 1e-300)))) + 2;
  // From coarse to fine: of two steps that miss by as much the coarser one stays.
  size_t miss = std::numeric_limits<size_t>::max();
  for (int n = exponent; n > exponent - 5; --n)
    for (double times : {5.0, 2.5, 2.0, 1.0}) {
      // A step below one is divided by its power of ten: 3 / 10 is the decimal 0.3, 3 * 0.1 is not.
      const double power = std::pow(10.0, std::abs(n));
      const auto multiple = [&](double k) { return n < 0 ? k * times / power : k * times * power; };
      const double step = multiple(1);
      if (!(step > 0) || !std::isfinite(step) || range / step > about) continue;
      std::vector<double> levels;
      for (double k = std::floor(low / step); levels.size() <= 3 * size_t(about); ++k) {
        const double v = multiple(k);
        if (!(v < high)) break;
        if (v > low && (levels.empty() || v > levels.back())) levels.push_back(v == 0 ? 0.0 : v);
        if (multiple(k + 1) == v) break;  // finer than the numbers themselves
      }
      const size_t off = levels.size() > size_t(about) ? levels.size() - about : about - levels.size();
      if (off < miss) miss = off, best = std::move(levels);
    }
  return best;
}

}  // namespace geo
