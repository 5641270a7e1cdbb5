// Fonts of a PDF: the glyphs that its pages use, as one subset of each font, and the way back from glyphs to
// text. A glyph's code is known before the subset is made, so that pages need not wait for one another.
#pragma once

#include <map>
#include <memory>

#include "app/paper/pdf_file.h"
#include "app/scene/drawing.h"

namespace paper {

// The glyphs of one or more pages, each with the text that its code stands for when it stands alone.
struct PdfGlyph {
  uint16_t font = 0;
  uint32_t glyph = 0;
  auto operator<=>(const PdfGlyph&) const = default;
};
using PdfGlyphs = std::map<PdfGlyph, std::string>;
using PdfTypeSizes = std::map<uint16_t, double>;  // the largest em of each font, in millimetres
// What a drawing uses; a glyph that is known already keeps its text.
PdfGlyphs glyphsOf(const scene::Drawing& drawing, const PdfGlyphs* known);
PdfTypeSizes sizesOf(const scene::Drawing& drawing, double millimetresPerUnit);

class PdfFonts {
 public:
  explicit PdfFonts(scene::TypesetterPtr fonts);
  ~PdfFonts();

  // These from any thread.
  geo::Result<void> open(const PdfGlyphs& glyphs);
  uint16_t code(PdfGlyph glyph) const;   // two bytes in a string of the page; its font is open
  double advance(PdfGlyph glyph) const;  // thousandths of an em

  // Writes all fonts; returns the entries of the pages' font dictionary: "/F0 12 0 R…".
  geo::Result<std::string> write(PdfFile& file, const PdfGlyphs& glyphs, const PdfTypeSizes& largest) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace paper
