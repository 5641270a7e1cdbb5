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

Json toJson(const Arguments& a, const geo::WeightsRule& rule, const geo::Autocorrelation& r) {
  Json local = Json::array();
  for (const geo::LocalMoran& l : r.local)
    local.push_back({{"row", l.row},
                     {"i", l.i},
                     {"z", l.z},
                     {"p", l.p},
                     {"quadrant", geo::name(l.quadrant)},
                     {"cluster", geo::name(l.cluster)}});
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
  return {{"field", a.field},
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
}

std::string number(double v, const char* format = "{:.4f}") {
  return std::isnan(v) ? std::string("–") : fmt::format(fmt::runtime(format), v);
}

void print(const Arguments& a, const geo::WeightsRule& rule, const geo::Autocorrelation& r,
           const Common& common) {
  fmt::print("{}: {} {}, {} {}\n", a.field, r.rows + r.missing, word(common, "行", "rows"), r.missing,
             word(common, "缺失", "missing"));
  fmt::print("{} {}{}: {} {}, {} {}, {}–{}, {} {:.2f}\n\n", word(common, "邻接", "weights"), rule.text(),
             a.binary ? word(common, "，二值", ", binary") : word(common, "，行标准化", ", row-standardised"),
             r.links, word(common, "条连接", "links"), r.islands, word(common, "个孤岛", "islands"), r.fewest,
             r.most, word(common, "平均", "mean"), r.meanNeighbours);
  fmt::print("{:<14}{:>10}{:>10}{:>9}{:>11}{:>13}\n", "", word(common, "值", "value"),
             word(common, "期望", "expected"), "z", word(common, "p（正态）", "p (normal)"),
             word(common, "p（置换）", "p (permuted)"));
  const auto row = [](const char* name, double v, double e, double z, double p, double permuted) {
    fmt::print("{:<14}{:>10}{:>10}{:>9}{:>11}{:>13}\n", name, number(v), number(e), number(z, "{:.3f}"),
               number(p, "{:.4g}"), number(permuted, "{:.4g}"));
  };
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  row("Moran I", r.moran.value, r.moran.expected, r.moran.z, r.moran.p, r.moranP);
  row("Geary C", r.geary.value, r.geary.expected, r.geary.z, r.geary.p, none);
  row("Getis-Ord G", r.g.value, r.g.expected, r.g.zRandomisation, r.g.pRandomisation, r.gP);
  fmt::print("\n{:>6}{:>10}{:>9}{:>9}  {}  {}\n", word(common, "行", "row"), "I", "z", "p",
             word(common, "象限", "quadrant"), word(common, "显著聚类", "cluster"));
  for (const geo::LocalMoran& l : r.local)
    fmt::print("{:>6}{:>10}{:>9}{:>9}  {:<8}  {}\n", l.row, number(l.i), number(l.z, "{:.3f}"),
               number(l.p, "{:.4g}"), geo::name(l.quadrant), geo::name(l.cluster));
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
    if (zero) note(fmt::format("{} rows with a base of 0 have no rate and are left out.", zero));
    numbers = std::move(*rates);
  }
  const auto weights = geo::makeWeights(**layer, *rule);
  if (!weights) return complain(weights.error());
  const auto result = geo::autocorrelation(*numbers, *weights,
                                           {.permutations = static_cast<size_t>(a.permutations),
                                            .seed = a.seed,
                                            .significance = a.significance,
                                            .falseDiscoveryRate = !a.noFdr,
                                            .binary = a.binary});
  if (!result)
    return complain(
        {fmt::format("{}, {}: {}", a.data.path, a.field, result.error().what), result.error().remedy});
  if (result->rows < 30)
    note(fmt::format("{} rows are too few to conclude anything; the figures only describe them.",
                     result->rows));
  if (result->islands) note(fmt::format("{} rows have no neighbour.", result->islands));
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
