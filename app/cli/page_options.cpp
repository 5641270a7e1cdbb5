#include "app/cli/page_options.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "app/session/names.h"

namespace cli {
namespace {

template <class E>
E readWord(const std::string& option, const std::string& word) {
  const auto words = session::wordsOf<E>();
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end())
    throw CLI::ValidationError(option, fmt::format("\"{}\" is not one of: {}", word, fmt::join(words, ", ")));
  return static_cast<E>(at - words.begin());
}

// "250000", "1:250000" or "1:250 000".
double readScale(const std::string& text) {
  std::string digits = text.starts_with("1:") ? text.substr(2) : text;
  std::erase_if(digits, [](char c) { return c == ' ' || c == ','; });
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !(value >= 1 && value <= 1e9))
    throw CLI::ValidationError("--scale", fmt::format("\"{}\" is no scale; write 1:250000", text));
  return value;
}

}  // namespace

scene::Vision readVision(const std::string& name) {
  const auto vision = scene::visionNamed(name);
  if (!vision) throw CLI::ValidationError("--vision", vision.error().text());
  return *vision;
}

geo::Box readExtent(const std::string& text) {
  double v[4] = {};
  const char *at = text.data(), *end = at + text.size();
  for (int i = 0; i < 4; ++i) {
    const auto [next, error] = std::from_chars(at, end, v[i]);
    const bool good = error == std::errc() && (i == 3 ? next == end : next != end && *next == ',');
    if (!good) throw CLI::ValidationError("--extent", fmt::format("\"{}\" is not W,S,E,N in degrees", text));
    at = next + (i < 3);
  }
  if (!(v[0] < v[2] && v[1] < v[3] && v[0] >= -180 && v[2] <= 180 && v[1] >= -90 && v[3] <= 90))
    throw CLI::ValidationError("--extent",
                               fmt::format("\"{}\" is not W,S,E,N in degrees with W < E and S < N", text));
  return {v[0], v[1], v[2], v[3]};
}

void addPictureOptions(CLI::App& verb, session::SnapshotOptions& o) {
  verb.add_option("--dpi", o.dpi, "Dots per inch of a page");
  verb.add_option("--scene", o.scene, "Scene to show, by id or name");
  verb.add_option("--theme", o.theme, "dark or light");
  verb.add_option("--basemap", o.basemap,
                  "Basemaps to show, by id, with commas; or none (default: as scene and project say)");
  verb.add_option_function<std::string>(
      "--template",
      [&o](const std::string& word) { o.style = readWord<scene::PageStyle>("--template", word); },
      "How a page is laid out: sheet, figure, poster or slide (default: the project's)");
  verb.add_option_function<std::string>(
      "--scale", [&o](const std::string& text) { o.scale = readScale(text); },
      "Scale of a page's map, 1:250000 (default: the largest round one that shows all)");
  verb.add_option_function<std::string>(
      "--grid", [&o](const std::string& word) { o.grid = readWord<scene::PageGrid>("--grid", word); },
      "Grid of a page's map: degrees, metres (of the map's own system) or none");
}

void useOwnPage(session::SnapshotOptions& o, const session::Project& project) {
  if (o.paper.empty()) o.paper = project.page.paper, o.landscape = project.page.landscape;
}

Watcher::Watcher(std::string label, const geo::Progress& progress)
    : thread_([label = std::move(label), &progress](const std::stop_token& stop) {
        ProgressBar bar(label);
        std::mutex mutex;
        std::condition_variable_any pause;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          bar.show(progress.fraction());
          pause.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
        }
      }) {}

}  // namespace cli
