// Values on square cells in the plane of a metric CRS, and their way into a GeoTIFF.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/geometry.h"
#include "geo/result.h"

namespace geo {

struct Grid {
  double left = 0, top = 0;  // outer corner of the first cell
  double cell = 1;           // edge length, in the CRS's unit
  uint32_t width = 0, height = 0;
  std::vector<float> values;  // row by row from the north; NaN: no data
  Crs crs;

  Box box() const { return {left, top - cell * height, left + cell * width, top}; }
  Point centre(uint32_t column, uint32_t row) const {
    return {left + (column + 0.5) * cell, top - (row + 0.5) * cell};
  }
  float at(uint32_t column, uint32_t row) const { return values[size_t{row} * width + column]; }
  // Value of the cell that holds the point; NaN outside.
  float at(Point p) const {
    const double x = std::floor((p.x - left) / cell), y = std::floor((top - p.y) / cell);
    const bool inside = x >= 0 && y >= 0 && x < width && y < height;
    return inside ? at(static_cast<uint32_t>(x), static_cast<uint32_t>(y))
                  : std::numeric_limits<float>::quiet_NaN();
  }
};

// Float32, compressed, with CRS, extent and NaN as no-data value. The file appears whole or not at all. The
// description becomes the band's: "stations per km²".
Result<void> writeGeoTiff(const Grid& grid, const std::string& path, const std::string& description = {});

}  // namespace geo
