// Pictures with a basemap, from a server of tiles on loopback and from files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/tile_server.h"

namespace {

using cli_test::Folder;
using cli_test::outputOf;
using support::TileServer;
using testing::HasSubstr;
using testing::Not;
using Mood = TileServer::Mood;
namespace fs = std::filesystem;

std::string bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Basemap : testing::Test {
  Folder folder;
  std::unique_ptr<TileServer> server = std::make_unique<TileServer>();
  void SetUp() override {
    setenv("XDG_CACHE_HOME", folder.file("cache").c_str(), 1);
    setenv("XDG_CONFIG_HOME", folder.file("config").c_str(), 1);
    setenv("PARKSCOPE_KEY_TEST", "topsecretkey@127.0.0.1", 1);
    folder.write(
        "area.geojson",
        R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲"},"geometry":)"
        R"({"type":"Polygon","coordinates":[[[112.8,23.5],[113.3,23.5],[113.3,23.9],[112.8,23.9],[112.8,23.5]]]}}]})");
    write("{z}/{x}/{y}.png?tk={key:test}", "visible = true");
  }
  void TearDown() override { unsetenv("PARKSCOPE_KEY_TEST"); }
  void write(const std::string& path, const std::string& more) const {
    folder.write(
        "p.parkscope.toml",
        fmt::format(
            "format = 1\ntitle = \"底图\"\ncrs = \"EPSG:4547\"\n[[basemaps]]\nid = \"web\"\nname = "
            "\"网\"\nkind = "
            "\"xyz\"\nsource = \"{}/{}\"\nattribution = \"© Somebody\"\nmax_zoom = 12\n{}\n[[layers]]\nid = "
            "\"a\"\nrole = \"county\"\nsource = \"area.geojson\"\nlabel = \"name\"\n",
            server->url(), path, more));
  }
  // Whether any file below the folder holds those words.
  bool anywhere(const std::string& words) const {
    for (const auto& entry : fs::recursive_directory_iterator(folder.file(".")))
      if (entry.path().string().find(words) != std::string::npos ||
          (entry.is_regular_file() && bytes(entry.path().string()).find(words) != std::string::npos))
        return true;
    return false;
  }
};

}  // namespace

TEST_F(Basemap, IsInThePictureAndComesFromTheCacheWhenTheServerIsGone) {
  auto r = folder.run("snapshot p.parkscope.toml -o a.png --size 640x480");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_GT(server->asked, 2);
  EXPECT_THAT(server->paths().front(), HasSubstr("tk=topsecretkey"));
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o none.png --size 640x480 --basemap none").code, 0);
  EXPECT_NE(bytes(folder.file("a.png")), bytes(folder.file("none.png")));
  const std::string first = bytes(folder.file("a.png"));
  server->stop();
  r = folder.run("snapshot p.parkscope.toml -o a.png --size 640x480");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_EQ(bytes(folder.file("a.png")), first) << "the same picture";
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o map.pdf --paper A4 --landscape --dpi 100").code, 0);
  EXPECT_THAT(outputOf("pdftotext '" + folder.file("map.pdf") + "' -"), HasSubstr("© Somebody"));
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o map.svg --size 640x480 --bare").code, 0);
  EXPECT_THAT(bytes(folder.file("map.svg")), HasSubstr("© Somebody")) << "on the bare map, too";
  EXPECT_FALSE(anywhere("topsecretkey"));
  r = folder.run("verify a.png");
  EXPECT_EQ(r.code, 0) << r.out << r.err;
}

TEST_F(Basemap, IsNotAskedForWhileItIsOff) {
  write("{z}/{x}/{y}.png", "");
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o a.png --size 640x480").code, 0);
  EXPECT_EQ(server->asked, 0);
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o a.png --size 640x480 --basemap web").code, 0);
  EXPECT_GT(server->asked, 0);
  const auto r = folder.run("snapshot p.parkscope.toml -o a.png --basemap sky");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("web"));
}

TEST_F(Basemap, IsLeftOutWithOneLineWhenTheServerIsOutOfOrder) {
  for (const Mood mood : {Mood::html, Mood::garbage, Mood::busy, Mood::cut, Mood::refused, Mood::huge}) {
    server->mood = mood;
    const auto r = folder.run("snapshot p.parkscope.toml -o a.png --size 640x480");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(cli_test::lines(r.err), 1u) << r.err;
    EXPECT_THAT(r.err, HasSubstr("127.0.0.1"));
    EXPECT_THAT(r.err, Not(HasSubstr("topsecretkey")));
  }
  ASSERT_EQ(folder.run("snapshot p.parkscope.toml -o none.png --size 640x480 --basemap none").code, 0);
}

TEST_F(Basemap, SaysWhatToDoAboutAMissingKey) {
  unsetenv("PARKSCOPE_KEY_TEST");
  const auto r = folder.run("snapshot p.parkscope.toml -o a.png --size 640x480");
  EXPECT_EQ(r.code, 0);
  EXPECT_EQ(cli_test::lines(r.err), 1u) << r.err;
  EXPECT_THAT(r.err, HasSubstr("keys.toml"));
  EXPECT_EQ(server->asked, 0);
}

TEST_F(Basemap, MayBeARasterFileByItself) {
  for (const char* file : {"fields.tif", "fields.mbtiles", "hills.tif"}) {
    fs::copy_file(std::string(TEST_DATA "/ground/") + file, folder.file(file));
    const auto r = folder.run(fmt::format("snapshot {} -o '{}.png' --size 600x600 --bare", file, file));
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_GT(fs::file_size(folder.file(std::string(file) + ".png")), 30'000u) << file;
  }
  // The same picture as a COG and as tiles of a GeoPackage is drawn the same.
  const std::string tif = TEST_DATA "/ground/fields.tif";
  ASSERT_EQ(
      std::system(fmt::format("cd '{0}' && gdal_translate -q -of COG -co COMPRESS=DEFLATE {1} cog.tif && "
                              "gdal_translate -q -of GPKG -co TILE_FORMAT=PNG {1} tiles.gpkg",
                              folder.file("."), tif)
                      .c_str()),
      0);
  const auto pixels = [&](const char* file) {
    const auto r = folder.run(fmt::format(
        "snapshot {0} -o {0}.tif --size 300x300 --crs EPSG:4547 --extent 112.2,23.6,113.6,24.9 --bare",
        file));
    EXPECT_EQ(r.code, 0) << r.err;
    return outputOf(fmt::format("gdal_translate -q -of XYZ -b 1 '{}' /vsistdout/",
                                folder.file(std::string(file) + ".tif")));
  };
  const std::string plain = pixels("fields.tif");
  EXPECT_GT(plain.size(), 500'000u);
  for (const char* file : {"cog.tif", "tiles.gpkg"}) {
    std::istringstream want(plain), got(pixels(file));
    double x0, y0, v0, x1, y1, v1, sum = 0;
    size_t n = 0;
    while (want >> x0 >> y0 >> v0 && got >> x1 >> y1 >> v1) {
      EXPECT_NEAR(x0, x1, 1e-6);
      EXPECT_NEAR(y0, y1, 1e-6);
      sum += std::abs(v0 - v1), ++n;
    }
    EXPECT_EQ(n, 90'000u) << file;
    EXPECT_LT(sum / static_cast<double>(n), 2) << file;
  }
  const auto inspected = folder.run("inspect hills.tif --json");
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  const auto facts = nlohmann::json::parse(inspected.out)["sources"][0];
  EXPECT_EQ(facts["driver"], "GTiff");
  EXPECT_EQ(facts["raster"]["width"], 240);
  EXPECT_EQ(facts["raster"]["bands"].size(), 1u);
  EXPECT_EQ(facts["raster"]["crs"]["used"], "EPSG:4326");
  EXPECT_NEAR(facts["raster"]["bounds_lonlat"][0].get<double>(), 112, 1e-6);
}

TEST_F(Basemap, IsRefusedWhereAFileLeadsOnToTheNetworkOrOutOfItsFolder) {
  const std::string vrt =
      "<VRTDataset rasterXSize=\"8\" "
      "rasterYSize=\"8\"><SRS>EPSG:4326</SRS><GeoTransform>113,0.01,0,24,0,-0.01</GeoTransform>"
      "<VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename "
      "relativeToVRT=\"0\">{}</SourceFilename>"
      "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>";
  folder.write("net.tif", fmt::format(fmt::runtime(vrt), "/vsicurl/" + server->url() + "/1/1/1.png"));
  folder.write("out.vrt", fmt::format(fmt::runtime(vrt), "/etc/hostname.tif"));
  for (const char* file : {"net.tif", "out.vrt"}) {
    folder.write(
        "p.parkscope.toml",
        fmt::format("format = 1\ncrs = \"EPSG:4547\"\n[[basemaps]]\nid = \"f\"\nkind = \"raster\"\nsource = "
                    "\"{}\"\nvisible = true\n[[layers]]\nid = \"a\"\nsource = \"area.geojson\"\n",
                    file));
    const auto r = folder.run("snapshot p.parkscope.toml -o a.png --size 640x480");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.err, HasSubstr("leads")) << file;
  }
  EXPECT_EQ(server->asked, 0);
}
