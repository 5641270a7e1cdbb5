#include "app/session/layer_card.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "geo/datum.h"
#include "geo/measure.h"
#include "geo/save.h"
#include "tests/session/support.h"

using namespace session;
using testing::HasSubstr;

namespace {

// The city's own counties as trusted areas, and once more as they lie on a Chinese web map, labelled WGS 84.
class LayerCards : public testing::Test {
 protected:
  void SetUp() override {
    auto counties = geo::load(SOURCE_DIR "/assets/qingyuan/counties.geojson");
    ASSERT_TRUE(counties) << counties.error().text();
    true_ = counties->layer;
    geo::Layer shifted = *true_;
    for (geo::Point& p : shifted.shapes.vertices) p = geo::gcj02FromWgs84(p);
    const auto saved = geo::save(shifted, folder.file("shifted.geojson"));
    ASSERT_TRUE(saved) << saved.error().text();
    std::filesystem::copy_file(SOURCE_DIR "/assets/qingyuan/counties.geojson",
                               folder.file("counties.geojson"));
    folder.write("city.parkscope.toml", R"(format = 1
title = { zh = "城", en = "City" }
crs = "EPSG:4547"

[[layers]]
id = "counties"
name = { zh = "县", en = "Counties" }
role = "county"
source = "counties.geojson"
key = "adcode"
label = "name"

[[layers]]
id = "shifted"
name = { zh = "网图", en = "Web map" }
source = "shifted.geojson"
)");
    const auto opened = city.open(folder.file("city.parkscope.toml"));
    ASSERT_TRUE(opened) << opened.error().text();
    city.wait();
  }
  void does(const Command& c) {
    const auto done = apply(city, c);
    ASSERT_TRUE(done) << done.error().text();
    city.wait();
  }
  // Metres from the true places, the farthest vertex.
  double off(const scene::MapShapePtr& shape) const {
    const auto& now = shape->layer->shapes;
    const auto& at = city.layer("counties").shape->layer->shapes;
    double most = 0;
    for (size_t r = 0; r < at.rows(); ++r)
      for (uint32_t k = 0; k + at.rowStart[r] < at.rowStart[r + 1]; ++k) {
        const auto a = at.part(at.rowStart[r] + k), b = now.part(now.rowStart[r] + k);
        most = std::max(most, std::hypot(a[0].x - b[0].x, a[0].y - b[0].y));
      }
    return most;
  }
  session_test::Folder folder;
  geo::LayerPtr true_;
  Session city;
};

TEST_F(LayerCards, AMislabelledLayerIsNamedHeldAgainstTheMapMendedAndGivenBack) {
  EXPECT_FALSE(city.layerCard());
  EXPECT_GT(off(city.layer("shifted").shape), 400);
  does(InspectLayer{"shifted"});
  auto card = city.layerCard();
  ASSERT_TRUE(card && card->done);
  EXPECT_EQ(card->facts.crs.used, "GCJ-02");
  EXPECT_GT(card->facts.crs.confidence, 0.8);
  EXPECT_NEAR(card->facts.crs.shiftMetres, 600, 150);
  const auto better = betterReading(*card);
  ASSERT_TRUE(better);
  EXPECT_EQ(better->datum, "GCJ-02");
  // Never silently: until it is asked for, the layer lies where its file says.
  EXPECT_GT(off(city.layer("shifted").shape), 400);
  does(CompareReading{true});
  ASSERT_EQ(city.scene().layers.back().id, "other reading");
  EXPECT_LT(off(city.scene().layers.back().shape), 1) << "where it would lie";
  does(ReadLayerAs{"shifted", "", "", "GCJ-02"});
  EXPECT_LT(off(city.layer("shifted").shape), 1);
  card = city.layerCard();
  ASSERT_TRUE(card && card->done);
  EXPECT_FALSE(betterReading(*card));
  ASSERT_EQ(city.scene().layers.back().id, "other reading");
  EXPECT_GT(off(city.scene().layers.back().shape), 400) << "where it lay";
  does(SaveProject{});
  std::ifstream in(folder.file("city.parkscope.toml"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(in), {}), HasSubstr("datum = \"GCJ-02\""));
  does(Undo{});
  EXPECT_GT(off(city.layer("shifted").shape), 400);
  does(InspectLayer{""});
  EXPECT_FALSE(city.layerCard());
  EXPECT_EQ(city.scene().layers.back().id, "shifted");
}

TEST_F(LayerCards, WhatIsRightHasNothingToMend) {
  does(InspectLayer{"counties"});
  const auto card = city.layerCard();
  ASSERT_TRUE(card && card->done);
  EXPECT_EQ(card->facts.features, 8u);
  EXPECT_FALSE(betterReading(*card));
  EXPECT_FALSE(otherReading(*card));
}

// Four quarters of a square: the western two overlap, the south-eastern one has a spike.
TEST_F(LayerCards, ShapesAreMendedAsTheyAreReadHeldAgainstTheFileAndGivenBack) {
  const auto quarter = [](const char* name, const char* ring) {
    return fmt::format(
        R"({{"type":"Feature","properties":{{"name":"{}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}})",
        name, ring);
  };
  const std::string text = fmt::format(
      R"({{"type":"FeatureCollection","features":[{},{},{},{}]}})",
      quarter("西北", "[113,23.6],[113.1,23.6],[113.1,23.7],[113,23.7],[113,23.6]"),
      quarter("西南", "[113,23.5],[113.1,23.5],[113.1,23.6],[113.05,23.603],[113,23.6],[113,23.5]"),
      quarter("东北", "[113.1,23.6],[113.2,23.6],[113.2,23.7],[113.1,23.7],[113.1,23.6]"),
      quarter("东南",
              "[113.1,23.5],[113.2,23.5],[113.2,23.55],[113.25,23.55],[113.2,23.55],[113.2,23.6],[113.1,23.6]"
              ",[113.1,23.5]"));
  folder.write("quarters.geojson", text);
  does(AddData{{folder.file("quarters.geojson")}});
  const std::string id = city.project().layers.back().id;
  const auto areaOf = [&] {
    const auto& s = city.layer(id).shape->layer->shapes;
    double sum = 0;
    for (uint32_t p = 0; p + 1 < s.partStart.size(); ++p) sum += geo::ringArea(s.part(p));
    return sum;
  };
  const double before = areaOf();
  does(InspectLayer{id});
  auto card = city.layerCard();
  ASSERT_TRUE(card && card->done) << card->error.text();
  ASSERT_TRUE(repairable(*card));
  const auto find = [&](const std::string& kind) {
    const auto& all = card->facts.problems;
    const auto p = std::find_if(all.begin(), all.end(), [&](const auto& q) { return q.kind == kind; });
    return static_cast<size_t>(p - all.begin());
  };
  const size_t spike = find("spike"), overlap = find("overlap");
  ASSERT_LT(spike, card->facts.problems.size());
  ASSERT_LT(overlap, card->facts.problems.size());
  ASSERT_EQ(card->facts.problems[spike].at.size(), 1u);
  EXPECT_NEAR(card->facts.problems[spike].at[0].x, 113.225, 0.026) << "on the spike";
  EXPECT_NEAR(card->facts.problems[spike].at[0].y, 23.55, 1e-9);
  ASSERT_EQ(card->facts.problems[overlap].at.size(), 1u);
  EXPECT_GT(card->facts.problems[overlap].at[0].y, 23.6);
  EXPECT_LT(card->facts.problems[overlap].at[0].y, 23.603);

  city.setFrame({0, 0, 900, 600}, 1);
  does(ShowProblem{overlap});
  ASSERT_EQ(city.scene().layers.back().id, "problem");
  const geo::Point mark = city.scene().layers.back().shape->layer->shapes.vertices[0];
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{0, 1}));
  city.tick(1e6), city.tick(2e6);  // it has flown
  const scene::Camera camera = city.view().camera;
  const scene::Vec seen = camera.canvasFromWorld(mark);
  EXPECT_TRUE(camera.frame.contains(seen)) << "the map went there";
  does(ShowProblem{});
  EXPECT_NE(city.scene().layers.back().id, "problem");

  does(CompareReading{true});
  EXPECT_EQ(city.scene().layers.back().id, "other reading");
  EXPECT_DOUBLE_EQ(areaOf(), before) << "never silently";
  does(RepairLayer{id, true});
  EXPECT_LT(areaOf(), before - 1e5) << "the overlap, 0.15 km², counts once";
  card = city.layerCard();
  ASSERT_TRUE(card && card->done);
  EXPECT_EQ(card->repairs.size(), 2u);
  EXPECT_FALSE(apply(city, RepairLayer{id, true}));
  does(SaveProject{});
  std::ifstream in(folder.file("city.parkscope.toml"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(in), {}), HasSubstr("repair = true"));
  std::ifstream file(folder.file("quarters.geojson"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text) << "the file stays as it is";
  does(Undo{});
  EXPECT_DOUBLE_EQ(areaOf(), before);
}

TEST(LayerCard, RowsOfTheFileAreRowsOfTheLayerLessThoseThatARepairTookAway) {
  LayerCard card;
  card.repairs = {{"mended-duplicate-row", {1, 4}, "", ""}};
  EXPECT_EQ(layerRows(card, {0, 1, 2, 4, 5}), (std::vector<uint32_t>{0, 1, 3}));
  card.filtered = true;
  EXPECT_TRUE(layerRows(card, {0}).empty());
}

TEST_F(LayerCards, AFileThatIsGoneIsOneLine) {
  std::filesystem::remove(folder.file("shifted.geojson"));
  does(InspectLayer{"shifted"});
  const auto card = city.layerCard();
  ASSERT_TRUE(card && card->done);
  EXPECT_THAT(card->error.text(), HasSubstr("shifted.geojson"));
}

TEST_F(LayerCards, ReadingsThatDoNotExistAreRefused) {
  EXPECT_FALSE(apply(city, InspectLayer{"nope"}));
  EXPECT_FALSE(apply(city, ReadLayerAs{"shifted", "", "", "MARS-7"}));
  EXPECT_FALSE(apply(city, ReadLayerAs{"shifted", "", "EPSG:0", ""}));
  EXPECT_FALSE(apply(city, ReadLayerAs{"shifted", "Klingon", "", ""}));
  EXPECT_TRUE(apply(city, ReadLayerAs{"shifted", "GBK", "EPSG:4490", ""}));
}

}  // namespace
