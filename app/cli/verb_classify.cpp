#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/column.h"
#include "geo/classify.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  LayerArguments data;
  std::string field, method, base;
  double per = 1;
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

// Field over base: missing where either is, and where the base is 0.
geo::Result<std::vector<double>> rates(const Arguments& a, const geo::Layer& layer,
                                       std::vector<double> numbers) {
  const auto base = numbersOf(layer, a.base);
  if (!base) return tl::unexpected(base.error());
  size_t zero = 0;
  for (size_t row = 0; row < numbers.size(); ++row) {
    const double below = (*base)[row];
    if (below < 0)
      return geo::fail(
          fmt::format("{}, {}: the base is negative ({:g}) in row {}.", a.data.path, a.base, below, row),
          "Correct it, or leave it empty.");
    zero += below == 0 && std::isfinite(numbers[row]);
    numbers[row] = below > 0 ? numbers[row] / below * a.per : std::numeric_limits<double>::quiet_NaN();
  }
  if (zero)
    note(fmt::format("{} {} with a base of 0 {} no rate and {} as missing.", zero, zero == 1 ? "row" : "rows",
                     zero == 1 ? "has" : "have", zero == 1 ? "counts" : "count"));
  return numbers;
}

size_t distinct(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  std::sort(values.begin(), values.end());
  return static_cast<size_t>(std::unique(values.begin(), values.end()) - values.begin());
}

std::string nameOf(const Arguments& a) {
  if (a.base.empty()) return a.field;
  return a.per == 1 ? fmt::format("{} / {}", a.field, a.base)
                    : fmt::format("{} / {} × {:g}", a.field, a.base, a.per);
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
  if (!(a.per > 0) || !std::isfinite(a.per))
    return complain(
        {fmt::format("A rate per {:g} says nothing.", a.per), "Give a number above zero: --per 1000."});
  if (!a.breaks.empty() && *method != geo::BreakMethod::manual)
    return complain({fmt::format("Breaks were given, but the method is {}.", name),
                     "Use --method manual, or leave --breaks out."});
  const auto layer = loadLayer(a.data, common);
  if (!layer) return complain(layer.error());
  auto numbers = numbersOf(**layer, a.field);
  if (numbers && !a.base.empty()) numbers = rates(a, **layer, std::move(*numbers));
  if (!numbers) return complain(numbers.error());
  // Head/tail breaks find their own number of classes unless one is asked for.
  const int classes = *method == geo::BreakMethod::headtail && !a.classesGiven ? 256 : a.classes;
  const auto breaks = geo::classify(*numbers, *method, classes, a.breaks);
  if (!breaks)
    return complain(
        {fmt::format("{}, {}: {}", a.data.path, nameOf(a), breaks.error().what), breaks.error().remedy});
  const size_t with = breaks->rows - breaks->missing;
  if (breaks->classes() == 1 && with > 1 && breaks->lowest[0] == breaks->highest[0])
    note(fmt::format("All {} values are equal ({:g}): they share one class.", with, breaks->lowest[0]));
  else if (a.classesGiven && *method != geo::BreakMethod::headtail &&
           breaks->classes() < static_cast<size_t>(classes) &&
           distinct(*numbers) < static_cast<size_t>(classes))
    note(fmt::format("There are only {} different values: {} classes instead of {}.", distinct(*numbers),
                     breaks->classes(), classes));
  if (common.json) {
    Json out = toJson(a.field, *breaks);
    if (!a.base.empty()) out["rate_base"] = a.base, out["per"] = a.per;
    fmt::print("{}\n", out.dump());
  } else {
    print(nameOf(a), *breaks, common);
  }
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
  verb->add_option("--rate-base", a->base, "Column to divide the field by");
  verb->add_option("--per", a->per, "With --rate-base: per how many (default 1): 1000");
  verb->footer(
      "Example: parkscope classify counties.gpkg --field density --method natural --classes 5 --json");
  verb->callback([a, &common, &action] { action = [a, &common] { return classify(*a, common); }; });
}

}  // namespace cli
