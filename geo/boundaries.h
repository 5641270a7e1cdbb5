// The borders of a polygon layer as shared arcs: each border between two rows is kept once, so simplifying it
// moves both neighbours together and no gap or overlap opens.
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
  uint32_t firstVertex = 0,
           vertexCount = 0;              // into Boundaries::vertices; closed arcs repeat their first vertex
  uint32_t left = noRow, right = noRow;  // noRow: outside of the layer
  bool outer() const { return left == noRow || right == noRow; }
};

class Boundaries {
 public:
  // Vertices that coincide exactly are shared. O(n) expected. Works on any polygon layer, valid or not.
  static std::shared_ptr<const Boundaries> make(const Shapes& polygons, Progress* progress = nullptr);

  std::span<const Arc> arcs() const { return arcs_; }
  std::span<const Point> vertices() const { return vertices_; }
  // Per vertex, the largest tolerance below which it is kept; infinite at the ends of arcs.
  std::span<const float> importance() const { return importance_; }

  // Arc vertices kept at that tolerance (Douglas–Peucker distance, in the layer's units), as one flat list of
  // lines; arc a owns lines[a] … lines[a+1]. The end vertices always stay. tolerance 0 keeps all.
  struct Lines {
    std::vector<Point> points;
    std::vector<uint32_t> start;  // arcs + 1
    std::span<const Point> line(size_t arc) const {
      return {points.data() + start[arc], start[arc + 1] - start[arc]};
    }
  };
  Lines simplified(double tolerance) const;

  // The polygons rebuilt from those lines, same rows as the source; rings that collapse are dropped (a row
  // never loses its largest ring: it keeps at least a triangle). parts of row r as in Shapes.
  Shapes polygons(const Lines& lines) const;

  // How the rows are put together, for painters that rebuild a few rows at a time.
  size_t rows() const { return rowRings_.size() - 1; }
  uint32_t firstRing(size_t row) const { return rowRings_[row]; }  // its rings end at firstRing(row + 1)
  bool isHole(uint32_t ring) const { return ringIsHole_[ring] != 0; }
  // Arc index * 2, + 1 where the arc runs backwards along the ring. Empty for a ring of fewer than three
  // places.
  std::span<const uint32_t> arcsOfRing(uint32_t ring) const {
    return {ringArcs_.data() + ringStart_[ring], ringStart_[ring + 1] - ringStart_[ring]};
  }
  std::span<const Point> arcVertices(const Arc& arc) const {
    return {vertices_.data() + arc.firstVertex, arc.vertexCount};
  }
  // The ring at that tolerance, appended to out without repeating its first vertex.
  void appendRing(uint32_t ring, double tolerance, std::vector<Point>& out) const;
  // Three vertices that stand for the ring where its simplified form has collapsed.
  std::array<Point, 3> triangleOf(uint32_t ring) const;
  // The ring of the row that encloses most; noRow for a row without a shape.
  uint32_t largestRing(size_t row) const { return largestRing_[row]; }

 private:
  std::vector<Point> vertices_;
  std::vector<float> importance_;
  std::vector<Arc> arcs_;
  std::vector<uint32_t> ringArcs_, ringStart_{0}, rowRings_{0}, largestRing_;
  std::vector<uint8_t> ringIsHole_;
};

// Douglas–Peucker importance of every vertex of one line: keeping those whose importance exceeds a tolerance
// leaves no vertex of the line farther than that tolerance from what is kept. Never grows from a vertex to
// those that depend on it. The end vertices are infinitely important.
void lineImportance(std::span<const Point> line, std::span<float> importance);

}  // namespace geo
