// The planner's map: what floats over it is quiet and small.
#include <fmt/format.h>

#include <algorithm>

#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"
#include "app/scene/pick.h"
#include "app/scene/sheet.h"
#include "geo/measure.h"

namespace scene {
namespace {

bool hasLegend(const Scene& s) { return s.choropleth || s.sized || s.heat || s.weights; }

std::string countOf(const Scene& s, const LegendClass& row) {
  const bool counties = s.language == Language::zh && s.choropleth->layer == s.cityLayer;
  return fmt::format("{}{}", row.rows.size(), counties ? " 县" : "");
}

// Wide enough for the longest name beside its unit, and for the ranges of the classes beside their counts; px
// of the look.
float legendWidth(const Scene& s, const std::vector<LegendClass>& classes, const Typesetter& fonts) {
  if (!hasLegend(s)) return 0;
  float widest = 0, ranges = 0;
  for (const LegendClass& row : classes)
    if (s.choropleth->categories.empty() && !s.choropleth->second)
      ranges = std::max(ranges, fonts.width(row.range, {Face::sans, 13.5f, 0, true}) +
                                    fonts.width(countOf(s, row), {Face::sans, 13, 0, true}) + 76);
  const auto consider = [&](const std::string& name, const std::string& unit) {
    widest = std::max(widest, fonts.width(name, {Face::sansBold, 14, 0, true}) +
                                  fonts.width(unit, {Face::sans, 12, 0, true}) + 36);
  };
  if (s.choropleth) {
    consider(nameOf(s, *s.choropleth) + (s.choropleth->since ? " 2000→2000" : " 2000"), s.choropleth->unit);
    for (const Category& c : s.choropleth->categories) consider(c.name, "10 counties  ");
  }
  if (s.heat) consider(s.heat->name, s.heat->unit);
  if (s.sized) consider(s.sized->name, s.sized->unit + " · 2000");
  return std::max(std::clamp(widest, 196.f, 290.f), std::min(ranges, 380.f));
}

// The corner where the card hides least of the city when all of it is shown: it stays there while the map
// moves.
Rect quietCorner(const Scene& s, const Rect& frame, float w, float h, float u, float top) {
  const Rect places[] = {{frame.x + 18 * u, frame.y + top, w, h},
                         {frame.right() - 18 * u - w, frame.y + 84 * u, w, h},
                         {frame.right() - 18 * u - w, frame.bottom() - 18 * u - h, w, h}};
  const SceneLayer* city = findLayer(s, s.cityLayer);
  if (!city || !city->shape) return places[0];
  const Camera whole = Camera::fitBesideLegend(frame, s.home, 0.05f * std::min(frame.w, frame.h));
  const Rect* best = places;
  size_t least = ~size_t{0};
  for (const Rect& place : places) {
    size_t hidden = 0;
    for (geo::Point p : city->shape->layer->shapes.vertices)
      hidden += place.contains(whole.canvasFromWorld(p));
    if (hidden < least) least = hidden, best = &place;
  }
  return *best;
}

// What stands in the card, from y down to where it returns.
float legendRows(const Board& b, const Scene& s, const std::vector<LegendClass>& classes, float x,
                 float right, float y) {
  const float u = b.unit;
  const LegendLook look = legendLook(Medium::window, u);
  if (s.choropleth) {
    const Choropleth& c = *s.choropleth;
    if (c.second) {
      y = drawBivariate(b, s, {x, y + 4 * u, right - x, 0}, look);
    } else {
      const float w = b.text(right, y + 24 * u, c.unit, 12 * u, b.theme.text3, Align::right);
      b.textWithin(x, y + 24 * u, c.year ? nameOf(s, c) + " " + yearsOf(c) : nameOf(s, c), 14 * u,
                   b.theme.text1, right - x - w - 8 * u, Align::left, Face::sansBold);
      y += 34 * u;
      for (const auto& row : classes) {
        const float mid = y + 11 * u;
        const Rect swatch{x, mid - 7.5f * u, 32 * u, 15 * u};
        const std::string count = countOf(s, row);
        if (row.missing)
          b.drawing.add(HatchedRect{swatch, {b.theme.hatchLine, b.theme.hatchGround, 6 * u, 1.2f * u}});
        else if (c.onSymbols) b.drawing.add(Fill{Path::circle(swatch.centre(), 7 * u), row.colour});
        else b.fill(swatch, row.colour);
        if (row.missing || !c.onSymbols) b.frame(swatch, row.missing ? b.theme.hatchLine : b.theme.rule, u);
        if (row.island) addIsland(b.drawing, swatch.centre(), b.theme, 0.65f * u);
        const float taken = b.text(right, mid + 4.7f * u, count, 13 * u, b.theme.text2, Align::right);
        b.textWithin(x + 42 * u, mid + 4.7f * u, row.range, 13.5f * u, b.theme.text1,
                     right - x - 50 * u - taken);
        if (row.turnsBelow) drawTurn(b, {x, y + 22 * u}, 32 * u, *row.turnsBelow, 9 * u);
        y += 22 * u;
      }
    }
    b.textWithin(x, y + 15 * u, c.methodText, 12 * u, b.theme.text3, right - x);
    y += 15 * u;
    for (const std::string& line :
         b.drawing.fonts->wrap(c.sourceText, {Face::sans, 12 * u, 0, true}, right - x))
      b.text(x, y += 17 * u, line, 12 * u, b.theme.text3);
    y += 4 * u;
  }
  return drawMapBlocks(b, s, {x, y, right - x, 0}, look) + 9 * u;
}

Rect withGround(const Board& b, Rect card) {
  const float u = b.unit;
  b.drawing.add(Fill{Path::roundedRect(card, 5 * u), b.theme.panel.withAlpha(0.96)});
  b.drawing.add(Stroke{Path::roundedRect(card, 5 * u), Pen{b.theme.rule, u, {}, false}, -1});
  return card;
}

// What the user is drawing round things.
void drawLasso(const Board& b, const std::vector<Vec>& lasso, const Rect& frame) {
  if (lasso.size() < 2) return;
  const Path line = Path::polyline(lasso);
  if (lasso.size() > 2)
    b.drawing.add(Fill{Path::polyline(lasso, true), b.theme.accent.withAlpha(0.14)}, frame);
  b.drawing.add(Stroke{line, Pen{b.theme.halo.withAlpha(0.8), 4 * b.unit, {}, true}, -1}, frame);
  b.drawing.add(Stroke{line, Pen{b.theme.accent, 2 * b.unit, {}, true}, -1}, frame);
}

}  // namespace

Drawing drawWindowMap(const Scene& s, const Theme& theme, TypesetterPtr fonts, const Camera& camera, float u,
                      DrawCache* cache) {
  Drawing d;
  d.width = camera.frame.right(), d.height = camera.frame.bottom();
  d.background = theme.background, d.fonts = std::move(fonts);
  d.cameras.push_back(camera);
  const Rect& f = camera.frame;
  if (s.composition != Composition::map) {
    drawSheetInto(d, s, theme, f, Medium::window, u);
    return d;
  }
  const Board b{d, theme, u};
  float y = f.y + 14 * u;
  const float x = f.x + 18 * u;
  std::vector<Rect> clear;
  const float badgeHeight = s.illustrative ? 14 * 1.9f * u : 0;
  if (s.illustrative) clear.push_back({x, y, 150 * u, badgeHeight});
  const auto classes = legendClasses(s, theme);
  const float width = legendWidth(s, classes, *d.fonts) * u,
              below = 14 * u + (s.illustrative ? badgeHeight + 12 * u : 0);
  float height = 0;
  Drawing nowhere;
  nowhere.fonts = d.fonts;
  if (width > 0) height = legendRows(Board{nowhere, theme, u}, s, classes, 12 * u, width - 12 * u, 0);
  const Rect card = quietCorner(s, f, width, height, u, below);
  const bool legend = width > 0 && f.h > card.h + 60 * u && f.w > 420 * u;
  if (legend) clear.push_back(card.grown(4 * u));
  // Without a legend, what a filter hides is said in the corner by itself.
  Rect filters{x, f.y + below, std::min(250 * u, f.w - 36 * u), 0};
  if (!legend)
    filters.h = drawFilters(Board{nowhere, theme, u}, s, {0, 0, filters.w - 20 * u, 0},
                            legendLook(Medium::window, u));
  if (filters.h > 0) filters.h += 12 * u, clear.push_back(filters);
  const Vec north{f.right() - 40 * u, f.y + 16 * u}, bar{f.x + 24 * u, f.bottom() - 26 * u};
  clear.push_back({north.x - 20 * u, north.y, 40 * u, 70 * u});
  clear.push_back({bar.x - 8 * u, bar.y - 24 * u, 210 * u, 40 * u});
  MapOptions options;
  options.frame = f, options.unit = u, options.cache = cache, options.keepClear = &clear;
  options.attribution = true;
  options.flat = true;  // for work: what is pointed at lies where the camera says
  drawMap(d, s, 0, theme, options);
  if (s.illustrative) drawBadge(b, x, y, 14 * u, s.words.illustrativeBadge, Align::left);
  if (legend) {
    withGround(b, card);
    legendRows(b, s, classes, card.x + 12 * u, card.right() - 12 * u, card.y);
  }
  if (filters.h > 0) {
    withGround(b, filters);
    drawFilters(b, s, {filters.x + 10 * u, filters.y + 4 * u, filters.w - 20 * u, 0},
                legendLook(Medium::window, u));
  }
  drawLasso(b, s.lasso, f);
  drawNorthArrow(b, north, 40 * u, s.words.north, 14 * u);
  drawScaleBar(b, groundMetresPerUnit(s, camera), bar, 180 * u, 13 * u);
  return d;
}

std::optional<ObjectRef> pick(const Drawing& drawing, const Scene& s, const Camera& camera, Vec at) {
  if (!camera.frame.contains(at)) return {};
  for (auto hit = drawing.hits.rbegin(); hit != drawing.hits.rend(); ++hit)
    if (hit->box.contains(at)) return hit->object.row < 0 ? std::nullopt : std::optional(hit->object);
  if (s.composition != Composition::map) {  // counties of the small maps
    const SceneLayer* city = findLayer(s, s.cityLayer);
    for (size_t i = drawing.cameras.size(); city && city->shape && i-- > 1;) {
      const geo::Shapes& shapes = city->shape->layer->shapes;
      const Camera& small = drawing.cameras[i];
      if (!small.frame.contains(at) || shapes.kind != geo::ShapeKind::polygon) continue;
      const geo::Point q = small.worldFromCanvas(at);
      for (size_t r = 0; r < shapes.rows(); ++r)
        if (shapes.has(r) && shapes.box(r).contains(q) && geo::contains(shapes, r, q))
          return ObjectRef{city->id, static_cast<long>(r)};
    }
    return {};
  }
  const geo::Point p = camera.worldFromCanvas(at);
  for (auto layer = s.layers.rbegin(); layer != s.layers.rend(); ++layer) {
    if (!layer->visible || !layer->shape || !layer->pickedByMouse) continue;
    const geo::Layer& l = *layer->shape->layer;
    if (!l.bounds.contains(p)) continue;
    if (l.shapes.kind == geo::ShapeKind::polygon) {
      if (layer->shape->index) {
        const auto rows = layer->shape->index->at(l.shapes, p);
        if (!rows.empty()) return ObjectRef{layer->id, static_cast<long>(rows.back())};
        continue;
      }
      for (size_t r = 0; r < l.shapes.rows(); ++r)
        if (l.shapes.has(r) && l.shapes.box(r).contains(p) && geo::contains(l.shapes, r, p))
          return ObjectRef{layer->id, static_cast<long>(r)};
    } else if (l.shapes.kind == geo::ShapeKind::line) {
      const double reach = 4 * camera.metresPerUnit;
      for (size_t r = 0; r < l.shapes.rows(); ++r)
        for (uint32_t part = l.shapes.rowStart[r]; part < l.shapes.rowStart[r + 1]; ++part)
          if (geo::distanceToLine(l.shapes.part(part), p) < reach)
            return ObjectRef{layer->id, static_cast<long>(r)};
    } else if (layer->symbols.empty()) {
      const double reach = (layer->radius + 2) * camera.metresPerUnit;
      const auto near = [&](size_t r) {
        const geo::Point q = l.shapes.part(l.shapes.rowStart[r])[0];
        return std::hypot(q.x - p.x, q.y - p.y) < reach;
      };
      if (layer->shape->index) {
        const auto rows = layer->shape->index->within({p.x - reach, p.y - reach, p.x + reach, p.y + reach});
        for (auto r = rows.rbegin(); r != rows.rend(); ++r)
          if (near(*r)) return ObjectRef{layer->id, static_cast<long>(*r)};
        continue;
      }
      for (size_t r = l.shapes.rows(); r-- > 0;)
        if (l.shapes.has(r) && near(r)) return ObjectRef{layer->id, static_cast<long>(r)};
    }
  }
  return {};
}

}  // namespace scene
