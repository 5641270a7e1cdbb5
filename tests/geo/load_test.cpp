#include "geo/load.h"
#include "geo/datum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <thread>

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class LoadTest : public testing::Test {
 protected:
  void SetUp() override {
    GDALAllRegister();
    char name[] = "/tmp/parkscope-load-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string bytes(const std::string& file) const {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  std::string cut(const std::string& file, double share) const {
    const std::string all = bytes(file);
    std::ofstream(file, std::ios::binary)
        << all.substr(0, static_cast<size_t>(share * static_cast<double>(all.size())));
    return file;
  }
  // The same four rows in any format of GDAL's: two polygons (one of two parts with a hole), none, one in
  // Chinese.
  std::string make(const std::string& driver, const std::string& name, std::vector<const char*> options = {},
                   int copies = 1, const char* srs = "EPSG:4326") const {
    options.push_back(nullptr);
    auto* d = GetGDALDriverManager()
                  ->GetDriverByName(driver.c_str())
                  ->Create(path(name).c_str(), 0, 0, 0, GDT_Unknown, nullptr);
    OGRSpatialReference reference;
    reference.SetFromUserInput(srs);
    reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    OGRLayer* layer = d->CreateLayer("areas", *srs ? &reference : nullptr,
                                     driver == "KML" || driver == "LIBKML" ? wkbUnknown : wkbMultiPolygon,
                                     const_cast<char**>(options.data()));
    OGRFieldDefn title("title", OFTString), people("people", OFTInteger), share("share", OFTReal);
    layer->CreateField(&title), layer->CreateField(&people), layer->CreateField(&share);
    d->StartTransaction();
    const char* wkt[] = {"MULTIPOLYGON (((112 23,113 23,113 24,112 24,112 23)))",
                         "MULTIPOLYGON (((113 24,114 24,114 25,113 25,113 24),(113.2 24.2,113.2 24.4,113.4 "
                         "24.4,113.4 24.2,113.2 24.2)),((114.5 24,114.7 24,114.7 24.2,114.5 24)))",
                         nullptr, "MULTIPOLYGON (((112 24.5,112.5 24.5,112.5 25,112 24.5)))"};
    const char* names[] = {"清城区", "英德市", "", "连山壮族瑶族自治县"};
    for (int copy = 0; copy < copies; ++copy)
      for (int r = 0; r < 4; ++r) {
        OGRFeature f(layer->GetLayerDefn());
        if (r != 2)
          f.SetField("title", names[r]), f.SetField("people", 100 + r), f.SetField("share", 0.5 * r);
        OGRGeometry* g = nullptr;
        if (wkt[r]) OGRGeometryFactory::createFromWkt(wkt[r], nullptr, &g);
        f.SetGeometryDirectly(g);
        EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
      }
    d->CommitTransaction();
    GDALClose(d);
    return path(name);
  }

  std::string folder_;
};

const Problem* problem(const Report& r, const std::string& kind) {
  for (const Problem& p : r.problems)
    if (p.kind == kind) return &p;
  return nullptr;
}

double signedArea(std::span<const Point> ring) {
  double sum = 0;
  for (size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i], b = ring[(i + 1) % ring.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return sum / 2;
}

void expectTheFourRows(const Layer& l, const std::string& what) {
  SCOPED_TRACE(what);
  ASSERT_EQ(l.rows(), 4u);
  ASSERT_EQ(l.shapes.rows(), 4u);
  EXPECT_EQ(l.shapes.kind, ShapeKind::polygon);
  EXPECT_FALSE(l.shapes.has(2));
  ASSERT_EQ(l.shapes.parts(), 5u);
  EXPECT_THAT(l.shapes.hole, ElementsAre(0, 0, 1, 0, 0));
  EXPECT_EQ(l.shapes.part(0).size(), 4u);  // the closing vertex is gone
  for (size_t p = 0; p < 5; ++p) EXPECT_EQ(signedArea(l.shapes.part(p)) < 0, l.shapes.hole[p] != 0) << p;
  double area = 0;
  for (uint32_t p = l.shapes.rowStart[1]; p < l.shapes.rowStart[2]; ++p) area += signedArea(l.shapes.part(p));
  EXPECT_NEAR(area, 1 - 0.04 + 0.02, 1e-9);
  EXPECT_EQ(l.bounds, (Box{112, 23, 114.7, 25}));
  const Column *title = l.table.find("title"), *people = l.table.find("people"),
               *share = l.table.find("share");
  ASSERT_TRUE(title && people && share);
  EXPECT_EQ(title->text(3), "连山壮族瑶族自治县");
  EXPECT_EQ(people->text(1), "101");
  EXPECT_FALSE(people->has(2));
  EXPECT_FALSE(share->has(2));
  EXPECT_EQ(share->number(1), 0.5);
  EXPECT_EQ(l.crs.text(), "EPSG:4326");
}

TEST_F(LoadTest, ReadsTheSameFromEveryFormat) {
  struct Format {
    const char *driver, *file;
  };
  for (const Format f : {Format{"GPKG", "a.gpkg"},
                         {"ESRI Shapefile", "b.shp"},
                         {"GeoJSON", "c.geojson"},
                         {"GML", "e.gml"},
                         {"LIBKML", "g.kml"}}) {
    const bool shapefile = std::string(f.driver) == "ESRI Shapefile";
    const auto loaded =
        load(make(f.driver, f.file,
                  shapefile ? std::vector<const char*>{"ENCODING=UTF-8"} : std::vector<const char*>{}));
    ASSERT_TRUE(loaded) << f.driver << loaded.error().text();
    expectTheFourRows(*loaded->layer, f.driver);
    EXPECT_EQ(loaded->layer->source.driver, f.driver);
  }
  // FlatGeobuf cannot hold a row without a shape, and sorts its rows along a curve unless it has no index.
  const auto fgb = load(make("FlatGeobuf", "d.fgb", {"SPATIAL_INDEX=NO"}));
  ASSERT_TRUE(fgb);
  ASSERT_EQ(fgb->layer->rows(), 3u);
  EXPECT_THAT(fgb->layer->shapes.hole, ElementsAre(0, 0, 1, 0, 0));
  EXPECT_EQ(fgb->layer->table.find("title")->text(2), "连山壮族瑶族自治县");
}

TEST_F(LoadTest, FindsChineseInTheBytesOfAShapefile) {
  make("ESRI Shapefile", "gbk.shp", {"ENCODING=GBK"});
  const auto declared = load(path("gbk.shp"));
  expectTheFourRows(*declared->layer, "declared");
  EXPECT_TRUE(declared->report.empty());

  fs::remove(path("gbk.cpg"));
  std::string dbf = bytes(path("gbk.dbf"));
  dbf[29] = 0;  // the language byte inside
  write("gbk.dbf", dbf);
  const auto silent = load(path("gbk.shp"));
  expectTheFourRows(*silent->layer, "no .cpg");
  EXPECT_TRUE(problem(silent->report, "encoding-undeclared"));

  write("gbk.cpg", "UTF-8");
  const auto wrong = load(path("gbk.shp"));
  expectTheFourRows(*wrong->layer, "wrong .cpg");
  EXPECT_TRUE(problem(wrong->report, "encoding-contradiction"));

  make("ESRI Shapefile", "utf8.shp", {"ENCODING=UTF-8"});
  write("utf8.cpg", "GBK");
  expectTheFourRows(*load(path("utf8.shp"))->layer, "UTF-8 called GBK");

  const auto forced = load(path("utf8.shp"), {.encoding = "Big5"});
  EXPECT_NE(forced->layer->table.find("title")->text(0), "清城区");
}

TEST_F(LoadTest, RepairsFieldNamesThatADbfCutsInsideACharacter) {
  for (const bool utf8 : {false, true}) {
    make("ESRI Shapefile", "cut.shp", {utf8 ? "ENCODING=UTF-8" : "ENCODING=GBK"});
    std::string dbf = bytes(path("cut.dbf"));
    // Two names of a letter and more characters than the ten bytes hold, alike as far as they go.
    const std::string ten = utf8 ? std::string("ab") + "\xe5\xb8\xb8\xe4\xbd\x8f\xe4\xba"
                                 : std::string("a") + "\xb3\xa3\xd7\xa1\xc8\xcb\xbf\xda\xc3";
    for (const size_t at : {32u, 64u})
      for (size_t i = 0; i < 11; ++i) dbf[at + i] = i < ten.size() && i < 10 ? ten[i] : '\0';
    write("cut.dbf", dbf);
    const auto l = load(path("cut.shp"));
    ASSERT_TRUE(l) << l.error().text();
    const std::string whole = utf8 ? "ab常住" : "a常住人口";
    EXPECT_EQ(l->layer->table.columns[0].name, whole);
    EXPECT_EQ(l->layer->table.columns[1].name, whole + "_2");
    ASSERT_TRUE(problem(l->report, "field-name-cut"));
    EXPECT_THAT(problem(l->report, "field-name-cut")->message, HasSubstr(whole + "…"));
  }
}

TEST_F(LoadTest, FindsTheSystemOfAShapefileWithoutPrj) {
  make("ESRI Shapefile", "a.shp");
  fs::remove(path("a.prj"));
  const auto degrees = load(path("a.shp"));
  EXPECT_EQ(degrees->layer->crs.text(), "EPSG:4326");
  EXPECT_TRUE(problem(degrees->report, "crs-undeclared"));
  const auto said = load(path("a.shp"), {.crs = Crs::parse("EPSG:4490").value()});
  EXPECT_EQ(said->layer->crs.text(), "EPSG:4490");
  EXPECT_TRUE(said->report.empty());
}

TEST_F(LoadTest, BringsADeclaredDatumBackToWgs84) {
  const Point p{113.05, 23.7}, g = gcj02FromWgs84(p), b = bd09FromGcj02(g), m = bd09mcFromBd09(b);
  const auto at = [&](const Point q, const char* datum) {
    const auto l = load(write("d.csv", fmt::format("n,x,y\na,{:.9f},{:.9f}\n", q.x, q.y)), {.datum = datum});
    EXPECT_TRUE(l) << l.error().text();
    EXPECT_EQ(l->layer->crs.text(), "EPSG:4326");
    EXPECT_TRUE(problem(l->report, "unshifted"));
    return l->layer->shapes.vertices.at(0);
  };
  for (const Point back : {at(g, "GCJ-02"), at(b, "bd09"), at(m, "BD-09MC")}) {
    EXPECT_NEAR(back.x, p.x, 2e-9);
    EXPECT_NEAR(back.y, p.y, 2e-9);
  }
  // Shifted degrees that were put into a zone afterwards.
  const Point zone = Transform::make(Crs::lonLat(), Crs::parse("EPSG:4526").value()).value()(g);
  EXPECT_NEAR(at(zone, "GCJ-02").x, p.x, 2e-8);
  const auto none = load(path("d.csv"), {.datum = "Venus"});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text(), HasSubstr("GCJ-02"));
}

TEST_F(LoadTest, TransformsOnTheWay) {
  const auto there = load(make("GPKG", "a.gpkg"), {.reprojectTo = Crs::parse("EPSG:4547").value()});
  ASSERT_TRUE(there);
  EXPECT_EQ(there->layer->crs.text(), "EPSG:4547");
  const Point expected = Transform::make(Crs::lonLat(), Crs::parse("EPSG:4547").value()).value()({112, 23});
  EXPECT_NEAR(there->layer->shapes.part(0)[0].x, expected.x, 1e-6);
  EXPECT_NEAR(there->layer->shapes.part(0)[0].y, expected.y, 1e-6);
  EXPECT_NEAR(there->layer->bounds.minX, expected.x, 5000);
}

TEST_F(LoadTest, ReadsWhatIsAskedFor) {
  make("GPKG", "a.gpkg");
  const auto some = load(path("a.gpkg"), {.fields = {"share", "TITLE"}});
  ASSERT_TRUE(some);
  EXPECT_EQ(some->layer->table.columnNames(), "title, share");
  const auto none = load(path("a.gpkg"), {.fields = {"population"}});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text(), HasSubstr("title, people, share"));
  const auto shapes = load(path("a.gpkg"), {.geometryOnly = true});
  EXPECT_TRUE(shapes->layer->table.columns.empty());
  EXPECT_EQ(shapes->layer->rows(), 4u);
  const auto layer = load(path("a.gpkg"), {.layer = "nosuch"});
  ASSERT_FALSE(layer);
  EXPECT_THAT(layer.error().text(), HasSubstr("areas"));
  EXPECT_THAT(layerNames(path("a.gpkg")).value(), ElementsAre("areas"));
}

TEST_F(LoadTest, KeepsIntegersThatDoublesCannotHold) {
  const auto l = load(write("a.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"id":7},"geometry":null},
    {"type":"Feature","properties":{"id":9007199254740993},"geometry":{"type":"Point","coordinates":[113,23]}}]})"));
  ASSERT_TRUE(l);
  const Column* id = l->layer->table.find("id");
  EXPECT_EQ(id->type, ColumnType::text);
  EXPECT_EQ(id->text(0), "7");
  EXPECT_EQ(id->text(1), "9007199254740993");
}

TEST_F(LoadTest, FindsTheCoordinatesOfATable) {
  for (const char* header : {"name,lon,lat", "name,lng,lat", "名称,经度,纬度", "name,Longitude,Latitude",
                             "name,X,Y", "name,经度(°),纬度(°)", "name,东经,北纬"}) {
    const auto l = load(write("t.csv", std::string(header) + "\n甲,113.5,23.5\n乙,113.6,23.6\n"));
    ASSERT_TRUE(l) << header;
    ASSERT_EQ(l->layer->shapes.kind, ShapeKind::point) << header;
    EXPECT_EQ(l->layer->shapes.part(1)[0], (Point{113.6, 23.6})) << header;
    EXPECT_TRUE(l->layer->crs.geographic());
    EXPECT_TRUE(l->report.empty()) << header;
  }
  const auto metres = load(write("m.csv", "name,东坐标,北坐标\n甲,38450000,2650000\n乙,38460000,2660000\n"));
  EXPECT_EQ(metres->layer->crs.text(), "EPSG:4526");
  const auto swapped = load(write("s.csv", "name,x,y\n甲,2650000,38450000\n乙,2660000,38460000\n"));
  EXPECT_EQ(swapped->layer->crs.text(), "EPSG:4526");
  EXPECT_EQ(swapped->layer->shapes.part(0)[0], (Point{38450000, 2650000}));
  EXPECT_TRUE(problem(swapped->report, "axes-swapped"));
  const auto sexagesimal = load(write("d.csv", "name,经度,纬度\n甲,113°30′00″,23°30'36\"\n"));
  EXPECT_NEAR(sexagesimal->layer->shapes.part(0)[0].y, 23.51, 1e-12);
  const auto named = load(write("n.csv", "a,b\n113,23\n"), {.xField = "a", .yField = "b"});
  EXPECT_EQ(named->layer->shapes.kind, ShapeKind::point);
  const auto wrong = load(path("n.csv"), {.xField = "a", .yField = "c"});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), HasSubstr("a, b"));
  EXPECT_EQ(load(write("p.csv", "a,b\n1,2\n"))->layer->shapes.kind, ShapeKind::none);
  EXPECT_EQ(load(write("w.csv", "a,WKT\n1,\"POLYGON ((0 0,1 0,1 1,0 0))\"\n2,\n"))->layer->shapes.kind,
            ShapeKind::polygon);
}

TEST_F(LoadTest, KeepsRowsWithoutAPlace) {
  const auto l = load(write("t.csv", "name,lon,lat\n甲,113.5,23.5\n乙,,\n丙,nan,23\n丁,1e400,23\n"));
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->rows(), 4u);
  EXPECT_EQ(l->layer->shapes.rows(), 4u);
  EXPECT_EQ(l->layer->shapes.parts(), 1u);
  EXPECT_EQ(l->layer->table.find("name")->text(3), "丁");
  EXPECT_THAT(problem(l->report, "no-coordinates")->rows, ElementsAre(1));
}

TEST_F(LoadTest, TypesTheColumnsOfATextTable) {
  const auto l = load(write("t.csv",
                            "code,zip,people,share,when,note,year,empty,id18\n"
                            "441802,0763,\"1,234\",0.5,2024/1/5,—,2020,,441802199001011234\n"
                            "441881,0764,—,NA,2024-12-31,无数据,2021,,441802199001011235\n"
                            "441882,0765,12,3,,ok,2022,,441802199001011236\n"));
  ASSERT_TRUE(l);
  const Table& t = l->layer->table;
  EXPECT_EQ(t.find("code")->type, ColumnType::integer);
  EXPECT_EQ(t.find("zip")->type, ColumnType::text);
  EXPECT_EQ(t.find("zip")->text(0), "0763");
  EXPECT_EQ(t.find("people")->type, ColumnType::integer);
  EXPECT_EQ(t.find("people")->number(0), 1234);
  EXPECT_FALSE(t.find("people")->has(1));
  EXPECT_EQ(t.find("share")->type, ColumnType::real);
  EXPECT_FALSE(t.find("share")->has(1));
  EXPECT_EQ(t.find("when")->type, ColumnType::date);
  EXPECT_EQ(t.find("when")->text(0), "2024-01-05");
  EXPECT_FALSE(t.find("when")->has(2));
  EXPECT_EQ(t.find("note")->text(0), "—");  // in words a dash is a word
  EXPECT_EQ(t.find("year")->type, ColumnType::integer);
  EXPECT_FALSE(t.find("empty")->has(0));
  EXPECT_EQ(t.find("id18")->text(1), "441802199001011235");
}

TEST_F(LoadTest, ReadsTextTablesOfEveryMake) {
  const std::string gbk =
      "\xc3\xfb\xb3\xc6,\xbe\xad\xb6\xc8,\xce\xb3\xb6\xc8\n\xc7\xe5\xb3\xc7\xc7\xf8,113.0,23."
      "7\n\xd3\xa2\xb5\xc2\xca\xd0,113.4,24.2\n";
  const auto g = load(write("g.csv", gbk));
  EXPECT_EQ(g->layer->table.columnNames(), "名称, 经度, 纬度");
  EXPECT_EQ(g->layer->table.find("名称")->text(0), "清城区");
  for (const std::string& text :
       {std::string("\xef\xbb\xbfid;a\r\n1;\"x;\r\n\"\"y\"\"\"\r\n"),
        std::string("id\ta\n1\t\"x;\r\n\"\"y\"\"\"\n"), std::string("id|a\n\n1|\"x;\r\n\"\"y\"\"\"")}) {
    const auto l = load(write("x.csv", text));
    ASSERT_TRUE(l);
    ASSERT_EQ(l->layer->table.columnNames(), "id, a") << text;
    ASSERT_EQ(l->layer->rows(), 1u);
    EXPECT_EQ(l->layer->table.find("a")->text(0), "x;\r\n\"y\"");
  }
  std::string wide = "\xff\xfe";
  for (const char c : std::string("id,a\n1,b\n")) wide += c, wide += '\0';
  EXPECT_EQ(load(write("w.csv", wide))->layer->table.columnNames(), "id, a");
  EXPECT_EQ(load(write("n.csv", "1,2\n3,4\n"))->layer->rows(), 2u);  // no header
  EXPECT_EQ(load(write("y.csv", "adcode,2010,2020\n441802,3,4\n"))->layer->table.columnNames(),
            "adcode, 2010, 2020");
  EXPECT_EQ(load(write("d.csv", "a,a,\n1,2,\n"))->layer->table.columnNames(), "a, a_2");
}

TEST_F(LoadTest, ReadsSpreadsheetsAsItReadsTextTables) {
  for (const auto& [driver, name] :
       {std::pair<const char*, const char*>{"XLSX", "t.xlsx"}, {"ODS", "t.ods"}}) {
    auto* d = GetGDALDriverManager()->GetDriverByName(driver)->Create(path(name).c_str(), 0, 0, 0,
                                                                      GDT_Unknown, nullptr);
    OGRLayer* layer = d->CreateLayer("表1", nullptr, wkbNone, nullptr);
    for (const char* n : {"代码", "名称", "人口", "经度", "纬度"}) {
      OGRFieldDefn f(n, OFTString);
      layer->CreateField(&f);
    }
    for (const auto& row : {std::array{"0441802", "清城区", "—", "113.0", "23.7"},
                            std::array{"0441881", "英德市", "94.5", "113.4", "24.2"}}) {
      OGRFeature f(layer->GetLayerDefn());
      for (int c = 0; c < 5; ++c) f.SetField(c, row[static_cast<size_t>(c)]);
      EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
    }
    GDALClose(d);
    const auto l = load(path(name));
    ASSERT_TRUE(l) << l.error().text();
    ASSERT_EQ(l->layer->table.columnNames(), "代码, 名称, 人口, 经度, 纬度") << driver;
    EXPECT_EQ(l->layer->rows(), 2u);
    EXPECT_FALSE(l->layer->table.find("人口")->has(0));
    EXPECT_EQ(l->layer->table.find("人口")->number(1), 94.5);
    EXPECT_EQ(l->layer->table.find("代码")->text(1), "0441881");
    EXPECT_EQ(l->layer->shapes.kind, ShapeKind::point);
  }
}

TEST_F(LoadTest, ReadsTheFirstSheetThatHoldsATable) {
  for (const auto& [driver, name] :
       {std::pair<const char*, const char*>{"XLSX", "s.xlsx"}, {"ODS", "s.ods"}}) {
    auto* d = GetGDALDriverManager()->GetDriverByName(driver)->Create(path(name).c_str(), 0, 0, 0,
                                                                      GDT_Unknown, nullptr);
    using Cells = std::vector<std::vector<const char*>>;
    for (const auto& [sheet, cells] : {std::pair<const char*, Cells>{"封面", {{"清远市统计局"}, {"2024年"}}},
                                       {"数据",
                                        {{"各县主要指标", "", ""},
                                         {"", "", "单位：万元"},
                                         {"地区", "人口", "收入"},
                                         {"清城区", "９４５", "1,234"},
                                         {"合计", "945", "—"},
                                         {"注：初步数", "", ""}}},
                                       {"附表", {{"a", "b"}, {"1", "2"}}}}) {
      OGRLayer* layer = d->CreateLayer(sheet, nullptr, wkbNone, nullptr);
      for (size_t c = 0; c < cells[0].size(); ++c) {
        const std::string name = *cells[0][c] ? cells[0][c] : std::string(c, ' ');
        OGRFieldDefn f(name.c_str(), OFTString);
        layer->CreateField(&f);
      }
      // GDAL writes the names as the first row.
      for (const auto& row : std::span(cells).subspan(1)) {
        OGRFeature f(layer->GetLayerDefn());
        for (size_t c = 0; c < row.size(); ++c)
          if (*row[c]) f.SetField(static_cast<int>(c), row[c]);
        EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
      }
    }
    GDALClose(d);
    const auto l = load(path(name));
    ASSERT_TRUE(l) << l.error().text();
    EXPECT_EQ(l->layer->name, "数据") << driver;
    EXPECT_THAT(problem(l->report, "sheet-chosen")->message,
                testing::AllOf(HasSubstr("封面"), HasSubstr("附表")));
    EXPECT_EQ(l->layer->table.columnNames(), "地区, 人口, 收入");
    EXPECT_EQ(l->layer->rows(), 2u);
    EXPECT_EQ(l->layer->table.find("人口")->number(0), 945);
    EXPECT_EQ(l->layer->table.find("收入")->unit, "万元");
    EXPECT_THAT(problem(l->report, "total-rows")->rows, ElementsAre(1));
    EXPECT_EQ(load(path(name), {.layer = "附表"})->layer->table.columnNames(), "a, b");
  }
}

TEST_F(LoadTest, FindsTheHeaderBelowATitle) {
  const auto l = load(write("t.csv",
                            "清远市各县人口,,,\n（2020年）,,,\n代码,名称,人口,经度\n441802,清城区,—,113."
                            "0\n441881,英德市,94.5,113.4\n"));
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->table.columnNames(), "代码, 名称, 人口, 经度");
  EXPECT_EQ(l->layer->rows(), 2u);
}

TEST_F(LoadTest, KeepsTheMainKindAndReportsTheOthers) {
  const auto l = load(write("m.geojson", R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"n":0},"geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]}},
    {"type":"Feature","properties":{"n":1},"geometry":{"type":"Point","coordinates":[1,2]}},
    {"type":"Feature","properties":{"n":2},"geometry":{"type":"GeometryCollection","geometries":[
       {"type":"LineString","coordinates":[[1,2,9],[3,4,9]]},{"type":"Point","coordinates":[5,6]}]}},
    {"type":"Feature","properties":{"n":3},"geometry":{"type":"MultiLineString","coordinates":[[[0,0],[1,1]],[[2,2],[3,3]]]}}]})"));
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->shapes.kind, ShapeKind::line);
  EXPECT_EQ(l->layer->rows(), 4u);
  EXPECT_EQ(l->layer->shapes.parts(), 4u);
  EXPECT_FALSE(l->layer->shapes.has(1));
  EXPECT_THAT(problem(l->report, "mixed-geometry")->rows, ElementsAre(1, 2));
}

TEST_F(LoadTest, DropsWhatIsNoShapeAndKeepsTheRow) {
  const auto l = load(write(
      "n.csv",
      "n,WKT\n0,\"POLYGON ((0 0,1 0,1 1,0 0))\"\n1,\"POLYGON ((0 0,1 0,0 0))\"\n2,\"POLYGON ((0 0,1 \"\n"
      "3,\n4,\"POLYGON ((0 0,1e400 0,1 0,1 1,0 0))\"\n"));
  ASSERT_TRUE(l) << l.error().text();
  EXPECT_EQ(l->layer->rows(), 5u);
  ASSERT_TRUE(problem(l->report, "non-finite-coordinates") && problem(l->report, "too-few-points") &&
              problem(l->report, "broken-geometry"));
  EXPECT_THAT(problem(l->report, "too-few-points")->rows, ElementsAre(1));
  EXPECT_THAT(problem(l->report, "broken-geometry")->rows, ElementsAre(2));
  EXPECT_THAT(problem(l->report, "non-finite-coordinates")->rows, ElementsAre(4));
  ASSERT_EQ(l->layer->shapes.parts(), 2u);
  EXPECT_EQ(l->layer->shapes.part(1).size(), 3u);
  EXPECT_EQ(l->layer->bounds, (Box{0, 0, 1, 1}));
}

TEST_F(LoadTest, LinearisesCurves) {
  auto* d = GetGDALDriverManager()->GetDriverByName("GPKG")->Create(path("c.gpkg").c_str(), 0, 0, 0,
                                                                    GDT_Unknown, nullptr);
  OGRLayer* layer = d->CreateLayer("c", nullptr, wkbCurvePolygon, nullptr);
  OGRGeometry* g = nullptr;
  OGRGeometryFactory::createFromWkt("CURVEPOLYGON (CIRCULARSTRING (-1 0,0 1,1 0,0 -1,-1 0))", nullptr, &g);
  OGRFeature f(layer->GetLayerDefn());
  f.SetGeometryDirectly(g);
  EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
  GDALClose(d);
  const auto l = load(path("c.gpkg"));
  ASSERT_TRUE(l);
  ASSERT_EQ(l->layer->shapes.parts(), 1u);
  EXPECT_NEAR(signedArea(l->layer->shapes.part(0)), M_PI, 0.01);
}

TEST_F(LoadTest, OpensPathsWithChineseAndSpaces) {
  fs::create_directory(path("数 据"));
  for (const auto& [driver, name] : {std::pair<const char*, const char*>{"GPKG", "数 据/清 远.gpkg"},
                                     {"ESRI Shapefile", "数 据/清 远.shp"},
                                     {"GeoJSON", "数 据/清 远.geojson"}}) {
    const auto l = load(make(driver, name));
    ASSERT_TRUE(l) << driver << l.error().text();
    EXPECT_EQ(l->layer->rows(), 4u);
  }
}

TEST_F(LoadTest, RefusesBadFilesInOneLineThatSaysWhatToDo) {
  const std::string png = "\x89PNG\r\n\x1a\nrest of a picture";
  std::string noise;
  for (uint32_t i = 0, x = 12345; i < 4000; ++i)
    x = x * 1664525 + 1013904223, noise += static_cast<char>(x >> 24);
  std::vector<std::string> bad = {path("nosuch.shp"), path("no/such.gpkg"), folder_};
  for (const char* n : {"e.shp", "e.gpkg", "e.geojson", "e.csv", "e.fgb", "e.kml", "e.xlsx"})
    bad.push_back(write(n, ""));
  for (const char* n : {"p.shp", "p.gpkg", "p.geojson", "p.png", "p.csv"}) bad.push_back(write(n, png));
  for (const char* n : {"r.shp", "r.gpkg", "r.geojson", "r.fgb", "r.kml", "r.xlsx", "r.csv", "r"})
    bad.push_back(write(n, noise));
  bad.push_back(cut(make("GPKG", "h.gpkg", {}, 2000), 0.5));
  bad.push_back(cut(make("FlatGeobuf", "h.fgb", {}, 2000), 0.5));
  bad.push_back(cut(make("ESRI Shapefile", "h.shp", {}, 2000), 0.5));
  bad.push_back(cut(make("GeoJSON", "h.geojson", {}, 20), 0.5));
  bad.push_back(cut(make("LIBKML", "h.kml", {}, 20), 0.5));
  bad.push_back(path("h.dbf"));
  bad.push_back(path("h.prj"));
  bad.push_back(write("j.json", "{\"a\": 1}"));
  bad.push_back(write("n.geojson", R"({"type":"FeatureCollection","features":[]})"));
  bad.push_back(write("l.csv", "<!DOCTYPE html><html><body>Please sign in</body></html>"));
  for (const std::string& file : bad) {
    testing::internal::CaptureStderr();
    const auto l = load(file);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << file;
    ASSERT_FALSE(l) << file;
    EXPECT_THAT(l.error().what, HasSubstr(fs::path(file).stem().string())) << file;
    EXPECT_FALSE(l.error().remedy.empty()) << file;
    EXPECT_EQ(l.error().text().find('\n'), std::string::npos) << file;
  }
}

TEST_F(LoadTest, ReadsAShapefileThatLostItsSidecars) {
  make("ESRI Shapefile", "a.shp", {"ENCODING=UTF-8"});
  fs::remove(path("a.shx"));
  const auto l = load(path("a.shp"));
  ASSERT_TRUE(l) << l.error().text();
  expectTheFourRows(*l->layer, "without .shx");
  EXPECT_TRUE(problem(l->report, "missing-shx"));
  EXPECT_FALSE(fs::exists(path("a.shx")));  // nothing is written beside the user's files
  make("ESRI Shapefile", "b.shp");
  fs::remove(path("b.dbf"));
  const auto bare = load(path("b.shp"));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->layer->shapes.parts(), 5u);
  EXPECT_TRUE(problem(bare->report, "missing-dbf"));
}

TEST_F(LoadTest, SaysWhenTheCoordinatesAreNotWhatIsDeclared) {
  make("ESRI Shapefile", "a.shp", {}, 1, "EPSG:4547");  // degrees, called metres
  const auto l = load(path("a.shp"));
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->crs.text(), "EPSG:4326");
  EXPECT_TRUE(problem(l->report, "crs-contradiction"));
}

// Large files are read by several threads: what comes out is what one thread reads, row for row.
TEST_F(LoadTest, ReadsLargeFilesLikeSmallOnes) {
  constexpr int copies = 13'000;  // of four rows
  // FlatGeobuf cannot hold a row without a shape.
  const auto expectCopies = [&](const Layer& l, bool withoutShapes) {
    ASSERT_EQ(l.rows(), (withoutShapes ? 4u : 3u) * copies);
    ASSERT_EQ(l.shapes.rows(), l.rows());
    const Column *title = l.table.find("title"), *people = l.table.find("people");
    ASSERT_TRUE(title && people);
    for (size_t r = 0; r < l.rows(); ++r) {
      const size_t k = withoutShapes ? r % 4 : (std::array{0, 1, 3})[r % 3];
      ASSERT_EQ(l.shapes.rowStart[r + 1] - l.shapes.rowStart[r], (std::array{1u, 3u, 0u, 1u})[k]) << r;
      ASSERT_EQ(people->has(r), k != 2);
      if (k == 2) continue;
      ASSERT_EQ(title->text(r), (std::array{"清城区", "英德市", "", "连山壮族瑶族自治县"})[k]) << r;
      ASSERT_EQ(people->numbers[r], 100 + static_cast<double>(k)) << r;
      ASSERT_EQ(l.shapes.box(r).maxY, (std::array{24., 25., 0., 25.})[k]) << r;
    }
  };
  for (const auto& [driver, name] :
       {std::pair{"ESRI Shapefile", "a.shp"}, {"FlatGeobuf", "a.fgb"}, {"GPKG", "a.gpkg"}}) {
    SCOPED_TRACE(name);
    make(driver, name,
         std::string(driver) == "FlatGeobuf"       ? std::vector{"SPATIAL_INDEX=NO"}
         : std::string(driver) == "ESRI Shapefile" ? std::vector{"ENCODING=UTF-8"}
                                                   : std::vector<const char*>{},
         copies);
    const auto l = load(path(name));
    ASSERT_TRUE(l) << l.error().text();
    expectCopies(*l->layer, std::string(name) != "a.fgb");
    Progress progress;
    progress.cancel();
    const auto stopped = load(path(name), {}, &progress);
    ASSERT_FALSE(stopped);
    EXPECT_THAT(stopped.error().what, HasSubstr("cancelled"));
  }
  // Records that are only marked as deleted count in the file, not in the layer.
  {
    auto* d = GDALDataset::FromHandle(
        GDALOpenEx(path("a.shp").c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE, nullptr, nullptr, nullptr));
    ASSERT_TRUE(d);
    for (const GIntBig row : {0, 8191, 8192, 8193, 40'000, 4 * copies - 1})
      EXPECT_EQ(d->GetLayer(0)->DeleteFeature(row), OGRERR_NONE);
    GDALClose(d);
  }
  const auto l = load(path("a.shp"));
  ASSERT_TRUE(l) << l.error().text();
  ASSERT_EQ(l->layer->rows(), 4u * copies - 6);
  EXPECT_EQ(l->layer->table.find("title")->text(0), "英德市");
  // Row 8195 of the file, less four before it.
  EXPECT_EQ(l->layer->table.find("title")->text(8191), "连山壮族瑶族自治县");
  EXPECT_EQ(l->layer->shapes.rows(), l->layer->rows());
}

TEST_F(LoadTest, StopsWhenAsked) {
  make("GPKG", "a.gpkg", {}, 3000);
  Progress progress;
  progress.cancel();
  const auto l = load(path("a.gpkg"), {}, &progress);
  ASSERT_FALSE(l);
  EXPECT_THAT(l.error().what, HasSubstr("cancelled"));
}

TEST_F(LoadTest, GivesTheSameOnSeveralThreadsAtOnce) {
  make("GPKG", "a.gpkg", {}, 200), make("ESRI Shapefile", "b.shp", {"ENCODING=GBK"}, 200),
      make("GeoJSON", "c.geojson", {}, 200);
  std::vector<size_t> rows(6);
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        const char* names[] = {"a.gpkg", "b.shp", "c.geojson"};
        const auto l = load(path(names[i % 3]), {.reprojectTo = Crs::parse("EPSG:4547").value()});
        rows[i] = l ? l->layer->rows() + l->layer->shapes.vertices.size() : 0;
      });
  }
  EXPECT_THAT(rows, testing::Each(rows[0]));
  EXPECT_EQ(rows[0], 200u * (4 + 18));
}

}  // namespace
}  // namespace geo
