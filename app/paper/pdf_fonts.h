// Fonts of a PDF: the glyphs that a drawing uses, as subsets, and the way back from glyphs to text.
#pragma once

#include <map>
#include <memory>

#include "app/paper/pdf_file.h"
#include "app/scene/drawing.h"

namespace paper {

class PdfFonts {
 public:
  // Looks at every text of the drawing and makes the subsets.
  static geo::Result<std::unique_ptr<PdfFonts>> make(const scene::Drawing& drawing);
  ~PdfFonts();

  bool has(uint16_t font) const;
  uint16_t code(uint16_t font, uint32_t glyph) const;   // two bytes in a string of the page
  double advance(uint16_t font, uint32_t glyph) const;  // thousandths of an em
  // Whether that code alone says that text; where not, the page must say it itself.
  bool says(uint16_t font, uint32_t glyph, std::string_view text) const;
  // Writes all fonts; returns the entries of the page's font dictionary: "/F0 12 0 R…".
  std::string write(PdfFile& file) const;

 private:
  PdfFonts();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace paper
