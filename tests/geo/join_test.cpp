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

// What offices really write against the counties of the map.
TEST(Join, MatchesCountiesInAllTheirWaysOfWritingAndSaysSo) {
  const Column left = texts(
      {"清城区", "清新区", "佛冈县", "阳山县", "连山壮族瑶族自治县", "连南瑶族自治县", "英德市", "连州市"});
  const Aliases aliases = Aliases::parse("441803;清新区;清郊区\n441882;连州市;连县\n");
  const Column right =
      texts({"清 城", "清郊区", "广东省清远市佛冈县", "阳山县", "连山县", "连南", "英德县", "连县"});
  const Join j = join(left, right, {.aliases = &aliases});
  EXPECT_THAT(j.rowOf, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_TRUE(j.unmatchedRight.empty());
  ASSERT_EQ(j.byAlias.size(), 7u);
  EXPECT_EQ(j.byAlias[0], (AliasMatch{"清城区", "清 城", "title"}));
  EXPECT_EQ(j.byAlias[1], (AliasMatch{"清新区", "清郊区", "alias"}));
  EXPECT_EQ(j.byAlias[2], (AliasMatch{"佛冈县", "广东省清远市佛冈县", "superior"}));
  ASSERT_EQ(j.report.problems.size(), 1u);
  EXPECT_EQ(j.report.problems[0].kind, "matched-by-alias");
  EXPECT_TRUE(j.report.problems[0].harmless);
  EXPECT_THAT(j.report.problems[0].rows, ElementsAre(0, 1, 2, 4, 5, 6, 7));
  EXPECT_THAT(join(left, right, {.places = false}).rowOf, ElementsAre(-1, -1, -1, 3, -1, -1, -1, -1));
}

TEST(Join, MatchesCodesOfAnyLength) {
  const Join j =
      join(texts({"441802", "441881", "441802001"}), texts({"441802000000", "441881.0", "441802001000"}));
  EXPECT_THAT(j.rowOf, ElementsAre(0, 1, 2));
}

TEST(Join, FindsNamesWhereTheLeftHasCodesToo) {
  const Column codes = texts({"441802", "441803", "441881"}), names = texts({"清城区", "清新区", "英德市"});
  const Column* const left[] = {&codes, &names};
  EXPECT_THAT(join(left, texts({"英德", "441802", "清新区"})).rowOf, ElementsAre(1, 2, 0));
  // A name that two rows share is nobody's.
  const Column same = texts({"城关镇", "城关镇", "石角镇"}), ids = texts({"1", "2", "3"});
  const Column* const two[] = {&ids, &same};
  const Join j = join(two, texts({"城关镇", "石角镇"}));
  EXPECT_THAT(j.rowOf, ElementsAre(-1, -1, 1));
  ASSERT_EQ(j.suggestions.size(), 1u);
  EXPECT_TRUE(j.suggestions[0].ambiguous);
}

TEST(Join, NeverGuessesBetweenTwo) {
  // Both a 区 and a 县 of one name on the left; "清新" may be either.
  const Join left = join(texts({"清新区", "清新县"}), texts({"清新"}));
  EXPECT_THAT(left.rowOf, ElementsAre(-1, -1));
  EXPECT_THAT(left.unmatchedRight, ElementsAre("清新"));
  ASSERT_EQ(left.suggestions.size(), 1u);
  EXPECT_TRUE(left.suggestions[0].ambiguous);
  EXPECT_EQ(left.suggestions[0].candidates.size(), 2u);
  // Two rows of the table for one county; neither is written as the map has it.
  const Join right = join(texts({"清新区"}), texts({"清新县", "清新"}));
  EXPECT_THAT(right.rowOf, ElementsAre(-1));
  EXPECT_EQ(right.unmatchedRight.size(), 2u);
  // One of them is: it counts, the other stays unmatched and is told.
  const Join exact = join(texts({"清新区"}), texts({"清新县", "清新区"}));
  EXPECT_THAT(exact.rowOf, ElementsAre(1));
  EXPECT_THAT(exact.unmatchedRight, ElementsAre("清新县"));
  EXPECT_FALSE(exact.suggestions.at(0).candidates.at(0).free);
}

TEST(Join, SuggestsAndTakesWhatAPersonAccepts) {
  const Column left = texts({"清城区", "英德市", "连州市"}), right = texts({"英徳市", "清成区", "别处"});
  const Join j = join(left, right);
  EXPECT_THAT(j.rowOf, ElementsAre(-1, -1, -1));
  ASSERT_EQ(j.suggestions.size(), 2u);
  EXPECT_EQ(j.suggestions[0].right, "英徳市");
  EXPECT_EQ(j.suggestions[0].candidates.at(0).left, "英德市");
  EXPECT_EQ(j.suggestions[1].candidates.at(0).left, "清城区");
  const Join taken = join(left, right, {.accepted = {{"英徳市", "英德市"}}});
  EXPECT_THAT(taken.rowOf, ElementsAre(-1, 0, -1));
  EXPECT_EQ(taken.byAlias.at(0).how, "accepted");
  EXPECT_THAT(taken.unmatchedRight, ElementsAre("清成区", "别处"));
}

}  // namespace
}  // namespace geo
