// A font program of outlines alone: CFF as a PDF embeds it, keyed by the codes of a page's text. Knows
// nothing of the font that the outlines come from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paper {

// A step of a pen from where it stands, in units of the em.
struct CffStep {
  enum Kind : uint8_t { move, line, curve } kind = move;
  std::array<int, 6> by{};  // dx dy; of a curve: to its first handle, on to its second, on to its end
};

struct CffGlyph {
  uint16_t code = 0;  // not 0, which is what is missing
  int width = 0;
  std::vector<CffStep> steps;  // contours close by themselves
};

// Glyphs in order of their codes. box: left, bottom, right, top.
std::string cffProgram(std::string_view name, const std::vector<CffGlyph>& glyphs, int unitsPerEm,
                       const std::array<int, 4>& box);

}  // namespace paper
