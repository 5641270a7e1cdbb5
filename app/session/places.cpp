#include "app/session/places.h"

#include "app/session/i18n.h"

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
    out.rows.emplace_back(row, p);
  }
  std::sort(out.rows.begin(), out.rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (at.empty()) return out;
  auto moved = std::make_shared<geo::Layer>();
  moved->name = layer->name, moved->source = layer->source, moved->table = layer->table, moved->crs = world;
  geo::Shapes& to = moved->shapes;
  to.kind = geo::ShapeKind::point;
  for (uint32_t r = 0; r < layer->rows(); ++r) {
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
  out.layer = std::move(moved);
  return out;
}

geo::LayerPtr tellingPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                            const std::vector<PlaceSpec>& places) {
  const geo::Column* keys = keyColumn(layer->table, spec);
  if (places.empty() || !keys) return layer;
  const size_t rows = layer->rows();
  std::vector<double> lon(rows, geo::missing), lat = lon, km = lon;
  geo::Column by, on, note;
  by.name = "placed_by", on.name = "placed_on", note.name = "placed_note";
  on.type = geo::ColumnType::date;
  for (geo::Column* c : {&by, &on, &note}) c->texts.resize(rows), c->present.resize(rows, 0);
  const auto byKey = rowsByKey(*keys);
  for (const PlaceSpec& p : places) {
    const auto found = byKey.find(p.key);
    if (found == byKey.end() || found->second < 0) continue;
    const auto r = static_cast<size_t>(found->second);
    lon[r] = p.lon, lat[r] = p.lat;
    if (p.uncertaintyKm > 0) km[r] = p.uncertaintyKm;
    for (auto [c, text] : {std::pair{&by, &p.by}, {&on, &p.on}, {&note, &p.note}})
      if (!text->empty()) c->texts[r] = *text, c->present[r] = 1;
  }
  auto told = std::make_shared<geo::Layer>(*layer);
  addColumn(told->table, "placed_lon", std::move(lon)), addColumn(told->table, "placed_lat", std::move(lat));
  addColumn(told->table, "placed_uncertainty_km", std::move(km));
  for (geo::Column* c : {&by, &on, &note}) told->table.columns.push_back(std::move(*c));
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
