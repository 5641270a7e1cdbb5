#include "app/render/renderer.h"

#include <bit>
#include <thread>
#include <unordered_map>

#include "app/render/canvas.h"
#include "app/render/glyph_atlas.h"
#include "app/render/map_cache.h"
#include "app/render/shader.h"
#include "app/render/soft_map.h"
#include "geo/triangulate.h"

namespace render {
namespace {

using scene::Rgba;
using scene::Vec;

struct Colour4 {
  float r, g, b, a;
};
Colour4 premultiplied(Rgba c) {
  const float a = c.a / 255.f;
  return {c.r / 255.f * a, c.g / 255.f * a, c.b / 255.f * a, a};
}
Rgba premultipliedBytes(Rgba c) {
  const auto byte = [&](uint8_t v) { return static_cast<uint8_t>((v * c.a + 127) / 255); };
  return {byte(c.r), byte(c.g), byte(c.b), c.a};
}
void set(GLint at, Colour4 c) { glUniform4f(at, c.r, c.g, c.b, c.a); }

const void* offset(size_t bytes) { return reinterpret_cast<const void*>(bytes); }

struct Attribute {
  GLint size;
  GLenum type;
  bool normalised;
  size_t offset;
};

}  // namespace

struct Renderer::Impl {
  gl::Tally tally;
  Program fill, hatch, lineThin, lineWide, seam, solid, stroke, glow, sprite, image, dot;
  MapCache map{tally};
  GlyphAtlas atlas{tally};
  Canvas canvas;

  // The picture
  gl::Framebuffer framebuffer;
  gl::Texture picture;  // a texture: the processor writes into it
  gl::Renderbuffer stencilBuffer;
  int width = 0, height = 0;
  // The picture as other eyes see it.
  gl::Framebuffer seenFramebuffer;
  gl::Texture seen;
  int seenWidth = 0, seenHeight = 0;
  scene::Vision vision = scene::Vision::normal;
  Program sight;
  gl::VertexArray nothing;
  void see();
  GLuint shownFramebuffer() const {
    return vision == scene::Vision::normal ? framebuffer.id() : seenFramebuffer.id();
  }
  // A picture to draw over, and where it is kept.
  gl::Framebuffer baseFramebuffer;
  gl::Texture base;
  int baseWidth = 0, baseHeight = 0;
  float baseScale = 1;
  bool overBase = false, mapIsBare = false;
  int stencilMark = 0;  // 0: cleared never
  GLint largestTexture = 0;
  bool invertsReads = false;  // the driver can turn rows over while reading

  // Streams of canvas vertices
  struct Stream {
    gl::Buffer vertices;
    gl::VertexArray array;
  };
  gl::Buffer indices;
  Stream solids, strokes, sprites, dots, images;

  // Textures by content, dropped when unused
  struct Cached {
    gl::Texture texture;
    std::weak_ptr<const void> alive;
    uint64_t lastUsed = 0;
    int columns = 0, rows = 0;
  };
  std::map<std::pair<const void*, uint64_t>, Cached> textures;
  uint64_t frame = 0;

  size_t drawCalls = 0, triangles = 0;
  float k = 1;  // pixels per unit
  const scene::Drawing* drawing = nullptr;
  const scene::Placed* placed = nullptr;  // being visited
  size_t itemIndex = 0;

  geo::Result<void> start();
  void resize(int w, int h);
  void makePicture(gl::Texture& texture, const gl::Framebuffer& into, int w, int h);
  void makeStream(Stream& stream, size_t stride, std::initializer_list<Attribute> attributes);

  PixelRect screen() const { return {0, 0, width, height}; }
  PixelRect pixels(const scene::Rect& r) const {
    const auto whole = [](double v) { return static_cast<int>(std::lround(std::clamp(v, -1e6, 1e6))); };
    const double s = k;
    return {whole(r.x * s), whole(r.y * s), whole((static_cast<double>(r.x) + r.w) * s),
            whole((static_cast<double>(r.y) + r.h) * s)};
  }
  PixelRect itemClip() const { return placed->clip ? screen().meet(pixels(*placed->clip)) : screen(); }
  View viewOf(int camera, float reach) const;
  void scissor(const PixelRect& r) const { glScissor(r.x0, height - r.y1, r.x1 - r.x0, r.y1 - r.y0); }
  void setView(const Program& p, const View& v, geo::Point origin) const;
  void draw(const Ranges& ranges);
  GLuint colours(const scene::ColoursPtr& fills, size_t rows, const std::vector<uint32_t>* without);
  std::vector<Rgba> staging;  // of pictures on their way to a texture; kept while they change
  uint64_t stagingUsed = 0;
  Cached& pictureTexture(const std::shared_ptr<const std::vector<Rgba>>& pixels, int columns, int rows,
                         bool smooth);
  void drawPicture(const std::shared_ptr<const std::vector<Rgba>>& pixels, int columns, int rows, bool smooth,
                   double x0, double y0, double x1, double y1, const PixelRect& clip);
  void flush();
  void strokeOnMap(const std::vector<std::vector<geo::Point>>& lines, const View& view,
                   const scene::Pen& pen);
  void drawLines(const scene::MapShapePtr& shape, std::initializer_list<MeshKind> kinds, int camera,
                 const scene::Pen& pen);
  // Are the edges of these areas hidden under borders that come later? {inner, outer}
  std::pair<bool, bool> bordered(const scene::Areas& areas) const;
  void markSeams(const scene::Areas& areas, const View& view, MeshKind kind);
  void useStencil();
  // Items from `first` on that the processor can paint together; paints them and says how many they were.
  size_t paintSoftly(size_t first);
  bool paintable(size_t index) const;
  // Large areas without shared borders: straight from their rings, where OpenGL is software, and elsewhere
  // until meshes can be made.
  bool byRings(const scene::MapShapePtr& shape);
  bool complete = true;
  bool soft = false;
  SoftMap softMap;
  // Pictures ready for the processor: premultiplied, and halved as often as they are seen so small.
  struct SoftPicture {
    std::weak_ptr<const void> alive;
    uint64_t lastUsed = 0;
    struct Level {
      std::vector<uint32_t> texels;
      int columns = 0, rows = 0, factor = 1;  // one texel is `factor` of the picture's, each way
    };
    std::vector<Level> levels;
  };
  std::map<const void*, SoftPicture> softPictures;
  const SoftPicture::Level& softLevel(const scene::Raster& raster, double texelsPerPixel);
  void paintPicture(const scene::Raster& raster, const View& view, bool bare);
  bool hasATexelForEachPixel(const scene::Raster& raster) const;
  void largeFill(const scene::Path& path, Rgba colour, const PixelRect& clip);
  void hatchUniforms(const scene::Hatch& hatch, double phase);

  void begin(const scene::Drawing& drawing, int w, int h, float pixelsPerUnit, bool complete);
  void run(const scene::Drawing& drawing);
  void copy(const gl::Framebuffer& from, const gl::Framebuffer& to) const;
  bool software = false;  // the processor draws
  // Before another framebuffer is drawn into. A software driver keeps a display list of megabytes for each
  // that is still in the making, until it needs as many again.
  void turn() const {
    if (software) glFinish();
  }

  void visit(const scene::Areas&);
  void visit(const scene::Borders&);
  void visit(const scene::Courses&);
  void visit(const scene::Dots&);
  void visit(const scene::Raster&);
  void visit(const scene::Fill&);
  void visit(const scene::Stroke&);
  void visit(const scene::Glow&);
  void visit(const scene::Fade&);
  void visit(const scene::HatchedRect&);
  void visit(const scene::Text&);
  void visit(const scene::Image&);
};

geo::Result<void> Renderer::Impl::start() {
  struct Wanted {
    Program* program;
    const char *vertex, *fragment;
    std::initializer_list<const char*> attributes;
  };
  for (const Wanted& w : {Wanted{&fill, "fill.vert", "fill.frag", {"position", "row"}},
                          {&hatch, "area.vert", "hatch.frag", {"position"}},
                          {&lineThin, "line.vert", "line_thin.frag", {"position", "band"}},
                          {&lineWide, "line.vert", "line_wide.frag", {"position", "band"}},
                          {&seam, "seam.vert", "seam.frag", {"position", "band", "rows"}},
                          {&solid, "solid.vert", "solid.frag", {"position", "tint"}},
                          {&stroke, "stroke.vert", "stroke.frag", {"position", "band", "tint"}},
                          {&glow, "stroke.vert", "glow.frag", {"position", "band", "tint"}},
                          {&sprite, "sprite.vert", "sprite.frag", {"position", "texel", "tint", "rim"}},
                          {&image, "image.vert", "image.frag", {"position", "texel"}},
                          {&dot, "dot.vert", "dot.frag", {"position", "tint"}},
                          {&sight, "seen.vert", "seen.frag", {}}}) {
    auto made = Program::make(w.vertex, w.fragment, w.attributes);
    if (!made) return tl::unexpected(made.error());
    *w.program = std::move(*made);
  }
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largestTexture);
  invertsReads = epoxy_has_gl_extension("GL_MESA_pack_invert");
  indices = gl::Buffer(tally);
  makeStream(solids, sizeof(SolidVertex),
             {{2, GL_FLOAT, false, offsetof(SolidVertex, x)},
              {4, GL_UNSIGNED_BYTE, true, offsetof(SolidVertex, colour)}});
  makeStream(strokes, sizeof(StrokeVertex),
             {{2, GL_FLOAT, false, offsetof(StrokeVertex, x)},
              {3, GL_FLOAT, false, offsetof(StrokeVertex, ex)},
              {4, GL_UNSIGNED_BYTE, true, offsetof(StrokeVertex, colour)}});
  makeStream(sprites, sizeof(SpriteVertex),
             {{2, GL_FLOAT, false, offsetof(SpriteVertex, x)},
              {2, GL_FLOAT, false, offsetof(SpriteVertex, u)},
              {4, GL_UNSIGNED_BYTE, true, offsetof(SpriteVertex, fill)},
              {4, GL_UNSIGNED_BYTE, true, offsetof(SpriteVertex, halo)}});
  makeStream(dots, sizeof(SolidVertex),
             {{2, GL_FLOAT, false, offsetof(SolidVertex, x)},
              {4, GL_UNSIGNED_BYTE, true, offsetof(SolidVertex, colour)}});
  makeStream(images, 4 * sizeof(float), {{2, GL_FLOAT, false, 0}, {2, GL_FLOAT, false, 2 * sizeof(float)}});
  framebuffer = gl::Framebuffer(tally);
  return {};
}

void Renderer::Impl::makeStream(Stream& stream, size_t stride, std::initializer_list<Attribute> attributes) {
  stream.vertices = gl::Buffer(tally), stream.array = gl::VertexArray(tally);
  glBindVertexArray(stream.array.id());
  glBindBuffer(GL_ARRAY_BUFFER, stream.vertices.id());
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices.id());
  GLuint location = 0;
  for (const Attribute& a : attributes) {
    glEnableVertexAttribArray(location);
    glVertexAttribPointer(location++, a.size, a.type, a.normalised, static_cast<GLsizei>(stride),
                          offset(a.offset));
  }
}

// A texture that the framebuffer, left bound, draws into.
void Renderer::Impl::makePicture(gl::Texture& texture, const gl::Framebuffer& into, int w, int h) {
  texture = gl::Texture(tally);
  glBindTexture(GL_TEXTURE_2D, texture.id());
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, w, h, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  texture.setBytes(size_t{4} * w * h);
  glBindFramebuffer(GL_FRAMEBUFFER, into.id());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture.id(), 0);
}

void Renderer::Impl::resize(int w, int h) {
  if (w == width && h == height) return;
  width = w, height = h;
  stencilBuffer = {};
  makePicture(picture, framebuffer, w, h);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER, 0);
}

View Renderer::Impl::viewOf(int index, float reach) const {
  View v;
  const scene::Camera& c = drawing->cameras.at(static_cast<size_t>(index));
  v.clip = itemClip().meet(pixels(c.frame));
  v.metresPerPixel = c.metresPerUnit / k, v.pixelsPerMetre = k / c.metresPerUnit;
  v.x0 = (c.frame.x + c.frame.w / 2.0) * k - c.centre.x * v.pixelsPerMetre;
  v.y0 = (c.frame.y + c.frame.h / 2.0) * k + c.centre.y * v.pixelsPerMetre;
  v.world = {(v.clip.x0 - reach - v.x0) * v.metresPerPixel, (v.y0 - v.clip.y1 - reach) * v.metresPerPixel,
             (v.clip.x1 + reach - v.x0) * v.metresPerPixel, (v.y0 - v.clip.y0 + reach) * v.metresPerPixel};
  return v;
}

// clip = position · scale + shift, with the large numbers cancelled in double.
void Renderer::Impl::setView(const Program& p, const View& v, geo::Point origin) const {
  const double sx = 2.0 / width, sy = 2.0 / height;
  glUniform4f(p.at("view"), static_cast<float>(v.pixelsPerMetre * sx),
              static_cast<float>(v.pixelsPerMetre * sy),
              static_cast<float>((v.x0 + origin.x * v.pixelsPerMetre) * sx - 1),
              static_cast<float>(1 - (v.y0 - origin.y * v.pixelsPerMetre) * sy));
}

void Renderer::Impl::draw(const Ranges& r) {
  glBindVertexArray(r.arena->array.id());
  if (r.counts.size() == 1) glDrawElements(GL_TRIANGLES, r.counts[0], GL_UNSIGNED_INT, r.offsets[0]);
  else
    glMultiDrawElements(GL_TRIANGLES, r.counts.data(), GL_UNSIGNED_INT, r.offsets.data(),
                        static_cast<GLsizei>(r.counts.size()));
  ++drawCalls;
  triangles += r.triangles;
}

// One texel per row. Rows that are drawn in another way (`without`) get no colour.
GLuint Renderer::Impl::colours(const scene::ColoursPtr& fills, size_t rows,
                               const std::vector<uint32_t>* without) {
  uint64_t variant = rows;
  if (without)
    for (const uint32_t r : *without) variant = (variant ^ (r + 1)) * 0x9e3779b97f4a7c15u;
  Cached& c = textures[{fills.get(), variant}];
  c.lastUsed = frame;
  if (c.texture && !c.alive.expired()) return c.texture.id();
  constexpr int wide = 1024;
  const int high = static_cast<int>((rows + wide - 1) / wide);
  std::vector<Rgba> texels(static_cast<size_t>(wide) * std::max(high, 1), Rgba{0, 0, 0, 0});
  if (fills)
    for (size_t r = 0; r < std::min(rows, fills->size()); ++r) texels[r] = premultipliedBytes((*fills)[r]);
  if (without)
    for (const uint32_t r : *without)
      if (r < rows) texels[r] = {0, 0, 0, 0};
  c.texture = gl::Texture(tally);
  c.alive = fills;
  glBindTexture(GL_TEXTURE_2D, c.texture.id());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, wide, std::max(high, 1), 0, GL_RGBA, GL_UNSIGNED_BYTE,
               texels.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  c.texture.setBytes(texels.size() * 4);
  return c.texture.id();
}

void Renderer::Impl::hatchUniforms(const scene::Hatch& h, double phase) {
  const double period = std::max(0.5, h.pitch * k * std::sqrt(2.0));
  set(hatch.at("line"), premultiplied(h.line)), set(hatch.at("ground"), premultiplied(h.ground));
  glUniform3f(hatch.at("stripes"), static_cast<float>(period), h.width * k / 2,
              static_cast<float>(phase - period * std::floor(phase / period)));
  glUniform1f(hatch.at("height"), static_cast<float>(height));
}

// Map items
// ------------------------------------------------------------------------------------------------------------

// A line of a pixel or more hides the steps of the fills below it.
std::pair<bool, bool> Renderer::Impl::bordered(const scene::Areas& a) const {
  bool inner = false, outer = false;
  for (size_t i = itemIndex + 1; i < drawing->items.size(); ++i) {
    const auto* b = std::get_if<scene::Borders>(&drawing->items[i].item);
    if (!b || b->shape != a.shape || b->camera != a.camera || drawing->items[i].clip != placed->clip)
      continue;
    if (!b->pen.dash.empty() || b->pen.width * k < 0.9f || b->pen.colour.a < 150) continue;
    inner = inner || b->which == scene::Borders::Which::all || b->which == scene::Borders::Which::inner;
    outer = outer || b->which == scene::Borders::Which::all || b->which == scene::Borders::Which::outer;
  }
  return {inner, outer};
}

// A stencil of its own value for each user; 0 is nobody.
void Renderer::Impl::useStencil() {
  if (!stencilBuffer) {
    turn();
    stencilBuffer = gl::Renderbuffer(tally);
    glBindRenderbuffer(GL_RENDERBUFFER, stencilBuffer.id());
    glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH24_STENCIL8, width, height);
    stencilBuffer.setBytes(size_t{4} * width * height);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER,
                              stencilBuffer.id());
    stencilMark = 255;
  }
  if (++stencilMark > 255) {
    glDisable(GL_SCISSOR_TEST);
    glClearStencil(0);
    glClear(GL_STENCIL_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    stencilMark = 1;
  }
}

// Where no border hides an edge, the pixels that it cuts are painted first, in the mix that its two sides
// make, and kept from the fills.
void Renderer::Impl::markSeams(const scene::Areas& a, const View& view, MeshKind kind) {
  seam.use();
  glUniform2f(seam.at("reach"), 1.f / static_cast<float>(width), 1.f / static_cast<float>(height));
  for (const Ranges& r : map.ranges(a.shape, {kind}, view.world, view.metresPerPixel)) {
    setView(seam, view, r.arena->origin);
    draw(r);
  }
}

void Renderer::Impl::visit(const scene::Areas& a) {
  const View view = viewOf(a.camera, 1);
  if (view.clip.empty()) return;
  const MapGeometry* g = map.geometry(a.shape);
  if (!g || a.shape->layer->shapes.kind != geo::ShapeKind::polygon) return;
  flush();
  scissor(view.clip);
  bool opaque = true;
  if (a.fills)
    for (const Rgba c : *a.fills) opaque = opaque && (c.a == 255 || c.a == 0);
  fill.use();
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, colours(a.fills, a.shape->layer->shapes.rows(), &a.hatched));
  const auto [innerHidden, outerHidden] = bordered(a);
  const bool seams = (!innerHidden || !outerHidden) && !g->overlapping && g->boundaries;
  if (seams) {
    useStencil();
    glEnable(GL_STENCIL_TEST);
    glStencilFunc(GL_NOTEQUAL, stencilMark, 0xff);
    glStencilOp(GL_KEEP, GL_KEEP, GL_REPLACE);
    if (!innerHidden) markSeams(a, view, MeshKind::innerSeam);
    if (!outerHidden) markSeams(a, view, MeshKind::outerSeam);
    glStencilOp(GL_KEEP, GL_KEEP, GL_KEEP);
    fill.use();
  }
  if (opaque) glDisable(GL_BLEND);
  for (const Ranges& r : map.ranges(a.shape, {MeshKind::fill}, view.world, view.metresPerPixel)) {
    setView(fill, view, r.arena->origin);
    draw(r);
  }
  glEnable(GL_BLEND);
  if (seams) glDisable(GL_STENCIL_TEST);
  if (a.hatched.empty()) return;
  hatch.use();
  hatchUniforms(a.hatch, view.x0 + view.y0);  // fixed to the map, so that stripes do not swim in a pan
  for (const Ranges& r : map.rowRanges(a.shape, a.hatched, view.world, view.metresPerPixel)) {
    setView(hatch, view, r.arena->origin);
    draw(r);
  }
}

// Areas whose edges are hidden under borders, and solid borders.
bool Renderer::Impl::paintable(size_t index) const {
  const auto& item = drawing->items[index].item;
  const auto drawable = [](const scene::MapShapePtr& s) {
    return s && s->layer && s->layer->shapes.kind == geo::ShapeKind::polygon && s->layer->shapes.rows() > 0;
  };
  if (const auto* b = std::get_if<scene::Borders>(&item))
    return drawable(b->shape) && b->which != scene::Borders::Which::row && b->pen.dash.empty() &&
           b->pen.width > 0;
  if (const auto* a = std::get_if<scene::Areas>(&item)) return drawable(a->shape);
  if (const auto* r = std::get_if<scene::Raster>(&item))
    return (r->smooth || hasATexelForEachPixel(*r)) && r->pixels && r->columns > 0 && r->rows > 0 &&
           r->world.width() > 0 && r->world.height() > 0 &&
           r->pixels->size() >= static_cast<size_t>(r->columns) * r->rows;
  return false;
}

const Renderer::Impl::SoftPicture::Level& Renderer::Impl::softLevel(const scene::Raster& r,
                                                                    double texelsPerPixel) {
  SoftPicture& p = softPictures[r.pixels.get()];
  p.lastUsed = frame;
  if (p.alive.expired() || p.levels.empty() || p.levels[0].columns != r.columns ||
      p.levels[0].rows != r.rows) {
    p.alive = r.pixels;
    p.levels.assign(1, {{}, r.columns, r.rows, 1});
    auto& texels = p.levels[0].texels;
    // A picture that changes while a slider moves takes the memory of the one before: new pages cost more
    // than the work on them.
    for (auto& [key, old] : softPictures)
      if (&old != &p && old.alive.expired() && !old.levels.empty()) {
        texels = std::move(old.levels[0].texels), old.levels.clear();
        break;
      }
    texels.resize(static_cast<size_t>(r.columns) * r.rows);
    for (size_t i = 0; i < texels.size(); ++i)
      texels[i] = std::bit_cast<uint32_t>(premultipliedBytes((*r.pixels)[i]));
  }
  size_t wanted = 0;
  while (texelsPerPixel >= 2 && wanted < 14) texelsPerPixel /= 2, ++wanted;
  while (p.levels.size() <= wanted && p.levels.back().columns > 1 && p.levels.back().rows > 1) {
    const SoftPicture::Level& fine = p.levels.back();
    SoftPicture::Level half{{}, (fine.columns + 1) / 2, (fine.rows + 1) / 2, fine.factor * 2};
    half.texels.resize(static_cast<size_t>(half.columns) * half.rows);
    const auto at = [&](int x, int y) {
      return fine.texels[static_cast<size_t>(std::min(y, fine.rows - 1)) * fine.columns +
                         std::min(x, fine.columns - 1)];
    };
    for (int y = 0; y < half.rows; ++y)
      for (int x = 0; x < half.columns; ++x) {
        uint32_t mean = 0;
        for (int shift = 0; shift < 32; shift += 8) {
          uint32_t sum = 2;
          for (const uint32_t t :
               {at(2 * x, 2 * y), at(2 * x + 1, 2 * y), at(2 * x, 2 * y + 1), at(2 * x + 1, 2 * y + 1)})
            sum += t >> shift & 255;
          mean |= sum / 4 << shift;
        }
        half.texels[static_cast<size_t>(y) * half.columns + x] = mean;
      }
    p.levels.push_back(std::move(half));
  }
  return p.levels[std::min(wanted, p.levels.size() - 1)];
}

bool Renderer::Impl::hasATexelForEachPixel(const scene::Raster& r) const {
  const double pixelsPerMetre = viewOf(r.camera, 0).pixelsPerMetre;
  return std::abs(r.world.width() * pixelsPerMetre - r.columns) < 0.02 &&
         std::abs(r.world.height() * pixelsPerMetre - r.rows) < 0.02;
}

void Renderer::Impl::paintPicture(const scene::Raster& r, const View& v, bool bare) {
  const double x0 = v.x0 + r.world.minX * v.pixelsPerMetre, x1 = v.x0 + r.world.maxX * v.pixelsPerMetre;
  const double y0 = v.y0 - r.world.maxY * v.pixelsPerMetre, y1 = v.y0 - r.world.minY * v.pixelsPerMetre;
  if (!r.smooth) {
    const auto first = [](double at) { return static_cast<int>(std::clamp(std::ceil(at - 0.5), -1e9, 1e9)); };
    return softMap.pictureOfPixels(r.pixels->data(), r.columns, r.rows, first(x0), first(y0), bare);
  }
  const auto& level = softLevel(r, std::min(r.columns / (x1 - x0), r.rows / (y1 - y0)));
  // A level of an odd number of texels reaches a little beyond the picture.
  const double right = x0 + (x1 - x0) * level.columns * level.factor / r.columns;
  const double bottom = y0 + (y1 - y0) * level.rows * level.factor / r.rows;
  softMap.picture({level.texels.data(), level.columns, level.rows}, x0, y0, right, bottom, bare);
}

bool Renderer::Impl::byRings(const scene::MapShapePtr& shape) {
  constexpr size_t large = 200'000;  // vertices: fewer are made ready within a frame
  if (!shape || !shape->layer || shape->boundaries || shape->layer->shapes.kind != geo::ShapeKind::polygon ||
      shape->layer->shapes.vertices.size() < large)
    return false;
  return soft || (!complete && !map.ready(shape));
}

size_t Renderer::Impl::paintSoftly(size_t first) {
  const auto cameraOf = [&](size_t i) {
    const auto& item = drawing->items[i].item;
    if (const auto* r = std::get_if<scene::Raster>(&item)) return r->camera;
    const auto* a = std::get_if<scene::Areas>(&item);
    return a ? a->camera : std::get<scene::Borders>(item).camera;
  };
  const auto usable = [&](const scene::MapShapePtr& shape) {
    const MapGeometry* g = map.geometry(shape);
    return g && g->boundaries && !g->overlapping ? g : nullptr;
  };
  const View frameView = viewOf(cameraOf(first), 0);
  if (frameView.clip.empty()) return 0;
  // Areas of a few pixels: no one sees the steps of their edges.
  const auto fine = [&](const scene::Areas& a) {
    const double wide = a.shape->typicalWidth * frameView.pixelsPerMetre;
    return wide > 0 && wide < 8;
  };
  size_t count = 0;
  bool rings = false;
  const size_t itemBefore = itemIndex;
  const scene::Placed* placedBefore = placed;
  for (size_t i = first; i < drawing->items.size() && paintable(i); ++i) {
    if (cameraOf(i) != cameraOf(first) || drawing->items[i].clip != drawing->items[first].clip) break;
    itemIndex = i, placed = &drawing->items[i];
    if (const auto* a = std::get_if<scene::Areas>(&placed->item)) {
      if (byRings(a->shape)) {
        rings = true;
      } else {
        if (!soft) break;
        const auto [inner, outer] = bordered(*a);
        if (!(fine(*a) || (inner && outer)) || !usable(a->shape)) break;
      }
    } else if (const auto* b = std::get_if<scene::Borders>(&placed->item)) {
      if (byRings(b->shape)) rings = true;
      else if (!soft || !usable(b->shape)) break;
    } else if (!soft) {
      break;
    }
    ++count;
  }
  itemIndex = itemBefore, placed = placedBefore;
  if (count == 0) return 0;

  const bool onGround = drawCalls == 0 && canvas.empty() && (!overBase || mapIsBare);
  std::vector<std::vector<const ChunkLines*>> lines(count);
  std::vector<ChunkLines> outlines(count);
  std::vector<View> views(count);
  size_t points = 0;
  bool pictures = false;
  for (size_t n = 0; n < count; ++n) {
    const auto& item = drawing->items[first + n].item;
    if (std::holds_alternative<scene::Raster>(item)) {
      views[n] = viewOf(cameraOf(first), 0);
      pictures = true;
      continue;
    }
    const auto* a = std::get_if<scene::Areas>(&item);
    const auto* b = std::get_if<scene::Borders>(&item);
    const scene::MapShapePtr& shape = a ? a->shape : b->shape;
    views[n] = viewOf(cameraOf(first), a ? 2 : b->pen.width * k / 2 + 1);
    if (byRings(shape)) {
      if (b && b->which != scene::Borders::Which::inner)
        outlines[n] = SoftMap::outlines(*shape, views[n]), lines[n].push_back(&outlines[n]);
      continue;
    }
    if (a || b->which != scene::Borders::Which::outer)
      map.lines(shape, LineSet::inner, views[n].world, views[n].metresPerPixel, lines[n]);
    if (a || b->which != scene::Borders::Which::inner)
      map.lines(shape, LineSet::outer, views[n].world, views[n].metresPerPixel, lines[n]);
    for (const ChunkLines* c : lines[n]) points += c->points.size();
  }
  // Few triangles cost less than moving the pixels about; a textured quad costs more.
  if (!pictures && !rings && points < (onGround ? 4000u : 8000u)) return 0;

  flush();
  const PixelRect& clip = frameView.clip;
  const int w = clip.x1 - clip.x0, h = clip.y1 - clip.y0;
  softMap.begin(clip, drawing->background);
  if (!onGround) {
    glPixelStorei(GL_PACK_ALIGNMENT, 4);
    glReadPixels(clip.x0, height - clip.y1, w, h, GL_RGBA, GL_UNSIGNED_BYTE, softMap.pixels());
  }
  bool bare = onGround;  // nothing is below what comes next
  for (size_t n = 0; n < count; ++n, bare = false) {
    const auto& item = drawing->items[first + n].item;
    const View& view = views[n];
    if (const auto* r = std::get_if<scene::Raster>(&item)) {
      paintPicture(*r, view, bare);
      continue;
    }
    if (const auto* a = std::get_if<scene::Areas>(&item)) {
      const double period = std::max(0.5, a->hatch.pitch * k * std::sqrt(2.0)), phase = view.x0 + view.y0;
      const SoftMap::Stripes stripes{static_cast<float>(period), a->hatch.width * k / 2,
                                     static_cast<float>(phase - period * std::floor(phase / period)),
                                     a->hatch.line, a->hatch.ground};
      if (byRings(a->shape)) softMap.rings(*a->shape, view, a->fills, a->hatched, stripes, bare);
      else softMap.areas(*map.geometry(a->shape), lines[n], view, a->fills, a->hatched, stripes, bare);
    } else {
      const scene::Pen& pen = std::get<scene::Borders>(item).pen;
      if (bare) softMap.startOnGround();
      softMap.lines(lines[n], view, pen.width * k, pen.colour);
    }
  }
  glBindTexture(GL_TEXTURE_2D, picture.id());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  glTexSubImage2D(GL_TEXTURE_2D, 0, clip.x0, height - clip.y1, w, h, GL_RGBA, GL_UNSIGNED_BYTE,
                  softMap.pixels());
  ++drawCalls;
  return count;
}

void Renderer::Impl::strokeOnMap(const std::vector<std::vector<geo::Point>>& lines, const View& view,
                                 const scene::Pen& pen) {
  std::vector<float> dash;
  for (const float d : pen.dash) dash.push_back(d * k);
  const StrokePen p{pen.colour, pen.width * k, -1, dash, pen.roundCap};
  std::vector<Vec> points;
  for (const auto& line : lines) {
    points.clear();
    for (const geo::Point v : line) points.push_back(view.pixel(v));
    const bool closed = points.size() > 3 && line.front() == line.back();
    if (closed) points.pop_back();
    canvas.stroke(view.clip, points, closed, p);
  }
}

void Renderer::Impl::drawLines(const scene::MapShapePtr& shape, std::initializer_list<MeshKind> kinds,
                               int camera, const scene::Pen& pen) {
  if (pen.colour.a == 0 || !(pen.width > 0)) return;
  const View view = viewOf(camera, pen.width * k / 2 + 1);
  if (view.clip.empty()) return;
  const MapGeometry* g = map.geometry(shape);
  if (!g) return;
  if (!pen.dash.empty()) {
    for (const MeshKind kind : kinds) {
      const LineSet set = kind == MeshKind::inner   ? LineSet::inner
                          : kind == MeshKind::outer ? LineSet::outer
                                                    : LineSet::courses;
      const Chunks& chunks = chunksOf(*g, set);
      for (const Chunk& c : chunks.chunks)
        if (c.box.intersects(view.world))
          strokeOnMap(linesOf(*g, set, c, map.tolerance(*g, view.metresPerPixel)), view, pen);
    }
    return;
  }
  flush();
  scissor(view.clip);
  const float half = pen.width * k / 2, reach = half + 0.5f;
  const bool wide = pen.width * k > 2.3f;
  const Program& p = wide ? lineWide : lineThin;
  p.use();
  set(p.at("pen"), premultiplied(pen.colour));
  glUniform2f(p.at("halfWidth"), half + 0.5f, std::min(2 * half, 1.f));
  glUniform2f(p.at("reach"), reach * 2 / static_cast<float>(width), reach * 2 / static_cast<float>(height));
  glUniform1f(p.at("pixels"), reach);
  // Faint broad lines are one stroke: where their pieces overlap, the first one counts.
  const bool once = wide && pen.colour.a < 200;
  glUniform1f(p.at("least"), once ? 0.5f : 0.f);
  if (once) {
    useStencil();
    glEnable(GL_STENCIL_TEST);
    glStencilFunc(GL_NOTEQUAL, stencilMark, 0xff);
    glStencilOp(GL_KEEP, GL_KEEP, GL_REPLACE);
  }
  for (const MeshKind kind : kinds)
    for (const Ranges& r : map.ranges(shape, {kind, wide ? LineLook::wide : LineLook::thin, pen.roundCap},
                                      view.world, view.metresPerPixel)) {
      setView(p, view, r.arena->origin);
      draw(r);
    }
  if (once) glDisable(GL_STENCIL_TEST);
}

void Renderer::Impl::visit(const scene::Borders& b) {
  if (!b.shape || !b.shape->layer || b.shape->layer->shapes.kind != geo::ShapeKind::polygon) return;
  switch (b.which) {
    case scene::Borders::Which::all:
      return drawLines(b.shape, {MeshKind::inner, MeshKind::outer}, b.camera, b.pen);
    case scene::Borders::Which::inner:
      return drawLines(b.shape, {MeshKind::inner}, b.camera, b.pen);
    case scene::Borders::Which::outer:
      return drawLines(b.shape, {MeshKind::outer}, b.camera, b.pen);
    case scene::Borders::Which::row:
      break;
  }
  if (b.pen.colour.a == 0 || !(b.pen.width > 0)) return;
  const View view = viewOf(b.camera, b.pen.width * k / 2 + 1);
  if (view.clip.empty()) return;
  if (byRings(b.shape)) {  // one row as it is
    MapGeometry plain;
    plain.layer = b.shape->layer;
    return strokeOnMap(outlineOf(plain, b.row, 0.48 * view.metresPerPixel), view, b.pen);
  }
  const MapGeometry* g = map.geometry(b.shape);
  if (g) strokeOnMap(outlineOf(*g, b.row, map.tolerance(*g, view.metresPerPixel)), view, b.pen);
}

void Renderer::Impl::visit(const scene::Courses& c) {
  if (!c.shape || !c.shape->layer || c.shape->layer->shapes.kind != geo::ShapeKind::line) return;
  drawLines(c.shape, {MeshKind::courses}, c.camera, c.pen);
}

void Renderer::Impl::visit(const scene::Dots& d) {
  if (!d.shape || !d.shape->layer || !d.fills || d.shape->layer->shapes.kind != geo::ShapeKind::point) return;
  const float radius = d.radius * k, half = d.edge.width > 0 && d.edge.colour.a ? d.edge.width * k / 2 : 0;
  const float reach = radius + half + 1;
  const View view = viewOf(d.camera, reach);
  if (view.clip.empty() || !(radius > 0)) return;
  const geo::Shapes& s = d.shape->layer->shapes;
  std::vector<SolidVertex> points;
  const auto add = [&](size_t row, geo::Point p) {
    const Vec at = view.pixel(p);
    points.push_back({at.x, at.y, row < d.fills->size() ? (*d.fills)[row] : Rgba{0, 0, 0, 0}});
  };
  for (size_t row = 0; row < s.rows(); ++row) {
    if (row >= d.fills->size() || (*d.fills)[row].a == 0) continue;
    for (uint32_t v = s.partStart[s.rowStart[row]]; v < s.partStart[s.rowStart[row + 1]]; ++v)
      if (view.world.contains(s.vertices[v])) add(row, s.vertices[v]);
  }
  // Too many to draw each: of those that share a cell smaller than what the eye could part, the topmost.
  constexpr size_t enough = 200'000;
  if (points.size() > enough) {
    const float cell = std::max(1.f, radius / 2);
    const int columns =
        static_cast<int>(static_cast<float>(view.clip.x1 - view.clip.x0 + 2 * reach) / cell) + 2;
    const int rows = static_cast<int>(static_cast<float>(view.clip.y1 - view.clip.y0 + 2 * reach) / cell) + 2;
    std::vector<uint8_t> taken(static_cast<size_t>(columns) * rows, 0);
    std::vector<SolidVertex> kept;
    for (size_t i = points.size(); i-- > 0;) {
      const int x = std::clamp(
          static_cast<int>((points[i].x - static_cast<float>(view.clip.x0) + reach) / cell), 0, columns - 1);
      const int y = std::clamp(
          static_cast<int>((points[i].y - static_cast<float>(view.clip.y0) + reach) / cell), 0, rows - 1);
      uint8_t& t = taken[static_cast<size_t>(y) * columns + x];
      if (t) continue;
      t = points[i].colour.a == 255;
      kept.push_back(points[i]);
    }
    std::reverse(kept.begin(), kept.end());
    points.swap(kept);
  }
  if (points.empty()) return;
  flush();
  scissor(view.clip);
  const float size = std::min(255.f, 2 * reach);
  dot.use();
  glUniform2f(dot.at("toClip"), 2.f / static_cast<float>(width), 2.f / static_cast<float>(height));
  glUniform1f(dot.at("size"), size), glUniform1f(dot.at("radius"), radius),
      glUniform1f(dot.at("halfEdge"), half);
  set(dot.at("edge"), premultiplied(d.edge.colour));
  gl::refill(dots.vertices, GL_ARRAY_BUFFER, points.data(), points.size() * sizeof(SolidVertex));
  glBindVertexArray(dots.array.id());
  glDrawArrays(GL_POINTS, 0, static_cast<GLsizei>(points.size()));
  ++drawCalls;
}

Renderer::Impl::Cached& Renderer::Impl::pictureTexture(const std::shared_ptr<const std::vector<Rgba>>& pixels,
                                                       int columns, int rows, bool smooth) {
  const uint64_t form = static_cast<uint64_t>(columns) << 32 | static_cast<uint64_t>(rows) << 1 | smooth;
  Cached& c = textures[{pixels.get(), form}];
  c.lastUsed = frame;
  if (c.texture && !c.alive.expired()) return c;
  // A picture that changes while a slider moves takes over the texture of the one before: new pages cost
  // more than filling them.
  if (!c.texture)
    for (auto& [key, old] : textures)
      if (key.second == form && old.texture && old.alive.expired()) {
        c.texture = std::move(old.texture);
        break;
      }
  // Larger than the driver takes: every second, third … texel.
  const int step = std::max(1, (std::max(columns, rows) + largestTexture - 1) / std::max(1, largestTexture));
  c.columns = (columns + step - 1) / step, c.rows = (rows + step - 1) / step;
  const auto fill = [&](Rgba* all, int first, int last) {
    Rgba* texels = all + static_cast<size_t>(first) * c.columns;
    for (int y = first; y < last; ++y) {
      const Rgba* row = pixels->data() + static_cast<size_t>(y) * step * columns;
      for (int x = 0; x < c.columns; ++x) *texels++ = premultipliedBytes(row[static_cast<size_t>(x) * step]);
    }
  };
  const size_t count = static_cast<size_t>(c.columns) * c.rows;
  c.alive = pixels;
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  if (!c.texture) {
    c.texture = gl::Texture(tally);
    glBindTexture(GL_TEXTURE_2D, c.texture.id());
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, c.columns, c.rows, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
  }
  glBindTexture(GL_TEXTURE_2D, c.texture.id());
  staging.resize(std::max(staging.size(), count));
  {
    const int half = count > 500'000 ? c.rows / 2 : 0;  // waking a thread takes as long as a small picture
    std::jthread other;
    if (half) other = std::jthread([&] { fill(staging.data(), 0, half); });
    fill(staging.data(), half, c.rows);
  }
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, c.columns, c.rows, GL_RGBA, GL_UNSIGNED_BYTE, staging.data());
  stagingUsed = frame;
  if (smooth) glGenerateMipmap(GL_TEXTURE_2D);
  else glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, smooth ? GL_LINEAR_MIPMAP_LINEAR : GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, smooth ? GL_LINEAR : GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  c.texture.setBytes(count * sizeof(Rgba) * (smooth ? 16 : 12) / 3);
  return c;
}

void Renderer::Impl::drawPicture(const std::shared_ptr<const std::vector<Rgba>>& pixels, int columns,
                                 int rows, bool smooth, double x0, double y0, double x1, double y1,
                                 const PixelRect& clip) {
  if (!pixels || columns <= 0 || rows <= 0 || pixels->size() < static_cast<size_t>(columns) * rows) return;
  if (!(x1 > x0 && y1 > y0) || clip.empty()) return;
  flush();
  scissor(clip);
  const Cached& c = pictureTexture(pixels, columns, rows, smooth);
  image.use();
  glUniform2f(image.at("toClip"), 2.f / static_cast<float>(width), 2.f / static_cast<float>(height));
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, c.texture.id());
  // Cut to the clip: corners far outside would cost the texture coordinates their digits.
  const double cx0 = std::max<double>(x0, clip.x0 - 1), cx1 = std::min<double>(x1, clip.x1 + 1);
  const double cy0 = std::max<double>(y0, clip.y0 - 1), cy1 = std::min<double>(y1, clip.y1 + 1);
  if (!(cx1 > cx0 && cy1 > cy0)) return;
  const auto u = [&](double x) { return static_cast<float>((x - x0) / (x1 - x0)); };
  const auto v = [&](double y) { return static_cast<float>((y - y0) / (y1 - y0)); };
  const auto f = [](double d) { return static_cast<float>(d); };
  const std::array<float, 16> strip{f(cx0), f(cy0), u(cx0), v(cy0), f(cx1), f(cy0), u(cx1), v(cy0),
                                    f(cx0), f(cy1), u(cx0), v(cy1), f(cx1), f(cy1), u(cx1), v(cy1)};
  gl::refill(images.vertices, GL_ARRAY_BUFFER, strip.data(), sizeof strip);
  glBindVertexArray(images.array.id());
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  ++drawCalls, triangles += 2;
}

void Renderer::Impl::visit(const scene::Raster& r) {
  const View v = viewOf(r.camera, 0);
  drawPicture(r.pixels, r.columns, r.rows, r.smooth, v.x0 + r.world.minX * v.pixelsPerMetre,
              v.y0 - r.world.maxY * v.pixelsPerMetre, v.x0 + r.world.maxX * v.pixelsPerMetre,
              v.y0 - r.world.minY * v.pixelsPerMetre, v.clip);
}

// Canvas items
// ---------------------------------------------------------------------------------------------------------

void Renderer::Impl::visit(const scene::Image& i) {
  const double s = k;
  drawPicture(i.pixels, i.columns, i.rows, true, i.rect.x * s, i.rect.y * s,
              (static_cast<double>(i.rect.x) + i.rect.w) * s, (static_cast<double>(i.rect.y) + i.rect.h) * s,
              itemClip());
}

namespace {

// The rectangle that a path is, if it is one with level sides.
std::optional<scene::Rect> levelRect(const scene::Path& p) {
  using V = scene::Path::Verb;
  if (p.points.size() != 4 && !(p.points.size() == 5 && p.points[4] == p.points[0])) return {};
  for (size_t i = 0; i < p.verbs.size(); ++i)
    if (p.verbs[i] != (i == 0 ? V::move : i < p.points.size() ? V::line : V::close)) return {};
  const auto& q = p.points;
  const bool acrossFirst = q[0].y == q[1].y && q[1].x == q[2].x && q[2].y == q[3].y && q[3].x == q[0].x;
  const bool downFirst = q[0].x == q[1].x && q[1].y == q[2].y && q[2].x == q[3].x && q[3].y == q[0].y;
  if (!acrossFirst && !downFirst) return {};
  return p.box();
}

}  // namespace

void Renderer::Impl::visit(const scene::Fill& f) {
  if (f.colour.a == 0 || f.path.empty()) return;
  const PixelRect clip = itemClip();
  if (clip.empty()) return;
  const scene::Rect b = f.path.box();
  if (b.right() * k < static_cast<float>(clip.x0) || b.x * k > static_cast<float>(clip.x1) ||
      b.bottom() * k < static_cast<float>(clip.y0) || b.y * k > static_cast<float>(clip.y1))
    return;
  if (const auto r = levelRect(f.path))
    return canvas.rect(clip, {r->x * k, r->y * k, r->w * k, r->h * k}, f.colour);
  if (const auto placedSprite = atlas.place(f.path, k))
    return canvas.sprite(clip, *placedSprite, f.colour, {0, 0, 0, 0});
  largeFill(f.path, f.colour, clip);
}

// Too large for the atlas: triangles drawn in by half a pixel, and a ramp of one pixel along the edge.
void Renderer::Impl::largeFill(const scene::Path& path, Rgba colour, const PixelRect& clip) {
  std::vector<geo::Point> all;
  std::vector<uint32_t> ends;
  for (const auto& line : scene::flattened(path, 0.1f / k)) {
    const size_t before = all.size();
    for (const Vec p : line) {
      const geo::Point q{p.x * static_cast<double>(k), p.y * static_cast<double>(k)};
      if (all.size() == before || std::hypot(all.back().x - q.x, all.back().y - q.y) > 1e-3) all.push_back(q);
    }
    while (all.size() > before + 1 &&
           std::hypot(all.back().x - all[before].x, all.back().y - all[before].y) < 1e-3)
      all.pop_back();
    if (all.size() < before + 3) all.resize(before);
    else ends.push_back(static_cast<uint32_t>(all.size()));
  }
  if (ends.empty()) return;
  const auto inside = [&](geo::Point p) {
    bool in = false;
    uint32_t first = 0;
    for (const uint32_t end : ends) {
      for (uint32_t i = first, j = end - 1; i < end; j = i++)
        if ((all[i].y > p.y) != (all[j].y > p.y) &&
            p.x < (all[j].x - all[i].x) * (p.y - all[i].y) / (all[j].y - all[i].y) + all[i].x)
          in = !in;
      first = end;
    }
    return in;
  };
  std::vector<geo::Point> inner(all.size()), outer(all.size());
  uint32_t first = 0;
  for (const uint32_t end : ends) {
    const auto edge = [&](uint32_t i) {  // unit vector from i to the next
      const geo::Point a = all[i], b = all[i + 1 == end ? first : i + 1];
      const double l = std::hypot(b.x - a.x, b.y - a.y);
      return geo::Point{(b.x - a.x) / l, (b.y - a.y) / l};
    };
    // Which side is inside: asked beside the middle of the longest edge.
    uint32_t longest = first;
    double most = -1;
    for (uint32_t i = first; i < end; ++i) {
      const geo::Point a = all[i], b = all[i + 1 == end ? first : i + 1];
      const double l = std::hypot(b.x - a.x, b.y - a.y);
      if (l > most) most = l, longest = i;
    }
    const geo::Point a = all[longest], b = all[longest + 1 == end ? first : longest + 1], t = edge(longest);
    const double step = std::min(0.25, most / 4);
    const double side = inside({(a.x + b.x) / 2 - t.y * step, (a.y + b.y) / 2 + t.x * step}) ? 1 : -1;
    for (uint32_t i = first; i < end; ++i) {
      const geo::Point u = edge(i == first ? end - 1 : i - 1), v = edge(i);
      const geo::Point m{-(u.y + v.y) * side, (u.x + v.x) * side};
      const double d = std::max(m.x * m.x + m.y * m.y, 0.3);
      inner[i] = {all[i].x + m.x / d, all[i].y + m.y / d},
      outer[i] = {all[i].x - m.x / d, all[i].y - m.y / d};
    }
    first = end;
  }
  std::vector<uint32_t> triangleIndices;
  std::vector<geo::Point> extra;
  geo::Triangulator::tessellate(inner, ends, triangleIndices, extra);
  std::vector<SolidVertex> vertices;
  const auto put = [&](geo::Point p, Rgba c) {
    vertices.push_back({static_cast<float>(p.x), static_cast<float>(p.y), c});
  };
  for (const geo::Point p : inner) put(p, colour);
  for (const geo::Point p : extra) put(p, colour);
  const auto rim = static_cast<uint32_t>(vertices.size());
  for (const geo::Point p : outer) put(p, colour.withAlpha(0));
  first = 0;
  for (const uint32_t end : ends) {
    for (uint32_t i = first; i < end; ++i) {
      const uint32_t j = i + 1 == end ? first : i + 1;
      triangleIndices.insert(triangleIndices.end(), {i, j, rim + i, rim + i, j, rim + j});
    }
    first = end;
  }
  canvas.solid(clip, vertices, triangleIndices);
}

void Renderer::Impl::visit(const scene::Stroke& s) {
  if (s.pen.colour.a == 0 || s.path.empty()) return;
  const PixelRect clip = itemClip();
  if (clip.empty()) return;
  std::vector<bool> closed;
  std::vector<float> dash;
  for (const float d : s.pen.dash) dash.push_back(d * k);
  const StrokePen pen{s.pen.colour, s.pen.width * k, s.endWidth < 0 ? -1 : s.endWidth * k, dash,
                      s.pen.roundCap};
  const auto lines = scene::flattened(s.path, 0.1f / k, &closed);
  std::vector<Vec> points;
  for (size_t i = 0; i < lines.size(); ++i) {
    points.clear();
    for (const Vec p : lines[i]) points.push_back(p * k);
    canvas.stroke(clip, points, closed[i], pen);
  }
}

void Renderer::Impl::visit(const scene::Glow& g) {
  if (g.colour.a && g.radius > 0) canvas.glow(itemClip(), g.centre * k, g.radius * k, g.colour);
}

void Renderer::Impl::visit(const scene::Fade& f) {
  const scene::Rect r{f.rect.x * k, f.rect.y * k, f.rect.w * k, f.rect.h * k};
  if (f.horizontal) canvas.quad(itemClip(), r, {f.from, f.to, f.to, f.from});
  else canvas.quad(itemClip(), r, {f.from, f.from, f.to, f.to});
}

void Renderer::Impl::visit(const scene::HatchedRect& h) {
  const scene::Rect r{h.rect.x * k, h.rect.y * k, h.rect.w * k, h.rect.h * k};
  const PixelRect clip = itemClip().meet(pixels(h.rect));
  if (clip.empty()) return;
  flush();
  scissor(clip);
  hatch.use();
  hatchUniforms(h.hatch, 0);
  glUniform4f(hatch.at("view"), 2.f / static_cast<float>(width), -2.f / static_cast<float>(height), -1, 1);
  const std::array<SolidVertex, 4> strip{
      {{r.x, r.y, {}}, {r.right(), r.y, {}}, {r.x, r.bottom(), {}}, {r.right(), r.bottom(), {}}}};
  gl::refill(dots.vertices, GL_ARRAY_BUFFER, strip.data(), sizeof strip);
  glBindVertexArray(dots.array.id());
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
  ++drawCalls, triangles += 2;
}

void Renderer::Impl::visit(const scene::Text& t) {
  const PixelRect clip = itemClip();
  if (clip.empty()) return;
  std::vector<GlyphAtlas::Placed> sprites_;
  atlas.place(drawing->fonts, t, k, sprites_);
  for (const auto& s : sprites_) canvas.sprite(clip, s, t.colour, t.halo);
}

void Renderer::Impl::flush() {
  if (canvas.empty()) return;
  atlas.upload();
  const auto batches = canvas.batches();
  std::vector<uint32_t> all;
  for (const Batch& b : batches) all.insert(all.end(), b.indices.begin(), b.indices.end());
  glBindVertexArray(0);
  gl::refill(solids.vertices, GL_ARRAY_BUFFER, canvas.solids().data(),
             canvas.solids().size() * sizeof(SolidVertex));
  gl::refill(strokes.vertices, GL_ARRAY_BUFFER, canvas.strokes().data(),
             canvas.strokes().size() * sizeof(StrokeVertex));
  gl::refill(sprites.vertices, GL_ARRAY_BUFFER, canvas.sprites().data(),
             canvas.sprites().size() * sizeof(SpriteVertex));
  gl::refill(indices, GL_COPY_WRITE_BUFFER, all.data(), all.size() * sizeof(uint32_t));
  size_t first = 0;
  for (const Batch& b : batches) {
    const Program* program = nullptr;
    const Stream* stream = nullptr;
    switch (b.pipe) {
      case Pipe::solid:
        program = &solid, stream = &solids;
        break;
      case Pipe::stroke:
        program = &stroke, stream = &strokes;
        break;
      case Pipe::glow:
        program = &glow, stream = &strokes;
        break;
      case Pipe::sprite:
        program = &sprite, stream = &sprites;
        break;
    }
    program->use();
    glUniform2f(program->at("toClip"), 2.f / static_cast<float>(width), 2.f / static_cast<float>(height));
    if (b.pipe == Pipe::sprite)
      glActiveTexture(GL_TEXTURE0), glBindTexture(GL_TEXTURE_2D, atlas.texture(b.page));
    scissor(b.clip);
    glBindVertexArray(stream->array.id());
    glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(b.indices.size()), GL_UNSIGNED_INT,
                   offset(first * sizeof(uint32_t)));
    ++drawCalls, triangles += b.indices.size() / 3;
    first += b.indices.size();
  }
  canvas.clear();
}

// ----------------------------------------------------------------------------------------------------------------------

Renderer::Renderer() : impl_(std::make_unique<Impl>()) {}
Renderer::~Renderer() = default;

geo::Result<std::unique_ptr<Renderer>> Renderer::make(Areas areas) {
  std::unique_ptr<Renderer> made(new Renderer);
  const std::string_view name = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  const bool software = name.find("llvmpipe") != name.npos || name.find("softpipe") != name.npos ||
                        name.find("SwiftShader") != name.npos;
  made->impl_->software = software;
  made->impl_->soft = areas == Areas::processor || (areas == Areas::byRenderer && software);
  if (auto ok = made->impl_->start(); !ok) return tl::unexpected(ok.error());
  return made;
}

void Renderer::draw(const scene::Drawing& drawing, int width, int height, float pixelsPerUnit,
                    bool complete) {
  if (width < 1 || height < 1) return;
  impl_->begin(drawing, width, height, pixelsPerUnit, complete);
  const Colour4 ground = premultiplied(drawing.background);
  glClearColor(ground.r, ground.g, ground.b, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  impl_->run(drawing);
}

void Renderer::drawBase(const scene::Drawing& drawing, int width, int height, float pixelsPerUnit,
                        bool complete) {
  if (width < 1 || height < 1) return;
  draw(drawing, width, height, pixelsPerUnit, complete);
  Impl& i = *impl_;
  if (!i.base || i.baseWidth != width || i.baseHeight != height) {
    if (!i.baseFramebuffer) i.baseFramebuffer = gl::Framebuffer(i.tally);
    i.makePicture(i.base, i.baseFramebuffer, width, height);
    i.baseWidth = width, i.baseHeight = height;
  }
  i.baseScale = pixelsPerUnit;
  i.copy(i.framebuffer, i.baseFramebuffer);
}

void Renderer::drawOver(const scene::Drawing& over, bool mapIsBare, bool complete) {
  Impl& i = *impl_;
  if (!i.base) return;
  i.begin(over, i.baseWidth, i.baseHeight, i.baseScale, complete);
  glDisable(GL_SCISSOR_TEST);
  i.copy(i.baseFramebuffer, i.framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, i.framebuffer.id());
  i.overBase = true, i.mapIsBare = mapIsBare;
  i.run(over);
  i.overBase = i.mapIsBare = false;
}

void Renderer::finish() const { glFinish(); }

void Renderer::Impl::see() {
  if (vision == scene::Vision::normal) {
    seen = {}, seenFramebuffer = {}, seenWidth = seenHeight = 0;
    return;
  }
  if (seenWidth != width || seenHeight != height) {
    if (!seenFramebuffer) seenFramebuffer = gl::Framebuffer(tally);
    makePicture(seen, seenFramebuffer, width, height);
    seenWidth = width, seenHeight = height;
  }
  turn();
  if (!nothing) nothing = gl::VertexArray(tally);
  glBindFramebuffer(GL_FRAMEBUFFER, seenFramebuffer.id());
  glViewport(0, 0, width, height);
  glDisable(GL_SCISSOR_TEST), glDisable(GL_STENCIL_TEST), glDisable(GL_BLEND);
  glActiveTexture(GL_TEXTURE0);
  glBindTexture(GL_TEXTURE_2D, picture.id());
  sight.use();
  const scene::Sight& s = scene::sightOf(vision);
  glUniform1i(sight.at("picture"), 0);
  glUniformMatrix3fv(sight.at("rows"), 1, GL_TRUE, s.rows[0].data());
  glUniform1f(sight.at("ground"), s.ground);
  glBindVertexArray(nothing.id());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glBindVertexArray(0);
  glEnable(GL_BLEND);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

void Renderer::forgetBase() {
  Impl& i = *impl_;
  i.base = {}, i.baseFramebuffer = {};
  i.baseWidth = i.baseHeight = 0;
}

void Renderer::Impl::copy(const gl::Framebuffer& from, const gl::Framebuffer& to) const {
  turn();
  glBindFramebuffer(GL_READ_FRAMEBUFFER, from.id());
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, to.id());
  glBlitFramebuffer(0, 0, baseWidth, baseHeight, 0, 0, baseWidth, baseHeight, GL_COLOR_BUFFER_BIT,
                    GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

void Renderer::Impl::begin(const scene::Drawing& d, int w, int h, float pixelsPerUnit, bool all) {
  ++frame;
  complete = all;
  map.startFrame(complete);
  atlas.startFrame();
  resize(w, h);
  drawing = &d, k = pixelsPerUnit, vision = d.vision;
  drawCalls = triangles = 0;
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer.id());
  glViewport(0, 0, w, h);
  glDisable(GL_DEPTH_TEST), glDisable(GL_CULL_FACE), glDisable(GL_STENCIL_TEST), glDisable(GL_SCISSOR_TEST);
  glDisable(GL_FRAMEBUFFER_SRGB);
  glEnable(GL_PROGRAM_POINT_SIZE);
  glEnable(GL_BLEND);
  glBlendEquation(GL_FUNC_ADD);
  glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glDisable(GL_SCISSOR_TEST);
}

void Renderer::Impl::run(const scene::Drawing& d) {
  glEnable(GL_SCISSOR_TEST);
  canvas.start(width, height);
  for (itemIndex = 0; itemIndex < d.items.size(); ++itemIndex) {
    placed = &d.items[itemIndex];
    if (paintable(itemIndex))
      if (const size_t painted = paintSoftly(itemIndex)) {
        itemIndex += painted - 1;
        continue;
      }
    std::visit([&](const auto& item) { visit(item); }, placed->item);
  }
  flush();
  glDisable(GL_SCISSOR_TEST);
  glBindVertexArray(0);
  see();
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  std::erase_if(softPictures,
                [&](const auto& p) { return p.second.alive.expired() || p.second.lastUsed + 120 < frame; });
  std::erase_if(textures,
                [&](const auto& t) { return t.second.alive.expired() || t.second.lastUsed + 120 < frame; });
  if (stagingUsed + 120 < frame) staging = {};
  drawing = nullptr, placed = nullptr;
}

std::vector<Renderer::Work> Renderer::wanted() {
  std::vector<Work> all;
  for (auto& w : impl_->map.takeWanted()) all.push_back({std::move(w.key), std::move(w.run)});
  return all;
}

Pixels Renderer::read() const {
  Pixels p;
  read(p);
  return p;
}

void Renderer::read(Pixels& p) const {
  const Impl& i = *impl_;
  p.width = i.width, p.height = i.height;
  const size_t stride = static_cast<size_t>(i.width) * 4;
  p.rgba.resize(stride * i.height);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, i.shownFramebuffer());
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  if (i.invertsReads) glPixelStorei(GL_PACK_INVERT_MESA, 1);
  glReadPixels(0, 0, i.width, i.height, GL_RGBA, GL_UNSIGNED_BYTE, p.rgba.data());
  if (i.invertsReads) glPixelStorei(GL_PACK_INVERT_MESA, 0);
  glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
  if (i.invertsReads) return;
  for (int y = 0; y < i.height / 2; ++y)  // GL's rows run from the bottom
    std::swap_ranges(p.rgba.begin() + static_cast<ptrdiff_t>(stride * y),
                     p.rgba.begin() + static_cast<ptrdiff_t>(stride * (y + 1)),
                     p.rgba.begin() + static_cast<ptrdiff_t>(stride * (i.height - 1 - y)));
}

void Renderer::blit(int x, int y, int targetFramebuffer, int targetHeight) const {
  const Impl& i = *impl_;
  const int bottom = (targetHeight > 0 ? targetHeight : i.height) - y - i.height;
  i.turn();
  glBindFramebuffer(GL_READ_FRAMEBUFFER, i.shownFramebuffer());
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(targetFramebuffer));
  glDisable(GL_SCISSOR_TEST);
  glBlitFramebuffer(0, 0, i.width, i.height, x, bottom, x + i.width, bottom + i.height, GL_COLOR_BUFFER_BIT,
                    GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(targetFramebuffer));
}

uint32_t Renderer::framebuffer() const { return impl_->shownFramebuffer(); }

Renderer::Counts Renderer::counts() const {
  const Impl& i = *impl_;
  return {i.tally.buffers, i.tally.textures, i.tally.framebuffers, i.drawCalls, i.triangles, i.tally.bytes};
}

void Renderer::rest() {
  Impl& i = *impl_;
  i.canvas.rest(), i.atlas.rest();
  i.softMap.rest(), i.staging = {};
  if (!i.software || !i.picture) return;
  // The list of what was drawn last, and the textures that it reads, go when another is begun: one of a pixel
  // that the next picture paints over.
  glFinish();
  glBindFramebuffer(GL_FRAMEBUFFER, i.framebuffer.id());
  glEnable(GL_SCISSOR_TEST);
  glScissor(0, 0, 1, 1);
  if (i.base) {
    if (!i.nothing) i.nothing = gl::VertexArray(i.tally);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, i.base.id());
    i.sight.use();
    glUniform1i(i.sight.at("picture"), 0);
    glBindVertexArray(i.nothing.id());
    glDrawArrays(GL_TRIANGLES, 0, 3);
    glBindVertexArray(0);
  } else {
    glClear(GL_COLOR_BUFFER_BIT);
  }
  glDisable(GL_SCISSOR_TEST);
  glFinish();
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

void Renderer::forgetUnused() {
  impl_->map.forgetUnused();
  std::erase_if(impl_->textures, [&](const auto& t) { return t.second.lastUsed < impl_->frame; });
  std::erase_if(impl_->softPictures, [&](const auto& p) { return p.second.lastUsed < impl_->frame; });
}

}  // namespace render
