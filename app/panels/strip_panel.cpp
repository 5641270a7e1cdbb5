// Below the map: which indicator, how it is classed, which year, which scene.
#include "app/panels/column.h"
#include "app/panels/page.h"

namespace panels {
namespace {

// How much of the map's areas a tab's figures cover: said where it is not all of them, and where there is
// room.
std::string tabNote(const Ui& ui, const scene::IndicatorTab& tab, bool full) {
  if (tab.illustrative) return ui.tr("示例");
  const auto slash = tab.coverage.find('/');
  const bool whole =
      slash != std::string::npos && tab.coverage.substr(0, slash) == tab.coverage.substr(slash + 1);
  return whole && !full ? std::string() : tab.coverage;
}

float tabWidth(Ui& ui, const scene::IndicatorTab& tab, bool full, float most = 1e9f) {
  const std::string note = tabNote(ui, tab, full);
  const float extra = note.empty() ? 0 : ui.width(Type::note, note) + 8 * ui.k;
  return std::min(most, std::max(ui.width(Type::body, tab.name), ui.width(Type::strong, tab.name)) + 1) +
         extra + 22 * ui.k;
}

void drawTab(Ui& ui, Rect r, const scene::IndicatorTab& tab, bool full) {
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto p = ui.press("tab." + tab.id, r, "tab", tab.current ? "on" : "off");
  const Rgba onAccent = t.dark ? t.background : Rgba{255, 255, 255, 255};
  if (tab.current) {
    ui.fill(r, t.accent, 5 * k);
  } else {
    ui.fill(r, t.dark ? t.panel : Rgba{255, 255, 255, 255}, 5 * k);
    ui.fill(r, t.accent.withAlpha(p.held ? 0.18 : 0.1 * p.fade), 5 * k);
    ui.frame(r, t.rule | std::pair{t.accent, 0.5 * p.fade}, 5 * k, std::max(1.0f, std::floor(k)));
  }
  const std::string extra = tabNote(ui, tab, full);
  const float w = extra.empty() ? 0 : ui.width(Type::note, extra);
  ui.text(tab.current ? Type::strong : Type::body,
          {r.x + 11 * k, r.y, r.w - 22 * k - (w > 0 ? w + 8 * k : 0) + 1, r.h}, tab.name,
          tab.current ? onAccent : t.text1);
  ui.text(Type::note, {r.x, r.y, r.w - 11 * k, r.h}, extra,
          tab.illustrative ? (tab.current ? onAccent : t.warning)
          : tab.current    ? onAccent.withAlpha(0.85)
                           : t.text3,
          Align::right);
  if (p.clicked && !tab.current) ui.send(session::SetIndicator{tab.id});
}

std::vector<int> stops(const Ui& ui) {
  std::vector<int> years;
  for (const auto& m : ui.scene.years)
    if (m.data != scene::YearMark::Data::none) years.push_back(m.year);
  return years;
}

// One year after the other, to the end.
void play(Ui& ui, Rect r) {
  auto& c = ui.state.column;
  constexpr double pause = 1.2;
  const auto years = stops(ui);
  const Refusal why = years.size() < 2 ? Refusal(ui.tr("只有一年的数据，没有可播放的。")) : std::nullopt;
  if (why) c.playing = false;
  const int now = ui.session.currentYear();
  if (glyphButton(ui, "years.play", r, c.playing ? Glyph::pause : Glyph::play,
                  c.playing ? ui.tr("停") : ui.tr("逐年播放"), c.playing, why)) {
    c.playing = !c.playing;
    c.nextYearAt = ui.state.now + pause;
    if (c.playing && now >= years.back()) ui.send(session::SetYear{years.front()});
    return;
  }
  if (!c.playing) return;
  if (ui.state.now >= c.nextYearAt) {
    const auto next = std::upper_bound(years.begin(), years.end(), now);
    if (next != years.end()) ui.send(session::SetYear{*next});
    if (next == years.end() || next + 1 == years.end()) c.playing = false;
    c.nextYearAt = ui.state.now + pause;
  }
  if (c.playing) ui.wakeAt(c.nextYearAt);
  else ui.state.wants.again = true;
}

void drawYears(Ui& ui, Rect r) {
  const auto& years = ui.scene.years;
  const auto& t = ui.theme;
  const float k = ui.k;
  auto& column = ui.state.column;
  if (years.empty()) {
    ui.text(Type::note, {r.x, r.y + 16 * k, r.w, 28 * k},
            ui.scene.choropleth ? ui.tr("这个指标没有年份") : ui.tr("没有显示指标"), t.text3);
    column.playing = false;
    return;
  }
  const int first = years.front().year, last = std::max(years.back().year, first + 1),
            now = ui.session.currentYear();
  const float x0 = r.x + 22 * k, x1 = r.right() - 30 * k, axis = r.y + 30 * k;
  const auto place = [&](int year) {
    return x0 + (x1 - x0) * static_cast<float>(year - first) / static_cast<float>(last - first);
  };
  ui.fill({x0, axis - 0.75f * k, x1 - x0, 1.5f * k}, t.text3.withAlpha(0.55));
  const int since = ui.scene.choropleth ? ui.scene.choropleth->since : 0;
  if (since) {  // from where the change is counted
    const float a = place(since), b = place(now);
    ui.fill({std::min(a, b), axis - 1.5f * k, std::abs(b - a), 3 * k}, t.accent);
  }
  bool held = false;
  float free = -INFINITY, notes = -INFINITY;
  const float current = place(now);
  for (const auto& mark : years) {
    const float x = place(mark.year);
    const bool chosen = mark.year == now, has = mark.data != scene::YearMark::Data::none;
    const std::string id = fmt::format("year.{}", mark.year);
    const Rect target{x - 16 * k, axis - 16 * k, 32 * k, 46 * k};
    const auto p = ui.press(id, target, "year", chosen ? "on" : has ? "data" : "none", has);
    held = held || ImGui::IsItemActive();
    if (!has)
      ui.tip(id, p.hovered,
             mark.target
                 ? fmt::format("{} · {}", mark.year, mark.note.empty() ? ui.tr("规划目标年") : mark.note)
                 : fmt::format(fmt::runtime(ui.tr("{} 年没有公布的数据")), mark.year));
    const ImVec2 c{std::round(x), axis};
    const Rgba ground = t.panel;
    if (chosen) {
      ui.list().AddCircleFilled(c, 10.5f * k, colour(ground));
      ui.list().AddCircle(c, 9.5f * k, colour(t.accent), 0, 2 * k);
      ui.list().AddCircleFilled(c, 5.2f * k, colour(t.accent));
      if (column.focus == "years") ui.list().AddCircle(c, 13 * k, colour(t.accent.withAlpha(0.45)), 0, 2 * k);
    } else if (mark.year == since) {
      ui.list().AddQuadFilled({c.x - 7 * k, c.y}, {c.x, c.y - 7 * k}, {c.x + 7 * k, c.y}, {c.x, c.y + 7 * k},
                              colour(t.accent));
      ui.list().AddQuadFilled({c.x - 4 * k, c.y}, {c.x, c.y - 4 * k}, {c.x + 4 * k, c.y}, {c.x, c.y + 4 * k},
                              colour(ground));
    } else if (mark.data == scene::YearMark::Data::full) {
      ui.list().AddCircleFilled(c, (4.8f + p.fade) * k,
                                colour(t.text1 | std::pair{t.accent, static_cast<double>(p.fade)}));
    } else if (mark.data == scene::YearMark::Data::partly) {
      ui.list().AddCircleFilled(c, (4.8f + p.fade) * k, colour(ground));
      ui.list().AddCircle(c, (4.4f + p.fade) * k,
                          colour(t.text1 | std::pair{t.accent, static_cast<double>(p.fade)}), 0, 1.5f * k);
    } else if (!mark.target) {
      ui.fill({c.x - 0.5f * k, axis - 4 * k, std::max(1.0f, k), 8 * k}, t.text3.withAlpha(0.7));
    }
    if (mark.target) {
      ui.fill({c.x - 0.75f * k, axis - 18 * k, 1.5f * k, 22 * k}, t.text1);
      auto& d = ui.list();
      d.PathLineTo({c.x, axis - 17.5f * k}), d.PathLineTo({c.x + 13 * k, axis - 13 * k}),
          d.PathLineTo({c.x, axis - 8.5f * k});
      d.PathStroke(colour(t.text1), 0, 1.5f * k);
    }
    const std::string text = fmt::format("{}", mark.year);
    const float w = ui.width(chosen ? Type::strong : Type::note, text);
    const float clear = chosen ? 0 : 6 * k;
    if (x - w / 2 > free + clear && (chosen || std::abs(x - current) > w + 6 * k)) {
      ui.text(chosen ? Type::strong : Type::note, {x - w, axis + 15 * k, 2 * w, 18 * k}, text,
              chosen ? t.accent
              : has  ? t.text2
                     : t.text3,
              Align::centre);
      free = x + w / 2;
    }
    const std::string note = mark.year == since                 ? ui.tr("起始年")
                             : mark.note.empty() && mark.target ? ui.tr("规划目标年")
                                                                : mark.note;
    if (!note.empty()) {
      const float nw = ui.width(Type::note, note);
      const float nx = mark.target ? x - nw - 8 * k : std::clamp(x - nw / 2, r.x, r.right() - nw);
      if (nx > notes)
        ui.text(Type::note, {nx, axis - 29 * k, nw + 1, 16 * k}, note, t.text3), notes = nx + nw + 6 * k;
    }
    if (p.clicked && !chosen && !column.dragYear)
      ui.send(session::SetYear{mark.year}), column.playing = false;
  }
  ui.press("years", {x0 - 10 * k, axis - 14 * k, x1 - x0 + 20 * k, 28 * k}, "years", fmt::format("{}", now));
  held = held || ImGui::IsItemActive();
  const bool focused = focusable(ui, "years", held);
  const auto data = stops(ui);
  const auto go = [&](int year) {
    if (year != now) ui.send(session::SetYear{year}), column.playing = false;
  };
  if (held && ImGui::IsMouseDragging(0, 4 * k)) column.dragYear = true;
  if (column.dragYear && !data.empty()) {
    const float mouse = ImGui::GetIO().MousePos.x;
    go(*std::min_element(data.begin(), data.end(), [&](int a, int b) {
      return std::abs(place(a) - mouse) < std::abs(place(b) - mouse);
    }));
  }
  if (!held) column.dragYear = false;
  if (focused && !held && !ui.state.wants.typing)
    if (const int by = arrows(ui)) {
      const auto next = std::upper_bound(data.begin(), data.end(), now),
                 same = std::lower_bound(data.begin(), data.end(), now);
      if (by > 0 && next != data.end()) go(*next);
      if (by < 0 && same != data.begin()) go(*(same - 1));
    }
}

// The page to print, in the map's place.
float pageButton(Ui& ui, float right, float y, float h) {
  const float k = ui.k;
  const std::string label = ui.tr("页面");
  const float w = std::ceil(ui.width(Type::strong, label)) + 44 * k;
  const Rect r{right - w, y, w, h};
  const auto& t = ui.theme;
  const bool on = ui.view.pageView;
  const auto p = ui.press("strip.page", r, "switch", on ? "on" : "off");
  ui.tip("strip.page", p.hovered, ui.tr("打印和导出的页面 · P"));
  ui.fill(r, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k);
  ui.fill(r, t.accent.withAlpha(on ? 0.16 : 0.08 * p.fade), 5 * k);
  ui.frame(r, on ? t.accent : t.rule, 5 * k, std::max(1.0f, std::floor(k)));
  drawGlyph(ui, Glyph::page, {r.x + 17 * k, r.centre().y}, on ? t.accent : t.text2, 14);
  ui.text(on ? Type::strong : Type::body, {r.x + 30 * k, r.y, r.w - 36 * k, r.h}, label,
          on ? t.text1 : t.text2);
  if (p.clicked) togglePageView(ui);
  return r.x;
}

// Which picture fills the window.
float compositionSwitch(Ui& ui, float right, float y, float h) {
  using C = scene::Composition;
  const std::string labels[] = {ui.tr("地图"), ui.tr("小图"), ui.tr("账本")};
  constexpr C of[] = {C::map, C::multiples, C::ledger};
  const float k = ui.k;
  float w = 0;
  for (const auto& l : labels) w = std::max(w, ui.width(Type::strong, l) + 22 * k);
  const Rect r{right - 3 * w, y, 3 * w, h};
  const auto now = std::find(std::begin(of), std::end(of), ui.view.composition);
  if (const int c = segmentsAt(ui, "composition", r, labels,
                               now == std::end(of) ? -1 : static_cast<int>(now - std::begin(of)),
                               [&](int i) { return ui.refusal(session::SetComposition{of[i]}); });
      c >= 0)
    ui.send(session::SetComposition{of[c]});
  return r.x;
}

}  // namespace

void drawStripPanel(Ui& ui) {
  const Rect r = ui.layout.strip;
  if (r.h < 1) return;
  const float k = ui.k, pad = 16 * k;
  const auto& t = ui.theme;
  ui.begin("##strip", r, t.panel);
  ui.hairline(r.x, r.right(), r.y);

  // Right: scenes and classes; left: as many tabs as fit, the others behind "…".
  const Rect row{r.x + pad, r.y + 12 * k, r.w - 2 * pad, 28 * k};
  float right = row.right();
  if (const auto* i = classedIndicator(ui); i && ui.scene.choropleth->categories.empty()) {
    const Refusal why = ui.refusal(session::LockBreaks{i->id, !i->locked});
    if (glyphButton(
            ui, "classes.padlock", {right - 28 * k, row.y, 28 * k, row.h},
            i->locked ? Glyph::lock : Glyph::unlock,
            i->locked ? ui.tr("断点已锁定：各年份、各场景同一套") : ui.tr("锁定断点：各年份、各场景同一套"),
            i->locked, why))
      ui.send(session::LockBreaks{i->id, !i->locked});
    right -= 32 * k;
    const std::string text = fmt::format(fmt::runtime(ui.chinese() ? "{} · {} 类" : "{} · {}"),
                                         methodName(ui, i->method), ui.scene.choropleth->breaks.classes());
    const float w = std::min(ui.width(Type::body, text) + 34 * k, 190 * k);
    const Rect b{right - w, row.y, w, row.h};
    const auto p = ui.press("classes", b, "button", text);
    if (p.fade > 0 || ui.state.popup == "classes")
      ui.fill(b, t.text1.withAlpha(ui.state.popup == "classes" ? 0.1 : 0.07 * p.fade), 5 * k);
    ui.text(Type::body, {b.x + 8 * k, b.y, b.w - 30 * k, b.h}, text, t.text2);
    ui.icon(Icon::chevronDown, {b.right() - 14 * k, b.centre().y}, t.text3, 9);
    if (p.clicked) ui.openPopup("classes", b);
    right = b.x - 8 * k;
  }
  if (const auto& scenes = ui.session.project().scenes; !scenes.empty()) {
    const auto it =
        std::find_if(scenes.begin(), scenes.end(), [&](const auto& s) { return s.id == ui.view.scene; });
    const std::string name = it == scenes.end() ? ui.tr("场景") : ui.name(it->name);
    const std::string number = it == scenes.end()
                                   ? fmt::format("–/{}", scenes.size())
                                   : fmt::format("{}/{}", it - scenes.begin() + 1, scenes.size());
    const float side = 28 * k, w = std::min(row.w > 900 * k ? 210 * k : 132 * k,
                                            std::max(96 * k, ui.width(Type::body, name) +
                                                                 ui.width(Type::note, number) + 32 * k));
    const Rect all{right - w - 2 * side, row.y, w + 2 * side, row.h};
    ui.fill(all, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k);
    const Rect a{all.x, all.y, side, all.h}, b{all.right() - side, all.y, side, all.h},
        mid{all.x + side, all.y, w, all.h};
    if (ui.iconButton("scene.back", a, Icon::chevronLeft, ui.tr("上一个场景 · PageUp"),
                      !ui.refusal(session::NextScene{-1})))
      ui.send(session::NextScene{-1});
    if (ui.iconButton("scene.forward", b, Icon::chevronRight, ui.tr("下一个场景 · PageDown"),
                      !ui.refusal(session::NextScene{1})))
      ui.send(session::NextScene{1});
    const auto p = ui.press("scenes", mid, "button", name);
    ui.fill(mid, t.accent.withAlpha(0.1 * p.fade));
    ui.text(Type::note, {mid.x + 10 * k, mid.y, mid.w - 20 * k, mid.h}, number, t.text3);
    ui.text(Type::body,
            {mid.x + 18 * k + ui.width(Type::note, number), mid.y,
             mid.w - 28 * k - ui.width(Type::note, number), mid.h},
            name, t.text1);
    ui.fill({mid.x, mid.y, std::max(1.0f, std::floor(k)), mid.h}, t.rule),
        ui.fill({mid.right(), mid.y, std::max(1.0f, std::floor(k)), mid.h}, t.rule);
    ui.frame(all, t.rule, 5 * k, std::max(1.0f, std::floor(k)));
    if (p.clicked) ui.openPopup("scenes", mid);
    right = all.x - 16 * k;
  }

  const auto& tabs = ui.scene.tabs;
  // In full where all of them fit; else names are cut and only what is not covered is said.
  const float more = 40 * k, room = right - row.x;
  std::vector<float> widths;
  bool full = true;
  for (float most : {1e9f, 128 * k, 92 * k}) {
    widths.clear();
    float all = 0;
    full = most > 1e8f;
    for (const auto& tab : tabs)
      widths.push_back(tabWidth(ui, tab, full, tab.current ? std::max(most, 150 * k) : most)),
          all += widths.back() + 8 * k;
    if (all - 8 * k <= room) break;
  }
  float all = 0;
  for (float w : widths) all += w + 8 * k;
  size_t fits = tabs.size();
  if (all - 8 * k > room) {
    float used = 0;
    for (fits = 0; fits < tabs.size() && used + widths[fits] + 8 * k + more <= room; ++fits)
      used += widths[fits] + 8 * k;
  }
  const auto current = static_cast<size_t>(
      std::find_if(tabs.begin(), tabs.end(), [](const auto& tab) { return tab.current; }) - tabs.begin());
  std::vector<size_t> order;  // the current one is always to be seen
  for (size_t i = 0; i < fits; ++i) order.push_back(i);
  if (current < tabs.size() && current >= fits) {
    float used = widths[current] + 8 * k;
    order.clear();
    for (size_t i = 0; i < fits && used + widths[i] + 8 * k + more <= room; ++i)
      order.push_back(i), used += widths[i] + 8 * k;
    order.push_back(current);
    widths[current] = std::min(widths[current], room - more);
  }
  float x = row.x;
  for (size_t i : order) drawTab(ui, {x, row.y, widths[i], row.h}, tabs[i], full), x += widths[i] + 8 * k;
  if (order.size() < tabs.size()) {
    const Rect b{x, row.y, more - 8 * k, row.h};
    const auto p = ui.press("tabs.more", b, "button");
    ui.fill(b, t.text1.withAlpha(ui.state.popup == "tabs" ? 0.1 : 0.07 * p.fade), 5 * k);
    for (int d = -1; d <= 1; ++d)
      ui.list().AddCircleFilled({b.centre().x + static_cast<float>(d) * 6 * k, b.centre().y}, 1.7f * k,
                                colour(t.text2));
    ui.tip("tabs.more", p.hovered, ui.tr("其他指标"));
    if (p.clicked) ui.openPopup("tabs", b);
  }
  const float axis = r.y + 84 * k;
  const float end = compositionSwitch(ui, pageButton(ui, row.right(), axis - 14 * k, 28 * k) - 8 * k,
                                      axis - 14 * k, 28 * k);
  play(ui, {row.x, axis - 14 * k, 28 * k, 28 * k});
  drawYears(ui, {row.x + 32 * k, r.y + 54 * k, end - 16 * k - row.x - 32 * k, r.h - 58 * k});
  ui.end();
}

void drawStripPopups(Ui& ui) {
  const float k = ui.k, row = 28 * k, pad = 6 * k;
  const auto& t = ui.theme;
  if (ui.state.popup == "tabs") {
    float w = 200 * k;
    for (const auto& tab : ui.scene.tabs) w = std::max(w, tabWidth(ui, tab, true) + 40 * k);
    if (ui.beginPopup("tabs", w, row * static_cast<float>(ui.scene.tabs.size()) + 2 * pad, true)) {
      const Rect p = ui.popupRect();
      ui.beginScroll("##tabRows", {p.x, p.y + pad, p.w, p.h - 2 * pad});
      float y = ui.scrollTop();
      for (const auto& tab : ui.scene.tabs) {
        if (ui.menuRow("tabs." + tab.id, {p.x, y, p.w, row}, tab.name,
                       tab.illustrative ? ui.tr("示例") : tab.coverage, tab.current))
          ui.send(session::SetIndicator{tab.id}), ui.closePopup();
        y += row;
      }
      ui.endScroll(y);
      ui.endPopup();
    }
  }
  if (ui.state.popup == "scenes") {
    const auto& scenes = ui.session.project().scenes;
    float w = 220 * k;
    for (const auto& s : scenes) w = std::max(w, ui.width(Type::strong, ui.name(s.name)) + 60 * k);
    if (ui.beginPopup("scenes", std::min(w, 400 * k), row * static_cast<float>(scenes.size()) + 2 * pad,
                      true)) {
      const Rect p = ui.popupRect();
      ui.beginScroll("##sceneRows", {p.x, p.y + pad, p.w, p.h - 2 * pad});
      float y = ui.scrollTop();
      for (const auto& s : scenes) {
        if (ui.menuRow("scenes." + s.id, {p.x, y, p.w, row}, ui.name(s.name), {}, s.id == ui.view.scene, {},
                       ui.name(s.text)))
          ui.send(session::ShowScene{s.id}), ui.closePopup();
        y += row;
      }
      ui.endScroll(y);
      ui.endPopup();
    }
  }
  const auto* i = classedIndicator(ui);
  if (ui.state.popup == "classes" && !i) ui.closePopup();
  if (ui.state.popup != "classes" || !i) return;
  using M = geo::BreakMethod;
  constexpr M methods[] = {M::natural, M::quantile, M::equal,    M::stddev,
                           M::pretty,  M::headtail, M::geometric};
  auto palettes = scene::paletteNames();
  std::erase(palettes, "bivariate");  // no order of its own
  const float h = 2 * 12 * k + 24 * k + row * static_cast<float>(std::size(methods)) + 44 * k + 34 * k +
                  static_cast<float>(palettes.size()) * row + 44 * k;
  if (!ui.beginPopup("classes", 268 * k, h, true, Align::right)) return;
  const Rect p = ui.popupRect();
  float y = p.y + 12 * k;
  ui.text(Type::strong, {p.x + 16 * k, y, p.w - 32 * k, 22 * k}, ui.tr("分级方法"), t.text1);
  y += 24 * k;
  for (M m : methods) {
    if (ui.menuRow("classes." + std::string(geo::name(m)), {p.x, y, p.w, row}, methodName(ui, m), {},
                   i->method == m))
      ui.send(session::SetClassification{i->id, m, i->classes, {}});
    y += row;
  }
  y += 8 * k;
  ui.text(Type::body, {p.x + 16 * k, y, 80 * k, row}, ui.tr("级数"), t.text2);
  const int classes = i->classes;
  const std::string labels[] = {"2", "3", "4", "5", "6", "7"};
  if (const int c = ui.segments("classes.count", {p.x + 84 * k, y, p.w - 100 * k, row}, labels, classes - 2);
      c >= 0)
    ui.send(session::SetClassification{i->id, i->method, c + 2, {}});
  y += 36 * k;
  ui.hairline(p.x + 12 * k, p.right() - 12 * k, y);
  y += 6 * k;
  ui.text(Type::strong, {p.x + 16 * k, y, p.w - 32 * k, 22 * k}, ui.tr("配色"), t.text1);
  y += 24 * k;
  for (auto name : palettes) {
    const Rect line{p.x, y, p.w, row};
    const auto hit =
        ui.press("palette." + std::string(name), line, "menu item", i->palette == name ? "on" : "");
    if (hit.hovered)
      ui.fill({line.x + 4 * k, line.y, line.w - 8 * k, line.h}, t.accent.withAlpha(0.14), 4 * k);
    if (i->palette == name) ui.icon(Icon::check, {line.x + 17 * k, line.centre().y}, t.accent, 9);
    const auto colours = scene::palette(name, std::clamp(classes, 2, 7), t.dark);
    const float w = (line.w - 46 * k) / static_cast<float>(colours.size());
    for (size_t c = 0; c < colours.size(); ++c)
      ui.fill({line.x + 30 * k + w * static_cast<float>(c), line.y + 7 * k, w + 0.5f, line.h - 14 * k},
              colours[c]);
    if (hit.clicked) ui.send(session::SetPalette{i->id, std::string(name)});
    y += row;
  }
  y += 6 * k;
  ui.hairline(p.x + 12 * k, p.right() - 12 * k, y);
  y += 6 * k;
  if (ui.menuRow("classes.all", {p.x, y, p.w, row}, ui.tr("直方图、断点与优度…")))
    ui.closePopup(), openTab(ui, ColumnTab::map, "classes");
  ui.endPopup();
}

}  // namespace panels
