#include "geo/detail/write.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

namespace geo::detail {

std::vector<std::pair<size_t, size_t>> polygonsOf(const Shapes& s, size_t row) {
  std::vector<std::pair<size_t, size_t>> out;
  for (size_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
    if (s.kind != ShapeKind::polygon || !s.hole[p] || out.empty()) out.push_back({p, p + 1});
    else out.back().second = p + 1;
  }
  return out;
}

std::string decimal(double value) {
  char buffer[64];
  const double size = std::abs(value);
  const auto form =
      value == 0 || (size >= 1e-6 && size < 1e17) ? std::chars_format::fixed : std::chars_format::general;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value == 0 ? 0.0 : value, form).ptr;
  return {buffer, end};
}

std::string jsonText(const std::string& utf8) {
  std::string out = "\"";
  for (const char c : utf8) {
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else out += c;
  }
  return out + "\"";
}

namespace {

void put(std::vector<std::byte>& out, uint32_t v) {
  const auto* p = reinterpret_cast<const std::byte*>(&v);
  out.insert(out.end(), p, p + 4);
}

void head(std::vector<std::byte>& out, uint32_t type) {
  out.push_back(std::byte{1});
  put(out, type);
}

void put(std::vector<std::byte>& out, std::span<const Point> points) {
  const auto bytes = std::as_bytes(points);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// One part, or one polygon of several, in a form of brackets, commas and a writer of points.
struct Form {
  const char *open, *close, *comma;
  bool brackets;  // of single points
  std::string (*point)(Point);
};

std::string listed(std::span<const Point> points, bool closed, const Form& f) {
  std::string out = f.open;
  for (size_t i = 0; i < points.size(); ++i) out += (i ? f.comma : "") + f.point(points[i]);
  if (closed) out += f.comma + f.point(points[0]);
  return out + f.close;
}

std::string parts(const Shapes& s, std::pair<size_t, size_t> range, const Form& f) {
  if (s.kind == ShapeKind::point)
    return f.brackets ? f.open + f.point(s.part(range.first)[0]) + f.close : f.point(s.part(range.first)[0]);
  if (s.kind == ShapeKind::line) return listed(s.part(range.first), false, f);
  std::string out = f.open;
  for (size_t p = range.first; p < range.second; ++p)
    out += (p > range.first ? f.comma : "") + listed(s.part(p), true, f);
  return out + f.close;
}

const char* names(ShapeKind kind, bool multi, bool upper) {
  switch (kind) {
    case ShapeKind::point:
      return upper ? (multi ? "MULTIPOINT" : "POINT") : (multi ? "MultiPoint" : "Point");
    case ShapeKind::line:
      return upper ? (multi ? "MULTILINESTRING" : "LINESTRING") : (multi ? "MultiLineString" : "LineString");
    default:
      return upper ? (multi ? "MULTIPOLYGON" : "POLYGON") : (multi ? "MultiPolygon" : "Polygon");
  }
}

std::string all(const Shapes& s, size_t row, const Form& f, bool& multi) {
  const auto ranges = polygonsOf(s, row);
  multi = ranges.size() > 1;
  if (!multi) return parts(s, ranges[0], f);
  std::string out = f.open;
  for (size_t i = 0; i < ranges.size(); ++i) out += (i ? f.comma : "") + parts(s, ranges[i], f);
  return out + f.close;
}

}  // namespace

std::vector<std::byte> wkb(const Shapes& s, size_t row, bool multi) {
  std::vector<std::byte> out;
  if (!s.has(row)) return out;
  const auto base = static_cast<uint32_t>(s.kind);  // 1 point, 2 line, 3 polygon: WKB's own numbers
  const auto ranges = polygonsOf(s, row);
  multi = multi || ranges.size() > 1;
  if (multi) head(out, base + 3), put(out, static_cast<uint32_t>(ranges.size()));
  for (const auto& [first, last] : ranges) {
    head(out, base);
    if (s.kind == ShapeKind::point) {
      put(out, s.part(first));
    } else if (s.kind == ShapeKind::line) {
      put(out, static_cast<uint32_t>(s.part(first).size()));
      put(out, s.part(first));
    } else {
      put(out, static_cast<uint32_t>(last - first));
      for (size_t p = first; p < last; ++p) {
        const auto ring = s.part(p);
        put(out, static_cast<uint32_t>(ring.size() + 1));
        put(out, ring);
        put(out, ring.first(1));
      }
    }
  }
  return out;
}

std::string wkt(const Shapes& s, size_t row) {
  if (!s.has(row)) return {};
  static constexpr Form form{"(", ")", ",", true, [](Point p) { return decimal(p.x) + " " + decimal(p.y); }};
  bool multi = false;
  const std::string body = all(s, row, form, multi);
  return fmt::format("{} {}", names(s.kind, multi, true), body);
}

std::string geoJsonGeometry(const Shapes& s, size_t row) {
  if (!s.has(row)) return "null";
  static constexpr Form form{"[", "]", ",", false,
                             [](Point p) { return "[" + decimal(p.x) + "," + decimal(p.y) + "]"; }};
  bool multi = false;
  const std::string body = all(s, row, form, multi);
  return fmt::format("{{\"type\":\"{}\",\"coordinates\":{}}}", names(s.kind, multi, false), body);
}

}  // namespace geo::detail
