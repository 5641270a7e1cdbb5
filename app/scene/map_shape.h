// Layers made ready to draw: label anchors, and rivers cut at the city's border. Pure; for workers.
#pragma once

#include "app/scene/drawing.h"
#include "geo/progress.h"

namespace scene {

// Per row: the centroid where it lies inside the largest polygon, else its pole of inaccessibility; the
// middle of a line; a point itself; NaN without a shape.
// Stops early, unfinished, when the progress is cancelled.
std::vector<geo::Point> labelAnchors(const geo::Shapes& shapes, geo::Progress* progress = nullptr);

// All rows that have a shape, in runs of some thousand vertices.
std::vector<RowRun> rowRuns(const geo::Shapes& polygons);

// How wide an area is, in units of the shapes: the median over some thousand rows of the square root of their
// box; 0 when there are none.
double typicalWidth(const geo::Shapes& polygons);

// The pieces of the lines inside (or outside) the union of the polygons, row for row, same table.
geo::LayerPtr cutLines(const geo::Layer& lines, const geo::Shapes& polygons, bool inside);

}  // namespace scene
