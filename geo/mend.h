// Shapes that are wrong, made right in a new layer: the old one stays as it is. What was done is told row by
// row.
#pragma once

#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/report.h"
#include "geo/result.h"

namespace geo {

// Spikes, zero-area parts (row by row); for a layer that divides an area among its rows also overlaps and
// gaps between them.
std::vector<Problem> areaProblems(const Layer& layer, Progress* progress = nullptr);

// Points that lie outside of the polygons that nearly all others lie in. Both in the same system.
std::vector<Problem> outsideProblems(const Layer& points, const Layer& polygons);

// Two rows of one layer: the same vertices in the same order · the same cells.
bool sameShape(const Shapes& shapes, size_t a, size_t b);
bool sameValues(const Table& table, size_t a, size_t b);

struct Mended {
  LayerPtr layer;
  std::vector<size_t> rowOf;  // per row of the new layer: the row of the old one
  Report report;              // kinds "mended-…"; rows are those of the old layer
};

// Removes repeated vertices, spikes, parts without area and rows that equal earlier ones; makes self-crossing
// shapes valid (nothing that was inside is lost); gives overlaps to the row that they belong to more, and
// gaps to the neighbour with the longest border. Borders stay shared where they were.
Result<Mended> mend(const Layer& layer, Progress* progress = nullptr);

}  // namespace geo
