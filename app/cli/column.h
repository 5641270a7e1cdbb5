// One layer of a file and its columns of numbers, as the verbs about figures ask for them.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "app/cli/verbs.h"
#include "geo/load.h"

namespace cli {

struct LayerArguments {
  std::string path, layer, crs, encoding;
  void addTo(CLI::App& verb);
};

// The layer, with a progress bar; what was lost on the way is told on stderr.
geo::Result<geo::LayerPtr> loadLayer(const LayerArguments& arguments, const Common& common);

// The numbers of a column, NaN where missing. Fails when there is no such column, or it holds texts: the
// message lists what there is.
geo::Result<std::vector<double>> numbersOf(const geo::Layer& layer, const std::string& field);

// Runs the work on a thread of its own while a bar on stderr follows its progress.
template <class Work>
auto withBar(const char* label, Work&& work) {
  geo::Progress progress;
  ProgressBar bar(label);
  auto result = std::async(std::launch::async, [&] { return work(progress); });
  while (result.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready)
    bar.show(progress.fraction());
  return result.get();
}

// One line on stderr for what does not stop the work: "parkscope: note: …".
void note(const std::string& text);

inline const char* word(const Common& common, const char* zh, const char* en) {
  return common.language == scene::Language::zh ? zh : en;
}

}  // namespace cli
