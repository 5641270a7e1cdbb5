// Where point symbols stand on the canvas: those that share a place are spread on an arc beside it and tied
// to it, so that none hides another.
#pragma once

#include <vector>

#include "app/scene/metrics.h"
#include "app/scene/scene.h"

namespace scene {

struct Mark {
  size_t layer = 0, row = 0;  // into Scene::layers
  Symbol symbol = Symbol::town;
  Certainty certainty = Certainty::known;
  Vec place;  // its true place on the canvas
  Vec at;     // where the symbol is drawn
  float size = 0;
  bool spread = false;  // tied to `place` by a line
  bool toWest = false;  // spread westwards: the label stands west of it
  float seen = 1;       // 0: gave way to a name or a station
};

// Of a sheet about one area: what is known to lie in another is not on it.
bool isInFocus(const Scene& scene, const SceneLayer& layer, size_t row);
float markSize(Role role, const Metrics& metrics);

// The same where each truly is, none spread.
std::vector<Mark> marksInPlace(const Scene& scene, const Camera& camera, const Metrics& metrics);
// All visible point rows with a symbol whose true place is within the frame grown by a margin, in painter's
// order. Groups of one place keep their core (or first, largest) member there; the others go to the emptiest
// side.
std::vector<Mark> placeMarks(const Scene& scene, const Camera& camera, const Metrics& metrics);

}  // namespace scene
