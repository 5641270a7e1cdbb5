// Unsaved changes, written beside the project every so often by a worker, and found again after a run that
// did not end well: NAME.parkscope.toml.autosave, with the layers drawn by hand beside it.
#pragma once

#include "app/session/session.h"

namespace session {

struct AutosaveOptions {
  std::string folder;   // for projects that have no file of their own
  double seconds = 20;  // after the first change that is not written yet
};

class Autosave {
 public:
  explicit Autosave(AutosaveOptions options) : options_(std::move(options)) {}

  void opened(Session& session);  // offers what an earlier run left
  void tick(Session& session, double nowSeconds);
  double dueIn(const Session& session, double nowSeconds) const;
  void forget();  // nothing is unsaved any more: removes our files

  void end();  // after the last job of a run that ended well: what it wrote late

  // The project of the file, its paths relative to `base`; drawings come later, by a job.
  geo::Result<Project> recovered(const Session& session) const;
  void loadDrawings(Session& session);
  bool recovering(const Session& session) const;  // some of them are on their way: what is there is not all
  void discard(Session& session);

 private:
  std::string fileFor(const Session& session) const;

  AutosaveOptions options_;
  std::string file_;  // written by us; empty: nothing
  std::string late_;  // being written
  std::optional<Project> written_;
  std::vector<std::string> recovering_;  // layers
  double since_ = -1;                    // of the first change that is not written
};

}  // namespace session
