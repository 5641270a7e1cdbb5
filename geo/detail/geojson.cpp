#include "geo/detail/geojson.h"

#include <cpl_vsi.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>
#include <simdjson.h>
#include <strings.h>

#include <filesystem>
#include <fstream>

#include "geo/detail/source.h"

namespace geo::detail {
namespace {

namespace dom = simdjson::dom;

constexpr int64_t largestExact = int64_t{1} << 53;  // beyond it doubles skip integers

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
    bool identified = !hasId_;
    for (const auto [key, value] : members) {
      while (c < columns_.size() && columns_[c].name() != key) columns_[c++].addNothing();
      if (c == columns_.size() || !columns_[c++].add(value)) return false;
      if (!identified && key == "id") {
        // GDAL brings rows into the order of their ids.
        int64_t id = 0;
        if (value.get(id) != simdjson::SUCCESS || id <= lastId_) return false;
        lastId_ = id, identified = true;
      }
    }
    if (!identified) return false;
    while (c < columns_.size()) columns_[c++].addNothing();
    return true;
  }

  bool firstProperties(const dom::object& members) {
    for (const auto [key, value] : members) {
      const std::string name(key);
      if (name.empty() || name.find('\0') != name.npos) return false;
      if (strcasecmp(name.c_str(), "id") == 0 && !(hasId_ = name == "id")) return false;
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
  bool hasId_ = false;
  int64_t lastId_ = -1;
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

// What stands beside the features, and these.
struct Members {
  std::string head;  // name and CRS, as text
  bool referenced = false;
  dom::array features;
};

bool readMembers(const dom::object& collection, PlainGeoJson& out, Members& m) {
  bool typed = false, filled = false;
  for (const auto [key, value] : collection) {
    std::string_view text;
    if (!typed) {
      if (key != "type" || value.get(text) != simdjson::SUCCESS || text != "FeatureCollection") return false;
      typed = true;
    } else if (key == "name" && out.name.empty()) {
      if (value.get(text) != simdjson::SUCCESS || text.empty() || text.find('\0') != text.npos) return false;
      out.name = text;
      m.head += fmt::format("\"name\":{},", simdjson::minify(value));
    } else if (key == "crs" && !m.referenced) {
      m.referenced = true;
      m.head += fmt::format("\"crs\":{},", simdjson::minify(value));
    } else if (key == "features" && !filled && value.get(m.features) == simdjson::SUCCESS) {
      filled = true;
    } else {
      return false;
    }
  }
  return filled;
}

// Steps over JSON text byte by byte: in strings or not, how deep.
struct Walk {
  int depth = 0;
  bool inString = false, escaped = false;
  // True for what means something: neither within a string nor white space.
  bool step(char c) {
    if (inString) {
      if (escaped) escaped = false;
      else if (c == '\\') escaped = true;
      else if (c == '"') inString = false;
      return false;
    }
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') return false;
    if (c == '"') inString = true;
    else if (c == '{' || c == '[') ++depth;
    else if (c == '}' || c == ']') --depth;
    return true;
  }
};

// Where the list of features begins: behind its bracket. 0: not in this text.
size_t featuresBegin(std::string_view text) {
  Walk walk;
  char last = 0;
  size_t keyStart = 0;
  bool isKey = false;
  std::string_view key;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was = walk.inString;
    if (!walk.step(c)) {
      if (was && !walk.inString && isKey) key = text.substr(keyStart, i - keyStart);
      continue;
    }
    if (c == '"') isKey = walk.depth == 1 && (last == '{' || last == ','), keyStart = i + 1;
    if (c == '[' && walk.depth == 2 && last == ':' && key == "features") return i + 1;
    last = c;
  }
  return 0;
}

// The same for files too large to be held whole: the features a few at a time, then what stands around them.
Result<bool> readInPieces(const std::string& path, Reader& reader, PlainGeoJson& out, Members& members,
                          size_t pieceBytes, Progress* progress) {
  constexpr size_t mostAround = size_t{1} << 20;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<double>(file.tellg());
  file.seekg(0);
  std::string text;
  size_t taken = 0;  // bytes of the file
  const auto more = [&](size_t bytes) {
    const size_t before = text.size();
    text.resize(before + bytes);
    file.read(text.data() + before, static_cast<std::streamsize>(bytes));
    text.resize(before + static_cast<size_t>(file.gcount()));
    taken += text.size() - before;
    return text.size() > before;
  };
  size_t begin = 0;
  while (begin == 0) {
    if (text.size() >= mostAround || !more(std::min(mostAround, text.size() + 4096))) return false;
    begin = featuresBegin(text);
  }
  const std::string before = text.substr(0, begin);
  dom::parser parser;
  std::string piece;
  bool afterComma = false;
  const auto take = [&](std::string_view features, bool last) {
    piece.clear();
    piece.reserve(features.size() + 2 + simdjson::SIMDJSON_PADDING);
    piece.append("[").append(features).append("]");
    dom::array list;
    if (parser.parse(piece.data(), piece.size(), false).get(list) != simdjson::SUCCESS) return false;
    size_t count = 0;
    for (const dom::element feature : list) {
      if (!reader.feature(feature)) return false;
      ++count;
    }
    return count > 0 || (last && !afterComma);
  };
  Walk walk;
  size_t start = begin, at = begin;  // of the piece, of the walk
  for (bool ended = false; !ended;) {
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (!walk.step(c)) continue;
      if (walk.depth < 0) {
        if (c != ']' || !take({text.data() + start, at - start}, true)) return false;
        ended = true;
        break;
      }
      if (c != ',' || walk.depth > 0 || at - start < pieceBytes) continue;
      if (!take({text.data() + start, at - start}, false)) return false;
      afterComma = true, start = at + 1;
      if (progress && !progress->keepGoing(static_cast<double>(taken) / size))
        return fail(fmt::format("Reading {} was cancelled.", fileName(path)));
    }
    if (ended) break;
    text.erase(0, start), at -= start, start = 0;
    if (!more(std::max<size_t>(4 * pieceBytes, text.size()))) return false;
  }
  std::string around = before + text.substr(at);
  while (around.size() < mostAround) {
    text.clear();
    if (!more(4096)) break;
    around += text;
  }
  if (around.size() >= mostAround) return false;
  around.reserve(around.size() + simdjson::SIMDJSON_PADDING);
  dom::object collection;
  return parser.parse(around.data(), around.size(), false).get(collection) == simdjson::SUCCESS &&
         readMembers(collection, out, members);
}

}  // namespace

Result<std::optional<PlainGeoJson>> readPlainGeoJson(const std::string& path, const LoadOptions& options,
                                                     Progress* progress, const InPieces& pieces) {
  if (!options.encoding.empty()) return std::nullopt;
  std::error_code error;
  const size_t size = std::filesystem::file_size(path, error);
  if (error) return std::nullopt;
  PlainGeoJson out;
  Reader reader(out, options);
  Members members;
  if (size > pieces.above) {
    // About: they need not be right.
    out.features.shapes.reserve(size / 200, size / sizeof(Point) + 1, ShapeKind::polygon);
    const auto read = readInPieces(path, reader, out, members, pieces.bytes, progress);
    if (!read) return tl::unexpected(read.error());
    if (!*read) return std::nullopt;
  } else {
    auto bytes = fileBytes(path, pieces.above);
    if (!bytes) return std::nullopt;
    bytes->reserve(bytes->size() + simdjson::SIMDJSON_PADDING);
    dom::parser parser;
    dom::object collection;
    if (parser.parse(bytes->data(), bytes->size(), false).get(collection) != simdjson::SUCCESS)
      return std::nullopt;
    if (!readMembers(collection, out, members)) return std::nullopt;
    const size_t count = members.features.size();
    out.features.shapes.reserve(count, size / sizeof(Point) + 1, ShapeKind::polygon);
    size_t row = 0;
    for (const dom::element feature : members.features) {
      if (!reader.feature(feature)) return std::nullopt;
      if (++row % 1024 == 0 && progress &&
          !progress->keepGoing(static_cast<double>(row) / static_cast<double>(std::max(count, row))))
        return fail(fmt::format("Reading {} was cancelled.", fileName(path)));
    }
  }
  if (!reader.finish()) return std::nullopt;
  if (!options.geometryOnly)
    for (const std::string& wanted : options.fields)
      if (!out.features.table.find(wanted)) return std::nullopt;
  if (out.name.empty() || members.referenced) {
    if (!readHead(path, members.head, out)) return std::nullopt;
  } else {
    auto degrees = Crs::parse("EPSG:4326");  // the format's own
    if (!degrees) return std::nullopt;
    out.crs = std::move(*degrees);
  }
  return out;
}

}  // namespace geo::detail
