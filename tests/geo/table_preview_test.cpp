#include "geo/table_preview.h"

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <filesystem>
#include <fstream>

#include "geo/load.h"

using namespace geo;
using Part = TablePreview::Part;

namespace {

struct Preview : testing::Test {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("preview-{}", getpid());
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = (folder / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

TEST_F(Preview, TellsTitlesHeaderDataAndNotes) {
  const auto p = previewTable(file("a.csv",
                                   "清远市各县人口\n单位：万人\n县,人口\n清城区,113.1\n清新区,—\n"
                                   "注：常住人口\n"));
  ASSERT_TRUE(p) << p.error().text();
  std::vector<Part> parts;
  for (const auto& l : p->lines) parts.push_back(l.part);
  EXPECT_THAT(parts, testing::ElementsAre(Part::title, Part::title, Part::header, Part::data, Part::data,
                                          Part::note));
  EXPECT_EQ(p->headerRow, 3u);
  EXPECT_EQ(p->separator, ",");
  EXPECT_EQ(p->columns[1].given, 1u);
  EXPECT_EQ(p->columns[1].missing, 1u);
  EXPECT_EQ(p->columns[1].unread, 0u);
}

TEST_F(Preview, ACellThatIsNoNumberIsMarkedWhereTheColumnIsOne) {
  const std::string path =
      file("a.csv", "县,产值\n清城区,12\n清新区,约13\n英德市,14\n连州市,15\n佛冈县,16\n");
  const auto found = previewTable(path);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->loaded.layer->table.columns[1].type, ColumnType::text);
  EXPECT_EQ(found->lines[2].unread[1], 1);  // nearly all are numbers: this one is what to look at
  LoadOptions o;
  o.cells.numbers = {"产值"};
  const auto forced = previewTable(path, o);
  ASSERT_TRUE(forced);
  const Column& c = forced->loaded.layer->table.columns[1];
  EXPECT_TRUE(c.numeric());
  EXPECT_EQ(c.number(0), 12);
  EXPECT_FALSE(c.has(1));
  EXPECT_EQ(forced->columns[1].unread, 1u);
  EXPECT_THAT(forced->columns[1].unreadExamples, testing::ElementsAre("约13"));
  EXPECT_TRUE(std::any_of(
      forced->loaded.report.problems.begin(), forced->loaded.report.problems.end(),
      [](const Problem& x) { return x.kind == "unread-cells" && x.rows == std::vector<size_t>{1}; }));
}

TEST_F(Preview, SeparatorHeaderTypesAndMarksAreAsTheUserSays) {
  const std::string path = file("a.txt", "x~y\n编号~值\n007~1\n008~缺\n");
  LoadOptions o;
  o.cells.separator = "~", o.cells.headerRow = 2, o.cells.missing = {"缺"};
  auto l = load(path, o);
  ASSERT_TRUE(l) << l.error().text();
  EXPECT_EQ(l->layer->table.columnNames(), "编号, 值");
  EXPECT_TRUE(l->layer->table.columns[1].numeric());
  EXPECT_FALSE(l->layer->table.columns[1].has(1));
  o.cells.numbers = {"编号"};
  l = load(path, o);
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->table.columns[0].number(0), 7);
  o.cells.headerRow = -1, o.cells.numbers.clear();
  l = load(path, o);
  ASSERT_TRUE(l);
  EXPECT_EQ(l->layer->table.columnNames(), "field_1, field_2");
  EXPECT_EQ(l->layer->rows(), 4u);
}

TEST_F(Preview, WhatCannotBeMeantIsOneLine) {
  const std::string path = file("a.csv", "a,b\n1,2\n");
  LoadOptions o;
  o.cells.headerRow = 9;
  EXPECT_EQ(load(path, o).error().what, "a.csv has 2 rows, so none of them is number 9.");
  o.cells = {}, o.cells.text = {"c"};
  EXPECT_EQ(load(path, o).error().what, "a.csv has no column \"c\".");
  for (const auto& [name, bytes] :
       {std::pair{"empty.csv", std::string()},
        {"binary.csv", std::string("\x7f"
                                   "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0\x40\x51\0\0\0\0\0\0",
                                   32)},
        {"wide.csv", [] {
           std::string s = "a";
           for (int i = 0; i < 1'000'000; ++i) s += ",a";
           return s + "\n";
         }()}}) {
    const auto p = previewTable(file(name, bytes));
    ASSERT_FALSE(p) << name;
    EXPECT_EQ(p.error().text().find('\n'), std::string::npos);
    EXPECT_NE(p.error().what.find(name), std::string::npos) << p.error().what;
  }
}

TEST_F(Preview, ACellOfTenMegabytesIsCutForTheEyeAlone) {
  const std::string path = file("a.csv", "名,值\n" + std::string(10'000'000, 'x') + ",1\n");
  const auto p = previewTable(path);
  ASSERT_TRUE(p);
  EXPECT_LT(p->lines[1].cells[0].size(), 200u);
  EXPECT_EQ(p->loaded.layer->table.columns[0].texts[0].size(), 10'000'000u);
}

TEST_F(Preview, CoordinatesAreFoundAndWhatIsNoneIsMarked) {
  const auto p = previewTable(
      file("a.csv", "名称,经度,纬度\n甲,113°03′E,23°42′N\n乙,东经113.1,北纬23.8\n丙,约113,23.9\n"));
  ASSERT_TRUE(p);
  EXPECT_EQ(p->x, "经度");
  EXPECT_EQ(p->lines[3].unread[1], 1);
  EXPECT_EQ(p->lines[1].unread[1], 0);
  EXPECT_TRUE(p->loaded.layer->shapes.has(0));
  EXPECT_FALSE(p->loaded.layer->shapes.has(2));
}

TEST_F(Preview, AWorkbooksSheetsAreNamedAndAnotherOneIsSeen) {
  GDALAllRegister();
  for (const auto& [driver, name] : {std::pair{"XLSX", "s.xlsx"}, {"ODS", "s.ods"}}) {
    const std::string path = (folder / name).string();
    auto* d =
        GetGDALDriverManager()->GetDriverByName(driver)->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr);
    using Rows = std::vector<std::vector<const char*>>;
    for (const auto& [sheet, rows] : {std::pair<const char*, Rows>{"封面", {{"统计局"}, {"2024年"}}},
                                      {"数据", {{"各县指标", " "}, {"县", "值"}, {"清城区", "1,234"}}},
                                      {"附表", {{"a", "b"}, {"1", "2"}, {"3", "4"}}}}) {
      OGRLayer* layer = d->CreateLayer(sheet, nullptr, wkbNone, nullptr);
      for (const char* n : rows[0]) {
        OGRFieldDefn f(n, OFTString);
        layer->CreateField(&f);
      }
      for (const auto& row : std::span(rows).subspan(1)) {  // GDAL writes the names as the first row
        OGRFeature f(layer->GetLayerDefn());
        for (size_t c = 0; c < row.size(); ++c) f.SetField(static_cast<int>(c), row[c]);
        EXPECT_EQ(layer->CreateFeature(&f), OGRERR_NONE);
      }
    }
    GDALClose(d);
    const auto p = previewTable(path);
    ASSERT_TRUE(p) << p.error().text();
    EXPECT_THAT(p->sheets, testing::ElementsAre("封面", "数据", "附表")) << driver;
    EXPECT_EQ(p->sheet, "数据");
    EXPECT_EQ(p->headerRow, 2u);
    EXPECT_EQ(p->separator, "");
    EXPECT_EQ(p->loaded.layer->table.columns[1].number(0), 1234);
    LoadOptions o;
    o.layer = "附表";
    const auto other = previewTable(path, o);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->loaded.layer->table.columnNames(), "a, b");
  }
}

}  // namespace
