// What PDF and SVG have in common: shapes that neither can say, as paths.
#pragma once

#include "app/paper/reduced.h"

namespace paper {

// What a line of a map may be off: half a pixel at 300 dpi.
inline constexpr double vectorToleranceMillimetres = 0.04;
// Areas grow by a line of their own colour: viewers smooth each fill by itself, and let the ground through
// where two meet.
inline constexpr double seamMillimetres = 0.1;

// A stroke whose width runs from one value to another: its outline.
scene::Path taperedOutline(const std::vector<std::vector<scene::Vec>>& lines, float width, float endWidth);

// Stripes at 45° over a box, in phase with the whole canvas: centre lines from edge to edge.
std::vector<std::pair<scene::Vec, scene::Vec>> stripes(const scene::Hatch& hatch, const Bounds& box,
                                                       double phase);

// Rows of one colour, in order of first appearance; at most `most` rows each.
struct ColourBatch {
  scene::Rgba colour;
  std::vector<uint32_t> rows;
};
std::vector<ColourBatch> batches(const std::vector<scene::Rgba>& colours, const std::vector<uint32_t>& rows,
                                 size_t most);

// The rows of an Areas item that can be seen. alpha: of all filled rows alike, else −1.
struct AreaRows {
  std::vector<uint32_t> filled, hatched;
  int alpha = -1;
};
AreaRows areaRows(const scene::Areas& areas, const Polygons& polygons);
Bounds boundsOfRows(const Polygons& polygons, std::span<const uint32_t> rows, const scene::Rect& within);

// Stops of a glow or a fade as vector formats want them: straight colours, fine enough that none shows.
struct Stop {
  double offset;
  scene::Rgba colour;
};
std::vector<Stop> stops(const scene::Glow& glow);
std::vector<Stop> stops(const scene::Fade& fade);

// The points of a Dots item on the canvas that can be seen, with their rows.
struct DotPlaces {
  std::vector<scene::Vec> at;
  std::vector<uint32_t> row;
};
DotPlaces dotPlaces(const scene::Drawing& drawing, const scene::Dots& dots);

// A picture as a page shows it: no more of it than the clip lets through, and a smooth one at the page's
// resolution, for viewers smooth each in their own way, and badly at transparent edges.
struct Sampling {
  int columns = 0, rows = 0;  // 0: nothing of it is seen
  scene::Rect rect;           // where they lie
  void row(int y, scene::Rgba* out) const;

  const std::vector<scene::Rgba>* pixels = nullptr;
  int sourceColumns = 0, sourceRows = 0, allColumns = 0, allRows = 0, x0 = 0, y0 = 0;
  bool smooth = false;
};
Sampling sampling(const std::vector<scene::Rgba>& pixels, int columns, int rows, const scene::Rect& rect,
                  const scene::Rect& clip, bool smooth, double pixelsPerUnit);

scene::Rect worldRect(const scene::Camera& camera, const geo::Box& world);

// Glyphs of a run in stretches of one font, each with the part of the text that it stands for.
struct GlyphStretch {
  size_t firstGlyph = 0, lastGlyph = 0;  // half open
  size_t firstByte = 0, lastByte = 0;
  uint16_t font = 0;
};
std::vector<GlyphStretch> stretches(const scene::GlyphRun& run);
// The part of the text that one glyph stands for; empty inside a cluster of several glyphs.
std::string textOfGlyph(const scene::GlyphRun& run, size_t glyph);

}  // namespace paper
