#include <charconv>
#include <nlohmann/json.hpp>

#include "app/cli/page_options.h"
#include "app/cli/project_input.h"
#include "app/session/atlas.h"
#include "app/session/names.h"

namespace cli {
namespace {

struct Request {
  ProjectInput input;
  session::AtlasOptions options;
};

int atlas(Request request, const Common& common) {
  session::Session session;
  const auto fonts = openForPictures(session, request.input, common);
  if (!fonts) return complain(fonts.error());
  auto plan = session::planAtlas(session, request.options);
  if (!plan) return complain(plan.error());
  tellMessages(session);
  geo::Progress progress;
  std::optional<Watcher> watcher;
  watcher.emplace(request.options.page.output, progress);
  std::vector<std::string> warnings;
  const auto written = session::writeAtlas(*plan, *fonts, session.worldCrs(), &progress, &warnings);
  watcher.reset();
  for (const std::string& w : warnings) fmt::print(stderr, "parkscope: {}\n", w);
  if (!written) return complain(written.error());
  if (!common.json) return done;
  nlohmann::json out{{"output", request.options.page.output}, {"sheets", nlohmann::json::array()}};
  const bool book = request.options.page.output.ends_with(".pdf");
  for (size_t i = 0; i < plan->sheets.size(); ++i) {
    const session::AtlasSheet& sheet = plan->sheets[i];
    nlohmann::json j{{"number", i + 1}, {"title", sheet.title}};
    if (!book) j["file"] = sheet.file;
    if (sheet.kind == session::AtlasSheet::Kind::area) {
      j["area"] = sheet.area, j["indicator"] = sheet.indicator;
      if (sheet.year) j["year"] = sheet.year;
    }
    out["sheets"].push_back(std::move(j));
  }
  fmt::print("{}\n", out.dump());
  return done;
}

}  // namespace

void addAtlas(CLI::App& app, Common& common, Action& action) {
  auto request = std::make_shared<Request>();
  CLI::App* verb = app.add_subcommand("atlas", "Write one sheet for each county and indicator");
  auto& o = request->options;
  verb->add_option("PROJECT", request->input.paths, "A project (.parkscope.toml), or data files")->required();
  verb->add_option("-o,--output", o.page.output, "A folder, or one file that ends in .pdf")->required();
  const auto list = [&](const char* option, std::vector<std::string>& values, const char* help) {
    verb->add_option_function<std::vector<std::string>>(
            option,
            [&values](const std::vector<std::string>& texts) {
              for (const std::string& text : texts)
                for (std::string& value : session::splitList(text)) values.push_back(std::move(value));
            },
            help)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  list("--indicator", o.indicators, "Indicators, by id or name, with commas (default: all)");
  list("--area", o.areas, "Areas, by key or name, with commas (default: all)");
  verb->add_option_function<std::string>(
      "--year",
      [request](const std::string& text) {
        for (const std::string& year : session::splitList(text)) {
          int value = 0;
          const auto [end, error] = std::from_chars(year.data(), year.data() + year.size(), value);
          if (year == "all") request->options.allYears = true;
          else if (error == std::errc() && end == year.data() + year.size())
            request->options.years.push_back(value);
          else
            throw CLI::ValidationError("--year",
                                       fmt::format("\"{}\" is no year; write 2020,2023 or all", year));
        }
      },
      "Years with commas, or all (default: each indicator's fullest)");
  verb->add_option("--paper", o.page.paper, "A4, A3, A2, A1, A0 or WxH in mm (default: the project's page)");
  verb->add_flag("--landscape,!--portrait", o.landscape,
                 "The page lies on its long side, or stands (default: as the project's page, else it lies)");
  addPictureOptions(*verb, o.page);
  verb->add_option("--format", o.ending, "Of the sheets in a folder (default: png)");
  addBareOptions(*verb, request->input.bare);
  verb->footer(
      "Example: parkscope atlas qingyuan.parkscope.toml -o atlas.pdf --paper A4 --indicator density,gdp");
  verb->callback(
      [request, &common, &action] { action = [request, &common] { return atlas(*request, common); }; });
}

}  // namespace cli
