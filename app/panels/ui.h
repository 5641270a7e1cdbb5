// What every panel draws with: one frame's session, look and place for commands, and thin wrappers over
// ImGui. The wrappers remember each widget by a stable id, so that tests and scripts can find it in any
// language and at any scale.
#pragma once

#include <imgui.h>

#include <optional>
#include <string>
#include <string_view>

#include "app/panels/state.h"

namespace panels {

using scene::Rect;
using scene::Rgba;
using scene::Vec;

enum class Align : uint8_t { left, centre, right };
enum class Icon : uint8_t {
  chevronDown,
  chevronRight,
  chevronLeft,
  chevronUp,
  search,
  close,
  folder,
  file,
  flag,
  check,
  plus,
  minus,
  up,
  back,
  arrow,
  rectangle,
  lasso,
  funnel,
  swap,
  move,
  point,
  polyline,
  polygon
};
enum class ButtonKind : uint8_t { plain, primary, quiet };

struct Press {
  bool hovered = false, held = false, clicked = false, doubled = false;
  float fade = 0;  // 0…1, follows hovered
};

class Ui {
 public:
  Ui(const session::Session& session, PanelState::Impl& state, const FrameInput& input,
     session::Commands& out);

  const session::Session& session;
  const session::View& view;
  const scene::Scene& scene;
  const scene::Theme& theme;
  PanelState::Impl& state;
  const FrameInput& input;
  session::Commands& out;
  const float k;  // pixels per px of the look
  Layout layout;
  std::vector<Rgba> classColours;  // of the indicator on the map; empty: none

  const char* tr(const char* chinese) const { return session::tr(chinese, view.language); }
  const char* tr(const char* chinese, size_t count) const {
    return session::tr(chinese, count, view.language);
  }
  bool chinese() const { return view.language == scene::Language::zh; }
  const std::string& name(const session::Name& n) const { return n.in(view.language); }
  template <class C>
  void send(C&& command) {
    out.emplace_back(std::forward<C>(command));
  }
  void claimHover(std::optional<scene::ObjectRef> object);                    // the pointer is over this
  std::optional<std::string> refusal(const session::Command& command) const;  // why not now; none: it may

  // Time
  // ------------------------------------------------------------------------------------------------------------
  float fade(const std::string& id, bool on, float seconds = 0.12f);
  void wakeAt(double seconds);

  // Windows of ImGui without any of its looks
  // ------------------------------------------------------------------------
  bool begin(const char* id, Rect r, std::optional<Rgba> ground = {}, bool onTop = false,
             bool takesMouse = true);
  void end();
  void beginScroll(const char* id, Rect r);  // content is placed from scrollTop() down; say how far it went
  float scrollTop() const;
  void endScroll(float bottom);

  // Drawing
  // ----------------------------------------------------------------------------------------------------------
  ImDrawList& list() const { return *ImGui::GetWindowDrawList(); }
  void fill(Rect r, Rgba c, float radius = 0) const;
  void frame(Rect r, Rgba c, float radius = 0, float width = 1) const;
  void line(Vec a, Vec b, Rgba c, float width = 1) const;
  void shadow(Rect r, int reach) const;
  void hairline(float x0, float x1, float y) const;
  void icon(Icon icon, Vec centre, Rgba c, float size = 10) const;
  void symbol(scene::Symbol symbol, scene::Certainty certainty, Vec centre, float size);
  float width(Type type, std::string_view text);
  float baseline(Type type, Rect r) const;  // that centres a line of text in the row
  // One line, centred upright in r; cut with an ellipsis when it is too long. Returns its right edge.
  float text(Type type, Rect r, std::string_view text, Rgba c, Align align = Align::left);
  float textAt(Type type, Vec baselineStart, std::string_view text, Rgba c);
  // Several lines from r's top; returns the y below the last. draw = false measures.
  float paragraph(Type type, Rect r, std::string_view text, Rgba c, float leading = 1.45f, bool draw = true);
  std::string cut(Type type, std::string_view text, float width);

  // Widgets
  // ----------------------------------------------------------------------------------------------------------
  Press press(const std::string& id, Rect r, const char* kind, std::string value = {}, bool enabled = true);
  void record(const std::string& id, Rect r, const char* kind, std::string value = {}, bool enabled = true);
  bool button(const std::string& id, Rect r, std::string_view label, ButtonKind kind = ButtonKind::plain,
              std::optional<std::string> refusal = {});
  bool iconButton(const std::string& id, Rect r, Icon icon, std::string_view tip, bool enabled = true);
  bool check(const std::string& id, Rect box, bool on, bool mixed = false);
  // Value 0…1; `ended` when the drag was let go.
  struct Slide {
    bool changed = false, ended = false;
    float value = 0;
  };
  Slide slider(const std::string& id, Rect r, float value);
  bool field(const std::string& id, Rect r, std::string& text, const char* placeholder,
             bool takeFocus = false, Icon* lead = nullptr, bool secret = false);  // secret: shown as dots
  int segments(const std::string& id, Rect r, std::span<const std::string> labels,
               int chosen);                                 // −1: none clicked
  float chip(float right, Rect row, scene::Status status);  // returns its left edge
  void tip(const std::string& id, bool hovered, std::string text);

  // Popups: one at a time, closed by a click beside it or Escape.
  void openPopup(std::string id, Rect anchor);
  bool beginPopup(const std::string& id, float w, float h, bool above = false, Align align = Align::left);
  void endPopup();
  void closePopup();
  Rect popupRect() const { return popup_; }
  // A row of a menu; returns whether it was chosen.
  bool menuRow(const std::string& id, Rect r, std::string_view label, std::string_view right = {},
               bool on = false, std::optional<std::string> refusal = {}, std::string help = {});

  // Tab and Shift+Tab go through the widgets that are drawn between these, in that order; Enter and the space
  // bar press one.
  void beginTabs(std::string_view dialog);
  void endTabs();

 private:
  bool tabStop(const std::string& id, Rect r, bool field);  // whether the keyboard presses it now
  ImFont* font(Type t) const { return state.fonts[t]; }
  Rect popup_, scroll_;
  std::string scrollId_;
};

Rgba operator|(Rgba a, std::pair<Rgba, double> over);  // mix

}  // namespace panels
