// Drawing → files. A file appears whole or not at all (written beside its place, then renamed). Equal input,
// equal bytes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/paper/atomic_file.h"
#include "app/scene/drawing.h"
#include "geo/crs.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace paper {

struct Meta {
  std::string title, author, subject, keywords;
  std::string software = "Parkscope";
  std::string recipe;              // JSON with an open seal (see seal.h); empty: none
  std::vector<SideFile> beside{};  // files that appear together with this one
};

// PNG and JPEG in bands: memory does not grow with the height. The resolution goes into the file (pHYs).
geo::Result<void> writePng(const scene::Drawing& drawing, const std::string& path, int width, int height,
                           double pixelsPerUnit, double dpi, const Meta& meta,
                           geo::Progress* progress = nullptr);
geo::Result<void> writeJpeg(const scene::Drawing& drawing, const std::string& path, int width, int height,
                            double pixelsPerUnit, double dpi, const Meta& meta,
                            geo::Progress* progress = nullptr);
// Without loss. Memory grows with the picture; checkWebpSize tells what no WebP holds.
geo::Result<void> writeWebp(const scene::Drawing& drawing, const std::string& path, int width, int height,
                            double pixelsPerUnit, double dpi, const Meta& meta,
                            geo::Progress* progress = nullptr);
geo::Result<void> checkWebpSize(int width, int height);
// Where a picture lies, for those that cannot say it themselves: a world file (.pgw .jgw .wpw) as old
// programs read it, and .aux.xml with the coordinate system as GDAL, QGIS and ArcGIS do. Of camera 0, over
// all pixels.
std::vector<SideFile> worldFiles(const scene::Drawing& drawing, const std::string& path, double pixelsPerUnit,
                                 const geo::Crs& crs);
// GeoTIFF, georeferenced by the drawing's camera 0 in `crs`; the picture outside the map's frame is part of
// it.
geo::Result<void> writeGeoTiff(const scene::Drawing& drawing, const std::string& path, int width, int height,
                               double pixelsPerUnit, double dpi, const geo::Crs& crs, const Meta& meta,
                               geo::Progress* progress = nullptr);

// Vectors stay vectors, text stays text (selectable, fonts embedded as subsets).
// What the PDF files of one run share, so that many small ones cost little more than one of many pages: fonts
// opened, the map's system looked up; each is packed quickly. For any number of threads, one typesetter.
class PdfSeries;
std::shared_ptr<PdfSeries> pdfSeries();
struct VectorOptions {
  double millimetresPerUnit = 25.4 / 96;  // drawings in px are taken at 96 px an inch
  double imageDpi = 300;                  // heat and other smooth pictures are resampled to it
  std::optional<geo::Crs> crs{};          // of camera 0: the PDF says where its map lies
  std::shared_ptr<PdfSeries> series{};
};
geo::Result<void> writePdf(const scene::Drawing& drawing, const std::string& path,
                           const VectorOptions& options, const Meta& meta, geo::Progress* progress = nullptr);
geo::Result<void> writeSvg(const scene::Drawing& drawing, const std::string& path,
                           const VectorOptions& options, const Meta& meta, geo::Progress* progress = nullptr);
// A page for each bookmark. sheet(i) is called on many threads at once, once for each page, now and then
// twice; all drawings share one typesetter. Memory holds some pages at a time, however many there are. Equal
// bytes for any number of threads.
geo::Result<void> writePdfBook(const std::vector<std::string>& bookmarks,
                               const std::function<geo::Result<scene::Drawing>(size_t)>& sheet,
                               const std::string& path, const VectorOptions& options, const Meta& meta,
                               geo::Progress* progress = nullptr);

}  // namespace paper
