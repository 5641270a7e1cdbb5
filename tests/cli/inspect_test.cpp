#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "geo/datum.h"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Json = nlohmann::json;

struct Outcome {
  int code = -1;
  std::string out, err;
};

class InspectVerb : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parkscope-inspect-verb-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
    return folder_ + "/" + name;
  }
  Outcome run(const std::string& arguments) const {
    Outcome r;
    const std::string err = folder_ + "/stderr";
    FILE* pipe = popen((std::string(PARKSCOPE_BINARY) + " " + arguments + " 2>'" + err + "'").c_str(), "r");
    std::array<char, 4096> buffer;
    while (const size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) r.out.append(buffer.data(), n);
    r.code = WEXITSTATUS(pclose(pipe));
    std::ifstream in(err);
    r.err.assign(std::istreambuf_iterator<char>(in), {});
    return r;
  }
  std::string folder_;
};

TEST_F(InspectVerb, PrintsOneJsonDocumentOfTheAgreedShape) {
  const std::string csv = write("数据 a.csv",
                                "name,WKT\n甲,\"POLYGON ((112 23,113 24,113 23,112 24,112 "
                                "23))\"\n乙,\"POLYGON ((112 23,113 23,113 24,112 23))\"\n");
  const Outcome r = run("inspect --json '" + csv + "'");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  const Json j = Json::parse(r.out);
  const Json& source = j.at("sources").at(0);
  EXPECT_EQ(source.at("path"), csv);
  EXPECT_EQ(source.at("driver"), "CSV");
  const Json& layer = source.at("layers").at(0);
  EXPECT_EQ(layer.at("features"), 2);
  EXPECT_EQ(layer.at("geometry"), "Polygon");
  EXPECT_EQ(layer.at("fields").at(0), (Json{{"name", "name"}, {"type", "string"}}));
  EXPECT_EQ(layer.at("encoding").at("declared"), nullptr);
  EXPECT_EQ(layer.at("encoding").at("used"), "UTF-8");
  EXPECT_EQ(layer.at("crs").at("used"), "EPSG:4326");
  EXPECT_EQ(layer.at("crs").at("shift_metres"), 0);
  EXPECT_EQ(layer.at("bounds_lonlat"), (Json{112, 23, 113, 24}));
  const Json& problem = layer.at("problems").at(0);
  EXPECT_EQ(problem.at("kind"), "ring-self-intersection");
  EXPECT_EQ(problem.at("rows"), Json::array({0}));
  EXPECT_EQ(problem.at("fix"), "repair");
}

TEST_F(InspectVerb, ReportsTheOthersWhenOneFileCannotBeRead) {
  const std::string good = write("good.csv", "name,lon,lat\n甲,113,23.5\n"), empty = write("empty.gpkg", "");
  const Outcome r = run("inspect --json " + folder_ + "/nosuch.shp " + good + " " + empty);
  EXPECT_EQ(r.code, 1);
  const Json j = Json::parse(r.out);
  ASSERT_EQ(j.at("sources").size(), 3u);
  EXPECT_THAT(j["sources"][0].at("error").get<std::string>(), HasSubstr("does not exist"));
  EXPECT_FALSE(j["sources"][1].contains("error"));
  EXPECT_EQ(j["sources"][1]["layers"][0]["features"], 1);
  EXPECT_THAT(j["sources"][2].at("error").get<std::string>(), HasSubstr("empty"));
}

TEST_F(InspectVerb, SpeaksToPeopleInTheirLanguage) {
  const std::string gbk = write(
      "gbk.csv", "\xc3\xfb\xb3\xc6,\xbe\xad\xb6\xc8,\xce\xb3\xb6\xc8\n\xc7\xe5\xb3\xc7\xc7\xf8,113.0,23.7\n");
  EXPECT_THAT(run("--lang zh inspect " + gbk).out,
              testing::AllOf(HasSubstr("编码: GB18030"), HasSubstr("名称")));
  EXPECT_THAT(run("--lang en inspect " + gbk).out, HasSubstr("encoding: GB18030"));
}

TEST_F(InspectVerb, SaysWhatItUnderstoodOfATableAsNotes) {
  const std::string csv = write(
      "t.csv",
      "统计表,,\n名称,人口（万人）,坐标\n甲,\"1,234.5\",\"113.05,23.7\"\n乙,—,23°42′N 113°3′E\n合计,5,\n");
  const Json layer =
      Json::parse(run("inspect --json '" + csv + "'").out).at("sources").at(0).at("layers").at(0);
  EXPECT_EQ(layer.at("geometry"), "Point");
  EXPECT_EQ(layer.at("fields").at(1), (Json{{"name", "人口（万人）"}, {"type", "real"}, {"unit", "万人"}}));
  std::map<std::string, std::string> severity;
  for (const Json& p : layer.at("problems")) severity[p.at("kind")] = p.at("severity");
  EXPECT_EQ(severity.at("title-rows"), "note");
  EXPECT_EQ(severity.at("missing-marks"), "note");
  EXPECT_EQ(severity.at("total-rows"), "problem");
}

TEST_F(InspectVerb, MendsIntoANewFileAndLeavesTheOriginal) {
  const std::string text = R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"n":"a"},"geometry":{"type":"Polygon","coordinates":[[[112,23],[113,24],[113,23],[112,24],[112,23]]]}},
    {"type":"Feature","properties":{"n":"b"},"geometry":{"type":"Polygon","coordinates":[[[110,23],[111,23],[111,24],[110,23]]]}}]})";
  const std::string file = write("a.geojson", text);
  const Outcome r = run("inspect --json --mend " + file);
  EXPECT_EQ(r.code, 0) << r.err;
  const Json mended = Json::parse(r.out).at("sources").at(0).at("mended").at(0);
  EXPECT_EQ(mended.at("path"), folder_ + "/a.mended.gpkg");
  EXPECT_EQ(mended.at("features"), 2);
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  const Json again = Json::parse(run("inspect --json " + folder_ + "/a.mended.gpkg").out)
                         .at("sources")
                         .at(0)
                         .at("layers")
                         .at(0);
  EXPECT_EQ(again.at("problems"), Json::array());
  EXPECT_EQ(again.at("features"), 2);
}

// Real outlines under a false name: the system is found by holding them against the embedded ones, and
// mended.
TEST_F(InspectVerb, FindsAShiftedDatumAndBringsItBack) {
  std::ifstream in(SOURCE_DIR "/assets/qingyuan/counties.geojson");
  Json counties = Json::parse(in);
  for (Json& f : counties["features"])
    for (Json& ring : f["geometry"]["coordinates"])
      for (Json& p : ring.at(0).at(0).is_array() ? ring.at(0) : ring) {
        const geo::Point g = geo::gcj02FromWgs84({p[0], p[1]});
        p[0] = g.x, p[1] = g.y;
      }
  const std::string file = write("gcj.geojson", counties.dump());
  const Json found = Json::parse(run("inspect --json --mend " + file).out).at("sources").at(0);
  const Json& crs = found.at("layers").at(0).at("crs");
  EXPECT_EQ(crs.at("used"), "GCJ-02");
  EXPECT_GT(crs.at("confidence"), 0.9);
  EXPECT_NEAR(crs.at("shift_metres").get<double>(), 600, 150);
  const Json back = Json::parse(run("inspect --json " + folder_ + "/gcj.mended.gpkg").out)
                        .at("sources")
                        .at(0)
                        .at("layers")
                        .at(0);
  EXPECT_EQ(back.at("crs").at("used"), "EPSG:4326");
  EXPECT_EQ(back.at("crs").at("shift_metres"), 0);
  // Said outright, it is believed.
  EXPECT_EQ(Json::parse(run("inspect --json --crs GCJ-02 " + file).out)
                .at("sources")
                .at(0)
                .at("layers")
                .at(0)
                .at("crs")
                .at("used"),
            "GCJ-02");
}

TEST_F(InspectVerb, FollowsNoDescriptionToTheNetworkUnlessTrusted) {
  const std::string file =
      write("n.vrt",
            "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource>/vsicurl/http://127.0.0.1:9/a.geojson"
            "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>");
  const Outcome r = run("--lang en inspect " + file);
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("leads on to the network"));
  EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1);
}

TEST_F(InspectVerb, TakesNoFileForWrongUsage) { EXPECT_EQ(run("inspect").code, 2); }

}  // namespace
