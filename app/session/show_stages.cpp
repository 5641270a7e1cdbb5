#include "app/session/show_stages.h"

#include "app/session/i18n.h"
#include "app/session/snapshot.h"

namespace session {

geo::Result<scene::Scene> stopScene(const Session& session, const SceneSpec& spec, const Parts& parts,
                                    bool flat) {
  Look look = lookAt(session, spec);
  if (look.composition == scene::Composition::ledger && session.targets().empty())
    look.composition = scene::Composition::map;
  auto made = sceneFor(session, {}, look, parts);
  if (!made) return made;
  made->caption = session.project().show.captions;
  if (flat) made->tilt.reset();
  if (made->count == 0) made->name = spec.name.in(look.language), made->number = made->count = 1;
  return made;
}

ShowInputs showInputs(const Session& session) {
  const DerivedState& d = SessionParts::derived(session);
  ShowInputs in{session.project(), d.figures, {}, session.view().language};
  for (const auto& [id, entry] : d.layers) in.shapes.push_back(entry.state.shape);
  return in;
}

scene::PassageOptions passageOptions(const Project& project, const SceneSpec& to) {
  scene::PassageOptions options;
  options.transitionSeconds = to.transitionSeconds, options.reduced = project.show.reducedMotion;
  return options;
}

scene::Extras extrasOf(const Project& project, const scene::Passage& passage) {
  const ShowSpec& show = project.show;
  scene::Extras extras;
  const bool arcs = passage.to->map && !passage.to->plan.arcs.empty();
  if (!arcs || show.reducedMotion || show.beads == ShowSpec::Beads::never) return extras;
  extras.beadsFrom = passage.seconds() + 0.2;
  extras.beadsForever = show.beads == ShowSpec::Beads::always;
  return extras;
}

double movesUntil(const scene::Passage& passage, const scene::Extras& extras) {
  if (extras.beadsFrom < 0) return passage.seconds();
  if (extras.beadsForever) return std::numeric_limits<double>::infinity();
  return extras.beadsFrom + scene::beadSeconds;
}

geo::Result<ReadyShow> readyShow(const Session& session, const scene::Theme& theme,
                                 const scene::TypesetterPtr& fonts, int width, int height) {
  ReadyShow show;
  show.stops = stopsOf(session.project());
  for (const SceneSpec& spec : show.stops) {
    auto made = stopScene(session, spec, partsFor(session, lookAt(session, spec)));
    if (!made)
      return geo::fail(
          fmt::format("Scene \"{}\": {}", spec.name.in(session.view().language), made.error().what),
          made.error().remedy);
    show.stages.push_back(scene::makeStage(std::move(*made), theme, fonts, static_cast<float>(width),
                                           static_cast<float>(height)));
  }
  return show;
}

}  // namespace session
