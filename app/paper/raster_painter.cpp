#include "app/paper/raster_painter.h"

#include <atomic>
#include <bit>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "app/paper/glyphs.h"
#include "app/paper/reduced.h"

namespace paper {

using scene::Rect;
using scene::Vec;

namespace {

constexpr int chunkRows = 64;  // rows painted at a time: what they need stays in the cache
constexpr float flattenPixels = 0.06f;

struct GlyphMask {
  int left = 0, top = 0, width = 0, height = 0;  // from the glyph's whole-pixel origin
  std::vector<uint8_t> mask;
};

struct GlyphKey {
  uint32_t glyph;
  uint16_t font;
  uint8_t phaseX, phaseY;  // quarter pixels
  float size, angle, halo;
  bool operator==(const GlyphKey&) const = default;
};
struct GlyphHash {
  size_t operator()(const GlyphKey& k) const {
    uint64_t h = k.glyph | uint64_t{k.font} << 32 | uint64_t{k.phaseX} << 48 | uint64_t{k.phaseY} << 56;
    for (float f : {k.size, k.angle, k.halo}) h = (h ^ std::bit_cast<uint32_t>(f)) * 0x9E3779B97F4A7C15ull;
    return h ^ h >> 29;
  }
};

// What is to be painted, in pixels
// -------------------------------------------------------------------------------------

struct AreasOp {
  std::shared_ptr<const Polygons> polygons;
  scene::ColoursPtr fills;
  std::vector<uint8_t> hatched;  // per row
  Premultiplied line, ground;
  Stripes stripes;
};
struct LinesOp {
  std::shared_ptr<const Parts> parts;
  std::vector<Bounds> boxes;
  float half, endHalf;
  std::vector<float> dash;
  bool roundCap;
  Premultiplied colour;
};
struct DotsOp {
  std::vector<Vec> at;
  std::vector<uint32_t> row;
  scene::ColoursPtr fills;
  float radius, edgeHalf;
  Premultiplied edge;
  std::vector<GlyphMask> discs, rings;  // per eighth-pixel phase, y · 8 + x
};
struct FillOp {
  Parts contours;
  Bounds box;
  Premultiplied colour;
};
struct GlowOp {
  double x, y, radius;
  Premultiplied colour;
};
struct FadeOp {
  Rect rect;
  Premultiplied from, to;
  bool horizontal;
};
struct HatchedOp {
  Rect rect;
  Premultiplied line, ground;
  Stripes stripes;
};
struct TextOp {
  struct Piece {
    uint32_t mask;
    int x, y;
  };
  std::vector<Piece> halos, fills;
  Premultiplied halo, colour;
};
struct ImageOp {
  double x0, y0, x1, y1;
  std::vector<scene::Rgba> filtered;  // a smaller copy where the picture is shrunk
  std::shared_ptr<const std::vector<scene::Rgba>> original;
  int columns, rows;
  bool smooth;
  const scene::Rgba* pixels() const { return filtered.empty() ? original->data() : filtered.data(); }
};

struct Op {
  std::variant<AreasOp, LinesOp, DotsOp, FillOp, GlowOp, FadeOp, HatchedOp, TextOp, ImageOp> what;
  PixelBox clip;  // also bounds what it touches
};

PixelBox pixelsAround(float x0, float y0, float x1, float y1) {
  const auto whole = [](float v) { return static_cast<int>(std::clamp(v, -1e6f, 1e6f)); };
  if (!(x0 <= x1 && y0 <= y1)) return {};
  return {whole(std::floor(x0)), whole(std::floor(y0)), whole(std::ceil(x1)), whole(std::ceil(y1))};
}
PixelBox pixelsAround(const Bounds& b, float grow = 0) {
  return pixelsAround(b.x0 - grow, b.y0 - grow, b.x1 + grow, b.y1 + grow);
}

// How much of a pixel lies in an interval.
float share(int pixel, double from, double to) {
  return static_cast<float>(
      std::clamp(std::min<double>(pixel + 1, to) - std::max<double>(pixel, from), 0.0, 1.0));
}

Parts flattenedParts(const scene::Path& path, double scale, bool closeAll, Bounds& box) {
  Parts parts;
  std::vector<bool> closed;
  const auto lines = scene::flattened(path, static_cast<float>(flattenPixels / scale), &closed);
  for (size_t i = 0; i < lines.size(); ++i) {
    for (Vec p : lines[i]) parts.points.push_back(p * static_cast<float>(scale));
    parts.end(closeAll || closed[i]);
  }
  box = boundsOf(parts.points);
  return parts;
}

GlyphMask drawGlyph(const scene::Path& outline, const GlyphKey& key, Coverage& coverage, LineMask& lines) {
  GlyphMask out;
  if (outline.empty()) return out;
  const float cosine = std::cos(key.angle) * key.size, sine = std::sin(key.angle) * key.size;
  const Vec origin{key.phaseX / 4.0f, key.phaseY / 4.0f};
  Parts parts;
  for (const auto& line : scene::flattened(outline, flattenPixels / key.size)) {
    for (Vec p : line)
      parts.points.push_back(origin + Vec{p.x * cosine - p.y * sine, p.x * sine + p.y * cosine});
    parts.end(true);
  }
  const PixelBox box = pixelsAround(boundsOf(parts.points), key.halo > 0 ? key.halo + 1 : 0);
  if (box.empty()) return out;
  out.left = box.x0, out.top = box.y0, out.width = box.width(), out.height = box.height();
  out.mask.resize(static_cast<size_t>(out.width) * out.height);
  const auto at = [&](int x, int y) {
    return out.mask.data() + static_cast<size_t>(y - box.y0) * out.width + (x - box.x0);
  };
  coverage.begin(box);
  for (size_t p = 0; p < parts.size(); ++p) coverage.ring(parts.part(p));
  coverage.finish(false, [&](int y, int x, int count, const float* c) {
    uint8_t* to = at(x, y);
    for (int i = 0; i < count; ++i) to[i] = static_cast<uint8_t>(c[i] * 255 + 0.5f);
  });
  if (key.halo <= 0) return out;
  lines.begin(box);
  for (size_t p = 0; p < parts.size(); ++p) strokeLine(lines, parts.part(p), true, key.halo, {}, true);
  lines.finish([&](int y, int x, int count, const uint8_t* m) {
    uint8_t* to = at(x, y);
    for (int i = 0; i < count; ++i) to[i] = std::max(to[i], m[i]);
  });
  return out;
}

GlyphMask drawDisc(float x, float y, float radius, float ringHalf) {
  const float reach = radius + std::max(0.0f, ringHalf) + 1;
  const PixelBox box = pixelsAround(x - reach, y - reach, x + reach, y + reach);
  GlyphMask out{box.x0, box.y0, box.width(), box.height(), {}};
  out.mask.reserve(static_cast<size_t>(out.width) * out.height);
  for (int py = box.y0; py < box.y1; ++py)
    for (int px = box.x0; px < box.x1; ++px) {
      const float d = std::hypot(px + 0.5f - x, py + 0.5f - y);
      const float c = ringHalf < 0 ? std::min(radius + 0.5f - d, 2 * radius)
                                   : std::min(ringHalf + 0.5f - std::abs(d - radius), 2 * ringHalf);
      out.mask.push_back(static_cast<uint8_t>(std::clamp(c, 0.0f, 1.0f) * 255 + 0.5f));
    }
  return out;
}

// Averages whole blocks of an image until a cell is no smaller than two thirds of a pixel: no aliasing when
// shrunk.
void shrink(ImageOp& image) {
  const auto factor = [](double pixels, int cells) {
    return std::max(1, static_cast<int>(cells / std::max(1.0, pixels) + 0.34));
  };
  const int fx = factor(image.x1 - image.x0, image.columns), fy = factor(image.y1 - image.y0, image.rows);
  if (fx == 1 && fy == 1) return;
  const int columns = (image.columns + fx - 1) / fx, rows = (image.rows + fy - 1) / fy;
  std::vector<scene::Rgba> out(static_cast<size_t>(columns) * rows);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      double r = 0, g = 0, b = 0, a = 0;
      int n = 0;
      for (int v = y * fy; v < std::min(image.rows, (y + 1) * fy); ++v)
        for (int u = x * fx; u < std::min(image.columns, (x + 1) * fx); ++u, ++n) {
          const scene::Rgba c = (*image.original)[static_cast<size_t>(v) * image.columns + u];
          r += c.r * c.a, g += c.g * c.a, b += c.b * c.a, a += c.a;
        }
      const auto byte = [](double v) { return static_cast<uint8_t>(v + 0.5); };
      if (a > 0)
        out[static_cast<size_t>(y) * columns + x] = {byte(r / a), byte(g / a), byte(b / a), byte(a / n)};
      else out[static_cast<size_t>(y) * columns + x] = {0, 0, 0, 0};
    }
  // The last block may be a part of one: the copy then reaches a little beyond the image.
  image.x1 = image.x0 + (image.x1 - image.x0) * columns * fx / image.columns;
  image.y1 = image.y0 + (image.y1 - image.y0) * rows * fy / image.rows;
  image.columns = columns, image.rows = rows;
  image.filtered = std::move(out);
}

}  // namespace

struct RasterPainter::Brush::Impl {
  Coverage coverage;
  LineMask lines;
  std::vector<SharedPixel> shared;
  std::vector<uint8_t> taken;     // 1: something of that pixel is there
  std::vector<uint32_t> waiting;  // all that ever were taken
};
RasterPainter::Brush::Brush() : impl_(std::make_unique<Impl>()) {}
RasterPainter::Brush::~Brush() = default;

struct RasterPainter::Impl {
  Premultiplied background;
  scene::Vision vision = scene::Vision::normal;
  std::vector<Op> ops;
  std::vector<GlyphMask> glyphs;

  void paint(const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const AreasOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const LinesOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const DotsOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const FillOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const GlowOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const FadeOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const HatchedOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const TextOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  void paintOp(const ImageOp& op, PixelBox clip, const Rows& rows, Brush::Impl& brush) const;
  static void blit(const GlyphMask& mask, int x, int y, const Premultiplied& colour, PixelBox clip,
                   const Rows& rows);
};

// Preparing
// ------------------------------------------------------------------------------------------------------------

namespace {

class Preparation {
 public:
  Preparation(const scene::Drawing& drawing, int width, int height, double k)
      : drawing_(drawing),
        k_(k),
        picture_{0, 0, width, height},
        reducer_(drawing, {.unitsPerCanvas = k, .margin = 64 + margin(drawing) * k}) {}

  geo::Result<void> run(std::vector<Op>& ops, std::vector<GlyphMask>& glyphs) {
    ops_ = &ops;
    for (const auto& placed : drawing_.items) {
      clip_ = picture_;
      if (placed.clip) clip_ = clip_.meet(pixels(*placed.clip));
      if (clip_.empty()) continue;
      std::visit([this](const auto& item) { add(item); }, placed.item);
    }
    return drawGlyphs(glyphs);
  }

 private:
  static double margin(const scene::Drawing& drawing) {
    double widest = 0;
    for (const auto& placed : drawing.items)
      if (const auto* b = std::get_if<scene::Borders>(&placed.item))
        widest = std::max<double>(widest, b->pen.width);
      else if (const auto* c = std::get_if<scene::Courses>(&placed.item))
        widest = std::max<double>(widest, c->pen.width);
    return widest;
  }
  float px(float canvas) const { return static_cast<float>(canvas * k_); }
  // Clips end on whole pixels: two frames that touch leave no seam.
  PixelBox pixels(const Rect& r) const {
    const auto whole = [](double v) { return static_cast<int>(std::lround(std::clamp(v, -1e6, 1e6))); };
    return {whole(r.x * k_), whole(r.y * k_), whole((r.x + static_cast<double>(r.w)) * k_),
            whole((r.y + static_cast<double>(r.h)) * k_)};
  }
  PixelBox frame(int camera) const { return clip_.meet(pixels(drawing_.cameras.at(camera).frame)); }
  template <class T>
  void put(T op, PixelBox clip) {
    if (!clip.empty()) ops_->push_back({std::move(op), clip});
  }
  std::vector<float> dash(const scene::Pen& pen) const {
    std::vector<float> out;
    for (float d : pen.dash) out.push_back(px(d));
    return out;
  }
  void addLines(std::shared_ptr<const Parts> parts, const scene::Pen& pen, float endWidth, PixelBox clip) {
    if (pen.colour.a == 0 || !(std::max(pen.width, endWidth) > 0) || parts->size() == 0) return;
    LinesOp op{parts,     {},           px(pen.width) / 2,        endWidth < 0 ? -1 : px(endWidth) / 2,
               dash(pen), pen.roundCap, Premultiplied(pen.colour)};
    Bounds all;
    for (size_t p = 0; p < parts->size(); ++p) {
      op.boxes.push_back(boundsOf(parts->part(p)));
      if (parts->part(p).empty()) continue;
      all.add({op.boxes.back().x0, op.boxes.back().y0}), all.add({op.boxes.back().x1, op.boxes.back().y1});
    }
    const float reach = std::max({op.half, op.endHalf, 0.5f}) + 1;
    put(std::move(op), clip.meet(pixelsAround(all, reach)));
  }

  void add(const scene::Areas& areas) {
    const PixelBox clip = frame(areas.camera);
    if (clip.empty() || !areas.shape || !areas.shape->layer) return;
    AreasOp op{reducer_.polygons(areas.shape, areas.camera),
               areas.fills,
               {},
               Premultiplied(areas.hatch.line),
               Premultiplied(areas.hatch.ground),
               Stripes(areas.hatch, k_, originAlong(drawing_.cameras.at(areas.camera)) * k_)};
    op.hatched.resize(op.polygons->rows());
    for (uint32_t row : areas.hatched)
      if (row < op.hatched.size()) op.hatched[row] = 1;
    put(std::move(op), clip);
  }
  void add(const scene::Borders& borders) {
    const PixelBox clip = frame(borders.camera);
    if (clip.empty() || !borders.shape || !borders.shape->layer) return;
    scene::Pen pen = borders.pen;
    pen.roundCap = pen.roundCap || pen.dash.empty();  // arcs meet at their ends
    addLines(reducer_.borders(borders), pen, -1, clip);
  }
  void add(const scene::Courses& courses) {
    const PixelBox clip = frame(courses.camera);
    if (clip.empty() || !courses.shape || !courses.shape->layer) return;
    addLines(reducer_.courses(courses.shape, courses.camera), courses.pen, -1, clip);
  }
  void add(const scene::Dots& dots) {
    const PixelBox clip = frame(dots.camera);
    if (clip.empty() || !dots.shape || !dots.shape->layer || !dots.fills) return;
    const auto& shapes = dots.shape->layer->shapes;
    const auto& camera = drawing_.cameras[dots.camera];
    DotsOp op{{},
              {},
              dots.fills,
              px(dots.radius),
              dots.edge.width > 0 ? px(dots.edge.width) / 2 : -1,
              Premultiplied(dots.edge.colour),
              {},
              {}};
    const float reach = op.radius + std::max(0.0f, op.edgeHalf) + 2;
    const geo::Box seen = geo::Box{clip.x0 - reach, clip.y0 - reach, clip.x1 + reach, clip.y1 + reach};
    const double scale = k_ / camera.metresPerUnit;
    const double x0 = (camera.frame.x + camera.frame.w / 2.0) * k_ - camera.centre.x * scale;
    const double y0 = (camera.frame.y + camera.frame.h / 2.0) * k_ + camera.centre.y * scale;
    for (size_t row = 0; row < shapes.rows(); ++row) {
      if (row >= dots.fills->size() || (*dots.fills)[row].a == 0) continue;
      for (uint32_t v = shapes.partStart[shapes.rowStart[row]];
           v < shapes.partStart[shapes.rowStart[row + 1]]; ++v) {
        const geo::Point p{x0 + shapes.vertices[v].x * scale, y0 - shapes.vertices[v].y * scale};
        if (!seen.contains(p)) continue;
        op.at.push_back({static_cast<float>(p.x), static_cast<float>(p.y)});
        op.row.push_back(static_cast<uint32_t>(row));
      }
    }
    for (int phase = 0; phase < 64; ++phase) {
      const float x = (phase % 8) / 8.0f, y = (phase / 8) / 8.0f;
      op.discs.push_back(drawDisc(x, y, op.radius, -1));
      if (op.edgeHalf > 0) op.rings.push_back(drawDisc(x, y, op.radius, op.edgeHalf));
    }
    put(std::move(op), clip);
  }
  void addImage(double x0, double y0, double x1, double y1,
                const std::shared_ptr<const std::vector<scene::Rgba>>& pixels, int columns, int rows,
                bool smooth, PixelBox clip) {
    if (!pixels || columns <= 0 || rows <= 0 || pixels->size() < static_cast<size_t>(columns) * rows) return;
    if (!(x1 > x0 && y1 > y0)) return;
    ImageOp op{x0, y0, x1, y1, {}, pixels, columns, rows, smooth};
    shrink(op);
    put(std::move(op), clip.meet(pixelsAround(static_cast<float>(x0), static_cast<float>(y0),
                                              static_cast<float>(x1), static_cast<float>(y1))));
  }
  void add(const scene::Raster& raster) {
    const auto& c = drawing_.cameras.at(raster.camera);
    const double scale = k_ / c.metresPerUnit;
    const double x = (c.frame.x + c.frame.w / 2.0) * k_, y = (c.frame.y + c.frame.h / 2.0) * k_;
    addImage(x + (raster.world.minX - c.centre.x) * scale, y - (raster.world.maxY - c.centre.y) * scale,
             x + (raster.world.maxX - c.centre.x) * scale, y - (raster.world.minY - c.centre.y) * scale,
             raster.pixels, raster.columns, raster.rows, raster.smooth, frame(raster.camera));
  }
  void add(const scene::Image& image) {
    addImage(image.rect.x * k_, image.rect.y * k_, image.rect.right() * k_, image.rect.bottom() * k_,
             image.pixels, image.columns, image.rows, true, clip_);
  }
  void add(const scene::Fill& fill) {
    if (fill.colour.a == 0 || fill.path.empty()) return;
    FillOp op;
    op.contours = flattenedParts(fill.path, k_, true, op.box);
    op.colour = Premultiplied(fill.colour);
    const PixelBox box = pixelsAround(op.box);
    put(std::move(op), clip_.meet(box));
  }
  void add(const scene::Stroke& stroke) {
    if (stroke.path.empty()) return;
    Bounds box;
    addLines(std::make_shared<Parts>(flattenedParts(stroke.path, k_, false, box)), stroke.pen,
             stroke.endWidth, clip_);
  }
  void add(const scene::Glow& glow) {
    const double x = glow.centre.x * k_, y = glow.centre.y * k_, r = glow.radius * k_;
    if (glow.colour.a == 0 || !(r > 0)) return;
    put(GlowOp{x, y, r, Premultiplied(glow.colour)},
        clip_.meet(pixelsAround(static_cast<float>(x - r), static_cast<float>(y - r),
                                static_cast<float>(x + r), static_cast<float>(y + r))));
  }
  Rect inPixels(const Rect& r) const { return {px(r.x), px(r.y), px(r.w), px(r.h)}; }
  static PixelBox around(const Rect& r) { return pixelsAround(r.x, r.y, r.right(), r.bottom()); }
  void add(const scene::Fade& fade) {
    const Rect r = inPixels(fade.rect);
    put(FadeOp{r, Premultiplied(fade.from), Premultiplied(fade.to), fade.horizontal}, clip_.meet(around(r)));
  }
  void add(const scene::HatchedRect& hatched) {
    const Rect r = inPixels(hatched.rect);
    put(HatchedOp{r, Premultiplied(hatched.hatch.line), Premultiplied(hatched.hatch.ground),
                  Stripes(hatched.hatch, k_)},
        clip_.meet(around(r)));
  }
  void add(const scene::Text& text) {
    if (text.run.empty()) return;
    TextOp op;
    op.colour = Premultiplied(text.colour), op.halo = Premultiplied(text.halo);
    const float size = px(text.run.size), halo = text.halo.a > 0 ? px(text.haloWidth) : 0;
    if (!(size > 0.5f)) return;
    const double cosine = std::cos(text.angle), sine = std::sin(text.angle);
    const double reach = size * 2.0 + halo;
    Bounds box;
    for (const auto& glyph : text.run.glyphs) {
      const double x = (text.origin.x + glyph.x * cosine - glyph.y * sine) * k_;
      double y = (text.origin.y + glyph.x * sine + glyph.y * cosine) * k_;
      if (!(std::abs(x) < 1e6 && std::abs(y) < 1e6)) continue;
      if (text.angle == 0) y = std::round(y);  // a level baseline on whole pixels is crisper
      const auto qx = static_cast<long>(std::floor(x * 4 + 0.5)),
                 qy = static_cast<long>(std::floor(y * 4 + 0.5));
      GlyphKey key{glyph.id,   glyph.font, static_cast<uint8_t>(qx & 3), static_cast<uint8_t>(qy & 3), size,
                   text.angle, 0};
      const int wholeX = static_cast<int>(qx >> 2), wholeY = static_cast<int>(qy >> 2);
      box.add({static_cast<float>(x - reach), static_cast<float>(y - reach)});
      box.add({static_cast<float>(x + reach), static_cast<float>(y + reach)});
      op.fills.push_back({indexOf(key), wholeX, wholeY});
      if (halo <= 0) continue;
      key.halo = halo;
      op.halos.push_back({indexOf(key), wholeX, wholeY});
    }
    const PixelBox clip = clip_.meet(pixelsAround(box));
    put(std::move(op), clip);
  }
  uint32_t indexOf(const GlyphKey& key) {
    const auto [entry, isNew] = glyphIndex_.try_emplace(key, static_cast<uint32_t>(keys_.size()));
    if (isNew) keys_.push_back(key);
    return entry->second;
  }

  geo::Result<void> drawGlyphs(std::vector<GlyphMask>& glyphs) {
    if (keys_.empty()) return {};
    glyphs.resize(keys_.size());
    const size_t threads =
        keys_.size() < 300 ? 1 : std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
    std::vector<geo::Result<void>> results(threads);
    const auto work = [&](size_t t) {
      auto outlines = GlyphOutlines::open(drawing_);
      if (!outlines) {
        results[t] = tl::unexpected(outlines.error());
        return;
      }
      Coverage coverage;
      LineMask lines;
      for (size_t i = t; i < keys_.size(); i += threads)
        glyphs[i] = drawGlyph((*outlines)->outline(keys_[i].font, keys_[i].glyph), keys_[i], coverage, lines);
    };
    {
      std::vector<std::jthread> workers;
      for (size_t t = 1; t < threads; ++t) workers.emplace_back(work, t);
      work(0);
    }
    for (auto& result : results)
      if (!result) return result;
    return {};
  }

  const scene::Drawing& drawing_;
  double k_;
  PixelBox picture_, clip_;
  Reducer reducer_;
  std::vector<Op>* ops_ = nullptr;
  std::unordered_map<GlyphKey, uint32_t, GlyphHash> glyphIndex_;
  std::vector<GlyphKey> keys_;
};

}  // namespace

RasterPainter::RasterPainter() : impl_(std::make_unique<Impl>()) {}
RasterPainter::~RasterPainter() = default;

geo::Result<std::unique_ptr<RasterPainter>> RasterPainter::make(const scene::Drawing& drawing, int width,
                                                                int height, double pixelsPerUnit) {
  if (auto ok = checkSize(width, height); !ok) return tl::unexpected(ok.error());
  std::unique_ptr<RasterPainter> painter(new RasterPainter);
  painter->impl_->background = Premultiplied(drawing.background);
  painter->impl_->vision = drawing.vision;
  Preparation preparation(drawing, width, height, pixelsPerUnit);
  if (auto ok = preparation.run(painter->impl_->ops, painter->impl_->glyphs); !ok)
    return tl::unexpected(ok.error());
  return painter;
}

// Painting
// -------------------------------------------------------------------------------------------------------------

void RasterPainter::paint(Rows rows, Brush& brush) const {
  for (int y = rows.y0; y < rows.y1; y += chunkRows)
    impl_->paint({rows.at(0, y), rows.width, y, std::min(rows.y1, y + chunkRows)}, *brush.impl_);
  scene::seeAs(
      {rows.at(0, rows.y0), static_cast<size_t>(rows.width) * 4 * static_cast<size_t>(rows.y1 - rows.y0)},
      impl_->vision);
}

namespace {
uint8_t byte(float v) { return static_cast<uint8_t>(v + 0.5f); }

void fillPixels(uint8_t* pixels, size_t count, const uint8_t (&colour)[4]) {
  const size_t size = count * 4;
  if (size == 0) return;
  std::memcpy(pixels, colour, 4);
  for (size_t done = 4; done < size; done *= 2)
    std::memcpy(pixels + done, pixels, std::min(done, size - done));
}
}  // namespace

void RasterPainter::Impl::paint(const Rows& rows, Brush::Impl& brush) const {
  const uint8_t ground[4] = {byte(background.r), byte(background.g), byte(background.b), byte(background.a)};
  fillPixels(rows.rgba, static_cast<size_t>(rows.width), ground);
  for (int y = rows.y0 + 1; y < rows.y1; ++y)
    std::memcpy(rows.at(0, y), rows.rgba, static_cast<size_t>(rows.width) * 4);
  for (const Op& op : ops) {
    const PixelBox clip = op.clip.meet(rows.box());
    if (clip.empty()) continue;
    std::visit([&](const auto& what) { paintOp(what, clip, rows, brush); }, op.what);
  }
}

void RasterPainter::Impl::paintOp(const AreasOp& op, PixelBox clip, const Rows& rows,
                                  Brush::Impl& brush) const {
  const int width = clip.width();
  if (const size_t size = static_cast<size_t>(width) * clip.height(); brush.shared.size() < size)
    brush.shared.resize(size), brush.taken.resize(size, 0);
  // Most pixels are the inside of one opaque area and are painted at once; the others wait until all areas
  // that share them are known.
  brush.waiting.clear();
  const Polygons& polygons = *op.polygons;
  for (size_t row = 0; row < polygons.rows(); ++row) {
    const Bounds& b = polygons.box[row];
    if (b.empty() || b.y1 <= clip.y0 || b.y0 >= clip.y1) continue;
    const bool hatched = op.hatched[row];
    if (!hatched && (!op.fills || row >= op.fills->size() || (*op.fills)[row].a == 0)) continue;
    const PixelBox box = clip.meet(pixelsAround(b));
    if (box.empty()) continue;
    brush.coverage.begin(box);
    for (uint32_t p = polygons.rowStart[row]; p < polygons.rowStart[row + 1]; ++p)
      brush.coverage.ring(polygons.part(p));
    const Premultiplied colour = hatched ? Premultiplied() : Premultiplied((*op.fills)[row]);
    const bool opaque = !hatched && colour.a == 255;
    const uint8_t solid[4] = {byte(colour.r), byte(colour.g), byte(colour.b), 255};
    brush.coverage.finish(false, [&](int y, int x, int count, const float* coverage) {
      const size_t start = static_cast<size_t>(y - clip.y0) * width + (x - clip.x0);
      SharedPixel* shared = brush.shared.data() + start;
      uint8_t* taken = brush.taken.data() + start;
      uint8_t* pixel = rows.at(x, y);
      for (int i = 0; i < count; ++i) {
        if (coverage[i] == 0) continue;
        if (opaque && coverage[i] == 1) {
          const int first = i;
          while (i + 1 < count && coverage[i + 1] == 1) ++i;
          fillPixels(pixel + static_cast<size_t>(first) * 4, static_cast<size_t>(i + 1 - first), solid);
          for (uint8_t *at = taken + first, *end = taken + i + 1;
               (at = static_cast<uint8_t*>(std::memchr(at, 1, static_cast<size_t>(end - at))));)
            *at = 0, shared[at - taken] = {};
          continue;
        }
        if (!taken[i]) {
          taken[i] = 1;
          brush.waiting.push_back(static_cast<uint32_t>(start) + static_cast<uint32_t>(i));
        }
        if (!hatched) {
          if (coverage[i] == 1 && shared[i].covered == 0) shared[i] = {colour, 1};
          else shared[i].add(colour, coverage[i]);
          continue;
        }
        const float line = op.stripes(x + i, y) * (op.line.a / 255), ground = 1 - line;
        const float strength = op.line.a > 0 ? line * 255 / op.line.a : 0;
        shared[i].add(
            {op.line.r * strength + op.ground.r * ground, op.line.g * strength + op.ground.g * ground,
             op.line.b * strength + op.ground.b * ground, op.line.a * strength + op.ground.a * ground},
            coverage[i]);
      }
    });
  }
  for (const uint32_t at : brush.waiting) {
    if (!brush.taken[at]) continue;
    brush.taken[at] = 0;
    overShared(rows.at(clip.x0 + static_cast<int>(at % static_cast<uint32_t>(width)),
                       clip.y0 + static_cast<int>(at / static_cast<uint32_t>(width))),
               brush.shared.data() + at, 1);
  }
}

void RasterPainter::Impl::paintOp(const LinesOp& op, PixelBox clip, const Rows& rows,
                                  Brush::Impl& brush) const {
  const float reach = std::max({op.half, op.endHalf, 0.5f}) + 1;
  brush.lines.begin(clip);
  for (size_t p = 0; p < op.parts->size(); ++p) {
    const Bounds& b = op.boxes[p];
    if (b.y1 + reach <= clip.y0 || b.y0 - reach >= clip.y1 || b.x1 + reach <= clip.x0 ||
        b.x0 - reach >= clip.x1)
      continue;
    strokeLine(brush.lines, op.parts->part(p), op.parts->closed[p], op.half, op.dash, op.roundCap,
               op.endHalf);
  }
  brush.lines.finish(
      [&](int y, int x, int count, const uint8_t* mask) { overMask(rows.at(x, y), mask, count, op.colour); });
}

void RasterPainter::Impl::blit(const GlyphMask& mask, int x, int y, const Premultiplied& colour,
                               PixelBox clip, const Rows& rows) {
  const PixelBox box =
      clip.meet({x + mask.left, y + mask.top, x + mask.left + mask.width, y + mask.top + mask.height});
  for (int row = box.y0; row < box.y1; ++row)
    if (box.width() > 0)
      overMask(
          rows.at(box.x0, row),
          mask.mask.data() + static_cast<size_t>(row - y - mask.top) * mask.width + (box.x0 - x - mask.left),
          box.width(), colour);
}

void RasterPainter::Impl::paintOp(const DotsOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  const float reach = op.radius + std::max(0.0f, op.edgeHalf) + 2;
  for (size_t i = 0; i < op.at.size(); ++i) {
    const Vec p = op.at[i];
    if (p.y + reach < clip.y0 || p.y - reach > clip.y1) continue;
    if (op.row[i] >= op.fills->size()) continue;
    const int qx = static_cast<int>(std::floor(p.x * 8 + 0.5f)),
              qy = static_cast<int>(std::floor(p.y * 8 + 0.5f));
    const int phase = (qy & 7) * 8 + (qx & 7);
    const scene::Rgba fill = (*op.fills)[op.row[i]];
    if (fill.a) blit(op.discs[phase], qx >> 3, qy >> 3, Premultiplied(fill), clip, rows);
    if (!op.rings.empty()) blit(op.rings[phase], qx >> 3, qy >> 3, op.edge, clip, rows);
  }
}

void RasterPainter::Impl::paintOp(const FillOp& op, PixelBox clip, const Rows& rows,
                                  Brush::Impl& brush) const {
  brush.coverage.begin(clip);
  for (size_t p = 0; p < op.contours.size(); ++p) brush.coverage.ring(op.contours.part(p));
  brush.coverage.finish(true, [&](int y, int x, int count, const float* coverage) {
    overCoverage(rows.at(x, y), coverage, count, op.colour);
  });
}

void RasterPainter::Impl::paintOp(const GlowOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  const double inverse = 1 / (op.radius * op.radius);
  for (int y = clip.y0; y < clip.y1; ++y) {
    const double dy = y + 0.5 - op.y;
    for (int x = clip.x0; x < clip.x1; ++x) {
      const double dx = x + 0.5 - op.x, rest = 1 - (dx * dx + dy * dy) * inverse;
      if (rest > 0) over(rows.at(x, y), op.colour, static_cast<float>(rest * rest));
    }
  }
}

void RasterPainter::Impl::paintOp(const FadeOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  const float start = op.horizontal ? op.rect.x : op.rect.y, length = op.horizontal ? op.rect.w : op.rect.h;
  for (int y = clip.y0; y < clip.y1; ++y)
    for (int x = clip.x0; x < clip.x1; ++x) {
      const float t = std::clamp(((op.horizontal ? x : y) + 0.5f - start) / length, 0.0f, 1.0f), s = 1 - t;
      const Premultiplied c{op.from.r * s + op.to.r * t, op.from.g * s + op.to.g * t,
                            op.from.b * s + op.to.b * t, op.from.a * s + op.to.a * t};
      over(rows.at(x, y), c, share(x, op.rect.x, op.rect.right()) * share(y, op.rect.y, op.rect.bottom()));
    }
}

void RasterPainter::Impl::paintOp(const HatchedOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  for (int y = clip.y0; y < clip.y1; ++y)
    for (int x = clip.x0; x < clip.x1; ++x) {
      const float k = share(x, op.rect.x, op.rect.right()) * share(y, op.rect.y, op.rect.bottom());
      over(rows.at(x, y), op.ground, k);
      over(rows.at(x, y), op.line, k * op.stripes(x, y));
    }
}

void RasterPainter::Impl::paintOp(const TextOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  if (!op.halos.empty()) {
    // One mask for the whole run: where two glyphs' halos meet, the halo is no denser.
    PixelBox box{clip.x1, clip.y1, clip.x0, clip.y0};
    for (const auto& piece : op.halos) {
      const GlyphMask& m = glyphs[piece.mask];
      if (m.mask.empty()) continue;
      const PixelBox b{piece.x + m.left, piece.y + m.top, piece.x + m.left + m.width,
                       piece.y + m.top + m.height};
      box = {std::min(box.x0, b.x0), std::min(box.y0, b.y0), std::max(box.x1, b.x1), std::max(box.y1, b.y1)};
    }
    box = box.meet(clip);
    if (!box.empty()) {
      std::vector<uint8_t> mask(static_cast<size_t>(box.width()) * box.height());
      for (const auto& piece : op.halos) {
        const GlyphMask& m = glyphs[piece.mask];
        const PixelBox b = box.meet(
            {piece.x + m.left, piece.y + m.top, piece.x + m.left + m.width, piece.y + m.top + m.height});
        for (int y = b.y0; y < b.y1; ++y) {
          const uint8_t* from =
              m.mask.data() + static_cast<size_t>(y - piece.y - m.top) * m.width + (b.x0 - piece.x - m.left);
          uint8_t* to = mask.data() + static_cast<size_t>(y - box.y0) * box.width() + (b.x0 - box.x0);
          for (int i = 0; i < b.width(); ++i) to[i] = std::max(to[i], from[i]);
        }
      }
      for (int y = box.y0; y < box.y1; ++y)
        overMask(rows.at(box.x0, y), mask.data() + static_cast<size_t>(y - box.y0) * box.width(), box.width(),
                 op.halo);
    }
  }
  for (const auto& piece : op.fills) blit(glyphs[piece.mask], piece.x, piece.y, op.colour, clip, rows);
}

void RasterPainter::Impl::paintOp(const ImageOp& op, PixelBox clip, const Rows& rows, Brush::Impl&) const {
  const scene::Rgba* pixels = op.pixels();
  const double perX = op.columns / (op.x1 - op.x0), perY = op.rows / (op.y1 - op.y0);
  const auto texel = [&](int u, int v) {
    return Premultiplied(pixels[static_cast<size_t>(std::clamp(v, 0, op.rows - 1)) * op.columns +
                                std::clamp(u, 0, op.columns - 1)]);
  };
  for (int y = clip.y0; y < clip.y1; ++y) {
    const float ky = share(y, op.y0, op.y1);
    const double v = (y + 0.5 - op.y0) * perY;
    for (int x = clip.x0; x < clip.x1; ++x) {
      const float k = ky * share(x, op.x0, op.x1);
      if (k == 0) continue;
      const double u = (x + 0.5 - op.x0) * perX;
      if (!op.smooth) {
        over(rows.at(x, y), texel(static_cast<int>(std::floor(u)), static_cast<int>(std::floor(v))), k);
        continue;
      }
      const double fu = std::floor(u - 0.5), fv = std::floor(v - 0.5);
      const auto su = static_cast<float>(u - 0.5 - fu), sv = static_cast<float>(v - 0.5 - fv);
      const int iu = static_cast<int>(fu), iv = static_cast<int>(fv);
      const Premultiplied a = texel(iu, iv), b = texel(iu + 1, iv), c = texel(iu, iv + 1),
                          d = texel(iu + 1, iv + 1);
      const auto mixed = [&](float Premultiplied::*m) {
        return (a.*m * (1 - su) + b.*m * su) * (1 - sv) + (c.*m * (1 - su) + d.*m * su) * sv;
      };
      over(rows.at(x, y),
           {mixed(&Premultiplied::r), mixed(&Premultiplied::g), mixed(&Premultiplied::b),
            mixed(&Premultiplied::a)},
           k);
    }
  }
}

// Around the painter
// ---------------------------------------------------------------------------------------------------

geo::Result<void> checkSize(int width, int height) {
  if (width < 1 || height < 1)
    return geo::fail(fmt::format("A picture of {} × {} pixels cannot be made.", width, height),
                     "Ask for at least 1 × 1.");
  if (width > 200'000 || height > 200'000)
    return geo::fail(fmt::format("A picture of {} × {} pixels is too large.", width, height),
                     "The longest side is 200000 pixels.");
  return {};
}

void unpremultiply(uint8_t* rgba, size_t pixels) {
  for (size_t i = 0; i < pixels; ++i, rgba += 4) {
    const int a = rgba[3];
    if (a == 255) continue;
    for (int c = 0; c < 3; ++c)
      rgba[c] = a == 0 ? 0 : static_cast<uint8_t>(std::min(255, (rgba[c] * 255 + a / 2) / a));
  }
}

bool inOrder(int strips, int ahead, const std::function<std::function<void(int)>()>& makeWork,
             const std::function<bool(int)>& take) {
  const int threads = std::clamp<int>(static_cast<int>(std::thread::hardware_concurrency()), 1,
                                      std::min(8, std::max(1, strips)));
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<uint8_t> done(strips);
  int next = 0, taken = 0;
  bool stopped = false;
  // The calling thread works too, whenever nothing is ready to be taken.
  const auto workOne = [&](const std::function<void(int)>& work, std::unique_lock<std::mutex>& lock) {
    const int strip = next++;
    lock.unlock();
    work(strip);
    lock.lock();
    done[strip] = 1;
    changed.notify_all();
  };
  const auto available = [&] { return next < strips && next < taken + ahead; };
  std::vector<std::jthread> workers;
  for (int t = 1; t < threads; ++t)
    workers.emplace_back([&] {
      const auto work = makeWork();
      std::unique_lock lock(mutex);
      for (;;) {
        changed.wait(lock, [&] { return stopped || next >= strips || available(); });
        if (stopped || next >= strips) return;
        workOne(work, lock);
      }
    });
  const auto work = makeWork();
  std::unique_lock lock(mutex);
  while (taken < strips && !stopped) {
    if (done[taken]) {
      const int strip = taken;
      lock.unlock();
      const bool goOn = take(strip);
      lock.lock();
      ++taken;
      stopped = !goOn;
      changed.notify_all();
    } else if (available()) {
      workOne(work, lock);
    } else {
      changed.wait(lock, [&] { return done[taken]; });
    }
  }
  const bool complete = !stopped;
  lock.unlock();
  return complete;
}

}  // namespace paper
