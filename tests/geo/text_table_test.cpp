#include "geo/detail/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace geo::detail {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Problem* problem(const Report& r, const std::string& kind) {
  for (const Problem& p : r.problems)
    if (p.kind == kind) return &p;
  return nullptr;
}

TypedTable read(std::string_view csv) {
  const TextGrid grid = parseCsv(csv);
  return typedTable(grid);
}

TEST(TextTable, ReadsTheNotationsOfNumbersAndSaysWhatItUnderstood) {
  const TypedTable t = read(
      "名称,人口,增速,投资,面积,余额,率\n"
      "甲,\"1,234,567\",１２．５％,1.2亿元,300亩,\"(1,234)\",3‰\n"
      "乙,12 345,-3%,8000万元,－,500,4.5‰\n"
      "丙,无数据,…,—,12.5亩,—,暂无\n");
  const auto column = [&](const char* name) { return t.table.find(name); };
  EXPECT_EQ(column("人口")->type, ColumnType::integer);
  EXPECT_THAT(column("人口")->numbers, testing::ElementsAre(1234567, 12345, testing::IsNan()));
  EXPECT_EQ(column("增速")->number(0), 12.5);
  EXPECT_EQ(column("增速")->unit, "%");
  EXPECT_THAT(column("投资")->numbers, testing::ElementsAre(120000000, 80000000, testing::IsNan()));
  EXPECT_EQ(column("投资")->unit, "元");
  EXPECT_EQ(column("面积")->unit, "亩");
  EXPECT_EQ(column("余额")->number(0), -1234);
  EXPECT_EQ(column("率")->unit, "‰");
  const std::vector<std::pair<const char*, std::vector<size_t>>> expected = {
      {"scaled-cells", {0, 1}},   {"unit-cells", {0, 1, 2}},  {"percent-cells", {0, 1}},
      {"grouped-digits", {0, 1}}, {"full-width-digits", {0}}, {"negative-parentheses", {0}},
      {"missing-marks", {1, 2}}};
  for (const auto& [kind, rows] : expected) {
    const Problem* p = problem(t.report, kind);
    ASSERT_TRUE(p) << kind;
    EXPECT_EQ(p->rows, rows) << kind;
    EXPECT_TRUE(p->harmless);
  }
  EXPECT_EQ(t.report.problems.size(), expected.size());
  EXPECT_THAT(problem(t.report, "scaled-cells")->message, HasSubstr("投资"));
}

TEST(TextTable, KeepsTheScaleOfTheHeader) {
  const TypedTable t = read("县,常住人口（万人）,投资（万元）\n甲,94.5,100\n乙,3.2万,1.2亿元\n");
  EXPECT_THAT(t.table.columns[1].numbers, ElementsAre(94.5, 3.2));  // the cell repeats the header's 万
  EXPECT_EQ(t.table.columns[1].unit, "万人");
  EXPECT_THAT(t.table.columns[2].numbers, ElementsAre(100, 12000));
  EXPECT_EQ(t.table.columns[2].unit, "万元");
  EXPECT_THAT(problem(t.report, "scaled-cells")->rows, ElementsAre(1));
  EXPECT_EQ(t.table.find("常住人口"), &t.table.columns[1]);  // found without its unit
}

TEST(TextTable, LeavesWhatIsNotClearAsTextAndSaysWhy) {
  const TypedTable mixed = read("n,长度\na,12公里\nb,300米\n");
  EXPECT_EQ(mixed.table.columns[1].type, ColumnType::text);
  EXPECT_THAT(problem(mixed.report, "mixed-units")->rows, ElementsAre(0, 1));
  std::string nearly = "n,v\n";
  for (int i = 0; i < 30; ++i) nearly += fmt::format("r{},{}\n", i, i == 17 ? "见附注" : std::to_string(i));
  const TypedTable text = read(nearly);
  EXPECT_EQ(text.table.columns[1].type, ColumnType::text);
  EXPECT_EQ(text.table.columns[1].number(3), 3);  // and still a number where it is one
  EXPECT_THAT(problem(text.report, "nearly-numeric")->rows, ElementsAre(17));
  EXPECT_FALSE(problem(text.report, "nearly-numeric")->harmless);
  const TypedTable percent = read("n,v\na,12%\nb,0.3\nc,0\n");
  EXPECT_THAT(problem(percent.report, "percent-partly")->rows, ElementsAre(1));
  EXPECT_EQ(read("n,v\na,(1)\nb,(2)\n").table.columns[1].type, ColumnType::text);  // an enumeration
  EXPECT_EQ(read("n,v\na,001\nb,2\n").table.columns[1].type, ColumnType::text);
  EXPECT_TRUE(read("adcode,name,n\n441802,清城区,12\n441881,英德市,\n").report.empty());
}

TEST(TextTable, FindsTheHeaderBelowTitlesAndTheUnitLine) {
  const TypedTable t = read(
      "清远市2023年国民经济主要指标,,\n"
      "填表日期：2024年3月1日,,单位：万元\n"
      ",,\n"
      "县（市、区）,年份,财政收入\n"
      "清城区,2023,\"123,456\"\n"
      "英德市,2023,\"98,765\"\n"
      "合  计,2023,\"222,221\"\n"
      "注：不含市本级。,,\n"
      "资料来源：清远市统计局,,\n");
  EXPECT_EQ(t.table.columnNames(), "县（市、区）, 年份, 财政收入");
  ASSERT_EQ(t.table.rows(), 3u);
  EXPECT_EQ(t.table.columns[2].unit, "万元");
  EXPECT_EQ(t.table.columns[1].unit, "");
  EXPECT_EQ(t.table.columns[2].number(2), 222221);
  EXPECT_THAT(problem(t.report, "total-rows")->rows, ElementsAre(2));
  EXPECT_FALSE(problem(t.report, "total-rows")->harmless);
  EXPECT_THAT(problem(t.report, "title-rows")->message, HasSubstr("清远市2023年"));
  EXPECT_THAT(problem(t.report, "footer-rows")->message, HasSubstr("不含市本级"));
  EXPECT_TRUE(problem(t.report, "table-unit"));
}

TEST(TextTable, CountsCellsWithTheirOwnUnitInThatOfTheTable) {
  const TypedTable t = read("表,,,\n,,,单位：万元\n县,收入,面积,增长率\n甲,100,12亩,5.5\n乙,1.2亿,13亩,6\n");
  EXPECT_THAT(t.table.find("收入")->numbers, ElementsAre(100, 12000));
  EXPECT_EQ(t.table.find("收入")->unit, "万元");
  EXPECT_EQ(t.table.find("面积")->unit, "亩");
  EXPECT_EQ(t.table.find("增长率")->unit, "");
}

TEST(TextTable, JoinsHeadersOfTwoRows) {
  const TypedTable t = read(
      "主要指标,,,,,\n"
      "地区,人口,,GDP,,备注\n"
      ",户籍,常住,总量,增速,\n"
      "清城区,70.1,94.5,800,5.1%,\n"
      "英德市,118.2,92.3,420,4.2%,新\n");
  EXPECT_EQ(t.table.columnNames(), "地区, 人口 户籍, 人口 常住, GDP 总量, GDP 增速, 备注");
  EXPECT_EQ(t.table.rows(), 2u);
  EXPECT_EQ(t.table.columns[2].number(1), 92.3);
  EXPECT_TRUE(problem(t.report, "joined-header"));

  const TypedTable years = read("地区,人口（万人）,,\n,2020,2021,2022\n清城区,1.5,2,3\n英德市,4,5,6\n");
  EXPECT_EQ(years.table.columnNames(), "地区, 人口（万人） 2020, 人口（万人） 2021, 人口（万人） 2022");
  EXPECT_EQ(years.table.rows(), 2u);

  const TypedTable units = read("地区,人口,GDP,增速\n,（万人）,亿元,%\n清城区,1.5,2,3\n");
  EXPECT_EQ(units.table.columnNames(), "地区, 人口（万人）, GDP（亿元）, 增速（%）");
  EXPECT_EQ(units.table.columns[2].unit, "亿元");

  // Words below words are rows of a table of words.
  const TypedTable words = read("名称,类型,备注\n甲,,好\n乙,园区,\n");
  EXPECT_EQ(words.table.columnNames(), "名称, 类型, 备注");
  EXPECT_EQ(words.table.rows(), 2u);
}

TEST(TextTable, LeavesOutTheHeaderOfAPrintedPage) {
  const TypedTable t = read("名称,人口\n甲,1\n名称,人口\n乙,2\n");
  EXPECT_EQ(t.table.rows(), 2u);
  EXPECT_EQ(t.table.columns[1].type, ColumnType::integer);
  EXPECT_TRUE(problem(t.report, "repeated-header"));
}

TEST(TextTable, ReadsDaysHoweverExcelLeftThem) {
  const TypedTable t =
      read("n,成立日期,开工日期,天数,编号\na,45292,20240105,45292,20240105\nb,2024年1月5日,20231231,12,7\n");
  EXPECT_EQ(t.table.columns[1].type, ColumnType::date);
  EXPECT_THAT(t.table.columns[1].texts, ElementsAre("2024-01-01", "2024-01-05"));
  EXPECT_THAT(t.table.columns[2].texts, ElementsAre("2024-01-05", "2023-12-31"));
  EXPECT_EQ(t.table.columns[3].type, ColumnType::integer);
  EXPECT_EQ(t.table.columns[4].type, ColumnType::integer);
  EXPECT_THAT(problem(t.report, "excel-dates")->rows, ElementsAre(0, 1));
}

TEST(TextTable, FindsTheSeparatorBelowATitleWithout) {
  for (const char* s : {",", "\t", ";", "|"}) {
    std::string text = "清远市统计表\n（2023年）\n";
    for (const char* line : {"名称{}人口{}面积", "甲{}1{}2.5", "乙{}3{}4"}) {
      std::string l = line;
      for (size_t at; (at = l.find("{}")) != l.npos;) l.replace(at, 2, s);
      text += l + "\n";
    }
    const TypedTable t = read(text);
    EXPECT_EQ(t.table.columnNames(), "名称, 人口, 面积") << s;
    EXPECT_EQ(t.table.rows(), 2u) << s;
  }
}

TEST(TextTable, FindsPlacesInOneCellOrTwo) {
  const auto names = [](std::string_view csv) { return coordinateColumns(read(csv).table); };
  EXPECT_EQ(names("n,坐标\na,\"113.05,23.7\"\nb,无\n").both, "坐标");
  EXPECT_EQ(names("n,经纬度\na,113°3′E 23°42′N\n").both, "经纬度");
  EXPECT_TRUE(names("n,纬经度\na,\"23.7,113.05\"\n").latitudeFirst);
  EXPECT_EQ(names("n,企业经度（度）,企业纬度（度）\na,113.05,23.7\n").x, "企业经度（度）");
  EXPECT_EQ(names("n,位置\na,清远市区\n").both, "");
}

TEST(TextTable, SaysWhenAQuoteIsNeverClosed) {
  const TextGrid grid = parseCsv("a,b\n1,\"x\n2,y\n3,z\n");
  EXPECT_EQ(grid.rows(), 2u);
  EXPECT_GT(grid.unclosedQuote, 5u);
  EXPECT_EQ(parseCsv("a,b\n1,\"x\"\n").unclosedQuote, 0u);
}

}  // namespace
}  // namespace geo::detail
