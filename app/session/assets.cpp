// Where the program's own files lie.
#include <cstdlib>
#include <filesystem>
#include <fstream>

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

fs::path stateFile() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state && *state) return fs::path(state) / "parkscope" / "last-project";
  if (home && *home) return fs::path(home) / ".local" / "state" / "parkscope" / "last-project";
  return {};
}

}  // namespace

std::string assetPath(const std::string& name) {
  std::error_code error;
  for (const fs::path& folder : shareFolders())
    if (const fs::path file = folder / name; fs::exists(file, error)) return file.string();
  return {};
}

std::string embeddedProjectPath() { return assetPath("assets/qingyuan/qingyuan.parkscope.toml"); }

std::string lastProjectPath() {
  std::ifstream in(stateFile());
  std::string path;
  std::error_code error;
  return std::getline(in, path) && fs::exists(path, error) ? path : std::string();
}

void rememberProject(const std::string& path) {
  const fs::path file = stateFile();
  std::error_code error;
  if (file.empty() || path.empty()) return;
  fs::create_directories(file.parent_path(), error);
  std::ofstream(file) << fs::absolute(path, error).string() << '\n';
}

}  // namespace session
