// Which rows lie inside a drawn outline: lasso and rectangle.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "geo/geometry.h"
#include "geo/spatial_index.h"

namespace geo {

// ring: closed by itself, may cross itself (even-odd), in the CRS of the shapes. A point counts when it lies
// inside, a line when any of it does, a polygon when its centroid does (where that falls outside of the
// polygon: its visual centre). Ascending. The index, where given, is the shapes' own.
std::vector<uint32_t> rowsInside(const Shapes& shapes, std::span<const Point> ring,
                                 const SpatialIndex* index = nullptr);

}  // namespace geo
