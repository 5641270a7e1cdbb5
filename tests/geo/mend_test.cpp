#include "geo/mend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "geo/inspect.h"
#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;
using Ring = std::vector<Point>;

Layer polygons(const std::vector<std::vector<Ring>>& rows) {
  Layer l;
  l.name = "areas";
  l.crs = Crs::parse("EPSG:4547").value();
  l.shapes.kind = ShapeKind::polygon;
  Column name;
  name.name = "name";
  for (size_t r = 0; r < rows.size(); ++r) {
    for (const Ring& ring : rows[r]) {
      l.shapes.vertices.insert(l.shapes.vertices.end(), ring.begin(), ring.end());
      l.shapes.endPart(&ring != &rows[r][0] && ringArea(ring) < 0);
    }
    l.shapes.endRow();
    name.texts.push_back(fmt::format("r{}", r)), name.present.push_back(1);
  }
  l.table.columns = {name};
  l.table.rowCount = rows.size();
  l.bounds = l.shapes.box();
  return l;
}

Ring square(double x, double y, double w, double h) {
  return {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
}

std::map<std::string, std::vector<size_t>> kinds(const std::vector<Problem>& problems) {
  std::map<std::string, std::vector<size_t>> out;
  for (const Problem& p : problems) out[p.kind] = p.rows;
  return out;
}

double areaOf(const Layer& l, size_t row) {
  double sum = 0;
  for (uint32_t p = l.shapes.rowStart[row]; p < l.shapes.rowStart[row + 1]; ++p)
    sum += ringArea(l.shapes.part(p));
  return sum;
}

TEST(AreaProblems, AreFoundWhereTheyAre) {
  const Layer l = polygons(
      {{square(500000, 2600000, 1000, 1000)},
       {{{502000, 2600000},
         {503000, 2600000},
         {503000, 2600500},
         {503800, 2600500.01},
         {503000, 2600500.02},
         {503000, 2601000},
         {502000, 2601000}}},
       {square(505000, 2600000, 1000, 1000), {{507000, 2600000}, {508000, 2600000}, {507500, 2600000.001}}}});
  const auto found = kinds(areaProblems(l));
  EXPECT_EQ(found, (std::map<std::string, std::vector<size_t>>{{"spike", {1}}, {"zero-area", {2}}}));
  const auto m = mend(l);
  ASSERT_TRUE(m);
  EXPECT_TRUE(areaProblems(*m->layer).empty());
  EXPECT_NEAR(areaOf(*m->layer, 1), 1e6, 20);
  EXPECT_EQ(m->layer->shapes.rowStart[3] - m->layer->shapes.rowStart[2], 1u);
  EXPECT_EQ(kinds(m->report.problems),
            (std::map<std::string, std::vector<size_t>>{{"mended-spike", {1}}, {"mended-zero-area", {2}}}));
  EXPECT_EQ(l.shapes.parts(), 4u);  // the old layer is as it was
}

TEST(AreaProblems, FindGapsAndOverlapsOnlyWhereRowsDivideAnArea) {
  // Three by one, the middle one 3 m into the left, 2 m short of the right; the outer two meet above and
  // below it.
  const Layer l = polygons({{square(500000, 2600000, 1000, 3000)},
                            {square(499997, 2601000, 1001, 1000)},
                            {{{501000, 2600000}, {502000, 2600000}, {502000, 2603000}, {501000, 2603000}}}});
  (void)l;
  const Layer city = polygons({{square(500000, 2600000, 3000, 1000)},
                               {square(500000, 2602000, 3000, 1000)},
                               {square(500000, 2600997, 1500, 1003)},
                               {square(501502, 2601000, 1498, 1000)},
                               {square(500000, 2603000, 3000, 500)}});
  const auto found = kinds(areaProblems(city));
  ASSERT_TRUE(found.count("overlap"));
  EXPECT_THAT(found.at("overlap"), ElementsAre(0, 2));
  ASSERT_TRUE(found.count("gap"));
  EXPECT_EQ(found.size(), 2u);
  const auto m = mend(city);
  ASSERT_TRUE(m) << m.error().text();
  EXPECT_TRUE(areaProblems(*m->layer).empty());
  EXPECT_TRUE(shapeProblems(*m->layer).empty());
  double sum = 0;
  for (size_t r = 0; r < 5; ++r) sum += areaOf(*m->layer, r);
  EXPECT_NEAR(sum, 3000.0 * 3500, 0.5);  // the whole without holes, every place once
  const auto told = kinds(m->report.problems);
  EXPECT_TRUE(told.count("mended-overlap") && told.count("mended-gap"));

  // Circles of service overlap on purpose.
  const Layer service =
      polygons({{square(0, 0, 1000, 1000)}, {square(500, 500, 1000, 1000)}, {square(200, 700, 1000, 1000)}});
  EXPECT_TRUE(areaProblems(service).empty());
  EXPECT_EQ(mend(service)->layer->shapes.vertices, service.shapes.vertices);
}

TEST(Mend, MakesValidAndLosesNothingThatWasInside) {
  const Layer l =
      polygons({{{{500000, 2600000}, {500200, 2600200}, {500200, 2600000}, {500000, 2600200}}},  // a bow tie
                {square(501000, 2600000, 100, 100),
                 {{501010, 2600010}, {501010, 2600020}, {501200, 2600020}, {501200, 2600010}}},
                {square(502000, 2600000, 100, 100)}});
  const auto m = mend(l);
  ASSERT_TRUE(m) << m.error().text();
  EXPECT_TRUE(shapeProblems(*m->layer).empty());
  EXPECT_NEAR(areaOf(*m->layer, 0), 20000, 1e-6);
  EXPECT_EQ(kinds(m->report.problems).at("mended-shape"), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(m->layer->shapes.part(m->layer->shapes.rowStart[2])[0],
            (Point{502000, 2600000}));  // untouched, to the bit
}

TEST(Mend, RemovesRepeatedRowsAndVertices) {
  Layer l = polygons(
      {{{{0, 0}, {10, 0}, {10, 0}, {10, 10}, {0, 10}}}, {square(20, 0, 10, 10)}, {square(20, 0, 10, 10)}});
  l.table.columns[0].texts.set(2, "r1");
  const auto m = mend(l);
  ASSERT_TRUE(m);
  EXPECT_THAT(m->rowOf, ElementsAre(0, 1));
  EXPECT_EQ(m->layer->rows(), 2u);
  EXPECT_EQ(m->layer->shapes.part(0).size(), 4u);
  const auto told = kinds(m->report.problems);
  EXPECT_EQ(told.at("mended-duplicate-row"), (std::vector<size_t>{2}));
  EXPECT_EQ(told.at("mended-duplicate-vertices"), (std::vector<size_t>{0}));
}

TEST(Outside, AreTheFewThatLieElsewhere) {
  const Layer city = polygons({{square(0, 0, 10, 10)}});
  Layer points;
  points.shapes.kind = ShapeKind::point;
  for (int i = 0; i < 30; ++i) {
    points.shapes.vertices.push_back(i == 7 ? Point{40, 4} : Point{1 + i % 9 * 1.0, 5});
    points.shapes.endPart(), points.shapes.endRow();
  }
  const auto found = outsideProblems(points, city);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].rows, ElementsAre(7));
  for (Point& p : points.shapes.vertices) p.x += 100;
  EXPECT_TRUE(outsideProblems(points, city).empty());  // another city
}

}  // namespace
}  // namespace geo
