// Where the program's own files lie.
#include <cstdlib>
#include <filesystem>

#include "app/session/project_file.h"

namespace session {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shareFolders() {
  std::vector<fs::path> folders;
  if (const char* own = std::getenv("PARKSCOPE_SHARE"); own && *own) folders.emplace_back(own);
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error);
  // The build tree has share/ beside the binary, or above it for the test programs; an installation has bin/
  // and share/.
  fs::path folder = binary.parent_path();
  for (int up = 0; up < 4 && !error && folder.has_relative_path(); ++up, folder = folder.parent_path())
    folders.push_back(folder / "share" / "parkscope");
  return folders;
}

}  // namespace

std::string assetPath(const std::string& name) {
  std::error_code error;
  for (const fs::path& folder : shareFolders())
    if (const fs::path file = folder / name; fs::exists(file, error)) return file.string();
  return {};
}

std::string embeddedProjectPath() { return assetPath("assets/qingyuan/qingyuan.parkscope.toml"); }

}  // namespace session
