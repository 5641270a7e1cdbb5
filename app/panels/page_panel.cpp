// The page view: the sheet itself is drawn by the renderer beneath; here is what lies over it and what the
// hand does: frames chosen, moved, resized, snapped.
#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/panels/page.h"
#include "app/panels/panel_list.h"
#include "app/session/names.h"

namespace panels {
namespace {

using scene::PagePart;
using Hold = PageState::Hold;

namespace key {
constexpr int escape = 256, tab = 258, remove = 261, right = 262, up = 265, down = 264, left = 263;
}

constexpr float outline = 3;   // px of the look that it stands off the chosen frame
constexpr float largest = 24;  // pixels per millimetre at scale 1: 600 dpi

Rect desk(const Ui& ui) {  // the part of the map's place that nothing covers
  const Rect m = ui.layout.map;
  const float right =
      ui.state.mapRight > m.x + 200 * ui.k ? std::min(ui.state.mapRight, m.right()) : m.right();
  return {m.x, m.y, right - m.x, m.h};
}

Vec paperOf(const Ui& ui) { return {ui.scene.page.width, ui.scene.page.height}; }

float fittingScale(const Ui& ui) {
  const Rect d = desk(ui);
  const Vec paper = paperOf(ui);
  const float room = 28 * ui.k, foot = 80 * ui.k;
  return std::max(0.02f, std::min((d.w - 2 * room) / paper.x, (d.h - room - foot) / paper.y));
}

void fit(Ui& ui) {
  auto& p = ui.state.page;
  const Rect d = desk(ui);
  const Vec paper = paperOf(ui);
  p.fitted = true;
  p.scale = fittingScale(ui);
  const float room = 28 * ui.k, foot = 80 * ui.k;
  p.at = {std::round((d.w - paper.x * p.scale) / 2),
          std::round(room + (d.h - room - foot - paper.y * p.scale) / 2)};
}

// Some of the sheet stays in sight.
void keepInSight(Ui& ui) {
  auto& p = ui.state.page;
  const Rect m = ui.layout.map;
  const Vec size = paperOf(ui) * p.scale;
  const float some = 60 * ui.k;
  p.at = {std::clamp(p.at.x, some - size.x, m.w - some), std::clamp(p.at.y, some - size.y, m.h - some)};
}

void zoom(Ui& ui, double factor, Vec about) {  // about: from the corner of the map's place
  auto& p = ui.state.page;
  const float least = fittingScale(ui) * 0.5f, most = std::max(least * 2, largest * ui.k);
  const float to = std::clamp(p.scale * static_cast<float>(factor), least, most);
  p.at = about + (p.at - about) * (to / p.scale);
  p.scale = to, p.fitted = false;
  keepInSight(ui);
  ui.state.wants.again = true;
}

Vec middle(const Ui& ui) {
  const Rect d = desk(ui);
  return {d.w / 2, d.h / 2};
}

Rect onScreen(const Ui& ui, const Rect& mm) {
  const auto& p = ui.state.page;
  const Rect m = ui.layout.map;
  return {m.x + p.at.x + mm.x * p.scale, m.y + p.at.y + mm.y * p.scale, mm.w * p.scale, mm.h * p.scale};
}

std::vector<FrameRef> frames(const Ui& ui) {
  std::vector<FrameRef> all;
  // A sheet of small maps, the ledger, a card fill the page as one.
  if (!ui.input.page || ui.scene.composition != scene::Composition::map) return all;
  for (const auto& f : ui.input.page->frames) {
    int nth = 0;
    for (const auto& other : all) nth += other.part == f.part;
    all.push_back({f.part, nth});
  }
  return all;
}

std::string wordOf(const FrameRef& ref) {  // of its widget
  const std::string word(session::word(ref.part));
  return ref.part == PagePart::text ? fmt::format("{}.{}", word, ref.nth) : word;
}

std::optional<FrameRef> under(const Ui& ui, Vec mouse) {
  const auto all = frames(ui);
  std::optional<FrameRef> best;
  for (size_t i = 0; i < all.size(); ++i)
    if (onScreen(ui, ui.input.page->frames[i].rect).grown(2 * ui.k).contains(mouse)) best = all[i];
  return best;
}

struct Handle {
  const char* id;
  Grip grip;
  float x, y;  // shares of the frame
};
constexpr Handle handles[] = {
    {"nw", {true, false, true, false}, 0, 0}, {"n", {false, false, true, false}, 0.5f, 0},
    {"ne", {false, true, true, false}, 1, 0}, {"e", {false, true, false, false}, 1, 0.5f},
    {"se", {false, true, false, true}, 1, 1}, {"s", {false, false, false, true}, 0.5f, 1},
    {"sw", {true, false, false, true}, 0, 1}, {"w", {true, false, false, false}, 0, 0.5f}};

int cursorOf(const Grip& g) {
  if (!g.any()) return ImGuiMouseCursor_ResizeAll;
  if ((g.left && g.top) || (g.right && g.bottom)) return ImGuiMouseCursor_ResizeNWSE;
  if ((g.right && g.top) || (g.left && g.bottom)) return ImGuiMouseCursor_ResizeNESW;
  return g.left || g.right ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS;
}

std::optional<Grip> handleUnder(const Ui& ui, const Rect& r, Vec mouse) {
  const float reach = 7 * ui.k;
  for (const bool corners : {true, false})  // of a small frame the corners are left
    for (const Handle& h : handles) {
      if (corners != ((h.x == 0 || h.x == 1) && (h.y == 0 || h.y == 1))) continue;
      if (!corners && (h.y == 0.5f ? r.h : r.w) < 34 * ui.k) continue;
      const Vec at{r.x + r.w * h.x, r.y + r.h * h.y};
      if (std::abs(mouse.x - at.x) <= reach && std::abs(mouse.y - at.y) <= reach) return h.grip;
    }
  return {};
}

// What the page keeps free at its edges: as far as what was laid out by itself stays away from them.
Rect margins(const Ui& ui) {
  const Vec paper = paperOf(ui);
  float m = std::min(paper.x, paper.y) / 4;
  bool any = false;
  for (const auto& f : ui.input.page->frames)
    if (!f.fixed && f.rect.w > 0) {
      any = true;
      for (const float edge : {f.rect.x, f.rect.y, paper.x - f.rect.right(), paper.y - f.rect.bottom()})
        m = std::min(m, edge);
    }
  m = any ? std::max(m, 0.0f) : std::min(10.0f, m);
  return {m, m, paper.x - 2 * m, paper.y - 2 * m};
}

Snapped follow(Ui& ui, Vec mouse) {
  auto& p = ui.state.page;
  const Vec by = (mouse - p.pressedAt) * (1 / p.scale);
  Rect r = dragged(p.start, p.grip, by, p.least);
  if (ImGui::GetIO().KeyAlt) return {r, {}, {}};
  std::vector<Rect> others;
  const auto all = frames(ui);
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i] != *p.chosen) others.push_back(ui.input.page->frames[i].rect);
  const Vec paper = paperOf(ui);
  return snapped(
      r, p.grip,
      {{0, 0, paper.x, paper.y}, margins(ui), others, std::min(6 * ui.k / p.scale, 8.0f), p.least});
}

void endNudge(Ui& ui) {  // the keys' movement is one step of undo
  auto& p = ui.state.page;
  if (p.nudgedUntil == 0) return;
  p.nudgedUntil = 0;
  changePage(ui, ui.session.project().page);
}

void choose(Ui& ui, std::optional<FrameRef> ref) {
  auto& p = ui.state.page;
  if (p.chosen == ref) return;
  endNudge(ui);
  p.chosen = ref;
  ui.state.wants.again = true;
}

void startDrag(Ui& ui, Grip grip, Vec mouse) {
  auto& p = ui.state.page;
  const auto* f = frameOf(ui, *p.chosen);
  if (!f) return;
  endNudge(ui);
  p.hold = Hold::frame, p.grip = grip, p.moved = false, p.pressedAt = mouse, p.sent = false, p.dead = false;
  p.start = p.now = f->rect;
  p.before = ui.session.project().page;
  p.least = ui.input.fonts ? scene::leastSize(f->part, ui.scene, ui.input.fonts, ui.scene.page) : Vec{5, 5};
  // A frame that the layout made smaller than that stays as it is until it is pulled.
  p.least = {std::min(p.least.x, p.start.w), std::min(p.least.y, p.start.h)};
}

void callOff(Ui& ui) {
  auto& p = ui.state.page;
  if (p.sent) ui.send(session::Undo{});
  p.dead = true, p.moved = false, p.snapped = {};
  ui.state.wants.again = true;
}

void drag(Ui& ui, Vec mouse, bool held) {
  auto& p = ui.state.page;
  if (p.hold != Hold::frame) return;
  if (!p.chosen || !frameOf(ui, *p.chosen)) {
    p.hold = Hold::none;
    return;
  }
  if (held && !p.dead) {
    const Vec gone = mouse - p.pressedAt;
    if (!p.moved && std::abs(gone.x) + std::abs(gone.y) > 4 * ui.k) p.moved = true;
    if (!p.moved) return;
    p.snapped = follow(ui, mouse);
    ImGui::SetMouseCursor(cursorOf(p.grip));
    // The page follows as fast as it can be drawn; the frame's outline follows the pointer at once.
    const bool changed = p.snapped.rect != p.now;
    p.now = p.snapped.rect;
    if (changed && ui.state.now - p.sentAt > std::max(0.03, 3 * ui.input.pageSeconds)) {
      changePage(ui, placed(ui, p.before, *p.chosen, p.now), false);
      p.sent = true, p.sentAt = ui.state.now;
    }
    return;
  }
  if (p.moved && !p.dead) changePage(ui, placed(ui, p.before, *p.chosen, p.now));
  p.hold = Hold::none, p.moved = false, p.snapped = {};
}

// Words in the warning's colour beside what is wrong.
void fault(Ui& ui, const Rect& r, const std::string& text, const std::string& id) {
  const float k = ui.k, w = ui.width(Type::note, text) + 14 * k, h = 20 * k;
  const Rect m = ui.layout.map;
  const Rect chip{std::clamp(r.x, m.x + 4 * k, std::max(m.x + 4 * k, m.right() - w - 4 * k)),
                  std::clamp(r.y - h - 2 * k, m.y + 4 * k, m.bottom() - h - 4 * k), w, h};
  const Rgba warning = scene::lightTheme().warning;  // on white paper in either theme
  ui.frame(r, warning, 0, 2 * k);
  ui.fill(r, warning.withAlpha(0.1));
  ui.fill(chip, warning, 4 * k);
  ui.text(Type::note, chip, text, Rgba{255, 255, 255, 255}, Align::centre);
  ui.record(id, chip, "text", text);
}

void drawFaults(Ui& ui) {
  const auto& page = *ui.input.page;
  int n = 0;
  for (const auto& [a, b] : page.faults) {
    if (a >= page.frames.size() || b >= page.frames.size()) continue;
    const auto &f = page.frames[a], &g = page.frames[b];
    const Rect r = onScreen(ui, f.rect), s = onScreen(ui, g.rect);
    const std::string id = fmt::format("page.fault.{}", n++);
    if (a == b) {
      fault(ui, r, fmt::format(fmt::runtime(ui.tr("{}超出纸张")), partName(ui, f.part)), id);
      continue;
    }
    const float x0 = std::max(r.x, s.x), y0 = std::max(r.y, s.y);
    fault(ui, {x0, y0, std::min(r.right(), s.right()) - x0, std::min(r.bottom(), s.bottom()) - y0},
          fmt::format(fmt::runtime(ui.tr("{}与{}重叠")), partName(ui, f.part), partName(ui, g.part)), id);
  }
}

void drawGuides(Ui& ui) {
  const auto& p = ui.state.page;
  const float k = ui.k, thin = std::max(1.0f, std::floor(k));
  const Rgba ink{0xD9, 0x3A, 0x8C, 255};  // no colour of maps or of the window
  for (const auto& l : p.snapped.lines) {
    const Rect r =
        onScreen(ui, l.upright ? Rect{l.at, l.from, 0, l.to - l.from} : Rect{l.from, l.at, l.to - l.from, 0});
    ui.line({r.x, r.y}, {r.right(), r.bottom()}, ink, thin);
  }
  for (const auto& g : p.snapped.gaps) {
    const Rect r =
        onScreen(ui, g.across ? Rect{g.from, g.at, g.to - g.from, 0} : Rect{g.at, g.from, 0, g.to - g.from});
    const float tick = 5 * k;
    ui.line({r.x, r.y}, {r.right(), r.bottom()}, ink, 1.5f * k);
    for (const Vec end : {Vec{r.x, r.y}, Vec{r.right(), r.bottom()}})
      if (g.across) ui.line({end.x, end.y - tick}, {end.x, end.y + tick}, ink, 1.5f * k);
      else ui.line({end.x - tick, end.y}, {end.x + tick, end.y}, ink, 1.5f * k);
    const std::string text = fmt::format("{:.1f}", g.to - g.from);
    const float w = ui.width(Type::note, text) + 8 * k;
    const Rect chip{r.centre().x - w / 2, r.centre().y - 9 * k, w, 18 * k};
    ui.fill(chip, ink, 4 * k);
    ui.text(Type::note, chip, text, Rgba{255, 255, 255, 255}, Align::centre);
  }
}

void drawChosen(Ui& ui) {
  auto& p = ui.state.page;
  if (!p.chosen) return;
  const auto* f = frameOf(ui, *p.chosen);
  if (!f) return;
  const float k = ui.k;
  const bool dragging = p.hold == Hold::frame && p.moved;
  const Rect mm = dragging ? p.now : f->rect;
  // While it rests a little outside, so that it hides no word; while dragged where the edges are.
  const Rect r = onScreen(ui, mm).grown(dragging ? 0 : outline * k);
  const Rgba ink = scene::lightTheme().accent;  // stands on white paper in both themes
  ui.frame(r.grown(k), ink, 0, 1.5f * k);
  if (!dragging)
    for (const Handle& h : handles) {
      const bool corner = (h.x == 0 || h.x == 1) && (h.y == 0 || h.y == 1);
      if (!corner && (h.y == 0.5f ? r.h : r.w) < 34 * k) continue;
      const Rect box{r.x + r.w * h.x - 4.5f * k, r.y + r.h * h.y - 4.5f * k, 9 * k, 9 * k};
      ui.fill(box, Rgba{255, 255, 255, 255}, 2 * k);
      ui.frame(box, ink, 2 * k, 1.5f * k);
      ui.record(std::string("page.handle.") + h.id, box, "handle");
    }
  std::string text = partName(ui, f->part);
  if (dragging && !p.grip.any()) text += fmt::format("  x {:.1f}  y {:.1f} mm", mm.x, mm.y);
  else text += fmt::format("  {:.1f} × {:.1f} mm", mm.w, mm.h);
  const float w = ui.width(Type::note, text) + 14 * k, h = 20 * k;
  const Rect m = ui.layout.map;
  float y = r.y - h - 6 * k;
  if (y < m.y + 4 * k) y = std::min(r.bottom() + 6 * k, m.bottom() - 80 * k);
  const Rect chip{std::clamp(r.x - k, m.x + 4 * k, std::max(m.x + 4 * k, m.right() - w - 4 * k)), y, w, h};
  ui.fill(chip, ink, 4 * k);
  ui.text(Type::note, chip, text, Rgba{255, 255, 255, 255}, Align::centre);
  ui.record("page.chosen", chip, "text", text);
}

// Zoom, what can be added, the way out.
void drawBar(Ui& ui) {
  const float k = ui.k, h = 38 * k;
  const auto& t = ui.theme;
  auto& p = ui.state.page;
  const Rect d = desk(ui);
  struct Item {
    const char *id, *label;
  };
  const std::string percent = fmt::format("{:.0f} %", p.scale / (96 * k / 25.4f) * 100);
  const std::string whole = ui.tr("整页"), add = ui.tr("添加文字"), save = ui.tr("导出…"),
                    back = ui.tr("回到地图");
  ui.begin("##pageBarSize", {0, 0, 1, 1}, {}, false, false);
  const auto wide = [&](const std::string& s) { return ui.width(Type::body, s) + 22 * k; };
  const float number = std::max(ui.width(Type::note, percent), ui.width(Type::note, "100 %")) + 8 * k;
  const float backWide = wide(back) + ui.width(Type::note, "Esc") + 6 * k;
  ui.end();
  const bool roomy = d.w > 430 * k;
  const float w = 60 * k + number + wide(whole) + (roomy ? wide(add) : 0) + wide(save) + backWide + 16 * k;
  const Rect r{std::round(d.centre().x - w / 2),
               std::round(d.bottom() - h - (ui.layout.dock.h > 0 ? 12 : 30) * k), std::round(w), h};
  ui.begin("##pageBar", {r.x - 8 * k, r.y - 8 * k, r.w + 16 * k, r.h + 16 * k}, {}, true);
  ui.shadow(r, 6);
  ui.fill(r, t.dark ? (t.panel | std::pair{t.text1, 0.05}) : Rgba{255, 255, 255, 255}, 6 * k);
  ui.frame(r, t.rule, 6 * k, std::max(1.0f, std::floor(k)));
  float x = r.x + 8 * k;
  const float y = r.y + 5 * k, side = h - 10 * k;
  if (ui.iconButton("page.zoomOut", {x, y, side, side}, Icon::minus, ui.tr("缩小")))
    zoom(ui, 0.8, middle(ui));
  x += 30 * k;
  ui.text(Type::note, {x, r.y, number, h}, percent, t.text2, Align::centre);
  ui.record("page.percent", {x, r.y, number, h}, "text", percent);
  x += number;
  if (ui.iconButton("page.zoomIn", {x, y, side, side}, Icon::plus, ui.tr("放大"))) zoom(ui, 1.25, middle(ui));
  x += 30 * k;
  const auto button = [&](const char* id, const std::string& label) {
    const Rect b{x, y, wide(label), side};
    x += b.w;
    return ui.button(id, b, label, ButtonKind::quiet);
  };
  if (button("page.fit", whole)) fit(ui);
  if (roomy && button("page.addText", add)) addText(ui);
  if (button("page.export", save)) openDialog(ui, Dialog::Kind::exportImage);
  const Rect b{x, y, backWide, side};
  if (ui.button("page.back", b, "", ButtonKind::quiet)) togglePageView(ui);
  ui.text(Type::body, {b.x + 11 * k, b.y, b.w, b.h}, back, t.text1);
  ui.text(Type::note, {b.x, b.y, b.w - 8 * k, b.h}, "Esc", t.text3, Align::right);
  ui.end();
}

void commitText(Ui& ui) {
  auto& p = ui.state.page;
  if (!p.editing) return;
  const FrameRef ref = *std::exchange(p.editing, {});
  const std::string said = session::trimmed(p.text);
  if (ref.part == PagePart::title) {
    if (!said.empty() && said != ui.scene.title) ui.send(session::SetTitle{said});
    return;
  }
  auto page = ui.session.project().page;
  int n = 0;
  for (auto it = page.frames.begin(); it != page.frames.end(); ++it) {
    if (it->part != PagePart::text || n++ != ref.nth) continue;
    if (said.empty()) page.frames.erase(it);
    else (ui.chinese() ? it->text.zh : it->text.en) = said;
    break;
  }
  if (page != ui.session.project().page) changePage(ui, page);
}

// Over the frame, where the words will stand. Enter is done, Ctrl+Enter a new line.
void drawEditor(Ui& ui) {
  auto& p = ui.state.page;
  if (!p.editing) return;
  const auto* f = frameOf(ui, *p.editing);
  if (!f || ui.state.dialog.kind != Dialog::Kind::none) {
    p.editing.reset();
    return;
  }
  const float k = ui.k;
  const Rect at = onScreen(ui, f->rect), m = ui.layout.map;
  const bool title = f->part == PagePart::title;
  const float w = std::min(std::max(at.w, 300 * k), m.w - 24 * k), h = (title ? 36 : 96) * k, foot = 24 * k;
  const Rect r{std::clamp(at.x, m.x + 12 * k, m.right() - w - 12 * k),
               std::clamp(at.y, m.y + 12 * k, m.bottom() - h - foot - 60 * k), w, h + foot};
  ui.begin("##pageEdit", {r.x - 8 * k, r.y - 8 * k, r.w + 16 * k, r.h + 16 * k}, {}, true);
  ui.shadow(r, 8);
  ui.fill(r, ui.theme.panel, 6 * k);
  ui.frame(r, ui.theme.accent, 6 * k, 1.5f * k);
  ui.record("page.edit", {r.x, r.y, r.w, h}, "text", p.text);
  ui.state.fonts.need(Type::body, p.text);
  ImGui::PushFont(ui.state.fonts[Type::body]);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{10 * k, 8 * k});
  ImGui::PushStyleColor(ImGuiCol_Text, colour(ui.theme.text1));
  ImGui::SetCursorScreenPos({r.x, r.y});
  if (std::exchange(p.editFocus, false)) ImGui::SetKeyboardFocusHere();
  const bool done = ImGui::InputTextMultiline(
      "##pageEditText", &p.text, {w, h},
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CtrlEnterForNewLine);
  const bool active = ImGui::IsItemActive();
  if (active && !p.editSeen)  // to be written over; boxes of several lines do not by themselves
    if (auto* typed = ImGui::GetInputTextState(ImGui::GetActiveID())) typed->SelectAll();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImGui::PopFont();
  ui.text(Type::note, {r.x + 10 * k, r.y + h, r.w - 20 * k, foot},
          title ? ui.tr("Enter 完成") : ui.tr("Enter 完成 · Ctrl+Enter 换行 · 清空即删除"), ui.theme.text3);
  ui.end();
  ui.state.wants.typing |= active;
  bool escape = false;
  for (const auto& press : ui.input.keys) escape |= press.key == key::escape;
  if (escape) {
    p.editing.reset(), ui.state.tools.escaped = ui.state.leaveField = true;
  } else if (done || (p.editSeen && !active)) {
    commitText(ui);
    ui.state.leaveField = true;
  }
  p.editSeen = active;
  ui.state.wants.again = true;
}

}  // namespace

std::string partName(const Ui& ui, PagePart part) {
  switch (part) {
    case PagePart::map:
      return ui.tr("地图");
    case PagePart::title:
      return ui.tr("标题");
    case PagePart::legend:
      return ui.tr("图例");
    case PagePart::scaleBar:
      return ui.tr("比例尺");
    case PagePart::north:
      return ui.tr("指北针");
    case PagePart::inset:
      return ui.tr("局部放大图");
    case PagePart::overview:
      return ui.tr("位置图");
    case PagePart::figures:
      return ui.tr("指标表");
    case PagePart::ranking:
      return ui.tr("排名");
    case PagePart::targets:
      return ui.tr("规划目标");
    case PagePart::notes:
      return ui.tr("说明");
    case PagePart::footer:
      return ui.tr("页脚");
    case PagePart::mark:
      return ui.tr("内部或公开标记");
    case PagePart::logo:
      return ui.tr("标志");
    case PagePart::text:
      return ui.tr("文字");
  }
  return {};
}

const scene::PageFrame* frameOf(const Ui& ui, const FrameRef& ref) {
  if (!ui.input.page) return nullptr;
  int nth = 0;
  for (const auto& f : ui.input.page->frames)
    if (f.part == ref.part && nth++ == ref.nth) return &f;
  return nullptr;
}

const session::FrameSpec* specOf(const session::LayoutSpec& layout, const FrameRef& ref) {
  int nth = 0;
  for (const auto& f : layout.frames)
    if (f.part == ref.part && nth++ == ref.nth) return &f;
  return nullptr;
}

bool isHidden(const session::LayoutSpec& layout, PagePart part) {
  return std::find(layout.hidden.begin(), layout.hidden.end(), session::word(part)) != layout.hidden.end();
}

session::PageSpec placed(const Ui&, session::PageSpec page, const FrameRef& ref, const Rect& r) {
  const auto hundredth = [](float v) { return std::round(static_cast<double>(v) * 100) / 100; };
  session::FrameSpec* f = const_cast<session::FrameSpec*>(specOf(page, ref));
  if (!f) f = &page.frames.emplace_back(session::FrameSpec{ref.part, 0, 0, 0, 0, {}});
  f->x = hundredth(r.x), f->y = hundredth(r.y), f->width = hundredth(r.w), f->height = hundredth(r.h);
  return page;
}

session::PageSpec automatic(session::PageSpec page, const FrameRef& ref) {
  if (ref.part != PagePart::text)
    std::erase_if(page.frames, [&](const session::FrameSpec& f) { return f.part == ref.part; });
  return page;
}

session::PageSpec withoutPart(session::PageSpec page, const FrameRef& ref) {
  if (ref.part != PagePart::text) {
    if (!isHidden(page, ref.part)) page.hidden.emplace_back(session::word(ref.part));
    return page;
  }
  if (const auto* f = specOf(page, ref)) page.frames.erase(page.frames.begin() + (f - page.frames.data()));
  return page;
}

session::PageSpec withPart(session::PageSpec page, PagePart part) {
  std::erase(page.hidden, session::word(part));
  return page;
}

void changePage(Ui& ui, session::PageSpec page, bool final) {
  ui.send(session::SetPage{std::move(page), final});
}

Refusal hideRefusal(const Ui& ui, const FrameRef& ref) {
  if (ref.part == PagePart::map) return ui.tr("页面不能没有地图。");
  if (ref.part == PagePart::mark) return ui.tr("内部或公开标记不能隐藏。");
  return {};
}

void addText(Ui& ui) {
  auto page = ui.session.project().page;
  const Vec paper = paperOf(ui);
  FrameRef ref{PagePart::text, 0};
  while (specOf(page, ref)) ++ref.nth;
  const Vec least =
      ui.input.fonts ? scene::leastSize(PagePart::text, ui.scene, ui.input.fonts, ui.scene.page) : Vec{20, 8};
  const double w = std::max<double>(least.x, std::round(paper.x / 5)),
               h = std::max<double>(least.y, std::round(paper.y / 24));
  const double step = 4.0 * ref.nth;  // several do not hide each other
  page.frames.push_back({PagePart::text,
                         std::round(paper.x / 2 - w / 2) + step,
                         std::round(paper.y / 2 - h / 2) + step,
                         w,
                         h,
                         {ui.tr("文字"), ui.tr("文字")}});
  changePage(ui, std::move(page));
  choose(ui, ref);
}

void editText(Ui& ui, const FrameRef& ref) {
  auto& p = ui.state.page;
  const auto* f = frameOf(ui, ref);
  if (!f || (ref.part != PagePart::text && ref.part != PagePart::title)) return;
  const auto* spec = specOf(ui.session.project().page, ref);
  p.text = ref.part == PagePart::title ? ui.scene.title : spec ? ui.name(spec->text) : f->text;
  p.editing = ref, p.editFocus = true, p.editSeen = false;
  ui.state.wants.again = true;
}

void togglePageView(Ui& ui) {
  auto& p = ui.state.page;
  const bool opens = !ui.view.pageView;
  endNudge(ui);
  if (p.editing) commitText(ui);
  ui.send(session::TogglePanel{"page"});
  p.chosen.reset(), p.hold = Hold::none, p.editing.reset();
  if (opens) p.fitted = true, openTab(ui, ColumnTab::page);
  else if (ui.state.column.tab == ColumnTab::page) ui.state.column.tab = ColumnTab::map;
}

bool obeyPageKey(Ui& ui, const KeyPress& press) {
  auto& p = ui.state.page;
  if (!ui.view.pageView || ui.state.dialog.kind != Dialog::Kind::none || !ui.state.popup.empty() ||
      ui.view.helpOpen || ui.state.wants.typing || ui.state.wasTyping)
    return false;
  if (press.key == key::escape) {
    if (p.hold == Hold::frame) callOff(ui);
    else if (p.chosen) choose(ui, {});
    else togglePageView(ui);
    return true;
  }
  if (press.key == key::tab && !press.ctrl) {
    const auto all = frames(ui);
    if (all.empty()) return true;
    const auto n = all.size();
    const auto at = p.chosen ? static_cast<size_t>(std::find(all.begin(), all.end(), *p.chosen) - all.begin())
                             : (press.shift ? 0 : n - 1);
    choose(ui, all[(at + (press.shift ? n - 1 : 1)) % n]);
    return true;
  }
  if (press.ctrl) return false;
  if (press.key == 'F' && !press.shift) return fit(ui), true;
  if (press.key == '=' || press.key == 334) return zoom(ui, 1.25, middle(ui)), true;
  if (press.key == '-' || press.key == 333) return zoom(ui, 0.8, middle(ui)), true;
  if (press.key < key::remove || press.key > key::up) return false;
  if (press.key == key::remove) {
    if (!p.chosen) return true;
    if (hideRefusal(ui, *p.chosen)) return true;
    endNudge(ui);
    changePage(ui, withoutPart(ui.session.project().page, *p.chosen));
    choose(ui, {});
    return true;
  }
  const float by = press.shift ? 0.1f : 1;
  const Vec step = press.key == key::right  ? Vec{by, 0}
                   : press.key == key::left ? Vec{-by, 0}
                   : press.key == key::down ? Vec{0, by}
                                            : Vec{0, -by};
  const auto* f = p.chosen ? frameOf(ui, *p.chosen) : nullptr;
  if (f) {
    Rect r = f->rect;
    // Several presses of one frame follow the project, the picture comes later.
    if (const auto* spec = specOf(ui.session.project().page, *p.chosen))
      r = {static_cast<float>(spec->x), static_cast<float>(spec->y), static_cast<float>(spec->width),
           static_cast<float>(spec->height)};
    r.x += step.x, r.y += step.y;
    changePage(ui, placed(ui, ui.session.project().page, *p.chosen, r), false);
    p.nudgedUntil = ui.state.now + 0.8;
  } else {
    p.at = p.at - step * (60 * ui.k / by), p.fitted = false;
    keepInSight(ui);
  }
  ui.state.wants.again = true;
  return true;
}

void drawPagePanel(Ui& ui) {
  auto& st = ui.state;
  auto& p = st.page;
  const Rect map = ui.layout.map;
  if (map.w < 8 || map.h < 8) return;
  const float k = ui.k;
  st.zoomLeft = 0, st.panLeft = {}, st.mapPressed = st.mapDragging = st.mapDead = false;
  const std::string paper = fmt::format("{}x{}", ui.scene.page.width, ui.scene.page.height);
  const bool other = paper != std::exchange(p.shownPaper, paper);
  if (p.fitted || p.scale <= 0 || other) fit(ui);
  keepInSight(ui);
  if (p.nudgedUntil > 0) {
    if (st.now >= p.nudgedUntil) endNudge(ui);
    else ui.wakeAt(p.nudgedUntil);
  }

  ui.begin("##page", map);
  const auto hit = ui.press("page", map, "page", fmt::format("{:.3f}", p.scale));
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y}, local{mouse.x - map.x, mouse.y - map.y};
  if (hit.hovered && io.MouseWheel != 0) zoom(ui, std::pow(1.2, io.MouseWheel), local);
  if (hit.hovered && ImGui::IsMouseClicked(2)) st.middlePan = true;
  if (st.middlePan) {
    st.middlePan = ImGui::IsMouseDown(2);
    p.at = p.at + Vec{io.MouseDelta.x, io.MouseDelta.y}, p.fitted = false;
    keepInSight(ui);
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  }

  if (ui.input.page) {
    const auto all = frames(ui);
    for (size_t i = 0; i < all.size(); ++i) {
      const auto& f = ui.input.page->frames[i];
      ui.record("page.frame." + wordOf(all[i]), onScreen(ui, f.rect), "frame",
                fmt::format("{:.2f} {:.2f} {:.2f} {:.2f}{}", f.rect.x, f.rect.y, f.rect.w, f.rect.h,
                            f.fixed ? " fixed" : ""));
    }
    if (p.chosen && !frameOf(ui, *p.chosen) && p.hold == Hold::none &&
        !specOf(ui.session.project().page, *p.chosen))
      p.chosen.reset();
    const auto over = hit.hovered || hit.held ? under(ui, mouse) : std::nullopt;
    const auto* chosen = p.chosen ? frameOf(ui, *p.chosen) : nullptr;
    const auto grip = chosen && (hit.hovered || hit.held)
                          ? handleUnder(ui, onScreen(ui, chosen->rect).grown(outline * k), mouse)
                          : std::nullopt;
    if (hit.held && p.hold == Hold::none && !p.dead) {  // pressed now
      p.pressedAt = mouse, p.moved = false;
      if (grip) {
        startDrag(ui, *grip, mouse);
      } else if (chosen && onScreen(ui, chosen->rect).contains(mouse) &&
                 (over == p.chosen || !over || over->part == PagePart::map)) {
        startDrag(ui, {}, mouse);
      } else if (over && over->part != PagePart::map) {
        choose(ui, over);
        startDrag(ui, {}, mouse);
      } else {
        p.hold = Hold::pan;  // the map has to be chosen first: it fills the page, and dragging it pans
      }
    }
    if (p.hold == Hold::pan) {
      const Vec gone = mouse - p.pressedAt;
      if (hit.held) {
        if (!p.moved && std::abs(gone.x) + std::abs(gone.y) > 4 * k) p.moved = true, p.at = p.at + gone;
        else if (p.moved) p.at = p.at + Vec{io.MouseDelta.x, io.MouseDelta.y};
        if (p.moved) p.fitted = false, keepInSight(ui), ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
      } else {
        if (!p.moved) choose(ui, over);
        p.hold = Hold::none, p.moved = false;
      }
    }
    drag(ui, mouse, hit.held);
    if (!hit.held) p.dead = false;
    if (hit.doubled && over) editText(ui, *over);
    if (p.hold == Hold::none && hit.hovered) {
      if (grip) ImGui::SetMouseCursor(cursorOf(*grip));
      else if (over && (over == p.chosen || over->part != PagePart::map))
        ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
      if (over && over != p.chosen && !grip)
        if (const auto* f = frameOf(ui, *over))
          ui.frame(onScreen(ui, f->rect).grown(k), scene::lightTheme().accent.withAlpha(0.55), 0, 1.5f * k);
    }
    drawFaults(ui);
    drawChosen(ui);
    if (p.hold == Hold::frame && p.moved) drawGuides(ui);
  }
  st.lastMouse = mouse;
  st.hoverClaimed = false;
  ui.end();
  drawBar(ui);
  drawEditor(ui);
}

}  // namespace panels
