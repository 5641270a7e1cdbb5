// A layer's shapes on the canvas, with no more vertices than a resolution can show. Borders that two areas
// share stay shared: what is dropped on one side is dropped on the other.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "app/scene/drawing.h"

namespace paper {

// Lines, rings or points on the canvas, flat.
struct Parts {
  std::vector<scene::Vec> points;
  std::vector<uint32_t> start{0};
  std::vector<uint8_t> closed;  // per part
  size_t size() const { return start.size() - 1; }
  std::span<const scene::Vec> part(size_t p) const {
    return {points.data() + start[p], start[p + 1] - start[p]};
  }
  void end(bool isClosed) {
    start.push_back(static_cast<uint32_t>(points.size())), closed.push_back(isClosed);
  }
};

struct Bounds {
  float x0 = 3e38f, y0 = 3e38f, x1 = -3e38f, y1 = -3e38f;
  bool empty() const { return x0 > x1; }
  void add(scene::Vec p) {
    x0 = std::min(x0, p.x), y0 = std::min(y0, p.y), x1 = std::max(x1, p.x), y1 = std::max(y1, p.y);
  }
};
Bounds boundsOf(std::span<const scene::Vec> points);

// The points of a line without which it would be more than the tolerance off (Douglas–Peucker), ends
// included; the same ones in both directions.
class LineSimplifier {
 public:
  std::span<const uint8_t> kept(std::span<const geo::Point> line, double tolerance);

 private:
  std::vector<uint8_t> kept_;
  std::vector<std::pair<uint32_t, uint32_t>> stack_;
};

// Polygons with their rows; rows out of sight have no parts.
struct Polygons : Parts {
  std::vector<uint32_t> rowStart{0};  // into parts
  std::vector<Bounds> box;            // per row
  size_t rows() const { return rowStart.size() - 1; }
};

// One resolution. Target units are pixels for pictures and canvas units for vector files.
struct Resolution {
  double unitsPerCanvas = 1;
  double grid = 0.25;  // target units; nothing moves by more than that
  double margin = 64;  // target units beyond the camera's frame that are kept
  // Above 0: what every line may be off for being said shorter, grid included or not. A ring that would
  // vanish keeps three points, for an island that is a dot is still there.
  double tolerance = 0;
};

// Remembers what it made: one layer is drawn several times (fills, casing, border). One thread.
class Reducer {
 public:
  Reducer(const scene::Drawing& drawing, Resolution resolution);

  std::shared_ptr<const Polygons> polygons(const scene::MapShapePtr& shape, int camera);
  std::shared_ptr<const Parts> borders(const scene::Borders& borders);
  std::shared_ptr<const Parts> courses(const scene::MapShapePtr& shape, int camera);

 private:
  struct View;
  View view(int camera) const;
  const geo::Boundaries::Lines& lines(const geo::Boundaries& boundaries, int camera);
  double tolerance() const { return resolution_.tolerance > 0 ? resolution_.tolerance : resolution_.grid; }
  const scene::Drawing& drawing_;
  Resolution resolution_;
  std::map<std::pair<const void*, int>, std::shared_ptr<const Polygons>> polygons_;
  std::map<std::pair<const void*, int>, geo::Boundaries::Lines> lines_;
  std::map<const void*, std::shared_ptr<const geo::Boundaries>> made_;
};

}  // namespace paper
