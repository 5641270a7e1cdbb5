// The page view by hand: frames chosen, moved, resized, hidden; templates, papers, what a public page lacks;
// the dialogs that write it.
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "tests/panels/robot.h"

namespace {

using scene::PagePart;
using test::Robot;
namespace key = test::key;
constexpr int tab = 258, remove_ = 261, right_ = 262, left_ = 263;

class Page : public testing::Test {
 protected:
  void SetUp() override {
    r.openQingyuan();
    r.key('P');
    r.frame(3);
    ASSERT_TRUE(r.session.view().pageView);
    ASSERT_FALSE(r.page().frames.empty());
  }
  const session::PageSpec& spec() const { return r.session.project().page; }
  const session::FrameSpec* placed(PagePart part) const {
    for (const auto& f : spec().frames)
      if (f.part == part) return &f;
    return nullptr;
  }
  scene::Rect rect(PagePart part) const {
    for (const auto& f : r.page().frames)
      if (f.part == part) return f.rect;
    return {};
  }
  float scale() { return std::stof(r.widget("page").value); }
  void chooseMap() {  // a text placed over the map would be hit first
    r.clickAt(r.widget("page.frame.map").rect.centre());
    ASSERT_TRUE(r.has("page.chosen"));
  }
  // Frames as they are laid out today: only those that are there can be tried.
  bool has(PagePart part) const { return rect(part).w > 0; }

  Robot r{1920, 2000};
};

TEST_F(Page, ShowsTheWholeSheetAndZoomsAboutThePointer) {
  const float fitted = scale();
  const auto frame = r.widget("page.frame.map").rect;
  const auto page = r.widget("page").rect;
  EXPECT_GT(frame.x, page.x);
  EXPECT_LT(frame.right(), page.right());
  const scene::Vec at{frame.x + frame.w * 0.25f, frame.y + frame.h * 0.5f};
  r.moveTo(at);
  ImGui::GetIO().MouseWheel = 2;
  r.frame();
  ImGui::GetIO().MouseWheel = 0;
  r.frame(2);
  EXPECT_NEAR(scale(), fitted * 1.44f, 0.02f);
  const auto after = r.widget("page.frame.map").rect;
  EXPECT_NEAR(after.x + after.w * 0.25f, at.x, 1.5f);
  r.key('F');
  EXPECT_NEAR(scale(), fitted, 0.001f);
}

TEST_F(Page, AFrameIsDraggedInOneStepOfUndo) {
  chooseMap();
  const scene::Rect before = rect(PagePart::map);
  const size_t steps = r.session.history().size();
  const auto at = r.widget("page.frame.map").rect.centre();
  r.hold(false, false, true);  // Alt: no snapping
  r.dragThrough({at, {at.x + 20 * scale(), at.y}, {at.x + 20 * scale(), at.y + 10 * scale()}}, 20);
  r.hold(false);
  ASSERT_TRUE(placed(PagePart::map));
  const double pixel = 1 / scale() + 0.02;  // the pointer goes in whole ones
  EXPECT_NEAR(placed(PagePart::map)->x, before.x + 20, pixel);
  EXPECT_NEAR(placed(PagePart::map)->y, before.y + 10, pixel);
  EXPECT_NEAR(placed(PagePart::map)->width, before.w, 0.02);
  EXPECT_EQ(r.session.history().size(), steps + 1);
  r.key('Z', true);
  EXPECT_TRUE(spec().frames.empty());
}

TEST_F(Page, EscapeCallsADragOff) {
  chooseMap();
  const auto at = r.widget("page.frame.map").rect.centre();
  r.moveTo(at);
  ImGui::GetIO().MouseDown[0] = true;
  r.frame();
  for (int i = 1; i <= 20; ++i)
    ImGui::GetIO().MousePos = {at.x + 4.0f * static_cast<float>(i), at.y}, r.frame();
  r.key(key::escape);
  ImGui::GetIO().MouseDown[0] = false;
  r.frame(3);
  EXPECT_TRUE(spec().frames.empty());
  EXPECT_TRUE(r.session.view().pageView);
}

TEST_F(Page, AFrameSnapsToTheMiddleOfThePaper) {
  session::PageSpec alone = spec();  // no other frame that could draw it
  for (auto part : session::wordsOf<PagePart>())
    if (part != "map") alone.hidden.emplace_back(part);
  alone.frames = {{PagePart::map, 60, 60, 200, 150, {}}};
  (void)session::apply(r.session, session::SetPage{alone});
  r.frame(3);
  chooseMap();
  const scene::Rect before = rect(PagePart::map);
  const float wanted = (r.session.scene().page.width - before.w) / 2;
  const auto at = r.widget("page.frame.map").rect.centre();
  const float by = (wanted - before.x) * scale() + 3;  // three pixels beside it
  r.dragThrough({at, {at.x + by, at.y}}, 12);
  ASSERT_TRUE(placed(PagePart::map));
  EXPECT_NEAR(placed(PagePart::map)->x, wanted, 0.02);
}

TEST_F(Page, NoFrameBecomesSmallerThanItCanBeRead) {
  chooseMap();
  const scene::Rect before = rect(PagePart::map);
  const auto at = r.widget("page.handle.se").rect.centre();
  r.hold(false, false, true);
  r.dragThrough({at, {at.x - 4000, at.y - 4000}}, 12);
  r.hold(false);
  ASSERT_TRUE(placed(PagePart::map));
  auto fonts = scene::Typesetter::open();
  const auto least = scene::leastSize(PagePart::map, r.session.scene(), *fonts, r.session.scene().page);
  EXPECT_NEAR(placed(PagePart::map)->width, least.x, 0.02);
  EXPECT_NEAR(placed(PagePart::map)->height, least.y, 0.02);
  EXPECT_NEAR(placed(PagePart::map)->x, before.x, 0.02);
}

TEST_F(Page, ArrowKeysMoveByMillimetresInOneStep) {
  chooseMap();
  const scene::Rect before = rect(PagePart::map);
  const size_t steps = r.session.history().size();
  r.key(right_), r.key(right_), r.key(left_, false, true);
  ASSERT_TRUE(placed(PagePart::map));
  EXPECT_NEAR(placed(PagePart::map)->x, before.x + 1.9, 0.02);
  r.frame(70);  // a second without a key ends the step
  EXPECT_EQ(r.session.history().size(), steps + 1);
  r.key('Z', true);
  EXPECT_TRUE(spec().frames.empty());
}

TEST_F(Page, NumbersPlaceAFrameAndAutomaticTakesItBack) {
  chooseMap();
  r.write("frame.x", "33.5");
  ASSERT_TRUE(placed(PagePart::map));
  EXPECT_DOUBLE_EQ(placed(PagePart::map)->x, 33.5);
  r.click("frame.auto");
  EXPECT_TRUE(spec().frames.empty());
  EXPECT_FALSE(r.widget("frame.auto").enabled);
}

TEST_F(Page, TabGoesRoundTheFrames) {
  std::vector<std::string> seen;
  for (size_t i = 0; i < r.page().frames.size(); ++i) {
    r.key(tab);
    ASSERT_TRUE(r.has("page.chosen"));
    seen.push_back(r.widget("page.chosen").value);
  }
  r.key(tab);
  EXPECT_EQ(r.widget("page.chosen").value, seen.front());
}

TEST_F(Page, PartsAreHiddenAndBroughtBack) {
  r.click("part.legend");
  EXPECT_EQ(spec().hidden, std::vector<std::string>{"legend"});
  EXPECT_EQ(r.widget("part.legend").value, "off");
  r.click("part.legend");
  EXPECT_TRUE(spec().hidden.empty());
  chooseMap();
  r.key(remove_);  // a page needs its map
  EXPECT_TRUE(spec().hidden.empty());
}

TEST_F(Page, TextIsAddedWrittenAndDeleted) {
  r.click("page.addText");
  ASSERT_TRUE(placed(PagePart::text));
  EXPECT_EQ(placed(PagePart::text)->text.zh, "文字");
  r.frame(2);
  ASSERT_TRUE(has(PagePart::text));
  r.click("frame.edit");
  r.frame(2);
  ASSERT_TRUE(r.has("page.edit"));
  r.type("仅供规划讨论");  // over the words that are selected
  r.clickAt({r.widget("page").rect.x + 6, r.widget("page").rect.y + 6});
  EXPECT_EQ(placed(PagePart::text)->text.zh, "仅供规划讨论");
  r.clickAt(r.widget("page.frame.text.0").rect.centre());
  r.key(remove_);
  EXPECT_FALSE(placed(PagePart::text));
}

TEST_F(Page, TemplatesBringTheirPaper) {
  r.click("template.figure");
  EXPECT_EQ(spec().style, scene::PageStyle::figure);
  EXPECT_EQ(spec().paper, "160x110");
  r.click("template.poster");
  EXPECT_EQ(spec().paper, "A0");
  EXPECT_FALSE(spec().landscape);
  r.click("template.slide");
  EXPECT_EQ(spec().paper, "338x190");
  r.click("template.sheet");
  EXPECT_EQ(spec().paper, "A3");
  EXPECT_TRUE(spec().landscape);
  r.frame(2);
  EXPECT_FLOAT_EQ(r.session.scene().page.width, 420);
}

TEST_F(Page, ATemplateOfOnesOwnIsSavedUsedAndDeleted) {
  r.click("template.slide");
  r.click("template.save");
  r.type("汇报");
  r.key(key::enter);
  ASSERT_EQ(r.session.project().templates.size(), 1u);
  const auto made = r.session.project().templates[0];
  EXPECT_EQ(made.name.zh, "汇报");
  EXPECT_EQ(made.layout.paper, "338x190");
  r.click("template.sheet");
  r.click("template.own." + made.id);
  EXPECT_EQ(spec().paper, "338x190");
  r.click("template.own." + made.id + ".remove");
  EXPECT_TRUE(r.session.project().templates.empty());
}

TEST_F(Page, PaperOfAnySize) {
  r.click("page.paper"), r.click("choice.page.paper.5");
  ASSERT_TRUE(r.has("page.width"));
  r.write("page.width", "500");
  EXPECT_EQ(spec().paper, "500x297");
  r.write("page.width", "5");
  EXPECT_EQ(spec().paper, "500x297");
  EXPECT_TRUE(r.has("page.refused"));
  r.click("page.paper"), r.click("choice.page.paper.0");
  EXPECT_EQ(spec().paper, "A4");
  r.click("page.way.1");
  EXPECT_FALSE(spec().landscape);
}

TEST_F(Page, PlacedFramesKeepTheirShareOfThePaper) {
  chooseMap();
  r.write("frame.x", "42");
  r.click("page.paper"), r.click("choice.page.paper.2");  // A2: 594 of 420
  ASSERT_TRUE(placed(PagePart::map));
  EXPECT_NEAR(placed(PagePart::map)->x, 42 * 594.0 / 420, 0.05);
}

TEST_F(Page, TheScaleIsAutomaticOrFixed) {
  ASSERT_TRUE(r.has("page.scaleKind.1"));
  r.click("page.scaleKind.1");
  ASSERT_TRUE(spec().scale);
  r.write("page.scale", "1:250 000");
  EXPECT_DOUBLE_EQ(*spec().scale, 250000);
  r.click("page.scaleKind.0");
  EXPECT_FALSE(spec().scale);
  r.click("page.grid.1");
  EXPECT_EQ(spec().grid, scene::PageGrid::metres);
}

TEST_F(Page, SaysWhatAPublicPageLacks) {
  EXPECT_FALSE(r.has("page.lacks"));
  r.click("page.public.1");
  r.frame(2);
  ASSERT_TRUE(r.has("page.lacks"));
  EXPECT_NE(r.widget("page.lacks").value.find("没有审图号"), std::string::npos);
  EXPECT_EQ(r.widget("page.lacks").value.find("日期"), std::string::npos);  // it is printed with one
  r.click("page.reviewNumber"), r.type("GS(2026)1号"), r.key(key::enter);
  EXPECT_EQ(spec().reviewNumber, "GS(2026)1号");
  r.frame(2);
  EXPECT_TRUE(!r.has("page.lacks") || r.widget("page.lacks").value.find("没有审图号") == std::string::npos);
}

TEST_F(Page, NotesAreWrittenChangedAndRemoved) {
  const size_t before = spec().notes.size();
  const std::string row = fmt::format("page.notes.{}", before);
  r.click("page.notes.new"), r.type("数据截至 2023 年"), r.key(key::enter);
  ASSERT_EQ(spec().notes.size(), before + 1);
  EXPECT_EQ(spec().notes.back().zh, "数据截至 2023 年");
  r.frame(2);
  r.click(row + ".remove");
  EXPECT_EQ(spec().notes.size(), before);
}

TEST_F(Page, CtrlEExportsThePageAndEscapeLeavesIt) {
  r.key('E', true);
  EXPECT_EQ(r.widget("export.look.0").value, "on");
  EXPECT_EQ(r.widget("export.paper.own.0").value, "on");
  EXPECT_NE(r.widget("export.what").value.find("420 × 297 mm"), std::string::npos)
      << r.widget("export.what").value;
  EXPECT_NE(r.widget("export.what").value.find("4,961 × 3,508"), std::string::npos);
  r.click("dialog.export");
  ASSERT_EQ(r.sent<session::ExportImage>(), 1u);
  for (const auto& c : r.commands)
    if (const auto* e = std::get_if<session::ExportImage>(&c)) {
      EXPECT_TRUE(e->page);
      std::remove(e->path.c_str());
      r.session.wait();
      std::remove(e->path.c_str());
    }
  r.key(key::escape);
  EXPECT_FALSE(r.session.view().pageView);
}

TEST_F(Page, TheButtonOfTheStripOpensAndClosesIt) {
  r.click("strip.page");
  EXPECT_FALSE(r.session.view().pageView);
  r.click("strip.page");
  EXPECT_TRUE(r.session.view().pageView);
  EXPECT_EQ(r.widget("column.page").value, "on");
}

TEST(Exports, OfferAnotherPaperAndSayWhatComesOut) {
  Robot r{1600, 1000};
  r.openQingyuan();
  r.key('E', true);
  EXPECT_EQ(r.widget("export.look.1").value, "on");
  r.click("export.look.0");
  r.click("export.paper.0");
  EXPECT_NE(r.widget("export.what").value.find("297 × 210 mm"), std::string::npos)
      << r.widget("export.what").value;
  r.click("export.format.3");
  EXPECT_FALSE(r.has("export.dpi.0"));  // vectors have none
  r.click("export.format.0");
  r.click("export.dpi.value");
  r.type("000");
  EXPECT_FALSE(r.widget("dialog.export").enabled);
  EXPECT_NE(r.widget("export.what").value.find("300000 dpi"), std::string::npos);
}

TEST(Exports, OfTheMapAloneHaveNoOtherContent) {
  Robot r{1600, 1000};
  r.openQingyuan();
  r.key('E', true);
  r.click("export.look.2");
  EXPECT_FALSE(r.widget("export.picture.2").enabled);
  EXPECT_TRUE(r.has("export.worldFile"));
  r.click("export.size.4");
  EXPECT_TRUE(r.has("export.paper.0"));
}

TEST_F(Page, ADroppedPictureAsksBeforeItTakesThePlaceOfWhatIsUnsaved) {
  r.click("page.addText");
  session::Commands out;
  panels::dropFiles({"/nowhere/map.pdf"}, r.session, r.state, out);
  EXPECT_TRUE(out.empty());
  r.frame(2);
  EXPECT_TRUE(r.has("dialog.discard"));
}

TEST(Exports, AgainNeedsAFirst) {
  Robot r{1600, 1000};
  r.openQingyuan();
  r.click("menu.file");
  EXPECT_FALSE(r.widget("file.exportAgain").enabled);
  EXPECT_FALSE(r.widget("file.exportAgain").tip.empty());
}

TEST(Atlas, CountsItsSheetsBeforehand) {
  Robot r{1600, 1000};
  r.openQingyuan();
  r.click("menu.file"), r.click("file.exportAtlas");
  ASSERT_TRUE(r.has("atlas.areas.all"));
  r.click("atlas.indicators.all"), r.frame(2);  // none
  EXPECT_FALSE(r.widget("dialog.export").enabled);
  r.click("atlas.indicators.population");
  r.click("atlas.areas.all");  // none
  r.click("atlas.areas.441881");
  r.frame(2);
  EXPECT_TRUE(r.widget("atlas.what").value.starts_with("1 幅")) << r.widget("atlas.what").value;
  EXPECT_TRUE(r.widget("dialog.export").enabled);
  r.key(key::escape);
  EXPECT_FALSE(r.has("atlas.areas.all"));
}

}  // namespace
