// A project made on the spot for data files.
#include <cstdlib>
#include <filesystem>

#include "app/session/bare_project.h"
#include "app/session/names.h"
#include "app/session/project_file.h"
#include "geo/cell_text.h"
#include "geo/database.h"
#include "geo/datum.h"
#include "geo/load.h"

namespace session {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// Kinds of files that never hold more than one layer: no need to open them twice.
bool holdsOneLayer(const fs::path& path) {
  const std::string ending = lower(path.extension().string());
  for (const char* one : {".geojson", ".json", ".csv", ".tsv", ".txt", ".shp", ".fgb", ".geojsonl"})
    if (ending == one) return true;
  return false;
}

std::string freeId(std::string wish, std::vector<std::string>& taken) {
  for (char& c : wish)
    if (c == ':' || c == ',') c = '-';
  wish = trimmed(validUtf8(wish));
  if (wish.empty()) wish = "layer";
  std::string id = wish;
  for (int n = 2; std::find(taken.begin(), taken.end(), id) != taken.end(); ++n)
    id = fmt::format("{}-{}", wish, n);
  taken.push_back(id);
  return id;
}

// Of several layers, the first that has the column; with one there is nothing to choose, and it is read once
// only.
std::string layerWith(const std::vector<LayerSpec>& layers, const std::string& field) {
  for (const LayerSpec& l : layers) {
    if (layers.size() == 1) break;
    geo::LoadOptions options;
    options.layer = l.sourceLayer, options.fields = {field};
    if (geo::load(l.source, options)) return l.id;
  }
  return layers[0].id;
}

// Of several layers, the first that holds points.
std::string pointLayer(const std::vector<LayerSpec>& layers) {
  for (const LayerSpec& l : layers) {
    if (layers.size() == 1) break;
    geo::LoadOptions options;
    options.layer = l.sourceLayer;
    if (const auto loaded = geo::load(l.source, options);
        loaded && loaded->layer->shapes.kind == geo::ShapeKind::point)
      return l.id;
  }
  return layers[0].id;
}

// A database's tables: those that the text names, else all with shapes while they are a handful.
geo::Result<std::vector<LayerSpec>> tablesOf(const std::string& source, std::vector<std::string>& takenIds) {
  auto names = geo::layerNames(source);
  if (!names) return tl::unexpected(names.error());
  if (const std::string named = geo::tableNamedBy(source); !named.empty()) *names = splitList(named);
  if (names->empty() || names->size() > 8)
    return geo::fail(
        fmt::format("{} has {} tables with shapes.", geo::withoutPassword(source), names->size()),
        "Name those to open: PG:service=NAME tables=schema.table");
  std::vector<LayerSpec> layers;
  for (const std::string& name : *names) {
    LayerSpec& l = layers.emplace_back();
    l.id = freeId(name.substr(name.find('.') + 1), takenIds);
    l.name = {l.id, l.id};
    l.source = source, l.sourceLayer = name;
  }
  return layers;
}

}  // namespace

geo::Result<std::vector<LayerSpec>> layersOfFile(const std::string& path,
                                                 std::vector<std::string>& takenIds) {
  std::error_code error;
  if (geo::isDatabase(path)) return tablesOf(path, takenIds);
  if (!path.starts_with("/vsi") && path.find("://") == path.npos && !fs::exists(path, error))
    return geo::fail(fmt::format("{} does not exist.", path), "Check the path.");
  if (validUtf8(path) != path)
    return geo::fail(fmt::format("The name of {} is not UTF-8, so no project can hold it.", validUtf8(path)),
                     "Rename the file.");
  std::vector<std::string> names{""};
  if (!holdsOneLayer(path)) {
    auto found = geo::layerNames(path, std::getenv("PARKSCOPE_TRUST") != nullptr);
    if (!found) return tl::unexpected(found.error());
    if (found->size() > 1) names = std::move(*found);
  }
  std::vector<LayerSpec> layers;
  const std::string stem = fs::path(path).stem().string();
  for (const std::string& name : names) {
    LayerSpec& l = layers.emplace_back();
    l.id = freeId(name.empty() ? stem : name, takenIds);
    l.name = {l.id, l.id};
    l.source = path, l.sourceLayer = name;
  }
  return layers;
}

geo::Result<Project> projectForData(const std::vector<std::string>& paths, const BareOptions& options) {
  Project p;
  std::vector<std::string> ids;
  p.theme = "light";
  for (const std::string& path : paths) {
    auto layers = layersOfFile(path, ids);
    if (!layers) return tl::unexpected(layers.error());
    for (LayerSpec& l : *layers) {
      // --crs GCJ-02 names a datum that no code of a CRS has.
      const std::string datum = geo::canonicalDatum(options.crs);
      (datum.empty() || datum == "WGS 84" ? l.crs : l.datum) = options.crs;
      l.label = options.label;
      p.layers.push_back(std::move(l));
    }
  }
  if (p.layers.empty()) return geo::fail("No data was given.", "Name at least one file.");
  p.title = {p.layers[0].id, p.layers[0].id};
  if (!options.crs.empty() && p.layers[0].datum.empty())
    if (const auto crs = geo::Crs::parse(options.crs); !crs) return tl::unexpected(crs.error());
  if (options.heatMetres) {
    if (!(*options.heatMetres > 0) || !std::isfinite(*options.heatMetres))
      return geo::fail(fmt::format("A bandwidth of {} metres makes no heat.", *options.heatMetres),
                       "Give one above zero: --heat 500.");
    p.heat.layer = pointLayer(p.layers);
    p.heat.radiusMetres = *options.heatMetres;
    if (!options.weight.empty()) p.heat.weight = options.weight;
  }
  if (options.field.empty()) return p;
  const auto palettes = scene::paletteNames();
  if (!options.palette.empty() &&
      std::find(palettes.begin(), palettes.end(), options.palette) == palettes.end())
    return geo::fail(fmt::format("There is no palette \"{}\".", options.palette),
                     fmt::format("Palettes: {}.", fmt::join(palettes, ", ")));
  IndicatorSpec i;
  i.id = i.value = options.field;
  for (char& c : i.id)
    if (c == ':' || c == ',') c = '-';
  const geo::HeaderReading header = geo::readHeader(options.field);
  i.name = {header.name, header.name};
  i.unit = {header.unit, header.unit};
  i.of = layerWith(p.layers, options.field);
  i.method = options.breaks.empty() ? options.method : geo::BreakMethod::manual;
  i.classes = options.classes, i.breaks = options.breaks;
  if (!options.palette.empty()) i.palette = options.palette;
  p.indicator = i.id;
  p.indicators.push_back(std::move(i));
  return p;
}

}  // namespace session
