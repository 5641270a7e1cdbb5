#include "tests/support/image.h"

#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace support {

Image readPng(const std::string& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&png, path.c_str())) return {};
  png.format = PNG_FORMAT_RGBA;
  Image image{static_cast<int>(png.width), static_cast<int>(png.height),
              std::vector<uint8_t>(PNG_IMAGE_SIZE(png))};
  if (!png_image_finish_read(&png, nullptr, image.rgba.data(), 0, nullptr)) return {};
  return image;
}

void writePng(const Image& image, const std::string& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = image.width, png.height = image.height, png.format = PNG_FORMAT_RGBA;
  png_image_write_to_file(&png, path.c_str(), 0, image.rgba.data(), 0, nullptr);
}

Image shrunk(const Image& in, int factor) {
  Image out{in.width / factor, in.height / factor, {}};
  out.rgba.resize(static_cast<size_t>(out.width) * out.height * 4);
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x)
      for (int c = 0; c < 4; ++c) {
        int sum = 0;
        for (int j = 0; j < factor; ++j)
          for (int i = 0; i < factor; ++i)
            sum += in.rgba[(static_cast<size_t>(y * factor + j) * in.width + x * factor + i) * 4 + c];
        out.rgba[(static_cast<size_t>(y) * out.width + x) * 4 + c] =
            static_cast<uint8_t>(sum / (factor * factor));
      }
  return out;
}

Difference compare(const Image& a, const Image& b, int tolerance) {
  Difference d;
  d.sameSize = a.width == b.width && a.height == b.height && a.width > 0;
  if (!d.sameSize) return d;
  d.picture = {a.width, a.height, std::vector<uint8_t>(a.rgba.size(), 0)};
  size_t different = 0;
  for (size_t i = 0; i < a.rgba.size(); i += 4) {
    int worst = 0;
    for (int c = 0; c < 3; ++c) worst = std::max(worst, std::abs(a.rgba[i + c] - b.rgba[i + c]));
    d.largest = std::max(d.largest, worst);
    different += worst > tolerance;
    const auto grey = static_cast<uint8_t>(std::min(255, worst * 4));
    d.picture.rgba[i] = d.picture.rgba[i + 1] = d.picture.rgba[i + 2] = grey;
    d.picture.rgba[i + 3] = 255;
  }
  d.share = different / (a.rgba.size() / 4.0);
  return d;
}

}  // namespace support
