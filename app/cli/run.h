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
  // `present`: the show begins at once, on a screen of its own.
  struct Present {
    int monitor = 0;            // from 1; 0: by itself
    int width = 0, height = 0;  // 0: the monitor's
    std::string scene, theme;   // empty: the first, the project's
    bool loop = false;
    std::optional<bool> console;
    std::string remote;  // "auto", "ADDRESS:PORT"; empty: none
    double clock = 1;    // show seconds in a second
  };
  std::optional<Present> present;
};

void addPresent(CLI::App& app, Common& common, Action& action,
                const std::function<int(const WindowRequest&)>& openWindow);

// openWindow is called for the bare form; row 6 folders do not know each other, so main passes it in.
int run(int argc, char** argv, const std::function<int(const WindowRequest&)>& openWindow);

// "zh" unless the locale (LC_ALL, LC_MESSAGES, LANG) starts with "en".
scene::Language languageOfLocale();

}  // namespace cli
