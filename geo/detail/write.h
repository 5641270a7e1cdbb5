// Shapes → the forms that other programs read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "geo/geometry.h"

namespace geo::detail {

// The polygons of a row: first part and one past the last, each an outer ring and its holes.
std::vector<std::pair<size_t, size_t>> polygonsOf(const Shapes& shapes, size_t row);

// Little-endian WKB of one row; multi kinds throughout when `multi`. Empty when the row has no shape.
std::vector<std::byte> wkb(const Shapes& shapes, size_t row, bool multi);
std::string wkt(const Shapes& shapes, size_t row);
std::string geoJsonGeometry(const Shapes& shapes, size_t row);  // "null" without a shape

std::string jsonText(const std::string& utf8);  // with its quotes
std::string decimal(double value);  // shortest that reads back the same; "null"-free: finite values only

}  // namespace geo::detail
