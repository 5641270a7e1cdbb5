// Coverage of texts and filled paths, made by FreeType on first use and kept in pages of one texture each:
// red is the fill, green the halo around it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/render/gl.h"
#include "app/scene/drawing.h"

namespace render {

struct Sprite {
  int page = -1;     // −1: nothing to draw
  int x = 0, y = 0;  // in the page
  int width = 0, height = 0;
  int left = 0, top = 0;  // of its corner, from the whole-pixel place that it was asked for
};

class GlyphAtlas {
 public:
  explicit GlyphAtlas(gl::Tally& tally);
  ~GlyphAtlas();

  void startFrame();
  void rest();  // gives back pages that only one crowded moment needed
  // A whole run, halo and fill, at that size; split where it is too wide for a page. Positions in pixels.
  struct Placed {
    Sprite sprite;
    int x = 0, y = 0;
  };
  void place(const scene::TypesetterPtr& fonts, const scene::Text& text, float pixelsPerUnit,
             std::vector<Placed>& out);
  // A filled path (even-odd) in pixels; nothing when it is larger than largestPath.
  std::optional<Placed> place(const scene::Path& path, float pixelsPerUnit);
  static constexpr int largestPath = 512;

  // Uploads what is new; call before drawing.
  void upload();
  GLuint texture(int page) const;
  // Goes up when pages were cleared: sprites placed before are gone. Never within a frame that they serve.
  static constexpr int pageSize = 1024;  // small: a page that is half empty costs memory all the same

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace render
