#include "app/paper/rasterise.h"

#include <cmath>
#include <random>

#include "app/paper/raster_painter.h"
#include "tests/paper/pictures.h"

using namespace scene;
using namespace paper_test;
using paper::rasterise;

namespace {

Drawing blank(float w, float h, Rgba ground = {255, 255, 255, 255}) {
  Drawing d;
  d.width = w, d.height = h, d.background = ground;
  return d;
}

const Rgba black{0, 0, 0, 255}, red{255, 0, 0, 255}, green{0, 128, 0, 255}, magenta{255, 0, 255, 255};

std::vector<uint8_t> inBands(const Drawing& d, int w, int h, double k, int rows) {
  auto painter = paper::RasterPainter::make(d, w, h, k);
  EXPECT_TRUE(painter.has_value());
  paper::RasterPainter::Brush brush;
  std::vector<uint8_t> out(static_cast<size_t>(w) * h * 4);
  for (int y = 0; y < h; y += rows)
    (*painter)->paint({out.data() + static_cast<size_t>(y) * w * 4, w, y, std::min(h, y + rows)}, brush);
  return out;
}

}  // namespace

TEST(Rasterise, FillsASquareExactlyToItsEdges) {
  Drawing d = blank(10, 10);
  d.add(Fill{Path::rect({2, 3, 5, 4}), black});
  const auto r = rasterise(d, 10, 10, 1);
  ASSERT_TRUE(r);
  for (int y = 0; y < 10; ++y)
    for (int x = 0; x < 10; ++x) {
      const bool inside = x >= 2 && x < 7 && y >= 3 && y < 7;
      EXPECT_EQ(pixel(*r, x, y), (inside ? black : Rgba{255, 255, 255, 255})) << x << "," << y;
    }
}

TEST(Rasterise, CoversHalfAPixelByHalf) {
  Drawing d = blank(4, 4);
  d.add(Fill{Path::rect({1.5f, 1, 1, 2}), black});
  const auto r = rasterise(d, 4, 4, 1);
  EXPECT_NEAR(pixel(*r, 1, 1).r, 128, 1);
  EXPECT_NEAR(pixel(*r, 2, 2).r, 128, 1);
  EXPECT_EQ(pixel(*r, 0, 1).r, 255);
  EXPECT_EQ(pixel(*r, 3, 1).r, 255);
}

TEST(Rasterise, AreaOfAnyPolygonIsTheSumOfItsPixels) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> at(-20, 84);
  for (int round = 0; round < 50; ++round) {
    const Vec a{at(random), at(random)}, b{at(random), at(random)}, c{at(random), at(random)};
    Drawing d = blank(64, 64, black);
    Path p;
    p.move(a).line(b).line(c).close();
    d.add(Fill{p, {255, 255, 255, 255}});
    const auto r = rasterise(d, 64, 64, 1);
    double sum = 0;
    for (size_t i = 0; i < r->rgba.size(); i += 4) sum += r->rgba[i] / 255.0;
    // By brute force: 8 × 8 points in each pixel.
    long inside = 0;
    for (int y = 0; y < 512; ++y)
      for (int x = 0; x < 512; ++x) {
        const Vec q{(x + 0.5f) / 8, (y + 0.5f) / 8};
        const auto side = [&](Vec u, Vec v) {
          return (v.x - u.x) * (q.y - u.y) - (v.y - u.y) * (q.x - u.x) > 0;
        };
        const int sides = side(a, b) + side(b, c) + side(c, a);
        inside += sides == 0 || sides == 3;
      }
    EXPECT_NEAR(sum, inside / 64.0, 3 + inside / 64.0 * 0.01);
  }
}

TEST(Rasterise, EvenOddLeavesAHoleAndAreasKeepOverlaps) {
  Drawing d = blank(12, 12);
  Path p = Path::rect({1, 1, 10, 10});
  p.append(Path::rect({4, 4, 4, 4}));
  d.add(Fill{p, black});
  EXPECT_EQ(pixel(*rasterise(d, 12, 12, 1), 6, 6).r, 255);
  EXPECT_EQ(pixel(*rasterise(d, 12, 12, 1), 2, 2).r, 0);
}

TEST(Rasterise, DrawsALineOfOnePixelWithItsFullWeight) {
  for (double y : {5.0, 5.25, 5.5, 5.8}) {
    Drawing d = blank(20, 11, black);
    d.add(Stroke{Path::polyline(std::vector<Vec>{{-5, static_cast<float>(y)}, {25, static_cast<float>(y)}}),
                 {{255, 255, 255, 255}, 1, {}, false},
                 -1});
    const auto r = rasterise(d, 20, 11, 1);
    int sum = 0;
    for (int row = 0; row < 11; ++row) sum += pixel(*r, 10, row).r;
    EXPECT_NEAR(sum, 255, 2) << y;
  }
}

TEST(Rasterise, MakesAThinnerLinePalerNotThinner) {
  Drawing d = blank(20, 11, black);
  d.add(Stroke{
      Path::polyline(std::vector<Vec>{{-5, 5.5f}, {25, 5.5f}}), {{255, 255, 255, 255}, 0.4f, {}, false}, -1});
  EXPECT_NEAR(pixel(*rasterise(d, 20, 11, 1), 10, 5).r, 0.4 * 255, 2);
}

TEST(Rasterise, EndsButtLinesSquareAndRoundOnesBeyond) {
  for (bool round : {false, true}) {
    Drawing d = blank(20, 11, black);
    d.add(Stroke{
        Path::polyline(std::vector<Vec>{{5, 5.5f}, {15, 5.5f}}), {{255, 255, 255, 255}, 6, {}, round}, -1});
    const auto r = rasterise(d, 20, 11, 1);
    EXPECT_EQ(pixel(*r, 5, 5).r, 255);
    EXPECT_EQ(pixel(*r, 4, 5).r, round ? 255 : 0);
    EXPECT_EQ(pixel(*r, 1, 5).r, 0);
  }
}

TEST(Rasterise, DoesNotDarkenATranslucentLineWhereItsPiecesMeet) {
  Drawing d = blank(40, 40);
  d.add(Stroke{Path::polyline(std::vector<Vec>{{5, 20}, {20, 20}, {20.5f, 20}, {21, 20}, {35, 20}}),
               {black.withAlpha(0.5), 8, {}, true},
               -1});
  const auto r = rasterise(d, 40, 40, 1);
  for (int x = 6; x < 35; ++x) EXPECT_NEAR(pixel(*r, x, 20).r, 127, 1) << x;
}

TEST(Rasterise, DashesWithTheGivenLengths) {
  Drawing d = blank(30, 5, black);
  d.add(Stroke{
      Path::polyline(std::vector<Vec>{{0, 2.5f}, {30, 2.5f}}), {{255, 255, 255, 255}, 1, {4, 2}, false}, -1});
  const auto r = rasterise(d, 30, 5, 1);
  for (int x = 0; x < 30; ++x) EXPECT_EQ(pixel(*r, x, 2).r, x % 6 < 4 ? 255 : 0) << x;
}

TEST(Rasterise, TapersFromOneWidthToAnother) {
  Drawing d = blank(100, 30, black);
  d.add(Stroke{Path::polyline(std::vector<Vec>{{0, 15}, {50, 15}, {100, 15}}),
               {{255, 255, 255, 255}, 20, {}, false},
               4});
  const auto r = rasterise(d, 100, 30, 1);
  const auto thickness = [&](int x) {
    double sum = 0;
    for (int y = 0; y < 30; ++y) sum += pixel(*r, x, y).r / 255.0;
    return sum;
  };
  EXPECT_NEAR(thickness(2), 19.6, 0.4);
  EXPECT_NEAR(thickness(50), 11.9, 0.4);
  EXPECT_NEAR(thickness(97), 4.4, 0.4);
}

TEST(Rasterise, LeavesNoSeamBetweenNeighbours) {
  // A square cut by crooked borders at odd places: nothing of the magenta ground may shine through.
  Drawing d = blank(64, 64, magenta);
  auto shape = squares({{{8.3, 8.2}, {30.7, 8.2}, {33.1, 31.9}, {27.7, 55.4}, {8.3, 55.4}},
                        {{30.7, 8.2}, {55.1, 8.2}, {55.1, 30.3}, {33.1, 31.9}},
                        {{33.1, 31.9}, {55.1, 30.3}, {55.1, 55.4}, {27.7, 55.4}}});
  d.cameras.push_back({{0, 0, 64, 64}, {32, 32}, 1});
  d.add(Areas{0, shape, colours({black, black, black}), {}, {}});
  for (double k : {1.0, 0.73, 2.4}) {
    const int size = static_cast<int>(64 * k);
    const auto r = rasterise(d, size, size, k);
    for (int y = static_cast<int>(11 * k); y < static_cast<int>(53 * k); ++y)
      for (int x = static_cast<int>(11 * k); x < static_cast<int>(53 * k); ++x)
        ASSERT_EQ(pixel(*r, x, y), black) << k << ": " << x << "," << y;
  }
}

TEST(Rasterise, MixesNeighboursOnlyWithEachOther) {
  Drawing d = blank(16, 16, {0, 0, 255, 255});
  auto shape = squares({{{0, 0}, {8.5, 0}, {8.5, 16}, {0, 16}}, {{8.5, 0}, {16, 0}, {16, 16}, {8.5, 16}}});
  d.cameras.push_back({{0, 0, 16, 16}, {8, 8}, 1});
  d.add(Areas{0, shape, colours({red, green}), {}, {}});
  const Rgba c = pixel(*rasterise(d, 16, 16, 1), 8, 8);
  EXPECT_NEAR(c.r, 128, 1);
  EXPECT_NEAR(c.g, 64, 1);
  EXPECT_EQ(c.b, 0);
}

TEST(Rasterise, LetsALaterAreaCoverAnEarlierOne) {
  Drawing d = blank(20, 20);
  auto shape = squares({{{0, 0}, {20, 0}, {20, 20}, {0, 20}}, {{5, 5}, {15, 5}, {15, 15}, {5, 15}}});
  d.cameras.push_back({{0, 0, 20, 20}, {10, 10}, 1});
  d.add(Areas{0, shape, colours({red, green}), {}, {}});
  EXPECT_EQ(pixel(*rasterise(d, 20, 20, 1), 10, 10), green);
  EXPECT_EQ(pixel(*rasterise(d, 20, 20, 1), 2, 2), red);
}

TEST(Rasterise, BlendsWithWhatIsBelowOnceWhereAreasAreTranslucent) {
  Drawing d = blank(20, 20);
  auto shape = squares({{{0, 0}, {9.5, 0}, {9.5, 20}, {0, 20}}, {{9.5, 0}, {20, 0}, {20, 20}, {9.5, 20}}});
  d.cameras.push_back({{0, 0, 20, 20}, {10, 10}, 1});
  d.add(Areas{0, shape, colours({black.withAlpha(0.5), black.withAlpha(0.5)}), {}, {}});
  const auto r = rasterise(d, 20, 20, 1);
  for (int x = 0; x < 20; ++x) EXPECT_NEAR(pixel(*r, x, 10).r, 127, 1) << x;
}

TEST(Rasterise, ClipsTheMapToItsFrame) {
  Drawing d = blank(40, 40);
  d.cameras.push_back({{10, 10, 20, 20}, {0, 0}, 1});
  d.add(Areas{0, squares({{{-500, -500}, {500, -500}, {500, 500}, {-500, 500}}}), colours({black}), {}, {}});
  d.add(Fill{Path::rect({0, 0, 40, 40}), red}, Rect{30, 30, 5, 5});
  const auto r = rasterise(d, 40, 40, 1);
  EXPECT_EQ(pixel(*r, 9, 15).r, 255);
  EXPECT_EQ(pixel(*r, 10, 10), black);
  EXPECT_EQ(pixel(*r, 29, 29), black);
  EXPECT_EQ(pixel(*r, 30, 30), red);
  EXPECT_EQ(pixel(*r, 35, 35), (Rgba{255, 255, 255, 255}));
}

TEST(Rasterise, KeepsItsPlaceWhenZoomedInAMillionfold) {
  Drawing d = blank(100, 100);
  d.cameras.push_back({{0, 0, 100, 100}, {500000, 2600000}, 0.001});
  d.add(
      Areas{0, squares({{{0, 0}, {500000, 0}, {500000, 5200000}, {0, 5200000}}}), colours({black}), {}, {}});
  const auto r = rasterise(d, 100, 100, 1);
  EXPECT_EQ(pixel(*r, 49, 50), black);
  EXPECT_EQ(pixel(*r, 50, 50).r, 255);
}

TEST(Rasterise, StillTintsThePictureWithAreasSmallerThanAPixel) {
  Drawing d = blank(20, 20);
  std::vector<std::vector<geo::Point>> dust;
  std::vector<Rgba> fills;
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 200; ++x) {
      const double u = x / 10.0, v = y / 10.0;
      dust.push_back({{u, v}, {u + 0.05, v}, {u + 0.05, v + 0.1}, {u, v + 0.1}});
      fills.push_back(black);
    }
  d.cameras.push_back({{0, 0, 20, 20}, {10, 10}, 1});
  d.add(Areas{0, squares(dust), colours(fills), {}, {}});
  EXPECT_NEAR(pixel(*rasterise(d, 20, 20, 1), 10, 10).r, 127, 12);
}

TEST(Rasterise, GivesTheSamePixelsHoweverItIsCutIntoBands) {
  const Drawing d = everything();
  const auto whole = inBands(d, 600, 400, 1, 2048);
  for (int rows : {64, 37, 1}) EXPECT_EQ(inBands(d, 600, 400, 1, rows), whole) << rows;
}

TEST(Rasterise, KeepsTransparencyWhereTheGroundIsClear) {
  Drawing d = blank(10, 10, {0, 0, 0, 0});
  d.add(Fill{Path::rect({2, 2, 4, 4}), red.withAlpha(0.5)});
  const auto r = rasterise(d, 10, 10, 1);
  EXPECT_EQ(pixel(*r, 0, 0).a, 0);
  EXPECT_NEAR(pixel(*r, 3, 3).a, 128, 1);
  EXPECT_EQ(pixel(*r, 3, 3).r, 255);
}

TEST(Rasterise, StopsWhenCancelledAndRefusesASizeOfZero) {
  geo::Progress progress;
  progress.cancel();
  EXPECT_FALSE(rasterise(blank(100, 100), 100, 100, 1, &progress));
  EXPECT_FALSE(rasterise(blank(100, 100), 0, 100, 1));
}

TEST(Rasterise, DrawsBordersOnceHoweverTheyAreStored) {
  // With arcs and without, a border is the same line.
  const auto with = shapeOf(
      squares({{{5, 5}, {20.3, 5}, {20.3, 35}, {5, 35}}, {{20.3, 5}, {35, 5}, {35, 35}, {20.3, 35}}})->layer);
  with->boundaries = geo::Boundaries::make(with->layer->shapes);
  const auto without = shapeOf(with->layer);
  const auto picture = [&](MapShapePtr shape, Borders::Which which) {
    Drawing d = blank(40, 40);
    d.cameras.push_back({{0, 0, 40, 40}, {20, 20}, 1});
    Borders b;
    b.shape = shape, b.which = which, b.pen = {black, 1.5f, {}, false};
    d.add(b);
    return *rasterise(d, 40, 40, 1);
  };
  for (auto which :
       {Borders::Which::all, Borders::Which::inner, Borders::Which::outer, Borders::Which::row}) {
    const auto a = picture(with, which), b = picture(without, which);
    EXPECT_LT(difference(a, b), 0.5) << static_cast<int>(which);
  }
  EXPECT_LT(pixel(picture(with, Borders::Which::inner), 20, 20).r, 100);
  EXPECT_EQ(pixel(picture(with, Borders::Which::outer), 20, 20).r, 255);
  EXPECT_EQ(pixel(picture(with, Borders::Which::inner), 5, 20).r, 255);
}
