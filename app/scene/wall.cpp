// The wall: one picture for an audience, laid out by aspect ratio.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/course.h"
#include "app/scene/furniture.h"
#include "app/scene/show.h"
#include "app/scene/tilt.h"
#include "app/scene/wall.h"
#include "geo/measure.h"

namespace scene {
namespace {

constexpr float smallestType = 14;  // of the wall's look, px

Vec northAt(const WallLayout& l) {
  const float u = l.unit;
  return {l.map.right() - 44 * u, l.portrait ? l.map.y + 12 * u : std::max(128 * u, l.map.y + 100 * u)};
}
Vec barAt(const WallLayout& l) { return {l.map.x + 40 * l.unit, l.map.bottom() - 26 * l.unit}; }

// How much of a rectangle the city takes: on a lattice of points.
double cityWithin(const Scene& s, const Camera& camera, const Rect& r) {
  const SceneLayer* city = findLayer(s, s.cityLayer);
  if (!city || !city->shape || !city->visible || city->shape->layer->shapes.kind != geo::ShapeKind::polygon)
    return 0;
  const geo::Shapes& shapes = city->shape->layer->shapes;
  const bool few = shapes.rows() <= 60;
  int inside = 0;
  constexpr int columns = 7, rows = 5;
  for (int i = 0; i < columns * rows; ++i) {
    const Vec v{r.x + r.w * static_cast<float>(i % columns) / (columns - 1),
                r.y + r.h * static_cast<float>(i / columns) / (rows - 1)};
    const geo::Point p = camera.worldFromCanvas(v);
    bool hit = !few && city->shape->layer->bounds.contains(p);
    for (size_t row = 0; few && row < shapes.rows() && !hit; ++row)
      hit = shapes.has(row) && geo::contains(shapes, row, p);
    inside += hit;
  }
  return static_cast<double>(inside) / (columns * rows);
}

// The scene in the presenter's words, in the corner of the map where they hide the least.
struct Caption {
  Rect box;
  std::vector<std::string> lines;
  bool backed = false;  // they stand on the city and need a ground of their own
};
// Furniture that names and captions keep off.
std::vector<Rect> furnitureOn(const Scene& s, const TypesetterPtr& fonts, const WallLayout& l) {
  const float u = l.unit;
  const Vec north = northAt(l), bar = barAt(l);
  std::vector<Rect> boxes{
      {north.x - 24 * u, north.y - 4 * u, 48 * u, 80 * u},
      {bar.x - 8 * u, bar.y - 26 * u, 250 * u, 44 * u},
      {l.map.x, l.map.y, l.map.w, l.portrait ? 0 : (l.left.w <= 0 ? l.titleBase + 32 : 70) * u}};
  if (!l.portrait) {
    const float title = fonts->width(s.title, {Face::sansBold, l.titleSize * u, 0, true});
    boxes.push_back({32 * u, 0, title, (l.titleBase + 8) * u});
    const float second =
        std::min(fonts->width(s.subtitle, {Face::sans, 17 * u, 0, true}), std::max(l.left.w * 2, 400 * u));
    boxes.push_back({32 * u, 0, second, (l.titleBase + 34) * u});
  }
  return boxes;
}

Caption captionFor(const Scene& s, const TypesetterPtr& fonts, const WallLayout& l, const Camera& camera) {
  Caption c;
  if (!s.caption || s.composition != Composition::map || (s.name.empty() && s.text.empty())) return c;
  if (!s.choropleth) return c;  // then they stand in the column
  const float u = l.unit;
  const auto taken = furnitureOn(s, fonts, l);
  const size_t most = l.map.h < 480 * u ? 1 : l.map.h < 700 * u ? 3 : 4;
  const auto linesFor = [&](float width) {
    return s.text.empty() ? std::vector<std::string>{}
                          : fonts->wrap(s.text, {Face::sans, 19 * u, 0, true}, width);
  };
  const auto boxFor = [&](const std::vector<std::string>& lines, float width) {
    float widest = fonts->width(s.name, {Face::sansBold, 24 * u, 0, true});
    for (const std::string& line : lines)
      widest = std::max(widest, fonts->width(line, {Face::sans, 19 * u, 0, true}));
    return Rect{0, 0, std::min(widest, width), (34 + 28 * static_cast<float>(lines.size())) * u};
  };
  double best = 1e9;
  for (const float em : {16.f, 22.f}) {  // narrow and high, or wide and low
    const float width = std::min(em * 19 * u, l.map.w * 0.42f);
    const auto lines = linesFor(width);
    const Rect size = boxFor(lines, width);
    if (lines.size() > most || fonts->width(s.name, {Face::sansBold, 24 * u, 0, true}) > width) continue;
    const float left = l.map.x + 40 * u, right = l.map.right() - 88 * u - size.w;
    const float top = l.map.y + (l.portrait ? 16 * u : l.low ? 104 * u : 128 * u);
    const float low = l.map.bottom() - 24 * u - size.h, aboveBar = low - 44 * u;
    const std::pair<Vec, double> corners[] = {
        {{left, aboveBar}, 0}, {{right, low}, 0.01}, {{left, top}, 0.02}, {{right, top}, 0.03}};
    for (const auto& [at, cost] : corners) {
      const Rect box{at.x, at.y, size.w, size.h}, room = box.grown(10 * u);
      const bool inside = box.x >= left - 1 && box.y >= top - 1 && box.bottom() <= l.map.bottom() - 12 * u;
      if (!inside || std::any_of(taken.begin(), taken.end(), [&](const Rect& r) { return r.meets(room); }))
        continue;
      const double city = cityWithin(s, camera, room);
      if (const double all = city + cost + (em > 20 ? 0.005 : 0); all < best)
        best = all, c = {box, lines, city > 0.12};
    }
  }
  if (best < 1e9) return c;
  // No corner has room: along the lower edge, cut where it must be.
  float left = barAt(l).x + 250 * u, bottom = l.map.bottom() - 12 * u;
  const float right = l.map.right() - 40 * u;
  if (right - left < 300 * u) left = barAt(l).x, bottom = barAt(l).y - 30 * u;  // over the scale bar
  const float width = std::min(right - left, 760 * u);
  c.lines = linesFor(width);
  const size_t few = l.map.h < 480 * u ? 1 : 3;
  if (c.lines.size() > few) {
    c.lines.resize(few);
    c.lines.back() += "…";
  }
  c.box = boxFor(c.lines, width);
  c.box.x = left, c.box.y = bottom - c.box.h;
  return c;
}

// The tightest pitch is 0, the look's own is 1: the loosest at which the heights fit.
template <class Height>
float loosest(float room, Height height) {
  for (float t = 1; t > 0; t -= 0.05f)
    if (height(t) <= room) return t;
  return 0;
}

class Wall {
 public:
  Wall(Drawing& d, const Scene& s, const Theme& t, const WallLayout& l)
      : s_(s), l_(l), u_(l.unit), b_{d, t, l.unit, l.least} {}

  void draw() {
    title();
    columns();
    drawStrip(b_, s_, l_.strip);
    footer();
    caption();
  }

 private:
  void title() {
    const float x = 32 * u_, right = b_.drawing.width - 32 * u_;
    // Badge over period; on a low wall side by side.
    Rect badge{right, 33 * u_, 0, 11 * u_};
    if (s_.illustrative)
      badge =
          drawBadge(b_, right, (l_.low ? 24 : 33) * u_, 18 * u_, s_.words.illustrativeBadge, Align::right);
    const float period = b_.width(s_.period, 16 * u_);
    if (l_.low)
      b_.text(badge.x - 18 * u_, badge.y + 23 * u_, s_.period, 16 * u_, b_.theme.text2, Align::right);
    else b_.text(right, badge.bottom() + 28 * u_, s_.period, 16 * u_, b_.theme.text2, Align::right);
    const float taken = l_.low ? badge.w + period + 18 * u_ : std::max(badge.w, period);
    const float free = right - x - std::max((l_.low ? 420 : 200) * u_, taken + 32 * u_);
    // A title is rather small than cut.
    float size = l_.titleSize * u_;
    const float room = l_.low && free < 500 * u_ ? right - x - taken - 32 * u_ : free;
    if (const float natural = b_.width(s_.title, size, Face::sansBold); natural * 0.8f > room)
      size = std::max(24 * u_, size * room / natural);
    b_.textWithin(x, l_.titleBase * u_, s_.title, size, b_.theme.text1, room, Align::left, Face::sansBold);
    const float beside = l_.low ? right - x - 32 * u_ : right - x - period - 32 * u_;
    b_.textWithin(x, (l_.titleBase + (l_.low ? 25 : 28)) * u_, s_.subtitle, 17 * u_, b_.theme.text3,
                  l_.portrait ? std::min(free, beside) : std::min(beside, std::max(l_.left.w * 2, 400 * u_)));
  }

  void caption() {
    if (b_.drawing.cameras.empty()) return;
    const Caption c = captionFor(s_, b_.drawing.fonts, l_, b_.drawing.cameras[0]);
    if (c.box.h <= 0) return;
    if (c.backed) b_.fill(c.box.grown(14 * u_), b_.theme.panel.withAlpha(0.86));
    b_.fill({c.box.x - 12 * u_, c.box.y + 4 * u_, 3 * u_, c.box.h - 4 * u_}, b_.theme.core);
    float y = c.box.y + 24 * u_;
    b_.text(c.box.x, y, s_.name, 24 * u_, b_.theme.text1, Align::left, Face::sansBold, 0, 3.5f * u_);
    for (const std::string& line : c.lines)
      b_.text(c.box.x, y += 28 * u_, line, 19 * u_, b_.theme.text1, Align::left, Face::sans, 0, 3.5f * u_);
  }

  void columns() {
    const Theme& t = b_.theme;
    Rect right = l_.right;
    if (!s_.choropleth) l_.wide ? void(story(l_.right2)) : void(right = story(right));
    const auto legendAt = [&](float y, float k) {
      if (right.bottom() - y > 110 * u_) drawLegend(b_, s_, {right.x, y, right.w, right.bottom() - y}, k);
    };
    // Right: ranking over legend; on a very wide wall side by side.
    if (l_.wide && hasCourse(s_)) {
      // Both, one over the other, where there is room.
      const float chart = courseHeight(s_, u_, 0), order = rankingHeight(s_, u_, 0);
      Rect below = l_.right2;
      if (chart + order <= below.h)
        below.y = drawRanking(b_, s_, below, 0), below.h = l_.right2.bottom() - below.y;
      drawCourse(b_, s_, below, loosest(below.h, [&](float k) { return courseHeight(s_, u_, k); }));
      drawLegend(b_, s_, l_.right, loosest(l_.right.h, [&](float k) {
                   return legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, k);
                 }));
    } else if (l_.wide) {
      drawRanking(b_, s_, l_.right2, loosest(l_.right2.h, [&](float k) { return rankingHeight(s_, u_, k); }));
      drawLegend(b_, s_, l_.right, loosest(l_.right.h, [&](float k) {
                   return legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, k);
                 }));
    } else {
      // What the colours mean comes before who is first: the ranking gives way, and the chart before it.
      if (hasCourse(s_) &&
          courseHeight(s_, u_, 0) + legendHeight(b_.drawing.fonts, s_, t, right.w, u_, 0) <= right.h) {
        const float loose = loosest(right.h, [&](float k) {
          return courseHeight(s_, u_, k) + legendHeight(b_.drawing.fonts, s_, t, right.w, u_, k);
        });
        legendAt(drawCourse(b_, s_, right, loose), loose);
        return leftColumn();
      }
      size_t rows = rankedRows;
      if (s_.choropleth) {
        const float legend = legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, 0);
        rows = std::min(rows, s_.choropleth->figures.size());
        while (rows > 3 && rankingHeight(s_, u_, 0, rows) + legend > right.h) --rows;
        if (rankingHeight(s_, u_, 0, rows) + legend > right.h + 60 * u_) rows = 0;
      }
      const float loose = loosest(right.h, [&](float k) {
        return (rows ? rankingHeight(s_, u_, k, rows) : 0) +
               legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, k);
      });
      legendAt(rows ? drawRanking(b_, s_, right, loose, rows) : right.y, loose);
    }
    leftColumn();
  }

  void leftColumn() {
    if (l_.left.w <= 0 || (s_.ledger.empty() && s_.unplaced.empty())) return;
    if (l_.wide) {
      const size_t half = (s_.ledger.size() + 1) / 2;
      const float loose =
          loosest(l_.left.h - unplacedHeight(s_, u_), [&](float k) { return ledgerHeight(half, u_, k); });
      Scene first = part(0, half), second = part(half, s_.ledger.size() - half);
      drawLedger(b_, first, l_.left, half, loose);
      const float y = drawLedger(b_, second, l_.left2, second.ledger.size(), loose);
      drawUnplaced(b_, s_, {l_.left2.x, y + 6 * u_, l_.left2.w, 0});
      return;
    }
    // As many rows as fit above the list of what has no place; that list gives way last.
    const float list = unplacedHeight(s_, u_);
    size_t rows = s_.ledger.size();
    while (rows > 1 && ledgerHeight(rows, u_, 0) > l_.left.h - list) --rows;
    const float loose = loosest(l_.left.h - list, [&](float k) { return ledgerHeight(rows, u_, k); });
    const float y = drawLedger(b_, s_, l_.left, rows, loose);
    if (y + list <= l_.left.bottom() + 1) drawUnplaced(b_, s_, {l_.left.x, y, l_.left.w, 0});
  }

  // Without an indicator the column has room for what the scene is about. Returns what is left of the column.
  Rect story(Rect column) const {
    if (s_.name.empty()) return column;
    float y = column.y + 30 * u_;
    b_.textWithin(column.x, y, s_.name, 22 * u_, b_.theme.text1, column.w, Align::left, Face::sansBold);
    y += 12 * u_;
    auto lines = b_.drawing.fonts->wrap(s_.text, {Face::sans, 17 * u_, 0, true}, column.w);
    // The legend keeps its place below.
    if (const auto most = static_cast<size_t>(std::max(1.f, (column.bottom() - 150 * u_ - y) / (27 * u_)));
        lines.size() > most) {
      lines.resize(most);
      if (most) lines.back() += "…";
    }
    for (const std::string& line : lines)
      b_.textWithin(column.x, y += 27 * u_, line, 17 * u_, b_.theme.text2, column.w);
    y += 24 * u_;
    return {column.x, y, column.w, column.bottom() - y};
  }

  Scene part(size_t from, size_t count) const {
    Scene s;
    s.language = s_.language, s.words = s_.words;
    s.ledgerTotal = s_.ledgerTotal, s.ledgerWithBaseline = s_.ledgerWithBaseline;
    s.ledger.assign(s_.ledger.begin() + from, s_.ledger.begin() + from + count);
    return s;
  }

  void footer() {
    const float y = b_.drawing.height - 14 * u_, size = 14 * u_;
    std::string left;
    for (const std::string& credit : s_.credits) left += credit + "    ";
    left += s_.crsText;
    std::string right = s_.reviewNumber.empty()
                            ? (s_.language == Language::zh ? "审图号：待送审" : "Map review no.: pending")
                            : s_.words.reviewNumber + s_.reviewNumber;
    if (s_.internal) right += " · " + s_.words.internalUse;
    const float x = 32 * u_, end = b_.drawing.width - 32 * u_;
    const float w = b_.text(end, y, right, size, b_.theme.text3, Align::right);
    b_.textWithin(x, y, left, size, b_.theme.text3, end - x - w - 24 * u_);
  }

  const Scene& s_;
  const WallLayout& l_;
  const float u_;
  const Board b_;
};

}  // namespace

WallLayout wallLayout(float w, float h, float leastType) {
  WallLayout l;
  const float fit = std::min(w / 1920, h / 1080);
  // Below 1280 × 720 the grid shrinks as a whole: names that overlap cannot be read at any size.
  const float floor = std::min(0.85f, 0.85f * std::min(w / 1280, h / 720));
  l.unit = std::max(floor, fit);
  l.portrait = w < h * 0.9f;
  if (l.portrait)
    l.unit = std::max(std::min(0.85f, 0.85f * std::min(w / 720, h / 1280)), std::min(w / 1080, h / 1920));
  const float base = l.unit, most = l.portrait ? std::min(w / 432, h / 768) : std::min(w / 768, h / 432);
  l.unit = std::max(l.unit, std::min(leastType / smallestType, most));
  l.least = std::min(leastType, l.unit * smallestType);
  l.mapUnit = std::sqrt(base * l.unit);
  const float u = l.unit, margin = 32 * u;
  l.wide = w > h * 2.6f && w >= 2200 * u;
  const float footer = 36 * u, strip = 72 * u, top = 128 * u;
  if (l.portrait) {
    const float mapTop = 160 * u, columns = std::clamp(h - 610 * u, 230 * u, 340 * u);
    const float mapHeight = std::min(h * 0.5f, h - mapTop - strip - footer - 16 * u - columns);
    l.map = {0, mapTop, w, mapHeight};
    l.strip = {margin, mapTop + mapHeight + 8 * u, w - 2 * margin, strip};
    const float y = l.strip.bottom() + 8 * u;
    if (w < 760 * u) {  // one column: the legend's
      l.right = {margin, y, w - 2 * margin, h - footer - y};
      return l;
    }
    const float column = (w - 2 * margin - 40 * u) / 2;
    l.left = {margin, y, column, h - footer - y};
    l.right = {margin + column + 40 * u, y, column, h - footer - y};
    return l;
  }
  const float column = std::clamp(w * 0.19f, 250 * u, 348 * u), gap = 36 * u;
  const float bottom = h - footer - strip;
  l.strip = {margin, bottom, w - 2 * margin, strip};
  l.low = h < 900 * u;
  if (l.low) l.titleBase = 54, l.titleSize = 38;
  const float columnTop = l.low ? 98 * u : top - 12 * u;
  const Rect left{margin, columnTop, column, bottom - columnTop - 6 * u};
  l.right = {w - margin - column, columnTop, column, left.h};
  if (w < 1060 * u) {  // the ledger gives way to the map
    l.map = {0, 0, l.right.x - 28 * u, bottom};
    return l;
  }
  l.left = left;
  float side = column;
  if (l.wide) {
    l.left2 = {margin + column + gap, columnTop, column, l.left.h};
    l.right2 = {w - margin - 2 * column - gap, columnTop, column, l.left.h};
    side = 2 * column + gap;
  }
  const float mapLeft = margin + side + 28 * u;
  l.map = {mapLeft, 0, w - 2 * mapLeft, bottom};
  return l;
}

std::vector<Fade> wallFades(const Scene& s, const Theme& theme, const WallLayout& l, const Camera& camera) {
  Rect m = l.map;
  for (const SceneLayer& layer : s.layers)  // a tilted map sinks its data's edges itself
    if (!isTilted(s) && layer.role == Role::neighbour && layer.visible && layer.shape) {
      const geo::Box b = layer.shape->layer->bounds;
      const Vec a = camera.canvasFromWorld({b.minX, b.maxY}), c = camera.canvasFromWorld({b.maxX, b.minY});
      const float x0 = std::max(m.x, a.x), y0 = std::max(m.y, a.y);
      m = {x0, y0, std::min(m.right(), c.x) - x0, std::min(m.bottom(), c.y) - y0};
    }
  const Rgba to = theme.background, from = to.withAlpha(0);
  const float u = l.unit, side = std::min(150 * u, m.w * 0.16f), edge = std::min(60 * u, m.h * 0.1f);
  return {{{m.x, m.y, side, m.h}, to, from, true},
          {{m.right() - side, m.y, side, m.h}, from, to, true},
          {{m.x, m.y, m.w, edge}, to, from, false},
          {{m.x, m.bottom() - edge, m.w, edge}, from, to, false}};
}

namespace {

// What has to be seen of the ground, turned, and how high something stands there.
struct Standing {
  geo::Point at;
  double height = 0;
};
std::vector<Standing> standing(const Scene& s, const Tilt& tilt, const geo::Box& extent, double mapHeight) {
  std::vector<Standing> found;
  const SceneLayer* city = findLayer(s, s.cityLayer);
  const geo::Box bounds = city && city->shape ? city->shape->layer->bounds : geo::Box{},
                 room = extent.grown(1);
  const bool whole = !bounds.empty() && room.contains(geo::Point{bounds.minX, bounds.minY}) &&
                     room.contains(geo::Point{bounds.maxX, bounds.maxY});
  if (!whole) {
    for (const geo::Point corner : {geo::Point{extent.minX, extent.minY},
                                    {extent.maxX, extent.minY},
                                    {extent.minX, extent.maxY},
                                    {extent.maxX, extent.maxY}})
      found.push_back({tilt.turned(corner)});
    return found;
  }
  const geo::Shapes& shapes = city->shape->layer->shapes;
  const bool raised = s.tilt->heights == TiltView::Heights::extruded && s.tilt->layer == s.cityLayer;
  const std::vector<double> heights = standingHeights(*s.tilt, mapHeight);
  for (size_t r = 0; r < shapes.rows(); ++r)
    for (uint32_t p = shapes.rowStart[r]; p < shapes.rowStart[r + 1]; ++p)
      for (const geo::Point v : shapes.part(p))
        found.push_back({tilt.turned(v), raised && r < heights.size() ? heights[r] : 0});
  const SceneLayer* of = findLayer(s, s.tilt->layer);
  if (s.tilt->heights == TiltView::Heights::columns && of && of->shape)
    for (size_t r = 0; r < heights.size() && r < of->shape->anchors.size(); ++r)
      if (const geo::Point a = of->shape->anchors[r]; !std::isnan(a.x))
        found.push_back({tilt.turned(a), heights[r]});
  return found;
}

// The closest camera that has all of it in `inner`.
Camera tiltedCamera(const WallLayout& l, const Scene& s, const geo::Box& extent, const Rect& inner,
                    Camera flat) {
  const Tilt tilt(*s.tilt, flat);
  const auto all = standing(s, tilt, extent, l.map.h);
  const auto seen = [&](double metresPerUnit) {
    geo::Box box;
    for (const Standing& p : all)
      box.add(geo::Point{p.at.x / metresPerUnit,
                         p.at.y / metresPerUnit * tilt.squeeze() + p.height * tilt.rise()});
    return box;
  };
  double near = flat.metresPerUnit / 8, far = flat.metresPerUnit * 8;
  for (int i = 0; i < 50; ++i) {
    const double middle = std::sqrt(near * far);
    const geo::Box box = seen(middle);
    (box.width() <= inner.w && box.height() <= inner.h ? far : near) = middle;
  }
  const geo::Box box = seen(far);
  const Vec off = inner.centre() - l.map.centre();
  const geo::Point centre{((box.minX + box.maxX) / 2 - off.x) * far,
                          ((box.minY + box.maxY) / 2 + off.y) * far / tilt.squeeze()};
  flat.metresPerUnit = far;
  flat.centre = tilt.worldFromTurned(centre);
  return flat;
}

}  // namespace

Camera wallCamera(const WallLayout& l, const Scene& s, const geo::Box& extent) {
  const float u = l.unit;
  // Where no column stands left of it the map begins below the title.
  const float top = l.portrait      ? 20 * u
                    : l.left.w <= 0 ? (l.titleBase + 36) * u
                                    : std::min(96 * u, l.map.h * 0.1f),
              bottom = l.portrait ? 40 * u : 26 * u;
  Rect inner{l.map.x + 40 * u, l.map.y + top, l.map.w - 80 * u, l.map.h - top - bottom};
  Camera camera = Camera::fit(inner, extent, 4 * u);
  camera.centre = camera.worldFromCanvas({l.map.centre().x, l.map.centre().y});
  camera.frame = l.map;
  if (!isTilted(s)) return camera;
  // Squeezed it is wide: clear of the sides, where the map sinks into the ground.
  const float side = std::min(90 * u, l.map.w * 0.1f);
  inner.x = l.map.x + side, inner.w = l.map.w - 2 * side;
  return tiltedCamera(l, s, extent, inner.grown(-4 * u), camera);
}

std::vector<Rect> wallKeepClear(const Scene& s, const TypesetterPtr& fonts, const WallLayout& l,
                                const Camera& camera) {
  std::vector<Rect> clear = furnitureOn(s, fonts, l);
  if (const Caption c = captionFor(s, fonts, l, camera); c.box.h > 0) clear.push_back(c.box);
  return clear;
}

MapOptions wallMapOptions(const WallLayout& l, const Camera& camera, const std::vector<Rect>& keepClear,
                          const std::vector<Fade>& fades) {
  MapOptions options;
  options.frame = l.map, options.unit = l.mapUnit, options.glow = true, options.keepClear = &keepClear;
  options.leastType = l.least;
  options.fewNames = options.giveWay = l.unit > l.mapUnit * 1.01f || l.map.w < 640 * l.unit;
  options.townNames = camera.metresPerUnit * l.unit < 150;  // the whole city at once has no room for them
  options.fades = &fades;
  return options;
}

void drawWallPanels(Drawing& d, const Scene& s, const Theme& theme, const WallLayout& l) {
  Wall(d, s, theme, l).draw();
}

void drawWallMeasures(Drawing& d, const Scene& s, const Theme& theme, const WallLayout& l) {
  const Board b{d, theme, l.unit};
  drawNorthArrow(b, northAt(l), 46 * l.unit, s.words.north, 16 * l.unit,
                 isTilted(s) ? northOnCanvas(*s.tilt) : 0);
  drawScaleBar(b, groundMetresPerUnit(s, d.cameras[0]), barAt(l), 190 * l.unit, 15 * l.unit, scaleHolds(s));
}

Drawing drawWall(const Scene& s, const Theme& theme, TypesetterPtr fonts, float width, float height,
                 std::optional<geo::Box> extent) {
  return drawingOf(*makeStage(s, theme, std::move(fonts), width, height, extent));
}

Drawing drawBare(const Scene& s, const Theme& theme, TypesetterPtr fonts, float width, float height,
                 std::optional<geo::Box> extent, DrawCache* cache) {
  Drawing d;
  d.width = width, d.height = height, d.background = theme.background, d.fonts = std::move(fonts);
  const Rect frame{0, 0, width, height};
  const geo::Box world = extent.value_or(s.home);
  Camera camera = Camera::fit(frame, world);
  if (!extent) camera.metresPerUnit *= 1.02;
  d.cameras.push_back(camera);
  MapOptions options;
  options.frame = frame, options.cache = cache;
  options.flat = true;  // its pixels lie where the coordinates say
  options.unit = std::max(1.f, std::min(width / 1920, height / 1080));
  options.attribution = true;  // a duty, on the barest map
  drawMap(d, s, 0, theme, options);
  return d;
}

}  // namespace scene
