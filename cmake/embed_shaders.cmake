# Writes every shader as a raw string into one C++ source: render::shaderSource(name).
set(text "#include <string_view>\nnamespace render {\nstd::string_view shaderSource(std::string_view name) {\n")
foreach(shader ${SHADERS})
  get_filename_component(name ${shader} NAME)
  file(READ ${shader} source)
  string(APPEND text "  if (name == \"${name}\") return R\"glsl(${source})glsl\";\n")
endforeach()
string(APPEND text "  return {};\n}\n}  // namespace render\n")
file(WRITE ${OUT} "${text}")
