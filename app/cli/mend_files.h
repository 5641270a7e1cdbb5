// `inspect --mend`: what inspect found, put right in a GeoPackage beside the original, which stays as it is.
#pragma once

#include <string>
#include <vector>

#include "geo/inspect.h"

namespace cli {

struct MendedFile {
  std::string path, layer;
  size_t rows = 0;
  std::vector<geo::Problem> changes;
};

// One file for each layer that has shapes: the system and datum that were found, UTF-8, mended shapes.
geo::Result<std::vector<MendedFile>> mendFiles(const geo::SourceFacts& facts,
                                               const geo::InspectOptions& options);

}  // namespace cli
