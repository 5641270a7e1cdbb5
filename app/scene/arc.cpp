#include "app/scene/arc.h"

#include <algorithm>
#include <cmath>

namespace scene {
namespace {

float length(Vec v) { return std::hypot(v.x, v.y); }

Vec quadratic(Vec p, Vec c, Vec q, float t) {
  const float u = 1 - t;
  return p * (u * u) + c * (2 * u * t) + q * (t * t);
}

// The parameter at which the curve leaves a circle about one end.
float leaves(Vec p, Vec c, Vec q, float radius) {
  float lo = 0, hi = 0.6f;
  for (int i = 0; i < 24; ++i) {
    const float mid = (lo + hi) / 2;
    (length(quadratic(p, c, q, mid) - p) < radius ? lo : hi) = mid;
  }
  return (lo + hi) / 2;
}

}  // namespace

Arc leadArc(Vec from, Vec to, float fromRadius, float toRadius, std::span<const Vec> avoid, float scale) {
  const Vec d = to - from;
  const float span = std::max(length(d), 1e-3f);
  const Vec normal{-d.y / span, d.x / span};
  const float bulge = std::clamp(0.42f - span / (1500 * scale) * 0.8f, 0.16f, 0.42f) * span * 0.5f;
  double best = 1e30;
  Vec control = (from + to) * 0.5f;
  for (float side : {1.f, -1.f}) {
    const Vec c = (from + to) * 0.5f + normal * (side * bulge * 2);
    double cost = side > 0 ? 0 : 1e-6;
    for (int i = 2; i <= 18; ++i) {
      const Vec s = quadratic(from, c, to, i / 20.0f);
      for (Vec a : avoid) {
        const float near = length(s - a) / (30 * scale);
        if (near < 4) cost += std::exp(-near * near);
      }
    }
    if (cost < best) best = cost, control = c;
  }
  const float t0 = leaves(from, control, to, fromRadius), t1 = 1 - leaves(to, control, from, toRadius);
  // The piece t0 … t1 of the quadratic, raised to a cubic.
  const Vec p = quadratic(from, control, to, t0), q = quadratic(from, control, to, t1);
  const Vec tangent = (control - from) * (1 - t0) + (to - control) * t0;
  const Vec c = p + tangent * (t1 - t0);
  return {p, p + (c - p) * (2 / 3.0f), q + (c - q) * (2 / 3.0f), q};
}

Vec pointOn(const Arc& arc, float t) {
  const float u = 1 - t;
  return arc.start * (u * u * u) + arc.a * (3 * u * u * t) + arc.b * (3 * u * t * t) + arc.end * (t * t * t);
}

Arc upTo(const Arc& arc, float t) {
  const auto between = [&](Vec p, Vec q) { return p + (q - p) * t; };
  const Vec ab = between(arc.start, arc.a), bc = between(arc.a, arc.b), cd = between(arc.b, arc.end);
  const Vec abc = between(ab, bc), bcd = between(bc, cd);
  return {arc.start, ab, abc, between(abc, bcd)};
}

Arc relativeTo(const Arc& arc, Vec from, Vec to) {
  const Vec way = to - from;
  const float square = std::max(way.x * way.x + way.y * way.y, 1e-6f);
  const auto seen = [&](Vec p) {
    const Vec d = p - from;
    return Vec{(d.x * way.x + d.y * way.y) / square, (d.y * way.x - d.x * way.y) / square};
  };
  return {seen(arc.start), seen(arc.a), seen(arc.b), seen(arc.end)};
}

Arc placedBetween(const Arc& relative, Vec from, Vec to) {
  const Vec way = to - from;
  const auto placed = [&](Vec p) {
    return Vec{from.x + p.x * way.x - p.y * way.y, from.y + p.x * way.y + p.y * way.x};
  };
  return {placed(relative.start), placed(relative.a), placed(relative.b), placed(relative.end)};
}

}  // namespace scene
