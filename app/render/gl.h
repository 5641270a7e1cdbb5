// Owning handles for OpenGL objects. The only file that includes epoxy; every object is counted in a Tally
// and must die before its context (epoxy aborts on a call without one).
#pragma once

#include <epoxy/gl.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace render::gl {

struct Tally {
  size_t buffers = 0, vertexArrays = 0, textures = 0, framebuffers = 0, renderbuffers = 0, bytes = 0;
};

// Kind: make(GLuint*), drop(GLuint*), and the Tally member that counts it.
template <class Kind>
class Handle {
 public:
  Handle() = default;
  explicit Handle(Tally& tally) : tally_(&tally) {
    Kind::make(&id_);
    ++(tally.*Kind::count);
  }
  Handle(Handle&& o) noexcept
      : id_(std::exchange(o.id_, 0)), tally_(o.tally_), bytes_(std::exchange(o.bytes_, 0)) {}
  Handle& operator=(Handle&& o) noexcept {
    std::swap(id_, o.id_), std::swap(tally_, o.tally_), std::swap(bytes_, o.bytes_);
    return *this;
  }
  ~Handle() {
    if (!id_) return;
    Kind::drop(&id_);
    --(tally_->*Kind::count);
    tally_->bytes -= bytes_;
  }
  GLuint id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }
  size_t bytes() const { return bytes_; }
  void setBytes(size_t bytes) { tally_->bytes += bytes, tally_->bytes -= bytes_, bytes_ = bytes; }
  Tally* tally() const { return tally_; }

 private:
  GLuint id_ = 0;
  Tally* tally_ = nullptr;
  size_t bytes_ = 0;
};

struct BufferKind {
  static void make(GLuint* id) { glGenBuffers(1, id); }
  static void drop(GLuint* id) { glDeleteBuffers(1, id); }
  static constexpr auto count = &Tally::buffers;
};
struct VertexArrayKind {
  static void make(GLuint* id) { glGenVertexArrays(1, id); }
  static void drop(GLuint* id) { glDeleteVertexArrays(1, id); }
  static constexpr auto count = &Tally::vertexArrays;
};
struct TextureKind {
  static void make(GLuint* id) { glGenTextures(1, id); }
  static void drop(GLuint* id) { glDeleteTextures(1, id); }
  static constexpr auto count = &Tally::textures;
};
struct FramebufferKind {
  static void make(GLuint* id) { glGenFramebuffers(1, id); }
  static void drop(GLuint* id) { glDeleteFramebuffers(1, id); }
  static constexpr auto count = &Tally::framebuffers;
};
struct RenderbufferKind {
  static void make(GLuint* id) { glGenRenderbuffers(1, id); }
  static void drop(GLuint* id) { glDeleteRenderbuffers(1, id); }
  static constexpr auto count = &Tally::renderbuffers;
};

using Buffer = Handle<BufferKind>;
using VertexArray = Handle<VertexArrayKind>;
using Texture = Handle<TextureKind>;
using Framebuffer = Handle<FramebufferKind>;
using Renderbuffer = Handle<RenderbufferKind>;

// Replaces the whole content; the driver may still be reading the old one.
inline void refill(Buffer& buffer, GLenum target, const void* data, size_t bytes) {
  glBindBuffer(target, buffer.id());
  glBufferData(target, static_cast<GLsizeiptr>(bytes), data, GL_STREAM_DRAW);
  buffer.setBytes(bytes);
}

}  // namespace render::gl
