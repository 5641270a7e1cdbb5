#include "app/cli/column.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "geo/datum.h"

namespace cli {
namespace {

std::string numericNames(const geo::Table& table) {
  std::string names;
  for (const geo::Column& c : table.columns)
    if (c.numeric()) names += (names.empty() ? "" : ", ") + c.name;
  return names;
}

// How programs write what is no finite number: inf, -Infinity, NaN, #N/A, 1e999.
bool isNoNumber(std::string_view text) {
  const auto drop = [&](auto&& unwanted) {
    while (!text.empty() && unwanted(text.front())) text.remove_prefix(1);
    while (!text.empty() && unwanted(text.back())) text.remove_suffix(1);
  };
  drop([](char c) { return static_cast<unsigned char>(c) <= ' '; });
  std::string word;
  for (char c : text)
    if (!(word.empty() && (c == '-' || c == '+' || c == '#')))
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const char* known : {"inf", "infinity", "nan", "na", "n/a", "null", "1.#inf", "1.#qnan"})
    if (word == known) return true;
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc::result_out_of_range && end == word.data() + word.size();
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
  if (const std::string datum = geo::canonicalDatum(arguments.crs); !datum.empty() && datum != "WGS 84") {
    options.datum = datum;
  } else if (!arguments.crs.empty()) {
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
  size_t unreal = 0;
  for (size_t row = 0; row < numbers.size(); ++row) {
    numbers[row] = column->number(row);
    // A number in a text column is a number; one word among them makes it a column of texts.
    if (std::isnan(numbers[row]) && column->has(row) && !column->numeric()) {
      if (isNoNumber(column->text(row))) {
        ++unreal;
        continue;
      }
      const std::string names = numericNames(layer.table);
      return geo::fail(
          fmt::format("The field \"{}\" of {} holds texts (\"{}\"), not numbers.", column->name,
                      layer.source.path, column->text(row)),
          names.empty() ? "No field of it holds numbers." : fmt::format("Fields with numbers: {}.", names));
    }
  }
  if (unreal)
    note(fmt::format("{} {} of \"{}\" {} no finite number (inf, NaN, NA) and {} as missing.", unreal,
                     unreal == 1 ? "value" : "values", column->name, unreal == 1 ? "is" : "are",
                     unreal == 1 ? "counts" : "count"));
  return numbers;
}

}  // namespace cli
