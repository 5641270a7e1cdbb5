// What the menus offer and the keys do: one list for both.
#pragma once

#include <functional>

#include "app/panels/ui.h"

namespace panels {

struct Action {
  std::string id;     // "file.open"
  std::string label;  // in the user's language
  std::string keys;   // "Ctrl+Shift+S"; empty: none
  std::function<void()> run;
  std::optional<std::string> refusal;  // why not now
  std::string help;
  bool on = false;  // a switch that is on, or the one chosen
  bool lineBefore = false;
};

struct Menu {
  const char* id;
  const char* title;  // Chinese
};
std::span<const Menu> menus();
std::vector<Action> actionsOf(Ui& ui, std::string_view menu);

bool matches(const KeyPress& press, std::string_view keys);
void obeyKeys(Ui& ui);  // runs what the frame's key presses ask for

}  // namespace panels
