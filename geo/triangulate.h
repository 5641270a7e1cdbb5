// Polygon → triangles, by ear cutting with a z-order hash; checked by area, GLU's tesselator where it fails.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/geometry.h"

namespace geo {

// Indices into shapes.vertices, three per triangle, counter-clockwise, in row order; triangleStart (when
// given) receives rows + 1 offsets, in triangles. Vertices that GLU had to invent at crossings are appended
// to extraVertices and indexed from shapes.vertices.size() on (without extraVertices such a polygon keeps
// what ear cutting made of it).
std::vector<uint32_t> triangulate(const Shapes& polygons, std::vector<uint32_t>* triangleStart,
                                  std::vector<Point>* extraVertices);

// One polygon given as rings (the first one outer, the others holes): indices into the rings laid end to end.
std::vector<uint32_t> triangulateRings(const std::vector<std::vector<Point>>& rings);

// For many polygons in a row: keeps its working memory between calls.
class Triangulator {
 public:
  Triangulator();
  ~Triangulator();

  // Rings laid end to end, the first one outer; ringEnds are offsets into vertices. Appends indices into
  // vertices, counter-clockwise. Returns how far the triangles' area is from the polygon's (even-odd for a
  // sound polygon).
  double cut(std::span<const Point> vertices, std::span<const uint32_t> ringEnds, std::vector<uint32_t>& out);

  // The same by GLU with odd winding, which also takes polygons that cross themselves; new vertices are
  // appended to `extra` and indexed from vertices.size() on.
  static void tessellate(std::span<const Point> vertices, std::span<const uint32_t> ringEnds,
                         std::vector<uint32_t>& out, std::vector<Point>& extra);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace geo
