#include "geo/encoding.h"

#include <gtest/gtest.h>
#include <iconv.h>

namespace geo {
namespace {

std::string in(const char* encoding, std::string utf8) {
  iconv_t h = iconv_open(encoding, "UTF-8");
  char* from = utf8.data();
  size_t left = utf8.size();
  std::string out(utf8.size() * 4 + 16, '\0');
  char* to = out.data();
  size_t room = out.size();
  EXPECT_NE(iconv(h, &from, &left, &to, &room), static_cast<size_t>(-1)) << encoding;
  iconv_close(h);
  out.resize(out.size() - room);
  return out;
}

EncodingGuess guessOf(const std::vector<std::string>& texts) {
  EncodingEvidence evidence;
  for (const std::string& t : texts) evidence.add(t);
  return evidence.guess();
}

TEST(Encoding, KnowsChineseByItsBytes) {
  const std::vector<std::string> places = {
      "清城区", "清新区", "佛冈县", "阳山县", "连山壮族瑶族自治县", "连南瑶族自治县", "英德市", "连州市"};
  std::vector<std::string> gbk, utf8 = places;
  for (const auto& p : places) gbk.push_back(in("GB18030", p));
  EXPECT_EQ(guessOf(gbk).name, "GB18030");
  EXPECT_GT(guessOf(gbk).confidence, 0.99);
  EXPECT_EQ(guessOf(utf8).name, "UTF-8");
  EXPECT_GT(guessOf(utf8).confidence, 0.99);
}

TEST(Encoding, KnowsASingleShortName) {
  for (const char* name : {"北京", "广州市", "清远", "英德", "东莞", "瑶族", "潭山镇", "浸潭镇人民政府"}) {
    EXPECT_EQ(guessOf({in("GB18030", name)}).name, "GB18030") << name;
    EXPECT_EQ(guessOf({name}).name, "UTF-8") << name;
  }
}

TEST(Encoding, TellsTheOtherEncodingsApart) {
  EXPECT_EQ(
      guessOf({in("BIG5", "臺北市中正區"), in("BIG5", "新竹縣竹北市"), in("BIG5", "高雄市鳳山區")}).name,
      "Big5");
  EXPECT_EQ(guessOf({in("SHIFT_JIS", "東京都ちよだく"), in("SHIFT_JIS", "カメラの店"),
                     in("SHIFT_JIS", "おおさか駅")})
                .name,
            "Shift_JIS");
  EXPECT_EQ(guessOf({in("CP1252", "Zürich"), in("CP1252", "Café Müller"), in("CP1252", "São Paulo")}).name,
            "windows-1252");
}

TEST(Encoding, TakesAsciiForAnything) {
  const EncodingGuess g = guessOf({"Qingyuan", "4418"});
  EXPECT_TRUE(g.ascii);
  EXPECT_EQ(g.name, "UTF-8");
}

TEST(Encoding, ForgivesTextsThatAreCutOffInsideACharacter) {
  std::vector<std::string> cut;
  for (const char* p : {"连山壮族瑶族自治县", "英德高新技术产业开发区", "清远"}) {
    const std::string g = in("GB18030", p);
    cut.push_back(g.substr(0, g.size() - 1));
  }
  EXPECT_EQ(guessOf(cut).name, "GB18030");
  EXPECT_GT(guessOf(cut).confidence, 0.9);
  EXPECT_EQ(guessOf({std::string("清远市").substr(0, 8), "英德市"}).name, "UTF-8");
}

TEST(Encoding, IsNotLedAstrayByOneDamagedText) {
  std::vector<std::string> texts(500, in("GB18030", "清城区凤城街道"));
  texts[17] = "\xff\xfe\x80";
  EXPECT_EQ(guessOf(texts).name, "GB18030");
  std::vector<std::string> utf8(500, "清城区凤城街道");
  utf8[3] = "\xff\xfe";
  EXPECT_EQ(guessOf(utf8).name, "UTF-8");
}

TEST(Encoding, HasOneNameForEachHoweverItIsWritten) {
  for (const char* n : {"GBK", "gb2312", "936", "CP936", "ANSI 936", "LDID/77", "GB18030", "windows-936"})
    EXPECT_EQ(canonicalEncoding(n), "GB18030") << n;
  for (const char* n : {"UTF-8", "utf8", "65001", "Utf_8"}) EXPECT_EQ(canonicalEncoding(n), "UTF-8") << n;
  EXPECT_EQ(canonicalEncoding("BIG5"), "Big5");
  EXPECT_EQ(canonicalEncoding("klingon"), "");
}

TEST(Decoder, ReadsEveryCharacterOfChina) {
  Decoder d = Decoder::make("GBK").value();
  EXPECT_EQ(d(in("GB18030", "㘵𣒍镕瑶 ascii")), "㘵𣒍镕瑶 ascii");
  EXPECT_EQ(d.unreadable(), 0u);
}

TEST(Decoder, MarksAndCountsWhatItCannotRead) {
  Decoder gbk = Decoder::make("GB18030").value();
  EXPECT_EQ(gbk("a\xff"
                "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(gbk.unreadable(), 1u);
  EXPECT_EQ(gbk(in("GB18030", "清远").substr(0, 3)), "清");
  EXPECT_EQ(gbk.cutOff(), 1u);
  Decoder utf8 = Decoder::make("UTF-8").value();
  EXPECT_EQ(utf8("a\xc0\xaf"
                 "b"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");  // overlong
  EXPECT_EQ(utf8("\xe6\xb8"), "");
  EXPECT_EQ(utf8.cutOff(), 1u);
  EXPECT_FALSE(Decoder::make("klingon"));
}

TEST(Utf8, RefusesOverlongFormsAndSurrogates) {
  EXPECT_TRUE(isUtf8("清远 \xf0\xa3\x92\x8d"));
  for (const char* bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80", "\xe6\xb8"})
    EXPECT_FALSE(isUtf8(bad));
}

}  // namespace
}  // namespace geo
