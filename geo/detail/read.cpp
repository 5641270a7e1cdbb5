#include "geo/detail/read.h"

#include "geo/database.h"
#include "geo/detail/database_read.h"

#include <fmt/format.h>
#include <ogr_srs_api.h>
#include <ogrsf_frmts.h>

#include <set>

#include "geo/cell_text.h"
#include "geo/datum.h"
#include "geo/detail/features.h"
#include "geo/detail/geojson.h"
#include "geo/detail/guard.h"
#include "geo/detail/source.h"
#include "geo/detail/text_table.h"
#include "geo/encoding.h"
#include "geo/gauss_zone.h"

namespace geo::detail {
namespace {

bool isCsv(const std::string& path) {
  const std::string e = extensionOf(path);
  return e == "csv" || e == "tsv" || e == "txt" || e == "psv";
}

bool isSpreadsheet(const std::string& driver) {
  return driver == "XLSX" || driver == "ODS" || driver == "XLS";
}

std::string baseName(const std::string& path) {
  const std::string name = fileName(path);
  return name.substr(0, name.find_last_of('.'));
}

// The columns asked for, in the order of the file; fails when there is no such name.
Result<void> keepFields(Table& table, const LoadOptions& o) {
  if (o.fields.empty()) return {};
  std::vector<Column> kept;
  std::set<const Column*> wanted;
  for (const std::string& f : o.fields) {
    const Column* c = table.find(f);
    if (!c)
      return fail(fmt::format("There is no column \"{}\".", f),
                  fmt::format("There are: {}.", table.columnNames()));
    wanted.insert(c);
  }
  for (Column& c : table.columns)
    if (wanted.count(&c)) kept.push_back(std::move(c));
  table.columns = std::move(kept);
  return {};
}

Error inFile(const std::string& path, Error e) {
  e.what = fmt::format("{}: {}", fileName(path), e.what);
  return e;
}

// ---- encoding ----

// Which encoding reads the bytes: as the user says, as the file declares when the bytes agree, else by
// evidence.
void settleEncoding(Reading& r, const EncodingEvidence& evidence, const std::string& forced) {
  const std::string declared = canonicalEncoding(r.encodingDeclared);
  const EncodingGuess guess = evidence.guess();
  if (!forced.empty()) {
    const std::string known = canonicalEncoding(forced);
    r.encodingUsed = known.empty() ? forced : known;
    r.encodingConfidence = evidence.readable(r.encodingUsed);
    return;
  }
  if (guess.ascii) {
    r.encodingUsed =
        declared.empty() ? (r.encodingDeclared.empty() ? "UTF-8" : r.encodingDeclared) : declared;
    return;
  }
  const bool decodable = !declared.empty() && evidence.readable(declared) > 0.98;
  if (!declared.empty() && (declared == guess.name || (decodable && guess.confidence < 0.9))) {
    r.encodingUsed = declared;
    r.encodingConfidence = std::max(guess.confidence, 0.9);
    return;
  }
  // A name that only iconv knows: nothing speaks against it if it reads everything.
  if (declared.empty() && !r.encodingDeclared.empty() && evidence.readable(r.encodingDeclared) > 0.98 &&
      guess.name != "UTF-8") {
    r.encodingUsed = r.encodingDeclared;
    r.encodingConfidence = 0.8;
    return;
  }
  r.encodingUsed = guess.name;
  r.encodingConfidence = guess.confidence;
  if (!r.encodingDeclared.empty())
    r.report.add({"encoding-contradiction",
                  {},
                  fmt::format("Declared as {}, but the bytes are {}; read as {}.", r.encodingDeclared,
                              guess.name, guess.name),
                  "write-cpg"});
  else if (guess.name != "UTF-8")
    r.report.add({"encoding-undeclared",
                  {},
                  fmt::format("No encoding is declared; by its bytes it is {}.", guess.name),
                  "write-cpg"});
}

// Names and texts as they came → UTF-8.
Result<void> decode(Reading& r, const std::string& forced, bool legacyFormat) {
  Table& t = r.layer.table;
  EncodingEvidence evidence;
  bool suspicious = legacyFormat || !forced.empty();
  for (const Column& c : t.columns) suspicious = suspicious || !isUtf8(c.name);
  for (const Column& c : t.columns) {
    if (suspicious) break;
    if (c.type == ColumnType::text)
      for (const std::string_view s : c.texts)
        if (!isUtf8(s)) {
          suspicious = true;
          break;
        }
  }
  if (!suspicious) return {};
  for (const Column& c : t.columns) {
    evidence.add(c.name);
    if (c.type == ColumnType::text)
      for (const std::string_view s : c.texts) evidence.add(s);
  }
  settleEncoding(r, evidence, forced);
  auto decoder = Decoder::make(r.encodingUsed);
  if (!decoder) return tl::unexpected(decoder.error());
  std::vector<size_t> damaged, cut;
  std::set<std::string> names;
  std::string cutNames;
  for (Column& c : t.columns) {
    const size_t cutBefore = decoder->cutOff();
    c.name = (*decoder)(c.name);
    if (decoder->cutOff() != cutBefore) cutNames += (cutNames.empty() ? "\"" : ", \"") + c.name + "…\"";
    // Cut to the same beginning, two columns still are two.
    const std::string base = c.name.empty() ? "field" : c.name;
    for (int k = 2; c.name.empty() || !names.insert(c.name).second; ++k)
      c.name = fmt::format("{}_{}", base, k);
    if (c.type != ColumnType::text) continue;
    if (r.encodingUsed == "UTF-8" &&
        std::all_of(c.texts.begin(), c.texts.end(), [](std::string_view s) { return isUtf8(s); }))
      continue;
    Texts decoded;
    decoded.reserve(c.texts.size(), c.texts.bytes());
    for (size_t row = 0; row < c.texts.size(); ++row) {
      const size_t before = decoder->unreadable(), beforeCut = decoder->cutOff();
      decoded.push_back((*decoder)(c.texts[row]));
      if (decoder->unreadable() != before) damaged.push_back(row);
      else if (decoder->cutOff() != beforeCut) cut.push_back(row);
    }
    c.texts = std::move(decoded);
  }
  const auto note = [&](std::vector<size_t>& rows, const char* kind, const char* message) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    if (!rows.empty()) r.report.add({kind, rows, fmt::format("{} {}.", message, r.encodingUsed), ""});
  };
  if (!cutNames.empty())
    r.report.add({"field-name-cut",
                  {},
                  fmt::format("Names of columns end inside a character, as the ten bytes of a DBF leave "
                              "them; they end before it: {}.",
                              cutNames),
                  "rename",
                  true});
  note(damaged, "unreadable-text", "Some bytes are no characters in");
  note(cut, "text-cut-off", "Some texts end inside a character, as a field too short for them leaves it, in");
  return {};
}

// ---- shapes ----

void reportTroubles(Reading& r, const std::vector<ShapeCollector::Trouble>& troubles) {
  for (size_t row = 0; row < troubles.size(); ++row) {
    const auto& t = troubles[row];
    if (t.nonFinite)
      r.report.note("non-finite-coordinates", row, "Vertices that are not finite numbers were left out.",
                    "drop-vertices");
    if (t.tooFew)
      r.report.note("too-few-points", row,
                    "Rings of fewer than three points or lines of fewer than two were left out.",
                    "drop-part");
    if (t.otherKind)
      r.report.note("mixed-geometry", row, "Shapes of another kind than most were left out.", "split-layer");
    if (t.broken)
      r.report.note("broken-geometry", row, "The bytes of the shape make no geometry.", "drop-shape");
  }
}

void swapAxes(Shapes& s) {
  for (Point& p : s.vertices) std::swap(p.x, p.y);
  // Mirrored: what ran counter-clockwise now runs clockwise.
  if (s.kind == ShapeKind::polygon)
    for (size_t p = 0; p < s.parts(); ++p)
      std::reverse(s.vertices.begin() + s.partStart[p], s.vertices.begin() + s.partStart[p + 1]);
}

void settleCrs(Reading& r, const LoadOptions& o) {
  Shapes& shapes = r.layer.shapes;
  r.layer.crs = r.crsDeclared;
  if (o.crs) {
    r.layer.crs = *o.crs;
    return;
  }
  if (shapes.vertices.empty()) return;
  const std::span<const Point> points(shapes.vertices);
  const bool wrong = r.crsDeclared.known() && contradicts(points, r.crsDeclared);
  if (r.crsDeclared.known() && !wrong) return;
  if (wrong && exchanged(points, r.crsDeclared)) {
    swapAxes(shapes);
    r.axesSwapped = true;
    r.report.add({"axes-swapped",
                  {},
                  "x and y are exchanged: x holds the northing; they were put right.",
                  "swap-axes"});
    return;
  }
  CrsGuess guess = guessCrs(points, homeArea());
  r.crsReason = guess.reason;
  r.crsConfidence = guess.confidence;
  if (!guess.crs.known()) {
    if (wrong)
      r.report.add({"crs-contradiction",
                    {},
                    fmt::format("The coordinates cannot be {}: {}.", r.crsDeclared.text(), guess.reason),
                    "declare-crs"});
    else
      r.report.add({"crs-unknown",
                    {},
                    fmt::format("No CRS is declared and the coordinates do not tell it: {}.", guess.reason),
                    "declare-crs"});
    return;
  }
  // What is declared in another of the old datums stays in it; only its zone is put right.
  const auto declaredZone = gaussZone(r.crsDeclared.text());
  if (auto seen = gaussZone(guess.crs.text()); seen && declaredZone && declaredZone->datum != seen->datum) {
    seen->datum = declaredZone->datum;
    guess.crs = Crs::parse(fmt::format("EPSG:{}", epsgOf(*seen))).value();
  }
  // Degrees that are only swapped keep the system they declare.
  const bool onlySwapped = guess.swapped && r.crsDeclared.geographic() && guess.crs.geographic();
  r.layer.crs = onlySwapped ? r.crsDeclared : guess.crs;
  r.axesSwapped = guess.swapped;
  if (guess.swapped) {
    swapAxes(shapes);
    r.report.add({"axes-swapped",
                  {},
                  fmt::format("x and y are exchanged; they were put right ({}).", guess.reason),
                  "swap-axes"});
  }
  if (wrong && !onlySwapped)
    r.report.add({"crs-contradiction",
                  {},
                  fmt::format("Declared as {}, but the coordinates are {}: {}.", r.crsDeclared.text(),
                              guess.crs.text(), guess.reason),
                  "declare-crs"});
  else if (!r.crsDeclared.known() && !(r.layer.source.driver == "CSV" && guess.crs.geographic()))
    r.report.add(
        {"crs-undeclared",
         {},
         fmt::format("No CRS is declared; by its coordinates it is {}: {}.", guess.crs.text(), guess.reason),
         "declare-crs"});
}

Result<void> reproject(Reading& r, const LoadOptions& o) {
  if (!o.reprojectTo || r.layer.shapes.kind == ShapeKind::none) return {};
  if (!r.layer.crs.known())
    return fail(fmt::format("The CRS of {} is unknown.", fileName(r.layer.source.path)),
                "Declare it: --crs EPSG:4547, or crs = \"EPSG:4547\" for the layer in the project.");
  auto transform = Transform::make(r.layer.crs, *o.reprojectTo);
  if (!transform) return tl::unexpected(transform.error());
  Shapes& s = r.layer.shapes;
  const size_t lost = transform->apply(s.vertices);
  r.layer.crs = *o.reprojectTo;
  if (lost == 0) return {};
  // A row with a vertex nowhere has no honest shape left.
  Shapes kept;
  kept.kind = s.kind;
  for (size_t row = 0; row < s.rows(); ++row) {
    bool good = true;
    for (uint32_t v = s.partStart[s.rowStart[row]]; v < s.partStart[s.rowStart[row + 1]]; ++v)
      good = good && std::isfinite(s.vertices[v].x);
    if (!good)
      r.report.note("outside-crs", row,
                    fmt::format("The shape lies outside of what {} can show.", o.reprojectTo->text()),
                    "choose-crs");
    for (uint32_t p = s.rowStart[row]; good && p < s.rowStart[row + 1]; ++p) {
      const auto part = s.part(p);
      kept.vertices.insert(kept.vertices.end(), part.begin(), part.end());
      kept.endPart(s.kind == ShapeKind::polygon && s.hole[p]);
    }
    kept.endRow();
  }
  s = std::move(kept);
  return {};
}

// From a datum that the user declares to WGS 84. Projected coordinates of a shifted datum are brought to
// degrees first.
Result<void> unshift(Reading& r, const LoadOptions& o) {
  if (o.datum.empty()) return {};
  const std::string datum = canonicalDatum(o.datum);
  if (datum.empty())
    return fail(fmt::format("There is no datum \"{}\".", o.datum),
                "Known are WGS 84, CGCS2000, GCJ-02, BD-09 and BD-09MC.");
  if (datum == "WGS 84" || r.layer.shapes.vertices.empty()) return {};
  std::vector<Point>& vertices = r.layer.shapes.vertices;
  const bool metres = datum == "BD-09MC";
  if (!metres && !r.layer.crs.geographic() && r.layer.crs.known()) {
    auto toDegrees = Transform::make(r.layer.crs, Crs::lonLat());
    if (!toDegrees) return tl::unexpected(toDegrees.error());
    toDegrees->apply(vertices);
  }
  double sum = 0;
  for (Point& p : vertices) {
    if (!std::isfinite(p.x)) continue;
    const Point before = metres ? bd09FromBd09mc(p) : p;
    p = wgs84From(datum, p);
    sum += std::hypot((p.x - before.x) * std::cos(p.y * M_PI / 180), p.y - before.y) * 111'195;
  }
  r.datum = datum;
  r.layer.crs = Crs::parse("EPSG:4326").value();
  r.report.add({"unshifted",
                {},
                fmt::format("Brought from {} to WGS 84: places moved by {:.0f} m.", datum,
                            sum / static_cast<double>(vertices.size())),
                "",
                true});
  return {};
}

Result<Reading> finished(Reading r, const LoadOptions& o) {
  settleCrs(r, o);
  if (auto done = unshift(r, o); !done) return tl::unexpected(inFile(r.layer.source.path, done.error()));
  if (auto done = reproject(r, o); !done) return tl::unexpected(done.error());
  r.layer.bounds = r.layer.shapes.box();
  return r;
}

// ---- tables of cells ----

void addPoints(Reading& r, const CoordinateColumns& names, ShapeCollector& out) {
  const Table& t = r.layer.table;
  const Column *x = t.find(names.x), *y = t.find(names.y),
               *both = names.both.empty() ? nullptr : t.find(names.both);
  const auto given = [](const Column* c, size_t row) {
    return c && c->has(row) && !(c->type == ColumnType::text && isMissingMark(c->texts[row]));
  };
  const auto at = [](const Column& c, size_t row) {
    return c.numeric() ? c.numbers[row] : c.has(row) ? degreesFrom(c.texts[row]) : missing;
  };
  for (size_t row = 0; row < t.rows(); ++row) {
    Point p{};
    if (both) {
      const auto pair = both->has(row) ? lonLatFrom(both->texts[row], names.latitudeFirst) : std::nullopt;
      p = pair.value_or(Point{missing, missing});
    } else {
      p = {at(*x, row), at(*y, row)};
    }
    const bool here = std::isfinite(p.x) && std::isfinite(p.y);
    if (here) out.point(p);
    else if (given(x, row) || given(y, row) || given(both, row))
      r.report.note("bad-coordinates", row, "The coordinates are no finite numbers; the row has no place.",
                    "edit-coordinates");
    else r.report.note("no-coordinates", row, "The row has no coordinates.", "edit-coordinates");
    out.endRow();
  }
}

// Well-known text in a column of that name.
const Column* wktColumn(const Table& t) {
  for (const char* name : {"WKT", "geom", "geometry", "the_geom", "wkb_geometry"}) {
    const Column* c = t.find(name);
    if (!c || c->type != ColumnType::text) continue;
    for (size_t r = 0; r < std::min<size_t>(c->rows(), 50); ++r)
      for (const char* word : {"POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION"})
        if (c->texts[r].starts_with(word)) return c;
  }
  return nullptr;
}

void addWkt(Reading& r, const Column& wkt, ShapeCollector& out) {
  const GdalErrors errors;
  std::vector<std::byte> bytes;
  for (size_t row = 0; row < wkt.rows(); ++row) {
    OGRGeometry* geometry = nullptr;
    if (wkt.has(row)) {
      if (OGRGeometryFactory::createFromWkt(std::string(wkt.texts[row]).c_str(), nullptr, &geometry) ==
              OGRERR_NONE &&
          geometry) {
        std::unique_ptr<OGRGeometry> linear(geometry->getLinearGeometry());
        bytes.resize(linear->WkbSize());
        linear->exportToWkb(wkbNDR, reinterpret_cast<unsigned char*>(bytes.data()), wkbVariantIso);
        if (parseWkb(bytes, out) != WkbAnswer::done) out.markBroken();
      } else {
        out.markBroken();
      }
      delete geometry;
    }
    out.endRow();
  }
  (void)r;
}

Result<Reading> fromCells(Reading r, TextGrid grid, const std::string& path, const LoadOptions& o,
                          Peek* peek) {
  constexpr size_t mostColumns = 20'000;
  for (size_t row = 0; row < std::min<size_t>(grid.rows(), 1000); ++row)
    if (grid.width(row) > mostColumns)
      return fail(fmt::format("{} has {} columns in row {}; a table has at most {}.", fileName(path),
                              grid.width(row), row + 1, mostColumns),
                  "Check its separator and quotes, or split it.");
  if (grid.unclosedQuote > 0)
    r.report.add({"unclosed-quote",
                  {},
                  fmt::format("A quotation mark is never closed: the last {} bytes stand in one cell.",
                              grid.unclosedQuote),
                  "edit-cells"});
  if (o.cells.headerRow > 0 && static_cast<size_t>(o.cells.headerRow) > grid.rows())
    return fail(fmt::format("{} has {} rows, so none of them is number {}.", fileName(path), grid.rows(),
                            o.cells.headerRow),
                "Name the row of the header, or 0 to have it found.");
  blankOut(grid, o.cells.missing);
  TypedTable typed = typedTable(grid, o.cells);
  r.report.merge(typed.report);
  if (typed.table.columns.empty())
    return fail(fmt::format("{} has no columns.", fileName(path)), "The first row should hold their names.");
  for (const auto* list : {&o.cells.text, &o.cells.numbers, &o.cells.dates})
    for (const std::string& column : *list)
      if (!typed.table.find(column))
        return fail(fmt::format("{} has no column \"{}\".", fileName(path), column),
                    fmt::format("Columns it does have: {}.", typed.table.columnNames()));
  r.layer.table = std::move(typed.table);
  Table& t = r.layer.table;
  CoordinateColumns names{o.xField, o.yField, {}, false};
  if (!o.xField.empty() || !o.yField.empty()) {
    if (o.xField == o.yField) names = {{}, {}, o.xField, false};
    for (const std::string& f : {o.xField, o.yField})
      if (!t.find(f))
        return fail(fmt::format("{} has no column \"{}\".", fileName(path), f),
                    fmt::format("Columns it does have: {}.", t.columnNames()));
  } else {
    names = coordinateColumns(t);
  }
  if (peek) {
    typed.table = {}, typed.report = {};
    peek->cells = true, peek->grid = std::move(grid), peek->typed = std::move(typed);
    peek->coordinates = names;
  }
  ShapeCollector shapes;
  shapes.reserve(t.rows(), t.rows(), ShapeKind::point);
  if (!names.x.empty() || !names.both.empty()) addPoints(r, names, shapes);
  else if (const Column* wkt = wktColumn(t)) addWkt(r, *wkt, shapes);
  if (shapes.rows() == t.rows()) {
    std::vector<ShapeCollector::Trouble> troubles;
    r.layer.shapes = shapes.finish(troubles);
    reportTroubles(r, troubles);
  } else {
    r.layer.shapes.rowStart.assign(t.rows() + 1, 0);
  }
  if (auto kept = keepFields(t, o); !kept) return tl::unexpected(inFile(path, kept.error()));
  if (o.geometryOnly) t.columns.clear();
  return finished(std::move(r), o);
}

// In UTF-16 every comma, digit and line end has a byte of zeros on the same side.
std::string wideWithoutMark(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  size_t zeros[2] = {};
  for (size_t i = 0; i < head.size(); ++i) zeros[i % 2] += head[i] == '\0';
  // (一 and 开 have one on the other.)
  if (10 * zeros[1] > head.size() && 10 * zeros[0] < zeros[1]) return "UTF-16LE";
  if (10 * zeros[0] > head.size() && 10 * zeros[1] < zeros[0]) return "UTF-16BE";
  return {};
}

Result<Reading> readCsv(const std::string& path, const LoadOptions& o, Progress* progress, Peek* peek) {
  auto bytes = fileBytes(path, size_t{4} << 30);
  if (!bytes) return tl::unexpected(bytes.error());
  Reading r;
  r.layer.name = baseName(path);
  r.layer.source = {path, "CSV", r.layer.name};
  const std::string_view all = *bytes;
  const auto unit = [&](size_t i) { return i < all.size() ? static_cast<unsigned char>(all[i]) : 0; };
  std::string forced = o.encoding;
  if (all.starts_with("\xef\xbb\xbf")) r.encodingDeclared = "UTF-8";
  if (unit(0) == 0xff && unit(1) == 0xfe) r.encodingDeclared = forced = "UTF-16LE";
  if (unit(0) == 0xfe && unit(1) == 0xff) r.encodingDeclared = forced = "UTF-16BE";
  const bool marked = r.encodingDeclared.starts_with("UTF-16");
  if (forced.empty()) forced = wideWithoutMark(all);
  const bool wide = forced.starts_with("UTF-16");
  const std::string content = contentOf(path);
  const bool plain = content.empty() || content == "a JSON text" || content == "an XML text" ||
                     content == "a Windows program";
  if (!wide && (!plain || all.substr(0, 4096).find('\0') != all.npos)) {
    return fail(
        fmt::format("{} is {}, not a text table.", fileName(path), content.empty() ? "binary data" : content),
        "Choose a CSV file.");
  }
  EncodingEvidence evidence;
  if (!wide) {
    for (size_t at = 0; at < all.size();) {  // line by line, so that one bad line does not spoil the rest
      const size_t end = std::min(all.find('\n', at), all.size());
      evidence.add(all.substr(at, end - at));
      at = end + 1;
    }
    settleEncoding(r, evidence, forced);
  } else {
    r.encodingUsed = forced;
  }
  auto decoder = Decoder::make(r.encodingUsed);
  if (!decoder) return tl::unexpected(decoder.error());
  std::string text = (*decoder)(all.substr(marked ? 2 : 0));
  if (decoder->unreadable() > 0)
    r.report.add({"unreadable-text",
                  {},
                  fmt::format("{} places are no characters in {}.", decoder->unreadable(), r.encodingUsed),
                  ""});
  std::string().swap(*bytes);
  if (progress && !progress->keepGoing(0.3)) return fail(fmt::format("Reading {} was cancelled.", path));
  TextGrid grid = parseCsv(text, o.cells.separator.empty() ? '\0' : o.cells.separator[0]);
  if (grid.rows() == 0)
    return fail(fmt::format("{} holds no rows.", fileName(path)),
                "The first line should hold the names of the columns.");
  return fromCells(std::move(r), std::move(grid), path, o, peek);
}

Result<Reading> readSheet(Reading r, OGRLayer& layer, const std::string& path, const LoadOptions& o,
                          Progress* progress, Peek* peek) {
  OGRFeatureDefn& d = *layer.GetLayerDefn();
  std::vector<std::pair<size_t, size_t>> spans;
  TextGrid grid;
  const int width = d.GetFieldCount();
  const auto endRow = [&] { grid.rowStart.push_back(spans.size()); };
  const auto add = [&](std::string_view s) {
    spans.push_back({grid.text.size(), s.size()});
    grid.text.insert(grid.text.end(), s.begin(), s.end());
  };
  layer.ResetReading();
  bool cancelled = false;
  while (std::unique_ptr<OGRFeature> f{layer.GetNextFeature()}) {
    for (int c = 0; c < width; ++c) add(f->IsFieldSetAndNotNull(c) ? f->GetFieldAsString(c) : "");
    endRow();
    if (progress && grid.rows() % 256 == 0 && !progress->keepGoing(0.5)) {
      cancelled = true;
      break;
    }
  }
  for (const auto& [at, size] : spans) grid.cells.emplace_back(grid.text.data() + at, size);
  if (cancelled) return fail(fmt::format("Reading {} was cancelled.", path));
  dropEmptyRowsAtTheEnd(grid);
  if (grid.rows() == 0) return r;  // an unused sheet
  return fromCells(std::move(r), std::move(grid), path, o, peek);
}

// ---- layers ----

// Rows and columns enough for a table: not the cover, the notes or an unused sheet.
bool looksLikeTable(OGRLayer& sheet) {
  return sheet.GetLayerDefn()->GetFieldCount() >= 2 && sheet.GetFeatureCount(TRUE) >= 2;
}

Result<OGRLayer*> chosenLayer(GDALDataset& dataset, const std::string& path, const std::string& wanted,
                              bool sheets) {
  std::string names;
  OGRLayer *first = nullptr, *withShape = nullptr;
  for (int i = 0; i < dataset.GetLayerCount(); ++i) {
    OGRLayer* layer = dataset.GetLayer(i);
    if (!wanted.empty() && wanted == layer->GetName()) return layer;
    names += (names.empty() ? "" : ", ") + std::string(layer->GetName());
    if (!wanted.empty()) continue;
    if (layer->GetFeatureCount(TRUE) <= 0) continue;
    if (!first) first = layer;
    if (!withShape && (sheets ? looksLikeTable(*layer) : layer->GetGeomType() != wkbNone)) withShape = layer;
  }
  if (!wanted.empty())
    return fail(fmt::format("{} has no layer \"{}\".", fileName(path), wanted),
                fmt::format("Layers it does have: {}.", names));
  if (withShape) return withShape;
  if (first) return first;
  if (dataset.GetLayerCount() == 0)
    return fail(fmt::format("{} holds no layer.", fileName(path)), "Choose another file.");
  return fail(fmt::format("{} holds no rows in any layer ({}).", fileName(path), names),
              "Choose another file.");
}

void tellSheet(GDALDataset& dataset, OGRLayer& chosen, Report& report) {
  std::string others;
  for (int i = 0; i < dataset.GetLayerCount(); ++i)
    if (OGRLayer* layer = dataset.GetLayer(i); layer != &chosen && layer->GetFeatureCount(TRUE) > 0)
      others += (others.empty() ? "" : ", ") + std::string(layer->GetName());
  if (!others.empty())
    report.add({"sheet-chosen",
                {},
                fmt::format("Sheet \"{}\" was read, the first that holds a table; others: {}.",
                            chosen.GetName(), others),
                "",
                true});
}

// Drivers that keep the authority's axis order in their data (latitude first) say so in the mapping.
bool latitudeFirst(const OGRSpatialReference* srs) {
  if (!srs || !(srs->EPSGTreatsAsLatLong() || srs->EPSGTreatsAsNorthingEasting())) return false;
  const std::vector<int>& mapping = srs->GetDataAxisToSRSAxisMapping();
  return mapping.size() >= 2 && mapping[0] == 1 && mapping[1] == 2;
}

size_t verticesAtMost(const std::string& path, size_t rows) {
  VSIStatBufL info;
  if (VSIStatL(path.c_str(), &info) != 0 || VSI_ISDIR(info.st_mode)) return rows;
  return static_cast<size_t>(info.st_size) / sizeof(Point) + 1;
}

// LIBKML gives every layer a dozen columns that nothing fills.
void dropUnusedKmlColumns(Table& t) {
  static const std::set<std::string> standard = {"timestamp",  "begin",   "end",         "altitudeMode",
                                                 "tessellate", "extrude", "visibility",  "drawOrder",
                                                 "icon",       "snippet", "Description", "description"};
  std::erase_if(t.columns, [&](const Column& c) {
    if (!standard.count(c.name)) return false;
    if (c.name == "tessellate" || c.name == "extrude" || c.name == "visibility")
      return true;  // flags of KML, no attributes
    for (size_t r = 0; r < c.rows(); ++r)
      if (c.has(r) && !(c.type == ColumnType::text && c.texts[r].empty())) return false;
    return true;
  });
}

// What comes after the features of a layer are read, by whatever road; errors in them are told already.
Result<Reading> withFeatures(Reading r, Features features, const std::string& path, const LoadOptions& o,
                             bool swapped) {
  r.layer.table = std::move(features.table);
  if (auto done = decode(r, o.encoding, r.layer.source.driver == "ESRI Shapefile"); !done)
    return tl::unexpected(done.error());
  if (r.layer.source.driver == "LIBKML" || r.layer.source.driver == "KML")
    dropUnusedKmlColumns(r.layer.table);
  if (auto kept = keepFields(r.layer.table, o); !kept) return tl::unexpected(inFile(path, kept.error()));
  std::vector<ShapeCollector::Trouble> troubles;
  r.clockwise = features.shapes.clockwise();
  r.layer.shapes = features.shapes.finish(troubles);
  reportTroubles(r, troubles);
  if (swapped) swapAxes(r.layer.shapes);
  return r;
}

}  // namespace

Box homeArea() { return {111.8, 23.3, 114.0, 25.3}; }

Result<Reading> read(const std::string& path, const LoadOptions& o, Progress* progress, Peek* peek) {
  if (isDatabase(path)) {
    auto r = readDatabase(path, o, progress);
    if (!r) return r;
    return finished(std::move(*r), o);
  }
  const std::string ending = extensionOf(path);
  if (auto safe = checkReferences(path, o.folder, o.trusted); !safe) return tl::unexpected(safe.error());
  if ((ending == "geojson" || ending == "json") && isPlainFile(path)) {
    auto plain = readPlainGeoJson(path, o, progress);
    if (!plain) return tl::unexpected(plain.error());
    if (*plain && (o.layer.empty() || o.layer == (*plain)->name)) {
      Reading r;
      r.layer.name = (*plain)->name;
      r.layer.source = {path, "GeoJSON", r.layer.name};
      r.encodingDeclared = "UTF-8";
      r.crsDeclared = (*plain)->crs;
      auto whole = withFeatures(std::move(r), std::move((*plain)->features), path, o, false);
      if (!whole) return whole;
      return finished(std::move(*whole), o);
    }
  }
  return readByGdal(path, o, progress, peek);
}

Result<Reading> readByGdal(const std::string& path, const LoadOptions& o, Progress* progress, Peek* peek) {
  if (isCsv(path)) return readCsv(path, o, progress, peek);
  registerGdal();
  GdalErrors errors;

  // Spreadsheets come as plain cells: which row holds the names, and what type a column has, is found out
  // here.
  const std::string ending = extensionOf(path);
  const bool sheet = ending == "xlsx" || ending == "ods" || ending == "xls";
  std::vector<std::unique_ptr<GdalSetting>> settings;
  if (sheet)
    for (const char* driver : {"XLSX", "ODS", "XLS"}) {
      settings.push_back(std::make_unique<GdalSetting>(fmt::format("OGR_{}_HEADERS", driver), "DISABLE"));
      settings.push_back(std::make_unique<GdalSetting>(fmt::format("OGR_{}_FIELD_TYPES", driver), "STRING"));
    }
  auto opened = openVector(path, errors);
  if (!opened) return tl::unexpected(opened.error());
  auto& dataset = *GDALDataset::FromHandle(opened->dataset.get());
  auto chosen = chosenLayer(dataset, path, o.layer, isSpreadsheet(opened->driver));
  if (!chosen) return tl::unexpected(chosen.error());
  OGRLayer& layer = **chosen;

  Reading r;
  r.report = std::move(opened->report);
  r.layer.name = layer.GetName();
  r.layer.source = {path, opened->driver, r.layer.name};
  static const std::set<std::string> utf8ByDefinition = {"GPKG",       "GeoJSON", "GeoJSONSeq", "TopoJSON",
                                                         "FlatGeobuf", "KML",     "LIBKML",     "GML",
                                                         "GPX",        "XLSX",    "ODS",        "SQLite"};
  if (utf8ByDefinition.count(opened->driver)) r.encodingDeclared = "UTF-8";
  if (isSpreadsheet(opened->driver)) {
    if (o.layer.empty()) tellSheet(dataset, layer, r.report);
    if (peek)
      for (int i = 0; i < dataset.GetLayerCount(); ++i)
        if (dataset.GetLayer(i)->GetFeatureCount(TRUE) > 0)
          peek->sheets.emplace_back(dataset.GetLayer(i)->GetName());
    return readSheet(std::move(r), layer, path, o, progress, peek);
  }

  const bool shapefile = opened->driver == "ESRI Shapefile";
  if (shapefile)
    for (const char* key : {"ENCODING_FROM_CPG", "ENCODING_FROM_LDID"})
      if (const char* v = layer.GetMetadataItem(key, "SHAPEFILE"); v && r.encodingDeclared.empty())
        r.encodingDeclared = v;

  ReadOptions ro;
  ro.path = fileName(path);
  ro.attributes = !o.geometryOnly;
  ro.geometry = layer.GetGeomType() != wkbNone;
  ro.noteClockwise = opened->driver == "GeoJSON";
  if (!shapefile && !o.fields.empty() && !o.geometryOnly) {  // there names are still bytes
    for (const std::string& f : o.fields) {
      OGRFeatureDefn& d = *layer.GetLayerDefn();
      const int i = d.GetFieldIndex(f.c_str());
      if (i < 0) {
        std::string known;
        for (int k = 0; k < d.GetFieldCount(); ++k)
          known += (known.empty() ? "" : ", ") + std::string(d.GetFieldDefn(k)->GetNameRef());
        return fail(fmt::format("{} has no column \"{}\".", fileName(path), f),
                    fmt::format("Columns it does have: {}.", known));
      }
      ro.fields.emplace_back(d.GetFieldDefn(i)->GetNameRef());
    }
  }
  ro.expectedVertices =
      verticesAtMost(opened->path, static_cast<size_t>(std::max<GIntBig>(0, layer.GetFeatureCount(FALSE))));
  if (shapefile && !opened->path.starts_with("/vsi"))
    ro.reopen = [path = opened->path] {
      const char* const options[] = {"ENCODING=", nullptr};
      return DatasetPtr(
          GDALOpenEx(path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, nullptr, options, nullptr));
    };
  auto features = readFeatures(OGRLayer::ToHandle(&layer), ro, errors, progress);
  if (!features) return tl::unexpected(features.error());
  if (errors.failed())
    r.report.add(
        {"read-errors",
         {},
         fmt::format("Something in {} could not be read: {}.", fileName(path), errors.firstFailure()),
         ""});
  const OGRSpatialReference* srs = layer.GetSpatialRef();
  r.crsDeclared = crsOf(srs);
  auto whole = withFeatures(std::move(r), std::move(*features), path, o, latitudeFirst(srs));
  if (!whole) return whole;
  if (whole->layer.shapes.kind == ShapeKind::none && ro.geometry)
    whole->report.add({"no-geometry", {}, fmt::format("No row of {} has a shape.", fileName(path)), ""});
  return finished(std::move(*whole), o);
}

}  // namespace geo::detail
