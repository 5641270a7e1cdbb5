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

// Plain is a feature collection whose first feature has all attributes that the others have, in their order;
// without ids, foreign members, collections of geometries, positions of three numbers, and nested or
// date-like attributes. Nothing for all else, which GDAL then reads or rejects. Fails only when it is
// stopped.
Result<std::optional<PlainGeoJson>> readPlainGeoJson(const std::string& path, const LoadOptions& options,
                                                     Progress* progress);

}  // namespace geo::detail
