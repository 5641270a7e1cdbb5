#include "geo/tiles.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>
#include <gdal_priv.h>
#include <gdal_utils.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>

#include "geo/datum.h"
#include "geo/detail/gdal.h"
#include "geo/detail/write.h"

namespace geo {
namespace {

using namespace detail;

constexpr double halfWorld = 20037508.342789244;  // of Web Mercator, metres
constexpr size_t mostCells = 64u << 20;

// A file in memory that is gone with this.
struct MemoryFile {
  std::string path;
  explicit MemoryFile(const std::string& bytes) {
    static std::atomic<uint64_t> count{0};
    path = fmt::format("/vsimem/parkscope-tile-{}", ++count);
    VSIFCloseL(VSIFileFromMemBuffer(path.c_str(), reinterpret_cast<GByte*>(const_cast<char*>(bytes.data())),
                                    bytes.size(), FALSE));
  }
  ~MemoryFile() { VSIUnlink(path.c_str()); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
};

bool startsWith(const std::string& bytes, std::string_view head) {
  return std::string_view(bytes).starts_with(head);
}

bool looksLikeText(const std::string& bytes) {
  size_t i = 0;
  while (i < bytes.size() && (static_cast<unsigned char>(bytes[i]) <= ' ' || bytes[i] == '\xEF' ||
                              bytes[i] == '\xBB' || bytes[i] == '\xBF'))
    ++i;
  return i < bytes.size() && (bytes[i] == '<' || bytes[i] == '{');
}

// An affine map of the plane: x' = a·x + b·y + c, y' = d·x + e·y + f.
struct Affine {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
  Point operator()(Point p) const { return {a * p.x + b * p.y + c, d * p.x + e * p.y + f}; }
};

// That takes three points to three others.
Affine through(const std::array<Point, 3>& from, const std::array<Point, 3>& to) {
  const double x1 = from[1].x - from[0].x, y1 = from[1].y - from[0].y;
  const double x2 = from[2].x - from[0].x, y2 = from[2].y - from[0].y;
  const double det = x1 * y2 - x2 * y1;
  Affine m;
  if (det == 0) return m;
  const auto row = [&](double t0, double t1, double t2, double& p, double& q, double& r) {
    p = ((t1 - t0) * y2 - (t2 - t0) * y1) / det;
    q = ((t2 - t0) * x1 - (t1 - t0) * x2) / det;
    r = t0 - p * from[0].x - q * from[0].y;
  };
  row(to[0].x, to[1].x, to[2].x, m.a, m.b, m.c);
  row(to[0].y, to[1].y, to[2].y, m.d, m.e, m.f);
  return m;
}

bool shifted(const std::string& datum) { return canonicalDatum(datum) == "GCJ-02"; }

// From where a shifted grid says that things are to where they are, about that box.
Affine truePlaces(const TileGrid& grid, const Box& box) {
  auto toLonLat = Transform::make(grid.crs, Crs::lonLat());
  if (!toLonLat) return {};
  const std::array<Point, 3> said{Point{box.minX, box.minY}, Point{box.maxX, box.minY},
                                  Point{box.minX, box.maxY}};
  std::array<Point, 3> real = said;
  for (Point& p : real) p = toLonLat->inverse(wgs84FromGcj02((*toLonLat)(p)));
  return through(said, real);
}

}  // namespace

TileGrid webMercatorTiles(int minZoom, int maxZoom, int tileSize) {
  TileGrid grid;
  if (auto crs = Crs::parse("EPSG:3857")) grid.crs = std::move(*crs);
  for (int z = std::max(0, minZoom); z <= std::clamp(maxZoom, 0, 24); ++z) {
    const long n = 1L << z;
    grid.levels.push_back({std::to_string(z),
                           2 * halfWorld / static_cast<double>(n) / tileSize,
                           {-halfWorld, halfWorld},
                           tileSize,
                           tileSize,
                           n,
                           n});
  }
  return grid;
}

Box boxOf(const TileGrid& grid, const TileRef& t) {
  const TileLevel& l = grid.levels.at(static_cast<size_t>(t.level));
  const double w = l.unitsPerPixel * l.width, h = l.unitsPerPixel * l.height;
  return {l.origin.x + static_cast<double>(t.x) * w, l.origin.y - static_cast<double>(t.y + 1) * h,
          l.origin.x + static_cast<double>(t.x + 1) * w, l.origin.y - static_cast<double>(t.y) * h};
}

int levelFor(const TileGrid& grid, double unitsPerPixel) {
  for (size_t i = 0; i < grid.levels.size(); ++i)
    if (grid.levels[i].unitsPerPixel <= unitsPerPixel * (1 + 1e-6)) return static_cast<int>(i);
  return static_cast<int>(grid.levels.size()) - 1;
}

std::vector<TileRef> tilesIn(const TileGrid& grid, int level, const Box& box) {
  std::vector<TileRef> out;
  if (box.empty() || level < 0 || level >= static_cast<int>(grid.levels.size())) return out;
  const TileLevel& l = grid.levels[static_cast<size_t>(level)];
  const double w = l.unitsPerPixel * l.width, h = l.unitsPerPixel * l.height;
  const auto index = [](double v, long count) {
    return static_cast<long>(std::clamp(std::floor(v), -1.0, static_cast<double>(count)));
  };
  const long x0 = std::max(0L, index((box.minX - l.origin.x) / w, l.columns)),
             x1 = std::min(l.columns - 1, index((box.maxX - l.origin.x) / w, l.columns)),
             y0 = std::max(0L, index((l.origin.y - box.maxY) / h, l.rows)),
             y1 = std::min(l.rows - 1, index((l.origin.y - box.minY) / h, l.rows));
  for (long y = y0; y <= y1; ++y)
    for (long x = x0; x <= x1; ++x) out.push_back({level, x, y});
  return out;
}

Result<Pixels> decodePicture(const std::string& bytes, int largest) {
  const char* driver = nullptr;
  const std::string_view tail =
      std::string_view(bytes).substr(bytes.size() - std::min<size_t>(bytes.size(), 64));
  bool whole = true;
  if (startsWith(bytes, "\x89PNG\r\n\x1a\n")) driver = "PNG", whole = tail.find("IEND") != tail.npos;
  else if (startsWith(bytes, "\xFF\xD8\xFF")) driver = "JPEG", whole = tail.find("\xFF\xD9") != tail.npos;
  else if (startsWith(bytes, "GIF8")) driver = "GIF", whole = tail.find(';') != tail.npos;
  else if (startsWith(bytes, "RIFF") && bytes.size() > 12 && bytes.compare(8, 4, "WEBP") == 0) {
    uint32_t size = 0;
    std::memcpy(&size, bytes.data() + 4, 4);
    driver = "WEBP", whole = size + 8 <= bytes.size();
  }
  if (!driver)
    return fail(bytes.empty()          ? "nothing"
                : looksLikeText(bytes) ? "a text or web page, not a picture"
                                       : "bytes that are no picture");
  if (!whole) return fail("a picture that is cut off");
  if (std::string_view(driver) == "PNG" && bytes.size() > 24) {  // said before anything is unpacked
    uint32_t sides[2];
    std::memcpy(sides, bytes.data() + 16, 8);
    const uint32_t w = __builtin_bswap32(sides[0]), h = __builtin_bswap32(sides[1]);
    if (w > static_cast<uint32_t>(largest) || h > static_cast<uint32_t>(largest))
      return fail(fmt::format("a picture of {} × {} pixels", w, h));
  }
  registerGdal();
  GdalErrors errors;
  const GdalSetting strict("GDAL_ERROR_ON_LIBJPEG_WARNING", "TRUE"),
      alone("GDAL_DISABLE_READDIR_ON_OPEN", "TRUE");
  const MemoryFile file(bytes);
  const char* const drivers[] = {driver, nullptr};
  const DatasetPtr dataset(
      GDALOpenEx(file.path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, drivers, nullptr, nullptr));
  if (!dataset) return fail("a damaged picture");
  GDALDataset& d = *GDALDataset::FromHandle(dataset.get());
  const int w = d.GetRasterXSize(), h = d.GetRasterYSize(), bands = d.GetRasterCount();
  if (w < 1 || h < 1 || bands < 1) return fail("an empty picture");
  if (w > largest || h > largest) return fail(fmt::format("a picture of {} × {} pixels", w, h));
  Pixels out{w, h, std::vector<uint8_t>(static_cast<size_t>(w) * h * 4, 255)};
  const bool grey = bands < 3;
  const int which[4] = {1, grey ? 1 : 2, grey ? 1 : 3, bands};
  const bool alpha = bands == 2 || bands == 4;
  const bool wide = d.GetRasterBand(1)->GetRasterDataType() != GDT_Byte;
  std::vector<uint16_t> deep(wide ? static_cast<size_t>(w) * h : 0);
  for (int b = 0; b < (alpha ? 4 : 3); ++b) {
    GDALRasterBand& band = *d.GetRasterBand(which[b]);
    const CPLErr read = wide ? band.RasterIO(GF_Read, 0, 0, w, h, deep.data(), w, h, GDT_UInt16, 0, 0)
                             : band.RasterIO(GF_Read, 0, 0, w, h, out.rgba.data() + b, w, h, GDT_Byte, 4,
                                             static_cast<GSpacing>(4) * w);
    if (read != CE_None || errors.failed()) return fail("a damaged picture");
    for (size_t i = 0; i < deep.size(); ++i) out.rgba[4 * i + b] = static_cast<uint8_t>(deep[i] >> 8);
  }
  if (const GDALColorTable* table = d.GetRasterBand(1)->GetColorTable(); table && grey)
    for (size_t i = 0; i < out.rgba.size(); i += 4) {
      const GDALColorEntry* c = table->GetColorEntry(out.rgba[i]);
      if (!c) continue;
      const short v[4] = {c->c1, c->c2, c->c3, c->c4};
      for (size_t k = 0; k < 4; ++k) out.rgba[i + k] = static_cast<uint8_t>(std::clamp<int>(v[k], 0, 255));
    }
  return out;
}

Pixels enlargedPiece(const Pixels& tile, int times, int x, int y) {
  Pixels out{tile.width, tile.height, std::vector<uint8_t>(tile.rgba.size())};
  const double startX = static_cast<double>(x) * tile.width / times,
               startY = static_cast<double>(y) * tile.height / times;
  const auto at = [&](int u, int v) {
    return &tile.rgba[4 * (static_cast<size_t>(std::clamp(v, 0, tile.height - 1)) * tile.width +
                           static_cast<size_t>(std::clamp(u, 0, tile.width - 1)))];
  };
  for (int v = 0; v < out.height; ++v)
    for (int u = 0; u < out.width; ++u) {
      const double sx = startX + (u + 0.5) / times - 0.5, sy = startY + (v + 0.5) / times - 0.5;
      const int ix = static_cast<int>(std::floor(sx)), iy = static_cast<int>(std::floor(sy));
      const double fx = sx - ix, fy = sy - iy;
      const uint8_t* p[4] = {at(ix, iy), at(ix + 1, iy), at(ix, iy + 1), at(ix + 1, iy + 1)};
      const double share[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
      double sum[4] = {0, 0, 0, 0};
      for (int k = 0; k < 4; ++k) {
        const double a = share[k] * p[k][3];
        for (int c = 0; c < 3; ++c) sum[c] += a * p[k][c];
        sum[3] += a;
      }
      uint8_t* to = &out.rgba[4 * (static_cast<size_t>(v) * out.width + static_cast<size_t>(u))];
      for (int c = 0; c < 3; ++c) to[c] = sum[3] > 0 ? static_cast<uint8_t>(sum[c] / sum[3] + 0.5) : 0;
      to[3] = static_cast<uint8_t>(sum[3] + 0.5);
    }
  return out;
}

double unitsPerUnit(const Transform& to, Point at, double step) {
  std::array<Point, 3> p{at, Point{at.x + step, at.y}, Point{at.x, at.y + step}};
  to.apply(p);
  const double x = std::hypot(p[1].x - p[0].x, p[1].y - p[0].y),
               y = std::hypot(p[2].x - p[0].x, p[2].y - p[0].y);
  return std::sqrt(x * y) / step;
}

Box gridBox(const TileGrid& grid, const std::string& datum, const Crs& crs, const Box& bounds) {
  auto t = Transform::make(crs, grid.crs);
  if (!t) return {};
  Box box = transformBox(*t, bounds);
  if (box.empty() || !shifted(datum)) return box;
  auto lonLat = Transform::make(grid.crs, Crs::lonLat());
  if (!lonLat) return {};
  Box out;
  for (int i = 0; i < 9; ++i) {
    const Point p{box.minX + box.width() * (i % 3) / 2,
                  box.minY + box.height() * static_cast<int>(i / 3) / 2};
    out.add(lonLat->inverse(gcj02FromWgs84((*lonLat)(p))));
  }
  return out.grown(std::max(out.width(), out.height()) * 0.002);
}

Result<RasterColours> warpedTiles(const TileGrid& grid, std::span<const PlacedTile> tiles,
                                  const std::string& datum, const RasterWindow& window) {
  RasterColours out;
  out.crs = *window.crs, out.bounds = window.bounds, out.width = window.width, out.height = window.height;
  const size_t cells = static_cast<size_t>(out.width) * static_cast<size_t>(out.height);
  out.rgba.assign(cells * 4, 0);
  const auto first =
      std::find_if(tiles.begin(), tiles.end(), [](const auto& t) { return t.pixels != nullptr; });
  if (first == tiles.end()) return out;
  const int w = first->pixels->width, h = first->pixels->height;
  long x0 = first->tile.x, x1 = x0, y0 = first->tile.y, y1 = y0;
  for (const PlacedTile& t : tiles)
    if (t.pixels)
      x0 = std::min(x0, t.tile.x), x1 = std::max(x1, t.tile.x), y0 = std::min(y0, t.tile.y),
      y1 = std::max(y1, t.tile.y);
  const long columns = (x1 - x0 + 1) * w, rows = (y1 - y0 + 1) * h;
  if (static_cast<size_t>(columns) * static_cast<size_t>(rows) > mostCells)
    return fail("The tiles of that window are too many.", "Ask for a smaller one.");
  registerGdal();
  GdalErrors errors;
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  const DatasetPtr mosaic(
      memory ? memory->Create("", static_cast<int>(columns), static_cast<int>(rows), 4, GDT_Byte, nullptr)
             : nullptr);
  if (!mosaic) return fail("There is not enough memory for the tiles.");
  GDALDataset& d = *GDALDataset::FromHandle(mosaic.get());
  d.GetRasterBand(4)->SetColorInterpretation(GCI_AlphaBand);
  for (const PlacedTile& t : tiles) {
    if (!t.pixels || t.pixels->width != w || t.pixels->height != h) continue;
    int bands[4] = {1, 2, 3, 4};
    if (d.RasterIO(GF_Write, static_cast<int>((t.tile.x - x0) * w), static_cast<int>((t.tile.y - y0) * h), w,
                   h, const_cast<uint8_t*>(t.pixels->rgba.data()), w, h, GDT_Byte, 4, bands, 4,
                   static_cast<GSpacing>(4) * w, 1, nullptr) != CE_None)
      return fail("There is not enough memory for the tiles.");
  }
  Box box = boxOf(grid, {first->tile.level, x0, y0});
  box.add(boxOf(grid, {first->tile.level, x1, y1}));
  const double stepX = box.width() / static_cast<double>(columns),
               stepY = box.height() / static_cast<double>(rows);
  Affine m;
  if (shifted(datum)) m = truePlaces(grid, box);
  const Point corner = m({box.minX, box.maxY});
  double g[6] = {corner.x, m.a * stepX, -m.b * stepY, corner.y, m.d * stepX, -m.e * stepY};
  d.SetGeoTransform(g);
  CPLStringList list;
  for (const std::string& a :
       {std::string("-of"), std::string("MEM"), std::string("-s_srs"), grid.crs.text(), std::string("-t_srs"),
        out.crs.text(), std::string("-te"), decimal(out.bounds.minX), decimal(out.bounds.minY),
        decimal(out.bounds.maxX), decimal(out.bounds.maxY), std::string("-ts"), std::to_string(out.width),
        std::to_string(out.height), std::string("-r"), std::string("cubic")})
    list.AddString(a.c_str());
  GDALWarpAppOptions* options = GDALWarpAppOptionsNew(list.List(), nullptr);
  GDALDatasetH source = mosaic.get();
  const DatasetPtr warp(options ? GDALWarp("", nullptr, 1, &source, options, nullptr) : nullptr);
  GDALWarpAppOptionsFree(options);
  int bands[4] = {1, 2, 3, 4};
  if (!warp || GDALDataset::FromHandle(warp.get())->GetRasterCount() < 4 ||
      GDALDataset::FromHandle(warp.get())
              ->RasterIO(GF_Read, 0, 0, out.width, out.height, out.rgba.data(), out.width, out.height,
                         GDT_Byte, 4, bands, 4, static_cast<GSpacing>(4) * out.width, 1, nullptr) != CE_None)
    return fail(fmt::format("The tiles cannot be brought into {}{}.", out.crs.text(),
                            errors.failed() ? ": " + errors.firstFailure() : ""));
  return out;
}

}  // namespace geo
