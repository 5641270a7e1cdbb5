// The map's own symbol paths as triangles for ImGui: filled by ear cutting, with a rim one pixel wide that
// fades out.
#include "app/panels/state.h"
#include "geo/triangulate.h"

namespace panels {
namespace {

using scene::Vec;

double signedArea(const std::vector<Vec>& ring) {
  double a = 0;
  for (size_t i = 0; i < ring.size(); ++i) {
    const Vec p = ring[i], q = ring[(i + 1) % ring.size()];
    a += static_cast<double>(p.x) * q.y - static_cast<double>(q.x) * p.y;
  }
  return a / 2;
}

bool inside(const std::vector<Vec>& ring, Vec p) {
  bool in = false;
  for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    if ((ring[i].y > p.y) != (ring[j].y > p.y) &&
        p.x < (ring[j].x - ring[i].x) * (p.y - ring[i].y) / (ring[j].y - ring[i].y) + ring[i].x)
      in = !in;
  return in;
}

std::vector<Vec> distinct(std::vector<Vec> ring) {
  const auto near = [](Vec a, Vec b) { return std::abs(a.x - b.x) + std::abs(a.y - b.y) < 1e-3f; };
  ring.erase(std::unique(ring.begin(), ring.end(), near), ring.end());
  while (ring.size() > 1 && near(ring.front(), ring.back())) ring.pop_back();
  return ring;
}

Vec unit(Vec v) {
  const float l = std::hypot(v.x, v.y);
  return l > 0 ? Vec{v.x / l, v.y / l} : Vec{};
}

// Outward normals at the vertices of a ring whose inside lies to the left of its course (positive area, y
// down).
std::vector<Vec> rims(const std::vector<Vec>& ring) {
  std::vector<Vec> out(ring.size());
  for (size_t i = 0; i < ring.size(); ++i) {
    const Vec a = ring[(i + ring.size() - 1) % ring.size()], b = ring[i], c = ring[(i + 1) % ring.size()];
    const Vec u = unit(b - a), v = unit(c - b);
    const Vec n1{u.y, -u.x}, n2{v.y, -v.x};
    const Vec m = n1 + n2;
    const float l2 = m.x * m.x + m.y * m.y;
    out[i] = l2 > 0.2f ? m * (2 / l2) : n1;  // a mitre, cut where the corner is sharp
    const float l = std::hypot(out[i].x, out[i].y);
    if (l > 2) out[i] = out[i] * (2 / l);
  }
  return out;
}

void addRings(SymbolMesh& mesh, const std::vector<std::vector<Vec>>& rings, ImU32 colour) {
  const ImU32 clear = colour & ~IM_COL32_A_MASK;
  std::vector<std::vector<geo::Point>> cut;
  const auto base = static_cast<uint16_t>(mesh.vertices.size());
  std::vector<std::vector<Vec>> rim;
  for (const auto& ring : rings) {
    auto& c = cut.emplace_back();
    rim.push_back(rims(ring));
    for (size_t i = 0; i < ring.size(); ++i) {
      c.push_back({ring[i].x, ring[i].y});
      mesh.vertices.push_back({ring[i] - rim.back()[i] * 0.5f, colour});
    }
  }
  for (uint32_t i : geo::triangulateRings(cut)) mesh.indices.push_back(static_cast<uint16_t>(base + i));
  uint16_t first = base;
  for (size_t r = 0; r < rings.size(); ++r) {
    const auto n = static_cast<uint16_t>(rings[r].size());
    const auto outer = static_cast<uint16_t>(mesh.vertices.size());
    for (size_t i = 0; i < n; ++i) mesh.vertices.push_back({rings[r][i] + rim[r][i] * 0.5f, clear});
    for (uint16_t i = 0; i < n; ++i) {
      const uint16_t j = (i + 1) % n;
      for (int v : {first + i, first + j, outer + j, first + i, outer + j, outer + i})
        mesh.indices.push_back(static_cast<uint16_t>(v));
    }
    first = static_cast<uint16_t>(first + n);
  }
}

void addFill(SymbolMesh& mesh, const scene::Path& path, ImU32 colour, float tolerance) {
  std::vector<std::vector<Vec>> rings;
  for (auto& ring : scene::flattened(path, tolerance))
    if (auto r = distinct(std::move(ring)); r.size() > 2) rings.push_back(std::move(r));
  std::vector<int> depth(rings.size());
  for (size_t i = 0; i < rings.size(); ++i)
    for (size_t j = 0; j < rings.size(); ++j)
      if (i != j && inside(rings[j], rings[i][0])) ++depth[i];
  for (size_t i = 0; i < rings.size(); ++i)
    if ((signedArea(rings[i]) > 0) == (depth[i] % 2 != 0)) std::reverse(rings[i].begin(), rings[i].end());
  for (size_t i = 0; i < rings.size(); ++i) {
    if (depth[i] % 2) continue;
    std::vector<std::vector<Vec>> group{rings[i]};
    for (size_t j = 0; j < rings.size(); ++j)
      if (depth[j] == depth[i] + 1 && inside(rings[i], rings[j][0])) group.push_back(rings[j]);
    addRings(mesh, group, colour);
  }
}

std::vector<std::vector<Vec>> dashed(const std::vector<Vec>& line, bool closed,
                                     const std::vector<float>& dash) {
  std::vector<Vec> course = line;
  if (closed && !course.empty()) course.push_back(course.front());
  std::vector<std::vector<Vec>> pieces;
  size_t at = 0;
  float left = dash[0];
  bool on = true;
  std::vector<Vec> piece{course.empty() ? Vec{} : course[0]};
  for (size_t i = 1; i < course.size(); ++i) {
    Vec a = course[i - 1];
    const Vec b = course[i];
    float length = std::hypot(b.x - a.x, b.y - a.y);
    while (length > left) {
      a = a + (b - a) * (left / length);
      length -= left;
      if (on) piece.push_back(a), pieces.push_back(std::move(piece));
      on = !on, at = (at + 1) % dash.size(), left = std::max(dash[at], 0.05f);
      piece = {a};
    }
    left -= length;
    if (on) piece.push_back(b);
  }
  if (on && piece.size() > 1) pieces.push_back(std::move(piece));
  return pieces;
}

// A line as a ribbon: full inside, fading over a pixel on both sides; thin lines are paler instead of
// thinner.
void addRibbon(SymbolMesh& mesh, const std::vector<Vec>& line, bool closed, float width, ImU32 colour) {
  const size_t n = line.size();
  if (n < 2) return;
  const float half = std::max(0.0f, width / 2 - 0.5f), rim = half + 1;
  if (width < 1)
    colour = (colour & ~IM_COL32_A_MASK) |
             (static_cast<ImU32>((colour >> IM_COL32_A_SHIFT) * width) << IM_COL32_A_SHIFT);
  const ImU32 clear = colour & ~IM_COL32_A_MASK;
  const auto base = static_cast<uint16_t>(mesh.vertices.size());
  for (size_t i = 0; i < n; ++i) {
    const bool first = !closed && i == 0, last = !closed && i + 1 == n;
    const Vec u = first ? Vec{} : unit(line[i] - line[(i + n - 1) % n]),
              v = last ? Vec{} : unit(line[(i + 1) % n] - line[i]);
    Vec m = Vec{u.y, -u.x} + Vec{v.y, -v.x};
    const float l2 = m.x * m.x + m.y * m.y;
    m = first || last ? unit(m) : l2 > 0.4f ? m * (2 / l2) : unit(m);
    mesh.vertices.push_back({line[i] + m * rim, clear});
    mesh.vertices.push_back({line[i] + m * half, colour});
    mesh.vertices.push_back({line[i] - m * half, colour});
    mesh.vertices.push_back({line[i] - m * rim, clear});
  }
  for (size_t i = 0; i + (closed ? 0 : 1) < n; ++i) {
    const auto a = static_cast<uint16_t>(base + 4 * i), b = static_cast<uint16_t>(base + 4 * ((i + 1) % n));
    for (int s = 0; s < 3; ++s)
      for (int v : {a + s, b + s, b + s + 1, a + s, b + s + 1, a + s + 1})
        mesh.indices.push_back(static_cast<uint16_t>(v));
  }
}

}  // namespace

SymbolMesh symbolMesh(scene::Symbol symbol, scene::Certainty certainty, float size, const scene::Theme& theme,
                      float pixel) {
  scene::Drawing drawing;
  scene::addSymbol(drawing, symbol, certainty, {0, 0}, size, theme, 1.5f * pixel);
  SymbolMesh mesh;
  const float tolerance = 0.08f;
  for (const auto& placed : drawing.items) {
    if (const auto* f = std::get_if<scene::Fill>(&placed.item))
      addFill(mesh, f->path, colour(f->colour), tolerance);
    if (const auto* s = std::get_if<scene::Stroke>(&placed.item)) {
      std::vector<bool> closed;
      const auto lines = scene::flattened(s->path, tolerance, &closed);
      for (size_t i = 0; i < lines.size(); ++i) {
        const bool ring = i < closed.size() && closed[i];
        const auto course = distinct(lines[i]);
        if (s->pen.dash.empty()) {
          addRibbon(mesh, course, ring, s->pen.width, colour(s->pen.colour));
        } else {
          for (const auto& piece : dashed(course, ring, s->pen.dash))
            addRibbon(mesh, piece, false, s->pen.width, colour(s->pen.colour));
        }
      }
    }
  }
  return mesh;
}

}  // namespace panels
