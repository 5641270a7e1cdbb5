#include "app/scene/drawing.h"

#include <cmath>
#include <random>

namespace scene {
namespace {

Vec at(Vec a, Vec b, Vec c, Vec d, double t) {
  const double s = 1 - t;
  const auto mix = [&](double p, double q, double r, double u) {
    return s * s * s * p + 3 * s * s * t * q + 3 * s * t * t * r + t * t * t * u;
  };
  return {float(mix(a.x, b.x, c.x, d.x)), float(mix(a.y, b.y, c.y, d.y))};
}

double distance(Vec p, Vec a, Vec b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

TEST(Flattened, StaysWithinTheToleranceOfAnyCubic) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> where(-300, 300);
  for (int round = 0; round < 200; ++round) {
    const Vec a{where(random), where(random)}, b{where(random), where(random)},
        c{where(random), where(random)}, d{where(random), where(random)};
    for (float tolerance : {5.0f, 0.25f, 0.02f}) {
      const auto contours = flattened(Path().move(a).cubic(b, c, d), tolerance);
      ASSERT_EQ(contours.size(), 1u);
      const auto& line = contours[0];
      EXPECT_EQ(line.front(), a);
      EXPECT_EQ(line.back(), d);
      for (int i = 0; i <= 500; ++i) {
        const Vec p = at(a, b, c, d, i / 500.0);
        double nearest = 1e9;
        for (size_t k = 1; k < line.size(); ++k)
          nearest = std::min(nearest, distance(p, line[k - 1], line[k]));
        ASSERT_LE(nearest, tolerance + 1e-3);
      }
    }
  }
}

TEST(Flattened, SpendsNoMoreThanAFewPiecesOnASmallCircle) {
  EXPECT_LE(flattened(Path::circle({0, 0}, 5), 0.1f)[0].size(), 20u);
  EXPECT_EQ(flattened(Path().move({0, 0}).cubic({1, 0}, {2, 0}, {3, 0}), 0.1f)[0].size(), 2u);
}

TEST(Flattened, TellsOpenContoursFromClosed) {
  Path path = Path::rect({0, 0, 4, 4});
  path.move({10, 10}).line({20, 10});
  std::vector<bool> closed;
  const auto contours = flattened(path, 0.1f, &closed);
  ASSERT_EQ(contours.size(), 2u);
  EXPECT_THAT(closed, testing::ElementsAre(true, false));
  EXPECT_EQ(contours[0].size(), 4u);
}

TEST(Flattened, GoesOnFromTheStartAfterAClose) {
  const auto contours = flattened(Path().move({1, 1}).line({2, 1}).line({2, 2}).close().line({0, 0}), 0.1f);
  ASSERT_EQ(contours.size(), 2u);
  EXPECT_THAT(contours[1], testing::ElementsAre(Vec{1, 1}, Vec{0, 0}));
}

TEST(Path, CircleIsRound) {
  std::vector<bool> closed;
  const auto contours = flattened(Path::circle({5, -3}, 100), 0.001f, &closed);
  ASSERT_EQ(contours.size(), 1u);
  EXPECT_TRUE(closed[0]);
  for (Vec p : contours[0]) EXPECT_NEAR(std::hypot(p.x - 5, p.y + 3), 100, 0.03);
}

TEST(Path, RoundedRectKeepsToItsBoxAndNeverTurnsInsideOut) {
  const Rect r{10, 20, 100, 30};
  const Rect box = Path::roundedRect(r, 500).box();
  EXPECT_EQ(box, r);
  EXPECT_EQ(Path::roundedRect(r, 0).verbs, Path::rect(r).verbs);
  // A capsule: its ends are half circles.
  const auto capsule = flattened(Path::roundedRect(r, 15), 0.01f);
  for (Vec p : capsule[0]) {
    if (p.x < 25) {
      EXPECT_NEAR(std::hypot(p.x - 25, p.y - 35), 15, 0.01);
    }
  }
}

TEST(Path, ScaledMovesEveryPoint) {
  const Path path = Path::polygon({{0, 0}, {1, 0}, {1, 2}}).scaled(3, {10, 20});
  EXPECT_THAT(path.points, testing::ElementsAre(Vec{10, 20}, Vec{13, 20}, Vec{13, 26}));
  EXPECT_EQ(path.box(), (Rect{10, 20, 3, 6}));
}

TEST(Path, AppendsToItself) {
  Path path = Path::rect({0, 0, 1, 1});
  path.append(path);
  EXPECT_EQ(path.points.size(), 8u);
  EXPECT_EQ(flattened(path, 1).size(), 2u);
}

}  // namespace
}  // namespace scene
