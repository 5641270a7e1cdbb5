// Outlines of glyphs from the font files themselves, unhinted, so that a screen and a page agree.
#pragma once

#include <memory>
#include <unordered_map>

#include "app/scene/drawing.h"
#include "geo/result.h"

namespace paper {

// One FreeType library with the fonts of a typesetter. One thread at a time.
class GlyphOutlines {
 public:
  // Opens those of the fonts that the drawing's texts use.
  static geo::Result<std::unique_ptr<GlyphOutlines>> open(const scene::Drawing& drawing);
  ~GlyphOutlines();
  // In em, y down, origin on the baseline.
  const scene::Path& outline(uint16_t font, uint32_t glyph);
  float advance(uint16_t font, uint32_t glyph) const;  // em; 0 for a font that is not open

 private:
  GlyphOutlines();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::vector<bool> fontsUsed(const scene::Drawing& drawing);  // per font of its typesetter

}  // namespace paper
