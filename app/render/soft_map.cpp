#include "app/render/soft_map.h"

#include <bit>
#include <cstring>
#include <thread>

namespace render {
namespace {

constexpr uint32_t none = 0xffffffffu;

uint32_t packed(scene::Rgba c) {
  const auto byte = [&](uint8_t v) { return static_cast<uint8_t>((v * c.a + 127) / 255); };
  const uint8_t bytes[4] = {byte(c.r), byte(c.g), byte(c.b), c.a};
  return std::bit_cast<uint32_t>(bytes);
}

// A premultiplied colour over a pixel, k of 255 of it.
void over(uint8_t* pixel, const uint8_t* colour, uint32_t k) {
  const uint32_t keep = 255 * 255 - k * colour[3];
  for (int c = 0; c < 4; ++c) {
    const uint32_t v = colour[c] * k * 255 + pixel[c] * keep + 32512;
    pixel[c] = static_cast<uint8_t>(v / 65025);
  }
}

bool encloses(std::span<const geo::Point> ring, geo::Point p) {
  bool in = false;
  for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    if ((ring[i].y > p.y) != (ring[j].y > p.y) &&
        p.x < (ring[j].x - ring[i].x) * (p.y - ring[i].y) / (ring[j].y - ring[i].y) + ring[i].x)
      in = !in;
  return in;
}

}  // namespace

void SoftMap::begin(const PixelRect& clip, scene::Rgba ground) {
  clip_ = clip, width_ = clip.x1 - clip.x0, height_ = clip.y1 - clip.y0;
  pixels_.resize(static_cast<size_t>(width_) * height_ * 4);
  ground.a = 255;
  ground_ = packed(ground);
}

void SoftMap::startOnGround() {
  for (size_t i = 0; i < pixels_.size(); i += 4) std::memcpy(pixels_.data() + i, &ground_, 4);
}

// Which row a pixel row without any border lies in.
uint32_t SoftMap::sideAt(const MapGeometry& g, const View& view, int y) const {
  const geo::Point p{(clip_.x0 + width_ / 2.0 - view.x0) * view.metresPerPixel,
                     (view.y0 - (clip_.y0 + y + 0.5)) * view.metresPerPixel};
  const geo::Shapes& shapes = g.layer->shapes;
  for (const Chunk& chunk : g.rows.chunks) {
    if (!chunk.box.contains(p)) continue;
    for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
      const uint32_t row = g.rows.members[m];
      bool in = false;
      for (uint32_t part = shapes.rowStart[row]; part < shapes.rowStart[row + 1]; ++part)
        in ^= encloses(shapes.part(part), p);
      if (in) return row + 2;
    }
  }
  return 1;
}

inline uint32_t SoftMap::paintOf(uint32_t side) const {
  return side >= 2 && side - 2 < fills_.size() ? packed(fills_[side - 2]) : 0;
}

void SoftMap::run(int y, int from, int to, uint32_t side) {
  const uint32_t colour = paintOf(side);
  uint8_t* row = pixels_.data() + (static_cast<size_t>(height_ - 1 - y) * width_ + from) * 4;
  const bool opaque = colour >> 24 == 255 && !stripedAt(side);
  if (opaque || onGround_) {
    uint8_t* at = row;
    const uint32_t solid = opaque ? colour : ground_;
    for (int x = from; x < to; ++x, at += 4) std::memcpy(at, &solid, 4);
  }
  if (opaque) return;
  if (stripedAt(side)) {
    const uint32_t line = packed(stripes_.line), ground = packed(stripes_.ground);
    for (int x = from; x < to; ++x, row += 4) {
      const float along = static_cast<float>(clip_.x0 + x + clip_.y0 + y) + 1.f - stripes_.phase;
      const float off = std::abs(along - stripes_.period * std::round(along / stripes_.period)) * 0.70710678f;
      const float k = std::clamp(std::min(stripes_.half + 0.5f - off, 2 * stripes_.half), 0.f, 1.f);
      over(row, reinterpret_cast<const uint8_t*>(&ground), 255);
      over(row, reinterpret_cast<const uint8_t*>(&line), static_cast<uint32_t>(k * 255 + 0.5f));
    }
  } else if (colour != 0) {
    for (int x = from; x < to; ++x, row += 4) over(row, reinterpret_cast<const uint8_t*>(&colour), 255);
  }
}

// All crossings of borders with the middles of rows of pixels, by row.
void SoftMap::cross(std::span<const ChunkLines* const> lines, const View& view) {
  found_.clear();
  rowStart_.assign(static_cast<size_t>(height_) + 1, 0);
  touched_.assign(height_, 0);
  const auto wide = static_cast<float>(width_), high = static_cast<float>(height_);
  const double ox = view.x0 - clip_.x0, oy = view.y0 - clip_.y0;
  for (const ChunkLines* chunk : lines) {
    uint32_t at = 0;
    for (const ChunkLines::Line& line : chunk->lines) {
      const uint32_t left = line.left + 2, right = line.right + 2;  // noRow wraps to 1
      float ax = static_cast<float>(ox + chunk->points[at].x * view.pixelsPerMetre);
      float ay = static_cast<float>(oy - chunk->points[at].y * view.pixelsPerMetre);
      for (++at; at < line.end; ++at) {
        const float bx = static_cast<float>(ox + chunk->points[at].x * view.pixelsPerMetre);
        const float by = static_cast<float>(oy - chunk->points[at].y * view.pixelsPerMetre);
        // Rows whose middle lies in [top, bottom).
        const float top = std::min(ay, by), bottom = std::max(ay, by);
        if (bottom > 0 && top < high && std::max(ax, bx) >= -1 && std::min(ax, bx) < wide + 1) {
          const int y0 = std::max(0, static_cast<int>(std::ceil(top - 0.5f)));
          const int y1 = std::min(height_, static_cast<int>(std::ceil(bottom - 0.5f)));
          if (y0 >= y1) {
            touched_[std::clamp(y0, 0, height_ - 1)] = touched_[std::clamp(y0 - 1, 0, height_ - 1)] = 1;
          } else {
            const bool down = by > ay;  // the left of a line that runs down lies east
            const uint32_t east = down ? left : right, west = down ? right : left;
            const float slope = (bx - ax) / (by - ay);
            float x = ax + (static_cast<float>(y0) + 0.5f - ay) * slope;
            for (int y = y0; y < y1; ++y, x += slope)
              if (x >= -1 && x < wide + 1) {
                found_.push_back({static_cast<uint32_t>(y), {x, west, east, 0}});
                ++rowStart_[static_cast<size_t>(y) + 1];
              }
          }
        }
        ax = bx, ay = by;
      }
    }
  }
  for (int y = 0; y < height_; ++y) rowStart_[static_cast<size_t>(y) + 1] += rowStart_[y];
  crossings_.resize(found_.size());
  std::vector<uint32_t> at(rowStart_.begin(), rowStart_.end() - 1);
  for (const auto& [y, c] : found_) crossings_[at[y]++] = c;
}

// From west to east: each crossing takes the sum of the sides' names from its western to its eastern one, so
// that the sum is the name of where we are however the crossings of one pixel are ordered; where lines loop
// through themselves, it is no name at all, and the nearest crossing's own east is taken.
void SoftMap::sweep(int y, std::span<Crossing> crossings) {
  const auto nameOf = [](uint32_t side) {
    side = (side ^ side >> 16) * 0x85ebca6bu, side = (side ^ side >> 13) * 0xc2b2ae35u;
    return side ^ side >> 16;
  };
  head_.resize(width_), occupied_.assign((static_cast<size_t>(width_) + 63) / 64, 0);
  const Crossing *leftmost = &crossings[0], *rightmost = leftmost;
  uint32_t total = 0;
  for (size_t i = 0; i < crossings.size(); ++i) {
    Crossing& c = crossings[i];
    if (c.x < leftmost->x) leftmost = &c;
    if (c.x >= rightmost->x) rightmost = &c;
    total += nameOf(c.east) - nameOf(c.west);
    const int px = std::max(0, static_cast<int>(std::ceil(c.x - 0.5f)));
    if (px >= width_) continue;
    uint64_t& word = occupied_[px / 64];
    const uint64_t bit = uint64_t{1} << (px % 64);
    c.next = word & bit ? head_[px] : none;
    word |= bit, head_[px] = static_cast<uint32_t>(i);
  }
  // We begin west of the leftmost crossing, unless that starts a loop: then the other end does not come out.
  uint32_t side = leftmost->west;
  const auto comesOut = [&](uint32_t begin) {
    const uint32_t end = nameOf(begin) + total;
    return end == nameOf(rightmost->east) || end == nameOf(rightmost->west);
  };
  if (!comesOut(side) && comesOut(leftmost->east)) side = leftmost->east;
  uint32_t sum = nameOf(side);
  int from = 0;
  for (size_t w = 0; w < occupied_.size(); ++w)
    for (uint64_t word = occupied_[w]; word; word &= word - 1) {
      const int px = static_cast<int>(w * 64) + std::countr_zero(word);
      const Crossing* last = nullptr;
      for (uint32_t i = head_[px]; i != none; i = crossings[i].next) {
        const Crossing& c = crossings[i];
        sum += nameOf(c.east) - nameOf(c.west);
        if (!last || c.x > last->x) last = &c;
      }
      uint32_t next = last->east;
      if (sum != nameOf(next)) {
        if (sum == nameOf(side)) next = side;
        for (uint32_t i = head_[px]; i != none; i = crossings[i].next)
          for (const uint32_t s : {crossings[i].west, crossings[i].east})
            if (sum == nameOf(s)) next = s;
      }
      if (next == side) continue;
      if (px > from) run(y, from, px, side);
      side = next, from = px;
    }
  run(y, from, width_, side);
}

void SoftMap::prepare(size_t rows, const scene::ColoursPtr& fills, std::span<const uint32_t> hatched,
                      const Stripes& stripes) {
  fills_ = fills ? std::span(*fills).first(std::min(rows, fills->size())) : std::span<const scene::Rgba>();
  striped_.clear();
  if (!hatched.empty()) striped_.resize(rows + 2, 0);
  for (const uint32_t r : hatched)
    if (r < rows) striped_[r + 2] = 1;
  stripes_ = stripes;
}

void SoftMap::areas(const MapGeometry& g, std::span<const ChunkLines* const> lines, const View& view,
                    const scene::ColoursPtr& fills, std::span<const uint32_t> hatched, const Stripes& stripes,
                    bool onGround) {
  prepare(g.layer->shapes.rows(), fills, hatched, stripes);
  onGround_ = onGround;
  cross(lines, view);
  uint32_t known = 0;
  for (int y = 0; y < height_; ++y) {
    const uint32_t first = rowStart_[y], end = rowStart_[static_cast<size_t>(y) + 1];
    if (first < end) {
      sweep(y, std::span(crossings_).subspan(first, end - first));
      known = 0;
    } else {  // no border in this row of pixels
      if (known == 0 || touched_[y]) known = sideAt(g, view, y);
      run(y, 0, width_, known);
    }
  }
}

// Rows of pixels that one thread paints, with room to work in.
struct SoftMap::Band {
  int top = 0, bottom = 0;
  std::vector<scene::Vec> ring;
  std::vector<std::pair<int, float>> crossings;  // row of pixels, x
};

namespace {

// The whole number above or at v - ½, but for ties, which only need to fall the same way each time.
inline int pixelFrom(float v) {
  v += 0.5f;
  const int i = static_cast<int>(v);
  return i - (v < static_cast<float>(i));
}

}  // namespace

void SoftMap::rings(const geo::Shapes& s, std::span<const scene::RowRun> runs, const View& view, Band& band) {
  const double ox = view.x0 - clip_.x0, oy = view.y0 - clip_.y0, scale = view.pixelsPerMetre;
  const auto wide = static_cast<float>(width_);
  const auto bandTop = static_cast<float>(band.top), bandBottom = static_cast<float>(band.bottom);
  for (const scene::RowRun& run : runs) {
    if (!run.box.intersects(view.world)) continue;
    if (oy - run.box.minY * scale < band.top - 1 || oy - run.box.maxY * scale > band.bottom + 1) continue;
    for (uint32_t row = run.first; row < run.end; ++row) {
      const uint32_t side = row + 2;
      if (paintOf(side) == 0 && !stripedAt(side)) continue;
      const uint32_t firstPart = s.rowStart[row], endPart = s.rowStart[row + 1];
      const uint32_t first = s.partStart[firstPart], end = s.partStart[endPart];
      if (first == end) continue;
      band.ring.resize(end - first);
      float minX = 3e38f, maxX = -3e38f, minY = 3e38f, maxY = -3e38f;
      for (uint32_t v = first; v < end; ++v) {
        const scene::Vec p{static_cast<float>(ox + s.vertices[v].x * scale),
                           static_cast<float>(oy - s.vertices[v].y * scale)};
        band.ring[v - first] = p;
        minX = std::min(minX, p.x), maxX = std::max(maxX, p.x);
        minY = std::min(minY, p.y), maxY = std::max(maxY, p.y);
      }
      if (maxY <= bandTop || minY >= bandBottom || maxX <= 0 || minX >= wide) continue;
      if (maxY - minY < 1 && pixelFrom(minY) == pixelFrom(maxY)) continue;  // between two rows of middles
      if (maxX - minX < 1 && pixelFrom(minX) == pixelFrom(maxX)) continue;
      band.crossings.clear();
      for (uint32_t part = firstPart; part < endPart; ++part) {
        const scene::Vec* ring = band.ring.data() + (s.partStart[part] - first);
        const uint32_t count = s.partStart[part + 1] - s.partStart[part];
        scene::Vec a = ring[count - 1];
        for (uint32_t i = 0; i < count; ++i) {
          const scene::Vec b = ring[i];
          // From the upper end, whichever way it runs: neighbours must agree on every crossing.
          const scene::Vec upper = a.y < b.y ? a : b, lower = a.y < b.y ? b : a;
          a = b;
          if (lower.y <= bandTop || upper.y >= bandBottom) continue;
          const int y0 = pixelFrom(std::max(upper.y, bandTop)), y1 = pixelFrom(std::min(lower.y, bandBottom));
          if (y0 >= y1) continue;
          const float slope = (lower.x - upper.x) / (lower.y - upper.y);
          for (int y = y0; y < y1; ++y)
            band.crossings.emplace_back(y, upper.x + (static_cast<float>(y) + 0.5f - upper.y) * slope);
        }
      }
      std::sort(band.crossings.begin(), band.crossings.end());
      for (size_t i = 0; i + 1 < band.crossings.size(); i += 2) {
        const auto& [y, west] = band.crossings[i];
        const int from = pixelFrom(std::clamp(west, 0.f, wide)),
                  to = pixelFrom(std::clamp(band.crossings[i + 1].second, 0.f, wide));
        if (from < to) SoftMap::run(y, from, to, side);
      }
    }
  }
}

void SoftMap::rings(const scene::MapShape& shape, const View& view, const scene::ColoursPtr& fills,
                    std::span<const uint32_t> hatched, const Stripes& stripes, bool onGround) {
  const geo::Shapes& s = shape.layer->shapes;
  prepare(s.rows(), fills, hatched, stripes);
  if (onGround) startOnGround();
  onGround_ = false;
  std::vector<scene::RowRun> all = {{s.box(), 0, static_cast<uint32_t>(s.rows())}};
  const std::span<const scene::RowRun> runs = shape.runs.empty() ? all : std::span(shape.runs);
  // As many bands as processors, each with as many runs in it; what is small is not worth a thread.
  std::vector<int> middles;
  for (const scene::RowRun& run : runs)
    if (run.box.intersects(view.world))
      middles.push_back(static_cast<int>(std::clamp(
          view.y0 - clip_.y0 - run.box.centre().y * view.pixelsPerMetre, 0.0, static_cast<double>(height_))));
  const size_t threads =
      middles.size() < 50 ? 1 : std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
  std::sort(middles.begin(), middles.end());
  std::vector<Band> bands(threads);
  for (size_t i = 0; i < threads; ++i) {
    bands[i].top = i == 0 ? 0 : bands[i - 1].bottom;
    bands[i].bottom =
        i + 1 == threads ? height_ : std::max(bands[i].top, middles[middles.size() * (i + 1) / threads]);
  }
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back([&, i] { rings(s, runs, view, bands[i]); });
  rings(s, runs, view, bands[0]);
}

ChunkLines SoftMap::outlines(const scene::MapShape& shape, const View& view) {
  const geo::Shapes& s = shape.layer->shapes;
  ChunkLines out;
  const double inverse = 1 / (0.48 * view.metresPerPixel);
  const auto ringOf = [&](uint32_t part) {
    const auto ring = s.part(part);
    const size_t start = out.points.size();
    double lastX = std::numeric_limits<double>::quiet_NaN(), lastY = lastX;
    for (const geo::Point& p : ring) {
      const double x = std::floor(p.x * inverse), y = std::floor(p.y * inverse);
      if (x == lastX && y == lastY) continue;
      lastX = x, lastY = y;
      out.points.push_back(p);
    }
    out.points.push_back(out.points[start]);
    out.lines.push_back({static_cast<uint32_t>(out.points.size()), geo::noRow, geo::noRow});
  };
  const auto rowsOf = [&](uint32_t first, uint32_t end) {
    for (uint32_t row = first; row < end; ++row)
      if (s.has(row) && s.box(row).intersects(view.world))
        for (uint32_t part = s.rowStart[row]; part < s.rowStart[row + 1]; ++part) ringOf(part);
  };
  if (shape.runs.empty()) rowsOf(0, static_cast<uint32_t>(s.rows()));
  for (const scene::RowRun& run : shape.runs)
    if (run.box.intersects(view.world)) rowsOf(run.first, run.end);
  return out;
}

namespace {

// Four bytes at once, f of 256 of b.
inline uint32_t blend(uint32_t a, uint32_t b, uint32_t f) {
  constexpr uint32_t even = 0x00ff00ffu;
  const uint32_t rb = ((a & even) * (256 - f) + (b & even) * f) >> 8 & even;
  const uint32_t ga = ((a >> 8 & even) * (256 - f) + (b >> 8 & even) * f) & ~even;
  return rb | ga;
}

// A premultiplied colour over another.
inline uint32_t onto(uint32_t below, uint32_t top) {
  constexpr uint32_t even = 0x00ff00ffu;
  const uint32_t keep = 255 - (top >> 24);
  const auto part = [&](uint32_t c) {
    const uint32_t v = (c & even) * keep + 0x00800080u;
    return (v + (v >> 8 & even)) >> 8 & even;
  };
  return top + (part(below) | part(below >> 8) << 8);
}

}  // namespace

void SoftMap::picture(const Texels& t, double x0, double y0, double x1, double y1, bool onGround) {
  if (onGround) startOnGround();
  const auto first = [](double v) { return std::ceil(v - 0.5); };
  const int left = static_cast<int>(std::clamp(first(x0 - clip_.x0), 0.0, static_cast<double>(width_)));
  const int right = static_cast<int>(std::clamp(first(x1 - clip_.x0), 0.0, static_cast<double>(width_)));
  const int top = static_cast<int>(std::clamp(first(y0 - clip_.y0), 0.0, static_cast<double>(height_)));
  const int bottom = static_cast<int>(std::clamp(first(y1 - clip_.y0), 0.0, static_cast<double>(height_)));
  if (left >= right || top >= bottom) return;
  const double perX = t.columns / (x1 - x0), perY = t.rows / (y1 - y0);
  const auto place = [](double at, int count) {  // texel before, 256ths of the next
    const double inside = std::clamp(at - 0.5, 0.0, count - 1.0);
    const auto i = std::min(static_cast<int32_t>(inside), std::max(0, count - 2));
    return std::pair(i, static_cast<uint32_t>((inside - i) * 256));
  };
  across_.resize(static_cast<size_t>(right - left));
  for (int x = left; x < right; ++x)
    across_[static_cast<size_t>(x - left)] = place((clip_.x0 + x + 0.5 - x0) * perX, t.columns);
  const int from = across_.front().first;
  const int to = std::min(across_.back().first + 2, t.columns);
  for (auto& [texel, share] : across_) texel -= from;
  mixed_.assign(static_cast<size_t>(to - from) + 1, 0);
  int knownRow = -1;
  uint32_t knownShare = 0;
  bool empty = true;
  for (int y = top; y < bottom; ++y) {
    const auto [row, share] = place((clip_.y0 + y + 0.5 - y0) * perY, t.rows);
    if (row != knownRow || share != knownShare) {
      const uint32_t* a = t.data + static_cast<size_t>(row) * t.columns + from;
      const uint32_t* b = row + 1 < t.rows ? a + t.columns : a;
      uint32_t any = 0;
      for (int i = 0; i < to - from; ++i) any |= mixed_[static_cast<size_t>(i)] = blend(a[i], b[i], share);
      mixed_.back() = mixed_[static_cast<size_t>(to - from) - 1];
      knownRow = row, knownShare = share, empty = any == 0;
    }
    if (empty) continue;
    uint8_t* at = pixels_.data() + (static_cast<size_t>(height_ - 1 - y) * width_ + left) * 4;
    const uint32_t* texels = mixed_.data();
    for (const auto& [i, f] : across_) {
      const uint32_t p = texels[i], q = texels[i + 1];
      if (p | q) {
        uint32_t below;
        std::memcpy(&below, at, 4);
        const uint32_t colour = onto(below, blend(p, q, f));
        std::memcpy(at, &colour, 4);
      }
      at += 4;
    }
  }
}

namespace {

#if defined(__x86_64__) && !defined(__clang__)
#define PARKSCOPE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PARKSCOPE_WIDE
#endif

constexpr int lane = 8;
typedef uint32_t Lane __attribute__((vector_size(lane * 4)));
typedef uint32_t LooseLane __attribute__((vector_size(lane * 4), aligned(4), may_alias));

// A straight colour over an opaque one or a premultiplied one: two channels of a pixel at a time, each
// rounded to the nearest. By reference, for vectors have no way in and out of functions that all processors
// share.
template <class Word>
inline __attribute__((always_inline)) void scale(Word& pair, const Word& share) {
  pair = pair * share + 0x00800080u;
  pair = ((pair + (pair >> 8 & 0x00ff00ffu)) >> 8) & 0x00ff00ffu;
}
template <class Word>
inline __attribute__((always_inline)) void lay(const Word& over, const Word& below, Word& out) {
  const Word alpha = over >> 24, rest = 255 - alpha;
  Word even = over & 0x00ff00ffu, odd = (over | 0xff000000u) >> 8 & 0x00ff00ffu;
  Word evenBelow = below & 0x00ff00ffu, oddBelow = below >> 8 & 0x00ff00ffu;
  scale(even, alpha), scale(odd, alpha), scale(evenBelow, rest), scale(oddBelow, rest);
  out = (even + evenBelow) | (odd + oddBelow) << 8;
}

// Over pixels, or over a ground that is not written yet.
PARKSCOPE_WIDE void layOver(const uint32_t* colours, uint32_t* pixels, int count, const uint32_t* ground) {
  const uint32_t flat = ground ? *ground : 0;
  const Lane flats = Lane{} + flat;
  int i = 0;
  for (; i + lane <= count; i += lane) {
    const Lane over = *reinterpret_cast<const LooseLane*>(colours + i);
    const Lane below = ground ? flats : Lane(*reinterpret_cast<LooseLane*>(pixels + i));
    Lane out;
    lay(over, below, out);
    *reinterpret_cast<LooseLane*>(pixels + i) = out;
  }
  for (; i < count; ++i) {
    const uint32_t below = ground ? flat : pixels[i];
    lay(colours[i], below, pixels[i]);
  }
}

}  // namespace

void SoftMap::pictureOfPixels(const scene::Rgba* colours, int columns, int rows, int left, int top,
                              bool onGround) {
  static_assert(std::endian::native == std::endian::little && sizeof(scene::Rgba) == 4);
  const int x0 = std::clamp(left - clip_.x0, 0, width_),
            x1 = std::clamp(left + columns - clip_.x0, 0, width_);
  const int y0 = std::clamp(top - clip_.y0, 0, height_), y1 = std::clamp(top + rows - clip_.y0, 0, height_);
  if (onGround && (x0 > 0 || y0 > 0 || x1 < width_ || y1 < height_)) startOnGround(), onGround = false;
  if (x0 >= x1) return;
  const auto fill = [&](int first, int last) {
    for (int y = first; y < last; ++y) {
      const scene::Rgba* from = colours +
                                static_cast<size_t>(clip_.y0 + y - top) * static_cast<size_t>(columns) +
                                (clip_.x0 + x0 - left);
      layOver(
          reinterpret_cast<const uint32_t*>(from),
          reinterpret_cast<uint32_t*>(pixels_.data()) + static_cast<size_t>(height_ - 1 - y) * width_ + x0,
          x1 - x0, onGround ? &ground_ : nullptr);
    }
  };
  // Waking a thread takes as long as a small picture.
  const int half = static_cast<int64_t>(x1 - x0) * (y1 - y0) > 500'000 ? (y0 + y1) / 2 : y0;
  std::jthread other;
  if (half > y0) other = std::jthread([&] { fill(y0, half); });
  fill(half, y1);
}

void SoftMap::lines(std::span<const ChunkLines* const> lines, const View& view, float width,
                    scene::Rgba colour) {
  mask_.resize(static_cast<size_t>(width_) * height_);  // always left clean
  maskFrom_.assign(height_, width_), maskTo_.assign(height_, 0);
  const float half = width / 2, reach = half + 0.5f, full = std::min(2 * half, 1.f);
  const double ox = view.x0 - clip_.x0, oy = view.y0 - clip_.y0;
  for (const ChunkLines* chunk : lines) {
    uint32_t at = 0;
    for (const ChunkLines::Line& line : chunk->lines) {
      float ax = static_cast<float>(ox + chunk->points[at].x * view.pixelsPerMetre);
      float ay = static_cast<float>(oy - chunk->points[at].y * view.pixelsPerMetre);
      for (++at; at < line.end; ++at) {
        const float bx = static_cast<float>(ox + chunk->points[at].x * view.pixelsPerMetre);
        const float by = static_cast<float>(oy - chunk->points[at].y * view.pixelsPerMetre);
        const float minX = std::min(ax, bx) - reach, maxX = std::max(ax, bx) + reach;
        const float minY = std::min(ay, by) - reach, maxY = std::max(ay, by) + reach;
        if (maxX > 0 && minX < static_cast<float>(width_) && maxY > 0 && minY < static_cast<float>(height_)) {
          const float dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
          const float inverse = length2 > 0 ? 1 / length2 : 0;
          const float slope = std::abs(dy) > 1e-6f ? dx / dy : 0;
          const float halfSpan = std::abs(dy) > 1e-6f ? reach * std::sqrt(length2) / std::abs(dy) : 1e9f;
          const int y0 = std::max(0, static_cast<int>(std::ceil(minY - 0.5f)));
          const int y1 = std::min(height_, static_cast<int>(std::ceil(maxY - 0.5f)));
          for (int y = y0; y < y1; ++y) {
            const float py = static_cast<float>(y) + 0.5f - ay;
            const float middle = ax + py * slope;
            const float left = std::max(minX, middle - halfSpan), right = std::min(maxX, middle + halfSpan);
            const int x0 = std::max(0, static_cast<int>(std::ceil(left - 0.5f)));
            const int x1 = std::min(width_, static_cast<int>(std::ceil(right - 0.5f)));
            if (x0 >= x1) continue;
            uint8_t* mask = mask_.data() + static_cast<size_t>(y) * width_;
            for (int x = x0; x < x1; ++x) {
              const float px = static_cast<float>(x) + 0.5f - ax;
              const float t = std::clamp((px * dx + py * dy) * inverse, 0.f, 1.f);
              const float qx = px - t * dx, qy = py - t * dy;
              const float k = std::clamp(reach - std::sqrt(qx * qx + qy * qy), 0.f, full);
              mask[x] = std::max(mask[x], static_cast<uint8_t>(k * 255 + 0.5f));
            }
            maskFrom_[y] = std::min(maskFrom_[y], x0), maskTo_[y] = std::max(maskTo_[y], x1);
          }
        }
        ax = bx, ay = by;
      }
    }
  }
  const auto bytes = std::bit_cast<std::array<uint8_t, 4>>(packed(colour));
  for (int y = 0; y < height_; ++y) {
    if (maskFrom_[y] >= maskTo_[y]) continue;
    uint8_t* mask = mask_.data() + static_cast<size_t>(y) * width_;
    uint8_t* row = pixels_.data() + static_cast<size_t>(height_ - 1 - y) * width_ * 4;
    for (int x = maskFrom_[y]; x < maskTo_[y];) {
      if (x + 8 <= maskTo_[y]) {
        uint64_t eight;
        std::memcpy(&eight, mask + x, 8);
        if (eight == 0) {
          x += 8;
          continue;
        }
      }
      if (mask[x]) over(row + x * 4, bytes.data(), mask[x]);
      ++x;
    }
    std::memset(mask + maskFrom_[y], 0, static_cast<size_t>(maskTo_[y] - maskFrom_[y]));
  }
}

}  // namespace render
