#include "app/paper/pdf_fonts.h"

#include <ft2build.h>
#include <hb-subset.h>
#include <hb.h>
#include FT_FREETYPE_H

#include <cmath>
#include <mutex>

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

// A font as the pages need it: immutable once it is open.
struct Font {
  std::once_flag once;
  Owned<hb_face_t, hb_face_destroy> face;
  Owned<hb_font_t, hb_font_destroy> font;
  std::vector<uint16_t> cids;  // by glyph, where the program is keyed so
};

tl::unexpected<geo::Error> unusable(const scene::FontFile& file) {
  return geo::fail("The font " + file.path + " cannot be embedded.", "Reinstall the package it belongs to.");
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
  if (const char* data = hb_blob_get_data(cff.get(), &length); data && length)
    font.cids = CffReader({data, length}).cids();
  hb_face_make_immutable(face.get());
  font.font.reset(hb_font_create(face.get()));
  hb_font_make_immutable(font.font.get());
  font.face = std::move(face);
}

// The font's program with these glyphs. Glyphs keep their numbers, as the pages already name them.
geo::Result<std::string> subset(const Font& font, const scene::FontFile& file,
                                const std::vector<uint32_t>& glyphs, bool& isCff) {
  Owned<hb_subset_input_t, hb_subset_input_destroy> input(hb_subset_input_create_or_fail());
  if (!input) return unusable(file);
  for (uint32_t glyph : glyphs) hb_set_add(hb_subset_input_glyph_set(input.get()), glyph);
  // Shaping is done: only outlines go along. A program keyed by CID is addressed by CID, whatever its order.
  unsigned flags = HB_SUBSET_FLAGS_NO_HINTING;
  if (font.cids.empty()) flags |= HB_SUBSET_FLAGS_RETAIN_GIDS;
  hb_subset_input_set_flags(input.get(), flags);
  for (hb_tag_t table : {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
                         HB_TAG('v', 'm', 't', 'x'), HB_TAG('V', 'O', 'R', 'G')})
    hb_set_add(hb_subset_input_set(input.get(), HB_SUBSET_SETS_DROP_TABLE_TAG), table);
  Owned<hb_face_t, hb_face_destroy> made(hb_subset_or_fail(font.face.get(), input.get()));
  if (!made) return unusable(file);
  Owned<hb_blob_t, hb_blob_destroy> cff(hb_face_reference_table(made.get(), HB_TAG('C', 'F', 'F', ' ')));
  std::string program = bytesOf(cff.get());
  isCff = !program.empty();
  if (!isCff) {
    Owned<hb_blob_t, hb_blob_destroy> whole(hb_face_reference_blob(made.get()));
    program = bytesOf(whole.get());
  }
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
  const auto& cids = impl_->fonts[g.font].cids;
  return g.glyph < cids.size() ? cids[g.glyph] : static_cast<uint16_t>(g.glyph);
}

double PdfFonts::advance(PdfGlyph g) const {
  const Font& font = impl_->fonts[g.font];
  return std::round(hb_font_get_glyph_h_advance(font.font.get(), g.glyph) * 1000.0 /
                    hb_face_get_upem(font.face.get()));
}

geo::Result<std::string> PdfFonts::write(PdfFile& file, const PdfGlyphs& glyphs) const {
  struct Used {
    uint16_t font = 0;
    std::vector<uint32_t> glyphs;
    geo::Result<std::string> program;
    bool cff = false;
  };
  std::vector<Used> used;
  for (const auto& [g, text] : glyphs) {
    if (used.empty() || used.back().font != g.font) used.push_back({g.font, {}, {}, false});
    used.back().glyphs.push_back(g.glyph);
  }
  const int count = static_cast<int>(used.size());
  inOrder(
      count, count,
      [&]() -> std::function<void(int)> {
        return [&](int i) {
          Used& u = used[static_cast<size_t>(i)];
          u.program = subset(impl_->fonts[u.font], impl_->typesetter->fonts()[u.font], u.glyphs, u.cff);
        };
      },
      [](int) { return true; });

  Library library;
  if (!library.handle) return geo::fail("FreeType could not be started.", "Is memory short?");
  std::string entries;
  for (const Used& u : used) {
    if (!u.program) return tl::unexpected(u.program.error());
    const auto& source = impl_->typesetter->fonts()[u.font];
    const auto bytes = source.bytes();
    FT_Face face = nullptr;
    if (FT_New_Memory_Face(library.handle, bytes.data(), static_cast<FT_Long>(bytes.size()), source.index,
                           &face))
      return unusable(source);
    uint64_t hash = 0xcbf29ce484222325ull;
    std::map<uint16_t, uint32_t> glyphOf;
    for (uint32_t glyph : u.glyphs)
      glyphOf[code({u.font, glyph})] = glyph, hash = (hash ^ glyph) * 0x100000001b3ull;
    std::string name;
    for (int i = 0; i < 6; ++i, hash /= 26)
      name += static_cast<char>('A' + hash % 26);  // the mark of a subset
    const char* postscript = FT_Get_Postscript_Name(face);
    name += '+';
    for (const char* c = postscript ? postscript : "Font"; *c; ++c)
      if (std::isalnum(static_cast<unsigned char>(*c)) || *c == '-') name += *c;
    const auto em = [&](long v) { return static_cast<int>(std::lround(v * 1000.0 / face->units_per_EM)); };

    std::string widths, map =
                            "/CIDInit/ProcSet findresource begin 12 dict begin "
                            "begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
                            "/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 "
                            "begincodespacerange<0000><FFFF>endcodespacerange\n";
    std::vector<std::string> lines;
    for (const auto& [code, glyph] : glyphOf) {
      if (const double w = advance({u.font, glyph}); w != 1000) {
        widths += fmt::format("{}[", code);
        pdfNumber(widths, w);
        widths += ']';
      }
      if (const auto& words = glyphs.at({u.font, glyph}); !words.empty())
        lines.push_back(fmt::format("<{:04X}><{}>\n", code, utf16Hex(words)));
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
        u.cff ? "/Subtype/CIDFontType0C" : fmt::format("/Length1 {}", u.program->size()), *u.program);
    const FT_BBox& box = face->bbox;
    const int descriptor = file.object(fmt::format(
        "<</Type/FontDescriptor/FontName/{}/Flags 4/FontBBox[{} {} {} {}]/ItalicAngle 0/Ascent "
        "{}/Descent {}/CapHeight {}/StemV {}/{} {} 0 R>>",
        name, em(box.xMin), em(box.yMin), em(box.xMax), em(box.yMax), em(face->ascender), em(face->descender),
        em(face->ascender) * 7 / 10, face->style_flags & FT_STYLE_FLAG_BOLD ? 140 : 80,
        u.cff ? "FontFile3" : "FontFile2", program));
    const int descendant =
        file.object(fmt::format("<</Type/Font/Subtype/{}/BaseFont/{}/CIDSystemInfo<</Registry(Adobe)/"
                                "Ordering(Identity)/Supplement 0>>/DW 1000/W[{}]/FontDescriptor {} 0 R{}>>",
                                u.cff ? "CIDFontType0" : "CIDFontType2", name, widths, descriptor,
                                u.cff ? "" : "/CIDToGIDMap/Identity"));
    const int whole =
        file.object(fmt::format("<</Type/Font/Subtype/Type0/BaseFont/{}/Encoding/Identity-H/"
                                "DescendantFonts[{} 0 R]/ToUnicode {} 0 R>>",
                                name, descendant, unicode));
    entries += fmt::format("/F{} {} 0 R", u.font, whole);
  }
  return entries;
}

}  // namespace paper
