#include "app/scene/label.h"

#include <cmath>
#include <random>

#include "app/scene/theme.h"

namespace scene {
namespace {

constexpr Rect kFrame{0, 0, 1000, 600};

LabelLine lineOf(float width, float size = 14) {
  LabelLine line;
  line.run.size = size, line.run.advance = width;
  line.run.ascent = 0.88f * size, line.run.descent = 0.12f * size;
  return line;
}

LabelWish wishAt(Vec anchor, float width = 60, int rank = 3, bool mandatory = false) {
  LabelWish wish;
  wish.anchor = anchor;
  wish.lines = {lineOf(width)};
  wish.clearance = 12;
  wish.rank = rank;
  wish.mandatory = mandatory;
  using enum Side;
  wish.sides = {east, west, north, south, northEast, southEast, southWest, northWest};
  return wish;
}

std::vector<LabelPlace> placed(const std::vector<LabelWish>& wishes, const Obstacles& obstacles = {}) {
  return placeLabels(wishes, obstacles, kFrame, 2);
}

std::vector<LabelWish> scattered(int count, unsigned seed, bool mandatory = false) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> x(0, kFrame.w), y(0, kFrame.h), width(20, 90);
  std::vector<LabelWish> wishes;
  for (int i = 0; i < count; ++i)
    wishes.push_back(wishAt({x(random), y(random)}, width(random), i % 4, mandatory));
  return wishes;
}

bool operatorSame(const std::vector<LabelPlace>& a, const std::vector<LabelPlace>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const LabelPlace& p, const LabelPlace& q) {
    return p.wish == q.wish && p.side == q.side && p.box == q.box;
  });
}

TEST(Labels, TakeTheFirstSideThatIsFree) {
  EXPECT_EQ(placed({wishAt({500, 300})})[0].side, Side::east);
  EXPECT_EQ(placed({wishAt({500, 300})}, {{{520, 250, 30, 100}}, {}})[0].side, Side::west);
  EXPECT_EQ(placed({wishAt({990, 300})})[0].side, Side::west);
  LabelWish before = wishAt({500, 300});
  before.preferredSide = static_cast<int>(Side::south);
  EXPECT_EQ(placed({before})[0].side, Side::south);
}

TEST(Labels, StandAtTheirClearance) {
  using enum Side;
  for (Side side : {east, west, north, south, northEast, southEast, southWest, northWest, centre}) {
    LabelWish wish = wishAt({500, 300});
    wish.sides = {side};
    const Rect box = placed({wish})[0].box;
    EXPECT_FLOAT_EQ(box.w, 60);
    EXPECT_FLOAT_EQ(box.h, 14);
    if (side == east) {
      EXPECT_FLOAT_EQ(box.x, 512);
    }
    if (side == west) {
      EXPECT_FLOAT_EQ(box.right(), 488);
    }
    if (side != centre) {  // clears a square symbol
      EXPECT_FALSE(box.meets({490, 290, 20, 20})) << int(side);
    }
  }
}

TEST(Labels, NeverCrossEachOtherNorObstaclesNorTheFrame) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> x(0, kFrame.w), y(0, kFrame.h);
  Obstacles obstacles;
  for (int i = 0; i < 60; ++i) obstacles.boxes.push_back({x(random), y(random), 40, 30});
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto places = placed(scattered(400, seed), obstacles);
    EXPECT_GT(places.size(), 80u);
    for (size_t i = 0; i < places.size(); ++i) {
      const Rect& box = places[i].box;
      EXPECT_TRUE(box.x >= 0 && box.y >= 0 && box.right() <= kFrame.w && box.bottom() <= kFrame.h);
      for (const Rect& o : obstacles.boxes) EXPECT_FALSE(box.meets(o));
      for (size_t k = 0; k < i; ++k) EXPECT_FALSE(box.grown(1.99f).meets(places[k].box));
    }
  }
}

TEST(Labels, VanishOnlyWhereNoSideIsFree) {
  // Brute force: whatever was left out meets something on each of its sides.
  const auto wishes = scattered(300, 11);
  const auto places = placed(wishes);
  std::vector<bool> shown(wishes.size());
  for (const LabelPlace& p : places) shown[p.wish] = true;
  for (size_t i = 0; i < wishes.size(); ++i) {
    if (shown[i]) continue;
    for (Side side : wishes[i].sides) {
      LabelWish alone = wishes[i];
      alone.sides = {side};
      const auto place = placed({alone});
      if (place.empty()) continue;  // out of the frame
      const bool blocked = std::any_of(places.begin(), places.end(), [&](const LabelPlace& p) {
        return wishes[p.wish].rank <= wishes[i].rank && p.box.meets(place[0].box.grown(2));
      });
      EXPECT_TRUE(blocked) << i;
    }
  }
}

TEST(Labels, OfLowerRankGoFirst) {
  const std::vector<LabelWish> wishes = {wishAt({500, 300}, 60, 5), wishAt({501, 300}, 60, 1)};
  EXPECT_EQ(placed(wishes)[0].wish, 1u);
  EXPECT_EQ(placed(wishes)[0].side, Side::east);
}

TEST(Labels, CrossALineOnlyWhenNothingElseFits) {
  const Obstacles east{{}, {{{540, 0}, {540, 600}}}};
  EXPECT_EQ(placed({wishAt({500, 300})}, east)[0].side, Side::west);
  Obstacles around = east;
  around.lines.push_back({{300, 310}, {490, 300}});  // through the west
  around.lines.push_back({{300, 285}, {700, 280}});
  around.lines.push_back({{300, 319}, {700, 319}});
  EXPECT_EQ(placed({wishAt({500, 300})}, around)[0].side, Side::east);
  // A level line has no height, and is crossed all the same.
  EXPECT_EQ(placed({wishAt({500, 300})}, {{}, {{{400, 300}, {600, 300}}}})[0].side, Side::north);
}

TEST(Labels, MayComeNearerToTheirOwnSymbolThanThePadding) {
  LabelWish wish = wishAt({500, 300});
  wish.clearance = 11;
  EXPECT_EQ(placed({wish}, {{{490, 290, 20, 20}}, {}})[0].side, Side::east);
}

TEST(Labels, ThatAreMandatoryNeverVanish) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const auto wishes = scattered(120, seed, true);
    EXPECT_EQ(placed(wishes, {{{0, 0, 1000, 600}}, {}}).size(), wishes.size());
    for (const LabelPlace& p : placed(wishes)) {
      EXPECT_GE(p.box.x, 0);
      EXPECT_LE(p.box.right(), kFrame.w);
    }
  }
  EXPECT_THAT(placed({wishAt({-500, 300}, 60, 0, true)}),
              testing::IsEmpty());  // but not for what is out of sight
}

TEST(Labels, ThatAreMandatoryMakeRoomForEachOther) {
  // The first would like the east, the only side that the second has.
  std::vector<LabelWish> wishes = {wishAt({500, 300}, 60, 1, true), wishAt({500, 303}, 60, 1, true)};
  wishes[1].sides = {Side::east};
  const auto places = placed(wishes);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_FALSE(places[0].box.meets(places[1].box));
  EXPECT_EQ(places[1].side, Side::east);
}

TEST(Labels, ThatAreMandatoryRarelyOverlap) {
  // Eight hundred-pixel names around one spot can all be read.
  std::vector<LabelWish> wishes;
  for (int i = 0; i < 6; ++i)
    wishes.push_back(wishAt({480 + 15.0f * float(i % 3), 290 + 22.0f * float(i / 3)}, 80, 1, true));
  const auto places = placed(wishes);
  for (size_t i = 0; i < places.size(); ++i)
    for (size_t k = 0; k < i; ++k) EXPECT_FALSE(places[i].box.meets(places[k].box)) << i << " " << k;
}

TEST(Labels, AreTheSameTwice) {
  const auto wishes = scattered(500, 5), must = scattered(80, 6, true);
  EXPECT_TRUE(operatorSame(placed(wishes), placed(wishes)));
  EXPECT_TRUE(operatorSame(placed(must), placed(must)));
}

TEST(Labels, DoNotDependOnWhatIsFarAway) {
  for (bool mandatory : {false, true}) {
    auto wishes = scattered(60, 9, mandatory);
    for (auto& w : wishes) w.anchor.x *= 0.4f;
    const auto before = placed(wishes);
    auto more = wishes;
    for (auto w : scattered(60, 10, mandatory)) w.anchor.x = 700 + w.anchor.x * 0.3f, more.push_back(w);
    std::vector<LabelPlace> after;
    for (const LabelPlace& p : placed(more))
      if (p.wish < wishes.size()) after.push_back(p);
    const auto byWish = [](const LabelPlace& a, const LabelPlace& b) { return a.wish < b.wish; };
    auto sorted = before;
    std::sort(sorted.begin(), sorted.end(), byWish);
    std::sort(after.begin(), after.end(), byWish);
    EXPECT_TRUE(operatorSame(sorted, after));
  }
}

TEST(Labels, SurviveBadNumbersAndEmptyWishes) {
  std::vector<LabelWish> wishes = {wishAt({NAN, 3}), wishAt({INFINITY, 3}, 60, 0, true), wishAt({500, 300}),
                                   wishAt({1, 1})};
  wishes[2].lines.clear();
  wishes[3].sides.clear();
  EXPECT_THAT(placed(wishes, {{{NAN, NAN, NAN, NAN}}, {{{NAN, 0}, {1, 1}}, {{0, 0}}, {}}}),
              testing::IsEmpty());
  EXPECT_THAT(placeLabels(scattered(5, 1), {}, {0, 0, 0, 0}, 2), testing::IsEmpty());
}

TEST(PlaceCentred, TakesWhateverFitsInOrder) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> x(-20, kFrame.w), y(-20, kFrame.h), w(10, 80);
  std::vector<Rect> boxes;
  for (int i = 0; i < 3000; ++i) boxes.push_back({x(random), y(random), w(random), 14});
  std::vector<uint32_t> expected;  // brute force
  for (uint32_t i = 0; i < boxes.size(); ++i) {
    const Rect& b = boxes[i];
    if (b.x < 0 || b.y < 0 || b.right() > kFrame.w || b.bottom() > kFrame.h) continue;
    if (std::none_of(expected.begin(), expected.end(),
                     [&](uint32_t k) { return boxes[k].meets(b.grown(2)); }))
      expected.push_back(i);
  }
  EXPECT_EQ(placeCentred(boxes, kFrame, 2), expected);
  EXPECT_THAT(placeCentred({}, kFrame, 2), testing::IsEmpty());
}

TEST(AddLabel, DrawsAllHalosUnderAllLetters) {
  Drawing d;
  d.fonts = *Typesetter::open();
  LabelWish wish = wishAt({500, 300});
  wish.object = {"cores", 1};
  wish.halo = darkTheme().halo;
  wish.lines = {{d.fonts->shape("清远高新区", {.size = 27}), darkTheme().core},
                {d.fonts->shape("国家级·核心\U0005ffff", {.size = 15}), darkTheme().text2}};
  for (Side side : {Side::east, Side::west, Side::north}) {
    Drawing drawing;
    wish.sides = {side};
    const LabelPlace place = placeLabels(std::vector{wish}, {}, kFrame, 2)[0];
    addLabel(drawing, wish, place, Rect{1, 2, 3, 4});
    ASSERT_EQ(drawing.items.size(), 4u);
    for (size_t i = 0; i < 4; ++i) {
      const auto& text = std::get<Text>(drawing.items[i].item);
      EXPECT_EQ(text.haloWidth > 0, i < 2);
      EXPECT_EQ(text.colour.a, i < 2 ? 0 : 255);
      EXPECT_EQ(drawing.items[i].clip, (Rect{1, 2, 3, 4}));
      const float room = place.box.w - text.run.advance;
      EXPECT_NEAR(text.origin.x,
                  place.box.x + (side == Side::east   ? 0
                                 : side == Side::west ? room
                                                      : room / 2),
                  1e-3);
      EXPECT_GE(text.origin.y - text.run.ascent, place.box.y - 1e-3);
      EXPECT_LE(text.origin.y + text.run.descent, place.box.bottom() + 1e-3);
    }
    ASSERT_EQ(drawing.hits.size(), 1u);
    EXPECT_EQ(drawing.hits[0].object, wish.object);
    EXPECT_THAT(drawing.missingGlyphs, testing::ElementsAre(char32_t{0x5ffff}));
  }
}

TEST(AddLabel, NeedsOneItemForOneLine) {
  Drawing d;
  LabelWish wish = wishAt({500, 300});
  wish.halo = {255, 255, 255};
  addLabel(d, wish, {0, Side::east, {512, 293, 60, 14}});
  ASSERT_EQ(d.items.size(), 1u);
  EXPECT_EQ(std::get<Text>(d.items[0].item).haloWidth, 3);
}

}  // namespace
}  // namespace scene
