// The window: GLFW, one OpenGL context, the ImGui backends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/session/project_file.h"
#include "app/session/session.h"

namespace window {

struct ShowRequest {                       // a show that begins at once, and with which the program ends
  int monitor = 0, width = 0, height = 0;  // see PresentOptions
  std::string scene, theme;
  bool loop = false;
  std::optional<bool> console;
  std::string remote;
  double clock = 1;  // show seconds in a second, for tests
};

// The clock of windows and shows.
double seconds();

struct Options {
  std::vector<std::string> paths;  // a project or data files; empty: the last project, else the embedded one
  session::BareOptions bare;
  scene::Language language = scene::Language::zh;
  int width = 1440, height = 900;
  std::string ready;  // file that gets the time of the first full frame (benchmarks)
  std::optional<ShowRequest> show;
  std::string script;  // command lines to run, for tests; "-": stdin
};

bool displayAvailable();
int run(const Options& options);  // exit code

}  // namespace window
