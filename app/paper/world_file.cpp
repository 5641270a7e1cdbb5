#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_srs_api.h>

#include <filesystem>

#include "app/paper/geo_transform.h"
#include "app/paper/seal.h"
#include "app/paper/write.h"

namespace paper {

std::array<double, 6> geoTransform(const scene::Camera& c, double pixelsPerUnit) {
  const double metres = c.metresPerUnit / pixelsPerUnit;
  return {c.centre.x - (c.frame.x + c.frame.w / 2.0) * c.metresPerUnit, metres, 0,
          c.centre.y + (c.frame.y + c.frame.h / 2.0) * c.metresPerUnit, 0,      -metres};
}

std::vector<SideFile> worldFiles(const scene::Drawing& drawing, const std::string& path, double pixelsPerUnit,
                                 const geo::Crs& crs) {
  if (drawing.cameras.empty()) return {};
  const auto t = geoTransform(drawing.cameras[0], pixelsPerUnit);
  const std::filesystem::path picture(path);
  const std::string ending = picture.extension().string();  // .png → .pgw: its first and last letter
  const bool upper = ending.size() > 1 && ending[1] >= 'A' && ending[1] <= 'Z';
  std::filesystem::path world = picture;
  world.replace_extension(ending.size() > 2 ? std::string{'.', ending[1], ending.back(), upper ? 'W' : 'w'}
                                            : std::string(".wld"));
  // The centre of the first pixel, not its corner.
  std::vector<SideFile> files{
      {world.string(), fmt::format("{}\n0\n0\n{}\n{}\n{}\n", t[1], t[5], t[0] + t[1] / 2, t[3] + t[5] / 2)}};
  if (!crs.known()) return files;
  CPLPushErrorHandler(CPLQuietErrorHandler);
  OGRSpatialReferenceH reference = OSRNewSpatialReference(nullptr);
  char* wkt = nullptr;
  OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
  const bool good = OSRSetFromUserInput(reference, crs.text().c_str()) == OGRERR_NONE &&
                    OSRExportToWkt(reference, &wkt) == OGRERR_NONE && wkt;
  if (good)
    files.push_back(
        {path + ".aux.xml",
         fmt::format(
             "<PAMDataset>\n  <SRS dataAxisToSRSAxisMapping=\"{}\">{}</SRS>\n"
             "  <GeoTransform>{}, {}, 0, {}, 0, {}</GeoTransform>\n</PAMDataset>\n",
             OSREPSGTreatsAsNorthingEasting(reference) || OSREPSGTreatsAsLatLong(reference) ? "2,1" : "1,2",
             xmlEscaped(wkt), t[0], t[1], t[3], t[5])});
  CPLFree(wkt);
  OSRRelease(reference);
  CPLPopErrorHandler();
  return files;
}

}  // namespace paper
