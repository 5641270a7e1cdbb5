// What a picture was made from, in its own file: enough to make it again, and to tell whether the data are
// still the same. JSON, canonical: equal pictures carry equal recipes.
#pragma once

#include <string>
#include <vector>

#include "app/session/session.h"

namespace session {

// The values that a worker needs to write the recipe; the data are hashed there.
struct RecipeDraft {
  Project project;
  std::string base;         // folder of the project's paths
  std::string projectPath;  // empty: not saved
  SnapshotOptions options;
  scene::Language language = scene::Language::zh;
  std::string worldCrs;
  struct Data {
    std::string source, path, layer, crs;  // as the project names it; where it is; its own system
    size_t rows = 0;
    std::string status;  // the weakest of its figures
    std::optional<std::string> sha256;
    bool unsaved = false;
  };
  std::vector<Data> data;
  bool hashed = false;
  // Of an atlas: how many sheets, of which areas (keys) and figures ("density:2023").
  size_t sheets = 0;
  std::vector<std::string> areas, subjects;
};
RecipeDraft recipeDraft(const Session& session, const SnapshotOptions& options);
// Once for many pictures; else each recipe reads the data again.
void hashData(RecipeDraft& draft, geo::Progress* progress = nullptr);
// With an open seal (paper::unsealed). Files that cannot be read any more are told as such.
std::string recipeText(const RecipeDraft& draft, const scene::Scene& scene,
                       geo::Progress* progress = nullptr);

// What a picture's recipe says about today.
struct Verification {
  enum class Verdict : uint8_t { unchanged, changed, altered, missing, noRecipe } verdict = Verdict::noRecipe;
  struct Item {
    std::string source, path;
    enum class State : uint8_t { same, changed, gone } state = State::same;
  };
  std::vector<Item> data;
  bool projectChanged = false, projectGone = false;
  std::string program, made, project, reviewNumber;
};
// folder: where the project's paths begin now; empty: where they did, or beside the picture.
geo::Result<Verification> verify(const std::string& picture, const std::string& folder = {},
                                 geo::Progress* progress = nullptr);

// The project and the options that a picture was made with; its base is where the data are found now.
struct Remade {
  Project project;
  std::string base, path;
  SnapshotOptions options;
  scene::Language language = scene::Language::zh;
};
geo::Result<Remade> readRecipe(const std::string& picture);

// By its ending: one of those that pictures are written with.
bool isPicture(const std::string& path);

// What an export for the public lacks, each in one line of that language; empty: it may go out.
std::vector<std::string> unfitToPublish(const scene::Scene& scene);

}  // namespace session
