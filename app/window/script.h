// Lines of a small text form that drive the window in tests: "click-id menu.file", "key Ctrl+S", "wait",
// "screenshot a.png".
#pragma once

#include <string>
#include <vector>

#include "app/window/frame.h"
#include "app/window/present.h"

struct GLFWwindow;

namespace window {

class Script {
 public:
  static geo::Result<Script> read(const std::string& path);  // "-": standard input; empty path: no script
  bool done() const { return at_ >= lines_.size(); }
  // Does what can be done before the next frame. Fails with the line that cannot be obeyed.
  // present: the show's screen, while one is on.
  geo::Result<void> step(Frame& frame, session::Session& session, GLFWwindow* window, Present* present);

 private:
  geo::Result<bool> obey(const std::string& line, Frame& frame, session::Session& session, GLFWwindow* window,
                         Present* present);  // false: again next frame
  geo::Result<bool> obeyShow(const std::string& verb, const std::string& rest, session::Session& session,
                             Present& present);
  geo::Result<bool> soak(const std::string& rest, session::Session& session, Present& present);
  std::vector<std::string> lines_;
  size_t at_ = 0;
  int left_ = -1;          // frames still to wait in this line
  panels::KeyPress held_;  // modifiers
  bool soaking_ = false;
  long soaked_ = 0;  // steps
  double soakStep_ = 0, soakBegan_ = 0;
};

}  // namespace window
