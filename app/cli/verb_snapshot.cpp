#include <nlohmann/json.hpp>

#include "app/cli/page_options.h"
#include "app/cli/project_input.h"
#include "app/session/batch.h"
#include "app/session/names.h"
#include "app/session/snapshot.h"

namespace cli {
namespace {

struct Request {
  ProjectInput input;
  session::SnapshotOptions options;
  bool ownPage = false;
  std::string batch;
};

// One export after the other, all looked through before the first is written. One that fails is told, and the
// others are still written.
int writeBatch(Request request, const Common& common) {
  auto batch = session::readBatch(request.batch);
  if (!batch) return complain(batch.error());
  if (request.input.paths.empty()) {
    if (batch->project.empty())
      return complain({fmt::format("{} names no project.", request.batch),
                       "Write project = \"city.parkscope.toml\", or give it as PROJECT."});
    request.input.paths = {batch->project};
  }
  session::Session session;
  const auto fonts = openForPictures(session, request.input, common);
  if (!fonts) return complain(fonts.error());
  tellMessages(session);
  const auto at = [&](const session::BatchItem& item, const geo::Error& error) {
    return geo::Error{fmt::format("{}:{}: {}", request.batch, item.line, error.what), error.remedy};
  };
  struct Ready {
    std::optional<session::Atlas> atlas;
    std::optional<scene::Scene> scene;
    session::RecipeDraft recipe;
  };
  std::vector<Ready> ready;
  for (session::BatchItem& item : batch->items) {
    (void)session::apply(session, session::SetLanguage{item.language.value_or(common.language)});
    if (item.ownPage) useOwnPage(item.picture, session.project());
    if (!item.atlas && item.picture.theme.empty() && item.picture.paper.empty())
      item.picture.theme = session.project().theme;
    Ready& made = ready.emplace_back();
    if (item.atlas) {
      auto plan = session::planAtlas(session, *item.atlas);
      if (!plan) return complain(at(item, plan.error()));
      made.atlas = std::move(*plan);
    } else {
      auto scene = session::sceneFor(session, item.picture);
      if (!scene) return complain(at(item, scene.error()));
      made.scene = std::move(*scene), made.recipe = session::recipeDraft(session, item.picture);
    }
  }
  auto outputs = nlohmann::json::array();
  int code = done;
  for (size_t i = 0; i < ready.size(); ++i) {
    const session::BatchItem& item = batch->items[i];
    const std::string& output = item.atlas ? item.atlas->page.output : item.picture.output;
    std::vector<std::string> warnings;
    geo::Result<void> written;
    {
      geo::Progress progress;
      const Watcher watcher(output, progress);
      written = ready[i].atlas
                    ? session::writeAtlas(*ready[i].atlas, *fonts, session.worldCrs(), &progress, &warnings)
                    : session::writeSnapshot(*ready[i].scene, item.picture, *fonts, session.worldCrs(),
                                             &progress, &warnings, &ready[i].recipe);
    }
    for (const std::string& w : warnings) fmt::print(stderr, "parkscope: {}: {}\n", output, w);
    if (written) outputs.push_back(output);
    else code = complain(at(item, written.error()));
  }
  if (common.json) fmt::print("{}\n", nlohmann::json{{"outputs", outputs}}.dump());
  return code;
}

int snapshot(Request request, const Common& common) {
  if (!request.batch.empty()) return writeBatch(std::move(request), common);
  if (auto good = session::checkSnapshot(request.options); !good) return complain(good.error());
  session::Session session;
  const auto fonts = openForPictures(session, request.input, common);
  if (!fonts) return complain(fonts.error());
  if (request.ownPage) useOwnPage(request.options, session.project());
  auto scene = session::sceneFor(session, request.options);
  if (!scene) return complain(scene.error());
  if (request.input.bare.heatMetres && scene->heat && !scene->heat->grid)
    return complain(
        {scene->heat->notes.empty() ? "The heat could not be made." : scene->heat->notes.front(), {}});
  tellMessages(session);
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
  verb->add_option("PROJECT", request->input.paths, "A project (.parkscope.toml), or data files");
  verb->add_option("-o,--output", request->options.output, "File to write: .png .jpg .webp .tif .pdf .svg");
  verb->add_option("--batch", request->batch,
                   "A TOML file that lists exports: [[export]] output = \"map.png\"");
  addSizeOption(*verb, request->options.width, request->options.height,
                "Size of the screen look in pixels, 1920x1080");
  verb->add_option("--paper", request->options.paper, "Page look on A4, A3, A2, A1, A0 or WxH in mm");
  verb->add_flag("--page", request->ownPage, "The project's own page, with its paper and frames");
  verb->add_flag("--landscape", request->options.landscape, "The page lies on its long side");
  addPictureOptions(*verb, request->options);
  verb->add_option("--indicator", request->options.indicator, "Indicator to show, by id or name");
  verb->add_option_function<int>(
      "--year", [request](int year) { request->options.year = year; }, "Year to show");
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
      "--vision", [request](const std::string& name) { request->options.vision = readVision(name); },
      "As other eyes see it: protanopia, deuteranopia, tritanopia, grey, or a projector in a bright room");
  verb->add_option_function<std::string>(
      "--card",
      [request](const std::string& area) {
        request->options.card = area, request->options.composition = scene::Composition::card;
      },
      "The card of one area, by key or name");
  verb->add_option("--area", request->options.focus, "The area that a page is about, by key or name");
  verb->add_flag("--bare", request->options.bare,
                 "The map alone: no title, legend, scale bar, north arrow, credits");
  verb->add_flag("--world-file", request->options.worldFile,
                 "Beside a .png, .jpg or .webp: a world file and .aux.xml, so that GIS programs place it");
  addBareOptions(*verb, request->input.bare);
  verb->footer("Example: parkscope snapshot qingyuan.parkscope.toml -o map.pdf --paper A3 --landscape");
  verb->callback([request, &common, &action] {
    if (request->batch.empty() && request->input.paths.empty()) throw CLI::RequiredError("PROJECT");
    if (request->batch.empty() && request->options.output.empty()) throw CLI::RequiredError("--output");
    if (!request->batch.empty() && !request->options.output.empty())
      throw CLI::ExcludesError("--batch", "--output");
    action = [request, &common] { return snapshot(*request, common); };
  });
}

}  // namespace cli
