// Drawing → files. A file appears whole or not at all (written beside its place, then renamed). Equal input,
// equal bytes.
#pragma once

#include <optional>
#include <string>

#include "app/scene/drawing.h"
#include "geo/crs.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace paper {

struct Meta {
  std::string title, author, subject, keywords;
  std::string software = "Parkscope";
  std::string recipe;  // JSON with an open seal (see seal.h); empty: none
};

// PNG and JPEG in bands: memory does not grow with the height. The resolution goes into the file (pHYs).
geo::Result<void> writePng(const scene::Drawing& drawing, const std::string& path, int width, int height,
                           double pixelsPerUnit, double dpi, const Meta& meta,
                           geo::Progress* progress = nullptr);
geo::Result<void> writeJpeg(const scene::Drawing& drawing, const std::string& path, int width, int height,
                            double pixelsPerUnit, double dpi, const Meta& meta,
                            geo::Progress* progress = nullptr);
// GeoTIFF, georeferenced by the drawing's camera 0 in `crs`; the picture outside the map's frame is part of
// it.
geo::Result<void> writeGeoTiff(const scene::Drawing& drawing, const std::string& path, int width, int height,
                               double pixelsPerUnit, double dpi, const geo::Crs& crs, const Meta& meta,
                               geo::Progress* progress = nullptr);
// Vectors stay vectors, text stays text (selectable, fonts embedded as subsets). Drawings in px are taken at
// 96 px an inch.
geo::Result<void> writePdf(const scene::Drawing& drawing, const std::string& path, double millimetresPerUnit,
                           const Meta& meta, geo::Progress* progress = nullptr);
geo::Result<void> writeSvg(const scene::Drawing& drawing, const std::string& path, double millimetresPerUnit,
                           const Meta& meta, geo::Progress* progress = nullptr);

}  // namespace paper
