// A page to print: map frame with graticule, inset and locator, a column of legend, figures, targets and
// notes. Type keeps its size in millimetres on every sheet.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"
#include "app/scene/marks.h"
#include "app/scene/sheet.h"
#include "geo/crs.h"
#include "geo/measure.h"

namespace scene {
namespace {

constexpr float px = 25.4f / 150;  // a pixel of the look's A3 page in millimetres

struct Columns {
  Rect frame;  // outer edge of the map's frame
  std::vector<Rect> columns;
  float margin = 70 * px;
  bool landscape = true;
};

Columns layoutFor(float w, float h) {
  Columns l;
  l.landscape = w >= h;
  const float m = l.margin, top = 182 * px, bottom = 122 * px;
  if (l.landscape) {
    const float column = std::min(660 * px, w * 0.3f);
    l.frame = {m + 14 * px, top, w - 2 * m - column - 67 * px - 14 * px, h - top - bottom};
    l.columns = {{w - 60 * px - column, top + 6 * px, column, h - top - bottom}};
  } else {
    const float mapHeight = (h - top - bottom) * 0.6f, y = top + mapHeight + 60 * px, gap = 50 * px;
    const int n = w > 250 ? 2 : 1;
    l.frame = {m + 14 * px, top, w - 2 * m - 28 * px, mapHeight};
    const float column = (w - 2 * m - (n - 1) * gap) / n;
    for (int i = 0; i < n; ++i) l.columns.push_back({m + i * (column + gap), y, column, h - bottom - y});
  }
  return l;
}

// The smallest round scale at which the map still fits.
double roundScale(double denominator) {
  const double power = std::pow(10, std::floor(std::log10(denominator)));
  for (double s : {1.0, 1.2, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 7.5, 8.0, 8.5, 9.0, 10.0})
    if (s * power >= denominator * (1 - 1e-9)) return s * power;
  return denominator;
}

std::string scaleWords(double denominator) {
  std::string digits = fmt::format("{:.0f}", denominator), out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i && (digits.size() - i) % 3 == 0) out += ' ';
    out += digits[i];
  }
  return "1:" + out;
}

std::string degreeWords(double degrees, char positive, char negative) {
  const long minutes = std::lround(std::abs(degrees) * 60);
  return fmt::format("{}°{:02}′{}", minutes / 60, minutes % 60, degrees < 0 ? negative : positive);
}

class Page {
 public:
  Page(Drawing& d, const Scene& s, const Theme& t, const Columns& l)
      : d_(d), s_(s), t_(t), l_(l), b_{d, t, px} {}

  void draw(std::optional<geo::Box> extent) {
    mapFrame(extent);
    title();
    column();
    footer();
  }

 private:
  // Map
  // ------------------------------------------------------------------------------------------------------------------
  void mapFrame(std::optional<geo::Box> extent) {
    const Rect inner = l_.frame.grown(-13 * px);
    Camera camera = Camera::fit(inner, extent.value_or(s_.home), extent ? 0 : 26 * px);
    if (!extent) {
      const double stretch = groundMetresPerUnit(s_, camera) / camera.metresPerUnit;
      camera.metresPerUnit = roundScale(camera.metresPerUnit * stretch * 1000) / 1000 / stretch;
    }
    d_.cameras.push_back(camera);
    denominator_ = groundMetresPerUnit(s_, camera) * 1000;
    placeInsets(inner);
    std::vector<Rect> clear;
    for (const Rect& r : {inset_, locator_})
      if (r.w > 0) clear.push_back(r.grown(3 * px));
    const Vec north = northPlace(inner);
    const Vec bar{inner.right() - barRoom(inner), inner.bottom() - 34 * px};
    clear.push_back({north.x - 40 * px, north.y, 80 * px, 130 * px});
    clear.push_back({bar.x - 20 * px, bar.y - 44 * px, barRoom(inner), 70 * px});
    MapOptions o;
    o.frame = inner, o.unit = px, o.paper = true, o.keepClear = &clear;
    if (inset_.w > 0) o.insetOf = cluster_;
    graticule_ = makeGraticule(camera);
    drawMap(d_, s_, 0, t_, o);
    drawGraticule(camera);
    drawNorthArrow(b_, north, 70 * px, s_.words.north, 26 * px);
    drawScaleBar(b_, groundMetresPerUnit(s_, camera), bar, barRoom(inner) - 90 * px, 20 * px);
    insetMap();
    locatorMap();
    b_.frame(inner, t_.text1, 1.6f * px);
    b_.frame(l_.frame, t_.text1, 3 * px);
  }

  float barRoom(const Rect& inner) const { return std::min(520 * px, inner.w * 0.36f); }

  Vec northPlace(const Rect& inner) const {
    for (const Rect& r : {inset_, locator_})  // beside whatever stands in the upper right corner
      if (r.w > 0 && r.x > inner.centre().x && r.y < inner.centre().y) return {r.x - 50 * px, r.y + 4 * px};
    return {inner.right() - 60 * px, inner.y + 30 * px};
  }

  struct Graticule {
    std::vector<std::vector<Vec>> lines;
    struct Tick {
      float at;
      double degrees;
      bool labelled;
    };
    std::vector<Tick> bottom, top, left, right;  // canvas x or y along that edge
  } graticule_;

  Graticule makeGraticule(const Camera& camera) const {
    Graticule g;
    if (!s_.crs || !s_.crs->known()) return g;
    auto made = geo::Transform::make(*s_.crs, geo::Crs::lonLat());
    if (!made) return g;
    const geo::Transform& t = *made;
    const Rect f = camera.frame;
    const auto lonLat = [&](float x, float y) { return t(camera.worldFromCanvas({x, y})); };
    const geo::Point a = lonLat(f.x, f.bottom()), c = lonLat(f.right(), f.y);
    const double span = std::max(c.x - a.x, c.y - a.y);
    if (!(span > 0) || span > 60) return g;
    double step = 30;  // minutes between labels: five to nine of them
    for (double minutes : {1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0})
      if (span * 60 / minutes <= 7) {
        step = minutes;
        break;
      }
    const double fine = step / (step == 30                              ? 3
                                : step == 15 || step >= 60              ? 3
                                : step == 20 || step == 10 || step == 2 ? 2
                                                                        : 5);
    const auto along = [&](bool horizontal, float fixed, std::vector<Graticule::Tick>& ticks) {
      const float lo = horizontal ? f.x : f.bottom(), hi = horizontal ? f.right() : f.y;
      const auto value = [&](float v) { return horizontal ? lonLat(v, fixed).x : lonLat(fixed, v).y; };
      const double from = value(lo), to = value(hi);
      for (double k = std::ceil(from * 60 / fine - 1e-9); k * fine / 60 <= to + 1e-9; ++k) {
        const double degrees = k * fine / 60;
        float p = lo, q = hi;
        for (int i = 0; i < 40; ++i) {
          const float mid = (p + q) / 2;
          (value(mid) < degrees ? p : q) = mid;
        }
        ticks.push_back({(p + q) / 2, degrees, std::abs(std::remainder(degrees * 60, step)) < 1e-6});
      }
    };
    along(true, f.bottom(), g.bottom), along(true, f.y, g.top);
    along(false, f.x, g.left), along(false, f.right(), g.right);
    // Lines between equal labelled degrees of opposite edges; over a frame this small they are straight
    // within a hair.
    const auto join = [&](const std::vector<Graticule::Tick>& p, const std::vector<Graticule::Tick>& q,
                          bool vertical) {
      for (const auto& i : p)
        for (const auto& j : q)
          if (i.labelled && std::abs(i.degrees - j.degrees) < 1e-9)
            g.lines.push_back(vertical ? std::vector<Vec>{{i.at, f.bottom()}, {j.at, f.y}}
                                       : std::vector<Vec>{{f.x, i.at}, {f.right(), j.at}});
    };
    join(g.bottom, g.top, true), join(g.left, g.right, false);
    return g;
  }

  void drawGraticule(const Camera& camera) const {
    const Rect f = camera.frame, o = l_.frame;
    for (const auto& line : graticule_.lines)
      d_.add(Stroke{Path::polyline(line), Pen{t_.text3.withAlpha(0.35), 0.9f * px, {}, false}, -1}, f);
    const float band = f.y - o.y - 3 * px, type = 20 * px;
    const auto zebra = [&](const std::vector<Graticule::Tick>& ticks, bool horizontal, float edge) {
      for (size_t i = 0; i + 1 < ticks.size(); ++i) {
        // Filled where the interval starts at an even step, so opposite edges match.
        const long k = std::lround(ticks[i].degrees * 60 /
                                   std::max(1e-9, (ticks[i + 1].degrees - ticks[i].degrees) * 60));
        if (k % 2 != 0) continue;
        const float a = std::min(ticks[i].at, ticks[i + 1].at), len = std::abs(ticks[i + 1].at - ticks[i].at);
        b_.fill(horizontal ? Rect{a, edge, len, band} : Rect{edge, a, band, len}, t_.text1);
      }
    };
    zebra(graticule_.bottom, true, f.bottom() + 1.5f * px), zebra(graticule_.top, true, o.y + 1.5f * px);
    zebra(graticule_.left, false, o.x + 1.5f * px), zebra(graticule_.right, false, f.right() + 1.5f * px);
    for (const auto& tick : graticule_.bottom)
      if (tick.labelled)
        b_.text(tick.at, o.bottom() + 26 * px, degreeWords(tick.degrees, 'E', 'W'), type, t_.text2,
                Align::centre);
    for (const auto& tick : graticule_.top)
      if (tick.labelled)
        b_.text(tick.at, o.y - 9 * px, degreeWords(tick.degrees, 'E', 'W'), type, t_.text2, Align::centre);
    const auto vertical = [&](const Graticule::Tick& tick, float x) {
      Text item;
      item.run = d_.fonts->shape(degreeWords(tick.degrees, 'N', 'S'), {Face::sans, type, 0, true});
      item.origin = {x, tick.at + item.run.advance / 2};
      item.angle = -1.5707963f, item.colour = t_.text2;
      d_.add(std::move(item));
    };
    for (const auto& tick : graticule_.left)
      if (tick.labelled) vertical(tick, o.x - 9 * px);
    for (const auto& tick : graticule_.right)
      if (tick.labelled) vertical(tick, o.right() + 23 * px);
  }

  // Insets
  // ---------------------------------------------------------------------------------------------------------------
  // A box in the frame's corner that covers least of the city.
  std::optional<Rect> cornerFor(const Rect& inner, float w, float h, const Rect& taken) const {
    const SceneLayer* city = findLayer(s_, s_.cityLayer);
    if (!city || !city->shape) return {};
    const Camera& camera = d_.cameras[0];
    const float gap = 22 * px;
    std::optional<Rect> best;
    int bestCount = 1 << 30;
    for (const Rect& r :
         {Rect{inner.right() - w - gap, inner.y + gap, w, h},
          Rect{inner.x + gap, inner.bottom() - h - gap, w, h}, Rect{inner.x + gap, inner.y + gap, w, h}}) {
      if (taken.w > 0 && r.grown(gap).meets(taken)) continue;
      int count = 0;
      for (geo::Point p : city->shape->layer->shapes.vertices)
        count += r.grown(6 * px).contains(camera.canvasFromWorld(p));
      if (count < bestCount) bestCount = count, best = r;
    }
    return bestCount == 0 ? best : std::nullopt;  // never over the city
  }

  void placeInsets(const Rect& inner) {
    if (inner.w < 150) return;  // a small sheet has no room to spare
    // Where the most symbols share a place: that neighbourhood is drawn again, larger.
    const auto marks = placeMarks(s_, d_.cameras[0], metricsFor(Medium::page, px));
    size_t most = 0;
    for (const Mark& mark : marks) {
      size_t here = 0;
      for (const Mark& other : marks)
        here += other.spread && std::hypot(other.place.x - mark.place.x, other.place.y - mark.place.y) < 0.5f;
      if (!mark.spread && here > most) most = here, cluster_ = d_.cameras[0].worldFromCanvas(mark.place);
    }
    clusterSize_ = most;
    if (most >= 3 && denominator_ > 500000) {
      const float w = std::min(520 * px, inner.w * 0.33f);
      if (const auto r = cornerFor(inner, w, w * 0.94f, {})) inset_ = *r;
    }
    const float w = std::min(250 * px, inner.w * 0.16f);
    if (const auto r = cornerFor(inner, w, w * 0.95f, inset_)) locator_ = *r;
  }

  void insetMap() {
    if (inset_.w <= 0) return;
    const float head = 44 * px;
    b_.fill(inset_, t_.background);
    Camera camera;
    camera.frame = {inset_.x, inset_.y + head, inset_.w, inset_.h - head};
    camera.metresPerUnit = 400;
    // The cluster stands left of the middle: its names fan out to the right.
    camera.centre = {cluster_.x + camera.frame.w * 0.16 * 400, cluster_.y + camera.frame.h * 0.02 * 400};
    const int index = static_cast<int>(d_.cameras.size());
    d_.cameras.push_back(camera);
    MapOptions o;
    o.frame = camera.frame, o.unit = px * 0.94f, o.paper = true, o.countyNames = false, o.circles = false;
    const size_t hits = d_.hits.size();
    drawMap(d_, s_, index, t_, o);
    d_.hits.resize(hits);
    b_.fill({inset_.x, inset_.y, inset_.w, head}, t_.background);
    const bool zh = s_.language == Language::zh;
    const float w = b_.text(inset_.right() - 12 * px, inset_.y + 30 * px, scaleWords(400000), 19 * px,
                            t_.text2, Align::right);
    const float x = inset_.x + 12 * px +
                    b_.text(inset_.x + 12 * px, inset_.y + 30 * px, zh ? "集聚区" : "The cluster", 22 * px,
                            t_.text1, Align::left, Face::sansBold);
    b_.textWithin(
        x + 14 * px, inset_.y + 30 * px,
        fmt::format(fmt::runtime(zh ? "同址 {} 项散开表示" : "{} at one place, spread"), clusterSize_ + 1),
        18 * px, t_.text3, inset_.right() - w - x - 40 * px);
    b_.line({inset_.x, inset_.y + head}, {inset_.right(), inset_.y + head}, t_.text1, 1.2f * px);
    b_.frame(inset_, t_.text1, 2 * px);
    // Its extent on the main map.
    const geo::Box seen = camera.world();
    const Vec a = d_.cameras[0].canvasFromWorld({seen.minX, seen.maxY}),
              c = d_.cameras[0].canvasFromWorld({seen.maxX, seen.minY});
    d_.add(Stroke{Path::rect({a.x, a.y, c.x - a.x, c.y - a.y}),
                  Pen{t_.text1, 1.4f * px, {7 * px, 5 * px}, false}, -1},
           d_.cameras[0].frame);
  }

  void locatorMap() {
    if (locator_.w <= 0) return;
    b_.fill(locator_, t_.neighbour);
    Camera camera = Camera::fit(locator_, s_.home.grown(std::max(s_.home.width(), s_.home.height()) * 0.28));
    const int index = static_cast<int>(d_.cameras.size());
    d_.cameras.push_back(camera);
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.shape || (layer.role != Role::neighbour && layer.role != Role::county)) continue;
      const Rgba fill = layer.role == Role::county ? palette("teal", 5, false)[2] : t_.neighbour;
      d_.add(Areas{index,
                   layer.shape,
                   std::make_shared<const std::vector<Rgba>>(layer.shape->layer->rows(), fill),
                   {},
                   {}});
      d_.add(Borders{index, layer.shape,
                     layer.role == Role::county ? Borders::Which::outer : Borders::Which::inner, 0,
                     Pen{layer.role == Role::county ? t_.cityBorder : t_.neighbourBorder, px, {}, true}});
    }
    b_.frame(locator_, t_.text1, 2 * px);
  }

  // Words
  // ----------------------------------------------------------------------------------------------------------------
  // One line as large as fits, down to half of the look's size; two lines below that. Returns the width.
  float titleLines(float x, float base, float size, float room) {
    const float whole = b_.width(s_.title, size, Face::serifBold);
    if (whole * 0.5f <= room)
      return b_.text(x, base, s_.title, std::min(size, size * room / whole), t_.text1, Align::left,
                     Face::serifBold);
    float half = size * 0.5f, widest = 0;
    auto lines = d_.fonts->wrap(s_.title, {Face::serifBold, half, 0, true}, room);
    if (lines.size() > 2)
      half *= 2.0f / lines.size(), lines = d_.fonts->wrap(s_.title, {Face::serifBold, half, 0, true}, room);
    float y = base - (lines.size() - 1) * half * 1.25f;
    for (const std::string& line : lines) {
      widest = std::max(widest, b_.text(x, y, line, half, t_.text1, Align::left, Face::serifBold));
      y += half * 1.25f;
    }
    return widest;
  }

  void title() {
    const float size = 76 * px, x = l_.margin, base = 108 * px, right = d_.width - 60 * px;
    std::string what = s_.choropleth ? nameOf(s_, *s_.choropleth) : s_.subtitle;
    if (s_.choropleth && s_.choropleth->year)
      what += fmt::format(fmt::runtime(s_.language == Language::zh ? "（{} 年）" : " ({})"),
                          yearsOf(*s_.choropleth));
    if (s_.choropleth && s_.choropleth->second) what += " × " + s_.choropleth->second->name;
    if (s_.heat) what = s_.choropleth ? what + " · " + s_.heat->name : s_.heat->name;
    what += " · " + scaleWords(denominator_);
    const float beside =
        l_.landscape ? std::min(560 * px,
                                std::max(b_.width(what, 21 * px), b_.width(s_.name, 27 * px, Face::sansBold)))
                     : 0;
    // The badge stands beside the title, which gives way to it.
    const float badge = 26 * px,
                badgeWidth = 64 * px + b_.width(s_.words.illustrativeBadge, badge, Face::sansBold);
    float room = d_.width - 2 * l_.margin - (l_.landscape ? 700 * px : 0);
    if (s_.illustrative) {
      const float least = right - beside - (l_.landscape ? 86 : 30) * px - badgeWidth - x;
      if (std::min(room, b_.width(s_.title, size, Face::serifBold)) > least) room = std::min(room, least);
    }
    const float w = titleLines(x, base, size, room);
    if (s_.illustrative) {
      if (l_.landscape)
        drawBadge(b_, x + w + 36 * px, base - 46 * px, badge, s_.words.illustrativeBadge, Align::left);
      else drawBadge(b_, right, base - 60 * px, badge, s_.words.illustrativeBadge, Align::right);
    }
    if (!l_.landscape) return;
    b_.textWithin(right, 84 * px, s_.name, 27 * px, t_.text1, 560 * px, Align::right, Face::sansBold);
    b_.textWithin(right, 120 * px, what, 21 * px, t_.text2, 560 * px, Align::right);
  }

  void footer() const {
    const float y = d_.height - 42 * px, size = 20 * px, right = d_.width - 60 * px;
    std::string end = s_.reviewNumber.empty()
                          ? (s_.language == Language::zh ? "审图号：（待送审）" : "Map review no.: (pending)")
                          : s_.words.reviewNumber + s_.reviewNumber;
    if (s_.internal) end += " · " + s_.words.internalUse;
    if (!s_.date.empty()) end += " · " + s_.words.madeOn + " " + s_.date;
    const float w = b_.text(right, y, end, size, t_.text2, Align::right);
    const std::string system = s_.crsLongText + "  " + scaleWords(denominator_);
    const float room = right - l_.margin - w - 20 * px;
    if (b_.width(system, size) * 0.8f <= room) b_.textWithin(l_.margin, y, system, size, t_.text2, room);
    else b_.textWithin(l_.margin, y - 32 * px, system, size, t_.text2, right - l_.margin);
  }

  // Column
  // ---------------------------------------------------------------------------------------------------------------
  float head(const Rect& c, float y, const std::string& title, const std::string& right) const {
    b_.line({c.x, y}, {c.right(), y}, t_.text1, 3 * px);
    const float w = b_.text(c.x, y + 40 * px, title, 27 * px, t_.text1, Align::left, Face::sansBold);
    b_.textWithin(c.right(), y + 40 * px, right, 19 * px, t_.text2, c.w - w - 16 * px, Align::right);
    return y + 62 * px;
  }

  static constexpr float gap = 26 * px;

  // Ranges that are wider than their swatch stand on two lines.
  bool onTwoLines(const std::vector<LegendClass>& classes, float width) const {
    return std::any_of(classes.begin(), classes.end(), [&](const LegendClass& row) {
      return row.range.find(" – ") != std::string::npos &&
             b_.width(row.range, 21 * px) * 0.8f > width / static_cast<float>(classes.size()) - 6 * px;
    });
  }
  // With room for the figure at which a palette turns.
  float classesHeight(const std::vector<LegendClass>& classes, float width) const {
    return (104 + (onTwoLines(classes, width) ? 24 : 0) + (s_.choropleth->centre ? 22 : 0)) * px;
  }

  float legendHeightMm() const {
    const auto cells = legendCells(*d_.fonts, legendSymbols(s_), l_.columns[0].w, 3, 20 * px);
    const float rows = cells.empty() ? 0 : cells.back().row + 1, w = l_.columns[0].w;
    const LegendLook look = legendLook(Medium::page, px);
    float h = 62 * px + rows * 40 * px + 32 * px + gap;
    if (s_.choropleth && s_.choropleth->second) h += bivariateHeight(d_.fonts, s_, t_, w, px, look) + 14 * px;
    else if (s_.choropleth) h += classesHeight(legendClasses(s_, t_), w);
    if (const float blocks = mapBlocksHeight(d_.fonts, s_, t_, w, px, look); blocks > 0)
      h += blocks + 18 * px;
    return h;
  }

  float legend(const Rect& c, float y) const {
    y = head(c, y, s_.words.legend,
             s_.choropleth ? nameOf(s_, *s_.choropleth) + " · " + s_.choropleth->unit + " · " +
                                 s_.choropleth->methodText
                           : "");
    const LegendLook look = legendLook(Medium::page, px);
    if (s_.choropleth && s_.choropleth->second) {
      y = drawBivariate(b_, s_, {c.x, y, c.w, 0}, look) + 14 * px;
    } else if (s_.choropleth) {
      auto classes = legendClasses(s_, t_);  // most … least, missing; on paper from low to high
      if (s_.choropleth->categories.empty()) std::reverse(classes.begin(), classes.end() - 1);
      const float w = c.w / static_cast<float>(classes.size());
      const bool two = onTwoLines(classes, c.w);
      if (s_.choropleth->centre) y += 22 * px;
      const float lower = two ? 24 * px : 0;
      for (size_t i = 0; i < classes.size(); ++i) {
        const Rect swatch{c.x + i * w, y, w - 4 * px, 36 * px};
        if (classes[i].missing)
          d_.add(HatchedRect{swatch, {t_.hatchLine, t_.hatchGround, 10 * px, 1.5f * px}});
        else if (s_.choropleth->onSymbols)
          d_.add(Fill{Path::circle({swatch.x + swatch.h / 2, swatch.centre().y}, swatch.h / 2),
                      classes[i].colour});
        else b_.fill(swatch, classes[i].colour);
        if (classes[i].missing || !s_.choropleth->onSymbols)
          b_.frame(swatch, classes[i].missing ? t_.hatchLine : t_.measured, px);
        // From low to high the palette turns before the class that says so.
        if (classes[i].turnsBelow) {
          const float at = swatch.x - 2 * px;
          b_.line({at, y - 8 * px}, {at, y + 42 * px}, t_.text1, 2 * px);
          b_.text(at, y - 11 * px, withMinus(formatShort(*classes[i].turnsBelow)), 17 * px, t_.text1,
                  Align::centre);
        }
        const size_t dash = two ? classes[i].range.find(" – ") : std::string::npos;
        if (dash == std::string::npos) {
          b_.textWithin(swatch.x, y + 62 * px, classes[i].range, 21 * px, t_.text1, w - 6 * px);
        } else {
          std::string first = classes[i].range.substr(0, dash), second = classes[i].range.substr(dash + 4);
          while (first.ends_with(' ')) first.pop_back();
          second.erase(0, second.find_first_not_of(' '));
          b_.textWithin(swatch.x, y + 62 * px, first + " –", 21 * px, t_.text1, w - 6 * px);
          b_.textWithin(swatch.x, y + 86 * px, second, 21 * px, t_.text1, w - 6 * px);
        }
        if (classes[i].island) addIsland(d_, swatch.centre(), t_, 1.2f * px);
        float x = swatch.x;
        if (s_.choropleth->figures.size() <= 12)
          for (size_t k = 0; k < classes[i].rows.size(); ++k, x += 12 * px)
            b_.fill({x, y + lower + 74 * px, 9.5f * px, 9.5f * px}, t_.text2);
        b_.text(x + (x > swatch.x ? 4 * px : 0), y + lower + 86 * px,
                fmt::format("{}{}", classes[i].rows.size(),
                            s_.language == Language::zh && s_.choropleth->layer == s_.cityLayer ? " 县" : ""),
                18 * px, t_.text2);
      }
      y += 104 * px + lower;
    }
    const float before = y;
    y = drawMapBlocks(b_, s_, {c.x, y, c.w, 0}, look);
    if (y > before) y += 18 * px;
    y = drawLegendSymbols(b_, legendSymbols(s_), {c.x, y, c.w, 0}, 3, 20 * px, 40 * px);
    for (const LegendSymbol& e : legendSymbols(s_))
      if (e.count.find('/') != std::string::npos) {
        b_.textWithin(c.x, y + 22 * px, s_.words.pieces, 18 * px, t_.text3, c.w);
        break;
      }
    return y + 32 * px + gap;
  }

  float tableHeight() const {
    return s_.table.empty() ? 0 : (62 + 38 + 36 * (s_.areaNames.size() + 1) + 8) * px + gap;
  }

  float table(const Rect& c, float y) const {
    y = head(c, y, s_.words.figureTable, "");
    const size_t n = std::min<size_t>(s_.table.size(), 5);
    const bool zh = s_.language == Language::zh;
    // Large counts in ten thousands (thousands in English): a column is 15 mm wide.
    std::vector<TableColumn> columns(s_.table.begin(), s_.table.begin() + n);
    for (TableColumn& column : columns) {
      double most = std::isnan(column.whole) ? 0 : column.whole;
      for (double v : column.values) most = std::isnan(v) ? most : std::max(most, v);
      if (most < 1e5) continue;
      const double by = zh ? 1e4 : 1e3;
      for (double& v : column.values) v /= by;
      column.whole /= by, column.decimals = zh ? 2 : 1, column.unit = (zh ? "万" : "1,000 ") + column.unit;
    }
    const float names = c.w * 0.32f, cell = (c.w - names) / n, pitch = 36 * px;
    for (size_t k = 0; k < n; ++k)
      b_.textWithin(c.x + names + (k + 1) * cell, y + 10 * px, columns[k].name, 16.5f * px,
                    columns[k].current ? t_.text1 : t_.text2, cell - 10 * px, Align::right);
    for (size_t k = 0; k < n; ++k)
      b_.textWithin(c.x + names + (k + 1) * cell, y + 30 * px, columns[k].unit, 15.5f * px, t_.text3,
                    cell - 10 * px, Align::right);
    y += 38 * px;
    std::vector<size_t> order(s_.areaNames.size());
    std::iota(order.begin(), order.end(), 0);
    const TableColumn* by = nullptr;
    for (const TableColumn& column : columns) by = column.current ? &column : by;
    if (by)
      std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const double p = by->values[a], q = by->values[b];
        return std::isnan(p) != std::isnan(q) ? std::isnan(q) : p > q;
      });
    for (size_t i = 0; i <= order.size(); ++i) {
      const bool whole = i == order.size();
      b_.line({c.x, y}, {c.right(), y}, whole ? t_.text1 : t_.rule, whole ? 1.6f * px : px);
      const float base = y + pitch / 2 + 7 * px;
      const Face face = whole ? Face::sansBold : Face::sans;
      b_.textWithin(c.x, base, whole ? s_.words.wholeCity : s_.areaNames[order[i]], 20 * px, t_.text1,
                    names - 8 * px, Align::left, face);
      for (size_t k = 0; k < n; ++k) {
        const TableColumn& column = columns[k];
        const double v = whole ? column.whole : column.values[order[i]];
        const float right = c.x + names + (k + 1) * cell;
        if (std::isnan(v)) {
          d_.add(HatchedRect{{right - cell * 0.6f, y + pitch * 0.3f, cell * 0.6f, pitch * 0.4f},
                             {t_.hatchLine, t_.hatchGround, 9 * px, 1.3f * px}});
          continue;
        }
        if (column.current && !whole) {
          double most = 0;
          for (double value : column.values) most = std::isnan(value) ? most : std::max(most, value);
          const int klass = s_.choropleth ? s_.choropleth->classOf(order[i]) : -1;
          if (most > 0 && klass >= 0 && v > 0) {
            const Rect bar{right - cell + 12 * px, y + pitch - 7 * px,
                           (cell - 12 * px) * static_cast<float>(v / most), 4 * px};
            b_.fill(bar, mapColours(s_, t_)[static_cast<size_t>(klass)]);
            b_.frame(bar, t_.measured, 0.8f * px);
          }
        }
        b_.text(right, base, withMinus(formatNumber(v, column.decimals)), 20 * px, t_.text1, Align::right,
                column.current || whole ? Face::sansBold : Face::sans);
      }
      y += pitch;
    }
    return y + 8 * px + gap;
  }

  float targetsHeight() const {
    return s_.ledger.empty() ? 0 : (62 + 58 * std::ceil(s_.ledger.size() / 2.0f) + 22) * px + gap;
  }

  float targets(const Rect& c, float y) const {
    y = head(c, y, s_.words.planTargets, fmt::format("{} / {}", s_.ledger.size(), s_.ledgerTotal));
    const float half = (c.w - 30 * px) / 2, pitch = 58 * px;
    for (size_t i = 0; i < s_.ledger.size(); ++i) {
      const LedgerRow& row = s_.ledger[i];
      const float x = c.x + (i % 2) * (half + 30 * px), top = y + (i / 2) * pitch;
      const std::string from =
          std::isnan(row.baseline) ? "–" : formatShort(row.baseline) + (row.baselineEstimated ? "*" : "");
      const float w =
          b_.text(x + half, top + 22 * px, fmt::format("{} → {} {}", from, formatShort(row.target), row.unit),
                  20 * px, t_.text1, Align::right, Face::sansBold);
      b_.textWithin(x, top + 22 * px, row.name, 19 * px, t_.text1, half - w - 10 * px);
      const Rect track{x, top + 34 * px, half, 10 * px};
      d_.add(HatchedRect{track, {t_.hatchLine, t_.hatchGround, 9 * px, 1.3f * px}});
      if (!std::isnan(row.baseline) && row.target > 0)
        b_.fill({track.x, track.y, track.w * std::min(1.f, static_cast<float>(row.baseline / row.target)),
                 track.h},
                t_.measured);
      b_.fill({track.right() - 3 * px, track.y - 5 * px, 3 * px, track.h + 10 * px}, t_.text1);
    }
    y += std::ceil(s_.ledger.size() / 2.0f) * pitch;
    b_.textWithin(c.x, y + 12 * px,
                  s_.words.noLaterFigures + (s_.language == Language::zh ? "；* 预计数" : "; * estimate"),
                  17 * px, t_.text3, c.w);
    return y + 22 * px + gap;
  }

  std::vector<std::string> noteLines(float width) const {
    std::vector<std::string> paragraphs = s_.notes;
    if (!s_.unplaced.empty()) {
      std::string names;
      const std::string comma = s_.language == Language::zh ? "、" : ", ";
      for (const Unplaced& u : s_.unplaced) names += (names.empty() ? "" : comma) + u.name;
      paragraphs.push_back(s_.words.unplaced + (s_.language == Language::zh ? "：" : ": ") + names);
    }
    if (s_.choropleth && !s_.choropleth->sourceText.empty()) paragraphs.push_back(s_.choropleth->sourceText);
    std::string credits;
    for (const std::string& credit : s_.credits)
      credits += (credits.empty() ? "" : s_.language == Language::zh ? "；" : "; ") + credit;
    paragraphs.push_back(credits);
    std::vector<std::string> lines;
    for (const std::string& p : paragraphs)
      for (const std::string& line : d_.fonts->wrap(p, {Face::sans, noteType, 0, true}, width))
        lines.push_back(line);
    return lines;
  }

  static constexpr float noteType = 17 * px, notePitch = 25 * px;

  float notesHeight(float width) const { return 62 * px + noteLines(width).size() * notePitch; }

  float notes(const Rect& c, float y) const {
    y = head(c, y, s_.words.notes, "");
    for (const std::string& line : noteLines(c.w))
      b_.text(c.x, y + 8 * px, line, noteType, t_.text2), y += notePitch;
    return y;
  }

  // What the sheet has room for, most needed first: legend and sources always, then the figures, then the
  // targets.
  void column() const {
    if (l_.columns.size() > 1) {
      float y = legend(l_.columns[0], l_.columns[0].y);
      if (!s_.ledger.empty() && y + targetsHeight() - gap <= l_.columns[0].bottom())
        targets(l_.columns[0], y);
      y = l_.columns[1].y;
      if (!s_.table.empty() && tableHeight() + notesHeight(l_.columns[1].w) <= l_.columns[1].h)
        y = table(l_.columns[1], y);
      notes(l_.columns[1], y);
      return;
    }
    const Rect& c = l_.columns[0];
    float room = c.h - legendHeightMm() - notesHeight(c.w);
    const bool figures = !s_.table.empty() && tableHeight() <= room;
    if (figures) room -= tableHeight();
    const bool plan = !s_.ledger.empty() && targetsHeight() <= room;
    float y = legend(c, c.y);
    if (figures) y = table(c, y);
    if (plan) y = targets(c, y);
    notes(c, y);
  }

  Drawing& d_;
  const Scene& s_;
  const Theme& t_;
  const Columns& l_;
  const Board b_;
  double denominator_ = 0;
  Rect inset_, locator_;
  geo::Point cluster_;
  size_t clusterSize_ = 0;
};

}  // namespace

Vec leastSize(PagePart, const Scene&, const TypesetterPtr&, const PageSetup&) { return {20, 10}; }

Drawing drawPage(const Scene& s, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                 std::optional<geo::Box> extent, PageLayout* layout) {
  const float widthMm = setup.width, heightMm = setup.height;
  if (s.composition != Composition::map)
    return drawSheet(s, theme, std::move(fonts), widthMm, heightMm, Medium::page, px);
  Drawing d;
  d.width = widthMm, d.height = heightMm, d.background = theme.background, d.fonts = std::move(fonts);
  const Columns l = layoutFor(widthMm, heightMm);
  Page(d, s, theme, l).draw(extent);
  if (layout) layout->frames = {{PagePart::map, l.frame, false, {}}};
  return d;
}

}  // namespace scene
