// Data files → layers of a project.
#pragma once

#include "app/session/project.h"
#include "geo/result.h"

namespace session {

// One layer for each that the file holds; ids are made from the names and added to `takenIds`. Opens files
// that may hold several layers, so it may take a while.
// folder: the project's, which a file that names others may not lead out of.
geo::Result<std::vector<LayerSpec>> layersOfFile(const std::string& path, std::vector<std::string>& takenIds,
                                                 const std::string& folder = {});

// The same, or the basemap that it is: a raster that says where it lies.
struct FileContents {
  std::vector<LayerSpec> layers;
  std::optional<BasemapSpec> basemap;
};
geo::Result<FileContents> contentsOfFile(const std::string& path, std::vector<std::string>& takenIds,
                                         const std::string& folder = {});
// A CRS in metres for a map of that raster alone.
std::string crsOfRaster(const std::string& path);

}  // namespace session
