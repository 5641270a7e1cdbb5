#include "geo/table.h"

#include <gtest/gtest.h>

#include <random>

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

TEST(Texts, HoldWhatAVectorOfStringsHolds) {
  std::vector<std::string> plain;
  Texts packed;
  std::mt19937 random(3);
  const auto word = [&] {
    return std::string(random() % 5 == 0 ? 0 : random() % 40, static_cast<char>('a' + random() % 26));
  };
  for (int step = 0; step < 3000; ++step) {
    const std::string w = word();
    const size_t at = plain.empty() ? 0 : random() % plain.size();
    switch (random() % 8) {
      case 0:
        if (!plain.empty()) plain[at] = w, packed.set(at, w);
        break;
      case 1:
        if (!plain.empty()) plain[at] = plain.back(), packed.set(at, packed[packed.size() - 1]);
        break;
      case 2:
        if (step % 50 == 0) plain.resize(at), packed.resize(at);
        else plain.resize(plain.size() + 2), packed.resize(packed.size() + 2);
        break;
      default:
        plain.push_back(w), packed.push_back(w);
    }
    ASSERT_EQ(packed.size(), plain.size());
  }
  ASSERT_GT(plain.size(), 100u);
  size_t i = 0;
  for (const std::string_view t : packed) {
    ASSERT_EQ(t, plain[i]) << i;
    ++i;
  }
  EXPECT_EQ(i, plain.size());
  EXPECT_EQ(packed, Texts(plain));
  Texts twice = packed;
  twice.append(packed);
  EXPECT_EQ(twice.size(), 2 * plain.size());
  EXPECT_EQ(twice[plain.size()], plain[0]);
  EXPECT_EQ(twice[twice.size() - 1], plain.back());
  packed.clear();
  EXPECT_TRUE(packed.empty() && packed.begin() == packed.end());
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
