// One GDAL layer → columns and shapes: by Arrow batches where the driver has them, else feature by feature.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "geo/detail/gdal.h"
#include "geo/detail/wkb.h"
#include "geo/progress.h"
#include "geo/result.h"
#include "geo/table.h"

namespace geo::detail {

struct ReadOptions {
  std::string path;  // for messages
  bool geometry = true;
  bool attributes = true;
  std::vector<std::string> fields;  // as the file spells them; empty: all
  size_t expectedVertices = 0;      // an upper bound
  // The same dataset once more, for another thread; set where a driver goes to any feature at once.
  std::function<DatasetPtr()> reopen{};
  bool noteClockwise = false;  // see ShapeCollector
};

struct Features {
  ShapeCollector shapes;
  Table table;
};

// `layer` is an OGRLayerH.
Result<Features> readFeatures(void* layer, const ReadOptions& options, GdalErrors& errors,
                              Progress* progress);

}  // namespace geo::detail
