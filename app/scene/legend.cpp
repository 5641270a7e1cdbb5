#include "app/scene/legend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/map_thematic.h"

namespace scene {
namespace {

// The text that stands out of a colour.
Rgba inkOn(Rgba ground, const Theme& t) {
  return contrast(t.text1, ground) >= contrast(t.background, ground) ? t.text1 : t.background;
}

Rgba over(Rgba top, Rgba ground) {
  const auto byte = [&](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>((a * top.a + b * (255 - top.a)) / 255.0 + 0.5);
  };
  return {byte(top.r, ground.r), byte(top.g, ground.g), byte(top.b, ground.b), 255};
}

// How tall a part of the legend is: it is drawn where nobody sees it.
template <class Draw>
float heightOf(const TypesetterPtr& fonts, const Theme& theme, float unit, Draw draw) {
  Drawing nowhere;
  nowhere.fonts = fonts;
  return draw(Board{nowhere, theme, unit});
}

class Blocks {
 public:
  Blocks(const Board& b, const Scene& s, Rect column, const LegendLook& look)
      : b_(b), t_(b.theme), s_(s), c_(column), l_(look), u_(b.unit), y_(column.y) {}

  float end() const { return y_; }

  void bivariate() {
    const Choropleth& c = *s_.choropleth;
    const SecondAxis& second = *c.second;
    const auto colours = mapColours(s_, t_);
    const int n = static_cast<int>(c.breaks.classes()), m = static_cast<int>(second.breaks.classes());
    std::vector<size_t> counts(static_cast<size_t>(n * m), 0);
    size_t missing = 0;
    const SceneLayer* layer = findLayer(s_, c.layer);
    for (size_t r = 0; r < c.figures.size(); ++r) {
      if (layer && !isShown(*layer, r)) continue;
      const int k = c.classOf(r);
      k < 0 ? ++missing : ++counts[static_cast<size_t>(k)];
    }
    const float cell = std::max(n, m) > 3 ? l_.cell * 0.84f : l_.cell, small = l_.small;
    axisName("↑", second.name, second.unit, second.year);
    y_ += small * 1.1f;
    const auto bounds = [&](const geo::Breaks& breaks, int decimals) {
      std::vector<std::string> words{edge(breaks.lowest.empty() ? geo::missing : breaks.lowest[0], decimals)};
      for (const double v : breaks.upperBounds) words.push_back(edge(v, decimals));
      return words;
    };
    const auto below = bounds(c.breaks, edgeDecimals(c.breaks, c.decimals)),
               beside = bounds(second.breaks, edgeDecimals(second.breaks, second.decimals));
    float gutter = 0;
    for (const auto& w : beside) gutter = std::max(gutter, b_.width(w, small));
    for (int i = 0; i <= n; ++i)  // the first figure below is centred on the grid's edge
      gutter =
          std::max(gutter, b_.width(below[static_cast<size_t>(i)], small) / 2 - static_cast<float>(i) * cell);
    gutter += small * 0.5f;
    const Rect grid{c_.x + gutter, y_, cell * static_cast<float>(n), cell * static_cast<float>(m)};
    for (int y = 0; y < m; ++y)
      for (int x = 0; x < n; ++x) {
        const size_t k = static_cast<size_t>(y * n + x);
        const Rect square{grid.x + static_cast<float>(x) * cell,
                          grid.bottom() - static_cast<float>(y + 1) * cell, cell, cell};
        b_.fill(square.grown(-0.5f * u_), colours[k]);
        const Rgba ink = inkOn(colours[k], t_);
        b_.text(square.centre().x, square.centre().y + l_.type * 0.36f, fmt::format("{}", counts[k]), l_.type,
                counts[k] ? ink : ink.withAlpha(0.45), Align::centre);
      }
    b_.frame(grid, t_.text3, u_);
    for (int y = 0; y <= m; ++y) {
      const float at = grid.bottom() - static_cast<float>(y) * cell;
      b_.line({grid.x - small * 0.25f, at}, {grid.x, at}, t_.text3, u_);
      b_.text(grid.x - small * 0.4f, at + small * 0.36f, beside[static_cast<size_t>(y)], small, t_.text2,
              Align::right);
    }
    y_ = grid.bottom() + small * 1.25f;
    float clear = -1e9f;
    for (int x = 0; x <= n; ++x) {
      const float at = grid.x + static_cast<float>(x) * cell,
                  w = b_.width(below[static_cast<size_t>(x)], small);
      b_.line({at, grid.bottom()}, {at, grid.bottom() + small * 0.25f}, t_.text3, u_);
      if (at - w / 2 < clear + small * 0.3f && x > 0) y_ += small * 1.1f, clear = -1e9f;  // figures in steps
      b_.text(at, y_, below[static_cast<size_t>(x)], small, t_.text2, Align::centre);
      clear = at + w / 2;
    }
    y_ += small * 0.35f;
    axisName("→", c.name, c.unit, c.year);
    y_ += small * 0.55f;
    const float h = l_.pitch * 0.62f, mid = y_ + l_.pitch / 2;
    const Rect swatch{c_.x, mid - h / 2, h * 1.8f, h};
    b_.drawing.add(HatchedRect{swatch, {t_.hatchLine, t_.hatchGround, 6 * u_, 1.2f * u_}});
    b_.frame(swatch, t_.hatchLine, u_);
    b_.text(swatch.right() + l_.type * 0.5f, mid + l_.type * 0.36f, s_.words.missing, l_.type, t_.text1);
    b_.text(std::min(c_.right(), grid.right()), mid + l_.type * 0.36f, fmt::format("{}", missing), l_.type,
            t_.text2, Align::right);
    y_ += l_.pitch;
    if (!second.sourceText.empty() && second.sourceText != c.sourceText)
      paragraph(second.sourceText, t_.text3);
  }

  void all() {
    notes();
    if (s_.sized) sized();
    if (s_.heat) heat();
    if (s_.weights) links();
    filters();
  }

  void filters() {
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || layer.filterText.empty()) continue;
      const float size = l_.small, x = c_.x + size * 1.3f;
      y_ += size * 0.65f;
      const float h = size * 0.8f;
      const Vec o{c_.x + size * 0.45f, y_ + size * 0.72f};  // a funnel
      b_.drawing.add(Fill{Path::polygon({{o.x - h * 0.5f, o.y - h * 0.5f},
                                         {o.x + h * 0.5f, o.y - h * 0.5f},
                                         {o.x + h * 0.12f, o.y},
                                         {o.x + h * 0.12f, o.y + h * 0.5f},
                                         {o.x - h * 0.12f, o.y + h * 0.34f},
                                         {o.x - h * 0.12f, o.y}}),
                          t_.accent});
      for (const std::string& line : wrapped(layer.filterText, c_.right() - x))
        y_ += size * 1.3f, b_.text(x, y_ - size * 0.22f, line, size, t_.text1);
    }
  }

 private:
  std::vector<std::string> wrapped(const std::string& words, float width) const {
    return wrapped(words, width, l_.small, Face::sans);
  }
  std::vector<std::string> wrapped(const std::string& words, float width, float size, Face face) const {
    return b_.drawing.fonts->wrap(words, {face, size, 0, true}, width);
  }
  // Words before the figure at the end of their row; they wrap rather than run into it. Returns how far down.
  float beforeFigure(float x, float mid, const std::string& words, size_t count, Rgba colour) {
    const std::string figure = fmt::format("{}", count);
    const float w = b_.text(c_.right(), mid + l_.small * 0.36f, figure, l_.small, t_.text2, Align::right);
    float down = 0;
    for (const std::string& line : wrapped(words, c_.right() - x - w - l_.small * 0.5f))
      b_.text(x, mid + l_.small * 0.36f + down, line, l_.small, colour), down += l_.small * 1.2f;
    return std::max(0.f, down - l_.small * 1.2f);
  }
  void paragraph(const std::string& words, Rgba colour) {
    if (words.empty()) return;
    for (const std::string& line : wrapped(words, c_.w))
      y_ += l_.small * 1.4f, b_.text(c_.x, y_, line, l_.small, colour);
  }
  // A hairline and a name with its unit.
  void head(const std::string& name, const std::string& unit, int year) {
    if (y_ > c_.y || s_.choropleth) {  // something stands above
      y_ += l_.pitch * 0.35f + l_.small * 0.3f;
      b_.line({c_.x, y_}, {c_.right(), y_}, t_.rule, u_);
    }
    y_ += l_.pitch * 0.3f + l_.title;
    const std::string beside = year ? (unit.empty() ? "" : unit + " · ") + fmt::format("{}", year) : unit;
    const float w = b_.width(beside, l_.small);
    if (b_.width(name, l_.title, Face::sansBold) * 0.82f + w + l_.small * 0.6f <= c_.w) {
      b_.text(c_.right(), y_ - l_.title * 0.12f, beside, l_.small, t_.text3, Align::right);
      b_.textWithin(c_.x, y_ - l_.title * 0.12f, name, l_.title, t_.text1, c_.w - w - l_.small * 0.6f,
                    Align::left, Face::sansBold);
    } else {  // a narrow column: one below the other
      y_ -= l_.title;
      for (const std::string& line : wrapped(name, c_.w, l_.title, Face::sansBold))
        y_ += l_.title * 1.15f,
            b_.text(c_.x, y_ - l_.title * 0.12f, line, l_.title, t_.text1, Align::left, Face::sansBold);
      for (const std::string& line : wrapped(beside, c_.w))
        y_ += l_.small * 1.3f, b_.text(c_.x, y_ - l_.small * 0.12f, line, l_.small, t_.text3);
    }
    y_ += l_.small * 0.35f;
  }
  void axisName(const char* arrow, const std::string& name, const std::string& unit, int year) {
    y_ += l_.type * 1.15f;
    std::string words = std::string(arrow) + " " + name;
    std::string beside = unit;
    if (year) beside += (beside.empty() ? "" : " · ") + fmt::format("{}", year);
    const float whole = b_.width(words, l_.type, Face::sansBold);
    if (whole + l_.small * 0.5f + b_.width(beside, l_.small) * 0.82f > c_.w) {
      y_ -= l_.type * 1.15f;
      for (const std::string& line : wrapped(words, c_.w, l_.type, Face::sansBold))
        y_ += l_.type * 1.15f, b_.text(c_.x, y_, line, l_.type, t_.text1, Align::left, Face::sansBold);
      for (const std::string& line : wrapped(beside, c_.w))
        y_ += l_.small * 1.25f, b_.text(c_.x, y_, line, l_.small, t_.text3);
      return;
    }
    const float w = b_.text(c_.x, y_, words, l_.type, t_.text1, Align::left, Face::sansBold);
    b_.textWithin(c_.x + w + l_.small * 0.5f, y_, beside, l_.small, t_.text3, c_.w - w - l_.small * 0.5f);
  }
  std::string edge(double v, int decimals) const {
    return std::isnan(v) ? "" : withMinus(formatNumber(v, decimals));
  }
  static int edgeDecimals(const geo::Breaks& breaks, int most) {
    double largest = 0;
    for (const double v : breaks.upperBounds) largest = std::max(largest, std::abs(v));
    return largest >= 100 ? 0 : std::min(most, largest >= 10 ? 1 : 3);
  }

  void notes() {
    if (!s_.choropleth) return;
    const Choropleth& c = *s_.choropleth;
    if (c.locked) paragraph(s_.words.breaksLocked, t_.text2);
    if (!c.unreliable.empty()) {
      std::string names;
      for (const size_t r : c.unreliable)
        if (r < c.areaNames.size() && c.unreliable.size() <= 6)
          names += (names.empty() ? (s_.language == Language::zh ? "：" : ": ")
                                  : (s_.language == Language::zh ? "、" : ", ")) +
                   c.areaNames[r];
      paragraph(s_.words.smallBase + names, t_.text2);
    }
    for (const std::string& note : c.notes) paragraph(note, t_.text2);
  }

  void sized() {
    const SizedSymbols& z = *s_.sized;
    const SceneLayer* layer = findLayer(s_, z.layer);
    head(z.name, z.unit, z.year);
    const float most = largestCircle(metricsFor(l_.medium, u_), z.figures.size());
    std::vector<double> amounts = z.legend;
    if (amounts.empty() && z.largest > 0) amounts = {z.largest, z.largest / 4, z.largest / 16};
    std::erase_if(amounts, [](double v) { return !(v > 0); });
    std::sort(amounts.rbegin(), amounts.rend());
    if (!amounts.empty()) {
      const float largest = symbolRadius(z, amounts[0], most), x = c_.x + largest + 2 * u_;
      y_ += l_.small * 0.5f;
      const float bottom = y_ + 2 * largest, labels = x + largest + l_.small * 1.4f;
      const bool joint = s_.choropleth && s_.choropleth->onSymbols;
      float next = -1e9f, floor = bottom;
      for (const double amount : amounts) {
        const float r = symbolRadius(z, amount, most);
        Circle circle;
        circle.at = {x, bottom - r}, circle.radius = r;
        circle.colour = joint ? t_.text1 : circleColour(s_, t_);
        drawCircle(b_.drawing, circle, t_, u_);
        // Figures at the circles' tops, farther down where they would touch.
        const float top = bottom - 2 * r, at = std::max(top, next);
        b_.drawing.add(Stroke{Path::polyline(std::vector<Vec>{
                                  {x, top}, {labels - l_.small * 0.9f, top}, {labels - l_.small * 0.3f, at}}),
                              Pen{t_.text3, u_, {}, false}, -1});
        b_.text(labels, at + l_.small * 0.36f,
                withMinus(formatNumber(amount, amount == std::floor(amount) ? 0 : z.decimals)), l_.small,
                t_.text1);
        next = at + l_.small * 1.15f;
        floor = std::max(floor, at + l_.small * 0.5f);
      }
      y_ = floor + l_.small * 0.3f;
    }
    size_t negative = 0, missing = 0;
    for (size_t r = 0; r < z.figures.size(); ++r) {
      if (layer && !isShown(*layer, r)) continue;
      missing += std::isnan(z.figures[r].value), negative += z.figures[r].value < 0;
    }
    if (negative) {
      Circle hollow;
      hollow.colour = circleColour(s_, t_), hollow.hollow = true;
      sample(hollow, s_.words.hollowNegative, negative);
    }
    Circle none;
    none.missing = true;
    sample(none, s_.words.missing, missing);
    for (const std::string& note : z.notes) paragraph(note, t_.text3);
    if (!s_.choropleth || z.sourceText != s_.choropleth->sourceText) paragraph(z.sourceText, t_.text3);
  }

  void sample(Circle circle, const std::string& words, size_t count) {
    const float mid = y_ + l_.pitch * 0.45f;
    circle.at = {c_.x + l_.small * 0.6f, mid}, circle.radius = l_.small * 0.36f;
    drawCircle(b_.drawing, circle, t_, u_);
    y_ += l_.pitch * 0.9f + beforeFigure(c_.x + l_.small * 1.6f, mid, words, count, t_.text2);
  }

  void heat() {
    const Heat& h = *s_.heat;
    head(h.name, h.unit, 0);
    const bool isSigned = h.low < 0;
    const double most = std::max(-h.low, h.high), low = isSigned ? -most : h.low,
                 high = isSigned ? most : h.high;
    y_ += l_.small * 0.35f;
    const float arrow = h.over ? l_.small * 0.9f : 0, tall = l_.small * 0.95f;
    const Rect bar{c_.x, y_, c_.w - arrow, tall};
    // As it looks on the map: over the land.
    constexpr int steps = 256;
    auto pixels = std::make_shared<std::vector<Rgba>>();
    for (int i = 0; i < steps; ++i) {
      const double share = (i + 0.5) / steps;
      Rgba c = heatColour(isSigned ? 2 * share - 1 : share, isSigned, t_.dark);
      if (h.bins) c.a = 255;
      pixels->push_back(over(c.withAlpha(h.opacity), t_.land));
    }
    Image image;
    image.rect = bar, image.pixels = pixels, image.columns = steps, image.rows = 1;
    b_.drawing.add(std::move(image));
    b_.frame(bar, t_.text3, u_);
    if (h.over) {
      const float x = bar.right() + arrow * 0.3f;
      b_.drawing.add(Fill{
          Path::polygon({{x, bar.bottom()}, {x + arrow * 0.7f, bar.bottom()}, {x + arrow * 0.35f, bar.y}}),
          over(heatColour(1, isSigned, t_.dark), t_.land)});
    }
    const auto at = [&](double v) {
      return bar.x + (high > low ? static_cast<float>((v - low) / (high - low)) : 0.f) * bar.w;
    };
    const float base = bar.bottom() + l_.small * 1.3f;
    const std::string first = withMinus(formatNumber(low, low == 0 ? 0 : h.decimals)),
                      last = withMinus(formatNumber(high, h.decimals));
    const auto tick = [&](double v, float length) {
      b_.line({at(v), bar.bottom()}, {at(v), bar.bottom() + length}, t_.text3, u_);
    };
    tick(low, l_.small * 0.3f), tick(high, l_.small * 0.3f);
    float clear = bar.x + b_.text(bar.x, base, first, l_.small, t_.text2) + l_.small * 0.6f;
    const float end =
        bar.right() - b_.text(bar.right(), base, last, l_.small, t_.text2, Align::right) - l_.small * 0.6f;
    std::vector<double> ticks = h.ticks;
    if (h.decimals == 0) std::erase_if(ticks, [](double v) { return v != std::floor(v); });  // counts
    if (isSigned && std::none_of(ticks.begin(), ticks.end(), [](double v) { return v == 0; }))
      ticks.push_back(0);
    std::sort(ticks.begin(), ticks.end());
    // Nought first: of a signed bar it is the figure that must not miss.
    std::vector<std::pair<float, float>> taken;
    const auto figure = [&](double v) {
      const std::string words = formatTick(v, ticks);
      const float w = b_.width(words, l_.small), x0 = at(v) - w / 2, x1 = at(v) + w / 2;
      if (x0 < clear || x1 > end) return;
      for (const auto& [a, b] : taken)
        if (x0 < b + l_.small * 0.5f && a < x1 + l_.small * 0.5f) return;
      taken.push_back({x0, x1});
      b_.text(at(v), base, words, l_.small, v == 0 ? t_.text1 : t_.text2, Align::centre);
    };
    for (const double v : ticks)
      if (v > low && v < high) tick(v, l_.small * (v == 0 ? 0.45f : 0.3f));
    if (isSigned) figure(0);
    for (const double v : ticks)
      if (v > low && v < high && !(isSigned && v == 0)) figure(v);
    y_ = base + l_.small * 0.25f;
    paragraph(h.methodText, t_.text3);
    if (h.grid && !s_.words.heatMass.empty())
      paragraph(fmt::format(fmt::runtime(s_.words.heatMass), withMinus(formatShort(h.sumOfWeights)),
                            withMinus(formatNumber(h.integral, std::abs(h.integral) < 1000 ? 1 : 0))),
                t_.text2);
    std::string state;
    if (h.locked) state = s_.words.domainLocked;
    if (h.over) state += (state.empty() ? "" : " · ") + s_.words.aboveDomain;
    paragraph(state, t_.text2);
    if (h.illustrative) {
      const float size = l_.small;
      y_ += size * 1.4f;
      b_.drawing.add(Stroke{Path::circle({c_.x + size * 0.4f, y_ - size * 0.36f}, size * 0.26f),
                            Pen{t_.warning, 1.5f * u_, {}, false}, -1});
      b_.text(c_.x + size, y_, s_.words.illustrativeBadge, size, t_.warning);
    }
    paragraph(h.sourceText, t_.text3);
    for (const std::string& note : h.notes) paragraph(note, t_.text3);
  }

  void links() {
    const WeightLinks& w = *s_.weights;
    head(w.name, "", 0);
    const float mid = y_ + l_.pitch * 0.5f, x0 = c_.x + 5 * u_, x1 = x0 + l_.small * 2;
    b_.line({x0, mid}, {x1, mid}, t_.text1.withAlpha(0.75), 1.3f * u_);
    for (const float x : {x0, x1}) b_.drawing.add(Fill{Path::circle({x, mid}, 3.4f * u_), t_.text1});
    y_ += l_.pitch + beforeFigure(x1 + l_.small, mid, s_.words.linkedPairs, w.links.size(), t_.text2);
    if (w.islands.empty()) return;
    const float at = y_ + l_.pitch * 0.5f;
    addIsland(b_.drawing, {(x0 + x1) / 2, at}, t_, u_ * 0.9f);
    y_ += l_.pitch + beforeFigure(x1 + l_.small, at, s_.words.islands, w.islands.size(), t_.warning);
  }

  const Board& b_;
  const Theme& t_;
  const Scene& s_;
  const Rect c_;
  const LegendLook& l_;
  const float u_;
  float y_;
};

}  // namespace

LegendLook legendLook(Medium medium, float u) {
  switch (medium) {
    case Medium::wall:
      return {medium, 16 * u, 16 * u, 14 * u, 22 * u, 48 * u};
    case Medium::window:
      return {medium, 14 * u, 13 * u, 12 * u, 20 * u, 36 * u};
    case Medium::page:
      return {medium, 22 * u, 20 * u, 18 * u, 30 * u, 74 * u};
  }
  return {};
}

float drawBivariate(const Board& board, const Scene& scene, Rect column, const LegendLook& look) {
  if (!scene.choropleth || !scene.choropleth->second) return column.y;
  Blocks blocks(board, scene, column, look);
  blocks.bivariate();
  return blocks.end();
}

float drawMapBlocks(const Board& board, const Scene& scene, Rect column, const LegendLook& look) {
  Blocks blocks(board, scene, column, look);
  blocks.all();
  return blocks.end();
}

float drawFilters(const Board& board, const Scene& scene, Rect column, const LegendLook& look) {
  Blocks blocks(board, scene, column, look);
  blocks.filters();
  return blocks.end();
}

float bivariateHeight(const TypesetterPtr& fonts, const Scene& scene, const Theme& theme, float width,
                      float unit, const LegendLook& look) {
  return heightOf(fonts, theme, unit, [&](const Board& b) {
    return drawBivariate(b, scene, {0, 0, width, 0}, look);
  });
}

float mapBlocksHeight(const TypesetterPtr& fonts, const Scene& scene, const Theme& theme, float width,
                      float unit, const LegendLook& look) {
  return heightOf(fonts, theme, unit, [&](const Board& b) {
    return drawMapBlocks(b, scene, {0, 0, width, 0}, look);
  });
}

}  // namespace scene
