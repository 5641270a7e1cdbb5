// Any bytes as a project file: refused with one line that names the file, or read; and what is read is
// written canonically.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

#include "app/session/project_file.h"

namespace {

void insist(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "project_fuzz: {}\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto project =
      session::parseProject(std::string(reinterpret_cast<const char*>(data), size), "p.toml");
  if (!project) {
    insist(project.error().what.starts_with("p.toml:"), "an error without its place");
    return 0;
  }
  const std::string text = session::formatProject(*project);
  const auto again = session::parseProject(text, "again.toml");
  insist(again.has_value(), "what was written cannot be read");
  insist(*again == *project, "what was read again is not the same");
  insist(session::formatProject(*again) == text, "the same project has other bytes");
  return 0;
}
