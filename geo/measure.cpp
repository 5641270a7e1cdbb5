#include "geo/measure.h"

#include <geodesic.h>

#include <numbers>
#include <queue>

#include "geo/detail/crossing.h"

namespace geo {
namespace {

using detail::crossesRay;

constexpr double semiMajor = 6378137.0;
// WGS 84; that of CGCS2000 differs by 1e-11, a tenth of a millimetre in the polar radius.
constexpr double flattening = 1 / 298.257223563;
constexpr double eccentricity2 = flattening * (2 - flattening);
constexpr double longestEdgeMetres = 1000;
constexpr double radiansPerDegree = std::numbers::pi / 180;

const geod_geodesic& ellipsoid() {
  static const geod_geodesic g = [] {
    geod_geodesic made;
    geod_init(&made, semiMajor, flattening);
    return made;
  }();
  return g;
}

// Four-point Gauss–Legendre on [0, 1]: edges are cut so short that its error is below that of a double.
constexpr std::array<std::pair<double, double>, 4> gauss{{{0.06943184420297371, 0.17392742256872693},
                                                          {0.33000947820757187, 0.32607257743127307},
                                                          {0.66999052179242813, 0.32607257743127307},
                                                          {0.93056815579702629, 0.17392742256872693}}};

template <class F>
double integral(Point a, Point b, F&& f) {
  const int pieces = std::max(1, static_cast<int>(std::ceil(std::abs(b.y - a.y) / 2)));
  double sum = 0;
  for (int i = 0; i < pieces; ++i)
    for (auto [t, weight] : gauss) sum += weight * f(a.y + (b.y - a.y) * ((i + t) / pieces));
  return sum / pieces;
}

// Area between the equator and a parallel, per radian of longitude.
double zoneArea(double latitude) {
  static const double e = std::sqrt(eccentricity2);
  const double s = std::sin(latitude * radiansPerDegree), es = e * s;
  return semiMajor * semiMajor * (1 - eccentricity2) / 2 * (s / (1 - es * es) + std::atanh(es) / e);
}

// Signed area of a ring whose edges are straight in longitude and latitude: ∮ zoneArea dλ, taken from the
// ring's own first parallel so that small rings far from the equator lose no digits.
double straightRingArea(std::span<const Point> ring) {
  if (ring.size() < 3) return 0;
  const double base = zoneArea(ring[0].y);
  double area = 0;
  for (size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i], b = ring[(i + 1) % ring.size()];
    if (a.x != b.x)
      area -= (b.x - a.x) * radiansPerDegree * integral(a, b, [&](double y) { return zoneArea(y) - base; });
  }
  return area;
}

double straightLength(std::span<const Point> line) {
  double length = 0;
  for (size_t i = 1; i < line.size(); ++i) {
    const Point a = line[i - 1], b = line[i];
    const double dx = (b.x - a.x) * radiansPerDegree, dy = (b.y - a.y) * radiansPerDegree;
    length += integral(a, b, [&](double y) {
      const double s = std::sin(y * radiansPerDegree), w2 = 1 - eccentricity2 * s * s, w = std::sqrt(w2);
      const double north = semiMajor * (1 - eccentricity2) / (w2 * w) * dy;
      const double east = semiMajor / w * std::sqrt(1 - s * s) * dx;
      return std::sqrt(north * north + east * east);
    });
  }
  return length;
}

// A layer's parts in degrees. Edges of a projected layer are straight there, so they get a vertex every
// kilometre before they are bent by the inverse transform.
class DegreeParts {
 public:
  static Result<DegreeParts> make(const Layer& layer) {
    if (!layer.crs.known())
      return fail(
          fmt::format("{} has no known coordinate system, so nothing can be measured in metres.", layer.name),
          "Give one: --crs EPSG:4490.");
    auto transform = Transform::make(layer.crs, Crs::lonLat());
    if (!transform) return tl::unexpected(transform.error());
    return DegreeParts(layer, std::move(*transform));
  }

  std::span<const Point> part(size_t p, bool closed) {
    const auto source = layer_->shapes.part(p);
    if (transform_.identity()) return source;
    points_.clear();
    const double step = layer_->crs.geographic() ? std::numeric_limits<double>::infinity()
                                                 : longestEdgeMetres / layer_->crs.metresPerUnit();
    const size_t edges = source.empty() ? 0 : source.size() - (closed ? 0 : 1);
    for (size_t i = 0; i < edges; ++i) {
      const Point a = source[i], b = source[(i + 1) % source.size()];
      const double pieces = std::clamp(std::ceil(std::hypot(b.x - a.x, b.y - a.y) / step), 1.0, 1e5);
      for (double k = 0; k < pieces; ++k)
        points_.push_back({a.x + (b.x - a.x) * (k / pieces), a.y + (b.y - a.y) * (k / pieces)});
    }
    if (!closed && !source.empty()) points_.push_back(source.back());
    transform_.apply(points_);
    std::erase_if(points_, [](Point q) { return !std::isfinite(q.x) || !std::isfinite(q.y); });
    return points_;
  }

 private:
  DegreeParts(const Layer& layer, Transform transform) : layer_(&layer), transform_(std::move(transform)) {}
  const Layer* layer_;
  Transform transform_;
  std::vector<Point> points_;
};

double squared(double v) { return v * v; }

// Squared distance from p to the segment a–b.
double squaredToSegment(Point a, Point b, Point p) {
  const double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
  const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0;
  return squared(p.x - a.x - t * dx) + squared(p.y - a.y - t * dy);
}

struct Nearness {
  bool inside = false;
  double squared = std::numeric_limits<double>::infinity();
};

Nearness nearness(const Shapes& shapes, size_t row, Point p) {
  Nearness n;
  for (uint32_t part = shapes.rowStart[row]; part < shapes.rowStart[row + 1]; ++part) {
    const auto ring = shapes.part(part);
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      n.inside ^= crossesRay(ring[j], ring[i], p);
      n.squared = std::min(n.squared, squaredToSegment(ring[j], ring[i], p));
    }
  }
  return n;
}

}  // namespace

double geodesicDistance(Point a, Point b) {
  double metres = 0;
  geod_inverse(&ellipsoid(), a.y, a.x, b.y, b.x, &metres, nullptr, nullptr);
  return metres;
}

double geodesicLength(std::span<const Point> line) {
  double length = 0;
  for (size_t i = 1; i < line.size(); ++i) length += geodesicDistance(line[i - 1], line[i]);
  return length;
}

double geodesicRingArea(std::span<const Point> ring) {
  if (ring.size() < 3) return 0;
  geod_polygon polygon;
  geod_polygon_init(&polygon, 0);
  for (Point p : ring) geod_polygon_addpoint(&ellipsoid(), &polygon, p.y, p.x);
  double area = 0, perimeter = 0;
  geod_polygon_compute(&ellipsoid(), &polygon, 0, 1, &area, &perimeter);
  return area;
}

Result<std::vector<double>> rowAreas(const Layer& layer) {
  std::vector<double> areas(layer.shapes.rows(), 0);
  auto degrees = DegreeParts::make(layer);
  if (!degrees) return tl::unexpected(degrees.error());
  if (layer.shapes.kind != ShapeKind::polygon) return areas;
  for (size_t row = 0; row < areas.size(); ++row)
    for (uint32_t p = layer.shapes.rowStart[row]; p < layer.shapes.rowStart[row + 1]; ++p)
      areas[row] += straightRingArea(degrees->part(p, true));
  return areas;
}

Result<std::vector<double>> rowLengths(const Layer& layer) {
  std::vector<double> lengths(layer.shapes.rows(), 0);
  auto degrees = DegreeParts::make(layer);
  if (!degrees) return tl::unexpected(degrees.error());
  if (layer.shapes.kind != ShapeKind::line) return lengths;
  for (size_t row = 0; row < lengths.size(); ++row)
    for (uint32_t p = layer.shapes.rowStart[row]; p < layer.shapes.rowStart[row + 1]; ++p)
      lengths[row] += straightLength(degrees->part(p, false));
  return lengths;
}

double ringArea(std::span<const Point> ring) {
  if (ring.size() < 3) return 0;
  // Relative to the first vertex: coordinates of millions of metres would cost half of the digits.
  const Point o = ring[0];
  double twice = 0;
  for (size_t i = 1; i + 1 < ring.size(); ++i)
    twice += (ring[i].x - o.x) * (ring[i + 1].y - o.y) - (ring[i + 1].x - o.x) * (ring[i].y - o.y);
  return twice / 2;
}

Point centroid(const Shapes& shapes, size_t row) {
  const uint32_t first = shapes.rowStart[row], last = shapes.rowStart[row + 1];
  if (first == last)
    return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
  const Point o = shapes.part(first)[0];
  double area = 0, ax = 0, ay = 0, length = 0, lx = 0, ly = 0, count = 0, px = 0, py = 0;
  for (uint32_t p = first; p < last; ++p) {
    const auto part = shapes.part(p);
    const bool ring = shapes.kind == ShapeKind::polygon;
    for (size_t i = 0; i < part.size(); ++i) {
      const double x = part[i].x - o.x, y = part[i].y - o.y;
      count += 1, px += x, py += y;
      if (i + 1 == part.size() && !ring) break;
      const Point b = part[(i + 1) % part.size()];
      const double bx = b.x - o.x, by = b.y - o.y, cross = x * by - bx * y, step = std::hypot(bx - x, by - y);
      area += cross / 2, ax += (x + bx) * cross / 6, ay += (y + by) * cross / 6;
      length += step, lx += (x + bx) / 2 * step, ly += (y + by) / 2 * step;
    }
  }
  // A polygon without area is measured as a line, a line without length as its vertices.
  if (shapes.kind == ShapeKind::polygon && std::abs(area) > 1e-14 * length * length)
    return {o.x + ax / area, o.y + ay / area};
  if (shapes.kind != ShapeKind::point && length > 0) return {o.x + lx / length, o.y + ly / length};
  return {o.x + px / count, o.y + py / count};
}

// Source: Garcia-Castellanos & Lombardo 2007, by the quad-tree search of Mapbox's polylabel.
Point poleOfInaccessibility(const Shapes& shapes, size_t row, double precision) {
  const Box box = shapes.kind == ShapeKind::polygon && shapes.has(row) ? shapes.box(row) : Box{};
  const Point start = centroid(shapes, row);
  if (box.empty() || box.width() <= 0 || box.height() <= 0) return start;
  struct Cell {
    Point centre;
    double half, distance, most;  // distance: signed, positive inside; most: nothing in the cell lies deeper
    bool operator<(const Cell& other) const { return most < other.most; }
  };
  const auto cell = [&](Point centre, double half) {
    const Nearness n = nearness(shapes, row, centre);
    const double d = std::sqrt(n.squared) * (n.inside ? 1 : -1);
    return Cell{centre, half, d, d + half * std::numbers::sqrt2};
  };
  precision = std::max(precision, 1e-6 * std::max(box.width(), box.height()));
  // Not more than 64 cells along the longer side to begin with, however thin the shape is.
  const double size = std::max(std::min(box.width(), box.height()), std::max(box.width(), box.height()) / 64);
  std::priority_queue<Cell> queue;
  for (double x = box.minX; x < box.maxX; x += size)
    for (double y = box.minY; y < box.maxY; y += size)
      queue.push(cell({x + size / 2, y + size / 2}, size / 2));
  Cell best = cell(start, 0);
  if (const Cell middle = cell(box.centre(), 0); middle.distance > best.distance) best = middle;
  while (!queue.empty()) {
    const Cell c = queue.top();
    queue.pop();
    if (c.distance > best.distance) best = c;
    // While nothing inside has been found, cells are opened further than the precision asks, within reason.
    const double enough = best.distance > 0 ? precision : precision / 64;
    if (c.most - best.distance <= enough) break;
    const double q = c.half / 2;
    for (double dx : {-q, q})
      for (double dy : {-q, q}) queue.push(cell({c.centre.x + dx, c.centre.y + dy}, q));
  }
  return best.centre;
}

bool contains(const Shapes& polygons, size_t row, Point p) {
  bool inside = false;
  for (uint32_t part = polygons.rowStart[row]; part < polygons.rowStart[row + 1]; ++part) {
    const auto ring = polygons.part(part);
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
      inside ^= crossesRay(ring[j], ring[i], p);
  }
  return inside;
}

Containment::Containment(const Shapes& polygons, size_t row)
    : edges_(std::make_unique<detail::Locator>(polygons, row, row + 1)) {}
Containment::~Containment() = default;
bool Containment::operator()(Point p) const { return edges_->first(p) != detail::noRow; }

double distanceToLine(std::span<const Point> line, Point p) {
  if (line.empty()) return std::numeric_limits<double>::infinity();
  double nearest = squared(p.x - line[0].x) + squared(p.y - line[0].y);
  for (size_t i = 1; i < line.size(); ++i)
    nearest = std::min(nearest, squaredToSegment(line[i - 1], line[i], p));
  return std::sqrt(nearest);
}

}  // namespace geo
