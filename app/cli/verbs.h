// The verbs of the command line: each adds its options and, when it was chosen, sets the action to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "app/scene/scene.h"
#include "geo/result.h"

namespace cli {

// Exit codes: 0 done · 1 the input or the request is at fault · 2 wrong usage · 3 a fault of our own.
inline constexpr int done = 0, badInput = 1, badUsage = 2, ourFault = 3;

struct Common {
  scene::Language language = scene::Language::zh;
  bool json = false;
};

using Action = std::function<int()>;

// One per verb; a verb's subcommand sets `action` in its callback.
void addSnapshot(CLI::App& app, Common& common, Action& action);
void addAtlas(CLI::App& app, Common& common, Action& action);
void addInspect(CLI::App& app, Common& common, Action& action);
void addClassify(CLI::App& app, Common& common, Action& action);
void addAutocorrelation(CLI::App& app, Common& common, Action& action);
void addDensity(CLI::App& app, Common& common, Action& action);
void addVerify(CLI::App& app, Common& common, Action& action);
void addBench(CLI::App& app, Common& common, Action& action);

// One line on stderr: "parkscope: what, where. What to do next." Returns the exit code 1.
int complain(const geo::Error& error);

// A progress bar on stderr, from the second second on, only when stderr is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  void show(double fraction);
  ~ProgressBar();

 private:
  std::string label_;
  double start_ = 0, last_ = 0;
  bool shown_ = false;
};

}  // namespace cli
