#include <atomic>
#include <charconv>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/project_input.h"
#include "app/session/names.h"
#include "app/session/snapshot.h"

namespace cli {
namespace {

struct Request {
  ProjectInput input;
  session::SnapshotOptions options;
};

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

// Runs while the picture is written on this thread; the bar shows from the second second on.
class Watcher {
 public:
  Watcher(std::string label, const geo::Progress& progress)
      : thread_([label = std::move(label), &progress, this] {
          ProgressBar bar(label);
          while (!stop_.load()) {
            bar.show(progress.fraction());
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
          }
        }) {}
  ~Watcher() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

int snapshot(Request request, const Common& common) {
  if (auto good = session::checkSnapshot(request.options); !good) return complain(good.error());
  // Fonts are found while the data loads.
  geo::Result<std::shared_ptr<const scene::Typesetter>> fonts = geo::fail("");
  std::thread opening([&] { fonts = scene::Typesetter::open(); });
  session::Session session;
  session.forOnePicture();
  const auto loaded = loadProject(session, request.input, common);
  opening.join();
  if (!loaded) return complain(loaded.error());
  if (!fonts) return complain(fonts.error());
  auto scene = session::sceneFor(session, request.options);
  if (!scene) return complain(scene.error());
  if (request.input.bare.heatMetres && scene->heat && !scene->heat->grid)
    return complain(
        {scene->heat->notes.empty() ? "The heat could not be made." : scene->heat->notes.front(), {}});
  for (const auto& message : session.messages())
    if (message.level != session::Message::Level::info) fmt::print(stderr, "parkscope: {}\n", message.text);
  if (request.options.theme.empty() && request.options.paper.empty())
    request.options.theme = session.project().theme;
  std::vector<std::string> warnings;
  geo::Progress progress;
  const bool large = !request.options.paper.empty() ||
                     static_cast<long>(request.options.width) * request.options.height > 20'000'000;
  std::optional<Watcher> watcher;
  if (large) watcher.emplace(request.options.output, progress);
  const auto recipe = session::recipeDraft(session, request.options);
  const auto written = session::writeSnapshot(*scene, request.options, *fonts, session.worldCrs(), &progress,
                                              &warnings, &recipe);
  watcher.reset();
  for (const std::string& w : warnings) fmt::print(stderr, "parkscope: {}\n", w);
  if (!written) return complain(written.error());
  if (common.json) fmt::print("{}\n", nlohmann::json{{"output", request.options.output}}.dump());
  return done;
}

}  // namespace

void addSnapshot(CLI::App& app, Common& common, Action& action) {
  auto request = std::make_shared<Request>();
  CLI::App* verb = app.add_subcommand("snapshot", "Write the map as a picture");
  verb->add_option("PROJECT", request->input.paths, "A project (.parkscope.toml), or data files")->required();
  verb->add_option("-o,--output", request->options.output, "File to write: .png .jpg .webp .tif .pdf .svg")
      ->required();
  addSizeOption(*verb, request->options.width, request->options.height,
                "Size of the screen look in pixels, 1920x1080");
  verb->add_option("--paper", request->options.paper, "Page look on A4, A3, A2, A1 or A0");
  verb->add_flag("--landscape", request->options.landscape, "The page lies on its long side");
  verb->add_option("--dpi", request->options.dpi, "Dots per inch of a page");
  verb->add_option("--scene", request->options.scene, "Scene to show, by id or name");
  verb->add_option("--indicator", request->options.indicator, "Indicator to show, by id or name");
  verb->add_option_function<int>(
      "--year", [request](int year) { request->options.year = year; }, "Year to show");
  verb->add_option("--theme", request->options.theme, "dark or light");
  verb->add_option_function<std::string>(
      "--extent", [request](const std::string& text) { request->options.extentLonLat = readExtent(text); },
      "Part of the map, W,S,E,N in degrees");
  verb->add_option_function<std::string>(
      "--composition",
      [request](const std::string& word) {
        const auto words = session::wordsOf<scene::Composition>();
        const auto at = std::find(words.begin(), words.end(), word);
        if (at == words.end())
          throw CLI::ValidationError("--composition",
                                     fmt::format("\"{}\" is not one of: {}", word, fmt::join(words, ", ")));
        request->options.composition = static_cast<scene::Composition>(at - words.begin());
      },
      "What fills the picture: map, multiples, ledger or card");
  verb->add_option_function<std::string>(
      "--card",
      [request](const std::string& area) {
        request->options.card = area, request->options.composition = scene::Composition::card;
      },
      "The card of one area, by key or name");
  verb->add_flag("--bare", request->options.bare,
                 "The map alone: no title, legend, scale bar, north arrow, credits");
  verb->add_flag("--world-file", request->options.worldFile,
                 "Beside a .png, .jpg or .webp: a world file and .aux.xml, so that GIS programs place it");
  addBareOptions(*verb, request->input.bare);
  verb->footer("Example: parkscope snapshot qingyuan.parkscope.toml -o map.pdf --paper A3 --landscape");
  verb->callback(
      [request, &common, &action] { action = [request, &common] { return snapshot(*request, common); }; });
}

}  // namespace cli
