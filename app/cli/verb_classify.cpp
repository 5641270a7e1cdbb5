#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/column.h"
#include "geo/classify.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  LayerArguments data;
  std::string field, method;
  int classes = 5;
  bool classesGiven = false;
  std::vector<double> breaks;
};

std::string methodName(geo::BreakMethod method, const Common& common) {
  using M = geo::BreakMethod;
  switch (method) {
    case M::natural:
      return word(common, "自然间断（Fisher–Jenks，精确）", "natural breaks (Fisher–Jenks, exact)");
    case M::quantile:
      return word(common, "分位数", "quantiles");
    case M::equal:
      return word(common, "等间距", "equal intervals");
    case M::stddev:
      return word(common, "标准差", "standard deviations");
    case M::pretty:
      return word(common, "整齐间距", "pretty breaks");
    case M::headtail:
      return word(common, "头尾分割", "head/tail breaks");
    case M::box:
      return word(common, "箱线图（1.5 倍）", "box map (hinge 1.5)");
    case M::percentile:
      return word(common, "百分位", "percentile map");
    case M::geometric:
      return word(common, "几何级数", "geometric progression");
    case M::manual:
      return word(common, "手工", "manual breaks");
  }
  return {};
}

Json toJson(const std::string& field, const geo::Breaks& b) {
  Json out = {
      {"field", field},       {"method", geo::name(b.method)}, {"classes", b.classes()}, {"rows", b.rows},
      {"missing", b.missing}, {"upper_bounds", b.upperBounds}, {"counts", b.counts},     {"sse", b.sse},
      {"gvf", b.gvf}};
  if (!b.limits.empty()) out["limits"] = b.limits;
  return out;
}

void print(const std::string& field, const geo::Breaks& b, const Common& common) {
  fmt::print("{}: {}\n", field, methodName(b.method, common));
  fmt::print("{} {}, {} {}, GVF {:.4f}\n\n", b.rows, word(common, "行", "rows"), b.missing,
             word(common, "缺失", "missing"), b.gvf);
  fmt::print("{:>5}  {:>14}  {:>14}  {:>14}  {:>8}\n", word(common, "级", "class"),
             word(common, "最小", "lowest"), word(common, "最大", "highest"), word(common, "上界", "up to"),
             word(common, "行数", "rows"));
  for (size_t c = 0; c < b.classes(); ++c) {
    const auto number = [](double v) { return std::isnan(v) ? std::string("–") : fmt::format("{:.6g}", v); };
    fmt::print("{:>5}  {:>14}  {:>14}  {:>14}  {:>8}\n", c + 1, number(b.lowest[c]), number(b.highest[c]),
               number(b.upperBounds[c]), b.counts[c]);
  }
}

int classify(const Arguments& a, const Common& common) {
  const std::string name = a.method.empty() ? (a.breaks.empty() ? "natural" : "manual") : a.method;
  const auto method = geo::breakMethod(name);
  if (!method) {
    complain(method.error());
    return badUsage;
  }
  if (!a.breaks.empty() && *method != geo::BreakMethod::manual)
    return complain({fmt::format("Breaks were given, but the method is {}.", name),
                     "Use --method manual, or leave --breaks out."});
  const auto layer = loadLayer(a.data, common);
  if (!layer) return complain(layer.error());
  const auto numbers = numbersOf(**layer, a.field);
  if (!numbers) return complain(numbers.error());
  // Head/tail breaks find their own number of classes unless one is asked for.
  const int classes = *method == geo::BreakMethod::headtail && !a.classesGiven ? 256 : a.classes;
  const auto breaks = geo::classify(*numbers, *method, classes, a.breaks);
  if (!breaks)
    return complain(
        {fmt::format("{}, {}: {}", a.data.path, a.field, breaks.error().what), breaks.error().remedy});
  if (common.json) fmt::print("{}\n", toJson(a.field, *breaks).dump());
  else print(a.field, *breaks, common);
  return done;
}

}  // namespace

void addClassify(CLI::App& app, Common& common, Action& action) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("classify", "Class breaks of one column");
  a->data.addTo(*verb);
  verb->add_option("--field", a->field, "Column of numbers")->required();
  verb->add_option(
      "--method", a->method,
      "natural (default), quantile, equal, stddev, pretty, headtail, box, percentile, geometric, manual");
  verb->add_option("--classes", a->classes,
                   "How many (default 5); pretty: about; headtail: at most; box, percentile, manual: ignored")
      ->each([a](const std::string&) { a->classesGiven = true; });
  verb->add_option("--breaks", a->breaks, "Upper bounds of manual classes: 10,20,50")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->footer(
      "Example: parkscope classify counties.gpkg --field density --method natural --classes 5 --json");
  verb->callback([a, &common, &action] { action = [a, &common] { return classify(*a, common); }; });
}

}  // namespace cli
