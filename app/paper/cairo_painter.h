// Drawing → pixels without GL, and Drawing → a Cairo context whose surface keeps vectors (PDF). Worker-safe;
// one painter per thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/scene/drawing.h"
#include "geo/progress.h"
#include "geo/result.h"

typedef struct _cairo cairo_t;

namespace paper {

struct Raster {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // rows from the top; opaque where the drawing's background is, alpha straight
};

// pixelsPerUnit: 1 on a screen, dpi / 25.4 on a page in millimetres.
geo::Result<Raster> rasterise(const scene::Drawing& drawing, int width, int height, double pixelsPerUnit,
                              geo::Progress* progress = nullptr);

// In canvas units of the context, clipped to the canvas. Shapes are reduced to a fiftieth of a millimetre.
geo::Result<void> paintOnCairo(const scene::Drawing& drawing, cairo_t* cairo, double millimetresPerUnit,
                               geo::Progress* progress = nullptr);

}  // namespace paper
