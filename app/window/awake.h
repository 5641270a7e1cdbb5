// Keeps the screen from being saved, blanked or locked while a show is on: by the X server's own means, and
// by xdg-screensaver where the desktop has it.
#pragma once

namespace window {

class Awake {
 public:
  explicit Awake(unsigned long xWindow);
  ~Awake();
  Awake(const Awake&) = delete;
  Awake& operator=(const Awake&) = delete;
  void remind();  // now and then, while the show runs: for servers without the extension

 private:
  void* connection_ = nullptr;
  unsigned long window_ = 0;
  bool suspended_ = false;
};

}  // namespace window
