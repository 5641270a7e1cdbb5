// The symbol set on one sheet, on both grounds and at the sizes it is used at: looked at, and the same from
// both painters. PARKSCOPE_UPDATE_GOLDEN=1 draws it anew: look at it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/paper/rasterise.h"
#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/symbol.h"
#include "tests/support/image.h"

namespace {

using namespace scene;

constexpr int kWidth = 1920, kHeight = 1130;

struct Sheet {
  Drawing d;

  void text(const char* words, Vec at, float size, Face face = Face::sans, Rgba colour = lightTheme().text1) {
    d.add(Text{d.fonts->shape(words, {.face = face, .size = size}), at, 0, colour, {}, 0});
  }

  // Large and middle on the plain ground; on a class of the map 24, 16 and 12 px solid, 24 and 16 hollow and
  // dashed.
  void row(Symbol symbol, Vec at, const Theme& theme) {
    d.add(Fill{Path::rect({at.x, at.y, 224, 96}), theme.dark ? theme.background : Rgba{255, 255, 255}});
    d.add(Fill{Path::rect({at.x + 224, at.y, 216, 96}), palette("teal", 4, theme.dark)[1]});
    const auto put = [&](float x, float y, float size, Certainty certainty = Certainty::known) {
      addSymbol(d, symbol, certainty, at + Vec{x, y}, size, theme, 1.5f);
    };
    put(60, 48, 84), put(164, 48, 48);
    put(248, 48, 24), put(286, 48, 16), put(316, 48, 12);
    for (auto [y, certainty] : {std::pair(27.f, Certainty::hollow), std::pair(69.f, Certainty::countyOnly)})
      put(356, y, 28, certainty), put(394, y, 20, certainty), put(422, y, 14, certainty);
  }
};

Drawing symbolSheet() {
  constexpr std::pair<const char*, Symbol> all[] = {{"国家级核心", Symbol::coreNational},
                                                    {"省级核心", Symbol::coreProvincial},
                                                    {"产业园节点", Symbol::nodeGuangqing},
                                                    {"小镇节点", Symbol::nodeTown},
                                                    {"园区节点（多址）", Symbol::nodePark},
                                                    {"农业科技园", Symbol::agriPark},
                                                    {"教育平台", Symbol::platformEducation},
                                                    {"数字平台", Symbol::platformDigital},
                                                    {"孵化平台", Symbol::platformIncubator},
                                                    {"科研平台", Symbol::platformResearch},
                                                    {"龙头企业", Symbol::enterprise},
                                                    {"三农科技服务站", Symbol::station},
                                                    {"乡镇、街道", Symbol::town},
                                                    {"铁路站", Symbol::rail}};
  Sheet sheet;
  sheet.d.width = kWidth, sheet.d.height = kHeight;
  sheet.d.background = lightTheme().background;
  const auto fonts = Typesetter::open();
  if (!fonts) {
    ADD_FAILURE() << fonts.error().text();
    return {};
  }
  sheet.d.fonts = *fonts;
  for (size_t i = 0; i < std::size(all); ++i) {
    const Vec at{48 + 460 * static_cast<float>(i % 4), 62 + 270 * static_cast<float>(i / 4)};
    sheet.text(all[i].first, at, 20, Face::sansBold);
    sheet.row(all[i].second, at + Vec{0, 16}, darkTheme());
    sheet.row(all[i].second, at + Vec{0, 114}, lightTheme());
  }
  // Sizes and scripts of map text beside them: names with their halo, on both grounds.
  for (const Theme* theme : {&darkTheme(), &lightTheme()}) {
    const float x = theme->dark ? 968 : 1428;
    sheet.d.add(Fill{Path::rect({x, 888, 440, 194}), palette("teal", 5, theme->dark)[2]});
    const auto name = [&](const char* words, Vec at, float size, Face face, Rgba colour, float spacing = 0) {
      sheet.d.add(Text{sheet.d.fonts->shape(words, {.face = face, .size = size, .letterSpacing = spacing}),
                       Vec{x, 888} + at, 0, colour, theme->halo, 3.5f});
    };
    name("英德高新区", {20, 44}, 27, Face::sansBold, theme->core);
    name("Yingde High-tech Zone", {170, 44}, 20, Face::sansBold, theme->core);
    name("清城区", {20, 80}, 20, Face::sansBold, theme->text1, 0.1f);
    name("871 人/km²", {104, 80}, 16, Face::sans, theme->text1);
    name("“两核多节点”、R&D 0.8–1.5%", {206, 80}, 15, Face::sans, theme->text1);
    name("连樟村“100+N”", {20, 112}, 15, Face::sans, theme->text1);
    name("潖江·滃江·洭水", {160, 112}, 16, Face::serif, theme->waterName);
    name("Beijiang 北江", {300, 112}, 16, Face::serif, theme->waterName);
    name("韶关市", {20, 148}, 17, Face::sans, theme->text2, 0.35f);
    name("黎溪镇 1234567890 gjpqy", {120, 148}, 14, Face::sans, theme->text2);
    name("≥ 5.0 亿元（2023）", {20, 180}, 14, Face::sans, theme->text2);
    name("24°30′N 113°15′E → 1:850 000", {180, 180}, 14, Face::sans, theme->text2);
  }
  return sheet.d;
}

support::Image onPaper(const Drawing& d, float k) {
  const auto made = paper::rasterise(d, static_cast<int>(kWidth * k), static_cast<int>(kHeight * k), k);
  if (!made) ADD_FAILURE() << made.error().text();
  return made ? support::Image{made->width, made->height, made->rgba} : support::Image{};
}

std::string leave(const std::string& what, const support::Image& image) {
  const auto folder = std::filesystem::path(BUILD_DIR) / "golden";
  std::filesystem::create_directories(folder);
  const std::string path = (folder / ("symbols-" + what + ".png")).string();
  writePng(image, path);
  return path;
}

TEST(Symbols, LookAsTheyDid) {
  const auto actual = onPaper(symbolSheet(), 1);
  const std::string path = std::string(SOURCE_DIR) + "/tests/golden/symbols.png";
  if (std::getenv("PARKSCOPE_UPDATE_GOLDEN")) writePng(actual, path);
  const auto expected = support::readPng(path);
  const auto d = compare(actual, expected, 40);
  ASSERT_TRUE(d.sameSize) << path << "; actual: " << leave("actual", actual);
  EXPECT_LT(d.share, 0.0005) << leave("actual", actual) << " " << leave("difference", d.picture);
}

TEST(Symbols, AreTheSameOnScreenAndPaper) {
  const Drawing d = symbolSheet();
  auto context = render::Offscreen::make();
  ASSERT_TRUE(context) << context.error().text();
  auto renderer = render::Renderer::make();
  ASSERT_TRUE(renderer) << renderer.error().text();
  (*renderer)->draw(d, kWidth, kHeight, 1);
  const auto pixels = (*renderer)->read();
  renderer->reset();
  const support::Image screen{pixels.width, pixels.height, pixels.rgba}, page = onPaper(d, 1);
  const auto difference = compare(shrunk(page, 4), shrunk(screen, 4), 24);
  ASSERT_TRUE(difference.sameSize);
  EXPECT_LT(difference.share, 0.002) << leave("paper", page) << " " << leave("screen", screen) << " "
                                     << leave("both", difference.picture);
}

}  // namespace
