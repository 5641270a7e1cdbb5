#include "geo/detail/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "geo/inspect.h"
#include "geo/load.h"

namespace geo {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Guard : public testing::Test {
 protected:
  void SetUp() override {
    GDALAllRegister();
    char name[] = "/tmp/parkscope-guard-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string bytes(const std::string& file) const {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  // An archive of one member of so many equal bytes.
  std::string zip(const std::string& name, const std::string& member, size_t megabytes) const {
    VSILFILE* f = VSIFOpenL(("/vsizip/" + path(name) + "/" + member).c_str(), "wb");
    const std::string block(1'000'000, '0');
    for (size_t i = 0; i < megabytes; ++i) VSIFWriteL(block.data(), 1, block.size(), f);
    VSIFCloseL(f);
    return path(name);
  }
  std::string sheet(const std::string& name, const char* driver) const {
    auto* d = GetGDALDriverManager()->GetDriverByName(driver)->Create(path(name).c_str(), 0, 0, 0,
                                                                      GDT_Unknown, nullptr);
    OGRLayer* layer = d->CreateLayer("s", nullptr, wkbNone, nullptr);
    OGRFieldDefn a("a", OFTString), b("b", OFTInteger);
    layer->CreateField(&a), layer->CreateField(&b);
    for (int i = 0; i < 50; ++i) {
      OGRFeature f(layer->GetLayerDefn());
      f.SetField(0, "甲"), f.SetField(1, i);
      EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
    }
    GDALClose(d);
    return path(name);
  }
  void expectRefused(const std::string& file, const char* why) const {
    testing::internal::CaptureStderr();
    const auto l = load(file);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << file;
    ASSERT_FALSE(l) << file;
    EXPECT_THAT(l.error().what, HasSubstr(why));
    EXPECT_FALSE(l.error().remedy.empty());
    EXPECT_EQ(l.error().text().find('\n'), std::string::npos);
    EXPECT_TRUE(inspect(file).error);
  }
  std::string folder_;
};

TEST_F(Guard, RefusesWhatSaysThatItUnpacksToFarMore) {
  expectRefused(zip("bomb.xlsx", "xl/worksheets/sheet1.xml", 120), "unpacks to 120 MB");
  expectRefused(zip("bomb.ods", "content.xml", 120), "unpacks to 120 MB");
  expectRefused(zip("bomb.zip", "a.shp", 120), "unpacks to 120 MB");
  expectRefused(zip("bomb.kmz", "doc.kml", 120), "unpacks to 120 MB");
}

TEST_F(Guard, RefusesHugeDeclaredSizesWithoutUnpacking) {
  // A good sheet whose directory says that a member has 3 GB.
  std::string all = bytes(sheet("huge.xlsx", "XLSX"));
  const size_t entry = all.find(std::string("PK\x01\x02", 4));
  ASSERT_NE(entry, all.npos);
  for (int i = 0; i < 4; ++i) all[entry + 24 + static_cast<size_t>(i)] = static_cast<char>(i == 3 ? 0xb0 : 0);
  expectRefused(write("huge.xlsx", all), "unpacks to 2952 MB");
}

TEST_F(Guard, RefusesCutArchivesInOneLine) {
  for (const char* driver : {"XLSX", "ODS"}) {
    const std::string name = std::string("cut.") + (driver == std::string("ODS") ? "ods" : "xlsx");
    const std::string all = bytes(sheet(name, driver));
    for (const double share : {0.3, 0.9, 0.999})
      expectRefused(write(name, all.substr(0, static_cast<size_t>(share * static_cast<double>(all.size())))),
                    "cut");
  }
}

TEST_F(Guard, ReadsTheDirectoryOfAGoodArchive) {
  const auto entries = detail::archiveEntries(sheet("good.xlsx", "XLSX"));
  ASSERT_TRUE(entries);
  EXPECT_GT(entries->size(), 4u);
  EXPECT_TRUE(load(path("good.xlsx")));
  EXPECT_FALSE(detail::archiveEntries(write("no.zip", "PK\x03\x04 and no more")));
}

// A member that becomes more than it says: nothing but an error, in bounded memory.
TEST_F(Guard, IsNotFooledByASizeThatIsTooSmall) {
  std::string all = bytes(zip("lie.xlsx", "xl/worksheets/sheet1.xml", 60));
  for (const std::string& mark : {std::string("PK\x01\x02", 4), std::string("PK\x03\x04", 4)})
    for (size_t at = all.find(mark); at != all.npos; at = all.find(mark, at + 4))
      for (int i = 0; i < 4; ++i)
        all[at + (mark[2] == 1 ? 24u : 22u) + static_cast<size_t>(i)] = static_cast<char>(i == 1 ? 4 : 0);
  const auto l = load(write("lie.xlsx", all));
  EXPECT_FALSE(l);
}

std::string vrt(const std::string& source, const char* attribute = "") {
  return "<OGRVRTDataSource><OGRVRTLayer name=\"a\"><SrcDataSource" + std::string(attribute) + ">" + source +
         "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>";
}

TEST_F(Guard, FollowsAVrtOnlyWithinItsFolder) {
  const std::string geojson =
      R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},"geometry":{"type":"Point","coordinates":[113,23.5]}}]})";
  write("in/a.geojson", geojson), write("out/a.geojson", geojson);
  const std::string good = write("in/good.vrt", vrt("a.geojson", " relativeToVRT=\"1\""));
  const auto l = load(good);
  ASSERT_TRUE(l) << l.error().text();
  EXPECT_EQ(l->layer->rows(), 1u);
  expectRefused(write("in/up.vrt", vrt("../out/a.geojson", " relativeToVRT=\"1\"")),
                "leads out of its folder");
  expectRefused(write("in/abs.vrt", vrt(path("out/a.geojson"))), "leads out of its folder");
  expectRefused(write("in/zip.vrt", vrt("/vsizip/" + path("out/a.zip") + "/a.shp")),
                "leads out of its folder");
  expectRefused(write("in/pg.vrt", vrt("PG:dbname=secret")), "leads to PG:");
  expectRefused(write("in/mem.vrt", vrt("/vsimem/x")), "leads to /vsimem");
  for (const char* net : {"/vsicurl/http://127.0.0.1:9/a.geojson", "http://127.0.0.1:9/a.geojson",
                          "/vsizip//vsicurl/https://x/a.zip"})
    expectRefused(write("in/net.vrt", vrt(net)), "leads on to the network");
  fs::create_symlink(path("out/a.geojson"), path("in/link.geojson"));
  expectRefused(write("in/link.vrt", vrt("link.geojson", " relativeToVRT=\"1\"")), "leads out of its folder");
  // With the folder of a project around it, or trusted, it is followed.
  EXPECT_TRUE(load(path("in/up.vrt"), {.folder = folder_}));
  EXPECT_TRUE(load(path("in/up.vrt"), {.trusted = true}));
}

TEST_F(Guard, RefusesAVrtThatLeadsToItself) {
  expectRefused(write("self.vrt", vrt("self.vrt", " relativeToVRT=\"1\"")), "leads back to itself");
  write("b.vrt", vrt("a.vrt", " relativeToVRT=\"1\""));
  expectRefused(write("a.vrt", vrt("b.vrt", " relativeToVRT=\"1\"")), "leads back to itself through");
  EXPECT_FALSE(load(path("a.vrt"), {.trusted = true}));
}

TEST_F(Guard, RefusesTheNetworkByItsPath) {
  for (const char* file :
       {"/vsicurl/http://127.0.0.1:9/a.geojson", "https://127.0.0.1:9/a.geojson", "/vsis3/bucket/a.shp"})
    expectRefused(file, "leads on to the network");
}

TEST_F(Guard, KeepsTablesOfAnySizeWithinBounds) {
  // A field of ten megabytes is a text like any other.
  const auto wide = load(write("wide.csv", "a,b\n1,\"" + std::string(10'000'000, 'x') + "\"\n2,y\n"));
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->layer->table.columns[1].texts[0].size(), 10'000'000u);
  std::string million = "a";
  for (int i = 1; i < 1'000'000; ++i) million += ",a";
  expectRefused(write("million.csv", million + "\n" + million + "\n"), "1000000 columns");
  // What a damaged or hostile sheet repeats a million times is not kept.
  const std::string ods =
      R"(<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="s"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>)";
  for (const auto& [member, text] :
       {std::pair<std::string, std::string>{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
        {"content.xml", ods}}) {
    VSILFILE* f = VSIFOpenL(("/vsizip/" + path("repeat.ods") + "/" + member).c_str(), "wb");
    VSIFWriteL(text.data(), 1, text.size(), f);
    VSIFCloseL(f);
  }
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto l = load(path("repeat.ods"));
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 700'000) << "KB";
  EXPECT_FALSE(l);
}

}  // namespace
}  // namespace geo
