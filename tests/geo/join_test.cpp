#include "geo/join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace geo {
namespace {

using testing::ElementsAre;

Column texts(std::vector<std::string> values) {
  Column c;
  c.name = "key", c.texts = std::move(values);
  c.present.assign(c.texts.size(), 1);
  return c;
}

TEST(Join, MatchesIntegersWithTextsOfTheSameDigits) {
  Column codes;
  codes.type = ColumnType::integer;
  codes.numbers = {441802, 441881, missing};
  const Join j = join(codes, texts({" 441881", "441802\t", "　441802　"}));
  EXPECT_THAT(j.rowOf, ElementsAre(1, 0, -1));
  EXPECT_TRUE(j.unmatchedLeft.empty());
}

TEST(Join, SaysWhatDidNotMatchOnEitherSideInOrderAndOnce) {
  const Join j = join(texts({"清城", "英德", "佛冈"}), texts({"英德", "连州", "阳山", "连州"}));
  EXPECT_THAT(j.rowOf, ElementsAre(-1, 0, -1));
  EXPECT_THAT(j.unmatchedLeft, ElementsAre("清城", "佛冈"));
  EXPECT_THAT(j.unmatchedRight, ElementsAre("连州", "阳山"));
}

TEST(Join, LetsTheFirstOfEqualKeysCountAndReportsTheOthers) {
  const Join j = join(texts({"a"}), texts({"a", "b", "a", "a"}));
  EXPECT_THAT(j.rowOf, ElementsAre(0));
  ASSERT_EQ(j.report.problems.size(), 1u);
  EXPECT_EQ(j.report.problems[0].kind, "duplicate-key");
  EXPECT_THAT(j.report.problems[0].rows, ElementsAre(2, 3));
}

TEST(Join, NeverMatchesMissingWithMissing) {
  Column left = texts({"", "x"}), right = texts({"", "x"});
  left.present[0] = right.present[0] = 0;
  const Join j = join(left, right);
  EXPECT_THAT(j.rowOf, ElementsAre(-1, 1));
  ASSERT_EQ(j.report.problems.size(), 1u);
  EXPECT_EQ(j.report.problems[0].kind, "missing-key");
}

TEST(Join, LetsSeveralLeftRowsShareOneRightRow) {
  const Join j = join(texts({"a", "a"}), texts({"a"}));
  EXPECT_THAT(j.rowOf, ElementsAre(0, 0));
  EXPECT_TRUE(j.unmatchedRight.empty());
}

}  // namespace
}  // namespace geo
