// Arguments → what to do. Everything but the bare form and `present` runs here, without a display.
#pragma once

#include <functional>

#include "app/cli/verbs.h"
#include "app/session/project_file.h"

namespace cli {

// What the bare form asks for: open the window with these.
struct WindowRequest {
  std::vector<std::string> paths;
  session::BareOptions bare;
  scene::Language language = scene::Language::zh;
  std::string ready, script;
  int width = 0, height = 0;
};

// openWindow is called for the bare form; row 6 folders do not know each other, so main passes it in.
int run(int argc, char** argv, const std::function<int(const WindowRequest&)>& openWindow);

// "zh" unless the locale (LC_ALL, LC_MESSAGES, LANG) starts with "en".
scene::Language languageOfLocale();

}  // namespace cli
