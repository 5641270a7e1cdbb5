#include "app/paper/cairo_painter.h"

#include <cairo-ft.h>
#include <cairo.h>

#include <cmath>

#include "app/paper/glyphs.h"
#include "app/paper/vectors.h"

#include <ft2build.h>
#include FT_FREETYPE_H

namespace paper {

using scene::Rect;
using scene::Rgba;
using scene::Vec;

namespace {

constexpr size_t mostParts =
    1000;  // per path: Cairo's PDF surface is quadratic in operations, viewers in path length

// Cairo keeps faces in a cache of its own beyond our call; whatever a face needs goes with it.
struct FaceHolder {
  std::shared_ptr<FT_LibraryRec_> library;
  FT_Face face = nullptr;
  scene::FontFile file;
  ~FaceHolder() {
    if (face) FT_Done_Face(face);
  }
};

class CairoPainter {
 public:
  CairoPainter(const scene::Drawing& drawing, cairo_t* cairo, double millimetresPerUnit)
      : drawing_(drawing),
        cairo_(cairo),
        seam_(seamMillimetres / millimetresPerUnit),
        reducer_(drawing, {.unitsPerCanvas = 1,
                           .grid = vectorGridMillimetres / millimetresPerUnit,
                           .margin = 10 / millimetresPerUnit}) {}
  ~CairoPainter() {
    for (auto* face : faces_)
      if (face) cairo_font_face_destroy(face);
  }

  geo::Result<void> paint(geo::Progress* progress) {
    if (auto ok = openFonts(); !ok) return ok;
    const Rect canvas{0, 0, drawing_.width, drawing_.height};
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_EVEN_ODD);
    if (drawing_.background.a) {
      source(drawing_.background);
      rectangle(canvas);
      cairo_fill(cairo_);
    }
    size_t done = 0;
    for (const auto& placed : drawing_.items) {
      if (progress &&
          !progress->keepGoing(static_cast<double>(done++) / static_cast<double>(drawing_.items.size())))
        return geo::fail("Drawing the page was cancelled.");
      clip_ = placed.clip ? met(canvas, *placed.clip) : canvas;
      std::visit([this](const auto& item) { add(item); }, placed.item);
      if (cairo_status(cairo_) != CAIRO_STATUS_SUCCESS) break;
    }
    setClip(std::nullopt);
    return {};
  }

 private:
  static Rect met(const Rect& a, const Rect& b) {
    const float x = std::max(a.x, b.x), y = std::max(a.y, b.y);
    return {x, y, std::min(a.right(), b.right()) - x, std::min(a.bottom(), b.bottom()) - y};
  }
  geo::Result<void> openFonts() {
    auto outlines = GlyphOutlines::open(drawing_);
    if (!outlines) return tl::unexpected(outlines.error());
    outlines_ = std::move(*outlines);
    const auto used = fontsUsed(drawing_);
    faces_.resize(used.size());
    FT_Library library = nullptr;
    if (FT_Init_FreeType(&library)) return geo::fail("FreeType could not be started.", "Is memory short?");
    const std::shared_ptr<FT_LibraryRec_> shared(library, FT_Done_FreeType);
    for (size_t f = 0; f < used.size(); ++f) {
      if (!used[f]) continue;
      auto holder = std::make_unique<FaceHolder>(FaceHolder{shared, nullptr, drawing_.fonts->fonts()[f]});
      const auto bytes = holder->file.bytes();
      if (bytes.empty() || FT_New_Memory_Face(library, bytes.data(), static_cast<FT_Long>(bytes.size()),
                                              holder->file.index, &holder->face))
        return geo::fail("The font " + holder->file.path + " cannot be opened.",
                         "Reinstall the package it belongs to.");
      static const cairo_user_data_key_t key{};
      faces_[f] = cairo_ft_font_face_create_for_ft_face(holder->face, FT_LOAD_NO_HINTING);
      if (cairo_font_face_set_user_data(faces_[f], &key, holder.get(), [](void* h) {
            delete static_cast<FaceHolder*>(h);
          }) == CAIRO_STATUS_SUCCESS)
        holder.release();
      else return geo::fail("A font cannot be used.", "Is memory short?");
    }
    return {};
  }

  // One clip at a time; most neighbours in the list share theirs.
  void setClip(std::optional<Rect> rect) {
    if (rect == current_) return;
    if (current_) cairo_restore(cairo_);
    current_ = rect;
    if (!rect) return;
    cairo_save(cairo_);
    rectangle(*rect);
    cairo_clip(cairo_);
  }
  bool visible() {
    if (!(clip_.w > 0 && clip_.h > 0)) return false;
    setClip(clip_ == Rect{0, 0, drawing_.width, drawing_.height} ? std::nullopt : std::optional(clip_));
    return true;
  }
  bool visible(int camera) {
    clip_ = met(clip_, drawing_.cameras.at(camera).frame);
    return visible();
  }
  void source(Rgba c) { cairo_set_source_rgba(cairo_, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0); }
  void rectangle(const Rect& r) { cairo_rectangle(cairo_, r.x, r.y, r.w, r.h); }
  void part(std::span<const Vec> points, bool closed) {
    for (size_t i = 0; i < points.size(); ++i)
      i ? cairo_line_to(cairo_, points[i].x, points[i].y) : cairo_move_to(cairo_, points[i].x, points[i].y);
    if (closed) cairo_close_path(cairo_);
  }
  void trace(const scene::Path& path, Vec origin = {}, float size = 1, float cosine = 1, float sine = 0) {
    const auto at = [&](Vec p) {
      return origin + Vec{p.x * cosine - p.y * sine, p.x * sine + p.y * cosine} * size;
    };
    size_t next = 0;
    using Verb = scene::Path::Verb;
    for (Verb verb : path.verbs) {
      if (verb == Verb::close) {
        cairo_close_path(cairo_);
        continue;
      }
      const Vec a = at(path.points[next++]);
      if (verb == Verb::move) {
        cairo_move_to(cairo_, a.x, a.y);
      } else if (verb == Verb::line) {
        cairo_line_to(cairo_, a.x, a.y);
      } else {
        const Vec b = at(path.points[next++]), c = at(path.points[next++]);
        cairo_curve_to(cairo_, a.x, a.y, b.x, b.y, c.x, c.y);
      }
    }
  }
  void pen(const scene::Pen& pen, bool round) {
    source(pen.colour);
    cairo_set_line_width(cairo_, pen.width);
    cairo_set_line_cap(cairo_, round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    const std::vector<double> dash(pen.dash.begin(), pen.dash.end());
    double period = 0;
    for (double d : dash) period += d;
    cairo_set_dash(cairo_, dash.data(), period > 0 ? static_cast<int>(dash.size()) : 0, 0);
  }
  void lines(const Parts& parts, const scene::Pen& given, bool round) {
    if (given.colour.a == 0 || !(given.width > 0)) return;
    pen(given, round);
    size_t inPath = 0;
    for (size_t p = 0; p < parts.size(); ++p) {
      part(parts.part(p), parts.closed[p]);
      // A translucent line is one path: two would darken each other where they touch.
      if (++inPath % mostParts == 0 && given.colour.a == 255) cairo_stroke(cairo_);
    }
    cairo_stroke(cairo_);
  }
  void hatch(const scene::Hatch& hatch, const Bounds& box) {  // under the clip that is set
    source(hatch.ground);
    cairo_paint(cairo_);
    source(hatch.line);
    cairo_set_line_width(cairo_, hatch.width);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_BUTT);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    for (const auto& [a, b] : stripes(hatch, box))
      cairo_move_to(cairo_, a.x, a.y), cairo_line_to(cairo_, b.x, b.y);
    cairo_stroke(cairo_);
  }
  void rowsPath(const Polygons& polygons, std::span<const uint32_t> rows) {
    for (uint32_t row : rows)
      for (uint32_t p = polygons.rowStart[row]; p < polygons.rowStart[row + 1]; ++p)
        part(polygons.part(p), true);
  }

  void add(const scene::Areas& areas) {
    if (!areas.shape || !areas.shape->layer || !visible(areas.camera)) return;
    const auto polygons = reducer_.polygons(areas.shape, areas.camera);
    std::vector<uint8_t> isHatched(polygons->rows());
    for (uint32_t row : areas.hatched)
      if (row < isHatched.size()) isHatched[row] = 1;
    std::vector<uint32_t> rows, hatched;
    bool oneAlpha = true;
    int alpha = -1;
    for (uint32_t row = 0; row < polygons->rows(); ++row) {
      if (polygons->rowStart[row] == polygons->rowStart[row + 1]) continue;
      if (isHatched[row]) {
        hatched.push_back(row);
      } else if (areas.fills && row < areas.fills->size() && (*areas.fills)[row].a) {
        rows.push_back(row);
        if (alpha < 0) alpha = (*areas.fills)[row].a;
        oneAlpha = oneAlpha && alpha == (*areas.fills)[row].a;
      }
    }
    cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_WINDING);
    cairo_set_line_width(cairo_, seam_);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    const bool group = oneAlpha && alpha > 0 && alpha < 255;
    if (group) cairo_push_group(cairo_);
    if (areas.fills)
      for (const auto& batch : batches(*areas.fills, rows, mostParts)) {
        source({batch.colour.r, batch.colour.g, batch.colour.b, group ? uint8_t{255} : batch.colour.a});
        rowsPath(*polygons, batch.rows);
        if (oneAlpha) {
          cairo_fill_preserve(cairo_);
          cairo_stroke(cairo_);
        } else {
          cairo_fill(cairo_);
        }
      }
    if (group) {
      cairo_pop_group_to_source(cairo_);
      cairo_paint_with_alpha(cairo_, alpha / 255.0);
    }
    for (size_t i = 0; i < hatched.size(); i += mostParts) {
      const std::span<const uint32_t> some(hatched.data() + i, std::min(mostParts, hatched.size() - i));
      Bounds box;
      for (uint32_t row : some) {
        const Bounds& b = polygons->box[row];
        box.add({std::max(b.x0, clip_.x), std::max(b.y0, clip_.y)});
        box.add({std::min(b.x1, clip_.right()), std::min(b.y1, clip_.bottom())});
      }
      cairo_save(cairo_);
      cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_WINDING);
      rowsPath(*polygons, some);
      cairo_clip(cairo_);
      hatch(areas.hatch, box);
      cairo_restore(cairo_);
    }
    cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_EVEN_ODD);
  }
  void add(const scene::Borders& borders) {
    if (!borders.shape || !borders.shape->layer || !visible(borders.camera)) return;
    lines(*reducer_.borders(borders), borders.pen, borders.pen.roundCap || borders.pen.dash.empty());
  }
  void add(const scene::Courses& courses) {
    if (!courses.shape || !courses.shape->layer || !visible(courses.camera)) return;
    lines(*reducer_.courses(courses.shape, courses.camera), courses.pen,
          courses.pen.roundCap || courses.pen.dash.empty());
  }
  void add(const scene::Dots& dots) {
    if (!dots.fills || !visible(dots.camera)) return;
    const DotPlaces places = dotPlaces(drawing_, dots);
    cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(cairo_, nullptr, 0, 0);
    // A disc is a line of no length with round caps: the shortest way to say it.
    const auto discs = [&](Rgba colour, float radius, std::span<const uint32_t> which) {
      if (colour.a == 0 || !(radius > 0)) return;
      source(colour);
      cairo_set_line_width(cairo_, 2 * radius);
      for (uint32_t i : which) {
        cairo_move_to(cairo_, places.at[i].x, places.at[i].y);
        cairo_line_to(cairo_, places.at[i].x, places.at[i].y);
        if (colour.a < 255) cairo_stroke(cairo_);
      }
      cairo_stroke(cairo_);
    };
    std::vector<Rgba> colours;
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < places.at.size(); ++i) {
      all.push_back(i);
      colours.push_back(places.row[i] < dots.fills->size() ? (*dots.fills)[places.row[i]] : Rgba{0, 0, 0, 0});
    }
    const float edge = std::max(0.0f, dots.edge.width) / 2;
    for (size_t i = 0; i < all.size(); i += mostParts) {
      const std::vector<uint32_t> some(all.begin() + i, all.begin() + std::min(all.size(), i + mostParts));
      if (edge > 0) discs(dots.edge.colour, dots.radius + edge, some);
      for (const auto& batch : batches(colours, some, mostParts))
        discs(batch.colour, dots.radius - edge, batch.rows);
    }
  }
  void image(const Rect& rect, const std::vector<Rgba>& pixels, int columns, int rows, bool smooth) {
    if (columns <= 0 || rows <= 0 || pixels.size() < static_cast<size_t>(columns) * rows ||
        !(rect.w > 0 && rect.h > 0))
      return;
    cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, columns, rows);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
      unsigned char* data = cairo_image_surface_get_data(surface);
      const int stride = cairo_image_surface_get_stride(surface);
      for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
          const Rgba c = pixels[static_cast<size_t>(y) * columns + x];
          const auto times = [&](uint8_t v) { return static_cast<uint32_t>((v * c.a + 127) / 255); };
          const uint32_t argb =
              static_cast<uint32_t>(c.a) << 24 | times(c.r) << 16 | times(c.g) << 8 | times(c.b);
          std::copy_n(reinterpret_cast<const unsigned char*>(&argb), 4,
                      data + static_cast<size_t>(y) * stride + static_cast<size_t>(x) * 4);
        }
      cairo_surface_mark_dirty(surface);
      cairo_save(cairo_);
      cairo_translate(cairo_, rect.x, rect.y);
      cairo_scale(cairo_, rect.w / columns, rect.h / rows);
      cairo_rectangle(cairo_, 0, 0, columns, rows);
      cairo_set_source_surface(cairo_, surface, 0, 0);
      cairo_pattern_set_filter(cairo_get_source(cairo_),
                               smooth ? CAIRO_FILTER_BILINEAR : CAIRO_FILTER_NEAREST);
      cairo_pattern_set_extend(cairo_get_source(cairo_), CAIRO_EXTEND_PAD);
      cairo_fill(cairo_);
      cairo_restore(cairo_);
    }
    cairo_surface_destroy(surface);
  }
  void add(const scene::Raster& raster) {
    if (!raster.pixels || !visible(raster.camera)) return;
    image(worldRect(drawing_.cameras[raster.camera], raster.world), *raster.pixels, raster.columns,
          raster.rows, raster.smooth);
  }
  void add(const scene::Image& picture) {
    if (picture.pixels && visible())
      image(picture.rect, *picture.pixels, picture.columns, picture.rows, true);
  }
  void add(const scene::Fill& fill) {
    if (fill.colour.a == 0 || fill.path.empty() || !visible()) return;
    source(fill.colour);
    trace(fill.path);
    cairo_fill(cairo_);
  }
  void add(const scene::Stroke& stroke) {
    if (stroke.pen.colour.a == 0 || stroke.path.empty() || !visible()) return;
    if (stroke.endWidth >= 0) {
      source(stroke.pen.colour);
      cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_WINDING);
      trace(taperedOutline(scene::flattened(stroke.path, static_cast<float>(seam_ / 4)), stroke.pen.width,
                           stroke.endWidth));
      cairo_fill(cairo_);
      cairo_set_fill_rule(cairo_, CAIRO_FILL_RULE_EVEN_ODD);
    } else if (stroke.pen.width > 0) {
      pen(stroke.pen, stroke.pen.roundCap);
      trace(stroke.path);
      cairo_stroke(cairo_);
    }
  }
  void gradient(cairo_pattern_t* pattern, const std::vector<Stop>& stops) {
    for (const auto& [offset, c] : stops)
      cairo_pattern_add_color_stop_rgba(pattern, offset, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
    cairo_set_source(cairo_, pattern);
    cairo_fill(cairo_);
    cairo_pattern_destroy(pattern);
  }
  void add(const scene::Glow& glow) {
    if (glow.colour.a == 0 || !(glow.radius > 0) || !visible()) return;
    rectangle({glow.centre.x - glow.radius, glow.centre.y - glow.radius, 2 * glow.radius, 2 * glow.radius});
    gradient(cairo_pattern_create_radial(glow.centre.x, glow.centre.y, 0, glow.centre.x, glow.centre.y,
                                         glow.radius),
             stops(glow));
  }
  void add(const scene::Fade& fade) {
    const Rect& r = fade.rect;
    if (!(r.w > 0 && r.h > 0) || !visible()) return;
    rectangle(r);
    gradient(fade.horizontal ? cairo_pattern_create_linear(r.x, 0, r.right(), 0)
                             : cairo_pattern_create_linear(0, r.y, 0, r.bottom()),
             stops(fade));
  }
  void add(const scene::HatchedRect& hatched) {
    const Rect& r = hatched.rect;
    if (!(r.w > 0 && r.h > 0) || !visible()) return;
    cairo_save(cairo_);
    rectangle(r);
    cairo_clip(cairo_);
    hatch(hatched.hatch, {r.x, r.y, r.right(), r.bottom()});
    cairo_restore(cairo_);
  }
  void add(const scene::Text& text) {
    if (text.run.empty() || !(text.run.size > 0) || !visible()) return;
    const float cosine = std::cos(text.angle), sine = std::sin(text.angle);
    if (text.halo.a && text.haloWidth > 0) {
      source(text.halo);
      cairo_set_line_width(cairo_, 2 * text.haloWidth);
      cairo_set_line_cap(cairo_, CAIRO_LINE_CAP_ROUND);
      cairo_set_dash(cairo_, nullptr, 0, 0);
      for (const auto& g : text.run.glyphs)
        trace(outlines_->outline(g.font, g.id),
              text.origin + Vec{g.x * cosine - g.y * sine, g.x * sine + g.y * cosine}, text.run.size, cosine,
              sine);
      cairo_stroke(cairo_);
    }
    source(text.colour);
    cairo_save(cairo_);
    cairo_translate(cairo_, text.origin.x, text.origin.y);
    if (text.angle != 0) cairo_rotate(cairo_, text.angle);
    for (const auto& stretch : stretches(text.run)) show(text.run, stretch);
    cairo_restore(cairo_);
  }
  void show(const scene::GlyphRun& run, const GlyphStretch& stretch) {
    if (stretch.font >= faces_.size() || !faces_[stretch.font]) return;
    cairo_set_font_face(cairo_, faces_[stretch.font]);
    cairo_set_font_size(cairo_, run.size);
    std::vector<cairo_glyph_t> glyphs;
    std::vector<cairo_text_cluster_t> clusters;
    size_t byte = stretch.firstByte;
    bool ordered = stretch.lastByte >= stretch.firstByte;
    for (size_t i = stretch.firstGlyph; i < stretch.lastGlyph; ++i) {
      const auto& g = run.glyphs[i];
      glyphs.push_back({g.id, g.x, g.y});
      const size_t start = i == stretch.firstGlyph ? stretch.firstByte : g.cluster;
      ordered = ordered && start >= byte && start <= stretch.lastByte;
      if (!ordered) continue;
      if (clusters.empty() || start > byte) {
        if (!clusters.empty()) clusters.back().num_bytes = static_cast<int>(start - byte);
        clusters.push_back({0, 0});
        byte = start;
      }
      ++clusters.back().num_glyphs;
    }
    if (ordered && !clusters.empty()) {
      clusters.back().num_bytes = static_cast<int>(stretch.lastByte - byte);
      cairo_show_text_glyphs(cairo_, run.text.data() + stretch.firstByte,
                             static_cast<int>(stretch.lastByte - stretch.firstByte), glyphs.data(),
                             static_cast<int>(glyphs.size()), clusters.data(),
                             static_cast<int>(clusters.size()), static_cast<cairo_text_cluster_flags_t>(0));
    } else {
      cairo_show_glyphs(cairo_, glyphs.data(), static_cast<int>(glyphs.size()));
    }
  }

  const scene::Drawing& drawing_;
  cairo_t* cairo_;
  double seam_;
  Reducer reducer_;
  Rect clip_;
  std::optional<Rect> current_;
  std::unique_ptr<GlyphOutlines> outlines_;
  std::vector<cairo_font_face_t*> faces_;
};

}  // namespace

geo::Result<void> paintOnCairo(const scene::Drawing& drawing, cairo_t* cairo, double millimetresPerUnit,
                               geo::Progress* progress) {
  return CairoPainter(drawing, cairo, millimetresPerUnit).paint(progress);
}

}  // namespace paper
