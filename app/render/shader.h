// GLSL programs from the sources embedded in the binary.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "app/render/gl.h"
#include "geo/result.h"

namespace render {

std::string_view shaderSource(std::string_view name);  // generated from shaders/

class Program {
 public:
  Program() = default;
  // vertex and fragment name files of shaders/; attributes get locations in the order given. Errors carry the
  // driver's message with the file and line.
  static geo::Result<Program> make(std::string_view vertex, std::string_view fragment,
                                   std::initializer_list<const char*> attributes);
  Program(Program&& o) noexcept : id_(std::exchange(o.id_, 0)), uniforms_(std::move(o.uniforms_)) {}
  Program& operator=(Program&& o) noexcept {
    std::swap(id_, o.id_), uniforms_.swap(o.uniforms_);
    return *this;
  }
  ~Program() {
    if (id_) glDeleteProgram(id_);
  }
  void use() const { glUseProgram(id_); }
  GLint at(const char* uniform) const {
    const auto found = uniforms_.find(uniform);
    return found == uniforms_.end() ? -1 : found->second;
  }

 private:
  GLuint id_ = 0;
  std::map<std::string, GLint, std::less<>> uniforms_;
};

}  // namespace render
