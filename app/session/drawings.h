// Layers drawn by hand in the window: shapes as values, each change a new one. Saving the project writes them
// as GeoPackages.
#pragma once

#include <span>

#include "app/session/session.h"
#include "app/session/watch.h"

namespace session {

// Colours for layers without a role: that tell each other apart on a dark ground and on a light one.
std::span<const char* const> layerColours();

geo::LayerPtr newDrawing(const std::string& name, geo::ShapeKind kind, const geo::Crs& crs);
geo::LayerPtr withFeature(const geo::Layer& layer, std::vector<geo::Point> vertices, const std::string& name);
geo::LayerPtr withVertex(const geo::Layer& layer, uint32_t row, size_t vertex, geo::Point to);
geo::LayerPtr withVertexAdded(const geo::Layer& layer, uint32_t row, size_t vertex, geo::Point at);
geo::LayerPtr withoutVertex(const geo::Layer& layer, uint32_t row, size_t vertex);
geo::LayerPtr withoutRows(const geo::Layer& layer, std::vector<uint32_t> rows);
geo::LayerPtr withName(const geo::Layer& layer, const LayerSpec& spec, uint32_t row, const std::string& name);
// Enough vertices, an area, no outline that crosses itself; else why not.
geo::Result<void> soundOutline(geo::ShapeKind kind, std::span<const geo::Point> vertices, Language language);

// What may be changed: the drawing, or what was loaded from its file. Fails with why not.
geo::Result<geo::LayerPtr> drawingOf(const Session& session, const std::string& layer);
// Whether the layer's file holds what is on the map.
bool drawingSaved(const Session& session, const LayerSpec& layer);

// What saving takes along, as values for a worker.
struct DrawingFile {
  std::string layer, name;       // name: inside the file
  std::string before, path;      // where it is, and where it is to be
  geo::LayerPtr drawing;         // null: the file has it
  bool saved = false;            // the file has what is on the map
  std::optional<FileStamp> own;  // of the file as we last read or wrote it
};
std::vector<DrawingFile> drawingFiles(const Session& session, const std::string& base, bool apart);

struct SavedDrawings {
  std::map<std::string, std::string> renamed;                   // source by layer
  std::map<std::string, FileStamp> written;                     // by path
  std::vector<std::pair<std::string, std::string>> passedOver;  // another program's file · ours
  std::optional<geo::Error> error;                              // what came before it is written
};
// Writes what changed since the last save, at `base`; `apart`: under names of their own, for another project.
// A file that somebody else made or changed stays, and the layer gets another.
SavedDrawings saveDrawings(const std::vector<DrawingFile>& files, const std::string& base, bool apart);
void followDrawings(Project& project, const std::map<std::string, std::string>& renamed);

}  // namespace session
