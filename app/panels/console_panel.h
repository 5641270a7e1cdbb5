// What the presenter sees while a show is on: the wall, what comes next, notes, time, scenes to jump to, and
// the way in for a phone.
#pragma once

#include "app/panels/ui.h"

namespace panels {

ConsolePlaces drawConsole(Ui& ui, const ConsoleInput& input);
bool obeyConsoleKey(Ui& ui, const KeyPress& press);

}  // namespace panels
