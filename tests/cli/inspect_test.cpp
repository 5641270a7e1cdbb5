#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

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

TEST_F(InspectVerb, TakesNoFileForWrongUsage) { EXPECT_EQ(run("inspect").code, 2); }

}  // namespace
