#include "geo/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "geo/detail/geos.h"
#include "geo/detail/write.h"
#include "geo/measure.h"
#include "geo/spatial_index.h"

namespace geo {
namespace {

using namespace detail;

// Larger layers would take minutes for a question that is asked of counties and towns.
constexpr size_t mostVertices = 600'000, mostRows = 20'000;

// Units of the layer that make a metre on the ground, east and north.
struct Scale {
  double x = 1, y = 1;
  double squareMetres(double area) const { return area / (x * y); }
};
Scale scaleOf(const Layer& layer) {
  if (!layer.crs.geographic()) {
    const double metres = layer.crs.known() && layer.crs.metresPerUnit() > 0 ? layer.crs.metresPerUnit() : 1;
    return {1 / metres, 1 / metres};
  }
  const double y = 1 / 111'195.0;
  return {y / std::max(0.1, std::cos(layer.shapes.box().centre().y * M_PI / 180)), y};
}

// A spike: the line comes back upon itself, within a hair's breadth of where it came from.
bool isSpike(Point a, Point b, Point c, const Scale& scale) {
  const double ux = (a.x - b.x) / scale.x, uy = (a.y - b.y) / scale.y, vx = (c.x - b.x) / scale.x,
               vy = (c.y - b.y) / scale.y;
  const double u = std::hypot(ux, uy), v = std::hypot(vx, vy);
  if (u < 1e-3 || v < 1e-3) return false;
  const double across =
      std::abs(ux * vy - uy * vx) / std::max(u, v);  // of the shorter leg's end from the longer leg
  return ux * vx + uy * vy > 0 && across < 0.05 && std::min(u, v) > 20 * across;
}

// Without repeated vertices and spikes; how many spikes there were.
std::vector<Point> withoutSpikes(std::span<const Point> ring, const Scale& scale, size_t& spikes) {
  std::vector<Point> out;
  for (const Point p : ring) {
    if (!out.empty() && out.back() == p) continue;
    out.push_back(p);
    while (out.size() >= 3 && isSpike(out[out.size() - 3], out[out.size() - 2], out.back(), scale)) {
      ++spikes;
      out.erase(out.end() - 2);
      if (out.size() >= 2 && out[out.size() - 2] == out.back()) out.pop_back();
    }
  }
  for (bool again = true; again && out.size() >= 3;) {  // across the place where the ring closes
    again = false;
    const size_t n = out.size();
    if (out.front() == out.back()) out.pop_back(), again = true;
    else if (isSpike(out[n - 2], out[n - 1], out[0], scale)) ++spikes, out.pop_back(), again = true;
    else if (isSpike(out[n - 1], out[0], out[1], scale)) ++spikes, out.erase(out.begin()), again = true;
  }
  return out;
}

// Nothing but spikes: out and back again, whatever way it took. (A signed area of 0 is no proof: a bow tie
// has it too.)
bool hasNoArea(std::span<const Point> ring, const Scale& scale) {
  size_t spikes = 0;
  return withoutSpikes(ring, scale, spikes).size() < 3;
}

Geos::Ptr geometryOf(const Geos& geos, const Shapes& s, size_t row) {
  std::vector<GEOSGeometry*> polygons;
  for (const auto& [first, last] : polygonsOf(s, row))
    if (auto polygon = geos.polygon(s, first, last)) polygons.push_back(polygon.release());
  return geos.own(GEOSGeom_createCollection_r(geos.get(), GEOS_MULTIPOLYGON, polygons.data(),
                                              static_cast<unsigned>(polygons.size())));
}

// By structure: what an outer ring encloses stays, whatever way it crosses itself.
Geos::Ptr madeValid(const Geos& geos, const GEOSGeometry* g) {
  GEOSMakeValidParams* params = GEOSMakeValidParams_create_r(geos.get());
  GEOSMakeValidParams_setMethod_r(geos.get(), params, GEOS_MAKE_VALID_STRUCTURE);
  GEOSMakeValidParams_setKeepCollapsed_r(geos.get(), params, 0);
  auto out = geos.own(GEOSMakeValidWithParams_r(geos.get(), g, params));
  GEOSMakeValidParams_destroy_r(geos.get(), params);
  return out;
}

double areaOf(const Geos& geos, const GEOSGeometry* g) {
  double area = 0;
  return g && GEOSArea_r(geos.get(), g, &area) == 1 ? area : 0;
}

// Its polygons, whatever it is made of.
void appendPolygons(const Geos& geos, const GEOSGeometry* g, Shapes& out, const Scale& scale) {
  if (!g) return;
  const int type = GEOSGeomTypeId_r(geos.get(), g);
  if (type == GEOS_POLYGON) {
    const auto append = [&](const GEOSGeometry* ring, bool hole) {
      const GEOSCoordSequence* s = GEOSGeom_getCoordSeq_r(geos.get(), ring);
      unsigned n = 0;
      if (!s || GEOSCoordSeq_getSize_r(geos.get(), s, &n) != 1 || n < 4) return false;
      std::vector<Point> points(n);
      for (unsigned i = 0; i < n; ++i) GEOSCoordSeq_getXY_r(geos.get(), s, i, &points[i].x, &points[i].y);
      points.pop_back();
      if (hasNoArea(points, scale)) return false;
      if ((ringArea(points) > 0) == hole) std::reverse(points.begin(), points.end());
      out.vertices.insert(out.vertices.end(), points.begin(), points.end());
      out.endPart(hole);
      return true;
    };
    if (!append(GEOSGetExteriorRing_r(geos.get(), g), false)) return;
    for (int i = 0; i < GEOSGetNumInteriorRings_r(geos.get(), g); ++i)
      append(GEOSGetInteriorRingN_r(geos.get(), g, i), true);
    return;
  }
  if (type < GEOS_MULTIPOINT) return;
  for (int i = 0; i < GEOSGetNumGeometries_r(geos.get(), g); ++i)
    appendPolygons(geos, GEOSGetGeometryN_r(geos.get(), g, i), out, scale);
}

// ---- a layer that divides an area among its rows ----

struct Overlap {
  size_t a, b;
  Geos::Ptr shape;
};
struct Gap {
  Geos::Ptr shape;
  std::vector<size_t> rows;  // around it, the one with the longest common border first
};

class Coverage {
 public:
  Coverage(const Geos& geos, const Layer& layer) : geos_(geos), scale_(scaleOf(layer)) {
    const Shapes& s = layer.shapes;
    std::vector<Geos::Ptr> shapes(s.rows());
    for (size_t r = 0; r < s.rows(); ++r) {
      if (!s.has(r)) continue;
      shapes[r] = geometryOf(geos, s, r);
      if (shapes[r] && GEOSisValid_r(geos.get(), shapes[r].get()) != 1)
        shapes[r] = madeValid(geos, shapes[r].get());
      sum_ += areaOf(geos, shapes[r].get());
    }
    of = std::move(shapes);
    std::vector<GEOSGeometry*> parts;
    for (const auto& g : of)
      if (g) parts.push_back(GEOSGeom_clone_r(geos.get(), g.get()));
    const auto all = geos.own(GEOSGeom_createCollection_r(geos.get(), GEOS_GEOMETRYCOLLECTION, parts.data(),
                                                          static_cast<unsigned>(parts.size())));
    whole_ = geos.own(GEOSUnaryUnion_r(geos.get(), all.get()));
    for (size_t r = 0; r < s.rows(); ++r) boxes_.push_back(s.box(r));
    index_.emplace(s);
  }

  // Counties and towns: their areas sum up to that of the whole, nearly. Rings of service around stations do
  // not.
  bool divides() const {
    const double whole = areaOf(geos_, whole_.get());
    size_t rows = 0;
    for (const auto& g : of) rows += g != nullptr;
    return rows >= 2 && whole > 0 && std::abs(sum_ / whole - 1) < 0.02 && touching();
  }

  std::vector<Overlap> overlaps() const {
    std::vector<Overlap> out;
    for (size_t a = 0; a < of.size(); ++a)
      for (const size_t b : near(a)) {
        if (b <= a) continue;
        auto common = geos_.own(GEOSIntersection_r(geos_.get(), of[a].get(), of[b].get()));
        if (scale_.squareMetres(areaOf(geos_, common.get())) > least)
          out.push_back({a, b, std::move(common)});
      }
    return out;
  }

  // Holes in the whole that are small beside the rows around them; a lake or an enclave of a neighbour is
  // larger.
  std::vector<Gap> gaps() const {
    std::vector<Gap> out;
    eachPolygon(whole_.get(), [&](const GEOSGeometry* polygon) {
      for (int i = 0; i < GEOSGetNumInteriorRings_r(geos_.get(), polygon); ++i) {
        auto shape = geos_.own(GEOSGeom_createPolygon_r(
            geos_.get(), GEOSGeom_clone_r(geos_.get(), GEOSGetInteriorRingN_r(geos_.get(), polygon, i)),
            nullptr, 0));
        const double area = areaOf(geos_, shape.get());
        if (scale_.squareMetres(area) <= least) continue;
        Gap gap{std::move(shape), {}};
        std::vector<std::pair<double, size_t>> around;
        double smallest = INFINITY;
        for (const size_t r : nearTo(gap.shape.get())) {
          const auto common = geos_.own(GEOSIntersection_r(geos_.get(), of[r].get(), gap.shape.get()));
          double length = 0;
          if (common) GEOSLength_r(geos_.get(), common.get(), &length);
          if (length > 0)
            around.push_back({-length, r}), smallest = std::min(smallest, areaOf(geos_, of[r].get()));
        }
        std::sort(around.begin(), around.end());
        // An enclave lies in one row and is a hole on purpose.
        if (around.size() < 2 || area > 0.02 * smallest) continue;
        for (const auto& [length, r] : around) gap.rows.push_back(r);
        out.push_back(std::move(gap));
      }
    });
    return out;
  }

  double squareMetres(const GEOSGeometry* g) const { return scale_.squareMetres(areaOf(geos_, g)); }
  const Scale& scale() const { return scale_; }

  std::vector<Geos::Ptr> of;  // per row; null without a shape

 private:
  static constexpr double least = 1;  // m²: below it is rounding

  template <class Visit>
  void eachPolygon(const GEOSGeometry* g, Visit visit) const {
    if (!g) return;
    if (GEOSGeomTypeId_r(geos_.get(), g) == GEOS_POLYGON) return visit(g);
    for (int i = 0; i < GEOSGetNumGeometries_r(geos_.get(), g); ++i)
      visit(GEOSGetGeometryN_r(geos_.get(), g, i));
  }
  std::vector<size_t> rowsIn(const Box& box, size_t except) const {
    std::vector<size_t> out;
    for (const uint32_t r : index_->within(box))
      if (r != except && of[r]) out.push_back(r);
    return out;
  }
  std::vector<size_t> near(size_t row) const {
    return of[row] ? rowsIn(boxes_[row], row) : std::vector<size_t>();
  }
  std::vector<size_t> nearTo(const GEOSGeometry* g) const {
    Box box;
    GEOSGeom_getXMin_r(geos_.get(), g, &box.minX), GEOSGeom_getXMax_r(geos_.get(), g, &box.maxX);
    GEOSGeom_getYMin_r(geos_.get(), g, &box.minY), GEOSGeom_getYMax_r(geos_.get(), g, &box.maxY);
    return rowsIn(box, of.size());
  }
  bool touching() const {
    size_t rows = 0, neighbours = 0;
    for (size_t r = 0; r < of.size() && rows < 60; ++r) {
      if (!of[r]) continue;
      ++rows;
      for (const size_t b : near(r))
        if (GEOSIntersects_r(geos_.get(), of[r].get(), of[b].get()) == 1) {
          ++neighbours;
          break;
        }
    }
    return 2 * neighbours >= rows;
  }

  const Geos& geos_;
  Scale scale_;
  double sum_ = 0;
  Geos::Ptr whole_{nullptr, {}};
  std::optional<SpatialIndex> index_;
  std::vector<Box> boxes_;
};

bool worthChecking(const Layer& layer) {
  const Shapes& s = layer.shapes;
  return s.kind == ShapeKind::polygon && s.rows() >= 2 && s.rows() <= mostRows &&
         s.vertices.size() <= mostVertices;
}

// Rows that equal an earlier one in shape and values.
std::vector<uint8_t> repeatedRows(const Layer& layer) {
  const Shapes& s = layer.shapes;
  std::vector<uint8_t> out(layer.rows());
  std::map<std::pair<double, double>, std::vector<size_t>> byFirst;
  for (size_t r = 0; r < s.rows(); ++r) {
    if (!s.has(r)) continue;
    const Point p = s.vertices[s.partStart[s.rowStart[r]]];
    for (const size_t earlier : byFirst[{p.x, p.y}])
      if (sameShape(s, earlier, r) && sameValues(layer.table, earlier, r)) {
        out[r] = 1;
        break;
      }
    if (!out[r]) byFirst[{p.x, p.y}].push_back(r);
  }
  return out;
}

Column taken(const Column& c, const std::vector<size_t>& rows) {
  Column out = c;
  out.numbers.clear(), out.texts.clear(), out.present.clear();
  for (const size_t r : rows) {
    if (c.numeric()) out.numbers.push_back(c.numbers[r]);
    else out.texts.push_back(c.texts[r]), out.present.push_back(c.present[r]);
  }
  return out;
}

// The vertex that cleaning took away first, but for repeated ones.
Point firstLost(std::span<const Point> ring, const std::vector<Point>& clean) {
  size_t kept = 0;
  for (size_t i = 0; i < ring.size(); ++i) {
    if (kept < clean.size() && ring[i] == clean[kept]) ++kept;
    else if (i > 0 && !(ring[i] == ring[i - 1])) return ring[i];
  }
  return ring[0];
}

// One row without repeated vertices, spikes and parts of no area.
void cleanRow(const Shapes& s, size_t row, const Scale& scale, Shapes& out, Report& report) {
  bool outerLost = false;
  for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
    const auto part = s.part(p);
    size_t spikes = 0;
    const std::vector<Point> ring = withoutSpikes(part, scale, spikes);
    const bool hole = s.hole[p] != 0;
    if (!hole) outerLost = false;
    if (ring.size() < 3 || (hole && outerLost)) {
      report.note("mended-zero-area", row, "Parts without area were removed.");
      if (!hole) outerLost = true;
      continue;
    }
    if (spikes > 0) report.note("mended-spike", row, "Spikes were cut off.");
    else if (ring.size() < part.size())
      report.note("mended-duplicate-vertices", row, "Repeated vertices were removed.");
    out.vertices.insert(out.vertices.end(), ring.begin(), ring.end());
    out.endPart(hole);
  }
  out.endRow();
}

}  // namespace

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

std::vector<Problem> areaProblems(const Layer& layer, Progress* progress) {
  Report report;
  const Shapes& s = layer.shapes;
  if (s.kind != ShapeKind::polygon) return {};
  const Scale scale = scaleOf(layer);
  for (size_t row = 0; row < s.rows(); ++row) {
    std::optional<Point> spike, flat;
    for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
      size_t spikes = 0;
      if (hasNoArea(s.part(p), scale)) flat = s.part(p)[0];
      else if (const auto clean = withoutSpikes(s.part(p), scale, spikes); spikes > 0 && !spike)
        spike = firstLost(s.part(p), clean);
    }
    if (spike) report.note("spike", row, "A border runs out and comes back upon itself.", "repair", spike);
    if (flat) report.note("zero-area", row, "A part of the shape has no area.", "repair", flat);
  }
  if (!worthChecking(layer) || (progress && !progress->keepGoing(0.5))) return report.problems;
  const Geos geos;
  const Coverage coverage(geos, layer);
  if (!coverage.divides()) return report.problems;
  std::set<size_t> rows;
  double largest = 0;
  const auto places = [&](const auto& all) {
    std::vector<Point> out;
    for (const auto& one : all)
      if (const auto p = geos.insideOf(one.shape.get()); p && out.size() < Report::mostPlaces)
        out.push_back(*p);
    return out;
  };
  const auto overlaps = coverage.overlaps();
  for (const Overlap& o : overlaps)
    rows.insert({o.a, o.b}), largest = std::max(largest, coverage.squareMetres(o.shape.get()));
  if (!overlaps.empty())
    report.add({"overlap",
                {rows.begin(), rows.end()},
                fmt::format("Areas overlap in {} places, by {:.0f} m² at most.", overlaps.size(), largest),
                "repair",
                false,
                places(overlaps)});
  rows.clear(), largest = 0;
  const auto gaps = coverage.gaps();
  for (const Gap& g : gaps)
    rows.insert(g.rows.begin(), g.rows.end()),
        largest = std::max(largest, coverage.squareMetres(g.shape.get()));
  if (!gaps.empty())
    report.add({"gap",
                {rows.begin(), rows.end()},
                fmt::format("There are {} gaps between areas, of {:.0f} m² at most.", gaps.size(), largest),
                "repair",
                false,
                places(gaps)});
  return report.problems;
}

std::vector<Problem> outsideProblems(const Layer& points, const Layer& polygons) {
  const Shapes& s = points.shapes;
  if (s.kind != ShapeKind::point || polygons.shapes.kind != ShapeKind::polygon || s.rows() > 1'000'000)
    return {};
  const SpatialIndex index(polygons.shapes);
  std::vector<size_t> outside;
  std::vector<Point> where;
  size_t placed = 0;
  for (size_t r = 0; r < s.rows(); ++r) {
    if (!s.has(r)) continue;
    ++placed;
    const Point p = s.part(s.rowStart[r])[0];
    if (!index.at(polygons.shapes, p).empty()) continue;
    outside.push_back(r);
    if (where.size() < Report::mostPlaces) where.push_back(p);
  }
  // Where many lie elsewhere the polygons are not what they belong to.
  if (outside.empty() || 5 * outside.size() > placed) return {};
  return {{"outside", outside, "Points lie outside of the area that nearly all others lie in.",
           "edit-coordinates", false, where}};
}

Result<Mended> mend(const Layer& layer, Progress* progress) {
  const Shapes& s = layer.shapes;
  Mended out;
  const Scale scale = scaleOf(layer);
  const std::vector<uint8_t> repeated =
      s.kind == ShapeKind::none ? std::vector<uint8_t>(layer.rows()) : repeatedRows(layer);
  for (size_t r = 0; r < layer.rows(); ++r) {
    if (repeated[r]) out.report.note("mended-duplicate-row", r, "Rows that equal earlier ones were removed.");
    else out.rowOf.push_back(r);
  }
  auto mended = std::make_shared<Layer>();
  mended->name = layer.name, mended->source = layer.source, mended->crs = layer.crs;
  for (const Column& c : layer.table.columns) mended->table.columns.push_back(taken(c, out.rowOf));
  mended->table.rowCount = out.rowOf.size();
  Shapes& clean = mended->shapes;
  clean.kind = s.kind;
  const auto cancelled = [&] { return fail(fmt::format("Mending {} was cancelled.", layer.name)); };

  if (s.kind != ShapeKind::polygon) {
    for (const size_t r : out.rowOf) {
      for (uint32_t p = s.rowStart[r]; p < s.rowStart[r + 1]; ++p) {
        const auto part = s.part(p);
        const size_t before = clean.vertices.size();
        for (const Point v : part)
          if (clean.vertices.size() == before || !(clean.vertices.back() == v)) clean.vertices.push_back(v);
        if (clean.vertices.size() - before < part.size())
          out.report.note("mended-duplicate-vertices", r, "Repeated vertices were removed.");
        clean.endPart();
      }
      clean.endRow();
    }
    mended->bounds = clean.box();
    out.layer = std::move(mended);
    return out;
  }

  for (size_t i = 0; i < out.rowOf.size(); ++i) cleanRow(s, out.rowOf[i], scale, clean, out.report);
  const Geos geos;
  std::vector<Geos::Ptr> shapes(out.rowOf.size());
  std::vector<uint8_t> changed(out.rowOf.size());
  for (size_t i = 0; i < out.rowOf.size(); ++i) {
    if (progress && i % 64 == 0 &&
        !progress->keepGoing(0.5 * static_cast<double>(i) / static_cast<double>(out.rowOf.size())))
      return cancelled();
    if (!clean.has(i)) continue;
    auto g = geometryOf(geos, clean, i);
    if (!g || GEOSisValid_r(geos.get(), g.get()) == 1) continue;
    shapes[i] = madeValid(geos, g.get());
    if (!shapes[i])
      return fail(fmt::format("Row {} of {} cannot be made valid.", out.rowOf[i], layer.name),
                  "Draw it anew.");
    changed[i] = 1;
    out.report.note("mended-shape", out.rowOf[i],
                    "Shapes that crossed or touched themselves were made valid.");
  }
  const auto rebuild = [&](const std::vector<Geos::Ptr>& from) {
    Shapes next;
    next.kind = ShapeKind::polygon;
    for (size_t i = 0; i < out.rowOf.size(); ++i) {
      if (changed[i]) {
        appendPolygons(geos, from[i].get(), next, scale);
      } else {
        for (uint32_t p = clean.rowStart[i]; p < clean.rowStart[i + 1]; ++p) {
          const auto part = clean.part(p);
          next.vertices.insert(next.vertices.end(), part.begin(), part.end());
          next.endPart(clean.hole[p] != 0);
        }
      }
      next.endRow();
    }
    clean = std::move(next);
  };
  rebuild(shapes);

  if (worthChecking(*mended)) {
    if (progress && !progress->keepGoing(0.6)) return cancelled();
    Coverage coverage(geos, *mended);
    if (coverage.divides()) {
      std::fill(changed.begin(), changed.end(), 0);
      for (const Overlap& o : coverage.overlaps()) {
        // It stays with the row that it is a smaller part of the border of: the larger one, which has more to
        // give, loses it only when the other would be left with nothing.
        const bool fromA = areaOf(geos, coverage.of[o.a].get()) >= areaOf(geos, coverage.of[o.b].get());
        const size_t loser = fromA ? o.a : o.b, keeper = fromA ? o.b : o.a;
        auto less =
            geos.own(GEOSDifference_r(geos.get(), coverage.of[loser].get(), coverage.of[keeper].get()));
        if (!less) continue;
        coverage.of[loser] = std::move(less), changed[loser] = 1;
        for (const size_t i : {o.a, o.b})
          out.report.note("mended-overlap", out.rowOf[i],
                          "Overlaps were given to the smaller of the two areas.");
      }
      for (const Gap& g : coverage.gaps()) {
        const size_t row = g.rows.front();
        auto more = geos.own(GEOSUnion_r(geos.get(), coverage.of[row].get(), g.shape.get()));
        if (!more) continue;
        coverage.of[row] = std::move(more), changed[row] = 1;
        out.report.note("mended-gap", out.rowOf[row],
                        "Gaps were given to the neighbour with the longest border.");
      }
      rebuild(coverage.of);
    }
  }
  for (Problem& p : out.report.problems) {
    std::sort(p.rows.begin(), p.rows.end());
    p.rows.erase(std::unique(p.rows.begin(), p.rows.end()), p.rows.end());
    p.harmless = true;
  }
  mended->bounds = clean.box();
  out.layer = std::move(mended);
  return out;
}

}  // namespace geo
