#include "app/panels/panels.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "app/panels/actions.h"
#include "tests/panels/robot.h"

namespace {

namespace fs = std::filesystem;
using test::Robot;
namespace key = test::key;

const char* menuIds[] = {"file", "edit", "view", "layer", "analysis", "indicator", "scene", "export", "help"};

const session::LayerSpec& layer(const session::Session& s, const std::string& id) {
  for (const auto& l : s.project().layers)
    if (l.id == id) return l;
  throw std::runtime_error("no layer " + id);
}

TEST(Menus, OpenByClickAndFollowThePointerAlongTheBar) {
  Robot r;
  r.openQingyuan();
  r.click("menu.file");
  EXPECT_TRUE(r.has("file.open"));
  r.moveTo(r.widget("menu.view").rect.centre());
  EXPECT_FALSE(r.has("file.open"));
  EXPECT_TRUE(r.has("view.fit"));
  r.key(key::escape);
  EXPECT_FALSE(r.has("view.fit"));
}

TEST(Menus, AClickBesideThemClosesThemAndDoesNothingElse) {
  Robot r;
  r.openQingyuan();
  r.click("menu.help");
  const auto rows = r.widget("layer.rivers.row").rect;
  const bool before = layer(r.session, "rivers").visible;
  r.clickAt({rows.x - 20, rows.centre().y});
  EXPECT_FALSE(r.has("help.about"));
  EXPECT_EQ(layer(r.session, "rivers").visible, before);
}

TEST(Menus, SayWhyAnItemIsDisabled) {
  Robot r;
  r.openQingyuan();
  size_t disabled = 0;
  for (const auto* id : menuIds) {
    r.click(std::string("menu.") + id);
    for (const auto& [name, w] : panels::widgets(r.state)) {
      if (w.kind != "menu item" || w.enabled) continue;
      ++disabled;
      EXPECT_FALSE(w.tip.empty()) << name;
    }
    r.key(key::escape);
  }
  EXPECT_GE(disabled, 4u);  // nothing to undo, nothing selected, no layer chosen, no work to stop
}

TEST(Menus, GiveNoKeyTwice) {
  Robot r;
  r.openQingyuan();
  session::Commands out;
  panels::FrameInput input;
  input.width = 1440, input.height = 900, input.seconds = 1;
  panels::Ui ui(r.session, *r.state.impl, input, out);
  std::map<std::string, std::string> owner;
  for (const auto& menu : panels::menus())
    for (const auto& a : panels::actionsOf(ui, menu.id)) {
      if (a.keys.empty()) continue;
      EXPECT_TRUE(owner.emplace(a.keys, a.id).second) << a.keys << ": " << owner[a.keys] << ", " << a.id;
    }
  EXPECT_GE(owner.size(), 20u);
}

TEST(Shortcuts, AreRead) {
  EXPECT_TRUE(panels::matches({'S', true, true, false}, "Ctrl+Shift+S"));
  EXPECT_FALSE(panels::matches({'S', true, false, false}, "Ctrl+Shift+S"));
  EXPECT_FALSE(panels::matches({'S', true, true, false}, "Ctrl+S"));
  EXPECT_TRUE(panels::matches({300, false, false, false}, "F11"));
  EXPECT_FALSE(panels::matches({290, false, false, false}, "F11"));
  EXPECT_TRUE(panels::matches({'F', false, false, false}, "F"));
  EXPECT_TRUE(panels::matches({'=', false, true, false}, "+"));
  EXPECT_TRUE(panels::matches({267, false, false, false}, "PageDown"));
  EXPECT_FALSE(panels::matches({'F', false, false, true}, "F"));
}

TEST(LayersPanel, TogglesALayerAndUndoesIt) {
  Robot r;
  r.openQingyuan();
  ASSERT_TRUE(layer(r.session, "rivers").visible);
  r.click("layer.rivers.visible");
  EXPECT_FALSE(layer(r.session, "rivers").visible);
  EXPECT_EQ(r.widget("layer.rivers.visible").value, "off");
  r.key('Z', true);
  EXPECT_TRUE(layer(r.session, "rivers").visible);
  r.key('Y', true);
  EXPECT_FALSE(layer(r.session, "rivers").visible);
}

TEST(LayersPanel, DraggingTheOpacityIsOneStepToUndo) {
  Robot r;
  r.openQingyuan();
  r.click("layer.rivers.row");
  const size_t steps = r.session.history().size();
  r.drag("style.opacity", 0.97f, 0.4f);
  EXPECT_LT(layer(r.session, "rivers").opacity, 0.6);
  EXPECT_GT(r.sent<session::SetLayerOpacity>(), 3u);
  EXPECT_EQ(r.session.history().size(), steps + 1);
  r.key('Z', true);
  EXPECT_EQ(layer(r.session, "rivers").opacity, 1);
}

TEST(LayersPanel, MovesALayerUp) {
  Robot r;
  r.openQingyuan();
  const auto at = [&](const std::string& id) {
    const auto& all = r.session.project().layers;
    return std::find_if(all.begin(), all.end(), [&](const auto& l) { return l.id == id; }) - all.begin();
  };
  const auto before = at("rivers");
  r.click("layer.rivers.row");
  r.click("style.up");
  EXPECT_EQ(at("rivers"), before + 1);
}

TEST(LayersPanel, ListsWhatHasNoAddress) {
  Robot r;
  r.openQingyuan();
  EXPECT_EQ(r.session.scene().unplaced.size(), 5u);
  EXPECT_TRUE(r.has("unplaced.0"));
  r.click("unplaced.0");
  ASSERT_TRUE(r.session.view().selected);
  EXPECT_EQ(*r.session.view().selected, r.session.scene().unplaced[0].object);
}

TEST(Search, FindsACountyAndSelectsIt) {
  Robot r;
  r.openQingyuan();
  r.click("search");
  r.type("英德");
  ASSERT_TRUE(r.has("search.0"));
  r.key(key::enter);
  ASSERT_TRUE(r.session.view().selected);
  const auto& s = *r.session.view().selected;
  const auto results = r.session.search("英德");
  ASSERT_FALSE(results.empty());
  EXPECT_EQ(s, results[0].object);
  EXPECT_TRUE(r.session.view().flight || !r.session.view().cameraIsFit);
  EXPECT_FALSE(r.has("search.0"));
}

TEST(Search, TypingTriggersNoShortcut) {
  Robot r;
  r.openQingyuan();
  const std::string theme = r.session.project().theme;
  r.click("search");
  r.type("t");
  r.key('T');
  r.key('L');
  EXPECT_EQ(r.session.project().theme, theme);
  EXPECT_EQ(r.session.view().language, scene::Language::zh);
  EXPECT_TRUE(panels::wants(r.state).typing);
}

TEST(Shortcuts, SwitchTheLanguageAtOnce) {
  Robot r;
  r.openQingyuan();
  EXPECT_EQ(r.widget("menu.file").value, "文件");
  r.key('L');
  EXPECT_EQ(r.session.view().language, scene::Language::en);
  EXPECT_EQ(r.widget("menu.file").value, "File");
  EXPECT_NE(r.widget("title").value.find("Qingyuan"), std::string::npos);
}

TEST(Shortcuts, SwitchTheTheme) {
  Robot r;
  r.openQingyuan();
  const std::string before = r.session.project().theme;
  r.key('T');
  EXPECT_NE(r.session.project().theme, before);
}

TEST(Strip, SetsTheYearWhereThereIsDataAndNowhereElse) {
  Robot r;
  r.openQingyuan();
  (void)session::apply(r.session, session::SetIndicator{"population"});
  r.frame(3);
  ASSERT_TRUE(r.has("year.2020"));
  r.click("year.2020");
  EXPECT_EQ(r.session.currentYear(), 2020);
  EXPECT_EQ(r.widget("year.2020").value, "on");
  ASSERT_TRUE(r.has("year.2022"));
  EXPECT_FALSE(r.widget("year.2022").enabled);
  r.click("year.2022");
  EXPECT_EQ(r.session.currentYear(), 2020);
}

TEST(Strip, ChoosesIndicatorAndClasses) {
  Robot r(1920, 1080);
  r.openQingyuan();
  r.click("tab.urbanisation");
  ASSERT_TRUE(r.session.scene().choropleth);
  EXPECT_EQ(r.session.scene().choropleth->id, "urbanisation");
  r.click("classes");
  r.click("classes.quantile");
  ASSERT_TRUE(r.session.scene().choropleth);
  EXPECT_EQ(r.session.scene().choropleth->breaks.method, geo::BreakMethod::quantile);
  r.click("classes.count.1");
  r.session.wait();
  r.frame(2);
  EXPECT_EQ(r.session.scene().choropleth->breaks.classes(), 3u);
}

TEST(Inspector, ShowsTheRankOfASelectedCounty) {
  Robot r(1920, 1080);
  r.openQingyuan();
  (void)session::apply(r.session, session::SetIndicator{"density"});
  const auto found = r.session.search("英德市");
  ASSERT_FALSE(found.empty());
  (void)session::apply(r.session, session::Select{found[0].object});
  r.frame(3);
  EXPECT_EQ(r.widget("inspector.name").value, "英德市");
  EXPECT_EQ(r.widget("inspector.rank").value, "第 4 / 8");
  EXPECT_EQ(r.widget("inspector.figure").value, "168");
  r.click("inspector.zoomTo");
  EXPECT_GE(r.sent<session::ZoomTo>(), 1u);
  r.click("inspector.copy");
  EXPECT_NE(r.session.view().clipboard.find("168"), std::string::npos);
}

TEST(Map, AClickSelectsAndHoverNames) {
  Robot r(1920, 1080);
  r.withMap = true;
  r.openQingyuan();
  const auto layout = panels::layoutFor(1920, 1080, 1, r.session.view());
  const auto found = r.session.search("阳山县");
  ASSERT_FALSE(found.empty());
  const auto& shape = r.session.layer(found[0].object.layer).shape;
  const auto at = r.session.view().camera.canvasFromWorld(
      shape->layer->shapes.box(static_cast<size_t>(found[0].object.row)).centre());
  const scene::Vec on{at.x + layout.map.x, at.y + layout.map.y};
  r.moveTo(on);
  EXPECT_TRUE(r.session.view().hovered);
  const auto hovered = r.session.view().hovered;
  r.clickAt(on);
  EXPECT_EQ(r.session.view().selected, hovered);
  r.moveTo({on.x, 10});
  EXPECT_FALSE(r.session.view().hovered);
}

TEST(Map, TheWheelKeepsThePlaceUnderThePointer) {
  Robot r(1920, 1080);
  r.openQingyuan();
  const auto layout = panels::layoutFor(1920, 1080, 1, r.session.view());
  const scene::Vec on{layout.map.x + 300, layout.map.y + 200};
  r.moveTo(on);
  const auto before = r.session.view().camera;
  const auto place = before.worldFromCanvas({300, 200});
  ImGui::GetIO().MouseWheel = 2;
  r.frame();
  r.settle();
  const auto after = r.session.view().camera;
  EXPECT_NEAR(before.metresPerUnit / after.metresPerUnit, 1.35 * 1.35, 0.01);
  EXPECT_NEAR(after.worldFromCanvas({300, 200}).x, place.x, after.metresPerUnit * 0.1);
  EXPECT_NEAR(after.worldFromCanvas({300, 200}).y, place.y, after.metresPerUnit * 0.1);
}

TEST(Map, DraggingPansByWhatThePointerMoved) {
  Robot r(1920, 1080);
  r.openQingyuan();
  const auto before = r.session.view().camera;
  const auto w = r.widget("map").rect;
  r.drag("map", 0.5f, 0.6f);
  const auto after = r.session.view().camera;
  EXPECT_NEAR((before.centre.x - after.centre.x) / before.metresPerUnit, w.w * 0.1, 1.5);
  EXPECT_EQ(r.sent<session::Select>(), 0u);
}

TEST(Escape, ClosesTheNearestThingFirst) {
  Robot r(1920, 1080);
  r.openQingyuan();
  (void)session::apply(r.session, session::Select{r.session.search("英德市")[0].object});
  r.frame(2);
  r.click("menu.view");
  r.key(key::escape);
  EXPECT_FALSE(r.has("view.fit"));
  EXPECT_TRUE(r.session.view().selected);
  r.key(key::escape);
  EXPECT_FALSE(r.session.view().selected);
}

TEST(Quit, AsksAboutUnsavedChanges) {
  Robot r;
  r.openQingyuan();
  r.click("layer.rivers.visible");
  ASSERT_TRUE(r.session.changed());
  r.key('Q', true);
  EXPECT_FALSE(r.session.view().quit);
  ASSERT_TRUE(r.has("dialog.discard"));
  r.click("dialog.cancel");
  EXPECT_FALSE(r.session.view().quit);
  EXPECT_FALSE(r.has("dialog.discard"));
  r.key('Q', true);
  r.click("dialog.discard");
  EXPECT_TRUE(r.session.view().quit);
}

TEST(Quit, GoesAtOnceWhenNothingIsLost) {
  Robot r;
  r.openQingyuan();
  r.key('Q', true);
  EXPECT_TRUE(r.session.view().quit);
}

class Files : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / fmt::format("parkscope 面板 {}", ::getpid());
    fs::create_directories(folder / "子 目录");
    std::ofstream(folder / "清远 项目.parkscope.toml")
        << "format = 1\ntitle = { zh = \"另一个\", en = \"Another\" }\n";
    std::ofstream(folder / "点.csv") << "name,lon,lat\n甲,113.1,23.7\n";
    std::ofstream(folder / "笔记.txt") << "x";
  }
  void TearDown() override { fs::remove_all(folder); }
  fs::path folder;
};

TEST_F(Files, OpenAProjectWithAChineseName) {
  Robot r;
  r.openQingyuan();
  r.key('O', true);
  r.click("files.folder");
  ImGui::GetIO().KeyMap[ImGuiKey_A] = 'A';
  ImGui::GetIO().KeyCtrl = true, ImGui::GetIO().KeysDown[static_cast<int>('A')] = true;
  r.frame(2);
  ImGui::GetIO().KeyCtrl = false, ImGui::GetIO().KeysDown[static_cast<int>('A')] = false;
  r.type(folder.string());
  ASSERT_TRUE(r.has("file.清远 项目.parkscope.toml"));
  EXPECT_TRUE(r.has("file.子 目录"));
  EXPECT_FALSE(r.has("file.点.csv"));
  EXPECT_FALSE(r.has("file.笔记.txt"));
  EXPECT_FALSE(r.widget("dialog.ok").enabled);
  r.click("file.清远 项目.parkscope.toml");
  r.click("dialog.ok");
  EXPECT_EQ(r.session.project().title.zh, "另一个");
  EXPECT_FALSE(r.has("dialog.ok"));
}

TEST_F(Files, DroppedDataBecomesLayersAndAProjectOpens) {
  Robot r;
  r.openQingyuan();
  session::Commands out;
  panels::dropFiles({(folder / "点.csv").string()}, r.session, r.state, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<session::OpenTables>(out[0]));  // tables come to the assistant
  out.clear();
  panels::dropFiles({(folder / "点.csv").string(), "/nowhere/a.geojson"}, r.session, r.state, out);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<session::AddData>(out[0]));
  out.clear();
  panels::dropFiles({(folder / "清远 项目.parkscope.toml").string()}, r.session, r.state, out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<session::OpenProject>(out[0]));
}

TEST_F(Files, SaveAsAsksBeforeItReplaces) {
  Robot r;
  r.openQingyuan();
  r.click("layer.rivers.visible");
  r.key('S', true, true);
  ASSERT_TRUE(r.has("files.name"));
  r.click("files.folder");
  ImGui::GetIO().KeyMap[ImGuiKey_A] = 'A';
  ImGui::GetIO().KeyCtrl = true, ImGui::GetIO().KeysDown[static_cast<int>('A')] = true;
  r.frame(2);
  ImGui::GetIO().KeyCtrl = false, ImGui::GetIO().KeysDown[static_cast<int>('A')] = false;
  r.type(folder.string());
  r.click("file.清远 项目.parkscope.toml");
  EXPECT_EQ(r.widget("files.name").value, "清远 项目.parkscope.toml");
  r.click("dialog.ok");
  EXPECT_EQ(r.sent<session::SaveProjectAs>(), 0u);
  r.click("dialog.ok");
  EXPECT_EQ(r.sent<session::SaveProjectAs>(), 1u);
  r.session.wait();
  EXPECT_FALSE(r.session.changed());
}

TEST(Layout, FoldsTheColumnsWhereTheWindowIsNarrow) {
  session::View view;
  const auto wide = panels::layoutFor(1440, 900, 1, view), middling = panels::layoutFor(1280, 720, 1, view),
             narrow = panels::layoutFor(1024, 700, 1, view);
  EXPECT_EQ(wide.layers.w, 296);
  EXPECT_EQ(wide.inspector.w, 360);
  EXPECT_EQ(wide.map.w, 1440 - 296 - 360);
  EXPECT_EQ(middling.inspector.w, 0);
  EXPECT_EQ(middling.layers.w, 296);
  EXPECT_EQ(narrow.layers.w, 0);
  EXPECT_EQ(narrow.map.w, 1024);
  const auto fine = panels::layoutFor(2880, 1800, 2, view);
  EXPECT_EQ(fine.layers.w, 592);
}

TEST(Layout, KeepsEveryWidgetInsideTheWindow) {
  for (auto language : {scene::Language::zh, scene::Language::en})
    for (auto [w, h, scale] : {std::tuple{1280.f, 720.f, 1.f}, {1440.f, 900.f, 1.f}, {3840.f, 2160.f, 2.f}}) {
      Robot r(w, h, scale);
      r.openQingyuan();
      (void)session::apply(r.session, session::SetLanguage{language});
      r.frame(3);
      for (const auto& [id, widget] : panels::widgets(r.state)) {
        if (id.starts_with("layer.") || id.starts_with("group.") || id.starts_with("inspector.") ||
            id.starts_with("unplaced."))
          continue;  // these scroll
        EXPECT_GE(widget.rect.x, -1) << id;
        EXPECT_LE(widget.rect.right(), w + 1) << id;
        EXPECT_LE(widget.rect.bottom(), h + 1) << id;
      }
    }
}

TEST(Fonts, HoldEveryCharacterThatIsShown) {
  Robot r(1920, 1080);
  r.openQingyuan();
  for (int i = 0; i < 3; ++i) {
    (void)session::apply(r.session, session::NextScene{1});
    r.frame(2);
    EXPECT_FALSE(panels::wants(r.state).fonts);
  }
  const ImFont* body = ImGui::GetIO().Fonts->Fonts[static_cast<int>(panels::Type::body)];
  EXPECT_NE(body->FindGlyphNoFallback(0x56FE), nullptr);  // 图
  float width = 0;
  for (ImWchar c = '0'; c <= '9'; ++c) {
    if (c == '0') width = body->GetCharAdvance(c);
    EXPECT_EQ(body->GetCharAdvance(c), width) << static_cast<char>(c);
  }
}

TEST(Idle, AsksForNothing) {
  Robot r(1920, 1080);
  r.openQingyuan();
  for (int i = 0; i < 1000 && (panels::wants(r.state).again || panels::wants(r.state).wakeAt > 0); ++i)
    r.frame();
  EXPECT_FALSE(panels::wants(r.state).again);
  EXPECT_EQ(panels::wants(r.state).wakeAt, 0);
  const size_t before = r.commands.size();
  r.frame(10);
  EXPECT_EQ(r.commands.size(), before);
}

TEST(Help, ListsTheKeysAndCloses) {
  Robot r;
  r.openQingyuan();
  r.key(key::f1);
  EXPECT_TRUE(r.session.view().helpOpen);
  EXPECT_TRUE(r.has("dialog.ok"));
  r.click("dialog.ok");
  EXPECT_FALSE(r.session.view().helpOpen);
}

TEST(Export, RefusesSizesThatNoFileCanHave) {
  Robot r;
  r.openQingyuan();
  r.key('E', true);
  ASSERT_TRUE(r.has("export.width"));
  EXPECT_TRUE(r.widget("dialog.export").enabled);
  r.click("export.format.3");
  EXPECT_TRUE(r.widget("export.path").value.ends_with(".pdf"));
  r.click("export.look.0");
  EXPECT_TRUE(r.has("export.paper.1"));
  r.key(key::escape);
  EXPECT_FALSE(r.has("dialog.export"));
}

}  // namespace
