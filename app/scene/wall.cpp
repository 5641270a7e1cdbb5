// The wall: one picture for an audience, laid out by aspect ratio on a grid of the look's own pixels.
#include <fmt/format.h>

#include <algorithm>

#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/scene/sheet.h"

namespace scene {
namespace {

struct WallLayout {
  float unit = 1;
  Rect map;
  Rect left, right;    // columns; left may be empty
  Rect left2, right2;  // second columns of a very wide wall
  Rect strip;
  float titleBase = 72, titleSize = 44;
  bool portrait = false, wide = false, low = false;
};

WallLayout layoutFor(float w, float h) {
  WallLayout l;
  const float fit = std::min(w / 1920, h / 1080);
  l.unit = std::max(0.85f, fit);
  l.portrait = w < h * 0.9f;
  l.wide = w > h * 2.6f;
  if (l.portrait) l.unit = std::max(0.85f, std::min(w / 1080, h / 1920));
  const float u = l.unit, margin = 32 * u;
  const float footer = 36 * u, strip = 72 * u, top = 128 * u;
  if (l.portrait) {
    const float mapTop = 160 * u, mapHeight = h * 0.5f;
    l.map = {0, mapTop, w, mapHeight};
    l.strip = {margin, mapTop + mapHeight + 8 * u, w - 2 * margin, strip};
    const float y = l.strip.bottom() + 8 * u, column = (w - 2 * margin - 40 * u) / 2;
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
  l.left = {margin, columnTop, column, bottom - columnTop - 6 * u};
  l.right = {w - margin - column, columnTop, column, l.left.h};
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

// The tightest pitch is 0, the look's own is 1: the loosest at which the heights fit.
template <class Height>
float loosest(float room, Height height) {
  for (float t = 1; t > 0; t -= 0.05f)
    if (height(t) <= room) return t;
  return 0;
}

// The map's edges sink into the ground, so that no line marks where the panels begin or the data ends.
std::vector<Fade> fadesFor(const Scene& s, const Theme& theme, const WallLayout& l, const Camera& camera) {
  Rect m = l.map;
  for (const SceneLayer& layer : s.layers)
    if (layer.role == Role::neighbour && layer.visible && layer.shape) {
      const geo::Box b = layer.shape->layer->bounds;
      const Vec a = camera.canvasFromWorld({b.minX, b.maxY}), c = camera.canvasFromWorld({b.maxX, b.minY});
      const float x0 = std::max(m.x, a.x), y0 = std::max(m.y, a.y);
      m = {x0, y0, std::min(m.right(), c.x) - x0, std::min(m.bottom(), c.y) - y0};
    }
  const Rgba to = theme.background, from = to.withAlpha(0);
  const float u = l.unit, side = 150 * u, edge = 60 * u;
  return {{{m.x, m.y, side, m.h}, to, from, true},
          {{m.right() - side, m.y, side, m.h}, from, to, true},
          {{m.x, m.y, m.w, edge}, to, from, false},
          {{m.x, m.bottom() - edge, m.w, edge}, from, to, false}};
}

class Wall {
 public:
  Wall(Drawing& d, const Scene& s, const Theme& t, const WallLayout& l)
      : s_(s), l_(l), u_(l.unit), b_{d, t, l.unit} {}

  void draw() {
    title();
    columns();
    drawStrip(b_, s_, l_.strip);
    footer();
  }

 private:
  void title() {
    const float x = 32 * u_, right = b_.drawing.width - 32 * u_;
    const float free = right - x - (l_.low ? 420 : 200) * u_;
    const float size = l_.titleSize * u_;
    b_.textWithin(x, l_.titleBase * u_, s_.title, size, b_.theme.text1, free, Align::left, Face::sansBold);
    b_.textWithin(x, (l_.titleBase + (l_.low ? 25 : 28)) * u_, s_.subtitle, 17 * u_, b_.theme.text3,
                  l_.portrait ? free : std::max(l_.left.w * 2, 400 * u_));
    // Badge over period; on a low wall side by side.
    Rect badge{right, 33 * u_, 0, 11 * u_};
    if (s_.illustrative)
      badge =
          drawBadge(b_, right, (l_.low ? 24 : 33) * u_, 18 * u_, s_.words.illustrativeBadge, Align::right);
    if (l_.low)
      b_.text(badge.x - 18 * u_, badge.y + 23 * u_, s_.period, 16 * u_, b_.theme.text2, Align::right);
    else b_.text(right, badge.bottom() + 28 * u_, s_.period, 16 * u_, b_.theme.text2, Align::right);
  }

  void columns() {
    const Theme& t = b_.theme;
    Rect right = l_.right;
    if (!s_.choropleth) l_.wide ? void(story(l_.right2)) : void(right = story(right));
    // Right: ranking over legend; on a very wide wall side by side.
    if (l_.wide) {
      drawRanking(b_, s_, l_.right2, loosest(l_.right2.h, [&](float k) { return rankingHeight(s_, u_, k); }));
      drawLegend(b_, s_, l_.right, loosest(l_.right.h, [&](float k) {
                   return legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, k);
                 }));
    } else {
      // What the colours mean comes before who is first: the ranking gives way.
      size_t rows = rankedRows;
      if (s_.choropleth) {
        const float legend = legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, 0);
        rows = std::min(rows, s_.choropleth->figures.size());
        while (rows > 3 && rankingHeight(s_, u_, 0, rows) + legend > right.h) --rows;
      }
      const float loose = loosest(right.h, [&](float k) {
        return rankingHeight(s_, u_, k, rows) + legendHeight(b_.drawing.fonts, s_, t, l_.right.w, u_, k);
      });
      float y = drawRanking(b_, s_, right, loose, rows);
      drawLegend(b_, s_, {right.x, y, right.w, right.bottom() - y}, loose);
    }
    if (s_.ledger.empty() && s_.unplaced.empty()) return;
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
    for (const std::string& line : b_.drawing.fonts->wrap(s_.text, {Face::sans, 17 * u_, 0, true}, column.w))
      b_.text(column.x, y += 27 * u_, line, 17 * u_, b_.theme.text2);
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

Drawing drawWall(const Scene& s, const Theme& theme, TypesetterPtr fonts, float width, float height,
                 std::optional<geo::Box> extent) {
  const WallLayout l = layoutFor(width, height);
  if (s.composition != Composition::map)
    return drawSheet(s, theme, std::move(fonts), width, height, Medium::wall, l.unit);
  Drawing d;
  d.width = width, d.height = height, d.background = theme.background, d.fonts = std::move(fonts);
  const float u = l.unit;
  // The city stands clear of the title above and the strip below.
  const float top = l.portrait ? 20 * u : std::min(96 * u, l.map.h * 0.1f),
              bottom = l.portrait ? 40 * u : 26 * u;
  const Rect inner{l.map.x + 40 * u, l.map.y + top, l.map.w - 80 * u, l.map.h - top - bottom};
  Camera camera = Camera::fit(inner, extent.value_or(s.home), 4 * u);
  camera.centre = camera.worldFromCanvas({l.map.centre().x, l.map.centre().y});
  camera.frame = l.map;
  d.cameras.push_back(camera);
  const Board b{d, theme, u};
  const Vec north{l.map.right() - 44 * u,
                  l.portrait ? l.map.y + 12 * u : std::max(128 * u, l.map.y + 100 * u)};
  const Vec bar{l.map.x + 40 * u, l.map.bottom() - 26 * u};
  const std::vector<Rect> clear{{north.x - 24 * u, north.y - 4 * u, 48 * u, 80 * u},
                                {bar.x - 8 * u, bar.y - 26 * u, 220 * u, 44 * u},
                                {l.map.x, l.map.y, l.map.w, l.portrait ? 0 : 70 * u}};
  MapOptions options;
  options.frame = l.map, options.unit = u, options.glow = true, options.keepClear = &clear;
  options.townNames = camera.metresPerUnit * u < 150;  // the whole city at once has no room for them
  const auto fades = fadesFor(s, theme, l, camera);
  options.fades = &fades;
  drawMap(d, s, 0, theme, options);
  Wall(d, s, theme, l).draw();
  drawNorthArrow(b, north, 46 * u, s.words.north, 16 * u);
  drawScaleBar(b, groundMetresPerUnit(s, d.cameras[0]), bar, 190 * u, 15 * u);
  return d;
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
  options.unit = std::max(1.f, std::min(width / 1920, height / 1080));
  drawMap(d, s, 0, theme, options);
  return d;
}

}  // namespace scene
