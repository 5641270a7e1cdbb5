#include "geo/detail/geojson.h"

#include <cpl_vsi.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>
#include <simdjson.h>
#include <strings.h>

#include "geo/detail/source.h"

namespace geo::detail {
namespace {

namespace dom = simdjson::dom;

constexpr int64_t largestExact = int64_t{1} << 53;  // beyond it doubles skip integers
constexpr size_t mostBytes = size_t{256} << 20;     // the whole text and its tape are held at once

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// GDAL reads dates and times out of texts. None begins with anything but white space, a digit or a sign.
bool mayBeDate(std::string_view s) {
  const size_t i = s.find_first_not_of(" \t\n\r\v\f");
  if (i == s.npos) return false;
  const char c = s[i];
  if (letter(c) || static_cast<unsigned char>(c) >= 0x80) return false;
  return !(s.size() < 8 && std::all_of(s.begin(), s.end(), [](char d) { return d >= '0' && d <= '9'; }));
}

// A column in the making. Integers and reals become reals, as they do with GDAL; other mixtures are not
// plain.
class Filling {
 public:
  explicit Filling(std::string_view name) { column_.name = name; }
  const std::string& name() const { return column_.name; }

  void addNothing() { ++rows_; }  // written when a value comes, or at the end
  bool add(const dom::element& value) {
    switch (value.type()) {
      case dom::element_type::NULL_VALUE:
        return addNothing(), true;
      case dom::element_type::BOOL:
        return is(Kind::flag) && number(value.get_bool().value_unsafe() ? 1 : 0);
      case dom::element_type::INT64: {
        const int64_t v = value.get_int64().value_unsafe();
        if (v >= largestExact || v <= -largestExact || !is(kind_ == Kind::real ? Kind::real : Kind::integer))
          return false;
        return number(static_cast<double>(v));
      }
      case dom::element_type::DOUBLE:
        if (kind_ == Kind::integer) kind_ = Kind::real;
        return is(Kind::real) && number(value.get_double().value_unsafe());
      case dom::element_type::STRING: {
        const std::string_view s = value.get_string().value_unsafe();
        if (!is(Kind::text) || mayBeDate(s) || s.find('\0') != s.npos) return false;
        column_.texts.resize(rows_), column_.present.resize(rows_, 0);
        column_.texts.push_back(s), column_.present.push_back(1);
        return ++rows_, true;
      }
      default:
        return false;
    }
  }

  Column finish() && {
    const bool text = kind_ == Kind::none || kind_ == Kind::text;
    if (text) column_.texts.resize(rows_), column_.present.resize(rows_, 0);
    else column_.numbers.resize(rows_, missing);
    column_.type = text ? ColumnType::text : kind_ == Kind::real ? ColumnType::real : ColumnType::integer;
    return std::move(column_);
  }

 private:
  enum class Kind : uint8_t { none, flag, integer, real, text };
  bool is(Kind kind) {
    if (kind_ == Kind::none) kind_ = kind;
    return kind_ == kind;
  }
  bool number(double v) {
    column_.numbers.resize(rows_, missing);
    column_.numbers.push_back(v);
    return ++rows_, true;
  }

  Column column_;
  Kind kind_ = Kind::none;
  size_t rows_ = 0;
};

// Each returns false for what is not plain.
class Reader {
 public:
  Reader(PlainGeoJson& out, const LoadOptions& options) : out_(out), options_(options) {}

  bool feature(const dom::element& element) {
    dom::object members;
    if (element.get(members) != simdjson::SUCCESS) return false;
    bool isFeature = false, hasProperties = false, hasGeometry = false;
    for (const auto [key, value] : members) {
      if (key == "type") {
        std::string_view type;
        if (isFeature || value.get(type) != simdjson::SUCCESS || type != "Feature") return false;
        isFeature = true;
      } else if (key == "properties") {
        if (std::exchange(hasProperties, true) || !properties(value)) return false;
      } else if (key == "geometry") {
        if (std::exchange(hasGeometry, true) || !geometry(value)) return false;
      } else {
        return false;
      }
    }
    if (!isFeature || !hasProperties || !hasGeometry) return false;
    out_.features.shapes.endRow();
    return !out_.features.shapes.full();
  }

  bool finish() {
    if (!anyGeometry_) return false;
    Table& table = out_.features.table;
    table.rowCount = out_.features.shapes.rows();
    if (!options_.geometryOnly)
      for (Filling& f : columns_) table.columns.push_back(std::move(f).finish());
    return true;
  }

 private:
  bool properties(const dom::element& element) {
    dom::object members;
    if (element.get(members) != simdjson::SUCCESS) return false;
    if (columns_.empty() && !firstProperties(members)) return false;
    size_t c = 0;
    for (const auto [key, value] : members) {
      while (c < columns_.size() && columns_[c].name() != key) columns_[c++].addNothing();
      if (c == columns_.size() || !columns_[c++].add(value)) return false;
    }
    while (c < columns_.size()) columns_[c++].addNothing();
    return true;
  }

  bool firstProperties(const dom::object& members) {
    for (const auto [key, value] : members) {
      const std::string name(key);
      if (name.empty() || name.find('\0') != name.npos || strcasecmp(name.c_str(), "id") == 0) return false;
      for (const Filling& f : columns_)
        if (strcasecmp(f.name().c_str(), name.c_str()) == 0) return false;
      columns_.emplace_back(name);
    }
    return !columns_.empty();
  }

  bool geometry(const dom::element& element) {
    if (element.is_null()) return true;
    dom::object members;
    if (element.get(members) != simdjson::SUCCESS) return false;
    std::string_view type;
    dom::array coordinates;
    bool typed = false, placed = false;
    for (const auto [key, value] : members) {
      if (key == "type" && !typed) typed = value.get(type) == simdjson::SUCCESS;
      else if (key == "coordinates" && !placed) placed = value.get(coordinates) == simdjson::SUCCESS;
      else return false;
    }
    if (!typed || !placed) return false;
    anyGeometry_ = true;
    if (type == "Point") return point(coordinates);
    if (type == "LineString") return line(coordinates);
    if (type == "Polygon") return polygon(coordinates);
    bool (Reader::*part)(const dom::array&) = type == "MultiPoint"        ? &Reader::point
                                              : type == "MultiLineString" ? &Reader::line
                                              : type == "MultiPolygon"    ? &Reader::polygon
                                                                          : nullptr;
    if (!part || coordinates.size() == 0) return false;
    for (const dom::element each : coordinates) {
      dom::array inner;
      if (each.get(inner) != simdjson::SUCCESS || !(this->*part)(inner)) return false;
    }
    return true;
  }

  static bool position(const dom::array& numbers, Point& p) {
    size_t n = 0;
    for (const dom::element number : numbers) {
      double v;
      if (n == 2 || number.get(v) != simdjson::SUCCESS) return false;
      (n++ ? p.y : p.x) = v;
    }
    return n == 2;
  }
  bool positions(const dom::array& list) {
    buffer_.clear();
    for (const dom::element each : list) {
      dom::array numbers;
      Point p;
      if (each.get(numbers) != simdjson::SUCCESS || !position(numbers, p)) return false;
      buffer_.push_back(p);
    }
    return !buffer_.empty();
  }
  bool point(const dom::array& numbers) {
    Point p;
    if (!position(numbers, p)) return false;
    return out_.features.shapes.point(p), true;
  }
  bool line(const dom::array& list) { return positions(list) && (out_.features.shapes.line(buffer_), true); }
  bool polygon(const dom::array& rings) {
    if (rings.size() == 0) return false;
    out_.features.shapes.beginPolygon();
    for (const dom::element each : rings) {
      dom::array ring;
      if (each.get(ring) != simdjson::SUCCESS || !positions(ring)) return false;
      out_.features.shapes.ring(buffer_);
    }
    return true;
  }

  PlainGeoJson& out_;
  const LoadOptions& options_;
  std::vector<Filling> columns_;
  std::vector<Point> buffer_;
  bool anyGeometry_ = false;
};

// Name and CRS, as GDAL understands what stands beside the features.
bool readHead(const std::string& path, const std::string& members, PlainGeoJson& out) {
  registerGdal();
  GdalErrors errors;
  MemoryFolder folder;
  const std::string copy = folder.make() + "/" + fileName(path);
  const std::string text =
      fmt::format(R"({{"type":"FeatureCollection",{}"features":[{{"type":"Feature","properties":{{"a":1}},)"
                  R"("geometry":{{"type":"Point","coordinates":[0,0]}}}}]}})",
                  members);
  VSILFILE* file = VSIFOpenL(copy.c_str(), "wb");
  if (!file) return false;
  const bool written = VSIFWriteL(text.data(), 1, text.size(), file) == text.size();
  VSIFCloseL(file);
  if (!written) return false;
  const auto opened = openVector(copy, errors);
  if (!opened || opened->driver != "GeoJSON" || errors.failed()) return false;
  auto& dataset = *GDALDataset::FromHandle(opened->dataset.get());
  if (dataset.GetLayerCount() != 1) return false;
  out.name = dataset.GetLayer(0)->GetName();
  out.crs = crsOf(dataset.GetLayer(0)->GetSpatialRef());
  return true;
}

}  // namespace

Result<std::optional<PlainGeoJson>> readPlainGeoJson(const std::string& path, const LoadOptions& options,
                                                     Progress* progress) {
  if (!options.encoding.empty()) return std::nullopt;
  auto bytes = fileBytes(path, mostBytes);
  if (!bytes) return std::nullopt;
  const size_t size = bytes->size();
  bytes->reserve(size + simdjson::SIMDJSON_PADDING);
  dom::parser parser;
  dom::object collection;
  if (parser.parse(bytes->data(), size, false).get(collection) != simdjson::SUCCESS) return std::nullopt;
  PlainGeoJson out;
  dom::array features;
  bool typed = false, filled = false, referenced = false;
  std::string head;
  for (const auto [key, value] : collection) {
    std::string_view text;
    if (!typed) {
      if (key != "type" || value.get(text) != simdjson::SUCCESS || text != "FeatureCollection")
        return std::nullopt;
      typed = true;
    } else if (key == "name" && out.name.empty()) {
      if (value.get(text) != simdjson::SUCCESS || text.empty() || text.find('\0') != text.npos)
        return std::nullopt;
      out.name = text;
      head += fmt::format("\"name\":{},", simdjson::minify(value));
    } else if (key == "crs" && !referenced) {
      referenced = true;
      head += fmt::format("\"crs\":{},", simdjson::minify(value));
    } else if (key == "features" && !filled && value.get(features) == simdjson::SUCCESS) {
      filled = true;
    } else {
      return std::nullopt;
    }
  }
  if (!filled) return std::nullopt;
  Reader reader(out, options);
  const size_t count = features.size();
  out.features.shapes.reserve(count, size / sizeof(Point) + 1, ShapeKind::polygon);
  size_t row = 0;
  for (const dom::element feature : features) {
    if (!reader.feature(feature)) return std::nullopt;
    if (++row % 1024 == 0 && progress &&
        !progress->keepGoing(static_cast<double>(row) / static_cast<double>(std::max(count, row))))
      return fail(fmt::format("Reading {} was cancelled.", fileName(path)));
  }
  if (!reader.finish()) return std::nullopt;
  if (!options.geometryOnly)
    for (const std::string& wanted : options.fields)
      if (!out.features.table.find(wanted)) return std::nullopt;
  if (out.name.empty() || referenced) {
    if (!readHead(path, head, out)) return std::nullopt;
  } else {
    auto degrees = Crs::parse("EPSG:4326");  // the format's own
    if (!degrees) return std::nullopt;
    out.crs = std::move(*degrees);
  }
  return out;
}

}  // namespace geo::detail
