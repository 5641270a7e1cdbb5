// Areas of a partition that stand up at different heights, and the order in which to paint them so that what
// is nearer hides what is behind. Geometry alone: turned world metres (x across the picture, y away from the
// eye), no colours, no canvas.
//
// Along a ray from the eye heights only fall, so painting by rising height is right for a whole picture. Tops
// lie at one height each. Walls reach over several: they are painted again between those tops, from where the
// last one cut them off. Of two walls the nearer is painted later.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "geo/boundaries.h"

namespace scene {

// A piece of border that rises to the right all the way: x never falls. Behind it stands `row`.
struct WallChain {
  uint32_t first = 0, count = 0;         // into Relief::wallPoints
  uint32_t row = 0, front = geo::noRow;  // noRow: the ground
  bool operator==(const WallChain&) const = default;
};

struct Relief {
  geo::Shapes tops;                              // simplified; rows as the layer's
  std::vector<geo::Point> points;                // of the borders, each once
  std::vector<uint32_t> start;                   // border a owns points[start[a]] … start[a + 1]
  std::vector<geo::Arc> borders;                 // left and right of each
  std::vector<std::vector<uint32_t>> bordersOf;  // of a row
  std::vector<geo::Point> wallPoints;
  std::vector<WallChain> walls;  // that can be seen, the farthest first
  std::vector<double> heights;   // per row, as given
  std::span<const geo::Point> border(size_t a) const {
    return {points.data() + start[a], start[a + 1] - start[a]};
  }
  std::span<const geo::Point> wall(const WallChain& w) const {
    return {wallPoints.data() + w.first, w.count};
  }
  double heightOf(uint32_t row) const { return row < heights.size() ? heights[row] : 0; }
  // The row whose area holds the place; noRow: none.
  uint32_t rowAt(geo::Point turned) const;
  std::vector<geo::Box> boxes;  // of the tops
};
using ReliefPtr = std::shared_ptr<const Relief>;

// `turn`: from world metres. Heights: per row, in any unit, none below 0; empty: all flat.
ReliefPtr makeRelief(const geo::Boundaries& boundaries, double tolerance,
                     const std::function<geo::Point(geo::Point)>& turn, std::vector<double> heights);

// Orders lines that do not cross and whose x never falls, so that wherever two share an x the one with the
// larger y comes first. Deterministic.
std::vector<uint32_t> farToNear(std::span<const std::vector<geo::Point>> lines);

// What to paint, bottom first: `tops` gets the rows of one height, ascending; `wall` an index into
// Relief::walls and the height from which it is painted (up to its row's own). Heights that differ by less
// than a part in `most` of the largest count as one. `covers` and `uncovered` say whether anything was
// painted over a wall since it last was: a wall that still shows whole is not painted again.
struct ReliefPainter {
  std::function<void(std::span<const uint32_t> rows)> tops;
  std::function<void(uint32_t wall, double from)> wall;
  std::function<bool(uint32_t wall)> covered;  // since it was last painted
};
void paintInOrder(const Relief& relief, const ReliefPainter& painter, int most = 256);

}  // namespace scene
