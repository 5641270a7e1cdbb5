#include "app/paper/write.h"

#include <gdal.h>
#include <ogr_srs_api.h>
#include <sys/stat.h>

#include "tests/paper/pictures.h"

using namespace scene;
using namespace paper_test;

namespace {

const paper::Meta meta{.title = "清远市创新布局",
                       .author = "Planners",
                       .subject = "A <test> & more",
                       .keywords = "",
                       .software = "Parkscope",
                       .recipe = ""};
constexpr double mm = 25.4 / 96;

bool has(const char* program) { return !printed(std::string("command -v ") + program).empty(); }

}  // namespace

TEST(Png, HoldsExactlyThePaintedPixels) {
  TempFolder folder;
  const Drawing d = everything();
  ASSERT_TRUE(paper::writePng(d, folder / "a.png", 600, 400, 1, 96, meta));
  const auto read = readPng(folder / "a.png"), painted = *paper::rasterise(d, 600, 400, 1);
  EXPECT_EQ(read.rgba, painted.rgba);
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Png, IsMadeOfManyStripsWithoutATrace) {
  TempFolder folder;
  const Drawing d = everything();
  ASSERT_TRUE(paper::writePng(d, folder / "a.png", 2400, 1600, 4, 300, meta));
  EXPECT_EQ(readPng(folder / "a.png").rgba, paper::rasterise(d, 2400, 1600, 4)->rgba);
  const std::string once = bytesOf(folder / "a.png");
  ASSERT_TRUE(paper::writePng(d, folder / "a.png", 2400, 1600, 4, 300, meta));
  EXPECT_EQ(bytesOf(folder / "a.png"), once);
}

TEST(Png, CarriesResolutionTitleAndTransparency) {
  TempFolder folder;
  Drawing d;
  d.width = d.height = 20, d.background = {0, 0, 0, 0};
  d.add(Fill{Path::rect({0, 0, 10, 20}), {200, 100, 50, 128}});
  ASSERT_TRUE(paper::writePng(d, folder / "a.png", 20, 20, 1, 300, meta));
  const auto read = readPng(folder / "a.png");
  EXPECT_EQ(pixel(read, 15, 5).a, 0);
  EXPECT_NEAR(pixel(read, 5, 5).r, 200, 1);
  EXPECT_EQ(pixel(read, 5, 5).a, 128);
  const std::string bytes = bytesOf(folder / "a.png");
  EXPECT_NE(bytes.find(std::string("pHYs\0\0\x2e\x23\0\0\x2e\x23\x01", 13)), std::string::npos);
  EXPECT_NE(bytes.find("清远市创新布局"), std::string::npos);
  EXPECT_NE(bytes.find("sRGB"), std::string::npos);
}

TEST(Png, LeavesNothingBehindWhenItFails) {
  TempFolder folder;
  const Drawing d = everything();
  EXPECT_FALSE(paper::writePng(d, folder / "no/such/a.png", 60, 40, 0.1, 96, meta));
  std::filesystem::create_directory(folder / "taken.png");
  EXPECT_FALSE(paper::writePng(d, folder / "taken.png", 60, 40, 0.1, 96, meta));
  geo::Progress cancelled;
  cancelled.cancel();
  EXPECT_FALSE(paper::writePng(d, folder / "b.png", 600, 400, 1, 96, meta, &cancelled));
  EXPECT_FALSE(paper::writeJpeg(d, folder / "b.jpg", 600, 400, 1, 96, meta, &cancelled));
  EXPECT_FALSE(paper::writeGeoTiff(d, folder / "b.tif", 600, 400, 1, 96, {}, meta, &cancelled));
  EXPECT_FALSE(paper::writePdf(d, folder / "b.pdf", {mm}, meta, &cancelled));
  EXPECT_FALSE(paper::writeSvg(d, folder / "b.svg", {mm}, meta, &cancelled));
  EXPECT_FALSE(paper::writePng(d, folder / "b.png", 0, 400, 1, 96, meta));
  EXPECT_FALSE(paper::writePng(d, folder / "b.png", 400, -1, 1, 96, meta));
  EXPECT_EQ(folder.files(), 1u);
}

TEST(Png, SaysInOneLineThatTheDiskIsFull) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "there is no /dev/full";
  // The part file is a link to a disk that is always full.
  TempFolder folder;
  for (const char* name : {"a.png", "a.jpg", "a.pdf", "a.svg"}) {
    const std::string part = (folder / name) + ".part-" + std::to_string(getpid());
    std::filesystem::create_symlink("/dev/full", part);
    const Drawing d = everything();
    const std::string path = folder / name;
    const auto result = path.ends_with("png")   ? paper::writePng(d, path, 600, 400, 1, 96, meta)
                        : path.ends_with("jpg") ? paper::writeJpeg(d, path, 600, 400, 1, 96, meta)
                        : path.ends_with("pdf") ? paper::writePdf(d, path, {mm}, meta)
                                                : paper::writeSvg(d, path, {mm}, meta);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().text().find('\n'), std::string::npos);
    EXPECT_NE(result.error().text().find("space"), std::string::npos) << result.error().text();
    EXPECT_EQ(folder.files(), 0u) << name;
  }
}

TEST(Jpeg, LooksLikeThePictureAndKnowsItsResolution) {
  TempFolder folder;
  ASSERT_TRUE(paper::writeJpeg(everything(), folder / "a.jpg", 600, 400, 1, 300, meta));
  const std::string bytes = bytesOf(folder / "a.jpg");
  ASSERT_GT(bytes.size(), 20u);
  EXPECT_EQ(bytes.substr(6, 4), "JFIF");
  EXPECT_EQ(bytes[13], 1);
  EXPECT_EQ(static_cast<unsigned char>(bytes[14]) * 256 + static_cast<unsigned char>(bytes[15]), 300);
  GDALAllRegister();
  GDALDatasetH data = GDALOpen((folder / "a.jpg").c_str(), GA_ReadOnly);
  ASSERT_TRUE(data);
  std::vector<uint8_t> rgb(600 * 400 * 3);
  ASSERT_EQ(GDALDatasetRasterIO(data, GF_Read, 0, 0, 600, 400, rgb.data(), 600, 400, GDT_Byte, 3, nullptr, 3,
                                1800, 1),
            CE_None);
  GDALClose(data);
  const auto painted = *paper::rasterise(everything(), 600, 400, 1);
  double sum = 0;
  for (size_t i = 0; i < 600 * 400; ++i)
    for (int c = 0; c < 3; ++c) sum += std::abs(rgb[i * 3 + c] - painted.rgba[i * 4 + c]);
  EXPECT_LT(sum / (600 * 400 * 3), 2.5);
}

TEST(GeoTiff, KnowsWhereEachPixelLies) {
  TempFolder folder;
  const Drawing d = everything();
  const auto crs = geo::Crs::parse("EPSG:4547");
  ASSERT_TRUE(crs);
  ASSERT_TRUE(paper::writeGeoTiff(d, folder / "a.tif", 1200, 800, 2, 192, *crs, meta));
  EXPECT_EQ(folder.files(), 1u);
  GDALAllRegister();
  GDALDatasetH data = GDALOpen((folder / "a.tif").c_str(), GA_ReadOnly);
  ASSERT_TRUE(data);
  EXPECT_STREQ(OSRGetAuthorityCode(GDALGetSpatialRef(data), nullptr), "4547");
  double t[6];
  ASSERT_EQ(GDALGetGeoTransform(data, t), CE_None);
  // A known corner of the map: three areas meet the ground there.
  const geo::Point corner{8000, 7000};
  const double x = (corner.x - t[0]) / t[1], y = (corner.y - t[3]) / t[5];
  const Vec v = d.cameras[0].canvasFromWorld(corner);
  EXPECT_NEAR(x, v.x * 2, 1e-3);
  EXPECT_NEAR(y, v.y * 2, 1e-3);
  std::vector<uint8_t> rgb(1200 * 800 * 3);
  ASSERT_EQ(GDALDatasetRasterIO(data, GF_Read, 0, 0, 1200, 800, rgb.data(), 1200, 800, GDT_Byte, 3, nullptr,
                                3, 3600, 1),
            CE_None);
  EXPECT_STREQ(GDALGetMetadataItem(data, "TIFFTAG_XRESOLUTION", nullptr), "192");
  GDALClose(data);
  const auto painted = *paper::rasterise(d, 1200, 800, 2);
  for (size_t i = 0; i < 1200 * 800; ++i)
    for (int c = 0; c < 3; ++c) ASSERT_EQ(rgb[i * 3 + c], painted.rgba[i * 4 + c]) << i;
}

class Vectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fonts()) GTEST_SKIP() << "no Chinese font is installed";
  }
  TempFolder folder;
};

TEST_F(Vectors, PdfKeepsNamesWholeAndEmbedsItsFonts) {
  if (!has("pdftotext") || !has("qpdf")) GTEST_SKIP() << "poppler-utils and qpdf are not installed";
  const std::string path = folder / "a.pdf";
  ASSERT_TRUE(paper::writePdf(everything(), path, {mm}, meta));
  const std::string text = printed("pdftotext " + path + " -");
  for (const char* name : {"清远高新区", "英德市", "1:850 000 Yangshan 阳山县 (2023)", "“十四五”规划 <&>"}) {
    const size_t at = text.find(name);
    EXPECT_NE(at, std::string::npos) << name << " in\n" << text;
    EXPECT_EQ(text.find(name, at + 1), std::string::npos) << name << " stands twice";
  }
  EXPECT_NE(text.find("北江"), std::string::npos) << text;
  const std::string list = printed("pdffonts " + path);
  EXPECT_NE(list.find("NotoSansCJK"), std::string::npos) << list;
  EXPECT_EQ(list.find(" no  yes"), std::string::npos) << list;
  EXPECT_NE(list.find("+"), std::string::npos);
  EXPECT_FALSE(printed("qpdf --check " + path).empty());
  EXPECT_NE(printed("pdfinfo " + path).find("清远市创新布局"), std::string::npos);
  EXPECT_LT(bytesOf(path).size(), 120'000u);
}

TEST_F(Vectors, PdfLooksLikeThePng) {
  if (!has("pdftoppm")) GTEST_SKIP() << "poppler-utils is not installed";
  ASSERT_TRUE(paper::writePdf(everything(), folder / "a.pdf", {mm}, meta));
  ASSERT_TRUE(paper::writePng(everything(), folder / "a.png", 1200, 800, 2, 192, meta));
  printed("pdftoppm -r 192 -png -singlefile " + (folder / "a.pdf") + " " + (folder / "b"));
  const auto a = shrunk(readPng(folder / "a.png"), 4), b = shrunk(readPng(folder / "b.png"), 4);
  EXPECT_LT(difference(a, b), 1.2);
  EXPECT_LT(largest(a, b), 80);
}

TEST_F(Vectors, PdfShowsNoGroundBetweenNeighbours) {
  if (!has("pdftoppm")) GTEST_SKIP() << "poppler-utils is not installed";
  Drawing d;
  d.width = d.height = 64, d.background = {255, 0, 255, 255};
  d.cameras.push_back({{0, 0, 64, 64}, {32, 32}, 1});
  for (uint8_t alpha : {uint8_t{255}, uint8_t{128}}) {
    d.items.clear();
    d.add(
        Areas{0,
              squares({{{8, 8}, {31.3, 8}, {33.1, 56}, {8, 56}}, {{31.3, 8}, {56, 8}, {56, 56}, {33.1, 56}}}),
              colours({{0, 0, 0, alpha}, {0, 0, 0, alpha}}),
              {},
              {}});
    ASSERT_TRUE(paper::writePdf(d, folder / "a.pdf", {mm}, meta));
    printed("pdftoppm -r 96 -png -singlefile " + (folder / "a.pdf") + " " + (folder / "a"));
    const auto r = readPng(folder / "a.png");
    for (int y = 12; y < 52; ++y)
      for (int x = 12; x < 52; ++x)
        ASSERT_NEAR(pixel(r, x, y).r, 255 - alpha, 2) << int{alpha} << ": " << x << "," << y;
  }
}

TEST_F(Vectors, GiveEqualBytesForEqualInput) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(paper::writePdf(everything(), folder / (std::to_string(i) + ".pdf"), {mm}, meta));
    ASSERT_TRUE(paper::writeSvg(everything(), folder / (std::to_string(i) + ".svg"), {mm}, meta));
  }
  EXPECT_EQ(bytesOf(folder / "0.pdf"), bytesOf(folder / "1.pdf"));
  EXPECT_EQ(bytesOf(folder / "0.svg"), bytesOf(folder / "1.svg"));
}

TEST_F(Vectors, SvgIsValidAndItsTextIsText) {
  const std::string path = folder / "a.svg";
  ASSERT_TRUE(paper::writeSvg(everything(), path, {mm}, meta));
  const std::string svg = bytesOf(path);
  EXPECT_NE(svg.find(">清远高新区</text>"), std::string::npos);
  EXPECT_NE(svg.find("width=\"158.75mm\""), std::string::npos);
  EXPECT_NE(svg.find("&lt;&amp;&gt;"), std::string::npos);
  if (has("xmllint")) {
    EXPECT_EQ(printed("xmllint --noout " + path + " && echo good"), "good\n");
  }
}

TEST_F(Vectors, SvgLooksLikeThePng) {
  if (!has("rsvg-convert")) GTEST_SKIP() << "librsvg2-bin is not installed";
  ASSERT_TRUE(paper::writeSvg(everything(), folder / "a.svg", {mm}, meta));
  ASSERT_TRUE(paper::writePng(everything(), folder / "a.png", 1200, 800, 2, 192, meta));
  printed("rsvg-convert -w 1200 " + (folder / "a.svg") + " -o " + (folder / "b.png"));
  const auto a = shrunk(readPng(folder / "a.png"), 4), b = shrunk(readPng(folder / "b.png"), 4);
  EXPECT_LT(difference(a, b), 1.2);
  size_t far = 0;
  for (size_t i = 0; i < a.rgba.size(); ++i) far += std::abs(a.rgba[i] - b.rgba[i]) > 40;
  // Another program shapes the words: a letter may stand half a pixel off.
  EXPECT_LT(static_cast<double>(far), 0.01 * static_cast<double>(a.rgba.size()));
}
