#include "app/scene/map_thematic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/scene/board.h"
#include "geo/measure.h"

namespace scene {
namespace {

// Levels that are drawn thinner: every other one, and four of five where there are many.
bool isMinor(const std::vector<double>& levels, double level) {
  if (levels.size() < 4) return false;
  const double step = std::abs(levels[1] - levels[0]);
  const long k = std::lround(level / step);
  return k % (levels.size() > 10 ? 5 : 2) != 0;
}

MapShapePtr shapeOf(const std::vector<geo::Contour>& lines, const std::vector<double>& levels, bool minor) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::line;
  for (const geo::Contour& line : lines) {
    if (isMinor(levels, line.level) != minor || line.points.size() < 2) continue;
    auto& vertices = layer->shapes.vertices;
    vertices.insert(vertices.end(), line.points.begin(), line.points.end());
    if (line.closed) vertices.push_back(line.points.front());
    layer->shapes.endPart();
    layer->shapes.endRow();
  }
  layer->table.rowCount = layer->shapes.rows();
  for (const geo::Point p : layer->shapes.vertices) layer->bounds.add(p);
  auto shape = std::make_shared<MapShape>();
  shape->layer = std::move(layer);
  return shape;
}

// A line on the canvas, walked by its length.
struct Walk {
  std::vector<Vec> points;
  std::vector<float> along;

  Walk(const geo::Contour& line, const Camera& camera) {
    const size_t n = line.points.size() + (line.closed ? 1 : 0);
    points.reserve(n), along.reserve(n);
    for (size_t i = 0; i < n; ++i) {
      points.push_back(camera.canvasFromWorld(line.points[i % line.points.size()]));
      along.push_back(
          i ? along[i - 1] + std::hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y) : 0);
    }
  }
  float length() const { return along.empty() ? 0 : along.back(); }
  Vec at(float s) const {
    const auto end = std::upper_bound(along.begin(), along.end(), s);
    const size_t i = std::clamp<size_t>(static_cast<size_t>(end - along.begin()), 1, points.size() - 1);
    const float d = along[i] - along[i - 1];
    return points[i - 1] +
           (points[i] - points[i - 1]) * (d > 0 ? std::clamp((s - along[i - 1]) / d, 0.f, 1.f) : 0);
  }
};

}  // namespace

std::vector<Rgba> mapColours(const Scene& s, const Theme& t) {
  if (!s.choropleth) return {};
  auto colours = classColours(*s.choropleth, t.dark);
  if (s.heat)
    for (Rgba& c : colours) c = mix(c, t.land, t.dark ? 0.5 : 0.45);
  return colours;
}

std::vector<geo::Contour> withoutLeaps(const Heat& heat, const geo::Shapes& areas) {
  if (!heat.grid || areas.kind != geo::ShapeKind::polygon) return *heat.lines;
  const geo::Grid& g = *heat.grid;
  std::vector<geo::Box> boxes;
  for (size_t r = 0; r < areas.rows(); ++r) boxes.push_back(areas.has(r) ? areas.box(r) : geo::Box{});
  const auto areaOf = [&](geo::Point p) {
    for (size_t r = 0; r < boxes.size(); ++r)
      if (boxes[r].contains(p) && geo::contains(areas, r, p)) return static_cast<long>(r);
    return -1L;
  };
  // What a slope may rise from one cell to the next without being looked at.
  const double leap = 0.03 * (std::max(std::abs(heat.low), heat.high) - std::min(heat.low, 0.0));
  // A vertex lies between the middles of two cells.
  const auto leaps = [&](geo::Point p) {
    const double x = (p.x - g.left) / g.cell - 0.5, y = (g.top - p.y) / g.cell - 0.5;
    const bool across = std::abs(y - std::round(y)) < std::abs(x - std::round(x));
    const double x0 = across ? std::floor(x) : std::round(x), y0 = across ? std::round(y) : std::floor(y);
    const double x1 = x0 + across, y1 = y0 + !across;
    if (x0 < 0 || y0 < 0 || x1 >= g.width || y1 >= g.height) return false;
    const auto cell = [&](double v) { return static_cast<uint32_t>(v); };
    if (!(std::abs(g.at(cell(x0), cell(y0)) - g.at(cell(x1), cell(y1))) > leap)) return false;
    return areaOf(g.centre(cell(x0), cell(y0))) != areaOf(g.centre(cell(x1), cell(y1)));
  };
  std::vector<geo::Contour> kept;
  for (const geo::Contour& line : *heat.lines) {
    const size_t n = line.points.size();
    std::vector<uint8_t> gone(n);
    for (size_t i = 0; i < n; ++i) gone[i] = leaps(line.points[i]);
    const auto firstGone = std::find(gone.begin(), gone.end(), 1);
    if (firstGone == gone.end()) {
      kept.push_back(line);
      continue;
    }
    // Once round from a vertex that goes; an open line from its start.
    const size_t start = line.closed ? static_cast<size_t>(firstGone - gone.begin()) : 0;
    geo::Contour piece{line.level, false, {}};
    const auto end = [&] {
      if (piece.points.size() > 1) kept.push_back(piece);
      piece.points.clear();
    };
    for (size_t k = 0; k < n; ++k) {
      const size_t i = (start + k) % n;
      gone[i] ? end() : piece.points.push_back(line.points[i]);
    }
    end();
  }
  return kept;
}

ContourShapes contoursOn(const Scene& s, DrawCache* cache) {
  if (!s.heat || !s.heat->lines || s.heat->lines->empty()) return {};
  const SceneLayer* city = findLayer(s, s.cityLayer);
  const auto make = [&](const Heat& heat) {
    ContourShapes c;
    c.lines = city && city->shape ? std::make_shared<const std::vector<geo::Contour>>(
                                        withoutLeaps(heat, city->shape->layer->shapes))
                                  : heat.lines;
    c.major = shapeOf(*c.lines, heat.ticks, false), c.minor = shapeOf(*c.lines, heat.ticks, true);
    return c;
  };
  return cache ? cache->contours(*s.heat, make) : make(*s.heat);
}

// Circles
// ---------------------------------------------------------------------------------------------------------------

float largestCircle(const Metrics& m, size_t rows) { return m.core * (rows <= 60 ? 0.86f : 0.5f); }

Rgba circleColour(const Scene& s, const Theme& t) {
  const bool coloured =
      s.choropleth && !s.choropleth->onSymbols && s.sized && s.choropleth->layer == s.sized->layer;
  return coloured || s.heat ? t.text1 : t.measured;
}

std::vector<Circle> circlesOn(const Scene& s, const Camera& camera, const Theme& t, const Metrics& m) {
  std::vector<Circle> circles;
  const bool colours = s.choropleth && s.choropleth->onSymbols;
  if (!s.sized && !colours) return circles;
  const std::string& id = s.sized ? s.sized->layer : s.choropleth->layer;
  const SceneLayer* layer = findLayer(s, id);
  if (!layer || !layer->visible || !layer->shape) return circles;
  const bool joint = colours && s.choropleth->layer == id;
  const auto ramp = joint ? mapColours(s, t) : std::vector<Rgba>{};
  const auto& anchors = layer->shape->anchors;
  const geo::Shapes& shapes = layer->shape->layer->shapes;
  const float most = largestCircle(m, shapes.rows());
  const Rect seen = camera.frame.grown(most);
  for (size_t r = 0; r < shapes.rows(); ++r) {
    if (!shapes.has(r) || !isShown(*layer, r)) continue;
    const geo::Point p = r < anchors.size()                     ? anchors[r]
                         : shapes.kind == geo::ShapeKind::point ? shapes.part(shapes.rowStart[r])[0]
                                                                : geo::Point{geo::missing, geo::missing};
    if (std::isnan(p.x)) continue;
    Circle c;
    c.object = {id, static_cast<long>(r)}, c.at = camera.canvasFromWorld(p);
    if (!seen.contains(c.at)) continue;
    const double v = !s.sized ? 0 : r < s.sized->figures.size() ? s.sized->figures[r].value : geo::missing;
    c.missing = !std::isfinite(v);
    c.hollow = v < 0;
    c.radius = c.missing ? 5 * m.unit : s.sized ? symbolRadius(*s.sized, v, most) : m.rail / 2;
    c.colour = circleColour(s, t);
    if (joint) {
      const int k = s.choropleth->classOf(r);
      c.unknown = k < 0;
      c.colour = k < 0 ? t.hatchLine : ramp[static_cast<size_t>(k)];
    }
    circles.push_back(std::move(c));
  }
  std::stable_sort(circles.begin(), circles.end(),
                   [](const Circle& a, const Circle& b) { return a.radius > b.radius; });
  return circles;
}

void drawCircle(Drawing& d, const Circle& c, const Theme& t, float u, std::optional<Rect> clip) {
  const Path path = Path::circle(c.at, c.radius);
  if (c.missing) {
    d.add(Fill{path, t.hatchGround.withAlpha(0.7)}, clip);
    d.add(Stroke{path, Pen{t.text3, 1.2f * u, {2.4f * u, 2 * u}, false}, -1}, clip);
    return;
  }
  if (c.radius < 0.3f * u) return;  // nothing has no circle
  d.add(Stroke{path, Pen{t.halo.withAlpha(0.85), 3.2f * u, {}, false}, -1}, clip);
  const bool neutral = c.colour == t.text1;
  if (c.hollow) {
    d.add(Fill{path, t.land.withAlpha(0.35)}, clip);
    d.add(Stroke{path, Pen{c.colour, 2.2f * u, {}, false}, -1}, clip);
    return;
  }
  d.add(Fill{path, neutral     ? c.colour.withAlpha(t.dark ? 0.26 : 0.2)
                   : c.unknown ? t.hatchGround
                               : c.colour.withAlpha(0.92)},
        clip);
  const Rgba edge = neutral     ? c.colour.withAlpha(0.85)
                    : c.unknown ? t.hatchLine
                                : mix(c.colour, t.text1, 0.55);
  d.add(
      Stroke{path,
             Pen{edge, 1.2f * u, c.unknown ? std::vector{3 * u, 2.4f * u} : std::vector<float>{}, false}, -1},
      clip);
}

// Heat
// ------------------------------------------------------------------------------------------------------------------

void addHeat(Drawing& d, const Scene& s, int camera, const Theme& t, float u, const ContourShapes& shapes,
             DrawCache* cache) {
  if (!s.heat) return;
  const Heat& heat = *s.heat;
  if (heat.bins && heat.binValues && heat.bins->layer) {
    Areas bins;
    bins.camera = camera, bins.shape = heat.bins;
    bins.fills = cache ? cache->colours(heat, t.dark) : binColours(heat, t.dark);
    for (size_t r = 0; r < heat.binValues->size(); ++r)
      if (!std::isfinite((*heat.binValues)[r])) bins.hatched.push_back(static_cast<uint32_t>(r));
    bins.hatch = {t.hatchLine, t.hatchGround.withAlpha(0), 6 * u, 1.2f * u};
    d.add(std::move(bins));
    d.add(
        Borders{camera, heat.bins, Borders::Which::all, 0, Pen{t.halo.withAlpha(0.35), 0.8f * u, {}, true}});
  } else if (heat.grid && !heat.grid->values.empty()) {
    Raster raster;
    raster.camera = camera, raster.world = heat.grid->box();
    raster.columns = static_cast<int>(heat.grid->width), raster.rows = static_cast<int>(heat.grid->height);
    raster.pixels = cache ? cache->colours(heat, t.dark) : heatPixels(heat, t.dark);
    raster.smooth = true;
    d.add(std::move(raster));
  }
  if (!shapes.major) return;
  const Rgba ink = mix(t.text1, heatColour(1, heat.low < 0, t.dark), 0.25);
  if (shapes.minor->layer->rows())
    d.add(Courses{camera, shapes.minor, Pen{ink.withAlpha(0.5), 0.8f * u, {}, true}});
  if (shapes.major->layer->rows())
    d.add(Courses{camera, shapes.major, Pen{ink.withAlpha(0.8), 1.3f * u, {}, true}});
}

std::vector<Text> contourLabels(const std::vector<geo::Contour>& lines, const std::vector<double>& levels,
                                const Camera& camera, const Theme& t, const Typesetter& fonts, float type,
                                float u, Surroundings& around) {
  std::vector<Text> labels;
  std::vector<size_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto rank = [&](size_t i) { return isMinor(levels, lines[i].level); };
    return rank(a) != rank(b) ? rank(a) < rank(b) : lines[a].points.size() > lines[b].points.size();
  });
  const Rect inner = camera.frame.grown(-10 * u);
  const geo::Box seen = camera.world();
  std::vector<Vec> centres;
  for (const size_t index : order) {
    const geo::Contour& line = lines[index];
    if (line.points.size() < 4 ||
        std::none_of(line.points.begin(), line.points.end(), [&](geo::Point p) { return seen.contains(p); }))
      continue;
    const Walk walk(line, camera);
    const GlyphRun run = fonts.shape(formatTick(line.level, levels), {Face::sans, type, 0, true});
    const float length = walk.length(), w = run.advance;
    if (length < 3.2f * w) continue;
    // Slots are parts of the line itself, so that figures stay where they are while the map is moved.
    const int slots = std::clamp(static_cast<int>(length / (240 * u)), 1, 12);
    for (int k = 0; k < slots; ++k) {
      const float slot = length / static_cast<float>(slots), middle = (static_cast<float>(k) + 0.5f) * slot;
      float best = 1e9f;
      Vec centre{};
      float angle = 0;
      for (int i = -4; i <= 4; ++i) {
        const float s = middle + static_cast<float>(i) * slot * 0.1f;
        if (s < w * 0.6f || s > length - w * 0.6f) continue;
        const Vec a = walk.at(s - w / 2), b = walk.at(s + w / 2), m = walk.at(s);
        const float chord = std::hypot(b.x - a.x, b.y - a.y);
        const float bend = std::hypot(m.x - (a.x + b.x) / 2, m.y - (a.y + b.y) / 2);
        if (chord < 0.9f * w || bend > 0.22f * type) continue;
        float turn = std::atan2(b.y - a.y, b.x - a.x);
        constexpr float half = 1.5707963f;
        if (turn > half) turn -= 2 * half;
        if (turn <= -half) turn += 2 * half;
        const float cost = bend / type + std::abs(turn) * 0.35f;
        if (cost >= best) continue;
        const Vec c = (a + b) * 0.5f, dir{std::cos(turn), std::sin(turn)};
        bool free = std::none_of(centres.begin(), centres.end(),
                                 [&](Vec o) { return std::hypot(o.x - c.x, o.y - c.y) < w + 26 * u; });
        for (const float q : {-0.5f, 0.f, 0.5f}) {
          const Vec p = c + dir * (q * w);
          const Rect box{p.x - type * 0.55f, p.y - type * 0.55f, type * 1.1f, type * 1.1f};
          free = free && inner.contains(p) && inner.grown(-type).contains(p) &&
                 std::none_of(around.boxes.begin(), around.boxes.end(),
                              [&](const Rect& r) { return r.meets(box); });
        }
        if (free) best = cost, centre = c, angle = turn;
      }
      if (best > 1e8f) continue;
      const Vec dir{std::cos(angle), std::sin(angle)}, down{-dir.y, dir.x};
      Text item;
      item.run = run;
      item.origin = centre - dir * (w / 2) + down * (0.36f * type);
      item.angle = angle;
      item.colour = t.text1, item.halo = t.halo.withAlpha(0.9), item.haloWidth = 2.2f * u;
      centres.push_back(centre);
      for (const float q : {-0.5f, -0.17f, 0.17f, 0.5f}) {
        const Vec p = centre + dir * (q * w);
        around.boxes.push_back({p.x - type * 0.5f, p.y - type * 0.5f, type, type});
      }
      labels.push_back(std::move(item));
    }
  }
  return labels;
}

// Links
// -----------------------------------------------------------------------------------------------------------------

void addIsland(Drawing& d, Vec at, const Theme& t, float u, std::optional<Rect> clip) {
  const Path ring = Path::circle(at, 8 * u);
  d.add(Stroke{ring, Pen{t.halo, 5 * u, {}, false}, -1}, clip);
  d.add(Stroke{ring, Pen{t.warning, 2 * u, {3 * u, 2.4f * u}, false}, -1}, clip);
}

void addLinks(Drawing& d, const Scene& s, const Camera& camera, const Theme& t, float u) {
  if (!s.weights) return;
  const SceneLayer* layer = findLayer(s, s.weights->layer);
  if (!layer || !layer->shape) return;
  const auto& anchors = layer->shape->anchors;
  const auto placed = [&](uint32_t r) { return r < anchors.size() && !std::isnan(anchors[r].x); };
  const geo::Box seen = camera.world();
  Path lines;
  std::vector<uint8_t> node(anchors.size(), 0);
  for (const auto& [a, b] : s.weights->links) {
    if (!placed(a) || !placed(b)) continue;
    node[a] = node[b] = 1;
    geo::Box box;
    box.add(anchors[a]), box.add(anchors[b]);
    if (box.intersects(seen))
      lines.move(camera.canvasFromWorld(anchors[a])).line(camera.canvasFromWorld(anchors[b]));
  }
  if (!lines.empty()) {
    d.add(Stroke{lines, Pen{t.halo.withAlpha(0.7), 3.4f * u, {}, true}, -1}, camera.frame);
    d.add(Stroke{lines, Pen{t.text1.withAlpha(0.75), 1.3f * u, {}, true}, -1}, camera.frame);
  }
  const bool few = anchors.size() <= 2000;
  for (size_t r = 0; r < node.size(); ++r) {
    if (!node[r] || !seen.contains(anchors[r])) continue;
    const Vec at = camera.canvasFromWorld(anchors[r]);
    if (few) d.add(Fill{Path::circle(at, 5 * u), t.halo}, camera.frame);
    d.add(Fill{Path::circle(at, (few ? 3.4f : 2) * u), t.text1}, camera.frame);
  }
  for (const uint32_t r : s.weights->islands)
    if (placed(r) && seen.contains(anchors[r]))
      addIsland(d, camera.canvasFromWorld(anchors[r]), t, u, camera.frame);
}

}  // namespace scene
