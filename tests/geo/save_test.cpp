#include "geo/save.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "geo/load.h"

namespace geo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SaveTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/parkscope-save-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  size_t files() const { return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {})); }
  std::string folder_;
};

Column texts(const char* name, std::vector<std::string> values, std::vector<uint8_t> present,
             ColumnType type = ColumnType::text) {
  Column c;
  c.name = name, c.type = type, c.texts = std::move(values), c.present = std::move(present);
  return c;
}
Column numbers(const char* name, ColumnType type, std::vector<double> values) {
  Column c;
  c.name = name, c.type = type, c.numbers = std::move(values);
  return c;
}

Layer sample(ShapeKind kind) {
  Layer l;
  l.name = "样例";
  l.crs = Crs::parse("EPSG:4490").value();
  l.table.rowCount = 3;
  l.table.columns = {texts("名称", {"清城, \"区\"", "", "a\nb"}, {1, 0, 1}),
                     numbers("n", ColumnType::integer, {441802, missing, -1}),
                     numbers("v", ColumnType::real, {0.1, missing, 1e-9}),
                     texts("when", {"2024-01-05", "", "2024-12-31"}, {1, 0, 1}, ColumnType::date)};
  Shapes& s = l.shapes;
  s.kind = kind;
  const auto add = [&](std::vector<Point> points, bool hole = false) {
    s.vertices.insert(s.vertices.end(), points.begin(), points.end());
    s.endPart(hole);
  };
  if (kind == ShapeKind::polygon) {
    add({{112, 23}, {113, 23}, {113, 24}, {112, 24}}),
        add({{112.2, 23.2}, {112.2, 23.4}, {112.4, 23.2}}, true), add({{114, 23}, {115, 23}, {115, 24}});
    s.endRow(), s.endRow();
    add({{112, 24.123456789012345}, {113, 24.5}, {112.5, 25}}), s.endRow();
  } else if (kind == ShapeKind::line) {
    add({{112, 23}, {113, 24}}), add({{113, 23}, {114, 24}}), s.endRow(), s.endRow(),
        add({{112, 24}, {113, 25}, {114, 24}}), s.endRow();
  } else if (kind == ShapeKind::point) {
    add({{113.123456789012345, 23}}), s.endRow(), s.endRow(), add({{114, 24}}), s.endRow();
  } else {
    s.rowStart.assign(4, 0);
  }
  l.bounds = s.box();
  return l;
}

void expectSameTable(const Table& a, const Table& b) {
  ASSERT_EQ(a.rows(), b.rows());
  for (const Column& c : a.columns) {
    const Column* d = b.find(c.name);
    ASSERT_TRUE(d) << c.name;
    for (size_t r = 0; r < a.rows(); ++r) {
      EXPECT_EQ(c.has(r), d->has(r)) << c.name << r;
      EXPECT_EQ(c.text(r), d->text(r)) << c.name << r;
    }
  }
}

TEST_F(SaveTest, ComesBackTheSameFromEveryFormat) {
  for (const ShapeKind kind : {ShapeKind::polygon, ShapeKind::line, ShapeKind::point, ShapeKind::none})
    for (const char* name : {"a.gpkg", "a.geojson", "a.csv"}) {
      SCOPED_TRACE(testing::Message() << name << static_cast<int>(kind));
      const Layer l = sample(kind);
      ASSERT_TRUE(save(l, path(name)));
      const auto back = load(path(name));
      ASSERT_TRUE(back) << back.error().text();
      expectSameTable(l.table, back->layer->table);
      EXPECT_EQ(back->layer->shapes.kind, kind);
      EXPECT_EQ(back->layer->shapes.vertices, l.shapes.vertices);
      EXPECT_EQ(back->layer->shapes.partStart, l.shapes.partStart);
      EXPECT_EQ(back->layer->shapes.rowStart, l.shapes.rowStart);
      EXPECT_EQ(back->layer->shapes.hole, l.shapes.hole);
    }
}

TEST_F(SaveTest, WritesTheSystemAndTheName) {
  ASSERT_TRUE(save(sample(ShapeKind::polygon), path("a.gpkg"),
                   {.crs = Crs::parse("EPSG:4547").value(), .layer = "areas"}));
  const auto back = load(path("a.gpkg"));
  EXPECT_EQ(back->layer->crs.text(), "EPSG:4547");
  EXPECT_EQ(back->layer->name, "areas");
  EXPECT_GT(back->layer->bounds.minX, 1000);
}

TEST_F(SaveTest, WritesGeoJsonInDegreesWhateverTheLayerIsIn) {
  Layer l = sample(ShapeKind::polygon);
  const Crs metres = Crs::parse("EPSG:4547").value();
  Transform::make(l.crs, metres).value().apply(l.shapes.vertices);
  l.crs = metres;
  ASSERT_TRUE(save(l, path("a.geojson")));
  EXPECT_NEAR(load(path("a.geojson"))->layer->bounds.minX, 112, 1e-9);
  l.crs = {};
  EXPECT_FALSE(save(l, path("b.geojson")));
}

TEST_F(SaveTest, ReplacesAFileWholeAndLeavesNothingElseBehind) {
  ASSERT_TRUE(save(sample(ShapeKind::polygon), path("a.gpkg")));
  ASSERT_TRUE(save(sample(ShapeKind::point), path("a.gpkg")));
  EXPECT_EQ(load(path("a.gpkg"))->layer->shapes.kind, ShapeKind::point);
  EXPECT_EQ(files(), 1u);
}

TEST_F(SaveTest, LeavesTheOldFileWhenItFailsOrIsCancelled) {
  ASSERT_TRUE(save(sample(ShapeKind::polygon), path("a.gpkg")));
  Progress progress;
  progress.cancel();
  for (const char* name : {"a.gpkg", "b.geojson", "c.csv"})
    EXPECT_FALSE(save(sample(ShapeKind::point), path(name), {}, &progress));
  EXPECT_EQ(load(path("a.gpkg"))->layer->shapes.kind, ShapeKind::polygon);
  EXPECT_EQ(files(), 1u);
  const auto nowhere = save(sample(ShapeKind::point), path("no/such/folder/a.gpkg"));
  ASSERT_FALSE(nowhere);
  EXPECT_FALSE(nowhere.error().remedy.empty());
  EXPECT_FALSE(save(sample(ShapeKind::point), path("a.docx")));
}

TEST_F(SaveTest, MarksCsvAsUtf8ForExcel) {
  ASSERT_TRUE(save(sample(ShapeKind::point), path("a.csv")));
  std::ifstream in(path("a.csv"), std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  EXPECT_TRUE(bytes.starts_with("\xef\xbb\xbf名称,n,v,when,lon,lat\n"));
  EXPECT_THAT(bytes, HasSubstr("\"清城, \"\"区\"\"\",441802,0.1,2024-01-05,113.12345678901235,23"));
}

}  // namespace
}  // namespace geo
