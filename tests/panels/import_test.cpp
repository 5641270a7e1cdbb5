// The import assistant and the dialog of a database, by their widgets.
#include "app/session/import.h"

#include "app/session/database_layers.h"

#include <filesystem>
#include <fstream>

#include "tests/panels/robot.h"

namespace {

using test::Robot;
using testing::HasSubstr;
using testing::StartsWith;

struct Import : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("parkscope-import-{}", getpid());
  Robot r;
  Import() { std::filesystem::create_directories(folder); }
  ~Import() override { std::filesystem::remove_all(folder); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (folder / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void settle() { r.frame(2), r.session.wait(), r.frame(3); }
  void drop(const std::string& path) {
    session::Commands out;
    panels::dropFiles({path}, r.session, r.state, out);
    for (const auto& c : out) ASSERT_TRUE(apply(r.session, c));
    settle();
  }
  void pick(const std::string& id, int option) {
    r.click(id);
    r.frame(2);
    r.click(fmt::format("choice.{}.{}", id, option));
    settle();
  }
  const session::Project& project() { return r.session.project(); }
};

TEST_F(Import, ADroppedTableOfFiguresIsSeenUnderstoodAndTakenInByEnter) {
  r.openQingyuan();
  const size_t before = project().indicators.size();
  drop(file("产值.csv",
            "各县产值\n县,产值（亿元）,备注\n清城区,12.5,甲\n清新县,20,乙\n英德,—,丙\n火星县,1,丁\n"));
  EXPECT_EQ(r.widget("import.as.figures").value, "on");
  EXPECT_EQ(r.widget("import.table").value, "6");
  EXPECT_THAT(r.widget("import.column.1").value, HasSubstr("亿元"));
  EXPECT_THAT(r.widget("import.outcome").value, HasSubstr("3"));
  EXPECT_THAT(r.widget("import.unmatched").value, StartsWith("1"));
  r.key(257);
  settle();
  ASSERT_EQ(project().indicators.size(), before + 1);
  EXPECT_EQ(project().indicators.back().unit.zh, "亿元");
  EXPECT_EQ(project().indicator, "产值");
  EXPECT_FALSE(r.has("import.table"));
  ASSERT_EQ(project().imports.size(), 1u);
}

TEST_F(Import, AnotherHeaderTypeAndWayAreChosenAndCallingOffLeavesNothing) {
  r.openQingyuan();
  const auto before = project();
  drop(file("表.csv", "编号,县,值\n01,清城区,5\n02,英德市,约6\n03,阳山县,7\n04,连州市,8\n05,佛冈县,9\n"));
  EXPECT_TRUE(r.has("import.unread.3.2"));  // 约6 among numbers
  r.click("import.type.2");
  r.frame(2);
  r.click("choice.import.type.2.2");  // number
  settle();
  EXPECT_TRUE(r.session.importPreview()->table.loaded.layer->table.columns[2].numeric());
  EXPECT_EQ(r.session.importPreview()->table.columns[2].unread, 1u);
  r.click("import.as.names");
  settle();
  EXPECT_EQ(r.session.importPreview()->found.placeBy, "县");
  EXPECT_THAT(r.widget("import.outcome").value, HasSubstr("5"));
  r.click("import.part.1");
  r.frame(2);
  pick("import.header", 1);  // none
  EXPECT_EQ(r.session.importPreview()->table.headerRow, 0u);
  r.click("import.row.1");
  settle();
  EXPECT_EQ(r.session.importPreview()->table.headerRow, 1u);
  r.key(256);
  settle();
  EXPECT_EQ(project(), before);
  EXPECT_TRUE(r.session.view().import.path.empty());
}

TEST_F(Import, AFileThatIsNoTableIsOneLineAndCannotBeTakenIn) {
  r.openQingyuan();
  drop(file("empty.csv", ""));
  EXPECT_TRUE(r.has("import.error"));
  EXPECT_FALSE(r.widget("dialog.import").enabled);
  r.click("dialog.cancel");
  settle();
  EXPECT_FALSE(r.has("import.error"));
}

TEST_F(Import, ALayersChoicesAreSeenAgainAndChanged) {
  r.openQingyuan();
  drop(file("企业.csv", "企业名称,地址\n第一厂,清城区凤城街道1号\n第二厂,英德市\n"));
  EXPECT_EQ(r.widget("import.as.names").value, "on");
  r.click("dialog.import");
  settle();
  r.click("layer.企业.row");
  r.click("style.data");
  settle();
  r.click("data.import");
  settle();
  EXPECT_EQ(r.widget("import.as.names").value, "on");
  pick("import.role", 2);
  r.click("dialog.import");
  settle();
  const auto& layers = project().layers;
  const auto at = std::find_if(layers.begin(), layers.end(), [](const auto& l) { return l.id == "企业"; });
  ASSERT_NE(at, layers.end());
  EXPECT_EQ(at->role, scene::Role::platform);
  EXPECT_EQ(std::count_if(layers.begin(), layers.end(),
                          [](const auto& l) { return l.source.ends_with("企业.csv"); }),
            1);
}

// At the smallest window nothing is cut off: every widget lies within the window.
TEST_F(Import, FitsASmallWindowInBothLanguages) {
  for (const auto language : {scene::Language::zh, scene::Language::en}) {
    Robot small(1280, 720);
    small.openQingyuan();
    ASSERT_TRUE(apply(small.session, session::SetLanguage{language}));
    ASSERT_TRUE(apply(small.session, session::OpenTables{{file(
                                         "点.csv", "名称,经度,纬度\n甲,113.05,23.7\n乙,112.9,24.1\n")}}));
    small.frame(2), small.session.wait(), small.frame(4);
    ASSERT_TRUE(small.has("import.map"));
    for (const char* id :
         {"dialog.import", "dialog.cancel", "import.map", "import.outcome", "import.table", "import.x"}) {
      const auto rect = small.widget(id).rect;
      EXPECT_GE(rect.x, 0) << id;
      EXPECT_LE(rect.right(), 1280) << id;
      EXPECT_LE(rect.bottom(), 720) << id;
    }
  }
}

// Columns of years are one indicator, and the user may say no.
TEST_F(Import, ColumnsOfYearsAreSeenAsOneIndicatorAndTakenApartWhenAsked) {
  r.openQingyuan();
  drop(file("产值2021-2023.csv", "县区,2021,2022,2023\n清城区,1,2,3\n英德市,4,5,6\n连州市,7,8,9.5\n"));
  EXPECT_EQ(r.widget("import.years").value, "on");
  EXPECT_THAT(r.widget("import.madeOfYears").value, HasSubstr("产值"));
  EXPECT_TRUE(r.has("import.figure.1"));
  EXPECT_FALSE(r.has("import.figure.2"));
  r.write("import.figure.1.name", "工业产值");
  settle();
  EXPECT_EQ(r.session.importPreview()->found.figures[0].name.zh, "工业产值");
  r.click("import.years");
  settle();
  EXPECT_TRUE(r.has("import.figure.3"));
  EXPECT_EQ(r.session.importPreview()->found.figures.size(), 3u);
  EXPECT_FALSE(r.has("import.madeOfYears"));
  r.click("import.years");
  settle();
  r.click("dialog.import");
  settle();
  EXPECT_EQ(project().indicators.back().name.zh, "产值");
  EXPECT_EQ(r.session.indicator(project().indicators.back().id).years, (std::vector<int>{2021, 2022, 2023}));
}

// Without a pointer: Tab and Shift+Tab go round, Enter and the space bar press, the arrows move in a list.
TEST_F(Import, IsWalkedThroughWithTheKeyboard) {
  r.openQingyuan();
  drop(file("企业.csv", "企业名称,地址,所在县\n第一厂,清城区凤城街道1号,清城区\n第二厂,英德市,英德市\n"));
  constexpr int tab = 258, enter = 257, space = ' ', down = 264;
  const auto focus = [&] { return r.has("focus") ? r.widget("focus").value : std::string(); };
  const auto walkTo = [&](const std::string& id, bool back = false) {
    for (int i = 0; i < 60 && focus() != id; ++i) r.key(tab, false, back);
    ASSERT_EQ(focus(), id);
  };
  EXPECT_EQ(focus(), "");
  walkTo("import.as.points");
  r.key(space);
  settle();
  EXPECT_EQ(r.session.importPreview()->found.as, session::ImportSpec::As::points);
  EXPECT_FALSE(r.widget("dialog.import").enabled);
  r.key(tab, false, true), r.key(tab);
  EXPECT_EQ(focus(), "import.as.points");  // there and back
  walkTo("import.as.names");
  r.key(enter);
  settle();
  EXPECT_EQ(r.session.importPreview()->found.as, session::ImportSpec::As::names);
  walkTo("import.placeBy");
  r.key(enter);
  ASSERT_TRUE(r.has("choice.import.placeBy.2"));
  r.key(down);
  r.key(enter);
  settle();
  EXPECT_FALSE(r.has("choice.import.placeBy.2"));
  EXPECT_EQ(r.session.importPreview()->found.placeBy, "所在县");
  EXPECT_EQ(r.sent<session::ImportTable>(), 0u);
  EXPECT_EQ(focus(), "import.placeBy");
  // A field takes letters once it is reached, and gives them back when it is left.
  walkTo("import.part.1", true);
  r.key(space);
  r.frame(2);
  walkTo("import.missing");
  r.type("x");
  r.key(tab);
  r.frame(3);
  settle();
  EXPECT_EQ(r.session.importPreview()->found.cells.missing, (std::vector<std::string>{"x"}));
  walkTo("dialog.cancel", true);
  walkTo("dialog.import", true);
  r.key(enter);
  settle();
  EXPECT_EQ(r.sent<session::ImportTable>(), 1u);
  EXPECT_FALSE(r.has("focus"));
}

TEST_F(Import, ADatabaseThatDoesNotAnswerIsOneLineAndThePasswordIsNowhere) {
  r.openQingyuan();
  r.click("menu.file");
  r.frame(2);
  r.click("file.database");
  r.frame(2);
  r.click("database.port"), r.type("1");
  r.click("database.name"), r.type("gis");
  r.click("database.password"), r.type("S3cret");
  EXPECT_EQ(r.widget("database.password").value, "••••••");
  EXPECT_FALSE(r.widget("dialog.add").enabled);
  r.click("database.connect");
  settle();
  ASSERT_TRUE(r.has("database.error"));
  EXPECT_EQ(r.session.databaseAnswer()->source.find("S3cret"), std::string::npos);
  for (const auto& m : r.session.messages()) EXPECT_EQ(m.text.find("S3cret"), std::string::npos);
  r.key(256);
  r.frame(2);
  EXPECT_FALSE(r.has("database.error"));
}

}  // namespace
