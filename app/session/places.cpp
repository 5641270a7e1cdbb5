#include "app/session/places.h"

#include "app/session/i18n.h"
#include "app/session/names.h"

namespace session {
namespace {

const geo::Column* keyColumn(const geo::Table& table, const LayerSpec& spec) {
  for (const std::string* name : {&spec.key, &spec.label, &spec.labelEn})
    if (!name->empty())
      if (const geo::Column* c = table.find(*name)) return c;
  return nullptr;
}

// Row of each key; −1: of several rows.
std::map<std::string, long> rowsByKey(const geo::Column& keys) {
  std::map<std::string, long> rows;
  for (size_t r = 0; r < keys.rows(); ++r) {
    if (!keys.has(r)) continue;
    const auto [at, fresh] = rows.emplace(keys.text(r), static_cast<long>(r));
    if (!fresh) at->second = -1;
  }
  return rows;
}

void addColumn(geo::Table& table, const char* name, std::vector<double> numbers) {
  geo::Column& c = table.columns.emplace_back();
  c.name = name, c.type = geo::ColumnType::real, c.numbers = std::move(numbers);
}

// The layer with these rows at these places, the others where they are.
geo::LayerPtr standing(const geo::Layer& layer, const std::map<uint32_t, geo::Point>& at,
                       const geo::Crs& crs) {
  const geo::Shapes& from = layer.shapes;
  auto moved = std::make_shared<geo::Layer>();
  moved->name = layer.name, moved->source = layer.source, moved->table = layer.table, moved->crs = crs;
  geo::Shapes& to = moved->shapes;
  to.kind = geo::ShapeKind::point;
  for (uint32_t r = 0; r < layer.rows(); ++r) {
    if (const auto placed = at.find(r); placed != at.end()) {
      to.vertices.push_back(placed->second), to.endPart();
    } else if (r < from.rows()) {
      for (uint32_t p = from.rowStart[r]; p < from.rowStart[r + 1]; ++p) {
        const auto part = from.part(p);
        to.vertices.insert(to.vertices.end(), part.begin(), part.end());
        to.endPart();
      }
    }
    to.endRow();
  }
  moved->bounds = to.box();
  return moved;
}

}  // namespace

std::vector<PlaceSpec> placesOf(const Project& project, const std::string& layer) {
  std::vector<PlaceSpec> own;
  for (const PlaceSpec& p : project.places)
    if (p.layer == layer) own.push_back(p);
  return own;
}

std::string placeKey(const geo::Table& table, const LayerSpec& spec, size_t row) {
  const geo::Column* keys = keyColumn(table, spec);
  return keys && row < keys->rows() && keys->has(row) ? keys->text(row) : std::string();
}

geo::Result<Placed> withPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                               const std::vector<PlaceSpec>& places, const geo::Crs& world) {
  Placed out{layer, {}, {}};
  if (places.empty()) return out;
  const geo::Shapes& from = layer->shapes;
  const geo::Column* keys = keyColumn(layer->table, spec);
  const bool points = from.kind == geo::ShapeKind::point || from.kind == geo::ShapeKind::none;
  if (!points || !keys || !world.known()) {
    for (const PlaceSpec& p : places) out.lost.push_back(p.key);
    return out;
  }
  const auto rows = rowsByKey(*keys);
  auto toWorld = geo::Transform::make(geo::Crs::lonLat(), world);
  if (!toWorld) return tl::unexpected(toWorld.error());
  std::map<uint32_t, geo::Point> at;
  for (const PlaceSpec& p : places) {
    const auto found = rows.find(p.key);
    const geo::Point where = (*toWorld)(geo::Point{p.lon, p.lat});
    if (found == rows.end() || found->second < 0 || !std::isfinite(where.x) || !std::isfinite(where.y)) {
      out.lost.push_back(p.key);
      continue;
    }
    const auto row = static_cast<uint32_t>(found->second);
    at[row] = where;
    out.rows.push_back({row, p.uncertaintyKm});
  }
  std::sort(out.rows.begin(), out.rows.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
  if (!at.empty()) out.layer = standing(*layer, at, world);
  return out;
}

std::vector<std::string> gazetteerOf(const Project& project, const LayerSpec& spec) {
  std::vector<std::string> out;
  if (spec.placeBy.empty()) return out;
  const auto asked = splitList(spec.placeIn);
  for (const LayerSpec& l : project.layers) {
    const bool wanted = asked.empty() ? out.empty() && l.role == scene::Role::county
                                      : std::find(asked.begin(), asked.end(), l.id) != asked.end();
    if (wanted && l.id != spec.id && l.placeBy.empty()) out.push_back(l.id);
  }
  return out;
}

geo::NamedLayer namedLayer(const LayerSpec& spec, const geo::LayerPtr& layer,
                           const std::vector<AcceptedSpec>& accepted) {
  geo::NamedLayer out{layer, {spec.key, spec.label, spec.labelEn}, spec.county, {}};
  for (const AcceptedSpec& a : accepted)
    if (a.layer == spec.id) out.accepted.emplace_back(a.key, a.means);
  return out;
}

geo::Result<ByName> withNames(const geo::LayerPtr& layer, const LayerSpec& spec,
                              const geo::Gazetteer& gazetteer, geo::Progress& progress) {
  ByName out{{layer, {}, {}}, std::make_shared<const NamedPlaces>()};
  if (layer->shapes.kind != geo::ShapeKind::point && layer->shapes.kind != geo::ShapeKind::none) return out;
  const geo::Table& table = layer->table;
  const geo::Column* names = table.find(spec.placeBy);
  if (!names)
    return geo::fail(fmt::format("{} has no column \"{}\".", spec.source, spec.placeBy),
                     "Columns it does have: " + table.columnNames() + ".");
  // Who has a place of their own needs no other.
  geo::Column asked;
  asked.name = names->name;
  for (size_t r = 0; r < layer->rows(); ++r) {
    const bool own = r < layer->shapes.rows() && layer->shapes.has(r);
    asked.present.push_back(!own && names->has(r));
    asked.texts.push_back(asked.present.back() ? names->text(r) : std::string());
  }
  const geo::Column* within = spec.county.empty() ? nullptr : table.find(spec.county);
  const geo::PlacedByName found = geo::placeByName(asked, within, gazetteer, &progress);
  auto named = std::make_shared<NamedPlaces>();
  named->unmatched = found.unmatched, named->byAlias = found.byAlias, named->suggestions = found.suggestions;
  named->at.resize(layer->rows()), named->km.resize(layer->rows());
  std::map<uint32_t, geo::Point> at;
  geo::Crs crs;
  for (uint32_t r = 0; r < layer->rows(); ++r) {
    if (found.placeOf[r] < 0) continue;
    const geo::NamedPlace& p = found.places[static_cast<size_t>(found.placeOf[r])];
    at[r] = p.at, named->at[r] = p.name;
    crs = gazetteer.layers[p.layer].layer->crs;
    // Two figures: more would pretend to know.
    const double km = p.uncertaintyMetres / 1000, step = std::pow(10, std::floor(std::log10(km)) - 1);
    const bool county = p.area && gazetteer.layers[p.layer].layer == gazetteer.areas;
    named->km[r] = km > 0 ? std::ceil(km / step) * step : 0;
    out.placed.rows.push_back({r, named->km[r], true, county});
  }
  named->placed = at.size();
  if (!at.empty()) out.placed.layer = standing(*layer, at, crs);
  out.named = std::move(named);
  return out;
}

geo::LayerPtr tellingPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                            const std::vector<PlaceSpec>& places, const NamedPlaces* named) {
  const geo::Column* keys = keyColumn(layer->table, spec);
  const bool names = named && named->placed > 0 && named->at.size() == layer->rows();
  if ((places.empty() || !keys) && !names) return layer;
  const size_t rows = layer->rows();
  std::vector<double> lon(rows, geo::missing), lat = lon, km = lon;
  geo::Column by, on, note;
  by.name = "placed_by", on.name = "placed_on", note.name = "placed_note";
  on.type = geo::ColumnType::date;
  struct Words {
    geo::Column* column;
    std::vector<std::string> texts;
    void put(size_t row, const std::string& text) { texts[row] = text, column->present[row] = !text.empty(); }
  };
  std::array<Words, 3> words{Words{&by, {}}, {&on, {}}, {&note, {}}};
  for (Words& w : words) w.texts.resize(rows), w.column->present.resize(rows, 0);
  const auto toDegrees = names && layer->crs.known() ? geo::Transform::make(layer->crs, geo::Crs::lonLat())
                                                     : tl::unexpected(geo::Error{});
  for (size_t r = 0; names && r < rows; ++r) {
    if (named->at[r].empty() || r >= layer->shapes.rows() || !layer->shapes.has(r)) continue;
    words[0].put(r, "name"), words[2].put(r, named->at[r]);
    if (named->km[r] > 0) km[r] = named->km[r];
    if (!toDegrees) continue;
    const geo::Point at = (*toDegrees)(layer->shapes.part(layer->shapes.rowStart[r])[0]);
    lon[r] = at.x, lat[r] = at.y;
  }
  const auto byKey = keys ? rowsByKey(*keys) : std::map<std::string, long>{};
  for (const PlaceSpec& p : places) {
    const auto found = byKey.find(p.key);
    if (found == byKey.end() || found->second < 0) continue;
    const auto r = static_cast<size_t>(found->second);
    lon[r] = p.lon, lat[r] = p.lat;
    km[r] = p.uncertaintyKm > 0 ? p.uncertaintyKm : geo::missing;
    words[0].put(r, p.by), words[1].put(r, p.on), words[2].put(r, p.note);
  }
  auto told = std::make_shared<geo::Layer>(*layer);
  addColumn(told->table, "placed_lon", std::move(lon)), addColumn(told->table, "placed_lat", std::move(lat));
  addColumn(told->table, "placed_uncertainty_km", std::move(km));
  for (Words& w : words) w.column->texts = w.texts, told->table.columns.push_back(std::move(*w.column));
  return told;
}

geo::Result<std::string> placeableKey(const Session& session, const scene::ObjectRef& object) {
  const Language language = session.view().language;
  const auto no = [&](const char* zh) { return geo::fail(tr(zh, language)); };
  const auto& layers = session.project().layers;
  const auto spec =
      std::find_if(layers.begin(), layers.end(), [&](const LayerSpec& l) { return l.id == object.layer; });
  const LayerState& state = session.layer(object.layer);
  if (spec == layers.end() || !state.shape || object.row < 0) return no("数据图层还没有载入。");
  const geo::Layer& layer = *state.shape->layer;
  if (spec->drawn) return no("这是绘制的图层：移动它的顶点就行。");
  if (layer.shapes.kind != geo::ShapeKind::point && layer.shapes.kind != geo::ShapeKind::none)
    return no("只有点可以移动。");
  if (!session.worldCrs().known()) return no("地图的坐标系未知，说不出经纬度。");
  const std::string key = placeKey(layer.table, *spec, static_cast<size_t>(object.row));
  if (key.empty()) return no("这一行没有标识：给图层设好标识列（key）或名称列（label）。");
  const geo::Column* keys = keyColumn(layer.table, *spec);
  size_t same = 0;
  for (size_t r = 0; r < keys->rows(); ++r) same += keys->has(r) && keys->text(r) == key;
  if (same > 1)
    return geo::fail(
        fmt::format(fmt::runtime(tr("“{}”在列“{}”里出现多次，分不清是哪一行。", language)), key, keys->name));
  return key;
}

const PlaceSpec* placeOf(const Session& session, const scene::ObjectRef& object) {
  const LayerState& state = session.layer(object.layer);
  if (session.project().places.empty() || !state.shape || object.row < 0) return nullptr;
  for (const LayerSpec& l : session.project().layers) {
    if (l.id != object.layer) continue;
    const std::string key = placeKey(state.shape->layer->table, l, static_cast<size_t>(object.row));
    for (const PlaceSpec& p : session.project().places)
      if (p.layer == l.id && p.key == key && !key.empty()) return &p;
  }
  return nullptr;
}

}  // namespace session
