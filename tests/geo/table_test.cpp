#include "geo/table.h"

#include <gtest/gtest.h>

namespace geo {
namespace {

Column numbers(ColumnType type, std::vector<double> values) {
  Column c;
  c.name = "n", c.type = type, c.numbers = std::move(values);
  return c;
}

Column texts(std::vector<std::string> values) {
  Column c;
  c.name = "t", c.texts = std::move(values);
  c.present.assign(c.texts.size(), 1);
  return c;
}

TEST(Column, WritesIntegersWithoutADecimalPoint) {
  const Column c = numbers(ColumnType::integer, {441802, 0, -7, 100000, 9007199254740991});
  EXPECT_EQ(c.text(0), "441802");
  EXPECT_EQ(c.text(1), "0");
  EXPECT_EQ(c.text(2), "-7");
  EXPECT_EQ(c.text(3), "100000");
  EXPECT_EQ(c.text(4), "9007199254740991");
}

TEST(Column, WritesRealsShortAndExact) {
  const Column c = numbers(ColumnType::real, {0.1, 19004.5, 1e-7, -0.0, 1e300});
  EXPECT_EQ(c.text(0), "0.1");
  EXPECT_EQ(c.text(1), "19004.5");
  EXPECT_EQ(c.text(2), "1e-07");
  EXPECT_EQ(c.text(3), "0");
  EXPECT_EQ(c.text(4), "1e+300");
}

TEST(Column, KnowsMissingFromZeroAndFromEmpty) {
  const Column n = numbers(ColumnType::real, {0, missing});
  EXPECT_TRUE(n.has(0));
  EXPECT_FALSE(n.has(1));
  EXPECT_EQ(n.text(1), "");
  Column t = texts({"", ""});
  t.present = {1, 0};
  EXPECT_TRUE(t.has(0));
  EXPECT_FALSE(t.has(1));
}

TEST(Column, ReadsNumbersFromTexts) {
  const Column c = texts({" 12.5 ", "1,234,567.5", "+3", "-1,000", "12,34", "1,2345", "abc", "12abc", "1e3",
                          "1,234.5,6", ",123", "inf"});
  EXPECT_EQ(c.number(0), 12.5);
  EXPECT_EQ(c.number(1), 1234567.5);
  EXPECT_EQ(c.number(2), 3);
  EXPECT_EQ(c.number(3), -1000);
  for (const size_t bad : {4, 5, 6, 7, 9, 10, 11}) EXPECT_TRUE(std::isnan(c.number(bad))) << c.texts[bad];
  EXPECT_EQ(c.number(8), 1000);
}

TEST(Table, FindsTheExactNameBeforeOneOfAnotherCase) {
  Table t;
  t.columns = {texts({}), texts({})};
  t.columns[0].name = "NAME", t.columns[1].name = "name";
  EXPECT_EQ(t.find("name"), &t.columns[1]);
  EXPECT_EQ(t.find("Name"), &t.columns[0]);
  EXPECT_EQ(t.find("nam"), nullptr);
  EXPECT_EQ(t.columnNames(), "NAME, name");
}

}  // namespace
}  // namespace geo
