// Files → Layer, by GDAL. Safe to call from several threads at once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "geo/cell_options.h"
#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/report.h"

namespace geo {

struct LoadOptions {
  std::string layer{};       // name inside the file; empty: the first one that has rows
  std::string encoding{};    // "GB18030", "UTF-8"…; empty: found out from the bytes
  std::optional<Crs> crs{};  // overrides what the file says
  std::string
      datum{};  // "GCJ-02", "BD-09", "BD-09MC": the coordinates are of that datum and are brought to WGS 84
  std::string xField{}, yField{};  // CSV/XLSX/ODS columns of coordinates, the same twice: both in one cell;
                                   // empty: found by name (lon/lat, 经度/纬度, x/y…)
  CellOptions cells{};
  std::optional<Crs>
      reprojectTo{};  // transform all vertices; rows that cannot be are reported and lose their shape
  bool geometryOnly = false;
  // A VRT may name other files only in this folder (empty: its own) and nothing may lead to the network,
  // unless trusted.
  std::string folder{};
  bool trusted = false;
  std::vector<std::string>
      fields{};  // only these columns; empty: all. Unknown names are an error that lists the known
};

struct Loaded {
  LayerPtr layer;
  Report report;
};

// Reads one vector or table layer whole. Non-finite vertices, rings of fewer than three points and shapes of
// another kind than the layer's main one are dropped and reported; closing vertices are removed and rings
// oriented.
Result<Loaded> load(const std::string& path, const LoadOptions& options = {}, Progress* progress = nullptr);

// Names of the vector layers of a file, in its order.
Result<std::vector<std::string>> layerNames(const std::string& path, bool trusted = false);

}  // namespace geo
