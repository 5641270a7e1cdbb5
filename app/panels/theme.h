// The window's type and ImGui's style, from the look's tokens. Fonts are built at their true size with the
// characters that have been shown, no more: the whole of Chinese would take a second and tens of megabytes.
#pragma once

#include <imgui.h>

#include <array>
#include <bitset>
#include <string_view>

#include "app/scene/scene.h"

namespace panels {

enum class Type : uint8_t { note, body, strong, chip, heading, title, figure, notes };
inline constexpr size_t typeCount = 8;
float emOf(Type type);  // pixels at scale 1

class Fonts {
 public:
  // Remembers the characters of a text. Invalid UTF-8 counts as U+FFFD.
  void need(Type type, std::string_view utf8);
  bool lacking() const { return lacking_; }
  bool stale(const scene::TypesetterPtr& fonts, float scale, scene::Language language) const;
  void build(ImFontAtlas& atlas, const scene::TypesetterPtr& fonts, float scale, scene::Language language);

  ImFont* operator[](Type type) const { return fonts_[static_cast<size_t>(type)]; }
  float em(Type type) const { return emOf(type) * scale_; }

 private:
  std::array<ImFont*, typeCount> fonts_{};
  std::array<std::bitset<65536>, typeCount> seen_;
  bool lacking_ = false;
  float scale_ = 0;
  scene::Language language_ = scene::Language::zh;
  scene::TypesetterPtr source_;
};

inline ImU32 colour(scene::Rgba c) { return IM_COL32(c.r, c.g, c.b, c.a); }
void applyStyle(const scene::Theme& theme, float scale);

}  // namespace panels
