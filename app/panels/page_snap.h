// Where a frame that is moved or resized on a page comes to lie: at margins, at edges and centres of other
// frames, at equal gaps. Pure arithmetic in millimetres.
#pragma once

#include <span>
#include <vector>

#include "app/scene/camera.h"

namespace panels {

struct Grip {  // which edges follow the pointer; none: the whole frame
  bool left = false, right = false, top = false, bottom = false;
  bool any() const { return left || right || top || bottom; }
  bool operator==(const Grip&) const = default;
};

struct SnapLine {
  bool upright = true;  // x = at, else y = at
  float at = 0, from = 0, to = 0;
};
struct SnapGap {
  bool across = true;              // measured along x, else along y
  float from = 0, to = 0, at = 0;  // at: on the other axis
};
struct Snapped {
  scene::Rect rect;
  std::vector<SnapLine> lines;
  std::vector<SnapGap> gaps;
};

struct SnapField {
  scene::Rect paper, margins;
  std::span<const scene::Rect> others;
  float reach = 1;
  scene::Vec least;  // no edge snaps to where the frame would be smaller
};

// `rect` as the pointer wants it.
Snapped snapped(const scene::Rect& rect, Grip grip, const SnapField& field);

// The frame that follows the pointer: `start` with the grip's edges, or all of it, moved by `by`, never
// smaller than `least`.
scene::Rect dragged(const scene::Rect& start, Grip grip, scene::Vec by, scene::Vec least);

}  // namespace panels
