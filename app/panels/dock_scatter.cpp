// Two figures against each other, the least-squares line, how sure it is; places are chosen by an outline.
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

Dock::Scatter& scatterOf(Ui& ui, const Series& x, const Series& y) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  auto& s = dock.scatter;
  if (s.stamp == d.dataStamp && s.x == x.key && s.y == y.key && s.logX == dock.logX && s.logY == dock.logY)
    return s;
  s = {};
  s.stamp = d.dataStamp, s.x = x.key, s.y = y.key, s.logX = dock.logX, s.logY = dock.logY;
  std::vector<double> xs, ys;
  s.lowX = s.lowY = INFINITY, s.highX = s.highY = -INFINITY;
  for (uint32_t r : d.rows) {
    const double a = x.values[r], b = y.values[r];
    if (!std::isfinite(a) || !std::isfinite(b)) {
      ++s.without;
      continue;
    }
    if ((s.logX && a <= 0) || (s.logY && b <= 0)) {
      ++s.notAboveZero;
      continue;
    }
    s.rows.push_back(r);
    xs.push_back(s.logX ? std::log10(a) : a), ys.push_back(s.logY ? std::log10(b) : b);
    s.lowX = std::min(s.lowX, a), s.highX = std::max(s.highX, a);
    s.lowY = std::min(s.lowY, b), s.highY = std::max(s.highY, b);
  }
  if (auto line = geo::regression(xs, ys)) s.line = *line;
  else s.noLine = line.error().text();
  return s;
}

// r, n, p as they are usually written.
std::string strengthText(const geo::Regression& r) {
  std::string text = std::isfinite(r.r) ? fmt::format("r = {}", figureText(r.r, 3)) : "r = —";
  text += fmt::format("   n = {}", r.count);
  if (!std::isfinite(r.p)) return text;
  return text + (r.p < 0.001 ? "   p < 0.001" : fmt::format("   p = {:.3f}", r.p));
}

std::string lineText(const Ui& ui, const Dock::Scatter& s) {
  const auto& r = *s.line;
  const std::string x = s.logX ? "lg x" : "x", y = s.logY ? "lg y" : "y";
  return fmt::format("{} = {} {} {} {}", y, shortNumber(ui, r.intercept), r.slope < 0 ? "−" : "+",
                     shortNumber(ui, std::abs(r.slope)), x);
}

}  // namespace

void drawScatterTab(Ui& ui, Rect side, float sideY, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& t = ui.theme;
  const float k = ui.k;
  float y0 = sideY;
  seriesPicker(ui, side, y0, ui.tr("横轴"), "scatter.x");
  seriesPicker(ui, side, y0, ui.tr("纵轴"), "scatter.y");
  const Series sx = seriesOf(ui, "scatter.x"), sy = seriesOf(ui, "scatter.y");
  if (sx.key.empty()) return emptyNote(ui, body, ui.tr("这个图层没有数值列。"));
  {
    const float w = (side.w - 30 * k) / 2;
    Rect left{side.x, y0, w, 24 * k}, right{side.x + w, y0, w, 24 * k};
    float ly = y0, ry = y0;
    if (sideCheck(ui, left, ly, "scatter.logX", ui.tr("对数 x"), dock.logX)) dock.logX = !dock.logX;
    if (sideCheck(ui, right, ry, "scatter.logY", ui.tr("对数 y"), dock.logY)) dock.logY = !dock.logY;
    if (ui.iconButton("scatter.swap", {side.right() - 26 * k, y0 - k, 26 * k, 26 * k}, Icon::swap,
                      ui.tr("两轴互换"))) {
      dock.columns["scatter.x|" + d.layer] = sy.key, dock.columns["scatter.y|" + d.layer] = sx.key;
      std::swap(dock.logX, dock.logY);
    }
    y0 += 28 * k;
  }
  auto& s = scatterOf(ui, sx, sy);
  if (s.without)
    sideLine(ui, side, y0, fmt::format(fmt::runtime(ui.tr("{} 缺一个数值，未画")), s.without), t.text3);
  if (s.notAboveZero)
    sideLine(ui, side, y0, fmt::format(fmt::runtime(ui.tr("{} 不大于 0，对数轴上未画")), s.notAboveZero),
             t.text3);
  if (s.rows.empty()) return emptyNote(ui, body, ui.tr("没有两个数值都有的记录。"));

  Scale ay = scaleFor(s.lowY, s.highY, 0, 1, s.logY);
  Rect plot{0, body.y + 32 * k, 0, body.h - 32 * k - 44 * k};
  ay.from = plot.bottom(), ay.to = plot.y;
  plot.x = body.x + 16 * k + axisYWidth(ui, ay);
  plot.w = body.right() - 20 * k - plot.x;
  const Scale ax = scaleFor(s.lowX, s.highX, plot.x, plot.right(), s.logX);
  drawAxisY(ui, plot, ay, titleOf(ui, sy));
  drawAxisX(ui, plot, ax, titleOf(ui, sx), true);
  const std::string strength = s.line ? strengthText(*s.line) : s.noLine;
  {
    const std::string all = s.line ? lineText(ui, s) + "   " + strength : strength;
    const float room = plot.w - ui.width(Type::note, titleOf(ui, sy)) + axisYWidth(ui, ay) - 24 * k;
    const bool both = ui.width(Type::note, all) <= room;
    const Rect line{plot.right() - std::min(room, plot.w), plot.y - 24 * k, std::min(room, plot.w), 18 * k};
    ui.text(Type::note, line, both ? all : strength, t.text1, Align::right);
    ui.record("scatter.strength", line, "text", strength);
  }

  const auto place = [&](uint32_t r) { return Vec{ax.at(sx.values[r]), ay.at(sy.values[r])}; };
  const size_t n = s.rows.size();
  const float radius = (n <= 60 ? 5.0f : n <= 600 ? 3.8f : n <= 6000 ? 2.6f : 2.0f) * k;
  auto& list = ui.list();
  const auto sweep = sweepOver(ui, "scatter.plot", plot.grown(6 * k), true);
  ImGui::PushClipRect({plot.x - 8 * k, plot.y - 8 * k}, {plot.right() + 8 * k, plot.bottom() + 8 * k}, true);
  if (s.line) {  // straight in these axes, by construction
    const auto fit = [&](double x) {
      const double v = s.line->intercept + s.line->slope * (s.logX ? std::log10(x) : x);
      return s.logY ? std::pow(10, v) : v;
    };
    list.PushClipRect({plot.x, plot.y}, {plot.right(), plot.bottom()}, true);
    ui.line({ax.at(s.lowX), ay.at(fit(s.lowX))}, {ax.at(s.highX), ay.at(fit(s.highX))},
            t.text2.withAlpha(0.8), 1.6f * k);
    list.PopClipRect();
  }
  const bool many = n > 4000;
  const Rgba casing = t.dark ? t.background : Rgba{255, 255, 255, 255};
  const auto draw = [&](uint32_t r, bool lit) {
    const Vec p = place(r);
    if (lit) {
      list.AddCircleFilled({p.x, p.y}, radius + 2.6f * k, colour(casing));
      list.AddCircle({p.x, p.y}, radius + 1.8f * k, colour(t.accent), 0, 1.8f * k);
      list.AddCircleFilled({p.x, p.y}, radius, colour(rowInk(ui, r)));
    } else {
      const double alpha = d.chosenCount ? 0.65 : 1;
      list.AddCircleFilled({p.x, p.y}, radius, colour(rowInk(ui, r).withAlpha(alpha)));
      list.AddCircle({p.x, p.y}, radius, colour((t.dark ? t.text1 : t.text2).withAlpha(0.55 * alpha)), 0,
                     std::max(1.0f, std::floor(k)));
    }
  };
  size_t lit = 0;
  if (many) {
    // Of those that cannot be told apart a chosen one, else the last, is drawn.
    if (s.marksIn != plot || s.marksChosen != d.chosenStamp || s.marks.empty()) {
      s.marksIn = plot, s.marksChosen = d.chosenStamp, s.marks.clear();
      const float cell = std::max(2.0f, std::round(radius));
      const auto columns = static_cast<size_t>(plot.w / cell) + 2,
                 rows = static_cast<size_t>(plot.h / cell) + 2;
      std::vector<uint32_t> last(columns * rows, ~0u);
      for (uint32_t r : s.rows) {
        const Vec p = place(r);
        const auto cx = static_cast<size_t>(
                       std::clamp((p.x - plot.x) / cell, 0.0f, static_cast<float>(columns - 1))),
                   cy = static_cast<size_t>(
                       std::clamp((p.y - plot.y) / cell, 0.0f, static_cast<float>(rows - 1)));
        uint32_t& there = last[cy * columns + cx];
        if (there == ~0u || d.chosen[r] || !d.chosen[there]) there = r;
      }
      for (uint32_t r : last)
        if (r != ~0u) s.marks.push_back({place(r), r, d.chosen[r] != 0});
      std::stable_sort(s.marks.begin(), s.marks.end(),
                       [](const auto& a, const auto& b) { return a.chosen < b.chosen; });
    }
    const float side = std::max(2.0f, std::round(radius));
    for (const auto& m : s.marks) {
      const Rect box{m.at.x - side / 2, m.at.y - side / 2, side, side};
      if (m.chosen) ui.fill(box.grown(k * 0.5f), t.accent);
      else ui.fill(box, rowInk(ui, m.row).withAlpha(d.chosenCount ? 0.3 : 0.85));
    }
    lit = d.chosenCount;
  } else {
    for (uint32_t r : s.rows)
      if (!chosen(ui, r)) draw(r, false);
    for (uint32_t r : s.rows)
      if (d.chosenCount && d.chosen[r]) draw(r, true), ++lit;
  }

  // Names where they keep clear of each other: of all while they are few, else of the chosen.
  const auto& hovered = ui.view.hovered;
  const bool hoveredHere = hovered && hovered->layer == d.layer && hovered->row >= 0;
  Names names(ui, plot.grown(6 * k));
  const bool all = n <= 30;
  if (all || lit <= 30) {
    if (n <= 600)
      for (uint32_t r : s.rows) {
        const Vec p = place(r);
        names.keepClear({p.x - radius, p.y - radius, 2 * radius, 2 * radius});
      }
    for (int pass = 0; pass < 2; ++pass)  // the chosen first
      for (uint32_t r : s.rows) {
        const bool on = d.chosenCount && d.chosen[r];
        if (on != (pass == 0) || (!on && !all)) continue;
        names.place(place(r), radius + (on ? 2 * k : 0), rowName(ui, r),
                    on || !d.chosenCount ? t.text1 : t.text2, on ? Type::strong : Type::note);
      }
  }
  const auto mouse = ImGui::GetIO().MousePos;
  std::optional<uint32_t> over;
  if (sweep.press.hovered && !sweep.under_way) {
    float least = std::max(radius + 3 * k, 7 * k);
    least *= least;
    const auto meet = [&](uint32_t r, Vec at) {
      const Vec gap = at - Vec{mouse.x, mouse.y};
      if (gap.x * gap.x + gap.y * gap.y <= least) least = gap.x * gap.x + gap.y * gap.y, over = r;
    };
    if (many)
      for (const auto& m : s.marks) meet(m.row, m.at);
    else
      for (uint32_t r : s.rows) meet(r, place(r));
  }
  if (over) ui.claimHover(objectOf(ui, *over));
  if (hoveredHere && static_cast<size_t>(hovered->row) < sx.values.size()) {
    const Vec p = place(static_cast<uint32_t>(hovered->row));
    if (std::isfinite(p.x) && std::isfinite(p.y))
      list.AddCircle({p.x, p.y}, radius + 3.5f * k, colour(t.accent), 0, 2 * k);
  }
  if (sweep.under_way) drawOutline(ui, sweep.ring);
  ImGui::PopClipRect();

  if (sweep.released) {
    std::vector<uint32_t> rows;
    for (uint32_t r : s.rows)
      if (inside(sweep.ring, place(r))) rows.push_back(r);
    choose(ui, std::move(rows));
  } else if (sweep.doubled && over) {
    const session::ZoomTo zoom{objectOf(ui, *over)};
    if (!ui.refusal(zoom)) ui.send(zoom);
  } else if (sweep.click) {
    choose(ui, over ? std::vector<uint32_t>{*over} : std::vector<uint32_t>{});
  }
  if (over) {
    const auto value = [&](const Series& one) {
      return fmt::format("{} {} {}", one.title, valueText(ui, one, *over), one.unit);
    };
    const std::string lines[] = {rowName(ui, *over), value(sx), value(sy)};
    pointerLabel(ui, {mouse.x, mouse.y}, {0, 0, ui.input.width, ui.input.height}, lines);
  }
  if (n <= 600)
    for (uint32_t r : s.rows) {
      const Vec p = place(r);
      ui.record(fmt::format("scatter.row.{}", r), {p.x - radius, p.y - radius, 2 * radius, 2 * radius},
                "mark", rowName(ui, r));
    }
}

}  // namespace panels
