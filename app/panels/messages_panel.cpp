// Quiet notes at the map's lower right corner, and the list of all of them.
#include "app/panels/map_tools.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

Rgba ink(const Ui& ui, session::Message::Level level) {
  return level == session::Message::Level::info ? ui.theme.accent : ui.theme.warning;
}

void drawToasts(Ui& ui) {
  auto& st = ui.state;
  const auto& messages = ui.session.messages();
  if (messages.size() < st.messagesSeen) st.messagesSeen = 0, st.toasts.clear();
  for (; st.messagesSeen < messages.size(); ++st.messagesSeen) {
    const auto& m = messages[st.messagesSeen];
    st.toasts.push_back({m.text, m.level, st.now + (m.level == session::Message::Level::info ? 5 : 12)});
    if (st.toasts.size() > 4) st.toasts.erase(st.toasts.begin());
  }
  std::erase_if(st.toasts, [&](const Toast& t) { return t.until <= st.now; });
  if (ui.view.messagesPanel) return;
  const float k = ui.k, w = std::min(380 * k, st.mapRight - ui.layout.map.x - 32 * k);
  if (w < 120 * k) return;
  float bottom = ui.layout.map.bottom() - 16 * k;
  if (ui.view.pageView) bottom -= (ui.layout.dock.h > 0 ? 44 : 62) * k;
  else if (const float bar = selectionBarHeight(ui); bar > 0) bottom -= bar + 20 * k;
  std::optional<size_t> gone;
  for (size_t n = st.toasts.size(); n-- > 0;) {
    const auto& toast = st.toasts[n];
    ui.wakeAt(toast.until);
    // Measured inside a window, since text needs one.
    ui.begin(fmt::format("##toast{}", n).c_str(), {st.mapRight - 16 * k - w, bottom - 1, w, 1}, {}, true);
    const float h =
        ui.paragraph(Type::body, {0, 0, w - 52 * k, 0}, toast.text, ui.theme.text1, 1.45f, false) + 18 * k;
    ui.end();
    const Rect r{std::round(st.mapRight - 16 * k - w), std::round(bottom - h), w, h};
    ImGui::SetNextWindowPos({r.x, r.y});
    ui.begin(fmt::format("##toast{}b", n).c_str(), r, {}, true);
    ui.fill(r, ui.theme.dark ? (ui.theme.panel | std::pair{ui.theme.text1, 0.05}) : Rgba{255, 255, 255, 255},
            5 * k);
    ui.frame(r, ui.theme.rule, 5 * k, std::max(1.0f, std::floor(k)));
    ui.fill({r.x + 8 * k, r.y + 8 * k, 3 * k, r.h - 16 * k}, ink(ui, toast.level), 1.5f * k);
    ui.paragraph(Type::body, {r.x + 20 * k, r.y + 9 * k, w - 52 * k, 0}, toast.text, ui.theme.text1);
    if (ui.iconButton(fmt::format("toast.{}.close", n), {r.right() - 28 * k, r.y + 6 * k, 22 * k, 22 * k},
                      Icon::close, ui.tr("关闭")))
      gone = n;
    ui.record(fmt::format("toast.{}", n), r, "text", toast.text);
    ui.end();
    bottom = r.y - 8 * k;
  }
  if (gone) st.toasts.erase(st.toasts.begin() + static_cast<long>(*gone));
}

}  // namespace

void tell(PanelState& state, std::string text) {
  auto& st = *state.impl;
  st.toasts.push_back({std::move(text), session::Message::Level::warning, st.now + 12});
  st.wants.again = true;
}

void tell(Ui& ui, const std::string& text) {
  ui.state.toasts.push_back({text, session::Message::Level::warning, ui.state.now + 12});
  ui.state.wants.again = true;
}

void drawMessages(Ui& ui) {
  drawToasts(ui);
  if (!ui.view.messagesPanel) return;
  const float k = ui.k;
  const Rect bar = ui.layout.status;
  const float w = std::min(460 * k, ui.input.width - 24 * k),
              h = std::min(360 * k, bar.y - ui.layout.menu.bottom() - 24 * k);
  const Rect r{std::round(bar.right() - w - 12 * k), std::round(bar.y - h - 8 * k), w, h};
  ui.begin("##messages", r, {}, true);
  ui.fill(r, ui.theme.dark ? (ui.theme.panel | std::pair{ui.theme.text1, 0.04}) : Rgba{255, 255, 255, 255},
          6 * k);
  ui.frame(r, ui.theme.rule, 6 * k, std::max(1.0f, std::floor(k)));
  ui.text(Type::strong, {r.x + 16 * k, r.y + 6 * k, r.w - 60 * k, 30 * k}, ui.tr("消息"), ui.theme.text1);
  if (ui.iconButton("messages.close", {r.right() - 34 * k, r.y + 9 * k, 24 * k, 24 * k}, Icon::close,
                    ui.tr("关闭")))
    ui.send(session::TogglePanel{"messages"});
  ui.hairline(r.x + 1, r.right() - 1, r.y + 40 * k);
  ui.beginScroll("##messageRows", {r.x + 1, r.y + 41 * k, r.w - 2, r.h - 46 * k});
  float y = ui.scrollTop() + 8 * k;
  const auto& all = ui.session.messages();
  if (all.empty())
    ui.text(Type::body, {r.x + 16 * k, y, r.w - 32 * k, 28 * k}, ui.tr("没有消息"), ui.theme.text3),
        y += 28 * k;
  for (size_t n = all.size(); n-- > 0;) {
    const float bottom =
        ui.paragraph(Type::body, {r.x + 30 * k, y + 3 * k, r.w - 56 * k, 0}, all[n].text, ui.theme.text1);
    ui.fill({r.x + 16 * k, y + 6 * k, 3 * k, bottom - y - 6 * k}, ink(ui, all[n].level), 1.5f * k);
    ui.record(fmt::format("message.{}", n), {r.x, y, r.w, bottom - y}, "text", all[n].text);
    y = bottom + 9 * k;
  }
  ui.endScroll(y);
  ui.end();
}

}  // namespace panels
