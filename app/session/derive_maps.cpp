// What a map needs beside figures: classes, association, heat, indices, and what heat is made of. Each is
// keyed by what it is made from; the large ones are jobs.
#include "app/session/data_table.h"
#include "app/session/database_layers.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/shown.h"

namespace session {
namespace {

constexpr size_t quickValues = 20'000;  // below: made at once
constexpr size_t quickAssociation = 500;

template <class Value>
void run(Session& session, std::string key, std::function<Value(geo::Progress&)> work,
         std::function<void(Value)> then, std::function<void(std::string)> failed = {}) {
  session.jobs().start(
      std::move(key),
      [work = std::move(work), then = std::move(then)](geo::Progress& progress) -> Jobs::Finish {
        auto value = std::make_shared<Value>(work(progress));
        return [value, then] { then(std::move(*value)); };
      },
      std::move(failed));
}

const IndicatorSpec* find(const Project& p, const std::string& id) {
  for (const IndicatorSpec& i : p.indicators)
    if (i.id == id) return &i;
  return nullptr;
}

bool needsSecond(const MapSpec& m) {
  return (m.kind == MapSpec::Kind::bivariate || m.kind == MapSpec::Kind::symbols) && !m.second.empty();
}

BreaksKey breaksKey(const Session& session, const Look& look) {
  const DerivedState& d = SessionParts::derived(session);
  BreaksKey key;
  key.map = SessionParts::mapOf(session, look);
  const IndicatorSpec* spec = SessionParts::indicatorOf(session, look);
  if (!spec && key.map.kind != MapSpec::Kind::gap) return {};
  if (spec) {
    key.indicator = spec->id, key.year = SessionParts::yearOf(session, look);
    key.locked = look.lockBreaks;
    key.specs.push_back(*spec);
  }
  if (needsSecond(key.map))
    if (const IndicatorSpec* second = find(session.project(), key.map.second))
      key.second = second->id, key.specs.push_back(*second);
  if (key.map.kind == MapSpec::Kind::gap) key.targets = session.targets();
  key.figures = d.figures;
  return key;
}

// Of a bivariate map either axis has as many classes as the grid, and quantiles or the like would hide how
// the two go together no more than natural breaks do: the indicator's own method stays.
IndicatorSpec axis(IndicatorSpec spec, const MapSpec& map) {
  if (map.kind != MapSpec::Kind::bivariate) return spec;
  if (spec.method == geo::BreakMethod::manual && static_cast<int>(spec.breaks.size()) != map.grid)
    spec.method = geo::BreakMethod::natural, spec.breaks.clear();
  spec.classes = map.grid;
  return spec;
}

struct Classed {
  std::optional<geo::Breaks> breaks, second;
  ClassChoicesPtr choices;
};

struct ClassWork {
  Shown first, second;
  MapSpec map;
  bool choices = false;

  Classed operator()() const {
    Classed out;
    if (!first.any) return out;
    const IndicatorSpec spec = axis(first.spec, map);
    if (auto made = classesOf(first.pool, valuesOf(first.figures), spec, first.centre))
      out.breaks = std::move(*made);
    if (second.any)
      if (auto made = classesOf(second.pool, valuesOf(second.figures), axis(second.spec, map), {}))
        out.second = std::move(*made);
    if (choices && !first.pool.empty()) {
      auto c = std::make_shared<ClassChoices>();
      c->values = first.pool;
      std::sort(c->values.begin(), c->values.end());
      c->summary = geo::summary(valuesOf(first.figures));
      c->histogram = geo::histogram(c->values);
      if (auto fits = geo::fitOfEachMethod(c->values, spec.classes)) c->fits = std::move(*fits);
      if (auto advice = geo::adviseClasses(c->values)) c->advice = std::move(*advice);
      out.choices = std::move(c);
    }
    return out;
  }
};

ClassWork classWork(const Session& session, const Look& look, const BreaksKey& key) {
  ClassWork work;
  work.map = key.map;
  work.first = shownOf(session, look);
  if (!key.second.empty()) {
    const IndicatorSpec* second = find(session.project(), key.second);
    work.second =
        shownOf(session, *second, yearIn(session.indicator(key.second), key.year), {}, look.language);
  }
  return work;
}

void deriveClasses(Session& session, const Look& look) {
  DerivedState& d = SessionParts::derived(session);
  const BreaksKey key = breaksKey(session, look);
  if (key == d.breaksKey) return;
  d.breaksKey = key;
  ClassWork work = classWork(session, look, key);
  work.choices = !d.onePicture;
  const auto take = [&session, key](Classed made) {
    DerivedState& state = SessionParts::derived(session);
    if (state.breaksKey != key) return;
    state.parts.breaks = std::move(made.breaks), state.parts.second = std::move(made.second);
    state.choices = std::move(made.choices);
    touch(session);
  };
  if (work.first.pool.size() > quickValues)
    run<Classed>(
        session, "breaks", [work](geo::Progress&) { return work(); }, take);
  else take(work());
}

bool wantsAssociation(const MapSpec& map) { return map.kind == MapSpec::Kind::association || map.links; }

AssociationKey associationKey(const BreaksKey& of, const geo::LayerPtr& layer) {
  AssociationKey key{of, layer};
  key.of.map.kind = MapSpec::Kind::choropleth, key.of.map.links = false;  // how it is drawn changes no figure
  for (IndicatorSpec& spec : key.of.specs) {
    const IndicatorSpec standard;
    spec.classes = standard.classes, spec.method = standard.method, spec.breaks.clear(),
    spec.palette = standard.palette;
  }
  return key;
}

void deriveAssociation(Session& session, const Look& look) {
  DerivedState& d = SessionParts::derived(session);
  const MapSpec map = SessionParts::mapOf(session, look);
  // The window asks for it wherever it may be shown; a single picture only for the map itself.
  const bool wanted = wantsAssociation(map) || (!d.onePicture && SessionParts::view(session).inspectorPanel);
  const IndicatorSpec* spec = find(session.project(), d.breaksKey.indicator);
  const LayerSpec* county = countyLayer(session.project());
  const bool gap = map.kind == MapSpec::Kind::gap;
  const LayerState& layer = session.layer(gap ? (county ? county->id : "") : spec ? spec->of : "");
  const auto none = [&] {
    d.associationKey.reset();
    if (d.parts.association) d.parts.association = nullptr, touch(session);
  };
  if (!wanted || !layer.shape || layer.shape->layer->shapes.kind == geo::ShapeKind::none) return none();
  if (layer.shape->layer->rows() > quickAssociation && !wantsAssociation(map)) return none();
  const AssociationKey key = associationKey(d.breaksKey, layer.shape->layer);
  if (d.associationKey == key) return;
  const AssociationInput input = associationInput(session, look);
  d.associationKey = key;
  if (!input.layer) return void(d.parts.association = nullptr);
  const auto take = [&session, key](AssociationPtr made) {
    DerivedState& state = SessionParts::derived(session);
    if (state.associationKey != key) return;
    state.parts.association = std::move(made);
    touch(session);
  };
  run<AssociationPtr>(
      session, "association", [input](geo::Progress& p) { return associate(input, p); }, take);
}

void deriveHeat(Session& session, const Look& look) {
  DerivedState& d = SessionParts::derived(session);
  const HeatSpec spec = SessionParts::heatOf(session, look);
  HeatInput input;
  if (!spec.layer.empty() && spec.visible) {
    for (const LayerSpec& l : session.project().layers)  // what is in view is no base for a density
      if (l.id == spec.layer && shownByView(session, sourceKey(session, l)))
        tell(session, Message::Level::warning,
             fmt::format(
                 fmt::runtime(tr("图层“{}”按视野从数据库读取，不能作热力图：请用筛选条件减到两万行以内。",
                                 session.view().language)),
                 l.name.in(session.view().language)));
    input = heatInput(session, spec);
  }
  if (!input.points) {
    if (d.parts.heat) d.parts.heat = nullptr, touch(session);
    d.heatKey.reset();
    return;
  }
  // One that differs only in how it is painted need not be made again.
  input.spec.opacity = 1;
  if (d.heatKey == input) return;
  // The newest wish is begun when the one under way is done: a slider that is dragged shows every grid that
  // the machine can make in time.
  if (session.jobs().running("heat")) return;
  d.heatKey = input;
  run<HeatOutputPtr>(
      session, "heat", [input](geo::Progress& p) { return computeHeat(input, p); },
      [&session](HeatOutputPtr made) {
        DerivedState& state = SessionParts::derived(session);
        if (!state.heatKey) return;
        if (!made->error.what.empty()) tell(session, Message::Level::error, made->error.text());
        for (const geo::Problem& p : made->report.problems) tell(session, Message::Level::warning, p.message);
        state.parts.heat = std::move(made);
        touch(session);
      },
      [&session](const std::string& error) { tell(session, Message::Level::error, error); });
}

void deriveIndices(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  if (d.onePicture) return;
  std::erase_if(d.indices, [&](const auto& entry) { return !find(session.project(), entry.first); });
  for (const IndicatorSpec& spec : session.project().indicators) {
    if (spec.indexOf.empty() || !d.figuresReady) continue;
    auto& [of, state] = d.indices[spec.id];
    if (of == d.figures) continue;
    const std::string key = "index\x1f" + spec.id;
    if (session.jobs().running(key)) continue;
    of = d.figures;
    struct Part {
      std::string id;
      std::vector<double> values;
      bool moreIsBetter;
    };
    std::vector<Part> parts;
    for (const std::string& id : splitList(spec.indexOf)) {
      const IndicatorSpec* part = find(session.project(), id);
      const IndicatorState& figures = session.indicator(id);
      const auto found = figures.byYear.find(yearIn(figures, 0));
      if (!part || found == figures.byYear.end()) continue;
      parts.push_back({id, valuesOf(found->second), part->moreIsBetter});
    }
    run<IndexStatePtr>(
        session, key,
        [parts, weights = spec.weights, normalise = spec.normalise](geo::Progress&) -> IndexStatePtr {
          auto out = std::make_shared<IndexState>();
          std::vector<geo::CompositePart> all;
          for (size_t i = 0; i < parts.size(); ++i) {
            all.push_back({parts[i].values, i < weights.size() ? weights[i] : 1, parts[i].moreIsBetter});
            out->parts.push_back(parts[i].id);
          }
          auto composite = geo::compositeIndex(all, normalise);
          if (!composite) {
            out->error = composite.error();
            return out;
          }
          out->weights = composite->weights;
          out->composite = std::move(*composite);
          if (auto stability = geo::rankStability(all, normalise)) out->stability = std::move(*stability);
          return out;
        },
        [&session, id = spec.id](IndexStatePtr made) {
          DerivedState& now = SessionParts::derived(session);
          if (now.indices.count(id)) now.indices[id].second = std::move(made), touch(session);
        });
  }
}

void deriveProbe(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const DerivedState::ProbeKey key{d.parts.heat, d.parts.heat ? session.view().probe : std::nullopt};
  if (key == d.probeKey) return;
  d.probeKey = key;
  if (!key.at || !key.heat->error.what.empty()) {
    if (d.probe) d.probe.reset(), touch(session);
    return;
  }
  run<std::vector<HeatPart>>(
      session, "probe", [key](geo::Progress&) { return heatParts(*key.heat, *key.at); },
      [&session, key](std::vector<HeatPart> parts) {
        DerivedState& now = SessionParts::derived(session);
        if (now.probeKey != key) return;
        HeatProbe& probe = now.probe.emplace();
        probe.at = *key.at, probe.total = parts.size();
        double value = 0;
        for (const HeatPart& p : parts) value += p.value;
        if (key.heat->grid) probe.value = value;
        else if (const auto bins = key.heat->bins->index->at(key.heat->bins->layer->shapes, *key.at);
                 !bins.empty())
          probe.value = (*key.heat->binValues)[bins[0]];
        const HeatSpec& spec = key.heat->input.spec;
        for (size_t i = 0; i < std::min<size_t>(parts.size(), 50); ++i) {
          const bool minus = parts[i].index >= key.heat->minusFrom;
          const scene::ObjectRef object{minus ? spec.minus : spec.layer,
                                        static_cast<long>(key.heat->rowOf[parts[i].index])};
          const auto layer = now.layers.find(object.layer);
          std::string name;
          if (layer != now.layers.end() && layer->second.dress) {
            const auto language = static_cast<size_t>(session.view().language);
            const auto row = static_cast<size_t>(object.row);
            for (const auto* names :
                 {&layer->second.dress->labels[language], &layer->second.dress->fullNames[language]})
              if (row < names->size() && !(*names)[row].empty()) name = (*names)[row];
          }
          if (name.empty()) name = fmt::format("{}", object.row + 1);
          probe.items.push_back({object, std::move(name), parts[i].value, parts[i].share});
        }
        touch(session);
      });
}

}  // namespace

AssociationInput associationInput(const Session& session, const Look& look) {
  const Shown shown = shownOf(session, look);
  const MapSpec map = SessionParts::mapOf(session, look);
  AssociationInput in;
  if (!shown.any || !session.layer(shown.spec.of).shape) return in;
  in.layer = session.layer(shown.spec.of).shape->layer;
  in.values = valuesOf(shown.figures);
  in.rule = map.weights;
  if (in.rule.starts_with("gal:"))
    in.rule = "gal:" + resolved(SessionParts::base(session), in.rule.substr(4));
  in.options.permutations = static_cast<size_t>(map.permutations);
  in.options.seed = static_cast<uint64_t>(map.seed);
  in.options.significance = map.significance, in.options.falseDiscoveryRate = map.falseDiscoveryRate;
  return in;
}

AssociationPtr associate(const AssociationInput& in, geo::Progress& progress) {
  auto out = std::make_shared<Association>();
  out->values = in.values;
  const auto rule = geo::WeightsRule::parse(in.rule);
  auto weights = rule ? geo::makeWeights(*in.layer, *rule, &progress) : tl::unexpected(rule.error());
  if (!weights) {
    out->error = weights.error();
    return out;
  }
  out->weights = std::move(*weights);
  auto made = geo::autocorrelation(in.values, out->weights, in.options, &progress);
  if (!made) {
    out->error = made.error();
    return out;
  }
  out->result = std::move(*made);
  out->tooFew = out->result.rows < 30;
  const geo::Summary s = geo::summary(in.values);
  out->deviate.assign(in.values.size(), geo::missing), out->lag = out->deviate;
  for (size_t r = 0; r < in.values.size(); ++r) out->deviate[r] = (in.values[r] - s.mean) / s.deviation;
  for (size_t r = 0; r < in.values.size(); ++r) {
    double sum = 0, count = 0;
    for (const uint32_t n : out->weights.neighbours(r))
      if (std::isfinite(out->deviate[n])) sum += out->deviate[n], ++count;
    if (count > 0 && std::isfinite(out->deviate[r])) out->lag[r] = sum / count;
  }
  return out;
}

HeatInput heatInput(const Session& session, const HeatSpec& spec) {
  const DerivedState& d = SessionParts::derived(session);
  HeatInput in;
  const auto layer = [&](const std::string& id) -> geo::LayerPtr {
    const LayerState& state = session.layer(id);
    for (const LayerSpec& l : session.project().layers)
      if (l.id == id && shownByView(session, sourceKey(session, l))) return nullptr;
    return state.shape ? state.shape->layer : nullptr;
  };
  in.points = layer(spec.layer);
  if (!in.points) return {};
  in.spec = spec, in.world = d.worldCrs;
  if (!spec.minus.empty()) in.minus = layer(spec.minus);
  if (!spec.clip.empty()) in.clip = layer(spec.clip);
  if ((!spec.minus.empty() && !in.minus) || (!spec.clip.empty() && !in.clip)) return {};  // not there yet
  for (const std::string& id : {spec.layer, spec.minus}) {
    const auto entry = d.layers.find(id);
    if (entry != d.layers.end() && entry->second.dress && entry->second.dress->illustrative)
      in.status = scene::Status::illustrative;
  }
  for (const LayerSpec& l : session.project().layers)
    if (l.id == spec.layer && !l.show.empty())
      if (const DataTablePtr table = session.table(l.id); table && !table->shown.empty())
        in.shown = std::shared_ptr<const std::vector<uint8_t>>(table, &table->shown);
  return in;
}

bool mapsReady(const Session& session) {
  const Jobs& jobs = SessionParts::jobs(session);
  const Look look = SessionParts::look(session);
  return !jobs.running("breaks") && !jobs.running("heat") &&
         !(wantsAssociation(SessionParts::mapOf(session, look)) && jobs.running("association"));
}

PartsWork partsWork(const Session& session, const Look& look) {
  const DerivedState& d = SessionParts::derived(session);
  Parts known;
  std::optional<ClassWork> classes;
  std::optional<HeatInput> heat;
  std::optional<AssociationInput> association;
  const BreaksKey key = breaksKey(session, look);
  // What the window has worked out already is not worked out again while it waits.
  if (key == d.breaksKey) known.breaks = d.parts.breaks, known.second = d.parts.second;
  else classes = classWork(session, look, key);
  const HeatSpec spec = SessionParts::heatOf(session, look);
  if (!spec.layer.empty() && spec.visible) {
    HeatInput input = heatInput(session, spec);
    input.spec.opacity = 1;
    if (d.parts.heat && d.parts.heat->input == input) known.heat = d.parts.heat;
    else if (input.points) heat = std::move(input);
  }
  if (wantsAssociation(key.map)) {
    AssociationInput input = associationInput(session, look);
    if (input.layer && d.parts.association && d.associationKey == associationKey(key, input.layer))
      known.association = d.parts.association;
    else if (input.layer) association = std::move(input);
  }
  return [known, classes, heat, association](geo::Progress& progress) {
    Parts parts = known;
    if (classes) {
      Classed made = (*classes)();
      parts.breaks = std::move(made.breaks), parts.second = std::move(made.second);
    }
    if (heat) parts.heat = computeHeat(*heat, progress);
    if (association) parts.association = associate(*association, progress);
    return parts;
  };
}

Parts partsFor(const Session& session, const Look& look) {
  geo::Progress progress;
  return partsWork(session, look)(progress);
}

void deriveMaps(Session& session) {
  const Look look = SessionParts::look(session);
  deriveClasses(session, look);
  deriveAssociation(session, look);
  deriveHeat(session, look);
  deriveIndices(session);
  deriveProbe(session);
}

}  // namespace session
