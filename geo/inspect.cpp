#include "geo/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "geo/database.h"
#include "geo/datum.h"
#include "geo/detail/geos.h"
#include "geo/detail/read.h"
#include "geo/detail/source.h"
#include "geo/detail/write.h"
#include "geo/gauss_zone.h"
#include "geo/mend.h"

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
  const auto at = geos.pointOf(geos.own(where).get());
  const std::string text = reason ? reason : "";
  GEOSFree_r(geos.get(), reason);
  if (valid != 0) return;
  for (const Validity& v : validities) {
    if (text != v.reason) continue;
    const bool self = text == "Self-intersection" && ringCrossesItself(geos, s, row);
    const Validity& shown = self ? validities[0] : v;
    return report.note(shown.kind, row, shown.message, "repair", at);
  }
  report.note("invalid-geometry", row, fmt::format("The shape is not valid: {}.", text), "repair", at);
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

// That of the vertices: a box of metres is turned against the meridians, and its own box is larger by a
// kilometre.
std::optional<Box> degreesOf(const Crs& crs, const Shapes& shapes) {
  if (!crs.known() || shapes.vertices.empty()) return {};
  const auto t = Transform::make(crs, Crs::lonLat());
  if (!t) return {};
  Box box;
  std::vector<Point> some;
  for (size_t from = 0; from < shapes.vertices.size(); from += 65536) {
    const size_t to = std::min(from + 65536, shapes.vertices.size());
    some.assign(shapes.vertices.begin() + static_cast<long>(from),
                shapes.vertices.begin() + static_cast<long>(to));
    t->apply(some);
    for (const Point p : some)
      if (std::isfinite(p.x)) box.add(p);
  }
  if (box.empty()) return {};
  return box;
}

// One way to read the coordinates, and how well it puts them on what is trusted.
struct Candidate {
  Crs crs;
  bool baiduMercator = false;
  Shapes degrees;
  std::optional<DatumFit> fit;

  // Smaller is better; the datum that needs no offset of its own is the likelier one.
  double badness() const {
    return fit ? (fit->residualMetres + 20 + std::hypot(fit->offsetMetres.x, fit->offsetMetres.y) / 4) /
                     std::max(fit->share, 0.01)
               : INFINITY;
  }
};

Candidate candidate(const Shapes& shapes, const Crs& crs, const std::vector<LayerPtr>& references) {
  Candidate out{crs, false, shapes, {}};
  const auto toDegrees = Transform::make(crs, Crs::lonLat());
  if (!toDegrees || toDegrees->apply(out.degrees.vertices) > 0) return out;
  for (const LayerPtr& r : references)
    if (!out.fit) out.fit = fitDatum(out.degrees, r->shapes);
  return out;
}

// Is it worth trying? Most zones put the shapes far from anything that is trusted.
bool mayLieThere(const Shapes& shapes, const Crs& crs, const std::vector<LayerPtr>& references) {
  const auto box = degreesOf(crs, middleBox(shapes.vertices));
  return box && std::any_of(references.begin(), references.end(),
                            [&](const LayerPtr& r) { return r->bounds.intersects(*box); });
}

// In Baidu's degrees, which the fit then finds to be BD-09.
Candidate baiduMercator(const Shapes& shapes, const std::vector<LayerPtr>& references) {
  Candidate out{Crs(), true, shapes, {}};
  for (Point& p : out.degrees.vertices) p = bd09FromBd09mc(p);
  for (const LayerPtr& r : references)
    if (!out.fit) out.fit = fitDatum(out.degrees, r->shapes);
  if (out.fit && out.fit->datum != "BD-09") out.fit.reset();
  return out;
}

double metresBetween(Point a, Point b) {
  return std::hypot((a.x - b.x) * std::cos(a.y * 0.017453292519943295), a.y - b.y) * 111'195;
}

std::optional<Box> unshiftedBox(const Shapes& degrees, const std::string& datum) {
  Box out;
  const size_t step = std::max<size_t>(1, degrees.vertices.size() / 20'000);
  for (size_t i = 0; i < degrees.vertices.size(); i += step) out.add(wgs84From(datum, degrees.vertices[i]));
  if (out.empty()) return {};
  return out;
}

// Shapes that lie where a shifted datum, or another zone than the declared one, would put the trusted ones.
void settlePlace(const Reading& r, const InspectOptions& o, LayerFacts& out, Report& report) {
  const Shapes& shapes = r.layer.shapes;
  if (o.references.empty() || shapes.vertices.empty() || o.crs || !o.datum.empty()) return;
  std::vector<Candidate> ways;
  if (r.layer.crs.known()) ways.push_back(candidate(shapes, r.layer.crs, o.references));
  const bool settled = !ways.empty() && ways[0].fit && ways[0].fit->datum == "WGS 84";
  if (!settled) {
    if (looksLikeMercator(shapes.vertices)) ways.push_back(baiduMercator(shapes, o.references));
    for (const Crs& other : lookalikes(shapes.vertices, r.layer.crs)) {
      if (!mayLieThere(shapes, other, o.references)) continue;
      Candidate way = candidate(shapes, other, o.references);
      if (way.fit && way.fit->datum == "WGS 84") ways.push_back(std::move(way));
    }
  }
  const Candidate* best = nullptr;
  for (const Candidate& way : ways)
    if (way.fit && (!best || way.badness() < best->badness())) best = &way;
  if (!best) return;
  const DatumFit& fit = *best->fit;
  const double offset = std::hypot(fit.offsetMetres.x, fit.offsetMetres.y);
  if (fit.datum.empty()) {
    report.add({"datum-offset",
                {},
                fmt::format("Everything lies {:.0f} m (east {:.0f}, north {:.0f}) from the trusted shapes, "
                            "which none of the known "
                            "datums explains.",
                            fit.shiftMetres, -fit.offsetMetres.x, -fit.offsetMetres.y),
                "shift"});
    out.crs.confidence = std::min(out.crs.confidence, 0.5);
    return;
  }
  const bool other = !best->baiduMercator && !(best->crs == r.layer.crs);
  if (other) {
    out.crs.evidence =
        fmt::format("read so, the shapes lie {:.0f} m (median) from the trusted ones", fit.residualMetres);
    const Candidate& before = ways[0];
    if (r.layer.crs.known())
      out.crs.shiftMetres = metresBetween(before.degrees.box().centre(), best->degrees.box().centre());
    out.crs.used = best->crs.text();
    out.crs.confidence = fit.confidence;
    out.lonLat = best->degrees.box();
    if (r.crsDeclared.known())
      report.add({"crs-contradiction",
                  {},
                  fmt::format("Declared as {}, but only read as {} the shapes lie on the trusted ones.",
                              r.crsDeclared.text(), best->crs.text()),
                  "declare-crs"});
    else std::erase_if(report.problems, [](const Problem& p) { return p.kind == "crs-unknown"; });
    return;
  }
  if (fit.datum == "WGS 84") {
    // What the fit says of the datum says nothing of how sure the zone and the label are.
    out.crs.confidence = r.crsDeclared.known() || r.crsConfidence > 0.9
                             ? std::max(0.95 * fit.confidence, std::min(out.crs.confidence, fit.confidence))
                             : std::max(out.crs.confidence, 0.95 * fit.confidence);
    if (offset > 25 && offset > fit.residualMetres)
      report.add({"datum-offset",
                  {},
                  fmt::format("Everything lies {:.0f} m (east {:.0f}, north {:.0f}) from the trusted shapes: "
                              "Xian 1980 and Beijing "
                              "1954 differ from CGCS2000 by so much.",
                              offset, -fit.offsetMetres.x, -fit.offsetMetres.y),
                  "shift"});
    return;
  }
  out.crs.used = best->baiduMercator ? "BD-09MC" : fit.datum;
  out.crs.confidence = fit.confidence;
  out.crs.shiftMetres =
      best->baiduMercator && !ways[0].degrees.vertices.empty() && ways[0].crs.known()
          ? metresBetween(ways[0].degrees.box().centre(), wgs84From("BD-09", best->degrees.box().centre()))
          : fit.shiftMetres;
  out.crs.evidence =
      fmt::format("unshifted, the shapes lie {:.0f} m (median) from the trusted ones", fit.residualMetres);
  out.lonLat = unshiftedBox(best->degrees, fit.datum);
  report.add({"datum-shifted",
              {},
              fmt::format("The coordinates are {}: everything lies {:.0f} m off.", out.crs.used,
                          out.crs.shiftMetres),
              "unshift"});
}

// The old datums have no public transformation of this accuracy: what PROJ does is good to some hundred
// metres.
void tellOldDatum(const Crs& crs, Report& report) {
  const auto zone = gaussZone(crs.text());
  if (!zone || zone->datum == ChineseDatum::cgcs2000) return;
  report.add({"datum-approximate",
              {},
              fmt::format("{} has no public transformation to CGCS2000: places may lie some 100 m off.",
                          nameOf(zone->datum)),
              "unshift"});
}

// Points held against the first trusted areas; only where they are in a system that is known to be right.
std::vector<Problem> outsideOf(const Reading& r, const InspectOptions& o, const LayerFacts& facts) {
  if (r.layer.shapes.kind != ShapeKind::point || facts.crs.used != r.layer.crs.text()) return {};
  const auto toDegrees = Transform::make(r.layer.crs, Crs::lonLat());
  if (!toDegrees) return {};
  for (const LayerPtr& reference : o.references) {
    if (reference->shapes.kind != ShapeKind::polygon) continue;
    Layer degrees;
    degrees.shapes = r.layer.shapes;
    if (toDegrees->apply(degrees.shapes.vertices) > 0) return {};
    auto problems = outsideProblems(degrees, *reference);
    for (Problem& p : problems)
      for (size_t i = 0; i < p.at.size(); ++i)
        p.at[i] = r.layer.shapes.part(r.layer.shapes.rowStart[p.rows[i]])[0];
    return problems;
  }
  return {};
}

LayerFacts factsOf(const Reading& r, const InspectOptions& o, Progress* progress) {
  const Layer& layer = r.layer;
  LayerFacts out;
  out.name = layer.name;
  out.features = layer.rows();
  out.vertices = layer.shapes.vertices.size();
  out.geometry = geometryName(layer.shapes);
  for (const Column& c : layer.table.columns) out.fields.push_back({c.name, typeName(c.type), c.unit});
  out.encoding = {r.encodingDeclared, r.encodingUsed, r.encodingConfidence};
  out.crs.declared = r.crsDeclared.text();
  out.crs.used = r.datum.empty() ? layer.crs.text() : r.datum;
  out.crs.evidence = r.crsReason;
  out.crs.confidence = layer.crs.known() ? r.crsConfidence : 0;
  out.lonLat = degreesOf(layer.crs, layer.shapes);
  Report report = r.report;
  noteEmpty(layer, r.report, report);
  settlePlace(r, o, out, report);
  tellOldDatum(layer.crs, report);
  report.merge({shapeProblems(layer, progress)});
  // Shapefiles run the other way round, and other formats say nothing of it.
  if (r.layer.source.driver == "GeoJSON" && !r.clockwise.empty())
    report.add({"ring-order",
                {r.clockwise.begin(), r.clockwise.end()},
                "Outer rings run clockwise, against RFC 7946; they were turned.",
                "repair",
                true});
  report.merge({areaProblems(layer, progress)});
  report.merge({outsideOf(r, o, out)});
  out.problems = std::move(report.problems);
  if (const auto toDegrees = Transform::make(layer.crs, Crs::lonLat()))
    for (Problem& p : out.problems) toDegrees->apply(p.at);
  else
    for (Problem& p : out.problems) p.at.clear();
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
    std::optional<Point> repeated;
    if (s.kind != ShapeKind::point)
      for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1] && !repeated; ++p) {
        const auto part = s.part(p);
        const auto first = std::adjacent_find(part.begin(), part.end());
        if (first != part.end()) repeated = *first;
      }
    if (repeated)
      report.note("duplicate-vertices", row, "The same vertex stands twice in a row.", "repair", repeated);
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
  const auto names = layerNames(path, o.trusted);
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
    if (!o.layer.empty() && name != o.layer) continue;
    LoadOptions options;
    options.cells = o.cells, options.xField = o.xField, options.yField = o.yField;
    options.layer = name;
    options.encoding = o.encoding;
    options.crs = o.crs;
    options.datum = o.datum;
    options.trusted = o.trusted;
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
