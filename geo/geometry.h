// Plain shapes in flat arrays. What the numbers mean is said by the layer's Crs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace geo {

struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

struct Box {
  double minX = std::numeric_limits<double>::infinity(), minY = std::numeric_limits<double>::infinity();
  double maxX = -std::numeric_limits<double>::infinity(), maxY = -std::numeric_limits<double>::infinity();

  bool operator==(const Box&) const = default;
  bool empty() const { return !(minX <= maxX && minY <= maxY); }
  double width() const { return empty() ? 0 : maxX - minX; }
  double height() const { return empty() ? 0 : maxY - minY; }
  Point centre() const { return {(minX + maxX) / 2, (minY + maxY) / 2}; }
  void add(Point p) {
    minX = std::min(minX, p.x), minY = std::min(minY, p.y);
    maxX = std::max(maxX, p.x), maxY = std::max(maxY, p.y);
  }
  void add(const Box& b) {
    if (!b.empty()) add(Point{b.minX, b.minY}), add(Point{b.maxX, b.maxY});
  }
  bool contains(Point p) const { return p.x >= minX && p.x <= maxX && p.y >= minY && p.y <= maxY; }
  bool intersects(const Box& b) const {
    return !empty() && !b.empty() && minX <= b.maxX && b.minX <= maxX && minY <= b.maxY && b.minY <= maxY;
  }
  Box grown(double by) const { return {minX - by, minY - by, maxX + by, maxY + by}; }
};

enum class ShapeKind : uint8_t { none, point, line, polygon };

// All shapes of a layer. Row r owns parts rowStart[r] … rowStart[r+1]-1; part p owns vertices
// partStart[p] … partStart[p+1]-1. A part is a point, a line or a ring. Rings do not repeat their first
// vertex; outer rings run counter-clockwise and are followed by their holes (clockwise, hole[p] = 1), so
// signed ring areas sum to the row's area. A row without a shape owns no parts. Vertices are always finite.
struct Shapes {
  ShapeKind kind = ShapeKind::none;
  std::vector<Point> vertices;
  std::vector<uint32_t> partStart{0};
  std::vector<uint32_t> rowStart{0};
  std::vector<uint8_t> hole;  // per part, polygons only

  size_t rows() const { return rowStart.size() - 1; }
  size_t parts() const { return partStart.size() - 1; }
  bool has(size_t row) const { return rowStart[row] != rowStart[row + 1]; }
  std::span<const Point> part(size_t p) const {
    return {vertices.data() + partStart[p], partStart[p + 1] - partStart[p]};
  }

  // Building: vertices of a part, then endPart; parts of a row, then endRow.
  void endPart(bool isHole = false) {
    partStart.push_back(static_cast<uint32_t>(vertices.size()));
    if (kind == ShapeKind::polygon) hole.push_back(isHole);
  }
  void endRow() { rowStart.push_back(static_cast<uint32_t>(parts())); }

  Box box(size_t row) const {
    Box b;
    for (uint32_t v = partStart[rowStart[row]]; v < partStart[rowStart[row + 1]]; ++v) b.add(vertices[v]);
    return b;
  }
  Box box() const {
    Box b;
    for (Point p : vertices) b.add(p);
    return b;
  }
};

}  // namespace geo
