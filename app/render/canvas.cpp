#include "app/render/canvas.h"

namespace render {
namespace {

constexpr int cell = 32;      // pixels
constexpr int farthest = 40;  // batches to look back

}  // namespace

void Canvas::start(int width, int height) {
  width_ = width, height_ = height, columns_ = (width + cell - 1) / cell;
  clear();
}

void Canvas::clear() {
  used_ = 0;
  solids_.clear(), sprites_.clear(), strokes_.vertices.clear(), strokes_.indices.clear();
}

// The earliest batch of that kind after which nothing covers the box, or a new one: so the parts of many
// symbols gather part by part. Null when nothing of the box shows.
Batch* Canvas::batchFor(Pipe pipe, int page, const PixelRect& clip, float x0, float y0, float x1, float y1) {
  const auto whole = [](float v) { return static_cast<int>(std::clamp(v, -1e6f, 1e6f)); };
  if (!(x0 <= x1 && y0 <= y1)) return nullptr;
  const PixelRect box{whole(std::floor(x0)), whole(std::floor(y0)), whole(std::ceil(x1)),
                      whole(std::ceil(y1))};
  const PixelRect screen{0, 0, width_, height_}, seen = box.meet(clip).meet(screen);
  if (seen.empty()) return nullptr;
  // A clip that cuts nothing off is no clip.
  const PixelRect useful = clip.holds(box.meet(screen)) ? screen : clip;
  const int cx0 = seen.x0 / cell, cx1 = (seen.x1 - 1) / cell, cy0 = seen.y0 / cell,
            cy1 = (seen.y1 - 1) / cell;
  const auto eachCell = [&](Batch& b, auto&& visit) {
    for (int y = cy0; y <= cy1; ++y)
      for (int x = cx0; x <= cx1; ++x) {
        const int at = y * columns_ + x;
        if (visit(b.cells[at / 64], uint64_t{1} << (at % 64))) return true;
      }
    return false;
  };
  Batch* found = nullptr;
  for (size_t i = used_; i-- > 0 && used_ - i <= farthest;) {
    Batch& b = batches_[i];
    if (b.pipe == pipe && b.page == page && b.clip == useful) found = &b;
    if (eachCell(b, [](uint64_t& word, uint64_t bit) { return (word & bit) != 0; })) break;
  }
  if (!found) {
    if (used_ == batches_.size()) batches_.emplace_back();
    found = &batches_[used_++];
    found->pipe = pipe, found->page = page, found->clip = useful;
    found->indices.clear();
    found->cells.assign((static_cast<size_t>(columns_) * ((height_ + cell - 1) / cell) + 63) / 64, 0);
  }
  eachCell(*found, [](uint64_t& word, uint64_t bit) { return word |= bit, false; });
  return found;
}

void Canvas::solid(const PixelRect& clip, std::span<const SolidVertex> vertices,
                   std::span<const uint32_t> indices) {
  scene::Rect box;
  float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
  for (const SolidVertex& v : vertices)
    x0 = std::min(x0, v.x), y0 = std::min(y0, v.y), x1 = std::max(x1, v.x), y1 = std::max(y1, v.y);
  Batch* batch = batchFor(Pipe::solid, -1, clip, x0, y0, x1, y1);
  if (!batch) return;
  const auto base = static_cast<uint32_t>(solids_.size());
  solids_.insert(solids_.end(), vertices.begin(), vertices.end());
  for (const uint32_t i : indices) batch->indices.push_back(base + i);
}

void Canvas::quad(const PixelRect& clip, scene::Rect r, const std::array<scene::Rgba, 4>& c) {
  const std::array<SolidVertex, 4> v{
      {{r.x, r.y, c[0]}, {r.right(), r.y, c[1]}, {r.right(), r.bottom(), c[2]}, {r.x, r.bottom(), c[3]}}};
  static constexpr std::array<uint32_t, 6> indices{0, 1, 2, 0, 2, 3};
  solid(clip, v, indices);
}

void Canvas::quad(const PixelRect& clip, scene::Rect r, scene::Rgba colour) {
  quad(clip, r, {colour, colour, colour, colour});
}

void Canvas::rect(const PixelRect& clip, scene::Rect r, scene::Rgba colour) {
  if (!(r.w > 0 && r.h > 0) || colour.a == 0) return;
  // Whole pixels inside, and up to a row or column on each side that is covered in part.
  struct Span {
    float from, to, coverage;
  };
  const auto spans = [](float a, float b, std::array<Span, 3>& out) {
    size_t n = 0;
    const float first = std::floor(a), last = std::floor(b);
    if (first == last) {
      out[n++] = {first, first + 1, b - a};
      return n;
    }
    if (a > first) out[n++] = {first, first + 1, first + 1 - a};
    const float inner = std::ceil(a);
    if (last > inner) out[n++] = {inner, last, 1};
    if (b > last) out[n++] = {last, last + 1, b - last};
    return n;
  };
  std::array<Span, 3> across, down;
  const size_t nx = spans(r.x, r.right(), across), ny = spans(r.y, r.bottom(), down);
  for (size_t y = 0; y < ny; ++y)
    for (size_t x = 0; x < nx; ++x) {
      const float k = across[x].coverage * down[y].coverage;
      if (k > 0)
        quad(clip, {across[x].from, down[y].from, across[x].to - across[x].from, down[y].to - down[y].from},
             colour.withAlpha(k));
    }
}

void Canvas::sprite(const PixelRect& clip, const GlyphAtlas::Placed& placed, scene::Rgba fill,
                    scene::Rgba halo) {
  const Sprite& s = placed.sprite;
  if (s.page < 0) return;
  const auto x = static_cast<float>(placed.x + s.left), y = static_cast<float>(placed.y + s.top);
  const auto w = static_cast<float>(s.width), h = static_cast<float>(s.height);
  const auto u = static_cast<float>(s.x), v = static_cast<float>(s.y);
  Batch* batch = batchFor(Pipe::sprite, s.page, clip, x, y, x + w, y + h);
  if (!batch) return;
  const auto base = static_cast<uint32_t>(sprites_.size());
  sprites_.push_back({x, y, u, v, fill, halo});
  sprites_.push_back({x + w, y, u + w, v, fill, halo});
  sprites_.push_back({x + w, y + h, u + w, v + h, fill, halo});
  sprites_.push_back({x, y + h, u, v + h, fill, halo});
  batch->indices.insert(batch->indices.end(), {base, base + 1, base + 2, base, base + 2, base + 3});
}

void Canvas::stroke(const PixelRect& clip, std::span<const scene::Vec> points, bool closed,
                    const StrokePen& pen) {
  const size_t vertices = strokes_.vertices.size();
  strokes_.indices.clear();
  appendStroke(strokes_, points, closed, pen);
  float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
  for (size_t i = vertices; i < strokes_.vertices.size(); ++i) {
    const StrokeVertex& v = strokes_.vertices[i];
    x0 = std::min(x0, v.x), y0 = std::min(y0, v.y), x1 = std::max(x1, v.x), y1 = std::max(y1, v.y);
  }
  if (Batch* batch = batchFor(Pipe::stroke, -1, clip, x0, y0, x1, y1))
    batch->indices.insert(batch->indices.end(), strokes_.indices.begin(), strokes_.indices.end());
  else strokes_.vertices.resize(vertices);
}

void Canvas::glow(const PixelRect& clip, scene::Vec c, float r, scene::Rgba colour) {
  Batch* batch = batchFor(Pipe::glow, -1, clip, c.x - r, c.y - r, c.x + r, c.y + r);
  if (!batch) return;
  const auto base = static_cast<uint32_t>(strokes_.vertices.size());
  for (const auto& [ex, ey] : {std::pair{-1.f, -1.f}, {1.f, -1.f}, {1.f, 1.f}, {-1.f, 1.f}})
    strokes_.vertices.push_back({c.x + ex * r, c.y + ey * r, ex, ey, 0, colour});
  batch->indices.insert(batch->indices.end(), {base, base + 1, base + 2, base, base + 2, base + 3});
}

}  // namespace render
