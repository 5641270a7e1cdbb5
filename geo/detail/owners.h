// Which polygon each cell of a grid belongs to.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "geo/detail/cell_kernel.h"
#include "geo/grid.h"

namespace geo::detail {

inline constexpr uint32_t noOwner = 0xffffffffu;

// The first polygon that holds each cell's centre: even-odd crossings of each row's middle, half open like
// contains().
std::vector<uint32_t> owners(const Shapes& polygons, const Grid& grid);

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

Window windowOf(const Box& box, const Grid& grid, const std::vector<uint32_t>& owner, uint32_t row);

}  // namespace geo::detail
