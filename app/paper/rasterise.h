// Drawing → pixels, without GL and without a display. Worker-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/scene/drawing.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace paper {

struct Raster {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // rows from the top; opaque where the drawing's background is, alpha straight
};

// pixelsPerUnit: 1 on a screen, dpi / 25.4 on a page in millimetres.
geo::Result<Raster> rasterise(const scene::Drawing& drawing, int width, int height, double pixelsPerUnit,
                              geo::Progress* progress = nullptr);

}  // namespace paper
