#include "app/scene/symbol.h"

#include <cmath>

namespace scene {
namespace {

constexpr Symbol kAll[] = {Symbol::coreNational,
                           Symbol::coreProvincial,
                           Symbol::nodeGuangqing,
                           Symbol::nodeTown,
                           Symbol::nodePark,
                           Symbol::agriPark,
                           Symbol::platformEducation,
                           Symbol::platformDigital,
                           Symbol::platformIncubator,
                           Symbol::platformResearch,
                           Symbol::enterprise,
                           Symbol::station,
                           Symbol::town,
                           Symbol::rail};
constexpr Certainty kCertainties[] = {Certainty::known, Certainty::countyOnly, Certainty::hollow};

Drawing drawn(Symbol symbol, Certainty certainty, float size, float casing = 1.5f,
              const Theme& theme = darkTheme()) {
  Drawing drawing;
  addSymbol(drawing, symbol, certainty, {100, 50}, size, theme, casing, Rect{0, 0, 200, 100});
  return drawing;
}

Rgba colourOf(const Item& item) {
  if (const auto* fill = std::get_if<Fill>(&item)) return fill->colour;
  return std::get<Stroke>(item).pen.colour;
}

bool isDashed(const Item& item) {
  const auto* stroke = std::get_if<Stroke>(&item);
  return stroke && !stroke->pen.dash.empty();
}

TEST(Symbol, IsMadeOfFillsAndStrokesOverItsCasing) {
  for (Symbol symbol : kAll)
    for (Certainty certainty : kCertainties)
      for (float size : {8.0f, 16.0f, 24.0f, 96.0f})
        for (const Theme* theme : {&darkTheme(), &lightTheme()}) {
          const Drawing d = drawn(symbol, certainty, size, 1.5f, *theme);
          ASSERT_GE(d.items.size(), 2u);
          EXPECT_EQ(colourOf(d.items[0].item), theme->halo);
          bool inked = false;
          for (const Placed& placed : d.items) {
            ASSERT_TRUE(std::holds_alternative<Fill>(placed.item) ||
                        std::holds_alternative<Stroke>(placed.item));
            EXPECT_EQ(placed.clip, (Rect{0, 0, 200, 100}));
            inked = inked || colourOf(placed.item) == symbolColour(symbol, *theme);
          }
          EXPECT_TRUE(inked);
        }
}

// Half the width and height that the item covers about the symbol's centre.
float reach(const Item& item) {
  float far = 0, pen = 0;
  const Path* path = nullptr;
  if (const auto* fill = std::get_if<Fill>(&item)) path = &fill->path;
  else path = &std::get<Stroke>(item).path, pen = std::get<Stroke>(item).pen.width / 2;
  for (const auto& contour : flattened(*path, 0.01f))
    for (Vec p : contour) far = std::max({far, std::abs(p.x - 100), std::abs(p.y - 50)});
  return far + pen;
}

TEST(Symbol, StaysInItsGridAndItsCasingAroundIt) {
  for (Symbol symbol : kAll)
    for (Certainty certainty : kCertainties)
      for (float size : {16.0f, 24.0f, 96.0f}) {
        const Drawing d = drawn(symbol, certainty, size);
        for (const Placed& placed : d.items) {
          const bool casing = colourOf(placed.item) == darkTheme().halo;
          EXPECT_LE(reach(placed.item), size / 2 * (casing ? 13.0f / 12 : 1) + (casing ? 1.5f : 0) + 0.02f);
        }
        // The casing reaches beyond everything that is drawn on it.
        float ink = 0;
        for (const Placed& placed : d.items)
          if (colourOf(placed.item) != darkTheme().halo) ink = std::max(ink, reach(placed.item));
        EXPECT_GE(reach(d.items[0].item), ink + 1) << int(symbol) << " " << size;
      }
}

TEST(Symbol, IsDashedWhereOnlyTheCountyIsKnown) {
  for (Symbol symbol : kAll)
    for (Certainty certainty : kCertainties) {
      const Drawing d = drawn(symbol, certainty, 48);
      const bool dashed =
          std::any_of(d.items.begin(), d.items.end(), [](const Placed& p) { return isDashed(p.item); });
      EXPECT_EQ(dashed, certainty == Certainty::countyOnly && symbol != Symbol::town) << int(symbol);
    }
}

TEST(Symbol, ClosesItsDashesWithoutAStub) {
  for (Symbol symbol : kAll)
    for (float size : {16.0f, 28.0f, 96.0f})
      for (const Placed& placed : drawn(symbol, Certainty::countyOnly, size).items) {
        if (!isDashed(placed.item)) continue;
        const auto& stroke = std::get<Stroke>(placed.item);
        const auto line = flattened(stroke.path, 0.01f).front();
        float length = 0;
        for (size_t i = 1; i < line.size(); ++i)
          length += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
        EXPECT_EQ(line.front(), line.back());
        const float periods = length / (stroke.pen.dash[0] + stroke.pen.dash[1]);
        EXPECT_NEAR(periods, std::round(periods), 0.02);
      }
}

TEST(Symbol, KeepsItsCoresDiscWhereOnlyTheCountyIsKnown) {
  for (Symbol symbol : {Symbol::coreNational, Symbol::coreProvincial}) {
    const Drawing d = drawn(symbol, Certainty::countyOnly, 48);
    const auto* disc = std::get_if<Fill>(&d.items.back().item);
    ASSERT_TRUE(disc);
    EXPECT_EQ(disc->colour, darkTheme().core);
    EXPECT_NEAR(disc->path.box().w, 2 * 4.6 * 2, 0.01);
  }
}

TEST(Symbol, DropsItsMarksBelowTwentyPixels) {
  for (Symbol symbol : {Symbol::nodeGuangqing, Symbol::nodeTown, Symbol::nodePark, Symbol::agriPark,
                        Symbol::platformEducation, Symbol::platformIncubator})
    for (Certainty certainty : kCertainties)
      EXPECT_GT(drawn(symbol, certainty, 20).items.size(), drawn(symbol, certainty, 16).items.size());
  // As large on a page as its pixels are small.
  EXPECT_EQ(drawn(Symbol::nodePark, Certainty::known, 2, 0.15f).items.size(),
            drawn(Symbol::nodePark, Certainty::known, 20, 1.5f).items.size());
}

TEST(Symbol, FollowsRoleAndLevel) {
  EXPECT_EQ(symbolFor(Role::core, "national"), Symbol::coreNational);
  EXPECT_EQ(symbolFor(Role::core, "provincial"), Symbol::coreProvincial);
  EXPECT_EQ(symbolFor(Role::node, "guangqing"), Symbol::nodeGuangqing);
  EXPECT_EQ(symbolFor(Role::node, "town"), Symbol::nodeTown);
  EXPECT_EQ(symbolFor(Role::node, "park"), Symbol::nodePark);
  EXPECT_EQ(symbolFor(Role::platform, "education"), Symbol::platformEducation);
  EXPECT_EQ(symbolFor(Role::platform, "digital"), Symbol::platformDigital);
  EXPECT_EQ(symbolFor(Role::platform, "incubator"), Symbol::platformIncubator);
  EXPECT_EQ(symbolFor(Role::platform, "research"), Symbol::platformResearch);
  EXPECT_EQ(symbolFor(Role::agriPark, ""), Symbol::agriPark);
  EXPECT_EQ(symbolFor(Role::enterprise, ""), Symbol::enterprise);
  EXPECT_EQ(symbolFor(Role::station, ""), Symbol::station);
  EXPECT_EQ(symbolFor(Role::town, ""), Symbol::town);
  EXPECT_EQ(symbolFor(Role::rail, ""), Symbol::rail);
}

}  // namespace
}  // namespace scene
