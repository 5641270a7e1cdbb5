// Pictures cut into tiles: their grids, what a server's bytes are as pixels, and tiles laid out in any CRS.
#pragma once

#include <compare>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/crs.h"
#include "geo/raster.h"

namespace geo {

struct TileLevel {
  std::string name;  // as the server calls it
  double unitsPerPixel = 1;
  Point origin;  // of its north-western tile
  int width = 256, height = 256;
  long columns = 1, rows = 1;
};
struct TileGrid {
  Crs crs;
  std::vector<TileLevel> levels;  // coarse first
};
struct TileRef {
  int level = 0;      // index into the levels
  long x = 0, y = 0;  // rows from the north
  auto operator<=>(const TileRef&) const = default;
};

// The grid of web maps: level z has 2^z tiles each way.
TileGrid webMercatorTiles(int minZoom, int maxZoom, int tileSize = 256);
Box boxOf(const TileGrid& grid, const TileRef& tile);
// The coarsest level whose pixels are at most that large, or the finest.
int levelFor(const TileGrid& grid, double unitsPerPixel);
// Row by row from the north; only those that the level has.
std::vector<TileRef> tilesIn(const TileGrid& grid, int level, const Box& inGrid);

struct Pixels {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // not premultiplied
};
using PixelsPtr = std::shared_ptr<const Pixels>;

// PNG, JPEG, WebP or GIF, whole. Fails with what it is instead: "a web page", "cut off", "80000 × 80000
// pixels".
Result<Pixels> decodePicture(const std::string& bytes, int largest = 2048);
// The piece of a tile that a finer one of the same grid covers, `times` as fine: x, y count from its corner.
Pixels enlargedPiece(const Pixels& tile, int times, int x, int y);

// One system's units for one of another's about there.
double unitsPerUnit(const Transform& to, Point at, double step);

// Tiles of one level in the window's CRS, which is given, with its bounds and size. Where there are none it
// is transparent. datum: "GCJ-02" for tiles that are shifted so.
struct PlacedTile {
  TileRef tile;
  PixelsPtr pixels;
};
Result<RasterColours> warpedTiles(const TileGrid& grid, std::span<const PlacedTile> tiles,
                                  const std::string& datum, const RasterWindow& window);
// The box of the grid that a window takes, a little more than it.
Box gridBox(const TileGrid& grid, const std::string& datum, const Crs& crs, const Box& bounds);

// What a WMTS says of one layer: its grid, and the address of a tile with {z} {x} {y}.
struct WmtsLayer {
  TileGrid grid;
  std::string address;
};
// matrixSet empty: that of the web, else the first. Errors list what there is.
Result<WmtsLayer> readWmts(const std::string& capabilities, const std::string& service,
                           const std::string& layer, const std::string& style, const std::string& matrixSet);

}  // namespace geo
