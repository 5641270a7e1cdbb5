#include "geo/detail/smooth_grid.h"

#include <array>
#include <cmath>

namespace geo::detail {
namespace {

constexpr size_t none = static_cast<size_t>(-1);

using Four = std::array<double, 4>;

// Values at the four Chebyshev nodes → coefficients of 1, t, t², t³ (by the Chebyshev polynomials T0…T3,
// whose sums over the nodes are orthogonal).
Four powers(const Four& atNodes, const Four& nodes) {
  Four c{};
  for (size_t i = 0; i < 4; ++i) {
    const double t = nodes[i], v = atNodes[i];
    c[0] += v / 4, c[1] += v * t / 2;
    c[2] += v * (2 * t * t - 1) / 2, c[3] += v * (4 * t * t * t - 3 * t) / 2;
  }
  return {c[0] - c[2], c[1] - 3 * c[3], 2 * c[2], 4 * c[3]};
}

const Four& chebyshevNodes() {
  static const Four nodes = [] {
    Four n{};
    for (size_t i = 0; i < 4; ++i) n[i] = std::cos((2.0 * static_cast<double>(i) + 1) * M_PI / 8);
    return n;
  }();
  return nodes;
}

// Four points at once, where the machine has them: the same operations in the same order as one by one.
typedef double Lane __attribute__((vector_size(32)));

template <class Value>
inline __attribute__((always_inline)) void polynomial(const double* c, const Value& u, const Value& v,
                                                      Value& out) {
  const Value r0 = ((c[3] * u + c[2]) * u + c[1]) * u + c[0], r1 = ((c[7] * u + c[6]) * u + c[5]) * u + c[4];
  const Value r2 = ((c[11] * u + c[10]) * u + c[9]) * u + c[8],
              r3 = ((c[15] * u + c[14]) * u + c[13]) * u + c[12];
  out = ((r3 * v + r2) * v + r1) * v + r0;
}

}  // namespace

Box SmoothGrid::boxOf(size_t column, size_t row) const {
  const double w = box_.width() / static_cast<double>(across_),
               h = box_.height() / static_cast<double>(across_);
  const double x = box_.minX + static_cast<double>(column) * w, y = box_.minY + static_cast<double>(row) * h;
  return {x, y, x + w, y + h};
}

size_t SmoothGrid::cellAt(Point p) const {
  const double x = (p.x - box_.minX) * perX_, y = (p.y - box_.minY) * perY_;
  const auto n = static_cast<double>(across_);
  if (!(x >= 0 && y >= 0 && x <= n && y <= n)) return none;
  const size_t column = std::min(static_cast<size_t>(x), across_ - 1),
               row = std::min(static_cast<size_t>(y), across_ - 1);
  return row * across_ + column;
}

std::optional<SmoothGrid::Cell> SmoothGrid::cellFor(const Box& box, const Exact& exact, double tolerance) {
  const Four& nodes = chebyshevNodes();
  const Point c = box.centre();
  const double halfX = box.width() / 2, halfY = box.height() / 2;
  // The nodes, and then where the error is looked at: corners, sides and middle, and between the nodes.
  constexpr double looked[] = {-1, -0.72, 0, 0.72, 1};
  std::vector<Point> points;
  points.reserve(terms + 25);
  for (const double v : nodes)
    for (const double u : nodes) points.push_back({c.x + u * halfX, c.y + v * halfY});
  for (const double v : looked)
    for (const double u : looked) points.push_back({c.x + u * halfX, c.y + v * halfY});
  exact(points);
  for (const Point& p : points)
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) return {};
  Cell cell{};
  for (double Point::*part : {&Point::x, &Point::y}) {
    double* out = part == &Point::x ? cell.x : cell.y;
    std::array<Four, 4> rows;  // by v: coefficients in u
    for (size_t i = 0; i < side; ++i) {
      Four at{};
      for (size_t j = 0; j < side; ++j) at[j] = points[i * side + j].*part;
      rows[i] = powers(at, nodes);
    }
    for (size_t j = 0; j < side; ++j) {
      const Four column = powers({rows[0][j], rows[1][j], rows[2][j], rows[3][j]}, nodes);
      for (size_t i = 0; i < side; ++i) out[i * side + j] = column[i];
    }
  }
  size_t at = terms;
  for (const double v : looked)
    for (const double u : looked) {
      double x, y;
      polynomial(cell.x, u, v, x), polynomial(cell.y, u, v, y);
      if (!(std::abs(x - points[at].x) <= tolerance && std::abs(y - points[at].y) <= tolerance)) return {};
      ++at;
    }
  return cell;
}

std::optional<SmoothGrid> SmoothGrid::fit(std::span<const Point> points, const Exact& exact,
                                          double tolerance) {
  constexpr size_t worth = 50'000, perCell = 41;  // points that a cell itself costs
  if (points.size() < worth || !(tolerance > 0)) return {};
  SmoothGrid g;
  for (const Point& p : points)
    if (std::isfinite(p.x) && std::isfinite(p.y)) g.box_.add(p);
  if (!(g.box_.width() > 0 && g.box_.height() > 0)) return {};
  // The coarsest grid that holds the tolerance around some of the points, while it pays.
  const auto most = static_cast<size_t>(std::sqrt(static_cast<double>(points.size()) / (8.0 * perCell)));
  bool found = false;
  for (size_t n = 1; n <= most && !found; n *= 2) {
    g.across_ = n;
    g.perX_ = static_cast<double>(n) / g.box_.width(), g.perY_ = static_cast<double>(n) / g.box_.height();
    found = true;
    for (size_t i = 0; i < 8 && found; ++i) {
      const size_t cell = g.cellAt(points[i * (points.size() - 1) / 7]);
      found = cell == none || cellFor(g.boxOf(cell % n, cell / n), exact, tolerance).has_value();
    }
  }
  if (!found) return {};
  std::vector<uint8_t> used(g.across_ * g.across_, 0);
  for (const Point& p : points)
    if (const size_t cell = g.cellAt(p); cell != none) used[cell] = 1;
  g.cellOf_.assign(used.size(), exactly);
  for (size_t cell = 0; cell < used.size(); ++cell)
    if (used[cell])
      if (auto made = cellFor(g.boxOf(cell % g.across_, cell / g.across_), exact, tolerance)) {
        g.cellOf_[cell] = static_cast<uint32_t>(g.cells_.size());
        g.cells_.push_back(*made);
      }
  return g;
}

#if defined(__x86_64__) && !defined(__clang__)
__attribute__((target_clones("avx2", "default")))
#endif
void SmoothGrid::evaluate(std::span<Point> points, std::vector<uint32_t>& left) const {
  const double scaleX = 2 * perX_, scaleY = 2 * perY_;
  size_t i = 0;
  while (i < points.size()) {
    const size_t place = cellAt(points[i]);
    const uint32_t cell = place == none ? exactly : cellOf_[place];
    if (cell == exactly) {
      left.push_back(static_cast<uint32_t>(i++));
      continue;
    }
    const Cell& c = cells_[cell];
    const double u0 = 2 * static_cast<double>(place % across_) + 1,
                 v0 = 2 * static_cast<double>(place / across_) + 1;
    const auto one = [&](Point& p) {
      const double u = (p.x - box_.minX) * scaleX - u0, v = (p.y - box_.minY) * scaleY - v0;
      double x, y;
      polynomial(c.x, u, v, x), polynomial(c.y, u, v, y);
      p = {x, y};
    };
    // As far as they lie in this cell.
    while (i < points.size()) {
      if (i + 4 <= points.size() && cellAt(points[i]) == place && cellAt(points[i + 1]) == place &&
          cellAt(points[i + 2]) == place && cellAt(points[i + 3]) == place) {
        Point* p = &points[i];
        const Lane px{p[0].x, p[1].x, p[2].x, p[3].x}, py{p[0].y, p[1].y, p[2].y, p[3].y};
        const Lane u = (px - box_.minX) * scaleX - u0, v = (py - box_.minY) * scaleY - v0;
        Lane x, y;
        polynomial(c.x, u, v, x), polynomial(c.y, u, v, y);
        for (int k = 0; k < 4; ++k) p[k] = {x[k], y[k]};
        i += 4;
      } else if (cellAt(points[i]) == place) {
        one(points[i++]);
      } else {
        break;
      }
    }
  }
}

void SmoothGrid::apply(std::span<Point> points, const Exact& exact) const {
  constexpr size_t block = 1 << 16;
  std::vector<uint32_t> left;
  std::vector<Point> moved;
  for (size_t first = 0; first < points.size(); first += block) {
    const auto some = points.subspan(first, std::min(block, points.size() - first));
    left.clear(), moved.clear();
    evaluate(some, left);
    if (left.empty()) continue;
    for (const uint32_t i : left) moved.push_back(some[i]);
    exact(moved);
    for (size_t k = 0; k < left.size(); ++k) some[left[k]] = moved[k];
  }
}

}  // namespace geo::detail
