#include "geo/detail/features.h"

#include <fmt/format.h>
#include <ogr_recordbatch.h>
#include <ogrsf_frmts.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>

namespace geo::detail {
namespace {

constexpr double largestExact = 9007199254740992.0;  // 2^53: beyond it doubles skip integers

// A column while it is filled. Integers that doubles cannot hold turn the column into text, so that no digit
// is lost.
struct Filling {
  Column column;
  void number(double v) { column.numbers.push_back(v); }
  void integer(int64_t v) {
    if (column.type == ColumnType::integer && std::abs(static_cast<double>(v)) >= largestExact) toText();
    if (column.numeric()) column.numbers.push_back(static_cast<double>(v));
    else text(std::to_string(v));
  }
  void text(std::string_view s) { column.texts.push_back(s), column.present.push_back(1); }
  void none() {
    if (column.numeric()) column.numbers.push_back(missing);
    else column.texts.push_back({}), column.present.push_back(0);
  }
  // Takes the rows of another over, which keeps its room.
  void append(Filling& other) {
    Column &a = column, &b = other.column;
    if (a.numeric() && !b.numeric()) toText();
    if (!a.numeric() && b.numeric()) other.toText();
    a.numbers.insert(a.numbers.end(), b.numbers.begin(), b.numbers.end());
    a.texts.append(b.texts);
    a.present.insert(a.present.end(), b.present.begin(), b.present.end());
    b.numbers.clear(), b.texts.clear(), b.present.clear();
  }
  void reserve(size_t rows) {
    if (column.numeric()) column.numbers.reserve(rows);
    else column.texts.reserve(rows), column.present.reserve(rows);
  }
  // Room for the texts of all rows by what the first ones took: growing would hold half as much again.
  void reserveLike(size_t rows) {
    const size_t known = column.texts.size();
    if (known == 0 || rows <= known) return;
    const double each = static_cast<double>(column.texts.bytes()) / static_cast<double>(known);
    column.texts.reserve(
        rows,
        std::min<size_t>(static_cast<size_t>(each * 1.06 * static_cast<double>(rows)) + 4096, 1u << 30));
  }

 private:
  void toText() {
    for (size_t r = 0; r < column.numbers.size(); ++r) {
      column.texts.push_back(column.text(r));
      column.present.push_back(column.has(r));
    }
    column.numbers.clear();
    column.type = ColumnType::text;
  }
};

ShapeKind kindOf(OGRwkbGeometryType type) {
  switch (wkbFlatten(type)) {
    case wkbPoint:
    case wkbMultiPoint:
      return ShapeKind::point;
    case wkbLineString:
    case wkbMultiLineString:
    case wkbCompoundCurve:
    case wkbMultiCurve:
      return ShapeKind::line;
    default:
      return ShapeKind::polygon;
  }
}

std::string isoDate(int year, int month, int day) {
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string isoDateTime(int year, int month, int day, int hour, int minute, double second) {
  std::string out = fmt::format("{}T{:02}:{:02}:", isoDate(year, month, day), hour, minute);
  const long milli = std::lround(second * 1000);
  out += fmt::format("{:02}", milli / 1000);
  if (milli % 1000) out += fmt::format(".{:03}", milli % 1000);
  return out;
}

// ---- feature by feature ----

std::span<const Point> verticesOf(const OGRSimpleCurve* curve, std::vector<Point>& buffer) {
  const int n = curve->getNumPoints();
  buffer.resize(static_cast<size_t>(n));
  static_assert(sizeof(OGRRawPoint) == sizeof(Point));
  if (n > 0) curve->getPoints(reinterpret_cast<OGRRawPoint*>(buffer.data()));
  return buffer;
}

void addGeometry(const OGRGeometry* geometry, ShapeCollector& out, std::vector<Point>& buffer) {
  if (!geometry || geometry->IsEmpty()) return;
  switch (wkbFlatten(geometry->getGeometryType())) {
    case wkbPoint: {
      const OGRPoint* p = geometry->toPoint();
      out.point({p->getX(), p->getY()});
      return;
    }
    case wkbLineString:
      return out.line(verticesOf(geometry->toLineString(), buffer));
    case wkbPolygon:
    case wkbTriangle:
      out.beginPolygon();
      for (const OGRLinearRing* ring : *geometry->toPolygon()) out.ring(verticesOf(ring, buffer));
      return;
    case wkbMultiPoint:
    case wkbMultiLineString:
    case wkbMultiPolygon:
    case wkbGeometryCollection:
      for (const OGRGeometry* part : *geometry->toGeometryCollection()) addGeometry(part, out, buffer);
      return;
    case wkbPolyhedralSurface:
    case wkbTIN:
      for (const OGRGeometry* part : *geometry->toPolyhedralSurface()) addGeometry(part, out, buffer);
      return;
    default: {
      // Curves: chords within 4° of arc, GDAL's default.
      std::unique_ptr<OGRGeometry> linear(geometry->getLinearGeometry());
      if (linear && !OGR_GT_IsNonLinear(linear->getGeometryType())) addGeometry(linear.get(), out, buffer);
      else out.markBroken();
    }
  }
}

void addWkb(std::span<const std::byte> wkb, ShapeCollector& out) {
  const WkbAnswer answer = parseWkb(wkb, out);
  if (answer == WkbAnswer::done) return;
  if (answer == WkbAnswer::broken) return out.markBroken();
  OGRGeometry* geometry = nullptr;
  std::vector<Point> buffer;
  if (OGRGeometryFactory::createFromWkb(wkb.data(), nullptr, &geometry, wkb.size()) == OGRERR_NONE)
    addGeometry(geometry, out, buffer);
  else out.markBroken();
  delete geometry;
}

std::vector<Filling> columnsFor(const OGRFeatureDefn& definition, const std::vector<int>& fields) {
  std::vector<Filling> out;
  for (const int f : fields) {
    const OGRFieldDefn* field = definition.GetFieldDefn(f);
    Filling c;
    c.column.name = field->GetNameRef();
    switch (field->GetType()) {
      case OFTInteger:
      case OFTInteger64:
        c.column.type = ColumnType::integer;
        break;
      case OFTReal:
        c.column.type = ColumnType::real;
        break;
      case OFTDate:
      case OFTDateTime:
        c.column.type = ColumnType::date;
        break;
      default:
        c.column.type = ColumnType::text;
    }
    out.push_back(std::move(c));
  }
  return out;
}

void addField(OGRFeature& feature, int field, Filling& out) {
  if (!feature.IsFieldSetAndNotNull(field)) return out.none();
  switch (feature.GetFieldDefnRef(field)->GetType()) {
    case OFTInteger:
      return out.integer(feature.GetFieldAsInteger(field));
    case OFTInteger64:
      return out.integer(feature.GetFieldAsInteger64(field));
    case OFTReal:
      return out.number(feature.GetFieldAsDouble(field));
    case OFTDate:
    case OFTDateTime: {
      int year, month, day, hour, minute, zone;
      float second;
      if (!feature.GetFieldAsDateTime(field, &year, &month, &day, &hour, &minute, &second, &zone) ||
          month < 1)
        return out.none();
      const bool dateOnly = feature.GetFieldDefnRef(field)->GetType() == OFTDate;
      return out.text(dateOnly ? isoDate(year, month, day)
                               : isoDateTime(year, month, day, hour, minute, static_cast<double>(second)));
    }
    case OFTBinary:
      return out.none();
    default:
      return out.text(feature.GetFieldAsString(field));
  }
}

Error cancelled(const std::string& path) { return {fmt::format("Reading {} was cancelled.", path), ""}; }
Error tooLarge(const std::string& path) {
  return {fmt::format("{} has more than four thousand million vertices.", path),
          "Split it or simplify it first."};
}

Result<void> readLoop(OGRLayer& layer, const std::vector<int>& fields, const ReadOptions& o, Features& out,
                      Progress* progress) {
  std::vector<Filling> columns = columnsFor(*layer.GetLayerDefn(), fields);
  const double total = std::max<double>(1, static_cast<double>(layer.GetFeatureCount(FALSE)));
  std::vector<Point> buffer;
  layer.ResetReading();
  while (std::unique_ptr<OGRFeature> feature{layer.GetNextFeature()}) {
    for (size_t c = 0; c < fields.size(); ++c) addField(*feature, fields[c], columns[c]);
    if (o.geometry) addGeometry(feature->GetGeometryRef(), out.shapes, buffer);
    out.shapes.endRow();
    if (out.shapes.full()) return tl::unexpected(tooLarge(o.path));
    if (progress && out.shapes.rows() % 1024 == 0 &&
        !progress->keepGoing(static_cast<double>(out.shapes.rows()) / total))
      return tl::unexpected(cancelled(o.path));
  }
  for (Filling& c : columns) out.table.columns.push_back(std::move(c.column));
  return {};
}

// What workers of one file share: whose turn it is to hand over, and what went wrong.
struct Turns {
  std::mutex mutex;
  std::condition_variable changed;
  size_t next = 0;
  bool stop = false;
  std::exception_ptr broke;
  size_t failures = 0;  // that GDAL told the other threads
  std::string firstFailure;

  void end(std::exception_ptr why = nullptr) {
    std::lock_guard lock(mutex);
    stop = true;
    if (why && !broke) broke = why;
    changed.notify_all();
  }
};

// Blocks of features, each read by one of several threads that have the file open for themselves, put
// together in order.
Result<void> readBlocks(OGRLayer& layer, const std::vector<int>& fields, const char** ignored,
                        const ReadOptions& o, Features& out, GdalErrors& errors, Progress* progress) {
  constexpr size_t rowsOfBlock = 8192;
  const size_t count = static_cast<size_t>(layer.GetFeatureCount(FALSE));
  const size_t blocks = (count + rowsOfBlock - 1) / rowsOfBlock;
  std::vector<Filling> columns = columnsFor(*layer.GetLayerDefn(), fields);
  for (Filling& c : columns) c.reserve(count);
  Turns turns;
  std::atomic<size_t> nextBlock{0};
  bool full = false;
  const auto work = [&](OGRLayer& source) {
    std::vector<Filling> part = columnsFor(*source.GetLayerDefn(), fields);
    ShapeCollector shapes;
    shapes.noteClockwise(o.noteClockwise);
    std::vector<Point> buffer;
    for (size_t block; (block = nextBlock++) < blocks;) {
      const auto first = static_cast<GIntBig>(block * rowsOfBlock);
      source.SetNextByIndex(first);
      while (std::unique_ptr<OGRFeature> feature{source.GetNextFeature()}) {
        if (block + 1 < blocks && feature->GetFID() >= first + static_cast<GIntBig>(rowsOfBlock)) break;
        for (size_t c = 0; c < fields.size(); ++c) addField(*feature, fields[c], part[c]);
        if (o.geometry) addGeometry(feature->GetGeometryRef(), shapes, buffer);
        shapes.endRow();
      }
      std::unique_lock lock(turns.mutex);
      turns.changed.wait(lock, [&] { return turns.next == block || turns.stop; });
      if (turns.stop) return;
      lock.unlock();  // nobody else has this turn
      for (size_t c = 0; c < columns.size(); ++c) {
        columns[c].append(part[c]);
        if (block == 0) columns[c].reserveLike(count);
      }
      out.shapes.append(shapes);
      full = out.shapes.full();
      if (full ||
          (progress && !progress->keepGoing(static_cast<double>(block) / static_cast<double>(blocks))))
        return turns.end();
      lock.lock();
      ++turns.next;
      turns.changed.notify_all();
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < std::clamp(std::thread::hardware_concurrency(), 1u, 4u); ++i)
      others.emplace_back([&] {
        GdalErrors own;
        try {
          const DatasetPtr again = o.reopen();
          OGRLayer* same =
              again ? GDALDataset::FromHandle(again.get())->GetLayerByName(layer.GetName()) : nullptr;
          if (!same) return;  // the others do it
          if (same->TestCapability(OLCIgnoreFields)) same->SetIgnoredFields(ignored);
          work(*same);
        } catch (...) {
          turns.end(std::current_exception());
        }
        std::lock_guard lock(turns.mutex);
        if (turns.failures == 0) turns.firstFailure = own.firstFailure();
        turns.failures += own.failures();
      });
    try {
      work(layer);
    } catch (...) {
      turns.end(std::current_exception());
    }
  }
  errors.add(turns.failures, turns.firstFailure);
  if (turns.broke) std::rethrow_exception(turns.broke);
  if (full) return tl::unexpected(tooLarge(o.path));
  if (progress && progress->cancelled()) return tl::unexpected(cancelled(o.path));
  for (Filling& c : columns) out.table.columns.push_back(std::move(c.column));
  return {};
}

// ---- by Arrow ----

struct ArrowSchemaPtr {
  ArrowSchema schema{};
  ~ArrowSchemaPtr() {
    if (schema.release) schema.release(&schema);
  }
};
struct ArrowArrayPtr {
  ArrowArray array{};
  ArrowArrayPtr() = default;
  ArrowArrayPtr(ArrowArrayPtr&& other) noexcept : array(std::exchange(other.array, {})) {}
  ArrowArrayPtr& operator=(ArrowArrayPtr&& other) noexcept {
    std::swap(array, other.array);
    return *this;
  }
  ~ArrowArrayPtr() {
    if (array.release) array.release(&array);
  }
};
struct ArrowStreamPtr {
  ArrowArrayStream stream{};
  ~ArrowStreamPtr() {
    if (stream.release) stream.release(&stream);
  }
};

// Metadata: int32 count, then (int32 length, bytes) of key and value, in native order.
bool isWkbColumn(const ArrowSchema& column) {
  const char* p = column.metadata;
  if (!p) return false;
  const auto number = [&p] {
    int32_t n;
    std::memcpy(&n, p, 4);
    p += 4;
    return n;
  };
  const int32_t pairs = number();
  for (int32_t i = 0; i < pairs; ++i) {
    const int32_t keyLength = number();
    const std::string_view key(p, static_cast<size_t>(keyLength));
    p += keyLength;
    const int32_t valueLength = number();
    const std::string_view value(p, static_cast<size_t>(valueLength));
    p += valueLength;
    if (key == "ARROW:extension:name" && value == "ogc.wkb") return true;
  }
  return false;
}

bool valid(const ArrowArray& a, int64_t i) {
  const auto* bits = static_cast<const uint8_t*>(a.buffers[0]);
  if (!bits || a.null_count == 0) return true;
  i += a.offset;
  return (bits[i / 8] >> (i % 8)) & 1;
}

template <class Offset>
std::span<const std::byte> bytesOf(const ArrowArray& a, int64_t i) {
  const auto* offsets = static_cast<const Offset*>(a.buffers[1]) + a.offset;
  const auto* data = static_cast<const std::byte*>(a.buffers[2]);
  return {data + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i])};
}

void addWkbColumn(const ArrowArray& a, bool large, ShapeCollector& out) {
  for (int64_t i = 0; i < a.length; ++i) {
    if (valid(a, i)) {
      const auto wkb = large ? bytesOf<int64_t>(a, i) : bytesOf<int32_t>(a, i);
      if (!wkb.empty()) addWkb(wkb, out);
    }
    out.endRow();
  }
}

template <class T>
void addNumbers(const ArrowArray& a, Filling& out) {
  const T* values = static_cast<const T*>(a.buffers[1]) + a.offset;
  for (int64_t i = 0; i < a.length; ++i) {
    if (!valid(a, i)) out.none();
    else if constexpr (std::is_integral_v<T>) out.integer(static_cast<int64_t>(values[i]));
    else out.number(static_cast<double>(values[i]));
  }
}

// Days since 1970 → civil date (Howard Hinnant's algorithm).
std::string dateFromDays(int64_t days) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t doe = days - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int64_t day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
  return isoDate(static_cast<int>(yoe + era * 400 + (month <= 2)), static_cast<int>(month),
                 static_cast<int>(day));
}

int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

std::string timeFromTicks(int64_t ticks, int64_t perSecond) {
  const int64_t perDay = 86400 * perSecond, day = floorDiv(ticks, perDay), rest = ticks - day * perDay;
  const int64_t second = rest / perSecond;
  const auto milli = (rest % perSecond) * 1000 / perSecond;
  std::string out =
      fmt::format("{}T{:02}:{:02}:{:02}", dateFromDays(day), second / 3600, second / 60 % 60, second % 60);
  if (milli) out += fmt::format(".{:03}", milli);
  return out;
}

bool supported(std::string_view format) {
  static constexpr std::string_view known[] = {"b", "c", "C", "s", "S", "i", "I",   "l",  "L",
                                               "f", "g", "u", "U", "z", "Z", "tdD", "tdm"};
  return std::find(std::begin(known), std::end(known), format) != std::end(known) || format.starts_with("ts");
}

ColumnType columnTypeOf(std::string_view format) {
  if (format == "f" || format == "g") return ColumnType::real;
  if (format.starts_with("t")) return ColumnType::date;
  if (format == "u" || format == "U" || format == "z" || format == "Z") return ColumnType::text;
  return ColumnType::integer;
}

void addColumn(const ArrowArray& a, std::string_view format, Filling& out) {
  const char f = format[0];
  if (f == 'c') return addNumbers<int8_t>(a, out);
  if (f == 'C') return addNumbers<uint8_t>(a, out);
  if (f == 's') return addNumbers<int16_t>(a, out);
  if (f == 'S') return addNumbers<uint16_t>(a, out);
  if (f == 'i') return addNumbers<int32_t>(a, out);
  if (f == 'I') return addNumbers<uint32_t>(a, out);
  if (f == 'l') return addNumbers<int64_t>(a, out);
  if (f == 'L') return addNumbers<uint64_t>(a, out);
  if (f == 'f') return addNumbers<float>(a, out);
  if (f == 'g') return addNumbers<double>(a, out);
  int64_t perSecond = 1;
  if (format.starts_with("tsm")) perSecond = 1000;
  if (format.starts_with("tsu")) perSecond = 1000000;
  if (format.starts_with("tsn")) perSecond = 1000000000;
  for (int64_t i = 0; i < a.length; ++i) {
    if (!valid(a, i) || f == 'z' || f == 'Z') {
      out.none();
    } else if (f == 'u' || f == 'U') {
      const auto bytes = f == 'u' ? bytesOf<int32_t>(a, i) : bytesOf<int64_t>(a, i);
      out.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    } else if (f == 'b') {
      const auto* bits = static_cast<const uint8_t*>(a.buffers[1]);
      const int64_t k = i + a.offset;
      out.integer((bits[k / 8] >> (k % 8)) & 1);
    } else if (format == "tdD") {
      out.text(dateFromDays((static_cast<const int32_t*>(a.buffers[1]) + a.offset)[i]));
    } else if (format == "tdm") {
      out.text(dateFromDays(floorDiv((static_cast<const int64_t*>(a.buffers[1]) + a.offset)[i], 86400000)));
    } else {
      out.text(timeFromTicks((static_cast<const int64_t*>(a.buffers[1]) + a.offset)[i], perSecond));
    }
  }
}

// False when the driver's columns are of a form that only the feature loop reads; then nothing was read.
Result<bool> readArrow(OGRLayer& layer, const ReadOptions& o, Features& out, GdalErrors& errors,
                       Progress* progress) {
  // Larger batches cross malloc's mmap threshold and fault in their pages anew each time.
  const size_t rowsInFile = static_cast<size_t>(std::max<GIntBig>(1, layer.GetFeatureCount(TRUE)));
  const size_t bytesPerRow = std::max<size_t>(1, o.expectedVertices * sizeof(Point) / rowsInFile);
  const std::string batch =
      fmt::format("MAX_FEATURES_IN_BATCH={}", std::clamp<size_t>((size_t{1} << 20) / bytesPerRow, 8, 4096));
  const char* const options[] = {batch.c_str(), "INCLUDE_FID=NO", nullptr};
  ArrowStreamPtr stream;
  if (!layer.GetArrowStream(&stream.stream, const_cast<char**>(options))) return false;
  ArrowSchemaPtr schema;
  if (stream.stream.get_schema(&stream.stream, &schema.schema) != 0) return false;
  const auto count = static_cast<size_t>(schema.schema.n_children);
  std::vector<Filling> columns(count);
  size_t geometry = count;
  for (size_t c = 0; c < count; ++c) {
    const ArrowSchema& s = *schema.schema.children[c];
    if (isWkbColumn(s)) {
      geometry = c;
      continue;
    }
    if (!supported(s.format)) return false;
    columns[c].column.name = s.name;
    columns[c].column.type = columnTypeOf(s.format);
  }
  const auto expected = static_cast<size_t>(std::max<GIntBig>(0, layer.GetFeatureCount(TRUE)));
  for (Filling& f : columns) f.reserve(expected);
  size_t rows = 0;
  const auto add = [&](const ArrowArray& a) {
    for (size_t c = 0; c < count; ++c) {
      const ArrowArray& child = *a.children[c];
      const std::string_view format = schema.schema.children[c]->format;
      if (c == geometry) {
        if (o.geometry) addWkbColumn(child, format == "Z", out.shapes);
      } else {
        addColumn(child, format, columns[c]);
      }
    }
    if (rows == 0)
      for (Filling& f : columns) f.reserveLike(expected);
    rows += static_cast<size_t>(a.length);
    while (out.shapes.rows() < rows) out.shapes.endRow();
    return !out.shapes.full() &&
           (!progress || progress->keepGoing(static_cast<double>(rows) /
                                             static_cast<double>(std::max<size_t>(1, expected))));
  };
  const auto next = [&](ArrowArrayPtr& into) {
    return stream.stream.get_next(&stream.stream, &into.array) == 0 && into.array.release;
  };
  if (expected < 50'000) {
    for (ArrowArrayPtr batch; next(batch); batch = {})
      if (!add(batch.array)) break;
  } else {
    // GDAL reads the next batch on this thread while another takes the last one apart.
    Turns turns;
    std::deque<ArrowArrayPtr> waiting;
    bool ended = false;
    {
      std::jthread taking([&] {
        try {
          for (;;) {
            std::unique_lock lock(turns.mutex);
            turns.changed.wait(lock, [&] { return !waiting.empty() || ended; });
            if (waiting.empty()) return;
            const ArrowArrayPtr batch = std::move(waiting.front());
            waiting.pop_front();
            turns.changed.notify_all();
            lock.unlock();
            if (!add(batch.array)) return turns.end();
          }
        } catch (...) {
          turns.end(std::current_exception());
        }
      });
      for (ArrowArrayPtr batch; next(batch); batch = {}) {
        std::unique_lock lock(turns.mutex);
        turns.changed.wait(lock, [&] { return waiting.empty() || turns.stop; });
        if (turns.stop) break;
        waiting.push_back(std::move(batch));
        turns.changed.notify_all();
      }
      std::lock_guard lock(turns.mutex);
      ended = true;
      turns.changed.notify_all();
    }
    if (turns.broke) std::rethrow_exception(turns.broke);
  }
  if (out.shapes.full()) return tl::unexpected(tooLarge(o.path));
  if (progress && progress->cancelled()) return tl::unexpected(cancelled(o.path));
  if (rows < expected && errors.failed())
    return fail(fmt::format("{} is damaged or cut short: {} of its {} rows could be read ({}).", o.path, rows,
                            expected, errors.firstFailure()),
                "Copy or download it again.");
  for (size_t c = 0; c < count; ++c)
    if (c != geometry) out.table.columns.push_back(std::move(columns[c].column));
  return true;
}

}  // namespace

Result<Features> readFeatures(void* handle, const ReadOptions& o, GdalErrors& errors, Progress* progress) {
  OGRLayer& layer = *OGRLayer::FromHandle(static_cast<OGRLayerH>(handle));
  OGRFeatureDefn& definition = *layer.GetLayerDefn();
  std::vector<int> wanted;
  std::vector<const char*> ignored;
  for (int f = 0; f < definition.GetFieldCount(); ++f) {
    const char* name = definition.GetFieldDefn(f)->GetNameRef();
    const bool listed =
        o.fields.empty() || std::find(o.fields.begin(), o.fields.end(), name) != o.fields.end();
    if (o.attributes && listed) wanted.push_back(f);
    else ignored.push_back(name);
  }
  if (!o.geometry) ignored.push_back("OGR_GEOMETRY");
  ignored.push_back("OGR_STYLE");
  ignored.push_back(nullptr);
  if (layer.TestCapability(OLCIgnoreFields)) layer.SetIgnoredFields(const_cast<const char**>(ignored.data()));

  Features out;
  const auto expected = static_cast<size_t>(std::max<GIntBig>(0, layer.GetFeatureCount(FALSE)));
  out.shapes.noteClockwise(o.noteClockwise);
  out.shapes.reserve(std::min<size_t>(expected, 100000000), o.expectedVertices, kindOf(layer.GetGeomType()));
  bool done = false;
  // GDAL 3.6 leaves curves out of its Arrow batches: only layers that cannot hold any go that way.
  const OGRwkbGeometryType type = wkbFlatten(layer.GetGeomType());
  const bool straight = (type >= wkbPoint && type <= wkbMultiPolygon) || type == wkbNone;
  if (straight && layer.TestCapability(OLCFastGetArrowStream)) {
    auto byArrow = readArrow(layer, o, out, errors, progress);
    if (!byArrow) return tl::unexpected(byArrow.error());
    done = *byArrow;
  }
  if (!done) {
    const bool large = o.reopen && expected >= 50'000 && std::thread::hardware_concurrency() > 1;
    if (auto read = large ? readBlocks(layer, wanted, ignored.data(), o, out, errors, progress)
                          : readLoop(layer, wanted, o, out, progress);
        !read)
      return tl::unexpected(read.error());
    if (errors.failed() && out.shapes.rows() < expected)
      return fail(fmt::format("{} is damaged or cut short: {} of its {} rows could be read ({}).", o.path,
                              out.shapes.rows(), expected, errors.firstFailure()),
                  "Copy or download it again.");
  }
  out.table.rowCount = out.shapes.rows();
  return out;
}

}  // namespace geo::detail
