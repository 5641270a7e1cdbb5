#include <charconv>

#include "app/paper/pdf_page.h"

namespace paper {

namespace {

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

std::string pdfViewport(const scene::Drawing& drawing, const geo::Georeferencer& place,
                        double pointsPerUnit) {
  if (drawing.cameras.empty()) return {};
  const scene::Camera& camera = drawing.cameras[0];
  if (!(camera.frame.w > 0 && camera.frame.h > 0)) return {};
  const auto reference = place.of(camera.world());
  if (!reference) return {};
  std::string corners;
  for (const geo::Point corner : reference->corners) degrees(corners, corner.y), degrees(corners, corner.x);
  const auto& f = camera.frame;
  const double height = drawing.height * pointsPerUnit;
  return fmt::format(
      "/VP[<</Type/Viewport/BBox[{:.4f} {:.4f} {:.4f} {:.4f}]/Measure<</Type/Measure/Subtype/GEO"
      "/Bounds[0 1 0 0 1 0 1 1]/LPTS[0 1 0 0 1 0 1 1]/GPTS[{}]/GCS<</Type/{}{}/WKT{}>>>>>>]",
      f.x * pointsPerUnit, height - f.bottom() * pointsPerUnit, f.right() * pointsPerUnit,
      height - f.y * pointsPerUnit, corners, reference->projected ? "PROJCS" : "GEOGCS",
      reference->epsg.empty() ? "" : "/EPSG " + reference->epsg, pdfString(reference->wkt));
}

}  // namespace paper
