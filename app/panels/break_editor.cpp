#include "app/panels/column.h"

namespace panels {
namespace {

struct Axis {
  double low, high;
  float x0, x1;
  bool logarithmic = false;
  double scaled(double v) const { return logarithmic ? std::log(std::max(v, low)) : v; }
  float at(double v) const {
    const double share = (scaled(v) - scaled(low)) / (scaled(high) - scaled(low));
    return x0 + (x1 - x0) * static_cast<float>(std::clamp(share, 0.0, 1.0));
  }
  double value(float x) const {
    const double share = (x - x0) / std::max(1.0f, x1 - x0);
    return logarithmic ? low * std::pow(high / low, share) : low + (high - low) * share;
  }
  // The finest step worth dragging by at a place: a pixel, and no finer than the figures are shown.
  double step(double v, int decimals) const {
    const float x = at(v);
    const double pixel = std::abs(value(x + 0.5f) - value(x - 0.5f));
    return std::max(std::pow(10, -decimals), std::pow(10, std::floor(std::log10(pixel))));
  }
};

struct Bars {
  std::vector<double> edges;
  std::vector<size_t> counts;
};

// As many bars as the histogram of the values has, of one width on the axis.
Bars barsOn(const Axis& axis, const std::vector<double>& sorted, size_t count) {
  Bars bars;
  const auto n = std::clamp<size_t>(count, 5, 60);
  auto from = sorted.begin();
  for (size_t i = 0; i <= n; ++i) {
    bars.edges.push_back(
        axis.value(axis.x0 + (axis.x1 - axis.x0) * static_cast<float>(i) / static_cast<float>(n)));
    if (!i) continue;
    const auto to = i == n ? sorted.end() : std::lower_bound(from, sorted.end(), bars.edges.back());
    bars.counts.push_back(static_cast<size_t>(to - from));
    from = to;
  }
  return bars;
}

std::vector<Rgba> ownColours(const Ui& ui, const scene::Choropleth& c, size_t classes) {
  std::vector<Rgba> colours;
  if (c.categories.empty()) colours = scene::classColours(c, ui.theme.dark);
  if (colours.size() < classes)
    colours = scene::palette(c.palette, static_cast<int>(std::max<size_t>(classes, 1)), ui.theme.dark);
  return colours;  // of a bivariate map: its lowest row
}

}  // namespace

std::vector<double> innerBreaks(const scene::Choropleth& c) {
  std::vector<double> inner;
  const auto& b = c.breaks.upperBounds;
  for (size_t i = 0; i + 1 < b.size(); ++i)
    if (std::isfinite(b[i]) && (inner.empty() || b[i] > inner.back())) inner.push_back(b[i]);
  return inner;
}

void drawBreakEditor(Form& f, const session::IndicatorSpec& spec, const scene::Choropleth& c,
                     const session::ClassChoices& choices) {
  auto& ui = f.ui;
  auto& column = ui.state.column;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto& values = choices.values;
  if (values.empty()) return f.note(ui.tr("没有可分级的数值。"));
  const size_t missing = choices.summary.missing;
  std::vector<double> inner = column.dragBreak >= 0 ? column.breaks : innerBreaks(c);

  Axis axis{values.front(), values.back(), f.x0 + 6 * k, f.x1 - (missing ? 52 : 6) * k};
  if (!(axis.low < axis.high)) {
    f.note(fmt::format(fmt::runtime(ui.tr("所有数值都是 {}：只有一类。")), figureText(axis.low, c.decimals)));
    return;
  }
  const double span = axis.high - axis.low;
  for (double b : inner)  // box and standard deviation may set limits beyond the values
    axis.low = std::min(axis.low, std::max(b, values.front() - span / 4)),
    axis.high = std::max(axis.high, std::min(b, values.back() + span / 4));
  // Values over more than a decade would lie in a heap at its lower end.
  axis.logarithmic = !c.centre && axis.low > 0 && axis.high / axis.low > 10;
  const auto bars = barsOn(axis, values, choices.histogram.counts.size());
  const float top = f.y + 24 * k, plot = 76 * k, base = top + plot, strip = base + 5 * k, thick = 16 * k;

  size_t most = missing;
  for (auto n : bars.counts) most = std::max(most, n);
  const auto height = [&](size_t n) {
    return n ? std::max(2 * k, plot * static_cast<float>(n) / static_cast<float>(most)) : 0;
  };
  const auto mouse = ImGui::GetIO().MousePos;

  // Nearest first: where two handles overlap, that one is taken.
  std::vector<size_t> order(inner.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::abs(axis.at(inner[a]) - mouse.x) < std::abs(axis.at(inner[b]) - mouse.x);
  });
  int lit = -1;
  bool held = false;
  std::optional<size_t> removed;
  bool send = false, final = true;
  for (size_t i : order) {
    const std::string id = fmt::format("breaks.handle.{}", i);
    const float x = axis.at(inner[i]);
    const Rect hit{x - 8 * k, top - 4 * k, 16 * k, strip + thick - top + 8 * k};
    const auto p = ui.press(id, hit, "handle", figureText(inner[i], c.decimals));
    const bool let = ImGui::IsItemDeactivated();
    if (p.doubled) removed = i;
    if (ImGui::IsItemActivated()) column.slid = x - mouse.x;
    const double step = axis.step(inner[i], c.decimals);
    const double lowest = (i ? inner[i - 1] : values.front() - step) + step,
                 highest = (i + 1 < inner.size() ? inner[i + 1] : values.back()) - step;
    const auto move = [&](double to) {
      to = std::clamp(std::round(to / step) * step, std::min(lowest, highest), std::max(lowest, highest));
      if (!(lowest <= highest) || to == inner[i]) return false;
      inner[i] = to;
      return true;
    };
    if (p.held) {
      held = true, lit = static_cast<int>(i);
      if (column.dragBreak < 0 && std::abs(mouse.x + column.slid - x) > 1.5f * k)
        column.dragBreak = static_cast<int>(i), column.breaks = inner;
      if (column.dragBreak == static_cast<int>(i) &&
          move(axis.value(mouse.x + static_cast<float>(column.slid))))
        column.breaks = inner, send = true, final = false;
    }
    if (let && column.dragBreak == static_cast<int>(i)) send = final = true, column.dragBreak = -1;
    if (focusable(ui, id, p.held)) {
      if (lit < 0) lit = static_cast<int>(i);
      if (!ui.state.wants.typing && column.dragBreak < 0)
        if (const int by = arrows(ui); by && move(inner[i] + by * step)) send = final = true;
    }
    if (p.hovered && !held) lit = static_cast<int>(i);
  }
  const auto area = ui.press("breaks.plot", {axis.x0, top, axis.x1 - axis.x0, strip + thick - top}, "plot",
                             fmt::format("{}", inner.size() + 1));
  if (removed && inner.size() > 1 && !c.second) {
    inner.erase(inner.begin() + static_cast<std::ptrdiff_t>(*removed));
    send = final = true, column.dragBreak = -1, column.focus.clear();
  } else if (area.doubled && !held && inner.size() < 8 && !c.second) {
    const double raw = axis.value(mouse.x), step = axis.step(raw, c.decimals),
                 v = std::round(raw / step) * step;
    const auto at = std::lower_bound(inner.begin(), inner.end(), v);
    if (v >= values.front() && v < values.back() && (at == inner.end() || *at != v))
      inner.insert(at, v), send = final = true;
  }
  if (send) {
    column.lastManual[spec.id] = inner;
    auto bounds = inner;
    if (c.second) bounds.push_back(values.back());  // one bound for each class of the grid
    ui.send(session::SetClassification{spec.id, geo::BreakMethod::manual, static_cast<int>(inner.size() + 1),
                                       std::move(bounds), final});
  }

  // Bars
  ui.hairline(axis.x0, axis.x1, base);
  for (size_t i = 0; i < bars.counts.size(); ++i) {
    if (!bars.counts[i]) continue;
    const float a = axis.at(bars.edges[i]), b = axis.at(bars.edges[i + 1]), tall = height(bars.counts[i]);
    const Rect bar{a + 0.5f * k, base - tall, std::max(1.5f * k, b - a - k), tall};
    const bool over = area.hovered && mouse.x >= a && mouse.x < b;
    ui.fill(bar, t.measured.withAlpha(over ? 0.75 : 0.5));
    if (over && !held)
      ui.tip("breaks.plot", true,
             fmt::format("{} – {}：{}", figureText(bars.edges[i], c.decimals),
                         figureText(bars.edges[i + 1], c.decimals), bars.counts[i]));
  }
  if (values.size() <= 150)
    for (double v : values)
      ui.fill({std::round(axis.at(v)), base - 4 * k, std::max(1.0f, std::floor(k)), 4 * k}, t.text2);

  // Classes
  const auto colours = ownColours(ui, c, inner.size() + 1);
  float from = axis.x0;
  auto first = values.begin();
  for (size_t i = 0; i <= inner.size(); ++i) {
    const float to = i < inner.size() ? axis.at(inner[i]) : axis.x1;
    const auto last = i < inner.size() ? std::upper_bound(first, values.end(), inner[i]) : values.end();
    const Rect cell{from, strip, std::max(0.0f, to - from), thick};
    const Rgba fill = i < colours.size() ? colours[i] : t.measured;
    ui.fill(cell, fill);
    const std::string count = fmt::format("{}", last - first);
    if (cell.w > ui.width(Type::chip, count) + 16 * k || (cell.w > 14 * k && inner.empty()))
      ui.text(Type::chip, cell, count,
              scene::contrast(fill, {255, 255, 255, 255}) > scene::contrast(fill, {16, 24, 32, 255})
                  ? Rgba{255, 255, 255, 255}
                  : Rgba{16, 24, 32, 255},
              Align::centre);
    from = to, first = last;
  }
  ui.frame({axis.x0, strip, axis.x1 - axis.x0, thick}, t.text3.withAlpha(0.5), 0,
           std::max(1.0f, std::floor(k)));

  // Missing: never on the axis
  if (missing) {
    const float x = f.x1 - 30 * k;
    const Rect bar{x, base - height(missing), 22 * k, height(missing)};
    hatch(ui, bar), ui.frame(bar, t.text3.withAlpha(0.7), 0, std::max(1.0f, std::floor(k)));
    const Rect cell{x, strip, 22 * k, thick};
    hatch(ui, cell), ui.frame(cell, t.text3.withAlpha(0.5), 0, std::max(1.0f, std::floor(k)));
    ui.hairline(x - 4 * k, x + 26 * k, base);
    ui.text(Type::note, {x - 14 * k, strip + thick + 2 * k, 50 * k, 18 * k},
            fmt::format("{} {}", ui.tr("缺"), missing), t.text2, Align::centre);
    ui.record("breaks.missing", bar, "bar", fmt::format("{}", missing));
  }

  // Handles and what they stand for
  for (size_t i = 0; i < inner.size(); ++i) {
    const float x = std::round(axis.at(inner[i]));
    const bool on = lit == static_cast<int>(i);
    const float w = std::max(1.0f, std::floor((on ? 2 : 1.4f) * k));
    ui.fill({x - w / 2, top, w, strip - top}, on ? t.accent : t.text2.withAlpha(0.8));
    const Rect grip{x - 4.5f * k, strip - 2 * k, 9 * k, thick + 4 * k};
    ui.fill(grip, t.dark ? t.panel : Rgba{255, 255, 255, 255}, 3 * k);
    ui.frame(grip, on ? t.accent : t.text2, 3 * k, (on ? 2 : 1.3f) * k);
  }
  float free = -INFINITY;
  const float labels = strip + thick + 2 * k;
  const auto say = [&](double v, bool strong) {
    const std::string text = figureText(v, c.decimals);
    const float w = ui.width(Type::note, text), x = std::clamp(axis.at(v) - w / 2, f.x0, axis.x1 + 6 * k - w);
    if (x < free) return;
    ui.text(Type::note, {x, labels, w + 1, 18 * k}, text, strong ? t.text1 : t.text3);
    free = x + w + 6 * k;
  };
  const float lastWidth = ui.width(Type::note, figureText(values.back(), c.decimals));
  say(values.front(), false);
  for (double b : inner)
    if (axis.at(b) + 16 * k < axis.x1 - lastWidth) say(b, true);
  say(values.back(), false);
  if (lit >= 0 && static_cast<size_t>(lit) < inner.size()) {
    const std::string text =
        figureText(inner[static_cast<size_t>(lit)], c.decimals) + (c.unit.empty() ? "" : " " + c.unit);
    const float w = ui.width(Type::chip, text) + 16 * k, x = axis.at(inner[static_cast<size_t>(lit)]);
    const Rect bubble{std::clamp(x - w / 2, f.x0, f.x1 - w), top - 24 * k, w, 20 * k};
    ui.fill(bubble, t.accent, 4 * k);
    ui.text(Type::chip, bubble, text, t.dark ? t.background : Rgba{255, 255, 255, 255}, Align::centre);
    ui.record("breaks.bubble", bubble, "text", text);
  }
  f.y = labels + 24 * k;
  if (axis.logarithmic) f.note(ui.tr("对数轴：数值跨度超过十倍。"));
}

}  // namespace panels
