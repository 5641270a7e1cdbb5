// Is a point inside? The one test that all of geo shares, so that every part of it agrees.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "geo/geometry.h"

namespace geo::detail {

// Does the edge cross the ray from p towards +x? Ends are ordered by y first, so two polygons that share the
// edge always agree, and a point on their border lies in exactly one of them.
inline bool crossesRay(Point a, Point b, Point p) {
  if ((a.y > p.y) == (b.y > p.y)) return false;
  if (a.y > b.y) std::swap(a, b);
  if (p.x >= std::max(a.x, b.x)) return false;
  if (p.x < std::min(a.x, b.x)) return true;
  const double left = (b.x - a.x) * (p.y - a.y), right = (p.x - a.x) * (b.y - a.y), cross = left - right;
  if (std::abs(cross) > 4e-16 * (std::abs(left) + std::abs(right))) return cross > 0;
  using Wide = long double;
  return (Wide(b.x) - a.x) * (Wide(p.y) - a.y) - (Wide(p.x) - a.x) * (Wide(b.y) - a.y) > 0;
}

inline constexpr uint32_t noRow = 0xffffffffu;

// The first polygon that holds a point, for many points: edges are sorted into slabs of y, so that a question
// looks at few of them. Answers as contains() does. Keeps no reference to the shapes.
class Locator {
 public:
  explicit Locator(const Shapes& polygons) : Locator(polygons, 0, polygons.rows()) {}
  Locator(const Shapes& polygons, size_t firstRow, size_t endRow);  // of these rows alone
  uint32_t first(Point p) const;                                    // noRow: none

 private:
  struct Edge {
    Point a, b;
    uint32_t row;
  };
  size_t slabOf(double y) const {
    return static_cast<size_t>(
        std::clamp((y - box_.minY) * perSlab_, 0.0, static_cast<double>(slabStart_.size() - 2)));
  }

  Box box_;
  double perSlab_ = 0;
  std::vector<uint32_t> slabStart_{0, 0};
  std::vector<Edge> edges_;  // by slab, then by row
};

}  // namespace geo::detail
