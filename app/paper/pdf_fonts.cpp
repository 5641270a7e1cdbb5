#include "app/paper/pdf_fonts.h"

#include <ft2build.h>
#include <hb-subset.h>
#include <hb.h>
#include FT_FREETYPE_H

#include <array>
#include <charconv>
#include <cmath>
#include <mutex>

#include "app/paper/cff.h"
#include "app/paper/raster_painter.h"
#include "app/paper/vectors.h"

namespace paper {

namespace {

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* p) const { destroy(p); }
};
struct Library {
  FT_Library handle = nullptr;
  Library() { FT_Init_FreeType(&handle); }
  ~Library() {  // with its faces
    if (handle) FT_Done_FreeType(handle);
  }
  Library(const Library&) = delete;
};

template <class T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

std::string bytesOf(hb_blob_t* blob) {
  unsigned length = 0;
  const char* data = hb_blob_get_data(blob, &length);
  return std::string(data, length);
}

// Outlines of a face as steps, at another fineness than its own: each point is rounded where it lies, so that
// no contour drifts.
class Pen {
 public:
  explicit Pen(double scale) : scale_(scale), funcs_(hb_draw_funcs_create()) {
    hb_draw_funcs_set_move_to_func(
        funcs_.get(),
        [](auto*, void* pen, auto*, float x, float y, void*) {
          self(pen).move({x, y});
        },
        nullptr, nullptr);
    hb_draw_funcs_set_line_to_func(
        funcs_.get(),
        [](auto*, void* pen, auto*, float x, float y, void*) {
          self(pen).line({x, y});
        },
        nullptr, nullptr);
    hb_draw_funcs_set_cubic_to_func(
        funcs_.get(),
        [](auto*, void* pen, auto*, float ax, float ay, float bx, float by, float x, float y, void*) {
          self(pen).curve({ax, ay}, {bx, by}, {x, y});
        },
        nullptr, nullptr);
    hb_draw_funcs_make_immutable(funcs_.get());
  }
  std::vector<CffStep> steps(hb_font_t* font, uint32_t glyph) {
    steps_.clear(), start_ = at_ = {};
    hb_font_get_glyph_shape(font, glyph, funcs_.get(), this);
    endContour();
    return std::move(steps_);
  }

 private:
  struct Whole {
    int x = 0, y = 0;
    bool operator==(const Whole&) const = default;
  };
  static Pen& self(void* pen) { return *static_cast<Pen*>(pen); }
  Whole whole(scene::Vec p) const {
    return {static_cast<int>(std::lround(p.x * scale_)), static_cast<int>(std::lround(p.y * scale_))};
  }
  void endContour() {  // it closes by itself, without a last line to where it began
    if (!steps_.empty() && steps_.back().kind == CffStep::line && at_ == start_) {
      at_.x -= steps_.back().by[0], at_.y -= steps_.back().by[1];
      steps_.pop_back();
    }
    if (!steps_.empty() && steps_.back().kind == CffStep::move) {
      at_.x -= steps_.back().by[0], at_.y -= steps_.back().by[1];
      steps_.pop_back();
    }
  }
  void move(scene::Vec to) {
    endContour();
    const Whole p = whole(to);
    steps_.push_back({CffStep::move, {p.x - at_.x, p.y - at_.y}});
    start_ = at_ = p;
  }
  void line(scene::Vec to) {
    const Whole p = whole(to);
    if (p == at_) return;
    steps_.push_back({CffStep::line, {p.x - at_.x, p.y - at_.y}});
    at_ = p;
  }
  void curve(scene::Vec first, scene::Vec second, scene::Vec to) {
    const Whole a = whole(first), b = whole(second), p = whole(to);
    if (a == at_ && b == p) return line(to);
    steps_.push_back(
        {CffStep::curve, {a.x - at_.x, a.y - at_.y, b.x - a.x, b.y - a.y, p.x - b.x, p.y - b.y}});
    at_ = p;
  }

  double scale_;
  Owned<hb_draw_funcs_t, hb_draw_funcs_destroy> funcs_;
  std::vector<CffStep> steps_;
  Whole at_, start_;
};

// A font as the pages need it: immutable once it is open.
struct Font {
  std::once_flag once;
  Owned<hb_face_t, hb_face_destroy> face;
  Owned<hb_font_t, hb_font_destroy> font;
  // By glyph, where outlines are cubic: the program is then our own, and a code is the character that the
  // glyph stands for, as far as there is one.
  std::vector<uint16_t> codes;
  std::string postscript;
  std::array<int, 4> box{};
  int ascender = 0, descender = 0;
  bool bold = false;
};

tl::unexpected<geo::Error> unusable(const scene::FontFile& file) {
  return geo::fail("The font " + file.path + " cannot be embedded.", "Reinstall the package it belongs to.");
}

std::vector<uint16_t> codesOf(hb_face_t* face, hb_font_t* font) {
  std::vector<uint16_t> codes(hb_face_get_glyph_count(face));
  std::vector<bool> taken(65536);
  taken[0] = true;
  Owned<hb_set_t, hb_set_destroy> characters(hb_set_create());
  hb_face_collect_unicodes(face, characters.get());
  // A radical shares its glyph with the character that it is; nobody writes it.
  const auto isRadical = [](hb_codepoint_t c) { return c >= 0x2E80 && c < 0x2FE0; };
  for (const bool radicals : {false, true})
    for (hb_codepoint_t c = HB_SET_VALUE_INVALID, glyph; hb_set_next(characters.get(), &c) && c < 65536;)
      if (c && isRadical(c) == radicals && hb_font_get_nominal_glyph(font, c, &glyph) && glyph &&
          glyph < codes.size() && !codes[glyph])
        codes[glyph] = static_cast<uint16_t>(c), taken[c] = true;
  uint16_t free = 1;
  for (uint16_t& code : codes) {
    if (code) continue;
    while (taken[free]) ++free;  // a font has no more than 65,535 glyphs
    taken[free] = true, code = free;
  }
  return codes;
}

void open(Font& font, const scene::FontFile& file) {
  const auto bytes = file.bytes();
  if (bytes.empty()) return;
  Owned<hb_blob_t, hb_blob_destroy> blob(hb_blob_create(reinterpret_cast<const char*>(bytes.data()),
                                                        static_cast<unsigned>(bytes.size()),
                                                        HB_MEMORY_MODE_READONLY, nullptr, nullptr));
  Owned<hb_face_t, hb_face_destroy> face(hb_face_create(blob.get(), static_cast<unsigned>(file.index)));
  if (hb_face_get_glyph_count(face.get()) == 0) return;
  Owned<hb_blob_t, hb_blob_destroy> cff(hb_face_reference_table(face.get(), HB_TAG('C', 'F', 'F', ' ')));
  unsigned length = 0;
  const bool cubic = hb_blob_get_data(cff.get(), &length) && length;
  const Library library;
  FT_Face facts = nullptr;
  if (!library.handle || FT_New_Memory_Face(library.handle, bytes.data(), static_cast<FT_Long>(bytes.size()),
                                            file.index, &facts))
    return;
  const char* postscript = FT_Get_Postscript_Name(facts);
  font.postscript = postscript ? postscript : "Font";
  font.box = {static_cast<int>(facts->bbox.xMin), static_cast<int>(facts->bbox.yMin),
              static_cast<int>(facts->bbox.xMax), static_cast<int>(facts->bbox.yMax)};
  font.ascender = facts->ascender, font.descender = facts->descender;
  font.bold = facts->style_flags & FT_STYLE_FLAG_BOLD;
  hb_face_make_immutable(face.get());
  font.font.reset(hb_font_create(face.get()));
  hb_font_make_immutable(font.font.get());
  if (cubic) font.codes = codesOf(face.get(), font.font.get());
  font.face = std::move(face);
}

// As many units of the em as tell an outline at the resolution of a page at its best: of points that fall
// together, no printer sees that they were two.
int unitsPerEm(int own, double largestMillimetres) {
  constexpr double unitsPerMillimetre = 1500 / 25.4;
  return std::min(own, std::max(200, static_cast<int>(std::ceil(largestMillimetres * unitsPerMillimetre))));
}

std::string cubicProgram(const Font& font, const std::string& name,
                         const std::map<uint16_t, uint32_t>& glyphOf, double largestMillimetres,
                         std::array<int, 4> box) {
  const int own = static_cast<int>(hb_face_get_upem(font.face.get())),
            units = unitsPerEm(own, largestMillimetres);
  const double scale = static_cast<double>(units) / own;
  Pen pen(scale);
  std::vector<CffGlyph> glyphs;
  for (const auto& [code, glyph] : glyphOf) {
    const int width = hb_font_get_glyph_h_advance(font.font.get(), glyph);
    glyphs.push_back({code, static_cast<int>(std::lround(width * scale)), pen.steps(font.font.get(), glyph)});
  }
  for (int& v : box) v = static_cast<int>(std::lround(v * scale));
  return cffProgram(name, glyphs, units, box);
}

// A program of quadratic outlines, with glyphs at their own numbers, as the pages already name them.
geo::Result<std::string> quadraticProgram(const Font& font, const scene::FontFile& file,
                                          const std::vector<uint32_t>& glyphs) {
  Owned<hb_subset_input_t, hb_subset_input_destroy> input(hb_subset_input_create_or_fail());
  if (!input) return unusable(file);
  for (uint32_t glyph : glyphs) hb_set_add(hb_subset_input_glyph_set(input.get()), glyph);
  // Shaping is done: only outlines go along.
  hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_RETAIN_GIDS);
  for (hb_tag_t table : {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
                         HB_TAG('v', 'm', 't', 'x'), HB_TAG('V', 'O', 'R', 'G')})
    hb_set_add(hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG), table);
  Owned<hb_face_t, hb_face_destroy> made(hb_subset_or_fail(font.face.get(), input.get()));
  if (!made) return unusable(file);
  Owned<hb_blob_t, hb_blob_destroy> whole(hb_face_reference_blob(made.get()));
  std::string program = bytesOf(whole.get());
  if (program.empty()) return unusable(file);
  return program;
}

}  // namespace

PdfGlyphs glyphsOf(const scene::Drawing& drawing, const PdfGlyphs* known) {
  PdfGlyphs out;
  const size_t fonts = drawing.fonts ? drawing.fonts->fonts().size() : 0;
  for (const auto& placed : drawing.items) {
    const auto* text = std::get_if<scene::Text>(&placed.item);
    if (!text) continue;
    const auto& run = text->run;
    for (size_t i = 0; i < run.glyphs.size(); ++i) {
      const auto& g = run.glyphs[i];
      if (g.font >= fonts) continue;
      auto [entry, isNew] = out.try_emplace({g.font, g.id});
      if (isNew && known)
        if (const auto before = known->find({g.font, g.id}); before != known->end())
          entry->second = before->second;
      // What a cluster says is noted at its first glyph, when that is its only one.
      if (entry->second.empty()) entry->second = textOfGlyph(run, i);
    }
  }
  return out;
}

PdfTypeSizes sizesOf(const scene::Drawing& drawing, double millimetresPerUnit) {
  PdfTypeSizes out;
  for (const auto& placed : drawing.items)
    if (const auto* text = std::get_if<scene::Text>(&placed.item))
      for (const auto& glyph : text->run.glyphs) {
        double& largest = out[glyph.font];
        largest = std::max(largest, text->run.size * millimetresPerUnit);
      }
  return out;
}

struct PdfFonts::Impl {
  scene::TypesetterPtr typesetter;
  std::unique_ptr<Font[]> fonts;
};

PdfFonts::PdfFonts(scene::TypesetterPtr fonts) : impl_(std::make_unique<Impl>()) {
  impl_->typesetter = std::move(fonts);
  impl_->fonts = std::make_unique<Font[]>(impl_->typesetter ? impl_->typesetter->fonts().size() : 0);
}
PdfFonts::~PdfFonts() = default;

geo::Result<void> PdfFonts::open(const PdfGlyphs& glyphs) {
  int last = -1;
  for (const auto& [g, text] : glyphs) {
    if (g.font == last) continue;
    last = g.font;
    const auto& file = impl_->typesetter->fonts()[g.font];
    Font& font = impl_->fonts[g.font];
    std::call_once(font.once, [&] { paper::open(font, file); });
    if (!font.face)
      return geo::fail("The font " + file.path + " cannot be opened.",
                       "Reinstall the package it belongs to.");
  }
  return {};
}

uint16_t PdfFonts::code(PdfGlyph g) const {
  const auto& codes = impl_->fonts[g.font].codes;
  return g.glyph < codes.size() ? codes[g.glyph] : static_cast<uint16_t>(g.glyph);
}

double PdfFonts::advance(PdfGlyph g) const {
  const Font& font = impl_->fonts[g.font];
  return std::round(hb_font_get_glyph_h_advance(font.font.get(), g.glyph) * 1000.0 /
                    hb_face_get_upem(font.face.get()));
}

namespace {

std::string subsetName(const std::string& postscript, const std::vector<uint32_t>& glyphs) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (uint32_t glyph : glyphs) hash = (hash ^ glyph) * 0x100000001b3ull;
  std::string name;
  for (int i = 0; i < 6; ++i, hash /= 26) name += static_cast<char>('A' + hash % 26);  // the mark of a subset
  name += '+';
  for (const char c : postscript)
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-') name += c;
  return name;
}

std::string widthsOf(const PdfFonts& fonts, uint16_t font, const std::map<uint16_t, uint32_t>& glyphOf) {
  std::string out;
  int next = -1;
  for (const auto& [code, glyph] : glyphOf) {
    const double width = fonts.advance({font, glyph});
    if (width == 1000) continue;
    if (code != next) out += fmt::format("{}{}[", next < 0 ? "" : "]", code);
    else out += ' ';
    pdfNumber(out, width);
    next = code + 1;
  }
  return next < 0 ? out : out + ']';
}

// From codes to characters; a range never passes from one first byte to the next.
std::string unicodeMap(const std::map<uint16_t, std::string>& words) {
  struct Range {
    uint16_t first = 0, last = 0;
    std::string words;  // of the first code, in hexadecimal
    uint32_t value = 0;
    bool single = false;  // one character of four digits, that counts up
  };
  std::vector<Range> ranges;
  for (const auto& [code, text] : words) {
    const std::string hex = utf16Hex(text);
    uint32_t value = 0;
    const bool single =
        hex.size() == 4 && std::from_chars(hex.data(), hex.data() + 4, value, 16).ptr == hex.data() + 4;
    if (!ranges.empty()) {
      Range& r = ranges.back();
      const auto offset = static_cast<uint32_t>(code - r.first);
      // What stands for itself is told for the codes between as well, which nothing uses.
      if (single && r.single && code >> 8 == r.first >> 8 && value == r.value + offset &&
          value >> 8 == r.value >> 8 && (code == r.last + 1 || value == code)) {
        r.last = code;
        continue;
      }
    }
    ranges.push_back({code, code, hex, value, single});
  }
  std::string map =
      "/CIDInit/ProcSet findresource begin 12 dict begin "
      "begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
      "/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 "
      "begincodespacerange<0000><FFFF>endcodespacerange\n";
  for (size_t i = 0; i < ranges.size(); i += 100) {
    const size_t end = std::min(ranges.size(), i + 100);
    map += fmt::format("{} beginbfrange\n", end - i);
    for (size_t k = i; k < end; ++k)
      map += fmt::format("<{:04X}><{:04X}><{}>\n", ranges[k].first, ranges[k].last, ranges[k].words);
    map += "endbfrange\n";
  }
  return map + "endcmap CMapName currentdict/CMap defineresource pop end end";
}

}  // namespace

geo::Result<std::string> PdfFonts::write(PdfFile& file, const PdfGlyphs& glyphs,
                                         const PdfTypeSizes& largest) const {
  struct Used {
    uint16_t font = 0;
    std::vector<uint32_t> glyphs;
    std::map<uint16_t, uint32_t> glyphOf;  // by code
    std::map<uint16_t, std::string> words;
    std::string name;
    bool cubic = false;
    geo::Result<std::string> program;
  };
  std::vector<Used> used;
  for (const auto& [g, text] : glyphs) {
    if (used.empty() || used.back().font != g.font) used.emplace_back().font = g.font;
    Used& u = used.back();
    u.glyphs.push_back(g.glyph), u.glyphOf[code(g)] = g.glyph;
    if (!text.empty()) u.words[code(g)] = text;
  }
  for (Used& u : used) {
    const Font& font = impl_->fonts[u.font];
    u.name = subsetName(font.postscript, u.glyphs), u.cubic = !font.codes.empty();
  }
  const int count = static_cast<int>(used.size());
  inOrder(
      count, count,
      [&]() -> std::function<void(int)> {
        return [&](int i) {
          Used& u = used[static_cast<size_t>(i)];
          const Font& font = impl_->fonts[u.font];
          const auto size = largest.find(u.font);
          if (u.cubic)
            u.program =
                cubicProgram(font, u.name, u.glyphOf, size == largest.end() ? 1e3 : size->second, font.box);
          else u.program = quadraticProgram(font, impl_->typesetter->fonts()[u.font], u.glyphs);
        };
      },
      [](int) { return true; });

  // Most codes are characters and say the same in all fonts: one map does for those that agree.
  std::map<uint16_t, std::string> common;
  const auto agrees = [&](const Used& u) {
    return std::all_of(u.words.begin(), u.words.end(), [&](const auto& entry) {
      const auto known = common.find(entry.first);
      return known == common.end() || known->second == entry.second;
    });
  };
  for (Used& u : used)
    if (u.cubic && agrees(u)) common.merge(std::exchange(u.words, {}));
  const int commonMap = common.empty() ? 0 : file.stream("", unicodeMap(common));

  std::string entries;
  for (const Used& u : used) {
    if (!u.program) return tl::unexpected(u.program.error());
    const Font& font = impl_->fonts[u.font];
    const double perEm = hb_face_get_upem(font.face.get());
    const auto em = [&](int v) { return static_cast<int>(std::lround(v * 1000.0 / perEm)); };
    const int unicode = u.words.empty() && commonMap ? commonMap : file.stream("", unicodeMap(u.words));
    const int program = file.stream(
        u.cubic ? "/Subtype/CIDFontType0C" : fmt::format("/Length1 {}", u.program->size()), *u.program);
    const int descriptor = file.object(
        fmt::format("<</Type/FontDescriptor/FontName/{}/Flags 4/FontBBox[{} {} {} {}]/ItalicAngle 0/Ascent "
                    "{}/Descent {}/CapHeight {}/StemV {}/{} {} 0 R>>",
                    u.name, em(font.box[0]), em(font.box[1]), em(font.box[2]), em(font.box[3]),
                    em(font.ascender), em(font.descender), em(font.ascender) * 7 / 10, font.bold ? 140 : 80,
                    u.cubic ? "FontFile3" : "FontFile2", program));
    const int descendant = file.object(
        fmt::format("<</Type/Font/Subtype/{}/BaseFont/{}/CIDSystemInfo<</Registry(Adobe)/"
                    "Ordering(Identity)/Supplement 0>>/DW 1000/W[{}]/FontDescriptor {} 0 R{}>>",
                    u.cubic ? "CIDFontType0" : "CIDFontType2", u.name, widthsOf(*this, u.font, u.glyphOf),
                    descriptor, u.cubic ? "" : "/CIDToGIDMap/Identity"));
    const int whole =
        file.object(fmt::format("<</Type/Font/Subtype/Type0/BaseFont/{}/Encoding/Identity-H/"
                                "DescendantFonts[{} 0 R]/ToUnicode {} 0 R>>",
                                u.name, descendant, unicode));
    entries += fmt::format("/F{} {} 0 R", u.font, whole);
  }
  return entries;
}

}  // namespace paper
