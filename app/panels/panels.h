// All panels, top to bottom: session in, commands out.
#pragma once

#include <string>
#include <vector>

#include "app/scene/camera.h"
#include "app/session/session.h"

namespace panels {

struct PanelState {                 // what the panels remember between frames: open dialogs, typed text
  struct Impl;
  PanelState();
  ~PanelState();
  std::unique_ptr<Impl> impl;
};

struct Layout {                     // in pixels
  scene::Rect menu, layers, map, strip, inspector, status;
};
Layout layoutFor(float width, float height, float scale, const session::View& view);

struct FrameInput {
  float width = 0, height = 0;      // pixels
  float scale = 1;
  double seconds = 0;
  const scene::Drawing* map = nullptr;  // the map as last drawn, for picking
};

// Draws with the current ImGui context; fonts as set up by theme.h. Map interaction (wheel, drag, click, hover) is read here.
void drawPanels(const session::Session& session, PanelState& state, const FrameInput& input, session::Commands& out);

}  // namespace panels
