#include "app/scene/thematic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "app/scene/draw_scene.h"
#include "app/scene/map_thematic.h"

using namespace scene;

namespace {

std::vector<Figure> figuresOf(const std::vector<double>& values) {
  std::vector<Figure> figures;
  for (const double v : values)
    figures.push_back({v, std::isnan(v) ? Status::missing : Status::official, ""});
  return figures;
}

Choropleth mapOf(const std::vector<double>& values, geo::BreakMethod method, int classes,
                 const std::vector<double>& bounds = {}) {
  Choropleth c;
  c.figures = figuresOf(values);
  c.breaks = *geo::classify(values, method, classes, bounds);
  return c;
}

Heat heatOf(std::vector<float> values, uint32_t width, double low, double high) {
  auto grid = std::make_shared<geo::Grid>();
  grid->width = width, grid->height = static_cast<uint32_t>(values.size() / width), grid->cell = 100;
  grid->values = std::move(values);
  Heat h;
  h.grid = grid, h.low = low, h.high = high;
  return h;
}

double distance(Rgba a, Rgba b) { return std::abs(a.r - b.r) + std::abs(a.g - b.g) + std::abs(a.b - b.b); }

}  // namespace

TEST(Bivariate, ClassIsThePairOfItsTwoClasses) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(0, 100);
  for (const int side : {2, 3, 4}) {
    std::vector<double> a, b;
    for (int i = 0; i < 60; ++i)
      a.push_back(i % 17 == 0 ? geo::missing : uniform(random)),
          b.push_back(i % 23 == 0 ? geo::missing : uniform(random));
    Choropleth c = mapOf(a, geo::BreakMethod::quantile, side);
    SecondAxis second;
    second.figures = figuresOf(b), second.breaks = *geo::classify(b, geo::BreakMethod::quantile, side);
    c.second = second;
    ASSERT_EQ(c.classes(), static_cast<size_t>(side * side));
    const auto colours = classColours(c, true);
    ASSERT_EQ(colours.size(), c.classes());
    for (size_t r = 0; r < a.size(); ++r) {
      const int x = c.breaks.classOf(a[r]), y = second.breaks.classOf(b[r]), k = c.classOf(r);
      EXPECT_EQ(k, x < 0 || y < 0 ? -1 : y * side + x);
    }
  }
}

TEST(Bivariate, CornersAreTheSameWithNineAndWithSixteenColours) {
  for (const bool dark : {true, false}) {
    const auto nine = palette("bivariate", 9, dark), sixteen = palette("bivariate", 16, dark);
    ASSERT_EQ(sixteen.size(), 16u);
    EXPECT_EQ(nine[0], sixteen[0]);
    EXPECT_EQ(nine[2], sixteen[3]);
    EXPECT_EQ(nine[6], sixteen[12]);
    EXPECT_EQ(nine[8], sixteen[15]);
  }
}

TEST(Change, PaletteTurnsAtItsCentre) {
  const std::vector<double> values{-3, -2, -1, -0.2, 0.4, 1.1, 5, 9};
  Choropleth c = mapOf(values, geo::BreakMethod::manual, 0, {-1.5, 0, 2, 10});
  c.centre = 0, c.since = 2010, c.palette = "diverging";
  for (const bool dark : {true, false}) {
    const auto colours = classColours(c, dark);
    ASSERT_EQ(colours.size(), 4u);
    const auto cool = [](Rgba x) { return x.b > x.r; };
    EXPECT_TRUE(cool(colours[0]) && cool(colours[1]));
    EXPECT_FALSE(cool(colours[2]) || cool(colours[3]));
    // Farther from the centre is farther from its colour.
    const Rgba middle = palette("diverging", 7, dark)[3];
    EXPECT_GT(distance(colours[0], middle), distance(colours[1], middle));
    EXPECT_GT(distance(colours[3], middle), distance(colours[2], middle));
  }
}

TEST(Change, TheGreaterChangeHasTheStrongerColour) {
  Choropleth c = mapOf({-3.3, -1.8, -0.4, -0.1, 6.3}, geo::BreakMethod::manual, 0, {-1, -0.2, 0, 7});
  c.centre = 0;
  const auto colours = classColours(c, false);
  const Rgba middle = palette("diverging", 7, false)[3];
  EXPECT_GT(distance(colours[3], middle), distance(colours[0], middle));
  EXPECT_EQ(colours[3], palette("diverging", 7, false)[6]);
}

TEST(Change, OfOneSignAloneHasOneArm) {
  Choropleth c = mapOf({1, 2, 3, 4}, geo::BreakMethod::equal, 3);
  c.centre = 0;
  const auto colours = classColours(c, true);
  ASSERT_EQ(colours.size(), 3u);
  for (const Rgba& k : colours) EXPECT_GT(k.r, k.b);
}

TEST(Categories, HaveTheColourOfTheirToneInAnyOrder) {
  Choropleth c;
  c.categories = {{"a", Tone::lowLow}, {"b", Tone::highHigh}};
  c.categoryOf = {1, 0, -1};
  c.figures = figuresOf({5, 1, geo::missing});
  Choropleth turned = c;
  std::swap(turned.categories[0], turned.categories[1]);
  const auto one = classColours(c, true), other = classColours(turned, true);
  EXPECT_EQ(one[0], other[1]);
  EXPECT_EQ(one[1], other[0]);
  EXPECT_EQ(c.classOf(0), 1);
  EXPECT_EQ(c.classOf(2), -1);
  EXPECT_EQ(c.classOf(9), -1);
}

TEST(SizedSymbols, HaveAreasInProportionToTheirAmounts) {
  SizedSymbols z;
  z.largest = 1000;
  const float most = symbolRadius(z, 1000, 40);
  EXPECT_FLOAT_EQ(most, 40);
  for (const double v : {1.0, 10.0, 250.0, 777.0, -250.0}) {
    const double area = std::pow(symbolRadius(z, v, 40), 2), whole = std::pow(most, 2);
    EXPECT_NEAR(area / whole, std::abs(v) / 1000, 1e-5) << v;
  }
  EXPECT_EQ(symbolRadius(z, 0, 40), 0);
  EXPECT_EQ(symbolRadius(z, geo::missing, 40), 0);
}

// Flannery 1971: radius ~ value^0.5716.
TEST(SizedSymbols, FollowFlannerysExponentWhenAsked) {
  SizedSymbols z;
  z.largest = 500, z.flannery = true;
  for (const double v : {5.0, 50.0, 499.0})
    EXPECT_NEAR(std::log(symbolRadius(z, v, 40) / 40) / std::log(v / 500), 0.5716, 1e-4) << v;
}

TEST(Heat, PixelsOfEqualValuesAreEqualWhereverTheyStand) {
  const Heat near = heatOf({0, 1, 2, 3, 4, 5}, 3, 0, 5), far = heatOf({5, 4, 3, 2, 1, 0}, 2, 0, 5);
  const auto a = heatPixels(near, true), b = heatPixels(far, true);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ((*a)[i], (*b)[5 - i]) << i;
}

TEST(Heat, ColoursBelongToTheDomainAndNotToTheData) {
  const Heat some = heatOf({1, 2}, 2, 0, 10), more = heatOf({1, 2, 9, 10}, 2, 0, 10);
  EXPECT_EQ((*heatPixels(some, false))[1], (*heatPixels(more, false))[1]);
}

TEST(Heat, NothingIsTransparentAndWhatIsBeyondTheTopIsTheTop) {
  const Heat h = heatOf({0, std::numeric_limits<float>::quiet_NaN(), 10, 1e9f, -3}, 5, 0, 10);
  const auto p = heatPixels(h, true);
  EXPECT_EQ((*p)[0].a, 0);
  EXPECT_EQ((*p)[1].a, 0);
  EXPECT_EQ((*p)[4].a, 0);
  EXPECT_EQ((*p)[2], (*p)[3]);
  EXPECT_GT((*p)[2].a, 200);
}

TEST(Heat, OfTwoSignsHasTwoHuesAndANoughtBetween) {
  Heat h = heatOf({-4, -2, 0, 2, 4}, 5, -4, 4);
  const auto p = *heatPixels(h, true);
  EXPECT_GT(p[0].b, p[0].r);
  EXPECT_GT(p[4].r, p[4].b);
  EXPECT_EQ(p[2].a, 0);
  EXPECT_EQ(p[0].a, p[4].a);
  EXPECT_DOUBLE_EQ(heatShare(h, -2), -0.5);
  h.high = 2;  // the domain reaches as far on either side
  EXPECT_DOUBLE_EQ(heatShare(h, 2), 0.5);
  EXPECT_EQ((*heatPixels(h, true))[3], p[3]);
}

TEST(Heat, IsOfOneColourInGridLegendAndBins) {
  Heat h = heatOf({7}, 1, 0, 10);
  h.opacity = 1;
  const Rgba pixel = (*heatPixels(h, true))[0], legend = heatColour(0.7, false, true);
  EXPECT_LE(distance(pixel, legend), 3);
  h.binValues = std::make_shared<const std::vector<double>>(std::vector<double>{7, geo::missing});
  const auto bins = *binColours(h, true);
  EXPECT_LE(distance(bins[0], legend), 3);
  EXPECT_EQ(bins[1].a, 0);
}

TEST(DrawCache, KeepsAHeatsColoursUntilWhatTheyShowDiffers) {
  DrawCache cache;
  Heat h = heatOf(std::vector<float>(100, 3), 10, 0, 5);
  const ColoursPtr first = cache.colours(h, true);
  Heat same = h;  // a new scene with the same grid: a hovered symbol, a moved camera
  same.name = "other words";
  EXPECT_EQ(cache.colours(same, true), first);
  EXPECT_NE(cache.colours(h, false), first);
  EXPECT_EQ(cache.colours(h, true), first);  // both lights are kept
  same.high = 6;
  EXPECT_NE(cache.colours(same, true), first);
  const Heat other = heatOf(std::vector<float>(100, 3), 10, 0, 5);
  EXPECT_NE(cache.colours(other, true), first);
}

TEST(DrawCache, TheLongestUnusedGivesWayAndNothingOfTheWayIsLeftAtRest) {
  DrawCache cache;
  const auto layer = std::make_shared<const int>(7);
  int made = 0;
  const auto ask = [&](int key) {
    return *cache.kept<int>(fmt::format("{}", key), {layer},
                            [&] { return ++made, std::make_shared<int>(key); });
  };
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(ask(i), i);
    EXPECT_EQ(ask(0), 0);
  }
  EXPECT_EQ(made, 1000);  // what every picture asks for stays
  ask(1);
  EXPECT_EQ(made, 1001);
  EXPECT_GT(layer.use_count(), 1);  // its address is in the keys
  cache.rest();
  EXPECT_EQ(layer.use_count(), 1);
}

namespace {

// A round hill on a grid, as contours.
Heat hill(double radius) {
  const uint32_t n = 200;
  std::vector<float> values;
  for (uint32_t y = 0; y < n; ++y)
    for (uint32_t x = 0; x < n; ++x)
      values.push_back(
          static_cast<float>(10 * std::exp(-std::pow(std::hypot(x - 99.5, y - 99.5) / radius, 2))));
  Heat h = heatOf(values, n, 0, 10);
  auto grid = std::make_shared<geo::Grid>(*h.grid);
  grid->cell = 4, grid->left = 0, grid->top = 800;
  h.grid = grid;
  h.ticks = {2, 4, 6, 8};
  h.lines = std::make_shared<const std::vector<geo::Contour>>(*geo::contours(*grid, h.ticks));
  return h;
}

}  // namespace

TEST(ContourLabels, AreUprightApartAndInsideTheFrame) {
  const auto fonts = Typesetter::open();
  ASSERT_TRUE(fonts);
  Camera camera;
  camera.frame = {0, 0, 800, 800}, camera.centre = {400, 400};
  const Heat h = hill(50);
  for (const double zoom : {1.0, 0.5, 0.25}) {
    camera.metresPerUnit = zoom;
    Surroundings around;
    around.boxes.push_back({300, 300, 80, 40});
    const auto labels = contourLabels(*h.lines, h.ticks, camera, darkTheme(), **fonts, 14, 1, around);
    ASSERT_GE(labels.size(), 2u) << zoom;
    std::vector<Vec> centres;
    for (const Text& t : labels) {
      EXPECT_GT(std::cos(t.angle), -1e-6) << t.run.text;  // never upside down
      const Vec dir{std::cos(t.angle), std::sin(t.angle)};
      const Vec c = t.origin + dir * (t.run.advance / 2);
      EXPECT_TRUE(camera.frame.grown(-10).contains(c));
      EXPECT_FALSE((Rect{300, 300, 80, 40}.contains(c)));
      for (const Vec o : centres) EXPECT_GT(std::hypot(o.x - c.x, o.y - c.y), 20);
      centres.push_back(c);
    }
  }
}

TEST(ContourLabels, SayTheLevelOfTheLineTheyStandOn) {
  const auto fonts = Typesetter::open();
  ASSERT_TRUE(fonts);
  Camera camera;
  camera.frame = {0, 0, 800, 800}, camera.centre = {400, 400}, camera.metresPerUnit = 1;
  Surroundings around;
  const Heat h = hill(60);
  for (const Text& t : contourLabels(*h.lines, h.ticks, camera, darkTheme(), **fonts, 12, 1, around)) {
    const Vec dir{std::cos(t.angle), std::sin(t.angle)}, down{-dir.y, dir.x};
    const Vec c = t.origin + dir * (t.run.advance / 2) - down * (0.36f * 12);
    const geo::Point p = camera.worldFromCanvas(c);
    const double value = 10 * std::exp(-std::pow(std::hypot(p.x - 400, p.y - 400) / 240, 2));
    EXPECT_NEAR(value, std::stod(t.run.text), 0.35);
  }
}

// Two areas side by side, each with its own hill cut off at the border: where one is high and the other low.
TEST(Contours, DoNotRunAlongABorderWhereTheHeatLeaps) {
  const uint32_t n = 100;
  auto grid = std::make_shared<geo::Grid>();
  grid->width = grid->height = n, grid->cell = 10, grid->left = 0, grid->top = 1000;
  for (uint32_t y = 0; y < n; ++y)
    for (uint32_t x = 0; x < n; ++x) {
      const double cx = x < 50 ? 40 : 80, height = x < 50 ? 10 : 6;
      grid->values.push_back(static_cast<float>(
          height * std::exp(-(std::pow((x - cx) / 20, 2) + std::pow((y - 50.0) / 20, 2)))));
    }
  Heat h;
  h.grid = grid, h.low = 0, h.high = 10, h.ticks = {2, 4, 6, 8};
  h.lines = std::make_shared<const std::vector<geo::Contour>>(*geo::contours(*grid, h.ticks));
  geo::Shapes areas;
  areas.kind = geo::ShapeKind::polygon;
  for (const double x : {0.0, 500.0}) {
    for (const geo::Point p : {geo::Point{x, 0}, {x + 500, 0}, {x + 500, 1000}, {x, 1000}})
      areas.vertices.push_back(p);
    areas.endPart(), areas.endRow();
  }
  const auto along = [](const std::vector<geo::Contour>& lines) {
    double length = 0;
    for (const auto& line : lines)
      for (size_t i = 1; i < line.points.size(); ++i)
        if (std::abs(line.points[i].x - 500) < 6 && std::abs(line.points[i - 1].x - 500) < 6)
          length += std::abs(line.points[i].y - line.points[i - 1].y);
    return length;
  };
  EXPECT_GT(along(*h.lines), 300);
  const auto kept = withoutLeaps(h, areas);
  EXPECT_LT(along(kept), 60);
  // All else stays: vertices away from the border, and a heat that does not leap at it.
  size_t before = 0, after = 0;
  for (const auto& line : *h.lines)
    for (const geo::Point p : line.points) before += std::abs(p.x - 500) > 10;
  for (const auto& line : kept)
    for (const geo::Point p : line.points) after += std::abs(p.x - 500) > 10;
  EXPECT_EQ(before, after);
  Heat smooth = hill(50);
  geo::Shapes halves;
  halves.kind = geo::ShapeKind::polygon;
  for (const double x : {0.0, 400.0}) {
    for (const geo::Point p : {geo::Point{x, 0}, {x + 400, 0}, {x + 400, 800}, {x, 800}})
      halves.vertices.push_back(p);
    halves.endPart(), halves.endRow();
  }
  const auto whole = withoutLeaps(smooth, halves);
  ASSERT_EQ(whole.size(), smooth.lines->size());
  for (size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(whole[i].points.size(), (*smooth.lines)[i].points.size());
}
