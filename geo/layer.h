// Shapes and their attributes as they came from one source. Immutable once made; shared by LayerPtr.
#pragma once

#include <memory>
#include <string>

#include "geo/crs.h"
#include "geo/geometry.h"
#include "geo/table.h"

namespace geo {

struct Source {
  std::string path;    // as the user gave it
  std::string driver;  // GDAL's short name
  std::string layer;   // name inside the file
  bool operator==(const Source&) const = default;
};

struct Layer {
  std::string name;
  Source source;
  Crs crs;
  Shapes shapes;  // kind none for a plain table
  Table table;
  Box bounds;  // of all shapes, in crs

  size_t rows() const { return table.rows(); }
};

using LayerPtr = std::shared_ptr<const Layer>;

}  // namespace geo
