// PNG pictures for tests: reading, writing, shrinking, comparing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace support {

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;
};

Image readPng(const std::string& path);  // empty when it cannot be read
void writePng(const Image& image, const std::string& path);
Image shrunk(const Image& image, int factor);  // box average

struct Difference {
  bool sameSize = false;
  double share = 0;  // of pixels that differ by more than the tolerance in any channel
  int largest = 0;   // of any channel of any pixel
  Image picture;     // where: white on black
};
Difference compare(const Image& a, const Image& b, int tolerance);

}  // namespace support
