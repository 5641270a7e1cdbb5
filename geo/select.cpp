#include "geo/select.h"

#include "geo/detail/crossing.h"
#include "geo/measure.h"

namespace geo {
namespace {

// Side of c as seen along a–b: 0 on it.
int side(Point a, Point b, Point c) {
  const double cross = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  return (cross > 0) - (cross < 0);
}

Box boxOf(Point a, Point b) {
  Box box;
  box.add(a), box.add(b);
  return box;
}

bool meet(Point a, Point b, Point c, Point d) {
  return boxOf(a, b).intersects(boxOf(c, d)) && side(a, b, c) * side(a, b, d) <= 0 &&
         side(c, d, a) * side(c, d, b) <= 0;
}

class Outline {
 public:
  explicit Outline(std::span<const Point> ring) : ring_(polygon(ring)), locator_(ring_), box_(ring_.box()) {}

  const Box& box() const { return box_; }
  bool holds(Point p) const { return locator_.first(p) != detail::noRow; }
  bool touches(std::span<const Point> line) const {
    for (Point p : line)
      if (holds(p)) return true;
    for (size_t i = 1; i < line.size(); ++i) {
      if (!boxOf(line[i - 1], line[i]).intersects(box_)) continue;
      const auto ring = ring_.part(0);
      for (size_t k = 0, j = ring.size() - 1; k < ring.size(); j = k++)
        if (meet(line[i - 1], line[i], ring[j], ring[k])) return true;
    }
    return false;
  }

 private:
  static Shapes polygon(std::span<const Point> ring) {
    Shapes s;
    s.kind = ShapeKind::polygon;
    for (Point p : ring)
      if (std::isfinite(p.x) && std::isfinite(p.y)) s.vertices.push_back(p);
    s.endPart();
    s.endRow();
    return s;
  }
  Shapes ring_;
  detail::Locator locator_;
  Box box_;
};

// Inside the polygon, whatever its form.
Point placeOf(const Shapes& shapes, uint32_t row) {
  const Point c = centroid(shapes, row);
  if (contains(shapes, row, c)) return c;
  const Box box = shapes.box(row);
  return poleOfInaccessibility(shapes, row, 1e-3 * std::max(box.width(), box.height()));
}

bool inside(const Shapes& shapes, uint32_t row, const Outline& outline) {
  if (shapes.kind == ShapeKind::polygon) return outline.holds(placeOf(shapes, row));
  for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p)
    if (outline.touches(shapes.part(p))) return true;
  return false;
}

}  // namespace

std::vector<uint32_t> rowsInside(const Shapes& shapes, std::span<const Point> ring,
                                 const SpatialIndex* index) {
  std::vector<uint32_t> rows;
  if (ring.size() < 3) return rows;
  const Outline outline(ring);
  if (outline.box().empty()) return rows;
  if (index) {
    rows = index->within(outline.box());
    std::erase_if(rows, [&](uint32_t row) { return !inside(shapes, row, outline); });
    return rows;
  }
  for (uint32_t row = 0; row < shapes.rows(); ++row)
    if (shapes.has(row) && shapes.box(row).intersects(outline.box()) && inside(shapes, row, outline))
      rows.push_back(row);
  return rows;
}

}  // namespace geo
