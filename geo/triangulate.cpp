#include "geo/triangulate.h"

#include "geo/measure.h"

#include <GL/glu.h>

#include <deque>

#include "geo/boundaries.h"

namespace geo {
namespace {

// A vertex in a circular list. Bridges to holes and cut diagonals make a second node for the same vertex.
struct Node {
  double x = 0, y = 0;
  Node *prev = nullptr, *next = nullptr, *prevZ = nullptr, *nextZ = nullptr;
  uint32_t index = 0;
  uint32_t z = 0;
  bool lone = false;  // a hole of one vertex: not dropped as a repeat
};

// Twice the signed area; positive when the corner a → b → c turns left.
double turn(const Node* a, const Node* b, const Node* c) {
  return (b->x - a->x) * (c->y - b->y) - (b->y - a->y) * (c->x - b->x);
}
int sign(double v) { return (v > 0) - (v < 0); }
bool same(const Node* a, const Node* b) { return a->x == b->x && a->y == b->y; }

bool inTriangle(double ax, double ay, double bx, double by, double cx, double cy, double px, double py) {
  return (cx - px) * (ay - py) >= (ax - px) * (cy - py) && (ax - px) * (by - py) >= (bx - px) * (ay - py) &&
         (bx - px) * (cy - py) >= (cx - px) * (by - py);
}

void remove(Node* n) {
  n->next->prev = n->prev, n->prev->next = n->next;
  if (n->prevZ) n->prevZ->nextZ = n->nextZ;
  if (n->nextZ) n->nextZ->prevZ = n->prevZ;
}

bool withinBox(const Node* a, const Node* p, const Node* b) {
  return p->x <= std::max(a->x, b->x) && p->x >= std::min(a->x, b->x) && p->y <= std::max(a->y, b->y) &&
         p->y >= std::min(a->y, b->y);
}

bool cross(const Node* a, const Node* b, const Node* c, const Node* d) {
  const int o1 = sign(turn(a, b, c)), o2 = sign(turn(a, b, d)), o3 = sign(turn(c, d, a)),
            o4 = sign(turn(c, d, b));
  if (o1 != o2 && o3 != o4) return true;
  return (o1 == 0 && withinBox(a, c, b)) || (o2 == 0 && withinBox(a, d, b)) ||
         (o3 == 0 && withinBox(c, a, d)) || (o4 == 0 && withinBox(c, b, d));
}

bool crossesPolygon(const Node* a, const Node* b) {
  const Node* p = a;
  do {
    if (p->index != a->index && p->next->index != a->index && p->index != b->index &&
        p->next->index != b->index && cross(p, p->next, a, b))
      return true;
    p = p->next;
  } while (p != a);
  return false;
}

// Does the diagonal a → b leave into the polygon's inside at a?
bool leavesInside(const Node* a, const Node* b) {
  return turn(a->prev, a, a->next) > 0 ? turn(a, b, a->next) <= 0 && turn(a, a->prev, b) <= 0
                                       : turn(a, b, a->prev) > 0 || turn(a, a->next, b) > 0;
}

bool middleInside(const Node* a, const Node* b) {
  const double px = (a->x + b->x) / 2, py = (a->y + b->y) / 2;
  bool inside = false;
  const Node* p = a;
  do {
    if ((p->y > py) != (p->next->y > py) &&
        px < (p->next->x - p->x) * (py - p->y) / (p->next->y - p->y) + p->x)
      inside = !inside;
    p = p->next;
  } while (p != a);
  return inside;
}

bool validDiagonal(const Node* a, const Node* b) {
  if (a->next->index == b->index || a->prev->index == b->index || crossesPolygon(a, b)) return false;
  if (leavesInside(a, b) && leavesInside(b, a) && middleInside(a, b) &&
      (turn(a->prev, a, b->prev) != 0 || turn(a, b->prev, b) != 0))
    return true;
  return same(a, b) && turn(a->prev, a, a->next) < 0 && turn(b->prev, b, b->next) < 0;
}

bool sectorHolds(const Node* m, const Node* p) {
  return turn(m->prev, m, p->prev) > 0 && turn(p->next, m, m->next) > 0;
}

uint32_t interleaved(uint32_t v) {
  v = (v | v << 8) & 0x00ff00ff, v = (v | v << 4) & 0x0f0f0f0f;
  v = (v | v << 2) & 0x33333333, v = (v | v << 1) & 0x55555555;
  return v;
}

double area(std::span<const Point> vertices, std::span<const uint32_t> ringEnds) {
  double sum = 0;
  uint32_t first = 0;
  for (size_t r = 0; r < ringEnds.size(); first = ringEnds[r++]) {
    const double a = std::abs(ringArea(vertices.subspan(first, ringEnds[r] - first)));
    sum += r == 0 ? a : -a;
  }
  return sum;
}

}  // namespace

struct Triangulator::Impl {
  std::deque<Node> pool;  // nodes never move
  size_t used = 0;
  std::vector<std::pair<uint32_t, Node*>> order;
  std::vector<Node*> holes;
  std::vector<std::pair<Node*, int>> todo;  // lists to cut, with how desperate we are
  std::vector<uint32_t>* out = nullptr;
  double minX = 0, minY = 0, inverse = 0;  // inverse 0: too few vertices to hash

  Node* make(uint32_t index, double x, double y) {
    if (used == pool.size()) pool.emplace_back();
    Node& n = pool[used++];
    n = Node{};
    n.index = index, n.x = x, n.y = y;
    return &n;
  }

  Node* insert(uint32_t index, double x, double y, Node* last) {
    Node* n = make(index, x, y);
    if (!last) {
      n->prev = n->next = n;
    } else {
      n->next = last->next, n->prev = last;
      last->next->prev = n, last->next = n;
    }
    return n;
  }

  // Relative to the origin: products of world coordinates would lose the digits that matter.
  Node* list(std::span<const Point> vertices, uint32_t first, uint32_t end, Point origin,
             bool counterClockwise) {
    Node* last = nullptr;
    const bool asIs = counterClockwise == (ringArea(vertices.subspan(first, end - first)) > 0);
    for (uint32_t k = first; k < end; ++k) {
      const uint32_t i = asIs ? k : end - 1 - (k - first);
      last = insert(i, vertices[i].x - origin.x, vertices[i].y - origin.y, last);
    }
    if (last && same(last, last->next)) {
      Node* next = last->next;
      remove(last), last = next;
    }
    return last;
  }

  // Drops repeated and collinear vertices.
  Node* filtered(Node* start, Node* end = nullptr) {
    if (!start) return start;
    if (!end) end = start;
    Node* p = start;
    bool again;
    do {
      again = false;
      if (!p->lone && (same(p, p->next) || turn(p->prev, p, p->next) == 0)) {
        remove(p);
        p = end = p->prev;
        if (p == p->next) break;
        again = true;
      } else {
        p = p->next;
      }
    } while (again || p != end);
    return end;
  }

  uint32_t zOf(double x, double y) const {
    return interleaved(static_cast<uint32_t>((x - minX) * inverse)) |
           interleaved(static_cast<uint32_t>((y - minY) * inverse)) << 1;
  }

  void hash(Node* start) {
    order.clear();
    Node* p = start;
    do {
      p->z = zOf(p->x, p->y);
      order.emplace_back(p->z, p);
      p = p->next;
    } while (p != start);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (size_t i = 0; i < order.size(); ++i) {
      order[i].second->prevZ = i ? order[i - 1].second : nullptr;
      order[i].second->nextZ = i + 1 < order.size() ? order[i + 1].second : nullptr;
    }
  }

  struct Corner {
    double ax, ay, bx, by, cx, cy, x0, y0, x1, y1;
    explicit Corner(const Node* ear)
        : ax(ear->prev->x),
          ay(ear->prev->y),
          bx(ear->x),
          by(ear->y),
          cx(ear->next->x),
          cy(ear->next->y),
          x0(std::min({ax, bx, cx})),
          y0(std::min({ay, by, cy})),
          x1(std::max({ax, bx, cx})),
          y1(std::max({ay, by, cy})) {}
    // A vertex at the first corner's own place is a bridge end or a touching hole: it does not block.
    bool blockedBy(const Node* p) const {
      return p->x >= x0 && p->x <= x1 && p->y >= y0 && p->y <= y1 && !(p->x == ax && p->y == ay) &&
             inTriangle(ax, ay, bx, by, cx, cy, p->x, p->y) && turn(p->prev, p, p->next) <= 0;
    }
  };

  bool isEar(const Node* ear) const {
    if (turn(ear->prev, ear, ear->next) <= 0) return false;
    const Corner corner(ear);
    const Node *a = ear->prev, *c = ear->next;
    if (inverse == 0) {
      for (const Node* p = c->next; p != a; p = p->next)
        if (corner.blockedBy(p)) return false;
      return true;
    }
    const uint32_t minZ = zOf(corner.x0, corner.y0), maxZ = zOf(corner.x1, corner.y1);
    const Node *p = ear->prevZ, *n = ear->nextZ;
    const auto blocks = [&](const Node* v) { return v != a && v != c && corner.blockedBy(v); };
    while (p && p->z >= minZ && n && n->z <= maxZ) {
      if (blocks(p) || blocks(n)) return false;
      p = p->prevZ, n = n->nextZ;
    }
    for (; p && p->z >= minZ; p = p->prevZ)
      if (blocks(p)) return false;
    for (; n && n->z <= maxZ; n = n->nextZ)
      if (blocks(n)) return false;
    return true;
  }

  void triangle(const Node* a, const Node* b, const Node* c) {
    out->push_back(a->index), out->push_back(b->index), out->push_back(c->index);
  }

  void cutList(Node* ear, int pass) {
    if (!ear) return;
    if (pass == 0 && inverse != 0) hash(ear);
    for (Node* stop = ear; ear->prev != ear->next;) {
      Node *prev = ear->prev, *next = ear->next;
      if (isEar(ear)) {
        triangle(prev, ear, next);
        remove(ear);
        ear = stop = next->next;  // skipping one makes fewer slivers
        continue;
      }
      ear = next;
      if (ear != stop) continue;
      if (pass == 0) todo.emplace_back(filtered(ear), 1);
      else if (pass == 1) todo.emplace_back(uncrossed(filtered(ear)), 2);
      else split(ear);
      return;
    }
  }

  // Cuts off small self-crossings.
  Node* uncrossed(Node* start) {
    Node* p = start;
    do {
      Node *a = p->prev, *b = p->next->next;
      if (!same(a, b) && cross(a, p, p->next, b) && leavesInside(a, b) && leavesInside(b, a)) {
        triangle(a, p, b);
        remove(p), remove(p->next);
        p = start = b;
      }
      p = p->next;
    } while (p != start);
    return filtered(p);
  }

  // Cuts what remains in two by any diagonal that lies inside.
  void split(Node* start) {
    Node* a = start;
    do {
      for (Node* b = a->next->next; b != a->prev; b = b->next)
        if (a->index != b->index && validDiagonal(a, b)) {
          Node* c = bridged(a, b);
          a = filtered(a, a->next), c = filtered(c, c->next);
          todo.emplace_back(c, 0), todo.emplace_back(a, 0);
          return;
        }
      a = a->next;
    } while (a != start);
  }

  // Joins a and b by a double edge: two lists of one, or one list of two.
  Node* bridged(Node* a, Node* b) {
    Node *a2 = make(a->index, a->x, a->y), *b2 = make(b->index, b->x, b->y), *an = a->next, *bp = b->prev;
    a->next = b, b->prev = a;
    a2->next = an, an->prev = a2;
    b2->next = a2, a2->prev = b2;
    bp->next = b2, b2->prev = bp;
    return b2;
  }

  // A vertex of the outer list that the hole's leftmost vertex sees.
  Node* bridgeTo(const Node* hole, Node* outer) const {
    Node *p = outer, *m = nullptr;
    const double hx = hole->x, hy = hole->y;
    double qx = -std::numeric_limits<double>::infinity();
    if (same(hole, p)) return p;
    do {
      if (same(hole, p->next)) return p->next;
      if (hy <= p->y && hy >= p->next->y && p->next->y != p->y) {
        const double x = p->x + (hy - p->y) * (p->next->x - p->x) / (p->next->y - p->y);
        if (x <= hx && x > qx) {
          qx = x;
          m = p->x < p->next->x ? p : p->next;
          if (x == hx) return m;
        }
      }
      p = p->next;
    } while (p != outer);
    if (!m) return nullptr;

    const Node* stop = m;
    const double mx = m->x, my = m->y;
    double least = std::numeric_limits<double>::infinity();
    p = m;
    do {
      if (hx >= p->x && p->x >= mx && hx != p->x &&
          inTriangle(hy < my ? hx : qx, hy, mx, my, hy < my ? qx : hx, hy, p->x, p->y)) {
        const double slope = std::abs(hy - p->y) / (hx - p->x);
        if (leavesInside(p, hole) &&
            (slope < least || (slope == least && (p->x > m->x || (p->x == m->x && sectorHolds(m, p))))))
          m = p, least = slope;
      }
      p = p->next;
    } while (p != stop);
    return m;
  }

  Node* withHoles(std::span<const Point> vertices, std::span<const uint32_t> ringEnds, Point origin,
                  Node* outer) {
    holes.clear();
    for (size_t r = 1; r < ringEnds.size(); ++r) {
      Node* first = list(vertices, ringEnds[r - 1], ringEnds[r], origin, false);
      if (!first) continue;
      if (first == first->next) first->lone = true;
      Node *p = first, *leftmost = first;
      do {
        if (p->x < leftmost->x || (p->x == leftmost->x && p->y < leftmost->y)) leftmost = p;
        p = p->next;
      } while (p != first);
      holes.push_back(leftmost);
    }
    const auto slope = [](const Node* n) {
      const double dx = n->next->x - n->x;
      return dx == 0 ? std::numeric_limits<double>::infinity() : (n->next->y - n->y) / dx;
    };
    std::sort(holes.begin(), holes.end(), [&](const Node* a, const Node* b) {
      if (a->x != b->x) return a->x < b->x;
      return a->y != b->y ? a->y < b->y : slope(a) < slope(b);
    });
    for (Node* hole : holes)
      if (Node* bridge = bridgeTo(hole, outer)) {
        Node* back = bridged(bridge, hole);
        filtered(back, back->next);
        outer = filtered(bridge, bridge->next);
      }
    return outer;
  }
};

Triangulator::Triangulator() : impl_(std::make_unique<Impl>()) {}
Triangulator::~Triangulator() = default;

double Triangulator::cut(std::span<const Point> vertices, std::span<const uint32_t> ringEnds,
                         std::vector<uint32_t>& out) {
  if (ringEnds.empty() || ringEnds[0] < 3) return 0;
  Impl& i = *impl_;
  const size_t before = out.size();
  i.used = 0, i.out = &out, i.inverse = 0;
  const Point origin = vertices[0];
  Node* outer = i.list(vertices, 0, ringEnds[0], origin, true);
  if (!outer || outer->prev == outer->next) return 0;
  if (ringEnds.size() > 1) outer = i.withHoles(vertices, ringEnds, origin, outer);
  if (vertices.size() > 80) {
    Box box;
    for (uint32_t v = 0; v < ringEnds[0]; ++v) box.add(vertices[v]);
    const double size = std::max(box.width(), box.height());
    i.minX = box.minX - origin.x, i.minY = box.minY - origin.y;
    // Holes that stick out of the outer ring have no place in the hash; such polygons go without.
    const bool inside =
        std::all_of(vertices.begin() + ringEnds[0], vertices.end(), [&](Point p) { return box.contains(p); });
    i.inverse = size > 0 && inside ? 32767 / size : 0;
  }
  i.todo.clear();
  i.todo.emplace_back(outer, 0);
  while (!i.todo.empty()) {
    const auto [ear, pass] = i.todo.back();
    i.todo.pop_back();
    i.cutList(ear, pass);
  }
  double cutArea = 0;
  for (size_t t = before; t < out.size(); t += 3)
    cutArea += ringArea(std::array{vertices[out[t]], vertices[out[t + 1]], vertices[out[t + 2]]});
  return std::abs(cutArea - area(vertices, ringEnds));
}

namespace {

struct Glu {
  std::vector<uint32_t>* out;
  std::vector<Point>* extra;
  std::deque<std::array<double, 4>> places;  // x, y, 0, index; never moves
  Point origin;
  size_t given = 0;

  double* place(double x, double y, size_t index) {
    places.push_back({x, y, 0, static_cast<double>(index)});
    return places.back().data();
  }
  static void vertex(void* v, void* self) {
    static_cast<Glu*>(self)->out->push_back(static_cast<uint32_t>(static_cast<double*>(v)[3]));
  }
  static void combine(double at[3], void* [4], float[4], void** made, void* self) {
    Glu& g = *static_cast<Glu*>(self);
    *made = g.place(at[0], at[1], g.given + g.extra->size());
    g.extra->push_back({at[0] + g.origin.x, at[1] + g.origin.y});
  }
  static void edgeFlag(unsigned char) {}  // asking for it makes GLU send separate triangles
};

}  // namespace

void Triangulator::tessellate(std::span<const Point> vertices, std::span<const uint32_t> ringEnds,
                              std::vector<uint32_t>& out, std::vector<Point>& extra) {
  if (vertices.empty()) return;
  using Callback = void (*)();
  const size_t before = out.size(), extraBefore = extra.size();
  Glu glu{&out, &extra, {}, vertices[0], vertices.size()};
  std::unique_ptr<GLUtesselator, decltype(&gluDeleteTess)> tess(gluNewTess(), gluDeleteTess);
  gluTessCallback(tess.get(), GLU_TESS_VERTEX_DATA, reinterpret_cast<Callback>(&Glu::vertex));
  gluTessCallback(tess.get(), GLU_TESS_COMBINE_DATA, reinterpret_cast<Callback>(&Glu::combine));
  gluTessCallback(tess.get(), GLU_TESS_EDGE_FLAG, reinterpret_cast<Callback>(&Glu::edgeFlag));
  gluTessProperty(tess.get(), GLU_TESS_WINDING_RULE, GLU_TESS_WINDING_ODD);
  gluTessNormal(tess.get(), 0, 0, 1);
  gluTessBeginPolygon(tess.get(), &glu);
  uint32_t first = 0;
  for (const uint32_t end : ringEnds) {
    gluTessBeginContour(tess.get());
    for (uint32_t v = first; v < end; ++v) {
      double* p = glu.place(vertices[v].x - glu.origin.x, vertices[v].y - glu.origin.y, v);
      gluTessVertex(tess.get(), p, p);
    }
    gluTessEndContour(tess.get());
    first = end;
  }
  gluTessEndPolygon(tess.get());
  if ((out.size() - before) % 3 != 0) out.resize(before), extra.resize(extraBefore);  // GLU gave up
}

std::vector<uint32_t> triangulate(const Shapes& polygons, std::vector<uint32_t>* triangleStart,
                                  std::vector<Point>* extraVertices) {
  std::vector<uint32_t> all, piece, ringEnds;
  std::vector<Point> extra;
  Triangulator triangulator;
  all.reserve(polygons.vertices.size() * 3);
  if (triangleStart) triangleStart->assign(1, 0);
  const auto count = static_cast<uint32_t>(polygons.vertices.size());
  for (size_t row = 0; row < polygons.rows(); ++row) {
    for (uint32_t part = polygons.rowStart[row]; part < polygons.rowStart[row + 1];) {
      const uint32_t first = polygons.partStart[part];
      ringEnds.clear(), piece.clear(), extra.clear();
      do ringEnds.push_back(polygons.partStart[++part] - first);
      while (part < polygons.rowStart[row + 1] && !polygons.hole.empty() && polygons.hole[part]);
      const std::span<const Point> vertices{polygons.vertices.data() + first, ringEnds.back()};
      const double error = triangulator.cut(vertices, ringEnds, piece);
      if (extraVertices && error > 1e-9 * std::abs(area(vertices, ringEnds))) {
        piece.clear();
        Triangulator::tessellate(vertices, ringEnds, piece, extra);
      }
      for (const uint32_t i : piece)
        all.push_back(i < vertices.size()
                          ? first + i
                          : count + static_cast<uint32_t>(extraVertices->size() + i - vertices.size()));
      if (extraVertices) extraVertices->insert(extraVertices->end(), extra.begin(), extra.end());
    }
    if (triangleStart) triangleStart->push_back(static_cast<uint32_t>(all.size() / 3));
  }
  return all;
}

std::vector<uint32_t> triangulateRings(const std::vector<std::vector<Point>>& rings) {
  std::vector<Point> vertices;
  std::vector<uint32_t> ringEnds, out;
  for (const auto& ring : rings) {
    vertices.insert(vertices.end(), ring.begin(), ring.end());
    ringEnds.push_back(static_cast<uint32_t>(vertices.size()));
  }
  Triangulator().cut(vertices, ringEnds, out);
  return out;
}

}  // namespace geo
