#include "app/scene/map_shape.h"

#include <gtest/gtest.h>

#include <random>

#include "app/scene/draw_scene.h"
#include "geo/measure.h"

using geo::Point;

namespace {

geo::Shapes polygon(std::vector<Point> ring) {
  geo::Shapes s;
  s.kind = geo::ShapeKind::polygon;
  s.vertices = std::move(ring);
  s.endPart();
  s.endRow();
  return s;
}

double lengthOf(const geo::Shapes& s) {
  double sum = 0;
  for (size_t p = 0; p < s.parts(); ++p) {
    const auto line = s.part(p);
    for (size_t i = 1; i < line.size(); ++i)
      sum += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return sum;
}

}  // namespace

TEST(LabelAnchors, LieInsideEvenACrescent) {
  const auto crescent = polygon({{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 9}, {9, 9}, {9, 1}, {0, 1}});
  const auto anchors = scene::labelAnchors(crescent);
  EXPECT_TRUE(geo::contains(crescent, 0, anchors[0]));
}

TEST(LabelAnchors, AreTheCentroidOfAPlainArea) {
  const auto anchors = scene::labelAnchors(polygon({{2, 2}, {6, 2}, {6, 4}, {2, 4}}));
  EXPECT_NEAR(anchors[0].x, 4, 1e-9);
  EXPECT_NEAR(anchors[0].y, 3, 1e-9);
}

TEST(LabelAnchors, AreNotANumberWithoutAShape) {
  geo::Shapes s;
  s.kind = geo::ShapeKind::polygon;
  s.endRow();
  EXPECT_TRUE(std::isnan(scene::labelAnchors(s)[0].x));
}

TEST(RowRuns, HoldEveryRowWithAShapeInOrder) {
  geo::Shapes s;
  s.kind = geo::ShapeKind::polygon;
  std::vector<geo::Box> boxes;
  for (int i = 0; i < 30'000; ++i) {
    const double x = i % 173, y = i / 173;
    if (i % 11 != 5) {
      for (const Point p : {Point{x, y}, {x + 1, y}, {x + 1, y + 2}}) s.vertices.push_back(p);
      s.endPart();
    }
    s.endRow();
  }
  const auto runs = scene::rowRuns(s);
  ASSERT_GT(runs.size(), 10u);
  uint32_t next = 0;
  for (const scene::RowRun& run : runs) {
    for (; next < run.first; ++next) EXPECT_FALSE(s.has(next));
    for (; next < run.end; ++next)
      if (s.has(next)) {
        EXPECT_TRUE(run.box.contains({s.box(next).minX, s.box(next).minY}));
        EXPECT_TRUE(run.box.contains({s.box(next).maxX, s.box(next).maxY}));
      }
  }
  for (; next < s.rows(); ++next) EXPECT_FALSE(s.has(next));
  EXPECT_NEAR(scene::typicalWidth(s), std::sqrt(2), 1e-9);
  EXPECT_EQ(scene::typicalWidth({}), 0);
}

TEST(Borders, FadeBeforeTheyCoverTheAreasThatTheyPart) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 20; ++j) {
      const double x = i * 100, y = j * 100;
      for (const Point p : {Point{x, y}, {x + 100, y}, {x + 100, y + 100}, {x, y + 100}})
        layer->shapes.vertices.push_back(p);
      layer->shapes.endPart(), layer->shapes.endRow();
    }
  layer->table.rowCount = layer->shapes.rows(), layer->bounds = layer->shapes.box();
  auto shape = std::make_shared<scene::MapShape>();
  shape->layer = layer, shape->typicalWidth = scene::typicalWidth(layer->shapes);
  scene::Scene s;
  scene::SceneLayer l;
  l.id = "parcels", l.shape = shape, l.width = 2;
  s.layers.push_back(l), s.home = layer->bounds;
  const auto fonts = scene::Typesetter::open().value();
  // How strong they are where an area is so many of their widths wide.
  const auto alphaAt = [&](double widths) {
    scene::Drawing d;
    d.width = 400, d.height = 400, d.fonts = fonts;
    scene::Camera c = scene::Camera::fit({0, 0, 400, 400}, s.home, 10);
    c.metresPerUnit = 100 / (widths * 2);
    d.cameras.push_back(c);
    scene::MapOptions o;
    o.frame = c.frame;
    scene::drawMap(d, s, 0, scene::lightTheme(), o);
    for (const auto& placed : d.items)
      if (const auto* b = std::get_if<scene::Borders>(&placed.item)) return static_cast<int>(b->pen.colour.a);
    return 0;
  };
  EXPECT_EQ(alphaAt(2), 0);
  EXPECT_EQ(alphaAt(2.9), 0);
  EXPECT_NEAR(alphaAt(5), 127, 2);
  EXPECT_EQ(alphaAt(7.1), 255);
  EXPECT_EQ(alphaAt(40), 255);
}

TEST(CutLines, InsideAndOutsideAddUpToTheWhole) {
  const auto city = polygon({{0, 0}, {100, 0}, {100, 100}, {0, 100}});
  geo::Layer rivers;
  rivers.shapes.kind = geo::ShapeKind::line;
  std::mt19937 random(7);
  std::uniform_real_distribution<double> at(-40, 140);
  for (int r = 0; r < 20; ++r) {
    for (int i = 0; i < 12; ++i) rivers.shapes.vertices.push_back({at(random), at(random)});
    rivers.shapes.endPart();
    rivers.shapes.endRow();
  }
  rivers.table.rowCount = 20;
  const auto in = scene::cutLines(rivers, city, true), out = scene::cutLines(rivers, city, false);
  EXPECT_EQ(in->shapes.rows(), 20u);
  EXPECT_EQ(out->shapes.rows(), 20u);
  const double whole = lengthOf(rivers.shapes);
  // A segment that crosses in and out again between two vertices outside stays whole outside: that is all
  // that may differ.
  EXPECT_NEAR(lengthOf(in->shapes) + lengthOf(out->shapes), whole, whole * 0.001);
  for (const Point p : in->shapes.vertices) {
    EXPECT_GE(p.x, -0.05);
    EXPECT_LE(p.x, 100.05);
  }
}
