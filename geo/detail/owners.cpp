#include "geo/detail/owners.h"

#include "geo/large_memory.h"

namespace geo::detail {

std::vector<uint32_t> owners(const Shapes& polygons, const Grid& grid) {
  auto owner = largeVector<uint32_t>(size_t{grid.width} * grid.height, noOwner);
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

}  // namespace geo::detail
