#include "app/scene/camera.h"

#include <gtest/gtest.h>

namespace {

const geo::Box city{0, 0, 100'000, 100'000};

TEST(FitBesideLegend, LeavesTheRightOfAWideFrameFreeAndHidesNothing) {
  const scene::Rect frame{10, 20, 800, 400};
  const auto plain = scene::Camera::fit(frame, city, 20),
             beside = scene::Camera::fitBesideLegend(frame, city, 20);
  EXPECT_EQ(beside.metresPerUnit, plain.metresPerUnit);
  const float left = beside.canvasFromWorld({0, 0}).x, right = beside.canvasFromWorld({100'000, 0}).x;
  EXPECT_GE(left, frame.x + 20);
  EXPECT_GE(frame.right() - right, 300);  // a legend and its margins
}

TEST(FitBesideLegend, IsThePlainFitWhereThereIsLittleToSpare) {
  const scene::Rect frame{0, 0, 500, 400};
  EXPECT_EQ(scene::Camera::fitBesideLegend(frame, city, 20), scene::Camera::fit(frame, city, 20));
}

}  // namespace
