// All panels, top to bottom: session in, commands out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/scene/camera.h"
#include "app/session/session.h"

namespace panels {

struct PanelState {  // what the panels remember between frames: open dialogs, typed text
  struct Impl;
  PanelState();
  ~PanelState();
  std::unique_ptr<Impl> impl;
};

struct Layout {  // in pixels
  scene::Rect menu, layers, map, dock, strip, inspector, status;
};
// dockHeight: px of the look, as the user has dragged it (see below).
Layout layoutFor(float width, float height, float scale, const session::View& view, float dockHeight = 280);
float dockHeight(const PanelState& state);

struct KeyPress {  // GLFW's numbers: letters and figures are their ASCII capitals
  int key = 0;
  bool ctrl = false, shift = false, alt = false;
};

// What the presenter's console is told of the world outside the session.
struct ConsoleInput {
  std::string timeOfDay;  // "14:05"; empty: not shown
  float wallAspect = 0;   // of the wall's picture, width by height; 0: 16:9
  bool remoteOn = false;  // the page for a phone is served
  std::string remoteUrl, remoteCode;
  std::string remoteError;    // why it could not be turned on
  size_t remoteDevices = 0;   // paired
  bool remoteLocked = false;  // after too many wrong codes
};

struct FrameInput {
  float width = 0, height = 0;  // pixels
  float scale = 1;
  double seconds = 0;
  const scene::Drawing* map =
      nullptr;  // the map as last drawn, for picking; its canvas begins at layout.map's corner
  // The page as last drawn, while the page view is open; its seconds are what drawing it took.
  const scene::PageLayout* page = nullptr;
  double pageSeconds = 0;
  scene::TypesetterPtr fonts;
  std::vector<KeyPress> keys;  // presses and repeats since the last frame, in order
  ConsoleInput console;
};

// Glyphs of every string that the panels have shown so far, at the frame's scale, into the current ImGui
// context's atlas. True when the atlas changed and is to be uploaded again. Call before ImGui::NewFrame.
bool refreshFonts(PanelState& state, const scene::TypesetterPtr& fonts, float scale,
                  scene::Language language);

// Draws with the current ImGui context. Map interaction (wheel, drag, click, hover) is read here.
void drawPanels(const session::Session& session, PanelState& state, const FrameInput& input,
                session::Commands& out);

// Where the page lies in the map's place: its corner from there, in pixels, and pixels per millimetre. Scale
// 0: not known yet.
struct PagePlace {
  scene::Vec at;
  float scale = 0;
  bool operator==(const PagePlace&) const = default;
};
PagePlace pagePlace(const PanelState& state);

// The presenter's console as last drawn; it fills the window while a show is on.
struct ConsolePlaces {
  bool on = false;
  scene::Rect wall,
      next;  // where the caller puts the wall as it is and the next scene; empty: nothing follows
  std::string nextScene;                                      // its id; empty: nothing follows
  double showSeconds = 0, sceneSeconds = 0, leftSeconds = 0;  // left: of the scene's plan; negative: over it
};
ConsolePlaces consolePlaces(const PanelState& state);
struct ConsoleWishes {  // that no command fulfils
  bool toggleRemote = false, newCode = false;
};
ConsoleWishes takeConsoleWishes(PanelState& state);  // since the last call
void restartConsoleClock(PanelState& state);         // as the remote page asks
// Of the present show, oldest first: for the presenter's other screens.
std::vector<std::string> consoleWarnings(const session::Session& session, const PanelState& state);

// What the last frame asks of the next one.
struct Wants {
  bool again = false;   // something is moving
  bool fonts = false;   // a character appeared that the atlas lacks: refreshFonts, then draw again
  double wakeAt = 0;    // seconds, of FrameInput's clock; 0: only when something happens
  bool typing = false;  // a text field has the keyboard
};
Wants wants(const PanelState& state);

// The widgets of the last frame by their stable id, the same in every language: for tests and scripts.
struct Widget {
  std::string kind;  // button, check, slider, row, text, …
  scene::Rect rect;
  std::string value;
  bool enabled = true;
  std::string tip;  // what the pointer would be told; a disabled widget says why
};
const std::map<std::string, Widget>& widgets(const PanelState& state);

// Files dropped on the window: a project opens, a picture brings its map back, anything else becomes layers.
void dropFiles(const std::vector<std::string>& paths, const session::Session& session, PanelState& state,
               session::Commands& out);
// A note in the corner, of what the session does not know.
void tell(PanelState& state, std::string text);
// The window's close button.
void askToQuit(const session::Session& session, PanelState& state, session::Commands& out);

}  // namespace panels
