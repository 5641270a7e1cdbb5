// What the page view remembers between frames.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/panels/page_snap.h"
#include "app/session/project.h"

namespace panels {

struct FrameRef {  // one frame of the page: there may be several texts
  scene::PagePart part = scene::PagePart::map;
  int nth = 0;
  bool operator==(const FrameRef&) const = default;
};

struct PageState {
  // Where the page lies: its corner from the corner of the map's place, in pixels.
  scene::Vec at;
  float scale = 0;     // pixels per millimetre
  bool fitted = true;  // follows the window until it is zoomed or moved by hand
  std::string shownPaper;

  std::optional<FrameRef> chosen;

  enum class Hold : uint8_t { none, pan, frame } hold = Hold::none;
  Grip grip;
  bool moved = false;  // far enough to be a drag
  scene::Vec pressedAt;
  scene::Rect start, now;  // mm, of the frame that is dragged
  scene::Vec least;
  Snapped snapped;
  session::PageSpec before;
  bool sent = false;
  double sentAt = 0;
  bool dead = false;  // called off: the rest of the drag means nothing

  double nudgedUntil = 0;  // arrow keys within this time are one step

  std::optional<FrameRef> editing;
  std::string text;
  bool editFocus = false, editSeen = false;

  bool paperRefused = false;  // what was typed is no size of a page
  uint64_t lacksVersion = 0;
  std::vector<std::string> lacks;  // of a public export
};

}  // namespace panels
