#include "app/scene/motion.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "app/scene/theme.h"

namespace scene {
namespace {

constexpr double rho = 1.42;  // how far the camera backs off on a long way (the paper's own choice)

double within(double t) { return std::clamp(t, 0.0, 1.0); }

// In the plane of distance along the way (u) and width of the view (w).
struct Way {
  double w0, w1, u1, r0 = 0, length = 0;
  bool straight = false;  // no distance to speak of: zoom alone

  Way(double from, double to, double distance) : w0(from), w1(to), u1(distance) {
    straight = u1 < 1e-6 * std::max(w0, w1);
    if (straight) {
      length = std::abs(std::log(w1 / w0)) / rho;
      return;
    }
    const double r2 = rho * rho, d = w1 * w1 - w0 * w0, u4 = r2 * r2 * u1 * u1;
    const auto r = [](double b) { return std::asinh(-b); };
    r0 = r((d + u4) / (2 * w0 * r2 * u1));
    length = (r((d - u4) / (2 * w1 * r2 * u1)) - r0) / rho;
  }
  double width(double s) const {
    if (straight) return w0 * std::pow(w1 / w0, length > 0 ? s / length : 1);
    return w0 * std::cosh(r0) / std::cosh(rho * s + r0);
  }
  double share(double s) const {  // of the distance
    if (straight) return length > 0 ? s / length : 1;
    return w0 / (rho * rho) * (std::cosh(r0) * std::tanh(rho * s + r0) - std::sinh(r0)) / u1;
  }
};

Way wayOf(const CameraFlight& f) {
  const double pixels = std::max(1.0f, f.to.frame.w);
  const double dx = f.to.centre.x - f.from.centre.x, dy = f.to.centre.y - f.from.centre.y;
  return {f.from.metresPerUnit * pixels, f.to.metresPerUnit * pixels, std::hypot(dx, dy)};
}

// Items
// ----------------------------------------------------------------------------------------------------------

bool same(const GlyphRun& a, const GlyphRun& b) {
  return a.size == b.size && a.advance == b.advance && a.text == b.text &&
         (a.glyphs.empty() ? b.glyphs.empty()
                           : !b.glyphs.empty() && a.glyphs[0].font == b.glyphs[0].font &&
                                 a.glyphs[0].id == b.glyphs[0].id);
}

bool same(const Path& a, const Path& b) { return a.verbs == b.verbs && a.points == b.points; }

struct Same {  // of two items of one kind: would put down the very same
  bool operator()(const Fill& a, const Fill& b) const { return a.colour == b.colour && same(a.path, b.path); }
  bool operator()(const Stroke& a, const Stroke& b) const {
    return a.pen == b.pen && a.endWidth == b.endWidth && same(a.path, b.path);
  }
  bool operator()(const Glow& a, const Glow& b) const {
    return a.centre == b.centre && a.radius == b.radius && a.colour == b.colour;
  }
  bool operator()(const Fade& a, const Fade& b) const {
    return a.rect == b.rect && a.from == b.from && a.to == b.to && a.horizontal == b.horizontal;
  }
  bool operator()(const HatchedRect& a, const HatchedRect& b) const {
    return a.rect == b.rect && a.hatch == b.hatch;
  }
  bool operator()(const Text& a, const Text& b) const {
    return a.origin == b.origin && a.angle == b.angle && a.colour == b.colour && a.halo == b.halo &&
           a.haloWidth == b.haloWidth && same(a.run, b.run);
  }
  bool operator()(const Image& a, const Image& b) const { return a.rect == b.rect && a.pixels == b.pixels; }
  template <class A, class B>
  bool operator()(const A&, const B&) const {
    return false;
  }
};

bool same(const Placed& a, const Placed& b) {
  return a.item.index() == b.item.index() && a.clip == b.clip && std::visit(Same{}, a.item, b.item);
}

Vec mixed(Vec a, Vec b, float t) { return a + (b - a) * t; }
Rect mixed(const Rect& a, const Rect& b, float t) {
  return {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.w + (b.w - a.w) * t, a.h + (b.h - a.h) * t};
}

struct Between {  // nothing: the two cannot pass into each other
  float t;
  using Some = std::optional<Item>;

  std::optional<Path> path(const Path& a, const Path& b) const {
    if (a.verbs != b.verbs) return std::nullopt;
    Path p = b;
    for (size_t i = 0; i < p.points.size(); ++i) p.points[i] = mixed(a.points[i], b.points[i], t);
    return p;
  }
  Some operator()(const Fill& a, const Fill& b) const {
    auto p = path(a.path, b.path);
    if (!p) return {};
    return Fill{std::move(*p), mix(a.colour, b.colour, t)};
  }
  Some operator()(const Stroke& a, const Stroke& b) const {
    auto p = path(a.path, b.path);
    if (!p || a.pen.dash != b.pen.dash) return {};
    Stroke s = b;
    s.path = std::move(*p), s.pen.colour = mix(a.pen.colour, b.pen.colour, t);
    s.pen.width = a.pen.width + (b.pen.width - a.pen.width) * t;
    return s;
  }
  Some operator()(const HatchedRect& a, const HatchedRect& b) const {
    HatchedRect h = b;
    h.rect = mixed(a.rect, b.rect, t);
    return h;
  }
  Some operator()(const Text& a, const Text& b) const {
    if (!same(a.run, b.run) || a.angle != b.angle) return {};
    Text text = b;
    text.origin = mixed(a.origin, b.origin, t), text.colour = mix(a.colour, b.colour, t);
    return text;
  }
  template <class A, class B>
  Some operator()(const A&, const B&) const {
    return {};
  }
};

struct Weaker {
  float alpha;
  void operator()(Areas& i) const {
    if (!i.fills) return;
    auto fills = std::make_shared<std::vector<Rgba>>(*i.fills);
    for (Rgba& c : *fills) c = c.withAlpha(alpha);
    i.fills = std::move(fills);
    i.hatch.line = i.hatch.line.withAlpha(alpha), i.hatch.ground = i.hatch.ground.withAlpha(alpha);
  }
  void operator()(Borders& i) const { i.pen.colour = i.pen.colour.withAlpha(alpha); }
  void operator()(Courses& i) const { i.pen.colour = i.pen.colour.withAlpha(alpha); }
  void operator()(Dots& i) const {
    i.edge.colour = i.edge.colour.withAlpha(alpha);
    if (!i.fills) return;
    auto fills = std::make_shared<std::vector<Rgba>>(*i.fills);
    for (Rgba& c : *fills) c = c.withAlpha(alpha);
    i.fills = std::move(fills);
  }
  void operator()(Raster&) const {}
  void operator()(Fill& i) const { i.colour = i.colour.withAlpha(alpha); }
  void operator()(Stroke& i) const { i.pen.colour = i.pen.colour.withAlpha(alpha); }
  void operator()(Glow& i) const { i.colour = i.colour.withAlpha(alpha); }
  void operator()(Fade& i) const { i.from = i.from.withAlpha(alpha), i.to = i.to.withAlpha(alpha); }
  void operator()(HatchedRect& i) const {
    i.hatch.line = i.hatch.line.withAlpha(alpha), i.hatch.ground = i.hatch.ground.withAlpha(alpha);
  }
  void operator()(Text& i) const { i.colour = i.colour.withAlpha(alpha), i.halo = i.halo.withAlpha(alpha); }
  void operator()(Image& i) const {
    if (!i.pixels) return;
    auto pixels = std::make_shared<std::vector<Rgba>>(*i.pixels);
    for (Rgba& c : *pixels) c = c.withAlpha(alpha);
    i.pixels = std::move(pixels);
  }
};

// Where an item lies about: equal items have equal ones.
struct FirstPoint {
  Vec operator()(const Fill& i) const { return i.path.points.empty() ? Vec{} : i.path.points[0]; }
  Vec operator()(const Stroke& i) const { return i.path.points.empty() ? Vec{} : i.path.points[0]; }
  Vec operator()(const Glow& i) const { return i.centre; }
  Vec operator()(const Fade& i) const { return {i.rect.x, i.rect.y}; }
  Vec operator()(const HatchedRect& i) const { return {i.rect.x, i.rect.y}; }
  Vec operator()(const Text& i) const { return i.origin; }
  Vec operator()(const Image& i) const { return {i.rect.x, i.rect.y}; }
  template <class T>
  Vec operator()(const T&) const {
    return {};
  }
};

size_t hashOf(const Placed& placed) {
  const Vec p = std::visit(FirstPoint{}, placed.item);
  return placed.item.index() + 31 * std::hash<float>{}(p.x) + 1009 * std::hash<float>{}(p.y);
}

}  // namespace

double outQuad(double t) { return 1 - (1 - within(t)) * (1 - within(t)); }
double outCubic(double t) { return 1 - std::pow(1 - within(t), 3); }
double inOutCubic(double t) {
  t = within(t);
  return t < 0.5 ? 4 * t * t * t : 1 - std::pow(2 - 2 * t, 3) / 2;
}

CameraFlight cameraFlight(const Camera& from, const Camera& to) {
  CameraFlight f{from, to, 0};
  if (from.centre == to.centre && from.metresPerUnit == to.metresPerUnit) return f;
  f.seconds = 1.6 + 0.8 * within(wayOf(f).length / 3);
  return f;
}

double wayAt(const CameraFlight& f, double seconds) {
  return f.seconds > 0 ? inOutCubic(seconds / f.seconds) : 1;
}

Camera cameraAt(const CameraFlight& f, double seconds) {
  const double eased = wayAt(f, seconds);
  if (eased >= 1) return f.to;
  const Way way = wayOf(f);
  const double share = way.share(eased * way.length);
  Camera c = f.to;
  c.centre = {f.from.centre.x + share * (f.to.centre.x - f.from.centre.x),
              f.from.centre.y + share * (f.to.centre.y - f.from.centre.y)};
  c.metresPerUnit = way.width(eased * way.length) / std::max(1.0f, f.to.frame.w);
  return c;
}

void fade(std::span<Placed> items, float alpha) {
  if (alpha >= 1) return;
  for (Placed& p : items) std::visit(Weaker{alpha}, p.item);
}

std::vector<Placed> morphed(const std::vector<Placed>& from, const std::vector<Placed>& to, double t) {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const auto part = static_cast<float>(t);
  // One after the other: words over other words cannot be read.
  const float goes = std::max(0.f, 1 - 2.2f * part), comes = std::max(0.f, 2.2f * part - 1.2f);
  // Which of `from` each of `to` is, or comes from.
  std::vector<long> origin(to.size(), -1);
  std::vector<bool> used(from.size(), false), equal(to.size(), false);
  std::unordered_multimap<size_t, size_t> places;
  std::map<std::pair<uint64_t, uint32_t>, size_t> keys;
  for (size_t i = from.size(); i-- > 0;) {
    places.emplace(hashOf(from[i]), i);
    if (from[i].key) keys[{from[i].key, from[i].ordinal}] = i;
  }
  for (size_t j = 0; j < to.size(); ++j) {
    const auto [begin, end] = places.equal_range(hashOf(to[j]));
    for (auto k = begin; k != end; ++k)
      if (!used[k->second] && same(from[k->second], to[j])) {
        origin[j] = static_cast<long>(k->second), used[k->second] = equal[j] = true;
        break;
      }
  }
  for (size_t j = 0; j < to.size(); ++j) {
    if (origin[j] >= 0 || !to[j].key) continue;
    const auto k = keys.find({to[j].key, to[j].ordinal});
    if (k == keys.end() || used[k->second] || from[k->second].item.index() != to[j].item.index()) continue;
    origin[j] = static_cast<long>(k->second), used[k->second] = true;
  }
  std::vector<Placed> out, leaving;
  for (size_t i = 0; i < from.size(); ++i)
    if (!used[i]) leaving.push_back(from[i]);
  if (goes <= 0) leaving.clear();
  fade(leaving, goes);
  out = std::move(leaving);  // below what comes
  std::vector<Placed> one(1);
  for (size_t j = 0; j < to.size(); ++j) {
    if (equal[j]) {
      out.push_back(to[j]);
      continue;
    }
    if (origin[j] >= 0) {
      if (auto item = std::visit(Between{part}, from[static_cast<size_t>(origin[j])].item, to[j].item)) {
        out.push_back(to[j]);
        out.back().item = std::move(*item);
        continue;
      }
      // Another text or shape in the same part: first the one, then the other.
      if (goes > 0) {
        one[0] = from[static_cast<size_t>(origin[j])];
        fade(one, goes);
        out.push_back(one[0]);
      }
    }
    if (comes <= 0) continue;
    one[0] = to[j];
    fade(one, comes);
    out.push_back(one[0]);
  }
  return out;
}

}  // namespace scene
