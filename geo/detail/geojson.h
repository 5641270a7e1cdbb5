// GeoJSON as most programs write it, by simdjson: a tenth of the time that GDAL's driver takes. What is
// unusual in any way is left to GDAL, so that a file gives the same layer by either road.
#pragma once

#include <optional>

#include "geo/detail/features.h"
#include "geo/load.h"

namespace geo::detail {

struct PlainGeoJson {
  Features features;
  std::string name;
  Crs crs;
};

// Larger files are read a few features at a time, in pieces of at least so many bytes.
struct InPieces {
  size_t above = size_t{48} << 20, bytes = size_t{1} << 19;
};

// Plain is a feature collection whose first feature has all attributes that the others have, in their order;
// without ids (but for an attribute of ascending whole numbers), foreign members, collections of geometries,
// positions of three numbers, and nested or date-like attributes. Nothing for all else, which GDAL then reads
// or rejects. Fails only when it is stopped.
Result<std::optional<PlainGeoJson>> readPlainGeoJson(const std::string& path, const LoadOptions& options,
                                                     Progress* progress, const InPieces& pieces = {});

}  // namespace geo::detail
