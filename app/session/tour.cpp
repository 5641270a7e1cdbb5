#include "app/session/tour.h"

#include <algorithm>

#include "app/session/derived.h"

namespace session {

std::vector<SceneSpec> stopsOf(const Project& project) {
  if (!project.scenes.empty()) return project.scenes;
  SceneSpec overview;
  overview.id = "overview";
  overview.name = {"概览", "Overview"};
  overview.indicator = project.indicator, overview.year = project.year;
  if (project.map != MapSpec{}) overview.map = project.map;
  if (project.heat != HeatSpec{}) overview.heat = project.heat;
  return {overview};
}

size_t stopIndex(const std::vector<SceneSpec>& stops, const ShowState& show) {
  const auto at = std::find_if(stops.begin(), stops.end(), [&](const auto& s) { return s.id == show.scene; });
  return at == stops.end() ? 0 : static_cast<size_t>(at - stops.begin());
}

void startShow(Session& session, const std::string& scene) {
  View& view = SessionParts::view(session);
  const double now = SessionParts::derived(session).clock;
  const auto stops = stopsOf(session.project());
  ShowState show;
  show.on = true, show.started = show.since = show.touched = now;
  show.scene = scene.empty() ? view.scene : scene;
  show.scene = stops[stopIndex(stops, show)].id;
  view.show = show;
}

void endShow(Session& session) {
  View& view = SessionParts::view(session);
  view.show.on = false;
}

void jumpShow(Session& session, size_t stop) {
  const auto stops = stopsOf(session.project());
  ShowState& show = SessionParts::view(session).show;
  stop = std::min(stop, stops.size() - 1);
  show.previous = stops[stopIndex(stops, show)].id;
  show.scene = stops[stop].id;
  show.since = SessionParts::derived(session).clock;
}

void stepShow(Session& session, int step) {
  const auto stops = stopsOf(session.project());
  const ShowState& show = session.view().show;
  const long count = static_cast<long>(stops.size());
  long next = static_cast<long>(stopIndex(stops, show)) + step;
  if (session.project().show.loop || show.idle) next = ((next % count) + count) % count;
  else next = std::clamp(next, 0L, count - 1);
  if (next != static_cast<long>(stopIndex(stops, show))) jumpShow(session, static_cast<size_t>(next));
}

void touchShow(Session& session) {
  ShowState& show = SessionParts::view(session).show;
  show.touched = SessionParts::derived(session).clock;
  show.idle = false;
}

void tickShow(Session& session, double now) {
  ShowState& show = SessionParts::view(session).show;
  const ShowSpec& spec = session.project().show;
  if (spec.idleSeconds > 0 && !show.black && now - show.touched >= spec.idleSeconds) show.idle = true;
  if (show.black || !(show.idle || (spec.automatic && !show.held))) return;
  const auto stops = stopsOf(session.project());
  const SceneSpec& stop = stops[stopIndex(stops, show)];
  if (now - show.since >= stop.transitionSeconds + std::max(1.0, stop.durationSeconds)) stepShow(session, 1);
}

Look lookAt(const Session& session, const SceneSpec& spec) {
  Look look;
  look.language = session.view().language;
  look.scene = &spec, look.composition = spec.composition;
  return look;
}

const Timeline::Stay& Timeline::at(double t) const {
  const auto after = std::upper_bound(stays.begin(), stays.end(), t,
                                      [](double time, const Stay& s) { return time < s.begins; });
  return after == stays.begin() ? stays.front() : *std::prev(after);
}

Timeline timelineOf(const std::vector<SceneSpec>& stops) {
  Timeline line;
  for (size_t i = 0; i < stops.size(); ++i) {
    const double stay = stops[i].transitionSeconds + std::max(1.0, stops[i].durationSeconds);
    line.stays.push_back({i, line.seconds, stay});
    line.seconds += stay;
  }
  return line;
}

}  // namespace session
