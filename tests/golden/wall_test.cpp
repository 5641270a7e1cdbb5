// What no wall may do at any size, aspect or distance of the audience: words over words, words over the edge,
// words too small for the last row, a map without a place, a map without its legend.
#include "app/scene/wall.h"

#include "app/scene/legibility.h"
#include "app/scene/show.h"
#include "app/scene/theme.h"
#include "tests/golden/embedded.h"

namespace {

using namespace scene;

struct Size {
  int width, height;
};
// An audience for which the wall's type must be that many times what its size alone would give.
Viewing seated(Size s, float factor) {
  const auto w = static_cast<float>(s.width);
  const float unit = wallLayout(w, static_cast<float>(s.height)).unit;
  Viewing v{0, 100};
  v.audienceMetres = farthestMetres(v, w, unit * 14 * factor);
  return v;
}

class EveryWall : public testing::TestWithParam<Size> {};

struct Word {
  std::string text;
  Rect box;
};
// The ink of upright lines, as in Golden.
std::vector<Word> wordsOf(const Drawing& d) {
  std::vector<Word> words;
  for (const auto& placed : d.items) {
    const auto* t = std::get_if<Text>(&placed.item);
    if (!t || t->angle != 0 || t->colour.a == 0) continue;
    const float size = t->run.size;
    words.push_back({t->run.text, {t->origin.x, t->origin.y - 0.72f * size, t->run.advance, 0.76f * size}});
  }
  return words;
}

const char* scenes[] = {"overview", "population", "cores", "agriculture", "urbanisation", "gdp"};

void check(const Scene& s, Size size, const Viewing& viewing, const std::string& what) {
  SCOPED_TRACE(what);
  const auto w = static_cast<float>(size.width), h = static_cast<float>(size.height);
  const WallLayout l = wallLayout(w, h, leastType(viewing, w));
  const Drawing d = drawWall(s, darkTheme(), embedded::fonts(), w, h);
  EXPECT_GE(l.map.w, 300 * l.unit);
  EXPECT_GE(l.map.h, 230 * l.unit);
  EXPECT_TRUE(d.missingGlyphs.empty());
  const auto words = wordsOf(d);
  bool legend = false, told = false;
  for (const auto& placed : d.items)
    if (const auto* t = std::get_if<Text>(&placed.item)) {
      EXPECT_GE(t->run.size, l.least - 0.01f) << t->run.text;
    }
  for (size_t i = 0; i < words.size(); ++i) {
    const auto& [text, box] = words[i];
    legend |= text == s.words.legend, told |= text == s.name;
    EXPECT_GE(box.x, 0) << text;
    EXPECT_GE(box.y, 0) << text;
    EXPECT_LE(box.right(), w) << text;
    EXPECT_LE(box.bottom(), h) << text;
    for (size_t k = 0; k < i; ++k) {
      const Rect& other = words[k].box;
      EXPECT_FALSE(box.meets(other)) << text << " on " << words[k].text << " at " << box.x << "," << box.y
                                     << " " << box.w << "x" << box.h << " / " << other.x << "," << other.y
                                     << " " << other.w << "x" << other.h;
    }
  }
  EXPECT_TRUE(legend);
  EXPECT_TRUE(told) << "the scene's name";
}

}  // namespace

TEST_P(EveryWall, KeepsItsWordsApartLargeEnoughAndOnTheWall) {
  for (const float factor : {0.f, 1.2f, 1.5f, 2.f, 2.5f})
    for (const Language language : {Language::zh, Language::en})
      for (const char* id : scenes) {
        Scene s = embedded::scene(id, language, "");
        s.caption = true;
        if (factor > 0) s.viewing = seated(GetParam(), factor);
        check(s, GetParam(), s.viewing,
              fmt::format("{} {} x{}", id, language == Language::zh ? "zh" : "en", factor));
      }
}

TEST_P(EveryWall, KeepsTheLegendOfOtherKindsOfMaps) {
  for (const float factor : {1.5f, 2.f})
    for (const char* kind : {"bivariate", "sized", "heat", "categories"}) {
      Scene s = embedded::scene("overview", Language::zh, kind);
      s.caption = true, s.viewing = seated(GetParam(), factor);
      check(s, GetParam(), s.viewing, fmt::format("{} x{}", kind, factor));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, EveryWall,
    testing::Values(Size{1280, 720}, Size{1920, 1080}, Size{3840, 2160}, Size{1440, 1080}, Size{1024, 768},
                    Size{3840, 1080}, Size{6656, 1792}, Size{7680, 2160}, Size{1080, 1920}, Size{2160, 3840}),
    [](const auto& info) { return fmt::format("{}x{}", info.param.width, info.param.height); });

TEST(Legibility, IsAnAngleAtTheFarthestSeat) {
  const Viewing hall{12, 500};
  const float least = leastType(hall, 3840);
  EXPECT_NEAR(arcMinutes(hall, 3840, least), 22.0, 0.05);
  EXPECT_NEAR(arcMinutes(hall, 3840, least * capitalOfEm), 16, 0.05);
  EXPECT_GE(arcMinutes(hall, 3840, least * ideographOfEm), 20);
  EXPECT_NEAR(leastType({24, 500}, 3840), 2 * least, 0.01);   // twice as far
  EXPECT_NEAR(leastType({12, 1000}, 3840), least / 2, 0.01);  // twice as wide
  EXPECT_NEAR(farthestMetres(hall, 3840, least), 12, 1e-4);
  EXPECT_NEAR(leastScreenCm(hall, 3840, least), 500, 1e-2);
  EXPECT_EQ(leastType({}, 3840), 0);
  EXPECT_EQ(leastType({12, 0}, 3840), 0);
  EXPECT_EQ(arcMinutes({}, 3840, 20), 0);
}

TEST(WallLayout, GrowsWithTheDistanceAndGivesUpTheLedgerBeforeTheMap) {
  const WallLayout near = wallLayout(1920, 1080), far = wallLayout(1920, 1080, 28);
  EXPECT_FLOAT_EQ(near.unit, 1);
  EXPECT_GT(near.left.w, 0);
  EXPECT_FLOAT_EQ(far.unit, 2);
  EXPECT_EQ(far.left.w, 0);
  EXPECT_GT(far.map.w, near.map.w * 0.9f);
  // It grows no further than its parts have a place.
  EXPECT_FLOAT_EQ(wallLayout(1920, 1080, 500).unit, 2.5f);
  EXPECT_FLOAT_EQ(wallLayout(1920, 1080, 500).least, 35);
}
