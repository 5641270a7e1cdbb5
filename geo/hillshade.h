// Light and shade on heights, as black and white of some strength: level ground stays clear, so colours
// beneath keep their meaning, on a dark map and a light one.
#pragma once

#include "geo/raster.h"

namespace geo {

struct ShadeOptions {
  double azimuth = 315, altitude = 45;  // degrees: where the light comes from, how high it stands
  double exaggeration = 1;
  bool multidirectional = false;      // four lights, so that no slope lies along all of them (Mark 1992)
  double shadow = 0.6, light = 0.35;  // strength at the most
};

// `metresPerCell` of square cells, rows from the north. One cell on each side is taken off: its slope is not
// known. No data stays clear.
RasterColours shaded(const RasterCells& heights, double metresPerCell, const ShadeOptions& options);

// The file's heights brought into the window's metric CRS first: degrees are no heights' unit. The window is
// given whole.
Result<RasterColours> hillshade(const std::string& path, const RasterWindow& window,
                                const ShadeOptions& options, Progress* progress = nullptr);

}  // namespace geo
