// Bytes → geo::load, as a file in memory. The first byte chooses the kind of file.
#include <cpl_vsi.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "geo/detail/wkb.h"
#include "geo/load.h"

namespace {

void check(bool promise) {
  if (!promise) std::abort();
}

// What geometry.h and table.h promise of every layer, whatever the file was.
void checkLayer(const geo::Layer& layer) {
  const geo::Shapes& s = layer.shapes;
  check(s.rows() == layer.rows());
  check(s.rowStart.back() == s.parts() && s.partStart.back() == s.vertices.size());
  if (s.kind == geo::ShapeKind::polygon) check(s.hole.size() == s.parts());
  for (const geo::Point p : s.vertices) check(std::isfinite(p.x) && std::isfinite(p.y));
  for (size_t p = 0; p < s.parts(); ++p) {
    const size_t n = s.part(p).size();
    check(n >= (s.kind == geo::ShapeKind::polygon ? 3u : s.kind == geo::ShapeKind::line ? 2u : 1u));
  }
  for (const geo::Column& c : layer.table.columns) {
    check(c.rows() == layer.rows());
    if (!c.numeric()) check(c.present.size() == c.texts.size());
  }
}

void store(const char* path, const uint8_t* data, size_t size) {
  VSILFILE* f = VSIFOpenL(path, "wb");
  if (size > 0) VSIFWriteL(data, 1, size, f);
  VSIFCloseL(f);
}

void loadAs(const char* path, const uint8_t* data, size_t size) {
  store(path, data, size);
  const auto loaded = geo::load(path);
  if (loaded) checkLayer(*loaded->layer);
  else check(!loaded.error().what.empty() && loaded.error().what.find('\n') == std::string::npos);
  VSIUnlink(path);
}

void shapefile(const uint8_t* data, size_t size) {
  // Two bytes of length, the .shp, then the .dbf; the .shx is made by load.
  if (size < 2) return;
  const size_t shp = std::min<size_t>(size - 2, data[0] + 256u * data[1]);
  if (shp + 2 < size) store("/vsimem/fuzz.dbf", data + 2 + shp, size - 2 - shp);
  loadAs("/vsimem/fuzz.shp", data + 2, shp);
  VSIUnlink("/vsimem/fuzz.dbf");
}

void wkb(const uint8_t* data, size_t size) {
  geo::detail::ShapeCollector shapes;
  if (geo::detail::parseWkb({reinterpret_cast<const std::byte*>(data), size}, shapes) ==
      geo::detail::WkbAnswer::broken)
    shapes.markBroken();
  shapes.endRow();
  std::vector<geo::detail::ShapeCollector::Trouble> troubles;
  geo::Layer layer;
  layer.shapes = shapes.finish(troubles);
  layer.table.rowCount = 1;
  checkLayer(layer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  switch (data[0]) {
    case 'g':
      loadAs("/vsimem/fuzz.geojson", data + 1, size - 1);
      break;
    case 'c':
      loadAs("/vsimem/fuzz.csv", data + 1, size - 1);
      break;
    case 's':
      shapefile(data + 1, size - 1);
      break;
    case 'k':
      loadAs("/vsimem/fuzz.kml", data + 1, size - 1);
      break;
    case 'f':
      loadAs("/vsimem/fuzz.fgb", data + 1, size - 1);
      break;
    default:
      wkb(data + 1, size - 1);
  }
  return 0;
}
