#include "geo/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class InspectTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parkscope-inspect-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
    return folder_ + "/" + name;
  }
  std::string folder_;
};

const Problem* problem(const LayerFacts& l, const std::string& kind) {
  for (const Problem& p : l.problems)
    if (p.kind == kind) return &p;
  return nullptr;
}

TEST_F(InspectTest, FindsWhatIsWrongWithShapesRowByRow) {
  const SourceFacts s = inspect(
      write("a.csv",
            "n,WKT\n"
            "good,\"POLYGON ((0 0,4 0,4 4,0 4,0 0))\"\n"
            "bowtie,\"POLYGON ((0 0,2 2,2 0,0 2,0 0))\"\n"
            "hole outside,\"POLYGON ((0 0,1 0,1 1,0 0),(5 5,6 5,6 6,5 5))\"\n"
            "rings cross,\"POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,9 1,9 2,1 2,1 1))\"\n"
            "again good,\"POLYGON ((0 0,4 0,4 4,0 4,0 0))\"\n"
            "nested,\"MULTIPOLYGON (((10 10,14 10,14 14,10 14,10 10)),((11 11,12 11,12 12,11 12,11 11)))\"\n"
            "empty,\n"
            "two points,\"POLYGON ((0 0,1 1,0 0))\"\n"
            "twice the vertex,\"POLYGON ((20 0,21 0,21 0,21 1,20 0))\"\n"
            "good,\"POLYGON ((0 0,4 0,4 4,0 4,0 0))\"\n"
            "touches itself,\"POLYGON ((30 0,32 0,31 1,32 2,30 2,31 1,30 0))\"\n"));
  ASSERT_FALSE(s.error);
  ASSERT_EQ(s.layers.size(), 1u);
  const LayerFacts& l = s.layers[0];
  EXPECT_EQ(l.features, 11u);
  EXPECT_EQ(l.geometry, "MultiPolygon");
  const std::vector<std::pair<const char*, std::vector<size_t>>> expected = {
      {"ring-self-intersection", {1, 10}},
      {"hole-outside", {2}},
      {"self-intersection", {3}},
      {"nested-polygons", {5}},
      {"empty-geometry", {6}},
      {"too-few-points", {7}},
      {"duplicate-vertices", {8}},
      {"duplicate-geometry", {4}},
      {"duplicate-row", {9}}};
  for (const auto& [kind, rows] : expected) {
    const Problem* p = problem(l, kind);
    ASSERT_TRUE(p) << kind;
    EXPECT_EQ(p->rows, rows) << kind;
    EXPECT_FALSE(p->message.empty());
    EXPECT_FALSE(p->fix.empty());
  }
  EXPECT_EQ(l.problems.size(), expected.size());
}

TEST_F(InspectTest, FindsNothingWrongWithAGoodFile) {
  const SourceFacts s = inspect(write("a.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"名称":"甲","n":1,"v":0.5,"d":"2024-01-05"},"geometry":{"type":"Polygon","coordinates":[[[112,23],[113,23],[113,24],[112,23]]]}}]})"));
  ASSERT_EQ(s.layers.size(), 1u);
  const LayerFacts& l = s.layers[0];
  EXPECT_TRUE(l.problems.empty());
  EXPECT_EQ(s.driver, "GeoJSON");
  EXPECT_EQ(l.geometry, "Polygon");
  ASSERT_EQ(l.fields.size(), 4u);
  EXPECT_EQ(l.fields[0].name, "名称");
  EXPECT_EQ(l.fields[0].type, "string");
  EXPECT_EQ(l.fields[1].type, "integer");
  EXPECT_EQ(l.fields[2].type, "real");
  EXPECT_EQ(l.fields[3].type, "date");
  EXPECT_EQ(l.encoding.used, "UTF-8");
  EXPECT_EQ(l.crs.used, "EPSG:4326");
  EXPECT_EQ(*l.lonLat, (Box{112, 23, 113, 24}));
}

TEST_F(InspectTest, SaysHowItKnowsTheEncodingAndTheSystem) {
  const SourceFacts s = inspect(
      write("t.csv",
            "\xc3\xfb\xb3\xc6,\xb6\xab\xd7\xf8\xb1\xea,\xb1\xb1\xd7\xf8\xb1\xea\n\xc7\xe5\xb3\xc7\xc7\xf8,"
            "38401000,2625000\n\xd3\xa2\xb5\xc2\xca\xd0,38440000,2676000\n"));
  const LayerFacts& l = s.layers.at(0);
  EXPECT_EQ(l.encoding.declared, "");
  EXPECT_EQ(l.encoding.used, "GB18030");
  EXPECT_GT(l.encoding.confidence, 0.95);
  EXPECT_EQ(l.crs.declared, "");
  EXPECT_EQ(l.crs.used, "EPSG:4526");
  EXPECT_GT(l.crs.confidence, 0.9);
  EXPECT_THAT(l.crs.evidence, HasSubstr("38"));
  EXPECT_GT(l.lonLat->minX, 112.5);
  EXPECT_LT(l.lonLat->maxX, 114);
}

TEST_F(InspectTest, PutsDuplicatePlacesOfPointsDownToChance) {
  const SourceFacts s = inspect(write("p.csv", "name,lon,lat\n甲,113,23\n乙,113,23\n甲,113,23\n"));
  EXPECT_EQ(s.layers.at(0).problems.size(), 1u);
  EXPECT_THAT(problem(s.layers[0], "duplicate-row")->rows, ElementsAre(2));
}

TEST_F(InspectTest, ReportsWhatCannotBeRead) {
  const SourceFacts missing = inspect(folder_ + "/nosuch.shp");
  ASSERT_TRUE(missing.error);
  EXPECT_THAT(missing.error->what, HasSubstr("does not exist"));
  EXPECT_TRUE(missing.layers.empty());
  EXPECT_TRUE(inspect(write("e.gpkg", "")).error);
  EXPECT_TRUE(inspect(write("x.bin", "abcdefgh")).error);
}

}  // namespace
}  // namespace geo
