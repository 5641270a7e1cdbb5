// The scenes of a show made ready to be drawn.
#pragma once

#include "app/scene/show.h"
#include "app/session/derived.h"
#include "app/session/tour.h"

namespace session {

// A scene of the show as a picture's input. flat: without its tilt.
geo::Result<scene::Scene> stopScene(const Session& session, const SceneSpec& spec, const Parts& parts,
                                    bool flat = false);

// What the stages of a show are made from: while it is equal, they stay as they are.
struct ShowInputs {
  Project project;
  FiguresPtr figures;
  std::vector<scene::MapShapePtr> shapes;
  Language language = Language::zh;
  bool operator==(const ShowInputs&) const = default;
};
ShowInputs showInputs(const Session& session);

// How one scene passes into the next: as the project and the coming scene say.
scene::PassageOptions passageOptions(const Project& project, const SceneSpec& to);
scene::Extras extrasOf(const Project& project, const scene::Passage& passage);
// Until nothing moves, seconds; infinity where something always does.
double movesUntil(const scene::Passage& passage, const scene::Extras& extras);

// All of them at once, for the command line. The session is loaded. Fails with the scene that cannot be made.
struct ReadyShow {
  std::vector<SceneSpec> stops;
  std::vector<scene::StagePtr> stages;
};
geo::Result<ReadyShow> readyShow(const Session& session, const scene::Theme& theme,
                                 const scene::TypesetterPtr& fonts, int width, int height);

}  // namespace session
