#include "app/paper/pdf_fonts.h"

#include <ft2build.h>
#include <hb-subset.h>
#include <hb.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H

#include <cmath>

#include "app/paper/glyphs.h"
#include "app/paper/vectors.h"

namespace paper {

namespace {

struct Font {
  FT_Face face = nullptr;
  std::map<uint32_t, uint16_t> code;     // by glyph
  std::map<uint32_t, std::string> text;  // by glyph: what it stands for when it stands alone
  std::string program;                   // the subset
  bool cff = false;
};

template <class T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* p) const { destroy(p); }
};
template <class T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

std::string bytesOf(hb_blob_t* blob) {
  unsigned length = 0;
  const char* data = hb_blob_get_data(blob, &length);
  return std::string(data, length);
}

// A CFF program that is keyed by CID is addressed by CID, and its charset says which glyph has which: read
// from the subset's own bytes. Empty when the font is not keyed so; it is then addressed by glyph number.
class CffReader {
 public:
  explicit CffReader(std::string_view bytes) : bytes_(bytes) {}
  std::vector<uint16_t> cids() {
    at_ = byte(2);
    skipIndex();  // names
    const auto [first, last] = firstOfIndex();
    size_t charset = 0, charStrings = 0;
    bool keyed = false;
    std::vector<long> operands;
    for (at_ = first; at_ < last;) {
      const int b = byte(at_++);
      if (b <= 21) {
        const int op = b == 12 ? 1200 + byte(at_++) : b;
        keyed = keyed || op == 1230;
        if (op == 15 && !operands.empty()) charset = static_cast<size_t>(operands[0]);
        if (op == 17 && !operands.empty()) charStrings = static_cast<size_t>(operands[0]);
        operands.clear();
      } else if (b == 28) {
        operands.push_back(static_cast<int16_t>(number(at_, 2))), at_ += 2;
      } else if (b == 29) {
        operands.push_back(static_cast<int32_t>(number(at_, 4))), at_ += 4;
      } else if (b == 30) {
        while (at_ < last && (byte(at_) & 15) != 15 && byte(at_) >> 4 != 15) ++at_;
        ++at_, operands.push_back(0);
      } else if (b <= 246) {
        operands.push_back(b - 139);
      } else {
        operands.push_back(b <= 250 ? (b - 247) * 256 + byte(at_) + 108 : -(b - 251) * 256 - byte(at_) - 108),
            ++at_;
      }
    }
    if (!keyed) return {};
    const size_t glyphs = number(charStrings, 2);
    std::vector<uint16_t> out{0};
    if (charset < 3) {
      for (size_t g = 1; g < glyphs; ++g) out.push_back(static_cast<uint16_t>(g));
      return out;
    }
    const int format = byte(charset);
    for (size_t p = charset + 1; out.size() < glyphs && p < bytes_.size();) {
      const uint32_t cid = number(p, 2), more = format == 0 ? 0 : number(p + 2, format);
      p += format == 0 ? 2 : 2 + static_cast<size_t>(format);
      for (uint32_t k = 0; k <= more && out.size() < glyphs; ++k)
        out.push_back(static_cast<uint16_t>(cid + k));
    }
    return out;
  }

 private:
  int byte(size_t i) const { return i < bytes_.size() ? static_cast<unsigned char>(bytes_[i]) : 0; }
  uint32_t number(size_t i, int width) const {
    uint32_t v = 0;
    for (int k = 0; k < width; ++k) v = v << 8 | static_cast<uint32_t>(byte(i + static_cast<size_t>(k)));
    return v;
  }
  void skipIndex() {
    const uint32_t count = number(at_, 2);
    if (!count) return void(at_ += 2);
    const size_t width = static_cast<size_t>(byte(at_ + 2)), offsets = at_ + 3;
    at_ = offsets + (count + 1) * width - 1 + number(offsets + count * width, static_cast<int>(width));
  }
  std::pair<size_t, size_t> firstOfIndex() const {
    const uint32_t count = number(at_, 2);
    const int width = byte(at_ + 2);
    const size_t base = at_ + 3 + static_cast<size_t>(count + 1) * static_cast<size_t>(width) - 1;
    return {base + number(at_ + 3, width), base + number(at_ + 3 + static_cast<size_t>(width), width)};
  }
  std::string_view bytes_;
  size_t at_ = 0;
};

geo::Result<void> subset(Font& font, const scene::FontFile& file) {
  const auto bytes = file.bytes();
  Owned<hb_blob_t, hb_blob_destroy> blob(hb_blob_create(reinterpret_cast<const char*>(bytes.data()),
                                                        static_cast<unsigned>(bytes.size()),
                                                        HB_MEMORY_MODE_READONLY, nullptr, nullptr));
  Owned<hb_face_t, hb_face_destroy> face(hb_face_create(blob.get(), static_cast<unsigned>(file.index)));
  Owned<hb_subset_input_t, hb_subset_input_destroy> input(hb_subset_input_create_or_fail());
  const auto failed = [&] {
    return geo::fail("The font " + file.path + " cannot be embedded.",
                     "Reinstall the package it belongs to.");
  };
  if (!input) return failed();
  for (const auto& [glyph, unused] : font.code) hb_set_add(hb_subset_input_glyph_set(input.get()), glyph);
  // Shaping is done: only outlines go along.
  hb_subset_input_set_flags(input.get(), HB_SUBSET_FLAGS_NO_HINTING);
  for (hb_tag_t table : {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
                         HB_TAG('v', 'm', 't', 'x'), HB_TAG('V', 'O', 'R', 'G')})
    hb_set_add(hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG), table);
  Owned<hb_subset_plan_t, hb_subset_plan_destroy> plan(
      hb_subset_plan_create_or_fail(face.get(), input.get()));
  if (!plan) return failed();
  Owned<hb_face_t, hb_face_destroy> made(hb_subset_plan_execute_or_fail(plan.get()));
  if (!made) return failed();
  Owned<hb_blob_t, hb_blob_destroy> cff(hb_face_reference_table(made.get(), HB_TAG('C', 'F', 'F', ' ')));
  font.program = bytesOf(cff.get());
  font.cff = !font.program.empty();
  if (!font.cff) {
    Owned<hb_blob_t, hb_blob_destroy> whole(hb_face_reference_blob(made.get()));
    font.program = bytesOf(whole.get());
  }
  if (font.program.empty()) return failed();
  const auto cids = font.cff ? CffReader(font.program).cids() : std::vector<uint16_t>();
  const hb_map_t* numbers = hb_subset_plan_old_to_new_glyph_mapping(plan.get());
  for (auto& [glyph, code] : font.code) {
    const hb_codepoint_t number = hb_map_get(numbers, glyph);
    if (number == HB_MAP_VALUE_INVALID) continue;
    code = number < cids.size() ? cids[number] : static_cast<uint16_t>(number);
  }
  return {};
}

}  // namespace

struct PdfFonts::Impl {
  FT_Library library = nullptr;
  std::vector<Font> fonts;
  ~Impl() {
    for (auto& font : fonts)
      if (font.face) FT_Done_Face(font.face);
    if (library) FT_Done_FreeType(library);
  }
};

PdfFonts::PdfFonts() : impl_(std::make_unique<Impl>()) {}
PdfFonts::~PdfFonts() = default;

geo::Result<std::unique_ptr<PdfFonts>> PdfFonts::make(const scene::Drawing& drawing) {
  std::unique_ptr<PdfFonts> made(new PdfFonts);
  auto& fonts = made->impl_->fonts;
  const auto used = fontsUsed(drawing);
  fonts.resize(used.size());
  for (const auto& placed : drawing.items) {
    const auto* text = std::get_if<scene::Text>(&placed.item);
    if (!text) continue;
    const auto& run = text->run;
    for (size_t i = 0; i < run.glyphs.size(); ++i) {
      const auto& g = run.glyphs[i];
      if (g.font >= fonts.size()) continue;
      fonts[g.font].code.emplace(g.id, 0);
      // What a cluster says is noted at its first glyph, when that is its only one.
      if (const auto words = textOfGlyph(run, i); !words.empty()) fonts[g.font].text.emplace(g.id, words);
    }
  }
  if (FT_Init_FreeType(&made->impl_->library))
    return geo::fail("FreeType could not be started.", "Is memory short?");
  for (size_t f = 0; f < fonts.size(); ++f) {
    if (!used[f]) continue;
    const auto& file = drawing.fonts->fonts()[f];
    const auto bytes = file.bytes();
    if (bytes.empty() || FT_New_Memory_Face(made->impl_->library, bytes.data(),
                                            static_cast<FT_Long>(bytes.size()), file.index, &fonts[f].face))
      return geo::fail("The font " + file.path + " cannot be opened.",
                       "Reinstall the package it belongs to.");
    if (auto ok = subset(fonts[f], file); !ok) return tl::unexpected(ok.error());
  }
  return made;
}

bool PdfFonts::has(uint16_t font) const { return font < impl_->fonts.size() && impl_->fonts[font].face; }

uint16_t PdfFonts::code(uint16_t font, uint32_t glyph) const {
  const auto found = impl_->fonts[font].code.find(glyph);
  return found == impl_->fonts[font].code.end() ? 0 : found->second;
}

double PdfFonts::advance(uint16_t font, uint32_t glyph) const {
  FT_Fixed advance = 0;
  FT_Face face = impl_->fonts[font].face;
  FT_Get_Advance(face, glyph, FT_LOAD_NO_SCALE, &advance);
  return std::round(static_cast<double>(advance) * 1000 / face->units_per_EM);
}

bool PdfFonts::says(uint16_t font, uint32_t glyph, std::string_view text) const {
  const auto found = impl_->fonts[font].text.find(glyph);
  return found != impl_->fonts[font].text.end() && found->second == text;
}

std::string PdfFonts::write(PdfFile& file) const {
  std::string entries;
  for (size_t f = 0; f < impl_->fonts.size(); ++f) {
    const Font& font = impl_->fonts[f];
    if (!font.face) continue;
    uint64_t hash = 0xcbf29ce484222325ull;
    std::map<uint16_t, uint32_t> glyphOf;
    for (const auto& [glyph, code] : font.code)
      glyphOf[code] = glyph, hash = (hash ^ glyph) * 0x100000001b3ull;
    std::string name;
    for (int i = 0; i < 6; ++i, hash /= 26)
      name += static_cast<char>('A' + hash % 26);  // the mark of a subset
    const char* postscript = FT_Get_Postscript_Name(font.face);
    name += '+';
    for (const char* c = postscript ? postscript : "Font"; *c; ++c)
      if (std::isalnum(static_cast<unsigned char>(*c)) || *c == '-') name += *c;
    const auto em = [&](long v) {
      return static_cast<int>(std::lround(v * 1000.0 / font.face->units_per_EM));
    };

    std::string widths, map =
                            "/CIDInit/ProcSet findresource begin 12 dict begin "
                            "begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
                            "/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 "
                            "begincodespacerange<0000><FFFF>endcodespacerange\n";
    std::vector<std::string> lines;
    for (const auto& [code, glyph] : glyphOf) {
      if (const double w = advance(static_cast<uint16_t>(f), glyph); w != 1000) {
        widths += fmt::format("{}[", code);
        pdfNumber(widths, w);
        widths += ']';
      }
      if (const auto words = font.text.find(glyph); words != font.text.end())
        lines.push_back(fmt::format("<{:04X}><{}>\n", code, utf16Hex(words->second)));
    }
    for (size_t i = 0; i < lines.size(); i += 100) {
      const size_t n = std::min<size_t>(100, lines.size() - i);
      map += fmt::format("{} beginbfchar\n", n);
      for (size_t k = 0; k < n; ++k) map += lines[i + k];
      map += "endbfchar\n";
    }
    map += "endcmap CMapName currentdict/CMap defineresource pop end end";
    const int unicode = file.stream("", map);
    const int program = file.stream(
        font.cff ? "/Subtype/CIDFontType0C" : fmt::format("/Length1 {}", font.program.size()), font.program);
    const FT_BBox& box = font.face->bbox;
    const int descriptor = file.object(
        fmt::format("<</Type/FontDescriptor/FontName/{}/Flags 4/FontBBox[{} {} {} {}]/ItalicAngle 0/Ascent "
                    "{}/Descent {}/CapHeight {}/StemV {}/{} {} 0 R>>",
                    name, em(box.xMin), em(box.yMin), em(box.xMax), em(box.yMax), em(font.face->ascender),
                    em(font.face->descender), em(font.face->ascender) * 7 / 10,
                    font.face->style_flags & FT_STYLE_FLAG_BOLD ? 140 : 80,
                    font.cff ? "FontFile3" : "FontFile2", program));
    const int descendant =
        file.object(fmt::format("<</Type/Font/Subtype/{}/BaseFont/{}/CIDSystemInfo<</Registry(Adobe)/"
                                "Ordering(Identity)/Supplement 0>>/DW 1000/W[{}]/FontDescriptor {} 0 R{}>>",
                                font.cff ? "CIDFontType0" : "CIDFontType2", name, widths, descriptor,
                                font.cff ? "" : "/CIDToGIDMap/Identity"));
    const int whole =
        file.object(fmt::format("<</Type/Font/Subtype/Type0/BaseFont/{}/Encoding/Identity-H/"
                                "DescendantFonts[{} 0 R]/ToUnicode {} 0 R>>",
                                name, descendant, unicode));
    entries += fmt::format("/F{} {} 0 R", f, whole);
  }
  return entries;
}

}  // namespace paper
