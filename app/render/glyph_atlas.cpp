#include "app/render/glyph_atlas.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_STROKER_H

#include <bit>
#include <climits>
#include <cstring>
#include <list>
#include <unordered_map>

namespace render {
namespace {

using scene::Vec;

constexpr size_t maxPages = 24;
// From here on a page that the last frames did not need gives way before another is made: what grows or
// slides leaves a sprite for every size and phase behind.
constexpr size_t easyPages = 8;
constexpr uint64_t unusedFrames = 3;
constexpr size_t maxEmpty = 50'000;  // sprites of nothing that are remembered
// What new sprites are made from. Text that slides or grows asks for every size and phase once: those that
// were not asked for longest go, one by one, so that a wall of many days holds as much as one of an hour.
constexpr size_t maxGlyphBytes = size_t{4} << 20, maxOutlineBytes = size_t{8} << 20;

uint64_t mixed(uint64_t h, uint64_t v) {
  h = (h ^ v) * 0x9e3779b97f4a7c15u;
  return h ^ h >> 29;
}
uint64_t bitsOf(float f) { return std::bit_cast<uint32_t>(f); }

// Coverage of one channel in a box of whole pixels, y down.
struct Mask {
  int left = 0, top = 0, width = 0, height = 0;
  std::vector<uint8_t> coverage;
  size_t bytes() const { return coverage.capacity(); }
};

// Values by key, as many as `trim` leaves.
template <class T>
class Recent {
 public:
  // The value and whether it is new: then it is to be made, and `made` to be told.
  std::pair<T*, bool> take(uint64_t key) {
    const auto [it, isNew] = at_.try_emplace(key, order_.end());
    if (isNew) it->second = order_.insert(order_.begin(), Kept{key, 0, {}});
    else order_.splice(order_.begin(), order_, it->second);
    return {&it->second->value, isNew};
  }
  void made(uint64_t key) {
    Kept& kept = *at_.at(key);
    kept.bytes = kept.value.bytes() + sizeof(Kept) + 96;  // with the nodes of both
    bytes_ += kept.bytes;
  }
  void trim(size_t most) {  // no pointer from `take` outlives it
    while (bytes_ > most && !order_.empty()) {
      bytes_ -= order_.back().bytes;
      at_.erase(order_.back().key);
      order_.pop_back();
    }
  }
  void clear() { at_.clear(), order_.clear(), bytes_ = 0; }

 private:
  struct Kept {
    uint64_t key = 0;
    size_t bytes = 0;
    T value;
  };
  std::list<Kept> order_;  // the last used first
  std::unordered_map<uint64_t, typename std::list<Kept>::iterator> at_;
  size_t bytes_ = 0;
};

struct Library {
  FT_Library library = nullptr;
  FT_Stroker stroker = nullptr;
  std::unordered_map<uint64_t, FT_Face> faces;  // by typesetter's font
  Library() {
    FT_Init_FreeType(&library);
    FT_Stroker_New(library, &stroker);
  }
  ~Library() {
    for (auto& [key, face] : faces)
      if (face) FT_Done_Face(face);
    FT_Stroker_Done(stroker);
    FT_Done_FreeType(library);
  }
};

// The outline's coverage where it stands (26.6, y up).
Mask rasterised(FT_Library library, FT_Outline& outline) {
  FT_BBox box;
  FT_Outline_Get_CBox(&outline, &box);
  Mask mask;
  if (outline.n_points == 0) return mask;
  box.xMin = box.xMin >> 6, box.yMin = box.yMin >> 6, box.xMax = (box.xMax + 63) >> 6,
  box.yMax = (box.yMax + 63) >> 6;
  const long width = box.xMax - box.xMin, height = box.yMax - box.yMin;
  if (width <= 0 || height <= 0 || width > 16384 || height > 16384) return mask;
  mask.left = static_cast<int>(box.xMin), mask.top = static_cast<int>(-box.yMax);
  mask.width = static_cast<int>(width), mask.height = static_cast<int>(height);
  mask.coverage.assign(static_cast<size_t>(width * height), 0);
  FT_Outline_Translate(&outline, -box.xMin * 64, -box.yMin * 64);
  FT_Bitmap bitmap{};
  bitmap.rows = static_cast<unsigned>(height), bitmap.width = static_cast<unsigned>(width);
  bitmap.pitch = static_cast<int>(width);
  bitmap.buffer = mask.coverage.data(), bitmap.num_grays = 256, bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
  FT_Outline_Get_Bitmap(library, &outline, &bitmap);
  return mask;
}

// An outline of our own, that FreeType can draw from at any place.
struct Outline {
  std::vector<FT_Vector> points;
  std::vector<char> tags;
  std::vector<short> ends;
  int flags = 0;

  Outline() = default;
  explicit Outline(const FT_Outline& o)
      : points(o.points, o.points + o.n_points),
        tags(o.tags, o.tags + o.n_points),
        ends(o.contours, o.contours + o.n_contours),
        flags(o.flags) {}
  size_t bytes() const {
    return points.capacity() * sizeof(FT_Vector) + tags.capacity() + ends.capacity() * sizeof(short);
  }
  Mask mask(FT_Library library, long dx, long dy) const {
    std::vector<FT_Vector> moved(points);
    for (FT_Vector& v : moved) v.x += dx, v.y += dy;
    FT_Outline o{};
    o.n_contours = static_cast<short>(ends.size()), o.n_points = static_cast<short>(moved.size());
    o.points = moved.data(), o.tags = const_cast<char*>(tags.data()),
    o.contours = const_cast<short*>(ends.data());
    o.flags = flags;
    return rasterised(library, o);
  }
};

FT_BBox boxOf(const FT_Outline& outline, int contour) {
  const int from = contour ? outline.contours[contour - 1] + 1 : 0;
  FT_BBox box{outline.points[from].x, outline.points[from].y, outline.points[from].x, outline.points[from].y};
  for (int i = from; i <= outline.contours[contour]; ++i) {
    const FT_Vector p = outline.points[i];
    box.xMin = std::min(box.xMin, p.x), box.xMax = std::max(box.xMax, p.x);
    box.yMin = std::min(box.yMin, p.y), box.yMax = std::max(box.yMax, p.y);
  }
  return box;
}

// A contour no wider than the band (a full stop, the eye of a %) lies in it altogether. The band's inner
// border has then turned inside out and would punch a hole: it is left out.
void dropTurnedBorders(FT_Outline& band, const FT_Outline& glyph, FT_Pos reach) {
  const int n = glyph.n_contours;
  if (band.n_contours != 2 * n) return;  // all left borders, then all right ones
  const auto extent = [](const FT_BBox& b) { return std::pair(b.xMax - b.xMin, b.yMax - b.yMin); };
  std::vector<bool> dropped(static_cast<size_t>(2 * n));
  for (int i = 0; i < n; ++i) {
    const auto [w, h] = extent(boxOf(glyph, i));
    if (std::min(w, h) > 2 * reach) continue;
    dropped[static_cast<size_t>(extent(boxOf(band, i)) < extent(boxOf(band, n + i)) ? i : n + i)] = true;
  }
  int contours = 0, points = 0;
  for (int i = 0, from = 0; i < 2 * n; ++i) {
    const int end = band.contours[i];
    for (; from <= end; ++from)
      if (!dropped[static_cast<size_t>(i)])
        band.points[points] = band.points[from], band.tags[points] = band.tags[from], ++points;
    if (!dropped[static_cast<size_t>(i)]) band.contours[contours++] = static_cast<short>(points - 1);
  }
  band.n_contours = static_cast<short>(contours), band.n_points = static_cast<short>(points);
}

// The larger of both, where they meet: two glyphs' halos are one. `from` lies within `into`.
void unite(Mask& into, const Mask& from, int dx, int dy) {
  using Bytes = uint8_t __attribute__((vector_size(16)));
  for (int y = 0; y < from.height; ++y) {
    const uint8_t* source = from.coverage.data() + static_cast<size_t>(y) * from.width;
    uint8_t* target = into.coverage.data() + static_cast<size_t>(from.top + dy + y - into.top) * into.width +
                      (from.left + dx - into.left);
    int x = 0;
    for (; x + 16 <= from.width; x += 16) {
      Bytes a, b;
      std::memcpy(&a, source + x, 16), std::memcpy(&b, target + x, 16);
      b = a > b ? a : b;
      std::memcpy(target + x, &b, 16);
    }
    for (; x < from.width; ++x) target[x] = std::max(target[x], source[x]);
  }
}

}  // namespace

struct GlyphAtlas::Impl {
  explicit Impl(gl::Tally& t) : tally(t) {}

  struct Page {
    gl::Texture texture;
    std::vector<uint8_t> pixels;  // RG
    int shelfY = 0, shelfHeight = 0, x = 0;
    int dirtyFrom = pageSize, dirtyTo = 0;  // rows
    uint64_t lastUsed = 0;
    std::vector<uint64_t> keys;
  };
  struct GlyphPair {
    Mask fill, halo;
    size_t bytes() const { return fill.bytes() + halo.bytes(); }
  };
  struct GlyphOutlines {
    Outline fill, halo;
    size_t bytes() const { return fill.bytes() + halo.bytes(); }
  };
  struct Entry {
    Sprite sprite;
    uint64_t lastUsed = 0;
  };

  gl::Tally& tally;
  Library library;
  std::vector<Page> pages;
  std::unordered_map<uint64_t, Entry> sprites;
  Recent<GlyphPair> glyphs;        // by place within the pixel too
  Recent<GlyphOutlines> outlines;  // stroking is dear, drawing is not
  uint64_t frame = 0;
  const scene::Typesetter* fontsOf = nullptr;

  FT_Face face(const scene::Typesetter& fonts, uint16_t font) {
    const auto [it, isNew] = library.faces.try_emplace(font, nullptr);
    if (isNew) {
      const scene::FontFile& file = fonts.fonts()[font];
      const auto bytes = file.bytes();
      if (bytes.empty() || FT_New_Memory_Face(library.library, bytes.data(),
                                              static_cast<FT_Long>(bytes.size()), file.index, &it->second))
        it->second = nullptr;
    }
    return it->second;
  }

  // Another typesetter, other fonts behind the same numbers.
  void useFonts(const scene::Typesetter* fonts) {
    if (fonts == fontsOf) return;
    if (fontsOf) {
      for (auto& [key, f] : library.faces)
        if (f) FT_Done_Face(f);
      library.faces.clear(), glyphs.clear(), outlines.clear(), sprites.clear();
      for (Page& p : pages) clear(p);
    }
    fontsOf = fonts;
  }

  const GlyphOutlines& outlinesOf(uint64_t key, const scene::Typesetter& fonts, const scene::Glyph& g,
                                  float size, float halo, float angle) {
    const auto [known, isNew] = outlines.take(key);
    GlyphOutlines& made = *known;
    if (!isNew) return made;
    makeOutlines(made, fonts, g, size, halo, angle);
    outlines.made(key);
    return made;
  }

  void makeOutlines(GlyphOutlines& made, const scene::Typesetter& fonts, const scene::Glyph& g, float size,
                    float halo, float angle) {
    FT_Face f = face(fonts, g.font);
    if (!f || FT_Set_Char_Size(f, 0, static_cast<FT_F26Dot6>(std::lround(size * 64)), 72, 72) ||
        FT_Load_Glyph(f, g.id, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) ||
        f->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
      return;
    FT_Outline& outline = f->glyph->outline;
    if (angle != 0) {  // clockwise with y down is negative with y up
      const double c = std::cos(-angle), s = std::sin(-angle);
      FT_Matrix turn{static_cast<FT_Fixed>(c * 65536), static_cast<FT_Fixed>(-s * 65536),
                     static_cast<FT_Fixed>(s * 65536), static_cast<FT_Fixed>(c * 65536)};
      FT_Outline_Transform(&outline, &turn);
    }
    made.fill = Outline(outline);
    if (halo <= 0) return;
    // The band about the contours; the fill lies over its inside.
    FT_Stroker_Set(library.stroker, static_cast<FT_Fixed>(halo * 64), FT_STROKER_LINECAP_ROUND,
                   FT_STROKER_LINEJOIN_ROUND, 0);
    FT_UInt points = 0, contours = 0;
    FT_Outline band;
    if (FT_Stroker_ParseOutline(library.stroker, &outline, 0) ||
        FT_Stroker_GetCounts(library.stroker, &points, &contours) ||
        FT_Outline_New(library.library, points, static_cast<FT_Int>(contours), &band))
      return;
    band.n_points = 0, band.n_contours = 0;
    FT_Stroker_Export(library.stroker, &band);
    dropTurnedBorders(band, outline, static_cast<FT_Pos>(halo * 64));
    made.halo = Outline(band);
    FT_Outline_Done(library.library, &band);
  }

  // phases: quarter pixels from the whole-pixel origin.
  const GlyphPair& glyph(const scene::Typesetter& fonts, const scene::Glyph& g, float size, float halo,
                         float angle, int phaseX, int phaseY) {
    uint64_t key = mixed(0x676c797068u, g.id | static_cast<uint64_t>(g.font) << 32);
    key = mixed(key, bitsOf(size) | bitsOf(halo) << 32);
    key = mixed(key, bitsOf(angle));
    const uint64_t placed = mixed(key, static_cast<uint64_t>(1 + (phaseX << 2 | phaseY)));
    const auto [known, isNew] = glyphs.take(placed);
    GlyphPair& pair = *known;
    if (!isNew) return pair;
    const GlyphOutlines& o = outlinesOf(key, fonts, g, size, halo, angle);
    pair.fill = o.fill.mask(library.library, phaseX * 16, -phaseY * 16);
    if (halo > 0) {
      const Mask band = o.halo.mask(library.library, phaseX * 16, -phaseY * 16);
      Mask& m = pair.halo;
      if (band.coverage.empty()) {
        m = pair.fill;
      } else if (!pair.fill.coverage.empty()) {
        m.left = std::min(band.left, pair.fill.left), m.top = std::min(band.top, pair.fill.top);
        m.width = std::max(band.left + band.width, pair.fill.left + pair.fill.width) - m.left;
        m.height = std::max(band.top + band.height, pair.fill.top + pair.fill.height) - m.top;
        m.coverage.assign(static_cast<size_t>(m.width) * m.height, 0);
        unite(m, band, 0, 0), unite(m, pair.fill, 0, 0);
      } else {
        m = band;
      }
    }
    glyphs.made(placed);
    return pair;
  }

  void clear(Page& page) {
    for (const uint64_t key : page.keys) sprites.erase(key);
    page.keys.clear();
    std::fill(page.pixels.begin(), page.pixels.end(), 0);
    page.shelfY = page.shelfHeight = page.x = 0, page.dirtyFrom = pageSize, page.dirtyTo = 0;
  }

  bool fits(Page& p, int w, int h) {
    if (p.x + w <= pageSize && p.shelfY + std::max(h, p.shelfHeight) <= pageSize) {
      p.shelfHeight = std::max(p.shelfHeight, h);
      return true;
    }
    if (p.shelfY + p.shelfHeight + h > pageSize) return false;
    p.shelfY += p.shelfHeight, p.shelfHeight = h, p.x = 0;
    return true;
  }

  // Room for a sprite; pages that this frame does not use give way.
  Page* pageFor(int w, int h, int& index) {
    if (w > pageSize || h > pageSize) return nullptr;
    for (size_t i = pages.size(); i-- > 0;)
      if (fits(pages[i], w, h)) return index = static_cast<int>(i), &pages[i];
    size_t oldest = pages.size();
    const uint64_t unused = pages.size() >= maxPages ? 1 : unusedFrames;
    if (pages.size() >= easyPages)
      for (size_t i = 0; i < pages.size(); ++i)
        if (pages[i].lastUsed + unused <= frame &&
            (oldest == pages.size() || pages[i].lastUsed < pages[oldest].lastUsed))
          oldest = i;
    if (oldest == pages.size()) {
      Page page;
      page.texture = gl::Texture(tally);
      glBindTexture(GL_TEXTURE_2D, page.texture.id());
      glTexImage2D(GL_TEXTURE_2D, 0, GL_RG8, pageSize, pageSize, 0, GL_RG, GL_UNSIGNED_BYTE, nullptr);
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
      page.texture.setBytes(size_t{pageSize} * pageSize * 2);
      page.pixels.assign(size_t{pageSize} * pageSize * 2, 0);
      pages.push_back(std::move(page));
    } else {
      clear(pages[oldest]);
    }
    index = static_cast<int>(oldest);
    return fits(pages[oldest], w, h) ? &pages[oldest] : nullptr;
  }

  // Both masks have one box. A texel of nothing keeps neighbours apart for whoever filters.
  Sprite store(uint64_t key, const Mask& fill, const Mask* halo) {
    Sprite s;
    if (fill.width > 0 && fill.height > 0) {
      int index = -1;
      if (Page* page = pageFor(fill.width, fill.height, index)) {
        s = {index, page->x, page->shelfY, fill.width, fill.height, fill.left, fill.top};
        for (int y = 0; y < fill.height; ++y) {
          uint8_t* to = page->pixels.data() + (static_cast<size_t>(s.y + y) * pageSize + s.x) * 2;
          const uint8_t* f = fill.coverage.data() + static_cast<size_t>(y) * fill.width;
          const uint8_t* h = halo ? halo->coverage.data() + static_cast<size_t>(y) * fill.width : nullptr;
          for (int x = 0; x < fill.width; ++x) to[2 * x] = f[x], to[2 * x + 1] = h ? h[x] : 0;
        }
        page->x += fill.width;
        page->dirtyFrom = std::min(page->dirtyFrom, s.y),
        page->dirtyTo = std::max(page->dirtyTo, s.y + s.height);
        page->lastUsed = frame;
        page->keys.push_back(key);
      }
    }
    sprites[key] = {s, frame};
    return s;
  }

  const Sprite* known(uint64_t key) {
    const auto found = sprites.find(key);
    if (found == sprites.end()) return nullptr;
    if (found->second.sprite.page >= 0) pages[found->second.sprite.page].lastUsed = frame;
    return &found->second.sprite;
  }
};

GlyphAtlas::GlyphAtlas(gl::Tally& tally) : impl_(std::make_unique<Impl>(tally)) {}
GlyphAtlas::~GlyphAtlas() = default;

void GlyphAtlas::startFrame() {
  ++impl_->frame;
  impl_->glyphs.trim(maxGlyphBytes), impl_->outlines.trim(maxOutlineBytes);
  if (impl_->sprites.size() > maxEmpty)
    std::erase_if(impl_->sprites, [](const auto& s) { return s.second.sprite.page < 0; });
}

void GlyphAtlas::rest() {
  while (impl_->pages.size() > easyPages) impl_->clear(impl_->pages.back()), impl_->pages.pop_back();
}

void GlyphAtlas::place(const scene::TypesetterPtr& fonts, const scene::Text& text, float k,
                       std::vector<Placed>& out) {
  Impl& i = *impl_;
  const float size = text.run.size * k, halo = text.halo.a > 0 ? text.haloWidth * k : 0;
  if (!fonts || text.run.empty() || !(size > 0.5f)) return;
  i.useFonts(fonts.get());
  // Quarter pixels across and whole ones down for level text, as a level baseline on whole pixels is crisper.
  const double ox = text.origin.x * static_cast<double>(k), oy = text.origin.y * static_cast<double>(k);
  if (!(std::abs(ox) < 1e6 && std::abs(oy) < 1e6)) return;
  const bool level = text.angle == 0;
  const auto qx = static_cast<long>(std::floor(ox * 4 + 0.5));
  const long qy = level ? static_cast<long>(std::round(oy)) * 4 : static_cast<long>(std::floor(oy * 4 + 0.5));
  const int x = static_cast<int>(qx >> 2), y = static_cast<int>(qy >> 2);
  const int phaseX = static_cast<int>(qx & 3), phaseY = static_cast<int>(qy & 3);

  uint64_t key = mixed(bitsOf(size) | bitsOf(halo) << 32, bitsOf(text.angle) << 8 | (phaseX << 2 | phaseY));
  for (const scene::Glyph& g : text.run.glyphs) {
    key = mixed(key, g.id | static_cast<uint64_t>(g.font) << 32);
    key = mixed(key, bitsOf(g.x) | bitsOf(g.y) << 32);
  }
  // Runs wider than a page go in pieces.
  const double widest = pageSize - 4 * size - 2 * halo - 8;
  const auto& glyphs = text.run.glyphs;
  const double cosine = std::cos(text.angle), sine = std::sin(text.angle);
  for (size_t from = 0; from < glyphs.size();) {
    size_t to = from + 1;
    while (to < glyphs.size() && std::abs(glyphs[to].x - glyphs[from].x) * k < widest) ++to;
    const uint64_t pieceKey = mixed(key, from);
    if (const Sprite* s = i.known(pieceKey)) {
      if (s->page >= 0) out.push_back({*s, x, y});
      from = to;
      continue;
    }
    struct Part {
      const Impl::GlyphPair* pair;
      int dx, dy;
    };
    std::vector<Part> parts;
    Mask fill;
    int right = INT_MIN, bottom = INT_MIN;
    fill.left = fill.top = INT_MAX;
    for (size_t n = from; n < to; ++n) {
      const scene::Glyph& g = glyphs[n];
      const double gx = (g.x * cosine - g.y * sine) * k + phaseX / 4.0;
      double gy = (g.x * sine + g.y * cosine) * k + phaseY / 4.0;
      if (level) gy = std::round(gy);
      const auto gqx = static_cast<long>(std::floor(gx * 4 + 0.5)),
                 gqy = static_cast<long>(std::floor(gy * 4 + 0.5));
      const auto& pair =
          i.glyph(*fonts, g, size, halo, text.angle, static_cast<int>(gqx & 3), static_cast<int>(gqy & 3));
      const int dx = static_cast<int>(gqx >> 2), dy = static_cast<int>(gqy >> 2);
      parts.push_back({&pair, dx, dy});
      for (const Mask* m : {&pair.fill, &pair.halo}) {
        if (m->coverage.empty()) continue;
        fill.left = std::min(fill.left, m->left + dx), fill.top = std::min(fill.top, m->top + dy);
        right = std::max(right, m->left + dx + m->width), bottom = std::max(bottom, m->top + dy + m->height);
      }
    }
    if (right > fill.left) {
      fill.width = right - fill.left, fill.height = bottom - fill.top;
      fill.coverage.assign(static_cast<size_t>(fill.width) * fill.height, 0);
      Mask rim = fill;
      for (const Part& p : parts) {
        unite(fill, p.pair->fill, p.dx, p.dy);
        if (halo > 0) unite(rim, p.pair->halo, p.dx, p.dy);
      }
      const Sprite s = i.store(pieceKey, fill, halo > 0 ? &rim : nullptr);
      if (s.page >= 0) out.push_back({s, x, y});
    } else {
      i.store(pieceKey, {}, nullptr);  // spaces
    }
    from = to;
  }
}

std::optional<GlyphAtlas::Placed> GlyphAtlas::place(const scene::Path& path, float k) {
  Impl& i = *impl_;
  const scene::Rect box = path.box();
  if (path.empty() || box.w * k > largestPath || box.h * k > largestPath) return {};
  // Eighths of a pixel: the same symbol at many places shares its sprites.
  const auto qx = static_cast<long>(std::floor(static_cast<double>(box.x) * k * 8 + 0.5)),
             qy = static_cast<long>(std::floor(static_cast<double>(box.y) * k * 8 + 0.5));
  const int x = static_cast<int>(qx >> 3), y = static_cast<int>(qy >> 3);
  const long phaseX = qx & 7, phaseY = qy & 7;
  uint64_t key = mixed(0x70617468u, static_cast<uint64_t>(phaseX << 8 | phaseY));
  const auto at = [&](Vec p) {
    return FT_Vector{std::lround((p.x - box.x) * static_cast<double>(k) * 64) + phaseX * 8,
                     -(std::lround((p.y - box.y) * static_cast<double>(k) * 64) + phaseY * 8)};
  };
  for (const auto verb : path.verbs) key = mixed(key, static_cast<uint64_t>(verb));
  for (const Vec p : path.points) {
    const FT_Vector v = at(p);
    key = mixed(key, static_cast<uint64_t>(v.x) << 32 ^ static_cast<uint64_t>(v.y));
  }
  if (const Sprite* s = i.known(key)) return Placed{*s, x, y};
  Outline outline;  // of lines: FreeType's own curves may be a tenth of a pixel off
  outline.flags = FT_OUTLINE_EVEN_ODD_FILL;
  for (const auto& line : scene::flattened(path, 0.03f / k)) {
    for (const Vec p : line) outline.points.push_back(at(p));
    if (!line.empty() && outline.points.size() < 30000)
      outline.ends.push_back(static_cast<short>(outline.points.size() - 1));
  }
  if (outline.points.size() >= 30000) return {};  // FreeType counts in shorts
  outline.tags.assign(outline.points.size(), FT_CURVE_TAG_ON);
  return Placed{i.store(key, outline.mask(i.library.library, 0, 0), nullptr), x, y};
}

void GlyphAtlas::upload() {
  for (auto& page : impl_->pages) {
    if (page.dirtyFrom >= page.dirtyTo) continue;
    glBindTexture(GL_TEXTURE_2D, page.texture.id());
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, page.dirtyFrom, pageSize, page.dirtyTo - page.dirtyFrom, GL_RG,
                    GL_UNSIGNED_BYTE,
                    page.pixels.data() + static_cast<size_t>(page.dirtyFrom) * pageSize * 2);
    page.dirtyFrom = pageSize, page.dirtyTo = 0;
  }
}

GLuint GlyphAtlas::texture(int page) const { return impl_->pages[static_cast<size_t>(page)].texture.id(); }

}  // namespace render
