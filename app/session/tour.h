// A show as data: which scenes there are, which one stands on the wall since when. Time comes in as a number,
// so the same instant is always the same picture.
#pragma once

#include "app/session/session.h"

namespace session {

// The project's scenes; without any, one of the overview, as the project itself is shown.
std::vector<SceneSpec> stopsOf(const Project& project);
// Index of the scene on the wall; 0 when it is gone.
size_t stopIndex(const std::vector<SceneSpec>& stops, const ShowState& show);

void startShow(Session& session, const std::string& scene);  // empty: the one in view, else the first
void endShow(Session& session);                              // the window shows the scene that was on last
void jumpShow(Session& session, size_t stop);
void stepShow(Session& session, int step);  // stops at the ends, but for a loop
void touchShow(Session& session);           // somebody is there: the idle loop ends
void tickShow(Session& session, double now);

// How a scene of the show is looked at: as its spec says, in the window's language. `spec` must outlive it.
struct Look;
Look lookAt(const Session& session, const SceneSpec& spec);

// One scene after the other as a recording has them: each scene's passage and stay.
struct Timeline {
  struct Stay {
    size_t stop = 0;
    double begins = 0, seconds = 0;  // passage included
  };
  std::vector<Stay> stays;
  double seconds = 0;
  // The stay at an instant, the last one from its end on.
  const Stay& at(double t) const;
};
Timeline timelineOf(const std::vector<SceneSpec>& stops);

}  // namespace session
