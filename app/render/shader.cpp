#include "app/render/shader.h"

#include <array>
#include <vector>

namespace render {
namespace {

geo::Result<GLuint> compiled(GLenum kind, std::string_view name) {
  const std::string_view source = shaderSource(name);
  if (source.empty()) return geo::fail(fmt::format("There is no shader {}.", name));
  const GLuint id = glCreateShader(kind);
  const char* text = source.data();
  const auto length = static_cast<GLint>(source.size());
  glShaderSource(id, 1, &text, &length);
  glCompileShader(id);
  GLint ok = 0;
  glGetShaderiv(id, GL_COMPILE_STATUS, &ok);
  if (ok) return id;
  std::array<char, 2048> log{};
  glGetShaderInfoLog(id, log.size() - 1, nullptr, log.data());
  glDeleteShader(id);
  return geo::fail(fmt::format("shaders/{}: {}", name, log.data()));
}

}  // namespace

geo::Result<Program> Program::make(std::string_view vertex, std::string_view fragment,
                                   std::initializer_list<const char*> attributes) {
  const auto vs = compiled(GL_VERTEX_SHADER, vertex);
  if (!vs) return tl::unexpected(vs.error());
  const auto fs = compiled(GL_FRAGMENT_SHADER, fragment);
  if (!fs) return glDeleteShader(*vs), tl::unexpected(fs.error());
  Program p;
  p.id_ = glCreateProgram();
  glAttachShader(p.id_, *vs), glAttachShader(p.id_, *fs);
  GLuint location = 0;
  for (const char* name : attributes) glBindAttribLocation(p.id_, location++, name);
  glBindFragDataLocation(p.id_, 0, "colour");
  glLinkProgram(p.id_);
  glDeleteShader(*vs), glDeleteShader(*fs);  // they live on in the program
  GLint ok = 0;
  glGetProgramiv(p.id_, GL_LINK_STATUS, &ok);
  if (!ok) {
    std::array<char, 2048> log{};
    glGetProgramInfoLog(p.id_, log.size() - 1, nullptr, log.data());
    return geo::fail(fmt::format("shaders/{} with {}: {}", vertex, fragment, log.data()));
  }
  GLint count = 0;
  glGetProgramiv(p.id_, GL_ACTIVE_UNIFORMS, &count);
  for (GLint i = 0; i < count; ++i) {
    std::array<char, 128> name{};
    GLint size;
    GLenum type;
    glGetActiveUniform(p.id_, i, name.size(), nullptr, &size, &type, name.data());
    p.uniforms_[name.data()] = glGetUniformLocation(p.id_, name.data());
  }
  return p;
}

}  // namespace render
