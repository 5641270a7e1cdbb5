#include "app/paper/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_ADVANCES_H
#include FT_OUTLINE_H

namespace paper {

using scene::Path;
using scene::Vec;

struct GlyphOutlines::Impl {
  FT_Library library = nullptr;
  std::vector<FT_Face> faces;  // null: not used
  std::unordered_map<uint64_t, Path> outlines;

  ~Impl() {
    for (FT_Face face : faces)
      if (face) FT_Done_Face(face);
    if (library) FT_Done_FreeType(library);
  }
};

GlyphOutlines::GlyphOutlines() : impl_(std::make_unique<Impl>()) {}
GlyphOutlines::~GlyphOutlines() = default;

namespace {

geo::Result<FT_Face> openFace(FT_Library library, const scene::FontFile& font) {
  FT_Face face = nullptr;
  const auto bytes = font.bytes();
  if (bytes.empty() ||
      FT_New_Memory_Face(library, bytes.data(), static_cast<FT_Long>(bytes.size()), font.index, &face))
    return geo::fail("The font " + font.path + " cannot be opened.", "Reinstall the package it belongs to.");
  return face;
}

struct Tracer {
  Path path;
  Vec at;
  double perUnit;
  Vec vec(const FT_Vector* v) const {
    return {static_cast<float>(v->x * perUnit), static_cast<float>(-v->y * perUnit)};
  }
};

int moveTo(const FT_Vector* to, void* user) {
  auto& t = *static_cast<Tracer*>(user);
  if (!t.path.empty()) t.path.close();
  t.path.move(t.at = t.vec(to));
  return 0;
}
int lineTo(const FT_Vector* to, void* user) {
  auto& t = *static_cast<Tracer*>(user);
  t.path.line(t.at = t.vec(to));
  return 0;
}
int conicTo(const FT_Vector* control, const FT_Vector* to, void* user) {
  auto& t = *static_cast<Tracer*>(user);
  const Vec c = t.vec(control), end = t.vec(to);
  t.path.cubic(t.at + (c - t.at) * (2 / 3.0f), end + (c - end) * (2 / 3.0f), end);
  t.at = end;
  return 0;
}
int cubicTo(const FT_Vector* a, const FT_Vector* b, const FT_Vector* to, void* user) {
  auto& t = *static_cast<Tracer*>(user);
  const Vec end = t.vec(to);
  t.path.cubic(t.vec(a), t.vec(b), end);
  t.at = end;
  return 0;
}

}  // namespace

std::vector<bool> fontsUsed(const scene::Drawing& drawing) {
  std::vector<bool> used(drawing.fonts ? drawing.fonts->fonts().size() : 0);
  for (const auto& placed : drawing.items)
    if (const auto* text = std::get_if<scene::Text>(&placed.item))
      for (const auto& glyph : text->run.glyphs)
        if (glyph.font < used.size()) used[glyph.font] = true;
  return used;
}

geo::Result<std::unique_ptr<GlyphOutlines>> GlyphOutlines::open(const scene::Drawing& drawing) {
  std::unique_ptr<GlyphOutlines> made(new GlyphOutlines);
  Impl& impl = *made->impl_;
  if (FT_Init_FreeType(&impl.library)) return geo::fail("FreeType could not be started.", "Is memory short?");
  const auto used = fontsUsed(drawing);
  impl.faces.resize(used.size());
  for (size_t f = 0; f < used.size(); ++f) {
    if (!used[f]) continue;
    auto face = openFace(impl.library, drawing.fonts->fonts()[f]);
    if (!face) return tl::unexpected(face.error());
    impl.faces[f] = *face;
  }
  return made;
}

const Path& GlyphOutlines::outline(uint16_t font, uint32_t glyph) {
  const auto [entry, isNew] = impl_->outlines.try_emplace(static_cast<uint64_t>(font) << 32 | glyph);
  if (!isNew || font >= impl_->faces.size() || !impl_->faces[font]) return entry->second;
  FT_Face face = impl_->faces[font];
  if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP)) return entry->second;
  Tracer tracer{{}, {}, 1.0 / face->units_per_EM};
  const FT_Outline_Funcs functions{moveTo, lineTo, conicTo, cubicTo, 0, 0};
  FT_Outline_Decompose(&face->glyph->outline, &functions, &tracer);
  if (!tracer.path.empty()) tracer.path.close();
  entry->second = std::move(tracer.path);
  return entry->second;
}

float GlyphOutlines::advance(uint16_t font, uint32_t glyph) const {
  if (font >= impl_->faces.size() || !impl_->faces[font]) return 0;
  FT_Fixed advance = 0;
  FT_Get_Advance(impl_->faces[font], glyph, FT_LOAD_NO_SCALE, &advance);
  return static_cast<float>(advance) / impl_->faces[font]->units_per_EM;
}

}  // namespace paper
