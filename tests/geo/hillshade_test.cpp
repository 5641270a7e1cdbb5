#include "geo/hillshade.h"

#include <cmath>

using namespace geo;

namespace {

// A plane that falls towards a side: gradient per cell of one metre.
RasterCells plane(double east, double north, int side = 8) {
  RasterCells c;
  c.crs = *Crs::parse("EPSG:4547");
  c.width = c.height = side;
  c.bounds = {0, 0, static_cast<double>(side), static_cast<double>(side)};
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) c.values.push_back(static_cast<float>(east * x - north * y));
  return c;
}

struct Look {
  int grey, alpha;
};
Look middle(const RasterColours& c) {
  const size_t i = 4 * (static_cast<size_t>(c.height / 2) * static_cast<size_t>(c.width) +
                        static_cast<size_t>(c.width / 2));
  return {c.rgba[i], c.rgba[i + 3]};
}

}  // namespace

TEST(Hillshade, LeavesLevelGroundClear) {
  const auto out = shaded(plane(0, 0), 1, {});
  EXPECT_EQ(out.width, 6);
  EXPECT_EQ(middle(out).alpha, 0);
  EXPECT_EQ(middle(shaded(plane(0, 0), 1, {.multidirectional = true})).alpha, 0);
}

TEST(Hillshade, LightsSlopesThatFaceTheLightAndDarkensTheOthers) {
  // From the north-west: ground that falls to the north-west is lit.
  const Look lit = middle(shaded(plane(0.5, -0.5), 1, {})), dark = middle(shaded(plane(-0.5, 0.5), 1, {}));
  EXPECT_EQ(lit.grey, 255);
  EXPECT_GT(lit.alpha, 20);
  EXPECT_EQ(dark.grey, 0);
  EXPECT_GT(dark.alpha, 60);
  // From the south-east it is the other way round.
  EXPECT_EQ(middle(shaded(plane(0.5, -0.5), 1, {.azimuth = 135})).grey, 0);
}

TEST(Hillshade, IsSteeperWithExaggerationAndFlatterWithLargerCells) {
  const int once = middle(shaded(plane(-0.1, 0.1), 1, {})).alpha;
  EXPECT_GT(middle(shaded(plane(-0.1, 0.1), 1, {.exaggeration = 3})).alpha, once);
  EXPECT_LT(middle(shaded(plane(-0.1, 0.1), 10, {})).alpha, once) << "heights over metres, not over cells";
}

TEST(Hillshade, IsEvenerWithSeveralLights) {
  // One light alone makes slopes that face it glare and those behind go black.
  const auto contrast = [](const ShadeOptions& o) {
    const Look lit = middle(shaded(plane(0.5, -0.5), 1, o)), dark = middle(shaded(plane(-0.5, 0.5), 1, o));
    return lit.alpha * (lit.grey ? 1 : -1) + dark.alpha * (dark.grey ? -1 : 1);
  };
  EXPECT_LT(contrast({.multidirectional = true}), contrast({}));
  EXPECT_GT(contrast({.multidirectional = true}), 0);
}

TEST(Hillshade, LeavesNoDataClear) {
  RasterCells c = plane(-0.5, 0.5);
  c.values[3 * 8 + 3] = NAN;
  const auto out = shaded(c, 1, {});
  EXPECT_EQ(out.rgba[4 * (2 * 6 + 2) + 3], 0);
  EXPECT_EQ(out.rgba[4 * (1 * 6 + 1) + 3], 0) << "nor beside it: the slope is not known";
}
