#include "app/scene/drawing.h"

#include <algorithm>
#include <cmath>

namespace scene {
namespace {

constexpr float kCircle = 0.5522847498f;  // cubic handles of a quarter circle: within 0.03 % of the radius

// Wang's bound: n equal steps of the parameter keep every chord within max|second difference|·6/(8n²) of its
// arc.
int stepsOf(Vec a, Vec b, Vec c, Vec d, float tolerance) {
  const float ux = a.x - 2 * b.x + c.x, uy = a.y - 2 * b.y + c.y;
  const float vx = b.x - 2 * c.x + d.x, vy = b.y - 2 * c.y + d.y;
  const double bend =
      std::sqrt(std::max(double(ux) * ux + double(uy) * uy, double(vx) * vx + double(vy) * vy));
  const double n = std::ceil(std::sqrt(0.75 * bend / std::max(tolerance, 1e-6f)));
  return n >= 1 ? static_cast<int>(std::min(n, 4096.0)) : 1;  // NaN gives one step too
}

Vec onCubic(Vec a, Vec b, Vec c, Vec d, float t) {
  const float s = 1 - t;
  return a * (s * s * s) + b * (3 * s * s * t) + c * (3 * s * t * t) + d * (t * t * t);
}

}  // namespace

Rect Path::box() const {
  if (points.empty()) return {};
  Vec low = points[0], high = points[0];
  for (Vec p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  return {low.x, low.y, high.x - low.x, high.y - low.y};
}

Path Path::rect(Rect r) {
  return polygon({{r.x, r.y}, {r.right(), r.y}, {r.right(), r.bottom()}, {r.x, r.bottom()}});
}

Path Path::roundedRect(Rect r, float radius) {
  radius = std::min(radius, std::min(r.w, r.h) / 2);
  if (!(radius > 0)) return rect(r);
  const float h = radius * (1 - kCircle);  // handle's distance from the corner
  const float x0 = r.x, y0 = r.y, x1 = r.right(), y1 = r.bottom();
  return Path()
      .move({x0 + radius, y0})
      .line({x1 - radius, y0})
      .cubic({x1 - h, y0}, {x1, y0 + h}, {x1, y0 + radius})
      .line({x1, y1 - radius})
      .cubic({x1, y1 - h}, {x1 - h, y1}, {x1 - radius, y1})
      .line({x0 + radius, y1})
      .cubic({x0 + h, y1}, {x0, y1 - h}, {x0, y1 - radius})
      .line({x0, y0 + radius})
      .cubic({x0, y0 + h}, {x0 + h, y0}, {x0 + radius, y0})
      .close();
}

Path Path::circle(Vec c, float r) {
  const float k = r * kCircle;
  return Path()
      .move({c.x + r, c.y})
      .cubic({c.x + r, c.y + k}, {c.x + k, c.y + r}, {c.x, c.y + r})
      .cubic({c.x - k, c.y + r}, {c.x - r, c.y + k}, {c.x - r, c.y})
      .cubic({c.x - r, c.y - k}, {c.x - k, c.y - r}, {c.x, c.y - r})
      .cubic({c.x + k, c.y - r}, {c.x + r, c.y - k}, {c.x + r, c.y})
      .close();
}

Path Path::polyline(std::span<const Vec> points, bool closed) {
  Path p;
  for (size_t i = 0; i < points.size(); ++i) i ? p.line(points[i]) : p.move(points[i]);
  if (closed && !p.empty()) p.close();
  return p;
}

Path Path::polygon(std::initializer_list<Vec> points) {
  return polyline({points.begin(), points.size()}, true);
}

Path Path::scaled(float k, Vec origin) const {
  Path p = *this;
  for (Vec& v : p.points) v = origin + v * k;
  return p;
}

void Path::append(const Path& other) {
  const Path copy = &other == this ? other : Path();  // self-append must not read while it grows
  const Path& from = &other == this ? copy : other;
  verbs.insert(verbs.end(), from.verbs.begin(), from.verbs.end());
  points.insert(points.end(), from.points.begin(), from.points.end());
}

std::vector<std::vector<Vec>> flattened(const Path& path, float tolerance, std::vector<bool>* closed) {
  std::vector<std::vector<Vec>> contours;
  std::vector<bool> ends;
  bool open = false;  // a contour is being drawn
  Vec start, at;
  const auto begin = [&](Vec p) {
    contours.push_back({p});
    ends.push_back(false);
    start = at = p;
    open = true;
  };
  const auto to = [&](Vec p) {
    if (!(p == at)) contours.back().push_back(p);
    at = p;
  };
  const Vec* p = path.points.data();
  for (Path::Verb verb : path.verbs) switch (verb) {
      case Path::Verb::move:
        begin(*p++);
        break;
      case Path::Verb::line:
        if (!open) begin(at);  // after a close, drawing goes on from the contour's start
        to(*p++);
        break;
      case Path::Verb::cubic: {
        if (!open) begin(at);
        const Vec a = at, b = p[0], c = p[1], d = p[2];
        const int n = stepsOf(a, b, c, d, tolerance);
        for (int i = 1; i < n; ++i) to(onCubic(a, b, c, d, float(i) / float(n)));
        to(d);
        p += 3;
        break;
      }
      case Path::Verb::close:
        if (!open) break;
        ends.back() = true;
        if (contours.back().size() > 1 && contours.back().back() == start) contours.back().pop_back();
        at = start;
        open = false;
        break;
    }
  if (closed) *closed = std::move(ends);
  return contours;
}

}  // namespace scene
