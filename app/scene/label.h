// Which labels fit, and where. Deterministic: the same labels in the same order always get the same places.
#pragma once

#include <string>
#include <vector>

#include "app/scene/drawing.h"

namespace scene {

struct LabelLine {
  GlyphRun run;
  Rgba colour;
};

enum class Side : uint8_t { east, west, north, south, northEast, southEast, southWest, northWest, centre };

struct LabelWish {
  ObjectRef object;
  std::vector<LabelLine> lines;  // stacked; left-aligned east, right-aligned west, else centred
  Vec anchor;
  float clearance = 0;      // distance from the anchor to the label's edge (symbol radius + gap)
  int rank = 0;             // lower is placed first
  bool mandatory = false;   // never vanishes: takes the least bad side
  std::vector<Side> sides;  // in order of preference
  int preferredSide = -1;   // the side it had last time: tried first
  Rgba halo;
  float haloWidth = 3;
};

struct LabelPlace {
  size_t wish = 0;  // index into the wishes
  Side side = Side::east;
  Rect box;
};

struct Obstacles {
  std::vector<Rect> boxes;              // symbols and furniture: never crossed
  std::vector<std::vector<Vec>> lines;  // arcs: crossed only when nothing else fits
};

// Places wishes in order of rank, then index. Labels stay inside the frame. padding between boxes in canvas
// units.
std::vector<LabelPlace> placeLabels(std::span<const LabelWish> wishes, const Obstacles& obstacles, Rect frame,
                                    float padding);
void addLabel(Drawing& drawing, const LabelWish& wish, const LabelPlace& place,
              std::optional<Rect> clip = {});

// For thousands of labels of one line each (bare data): grid-based, first come first served by rank then
// index. Boxes are centred on their anchors. Returns the indices of those that fit.
std::vector<uint32_t> placeCentred(std::span<const Rect> boxes, Rect frame, float padding);

}  // namespace scene
