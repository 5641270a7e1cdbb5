#include "app/cli/run.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/cli/project_input.h"
#include "app/session/i18n.h"
#include "app/session/names.h"

namespace cli {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int usage(const std::string& what, const std::string& verb = {}) {
  std::string line = what.substr(0, what.find('\n'));
  if (!line.ends_with('.')) line += '.';
  fmt::print(stderr, "parkscope: {} Try: parkscope {}--help.\n", line, verb.empty() ? "" : verb + " ");
  return badUsage;
}

// A word that is neither a verb nor a file is most likely a mistyped verb.
std::optional<std::string> strayWord(const CLI::App& app, const std::vector<std::string>& paths) {
  std::vector<std::string_view> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    verbs.push_back(verb->get_name());
  std::error_code error;
  for (const std::string& path : paths)
    if (path.find_first_of("./") == path.npos && !std::filesystem::exists(path, error))
      return fmt::format("there is no verb and no file \"{}\". Nearest verb: {}.", path,
                         session::nearest(path, verbs));
  return std::nullopt;
}

std::string version() { return fmt::format("parkscope {}", PARKSCOPE_VERSION); }

}  // namespace

int run(int argc, char** argv, const std::function<int(const WindowRequest&)>& openWindow) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is told like a full disk
  CLI::App app{"Parkscope: maps of a city's innovation plan. Without a verb it opens the window.",
               "parkscope"};
  app.set_version_flag("--version", version());
  Common common;
  common.language = languageOfLocale();
  Action action;
  WindowRequest window;
  std::string language;
  app.add_option("--lang", language, "Language of the map and the window: zh or en (default: the locale)")
      ->check(CLI::IsMember({"zh", "en"}));
  app.add_flag("--json", common.json, "Results as one JSON document on stdout");
  app.add_option("PROJECT", window.paths,
                 "A project, or data files; without: the last project, else the built-in one");
  addBareOptions(app, window.bare);
  addSizeOption(app, window.width, window.height, "Size of the window in pixels, 1440x900");
  app.add_option("--ready", window.ready, "File that gets the time of the first full frame")
      ->group("Measuring and testing");
  app.add_option("--script", window.script, "Command lines to run in the window; -: stdin")
      ->group("Measuring and testing");
  app.footer(
      "Examples:\n  parkscope                       open the window\n  parkscope parks.geojson         look "
      "at a data file\n  parkscope snapshot city.parkscope.toml -o map.png");
  addSnapshot(app, common, action);
  addAtlas(app, common, action);
  addInspect(app, common, action);
  addClassify(app, common, action);
  addAutocorrelation(app, common, action);
  addDensity(app, common, action);
  addVerify(app, common, action);
  addPresent(app, common, action, openWindow);
  addBench(app, common, action);
  // --lang and --json may stand before or after the verb.
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) verb->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    fmt::print("{}", chosen.empty() ? app.help() : chosen[0]->help("parkscope"));
    return done;
  } catch (const CLI::CallForVersion&) {
    fmt::print("{}\n", version());
    return done;
  } catch (const CLI::ParseError& e) {
    const auto chosen = app.get_subcommands();
    return usage(e.what(), chosen.empty() ? std::string() : chosen[0]->get_name());
  }
  if (!language.empty()) common.language = language == "en" ? scene::Language::en : scene::Language::zh;
  try {
    if (common.language == scene::Language::en)
      if (const std::string problem = session::loadCatalogues(); !problem.empty())
        fmt::print(stderr, "parkscope: {}\n", problem);
    if (action) return action();
    if (const auto stray = strayWord(app, window.paths)) return usage(*stray);
    window.language = common.language;
    return openWindow(window);
  } catch (const std::exception& e) {
    fmt::print(stderr,
               "parkscope: a fault of its own: {}. Please report it with the command that led to it.\n",
               e.what());
    return ourFault;
  }
}

int complain(const geo::Error& error) {
  fmt::print(stderr, "parkscope: {}\n", error.text());
  return badInput;
}

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)), start_(now()) {}

void ProgressBar::show(double fraction) {
  const double t = now();
  if (t - start_ < 2 || t - last_ < 0.1 || !isatty(STDERR_FILENO)) return;
  last_ = t, shown_ = true;
  const int full = static_cast<int>(fraction * 30);
  fmt::print(stderr, "\r{} [{}{}] {:3.0f} %", label_, std::string(full, '#'), std::string(30 - full, ' '),
             fraction * 100);
  std::fflush(stderr);
}

ProgressBar::~ProgressBar() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

scene::Language languageOfLocale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value && *value)
      return std::string_view(value).starts_with("en") ? scene::Language::en : scene::Language::zh;
  }
  return scene::Language::zh;
}

}  // namespace cli
