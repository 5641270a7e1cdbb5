// Pixels without a GPU. Polygons by exact area, lines by distance, so that neither depends on how the picture
// is cut into bands: every row is computed from absolute coordinates alone. Knows rows of pixels; nothing of
// drawings.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "app/scene/drawing.h"

namespace paper {

struct PixelBox {  // half open
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool empty() const { return x0 >= x1 || y0 >= y1; }
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  PixelBox meet(const PixelBox& o) const {
    return {std::max(x0, o.x0), std::max(y0, o.y0), std::min(x1, o.x1), std::min(y1, o.y1)};
  }
};

// Rows y0 … y1 of a picture, premultiplied RGBA.
struct Rows {
  uint8_t* rgba = nullptr;
  int width = 0, y0 = 0, y1 = 0;
  uint8_t* at(int x, int y) const { return rgba + (static_cast<size_t>(y - y0) * width + x) * 4; }
  PixelBox box() const { return {0, y0, width, y1}; }
};

// Colour with alpha multiplied in, 0 … 255.
struct Premultiplied {
  float r = 0, g = 0, b = 0, a = 0;
  Premultiplied() = default;
  Premultiplied(float red, float green, float blue, float alpha) : r(red), g(green), b(blue), a(alpha) {}
  explicit Premultiplied(scene::Rgba c)
      : r(c.r * (c.a / 255.0f)), g(c.g * (c.a / 255.0f)), b(c.b * (c.a / 255.0f)), a(c.a) {}
};

// The source over the pixel, k in 0 … 1 of it.
inline void over(uint8_t* pixel, const Premultiplied& c, float k) {
  const float keep = 1 - c.a * k * (1 / 255.0f);
#ifdef __SSE2__  // the same sums, four at a time
  int32_t packed;
  std::memcpy(&packed, pixel, sizeof packed);
  const __m128i zero = _mm_setzero_si128();
  const __m128i below = _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(packed), zero), zero);
  const __m128 sum = _mm_add_ps(_mm_add_ps(_mm_mul_ps(_mm_loadu_ps(&c.r), _mm_set1_ps(k)),
                                           _mm_mul_ps(_mm_cvtepi32_ps(below), _mm_set1_ps(keep))),
                                _mm_set1_ps(0.5f));
  const __m128i whole = _mm_cvttps_epi32(sum);
  packed = _mm_cvtsi128_si32(_mm_packus_epi16(_mm_packs_epi32(whole, whole), zero));
  std::memcpy(pixel, &packed, sizeof packed);
#else
  pixel[0] = static_cast<uint8_t>(c.r * k + pixel[0] * keep + 0.5f);
  pixel[1] = static_cast<uint8_t>(c.g * k + pixel[1] * keep + 0.5f);
  pixel[2] = static_cast<uint8_t>(c.b * k + pixel[2] * keep + 0.5f);
  pixel[3] = static_cast<uint8_t>(c.a * k + pixel[3] * keep + 0.5f);
#endif
}

// Stripes at 45°: lines where x + y - phase is a multiple of pitch · √2. A map's are in phase with its
// world's origin, as on the screen, where they must not swim in a pan; furniture's with the canvas.
struct Stripes {
  float pitch, half;  // perpendicular distance, pixels
  double phase;       // along x + y, pixels
  Stripes(const scene::Hatch& hatch, double pixelsPerUnit, double phase = 0);
  float operator()(int x, int y) const;  // 0 ground … 1 line
};

// x + y of the world's origin on the canvas: the phase of a map's stripes.
inline double originAlong(const scene::Camera& c) {
  return c.frame.x + c.frame.w / 2.0 - c.centre.x / c.metresPerUnit + c.frame.y + c.frame.h / 2.0 +
         c.centre.y / c.metresPerUnit;
}

// Signed area of polygons per pixel, kept as differences along the row and summed once at the end.
class Coverage {
 public:
  void begin(PixelBox box);  // pixels outside it are not asked for
  void edge(scene::Vec a, scene::Vec b);
  void ring(std::span<const scene::Vec> points);  // closed by itself
  // visit(y, x, count, coverage): runs of pixels that are touched; the buffer is clean again afterwards.
  template <class Visit>
  void finish(bool evenOdd, Visit&& visit) {
    for (int y = box_.y0; y < box_.y1; ++y) {
      const int row = y - box_.y0, first = firstTouched_[row], last = lastTouched_[row];
      if (first > last) continue;
      float* values = values_.data() + static_cast<size_t>(row) * stride_;
      sum(values + first, last - first + 1, evenOdd);
      visit(y, box_.x0 + first, std::min(last + 1, box_.width()) - first, values + first);
      std::fill(values + first, values + last + 1, 0.0f);
    }
  }

 private:
  void clippedEdge(float* values, int row, double xa, double xb, float area);
  static void sum(float* values, int count, bool evenOdd);
  PixelBox box_;
  int stride_ = 0;
  std::vector<float> values_;
  std::vector<int> firstTouched_, lastTouched_;
};

// Strokes as the union of capsules: coverage is taken from the distance to the nearest segment, so joins are
// round and nothing is counted twice where pieces overlap.
class LineMask {
 public:
  void begin(PixelBox box);
  // Half widths at both ends; a butt end stops square at its point.
  void segment(scene::Vec a, scene::Vec b, float halfA, float halfB, bool buttA, bool buttB);
  template <class Visit>
  void finish(Visit&& visit) {  // visit(y, x, count, mask)
    for (int y = box_.y0; y < box_.y1; ++y) {
      const int row = y - box_.y0, first = firstTouched_[row], last = lastTouched_[row];
      if (first > last) continue;
      uint8_t* mask = mask_.data() + static_cast<size_t>(row) * box_.width();
      visit(y, box_.x0 + first, last - first + 1, static_cast<const uint8_t*>(mask + first));
      std::fill(mask + first, mask + last + 1, uint8_t{0});
      firstTouched_[row] = box_.width(), lastTouched_[row] = -1;
    }
  }

 private:
  PixelBox box_;
  std::vector<uint8_t> mask_;
  std::vector<int> firstTouched_, lastTouched_;
};

void overMask(uint8_t* pixels, const uint8_t* mask, int count, const Premultiplied& colour);
void overCoverage(uint8_t* pixels, const float* coverage, int count, const Premultiplied& colour);

// One pixel of a layer of areas while it is being put together. Neighbours share the pixels of their border
// by area, so that together they hide what is below: painting one over the other would let a seam of it
// through.
struct SharedPixel {
  Premultiplied colour;
  float covered = 0;
  void add(const Premultiplied& c, float k) {
    const float free = 1 - covered;
    if (k > free + 1e-4f && covered > 0) {  // they overlap: the newer one hides the older in that part
      const float hidden = 1 - (k - free) / covered * (c.a * (1 / 255.0f));
      colour.r *= hidden, colour.g *= hidden, colour.b *= hidden, colour.a *= hidden;
    }
    colour.r += c.r * k, colour.g += c.g * k, colour.b += c.b * k, colour.a += c.a * k;
    covered = std::min(1.0f, covered + k);
  }
};
void overShared(uint8_t* pixels, SharedPixel* shared, int count);  // clears them again

// Polylines → segments of the mask: dashes (lengths in pixels), caps, tapering from half to endHalf over the
// whole length.
void strokeLine(LineMask& mask, std::span<const scene::Vec> points, bool closed, float half,
                std::span<const float> dash, bool roundCap, float endHalf = -1);
// Cuts a line into its dashes. Calls piece(points) for each.
std::vector<std::vector<scene::Vec>> dashed(std::span<const scene::Vec> points, bool closed,
                                            std::span<const float> dash);

}  // namespace paper
