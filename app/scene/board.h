// Putting words and plain shapes on a drawing: what all furniture is made with.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/scene/drawing.h"
#include "app/scene/theme.h"

namespace scene {

enum class Align : uint8_t { left, centre, right };

// Widths known already, in ems: whoever lays words out asks for the same ones again and again.
using Ruler = std::unordered_map<std::string, float>;

struct Board {
  Drawing& drawing;
  const Theme& theme;
  float unit = 1;   // canvas units in one px of the look
  float least = 0;  // no type smaller than this, however narrow its room; canvas units
  Ruler* ruler = nullptr;
  bool measuring = false;  // words are measured, not put down

  // x, y: the baseline's start, middle or end, in canvas units; size in canvas units. Returns the width.
  float text(float x, float y, std::string_view words, float size, Rgba colour, Align align = Align::left,
             Face face = Face::sans, float letterSpacing = 0, float halo = 0) const;
  // The same, narrowed (to 80 % of its size) and then cut with "…" so that it fits.
  float textWithin(float x, float y, std::string_view words, float size, Rgba colour, float width,
                   Align align = Align::left, Face face = Face::sans) const;
  float width(std::string_view words, float size, Face face = Face::sans) const;
  void fill(Rect r, Rgba colour) const;
  void line(Vec a, Vec b, Rgba colour, float width, std::vector<float> dash = {}) const;
  void frame(Rect r, Rgba colour, float width) const;
};

// "1,234.5"; "–" is never printed for a number; missing is the caller's word.
std::string formatNumber(double value, int decimals, bool grouped = true);
// "+1.2", "−0.8" with a true minus, "0.0".
std::string formatSigned(double value, int decimals, bool grouped = true);
// A hyphen before a figure becomes a minus.
std::string withMinus(std::string figure);
// One of some round levels, with the decimals that tell them all apart.
std::string formatTick(double level, const std::vector<double>& levels);
// Without trailing zeros: 0.8, 27.4, 500.
std::string formatShort(double value);

}  // namespace scene
