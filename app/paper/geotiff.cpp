#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include "app/paper/atomic_file.h"
#include "app/paper/geo_transform.h"
#include "app/paper/pictures.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"

namespace paper {

namespace {

// GDAL's errors go to us, not to stderr.
class ErrorCatcher {
 public:
  ErrorCatcher() { CPLPushErrorHandlerEx(take, this); }
  ~ErrorCatcher() { CPLPopErrorHandler(); }
  ErrorCatcher(const ErrorCatcher&) = delete;
  const std::string& text() const { return text_; }

 private:
  static void CPL_STDCALL take(CPLErr kind, CPLErrorNum, const char* message) {
    auto& text = static_cast<ErrorCatcher*>(CPLGetErrorHandlerUserData())->text_;
    if (kind >= CE_Failure && text.empty()) text = message;  // the first one is the cause
  }
  std::string text_;
};

}  // namespace

geo::Result<void> writeGeoTiff(const scene::Drawing& drawing, const std::string& path, int width, int height,
                               double pixelsPerUnit, double dpi, const geo::Crs& crs, const Meta& meta,
                               geo::Progress* progress) {
  if (auto ok = checkSize(width, height); !ok) return ok;
  auto file = AtomicFile::create(path, meta.beside);
  if (!file) return tl::unexpected(file.error());
  auto painter = RasterPainter::make(drawing, width, height, pixelsPerUnit);
  if (!painter) return tl::unexpected(painter.error());
  if (auto ok = file->close(); !ok) return ok;  // GDAL opens it again by name

  ErrorCatcher errors;
  GDALAllRegister();
  GDALDriverH driver = GDALGetDriverByName("GTiff");
  if (!driver) return geo::fail("This GDAL cannot write GeoTIFF.", "Write a PNG instead.");
  const auto gdalFailed = [&] {
    return geo::fail(fmt::format("{} cannot be written: {}.", path,
                                 errors.text().empty() ? "GDAL gave no reason" : errors.text()),
                     "Free some space, or choose another disk.");
  };
  const int bands = drawing.background.a == 255 ? 3 : 4;
  const char* options[] = {"TILED=YES",
                           "COMPRESS=DEFLATE",
                           "ZLEVEL=1",
                           "PREDICTOR=1",
                           "INTERLEAVE=PIXEL",
                           "PHOTOMETRIC=RGB",
                           "BIGTIFF=IF_SAFER",
                           "NUM_THREADS=ALL_CPUS",
                           bands == 4 ? "ALPHA=UNASSOCIATED" : nullptr,
                           nullptr};
  GDALDatasetH dataset = GDALCreate(driver, file->partPath().c_str(), width, height, bands, GDT_Byte,
                                    const_cast<char**>(options));
  if (!dataset) return gdalFailed();
  if (!drawing.cameras.empty()) {
    auto transform = geoTransform(drawing.cameras[0], pixelsPerUnit);
    GDALSetGeoTransform(dataset, transform.data());
    if (crs.known()) {
      OGRSpatialReferenceH reference = OSRNewSpatialReference(nullptr);
      OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
      if (OSRSetFromUserInput(reference, crs.text().c_str()) == OGRERR_NONE)
        GDALSetSpatialRef(dataset, reference);
      OSRDestroySpatialReference(reference);
    }
  }
  const auto tag = [&](const char* key, const std::string& value) {
    if (!value.empty()) GDALSetMetadataItem(dataset, key, value.c_str(), nullptr);
  };
  tag("TIFFTAG_DOCUMENTNAME", meta.title);
  tag("TIFFTAG_ARTIST", meta.author);
  tag("TIFFTAG_IMAGEDESCRIPTION", meta.subject);
  tag("TIFFTAG_SOFTWARE", meta.software);
  tag("PARKSCOPE_RECIPE", meta.recipe);
  if (dpi > 0) {
    tag("TIFFTAG_XRESOLUTION", fmt::format("{}", dpi));
    tag("TIFFTAG_YRESOLUTION", fmt::format("{}", dpi));
    tag("TIFFTAG_RESOLUTIONUNIT", "2");
  }
  // Whole rows of tiles are collected and written, so that GDAL's cache never has to hold more than one of
  // them.
  constexpr int tile = 256;
  std::vector<uint8_t> block(static_cast<size_t>(width) * tile * bands);
  int blockStart = 0;
  bool ok = true;
  const auto flush = [&](int end) {
    const int rows = end - blockStart;
    ok = rows == 0 || GDALDatasetRasterIO(dataset, GF_Write, 0, blockStart, width, rows, block.data(), width,
                                          rows, GDT_Byte, bands, nullptr, bands, bands * width, 1) == CE_None;
    blockStart = end;
    if (ok) GDALFlushCache(dataset), ok = errors.text().empty();
    return ok;
  };
  const bool whole =
      paintInOrder(**painter, width, height, progress, [&](int y0, int y1, const uint8_t* rgba) {
        for (int y = y0; y < y1 && ok; ++y) {
          uint8_t* to = block.data() + static_cast<size_t>(y - blockStart) * width * bands;
          for (int x = 0; x < width; ++x, rgba += 4, to += bands) std::copy(rgba, rgba + bands, to);
          if (y + 1 - blockStart == tile) flush(y + 1);
        }
        return ok;
      });
  const auto rowBytes = static_cast<size_t>(width) * bands;
  std::vector<uint8_t> last(rowBytes), arrived(rowBytes);
  if (ok && whole) {
    if (blockStart < height)
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(rowBytes * (height - 1 - blockStart)), rowBytes,
                  last.begin());
    else
      std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(rowBytes * (tile - 1)), rowBytes, last.begin());
    flush(height);
  }
  GDALClose(dataset);
  if (!ok || !errors.text().empty()) return gdalFailed();
  if (!whole) return cancelled(path);
  // A full disk can be met as late as this: the last row is read again.
  dataset = GDALOpen(file->partPath().c_str(), GA_ReadOnly);
  ok = dataset && GDALDatasetRasterIO(dataset, GF_Read, 0, height - 1, width, 1, arrived.data(), width, 1,
                                      GDT_Byte, bands, nullptr, bands, bands * width, 1) == CE_None;
  if (dataset) GDALClose(dataset);
  if (!ok || last != arrived) return gdalFailed();
  return commitSealed(*file);
}

}  // namespace paper
