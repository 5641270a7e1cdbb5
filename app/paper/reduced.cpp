#include "app/paper/reduced.h"

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <optional>
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

bool before(Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; }

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

// Three vertices that stand for a ring: its first, the farthest from that, and the farthest from both.
std::array<Point, 3> cornersOf(std::span<const Point> ring) {
  const auto farthest = [&](auto distance) {
    return *std::max_element(ring.begin(), ring.end(),
                             [&](Point a, Point b) { return distance(a) < distance(b); });
  };
  const Point a = ring[0], b = farthest([&](Point p) { return std::hypot(p.x - a.x, p.y - a.y); });
  return {a, b,
          farthest([&](Point p) { return std::abs((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)); })};
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

// The arithmetic takes the ends in a fixed order and ties go to the smaller point, so a border comes out the
// same from both of its sides.
std::span<const uint8_t> LineSimplifier::kept(std::span<const Point> chain, double tolerance) {
  kept_.assign(chain.size(), 0);
  if (chain.empty()) return kept_;
  kept_.front() = kept_.back() = 1;
  auto& stack = stack_;
  stack.assign(1, {0, static_cast<uint32_t>(chain.size() - 1)});
  const double tolerance2 = tolerance * tolerance;
  while (!stack.empty()) {
    const auto [first, last] = stack.back();
    stack.pop_back();
    if (last - first < 2) continue;
    Point a = chain[first], b = chain[last];
    if (before(b, a)) std::swap(a, b);
    const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy, inverse2 = 1 / length2;
    double farthest = tolerance2;
    uint32_t split = 0;
    for (uint32_t i = first + 1; i < last; ++i) {
      const double px = chain[i].x - a.x, py = chain[i].y - a.y, along = px * dx + py * dy;
      double distance2;
      if (along <= 0) {
        distance2 = px * px + py * py;
      } else if (along >= length2) {
        const double qx = px - dx, qy = py - dy;
        distance2 = qx * qx + qy * qy;
      } else {
        const double cross = px * dy - py * dx;
        distance2 = cross * cross * inverse2;
      }
      if (distance2 > farthest || (split && distance2 == farthest && before(chain[i], chain[split])))
        farthest = distance2, split = i;
    }
    if (!split) continue;
    kept_[split] = 1;
    stack.push_back({first, split}), stack.push_back({split, last});
  }
  return kept_;
}

namespace {

struct Cell {
  int32_t x = 0, y = 0;
  bool operator==(const Cell&) const = default;
};

// Rings on the grid, without repeats.
struct Snapped {
  std::vector<Cell> cells;
  std::vector<uint32_t> start{0};
  std::span<const Cell> of(size_t part) const {
    return {cells.data() + start[part], start[part + 1] - start[part]};
  }
};

geo::Box cellBox(std::span<const Cell> cells) {
  geo::Box box;
  for (Cell c : cells) box.add(Point{static_cast<double>(c.x), static_cast<double>(c.y)});
  return box;
}

// How many rings come through a place on the grid: 0 to 3, two bits each. Places are told apart by a hash
// alone: two that share a count only keep a vertex more.
class Visits {
 public:
  explicit Visits(size_t vertices)
      : places_(std::bit_ceil(std::max<size_t>(vertices * 8, 4096))), counts_(places_ / 4) {}
  void add(Cell c) {
    const uint64_t place = placeOf(c);
    std::atomic_ref<uint8_t> four(counts_[place / 4]);
    const int shift = static_cast<int>(place % 4) * 2;
    uint8_t old = four.load(std::memory_order_relaxed);
    while ((old >> shift & 3) < 3 &&
           !four.compare_exchange_weak(old, static_cast<uint8_t>(old + (1 << shift)),
                                       std::memory_order_relaxed)) {
    }
  }
  int operator()(Cell c) const {
    const uint64_t place = placeOf(c);
    return counts_[place / 4] >> place % 4 * 2 & 3;
  }

 private:
  uint64_t placeOf(Cell c) const {
    uint64_t h = (static_cast<uint64_t>(static_cast<uint32_t>(c.x)) << 32 | static_cast<uint32_t>(c.y)) *
                 0x9E3779B97F4A7C15ull;
    h = (h ^ h >> 32) * 0xBF58476D1CE4E5B9ull;
    return h >> (64 - std::countr_zero(places_));
  }
  uint64_t places_;
  std::vector<uint8_t> counts_;
};

}  // namespace

struct Reducer::View {
  double scale, offsetX, offsetY;  // target = offset ± scale · world, y down
  double grid;
  double tolerance;  // of rings, in cells of the grid
  bool keepsRings;
  geo::Box keep;   // target units
  geo::Box world;  // the same in world metres

  Point exact(Point p) const { return {offsetX + p.x * scale, offsetY - p.y * scale}; }
  Point snapped(Point p) const {
    const Point e = exact(p);
    return {rounded(e.x / grid) * grid, rounded(e.y / grid) * grid};
  }
  // Far beyond any picture the numbers end; what is there is cut away later.
  Cell cell(Point p, double inverseGrid) const {
    const Point e = exact(p);
    // Adding 1.5 · 2⁵² leaves the rounded number in the low bits.
    const auto whole = [](double v) {
      return static_cast<int32_t>(std::bit_cast<uint64_t>(std::clamp(v, -1e9, 1e9) + 6755399441055744.0));
    };
    return {whole(e.x * inverseGrid), whole(e.y * inverseGrid)};
  }

  void snapRows(const geo::Shapes& shapes, size_t firstRow, size_t lastRow, Snapped& out,
                Visits* visits) const;
  void addRows(const geo::Shapes& shapes, size_t firstRow, size_t lastRow, const Snapped& snapped,
               const Visits* visits, Polygons& out) const;
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
  v.tolerance = 1.2 * tolerance() / resolution_.grid;
  v.keepsRings = resolution_.tolerance > 0;
  v.keep = geo::Box{c.frame.x * k, c.frame.y * k, c.frame.right() * k, c.frame.bottom() * k}.grown(
      resolution_.margin);
  v.world = c.world().grown(resolution_.margin / v.scale);
  return v;
}

void Reducer::View::snapRows(const geo::Shapes& shapes, size_t firstRow, size_t lastRow, Snapped& out,
                             Visits* visits) const {
  const double inverse = 1 / grid;
  const uint32_t firstPart = shapes.rowStart[firstRow], lastPart = shapes.rowStart[lastRow];
  out.cells.reserve(shapes.partStart[lastPart] - shapes.partStart[firstPart]);
  for (uint32_t p = firstPart; p < lastPart; ++p) {
    const size_t first = out.cells.size();
    for (Point q : shapes.part(p)) {
      const Cell c = cell(q, inverse);
      if (out.cells.size() > first && out.cells.back() == c) continue;
      out.cells.push_back(c);
    }
    while (out.cells.size() > first + 1 && out.cells[first] == out.cells.back()) out.cells.pop_back();
    if (visits)
      for (size_t i = first; i < out.cells.size(); ++i) visits->add(out.cells[i]);
    out.start.push_back(static_cast<uint32_t>(out.cells.size()));
  }
}

void Reducer::View::addRows(const geo::Shapes& shapes, size_t firstRow, size_t lastRow,
                            const Snapped& snapped, const Visits* visits, Polygons& out) const {
  std::vector<Point> ring, scratch;
  LineSimplifier simplifier;
  std::vector<uint32_t> nodes;
  const double inverse = 1 / grid;
  const geo::Box keepGrid{keep.minX * inverse, keep.minY * inverse, keep.maxX * inverse, keep.maxY * inverse};
  Bounds bounds;
  const auto addRing = [&] {
    geo::Box box;
    for (Point p : ring) box.add(p);
    if (!box.intersects(keepGrid)) return;
    if (!within(keepGrid, box)) clipRing(ring, scratch, keepGrid);
    if (ring.size() < 3) return;
    for (Point q : ring) {
      const Vec v = narrowed({q.x * grid, q.y * grid});
      out.points.push_back(v), bounds.add(v);
    }
    out.end(true);
  };
  // A ring is cut where the number of rings that come through changes, or is more than two: there borders
  // meet.
  const auto thinned = [&](std::span<const Cell> from) {
    const size_t n = from.size();
    const auto point = [&](size_t i) {
      return Point{static_cast<double>(from[i].x), static_cast<double>(from[i].y)};
    };
    if (!visits || n < 4) {
      ring.clear();
      for (size_t i = 0; i < n; ++i) ring.push_back(point(i));
      return;
    }
    nodes.clear();
    int previous = (*visits)(from[n - 1]), here = (*visits)(from[0]);
    for (size_t i = 0; i < n; ++i) {
      const int next = (*visits)(from[i + 1 < n ? i + 1 : 0]);
      if (here > 2 || here > previous || here > next) nodes.push_back(static_cast<uint32_t>(i));
      previous = here, here = next;
    }
    if (nodes.empty()) {
      const auto least = [](Cell a, Cell b) { return a.x != b.x ? a.x < b.x : a.y < b.y; };
      nodes.push_back(
          static_cast<uint32_t>(std::min_element(from.begin(), from.end(), least) - from.begin()));
    }
    ring.clear();
    for (size_t k = 0; k < nodes.size(); ++k) {
      const size_t first = nodes[k], last = k + 1 < nodes.size() ? nodes[k + 1] : nodes[0] + n;
      scratch.clear();
      for (size_t i = first; i <= last; ++i) scratch.push_back(point(i < n ? i : i - n));
      const auto kept = simplifier.kept(scratch, tolerance);
      for (size_t i = 0; i + 1 < scratch.size(); ++i)
        if (kept[i]) ring.push_back(scratch[i]);
    }
    if (ring.size() >= 3 || !keepsRings) return;
    scratch.clear();
    for (size_t i = 0; i < n; ++i) scratch.push_back(point(i));
    const auto corners = cornersOf(scratch);
    ring.assign(corners.begin(), corners.end());
  };
  size_t part = 0;
  for (size_t row = firstRow; row < lastRow; ++row) {
    bounds = {};
    const size_t before = out.size();
    bool inSight = false;
    geo::Box whole;
    const size_t firstOfRow = part;
    for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p, ++part)
      whole.add(cellBox(snapped.of(part)));
    // Dust keeps its true shape: on the grid it would vanish or grow, and much of it tints the picture.
    const bool dust = whole.width() <= 4 && whole.height() <= 4;
    for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1] && !dust; ++p) {
      const auto from = snapped.of(firstOfRow + p - shapes.rowStart[row]);
      if (!cellBox(from).intersects(keepGrid)) continue;
      inSight = true;
      thinned(from);
      addRing();
    }
    if (dust ? whole.intersects(keepGrid) : inSight && out.size() == before)
      for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p) {
        const auto from = shapes.part(p);
        const size_t step = from.size() / 24 + 1;
        ring.clear();
        for (size_t i = 0; i < from.size(); i += step)
          ring.push_back({exact(from[i]).x * inverse, exact(from[i]).y * inverse});
        addRing();
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
  std::optional<Visits> visits;
  if (shape->boundaries) {
    simplified = shape->boundaries->polygons(lines(*shape->boundaries, camera));
    shapes = &simplified;
    v.grid /= 8;  // already simplified: only kept exact in single precision
  } else {
    visits.emplace(shapes->vertices.size());
  }
  Visits* const counting = visits ? &*visits : nullptr;
  const size_t rows = shapes->rows();
  const size_t threads =
      shapes->vertices.size() < 50'000 ? 1 : std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 8);
  std::vector<size_t> first(threads + 1, rows);  // equal shares of the vertices, not of the rows
  first[0] = 0;
  for (size_t t = 1; t < threads; ++t) {
    first[t] = first[t - 1];
    const size_t share = shapes->vertices.size() / threads * t;
    while (first[t] < rows && shapes->partStart[shapes->rowStart[first[t] + 1]] <= share) ++first[t];
  }
  const auto onAll = [&](const std::function<void(size_t)>& work) {
    std::vector<std::jthread> workers;
    for (size_t t = 1; t < threads; ++t) workers.emplace_back(work, t);
    work(0);
  };
  std::vector<Snapped> snapped(threads);
  std::vector<Polygons> pieces(threads);
  onAll([&](size_t t) { v.snapRows(*shapes, first[t], first[t + 1], snapped[t], counting); });
  onAll([&](size_t t) { v.addRows(*shapes, first[t], first[t + 1], snapped[t], counting, pieces[t]); });
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
  if (found != lines_.end()) return found->second;
  const double metres = 1 / view(camera).scale;
  auto made = boundaries.simplified(tolerance() * metres);
  if (resolution_.tolerance > 0) {
    geo::Boundaries::Lines whole{{}, {0}};
    for (size_t a = 0; a < boundaries.arcs().size(); ++a) {
      const auto line = made.line(a), all = boundaries.arcVertices(boundaries.arcs()[a]);
      geo::Box box;
      if (line.size() < 4 && all.size() > 3 && all.front() == all.back())
        for (Point p : all) box.add(p);
      if (std::max(box.width(), box.height()) >= resolution_.grid * metres) {
        for (Point p : cornersOf(all)) whole.points.push_back(p);
        whole.points.push_back(all.front());
      } else {
        whole.points.insert(whole.points.end(), line.begin(), line.end());
      }
      whole.start.push_back(static_cast<uint32_t>(whole.points.size()));
    }
    made = std::move(whole);
  }
  return lines_.emplace(key, std::move(made)).first->second;
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
  LineSimplifier simplifier;
  for (size_t p = 0; p < shapes.parts(); ++p) {
    line.clear();
    for (Point q : shapes.part(p)) pushThinned(line, 0, v.snapped(q));
    const bool closed = shapes.kind == geo::ShapeKind::polygon && line.size() > 2;
    if (resolution_.tolerance > 0 && !closed && line.size() > 2) {
      const auto kept = simplifier.kept(line, resolution_.tolerance);
      size_t count = 0;
      for (size_t i = 0; i < line.size(); ++i)
        if (kept[i]) line[count++] = line[i];
      line.resize(count);
    }
    appendLine(*out, line, closed, v.keep);
  }
  return out;
}

}  // namespace paper
