#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace {

using cli_test::embedded;
using cli_test::Folder;
using cli_test::lines;
using cli_test::Outcome;
using testing::HasSubstr;

std::string bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Width and height as the file's header says.
std::pair<uint32_t, uint32_t> pngSize(const std::string& png) {
  const auto number = [&](size_t at) {
    uint32_t v = 0;
    for (size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<unsigned char>(png.at(at + i));
    return v;
  };
  return {number(16), number(20)};
}

class Snapshot : public testing::Test {
 protected:
  Outcome snapshot(const std::string& arguments) const { return folder.run("snapshot " + arguments); }
  Folder folder;
};

}  // namespace

TEST_F(Snapshot, WritesTheEmbeddedProjectAsAPictureAndSaysNothing) {
  const Outcome r = snapshot(embedded + " -o '图 a.png' --size 800x450");
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(r.out + r.err, "");
  EXPECT_EQ(pngSize(bytes(folder.file("图 a.png"))), std::pair(800u, 450u));
}

TEST_F(Snapshot, GivesTheSameBytesForTheSameRequest) {
  ASSERT_EQ(snapshot(embedded + " -o a.png --size 640x360").code, 0);
  ASSERT_EQ(snapshot(embedded + " -o b.png --size 640x360").code, 0);
  EXPECT_TRUE(bytes(folder.file("a.png")) == bytes(folder.file("b.png")));
  ASSERT_EQ(snapshot(embedded + " -o c.png --size 640x360 --lang zh").code, 0);
  EXPECT_FALSE(bytes(folder.file("a.png")) == bytes(folder.file("c.png")))
      << "the locale of the test is English";
}

TEST_F(Snapshot, ShowsScenesIndicatorsYearsAndThemesByName) {
  std::vector<std::string> pictures;
  for (const char* options :
       {"", "--scene cores", "--scene 城镇化", "--indicator gdp", "--indicator population --year 2020",
        "--theme light", "--bare", "--extent 112.9,23.4,113.5,23.9"}) {
    const Outcome r = snapshot(embedded + " -o p.png --size 640x360 " + options);
    ASSERT_EQ(r.code, 0) << options << ": " << r.err;
    pictures.push_back(bytes(folder.file("p.png")));
    for (size_t i = 0; i + 1 < pictures.size(); ++i) EXPECT_FALSE(pictures[i] == pictures.back()) << options;
  }
}

TEST_F(Snapshot, WritesEveryFormat) {
  const struct {
    const char *name, *options, *magic;
  } formats[] = {{"a.jpg", "--size 640x360", "\xff\xd8\xff"},
                 {"a.tif", "--size 640x360", "II"},
                 {"a.pdf", "--paper A4 --landscape", "%PDF"},
                 {"a.svg", "--size 640x360", "<?xml"},
                 {"page.png", "--paper A4 --dpi 72", "\x89PNG"}};
  for (const auto& f : formats) {
    const Outcome r = snapshot(embedded + fmt::format(" -o {} {}", f.name, f.options));
    ASSERT_EQ(r.code, 0) << f.name << ": " << r.err;
    EXPECT_TRUE(bytes(folder.file(f.name)).starts_with(f.magic)) << f.name;
  }
  EXPECT_EQ(pngSize(bytes(folder.file("page.png"))), std::pair(595u, 842u));
}

TEST_F(Snapshot, WritesAPageThatIsEasilySent) {
  ASSERT_EQ(snapshot(embedded + " -o a.pdf --paper A3 --landscape").code, 0);
  EXPECT_LT(bytes(folder.file("a.pdf")).size(), 100'000u);
}

TEST_F(Snapshot, GeoTiffKnowsWhereItLies) {
  ASSERT_EQ(snapshot(embedded + " -o a.tif --bare --size 640x360 --extent 112.9,23.4,113.5,23.9").code, 0);
  GDALAllRegister();
  const auto data =
      std::unique_ptr<GDALDataset>(GDALDataset::Open(folder.file("a.tif").c_str(), GDAL_OF_RASTER));
  ASSERT_TRUE(data);
  ASSERT_TRUE(data->GetSpatialRef());
  EXPECT_STREQ(data->GetSpatialRef()->GetAuthorityCode(nullptr), "4547");
  double g[6];
  ASSERT_EQ(data->GetGeoTransform(g), CE_None);
  EXPECT_GT(g[0], 300'000);
  EXPECT_LT(g[0], 600'000);
  EXPECT_NEAR(g[1], -g[5], 1e-6);
}

TEST_F(Snapshot, ShowsTheMapAsOtherEyesSeeIt) {
  for (const char* v : {"normal", "deuteranopia", "projector"})
    EXPECT_EQ(snapshot(embedded + " -o " + v + ".png --size 640x360 --vision " + v).code, 0) << v;
  EXPECT_NE(bytes(folder.file("normal.png")), bytes(folder.file("deuteranopia.png")));
  // The recipe says so: whoever opens the picture sees it the same way again.
  EXPECT_THAT(bytes(folder.file("projector.png")), HasSubstr("\"vision\":\"projector\""));
  const Outcome r = snapshot(embedded + " -o x.pdf --vision grey");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr(".png .jpg .webp"));
  EXPECT_EQ(snapshot(embedded + " -o x.png --vision cat").code, 2);
}

TEST_F(Snapshot, UnknownNamesListWhatThereIs) {
  const struct {
    const char *options, *says;
  } cases[] = {{"--scene nope", "Scenes: overview (Overall layout), cores"},
               {"--indicator nope", "Indicators: density (Population density)"},
               {"--year 1999", "Years: 2020, 2023."},
               {"--theme pink", "Themes: dark, light."},
               {"--paper B5", "Papers: A4, A3"}};
  for (const auto& c : cases) {
    const Outcome r = snapshot(embedded + " -o x.png " + c.options);
    EXPECT_EQ(r.code, 1) << c.options;
    EXPECT_THAT(r.err, HasSubstr(c.says));
    EXPECT_EQ(lines(r.err), 1u) << r.err;
    EXPECT_FALSE(std::filesystem::exists(folder.file("x.png")));
  }
  const Outcome r = snapshot(embedded + " -o x.gif");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("Endings: .png .jpg .webp .tif .pdf .svg."));
}

TEST_F(Snapshot, WrongUsageIsOneLineAndCodeTwo) {
  for (const std::string arguments :
       {"snapshot", "snapshot a.toml", "snapshot a.toml -o x.png --size big",
        "snapshot a.toml -o x.png --extent 1,2,3", "snapshot a.toml -o x.png --extent 3,2,1,4",
        "snapshot a.toml -o x.png --classes 99", "snapshot --nope", "snapshott", "--lang fr"}) {
    const Outcome r = folder.run(arguments);
    EXPECT_EQ(r.code, 2) << arguments << ": " << r.err;
    EXPECT_EQ(lines(r.err), 1u) << r.err;
    EXPECT_EQ(r.out, "");
  }
  EXPECT_THAT(folder.run("snapshott").err, HasSubstr("Nearest verb: snapshot."));
}

TEST_F(Snapshot, HelpAndVersionGoToStdout) {
  EXPECT_THAT(folder.run("--version").out, testing::StartsWith("parkscope "));
  for (const std::string verb : {"", "snapshot ", "inspect ", "classify "}) {
    const Outcome r = folder.run(verb + "--help");
    EXPECT_EQ(r.code, 0);
    EXPECT_EQ(r.err, "");
    EXPECT_THAT(r.out, HasSubstr("Example"));
  }
}

TEST_F(Snapshot, AProjectThatIsWrongInItselfIsRefusedWithItsLine) {
  folder.write("p.parkscope.toml", "format = 1\ntitel = \"x\"\n");
  Outcome r = snapshot("p.parkscope.toml -o x.png");
  EXPECT_EQ(r.code, 1);
  EXPECT_EQ(r.err, "parkscope: p.parkscope.toml:2: unknown key \"titel\". Nearest known key: title.\n");
  EXPECT_EQ(snapshot("none.toml -o x.png").code, 1);
}

TEST_F(Snapshot, OneBrokenLayerIsMarkedAndThePictureIsMade) {
  folder.write("a.geojson",
               R"({"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[113,24]}})");
  folder.write("p.parkscope.toml",
               "format = 1\n[[layers]]\nid = \"a\"\nsource = \"a.geojson\"\n[[layers]]\nid = \"b\"\nsource = "
               "\"gone.geojson\"\n");
  Outcome r = snapshot("p.parkscope.toml -o x.png --size 320x240");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("gone.geojson"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("x.png")));
  std::filesystem::remove(folder.file("a.geojson"));
  r = snapshot("p.parkscope.toml -o y.png --size 320x240");
  EXPECT_EQ(r.code, 1) << "nothing is left to show";
}

TEST_F(Snapshot, DrawsBareDataByAColumn) {
  folder.write("数 据.csv", "name,lon,lat,v\n甲,113,24,1\n乙,114,24,2\n丙,113.5,24.5,\n");
  Outcome r = snapshot("'数 据.csv' -o a.png --size 320x240 --label name");
  EXPECT_EQ(r.code, 0) << r.err;
  r = snapshot("'数 据.csv' -o b.png --size 320x240 --field v --method equal --classes 2 --json");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.out).at("output"), "b.png");
  r = snapshot("'数 据.csv' -o c.png --field nope");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("Numeric columns: lon, lat, v."));
  r = snapshot("gone.shp -o c.png");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("gone.shp does not exist."));
}
