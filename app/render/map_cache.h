// Uploaded meshes of layers: by tolerance, in pieces, built when first seen and dropped when long unseen.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "app/render/gl.h"
#include "app/render/mesh.h"

namespace render {

// One buffer pair that grows: the pieces of a layer that have one tolerance and one origin.
struct Arena {
  gl::Buffer vertices, indices;
  gl::VertexArray array;
  uint32_t vertexCount = 0, indexCount = 0;
  geo::Point origin;
  uint64_t lastUsed = 0;
};

struct Piece {
  Arena* arena = nullptr;
  uint32_t firstIndex = 0, indexCount = 0;
  std::vector<std::pair<uint32_t, uint32_t>> rowEnds;  // fills: row, end of its indices within the piece
  bool built = false;
};

// What to draw: ranges of one arena, neighbours merged.
struct Ranges {
  Arena* arena = nullptr;
  std::vector<GLsizei> counts;
  std::vector<const void*> offsets;
  size_t triangles = 0;
  void add(uint32_t first, uint32_t count);
};

// The lines of one chunk at one tolerance, for painting without OpenGL.
struct ChunkLines {
  struct Line {
    uint32_t end;          // into points
    uint32_t left, right;  // rows
  };
  std::vector<geo::Point> points;
  std::vector<Line> lines;
};

enum class MeshKind : uint8_t { fill, inner, outer, courses, innerSeam, outerSeam };

struct MeshKey {
  MeshKind kind = MeshKind::fill;
  LineLook look = LineLook::thin;
  bool roundCap = false;
  auto operator<=>(const MeshKey&) const = default;
};

class MapCache {
 public:
  explicit MapCache(gl::Tally& tally) : tally_(tally) {}

  void startFrame(bool complete);
  // The layer prepared for drawing; null where it has nothing to draw, or not yet.
  const MapGeometry* geometry(const scene::MapShapePtr& shape);
  // Everything of that kind that meets the box, at most half a pixel off; coarser where it is not there yet
  // and the frame must not wait. Sorted by arena.
  std::vector<Ranges> ranges(const scene::MapShapePtr& shape, MeshKey key, const geo::Box& view,
                             double metresPerPixel);
  // The same for some rows of the fills alone.
  std::vector<Ranges> rowRanges(const scene::MapShapePtr& shape, std::span<const uint32_t> rows,
                                const geo::Box& view, double metresPerPixel);
  // The borders themselves; inner or outer ones. Needs boundaries.
  void lines(const scene::MapShapePtr& shape, LineSet set, const geo::Box& view, double metresPerPixel,
             std::vector<const ChunkLines*>& out);
  double tolerance(const MapGeometry& geometry, double metresPerPixel) const;
  // Is a large layer's geometry there; if not, it is asked for.
  bool ready(const scene::MapShapePtr& shape);

  struct Work {
    std::string key;
    std::function<std::function<void()>()> run;
  };
  std::vector<Work> takeWanted() { return std::move(wanted_); }
  void forgetUnused();  // arenas that the last frames did not use, layers that are gone

 private:
  struct Level {
    MeshKey key;
    double tolerance = 0;
    std::vector<Piece> pieces;  // by chunk
    std::map<std::pair<int, int>, std::unique_ptr<Arena>> arenas;
  };
  struct Layer {
    std::weak_ptr<const scene::MapShape> alive;  // the address may be used again
    MapGeometryPtr geometry;
    geo::Box box;
    std::map<std::pair<MeshKey, int>, Level> levels;
    struct SoftLevel {
      std::vector<std::unique_ptr<const ChunkLines>> chunks;
      uint64_t lastUsed = 0;
    };
    std::map<std::pair<LineSet, int>, SoftLevel> softLevels;
    uint64_t lastUsed = 0;
  };
  struct Built;  // one piece on the CPU
  Layer& layer(const scene::MapShapePtr& shape);
  void wantGeometry(const scene::MapShapePtr& shape);
  void adopt(const scene::MapShapePtr& shape, MapGeometryPtr geometry);
  Level& level(Layer& layer, MeshKey key, int step);
  int stepFor(const Layer& layer, double metresPerPixel) const;
  static double toleranceOf(const MapGeometry& geometry, int step);
  static Built build(const MapGeometry& geometry, MeshKey key, const Chunk& chunk, double tolerance,
                     geo::Point origin);
  void append(Layer& layer, Level& level, std::vector<std::pair<size_t, Built>> pieces);
  // Builds or asks for the pieces of a level; coarse ones where there is nothing to stand in meanwhile.
  void need(const scene::MapShapePtr& shape, Layer& layer, MeshKey key, int step,
            const std::vector<size_t>& visible);
  static const Piece* standIn(Layer& layer, MeshKey key, int step, size_t chunk);
  static int coarseStep(const Layer& layer);
  std::pair<int, int> cellOf(const Layer& layer, const Level& level, const Chunk& chunk) const;
  geo::Point originOf(const Layer& layer, const Level& level, std::pair<int, int> cell) const;
  struct Part {
    Arena* arena;
    uint32_t first, count;
  };
  std::vector<Ranges> merged(std::vector<Part> parts, bool anyOrder);
  void evict(size_t budgetBytes, uint64_t keepSince);

  gl::Tally& tally_;
  std::unordered_map<const scene::MapShape*, Layer> layers_;
  std::vector<Work> wanted_;
  std::shared_ptr<MapCache*> self_ =
      std::make_shared<MapCache*>(this);  // finished work finds out whether we live
  uint64_t frame_ = 0;
  bool complete_ = true;
  double spentSeconds_ = 0;  // on meshes in this frame
};

}  // namespace render
