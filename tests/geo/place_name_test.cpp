#include "geo/place_name.h"

#include <gtest/gtest.h>

namespace geo {
namespace {

TEST(PlaceName, HasOneCodeHoweverItIsWritten) {
  for (const char* text :
       {"441802", "441802.0", "441802000000", "441802000", "４４１８０２", " 441802 ", "441802.00"})
    EXPECT_EQ(plainCode(text), "441802") << text;
  EXPECT_EQ(plainCode("441802001000"), "441802001");
  EXPECT_EQ(plainCode("441802001201"), "441802001201");
  for (const char* text : {"清城区", "44180", "441802.5", "", "4418020", "A441802"})
    EXPECT_EQ(plainCode(text), "") << text;
}

TEST(PlaceName, IsFoundBehindProvinceAndCity) {
  EXPECT_EQ(plainName(" 清　城 区\xc2\xa0"), "清城区");
  EXPECT_EQ(plainName("連南·ＡＢＣ"), "連南abc");
  const auto bare = [](const char* s) { return withoutSuperiors(plainName(s)); };
  for (const char* text : {"广东省清远市清城区", "清远市清城区", "广东省清城区", "清城区"})
    EXPECT_EQ(bare(text), "清城区") << text;
  EXPECT_EQ(bare("清远市"), "清远市");
  EXPECT_EQ(bare("广西壮族自治区南宁市青秀区"), "青秀区");
  EXPECT_EQ(bare("济南市市中区"), "市中区");
  EXPECT_EQ(bare("市北区"), "市北区");
  EXPECT_EQ(bare("清远市市区"), "市区");
}

TEST(PlaceName, LosesItsTitleButNeverAllOfItself) {
  struct {
    const char *name, *core, *title;
  } cases[] = {{"清城区", "清城", "区"},
               {"清新县", "清新", "县"},
               {"英德市", "英德", "市"},
               {"连山壮族瑶族自治县", "连山", "自治县"},
               {"连南瑶族自治县", "连南", "自治县"},
               {"连山自治县", "连山", "自治县"},
               {"积石山保安族东乡族撒拉族自治县", "积石山", "自治县"},
               {"孟村回族自治县", "孟村", "自治县"},
               {"凤城街道办事处", "凤城", "街道办事处"},
               {"石角镇", "石角", "镇"},
               {"赵县", "赵县", "县"},
               {"清城", "清城", ""}};
  for (const auto& c : cases) {
    EXPECT_EQ(withoutTitle(c.name), c.core) << c.name;
    EXPECT_EQ(titleOf(c.name), c.title) << c.name;
  }
}

TEST(Aliases, AreOnePlaceUnlessTheNameIsThatOfTwo) {
  const Aliases a = Aliases::parse(
      "# names\n441803;清新区;清新县;清郊区\n1;甲;丙\n2;乙;丙\nbroken\n\n441825;连山壮族瑶族自治县;连山\n");
  EXPECT_GE(a.placeOf("清新区"), 0);
  EXPECT_EQ(a.placeOf("清新县"), a.placeOf("441803.0"));
  EXPECT_EQ(a.placeOf("清远市清郊区"), a.placeOf("清新区"));
  EXPECT_NE(a.placeOf("连山"), a.placeOf("清新区"));
  EXPECT_EQ(a.placeOf("丙"), -1);
  EXPECT_EQ(a.placeOf("英德市"), -1);
  EXPECT_EQ(a.placeOf("broken"), -1);
}

TEST(Likeness, RanksWhatAPersonWouldTakeFirst) {
  EXPECT_EQ(likeness("清城区", "清城区"), 1);
  EXPECT_GT(likeness("清城", "清城区"), likeness("清新区", "清城"));
  EXPECT_GT(likeness("连山壮族瑶族自治县", "连山县"), likeness("连南瑶族自治县", "连山县"));
  EXPECT_GT(likeness("英徳市", "英德市"), 0.5);  // a Japanese form of the character
  EXPECT_LT(likeness("佛冈县", "阳山县"), 0.5);  // the title alone is no likeness
  EXPECT_EQ(likeness("", "a"), 0);
}

}  // namespace
}  // namespace geo
