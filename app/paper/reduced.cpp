#include "app/paper/reduced.h"

#include <cmath>
#include <thread>

namespace paper {

using geo::Point;
using scene::Vec;

Bounds boundsOf(std::span<const Vec> points) {
  Bounds b;
  for (Vec p : points) b.add(p);
  return b;
}

namespace {

// Nearest whole number, ties to even: what rint() does, without the call.
double rounded(double v) {
  constexpr double shift = 6755399441055744.0;  // 1.5 · 2⁵²
  return std::abs(v) < 1e15 ? (v + shift) - shift : v;
}

// Drops repeats and points on a straight run, exactly, on the grid: a decision on neighbours alone that comes
// out the same in both directions.
void pushThinned(std::vector<Point>& out, size_t first, Point p) {
  if (out.size() > first && out.back() == p) return;
  if (out.size() >= first + 2) {
    const Point a = out[out.size() - 2], b = out.back();
    const double ux = b.x - a.x, uy = b.y - a.y, vx = p.x - b.x, vy = p.y - b.y;
    if (ux * vy - uy * vx == 0 && ux * vx + uy * vy > 0) {
      out.back() = p;
      return;
    }
  }
  out.push_back(p);
}

void closeThinned(std::vector<Point>& ring) {
  while (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
  const auto straight = [](Point a, Point b, Point c) {
    const double ux = b.x - a.x, uy = b.y - a.y, vx = c.x - b.x, vy = c.y - b.y;
    return ux * vy - uy * vx == 0 && ux * vx + uy * vy > 0;
  };
  if (ring.size() > 3 && straight(ring[ring.size() - 2], ring.back(), ring[0])) ring.pop_back();
  if (ring.size() > 3 && straight(ring.back(), ring[0], ring[1])) ring.erase(ring.begin());
}

// Sutherland–Hodgman against one side; inside(p) > 0.
template <class Inside>
void clipSide(std::vector<Point>& ring, std::vector<Point>& scratch, Inside inside) {
  scratch.clear();
  for (size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i], b = ring[(i + 1) % ring.size()];
    const double da = inside(a), db = inside(b);
    if (da >= 0) scratch.push_back(a);
    if ((da > 0 && db < 0) || (da < 0 && db > 0)) {
      const double t = da / (da - db);
      scratch.push_back({a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t});
    }
  }
  ring.swap(scratch);
}

void clipRing(std::vector<Point>& ring, std::vector<Point>& scratch, const geo::Box& keep) {
  clipSide(ring, scratch, [&](Point p) { return p.x - keep.minX; });
  clipSide(ring, scratch, [&](Point p) { return keep.maxX - p.x; });
  clipSide(ring, scratch, [&](Point p) { return p.y - keep.minY; });
  clipSide(ring, scratch, [&](Point p) { return keep.maxY - p.y; });
}

// Liang–Barsky: the part of a segment inside the box, as two parameters; false when none.
bool clipSegment(Point a, Point b, const geo::Box& keep, double& t0, double& t1) {
  t0 = 0, t1 = 1;
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double p[4] = {-dx, dx, -dy, dy};
  const double q[4] = {a.x - keep.minX, keep.maxX - a.x, a.y - keep.minY, keep.maxY - a.y};
  for (int i = 0; i < 4; ++i) {
    if (p[i] == 0) {
      if (q[i] < 0) return false;
      continue;
    }
    const double t = q[i] / p[i];
    if (p[i] < 0) t0 = std::max(t0, t);
    else t1 = std::min(t1, t);
  }
  return t0 < t1;
}

Vec narrowed(Point p) { return {static_cast<float>(p.x), static_cast<float>(p.y)}; }

bool within(const geo::Box& outer, const geo::Box& inner) {
  return inner.minX >= outer.minX && inner.maxX <= outer.maxX && inner.minY >= outer.minY &&
         inner.maxY <= outer.maxY;
}

void appendLine(Parts& out, std::span<const Point> line, bool closed, const geo::Box& keep) {
  geo::Box box;
  for (Point p : line) box.add(p);
  if (line.size() < 2 || !box.intersects(keep)) return;
  if (within(keep, box)) {
    for (Point p : line) out.points.push_back(narrowed(p));
    out.end(closed);
    return;
  }
  const auto endPiece = [&] {
    if (out.points.size() > out.start.back()) out.end(false);
  };
  const size_t segments = closed ? line.size() : line.size() - 1;
  for (size_t i = 0; i < segments; ++i) {
    const Point a = line[i], b = line[(i + 1) % line.size()];
    double t0, t1;
    if (!clipSegment(a, b, keep, t0, t1)) {
      endPiece();
      continue;
    }
    const auto at = [&](double t) { return Point{a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t}; };
    if (t0 > 0) endPiece();
    if (out.points.size() == out.start.back()) out.points.push_back(narrowed(t0 > 0 ? at(t0) : a));
    out.points.push_back(narrowed(t1 < 1 ? at(t1) : b));
    if (t1 < 1) endPiece();
  }
  endPiece();
}

}  // namespace

struct Reducer::View {
  double scale, offsetX, offsetY;  // target = offset ± scale · world, y down
  double grid;
  geo::Box keep;   // target units
  geo::Box world;  // the same in world metres

  Point exact(Point p) const { return {offsetX + p.x * scale, offsetY - p.y * scale}; }
  Point snapped(Point p) const {
    const Point e = exact(p);
    return {rounded(e.x / grid) * grid, rounded(e.y / grid) * grid};
  }
  Point snapped(Point p, double inverseGrid) const {
    const Point e = exact(p);
    return {rounded(e.x * inverseGrid), rounded(e.y * inverseGrid)};
  }

  void addPolygons(const geo::Shapes& shapes, size_t firstRow, size_t lastRow, Polygons& out) const;
};

Reducer::Reducer(const scene::Drawing& drawing, Resolution resolution)
    : drawing_(drawing), resolution_(resolution) {}

Reducer::View Reducer::view(int camera) const {
  const scene::Camera& c = drawing_.cameras.at(camera);
  const double k = resolution_.unitsPerCanvas;
  View v;
  v.scale = k / c.metresPerUnit;
  v.offsetX = (c.frame.x + c.frame.w / 2.0) * k - c.centre.x * v.scale;
  v.offsetY = (c.frame.y + c.frame.h / 2.0) * k + c.centre.y * v.scale;
  v.grid = resolution_.grid;
  v.keep = geo::Box{c.frame.x * k, c.frame.y * k, c.frame.right() * k, c.frame.bottom() * k}.grown(
      resolution_.margin);
  v.world = c.world().grown(resolution_.margin / v.scale);
  return v;
}

void Reducer::View::addPolygons(const geo::Shapes& shapes, size_t firstRow, size_t lastRow,
                                Polygons& out) const {
  std::vector<Point> ring, scratch;
  const double inverse = 1 / grid;
  const geo::Box keepGrid{keep.minX * inverse, keep.minY * inverse, keep.maxX * inverse, keep.maxY * inverse};
  for (size_t row = firstRow; row < lastRow; ++row) {
    Bounds bounds;
    const size_t before = out.size();
    for (int attempt = 0; attempt < 2 && out.size() == before; ++attempt) {
      bool anyInside = false;
      for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p) {
        geo::Box box;
        ring.clear();
        for (Point q : shapes.part(p)) {
          // A row that is lost on the grid (dust) keeps its true, tiny shape: much dust still tints the
          // picture.
          const Point s =
              attempt == 0 ? snapped(q, inverse) : Point{exact(q).x * inverse, exact(q).y * inverse};
          box.add(s);
          pushThinned(ring, 0, s);
        }
        if (!box.intersects(keepGrid)) continue;
        anyInside = true;
        closeThinned(ring);
        if (!within(keepGrid, box)) clipRing(ring, scratch, keepGrid);
        if (ring.size() < 3) continue;
        for (Point q : ring) {
          const Vec v = narrowed({q.x * grid, q.y * grid});
          out.points.push_back(v), bounds.add(v);
        }
        out.end(true);
      }
      if (!anyInside) break;
    }
    out.rowStart.push_back(static_cast<uint32_t>(out.size()));
    out.box.push_back(bounds);
  }
}

std::shared_ptr<const Polygons> Reducer::polygons(const scene::MapShapePtr& shape, int camera) {
  auto& made = polygons_[{shape.get(), camera}];
  if (made) return made;
  View v = view(camera);
  geo::Shapes simplified;
  const geo::Shapes* shapes = &shape->layer->shapes;
  if (shape->boundaries) {
    simplified = shape->boundaries->polygons(lines(*shape->boundaries, camera));
    shapes = &simplified;
    v.grid /= 8;  // already simplified: only kept exact in single precision
  }
  const size_t rows = shapes->rows();
  const size_t threads =
      shapes->vertices.size() < 50'000 ? 1 : std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
  std::vector<Polygons> pieces(threads);
  {
    std::vector<std::jthread> workers;
    size_t first = 0;
    for (size_t t = 0; t < threads; ++t) {
      // Equal shares of the vertices, not of the rows.
      size_t last = t + 1 == threads ? rows : first;
      const size_t share = shapes->vertices.size() / threads * (t + 1);
      while (last < rows && shapes->partStart[shapes->rowStart[last + 1]] <= share) ++last;
      const auto work = [&v, shapes, first, last, &piece = pieces[t]] {
        v.addPolygons(*shapes, first, last, piece);
      };
      if (t + 1 == threads) work();
      else workers.emplace_back(work);
      first = last;
    }
  }
  auto whole = std::make_shared<Polygons>(std::move(pieces[0]));
  for (size_t t = 1; t < threads; ++t) {
    const Polygons& piece = pieces[t];
    const auto points = static_cast<uint32_t>(whole->points.size()),
               parts = static_cast<uint32_t>(whole->size());
    whole->points.insert(whole->points.end(), piece.points.begin(), piece.points.end());
    for (size_t p = 1; p < piece.start.size(); ++p) whole->start.push_back(points + piece.start[p]);
    whole->closed.insert(whole->closed.end(), piece.closed.begin(), piece.closed.end());
    for (size_t r = 1; r < piece.rowStart.size(); ++r) whole->rowStart.push_back(parts + piece.rowStart[r]);
    whole->box.insert(whole->box.end(), piece.box.begin(), piece.box.end());
  }
  made = whole;
  return made;
}

const geo::Boundaries::Lines& Reducer::lines(const geo::Boundaries& boundaries, int camera) {
  const auto key = std::make_pair(static_cast<const void*>(&boundaries), camera);
  auto found = lines_.find(key);
  if (found == lines_.end())
    found = lines_.emplace(key, boundaries.simplified(resolution_.grid / view(camera).scale)).first;
  return found->second;
}

std::shared_ptr<const Parts> Reducer::borders(const scene::Borders& borders) {
  using Which = scene::Borders::Which;
  auto out = std::make_shared<Parts>();
  const bool ringsDo =
      borders.which == Which::row ||
      (borders.which == Which::all && borders.pen.dash.empty() && !borders.shape->boundaries);
  if (ringsDo) {
    const auto polygons = this->polygons(borders.shape, borders.camera);
    if (borders.which == Which::all) return polygons;
    if (borders.row >= polygons->rows()) return out;
    for (uint32_t p = polygons->rowStart[borders.row]; p < polygons->rowStart[borders.row + 1]; ++p) {
      const auto ring = polygons->part(p);
      out->points.insert(out->points.end(), ring.begin(), ring.end());
      out->end(true);
    }
    return out;
  }
  // Who borders on whom is not in the rings: it takes the arcs.
  auto boundaries = borders.shape->boundaries;
  if (!boundaries) {
    auto& made = made_[borders.shape.get()];
    if (!made) made = geo::Boundaries::make(borders.shape->layer->shapes);
    boundaries = made;
  }
  View v = view(borders.camera);
  v.grid /= 8;
  const auto& lines = this->lines(*boundaries, borders.camera);
  std::vector<Point> line;
  for (size_t a = 0; a < boundaries->arcs().size(); ++a) {
    const bool outer = boundaries->arcs()[a].outer();
    if ((borders.which == Which::inner && outer) || (borders.which == Which::outer && !outer)) continue;
    line.clear();
    for (Point p : lines.line(a)) pushThinned(line, 0, v.snapped(p));
    const bool closed = line.size() > 2 && line.front() == line.back();
    if (closed) line.pop_back();
    appendLine(*out, line, closed, v.keep);
  }
  return out;
}

std::shared_ptr<const Parts> Reducer::courses(const scene::MapShapePtr& shape, int camera) {
  auto out = std::make_shared<Parts>();
  const View v = view(camera);
  const geo::Shapes& shapes = shape->layer->shapes;
  std::vector<Point> line;
  for (size_t p = 0; p < shapes.parts(); ++p) {
    line.clear();
    for (Point q : shapes.part(p)) pushThinned(line, 0, v.snapped(q));
    appendLine(*out, line, shapes.kind == geo::ShapeKind::polygon && line.size() > 2, v.keep);
  }
  return out;
}

}  // namespace paper
