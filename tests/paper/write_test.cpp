#include "app/paper/write.h"

#include <gdal.h>
#include <ogr_srs_api.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <sstream>
#include <thread>

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

namespace {

geo::Result<void> write(const Drawing& d, const std::string& path, const paper::Meta& m = meta) {
  if (path.ends_with("png")) return paper::writePng(d, path, 600, 400, 1, 96, m);
  if (path.ends_with("jpg")) return paper::writeJpeg(d, path, 600, 400, 1, 96, m);
  if (path.ends_with("webp")) return paper::writeWebp(d, path, 600, 400, 1, 96, m);
  if (path.ends_with("tif")) return paper::writeGeoTiff(d, path, 600, 400, 1, 96, {}, m);
  return path.ends_with("pdf") ? paper::writePdf(d, path, {mm}, m) : paper::writeSvg(d, path, {mm}, m);
}
constexpr const char* everyName[] = {"a.png", "a.jpg", "a.webp", "a.tif", "a.pdf", "a.svg"};

// No file grows beyond so many bytes, as if the disk were full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST(Files, SayInOneLineThatTheDiskIsFullAndLeaveNothing) {
  for (const char* name : everyName)
    for (const rlim_t room : {0, 700, 4000}) {  // at once, on the way, in the last buffer
      TempFolder folder;
      geo::Result<void> result;
      {
        const SmallDisk disk(room);
        result = write(everything(), folder / name);
      }
      ASSERT_FALSE(result) << name << ' ' << room;
      EXPECT_EQ(result.error().text().find('\n'), std::string::npos);
      EXPECT_EQ(folder.files(), 0u) << name;
    }
}

TEST(Files, KeepTheOldPictureWhenTheNewOneFails) {
  for (const char* name : everyName) {
    TempFolder folder;
    std::ofstream(folder / name) << "old";
    {
      const SmallDisk disk(700);
      EXPECT_FALSE(write(everything(), folder / name)) << name;
    }
    EXPECT_EQ(bytesOf(folder / name), "old") << name;
    // What a dead process of our own number left is in nobody's way.
    std::ofstream(folder / (std::string(name) + ".part-" + std::to_string(getpid()))) << "half";
    ASSERT_TRUE(write(everything(), folder / name)) << name;
    EXPECT_GT(bytesOf(folder / name).size(), 1000u) << name;
    EXPECT_EQ(folder.files(), 1u) << name;
  }
}

TEST(Files, AppearWithTheirSideFilesOrNotAtAll) {
  TempFolder folder;
  paper::Meta with = meta;
  with.beside = {{folder / "a.pgw", "1"}, {folder / "a.png.aux.xml", "<x/>"}};
  std::filesystem::create_directory(folder / "a.png.aux.xml");
  EXPECT_FALSE(write(everything(), folder / "a.png", with));
  EXPECT_EQ(folder.files(), 1u);
  std::filesystem::remove(folder / "a.png.aux.xml");
  with.beside[1].path = folder / "no/such/folder.xml";
  EXPECT_FALSE(write(everything(), folder / "a.png", with));
  EXPECT_EQ(folder.files(), 0u);
  with.beside[1].path = folder / "a.png.aux.xml";
  ASSERT_TRUE(write(everything(), folder / "a.png", with));
  EXPECT_EQ(bytesOf(folder / "a.pgw"), "1");
  EXPECT_EQ(folder.files(), 3u);
}

TEST(WorldFile, PlacesThePictureWhereItsMapLies) {
  const Drawing d = everything();
  const auto crs = geo::Crs::parse("EPSG:4547");
  ASSERT_TRUE(crs);
  GDALAllRegister();
  for (const char* name : {"a.png", "b.jpg", "c.webp"}) {
    TempFolder folder;
    paper::Meta with = meta;
    with.beside = paper::worldFiles(d, folder / name, 1, *crs);
    ASSERT_EQ(with.beside.size(), 2u);
    ASSERT_TRUE(write(d, folder / name, with));
    for (const bool alone : {false, true}) {  // by .aux.xml, which knows more, and by the world file
      if (alone) std::filesystem::remove(folder / name + ".aux.xml");
      GDALDatasetH data = GDALOpen((folder / name).c_str(), GA_ReadOnly);
      ASSERT_TRUE(data) << name;
      double t[6] = {};
      const bool placed = GDALGetGeoTransform(data, t) == CE_None;
      if (!alone) {
        EXPECT_STREQ(OSRGetAuthorityCode(GDALGetSpatialRef(data), nullptr), "4547");
      }
      GDALClose(data);
      if (alone && std::string_view(name) == "c.webp") continue;  // GDAL reads no world file of a WebP
      ASSERT_TRUE(placed) << name << alone;
      const geo::Point corner{8000, 7000};
      const Vec v = d.cameras[0].canvasFromWorld(corner);
      EXPECT_NEAR((corner.x - t[0]) / t[1], v.x, 1e-3) << name;
      EXPECT_NEAR((corner.y - t[3]) / t[5], v.y, 1e-3) << name;
    }
  }
}

TEST(Webp, HoldsExactlyThePaintedPixels) {
  TempFolder folder;
  Drawing d = everything();
  for (const bool clear : {false, true}) {
    if (clear) d.background = {0, 0, 0, 0};
    ASSERT_TRUE(write(d, folder / "a.webp"));
    const auto painted = *paper::rasterise(d, 600, 400, 1);
    GDALAllRegister();
    GDALDatasetH data = GDALOpen((folder / "a.webp").c_str(), GA_ReadOnly);
    ASSERT_TRUE(data);
    const int bands = GDALGetRasterCount(data);
    ASSERT_EQ(bands, clear ? 4 : 3);
    std::vector<uint8_t> read(600 * 400 * 4, 255);
    ASSERT_EQ(GDALDatasetRasterIO(data, GF_Read, 0, 0, 600, 400, read.data(), 600, 400, GDT_Byte, bands,
                                  nullptr, 4, 2400, 1),
              CE_None);
    GDALClose(data);
    for (size_t i = 0; i < read.size(); i += 4)
      if (painted.rgba[i + 3]) ASSERT_TRUE(std::equal(&read[i], &read[i] + 4, &painted.rgba[i])) << i / 4;
      else ASSERT_EQ(read[i + 3], 0);
  }
}

TEST(Webp, RefusesWhatTheFormatCannotHoldBeforeAnythingIsPainted) {
  TempFolder folder;
  const auto refused = paper::writeWebp(everything(), folder / "a.webp", 16384, 400, 1, 96, meta);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("16383"), std::string::npos);
  EXPECT_EQ(folder.files(), 0u);
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

TEST_F(Vectors, KeepIslandsThatAreNoLargerThanTheLineAroundThem) {
  if (!has("pdftoppm") || !has("rsvg-convert")) GTEST_SKIP() << "no program that draws them is installed";
  Drawing d;
  d.width = d.height = 64, d.background = {255, 255, 255, 255};
  d.cameras.push_back({{0, 0, 64, 64}, {32, 32}, 1});
  // A mainland with islands of 0.03 to 0.28 mm.
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  const auto ring = [&](const std::vector<geo::Point>& points) {
    for (geo::Point p : points) layer->shapes.vertices.push_back(p);
    layer->shapes.endPart();
  };
  ring({{4, 34}, {40, 34}, {40, 60}, {4, 60}});
  for (int i = 0; i < 6; ++i) {
    const double x = 6 + 10.0 * i, size = (0.03 + 0.05 * i) / 0.2646;
    ring({{x, 20}, {x + size, 20}, {x + size, 20 + size}, {x + size / 2, 20 + size * 0.9}, {x, 20 + size}});
  }
  layer->shapes.endRow();
  layer->bounds = layer->shapes.box();
  for (const bool shared : {false, true}) {
    d.items.clear();
    const auto shape = shapeOf(layer);
    if (shared) shape->boundaries = geo::Boundaries::make(layer->shapes);
    Borders borders;
    borders.shape = shape, borders.pen.width = 2, borders.pen.colour = {0, 0, 0, 255};
    d.add(borders);
    ASSERT_TRUE(paper::writePdf(d, folder / "a.pdf", {mm}, meta));
    ASSERT_TRUE(paper::writeSvg(d, folder / "a.svg", {mm}, meta));
    printed("pdftoppm -r 96 -png -singlefile " + (folder / "a.pdf") + " " + (folder / "pdf"));
    printed("rsvg-convert -d 96 -p 96 " + (folder / "a.svg") + " -o " + (folder / "svg.png"));
    for (const char* name : {"pdf.png", "svg.png"}) {
      const auto r = readPng(folder / name);
      for (int i = 0; i < 6; ++i)
        EXPECT_LT(pixel(r, 6 + 10 * i, 43).r, 160) << name << shared << ": island " << i;
    }
  }
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

namespace {

// A sheet with a map and a name of its own, and one heat that all share.
geo::Result<Drawing> sheet(size_t i) {
  static constexpr const char* names[] = {"清城区", "英德市", "连州市", "佛冈县", "阳山县"};
  static const auto heat = std::make_shared<const std::vector<Rgba>>(400, Rgba{161, 68, 122, 90});
  Drawing d;
  d.width = 210, d.height = 297, d.background = {255, 255, 255, 255}, d.fonts = fonts();
  d.cameras.push_back({{10, 20, 150, 240}, {430000.0 + 5000.0 * static_cast<double>(i), 2690000}, 125});
  d.add(Fill{Path::circle({100, 100}, 20 + static_cast<float>(i)), {200, 120, 10, 255}});
  d.add(Raster{0, {420000, 2680000, 440000, 2700000}, heat, 20, 20, true});
  Text t;
  t.run = d.fonts->shape(fmt::format("{} {}", names[i % 5], i), {Face::sansBold, 12});
  t.origin = {20, 40}, t.colour = {0, 0, 0, 255};
  d.add(t);
  // Two characters that one glyph stands for: which of them it says differs from sheet to sheet.
  t.run = d.fonts->shape(i % 3 ? "Ω kΩ" : "\u2126 k\u2126", {Face::sans, 9});
  t.origin = {20, 60};
  d.add(t);
  return d;
}

std::vector<std::string> bookmarks(size_t count) {
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) out.push_back(fmt::format("第 {} 页", i + 1));
  return out;
}

}  // namespace

TEST_F(Vectors, ABookHasItsPagesInOrderWithBookmarksAndOneSubsetOfEachFont) {
  if (!has("pdftotext") || !has("qpdf")) GTEST_SKIP() << "poppler-utils and qpdf are not installed";
  const std::string path = folder / "a.pdf";
  ASSERT_TRUE(paper::writePdfBook(bookmarks(30), sheet, path, {1, 60}, meta));
  EXPECT_NE(printed("pdfinfo " + path).find("Pages:           30"), std::string::npos);
  EXPECT_FALSE(printed("qpdf --check " + path).empty());
  for (int page : {1, 2, 17, 30}) {
    const std::string text = printed(fmt::format("pdftotext -f {0} -l {0} {1} -", page, path));
    const std::string name = std::get<Text>(sheet(static_cast<size_t>(page - 1))->items[2].item).run.text;
    EXPECT_NE(text.find(name), std::string::npos) << page << ": " << text;
    EXPECT_NE(text.find((page - 1) % 3 ? "Ω kΩ" : "\u2126 k\u2126"), std::string::npos)
        << page << ": " << text;
  }
  const std::string list = printed("pdffonts " + path);
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 2 + 3) << list;  // Inter regular and bold, Noto bold
  EXPECT_EQ(printed("qpdf --json --json-key=outlines " + path).find("第 31 页"), std::string::npos);
  const std::string outline = printed("qpdf --json --json-key=outlines " + path);
  EXPECT_NE(outline.find("第 30 页"), std::string::npos) << outline;
  // What pages share is there once.
  const std::string pictures = printed("pdfimages -list " + path);
  std::set<std::string> objects;
  std::istringstream lines(pictures);
  for (std::string line; std::getline(lines, line);)
    if (line.find(" image ") != line.npos) objects.insert(line.substr(68, 8));
  EXPECT_EQ(objects.size(), 1u) << pictures;
}

TEST_F(Vectors, ABookHasEqualBytesWhateverTheThreadsAreDoing) {
  std::string first;
  for (int run = 0; run < 4; ++run) {
    const std::string path = folder / "a.pdf";
    ASSERT_TRUE(paper::writePdfBook(
        bookmarks(25),
        [&](size_t i) {
          std::this_thread::sleep_for(std::chrono::milliseconds((i * 7 + static_cast<size_t>(run) * 5) % 11));
          return sheet(i);
        },
        path, {1, 60}, meta));
    if (run == 0) first = bytesOf(path);
    else EXPECT_TRUE(bytesOf(path) == first) << run;
  }
}

TEST_F(Vectors, ABookFailsWithItsSheetAndLeavesNothing) {
  const auto failed = paper::writePdfBook(
      bookmarks(9),
      [&](size_t i) -> geo::Result<Drawing> {
        if (i == 6) return geo::fail("The seventh sheet has no data.");
        return sheet(i);
      },
      folder / "a.pdf", {1, 60}, meta);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "The seventh sheet has no data.");
  EXPECT_FALSE(paper::writePdfBook({}, sheet, folder / "a.pdf", {1, 60}, meta));
  geo::Progress progress;
  EXPECT_FALSE(paper::writePdfBook(
      bookmarks(40), [&](size_t i) { return i == 12 ? progress.cancel() : void(), sheet(i); },
      folder / "a.pdf", {1}, meta, &progress));
  EXPECT_EQ(folder.files(), 0u);
}

TEST_F(Vectors, APdfKnowsWhereItsMapsLie) {
  GDALAllRegister();
  if (!GDALGetDriverByName("PDF")) GTEST_SKIP() << "this GDAL reads no PDF";
  const std::string path = folder / "a.pdf";
  const auto crs = geo::Crs::parse("EPSG:4547");
  ASSERT_TRUE(crs);
  ASSERT_TRUE(paper::writePdfBook(bookmarks(3), sheet, path, {1, 300, *crs}, meta));
  for (size_t page = 0; page < 3; ++page) {
    GDALDatasetH data = GDALOpen(fmt::format("PDF:{}:{}", page + 1, path).c_str(), GA_ReadOnly);
    ASSERT_TRUE(data);
    ASSERT_TRUE(GDALGetSpatialRef(data));
    EXPECT_STREQ(OSRGetAuthorityCode(GDALGetSpatialRef(data), nullptr), "4547");
    double t[6];
    ASSERT_EQ(GDALGetGeoTransform(data, t), CE_None);
    const Camera camera = sheet(page)->cameras[0];
    const double perUnit = GDALGetRasterXSize(data) / 210.0, perUnitY = GDALGetRasterYSize(data) / 297.0;
    for (const Vec corner : {Vec{10, 20}, Vec{160, 20}, Vec{10, 260}, Vec{160, 260}}) {
      const geo::Point p = camera.worldFromCanvas(corner);
      const double x = corner.x * perUnit, y = corner.y * perUnitY;
      EXPECT_NEAR(t[0] + x * t[1] + y * t[2], p.x, 0.2) << page;  // metres, at 1:125,000
      EXPECT_NEAR(t[3] + x * t[4] + y * t[5], p.y, 0.2) << page;
    }
    GDALClose(data);
  }
}

TEST_F(Vectors, PdfAndSvgHoldSmoothPicturesAtThePagesResolutionAndNoMoreThanIsSeen) {
  if (!has("pdfimages")) GTEST_SKIP() << "poppler-utils is not installed";
  Drawing d = *sheet(0);
  for (const double dpi : {100.0, 300.0}) {
    ASSERT_TRUE(paper::writePdf(d, folder / "a.pdf", {1, dpi}, meta));
    const std::string list = printed("pdfimages -list " + (folder / "a.pdf"));
    std::istringstream lines(list);
    int pictures = 0;
    for (std::string line, word; std::getline(lines, line);) {
      std::istringstream words(line);
      std::vector<std::string> w;
      while (words >> word) w.push_back(word);
      if (w.size() < 14 || (w[2] != "image" && w[2] != "smask")) continue;
      EXPECT_NEAR(std::stod(w[12]), dpi, 2) << list;
      ++pictures;
    }
    EXPECT_EQ(pictures, 2) << list;
    ASSERT_TRUE(paper::writeSvg(d, folder / "a.svg", {1, dpi}, meta));
  }
  // Ten times as wide as the map's frame: what lies outside is not in the file.
  std::get<Raster>(d.items[1].item).world = {330000, 2590000, 530000, 2790000};
  ASSERT_TRUE(paper::writePdf(d, folder / "a.pdf", {1, 300}, meta));
  const std::string list = printed("pdfimages -list " + (folder / "a.pdf"));
  EXPECT_EQ(list.find(" 18898 "), std::string::npos) << list;
  EXPECT_NE(list.find(" 1774 "), std::string::npos) << list;
}

// A photograph as a JPEG where that is much smaller; drawn tiles, heat and small pictures without loss; light
// and shade with one channel.
TEST_F(Vectors, PdfHoldsPhotographsAsJpegAndEverythingElseWithoutLoss) {
  if (!has("pdfimages") || !has("pdftoppm")) GTEST_SKIP() << "poppler-utils is not installed";
  constexpr int side = 400;
  const auto drawn = [&](const std::function<Rgba(int, int)>& colour, bool basemap) {
    auto pixels = std::make_shared<std::vector<Rgba>>();
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) pixels->push_back(colour(x, y));
    Drawing d;
    d.width = d.height = 200, d.background = {255, 255, 255, 255};
    Camera c;
    c.frame = {0, 0, 200, 200}, c.centre = {100, 100}, c.metresPerUnit = 1;
    d.cameras = {c};
    Raster r;
    r.world = {0, 0, 200, 200}, r.pixels = pixels, r.columns = r.rows = side, r.smooth = true;
    if (basemap) r.basemap = std::make_shared<const Basemap>();
    d.add(r);
    return d;
  };
  uint32_t seed = 1;
  const auto noise = [&](int most) {
    return static_cast<int>((seed = seed * 1664525 + 1013904223) >> 16) % most;
  };
  const auto wave = [](int x, int y) {
    return 128 + 60 * std::sin(x * 0.07) * std::cos(y * 0.05) + 30 * std::sin((x + y) * 0.31);
  };
  const auto byte = [](double v) { return static_cast<uint8_t>(std::clamp(v, 0.0, 255.0)); };
  const auto photo = [&](int x, int y) -> Rgba {
    const double v = wave(x, y) + noise(9);
    return {byte(v), byte(v * 0.8 + 20), byte(120 - v * 0.3), 255};
  };
  const auto listed = [&](const Drawing& d) {
    EXPECT_TRUE(paper::writePdf(d, folder / "a.pdf", {mm, 200}, meta));
    std::vector<std::string> out;  // colour channels and coding
    std::istringstream list(printed("pdfimages -list " + (folder / "a.pdf")));
    std::string line;
    for (std::getline(list, line), std::getline(list, line); std::getline(list, line);) {
      std::istringstream words(line);
      std::string page, n, type, w, h, colour, components, bits, coding;
      words >> page >> n >> type >> w >> h >> colour >> components >> bits >> coding;
      out.push_back(type + " " + components + " " + coding);
    }
    return out;
  };
  const Drawing picture = drawn(photo, true);
  EXPECT_EQ(listed(picture), (std::vector<std::string>{"image 3 jpeg"}));
  const auto size = std::filesystem::file_size(folder / "a.pdf");
  const auto seen = [&] {
    printed("pdftoppm -r 192 -png -singlefile " + (folder / "a.pdf") + " " + (folder / "b"));
    return readPng(folder / "b.png");
  };
  const auto lossy = seen();
  Drawing plain = picture;
  std::get<Raster>(plain.items[0].item).basemap = nullptr;
  EXPECT_EQ(listed(plain), (std::vector<std::string>{"image 3 image"}));
  EXPECT_LT(size * 2, std::filesystem::file_size(folder / "a.pdf"));
  const auto lossless = seen();
  EXPECT_GT(difference(lossless, lossy), 0);
  EXPECT_LT(difference(lossless, lossy), 2);
  EXPECT_LT(largest(lossless, lossy), 24);
  EXPECT_LT(largest(shrunk(lossless, 8), shrunk(lossy, 8)), 4);  // no block of another shade
  // Streets and words: few colours in large patches.
  const auto map = [](int x, int y) -> Rgba {
    return x % 40 < 3 || y % 60 < 4 ? Rgba{255, 255, 255, 255}
           : (x / 40 + y / 60) % 2  ? Rgba{242, 239, 233, 255}
                                    : Rgba{205, 235, 176, 255};
  };
  EXPECT_EQ(listed(drawn(map, true)), (std::vector<std::string>{"image 3 image"}));
  // Light and shade: black or white, of some strength; its grey is one channel.
  const auto shade = [&](int x, int y) -> Rgba {
    const double v = wave(x, y) - 128 + noise(5) - 2;
    const uint8_t ink = v > 0 ? 255 : 0;
    return {ink, ink, ink, byte(std::abs(v))};
  };
  const auto relief = listed(drawn(shade, true));
  ASSERT_EQ(relief.size(), 2u);
  EXPECT_EQ(relief[0].substr(0, 7), "image 1");
  EXPECT_EQ(relief[1], "smask 1 jpeg");
  EXPECT_LT(difference(seen(), *paper::rasterise(drawn(shade, true), 400, 400, 2)), 4);
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
