#include "app/render/renderer.h"

#include <fstream>
#include <map>
#include <random>
#include <string>

#include "app/scene/map_shape.h"
#include "tests/render/support.h"

namespace render {
namespace {

using namespace render::testing;
using scene::Path;
using scene::Rgba;
using scene::Vec;

int channelDifference(Rgba a, Rgba b) {
  return std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}
::testing::AssertionResult near(Rgba a, Rgba b, int tolerance = 2) {
  if (channelDifference(a, b) <= tolerance) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << fmt::format("({} {} {}) is not ({} {} {})", a.r, a.g, a.b, b.r, b.g, b.b);
}

size_t memoryPages() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident;
}

}  // namespace

TEST_F(RendererTest, ClearsToTheBackground) {
  const Pixels p = draw(blank(7, 5, {10, 20, 30, 255}));
  ASSERT_EQ(p.width, 7);
  ASSERT_EQ(p.height, 5);
  for (int y = 0; y < 5; ++y)
    for (int x = 0; x < 7; ++x) EXPECT_EQ(at(p, x, y), (Rgba{10, 20, 30, 255}));
}

TEST_F(RendererTest, AFilledSquareCoversItsPixelsAndNoOthers) {
  auto d = blank(20, 16);
  d.add(scene::Fill{Path::rect({3, 2, 5, 6}), black});
  const Pixels p = draw(d);
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 20; ++x)
      EXPECT_EQ(at(p, x, y), x >= 3 && x < 8 && y >= 2 && y < 8 ? black : white) << x << " " << y;
}

TEST_F(RendererTest, ASquareBetweenPixelsCoversThemInPart) {
  auto d = blank(20, 16);
  d.add(scene::Fill{Path::rect({3.25f, 2.5f, 5, 6}), black});
  const Pixels p = draw(d);
  EXPECT_NEAR(at(p, 3, 4).r, 255 * 0.25, 2);
  EXPECT_NEAR(at(p, 8, 4).r, 255 * 0.75, 2);
  EXPECT_NEAR(at(p, 5, 2).r, 255 * 0.5, 2);
  EXPECT_NEAR(ink(p), 30, 0.3);
}

TEST_F(RendererTest, PathsCoverTheirAreaAtAnySize) {
  for (const float radius : {1.5f, 6.f, 40.f, 250.f, 400.f}) {  // beyond the atlas too
    auto d = blank(2 * radius + 9, 2 * radius + 9);
    d.add(scene::Fill{Path::circle({radius + 4.3f, radius + 3.7f}, radius), black});
    const double area = M_PI * radius * radius;
    EXPECT_NEAR(ink(draw(d)), area, 0.004 * area + 0.2) << radius;
  }
}

TEST_F(RendererTest, PathsFillByEvenOdd) {
  auto d = blank(60, 60);
  Path ring = Path::circle({30, 30}, 20);
  ring.append(Path::circle({30, 30}, 10));
  d.add(scene::Fill{ring, black});
  EXPECT_NEAR(ink(draw(d)), M_PI * 300, 3);
  EXPECT_EQ(at(draw(d), 30, 30), white);
}

TEST_F(RendererTest, ALinesInkIsItsLengthTimesItsWidthAtAnyOffset) {
  for (const float width : {0.4f, 1.f, 1.5f, 2.f, 3.f, 8.f})
    for (const float offset : {0.f, 0.17f, 0.5f, 0.83f}) {
      auto d = blank(80, 40);
      d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{10, 20 + offset}, {60, 20 + offset}}),
                          {black, width, {}, false}});
      EXPECT_NEAR(ink(draw(d)), 50 * width, 0.02 * 50 * width + 0.5) << width << " " << offset;
    }
}

TEST_F(RendererTest, ASlantedLineHasThatInkToo) {
  for (const float width : {1.f, 3.f}) {
    auto d = blank(80, 80);
    d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{10, 12}, {61, 55}}), {black, width, {}, false}});
    const double ideal = std::hypot(51, 43) * width;
    EXPECT_NEAR(ink(draw(d)), ideal, 0.03 * ideal);
  }
}

TEST_F(RendererTest, RoundCapsAndJoinsAddDiscs) {
  auto d = blank(120, 60);
  d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{20, 30}, {90, 30}}), {black, 12, {}, true}});
  EXPECT_NEAR(ink(draw(d)), 70 * 12 + M_PI * 36, 6);
  EXPECT_EQ(at(draw(d), 15, 30), black);
  EXPECT_EQ(at(draw(d), 14, 25), white);  // round, not square
}

TEST_F(RendererTest, DashesLeaveGaps) {
  auto d = blank(120, 20);
  d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{10, 10}, {110, 10}}), {black, 4, {10, 10}, false}});
  const Pixels p = draw(d);
  EXPECT_NEAR(ink(p), 50 * 4, 6);
  EXPECT_EQ(at(p, 15, 10), black);
  EXPECT_EQ(at(p, 25, 10), white);
  EXPECT_EQ(at(p, 35, 10), black);
}

TEST_F(RendererTest, ATaperedStrokeRunsFromOneWidthToTheOther) {
  auto d = blank(120, 40);
  d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{10, 20}, {110, 20}}), {black, 12, {}, false}, 2});
  const Pixels p = draw(d);
  EXPECT_NEAR(ink(p), 100 * 7, 10);
  EXPECT_EQ(at(p, 15, 15), black);
  EXPECT_EQ(at(p, 105, 15), white);
}

TEST_F(RendererTest, TranslucentBendsAreNotDarkerThanTheLine) {
  auto d = blank(100, 100);
  std::vector<Vec> arc;
  for (int i = 0; i <= 40; ++i) arc.push_back({50 + 35 * std::cos(i * 0.1f), 50 + 35 * std::sin(i * 0.1f)});
  d.add(scene::Stroke{Path::polyline(arc), {{0, 0, 0, 128}, 6, {}, false}});
  const Pixels p = draw(d);
  int darkest = 255;
  for (size_t i = 0; i < p.rgba.size(); i += 4) darkest = std::min<int>(darkest, p.rgba[i]);
  EXPECT_NEAR(darkest, 127, 3);
}

TEST_F(RendererTest, KeepsPaintersOrderAcrossPipelines) {
  auto d = blank(100, 60);
  // Overlapping pairs, in an order that batching by kind would break.
  d.add(scene::Fill{Path::rect({10, 10, 40, 40}), red});
  d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{0, 30}, {100, 30}}), {black, 10, {}, false}});
  d.add(scene::Fill{Path::rect({20, 20, 10, 20}), green});
  d.add(scene::Fill{Path::circle({25, 30}, 4), blue});
  d.add(scene::Fill{Path::rect({70, 10, 10, 40}), red});
  d.add(scene::Stroke{Path::polyline(std::vector<Vec>{{60, 40}, {95, 40}}), {green, 4, {}, false}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 12, 30), black);
  EXPECT_EQ(at(p, 20, 30), green);
  EXPECT_EQ(at(p, 25, 30), blue);
  EXPECT_EQ(at(p, 75, 30), red);
  EXPECT_EQ(at(p, 75, 40), green);
  EXPECT_EQ(at(p, 60, 30), black);
}

TEST_F(RendererTest, DrawsWhatDoesNotOverlapInFewCalls) {
  auto d = blank(900, 900);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) {
      const Vec c{50.f + 100 * static_cast<float>(x), 50.f + 100 * static_cast<float>(y)};
      d.add(scene::Fill{Path::circle(c, 12), white});
      d.add(scene::Stroke{Path::circle(c, 10), {black, 2, {}, false}});
      d.add(scene::Fill{Path::circle(c, 5), red});
    }
  draw(d);
  EXPECT_LE(renderer->counts().drawCalls, 8u);
}

TEST_F(RendererTest, ClipsToTheItemsRectangle) {
  auto d = blank(40, 40);
  d.add(scene::Fill{Path::rect({0, 0, 40, 40}), red}, scene::Rect{10, 5, 12, 20});
  d.add(scene::Fill{Path::circle({20, 20}, 18), blue}, scene::Rect{30, 0, 10, 40});
  const Pixels p = draw(d);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 30; ++x)
      EXPECT_EQ(at(p, x, y), x >= 10 && x < 22 && y >= 5 && y < 25 ? red : white) << x << " " << y;
  EXPECT_EQ(at(p, 34, 20), blue);
}

TEST_F(RendererTest, AGlowFadesFromItsColourToNothing) {
  auto d = blank(101, 101, black);
  d.add(scene::Glow{{50.5f, 50.5f}, 40, {255, 255, 255, 255}});
  const Pixels p = draw(d);
  EXPECT_NEAR(at(p, 50, 50).r, 255, 2);
  EXPECT_NEAR(at(p, 70, 50).r, 255 * 0.5625, 3);  // (1 − ¼)²
  EXPECT_EQ(at(p, 92, 50).r, 0);
}

TEST_F(RendererTest, AFadeRunsEvenly) {
  auto d = blank(100, 20);
  d.add(scene::Fade{{0, 0, 100, 20}, black, {0, 0, 0, 0}, true});
  const Pixels p = draw(d);
  for (const int x : {5, 25, 50, 75, 95}) EXPECT_NEAR(at(p, x, 10).r, 255 * (x + 0.5) / 100, 3);
}

TEST_F(RendererTest, HatchesAtTheRightDensity) {
  auto d = blank(210, 210);
  d.add(scene::HatchedRect{{0, 0, 210, 210}, {black, white, 7, 1.4f}});
  EXPECT_NEAR(ink(draw(d)) / (210 * 210), 0.2, 0.01);
}

TEST_F(RendererTest, AnImageShowsItsPixels) {
  auto d = blank(40, 40);
  d.add(scene::Image{{4, 4, 20, 20}, colours({red, green, blue, {0, 0, 0, 0}}), 2, 2});
  const Pixels p = draw(d);
  EXPECT_TRUE(near(at(p, 6, 6), red, 12));
  EXPECT_TRUE(near(at(p, 21, 6), green, 12));
  EXPECT_TRUE(near(at(p, 6, 21), blue, 12));
  EXPECT_TRUE(near(at(p, 22, 22), white, 12));
  EXPECT_EQ(at(p, 30, 30), white);
}

// Map items
// ------------------------------------------------------------------------------------------------------------

TEST_F(RendererTest, AreasTakeTheirRowsColours) {
  auto d = mapOf(60, 40);
  const auto shape = shapeOf({{{{5, 5}, {25, 5}, {25, 25}, {5, 25}}},
                              {{{25, 5}, {45, 5}, {45, 25}, {25, 25}}},
                              {{{45, 5}, {55, 5}, {55, 25}, {45, 25}}}});
  d.add(scene::Areas{0, shape, colours({red, blue, {0, 0, 0, 0}}), {}, {}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 10, 20), red);  // world y 20 is row 19 from the top of 40
  EXPECT_EQ(at(p, 30, 20), blue);
  EXPECT_EQ(at(p, 50, 20), white);
  EXPECT_EQ(at(p, 10, 10), white);
  EXPECT_EQ(at(p, 10, 36), white);
}

TEST_F(RendererTest, AreasLeaveTheirHolesOpen) {
  auto d = mapOf(60, 60);
  d.add(scene::Areas{
      0,
      shapeOf({{{{5, 5}, {55, 5}, {55, 55}, {5, 55}}, {{20, 20}, {20, 40}, {40, 40}, {40, 20}}}}),
      colours({black}),
      {},
      {}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 30, 30), white);
  EXPECT_NEAR(ink(p), 2500 - 400, 5);
}

TEST_F(RendererTest, EdgesWithoutABorderAreSmoothAndHideWhatIsBelow) {
  auto d = mapOf(200, 200);
  d.add(scene::Fill{Path::rect({0, 0, 200, 200}), green});
  // Two slanted neighbours of one colour, no border: no seam of the green shows between them, the outside is
  // smooth.
  const auto shape = shapeOf(
      {{{{20, 20}, {110, 20}, {90, 180}, {20, 180}}}, {{{110, 20}, {190, 20}, {150, 180}, {90, 180}}}});
  d.add(scene::Areas{0, shape, colours({black, black}), {}, {}});
  const Pixels p = draw(d);
  int partial = 0;
  for (int y = 25; y < 175; ++y) {
    for (int x = 60; x < 140; ++x) EXPECT_EQ(at(p, x, y), black) << x << " " << y;
    for (int x = 140; x < 200; ++x) partial += at(p, x, y).g > 8 && at(p, x, y).g < 247;
  }
  EXPECT_GT(partial, 100);
}

TEST_F(RendererTest, BordersAreDrawnOnceBetweenNeighbours) {
  auto d = mapOf(60, 40);
  const auto shape =
      shapeOf({{{{10, 10}, {30, 10}, {30, 30}, {10, 30}}}, {{{30, 10}, {50, 10}, {50, 30}, {30, 30}}}});
  scene::Borders b{0, shape, scene::Borders::Which::inner, 0, {{0, 0, 0, 128}, 2, {}, false}};
  d.add(b);
  const Pixels p = draw(d);
  EXPECT_NEAR(at(p, 29, 20).r, 127, 2);
  EXPECT_NEAR(at(p, 30, 20).r, 127, 2);
  EXPECT_EQ(at(p, 10, 20), white);  // outer
}

TEST_F(RendererTest, BordersOfOneRowGoRoundIt) {
  auto d = mapOf(60, 40);
  const auto shape =
      shapeOf({{{{10, 10}, {30, 10}, {30, 30}, {10, 30}}}, {{{30, 10}, {50, 10}, {50, 30}, {30, 30}}}});
  d.add(scene::Borders{0, shape, scene::Borders::Which::row, 1, {black, 2, {}, false}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 30, 20), black);
  EXPECT_EQ(at(p, 50, 20), black);
  EXPECT_EQ(at(p, 40, 10), black);
  EXPECT_EQ(at(p, 10, 20), white);
  EXPECT_EQ(at(p, 20, 10), white);
}

TEST_F(RendererTest, MapItemsStayInTheirFrame) {
  auto d = mapOf(100, 100);
  d.cameras[0].frame = {20, 30, 40, 50};
  d.cameras[0].centre = {0, 0};
  d.add(scene::Areas{
      0, shapeOf({{{{-500, -500}, {500, -500}, {500, 500}, {-500, 500}}}}), colours({red}), {}, {}});
  const Pixels p = draw(d);
  for (int y = 0; y < 100; ++y)
    for (int x = 0; x < 100; ++x)
      EXPECT_EQ(at(p, x, y), x >= 20 && x < 60 && y >= 30 && y < 80 ? red : white) << x << " " << y;
}

TEST_F(RendererTest, HatchedRowsAreHatchedInsteadOfFilled) {
  auto d = mapOf(160, 100);
  d.add(scene::Areas{
      0,
      shapeOf({{{{10, 10}, {80, 10}, {80, 80}, {10, 80}}}, {{{80, 10}, {150, 10}, {150, 80}, {80, 80}}}}),
      colours({black, black}),
      {1},
      {red, white, 7, 1.4f}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 40, 50), black);
  int reds = 0, whites = 0;
  for (int x = 85; x < 145; ++x) reds += near(at(p, x, 50), red, 40), whites += near(at(p, x, 50), white, 40);
  EXPECT_GT(reds, 4);
  EXPECT_GT(whites, 25);
}

TEST_F(RendererTest, TheHatchMovesWithTheMap) {
  const auto shape = shapeOf({{{{-1000, -1000}, {1000, -1000}, {1000, 1000}, {-1000, 1000}}}});
  const auto shot = [&](double shift) {
    auto d = mapOf(100, 100);
    d.cameras[0].centre = {shift, 0};
    d.add(scene::Areas{0, shape, nullptr, {0}, {black, white, 7, 1.4f}});
    return draw(d);
  };
  const Pixels a = shot(0), b = shot(13);
  for (int x = 20; x < 80; ++x) EXPECT_TRUE(near(at(a, x, 50), at(b, x - 13, 50), 4)) << x;
}

TEST_F(RendererTest, CoursesAreLines) {
  auto d = mapOf(100, 60);
  d.add(scene::Courses{
      0, shapeOf({{{{10, 30}, {50, 30}, {90, 30}}}}, geo::ShapeKind::line), {black, 3, {}, false}});
  EXPECT_NEAR(ink(draw(d)), 240, 8);
}

TEST_F(RendererTest, DotsAreDiscsWithAnEdge) {
  auto d = mapOf(60, 60);
  d.add(scene::Dots{
      0, shapeOf({{{{30, 30}}}}, geo::ShapeKind::point), colours({red}), 8, {black, 3, {}, false}});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 30, 30), red);
  EXPECT_EQ(at(p, 38, 30), black);
  EXPECT_EQ(at(p, 42, 30), white);
}

TEST_F(RendererTest, ManyDotsLookTheSameWhenTheyAreThinnedOut) {
  std::mt19937 random(3);
  std::normal_distribution<double> spread(0, 60);
  std::vector<std::vector<std::vector<geo::Point>>> rows;
  auto fills = std::make_shared<std::vector<Rgba>>();
  for (int i = 0; i < 260'000; ++i) {
    rows.push_back({{{150 + spread(random), 150 + spread(random)}}});
    fills->push_back(i % 3 == 0 ? red : i % 3 == 1 ? blue : green);
  }
  const auto all = shapeOf(rows, geo::ShapeKind::point);
  auto d = mapOf(300, 300);
  d.add(scene::Dots{0, all, fills, 3, {black, 0, {}, false}});
  const Pixels thinned = draw(d);
  // The same in two halves, each few enough to be drawn dot by dot.
  auto e = mapOf(300, 300);
  for (int half = 0; half < 2; ++half) {
    const auto from = rows.begin() + half * 130'000;
    e.add(scene::Dots{0,
                      shapeOf({from, from + 130'000}, geo::ShapeKind::point),
                      std::make_shared<std::vector<Rgba>>(fills->begin() + half * 130'000,
                                                          fills->begin() + (half + 1) * 130'000),
                      3,
                      {black, 0, {}, false}});
  }
  const Pixels whole = draw(e);
  double inkDifference = 0;
  for (size_t i = 0; i < whole.rgba.size(); i += 4) {
    const bool a = whole.rgba[i] + whole.rgba[i + 1] + whole.rgba[i + 2] < 600;
    const bool b = thinned.rgba[i] + thinned.rgba[i + 1] + thinned.rgba[i + 2] < 600;
    inkDifference += a != b;
  }
  EXPECT_LT(inkDifference / (300 * 300), 0.02);
}

TEST_F(RendererTest, ARasterLiesWhereItsWorldBoxIs) {
  auto d = mapOf(60, 40);
  d.add(scene::Raster{0, {10, 10, 30, 30}, colours({red, green, blue, black}), 2, 2, false});
  const Pixels p = draw(d);
  EXPECT_EQ(at(p, 12, 12), red);  // north-west
  EXPECT_EQ(at(p, 28, 12), green);
  EXPECT_EQ(at(p, 12, 28), blue);
  EXPECT_EQ(at(p, 28, 28), black);
  EXPECT_EQ(at(p, 32, 20), white);
}

// A field with a hole, half transparent, seen from near and from far.
TEST_F(RendererTest, ASmoothRasterIsTheSameFromTheProcessorAndFromATexture) {
  auto soft = Renderer::make(Renderer::Areas::processor), hard = Renderer::make(Renderer::Areas::triangles);
  ASSERT_TRUE(soft && hard);
  constexpr int columns = 83, rows = 61;
  auto pixels = std::make_shared<std::vector<scene::Rgba>>();
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      const double v = std::sin(x * 0.14) * std::cos(y * 0.11);
      pixels->push_back(v < -0.2 ? scene::Rgba{200, 60, 90, 0}
                                 : scene::Rgba{static_cast<uint8_t>(120 + 100 * v), 40,
                                               static_cast<uint8_t>(200 - 80 * v),
                                               static_cast<uint8_t>(150 + 100 * v)});
    }
  for (const double metresPerPixel : {0.05, 0.31, 1.0, 2.7, 6.1}) {
    auto d = mapOf(200, 160);
    d.cameras[0].centre = {41.3, 27.7}, d.cameras[0].metresPerUnit = metresPerPixel;
    d.add(scene::Raster{0, {0, 0, columns, rows}, pixels, columns, rows, true});
    soft.value()->draw(d, 200, 160, 1);
    const Pixels a = soft.value()->read();
    hard.value()->draw(d, 200, 160, 1);
    const Pixels b = hard.value()->read();
    // Halved pictures are mixed from other levels: the eye sees no difference beyond a few shades.
    const int tolerance = metresPerPixel > 1.5 ? 40 : 4;
    size_t off = 0;
    for (size_t i = 0; i < a.rgba.size(); ++i) off += std::abs(a.rgba[i] - b.rgba[i]) > tolerance;
    EXPECT_LT(static_cast<double>(off) / static_cast<double>(a.rgba.size()), 0.004) << metresPerPixel;
  }
}

// One texel to a pixel, somewhere between the pixels, over ground and over something else; large enough for
// two threads, too.
TEST_F(RendererTest, ARasterAtThePixelsOwnSizeIsTheSameFromTheProcessorAndFromATexture) {
  auto soft = Renderer::make(Renderer::Areas::processor), hard = Renderer::make(Renderer::Areas::triangles);
  ASSERT_TRUE(soft && hard);
  for (const auto& [columns, rows] : {std::pair(70, 50), std::pair(150, 130), std::pair(900, 700)}) {
    auto pixels = std::make_shared<std::vector<scene::Rgba>>();
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        pixels->push_back({static_cast<uint8_t>(x * 7), static_cast<uint8_t>(y * 5),
                           static_cast<uint8_t>(x ^ y),
                           static_cast<uint8_t>((x + y) % 5 ? x + 3 * y : x % 2 * 255)});
    const int width = columns > 500 ? 960 : 100, height = columns > 500 ? 640 : 90;
    for (const double shift : {0.0, 0.2, -17.4, 31.7})
      for (const bool over : {false, true}) {
        auto d = mapOf(width, height);
        d.cameras[0].centre = {columns / 2.0 + shift, rows / 2.0 - 1.3 * shift},
        d.cameras[0].metresPerUnit = 1;
        if (over) d.add(scene::Fill{scene::Path::circle({40, 40}, 30), {200, 30, 60, 180}});
        d.add(scene::Raster{0, {0, 0, double(columns), double(rows)}, pixels, columns, rows, false});
        soft.value()->draw(d, width, height, 1);
        const Pixels a = soft.value()->read();
        hard.value()->draw(d, width, height, 1);
        const Pixels b = hard.value()->read();
        ASSERT_EQ(a.rgba.size(), b.rgba.size());
        int most = 0;
        for (size_t i = 0; i < a.rgba.size(); ++i) most = std::max(most, std::abs(a.rgba[i] - b.rgba[i]));
        EXPECT_LE(most, 2) << columns << ", " << shift << ", " << over;
      }
  }
}

// Tiles of a basemap, wherever their borders fall between the pixels.
TEST_F(RendererTest, RastersThatMeetLeaveNoSeam) {
  auto soft = Renderer::make(Renderer::Areas::processor), hard = Renderer::make(Renderer::Areas::triangles);
  ASSERT_TRUE(soft && hard);
  constexpr int side = 32;
  const auto tile =
      std::make_shared<const std::vector<scene::Rgba>>(side * side, scene::Rgba{20, 140, 60, 255});
  for (auto* renderer : {soft->get(), hard->get()})
    for (const double metresPerPixel : {0.83, 1.0, 1.37})
      for (const double shift : {0.0, 0.31, 0.5, 17.77}) {
        auto d = mapOf(90, 90);
        d.cameras[0].centre = {side + shift, side - shift}, d.cameras[0].metresPerUnit = metresPerPixel;
        for (int y = -2; y < 5; ++y)
          for (int x = -2; x < 5; ++x)
            d.add(scene::Raster{
                0,
                {x * double(side), y * double(side), (x + 1) * double(side), (y + 1) * double(side)},
                tile,
                side,
                side,
                true});
        renderer->draw(d, 90, 90, 1);
        const Pixels p = renderer->read();
        for (int y = 5; y < 85; ++y)
          for (int x = 5; x < 85; ++x)
            ASSERT_EQ(at(p, x, y), (scene::Rgba{20, 140, 60, 255}))
                << x << "," << y << " " << metresPerPixel << " " << shift;
      }
}

TEST_F(RendererTest, ARasterWithoutAlphaLeavesWhatIsBelow) {
  auto soft = Renderer::make(Renderer::Areas::processor);
  ASSERT_TRUE(soft);
  auto d = mapOf(40, 40);
  d.add(scene::Fill{scene::Path::rect({0, 0, 20, 40}), blue});
  d.add(scene::Raster{0,
                      {0, 0, 40, 40},
                      colours({{255, 0, 0, 0}, {255, 0, 0, 0}, {255, 0, 0, 0}, {255, 0, 0, 0}}),
                      2,
                      2,
                      true});
  soft.value()->draw(d, 40, 40, 1);
  const Pixels p = soft.value()->read();
  EXPECT_EQ(at(p, 5, 20), blue);
  EXPECT_EQ(at(p, 35, 20), white);
}

TEST_F(RendererTest, FarFromTheOriginNothingTrembles) {
  // World coordinates of millions of metres, a metre and a half per pixel: the square stays where it is.
  const double x = 3.9e7, y = 4.5e6;
  auto d = mapOf(60, 60);
  d.cameras[0].centre = {x, y}, d.cameras[0].metresPerUnit = 0.02;
  d.add(scene::Areas{
      0,
      shapeOf({{{{x - 0.4, y - 0.4}, {x + 0.4, y - 0.4}, {x + 0.4, y + 0.4}, {x - 0.4, y + 0.4}}}}),
      colours({black}),
      {},
      {}});
  const Pixels p = draw(d);
  EXPECT_NEAR(ink(p), 1600, 8);
  EXPECT_EQ(at(p, 11, 30), black);
  EXPECT_EQ(at(p, 8, 30), white);
}

// Wiggly cells with shared edges: the processor's way and the triangles' show the same.
TEST_F(RendererTest, BothWaysOfPaintingAreasShowTheSame) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> wiggle(-3, 3);
  constexpr int n = 8, steps = 14;
  std::map<std::array<int, 3>, std::vector<geo::Point>> edges;
  const auto edge = [&](geo::Point a, geo::Point b) {
    std::vector<geo::Point> line{a};
    for (int i = 1; i < steps; ++i)
      line.push_back(
          {a.x + (b.x - a.x) * i / steps + wiggle(random), a.y + (b.y - a.y) * i / steps + wiggle(random)});
    line.push_back(b);
    return line;
  };
  for (int i = 0; i <= n; ++i)
    for (int j = 0; j <= n; ++j) {
      edges[{i, j, 0}] = edge({i * 40.0, j * 40.0}, {i * 40.0 + 40, j * 40.0});
      edges[{i, j, 1}] = edge({i * 40.0, j * 40.0}, {i * 40.0, j * 40.0 + 40});
    }
  std::vector<std::vector<std::vector<geo::Point>>> rows;
  auto fills = std::make_shared<std::vector<Rgba>>();
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      std::vector<geo::Point> ring;
      const auto add = [&](std::vector<geo::Point> line, bool back) {
        if (back) std::reverse(line.begin(), line.end());
        ring.insert(ring.end(), line.begin(), line.end() - 1);
      };
      add(edges[{i, j, 0}], false), add(edges[{i + 1, j, 1}], false);
      add(edges[{i, j + 1, 0}], true), add(edges[{i, j, 1}], true);
      rows.push_back({ring});
      fills->push_back((i * 5 + j * 3) % 7 == 0
                           ? Rgba{0, 0, 0, 0}
                           : Rgba{static_cast<uint8_t>(40 + 25 * i), static_cast<uint8_t>(30 + 25 * j), 90,
                                  static_cast<uint8_t>(i == 2 ? 128 : 255)});
    }
  const auto shape = shapeOf(rows);
  auto soft = Renderer::make(Renderer::Areas::processor),
       triangles = Renderer::make(Renderer::Areas::triangles);
  ASSERT_TRUE(soft && triangles);
  for (const double zoom : {1.0, 0.31, 4.7, 0.02})
    for (const double shift : {0.0, 77.3}) {
      auto d = blank(340, 300, {200, 220, 210, 255});
      scene::Camera c;
      c.frame = {10, 20, 320, 260}, c.centre = {160 + shift, 160 - shift / 3}, c.metresPerUnit = zoom;
      d.cameras = {c};
      if (shift > 0) d.add(scene::Fill{Path::circle({100, 100}, 70), red});  // something below
      d.add(scene::Areas{0, shape, fills, {9, 10, 22}, {black, white, 7, 1.4f}});
      d.add(scene::Borders{0, shape, scene::Borders::Which::all, 0, {{250, 250, 250, 255}, 2.6f, {}, false}});
      d.add(scene::Borders{0, shape, scene::Borders::Which::all, 0, {{20, 30, 40, 255}, 1, {}, false}});
      d.add(scene::Borders{0, shape, scene::Borders::Which::outer, 0, {{20, 30, 140, 255}, 3, {}, false}});
      (*soft)->draw(d, 340, 300, 1), (*triangles)->draw(d, 340, 300, 1);
      const Pixels a = (*soft)->read(), b = (*triangles)->read();
      int differ = 0;
      for (int y = 0; y < 300; ++y)
        for (int x = 0; x < 340; ++x) differ += channelDifference(at(a, x, y), at(b, x, y)) > 60;
      EXPECT_LT(differ, 340 * 300 * 0.004) << zoom << " " << shift;
    }
}

// A large layer without shared borders is painted from its rings: at every pixel's middle stands the last row
// that covers it.
TEST_F(RendererTest, LargeLayersArePaintedFromTheirRings) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> wiggle(-0.3, 0.3), anywhere(0, 320);
  constexpr int n = 160, sides = 3;
  // Shared corners and sides of a grid of cells, each side bent twice.
  std::map<std::array<int, 3>, std::array<geo::Point, sides>> edges;
  const auto edge = [&](int i, int j, int up) {
    auto& line = edges[{i, j, up}];
    if (line[0] == geo::Point{})
      for (int k = 0; k < sides; ++k) {
        const double t = static_cast<double>(k) / sides;
        line[k] = {i * 2 + (up ? 0 : 2 * t) + (k ? wiggle(random) : 0),
                   j * 2 + (up ? 2 * t : 0) + (k ? wiggle(random) : 0)};
      }
    return line;
  };
  std::vector<std::vector<std::vector<geo::Point>>> rows;
  auto fills = std::make_shared<std::vector<Rgba>>();
  std::uniform_int_distribution<int> channel(0, 255);
  const auto colour = [&] {
    return Rgba{static_cast<uint8_t>(channel(random)), static_cast<uint8_t>(channel(random)),
                static_cast<uint8_t>(channel(random)), 255};
  };
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      std::vector<geo::Point> ring;
      const auto add = [&](std::array<geo::Point, sides> line, geo::Point end, bool back) {
        std::vector<geo::Point> all(line.begin(), line.end());
        all.push_back(end);
        if (back) std::reverse(all.begin(), all.end());
        ring.insert(ring.end(), all.begin(), all.end() - 1);
      };
      const geo::Point a{i * 2., j * 2.}, b{i * 2. + 2, j * 2.}, c{i * 2. + 2, j * 2. + 2},
          d{i * 2., j * 2. + 2};
      add(edge(i, j, 0), b, false), add(edge(i + 1, j, 1), c, false);
      add(edge(i, j + 1, 0), c, true), add(edge(i, j, 1), d, true);
      (void)a;
      rows.push_back({ring});
      fills->push_back((i + 3 * j) % 17 == 0 ? Rgba{0, 0, 0, 0} : colour());
    }
  for (int k = 0; k < 40; ++k) {  // over them: squares with a hole, which overlap each other
    const double x = anywhere(random), y = anywhere(random);
    rows.push_back({{{x, y}, {x + 30, y}, {x + 30, y + 30}, {x, y + 30}},
                    {{x + 10, y + 10}, {x + 10, y + 20}, {x + 20, y + 20}, {x + 20, y + 10}}});
    fills->push_back(colour());
  }
  const auto shape = std::const_pointer_cast<scene::MapShape>(
      std::shared_ptr<const scene::MapShape>(shapeOf(rows, geo::ShapeKind::polygon, false)));
  const geo::Shapes& s = shape->layer->shapes;
  ASSERT_GT(s.vertices.size(), 200'000u);
  auto soft = Renderer::make(Renderer::Areas::processor);
  ASSERT_TRUE(soft);
  const auto inside = [&](size_t row, double x, double y) {
    bool in = false;
    for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
      const auto ring = s.part(p);
      for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
        if ((ring[i].y > y) != (ring[j].y > y) &&
            x < (ring[j].x - ring[i].x) * (y - ring[i].y) / (ring[j].y - ring[i].y) + ring[i].x)
          in = !in;
    }
    return in;
  };
  for (const bool runs : {false, true}) {
    if (runs) shape->runs = scene::rowRuns(s);
    for (const double zoom : {1.03, 0.21, 2.9}) {
      auto d = blank(340, 300, {200, 220, 210, 255});
      scene::Camera c;
      c.frame = {10, 20, 320, 260}, c.centre = {131.7, 151.3}, c.metresPerUnit = zoom;
      d.cameras = {c};
      d.add(scene::Areas{0, shape, fills, {}, {}});
      (*soft)->draw(d, 340, 300, 1);
      const Pixels a = (*soft)->read();
      int differ = 0, looked = 0;
      for (int y = 23; y < 277; y += 3)
        for (int x = 13; x < 327; x += 3) {
          const geo::Point at =
              c.worldFromCanvas({static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f});
          Rgba expected = d.background;
          for (size_t r = 0; r < s.rows(); ++r)
            if ((*fills)[r].a && s.box(r).contains(at) && inside(r, at.x, at.y)) expected = (*fills)[r];
          differ += channelDifference(render::testing::at(a, x, y), expected) > 2;
          ++looked;
        }
      EXPECT_LT(differ, looked * 0.001) << zoom << " of " << looked;  // where an edge meets a middle
    }
  }
  // Where triangles are to be had, the rings stand in until they are made.
  {
    auto hard = Renderer::make(Renderer::Areas::triangles);
    ASSERT_TRUE(hard);
    auto d = mapOf(320, 320);
    d.add(scene::Areas{0, shape, fills, {}, {}});
    (*soft)->draw(d, 320, 320, 1);
    const Pixels expected = (*soft)->read();
    const auto differing = [&] {
      const Pixels p = (*hard)->read();
      int differ = 0;
      for (int y = 0; y < 320; ++y)
        for (int x = 0; x < 320; ++x)
          differ += channelDifference(render::testing::at(p, x, y), render::testing::at(expected, x, y)) > 60;
      return differ;
    };
    (*hard)->draw(d, 320, 320, 1, false);
    auto work = (*hard)->wanted();
    ASSERT_FALSE(work.empty());
    EXPECT_EQ(differing(), 0);
    EXPECT_EQ((*hard)->counts().triangles, 0u);
    for (int round = 0; round < 8 && !work.empty(); ++round) {
      for (auto& w : work) w.run()();
      (*hard)->draw(d, 320, 320, 1, false);
      work = (*hard)->wanted();
    }
    EXPECT_TRUE(work.empty());
    EXPECT_GT((*hard)->counts().triangles, static_cast<size_t>(n) * n);
    EXPECT_LT(differing(), 320 * 320 / 5) << "edges are mixed, insides are the same";
  }
  // Its borders, and the outline of one row.
  auto d = mapOf(320, 320);
  d.add(scene::Areas{0, shape, fills, {}, {}});
  d.add(scene::Borders{
      0, shape, scene::Borders::Which::row, static_cast<uint32_t>(n * n), {{255, 0, 0, 255}, 3, {}, false}});
  (*soft)->draw(d, 320, 320, 1);
  const geo::Box b = s.box(static_cast<size_t>(n) * n);
  const Vec corner = d.cameras[0].canvasFromWorld({b.centre().x, b.minY});
  const Pixels p = (*soft)->read();
  EXPECT_LT(channelDifference(render::testing::at(p, static_cast<int>(corner.x), static_cast<int>(corner.y)),
                              {255, 0, 0, 255}),
            30);
}

// Text
// -----------------------------------------------------------------------------------------------------------------

class TextTest : public RendererTest {
 protected:
  void SetUp() override {
    RendererTest::SetUp();
    auto opened = scene::Typesetter::open();
    if (!opened) GTEST_SKIP() << opened.error().text();
    fonts = *opened;
  }
  scene::Text text(std::string_view s, Vec origin, float size = 20) const {
    scene::Text t;
    t.run = fonts->shape(s, {scene::Face::sans, size});
    t.origin = origin, t.colour = black;
    return t;
  }
  scene::TypesetterPtr fonts;
};

TEST_F(TextTest, StandsOnItsBaseline) {
  auto d = blank(120, 60);
  d.fonts = fonts;
  d.add(text("清远", {20, 40}, 30));
  const Pixels p = draw(d);
  EXPECT_GT(ink(p), 150);
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 120; ++x) {
      if (y >= 10 && y < 46 && x >= 19 && x < 82) continue;
      EXPECT_EQ(at(p, x, y), white) << x << " " << y;
    }
}

TEST_F(TextTest, FacesOfOneSizeKeepTheirGlyphsApart) {
  // What was drawn before must not show: every digit in one face, then the other face over clean ground.
  const auto bold = [&] {
    scene::Text t = text("", {20, 40}, 20);
    t.run = fonts->shape("0123456789", {scene::Face::sansBold, 20});
    return t;
  };
  auto alone = blank(220, 60), after = blank(220, 120);
  alone.fonts = after.fonts = fonts;
  after.add(text("0123456789", {20, 100}, 20));
  after.add(bold());
  const Pixels p = draw(after);
  renderer = std::move(*Renderer::make());  // which remembers nothing
  alone.add(bold());
  const Pixels expected = draw(alone);
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 220; ++x) ASSERT_EQ(at(p, x, y), at(expected, x, y)) << x << " " << y;
}

TEST_F(TextTest, TheHaloLiesUnderTheFillAndReachesBeyondIt) {
  auto plain = blank(140, 60), haloed = blank(140, 60);
  plain.fonts = haloed.fonts = fonts;
  auto t = text("英德市", {20, 40}, 30);
  plain.add(t);
  t.halo = red, t.haloWidth = 3;
  haloed.add(t);
  const Pixels a = draw(plain), b = draw(haloed);
  int reds = 0;
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 140; ++x) {
      if (at(a, x, y) == black) {
        EXPECT_EQ(at(b, x, y), black) << "the halo ate the glyph at " << x << " " << y;
      }
      reds += near(at(b, x, y), red, 3);
    }
  EXPECT_GT(reds, 500);
}

TEST_F(TextTest, TheHaloOfAFullStopHasNoHole) {
  for (const char* small : {".", "·", "°", ":"}) {
    auto d = blank(60, 60);
    d.fonts = fonts;
    auto t = text(small, {24, 40}, 15);
    t.halo = black, t.haloWidth = 4;
    d.add(t);
    const Pixels p = draw(d);
    // From the first dark pixel of each row to its last there is no light one: these halos are all of a
    // piece.
    for (int y = 0; y < 60; ++y) {
      int from = 60, to = -1;
      for (int x = 0; x < 60; ++x)
        if (at(p, x, y).r < 20) from = std::min(from, x), to = x;
      for (int x = from; x < to; ++x) EXPECT_LT(at(p, x, y).r, 128) << small << " " << x << " " << y;
    }
  }
}

TEST_F(TextTest, TheHaloOfSmallMarksHasNoHole) {
  for (const std::string_view mark : {".", "。", "·", "8"}) {
    auto d = blank(60, 60);
    d.fonts = fonts;
    auto t = text(mark, {20, 40}, 16);
    t.colour = {0, 0, 0, 0}, t.halo = black, t.haloWidth = 5;
    d.add(t);
    const Pixels p = draw(d);
    for (int y = 0; y < 60; ++y) {  // every row of pixels is one run
      int runs = 0;
      for (int x = 1; x < 60; ++x) runs += at(p, x, y).r < 128 && at(p, x - 1, y).r >= 128;
      EXPECT_LE(runs, 1) << mark << " row " << y;
    }
  }
}

TEST_F(TextTest, OverlappingHalosOfOneLabelAreNoDenser) {
  auto d = blank(140, 60);
  d.fonts = fonts;
  auto t = text("一一一", {20, 40}, 30);
  t.colour = {0, 0, 0, 0}, t.halo = {0, 0, 0, 128}, t.haloWidth = 6;
  d.add(t);
  const Pixels p = draw(d);
  int darkest = 255;
  for (size_t i = 0; i < p.rgba.size(); i += 4) darkest = std::min<int>(darkest, p.rgba[i]);
  EXPECT_NEAR(darkest, 127, 2);
}

TEST_F(TextTest, TurnsClockwise) {
  auto d = blank(120, 120);
  d.fonts = fonts;
  auto t = text("一", {60, 60}, 40);  // a level bar
  t.angle = static_cast<float>(M_PI / 2);
  d.add(t);
  const Pixels p = draw(d);
  int minX = 200, maxX = 0, minY = 200, maxY = 0;
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 120; ++x)
      if (at(p, x, y).r < 128)
        minX = std::min(minX, x), maxX = std::max(maxX, x), minY = std::min(minY, y),
        maxY = std::max(maxY, y);
  EXPECT_GT(maxY - minY, 4 * (maxX - minX));  // now upright
  EXPECT_GE(minY, 60);                        // it ran east, now it runs south
  EXPECT_GT(minX, 60);                        // what stood above the line is east of it
}

TEST_F(TextTest, ManyLabelsAreFewCalls) {
  auto d = blank(1200, 800);
  d.fonts = fonts;
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 12; ++x) {
      auto t = text(fmt::format("第{}镇", y * 12 + x),
                    {10.f + 100 * static_cast<float>(x), 30.f + 38 * static_cast<float>(y)}, 14);
      t.halo = white, t.haloWidth = 2;
      d.add(t);
    }
  draw(d);
  EXPECT_LE(renderer->counts().drawCalls, 2u);
}

TEST_F(TextTest, AVeryWideLineIsDrawnWhole) {
  auto d = blank(4000, 120);
  d.fonts = fonts;
  std::string s;
  for (int i = 0; i < 40; ++i) s += "园";
  d.add(text(s, {20, 90}, 90));
  const Pixels p = draw(d);
  int columns = 0;
  for (int i = 0; i < 40; ++i)
    for (int x = 20 + i * 90, found = 0; x < 110 + i * 90 && !found; ++x)
      for (int y = 0; y < 120 && !found; ++y) found = at(p, x, y).r < 64, columns += found;
  EXPECT_EQ(columns, 40);
}

// Life
// -----------------------------------------------------------------------------------------------------------------

TEST_F(RendererTest, ObjectsAndMemoryStayConstantOverAThousandRedraws) {
  const auto shape =
      shapeOf({{{{10, 10}, {80, 10}, {80, 80}, {10, 80}}}, {{{80, 10}, {150, 10}, {150, 80}, {80, 80}}}});
  const auto fills = colours({red, blue});
  const auto frame = [&](int i) {
    auto d = mapOf(160, 100);
    d.cameras[0].centre.x += i % 7;
    d.cameras[0].metresPerUnit = 1 + 0.1 * (i % 5);
    d.add(scene::Areas{0, shape, fills, {1}, {red, white, 7, 1.4f}});
    d.add(scene::Borders{0, shape, scene::Borders::Which::all, 0, {black, 1, {}, false}});
    d.add(scene::Fill{Path::circle({20.f + static_cast<float>(i % 11), 20}, 6), green});
    d.add(scene::Stroke{Path::circle({60, 50}, 12), {black, 2, {4, 2}, false}});
    // Resized now and then, as a window is.
    renderer->draw(d, 160 + 8 * (i % 3), 100, 1);
  };
  // The software driver compiles and keeps its shaders' variants over the first thousands of frames; after
  // them not a page is added.
  for (int i = 0; i < 3200; ++i) frame(i);
  const auto before = renderer->counts();
  const size_t pagesBefore = memoryPages();
  for (int i = 0; i < 1000; ++i) frame(i + 3200);
  for (int i = 0; i < 3200; ++i) frame(i);
  const auto after = renderer->counts();
  EXPECT_EQ(after.buffers, before.buffers);
  EXPECT_EQ(after.textures, before.textures);
  EXPECT_EQ(after.framebuffers, before.framebuffers);
  EXPECT_EQ(after.bytes, before.bytes);
  EXPECT_LT(memoryPages(), pagesBefore + 2000);
}

// Text that grows leaves an outline and a sprite for every size: those asked for last are kept, not all.
TEST_F(TextTest, GrowingTextTakesNoMoreMemoryTheLongerItGrows) {
  const auto frame = [&](int i) {
    auto d = blank(900, 300);
    d.fonts = fonts;
    for (int line = 0; line < 6; ++line) {
      auto t = text("广清产业园与广佛产业园", {10.f, 40.f + 45 * static_cast<float>(line)},
                    18 + 0.013f * static_cast<float>(i + 700 * line));
      t.halo = white, t.haloWidth = 2;
      d.add(t);
    }
    draw(d);
  };
  for (int i = 0; i < 400; ++i) frame(i);
  frame(0), renderer->rest();
  const auto before = renderer->counts();
  const size_t pagesBefore = memoryPages();
  for (int i = 400; i < 1000; ++i) frame(i);
  frame(0), renderer->rest();
  EXPECT_EQ(renderer->counts().textures, before.textures);
  EXPECT_EQ(renderer->counts().bytes, before.bytes);
  EXPECT_LT(memoryPages(), pagesBefore + 1500);
  // What it gave back is made again.
  auto d = blank(120, 60);
  d.fonts = fonts;
  d.add(text("清远", {20, 40}, 30));
  const double one = ink(draw(d));
  renderer->rest();
  EXPECT_EQ(ink(draw(d)), one);
  EXPECT_GT(one, 150);
}

TEST_F(RendererTest, ForgetsLayersThatAreGone) {
  const auto bytes = [&] { return renderer->counts().bytes; };
  draw(mapOf(100, 100));
  const size_t empty = bytes();
  {
    auto d = mapOf(100, 100);
    d.add(scene::Areas{0, shapeOf({{{{10, 10}, {80, 10}, {80, 80}, {10, 80}}}}), colours({red}), {}, {}});
    draw(d);
    EXPECT_GT(bytes(), empty);
  }
  draw(mapOf(100, 100));
  draw(mapOf(100, 100));
  // The stencil that smooth edges needed stays.
  EXPECT_LE(bytes(), empty + 100 * 100 * 4);
}

namespace {

// A chequer of discs, each of so many vertices.
scene::MapShapePtr discs(int vertices, scene::ColoursPtr& fills) {
  std::vector<std::vector<std::vector<geo::Point>>> rows;
  auto colours = std::make_shared<std::vector<Rgba>>();
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x) {
      std::vector<geo::Point> ring;
      for (int i = 0; i < vertices; ++i) {
        const double a = 2 * M_PI * i / vertices;
        ring.push_back({x * 10 + 5 + 4.5 * std::cos(a), y * 10 + 5 + 4.5 * std::sin(a)});
      }
      rows.push_back({ring});
      colours->push_back(x % 2 ? red : blue);
    }
  fills = colours;
  return shapeOf(rows);
}

}  // namespace

TEST_F(RendererTest, AnIncompleteFrameIsThereAtOnceAndBecomesCompleteByItsWork) {
  auto made = Renderer::make(Renderer::Areas::triangles);
  ASSERT_TRUE(made);
  renderer = std::move(*made);
  scene::ColoursPtr fills;
  const auto shape = discs(100, fills);
  auto d = mapOf(400, 400);
  d.add(scene::Areas{0, shape, fills, {}, {}});
  d.add(scene::Borders{0, shape, scene::Borders::Which::all, 0, {black, 1, {}, false}});
  renderer->draw(d, 400, 400, 1, false);
  const Pixels first = renderer->read();
  EXPECT_TRUE(near(at(first, 5, 395), blue, 3));  // something stands in for every area
  EXPECT_TRUE(near(at(first, 395, 5), red, 3));
  for (int round = 0; round < 20; ++round) {
    const auto work = renderer->wanted();
    if (work.empty()) break;
    for (const auto& w : work) w.run()();
    renderer->draw(d, 400, 400, 1, false);
  }
  EXPECT_TRUE(renderer->wanted().empty());
  const Pixels done = renderer->read();
  renderer->draw(d, 400, 400, 1, true);
  EXPECT_EQ(done.rgba, renderer->read().rgba);
}

TEST_F(RendererTest, ALargeLayerIsPreparedByWork) {
  scene::ColoursPtr fills;
  const auto shape = discs(150, fills);
  auto d = mapOf(400, 400);
  d.add(scene::Areas{0, shape, fills, {}, {}});
  renderer->draw(d, 400, 400, 1, false);
  for (int round = 0; round < 20; ++round) {
    const auto work = renderer->wanted();
    ASSERT_TRUE(round > 0 || !work.empty());
    if (work.empty()) break;
    for (const auto& w : work) w.run()();
    renderer->draw(d, 400, 400, 1, false);
  }
  EXPECT_TRUE(renderer->wanted().empty());
  EXPECT_TRUE(near(at(renderer->read(), 5, 395), blue, 3));
}

TEST_F(RendererTest, WorkThatOutlivesTheRendererDoesNothing) {
  std::vector<std::vector<std::vector<geo::Point>>> rows;
  for (int i = 0; i < 400; ++i) {
    std::vector<geo::Point> ring;
    for (int j = 0; j < 3000; ++j)
      ring.push_back({i + 0.45 * std::cos(j * 2 * M_PI / 3000), 0.45 * std::sin(j * 2 * M_PI / 3000)});
    rows.push_back({ring});
  }
  const auto shape = shapeOf(rows);
  auto d = mapOf(400, 20);
  d.cameras[0].centre = {200, 0};
  d.add(scene::Borders{0, shape, scene::Borders::Which::all, 0, {black, 1, {}, false}});
  renderer->draw(d, 4000, 200, 10, false);
  auto work = renderer->wanted();
  renderer.reset();
  for (const auto& w : work) w.run()();
}

TEST_F(RendererTest, PolygonsWithoutBoundariesAreDrawnToo) {
  auto d = mapOf(60, 60);
  const auto shape = shapeOf({{{{5, 5}, {55, 5}, {55, 55}, {5, 55}}}}, geo::ShapeKind::polygon, false);
  d.add(scene::Areas{0, shape, colours({black}), {}, {}});
  renderer->draw(d, 60, 60, 1, false);
  EXPECT_NEAR(ink(renderer->read()), 2500, 60);
  renderer->draw(d, 60, 60, 1, true);
  EXPECT_NEAR(ink(renderer->read()), 2500, 5);
}

TEST_F(RendererTest, ScalesToAnyPixelsPerUnit) {
  auto d = mapOf(60, 40);
  d.add(scene::Areas{0, shapeOf({{{{10, 10}, {50, 10}, {50, 30}, {10, 30}}}}), colours({black}), {}, {}});
  d.add(scene::Fill{Path::rect({0, 0, 5, 5}), red});
  const Pixels p = draw(d, 3);
  ASSERT_EQ(p.width, 180);
  EXPECT_EQ(at(p, 14, 14), red);
  EXPECT_EQ(at(p, 15, 15), white);
  EXPECT_EQ(at(p, 31, 60), black);
  EXPECT_EQ(at(p, 28, 60), white);
}

TEST_F(RendererTest, BlitsIntoAnotherFramebuffer) {
  // The renderer of another picture stands in for a window.
  auto other = Renderer::make();
  ASSERT_TRUE(other);
  (*other)->draw(blank(40, 30, blue), 40, 30, 1);
  auto d = blank(10, 10, red);
  d.add(scene::Fill{Path::rect({0, 0, 10, 2}), black});
  renderer->draw(d, 10, 10, 1);
  renderer->blit(5, 3, static_cast<int>((*other)->framebuffer()), 30);
  const Pixels p = (*other)->read();
  EXPECT_EQ(at(p, 5, 3), black);  // y from the top
  EXPECT_EQ(at(p, 5, 6), red);
  EXPECT_EQ(at(p, 14, 12), red);
  EXPECT_EQ(at(p, 4, 3), blue);
  EXPECT_EQ(at(p, 15, 3), blue);
  EXPECT_EQ(at(p, 5, 13), blue);
}

TEST_F(RendererTest, NothingHappensWithoutSizeOrItems) {
  renderer->draw(blank(10, 10), 0, 0, 1);
  auto d = mapOf(10, 10);
  d.add(scene::Areas{});
  d.add(scene::Borders{});
  d.add(scene::Courses{});
  d.add(scene::Dots{});
  d.add(scene::Raster{});
  d.add(scene::Image{});
  d.add(scene::Fill{});
  d.add(scene::Stroke{});
  d.add(scene::Text{});
  EXPECT_EQ(at(draw(d), 5, 5), white);
}

}  // namespace render
