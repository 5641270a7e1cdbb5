// Kinds of map, heat, ledger, indices and selections, from the project's figures to the scene.
#include "app/session/heat.h"
#include "app/session/ledger.h"
#include "app/session/shown.h"
#include "app/session/snapshot.h"
#include "geo/density.h"
#include "geo/load.h"
#include "geo/measure.h"
#include "tests/session/support.h"

namespace session {
namespace {

using session_test::Folder;

class Maps : public session_test::SmallCity {
 protected:
  void to(const Command& c) {
    const auto done = apply(city, c);
    ASSERT_TRUE(done) << done.error().text();
    city.wait();
  }
  MapSpec map(MapSpec::Kind kind) {
    MapSpec m;
    m.kind = kind;
    return m;
  }
  const scene::Choropleth& shown() {
    EXPECT_TRUE(city.scene().choropleth);
    return *city.scene().choropleth;
  }
};

TEST_F(Maps, ChangeIsTheDifferenceOfTwoYearsAndNothingWhereOneIsMissing) {
  to(SetIndicator{"people"});
  to(SetYear{2023});
  MapSpec m;
  m.change = MapSpec::Change::absolute;
  to(SetMap{m});
  EXPECT_EQ(shown().since, 2020);
  EXPECT_EQ(shown().figures[0].value, 100);
  EXPECT_TRUE(std::isnan(shown().figures[1].value));
  EXPECT_EQ(shown().figures[2].value, 300);
  EXPECT_EQ(shown().classOf(1), -1);
  EXPECT_EQ(shown().centre, 0);
  m.change = MapSpec::Change::percent;
  to(SetMap{m});
  EXPECT_NEAR(shown().figures[2].value, 10, 1e-12);
  EXPECT_EQ(shown().unit, "%");
}

TEST(ClassesOfChange, NeverReachOverZeroAndCountEveryValueOnce) {
  const std::vector<double> values{-9, -1, -0.5, 0.4, 3, 20, 21};
  for (const auto method : {geo::BreakMethod::natural, geo::BreakMethod::quantile, geo::BreakMethod::equal,
                            geo::BreakMethod::stddev, geo::BreakMethod::pretty})
    for (int k = 2; k <= 7; ++k) {
      IndicatorSpec spec;
      spec.classes = k, spec.method = method;
      const auto breaks = classesOf(values, values, spec, 0.0);
      ASSERT_TRUE(breaks) << breaks.error().text();
      size_t counted = 0;
      for (size_t c = 0; c < breaks->classes(); ++c) {
        counted += breaks->counts[c];
        if (breaks->counts[c] == 0) continue;
        EXPECT_FALSE(breaks->lowest[c] < 0 && breaks->highest[c] > 0) << k;
      }
      EXPECT_EQ(counted, values.size());
    }
}

TEST_F(Maps, LockedBreaksAreTheSameInEveryYear) {
  to(SetIndicator{"people"});
  to(SetYear{2020});
  const auto own = shown().breaks.upperBounds;
  to(LockBreaks{"people", true});
  const auto locked = shown().breaks.upperBounds;
  EXPECT_NE(own, locked);  // 3300 of the later year is among them
  EXPECT_EQ(locked.back(), 3300);
  EXPECT_EQ(shown().breaks.rows, 3u);  // but counts are the year's
  to(SetYear{2023});
  EXPECT_EQ(shown().breaks.upperBounds, locked);
  EXPECT_EQ(shown().breaks.missing, 1u);
}

TEST_F(Maps, ARateFromTheProgramSmoothsTowardsTheWholeWhereTheBaseIsSmall) {
  IndicatorSpec rate;
  rate.id = "rate", rate.numerator = "places", rate.denominator = "people", rate.per = 1000;
  to(PutIndicator{rate});
  ASSERT_EQ(city.project().indicators.back().id, "rate");
  const auto& state = city.indicator("rate");
  ASSERT_TRUE(state.error.what.empty()) << state.error.text();
  EXPECT_NEAR(state.byYear.begin()->second[0].value, 2.0 / 1000 * 1000, 1e-12);  // two places, 1,000 people
  ASSERT_EQ(state.smoothed.size(), state.byYear.size());
  EXPECT_EQ(city.indicator("density").noSmoothing, "");  // its area has no unit in this project
  to(SetIndicator{"rate"});
  MapSpec m;
  m.smoothed = true;
  to(SetMap{m});
  EXPECT_EQ(shown().raw.size(), 3u);
  for (size_t r = 0; r < 3; ++r) EXPECT_EQ(shown().figures[r].value, state.smoothed.begin()->second[r]);
}

TEST_F(Maps, ZeroAndNegativeDenominatorsGiveNoRateAndAreTold) {
  Folder f;
  session_test::writeSmallCity(f);
  f.write("figures.csv",
          "code,what,year,value,status,source\n1,people,2020,10,,\n2,people,2020,20,,\n3,people,2020,30,,\n"
          "1,area,2020,0,,\n2,area,2020,-5,,\n3,area,2020,10,,\n");
  Session s;
  ASSERT_TRUE(s.open(f.file("city.parkscope.toml")));
  s.wait();
  const auto& figures = s.indicator("density").byYear.at(2020);
  EXPECT_TRUE(std::isnan(figures[0].value));
  EXPECT_TRUE(std::isnan(figures[1].value));
  EXPECT_EQ(figures[2].value, 3);
  const std::string told = session_test::allMessages(s);
  EXPECT_NE(told.find("\"area\" is 0 in 1 areas (甲县)"), std::string::npos) << told;
  EXPECT_NE(told.find("is negative in 1 areas (乙瑶族自治县)"), std::string::npos) << told;
}

TEST_F(Maps, BivariateClassesAreThoseOfBothAxes) {
  to(SetIndicator{"people"});
  to(SetYear{2020});
  MapSpec m = map(MapSpec::Kind::bivariate);
  EXPECT_FALSE(canApply(city, SetMap{m}));  // it needs the other axis
  m.second = "places";
  to(SetMap{m});
  ASSERT_TRUE(shown().second);
  const auto& c = shown();
  const auto& other = city.indicator("places").byYear.begin()->second;
  for (size_t r = 0; r < 3; ++r) {
    const int a = c.breaks.classOf(c.figures[r].value), b = c.second->breaks.classOf(other[r].value);
    EXPECT_EQ(c.classOf(r), b * static_cast<int>(c.breaks.classes()) + a);
  }
  EXPECT_EQ(c.classes(), c.breaks.classes() * c.second->breaks.classes());
}

TEST_F(Maps, SizedSymbolsTakeTheIndicatorAndColourTheSecond) {
  to(SetIndicator{"people"});
  to(SetYear{2020});
  MapSpec m = map(MapSpec::Kind::symbols);
  m.second = "density";
  to(SetMap{m});
  ASSERT_TRUE(city.scene().sized);
  EXPECT_EQ(city.scene().sized->largest, 3000);
  EXPECT_FALSE(city.scene().sized->flannery);
  EXPECT_EQ(city.scene().sized->legend.front(), 3000);
  EXPECT_TRUE(shown().onSymbols);
  EXPECT_EQ(shown().id, "density");
}

TEST_F(Maps, ThreeAreasAreTooFewToConcludeAndStillShown) {
  to(SetIndicator{"people"});
  to(SetYear{2020});
  MapSpec m = map(MapSpec::Kind::association);
  m.links = true;
  to(SetMap{m});
  ASSERT_TRUE(city.association());
  const Association& a = *city.association();
  EXPECT_TRUE(a.tooFew);
  EXPECT_EQ(a.weights.links(), 4u);  // three squares in a row
  // I of 1, 2, 3 in a row, row-standardised: both ends see the middle's 0, the middle sees (−1 + 1) / 2.
  EXPECT_NEAR(a.result.moran.value, 0, 1e-12);
  EXPECT_EQ(shown().categoryOf.size(), 3u);
  EXPECT_NE(shown().notes.front().find("3 个单元太少"), std::string::npos);
  ASSERT_TRUE(city.scene().weights);
  EXPECT_EQ(city.scene().weights->links.size(), 2u);
}

TEST_F(Maps, LedgerWorksOutPaceAndLeavesUnknownUnknown) {
  to(SetLanguage{scene::Language::zh});
  const auto& rows = city.scene().wholeLedger;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].verdict, scene::Verdict::unknown);
  EXPECT_TRUE(std::isnan(rows[0].actual));
  EXPECT_TRUE(std::isnan(rows[0].paceSoFar));
  EXPECT_NEAR(rows[0].paceNeeded, 24, 1e-12);                // (500 − 380) / 5
  EXPECT_EQ(rows[1].actual, 3);                              // counted on the map
  EXPECT_EQ(rows[1].verdict, scene::Verdict::illustrative);  // example sites prove nothing
  EXPECT_TRUE(rows[1].shownIllustrative);
  // Spread evenly over three counties, of which two have one and two stations.
  ASSERT_EQ(rows[1].gap.size(), 3u);
  const double due = 100.0 / 3;
  EXPECT_NEAR(rows[1].gap[0], due - 2, 1e-9);
  EXPECT_NEAR(rows[1].gap[2], due, 1e-9);
  EXPECT_NEAR(rows[1].gapShare[0] + rows[1].gapShare[1] + rows[1].gapShare[2], 100, 1e-9);
}

TEST(Ledger, TakesItsFiguresFromTheTableAndJudgesByTheStraightLine) {
  Folder f;
  session_test::writeSmallCity(f);
  const std::string csv = f.write("targets.csv",
                                  "id,name,name_en,unit,baseline_year,baseline,target_year,target,better,"
                                  "plan_section,actual_year,actual\n"
                                  "firms,企业,Firms,家,2020,380,2025,500,more,二,2023,452\n"
                                  "slow,慢,Slow,家,2020,380,2025,500,more,二,2023,451.9\n"
                                  "done,成,Done,家,2020,0,2025,5,more,二,2022,7\n"
                                  "less,耗,Use,t,2020,100,2025,80,less,二,2022,95\n"
                                  "late,迟,Late,家,2020,0,2025,5,more,二,2025,4\n");
  const auto table = geo::load(csv);
  ASSERT_TRUE(table) << table.error().text();
  TargetSpec own;
  own.id = "firms", own.target = 600;  // the project's own word wins
  const auto merged = mergedTargets({own}, table->layer->table);
  ASSERT_EQ(merged.size(), 5u);
  EXPECT_EQ(merged[0].target, 600);
  EXPECT_EQ(merged[0].baseline, 380);
  EXPECT_EQ(merged[0].section, "二");
  EXPECT_FALSE(merged[3].moreIsBetter);

  std::ifstream in(f.file("city.parkscope.toml"));
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const size_t at = text.find("[[targets]]"), end = text.find("[[scenes]]");
  text = text.substr(0, at) + text.substr(end);
  text.insert(text.find("trend = "), "target_table = \"targets.csv\"\n");
  f.write("city.parkscope.toml", text);
  Session s;
  const auto opened = s.open(f.file("city.parkscope.toml"));
  ASSERT_TRUE(opened) << opened.error().text();
  s.wait();
  const auto& rows = s.scene().wholeLedger;
  ASSERT_EQ(rows.size(), 5u);
  using scene::Verdict;
  EXPECT_EQ(rows[0].verdict, Verdict::onTrack);  // 380 + 3/5 · 120 = 452, exactly on the line
  EXPECT_EQ(rows[1].verdict, Verdict::behind);
  EXPECT_EQ(rows[2].verdict, Verdict::reached);
  EXPECT_EQ(rows[3].verdict, Verdict::behind);  // −2.5 a year where −4 are needed
  EXPECT_NEAR(rows[3].paceSoFar, -2.5, 1e-12);
  EXPECT_NEAR(rows[3].paceNeeded, -5, 1e-12);   // from 95 in 2022 to 80 in 2025
  EXPECT_EQ(rows[4].verdict, Verdict::behind);  // the year is over
  EXPECT_TRUE(std::isnan(rows[4].paceNeeded));
}

TEST_F(Maps, HeatAddsUpToTheCountInTheWholeAndInEachCounty) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 20'000;
  to(SetHeat{h});
  ASSERT_TRUE(city.scene().heat && city.scene().heat->grid) << session_test::allMessages(city);
  EXPECT_NEAR(city.scene().heat->integral, 3, 0.003);
  EXPECT_TRUE(city.scene().heat->illustrative);
  EXPECT_TRUE(city.scene().illustrative);
  h.clip = "counties", h.perArea = true;
  to(SetHeat{h});
  const scene::Heat& heat = *city.scene().heat;
  EXPECT_NEAR(heat.integral, 3, 0.003);
  const auto& counties = city.layer("counties").shape->layer->shapes;
  std::vector<double> sum(3);
  for (uint32_t y = 0; y < heat.grid->height; ++y)
    for (uint32_t x = 0; x < heat.grid->width; ++x) {
      if (!(heat.grid->at(x, y) > 0)) continue;
      const geo::Point p = heat.grid->centre(x, y);
      for (size_t r = 0; r < 3; ++r)
        if (geo::contains(counties, r, p))
          sum[r] += heat.grid->at(x, y) * heat.grid->cell * heat.grid->cell / 1e6;
    }
  EXPECT_NEAR(sum[0], 2, 0.02);  // 甲站 and 甲二站
  EXPECT_NEAR(sum[1], 1, 0.01);
  EXPECT_NEAR(sum[2], 0, 1e-9);
}

TEST_F(Maps, TheSameColourIsTheSameFigureOnScreenAndPaper) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 20'000, h.top = 0.01;
  to(SetHeat{h});
  const auto& live = *city.scene().heat;
  EXPECT_TRUE(live.locked);
  EXPECT_EQ(live.high, 0.01);
  SnapshotOptions paper;
  paper.output = "x.pdf", paper.paper = "A3";
  const auto page = sceneFor(city, paper);
  ASSERT_TRUE(page && page->heat);
  EXPECT_EQ(page->heat->grid->values.size(), live.grid->values.size());
  EXPECT_EQ(page->heat->grid->cell, live.grid->cell);
  EXPECT_EQ(page->heat->high, live.high);
}

TEST_F(Maps, ClickOnHeatListsThePointsBehindIt) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 30'000;
  to(SetHeat{h});
  const auto& stations = city.layer("stations").shape->layer->shapes;
  const geo::Point at = stations.part(stations.rowStart[0])[0];
  to(ProbeHeat{at});
  ASSERT_TRUE(city.heatProbe());
  const HeatProbe& probe = *city.heatProbe();
  ASSERT_EQ(probe.items.size(), 2u);  // 乙站 is 50 km away
  EXPECT_EQ(probe.items[0].name, "甲站");
  double share = 0, value = 0;
  for (const auto& item : probe.items) share += item.share, value += item.value;
  EXPECT_NEAR(share, 1, 1e-9);
  EXPECT_NEAR(value, probe.value, 1e-12);
  EXPECT_NEAR(probe.value, city.scene().heat->grid->at(at), 0.02 * probe.value);
  to(ProbeHeat{});
  EXPECT_FALSE(city.heatProbe());
}

TEST_F(Maps, HeatOfPolygonsAndInASystemThatStretchesIsRefusedInOneLine) {
  HeatSpec h;
  h.layer = "counties", h.radiusMetres = 5'000;
  to(SetHeat{h});
  EXPECT_NE(session_test::allMessages(city).find("Heat needs points"), std::string::npos);
  ASSERT_TRUE(city.scene().heat);
  EXPECT_FALSE(city.scene().heat->grid);
  EXPECT_FALSE(canApply(city, SetHeat{[&] {
                          HeatSpec bad = h;
                          bad.radiusMetres = -1;
                          return bad;
                        }()}));
  Folder f;
  f.write("p.csv", "lon,lat\n113.1,60.1\n113.2,60.2\n");
  BareOptions bare;
  bare.heatMetres = 1000, bare.crs = "EPSG:4326";
  auto p = projectForData({f.file("p.csv")}, bare);
  ASSERT_TRUE(p);
  p->crs = "EPSG:3857";
  Session s;
  s.open(*p, f.path());
  s.wait();
  EXPECT_NE(session_test::allMessages(s).find("stretches lengths"), std::string::npos)
      << session_test::allMessages(s);
}

TEST_F(Maps, AFilterLeavesOutOfTheHeatWhatItHides) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 20'000;
  to(SetHeat{h});
  to(SetLayerShow{"stations", "name = 甲站"});
  EXPECT_NEAR(city.scene().heat->sumOfWeights, 1, 1e-9);
  const scene::SceneLayer* layer = scene::findLayer(city.scene(), "stations");
  EXPECT_EQ(layer->shown, (std::vector<uint8_t>{1, 0, 0}));
  EXPECT_NE(layer->filterText.find("1 / 3"), std::string::npos);
  EXPECT_FALSE(canApply(city, SetLayerShow{"stations", "nome = 甲站"}));
}

TEST_F(Maps, FiltersAndTablesKnowTheIndicators) {
  const auto table = city.table("counties");
  ASSERT_TRUE(table);
  const geo::Column* people = table->table.find("people");
  ASSERT_TRUE(people);
  EXPECT_EQ(people->numbers[2], 3000);
  EXPECT_EQ(table->names[1], "乙瑶族自治县");
  EXPECT_LT(table->ownColumns, table->table.columns.size());
  to(SetLayerShow{"counties", "people >= 2000"});
  EXPECT_EQ(city.table("counties")->shown, (std::vector<uint8_t>{0, 1, 1}));
}

TEST_F(Maps, CompositeIndexFollowsItsWeightsAndSaysHowStableItsRanksAre) {
  IndicatorSpec index;
  index.id = "index", index.indexOf = "people, distance", index.weights = {1, 0};
  for (auto& i : city.project().indicators)
    if (i.id == "distance") {
      EXPECT_TRUE(i.moreIsBetter);
    }
  to(PutIndicator{index});
  const auto& figures = city.indicator("index").byYear.at(0);
  EXPECT_NEAR(figures[0].value, 0, 1e-12);
  EXPECT_NEAR(figures[1].value, 0.5, 1e-12);  // 2000 between 1000 and 3000
  EXPECT_NEAR(figures[2].value, 1, 1e-12);
  EXPECT_EQ(figures[2].status, scene::Status::estimated);
  ASSERT_TRUE(city.index("index"));
  EXPECT_EQ(city.index("index")->weights, (std::vector<double>{1, 0}));
  EXPECT_EQ(city.index("index")->stability.keeps[2], 1);  // one part alone cannot change places
  index.weights = {1, 2, 3};
  EXPECT_FALSE(canApply(city, PutIndicator{index}));
  index.weights.clear(), index.indexOf = "index";
  EXPECT_FALSE(canApply(city, PutIndicator{index}));  // made from itself
}

TEST_F(Maps, SelectionsAddToggleAndFollowTheLasso) {
  to(SelectRows{"counties", {2, 0, 2}});
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{0, 2}));
  to(SelectRows{"counties", {1, 2}, Pick::toggle});
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{0, 1}));
  to(SelectRows{"counties", {1}, Pick::remove});
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{0}));
  ASSERT_TRUE(city.view().selected);
  EXPECT_EQ(city.view().selected->row, 0);
  to(SetActiveLayer{"stations"});
  const auto& stations = city.layer("stations").shape->layer->shapes;
  const geo::Point a = stations.part(stations.rowStart[0])[0];
  to(SelectWithin{
      {{a.x - 100, a.y - 100}, {a.x + 100, a.y - 100}, {a.x + 100, a.y + 100}, {a.x - 100, a.y + 100}}});
  EXPECT_EQ(city.view().selectionLayer, "stations");
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{0}));
  EXPECT_EQ(city.scene().selection, city.view().selection);
}

TEST_F(Maps, SelectedRowsAreExportedWithTheirIndicators) {
  to(SelectRows{"counties", {1, 2}});
  for (const char* name : {"out.csv", "out.geojson", "out.gpkg"}) {
    const std::string path = folder.file(name);
    to(ExportRows{path, "counties", true});
    const auto back = geo::load(path);
    ASSERT_TRUE(back) << back.error().text();
    ASSERT_EQ(back->layer->rows(), 2u);
    const geo::Column* people = back->layer->table.find("people");
    ASSERT_TRUE(people) << name;
    EXPECT_EQ(people->number(1), 3000);
  }
  EXPECT_FALSE(canApply(city, ExportRows{folder.file("x.xls"), "counties", true}));
}

TEST_F(Maps, ACardRanksEveryIndicatorAndCountsWhatStandsInTheCounty) {
  to(ShowCard{scene::ObjectRef{"counties", 0}});
  ASSERT_TRUE(city.scene().card);
  const auto& card = *city.scene().card;
  EXPECT_EQ(card.name, "甲县");
  EXPECT_EQ(card.nameOther, "Jia");
  const auto people =
      std::find_if(card.rows.begin(), card.rows.end(), [](const auto& r) { return r.name == "人口"; });
  ASSERT_NE(people, card.rows.end());
  EXPECT_EQ(people->year, 2023);
  EXPECT_EQ(people->rank, 2);
  EXPECT_EQ(people->of, 2);  // the third has no figure in that year
  EXPECT_EQ(people->course, (std::vector<double>{1000, 1100}));
  const auto stations =
      std::find_if(card.groups.begin(), card.groups.end(), [](const auto& g) { return g.name == "站"; });
  ASSERT_NE(stations, card.groups.end());
  EXPECT_EQ(stations->count, 2u);
  EXPECT_EQ(card.neighbours, (std::vector<std::string>{"乙"}));
}

TEST_F(Maps, SmallMultiplesOfYearsShareTheirBreaks) {
  to(SetIndicator{"people"});
  to(SetComposition{scene::Composition::multiples});
  const auto& all = city.scene().multiples;
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].title, "2020");
  EXPECT_EQ(all[0].map.breaks.upperBounds, all[1].map.breaks.upperBounds);
}

TEST_F(Maps, AllOfItIsSavedAndOpensAgain) {
  MapSpec m = map(MapSpec::Kind::bivariate);
  m.second = "places", m.grid = 4, m.weights = "knn:2", m.since = 2020, m.change = MapSpec::Change::percent;
  HeatSpec h;
  h.layer = "stations", h.kernel = geo::Kernel::gaussian, h.radiusMetres = 1234.5, h.top = 0.25,
  h.clip = "counties", h.perArea = true, h.show = HeatSpec::Show::hexagons, h.contours = false;
  to(SetMap{m});
  to(SetHeat{h});
  to(AddScene{"新"});
  EXPECT_EQ(city.project().scenes.back().map, m);
  EXPECT_EQ(city.project().scenes.back().heat, h);
  const std::string text = formatProject(city.project());
  const auto again = parseProject(text, "p");
  ASSERT_TRUE(again) << again.error().text() << text;
  EXPECT_EQ(*again, city.project());
  const auto wrong = parseProject(text + "\n[heat]\n", "p");
  EXPECT_FALSE(wrong);
  const auto kernel = parseProject("format = 1\n[heat]\nkernel = \"quatric\"\n", "p");
  ASSERT_FALSE(kernel);
  EXPECT_NE(kernel.error().text().find("It is one of: quartic"), std::string::npos) << kernel.error().text();
}

TEST_F(Maps, UndoTakesBackADraggedBandwidthAsOneStep) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 1000;
  to(SetHeat{h});
  for (const double r : {2000.0, 3000.0, 4000.0}) {
    h.radiusMetres = r;
    to(SetHeat{h, false});
  }
  to(SetHeat{h, true});
  to(Undo{});
  EXPECT_EQ(city.project().heat.radiusMetres, 1000);
}

TEST_F(Maps, RemovingALayerTakesItsHeatAlong) {
  HeatSpec h;
  h.layer = "stations", h.radiusMetres = 1000;
  to(SetHeat{h});
  to(RemoveLayer{"stations"});
  EXPECT_EQ(city.project().heat, HeatSpec{});
  EXPECT_FALSE(city.scene().heat);
}

TEST(RoundLength, HasOneOrTwoFigures) {
  EXPECT_EQ(roundLength(8123), 8000);
  EXPECT_EQ(roundLength(1190), 1200);
  EXPECT_EQ(roundLength(96), 100);
  EXPECT_EQ(roundLength(0), 0);
  EXPECT_EQ(roundLength(std::nan("")), 0);
}

}  // namespace
}  // namespace session
