#include "app/panels/map_tools.h"

#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"
#include "geo/select.h"

namespace panels {
namespace {

using session::Pick;
using session::Tool;

constexpr size_t countedWhileDrawn = 3000;  // rows of the layer: more are counted on release

bool several(const Ui& ui) { return ui.view.selection.size() > 1 && !ui.view.selectionLayer.empty(); }

std::vector<geo::Point> worldRing(const Ui& ui, const std::vector<Vec>& ring) {
  std::vector<geo::Point> world;
  const Vec corner{ui.layout.map.x, ui.layout.map.y};
  for (Vec p : ring) world.push_back(ui.view.camera.worldFromCanvas(p - corner));
  return world;
}

std::string liveCount(Ui& ui) {
  const std::string& id = ui.session.activeLayer();
  const auto& layer = ui.session.layer(id);
  const auto* spec = specOf(ui, id);
  const std::string name = spec ? ui.name(spec->name) : id;
  if (!layer.shape || layer.shape->layer->rows() > countedWhileDrawn) return name;
  auto rows =
      geo::rowsInside(layer.shape->layer->shapes, worldRing(ui, ui.state.tools.ring), layer.index.get());
  if (const auto table = ui.session.table(id); table && !table->shown.empty())
    std::erase_if(rows, [&](uint32_t r) { return r >= table->shown.size() || !table->shown[r]; });
  return fmt::format("{} {}", name, rows.size());
}

// A sum only of what adds up: counts of features, and figures whose parts make up the whole's. Of anything
// else a mean, and it is called one.
std::string figureOfSelection(const Ui& ui) {
  const auto& c = ui.scene.choropleth;
  if (!c || c->layer != ui.view.selectionLayer || !c->categories.empty()) return {};
  double sum = 0, all = 0;
  size_t n = 0, missing = 0;
  bool complete = true;
  for (const auto& f : c->figures) {
    if (std::isfinite(f.value)) all += f.value;
    else complete = false;
  }
  for (uint32_t r : ui.view.selection) {
    if (r < c->figures.size() && std::isfinite(c->figures[r].value)) sum += c->figures[r].value, ++n;
    else ++missing;
  }
  if (!n) return fmt::format("{} {}", c->name, ui.tr("未公布"));
  bool counts = false;
  for (const auto& i : ui.session.project().indicators)
    if (i.id == c->id) counts = !i.countOf.empty();
  const bool percent = c->since && ui.session.map().change == session::MapSpec::Change::percent;
  const bool additive = !percent && c->raw.empty() &&
                        (counts || (complete && std::isfinite(c->whole) && c->whole != 0 &&
                                    std::abs(all - c->whole) <= 0.01 * std::abs(c->whole)));
  std::string text =
      fmt::format("{}{} {} {} {}", c->name, c->year ? fmt::format(" {}", c->year) : "",
                  additive ? ui.tr("合计") : ui.tr("算术平均"),
                  figureText(additive ? sum : sum / static_cast<double>(n), c->decimals), c->unit);
  while (text.ends_with(' ')) text.pop_back();
  if (missing) text += fmt::format(fmt::runtime(ui.tr("（{} 个未公布）")), missing);
  return text;
}

}  // namespace

void drawMapTools(Ui& ui) {
  const Rect map = ui.layout.map;
  const float k = ui.k, side = 32 * k, gap = k;
  if (map.h < 260 * k || map.w < 200 * k) return;
  struct Entry {
    Tool tool;
    const char* id;
    Icon icon;
    const char* help;
  };
  constexpr Entry entries[] = {
      {Tool::pan, "tool.pan", Icon::arrow, "点选与平移 · H\nShift+拖动画矩形，Alt+拖动画套索\nCtrl 加选"},
      {Tool::rectangle, "tool.rectangle", Icon::rectangle, "矩形选择 · R\nCtrl 加选，Alt 减选，中键平移"},
      {Tool::lasso, "tool.lasso", Icon::lasso, "套索选择 · S\nCtrl 加选，Alt 减选，中键平移"},
      {Tool::move, "tool.move", Icon::move, "移动符号和顶点 · G\n写明位置是谁说的；Esc 取消"},
      {Tool::point, "tool.point", Icon::point, "画点 · Shift+D"},
      {Tool::line, "tool.line", Icon::polyline, "画线 · Shift+X\n双击或回车结束，退格撤回一点，Esc 取消"},
      {Tool::polygon, "tool.polygon", Icon::polygon,
       "画多边形 · Shift+M\n双击、回车或点起点结束，退格撤回一点，Esc 取消"}};
  // Over the scale bar, where neither legend nor badge stands.
  const size_t offered = map.h < 440 * k ? 3 : std::size(entries);
  const float h = static_cast<float>(offered) * (side + gap) - gap;
  const Rect r{std::round(map.x + 18 * k), std::round(map.bottom() - 68 * k - h), side, h};
  ui.begin("##tools", r);
  const auto& t = ui.theme;
  ui.fill(r, t.panel.withAlpha(0.96), 5 * k);
  float y = r.y;
  for (const auto& e : std::span(entries, offered)) {
    const Rect b{r.x, y, side, side};
    const bool on = ui.view.tool == e.tool;
    const auto p = ui.press(e.id, b, "tool", on ? "on" : "off");
    ui.tip(e.id, p.hovered, ui.tr(e.help));
    const Rect inner = b.grown(-3 * k);
    if (on) ui.fill(inner, t.accent.withAlpha(0.2), 4 * k);
    else if (p.fade > 0) ui.fill(inner, t.text1.withAlpha(0.08 * p.fade), 4 * k);
    ui.icon(e.icon, b.centre(), on ? t.accent : (t.text2 | std::pair{t.text1, static_cast<double>(p.fade)}),
            12);
    if (p.clicked) ui.send(session::SetTool{on ? Tool::pan : e.tool});
    y = b.bottom() + gap;
  }
  ui.frame(r, t.rule, 5 * k, std::max(1.0f, std::floor(k)));
  ui.end();
}

bool drawByHand(Ui& ui, const Press& map, Vec mouse) {
  auto& s = ui.state.tools;
  const auto& io = ImGui::GetIO();
  const Tool tool = ui.view.tool;
  if (tool >= Tool::move) return s.drawing = false;
  if (map.held && !s.drawing && !ui.state.mapPressed) {
    const bool asked = io.KeyShift || io.KeyAlt;
    if (tool == Tool::pan && !asked) return false;
    s.drawing = true, s.ring.clear();
    s.rectangle = tool == Tool::rectangle || (tool == Tool::pan && io.KeyShift);
    const bool removes = tool == Tool::pan ? io.KeyShift && io.KeyAlt : io.KeyAlt;
    s.pick = removes ? Pick::remove : io.KeyCtrl ? Pick::add : Pick::replace;
    ui.state.pressedAt = mouse;
  }
  if (!s.drawing) return false;
  const Rect room = ui.layout.map;
  const Vec at{std::clamp(mouse.x, room.x, room.right()), std::clamp(mouse.y, room.y, room.bottom())};
  if (map.held) {
    for (const auto& key : ui.input.keys)
      if (key.key == 256) {  // called off: the rest of the drag means nothing
        s.drawing = false, s.ring.clear(), s.escaped = true;
        ui.state.mapPressed = ui.state.mapDragging = true, ui.state.mapDead = true;
        return true;
      }
    const Vec gone = at - ui.state.pressedAt;
    if (!s.ring.empty() || std::abs(gone.x) + std::abs(gone.y) > 4 * ui.k)
      followOutline(s.ring, ui.state.pressedAt, at, s.rectangle, 3 * ui.k);
    drawOutline(ui, s.ring);
    if (s.ring.size() > 2) {
      const std::string lines[] = {(s.pick == Pick::add      ? "+ "
                                    : s.pick == Pick::remove ? "− "
                                                             : "") +
                                   liveCount(ui)};
      pointerLabel(ui, mouse, room, lines);
    }
    ui.state.hoverClaimed = true;
    return true;
  }
  s.drawing = false;
  const auto ring = std::exchange(s.ring, {});
  if (ring.size() < 3) return false;  // a click
  ui.send(session::SelectWithin{worldRing(ui, ring), s.pick});
  return true;
}

float selectionBarHeight(const Ui& ui) {
  return several(ui) && ui.scene.composition == scene::Composition::map && ui.layout.map.h > 160 * ui.k
             ? 40 * ui.k
             : 0;
}

void drawSelectionBar(Ui& ui) {
  if (selectionBarHeight(ui) <= 0) return;
  const Rect map = ui.layout.map;
  const float k = ui.k, h = 38 * k;
  const auto& t = ui.theme;
  const auto& layer = ui.view.selectionLayer;
  const std::string count =
      fmt::format(fmt::runtime(ui.tr("选中 {}")), countedRows(ui, layer, ui.view.selection.size()));
  const std::string figure = figureOfSelection(ui);
  const std::string copy = ui.tr("复制"), save = ui.tr("导出…"), clear = ui.tr("清除");
  ui.begin("##dockSize", {0, 0, 1, 1}, {}, false, false);
  const float wCount = ui.width(Type::strong, count),
              wFigure = figure.empty() ? 0 : ui.width(Type::body, figure) + 16 * k;
  float wButtons = 0;
  for (const auto& b : {copy, save, clear}) wButtons += ui.width(Type::body, b) + 24 * k;
  ui.end();
  const float most = map.w - 24 * k, wanted = wCount + wFigure + wButtons + 40 * k;
  const float w = std::min(most, wanted);
  const float below = ui.layout.dock.h > 0 ? 12 * k : 32 * k;
  const Rect r{std::round(map.centre().x - w / 2), std::round(map.bottom() - below - h), std::round(w), h};
  ui.begin("##chosen", {r.x - 8 * k, r.y - 8 * k, r.w + 16 * k, r.h + 16 * k}, {}, true);
  ui.shadow(r, 6);
  ui.fill(r, t.dark ? (t.panel | std::pair{t.text1, 0.05}) : Rgba{255, 255, 255, 255}, 6 * k);
  ui.frame(r, t.rule, 6 * k, std::max(1.0f, std::floor(k)));
  ui.record("chosen.ground", r, "ground", count + (figure.empty() ? "" : " · " + figure));
  float right = r.right() - 8 * k;
  const auto button = [&](const char* id, const std::string& label, std::optional<std::string> refusal) {
    const float bw = ui.width(Type::body, label) + 24 * k;
    right -= bw;
    return ui.button(id, {right, r.y + 5 * k, bw, h - 10 * k}, label, ButtonKind::quiet, std::move(refusal));
  };
  if (button("chosen.clear", clear, {})) ui.send(session::Select{});
  if (button("chosen.export", save, ui.refusal(session::ExportRows{"x.csv", layer, true})))
    openRowsDialog(ui, layer, true);
  if (button("chosen.copy", copy, copyRefusal(ui))) copyChosen(ui);
  float x = r.x + 16 * k;
  ui.text(Type::strong, {x, r.y, std::min(wCount, right - x) + 1, h}, count, t.text1);
  x += wCount + 16 * k;
  if (!figure.empty() && right - x > 60 * k)
    ui.text(Type::body, {x, r.y, right - x - 8 * k, h}, figure, t.text2);
  ui.end();
}

}  // namespace panels
