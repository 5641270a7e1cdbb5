#include <cstdlib>
#include <filesystem>

#include "app/scene/map_shape.h"
#include "app/session/dress.h"
#include "app/session/figures.h"
#include "app/session/filter.h"
#include "app/session/i18n.h"
#include "app/session/layer_card.h"
#include "app/session/ledger.h"
#include "app/session/basemaps.h"
#include "app/session/changes.h"
#include "app/session/database_layers.h"
#include "app/session/names.h"
#include "app/session/place_aliases.h"
#include "app/session/places.h"
#include "app/session/sources.h"
#include "geo/mend.h"

// Each step below looks at what is there, compares it with what the project asks for, and starts the job that
// is missing. A job takes values and returns a value; `then` runs on the main thread and puts it in its
// place.

namespace session {
namespace {

using Stage = LayerState::Stage;

// Below, everything is made together with the layer; above, what its picture does without (anchors of names
// that it does not show, the index for picking, shared borders) comes in a job of its own.
constexpr size_t quickVertices = 50'000;

// Areas of few vertices each: sharing and simplifying their borders would take longer than painting them, and
// as much memory as the layer.
bool bordersPay(const geo::Shapes& s) {
  return s.kind == geo::ShapeKind::polygon &&
         (s.vertices.size() < 1'000'000 || s.vertices.size() / s.parts() >= 32);
}

template <class Value>
void run(Session& session, std::string key, std::function<Value(geo::Progress&)> work,
         std::function<void(Value)> then, std::function<void(std::string)> failed) {
  session.jobs().start(
      std::move(key),
      [work = std::move(work), then = std::move(then)](geo::Progress& progress) -> Jobs::Finish {
        auto value = std::make_shared<Value>(work(progress));
        return [value, then] { then(std::move(*value)); };
      },
      std::move(failed));
}

bool settled(Stage stage) { return stage == Stage::ready || stage == Stage::failed; }

// Sources
// ---------------------------------------------------------------------------------------------------------------

// What a file of the project may lead to: the project's folder; elsewhere the file's own.
std::string allowedFolder(const std::string& path, const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  const auto whole = std::filesystem::weakly_canonical(folder, error);
  const auto relative = std::filesystem::weakly_canonical(path, error).lexically_relative(whole);
  return error || relative.empty() || *relative.begin() == ".." ? std::string() : whole.string();
}

geo::Result<geo::Loaded> loadSource(const SourceKey& key, const geo::Crs& world, const std::string& folder,
                                    geo::Progress& progress) {
  geo::LoadOptions options;
  options.layer = key.layer, options.encoding = key.encoding, options.xField = key.x, options.yField = key.y;
  options.datum = key.datum, options.cells = key.cells;
  options.folder = allowedFolder(key.path, folder);
  options.trusted = std::getenv("PARKSCOPE_TRUST") != nullptr;
  if (!key.crs.empty()) {
    auto crs = geo::Crs::parse(key.crs);
    if (!crs) return tl::unexpected(crs.error());
    options.crs = std::move(*crs);
  }
  if (world.known()) options.reprojectTo = world;
  auto loaded = geo::load(key.path, options, &progress);
  if (!loaded || !key.repair) return loaded;
  auto mended = geo::mend(*loaded->layer, &progress);
  if (!mended) return tl::unexpected(mended.error());
  loaded->layer = std::move(mended->layer);
  loaded->report.merge(mended->report);
  return loaded;
}

void startLoading(Session& session, const SourceKey& key) {
  DerivedState& d = SessionParts::derived(session);
  SourceState& source = d.sources[key];
  source.stage = Stage::loading;
  const geo::Crs world = d.worldKnown ? d.worldCrs : geo::Crs();
  run<ReadSource>(
      session, jobKey("load", key),
      [key, world, folder = SessionParts::base(session)](geo::Progress& p) {
        return readSource(key, world, folder, p);
      },
      [&session, key, world](ReadSource read) {
        SourceState& s = SessionParts::derived(session).sources[key];
        geo::Result<geo::Loaded>& loaded = read.loaded;
        s.stage = loaded ? Stage::ready : Stage::failed;
        s.stamp = read.stamp;
        if (loaded) {
          (world.known() ? s.layer : s.raw) = loaded->layer;
          s.crs = loaded->layer->crs;
          s.report = loaded->report;
          tellReport(session, key.path, s.report);
        } else {
          s.error = loaded.error();
        }
        touch(session);
      },
      [&session, key](const std::string& error) {
        SourceState& s = SessionParts::derived(session).sources[key];
        s.stage = Stage::failed;
        s.error = {fmt::format("{} could not be loaded: {}.", key.path, error), {}};
        touch(session);
      });
}

// Takes what was read: nobody asks for it any more, and a large layer need not be held twice.
void startReprojecting(Session& session, const SourceKey& key, geo::LayerPtr raw) {
  DerivedState& d = SessionParts::derived(session);
  d.sources[key].stage = Stage::loading;
  run<geo::Result<geo::LayerPtr>>(
      session, jobKey("load", key),
      [taken = std::make_shared<geo::LayerPtr>(std::move(raw)),
       world = d.worldCrs](geo::Progress& p) -> geo::Result<geo::LayerPtr> {
        const geo::LayerPtr raw = std::move(*taken);
        auto transform = geo::Transform::make(raw->crs, world);
        if (!transform) return tl::unexpected(transform.error());
        if (transform->identity()) return raw;
        auto moved = raw.use_count() == 1 ? std::const_pointer_cast<geo::Layer>(raw)
                                          : std::make_shared<geo::Layer>(*raw);
        if (const auto all = transform->apply(moved->shapes.vertices, p); !all)
          return tl::unexpected(all.error());
        moved->crs = world;
        moved->bounds = moved->shapes.box();
        return geo::LayerPtr(moved);
      },
      [&session, key](geo::Result<geo::LayerPtr> moved) {
        SourceState& s = SessionParts::derived(session).sources[key];
        s.stage = moved ? Stage::ready : Stage::failed;
        if (moved) s.layer = *moved;
        else s.error = moved.error();
        touch(session);
      },
      [&session, key](const std::string& error) {
        SourceState& s = SessionParts::derived(session).sources[key];
        s.stage = Stage::failed, s.error = {error, {}};
        touch(session);
      });
}

// The map's CRS: the project's, else the one that suits the first layer with shapes.
void chooseWorld(Session& session, const std::vector<SourceKey>& wanted) {
  DerivedState& d = SessionParts::derived(session);
  const std::string& text = session.project().crs;
  if (!text.empty()) {
    if (d.worldKnown && d.worldCrsOf == text) return;
    auto crs = geo::Crs::parse(text);
    if (!crs) return tell(session, Message::Level::error, crs.error().text());
    if (d.worldKnown && d.worldCrs == *crs) return void(d.worldCrsOf = text);
    d.worldCrs = std::move(*crs), d.worldCrsOf = text, d.worldKnown = true;
    d.sources.clear();
    return;
  }
  if (d.worldKnown) return;
  for (const SourceKey& key : wanted) {
    const auto found = d.sources.find(key);
    if (found == d.sources.end() || !settled(found->second.stage)) return;
    const geo::LayerPtr& raw = found->second.raw;
    if (!raw || raw->shapes.kind == geo::ShapeKind::none || raw->bounds.empty()) continue;
    d.worldKnown = true;
    if (!raw->crs.known()) return;  // plain plane coordinates: everything stays as it is
    const auto toDegrees = geo::Transform::make(raw->crs, geo::Crs::lonLat());
    // A metric system of the data's own is kept, but for the web's Mercator, in which no length is true.
    if (raw->crs.metresPerUnit() == 1 && raw->crs.text() != "EPSG:3857") {
      d.worldCrs = raw->crs;
      return;
    }
    if (toDegrees) d.worldCrs = geo::metricCrsFor(geo::transformBox(*toDegrees, raw->bounds));
    return;
  }
  for (const LayerSpec& l : session.project().layers)
    if (l.drawing && l.drawing->crs.known()) {
      d.worldCrs = l.drawing->crs, d.worldKnown = true;
      return;
    }
}

void deriveSources(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const auto wanted = wantedSources(session);
  chooseWorld(session, wanted);
  for (const SourceKey& key : wanted)
    if (d.sources[key].stage == Stage::waiting)
      geo::isDatabase(key.path) ? startAsking(session, key) : startLoading(session, key);
  if (!d.worldKnown) return;
  for (const SourceKey& key : wanted) {
    SourceState& s = d.sources[key];
    if (s.stage != Stage::ready || s.layer || shownByView(session, key)) continue;
    const bool plane = s.raw->shapes.kind == geo::ShapeKind::none || !d.worldCrs.known();
    if (plane) s.layer = s.raw;
    else if (s.raw->crs.known()) startReprojecting(session, key, std::exchange(s.raw, nullptr));
    else
      s.stage = Stage::failed,
      s.error = {fmt::format("The coordinate system of {} is not known.", geo::withoutPassword(key.path)),
                 "Declare it: crs = \"EPSG:…\" for the layer."};
  }
}

// Layers
// ----------------------------------------------------------------------------------------------------------------

struct Made {
  geo::LayerPtr layer;
  scene::MapShapePtr shape;
  DressPtr dress;
  std::shared_ptr<const NamedPlaces> named;
  std::vector<long> rowsNow;      // of the layer that it replaces
  std::vector<std::string> lost;  // keys of places that no row takes
};

struct Details {
  bool anchors = true, index = true, borders = true;
};

scene::MapShapePtr mapShape(const geo::LayerPtr& layer, const Details& with, geo::Progress& progress) {
  auto shape = std::make_shared<scene::MapShape>();
  shape->layer = layer;
  const geo::Shapes& s = layer->shapes;
  if (with.anchors) shape->anchors = scene::labelAnchors(s, &progress);
  if (with.index) shape->index = std::make_shared<geo::SpatialIndex>(s, &progress);
  if (s.kind != geo::ShapeKind::polygon) return shape;
  shape->runs = scene::rowRuns(s), shape->typicalWidth = scene::typicalWidth(s);
  if (with.borders) shape->boundaries = geo::Boundaries::make(s, &progress);
  return shape;
}

bool hasNames(const Dress& dress) {
  const auto any = [](const std::vector<std::string>& names) {
    return std::any_of(names.begin(), names.end(), [](const std::string& n) { return !n.empty(); });
  };
  return any(dress.labels[0]) || any(dress.labels[1]);
}

geo::Result<Made> makeLayer(const LayerSpec& spec, const std::vector<PlaceSpec>& places,
                            const geo::Gazetteer& gazetteer, const geo::LayerPtr& source,
                            const geo::Crs& world, geo::Progress& progress) {
  const auto filter = parseFilter(spec.filter);
  if (!filter) return tl::unexpected(filter.error());
  geo::LayerPtr layer = source;
  if (!filter->all()) {
    const auto rows = filter->rows(source->table, geo::withoutPassword(spec.source));
    if (!rows) return tl::unexpected(rows.error());
    layer = withRows(source, *rows);
  }
  if (spec.drawing && world.known() && layer->crs.known() && layer->crs != world) {  // found after a crash
    auto transform = geo::Transform::make(layer->crs, world);
    if (!transform) return tl::unexpected(transform.error());
    auto moved = std::make_shared<geo::Layer>(*layer);
    transform->apply(moved->shapes.vertices);
    moved->crs = world, moved->bounds = moved->shapes.box();
    layer = moved;
  }
  ByName byName{{layer, {}, {}}, nullptr};
  if (!spec.placeBy.empty()) {
    auto found = withNames(layer, spec, gazetteer, progress);
    if (!found) return tl::unexpected(found.error());
    byName = std::move(*found), layer = byName.placed.layer;
  }
  auto placed = withPlaces(layer, spec, places, world);  // what somebody says counts before a name
  if (!placed) return tl::unexpected(placed.error());
  layer = placed->layer;
  std::vector<StandIn> stands = placed->rows;
  for (const StandIn& s : byName.placed.rows)
    if (std::none_of(placed->rows.begin(), placed->rows.end(), [&](const auto& p) { return p.row == s.row; }))
      stands.push_back(s);
  std::sort(stands.begin(), stands.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
  auto look = dress(*layer, spec, stands);
  if (!look) return tl::unexpected(look.error());
  Made made{layer, nullptr, *look, byName.named, {}, placed->lost};
  const bool quick = layer->shapes.vertices.size() <= quickVertices;
  made.shape = mapShape(
      layer, {quick || hasNames(**look), quick, quick && layer->shapes.kind == geo::ShapeKind::polygon},
      progress);
  if (progress.cancelled()) return geo::fail("Making the layer was cancelled.");
  return made;
}

// What the made layer depends on beside the source itself: not how it is shown, nor by which path the file is
// reached.
LayerSpec essence(LayerSpec spec) {
  spec.source.clear(), spec.show.clear();
  spec.name = {}, spec.visible = true, spec.opacity = 1, spec.minScale = spec.maxScale = 0, spec.style = {};
  return spec;
}

void failLayer(Session& session, const std::string& id, const geo::Error& error) {
  LayerEntry& e = SessionParts::derived(session).layers[id];
  e.building = false;
  e.state.stage = Stage::failed, e.state.error = error;
  e.state.shape = nullptr, e.state.index = nullptr, e.dress = nullptr, e.outside = e.inside = nullptr;
  for (const LayerSpec& l : session.project().layers)
    if (l.id == id)
      tell(session, Message::Level::error,
           fmt::format("{}：{}",
                       l.name.in(session.view().language).empty() ? id : l.name.in(session.view().language),
                       error.text()));
  touch(session);
}

// What the first picture of a large layer does without. Figures of areas stand on anchors, and so do links.
Details missingDetails(const Session& session, const scene::MapShape& shape) {
  const DerivedState& d = SessionParts::derived(session);
  const Project& project = session.project();
  // One picture of one layer asks for none of it; painters of paper share borders themselves.
  const bool figures = !project.indicators.empty();
  if (d.onePicture && project.layers.size() == 1 && !figures) return {false, false, false};
  return {shape.anchors.empty() && shape.layer->shapes.rows() > 0 && (figures || project.layers.size() > 1),
          !shape.index, !shape.boundaries && !d.onePicture && bordersPay(shape.layer->shapes)};
}

void startDetails(Session& session, const std::string& id, const Details& missing) {
  const scene::MapShapePtr shape = SessionParts::derived(session).layers[id].state.shape;
  run<scene::MapShapePtr>(
      session, detailsKey(id),
      [shape, missing](geo::Progress& p) {
        auto whole = std::make_shared<scene::MapShape>(*shape);
        const geo::Shapes& s = shape->layer->shapes;
        if (missing.index) whole->index = std::make_shared<geo::SpatialIndex>(s, &p);
        if (missing.anchors) whole->anchors = scene::labelAnchors(s, &p);
        if (missing.borders) whole->boundaries = geo::Boundaries::make(s, &p);
        return scene::MapShapePtr(whole);
      },
      [&session, id, shape](scene::MapShapePtr whole) {
        LayerEntry& e = SessionParts::derived(session).layers[id];
        if (e.state.shape != shape) return;
        e.state.shape = std::move(whole), e.state.index = e.state.shape->index;
        touch(session);
      },
      [&session, id](const std::string& error) {
        failLayer(session, id, {error, {}});
      });
}

// Not at once: the picture comes first.
void deriveDetails(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  for (auto& [id, e] : d.layers) {
    if (!e.state.shape || e.building || session.jobs().running(detailsKey(id))) continue;
    const Details missing = missingDetails(session, *e.state.shape);
    const bool any = missing.anchors || missing.index || missing.borders;
    if (!any) {
      e.detailsDue = nullptr;
    } else if (d.pictureFirst || e.detailsDue != e.state.shape.get()) {
      e.detailsDue = e.state.shape.get(), e.detailsAt = d.clock + 0.3;
    } else if (d.clock == 0 || d.clock >= e.detailsAt) {  // no clock: nobody looks
      startDetails(session, id, missing);
      e.detailsDue = nullptr;
    }
  }
}

// The layers by whose names this one is placed; nothing while one of them is on its way.
std::optional<std::vector<geo::LayerPtr>> gazetteerReady(const Session& session, const LayerSpec& spec) {
  std::vector<geo::LayerPtr> out;
  for (const std::string& id : gazetteerOf(session.project(), spec)) {
    const auto& layers = SessionParts::derived(session).layers;
    const auto entry = layers.find(id);
    if (entry == layers.end() || entry->second.building || !settled(entry->second.state.stage)) return {};
    out.push_back(entry->second.state.shape ? entry->second.state.shape->layer : nullptr);
  }
  return out;
}

std::vector<AcceptedSpec> acceptedFor(const Project& project, const LayerSpec& spec) {
  std::vector<AcceptedSpec> out;
  const auto ids = gazetteerOf(project, spec);
  for (const AcceptedSpec& a : project.accepted)
    if (std::find(ids.begin(), ids.end(), a.layer) != ids.end()) out.push_back(a);
  return out;
}

geo::Gazetteer gazetteer(const Session& session, const LayerSpec& spec, const geo::Aliases* aliases) {
  geo::Gazetteer g;
  g.aliases = aliases;
  const Project& project = session.project();
  for (const std::string& id : gazetteerOf(project, spec))
    for (const LayerSpec& l : project.layers)
      if (l.id == id)
        if (const auto& shape = session.layer(id).shape)
          g.layers.push_back(namedLayer(l, shape->layer, project.accepted));
  if (const LayerSpec* county = countyLayer(project))
    if (const auto& shape = session.layer(county->id).shape) g.areas = shape->layer;
  return g;
}

// filtered: by the server already.
void startMaking(Session& session, LayerSpec spec, const SourceState& source, bool filtered) {
  LayerEntry& e = SessionParts::derived(session).layers[spec.id];
  e.spec = essence(spec), e.source = source.layer, e.places = placesOf(session.project(), spec.id);
  e.gazetteer = gazetteerReady(session, spec).value_or(std::vector<geo::LayerPtr>{});
  e.accepted = acceptedFor(session.project(), spec);
  e.building = true;
  const auto aliases = placeAliases();
  if (filtered) spec.filter.clear();
  if (!e.state.shape) e.state.stage = Stage::loading;
  e.state.report = source.report, e.state.sourceCrs = source.crs;
  const geo::LayerPtr before = e.state.shape ? e.state.shape->layer : nullptr;
  run<geo::Result<Made>>(
      session, "layer\x1f" + spec.id,
      [spec, layer = source.layer, before, places = e.places, aliases,
       names = gazetteer(session, spec, aliases.get()),
       world = SessionParts::derived(session).worldCrs](geo::Progress& p) {
        auto made = makeLayer(spec, places, names, layer, world, p);
        if (made && before && made->layer != before)
          made->rowsNow = rowsNow(*before, *made->layer, spec.key, spec.label);
        return made;
      },
      [&session, id = spec.id, before](geo::Result<Made> made) {
        if (!made) return failLayer(session, id, made.error());
        if (!made->lost.empty())
          tell(session, Message::Level::warning,
               fmt::format(fmt::runtime(tr("图层“{}”里没有这些记录，或不止一条，给它们的位置没有用上：{}",
                                           session.view().language)),
                           id, joined(made->lost)));
        LayerEntry& e = SessionParts::derived(session).layers[id];
        if (e.state.shape && e.state.shape->layer == before && !made->rowsNow.empty())
          moveSelection(session, id, made->rowsNow);
        e.building = false;
        e.state.stage = Stage::ready, e.state.error = {};
        e.state.shape = made->shape, e.state.index = made->shape->index;
        e.dress = made->dress, e.state.named = made->named;
        e.outside = e.inside = nullptr, e.cutLines = e.cutBy = nullptr;
        touch(session);
      },
      [&session, id = spec.id](const std::string& error) {
        failLayer(session, id, {error, {}});
      });
}

void deriveLayers(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  std::erase_if(d.layers, [&](const auto& entry) {
    const auto& all = session.project().layers;
    return std::none_of(all.begin(), all.end(), [&](const LayerSpec& l) { return l.id == entry.first; });
  });
  const auto current = [&](const LayerEntry& e, const LayerSpec& spec, const geo::LayerPtr& source) {
    return e.source == source && e.spec == essence(spec) &&
           (session.project().places.empty() && e.places.empty()
                ? true
                : e.places == placesOf(session.project(), spec.id)) &&
           (spec.placeBy.empty() || (e.gazetteer == gazetteerReady(session, spec) &&
                                     e.accepted == acceptedFor(session.project(), spec)));
  };
  for (const LayerSpec& spec : session.project().layers) {
    if (spec.drawing) {  // over what its file has
      SourceState drawn;
      drawn.layer = spec.drawing, drawn.crs = spec.drawing->crs;
      if (d.worldKnown && !current(d.layers[spec.id], spec, spec.drawing))
        startMaking(session, spec, drawn, false);
      continue;
    }
    const SourceState& source = d.sources[sourceKey(session, spec)];
    LayerEntry& e = d.layers[spec.id];
    if (source.stage == Stage::failed && e.state.stage != Stage::failed)
      failLayer(session, spec.id, source.error);
    if (source.stage == Stage::loading && !e.state.shape) e.state.stage = Stage::loading;
    if (source.stage != Stage::ready || !source.layer) continue;
    if (!spec.placeBy.empty() && !gazetteerReady(session, spec)) {
      if (!e.state.shape) e.state.stage = Stage::loading;
      continue;
    }
    if (current(e, spec, source.layer)) continue;
    startMaking(session, spec, source, shownByView(session, sourceKey(session, spec)));
  }
}

// Rivers are drawn stronger within the city.
void deriveRivers(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const LayerSpec* county = countyLayer(session.project());
  if (!county || !d.layers[county->id].state.shape) return;
  const geo::LayerPtr by = d.layers[county->id].state.shape->layer;
  if (by->shapes.kind != geo::ShapeKind::polygon || by->shapes.vertices.size() > quickVertices) return;
  for (const LayerSpec& spec : session.project().layers) {
    LayerEntry& e = d.layers[spec.id];
    if (spec.role != scene::Role::river || !e.state.shape) continue;
    const geo::LayerPtr lines = e.state.shape->layer;
    if (lines->shapes.kind != geo::ShapeKind::line || (e.cutLines == lines && e.cutBy == by)) continue;
    e.cutLines = lines, e.cutBy = by;
    using Pieces = std::array<scene::MapShapePtr, 2>;
    run<Pieces>(
        session, "cut\x1f" + spec.id,
        [lines, by](geo::Progress& p) {
          Pieces pieces;
          for (const bool inside : {false, true})
            pieces[inside] = mapShape(scene::cutLines(*lines, by->shapes, inside), {true, false, false}, p);
          return pieces;
        },
        [&session, id = spec.id, lines](Pieces pieces) {
          LayerEntry& entry = SessionParts::derived(session).layers[id];
          if (entry.cutLines == lines) entry.outside = pieces[0], entry.inside = pieces[1], touch(session);
        },
        {});
  }
}

// Figures
// ---------------------------------------------------------------------------------------------------------------

IndicatorSpec essence(IndicatorSpec spec) {
  const IndicatorSpec standard;
  spec.name = {}, spec.decimals = 0, spec.palette = standard.palette;
  spec.method = standard.method, spec.classes = standard.classes, spec.breaks.clear(), spec.locked = false;
  return spec;
}

void takeFigures(Session& session, FiguresPtr figures) {
  DerivedState& d = SessionParts::derived(session);
  d.figures = std::move(figures);
  d.figuresReady = true;
  for (const std::string& w : d.figures->warnings) tell(session, Message::Level::warning, w);
  for (const IndicatorSpec& spec : session.project().indicators) {
    const auto found = d.figures->indicators.find(spec.id);
    if (found == d.figures->indicators.end()) continue;
    const IndicatorState& s = found->second;
    const std::string name =
        spec.name.in(session.view().language).empty() ? spec.id : spec.name.in(session.view().language);
    if (!s.error.what.empty())
      tell(session, Message::Level::error, fmt::format("{}：{}", name, s.error.text()));
    if (!s.unmatched.empty()) {
      std::vector<std::string> keys;
      for (const std::string& key : s.unmatched) {
        keys.push_back(key);
        for (const geo::Suggestion& g : s.suggestions)
          if (g.right == key) keys.back() += fmt::format(" (perhaps \"{}\")", g.candidates.front().left);
      }
      tell(session, Message::Level::warning,
           fmt::format("{}：{} names areas that layer \"{}\" does not have: {}.", name, spec.table, spec.of,
                       joined(keys)));
    }
    if (!s.byAlias.empty()) {
      std::vector<std::string> pairs;
      for (const geo::AliasMatch& a : s.byAlias) pairs.push_back(fmt::format("{} = {}", a.right, a.left));
      tell(session, Message::Level::info,
           fmt::format("{}：{} writes some areas otherwise than layer \"{}\"; they were matched: {}.", name,
                       spec.table, spec.of, joined(pairs)));
    }
  }
  touch(session);
}

void deriveFigures(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  FiguresKey key;
  auto input = std::make_shared<FiguresInput>();
  for (const LayerSpec& spec : session.project().layers) {
    const LayerEntry& e = d.layers[spec.id];
    if (e.building || !settled(e.state.stage)) return;
    // Points are counted in areas by their index.
    if (e.state.shape && !e.state.index && session.project().layers.size() > 1) return;
    const bool ready = e.state.stage == Stage::ready;
    key.layers.push_back(essence(spec));
    if (const SourceKey from = sourceKey(session, spec); shownByView(session, from)) {
      // What is in view is no base for figures: all rows are, where one asks for them.
      if (wholeUnderWay(session, from)) return;
      static const DressPtr plain = std::make_shared<const Dress>();
      key.shapes.push_back(wholeOf(session, from));
      input->layers.push_back({essence(spec), key.shapes.back(), plain, nullptr});
      continue;
    }
    key.shapes.push_back(ready ? e.state.shape->layer : nullptr);
    input->layers.push_back({essence(spec), key.shapes.back(), e.dress, e.state.index});
  }
  for (const IndicatorSpec& spec : session.project().indicators) {
    key.indicators.push_back(essence(spec));
    if (spec.table.empty()) continue;
    const SourceState& s = d.sources[tableKey(session, spec)];
    const geo::LayerPtr table = s.layer ? s.layer : s.raw;
    if (!settled(s.stage) || (s.stage == Stage::ready && !table)) return;
    key.tables[spec.table] = table;
    input->tables[spec.table] = {table, s.error};
  }
  key.accepted = session.project().accepted;
  if (key.layers.empty() || (key == d.figuresKey)) return;
  d.figuresKey = key;
  input->indicators = key.indicators, input->accepted = key.accepted;
  if (const LayerSpec* county = countyLayer(session.project())) input->countyLayer = county->id;
  input->world = d.worldCrs;
  input->aliases = placeAliases();
  run<FiguresPtr>(
      session, "figures", [input](geo::Progress& p) { return computeFigures(*input, p); },
      [&session](FiguresPtr figures) { takeFigures(session, std::move(figures)); },
      [&session](const std::string& error) { tell(session, Message::Level::error, error); });
}

// Targets
// ---------------------------------------------------------------------------------------------------------------

void deriveTargets(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const Project& p = session.project();
  geo::LayerPtr table;
  if (!p.targetTable.empty()) {
    const SourceState& s = d.sources[targetKey(session)];
    if (!settled(s.stage)) return;
    table = s.layer ? s.layer : s.raw;
    if (s.stage == Stage::failed) tell(session, Message::Level::error, s.error.text());
  }
  if (d.targetsMerged && d.ownTargets == p.targets && d.targetTable == table) return;
  d.targetsMerged = true, d.ownTargets = p.targets, d.targetTable = table;
  d.targets = table ? mergedTargets(p.targets, table->table) : p.targets;
  touch(session);
}

}  // namespace

std::string jobKey(const std::string& kind, const SourceKey& k) {
  std::vector<std::string> parts{kind, k.path, k.layer, k.encoding, k.crs, k.datum, k.x, k.y, k.filter};
  if (k.cells != geo::CellOptions{}) {
    parts.push_back(k.cells.separator), parts.push_back(std::to_string(k.cells.headerRow));
    for (const auto* list : {&k.cells.text, &k.cells.numbers, &k.cells.dates, &k.cells.missing})
      parts.push_back(joined(*list, "\x1e"));
  }
  return joined(parts, "\x1f");
}

std::string detailsKey(const std::string& layer) { return "details\x1f" + layer; }

void tellReport(Session& session, const std::string& source, const geo::Report& report) {
  const Language language = session.view().language;
  std::string understood;
  for (const geo::Problem& p : report.problems) {
    if (p.harmless) {
      understood += (understood.empty()         ? ""
                     : language == Language::zh ? "；"
                                                : " ") +
                    problemText(p, language);
      continue;
    }
    if (p.kind == "no-coordinates") continue;  // no fault of the file: those rows are listed as not placed
    const std::string rows = p.rows.size() > 1 ? fmt::format(" ({} rows)", p.rows.size()) : std::string();
    tell(session, Message::Level::warning, fmt::format("{}: {}{}", source, problemText(p, language), rows));
  }
  if (!understood.empty()) tell(session, Message::Level::info, fmt::format("{}: {}", source, understood));
}

ReadSource readSource(const SourceKey& key, const geo::Crs& world, const std::string& folder,
                      geo::Progress& progress) {
  const FileStamp before = stampOf(key.path);
  auto loaded = loadSource(key, world, folder, progress);
  return {std::move(loaded), before, stampOf(key.path) != before};
}

std::vector<SourceKey> wantedSources(const Session& session) {
  std::vector<SourceKey> keys;
  const auto want = [&](SourceKey key) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  };
  for (const LayerSpec& l : session.project().layers)
    if (!l.drawing) want(sourceKey(session, l));
  for (const IndicatorSpec& i : session.project().indicators)
    if (!i.table.empty()) want(tableKey(session, i));
  if (!session.project().targetTable.empty()) want(targetKey(session));
  return keys;
}

std::string resolved(const std::string& base, const std::string& source) {
  if (geo::isDatabase(source) || source.starts_with("/") || base.empty() || source.find("://") != source.npos)
    return source;
  return (std::filesystem::path(base) / source).lexically_normal().string();  // one file, one key
}

SourceKey sourceKey(const Session& session, const LayerSpec& l) {
  return {resolved(SessionParts::base(session), l.source),
          l.sourceLayer,
          l.encoding,
          l.crs,
          l.datum,
          l.x,
          l.y,
          geo::isDatabase(l.source) ? l.filter : std::string(),
          l.cells,
          l.repair};
}

const TableSpec* tableOf(const Project& project, const IndicatorSpec& i) {
  for (const TableSpec& t : project.tables)
    if (t.id == i.table) return &t;
  return nullptr;
}

SourceKey tableKey(const Session& session, const IndicatorSpec& i) {
  SourceKey key;
  const TableSpec* t = tableOf(session.project(), i);
  key.path = resolved(SessionParts::base(session), t ? t->source : i.table);
  if (t) key.layer = t->sourceLayer, key.encoding = t->encoding, key.cells = t->cells;
  return key;
}

SourceKey targetKey(const Session& session) {
  SourceKey key;
  key.path = resolved(SessionParts::base(session), session.project().targetTable);
  return key;
}

const LayerSpec* countyLayer(const Project& project) {
  for (const LayerSpec& l : project.layers)
    if (l.role == scene::Role::county) return &l;
  return nullptr;
}

void tell(Session& session, Message::Level level, const std::string& text) {
  DerivedState& d = SessionParts::derived(session);
  if (std::find(d.told.begin(), d.told.end(), text) != d.told.end()) return;
  d.told.push_back(text);
  SessionParts::messages(session).push_back({level, text});
}

void touch(Session& session) { ++SessionParts::derived(session).version; }

void derive(Session& session) {
  deriveLive(session);
  deriveSources(session);
  deriveDatabases(session);
  deriveBasemaps(session);
  deriveLayers(session);
  deriveDetails(session);
  deriveRivers(session);
  deriveFigures(session);
  deriveTargets(session);
  deriveMaps(session);
  deriveLogo(session);
  deriveCard(session);
  deriveImport(session);
  DerivedState& d = SessionParts::derived(session);
  d.followed = d.version;
}

}  // namespace session
