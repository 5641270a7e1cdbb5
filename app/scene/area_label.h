// Where a name stands inside an area, and along a river. Deterministic; candidates lie on a lattice fixed to
// the map, so a name does not swim while the map is panned.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "app/scene/camera.h"
#include "geo/geometry.h"

namespace scene {

struct Surroundings {
  std::vector<Rect> boxes;              // taken: other labels, symbols, furniture
  std::vector<std::vector<Vec>> lines;  // arcs
};

// Centre of a w × h label inside the row's polygon and the frame, near the anchor, clear of the surroundings
// as far as can be. nothing when the area is out of sight. `toward` (optional): a canvas point from which the
// label keeps `distance`.
std::optional<Vec> spotInside(const geo::Shapes& polygons, size_t row, geo::Point anchor,
                              const Camera& camera, float w, float h, const Surroundings& around,
                              std::span<const Vec> toward = {}, float distance = 0,
                              double* costOut = nullptr);

struct AlongSpot {
  Vec centre;   // of the text's baseline middle
  float angle;  // radians, clockwise, within ±90°
};
// A place along the line for a text of that width, offset beside it; nothing when it fits nowhere.
std::optional<AlongSpot> spotAlong(const std::vector<std::vector<Vec>>& lines, float width, float height,
                                   float offset, Rect frame, const Surroundings& around);

}  // namespace scene
