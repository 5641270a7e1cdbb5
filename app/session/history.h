// Undo as a list of projects: layers are shared and immutable, so a copy is cheap and undo cannot drift.
#pragma once

#include <string>
#include <vector>

#include "app/session/session.h"

namespace session {

class ProjectHistory {
 public:
  struct Step {
    Project project;
    std::string name, scene;  // of what was done next; the scene shown before
    bool sceneEdited = false;
  };

  // Before a change. Steps of one drag (same key, not final) are one step.
  void record(Step before, const std::string& dragKey, bool final);
  void endDrag() { drag_.clear(); }
  // The step to go back (or forward) to; `now` takes its place on the other side.
  Step undo(Step now);
  Step redo(Step now);
  bool canUndo() const { return !past_.empty(); }
  bool canRedo() const { return !future_.empty(); }
  std::vector<std::string> names() const;
  void clear() { past_.clear(), future_.clear(), drag_.clear(); }
  template <class F>
  void each(F&& f) {
    for (auto* list : {&past_, &future_})
      for (Step& s : *list) f(s.project);
  }

 private:
  std::vector<Step> past_, future_;
  std::string drag_;
};

}  // namespace session
