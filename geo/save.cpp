#include "geo/save.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>

#include "geo/detail/gdal.h"
#include "geo/detail/source.h"
#include "geo/detail/text_table.h"
#include "geo/detail/write.h"

namespace geo {
namespace {

using namespace detail;

// A name beside the target; renamed over it at the end, removed when that does not happen.
class Unfinished {
 public:
  explicit Unfinished(const std::string& target) : target_(target) {
    std::random_device random;  // only a name; no result depends on it
    const size_t slash = target.find_last_of('/');
    const std::string folder = slash == target.npos ? "" : target.substr(0, slash + 1);
    path_ = fmt::format("{}.parkscope-{:08x}.{}", folder, random(), extensionOf(target));
  }
  ~Unfinished() {
    if (!finished_) std::remove(path_.c_str());
  }
  const std::string& path() const { return path_; }
  Result<void> finish() {
    if (std::rename(path_.c_str(), target_.c_str()) != 0)
      return fail(fmt::format("{} cannot be written: {}.", target_, std::strerror(errno)),
                  "Choose another place.");
    finished_ = true;
    return {};
  }

 private:
  std::string target_, path_;
  bool finished_ = false;
};

Result<void> writeText(const std::string& path, const std::string& text) {
  Unfinished out(path);
  FILE* f = std::fopen(out.path().c_str(), "wb");
  if (!f)
    return fail(fmt::format("{} cannot be written: {}.", path, std::strerror(errno)),
                "Choose another folder, or ask for the right to write there.");
  const bool whole = std::fwrite(text.data(), 1, text.size(), f) == text.size();
  if (const bool closed = std::fclose(f) == 0; !whole || !closed)
    return fail(fmt::format("{} cannot be written to its end: {}.", path, std::strerror(errno)),
                "Is the disk full?");
  return out.finish();
}

Result<void> cancelled(const std::string& path) {
  return fail(fmt::format("Writing {} was cancelled.", path));
}

std::string jsonValue(const Column& c, size_t row) {
  if (!c.has(row)) return "null";
  if (!c.numeric()) return jsonText(std::string(c.texts[row]));
  return std::isfinite(c.numbers[row]) ? c.text(row) : "null";
}

Result<void> saveGeoJson(const Layer& layer, const std::string& path, Progress* progress) {
  std::string out =
      fmt::format("{{\"type\":\"FeatureCollection\",\"name\":{},\"features\":[", jsonText(layer.name));
  for (size_t row = 0; row < layer.rows(); ++row) {
    out += row ? ",\n" : "\n";
    out += "{\"type\":\"Feature\",\"properties\":{";
    for (size_t c = 0; c < layer.table.columns.size(); ++c)
      out += fmt::format("{}{}:{}", c ? "," : "", jsonText(layer.table.columns[c].name),
                         jsonValue(layer.table.columns[c], row));
    out += "},\"geometry\":" +
           (layer.shapes.kind == ShapeKind::none ? "null" : geoJsonGeometry(layer.shapes, row)) + "}";
    if (progress && row % 512 == 0 &&
        !progress->keepGoing(static_cast<double>(row) / static_cast<double>(layer.rows())))
      return cancelled(path);
  }
  out += "\n]}\n";
  return writeText(path, out);
}

std::string csvCell(const std::string& s) {
  if (s.find_first_of(",\"\r\n") == s.npos && !s.starts_with(' ') && !s.ends_with(' ')) return s;
  std::string out = "\"";
  for (const char c : s) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

Result<void> saveCsv(const Layer& layer, const std::string& path, Progress* progress) {
  const Shapes& s = layer.shapes;
  const bool points = s.kind == ShapeKind::point && coordinateColumns(layer.table).x.empty();
  const bool text = s.kind == ShapeKind::line || s.kind == ShapeKind::polygon;
  std::string out = "\xef\xbb\xbf";
  for (size_t c = 0; c < layer.table.columns.size(); ++c)
    out += (c ? "," : "") + csvCell(layer.table.columns[c].name);
  const char* comma = layer.table.columns.empty() ? "" : ",";
  if (points) out += fmt::format("{}{}", comma, layer.crs.geographic() ? "lon,lat" : "x,y");
  if (text) out += fmt::format("{}WKT", comma);
  out += "\n";
  for (size_t row = 0; row < layer.rows(); ++row) {
    for (size_t c = 0; c < layer.table.columns.size(); ++c)
      out += (c ? "," : "") + csvCell(layer.table.columns[c].text(row));
    if (points) {
      const bool here = s.has(row);
      const Point p = here ? s.part(s.rowStart[row])[0] : Point{};
      out += fmt::format("{}{},{}", comma, here ? decimal(p.x) : "", here ? decimal(p.y) : "");
    }
    if (text) out += comma + csvCell(wkt(s, row));
    out += "\n";
    if (progress && row % 512 == 0 &&
        !progress->keepGoing(static_cast<double>(row) / static_cast<double>(layer.rows())))
      return cancelled(path);
  }
  return writeText(path, out);
}

OGRwkbGeometryType typeOf(const Shapes& s, bool& multi) {
  multi = false;
  for (size_t row = 0; row < s.rows() && !multi; ++row) multi = s.has(row) && polygonsOf(s, row).size() > 1;
  switch (s.kind) {
    case ShapeKind::none:
      return wkbNone;
    case ShapeKind::point:
      return multi ? wkbMultiPoint : wkbPoint;
    case ShapeKind::line:
      return multi ? wkbMultiLineString : wkbLineString;
    case ShapeKind::polygon:
      return multi ? wkbMultiPolygon : wkbPolygon;
  }
  return wkbUnknown;
}

void setField(OGRFeature& f, int i, const Column& c, size_t row) {
  if (!c.has(row)) return f.SetFieldNull(i);
  if (c.type == ColumnType::integer) f.SetField(i, static_cast<GIntBig>(c.numbers[row]));
  else if (c.type == ColumnType::real) f.SetField(i, c.numbers[row]);
  else f.SetField(i, std::string(c.texts[row]).c_str());
}

Result<void> fillPackage(GDALDataset& dataset, const Layer& layer, const std::string& path,
                         const std::string& name, Progress* progress) {
  OGRSpatialReference srs;
  if (layer.crs.known()) srs.SetFromUserInput(layer.crs.text().c_str());
  srs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  bool multi = false;
  const OGRwkbGeometryType type = typeOf(layer.shapes, multi);
  OGRLayer* out =
      dataset.CreateLayer(name.c_str(), layer.crs.known() && type != wkbNone ? &srs : nullptr, type, nullptr);
  if (!out) return fail(fmt::format("{} cannot take a layer \"{}\".", path, name), "Choose another name.");
  for (const Column& c : layer.table.columns) {
    bool days = true;
    if (c.type == ColumnType::date)
      for (size_t r = 0; r < c.rows() && days; ++r) days = !c.has(r) || c.texts[r].size() == 10;
    OGRFieldDefn field(c.name.c_str(), c.type == ColumnType::integer ? OFTInteger64
                                       : c.type == ColumnType::real  ? OFTReal
                                       : c.type == ColumnType::date  ? (days ? OFTDate : OFTDateTime)
                                                                     : OFTString);
    if (out->CreateField(&field) != OGRERR_NONE)
      return fail(fmt::format("{} cannot take a column \"{}\".", path, c.name), "Rename it.");
  }
  dataset.StartTransaction();
  for (size_t row = 0; row < layer.rows(); ++row) {
    OGRFeature feature(out->GetLayerDefn());
    for (size_t c = 0; c < layer.table.columns.size(); ++c)
      setField(feature, static_cast<int>(c), layer.table.columns[c], row);
    if (type != wkbNone && layer.shapes.has(row)) {
      const auto bytes = wkb(layer.shapes, row, multi);
      OGRGeometry* geometry = nullptr;
      OGRGeometryFactory::createFromWkb(bytes.data(), nullptr, &geometry, bytes.size());
      feature.SetGeometryDirectly(geometry);
    }
    if (out->CreateFeature(&feature) != OGRERR_NONE)
      return fail(fmt::format("Row {} cannot be written to {}.", row, path), "Is the disk full?");
    if (progress && row % 512 == 0 &&
        !progress->keepGoing(static_cast<double>(row) / static_cast<double>(layer.rows())))
      return cancelled(path);
  }
  dataset.CommitTransaction();
  return {};
}

Result<void> savePackage(const Layer& layer, const std::string& path, const std::string& name,
                         Progress* progress) {
  registerGdal();
  GdalErrors errors;
  Unfinished unfinished(path);
  {
    auto* driver = static_cast<GDALDriver*>(GDALGetDriverByName("GPKG"));
    DatasetPtr dataset(driver->Create(unfinished.path().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (!dataset)
      return fail(fmt::format("{} cannot be written: {}.", path, errors.firstFailure()),
                  "Choose another folder, or ask for the right to write there.");
    if (auto filled = fillPackage(*GDALDataset::FromHandle(dataset.get()), layer, path, name, progress);
        !filled) {
      if (errors.failed()) filled.error().what += fmt::format(" ({})", errors.firstFailure());
      return filled;
    }
  }
  if (errors.failed())
    return fail(fmt::format("{} cannot be written to its end: {}.", path, errors.firstFailure()),
                "Is the disk full?");
  return unfinished.finish();
}

}  // namespace

Result<void> save(const Layer& layer, const std::string& path, const SaveOptions& options,
                  Progress* progress) {
  const std::string ending = extensionOf(path);
  const bool json = ending == "geojson" || ending == "json";
  if (!json && ending != "gpkg" && ending != "csv")
    return fail(fmt::format("{} has an ending that cannot be written.", fileName(path)),
                "Use .gpkg, .geojson or .csv.");
  std::optional<Crs> target = options.crs;
  if (json) target = Crs::lonLat();
  const bool shapes = layer.shapes.kind != ShapeKind::none;
  if (json && shapes && !layer.crs.known())
    return fail(fmt::format("{} needs degrees, but the CRS of the layer is unknown.", fileName(path)),
                "Declare the layer's CRS, or save a .gpkg.");
  Layer moved;
  const Layer* from = &layer;
  if (target && shapes && layer.crs.known()) {
    auto transform = Transform::make(layer.crs, *target);
    if (!transform) return tl::unexpected(transform.error());
    if (!transform->identity()) {
      moved = layer;
      if (transform->apply(moved.shapes.vertices) > 0)
        return fail(fmt::format("Some shapes lie outside of what {} can show.", target->text()),
                    "Choose another CRS.");
      moved.crs = *target;
      from = &moved;
    }
  }
  if (json) return saveGeoJson(*from, path, progress);
  if (ending == "csv") return saveCsv(*from, path, progress);
  const std::string name = !options.layer.empty() ? options.layer
                           : !layer.name.empty()  ? layer.name
                                                  : "layer";
  return savePackage(*from, path, name, progress);
}

}  // namespace geo
