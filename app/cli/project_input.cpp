#include "app/cli/project_input.h"

#include "app/session/import.h"
#include "geo/database.h"

#include <charconv>
#include <filesystem>
#include <future>
#include <map>

namespace cli {
namespace {

bool isProject(const std::string& path) { return path.ends_with(".toml"); }

bool readSize(std::string_view text, int& width, int& height) {
  const char* end = text.data() + text.size();
  const auto [x, first] = std::from_chars(text.data(), end, width);
  if (first != std::errc() || x == end || (*x != 'x' && *x != 'X')) return false;
  const auto [last, second] = std::from_chars(x + 1, end, height);
  return second == std::errc() && last == end && width > 0 && height > 0;
}

}  // namespace

void addBareOptions(CLI::App& app, session::BareOptions& bare) {
  const std::string group = "Styling of bare data files";
  app.add_option("--field", bare.field, "Numeric column to colour the areas by")->group(group);
  app.add_option_function<std::string>(
         "--method",
         [&bare](const std::string& name) {
           const auto method = geo::breakMethod(name);
           if (!method) throw CLI::ValidationError("--method", method.error().text());
           bare.method = *method;
         },
         "natural, quantile, equal, stddev, pretty, headtail, box, percentile, geometric or manual")
      ->group(group);
  app.add_option("--classes", bare.classes, "Number of classes")->check(CLI::Range(1, 12))->group(group);
  app.add_option("--breaks", bare.breaks, "Upper bounds of manual classes: a,b,c")
      ->delimiter(',')
      ->group(group);
  app.add_option("--palette", bare.palette, "Colours: teal, rose or diverging")->group(group);
  app.add_option_function<double>(
         "--heat", [&bare](double metres) { bare.heatMetres = metres; },
         "Density of the points, with this bandwidth in metres")
      ->group(group);
  app.add_option("--weight", bare.weight, "Numeric column that weighs the points of the heat")->group(group);
  app.add_option("--label", bare.label, "Column to write on the map")->group(group);
  app.add_option("--crs", bare.crs, "Coordinate system of the data, over what the file says: EPSG:4547")
      ->group(group);
}

CLI::Option* addSizeOption(CLI::App& app, int& width, int& height, const std::string& help) {
  return app.add_option_function<std::string>(
      "--size",
      [&width, &height](const std::string& text) {
        if (!readSize(text, width, height))
          throw CLI::ValidationError("--size", fmt::format("\"{}\" is not WIDTHxHEIGHT in pixels", text));
      },
      help);
}

namespace {

// Data behind a project join it: tables of a shape that it knows as it has kept, the rest as layers.
geo::Result<void> addData(session::Session& session, const std::vector<std::string>& data) {
  std::vector<std::string> tables, others;
  for (const std::string& path : data) {
    std::error_code error;
    if (!geo::isDatabase(path) && !std::filesystem::exists(path, error))
      return geo::fail(fmt::format("{} does not exist.", path), "Check the path.");
    (session::isTableFile(path) ? tables : others).push_back(path);
  }
  if (!tables.empty()) {
    if (auto done = apply(session, session::OpenTables{tables}); !done) return done;
    session.wait();
    // Nobody is there to be asked about the others.
    if (const auto& view = session.view(); !view.import.path.empty()) {
      others.push_back(view.import.path);
      others.insert(others.end(), view.imports.begin(), view.imports.end());
      for (size_t i = view.imports.size() + 1; i > 0; --i)
        if (auto done = apply(session, session::LookAtTable{}); !done) return done;
    }
  }
  if (others.empty()) return {};
  if (auto done = apply(session, session::AddData{others}); !done) return done;
  session.wait();
  return {};
}

// A table that was named is to be seen: else the picture would say less than was asked for, and nobody knew.
geo::Result<void> allSeen(const session::Session& session, const std::vector<std::string>& layersBefore,
                          const std::string& project) {
  std::map<std::string, bool> seen;  // by file
  for (const auto& spec : session.project().layers) {
    if (std::count(layersBefore.begin(), layersBefore.end(), spec.id) || !session::isTableFile(spec.source))
      continue;
    const session::LayerState& layer = session.layer(spec.id);
    seen[spec.source] |= layer.shape ? layer.shape->layer->shapes.kind != geo::ShapeKind::none
                                     : !layer.error.what.empty();  // which is told elsewhere
  }
  for (const auto& [source, any] : seen) {
    if (any) continue;
    const std::string file = std::filesystem::path(source).filename().string();
    if (project.empty())
      return geo::fail(
          fmt::format("{} has no coordinates, so the map cannot show it.", file),
          fmt::format("Colour the counties by one of its columns (--field COLUMN), or open it in "
                      "the window's assistant: parkscope {}",
                      file));
    return geo::fail(
        fmt::format(
            "{} has no coordinates and its columns are of no table that {} knows ([[imports]]), so the "
            "map cannot show it.",
            file, std::filesystem::path(project).filename().string()),
        fmt::format("Open it once in the window's assistant and save, then the next table with these columns "
                    "just loads: parkscope {} {}",
                    project, file));
  }
  return {};
}

}  // namespace

geo::Result<void> loadProject(session::Session& session, const ProjectInput& input, const Common& common) {
  const bool project = !input.paths.empty() && isProject(input.paths[0]);
  std::vector<std::string> before;  // layers of the project itself
  // Known before anything loads: names, labels and messages are made in it.
  if (auto done = apply(session, session::SetLanguage{common.language}); !done) return done;
  if (project) {
    for (size_t i = 1; i < input.paths.size(); ++i)
      if (isProject(input.paths[i]))
        return geo::fail(fmt::format("{} is a second project.", input.paths[i]),
                         "Name one project, and data files behind it.");
    if (auto opened = session.open(input.paths[0]); !opened) return opened;
    if (input.paths.size() > 1) {
      session.wait();
      for (const auto& spec : session.project().layers) before.push_back(spec.id);
      if (auto added = addData(session, {input.paths.begin() + 1, input.paths.end()}); !added) return added;
    }
  } else {
    for (const std::string& path : input.paths)
      if (isProject(path))
        return geo::fail(fmt::format("{} is a project among data files.", path),
                         "Name one project first, or data files only.");
    auto made = session::projectForData(input.paths, input.bare);
    if (!made) return tl::unexpected(made.error());
    session.open(std::move(*made), "");
  }
  if (input.meanwhile) session.start(), input.meanwhile();
  input.firstPicture ? session.waitForPicture() : session.wait();
  if (!project || input.paths.size() > 1)
    if (auto seen = allSeen(session, before, project ? input.paths[0] : ""); !seen) return seen;
  bool any = session.project().layers.empty();
  const geo::Error* first = nullptr;
  for (const auto& spec : session.project().layers) {
    const session::LayerState& layer = session.layer(spec.id);
    any |= layer.shape != nullptr;
    if (!layer.shape && !first) first = &layer.error;
  }
  if (!any && first) return tl::unexpected(*first);
  // What the user asked for by option must be there; in a project it would be one figure of many.
  if (!project && !input.bare.field.empty())
    if (const auto& error = session.indicator(session.project().indicator).error; !error.what.empty())
      return tl::unexpected(error);
  return {};
}

geo::Result<scene::TypesetterPtr> openForPictures(session::Session& session, const ProjectInput& input,
                                                  const Common& common) {
  auto fonts = std::async(std::launch::async, [] { return scene::Typesetter::open(); });
  session.forOnePicture();
  if (auto loaded = loadProject(session, input, common); !loaded) return tl::unexpected(loaded.error());
  auto found = fonts.get();
  if (!found) return tl::unexpected(found.error());
  return scene::TypesetterPtr(std::move(*found));
}

void tellMessages(const session::Session& session) {
  for (const auto& message : session.messages())
    if (message.level != session::Message::Level::info) fmt::print(stderr, "parkscope: {}\n", message.text);
}

}  // namespace cli
