// What the presenter's console remembers between frames.
#pragma once

#include "app/panels/panels.h"

namespace panels {

struct ConsoleState {
  bool on = false;
  size_t messagesFrom = 0;    // the first one of this show
  double clockFrom = 0;       // seconds; the time used counts from here
  std::string listed, noted;  // scenes whose row and notes were last brought into view
  ConsolePlaces places;
  ConsoleWishes wishes;
};

}  // namespace panels
