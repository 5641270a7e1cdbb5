#include "app/scene/motion.h"

#include <gtest/gtest.h>

#include "app/scene/arc.h"
#include "app/scene/theme.h"

namespace {

using namespace scene;

Placed bar(float width, Rgba colour, std::string_view part = {}, size_t row = 0) {
  Drawing d;
  d.part(part, row);
  d.add(Fill{Path::rect({10, 20, width, 8}), colour});
  return d.items[0];
}

const Fill& fillOf(const Placed& p) { return std::get<Fill>(p.item); }

TEST(Easing, BeginsAtNoughtEndsAtOneAndNeverTurnsBack) {
  for (const auto ease : {outQuad, outCubic, inOutCubic}) {
    EXPECT_EQ(ease(-1), 0);
    EXPECT_EQ(ease(0), 0);
    EXPECT_EQ(ease(1), 1);
    EXPECT_EQ(ease(7), 1);
    for (double t = 0, last = 0; t <= 1; t += 0.01) {
      EXPECT_GE(ease(t), last);
      last = ease(t);
    }
  }
  EXPECT_NEAR(inOutCubic(0.5), 0.5, 1e-12);
  EXPECT_NEAR(inOutCubic(0.25), 4 * 0.25 * 0.25 * 0.25, 1e-12);
}

TEST(Morph, LeavesAloneWhatIsTheSameInBoth) {
  const std::vector<Placed> a{bar(50, {200, 0, 0}), bar(30, {0, 0, 200})}, b{bar(50, {200, 0, 0})};
  const auto early = morphed(a, b, 0.25);
  ASSERT_EQ(early.size(), 2u);
  int whole = 0, faded = 0;
  for (const Placed& p : early) {
    if (fillOf(p).colour == Rgba{200, 0, 0}) ++whole;
    if (fillOf(p).colour.b == 200 && fillOf(p).colour.a < 255) ++faded;
  }
  EXPECT_EQ(whole, 1) << "neither doubled nor weakened";
  EXPECT_EQ(faded, 1);
}

TEST(Morph, MovesWhatHasAPartInBoth) {
  const std::vector<Placed> a{bar(50, {200, 0, 0}, "rank", 3)}, b{bar(90, {200, 0, 0}, "rank", 3)};
  const auto half = morphed(a, b, 0.5);
  ASSERT_EQ(half.size(), 1u);
  EXPECT_FLOAT_EQ(fillOf(half[0]).path.box().w, 70);
  EXPECT_EQ(fillOf(half[0]).colour, (Rgba{200, 0, 0}));
}

TEST(Morph, MixesColoursInOklab) {
  const std::vector<Placed> a{bar(50, {255, 0, 0}, "rank")}, b{bar(50, {0, 0, 255}, "rank")};
  const auto half = morphed(a, b, 0.5);
  ASSERT_EQ(half.size(), 1u);
  EXPECT_EQ(fillOf(half[0]).colour, mix({255, 0, 0}, {0, 0, 255}, 0.5));
}

TEST(Morph, AnotherRowIsAnotherThingAndComesWhenTheFirstHasGone) {
  const std::vector<Placed> a{bar(50, {200, 0, 0}, "rank", 3)}, b{bar(90, {200, 0, 0}, "rank", 4)};
  for (double t = 0.02; t < 1; t += 0.02) {
    const auto part = morphed(a, b, t);
    EXPECT_LE(part.size(), 1u) << "never one over the other";
    for (const Placed& p : part) EXPECT_EQ(fillOf(p).path.box().w, t < 0.5 ? 50 : 90);
  }
}

TEST(Morph, IsTheOneAtItsStartAndTheOtherAtItsEnd) {
  const std::vector<Placed> a{bar(50, {1, 2, 3})}, b{bar(60, {4, 5, 6}), bar(70, {7, 8, 9})};
  EXPECT_EQ(morphed(a, b, 0).size(), 1u);
  EXPECT_EQ(morphed(a, b, 1).size(), 2u);
}

TEST(Flight, HasNoLengthWhereThereIsNothingToFly) {
  const Camera c{{0, 0, 800, 600}, {10, 20}, 5};
  EXPECT_EQ(cameraFlight(c, c).seconds, 0);
  EXPECT_EQ(cameraAt(cameraFlight(c, c), 0), c);
}

TEST(Arc, KeepsItsShapeBetweenEndsThatMove) {
  const Arc arc{{0, 0}, {10, 20}, {40, 20}, {60, 0}};
  const Arc seen = relativeTo(arc, {0, 0}, {60, 0});
  const Arc same = placedBetween(seen, {0, 0}, {60, 0});
  EXPECT_NEAR(same.a.x, 10, 1e-4);
  EXPECT_NEAR(same.a.y, 20, 1e-4);
  const Arc doubled = placedBetween(seen, {100, 100}, {220, 100});
  EXPECT_NEAR(doubled.b.x, 180, 1e-3);
  EXPECT_NEAR(doubled.b.y, 140, 1e-3);
}

TEST(Arc, GrowsAlongItself) {
  const Arc arc{{0, 0}, {10, 20}, {40, 20}, {60, 0}};
  const Arc part = upTo(arc, 0.4f);
  for (const float t : {0.f, 0.3f, 0.7f, 1.f}) {
    const Vec on = pointOn(part, t), whole = pointOn(arc, t * 0.4f);
    EXPECT_NEAR(on.x, whole.x, 1e-3);
    EXPECT_NEAR(on.y, whole.y, 1e-3);
  }
}

}  // namespace
