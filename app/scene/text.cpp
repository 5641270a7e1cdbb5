#include "app/scene/text.h"

#include <fontconfig/fontconfig.h>
#include <hb-ot.h>
#include <hb.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

namespace scene {
namespace {

constexpr uint16_t kNone = 0xffff;
constexpr float kAscent = 0.88f, kDescent = 0.12f;  // of the em: the ideographic square

struct Release {
  void operator()(hb_blob_t* p) const { hb_blob_destroy(p); }
  void operator()(hb_face_t* p) const { hb_face_destroy(p); }
  void operator()(hb_font_t* p) const { hb_font_destroy(p); }
  void operator()(hb_buffer_t* p) const { hb_buffer_destroy(p); }
  void operator()(FcConfig* p) const { FcConfigDestroy(p); }
  void operator()(FcPattern* p) const { FcPatternDestroy(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

// Characters

struct Char {
  char32_t code = 0;
  uint32_t offset = 0;  // of its first byte
};

// Bytes that are no UTF-8 become U+FFFD one by one, as browsers do.
std::vector<Char> decoded(std::string_view text) {
  std::vector<Char> chars;
  chars.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[k]); };
    const uint8_t lead = byte(i);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xc2 && lead < 0xe0 ? 2
                          : lead >= 0xe0 && lead < 0xf0 ? 3
                          : lead >= 0xf0 && lead < 0xf5 ? 4
                                                        : 0;
    char32_t code = length == 1 ? lead : lead & (0xff >> (length + 1));
    bool good = length > 0 && i + length <= text.size();
    for (size_t k = 1; good && k < length; ++k) {
      good = (byte(i + k) & 0xc0) == 0x80;
      code = code << 6 | (byte(i + k) & 0x3f);
    }
    good = good && !(length == 3 && code < 0x800) && !(length == 4 && (code < 0x10000 || code > 0x10ffff)) &&
           !(code >= 0xd800 && code < 0xe000);
    chars.push_back({good ? code : 0xfffd, static_cast<uint32_t>(i)});
    i += good ? length : 1;
  }
  return chars;
}

bool in(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

// Ideographs, kana, hangul, and the punctuation that only they use.
bool isCjk(char32_t c) {
  return in(c, 0x2e80, 0x9fff) || in(c, 0xac00, 0xd7a3) || in(c, 0xf900, 0xfaff) || in(c, 0xfe30, 0xfe4f) ||
         in(c, 0xff00, 0xffef) || in(c, 0x20000, 0x3ffff);
}
bool isOpening(char32_t c) {
  return std::u32string_view(U"“‘（［｛〔〈《「『【〖〘〚〝(［[{｛￥＄").find(c) != std::u32string_view::npos;
}
bool isClosing(char32_t c) {
  return std::u32string_view(U"”’）］｝〕〉》」』】〗〙〛〞〟)]}").find(c) != std::u32string_view::npos;
}
// No line starts with these: closing marks, stops, and what belongs to the word before.
bool staysWithPrevious(char32_t c) {
  return isClosing(c) ||
         std::u32string_view(
             U"、，。．；：！？·‧・…—～〜ー々〻ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?%‰℃％°′″–")
                 .find(c) != std::u32string_view::npos;
}
// Drawn at the width of their neighbours' script, so their font depends on the neighbours.
bool isShared(char32_t c) {
  return c == U'“' || c == U'”' || c == U'‘' || c == U'’' || c == U'—' || c == U'…' || c == U'·';
}
bool isMark(char32_t c) {
  switch (hb_unicode_general_category(hb_unicode_funcs_get_default(), c)) {
    case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK:
    case HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
    case HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK:
      return true;
    default:
      return false;
  }
}
// Joiners, selectors, direction marks: no glyph of their own, never missing.
bool isInvisible(char32_t c) {
  return in(c, 0x200b, 0x200f) || in(c, 0x202a, 0x202e) || in(c, 0x2060, 0x206f) || c == 0xfeff ||
         c == 0xad || in(c, 0xfe00, 0xfe0f) || in(c, 0xe0000, 0xe0fff) || c == 0x34f || in(c, 0x180b, 0x180e);
}
bool isSpace(char32_t c) {
  return c == U' ' || c == U'\t' || in(c, 0x2000, 0x200a) || c == 0x3000 || c == 0x1680;
}
bool isControl(char32_t c) { return c < 0x20 || in(c, 0x7f, 0x9f); }
bool isLetter(char32_t c) {
  return in(c, U'a', U'z') || in(c, U'A', U'Z') || in(c, 0xc0, 0x24f) || in(c, 0x370, 0x5ff);
}

// Which characters follow the Chinese convention where scripts mix. A pair of quotes goes together: both are
// Chinese when either touches a Chinese character.
std::vector<bool> chineseContext(const std::vector<Char>& chars) {
  std::vector<bool> chinese(chars.size());
  for (size_t i = 0; i < chars.size(); ++i) chinese[i] = isCjk(chars[i].code);
  const auto touches = [&](size_t i) {
    return (i > 0 && isCjk(chars[i - 1].code)) || (i + 1 < chars.size() && isCjk(chars[i + 1].code));
  };
  std::vector<size_t> openDouble, openSingle;
  for (size_t i = 0; i < chars.size(); ++i) {
    const char32_t c = chars[i].code;
    if (!isShared(c)) continue;
    if (c == U'·') {  // between two Chinese characters it is a full-width dot; with spaces a separator
      chinese[i] = i > 0 && i + 1 < chars.size() && isCjk(chars[i - 1].code) && isCjk(chars[i + 1].code);
      continue;
    }
    // Dashes and dots come in twos: the second takes after the first.
    const bool repeats = i > 0 && chars[i - 1].code == c && (c == U'—' || c == U'…');
    chinese[i] = repeats ? bool(chinese[i - 1]) : touches(i);
    if ((c == U'—' || c == U'…') && !chinese[i] && i + 2 < chars.size() && chars[i + 1].code == c)
      chinese[i] = isCjk(chars[i + 2].code);
    if (c == U'“') openDouble.push_back(i);
    if (c == U'‘') openSingle.push_back(i);
    auto& open = c == U'”' ? openDouble : openSingle;
    if ((c == U'”' || c == U'’') && !open.empty()) {
      const size_t j = open.back();
      open.pop_back();
      chinese[i] = chinese[j] = chinese[i] || chinese[j];
    }
  }
  return chinese;
}

}  // namespace

// Fonts

struct FontFile::Impl {
  std::string path;
  int index = 0;
  const FcCharSet* characters = nullptr;  // owned by the Typesetter's FcConfig
  int weight = 0;

  hb_font_t* font() const { return open(), font_.get(); }
  hb_blob_t* blob() const { return open(), blob_.get(); }
  float perEm() const { return open(), 1.0f / static_cast<float>(upem_); }
  float figureWidth() const { return open(), figureWidth_; }  // of the widest tabular figure, font units

 private:
  // Mapped and parsed when first needed, once, by whichever thread comes first; immutable from then on.
  void open() const {
    std::call_once(once_, [this] {
      blob_.reset(hb_blob_create_from_file(path.c_str()));
      const Owned<hb_face_t> face(hb_face_create(blob_.get(), static_cast<unsigned>(index) & 0xffff));
      hb_face_make_immutable(face.get());
      font_.reset(hb_font_create(face.get()));
      upem_ = std::max(1u, hb_face_get_upem(face.get()));
      hb_font_set_scale(font_.get(), static_cast<int>(upem_), static_cast<int>(upem_));
      hb_ot_font_set_funcs(font_.get());
      if (index >> 16) hb_font_set_var_named_instance(font_.get(), static_cast<unsigned>(index >> 16) - 1);
      hb_font_make_immutable(font_.get());
      const Owned<hb_buffer_t> figures(hb_buffer_create());
      hb_buffer_add_utf8(figures.get(), "0123456789", -1, 0, -1);
      hb_buffer_guess_segment_properties(figures.get());
      const hb_feature_t tabular{HB_TAG('t', 'n', 'u', 'm'), 1, HB_FEATURE_GLOBAL_START,
                                 HB_FEATURE_GLOBAL_END};
      hb_shape(font_.get(), figures.get(), &tabular, 1);
      unsigned count = 0;
      const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(figures.get(), &count);
      for (unsigned i = 0; i < count; ++i)
        figureWidth_ = std::max(figureWidth_, static_cast<float>(positions[i].x_advance));
    });
  }
  mutable std::once_flag once_;
  mutable Owned<hb_blob_t> blob_;
  mutable Owned<hb_font_t> font_;
  mutable unsigned upem_ = 1;
  mutable float figureWidth_ = 0;
};

std::span<const uint8_t> FontFile::bytes() const {
  unsigned length = 0;
  const char* data = impl ? hb_blob_get_data(impl->blob(), &length) : nullptr;
  return {reinterpret_cast<const uint8_t*>(data), length};
}

namespace {

std::string englishName(FcPattern* pattern, const char* object, const char* languageObject) {
  FcChar8 *name = nullptr, *language = nullptr, *first = nullptr;
  for (int i = 0; FcPatternGetString(pattern, object, i, &name) == FcResultMatch; ++i) {
    if (!first) first = name;
    if (FcPatternGetString(pattern, languageObject, i, &language) == FcResultMatch &&
        std::string_view(reinterpret_cast<char*>(language)).starts_with("en"))
      return reinterpret_cast<char*>(name);
  }
  return first ? reinterpret_cast<char*>(first) : "";
}

std::string fileOf(FcPattern* pattern) {
  FcChar8* file = nullptr;
  return FcPatternGetString(pattern, FC_FILE, 0, &file) == FcResultMatch ? reinterpret_cast<char*>(file) : "";
}

// Only outlines that HarfBuzz can read; a variable font by its named instances.
bool isUsable(FcPattern* pattern) {
  FcBool outline = FcFalse, colour = FcFalse, variable = FcFalse;
  FcPatternGetBool(pattern, FC_OUTLINE, 0, &outline);
  FcPatternGetBool(pattern, FC_COLOR, 0, &colour);
  FcPatternGetBool(pattern, FC_VARIABLE, 0, &variable);
  FcChar8* format = nullptr;
  if (FcPatternGetString(pattern, FC_FONTFORMAT, 0, &format) != FcResultMatch) return false;
  const std::string_view name(reinterpret_cast<char*>(format));
  std::string ending = fileOf(pattern);
  ending = ending.size() > 4 ? ending.substr(ending.size() - 4) : "";
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return outline && !colour && !variable && (name == "TrueType" || name == "CFF") &&
         (ending == ".ttf" || ending == ".otf" || ending == ".ttc" || ending == ".otc");
}

struct Candidate {
  FontFile file;
  int rank = 0;  // lower: more like the sans face of running text
};

std::optional<Candidate> candidateFrom(FcPattern* pattern) {
  FcCharSet* characters = nullptr;
  if (!isUsable(pattern) || FcPatternGetCharSet(pattern, FC_CHARSET, 0, &characters) != FcResultMatch)
    return {};
  int slant = 0, spacing = FC_PROPORTIONAL, weight = FC_WEIGHT_REGULAR, index = 0, width = FC_WIDTH_NORMAL;
  FcPatternGetInteger(pattern, FC_SLANT, 0, &slant);
  FcPatternGetInteger(pattern, FC_SPACING, 0, &spacing);
  FcPatternGetInteger(pattern, FC_WEIGHT, 0, &weight);
  FcPatternGetInteger(pattern, FC_WIDTH, 0, &width);
  FcPatternGetInteger(pattern, FC_INDEX, 0, &index);
  Candidate c;
  c.file.path = fileOf(pattern);
  c.file.index = index;
  c.file.family = englishName(pattern, FC_FAMILY, FC_FAMILYLANG);
  c.file.style = englishName(pattern, FC_STYLE, FC_STYLELANG);
  c.file.bold = weight >= FC_WEIGHT_DEMIBOLD;
  c.file.serif = c.file.family.find("Serif") != std::string::npos ||
                 c.file.family.find("Ming") != std::string::npos ||
                 c.file.family.find("Song") != std::string::npos;
  FcLangSet* languages = nullptr;
  const bool chinese = FcPatternGetLangSet(pattern, FC_LANG, 0, &languages) == FcResultMatch &&
                       FcLangSetHasLang(languages, reinterpret_cast<const FcChar8*>("zh-cn")) == FcLangEqual;
  const int weightOff = std::min(std::abs(weight - FC_WEIGHT_REGULAR), std::abs(weight - FC_WEIGHT_BOLD));
  const bool mono = spacing >= FC_DUAL || c.file.family.find("Mono") != std::string::npos;
  c.rank = (slant != FC_SLANT_ROMAN ? 4000 : 0) + (width != FC_WIDTH_NORMAL ? 2000 : 0) + (mono ? 1000 : 0) +
           (chinese ? 0 : 500) + weightOff;
  auto impl = std::make_shared<FontFile::Impl>();
  impl->path = c.file.path;
  impl->index = index;
  impl->characters = characters;
  impl->weight = weight;
  c.file.impl = std::move(impl);
  return c;
}

// What fontconfig gives for a family at a weight: file and face index.
std::pair<std::string, int> matched(FcConfig* config, const char* family, bool bold, bool chinese) {
  const Owned<FcPattern> want(FcPatternCreate());
  FcPatternAddString(want.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family));
  FcPatternAddInteger(want.get(), FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
  FcPatternAddInteger(want.get(), FC_SLANT, FC_SLANT_ROMAN);
  FcPatternAddBool(want.get(), FC_VARIABLE, FcFalse);
  if (chinese) FcPatternAddString(want.get(), FC_LANG, reinterpret_cast<const FcChar8*>("zh-cn"));
  FcConfigSubstitute(config, want.get(), FcMatchPattern);
  FcDefaultSubstitute(want.get());
  FcResult result = FcResultNoMatch;
  const Owned<FcPattern> match(FcFontMatch(config, want.get(), &result));
  int index = 0;
  if (match) FcPatternGetInteger(match.get(), FC_INDEX, 0, &index);
  return {match ? fileOf(match.get()) : std::string(), index};
}

}  // namespace

// Shaping

struct Typesetter::Impl {
  Owned<FcConfig> config;  // owns the character sets
  std::vector<FontFile> fonts;
  std::array<uint16_t, 4> chinese{kNone, kNone, kNone, kNone};  // by Face
  std::array<uint16_t, 4> latin{kNone, kNone, kNone, kNone};    // Inter for the sans faces; else as above
  hb_language_t language = hb_language_from_string("zh-cn", -1);

  bool has(uint16_t font, char32_t c) const {
    const FcCharSet* set = fonts[font].impl->characters;
    return FcCharSetHasChar(set, c);
  }

  // Any installed font with the character, the nearest in style first.
  uint16_t fallback(char32_t c, Face face, uint16_t previous) const {
    if (previous != kNone && has(previous, c)) return previous;
    const bool bold = face == Face::sansBold || face == Face::serifBold, serif = face >= Face::serif;
    uint16_t best = kNone;
    int bestScore = 4;
    for (size_t i = 0; i < fonts.size() && bestScore > 0; ++i) {
      const int score = (fonts[i].bold != bold ? 1 : 0) + (fonts[i].serif != serif ? 2 : 0);
      if (score < bestScore && has(static_cast<uint16_t>(i), c))
        best = static_cast<uint16_t>(i), bestScore = score;
    }
    return best;
  }

  // The font of each character; kNone where no font has it.
  std::vector<uint16_t> itemised(const std::vector<Char>& chars, Face face) const {
    const std::vector<bool> context = chineseContext(chars);
    const uint16_t cjk = chinese[static_cast<size_t>(face)], roman = latin[static_cast<size_t>(face)];
    std::vector<uint16_t> font(chars.size(), kNone);
    uint16_t previous = kNone, lastFallback = kNone;
    for (size_t i = 0; i < chars.size(); ++i) {
      const char32_t c = isControl(chars[i].code) ? U' ' : chars[i].code;
      uint16_t& f = font[i];
      if (previous != kNone && (isInvisible(c) || (isMark(c) && has(previous, c)))) f = previous;
      else if (isInvisible(c)) f = cjk;
      else if (context[i] && has(cjk, c)) f = cjk;
      else if (has(roman, c)) f = roman;
      else if (has(cjk, c)) f = cjk;
      else lastFallback = f = fallback(c, face, lastFallback);
      previous = f;
    }
    return font;
  }
};

geo::Result<std::shared_ptr<const Typesetter>> Typesetter::open() {
  const char* remedy = "Install one, on Debian: sudo apt install fonts-noto-cjk";
  auto impl = std::make_shared<Impl>();
  impl->config.reset(FcInitLoadConfigAndFonts());
  if (!impl->config)
    return geo::fail("fontconfig has no usable configuration.", "Install the package fontconfig-config.");
  std::vector<Candidate> candidates;
  for (FcSetName name : {FcSetSystem, FcSetApplication})
    if (const FcFontSet* set = FcConfigGetFonts(impl->config.get(), name))
      for (int i = 0; i < set->nfont; ++i)
        if (auto c = candidateFrom(set->fonts[i])) candidates.push_back(std::move(*c));
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.rank, a.file.path, a.file.index) < std::tie(b.rank, b.file.path, b.file.index);
  });

  const auto speaksChinese = [](const FontFile& f) {
    return FcCharSetHasChar(f.impl->characters, U'清') && FcCharSetHasChar(f.impl->characters, U'远');
  };
  const auto find = [&](const std::pair<std::string, int>& file) {
    return std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) {
      return c.file.path == file.first && c.file.index == file.second;
    });
  };
  // Fonts of the faces come first in the list; a font that serves two faces is there once.
  std::vector<Candidate> rest;
  const auto take = [&](const Candidate& c) {
    for (size_t i = 0; i < impl->fonts.size(); ++i)
      if (impl->fonts[i].impl == c.file.impl) return static_cast<uint16_t>(i);
    impl->fonts.push_back(c.file);
    return static_cast<uint16_t>(impl->fonts.size() - 1);
  };
  for (size_t face = 0; face < 4; ++face) {
    const bool bold = face % 2, serif = face >= 2;
    auto c = find(matched(impl->config.get(), serif ? "Noto Serif CJK SC" : "Noto Sans CJK SC", bold, true));
    if (c == candidates.end() ||
        !speaksChinese(c->file)) {  // fontconfig's choice cannot be read, or has no Chinese
      const auto good = [&](const Candidate& o) { return o.file.bold == bold && speaksChinese(o.file); };
      c = std::find_if(candidates.begin(), candidates.end(), good);
      if (c == candidates.end())
        c = std::find_if(candidates.begin(), candidates.end(),
                         [&](const Candidate& o) { return speaksChinese(o.file); });
    }
    if (c == candidates.end()) return geo::fail("No installed font has Chinese characters.", remedy);
    impl->chinese[face] = impl->latin[face] = take(*c);
    if (serif) continue;  // the serif face has a Latin of its own that suits it
    const auto inter = find(matched(impl->config.get(), "Inter", bold, false));
    if (inter != candidates.end() && inter->file.family.starts_with("Inter"))
      impl->latin[face] = take(*inter);
  }
  for (const Candidate& c : candidates)
    if (impl->fonts.size() < kNone) take(c);
  auto typesetter = std::make_shared<Typesetter>();
  typesetter->impl_ = std::move(impl);
  return typesetter;
}

const std::vector<FontFile>& Typesetter::fonts() const { return impl_->fonts; }

struct Typesetter::Memory {
  struct Key {
    TextStyle style;
    std::string text;
  };
  struct KeyView {
    const TextStyle& style;
    std::string_view text;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(const KeyView& k) const {
      size_t h = std::hash<std::string_view>()(k.text);
      for (const size_t part : {std::hash<float>()(k.style.size), std::hash<float>()(k.style.letterSpacing),
                                static_cast<size_t>(k.style.face) * 2 + k.style.tabular})
        h = h * 1099511628211u + part;
      return h;
    }
    size_t operator()(const Key& k) const { return (*this)(KeyView{k.style, k.text}); }
  };
  struct Same {
    using is_transparent = void;
    static KeyView view(const Key& k) { return {k.style, k.text}; }
    static KeyView view(const KeyView& k) { return k; }
    bool operator()(const auto& a, const auto& b) const {
      const KeyView x = view(a), y = view(b);
      return x.style == y.style && x.text == y.text;
    }
  };

  // Runs never move: what was found may be read without the lock.
  const GlyphRun* find(std::string_view text, const TextStyle& style) const {
    const std::shared_lock lock(guard);
    const auto it = runs.find(KeyView{style, text});
    return it == runs.end() ? nullptr : &it->second;
  }
  void keep(const GlyphRun& run, const TextStyle& style) {
    const std::unique_lock lock(guard);
    if (runs.size() < kMost) runs.emplace(Key{style, run.text}, run);
  }

  static constexpr size_t kMost = 50'000;  // some 30 MB
  mutable std::shared_mutex guard;
  std::unordered_map<Key, GlyphRun, Hash, Same> runs;
};

TypesetterPtr Typesetter::remembering() const {
  auto own = std::make_shared<Typesetter>(*this);
  own->memory_ = std::make_shared<Memory>();
  return own;
}

GlyphRun Typesetter::shape(std::string_view utf8, const TextStyle& style) const {
  if (!memory_) return shapeAnew(utf8, style);
  if (const GlyphRun* known = memory_->find(utf8, style)) return *known;
  GlyphRun run = shapeAnew(utf8, style);
  memory_->keep(run, style);
  return run;
}

GlyphRun Typesetter::shapeAnew(std::string_view utf8, const TextStyle& style) const {
  GlyphRun run;
  run.text = utf8;
  run.size = style.size;
  run.ascent = kAscent * style.size;
  run.descent = kDescent * style.size;
  const std::vector<Char> chars = decoded(utf8);
  const std::vector<uint16_t> fonts = impl_->itemised(chars, style.face);
  const Owned<hb_buffer_t> buffer(hb_buffer_create());
  const float spacing = style.letterSpacing * style.size;
  float pen = 0;
  // Two Chinese marks in a row keep one of the two blank halves between them: 、）and “（ set solid.
  const auto isTight = [&](size_t i) {
    const auto fullWidth = [&](size_t k) {
      return fonts[k] == impl_->chinese[static_cast<size_t>(style.face)] && chars[k].code > 0x7f;
    };
    const auto closes = [&](size_t k) {
      return fullWidth(k) &&
             (isClosing(chars[k].code) ||
              std::u32string_view(U"、，。；：").find(chars[k].code) != std::u32string_view::npos);
    };
    const auto opens = [&](size_t k) { return fullWidth(k) && isOpening(chars[k].code); };
    return (closes(i) && i + 1 < chars.size() && (closes(i + 1) || opens(i + 1))) ||
           (opens(i) && i > 0 && opens(i - 1));
  };

  for (size_t from = 0, to; from < chars.size(); from = to) {
    hb_script_t script = HB_SCRIPT_COMMON;  // of the piece: one font, one real script
    for (to = from; to < chars.size() && fonts[to] == fonts[from]; ++to) {
      const hb_script_t s = hb_unicode_script(hb_unicode_funcs_get_default(), chars[to].code);
      if (s == HB_SCRIPT_COMMON || s == HB_SCRIPT_INHERITED || s == HB_SCRIPT_UNKNOWN) continue;
      if (script != HB_SCRIPT_COMMON && s != script) break;
      script = s;
    }
    // A character that nobody has is the empty box of the Chinese font.
    const bool nobody = fonts[from] == kNone;
    const uint16_t index = nobody ? impl_->chinese[static_cast<size_t>(style.face)] : fonts[from];
    const FontFile::Impl& font = *impl_->fonts[index].impl;

    std::vector<hb_feature_t> features;
    const auto feature = [&](hb_tag_t tag, uint32_t value, unsigned start = HB_FEATURE_GLOBAL_START,
                             unsigned end = HB_FEATURE_GLOBAL_END) {
      features.push_back({tag, value, start, end});
    };
    feature(HB_TAG('t', 'n', 'u', 'm'), style.tabular);
    if (style.letterSpacing != 0)
      feature(HB_TAG('l', 'i', 'g', 'a'), 0), feature(HB_TAG('c', 'a', 'l', 't'), 0);

    hb_buffer_reset(buffer.get());
    for (size_t i = from; i < to; ++i) {
      const char32_t c = isControl(chars[i].code) ? U' ' : chars[i].code;
      hb_buffer_add(buffer.get(), c, chars[i].offset);
      if (isTight(i)) feature(HB_TAG('h', 'a', 'l', 't'), 1, chars[i].offset, chars[i].offset + 1);
    }
    hb_buffer_set_content_type(buffer.get(), HB_BUFFER_CONTENT_TYPE_UNICODE);
    if (script != HB_SCRIPT_COMMON) hb_buffer_set_script(buffer.get(), script);
    hb_buffer_set_language(buffer.get(), impl_->language);
    hb_buffer_guess_segment_properties(buffer.get());
    hb_shape(font.font(), buffer.get(), features.data(), static_cast<unsigned>(features.size()));

    unsigned count = 0;
    const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer.get(), &count);
    const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer.get(), &count);
    const float k = style.size * font.perEm();
    for (unsigned i = 0; i < count; ++i) {
      float advance = static_cast<float>(positions[i].x_advance), shift = 0;
      // Serif faces have no tabular figures, and Inter Bold's 4 is narrower than the others by a hair: each
      // stands in the middle of the widest one's place.
      const char byte = utf8[infos[i].cluster];
      if (style.tabular && byte >= '0' && byte <= '9') {
        shift = (font.figureWidth() - advance) / 2;
        advance = font.figureWidth();
      }
      run.glyphs.push_back({nobody ? 0 : infos[i].codepoint, index,
                            pen + (static_cast<float>(positions[i].x_offset) + shift) * k,
                            -static_cast<float>(positions[i].y_offset) * k, infos[i].cluster});
      pen += advance * k;
      const bool clusterEnds = i + 1 == count || infos[i + 1].cluster != infos[i].cluster;
      if (clusterEnds) pen += spacing;
    }
  }
  run.advance = run.glyphs.empty() ? 0 : pen - spacing;
  return run;
}

float Typesetter::width(std::string_view utf8, const TextStyle& style) const {
  if (const GlyphRun* known = memory_ ? memory_->find(utf8, style) : nullptr) return known->advance;
  return shape(utf8, style).advance;
}

std::set<char32_t> Typesetter::missing(std::string_view utf8) const {
  const std::vector<Char> chars = decoded(utf8);
  const std::vector<uint16_t> fonts = impl_->itemised(chars, Face::sans);
  std::set<char32_t> absent;
  for (size_t i = 0; i < chars.size(); ++i)
    if (fonts[i] == kNone) absent.insert(chars[i].code);
  return absent;
}

std::set<char32_t> missingFrom(const GlyphRun& run) {
  std::set<char32_t> absent;
  for (const Glyph& glyph : run.glyphs)
    if (glyph.id == 0 && glyph.cluster < run.text.size())
      absent.insert(decoded(std::string_view(run.text).substr(glyph.cluster, 4)).front().code);
  return absent;
}

// Lines

namespace {

// May a line end between these two characters?
bool mayBreak(const std::vector<Char>& chars, size_t next) {
  const char32_t a = chars[next - 1].code, b = chars[next].code;
  if (isMark(b) || isInvisible(b) || a == 0x200d || a == 0x2060 || b == 0xa0 || a == 0xa0) return false;
  if (isSpace(b)) return false;  // spaces stay at the end of their line, where they are dropped
  if (isSpace(a)) return !staysWithPrevious(b);
  if (a == 0x200b) return true;
  if (staysWithPrevious(b) || isOpening(a)) return false;
  if (a == U'-' || a == 0x2010) return isLetter(b) && next >= 2 && isLetter(chars[next - 2].code);
  // A closing quote or bracket, a dash or dots beside Chinese break like Chinese.
  const auto breaksLikeChinese = [](char32_t c) {
    return isCjk(c) || c == U'”' || c == U'—' || c == U'…' || c == U'“';
  };
  return breaksLikeChinese(a) || breaksLikeChinese(b);
}

}  // namespace

std::vector<std::string> Typesetter::wrap(std::string_view utf8, const TextStyle& style, float width) const {
  std::vector<std::string> lines;
  for (size_t start = 0; start <= utf8.size() && !utf8.empty();) {
    const size_t newline = std::min(utf8.find('\n', start), utf8.size());
    std::string_view paragraph = utf8.substr(start, newline - start);
    if (paragraph.ends_with('\r')) paragraph.remove_suffix(1);
    start = newline + 1;

    const std::vector<Char> chars = decoded(paragraph);
    const auto offset = [&](size_t i) { return i < chars.size() ? chars[i].offset : paragraph.size(); };
    // Without the spaces at its end.
    const auto piece = [&](size_t from, size_t to) {
      while (to > from && isSpace(chars[to - 1].code)) --to;
      return paragraph.substr(offset(from), offset(to) - offset(from));
    };
    const auto fits = [&](size_t from, size_t to) {
      return this->width(piece(from, to), style) <= width * 1.00001f;
    };
    if (chars.empty()) lines.emplace_back();
    // Where each character stands in the paragraph on one line: near enough to where it stands on its own.
    std::vector<float> at(chars.size() + 1, 0);
    {
      const GlyphRun whole = shape(paragraph, style);
      size_t glyph = 0;
      for (size_t i = 0; i < chars.size(); ++i) {
        while (glyph < whole.glyphs.size() && whole.glyphs[glyph].cluster < chars[i].offset) ++glyph;
        at[i] = glyph < whole.glyphs.size() ? whole.glyphs[glyph].x : whole.advance;
      }
      at.back() = whole.advance;
    }
    for (size_t from = 0; from < chars.size();) {
      // Widths grow with length, so the longest line is looked for near where the whole paragraph says.
      std::vector<size_t> ends;
      for (size_t i = from + 1; i < chars.size(); ++i)
        if (mayBreak(chars, i)) ends.push_back(i);
      ends.push_back(chars.size());
      const auto longest = [&](const std::vector<size_t>& options) {
        auto n =
            static_cast<size_t>(std::partition_point(options.begin(), options.end(),
                                                     [&](size_t to) { return at[to] - at[from] <= width; }) -
                                options.begin());
        if (n > 0 && !fits(from, options[n - 1])) {
          for (--n; n > 0 && !fits(from, options[n - 1]);) --n;
        } else {
          while (n < options.size() && fits(from, options[n])) ++n;
        }
        return n;
      };
      size_t n = longest(ends), to = n ? ends[n - 1] : 0;
      // Inside a word, at its hyphen, only where there is no better place.
      const auto isHyphen = [&](size_t end) { return end < chars.size() && chars[end - 1].code == U'-'; };
      for (size_t k = n; k > 0 && isHyphen(to); --k)
        if (!isHyphen(ends[k - 1])) to = ends[k - 1];
      if (!n) {  // a word longer than the line is broken anywhere, but never into nothing
        std::vector<size_t> anywhere;
        for (size_t i = from + 1; i <= ends[0]; ++i)
          if (i == chars.size() || !(isMark(chars[i].code) || isInvisible(chars[i].code)))
            anywhere.push_back(i);
        n = longest(anywhere);
        to = anywhere[n ? n - 1 : 0];
      }
      lines.emplace_back(piece(from, to));
      from = to;
      while (from < chars.size() && isSpace(chars[from].code)) ++from;
    }
  }
  return lines;
}

}  // namespace scene
