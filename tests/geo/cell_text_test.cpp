#include "geo/cell_text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

namespace geo {
namespace {

struct Case {
  const char* cell;
  double number;
  CellKind kind = CellKind::real;
  int traits = 0;
  const char* unit = "";
};

TEST(Cell, ReadsNumbersInEveryNotationOfChineseTables) {
  const Case cases[] = {
      {"12", 12, CellKind::integer},
      {"-0.5", -0.5},
      {"+3", 3, CellKind::integer},
      {"1e3", 1000},
      {"1,234,567", 1234567, CellKind::integer, cellGrouped},
      {"1 234 567.5", 1234567.5, CellKind::real, cellGrouped},
      {"1\xc2\xa0"
       "234",
       1234, CellKind::integer, cellGrouped},
      {"１２．５％", 12.5, CellKind::real, cellFullWidth | cellPercent, "%"},
      {"－１，２３４．５", -1234.5, CellKind::real, cellFullWidth | cellGrouped},
      {"−7", -7, CellKind::integer},
      {"–7.5", -7.5},
      {"12.5%", 12.5, CellKind::real, cellPercent, "%"},
      {"12.5 %", 12.5, CellKind::real, cellPercent, "%"},
      {"3.1‰", 3.1, CellKind::real, cellPerMille, "‰"},
      {"3.2万", 32000, CellKind::integer, cellScaled},
      {"1.1万人", 11000, CellKind::integer, cellScaled | cellUnit, "人"},
      {"1.2亿元", 120000000, CellKind::integer, cellScaled | cellUnit, "元"},
      {"3 万元", 30000, CellKind::integer, cellScaled | cellUnit, "元"},
      {"2万亿元", 2e12, CellKind::integer, cellScaled | cellUnit, "元"},
      {"12.5千公顷", 12500, CellKind::integer, cellScaled | cellUnit, "公顷"},
      {"12千米", 12, CellKind::integer, cellUnit, "千米"},
      {"300亩", 300, CellKind::integer, cellUnit, "亩"},
      {"97.6km2", 97.6, CellKind::real, cellUnit, "km2"},
      {"¥1,200", 1200, CellKind::integer, cellUnit | cellGrouped, "元"},
      {"(1,234)", -1234, CellKind::integer, cellGrouped | cellParentheses},
      {"（56.7）", -56.7, CellKind::real, cellParentheses | cellFullWidth},
      {"1234*", 1234, CellKind::integer, cellFootnote},
      {"56.7①", 56.7, CellKind::real, cellFootnote},
      {"2020年", 2020, CellKind::integer, cellUnit, "年"},
      {"　94.5　", 94.5},
  };
  for (const Case& c : cases) {
    const CellReading r = readCell(c.cell);
    EXPECT_EQ(r.kind, c.kind) << c.cell;
    EXPECT_DOUBLE_EQ(r.number, c.number) << c.cell;
    EXPECT_EQ(r.traits, c.traits) << c.cell;
    EXPECT_EQ(r.unit, c.unit) << c.cell;
  }
}

TEST(Cell, LeavesWordsAndCodesAlone) {
  for (const char* cell : {"清城区", "0763",   "００７",    "441802199001011234",
                           "12,34",  "1,2345", "1,234.5,6", ",123",
                           "12abc",  "12栋",   "3号",       "5级",
                           "1-2",    "10~20",  ">5",        "约50",
                           "inf",    "A1",     "1 23",      "113 02 15",
                           "1月",    "百",     "万",        "2.5.1"})
    EXPECT_EQ(readCell(cell).kind, CellKind::text) << cell;
  // Ten megabytes are a text, and told so at once.
  EXPECT_EQ(readCell(std::string(10'000'000, '7') + "人").kind, CellKind::text);
}

TEST(Cell, KnowsTheMarksOfNothing) {
  for (const char* cell :
       {"",       " ",    "　", "—",   "——", "-",    "--",   "–",    "…",       "……",  "/",      "／",  "无",
        "无数据", "暂无", "缺", "N/A", "NA", "null", "NULL", "#N/A", "#DIV/0!", " — ", "未公布", "不详"}) {
    EXPECT_EQ(readCell(cell).kind, CellKind::missing) << cell;
    EXPECT_TRUE(isMissingMark(cell)) << cell;
  }
  EXPECT_EQ(readCell("0").kind, CellKind::integer);
  EXPECT_FALSE(isMissingMark("无锡市"));
}

TEST(Cell, ReadsDates) {
  for (const char* cell : {"2024-1-5", "2024/01/05", "2024.1.5", "2024年1月5日", "２０２４年１月５日",
                           "2024/01/05 00:00:00", "2024-01-05T00:00"}) {
    EXPECT_EQ(readCell(cell).kind, CellKind::date) << cell;
    EXPECT_EQ(isoDate(cell), "2024-01-05") << cell;
  }
  EXPECT_EQ(isoDate("2024-02-29 8:30"), "2024-02-29T08:30:00");
  for (const char* cell : {"2023-02-29", "2024-13-01", "2024-1", "24-1-5", "2024/1-5", "2024年1月"})
    EXPECT_EQ(isoDate(cell), "") << cell;
  EXPECT_EQ(isoDateFromSerial(45292), "2024-01-01");
  EXPECT_EQ(isoDateFromSerial(36526.75), "2000-01-01");
  EXPECT_EQ(isoDateFromSerial(12), "");
}

TEST(Header, TellsTheUnitFromTheName) {
  struct {
    const char *header, *name, *unit;
    double scale;
  } cases[] = {{"常住人口（万人）", "常住人口", "万人", 1e4},
               {"GDP(亿元)", "GDP", "亿元", 1e8},
               {"城镇化率（%）", "城镇化率", "%", 1},
               {"出生率（‰）", "出生率", "‰", 1},
               {"面积 [km²]", "面积", "km²", 1},
               {"投资（单位：万元）", "投资", "万元", 1e4},
               {"人均GDP（元／人）", "人均GDP", "元/人", 1},
               {"人口密度（人/平方公里）", "人口密度", "人/平方公里", 1},
               {"产量（万吨）", "产量", "万吨", 1e4},
               {"面积（千公顷）", "面积", "千公顷", 1e3},
               {"人口（常住）", "人口（常住）", "", 1},
               {"（万人）", "（万人）", "", 1},
               {"名称", "名称", "", 1}};
  for (const auto& c : cases) {
    const HeaderReading r = readHeader(c.header);
    EXPECT_EQ(r.name, c.name) << c.header;
    EXPECT_EQ(r.unit, c.unit) << c.header;
    EXPECT_EQ(r.scale, c.scale) << c.header;
  }
  EXPECT_EQ(unitLine("单位：万元"), "万元");
  EXPECT_EQ(unitLine("（计量单位: 亩）"), "亩");
  EXPECT_EQ(unitLine("单位：清远市统计局"), "");
}

TEST(Degrees, AreReadInAnyNotation) {
  const double e = 113 + 2 / 60.0 + 15.3 / 3600;
  for (const char* text :
       {"113°2′15.3″E", "113°02'15.3\"", "113度2分15.3秒", "东经113°2′15.3″", "E113°2'15.3''", "113 02 15.3",
        "113:02:15.3", "113-02-15.3", "１１３°２′１５．３″", "113°2’15.3”", "113º 2′ 15.3″ E"})
    EXPECT_NEAR(degreesFrom(text), e, 1e-12) << text;
  EXPECT_NEAR(degreesFrom("N24.5"), 24.5, 1e-12);
  EXPECT_NEAR(degreesFrom("24.5°N"), 24.5, 1e-12);
  EXPECT_NEAR(degreesFrom("北纬24度30分"), 24.5, 1e-12);
  EXPECT_NEAR(degreesFrom("113°2.255′"), 113 + 2.255 / 60, 1e-12);
  EXPECT_NEAR(degreesFrom("W 3°30'"), -3.5, 1e-12);
  EXPECT_NEAR(degreesFrom("-113.5"), -113.5, 1e-12);
  for (const char* bad :
       {"", "abc", "113°75′", "113.5°30′", "113°2.5′30″", "1,2", "113.05,23.7", "1 2 3 4", "无"})
    EXPECT_TRUE(std::isnan(degreesFrom(bad))) << bad;
}

TEST(Degrees, OfBothAxesStandInOneCell) {
  const Point p{113.05, 23.7};
  for (const char* text :
       {"113.05,23.7", "113.05，23.7", "113.05, 23.7", "23.7,113.05", "113.05;23.7", "113.05 23.7",
        "113.05、23.7", "(113.05, 23.7)", "[113.05,23.7]", "POINT(113.05 23.7)", "E113.05 N23.7",
        "N23.7°,E113.05°", "113.05E23.7N", "东经113.05°北纬23.7°", "东经113.05°，北纬23.7°",
        "23°42′N 113°3′E", "北纬23°42′ 东经113°3′", "113°3′0″E,23°42′0″N", "113.05,23.7,55.2"}) {
    const auto r = lonLatFrom(text);
    ASSERT_TRUE(r) << text;
    EXPECT_NEAR(r->x, p.x, 1e-9) << text;
    EXPECT_NEAR(r->y, p.y, 1e-9) << text;
  }
  // Where both could be either, the name of the column decides.
  EXPECT_EQ(lonLatFrom("10.5,45.5", true)->x, 45.5);
  EXPECT_EQ(lonLatFrom("10.5,45.5")->x, 10.5);
  for (const char* bad : {"113.05", "清远,23.7", "", "E113,E114", "113 2 15"})
    EXPECT_FALSE(lonLatFrom(bad)) << bad;
}

TEST(YearHeader, IsTheRestOfAHeaderAndItsYear) {
  const auto read = [](const char* header) {
    const auto h = readYearHeader(header);
    return h ? fmt::format("{}|{}|{}", h->name, h->unit, h->year) : "none";
  };
  EXPECT_EQ(read("2021"), "||2021");
  EXPECT_EQ(read("２０２１年"), "||2021");
  EXPECT_EQ(read("2021年度"), "||2021");
  EXPECT_EQ(read("Y2021"), "||2021");
  EXPECT_EQ(read("2021年GDP"), "GDP||2021");
  EXPECT_EQ(read("2021年GDP（亿元）"), "GDP|亿元|2021");
  EXPECT_EQ(read("GDP_2021"), "GDP||2021");
  EXPECT_EQ(read("GDP（2022年）"), "GDP||2022");
  EXPECT_EQ(read("GDP(2022)"), "GDP||2022");
  EXPECT_EQ(read("GDP（亿元，2022年）"), "GDP|亿元|2022");
  EXPECT_EQ(read("GDP（亿元）2022"), "GDP|亿元|2022");
  EXPECT_EQ(read("2022 GDP (亿元)"), "GDP|亿元|2022");
  EXPECT_EQ(read("GDP2022（现价）"), "GDP（现价）||2022");
  EXPECT_EQ(read("2021年末常住人口（万人）"), "年末常住人口|万人|2021");
  EXPECT_EQ(read("pop_2020_total"), "pop_total||2020");
  for (const char* none : {"GDP", "2021-2022年", "2021年比2020年增长", "12021", "20211", "2021-12-31",
                           "2021.5", "441802", "1850", "2021/03", ""})
    EXPECT_EQ(read(none), "none") << none;
  EXPECT_EQ(yearHeaderKey("ＧＤＰ（现价）"), yearHeaderKey("gdp(现价)"));
}

}  // namespace
}  // namespace geo
