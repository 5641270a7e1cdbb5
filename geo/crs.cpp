#include "geo/crs.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "geo/detail/proj.h"
#include "geo/detail/smooth_grid.h"

namespace geo {

using detail::ContextPtr;
using detail::makeContext;
using detail::PjPtr;

namespace {

struct Known {
  std::string name, step;
};

}  // namespace

struct Crs::Impl {
  std::string text, name;
  bool geographic = false;
  double metresPerUnit = 0;
  // WGS 84 or CGCS2000, which agree to centimetres: between such systems there is no datum shift.
  bool global = false;
  bool degrees = false;  // geographic, in degrees from Greenwich
  // PROJ's step from lon/lat in radians, for systems that are known without the database.
  std::string step;

  static std::shared_ptr<const Impl> known(std::string text, Known known) {
    auto impl = std::make_shared<Impl>();
    impl->text = std::move(text);
    impl->name = std::move(known.name);
    impl->step = std::move(known.step);
    impl->geographic = impl->degrees = impl->step.empty();
    impl->metresPerUnit = impl->geographic ? 0 : 1;
    impl->global = true;
    return impl;
  }
};

namespace {

std::string upper(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
  while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
  return s;
}

std::string tmerc(int centralMeridian, double falseEasting) {
  return fmt::format("+proj=tmerc +lat_0=0 +lon_0={} +k=1 +x_0={} +y_0=0 +ellps=GRS80", centralMeridian,
                     falseEasting);
}

// The systems that Chinese data comes in, by EPSG code: opening PROJ's database for them would cost more than
// reading a small file. The test compares each with the database.
std::optional<Known> knownEpsg(int code) {
  if (code == 4326) return Known{"WGS 84", ""};
  if (code == 4490) return Known{"China Geodetic Coordinate System 2000", ""};
  if (code == 3857) return Known{"WGS 84 / Pseudo-Mercator", "+proj=webmerc +ellps=WGS84"};
  if (code >= 4513 && code <= 4533) {
    const int zone = code - 4513 + 25;
    return Known{fmt::format("CGCS2000 / 3-degree Gauss-Kruger zone {}", zone),
                 tmerc(zone * 3, zone * 1e6 + 500000)};
  }
  if (code >= 4534 && code <= 4554) {
    const int cm = 75 + (code - 4534) * 3;
    return Known{fmt::format("CGCS2000 / 3-degree Gauss-Kruger CM {}E", cm), tmerc(cm, 500000)};
  }
  if (code >= 4491 && code <= 4501) {
    const int zone = code - 4491 + 13;
    return Known{fmt::format("CGCS2000 / Gauss-Kruger zone {}", zone),
                 tmerc(zone * 6 - 3, zone * 1e6 + 500000)};
  }
  if (code >= 4502 && code <= 4512) {
    const int cm = 75 + (code - 4502) * 6;
    return Known{fmt::format("CGCS2000 / Gauss-Kruger CM {}E", cm), tmerc(cm, 500000)};
  }
  const int utm = code % 100;
  if ((code / 100 == 326 || code / 100 == 327) && utm >= 1 && utm <= 60) {
    const bool south = code / 100 == 327;
    return Known{fmt::format("WGS 84 / UTM zone {}{}", utm, south ? 'S' : 'N'),
                 fmt::format("+proj=utm +zone={} {}+ellps=WGS84", utm, south ? "+south " : "")};
  }
  return {};
}

// "EPSG:4547" and "urn:ogc:def:crs:EPSG::4547" → "EPSG:4547"; empty for other texts.
std::string authorityCode(std::string_view text) {
  std::string s = upper(text);
  if (s.starts_with("URN:OGC:DEF:CRS:")) {
    s = s.substr(16);
    const size_t first = s.find(':'), last = s.rfind(':');
    if (first == s.npos || first == last) return {};
    s = s.substr(0, first) + s.substr(last);
  }
  const size_t colon = s.find(':');
  if (colon == s.npos || colon == 0 || colon + 1 == s.size() || s.size() > 24) return {};
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)); };
  if (!std::all_of(s.begin(), s.begin() + static_cast<long>(colon), plain)) return {};
  if (!std::all_of(s.begin() + static_cast<long>(colon) + 1, s.end(), plain)) return {};
  return s;
}

bool isGlobalDatum(std::string_view name) {
  const std::string n = upper(name);
  for (const char* known :
       {"WORLD GEODETIC SYSTEM 1984", "CHINA 2000", "D_CHINA_2000", "CHINA_2000", "CGCS2000", "WGS_1984",
        "UNKNOWN BASED ON WGS 84 ELLIPSOID", "UNKNOWN BASED ON WGS84 ELLIPSOID",
        "UNKNOWN BASED ON GRS 1980 ELLIPSOID", "UNKNOWN BASED ON GRS80 ELLIPSOID"})
    if (n.starts_with(known)) return true;
  return false;
}

PjPtr datumOf(PJ_CONTEXT* context, const PJ* crs) {
  PjPtr datum(proj_crs_get_datum(context, crs));
  if (!datum) datum.reset(proj_crs_get_datum_ensemble(context, crs));
  return datum;
}

// Strips what a map has no use for: heights, and a datum shift of nothing.
PjPtr horizontal(PJ_CONTEXT* context, PjPtr crs) {
  if (proj_get_type(crs.get()) == PJ_TYPE_BOUND_CRS) {
    PjPtr operation(proj_crs_get_coordoperation(context, crs.get()));
    std::array<double, 7> shift{};
    const bool found =
        operation && proj_coordoperation_get_towgs84_values(context, operation.get(), shift.data(), 7, 0);
    const bool none = found && std::all_of(shift.begin(), shift.end(), [](double v) { return v == 0; });
    if (none) crs.reset(proj_get_source_crs(context, crs.get()));
  }
  if (proj_get_type(crs.get()) == PJ_TYPE_COMPOUND_CRS)
    crs.reset(proj_crs_get_sub_crs(context, crs.get(), 0));
  if (crs && proj_get_type(crs.get()) == PJ_TYPE_GEOGRAPHIC_3D_CRS)
    crs.reset(proj_crs_demote_to_2D(context, nullptr, crs.get()));
  return crs;
}

std::string idOf(const PJ* crs) {
  const char* authority = proj_get_id_auth_name(crs, 0);
  const char* code = proj_get_id_code(crs, 0);
  return authority && code ? fmt::format("{}:{}", authority, code) : std::string();
}

// The code of an equal system in the database, when PROJ is certain of it or nothing but the name differs.
std::string identified(PJ_CONTEXT* context, const PJ* crs) {
  int* confidence = nullptr;
  PJ_OBJ_LIST* list = proj_identify(context, crs, "EPSG", nullptr, &confidence);
  std::string best;
  for (int i = 0; list && best.empty() && i < proj_list_get_count(list); ++i) {
    if (confidence[i] < 70) break;
    PjPtr candidate(proj_list_get(context, list, i));
    if (confidence[i] == 100 || proj_is_equivalent_to_with_ctx(context, crs, candidate.get(),
                                                               PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS))
      best = idOf(candidate.get());
  }
  proj_int_list_destroy(confidence);
  proj_list_destroy(list);
  return best;
}

struct Axis {
  double factor = 0;
  bool degree = false;
};

Axis firstAxis(PJ_CONTEXT* context, const PJ* crs) {
  const PJ* plain = crs;
  PjPtr source;
  if (proj_get_type(crs) == PJ_TYPE_BOUND_CRS)
    source.reset(proj_get_source_crs(context, crs)), plain = source.get();
  PjPtr system(proj_crs_get_coordinate_system(context, plain));
  Axis axis;
  const char* unit = nullptr;
  if (system && proj_cs_get_axis_info(context, system.get(), 0, nullptr, nullptr, nullptr, &axis.factor,
                                      &unit, nullptr, nullptr))
    axis.degree = unit && std::string_view(unit).find("degree") == 0;
  return axis;
}

bool fromGreenwich(PJ_CONTEXT* context, const PJ* crs) {
  PjPtr meridian(proj_get_prime_meridian(context, crs));
  double longitude = 1;
  return meridian &&
         proj_prime_meridian_get_parameters(context, meridian.get(), &longitude, nullptr, nullptr) &&
         longitude == 0;
}

}  // namespace

Result<Crs> Crs::parse(std::string_view given) {
  const std::string text(trimmed(given));
  const auto unknown = [&] {
    return fail(fmt::format("\"{:.60}\" is not a coordinate reference system.", text),
                "Give an authority code such as EPSG:4490 or EPSG:4547, or WKT.");
  };
  if (text.empty()) return unknown();

  const std::string code = authorityCode(text);
  if (code == "OGC:CRS84") return lonLat();
  Crs crs;
  if (code.starts_with("EPSG:")) {
    int number = 0;
    const auto [end, error] = std::from_chars(code.data() + 5, code.data() + code.size(), number);
    if (error == std::errc() && end == code.data() + code.size())
      if (auto known = knownEpsg(number)) {
        crs.impl_ = Impl::known(code, std::move(*known));
        return crs;
      }
  }

  ContextPtr context = makeContext();
  std::string source = code.empty() ? text : code;
  if (source.find("+proj=") != source.npos && source.find("+type=crs") == source.npos) source += " +type=crs";
  PjPtr pj(proj_create(context.get(), source.c_str()));
  if (!pj || !proj_is_crs(pj.get())) return unknown();
  pj = horizontal(context.get(), std::move(pj));
  if (!pj) return unknown();
  const PJ_TYPE type = proj_get_type(pj.get());
  if (type == PJ_TYPE_VERTICAL_CRS || type == PJ_TYPE_TEMPORAL_CRS || type == PJ_TYPE_GEOCENTRIC_CRS ||
      type == PJ_TYPE_ENGINEERING_CRS)
    return unknown();

  auto impl = std::make_shared<Impl>();
  impl->text = idOf(pj.get());
  if (impl->text.empty()) impl->text = identified(context.get(), pj.get());
  if (impl->text.starts_with("EPSG:")) {
    // The known systems have one form only, however they were written.
    int number = 0;
    std::from_chars(impl->text.data() + 5, impl->text.data() + impl->text.size(), number);
    if (auto known = knownEpsg(number)) {
      crs.impl_ = Impl::known(impl->text, std::move(*known));
      return crs;
    }
  }
  if (impl->text == "OGC:CRS84") return lonLat();
  if (impl->text.empty()) {
    const char* const options[] = {"MULTILINE=NO", nullptr};
    const char* wkt = proj_as_wkt(context.get(), pj.get(), PJ_WKT2_2019, options);
    if (!wkt) return unknown();
    impl->text = wkt;
  }
  const char* name = proj_get_name(pj.get());
  impl->name = name && *name ? name : impl->text;
  if (impl->name == "unknown") {  // written as PROJ text: say what it does
    PjPtr conversion(proj_crs_get_coordoperation(context.get(), pj.get()));
    const char* its = conversion ? proj_get_name(conversion.get()) : nullptr;
    impl->name = its && std::string_view(its) != "unknown" ? its : text;
  }
  PjPtr geodetic(proj_crs_get_geodetic_crs(context.get(), pj.get()));
  PjPtr inner(type == PJ_TYPE_BOUND_CRS ? proj_get_source_crs(context.get(), pj.get()) : nullptr);
  impl->geographic = proj_get_type(inner ? inner.get() : pj.get()) == PJ_TYPE_GEOGRAPHIC_2D_CRS;
  const Axis axis = firstAxis(context.get(), pj.get());
  impl->metresPerUnit = impl->geographic ? 0 : axis.factor;
  if (geodetic && type != PJ_TYPE_BOUND_CRS) {
    PjPtr datum = datumOf(context.get(), geodetic.get());
    const char* datumName = datum ? proj_get_name(datum.get()) : nullptr;
    impl->global = datumName && isGlobalDatum(datumName) && fromGreenwich(context.get(), geodetic.get());
    impl->degrees = impl->geographic && axis.degree && fromGreenwich(context.get(), geodetic.get());
  }
  crs.impl_ = std::move(impl);
  return crs;
}

Crs Crs::lonLat() {
  static const std::shared_ptr<const Impl> impl = Impl::known("OGC:CRS84", {"WGS 84 (CRS84)", ""});
  Crs crs;
  crs.impl_ = impl;
  return crs;
}

bool Crs::geographic() const { return impl_ && impl_->geographic; }
double Crs::metresPerUnit() const { return impl_ ? impl_->metresPerUnit : 0; }
std::string Crs::name() const { return impl_ ? impl_->name : std::string(); }

const std::string& Crs::text() const {
  static const std::string none;
  return impl_ ? impl_->text : none;
}

namespace {

constexpr size_t worthASecondThread = 1 << 16;

size_t run(PJ* pj, PJ_DIRECTION direction, std::span<Point> points) {
  if (points.empty()) return 0;
  proj_trans_generic(pj, direction, &points[0].x, sizeof(Point), points.size(), &points[0].y, sizeof(Point),
                     points.size(), nullptr, 0, 0, nullptr, 0, 0);
  size_t lost = 0;
  for (Point& p : points)
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) p = {std::nan(""), std::nan("")}, ++lost;
  return lost;
}

// One operation everywhere, without a grid of shifts. Where PROJ chooses between several by the place
// (Beijing 54 to WGS 84: their borders are steps of metres), it does not say what it will do.
bool isSmooth(const PJ* pj) {
  const char* definition = proj_pj_info(const_cast<PJ*>(pj)).definition;
  const std::string_view does = definition ? definition : "";
  return does.starts_with("proj=") && does.find("grid") == does.npos;
}

}  // namespace

struct Transform::Impl {
  ContextPtr context;
  PjPtr pj;  // none: the identity
  // What many points at once may be off, in units of the result: a hundredth of a millimetre.
  double tolerance = 0, inverseTolerance = 0;

  using Grid = std::optional<detail::SmoothGrid>;
  Grid gridFor(PJ_DIRECTION direction, std::span<const Point> points) const {
    if (!pj) return {};
    return detail::SmoothGrid::fit(
        points, [&](std::span<Point> some) { run(pj.get(), direction, some); },
        direction == PJ_FWD ? tolerance : inverseTolerance);
  }

  static size_t some(const Grid& grid, PJ* pj, PJ_DIRECTION direction, std::span<Point> points) {
    size_t lost = 0;
    if (grid) grid->apply(points, [&](std::span<Point> odd) { lost += run(pj, direction, odd); });
    else lost = run(pj, direction, points);
    return lost;
  }

  // PROJ objects belong to one thread, so the second thread works with a copy.
  size_t apply(const Grid& grid, PJ_DIRECTION direction, std::span<Point> points) const {
    if (!pj) return 0;
    if (points.size() < worthASecondThread) return some(grid, pj.get(), direction, points);
    ContextPtr otherContext = makeContext();
    PjPtr other(proj_clone(otherContext.get(), pj.get()));
    if (!other) return some(grid, pj.get(), direction, points);
    const size_t half = points.size() / 2;
    size_t lost = 0;
    {
      std::jthread second([&] { lost = some(grid, other.get(), direction, points.subspan(half)); });
      const size_t mine = some(grid, pj.get(), direction, points.first(half));
      second.join();
      lost += mine;
    }
    return lost;
  }
  size_t apply(PJ_DIRECTION direction, std::span<Point> points) const {
    return apply(gridFor(direction, points), direction, points);
  }
};

Transform::Transform() : impl_(std::make_unique<Impl>()) {}
Transform::Transform(Transform&&) noexcept = default;
Transform& Transform::operator=(Transform&&) noexcept = default;
Transform::~Transform() = default;

Result<Transform> Transform::make(const Crs& from, const Crs& to) {
  if (!from.known() || !to.known())
    return fail("A coordinate reference system is unknown, so nothing can be transformed.",
                "Declare it: --crs EPSG:4490, or crs = \"EPSG:4490\" in the project.");
  const Crs::Impl &a = *from.impl_, &b = *to.impl_;
  Transform t;
  if (a.text == b.text || (a.global && b.global && a.degrees && b.degrees)) return t;

  const auto fine = [](const Crs::Impl& crs) {
    return crs.geographic ? (crs.degrees ? 1e-10 : 0) : crs.metresPerUnit > 0 ? 1e-5 / crs.metresPerUnit : 0;
  };
  t.impl_->tolerance = fine(b), t.impl_->inverseTolerance = fine(a);
  t.impl_->context = makeContext();
  PJ_CONTEXT* context = t.impl_->context.get();
  const auto built = [](const Crs::Impl& crs) { return crs.global && (crs.degrees || !crs.step.empty()); };
  if (built(a) && built(b)) {
    std::string pipeline = "+proj=pipeline";
    pipeline += a.degrees ? " +step +proj=unitconvert +xy_in=deg +xy_out=rad" : " +step +inv " + a.step;
    pipeline += b.degrees ? " +step +proj=unitconvert +xy_in=rad +xy_out=deg" : " +step " + b.step;
    t.impl_->pj.reset(proj_create(context, pipeline.c_str()));
  } else {
    PjPtr source(proj_create(context, a.text.c_str())), target(proj_create(context, b.text.c_str()));
    if (source && target) {
      // With a common datum only the projections matter: each from or to its own base, which holds no datum
      // shift.
      if (a.global && b.global && a.geographic != b.geographic) {
        if (a.geographic) source.reset(proj_crs_get_geodetic_crs(context, target.get()));
        else target.reset(proj_crs_get_geodetic_crs(context, source.get()));
      }
      PjPtr pj(proj_create_crs_to_crs_from_pj(context, source.get(), target.get(), nullptr, nullptr));
      if (pj) t.impl_->pj.reset(proj_normalize_for_visualization(context, pj.get()));
    }
  }
  if (t.impl_->pj && !isSmooth(t.impl_->pj.get())) t.impl_->tolerance = t.impl_->inverseTolerance = 0;
  if (!t.impl_->pj)
    return fail(fmt::format("There is no transformation from {} to {}.", from.name(), to.name()),
                "Choose another CRS for the map.");
  return t;
}

size_t Transform::apply(std::span<Point> points) const { return impl_->apply(PJ_FWD, points); }
Result<size_t> Transform::apply(std::span<Point> points, Progress& progress) const {
  const auto grid = impl_->gridFor(PJ_FWD, points);
  const size_t slice = grid ? 2'000'000 : 250'000;  // some 20 ms
  size_t lost = 0;
  for (size_t at = 0; at < points.size(); at += slice) {
    if (!progress.keepGoing(static_cast<double>(at) / static_cast<double>(points.size())))
      return fail("Transforming was cancelled.");
    lost += impl_->apply(grid, PJ_FWD, points.subspan(at, std::min(slice, points.size() - at)));
  }
  return lost;
}
size_t Transform::applyInverse(std::span<Point> points) const { return impl_->apply(PJ_INV, points); }

Point Transform::operator()(Point p) const {
  apply({&p, 1});
  return p;
}

Point Transform::inverse(Point p) const {
  applyInverse({&p, 1});
  return p;
}

bool Transform::identity() const { return !impl_->pj; }

namespace {

// Rough outline of China with its waters; it only decides between two systems that both suit.
bool inChina(Point p) {
  static constexpr Point outline[] = {
      {73.4, 39.5},  {80, 45.2},    {82.3, 45.4},  {85.6, 48.4},  {87.8, 49.2},  {91, 46.8},    {91, 45.2},
      {95.4, 44.2},  {96.4, 42.8},  {101, 42.6},   {105, 41.6},   {109.5, 42.4}, {112, 43.6},   {111.9, 45},
      {114, 45},     {119.9, 46.6}, {115.6, 47.8}, {116.8, 49.9}, {119.3, 50.2}, {121, 53.4},   {125.7, 53.1},
      {127.5, 50},   {131, 47.7},   {135.2, 48.5}, {133.1, 45},   {131.2, 43},   {130.6, 42.4}, {128, 42},
      {126.5, 41.6}, {124.2, 39.8}, {124, 37},     {123.5, 25},   {120, 17},     {113, 3.5},    {108.5, 8},
      {108.2, 20.5}, {108, 21.5},   {106.6, 22},   {105.3, 23.3}, {103.9, 22.5}, {102.2, 22.4}, {101.7, 21.1},
      {100, 21.5},   {98.9, 23.2},  {97.5, 24},    {98.6, 27.6},  {97.3, 28.2},  {92, 27.7},    {88.9, 27.3},
      {85, 28.3},    {81.2, 30},    {78.7, 31.3},  {78.9, 34.2},  {76, 35.8},    {74.5, 37.2}};
  bool inside = false;
  const size_t n = std::size(outline);
  for (size_t i = 0, j = n - 1; i < n; j = i++) {
    const Point a = outline[i], b = outline[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

std::string albers(double lon0, double lat0, double lat1, double lat2) {
  constexpr auto degree = "ANGLEUNIT[\"degree\",0.0174532925199433]";
  constexpr auto metre = "LENGTHUNIT[\"metre\",1]";
  const auto at = [](double v) { return fmt::format("{:g}", v); };
  return fmt::format(
      "PROJCRS[\"Albers equal area, {0}°E, {2}° and {3}°N\",BASEGEOGCRS[\"China Geodetic Coordinate System "
      "2000\","
      "DATUM[\"China 2000\",ELLIPSOID[\"CGCS2000\",6378137,298.257222101,{5}]],PRIMEM[\"Greenwich\",0,{4}],"
      "ID[\"EPSG\",4490]],CONVERSION[\"Albers\",METHOD[\"Albers Equal Area\",ID[\"EPSG\",9822]],"
      "PARAMETER[\"Latitude of false origin\",{1},{4},ID[\"EPSG\",8821]],"
      "PARAMETER[\"Longitude of false origin\",{0},{4},ID[\"EPSG\",8822]],"
      "PARAMETER[\"Latitude of 1st standard parallel\",{2},{4},ID[\"EPSG\",8823]],"
      "PARAMETER[\"Latitude of 2nd standard parallel\",{3},{4},ID[\"EPSG\",8824]],"
      "PARAMETER[\"Easting at false origin\",0,{5},ID[\"EPSG\",8826]],"
      "PARAMETER[\"Northing at false origin\",0,{5},ID[\"EPSG\",8827]]],"
      "CS[Cartesian,2],AXIS[\"easting\",east,ORDER[1],{5}],AXIS[\"northing\",north,ORDER[2],{5}]]",
      at(lon0), at(lat0), at(lat1), at(lat2), degree, metre);
}

}  // namespace

Crs metricCrsFor(const Box& lonLat) {
  const Point c = lonLat.empty() ? Point{105, 35} : lonLat.centre();
  std::string text;
  if (lonLat.empty() || lonLat.width() > 9) {
    if (inChina(c) && !lonLat.empty() && lonLat.width() > 30) {
      text = albers(105, 0, 25, 47);  // the customary parallels of maps of the whole country
    } else if (lonLat.empty() || lonLat.width() > 180 || lonLat.height() > 100 || std::abs(c.y) < 5) {
      text = lonLat.empty() ? albers(105, 0, 25, 47)
                            : "EPSG:8857";  // a cone fits neither the world nor the equator
    } else {
      const double sixth = lonLat.height() / 6;
      const auto whole = [](double v) { return std::round(v * 10) / 10; };
      text = albers(std::round(c.x), std::round(c.y), whole(lonLat.minY + sixth), whole(lonLat.maxY - sixth));
    }
  } else if (inChina(c)) {
    const int cm = std::clamp(static_cast<int>(std::lround(c.x / 3)) * 3, 75, 135);
    text = fmt::format("EPSG:{}", 4534 + (cm - 75) / 3);
  } else {
    const int zone = std::clamp(static_cast<int>(std::floor((c.x + 180) / 6)) + 1, 1, 60);
    text = fmt::format("EPSG:{}", (c.y < 0 ? 32700 : 32600) + zone);
  }
  auto crs = Crs::parse(text);
  return crs ? *crs : Crs::parse("EPSG:3857").value();
}

Box transformBox(const Transform& t, const Box& box) {
  Box out;
  if (box.empty()) return out;
  constexpr int steps = 32;
  std::vector<Point> edge;
  for (int i = 0; i <= steps; ++i) {
    const double f = static_cast<double>(i) / steps;
    const double x = box.minX + (box.maxX - box.minX) * f, y = box.minY + (box.maxY - box.minY) * f;
    for (const Point p : {Point{x, box.minY}, Point{x, box.maxY}, Point{box.minX, y}, Point{box.maxX, y}})
      edge.push_back(p);
  }
  t.apply(edge);
  for (const Point p : edge)
    if (std::isfinite(p.x)) out.add(p);
  return out;
}

}  // namespace geo
