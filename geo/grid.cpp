#include "geo/grid.h"

#include <gdal.h>
#include <ogr_srs_api.h>

#include <filesystem>

#include "geo/detail/gdal.h"

namespace geo {

Result<void> writeGeoTiff(const Grid& grid, const std::string& path, const std::string& description) {
  namespace fs = std::filesystem;
  detail::registerGdal();
  detail::GdalErrors errors;
  const auto cannot = [&](std::string_view why) {
    return fail(fmt::format("{} cannot be written: {}.", path, why),
                "Check the folder, the free space and your rights.");
  };
  const fs::path target(path);
  std::error_code ignored;
  if (const auto folder = target.parent_path(); !folder.empty() && !fs::is_directory(folder, ignored))
    return cannot("there is no folder " + folder.string());
  if (fs::is_directory(target, ignored)) return cannot("it is a folder");
  GDALDriverH driver = GDALGetDriverByName("GTiff");
  if (!driver) return fail("GDAL has no GeoTIFF driver.", "Install the complete GDAL of the distribution.");

  const std::string partial = fmt::format("{}.{}.part", path, static_cast<const void*>(&grid));
  const struct Remover {
    const std::string& file;
    ~Remover() {
      std::error_code e;
      fs::remove(file, e);
      fs::remove(file + ".aux.xml", e);
    }
  } remover{partial};
  const char* const creation[] = {"COMPRESS=DEFLATE", "PREDICTOR=3", "TILED=YES", "BIGTIFF=IF_SAFER",
                                  nullptr};
  detail::DatasetPtr dataset(GDALCreate(driver, partial.c_str(), static_cast<int>(grid.width),
                                        static_cast<int>(grid.height), 1, GDT_Float32,
                                        const_cast<char**>(creation)));
  if (!dataset) return cannot(errors.firstFailure());
  double transform[6] = {grid.left, grid.cell, 0, grid.top, 0, -grid.cell};
  GDALSetGeoTransform(dataset.get(), transform);
  if (grid.crs.known()) {
    OGRSpatialReferenceH srs = OSRNewSpatialReference(nullptr);
    if (OSRSetFromUserInput(srs, grid.crs.text().c_str()) == OGRERR_NONE)
      GDALSetSpatialRef(dataset.get(), srs);
    OSRRelease(srs);
  }
  GDALRasterBandH band = GDALGetRasterBand(dataset.get(), 1);
  GDALSetRasterNoDataValue(band, std::numeric_limits<double>::quiet_NaN());
  if (!description.empty()) GDALSetDescription(band, description.c_str());
  const CPLErr written =
      GDALRasterIO(band, GF_Write, 0, 0, static_cast<int>(grid.width), static_cast<int>(grid.height),
                   const_cast<float*>(grid.values.data()), static_cast<int>(grid.width),
                   static_cast<int>(grid.height), GDT_Float32, 0, 0);
  dataset.reset();  // writes what is left; a full disk shows here
  if (written != CE_None || errors.failed()) return cannot(errors.firstFailure());
  std::error_code moved;
  fs::rename(partial, target, moved);
  if (moved) return cannot(moved.message());
  return {};
}

}  // namespace geo
