#include "geo/datum.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "geo/gauss_zone.h"

namespace geo {
namespace {

constexpr size_t enough = 20000;

bool within(double low, double high, double min, double max) { return low >= min && high <= max; }

std::string thousands(double v) {
  const std::string digits = fmt::format("{:.0f}", std::abs(v));
  std::string out = v < 0 ? "-" : "";
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

Box flipped(const Box& b) { return {b.minY, b.minX, b.maxY, b.maxX}; }

constexpr double northingMin = 1.8e6, northingMax = 5.97e6;  // of China, 16.5…53.6° N

CrsGuess known(int epsg, double confidence, std::string reason) {
  return {Crs::parse(fmt::format("EPSG:{}", epsg)).value(), false, confidence, std::move(reason)};
}

// Share of the box of the points that lies in the area when it is read in that system.
double share(const Box& box, int epsg, const Box& area) {
  const auto toDegrees = Transform::make(Crs::parse(fmt::format("EPSG:{}", epsg)).value(), Crs::lonLat());
  if (!toDegrees) return 0;
  const Box there = transformBox(*toDegrees, box);
  if (there.empty() || !there.intersects(area)) return 0;
  const double w = std::min(there.maxX, area.maxX) - std::max(there.minX, area.minX);
  const double h = std::min(there.maxY, area.maxY) - std::max(there.minY, area.minY);
  const double size = std::max(there.width(), 1e-9) * std::max(there.height(), 1e-9);
  return std::max(w, 1e-9) * std::max(h, 1e-9) / size;
}

CrsGuess unswapped(const Box& b, const Box& area) {
  const std::string range = fmt::format("x {} … {}, y {} … {}", thousands(b.minX), thousands(b.maxX),
                                        thousands(b.minY), thousands(b.maxY));
  if (within(b.minX, b.maxX, -180.5, 360.5) && within(b.minY, b.maxY, -90.001, 90.001)) {
    const bool chinese = within(b.minX, b.maxX, 72, 137) && within(b.minY, b.maxY, 2, 55);
    const bool tiny = within(b.minX, b.maxX, -2, 2) && within(b.minY, b.maxY, -2, 2);
    return known(
        4326,
        chinese ? 0.99
        : tiny  ? 0.3
                : 0.9,
        fmt::format("degrees: x {:.3f} … {:.3f}, y {:.3f} … {:.3f}", b.minX, b.maxX, b.minY, b.maxY));
  }
  const bool northing = within(b.minY, b.maxY, northingMin, northingMax);
  const int zone = static_cast<int>(std::floor(b.minX / 1e6));
  const bool oneZone = zone == static_cast<int>(std::floor(b.maxX / 1e6));
  const double east = b.centre().x - zone * 1e6;
  if (northing && oneZone && zone >= 25 && zone <= 45 && within(east, east, 150e3, 850e3))
    return known(
        4513 + zone - 25, 0.93,
        fmt::format(
            "zone number {} stands in front of the easting (of Xian 1980 and Beijing 1954 it would too): {}",
            zone, range));
  if (northing && oneZone && zone >= 16 && zone <= 23 && within(east, east, 150e3, 850e3))
    return known(4491 + zone - 13, 0.93,
                 fmt::format("6° zone number {} stands in front of the easting: {}", zone, range));
  if (northing && within(b.minX, b.maxX, 100e3, 900e3)) {
    int best = 0;
    double bestShare = 0, second = 0;
    if (!area.empty())
      for (int epsg = 4534; epsg <= 4554; ++epsg) {
        const double s = share(b, epsg, area);
        if (s > bestShare) second = bestShare, bestShare = s, best = epsg;
        else second = std::max(second, s);
      }
    if (bestShare > 0.5)
      return known(best, std::clamp(0.9 * (bestShare - 0.5 * second), 0.3, 0.9),
                   fmt::format("metres without a zone number; this zone is where the area is: {}", range));
    return {{}, false, 0, fmt::format("metres of a Gauss–Krüger zone without its number: {}", range)};
  }
  if (within(b.minX, b.maxX, -20037509, 20037509) && within(b.minY, b.maxY, -20048967, 20048967)) {
    const bool chinese = within(b.minX, b.maxX, 8.0e6, 15.2e6) && within(b.minY, b.maxY, 0.2e6, 7.2e6);
    if (chinese) return known(3857, 0.85, fmt::format("Web Mercator metres of China: {}", range));
  }
  return {{}, false, 0, range};
}

}  // namespace

Box middleBox(std::span<const Point> points) {
  std::vector<double> x, y;
  const size_t step = std::max<size_t>(1, points.size() / enough);
  for (size_t i = 0; i < points.size(); i += step)
    if (std::isfinite(points[i].x) && std::isfinite(points[i].y))
      x.push_back(points[i].x), y.push_back(points[i].y);
  if (x.empty()) return {};
  const auto at = [](std::vector<double>& v, double f) {
    const auto k = static_cast<long>(f * static_cast<double>(v.size() - 1) + 0.5);
    std::nth_element(v.begin(), v.begin() + k, v.end());
    return v[static_cast<size_t>(k)];
  };
  return {at(x, 0.02), at(y, 0.02), at(x, 0.98), at(y, 0.98)};
}

CrsGuess guessCrs(std::span<const Point> points, const Box& area) {
  const Box b = middleBox(points);
  if (b.empty()) return {};
  CrsGuess straight = unswapped(b, area), swapped = unswapped(flipped(b), area);
  // Read as degrees, x 23 … 25 and y 73 … 90 is the Arctic Ocean one way and China the other.
  const Box f = flipped(b);
  const bool chinaOnlySwapped =
      within(f.minX, f.maxX, 72, 137) && within(f.minY, f.maxY, 2, 55) && b.minY > 72;
  if (swapped.crs.known() &&
      (!straight.crs.known() || chinaOnlySwapped || swapped.confidence > straight.confidence + 0.05)) {
    swapped.swapped = true;
    swapped.reason += "; x and y are exchanged";
    return swapped;
  }
  return straight;
}

bool exchanged(std::span<const Point> points, const Crs& declared) {
  const Box b = middleBox(points);
  const auto zone = gaussZone(declared.text());
  if (b.empty() || !zone) return false;
  const double front = zone->numbered ? zone->zone * 1e6 : 0;
  const auto fits = [&](const Box& box) {
    return within(box.minX, box.maxX, front + 50e3, front + 950e3) &&
           within(box.minY, box.maxY, northingMin, northingMax);
  };
  return fits(flipped(b)) && !fits(b);
}

bool contradicts(std::span<const Point> points, const Crs& declared) {
  const Box b = middleBox(points);
  if (b.empty() || !declared.known()) return false;
  const bool degrees = within(b.minX, b.maxX, -180.5, 360.5) && within(b.minY, b.maxY, -90.001, 90.001);
  if (declared.geographic()) return !degrees;
  if (degrees && declared.metresPerUnit() > 0.1 && declared.metresPerUnit() < 10) {
    // Metres this small are next to the origin of the system: believable only where that is a place on its
    // own map.
    const Box wide = b.width() + b.height() > 0 ? b : b.grown(0.001);
    return std::max(std::abs(wide.centre().x), std::abs(wide.centre().y)) > 0.5;
  }
  if (exchanged(points, declared)) return true;
  const auto toDegrees = Transform::make(declared, Crs::lonLat());
  if (!toDegrees) return false;
  const Box there = transformBox(*toDegrees, b);
  if (there.empty()) return true;
  // A transverse Mercator zone is good for a few degrees; a zone number too many or too few puts points a
  // third of the Earth away from its meridian.
  const auto zone = gaussZone(declared.text());
  if (!zone) return false;
  const CrsGuess guess = guessCrs(points);
  if (guess.swapped) return true;
  const auto seen = gaussZone(guess.crs.text());
  if (zone->numbered) return !seen || seen->zone != zone->zone || !seen->numbered;
  // Metres without a number fit every zone.
  return guess.crs.known();
}

std::vector<Crs> lookalikes(std::span<const Point> points, const Crs& crs) {
  const Box b = middleBox(points);
  std::vector<Crs> out;
  if (b.empty()) return out;
  const auto zone = gaussZone(crs.text());
  const bool plain = within(b.minX, b.maxX, 50e3, 950e3) && within(b.minY, b.maxY, northingMin, northingMax);
  if (!plain) return out;
  GaussZone z = zone.value_or(GaussZone{});
  for (z.width = 3, z.numbered = false, z.zone = 25; z.zone <= 45; ++z.zone)
    if (!zone || z.meridian() != zone->meridian())
      out.push_back(Crs::parse(fmt::format("EPSG:{}", epsgOf(z))).value());
  return out;
}

bool looksLikeMercator(std::span<const Point> points) {
  const Box b = middleBox(points);
  return !b.empty() && within(b.minX, b.maxX, 8.0e6, 15.4e6) && within(b.minY, b.maxY, 0.2e6, 7.3e6);
}

}  // namespace geo
