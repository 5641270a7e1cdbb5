#include "app/panels/theme.h"

#include <imgui_freetype.h>

#include <ft2build.h>
#include FT_FREETYPE_H

#include "app/panels/utf8.h"

namespace panels {
namespace {

struct Faces {
  const scene::FontFile* latin = nullptr;
  const scene::FontFile* cjk = nullptr;
};

Faces facesOf(const scene::Typesetter& fonts, bool bold) {
  Faces f;
  for (const auto& file : fonts.fonts()) {
    if (file.serif) continue;
    auto*& slot = file.family.starts_with("Inter") ? f.latin : f.cjk;
    if (!slot || (slot->bold != bold && file.bold == bold)) slot = &file;
  }
  return f;
}

// ImGui's FreeType builder takes ascender + descender as the size of a font; the look speaks of ems.
float heightPerEm(const scene::FontFile& file) {
  const auto bytes = file.bytes();
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  float ratio = 1;
  if (FT_Init_FreeType(&library)) return ratio;
  if (!FT_New_Memory_Face(library, bytes.data(), static_cast<FT_Long>(bytes.size()), file.index, &face)) {
    if (face->units_per_EM) ratio = static_cast<float>(face->ascender - face->descender) / face->units_per_EM;
    FT_Done_Face(face);
  }
  FT_Done_FreeType(library);
  return ratio;
}

bool isBold(Type t) {
  return t == Type::strong || t == Type::chip || t == Type::heading || t == Type::title || t == Type::figure;
}

// Chinese quotes, dashes and dots are as wide as a character; Inter's are not.
bool chineseOnly(char32_t c) { return (c >= 0x2014 && c <= 0x201D) || c == 0x2026 || c >= 0x2E80; }

std::vector<ImWchar> ranges(const std::bitset<65536>& set, bool latinFace, scene::Language language) {
  std::vector<ImWchar> r;
  for (size_t c = 1; c < set.size(); ++c) {
    const bool wanted = set[c] && !(latinFace && language == scene::Language::zh && chineseOnly(c));
    if (!wanted) continue;
    if (!r.empty() && r.back() + 1u == c) r.back() = static_cast<ImWchar>(c);
    else r.push_back(static_cast<ImWchar>(c)), r.push_back(static_cast<ImWchar>(c));
  }
  if (r.empty()) r = {' ', ' '};
  r.push_back(0);
  return r;
}

// Inter's default figures differ in width; columns of numbers need them alike.
void makeTabular(ImFont& font) {
  float widest = 0;
  for (ImWchar c = '0'; c <= '9'; ++c)
    if (const auto* g = font.FindGlyphNoFallback(c)) widest = std::max(widest, g->AdvanceX);
  for (ImWchar c = '0'; c <= '9'; ++c)
    if (auto* g = const_cast<ImFontGlyph*>(font.FindGlyphNoFallback(c))) {
      const float shift = std::floor((widest - g->AdvanceX) / 2);
      g->X0 += shift, g->X1 += shift, g->AdvanceX = widest;
      font.IndexAdvanceX[c] = widest;
    }
}

}  // namespace

float emOf(Type type) {
  switch (type) {
    case Type::note:
      return 12.5f;
    case Type::body:
      return 14;
    case Type::strong:
      return 14;
    case Type::chip:
      return 12;
    case Type::heading:
      return 17;
    case Type::title:
      return 28;
    case Type::figure:
      return 40;
    case Type::notes:
      return 20;
  }
  return 14;
}

void Fonts::need(Type type, std::string_view utf8) {
  auto& set = seen_[static_cast<size_t>(type)];
  for (size_t i = 0; i < utf8.size();) {
    const char32_t c = nextCodePoint(utf8, i);
    const size_t at = c < 65536 ? c : 0xFFFD;
    if (!set[at]) set[at] = true, lacking_ = true;
  }
}

bool Fonts::stale(const scene::TypesetterPtr& fonts, float scale, scene::Language language) const {
  return lacking_ || !fonts_[0] || scale != scale_ || language != language_ || fonts != source_;
}

void Fonts::build(ImFontAtlas& atlas, const scene::TypesetterPtr& fonts, float scale,
                  scene::Language language) {
  for (auto t : {Type::note, Type::body, Type::strong})
    for (size_t c = ' '; c < 127; ++c) seen_[static_cast<size_t>(t)][c] = true;
  for (auto& set : seen_) set[' '] = set['?'] = set[0x2026] = true;
  scale_ = scale, language_ = language, source_ = fonts, lacking_ = false;

  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  std::vector<std::vector<ImWchar>> kept;  // ImGui reads the ranges when it builds
  for (size_t i = 0; i < typeCount; ++i) {
    const auto type = static_cast<Type>(i);
    const Faces faces = fonts ? facesOf(*fonts, isBold(type)) : Faces{};
    ImFont* font = nullptr;
    for (const auto* file : {faces.latin, faces.cjk}) {
      if (!file) continue;
      const auto bytes = file->bytes();
      ImFontConfig config;
      // Not "owned" would mean copied, 19 MB each: it is called owned until it stands in the atlas.
      config.FontNo = file->index;
      config.MergeMode = font != nullptr;
      config.PixelSnapH = true;
      config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
      kept.push_back(ranges(seen_[i], file == faces.latin, language));
      auto* added =
          atlas.AddFontFromMemoryTTF(const_cast<uint8_t*>(bytes.data()), static_cast<int>(bytes.size()),
                                     em(type) * heightPerEm(*file), &config, kept.back().data());
      atlas.ConfigData.back().FontDataOwnedByAtlas = false;  // the mapped file
      if (!font) font = added;
    }
    if (!font) {
      ImFontConfig config;
      config.SizePixels = em(type);
      font = atlas.AddFontDefault(&config);
    }
    fonts_[i] = font;
  }
  atlas.Build();
  for (auto* f : fonts_) makeTabular(*f);
}

void applyStyle(const scene::Theme& t, float scale) {
  auto& s = ImGui::GetStyle();
  s = ImGuiStyle();
  s.WindowPadding = s.FramePadding = s.ItemSpacing = s.ItemInnerSpacing = {0, 0};
  s.WindowBorderSize = s.ChildBorderSize = s.PopupBorderSize = s.FrameBorderSize = 0;
  s.WindowRounding = s.ChildRounding = s.FrameRounding = 0;
  s.WindowMinSize = {1, 1};
  s.DisplaySafeAreaPadding = {0, 0};
  s.CurveTessellationTol = 0.6f;
  s.CircleTessellationMaxError = 0.2f;
  s.MouseCursorScale = scale;
  const auto set = [&](ImGuiCol id, scene::Rgba c) {
    s.Colors[id] = ImGui::ColorConvertU32ToFloat4(colour(c));
  };
  const scene::Rgba none{0, 0, 0, 0};
  for (int i = 0; i < ImGuiCol_COUNT; ++i) set(i, none);
  set(ImGuiCol_Text, t.text1);
  set(ImGuiCol_TextDisabled, t.text3);
  set(ImGuiCol_TextSelectedBg, t.accent.withAlpha(0.3));
}

}  // namespace panels
