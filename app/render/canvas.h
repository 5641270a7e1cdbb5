// Canvas items gathered into few draw calls. Items of one pipeline share a batch as long as nothing drawn
// between them would come to lie on the wrong side; what overlaps keeps its order.
#pragma once

#include <vector>

#include "app/render/glyph_atlas.h"
#include "app/render/mesh.h"

namespace render {

struct PixelRect {  // half open, y down
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool operator==(const PixelRect&) const = default;
  bool empty() const { return x0 >= x1 || y0 >= y1; }
  PixelRect meet(const PixelRect& o) const {
    return {std::max(x0, o.x0), std::max(y0, o.y0), std::min(x1, o.x1), std::min(y1, o.y1)};
  }
  bool holds(const PixelRect& o) const { return x0 <= o.x0 && y0 <= o.y0 && x1 >= o.x1 && y1 >= o.y1; }
};

enum class Pipe : uint8_t { solid, stroke, glow, sprite };

struct SolidVertex {
  float x, y;
  scene::Rgba colour;
};
struct SpriteVertex {
  float x, y;
  float u, v;  // texels
  scene::Rgba fill, halo;
};

struct Batch {
  Pipe pipe = Pipe::solid;
  int page = -1;  // sprites: of the atlas
  PixelRect clip;
  std::vector<uint32_t> indices;
  std::vector<uint64_t> cells;  // coarse picture of what it touches
};

class Canvas {
 public:
  void start(int width, int height);  // drops everything
  void clear();                       // after its batches were drawn
  void rest() { *this = Canvas(); }   // and their memory
  bool empty() const { return used_ == 0; }

  // Each finds its batch by pipe, clip and the box of what is added.
  void solid(const PixelRect& clip, std::span<const SolidVertex> vertices, std::span<const uint32_t> indices);
  void quad(const PixelRect& clip, scene::Rect rect, scene::Rgba colour);
  void quad(const PixelRect& clip, scene::Rect rect,
            const std::array<scene::Rgba, 4>& corners);  // clockwise from top left
  // An axis-aligned rectangle with exact coverage on its edges; pixels.
  void rect(const PixelRect& clip, scene::Rect rect, scene::Rgba colour);
  void sprite(const PixelRect& clip, const GlyphAtlas::Placed& placed, scene::Rgba fill, scene::Rgba halo);
  void stroke(const PixelRect& clip, std::span<const scene::Vec> points, bool closed, const StrokePen& pen);
  void glow(const PixelRect& clip, scene::Vec centre, float radius, scene::Rgba colour);

  std::span<const Batch> batches() const { return {batches_.data(), used_}; }
  const std::vector<SolidVertex>& solids() const { return solids_; }
  const std::vector<StrokeVertex>& strokes() const { return strokes_.vertices; }
  const std::vector<SpriteVertex>& sprites() const { return sprites_; }

 private:
  Batch* batchFor(Pipe pipe, int page, const PixelRect& clip, float x0, float y0, float x1, float y1);
  int width_ = 0, height_ = 0, columns_ = 0;
  std::vector<Batch> batches_;  // kept for their memory; the first used_ count
  size_t used_ = 0;
  std::vector<SolidVertex> solids_;
  Mesh<StrokeVertex> strokes_;
  std::vector<SpriteVertex> sprites_;
};

}  // namespace render
