#include "app/scene/vision.h"

#include <gtest/gtest.h>

#include "app/scene/drawing.h"
#include "app/scene/theme.h"

using scene::Rgba;
using scene::Vision;

namespace {

constexpr Vision dichromats[] = {Vision::protanopia, Vision::deuteranopia, Vision::tritanopia};

double lightOf(uint8_t v) {
  const double c = v / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

TEST(Vision, GreysLookTheSameToEyesThatLackACone) {
  for (const Vision v : dichromats)
    for (const int g : {0, 40, 128, 200, 255}) {
      const auto grey = static_cast<uint8_t>(g);
      const Rgba seen = scene::seenAs({grey, grey, grey, 90}, v);
      EXPECT_NEAR(seen.r, g, 1);
      EXPECT_NEAR(seen.g, g, 1);
      EXPECT_NEAR(seen.b, g, 1);
      EXPECT_EQ(seen.a, 90);
    }
}

// What a dichromat confuses differs along one line alone: the colours that its own missing cone told apart.
TEST(Vision, EachLosesItsOwnPairOfColours) {
  const Rgba red{200, 60, 50, 255}, green{120, 130, 40, 255}, blue{60, 120, 200, 255},
      teal{60, 150, 150, 255};
  const auto apart = [](Rgba a, Rgba b, Vision v) {
    return scene::difference(scene::seenAs(a, v), scene::seenAs(b, v));
  };
  EXPECT_LT(apart(red, green, Vision::deuteranopia), 0.5 * apart(red, green, Vision::normal));
  EXPECT_LT(apart(red, green, Vision::protanopia), 0.6 * apart(red, green, Vision::normal));
  EXPECT_GT(apart(red, green, Vision::tritanopia), 0.7 * apart(red, green, Vision::normal));
  EXPECT_LT(apart(blue, teal, Vision::tritanopia), 0.6 * apart(blue, teal, Vision::normal));
  EXPECT_GT(apart(blue, teal, Vision::deuteranopia), 0.5 * apart(blue, teal, Vision::normal));
}

TEST(Vision, GreyKeepsLuminance) {
  const Rgba seen = scene::seenAs({30, 200, 90, 255}, Vision::grey);
  EXPECT_EQ(seen.r, seen.g);
  EXPECT_EQ(seen.g, seen.b);
  EXPECT_NEAR(lightOf(seen.r), 0.2126 * lightOf(30) + 0.7152 * lightOf(200) + 0.0722 * lightOf(90), 0.005);
}

TEST(Vision, BlackOnAWashedOutProjectorIsASeventhOfWhite) {
  EXPECT_EQ(scene::seenAs({255, 255, 255, 255}, Vision::projector), (Rgba{255, 255, 255, 255}));
  EXPECT_NEAR(lightOf(scene::seenAs({0, 0, 0, 255}, Vision::projector).g), 1 / 7.0, 0.002);
}

TEST(Vision, ManyPixelsAreSeenAsEachAlone) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 4000; ++i)
    pixels.push_back(static_cast<uint8_t>(i % 4 == 3 ? 255 : (i / 4 / 3 * 37 + i % 4 * 91) % 256));
  for (const Vision v : {Vision::normal, Vision::deuteranopia, Vision::grey, Vision::projector}) {
    auto seen = pixels;
    scene::seeAs(seen, v);
    for (size_t i = 0; i < pixels.size(); i += 4) {
      const Rgba one = scene::seenAs({pixels[i], pixels[i + 1], pixels[i + 2], 255}, v);
      EXPECT_EQ(one, (Rgba{seen[i], seen[i + 1], seen[i + 2], seen[i + 3]}));
    }
  }
}

TEST(Vision, FiveClassesStayApartInEveryPalette) {
  for (const auto name : scene::paletteNames())
    for (const bool dark : {true, false})
      for (const Vision v : dichromats) {
        const auto p = scene::palette(name, 5, dark);
        for (size_t i = 0; i < p.size(); ++i)
          for (size_t j = i + 1; j < p.size(); ++j)
            EXPECT_GT(scene::difference(scene::seenAs(p[i], v), scene::seenAs(p[j], v)), 0.055)
                << name << " " << dark << " " << scene::visionNames[static_cast<size_t>(v)] << " " << i << " "
                << j;
      }
}

TEST(Vision, ANameThatIsNoneSaysWhichThereAre) {
  EXPECT_EQ(*scene::visionNamed("tritanopia"), Vision::tritanopia);
  const auto none = scene::visionNamed("cat");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().text().find("deuteranopia"), std::string::npos);
}

}  // namespace
