#include "geo/detail/crossing.h"

namespace geo::detail {

Locator::Locator(const Shapes& polygons, size_t firstRow, size_t endRow) {
  if (polygons.kind != ShapeKind::polygon || firstRow >= endRow) return;
  for (size_t row = firstRow; row < endRow; ++row) box_.add(polygons.box(row));
  if (box_.empty()) return;
  // Short slabs hold few edges, but long edges lie in many: about as many slabs as edges.
  const size_t slabs = std::clamp<size_t>(
      (polygons.partStart[polygons.rowStart[endRow]] - polygons.partStart[polygons.rowStart[firstRow]]) / 2,
      1, 1 << 16);
  perSlab_ = box_.height() > 0 ? static_cast<double>(slabs) / box_.height() : 0;
  if (!std::isfinite(perSlab_)) perSlab_ = 0;
  slabStart_.assign(slabs + 1, 0);
  const auto eachEdge = [&](auto&& visit) {
    for (auto row = static_cast<uint32_t>(firstRow); row < endRow; ++row)
      for (uint32_t p = polygons.rowStart[row]; p < polygons.rowStart[row + 1]; ++p) {
        const auto ring = polygons.part(p);
        for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
          if (ring[j].y == ring[i].y) continue;  // no ray crosses it
          const auto [low, high] = std::minmax(ring[j].y, ring[i].y);
          for (size_t s = slabOf(low), last = slabOf(high); s <= last; ++s)
            visit(s, Edge{ring[j], ring[i], row});
        }
      }
  };
  eachEdge([&](size_t s, const Edge&) { ++slabStart_[s + 1]; });
  for (size_t s = 0; s < slabs; ++s) slabStart_[s + 1] += slabStart_[s];
  edges_.resize(slabStart_.back());
  std::vector<uint32_t> next(slabStart_.begin(), slabStart_.end() - 1);
  eachEdge([&](size_t s, const Edge& e) { edges_[next[s]++] = e; });
}

uint32_t Locator::first(Point p) const {
  if (!box_.contains(p)) return noRow;
  const size_t s = slabOf(p.y);
  bool inside = false;
  for (uint32_t e = slabStart_[s], last = slabStart_[s + 1]; e < last; ++e) {
    inside ^= crossesRay(edges_[e].a, edges_[e].b, p);
    if (inside && (e + 1 == last || edges_[e + 1].row != edges_[e].row)) return edges_[e].row;
    if (e + 1 < last && edges_[e + 1].row != edges_[e].row) inside = false;
  }
  return noRow;
}

}  // namespace geo::detail
