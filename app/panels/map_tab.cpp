// How the map says what it says: kind, change, smoothing, classes, colours.
#include "app/panels/column.h"

namespace panels {
namespace {

using Kind = session::MapSpec::Kind;
using Change = session::MapSpec::Change;
using M = geo::BreakMethod;

constexpr M methods[] = {M::natural,  M::quantile, M::equal,      M::stddev,    M::pretty,
                         M::headtail, M::box,      M::percentile, M::geometric, M::manual};

// Cut, not rounded: only a perfect fit is 1.
std::string fitText(double gvf) {
  return gvf >= 1 ? "1" : fmt::format("{:.3f}", std::floor(gvf * 1000) / 1000);
}

struct Choices {
  std::vector<std::string> ids, names, notes;
  int at(std::string_view id) const {
    for (size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == id) return static_cast<int>(i);
    return -1;
  }
};

Choices indicatorChoices(const Ui& ui, std::string_view without = {}) {
  Choices c;
  for (const auto& i : ui.session.project().indicators) {
    if (i.id == without) continue;
    c.ids.push_back(i.id), c.names.push_back(ui.name(i.name));
    std::string note = ui.name(i.unit);
    for (const auto& tab : ui.scene.tabs)
      if (tab.id == i.id && !tab.coverage.empty()) note += (note.empty() ? "" : " · ") + tab.coverage;
    c.notes.push_back(std::move(note));
  }
  return c;
}

void sendMap(Ui& ui, const session::MapSpec& map) { ui.send(session::SetMap{map}); }

// What a map of this kind would be, with what it cannot do without.
session::MapSpec asKind(const Ui& ui, Kind kind) {
  auto map = ui.session.map();
  map.kind = kind;
  const auto* shown = shownIndicator(ui);
  if (kind == Kind::bivariate && map.second.empty() && shown)
    for (const auto& i : ui.session.project().indicators)
      if (i.id != shown->id && i.of == shown->of && !yearsWithData(ui.session.indicator(i.id)).empty()) {
        map.second = i.id;
        break;
      }
  if (kind == Kind::gap) {
    const auto known = [&](const std::string& id) {
      return std::any_of(ui.scene.wholeLedger.begin(), ui.scene.wholeLedger.end(),
                         [&](const auto& r) { return r.id == id && !r.gap.empty(); });
    };
    if (!known(map.target))
      for (const auto& r : ui.scene.wholeLedger)
        if (!r.gap.empty()) {
          map.target = r.id;
          break;
        }
    if (map.target.empty() && !ui.session.targets().empty()) map.target = ui.session.targets().front().id;
  }
  return map;
}

void kinds(Form& f) {
  auto& ui = f.ui;
  const auto map = ui.session.map();
  struct Row {
    Kind kind;
    const char* id;
    Glyph glyph;
    const char *name, *what;
  };
  static constexpr Row rows[] = {
      {Kind::choropleth, "choropleth", Glyph::choropleth, "分级", "一个指标，按级着色"},
      {Kind::bivariate, "bivariate", Glyph::bivariate, "双变量", "两个指标，一张图"},
      {Kind::symbols, "symbols", Glyph::symbols, "大小与颜色", "圆的面积等于数值"},
      {Kind::association, "association", Glyph::association, "空间关联", "高低是否扎堆"},
      {Kind::gap, "gap", Glyph::gap, "缺口", "各县占规划差距的份额"}};
  for (const auto& r : rows) {
    const auto wanted = asKind(ui, r.kind);
    Refusal why = map.kind == r.kind ? std::nullopt : ui.refusal(session::SetMap{wanted});
    if (!why && r.kind != Kind::gap && !shownIndicator(ui)) why = ui.tr("先选择一个指标。");
    if (!why && r.kind == Kind::bivariate && wanted.second.empty()) why = ui.tr("没有第二个可用的指标。");
    if (!why && r.kind == Kind::gap && wanted.target.empty()) why = ui.tr("项目没有规划目标。");
    if (f.option(std::string("map.kind.") + r.id, r.glyph, ui.tr(r.name), ui.tr(r.what), map.kind == r.kind,
                 why))
      sendMap(ui, wanted);
  }
}

// Against an earlier year
void changes(Form& f, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  auto map = ui.session.map();
  const auto years = yearsWithData(ui.session.indicator(spec.id));
  const bool able = years.size() > 1;
  const std::string labels[] = {ui.tr("当年"), ui.tr("增减"), ui.tr("增减 %")};
  const int c =
      f.segments("map.change", ui.tr("数值"), labels, static_cast<int>(map.change), [&](int i) -> Refusal {
        if (i && !able) return std::string(ui.tr("这个指标只有一年的数据，没有可比的年份。"));
        auto wanted = map;
        wanted.change = static_cast<Change>(i);
        return ui.refusal(session::SetMap{wanted});
      });
  if (c >= 0) {
    map.change = static_cast<Change>(c);
    sendMap(ui, map);
  }
  if (map.change == Change::none || !able) return;
  const int now = ui.session.currentYear();
  std::vector<std::string> names;
  std::vector<int> earlier;
  for (int y : years)
    if (y != now) earlier.push_back(y), names.push_back(fmt::format("{}", y));
  const int since = ui.scene.choropleth && ui.scene.choropleth->since ? ui.scene.choropleth->since
                                                                      : map.since.value_or(years.front());
  const auto at = std::find(earlier.begin(), earlier.end(), since);
  if (const int y = f.choice("map.since", ui.tr("起始年"), names,
                             at == earlier.end() ? -1 : static_cast<int>(at - earlier.begin()));
      y >= 0) {
    map.since = earlier[static_cast<size_t>(y)];
    sendMap(ui, map);
  }
}

// Raw rates beside the smoothed ones, those that move most first.
void smoothing(Form& f, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  auto map = ui.session.map();
  const auto& state = ui.session.indicator(spec.id);
  const int year = ui.session.currentYear();
  auto at = state.smoothed.find(year);
  if (at == state.smoothed.end() && !state.smoothed.empty()) at = std::prev(state.smoothed.end());
  Refusal why;
  if (state.smoothed.empty())
    why = state.noSmoothing.empty() ? std::string(ui.tr("只有由分子、分母算出的比率可以平滑。"))
                                    : std::string(ui.tr(state.noSmoothing.c_str()));
  if (map.change != Change::none) why = ui.tr("增减图不作平滑。");
  auto wanted = map;
  wanted.smoothed = !map.smoothed;
  if (!why) why = ui.refusal(session::SetMap{wanted});
  const bool on = map.smoothed && !state.smoothed.empty();
  if (f.toggle("map.smoothed", ui.tr("经验贝叶斯平滑"), on, on ? std::nullopt : why)) sendMap(ui, wanted);
  if (why && !on) {
    f.y -= 4 * k;
    f.note(*why);
    return;
  }
  if (at == state.smoothed.end()) return;
  const auto figures = state.byYear.find(at->first);
  const auto trusted = state.trust.find(at->first);
  if (figures == state.byYear.end()) return;
  struct Row {
    size_t row;
    double raw, smooth, trust;
  };
  std::vector<Row> rows;
  for (size_t i = 0; i < at->second.size() && i < figures->second.size(); ++i) {
    const double raw = figures->second[i].value, smooth = at->second[i];
    if (std::isfinite(raw) && std::isfinite(smooth))
      rows.push_back(
          {i, raw, smooth,
           trusted != state.trust.end() && i < trusted->second.size() ? trusted->second[i] : geo::missing});
  }
  if (rows.empty()) return;
  const size_t shown = std::min<size_t>(rows.size(), 6);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                    [](const Row& a, const Row& b) {
                      const double da = std::abs(a.raw - a.smooth), db = std::abs(b.raw - b.smooth);
                      return da != db ? da > db : a.row < b.row;
                    });
  double low = INFINITY, high = -INFINITY;
  float numbers = 0, names = 0;
  const int decimals = spec.decimals;
  for (size_t i = 0; i < shown; ++i) {
    low = std::min({low, rows[i].raw, rows[i].smooth}), high = std::max({high, rows[i].raw, rows[i].smooth});
    numbers = std::max({numbers, ui.width(Type::note, figureText(rows[i].raw, decimals)),
                        ui.width(Type::note, figureText(rows[i].smooth, decimals))});
    names = std::max(names, ui.width(Type::body, rowName(ui, spec.of, rows[i].row)));
  }
  names = std::min(names, f.width() * 0.34f);
  const float right = f.x1, left = right - numbers, mid = left - 14 * k - numbers;
  const float p0 = f.x0 + names + 14 * k, p1 = mid - 14 * k;
  ui.text(Type::note, {f.x0, f.y, names + 80 * k, 20 * k}, ui.tr("变动最大的"), t.text3);
  ui.text(Type::note, {mid - 30 * k, f.y, numbers + 30 * k, 20 * k}, ui.tr("原值"), t.text3, Align::right);
  ui.text(Type::note, {left - 14 * k, f.y, numbers + 14 * k, 20 * k}, ui.tr("平滑"), t.text3, Align::right);
  f.y += 22 * k;
  const auto place = [&](double v) {
    return p0 + (p1 - p0) * static_cast<float>(high > low ? (v - low) / (high - low) : 0.5);
  };
  for (size_t i = 0; i < shown; ++i) {
    const auto& r = rows[i];
    const scene::ObjectRef object{spec.of, static_cast<long>(r.row)};
    const Rect line{f.x0 - 8 * k, f.y, f.width() + 16 * k, 24 * k};
    const auto p = ui.press(fmt::format("map.smooth.{}", r.row), line, "row", rowName(ui, spec.of, r.row));
    if (p.hovered) ui.claimHover(object);
    if (p.fade > 0) ui.fill(line, t.accent.withAlpha(0.08 * p.fade), 4 * k);
    ui.text(Type::body, {f.x0, f.y, names + 1, 24 * k}, rowName(ui, spec.of, r.row), t.text1);
    const float cy = line.centre().y, a = place(r.raw), b = place(r.smooth);
    ui.fill({p0, cy - 0.5f * k, p1 - p0, std::max(1.0f, std::floor(k))}, t.rule);
    ui.fill({std::min(a, b), cy - k, std::abs(a - b), 2 * k}, t.accent.withAlpha(0.6));
    ui.list().AddCircleFilled({a, cy}, 4 * k, colour(t.panel));
    ui.list().AddCircle({a, cy}, 3.6f * k, colour(t.text2), 0, 1.3f * k);
    ui.list().AddCircleFilled({b, cy}, 3.8f * k, colour(t.accent));
    ui.text(Type::note, {mid - 30 * k, f.y, numbers + 30 * k, 24 * k}, figureText(r.raw, decimals), t.text2,
            Align::right);
    ui.text(Type::note, {left - 14 * k, f.y, numbers + 14 * k, 24 * k}, figureText(r.smooth, decimals),
            t.text1, Align::right);
    if (std::isfinite(r.trust))
      ui.tip(fmt::format("map.smooth.{}", r.row), p.hovered,
             fmt::format(fmt::runtime(ui.tr("自己的比率占 {:.0f} %，其余取自全体。")), r.trust * 100));
    if (p.clicked) ui.send(session::Select{object});
    f.y += 24 * k;
  }
  f.space(6);
  std::string doubtful;
  size_t count = 0;
  const auto doubt = [&](size_t row) {
    if (++count <= 12)
      doubtful += (doubtful.empty() ? "" : ui.chinese() ? "、" : ", ") + rowName(ui, spec.of, row);
  };
  if (ui.scene.choropleth && !ui.scene.choropleth->unreliable.empty())
    for (size_t row : ui.scene.choropleth->unreliable) doubt(row);
  else if (trusted != state.trust.end())
    for (size_t i = 0; i < trusted->second.size(); ++i)
      if (trusted->second[i] < 0.5) doubt(i);
  if (count) {
    if (count > 12) doubtful += " …";
    f.warning("map.unreliable",
              fmt::format(fmt::runtime(ui.tr("{} 个单元的分母太小，说明不了多少", count)), count), doubtful);
  } else {
    f.note(ui.tr("各单元的分母都足够大：平滑几乎不改变比率。"));
  }
}

void bivariate(Form& f, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  auto map = ui.session.map();
  const auto c = indicatorChoices(ui, spec.id);
  const auto with = [&](int i) {
    auto wanted = map;
    wanted.second = c.ids[static_cast<size_t>(i)];
    return wanted;
  };
  if (const int i = f.choice(
          "map.second", ui.tr("第二指标"), c.names, c.at(map.second), c.notes,
          [&](int n) { return ui.refusal(session::SetMap{with(n)}); }, ui.tr("选择…"));
      i >= 0)
    sendMap(ui, with(i));
  const std::string grids[] = {"3 × 3", "4 × 4"};
  if (const int g = f.segments("map.grid", ui.tr("格数"), grids, map.grid == 4 ? 1 : 0); g >= 0)
    map.grid = g ? 4 : 3, sendMap(ui, map);
  if (map.grid == 4) f.note(ui.tr("16 色超出读者能分辨的范围；请对照数值看。"));
}

void symbols(Form& f, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  auto map = ui.session.map();
  auto c = indicatorChoices(ui, spec.id);
  c.ids.insert(c.ids.begin(), ""), c.names.insert(c.names.begin(), ui.tr("不着色")),
      c.notes.insert(c.notes.begin(), "");
  const auto with = [&](int i) {
    auto wanted = map;
    wanted.second = c.ids[static_cast<size_t>(i)];
    return wanted;
  };
  ui.text(Type::body, {f.x0, f.y, f.label * f.k, 28 * f.k}, ui.tr("大小"), ui.theme.text2);
  ui.text(Type::body, f.control(), ui.name(spec.name), ui.theme.text1);
  f.space(32);
  if (const int i = f.choice("map.second", ui.tr("颜色"), c.names, c.at(map.second), c.notes,
                             [&](int n) { return ui.refusal(session::SetMap{with(n)}); });
      i >= 0)
    sendMap(ui, with(i));
  if (f.toggle("map.flannery", ui.tr("弗兰纳里修正"), map.flannery))
    map.flannery = !map.flannery, sendMap(ui, map);
  f.y -= 4 * f.k;
  f.note(map.flannery ? ui.tr("半径按数值的 0.5716 次方：补偿人眼低估大圆，面积不再与数值成正比。")
                      : ui.tr("面积与数值成正比。修正会放大大圆，补偿人眼的低估。"));
}

void gap(Form& f) {
  auto& ui = f.ui;
  auto map = ui.session.map();
  Choices c;
  for (const auto& target : ui.session.targets())
    c.ids.push_back(target.id), c.names.push_back(ui.name(target.name)),
        c.notes.push_back(ui.name(target.unit));
  const auto with = [&](int i) {
    auto wanted = map;
    wanted.target = c.ids[static_cast<size_t>(i)];
    return wanted;
  };
  if (const int i = f.choice(
          "map.target", ui.tr("规划目标"), c.names, c.at(map.target), c.notes,
          [&](int n) { return ui.refusal(session::SetMap{with(n)}); }, ui.tr("选择…"));
      i >= 0)
    sendMap(ui, with(i));
  for (const auto& r : ui.scene.wholeLedger)
    if (r.id == map.target && !r.gapText.empty()) f.note(r.gapText);
}

// How many: the goodness of each number below it.
void counts(Form& f, const session::IndicatorSpec& spec, const session::ClassChoices& choices) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  f.word(ui.tr("级数"), 28);
  const std::string labels[] = {"2", "3", "4", "5", "6", "7"};
  const Rect row = f.control();
  if (const int n =
          segmentsAt(ui, "classes.number", row, labels, spec.classes - 2,
                     [&](int i) {
                       return ui.refusal(session::SetClassification{
                           spec.id, spec.method == M::manual ? M::natural : spec.method, i + 2, {}});
                     });
      n >= 0)
    ui.send(
        session::SetClassification{spec.id, spec.method == M::manual ? M::natural : spec.method, n + 2, {}});
  f.space(30);
  const float cell = row.w / 6;
  const auto& advice = choices.advice;
  ui.text(Type::note, {f.x0, f.y, f.label * k - 8 * k, 18 * k}, "GVF", t.text3);
  for (size_t i = 0; i < 6; ++i)
    if (i + 1 < advice.gvf.size())
      ui.text(Type::note, {row.x + cell * static_cast<float>(i), f.y, cell, 18 * k},
              fitText(advice.gvf[i + 1]), advice.classes == static_cast<int>(i) + 2 ? t.accent : t.text3,
              Align::centre);
  f.space(22);
  if (advice.classes >= 1 && static_cast<size_t>(advice.classes) <= advice.gvf.size()) {
    const std::string text = fmt::format(fmt::runtime(ui.tr("建议 {} 类：GVF {}")), advice.classes,
                                         fitText(advice.gvf[static_cast<size_t>(advice.classes) - 1]));
    const bool taken = spec.classes == advice.classes && spec.method == M::natural;
    const float end =
        ui.text(Type::note, {f.x0, f.y, f.width() - 76 * k, 24 * k}, text, taken ? t.text3 : t.text1);
    ui.record("classes.advice", {f.x0, f.y, end - f.x0, 24 * k}, "text", text);
    if (!taken && advice.classes >= 2) {
      const std::string take = ui.tr("采用");
      const Rect b{end + 8 * k, f.y, ui.width(Type::note, take) + 16 * k, 24 * k};
      const auto p = ui.press("classes.takeAdvice", b, "link", take);
      if (p.fade > 0) ui.fill(b, t.accent.withAlpha(0.12 * p.fade), 4 * k);
      ui.text(Type::note, b, take, t.accent, Align::centre);
      if (p.clicked) ui.send(session::SetClassification{spec.id, M::natural, advice.classes, {}});
    }
    f.space(28);
  }
}

void classes(Form& f, const session::IndicatorSpec& spec, const scene::Choropleth& c) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto choices = ui.session.classChoices();
  f.anchor("classes");
  f.section(ui.tr("分级"));
  if (!choices) {
    f.note(ui.session.busy() ? ui.tr("正在计算…") : ui.tr("没有可分级的数值。"));
    return;
  }
  drawBreakEditor(f, spec, c, *choices);
  f.note(ui.tr("拖动断点；双击增删；选中后用 ← → 微调。"));
  size_t distinct = 0;  // of those that are classed: of all years where the breaks are locked
  for (size_t i = 0; i < choices->values.size(); ++i)
    distinct += i == 0 || choices->values[i] != choices->values[i - 1];
  if (distinct < choices->values.size())
    f.note(fmt::format(fmt::runtime(ui.tr("{} 个数值中 {} 个不同：相等的总在同一级。")),
                       choices->values.size(), distinct));

  const bool grid = c.second.has_value();
  if (grid) f.note(fmt::format(fmt::runtime(ui.tr("每轴 {} 类。")), ui.session.map().grid));
  else counts(f, spec, *choices);

  // Methods side by side
  double best = -1;
  const auto wanted = static_cast<size_t>(grid ? ui.session.map().grid : spec.classes);
  for (const auto& fit : choices->fits)
    if (fit.classes <= wanted) best = std::max(best, fit.gvf);
  f.space(4);
  ui.text(Type::note, {f.x0, f.y, f.width(), 18 * k}, ui.tr("分级方法"), t.text3);
  ui.text(Type::note, {f.x0, f.y, f.width(), 18 * k}, ui.tr("方差拟合优度 GVF"), t.text3, Align::right);
  f.space(20);
  for (M m : methods) {
    const auto fit = std::find_if(choices->fits.begin(), choices->fits.end(),
                                  [&](const geo::Fit& x) { return x.method == m; });
    double gvf = fit == choices->fits.end() ? geo::missing : fit->gvf;
    size_t count = fit == choices->fits.end() ? 0 : fit->classes;
    if (m == M::manual && c.breaks.method == M::manual) gvf = c.breaks.gvf, count = c.breaks.classes();
    std::vector<double> breaks;
    if (m == M::manual) {
      const auto last = ui.state.column.lastManual.find(spec.id);
      breaks = last == ui.state.column.lastManual.end() ? innerBreaks(c) : last->second;
    }
    const session::SetClassification command{
        spec.id, m, m == M::manual ? static_cast<int>(breaks.size() + 1) : spec.classes, breaks};
    const bool on = spec.method == m;
    const Refusal why = on ? std::nullopt : ui.refusal(command);
    const std::string id = "classes.method." + std::string(geo::name(m));
    const Rect r{f.x0 - 8 * k, f.y, f.width() + 16 * k, 26 * k};
    const auto p = ui.press(id, r, "option", on ? "on" : "off", !why);
    if (why) ui.tip(id, p.hovered, *why);
    if (on) ui.fill(r, t.accent.withAlpha(0.14), 5 * k);
    else if (!why) ui.fill(r, t.accent.withAlpha(p.held ? 0.16 : 0.08 * p.fade), 5 * k);
    if (on) ui.icon(Icon::check, {f.x0 + 4 * k, r.centre().y}, t.accent, 9);
    ui.text(on ? Type::strong : Type::body, {f.x0 + 16 * k, r.y, 130 * k, r.h}, methodName(ui, m),
            why ? t.text3 : t.text1);
    const Rect bar{f.x0 + 152 * k, r.centre().y - 4 * k, f.x1 - 100 * k - f.x0 - 152 * k, 8 * k};
    if (std::isfinite(gvf)) {
      const bool top = best > 0 && count && count <= wanted && gvf >= best - 1e-9;
      ui.fill(bar, t.rule.withAlpha(0.6), 2 * k);
      ui.fill({bar.x, bar.y, bar.w * static_cast<float>(std::clamp(gvf, 0.0, 1.0)), bar.h},
              top ? t.accent : t.measured.withAlpha(0.75), 2 * k);
      ui.text(Type::note, {bar.right() + 8 * k, r.y, 42 * k, r.h}, fitText(gvf), top ? t.text1 : t.text2);
      std::string right = top ? ui.tr("最优") : "";
      if (!top && count && count != wanted) right = fmt::format("k = {}", count);
      ui.text(Type::note, {f.x1 - 48 * k, r.y, 48 * k, r.h}, right, top ? t.accent : t.text3, Align::right);
    }
    if (p.clicked && !on) ui.send(command);
    f.y += 26 * k;
  }
  f.space(8);

  // One set of breaks for all
  std::vector<int> years = yearsWithData(ui.session.indicator(spec.id));
  std::erase(years, 0);
  const Rect lock{f.x0 - 8 * k, f.y, f.width() + 16 * k, 30 * k};
  const Refusal why = ui.refusal(session::LockBreaks{spec.id, !spec.locked});
  const auto p = ui.press("classes.lock", lock, "check", spec.locked ? "on" : "off", !why);
  if (why) ui.tip("classes.lock", p.hovered, *why);
  if (spec.locked) ui.fill(lock, t.accent.withAlpha(0.14), 5 * k);
  ui.fill(lock, t.accent.withAlpha(0.08 * p.fade), 5 * k);
  drawGlyph(ui, spec.locked ? Glyph::lock : Glyph::unlock, {f.x0 + 8 * k, lock.centre().y},
            spec.locked ? t.accent : t.text2, 15);
  ui.text(Type::body, {f.x0 + 24 * k, lock.y, f.width() - 24 * k, lock.h},
          ui.tr("各年份、各场景用同一套断点"), t.text1);
  if (p.clicked && !why) ui.send(session::LockBreaks{spec.id, !spec.locked});
  f.space(32);
  if (spec.locked && !years.empty()) {
    std::string list;
    for (int y : years) list += (list.empty() ? "" : ui.chinese() ? "、" : ", ") + fmt::format("{}", y);
    f.note(
        fmt::format(fmt::runtime(ui.tr("断点由 {} 年的 {} 个数值合并得出。")), list, choices->values.size()));
  }
}

void palettes(Form& f, const session::IndicatorSpec& spec, const scene::Choropleth& c) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  const bool diverging = c.centre.has_value();
  if (c.second || !c.categories.empty()) return;
  f.section(ui.tr("配色"));
  const int n = std::clamp(static_cast<int>(c.breaks.classes()), 2, 9);
  if (diverging) {
    f.note(ui.tr("增减图用双向色带，零在正中。"));
    return;
  }
  const float gap = 8 * k, w = (f.width() - gap) / 2;
  int i = 0;
  for (auto name : scene::paletteNames()) {
    if (name == "bivariate") continue;
    const bool on = spec.palette == name;
    const Rect r{f.x0 + static_cast<float>(i % 2) * (w + gap), f.y, w, 22 * k};
    const auto p = ui.press("map.palette." + std::string(name), r, "option", on ? "on" : "off");
    const auto colours = scene::palette(name, n, t.dark);
    const Rect in{r.x + 3 * k, r.y + 3 * k, r.w - 6 * k, r.h - 6 * k};
    const float cell = in.w / static_cast<float>(colours.size());
    for (size_t q = 0; q < colours.size(); ++q)
      ui.fill({in.x + cell * static_cast<float>(q), in.y, cell + 0.5f, in.h}, colours[q]);
    ui.frame(r, on ? t.accent : t.rule | std::pair{t.accent, 0.6 * p.fade}, 4 * k, (on ? 2 : 1) * k);
    if (p.clicked && !on) ui.send(session::SetPalette{spec.id, std::string(name)});
    if (i++ % 2) f.y += 28 * k;
  }
  if (i % 2) f.y += 28 * k;
}

void making(Form& f, const session::IndicatorSpec* spec) {
  auto& ui = f.ui;
  const float k = ui.k;
  f.section(ui.tr("由程序计算"));
  const float w = (f.width() - 8 * k) / 2;
  if (ui.button("map.newRatio", {f.x0, f.y, w, 30 * k}, ui.tr("新建比率…"))) startRatio(ui);
  if (ui.button("map.newIndex", {f.x0 + w + 8 * k, f.y, w, 30 * k}, ui.tr("新建综合指数…"))) startIndex(ui);
  f.space(38);
  if (!spec || !computed(*spec)) return;
  const std::string what = !spec->indexOf.empty()       ? ui.tr("综合指数")
                           : !spec->denominator.empty() ? ui.tr("比率")
                                                        : ui.tr("计算的指标");
  ui.text(Type::body, {f.x0, f.y, f.width() - 168 * k, 30 * k},
          fmt::format("{} · {}", ui.name(spec->name), what), ui.theme.text2);
  const bool editable = !spec->indexOf.empty() || (!spec->numerator.empty() && !spec->denominator.empty());
  if (editable && ui.button("map.editIndicator", {f.x1 - 160 * k, f.y, 76 * k, 30 * k}, ui.tr("修改…"))) {
    if (spec->indexOf.empty()) startRatio(ui, spec);
    else ui.state.column.editIndex = spec->id, openTab(ui, ColumnTab::analysis, "index");
  }
  if (ui.button("map.removeIndicator", {f.x1 - 76 * k, f.y, 76 * k, 30 * k}, ui.tr("移除"), ButtonKind::plain,
                ui.refusal(session::RemoveIndicator{spec->id})))
    ui.send(session::RemoveIndicator{spec->id});
  f.space(38);
}

}  // namespace

void drawMapTab(Form& f) {
  auto& ui = f.ui;
  const auto map = ui.session.map();
  const auto* spec = shownIndicator(ui);
  const auto c = indicatorChoices(ui);
  if (map.kind != Kind::gap) {
    if (const int i = f.choice("map.indicator", ui.tr("指标"), c.names, spec ? c.at(spec->id) : -1, c.notes,
                               {}, ui.tr("没有显示指标"));
        i >= 0)
      ui.send(session::SetIndicator{c.ids[static_cast<size_t>(i)]});
    f.space(2);
  }
  kinds(f);
  f.space(8);
  if (map.kind == Kind::gap) gap(f);
  if (spec) switch (map.kind) {
      case Kind::choropleth:
        changes(f, *spec);
        smoothing(f, *spec);
        break;
      case Kind::bivariate:
        bivariate(f, *spec);
        break;
      case Kind::symbols:
        symbols(f, *spec);
        break;
      case Kind::association:
        f.note(ui.tr("邻接规则、检验与每个单元的结果在“分析”页。"));
        if (ui.button("map.toAnalysis", {f.x0, f.y, f.width(), 30 * f.k}, ui.tr("空间关联的设置与结果")))
          openTab(ui, ColumnTab::analysis, "association");
        f.space(38);
        break;
      case Kind::gap:
        break;
    }
  const auto* classed = classedIndicator(ui);
  if (classed && spec && classed->id != spec->id && map.kind == Kind::symbols)
    f.note(fmt::format(fmt::runtime(ui.tr("颜色的分级随“{}”自己的设置。")), ui.name(classed->name)));
  else if (classed && ui.scene.choropleth->categories.empty() && map.kind != Kind::gap) {
    classes(f, *classed, *ui.scene.choropleth);
    palettes(f, *classed, *ui.scene.choropleth);
  }
  making(f, spec);
}

}  // namespace panels
