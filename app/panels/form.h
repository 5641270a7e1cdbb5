// What a column of settings is made of: headings, rows with a word and a control, lists that hang from a
// button, sliders in any unit. Every control says why it is not available.
#pragma once

#include <functional>

#include "app/panels/panel_list.h"

namespace panels {

enum class Glyph : uint8_t {
  copy,
  lock,
  unlock,
  play,
  pause,
  map,
  multiples,
  ledger,
  card,
  choropleth,
  bivariate,
  symbols,
  association,
  gap,
  upBetter,
  downBetter,
  edit,
  page
};
void drawGlyph(Ui& ui, Glyph glyph, Vec centre, Rgba ink, float size = 16);
bool glyphButton(Ui& ui, const std::string& id, Rect r, Glyph glyph, std::string_view tip, bool on = false,
                 std::optional<std::string> refusal = {});

using Refusal = std::optional<std::string>;

class Form {
 public:
  Form(Ui& ui, float x0, float x1, float y) : ui(ui), k(ui.k), x0(x0), x1(x1), y(y) {}

  Ui& ui;
  const float k;
  float x0, x1, y;
  float label = 92;  // px of the look

  float width() const { return x1 - x0; }
  Rect line(float height) const { return {x0, y, x1 - x0, height * k}; }
  Rect control(float height = 28) const { return {x0 + label * k, y, x1 - x0 - label * k, height * k}; }
  void space(float px) { y += px * k; }

  void anchor(std::string_view name);  // where jumpTo leads
  void section(std::string_view title, std::string_view right = {});
  void note(std::string_view text, std::optional<Rgba> ink = {});
  void warning(const std::string& id, std::string_view title, std::string_view text);
  void word(std::string_view text, float height = 28);  // at the left of the next control

  // A row that can be chosen, with a pictogram and a word on what it is.
  bool option(const std::string& id, Glyph glyph, std::string_view text, std::string_view note, bool on,
              const Refusal& refusal = {});
  // A switch over the whole width. Returns whether it was clicked.
  bool toggle(const std::string& id, std::string_view text, bool on, const Refusal& refusal = {},
              std::string_view right = {});
  // Word and segments; −1: none clicked.
  int segments(const std::string& id, std::string_view text, std::span<const std::string> labels, int chosen,
               const std::function<Refusal(int)>& refusal = {});
  // Word and a list behind a button; −1: none chosen.
  int choice(const std::string& id, std::string_view text, std::span<const std::string> labels, int chosen,
             std::span<const std::string> notes = {}, const std::function<Refusal(int)>& refusal = {},
             const char* placeholder = "");
  // Word and a field; a text once Enter is pressed or the field left.
  std::optional<std::string> field(const std::string& id, std::string_view text, const std::string& value,
                                   std::string_view unit = {}, float width = 0);
  struct Slide {
    bool changed = false, ended = false;
    double value = 0;
  };
  // share 0…1; a mark at `tick`.
  Slide slider(const std::string& id, Rect r, double share, std::optional<double> tick = {});
};

int segmentsAt(Ui& ui, const std::string& id, Rect r, std::span<const std::string> labels, int chosen,
               const std::function<Refusal(int)>& refusal = {});
int choiceAt(Ui& ui, const std::string& id, Rect r, std::span<const std::string> labels, int chosen,
             std::span<const std::string> notes = {}, const std::function<Refusal(int)>& refusal = {},
             const char* placeholder = "");
std::optional<std::string> fieldAt(Ui& ui, const std::string& id, Rect r, const std::string& value,
                                   const char* placeholder = "");
void drawChoicePopup(Ui& ui);

// The thing that was pressed last and takes the arrow keys: draws its ring, says how far they moved it.
bool focusable(Ui& ui, const std::string& id, bool pressed);
int arrows(const Ui& ui);  // −1, +1 (±10 with Shift) for each press of this frame
void endFocus(Ui& ui);     // once per frame: a press elsewhere takes it away

void hatch(Ui& ui, Rect r);
std::optional<double> numberIn(std::string_view text);  // "1,200", "0.5", "１２": what people type
std::string metresText(double metres);                  // "850 m", "8 km", "12.5 km"
// As many digits as tell neighbours apart: 0.031, 12.4, 871.
std::string shortNumber(double value, int figures = 3);

}  // namespace panels
