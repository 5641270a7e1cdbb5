#include "app/session/shown.h"

#include "app/session/i18n.h"
#include "app/session/ledger.h"
#include "app/session/names.h"

namespace session {
namespace {

using scene::Figure;
using scene::Status;
using Change = MapSpec::Change;

std::vector<Figure> changed(const std::vector<Figure>& now, const std::vector<Figure>& then, Change change) {
  std::vector<Figure> out(now.size());
  for (size_t r = 0; r < now.size() && r < then.size(); ++r) {
    const double difference = now[r].value - then[r].value;
    const double value = change == Change::percent ? difference / std::abs(then[r].value) * 100 : difference;
    if (!std::isfinite(value)) continue;
    out[r] = {value, weaker(now[r].status, then[r].status), now[r].source};
  }
  return out;
}

// So that the range is told in three figures.
int decimalsOfRange(const std::vector<Figure>& figures) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Figure& f : figures)
    if (std::isfinite(f.value)) low = std::min(low, f.value), high = std::max(high, f.value);
  return high > low ? std::clamp(1 - static_cast<int>(std::floor(std::log10(high - low))), 1, 4) : 1;
}

void addFinite(std::vector<double>& pool, const std::vector<Figure>& figures) {
  for (const Figure& f : figures)
    if (std::isfinite(f.value)) pool.push_back(f.value);
}

std::string shortNames(const Session& session, const std::string& layer, const std::vector<size_t>& rows,
                       scene::Language language) {
  const DerivedState& d = SessionParts::derived(session);
  const auto found = d.layers.find(layer);
  std::vector<std::string> names;
  for (const size_t r : rows) {
    if (names.size() == 3) {
      names.push_back("…");
      break;
    }
    const auto& labels = found == d.layers.end() || !found->second.dress
                             ? std::vector<std::string>{}
                             : found->second.dress->labels[static_cast<size_t>(language)];
    names.push_back(r < labels.size() ? labels[r] : fmt::format("{}", r + 1));
  }
  return joined(names, language == scene::Language::zh ? "、" : ", ");
}

void smooth(const Session& session, const IndicatorState& state, bool smoothed, scene::Language language,
            Shown& out) {
  const auto trust = state.trust.find(out.year);
  if (trust == state.trust.end()) return;
  out.trust = trust->second;
  for (size_t r = 0; r < out.trust.size(); ++r)
    if (out.trust[r] < 0.5) out.unreliable.push_back(r);
  if (!out.unreliable.empty())
    out.notes.push_back(out.unreliable.size() == out.trust.size()
                            ? std::string(tr("各单元的差别不大于偶然波动", language))
                            : fmt::format(fmt::runtime(tr("{}基数小，偶然波动大", language)),
                                          shortNames(session, out.spec.of, out.unreliable, language)));
  if (!smoothed) return;
  const auto& values = state.smoothed.at(out.year);
  out.raw = valuesOf(out.figures);
  for (size_t r = 0; r < out.figures.size() && r < values.size(); ++r) {
    if (!std::isfinite(values[r])) continue;
    out.figures[r].value = values[r];
    out.figures[r].status = weaker(out.figures[r].status, Status::estimated);
  }
  out.notes.insert(out.notes.begin(), tr("经验贝叶斯平滑（Marshall 1991）", language));
}

Shown gapOf(const Session& session, const Look& look, const MapSpec& map) {
  Shown out;
  const scene::LedgerRow* row = nullptr;
  const auto rows = ledgerOf(session, look.language);
  for (const auto& r : rows)
    if (!r.gapShare.empty() && (map.target.empty() || r.id == map.target)) {
      row = &r;
      break;
    }
  const LayerSpec* county = countyLayer(session.project());
  if (!row || !county) return out;
  out.any = true;
  IndicatorSpec& s = out.spec;
  s.id = "gap:" + row->id, s.of = county->id;
  const std::string name = fmt::format(fmt::runtime(tr("{}：缺口占比", look.language)), row->name);
  s.name = {name, name}, s.unit = {"%", "%"}, s.decimals = 1, s.palette = "amber", s.moreIsBetter = false;
  s.source = {row->section, row->section};
  const Status status = weaker(row->actualStatus, Status::estimated);
  for (const double share : row->gapShare)
    out.figures.push_back(std::isfinite(share) ? Figure{share, status, row->gapText} : Figure{});
  addFinite(out.pool, out.figures);
  out.notes.push_back(row->gapText);
  return out;
}

}  // namespace

std::vector<double> valuesOf(const std::vector<Figure>& figures) {
  std::vector<double> values;
  values.reserve(figures.size());
  for (const Figure& f : figures) values.push_back(f.value);
  return values;
}

int yearIn(const IndicatorState& state, int wish) {
  if (state.byYear.count(wish)) return wish;
  int best = state.years.empty() ? 0 : state.years.back();
  std::ptrdiff_t most = 0;
  for (const auto& [year, figures] : state.byYear) {
    const auto n =
        std::count_if(figures.begin(), figures.end(), [](const Figure& f) { return std::isfinite(f.value); });
    if (n >= most) most = n, best = year;
  }
  return best;
}

Shown shownOf(const Session& session, const IndicatorSpec& spec, int year, const MapSpec& map,
              scene::Language language) {
  Shown out;
  const IndicatorState& state = session.indicator(spec.id);
  const auto figures = state.byYear.find(year);
  if (figures == state.byYear.end()) return out;
  out.any = true, out.spec = spec, out.year = year;
  out.figures = figures->second;
  if (const auto whole = state.whole.find(year); whole != state.whole.end()) out.whole = whole->second;
  const bool hasChange = map.change != Change::none && state.years.size() > 1;
  if (!hasChange) {
    smooth(session, state, map.smoothed, language, out);
    if (spec.locked) {
      for (const auto& [y, all] : state.byYear) addFinite(out.pool, all), out.pooledYears.push_back(y);
      if (map.smoothed) addFinite(out.pool, out.figures);  // the bounds hold what is drawn
    } else {
      addFinite(out.pool, out.figures);
    }
    return out;
  }
  int since = map.since.value_or(0);
  if (!state.byYear.count(since) || since == year)
    since = state.years.front() != year ? state.years.front() : state.years.back();
  const auto& then = state.byYear.at(since);
  out.since = since, out.centre = 0;
  out.figures = changed(out.figures, then, map.change);
  if (const auto w = state.whole.find(since); w != state.whole.end() && std::isfinite(out.whole.value))
    out.whole = changed({out.whole}, {w->second}, map.change)[0];
  else out.whole = {};
  const bool points = map.change == Change::absolute && spec.unit.zh == "%";
  if (map.change == Change::percent) out.spec.unit = {"%", "%"};
  else if (points) out.spec.unit = {"百分点", "percentage points"};
  if (map.change == Change::percent) out.spec.decimals = decimalsOfRange(out.figures);
  out.spec.palette = "diverging";
  if (spec.method == geo::BreakMethod::manual)
    out.spec.method = geo::BreakMethod::natural, out.spec.breaks.clear();
  if (spec.locked) {
    for (const auto& [y, all] : state.byYear)
      if (y != since) addFinite(out.pool, changed(all, then, map.change)), out.pooledYears.push_back(y);
  } else {
    addFinite(out.pool, out.figures);
  }
  return out;
}

Shown shownOf(const Session& session, const Look& look) {
  const MapSpec map = SessionParts::mapOf(session, look);
  if (map.kind == MapSpec::Kind::gap) return gapOf(session, look, map);
  const IndicatorSpec* spec = SessionParts::indicatorOf(session, look);
  if (!spec) return {};
  IndicatorSpec own = *spec;
  own.locked |= look.lockBreaks;
  return shownOf(session, own, SessionParts::yearOf(session, look), map, look.language);
}

geo::Result<geo::Breaks> classesOf(std::span<const double> pool, std::span<const double> values,
                                   const IndicatorSpec& spec, std::optional<double> centre) {
  auto breaks = geo::classify(pool, spec.method, spec.classes, spec.breaks);
  if (!breaks) return breaks;
  std::vector<double> low, high;
  if (centre)
    for (const double v : pool) (v < *centre ? low : high).push_back(v);
  const bool split = !low.empty() && !high.empty();
  const bool pooled = pool.size() != values.size() || !std::equal(pool.begin(), pool.end(), values.begin());
  if (!split && !pooled) return breaks;
  std::vector<double> bounds = breaks->upperBounds;
  if (split && spec.method != geo::BreakMethod::manual) {
    // Each side gets classes by how many values it has, one at least.
    const int k = std::max(2, spec.classes);
    const int below = std::clamp(
        static_cast<int>(std::lround(k * static_cast<double>(low.size()) / static_cast<double>(pool.size()))),
        1, k - 1);
    auto a = geo::classify(low, spec.method, below, {}), b = geo::classify(high, spec.method, k - below, {});
    if (!a) return a;
    if (!b) return b;
    bounds = a->upperBounds;
    bounds.back() = std::min(bounds.back(), *centre);
    bounds.insert(bounds.end(), b->upperBounds.begin(), b->upperBounds.end());
  }
  auto counted = geo::classify(values, geo::BreakMethod::manual, 0, bounds);
  if (!counted) return counted;
  counted->method = spec.method;
  if (!split) counted->limits = bounds;
  return counted;
}

}  // namespace session
