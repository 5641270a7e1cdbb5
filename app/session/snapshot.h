// A loaded session → a picture file: what `parkscope snapshot` and the window's "Export image…" both call.
#pragma once

#include "app/session/recipe.h"
#include "app/session/session.h"

namespace session {

// The scene as the options ask for it (scene, indicator, year, language of the session). Fails with a line
// that lists what there is when a name is unknown.
geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options);
// What the project's own page would show if it were printed now; where the map is not worked out yet, what
// there is of it.
scene::Scene pageScene(const Session& session);
// The output's ending, size, paper, resolution and theme: what is wrong with them, before anything is loaded.
geo::Result<void> checkSnapshot(const SnapshotOptions& options);
// Pure; may run on a worker. The ending of options.output chooses the format; no theme: the dark one on
// screens, the white one on paper. `warnings` gets one line for each thing that the picture lacks (characters
// without a glyph). With a recipe the file carries it and is sealed. A picture for the public that is not
// fit for it is refused, with all that it lacks.
geo::Result<void> writeSnapshot(const scene::Scene& scene, const SnapshotOptions& options,
                                scene::TypesetterPtr fonts, const geo::Crs& worldCrs,
                                geo::Progress* progress = nullptr,
                                std::vector<std::string>* warnings = nullptr,
                                const RecipeDraft* recipe = nullptr);

}  // namespace session
