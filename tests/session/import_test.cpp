#include "app/session/import.h"

#include <gmock/gmock.h>

#include "app/session/derived.h"
#include "app/session/places.h"
#include "geo/load.h"
#include "tests/session/support.h"

namespace session {
namespace {

using session_test::Folder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using As = ImportSpec::As;
using Lack = ImportPreview::Lack;

struct City {
  Folder folder;
  Session session;
  City() {
    session_test::writeSmallCity(folder);
    open();
  }
  void open() {
    const auto opened = session.open(folder.file("city.parkscope.toml"));
    ASSERT_TRUE(opened) << opened.error().text();
    session.wait();
  }
  geo::Result<void> act(const Command& c) {
    const auto done = apply(session, c);
    session.wait();
    return done;
  }
  void must(const Command& c) {
    const auto done = act(c);
    ASSERT_TRUE(done) << done.error().text();
  }
  const LayerSpec& spec(const std::string& id) {
    for (const LayerSpec& l : session.project().layers)
      if (l.id == id) return l;
    ADD_FAILURE() << "no layer " << id;
    static const LayerSpec none;
    return none;
  }
  const scene::SceneLayer& layer(const std::string& id) { return *scene::findLayer(session.scene(), id); }
  // The table in the assistant, looked at.
  const ImportPreview& look(const std::string& file, ImportWork work = {}) {
    work.path = folder.file(file);
    must(LookAtTable{work});
    EXPECT_TRUE(session.importPreview() && session.importPreview()->done);
    return *session.importPreview();
  }
  std::string told() {
    std::string all;
    for (const Message& m : session.messages()) all += m.text + "\n";
    return all;
  }
};

// A table whose keys are the counties' names, one of which nobody can be sure of.
std::string figuresBy(const char* odd) {
  return fmt::format("县,工业产值（亿元）,企业数\n甲县,12.5,3\n{},20,4\n丙市,31.5,—\n合计,64,7\n", odd);
}

IndicatorSpec output() {
  IndicatorSpec i;
  i.id = "output", i.name = {"产值", "Output"}, i.table = "output.csv", i.key = "县";
  i.value = "工业产值（亿元）";
  return i;
}

TEST(AcceptedMatch, IsTakenByTheJoinUndoneAndKeptInTheProjectFile) {
  City c;
  c.folder.write("output.csv", figuresBy("乙族自县"));
  c.must(PutIndicator{output()});
  const IndicatorState& before = c.session.indicator("output");
  EXPECT_THAT(before.unmatched, ElementsAre("乙族自县", "合计"));
  ASSERT_FALSE(before.suggestions.empty());
  EXPECT_EQ(before.suggestions[0].candidates[0].left, "乙瑶族自治县");

  const AcceptMatch accept{"counties", "乙族自县", "乙瑶族自治县"};
  c.must(accept);
  EXPECT_THAT(c.session.indicator("output").unmatched, ElementsAre("合计"));
  EXPECT_EQ(c.session.indicator("output").byYear.at(0)[1].value, 20);
  c.must(Undo{});
  EXPECT_TRUE(std::isnan(c.session.indicator("output").byYear.at(0)[1].value));
  c.must(Redo{});
  c.must(SaveProject{});
  City other;
  const auto read = readProject(c.folder.file("city.parkscope.toml"));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_THAT(read->accepted, ElementsAre(AcceptedSpec{"counties", "乙族自县", "乙瑶族自治县"}));
  EXPECT_THAT(formatProject(*read), HasSubstr("[[accepted]]\nlayer = \"counties\"\nkey = \"乙族自县\"\n"
                                              "means = \"乙瑶族自治县\"\n"));
  c.must(AcceptMatch{"counties", "乙族自县", ""});
  EXPECT_THAT(c.session.project().accepted, IsEmpty());
}

TEST(AcceptedMatch, NamesALayerAndOneOfItsOwnKeys) {
  City c;
  EXPECT_FALSE(c.act(AcceptMatch{"nowhere", "a", "b"}));
  EXPECT_FALSE(c.act(AcceptMatch{"counties", " ", "甲县"}));
  const auto wrong = c.act(AcceptMatch{"counties", "a", "丁县"});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().what, HasSubstr("丁县"));
  EXPECT_FALSE(c.act(AcceptMatch{"counties", "a", ""}));  // nothing to take back
  EXPECT_TRUE(c.act(AcceptMatch{"counties", "a", "2"}));  // a code is a name as well
}

std::string firms() {
  return "企业名称,地址,产值\n"
         "第一厂,某省某市甲县工业大道1号,5\n第二厂,乙瑶族自治县,6\n第三厂,丙市开发区,7\n"
         "第四厂,丙市,8\n第五厂,火星,9\n第六厂,,1\n";
}

TEST(PlacedByName, RowsStandInTheirCountyAsEstimatesAndTheOthersWait) {
  City c;
  c.folder.write("firms.csv", firms());
  c.must(AddData{{c.folder.file("firms.csv")}});
  EXPECT_EQ(c.session.layer("firms").shape->layer->shapes.kind, geo::ShapeKind::none);
  c.must(PlaceByName{"firms", "地址", ""});
  const LayerState& state = c.session.layer("firms");
  ASSERT_TRUE(state.named);
  EXPECT_EQ(state.named->placed, 4u);
  EXPECT_THAT(state.named->unmatched, ElementsAre("火星"));
  EXPECT_EQ(state.named->at[0], "甲县");
  const geo::Shapes& shapes = state.shape->layer->shapes;
  const auto counties = c.session.layer("counties").shape->layer;
  EXPECT_TRUE(geo::SpatialIndex(counties->shapes).at(counties->shapes, shapes.part(shapes.rowStart[2])[0]) ==
              std::vector<uint32_t>{2});
  EXPECT_FALSE(shapes.has(4));
  const scene::SceneLayer& shown = c.layer("firms");
  EXPECT_EQ(shown.certainty[0], scene::Certainty::countyOnly);
  EXPECT_GT(shown.uncertaintyMetres[0], 30'000);  // the county's far corner
  EXPECT_LT(shown.uncertaintyMetres[0], 45'000);
  EXPECT_EQ(SessionParts::derived(c.session).layers.at("firms").dress->status[0], scene::Status::estimated);
  EXPECT_THAT(c.session.scene().notes, Contains(HasSubstr("“firms”有 4 条没有坐标")));
  ASSERT_EQ(c.session.scene().unplaced.size(), 3u);  // a node of the city, and the two that name nothing

  c.must(Undo{});
  EXPECT_EQ(c.session.layer("firms").shape->layer->shapes.kind, geo::ShapeKind::none);
  EXPECT_FALSE(c.session.layer("firms").named);
}

TEST(PlacedByName, AHandCountsBeforeANameAndANameMayBeAccepted) {
  City c;
  c.folder.write("firms.csv", firms());
  c.must(AddData{{c.folder.file("firms.csv")}});
  c.must(PlaceByName{"firms", "地址", "counties"});
  c.must(AcceptMatch{"counties", "火星", "甲县"});
  EXPECT_EQ(c.session.layer("firms").named->at[4], "甲县");
  ImportSpec spec = importOf(c.spec("firms"));
  spec.label = "企业名称", spec.columns = {"企业名称", "地址", "产值"};
  c.must(ImportTable{c.folder.file("firms.csv"), spec, "firms"});  // it has a label now
  c.must(PlaceObject{{"firms", "第一厂", 113.1, 24.1, 1, "某人", "", ""}});
  EXPECT_EQ(c.layer("firms").uncertaintyMetres[0], 1000);
  EXPECT_EQ(c.layer("firms").certainty[0], scene::Certainty::known);
  EXPECT_EQ(c.layer("firms").certainty[1], scene::Certainty::countyOnly);
}

TEST(PlacedByName, FollowsTheNamesItRestsOn) {
  City c;
  c.folder.write("firms.csv", firms());
  c.must(AddData{{c.folder.file("firms.csv")}});
  EXPECT_FALSE(c.act(PlaceByName{"firms", "门牌", ""}));
  EXPECT_FALSE(c.act(PlaceByName{"counties", "name", ""}));
  EXPECT_FALSE(c.act(PlaceByName{"firms", "地址", "firms"}));
  EXPECT_FALSE(c.act(PlaceByName{"firms", "地址", "counties, parks"}));  // a layer that is not there
  c.must(PlaceByName{"firms", "地址", "counties"});
  EXPECT_EQ(c.spec("firms").label, "企业名称");
}

TEST(PlacedByName, LeavesTheProgramWithWhatItRestsOn) {
  City c;
  c.folder.write("firms.csv", firms());
  c.must(AddData{{c.folder.file("firms.csv")}});
  c.must(PlaceByName{"firms", "地址", ""});
  c.must(ExportRows{c.folder.file("out.csv"), "firms", false});
  const auto out = geo::load(c.folder.file("out.csv"));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->layer->table.find("placed_by")->text(0), "name");
  EXPECT_EQ(out->layer->table.find("placed_note")->text(0), "甲县");
  EXPECT_GT(out->layer->table.find("placed_uncertainty_km")->number(0), 30);
  EXPECT_FALSE(out->layer->table.find("placed_by")->has(4));
}

TEST(ImportAssistant, SeesFiguresByCountyWithTheirUnitAndTotal) {
  City c;
  c.folder.write("output.csv", figuresBy("乙瑶族自治县"));
  const ImportPreview& p = c.look("output.csv");
  EXPECT_EQ(p.found.as, As::figures);
  EXPECT_EQ(p.found.key, "县");
  EXPECT_EQ(p.found.of, "counties");
  EXPECT_EQ(p.found.whole, "合计");
  ASSERT_EQ(p.found.figures.size(), 2u);
  EXPECT_EQ(p.found.figures[0].unit.zh, "亿元");
  EXPECT_EQ(p.found.figures[0].name.zh, "工业产值");
  EXPECT_EQ(p.found.figures[0].decimals, 1);
  EXPECT_EQ(p.matched, 3u);
  EXPECT_THAT(p.unmatched, IsEmpty());
  EXPECT_EQ(p.values, (std::vector<double>{12.5, 20, 31.5}));
  EXPECT_EQ(p.lack, Lack::nothing);
  EXPECT_EQ(p.meanings[0], Meaning::place);
}

TEST(ImportAssistant, SeesPointsInAnyNotation) {
  City c;
  c.folder.write("a.csv", "名称,经度,纬度\n甲厂,113°12′E,24°12′N\n乙厂,\"113.7\",24.3\n丙厂,—,—\n");
  const ImportPreview& p = c.look("a.csv");
  EXPECT_EQ(p.found.as, As::points);
  EXPECT_EQ(p.found.x, "经度");
  EXPECT_EQ(p.found.label, "名称");
  EXPECT_EQ(p.placed, 2u);
  c.folder.write("b.csv", "名称,位置\n甲厂,\"24.2,113.2\"\n乙厂,\"24°18′N 113°42′E\"\n");
  const ImportPreview& q = c.look("b.csv");
  EXPECT_EQ(q.found.x, "位置");
  EXPECT_EQ(q.found.y, "位置");
  EXPECT_EQ(q.placed, 2u);
}

TEST(ImportAssistant, SeesThatManyRowsOfACountyArePlacesAndNoFigures) {
  City c;
  c.folder.write("firms.csv",
                 "企业名称,所在县,产值\n第一厂,甲县,5\n第二厂,甲县,6\n第三厂,丙市,7\n第四厂,丙市,8\n");
  const ImportPreview& p = c.look("firms.csv");
  EXPECT_EQ(p.found.as, As::names);
  EXPECT_EQ(p.found.placeBy, "所在县");
  EXPECT_EQ(p.found.label, "企业名称");
  EXPECT_EQ(p.placed, 4u);
  EXPECT_GT(p.km[0], 30);
}

TEST(ImportAssistant, WhatCannotBeTakenSaysWhatIsLacking) {
  City c;
  c.folder.write("words.csv", "a,b\nx,y\n");
  EXPECT_EQ(c.look("words.csv").lack, Lack::coordinates);
  ImportWork work;
  work.asSaid = true, work.choices.as = As::figures;
  EXPECT_EQ(c.look("words.csv", work).lack, Lack::key);
  work.choices.as = As::names, work.choices.placeBy = "a";
  EXPECT_EQ(c.look("words.csv", work).lack, Lack::matches);
  c.folder.write("empty.csv", "");
  EXPECT_FALSE(c.look("empty.csv").error.what.empty());
  EXPECT_FALSE(c.look("nothing.csv").error.what.empty());
  std::string wide = "a0";
  for (int i = 1; i < 3000; ++i) wide += fmt::format(",a{}", i);
  c.folder.write("wide.csv", wide + "\n");
  EXPECT_THAT(c.look("wide.csv").error.what, HasSubstr("3000 columns"));
}

TEST(ImportAssistant, MakesIndicatorsInOneStepAndShowsTheFirst) {
  City c;
  c.folder.write("output.csv", figuresBy("乙瑶族自治县"));
  const ImportSpec found = c.look("output.csv").found;
  const size_t before = c.session.project().indicators.size();
  c.must(ImportTable{c.folder.file("output.csv"), found, ""});
  EXPECT_TRUE(c.session.view().import.path.empty());  // the assistant is done
  EXPECT_FALSE(c.session.importPreview());
  ASSERT_EQ(c.session.project().indicators.size(), before + 2);
  EXPECT_EQ(c.session.project().indicator, "工业产值");
  EXPECT_EQ(c.session.project().indicators.back().table, "output.csv");  // beside the project
  EXPECT_EQ(c.session.indicator("工业产值").byYear.at(0)[2].value, 31.5);
  EXPECT_EQ(c.session.indicator("工业产值").whole.at(0).value, 64);
  EXPECT_TRUE(std::isnan(c.session.indicator("企业数").byYear.at(0)[2].value));  // — is missing, not 0
  EXPECT_THAT(c.session.indicator("工业产值").unmatched, IsEmpty());
  c.must(Undo{});
  EXPECT_EQ(c.session.project().indicators.size(), before);
  EXPECT_THAT(c.session.project().imports, IsEmpty());
}

TEST(ImportAssistant, ReadsATableAsItsUserSaysAlsoForIndicators) {
  City c;
  c.folder.write("odd.txt", "表\n县~值\n甲县~1\n乙瑶族自治县~缺\n丙市~3\n");
  ImportWork work;
  work.choices.cells.separator = "~", work.choices.cells.headerRow = 2, work.choices.cells.missing = {"缺"};
  const ImportSpec found = c.look("odd.txt", work).found;
  ASSERT_EQ(found.as, As::figures);
  c.must(ImportTable{c.folder.file("odd.txt"), found, ""});
  ASSERT_EQ(c.session.project().tables.size(), 1u);
  EXPECT_EQ(c.session.project().indicators.back().table, "odd");
  EXPECT_EQ(c.session.indicator("值").byYear.at(0)[0].value, 1);
  EXPECT_TRUE(std::isnan(c.session.indicator("值").byYear.at(0)[1].value));
  const auto again = parseProject(formatProject(c.session.project()), "x");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, c.session.project());
  c.must(RemoveIndicator{"值"});
  EXPECT_THAT(c.session.project().tables, IsEmpty());  // nobody reads it any more
}

TEST(ImportAssistant, TheNextFileOfThatShapeIsTakenInWithoutAQuestion) {
  City c;
  c.folder.write("2023.csv", "企业名称,所在县,产值\n第一厂,甲县,5\n第二厂,甲县,6\n第三厂,丙市,7\n");
  c.must(OpenTables{{c.folder.file("2023.csv")}});
  ASSERT_FALSE(c.session.view().import.path.empty());  // unknown: the assistant asks
  ImportSpec found = c.session.importPreview()->found;
  found.role = scene::Role::platform;
  c.must(ImportTable{c.session.view().import.path, found, ""});
  c.must(SaveProject{});
  c.open();
  c.folder.write("2024.csv", "产值,企业名称,所在县\n1,第七厂,丙市\n2,第八厂,乙瑶族自治县\n");
  c.folder.write("other.csv", "a,b\n1,2\n");
  c.must(OpenTables{{c.folder.file("2024.csv"), c.folder.file("other.csv")}});
  EXPECT_EQ(c.spec("2024").role, scene::Role::platform);
  EXPECT_EQ(c.session.layer("2024").named->placed, 2u);
  EXPECT_THAT(c.told(), HasSubstr("2024.csv 与导入过的表格同形"));
  EXPECT_EQ(c.session.view().import.path, c.folder.file("other.csv"));  // that one is asked for
  EXPECT_FALSE(c.session.importPreview()->known);
  c.must(LookAtTable{});
  c.must(Undo{});
  EXPECT_FALSE(std::any_of(c.session.project().layers.begin(), c.session.project().layers.end(),
                           [](const LayerSpec& l) { return l.id == "2024"; }));
  c.must(ForgetImport{{"所在县", "企业名称", "产值"}});
  EXPECT_THAT(c.session.project().imports, IsEmpty());
  EXPECT_FALSE(c.act(ForgetImport{{"所在县", "企业名称", "产值"}}));
}

TEST(ImportAssistant, AnAcceptedNameHoldsForThePreviewAndTheNextFile) {
  City c;
  c.folder.write("output.csv", figuresBy("乙族自县"));
  EXPECT_THAT(c.look("output.csv").unmatched, ElementsAre("乙族自县"));
  c.must(AcceptMatch{"counties", "乙族自县", "乙瑶族自治县"});
  EXPECT_THAT(c.session.importPreview()->unmatched, IsEmpty());
  EXPECT_EQ(c.session.importPreview()->matched, 3u);
}

TEST(ImportAssistant, AnEmptyProjectGetsTheOutlinesThatComeWithTheProgram) {
  City c;
  c.folder.write("county.csv", "县,人口（万人）\n清城区,113\n清新县,62\n英德,94\n");
  c.must(NewProject{true});
  const ImportSpec found = c.look("county.csv").found;
  EXPECT_EQ(found.as, As::figures);
  c.must(ImportTable{c.folder.file("county.csv"), found, ""});
  ASSERT_EQ(c.session.project().layers.size(), 1u);
  EXPECT_EQ(c.session.project().layers[0].role, scene::Role::county);
  const auto& figures = c.session.indicator("人口").byYear.at(0);
  EXPECT_EQ(
      std::count_if(figures.begin(), figures.end(), [](const auto& f) { return std::isfinite(f.value); }), 3);
}

TEST(ImportAssistant, RemovingALayerRemovesWhatNamesIt) {
  City c;
  c.folder.write("firms.csv", firms());
  const ImportSpec found = c.look("firms.csv").found;
  c.must(ImportTable{c.folder.file("firms.csv"), found, ""});
  c.must(AcceptMatch{"counties", "火星", "甲县"});
  ASSERT_EQ(c.session.project().imports.size(), 1u);
  for (bool gone = true; gone;) {  // what is computed from others goes first
    gone = false;
    for (const IndicatorSpec& i : Project(c.session.project()).indicators)
      gone |= i.of == "counties" && c.act(RemoveIndicator{i.id}).has_value();
  }
  c.must(RemoveLayer{"counties"});
  EXPECT_THAT(c.session.project().accepted, IsEmpty());
  EXPECT_TRUE(parseProject(formatProject(c.session.project()), "x"));
}

// Years as columns
// ----------------------------------------------------------------------------------------------------------

TEST(YearColumns, AreOneIndicatorWithItsYearsAndTheNextFileMayHaveOneMore) {
  City c;
  c.folder.write("工业.csv",
                 "县,2021年产值（亿元）,产值_2022（亿元）,产值（2023年）,户数\n"
                 "甲县,1,2,3.5,10\n乙瑶族自治县,4,5,6,11\n丙市,7,8,—,12\n合计,12,15,9.5,33\n");
  const ImportPreview& p = c.look("工业.csv");
  ASSERT_EQ(p.found.as, As::figures);
  ASSERT_EQ(p.years.size(), 1u);
  EXPECT_EQ(p.years[0].name, "产值");
  EXPECT_EQ(p.years[0].unit, "亿元");
  ASSERT_EQ(p.found.figures.size(), 2u);
  EXPECT_TRUE(p.found.figures[0].years);
  EXPECT_EQ(p.found.figures[0].name.zh, "产值");
  EXPECT_EQ(p.found.figures[0].decimals, 1);
  EXPECT_FALSE(p.found.figures[1].years);
  EXPECT_EQ(p.values[1], 6);  // of the latest year
  c.must(ImportTable{c.folder.file("工业.csv"), p.found, ""});
  const IndicatorState& made = c.session.indicator("产值");
  EXPECT_THAT(made.years, ElementsAre(2021, 2022, 2023));
  EXPECT_EQ(made.byYear.at(2022)[1].value, 5);
  EXPECT_TRUE(std::isnan(made.byYear.at(2023)[2].value));
  EXPECT_EQ(made.whole.at(2021).value, 12);
  const auto again = parseProject(formatProject(c.session.project()), "x");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, c.session.project());
  EXPECT_THAT(formatProject(*again), HasSubstr("year_columns = true"));
  c.must(SaveProject{});
  c.open();
  c.folder.write("工业2.csv", "县,户数,GDP\n甲县,1,2\n");  // another shape
  c.folder.write("新.csv", "县,产值2024,产值2023,产值2022,产值2021,户数\n甲县,9,3,2,1,10\n丙市,8,7,7,7,12\n");
  c.must(OpenTables{{c.folder.file("新.csv"), c.folder.file("工业2.csv")}});
  EXPECT_EQ(c.session.view().import.path, c.folder.file("工业2.csv"));
  EXPECT_THAT(c.session.indicator("产值-2").years, ElementsAre(2021, 2022, 2023, 2024));
  EXPECT_EQ(c.session.indicator("产值-2").byYear.at(2024)[2].value, 8);
}

TEST(YearColumns, OfYearsAloneHaveTheNameOfTheFileAndStayApartIfTheUserSaysSo) {
  City c;
  c.folder.write("常住人口2021-2023.csv",
                 "县区,2021,2022,2023\n甲县,1,2,3\n乙瑶族自治县,4,5,6\n丙市,7,8,9\n");
  const ImportSpec found = c.look("常住人口2021-2023.csv").found;
  ASSERT_EQ(found.figures.size(), 1u);
  EXPECT_EQ(found.figures[0].name.zh, "常住人口");
  EXPECT_EQ(found.figures[0].column, "");
  c.must(ImportTable{c.folder.file("常住人口2021-2023.csv"), found, ""});
  EXPECT_EQ(c.session.indicator("常住人口").byYear.at(2023)[2].value, 9);
  EXPECT_TRUE(readProject(c.folder.file("city.parkscope.toml")));
  ImportWork apart;
  apart.yearsApart = true;
  EXPECT_EQ(c.look("常住人口2021-2023.csv", apart).found.figures.size(), 3u);
}

// What looks like years but is none: ranges, quarters of one year, growth beside its amount, a table that has
// a column of years.
TEST(YearColumns, AreOnlyWhatIsYearsOfOneThing) {
  City c;
  int files = 0;
  const auto groups = [&](const std::string& head, const std::string& row) {
    const std::string file = fmt::format("t{}.csv", ++files);
    c.folder.write(file, head + "\n甲县" + row + "\n丙市" + row + "\n");
    std::vector<std::string> names;
    for (const YearGroup& g : c.look(file).years)
      names.push_back(fmt::format("{}{}{}", g.name, g.unit, g.columns.size()));
    return names;
  };
  EXPECT_THAT(groups("县,2021-2022年增量,2022-2023年增量", ",1.5,2.5"), IsEmpty());
  EXPECT_THAT(groups("县,2021年GDP,2021年人口", ",1.5,2.5"), IsEmpty());
  EXPECT_THAT(groups("县,GDP2021,GDP2022,GDP增速2021（%）,GDP增速2022（%）", ",1.5,2.5,3,4"),
              ElementsAre("GDP2", "GDP增速%2"));
  EXPECT_THAT(groups("县,GDP（亿元）2021,GDP（亿元）2022,GDP（%）2021,GDP（%）2022", ",1.5,2.5,3,4"),
              ElementsAre("GDP（亿元）亿元2", "GDP（%）%2"));
  EXPECT_THAT(groups("县,GDP2021,gdp_2021,GDP2022", ",1,2,3"), IsEmpty());  // twice one year
  EXPECT_THAT(groups("县,年份,GDP2021,GDP2022", ",2023,2.5,3"), IsEmpty());
}

// Bare data files in a window: what has shapes is on the map at once, what has none is asked about.
TEST(BareTables, OneWithoutShapesComesToTheAssistantAndOneWithCoordinatesIsOnTheMap) {
  Folder folder;
  folder.write("figures.csv", "县区,产值（亿元）\n清城区,12\n英德市,7\n");
  folder.write("points.csv", "名称,经度,纬度\n甲,113.05,23.7\n");
  folder.write("broken.csv", "");
  Session session;
  ASSERT_TRUE(openData(session,
                       {folder.file("points.csv"), folder.file("figures.csv"), folder.file("broken.csv")}, {},
                       folder.path()));
  session.wait();
  ASSERT_EQ(session.project().layers.size(), 1u);
  EXPECT_EQ(session.project().layers[0].id, "points");
  EXPECT_EQ(session.view().import.path, folder.file("figures.csv"));
  EXPECT_THAT(session.view().imports, ElementsAre(folder.file("broken.csv")));
  EXPECT_FALSE(session.changed());
  ASSERT_TRUE(session.importPreview() && session.importPreview()->done);
  EXPECT_EQ(session.importPreview()->found.as, As::figures);
  ASSERT_TRUE(apply(session, ImportTable{session.view().import.path, session.importPreview()->found, ""}));
  session.wait();
  EXPECT_EQ(session.project().indicators.size(), 1u);
  EXPECT_EQ(session.view().import.path, folder.file("broken.csv"));
}

TEST(BareTables, WhatIsToBeMadeOfOneMayBeSaidOutright) {
  Folder folder;
  folder.write("figures.csv", "县区,产值（亿元）\n清城区,12\n英德市,7\n");
  Session session;
  BareOptions options;
  options.field = "产值（亿元）";
  ASSERT_TRUE(openData(session, {folder.file("figures.csv")}, options, folder.path()));
  session.wait();
  EXPECT_TRUE(session.view().import.path.empty());
  EXPECT_EQ(session.project().indicator, "产值（亿元）");
}

// Tables and other files of one drop are two commands, whose jobs run beside each other.
TEST(BareTables, NeitherOfTwoCommandsThatAddDataStopsTheOther) {
  City city;
  city.folder.write("more.geojson", R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[113,24]}}]})");
  city.folder.write("table.csv", "甲,乙\n1,2\n");
  ASSERT_TRUE(apply(city.session, AddData{{city.folder.file("more.geojson")}}));
  ASSERT_TRUE(apply(city.session, OpenTables{{city.folder.file("table.csv")}}));
  city.session.wait();
  EXPECT_EQ(city.session.view().import.path, city.folder.file("table.csv"));
  EXPECT_EQ(city.spec("more").source, "more.geojson");
}

}  // namespace
}  // namespace session
