// Session → scene::Scene: everything that a picture says, in one language.
#include <set>

#include "app/session/basemaps.h"
#include "app/session/county_card.h"
#include "app/session/derived.h"
#include "app/session/dress.h"
#include "app/session/i18n.h"
#include "app/session/ledger.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/places.h"
#include "app/session/shown.h"
#include "geo/database.h"

namespace session {
namespace {

using scene::Figure;
using scene::Language;
using scene::Role;
using scene::SceneLayer;
using scene::Status;

size_t present(const std::vector<Figure>& figures) {
  return static_cast<size_t>(
      std::count_if(figures.begin(), figures.end(), [](const Figure& f) { return std::isfinite(f.value); }));
}

// Decimals that show every value as it is, four at most; where the values have more, three significant digits
// of their range.
int decimalsFor(const std::vector<Figure>& figures) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  int needed = 0;
  for (const Figure& f : figures) {
    if (!std::isfinite(f.value)) continue;
    low = std::min(low, f.value), high = std::max(high, f.value);
    for (double scaled = f.value * std::pow(10, needed); needed < 5; ++needed, scaled *= 10)
      if (std::abs(scaled - std::round(scaled)) <= 1e-9 * std::max(1.0, std::abs(scaled))) break;
  }
  if (needed < 5 || !(high > low)) return std::min(needed, 4);
  return std::clamp(2 - static_cast<int>(std::floor(std::log10(high - low))), 0, 4);
}

class Builder {
 public:
  Builder(const Session& session, const Look& look)
      : session_(session), project_(session.project()), look_(look), lang_(look.language) {}

  scene::Scene build(const Parts& parts) {
    scene::Scene s;
    s.language = lang_;
    s.title = project_.title.in(lang_), s.subtitle = project_.subtitle.in(lang_),
    s.period = project_.period.in(lang_);
    // The wall shows the title in both languages where there is no subtitle of its own.
    if (s.subtitle.empty())
      s.subtitle = project_.title.in(lang_ == Language::zh ? Language::en : Language::zh);
    if (s.subtitle == s.title) s.subtitle.clear();
    words(s.words);
    sceneName(s);
    layers(s);
    s.composition = look_.composition;
    choropleth(s, parts);
    heat(s, parts);
    table(s);
    leads(s);
    ledger(s);
    if (s.composition == scene::Composition::multiples) multiples(s);
    if (s.composition == scene::Composition::card && look_.card)
      s.card = countyCard(session_, *look_.card, lang_, s.wholeLedger);
    tabs(s);
    years(s);
    page(s);
    presented(s);
    s.home = homeBox(session_);
    s.illustrative = illustrative(s);
    return s;
  }

 private:
  std::string t(const char* zh) const { return tr(zh, lang_); }
  size_t l() const { return static_cast<size_t>(lang_); }
  const DerivedState& derived() const { return SessionParts::derived(session_); }

  // Of what this picture shows, and of nothing else.
  static bool illustrative(const scene::Scene& s) {
    const auto row = [](const scene::LedgerRow& r) {
      return r.shownIllustrative || (std::isfinite(r.actual) && r.actualStatus == Status::illustrative);
    };
    switch (s.composition) {
      case scene::Composition::multiples:
        return std::any_of(s.multiples.begin(), s.multiples.end(),
                           [](const scene::Multiple& m) { return hasIllustrative(m.map.figures); });
      case scene::Composition::ledger:
        return std::any_of(s.wholeLedger.begin(), s.wholeLedger.end(), row);
      case scene::Composition::card:
        return s.card && (std::any_of(s.card->rows.begin(), s.card->rows.end(),
                                      [](const auto& r) { return r.status == Status::illustrative; }) ||
                          std::any_of(s.card->groups.begin(), s.card->groups.end(),
                                      [](const auto& g) { return g.illustrative; }));
      case scene::Composition::map:
        break;
    }
    return (s.choropleth && hasIllustrative(s.choropleth->figures)) ||
           (s.choropleth && s.choropleth->second && hasIllustrative(s.choropleth->second->figures)) ||
           (s.sized && hasIllustrative(s.sized->figures)) || (s.heat && s.heat->illustrative) ||
           std::any_of(s.layers.begin(), s.layers.end(),
                       [](const SceneLayer& l) { return l.visible && l.shape && l.illustrative; });
  }

  static bool hasIllustrative(const std::vector<Figure>& figures) {
    return std::any_of(figures.begin(), figures.end(),
                       [](const Figure& f) { return f.status == Status::illustrative; });
  }

  void sceneName(scene::Scene& s) const {
    if (!look_.scene) return;
    s.count = static_cast<int>(project_.scenes.size());
    s.name = look_.scene->name.in(lang_), s.text = look_.scene->text.in(lang_);
    for (int i = 0; i < s.count; ++i)
      if (project_.scenes[i].id == look_.scene->id) s.number = i + 1;
  }

  // What a scene is about, how it is seen, and from how far.
  void presented(scene::Scene& s) const {
    s.viewing = {project_.show.audienceMetres, project_.show.screenCm};
    if (!look_.scene) return;
    s.side = look_.scene->side;
    for (const std::string& e : look_.scene->emphasis)
      if (const auto object = objectNamed(session_, e)) s.emphasis.push_back(*object);
    if (look_.scene->tilt && s.composition == scene::Composition::map) s.tilt = tilted(*look_.scene->tilt);
  }

  scene::TiltView tilted(const TiltSpec& spec) const {
    scene::TiltView v;
    v.degrees = spec.degrees, v.bearing = spec.bearing, v.share = spec.share;
    v.heights = static_cast<scene::TiltView::Heights>(spec.heights);
    const IndicatorSpec* of =
        spec.indicator.empty() ? SessionParts::indicatorOf(session_, look_) : find(spec.indicator);
    if (!of || spec.heights == TiltSpec::Heights::none) return v;
    const int wish = SessionParts::yearOf(session_, look_);
    const Shown shown = shownOf(session_, *of, yearIn(session_.indicator(of->id), wish), {}, lang_);
    if (!shown.any) return v;
    v.layer = of->of, v.name = of->name.in(lang_).empty() ? of->id : of->name.in(lang_);
    v.unit = of->unit.in(lang_), v.year = shown.year, v.decimals = of->decimals, v.figures = shown.figures;
    return v;
  }

  void layers(scene::Scene& s) {
    if (const LayerSpec* county = countyLayer(project_)) s.cityLayer = county->id;
    for (const LayerSpec& spec : project_.layers) {
      const auto found = derived().layers.find(spec.id);
      static const LayerEntry none;
      s.layers.push_back(layer(spec, found == derived().layers.end() ? none : found->second));
      if (found != derived().layers.end() && found->second.state.stage == LayerState::Stage::failed)
        s.warnings.push_back(fmt::format(fmt::runtime(t("图层“{}”未能载入：{}")), s.layers.back().name,
                                         found->second.state.error.text()));
    }
    for (auto layer = s.layers.rbegin(); layer != s.layers.rend();
         ++layer)  // what matters most stands on top
      if (layer->visible) unplaced(s, *layer);
  }

  SceneLayer layer(const LayerSpec& spec, const LayerEntry& e) const {
    SceneLayer out;
    out.id = spec.id;
    out.name = spec.name.in(lang_).empty() ? spec.id : spec.name.in(lang_);
    out.role = spec.role;
    out.visible = SessionParts::visible(spec, look_);
    out.opacity = static_cast<float>(spec.opacity);
    if (spec.style.colour) out.colour = scene::parseColour(*spec.style.colour);
    if (spec.style.width) out.width = static_cast<float>(*spec.style.width);
    if (spec.style.radius) out.radius = static_cast<float>(*spec.style.radius);
    out.pickedByMouse = spec.role != Role::neighbour;
    if (!e.state.shape || !e.dress) return out;
    out.shape = e.outside ? e.outside : e.state.shape;
    out.inside = e.inside;
    const Dress& d = *e.dress;
    out.labels = d.labels[l()], out.sublabels = d.sublabels[l()];
    out.symbols = d.symbols, out.certainty = d.certainty, out.uncertaintyMetres = d.uncertaintyMetres;
    out.illustrative = d.illustrative;
    out.total = e.state.shape->layer->rows();
    const auto rows = derived().figures->countyRows.find(spec.id);
    if (rows != derived().figures->countyRows.end() && rows->second.size() == out.total)
      out.countyRow = rows->second;
    if (const geo::Column* counts = e.state.shape->layer->table.find(geo::countColumn);
        counts && counts->rows() > 0) {
      out.counts = counts->numbers;
      const auto [least, most] = std::minmax_element(out.counts.begin(), out.counts.end());
      out.filterText =
          fmt::format(fmt::runtime(t("{}：点太密，数据库按格计数，一点代表 {}–{} 个，放大后逐个显示")),
                      out.name, *least, *most);
    }
    if (spec.show.empty()) return out;
    if (const DataTablePtr table = session_.table(spec.id); table && !table->shown.empty()) {
      out.shown = table->shown;
      const auto shown = std::count(out.shown.begin(), out.shown.end(), 1);
      out.filterText = fmt::format(fmt::runtime(t("已筛选 {}：显示 {} / {}（{}）")), out.name, shown,
                                   out.shown.size(), spec.show);
    }
    return out;
  }

  void unplaced(scene::Scene& s, const SceneLayer& layer) const {
    if (!layer.shape || layer.symbols.empty()) return;
    const geo::Shapes& shapes = layer.shape->layer->shapes;
    for (size_t r = 0; r < layer.symbols.size(); ++r) {
      if (shapes.has(r) || r >= layer.labels.size()) continue;
      s.unplaced.push_back({{layer.id, static_cast<long>(r)}, layer.labels[r], layer.symbols[r]});
    }
  }

  std::vector<std::string> areaNames(const std::string& layerId, bool official) const {
    const auto found = derived().layers.find(layerId);
    if (found == derived().layers.end() || !found->second.dress || !found->second.state.shape) return {};
    const Dress& d = *found->second.dress;
    std::vector<std::string> names = official ? d.fullNames[l()] : d.labels[l()];
    if (!names.empty()) return names;
    for (size_t r = 0; r < found->second.state.shape->layer->rows(); ++r)
      names.push_back(fmt::format("{}", r + 1));
    return names;
  }

  std::string sourceOf(const IndicatorSpec& spec, const std::vector<Figure>& figures) const {
    const std::string& own = spec.source.in(lang_);
    if (!own.empty()) return own;
    std::set<std::string> seen;
    std::vector<std::string> sources;
    for (const Figure& f : figures)
      if (!f.source.empty() && seen.insert(f.source).second) sources.push_back(f.source);
    return joined(sources, lang_ == Language::zh ? "；" : "; ");
  }

  std::string methodText(geo::BreakMethod method, size_t classes) const {
    static constexpr std::pair<geo::BreakMethod, const char*> names[] = {
        {geo::BreakMethod::natural, "自然断点"},   {geo::BreakMethod::quantile, "分位数"},
        {geo::BreakMethod::equal, "等间距"},       {geo::BreakMethod::stddev, "标准差"},
        {geo::BreakMethod::pretty, "整数断点"},    {geo::BreakMethod::headtail, "头尾分割"},
        {geo::BreakMethod::box, "箱线"},           {geo::BreakMethod::percentile, "百分位"},
        {geo::BreakMethod::geometric, "几何间距"}, {geo::BreakMethod::manual, "手工分级"}};
    for (const auto& [m, name] : names)
      if (m == method)
        return fmt::format(fmt::runtime(t(classes == 1 ? "{} · 1 类" : "{} · {} 类")), t(name), classes);
    return {};
  }

  void choropleth(scene::Scene& s, const Parts& parts) const {
    const MapSpec map = SessionParts::mapOf(session_, look_);
    const Shown shown = shownOf(session_, look_);
    if (!shown.any || !parts.breaks) return;
    using Kind = MapSpec::Kind;
    if (map.kind == Kind::symbols) sized(s, shown, map);
    const IndicatorSpec* second = map.second.empty() ? nullptr : find(map.second);
    if (map.kind == Kind::symbols && second && parts.second) {
      const int year = yearIn(session_.indicator(second->id), shown.year);
      const Shown colour = shownOf(session_, *second, year, {}, lang_);
      if (colour.any) s.choropleth = choroplethOf(colour, *parts.second);
    } else {
      s.choropleth = choroplethOf(shown, *parts.breaks);
    }
    if (!s.choropleth) return;
    s.choropleth->onSymbols = map.kind == Kind::symbols;
    if (map.kind == Kind::bivariate && second && parts.second)
      secondAxis(*s.choropleth, *second, *parts.second);
    if (parts.association) association(s, map, *parts.association);
  }

  scene::Choropleth choroplethOf(const Shown& shown, const geo::Breaks& breaks) const {
    const IndicatorSpec& spec = shown.spec;
    scene::Choropleth c;
    c.layer = spec.of, c.id = spec.id;
    c.name = spec.name.in(lang_).empty() ? spec.id : spec.name.in(lang_);
    c.unit = spec.unit.in(lang_), c.year = shown.year, c.since = shown.since, c.decimals = spec.decimals;
    if (shown.since) c.name = fmt::format(fmt::runtime(t("{}变化")), c.name);
    c.centre = shown.centre;
    c.figures = shown.figures;
    if (spec.table.empty() && !spec.value.empty() && spec.decimals == 0) c.decimals = decimalsFor(c.figures);
    for (Figure& f : c.figures)
      if (f.source == spec.source.zh) f.source = spec.source.in(lang_);
    c.areaNames = areaNames(spec.of, false);
    c.breaks = breaks;
    c.palette = spec.palette;
    c.methodText = methodText(breaks.method, breaks.classes());
    c.locked = spec.locked;
    if (shown.pooledYears.size() > 1)
      c.methodText += fmt::format(fmt::runtime(t(" · {}–{} 年同一断点")), shown.pooledYears.front(),
                                  shown.pooledYears.back());
    c.sourceText = sourceOf(spec, c.figures);
    c.whole = shown.whole.value, c.wholeStatus = shown.whole.status;
    c.moreIsBetter = spec.moreIsBetter;
    c.raw = shown.raw, c.trust = shown.trust, c.unreliable = shown.unreliable, c.notes = shown.notes;
    if (!shown.since) trend(c, spec), course(c, spec);
    return c;
  }

  void secondAxis(scene::Choropleth& c, const IndicatorSpec& spec, const geo::Breaks& breaks) const {
    if (spec.of != c.layer) return;
    const Shown shown = shownOf(session_, spec, yearIn(session_.indicator(spec.id), c.year), {}, lang_);
    if (!shown.any) return;
    scene::SecondAxis& a = c.second.emplace();
    a.id = spec.id, a.name = spec.name.in(lang_).empty() ? spec.id : spec.name.in(lang_);
    a.unit = spec.unit.in(lang_), a.year = shown.year, a.decimals = spec.decimals;
    a.figures = shown.figures, a.breaks = breaks, a.sourceText = sourceOf(spec, a.figures);
  }

  void sized(scene::Scene& s, const Shown& shown, const MapSpec& map) const {
    scene::SizedSymbols& z = s.sized.emplace();
    z.layer = shown.spec.of;
    z.name = shown.spec.name.in(lang_).empty() ? shown.spec.id : shown.spec.name.in(lang_);
    z.unit = shown.spec.unit.in(lang_), z.year = shown.year, z.decimals = shown.spec.decimals;
    z.figures = shown.figures, z.sourceText = sourceOf(shown.spec, shown.figures);
    z.flannery = map.flannery;
    for (const Figure& f : z.figures)
      if (std::isfinite(f.value)) z.largest = std::max(z.largest, std::abs(f.value));
    // Three amounts with round figures: near the largest, a third of it, a tenth.
    for (const double part : {1.0, 0.3, 0.1}) {
      const double wish = z.largest * part;
      if (!(wish > 0)) continue;
      const double ten = std::pow(10, std::floor(std::log10(wish)));
      const double round = std::floor(wish / ten) * ten;
      if (z.legend.empty() || round < z.legend.back()) z.legend.push_back(round);
    }
    z.notes.push_back(
        t(map.flannery ? "圆半径 ∝ 数值^0.57（弗兰纳里修正）" : "圆面积与数值成正比（未作弗兰纳里修正）"));
  }

  void association(scene::Scene& s, const MapSpec& map, const Association& a) const {
    scene::Choropleth& c = *s.choropleth;
    if (map.links && a.weights.rows() == c.figures.size()) {
      scene::WeightLinks& w = s.weights.emplace();
      w.layer = c.layer, w.name = weightsName(map.weights);
      for (uint32_t r = 0; r < a.weights.rows(); ++r)
        for (const uint32_t n : a.weights.neighbours(r)) {
          const std::pair<uint32_t, uint32_t> link{std::min(r, n), std::max(r, n)};
          w.links.push_back(link);
        }
      std::sort(w.links.begin(), w.links.end());
      w.links.erase(std::unique(w.links.begin(), w.links.end()), w.links.end());
      w.islands = a.weights.islands();
    }
    if (map.kind != MapSpec::Kind::association) return;
    if (!a.error.what.empty()) {
      c.notes.insert(c.notes.begin(), a.error.text());
      return;
    }
    using scene::Tone;
    c.categories = {{t("高—高（聚集）"), Tone::highHigh}, {t("低—低（聚集）"), Tone::lowLow},
                    {t("高—低（异常）"), Tone::highLow},  {t("低—高（异常）"), Tone::lowHigh},
                    {t("不显著"), Tone::notSignificant},  {t("没有邻居"), Tone::island}};
    c.categoryOf.assign(c.figures.size(), -1);
    for (const geo::LocalMoran& l : a.result.local) {
      if (l.row >= c.categoryOf.size()) continue;
      int k = 4;
      if (a.weights.count(l.row) == 0) k = 5;
      else if (l.cluster == geo::Quadrant::highHigh) k = 0;
      else if (l.cluster == geo::Quadrant::lowLow) k = 1;
      else if (l.cluster == geo::Quadrant::highLow) k = 2;
      else if (l.cluster == geo::Quadrant::lowHigh) k = 3;
      c.categoryOf[l.row] = k;
    }
    c.methodText = fmt::format(fmt::runtime(t("局部莫兰指数 · {} · {} 次置换 · p ≤ {}{}")),
                               weightsName(map.weights), map.permutations, map.significance,
                               map.falseDiscoveryRate ? t("，已控制错误发现率") : std::string());
    c.notes.insert(c.notes.begin(), fmt::format(fmt::runtime(t("全局 I = {:.3f}，置换 p = {:.3f}")),
                                                a.result.moran.value, a.result.moranP));
    if (a.tooFew)
      c.notes.insert(c.notes.begin(),
                     fmt::format(fmt::runtime(t("{} 个单元太少，不足以下结论")), a.result.rows));
  }

  std::string weightsName(const std::string& rule) const {
    const auto parsed = geo::WeightsRule::parse(rule);
    if (!parsed) return rule;
    using K = geo::WeightsRule::Kind;
    switch (parsed->kind) {
      case K::queen:
        return t("后邻接（共边或共点）");
      case K::rook:
        return t("车邻接（共边）");
      case K::nearest:
        return fmt::format(fmt::runtime(t("最近 {} 个")), parsed->k);
      case K::distance:
        return fmt::format(fmt::runtime(t("{} km 以内")), parsed->metres / 1000);
      case K::file:
        return fmt::format("GAL · {}", parsed->path.substr(parsed->path.find_last_of('/') + 1));
    }
    return rule;
  }

  std::string kernelName(geo::Kernel k) const {
    static constexpr const char* names[] = {"四次核", "高斯核", "均匀核", "三角核", "叶帕涅奇尼科夫核"};
    return t(names[static_cast<size_t>(k)]);
  }

  static std::string lengthText(double metres) {
    return metres >= 1000 ? fmt::format("{:.4g} km", metres / 1000) : fmt::format("{:.4g} m", metres);
  }

  void heat(scene::Scene& s, const Parts& parts) const {
    const HeatSpec spec = SessionParts::heatOf(session_, look_);
    if (!parts.heat || !spec.visible || spec.layer.empty()) return;
    const HeatOutput& made = *parts.heat;
    scene::Heat& h = s.heat.emplace();
    h.layer = spec.layer;
    const SceneLayer* layer = scene::findLayer(s, spec.layer);
    const std::string points = layer ? layer->name : spec.layer;
    h.name = fmt::format(fmt::runtime(t(spec.show == HeatSpec::Show::density ? "{}密度" : "{}分布")), points);
    if (!spec.minus.empty()) {
      const SceneLayer* minus = scene::findLayer(s, spec.minus);
      h.name = fmt::format(fmt::runtime(t("{} − {}")), points, minus ? minus->name : spec.minus);
    }
    if (!made.error.what.empty()) {
      h.notes.push_back(made.error.text());
      return;
    }
    h.grid = made.grid, h.lines = spec.contours ? made.lines : nullptr, h.bins = made.bins,
    h.binValues = made.binValues;
    h.low = made.low, h.high = made.high, h.over = made.over, h.ticks = made.ticks;
    h.locked = spec.top.has_value(), h.opacity = spec.opacity;
    h.sumOfWeights = made.sumOfWeights, h.integral = made.integral;
    // One figure more than the ticks have, so that the end of the bar is not rounded on to one of them.
    h.decimals = 0;
    const auto needed = [](double v) {
      int n = 0;
      while (n < 8 && std::abs(v * std::pow(10, n) - std::round(v * std::pow(10, n))) > 1e-6) ++n;
      return n;
    };
    for (const double tick : h.ticks) h.decimals = std::max(h.decimals, needed(tick));
    if (needed(h.high) > h.decimals) ++h.decimals;
    h.illustrative = made.input.status == scene::Status::illustrative;
    const std::string what = spec.weight.empty() ? t("个") : spec.weight;
    const std::string area = spec.perKm2 == 1      ? "km²"
                             : spec.perKm2 == 0.01 ? t("公顷")
                                                   : fmt::format("{:g} km²", spec.perKm2);
    if (spec.show == HeatSpec::Show::density) {
      h.unit = what + "/" + area;
      h.methodText =
          fmt::format(fmt::runtime(t("{}，带宽 {}")), kernelName(spec.kernel), lengthText(made.radiusMetres));
      if (!spec.clip.empty())
        h.methodText += spec.perArea ? t("；各县自成一体，县内之和不变") : t("；裁至县界");
    } else {
      static constexpr const char* statistics[] = {"计数", "合计", "均值", "比率"};
      h.unit = spec.statistic == HeatSpec::Statistic::count ? t("个") : spec.weight;
      h.methodText = fmt::format(
          fmt::runtime(t(spec.show == HeatSpec::Show::hexagons ? "六边形 {}，{}" : "方格 {}，{}")),
          lengthText(made.binMetres), t(statistics[static_cast<size_t>(spec.statistic)]));
    }
    for (const LayerSpec& l : project_.layers)
      if (l.id == spec.layer) h.sourceText = l.source.substr(l.source.find_last_of('/') + 1);
    for (const geo::Problem& p : made.report.problems) h.notes.push_back(p.message);
  }

  // The years of the indicator on the map with one set of breaks; of one year alone: the layer's indicators
  // side by side, each with its own.
  void multiples(scene::Scene& s) const {
    const IndicatorSpec* spec = SessionParts::indicatorOf(session_, look_);
    if (!spec) return;
    constexpr size_t most = 24;
    MapSpec map = SessionParts::mapOf(session_, look_);
    map.kind = MapSpec::Kind::choropleth;
    const IndicatorState& state = session_.indicator(spec->id);
    const bool changes = map.change != MapSpec::Change::none && state.years.size() > 2;
    if (state.years.size() > 1 && (changes || map.change == MapSpec::Change::none)) {
      IndicatorSpec pooled = *spec;
      pooled.locked = true;
      for (const int year : state.years) {
        const Shown shown = shownOf(session_, pooled, year, map, lang_);
        if (!shown.any || s.multiples.size() == most || (shown.since && shown.since > year)) continue;
        const auto breaks = classesOf(shown.pool, valuesOf(shown.figures), shown.spec, shown.centre);
        if (!breaks) continue;
        const std::string title =
            shown.since ? fmt::format("{} → {}", shown.since, year) : fmt::format("{}", year);
        s.multiples.push_back({title, choroplethOf(shown, *breaks)});
      }
      if (s.multiples.size() > 1) return;
      s.multiples.clear();
    }
    for (const IndicatorSpec& other : project_.indicators) {
      if (other.of != spec->of || s.multiples.size() == most) continue;
      const int year = yearIn(session_.indicator(other.id), SessionParts::yearOf(session_, look_));
      const Shown shown = shownOf(session_, other, year, {}, lang_);
      if (!shown.any) continue;
      const auto breaks = classesOf(shown.pool, valuesOf(shown.figures), shown.spec, shown.centre);
      if (!breaks) continue;
      scene::Choropleth c = choroplethOf(shown, *breaks);
      s.multiples.push_back({c.name + (c.year ? fmt::format(" {}", c.year) : ""), std::move(c)});
    }
  }

  void trend(scene::Choropleth& c, const IndicatorSpec& shown) const {
    const IndicatorSpec* spec = find(project_.trend);
    if (!spec || spec->of != shown.of) return;
    const IndicatorState& state = session_.indicator(spec->id);
    if (state.years.size() < 2) return;
    c.trend.name = spec->name.in(lang_) + (spec->unit.in(lang_).empty() ? "" : " " + spec->unit.in(lang_));
    c.trend.years = state.years;
    c.trend.values.resize(c.figures.size());
    for (const auto& [year, figures] : state.byYear)
      for (size_t r = 0; r < c.trend.values.size(); ++r)
        c.trend.values[r].push_back(r < figures.size() ? figures[r].value : geo::missing);
  }

  // The indicator's own course, for the side panel.
  void course(scene::Choropleth& c, const IndicatorSpec& shown) const {
    if (!look_.scene || look_.scene->side != scene::SidePanel::years) return;
    const IndicatorState& state = session_.indicator(shown.id);
    if (state.years.size() < 2) return;
    c.course.years = state.years;
    c.course.values.resize(c.figures.size());
    for (const int year : state.years) {
      const auto figures = state.byYear.find(year);
      for (size_t r = 0; r < c.course.values.size(); ++r)
        c.course.values[r].push_back(figures != state.byYear.end() && r < figures->second.size()
                                         ? figures->second[r].value
                                         : geo::missing);
      const auto whole = state.whole.find(year);
      c.course.whole.push_back(whole == state.whole.end() ? geo::missing : whole->second.value);
    }
  }

  // The figures table: the indicator on the map first, then those of the county layer that have one figure at
  // least.
  void table(scene::Scene& s) const {
    if (s.cityLayer.empty()) return;
    s.areaNames = areaNames(s.cityLayer, true);
    const IndicatorSpec* current = SessionParts::indicatorOf(session_, look_);
    std::vector<const IndicatorSpec*> order;
    if (current && current->of == s.cityLayer) order.push_back(current);
    for (const IndicatorSpec& i : project_.indicators)
      if (&i != current && i.of == s.cityLayer) order.push_back(&i);
    for (const IndicatorSpec* spec : order) {
      const IndicatorState& state = session_.indicator(spec->id);
      if (state.years.empty()) continue;
      const int year = spec == current ? SessionParts::yearOf(session_, look_)
                                       : yearIn(state, s.choropleth ? s.choropleth->year : 0);
      const auto figures = state.byYear.find(year);
      if (figures == state.byYear.end() || present(figures->second) == 0) continue;
      scene::TableColumn& c = s.table.emplace_back();
      c.name = spec->name.in(lang_), c.unit = spec->unit.in(lang_), c.decimals = spec->decimals;
      for (const Figure& f : figures->second) c.values.push_back(f.value);
      if (const auto whole = state.whole.find(year); whole != state.whole.end())
        c.whole = whole->second.value;
      c.current = spec == current, c.moreIsBetter = spec->moreIsBetter;
    }
  }

  void leads(scene::Scene& s) const {
    const auto shown = [&](const std::string& id) {
      const SceneLayer* layer = scene::findLayer(s, id);
      return layer && layer->visible && layer->shape;
    };
    for (const scene::Lead& lead : derived().figures->leads)
      if (shown(lead.fromLayer) && shown(lead.toLayer)) s.leads.push_back(lead);
  }

  void ledger(scene::Scene& s) const {
    s.wholeLedger = ledgerOf(session_, lang_);
    const auto& targets = session_.targets();
    const bool some =
        std::any_of(targets.begin(), targets.end(), [](const TargetSpec& t) { return t.featured; });
    for (size_t i = 0; i < targets.size(); ++i) {
      scene::LedgerRow& row = s.wholeLedger[i];
      ++s.ledgerTotal;
      s.ledgerWithBaseline += targets[i].baseline.has_value();
      for (const std::string& id : splitList(targets[i].countOf)) {
        const SceneLayer* layer = scene::findLayer(s, id);
        row.shownIllustrative |= layer && layer->visible && layer->illustrative;
      }
      if (!some || targets[i].featured) s.ledger.push_back(row);
    }
  }

  void tabs(scene::Scene& s) const {
    const IndicatorSpec* current = SessionParts::indicatorOf(session_, look_);
    for (const IndicatorSpec& spec : project_.indicators) {
      const IndicatorState& state = session_.indicator(spec.id);
      scene::IndicatorTab& tab = s.tabs.emplace_back();
      tab.id = spec.id, tab.name = spec.name.in(lang_).empty() ? spec.id : spec.name.in(lang_);
      tab.current = &spec == current;
      const auto figures =
          state.byYear.find(tab.current ? SessionParts::yearOf(session_, look_) : yearIn(state, 0));
      if (figures == state.byYear.end()) continue;
      tab.coverage = fmt::format("{}/{}", present(figures->second), figures->second.size());
      tab.illustrative = hasIllustrative(figures->second);
    }
  }

  // Every year that any indicator or target knows; marked by what the indicator on the map has of it.
  void years(scene::Scene& s) const {
    using Data = scene::YearMark::Data;
    const IndicatorSpec* current = SessionParts::indicatorOf(session_, look_);
    if (!current) current = find(project_.indicator);
    if (!current) return;
    const IndicatorState& own = session_.indicator(current->id);
    if (own.years.empty() || own.years.front() == 0) return;
    std::map<int, scene::YearMark> marks;
    for (const IndicatorSpec& i : project_.indicators) {
      const IndicatorState& state = session_.indicator(i.id);
      // One year alone says when a figure was taken, not that there is a course.
      if (state.years.size() < 2 && &i != current) continue;
      for (const int year : state.years) marks[year].year = year;
    }
    for (const auto& [year, figures] : own.byYear)
      marks[year].data = present(figures) == figures.size() ? Data::full
                         : present(figures) > 0             ? Data::partly
                                                            : Data::none;
    if (const IndicatorSpec* course = find(project_.trend); course && course != current)
      for (const int year : session_.indicator(course->id).years)
        if (auto& mark = marks[year]; mark.data == Data::none) {
          mark.data = Data::partly;
          mark.note = fmt::format(fmt::runtime(t("仅{}")), course->name.in(lang_));
        }
    for (const TargetSpec& target : session_.targets()) marks[target.targetYear].target = true;
    for (auto& [year, mark] : marks) mark.year = year, s.years.push_back(mark);
  }

  const IndicatorSpec* find(const std::string& id) const {
    for (const IndicatorSpec& i : project_.indicators)
      if (i.id == id) return &i;
    return nullptr;
  }

  void page(scene::Scene& s) const {
    s.page = pageSetup(project_.page, lang_);
    s.page.logo = SessionParts::derived(session_).logo;
    s.basemaps = shownBasemaps(session_, look_);
    for (const scene::BasemapPtr& b :
         s.basemaps)  // first: where there is not room for all, these must be there
      if (s.composition == scene::Composition::map && !b->attribution.empty())
        s.credits.push_back(fmt::format(fmt::runtime(t("底图：{}")), b->attribution));
    for (const Name& n : project_.page.credits) s.credits.push_back(n.in(lang_));
    for (const Name& n : project_.page.notes) s.notes.push_back(n.in(lang_));
    placed(s);
    s.reviewNumber = project_.page.reviewNumber;
    s.internal = !project_.page.isPublic;
    const geo::Crs& crs = session_.worldCrs();
    if (!crs.known()) return;
    s.crs = std::make_shared<const geo::Crs>(crs);
    crsTexts(crs.name(), crs.text(), s);
  }

  // What stands where somebody says: by whom, and how sure. And what stands where a name is.
  void placed(scene::Scene& s) const {
    for (const SceneLayer& layer : s.layers) {
      const auto entry = derived().layers.find(layer.id);
      if (!layer.visible || entry == derived().layers.end() || !entry->second.state.named) continue;
      if (const size_t n = entry->second.state.named->placed; n > 0)
        s.notes.push_back(fmt::format(
            fmt::runtime(t("“{}”有 {} 条没有坐标，按地名放在所在地的中心，位置为估计。")), layer.name, n));
    }
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> said;  // by, on → names
    for (const SceneLayer& layer : s.layers) {
      if (!layer.visible || !layer.shape || project_.places.empty()) continue;
      const auto entry = derived().layers.find(layer.id);
      if (entry == derived().layers.end() || entry->second.places.empty()) continue;
      const auto names = areaNames(layer.id, false);
      for (size_t r = 0; r < names.size(); ++r)
        if (const PlaceSpec* p = placeOf(session_, {layer.id, static_cast<long>(r)}))
          said[{p->by, p->on}].push_back(
              names[r] + (p->uncertaintyKm > 0 ? fmt::format(" ±{:g} km", p->uncertaintyKm) : ""));
    }
    for (const auto& [who, names] : said)
      s.notes.push_back(fmt::format(
          fmt::runtime(t("位置为估计，据{}：{}。")),
          who.second.empty() ? who.first : fmt::format(fmt::runtime(t("{}（{}）")), who.first, who.second),
          joined(names, lang_ == Language::zh ? "、" : ", ")));
  }

  // "CGCS2000 / 3-degree Gauss-Kruger CM 114E" reads well in English alone.
  void crsTexts(const std::string& name, const std::string& text, scene::Scene& s) const {
    const bool code = text.size() < 24;
    const size_t slash = name.find(" / ");
    s.crsText = (slash == name.npos ? name : name.substr(0, slash)) + (code ? " / " + text : "");
    s.crsLongText = name + (code ? fmt::format(" ({})", text) : "");
    constexpr std::string_view zone = " / 3-degree Gauss-Kruger CM ";
    const size_t at = name.find(zone);
    if (lang_ == Language::zh && at != name.npos && name.ends_with('E'))
      s.crsLongText = fmt::format("{} / 三度带高斯-克吕格，中央经线 {}°E{}", name.substr(0, at),
                                  name.substr(at + zone.size(), name.size() - 1 - at - zone.size()),
                                  code ? fmt::format("（{}）", text) : "");
  }

  void words(scene::Words& w) const {
    w.legend = t("图例"), w.missing = t("缺失"), w.ranking = t("排名"), w.ledger = t("规划账本"),
    w.north = t("北");
    w.illustrativeBadge = t("含示例数据"), w.unplaced = t("未公布地址 · 不上图"),
    w.noLaterFigures = t("2021 年以来实绩未公布，不作推算");
    w.wholeCity = t("全市"), w.baseline = t("基期"), w.target = t("目标"), w.indicators = t("指标"),
    w.sources = t("来源");
    w.uncertaintyRing = t("位置不确定范围"), w.countyOnly = t("仅知所在县"),
    w.illustrativeSites = t("示例位置"), w.share = t("占全市人口");
    w.scale = t("比例尺"), w.reviewNumber = t("审图号："), w.internalUse = t("内部资料"),
    w.legendSymbols = t("符号"), w.notes = t("说明与来源");
    w.figureTable = t("县（市、区）指标"), w.planTargets = t("规划目标（摘）"),
    w.pieces = t("5/6 ＝ 已上图 5 项，共 6 项");
    w.baselineUnknown = t("基期未公布"), w.onMapIllustrative = t("图上为示例"), w.scene = t("场景"),
    w.estimated = t("估算");
    w.official = t("官方"), w.madeOn = t("制图日期"), w.areas = t("县（市、区）"),
    w.bareScale = t("比例尺 1:");
    w.heatMass = t("权重合计 {} ＝ 图上积分 {}"), w.domainLocked = t("值域已锁定"),
    w.breaksLocked = t("各年用同一分级"), w.aboveDomain = t("▲ 有值超出上限"),
    w.hollowNegative = t("空心圆：负值"), w.linkedPairs = t("相邻的对"), w.islands = t("孤岛：没有邻居"),
    w.smallBase = t("* 基数过小，不足为据"), w.change = t("变化"), w.reached = t("达到"),
    w.onTrack = t("正常"), w.behind = t("滞后"), w.notPublished = t("尚难判断"),
    w.noVerdict = t("示例不作判断"), w.latest = t("最新"), w.paceNeeded = t("须每年"),
    w.paceSoFar = t("已每年"), w.gap = t("差距"), w.gapByCounty = t("各县占差距"), w.rank = t("位次"),
    w.course = t("变化过程"), w.neighbours = t("相邻县（市、区）"), w.targetGaps = t("与规划目标的差距"),
    w.ownRanges = t("各图分级不同"), w.sameBreaks = t("各图用同一分级"), w.value = t("数值"),
    w.year = t("年份"), w.onTheMap = t("核心、节点、园区与设施");
    w.cluster = t("集聚区"), w.spreadHere = t("同址 {} 项散开表示"), w.cityBorder = t("市界"),
    w.areaBorder = t("{}界"), w.leadArcs = t("核心带动节点"), w.firstOf = t("前 {} 位，共 {} 个"),
    w.reviewPending = t("审图号：（待送审）"), w.estimateStar = t("* 预计数");
  }

  const Session& session_;
  const Project& project_;
  const Look& look_;
  const Language lang_;
};

}  // namespace

std::optional<scene::ObjectRef> objectNamed(const Session& session, const std::string& text) {
  const size_t colon = text.find(':');
  const std::string id = text.substr(0, colon);
  const auto& layers = session.project().layers;
  const auto spec =
      std::find_if(layers.begin(), layers.end(), [&](const LayerSpec& l) { return l.id == id; });
  const LayerState& state = session.layer(id);
  if (colon == text.npos || spec == layers.end() || !state.shape) return std::nullopt;
  const geo::Column* keys = state.shape->layer->table.find(spec->key);
  for (size_t r = 0; keys && r < keys->rows(); ++r)
    if (keys->has(r) && keys->text(r) == text.substr(colon + 1))
      return scene::ObjectRef{id, static_cast<long>(r)};
  return std::nullopt;
}

scene::Scene buildScene(const Session& session, const Look& look, const Parts& parts) {
  return Builder(session, look).build(parts);
}

geo::Box homeBox(const Session& session) {
  const auto boxOf = [&](const LayerSpec& l) {
    const LayerState& s = session.layer(l.id);
    return s.shape ? s.shape->layer->bounds : geo::Box{};
  };
  if (const LayerSpec* county = countyLayer(session.project()))
    if (const geo::Box box = boxOf(*county); !box.empty()) return box;
  geo::Box all;
  for (const LayerSpec& l : session.project().layers)
    if (l.role != scene::Role::neighbour) all.add(boxOf(l));
  return all.empty() ? basemapBounds(session) : all;
}

}  // namespace session
