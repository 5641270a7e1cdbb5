#include "geo/raster.h"

#include <cpl_string.h>
#include <fmt/format.h>
#include <gdal_priv.h>
#include <gdal_utils.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <cmath>

#include "geo/detail/source.h"
#include "geo/detail/write.h"

namespace geo {
namespace {

using namespace detail;

RasterFacts factsOf(GDALDataset& d, const std::string& path, const std::string& driver) {
  RasterFacts out;
  out.path = path, out.driver = driver;
  out.width = d.GetRasterXSize(), out.height = d.GetRasterYSize();
  for (int b = 1; b <= d.GetRasterCount(); ++b) {
    GDALRasterBand& band = *d.GetRasterBand(b);
    RasterBand facts;
    facts.type = GDALGetDataTypeName(band.GetRasterDataType());
    facts.colour = GDALGetColorInterpretationName(band.GetColorInterpretation());
    int has = 0;
    const double noData = band.GetNoDataValue(&has);
    if (has) facts.noData = noData;
    out.bands.push_back(std::move(facts));
  }
  for (const char* key : {"attribution", "TIFFTAG_COPYRIGHT"})
    if (const char* v = d.GetMetadataItem(key); v && out.attribution.empty()) out.attribution = v;
  out.crs = crsOf(d.GetSpatialRef());
  double g[6];
  out.placed = d.GetGeoTransform(g) == CE_None;
  if (out.placed)
    for (const double x : {0.0, static_cast<double>(out.width)})
      for (const double y : {0.0, static_cast<double>(out.height)})
        out.bounds.add(Point{g[0] + g[1] * x + g[2] * y, g[3] + g[4] * x + g[5] * y});
  return out;
}

// The frame that the window asks for, in whole cells.
Result<RasterFrame> frameFor(const RasterFacts& facts, const RasterWindow& w, const std::string& path) {
  RasterFrame f;
  f.crs = w.crs ? *w.crs : facts.crs;
  f.bounds = w.bounds;
  if (f.bounds.empty()) {
    f.bounds = facts.placed ? facts.bounds
                            : Box{0, 0, static_cast<double>(facts.width), static_cast<double>(facts.height)};
    if (w.crs && facts.crs.known() && facts.placed) {
      auto t = Transform::make(facts.crs, *w.crs);
      if (!t) return tl::unexpected(t.error());
      f.bounds = transformBox(*t, facts.bounds);
    }
  }
  if (f.bounds.empty() || f.bounds.width() <= 0 || f.bounds.height() <= 0)
    return fail(fmt::format("{} has no extent in {}.", fileName(path), f.crs.text()), "Choose another CRS.");
  const double ratio = f.bounds.width() / f.bounds.height();
  f.width = w.width, f.height = w.height;
  if (f.width <= 0 && f.height <= 0) {
    const double longest = std::min(4096.0, static_cast<double>(std::max(facts.width, facts.height)));
    f.width = static_cast<int>(std::lround(ratio >= 1 ? longest : longest * ratio));
    f.height = static_cast<int>(std::lround(ratio >= 1 ? longest / ratio : longest));
  }
  if (f.width <= 0) f.width = static_cast<int>(std::lround(f.height * ratio));
  if (f.height <= 0) f.height = static_cast<int>(std::lround(f.width / ratio));
  f.width = std::clamp(f.width, 1, 32768), f.height = std::clamp(f.height, 1, 32768);
  return f;
}

int CPL_STDCALL ask(double fraction, const char*, void* progress) {
  return !progress || static_cast<Progress*>(progress)->keepGoing(fraction);
}

DatasetPtr warped(GDALDatasetH source, const RasterFacts& facts, const RasterFrame& f,
                  std::vector<std::string> extra, Progress* progress) {
  std::vector<std::string> args = {"-of",
                                   "MEM",
                                   "-te",
                                   decimal(f.bounds.minX),
                                   decimal(f.bounds.minY),
                                   decimal(f.bounds.maxX),
                                   decimal(f.bounds.maxY),
                                   "-ts",
                                   std::to_string(f.width),
                                   std::to_string(f.height),
                                   "-multi",
                                   "-wo",
                                   "NUM_THREADS=2"};
  if (f.crs.known() && facts.crs.known()) args.insert(args.end(), {"-t_srs", f.crs.text()});
  args.insert(args.end(), extra.begin(), extra.end());
  CPLStringList list;
  for (const std::string& a : args) list.AddString(a.c_str());
  GDALWarpAppOptions* options = GDALWarpAppOptionsNew(list.List(), nullptr);
  if (!options) return {};
  GDALWarpAppOptionsSetProgress(options, ask, progress);
  DatasetPtr out(GDALWarp("", nullptr, 1, &source, options, nullptr));
  GDALWarpAppOptionsFree(options);
  return out;
}

// A raster without a place gets one by its own cells, so that it can be read like the others.
void placeByCells(GDALDataset& d) {
  double g[6] = {0, 1, 0, static_cast<double>(d.GetRasterYSize()), 0, -1};
  d.SetGeoTransform(g);
}

struct Source {
  Opened opened;
  RasterFacts facts;
};

Result<Source> open(const std::string& path, GdalErrors& errors, bool trusted) {
  auto opened = openRaster(path, errors, trusted);
  if (!opened) return tl::unexpected(opened.error());
  GDALDataset& d = *GDALDataset::FromHandle(opened->dataset.get());
  if (d.GetRasterCount() == 0)
    return fail(fmt::format("{} holds no bands.", fileName(path)),
                "It may hold several rasters: name one of them.");
  RasterFacts facts = factsOf(d, path, opened->driver);
  return Source{std::move(*opened), std::move(facts)};
}

Error warpFailed(const std::string& path, const GdalErrors& errors, const Progress* progress) {
  if (progress && progress->cancelled())
    return {fmt::format("Reading {} was cancelled.", fileName(path)), ""};
  return {fmt::format("{} cannot be read{}.", fileName(path),
                      errors.failed() ? fmt::format(": {}", errors.firstFailure()) : ""),
          "Copy or download it again."};
}

// The 2nd and 98th percentile.
std::optional<std::pair<float, float>> rangeOf(const std::vector<float>& values) {
  std::vector<float> sorted;
  for (const float v : values)
    if (std::isfinite(v)) sorted.push_back(v);
  if (sorted.empty()) return {};
  const auto at = [&](double f) {
    const auto k = static_cast<long>(f * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
    return sorted[static_cast<size_t>(k)];
  };
  const float low = at(0.02);
  return std::pair(low, std::max(at(0.98), std::nextafter(low, INFINITY)));
}

// The raster as a virtual one in memory: placed, when it was not, and with palettes resolved.
DatasetPtr prepared(GDALDatasetH source, const RasterFacts& facts, std::vector<std::string> options) {
  CPLStringList list;
  for (const char* a : {"-of", "VRT"}) list.AddString(a);
  for (const std::string& a : options) list.AddString(a.c_str());
  GDALTranslateOptions* o = GDALTranslateOptionsNew(list.List(), nullptr);
  DatasetPtr out(GDALTranslate("", source, o, nullptr));
  GDALTranslateOptionsFree(o);
  if (out && !facts.placed) placeByCells(*GDALDataset::FromHandle(out.get()));
  return out;
}

}  // namespace

Result<RasterFacts> rasterFacts(const std::string& path, bool trusted) {
  GdalErrors errors;
  auto opened = openRaster(path, errors, trusted);
  if (!opened) return tl::unexpected(opened.error());
  return factsOf(*GDALDataset::FromHandle(opened->dataset.get()), path, opened->driver);
}

Result<RasterCells> rasterCells(const std::string& path, int band, const RasterWindow& window,
                                Progress* progress) {
  GdalErrors errors;
  auto source = open(path, errors, window.trusted);
  if (!source) return tl::unexpected(source.error());
  if (band < 1 || band > static_cast<int>(source->facts.bands.size()))
    return fail(fmt::format("{} has no band {}.", fileName(path), band),
                fmt::format("It has {}.", source->facts.bands.size()));
  auto frame = frameFor(source->facts, window, path);
  if (!frame) return tl::unexpected(frame.error());
  DatasetPtr one = prepared(source->opened.dataset.get(), source->facts, {"-b", std::to_string(band)});
  DatasetPtr out =
      one ? warped(one.get(), source->facts, *frame,
                   {"-ot", "Float32", "-dstnodata", "nan", "-r", window.smooth ? "cubicspline" : "bilinear"},
                   progress)
          : nullptr;
  if (!out) return tl::unexpected(warpFailed(path, errors, progress));
  RasterCells cells;
  static_cast<RasterFrame&>(cells) = *frame;
  cells.values.resize(static_cast<size_t>(frame->width) * static_cast<size_t>(frame->height));
  if (GDALDataset::FromHandle(out.get())->GetRasterBand(1)->RasterIO(
          GF_Read, 0, 0, frame->width, frame->height, cells.values.data(), frame->width, frame->height,
          GDT_Float32, 0, 0) != CE_None)
    return tl::unexpected(warpFailed(path, errors, progress));
  return cells;
}

Result<RasterColours> rasterColours(const std::string& path, const RasterWindow& window, Progress* progress) {
  GdalErrors errors;
  auto source = open(path, errors, window.trusted);
  if (!source) return tl::unexpected(source.error());
  const RasterFacts& facts = source->facts;
  auto frame = frameFor(facts, window, path);
  if (!frame) return tl::unexpected(frame.error());
  const size_t cells = static_cast<size_t>(frame->width) * static_cast<size_t>(frame->height);
  RasterColours out;
  static_cast<RasterFrame&>(out) = *frame;

  const bool palette = facts.bands[0].colour == "Palette";
  const bool bytes = std::all_of(facts.bands.begin(), facts.bands.end(),
                                 [](const RasterBand& b) { return b.type == "Byte"; });
  if (!palette && !(bytes && facts.bands.size() >= 3)) {
    auto grey = rasterCells(path, 1, window, progress);
    if (!grey) return tl::unexpected(grey.error());
    out.rgba.assign(cells * 4, 0);
    const auto range = window.grey ? window.grey : rangeOf(grey->values);
    if (!range) return out;
    const auto [low, high] = *range;
    for (size_t i = 0; i < cells; ++i) {
      const float v = grey->values[i];
      if (!std::isfinite(v)) continue;
      const auto g =
          static_cast<uint8_t>(std::lround(std::clamp((v - low) / (high - low), 0.0f, 1.0f) * 255));
      out.rgba[4 * i] = out.rgba[4 * i + 1] = out.rgba[4 * i + 2] = g;
      out.rgba[4 * i + 3] = 255;
    }
    return out;
  }

  std::vector<std::string> how;
  if (palette) how = {"-expand", "rgba"};
  else if (facts.bands.size() > 4) how = {"-b", "1", "-b", "2", "-b", "3"};
  DatasetPtr ready = prepared(source->opened.dataset.get(), facts, how);
  std::vector<std::string> extra = {"-r", palette ? "near" : "bilinear"};
  const bool alpha = palette || (facts.bands.size() == 4 && facts.bands[3].colour == "Alpha");
  if (!alpha) extra.emplace_back("-dstalpha");
  DatasetPtr warp = ready ? warped(ready.get(), facts, *frame, extra, progress) : nullptr;
  if (!warp) return tl::unexpected(warpFailed(path, errors, progress));
  GDALDataset& d = *GDALDataset::FromHandle(warp.get());
  out.rgba.assign(cells * 4, 255);
  const int count = d.GetRasterCount();
  int bands[4] = {1, 2, 3, count};  // the alpha band is the last
  if (d.RasterIO(GF_Read, 0, 0, frame->width, frame->height, out.rgba.data(), frame->width, frame->height,
                 GDT_Byte, 4, bands, 4, 4 * frame->width, 1, nullptr) != CE_None)
    return tl::unexpected(warpFailed(path, errors, progress));
  return out;
}

std::optional<std::pair<float, float>> greyRange(const std::string& path, bool trusted) {
  const auto facts = rasterFacts(path, trusted);
  if (!facts || facts->bands.empty() || facts->bands.size() >= 3 || facts->bands[0].colour == "Palette")
    return {};
  RasterWindow window;
  window.width = std::min(512, facts->width), window.trusted = trusted;
  const auto cells = rasterCells(path, 1, window);
  return cells ? rangeOf(cells->values) : std::nullopt;
}

}  // namespace geo
