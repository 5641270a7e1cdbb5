// Lines of a small text form that drive the window in tests: "click-id menu.file", "key Ctrl+S", "wait",
// "screenshot a.png".
#pragma once

#include <string>
#include <vector>

#include "app/window/frame.h"

struct GLFWwindow;

namespace window {

class Script {
 public:
  static geo::Result<Script> read(const std::string& path);  // "-": standard input; empty path: no script
  bool done() const { return at_ >= lines_.size(); }
  // Does what can be done before the next frame. Fails with the line that cannot be obeyed.
  geo::Result<void> step(Frame& frame, session::Session& session, GLFWwindow* window);

 private:
  geo::Result<bool> obey(const std::string& line, Frame& frame, session::Session& session,
                         GLFWwindow* window);  // false: again next frame
  std::vector<std::string> lines_;
  size_t at_ = 0;
  int left_ = -1;          // frames still to wait in this line
  panels::KeyPress held_;  // modifiers
};

}  // namespace window
