#include "app/render/mesh.h"

#include <numeric>

#include "geo/measure.h"
#include "geo/triangulate.h"

namespace render {
namespace {

using geo::Point;
using scene::Vec;

uint32_t spread16(uint32_t v) {
  v = (v | v << 8) & 0x00ff00ff, v = (v | v << 4) & 0x0f0f0f0f;
  v = (v | v << 2) & 0x33333333, v = (v | v << 1) & 0x55555555;
  return v;
}

float length(Vec v) { return std::hypot(v.x, v.y); }
float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y; }
Vec left(Vec t) { return {-t.y, t.x}; }

Vec unit(Vec v) {
  const float l = length(v);
  return l > 0 ? v * (1 / l) : Vec{1, 0};
}

// Without boundaries: vertices that stay in one cell of the tolerance's grid are one.
void appendSnapped(std::span<const Point> ring, double tolerance, std::vector<Point>& out) {
  if (tolerance <= 0 || ring.size() < 4) {
    out.insert(out.end(), ring.begin(), ring.end());
    return;
  }
  const double inverse = 1 / tolerance;
  double lastX = std::numeric_limits<double>::quiet_NaN(), lastY = lastX;
  for (const Point& p : ring) {
    const double x = std::floor(p.x * inverse), y = std::floor(p.y * inverse);
    if (x == lastX && y == lastY) continue;
    lastX = x, lastY = y;
    out.push_back(p);
  }
}

void appendRing(const MapGeometry& g, uint32_t ring, double tolerance, std::vector<Point>& out) {
  if (g.boundaries) g.boundaries->appendRing(ring, tolerance, out);
  else appendSnapped(g.layer->shapes.part(ring), tolerance, out);
}

bool encloses(std::span<const Point> ring, Point p) {
  bool in = false;
  for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    if ((ring[i].y > p.y) != (ring[j].y > p.y) &&
        p.x < (ring[j].x - ring[i].x) * (p.y - ring[i].y) / (ring[j].y - ring[i].y) + ring[i].x)
      in = !in;
  return in;
}

// Do rows cover one another? Asked at the middles of some of them: a plain coverage never says yes.
bool rowsOverlap(const geo::Shapes& s, std::span<const Chunks::Member> members) {
  const size_t stride = 1 + members.size() / 64;
  for (size_t r = 0; r < members.size(); r += stride) {
    if (members[r].vertices == 0) continue;
    const Point p = members[r].box.centre();
    int covered = 0;
    for (size_t o = 0; o < members.size() && covered < 2; ++o) {
      if (members[o].vertices == 0 || !members[o].box.contains(p)) continue;
      bool in = false;
      for (uint32_t part = s.rowStart[o]; part < s.rowStart[o + 1]; ++part) in ^= encloses(s.part(part), p);
      covered += in;
    }
    if (covered > 1) return true;
  }
  return false;
}

Chunks arcChunks(const geo::Boundaries& b, bool outer) {
  std::vector<Chunks::Member> members(b.arcs().size());
  for (size_t a = 0; a < members.size(); ++a) {
    const geo::Arc& arc = b.arcs()[a];
    if (arc.outer() != outer) continue;
    for (const Point p : b.arcVertices(arc)) members[a].box.add(p);
    members[a].vertices = arc.vertexCount;
  }
  return Chunks::make(members, 3000);
}

// A tolerance below which hardly a vertex is left out: finer levels would be copies of the full one.
double finest(std::span<const float> importance) {
  std::vector<float> some;
  for (size_t i = 0; i < importance.size(); i += 1 + importance.size() / 20000)
    if (std::isfinite(importance[i])) some.push_back(importance[i]);
  if (some.empty()) return std::numeric_limits<double>::infinity();
  const auto at = some.begin() + static_cast<ptrdiff_t>(some.size() / 50);
  std::nth_element(some.begin(), at, some.end());
  return *at;
}

}  // namespace

Chunks Chunks::make(std::span<const Member> members, uint32_t verticesPerChunk, bool inOrder) {
  geo::Box all;
  for (const Member& m : members) all.add(m.box);
  const double size = std::max({all.width(), all.height(), 1e-9});
  std::vector<std::pair<uint32_t, uint32_t>> order;  // along a z-curve
  for (uint32_t i = 0; i < members.size(); ++i) {
    if (members[i].vertices == 0) continue;
    const Point c = members[i].box.centre();
    order.emplace_back(spread16(static_cast<uint32_t>((c.x - all.minX) / size * 65535)) |
                           spread16(static_cast<uint32_t>((c.y - all.minY) / size * 65535)) << 1,
                       i);
  }
  if (!inOrder) std::sort(order.begin(), order.end());
  Chunks made;
  uint32_t vertices = 0;
  for (const auto& [z, member] : order) {
    if (made.chunks.empty() || vertices >= verticesPerChunk)
      made.chunks.push_back({{}, static_cast<uint32_t>(made.members.size()), 0}), vertices = 0;
    made.members.push_back(member);
    made.chunks.back().box.add(members[member].box);
    ++made.chunks.back().count;
    vertices += members[member].vertices;
  }
  // Within a chunk painter's order is the layer's.
  for (const Chunk& c : made.chunks)
    std::sort(made.members.begin() + c.first, made.members.begin() + c.first + c.count);
  return made;
}

std::shared_ptr<const MapGeometry> MapGeometry::make(geo::LayerPtr layer,
                                                     std::shared_ptr<const geo::Boundaries> boundaries) {
  auto made = std::make_shared<MapGeometry>();
  const geo::Shapes& s = layer->shapes;
  made->boundaries = std::move(boundaries);
  const auto byRow = [&](uint32_t perChunk) {
    std::vector<Chunks::Member> members(s.rows());
    for (size_t r = 0; r < s.rows(); ++r)
      if (s.has(r)) members[r] = {s.box(r), s.partStart[s.rowStart[r + 1]] - s.partStart[s.rowStart[r]]};
    made->overlapping = s.kind == geo::ShapeKind::polygon && rowsOverlap(s, members);
    return Chunks::make(members, perChunk, made->overlapping);
  };
  const auto byPart = [&] {
    std::vector<Chunks::Member> members(s.parts());
    for (size_t p = 0; p < s.parts(); ++p) {
      for (const Point v : s.part(p)) members[p].box.add(v);
      members[p].vertices = static_cast<uint32_t>(s.part(p).size());
    }
    return Chunks::make(members, 3000);
  };
  switch (s.kind) {
    case geo::ShapeKind::polygon:
      made->rows = byRow(3000);
      if (made->boundaries) {
        made->innerArcs = arcChunks(*made->boundaries, false);
        made->outerArcs = arcChunks(*made->boundaries, true);
        made->fullDetail = finest(made->boundaries->importance());
      } else {
        made->outerArcs = byPart();
      }
      break;
    case geo::ShapeKind::line:
      made->lines = byPart();
      made->lineImportance.resize(s.vertices.size());
      for (size_t p = 0; p < s.parts(); ++p)
        geo::lineImportance(s.part(p), {made->lineImportance.data() + s.partStart[p], s.part(p).size()});
      made->fullDetail = finest(made->lineImportance);
      break;
    case geo::ShapeKind::point:
      made->rows = byRow(4000);
      break;
    case geo::ShapeKind::none:
      break;
  }
  made->layer = std::move(layer);
  return made;
}

FillMesh fillMesh(const MapGeometry& g, const Chunk& chunk, double tolerance, Point origin) {
  FillMesh mesh;
  geo::Triangulator triangulator;
  std::vector<Point> vertices, extra;
  std::vector<uint32_t> ringEnds, triangles;
  const geo::Shapes& shapes = g.layer->shapes;
  // What is wrong over less than a pixel or so needs no second opinion.
  const double allowed = 8 * tolerance * tolerance;

  const auto flush = [&](uint32_t row) {
    if (ringEnds.empty()) return;
    triangles.clear(), extra.clear();
    const double error = triangulator.cut(vertices, ringEnds, triangles);
    if (error > allowed && error > 1e-9 * std::abs(geo::ringArea({vertices.data(), ringEnds[0]}))) {
      triangles.clear();
      geo::Triangulator::tessellate(vertices, ringEnds, triangles, extra);
    }
    const auto base = static_cast<uint32_t>(mesh.vertices.size());
    const auto add = [&](Point p) {
      mesh.vertices.push_back({static_cast<float>(p.x - origin.x), static_cast<float>(p.y - origin.y), row});
    };
    for (const Point p : vertices) add(p);
    for (const Point p : extra) add(p);
    for (const uint32_t t : triangles) mesh.indices.push_back(base + t);
    vertices.clear(), ringEnds.clear();
  };

  for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
    const uint32_t row = g.rows.members[m];
    bool skipHoles = true;
    for (uint32_t ring = shapes.rowStart[row]; ring < shapes.rowStart[row + 1]; ++ring) {
      const bool hole = shapes.hole[ring];
      if (!hole) flush(row);
      if (hole && skipHoles) continue;
      const size_t before = vertices.size();
      appendRing(g, ring, tolerance, vertices);
      bool collapsed = vertices.size() - before < 3;
      if (collapsed && g.boundaries && ring == g.boundaries->largestRing(row) && tolerance > 0) {
        vertices.resize(before);
        const auto triangle = g.boundaries->triangleOf(ring);
        vertices.insert(vertices.end(), triangle.begin(), triangle.end());
        skipHoles = true, collapsed = false;
      } else {
        if (collapsed) vertices.resize(before);
        if (!hole) skipHoles = collapsed;
      }
      if (!collapsed) ringEnds.push_back(static_cast<uint32_t>(vertices.size()));
    }
    flush(row);
    mesh.rowEnds.emplace_back(row, static_cast<uint32_t>(mesh.indices.size()));
  }
  return mesh;
}

const Chunks& chunksOf(const MapGeometry& g, LineSet set) {
  switch (set) {
    case LineSet::inner:
      return g.innerArcs;
    case LineSet::outer:
      return g.outerArcs;
    case LineSet::courses:
      return g.lines;
  }
  return g.lines;
}

namespace {

// One line of the set at a tolerance, into a scratch vector. Closed lines repeat their first vertex.
void lineOf(const MapGeometry& g, LineSet set, uint32_t member, double tolerance, std::vector<Point>& out) {
  out.clear();
  const geo::Shapes& shapes = g.layer->shapes;
  if (set == LineSet::courses) {
    const auto part = shapes.part(member);
    const float* importance = g.lineImportance.data() + shapes.partStart[member];
    for (size_t i = 0; i < part.size(); ++i)
      if (tolerance <= 0 || importance[i] > tolerance) out.push_back(part[i]);
  } else if (!g.boundaries) {
    appendSnapped(shapes.part(member), tolerance, out);
    if (!out.empty()) out.push_back(out.front());
  } else {
    const geo::Arc& arc = g.boundaries->arcs()[member];
    const auto vertices = g.boundaries->arcVertices(arc);
    const float* importance = g.boundaries->importance().data() + arc.firstVertex;
    for (size_t i = 0; i < vertices.size(); ++i)
      if (tolerance <= 0 || importance[i] > tolerance) out.push_back(vertices[i]);
  }
}

enum class Join : uint8_t {
  mitre,   // vertices shared: nothing overlaps
  fan,     // round
  overlap  // both segments reach past the corner by half a reach
};

// Points → the vertices of a band about them. Emit makes a vertex: (index of the point, offset, e), both in
// half widths.
template <class Emit, class Triangle>
class Band {
 public:
  Band(std::span<const Vec> points, bool closed, Emit emit, Triangle triangle)
      : p_(points), closed_(closed && points.size() > 2), emit_(emit), triangle_(triangle) {
    const size_t n = p_.size();
    tangent_.resize(n ? n - (closed_ ? 0 : 1) : 0);
    for (size_t i = 0; i < tangent_.size(); ++i) tangent_[i] = unit(p_[(i + 1) % n] - p_[i]);
  }

  // join(s) says how segment s goes over into the next one (the last of a closed line into the first).
  template <class JoinOf>
  void strip(JoinOf join, float endExtension) {
    const size_t n = p_.size(), segments = tangent_.size();
    if (n < 2) return;
    using Pair = std::pair<uint32_t, uint32_t>;
    const auto put = [&](size_t point, Vec normal, Vec along) {
      return Pair{emit_(point, normal + along, Vec{1, 0}), emit_(point, normal * -1 + along, Vec{-1, 0})};
    };
    const auto quad = [&](Pair a, Pair b) {
      triangle_(a.first, a.second, b.first), triangle_(b.first, a.second, b.second);
    };
    const auto mitre = [&](size_t before, size_t after) {
      const Vec m = left(tangent_[before]) + left(tangent_[after]);
      return m * (2 / dot(m, m));
    };
    const Join seam = closed_ ? join(segments - 1) : Join::overlap;
    const float seamExtension = closed_ ? (seam == Join::fan ? 0.f : 0.5f) : endExtension;
    const Pair first = closed_ && seam == Join::mitre
                           ? put(0, mitre(segments - 1, 0), {})
                           : put(0, left(tangent_[0]), tangent_[0] * -seamExtension);
    Pair pair = first;
    for (size_t s = 0; s < segments; ++s) {
      const size_t to = (s + 1) % n, after = (s + 1) % segments;
      const bool last = s + 1 == segments;
      const Join here = last ? seam : join(s);
      if (last && closed_ && seam == Join::mitre) {
        quad(pair, first);
      } else if (last && !closed_) {
        quad(pair, put(to, left(tangent_[s]), tangent_[s] * endExtension));
      } else if (here == Join::mitre) {
        const Pair next = put(to, mitre(s, after), {});
        quad(pair, next);
        pair = next;
      } else {
        const float extension = here == Join::fan ? 0.f : 0.5f;
        quad(pair, put(to, left(tangent_[s]), tangent_[s] * extension));
        if (here == Join::fan) fan(to, tangent_[s], tangent_[after]);
        if (!last) pair = put(to, left(tangent_[after]), tangent_[after] * -extension);
      }
    }
  }

  // A sharp corner of a thin line: both sides reach past it by half a width.
  void thin(float endExtension) {
    strip([&](size_t s) { return cosine(s) < -0.1f ? Join::overlap : Join::mitre; }, endExtension);
  }

  void wide(bool roundCap) {
    strip([](size_t) { return Join::fan; }, 0);
    if (!closed_ && !tangent_.empty() && roundCap) caps();
  }

  void caps() { cap(0, tangent_.front() * -1), cap(p_.size() - 1, tangent_.back()); }

  float cosine(size_t s) const { return dot(tangent_[s], tangent_[(s + 1) % tangent_.size()]); }

  // A half disc beyond the end.
  void cap(size_t point, Vec outward) {
    const Vec nrm = left(outward);
    const uint32_t a = emit_(point, nrm, {1, 0}), b = emit_(point, nrm * -1, {-1, 0});
    const uint32_t c = emit_(point, nrm + outward, {1, 1}), d = emit_(point, nrm * -1 + outward, {-1, 1});
    triangle_(a, b, c), triangle_(c, b, d);
  }

 private:
  void fan(size_t point, Vec before, Vec after) {
    const float cross = before.x * after.y - before.y * after.x;
    const float angle = std::atan2(cross, dot(before, after));
    if (std::abs(angle) < 0.02f) return;
    const int steps = 1 + static_cast<int>(std::abs(angle) / 0.3f);
    const float side = angle > 0 ? -1.f : 1.f;  // the outside of the turn
    const uint32_t middle = emit_(point, {}, {});
    const Vec from = left(before) * side;
    uint32_t last = emit_(point, from, {1, 0});
    for (int i = 1; i <= steps; ++i) {
      const float t = angle * static_cast<float>(i) / static_cast<float>(steps), c = std::cos(t),
                  s = std::sin(t);
      const Vec dir{from.x * c - from.y * s, from.x * s + from.y * c};
      const uint32_t next = emit_(point, dir, {std::cos(t), std::sin(t)});
      triangle_(middle, last, next);
      last = next;
    }
  }

  std::span<const Vec> p_;
  bool closed_;
  Emit emit_;
  Triangle triangle_;
  std::vector<Vec> tangent_;
};

int16_t quantised(float v) { return static_cast<int16_t>(std::lround(v * LineVertex::lineUnit)); }

// Points relative to the origin, without repeats; closed when the last equals the first.
bool prepared(std::span<const Point> line, Point origin, std::vector<Vec>& out) {
  out.clear();
  for (const Point p : line) {
    const Vec v{static_cast<float>(p.x - origin.x), static_cast<float>(p.y - origin.y)};
    if (out.empty() || out.back() != v) out.push_back(v);
  }
  const bool closed = out.size() > 3 && out.front() == out.back();
  if (closed) out.pop_back();
  return closed;
}

}  // namespace

Mesh<LineVertex> lineMesh(const MapGeometry& g, LineSet set, const Chunk& chunk, double tolerance,
                          Point origin, LineLook look, bool roundCap) {
  Mesh<LineVertex> mesh;
  std::vector<Point> line;
  std::vector<Vec> points;
  const Chunks& chunks = chunksOf(g, set);
  for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
    lineOf(g, set, chunks.members[m], tolerance, line);
    const bool closed = prepared(line, origin, points);
    if (points.size() < 2) continue;
    const auto emit = [&](size_t i, Vec o, Vec e) {
      mesh.vertices.push_back(
          {points[i].x, points[i].y, quantised(o.x), quantised(o.y), quantised(e.x), quantised(e.y)});
      return static_cast<uint32_t>(mesh.vertices.size() - 1);
    };
    const auto triangle = [&](uint32_t a, uint32_t b, uint32_t c) {
      mesh.indices.insert(mesh.indices.end(), {a, b, c});
    };
    Band band(points, closed, emit, triangle);
    // Borders end where others go on: there they reach into one another.
    if (look == LineLook::thin) band.thin(set == LineSet::courses && !roundCap ? 0.f : 0.5f);
    else band.wide(roundCap || set != LineSet::courses);
  }
  return mesh;
}

Mesh<SeamVertex> seamMesh(const MapGeometry& g, LineSet set, const Chunk& chunk, double tolerance,
                          Point origin) {
  Mesh<SeamVertex> mesh;
  if (!g.boundaries) return mesh;
  std::vector<Point> line;
  std::vector<Vec> points;
  const Chunks& chunks = chunksOf(g, set);
  for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
    const geo::Arc& arc = g.boundaries->arcs()[chunks.members[m]];
    lineOf(g, set, chunks.members[m], tolerance, line);
    const bool closed = prepared(line, origin, points);
    if (points.size() < 2) continue;
    const auto emit = [&](size_t i, Vec o, Vec e) {
      mesh.vertices.push_back(
          {{points[i].x, points[i].y, quantised(o.x), quantised(o.y), quantised(e.x), quantised(e.y)},
           arc.left,
           arc.right});
      return static_cast<uint32_t>(mesh.vertices.size() - 1);
    };
    const auto triangle = [&](uint32_t a, uint32_t b, uint32_t c) {
      mesh.indices.insert(mesh.indices.end(), {a, b, c});
    };
    Band(points, closed, emit, triangle).thin(0);
  }
  return mesh;
}

std::vector<std::vector<Point>> linesOf(const MapGeometry& g, LineSet set, const Chunk& chunk,
                                        double tolerance) {
  std::vector<std::vector<Point>> lines;
  const Chunks& chunks = chunksOf(g, set);
  for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
    lines.emplace_back();
    lineOf(g, set, chunks.members[m], tolerance, lines.back());
  }
  return lines;
}

std::vector<std::vector<Point>> outlineOf(const MapGeometry& g, uint32_t row, double tolerance) {
  std::vector<std::vector<Point>> lines;
  const geo::Shapes& shapes = g.layer->shapes;
  if (row >= shapes.rows()) return lines;
  for (uint32_t ring = shapes.rowStart[row]; ring < shapes.rowStart[row + 1]; ++ring) {
    std::vector<Point> line;
    appendRing(g, ring, tolerance, line);
    if (line.size() < 2) continue;
    line.push_back(line.front());
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::vector<Vec>> dashed(std::span<const Vec> points, bool closed, std::span<const float> dash) {
  std::vector<std::vector<Vec>> parts;
  float period = 0;
  for (const float d : dash) period += std::max(d, 0.f);
  if (points.size() < 2) return parts;
  if (!(period > 1e-3f)) return {std::vector<Vec>(points.begin(), points.end())};
  size_t index = 0;
  float remaining = std::max(dash[0], 0.f);
  bool on = true;
  std::vector<Vec> part{points[0]};
  const size_t n = points.size(), segments = closed ? n : n - 1;
  for (size_t s = 0; s < segments; ++s) {
    const Vec a = points[s], b = points[(s + 1) % n];
    const float whole = length(b - a);
    float done = 0;
    while (whole - done > remaining) {
      done += remaining;
      const Vec at = a + (b - a) * (done / whole);
      if (on) {
        part.push_back(at);
        parts.push_back(std::move(part));
      }
      part = {at};
      on = !on;
      index = (index + 1) % dash.size();
      remaining = std::max(dash[index], 0.f);
    }
    remaining -= whole - done;
    if (on) part.push_back(b);
  }
  if (on && part.size() > 1) {
    if (closed && !parts.empty() && parts.front().front() == points[0]) {
      part.insert(part.end(), parts.front().begin() + 1,
                  parts.front().end());  // the dash runs over the start
      parts.front() = std::move(part);
    } else {
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

void appendStroke(Mesh<StrokeVertex>& mesh, std::span<const Vec> given, bool closed, const StrokePen& pen) {
  if (!pen.dash.empty()) {
    StrokePen solid = pen;
    solid.dash = {};
    for (const auto& part : dashed(given, closed, pen.dash)) appendStroke(mesh, part, false, solid);
    return;
  }
  std::vector<Vec> points;
  for (const Vec p : given)
    if (points.empty() || length(points.back() - p) > 1e-3f) points.push_back(p);
  if (closed && points.size() > 1 && length(points.back() - points.front()) < 1e-3f) points.pop_back();
  closed = closed && points.size() > 2;
  if (points.size() == 1 && pen.roundCap) {  // a dot
    points.push_back(points[0] + Vec{1e-3f, 0});
  }
  if (points.size() < 2 || (pen.width <= 0 && pen.endWidth <= 0)) return;

  std::vector<float> widths(points.size(), pen.width);
  if (pen.endWidth >= 0) {
    std::vector<float> along(points.size(), 0);
    for (size_t i = 1; i < points.size(); ++i) along[i] = along[i - 1] + length(points[i] - points[i - 1]);
    for (size_t i = 0; i < points.size(); ++i)
      widths[i] = pen.width + (pen.endWidth - pen.width) * (along.back() > 0 ? along[i] / along.back() : 0);
  }
  const auto emit = [&](size_t i, Vec o, Vec e) {
    const float half = widths[i] / 2, reach = half + 0.5f;
    const Vec p = points[i] + o * reach;
    mesh.vertices.push_back({p.x, p.y, e.x * reach, e.y * reach, half, pen.colour});
    return static_cast<uint32_t>(mesh.vertices.size() - 1);
  };
  const auto triangle = [&](uint32_t a, uint32_t b, uint32_t c) {
    mesh.indices.insert(mesh.indices.end(), {a, b, c});
  };
  // A butt end fades over the pixel that it cuts: the band is drawn in by half a pixel and a ramp stands
  // before it.
  const auto ramp = [&](size_t point, Vec outward) {
    const float half = widths[point] / 2, reach = half + 0.5f;
    const Vec nrm = left(outward) * reach, in = points[point] + outward * -0.5f,
              out = points[point] + outward * 0.5f;
    const auto first = static_cast<uint32_t>(mesh.vertices.size());
    for (const auto& [at, c] : {std::pair{in, pen.colour}, std::pair{out, pen.colour.withAlpha(0)}}) {
      const Vec a = at + nrm, b = at - nrm;
      mesh.vertices.push_back({a.x, a.y, reach, 0, half, c});
      mesh.vertices.push_back({b.x, b.y, -reach, 0, half, c});
    }
    triangle(first, first + 1, first + 2), triangle(first + 2, first + 1, first + 3);
  };
  if (!closed && !pen.roundCap) {
    const Vec start = unit(points[1] - points[0]), end = unit(points.back() - points[points.size() - 2]);
    ramp(0, start * -1), ramp(points.size() - 1, end);
    float room = 0;
    for (size_t i = 1; i < points.size(); ++i) room += length(points[i] - points[i - 1]);
    if (room <= 1.f) return;
    // Drawn in by half a pixel at both ends, past whole short pieces where need be.
    const auto drawIn = [&] {
      float rest = 0.5f;
      while (points.size() > 1) {
        const float l = length(points[points.size() - 2] - points.back());
        if (l > rest) {
          points.back() = points.back() + (points[points.size() - 2] - points.back()) * (rest / l);
          return;
        }
        rest -= l, points.pop_back(), widths.pop_back();
      }
    };
    drawIn();
    std::reverse(points.begin(), points.end()), std::reverse(widths.begin(), widths.end());
    drawIn();
    std::reverse(points.begin(), points.end()), std::reverse(widths.begin(), widths.end());
    if (points.size() < 2) return;
  }
  Band band(points, closed, emit, triangle);
  const float reach = std::max({pen.width, pen.endWidth, 0.f}) / 2 + 0.5f;
  band.strip(
      [&](size_t s) {
        // Gentle bends share their vertices as long as the inner side does not fold.
        const size_t n = points.size();
        const float cosine = band.cosine(s),
                    bend = std::sqrt(std::max(0.f, (1 - cosine) / std::max(1 + cosine, 1e-6f)));
        const float shortest = std::min(length(points[(s + 1) % n] - points[s]),
                                        length(points[(s + 2) % n] - points[(s + 1) % n]));
        return cosine > 0.8f && bend * reach < shortest * 0.9f ? Join::mitre : Join::fan;
      },
      0);
  if (!closed && pen.roundCap) band.caps();
}

}  // namespace render
