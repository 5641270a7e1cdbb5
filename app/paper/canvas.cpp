#include "app/paper/canvas.h"

#include <cmath>
#include <cstring>

// A copy for processors with AVX2, chosen when the program starts. Products are never fused with sums, so
// both give the same pixels.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PARKSCOPE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PARKSCOPE_WIDE
#endif

namespace paper {

using scene::Vec;

namespace {

// Bytes of four pixels' masks, or bits of two values: nothing there?
bool none(const void* at) {
  uint64_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return bits == 0;
}

}  // namespace

Stripes::Stripes(const scene::Hatch& hatch, double pixelsPerUnit, double phaseAlong)
    : pitch(std::max(1.0f, static_cast<float>(hatch.pitch * pixelsPerUnit))),
      half(static_cast<float>(hatch.width * pixelsPerUnit / 2)),
      phase(phaseAlong) {}

float Stripes::operator()(int x, int y) const {
  const double along = (x + 0.5 + y + 0.5 - phase) * M_SQRT1_2;
  const float distance = static_cast<float>(std::abs(along - pitch * std::round(along / pitch)));
  return std::clamp(half + 0.5f - distance, 0.0f, std::min(1.0f, 2 * half));
}

void Coverage::begin(PixelBox box) {
  box_ = box;
  stride_ = box.width() + 2;
  const size_t needed = static_cast<size_t>(stride_) * box.height();
  if (values_.size() < needed) values_.resize(needed, 0.0f);
  firstTouched_.assign(box.height(), stride_);
  lastTouched_.assign(box.height(), -1);
}

void Coverage::ring(std::span<const Vec> points) {
  if (points.size() < 3) return;
  Vec previous = points.back();
  for (Vec p : points) edge(previous, p), previous = p;
}

void Coverage::edge(Vec a, Vec b) {
  if (a.y == b.y) return;
  float sign = 1;
  // Both neighbours of an edge compute with the same end first: what one gains the other loses, exactly.
  if (a.y > b.y) std::swap(a, b), sign = -1;
  if (b.y <= box_.y0 || a.y >= box_.y1) return;
  const double slope = (static_cast<double>(b.x) - a.x) / (static_cast<double>(b.y) - a.y);
  const int firstRow = std::max(box_.y0, static_cast<int>(std::floor(a.y)));
  const int lastRow = std::min(box_.y1, static_cast<int>(std::ceil(b.y)));
  const float width = static_cast<float>(box_.width());
  for (int y = firstRow; y < lastRow; ++y) {
    const double top = std::max<double>(y, a.y), bottom = std::min<double>(y + 1, b.y);
    const double xTop = a.x + (top - a.y) * slope, xBottom = a.x + (bottom - a.y) * slope;
    const float area = static_cast<float>(bottom - top) * sign;
    const float left = static_cast<float>(std::min(xTop, xBottom) - box_.x0);
    const float right = static_cast<float>(std::max(xTop, xBottom) - box_.x0);
    const int row = y - box_.y0;
    float* values = values_.data() + static_cast<size_t>(row) * stride_;
    if (left < 0 || right > width) {
      clippedEdge(values, row, std::min(xTop, xBottom) - box_.x0, std::max(xTop, xBottom) - box_.x0, area);
      continue;
    }
    const int first = static_cast<int>(left);
    const int last = std::max(first + 1, static_cast<int>(std::ceil(right)));
    firstTouched_[row] = std::min(firstTouched_[row], first);
    lastTouched_[row] = std::max(lastTouched_[row], last);
    if (last == first + 1) {
      const float inRight = area * ((left + right) * 0.5f - first);
      values[first] += area - inRight;
      values[first + 1] += inRight;
      continue;
    }
    // The trapezoid's share of each pixel that the edge crosses in this row, as differences.
    const float perPixel = 1 / (right - left), leftPart = left - first, rightPart = right - last + 1;
    const float share = 0.5f * perPixel * (1 - leftPart) * (1 - leftPart);
    const float lastShare = 0.5f * perPixel * rightPart * rightPart;
    values[first] += area * share;
    if (last == first + 2) {
      values[first + 1] += area * (1 - share - lastShare);
    } else {
      const float second = perPixel * (1.5f - leftPart);
      values[first + 1] += area * (second - share);
      for (int x = first + 2; x < last - 1; ++x) values[x] += area * perPixel;
      const float beforeLast = second + (last - first - 3) * perPixel;
      values[last - 1] += area * (1 - beforeLast - lastShare);
    }
    values[last] += area * lastShare;
  }
}

// An edge piece of one row that leaves the box sideways: what lies left of it counts at its first column,
// what lies right of it not at all.
void Coverage::clippedEdge(float* values, int row, double left, double right, float area) {
  const double width = box_.width();
  if (left >= width) {  // but what lies between it and the last touched pixel is inside
    lastTouched_[row] = std::max(lastTouched_[row], box_.width() - 1);
    return;
  }
  firstTouched_[row] = right <= 0 || left < 0 ? 0 : std::min(firstTouched_[row], static_cast<int>(left));
  if (right <= 0) {
    values[0] += area;
    lastTouched_[row] = std::max(lastTouched_[row], 0);
    return;
  }
  const double length = right - left;
  if (left < 0) values[0] += static_cast<float>(area * (-left / length));
  const double from = std::max(left, 0.0), to = std::min(right, width);
  const int first = static_cast<int>(from), last = static_cast<int>(std::ceil(to));
  for (int x = first; x < last; ++x) {
    const double a = std::max<double>(from, x), b = std::min<double>(to, x + 1);
    const float piece = static_cast<float>(area * ((b - a) / length));
    const float inRight = piece * static_cast<float>((a + b) * 0.5 - x);
    values[x] += piece - inRight;
    values[x + 1] += inRight;
  }
  lastTouched_[row] = std::max({lastTouched_[row], last, 0});
}

void Coverage::sum(float* values, int count, bool evenOdd) {
  float total = 0, share = 0;
  for (int i = 0; i < count;) {
    // Inside and outside nothing changes for long stretches.
    if (i + 4 <= count && none(values + i) && none(values + i + 2)) {
      std::fill(values + i, values + i + 4, share);
      i += 4;
      continue;
    }
    total += values[i];
    float c = std::abs(total);
    if (evenOdd) {
      c -= 2 * std::floor(c * 0.5f);
      if (c > 1) c = 2 - c;
    }
    // Sums of many small areas are off by a few millionths: a full pixel must be exactly full.
    share = c > 0.9995f ? 1.0f : c < 0.0005f ? 0.0f : c;
    values[i++] = share;
  }
}

void LineMask::begin(PixelBox box) {
  box_ = box;
  const size_t needed = static_cast<size_t>(box.width()) * box.height();
  if (mask_.size() < needed) mask_.resize(needed, 0);
  firstTouched_.assign(box.height(), box.width());
  lastTouched_.assign(box.height(), -1);
}

PARKSCOPE_WIDE void LineMask::segment(Vec a, Vec b, float halfA, float halfB, bool buttA, bool buttB) {
  // A line thinner than a pixel is a pixel wide and paler.
  const float widest = std::max(halfA, halfB), strength = 255 * std::min(1.0f, 2 * widest);
  if (widest < 0.5f) halfA = halfB = 0.5f;
  const float reach = std::max(widest, 0.5f) + 0.5f;
  const float top = std::min(a.y, b.y) - reach, bottom = std::max(a.y, b.y) + reach;
  const float leftmost = std::min(a.x, b.x) - reach, rightmost = std::max(a.x, b.x) + reach;
  if (!(bottom > box_.y0 && top < box_.y1 && rightmost > box_.x0 && leftmost < box_.x1)) return;
  const Vec d = b - a;
  const float length = std::sqrt(d.x * d.x + d.y * d.y);
  if (length == 0 && (buttA || buttB)) return;
  const float inverse = length > 0 ? 1 / length : 0;
  const Vec along = d * inverse;
  const int firstRow = std::max(box_.y0, static_cast<int>(std::floor(top)));
  const int lastRow = std::min(box_.y1, static_cast<int>(std::ceil(bottom)));
  const float grow = (halfB - halfA) * inverse;
  for (int y = firstRow; y < lastRow; ++y) {
    const float py = y + 0.5f - a.y;
    float from = leftmost, to = rightmost;
    // Where the row crosses the strip of that reach about the line; caps never leave it by more than reach.
    if (std::abs(along.y) > 1e-3f) {
      const float centre = a.x + py * along.x / along.y, spread = reach / std::abs(along.y);
      from = std::max(from, centre - spread), to = std::min(to, centre + spread);
    }
    const int x0 = std::max(box_.x0, static_cast<int>(std::floor(from)));
    const int x1 = std::min(box_.x1, static_cast<int>(std::ceil(to)));
    if (x0 >= x1) continue;
    const int row = y - box_.y0;
    firstTouched_[row] = std::min(firstTouched_[row], x0 - box_.x0);
    lastTouched_[row] = std::max(lastTouched_[row], x1 - 1 - box_.x0);
    uint8_t* mask = mask_.data() + static_cast<size_t>(row) * box_.width() + (x0 - box_.x0);
    const float px0 = x0 + 0.5f - a.x;
    const int count = x1 - x0;
    if (!buttA && !buttB) {
      for (int i = 0; i < count; ++i) {
        const float px = px0 + i;
        const float s = std::min(std::max(px * along.x + py * along.y, 0.0f), length);
        const float ex = px - s * along.x, ey = py - s * along.y;
        const float c = halfA + s * grow + 0.5f - std::sqrt(ex * ex + ey * ey);
        const auto value = static_cast<int>(std::min(std::max(c, 0.0f), 1.0f) * strength + 0.5f);
        mask[i] = static_cast<uint8_t>(std::max<int>(mask[i], value));
      }
    } else {
      for (int i = 0; i < count; ++i) {
        const float px = px0 + i;
        const float where = px * along.x + py * along.y;
        const float s = std::min(std::max(where, 0.0f), length);
        const float sideways = px * along.y - py * along.x;
        const float beyond = where - s;
        const bool square = beyond < 0 ? buttA : buttB;
        const float distance = square ? std::abs(sideways) : std::sqrt(sideways * sideways + beyond * beyond);
        float c = std::min(std::max(halfA + s * grow + 0.5f - distance, 0.0f), 1.0f);
        // The share of this pixel between the two ends, measured along the line.
        const float begin = buttA ? std::max(where - 0.5f, 0.0f) : where - 0.5f;
        const float end = buttB ? std::min(where + 0.5f, length) : where + 0.5f;
        c *= std::max(0.0f, end - begin);
        const auto value = static_cast<int>(c * strength + 0.5f);
        mask[i] = static_cast<uint8_t>(std::max<int>(mask[i], value));
      }
    }
  }
}

void overMask(uint8_t* pixels, const uint8_t* mask, int count, const Premultiplied& colour) {
  for (int i = 0; i < count;) {
    if (i + 8 <= count && none(mask + i)) {
      i += 8;
      continue;
    }
    if (mask[i]) over(pixels + static_cast<size_t>(i) * 4, colour, mask[i] * (1 / 255.0f));
    ++i;
  }
}

void overCoverage(uint8_t* pixels, const float* coverage, int count, const Premultiplied& colour) {
  const uint8_t solid[4] = {static_cast<uint8_t>(colour.r + 0.5f), static_cast<uint8_t>(colour.g + 0.5f),
                            static_cast<uint8_t>(colour.b + 0.5f), 255};
  const bool opaque = colour.a == 255;
  for (int i = 0; i < count; ++i, pixels += 4) {
    if (coverage[i] == 0) continue;
    if (opaque && coverage[i] == 1) std::memcpy(pixels, solid, 4);
    else over(pixels, colour, coverage[i]);
  }
}

void overShared(uint8_t* pixels, SharedPixel* shared, int count) {
  for (int i = 0; i < count; ++i, pixels += 4) {
    if (shared[i].covered == 0) continue;
    over(pixels, shared[i].colour, 1);
    shared[i] = {};
  }
}

std::vector<std::vector<Vec>> dashed(std::span<const Vec> points, bool closed, std::span<const float> dash) {
  std::vector<std::vector<Vec>> pieces;
  double period = 0;
  for (float d : dash) period += d;
  if (points.empty()) return pieces;
  if (!(period > 1e-3)) return {std::vector<Vec>(points.begin(), points.end())};
  size_t phase = 0;
  double left = dash[0];
  bool on = true;
  std::vector<Vec> piece{points[0]};
  const size_t segments = closed ? points.size() : points.size() - 1;
  for (size_t i = 0; i < segments; ++i) {
    const Vec a = points[i], b = points[(i + 1) % points.size()];
    const double length = std::hypot(static_cast<double>(b.x) - a.x, static_cast<double>(b.y) - a.y);
    double done = 0;
    while (length - done > left) {
      done += left;
      const Vec cut = a + (b - a) * static_cast<float>(done / length);
      if (on) piece.push_back(cut), pieces.push_back(std::move(piece));
      piece = {cut};
      on = !on;
      phase = (phase + 1) % dash.size();
      left = dash[phase];
    }
    left -= length - done;
    piece.push_back(b);
  }
  if (on && piece.size() > 1) pieces.push_back(std::move(piece));
  return pieces;
}

void strokeLine(LineMask& mask, std::span<const Vec> points, bool closed, float half,
                std::span<const float> dash, bool roundCap, float endHalf) {
  if (!dash.empty()) {
    for (const auto& piece : dashed(points, closed, dash)) strokeLine(mask, piece, false, half, {}, roundCap);
    return;
  }
  if (points.size() < 2) {
    if (points.size() == 1 && roundCap) mask.segment(points[0], points[0], half, half, false, false);
    return;
  }
  if (endHalf < 0) {
    const size_t last = points.size() - 2;
    for (size_t i = 0; i <= last; ++i)
      mask.segment(points[i], points[i + 1], half, half, !roundCap && !closed && i == 0,
                   !roundCap && !closed && i == last);
    if (closed) mask.segment(points.back(), points[0], half, half, false, false);
    return;
  }
  double total = 0, done = 0;
  for (size_t i = 0; i + 1 < points.size(); ++i)
    total += std::hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y);
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    const double length = std::hypot(points[i + 1].x - points[i].x, points[i + 1].y - points[i].y);
    const auto width = [&](double at) {
      return half + (endHalf - half) * static_cast<float>(total > 0 ? at / total : 0);
    };
    mask.segment(points[i], points[i + 1], width(done), width(done + length), !roundCap && i == 0,
                 !roundCap && i + 2 == points.size());
    done += length;
  }
}

}  // namespace paper
