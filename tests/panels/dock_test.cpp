// The dock and the map's tools: one selection in every view of it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/panels/robot.h"

namespace {

using scene::Vec;
using test::Robot;
namespace key = test::key;

class Dock : public testing::Test {
 protected:
  Dock() : r(1920, 1080) {}
  void SetUp() override {
    r.withMap = true;
    r.openQingyuan();
    does(session::TogglePanel{"dock"});
    does(session::SetIndicator{"density"});
    r.session.wait();
    r.frame(4);
    ASSERT_EQ(r.session.activeLayer(), "counties");
    ASSERT_TRUE(r.session.table("counties"));
  }
  void does(const session::Command& c) {
    const auto done = session::apply(r.session, c);
    EXPECT_TRUE(done) << done.error().text();
    r.session.wait();
    r.frame(3);
  }
  void tab(const std::string& name) {
    r.click("dock.tab." + name);
    ASSERT_EQ(r.widget("dock.tab." + name).value, "on");
    r.moveTo({5, 5});
  }
  uint32_t county(const std::string& name) {
    const auto found = r.session.search(name);
    EXPECT_FALSE(found.empty());
    return static_cast<uint32_t>(found[0].object.row);
  }
  double density(uint32_t row) { return r.session.scene().choropleth->figures[row].value; }
  std::string id(const char* prefix, uint32_t row) { return prefix + std::to_string(row); }
  const std::vector<uint32_t>& selection() { return r.session.view().selection; }
  // Rows of the table from top to bottom, as they are drawn.
  std::vector<uint32_t> rowsDown(const std::string& prefix) {
    std::vector<std::pair<float, uint32_t>> rows;
    for (const auto& [name, w] : panels::widgets(r.state))
      if (name.starts_with(prefix))
        rows.emplace_back(w.rect.y, static_cast<uint32_t>(std::stoul(name.substr(prefix.size()))));
    std::sort(rows.begin(), rows.end());
    std::vector<uint32_t> order;
    for (const auto& [y, row] : rows) order.push_back(row);
    return order;
  }

  Robot r;
};

using Rows = std::vector<uint32_t>;

TEST_F(Dock, TakesItsRoomFromTheMapAndFoldsWhereThereIsNone) {
  const auto& view = r.session.view();
  const auto with = panels::layoutFor(1920, 1080, 1, view);
  EXPECT_EQ(with.dock.h, 280);
  EXPECT_EQ(with.map.bottom(), with.dock.y);
  EXPECT_EQ(with.dock.bottom(), with.strip.y);
  EXPECT_EQ(panels::layoutFor(1920, 1080, 1, view, 400).dock.h, 400);
  EXPECT_GT(panels::layoutFor(1920, 1080, 1, view, 900).map.h, 300);
  EXPECT_GE(panels::layoutFor(1280, 720, 1, view).map.h, 340);
  EXPECT_GE(panels::layoutFor(1280, 720, 1, view).dock.h, 170);
  EXPECT_EQ(panels::layoutFor(1280, 480, 1, view).dock.h, 0);
}

TEST_F(Dock, IsToggledByItsHandleAndItsKeyAndRemembersItsHeight) {
  const auto edge = r.widget("dock.edge").rect;
  r.dragThrough({edge.centre(), {edge.centre().x, edge.centre().y - 60}});
  const float taller = panels::dockHeight(r.state);
  EXPECT_NEAR(taller, 340, 6);
  r.click("dock.close");
  EXPECT_FALSE(r.session.view().dockPanel);
  ASSERT_TRUE(r.has("dock.open"));
  r.click("dock.open");
  EXPECT_TRUE(r.session.view().dockPanel);
  EXPECT_EQ(panels::dockHeight(r.state), taller);
  r.key('D');
  EXPECT_FALSE(r.session.view().dockPanel);
}

TEST_F(Dock, SaysHowManyRowsAreShownAndChosen) {
  does(session::SelectRows{"counties", {1, 2, 5}});
  EXPECT_EQ(r.widget("dock.count").value, "显示 8 / 选中 3");
}

TEST_F(Dock, TheLayerIsChosenFromAList) {
  r.click("dock.layer");
  ASSERT_TRUE(r.has("dock.layer.stations"));
  r.click("dock.layer.stations");
  EXPECT_EQ(r.session.activeLayer(), "stations");
  EXPECT_TRUE(r.widget("dock.count").value.starts_with("显示 85"));
}

TEST_F(Dock, ATableHeadSortsUpDownAndBack) {
  tab("table");
  const auto as = rowsDown("table.row.");
  r.click("table.head.density");
  auto up = rowsDown("table.row.");
  ASSERT_GE(up.size(), 5u);
  for (size_t i = 0; i + 1 < up.size(); ++i) EXPECT_LE(density(up[i]), density(up[i + 1]));
  r.click("table.head.density");
  auto down = rowsDown("table.row.");
  for (size_t i = 0; i + 1 < down.size(); ++i) EXPECT_GE(density(down[i]), density(down[i + 1]));
  r.click("table.head.density");
  EXPECT_EQ(rowsDown("table.row."), as);
}

TEST_F(Dock, MissingFiguresComeLastAndAreNeverZero) {
  tab("table");
  r.click("table.head.gdp");
  does(session::TogglePanel{"strip"});  // more rows
  const auto& table = *r.session.table("counties");
  const auto* gdp = table.table.find("gdp");
  ASSERT_TRUE(gdp);
  bool missing = false;
  size_t without = 0;
  for (uint32_t row : rowsDown("table.row.")) {
    const bool has = gdp->has(row);
    EXPECT_FALSE(missing && has);
    missing = missing || !has;
    without += !has;
    EXPECT_EQ(r.widget("table.cell." + std::to_string(row) + ".gdp").value.empty(), !has);
  }
  EXPECT_GT(without, 0u);
}

TEST_F(Dock, ARowIsChosenByAClickMoreByCtrlAndARangeByShift) {
  tab("table");
  const auto rows = rowsDown("table.row.");
  ASSERT_GE(rows.size(), 5u);
  r.click(id("table.row.", rows[0]));
  EXPECT_EQ(selection(), Rows{rows[0]});
  EXPECT_EQ(r.session.view().selected, (scene::ObjectRef{"counties", static_cast<long>(rows[0])}));
  r.hold(true);
  r.click(id("table.row.", rows[2]));
  EXPECT_EQ(selection().size(), 2u);
  r.click(id("table.row.", rows[2]));
  EXPECT_EQ(selection(), Rows{rows[0]});
  r.hold(false);
  r.click(id("table.row.", rows[1]));
  r.hold(false, true);
  r.click(id("table.row.", rows[4]));
  r.hold(false);
  Rows range(rows.begin() + 1, rows.begin() + 5);
  std::sort(range.begin(), range.end());
  EXPECT_EQ(selection(), range);
  // Only these, at a switch.
  r.click("table.only");
  EXPECT_EQ(rowsDown("table.row.").size(), 4u);
  EXPECT_EQ(r.widget("dock.count").value, "显示 8 / 选中 4");
}

TEST_F(Dock, HoveringARowHoversItOnTheMapAndTheOtherWayRound) {
  tab("table");
  const auto rows = rowsDown("table.row.");
  r.moveTo(r.widget(id("table.row.", rows[1])).rect.centre());
  EXPECT_EQ(r.session.view().hovered, (scene::ObjectRef{"counties", static_cast<long>(rows[1])}));
  r.moveTo({5, 5});
  EXPECT_FALSE(r.session.view().hovered);
}

TEST_F(Dock, ADoubleClickGoesThere) {
  tab("table");
  const auto at = r.widget(id("table.row.", rowsDown("table.row.")[0])).rect.centre();
  r.moveTo(at);
  for (bool down : {true, false, true, false}) {
    ImGui::GetIO().MouseDown[0] = down;
    r.frame();
  }
  EXPECT_EQ(r.sent<session::ZoomTo>(), 1u);
}

TEST_F(Dock, ASelectionFromElsewhereIsBroughtIntoSight) {
  r.click("dock.layer");
  r.click("dock.layer.stations");
  tab("table");
  ASSERT_FALSE(r.has("table.row.80"));
  does(session::SelectRows{"stations", {80}});
  EXPECT_TRUE(r.has("table.row.80"));
}

TEST_F(Dock, ChosenRowsAreCopiedAsATable) {
  tab("table");
  does(session::SelectRows{"counties", {0, 3}});
  r.key('C', true);
  const std::string text = r.session.view().clipboard;
  std::istringstream lines(text);
  std::string head, first, second, more;
  std::getline(lines, head), std::getline(lines, first), std::getline(lines, second);
  EXPECT_FALSE(std::getline(lines, more));
  const auto cells = [](const std::string& line) { return std::count(line.begin(), line.end(), '\t'); };
  const auto& table = *r.session.table("counties");
  EXPECT_EQ(cells(head), static_cast<long>(table.table.columns.size()));
  EXPECT_EQ(cells(first), cells(head));
  EXPECT_EQ(cells(second), cells(head));
  EXPECT_TRUE(first.starts_with(table.names[0] + "\t")) << first;
  EXPECT_NE(head.find("人/km²"), std::string::npos);
  EXPECT_EQ(text.find("未公布"), std::string::npos);  // an empty cell, no word and no 0
  EXPECT_NE(first.find(fmt::format("\t{:.{}f}\t", density(0), r.session.scene().choropleth->decimals)),
            std::string::npos)
      << first;
}

TEST_F(Dock, ARightClickCopiesOneValue) {
  tab("table");
  const auto row = rowsDown("table.row.")[0];
  const std::string cell = "table.cell." + std::to_string(row) + ".density", value = r.widget(cell).value;
  ASSERT_FALSE(value.empty());
  r.rightClick(cell);
  EXPECT_EQ(r.session.view().clipboard, value);
}

TEST_F(Dock, TheRankingRunsFromTheHighestAndPutsThoseWithoutAFigureLast) {
  does(session::SetIndicator{"gdp"});
  tab("ranking");
  auto rows = rowsDown("ranking.row.");
  ASSERT_GE(rows.size(), 7u);
  bool missing = false;
  double before = INFINITY;
  for (uint32_t row : rows) {
    const double v = density(row);  // of the indicator on the map
    EXPECT_FALSE(missing && std::isfinite(v));
    if (!std::isfinite(v)) {
      missing = true;
      EXPECT_NE(r.widget(id("ranking.row.", row)).value.find("未公布"), std::string::npos);
    } else {
      EXPECT_LE(v, before);
      before = v;
    }
  }
  EXPECT_TRUE(missing);
  r.click(id("ranking.row.", rows[1]));
  EXPECT_EQ(selection(), Rows{rows[1]});
  r.click("ranking.way.1");
  EXPECT_NE(rowsDown("ranking.row.")[0], rows[0]);
}

TEST_F(Dock, BarsOfTheHistogramAddUpAndChooseTheirRows) {
  tab("histogram");
  size_t sum = 0, bin = 0;
  for (size_t i = 0; r.has(fmt::format("histogram.bin.{}", i)); ++i) {
    const size_t n = std::stoul(r.widget(fmt::format("histogram.bin.{}", i)).value);
    if (n > 1) bin = i;
    sum += n;
  }
  EXPECT_EQ(sum, 8u);
  const auto w = r.widget(fmt::format("histogram.bin.{}", bin));
  r.clickAt({w.rect.centre().x, w.rect.bottom() - 3});
  EXPECT_EQ(selection().size(), std::stoul(w.value));
  // A sweep over everything chooses all.
  const auto plot = r.widget("histogram.plot").rect;
  r.dragThrough({{plot.x + 1, plot.centre().y}, {plot.right() - 1, plot.centre().y}});
  EXPECT_EQ(selection().size(), 8u);
}

TEST_F(Dock, MoreBinsAreFiner) {
  tab("histogram");
  const auto bins = [&] {
    size_t n = 0;
    while (r.has(fmt::format("histogram.bin.{}", n))) ++n;
    return n;
  };
  const size_t before = bins();
  r.click("histogram.more");
  r.frame(2);
  EXPECT_EQ(bins(), before + 1);
  r.click("histogram.auto");
  r.frame(2);
  EXPECT_EQ(bins(), before);
}

TEST_F(Dock, PlacesOfTheScatterPlotAreChosenByAClickARectangleAndALasso) {
  tab("scatter");
  size_t marks = 0;
  for (uint32_t row = 0; row < 8; ++row) marks += r.has(id("scatter.row.", row));
  EXPECT_EQ(marks, 8u);
  EXPECT_NE(r.widget("scatter.strength").value.find("n = 8"), std::string::npos)
      << r.widget("scatter.strength").value;
  r.clickAt(r.widget("scatter.row.4").rect.centre());
  EXPECT_EQ(selection().size(), 1u);
  const auto plot = r.widget("scatter.plot").rect;
  r.dragThrough({{plot.x + 2, plot.y + 2}, {plot.right() - 2, plot.bottom() - 2}});
  EXPECT_EQ(selection().size(), 8u);
  // A lasso round one place alone.
  const Vec c = r.widget("scatter.row.4").rect.centre();
  r.hold(false, false, true);
  r.dragThrough({{c.x - 9, c.y - 9}, {c.x + 9, c.y - 9}, {c.x + 9, c.y + 9}, {c.x - 9, c.y + 9}});
  r.hold(false);
  EXPECT_TRUE(std::binary_search(selection().begin(), selection().end(), 4u));
  EXPECT_LT(selection().size(), 8u);
}

TEST_F(Dock, TheAxesOfTheScatterPlotAreChosenAndSwapped) {
  tab("scatter");
  const std::string x = r.widget("dock.scatter.x").value, y = r.widget("dock.scatter.y").value;
  EXPECT_NE(x, y);
  r.click("scatter.swap");
  r.frame(2);
  EXPECT_EQ(r.widget("dock.scatter.x").value, y);
  EXPECT_EQ(r.widget("dock.scatter.y").value, x);
  r.click("dock.scatter.y");
  ASSERT_TRUE(r.has("dock.scatter.y.population"));
  r.click("dock.scatter.y.population");
  EXPECT_NE(r.widget("dock.scatter.y").value, x);
}

TEST_F(Dock, BoxesStandByGroupAndChooseIt) {
  tab("boxes");
  ASSERT_TRUE(r.has("boxes.group.0"));
  size_t n = 0;
  for (size_t i = 0; r.has(fmt::format("boxes.group.{}", i)); ++i) {
    const std::string v = r.widget(fmt::format("boxes.group.{}", i)).value;
    n += std::stoul(v.substr(v.find("n=") + 2));
  }
  EXPECT_EQ(n, 8u);
  r.click("dock.group");
  r.click("dock.group.");  // all as one
  EXPECT_NE(r.widget("boxes.group.0").value.find("n=8"), std::string::npos);
  const uint32_t row = county("清城区");
  r.clickAt(r.widget(id("boxes.row.", row)).rect.centre());
  EXPECT_EQ(selection(), Rows{row});
}

TEST_F(Dock, LinesOverTheYearsAreChosenWhereTheyAreMet) {
  does(session::SetIndicator{"population_share"});
  tab("course");
  const uint32_t row = county("英德市");
  ASSERT_TRUE(r.has(id("course.row.", row)));
  r.clickAt(r.widget(id("course.row.", row)).rect.centre());
  ASSERT_EQ(selection().size(), 1u);
  EXPECT_TRUE(r.has("course.year.2020"));
  r.click("course.year.2020");
  EXPECT_EQ(r.session.currentYear(), 2020);
}

TEST_F(Dock, LinesSayWhenTheyBelongToAnotherLayer) {
  does(session::SetActiveLayer{"stations"});
  tab("course");
  ASSERT_TRUE(r.has("course.switch"));
  r.click("course.switch");
  EXPECT_EQ(r.session.activeLayer(), "counties");
}

TEST_F(Dock, FilteredRowsAreLeftOutEverywhereAndItIsSaid) {
  const auto* spec = &r.session.project().layers[1];
  ASSERT_EQ(spec->id, "counties");
  const auto& column = *r.session.layer("counties").shape->layer->table.find(spec->key);
  does(session::SetLayerShow{"counties", fmt::format("{} in ({}, {}, {})", spec->key, column.text(0),
                                                     column.text(1), column.text(2))});
  EXPECT_EQ(r.widget("dock.count").value, "显示 3 / 选中 0");
  EXPECT_TRUE(r.widget("dock.hidden").value.ends_with("5"));
  tab("table");
  EXPECT_EQ(rowsDown("table.row."), (Rows{0, 1, 2}));
  tab("ranking");
  EXPECT_EQ(rowsDown("ranking.row.").size(), 3u);
  tab("scatter");
  EXPECT_NE(r.widget("scatter.strength").value.find("n = 3"), std::string::npos);
  tab("histogram");
  size_t sum = 0;
  for (size_t i = 0; r.has(fmt::format("histogram.bin.{}", i)); ++i)
    sum += std::stoul(r.widget(fmt::format("histogram.bin.{}", i)).value);
  EXPECT_EQ(sum, 3u);
}

TEST_F(Dock, TheFunnelOfALayerFiltersItAndCountsWhileOneTypes) {
  r.moveTo(r.widget("layer.stations.row").rect.centre());
  r.click("layer.stations.filter");
  ASSERT_TRUE(r.has("filter.text"));
  EXPECT_EQ(r.widget("filter.count").value, "85 / 85");
  r.type("nonsense = 1");
  EXPECT_EQ(r.widget("filter.count").value, "—");
  EXPECT_NE(r.widget("filter.note").value.find("nonsense"), std::string::npos);
  EXPECT_FALSE(r.widget("filter.apply").enabled);
  EXPECT_EQ(r.sent<session::SetLayerShow>(), 0u);
  r.key(key::escape);
  EXPECT_FALSE(r.has("filter.text"));
}

TEST_F(Dock, TheChosenRowsBecomeAFilterAndItIsTakenAway) {
  does(session::SelectRows{"stations", {2, 3, 40}});
  r.moveTo(r.widget("layer.stations.row").rect.centre());
  r.click("layer.stations.filter");
  ASSERT_TRUE(r.widget("filter.keep").enabled) << r.widget("filter.keep").tip;
  r.click("filter.keep");
  r.session.wait();
  r.frame(3);
  const auto table = r.session.table("stations");
  ASSERT_EQ(table->shown.size(), 85u);
  EXPECT_EQ(std::count(table->shown.begin(), table->shown.end(), 1), 3);
  EXPECT_EQ(table->shown[40], 1);
  EXPECT_EQ(r.widget("layer.stations.filter").value, "on");  // to be seen without the pointer
  r.moveTo({5, 5});
  r.click("layer.stations.filter");
  r.click("filter.clear");
  r.session.wait();
  r.frame(3);
  EXPECT_TRUE(r.session.table("stations")->shown.empty());
}

// The map
// ------------------------------------------------------------------------------------------------------------------

class Tools : public Dock {
 protected:
  Vec on(uint32_t row) {  // a county's middle in the window
    const auto layout = panels::layoutFor(1920, 1080, 1, r.session.view(), panels::dockHeight(r.state));
    const auto& shape = r.session.layer("counties").shape;
    return r.session.view().camera.canvasFromWorld(shape->anchors[row]) + Vec{layout.map.x, layout.map.y};
  }
};

TEST_F(Tools, ARectangleChoosesTheRowsInsideIt) {
  r.key('R');
  EXPECT_EQ(r.session.view().tool, session::Tool::rectangle);
  const auto map = r.widget("map").rect;
  const auto camera = r.session.view().camera;
  r.dragThrough({{map.x + 80, map.y + 4}, {map.right() - 4, map.bottom() - 60}});
  EXPECT_EQ(r.sent<session::SelectWithin>(), 1u);
  EXPECT_EQ(selection().size(), 8u);
  EXPECT_EQ(r.session.view().camera, camera);  // nothing was panned
}

TEST_F(Tools, ShiftDrawsARectangleAndAltALassoWhatevertheTool) {
  const uint32_t row = county("清城区");
  const Vec c = on(row);
  r.hold(false, true);
  r.dragThrough({{c.x - 12, c.y - 12}, {c.x + 12, c.y + 12}});
  EXPECT_EQ(r.sent<session::SelectWithin>(), 1u);
  r.hold(false, false, true);
  r.dragThrough({{c.x - 40, c.y - 40}, {c.x + 40, c.y - 40}, {c.x + 40, c.y + 40}, {c.x - 40, c.y + 40}});
  r.hold(false);
  EXPECT_EQ(r.sent<session::SelectWithin>(), 2u);
  EXPECT_EQ(r.sent<session::Pan>(), 0u);
}

TEST_F(Tools, CtrlAddsAndAltTakesAway) {
  r.key('R');
  const auto map = r.widget("map").rect;
  const auto half = [&](bool left) {
    return std::vector<Vec>{{left ? map.x + 60 : map.centre().x, map.y + 4},
                            {left ? map.centre().x : map.right() - 4, map.bottom() - 60}};
  };
  r.dragThrough(half(true));
  const size_t left = selection().size();
  r.hold(true);
  r.dragThrough(half(false));
  EXPECT_EQ(selection().size(), 8u);
  EXPECT_LT(left, 8u);
  r.hold(false, false, true);
  r.dragThrough(half(false));
  r.hold(false);
  EXPECT_EQ(selection().size(), left);
}

TEST_F(Tools, EscapeCallsAnOutlineOffAndKeepsTheSelection) {
  does(session::SelectRows{"counties", {1, 2}});
  r.key('S');
  const auto map = r.widget("map").rect;
  r.moveTo({map.x + 100, map.y + 100});
  ImGui::GetIO().MouseDown[0] = true;
  r.frame();
  for (float d : {30.f, 60.f, 90.f})
    ImGui::GetIO().MousePos = {map.x + 100 + d, map.y + 100 + d * d / 40}, r.frame();
  r.key(key::escape);
  ImGui::GetIO().MouseDown[0] = false;
  r.frame(3);
  EXPECT_EQ(r.sent<session::SelectWithin>(), 0u);
  EXPECT_EQ(r.sent<session::Select>(), 0u);
  EXPECT_EQ(selection().size(), 2u);
  r.key(key::escape);
  EXPECT_TRUE(selection().empty());
}

TEST_F(Tools, CtrlClickTogglesAnObject) {
  const uint32_t a = county("阳山县"), b = county("连州市");
  const auto at = [&](uint32_t row) {  // somewhere in the county where no symbol and no label stands
    for (float d = 0; d < 90; d += 6)
      for (Vec off : {Vec{d, 0}, Vec{-d, 0}, Vec{0, d}, Vec{0, -d}}) {
        r.moveTo(on(row) + off);
        if (r.session.view().hovered == scene::ObjectRef{"counties", static_cast<long>(row)})
          return on(row) + off;
      }
    ADD_FAILURE() << "nowhere";
    return Vec{};
  };
  r.clickAt(at(a));
  EXPECT_EQ(selection(), Rows{a});
  r.hold(true);
  r.clickAt(at(b));
  EXPECT_EQ(selection().size(), 2u);
  r.clickAt(at(a));
  r.hold(false);
  EXPECT_EQ(selection(), Rows{b});
}

TEST_F(Tools, SeveralRowsBringABarWithTheirFigure) {
  does(session::SetIndicator{"population"});
  does(session::SelectRows{"counties", {0, 1, 2}});
  ASSERT_TRUE(r.has("chosen.ground"));
  const auto& c = *r.session.scene().choropleth;
  double sum = 0;
  for (uint32_t row : {0, 1, 2}) sum += c.figures[row].value;
  std::string text = r.widget("chosen.ground").value;
  EXPECT_NE(text.find("选中 3 个县"), std::string::npos) << text;
  EXPECT_NE(text.find("合计"), std::string::npos) << text;  // the parts make up the whole
  std::erase(text, ',');
  EXPECT_NE(text.find(fmt::format("{:.{}f}", sum, c.decimals)), std::string::npos) << text;
  does(session::SetIndicator{"density"});
  EXPECT_NE(r.widget("chosen.ground").value.find("算术平均"), std::string::npos);
  EXPECT_EQ(r.widget("chosen.ground").value.find("合计"), std::string::npos);
  r.click("chosen.clear");
  EXPECT_TRUE(selection().empty());
  EXPECT_FALSE(r.has("chosen.ground"));
}

TEST_F(Tools, TheBarExportsTheChosenRows) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("parkscope 导出 {}", ::getpid());
  std::filesystem::create_directories(folder);
  does(session::SelectRows{"counties", {0, 1, 2}});
  r.click("chosen.export");
  ASSERT_TRUE(r.has("files.name"));
  EXPECT_TRUE(r.widget("files.name").value.ends_with(".csv"));
  r.click("files.format.1");
  EXPECT_TRUE(r.widget("files.name").value.ends_with(".geojson"));
  r.click("files.format.0");
  r.click("files.folder");
  ImGui::GetIO().KeyMap[ImGuiKey_A] = 'A';
  ImGui::GetIO().KeyCtrl = true, ImGui::GetIO().KeysDown[static_cast<int>('A')] = true;
  r.frame(2);
  ImGui::GetIO().KeyCtrl = false, ImGui::GetIO().KeysDown[static_cast<int>('A')] = false;
  r.type(folder.string());
  const std::string name = r.widget("files.name").value;
  r.click("dialog.ok");
  ASSERT_EQ(r.sent<session::ExportRows>(), 1u);
  r.session.wait();
  std::ifstream in(folder / name);
  size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  EXPECT_EQ(lines, 4u) << folder / name;
  std::filesystem::remove_all(folder);
}

TEST_F(Tools, ASheetIsLeftByEscapeAndDoesNotPan) {
  does(session::SetComposition{scene::Composition::ledger});
  const auto camera = r.session.view().camera;
  EXPECT_EQ(r.widget("map").kind, "sheet");
  r.drag("map", 0.3f, 0.6f);
  EXPECT_EQ(r.sent<session::Pan>(), 0u);
  EXPECT_EQ(r.session.view().camera, camera);
  r.key(key::escape);
  EXPECT_EQ(r.session.view().composition, scene::Composition::map);
}

TEST_F(Dock, AsksForNothingWhenNothingMoves) {
  for (const char* name : {"table", "ranking", "histogram", "scatter", "boxes", "course"}) {
    tab(name);
    for (int i = 0; i < 300 && panels::wants(r.state).again; ++i) r.frame();
    EXPECT_FALSE(panels::wants(r.state).again) << name;
    const size_t before = r.commands.size();
    r.frame(5);
    EXPECT_EQ(r.commands.size(), before) << name;
  }
}

TEST_F(Dock, KeepsItsWidgetsInsideTheWindowInBothLanguages) {
  for (auto language : {scene::Language::zh, scene::Language::en})
    for (const char* name : {"table", "ranking", "histogram", "scatter", "boxes", "course"}) {
      does(session::SetLanguage{language});
      tab(name);
      const auto dock = panels::layoutFor(1920, 1080, 1, r.session.view(), panels::dockHeight(r.state)).dock;
      for (const auto& [widget, w] : panels::widgets(r.state)) {
        if (!widget.starts_with("dock.") && !widget.starts_with(name)) continue;
        if (widget.find(".row.") != std::string::npos || widget.find(".cell.") != std::string::npos ||
            widget.find(".head.") != std::string::npos || widget.find(".group.") != std::string::npos)
          continue;
        EXPECT_GE(w.rect.x, dock.x - 1) << widget;
        EXPECT_LE(w.rect.right(), dock.right() + 1) << widget;
        EXPECT_GE(w.rect.y, dock.y - 1) << widget;
        EXPECT_LE(w.rect.bottom(), dock.bottom() + 1) << widget;
      }
    }
}

}  // namespace
