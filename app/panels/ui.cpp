#include "app/panels/ui.h"

#include <imgui_internal.h>
#include <imgui_stdlib.h>

#include "app/panels/utf8.h"

namespace panels {
namespace {

ImVec2 at(Vec v) { return {v.x, v.y}; }
ImVec2 low(Rect r) { return {r.x, r.y}; }
ImVec2 high(Rect r) { return {r.right(), r.bottom()}; }
constexpr ImGuiWindowFlags bare = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                  ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                  ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav |
                                  ImGuiWindowFlags_NoBackground;

bool breaksBefore(char32_t c) {  // may a line begin with it?
  static constexpr std::u32string_view never = U"，。、；：？！）》」』】〕”’%％·…—-,.;:?!)]}";
  return never.find(c) == std::u32string_view::npos;
}

}  // namespace

Rgba operator|(Rgba a, std::pair<Rgba, double> over) { return scene::mix(a, over.first, over.second); }

Ui::Ui(const session::Session& s, PanelState::Impl& st, const FrameInput& in, session::Commands& commands)
    : session(s),
      view(s.view()),
      scene(s.scene()),
      theme(s.project().theme == "light" ? scene::lightTheme() : scene::darkTheme()),
      state(st),
      input(in),
      out(commands),
      k(in.scale),
      layout(layoutFor(in.width, in.height, in.scale, s.view(), st.dock.height)) {
  if (scene.choropleth && scene.choropleth->classes())
    classColours = scene::classColours(*scene.choropleth, theme.dark);
}

std::optional<std::string> Ui::refusal(const session::Command& command) const {
  const auto may = session::canApply(session, command);
  if (may) return {};
  return may.error().text();
}

void Ui::claimHover(std::optional<scene::ObjectRef> object) {
  state.hoverClaimed = true;
  if (view.hovered != object) send(session::Hover{std::move(object)});
}

float Ui::fade(const std::string& id, bool on, float seconds) {
  auto [it, fresh] = state.fades.try_emplace(id, on ? 1.0f : 0.0f);
  if (fresh && !on) return 0;
  float& f = it->second;
  const auto by = static_cast<float>(state.step / seconds);
  f = on ? std::min(1.0f, f + by) : std::max(0.0f, f - by);
  if (f != (on ? 1.0f : 0.0f)) state.wants.again = true;
  return 1 - (1 - f) * (1 - f);
}

void Ui::wakeAt(double seconds) {
  auto& w = state.wants.wakeAt;
  if (w == 0 || seconds < w) w = seconds;
}

// Windows
// -----------------------------------------------------------------------------------------------------------------

bool Ui::begin(const char* id, Rect r, std::optional<Rgba> ground, bool onTop, bool takesMouse) {
  ImGui::SetNextWindowPos(low(r));
  ImGui::SetNextWindowSize({r.w, r.h});
  const bool open = ImGui::Begin(
      id, nullptr, bare | ImGuiWindowFlags_NoScrollWithMouse | (takesMouse ? 0 : ImGuiWindowFlags_NoInputs));
  if (onTop) ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
  if (ground) fill(r, *ground);
  return open;
}

void Ui::end() { ImGui::End(); }

void Ui::beginScroll(const char* id, Rect r) {
  scroll_ = r, scrollId_ = id;
  ImGui::SetCursorScreenPos(low(r));
  ImGui::BeginChild(id, {r.w, r.h}, false,
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
}

float Ui::scrollTop() const { return scroll_.y - ImGui::GetScrollY(); }

void Ui::endScroll(float bottom) {
  ImGui::SetCursorScreenPos({scroll_.x, bottom - 1});
  ImGui::Dummy({1, 1});
  const float most = ImGui::GetScrollMaxY();
  if (most > 0) {
    const float share = scroll_.h / (scroll_.h + most), thumb = std::max(32 * k, scroll_.h * share);
    const Rect track{scroll_.right() - 10 * k, scroll_.y, 10 * k, scroll_.h};
    const float y = track.y + (track.h - thumb) * (ImGui::GetScrollY() / most);
    const Rect grip{track.x, y, track.w, thumb};
    const auto p = press(scrollId_ + ".scroll", grip, "scroll");
    const bool near = ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    if (p.held && track.h > thumb)
      ImGui::SetScrollY(std::clamp(
          ImGui::GetScrollY() + ImGui::GetIO().MouseDelta.y * most / (track.h - thumb), 0.0f, most));
    const float w = (p.hovered || p.held ? 6 : 4) * k;
    fill({track.right() - w - 2 * k, y + 2 * k, w, thumb - 4 * k},
         theme.text3.withAlpha(p.held      ? 0.7
                               : p.hovered ? 0.6
                               : near      ? 0.4
                                           : 0.18),
         w / 2);
  }
  ImGui::EndChild();
}

// Drawing
// -----------------------------------------------------------------------------------------------------------------

void Ui::fill(Rect r, Rgba c, float radius) const {
  list().AddRectFilled(low(r), high(r), colour(c), radius);
}

void Ui::frame(Rect r, Rgba c, float radius, float width) const {
  const float in = width / 2;
  list().AddRect({r.x + in, r.y + in}, {r.right() - in, r.bottom() - in}, colour(c),
                 std::max(0.0f, radius - in), 0, width);
}

void Ui::line(Vec a, Vec b, Rgba c, float w) const { list().AddLine(at(a), at(b), colour(c), w); }

void Ui::hairline(float x0, float x1, float y) const {
  const float h = std::max(1.0f, std::floor(k));
  fill({x0, std::floor(y), x1 - x0, h}, theme.rule);
}

void Ui::shadow(Rect r, int reach) const {
  for (int i = reach; i > 0; --i) {
    const float d = static_cast<float>(i) * k;
    fill({r.x - d, r.y - d + 0.4f * static_cast<float>(reach) * k, r.w + 2 * d, r.h + 2 * d},
         {0, 0, 0, static_cast<uint8_t>(theme.dark ? 12 : 4)}, 6 * k + d);
  }
}

void Ui::icon(Icon icon, Vec c, Rgba ink, float size) const {
  auto& d = list();
  const float s = size * k / 10, w = 1.5f * k;
  const ImU32 u = colour(ink);
  const auto p = [&](float x, float y) { return ImVec2{c.x + x * s, c.y + y * s}; };
  const auto path = [&](std::initializer_list<ImVec2> points, bool closed = false) {
    for (auto q : points) d.PathLineTo(q);
    d.PathStroke(u, closed ? ImDrawFlags_Closed : 0, w);
  };
  switch (icon) {
    case Icon::chevronDown:
      path({p(-3.5f, -1.8f), p(0, 1.8f), p(3.5f, -1.8f)});
      break;
    case Icon::chevronUp:
      path({p(-3.5f, 1.8f), p(0, -1.8f), p(3.5f, 1.8f)});
      break;
    case Icon::chevronRight:
      path({p(-1.8f, -3.5f), p(1.8f, 0), p(-1.8f, 3.5f)});
      break;
    case Icon::chevronLeft:
      path({p(1.8f, -3.5f), p(-1.8f, 0), p(1.8f, 3.5f)});
      break;
    case Icon::search:
      d.AddCircle(p(-0.9f, -0.9f), 3.7f * s, u, 0, w);
      path({p(1.8f, 1.8f), p(5, 5)});
      break;
    case Icon::close:
      path({p(-3, -3), p(3, 3)}), path({p(3, -3), p(-3, 3)});
      break;
    case Icon::folder:
      path({p(-6, 4.5f), p(-6, -4.5f), p(-1.5f, -4.5f), p(0, -2.7f), p(6, -2.7f), p(6, 4.5f)}, true);
      break;
    case Icon::file:
      path({p(-4, -5.5f), p(1.2f, -5.5f), p(4, -2.7f), p(4, 5.5f), p(-4, 5.5f)}, true),
          path({p(1.2f, -5.5f), p(1.2f, -2.7f), p(4, -2.7f)});
      break;
    case Icon::flag:
      path({p(0, 8), p(0, -6), p(10, -2.6f), p(0, 1)});
      break;
    case Icon::check:
      path({p(-3.6f, 0.2f), p(-1, 2.8f), p(3.8f, -2.6f)});
      break;
    case Icon::plus:
      path({p(-4, 0), p(4, 0)}), path({p(0, -4), p(0, 4)});
      break;
    case Icon::minus:
      path({p(-4, 0), p(4, 0)});
      break;
    case Icon::up:
      path({p(-4, 0.5f), p(0, -3.5f), p(4, 0.5f)}), path({p(0, -3), p(0, 5)});
      break;
    case Icon::back:
      path({p(0.5f, -4), p(-3.5f, 0), p(0.5f, 4)}), path({p(-3, 0), p(5, 0)});
      break;
    case Icon::arrow:
      path({p(-3, -5), p(4.2f, 0.6f), p(0.6f, 1.1f), p(-1.6f, 4.4f)}, true);
      break;
    case Icon::rectangle:
      for (int i = 0; i < 4; ++i) {  // dashed
        const float a = -5 + 2.8f * static_cast<float>(i), b = std::min(a + 1.6f, 5.0f);
        path({p(a, -4), p(b, -4)}), path({p(a, 4), p(b, 4)});
        const float c = a * 0.8f, e = b * 0.8f;
        path({p(-5, c), p(-5, e)}), path({p(5, c), p(5, e)});
      }
      break;
    case Icon::lasso:
      d.PathLineTo(p(-1.2f, 2.6f));
      d.PathBezierCubicCurveTo(p(-7, 2.2f), p(-6.4f, -5), p(0, -5));
      d.PathBezierCubicCurveTo(p(6.6f, -5), p(6.6f, 2.4f), p(0.8f, 2.7f));
      d.PathStroke(u, 0, w);
      d.AddCircle(p(-0.2f, 2.8f), 1.3f * s, u, 0, w);
      d.PathLineTo(p(-0.8f, 4));
      d.PathBezierCubicCurveTo(p(-1, 5.6f), p(-2.4f, 5.6f), p(-3, 5.4f));
      d.PathStroke(u, 0, w);
      break;
    case Icon::move:
      path({p(-6, 0), p(6, 0)}), path({p(0, -6), p(0, 6)});
      path({p(-4, -2), p(-6, 0), p(-4, 2)}), path({p(4, -2), p(6, 0), p(4, 2)});
      path({p(-2, -4), p(0, -6), p(2, -4)}), path({p(-2, 4), p(0, 6), p(2, 4)});
      break;
    case Icon::point:
      d.AddCircleFilled(p(0, 0), 2.6f * s, u);
      d.AddCircle(p(0, 0), 5.2f * s, u, 0, w);
      break;
    case Icon::polyline:
    case Icon::polygon: {
      const bool area = icon == Icon::polygon;
      const std::array<ImVec2, 4> at{p(-5, 4), p(-3.5f, -4), area ? p(4.5f, -3) : p(2.5f, 1.5f),
                                     area ? p(4, 4.5f) : p(5.5f, -4)};
      path({at[0], at[1], at[2], at[3]}, area);
      for (const ImVec2 c : at) d.AddCircleFilled(c, 1.7f * s, u);
      break;
    }
    case Icon::funnel:
      path({p(-4.6f, -4), p(4.6f, -4), p(1.1f, 0.4f), p(1.1f, 4.4f), p(-1.1f, 3), p(-1.1f, 0.4f)}, true);
      break;
    case Icon::swap:
      path({p(-4.5f, -2), p(4.5f, -2), p(2.2f, -4.2f)}), path({p(4.5f, 2), p(-4.5f, 2), p(-2.2f, 4.2f)});
      break;
  }
}

void Ui::symbol(scene::Symbol symbol, scene::Certainty certainty, Vec centre, float size) {
  const auto key = std::tuple{symbol, certainty, static_cast<int>(size * 16), theme.dark};
  auto it = state.symbols.find(key);
  if (it == state.symbols.end())
    it = state.symbols.emplace(key, symbolMesh(symbol, certainty, size, theme, k)).first;
  const auto& mesh = it->second;
  auto& d = list();
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  d.PrimReserve(static_cast<int>(mesh.indices.size()), static_cast<int>(mesh.vertices.size()));
  const auto first = static_cast<ImDrawIdx>(d._VtxCurrentIdx);
  for (auto i : mesh.indices) d.PrimWriteIdx(static_cast<ImDrawIdx>(first + i));
  for (const auto& v : mesh.vertices) d.PrimWriteVtx({centre.x + v.at.x, centre.y + v.at.y}, white, v.colour);
}

float Ui::width(Type type, std::string_view s) {
  state.fonts.need(type, s);
  const ImFont* f = font(type);
  return f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, s.data(), s.data() + s.size()).x;
}

float Ui::baseline(Type type, Rect r) const {
  return std::round(r.y + r.h / 2 + 0.365f * state.fonts.em(type));
}

float Ui::textAt(Type type, Vec start, std::string_view s, Rgba c) {
  state.fonts.need(type, s);
  const ImFont* f = font(type);
  list().AddText(f, f->FontSize, {std::round(start.x), std::round(start.y - f->Ascent)}, colour(c), s.data(),
                 s.data() + s.size());
  return start.x + width(type, s);
}

std::string Ui::cut(Type type, std::string_view s, float room) {
  if (width(type, s) <= room) return std::string(s);
  const float dots = width(type, "…");
  size_t keep = 0;
  float w = 0;
  for (size_t i = 0; i < s.size();) {
    const size_t from = i;
    nextCodePoint(s, i);
    w += width(type, s.substr(from, i - from));
    if (w + dots > room) break;
    keep = i;
  }
  return std::string(s.substr(0, keep)) + "…";
}

float Ui::text(Type type, Rect r, std::string_view s, Rgba c, Align align) {
  const float w = width(type, s);
  if (w > r.w + 0.5f) {
    const std::string shorter = cut(type, s, r.w);
    const float sw = width(type, shorter);
    const float x = align == Align::right    ? r.right() - sw
                    : align == Align::centre ? r.x + (r.w - sw) / 2
                                             : r.x;
    const auto mouse = ImGui::GetIO().MousePos;
    if (r.contains({mouse.x, mouse.y}) &&
        ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem))
      tip("cut:" + std::string(s), true, std::string(s));
    return textAt(type, {x, baseline(type, r)}, shorter, c);
  }
  const float x = align == Align::right ? r.right() - w : align == Align::centre ? r.x + (r.w - w) / 2 : r.x;
  return textAt(type, {x, baseline(type, r)}, s, c);
}

float Ui::paragraph(Type type, Rect r, std::string_view s, Rgba c, float leading, bool draw) {
  const float step = std::round(state.fonts.em(type) * leading);
  float y = r.y;
  const auto put = [&](size_t from, size_t to) {
    while (from < to && s[from] == ' ') ++from;
    if (draw) text(type, {r.x, y, r.w + 2 * k, step}, s.substr(from, to - from), c);
    y += step;
  };
  size_t start = 0, mayBreak = 0;
  float w = 0, sinceBreak = 0;
  for (size_t i = 0; i < s.size();) {
    const size_t from = i;
    const char32_t ch = nextCodePoint(s, i);
    if (ch == '\n') {
      put(start, from);
      start = mayBreak = i, w = sinceBreak = 0;
      continue;
    }
    if (ch >= 0x2E80 && breaksBefore(ch)) mayBreak = from, sinceBreak = 0;
    const float advance = width(type, s.substr(from, i - from));
    if (w + advance > r.w && from > start) {
      const size_t end = mayBreak > start ? mayBreak : from;
      put(start, end);
      w = mayBreak > start ? sinceBreak : 0;
      start = end;
    }
    w += advance, sinceBreak += advance;
    if (ch == ' ' || (ch >= 0x2E80)) mayBreak = i, sinceBreak = 0;
    size_t next = i;  // not before a closing mark
    if (i < s.size() && ch >= 0x2E80 && !breaksBefore(nextCodePoint(s, next)))
      mayBreak = std::max(start, from), sinceBreak = advance;
  }
  if (start < s.size()) put(start, s.size());
  return y;
}

// Widgets
// -----------------------------------------------------------------------------------------------------------------

void Ui::record(const std::string& id, Rect r, const char* kind, std::string value, bool enabled) {
  state.widgets[id] = {kind, r, std::move(value), enabled, {}};
}

void Ui::beginTabs(std::string_view dialog) {
  Tabs& t = state.tabs;
  if (t.dialog != dialog) t = {}, t.dialog = dialog;
  t.on = true, t.now.clear(), t.ring = {};
  if (ImGui::IsMouseClicked(0)) t.at.clear();
  if (!state.popup.empty()) return;  // its own keys
  if (!state.editing.empty()) t.at = state.editing;
  for (const KeyPress& p : input.keys) {
    if (p.ctrl || p.alt) continue;
    const auto is = [&](const Tabs::Stop& s) { return s.id == t.at; };
    const auto here = std::find_if(t.before.begin(), t.before.end(), is);
    if (p.key == 258 && !t.before.empty()) {
      const auto n = static_cast<long>(t.before.size());
      const long from = here == t.before.end() ? (p.shift ? 0 : -1) : here - t.before.begin();
      const Tabs::Stop& to = t.before[static_cast<size_t>((from + (p.shift ? n - 1 : 1) + n) % n)];
      if (!state.editing.empty() && !to.field) state.leaveField = true;
      t.at = t.reached = to.id;
      state.column.focus = to.field ? "" : to.id;  // a slider takes the arrows
      state.wants.again = true;
    } else if ((p.key == 257 || p.key == 335 || p.key == ' ') && here != t.before.end() && !here->field) {
      t.pressed = t.at;
    }
  }
}

void Ui::endTabs() {
  Tabs& t = state.tabs;
  if (!std::exchange(t.on, false)) {  // no dialog is open
    t = {};
    return;
  }
  t.before = std::exchange(t.now, {});
  t.pressed.clear(), t.reached.clear();
  if (!t.at.empty()) record("focus", t.ring, "focus", t.at);
  if (t.ring.w <= 0 || !state.popup.empty()) return;
  auto& over = *ImGui::GetForegroundDrawList();
  over.PushClipRect(low(t.clip), high(t.clip));
  over.AddRect(low(t.ring), high(t.ring), colour(theme.accent), 6 * k, 0, 2 * k);
  over.PopClipRect();
}

bool Ui::tabStop(const std::string& id, Rect r, bool field) {
  Tabs& t = state.tabs;
  if (!t.on) return false;
  t.now.push_back({id, field});
  if (t.at != id) return false;
  const ImRect seen = ImGui::GetCurrentWindow()->InnerClipRect;
  if (t.reached == id && (r.y < seen.Min.y || r.bottom() > seen.Max.y)) ImGui::SetScrollHereY(0.5f);
  if (!field) t.ring = r.grown(2 * k);  // a field has a frame of its own
  t.clip = Rect{seen.Min.x, seen.Min.y, seen.GetWidth(), seen.GetHeight()}.grown(6 * k);
  return t.pressed == id;
}

Press Ui::press(const std::string& id, Rect r, const char* kind, std::string value, bool enabled) {
  record(id, r, kind, std::move(value), enabled);
  Press p;
  if (r.w < 1 || r.h < 1) return p;
  ImGui::SetCursorScreenPos(low(r));
  const bool released = ImGui::InvisibleButton(id.c_str(), {r.w, r.h});
  p.hovered = ImGui::IsItemHovered();
  p.held = enabled && ImGui::IsItemActive();
  p.clicked = enabled && released;
  static constexpr std::string_view stops[] = {"button",  "choice", "check", "option",
                                               "segment", "slider", "link"};
  if (enabled && std::find(std::begin(stops), std::end(stops), kind) != std::end(stops))
    p.clicked |= tabStop(id, r, false);
  p.doubled = enabled && p.hovered && ImGui::IsMouseDoubleClicked(0);
  p.fade = fade(id, enabled && (p.hovered || p.held));
  return p;
}

void Ui::tip(const std::string& id, bool hovered, std::string text) {
  if (auto it = state.widgets.find(id); it != state.widgets.end()) it->second.tip = text;
  if (!hovered || text.empty()) return;
  if (state.tipId != id) state.tipId = id, state.tipSince = state.now;
  state.tipText = std::move(text), state.tipSeen = true;
  if (state.now < state.tipSince + 0.4) wakeAt(state.tipSince + 0.4);
}

bool Ui::button(const std::string& id, Rect r, std::string_view label, ButtonKind kind,
                std::optional<std::string> refusal) {
  const bool enabled = !refusal;
  const auto p = press(id, r, "button", std::string(label), enabled);
  if (refusal) tip(id, p.hovered, *refusal);
  const float radius = 5 * k;
  Rgba ground = theme.panel, ink = theme.text1, edge = theme.rule;
  if (kind == ButtonKind::primary) {
    ground = theme.accent | std::pair{theme.text1, p.held ? 0.2 : 0.12 * p.fade};
    ink = theme.dark ? theme.background : Rgba{255, 255, 255, 255};
    if (!enabled) ground = theme.accent.withAlpha(0.35);
    fill(r, ground, radius);
  } else {
    const Rgba lit = theme.accent.withAlpha(p.held ? 0.2 : 0.1 * p.fade);
    if (kind == ButtonKind::plain) {
      fill(r, theme.dark ? theme.panel : Rgba{255, 255, 255, 255}, radius);
      frame(r, edge | std::pair{theme.accent, 0.5 * p.fade}, radius, std::max(1.0f, std::floor(k)));
    }
    fill(r, lit, radius);
    if (!enabled) ink = theme.text3;
  }
  text(kind == ButtonKind::primary ? Type::strong : Type::body, {r.x + 8 * k, r.y, r.w - 16 * k, r.h}, label,
       ink, Align::centre);
  return p.clicked;
}

bool Ui::iconButton(const std::string& id, Rect r, Icon which, std::string_view help, bool enabled) {
  const auto p = press(id, r, "button", {}, enabled);
  tip(id, p.hovered, std::string(help));
  fill(r, theme.text1.withAlpha(p.held ? 0.14 : 0.08 * p.fade), 4 * k);
  icon(which, r.centre(),
       enabled ? (theme.text2 | std::pair{theme.text1, p.fade}) : theme.text3.withAlpha(0.5));
  return p.clicked;
}

bool Ui::check(const std::string& id, Rect box, bool on, bool mixed) {
  const Rect target = box.grown(4 * k);
  const auto p = press(id, target, "check", mixed ? "mixed" : on ? "on" : "off");
  const float radius = 3.5f * k, w = 1.5f * k;
  const Rgba inside = theme.dark ? theme.background : Rgba{255, 255, 255, 255};
  fill(box, inside | std::pair{theme.accent, 0.15 * p.fade}, radius);
  frame(box, on || mixed ? theme.accent : theme.text3.withAlpha(0.6 + 0.4 * p.fade), radius, w);
  if (mixed) fill({box.x + box.w * 0.27f, box.centre().y - 0.9f * k, box.w * 0.46f, 1.8f * k}, theme.accent);
  else if (on) icon(Icon::check, box.centre(), theme.accent, 9.5f);
  return p.clicked;
}

Ui::Slide Ui::slider(const std::string& id, Rect r, float value) {
  Slide s{false, false, value};
  const float knob = 7 * k;
  const Rect grip{r.x, r.y, r.w, r.h};
  const auto p = press(id, grip, "slider", fmt::format("{:.2f}", value));
  const float x0 = r.x + knob, x1 = r.right() - knob;
  if (p.held) {
    const float v = std::clamp((ImGui::GetIO().MousePos.x - x0) / std::max(1.0f, x1 - x0), 0.0f, 1.0f);
    s.value = std::round(v * 100) / 100;
    s.changed = s.value != value;
  }
  s.ended = ImGui::IsItemDeactivated();
  const float y = r.centre().y, x = x0 + (x1 - x0) * s.value, thick = 3 * k;
  fill({x0, y - thick / 2, x1 - x0, thick}, theme.rule, thick / 2);
  fill({x0, y - thick / 2, x - x0, thick}, theme.accent, thick / 2);
  list().AddCircleFilled({x, y}, knob + 0.5f * k * p.fade,
                         colour(theme.dark ? theme.panel : Rgba{255, 255, 255, 255}));
  list().AddCircle({x, y}, knob - 0.75f * k, colour(theme.accent), 0, 1.5f * k);
  return s;
}

bool Ui::field(const std::string& id, Rect r, std::string& value, const char* placeholder, bool takeFocus,
               Icon* lead, bool secret) {
  const auto seen = [&] {  // what anybody may see of it
    std::string dots;
    for (size_t i = 0; secret && i < value.size(); ++i) dots += "•";
    return secret ? dots : value;
  };
  record(id, r, "text", seen());
  const float radius = 5 * k, pad = 10 * k;
  const std::string focusKey = "field:" + id;
  fill(r, theme.dark ? theme.background : Rgba{255, 255, 255, 255}, radius);
  float x = r.x + pad;
  if (lead) icon(*lead, {r.x + 16 * k, r.centre().y}, theme.text3, 12), x = r.x + 30 * k;
  state.fonts.need(Type::body, secret ? "*" : value);
  ImFont* f = font(Type::body);
  ImGui::PushFont(f);
  // ImGui places the line by its font's box, Latin first; the row centres by the look's own rule.
  const float top = std::round(baseline(Type::body, r) - f->Ascent - r.y);
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2{x - r.x, top});
  ImGui::SetCursorScreenPos(low(r));
  ImGui::SetNextItemWidth(r.w);
  (void)tabStop(id, r, true);
  if (takeFocus || (state.tabs.on && state.tabs.reached == id)) ImGui::SetKeyboardFocusHere();
  // At rest the text is ours, cut where it is too long: a path loses its beginning, anything else its end.
  const bool editing = state.editing == id;
  ImGui::PushStyleColor(ImGuiCol_Text, colour(editing ? theme.text1 : Rgba{0, 0, 0, 0}));
  const bool changed =
      ImGui::InputText(("##" + id).c_str(), &value, secret ? ImGuiInputTextFlags_Password : 0);
  const bool active = ImGui::IsItemActive();
  ImGui::PopStyleColor();
  ImGui::PopStyleVar();
  ImGui::PopFont();
  if (!editing && !value.empty()) {
    std::string shown = seen();
    const Rect line{x, r.y, r.right() - pad - x, r.h};
    if (!secret && value.find('/') != std::string::npos && width(Type::body, value) > line.w) {
      size_t from = 0;
      while (from < value.size() && width(Type::body, "…" + value.substr(from)) > line.w)
        nextCodePoint(value, from);
      shown = "…" + value.substr(from);
    }
    text(Type::body, line, shown, theme.text1);
  }
  if (active) state.wants.typing = true, state.editing = id;
  else if (editing) state.editing.clear();
  if (active != editing) state.wants.again = true;
  const float lit = fade(focusKey, active);
  frame(r, theme.rule | std::pair{theme.accent, static_cast<double>(lit)}, radius, (1 + 0.5f * lit) * k);
  if (value.empty() && !active)
    text(Type::body, {x, r.y, r.right() - pad - x, r.h}, placeholder, theme.text3);
  if (value.empty() && active)
    text(Type::body, {x + 3 * k, r.y, r.right() - pad - x, r.h}, placeholder, theme.text3.withAlpha(0.6));
  state.widgets[id].value = seen();
  return changed;
}

int Ui::segments(const std::string& id, Rect r, std::span<const std::string> labels, int chosen) {
  int clicked = -1;
  const float radius = 5 * k, w = r.w / static_cast<float>(labels.size());
  fill(r, theme.dark ? theme.background : Rgba{255, 255, 255, 255}, radius);
  for (size_t i = 0; i < labels.size(); ++i) {
    const Rect cell{r.x + w * static_cast<float>(i), r.y, w, r.h};
    const bool on = static_cast<int>(i) == chosen;
    const auto p = press(fmt::format("{}.{}", id, i), cell, "segment", on ? "on" : "off");
    const auto corners = i == 0                   ? ImDrawFlags_RoundCornersLeft
                         : i + 1 == labels.size() ? ImDrawFlags_RoundCornersRight
                                                  : ImDrawFlags_RoundCornersNone;
    const auto one = labels.size() == 1 ? ImDrawFlags_RoundCornersAll : corners;
    list().AddRectFilled(low(cell), high(cell), colour(theme.accent.withAlpha(on ? 0.16 : 0.08 * p.fade)),
                         radius, one);
    if (i) fill({std::floor(cell.x), cell.y, std::max(1.0f, std::floor(k)), cell.h}, theme.rule);
    text(on ? Type::strong : Type::body, {cell.x + 4 * k, cell.y, cell.w - 8 * k, cell.h}, labels[i],
         on ? theme.text1 : theme.text2, Align::centre);
    if (p.clicked) clicked = static_cast<int>(i);
  }
  frame(r, theme.rule, radius, std::max(1.0f, std::floor(k)));
  return clicked;
}

float Ui::chip(float right, Rect row, scene::Status status) {
  const char* letter = status == scene::Status::official       ? tr("官")
                       : status == scene::Status::estimated    ? tr("估")
                       : status == scene::Status::illustrative ? tr("示")
                                                               : tr("缺");
  const float s = 19 * k;
  const Rect r{std::floor(right - s), std::floor(row.y + (row.h - s) / 2), s, s};
  const float radius = 4 * k;
  Rgba ink = theme.text1;
  switch (status) {
    case scene::Status::official:
      fill(r, theme.accent, radius);
      ink = theme.dark ? theme.background : Rgba{255, 255, 255, 255};
      break;
    case scene::Status::estimated:
      frame(r, theme.text3, radius, 1.2f * k);
      break;
    case scene::Status::illustrative: {
      ink = theme.warning;
      const int n = 5;
      for (int side = 0; side < 4; ++side)
        for (int i = 0; i < n; i += 2) {
          const float a = (static_cast<float>(i) + 0.1f) / n * s, b = (static_cast<float>(i) + 0.9f) / n * s;
          const Vec o{r.x, r.y};
          const Vec from = side == 0   ? Vec{a, 0.6f}
                           : side == 1 ? Vec{a, s - 0.6f}
                           : side == 2 ? Vec{0.6f, a}
                                       : Vec{s - 0.6f, a};
          const Vec to = side < 2 ? Vec{b, from.y} : Vec{from.x, b};
          line(o + from, o + to, theme.warning, 1.2f * k);
        }
      break;
    }
    case scene::Status::missing: {
      list().PushClipRect(low(r), high(r), true);
      for (float d = -s; d < s; d += 4.5f * k)
        line({r.x + d, r.bottom()}, {r.x + d + s, r.y}, theme.hatchLine.withAlpha(0.8), k);
      list().PopClipRect();
      frame(r, theme.text3, radius, 1.2f * k);
      ink = theme.text2;
      break;
    }
  }
  text(Type::chip, {r.x - 4 * k, r.y, r.w + 8 * k, r.h}, letter, ink, Align::centre);
  return r.x;
}

// Popups
// ------------------------------------------------------------------------------------------------------------------

void Ui::openPopup(std::string id, Rect anchor) {
  state.popup = state.popup == id ? "" : std::move(id);
  state.popupAnchor = anchor, state.popupFresh = true, state.wants.again = true;
}

void Ui::closePopup() { state.popup.clear(), state.menu.clear(), state.wants.again = true; }

bool Ui::beginPopup(const std::string& id, float w, float h, bool above, Align align) {
  if (state.popup != id) return false;
  const Rect a = state.popupAnchor;
  const float edge = 6 * k;
  h = std::min(h, input.height - 2 * edge);
  float x = align == Align::right ? a.right() - w : align == Align::centre ? a.centre().x - w / 2 : a.x;
  float y = above ? a.y - h - 4 * k : a.bottom() + 4 * k;
  x = std::round(std::clamp(x, edge, std::max(edge, input.width - w - edge)));
  y = std::round(std::clamp(y, edge, std::max(edge, input.height - h - edge)));
  popup_ = {x, y, w, h};
  const float under = state.menu.empty() ? 0 : layout.menu.h;  // the menu's own titles stay alive
  begin("##shield", {0, under, input.width, input.height - under}, {}, true);
  const bool beside = ImGui::IsWindowHovered() && ImGui::IsMouseClicked(0) &&
                      !popup_.contains({ImGui::GetIO().MousePos.x, ImGui::GetIO().MousePos.y});
  shadow(popup_, 10);
  end();
  if (beside && !state.popupFresh) closePopup();
  state.popupFresh = false;
  begin("##popup", popup_, {}, true);
  const Rgba ground = theme.dark ? (theme.panel | std::pair{theme.text1, 0.04}) : Rgba{255, 255, 255, 255};
  fill(popup_, ground, 6 * k);
  frame(popup_, theme.rule, 6 * k, std::max(1.0f, std::floor(k)));
  return true;
}

void Ui::endPopup() { end(); }

bool Ui::menuRow(const std::string& id, Rect r, std::string_view label, std::string_view right, bool on,
                 std::optional<std::string> refusal, std::string help) {
  const bool enabled = !refusal;
  const auto p = press(id, r, "menu item", on ? "on" : "", enabled);
  tip(id, p.hovered, refusal ? *refusal : std::move(help));
  if (enabled && (p.hovered || p.held))
    fill({r.x + 4 * k, r.y, r.w - 8 * k, r.h}, theme.accent.withAlpha(0.14), 4 * k);
  if (on) icon(Icon::check, {r.x + 17 * k, r.centre().y}, enabled ? theme.accent : theme.text3, 9);
  const Rgba ink = enabled ? theme.text1 : theme.text3.withAlpha(0.75);
  const float room = right.empty() ? 0 : width(Type::note, right) + 24 * k;
  text(on ? Type::strong : Type::body, {r.x + 30 * k, r.y, r.w - 46 * k - room, r.h}, label, ink);
  if (!right.empty())
    text(Type::note, {r.x, r.y, r.w - 16 * k, r.h}, right,
         enabled ? theme.text3 : theme.text3.withAlpha(0.75), Align::right);
  return p.clicked;
}

}  // namespace panels
