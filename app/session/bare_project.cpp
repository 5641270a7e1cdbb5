// A project made on the spot for data files.
#include <cstdlib>
#include <filesystem>

#include "app/session/bare_project.h"
#include "app/session/basemaps.h"
#include "app/session/names.h"
#include "app/session/place_aliases.h"
#include "app/session/project_file.h"
#include "geo/cell_text.h"
#include "geo/database.h"
#include "geo/datum.h"
#include "geo/join.h"
#include "geo/load.h"
#include "geo/references.h"

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

bool isSpreadsheet(const fs::path& path) {
  const std::string ending = lower(path.extension().string());
  return ending == ".xlsx" || ending == ".ods" || ending == ".xls" || ending == ".xlsm";
}

// The sheets that hold a table; covers and notes do not.
std::vector<std::string> tableSheets(const std::string& path, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    geo::LoadOptions options;
    options.layer = name;
    if (const auto loaded = geo::load(path, options);
        loaded && loaded->layer->table.columns.size() >= 2 && loaded->layer->rows() >= 1)
      out.push_back(name);
  }
  return out.empty() ? names : out;
}

// The column by which a table without places names areas of the embedded outlines: the one that matches most
// of them, and more than half of its own keys.
struct AreaKey {
  std::string column;
  size_t matched = 0;
};
AreaKey areaKeyOf(const geo::Table& table, const geo::Layer& areas) {
  AreaKey best;
  const geo::Column *codes = areas.table.find("adcode"), *names = areas.table.find("name");
  if (!codes || !names) return best;
  const geo::Column* const left[] = {codes, names};
  for (const geo::Column& c : table.columns) {
    if (c.type != geo::ColumnType::text && c.type != geo::ColumnType::integer) continue;
    const geo::Join join = geo::join(left, c, {.aliases = placeAliases().get(), .suggestions = 0});
    const auto matched = static_cast<size_t>(
        std::count_if(join.rowOf.begin(), join.rowOf.end(), [](long r) { return r >= 0; }));
    if (matched > best.matched && matched >= join.unmatchedRight.size()) best = {c.name, matched};
  }
  return best.matched >= 2 ? best : AreaKey{};
}

// A table of figures by county, without coordinates: drawn on the embedded outlines.
bool placeOnOutlines(Project& p, IndicatorSpec& i) {
  if (p.layers.size() != 1 || geo::isDatabase(p.layers[0].source)) return false;
  geo::LoadOptions options;
  options.layer = p.layers[0].sourceLayer, options.encoding = p.layers[0].encoding;
  const std::string outlines = assetPath("assets/qingyuan/counties.geojson");
  if (!options.layer.empty() || outlines.empty()) return false;
  const auto table = geo::load(p.layers[0].source, options);
  if (!table || table->layer->shapes.kind != geo::ShapeKind::none || !table->layer->table.find(i.value))
    return false;
  const auto areas = geo::load(outlines);
  if (!areas) return false;
  const AreaKey key = areaKeyOf(table->layer->table, *areas->layer);
  if (key.column.empty()) return false;
  i.table = p.layers[0].source, i.key = key.column, i.of = "counties";
  const geo::Column* value = table->layer->table.find(i.value);
  i.value = value->name;
  if (i.unit.zh.empty()) i.unit = {value->unit, value->unit};
  for (const char* name : {"年份", "年度", "年", "year"})
    if (const geo::Column* c = table->layer->table.find(name); c && i.year.empty()) i.year = c->name;
  LayerSpec counties;
  counties.id = "counties", counties.name = {"县（市、区）", "Counties"}, counties.role = scene::Role::county;
  counties.source = outlines, counties.key = "adcode", counties.label = "name", counties.labelEn = "name_en";
  p.layers = {std::move(counties)};
  return true;
}

}  // namespace

geo::Result<std::vector<LayerSpec>> layersOfFile(const std::string& path, std::vector<std::string>& takenIds,
                                                 const std::string& folder) {
  std::error_code error;
  if (geo::isDatabase(path)) return tablesOf(path, takenIds);
  if (!path.starts_with("/vsi") && path.find("://") == path.npos && !fs::exists(path, error))
    return geo::fail(fmt::format("{} does not exist.", path), "Check the path.");
  if (validUtf8(path) != path)
    return geo::fail(fmt::format("The name of {} is not UTF-8, so no project can hold it.", validUtf8(path)),
                     "Rename the file.");
  std::vector<std::string> names{""};
  if (!holdsOneLayer(path)) {
    auto found = geo::layerNames(
        path, std::getenv("PARKSCOPE_TRUST") != nullptr || geo::leadsOnlyWithin(path, folder));
    if (!found) return tl::unexpected(found.error());
    if (isSpreadsheet(path)) found = tableSheets(path, *found);
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

geo::Result<FileContents> contentsOfFile(const std::string& path, std::vector<std::string>& takenIds,
                                         const std::string& folder) {
  static constexpr std::string_view rasters[] = {".tif", ".tiff", ".mbtiles", ".vrt", ".img",
                                                 ".jp2", ".asc",  ".dem",     ".hgt", ".bil",
                                                 ".png", ".jpg",  ".jpeg",    ".webp"};
  const std::string ending = lower(fs::path(path).extension().string());
  const auto raster = [&]() -> std::optional<FileContents> {
    auto found = basemapOfFile(path, "x", folder);
    if (!found) return {};
    found->id = freeId(fs::path(path).stem().string(), takenIds);
    found->name = {found->id, found->id};
    return FileContents{{}, std::move(found)};
  };
  if (std::find(std::begin(rasters), std::end(rasters), ending) != std::end(rasters))
    if (auto found = raster()) return std::move(*found);
  auto layers = layersOfFile(path, takenIds, folder);
  if (layers) return FileContents{std::move(*layers), {}};
  if (ending == ".gpkg")
    if (auto found = raster()) return std::move(*found);
  return tl::unexpected(layers.error());
}

std::string crsOfRaster(const std::string& path) {
  const auto facts = geo::rasterFacts(path);
  if (!facts || !facts->crs.known()) return {};
  if (facts->crs.metresPerUnit() == 1 && facts->crs.text() != "EPSG:3857") return facts->crs.text();
  const auto toDegrees = geo::Transform::make(facts->crs, geo::Crs::lonLat());
  return toDegrees ? geo::metricCrsFor(geo::transformBox(*toDegrees, facts->bounds)).text() : std::string();
}

geo::Result<Project> projectForData(const std::vector<std::string>& paths, const BareOptions& options) {
  Project p;
  std::vector<std::string> ids;
  p.theme = "light";
  for (const std::string& path : paths) {
    auto contents = contentsOfFile(path, ids);
    if (!contents) return tl::unexpected(contents.error());
    if (contents->basemap) p.basemaps.push_back(std::move(*contents->basemap));
    for (LayerSpec& l : contents->layers) {
      // --crs GCJ-02 names a datum that no code of a CRS has.
      const std::string datum = geo::canonicalDatum(options.crs);
      (datum.empty() || datum == "WGS 84" ? l.crs : l.datum) = options.crs;
      l.label = options.label;
      p.layers.push_back(std::move(l));
    }
  }
  if (p.layers.empty() && !p.basemaps.empty() && options.field.empty() && !options.heatMetres) {
    p.title = p.basemaps[0].name;
    p.crs = options.crs.empty() ? crsOfRaster(p.basemaps[0].source) : options.crs;
    return p;
  }
  if (p.layers.empty())
    return p.basemaps.empty()
               ? geo::fail("No data was given.", "Name at least one file.")
               : geo::fail("There are no rows in a raster.", "Name a file of shapes or figures too.");
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
  placeOnOutlines(p, i);
  p.indicator = i.id;
  p.indicators.push_back(std::move(i));
  return p;
}

}  // namespace session
