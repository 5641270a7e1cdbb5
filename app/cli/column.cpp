#include "app/cli/column.h"

#include <fmt/format.h>

#include <cmath>
#include <future>

namespace cli {
namespace {

// Runs the work on a thread of its own while the bar follows its progress.
template <class Work>
auto withBar(const char* label, Work&& work) {
  geo::Progress progress;
  ProgressBar bar(label);
  auto result = std::async(std::launch::async, [&] { return work(progress); });
  while (result.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready)
    bar.show(progress.fraction());
  return result.get();
}

std::string numericNames(const geo::Table& table) {
  std::string names;
  for (const geo::Column& c : table.columns)
    if (c.numeric()) names += (names.empty() ? "" : ", ") + c.name;
  return names;
}

}  // namespace

void LayerArguments::addTo(CLI::App& verb) {
  verb.add_option("DATA", path, "File to read")->required();
  verb.add_option("--layer", layer, "Layer inside the file (default: the first that has rows)");
  verb.add_option("--crs", crs, "Read the coordinates in this CRS, whatever the file says: EPSG:4490");
  verb.add_option("--encoding", encoding, "Read the texts in this encoding, whatever the file says: GB18030");
}

void note(const std::string& text) { fmt::print(stderr, "parkscope: note: {}\n", text); }

geo::Result<geo::LayerPtr> loadLayer(const LayerArguments& arguments, const Common& common) {
  geo::LoadOptions options;
  options.layer = arguments.layer;
  options.encoding = arguments.encoding;
  if (!arguments.crs.empty()) {
    auto crs = geo::Crs::parse(arguments.crs);
    if (!crs) return tl::unexpected(crs.error());
    options.crs = *crs;
  }
  auto loaded = withBar(word(common, "读取", "Reading"), [&](geo::Progress& progress) {
    return geo::load(arguments.path, options, &progress);
  });
  if (!loaded) return tl::unexpected(loaded.error());
  for (const geo::Problem& p : loaded->report.problems) {
    if (p.rows.empty()) note(p.message);
    else note(fmt::format("{} ({} {})", p.message, p.rows.size(), p.rows.size() == 1 ? "row" : "rows"));
  }
  return loaded->layer;
}

geo::Result<std::vector<double>> numbersOf(const geo::Layer& layer, const std::string& field) {
  const geo::Column* column = layer.table.find(field);
  if (!column) {
    const std::string names = layer.table.columnNames();
    return geo::fail(
        fmt::format("{} has no field \"{}\".", layer.source.path, field),
        names.empty() ? "It has no fields at all." : fmt::format("Fields it does have: {}.", names));
  }
  std::vector<double> numbers(column->rows());
  for (size_t row = 0; row < numbers.size(); ++row) {
    numbers[row] = column->number(row);
    // A number in a text column is a number; one word among them makes it a column of texts.
    if (std::isnan(numbers[row]) && column->has(row) && !column->numeric()) {
      const std::string names = numericNames(layer.table);
      return geo::fail(
          fmt::format("The field \"{}\" of {} holds texts (\"{}\"), not numbers.", column->name,
                      layer.source.path, column->text(row)),
          names.empty() ? "No field of it holds numbers." : fmt::format("Fields with numbers: {}.", names));
    }
  }
  return numbers;
}

}  // namespace cli
