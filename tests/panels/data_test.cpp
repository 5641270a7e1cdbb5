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

TEST(Data, WithoutALayerSaysHowToChooseOne) {
  Robot r;
  r.openQingyuan();
  r.click("column.data");
  r.frame(2);
  EXPECT_FALSE(r.session.layerCard());
}

}  // namespace
