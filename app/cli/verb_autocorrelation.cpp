#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/column.h"
#include "geo/autocorrelation.h"
#include "geo/statistics.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  LayerArguments data;
  std::string field, weights = "queen", base;
  bool binary = false, noFdr = false;
  long permutations = 999;
  uint64_t seed = 1;
  double significance = 0.05;
};

// Rows from which on the figures say something about more than themselves.
constexpr size_t enough = 30;

std::string tooFew(const geo::Autocorrelation& r, const Common& common) {
  return fmt::format(
      fmt::runtime(word(common, "只有 {} 个区域，太少，不能下结论；数字仅描述现状。",
                        "{} areas are too few to conclude anything; the figures only describe them.")),
      r.rows);
}

Json toJson(const Arguments& a, const geo::WeightsRule& rule, const geo::Autocorrelation& r) {
  Json local = Json::array();
  for (size_t k = 0; k < r.local.size(); ++k) {
    const geo::LocalMoran& l = r.local[k];
    local.push_back({{"row", l.row},
                     {"i", l.i},
                     {"z", l.z},
                     {"p", l.p},
                     {"quadrant", geo::name(l.quadrant)},
                     {"cluster", geo::name(l.cluster)},
                     {"gi_star", r.localG[k].z},
                     {"spot", geo::name(r.localG[k].found)}});
  }
  const auto moments = [](const geo::Association& s) {
    return Json{{"variance", s.varianceNormality},
                {"variance_randomisation", s.varianceRandomisation},
                {"z_randomisation", s.zRandomisation},
                {"p_randomisation", s.pRandomisation}};
  };
  Json moran = {{"i", r.moran.value},
                {"expected", r.moran.expected},
                {"z", r.moran.z},
                {"p_normal", r.moran.p},
                {"p_permutation", r.moranP}};
  moran.update(moments(r.moran));
  Json geary = {{"c", r.geary.value}, {"z", r.geary.z}, {"p_normal", r.geary.p}};
  geary.update(moments(r.geary));
  Json out = {{"field", a.field},
              {"rows", r.rows + r.missing},
              {"weights",
               {{"kind", rule.text()},
                {"links", r.links},
                {"islands", r.islands},
                {"min", r.fewest},
                {"max", r.most},
                {"mean", r.meanNeighbours},
                {"binary", a.binary}}},
              {"moran", moran},
              {"geary", geary},
              {"local", local},
              {"getis_ord",
               {{"g", r.g.value},
                {"expected", r.g.expected},
                {"z", r.g.zRandomisation},
                {"p_normal", r.g.pRandomisation},
                {"p_permutation", r.gP}}},
              {"missing", r.missing},
              {"permutations", a.permutations},
              {"seed", a.seed},
              {"significance", a.significance},
              {"false_discovery_rate", !a.noFdr},
              {"threshold", r.threshold}};
  if (r.rows < enough) out["note"] = tooFew(r, {scene::Language::en, true});
  return out;
}

std::string number(double v, const char* format = "{:.4f}") {
  if (std::isnan(v)) return "–";
  const std::string text = fmt::format(fmt::runtime(format), v);
  return text.find_first_not_of("-0.") == text.npos ? text.substr(text[0] == '-') : text;  // no "-0.0000"
}

// Widths below zero: to the left.
void printRow(const std::vector<std::string>& cells, const std::vector<int>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i)
    line += widths[i] < 0 ? fmt::format("{:<{}}", cells[i], -widths[i])
                          : fmt::format("{:>{}}", cells[i], widths[i]);
  fmt::print("{}\n", line);
}

void print(const Arguments& a, const geo::WeightsRule& rule, const geo::Autocorrelation& r,
           const Common& common) {
  const auto say = [&](const char* zh, const char* en) { return word(common, zh, en); };
  fmt::print("{}{}{}: {} {}, {} {}\n", a.field, a.base.empty() ? "" : " / ", a.base, r.rows + r.missing,
             say("行", "rows"), r.missing, say("缺失", "missing"));
  fmt::print("{} {}{}: {} {}, {} {}, {}–{}, {} {:.2f}\n", say("邻接", "weights"), rule.text(),
             a.binary ? say("，二值", ", binary") : say("，行标准化", ", row-standardised"), r.links,
             say("条连接", "links"), r.islands, say("个孤岛", "islands"), r.fewest, r.most,
             say("平均", "mean"), r.meanNeighbours);
  fmt::print("{}\n\n", a.permutations
                           ? fmt::format("{} {}, {} {}", a.permutations, say("次置换", "permutations"),
                                         say("种子", "seed"), a.seed)
                           : std::string(say("无置换", "no permutations")));
  if (r.rows < enough) fmt::print("{}\n\n", tooFew(r, common));
  printRow({"", say("值", "value"), say("期望", "expected"), "z", say("p（正态）", "p (normal)"),
            say("p（置换）", "p (permuted)")},
           {-14, 10, 10, 9, 12, 14});
  const auto row = [](const char* name, double v, double e, double z, double p, double permuted) {
    printRow(
        {name, number(v), number(e), number(z, "{:.3f}"), number(p, "{:.4g}"), number(permuted, "{:.4g}")},
        {-14, 10, 10, 9, 12, 14});
  };
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  row("Moran I", r.moran.value, r.moran.expected, r.moran.z, r.moran.p, r.moranP);
  row("Geary C", r.geary.value, r.geary.expected, r.geary.z, r.geary.p, none);
  row("Getis-Ord G", r.g.value, r.g.expected, r.g.zRandomisation, r.g.pRandomisation, r.gP);
  const std::vector<int> widths{6, 10, 9, 9, 10, 10, 9, 8};
  fmt::print("\n");
  printRow({say("行", "row"), "I", "z", "p", say("象限", "quadrant"), say("聚类", "cluster"), "Gi*",
            say("热点", "spot")},
           widths);
  for (size_t k = 0; k < r.local.size(); ++k) {
    const geo::LocalMoran& l = r.local[k];
    const auto text = [](std::string_view v) { return std::string(v); };
    printRow({fmt::format("{}", l.row), number(l.i), number(l.z, "{:.3f}"), number(l.p, "{:.4g}"),
              text(geo::name(l.quadrant)), text(geo::name(l.cluster)), number(r.localG[k].z, "{:.3f}"),
              text(geo::name(r.localG[k].found))},
             widths);
  }
  if (a.permutations == 0) return;
  fmt::print("\n{}\n",
             a.noFdr ? fmt::format("{} p ≤ {:g}", say("显著：", "significant:"), r.threshold)
                     : fmt::format(fmt::runtime(say("显著：p ≤ {:.4g}（错误发现率 {:g}）",
                                                    "significant: p ≤ {:.4g} (false discovery rate {:g})")),
                                   r.threshold, a.significance));
}

std::string islandsOf(const geo::Autocorrelation& r) {
  constexpr size_t mostNamed = 10;
  std::string rows;
  size_t named = 0;
  for (const geo::LocalMoran& l : r.local)
    if (l.quadrant == geo::Quadrant::ns && named++ < mostNamed)
      rows += fmt::format("{}{}", rows.empty() ? "" : ", ", l.row);
  return fmt::format(
      "{} without a neighbour, and so without local figures: {}{}. knn:4 gives every row neighbours.",
      fmt::format("{} {}", r.islands, r.islands == 1 ? "row" : "rows"), rows, named > mostNamed ? ", …" : "");
}

int correlate(const Arguments& a, const Common& common) {
  auto rule = geo::WeightsRule::parse(a.weights);
  if (!rule) {
    complain(rule.error());
    return badUsage;
  }
  rule->binary = a.binary;
  if (a.permutations < 0 || a.permutations > 10'000'000)
    return complain({fmt::format("{} permutations cannot be made.", a.permutations),
                     "Ask for 0 to 10000000; 999 is usual."});
  if (!(a.significance > 0 && a.significance < 1))
    return complain({fmt::format("A significance of {} means nothing.", a.significance),
                     "Give one between 0 and 1; 0.05 is usual."});
  const auto layer = loadLayer(a.data, common);
  if (!layer) return complain(layer.error());
  auto numbers = numbersOf(**layer, a.field);
  if (!numbers) return complain(numbers.error());
  if (!a.base.empty()) {
    const auto base = numbersOf(**layer, a.base);
    if (!base) return complain(base.error());
    auto rates = geo::standardisedRates(*numbers, *base);
    if (!rates)
      return complain(
          {fmt::format("{} / {}: {}", a.field, a.base, rates.error().what), rates.error().remedy});
    size_t zero = 0;
    for (size_t row = 0; row < base->size(); ++row) zero += (*base)[row] == 0 && !std::isnan((*numbers)[row]);
    if (zero)
      note(fmt::format("{} with a base of 0 {} no rate and {} left out.",
                       zero == 1 ? std::string("1 row") : fmt::format("{} rows", zero),
                       zero == 1 ? "has" : "have", zero == 1 ? "is" : "are"));
    numbers = std::move(*rates);
  }
  const auto weights = withBar(word(common, "邻接", "Neighbours"), [&](geo::Progress& progress) {
    return geo::makeWeights(**layer, *rule, &progress);
  });
  if (!weights) return complain(weights.error());
  const auto result = withBar(word(common, "置换", "Permutations"), [&](geo::Progress& progress) {
    return geo::autocorrelation(*numbers, *weights,
                                {.permutations = static_cast<size_t>(a.permutations),
                                 .seed = a.seed,
                                 .significance = a.significance,
                                 .falseDiscoveryRate = !a.noFdr,
                                 .binary = a.binary},
                                &progress);
  });
  if (!result)
    return complain(
        {fmt::format("{}, {}: {}", a.data.path, a.field, result.error().what), result.error().remedy});
  if (result->rows < enough && common.json) note(tooFew(*result, common));
  if (result->islands) note(islandsOf(*result));
  if (common.json) fmt::print("{}\n", toJson(a, *rule, *result).dump());
  else print(a, *rule, *result, common);
  return done;
}

}  // namespace

void addAutocorrelation(CLI::App& app, Common& common, Action& action) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("autocorrelation", "Moran's I (global and local), Geary's C, Getis-Ord G");
  a->data.addTo(*verb);
  verb->add_option("--field", a->field, "Column of numbers")->required();
  verb->add_option("--weights", a->weights, "queen (default), rook, knn:K, distance:METRES or gal:FILE");
  verb->add_option("--rate-base", a->base,
                   "Column to divide the field by: the rates are standardised for the size of their base "
                   "(Assunção & Reis 1999)");
  verb->add_flag("--binary", a->binary, "Every neighbour counts 1; else those of a row share 1 evenly");
  verb->add_option("--permutations", a->permutations, "For the pseudo p values (default 999; 0: none)");
  verb->add_option("--seed", a->seed, "Same seed, same result (default 1)");
  verb->add_option("--significance", a->significance, "Level for local clusters (default 0.05)");
  verb->add_flag("--no-fdr", a->noFdr,
                 "Take the level as it is, without holding down the false discovery rate");
  verb->footer(
      "z and p_normal are two-sided, under normality (Getis-Ord: randomisation); permutation p values are "
      "one-sided,\n"
      "on the side of the observed value, as in GeoDa and PySAL.\n"
      "Example: parkscope autocorrelation counties.gpkg --field gdp --weights queen --permutations 999 "
      "--seed 7 --json");
  verb->callback([a, &common, &action] { action = [a, &common] { return correlate(*a, common); }; });
}

}  // namespace cli
