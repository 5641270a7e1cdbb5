// Layer → GeoPackage, GeoJSON or CSV. The file appears whole or not at all.
#pragma once

#include <optional>
#include <string>

#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace geo {

struct SaveOptions {
  std::optional<Crs> crs{};  // transforms the vertices first; GeoJSON is always lon/lat degrees (RFC 7946)
  std::string layer{};       // name inside a GeoPackage; empty: the layer's own
};

// The ending chooses the format: .gpkg, .geojson (.json), .csv. Missing values stay missing. CSV is UTF-8
// with its mark (without it Excel takes it for GBK); points get two columns of coordinates unless they stand
// there already, other shapes a column of well-known text.
Result<void> save(const Layer& layer, const std::string& path, const SaveOptions& options = {},
                  Progress* progress = nullptr);

}  // namespace geo
