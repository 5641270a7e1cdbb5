#include "app/session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/measure.h"
#include "tests/session/support.h"

using namespace session;
using scene::Status;
using session_test::allMessages;
using session_test::Folder;
using session_test::SmallCity;
using testing::ElementsAre;
using testing::HasSubstr;
using Stage = LayerState::Stage;

TEST_F(SmallCity, LoadsEveryLayerAndKeepsRowsWithoutAPlace) {
  for (const char* id : {"counties", "stations", "nodes", "cores"}) {
    EXPECT_EQ(city.layer(id).stage, Stage::ready) << id << ": " << city.layer(id).error.text();
    ASSERT_TRUE(city.layer(id).shape) << id;
  }
  EXPECT_TRUE(city.layer("counties").shape->boundaries);
  EXPECT_EQ(city.layer("counties").shape->layer->crs.text(), "EPSG:4547");
  EXPECT_EQ(city.layer("nodes").shape->layer->rows(), 3u);
  EXPECT_FALSE(city.layer("nodes").shape->layer->shapes.has(2));
  EXPECT_EQ(city.layer("cores").shape->layer->rows(), 2u);
  EXPECT_FALSE(city.busy());
  EXPECT_EQ(city.layer("none").stage, Stage::waiting);
}

TEST_F(SmallCity, DensityIsPopulationOverAreaAndOnlyAnEstimate) {
  EXPECT_THAT(city.indicator("density").years, ElementsAre(2020, 2023));
  for (size_t r = 0; r < 3; ++r)
    EXPECT_DOUBLE_EQ(value("density", 2020, r), value("people", 2020, r) / value("area", 2024, r));
  EXPECT_EQ(status("density", 2020, 0), Status::estimated);
  EXPECT_EQ(status("people", 2020, 0), Status::official);
}

TEST_F(SmallCity, MissingStaysMissingInWhatIsComputedFromIt) {
  EXPECT_TRUE(std::isnan(value("people", 2023, 1)));
  EXPECT_EQ(status("people", 2023, 1), Status::missing);
  EXPECT_TRUE(std::isnan(value("density", 2023, 1)));
  EXPECT_EQ(status("density", 2023, 1), Status::missing);
  EXPECT_TRUE(std::isnan(value("per_station", 2020, 2))) << "no station, no figure: never infinity";
  EXPECT_EQ(city.indicator("share").byYear.count(2023), 0u) << "a share of an unknown whole";
}

TEST_F(SmallCity, SharesAddUpToTheWhole) {
  double sum = 0;
  for (size_t r = 0; r < 3; ++r) sum += value("share", 2020, r);
  EXPECT_NEAR(sum, 100, 1e-9);
}

TEST_F(SmallCity, CountsFeaturesByTheirCountyAndIllustrativeOnesTaintTheFigure) {
  EXPECT_DOUBLE_EQ(value("places", 0, 0), 2);
  EXPECT_DOUBLE_EQ(value("places", 0, 1), 1);
  EXPECT_DOUBLE_EQ(value("places", 0, 2), 1);
  EXPECT_DOUBLE_EQ(city.indicator("places").whole.at(0).value, 5) << "with the one that has no place";
  EXPECT_EQ(status("places", 0, 0), Status::official);
  EXPECT_DOUBLE_EQ(value("per_station", 2020, 0), 500)
      << "stations have no county column: they are counted by place";
  EXPECT_EQ(status("per_station", 2020, 0), Status::illustrative);
}

TEST_F(SmallCity, DistancesAreGeodesicKilometresFromTheCentre) {
  const double direct = geo::geodesicDistance({113.25, 24.25}, {113.2, 24.2}) / 1000;
  EXPECT_NEAR(value("distance", 0, 0), direct, 0.05);
  EXPECT_EQ(status("distance", 0, 0), Status::estimated);
}

TEST_F(SmallCity, TellsKeysThatMatchNoArea) {
  EXPECT_THAT(city.indicator("people").unmatched, ElementsAre("9"));
  EXPECT_THAT(allMessages(city), HasSubstr("names areas that layer \"counties\" does not have: 9."));
}

TEST(Figures, JoinsATableThatWritesTheAreasInItsOwnWay) {
  session_test::Folder folder;
  session_test::writeSmallCity(folder);
  folder.write(
      "figures.csv",
      "code,what,year,value,status,source\n"
      "甲县,people,2020,1000,official,普查\n某省某某市乙瑶族自治县,people,2020,2000,official,普查\n丙巿,"
      "people,2020,3000,official,普查\n"
      "0,people,2020,6000,official,普查\n1.0,area,2024,10,estimated,量算\n");
  session::Session city;
  ASSERT_TRUE(city.open(folder.file("city.parkscope.toml")));
  city.wait();
  const IndicatorState& s = city.indicator("people");
  ASSERT_TRUE(s.byYear.count(2020)) << s.error.text();
  EXPECT_EQ(s.byYear.at(2020)[0].value, 1000);
  EXPECT_EQ(s.byYear.at(2020)[1].value, 2000);
  EXPECT_TRUE(std::isnan(s.byYear.at(2020)[2].value)) << "巿 is not 市: suggested, never taken";
  EXPECT_THAT(s.byAlias, ElementsAre(geo::AliasMatch{"乙瑶族自治县", "某省某某市乙瑶族自治县", "superior"}));
  EXPECT_THAT(s.unmatched, ElementsAre("丙巿"));
  ASSERT_EQ(s.suggestions.size(), 1u);
  EXPECT_EQ(s.suggestions[0].candidates.at(0).left, "丙市");
  EXPECT_THAT(allMessages(city), HasSubstr("某省某某市乙瑶族自治县 = 乙瑶族自治县"));
  EXPECT_THAT(allMessages(city), HasSubstr("丙巿 (perhaps \"丙市\")"));
}

TEST_F(SmallCity, SceneSaysEverythingInTheLanguageChosen) {
  const scene::Scene zh = city.scene();
  EXPECT_EQ(zh.title, "小城");
  ASSERT_TRUE(zh.choropleth);
  EXPECT_EQ(zh.choropleth->name, "密度");
  EXPECT_EQ(zh.choropleth->year, 2020);
  EXPECT_EQ(zh.choropleth->breaks.classes(), 2u);
  EXPECT_EQ(zh.choropleth->trend.years, (std::vector<int>{2020, 2023}));
  const scene::SceneLayer* counties = scene::findLayer(zh, "counties");
  EXPECT_THAT(counties->labels, ElementsAre("甲县", "乙", "丙市"));
  EXPECT_THAT(counties->sublabels, ElementsAre("", "瑶族自治县", ""));
  EXPECT_EQ(zh.cityLayer, "counties");
  EXPECT_EQ(zh.words.legend, "图例");

  ASSERT_TRUE(does(SetLanguage{scene::Language::en}));
  const scene::Scene& en = city.scene();
  EXPECT_EQ(en.title, "Small City");
  EXPECT_EQ(en.words.legend, "Legend");
  EXPECT_THAT(scene::findLayer(en, "counties")->labels, ElementsAre("Jia", "Yi", "Bing"));
  EXPECT_GT(en.version, zh.version);
}

TEST_F(SmallCity, SceneLinksCoresToWhatTheyLeadAndListsWhatHasNoPlace) {
  const scene::Scene& s = city.scene();
  ASSERT_EQ(s.leads.size(), 2u);
  EXPECT_EQ(s.leads[0].fromLayer, "cores");
  EXPECT_EQ(s.leads[0].toLayer, "nodes");
  ASSERT_EQ(s.unplaced.size(), 1u);
  EXPECT_EQ(s.unplaced[0].name, "无址小镇");
  const scene::SceneLayer* cores = scene::findLayer(s, "cores");
  EXPECT_THAT(cores->certainty, ElementsAre(scene::Certainty::known, scene::Certainty::countyOnly));
  EXPECT_THAT(cores->uncertaintyMetres, ElementsAre(6000, 30000));
  EXPECT_THAT(cores->countyRow, ElementsAre(0, 1));
  EXPECT_EQ(scene::findLayer(s, "nodes")->certainty[2], scene::Certainty::hollow);
}

TEST_F(SmallCity, SceneMarksIllustrativeDataOnlyWhileItIsShown) {
  EXPECT_TRUE(city.scene().illustrative);
  ASSERT_TRUE(does(SetLayerVisible{"stations", false}));
  EXPECT_FALSE(city.scene().illustrative);
  ASSERT_TRUE(does(SetIndicator{"per_station"}));
  EXPECT_TRUE(city.scene().illustrative) << "the figure rests on illustrative sites";
}

TEST_F(SmallCity, TabsAndYearsTellTheCoverage) {
  const scene::Scene& s = city.scene();
  ASSERT_GE(s.tabs.size(), 2u);
  EXPECT_TRUE(s.tabs[0].current);
  EXPECT_EQ(s.tabs[0].coverage, "3/3");
  ASSERT_TRUE(does(SetIndicator{"people"}));
  ASSERT_TRUE(does(SetYear{2023}));
  EXPECT_EQ(city.scene().tabs[1].coverage, "2/3");
  const auto& years = city.scene().years;
  ASSERT_EQ(years.size(), 3u);
  EXPECT_EQ(years[0].data, scene::YearMark::Data::full);
  EXPECT_EQ(years[1].data, scene::YearMark::Data::partly);
  EXPECT_TRUE(years[2].target);
  EXPECT_FALSE(does(SetYear{2021})) << "the handle stops only where there is data";
}

TEST_F(SmallCity, LedgerNeverInventsABaseline) {
  const scene::Scene& s = city.scene();
  ASSERT_EQ(s.ledger.size(), 2u);
  EXPECT_EQ(s.ledgerTotal, 2u);
  EXPECT_EQ(s.ledgerWithBaseline, 1u);
  EXPECT_EQ(s.ledger[0].baseline, 380);
  EXPECT_TRUE(std::isnan(s.ledger[1].baseline));
  EXPECT_EQ(s.ledger[1].note, "基期未公布");
  EXPECT_TRUE(s.ledger[1].shownIllustrative);
}

TEST_F(SmallCity, LoadsTheSameSceneEveryTime) {
  Session again;
  ASSERT_TRUE(again.open(folder.file("city.parkscope.toml")));
  again.wait();
  const scene::Scene &a = city.scene(), &b = again.scene();
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (size_t i = 0; i < a.layers.size(); ++i) {
    EXPECT_EQ(a.layers[i].labels, b.layers[i].labels);
    EXPECT_EQ(a.layers[i].countyRow, b.layers[i].countyRow);
    EXPECT_EQ(a.layers[i].shape->layer->shapes.vertices, b.layers[i].shape->layer->shapes.vertices);
  }
  EXPECT_EQ(a.choropleth->breaks, b.choropleth->breaks);
  EXPECT_EQ(a.home, b.home);
}

TEST_F(SmallCity, FindsExactNamesBeforePrefixesBeforeTheRest) {
  const auto names = [&](const std::string& text) {
    std::vector<std::string> out;
    for (const auto& r : city.search(text)) out.push_back(r.name);
    return out;
  };
  EXPECT_EQ(names("甲站").front(), "甲站");
  EXPECT_THAT(names("甲"), ElementsAre("甲高新区", "甲县", "甲产业园", "甲站", "甲二站"));
  EXPECT_THAT(names("产业园"), testing::UnorderedElementsAre("甲产业园", "丙产业园"));
  EXPECT_EQ(names("JIA ZONE").front(), "甲高新区") << "in either language, whatever the case";
  EXPECT_EQ(names("乙瑶族自治县").front(), "乙瑶族自治县");
  EXPECT_EQ(names("乙").front(), "乙瑶族自治县") << "the short name is a name, too";
  const auto none = city.search("无址");
  ASSERT_EQ(none.size(), 1u);
  EXPECT_THAT(none[0].detail, HasSubstr("未公布地址"));
  EXPECT_TRUE(names("  ").empty());
  EXPECT_EQ(city.search("甲", 2).size(), 2u);
}

TEST(Session, OneBrokenSourceLeavesTheRestOpen) {
  const struct {
    const char *file, *text;
  } breakages[] = {{"stations.csv", nullptr},
                   {"stations.csv", ""},
                   {"stations.csv", "id,other\n1,2\n"},
                   {"counties.geojson", "{\"type\":\"FeatureCollection\",\"features\":[{\"ty"},
                   {"figures.csv", nullptr},
                   {"figures.csv", "code,what,year,value\n77,people,2020,1\n"},
                   {"parks.csv", "\x89PNG\r\n\x1a\n"}};
  for (const auto& breakage : breakages) {
    Folder f;
    session_test::writeSmallCity(f);
    if (breakage.text) f.write(breakage.file, breakage.text);
    else std::filesystem::remove(f.file(breakage.file));
    Session s;
    const auto opened = s.open(f.file("city.parkscope.toml"));
    ASSERT_TRUE(opened) << opened.error().text();
    s.wait();
    EXPECT_THAT(allMessages(s), HasSubstr(breakage.file)) << breakage.file;
    size_t ready = 0;
    for (const auto& l : s.project().layers) {
      const LayerState& state = s.layer(l.id);
      ready += state.stage == Stage::ready;
      EXPECT_EQ(state.stage == Stage::failed, !state.error.what.empty()) << l.id;
      EXPECT_TRUE(state.stage == Stage::failed || state.stage == Stage::ready) << l.id;
    }
    EXPECT_GE(ready, 2u) << breakage.file << "\n" << allMessages(s);
    EXPECT_EQ(s.scene().layers.size(), 4u);
    EXPECT_FALSE(s.busy());
  }
}

TEST(Session, LeavesOutLinksThatGoInACircleAndNamesThem) {
  Folder f;
  session_test::writeSmallCity(f);
  f.write("parks.csv",
          "id,role,level,name,name_en,code,lon,lat,km,precision,led_by\n"
          "c1,core,national,甲高新区,Jia Zone,1,113.2,24.2,6,area,c2\n"
          "c2,core,provincial,乙高新区,Yi Zone,2,113.7,24.3,30,county,c1\n"
          "n1,node,park,甲产业园,Jia Park,1,113.3,24.4,5,town,c1\n");
  std::ifstream in(f.file("city.parkscope.toml"));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const size_t cores = text.find("filter = \"role = core\"");
  text.insert(cores, "led_by = \"led_by\"\nlead_layer = \"cores\"\n");
  f.write("city.parkscope.toml", text);
  Session s;
  ASSERT_TRUE(s.open(f.file("city.parkscope.toml")));
  s.wait();
  EXPECT_THAT(allMessages(s), HasSubstr("circle"));
  EXPECT_THAT(allMessages(s), HasSubstr("甲高新区 → 乙高新区 → 甲高新区"));
  ASSERT_EQ(s.scene().leads.size(), 1u) << "what hangs on the circle stays";
  EXPECT_EQ(s.scene().leads[0].toLayer, "nodes");
}

TEST(Session, RefusesAProjectThatIsWrongInItself) {
  Folder f;
  Session s;
  EXPECT_THAT(s.open(f.file("none.toml")).error().text(), HasSubstr("none.toml cannot be opened"));
  const auto opened = s.open(f.write("bad.toml", "format = 1\ntitel = \"x\"\n"));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("bad.toml:2: unknown key"));
}

TEST(Session, ChoosesAMetricCrsForDataThatAreNotInAProject) {
  Folder f;
  session_test::writeSmallCity(f);
  auto made = projectForData({f.file("counties.geojson")}, {});
  ASSERT_TRUE(made) << made.error().text();
  Session s;
  s.open(std::move(*made), "");
  s.wait();
  EXPECT_EQ(s.worldCrs().metresPerUnit(), 1);
  ASSERT_TRUE(s.layer("counties").shape);
  const auto areas = geo::rowAreas(*s.layer("counties").shape->layer);
  ASSERT_TRUE(areas);
  EXPECT_NEAR((*areas)[0] / 1e6, 50.9 * 55.4, 30) << "half a degree square at 24°N";
}

TEST(Session, ShowsALargeLayerBeforeItKnowsWhatThePictureDoesWithout) {
  Folder f;
  const auto squares = [&](const std::string& name, int across) {
    std::string features;
    for (int i = 0; i < across; ++i)
      for (int j = 0; j < across; ++j)
        features +=
            (features.empty() ? "" : ",") + session_test::square(113 + i * 0.01, 24 + j * 0.01, R"("v":1)");
    return f.write(name, R"({"type":"FeatureCollection","features":[)" + features + "]}");
  };
  const std::string file = squares("large.geojson", 140);  // 78,400 vertices
  const auto opened = [&](Session& s, BareOptions options) {
    s.open(projectForData({file}, options).value(), "");
  };
  Session s;
  opened(s, {});
  s.waitForPicture();
  ASSERT_TRUE(s.layer("large").shape);
  EXPECT_GT(s.layer("large").shape->typicalWidth, 100);
  EXPECT_FALSE(s.layer("large").shape->runs.empty());
  EXPECT_FALSE(s.layer("large").shape->index);
  EXPECT_FALSE(s.layer("large").shape->boundaries);
  EXPECT_FALSE(s.pictureBusy());
  EXPECT_TRUE(s.busy()) << "it comes later";
  s.wait();
  EXPECT_FALSE(s.busy());
  EXPECT_TRUE(s.layer("large").shape->index && s.layer("large").index);
  EXPECT_TRUE(s.layer("large").shape->boundaries);
  EXPECT_EQ(s.layer("large").index->within(s.layer("large").shape->layer->bounds).size(), 140u * 140u);

  // By the clock of a window: the picture first, then the rest.
  Session window;
  opened(window, {});
  double clock = 1;
  while (!window.layer("large").shape) window.tick(clock);
  window.tick(clock + 0.1);
  EXPECT_FALSE(window.jobs().running("details\x1flarge"));
  EXPECT_GT(window.wakeAt(), clock);
  window.tick(clock + 0.5);
  EXPECT_TRUE(window.jobs().running("details\x1flarge"));
  window.wait();
  EXPECT_TRUE(window.layer("large").index);

  // Names stand on anchors: with them the picture waits for these.
  Session named;
  BareOptions options;
  options.label = "v";
  opened(named, options);
  named.waitForPicture();
  EXPECT_EQ(named.layer("large").shape->anchors.size(), 140u * 140u);
}

TEST(Session, ColoursBareDataByAColumnAndSaysWhichThereAre) {
  Folder f;
  const std::string file =
      f.write("a b.geojson", R"({"type":"FeatureCollection","features":[)" +
                                 session_test::square(113, 24, R"("v":1,"name":"甲")") + "," +
                                 session_test::square(114, 24, R"("v":5,"name":"乙")") + "," +
                                 session_test::square(115, 24, R"("v":null,"name":"丙")") + "]}");
  BareOptions options;
  options.field = "v", options.label = "name", options.classes = 2;
  auto made = projectForData({file}, options);
  ASSERT_TRUE(made);
  Session s;
  s.open(std::move(*made), "");
  s.wait();
  ASSERT_TRUE(s.scene().choropleth);
  EXPECT_EQ(s.scene().choropleth->breaks.missing, 1u);
  EXPECT_THAT(s.scene().layers[0].labels, ElementsAre("甲", "乙", "丙"));

  options.field = "name";
  s.open(projectForData({file}, options).value(), "");
  s.wait();
  EXPECT_EQ(s.indicator("name").error.remedy, "Numeric columns: v.");
  EXPECT_FALSE(projectForData({f.file("none.shp")}, {}));
}

TEST(Session, PutsABareTableOfCountiesOnTheEmbeddedOutlines) {
  Folder f;
  const std::string file = f.write(
      "t.csv",
      "清远市各县财政收入,,\n单位：万元,,\n县区,年份,收入\n清城区,2023,\"123,456\"\n清新县,2023,98765\n"
      "连山县,2023,—\n英德,2023,1.2亿\n合计,2023,9\n");
  BareOptions options;
  options.field = "收入";
  auto made = projectForData({file}, options);
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->layers.size(), 1u);
  EXPECT_EQ(made->layers[0].role, scene::Role::county);
  EXPECT_EQ(made->indicators[0].unit.zh, "万元");
  Session s;
  s.open(std::move(*made), "");
  s.wait();
  const IndicatorState& state = s.indicator("收入");
  ASSERT_TRUE(state.byYear.count(2023)) << state.error.text();
  std::vector<double> values;
  for (const auto& figure : state.byYear.at(2023))
    if (!std::isnan(figure.value)) values.push_back(figure.value);
  EXPECT_THAT(values, testing::UnorderedElementsAre(123456, 98765, 12000));
  EXPECT_THAT(state.unmatched, ElementsAre("合计"));
  EXPECT_TRUE(s.scene().choropleth);
  // Words that are no counties stay a table.
  options.field = "v";
  EXPECT_EQ(projectForData({f.write("u.csv", "n,v\n甲,1\n乙,2\n丙,3\n")}, options)->layers[0].role,
            scene::Role::context);
}

TEST(Session, ColoursTheLayerThatHasTheColumn) {
  Folder f;
  const auto feature = [](const std::string& name, const std::string& value) {
    return "<Placemark><name>" + name + "</name><ExtendedData>" + value +
           "</ExtendedData><Point><coordinates>113,24</coordinates></Point></Placemark>";
  };
  const std::string file = f.write(
      "two.kml",
      R"(<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>)"
      "<Folder><name>first</name>" +
          feature("a", "") + "</Folder><Folder><name>second</name>" +
          feature("b", "<Data name=\"v\"><value>3</value></Data>") + "</Folder></Document></kml>");
  BareOptions options;
  options.field = "v";
  const auto made = projectForData({file}, options);
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_EQ(made->layers.size(), 2u);
  EXPECT_EQ(made->indicators[0].of, "second");
}

TEST(Session, ShowsAsManyDecimalsAsAColumnHas) {
  Folder f;
  const auto decimals = [&](const std::string& values) {
    const std::string file = f.write("d.csv", "lon,lat,v\n" + values);
    BareOptions options;
    options.field = "v";
    Session s;
    s.open(projectForData({file}, options).value(), "");
    s.wait();
    return s.scene().choropleth ? s.scene().choropleth->decimals : -1;
  };
  EXPECT_EQ(decimals("113,24,441801\n114,24,441882\n"), 0);
  EXPECT_EQ(decimals("113,24,1.5\n114,24,20\n"), 1);
  EXPECT_EQ(decimals("113,24,0.12345678\n114,24,0.98765432\n"), 3);
  EXPECT_EQ(decimals("113,24,1234.5678912\n114,24,98765.4321987\n"), 0);
}

TEST(Session, OpensTheEmbeddedProjectWithoutAWarning) {
  Session s;
  ASSERT_TRUE(s.open(SOURCE_DIR "/assets/qingyuan/qingyuan.parkscope.toml"));
  s.wait();
  for (const auto& m : s.messages()) EXPECT_EQ(m.level, Message::Level::info) << m.text;
  const scene::Scene& scene = s.scene();
  ASSERT_TRUE(scene.choropleth);
  EXPECT_NEAR(scene.choropleth->figures[0].value, 1129700 / 1297.2, 1e-6);
  EXPECT_EQ(scene.leads.size(), 5u);
  EXPECT_EQ(scene.unplaced.size(), 5u);
  EXPECT_EQ(scene.unplaced[0].name, "中以创新小镇") << "the topmost layer's first";
  EXPECT_EQ(scene.ledger.size(), 6u);
  EXPECT_EQ(scene.ledgerWithBaseline, 11u);
  EXPECT_TRUE(scene.illustrative);
  EXPECT_EQ(scene.crsLongText, "CGCS2000 / 三度带高斯-克吕格，中央经线 114°E（EPSG:4547）");
  EXPECT_EQ(scene::findLayer(scene, "counties")->sublabels[4], "壮族瑶族自治县");
  EXPECT_TRUE(scene::findLayer(scene, "rivers")->inside);
  for (const scene::IndicatorTab& tab : scene.tabs)
    EXPECT_EQ(tab.coverage, tab.id == "gdp" ? "3/8" : "8/8") << tab.id;
  EXPECT_EQ(s.search("清远").front().name, "清远高新区");
  EXPECT_EQ(s.search("Yingde").front().detail.substr(0, 3), "县") << s.search("Yingde").front().name;
}
