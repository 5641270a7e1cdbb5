#include "app/window/kept_picture.h"

#include <epoxy/gl.h>

#include <algorithm>
#include <utility>

namespace window {

KeptPicture& KeptPicture::operator=(KeptPicture&& o) noexcept {
  std::swap(key_, o.key_), std::swap(framebuffer_, o.framebuffer_), std::swap(texture_, o.texture_);
  std::swap(width_, o.width_), std::swap(height_, o.height_);
  return *this;
}

KeptPicture::~KeptPicture() {
  if (framebuffer_) glDeleteFramebuffers(1, &framebuffer_);
  if (texture_) glDeleteTextures(1, &texture_);
}

void KeptPicture::keep(const render::Renderer& renderer, std::string key, int width, int height) {
  if (!framebuffer_ || width != width_ || height != height_) {
    *this = KeptPicture();
    width_ = width, height_ = height;
    glGenTextures(1, &texture_);
    glBindTexture(GL_TEXTURE_2D, texture_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glGenFramebuffers(1, &framebuffer_);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture_, 0);
  }
  key_ = std::move(key);
  renderer.blit(0, 0, static_cast<int>(framebuffer_), height);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

void KeptPicture::show(int x, int y, int windowHeight) const {
  const int bottom = windowHeight - y - height_;
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
  glDisable(GL_SCISSOR_TEST);
  glBlitFramebuffer(0, 0, width_, height_, x, bottom, x + width_, bottom + height_, GL_COLOR_BUFFER_BIT,
                    GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

render::Pixels KeptPicture::read() const {
  render::Pixels p;
  p.width = width_, p.height = height_;
  const size_t stride = static_cast<size_t>(width_) * 4;
  p.rgba.resize(stride * static_cast<size_t>(height_));
  glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer_);
  glPixelStorei(GL_PACK_ALIGNMENT, 4);
  glReadPixels(0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, p.rgba.data());
  glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
  for (int y = 0; y < height_ / 2; ++y)  // GL's rows run from the bottom
    std::swap_ranges(p.rgba.begin() + static_cast<ptrdiff_t>(stride * static_cast<size_t>(y)),
                     p.rgba.begin() + static_cast<ptrdiff_t>(stride * static_cast<size_t>(y + 1)),
                     p.rgba.begin() + static_cast<ptrdiff_t>(stride * static_cast<size_t>(height_ - 1 - y)));
  return p;
}

}  // namespace window
