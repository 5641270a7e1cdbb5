// Small drawings and pictures for the tests of app/paper.
#pragma once

#include <gtest/gtest.h>
#include <png.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/paper/rasterise.h"

namespace paper_test {

using namespace scene;

inline std::shared_ptr<MapShape> shapeOf(geo::LayerPtr layer) {
  auto shape = std::make_shared<MapShape>();
  shape->layer = std::move(layer);
  return shape;
}
inline MapShapePtr squares(const std::vector<std::vector<geo::Point>>& rings) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  for (const auto& ring : rings) {
    for (auto p : ring) layer->shapes.vertices.push_back(p);
    layer->shapes.endPart(), layer->shapes.endRow();
  }
  layer->bounds = layer->shapes.box();
  return shapeOf(layer);
}
inline MapShapePtr others(geo::ShapeKind kind, const std::vector<std::vector<geo::Point>>& parts) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = kind;
  for (const auto& part : parts) {
    for (auto p : part) layer->shapes.vertices.push_back(p);
    layer->shapes.endPart(), layer->shapes.endRow();
  }
  layer->bounds = layer->shapes.box();
  return shapeOf(layer);
}
inline ColoursPtr colours(std::vector<Rgba> c) {
  return std::make_shared<const std::vector<Rgba>>(std::move(c));
}

inline Rgba pixel(const paper::Raster& r, int x, int y) {
  const uint8_t* p = r.rgba.data() + (static_cast<size_t>(y) * r.width + x) * 4;
  return {p[0], p[1], p[2], p[3]};
}

// Mean difference per channel, 0 … 255, of two pictures of one size.
inline double difference(const paper::Raster& a, const paper::Raster& b) {
  if (a.width != b.width || a.height != b.height) return 255;
  double sum = 0;
  for (size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(a.rgba[i] - b.rgba[i]);
  return sum / static_cast<double>(a.rgba.size());
}

inline paper::Raster shrunk(const paper::Raster& r, int by) {
  paper::Raster out{r.width / by, r.height / by, {}};
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x)
      for (int c = 0; c < 4; ++c) {
        int sum = 0;
        for (int v = 0; v < by; ++v)
          for (int u = 0; u < by; ++u)
            sum += r.rgba[((static_cast<size_t>(y) * by + v) * r.width + x * by + u) * 4 + c];
        out.rgba.push_back(static_cast<uint8_t>(sum / (by * by)));
      }
  return out;
}
inline int largest(const paper::Raster& a, const paper::Raster& b) {
  int most = 0;
  for (size_t i = 0; i < std::min(a.rgba.size(), b.rgba.size()); ++i)
    most = std::max(most, std::abs(a.rgba[i] - b.rgba[i]));
  return most;
}

inline paper::Raster readPng(const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&image, path.c_str())) return {};
  image.format = PNG_FORMAT_RGBA;
  paper::Raster out{static_cast<int>(image.width), static_cast<int>(image.height), {}};
  out.rgba.resize(PNG_IMAGE_SIZE(image));
  if (!png_image_finish_read(&image, nullptr, out.rgba.data(), 0, nullptr)) return {};
  return out;
}

inline std::string bytesOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What a program prints; empty when it fails.
inline std::string printed(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  return pclose(pipe) == 0 ? out : std::string();
}

struct TempFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("paper_test_" + std::to_string(getpid()));
  TempFolder() { std::filesystem::create_directories(path); }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  size_t files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
  }
};

inline TypesetterPtr fonts() {
  static const TypesetterPtr made = [] {
    auto opened = Typesetter::open();
    return opened ? *opened : TypesetterPtr();
  }();
  return made;
}

// One of every item on 600 × 400 units.
inline Drawing everything() {
  Drawing d;
  d.width = 600, d.height = 400, d.background = {246, 245, 241, 255};
  d.fonts = fonts();
  d.cameras.push_back({{20, 20, 300, 300}, {50000, 50000}, 400});
  std::vector<std::vector<geo::Point>> rings;
  std::vector<Rgba> fills;
  for (int i = 0; i < 9; ++i) {
    const double x = (i % 3) * 30000 + 8000, y = (i / 3) * 30000 + 7000;
    rings.push_back({{x, y}, {x + 30000, y}, {x + 30000, y + 30000}, {x, y + 30000}});
    fills.push_back({static_cast<uint8_t>(40 + i * 20), static_cast<uint8_t>(130 + i * 10), 160, 255});
  }
  const auto shape = squares(rings);
  d.add(Areas{0, shape, colours(fills), {4, 7}, {{169, 164, 152, 255}, {255, 255, 255, 255}, 7, 1.4f}});
  Borders border;
  border.shape = shape, border.pen = {{255, 255, 255, 255}, 3, {}, false};
  d.add(border);
  border.pen = {{34, 52, 63, 255}, 1, {}, false};
  d.add(border);
  border.which = Borders::Which::outer, border.pen = {{34, 52, 63, 255}, 2.2f, {}, false};
  d.add(border);
  Courses river;
  river.shape = others(geo::ShapeKind::line, {{{0, 20000}, {30000, 45000}, {52000, 40000}, {110000, 90000}}});
  river.pen = {{62, 134, 181, 255}, 2, {}, true};
  d.add(river);
  std::vector<std::vector<geo::Point>> points;
  for (int i = 0; i < 40; ++i) points.push_back({{(i * 7919 % 100) * 1000.0, (i * 104729 % 97) * 1000.0}});
  d.add(Dots{0,
             others(geo::ShapeKind::point, points),
             colours(std::vector<Rgba>(40, Rgba{27, 122, 72, 255})),
             3.3f,
             {{255, 255, 255, 255}, 1, {}, false}});
  auto heat = std::make_shared<std::vector<Rgba>>();
  for (int y = 0; y < 12; ++y)
    for (int x = 0; x < 12; ++x)
      heat->push_back({161, 68, 122,
                       static_cast<uint8_t>(std::max(0, 200 - 6 * ((x - 6) * (x - 6) + (y - 6) * (y - 6))))});
  d.add(Raster{0, {60000, 10000, 95000, 45000}, heat, 12, 12, true});
  d.add(Glow{{380, 80}, 50, {255, 181, 71, 140}});
  d.add(Fill{Path::circle({380, 80}, 12), {183, 56, 10, 255}});
  d.add(Fade{{340, 150, 240, 30}, {11, 17, 24, 255}, {11, 17, 24, 0}, true});
  d.add(Fade{{340, 190, 60, 60}, {200, 30, 60, 255}, {30, 60, 200, 255}, false});
  d.add(HatchedRect{{420, 190, 150, 20}, {{169, 164, 152, 255}, {255, 255, 255, 255}, 7, 1.4f}});
  Path arc;
  arc.move({340, 330}).cubic({400, 250}, {500, 250}, {570, 330});
  d.add(Stroke{arc, {{183, 56, 10, 240}, 6.5f, {}, false}, 3});
  d.add(Stroke{Path::circle({500, 80}, 40), {{168, 36, 94, 255}, 1.5f, {5, 3}, false}, -1});
  d.add(Stroke{Path::roundedRect({430, 225, 120, 30}, 8), {{70, 83, 94, 255}, 1, {}, false}, -1});
  auto checks = std::make_shared<std::vector<Rgba>>();
  for (int i = 0; i < 16; ++i)
    checks->push_back((i + i / 4) % 2 ? Rgba{15, 111, 138, 255} : Rgba{0, 0, 0, 0});
  d.add(Image{{340, 340, 40, 40}, checks, 4, 4});
  if (d.fonts) {
    const auto text = [&](std::string_view words, Vec at, float size, Face face, float spacing = 0,
                          float angle = 0) {
      Text t;
      t.run = d.fonts->shape(words, {face, size, spacing});
      t.origin = at, t.angle = angle, t.colour = {23, 33, 42, 255}, t.halo = {255, 255, 255, 255},
      t.haloWidth = 2.5f;
      d.add(t);
    };
    text("清远高新区", {60, 120}, 24, Face::sansBold);
    text("英德市", {180, 200}, 17, Face::sans, 0.1f);
    text("1:850 000 Yangshan 阳山县 (2023)", {345, 300}, 13, Face::sans);
    text("北江", {90, 250}, 15, Face::serif, 0.35f, -0.7f);
    text("“十四五”规划 <&>", {400, 380}, 14, Face::serifBold);
  }
  return d;
}

}  // namespace paper_test
