// A loaded session → a picture file: what `parkscope snapshot` and the window's "Export image…" both call.
#pragma once

#include "app/session/session.h"

namespace session {

// The scene as the options ask for it (scene, indicator, year, language of the session). Fails with a line that lists what
// there is when a name is unknown.
geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options);
// Pure; may run on a worker. The ending of options.output chooses the format.
geo::Result<void> writeSnapshot(const scene::Scene& scene, const SnapshotOptions& options, scene::TypesetterPtr fonts,
                                const geo::Crs& worldCrs, geo::Progress* progress = nullptr);

}  // namespace session
