// A show on a screen of its own: borderless, without tools. The picture follows from the session's ShowState
// and the clock; between two scenes it moves at an even rate that the machine can hold, at rest nothing is
// drawn.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "app/render/renderer.h"
#include "app/window/awake.h"
#include "app/window/stages.h"

struct GLFWwindow;

namespace window {

struct PresentOptions {
  int monitor = 0;            // from 1; 0: the one beside the main one, else that
  int width = 0, height = 0;  // pixels; 0: the monitor's
};

// "1 (1920x1080 Dell), 2 (3840x2160 Wall)"
std::string monitorNames();

// Even steps between pictures: as many sixtieths of a second as the machine needs for one, seldom changed.
class Pace {
 public:
  void took(double seconds);
  double step() const { return sixtieths_ / 60.0; }

 private:
  std::array<double, 24> costs_{};
  size_t count_ = 0;
  int sixtieths_ = 1;
};

class Present {
 public:
  // A window of its own with a context of its own. Fails where that monitor is not there.
  static geo::Result<std::unique_ptr<Present>> open(session::Session& session, scene::TypesetterPtr fonts,
                                                    const PresentOptions& options);
  ~Present();

  double waitAtMost(double now) const;  // seconds until the picture changes by itself
  bool needed(double now);
  void draw(double now);
  // While nothing moves: what the way to the next scene will need is made beforehand, a picture at a time.
  void prepare(double now);
  bool whole() const;              // the scene's own picture is up
  bool settled(double now) const;  // and nothing moves
  // And nothing is left to do: all scenes are made, the way to the next is prepared, memory given back.
  bool resting(double now) const;
  session::Commands commands;  // what keys and clicks ask for
  std::string screenshot, screenshotError;
  void key(int key, bool shift = false);  // GLFW's number
  void click(bool right);
  void wheel(double y);
  void pointer(scene::Vec at);
  void setSize(int width, int height);  // pixels
  // Everything that lives on the graphics card is made anew, as after the card was lost.
  geo::Result<void> remake();
  // Why there is no wall any more; nothing: there is one.
  const std::optional<geo::Error>& lost() const { return lost_; }
  void monitorsChanged() { monitorsChanged_ = true; }
  // A dot in the lower right corner: something went wrong, and there is no console to say so.
  void markForOperator(bool on);

  // For the console: the scene on the wall as it is at this instant, and the one after it; null: not ready.
  const scene::Passage* passage() const { return passage_ ? &*passage_ : nullptr; }
  const Stages& stages() const { return *stages_; }
  double passageSeconds(double now) const { return now - began_; }
  const scene::Extras& extras() const { return extras_; }
  render::Renderer::Counts counts() const;
  const std::vector<double>& frameCosts() const { return frameCosts_; }  // seconds, since the last question
  void forgetCosts() { frameCosts_.clear(); }
  std::pair<int, int> size() const { return {width_, height_}; }  // pixels
  const std::string& rendererName() const { return rendererName_; }
  bool software() const { return software_; }

 private:
  Present(session::Session& session, scene::TypesetterPtr fonts, const PresentOptions& options);
  geo::Result<void> makeWindow();
  struct Place {  // of the window on the desktop
    int x = 0, y = 0, width = 0, height = 0;
    bool operator==(const Place&) const = default;
  };
  std::optional<Place> wanted() const;  // by the monitor as it is now; nothing: there is none
  void place();
  void follow(double now);  // the session's state → passage
  void setCallbacks();
  scene::StagePtr halted(double now) const;
  bool collect();  // work that the renderer wants done, to the workers; true: none
  bool prepared() const;
  scene::StagePtr next() const;
  void untidy();

  session::Session& session_;
  scene::TypesetterPtr fonts_;
  PresentOptions options_;
  GLFWwindow* window_ = nullptr;
  std::unique_ptr<render::Renderer> renderer_;
  std::unique_ptr<Stages> stages_;
  std::unique_ptr<Awake> awake_;
  scene::DrawCache cache_;
  std::string monitorName_, rendererName_;
  std::optional<geo::Error> lost_;
  bool software_ = false, tellsOfLoss_ = false, monitorsChanged_ = false, operatorMark_ = false;
  scene::Vision vision_ = scene::Vision::normal;  // of the last picture

  std::optional<scene::Passage> passage_;
  scene::Extras extras_;
  double began_ = 0;     // of the passage, in the window's clock
  std::string stop_;     // id of the scene that the passage leads to
  double since_ = -1;    // of the show state that was followed
  std::string baseKey_;  // of what the renderer keeps
  int width_ = 0, height_ = 0;
  Place place_;
  double looked_ = 0;    // at the monitor
  uint64_t round_ = 0;   // of the stages
  uint64_t ground_ = 0;  // basemaps that the picture has
  int tidyIn_ = 0;       // pictures
  bool untidy_ = true;   // memory is given back when it rests
  // What the last picture was of.
  double drawnAt_ = -1;
  bool drawn_ = false, dirty_ = true, incomplete_ = false, meshArrived_ = false, black_ = false;
  Pace pace_;
  uint64_t preparedFor_ = 0, preparedFrom_ = 0;  // serials of the stages that the way leads to and from
  int prepared_ = 0;                             // pictures of the way that were drawn unseen
  double lastDraw_ = -1, lastReminder_ = 0, lastWheel_ = -1;
  std::vector<double> frameCosts_;

  // The pointer: a spotlight on what it names.
  std::optional<scene::Vec> pointer_;
  double pointerMoved_ = -1;
  std::optional<scene::ObjectRef> spot_;
  double spotSince_ = 0;
  std::string digits_;
  double digitsAt_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // jobs that finish late find out
};

}  // namespace window
