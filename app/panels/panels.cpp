#include "app/panels/panels.h"

#include <imgui_internal.h>

#include "app/panels/actions.h"
#include "app/panels/console_panel.h"
#include "app/panels/dialogs.h"
#include "app/panels/map_tools.h"
#include "app/panels/page.h"
#include "app/panels/panel_list.h"
#include "app/panels/placing.h"

namespace panels {

PanelState::PanelState() : impl(std::make_unique<Impl>()) {}
PanelState::~PanelState() = default;

float dockHeight(const PanelState& state) { return state.impl->dock.height; }

PagePlace pagePlace(const PanelState& state) { return {state.impl->page.at, state.impl->page.scale}; }

ConsolePlaces consolePlaces(const PanelState& state) { return state.impl->console.places; }

ConsoleWishes takeConsoleWishes(PanelState& state) { return std::exchange(state.impl->console.wishes, {}); }

void restartConsoleClock(PanelState& state) {
  state.impl->console.clockFrom = state.impl->now, state.impl->wants.again = true;
}

std::vector<std::string> consoleWarnings(const session::Session& session, const PanelState& state) {
  std::vector<std::string> texts;
  if (state.impl->console.on)
    for (size_t i = state.impl->console.messagesFrom; i < session.messages().size(); ++i)
      texts.push_back(session.messages()[i].text);
  return texts;
}

Layout layoutFor(float width, float height, float scale, const session::View& view, float dockHeight) {
  const auto px = [&](float v) { return std::round(v * scale); };
  Layout l;
  const float menu = px(32), status = px(28);
  const bool wide = width >= 1440 * scale, middling = width >= 1100 * scale;
  const float left = view.layersPanel && middling ? px(296) : 0,
              right = view.inspectorPanel && wide ? px(360) : 0;
  const float strip = view.stripPanel && height >= 480 * scale ? px(136) : 0;
  const float bottom = height - status;
  // The map keeps 340 px, which its names need, as long as the dock has its least; where both find no room,
  // the dock folds.
  const float room = bottom - strip - menu, most = std::max(px(170), room - px(340));
  const float dock = view.dockPanel && room >= px(380) ? std::clamp(px(dockHeight), px(170), most) : 0;
  l.menu = {0, 0, width, menu};
  l.layers = {0, menu, left, bottom - menu};
  l.inspector = {width - right, menu, right, bottom - menu};
  l.map = {left, menu, std::max(1.0f, width - left - right), std::max(1.0f, room - dock)};
  l.dock = {left, bottom - strip - dock, l.map.w, dock};
  l.strip = {left, bottom - strip, l.map.w, strip};
  l.status = {0, bottom, width, status};
  return l;
}

bool refreshFonts(PanelState& state, const scene::TypesetterPtr& fonts, float scale,
                  scene::Language language) {
  auto& f = state.impl->fonts;
  if (!f.stale(fonts, scale, language)) return false;
  f.build(*ImGui::GetIO().Fonts, fonts, scale, language);
  return true;
}

Wants wants(const PanelState& state) { return state.impl->wants; }

const std::map<std::string, Widget>& widgets(const PanelState& state) { return state.impl->widgets; }

namespace {

// Where a column has no room, a handle at the map's edge brings it over the map.
void drawFolded(Ui& ui) {
  auto& st = ui.state;
  const float k = ui.k;
  const Rect map = ui.layout.map;
  const auto handle = [&](const char* id, bool left, bool open, float x, std::string_view help) {
    const Rect r{left ? x : x - 18 * k, map.centre().y - 24 * k, 18 * k, 48 * k};
    ui.begin(id, r, {}, true);
    const auto p = ui.press(std::string("fold.") + (left ? "layers" : "inspector"), r, "button",
                            open ? "open" : "closed");
    const Rgba ground = ui.theme.panel | std::pair{ui.theme.accent, 0.15 * p.fade};
    ui.list().AddRectFilled({r.x, r.y}, {r.right(), r.bottom()}, colour(ground), 5 * k,
                            left ? ImDrawFlags_RoundCornersRight : ImDrawFlags_RoundCornersLeft);
    ui.list().AddRect({r.x, r.y}, {r.right(), r.bottom()}, colour(ui.theme.rule), 5 * k,
                      left ? ImDrawFlags_RoundCornersRight : ImDrawFlags_RoundCornersLeft,
                      std::max(1.0f, std::floor(k)));
    ui.icon(left == open ? Icon::chevronLeft : Icon::chevronRight, r.centre(), ui.theme.text2, 10);
    ui.tip(std::string("fold.") + (left ? "layers" : "inspector"), p.hovered, std::string(help));
    ui.end();
    return p.clicked;
  };
  const bool narrow = ui.input.width < 1100 * k, tight = ui.input.width < 1440 * k;
  if (ui.view.layersPanel && narrow) {
    const float w = std::round(std::min(296 * k, map.w - 40 * k));
    if (st.layersOverlay)
      drawLayersPanel(ui, {map.x, ui.layout.menu.bottom(), w, ui.layout.status.y - ui.layout.menu.bottom()});
    if (handle("##foldLayers", true, st.layersOverlay, map.x + (st.layersOverlay ? w : 0), ui.tr("图层")))
      st.layersOverlay = !st.layersOverlay;
  } else {
    st.layersOverlay = false;
  }
  if (ui.view.inspectorPanel && tight) {
    const float w = std::round(std::min(360 * k, map.w - 40 * k));
    const bool open = st.inspectorOpen;
    if (open) drawInspectorPanel(ui, {map.right() - w, map.y, w, map.h}), st.mapRight = map.right() - w;
    if (handle("##foldInspector", false, open, map.right() - (open ? w : 0), ui.tr("检视")))
      st.inspectorOpen = !open;
  }
}

void drawTip(Ui& ui) {
  auto& st = ui.state;
  if (!st.tipSeen) {
    st.tipId.clear();
    return;
  }
  if (st.now < st.tipSince + 0.4 || st.tipText.empty()) return;
  const float k = ui.k, most = 340 * k;
  float w = 0;
  size_t from = 0;
  while (from <= st.tipText.size()) {
    const size_t to = std::min(st.tipText.find('\n', from), st.tipText.size());
    w = std::max(w, ui.width(Type::note, std::string_view(st.tipText).substr(from, to - from)));
    from = to + 1;
  }
  w = std::min(w, most) + 1;
  ui.begin("##tipSize", {0, 0, 1, 1}, {}, true, false);
  const float h = ui.paragraph(Type::note, {0, 0, w, 0}, st.tipText, ui.theme.text1, 1.45f, false);
  ui.end();
  const auto m = ImGui::GetIO().MousePos;
  Rect r{m.x + 12 * k, m.y + 20 * k, w + 20 * k, h + 12 * k};
  if (r.right() > ui.input.width - 6 * k) r.x = ui.input.width - 6 * k - r.w;
  if (r.bottom() > ui.input.height - 6 * k) r.y = m.y - 8 * k - r.h;
  r.x = std::round(std::max(4 * k, r.x)), r.y = std::round(std::max(4 * k, r.y));
  ui.begin("##tip", r, {}, true, false);
  ui.fill(r, ui.theme.dark ? Rgba{0x24, 0x30, 0x3B, 255} : Rgba{0x22, 0x2D, 0x36, 255}, 5 * k);
  ui.paragraph(Type::note, {r.x + 10 * k, r.y + 6 * k, w, 0}, st.tipText, Rgba{0xF2, 0xF5, 0xF7, 255});
  ui.end();
}

}  // namespace

void drawPanels(const session::Session& session, PanelState& state, const FrameInput& input,
                session::Commands& out) {
  auto& st = *state.impl;
  st.step = st.now > 0 ? std::clamp(input.seconds - st.now, 0.0, 0.25) : 0;
  if (!st.wants.again)
    st.step = std::min(st.step, 1.0 / 60);  // the wait between two events is no part of a movement
  st.now = input.seconds;
  st.wasTyping = st.wants.typing;
  st.wants = {};
  st.widgets.clear();
  st.tipSeen = st.hoverClaimed = st.tools.escaped = false;

  Ui ui(session, st, input, out);
  if (st.styled != &ui.theme || st.styledScale != ui.k)
    applyStyle(ui.theme, ui.k), st.styled = &ui.theme, st.styledScale = ui.k, st.symbols.clear();
  if (st.inspected != ui.view.selected && ui.view.selected) st.inspectorOpen = true;  // something to show

  if (ui.view.show.on) {
    st.console.places = drawConsole(ui, input.console);
    drawDialogs(ui);
    drawTip(ui);
    obeyKeys(ui);
    if (ui.view.hovered) ui.send(session::Hover{});
    st.wants.fonts = st.fonts.lacking();
    return;
  }
  st.console = {};

  drawMenuBar(ui);
  if (ui.layout.layers.w > 0) drawLayersPanel(ui, ui.layout.layers);
  if (ui.view.pageView) drawPagePanel(ui);
  else drawMapPanel(ui);
  drawDock(ui);
  drawStripPanel(ui);
  if (ui.layout.inspector.w > 0) drawInspectorPanel(ui, ui.layout.inspector);
  drawStatusBar(ui);
  st.mapRight = ui.layout.map.right();
  if (!ui.view.pageView) drawSelectionBar(ui);
  drawFolded(ui);
  drawMessages(ui);
  drawSearchResults(ui);
  drawOpenMenu(ui);
  drawStripPopups(ui);
  drawDockPopups(ui);
  drawFilterPopup(ui);
  drawCarried(ui);
  offerRecovery(ui);
  drawDialogs(ui);
  drawTip(ui);

  obeyKeys(ui);
  if (std::exchange(st.leaveField, false)) ImGui::ClearActiveID();
  if (!st.hoverClaimed && ui.view.hovered) ui.send(session::Hover{});
  st.inspected = ui.view.selected;
  st.wants.fonts = st.fonts.lacking();
}

}  // namespace panels
