# Writes the presenter's page as a raw string into one C++ source: remote::pageSource().
file(READ ${PAGE} source)
file(WRITE ${OUT} "#include <string_view>\nnamespace remote {\nstd::string_view pageSource() {\n  return R\"page(${source})page\";\n}\n}  // namespace remote\n")
