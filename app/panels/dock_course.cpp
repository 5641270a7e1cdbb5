// The indicator of the map over its years, a line each: gaps stay gaps, the chosen are lit and named.
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

constexpr size_t mostLines = 400;

const session::IndicatorSpec* indicatorOf(const Ui& ui) {
  const auto& c = ui.scene.choropleth;
  if (!c) return nullptr;
  for (const auto& i : ui.session.project().indicators)
    if (i.id == c->id) return &i;
  return nullptr;
}

const Dock::Course& courseOf(Ui& ui, const session::IndicatorSpec& spec) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  auto& c = dock.course;
  const auto& state = ui.session.indicator(spec.id);
  // The years' figures may come in after the table did.
  if (c.stamp == d.dataStamp && c.indicator == spec.id && c.years == state.years) return c;
  c = {};
  c.stamp = d.dataStamp, c.indicator = spec.id, c.years = state.years;
  c.low = INFINITY, c.high = -INFINITY;
  std::vector<uint8_t> any(d.table->table.rows(), 0);
  for (int year : c.years) {
    std::vector<double> values(d.table->table.rows(), geo::missing);
    if (const auto it = state.byYear.find(year); it != state.byYear.end())
      for (uint32_t r : d.rows)
        if (r < it->second.size() && std::isfinite(it->second[r].value)) {
          values[r] = it->second[r].value;
          c.low = std::min(c.low, values[r]), c.high = std::max(c.high, values[r]);
          any[r] = 1;
        }
    c.values.push_back(std::move(values));
  }
  for (uint8_t a : any) c.withFigures += a;
  if (c.withFigures > mostLines) {
    constexpr double shares[] = {0.1, 0.25, 0.5, 0.75, 0.9};
    for (const auto& values : c.values) c.bands.push_back(geo::quantiles(values, shares));
  }
  return c;
}

}  // namespace

void drawCourseTab(Ui& ui, Rect side, float sideY, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& t = ui.theme;
  const float k = ui.k;
  float y = sideY;
  const auto* spec = indicatorOf(ui);
  if (!spec) return emptyNote(ui, body, ui.tr("先在下面选择一个指标，再看它的历年变化。"));
  ui.text(Type::note, {side.x, y, side.w, 17 * k}, ui.tr("地图上的指标"), t.text3);
  y += 18 * k;
  y = ui.paragraph(Type::body, {side.x, y, side.w, 0}, ui.name(spec->name), t.text1) + 2 * k;
  const std::string unit = ui.name(spec->unit);
  if (d.layer != spec->of) {
    const auto* of = specOf(ui, spec->of);
    emptyNote(ui, {body.x, body.y, body.w, body.h - 50 * k},
              fmt::format(fmt::runtime(ui.tr("“{}”的数值属于图层“{}”。")), ui.name(spec->name),
                          of ? ui.name(of->name) : spec->of));
    const std::string label = fmt::format(fmt::runtime(ui.tr("看“{}”")), of ? ui.name(of->name) : spec->of);
    const float w = ui.width(Type::body, label) + 36 * k;
    if (ui.button("course.switch", {body.centre().x - w / 2, body.centre().y + 8 * k, w, 30 * k}, label))
      ui.send(session::SetActiveLayer{spec->of});
    return;
  }
  const auto& c = courseOf(ui, *spec);
  const auto& state = ui.session.indicator(spec->id);
  if (c.years.empty() || c.withFigures == 0) return emptyNote(ui, body, ui.tr("没有可显示的数值。"));
  if (c.years.size() == 1 && c.years[0] == 0) return emptyNote(ui, body, ui.tr("这个指标没有年份"));
  if (c.years.size() == 1)
    return emptyNote(ui, body,
                     fmt::format(fmt::runtime(ui.tr("只有 {} 年的数据，画不出变化。")), c.years[0]));
  std::string years;
  for (int yr : c.years) years += (years.empty() ? "" : " · ") + std::to_string(yr);
  sideLine(ui, side, y, years, t.text2);
  if (c.bands.size())
    sideLine(
        ui, side, y,
        fmt::format(fmt::runtime(ui.tr("{} 条线：画出 10–90 % 与 25–75 % 的范围和中位数，选中的单独成线。")),
                    figureText(static_cast<double>(c.withFigures), 0)),
        t.text3);
  sideLine(ui, side, y, ui.tr("没有公布的年份断开，不连线。"), t.text3);

  // The whole's, where it is of the parts' size.
  std::vector<double> whole;
  bool hasWhole = false;
  for (int yr : c.years) {
    const auto it = state.whole.find(yr);
    const double v = it == state.whole.end() ? geo::missing : it->second.value;
    whole.push_back(v);
    hasWhole = hasWhole || (std::isfinite(v) && v <= c.high * 1.2 && v >= c.low - (c.high - c.low) * 0.2);
  }
  double low = c.low, high = c.high;
  if (hasWhole)
    for (double v : whole)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);

  const auto lineRows = [&] {
    std::vector<uint32_t> rows;
    for (uint32_t r : d.rows)
      if (std::any_of(c.values.begin(), c.values.end(), [&](const auto& v) { return std::isfinite(v[r]); }))
        rows.push_back(r);
    return rows;
  };
  const std::vector<uint32_t> rows = c.bands.empty() ? lineRows() : std::vector<uint32_t>{};
  std::vector<uint32_t> lit;
  for (uint32_t r : d.rows)
    if (d.chosenCount && d.chosen[r] && lit.size() < 60) lit.push_back(r);
  const bool named = lit.empty() && rows.size() <= 12;  // all, then
  const auto& toName = named ? rows : lit;
  float names = 0;
  for (uint32_t r : toName) names = std::max(names, ui.width(Type::strong, rowName(ui, r)));
  const std::string wholeWord = ui.scene.words.wholeCity.empty() ? ui.tr("全市") : ui.scene.words.wholeCity;
  if (hasWhole) names = std::max(names, ui.width(Type::note, wholeWord));
  names = std::min(names, body.w * 0.25f);

  Scale ay = scaleFor(low, high, 0, 1);
  Rect plot{0, body.y + 32 * k, 0, body.h - 32 * k - 34 * k};
  ay.from = plot.bottom(), ay.to = plot.y;
  plot.x = body.x + 16 * k + axisYWidth(ui, ay);
  plot.w = body.right() - 24 * k - (names > 0 ? names + 14 * k : 0) - plot.x;
  const int first = c.years.front(), last = c.years.back();
  const auto px = [&](int year) {
    return plot.x + 14 * k +
           (plot.w - 28 * k) * static_cast<float>(year - first) / static_cast<float>(last - first);
  };
  const std::string title = ui.name(spec->name) + (unit.empty()   ? ""
                                                   : ui.chinese() ? "（" + unit + "）"
                                                                  : " (" + unit + ")");
  drawAxisY(ui, plot, ay, title);
  ui.fill({plot.x, plot.bottom(), plot.w, std::max(1.0f, std::floor(k))}, t.text3.withAlpha(0.7));
  float free = -INFINITY;
  const int now = ui.session.currentYear();
  for (int yr : c.years) {
    const float x = px(yr);
    const bool current = yr == now;
    if (current) ui.fill({std::round(x) - k / 2, plot.y, std::max(1.0f, k), plot.h}, t.accent.withAlpha(0.6));
    ui.fill({std::round(x), plot.bottom(), std::max(1.0f, std::floor(k)), 4 * k}, t.text3.withAlpha(0.7));
    const std::string text = std::to_string(yr);
    const float w = ui.width(current ? Type::strong : Type::note, text);
    const Rect label{x - w / 2 - 3 * k, plot.bottom() + 4 * k, w + 6 * k, 20 * k};
    if (label.x < free && !current) continue;
    const auto p = ui.press(fmt::format("course.year.{}", yr), label, "year", current ? "on" : "data");
    ui.text(current ? Type::strong : Type::note, label, text,
            current ? t.accent : (t.text3 | std::pair{t.text1, static_cast<double>(p.fade)}), Align::centre);
    if (p.clicked && !current && !ui.refusal(session::SetYear{yr})) ui.send(session::SetYear{yr});
    free = label.right() + 4 * k;
  }

  auto& list = ui.list();
  const auto hit = ui.press("course.plot", {plot.x, plot.y, body.right() - 10 * k - plot.x, plot.h}, "plot",
                            fmt::format("{}", c.withFigures));
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y};
  std::optional<uint32_t> over;
  float gap = 8 * k;
  const auto near = [&](Vec a, Vec b, uint32_t r) {  // of the pointer to a piece of a line
    const Vec ab = b - a, am = mouse - a;
    const float l = ab.x * ab.x + ab.y * ab.y;
    const float s = l > 0 ? std::clamp((ab.x * am.x + ab.y * am.y) / l, 0.0f, 1.0f) : 0;
    const Vec off = mouse - (a + ab * s);
    if (const float far = std::hypot(off.x, off.y); far < gap) gap = far, over = r;
  };
  const auto course = [&](const auto& valueAt, Rgba ink, float width, float dot, std::optional<uint32_t> row,
                          bool draw) {
    std::optional<Vec> before;
    for (size_t i = 0; i < c.years.size(); ++i) {
      const double v = valueAt(i);
      if (!std::isfinite(v)) {
        before.reset();
        continue;
      }
      const Vec p{px(c.years[i]), ay.at(v)};
      if (draw) {
        if (before) ui.line(*before, p, ink, width);
        if (dot > 0) list.AddCircleFilled({p.x, p.y}, dot, colour(ink));
      }
      if (row && hit.hovered) near(before.value_or(p), p, *row);
      before = p;
    }
  };
  const auto rowCourse = [&](uint32_t r, Rgba ink, float width, float dot, bool draw = true) {
    course([&](size_t i) { return c.values[i][r]; }, ink, width, dot, r, draw);
  };
  if (!c.bands.empty()) {
    for (const auto& [lowAt, highAt, alpha] :
         {std::tuple{size_t{0}, size_t{4}, 0.16}, {size_t{1}, size_t{3}, 0.26}})
      for (size_t i = 0; i + 1 < c.years.size(); ++i) {
        const double v[] = {c.bands[i][lowAt], c.bands[i][highAt], c.bands[i + 1][lowAt],
                            c.bands[i + 1][highAt]};
        if (!std::all_of(std::begin(v), std::end(v), [](double x) { return std::isfinite(x); })) continue;
        list.AddQuadFilled({px(c.years[i]), ay.at(v[1])}, {px(c.years[i + 1]), ay.at(v[3])},
                           {px(c.years[i + 1]), ay.at(v[2])}, {px(c.years[i]), ay.at(v[0])},
                           colour(t.measured.withAlpha(alpha)));
      }
    course([&](size_t i) { return c.bands[i][2]; }, t.measured, 2 * k, 0, {}, true);
  }
  const Rgba grey = t.text3.withAlpha(lit.empty() ? 0.85 : 0.45);
  for (uint32_t r : rows)
    if (!chosen(ui, r)) rowCourse(r, grey, 1.4f * k, 2.4f * k);
  if (hasWhole) {  // dashed, as everywhere
    std::optional<Vec> before;
    for (size_t i = 0; i < c.years.size(); ++i) {
      if (!std::isfinite(whole[i])) {
        before.reset();
        continue;
      }
      const Vec p{px(c.years[i]), ay.at(whole[i])};
      if (before) {
        const Vec way = p - *before;
        const float length = std::hypot(way.x, way.y);
        for (float s = 0; s < length; s += 8 * k)
          ui.line(*before + way * (s / length), *before + way * (std::min(length, s + 5 * k) / length),
                  t.text1, 1.6f * k);
      }
      before = p;
    }
  }
  for (uint32_t r : lit) rowCourse(r, t.accent, 2.2f * k, 3.6f * k);
  if (const auto& h = ui.view.hovered;
      h && h->layer == d.layer && h->row >= 0 && static_cast<size_t>(h->row) < d.table->table.rows())
    rowCourse(static_cast<uint32_t>(h->row), t.text1, 2.2f * k, 3.6f * k);

  // Names at the lines' ends, pushed apart; those that find no room are left to the pointer.
  struct End {
    float x, at;
    std::string text;
    Rgba ink;
    Type type;
  };
  std::vector<End> ends;
  for (uint32_t r : toName)
    for (size_t i = c.years.size(); i-- > 0;)
      if (std::isfinite(c.values[i][r])) {
        ends.push_back({px(c.years[i]), ay.at(c.values[i][r]), rowName(ui, r), named ? t.text2 : t.text1,
                        named ? Type::note : Type::strong});
        break;
      }
  if (hasWhole)
    for (size_t i = c.years.size(); i-- > 0;)
      if (std::isfinite(whole[i])) {
        ends.push_back({px(c.years[i]), ay.at(whole[i]), wholeWord, t.text1, Type::note});
        break;
      }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.at < b.at; });
  const float step = 16 * k, top = plot.y - 6 * k, bottom = plot.bottom() + 6 * k;
  const auto fits = static_cast<size_t>((bottom - top) / step);
  if (ends.size() > fits) ends.resize(fits);
  std::vector<float> at;
  for (const auto& e : ends) at.push_back(e.at);
  for (int pass = 0; pass < 40; ++pass)
    for (size_t i = 0; i + 1 < at.size(); ++i)
      if (const float lack = step - (at[i + 1] - at[i]); lack > 0) at[i] -= lack / 2, at[i + 1] += lack / 2;
  for (size_t i = 0; i < at.size(); ++i) at[i] = std::max(at[i], i ? at[i - 1] + step : top + step / 2);
  for (size_t i = at.size(); i-- > 0;)
    at[i] = std::min(at[i], i + 1 < at.size() ? at[i + 1] - step : bottom - step / 2);
  for (size_t i = 0; i < ends.size(); ++i) {
    const float x = plot.right() + 10 * k;
    // A thin lead, also from a line that ends before the last year.
    if (std::abs(at[i] - ends[i].at) > 3 * k || ends[i].x < px(last) - k) {
      const float turn = plot.right() - 8 * k;
      if (ends[i].x < turn - 12 * k)
        for (float lx = ends[i].x + 7 * k; lx < turn; lx += 6 * k)
          ui.fill({lx, std::round(ends[i].at), 2 * k, std::max(1.0f, std::floor(k))}, t.text3.withAlpha(0.6));
      ui.line({turn, ends[i].at}, {x - 2 * k, at[i]}, t.text3.withAlpha(0.5), k);
    }
    ui.text(ends[i].type, {x, at[i] - step / 2, names + 4 * k, step}, ends[i].text, ends[i].ink);
  }

  if (!lit.empty() && hit.hovered)
    for (uint32_t r : lit) rowCourse(r, t.accent, 0, 0, false);  // the chosen lie on top: they are met last
  if (over) {
    ui.claimHover(objectOf(ui, *over));
    std::vector<std::string> lines{rowName(ui, *over)};
    // The year that the pointer is nearest to.
    size_t nearestYear = 0;
    for (size_t i = 1; i < c.years.size(); ++i)
      if (std::abs(px(c.years[i]) - mouse.x) < std::abs(px(c.years[nearestYear]) - mouse.x)) nearestYear = i;
    const double v = c.values[nearestYear][*over];
    lines.push_back(fmt::format("{}  {} {}", c.years[nearestYear],
                                std::isfinite(v) ? figureText(v, spec->decimals) : ui.tr("未公布"),
                                std::isfinite(v) ? unit : ""));
    pointerLabel(ui, mouse, {0, 0, ui.input.width, ui.input.height}, lines);
  }
  if (hit.clicked) choose(ui, over ? std::vector<uint32_t>{*over} : std::vector<uint32_t>{});
  if (rows.size() <= 60)
    for (uint32_t r : rows)
      for (size_t i = c.years.size(); i-- > 0;)
        if (std::isfinite(c.values[i][r])) {
          const Vec p{px(c.years[i]), ay.at(c.values[i][r])};
          ui.record(fmt::format("course.row.{}", r), {p.x - 4 * k, p.y - 4 * k, 8 * k, 8 * k}, "line",
                    rowName(ui, r));
          break;
        }
}

}  // namespace panels
