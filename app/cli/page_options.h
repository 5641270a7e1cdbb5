// What the verbs that write pictures share: options, and a bar while they write.
#pragma once

#include <thread>

#include "app/cli/verbs.h"
#include "app/session/session.h"
#include "geo/progress.h"

namespace cli {

// --dpi, --scene, --theme, --template, --scale, --grid.
void addPictureOptions(CLI::App& verb, session::SnapshotOptions& options);
// "W,S,E,N" in degrees; the parser's error otherwise.
geo::Box readExtent(const std::string& text);
scene::Vision readVision(const std::string& name);
// Paper and orientation of the project's own page, where none is asked for.
void useOwnPage(session::SnapshotOptions& options, const session::Project& project);

// Shows the progress of what this thread does, from the second second on.
class Watcher {
 public:
  Watcher(std::string label, const geo::Progress& progress);

 private:
  std::jthread thread_;  // told to stop it stops at once: a short export waits for no bar
};

}  // namespace cli
