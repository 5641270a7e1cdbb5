// The borders of a polygon layer as shared arcs: each border between two rows is kept once, so simplifying it moves
// both neighbours together and no gap or overlap opens.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/geometry.h"
#include "geo/progress.h"

namespace geo {

inline constexpr uint32_t noRow = 0xffffffffu;

// One border line from node to node (or a closed ring of its own), with the row on either side of it.
struct Arc {
  uint32_t firstVertex = 0, vertexCount = 0;  // into Boundaries::vertices; closed arcs repeat their first vertex
  uint32_t left = noRow, right = noRow;       // noRow: outside of the layer
  bool outer() const { return left == noRow || right == noRow; }
};

class Boundaries {
 public:
  // Vertices that coincide exactly are shared. O(n) expected. Works on any polygon layer, valid or not.
  static std::shared_ptr<const Boundaries> make(const Shapes& polygons, Progress* progress = nullptr);

  std::span<const Arc> arcs() const { return arcs_; }
  std::span<const Point> vertices() const { return vertices_; }

  // Arc vertices kept at that tolerance (Douglas–Peucker distance, in the layer's units), as one flat list of lines;
  // arc a owns lines[a] … lines[a+1]. The end vertices always stay. tolerance 0 keeps all.
  struct Lines {
    std::vector<Point> points;
    std::vector<uint32_t> start;  // arcs + 1
    std::span<const Point> line(size_t arc) const {
      return {points.data() + start[arc], start[arc + 1] - start[arc]};
    }
  };
  Lines simplified(double tolerance) const;

  // The polygons rebuilt from those lines, same rows as the source; rings that collapse are dropped (a row never
  // loses its largest ring: it keeps at least a triangle). parts of row r as in Shapes.
  Shapes polygons(const Lines& lines) const;

 private:
  std::vector<Point> vertices_;
  std::vector<float> importance_;  // per vertex: largest tolerance at which it is still kept
  std::vector<Arc> arcs_;
  // Rings as arc references: index * 2 + (reversed ? 1 : 0)
  std::vector<uint32_t> ringArcs_, ringStart_, rowRings_;
  std::vector<uint8_t> ringIsHole_;
};

}  // namespace geo
