// Our own road for plain GeoJSON must give what GDAL's gives, of every file; and must take the files that are
// plain.
#include "geo/detail/geojson.h"

#include <cpl_vsi.h>

#include <filesystem>
#include <fstream>

#include "geo/detail/read.h"

namespace geo::detail {
namespace {

namespace fs = std::filesystem;

std::string said(const Result<Reading>& reading) {
  if (!reading) return "fails: " + reading.error().text();
  std::string out =
      fmt::format("name {} driver {} layer {} crs {} declared {} encoding {} {} rows {} kind {}\n",
                  reading->layer.name, reading->layer.source.driver, reading->layer.source.layer,
                  reading->layer.crs.text(), reading->crsDeclared.text(), reading->encodingDeclared,
                  reading->encodingUsed, reading->layer.rows(), static_cast<int>(reading->layer.shapes.kind));
  for (const Column& c : reading->layer.table.columns) {
    out += fmt::format("{} {}:", c.name, static_cast<int>(c.type));
    for (size_t r = 0; r < c.rows(); ++r)
      out += c.numeric() ? fmt::format(" {}", c.numbers[r])
                         : fmt::format(" {}{}", c.present[r] ? "=" : "-", c.texts[r]);
    out += '\n';
  }
  for (const Problem& p : reading->report.problems) {
    out += p.kind + ": " + p.message;
    for (const size_t r : p.rows) out += fmt::format(" {}", r);
    out += '\n';
  }
  const Shapes& s = reading->layer.shapes;
  out += fmt::format("rows {} parts {} holes {}", fmt::join(s.rowStart, ","), fmt::join(s.partStart, ","),
                     fmt::join(s.hole, ","));
  for (const Point p : s.vertices) out += fmt::format(" {} {}", p.x, p.y);
  return out;
}

class GeoJsonTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parkscope-geojson-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& text, const std::string& name = "a.geojson") const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  // Whole, and in pieces of a feature or two: both must say the same.
  static bool plain(const std::string& path, const LoadOptions& options = {}) {
    const auto read = readPlainGeoJson(path, options, nullptr);
    for (const size_t bytes : {1, 150}) {
      const auto pieces = readPlainGeoJson(path, options, nullptr, {0, bytes});
      EXPECT_EQ(pieces && pieces->has_value(), read && read->has_value());
      if (read && *read && pieces && *pieces) {
        EXPECT_EQ(told(std::move(**pieces)),
                  told(std::move(*readPlainGeoJson(path, options, nullptr).value())));
      }
    }
    return read && read->has_value();
  }
  static std::string told(PlainGeoJson plain) {
    Reading r;
    r.layer.name = plain.name, r.layer.crs = plain.crs, r.layer.table = std::move(plain.features.table);
    std::vector<ShapeCollector::Trouble> troubles;
    r.layer.shapes = plain.features.shapes.finish(troubles);
    for (const auto& t : troubles) r.report.add({t.any() ? "trouble" : "none", {}, "", ""});
    return said(std::move(r));
  }
  std::string folder_;
};

std::string collection(const std::string& features, const std::string& head = "\"name\":\"a\",") {
  return R"({"type":"FeatureCollection",)" + head + "\"features\":[" + features + "]}";
}
std::string feature(const std::string& properties, const std::string& geometry) {
  return R"({"type":"Feature","properties":)" + properties + ",\"geometry\":" + geometry + "}";
}
const std::string point = R"({"type":"Point","coordinates":[113.05,23.7]})";
std::string values(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& v : all) out += (out.empty() ? "" : ",") + feature("{\"v\":" + v + "}", point);
  return collection(out);
}

TEST_F(GeoJsonTest, ReadsPlainFilesByItselfAndLikeGdal) {
  const std::string square = R"([[112,23],[113,23],[113,24.5],[112,24],[112,23]])",
                    hole = R"([[112.2,23.2],[112.4,23.2],[112.3,23.4],[112.2,23.2]])";
  const std::vector<std::string> files = {
      values({"1", "2", "-3"}),
      values({"1", "2.5", "null"}),
      values({"null", "null"}),
      values({"null", "7"}),
      values({"true", "false", "null"}),
      values({"9007199254740991", "1"}),
      values({R"("清远")", "null", R"("")", R"("a\"b\\\n\u6e05\ud83d\ude00")"}),
      values({R"("441802")", R"("1")"}),
      values({R"("Q1")", R"("第1-3季度")"}),
      values({"1e3", "-0.0", "0.1", "123456789012345678e-10", "5e-324"}),
      collection(feature(R"({"a":1,"b":"x","c":null})",
                         R"({"type":"Polygon","coordinates":[)" + square + "," + hole + "]}")),
      collection(feature(R"({"a":1})",
                         R"({"type":"MultiPolygon","coordinates":[[)" + square + "],[" + hole + "]]}")),
      collection(feature(R"({"a":1})", R"({"coordinates":[[1,2],[3,4],[5,6]],"type":"LineString"})")),
      collection(
          feature(R"({"a":1})", R"({"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]})")),
      collection(feature(R"({"a":1})", R"({"type":"MultiPoint","coordinates":[[1,2],[3,4]]})")),
      collection(feature(R"({"a":1})", point) + "," + feature(R"({"a":2})", "null")),
      collection(feature(R"({"a":1})", point) + "," +
                 feature(R"({"a":2})", R"({"type":"Polygon","coordinates":[[[1,1],[1,1]]]})")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[23.7,113.05]})")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[438000,2620000]})")),
      collection(feature(R"({"a":1})", point), ""),
      collection(feature(R"({"a":1})", point),
                 R"("crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},)"),
      collection(
          feature(R"({"a":1})", point),
          R"("name":"县界","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},)"),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[438000,2620000]})"),
                 R"("crs":{"type":"name","properties":{"name":"EPSG:4547"}},)"),
      collection(feature(R"({"a":1})", point), R"("crs":null,)"),
      collection(feature(R"({"a":1})", point), R"("crs":{"type":"name","properties":{"name":"nonsense"}},)"),
      collection(feature(R"({"id":1,"a":"x]},{"})", point) + "," + feature(R"({"id":3,"a":"x\\"})", point)),
      collection(feature(R"({"a":1,"b":"x","c":true})", point) + "," + feature(R"({"b":"y"})", point) + "," +
                 feature("{}", point) + "," + feature(R"({"a":2,"c":false})", point)),
  };
  for (const std::string& text : files) {
    const std::string path = write(text);
    EXPECT_TRUE(plain(path)) << text;
    EXPECT_EQ(said(read(path, {}, nullptr)), said(readByGdal(path, {}, nullptr))) << text;
  }
}

TEST_F(GeoJsonTest, LeavesTheUnusualToGdal) {
  const std::string odd = feature(R"({"a":1})", point);
  const std::vector<std::string> files = {
      "",
      "[]",
      "{",
      collection(""),
      collection(odd) + "x",
      odd,
      collection(odd, "\"bbox\":[1,2,3,4],"),
      R"({"features":[)" + odd + R"(],"type":"FeatureCollection"})",
      values({"1", R"("x")"}),
      values({"true", "1"}),
      values({"9007199254740993"}),
      values({"18446744073709551615"}),
      values({"123456789012345678901234567890"}),
      values({R"("2024-05-01")"}),
      values({R"("2024-05-01T10:00:00Z")"}),
      values({R"("10:30")"}),
      values({R"("2024/5/1")", "null"}),
      values({R"("20240501")"}),
      values({"[1,2]"}),
      values({R"({"x":1})"}),
      values({R"("a\u0000b")"}),
      values({R"("\ud800")"}),
      values({"1e999"}),
      values({"NaN"}),
      values({"01"}),
      values({"\"\xff\""}),
      collection(feature("null", point)),
      collection(feature("{}", point)),
      collection(feature(R"({"a":1,"a":2})", point)),
      collection(feature(R"({"a":1,"A":2})", point)),
      collection(feature(R"({"id":3})", point) + "," + feature(R"({"id":1})", point)),
      collection(feature(R"({"id":3})", point) + "," + feature(R"({"id":3})", point)),
      collection(feature(R"({"id":"a"})", point)),
      collection(feature(R"({"ID":3})", point)),
      collection(feature(R"({"id":3,"a":1})", point) + "," + feature(R"({"a":1})", point)),
      collection(odd + ","),
      collection("," + odd),
      collection(odd + ",," + odd),
      collection(odd + " " + odd),
      collection(odd, "\"features\":[],"),
      collection(odd).substr(0, collection(odd).size() - 2),
      collection(feature(R"({"":3})", point)),
      collection(odd + "," + feature(R"({"b":1})", point)),
      collection(odd + "," + feature(R"({"a":1,"b":1})", point)),
      collection(feature(R"({"a":1,"b":2})", point) + "," + feature(R"({"b":1,"a":2})", point)),
      collection(R"({"type":"Feature","id":7,"properties":{"a":1},"geometry":)" + point + "}"),
      collection(R"({"type":"Feature","properties":{"a":1}})"),
      collection(R"({"type":"Feature","geometry":)" + point + "}"),
      collection(R"({"type":"Feature","properties":{"a":1},"more":2,"geometry":)" + point + "}"),
      collection(feature(R"({"a":1})", "null")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[1,2,3]})")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[1]})")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":[]})")),
      collection(feature(R"({"a":1})", R"({"type":"Point","coordinates":["1","2"]})")),
      collection(feature(R"({"a":1})", R"({"type":"Polygon","coordinates":[]})")),
      collection(feature(R"({"a":1})", R"({"type":"Polygon","coordinates":[[]]})")),
      collection(feature(R"({"a":1})", R"({"type":"MultiPoint","coordinates":[]})")),
      collection(feature(R"({"a":1})", R"({"type":"Circle","coordinates":[1,2]})")),
      collection(feature(R"({"a":1})", R"({"type":"GeometryCollection","geometries":[)" + point + "]}")),
      collection(odd, R"("name":"",)"),
      collection(odd, R"("name":7,)"),
  };
  for (const std::string& text : files) {
    const std::string path = write(text);
    EXPECT_FALSE(plain(path)) << text;
    EXPECT_EQ(said(read(path, {}, nullptr)), said(readByGdal(path, {}, nullptr))) << text;
  }
}

TEST_F(GeoJsonTest, KeepsOptions) {
  const std::string path = write(collection(feature(R"({"a":1,"b":"x"})", point)));
  std::vector<LoadOptions> all(7);
  all[0].geometryOnly = true;
  all[1].fields = {"b"};
  all[2].fields = {"B"};
  all[3].fields = {"c"};
  all[4].layer = "other";
  all[5].encoding = "GB18030";
  all[6].reprojectTo = *Crs::parse("EPSG:4547");
  for (const LoadOptions& o : all)
    EXPECT_EQ(said(read(path, o, nullptr)), said(readByGdal(path, o, nullptr)));
  EXPECT_TRUE(plain(path, all[1]));
}

TEST_F(GeoJsonTest, ReadsTheEmbeddedProjectByItself) {
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(SOURCE_DIR "/assets/qingyuan"))
    if (const std::string path = entry.path(); path.ends_with(".geojson")) {
      ++files;
      EXPECT_TRUE(plain(path)) << path;
      EXPECT_EQ(said(read(path, {}, nullptr)), said(readByGdal(path, {}, nullptr))) << path;
    }
  EXPECT_EQ(files, 3u);
}

TEST_F(GeoJsonTest, StopsWhenAsked) {
  std::string rows;
  for (int i = 0; i < 3000; ++i) rows += (i ? "," : "") + feature("{\"v\":1}", point);
  Progress progress;
  progress.cancel();
  const auto stopped = readPlainGeoJson(write(collection(rows)), {}, &progress);
  ASSERT_FALSE(stopped);
  EXPECT_THAT(stopped.error().what, testing::HasSubstr("cancelled"));
}

}  // namespace
}  // namespace geo::detail
