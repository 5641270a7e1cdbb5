#include "app/panels/plot.h"

#include "app/panels/panel_list.h"

namespace panels {
namespace {

double niceStep(double span, int most) {  // 1, 2 or 5 × 10ⁿ
  const double rough = span / std::max(1, most), power = std::pow(10, std::floor(std::log10(rough)));
  for (double m : {1.0, 2.0, 5.0})
    if (m * power >= rough * (1 - 1e-9)) return m * power;
  return 10 * power;
}

int decimalsOf(double step) {  // that tell two ticks apart
  return step > 0 ? std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9) : 0;
}

void hairline(const Ui& ui, Vec a, Vec b, Rgba c) {
  const float w = std::max(1.0f, std::floor(ui.k));
  if (a.x == b.x) ui.fill({std::floor(a.x), a.y, w, b.y - a.y}, c);
  else ui.fill({a.x, std::floor(a.y), b.x - a.x, w}, c);
}

}  // namespace

float Scale::at(double v) const {
  const double share =
      log ? (v > 0 ? std::log(v / low) / std::log(high / low) : geo::missing) : (v - low) / (high - low);
  return static_cast<float>(from + share * (static_cast<double>(to) - from));
}

double Scale::value(float pixel) const {
  const double share = (static_cast<double>(pixel) - from) / (static_cast<double>(to) - from);
  return log ? low * std::pow(high / low, share) : low + share * (high - low);
}

bool Scale::holds(double v) const { return v >= low && v <= high; }

Scale scaleFor(double low, double high, float from, float to, bool log, bool exact) {
  if (!(std::isfinite(low) && std::isfinite(high) && low <= high)) low = 0, high = 1, log = false;
  log = log && low > 0;
  if (low == high) {
    const double around = low == 0 ? 1 : std::abs(low) / 2;
    if (log) low /= 2, high *= 2;
    else low -= around, high += around;
  }
  if (log) {
    const double margin = std::pow(high / low, 0.03);
    return {exact ? low : low / margin, exact ? high : high * margin, from, to, true};
  }
  if (!exact) {
    const double step = niceStep(high - low, 5);
    double down = std::floor(low / step + 1e-9) * step, up = std::ceil(high / step - 1e-9) * step;
    if (down > low) down -= step;
    if (up < high) up += step;
    // Round ends may waste a fifth of the room, no more; 0 is worth that at any rate.
    const double margin = (high - low) * 0.03;
    low = low - down < (high - low) * 0.2 || (down == 0 && low < high / 2) ? down : low - margin;
    high = up - high < (high - low) * 0.2 || up == 0 ? up : high + margin;
  }
  return {low, high, from, to, false};
}

std::string shortNumber(const Ui& ui, double v, double step) {
  if (!std::isfinite(v)) return "—";
  struct Unit {
    double size;
    const char* zh;
    const char* en;
  };
  static constexpr Unit zh[] = {{1e8, " 亿", ""}, {1e4, " 万", ""}}, en[] = {{1e9, "", "bn"}, {1e6, "", "M"}};
  const double size = std::abs(v);
  for (const auto& u : ui.chinese() ? zh : en) {
    if (std::max(size, step * 4) < u.size * 10 || size == 0) continue;
    const double inUnit = v / u.size;
    return figureText(inUnit, step > 0                 ? decimalsOf(step / u.size)
                              : std::abs(inUnit) < 100 ? 1
                                                       : 0) +
           (ui.chinese() ? u.zh : u.en);
  }
  if (step > 0) return figureText(v, decimalsOf(step));
  return figureText(v, size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

std::vector<Tick> ticksOf(const Ui& ui, const Scale& s, int most) {
  std::vector<Tick> ticks;
  most = std::max(2, most);
  const double slack = (s.high - s.low) * 1e-9;
  if (s.log && s.high / s.low > 8) {
    const double decades = std::log10(s.high / s.low);
    const auto put = [&](double v) {
      if (v >= s.low * (1 - 1e-9) && v <= s.high * (1 + 1e-9)) ticks.push_back({v, shortNumber(ui, v, v)});
    };
    const int every = std::max(1, static_cast<int>(std::ceil(decades / most)));
    for (int p = static_cast<int>(std::floor(std::log10(s.low))); p <= std::log10(s.high); p += every) {
      const double power = std::pow(10, p);
      put(power);
      if (every > 1) continue;
      if (decades * 2 <= most) put(2 * power);
      if (decades * 3 <= most) put(5 * power);
    }
    return ticks;
  }
  const double step = niceStep(s.high - s.low, most);
  for (double i = std::ceil((s.low - slack) / step); i * step <= s.high + slack; ++i) {
    const double v = i * step;
    if (s.log && v <= 0) continue;
    ticks.push_back({v, shortNumber(ui, v, step)});
  }
  return ticks;
}

void drawAxisX(Ui& ui, Rect plot, const Scale& x, std::string_view title, bool grid) {
  const float k = ui.k;
  const auto& t = ui.theme;
  float free = -INFINITY;
  for (const auto& tick : ticksOf(ui, x, static_cast<int>(plot.w / (70 * k)))) {
    const float px = x.at(tick.value), w = ui.width(Type::note, tick.text);
    if (grid) hairline(ui, {px, plot.y}, {px, plot.bottom()}, t.rule.withAlpha(0.6));
    hairline(ui, {px, plot.bottom()}, {px, plot.bottom() + 4 * k}, t.text3.withAlpha(0.7));
    const float left = std::clamp(px - w / 2, plot.x - 24 * k, std::max(plot.x, plot.right() + 8 * k - w));
    if (left < free) continue;
    ui.text(Type::note, {left, plot.bottom() + 4 * k, w + 1, 17 * k}, tick.text, t.text3);
    free = left + w + 8 * k;
  }
  hairline(ui, {plot.x, plot.bottom()}, {plot.right(), plot.bottom()}, t.text3.withAlpha(0.7));
  ui.text(Type::note, {plot.x, plot.bottom() + 20 * k, plot.w, 17 * k}, title, t.text2, Align::right);
}

float axisYWidth(Ui& ui, const Scale& y) {
  float w = 0;
  for (const auto& tick : ticksOf(ui, y, static_cast<int>(std::abs(y.to - y.from) / (32 * ui.k))))
    w = std::max(w, ui.width(Type::note, tick.text));
  return std::ceil(w + 10 * ui.k);
}

void drawAxisY(Ui& ui, Rect plot, const Scale& y, std::string_view title, bool grid) {
  const float k = ui.k;
  const auto& t = ui.theme;
  for (const auto& tick : ticksOf(ui, y, static_cast<int>(std::abs(y.to - y.from) / (32 * k)))) {
    const float py = y.at(tick.value);
    if (grid) hairline(ui, {plot.x, py}, {plot.right(), py}, t.rule.withAlpha(0.6));
    ui.text(Type::note, {plot.x - 120 * k, py - 9 * k, 112 * k, 18 * k}, tick.text, t.text3, Align::right);
  }
  hairline(ui, {plot.x, plot.y}, {plot.x, plot.bottom()}, t.text3.withAlpha(0.7));
  if (title.empty()) return;
  ui.text(Type::note, {plot.x - axisYWidth(ui, y), plot.y - 21 * k, plot.w, 17 * k}, title, t.text2);
}

std::optional<size_t> binAt(const geo::Histogram& h, double v) {
  if (h.edges.size() < 2 || !(v >= h.edges.front() && v <= h.edges.back())) return {};
  const auto after = std::upper_bound(h.edges.begin(), h.edges.end(), v) - h.edges.begin();
  return std::min(static_cast<size_t>(after) - 1, h.counts.size() - 1);
}

void drawBars(Ui& ui, Rect plot, const Scale& x, const Scale& y, const Bars& bars) {
  const auto& h = *bars.histogram;
  const auto& t = ui.theme;
  const float edge = std::max(1.0f, std::floor(ui.k)), gap = h.counts.size() > 1 ? edge : 0;
  for (size_t i = 0; i < h.counts.size(); ++i) {
    if (!h.counts[i]) continue;
    const float x0 = std::round(x.at(h.edges[i])) + gap,
                x1 = std::max(x0 + 1, std::round(x.at(h.edges[i + 1])));
    // What is there must be seen, however few it is.
    const float top = std::min(y.at(static_cast<double>(h.counts[i])), plot.bottom() - 2 * ui.k);
    const Rect bar{x0, top, x1 - x0, plot.bottom() - top};
    const auto slice = [&](Rect part, bool strong) {
      double from = h.edges[i];
      const size_t classes = std::min(bars.upperBounds.size(), bars.colours.size());
      for (size_t c = 0; c < std::max<size_t>(1, classes); ++c) {
        const double upper = c + 1 < classes ? bars.upperBounds[c] : INFINITY;
        if (upper < from) continue;
        const float a = std::clamp(x.at(from), part.x, part.right()),
                    b = std::isfinite(upper) ? std::clamp(x.at(upper), part.x, part.right()) : part.right();
        const Rgba ink = classes ? bars.colours[c] : t.measured;
        if (b > a)
          ui.fill({a, part.y, b - a, part.h}, strong ? (ink | std::pair{t.accent, classes ? 0.0 : 0.4})
                                              : bars.dimOthers ? ink.withAlpha(0.4)
                                                               : ink);
        from = upper;
        if (from >= h.edges[i + 1]) break;
      }
    };
    slice(bar, false);
    ui.frame(bar, t.measured.withAlpha(bars.dimOthers ? 0.4 : 0.8), 0, edge);
    if (const size_t chosen = i < bars.chosen.size() ? bars.chosen[i] : 0) {
      const float part = std::max(2 * ui.k, bar.h * static_cast<float>(static_cast<double>(chosen) /
                                                                       static_cast<double>(h.counts[i])));
      const Rect lit{bar.x, bar.bottom() - part, bar.w, part};
      slice(lit, true);
      ui.frame(lit, t.accent, 0, 2 * edge);
    }
  }
}

std::optional<size_t> nearest(std::span<const Vec> places, Vec at, float reach) {
  std::optional<size_t> best;
  float least = reach * reach;
  for (size_t i = 0; i < places.size(); ++i) {
    const Vec d = places[i] - at;
    const float far = d.x * d.x + d.y * d.y;
    if (far <= least) least = far, best = i;
  }
  return best;
}

bool inside(std::span<const Vec> ring, Vec p) {
  bool in = false;
  for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Vec a = ring[i], b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

void followOutline(std::vector<Vec>& ring, Vec start, Vec mouse, bool rectangle, float step) {
  if (rectangle) {
    ring = {start, {mouse.x, start.y}, mouse, {start.x, mouse.y}};
    return;
  }
  if (ring.empty()) ring.push_back(start);
  const Vec d = mouse - ring.back();
  if (d.x * d.x + d.y * d.y >= step * step) ring.push_back(mouse);
}

void drawOutline(Ui& ui, std::span<const Vec> ring) {
  if (ring.size() < 2) return;
  auto& d = ui.list();
  const float k = ui.k, row = std::max(1.0f, std::round(2 * k));
  float top = INFINITY, bottom = -INFINITY;
  for (Vec p : ring) top = std::min(top, p.y), bottom = std::max(bottom, p.y);
  const ImU32 ink = colour(ui.theme.accent.withAlpha(0.16));
  // ImGui fills convex outlines only: this one in rows.
  std::vector<float> cuts;
  for (float y = top; y < bottom; y += row) {
    const float mid = std::min(y + row / 2, bottom);
    cuts.clear();
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      const Vec a = ring[i], b = ring[j];
      if ((a.y > mid) != (b.y > mid)) cuts.push_back((b.x - a.x) * (mid - a.y) / (b.y - a.y) + a.x);
    }
    std::sort(cuts.begin(), cuts.end());
    for (size_t i = 0; i + 1 < cuts.size(); i += 2)
      d.AddRectFilled({cuts[i], y}, {cuts[i + 1], std::min(y + row, bottom)}, ink);
  }
  const auto stroke = [&](Rgba c, float width) {
    for (Vec p : ring) d.PathLineTo({p.x, p.y});
    d.PathStroke(colour(c), ImDrawFlags_Closed, width);
  };
  stroke(ui.theme.halo.withAlpha(0.7), 3.5f * k), stroke(ui.theme.accent, 1.6f * k);
}

bool Names::place(Vec m, float reach, std::string_view text, Rgba ink, Type type) {
  const float k = ui_.k, w = ui_.width(type, text) + 2, h = 16 * k, gap = reach + 3 * k;
  const Rect tries[] = {{m.x + gap, m.y - h / 2, w, h},
                        {m.x - gap - w, m.y - h / 2, w, h},
                        {m.x - w / 2, m.y - gap - h, w, h},
                        {m.x - w / 2, m.y + gap, w, h},
                        {m.x + gap * 0.7f, m.y - gap * 0.7f - h, w, h},
                        {m.x + gap * 0.7f, m.y + gap * 0.7f, w, h},
                        {m.x - gap * 0.7f - w, m.y - gap * 0.7f - h, w, h},
                        {m.x - gap * 0.7f - w, m.y + gap * 0.7f, w, h}};
  for (const Rect& r : tries) {
    if (r.x < room_.x || r.right() > room_.right() || r.y < room_.y || r.bottom() > room_.bottom()) continue;
    if (std::any_of(taken_.begin(), taken_.end(), [&](const Rect& o) { return o.meets(r); })) continue;
    taken_.push_back(r);
    ui_.text(type, r, text, ink);
    return true;
  }
  return false;
}

void pointerLabel(Ui& ui, Vec mouse, Rect room, std::span<const std::string> lines) {
  if (lines.empty()) return;
  const float k = ui.k;
  float w = 0;
  for (size_t i = 0; i < lines.size(); ++i)
    w = std::max(w, ui.width(i ? Type::note : Type::strong, lines[i]));
  w = std::min(360 * k, w + 20 * k + 1);
  const float h = (28 + 18 * static_cast<float>(lines.size() - 1)) * k;
  Rect r{mouse.x + 16 * k, mouse.y + 18 * k, w, h};
  if (r.right() > room.right() - 4 * k) r.x = mouse.x - 12 * k - w;
  if (r.bottom() > room.bottom() - 4 * k) r.y = mouse.y - 12 * k - h;
  r.x = std::round(std::max(4 * k, r.x)), r.y = std::round(std::max(4 * k, r.y));
  ui.begin("##hover", r, {}, true, false);
  ui.fill(r, ui.theme.panel.withAlpha(0.96), 5 * k);
  ui.frame(r, ui.theme.rule, 5 * k, std::max(1.0f, std::floor(k)));
  float y = r.y + 4 * k;
  for (size_t i = 0; i < lines.size(); ++i) {
    ui.text(i ? Type::note : Type::strong, {r.x + 10 * k, y, r.w - 20 * k, (i ? 17 : 20) * k}, lines[i],
            i ? ui.theme.text2 : ui.theme.text1);
    y += i ? 18 * k : 20 * k;
  }
  ui.end();
}

}  // namespace panels
