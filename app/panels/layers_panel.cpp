// The layers by what they are in the plan, with their symbols; the search box above, what is not on the map
// below.
#include "app/panels/dialogs.h"
#include "app/panels/panel_list.h"
#include "app/session/places.h"

namespace panels {
namespace {

struct Group {
  const char* id;
  const char* title;
  std::vector<scene::Role> roles;
};
const std::vector<Group>& groups() {
  using scene::Role;
  static const std::vector<Group> all{
      {"plan", "创新要素", {Role::core, Role::node, Role::agriPark, Role::platform, Role::enterprise}},
      {"rural", "农村服务", {Role::station}},
      {"added", "其他图层", {Role::context}},
      {"base", "基础地理", {Role::county, Role::river, Role::rail, Role::town, Role::neighbour}}};
  return all;
}

struct Entry {
  const session::LayerSpec* spec;
  const scene::SceneLayer* layer;  // may be null
  int index;                       // in the project, from the bottom
};

bool shown(const Ui& ui, const Entry& e) { return e.layer ? e.layer->visible : (void(ui), e.spec->visible); }

// What the list paints before a layer's name.
void swatch(Ui& ui, Rect r, const Entry& e, bool faint) {
  const auto& t = ui.theme;
  const auto role = e.spec->role;
  if (role == scene::Role::county || role == scene::Role::neighbour || role == scene::Role::river ||
      role == scene::Role::context) {
    Rgba c = role == scene::Role::county      ? t.cityBorder
             : role == scene::Role::river     ? t.waterInside
             : role == scene::Role::neighbour ? t.neighbourBorder
             : e.layer                        ? e.layer->colour
                                              : t.text3;
    if (faint) c = c.withAlpha(0.4);
    const auto kind = e.layer && e.layer->shape && e.layer->shape->layer ? e.layer->shape->layer->shapes.kind
                                                                         : geo::ShapeKind::polygon;
    const Vec m = r.centre();
    if (role == scene::Role::river || kind == geo::ShapeKind::line) {
      auto& d = ui.list();
      d.PathLineTo({r.x, m.y + 4 * ui.k});
      d.PathBezierCubicCurveTo({r.x + 7 * ui.k, m.y - 9 * ui.k}, {m.x + 2 * ui.k, m.y + 10 * ui.k},
                               {r.right(), m.y - 4 * ui.k});
      d.PathStroke(colour(c), 0, 2 * ui.k);
    } else if (kind == geo::ShapeKind::point) {
      ui.list().AddCircleFilled({m.x, m.y}, 4.5f * ui.k, colour(c));
    } else {
      const Rect box{r.x, m.y - 6.5f * ui.k, r.w, 13 * ui.k};
      if (role == scene::Role::county && !ui.classColours.empty()) {
        const auto& colours = ui.classColours;  // its classes, inside the city's border
        const float w = box.w / static_cast<float>(colours.size());
        for (size_t i = 0; i < colours.size(); ++i)
          ui.fill({box.x + w * static_cast<float>(i), box.y, w + 0.5f, box.h},
                  faint ? colours[i].withAlpha(0.4) : colours[i]);
        ui.frame(box, c, 0, 1.5f * ui.k);
      } else if (role == scene::Role::county) {
        ui.fill(box, faint ? t.land.withAlpha(0.4) : t.land);
        ui.frame(box, c, 0, 1.5f * ui.k);
      } else if (role == scene::Role::neighbour) {
        ui.fill(box, faint ? t.neighbour.withAlpha(0.4) : t.neighbour);
        ui.frame(box, c, 0, 1.2f * ui.k);
      } else {
        ui.fill(box, c, 2 * ui.k);
      }
    }
    return;
  }
  scene::Symbol symbol = scene::symbolFor(role, "");
  auto certainty = e.spec->defaultStatus == scene::Status::illustrative ? scene::Certainty::hollow
                                                                        : scene::Certainty::known;
  if (e.layer && !e.layer->symbols.empty()) symbol = e.layer->symbols[0];
  const float size = role == scene::Role::core                                   ? 21
                     : role == scene::Role::station || role == scene::Role::town ? 9
                                                                                 : 20;
  if (faint) certainty = scene::Certainty::hollow;
  ui.symbol(symbol, certainty, r.centre(), size * ui.k);
}

std::string countText(const Ui& ui, const Entry& e, bool& warn, std::string& why) {
  const auto& state = ui.session.layer(e.spec->id);
  using Stage = session::LayerState::Stage;
  if (state.stage == Stage::failed) {
    warn = true, why = state.error.text();
    return ui.tr("未能读取");
  }
  if (state.stage != Stage::ready || !state.shape || !state.shape->layer) return "…";
  const auto& shapes = state.shape->layer->shapes;
  size_t placed = 0, rows = state.shape->layer->rows();
  if (shapes.kind != geo::ShapeKind::none)
    for (size_t r = 0; r < shapes.rows(); ++r) placed += shapes.has(r);
  const size_t total = e.layer && e.layer->total ? std::max(e.layer->total, placed) : rows;
  std::string kept;  // "3/": of so many
  if (e.layer && !e.layer->shown.empty())
    kept = fmt::format("{}/", std::count(e.layer->shown.begin(), e.layer->shown.end(), 1));
  if ((e.layer && e.layer->illustrative) || e.spec->defaultStatus == scene::Status::illustrative) {
    warn = true, why = ui.tr("示例数据：位置未公布");
    return fmt::format("{}{} {}", kept, total, ui.tr("示例"));
  }
  if (!state.report.problems.empty()) {
    why.clear();
    for (const auto& p : state.report.problems) why += (why.empty() ? "" : "\n") + p.message;
  }
  if (!kept.empty()) return fmt::format("{}{}", kept, total);
  if (placed < total) {
    if (why.empty()) why = fmt::format(fmt::runtime(ui.tr("{} 个在图上，共 {} 个")), placed, total);
    return fmt::format("{}/{}", placed, total);
  }
  return fmt::format("{}", total);
}

// What lies under all of the layers, top first.
float drawBasemapRows(Ui& ui, Rect r, float y) {
  const float k = ui.k, row = 28 * k, pad = 14 * k;
  const auto& t = ui.theme;
  const auto& all = ui.session.project().basemaps;
  const Rect head{r.x, y, r.w, row};
  ui.text(Type::strong, {r.x + 58 * k, head.y, r.w - 120 * k, head.h}, ui.tr("底图"), t.text1);
  if (ui.iconButton("basemap.add", {head.right() - pad - 22 * k, head.y + 3 * k, 22 * k, 22 * k}, Icon::plus,
                    ui.tr("添加底图…")))
    openBasemap(ui);
  y += row;
  for (auto b = all.rbegin(); b != all.rend(); ++b) {
    const Rect line{r.x, y, r.w, row};
    const std::string id = "basemap." + b->id;
    const bool on = std::any_of(ui.scene.basemaps.begin(), ui.scene.basemaps.end(),
                                [&](const auto& s) { return s->id == b->id; });
    const Rect box{r.x + 54 * k, line.centre().y - 8 * k, 16 * k, 16 * k};
    const std::string name = ui.name(b->name).empty() ? b->id : ui.name(b->name);
    const auto p = ui.press(
        id + ".row", {box.right() + 6 * k, line.y, line.right() - box.right() - 6 * k, line.h}, "row", name);
    if (p.fade > 0) ui.fill(line, t.accent.withAlpha(0.06 * p.fade));
    if (ui.check(id + ".visible", box, on)) ui.send(session::SetBasemapVisible{b->id, !on});
    ui.text(Type::body, {r.x + 80 * k, line.y, line.w - 80 * k - 64 * k, line.h}, name,
            on ? t.text1 : t.text3);
    ui.text(Type::note, {line.x, line.y, line.w - pad, line.h},
            !on              ? ui.tr("关")
            : b->opacity < 1 ? fmt::format("{:.0f} %", b->opacity * 100)
                             : "",
            t.text3, Align::right);
    ui.tip(id + ".row", p.hovered, ui.tr("点它：设置、次序、移除"));
    if (p.clicked) openBasemap(ui, b->id);
    y += row;
  }
  return y;
}

void drawSearchBox(Ui& ui, Rect r) {
  auto& st = ui.state;
  Icon lead = Icon::search;
  const bool focus = std::exchange(st.focusSearch, false);
  const std::string before = st.search;
  const bool changed = ui.field("search", r, st.search, ui.tr("查找地点、园区、乡镇"), focus, &lead);
  if (changed || st.search != before) {
    ui.send(session::Search{st.search});
    st.searchOpen = !st.search.empty(), st.searchAt = 0;
  }
  if (focus && !st.search.empty()) st.searchOpen = true;
  if (!st.search.empty()) {
    const Rect x{r.right() - 27 * ui.k, r.y + (r.h - 20 * ui.k) / 2, 20 * ui.k, 20 * ui.k};
    ui.icon(Icon::close, x.centre(), ui.theme.text3, 9);
    ui.record("search.clear", x, "button");
    const auto m = ImGui::GetIO().MousePos;
    if (x.contains({m.x, m.y}) && ImGui::IsMouseClicked(0)) {
      st.search.clear(), st.searchOpen = false, st.leaveField = true;
      ui.send(session::Search{});
    }
  }
}

}  // namespace

void drawSearchResults(Ui& ui) {
  auto& st = ui.state;
  const auto box = st.widgets.find("search");
  if (!st.searchOpen || st.search.empty() || box == st.widgets.end()) return;
  if (st.searched != st.search || st.searchedVersion != ui.session.version()) {
    st.found = ui.session.search(st.search, 12);
    st.searched = st.search, st.searchedVersion = ui.session.version();
    st.searchAt = std::clamp(st.searchAt, 0, std::max(0, static_cast<int>(st.found.size()) - 1));
  }
  int chosen = -1;
  for (const auto& key : ui.input.keys) {
    const int n = std::max<int>(1, static_cast<int>(st.found.size()));
    if (key.key == 264) st.searchAt = (st.searchAt + 1) % n;
    if (key.key == 265) st.searchAt = (st.searchAt + n - 1) % n;
    if ((key.key == 257 || key.key == 335) && !st.found.empty()) chosen = st.searchAt;
    if (key.key == 256) st.searchOpen = false;
  }
  const float k = ui.k, row = 40 * k, pad = 6 * k;
  const Rect anchor = box->second.rect;
  const auto rows = std::max<size_t>(1, st.found.size());
  const Rect r{
      anchor.x, anchor.bottom() + 4 * k, std::max(anchor.w, 268 * k),
      std::min(2 * pad + row * static_cast<float>(rows), ui.input.height - anchor.bottom() - 40 * k)};
  ui.begin("##found", {r.x - 8 * k, r.y - 8 * k, r.w + 16 * k, r.h + 16 * k}, {}, true);
  ui.shadow(r, 10);
  ui.fill(r, ui.theme.dark ? (ui.theme.panel | std::pair{ui.theme.text1, 0.04}) : Rgba{255, 255, 255, 255},
          6 * k);
  ui.frame(r, ui.theme.rule, 6 * k, std::max(1.0f, std::floor(k)));
  ui.beginScroll("##foundRows", {r.x, r.y + pad, r.w, r.h - 2 * pad});
  float y = ui.scrollTop();
  if (st.found.empty()) {
    ui.text(Type::body, {r.x + 14 * k, y, r.w - 28 * k, row},
            ui.session.busy() ? ui.tr("还在载入…") : ui.tr("没有找到"), ui.theme.text3);
    y += row;
  }
  for (size_t i = 0; i < st.found.size(); ++i) {
    const auto& f = st.found[i];
    const Rect line{r.x, y, r.w, row};
    const auto p = ui.press(fmt::format("search.{}", i), line, "row", f.name);
    if (p.hovered && (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0))
      st.searchAt = static_cast<int>(i);
    if (static_cast<int>(i) == st.searchAt)
      ui.fill({line.x + 4 * k, line.y, line.w - 8 * k, line.h}, ui.theme.accent.withAlpha(0.14), 4 * k);
    const auto* layer = scene::findLayer(ui.scene, f.object.layer);
    const auto at = static_cast<size_t>(f.object.row);
    const Vec mark{line.x + 24 * k, line.centre().y};
    if (layer && f.object.row >= 0 && at < layer->symbols.size())
      ui.symbol(layer->symbols[at],
                at < layer->certainty.size() ? layer->certainty[at] : scene::Certainty::known, mark,
                (layer->role == scene::Role::core                                          ? 22
                 : layer->role == scene::Role::town || layer->role == scene::Role::station ? 10
                                                                                           : 19) *
                    k);
    else if (layer)
      ui.frame({mark.x - 8 * k, mark.y - 6 * k, 16 * k, 12 * k}, ui.theme.role(layer->role), 2 * k, 1.5f * k);
    ui.text(Type::body, {line.x + 44 * k, line.y + 3 * k, line.w - 56 * k, 19 * k}, f.name, ui.theme.text1);
    ui.text(Type::note, {line.x + 44 * k, line.y + 21 * k, line.w - 56 * k, 16 * k}, f.detail,
            ui.theme.text3);
    if (p.clicked) chosen = static_cast<int>(i);
    y += row;
  }
  ui.endScroll(y);
  const auto m = ImGui::GetIO().MousePos;
  if (ImGui::IsMouseClicked(0) && !r.contains({m.x, m.y}) && !anchor.contains({m.x, m.y}))
    st.searchOpen = false;
  ui.end();
  if (chosen >= 0 && chosen < static_cast<int>(st.found.size())) {
    const auto object = st.found[static_cast<size_t>(chosen)].object;
    ui.send(session::Select{object});
    ui.send(session::ZoomTo{object});
    st.searchOpen = false, st.leaveField = true;
  }
}

void drawLayersPanel(Ui& ui, Rect r) {
  auto& st = ui.state;
  const float k = ui.k, row = 28 * k, pad = 14 * k;
  const auto& t = ui.theme;
  ui.begin("##layers", r, t.panel, st.layersOverlay);
  const auto& specs = ui.session.project().layers;
  header(ui, {r.x, r.y, r.w, 30 * k}, ui.tr("图层"),
         fmt::format(fmt::runtime(ui.tr("{} 层", specs.size())), specs.size()));
  drawSearchBox(ui, {r.x + 12 * k, r.y + 40 * k, r.w - 24 * k, 30 * k});

  const float styleHeight = styleSectionHeight(ui);
  const auto& unplaced = ui.scene.unplaced;
  const float noteHeight =
      unplaced.empty() ? 0 : 30 * k + std::min(6.0f, static_cast<float>(unplaced.size())) * 26 * k + 10 * k;
  const float top = r.y + 78 * k;
  const float listHeight = std::max(140 * k, r.bottom() - top - styleHeight - noteHeight);

  ui.beginScroll("##layerRows", {r.x, top, r.w, listHeight});
  float y = ui.scrollTop();
  bool dropped = !st.dragLayer.empty() && !ImGui::IsMouseDown(0);
  const auto thematic = [&] {  // what the map is coloured by: one line among the layers
    const auto& indicators = ui.session.project().indicators;
    if (indicators.empty()) return;
    const auto& c = ui.scene.choropleth;
    if (c) st.lastIndicator = c->id;
    const Rect head{r.x, y, r.w, row}, line{r.x, y + row, r.w, row};
    ui.text(Type::strong, {r.x + 58 * k, head.y, r.w - 120 * k, head.h}, ui.tr("专题"), t.text1);
    auto it = std::find_if(indicators.begin(), indicators.end(),
                           [&](const auto& i) { return i.id == st.lastIndicator; });
    if (it == indicators.end()) it = indicators.begin();
    const Rect box{r.x + 54 * k, line.centre().y - 8 * k, 16 * k, 16 * k};
    const auto p =
        ui.press("theme.row", {box.right() + 6 * k, line.y, line.right() - box.right() - 6 * k, line.h},
                 "row", ui.name(it->name));
    if (p.fade > 0) ui.fill(line, t.accent.withAlpha(0.06 * p.fade));
    if (ui.check("theme.visible", box, c.has_value()) || p.clicked)
      ui.send(session::SetIndicator{c ? "" : it->id});
    const Rect sw{r.x + 80 * k, line.centre().y - 6.5f * k, 20 * k, 13 * k};
    const auto colours =
        c && !ui.classColours.empty() ? ui.classColours : scene::palette(it->palette, 4, t.dark);
    const float w = sw.w / static_cast<float>(colours.size());
    for (size_t i = 0; i < colours.size(); ++i)
      ui.fill({sw.x + w * static_cast<float>(i), sw.y, w + 0.5f, sw.h},
              c ? colours[i] : colours[i].withAlpha(0.4));
    ui.text(Type::body, {r.x + 110 * k, line.y, line.w - 110 * k - 60 * k, line.h}, ui.name(it->name),
            c ? t.text1 : t.text3);
    ui.text(Type::note, {line.x, line.y, line.w - pad, line.h},
            !c        ? ui.tr("关")
            : c->year ? fmt::format("{}", c->year)
                      : "",
            t.text3, Align::right);
    y += 2 * row;
  };
  for (const auto& group : groups()) {
    if (std::string_view(group.id) == "added") thematic();
    std::vector<Entry> entries;
    for (int i = static_cast<int>(specs.size()) - 1; i >= 0; --i)
      if (std::find(group.roles.begin(), group.roles.end(), specs[static_cast<size_t>(i)].role) !=
          group.roles.end())
        entries.push_back({&specs[static_cast<size_t>(i)],
                           scene::findLayer(ui.scene, specs[static_cast<size_t>(i)].id), i});
    if (entries.empty()) continue;
    const bool closed = st.closedGroups.contains(group.id);
    const size_t on = static_cast<size_t>(
        std::count_if(entries.begin(), entries.end(), [&](const Entry& e) { return shown(ui, e); }));
    const Rect head{r.x, y, r.w, row};
    const auto hp = ui.press(std::string("group.") + group.id, {head.x, head.y, 30 * k, head.h}, "group",
                             closed ? "closed" : "open");
    const auto np = ui.press(std::string("group.") + group.id + ".name",
                             {head.x + 56 * k, head.y, head.w - 56 * k, head.h}, "group");
    if (hp.clicked || np.clicked)
      closed ? void(st.closedGroups.erase(group.id)) : void(st.closedGroups.insert(group.id));
    ui.icon(closed ? Icon::chevronRight : Icon::chevronDown, {r.x + 18 * k, head.centre().y},
            t.text2 | std::pair{t.text1, static_cast<double>(hp.fade)}, 9);
    if (ui.check(std::string("group.") + group.id + ".visible",
                 {r.x + 32 * k, head.centre().y - 8 * k, 16 * k, 16 * k}, on == entries.size(),
                 on > 0 && on < entries.size()))
      for (const auto& e : entries)
        if (shown(ui, e) != (on < entries.size()))
          ui.send(session::SetLayerVisible{e.spec->id, on < entries.size()});
    ui.text(Type::strong, {r.x + 58 * k, head.y, r.w - 120 * k, head.h}, ui.tr(group.title), t.text1);
    if (closed)
      ui.text(Type::note, {head.x, head.y, head.w - pad, head.h}, fmt::format("{}", entries.size()), t.text3,
              Align::right);
    y += row;
    if (closed) continue;
    for (size_t n = 0; n < entries.size(); ++n) {
      const auto& e = entries[n];
      const std::string id = "layer." + e.spec->id;
      const Rect line{r.x, y, r.w, row};
      const bool chosen = st.layer == e.spec->id, visible = shown(ui, e);
      const bool hoveredOnMap =
          ui.view.hovered && ui.view.hovered->layer == e.spec->id && e.spec->role != scene::Role::county;
      const Rect box{r.x + 54 * k, line.centre().y - 8 * k, 16 * k, 16 * k};
      bool warn = false;
      std::string why;
      const std::string count = countText(ui, e, warn, why);
      const float countWidth = ui.width(Type::note, count) + 8 * k;
      // The funnel of a layer's filter: always there while one is set, else under the pointer.
      const bool filtered = !e.spec->show.empty();
      const auto pointer = ImGui::GetIO().MousePos;
      const bool over = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem) &&
                        line.contains({pointer.x, pointer.y});
      const Rect funnel{line.right() - pad - countWidth - 22 * k, line.y + 3 * k, 22 * k, line.h - 6 * k};
      const bool offersFilter =
          filtered || over || (ui.state.popup == "filter" && ui.state.filter.layer == e.spec->id);
      if (offersFilter) {
        const auto fp = ui.press(id + ".filter", funnel, "button", filtered ? "on" : "off");
        ui.tip(id + ".filter", fp.hovered,
               filtered ? (e.layer && !e.layer->filterText.empty() ? e.layer->filterText : e.spec->show)
                        : ui.tr("筛选…"));
        if (fp.clicked) {
          ui.state.filter = {};
          ui.state.filter.layer = e.spec->id, ui.state.filter.text = e.spec->show,
          ui.state.filter.focus = true;
          ui.openPopup("filter", funnel);
        }
      }
      const auto left =
          ui.press(id + ".row", {box.right() + 6 * k, line.y, line.right() - box.right() - 6 * k, line.h},
                   "row", ui.name(e.spec->name));
      if (chosen) {
        ui.fill(line, t.accent.withAlpha(0.15));
        ui.fill({line.x, line.y, 3 * k, line.h}, t.accent);
      } else if (left.fade > 0 || hoveredOnMap) {
        ui.fill(line, t.accent.withAlpha(hoveredOnMap ? 0.08 : 0.06 * left.fade));
      }
      if (left.clicked && st.dropAt < 0) st.layer = chosen ? "" : e.spec->id;
      if (ui.check(id + ".visible", box, visible)) ui.send(session::SetLayerVisible{e.spec->id, !visible});
      // Dragging a row up or down within its group.
      if (left.held && ImGui::IsMouseDragging(0, 6 * k)) st.dragLayer = e.spec->id;
      if (!st.dragLayer.empty()) {
        const auto m = ImGui::GetIO().MousePos;
        const bool same = std::any_of(entries.begin(), entries.end(),
                                      [&](const Entry& o) { return o.spec->id == st.dragLayer; });
        if (same && m.y >= line.y && m.y < line.bottom()) {
          st.dropAt = e.index;
          const auto from = std::find_if(entries.begin(), entries.end(),
                                         [&](const Entry& o) { return o.spec->id == st.dragLayer; });
          if (from->index != e.index)
            ui.fill({line.x + 54 * k, (from->index > e.index ? line.bottom() : line.y) - k,
                     line.w - 54 * k - pad, 2 * k},
                    t.accent);
        }
      }
      swatch(ui, {r.x + 80 * k, line.y, 20 * k, line.h}, e, !visible);
      ui.text(Type::body,
              {r.x + 110 * k, line.y,
               line.right() - pad - countWidth - (offersFilter ? 22 * k : 0) - r.x - 110 * k, line.h},
              ui.name(e.spec->name).empty() ? e.spec->id : ui.name(e.spec->name),
              !visible || st.dragLayer == e.spec->id ? t.text3 : t.text1);
      ui.text(Type::note, {line.x, line.y, line.w - pad, line.h}, count, warn ? t.warning : t.text3,
              Align::right);
      if (offersFilter) ui.icon(Icon::funnel, funnel.centre(), filtered ? t.accent : t.text3, 11);
      if (!why.empty()) ui.tip(id + ".row", left.hovered, why);
      y += row;
    }
  }
  y = drawBasemapRows(ui, r, y);
  if (dropped) {
    const auto it =
        std::find_if(specs.begin(), specs.end(), [&](const auto& s) { return s.id == st.dragLayer; });
    if (it != specs.end() && st.dropAt >= 0 && it - specs.begin() != st.dropAt)
      ui.send(session::MoveLayer{st.dragLayer, st.dropAt});
    st.dragLayer.clear(), st.dropAt = -1;
  }
  ui.endScroll(y + 6 * k);

  float bottom = top + listHeight;
  if (styleHeight > 0) drawStyleSection(ui, {r.x, bottom, r.w, styleHeight}), bottom += styleHeight;
  if (noteHeight > 0 && bottom < r.bottom() - 40 * k) {
    ui.hairline(r.x, r.right(), bottom);
    header(ui, {r.x, bottom, r.w, 30 * k}, ui.tr("未公布地址 · 不上图"), fmt::format("{}", unplaced.size()));
    ui.beginScroll("##unplaced", {r.x, bottom + 30 * k, r.w, r.bottom() - bottom - 30 * k});
    float uy = ui.scrollTop() + 5 * k;
    for (size_t i = 0; i < unplaced.size(); ++i) {
      const auto& u = unplaced[i];
      const Rect line{r.x, uy, r.w, 26 * k};
      const auto p = ui.press(fmt::format("unplaced.{}", i), line, "row", u.name);
      if (p.hovered) ui.claimHover(u.object);
      const bool chosen = ui.view.selected == u.object;
      if (chosen) ui.fill(line, t.accent.withAlpha(0.15)), ui.fill({line.x, line.y, 3 * k, line.h}, t.accent);
      else if (p.fade > 0) ui.fill(line, t.accent.withAlpha(0.06 * p.fade));
      ui.symbol(u.symbol, scene::Certainty::hollow, {r.x + 23 * k, line.centre().y}, 18 * k);
      ui.text(Type::body, {r.x + 42 * k, line.y, line.w - 42 * k - pad, line.h}, u.name, t.text1);
      ui.tip(fmt::format("unplaced.{}", i), p.hovered && !p.held,
             ui.tr("拖到地图上放下；要写明位置是谁说的"));
      if (p.held && ImGui::IsMouseDragging(0, 6 * k) && !st.tools.fromList) {
        st.tools.fromList = true, st.tools.vertex.reset();
        if (const auto key = session::placeableKey(ui.session, u.object); !key) tell(ui, key.error().text());
        else st.tools.carried = u.object;
      }
      if (p.clicked && !st.tools.fromList) ui.send(session::Select{u.object});
      uy += line.h;
    }
    ui.endScroll(uy + 5 * k);
  }
  ui.fill({r.right() - 1, r.y, 1, r.h}, t.rule);
  ui.end();
}

}  // namespace panels
