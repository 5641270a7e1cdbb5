// Data behind a project: tables of a shape that the project knows are taken in as it has kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace {

using cli_test::Folder;
using cli_test::Outcome;
using testing::HasSubstr;

struct Import : testing::Test {
  Folder folder;
  Import() {
    folder.write("city.parkscope.toml", R"(format = 1
title = "城"
crs = "EPSG:4547"

[[layers]]
id = "counties"
name = "县"
role = "county"
source = ")" SOURCE_DIR R"(/assets/qingyuan/counties.geojson"
key = "adcode"
label = "name"

[[accepted]]
layer = "counties"
key = "清辛区"
means = "清新区"

[[imports]]
columns = ["县区", "产值（亿元）"]
as = "figures"
cells = { separator = "~", header_row = 2 }
key = "县区"
of = "counties"
figures = [{ column = "产值（亿元）", name = "产值", unit = "亿元" }]
)");
    folder.write("2025.csv", "各县产值\n产值（亿元）~县区\n12~清城区\n7~清辛区\n");
    folder.write("points.csv", "名称,经度,纬度\n甲,113.05,23.7\n");
  }
};

TEST_F(Import, ATableOfAKnownShapeIsDrawnAsItWasTakenInBefore) {
  const Outcome r = folder.run("snapshot city.parkscope.toml 2025.csv -o map.svg --lang zh");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");  // the accepted name is no stranger any more
  std::ifstream in(folder.file("map.svg"));
  const std::string svg((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(svg, HasSubstr("产值"));
  EXPECT_THAT(svg, HasSubstr("亿元"));
  EXPECT_EQ(folder.run("snapshot city.parkscope.toml 2025.csv --indicator 产值 -o a.png").code, 0);
  EXPECT_EQ(folder.run("snapshot city.parkscope.toml --indicator 产值 -o a.png").code, 1);  // not without it
}

TEST_F(Import, OtherDataBehindAProjectAreLayersAndAloneTheyAreAProjectOfTheirOwn) {
  EXPECT_EQ(folder.run("snapshot city.parkscope.toml points.csv -o a.png").code, 0);
  EXPECT_EQ(folder.run("snapshot points.csv -o b.png").code, 0);
  const Outcome gone = folder.run("snapshot city.parkscope.toml nothing.csv -o c.png");
  EXPECT_EQ(gone.code, 1);
  EXPECT_THAT(gone.err, HasSubstr("nothing.csv does not exist"));
  const Outcome two = folder.run("snapshot city.parkscope.toml city.parkscope.toml -o c.png");
  EXPECT_EQ(two.code, 1);
  EXPECT_THAT(two.err, HasSubstr("second project"));
}

// The picture would say less than was asked for: one line says what to do, and there is no picture.
TEST_F(Import, ATableThatTheMapCannotShowIsOneClearLine) {
  folder.write("other.csv", "县区,用地（亩）\n清城区,12\n英德市,7\n");
  const Outcome joined = folder.run("snapshot city.parkscope.toml other.csv -o a.png --lang zh");
  EXPECT_EQ(joined.code, 1);
  EXPECT_EQ(cli_test::lines(joined.err), 1u) << joined.err;
  EXPECT_THAT(joined.err, HasSubstr("other.csv has no coordinates and its columns are of no table that "
                                    "city.parkscope.toml knows"));
  EXPECT_THAT(joined.err, HasSubstr("parkscope city.parkscope.toml other.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.png")));
  const Outcome bare = folder.run("snapshot other.csv -o a.png");
  EXPECT_EQ(bare.code, 1);
  EXPECT_EQ(cli_test::lines(bare.err), 1u) << bare.err;
  EXPECT_THAT(bare.err, HasSubstr("--field COLUMN"));
  EXPECT_EQ(folder.run("snapshot other.csv --field 用地（亩） -o a.png").code, 0);
  // Beside what can be shown it is not left out in silence either.
  EXPECT_EQ(folder.run("snapshot points.csv other.csv -o b.png").code, 1);
}

TEST_F(Import, WhatAProjectKeepsMustBeAboutColumnsThatItsTablesHave) {
  folder.write("bad.parkscope.toml",
               "format = 1\n\n[[imports]]\ncolumns = [\"a\"]\nas = \"names\"\nplace_by = \"b\"\n");
  const Outcome r = folder.run("snapshot bad.parkscope.toml -o a.png");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("bad.parkscope.toml:3: an import uses a column \"b\" that its tables lack"));
}

}  // namespace
