#include "app/session/ledger.h"

#include <numeric>

#include "app/session/derived.h"
#include "app/session/filter.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/shown.h"

namespace session {
namespace {

using scene::Figure;
using scene::LedgerRow;
using scene::Status;
using scene::Verdict;

struct Count {
  std::vector<double> byCounty;
  double whole = 0;
  Status status = Status::official;
  bool complete = true;  // every layer is there
};

Count count(const Session& session, const TargetSpec& spec, size_t counties) {
  Count c;
  c.byCounty.assign(counties, 0);
  const DerivedState& d = SessionParts::derived(session);
  const auto filter = parseFilter(spec.countFilter);
  for (const std::string& id : splitList(spec.countOf)) {
    const auto found = d.layers.find(id);
    if (found == d.layers.end() || !found->second.state.shape || !found->second.dress) {
      c.complete = false;
      continue;
    }
    const geo::Layer& layer = *found->second.state.shape->layer;
    std::vector<uint32_t> rows(layer.rows());
    std::iota(rows.begin(), rows.end(), 0u);
    if (filter && !filter->all()) {
      auto passed = filter->rows(layer.table, id);
      if (!passed) {
        c.complete = false;
        continue;
      }
      rows = std::move(*passed);
    }
    const auto countyRows = d.figures->countyRows.find(id);
    for (const uint32_t r : rows) {
      ++c.whole;
      if (r < found->second.dress->status.size()) c.status = weaker(c.status, found->second.dress->status[r]);
      if (countyRows == d.figures->countyRows.end() || r >= countyRows->second.size()) continue;
      const long county = countyRows->second[r];
      if (county >= 0 && static_cast<size_t>(county) < counties) c.byCounty[static_cast<size_t>(county)] += 1;
    }
  }
  return c;
}

class Worker {
 public:
  Worker(const Session& session, scene::Language language)
      : s_(session), p_(session.project()), lang_(language) {
    const LayerSpec* county = countyLayer(p_);
    if (!county) return;
    county_ = county->id;
    if (const auto& shape = s_.layer(county_).shape) counties_ = shape->layer->rows();
  }

  LedgerRow row(const TargetSpec& spec) const {
    LedgerRow row;
    row.id = spec.id;
    row.name = spec.name.in(lang_).empty() ? spec.id : spec.name.in(lang_), row.unit = spec.unit.in(lang_);
    row.baselineYear = spec.baselineYear.value_or(0);
    if (spec.baseline) row.baseline = *spec.baseline;
    row.baselineEstimated = spec.baselineEstimated;
    row.targetYear = spec.targetYear, row.target = spec.target.value_or(geo::missing);
    row.section = spec.section, row.moreIsBetter = spec.moreIsBetter;
    if (!spec.baseline) row.note = t("基期未公布");
    actual(spec, row);
    pace(row);
    return row;
  }

 private:
  std::string t(const char* zh) const { return tr(zh, lang_); }

  const IndicatorSpec* indicator(const std::string& id) const {
    for (const IndicatorSpec& i : p_.indicators)
      if (i.id == id) return &i;
    return nullptr;
  }

  void actual(const TargetSpec& spec, LedgerRow& row) const {
    if (spec.actual) {
      row.actual = *spec.actual, row.actualYear = spec.actualYear.value_or(0);
      row.actualStatus = Status::official, row.actualText = spec.actualSource;
      return;
    }
    if (const IndicatorSpec* i = indicator(spec.indicator)) return fromIndicator(spec, *i, row);
    if (!spec.countOf.empty() && spec.area.empty()) fromCount(spec, row);
  }

  void fromIndicator(const TargetSpec& spec, const IndicatorSpec& i, LedgerRow& row) const {
    const IndicatorState& state = s_.indicator(i.id);
    long area = -1;
    if (!spec.area.empty()) {
      const LayerSpec* county = countyLayer(p_);
      const geo::Column* keys = county && s_.layer(county_).shape
                                    ? s_.layer(county_).shape->layer->table.find(county->key)
                                    : nullptr;
      for (size_t r = 0; keys && r < keys->rows(); ++r)
        if (keys->has(r) && trimmed(keys->text(r)) == spec.area) area = static_cast<long>(r);
      if (area < 0) return;
    }
    const auto take = [&](int year, const Figure& f) {
      if (!std::isfinite(f.value) || year < row.actualYear) return;
      row.actual = f.value, row.actualYear = year, row.actualStatus = f.status;
      row.actualText = f.source == i.source.zh ? i.source.in(lang_) : f.source;
    };
    if (area >= 0) {
      for (const auto& [year, figures] : state.byYear)
        if (static_cast<size_t>(area) < figures.size()) take(year, figures[static_cast<size_t>(area)]);
      return;
    }
    for (const auto& [year, whole] : state.whole) take(year, whole);
    if (i.of != county_) return;
    const auto figures = state.byYear.find(yearIn(state, row.actualYear));
    if (figures == state.byYear.end()) return;
    const bool additive =
        i.numerator.empty() && i.unit.zh != "%" && i.distanceTo.empty() && i.indexOf.empty();
    Status status = Status::official;
    for (const Figure& f : figures->second)
      if (std::isfinite(f.value)) status = weaker(status, f.status);
    gaps(valuesOf(figures->second), additive, status, row);
  }

  void fromCount(const TargetSpec& spec, LedgerRow& row) const {
    const Count c = count(s_, spec, counties_);
    if (!c.complete) return;
    row.actual = c.whole, row.actualYear = spec.actualYear.value_or(0), row.actualStatus = c.status;
    row.actualText = t("图上计数");
    row.shownIllustrative = c.status == Status::illustrative;
    if (counties_ > 0) gaps(c.byCounty, true, c.status, row);
  }

  // What a county lacks, in units of the numerator: of an amount, its part of the target less what it has; of
  // a rate, the rate's shortfall times the county's base. The parts of counties that lack something sum to
  // 100 %.
  void gaps(const std::vector<double>& values, bool additive, Status, LedgerRow& row) const {
    if (values.size() != counties_ || !std::isfinite(row.target)) return;
    // Three zones for eight counties cannot be shared out.
    if (additive && row.target < static_cast<double>(counties_)) return;
    const IndicatorSpec* base = indicator(p_.shareBase);
    std::vector<double> weight(counties_, 1);
    if (base && base->of == county_) {
      const IndicatorState& state = s_.indicator(base->id);
      const auto found = state.byYear.find(yearIn(state, row.actualYear));
      if (found != state.byYear.end() && found->second.size() == counties_) weight = valuesOf(found->second);
    } else if (!additive) {
      return;  // rates cannot be added up without their bases
    }
    const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
    if (!(all > 0)) return;  // a base is missing: no honest share
    const double sign = row.moreIsBetter ? 1 : -1;
    double lacking = 0;
    row.gap.assign(counties_, geo::missing);
    for (size_t r = 0; r < counties_; ++r) {
      const double wanted = additive ? row.target * weight[r] / all : row.target;
      row.gap[r] = sign * (wanted - values[r]) * (additive ? 1 : weight[r] / all);
      if (row.gap[r] > 0) lacking += row.gap[r];
    }
    row.gapShare.assign(counties_, geo::missing);
    for (size_t r = 0; r < counties_; ++r)
      if (std::isfinite(row.gap[r]))
        row.gapShare[r] = lacking > 0 ? std::max(0.0, row.gap[r]) / lacking * 100 : 0;
    const std::string by = base ? base->name.in(lang_) : t("县数");
    row.gapText = fmt::format(
        fmt::runtime(additive ? t("目标按{}分摊到县（推算）；缺口＝应有数－现有数，占各县缺口之和的比例")
                              : t("缺口＝（目标－现值）×{}，占各县缺口之和的比例（推算）")),
        by);
  }

  static void pace(LedgerRow& row) {
    const double sign = row.moreIsBetter ? 1 : -1;
    const bool based = std::isfinite(row.baseline) && row.baselineYear > 0;
    const bool known = std::isfinite(row.actual), dated = known && row.actualYear > 0;
    if (dated && based && row.actualYear > row.baselineYear)
      row.paceSoFar = (row.actual - row.baseline) / (row.actualYear - row.baselineYear);
    if (dated && row.targetYear > row.actualYear)
      row.paceNeeded = (row.target - row.actual) / (row.targetYear - row.actualYear);
    else if (!dated && based && row.targetYear > row.baselineYear)
      row.paceNeeded = (row.target - row.baseline) / (row.targetYear - row.baselineYear);
    if (!known) return;
    if (row.actualStatus == Status::illustrative) {
      row.verdict = Verdict::illustrative;
    } else if (sign * (row.actual - row.target) >= 0) {
      row.verdict = Verdict::reached;
    } else if (dated && row.actualYear >= row.targetYear) {
      row.verdict = Verdict::behind;
    } else if (std::isfinite(row.paceSoFar)) {
      const double line = row.baseline + (row.target - row.baseline) * (row.actualYear - row.baselineYear) /
                                             static_cast<double>(row.targetYear - row.baselineYear);
      // A hair below the line by rounding alone is on it.
      const double slack = 1e-9 * std::max(std::abs(row.target), std::abs(row.baseline));
      row.verdict = sign * (row.actual - line) >= -slack ? Verdict::onTrack : Verdict::behind;
    }
  }

  const Session& s_;
  const Project& p_;
  const scene::Language lang_;
  std::string county_;
  size_t counties_ = 0;
};

}  // namespace

std::vector<TargetSpec> mergedTargets(const std::vector<TargetSpec>& own, const geo::Table& table) {
  const geo::Column* ids = table.find("id");
  if (!ids) return own;
  std::vector<TargetSpec> all = own;
  const auto text = [&](const char* column, size_t row) {
    const geo::Column* c = table.find(column);
    return c && c->has(row) ? trimmed(c->text(row)) : std::string();
  };
  const auto number = [&](const char* column, size_t row) -> std::optional<double> {
    const geo::Column* c = table.find(column);
    const double v = c ? c->number(row) : geo::missing;
    return std::isfinite(v) ? std::optional(v) : std::nullopt;
  };
  for (size_t r = 0; r < table.rows(); ++r) {
    const std::string id = ids->has(r) ? trimmed(ids->text(r)) : std::string();
    if (id.empty()) continue;
    auto at = std::find_if(all.begin(), all.end(), [&](const TargetSpec& t) { return t.id == id; });
    if (at == all.end()) {
      all.emplace_back().id = id;
      at = all.end() - 1;
      at->moreIsBetter = text("better", r) != "less";
    }
    TargetSpec& t = *at;
    if (t.name == Name{}) t.name = {text("name", r), text("name_en", r)};
    if (t.unit == Name{}) t.unit = {text("unit", r), text("unit", r)};
    if (t.section.empty()) t.section = text("plan_section", r);
    const auto year = [&](const char* column, std::optional<int>& value) {
      if (const auto v = number(column, r); v && !value && *v > 0 && *v < 10000) value = static_cast<int>(*v);
    };
    year("baseline_year", t.baselineYear), year("actual_year", t.actualYear);
    if (!t.baseline) t.baseline = number("baseline", r);
    if (!t.actual) t.actual = number("actual", r);
    if (t.actualSource.empty()) t.actualSource = text("actual_source", r);
    if (!t.target) {
      t.target = number("target", r);
      if (const auto v = number("target_year", r)) t.targetYear = static_cast<int>(*v);
    }
  }
  return all;
}

std::vector<LedgerRow> ledgerOf(const Session& session, scene::Language language) {
  const Worker worker(session, language);
  std::vector<LedgerRow> rows;
  for (const TargetSpec& t : session.targets()) rows.push_back(worker.row(t));
  return rows;
}

}  // namespace session
