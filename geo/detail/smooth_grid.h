// A smooth map of the plane, such as a change of projection, by polynomials: one of the third degree in each
// direction for each cell of a grid, through the Chebyshev nodes of the cell. For millions of points, where
// the map itself costs a hundred nanoseconds a point. Pure; where a cell cannot be held to the tolerance, its
// points take the map itself.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "geo/geometry.h"

namespace geo::detail {

class SmoothGrid {
 public:
  // The map itself, in place; NaN or infinite where it has no value.
  using Exact = std::function<void(std::span<Point>)>;

  // For the box of these points. The error of every cell that is used was looked at where polynomials through
  // Chebyshev nodes err most, and is at most the tolerance there, in units of the result. Nothing when so few
  // points or so bent a map make it no gain.
  static std::optional<SmoothGrid> fit(std::span<const Point> points, const Exact& exact, double tolerance);

  // Maps points of that box, in place; the same point always comes out the same. Safe from several threads,
  // each with an exact map of its own.
  void apply(std::span<Point> points, const Exact& exact) const;

 private:
  static constexpr size_t side = 4, terms = side * side;
  struct Cell {
    double x[terms], y[terms];  // of u⁰v⁰, u¹v⁰ … u³v³; u, v from -1 to 1
  };
  static constexpr uint32_t exactly = 0xffffffffu;

  static std::optional<Cell> cellFor(const Box& box, const Exact& exact, double tolerance);
  Box boxOf(size_t column, size_t row) const;
  size_t cellAt(Point p) const;  // none for what is not finite or lies elsewhere
  // left: of the points that no cell holds.
  void evaluate(std::span<Point> points, std::vector<uint32_t>& left) const;

  Box box_;
  size_t across_ = 0;
  double perX_ = 0, perY_ = 0;
  std::vector<uint32_t> cellOf_;  // by place; exactly: none
  std::vector<Cell> cells_;
};

}  // namespace geo::detail
