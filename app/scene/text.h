// Strings → placed glyphs (HarfBuzz). Fonts are found through fontconfig. No rasterising here: painters do
// that from the font files themselves. Safe to read from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "geo/result.h"

namespace scene {

enum class Face : uint8_t { sans, sansBold, serif, serifBold };

struct TextStyle {
  Face face = Face::sans;
  float size = 14;          // em, in canvas units
  float letterSpacing = 0;  // em
  bool tabular = true;      // figures of one width
  bool operator==(const TextStyle&) const = default;
};

struct Glyph {
  uint32_t id = 0;
  uint16_t font = 0;     // index into Typesetter::fonts()
  float x = 0, y = 0;    // pen position of the glyph from the run's origin (on the baseline), y down
  uint32_t cluster = 0;  // byte offset into text of the first byte it stands for
};

struct GlyphRun {
  std::string text;
  float size = 0;
  std::vector<Glyph> glyphs;
  float advance = 0;  // width
  // Line box: 0.88 em above the baseline and 0.12 em below it, the square that Chinese characters fill, for
  // every face. So lines of any mix align; Latin descenders hang up to 0.1 em out of it.
  float ascent = 0, descent = 0;
  bool empty() const { return glyphs.empty(); }
};

struct FontFile {
  std::string path;
  int index = 0;              // face inside a .ttc; as FreeType has it, a named instance in the high half
  std::string family, style;  // as CSS names it: "Noto Sans CJK SC", "Bold"
  bool bold = false, serif = false;
  std::span<const uint8_t> bytes() const;  // the mapped file
  struct Impl;
  std::shared_ptr<const Impl> impl;  // mapping and hb_font
};

class Typesetter {
 public:
  // Noto Sans/Serif CJK SC with Inter for Latin and figures; where they are absent, whatever fontconfig has
  // for zh-cn. Fails with one line where no installed font has Chinese: names the Debian package to install.
  static geo::Result<std::shared_ptr<const Typesetter>> open();

  // The same fonts, but what was set once is not set again: for many pages that say much the same. Its memory
  // is its own, bounded, and open to all threads.
  std::shared_ptr<const Typesetter> remembering() const;

  GlyphRun shape(std::string_view utf8, const TextStyle& style) const;
  float width(std::string_view utf8, const TextStyle& style) const;
  // Lines that fit the width; breaks between CJK characters (not before closing punctuation) and at spaces.
  std::vector<std::string> wrap(std::string_view utf8, const TextStyle& style, float width) const;
  // Every installed font that could be needed, those of the faces first. The list never changes. Most are
  // never used: open one when a glyph names it.
  const std::vector<FontFile>& fonts() const;
  // Characters of the text that no installed font has; a painter would show an empty box for them.
  std::set<char32_t> missing(std::string_view utf8) const;

 private:
  GlyphRun shapeAnew(std::string_view utf8, const TextStyle& style) const;
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  struct Memory;
  std::shared_ptr<Memory> memory_;  // null: nothing is remembered
};

// Characters of the run that are drawn as an empty box.
std::set<char32_t> missingFrom(const GlyphRun& run);

using TypesetterPtr = std::shared_ptr<const Typesetter>;

}  // namespace scene
