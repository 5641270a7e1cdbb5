#include "app/scene/text.h"

#include <map>
#include <thread>

namespace scene {
namespace {

TypesetterPtr fonts() {
  static const TypesetterPtr typesetter = *Typesetter::open();
  return typesetter;
}

const FontFile& fontOf(const Glyph& glyph) { return fonts()->fonts()[glyph.font]; }

// Family of the font that draws the character at this byte.
std::string familyAt(const GlyphRun& run, size_t byte) {
  for (const Glyph& g : run.glyphs)
    if (g.cluster == byte) return fontOf(g).family;
  return "none";
}

TEST(Typesetter, HasEveryRareCharacterOfQingyuansNames) {
  // Towns, villages, rivers and peaks of the eight counties, with their rarest characters.
  const char* names =
      "清城清新佛冈英德连州连南连山阳山壮族瑶族自治县潖江滃江洭水浛洸黎溪沙口岜夷畬鲘坳埗圩墟岌岽峒崀崆嶂嵩湴"
      "沥湟滨滘漖濂瀑烝"
      "珖砵磜笏箐簕粜罉翁芙苧荖菍萢葫蒗藠蚬螺袂蹬轆邝酃铚陂陇隘雩靛韶飡骝魻鲮鳌鳙麂黄䃟㟖𠮿秤架太保涡水寨岗大"
      "坪香坪三排寨南杜步"
      "岭背黄坌江英杨梅七拱小江青莲吉田永和太平福堂禾洞上帅龙颈禾云浸潭石潭升平石角水头汤塘迳头高岗";
  EXPECT_THAT(fonts()->missing(names), testing::IsEmpty());
  for (const Glyph& g : fonts()->shape(names, {}).glyphs) EXPECT_NE(g.id, 0u);
}

TEST(Typesetter, ListsACharacterThatNobodyHasAndDrawsItAsABox) {
  const char32_t unassigned = 0x5ffff;  // a plane without characters
  const std::string text = "清\U0005ffff远";
  EXPECT_THAT(fonts()->missing(text), testing::ElementsAre(unassigned));
  const GlyphRun run = fonts()->shape(text, {});
  ASSERT_EQ(run.glyphs.size(), 3u);
  EXPECT_EQ(run.glyphs[1].id, 0u);
  EXPECT_GT(run.glyphs[2].x, run.glyphs[1].x);
}

TEST(Typesetter, IgnoresCharactersThatHaveNoShape) {
  EXPECT_THAT(fonts()->missing("a\u200d\ufe0f\u2060b\n\t"), testing::IsEmpty());
  const GlyphRun plain = fonts()->shape("ab", {}), joined = fonts()->shape("a\u2060b", {});
  EXPECT_FLOAT_EQ(plain.advance, joined.advance);
}

TEST(Typesetter, TakesLatinFromInterAndChineseFromNoto) {
  const GlyphRun run = fonts()->shape("GDP 增长5.3%（初步）", {});
  EXPECT_EQ(familyAt(run, 0), "Inter");
  EXPECT_EQ(familyAt(run, 4), "Noto Sans CJK SC");
  EXPECT_EQ(familyAt(run, 10), "Inter");
  EXPECT_EQ(familyAt(run, 14), "Noto Sans CJK SC");
  const GlyphRun bold = fonts()->shape("R&D经费", {.face = Face::sansBold});
  for (const Glyph& g : bold.glyphs) EXPECT_TRUE(fontOf(g).bold);
  for (const Glyph& g : fonts()->shape("连江 Lianjiang 2025", {.face = Face::serif}).glyphs)
    EXPECT_EQ(fontOf(g).family, "Noto Serif CJK SC");
}

TEST(Typesetter, UsesTheSimplifiedFaceOfTheCollection) {
  for (Face face : {Face::sans, Face::sansBold, Face::serif, Face::serifBold}) {
    const GlyphRun run = fonts()->shape("清", {.face = face});
    EXPECT_EQ(fontOf(run.glyphs[0]).index & 0xffff, 2);
    EXPECT_EQ(fontOf(run.glyphs[0]).bold, face == Face::sansBold || face == Face::serifBold);
  }
}

TEST(Typesetter, SetsQuotesInTheScriptTheyStandIn) {
  const auto family = [](const std::string& text, const std::string& mark) {
    return familyAt(fonts()->shape(text, {}), text.find(mark));
  };
  EXPECT_EQ(family("清远市“两核多节点”布局", "“"), "Noto Sans CJK SC");
  EXPECT_EQ(family("清远市“两核多节点”布局", "”"), "Noto Sans CJK SC");
  EXPECT_EQ(family("a plan of “two cores”", "“"), "Inter");
  EXPECT_EQ(family("Qingyuan’s plan", "’"), "Inter");
  // A pair goes together, also where only one of the two touches Chinese.
  EXPECT_EQ(family("连樟村“100+N”", "”"), "Noto Sans CJK SC");
  EXPECT_EQ(family("“100+N”模式", "“"), "Noto Sans CJK SC");
  EXPECT_EQ(family("说明——来源", "——"), "Noto Sans CJK SC");
  EXPECT_EQ(family("wait… then", "…"), "Inter");
  EXPECT_EQ(family("8 县 · 2023", "·"), "Inter");
}

TEST(Typesetter, GivesTabularFiguresOneWidth) {
  for (Face face : {Face::sans, Face::sansBold, Face::serif, Face::serifBold}) {
    const float eight = fonts()->width("8", {.face = face, .size = 100});
    for (char c = '0'; c <= '9'; ++c)
      EXPECT_NEAR(fonts()->width(std::string(1, c), {.face = face, .size = 100}), eight, 0.01) << c;
    EXPECT_NEAR(fonts()->width("1111", {.face = face}), fonts()->width("8080", {.face = face}), 0.01);
  }
  EXPECT_LT(fonts()->width("1", {.tabular = false}), fonts()->width("8", {.tabular = false}) - 1);
}

TEST(Typesetter, LetterSpacesBetweenGlyphsOnly) {
  const float plain = fonts()->width("永州市", {.size = 20});
  EXPECT_FLOAT_EQ(plain, 60);
  EXPECT_NEAR(fonts()->width("永州市", {.size = 20, .letterSpacing = 0.35f}), plain + 2 * 7, 1e-3);
  EXPECT_NEAR(fonts()->width("永", {.size = 20, .letterSpacing = 0.35f}), 20, 1e-3);
  EXPECT_EQ(fonts()->width("", {}), 0);
}

TEST(Typesetter, SetsAdjoiningMarksSolid) {
  EXPECT_FLOAT_EQ(fonts()->width("（清远）、英德", {.size = 20}), 6.5f * 20);
  EXPECT_FLOAT_EQ(fonts()->width("（清远）英德", {.size = 20}), 6 * 20);
  EXPECT_FLOAT_EQ(fonts()->width("《“清远”》", {.size = 20}), 5 * 20);
}

TEST(Typesetter, ScalesWithTheSize) {
  const GlyphRun a = fonts()->shape("英德高新区 AVATAR 2025", {.size = 10}),
                 b = fonts()->shape(a.text, {.size = 40});
  ASSERT_EQ(a.glyphs.size(), b.glyphs.size());
  for (size_t i = 0; i < a.glyphs.size(); ++i) EXPECT_NEAR(a.glyphs[i].x * 4, b.glyphs[i].x, 1e-3);
  EXPECT_NEAR(a.advance * 4, b.advance, 1e-3);
  EXPECT_FLOAT_EQ(b.ascent + b.descent, 40);
}

TEST(Typesetter, KeepsTheByteOffsetOfEveryGlyph) {
  const std::string text = "清a远b";
  const GlyphRun run = fonts()->shape(text, {});
  std::vector<uint32_t> clusters;
  for (const Glyph& g : run.glyphs) clusters.push_back(g.cluster);
  EXPECT_THAT(clusters, testing::ElementsAre(0, 3, 4, 7));
}

TEST(Typesetter, SurvivesBytesThatAreNoUtf8) {
  for (std::string text :
       {"\xff\xfe", "清\xe6\xb8", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\x80z"}) {
    const GlyphRun run = fonts()->shape(text, {});
    EXPECT_FALSE(run.glyphs.empty());
    for (const Glyph& g : run.glyphs) EXPECT_LT(g.cluster, text.size());
    fonts()->wrap(text, {}, 10);
  }
}

TEST(Typesetter, FindsOtherScriptsInAnyInstalledFont) {
  // DejaVu has both; neither Inter nor Noto CJK has Arabic or Armenian.
  if (!fonts()->missing("سԱ").empty()) GTEST_SKIP() << "no font with Arabic and Armenian is installed";
  for (const Glyph& g : fonts()->shape("سԱ", {}).glyphs) EXPECT_NE(g.id, 0u);
}

TEST(Typesetter, MapsTheFontFiles) {
  const FontFile& font = fontOf(fonts()->shape("清", {}).glyphs[0]);
  ASSERT_GT(font.bytes().size(), 1000000u);
  EXPECT_EQ(std::string(font.bytes().begin(), font.bytes().begin() + 4), "ttcf");
}

TEST(Typesetter, ShapesTheSameFromManyThreads) {
  const TypesetterPtr fresh = *Typesetter::open();  // fonts are opened by whoever comes first
  const std::string text = "英德高新区 National core 2025 سԱ";
  const GlyphRun expected = fonts()->shape(text, {});
  std::vector<std::thread> threads;
  std::vector<float> advance(8);
  for (size_t i = 0; i < advance.size(); ++i)
    threads.emplace_back([&, i] {
      for (int k = 0; k < 50; ++k) advance[i] = fresh->shape(text, {}).advance;
    });
  for (auto& t : threads) t.join();
  EXPECT_THAT(advance, testing::Each(expected.advance));
}

// Lines

std::vector<std::string> wrapped(std::string_view text, float ems) {
  return fonts()->wrap(text, {.size = 10}, ems * 10);
}

TEST(Typesetter, RemembersWhatItHasSetWithoutTakingOneStyleForAnother) {
  const TypesetterPtr own = fonts()->remembering();
  const TextStyle styles[] = {
      {}, {.size = 15}, {.face = Face::serif}, {.letterSpacing = 0.1f}, {.tabular = false}};
  for (int round = 0; round < 2; ++round)
    for (const TextStyle& style : styles)
      for (const char* words : {"清远市 1,234 人/km²", "清远市 1,234 人", ""}) {
        const GlyphRun a = fonts()->shape(words, style), b = own->shape(words, style);
        ASSERT_EQ(a.glyphs.size(), b.glyphs.size());
        EXPECT_EQ(b.text, words);
        EXPECT_EQ(a.advance, b.advance);
        EXPECT_EQ(a.advance, own->width(words, style));
        for (size_t i = 0; i < a.glyphs.size(); ++i)
          EXPECT_TRUE(a.glyphs[i].id == b.glyphs[i].id && a.glyphs[i].font == b.glyphs[i].font &&
                      a.glyphs[i].x == b.glyphs[i].x && a.glyphs[i].cluster == b.glyphs[i].cluster);
        EXPECT_EQ(fonts()->wrap(words, style, 40), own->wrap(words, style, 40));
      }
}

TEST(Wrap, BreaksBetweenChineseCharacters) {
  EXPECT_THAT(wrapped("清远市创新发展布局", 4), testing::ElementsAre("清远市创", "新发展布", "局"));
}

TEST(Wrap, StartsNoLineWithAClosingMark) {
  EXPECT_THAT(wrapped("清远市创，新发", 4), testing::ElementsAre("清远市", "创，新发"));
  EXPECT_THAT(wrapped("清远市（创新）。发", 6), testing::ElementsAre("清远市（创", "新）。发"));
}

TEST(Wrap, EndsNoLineWithAnOpeningMark) {
  EXPECT_THAT(wrapped("清远市（创新）", 4), testing::ElementsAre("清远市", "（创新）"));
  EXPECT_THAT(wrapped("清远市“创新”", 4), testing::ElementsAre("清远市", "“创新”"));
}

TEST(Wrap, KeepsLatinWordsAndFiguresWhole) {
  EXPECT_THAT(wrapped("Innovation layout of Qingyuan", 10),
              testing::ElementsAre("Innovation layout of", "Qingyuan"));
  EXPECT_THAT(wrapped("规划期2021–2025年", 7), testing::ElementsAre("规划期", "2021–2025年"));
  EXPECT_THAT(wrapped("well-known", 4), testing::ElementsAre("well-", "known"));
  EXPECT_THAT(wrapped("Yingde High-tech Zone", 8), testing::ElementsAre("Yingde", "High-tech Zone"));
}

TEST(Wrap, BreaksAWordThatIsLongerThanTheLine) {
  const auto lines = wrapped("a Donaudampfschifffahrtsgesellschaft", 8);
  std::string joined;
  for (const auto& line : lines) {
    EXPECT_LE(fonts()->width(line, {.size = 10}), 80.01f);
    joined += line;
  }
  EXPECT_EQ(lines[0], "a");
  EXPECT_EQ(joined, "aDonaudampfschifffahrtsgesellschaft");
}

TEST(Wrap, KeepsNewlinesAndDropsSpacesAtBreaks) {
  EXPECT_THAT(wrapped("甲乙\n\n丙", 10), testing::ElementsAre("甲乙", "", "丙"));
  EXPECT_THAT(wrapped("ab   cd", 2), testing::ElementsAre("ab", "cd"));
  EXPECT_THAT(wrapped("", 10), testing::IsEmpty());
}

TEST(Wrap, LosesNothingAndFitsAtEveryWidth) {
  const std::string text =
      "清远市（含英德、连州）“十四五”科技创新规划：R&D经费占GDP比重达到1.5%"
      "，高新技术企业500家；详见《清远市“两核多节点”"
      "创新发展布局》——第三章……Innovation layout, two cores (national and provincial).";
  const std::u32string_view noStart = U"、，。；：）》”……%";
  const auto squeezed = [](std::string s) { return s.erase(0, 0), std::erase(s, ' '), s; };
  for (float ems = 3; ems < 40; ems += 0.7f) {
    std::string joined;
    for (const std::string& line : wrapped(text, ems)) {
      EXPECT_LE(fonts()->width(line, {.size = 10}), ems * 10 * 1.001f) << line;
      joined += line;
      if (ems < 8) continue;  // narrower than the longest unbreakable piece, rules give way
      for (char32_t c : noStart) {
        std::string mark = c < 0x80 ? std::string(1, char(c))
                                    : std::string{char(0xe0 | (c >> 12)), char(0x80 | ((c >> 6) & 63)),
                                                  char(0x80 | (c & 63))};
        EXPECT_FALSE(line.starts_with(mark)) << line;
      }
      for (const char* mark : {"（", "《", "“", "("}) EXPECT_FALSE(line.ends_with(mark)) << line;
    }
    EXPECT_EQ(squeezed(joined), squeezed(text));
  }
}

}  // namespace
}  // namespace scene
