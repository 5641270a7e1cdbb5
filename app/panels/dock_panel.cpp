// Between the map and the strip: the active layer as a table and as charts, all of one selection.
#include <imgui_internal.h>

#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

struct Tab {
  DockTab tab;
  const char* id;
  const char* title;
  void (*draw)(Ui&, Rect, float, Rect);
};
constexpr Tab tabs[] = {{DockTab::table, "table", "表格", drawTableTab},
                        {DockTab::ranking, "ranking", "排名", drawRankingTab},
                        {DockTab::histogram, "histogram", "直方图", drawHistogramTab},
                        {DockTab::scatter, "scatter", "散点", drawScatterTab},
                        {DockTab::boxes, "boxes", "箱线", drawBoxesTab},
                        {DockTab::course, "course", "折线", drawCourseTab}};

bool isOnMap(const Ui& ui, const std::string& layer) {
  const auto& c = ui.scene.choropleth;
  return c && c->layer == layer && !c->figures.empty();
}

// Only what has changed is made again: a hover changes nothing here.
void refreshRows(Ui& ui) {
  auto& d = ui.state.dock.rows;
  const std::string& layer = ui.session.activeLayer();
  const auto table = ui.session.table(layer);
  const bool only = ui.state.dock.onlyChosen && ui.state.dock.tab == DockTab::table;
  const bool anew = d.layer != layer || d.table != table || d.onlyChosen != only;
  if (!anew && d.version == ui.session.version()) return;
  d.version = ui.session.version();
  if (d.layer != layer || d.table != table) ++d.tableStamp;
  d.layer = layer, d.table = table;
  const size_t n = table ? table->table.rows() : 0;

  std::vector<uint8_t> chosen(n, 0);
  if (ui.view.selectionLayer == layer)
    for (uint32_t r : ui.view.selection)
      if (r < n) chosen[r] = 1;
  const bool otherChosen = chosen != d.chosen;
  if (otherChosen) d.chosen = std::move(chosen), ++d.chosenStamp;

  std::vector<double> onMap;
  if (isOnMap(ui, layer)) {
    const auto& figures = ui.scene.choropleth->figures;
    onMap.resize(n, geo::missing);
    for (size_t r = 0; r < std::min(n, figures.size()); ++r)
      if (std::isfinite(figures[r].value)) onMap[r] = figures[r].value;
  }
  const bool otherFigures = onMap.size() != d.onMap.size() ||
                            !std::equal(onMap.begin(), onMap.end(), d.onMap.begin(), [](double a, double b) {
                              return a == b || (std::isnan(a) && std::isnan(b));
                            });
  if (otherFigures) d.onMap = std::move(onMap);

  if (anew || (only && otherChosen)) {
    d.onlyChosen = only;
    d.rows.clear();
    d.hidden = 0;
    for (uint32_t r = 0; r < n; ++r) {
      if (!table->shown.empty() && !table->shown[r]) {
        ++d.hidden;
        continue;
      }
      if (!only || d.chosen[r]) d.rows.push_back(r);
    }
  }
  if (anew || otherFigures || (only && otherChosen)) ++d.dataStamp;
  d.chosenCount = 0;
  for (uint32_t r = 0; r < n; ++r) d.chosenCount += d.chosen[r] && (table->shown.empty() || table->shown[r]);
}

// The edge between map and dock, drawn thin and grasped wide.
void sizeEdge(Ui& ui, Rect r) {
  auto& d = ui.state.dock;
  const float k = ui.k;
  const auto p = ui.press("dock.edge", {r.x, r.y, r.w, 7 * k}, "edge", fmt::format("{:.0f}", d.height));
  if (p.hovered || p.held) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
  if (p.held) {
    const float wanted = (r.bottom() - ImGui::GetIO().MousePos.y) / k;
    if (std::abs(wanted - d.height) >= 1)
      d.height = std::clamp(wanted, 170.0f, 900.0f), ui.state.wants.again = true;
  } else if (d.sizing) {
    d.height = r.h / k;  // what there was room for
  }
  d.sizing = p.held;
  ui.hairline(r.x, r.right(), r.y);
  const float w = 36 * k;
  ui.fill({r.centre().x - w / 2, r.y + 3 * k, w, 2.5f * k}, ui.theme.text3.withAlpha(0.25 + 0.45 * p.fade),
          1.2f * k);
  if (p.fade > 0) ui.fill({r.x, r.y, r.w, std::max(1.0f, std::floor(k))}, ui.theme.accent.withAlpha(p.fade));
}

void drawHead(Ui& ui, Rect r) {
  auto& d = ui.state.dock;
  const float k = ui.k;
  const auto& t = ui.theme;
  float x = r.x + 8 * k;
  for (const auto& tab : tabs) {
    const bool on = d.tab == tab.tab;
    const std::string title = ui.tr(tab.title);
    const float w = std::max(ui.width(Type::body, title), ui.width(Type::strong, title)) + 20 * k;
    const Rect b{x, r.y, w, r.h};
    const auto p = ui.press(std::string("dock.tab.") + tab.id, b, "tab", on ? "on" : "off");
    if (!on && p.fade > 0)
      ui.fill({b.x + 2 * k, b.y + 4 * k, b.w - 4 * k, b.h - 8 * k}, t.text1.withAlpha(0.06 * p.fade), 4 * k);
    ui.text(on ? Type::strong : Type::body, b, title,
            on ? t.text1 : (t.text2 | std::pair{t.text1, static_cast<double>(p.fade)}), Align::centre);
    if (on) ui.fill({b.x + 8 * k, b.bottom() - 2 * k, b.w - 16 * k, 2 * k}, t.accent, k);
    if (p.clicked) d.tab = tab.tab, ui.state.wants.again = true;
    x = b.right();
  }
  if (ui.iconButton("dock.close", {r.right() - 34 * k, r.y + (r.h - 24 * k) / 2, 24 * k, 24 * k},
                    Icon::chevronDown, ui.tr("收起 · D")))
    ui.send(session::TogglePanel{"dock"});
  ui.hairline(r.x, r.right(), r.bottom() - 1);
}

// Where the dock is away, a slim handle at the map's lower edge brings it back.
void drawHandle(Ui& ui) {
  const Rect map = ui.layout.map;
  const float k = ui.k;
  if (map.w < 200 * k) return;
  const std::string label = ui.tr("表格与图表");
  ui.begin("##dockSize", {0, 0, 1, 1}, {}, false, false);
  const float w = std::ceil(ui.width(Type::note, label)) + 40 * k;
  ui.end();
  const Rect r{std::round(map.centre().x - w / 2), std::round(map.bottom() - 22 * k), std::round(w), 22 * k};
  const bool folded = ui.view.dockPanel;
  ui.begin("##dockHandle", r, {}, true);
  const auto p = ui.press("dock.open", r, "button", folded ? "folded" : "closed");
  ui.list().AddRectFilled({r.x, r.y}, {r.right(), r.bottom()},
                          colour(ui.theme.panel | std::pair{ui.theme.accent, 0.15 * p.fade}), 5 * k,
                          ImDrawFlags_RoundCornersTop);
  ui.list().AddRect({r.x, r.y}, {r.right(), r.bottom() + 2 * k}, colour(ui.theme.rule), 5 * k,
                    ImDrawFlags_RoundCornersTop, std::max(1.0f, std::floor(k)));
  ui.icon(Icon::chevronUp, {r.x + 15 * k, r.centre().y}, ui.theme.text2, 9);
  ui.text(Type::note, {r.x + 25 * k, r.y, r.w - 30 * k, r.h}, label,
          ui.theme.text2 | std::pair{ui.theme.text1, static_cast<double>(p.fade)});
  ui.tip("dock.open", p.hovered,
         folded ? ui.tr("窗口太矮，放不下表格与图表。") : ui.tr("表格、排名、直方图、散点、箱线、折线 · D"));
  ui.end();
  if (p.clicked) ui.send(session::TogglePanel{"dock"});
}

// Which layer, how much of it is shown and chosen; below, the tab's own choices.
float drawSide(Ui& ui, Rect r) {
  const auto& d = ui.state.dock.rows;
  const float k = ui.k;
  const auto& t = ui.theme;
  float y = r.y + 10 * k;
  const auto* spec = specOf(ui, d.layer);
  if (selectButton(ui, "dock.layer", {r.x, y, r.w, 28 * k}, spec ? ui.name(spec->name) : d.layer))
    ui.openPopup("dock.layer", {r.x, y, r.w, 28 * k});
  y += 33 * k;
  if (d.table) {
    const size_t shown = d.table->table.rows() - d.hidden;
    const std::string text =
        fmt::format(fmt::runtime(ui.tr("显示 {} / 选中 {}")), figureText(static_cast<double>(shown), 0),
                    figureText(static_cast<double>(d.chosenCount), 0));
    ui.text(Type::note, {r.x, y, r.w, 18 * k}, text, t.text2);
    ui.record("dock.count", {r.x, y, r.w, 18 * k}, "text", text);
    y += 20 * k;
    if (d.hidden) {
      ui.icon(Icon::funnel, {r.x + 6 * k, y + 9 * k}, t.accent, 9);
      const std::string hidden =
          fmt::format(fmt::runtime(ui.tr("筛选隐藏 {}")), figureText(static_cast<double>(d.hidden), 0));
      ui.text(Type::note, {r.x + 17 * k, y, r.w - 17 * k, 18 * k}, hidden, t.accent);
      ui.record("dock.hidden", {r.x, y, r.w, 18 * k}, "text", hidden);
      const auto* layer = scene::findLayer(ui.scene, d.layer);
      const auto m = ImGui::GetIO().MousePos;
      if (layer) ui.tip("dock.hidden", Rect{r.x, y, r.w, 18 * k}.contains({m.x, m.y}), layer->filterText);
      y += 20 * k;
    }
  }
  y += 4 * k;
  ui.hairline(r.x, r.right(), y);
  return y + 8 * k;
}

}  // namespace

// Shared pieces
// -----------------------------------------------------------------------------------------------------------

bool chosen(const Ui& ui, uint32_t row) {
  const auto& c = ui.state.dock.rows.chosen;
  return row < c.size() && c[row];
}

scene::ObjectRef objectOf(const Ui& ui, uint32_t row) {
  return {ui.state.dock.rows.layer, static_cast<long>(row)};
}

const std::string& rowName(const Ui& ui, uint32_t row) {
  static const std::string none;
  const auto& table = ui.state.dock.rows.table;
  return table && row < table->names.size() ? table->names[row] : none;
}

Rgba rowInk(const Ui& ui, uint32_t row) {
  const auto& layer = ui.state.dock.rows.layer;
  if (const auto& c = ui.scene.choropleth; c && c->layer == layer) {
    const int cls = c->classOf(row);
    return cls >= 0 && static_cast<size_t>(cls) < ui.classColours.size()
               ? ui.classColours[static_cast<size_t>(cls)]
               : ui.theme.hatchLine;
  }
  const auto* l = scene::findLayer(ui.scene, layer);
  if (!l || l->role == scene::Role::county) return ui.theme.measured;
  return l->role == scene::Role::context ? l->colour : ui.theme.role(l->role);
}

void choose(Ui& ui, std::vector<uint32_t> rows) {
  const auto& io = ImGui::GetIO();
  const bool adds = io.KeyCtrl;
  if (rows.empty()) {
    if (!adds && !ui.view.selection.empty()) ui.send(session::Select{});
    return;
  }
  using session::Pick;
  const Pick pick = adds ? (rows.size() == 1 ? Pick::toggle : Pick::add) : Pick::replace;
  ui.send(session::SelectRows{ui.state.dock.rows.layer, std::move(rows), pick});
}

std::string countedRows(const Ui& ui, const std::string& layer, size_t count) {
  const auto* l = scene::findLayer(ui.scene, layer);
  const std::string n = figureText(static_cast<double>(count), 0);
  if (l && l->role == scene::Role::county) return fmt::format(fmt::runtime(ui.tr("{} 个县", count)), n);
  return fmt::format(fmt::runtime(ui.tr("{} 条记录", count)), n);
}

void emptyNote(Ui& ui, Rect body, const std::string& text) {
  const float w = std::min(body.w - 24 * ui.k, 420 * ui.k);
  const float h = ui.paragraph(Type::body, {0, 0, w, 0}, text, ui.theme.text3, 1.45f, false);
  const float lines = std::min(w, ui.width(Type::body, text));
  ui.paragraph(Type::body,
               {std::round(body.centre().x - lines / 2), std::round(body.centre().y - h / 2), w, 0}, text,
               ui.theme.text3);
  ui.record("dock.note", body, "text", text);
}

void say(Ui& ui, std::string text) {
  ui.state.toasts.push_back({std::move(text), session::Message::Level::info, ui.state.now + 2.5});
  if (ui.state.toasts.size() > 4) ui.state.toasts.erase(ui.state.toasts.begin());
  ui.state.wants.again = true;
}

std::vector<Series> allSeries(const Ui& ui) {
  std::vector<Series> all;
  const auto& d = ui.state.dock.rows;
  if (!d.table) return all;
  const auto& t = *d.table;
  if (!d.onMap.empty()) {
    const auto& c = *ui.scene.choropleth;
    all.push_back({"@map", c.name, c.unit, c.year, c.decimals, d.onMap, false});
  }
  const auto* spec = specOf(ui, d.layer);
  const auto naming = [&](const std::string& name) {
    if (spec)
      for (const auto* own : {&spec->key, &spec->county, &spec->x, &spec->y, &spec->label})
        if (*own == name) return true;
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
    for (std::string_view known :
         {"lon", "lat", "longitude", "latitude", "x", "y", "id", "fid", "objectid", "adcode"})
      if (lower == known) return true;
    return false;
  };
  const auto put = [&](size_t i, bool names) {
    const auto& c = t.table.columns[i];
    if (!c.numeric() || (i < t.ownColumns && naming(c.name)) != names) return;
    const auto at = [&](const auto& list, auto otherwise) { return i < list.size() ? list[i] : otherwise; };
    all.push_back({c.name, at(t.titles, c.name), at(t.units, std::string()), at(t.years, 0),
                   at(t.decimals, -1), c.numbers, names});
  };
  for (size_t i = t.ownColumns; i < t.table.columns.size(); ++i) put(i, false);
  for (bool names : {false, true})
    for (size_t i = 0; i < std::min(t.ownColumns, t.table.columns.size()); ++i) put(i, names);
  return all;
}

Series seriesNamed(const Ui& ui, const std::string& key) {
  for (auto& s : allSeries(ui))
    if (s.key == key) return s;
  return {};
}

Series seriesOf(const Ui& ui, const std::string& purpose) {
  const auto& dock = ui.state.dock;
  const auto all = allSeries(ui);
  if (const auto it = dock.columns.find(purpose + "|" + dock.rows.layer); it != dock.columns.end())
    for (const auto& s : all)
      if (s.key == it->second) return s;
  if (all.empty() || all[0].names) return {};
  if (purpose != "scatter.y") return all[0];
  // The other axis: the second indicator of the map, else the next one that is not the first again.
  if (const auto& c = ui.scene.choropleth; c && c->second && c->layer == dock.rows.layer)
    for (const auto& s : all)
      if (s.key == c->second->id) return s;
  const Series x = seriesOf(ui, "scatter.x");
  for (const auto& s : all)
    if (s.key != x.key && s.title != x.title && !s.names) return s;
  return all[0];
}

std::string titleOf(const Ui& ui, const Series& s) {
  std::string text = s.title;
  if (s.year) text += fmt::format(" {}", s.year);
  if (!s.unit.empty()) text += ui.chinese() ? "（" + s.unit + "）" : " (" + s.unit + ")";
  return text;
}

std::string valueText(const Ui& ui, const Series& s, double v) {
  if (!std::isfinite(v)) return ui.tr("未公布");
  if (s.decimals >= 0) return figureText(v, s.decimals);
  std::string text = fmt::format("{}", v);
  if (text.size() > 9 && v != std::floor(v)) text = fmt::format("{:.6g}", v);
  if (text.starts_with("-")) text = "−" + text.substr(1);
  return text;
}

std::string valueText(const Ui& ui, const Series& s, uint32_t row) {
  return valueText(ui, s, row < s.values.size() ? s.values[row] : geo::missing);
}

bool selectButton(Ui& ui, const std::string& id, Rect r, std::string_view text) {
  const float k = ui.k;
  const auto& t = ui.theme;
  const auto p = ui.press(id, r, "select", std::string(text));
  const bool open = ui.state.popup == id;
  ui.fill(r, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k);
  ui.fill(r, t.accent.withAlpha(open ? 0.12 : 0.08 * p.fade), 5 * k);
  ui.frame(r, t.rule | std::pair{t.accent, open ? 0.8 : 0.5 * p.fade}, 5 * k, std::max(1.0f, std::floor(k)));
  ui.text(Type::body, {r.x + 9 * k, r.y, r.w - 32 * k, r.h}, text, t.text1);
  ui.icon(Icon::chevronDown, {r.right() - 14 * k, r.centre().y}, t.text3, 9);
  return p.clicked;
}

void seriesPicker(Ui& ui, Rect side, float& y, const char* label, const std::string& purpose) {
  const float k = ui.k;
  ui.text(Type::note, {side.x, y, side.w, 17 * k}, label, ui.theme.text3);
  y += 18 * k;
  const Series s = seriesOf(ui, purpose);
  const Rect r{side.x, y, side.w, 27 * k};
  std::string text = s.title;
  if (s.year) text += fmt::format(" {}", s.year);
  if (selectButton(ui, "dock." + purpose, r, s.key.empty() ? ui.tr("没有数值列") : text))
    ui.openPopup("dock." + purpose, r);
  y += 32 * k;
}

void sideLine(Ui& ui, Rect side, float& y, const std::string& text, Rgba ink) {
  if (text.empty() || y > side.bottom() - 14 * ui.k) return;
  y = ui.paragraph(Type::note, {side.x, y, side.w, 0}, text, ink, 1.4f) + 2 * ui.k;
}

bool sideCheck(Ui& ui, Rect side, float& y, const std::string& id, const char* label, bool on) {
  const float k = ui.k;
  const Rect row{side.x, y, side.w, 24 * k};
  const Rect box{row.x + k, row.centre().y - 8 * k, 16 * k, 16 * k};
  bool clicked = ui.check(id, box, on);
  const float w = std::min(row.w - 26 * k, ui.width(Type::body, label) + 4 * k);
  const auto p = ui.press(id + ".label", {row.x + 22 * k, row.y, w, row.h}, "label");
  ui.text(Type::body, {row.x + 25 * k, row.y, row.w - 25 * k, row.h}, label,
          ui.theme.text2 | std::pair{ui.theme.text1, static_cast<double>(p.fade)});
  y += 25 * k;
  return clicked || p.clicked;
}

Rect scrollArea(Ui& ui, const std::string& id, Rect r, double width, double height, Scroll& s) {
  const float k = ui.k, bar = 10 * k;
  Rect inner = r;
  const bool down = height > inner.h + 0.5;
  if (down) inner.w -= bar;
  const bool across = width > inner.w + 0.5;
  if (across) inner.h -= bar;
  const double mostX = std::max(0.0, width - inner.w), mostY = std::max(0.0, height - inner.h);
  const auto& io = ImGui::GetIO();
  const bool over = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                    r.contains({io.MousePos.x, io.MousePos.y});
  if (over && io.MouseWheel != 0) {
    (io.KeyShift ? s.x : s.y) -= static_cast<double>(io.MouseWheel) * 54 * k;
    ui.state.wants.again = true;
  }
  if (over && io.MouseWheelH != 0) s.x -= static_cast<double>(io.MouseWheelH) * 54 * k;
  const auto thumb = [&](const std::string& name, Rect track, bool upright, double most, double& at) {
    const double long_ = upright ? track.h : track.w, seen = upright ? inner.h : inner.w;
    const double size = std::max(28.0 * k, long_ * seen / (seen + most)), room = std::max(1.0, long_ - size);
    const auto from = static_cast<float>(room * at / most), len = static_cast<float>(size);
    const Rect grip =
        upright ? Rect{track.x, track.y + from, track.w, len} : Rect{track.x + from, track.y, len, track.h};
    const auto p = ui.press(name, grip, "scroll", fmt::format("{:.0f}", at));
    if (p.held) at += static_cast<double>(upright ? io.MouseDelta.y : io.MouseDelta.x) * most / room;
    const float w = (p.hovered || p.held ? 6 : 4) * k;
    const Rgba ink = ui.theme.text3.withAlpha(p.held ? 0.7 : p.hovered ? 0.6 : over ? 0.4 : 0.18);
    if (upright) ui.fill({grip.right() - w - 2 * k, grip.y + 2 * k, w, grip.h - 4 * k}, ink, w / 2);
    else ui.fill({grip.x + 2 * k, grip.bottom() - w - 2 * k, grip.w - 4 * k, w}, ink, w / 2);
  };
  s.x = std::clamp(s.x, 0.0, mostX), s.y = std::clamp(s.y, 0.0, mostY);
  if (down) thumb(id + ".scroll", {inner.right(), inner.y, bar, inner.h}, true, mostY, s.y);
  if (across) thumb(id + ".scrollX", {inner.x, inner.bottom(), inner.w, bar}, false, mostX, s.x);
  s.x = std::clamp(s.x, 0.0, mostX), s.y = std::clamp(s.y, 0.0, mostY);
  return inner;
}

Sweep sweepOver(Ui& ui, const std::string& id, Rect r, bool lassoToo) {
  auto& d = ui.state.dock;
  Sweep s;
  s.press = ui.press(id, r, "plot");
  const auto& io = ImGui::GetIO();
  const Vec mouse{std::clamp(io.MousePos.x, r.x, r.right()), std::clamp(io.MousePos.y, r.y, r.bottom())};
  s.doubled = s.press.doubled && !ImGui::GetIO().KeyCtrl;
  if (d.sweeping == "none" && !ImGui::IsMouseDown(0)) d.sweeping.clear();  // called off, and now let go
  if (s.press.held && d.sweeping.empty()) d.sweeping = id, d.sweptFrom = mouse, d.sweep.clear();
  if (d.sweeping != id) return s;
  const Vec gone = mouse - d.sweptFrom;
  if (s.press.held) {
    if (!d.sweep.empty() || std::abs(gone.x) + std::abs(gone.y) > 4 * ui.k)
      followOutline(d.sweep, d.sweptFrom, mouse,
                    !lassoToo || !(io.KeyAlt || ui.view.tool == session::Tool::lasso), 3 * ui.k);
    s.under_way = !d.sweep.empty();
    s.ring = d.sweep;
    for (const auto& key : ui.input.keys)
      if (key.key == 256) d.sweep.clear(), d.sweeping = "none", ui.state.tools.escaped = true;
    return s;
  }
  s.released = !d.sweep.empty(), s.click = d.sweep.empty() && s.press.clicked;
  s.ring = std::exchange(d.sweep, {});
  d.sweeping.clear();
  return s;
}

// Popups
// ------------------------------------------------------------------------------------------------------------------

namespace {

void listPopup(Ui& ui, const std::string& id, const std::vector<std::array<std::string, 3>>& rows,
               const std::string& on, const std::function<void(const std::string&)>& chosen) {
  const float k = ui.k, row = 28 * k, pad = 6 * k;
  float w = ui.state.popupAnchor.w;
  for (const auto& r : rows)
    w = std::max(
        w, ui.width(Type::strong, r[1]) + (r[2].empty() ? 0 : ui.width(Type::note, r[2]) + 24 * k) + 50 * k);
  const float h = std::min(row * static_cast<float>(std::max<size_t>(1, rows.size())) + 2 * pad, 420 * k);
  if (!ui.beginPopup(id, std::min(w, 420 * k), h, true)) return;
  const Rect p = ui.popupRect();
  ui.beginScroll("##dockList", {p.x, p.y + pad, p.w, p.h - 2 * pad});
  float y = ui.scrollTop();
  std::optional<std::string> key;
  for (const auto& r : rows) {
    if (ui.menuRow(id + "." + r[0], {p.x, y, p.w, row}, r[1], r[2], r[0] == on)) key = r[0];
    y += row;
  }
  ui.endScroll(y);
  ui.endPopup();
  if (key) chosen(*key), ui.closePopup();
}

}  // namespace

void drawDockPopups(Ui& ui) {
  auto& d = ui.state.dock;
  const std::string open = ui.state.popup;
  if (!open.starts_with("dock.")) return;
  if (ui.layout.dock.h < 1) {
    ui.closePopup();
    return;
  }
  // Measured inside a window, since text needs one.
  ui.begin("##dockSize", {0, 0, 1, 1}, {}, true, false);
  std::vector<std::array<std::string, 3>> rows;
  std::string on;
  if (open == "dock.layer") {
    on = d.rows.layer;
    const auto& layers = ui.session.project().layers;
    for (auto it = layers.rbegin(); it != layers.rend(); ++it) {
      const auto& state = ui.session.layer(it->id);
      if (!state.shape || !state.shape->layer) continue;
      rows.push_back({it->id, ui.name(it->name).empty() ? it->id : ui.name(it->name),
                      figureText(static_cast<double>(state.shape->layer->rows()), 0)});
    }
  } else if (open == "dock.group") {
    on = groupOf(ui);
    for (const auto& g : groupColumns(ui)) rows.push_back({g.key, g.title, ""});
  } else {
    on = seriesOf(ui, open.substr(5)).key;
    for (const auto& s : allSeries(ui)) {
      std::string right = s.unit;
      if (s.year) right += (right.empty() ? "" : " · ") + std::to_string(s.year);
      rows.push_back({s.key,
                      s.key == "@map" ? fmt::format(fmt::runtime(ui.tr("地图上的：{}")), s.title) : s.title,
                      right});
    }
  }
  ui.end();
  listPopup(ui, open, rows, on, [&](const std::string& key) {
    if (open == "dock.layer") ui.send(session::SetActiveLayer{key});
    else d.columns[open.substr(5) + "|" + d.rows.layer] = key;
  });
}

void drawDock(Ui& ui) {
  const Rect r = ui.layout.dock;
  const float k = ui.k;
  if (r.h < 1) {
    ui.state.dock.sizing = false;
    if (ui.scene.composition == scene::Composition::map) drawHandle(ui);
    return;
  }
  refreshRows(ui);
  const auto& d = ui.state.dock;
  ui.begin("##dock", r, ui.theme.panel);
  const float head = 36 * k;
  drawHead(ui, {r.x, r.y + 4 * k, r.w, head - 4 * k});
  sizeEdge(ui, r);
  const float sideWidth = std::round((r.w < 620 * k ? 150 : r.w < 900 * k ? 176 : 208) * k);
  const Rect side{r.x + 14 * k, r.y + head, sideWidth, r.h - head};
  const float divide = std::round(side.right() + 13 * k);
  ui.fill({divide, r.y + head, std::max(1.0f, std::floor(k)), r.h - head}, ui.theme.rule);
  const Rect body{divide + 1, r.y + head, r.right() - divide - 1, r.h - head};
  ImGui::PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
  const float y = drawSide(ui, side);
  if (!d.rows.table) {
    const auto& state = ui.session.layer(d.rows.layer);
    emptyNote(ui, body,
              d.rows.layer.empty()                                ? ui.tr("项目还没有图层。")
              : state.stage == session::LayerState::Stage::failed ? state.error.text()
                                                                  : ui.tr("还在载入…"));
  } else {
    for (const auto& tab : tabs)
      if (tab.tab == d.tab) tab.draw(ui, side, y, body);
  }
  ImGui::PopClipRect();
  ui.end();
}

}  // namespace panels
