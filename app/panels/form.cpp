#include "app/panels/form.h"

#include <imgui_internal.h>

#include <charconv>

#include "app/panels/utf8.h"

namespace panels {
namespace {

float hair(const Ui& ui) { return std::max(1.0f, std::floor(ui.k)); }

Rgba fieldGround(const Ui& ui) { return ui.theme.dark ? ui.theme.background : Rgba{255, 255, 255, 255}; }

}  // namespace

// Pictograms
// ----------------------------------------------------------------------------------------------------------------

void drawGlyph(Ui& ui, Glyph glyph, Vec c, Rgba ink, float size) {
  auto& d = ui.list();
  const float s = size * ui.k / 16, w = 1.4f * ui.k;
  const ImU32 u = colour(ink);
  const auto p = [&](float x, float y) { return ImVec2{c.x + x * s, c.y + y * s}; };
  const auto path = [&](std::initializer_list<ImVec2> points, bool closed = false) {
    for (auto q : points) d.PathLineTo(q);
    d.PathStroke(u, closed ? ImDrawFlags_Closed : 0, w);
  };
  const auto box = [&](float x, float y, float bw, float bh, Rgba fill) {
    d.AddRectFilled(p(x, y), p(x + bw, y + bh), colour(fill));
  };
  const auto shade = [&](double share) { return ui.theme.panel | std::pair{ink, share}; };
  switch (glyph) {
    case Glyph::copy:
      d.AddRect(p(-2, -2), p(6, 6), u, 1.5f * s, 0, w);
      path({p(2.5f, -3.6f), p(2.5f, -5.5f), p(-5.5f, -5.5f), p(-5.5f, 2.5f), p(-3.6f, 2.5f)});
      break;
    case Glyph::lock:
    case Glyph::unlock:
      d.AddRectFilled(p(-4.6f, -0.4f), p(4.6f, 6.4f), u, 1.2f * s);
      if (glyph == Glyph::lock) {
        d.PathLineTo(p(-2.9f, 0));
        d.PathLineTo(p(-2.9f, -3));
        d.PathArcTo(p(0, -3), 2.9f * s, IM_PI, 2 * IM_PI);
        d.PathLineTo(p(2.9f, 0));
      } else {
        d.PathLineTo(p(-2.9f, 0));
        d.PathLineTo(p(-2.9f, -4));
        d.PathArcTo(p(0, -4), 2.9f * s, IM_PI, 1.95f * IM_PI);
      }
      d.PathStroke(u, 0, w);
      break;
    case Glyph::play:
      d.AddTriangleFilled(p(-3.6f, -5), p(5, 0), p(-3.6f, 5), u);
      break;
    case Glyph::pause:
      box(-4, -4.6f, 2.8f, 9.2f, ink), box(1.2f, -4.6f, 2.8f, 9.2f, ink);
      break;
    case Glyph::map:
      path({p(-6, -4), p(-2, -5.5f), p(2, -4), p(6, -5.5f), p(6, 4), p(2, 5.5f), p(-2, 4), p(-6, 5.5f)},
           true);
      path({p(-2, -5.5f), p(-2, 4)}), path({p(2, -4), p(2, 5.5f)});
      break;
    case Glyph::multiples:
      for (float x : {-6.f, 1.f})
        for (float y : {-6.f, 1.f}) d.AddRect(p(x, y), p(x + 5, y + 5), u, s, 0, w);
      break;
    case Glyph::ledger:
      for (float y : {-4.6f, 0.f, 4.6f}) {
        box(-6, y - 0.8f, 12, 1.6f, ink.withAlpha(0.4));
        box(-6, y - 0.8f, y < -1 ? 10.f : y < 1 ? 5.f : 7.5f, 1.6f, ink);
      }
      break;
    case Glyph::card:
      d.AddRect(p(-6, -6), p(6, 6), u, 1.5f * s, 0, w);
      box(-3.4f, -3.4f, 5, 1.5f, ink), box(-3.4f, -0.4f, 6.8f, 1.2f, ink), box(-3.4f, 2.2f, 6.8f, 1.2f, ink);
      break;
    case Glyph::choropleth:
      for (int i = 0; i < 4; ++i)
        box(i % 2 ? 0.3f : -6.f, i < 2 ? -6.f : 0.3f, 5.7f, 5.7f,
            shade(i == 0   ? 1
                  : i == 1 ? 0.55
                  : i == 2 ? 0.32
                           : 0.75));
      break;
    case Glyph::bivariate: {
      const auto nine = scene::palette("bivariate", 9, ui.theme.dark);
      for (int i = 0; i < 9; ++i)
        box(-6.3f + 4.3f * static_cast<float>(i % 3), 2.3f - 4.3f * static_cast<float>(i / 3), 3.9f, 3.9f,
            nine[static_cast<size_t>(i)]);
      break;
    }
    case Glyph::symbols:
      d.AddCircleFilled(p(-2, 1.6f), 4.4f * s, colour(shade(0.45)));
      d.AddCircle(p(-2, 1.6f), 4.4f * s, u, 0, w * 0.8f);
      d.AddCircleFilled(p(4.2f, -3.4f), 2.4f * s, u);
      break;
    case Glyph::association:
      path({p(-4, -3.5f), p(3.6f, -4), p(4, 3.6f), p(-3, 4), p(-4, -3.5f)});
      path({p(3.6f, -4), p(-3, 4)});
      for (auto [x, y] : {std::pair{-4.f, -3.5f}, {3.6f, -4.f}, {4.f, 3.6f}, {-3.f, 4.f}})
        d.AddCircleFilled(p(x, y), 2 * s, u);
      break;
    case Glyph::gap:
      for (int i = 0; i < 3; ++i) {
        const float y = -5.2f + 4 * static_cast<float>(i), done = i == 0 ? 8.5f : i == 1 ? 4.f : 6.5f;
        box(-6, y, done, 2.4f, ink);
        d.AddRect(p(-6, y), p(6, y + 2.4f), u, 0, 0, ui.k);
      }
      break;
    case Glyph::upBetter:
      path({p(-3, -1.5f), p(0, -4.5f), p(3, -1.5f)}), path({p(0, -4), p(0, 4.5f)});
      break;
    case Glyph::downBetter:
      path({p(-3, 1.5f), p(0, 4.5f), p(3, 1.5f)}), path({p(0, 4), p(0, -4.5f)});
      break;
    case Glyph::page:
      path({p(-5, -6.5f), p(2, -6.5f), p(5, -3.5f), p(5, 6.5f), p(-5, 6.5f)}, true);
      box(-2.8f, -2.4f, 5.6f, 4.2f, ink.withAlpha(0.5)), box(-2.8f, 3.4f, 5.6f, 1.2f, ink);
      break;
    case Glyph::edit:
      path({p(-5, 5), p(-4.2f, 1.8f), p(3.2f, -5.4f), p(5.4f, -3.2f), p(-1.8f, 4.2f)}, true);
      break;
  }
}

bool glyphButton(Ui& ui, const std::string& id, Rect r, Glyph glyph, std::string_view help, bool on,
                 Refusal refusal) {
  const auto p = ui.press(id, r, "button", on ? "on" : "off", !refusal);
  ui.tip(id, p.hovered, refusal ? *refusal : std::string(help));
  const auto& t = ui.theme;
  if (on) ui.fill(r, t.accent.withAlpha(0.16), 4 * ui.k);
  if (!refusal) ui.fill(r, t.text1.withAlpha(p.held ? 0.14 : 0.08 * p.fade), 4 * ui.k);
  drawGlyph(ui, glyph, r.centre(),
            refusal ? t.text3.withAlpha(0.45)
            : on    ? t.accent
                    : (t.text2 | std::pair{t.text1, static_cast<double>(p.fade)}),
            14);
  return p.clicked;
}

void hatch(Ui& ui, Rect r) {
  const float k = ui.k;
  ui.fill(r, ui.theme.hatchGround);
  ui.list().PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
  for (float d = -r.h; d < r.w; d += 5 * k)
    ui.line({r.x + d, r.bottom()}, {r.x + d + r.h, r.y}, ui.theme.hatchLine, 1.1f * k);
  ui.list().PopClipRect();
}

// Keyboard focus of what is no field
// -----------------------------------------------------------------------------------------------

bool focusable(Ui& ui, const std::string& id, bool pressed) {
  auto& c = ui.state.column;
  if (pressed) c.focus = id, c.focusTaken = true;
  return c.focus == id;
}

int arrows(const Ui& ui) {
  int by = 0;
  for (const auto& p : ui.input.keys)
    if (!p.ctrl && !p.alt) {
      const int step = p.shift ? 10 : 1;
      by += p.key == 262 || p.key == 265   ? step
            : p.key == 263 || p.key == 264 ? -step
                                           : 0;  // right up left down
    }
  return by;
}

void endFocus(Ui& ui) {
  auto& c = ui.state.column;
  if (ImGui::IsMouseClicked(0) && !c.focusTaken) c.focus.clear();
  if (!c.focus.empty() && !ui.state.widgets.contains(c.focus)) c.focus.clear();
  c.focusTaken = false;
}

// Numbers as people type them
// ------------------------------------------------------------------------------------------------------

std::optional<double> numberIn(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    char32_t c = nextCodePoint(text, i);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full width
    if (c == 0x2212) c = '-';
    if (c == ',' || c == ' ' || c == 0x2009 || c == 0xA0) continue;
    if (c == 0x3002) c = '.';
    if (c > 126) return {};
    plain += static_cast<char>(c);
  }
  if (!plain.empty() && plain[0] == '+') plain.erase(0, 1);
  double v = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), v);
  if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(v)) return {};
  return v;
}

std::string shortNumber(double v, int figures) {
  if (!std::isfinite(v)) return "—";
  if (v == 0) return "0";
  const int whole = static_cast<int>(std::floor(std::log10(std::abs(v)))) + 1;
  std::string s = figureText(v, std::clamp(figures - whole, 0, 6));
  if (s.find('.') != std::string::npos) {
    while (s.back() == '0') s.pop_back();
    if (s.back() == '.') s.pop_back();
  }
  return s;
}

std::string metresText(double m) { return m < 1000 ? shortNumber(m) + " m" : shortNumber(m / 1000) + " km"; }

// Controls
// -------------------------------------------------------------------------------------------------------------------

int segmentsAt(Ui& ui, const std::string& id, Rect r, std::span<const std::string> labels, int chosen,
               const std::function<Refusal(int)>& refusal) {
  int clicked = -1;
  const auto& t = ui.theme;
  const float radius = 5 * ui.k, w = r.w / static_cast<float>(labels.size());
  ui.fill(r, fieldGround(ui), radius);
  for (size_t i = 0; i < labels.size(); ++i) {
    const Rect cell{r.x + w * static_cast<float>(i), r.y, w, r.h};
    const bool on = static_cast<int>(i) == chosen;
    const Refusal why = refusal && !on ? refusal(static_cast<int>(i)) : std::nullopt;
    const std::string own = fmt::format("{}.{}", id, i);
    const auto p = ui.press(own, cell, "segment", on ? "on" : "off", !why);
    if (why) ui.tip(own, p.hovered, *why);
    const auto corners = labels.size() == 1       ? ImDrawFlags_RoundCornersAll
                         : i == 0                 ? ImDrawFlags_RoundCornersLeft
                         : i + 1 == labels.size() ? ImDrawFlags_RoundCornersRight
                                                  : ImDrawFlags_RoundCornersNone;
    ui.list().AddRectFilled({cell.x, cell.y}, {cell.right(), cell.bottom()},
                            colour(t.accent.withAlpha(on    ? 0.16
                                                      : why ? 0
                                                            : 0.08 * p.fade)),
                            radius, corners);
    if (i) ui.fill({std::floor(cell.x), cell.y, hair(ui), cell.h}, t.rule);
    ui.text(on ? Type::strong : Type::body, {cell.x + 3 * ui.k, cell.y, cell.w - 6 * ui.k, cell.h}, labels[i],
            on    ? t.text1
            : why ? t.text3.withAlpha(0.6)
                  : t.text2,
            Align::centre);
    if (p.clicked && !on) clicked = static_cast<int>(i);
  }
  ui.frame(r, t.rule, radius, hair(ui));
  return clicked;
}

int choiceAt(Ui& ui, const std::string& id, Rect r, std::span<const std::string> labels, int chosen,
             std::span<const std::string> notes, const std::function<Refusal(int)>& refusal,
             const char* placeholder) {
  auto& c = ui.state.column;
  const auto& t = ui.theme;
  const float k = ui.k;
  const bool has = chosen >= 0 && static_cast<size_t>(chosen) < labels.size();
  const std::string popup = "choice." + id;
  const auto p = ui.press(id, r, "choice", has ? labels[static_cast<size_t>(chosen)] : "");
  const bool open = ui.state.popup == popup;
  ui.fill(r, fieldGround(ui), 5 * k);
  ui.frame(r, t.rule | std::pair{t.accent, open ? 1.0 : 0.5 * p.fade}, 5 * k, hair(ui));
  ui.text(Type::body, {r.x + 10 * k, r.y, r.w - 34 * k, r.h},
          has ? std::string_view(labels[static_cast<size_t>(chosen)]) : placeholder, has ? t.text1 : t.text3);
  ui.icon(Icon::chevronDown, {r.right() - 14 * k, r.centre().y}, t.text3, 9);
  if (p.clicked) ui.openPopup(popup, r);
  if (ui.state.popup == popup) {
    c.choice = {popup, {labels.begin(), labels.end()}, {notes.begin(), notes.end()}, {}, chosen};
    for (int i = 0; i < static_cast<int>(labels.size()); ++i)
      c.choice.refusals.push_back(refusal && i != chosen ? refusal(i) : std::nullopt);
  }
  if (c.pickedId != popup) return -1;
  c.pickedId.clear();
  return c.picked;
}

void drawChoicePopup(Ui& ui) {
  auto& c = ui.state.column;
  if (ui.state.popup.empty() || ui.state.popup != c.choice.id) return c.choiceAtOf.clear();
  const float k = ui.k, row = 28 * k, pad = 6 * k;
  const int last = static_cast<int>(c.choice.labels.size()) - 1;
  int chosen = -1;
  bool moved = false;
  if (c.choiceAtOf != c.choice.id) {  // the key that opened it chooses nothing
    c.choiceAtOf = c.choice.id, c.choiceAt = c.choice.chosen, moved = true;
  } else {
    for (const KeyPress& p : ui.input.keys) {
      int to = c.choiceAt, step = 0;
      if (p.key == 264) step = 1;
      else if (p.key == 265) step = -1, to = to < 0 ? last + 1 : to;
      else if (p.key == 268) to = -1, step = 1;
      else if (p.key == 269) to = last + 1, step = -1;
      else if ((p.key == 257 || p.key == 335 || p.key == ' ') && c.choiceAt >= 0 && c.choiceAt <= last)
        chosen = c.choiceAt;
      else if (p.key == 258) ui.closePopup();
      if (step == 0) continue;
      do to += step;
      while (to >= 0 && to <= last && c.choice.refusals[static_cast<size_t>(to)]);
      if (to >= 0 && to <= last) c.choiceAt = to, moved = true;
    }
  }
  float w = ui.state.popupAnchor.w;
  for (size_t i = 0; i < c.choice.labels.size(); ++i) {
    const float note = i < c.choice.notes.size() ? ui.width(Type::note, c.choice.notes[i]) + 24 * k : 0;
    w = std::max(w, ui.width(Type::strong, c.choice.labels[i]) + note + 48 * k);
  }
  const float h = row * static_cast<float>(c.choice.labels.size()) + 2 * pad;
  const bool above = ui.state.popupAnchor.bottom() + std::min(h, 320 * k) > ui.input.height - 8 * k;
  if (!ui.beginPopup(c.choice.id, std::min(w, 420 * k), std::min(h, 420 * k), above, Align::right)) return;
  const Rect p = ui.popupRect();
  ui.beginScroll("##choiceRows", {p.x, p.y + pad, p.w, p.h - 2 * pad});
  float y = ui.scrollTop();
  for (size_t i = 0; i < c.choice.labels.size(); ++i) {
    if (static_cast<int>(i) == c.choiceAt) {
      ui.fill({p.x + 4 * k, y, p.w - 8 * k, row}, ui.theme.accent.withAlpha(0.14), 4 * k);
      if (moved && (y < p.y + pad || y + row > p.bottom() - pad))
        ImGui::SetScrollFromPosY(y + row / 2 - ImGui::GetWindowPos().y, 0.5f);
    }
    if (ui.menuRow(fmt::format("{}.{}", c.choice.id, i), {p.x, y, p.w, row}, c.choice.labels[i],
                   i < c.choice.notes.size() ? c.choice.notes[i] : std::string(),
                   static_cast<int>(i) == c.choice.chosen, c.choice.refusals[i]))
      chosen = static_cast<int>(i);
    y += row;
  }
  ui.endScroll(y);
  ui.endPopup();
  if (chosen < 0) return;
  c.pickedId = c.choice.id, c.picked = chosen;
  ui.closePopup();
}

std::optional<std::string> fieldAt(Ui& ui, const std::string& id, Rect r, const std::string& value,
                                   const char* placeholder) {
  auto& typed = ui.state.column.typed;
  const auto it = typed.find(id);
  std::string text = it == typed.end() ? value : it->second;
  const bool was = ui.state.editing == id;
  if (ui.field(id, r, text, placeholder)) typed[id] = text;
  const bool enter = was && std::any_of(ui.input.keys.begin(), ui.input.keys.end(),
                                        [](const KeyPress& p) { return p.key == 257 || p.key == 335; });
  if (!(enter || (was && ui.state.editing != id))) return {};
  if (enter) ui.state.leaveField = true;
  const auto done = typed.find(id);
  if (done == typed.end()) return {};
  std::string said = std::exchange(done->second, {});
  typed.erase(done);
  ui.state.wants.again = true;
  if (said == value) return {};
  return said;
}

void Form::anchor(std::string_view name) {
  auto& jump = ui.state.column.jumpTo;
  if (jump != name) return;
  jump.clear();
  ImGui::SetScrollY(std::max(0.0f, y - ui.scrollTop() - 8 * k));
  ui.state.wants.again = true;
}

void Form::section(std::string_view title, std::string_view right) {
  y = std::round(y + 12 * k);
  ui.hairline(x0, x1, y);
  y += 8 * k;
  ui.text(Type::strong, {x0, y, width(), 24 * k}, title, ui.theme.text1);
  if (!right.empty()) ui.text(Type::note, {x0, y, width(), 24 * k}, right, ui.theme.text3, Align::right);
  y += 30 * k;
}

void Form::note(std::string_view text, std::optional<Rgba> ink) {
  if (text.empty()) return;
  y = ui.paragraph(Type::note, {x0, y, width(), 0}, text, ink.value_or(ui.theme.text3)) + 6 * k;
}

void Form::warning(const std::string& id, std::string_view title, std::string_view text) {
  const float in = 12 * k, w = width() - 2 * in - 4 * k;
  float h = 10 * k;
  h = ui.paragraph(Type::strong, {0, h, w, 0}, title, ui.theme.text1, 1.45f, false);
  if (!text.empty()) h = ui.paragraph(Type::note, {0, h + 2 * k, w, 0}, text, ui.theme.text2, 1.45f, false);
  const Rect r{x0, y, width(), h + 10 * k};
  ui.fill(r, ui.theme.warning.withAlpha(ui.theme.dark ? 0.1 : 0.07), 5 * k);
  ui.fill({r.x, r.y + 4 * k, 3 * k, r.h - 8 * k}, ui.theme.warning, 1.5f * k);
  ui.record(id, r, "text", std::string(title));
  float ty = ui.paragraph(Type::strong, {x0 + in + 2 * k, y + 10 * k, w, 0}, title, ui.theme.warning);
  if (!text.empty()) ui.paragraph(Type::note, {x0 + in + 2 * k, ty + 2 * k, w, 0}, text, ui.theme.text2);
  y += r.h + 10 * k;
}

void Form::word(std::string_view text, float height) {
  if (!text.empty()) ui.text(Type::body, {x0, y, (label - 8) * k, height * k}, text, ui.theme.text2);
}

bool Form::option(const std::string& id, Glyph glyph, std::string_view text, std::string_view what, bool on,
                  const Refusal& refusal) {
  const auto& t = ui.theme;
  const Rect r{x0 - 8 * k, y, width() + 16 * k, 30 * k};
  const auto p = ui.press(id, r, "option", on ? "on" : "off", !refusal);
  ui.tip(id, p.hovered, refusal ? *refusal : std::string());
  if (on) ui.fill(r, t.accent.withAlpha(0.14), 5 * k);
  else if (!refusal) ui.fill(r, t.accent.withAlpha(p.held ? 0.16 : 0.08 * p.fade), 5 * k);
  if (on) ui.fill({r.x, r.y + 5 * k, 3 * k, r.h - 10 * k}, t.accent, 1.5f * k);
  const Rgba ink = refusal ? t.text3.withAlpha(0.6) : on ? t.accent : t.text2;
  drawGlyph(ui, glyph, {x0 + 12 * k, r.centre().y}, ink, 16);
  const float end = ui.text(on ? Type::strong : Type::body, {x0 + 30 * k, r.y, width() - 30 * k, r.h}, text,
                            refusal ? t.text3.withAlpha(0.75) : t.text1);
  ui.text(Type::note, {end + 12 * k, r.y, x1 - end - 12 * k, r.h}, what,
          refusal ? t.text3.withAlpha(0.6) : t.text3, Align::right);
  y += 32 * k;
  return p.clicked && !on;
}

bool Form::toggle(const std::string& id, std::string_view text, bool on, const Refusal& refusal,
                  std::string_view right) {
  const auto& t = ui.theme;
  const Rect r{x0 - 4 * k, y, width() + 8 * k, 28 * k};
  const auto p = ui.press(id, r, "check", on ? "on" : "off", !refusal);
  ui.tip(id, p.hovered, refusal ? *refusal : std::string());
  const Rect box{x0, y + 6 * k, 16 * k, 16 * k};
  const Rgba edge = refusal ? t.text3.withAlpha(0.35) : on ? t.accent : t.text3.withAlpha(0.6 + 0.4 * p.fade);
  ui.fill(box, fieldGround(ui) | std::pair{t.accent, refusal ? 0.0 : 0.15 * p.fade}, 3.5f * k);
  ui.frame(box, edge, 3.5f * k, 1.5f * k);
  if (on) ui.icon(Icon::check, box.centre(), refusal ? t.text3 : t.accent, 9.5f);
  const float room = right.empty() ? 0 : ui.width(Type::note, right) + 12 * k;
  ui.text(Type::body, {x0 + 24 * k, y, width() - 24 * k - room, 28 * k}, text,
          refusal ? t.text3.withAlpha(0.75) : t.text1);
  if (!right.empty()) ui.text(Type::note, {x0, y, width(), 28 * k}, right, t.text3, Align::right);
  y += 30 * k;
  return p.clicked;
}

int Form::segments(const std::string& id, std::string_view text, std::span<const std::string> labels,
                   int chosen, const std::function<Refusal(int)>& refusal) {
  word(text);
  const Rect r = text.empty() ? line(28) : control();
  const int c = segmentsAt(ui, id, r, labels, chosen, refusal);
  y += 36 * k;
  return c;
}

int Form::choice(const std::string& id, std::string_view text, std::span<const std::string> labels,
                 int chosen, std::span<const std::string> notes, const std::function<Refusal(int)>& refusal,
                 const char* placeholder) {
  word(text);
  const int c =
      choiceAt(ui, id, text.empty() ? line(28) : control(), labels, chosen, notes, refusal, placeholder);
  y += 36 * k;
  return c;
}

std::optional<std::string> Form::field(const std::string& id, std::string_view text, const std::string& value,
                                       std::string_view unit, float w) {
  word(text);
  Rect r = text.empty() ? line(28) : control();
  if (w > 0) r.w = w * k;
  else if (!unit.empty()) r.w -= ui.width(Type::note, unit) + 10 * k;
  auto said = fieldAt(ui, id, r, value);
  if (!unit.empty())
    ui.text(Type::note, {r.right() + 8 * k, y, x1 - r.right() - 8 * k, 28 * k}, unit, ui.theme.text3);
  y += 36 * k;
  return said;
}

Form::Slide Form::slider(const std::string& id, Rect r, double share, std::optional<double> tick) {
  auto& c = ui.state.column;
  const auto& t = ui.theme;
  Slide s{false, false, std::clamp(share, 0.0, 1.0)};
  const float knob = 7 * k, a = r.x + knob, b = r.right() - knob;
  const auto p = ui.press(id, r, "slider", fmt::format("{:.3f}", share));
  const bool let = ImGui::IsItemDeactivated();
  const bool focused = focusable(ui, id, p.held);
  if (p.held) {
    double v = std::clamp((ImGui::GetIO().MousePos.x - a) / std::max(1.0f, b - a), 0.0f, 1.0f);
    const float pull = 4 * k / std::max(1.0f, b - a);
    if (tick && std::abs(v - *tick) < pull) v = *tick;
    if (c.sliding != id) c.sliding = id, c.slid = s.value;
    s.changed = std::abs(v - c.slid) > 1e-9;
    c.slid = s.value = v;
  } else if (focused && !ui.state.wants.typing) {
    if (const int by = arrows(ui)) {
      s.value = std::clamp(s.value + 0.01 * by, 0.0, 1.0);
      s.changed = s.ended = true;
    }
  }
  if (let && c.sliding == id) s.value = c.slid, s.ended = true, c.sliding.clear();
  const float my = r.centre().y, x = a + (b - a) * static_cast<float>(s.value), thick = 3 * k;
  ui.fill({a, my - thick / 2, b - a, thick}, t.rule, thick / 2);
  ui.fill({a, my - thick / 2, x - a, thick}, t.accent, thick / 2);
  if (tick) {
    const float tx = std::round(a + (b - a) * static_cast<float>(std::clamp(*tick, 0.0, 1.0)));
    ui.fill({tx - hair(ui) / 2, my - 8 * k, hair(ui), 16 * k}, t.text2);
  }
  ui.list().AddCircleFilled({x, my}, knob + 0.5f * k * p.fade,
                            colour(fieldGround(ui) | std::pair{t.panel, t.dark ? 1.0 : 0.0}));
  ui.list().AddCircle({x, my}, knob - 0.75f * k, colour(t.accent), 0, (focused ? 2.2f : 1.5f) * k);
  return s;
}

}  // namespace panels
