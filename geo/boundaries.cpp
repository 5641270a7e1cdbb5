#include "geo/boundaries.h"

#include "geo/measure.h"

#include <bit>

namespace geo {
namespace {

constexpr uint32_t none = 0xffffffffu;

uint64_t mixed(uint64_t h) {
  h ^= h >> 32, h *= 0xd6e8feb86659fd93u, h ^= h >> 29;
  return h;
}

// Distinct vertices numbered in order of first appearance. A neighbour's border is met again in reverse
// order, so the vertex before or after the last match is tried before the hash table.
class VertexNumbers {
 public:
  explicit VertexNumbers(size_t vertices) : slots_(std::bit_ceil(vertices + vertices / 2 + 16), 0) {
    mask_ = slots_.size() - 1;
  }

  void startRing() { last_ = none; }

  uint32_t number(const Point* p, const Point* end) {
    if (last_ != none) {
      if (last_ > 0 && places_[last_ - 1] == *p) return --last_;
      if (last_ + 1 < places_.size() && places_[last_ + 1] == *p) return ++last_;
    }
    constexpr int ahead = 12;  // the table does not fit the cache: fetch what will be needed
    if (p + ahead < end) __builtin_prefetch(&slots_[slotOf(p[ahead])]);
    for (size_t slot = slotOf(*p);; slot = (slot + 1) & mask_) {
      const uint32_t found = slots_[slot];
      if (found == 0) {
        places_.push_back(*p);
        slots_[slot] = static_cast<uint32_t>(places_.size());
        last_ = none;
        return slots_[slot] - 1;
      }
      if (places_[found - 1] == *p) return last_ = found - 1;
    }
  }

  const std::vector<Point>& places() const { return places_; }

 private:
  size_t slotOf(Point p) const {  // + 0.0: a negative zero is the same place
    return mixed(std::bit_cast<uint64_t>(p.x + 0.0) * 0x9e3779b97f4a7c15u +
                 std::bit_cast<uint64_t>(p.y + 0.0)) &
           mask_;
  }
  std::vector<uint32_t> slots_;  // number + 1
  std::vector<Point> places_;
  size_t mask_ = 0;
  uint32_t last_ = none;
};

// A directed edge between two numbered vertices → arc reference.
class EdgeTable {
 public:
  uint32_t find(uint32_t from, uint32_t to) const {
    const uint64_t key = keyOf(from, to);
    for (size_t slot = mixed(key) & mask_;; slot = (slot + 1) & mask_)
      if (keys_[slot] == key) return values_[slot];
      else if (keys_[slot] == empty) return none;
  }
  void add(uint32_t from, uint32_t to, uint32_t value) {
    if (++size_ * 2 > keys_.size()) grow();
    const uint64_t key = keyOf(from, to);
    size_t slot = mixed(key) & mask_;
    while (keys_[slot] != empty && keys_[slot] != key) slot = (slot + 1) & mask_;
    if (keys_[slot] == key) return;
    keys_[slot] = key, values_[slot] = value;
  }

 private:
  static constexpr uint64_t empty = ~uint64_t{0};
  static uint64_t keyOf(uint32_t from, uint32_t to) { return uint64_t{from} << 32 | to; }
  void grow() {
    std::vector<uint64_t> keys(keys_.size() * 2, empty);
    std::vector<uint32_t> values(keys.size());
    keys.swap(keys_), values.swap(values_);
    mask_ = keys_.size() - 1;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == empty) continue;
      size_t slot = mixed(keys[i]) & mask_;
      while (keys_[slot] != empty) slot = (slot + 1) & mask_;
      keys_[slot] = keys[i], values_[slot] = values[i];
    }
  }
  std::vector<uint64_t> keys_ = std::vector<uint64_t>(1024, empty);
  std::vector<uint32_t> values_ = std::vector<uint32_t>(1024);
  size_t mask_ = 1023, size_ = 0;
};

double squaredDistance(Point a, Point b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y); }

// The vertex of line (lo, hi) farthest from the segment between its ends, and the square of its distance.
std::pair<uint32_t, double> farthest(std::span<const Point> line, uint32_t lo, uint32_t hi) {
  const Point a = line[lo];
  const double ex = line[hi].x - a.x, ey = line[hi].y - a.y, length2 = ex * ex + ey * ey;
  const double inverse = length2 > 0 ? 1 / length2 : 0;
  double most = -1;
  uint32_t at = lo;
  for (uint32_t i = lo + 1; i < hi; ++i) {
    const double px = line[i].x - a.x, py = line[i].y - a.y;
    const double t = std::clamp((px * ex + py * ey) * inverse, 0.0, 1.0);
    const double dx = px - t * ex, dy = py - t * ey, d2 = dx * dx + dy * dy;
    if (d2 > most) most = d2, at = i;
  }
  return {at, most};
}

// Without its repeated places, also across the seam.
void withoutRepeats(std::vector<uint32_t>& ring) {
  ring.erase(std::unique(ring.begin(), ring.end()), ring.end());
  while (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
}

}  // namespace

void lineImportance(std::span<const Point> line, std::span<float> importance) {
  struct Range {
    uint32_t lo, hi;
    float cap;
  };
  constexpr float always = std::numeric_limits<float>::infinity();
  if (line.empty()) return;
  importance.front() = importance.back() = always;
  std::vector<Range> todo{{0, static_cast<uint32_t>(line.size() - 1), always}};
  while (!todo.empty()) {
    const auto [lo, hi, cap] = todo.back();
    todo.pop_back();
    if (hi - lo < 2) continue;
    const auto [at, d2] = farthest(line, lo, hi);
    importance[at] = std::min(cap, static_cast<float>(std::sqrt(d2)));
    todo.push_back({lo, at, importance[at]});
    todo.push_back({at, hi, importance[at]});
  }
}

std::shared_ptr<const Boundaries> Boundaries::make(const Shapes& polygons, Progress* progress) {
  auto made = std::make_shared<Boundaries>();
  Boundaries& b = *made;
  const auto goOn = [&](double fraction) { return !progress || progress->keepGoing(fraction); };

  VertexNumbers numbers(polygons.vertices.size());
  std::vector<uint32_t> id;  // per ring vertex, repeats removed
  std::vector<uint32_t> ringEnd;
  id.reserve(polygons.vertices.size()), ringEnd.reserve(polygons.parts());
  std::vector<uint32_t> ring;
  for (size_t p = 0; p < polygons.parts(); ++p) {
    if (p % 1024 == 0 && !goOn(0.4 * p / polygons.parts())) return nullptr;
    numbers.startRing(), ring.clear();
    const auto part = polygons.part(p);
    for (const Point& v : part) ring.push_back(numbers.number(&v, part.data() + part.size()));
    withoutRepeats(ring);
    if (ring.size() >= 3) id.insert(id.end(), ring.begin(), ring.end());
    ringEnd.push_back(static_cast<uint32_t>(id.size()));
  }
  const std::vector<Point>& places = numbers.places();

  // A vertex with other than two distinct neighbours is a node: borders meet or end there.
  std::vector<std::array<uint32_t, 2>> beside(places.size(), {none, none});
  std::vector<uint8_t> node(places.size(), 0);
  for (size_t p = 0, first = 0; p < ringEnd.size(); first = ringEnd[p++]) {
    if (p % 4096 == 0 && !goOn(0.4 + 0.1 * static_cast<double>(p) / static_cast<double>(ringEnd.size())))
      return nullptr;
    for (size_t i = first; i < ringEnd[p]; ++i) {
      const uint32_t before = id[i == first ? ringEnd[p] - 1 : i - 1],
                     after = id[i + 1 == ringEnd[p] ? first : i + 1];
      auto& known = beside[id[i]];
      if (known[0] == none) known = {before, after}, node[id[i]] = before == after;
      else if (!((known[0] == before && known[1] == after) || (known[0] == after && known[1] == before)))
        node[id[i]] = 1;
    }
  }
  if (!goOn(0.5)) return nullptr;

  EdgeTable known;  // first edge of each arc from either end
  b.vertices_.reserve(places.size() + places.size() / 64);
  size_t part = 0;
  for (size_t row = 0, first = 0; row < polygons.rows(); ++row) {
    uint32_t largest = noRow;
    double most = -1;
    for (; part < polygons.rowStart[row + 1]; first = ringEnd[part++]) {
      if (part % 1024 == 0 && !goOn(0.5 + 0.4 * part / polygons.parts())) return nullptr;
      const uint32_t* v = id.data() + first;
      const size_t n = ringEnd[part] - first;
      // Where to begin: at a node; a ring without one at its lowest number, which its neighbour's hole
      // shares.
      size_t begin = 0;
      while (begin < n && !node[v[begin]]) ++begin;
      const bool free = begin == n;
      if (free) begin = static_cast<size_t>(std::min_element(v, v + n) - v);
      const auto at = [&](size_t i) { return v[i < n ? i : i - n]; };
      for (size_t i = 0; n && i < n;) {
        size_t j = i + 1;
        while (j < n && (free || !node[at((begin + j) % n)])) ++j;
        const uint32_t from = at((begin + i) % n), second = at((begin + i + 1) % n);
        const uint32_t to = at((begin + j) % n), lastButOne = at((begin + j - 1) % n);
        uint32_t arc = known.find(from, second);
        if (arc == none) {
          arc = static_cast<uint32_t>(b.arcs_.size()) * 2;
          known.add(from, second, arc), known.add(to, lastButOne, arc + 1);
          b.arcs_.push_back({static_cast<uint32_t>(b.vertices_.size()), static_cast<uint32_t>(j - i + 1)});
          for (size_t k = i; k <= j; ++k) b.vertices_.push_back(places[at((begin + k) % n)]);
        }
        uint32_t& side = arc & 1 ? b.arcs_[arc / 2].right : b.arcs_[arc / 2].left;
        if (side == noRow) side = static_cast<uint32_t>(row);
        b.ringArcs_.push_back(arc);
        i = j;
      }
      b.ringStart_.push_back(static_cast<uint32_t>(b.ringArcs_.size()));
      b.ringIsHole_.push_back(polygons.hole.empty() ? 0 : polygons.hole[part]);
      const double area = b.ringIsHole_.back() ? -1 : std::abs(ringArea(polygons.part(part)));
      if (n && area > most) most = area, largest = static_cast<uint32_t>(part);
    }
    b.rowRings_.push_back(static_cast<uint32_t>(part));
    b.largestRing_.push_back(largest);
  }
  if (!goOn(0.9)) return nullptr;

  b.importance_.resize(b.vertices_.size());
  for (const Arc& arc : b.arcs_)
    lineImportance(b.arcVertices(arc), {b.importance_.data() + arc.firstVertex, arc.vertexCount});
  return made;
}

Boundaries::Lines Boundaries::simplified(double tolerance) const {
  Lines lines;
  lines.start.reserve(arcs_.size() + 1);
  lines.start.push_back(0);
  for (const Arc& arc : arcs_) {
    for (uint32_t v = arc.firstVertex; v < arc.firstVertex + arc.vertexCount; ++v)
      if (tolerance <= 0 || importance_[v] > tolerance) lines.points.push_back(vertices_[v]);
    lines.start.push_back(static_cast<uint32_t>(lines.points.size()));
  }
  return lines;
}

void Boundaries::appendRing(uint32_t ring, double tolerance, std::vector<Point>& out) const {
  for (const uint32_t reference : arcsOfRing(ring)) {
    const Arc& arc = arcs_[reference / 2];
    const bool back = reference & 1;
    for (uint32_t i = 0; i + 1 < arc.vertexCount; ++i) {  // the last vertex is the next arc's first
      const uint32_t v = arc.firstVertex + (back ? arc.vertexCount - 1 - i : i);
      if (tolerance <= 0 || importance_[v] > tolerance) out.push_back(vertices_[v]);
    }
  }
}

std::array<Point, 3> Boundaries::triangleOf(uint32_t ring) const {
  std::vector<Point> all;
  appendRing(ring, 0, all);
  if (all.empty()) return {};
  size_t far = 0, off = 0;
  for (size_t i = 1; i < all.size(); ++i)
    if (squaredDistance(all[i], all[0]) > squaredDistance(all[far], all[0])) far = i;
  const double ex = all[far].x - all[0].x, ey = all[far].y - all[0].y;
  double most = -1;
  for (size_t i = 0; i < all.size(); ++i) {
    const double d = std::abs((all[i].x - all[0].x) * ey - (all[i].y - all[0].y) * ex);
    if (d > most) most = d, off = i;
  }
  std::array<Point, 3> triangle{all[0], all[far], all[off]};
  if (ringArea(triangle) < 0) std::swap(triangle[1], triangle[2]);
  return triangle;
}

Shapes Boundaries::polygons(const Lines& lines) const {
  Shapes shapes;
  shapes.kind = ShapeKind::polygon;
  std::vector<Point> ring;
  for (size_t row = 0; row < rows(); ++row) {
    bool outerKept = false;
    for (uint32_t r = rowRings_[row]; r < rowRings_[row + 1]; ++r) {
      const bool hole = isHole(r);
      ring.clear();
      for (const uint32_t reference : arcsOfRing(r)) {
        const auto line = lines.line(reference / 2);
        if (reference & 1) ring.insert(ring.end(), line.rbegin(), line.rend() - 1);
        else ring.insert(ring.end(), line.begin(), line.end() - 1);
      }
      const double area = ringArea(ring);
      if (area == 0) {
        if (r != largestRing_[row]) {
          if (!hole) outerKept = false;
          continue;
        }
        const auto triangle = triangleOf(r);  // the row stays in the picture
        ring.assign(triangle.begin(), triangle.end());
      } else if ((area < 0) != hole) {
        std::reverse(ring.begin(), ring.end());
      }
      if (hole && !outerKept) continue;
      if (!hole) outerKept = area != 0;  // a triangle that stands for a ring has no room for holes
      shapes.vertices.insert(shapes.vertices.end(), ring.begin(), ring.end());
      shapes.endPart(hole);
    }
    shapes.endRow();
  }
  return shapes;
}

}  // namespace geo
