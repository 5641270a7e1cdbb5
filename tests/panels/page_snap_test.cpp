#include "app/panels/page_snap.h"

#include <gtest/gtest.h>

namespace {

using panels::dragged;
using panels::Grip;
using panels::snapped;
using scene::Rect;

const Rect paper{0, 0, 420, 297}, margins{12, 12, 396, 273};
panels::SnapField field(const std::vector<Rect>& others, scene::Vec least = {10, 10}) {
  return {paper, margins, others, 2, least};
}

TEST(PageSnap, AFrameComesToTheMarginThatIsNear) {
  const auto s = snapped({13.4f, 100, 50, 30}, {}, field({}));
  EXPECT_FLOAT_EQ(s.rect.x, 12);
  EXPECT_FLOAT_EQ(s.rect.y, 100);
  ASSERT_EQ(s.lines.size(), 1u);
  EXPECT_TRUE(s.lines[0].upright);
  EXPECT_FLOAT_EQ(s.lines[0].at, 12);
  EXPECT_FLOAT_EQ(snapped({14.5f, 100, 50, 30}, {}, field({})).rect.x, 14.5f);  // too far
}

TEST(PageSnap, EdgesAndCentresOfOtherFramesDraw) {
  const std::vector<Rect> others{{100, 50, 80, 40}};
  EXPECT_FLOAT_EQ(snapped({101, 150, 30, 30}, {}, field(others)).rect.x, 100);     // left to left
  EXPECT_FLOAT_EQ(snapped({179, 150, 30, 30}, {}, field(others)).rect.x, 180);     // left to right
  EXPECT_FLOAT_EQ(snapped({124.2f, 150, 30, 30}, {}, field(others)).rect.x, 125);  // centre to centre
  EXPECT_FLOAT_EQ(snapped({300, 54.6f, 30, 30}, {}, field(others)).rect.y, 55);    // in y as well
}

TEST(PageSnap, EqualGapsDrawAndAreShown) {
  const std::vector<Rect> others{{20, 50, 40, 40}, {150, 60, 40, 40}};
  auto s = snapped({91.2f, 56, 30, 30}, {}, field(others));  // between the two: 60 + 30 + 60
  EXPECT_NEAR(s.rect.x, 90, 0.001);
  ASSERT_EQ(s.gaps.size(), 2u);
  EXPECT_NEAR(s.gaps[0].to - s.gaps[0].from, s.gaps[1].to - s.gaps[1].from, 0.001);
  s = snapped({281, 57, 30, 30}, {}, field(others));  // as far behind the second as it is behind the first
  EXPECT_NEAR(s.rect.x, 280, 0.001);
  EXPECT_EQ(s.gaps.size(), 2u);
}

TEST(PageSnap, OnlyTheEdgeThatIsHeldSnaps) {
  const std::vector<Rect> others{{100, 200, 80, 40}};
  const auto s = snapped({30, 30, 71, 50}, Grip{.right = true}, field(others));
  EXPECT_FLOAT_EQ(s.rect.x, 30);
  EXPECT_FLOAT_EQ(s.rect.w, 70);
  EXPECT_FLOAT_EQ(s.rect.h, 50);
}

TEST(PageSnap, NoEdgeSnapsToWhereTheFrameWouldBeTooSmall) {
  const std::vector<Rect> others{{100, 200, 80, 40}};
  EXPECT_FLOAT_EQ(snapped({90.5f, 30, 11, 50}, Grip{.right = true}, field(others, {10.5f, 10})).rect.w, 11);
}

TEST(PageSnap, ADraggedFrameKeepsItsLeastSizeAndItsOtherEdges) {
  const Rect start{50, 60, 40, 30};
  EXPECT_EQ(dragged(start, Grip{.left = true}, {100, 5}, {15, 12}), (Rect{75, 60, 15, 30}));
  EXPECT_EQ(dragged(start, Grip{.right = true, .bottom = true}, {-100, -100}, {15, 12}),
            (Rect{50, 60, 15, 12}));
  EXPECT_EQ(dragged(start, {}, {5, -7}, {15, 12}), (Rect{55, 53, 40, 30}));
}

}  // namespace
