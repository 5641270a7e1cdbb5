// Areas and their borders painted by the processor. Where OpenGL itself is software, a scan of the shared
// borders is several times faster than triangles: every border is walked once for both its sides.
#pragma once

#include <vector>

#include "app/render/canvas.h"
#include "app/render/map_cache.h"

namespace render {

// What a camera makes of the world, in pixels of the picture.
struct View {
  PixelRect clip;
  geo::Box world;  // that the clip shows, a little more on each side
  double metresPerPixel = 1, pixelsPerMetre = 1;
  double x0 = 0, y0 = 0;  // pixel of the world's origin, y down
  scene::Vec pixel(geo::Point p) const {
    return {static_cast<float>(x0 + p.x * pixelsPerMetre), static_cast<float>(y0 - p.y * pixelsPerMetre)};
  }
};

class SoftMap {
 public:
  // Pixels inside the clip, premultiplied, rows from the bottom as OpenGL has them. What lies below must be
  // written into pixels() by the caller, or is the ground that the first areas or startOnGround() put down.
  void begin(const PixelRect& clip, scene::Rgba ground);
  void startOnGround();
  uint8_t* pixels() { return pixels_.data(); }

  struct Stripes {
    float period, half, phase;  // along x + y, half the line's width, where the first line is; pixels
    scene::Rgba line, ground;
  };
  // Rows without a colour are left out; `hatched` are striped. The edges are not smooth: borders hide them.
  // onGround: nothing is below yet.
  void areas(const MapGeometry& geometry, std::span<const ChunkLines* const> lines, const View& view,
             const scene::ColoursPtr& fills, std::span<const uint32_t> hatched, const Stripes& stripes,
             bool onGround);
  // The same straight from the rings of a layer whose borders are not shared yet, or never: row by row in
  // painter's order, each pixel by its middle; on several threads.
  void rings(const scene::MapShape& shape, const View& view, const scene::ColoursPtr& fills,
             std::span<const uint32_t> hatched, const Stripes& stripes, bool onGround);
  // Their outlines, thinned to what pixels tell apart: for lines() below. Neighbours come twice, which does
  // not show.
  static ChunkLines outlines(const scene::MapShape& shape, const View& view);
  // A picture over those pixels, mixed between the middles of its texels. onGround: nothing is below yet.
  struct Texels {
    const uint32_t* data;  // premultiplied bytes, rows from the north
    int columns, rows;
  };
  void picture(const Texels& texels, double x0, double y0, double x1, double y1, bool onGround);
  // The same of a picture with a texel for each pixel, the first of them at left, top (of the canvas):
  // straight colours, none mixed.
  void pictureOfPixels(const scene::Rgba* colours, int columns, int rows, int left, int top, bool onGround);
  // One stroke of all the lines together: nothing is darker where they meet.
  void lines(std::span<const ChunkLines* const> lines, const View& view, float width, scene::Rgba colour);
  void rest() { found_ = {}, crossings_ = {}; }  // one picture of many borders made them large

 private:
  // Where a border crosses the middle of a row of pixels. Sides are row + 2; 1: outside of all rows; 0: not
  // known.
  struct Crossing {
    float x;
    uint32_t west, east;
    uint32_t next;  // in the same pixel
  };
  uint32_t sideAt(const MapGeometry& geometry, const View& view, int y) const;
  void cross(std::span<const ChunkLines* const> lines, const View& view);
  void sweep(int y, std::span<Crossing> crossings);
  void run(int y, int from, int to, uint32_t side);
  void prepare(size_t rows, const scene::ColoursPtr& fills, std::span<const uint32_t> hatched,
               const Stripes& stripes);
  struct Band;
  void rings(const geo::Shapes& shapes, std::span<const scene::RowRun> runs, const View& view, Band& band);

  PixelRect clip_;
  int width_ = 0, height_ = 0;
  std::vector<uint8_t> pixels_;
  uint32_t ground_ = 0;
  bool onGround_ = false;
  std::vector<std::pair<uint32_t, Crossing>> found_;  // with their row of pixels
  std::vector<Crossing> crossings_;                   // by row of pixels
  std::vector<uint32_t> rowStart_;
  std::vector<uint32_t> head_;      // per pixel of one row: its crossings
  std::vector<uint64_t> occupied_;  // bits: pixels with any
  std::vector<uint8_t> touched_;    // per row: a border passes beside its middle
  std::vector<uint8_t> mask_;
  std::vector<int> maskFrom_, maskTo_;
  std::span<const scene::Rgba> fills_;    // per row, while areas are painted
  std::vector<uint8_t> striped_;          // per side; empty: none
  uint32_t paintOf(uint32_t side) const;  // premultiplied bytes; alpha 0: nothing
  bool stripedAt(uint32_t side) const { return side < striped_.size() && striped_[side]; }
  // A picture's columns by pixel: the western texel and the share of the next of 256; a row of texels mixed.
  std::vector<std::pair<int32_t, uint32_t>> across_;
  std::vector<uint32_t> mixed_;
  Stripes stripes_{};
};

}  // namespace render
