// Shapes → vertices. Plain CPU code without GL: pure functions, safe on a worker.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "app/scene/drawing.h"

namespace render {

// Filled polygons: positions relative to an origin, and the row that says the colour.
struct FillVertex {
  float x, y;
  uint32_t row;
};

// Lines of a width that only the shader knows: `ox, oy` times the half width in pixels is added to the
// position on the screen; `ex, ey` times the half width is the offset from the line's middle, whose length
// says the coverage.
struct LineVertex {
  float x, y;
  int16_t ox, oy;  // 1 = lineUnit
  int16_t ex, ey;
  static constexpr int lineUnit = 4096;
};

// Edges between areas: the same band, half a pixel wide on either side, that knows both rows.
struct SeamVertex {
  LineVertex at;
  uint32_t left, right;
};

template <class Vertex>
struct Mesh {
  std::vector<Vertex> vertices;
  std::vector<uint32_t> indices;
};

// A piece of a layer that is built, culled and drawn as one.
struct Chunk {
  geo::Box box;
  uint32_t first = 0, count = 0;  // into Chunks::members
};

// A layer cut into such pieces: near neighbours together, some thousand vertices each.
struct Chunks {
  std::vector<uint32_t> members;  // rows, or arcs
  std::vector<Chunk> chunks;

  struct Member {
    geo::Box box;
    uint32_t vertices = 0;
  };
  // inOrder: by number instead of by place.
  static Chunks make(std::span<const Member> members, uint32_t verticesPerChunk, bool inOrder = false);
};

// What is drawn of one layer, prepared for meshes at any tolerance.
struct MapGeometry {
  geo::LayerPtr layer;  // not the shape: whether that is alive says how long meshes are kept
  std::shared_ptr<const geo::Boundaries>
      boundaries;                     // the shape's own or made later; null: rings are thinned one by one
  Chunks rows;                        // polygons and their members by row
  Chunks innerArcs, outerArcs;        // with boundaries: arcs; without: rings, all in outerArcs
  Chunks lines;                       // line layers: parts
  std::vector<float> lineImportance;  // line layers: per vertex of shapes
  bool overlapping = false;           // rows cover one another: their order counts
  double fullDetail = 0;              // tolerances below it leave out nothing to speak of

  static std::shared_ptr<const MapGeometry> make(geo::LayerPtr layer,
                                                 std::shared_ptr<const geo::Boundaries> boundaries);
};
using MapGeometryPtr = std::shared_ptr<const MapGeometry>;

enum class LineLook : uint8_t {
  thin,  // up to two pixels or so: mitred strips, few vertices
  wide   // round joins and caps
};

struct FillMesh : Mesh<FillVertex> {
  std::vector<std::pair<uint32_t, uint32_t>> rowEnds;  // row, end of its indices
};
FillMesh fillMesh(const MapGeometry& geometry, const Chunk& chunk, double tolerance, geo::Point origin);

enum class LineSet : uint8_t { inner, outer, courses };
const Chunks& chunksOf(const MapGeometry& geometry, LineSet set);
Mesh<LineVertex> lineMesh(const MapGeometry& geometry, LineSet set, const Chunk& chunk, double tolerance,
                          geo::Point origin, LineLook look, bool roundCap);
Mesh<SeamVertex> seamMesh(const MapGeometry& geometry, LineSet set, const Chunk& chunk, double tolerance,
                          geo::Point origin);
// The lines themselves, as they are at that tolerance: for dashes, which are cut in pixels.
std::vector<std::vector<geo::Point>> linesOf(const MapGeometry& geometry, LineSet set, const Chunk& chunk,
                                             double tolerance);
// The rings of one row, closed.
std::vector<std::vector<geo::Point>> outlineOf(const MapGeometry& geometry, uint32_t row, double tolerance);

// Strokes on the canvas
// ------------------------------------------------------------------------------------------------

struct StrokeVertex {
  float x, y;       // pixels
  float ex, ey;     // pixels from the line's middle
  float halfWidth;  // pixels
  scene::Rgba colour;
};

struct StrokePen {
  scene::Rgba colour;
  float width = 1;              // pixels
  float endWidth = -1;          // ≥ 0: runs to this
  std::span<const float> dash;  // pixels
  bool roundCap = false;
};
// Points in pixels; appended to the mesh.
void appendStroke(Mesh<StrokeVertex>& mesh, std::span<const scene::Vec> points, bool closed,
                  const StrokePen& pen);

// Lines of a width in pixels, cut into dashes: the parts of `on` length along it. Joins of a closed line that
// starts and ends inside a dash are kept.
std::vector<std::vector<scene::Vec>> dashed(std::span<const scene::Vec> points, bool closed,
                                            std::span<const float> dash);

}  // namespace render
