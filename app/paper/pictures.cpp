#include "app/paper/pictures.h"

namespace paper {

int stripRows(int width) {
  const int rows = (1 << 18) / std::max(1, width);
  return std::clamp((rows + 63) / 64 * 64, 64, 2048);
}

bool paintInOrder(const RasterPainter& painter, int width, int height, geo::Progress* progress,
                  const std::function<bool(int, int, const uint8_t*)>& take) {
  const int perStrip = stripRows(width), strips = (height + perStrip - 1) / perStrip;
  std::vector<std::vector<uint8_t>> buffers(strips);
  const auto rows = [&](int strip) { return std::min(height, (strip + 1) * perStrip) - strip * perStrip; };
  const auto makeWork = [&]() -> std::function<void(int)> {
    auto brush = std::make_shared<RasterPainter::Brush>();
    return [&, brush](int strip) {
      if (progress && progress->cancelled()) return;
      const size_t pixels = static_cast<size_t>(rows(strip)) * width;
      buffers[strip].resize(pixels * 4);
      const int y0 = strip * perStrip;
      painter.paint({buffers[strip].data(), width, y0, y0 + rows(strip)}, *brush);
      unpremultiply(buffers[strip].data(), pixels);
    };
  };
  return inOrder(strips, 8, makeWork, [&](int strip) {
    if (progress && !progress->keepGoing(static_cast<double>(strip) / strips)) return false;
    const int y0 = strip * perStrip;
    const bool goOn = take(y0, y0 + rows(strip), buffers[strip].data());
    buffers[strip] = {};
    return goOn;
  });
}

geo::Result<Raster> rasterise(const scene::Drawing& drawing, int width, int height, double pixelsPerUnit,
                              geo::Progress* progress) {
  auto painter = RasterPainter::make(drawing, width, height, pixelsPerUnit);
  if (!painter) return tl::unexpected(painter.error());
  Raster out{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 4)};
  const bool whole =
      paintInOrder(**painter, width, height, progress, [&](int y0, int y1, const uint8_t* rgba) {
        std::copy(rgba, rgba + static_cast<size_t>(y1 - y0) * width * 4,
                  out.rgba.begin() + static_cast<size_t>(y0) * width * 4);
        return true;
      });
  if (!whole) return geo::fail("Drawing the picture was cancelled.");
  return out;
}

}  // namespace paper
