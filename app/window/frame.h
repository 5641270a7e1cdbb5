// One frame of the window, always in this order: input or a wake-up → finished jobs → panels → commands →
// missing jobs → the map's drawing when something changed → painters → swap. Nothing changed, nothing is
// drawn.
#pragma once

#include <deque>
#include <memory>

#include "app/panels/panels.h"
#include "app/render/renderer.h"
#include "app/scene/draw_scene.h"
#include "app/session/session.h"
#include "app/window/clipboard.h"
#include "app/window/kept_picture.h"
#include "app/window/present.h"
#include "app/window/remote_desk.h"

struct GLFWwindow;

namespace window {

// What a script puts in place of the mouse for one frame.
struct FakeMouse {
  scene::Vec at;
  bool down = false;
  float wheel = 0;
  bool ctrl = false, shift = false, alt = false;
  bool right = false, middle = false;  // these buttons, held
};

class Frame {
 public:
  Frame(GLFWwindow* window, session::Session& session, scene::TypesetterPtr fonts,
        std::unique_ptr<render::Renderer> renderer);
  ~Frame();

  void installUiCallbacks();  // ImGui's, after the window's own, which they call first
  // Seconds, until there is something to do, or for a moment while something moves. asleep: what this window
  // shows does not count.
  void wait(double most = 60, bool asleep = false);
  void obeyAsleep();  // applies the commands that came in without drawing
  bool needed();      // is a new picture?
  void draw();
  bool whole() const;    // everything is loaded and the picture shows it
  bool settled() const;  // and nothing moves

  // From the window's callbacks and from scripts.
  void closeAsked();
  void dropped(const std::vector<std::string>& paths);
  void touched() { settle_ = 3; }
  std::vector<panels::KeyPress> keys;
  session::Commands commands;   // to be applied with the next frame's
  std::deque<FakeMouse> mouse;  // one a frame; the last one stays
  std::string typed;
  std::string screenshot;  // file to write after the next frame; empty: none
  std::string screenshotError;
  panels::PanelState panelState;
  RemoteDesk remote;
  const Present* show = nullptr;  // while one is on: whose wall the console shows

 private:
  void drawConsole(int height);  // the wall as it is and the next scene, into their places
  bool wallMoves() const;
  void drawPanels(float width, float height);
  void applyCommands();
  void drawMap();
  void drawPage();
  void paint(const scene::Drawing& drawing, float pixelsPerUnit);
  void followView();  // full screen, title, clipboard
  float scale() const;

  GLFWwindow* window_;
  session::Session& session_;
  scene::TypesetterPtr fonts_;
  std::unique_ptr<render::Renderer> renderer_;
  scene::DrawCache cache_;
  scene::Drawing drawing_;

  struct Seen {  // what the last picture of the map was made from
    uint64_t version = 0, ground = 0;
    scene::Camera camera;
    bool dark = false;
    float scale = 0;
    std::optional<panels::PagePlace> page;  // the page view's
    bool operator==(const Seen&) const = default;
  } seen_;
  scene::Drawing page_;  // in millimetres, as paper writes it
  scene::PageLayout layout_;
  uint64_t pageVersion_ = 0;
  uint64_t panelsVersion_ = 0;  // that the panels show
  double pageSeconds_ = 0;      // that drawing it took
  bool deviceReady_ = false, drawn_ = false, meshArrived_ = false, incomplete_ = false;
  int settle_ = 3;
  double lastFrame_ = 0, lastTick_ = 0;
  size_t messages_ = 0;
  std::string busy_, title_;
  double exporting_ = -1;
  bool fullScreen_ = false;
  PictureClipboard pictures_;
  std::shared_ptr<const std::string> picture_;  // last put there
  std::string wallSeen_, nextSeen_;             // what the page on the phone has
  double lastPhoto_ = -1;
  KeptPicture wallKept_, nextKept_;  // the console's
  int placeX_ = 0, placeY_ = 0, placeW_ = 0, placeH_ = 0;
};

}  // namespace window
