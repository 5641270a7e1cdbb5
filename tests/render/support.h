// A context for each test program, and drawings small enough to reckon by hand.
#pragma once

#include <gtest/gtest.h>

#include "app/render/offscreen.h"
#include "app/render/renderer.h"

namespace render::testing {

// One context lives for the whole program: a renderer is made in it by each test.
inline bool contextAvailable() {
  static const auto context = Offscreen::make();
  return context.has_value();
}

class RendererTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(contextAvailable()) << "needs Mesa: apt install libgl1-mesa-dri libegl-mesa0";
    auto made = Renderer::make();
    ASSERT_TRUE(made) << made.error().text();
    renderer = std::move(*made);
  }

  Pixels draw(const scene::Drawing& d, float pixelsPerUnit = 1) {
    renderer->draw(d, static_cast<int>(std::lround(d.width * pixelsPerUnit)),
                   static_cast<int>(std::lround(d.height * pixelsPerUnit)), pixelsPerUnit);
    return renderer->read();
  }

  std::unique_ptr<Renderer> renderer;
};

inline scene::Rgba at(const Pixels& p, int x, int y) {
  const uint8_t* c = p.rgba.data() + (static_cast<size_t>(y) * p.width + x) * 4;
  return {c[0], c[1], c[2], c[3]};
}

inline scene::Drawing blank(float width, float height, scene::Rgba background = {255, 255, 255, 255}) {
  scene::Drawing d;
  d.width = width, d.height = height, d.background = background;
  return d;
}

inline constexpr scene::Rgba black{0, 0, 0, 255}, white{255, 255, 255, 255}, red{255, 0, 0, 255},
    green{0, 255, 0, 255}, blue{0, 0, 255, 255};

// How much of the picture is black on white, in pixels.
inline double ink(const Pixels& p) {
  double sum = 0;
  for (size_t i = 0; i < p.rgba.size(); i += 4) sum += 255 - p.rgba[i];
  return sum / 255;
}

// Polygons in world metres; one camera looks at the whole, a metre to a pixel, north up: world (0, 0) is the
// lower left.
inline scene::MapShapePtr shapeOf(const std::vector<std::vector<std::vector<geo::Point>>>& rows,
                                  geo::ShapeKind kind = geo::ShapeKind::polygon, bool withBoundaries = true) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = kind;
  for (const auto& parts : rows) {
    for (size_t p = 0; p < parts.size(); ++p) {
      layer->shapes.vertices.insert(layer->shapes.vertices.end(), parts[p].begin(), parts[p].end());
      layer->shapes.endPart(p > 0);
    }
    layer->shapes.endRow();
  }
  layer->table.rowCount = rows.size();
  layer->bounds = layer->shapes.box();
  auto shape = std::make_shared<scene::MapShape>();
  if (kind == geo::ShapeKind::polygon && withBoundaries)
    shape->boundaries = geo::Boundaries::make(layer->shapes);
  shape->layer = std::move(layer);
  return shape;
}

inline scene::Drawing mapOf(float width, float height) {
  scene::Drawing d = blank(width, height);
  scene::Camera c;
  c.frame = {0, 0, width, height};
  c.centre = {width / 2.0, height / 2.0};
  d.cameras = {c};
  return d;
}

inline scene::ColoursPtr colours(std::initializer_list<scene::Rgba> c) {
  return std::make_shared<const std::vector<scene::Rgba>>(c);
}

}  // namespace render::testing
