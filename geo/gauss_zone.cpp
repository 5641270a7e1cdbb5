#include "geo/gauss_zone.h"

#include <charconv>

namespace geo {
namespace {

// Where EPSG numbers a family of zones in a row.
struct Row {
  ChineseDatum datum;
  int width, firstZone, lastZone;
  bool numbered;
  int firstCode;
};
constexpr Row rows[] = {
    {ChineseDatum::cgcs2000, 6, 13, 23, true, 4491},   {ChineseDatum::cgcs2000, 6, 13, 23, false, 4502},
    {ChineseDatum::cgcs2000, 3, 25, 45, true, 4513},   {ChineseDatum::cgcs2000, 3, 25, 45, false, 4534},
    {ChineseDatum::xian80, 6, 13, 23, true, 2327},     {ChineseDatum::xian80, 6, 13, 23, false, 2338},
    {ChineseDatum::xian80, 3, 25, 45, true, 2349},     {ChineseDatum::xian80, 3, 25, 45, false, 2370},
    {ChineseDatum::beijing54, 6, 13, 23, true, 21413}, {ChineseDatum::beijing54, 6, 13, 23, false, 21453},
    {ChineseDatum::beijing54, 3, 25, 45, true, 2401},  {ChineseDatum::beijing54, 3, 25, 45, false, 2422}};

}  // namespace

std::optional<GaussZone> gaussZone(int epsg) {
  for (const Row& r : rows)
    if (epsg >= r.firstCode && epsg <= r.firstCode + r.lastZone - r.firstZone)
      return GaussZone{r.datum, r.width, r.firstZone + epsg - r.firstCode, r.numbered};
  return {};
}

std::optional<GaussZone> gaussZone(std::string_view crs) {
  if (!crs.starts_with("EPSG:")) return {};
  int code = 0;
  const auto [end, error] = std::from_chars(crs.data() + 5, crs.data() + crs.size(), code);
  return error == std::errc() && end == crs.data() + crs.size() ? gaussZone(code) : std::nullopt;
}

int epsgOf(const GaussZone& z) {
  for (const Row& r : rows)
    if (r.datum == z.datum && r.width == z.width && r.numbered == z.numbered && z.zone >= r.firstZone &&
        z.zone <= r.lastZone)
      return r.firstCode + z.zone - r.firstZone;
  return 0;
}

const char* nameOf(ChineseDatum datum) {
  return datum == ChineseDatum::cgcs2000 ? "CGCS2000"
         : datum == ChineseDatum::xian80 ? "Xian 1980"
                                         : "Beijing 1954";
}

}  // namespace geo
