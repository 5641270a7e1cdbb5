#include "app/scene/marks.h"

#include <gtest/gtest.h>

#include "app/scene/arc.h"
#include "app/scene/area_label.h"

using namespace scene;

namespace {

// Point layers on a map of one metre per unit.
Scene sceneOf(const std::vector<std::pair<Role, std::vector<geo::Point>>>& layers) {
  Scene s;
  for (const auto& [role, points] : layers) {
    auto layer = std::make_shared<geo::Layer>();
    layer->shapes.kind = geo::ShapeKind::point;
    for (geo::Point p : points) {
      layer->shapes.vertices.push_back(p);
      layer->shapes.endPart();
      layer->shapes.endRow();
    }
    layer->table.rowCount = points.size();
    auto shape = std::make_shared<MapShape>();
    shape->layer = layer;
    SceneLayer l;
    l.id = "layer" + std::to_string(s.layers.size());
    l.role = role, l.shape = shape;
    l.symbols.assign(points.size(), symbolFor(role, role == Role::core ? "national" : ""));
    s.layers.push_back(l);
  }
  return s;
}

Camera camera() {
  Camera c;
  c.frame = {0, 0, 1600, 1000};
  return c;
}

}  // namespace

TEST(Marks, ThatShareAPlaceAreSpreadAndNoneHidesAnother) {
  const geo::Point place{10, 20};
  const Scene s = sceneOf(
      {{Role::enterprise, {place, place, place}}, {Role::platform, {place, place}}, {Role::core, {place}}});
  const auto marks = placeMarks(s, camera(), metricsFor(Medium::wall, 1));
  ASSERT_EQ(marks.size(), 6u);
  for (size_t i = 0; i < marks.size(); ++i) {
    const bool core = s.layers[marks[i].layer].role == Role::core;
    EXPECT_EQ(marks[i].spread, !core);
    EXPECT_EQ(marks[i].place, camera().canvasFromWorld(place));
    if (core) {
      EXPECT_EQ(marks[i].at, marks[i].place);
    }
    for (size_t k = 0; k < i; ++k)
      EXPECT_GE(std::hypot(marks[i].at.x - marks[k].at.x, marks[i].at.y - marks[k].at.y), 19.f)
          << i << " on " << k;
  }
}

TEST(Marks, OfPlacesApartStayWhereTheyAre) {
  const Scene s = sceneOf({{Role::node, {{0, 0}, {100, 0}}}, {Role::core, {{0, 100}}}});
  for (const Mark& mark : placeMarks(s, camera(), metricsFor(Medium::wall, 1))) {
    EXPECT_FALSE(mark.spread);
    EXPECT_EQ(mark.at, mark.place);
  }
}

TEST(Marks, SpreadToTheSideThatHasRoom) {
  const geo::Point place{760, 0};  // at the frame's east edge
  const Scene s = sceneOf({{Role::enterprise, {place, place, place}}, {Role::core, {place}}});
  for (const Mark& mark : placeMarks(s, camera(), metricsFor(Medium::wall, 1)))
    if (mark.spread) {
      EXPECT_LT(mark.at.x, mark.place.x);
    }
}

TEST(Marks, OfStationsAndTownsShareAPlaceOnPurpose) {
  const Scene s = sceneOf({{Role::town, {{5, 5}}}, {Role::station, {{5, 5}}}});
  for (const Mark& mark : placeMarks(s, camera(), metricsFor(Medium::wall, 1))) EXPECT_FALSE(mark.spread);
}

TEST(LeadArc, StartsAndEndsOutsideTheTwoSymbols) {
  const Vec from{100, 100}, to{500, 340};
  const Arc arc = leadArc(from, to, 30, 12, {}, 1);
  EXPECT_NEAR(std::hypot(arc.start.x - from.x, arc.start.y - from.y), 30, 0.2);
  EXPECT_NEAR(std::hypot(arc.end.x - to.x, arc.end.y - to.y), 12, 0.2);
}

TEST(LeadArc, BowsAwayFromWhatStandsInItsWay) {
  const Vec from{0, 0}, to{400, 0};
  for (float side : {1.f, -1.f}) {
    const std::vector<Vec> avoid{{180, 40 * side}, {220, 40 * side}};
    EXPECT_LT(pointOn(leadArc(from, to, 20, 10, avoid, 1), 0.5f).y * side, 0);
  }
}

TEST(SpotInside, IsInsideTheAreaAndClearOfWhatIsTaken) {
  geo::Shapes square;
  square.kind = geo::ShapeKind::polygon;
  square.vertices = {{-300, -200}, {300, -200}, {300, 200}, {-300, 200}};
  square.endPart();
  square.endRow();
  Surroundings around;
  around.boxes = {{740, 460, 120, 80}};  // over the anchor
  const auto spot = spotInside(square, 0, {0, 0}, camera(), 100, 40, around);
  ASSERT_TRUE(spot);
  const Rect box{spot->x - 50, spot->y - 20, 100, 40};
  EXPECT_FALSE(box.meets(around.boxes[0]));
  EXPECT_GE(box.x, 500);
  EXPECT_LE(box.right(), 1100);
}

TEST(SpotInside, OfAnAreaOutOfSightIsNone) {
  geo::Shapes far;
  far.kind = geo::ShapeKind::polygon;
  far.vertices = {{9000, 9000}, {9100, 9000}, {9100, 9100}};
  far.endPart();
  far.endRow();
  EXPECT_FALSE(spotInside(far, 0, {9050, 9040}, camera(), 10, 10, {}));
}

TEST(SpotAlong, ReadsFromLeftToRightBesideTheLine) {
  const std::vector<std::vector<Vec>> line{{{900, 700}, {700, 500}, {500, 300}}};  // drawn from right to left
  const auto spot = spotAlong(line, 80, 16, 14, camera().frame, {});
  ASSERT_TRUE(spot);
  EXPECT_NEAR(spot->angle, 0.7854, 0.01);
}
