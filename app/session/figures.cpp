#include "app/session/figures.h"

#include <set>
#include <unordered_map>

#include "app/session/filter.h"
#include "app/session/names.h"
#include "app/session/year_columns.h"
#include "geo/database.h"
#include "geo/join.h"
#include "geo/measure.h"

namespace session {
namespace {

using scene::Figure;
using scene::Status;
using Area = FiguresInput::Area;

using RowOf = std::unordered_map<std::string, long>;

RowOf rowsByKey(const geo::Column& column) {
  RowOf rows;
  for (size_t r = 0; r < column.rows(); ++r)
    if (column.has(r)) rows.emplace(trimmed(column.text(r)), static_cast<long>(r));
  return rows;
}

std::string areaKey(const geo::Column& column, size_t row) {
  return column.has(row) ? trimmed(column.text(row)) : std::string();
}

geo::Column taken(const geo::Column& from, const std::vector<uint32_t>& rows) {
  geo::Column c;
  c.name = from.name, c.type = from.type;
  for (const uint32_t r : rows) {
    if (from.numeric()) {
      c.numbers.push_back(from.numbers[r]);
    } else {
      c.texts.push_back(from.texts[r]);
      c.present.push_back(from.present[r]);
    }
  }
  return c;
}

class Computer {
 public:
  explicit Computer(const FiguresInput& input) : in_(input), out_(std::make_shared<Figures>()) {
    for (const Area& a : in_.layers) areas_[a.spec.id] = &a;
    for (const IndicatorSpec& i : in_.indicators) specs_[i.id] = &i;
  }

  std::shared_ptr<Figures> run(geo::Progress& progress) {
    if (area(in_.countyLayer))
      for (const Area& a : in_.layers) out_->countyRows[a.spec.id] = rowsIn(a, in_.countyLayer);
    leads();
    for (size_t i = 0;
         i < in_.indicators.size() && progress.keepGoing(static_cast<double>(i) / in_.indicators.size()); ++i)
      indicator(in_.indicators[i].id);
    return out_;
  }

 private:
  const Area* area(const std::string& id) const {
    const auto found = areas_.find(id);
    return found != areas_.end() && found->second->layer ? found->second : nullptr;
  }

  // Per row of the layer: the row of the area layer it lies in, by its key where it has one, else by place;
  // −1: none.
  std::vector<long> rowsIn(const Area& a, const std::string& areaLayer) const {
    const Area* areas = area(areaLayer);
    if (!a.layer) return {};
    std::vector<long> rows(a.layer->rows(), -1);
    if (!areas || areas == &a || areas->layer->shapes.kind != geo::ShapeKind::polygon) return rows;
    const geo::Column* key = a.spec.county.empty() ? nullptr : a.layer->table.find(a.spec.county);
    const geo::Column* own = areas->spec.key.empty() ? nullptr : areas->layer->table.find(areas->spec.key);
    const RowOf byKey = key && own ? rowsByKey(*own) : RowOf{};
    const geo::Shapes& shapes = a.layer->shapes;
    for (size_t r = 0; r < rows.size(); ++r) {
      if (key && own && key->has(r)) {
        const auto found = byKey.find(areaKey(*key, r));
        if (found != byKey.end()) rows[r] = found->second;
      }
      if (rows[r] >= 0 || shapes.kind != geo::ShapeKind::point || !shapes.has(r) || !areas->index) continue;
      const auto at = areas->index->at(areas->layer->shapes, shapes.part(shapes.rowStart[r])[0]);
      if (!at.empty()) rows[r] = at[0];
    }
    return rows;
  }

  // Links
  // ---------------------------------------------------------------------------------------------------------------
  struct Node {
    std::string layer;
    size_t row = 0;
    auto operator<=>(const Node&) const = default;
  };

  std::string nameOf(const Node& n) const {
    const Area* a = area(n.layer);
    const auto& labels = a->dress->fullNames[0];
    return n.row < labels.size() && !labels[n.row].empty() ? labels[n.row]
                                                           : fmt::format("{} {}", n.layer, n.row + 1);
  }

  void leads() {
    std::map<Node, Node> leader;
    for (const Area& a : in_.layers) {
      if (a.spec.ledBy.empty() || !a.layer) continue;
      const Area* heads = area(a.spec.leadLayer);
      const geo::Column* by = a.layer->table.find(a.spec.ledBy);
      if (!heads || !by) continue;
      const geo::Column* key = heads->spec.key.empty() ? nullptr : heads->layer->table.find(heads->spec.key);
      if (!key) {
        out_->warnings.push_back(
            fmt::format("Layer \"{}\" has no \"key\" column, so nothing of \"{}\" can be led by it.",
                        a.spec.leadLayer, a.spec.id));
        continue;
      }
      const RowOf rows = rowsByKey(*key);
      std::vector<std::string> unknown;
      for (size_t r = 0; r < a.layer->rows(); ++r) {
        const std::string name = areaKey(*by, r);
        if (name.empty()) continue;
        const auto found = rows.find(name);
        if (found == rows.end()) unknown.push_back(name);
        else leader[{a.spec.id, r}] = {a.spec.leadLayer, static_cast<size_t>(found->second)};
      }
      if (!unknown.empty())
        out_->warnings.push_back(fmt::format("{} of \"{}\" name no row of \"{}\": {}.", a.spec.ledBy,
                                             a.spec.id, a.spec.leadLayer, joined(unknown)));
    }
    dropCycles(leader);
    for (const auto& [led, by] : leader) {
      const Area *from = area(by.layer), *to = area(led.layer);
      const bool placed = from->layer->shapes.has(by.row) && to->layer->shapes.has(led.row);
      if (placed) out_->leads.push_back({by.layer, led.layer, by.row, led.row});
    }
  }

  // Everyone has one leader at most, so every circle is found by walking up.
  void dropCycles(std::map<Node, Node>& leader) {
    std::map<Node, int> seen;  // by the walk that came past
    int walk = 0;
    std::vector<Node> drop;
    for (const auto& [start, first] : leader) {
      ++walk;
      for (Node n = start;;) {
        const auto [at, fresh] = seen.emplace(n, walk);
        if (!fresh && at->second != walk) break;
        if (!fresh) {
          std::vector<std::string> round;
          Node m = n;
          do {
            drop.push_back(m);
            round.push_back(nameOf(m));
            m = leader.at(m);
          } while (m != n);
          round.push_back(nameOf(n));
          out_->warnings.push_back(fmt::format(
              "These lead each other in a circle, so their links are left out: {}.", joined(round, " → ")));
          break;
        }
        const auto up = leader.find(n);
        if (up == leader.end()) break;
        n = up->second;
      }
    }
    for (const Node& n : drop) leader.erase(n);
  }

  // Indicators
  // ----------------------------------------------------------------------------------------------------------
  const IndicatorState& indicator(const std::string& id) {
    const auto done = out_->indicators.find(id);
    if (done != out_->indicators.end()) return done->second;
    const auto found = specs_.find(id);
    static const IndicatorState none;
    if (found == specs_.end() || !underway_.insert(id).second) return none;
    IndicatorState state = compute(*found->second);
    for (const auto& [year, figures] : state.byYear) state.years.push_back(year);
    return out_->indicators[id] = std::move(state);
  }

  IndicatorState failed(std::string what, std::string remedy = {}) const {
    IndicatorState s;
    s.error = {std::move(what), std::move(remedy)};
    return s;
  }

  IndicatorState compute(const IndicatorSpec& spec) {
    const Area* of = area(spec.of);
    if (!of) return failed(fmt::format("Its layer \"{}\" could not be loaded.", spec.of));
    if (!spec.value.empty() || spec.yearColumns) {
      IndicatorState s = spec.table.empty() ? ownColumn(spec, *of) : fromTable(spec, *of);
      if (!spec.shareOf.empty() && s.error.what.empty()) addShares(spec, s);
      return s;
    }
    if (!spec.shareOf.empty()) {
      IndicatorState s;
      addShares(spec, s);
      if (s.byYear.empty()) s.error = indicator(spec.shareOf).error;
      return s;
    }
    if (!spec.indexOf.empty()) return composite(spec);
    if (!spec.denominator.empty()) return ratio(spec);
    if (!spec.countOf.empty()) return counts(spec, spec.countOf, *of);
    if (!spec.dividedByCountOf.empty()) return perFeature(spec, *of);
    return distances(spec, *of);
  }

  Figure figure(const IndicatorSpec& spec, double value, std::string_view statusText,
                std::string source) const {
    if (!std::isfinite(value)) return {};
    return {value, session::status(statusText).value_or(spec.defaultStatus),
            source.empty() ? spec.source.zh : std::move(source)};
  }

  static geo::Error noColumn(const std::string& table, const std::string& name, const geo::Table& t) {
    return {fmt::format("{} has no column \"{}\".", table, name),
            "Columns it does have: " + t.columnNames() + "."};
  }

  IndicatorState ownColumn(const IndicatorSpec& spec, const Area& of) const {
    IndicatorState s;
    const geo::Column* column = of.layer->table.find(spec.value);
    std::vector<std::string> numeric;
    for (const auto& c : of.layer->table.columns)
      if (c.numeric()) numeric.push_back(c.name);
    const std::string remedy =
        numeric.empty() ? "It has no numeric column." : "Numeric columns: " + joined(numeric) + ".";
    const auto isNumber = [&](const geo::Column& c) {
      for (size_t r = 0; r < c.rows(); ++r)
        if (c.has(r) && std::isfinite(c.number(r))) return true;
      return c.numeric();
    };
    if (!column)
      return failed(fmt::format("{} has no column \"{}\".", geo::withoutPassword(of.spec.source), spec.value),
                    remedy);
    if (!isNumber(*column))
      return failed(fmt::format("Column \"{}\" of {} holds no numbers.", spec.value,
                                geo::withoutPassword(of.spec.source)),
                    remedy);
    auto& figures = s.byYear[0];
    for (size_t r = 0; r < of.layer->rows(); ++r) figures.push_back(figure(spec, column->number(r), {}, {}));
    return s;
  }

  IndicatorState fromTable(const IndicatorSpec& spec, const Area& of) const {
    const auto& in = in_.tables.at(spec.table);
    if (!in.table) return failed(in.error.what, in.error.remedy);
    const geo::Table& table = in.table->table;
    IndicatorState s;
    const std::string none;
    for (const std::string* name : {&spec.key, spec.yearColumns ? &none : &spec.value, &spec.year,
                                    &spec.statusColumn, &spec.sourceColumn})
      if (!name->empty() && !table.find(*name)) {
        s.error = noColumn(spec.table, *name, table);
        return s;
      }
    const geo::Column* areaKeys = of.spec.key.empty() ? nullptr : of.layer->table.find(of.spec.key);
    if (!areaKeys)
      return failed(
          fmt::format("Layer \"{}\" has no \"key\", so {} cannot be joined to it.", spec.of, spec.table),
          "Name its key column.");
    const auto filter = parseFilter(spec.filter);
    const auto rows = filter ? filter->rows(table, spec.table) : tl::unexpected(filter.error());
    if (!rows) return failed(rows.error().what, rows.error().remedy);
    const geo::Column *keys = table.find(spec.key),
                      *years = spec.year.empty() ? nullptr : table.find(spec.year);
    std::map<int, std::vector<uint32_t>> byYear;
    for (const uint32_t r : *rows) {
      const double year = years ? years->number(r) : 0;
      if (std::abs(year) < 1e6) byYear[static_cast<int>(year)].push_back(r);
    }
    std::set<std::string> strangers;
    bool any = false;
    // A table may name the areas where the layer has codes.
    std::vector<const geo::Column*> areas{areaKeys};
    if (const geo::Column* names = of.spec.label.empty() ? nullptr : of.layer->table.find(of.spec.label);
        names && names != areaKeys)
      areas.push_back(names);
    if (spec.yearColumns) {
      const auto columns = yearColumns(table, spec.value);
      if (columns.empty())
        return failed(fmt::format("{} has no column of a year{}.", spec.table,
                                  spec.value.empty() ? "" : fmt::format(" of \"{}\"", spec.value)),
                      "Columns it does have: " + table.columnNames() + ".");
      for (const auto& [year, column] : columns)
        any |= joinYear(spec, table, *keys, *column, areas, year, *rows, s, strangers);
    } else {
      for (const auto& [year, own] : byYear)
        any |= joinYear(spec, table, *keys, *table.find(spec.value), areas, year, own, s, strangers);
    }
    s.unmatched.assign(strangers.begin(), strangers.end());
    if (rows->empty())
      s.error = {fmt::format("No row of {} passes the filter \"{}\".", spec.table, spec.filter),
                 "Check the filter."};
    else if (!any)
      s.error = {
          fmt::format("No key in column \"{}\" of {} matches \"{}\" of layer \"{}\".", spec.key, spec.table,
                      of.spec.key, spec.of),
          s.unmatched.empty() ? "" : fmt::format("The table has, for example, \"{}\".", s.unmatched.front())};
    return s;
  }

  bool joinYear(const IndicatorSpec& spec, const geo::Table& table, const geo::Column& keys,
                const geo::Column& values, std::span<const geo::Column* const> areas, int year,
                const std::vector<uint32_t>& rows, IndicatorState& s,
                std::set<std::string>& strangers) const {
    geo::JoinOptions options{.aliases = in_.aliases.get()};
    for (const AcceptedSpec& a : in_.accepted)
      if (a.layer == spec.of) options.accepted.emplace_back(a.key, a.means);
    const geo::Join join = geo::join(areas, taken(keys, rows), options);
    for (const geo::AliasMatch& a : join.byAlias)
      if (std::find(s.byAlias.begin(), s.byAlias.end(), a) == s.byAlias.end()) s.byAlias.push_back(a);
    for (const geo::Suggestion& g : join.suggestions)
      if (g.right != spec.wholeKey && std::none_of(s.suggestions.begin(), s.suggestions.end(),
                                                   [&](const auto& old) { return old.right == g.right; }))
        s.suggestions.push_back(g);
    const geo::Column *status = spec.statusColumn.empty() ? nullptr : table.find(spec.statusColumn),
                      *source = spec.sourceColumn.empty() ? nullptr : table.find(spec.sourceColumn);
    const auto at = [&](uint32_t r) {
      return figure(spec, values.number(r), status && status->has(r) ? trimmed(status->text(r)) : "",
                    source && source->has(r) ? source->text(r) : "");
    };
    std::vector<Figure> figures(join.rowOf.size());
    bool any = false;
    for (size_t r = 0; r < figures.size(); ++r)
      if (join.rowOf[r] >= 0) figures[r] = at(rows[join.rowOf[r]]), any = true;
    for (const uint32_t r : rows)
      if (!spec.wholeKey.empty() && areaKey(keys, r) == spec.wholeKey) s.whole.emplace(year, at(r));
    for (const std::string& key : join.unmatchedRight)
      if (key != spec.wholeKey) strangers.insert(key);
    if (any) s.byYear[year] = std::move(figures);
    return any;
  }

  // The figure of the whole: as published, else the sum when no part is missing.
  static Figure wholeOf(const IndicatorState& s, int year) {
    const auto published = s.whole.find(year);
    if (published != s.whole.end()) return published->second;
    const auto figures = s.byYear.find(year);
    if (figures == s.byYear.end() || figures->second.empty()) return {};
    Figure sum{0, Status::official, figures->second[0].source};
    for (const Figure& f : figures->second) sum.value += f.value, sum.status = weaker(sum.status, f.status);
    return std::isnan(sum.value) ? Figure{} : sum;
  }

  void addShares(const IndicatorSpec& spec, IndicatorState& s) {
    const IndicatorState& base = indicator(spec.shareOf);
    for (const auto& [year, figures] : base.byYear) {
      if (s.byYear.count(year)) continue;
      const Figure whole = wholeOf(base, year);
      if (!(whole.value > 0)) continue;
      for (const Figure& f : figures) s.byYear[year].push_back(quotient(spec, f, whole, 100));
    }
  }

  Figure quotient(const IndicatorSpec& spec, const Figure& n, const Figure& d, double per) const {
    const double value = n.value / d.value * per;
    if (!std::isfinite(value) || !(d.value > 0)) return {};
    std::string source = spec.source.zh;
    if (source.empty()) source = n.source == d.source ? n.source : n.source + "；" + d.source;
    return {value, weaker(weaker(n.status, d.status), spec.defaultStatus), source};
  }

  // A denominator of one year alone (an area) serves every year; else the years must be the same.
  template <class Map>
  static auto sameYear(const Map& byYear, int year) {
    return byYear.size() == 1 ? byYear.begin() : byYear.find(year);
  }

  IndicatorState ratio(const IndicatorSpec& spec) {
    const IndicatorState top = indicator(spec.numerator), bottom = indicator(spec.denominator);
    for (const IndicatorState* s : {&top, &bottom})
      if (!s->error.what.empty()) return failed(s->error.what, s->error.remedy);
    IndicatorState s;
    // What has no year of its own (features counted on the map) is set against every year of the other.
    const bool undated = top.byYear.size() == 1 && top.byYear.begin()->first == 0;
    for (const auto& [year, _] : undated ? bottom.byYear : top.byYear) {
      const auto above = undated ? top.byYear.begin() : top.byYear.find(year);
      const auto below = sameYear(bottom.byYear, year);
      if (below == bottom.byYear.end() || below->second.size() != above->second.size()) continue;
      auto& out = s.byYear[year];
      for (size_t r = 0; r < above->second.size(); ++r)
        out.push_back(quotient(spec, above->second[r], below->second[r], spec.per));
    }
    for (const auto& [year, _] : undated ? bottom.whole : top.whole) {
      const auto above = undated ? top.whole.begin() : top.whole.find(year);
      const auto below = sameYear(bottom.whole, year);
      if (above != top.whole.end() && below != bottom.whole.end())
        s.whole.emplace(year, quotient(spec, above->second, below->second, spec.per));
    }
    if (s.byYear.empty()) s.error = {"Numerator and denominator have no year in common.", {}};
    badDenominators(spec, bottom);
    smooth(spec, top, bottom, s);
    return s;
  }

  // What cannot be divided by is missing in the rate, and said so once.
  void badDenominators(const IndicatorSpec& spec, const IndicatorState& bottom) {
    std::set<size_t> zero, negative;
    for (const auto& [year, figures] : bottom.byYear)
      for (size_t r = 0; r < figures.size(); ++r)
        if (figures[r].value == 0) zero.insert(r);
        else if (figures[r].value < 0) negative.insert(r);
    const Area* of = area(spec.of);
    const auto told = [&](const std::set<size_t>& rows, const char* kind) {
      if (rows.empty()) return;
      std::vector<std::string> names;
      for (const size_t r : rows) {
        if (names.size() == 5) {
          names.push_back("…");
          break;
        }
        const auto& labels = of->dress->fullNames[0];
        names.push_back(r < labels.size() ? labels[r] : fmt::format("{}", r + 1));
      }
      out_->warnings.push_back(
          fmt::format("\"{}\": the denominator \"{}\" is {} in {} areas ({}); they have no rate.", spec.id,
                      spec.denominator, kind, rows.size(), joined(names)));
    };
    told(zero, "0"), told(negative, "negative");
  }

  // Empirical Bayes wants counts of events among people or things that could have had them: not areas.
  void smooth(const IndicatorSpec& spec, const IndicatorState& top, const IndicatorState& bottom,
              IndicatorState& s) const {
    const auto base = specs_.find(spec.denominator);
    const std::string& unit = base == specs_.end() ? spec.denominator : base->second->unit.zh;
    if (unit.find("m²") != unit.npos || unit.find("公顷") != unit.npos || unit.find("亩") != unit.npos) {
      s.noSmoothing = "分母是面积，不是会发生事件的基数，不作平滑";
      return;
    }
    for (const auto& [year, figures] : s.byYear) {
      const auto below = sameYear(bottom.byYear, year);
      std::vector<double> events, bases;
      for (size_t r = 0; r < figures.size(); ++r) {
        const auto above = sameYear(top.byYear, year);
        events.push_back(above->second[r].value);
        // A base that is 0 or negative has no rate: left out, as it is in the raw one.
        const double b = below->second[r].value;
        bases.push_back(b > 0 ? b : geo::missing);
      }
      const auto eb = geo::empiricalBayes(events, bases);
      if (!eb) {
        s.noSmoothing = "分子有负值，或没有一个单元有率，不作平滑";
        continue;
      }
      auto& out = s.smoothed[year];
      for (const double v : eb->smoothed) out.push_back(v * spec.per);
      s.trust[year] = eb->trust;
    }
    if (s.smoothed.empty() && s.noSmoothing.empty()) s.noSmoothing = "没有率可以平滑";
  }

  // One figure per row that has every part; parts count in their fullest year.
  IndicatorState composite(const IndicatorSpec& spec) {
    std::vector<std::vector<double>> values;
    std::vector<geo::CompositePart> parts;
    std::vector<Status> status;
    size_t k = 0;
    for (const std::string& id : splitList(spec.indexOf)) {
      const IndicatorState state = indicator(id);
      if (!state.error.what.empty()) return failed(state.error.what, state.error.remedy);
      const auto figures = state.byYear.find(fullest(state));
      if (figures == state.byYear.end()) return failed(fmt::format("Indicator \"{}\" has no figures.", id));
      const auto own = specs_.find(id);
      if (own->second->of != spec.of)
        return failed(fmt::format("Indicator \"{}\" is about another layer than the index.", id),
                      "All parts of an index describe the same areas.");
      auto& column = values.emplace_back();
      status.resize(figures->second.size(), Status::official);
      for (size_t r = 0; r < figures->second.size(); ++r) {
        column.push_back(figures->second[r].value);
        if (std::isfinite(column.back())) status[r] = weaker(status[r], figures->second[r].status);
      }
      parts.push_back({{}, k < spec.weights.size() ? spec.weights[k] : 1, own->second->moreIsBetter});
      ++k;
    }
    for (size_t i = 0; i < parts.size(); ++i) parts[i].values = values[i];
    auto made = geo::compositeIndex(parts, spec.normalise);
    if (!made) return failed(made.error().what, made.error().remedy);
    for (const std::string& w : made->warnings)
      out_->warnings.push_back(fmt::format("\"{}\": {}", spec.id, w));
    IndicatorState s;
    auto& out = s.byYear[0];
    for (size_t r = 0; r < made->score.size(); ++r)
      out.push_back(
          std::isfinite(made->score[r])
              ? Figure{made->score[r] * spec.per, weaker(status[r], Status::estimated), spec.source.zh}
              : Figure{});
    return s;
  }

  static int fullest(const IndicatorState& state) {
    int best = 0;
    std::ptrdiff_t most = -1;
    for (const auto& [year, figures] : state.byYear) {
      const auto n = std::count_if(figures.begin(), figures.end(),
                                   [](const Figure& f) { return std::isfinite(f.value); });
      if (n >= most) most = n, best = year;
    }
    return best;
  }

  struct Count {
    std::vector<double> rows;
    double whole = 0;
    Status status = Status::official;
    std::string missingLayer;
  };

  Count count(const std::string& layers, const IndicatorSpec& spec, const Area& of) const {
    Count c;
    c.rows.assign(of.layer->rows(), 0);
    for (const std::string& id : splitList(layers)) {
      const Area* a = area(id);
      if (!a) {
        c.missingLayer = id;
        continue;
      }
      for (const long row : rowsIn(*a, spec.of))
        if (row >= 0) c.rows[row] += 1;
      c.whole += static_cast<double>(a->layer->rows());
      for (const Status s : a->dress->status) c.status = weaker(c.status, s);
    }
    return c;
  }

  IndicatorState counts(const IndicatorSpec& spec, const std::string& layers, const Area& of) const {
    const Count c = count(layers, spec, of);
    if (!c.missingLayer.empty())
      return failed(
          fmt::format("Layer \"{}\" could not be loaded, so it cannot be counted.", c.missingLayer));
    IndicatorState s;
    const Status status = weaker(c.status, spec.defaultStatus);
    for (const double n : c.rows) s.byYear[0].push_back({n, status, spec.source.zh});
    s.whole[0] = {c.whole, status, spec.source.zh};
    return s;
  }

  IndicatorState perFeature(const IndicatorSpec& spec, const Area& of) {
    const IndicatorState top = indicator(spec.numerator);
    if (!top.error.what.empty()) return failed(top.error.what, top.error.remedy);
    const Count c = count(spec.dividedByCountOf, spec, of);
    if (!c.missingLayer.empty())
      return failed(
          fmt::format("Layer \"{}\" could not be loaded, so it cannot be counted.", c.missingLayer));
    IndicatorState s;
    for (const auto& [year, figures] : top.byYear) {
      auto& out = s.byYear[year];
      for (size_t r = 0; r < figures.size(); ++r)
        out.push_back(quotient(spec, figures[r], {c.rows[r], c.status, {}}, spec.per));
    }
    for (const auto& [year, whole] : top.whole)
      s.whole.emplace(year, quotient(spec, whole, {c.whole, c.status, {}}, spec.per));
    return s;
  }

  IndicatorState distances(const IndicatorSpec& spec, const Area& of) const {
    auto toDegrees = geo::Transform::make(in_.world, geo::Crs::lonLat());
    if (!toDegrees)
      return failed("Distances need to know where the map lies.", "Give the project a \"crs\".");
    std::vector<geo::Point> places;
    for (const std::string& id : splitList(spec.distanceTo)) {
      const Area* a = area(id);
      if (!a)
        return failed(fmt::format("Layer \"{}\" could not be loaded, so no distance to it is known.", id));
      const geo::Shapes& shapes = a->layer->shapes;
      for (size_t r = 0; r < shapes.rows(); ++r)
        if (shapes.has(r))
          places.push_back(shapes.kind == geo::ShapeKind::polygon ? geo::centroid(shapes, r)
                                                                  : shapes.part(shapes.rowStart[r])[0]);
    }
    if (places.empty()) return failed(fmt::format("Nothing of \"{}\" has a place.", spec.distanceTo));
    toDegrees->apply(places);
    IndicatorState s;
    const geo::Shapes& shapes = of.layer->shapes;
    for (size_t r = 0; r < shapes.rows(); ++r) {
      Figure& f = s.byYear[0].emplace_back();
      if (!shapes.has(r)) continue;
      const geo::Point centre = (*toDegrees)(geo::centroid(shapes, r));
      double least = geo::missing;
      for (const geo::Point p : places) least = std::fmin(least, geo::geodesicDistance(centre, p));
      f = {least / 1000, spec.defaultStatus, spec.source.zh};
    }
    return s;
  }

  const FiguresInput& in_;
  std::shared_ptr<Figures> out_;
  std::map<std::string, const Area*> areas_;
  std::map<std::string, const IndicatorSpec*> specs_;
  std::set<std::string> underway_;
};

}  // namespace

FiguresPtr computeFigures(const FiguresInput& input, geo::Progress& progress) {
  return Computer(input).run(progress);
}

}  // namespace session
