// From a path to an open GDAL dataset, or to one clear line that says why not.
#pragma once

#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/detail/gdal.h"
#include "geo/report.h"
#include "geo/result.h"

namespace geo::detail {

// Files made in memory to help a dataset open; removed with it.
class MemoryFolder {
 public:
  MemoryFolder() = default;
  MemoryFolder(MemoryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  MemoryFolder& operator=(MemoryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~MemoryFolder();
  const std::string& make();

 private:
  std::string path_;
};

struct Opened {
  MemoryFolder memory;  // outlives the dataset
  DatasetPtr dataset;
  std::string driver;  // GDAL's short name
  std::string path;    // what GDAL opened: inside an archive, say
  Report report;
};

bool isPlainFile(const std::string& path);  // not a URL or connection text, which only GDAL can judge
std::string fileName(const std::string& path);
std::string extensionOf(const std::string& path);  // lower case, without the dot

// Does it exist, is it a file, has it bytes, may we read it?
Result<void> checkReadable(const std::string& path);

// "a PNG image", from the first bytes; empty when they say nothing.
std::string contentOf(const std::string& path);

// By its code, else by its text; unknown for nullptr. `srs` is an OGRSpatialReference.
Crs crsOf(const void* srs);

Result<Opened> openVector(const std::string& path, GdalErrors& errors);
Result<Opened> openRaster(const std::string& path, GdalErrors& errors, bool trusted = false);

// The whole file. Fails as checkReadable does, and above `limit` bytes.
Result<std::string> fileBytes(const std::string& path, size_t limit);

}  // namespace geo::detail
