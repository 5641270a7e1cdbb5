#include "geo/weights.h"

#include <fstream>
#include <random>

#include "geo/measure.h"

namespace geo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Unit squares of a w × h grid, row by row from the south.
Layer squares(int w, int h) {
  Layer layer;
  layer.name = "squares";
  layer.shapes.kind = ShapeKind::polygon;
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      for (auto [dx, dy] : {std::pair{0, 0}, {1, 0}, {1, 1}, {0, 1}})
        layer.shapes.vertices.push_back({static_cast<double>(x + dx), static_cast<double>(y + dy)});
      layer.shapes.endPart();
      layer.shapes.endRow();
    }
  layer.table.rowCount = static_cast<size_t>(w * h);
  return layer;
}

Layer pointLayer(const std::vector<Point>& points, const char* crs = "") {
  Layer layer;
  layer.name = "points";
  layer.shapes.kind = ShapeKind::point;
  for (Point p : points) {
    layer.shapes.vertices.push_back(p);
    layer.shapes.endPart();
    layer.shapes.endRow();
  }
  layer.table.rowCount = points.size();
  if (*crs) layer.crs = *Crs::parse(crs);
  return layer;
}

std::vector<uint32_t> neighboursOf(const Weights& w, size_t row) {
  return {w.neighbours(row).begin(), w.neighbours(row).end()};
}

TEST(Weights, OfTheQueenShareACorner) {
  const auto w = makeWeights(squares(3, 3), {.binary = true});
  ASSERT_TRUE(w);
  EXPECT_THAT(neighboursOf(*w, 0), ElementsAre(1, 3, 4));
  EXPECT_THAT(neighboursOf(*w, 4), ElementsAre(0, 1, 2, 3, 5, 6, 7, 8));
  EXPECT_EQ(w->links(), 40u);
}

TEST(Weights, OfTheRookShareAnEdge) {
  const auto w = makeWeights(squares(3, 3), {.kind = WeightsRule::Kind::rook, .binary = true});
  ASSERT_TRUE(w);
  EXPECT_THAT(neighboursOf(*w, 0), ElementsAre(1, 3));
  EXPECT_THAT(neighboursOf(*w, 4), ElementsAre(1, 3, 5, 7));
  EXPECT_EQ(w->links(), 24u);
}

TEST(Weights, ShareOneAmongTheNeighboursUnlessBinary) {
  const auto w = makeWeights(squares(3, 3), {});
  ASSERT_TRUE(w);
  EXPECT_THAT(std::vector<double>(w->weightsOf(0).begin(), w->weightsOf(0).end()),
              ElementsAre(1.0 / 3, 1.0 / 3, 1.0 / 3));
}

TEST(Weights, LeaveAnIslandWithoutNeighbours) {
  Layer layer = squares(2, 1);
  for (Point p : {Point{9, 9}, {10, 9}, {10, 10}}) layer.shapes.vertices.push_back(p);
  layer.shapes.endPart();
  layer.shapes.endRow();
  layer.shapes.endRow();  // and a row without a shape
  layer.table.rowCount = 4;
  const auto w = makeWeights(layer, {});
  ASSERT_TRUE(w);
  EXPECT_THAT(w->islands(), ElementsAre(2, 3));
}

TEST(Weights, OfTheNearestEqualBruteForce) {
  std::mt19937_64 random(4);
  for (bool lonLat : {false, true}) {
    std::vector<Point> points(300);
    for (Point& p : points)
      p = lonLat ? Point{static_cast<double>(random() % 3600) / 10 - 180,
                         static_cast<double>(random() % 1800) / 10 - 90}
                 : Point{static_cast<double>(random() % 50), static_cast<double>(random() % 50)};
    const Weights w = nearestWeights(points, lonLat, 5);
    for (uint32_t i = 0; i < points.size(); ++i) {
      std::vector<std::pair<double, uint32_t>> all;
      for (uint32_t j = 0; j < points.size(); ++j)
        if (j != i)
          all.emplace_back(lonLat ? geodesicDistance(points[i], points[j])
                                  : std::hypot(points[i].x - points[j].x, points[i].y - points[j].y),
                           j);
      std::ranges::sort(all);
      std::vector<uint32_t> expected;
      for (int k = 0; k < 5; ++k) expected.push_back(all[k].second);
      std::ranges::sort(expected);
      ASSERT_EQ(neighboursOf(w, i), expected) << i;
    }
  }
}

TEST(Weights, WithinADistanceEqualBruteForce) {
  std::mt19937_64 random(5);
  std::vector<Point> points(200);
  for (Point& p : points)
    p = {112 + static_cast<double>(random() % 1000) / 1000, 23 + static_cast<double>(random() % 1000) / 1000};
  const Weights w = distanceWeights(points, true, 12000);
  for (uint32_t i = 0; i < points.size(); ++i) {
    std::vector<uint32_t> expected;
    for (uint32_t j = 0; j < points.size(); ++j)
      if (j != i && geodesicDistance(points[i], points[j]) <= 12000) expected.push_back(j);
    ASSERT_EQ(neighboursOf(w, i), expected) << i;
  }
}

TEST(Weights, CrossTheMeridianOf180Degrees) {
  const Weights w = nearestWeights(std::vector<Point>{{179.9, 0}, {-179.9, 0}, {178, 0}}, true, 1);
  EXPECT_THAT(neighboursOf(w, 0), ElementsAre(1));
}

TEST(Weights, MeasureDegreesInMetres) {
  const Layer layer = pointLayer({{113, 23}, {113, 23.05}, {113, 23.2}}, "EPSG:4326");
  const auto w = makeWeights(layer, *WeightsRule::parse("distance:6000"));  // 0.05° of latitude is 5,537 m
  ASSERT_TRUE(w) << w.error().text();
  EXPECT_THAT(neighboursOf(*w, 0), ElementsAre(1));
  EXPECT_THAT(neighboursOf(*w, 2), IsEmpty());
}

TEST(Weights, RefuseADistanceWithoutAKnownCrs) {
  EXPECT_THAT(makeWeights(pointLayer({{0, 0}, {1, 1}}), *WeightsRule::parse("distance:5")).error().what,
              HasSubstr("coordinate system"));
}

TEST(Weights, RefuseContiguityOfPoints) {
  EXPECT_THAT(makeWeights(pointLayer({{0, 0}, {1, 1}}), {}).error().what, HasSubstr("no polygons"));
}

TEST(WeightsRule, ReadsWhatItWrites) {
  for (const char* text : {"queen", "rook", "knn:4", "distance:2500.5", "gal:some dir/x.gal"})
    EXPECT_EQ(WeightsRule::parse(text).value().text(), text);
  for (const char* text :
       {"", "king", "knn:", "knn:0", "knn:2.5", "knn:-1", "distance:-5", "distance:x", "gal:", "knn:nan"})
    EXPECT_FALSE(WeightsRule::parse(text)) << text;
}

Table rowsNamed(std::vector<std::string> ids) {
  Table t;
  t.rowCount = ids.size();
  t.columns.push_back({"CODE", ColumnType::text, {}, ids, std::vector<uint8_t>(ids.size(), 1)});
  return t;
}

TEST(GalFile, MatchesIdsByTheKeyOfItsHeader) {
  const auto w = weightsFromGal("0 3 towns CODE\nb 2\na c\na 1\nb\nc 1\nb\n", rowsNamed({"a", "b", "c"}));
  ASSERT_TRUE(w) << w.error().text();
  EXPECT_THAT(neighboursOf(*w, 1), ElementsAre(0, 2));
}

TEST(GalFile, TakesNumbersAsRows) {
  for (const char* text : {"3\n1 1\n2\n2 2\n1 3\n3 1\n2\n", "3\n0 1\n1\n1 2\n0 2\n2 1\n1\n",
                           "3\r\n1 1\r\n2\r\n2 2\r\n1 3\r\n3 1\r\n2\r\n"}) {
    const auto w = weightsFromGal(text, rowsNamed({"x", "y", "z"}));
    ASSERT_TRUE(w) << w.error().text();
    EXPECT_THAT(neighboursOf(*w, 1), ElementsAre(0, 2));
  }
}

TEST(GalFile, FindsTheColumnOfItsIds) {
  const auto w =
      weightsFromGal("2\n441802 1\n441803\n441803 1\n441802\n", rowsNamed({"441803", "441802", "441821"}));
  ASSERT_TRUE(w) << w.error().text();
  EXPECT_THAT(neighboursOf(*w, 0), ElementsAre(1));
  EXPECT_THAT(w->islands(), ElementsAre(2));
}

TEST(GalFile, KeepsEmptyNeighbourLinesApart) {
  const auto w = weightsFromGal("3\n1 0\n\n2 1\n3\n3 1\n2\n", rowsNamed({"x", "y", "z"}));
  ASSERT_TRUE(w) << w.error().text();
  EXPECT_THAT(w->islands(), ElementsAre(0));
}

TEST(GalFile, SaysWhatIsWrongWithIt) {
  const Table t = rowsNamed({"a", "b"});
  EXPECT_THAT(weightsFromGal("", t).error().what, HasSubstr("empty"));
  EXPECT_THAT(weightsFromGal("hello\n", t).error().what, HasSubstr("line 1"));
  EXPECT_THAT(weightsFromGal("2\n1 1\n2\n", t).error().what, HasSubstr("says that it has 2 rows, and has 1"));
  EXPECT_THAT(weightsFromGal("2\n1 2\n2\n", t).error().what, HasSubstr("neighbours are missing"));
  EXPECT_THAT(weightsFromGal("2\nq 1\nr\nr 1\nq\n", t).error().text(), HasSubstr("CODE"));
  EXPECT_THAT(weightsFromGal("2\na 1\nz\nb 1\na\n", t).error().what, HasSubstr("neighbour z"));
  EXPECT_THAT(weightsFromGal("2\na 1\nb\na 1\nb\n", t).error().what, HasSubstr("row a twice"));
  EXPECT_THAT(weightsFromGal("0 2 s CODE\na 1\nb\nb 1\na\n", rowsNamed({"a", "a", "b"})).error().what,
              HasSubstr("holds a more than once (row 1)"));
  EXPECT_THAT(makeWeights(pointLayer({{0, 0}}), *WeightsRule::parse("gal:/nowhere.gal")).error().what,
              HasSubstr("/nowhere.gal"));
}

TEST(Weights, AreNumberedAnewWhereRowsAreLeftOut) {
  Weights w;
  w.start = {0, 2, 4, 6};
  w.neighbour = {1, 2, 0, 2, 0, 1};
  w.weight = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
  const Weights kept = rowStandardised(keepRows(w, std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(kept.rows(), 2u);
  EXPECT_THAT(neighboursOf(kept, 0), ElementsAre(1));
  EXPECT_THAT(kept.weight, ElementsAre(1, 1));
}

}  // namespace
}  // namespace geo
