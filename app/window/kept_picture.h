// A picture that a renderer made, kept to be shown again. Needs a current context for all of its life.
#pragma once

#include <string>

#include "app/render/renderer.h"

namespace window {

class KeptPicture {
 public:
  KeptPicture() = default;
  KeptPicture(KeptPicture&& o) noexcept { *this = std::move(o); }
  KeptPicture& operator=(KeptPicture&& o) noexcept;
  ~KeptPicture();

  bool is(const std::string& key) const { return framebuffer_ && key == key_; }
  void keep(const render::Renderer& renderer, std::string key, int width, int height);  // its last picture
  void show(int x, int y, int windowHeight) const;  // on the window, y from the top
  render::Pixels read() const;

 private:
  std::string key_;
  uint32_t framebuffer_ = 0, texture_ = 0;
  int width_ = 0, height_ = 0;
};

}  // namespace window
