// An atlas: an overview, an index, and one sheet for each area, indicator and year, numbered; as one PDF or
// as pictures in a folder.
#pragma once

#include "app/scene/atlas_index.h"
#include "app/session/recipe.h"

namespace session {

struct AtlasOptions {
  SnapshotOptions page;                        // output: a folder, or a .pdf; paper empty: the project's own
  std::optional<bool> landscape;               // none: as the project's page where that is taken, else it is
  std::string ending = "png";                  // of the sheets in a folder
  std::vector<std::string> areas, indicators;  // keys, ids or names; empty: all that there are
  std::vector<int> years;  // empty: each indicator's fullest; one without years is always in
  bool allYears = false;   // all that each has
};

struct AtlasSheet {
  enum class Kind : uint8_t { overview, index, area } kind = Kind::area;
  std::string title, file;  // "英德市 · 人口密度（2023）" · name in the folder
  size_t scene = 0;         // of Atlas::scenes
  int part = 0;             // Kind::index: which of them
  std::string area;         // key
  size_t row = 0;           // of the county layer
  std::string indicator;
  int year = 0;
};

// All that a worker needs. Breaks of an indicator are the same on all its sheets, over all years.
struct Atlas {
  AtlasOptions options;
  std::vector<scene::Scene> scenes;  // the overview's; then one for each indicator and year
  std::vector<AtlasSheet> sheets;
  scene::AtlasIndex index;
  std::string countyLayer;
  RecipeDraft recipe;
  std::vector<std::string> left;  // indicators without figures, told in one line each
};
// Data loaded. Fails with what there is where a name is unknown.
geo::Result<Atlas> planAtlas(const Session& session, const AtlasOptions& options);
// The same in two steps, for a window that must not wait: classes, association and heat of all its maps are
// worked out by `work` on a worker; `plan` then makes the atlas, if the project is still the same.
struct AtlasDraft {
  std::function<void(geo::Progress&)> work;
  std::function<geo::Result<Atlas>(const Session&)> plan;
};
geo::Result<AtlasDraft> draftAtlas(const Session& session, const AtlasOptions& options);
// As the window asks for it.
AtlasOptions atlasOptions(const ExportAtlas& command);
// How many sheets of areas that would be, beside overview and index; 0 where it cannot be made.
size_t atlasSheetCount(const Session& session, const AtlasOptions& options);
// All sheets or none. On a worker; uses all cores.
geo::Result<void> writeAtlas(const Atlas& atlas, scene::TypesetterPtr fonts, const geo::Crs& worldCrs,
                             geo::Progress* progress = nullptr, std::vector<std::string>* warnings = nullptr);

}  // namespace session
