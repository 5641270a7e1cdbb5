// Nothing is painted here but what floats over the map: the map itself lies beneath, drawn by the renderer.
#include "app/panels/map_tools.h"
#include "app/panels/panel_list.h"
#include "app/panels/placing.h"
#include "app/scene/pick.h"

namespace panels {
namespace {

void move(Ui& ui) {  // what is left of a smooth zoom or pan: a share of it each frame
  auto& st = ui.state;
  const auto share = static_cast<float>(1 - std::exp(-std::clamp(st.step, 0.008, 0.1) / 0.07));
  if (st.zoomLeft != 0) {
    const double part = std::abs(st.zoomLeft) < 0.004 ? st.zoomLeft : st.zoomLeft * share;
    st.zoomLeft -= part;
    ui.send(session::Zoom{std::exp(part), st.zoomAbout});
    st.wants.again = true;
  }
  if (st.panLeft.x != 0 || st.panLeft.y != 0) {
    const bool last = std::abs(st.panLeft.x) + std::abs(st.panLeft.y) < 1;
    const Vec part = last ? st.panLeft : st.panLeft * share;
    st.panLeft = st.panLeft - part;
    ui.send(session::Pan{part.x, part.y});
    st.wants.again = true;
  }
}

void hoverLabel(Ui& ui, Vec mouse) {
  const auto& h = ui.view.hovered;
  if (!h || h->row < 0) return;
  const float k = ui.k;
  const std::string name = nameOf(ui, *h);
  std::string more;
  const auto* layer = scene::findLayer(ui.scene, h->layer);
  if (const auto& c = ui.scene.choropleth;
      c && c->layer == h->layer && static_cast<size_t>(h->row) < c->figures.size()) {
    const auto& f = c->figures[static_cast<size_t>(h->row)];
    more = std::isfinite(f.value)
               ? fmt::format("{} {} {}", c->name, figureText(f.value, c->decimals), c->unit)
               : fmt::format("{} {}", c->name, ui.tr("未公布"));
  } else if (layer) {
    more = roleName(ui, layer->role);
    if (const auto known = certaintyText(ui, *layer, h->row); !known.empty()) more += " · " + known;
  }
  const float w = std::min(360 * k,
                           std::max(ui.width(Type::strong, name), ui.width(Type::note, more)) + 20 * k),
              height = (more.empty() ? 28 : 46) * k;
  const Rect map = ui.layout.map;
  Rect r{mouse.x + 16 * k, mouse.y + 18 * k, w, height};
  if (r.right() > map.right() - 4 * k) r.x = mouse.x - 12 * k - w;
  if (r.bottom() > map.bottom() - 4 * k) r.y = mouse.y - 12 * k - height;
  ui.begin("##hover", {std::round(r.x), std::round(r.y), r.w, r.h}, {}, true, false);
  r.x = std::round(r.x), r.y = std::round(r.y);
  ui.fill(r, ui.theme.panel.withAlpha(0.96), 5 * k);
  ui.frame(r, ui.theme.rule, 5 * k, std::max(1.0f, std::floor(k)));
  ui.text(Type::strong, {r.x + 10 * k, r.y + 4 * k, r.w - 20 * k, 20 * k}, name, ui.theme.text1);
  if (!more.empty())
    ui.text(Type::note, {r.x + 10 * k, r.y + 24 * k, r.w - 20 * k, 17 * k}, more, ui.theme.text2);
  ui.end();
}

}  // namespace

namespace {

std::optional<scene::ObjectRef> under(const Ui& ui, Vec local) {
  if (!ui.input.map) return {};
  if (ui.scene.composition == scene::Composition::map)
    return scene::pick(*ui.input.map, ui.scene, ui.view.camera, local);
  // A sheet: what stands on it, topmost first. Its targets are no objects of a layer.
  const auto& hits = ui.input.map->hits;
  for (auto hit = hits.rbegin(); hit != hits.rend(); ++hit)
    if (hit->box.contains(local) && specOf(ui, hit->object.layer)) return hit->object;
  return {};
}

// At a sheet's lower edge, the way back to the map.
void drawBack(Ui& ui) {
  const Rect map = ui.layout.map;
  const float k = ui.k;
  const std::string label = ui.tr("回到地图");
  const float w = ui.width(Type::note, label) + ui.width(Type::note, "Esc") + 54 * k;
  const Rect r{std::round(map.centre().x - w / 2), std::round(map.bottom() - 22 * k), std::round(w), 22 * k};
  ui.begin("##back", r, {}, true);
  const auto p = ui.press("sheet.back", r, "button", label);
  ui.list().AddRectFilled({r.x, r.y}, {r.right(), r.bottom()},
                          colour(ui.theme.panel | std::pair{ui.theme.accent, 0.15 * p.fade}), 5 * k,
                          ImDrawFlags_RoundCornersTop);
  ui.list().AddRect({r.x, r.y}, {r.right(), r.bottom() + 2 * k}, colour(ui.theme.rule), 5 * k,
                    ImDrawFlags_RoundCornersTop, std::max(1.0f, std::floor(k)));
  ui.icon(Icon::chevronLeft, {r.x + 14 * k, r.centre().y}, ui.theme.text2, 9);
  ui.text(Type::note, {r.x + 24 * k, r.y, r.w - 34 * k, r.h}, label, ui.theme.text1);
  ui.text(Type::note, {r.x, r.y, r.w - 12 * k, r.h}, "Esc", ui.theme.text3, Align::right);
  ui.end();
  auto& st = ui.state;
  bool back = p.clicked;
  if (st.popup.empty() && st.dialog.kind == Dialog::Kind::none && !ui.view.helpOpen && !st.wasTyping &&
      !st.searchOpen)
    for (const auto& key : ui.input.keys)
      if (key.key == 256) back = st.tools.escaped = true;
  if (!back) return;
  if (ui.scene.composition == scene::Composition::card) ui.send(session::ShowCard{});
  else ui.send(session::SetComposition{scene::Composition::map});
}

// Clicks and hovers, alike on the map and on a sheet.
void point(Ui& ui, const Press& hit, bool released, Vec mouse, Vec local) {
  auto& st = ui.state;
  const bool sheet = ui.scene.composition != scene::Composition::map;
  if (released && !st.mapDragging && hit.hovered) {
    const auto object = under(ui, local);
    if (ImGui::GetIO().KeyCtrl && object && object->row >= 0)
      ui.send(
          session::SelectRows{object->layer, {static_cast<uint32_t>(object->row)}, session::Pick::toggle});
    else if (!ImGui::GetIO().KeyCtrl && (object || !sheet)) ui.send(session::Select{object});
    if (!sheet && ui.scene.heat && !ImGui::GetIO().KeyCtrl) {
      const session::ProbeHeat probe{ui.view.camera.worldFromCanvas(local)};
      if (!ui.refusal(probe)) ui.send(probe);
    }
  }
  if (hit.hovered && !st.mapDragging) {
    if (mouse != st.lastMouse || ui.view.hovered) ui.claimHover(under(ui, local));
    else st.hoverClaimed = true;
    if (ui.view.hovered && !st.mapPressed && !st.tools.drawing) hoverLabel(ui, mouse);
  }
}

}  // namespace

void drawMapPanel(Ui& ui) {
  auto& st = ui.state;
  const Rect map = ui.layout.map;
  if (map.w < 8 || map.h < 8) return;
  const bool sheet = ui.scene.composition != scene::Composition::map;
  ui.begin("##map", map);
  const auto hit = ui.press("map", map, sheet ? "sheet" : "map");
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y}, local{mouse.x - map.x, mouse.y - map.y};

  if (sheet) {
    st.zoomLeft = 0, st.panLeft = {}, st.mapPressed = st.mapDragging = st.mapDead = false,
    st.tools.drawing = false;
    point(ui, hit, hit.clicked, mouse, local);
    st.lastMouse = mouse;
    drawBack(ui);
    ui.end();
    return;
  }
  if (hit.hovered && io.MouseWheel != 0) {
    st.zoomLeft = std::clamp(st.zoomLeft + static_cast<double>(io.MouseWheel) * std::log(1.35), -4.0, 4.0);
    st.zoomAbout = local;
    st.wants.again = true;
  }
  // The middle button pans with every tool.
  if (hit.hovered && ImGui::IsMouseClicked(2)) st.middlePan = true, st.panLeft = {};
  if (st.middlePan) {
    st.middlePan = ImGui::IsMouseDown(2);
    if (io.MouseDelta.x != 0 || io.MouseDelta.y != 0) ui.send(session::Pan{io.MouseDelta.x, io.MouseDelta.y});
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  }
  const bool wasDrawing = st.tools.drawing;
  bool released = false;
  if (!carryOnMap(ui, hit, mouse, local) && !drawByHand(ui, hit, mouse)) {
    if (hit.held && !st.mapPressed)
      st.mapPressed = true, st.mapDragging = false, st.pressedAt = mouse, st.panLeft = {};
    if (st.mapPressed && hit.held && !st.mapDead) {
      const Vec gone = mouse - st.pressedAt;
      if (!st.mapDragging && std::abs(gone.x) + std::abs(gone.y) > 4 * ui.k) {
        st.mapDragging = true;
        ui.send(session::Pan{gone.x, gone.y});
      } else if (st.mapDragging && (io.MouseDelta.x != 0 || io.MouseDelta.y != 0)) {
        ui.send(session::Pan{io.MouseDelta.x, io.MouseDelta.y});
      }
      if (st.mapDragging) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
    }
    released = (st.mapPressed || wasDrawing) && !hit.held;
    const bool draws = drawsShapes(ui);
    if (draws)
      drawShapeByHand(ui, hit, released && !st.mapDragging && !st.mapDead && hit.hovered, mouse, local);
    else point(ui, hit, released, mouse, local);
    if (released) st.mapPressed = st.mapDragging = st.mapDead = false;
    if (hit.doubled && !io.KeyCtrl && !draws) {
      const auto object = under(ui, local);
      if (object && !ui.refusal(session::ZoomTo{*object})) ui.send(session::ZoomTo{*object});
      else st.zoomLeft += std::log(2), st.zoomAbout = local, st.wants.again = true;
    }
    if (st.mapDragging) st.hoverClaimed = true;
  }
  st.lastMouse = mouse;
  move(ui);
  if (ui.session.busy() && ui.scene.layers.empty())
    ui.text(Type::body, map, ui.session.busyText(), ui.theme.text3, Align::centre);
  ui.end();
  drawMapTools(ui);
}

}  // namespace panels
