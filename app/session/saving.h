// The project on its way to its file, with the layers drawn in the window: written by a worker from values,
// so that no disk keeps the window waiting. What is asked for meanwhile (saving again, leaving) is done after
// it.
#pragma once

#include "app/session/session.h"

namespace session {

struct Saving {
  Project asked;
  std::vector<Command> after;
};

// `apart`: as another project in that place, with drawings of its own.
geo::Result<void> startSaving(Session& session, const std::string& path, bool apart);

}  // namespace session
