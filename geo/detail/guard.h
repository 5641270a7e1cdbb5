// What a file may do before anyone opens it: how large an archive says it becomes, and where a description
// leads to. By our own eyes, without GDAL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "geo/result.h"

namespace geo::detail {

struct ArchiveEntry {
  std::string name;
  uint64_t packed = 0, size = 0;
};

// The directory of a zip file (zip64 too), which stands at its end. Fails when it has none.
Result<std::vector<ArchiveEntry>> archiveEntries(const std::string& path);

// An archive, spreadsheet or KMZ that says it becomes far more than such files are is refused: GDAL would
// unpack it.
Result<void> checkArchive(const std::string& path);

// A VRT (of vectors or rasters) is a text that names other files. Refused, unless `trusted`: those outside of
// `folder`, on the network or in databases; and always one that leads to itself. Other files pass.
Result<void> checkReferences(const std::string& path, const std::string& folder, bool trusted);

// Is it a text that names other files?
bool isDescription(const std::string& path);
// Links followed; an empty folder holds nothing.
bool liesWithin(const std::string& path, const std::string& folder);

// Does the path lead on to the network? "/vsicurl/…", "https://…", "/vsizip//vsis3/…".
bool leadsToNetwork(std::string_view path);

}  // namespace geo::detail
