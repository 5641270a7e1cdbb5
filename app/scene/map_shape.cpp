#include "app/scene/map_shape.h"

#include "geo/measure.h"

namespace scene {
namespace {

using geo::Point;

// The largest ring with at most this many vertices: anchors need no more.
geo::Shapes thinned(std::span<const Point> ring, size_t most) {
  geo::Shapes s;
  s.kind = geo::ShapeKind::polygon;
  const size_t step = std::max<size_t>(1, ring.size() / most);
  for (size_t i = 0; i < ring.size(); i += step) s.vertices.push_back(ring[i]);
  s.endPart();
  s.endRow();
  return s;
}

Point ringCentroid(std::span<const Point> ring) {
  double a = 0, x = 0, y = 0;
  const Point o = ring[0];
  for (size_t i = 0; i < ring.size(); ++i) {
    const Point p{ring[i].x - o.x, ring[i].y - o.y};
    const Point n = ring[(i + 1) % ring.size()];
    const Point q{n.x - o.x, n.y - o.y};
    const double w = p.x * q.y - q.x * p.y;
    a += w, x += (p.x + q.x) * w, y += (p.y + q.y) * w;
  }
  return a == 0 ? o : Point{o.x + x / (3 * a), o.y + y / (3 * a)};
}

Point polygonAnchor(const geo::Shapes& shapes, size_t row) {
  size_t best = shapes.rowStart[row];
  double bestArea = -1;
  for (size_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p) {
    const double area = geo::ringArea(shapes.part(p));
    if (area > bestArea) bestArea = area, best = p;
  }
  const auto ring = shapes.part(best);
  const Point c = ringCentroid(ring);
  const geo::Shapes outline = thinned(ring, 400);
  if (geo::contains(outline, 0, c)) return c;
  const geo::Box b = outline.box();
  return geo::poleOfInaccessibility(outline, 0, std::max(b.width(), b.height()) / 50);
}

Point lineAnchor(std::span<const Point> line) {
  double length = 0;
  for (size_t i = 1; i < line.size(); ++i)
    length += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  double left = length / 2;
  for (size_t i = 1; i < line.size(); ++i) {
    const double d = std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
    if (left <= d && d > 0) {
      const double t = left / d;
      return {line[i - 1].x + t * (line[i].x - line[i - 1].x),
              line[i - 1].y + t * (line[i].y - line[i - 1].y)};
    }
    left -= d;
  }
  return line[0];
}

bool insideAny(const geo::Shapes& polygons, const std::vector<geo::Box>& boxes, Point p) {
  for (size_t r = 0; r < polygons.rows(); ++r)
    if (boxes[r].contains(p) && geo::contains(polygons, r, p)) return true;
  return false;
}

}  // namespace

std::vector<Point> labelAnchors(const geo::Shapes& shapes, geo::Progress* progress) {
  std::vector<Point> anchors(shapes.rows(), Point{geo::missing, geo::missing});
  for (size_t r = 0; r < shapes.rows(); ++r) {
    if (progress && r % 4096 == 0 && progress->cancelled()) break;
    if (!shapes.has(r)) continue;
    const auto first = shapes.part(shapes.rowStart[r]);
    if (shapes.kind == geo::ShapeKind::polygon) anchors[r] = polygonAnchor(shapes, r);
    else if (shapes.kind == geo::ShapeKind::line) anchors[r] = lineAnchor(first);
    else anchors[r] = first[0];
  }
  return anchors;
}

std::vector<RowRun> rowRuns(const geo::Shapes& polygons) {
  constexpr uint32_t enough = 4096;  // vertices
  std::vector<RowRun> runs;
  uint32_t from = 0;
  for (uint32_t row = 0; row < polygons.rows(); ++row) {
    if (!polygons.has(row)) continue;
    const uint32_t first = polygons.partStart[polygons.rowStart[row]];
    if (runs.empty() || first - from >= enough) runs.push_back({{}, row, row}), from = first;
    runs.back().end = row + 1;
    runs.back().box.add(polygons.box(row));
  }
  return runs;
}

double typicalWidth(const geo::Shapes& polygons) {
  std::vector<double> some;
  const size_t step = 1 + polygons.rows() / 2000;
  for (size_t row = 0; row < polygons.rows(); row += step)
    if (polygons.has(row)) {
      const geo::Box b = polygons.box(row);
      some.push_back(std::sqrt(b.width() * b.height()));
    }
  if (some.empty()) return 0;
  const auto middle = some.begin() + static_cast<ptrdiff_t>(some.size() / 2);
  std::nth_element(some.begin(), middle, some.end());
  return *middle;
}

geo::LayerPtr cutLines(const geo::Layer& lines, const geo::Shapes& polygons, bool inside) {
  std::vector<geo::Box> boxes;
  for (size_t r = 0; r < polygons.rows(); ++r) boxes.push_back(polygons.box(r));
  auto cut = std::make_shared<geo::Layer>(lines);
  cut->shapes = {};
  auto& out = cut->shapes;
  out.kind = geo::ShapeKind::line;
  const auto& in = lines.shapes;
  for (size_t r = 0; r < in.rows(); ++r) {
    for (size_t p = in.rowStart[r]; p < in.rowStart[r + 1]; ++p) {
      const auto line = in.part(p);
      size_t open = 0;  // vertices of the piece under way
      const auto put = [&](Point q) { out.vertices.push_back(q), ++open; };
      const auto finish = [&] {
        if (open >= 2) out.endPart();
        else out.vertices.resize(out.vertices.size() - open);
        open = 0;
      };
      bool was = insideAny(polygons, boxes, line[0]);
      if (was == inside) put(line[0]);
      for (size_t i = 1; i < line.size(); ++i) {
        const bool is = insideAny(polygons, boxes, line[i]);
        if (is != was) {  // the crossing, by bisection to a 4096th of the segment
          Point a = line[i - 1], b = line[i];
          for (int k = 0; k < 12; ++k) {
            const Point m{(a.x + b.x) / 2, (a.y + b.y) / 2};
            (insideAny(polygons, boxes, m) == was ? a : b) = m;
          }
          put(b);
          if (was == inside) finish();
        }
        if (is == inside) put(line[i]);
        was = is;
      }
      finish();
    }
    out.endRow();
  }
  cut->bounds = out.box();
  return cut;
}

}  // namespace scene
