// GeoTIFF and every other raster that GDAL opens: what it is, and its cells or colours at any size and in any
// CRS.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/geometry.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace geo {

struct RasterBand {
  std::string type;    // "Byte", "Float32"…
  std::string colour;  // "Gray", "Red", "Palette"…
  std::optional<double> noData;
};

struct RasterFacts {
  std::string path, driver;
  int width = 0, height = 0;
  std::vector<RasterBand> bands;
  Crs crs;
  bool placed = false;      // the file says where its cells lie
  Box bounds;               // in crs; of the rotated frame, when it is rotated
  std::string attribution;  // whose it is, where the file says so
};

// trusted: it may lead out of its folder and on to the network.
Result<RasterFacts> rasterFacts(const std::string& path, bool trusted = false);

// Where and how to read. Rows run from north to south.
struct RasterWindow {
  std::optional<Crs> crs{};  // warped to it; none: as the file has it
  Box bounds{};              // in that CRS; empty: the whole raster
  int width = 0,
      height = 0;  // one may be 0: by the shape of the bounds; both: about as fine as the file, at most 4096
  bool trusted = false;
  std::optional<std::pair<float, float>> grey{};  // colours of one band: black and white; none: of the window
  bool smooth = false;  // cells: without edges where the file's are larger than those asked for
};

struct RasterFrame {
  Crs crs;
  Box bounds;
  int width = 0, height = 0;
};

struct RasterCells : RasterFrame {
  std::vector<float> values;  // NaN: no data
};
struct RasterColours : RasterFrame {
  std::vector<uint8_t> rgba;  // not premultiplied; alpha 0: no data
};

// band counts from 1.
Result<RasterCells> rasterCells(const std::string& path, int band, const RasterWindow& window,
                                Progress* progress = nullptr);
// Colour bands and palettes as they are; one band of figures as grey from its 2nd to its 98th percentile.
Result<RasterColours> rasterColours(const std::string& path, const RasterWindow& window,
                                    Progress* progress = nullptr);

// Of one band of figures: the 2nd and 98th percentile of a coarse look at the whole; nothing where it has
// colours.
std::optional<std::pair<float, float>> greyRange(const std::string& path, bool trusted = false);

}  // namespace geo
