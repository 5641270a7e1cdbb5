// A whole picture strip by strip, painted on all cores, for writers that take rows in order.
#pragma once

#include "app/paper/rasterise.h"
#include "app/paper/raster_painter.h"

namespace paper {

// Rows of a strip: enough pixels to be worth a hand-over, few enough to hold several. Never depends on the
// machine.
int stripRows(int width);

// take(y0, y1, rgba): straight RGBA. False when it said no or was cancelled.
bool paintInOrder(const RasterPainter& painter, int width, int height, geo::Progress* progress,
                  const std::function<bool(int, int, const uint8_t*)>& take);

// A JPEG in memory, of three channels or of one (grey), each as sharp as the others. row(y, out) gives the
// rows in order. Empty: it cannot be made.
std::string jpegBytes(int width, int height, int channels, const std::function<void(int, uint8_t*)>& row);

}  // namespace paper
