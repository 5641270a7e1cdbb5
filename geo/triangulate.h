// Polygon → triangles, by ear cutting with a z-order hash; checked by area, GLU's tesselator where it fails.
#pragma once

#include <cstdint>
#include <vector>

#include "geo/geometry.h"

namespace geo {

// Indices into shapes.vertices, three per triangle, counter-clockwise, in row order; triangleStart (when given)
// receives rows + 1 offsets, in triangles. Vertices that GLU had to invent at crossings are appended to extraVertices
// and indexed from shapes.vertices.size() on.
std::vector<uint32_t> triangulate(const Shapes& polygons, std::vector<uint32_t>* triangleStart,
                                  std::vector<Point>* extraVertices);

// One polygon given as rings (the first one outer, the others holes): indices into the rings laid end to end.
std::vector<uint32_t> triangulateRings(const std::vector<std::vector<Point>>& rings);

}  // namespace geo
