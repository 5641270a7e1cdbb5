#include "geo/hillshade.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace geo {
namespace {

constexpr double radians = std::numbers::pi / 180;

// What a slope takes of a light, less than zero when it is turned away.
double lit(double dzdx, double dzdy, double azimuth, double altitude) {
  const double zenith = (90 - altitude) * radians,
               to = (450 - azimuth) * radians;  // from east, anticlockwise
  const double length = std::sqrt(1 + dzdx * dzdx + dzdy * dzdy);
  return (std::cos(zenith) - std::sin(zenith) * (dzdx * std::cos(to) + dzdy * std::sin(to))) / length;
}

double shadeOf(double dzdx, double dzdy, const ShadeOptions& o) {
  if (!o.multidirectional) return lit(dzdx, dzdy, o.azimuth, o.altitude);
  // Each of the lights counts as much as the slope faces across it.
  const double aspect = std::atan2(dzdy, dzdx);
  double sum = 0, weights = 0;
  for (const double turn : {-90.0, -45.0, 0.0, 45.0}) {
    const double azimuth = o.azimuth + turn, from = (450 - azimuth) * radians;
    const double weight = std::max(1e-6, std::pow(std::sin(aspect - from), 2));
    sum += weight * lit(dzdx, dzdy, azimuth, o.altitude), weights += weight;
  }
  return sum / weights;
}

}  // namespace

RasterColours shaded(const RasterCells& z, double metresPerCell, const ShadeOptions& o) {
  RasterColours out;
  out.crs = z.crs;
  out.width = std::max(0, z.width - 2), out.height = std::max(0, z.height - 2);
  const double cellX = z.bounds.width() / std::max(1, z.width),
               cellY = z.bounds.height() / std::max(1, z.height);
  out.bounds = {z.bounds.minX + cellX, z.bounds.minY + cellY, z.bounds.maxX - cellX, z.bounds.maxY - cellY};
  out.rgba.assign(static_cast<size_t>(out.width) * static_cast<size_t>(out.height) * 4, 0);
  const double level = std::max(0.05, std::sin(o.altitude * radians));
  const double k = o.exaggeration / (8 * metresPerCell);
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x) {
      std::array<float, 9> n;
      bool whole = true;
      for (int i = 0; i < 9; ++i) {
        n[static_cast<size_t>(i)] = z.values[static_cast<size_t>(y + i / 3) * static_cast<size_t>(z.width) +
                                             static_cast<size_t>(x + i % 3)];
        whole = whole && std::isfinite(n[static_cast<size_t>(i)]);
      }
      if (!whole) continue;
      // Horn 1981.
      const double dzdx = (n[2] + 2.0 * n[5] + n[8] - n[0] - 2.0 * n[3] - n[6]) * k;
      const double dzdy = (n[0] + 2.0 * n[1] + n[2] - n[6] - 2.0 * n[7] - n[8]) * k;
      const double s = std::clamp(shadeOf(dzdx, dzdy, o), 0.0, 1.0);
      uint8_t* to =
          &out.rgba[4 * (static_cast<size_t>(y) * static_cast<size_t>(out.width) + static_cast<size_t>(x))];
      const double strength =
          s < level ? o.shadow * (level - s) / level : o.light * (s - level) / std::max(1e-6, 1 - level);
      to[0] = to[1] = to[2] = s < level ? 0 : 255;
      to[3] = static_cast<uint8_t>(std::lround(std::clamp(strength, 0.0, 1.0) * 255));
    }
  return out;
}

Result<RasterColours> hillshade(const std::string& path, const RasterWindow& window,
                                const ShadeOptions& options, Progress* progress) {
  if (!window.crs || window.crs->metresPerUnit() <= 0)
    return fail("Light and shade need a map in metres.", "Give the map a projected CRS.");
  RasterWindow around = window;
  const double cellX = window.bounds.width() / window.width, cellY = window.bounds.height() / window.height;
  around.bounds = {window.bounds.minX - cellX, window.bounds.minY - cellY, window.bounds.maxX + cellX,
                   window.bounds.maxY + cellY};
  around.width += 2, around.height += 2, around.smooth = true;
  auto heights = rasterCells(path, 1, around, progress);
  if (!heights) return tl::unexpected(heights.error());
  return shaded(*heights, (cellX + cellY) / 2 * window.crs->metresPerUnit(), options);
}

}  // namespace geo
