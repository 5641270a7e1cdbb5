// Lead arcs: from the core that leads to what it leads, one tapered curve each, bowed to the emptier side.
#pragma once

#include <span>
#include <vector>

#include "app/scene/camera.h"

namespace scene {

struct Arc {
  Vec start, a, b, end;  // a cubic, already cut back to the edges of the two symbols
};

// Canvas points to stay away from are symbols and label anchors.
Arc leadArc(Vec from, Vec to, float fromRadius, float toRadius, std::span<const Vec> avoid, float scale);
Vec pointOn(const Arc& arc, float t);
// Its beginning, up to t.
Arc upTo(const Arc& arc, float t);
// An arc seen from its two ends, whatever the camera: 0 is `from`, 1 is `to`, y to the left of the way.
Arc relativeTo(const Arc& arc, Vec from, Vec to);
Arc placedBetween(const Arc& relative, Vec from, Vec to);

}  // namespace scene
