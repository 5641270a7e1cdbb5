// Pages of the embedded project in every size, style, language and kind of map: nothing overlaps, nothing
// leaves the paper, nothing is too small to read.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/scene/draw_scene.h"
#include "tests/golden/embedded.h"

namespace {

using scene::Drawing;
using scene::PageFrame;
using scene::PagePart;
using scene::Rect;

struct Paper {
  float width, height;
};
constexpr Paper papers[] = {{210, 297}, {297, 210},  {297, 420},  {420, 297}, {594, 420},
                            {594, 841}, {1189, 841}, {841, 1189}, {338, 190}, {160, 110},
                            {160, 160}, {180, 600},  {700, 200}};
constexpr scene::PageStyle styles[] = {scene::PageStyle::sheet, scene::PageStyle::figure,
                                       scene::PageStyle::poster, scene::PageStyle::slide};

// The ink of a line, whichever way it runs.
std::optional<Rect> inkOf(const scene::Text& t) {
  if (t.colour.a == 0 || t.run.empty()) return {};
  const float size = t.run.size, w = t.run.advance;
  if (t.angle == 0) return Rect{t.origin.x, t.origin.y - 0.74f * size, w, 0.78f * size};
  if (std::abs(t.angle + 1.5707963f) < 1e-4f)
    return Rect{t.origin.x - 0.74f * size, t.origin.y - w, 0.78f * size, w};
  return {};
}

void check(const Drawing& d, const scene::PageLayout& layout, const std::string& name) {
  SCOPED_TRACE(name);
  EXPECT_TRUE(layout.faults.empty()) << layout.faults.size();
  const PageFrame* map = nullptr;
  for (const PageFrame& f : layout.frames)
    if (f.part == PagePart::map) map = &f;
  ASSERT_NE(map, nullptr);
  for (const PagePart part : {PagePart::title, PagePart::legend, PagePart::notes, PagePart::footer,
                              PagePart::scaleBar, PagePart::north, PagePart::mark})
    EXPECT_TRUE(std::any_of(layout.frames.begin(), layout.frames.end(),
                            [&](const PageFrame& f) { return f.part == part; }))
        << "no part " << static_cast<int>(part);
  ASSERT_FALSE(d.cameras.empty());
  const Rect inner = d.cameras[0].frame;
  EXPECT_GT(inner.w, 20) << name;
  EXPECT_GT(inner.h, 20) << name;
  std::vector<std::pair<std::string, Rect>> words;
  for (const auto& placed : d.items) {
    const auto* t = std::get_if<scene::Text>(&placed.item);
    if (!t || t->colour.a == 0) continue;
    EXPECT_GE(t->run.size, 2.1f) << t->run.text;
    EXPECT_EQ(t->run.text.find("…"), std::string::npos) << t->run.text;
    const auto ink = inkOf(*t);
    if (!ink) continue;
    EXPECT_TRUE(ink->x >= -0.01f && ink->y >= -0.01f && ink->right() <= d.width + 0.01f &&
                ink->bottom() <= d.height + 0.01f)
        << t->run.text << " leaves the paper";
    // On the map names keep apart by themselves, and insets cover it; frames on the map are looked at.
    const PageFrame* own = nullptr;
    for (const PageFrame& f : layout.frames)
      if (f.part != PagePart::map && f.rect.grown(1.2f).contains(ink->centre())) own = &f;
    const bool onMap = inner.contains(ink->centre());
    const bool plate = own && own->part != PagePart::inset && own->part != PagePart::overview &&
                       own->part != PagePart::north && own->part != PagePart::scaleBar;
    if (onMap && !plate) continue;
    if (own) {
      EXPECT_TRUE(ink->x >= own->rect.x - 0.8f && ink->right() <= own->rect.right() + 0.8f &&
                  ink->y >= own->rect.y - 0.8f && ink->bottom() <= own->rect.bottom() + 0.8f)
          << t->run.text << " leaves its frame " << static_cast<int>(own->part);
    } else {
      EXPECT_TRUE(map->rect.grown(0.3f).contains(ink->centre())) << t->run.text << " stands in no frame";
    }
    words.push_back({t->run.text, *ink});
  }
  for (size_t i = 0; i < words.size(); ++i)
    for (size_t k = 0; k < i; ++k)
      EXPECT_FALSE(words[i].second.meets(words[k].second)) << words[i].first << " on " << words[k].first;
}

}  // namespace

TEST(Pages, OfEverySizeStyleAndKindKeepTheirPartsApart) {
  const struct {
    const char *scene, *kind;
  } kindsOf[] = {{"overview", ""},
                 {"gdp", ""},
                 {"overview", "bivariate"},
                 {"overview", "bivariate-4"},
                 {"overview", "change"},
                 {"overview", "categories"},
                 {"overview", "sized"},
                 {"overview", "sized-coloured"},
                 {"overview", "heat-contours"},
                 {"overview", "hexagons"},
                 {"overview", "links"},
                 {"overview", "filtered"}};
  for (const auto language : {scene::Language::zh, scene::Language::en})
    for (size_t kind = 0; kind < std::size(kindsOf); ++kind) {
      const scene::Scene s = embedded::scene(kindsOf[kind].scene, language, kindsOf[kind].kind);
      for (size_t paper = 0; paper < std::size(papers); ++paper)
        for (size_t style = 0; style < std::size(styles); ++style) {
          // The plain map in all of them, the other kinds in turn.
          if (kind > 0 &&
              (kind + paper + (language == scene::Language::zh ? 0 : 2)) % std::size(styles) != style)
            continue;
          scene::PageSetup setup;
          setup.width = papers[paper].width, setup.height = papers[paper].height, setup.style = styles[style];
          setup.grid = kind % 3 == 1 ? scene::PageGrid::metres : scene::PageGrid::degrees;
          scene::PageLayout layout;
          const Drawing d = drawPage(s, scene::paperTheme(), embedded::fonts(), setup, {}, &layout);
          check(d, layout,
                fmt::format("{} {} {}x{} style {} {}", kindsOf[kind].scene, kindsOf[kind].kind, setup.width,
                            setup.height, style, language == scene::Language::zh ? "zh" : "en"));
        }
    }
}

// Sheets of an atlas: each of the eight counties, on the papers that atlases are printed on.
TEST(Pages, OfOneCountyAreFinishedSheets) {
  for (const auto language : {scene::Language::zh, scene::Language::en}) {
    scene::Scene s = embedded::scene("overview", language, "");
    for (long county = 0; county < 8; ++county)
      for (const Paper paper : {Paper{297, 210}, Paper{420, 297}, Paper{210, 297}}) {
        s.focus = scene::ObjectRef{s.cityLayer, county};
        scene::PageSetup setup;
        setup.width = paper.width, setup.height = paper.height, setup.number = "3 / 57";
        scene::PageLayout layout;
        const Drawing d = drawPage(s, scene::paperTheme(), embedded::fonts(), setup, {}, &layout);
        check(d, layout, fmt::format("county {} {}x{}", county, paper.width, paper.height));
        EXPECT_TRUE(std::any_of(layout.frames.begin(), layout.frames.end(),
                                [](const PageFrame& f) { return f.part == PagePart::figures; }))
            << county << " " << paper.width;
      }
  }
}
