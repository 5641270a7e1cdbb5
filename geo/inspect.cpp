#include "geo/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "geo/database.h"
#include "geo/datum.h"
#include "geo/detail/geos.h"
#include "geo/detail/read.h"
#include "geo/detail/source.h"
#include "geo/detail/write.h"

namespace geo {
namespace {

using namespace detail;

const char* typeName(ColumnType t) {
  switch (t) {
    case ColumnType::integer:
      return "integer";
    case ColumnType::real:
      return "real";
    case ColumnType::date:
      return "date";
    default:
      return "string";
  }
}

std::string geometryName(const Shapes& s) {
  if (s.kind == ShapeKind::none) return "None";
  bool multi = false;
  for (size_t row = 0; row < s.rows() && !multi; ++row) multi = s.has(row) && polygonsOf(s, row).size() > 1;
  const char* single = s.kind == ShapeKind::point  ? "Point"
                       : s.kind == ShapeKind::line ? "LineString"
                                                   : "Polygon";
  return (multi ? "Multi" : "") + std::string(single);
}

// GEOS's reasons under names of our own; "Self-intersection" is told apart by the caller.
struct Validity {
  const char *reason, *kind, *message;
};
constexpr Validity validities[] = {
    {"Ring Self-intersection", "ring-self-intersection", "A ring touches or crosses itself."},
    {"Self-intersection", "self-intersection", "The rings of the shape cross one another."},
    {"Hole lies outside shell", "hole-outside", "A hole lies outside of its polygon."},
    {"Holes are nested", "nested-holes", "A hole lies inside another hole."},
    {"Nested shells", "nested-polygons", "A polygon lies inside another one of the same row."},
    {"Duplicate Rings", "duplicate-rings", "A ring stands in the row twice."},
    {"Interior is disconnected", "disconnected-interior", "The rings cut the polygon into pieces."},
    {"Too few points in geometry component", "too-few-points",
     "A ring has fewer than three different points."},
};

bool ringCrossesItself(const Geos& geos, const Shapes& s, size_t row) {
  for (size_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
    const auto alone = geos.polygon(s, p, p + 1);
    if (alone && GEOSisValid_r(geos.get(), alone.get()) == 0) return true;
  }
  return false;
}

void noteValidity(const Geos& geos, const Shapes& s, size_t row, Report& report) {
  std::vector<GEOSGeometry*> polygons;
  for (const auto& [first, last] : polygonsOf(s, row))
    if (auto polygon = geos.polygon(s, first, last)) polygons.push_back(polygon.release());
  const auto whole = geos.own(GEOSGeom_createCollection_r(geos.get(), GEOS_MULTIPOLYGON, polygons.data(),
                                                          static_cast<unsigned>(polygons.size())));
  if (!whole) return;
  char* reason = nullptr;
  GEOSGeometry* where = nullptr;
  const char valid = GEOSisValidDetail_r(geos.get(), whole.get(), 0, &reason, &where);
  geos.own(where);
  const std::string text = reason ? reason : "";
  GEOSFree_r(geos.get(), reason);
  if (valid != 0) return;
  for (const Validity& v : validities) {
    if (text != v.reason) continue;
    const bool self = text == "Self-intersection" && ringCrossesItself(geos, s, row);
    const Validity& shown = self ? validities[0] : v;
    return report.note(shown.kind, row, shown.message, "repair");
  }
  report.note("invalid-geometry", row, fmt::format("The shape is not valid: {}.", text), "repair");
}

uint64_t hashOf(const Shapes& s, size_t row) {
  uint64_t h = 14695981039346656037ull;
  const auto mix = [&h](uint64_t v) { h = (h ^ v) * 1099511628211ull, h ^= h >> 29; };
  for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
    mix(s.part(p).size());
    for (const Point v : s.part(p)) {
      uint64_t x, y;
      std::memcpy(&x, &v.x, 8), std::memcpy(&y, &v.y, 8);
      mix(x), mix(y);
    }
  }
  return h;
}

bool sameShape(const Shapes& s, size_t a, size_t b) {
  const uint32_t parts = s.rowStart[a + 1] - s.rowStart[a];
  if (parts != s.rowStart[b + 1] - s.rowStart[b]) return false;
  for (uint32_t p = 0; p < parts; ++p) {
    const auto x = s.part(s.rowStart[a] + p), y = s.part(s.rowStart[b] + p);
    if (!std::equal(x.begin(), x.end(), y.begin(), y.end())) return false;
  }
  return true;
}

bool sameValues(const Table& t, size_t a, size_t b) {
  return std::all_of(t.columns.begin(), t.columns.end(),
                     [&](const Column& c) { return c.has(a) == c.has(b) && c.text(a) == c.text(b); });
}

void noteDuplicates(const Layer& layer, Report& report) {
  std::unordered_multimap<uint64_t, size_t> seen;
  const Shapes& s = layer.shapes;
  for (size_t row = 0; row < s.rows(); ++row) {
    if (!s.has(row)) continue;
    const uint64_t h = hashOf(s, row);
    const auto [first, last] = seen.equal_range(h);
    bool known = false;
    for (auto it = first; it != last && !known; ++it) {
      if (!sameShape(s, it->second, row)) continue;
      known = true;
      // Different things may well stand at one point; two equal areas or lines are one too many.
      const bool equalRows = sameValues(layer.table, it->second, row);
      if (equalRows)
        report.note("duplicate-row", row, "The row equals an earlier one in shape and values.",
                    "remove-duplicates");
      else if (s.kind != ShapeKind::point)
        report.note("duplicate-geometry", row, "The shape equals that of an earlier row.",
                    "remove-duplicates");
    }
    if (!known) seen.emplace(h, row);
  }
}

// Rows without a shape that nothing else has explained yet.
void noteEmpty(const Layer& layer, const Report& before, Report& report) {
  if (layer.shapes.kind == ShapeKind::none) return;
  std::vector<uint8_t> explained(layer.rows());
  for (const Problem& p : before.problems)
    for (const size_t row : p.rows) explained[row] = 1;
  for (size_t row = 0; row < layer.rows(); ++row)
    if (!layer.shapes.has(row) && !explained[row])
      report.note("empty-geometry", row, "The row has no shape.", "drop-row");
}

std::optional<Box> degreesOf(const Crs& crs, const Box& bounds) {
  if (!crs.known() || bounds.empty()) return {};
  const auto t = Transform::make(crs, Crs::lonLat());
  if (!t) return {};
  const Box box = transformBox(*t, bounds);
  if (box.empty()) return {};
  return box;
}

// Shapes that lie where a shifted datum would put the trusted ones.
void settleDatum(const Reading& r, const InspectOptions& o, LayerFacts& out, Report& report) {
  if (!o.reference || !r.layer.crs.known() || r.layer.shapes.vertices.empty()) return;
  const auto toDegrees = Transform::make(r.layer.crs, Crs::lonLat());
  if (!toDegrees) return;
  Shapes degrees = r.layer.shapes;
  if (toDegrees->apply(degrees.vertices) > 0) return;
  const auto fit = fitDatum(degrees, o.reference->shapes);
  if (!fit) return;
  out.crs.confidence = std::min(out.crs.confidence, fit->confidence);
  if (fit->datum == "WGS 84") return;
  out.crs.used = fit->datum;
  out.crs.confidence = fit->confidence;
  out.crs.shiftMetres = fit->shiftMetres;
  out.crs.evidence =
      fmt::format("unshifted, the shapes lie {:.0f} m (median) from the trusted ones", fit->residualMetres);
  if (out.lonLat) {
    Box there;
    for (const Point corner :
         {Point{out.lonLat->minX, out.lonLat->minY}, Point{out.lonLat->maxX, out.lonLat->maxY}})
      there.add(wgs84FromGcj02(fit->datum == "BD-09" ? gcj02FromBd09(corner) : corner));
    out.lonLat = there;
  }
  report.add(
      {"datum-shifted",
       {},
       fmt::format("The coordinates are {}: everything lies {:.0f} m off.", fit->datum, fit->shiftMetres),
       "unshift"});
}

LayerFacts factsOf(const Reading& r, const InspectOptions& o, Progress* progress) {
  const Layer& layer = r.layer;
  LayerFacts out;
  out.name = layer.name;
  out.features = layer.rows();
  out.vertices = layer.shapes.vertices.size();
  out.geometry = geometryName(layer.shapes);
  for (const Column& c : layer.table.columns) out.fields.push_back({c.name, typeName(c.type)});
  out.encoding = {r.encodingDeclared, r.encodingUsed, r.encodingConfidence};
  out.crs.declared = r.crsDeclared.text();
  out.crs.used = layer.crs.text();
  out.crs.evidence = r.crsReason;
  out.crs.confidence = layer.crs.known() ? r.crsConfidence : 0;
  out.lonLat = degreesOf(layer.crs, layer.bounds);
  Report report = r.report;
  noteEmpty(layer, r.report, report);
  settleDatum(r, o, out, report);
  report.merge({shapeProblems(layer, progress)});
  out.problems = std::move(report.problems);
  return out;
}

void inspectRaster(SourceFacts& out, const std::string& path) {
  auto facts = rasterFacts(path);
  if (!facts) {
    out.error = facts.error();
    return;
  }
  out.driver = facts->driver;
  out.rasterLonLat = facts->placed ? degreesOf(facts->crs, facts->bounds) : std::nullopt;
  if (!facts->placed)
    out.rasterProblems.push_back(
        {"not-placed", {}, "The raster does not say where its cells lie.", "georeference"});
  if (facts->placed && !facts->crs.known()) {
    const std::vector<Point> corners = {{facts->bounds.minX, facts->bounds.minY},
                                        {facts->bounds.maxX, facts->bounds.maxY}};
    const CrsGuess guess = guessCrs(corners, homeArea());
    out.rasterProblems.push_back(
        {guess.crs.known() ? "crs-undeclared" : "crs-unknown",
         {},
         guess.crs.known()
             ? fmt::format("No CRS is declared; by its coordinates it is {}: {}.", guess.crs.text(),
                           guess.reason)
             : fmt::format("No CRS is declared and the coordinates do not tell it: {}.", guess.reason),
         "declare-crs"});
  }
  out.raster = std::move(*facts);
}

}  // namespace

std::vector<Problem> shapeProblems(const Layer& layer, Progress* progress) {
  Report report;
  const Shapes& s = layer.shapes;
  const Geos geos;
  for (size_t row = 0; row < s.rows(); ++row) {
    bool repeated = false;
    if (s.kind != ShapeKind::point)
      for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1] && !repeated; ++p) {
        const auto part = s.part(p);
        repeated = std::adjacent_find(part.begin(), part.end()) != part.end();
      }
    if (repeated) report.note("duplicate-vertices", row, "The same vertex stands twice in a row.", "repair");
    if (s.kind == ShapeKind::polygon && s.has(row)) noteValidity(geos, s, row, report);
    if (progress && row % 64 == 0 &&
        !progress->keepGoing(static_cast<double>(row) / static_cast<double>(s.rows())))
      break;
  }
  noteDuplicates(layer, report);
  return std::move(report.problems);
}

SourceFacts inspect(const std::string& path, const InspectOptions& o, Progress* progress) {
  SourceFacts out;
  out.path = withoutPassword(path);
  const auto names = layerNames(path);
  if (!names && isDatabase(path)) {
    out.error = names.error();
    return out;
  }
  if (!names) {
    if (auto readable = checkReadable(path); !readable) {
      out.error = readable.error();
      return out;
    }
    inspectRaster(out, path);
    if (out.error) out.error = names.error();
    return out;
  }
  for (const std::string& name : *names) {
    LoadOptions options;
    options.layer = name;
    options.encoding = o.encoding;
    options.crs = o.crs;
    auto reading = read(path, options, progress);
    if (!reading) {
      out.error = reading.error();
      return out;
    }
    out.driver = reading->layer.source.driver;
    out.layers.push_back(factsOf(*reading, o, progress));
  }
  return out;
}

}  // namespace geo
