#include "geo/detail/wkb.h"

#include <sys/mman.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace geo::detail {
namespace {

double loaded(const std::byte* p, bool swap) {
  uint64_t bits;
  std::memcpy(&bits, p, 8);
  if (swap) bits = __builtin_bswap64(bits);
  return std::bit_cast<double>(bits);
}

double twiceArea(std::span<const Point> ring) {
  // Relative to the first vertex, so that far-away coordinates keep their digits.
  double sum = 0;
  const Point o = ring[0];
  for (size_t i = 1; i + 1 < ring.size(); ++i)
    sum += (ring[i].x - o.x) * (ring[i + 1].y - o.y) - (ring[i + 1].x - o.x) * (ring[i].y - o.y);
  return sum;
}

// Walks over unaligned points.
struct Packed {
  using iterator_category = std::random_access_iterator_tag;
  using value_type = Point;
  using difference_type = std::ptrdiff_t;
  using pointer = const Point*;
  using reference = Point;
  const std::byte* at;
  Point operator*() const {
    Point p;
    std::memcpy(static_cast<void*>(&p), at, sizeof p);
    return p;
  }
  Packed& operator++() {
    at += sizeof(Point);
    return *this;
  }
  Packed operator++(int) {
    Packed before = *this;
    ++*this;
    return before;
  }
  Packed& operator--() {
    at -= sizeof(Point);
    return *this;
  }
  Packed& operator+=(difference_type n) {
    at += n * static_cast<difference_type>(sizeof(Point));
    return *this;
  }
  difference_type operator-(const Packed& o) const {
    return (at - o.at) / static_cast<difference_type>(sizeof(Point));
  }
  bool operator==(const Packed& o) const { return at == o.at; }
  bool operator!=(const Packed& o) const { return at != o.at; }
};

}  // namespace

ShapeCollector::ShapeCollector() {
  for (size_t k = 0; k < 4; ++k) kinds_[k].kind = static_cast<ShapeKind>(k);
}

void ShapeCollector::reserve(size_t rows, size_t vertices, ShapeKind likely) {
  // Address space only: pages that stay untouched cost nothing, and growing never copies.
  Shapes& s = of(likely == ShapeKind::none ? ShapeKind::polygon : likely);
  s.vertices.reserve(vertices);
  // Two megabytes a page fault instead of four kilobytes: half of the time of reading a large file is such
  // faults.
  constexpr size_t huge = size_t{2} << 20;
  const size_t bytes = s.vertices.capacity() * sizeof(Point);
  if (bytes >= 2 * huge) {
    const auto address = reinterpret_cast<uintptr_t>(s.vertices.data());
    const uintptr_t first = (address + huge - 1) / huge * huge, last = (address + bytes) / huge * huge;
    madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
  }
  s.partStart.reserve(rows + 1);
  if (likely == ShapeKind::polygon) s.hole.reserve(rows);
  s.rowStart.reserve(rows + 1);
}

Shapes& ShapeCollector::of(ShapeKind kind) {
  Shapes& s = kinds_[static_cast<size_t>(kind)];
  if (s.rows() < rows_) s.rowStart.resize(rows_ + 1, s.rowStart.back());  // the first of its kind for a while
  return s;
}

Point ShapeCollector::packedPoint(const std::byte* data, bool swap) const {
  return {loaded(data, swap), loaded(data + 8, swap)};
}

void ShapeCollector::append(std::vector<Point>& out, const std::byte* data, size_t count, size_t stride,
                            bool swap) {
  const size_t first = out.size();
  if (first + count > 0xfffffff0u) {
    full_ = true;
    return;
  }
  if (stride == sizeof(Point) && !swap) {
    // insert, unlike resize, does not fill what is overwritten at once.
    out.insert(out.end(), Packed{data}, Packed{data + count * sizeof(Point)});
  } else {
    for (size_t i = 0; i < count; ++i) out.push_back(packedPoint(data + i * stride, swap));
  }
  double sum = 0;  // stays 0 unless some vertex is not finite
  for (size_t i = first; i < out.size(); ++i) sum += out[i].x * 0.0 + out[i].y * 0.0;
  if (sum == 0) return;
  now_.nonFinite = true;
  size_t kept = first;
  for (size_t i = first; i < out.size(); ++i)
    if (std::isfinite(out[i].x) && std::isfinite(out[i].y)) out[kept++] = out[i];
  out.resize(kept);
}

void ShapeCollector::point(Point p) {
  if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
    now_.nonFinite = true;
    return;
  }
  Shapes& s = of(ShapeKind::point);
  s.vertices.push_back(p);
  s.endPart();
}

void ShapeCollector::closeLine(size_t first) {
  Shapes& s = of(ShapeKind::line);
  if (s.vertices.size() - first >= 2) return s.endPart();
  if (s.vertices.size() != first || now_.nonFinite) now_.tooFew = true;
  s.vertices.resize(first);
}

void ShapeCollector::line(std::span<const Point> vertices) {
  packedLine(reinterpret_cast<const std::byte*>(vertices.data()), vertices.size(), sizeof(Point), false);
}

void ShapeCollector::packedLine(const std::byte* data, size_t count, size_t stride, bool swap) {
  if (count == 0) return;
  Shapes& s = of(ShapeKind::line);
  const size_t first = s.vertices.size();
  append(s.vertices, data, count, stride, swap);
  closeLine(first);
}

void ShapeCollector::beginPolygon() { outer_ = true, polygonLost_ = false; }

void ShapeCollector::closeRing(size_t first) {
  Shapes& s = of(ShapeKind::polygon);
  while (s.vertices.size() > first + 1 && s.vertices.back() == s.vertices[first]) s.vertices.pop_back();
  const bool isHole = !outer_;
  outer_ = false;
  if (s.vertices.size() - first < 3) {
    if (s.vertices.size() != first || now_.nonFinite) now_.tooFew = true;
    if (!isHole) polygonLost_ = true;
    s.vertices.resize(first);
    return;
  }
  if (isHole && polygonLost_) {  // a hole in nothing
    s.vertices.resize(first);
    return;
  }
  const std::span<Point> ring{s.vertices.data() + first, s.vertices.size() - first};
  if ((twiceArea(ring) < 0) != isHole) {
    std::reverse(ring.begin(), ring.end());
    const auto row = static_cast<uint32_t>(rows_);
    if (noteClockwise_ && !isHole && (clockwise_.empty() || clockwise_.back() != row))
      clockwise_.push_back(row);
  }
  s.endPart(isHole);
}

void ShapeCollector::ring(std::span<const Point> vertices) {
  packedRing(reinterpret_cast<const std::byte*>(vertices.data()), vertices.size(), sizeof(Point), false);
}

void ShapeCollector::packedRing(const std::byte* data, size_t count, size_t stride, bool swap) {
  Shapes& s = of(ShapeKind::polygon);
  const size_t first = s.vertices.size();
  append(s.vertices, data, count, stride, swap);
  closeRing(first);
}

void ShapeCollector::clearRow() {
  for (size_t k = 1; k < 4; ++k) {
    Shapes& s = kinds_[k];
    const size_t parts = s.rowStart.back();
    s.vertices.resize(s.partStart[parts]);
    s.partStart.resize(parts + 1);
    if (s.kind == ShapeKind::polygon) s.hole.resize(parts);
  }
  now_ = {};
}

void ShapeCollector::endRow() {
  // A kind that does not occur is not kept row by row.
  for (size_t k = 1; k < 4; ++k)
    if (kinds_[k].parts() > kinds_[k].rowStart.back()) ++rowsOf_[k], kinds_[k].endRow();
  if (now_.any()) troubles_.push_back({rows_, now_});
  now_ = {};
  ++rows_;
}

void ShapeCollector::append(ShapeCollector& other) {
  for (size_t k = 1; k < 4; ++k) {
    const auto kind = static_cast<ShapeKind>(k);
    Shapes& b = other.of(kind);
    if (other.rowsOf_[k] > 0) {
      Shapes& a = of(kind);
      const size_t vertices = a.vertices.size(), parts = a.parts();
      if (vertices + b.vertices.size() > 0xfffffff0u) {
        full_ = true;
        return;
      }
      a.vertices.insert(a.vertices.end(), b.vertices.begin(), b.vertices.end());
      for (size_t p = 1; p < b.partStart.size(); ++p)
        a.partStart.push_back(static_cast<uint32_t>(vertices + b.partStart[p]));
      for (size_t r = 1; r < b.rowStart.size(); ++r)
        a.rowStart.push_back(static_cast<uint32_t>(parts + b.rowStart[r]));
      a.hole.insert(a.hole.end(), b.hole.begin(), b.hole.end());
      rowsOf_[k] += std::exchange(other.rowsOf_[k], 0);
    }
    b.vertices.clear(), b.hole.clear(), b.partStart.resize(1), b.rowStart.resize(1);
  }
  for (const auto& [row, trouble] : other.troubles_) troubles_.push_back({rows_ + row, trouble});
  for (const uint32_t row : other.clockwise_) clockwise_.push_back(static_cast<uint32_t>(rows_) + row);
  full_ = full_ || other.full_;
  rows_ += other.rows_;
  other.troubles_.clear(), other.clockwise_.clear(), other.rows_ = 0;
}

Shapes ShapeCollector::finish(std::vector<Trouble>& troubles) {
  size_t best = 0;
  for (size_t k = 1; k < 4; ++k)  // on a tie the larger shape: polygons before lines before points
    if (rowsOf_[k] > 0 && rowsOf_[k] >= rowsOf_[best]) best = k;
  const bool mixed = rowsOf_[1] + rowsOf_[2] + rowsOf_[3] > rowsOf_[best];
  for (size_t k = 1; k < 4; ++k)
    if (k == best || mixed) of(static_cast<ShapeKind>(k));
  troubles.clear();
  if (mixed || !troubles_.empty()) troubles.resize(rows_);
  for (const auto& [row, t] : troubles_) troubles[row] = t;
  if (mixed)
    for (size_t k = 1; k < 4; ++k)
      if (k != best)
        for (size_t r = 0; r < rows_; ++r)
          if (kinds_[k].has(r)) troubles[r].otherKind = true;
  Shapes out = std::move(kinds_[best]);
  if (best == 0) {
    out = {};
    out.rowStart.assign(rows_ + 1, 0);
  }
  return out;
}

namespace {

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, ShapeCollector& out)
      : at_(bytes.data()), end_(at_ + bytes.size()), out_(out) {}

  WkbAnswer geometry(int depth) {
    if (depth > 16 || left() < 5) return WkbAnswer::broken;
    const bool swap = std::to_integer<int>(*at_) != (std::endian::native == std::endian::little ? 1 : 0);
    ++at_;
    uint32_t type = 0;
    if (!count(type, swap)) return WkbAnswer::broken;
    size_t dimensions = 2;
    if (type & 0x80000000u) ++dimensions;  // EWKB: z, m and an SRID as flags
    if (type & 0x40000000u) ++dimensions;
    if (type & 0x20000000u) {
      uint32_t srid;
      if (!count(srid, swap)) return WkbAnswer::broken;
    }
    type &= 0x1fffffffu;
    if (type >= 1000 && type < 4000) {  // ISO: 1000 z, 2000 m, 3000 both
      dimensions = type >= 3000 ? 4 : 3;
      type %= 1000;
    }
    const size_t stride = dimensions * sizeof(double);
    uint32_t n = 0;
    switch (type) {
      case 1:
        if (left() < stride) return WkbAnswer::broken;
        onePoint(stride, swap);
        return WkbAnswer::done;
      case 2:
        if (!count(n, swap) || n > left() / stride) return WkbAnswer::broken;
        out_.packedLine(at_, n, stride, swap);
        at_ += n * stride;
        return WkbAnswer::done;
      case 3:
      case 17:
        return polygon(stride, swap);
      case 4:
      case 5:
      case 6:
      case 7:
      case 15:
      case 16:
        if (!count(n, swap) || n > left() / 5) return WkbAnswer::broken;
        for (uint32_t i = 0; i < n; ++i)
          if (const WkbAnswer a = geometry(depth + 1); a != WkbAnswer::done) return a;
        return WkbAnswer::done;
      case 8:
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
      case 14:
        return WkbAnswer::curved;
      default:
        return WkbAnswer::broken;
    }
  }

 private:
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool count(uint32_t& n, bool swap) {
    if (left() < 4) return false;
    std::memcpy(&n, at_, 4);
    if (swap) n = __builtin_bswap32(n);
    at_ += 4;
    return true;
  }
  void onePoint(size_t stride, bool swap) {
    const Point p = out_.packedPoint(at_, swap);
    at_ += stride;
    if (!(std::isnan(p.x) && std::isnan(p.y))) out_.point(p);  // both NaN is how WKB writes "empty"
  }
  WkbAnswer polygon(size_t stride, bool swap) {
    uint32_t rings = 0;
    if (!count(rings, swap) || rings > left() / 4) return WkbAnswer::broken;
    out_.beginPolygon();
    for (uint32_t i = 0; i < rings; ++i) {
      uint32_t n = 0;
      if (!count(n, swap) || n > left() / stride) return WkbAnswer::broken;
      out_.packedRing(at_, n, stride, swap);
      at_ += n * stride;
    }
    return WkbAnswer::done;
  }

  const std::byte* at_;
  const std::byte* end_;
  ShapeCollector& out_;
};

}  // namespace

WkbAnswer parseWkb(std::span<const std::byte> bytes, ShapeCollector& out) {
  const WkbAnswer answer = Reader(bytes, out).geometry(0);
  if (answer == WkbAnswer::curved) out.clearRow();
  return answer;
}

}  // namespace geo::detail
