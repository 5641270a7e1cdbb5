#include "app/panels/plot.h"

#include <gtest/gtest.h>

namespace {

using panels::Scale;

TEST(Scale, GoesThereAndBack) {
  for (const Scale& s : {panels::scaleFor(3, 97, 10, 410), panels::scaleFor(0.02, 5000, 300, 20, true),
                         panels::scaleFor(-5, 5, 0, 100, true)})
    for (double share : {0.0, 0.2, 0.5, 1.0}) {
      const auto pixel = static_cast<float>(s.from + share * (s.to - s.from));
      EXPECT_NEAR(s.at(s.value(pixel)), pixel, 0.01);
    }
}

TEST(Scale, HoldsAllItsValuesAndIsNeverEmpty) {
  for (auto [low, high] :
       {std::pair{0.0, 1.0}, {78.5, 870.9}, {-3.2, -3.1}, {5.0, 5.0}, {0.0, 0.0}, {1e-9, 2e9}, {-7e12, 3.0}})
    for (bool log : {false, true}) {
      const Scale s = panels::scaleFor(low, high, 0, 100, log);
      EXPECT_LT(s.low, s.high);
      EXPECT_TRUE(s.holds(low) && s.holds(high)) << low << " " << high;
      EXPECT_TRUE(!s.log || s.low > 0);
    }
  const Scale none = panels::scaleFor(NAN, NAN, 0, 100);
  EXPECT_LT(none.low, none.high);
  EXPECT_FALSE(panels::scaleFor(-1, 9, 0, 100, true).log);  // no logarithm of what is not above 0
}

TEST(Bins, HoldTheirLowerEdgeAndTheLastOneItsUpperToo) {
  const geo::Histogram h{{0, 10, 20, 30}, {1, 1, 1}};
  EXPECT_EQ(panels::binAt(h, 0), 0u);
  EXPECT_EQ(panels::binAt(h, 10), 1u);
  EXPECT_EQ(panels::binAt(h, 30), 2u);
  EXPECT_FALSE(panels::binAt(h, 30.1));
  EXPECT_FALSE(panels::binAt(h, NAN));
  EXPECT_FALSE(panels::binAt({}, 1));
}

TEST(Outline, IsFilledByEvenOdd) {
  // A bow tie: inside its wings, outside between them.
  const std::vector<panels::Vec> tie{{0, 0}, {10, 10}, {10, 0}, {0, 10}};
  EXPECT_TRUE(panels::inside(tie, {1, 5}));
  EXPECT_TRUE(panels::inside(tie, {9, 5}));
  EXPECT_FALSE(panels::inside(tie, {5, 1}));
  EXPECT_FALSE(panels::inside({}, {5, 1}));
}

TEST(Outline, FollowsTheMouseByStepsAndARectangleByItsCorner) {
  std::vector<panels::Vec> ring;
  for (float x = 0; x <= 10; x += 1) panels::followOutline(ring, {0, 0}, {x, 0}, false, 3);
  EXPECT_EQ(ring.size(), 4u);
  panels::followOutline(ring, {0, 0}, {5, 7}, true, 3);
  ASSERT_EQ(ring.size(), 4u);
  EXPECT_EQ(ring[2], (panels::Vec{5, 7}));
}

TEST(Nearest, IsTheOneWithinReachAndTheTopmostOfEquals) {
  const std::vector<panels::Vec> places{{0, 0}, {10, 0}, {10, 0}};
  EXPECT_EQ(panels::nearest(places, {9, 1}, 5), 2u);
  EXPECT_EQ(panels::nearest(places, {1, 0}, 5), 0u);
  EXPECT_FALSE(panels::nearest(places, {5, 40}, 5));
}

}  // namespace
