#include "app/scene/furniture.h"

#include <gtest/gtest.h>

using namespace scene;

TEST(ScaleBar, IsTheLargestRoundLengthThatFits) {
  for (double metresPerUnit : {0.013, 0.9, 3.7, 88.0, 240.0, 1999.0, 52000.0}) {
    const ScaleBar bar = scaleBar(metresPerUnit, 190);
    EXPECT_LE(bar.width, 190);
    EXPECT_GT(bar.width, 190 / 2.6) << metresPerUnit;  // the steps 1, 2, 4, 5 leave no larger hole
    EXPECT_NEAR(bar.metres, bar.width * metresPerUnit, bar.metres * 1e-5);
    const double part = bar.metres / bar.divisions;
    const double power = std::pow(10, std::floor(std::log10(part) + 1e-9));
    EXPECT_NEAR(part / power, std::round(part / power), 1e-9) << "parts of " << part;
  }
}

TEST(ScaleBar, OfNoScaleIsNone) {
  EXPECT_EQ(scaleBar(0, 190).divisions, 0);
  EXPECT_EQ(scaleBar(std::numeric_limits<double>::infinity(), 190).divisions, 0);
}

TEST(Numbers, AreGroupedFromFiveDigitsOn) {
  EXPECT_EQ(formatNumber(944600, 0), "944,600");
  EXPECT_EQ(formatNumber(5637.2, 1), "5637.2");
  EXPECT_EQ(formatNumber(-1234567.89, 1), "-1,234,567.9");
  EXPECT_EQ(formatNumber(870.9, 0), "871");
}

TEST(Numbers, LoseTrailingZerosInTheLedger) {
  EXPECT_EQ(formatShort(0.8), "0.8");
  EXPECT_EQ(formatShort(27.4), "27.4");
  EXPECT_EQ(formatShort(500), "500");
}

namespace {

Scene sceneWith(std::vector<double> values, int decimals) {
  Scene s;
  s.words.missing = "缺失";
  Choropleth c;
  c.decimals = decimals;
  for (double v : values) c.figures.push_back({v, std::isnan(v) ? Status::missing : Status::official, ""});
  c.breaks = *geo::classify(values, geo::BreakMethod::natural, 3);
  s.choropleth = c;
  return s;
}

}  // namespace

TEST(Legend, CountsEveryAreaOnceAndMissingAlways) {
  const Scene s = sceneWith({1, 2, geo::missing, 50, 52, 900, geo::missing}, 1);
  const auto classes = legendClasses(s, darkTheme());
  size_t areas = 0;
  for (const auto& row : classes) areas += row.rows.size();
  EXPECT_EQ(areas, 7u);
  ASSERT_TRUE(classes.back().missing);
  EXPECT_EQ(classes.back().rows, (std::vector<size_t>{2, 6}));
  const auto full = legendClasses(sceneWith({1, 2, 3, 4}, 0), darkTheme());
  EXPECT_TRUE(full.back().missing);
  EXPECT_TRUE(full.back().rows.empty());
}

TEST(Legend, PrintsTrueRangesAsTheMapPrintsItsValues) {
  const auto whole = legendClasses(sceneWith({79.4, 110.6, 143.2, 167.6, 870.9}, 1), darkTheme());
  EXPECT_EQ(whole[0].range, "870.9");  // as the map prints it
  const auto close = legendClasses(sceneWith({1.1, 1.2, 1.4, 1.5, 1.8}, 1), darkTheme());
  EXPECT_EQ(close[0].range, "1.8");
}

TEST(Legend, UsesTheColoursOfTheMap) {
  const Scene s = sceneWith({1, 2, 50, 52, 900}, 0);
  const auto classes = legendClasses(s, lightTheme());
  const auto ramp = palette("teal", 3, false);
  EXPECT_EQ(classes[0].colour, ramp[2]);
  EXPECT_EQ(classes[2].colour, ramp[0]);
}
