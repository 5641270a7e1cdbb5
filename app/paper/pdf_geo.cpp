#include <cpl_conv.h>
#include <cpl_error.h>
#include <ogr_srs_api.h>

#include <charconv>

#include "app/paper/pdf_page.h"

namespace paper {

namespace {

struct Reference {
  OGRSpatialReferenceH handle;
  explicit Reference(OGRSpatialReferenceH h) : handle(h) {
    if (handle) OSRSetAxisMappingStrategy(handle, OAMS_TRADITIONAL_GIS_ORDER);
  }
  ~Reference() {
    if (handle) OSRRelease(handle);
  }
  Reference(const Reference&) = delete;
};

std::string pdfString(std::string_view text) {
  std::string out = "(";
  for (char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out + ")";
}

void degrees(std::string& out, double v) {  // 1e-10° is a hundredth of a millimetre
  char digits[64];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, v, std::chars_format::fixed, 10).ptr);
  out += ' ';
}

}  // namespace

std::string pdfViewport(const scene::Drawing& drawing, const geo::Crs& crs, double pointsPerUnit) {
  if (drawing.cameras.empty() || !crs.known()) return {};
  const scene::Camera& camera = drawing.cameras[0];
  if (!(camera.frame.w > 0 && camera.frame.h > 0)) return {};
  CPLPushErrorHandler(CPLQuietErrorHandler);
  const std::string text = [&]() -> std::string {
    const Reference own(OSRNewSpatialReference(nullptr));
    if (OSRSetFromUserInput(own.handle, crs.text().c_str()) != OGRERR_NONE) return {};
    const Reference degreesOf(OSRCloneGeogCS(own.handle));  // the degrees of its own datum
    if (!degreesOf.handle) return {};
    // Corners from the top left one, anticlockwise.
    const geo::Box box = camera.world();
    double x[4] = {box.minX, box.minX, box.maxX, box.maxX}, y[4] = {box.maxY, box.minY, box.minY, box.maxY};
    OGRCoordinateTransformationH toDegrees = OCTNewCoordinateTransformation(own.handle, degreesOf.handle);
    if (!toDegrees) return {};
    const int good = OCTTransform(toDegrees, 4, x, y, nullptr);
    OCTDestroyCoordinateTransformation(toDegrees);
    if (!good) return {};
    std::string corners;
    for (int i = 0; i < 4; ++i) degrees(corners, y[i]), degrees(corners, x[i]);
    char* wkt = nullptr;
    const char* const form[] = {"FORMAT=WKT1_ESRI", nullptr};
    std::string reference;
    if (OSRExportToWktEx(own.handle, &wkt, form) == OGRERR_NONE && wkt) reference = wkt;
    CPLFree(wkt);
    if (reference.empty()) return {};
    const char *authority = OSRGetAuthorityName(own.handle, nullptr),
               *code = OSRGetAuthorityCode(own.handle, nullptr);
    const auto& f = camera.frame;
    const double height = drawing.height * pointsPerUnit;
    return fmt::format(
        "/VP[<</Type/Viewport/BBox[{:.4f} {:.4f} {:.4f} {:.4f}]/Measure<</Type/Measure/Subtype/GEO"
        "/Bounds[0 1 0 0 1 0 1 1]/LPTS[0 1 0 0 1 0 1 1]/GPTS[{}]/GCS<</Type/{}{}/WKT{}>>>>>>]",
        f.x * pointsPerUnit, height - f.bottom() * pointsPerUnit, f.right() * pointsPerUnit,
        height - f.y * pointsPerUnit, corners, OSRIsProjected(own.handle) ? "PROJCS" : "GEOGCS",
        authority && code && std::string_view(authority) == "EPSG" ? fmt::format("/EPSG {}", code) : "",
        pdfString(reference));
  }();
  CPLPopErrorHandler();
  return text;
}

}  // namespace paper
