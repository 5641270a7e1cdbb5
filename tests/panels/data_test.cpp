// The card of a layer: a layer off a web map, labelled WGS 84, is named and mended by two clicks.
#include <filesystem>
#include <fstream>

#include "geo/datum.h"
#include "geo/load.h"
#include "geo/save.h"
#include "tests/panels/robot.h"

namespace {

using test::Robot;

TEST(Data, AMislabelledLayerIsMendedByAClickAndUndone) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("parkscope-data-{}", getpid());
  std::filesystem::create_directories(folder);
  auto counties = geo::load(SOURCE_DIR "/assets/qingyuan/counties.geojson");
  ASSERT_TRUE(counties);
  geo::Layer shifted = *counties->layer;
  for (geo::Point& p : shifted.shapes.vertices) p = geo::gcj02FromWgs84(p);
  ASSERT_TRUE(geo::save(shifted, (folder / "web.geojson").string()));
  std::ofstream(folder / "city.parkscope.toml") << R"(format = 1
title = { zh = "城", en = "City" }
crs = "EPSG:4547"

[[layers]]
id = "web"
name = { zh = "网图", en = "Web map" }
source = "web.geojson"
)";
  Robot r;
  ASSERT_TRUE(r.session.open((folder / "city.parkscope.toml").string()));
  r.frame(), r.session.wait(), r.frame(4);
  r.click("layer.web.row");
  r.click("style.data");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_EQ(r.widget("data.declared").value, "EPSG:4326");
  EXPECT_THAT(r.widget("data.used").value, testing::StartsWith("GCJ-02"));
  EXPECT_THAT(r.widget("data.shifted").value, testing::HasSubstr("GCJ-02"));
  r.click("data.mend");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_EQ(r.session.project().layers[0].datum, "GCJ-02");
  r.click("data.compare");
  r.frame(2), r.session.wait(), r.frame(2);
  EXPECT_EQ(r.session.scene().layers.back().id, "other reading");
  r.click("data.unmend");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_EQ(r.session.project().layers[0].datum, "");
  std::filesystem::remove_all(folder);
}

TEST(Data, ShapesThatAreWrongAreShownMendedAndGivenBackByAClick) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("parkscope-repair-{}", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "halves.geojson") << R"({"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"name":"西"},"geometry":{"type":"Polygon","coordinates":[[[113,23.5],[113.1,23.5],[113.1,23.55],[113.102,23.57],[113.1,23.6],[113,23.6],[113,23.5]]]}},
{"type":"Feature","properties":{"name":"东"},"geometry":{"type":"Polygon","coordinates":[[[113.1,23.5],[113.2,23.5],[113.2,23.6],[113.1,23.6],[113.1,23.5]]]}}]})";
  std::ofstream(folder / "city.parkscope.toml") << R"(format = 1
title = { zh = "城", en = "City" }
crs = "EPSG:4547"

[[layers]]
id = "halves"
name = { zh = "两半", en = "Halves" }
source = "halves.geojson"
)";
  Robot r;
  ASSERT_TRUE(r.session.open((folder / "city.parkscope.toml").string()));
  r.frame(), r.session.wait(), r.frame(4);
  r.click("layer.halves.row");
  r.click("style.data");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_THAT(r.widget("data.problem.0").value, testing::HasSubstr("重叠"));
  r.click("data.problem.0.show");
  r.frame(3);
  EXPECT_EQ(r.session.scene().layers.back().id, "problem");
  EXPECT_EQ(r.session.view().selection.size(), 2u);
  r.click("data.problem.0.show");
  r.frame(2);
  EXPECT_NE(r.session.scene().layers.back().id, "problem") << "it has one place; the next click hides it";
  r.click("data.repair");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_TRUE(r.session.project().layers[0].repair);
  EXPECT_THAT(r.widget("data.repaired.0").value, testing::HasSubstr("重叠"));
  r.click("data.repair");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_FALSE(r.session.project().layers[0].repair);
  std::filesystem::remove_all(folder);
}

TEST(Data, WithoutALayerSaysHowToChooseOne) {
  Robot r;
  r.openQingyuan();
  r.click("column.data");
  r.frame(2);
  EXPECT_FALSE(r.session.layerCard());
}

TEST(Data, NamesThatDoNotMatchAreAcceptedByOneClickAndTakenBack) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("parkscope-names-{}", getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "output.csv") << "县,产值\n清城区,5\n清辛区,6\n英德市,7\n火星县,1\n";
  std::ofstream(folder / "firms.csv") << "名称,地址\n第一厂,清城区凤城街道1号\n第二厂,英得市\n";
  Robot r;
  r.openQingyuan();
  session::IndicatorSpec i;
  i.id = "output", i.name = {"产值", "Output"}, i.table = (folder / "output.csv").string();
  i.key = "县", i.value = "产值";
  ASSERT_TRUE(apply(r.session, session::PutIndicator{i}));
  ASSERT_TRUE(apply(r.session, session::AddData{{(folder / "firms.csv").string()}}));
  r.session.wait(), r.frame(3);
  r.click("layer.counties.row");
  r.click("style.data");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_THAT(r.widget("data.unmatched").value, testing::HasSubstr("2"));
  EXPECT_EQ(r.widget("data.match.0").value, "清辛区");  // those with candidates stand first
  EXPECT_EQ(r.widget("data.match.1").value, "火星县");
  r.click("data.match.0.candidate.0");
  r.frame(2), r.session.wait(), r.frame(3);
  ASSERT_EQ(r.session.project().accepted.size(), 1u);
  EXPECT_EQ(r.session.project().accepted[0].key, "清辛区");
  EXPECT_EQ(r.widget("data.match.0").value, "火星县");
  EXPECT_THAT(r.widget("data.match.accepted.0").value, testing::StartsWith("清辛区 = "));
  r.click("data.match.accepted.0.withdraw");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_TRUE(r.session.project().accepted.empty());

  r.click("layer.firms.row");
  r.click("style.data");
  r.frame(2), r.session.wait(), r.frame(3);
  r.click("data.placeBy");
  r.frame(2);
  r.click("choice.data.placeBy.2");  // none, 名称, 地址
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_EQ(r.widget("data.placed").value, "1");
  EXPECT_EQ(r.widget("data.name.0").value, "英得市");
  r.click("data.name.0.candidate.0");
  r.frame(2), r.session.wait(), r.frame(3);
  EXPECT_EQ(r.widget("data.placed").value, "2");
  std::filesystem::remove_all(folder);
}

}  // namespace
