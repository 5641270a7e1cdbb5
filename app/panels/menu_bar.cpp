#include "app/panels/actions.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

void drawMenu(Ui& ui, const std::string& id) {
  auto actions = actionsOf(ui, id);
  auto& c = ui.state.column;
  if (c.menuRowOf != id) c.menuRowOf = id, c.menuRow = -1;
  const int n = static_cast<int>(actions.size());
  if (c.menuBy && n) {  // arrow keys pass over what is not available
    int at = c.menuRow < 0 ? (c.menuBy > 0 ? -1 : n) : c.menuRow;
    for (int tries = 0; tries < n; ++tries) {
      at = (at + c.menuBy + n) % n;
      if (!actions[static_cast<size_t>(at)].refusal) break;
    }
    c.menuRow = at;
  }
  c.menuBy = 0;
  const auto moved = ImGui::GetIO().MouseDelta;
  if (moved.x != 0 || moved.y != 0) c.menuRow = -1;  // the pointer's again
  const float k = ui.k, row = 28 * k, pad = 6 * k, gap = 9 * k;
  float w = 180 * k, h = 2 * pad;
  for (const auto& a : actions) {
    const float keys = a.keys.empty() ? 0 : ui.width(Type::note, a.keys) + 28 * k;
    w = std::max(w, std::max(ui.width(Type::body, a.label), ui.width(Type::strong, a.label)) + keys + 50 * k);
    h += row + (a.lineBefore ? gap : 0);
  }
  w = std::min(w, 420 * k);
  if (!ui.beginPopup("menu." + id, std::ceil(w), h)) return;
  const Rect p = ui.popupRect();
  ui.beginScroll("##menuRows", {p.x, p.y + pad, p.w, p.h - 2 * pad});
  float y = ui.scrollTop();
  const std::function<void()>* chosen = nullptr;
  for (const auto& a : actions) {
    if (a.lineBefore) ui.hairline(p.x + 12 * k, p.right() - 12 * k, y + gap / 2), y += gap;
    const bool here = c.menuRow >= 0 && &a == &actions[static_cast<size_t>(c.menuRow)];
    if (here) ui.fill({p.x + 4 * k, y, p.w - 8 * k, row}, ui.theme.accent.withAlpha(0.14), 4 * k);
    if (here && (y < p.y + pad || y + row > p.bottom() - pad))
      ImGui::SetScrollY(
          std::max(0.0f, ImGui::GetScrollY() + (y < p.y + pad ? y - p.y - pad : y + row - p.bottom() + pad)));
    if (ui.menuRow(a.id, {p.x, y, p.w, row}, a.label, a.keys, a.on, a.refusal, a.help)) chosen = &a.run;
    if (here && std::exchange(c.menuRun, false) && !a.refusal) chosen = &a.run;
    y += row;
  }
  c.menuRun = false;
  ui.endScroll(y);
  ui.endPopup();
  if (chosen) ui.closePopup(), (*chosen)();
}

}  // namespace

void drawMenuBar(Ui& ui) {
  const Rect bar = ui.layout.menu;
  const float k = ui.k;
  ui.begin("##menu", bar, ui.theme.bar);
  ui.hairline(bar.x, bar.right(), bar.bottom() - 1);
  float x = bar.x + 6 * k;
  const auto mouse = ImGui::GetIO().MousePos;
  for (const auto& m : menus()) {
    const std::string title = ui.tr(m.title), id = m.id;
    const Rect r{x, bar.y + 3 * k, ui.width(Type::body, title) + 22 * k, bar.h - 6 * k};
    const auto p = ui.press("menu." + id, r, "menu", title);
    const bool open = ui.state.menu == id && ui.state.popup == "menu." + id;
    if (ui.state.column.menuOpen == id) {  // by the keyboard
      ui.state.column.menuOpen.clear();
      ui.state.popup.clear();
      ui.openPopup("menu." + id, {r.x - 6 * k, bar.y, r.w, bar.h - 4 * k});
      ui.state.menu = id;
      ui.state.column.menuBy = 1, ui.state.column.menuRowOf.clear();
    }
    const bool over = r.contains({mouse.x, mouse.y});
    if (p.clicked) {
      ui.openPopup("menu." + id, {r.x - 6 * k, bar.y, r.w, bar.h - 4 * k});
      ui.state.menu = ui.state.popup.empty() ? "" : id;
    } else if (!ui.state.menu.empty() && over && !open &&
               (ImGui::GetIO().MouseDelta.x != 0 || ImGui::GetIO().MouseDelta.y != 0)) {
      ui.state.popup.clear();
      ui.openPopup("menu." + id, {r.x - 6 * k, bar.y, r.w, bar.h - 4 * k});
      ui.state.menu = id;
    }
    if (open || p.hovered) ui.fill(r, ui.theme.text1.withAlpha(open ? 0.1 : 0.06), 4 * k);
    ui.text(Type::body, r, title, ui.theme.text1, Align::centre);
    x = r.right();
  }
  // Title of the project and its file, and whether it is saved.
  const auto& path = ui.session.path();
  const std::string file = path.empty() ? ui.tr("未命名") : path.substr(path.find_last_of('/') + 1);
  const std::string saved = ui.session.changed() ? ui.tr("未保存") : path.empty() ? "" : ui.tr("已保存");
  const float right = bar.right() - 16 * k;
  const float savedWidth = ui.width(Type::note, saved);
  ui.text(Type::note, {right - savedWidth, bar.y, savedWidth + 1, bar.h}, saved,
          ui.session.changed() ? ui.theme.warning : ui.theme.text3);
  const std::string& title = ui.scene.title;
  const float fileWidth = ui.width(Type::note, file);
  const std::string dash = title.empty() ? "" : "  —  ";
  const float from = x + 16 * k, room = right - savedWidth - 16 * k - from;
  if (room > 80 * k) {
    const float dashWidth = ui.width(Type::note, dash);
    const bool both = room > fileWidth + dashWidth + 60 * k;
    const float titleRoom = both ? room - fileWidth - dashWidth : room;
    const std::string shown = title.empty() ? file : ui.cut(Type::body, title, titleRoom);
    const float w = ui.width(Type::body, shown) + (both && !title.empty() ? dashWidth + fileWidth : 0);
    const float centred = std::max(from, std::min(bar.centre().x - w / 2, from + room - w));
    float end = ui.textAt(Type::body, {centred, ui.baseline(Type::body, bar)}, shown, ui.theme.text2);
    if (both && !title.empty())
      ui.textAt(Type::note, {end, ui.baseline(Type::note, bar)}, dash + file, ui.theme.text3);
  }
  ui.record("title", bar, "text", title + " — " + file + " " + saved);
  ui.end();
}

void drawOpenMenu(Ui& ui) {
  if (ui.state.menu.empty()) return;
  if (ui.state.popup != "menu." + ui.state.menu) {
    ui.state.menu.clear();
    return;
  }
  drawMenu(ui, ui.state.menu);
}

}  // namespace panels
