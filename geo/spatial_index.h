// A packed R-tree over the rows of a layer (sort-tile-recursive). Immutable, safe to read from any thread.
#pragma once

#include <memory>
#include <vector>

#include "geo/geometry.h"
#include "geo/progress.h"

namespace geo {

class SpatialIndex {
 public:
  // Stops early, unusable, when the progress is cancelled.
  explicit SpatialIndex(const Shapes& shapes, Progress* progress = nullptr);
  // Rows whose box meets the query, ascending.
  std::vector<uint32_t> within(const Box& box) const;
  // Polygon rows that contain the point, ascending (exact test).
  std::vector<uint32_t> at(const Shapes& shapes, Point p) const;
  // The k rows nearest to p by exact distance to their shape, nearest first; ties by row.
  std::vector<uint32_t> nearest(const Shapes& shapes, Point p, size_t k) const;

 private:
  struct Node {
    Box box;
    uint32_t first, count;
  };
  std::vector<Node> nodes_;  // leaves last
  std::vector<uint32_t> rows_;
  std::vector<Box> boxes_;
  size_t leafStart_ = 0;
};

}  // namespace geo
