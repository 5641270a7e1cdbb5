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

}  // namespace scene
