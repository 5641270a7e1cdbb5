// A list of exports in one TOML file: what `parkscope snapshot --batch` writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/session/atlas.h"

namespace session {

struct BatchItem {
  int line = 0;                       // in the file
  SnapshotOptions picture;            // [[export]]
  std::optional<AtlasOptions> atlas;  // [[atlas]]
  std::optional<Language> language;
  bool ownPage = false;  // the project's own page
};

struct Batch {
  std::string path;
  std::string project;           // as a path that can be opened; empty: the caller names it
  std::vector<BatchItem> items;  // as they stand in the file
};

// Paths in it begin at its own folder. Every key that is unknown, every value that cannot be, is told with
// its line.
geo::Result<Batch> readBatch(const std::string& path);

}  // namespace session
