#include "geo/raster.h"

#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include <filesystem>

#include "geo/inspect.h"

namespace geo {
namespace {

namespace fs = std::filesystem;

class RasterTest : public testing::Test {
 protected:
  void SetUp() override {
    GDALAllRegister();
    char name[] = "/tmp/parkscope-raster-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  GDALDataset* create(const std::string& name, int bands, GDALDataType type,
                      const char* srs = "EPSG:4326") const {
    auto* d = GetGDALDriverManager()->GetDriverByName("GTiff")->Create(path(name).c_str(), 40, 20, bands,
                                                                       type, nullptr);
    double g[6] = {112, 0.05, 0, 25, 0, -0.05};  // 112…114, 24…25
    d->SetGeoTransform(g);
    if (*srs) {
      OGRSpatialReference reference;
      reference.SetFromUserInput(srs);
      d->SetSpatialRef(&reference);
    }
    return d;
  }
  // A plane: the longitude in hundredths of a degree past 112, and a hole of no data in the north-west
  // corner.
  std::string plane() const {
    auto* d = create("plane.tif", 1, GDT_Float32);
    std::vector<float> v(800);
    for (size_t i = 0; i < 800; ++i) v[i] = static_cast<float>(i % 40) * 5 + 2.5f;
    v[0] = -9999;
    d->GetRasterBand(1)->SetNoDataValue(-9999);
    EXPECT_EQ(d->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, 40, 20, v.data(), 40, 20, GDT_Float32, 0, 0),
              CE_None);
    GDALClose(d);
    return path("plane.tif");
  }
  std::string folder_;
};

struct DatasetHandle {
  GDALDatasetH dataset;
  ~DatasetHandle() {
    if (dataset) GDALClose(dataset);
  }
};

TEST_F(RasterTest, SaysWhatItIs) {
  const auto f = rasterFacts(plane());
  ASSERT_TRUE(f);
  EXPECT_EQ(f->driver, "GTiff");
  EXPECT_EQ(f->width, 40);
  EXPECT_EQ(f->height, 20);
  ASSERT_EQ(f->bands.size(), 1u);
  EXPECT_EQ(f->bands[0].type, "Float32");
  EXPECT_EQ(f->bands[0].noData, -9999);
  EXPECT_EQ(f->crs.text(), "EPSG:4326");
  EXPECT_NEAR(f->bounds.maxX, 114, 1e-9);
  EXPECT_NEAR(f->bounds.minY, 24, 1e-9);
  const SourceFacts s = inspect(path("plane.tif"));
  ASSERT_TRUE(s.raster && s.rasterLonLat);
  EXPECT_FALSE(s.error);
  EXPECT_TRUE(s.rasterProblems.empty());
}

TEST_F(RasterTest, GivesItsCellsAsTheyAre) {
  const auto c = rasterCells(plane(), 1, {});
  ASSERT_TRUE(c) << c.error().text();
  ASSERT_EQ(c->width, 40);
  ASSERT_EQ(c->height, 20);
  EXPECT_TRUE(std::isnan(c->values[0]));
  EXPECT_EQ(c->values[1], 7.5f);
  EXPECT_EQ(c->values[799], 39 * 5 + 2.5f);
}

TEST_F(RasterTest, WarpsToAnotherSystemAndSize) {
  const Crs metres = Crs::parse("EPSG:4547").value();
  const auto c = rasterCells(plane(), 1, {.crs = metres, .width = 80});
  ASSERT_TRUE(c) << c.error().text();
  EXPECT_EQ(c->width, 80);
  EXPECT_NEAR(static_cast<double>(c->height), 80 * c->bounds.height() / c->bounds.width(), 1);
  const Transform toDegrees = Transform::make(metres, Crs::lonLat()).value();
  size_t seen = 0;
  for (int y = 5; y < c->height - 5; y += 3)
    for (int x = 5; x < 75; x += 7) {
      const Point p = toDegrees({c->bounds.minX + (x + 0.5) * c->bounds.width() / 80,
                                 c->bounds.maxY - (y + 0.5) * c->bounds.height() / c->height});
      const float v = c->values[static_cast<size_t>(y * 80 + x)];
      if (std::isnan(v) || p.x < 112.2 || p.x > 113.8) continue;
      EXPECT_NEAR(v, (p.x - 112) * 100, 1.5);
      ++seen;
    }
  EXPECT_GT(seen, 50u);
}

TEST_F(RasterTest, ReadsAWindowAndLeavesTheOutsideEmpty) {
  const auto c = rasterCells(plane(), 1, {.bounds = {113, 24, 115, 25}, .width = 40, .height = 20});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->values[0], 102.5f);
  EXPECT_TRUE(std::isnan(c->values[39]));
}

TEST_F(RasterTest, ShowsColoursPalettesAndFigures) {
  auto* rgb = create("rgb.tif", 3, GDT_Byte);
  for (int b = 1; b <= 3; ++b) rgb->GetRasterBand(b)->Fill(b * 50);
  GDALClose(rgb);
  const auto colours = rasterColours(path("rgb.tif"), {});
  ASSERT_TRUE(colours) << colours.error().text();
  EXPECT_THAT(std::vector<uint8_t>(colours->rgba.begin(), colours->rgba.begin() + 4),
              testing::ElementsAre(50, 100, 150, 255));

  auto* palette = create("palette.tif", 1, GDT_Byte);
  GDALColorTable table;
  const GDALColorEntry green{10, 200, 30, 255};
  table.SetColorEntry(7, &green);
  palette->GetRasterBand(1)->SetColorTable(&table);
  palette->GetRasterBand(1)->Fill(7);
  GDALClose(palette);
  const auto p = rasterColours(path("palette.tif"), {});
  ASSERT_TRUE(p) << p.error().text();
  EXPECT_THAT(std::vector<uint8_t>(p->rgba.begin(), p->rgba.begin() + 4),
              testing::ElementsAre(10, 200, 30, 255));

  const auto grey = rasterColours(plane(), {});
  ASSERT_TRUE(grey);
  EXPECT_EQ(grey->rgba[3], 0);  // no data
  EXPECT_EQ(grey->rgba[4 * 799], 255);
  EXPECT_LT(grey->rgba[4 * 2], 30);
}

// One picture in four forms: a plain GeoTIFF, a COG with its overviews, tiles of a GeoPackage and of an
// MBTiles file. A gradient with a mark that is nowhere symmetric says at once where a row or column is off.
TEST_F(RasterTest, ReadsCogGeoPackageAndMbtilesAsTheGeoTiffThatTheyAreMadeFrom) {
  constexpr int w = 1400, h = 700;  // more than one tile, so that there are overviews
  auto* drivers = GetGDALDriverManager();
  auto* tif =
      drivers->GetDriverByName("GTiff")->Create(path("plain.tif").c_str(), w, h, 3, GDT_Byte, nullptr);
  double g[6] = {112, 2.0 / w, 0, 25, 0, -1.0 / h};
  tif->SetGeoTransform(g);
  OGRSpatialReference reference;
  reference.SetFromUserInput("EPSG:4326");
  tif->SetSpatialRef(&reference);
  std::vector<uint8_t> rgb(static_cast<size_t>(w) * h * 3);
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      const bool mark = x > 900 && x < 1000 && y > 100 && y < 350;
      uint8_t* p = &rgb[(static_cast<size_t>(y) * w + static_cast<size_t>(x)) * 3];
      p[0] = mark ? 250 : static_cast<uint8_t>(x * 200 / w), p[1] = static_cast<uint8_t>(y * 200 / h),
      p[2] = mark ? 0 : 90;
    }
  EXPECT_EQ(tif->RasterIO(GF_Write, 0, 0, w, h, rgb.data(), w, h, GDT_Byte, 3, nullptr, 3, 3 * w, 1, nullptr),
            CE_None);
  GDALClose(tif);
  const auto made = [&](const char* name, const char* driver, std::vector<const char*> options) {
    options.push_back(nullptr);
    DatasetHandle from{GDALOpen(path("plain.tif").c_str(), GA_ReadOnly)};
    ASSERT_TRUE(from.dataset);
    GDALDatasetH out = GDALCreateCopy(GDALGetDriverByName(driver), path(name).c_str(), from.dataset, FALSE,
                                      const_cast<char**>(options.data()), nullptr, nullptr);
    ASSERT_TRUE(out) << driver;
    GDALClose(out);
  };
  made("cog.tif", "COG", {"COMPRESS=DEFLATE", "OVERVIEWS=AUTO", "OVERVIEW_RESAMPLING=AVERAGE"});
  made("tiles.gpkg", "GPKG", {"TILE_FORMAT=PNG"});
  made("tiles.mbtiles", "MBTiles", {"TILE_FORMAT=PNG"});
  const auto plainFacts = rasterFacts(path("plain.tif"));
  ASSERT_TRUE(plainFacts);
  for (const auto& [name, driver] :
       {std::pair{"cog.tif", "GTiff"}, {"tiles.gpkg", "GPKG"}, {"tiles.mbtiles", "MBTiles"}}) {
    const auto facts = rasterFacts(path(name));
    ASSERT_TRUE(facts) << facts.error().text();
    EXPECT_EQ(facts->driver, driver);
    EXPECT_TRUE(facts->placed) << name;
    EXPECT_GE(facts->bands.size(), 3u) << name;
    const bool web = std::string_view(name) == "tiles.mbtiles";  // which knows no other grid
    EXPECT_EQ(facts->crs.text(), web ? "EPSG:3857" : "EPSG:4326") << name;
    // The whole, coarsely (from overviews); a part with the mark, finely; both as a map warps them.
    const Crs metres = Crs::parse("EPSG:4547").value();
    for (const RasterWindow& window :
         {RasterWindow{.crs = metres, .width = 300},
          RasterWindow{
              .crs = Crs::lonLat(), .bounds = {112.5, 24.2, 113.5, 24.9}, .width = 700, .height = 490}}) {
      RasterWindow same = window;
      const auto want = rasterColours(path("plain.tif"), window);
      ASSERT_TRUE(want) << want.error().text();
      same.bounds = want->bounds, same.width = want->width, same.height = want->height;
      const auto got = rasterColours(path(name), same);
      ASSERT_TRUE(got) << got.error().text();
      ASSERT_EQ(got->rgba.size(), want->rgba.size());
      size_t opaque = 0, off = 0;
      double sum = 0;
      for (size_t i = 0; i < want->rgba.size(); i += 4) {
        if (want->rgba[i + 3] != 255 || got->rgba[i + 3] != 255) continue;
        ++opaque;
        int most = 0;
        for (size_t c = 0; c < 3; ++c) most = std::max(most, std::abs(want->rgba[i + c] - got->rgba[i + c]));
        sum += most, off += most > 24;
      }
      const double cells = static_cast<double>(want->width) * want->height;
      EXPECT_GT(static_cast<double>(opaque), 0.97 * cells * (window.bounds.empty() ? 0.9 : 1)) << name;
      // Resampled twice, MBTiles blurs the edge of the mark; nothing else differs.
      EXPECT_LT(sum / static_cast<double>(opaque), web ? 3 : 1) << name << " " << window.width;
      EXPECT_LT(static_cast<double>(off), (web ? 0.02 : 0.004) * static_cast<double>(opaque))
          << name << " " << window.width;
    }
  }
}

TEST_F(RasterTest, RefusesWhatIsNone) {
  EXPECT_FALSE(rasterFacts(path("nosuch.tif")));
  EXPECT_FALSE(rasterCells(plane(), 2, {}));
  auto* bare = create("bare.tif", 1, GDT_Byte, "");
  GDALClose(bare);
  const SourceFacts s = inspect(path("bare.tif"));
  ASSERT_TRUE(s.raster);
  ASSERT_EQ(s.rasterProblems.size(), 1u);
  EXPECT_EQ(s.rasterProblems[0].kind, "crs-undeclared");
}

}  // namespace
}  // namespace geo
