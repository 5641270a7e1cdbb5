// An OpenGL 3.3 core context with no window and no display (EGL surfaceless, else an EGL device).
#pragma once

#include <memory>
#include <string>

#include "geo/result.h"

namespace render {

class Offscreen {
 public:
  // Makes the context current on this thread. One at a time per thread.
  static geo::Result<std::unique_ptr<Offscreen>> make();
  ~Offscreen();
  const std::string& rendererName() const { return name_; }

 private:
  Offscreen() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string name_;
};

}  // namespace render
