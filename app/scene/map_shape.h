// Layers made ready to draw: label anchors, and rivers cut at the city's border. Pure; for workers.
#pragma once

#include "app/scene/drawing.h"

namespace scene {

// Per row: the centroid where it lies inside the largest polygon, else its pole of inaccessibility; the
// middle of a line; a point itself; NaN without a shape.
std::vector<geo::Point> labelAnchors(const geo::Shapes& shapes);

// The pieces of the lines inside (or outside) the union of the polygons, row for row, same table.
geo::LayerPtr cutLines(const geo::Layer& lines, const geo::Shapes& polygons, bool inside);

}  // namespace scene
