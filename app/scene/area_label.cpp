#include "app/scene/area_label.h"

#include <algorithm>
#include <cmath>

#include "geo/measure.h"

namespace scene {
namespace {

float overlap(const Rect& a, const Rect& b) {
  const float w = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float h = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

double lineCost(const Surroundings& around, const Rect& box) {
  double cost = 0;
  for (const auto& line : around.lines)
    for (Vec v : line) cost += box.contains(v) ? 6 : 0;
  return cost;
}

}  // namespace

std::optional<Vec> spotInside(const geo::Shapes& polygons, size_t row, geo::Point anchor,
                              const Camera& camera, float w, float h, const Surroundings& around,
                              std::span<const Vec> toward, float distance, double* costOut) {
  geo::Box b = polygons.box(row);
  const geo::Box seen = camera.world();
  if (!b.intersects(seen)) return {};
  const bool cut = b.minX < seen.minX || b.maxX > seen.maxX || b.minY < seen.minY || b.maxY > seen.maxY;
  const geo::Box part = cut ? geo::Box{std::max(b.minX, seen.minX), std::max(b.minY, seen.minY),
                                       std::min(b.maxX, seen.maxX), std::min(b.maxY, seen.maxY)}
                            : b;
  // A power-of-two lattice in world metres, about a dozen points each way.
  const double step = std::exp2(std::floor(std::log2(std::max(part.width(), part.height()) / 10)));
  if (!(step > 0)) return {};
  std::optional<Vec> best;
  double bestCost = 1e30;
  const bool anchored = !std::isnan(anchor.x);
  const Vec home = camera.canvasFromWorld(anchored ? anchor : part.centre());
  const geo::Containment inside(polygons, row);
  const auto consider = [&](geo::Point p) {
    if (!inside(p)) return;
    const Vec c = camera.canvasFromWorld(p);
    const Rect box{c.x - w / 2, c.y - h / 2, w, h};
    const Rect& f = camera.frame;
    if (box.x < f.x || box.right() > f.right() || box.y < f.y || box.bottom() > f.bottom()) return;
    double cost = anchored ? 0.02 * std::hypot(c.x - home.x, c.y - home.y) / (h / 40) : 0;
    for (Vec corner : {Vec{box.x, box.y}, Vec{box.right(), box.y}, Vec{box.x, box.bottom()},
                       Vec{box.right(), box.bottom()}, Vec{box.x, c.y}, Vec{box.right(), c.y}})
      if (!inside(camera.worldFromCanvas(corner))) cost += 9;
    if (cost >= bestCost) return;
    for (const Rect& r : around.boxes) {
      const float shared = overlap(r, box);
      if (shared > 0) cost += 25 + 100 * shared / (w * h);
    }
    cost += lineCost(around, box);
    if (!toward.empty()) {
      float nearest = 1e9f;
      for (Vec v : toward) nearest = std::min(nearest, std::hypot(v.x - c.x, v.y - c.y));
      cost += std::abs(nearest - distance) * 0.06;
    }
    if (cost < bestCost) bestCost = cost, best = c;
  };
  if (anchored) consider(anchor);
  for (double y = std::ceil(part.minY / step) * step; y <= part.maxY; y += step)
    for (double x = std::ceil(part.minX / step) * step; x <= part.maxX; x += step) consider({x, y});
  if (costOut) *costOut = bestCost;
  return best;
}

std::optional<AlongSpot> spotAlong(const std::vector<std::vector<Vec>>& lines, float width, float height,
                                   float offset, Rect frame, const Surroundings& around) {
  std::optional<AlongSpot> best;
  double bestCost = 1e30;
  for (const auto& line : lines) {
    std::vector<float> along{0};
    for (size_t i = 1; i < line.size(); ++i)
      along.push_back(along.back() + std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y));
    const float total = along.back();
    if (total < width * 1.1f) continue;
    const auto at = [&](float s) {
      const size_t i = std::clamp<size_t>(std::upper_bound(along.begin(), along.end(), s) - along.begin(), 1,
                                          line.size() - 1);
      const float d = along[i] - along[i - 1];
      const float t = d > 0 ? std::clamp((s - along[i - 1]) / d, 0.f, 1.f) : 0;
      return line[i - 1] + (line[i] - line[i - 1]) * t;
    };
    const float step = std::max(width / 3, 8.f * height / 14);
    for (float s = width * 0.55f; s <= total - width * 0.55f; s += step) {
      const Vec a = at(s - width / 2), b = at(s + width / 2), m = at(s);
      float angle = std::atan2(b.y - a.y, b.x - a.x);
      constexpr float half = 1.5707963f;
      if (angle > half) angle -= 2 * half;
      if (angle < -half) angle += 2 * half;
      const Vec dir{std::cos(angle), std::sin(angle)}, normal{-dir.y, dir.x};
      float bend = 0;
      for (float q : {0.25f, 0.5f, 0.75f}) {
        const Vec on = at(s - width / 2 + q * width);
        const Vec chord = a + (b - a) * q;
        bend = std::max(bend, std::hypot(on.x - chord.x, on.y - chord.y));
      }
      for (float side : {-1.f, 1.f}) {
        const Vec c = m + normal * (side * (offset + height * 0.1f));
        double cost = bend / height * 3 + std::abs(angle) * 0.8 + (side > 0 ? 0.3 : 0);
        for (float q : {-0.5f, -0.25f, 0.f, 0.25f, 0.5f}) {
          const Vec p = c + dir * (q * width);
          const Rect box{p.x - height * 0.6f, p.y - height * 0.6f, height * 1.2f, height * 1.2f};
          if (box.x < frame.x || box.right() > frame.right() || box.y < frame.y ||
              box.bottom() > frame.bottom())
            cost += 1e6;
          for (const Rect& r : around.boxes) cost += r.meets(box) ? 1e6 : 0;
          cost += lineCost(around, box);
        }
        if (cost < bestCost) bestCost = cost, best = AlongSpot{c, angle};
      }
    }
  }
  return bestCost < 1e5 ? best : std::nullopt;
}

}  // namespace scene
