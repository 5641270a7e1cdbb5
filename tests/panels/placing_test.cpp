#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "app/session/autosave.h"
#include "app/session/project_file.h"
#include "tests/panels/robot.h"

using test::Robot;
using testing::HasSubstr;
using testing::Not;
namespace key = test::key;

namespace {

constexpr int backspace = 259;

struct Mapped : Robot {
  explicit Mapped(float width = 1920, float height = 1080) : Robot(width, height), size{width, height} {
    withMap = true;
    openQingyuan();
  }
  scene::Vec onScreen(geo::Point world) {
    const auto at = session.view().camera.canvasFromWorld(world);
    const auto map = panels::layoutFor(size.x, size.y, 1, session.view()).map;
    return {at.x + map.x, at.y + map.y};
  }
  geo::Point world(double lon, double lat) {
    return (*geo::Transform::make(geo::Crs::lonLat(), session.worldCrs()))(geo::Point{lon, lat});
  }
  scene::Vec at(double lon, double lat) { return onScreen(world(lon, lat)); }
  scene::Vec size;
  // From the list of what has no place on to the map.
  void dragUnplaced(size_t i, scene::Vec to) {
    dragThrough({widget(fmt::format("unplaced.{}", i)).rect.centre(), at(112.6, 24.2), to});
  }
  void done() {
    session.wait();
    frame(3);
  }
  bool placed(const scene::ObjectRef& o) {
    const auto& shapes = session.layer(o.layer).shape->layer->shapes;
    return shapes.has(static_cast<size_t>(o.row));
  }
};

TEST(Placing, AnItemOfTheListIsDraggedOnToTheMapAndSaysWhoSaidSo) {
  Mapped r;
  const auto item = r.session.scene().unplaced[0];
  r.dragUnplaced(0, r.at(113.0, 24.0));
  ASSERT_TRUE(r.has("place.by"));
  EXPECT_FALSE(r.placed(item.object));  // not before somebody answers for it
  EXPECT_NEAR(std::stod(r.widget("place.lon").value), 113.0, 0.003);
  EXPECT_NEAR(std::stod(r.widget("place.lat").value), 24.0, 0.003);
  EXPECT_FALSE(r.widget("dialog.ok").enabled);
  EXPECT_THAT(r.widget("dialog.ok").tip, HasSubstr("谁"));
  r.type("市科技局");
  r.click("place.km");
  EXPECT_TRUE(r.widget("dialog.ok").enabled);
  r.click("dialog.ok");
  r.done();
  EXPECT_TRUE(r.placed(item.object));
  EXPECT_EQ(r.session.scene().unplaced.size(), 4u);
  EXPECT_EQ(r.session.view().selected, item.object);
  const auto& p = r.session.project().places.at(0);
  EXPECT_EQ(p.by, "市科技局");
  EXPECT_EQ(p.uncertaintyKm, 1);
  EXPECT_EQ(p.on.size(), 10u);
  EXPECT_EQ(r.widget("inspector.by").value, "市科技局");
  r.key('Z', true);
  r.done();
  EXPECT_FALSE(r.placed(item.object));
  EXPECT_EQ(r.session.scene().unplaced.size(), 5u);
  EXPECT_FALSE(r.session.changed());
}

TEST(Placing, ADragThatIsCalledOffOrEndsBesideTheMapDoesNothing) {
  Mapped r;
  r.dragUnplaced(0, {1800, 500});  // over the inspector
  EXPECT_FALSE(r.has("place.by"));
  r.moveTo(r.widget("unplaced.0").rect.centre());
  ImGui::GetIO().MouseDown[0] = true;
  r.frame();
  const auto to = r.at(113.0, 24.0);
  for (int i = 1; i <= 4; ++i) {
    ImGui::GetIO().MousePos = {to.x - 40 + 10 * static_cast<float>(i), to.y};
    r.frame();
  }
  r.key(key::escape);
  ImGui::GetIO().MouseDown[0] = false;
  r.frame(3);
  EXPECT_FALSE(r.has("place.by"));
  r.dragUnplaced(0, to);
  ASSERT_TRUE(r.has("place.by"));
  r.key(key::escape);
  EXPECT_FALSE(r.has("place.by"));
  EXPECT_EQ(r.sent<session::PlaceObject>(), 0u);
  EXPECT_FALSE(r.session.changed());
}

TEST(Placing, ASymbolIsMovedWithTheToolAndTakenBackInTheInspector) {
  Mapped r;
  r.key('G');
  EXPECT_EQ(r.session.view().tool, session::Tool::move);
  const auto& cores = *r.session.layer("cores").shape->layer;
  const auto before = cores.shapes.part(0)[0];
  const scene::Vec from = r.onScreen(before);
  const auto camera = r.session.view().camera;
  r.clickAt(from);  // without a movement it selects
  ASSERT_TRUE(r.session.view().selected);
  EXPECT_EQ(r.session.view().selected->layer, "cores");
  EXPECT_FALSE(r.has("place.by"));
  r.dragThrough({from, from + scene::Vec{60, -40}});
  ASSERT_TRUE(r.has("place.by"));
  EXPECT_EQ(r.session.view().camera, camera);  // the map stayed
  EXPECT_EQ(r.widget("place.km").value, "1");
  r.type("园区管委会");
  r.key(key::enter);
  r.done();
  const auto row = static_cast<size_t>(r.session.view().selected->row);
  const auto& shapes = r.session.layer("cores").shape->layer->shapes;
  const auto now = shapes.part(shapes.rowStart[row])[0];
  EXPECT_NEAR(now.x, before.x + 60 * camera.metresPerUnit, 2 * camera.metresPerUnit);
  EXPECT_NEAR(now.y, before.y + 40 * camera.metresPerUnit, 2 * camera.metresPerUnit);
  r.click("inspector.unplace");
  r.done();
  const auto& back = r.session.layer("cores").shape->layer->shapes;
  EXPECT_EQ(back.part(back.rowStart[row])[0], before);
  // Beside any symbol the tool moves the map.
  r.dragThrough({r.at(112.3, 24.9), r.at(112.3, 24.9) + scene::Vec{50, 0}});
  EXPECT_NE(r.session.view().camera, camera);
}

TEST(Placing, APlaceMayBeTyped) {
  Mapped r;
  const auto item = r.session.scene().unplaced[1];
  r.click("unplaced.1");
  r.click("inspector.place");
  r.write("place.lon", "113.25");  // Enter with nobody named leaves the form open
  r.write("place.lat", "24.125");
  r.write("place.by", "发改局");
  if (r.has("dialog.ok")) r.click("dialog.ok");
  r.done();
  ASSERT_TRUE(r.placed(item.object));
  EXPECT_NEAR(r.session.project().places.at(0).lon, 113.25, 1e-9);
  EXPECT_NEAR(r.session.project().places.at(0).lat, 24.125, 1e-9);
}

// Wherever on the map the spot lies, also once it is moved by typing: whoever answers for a place sees it.
TEST(Placing, TheFormKeepsOffTheSpotThatItIsAbout) {
  for (const auto& [width, height] : {std::pair{1920.f, 1080.f}, {1280.f, 720.f}}) {
    Mapped r(width, height);
    r.click("unplaced.1");
    r.click("inspector.place");
    ASSERT_TRUE(r.has("place.lon"));
    const auto map = panels::layoutFor(width, height, 1, r.session.view()).map;
    const auto toDegrees = geo::Transform::make(r.session.worldCrs(), geo::Crs::lonLat());
    std::set<int> places;  // of the form: it does move
    for (const float x : {0.1f, 0.3f, 0.5f, 0.7f, 0.9f})
      for (const float y : {0.1f, 0.5f, 0.9f}) {
        const geo::Point lonLat =
            (*toDegrees)(r.session.view().camera.worldFromCanvas({map.w * x, map.h * y}));
        r.write("place.lon", fmt::format("{:.5f}", lonLat.x));
        r.write("place.lat", fmt::format("{:.5f}", lonLat.y));
        r.frame(2);
        const scene::Vec spot = r.at(lonLat.x, lonLat.y);
        EXPECT_NEAR(spot.x, map.x + map.w * x, 2);
        scene::Rect form = r.widget("place.lon").rect;
        for (const auto& [id, w] : panels::widgets(r.state)) {
          if (!id.starts_with("place.") && id != "dialog.ok" && id != "dialog.cancel") continue;
          const float right = std::max(form.right(), w.rect.right()),
                      bottom = std::max(form.bottom(), w.rect.bottom());
          form.x = std::min(form.x, w.rect.x), form.y = std::min(form.y, w.rect.y);
          form.w = right - form.x, form.h = bottom - form.y;
        }
        form.x -= 24 + 96, form.w += 2 * 24 + 96;  // its margins, the words beside the fields, its title
        form.y -= 58, form.h += 58 + 20;
        EXPECT_FALSE(form.grown(8).contains(spot)) << width << ": " << x << " " << y;
        EXPECT_GE(std::min(form.x, form.y), 0);
        EXPECT_LE(form.right(), width);
        EXPECT_LE(form.bottom(), height);
        places.insert(static_cast<int>(form.x));
      }
    EXPECT_GT(places.size(), 1u);
  }
}

TEST(Drawing, APolygonIsClickedNamedSavedAndEdited) {
  Mapped r;
  r.press({'M', false, true, false});
  EXPECT_EQ(r.session.view().tool, session::Tool::polygon);
  r.clickAt(r.at(112.60, 24.10));
  r.clickAt(r.at(112.80, 24.10));
  r.clickAt(r.at(112.80, 24.25));
  r.clickAt(r.at(112.70, 24.40));
  EXPECT_EQ(r.widget("drawn.shape").value, "4");
  EXPECT_EQ(r.sent<session::Select>(), 0u);  // clicks draw
  r.key(backspace);
  EXPECT_EQ(r.widget("drawn.shape").value, "3");
  r.clickAt(r.at(112.60, 24.25));
  r.key(key::enter);
  ASSERT_TRUE(r.has("feature.name"));
  r.type("起步区");
  EXPECT_EQ(r.widget("feature.layerName").value, "绘制的面");
  r.click("dialog.ok");
  r.done();
  const auto& spec = r.session.project().layers.back();
  EXPECT_TRUE(spec.drawn);
  const std::string id = spec.id;
  const auto shapes = [&]() -> const geo::Shapes& { return r.session.layer(id).shape->layer->shapes; };
  ASSERT_EQ(shapes().part(0).size(), 4u);
  const auto* layer = scene::findLayer(r.session.scene(), id);
  EXPECT_EQ(layer->labels.at(0), "起步区");

  // A second one, closed at its first vertex, goes into the same layer.
  r.clickAt(r.at(113.30, 24.50));
  r.clickAt(r.at(113.50, 24.50));
  r.clickAt(r.at(113.50, 24.70));
  r.clickAt(r.at(113.30, 24.50));
  ASSERT_TRUE(r.has("feature.name"));
  EXPECT_FALSE(r.has("feature.layerName"));
  r.click("dialog.ok");
  r.done();
  EXPECT_EQ(r.session.layer(id).shape->layer->rows(), 2u);

  // A vertex is moved; that is one step.
  r.key('G');
  const auto before = shapes().part(0)[0];
  r.dragThrough({r.onScreen(before), r.onScreen(before) + scene::Vec{-30, 20}});
  r.done();
  const double unit = r.session.view().camera.metresPerUnit;
  EXPECT_NEAR(shapes().part(0)[0].x, before.x - 30 * unit, 2 * unit);
  r.key('Z', true);
  r.done();
  EXPECT_EQ(shapes().part(0)[0], before);
  // Across its own other side it does not go.
  r.dragThrough({r.onScreen(before), r.at(112.9, 24.2)});
  r.done();
  EXPECT_EQ(shapes().part(0)[0], before);

  (void)session::apply(r.session, session::Select{scene::ObjectRef{id, 1}});
  r.frame(2);
  r.key(261);  // Delete
  r.done();
  EXPECT_EQ(r.session.layer(id).shape->layer->rows(), 1u);
  r.key('Z', true);
  r.done();
  EXPECT_EQ(r.session.layer(id).shape->layer->rows(), 2u);
}

TEST(Drawing, AVertexIsPulledOutOfAnEdgeAndTakenOutAgain) {
  Mapped r;
  r.press({'M', false, true, false});
  for (const auto& [lon, lat] : {std::pair{112.60, 24.10}, {112.90, 24.10}, {112.90, 24.35}, {112.60, 24.35}})
    r.clickAt(r.at(lon, lat));
  r.key(key::enter);
  r.click("dialog.ok");
  r.done();
  const std::string id = r.session.project().layers.back().id;
  const auto ring = [&] {
    const auto part = r.session.layer(id).shape->layer->shapes.part(0);
    return std::vector<geo::Point>(part.begin(), part.end());
  };
  const auto before = ring();
  ASSERT_EQ(before.size(), 4u);
  (void)session::apply(r.session, session::Select{scene::ObjectRef{id, 0}});
  r.key('G');
  r.frame(2);
  EXPECT_EQ(r.widget("drawn.edges").value, "4");
  const geo::Point mid{(before[0].x + before[1].x) / 2, (before[0].y + before[1].y) / 2};
  r.dragThrough({r.onScreen(mid), r.onScreen(mid) + scene::Vec{0, 30}});
  r.done();
  ASSERT_EQ(ring().size(), 5u);
  const geo::Point pulled = ring()[1];
  r.hold(false, false, true);  // Alt
  r.clickAt(r.onScreen(pulled));
  r.hold(false);
  r.done();
  EXPECT_EQ(ring(), before);
  r.clickAt(r.onScreen(mid));  // a mere click puts one there, too
  r.done();
  EXPECT_EQ(ring().size(), 5u);
  r.moveTo(r.onScreen(ring()[1]));
  r.key(261);  // Delete over a vertex takes that one, not the shape
  r.done();
  EXPECT_EQ(r.session.layer(id).shape->layer->rows(), 1u);
  EXPECT_EQ(ring(), before);
  r.click("layer." + id + ".row");
  r.click("style.colour.5");
  r.done();
  EXPECT_EQ(r.session.project().layers.back().style.colour, "#CF4A61");
}

TEST(Drawing, ADoubleClickEndsALineAndEscapeCallsItOff) {
  Mapped r;
  r.press({'X', false, true, false});
  r.clickAt(r.at(112.6, 24.2));
  r.clickAt(r.at(112.8, 24.3));
  r.key(key::escape);
  EXPECT_EQ(r.session.view().tool, session::Tool::line);  // the first Escape takes the line, not the tool
  EXPECT_FALSE(r.has("feature.name"));
  r.clickAt(r.at(112.6, 24.2));
  r.doubleClickAt(r.at(112.9, 24.4));
  ASSERT_TRUE(r.has("feature.name"));
  r.key(key::escape);  // back to the line: nothing is lost
  EXPECT_EQ(r.widget("drawn.shape").value, "2");
  r.key(key::enter);
  r.key(key::enter);
  r.done();
  EXPECT_EQ(r.session.layer(r.session.project().layers.back().id).shape->layer->shapes.part(0).size(), 2u);
  r.key(key::escape);
  EXPECT_EQ(r.session.view().tool, session::Tool::pan);
}

TEST(Drawing, TheMapIsStillDraggedAndVerticesSnap) {
  Mapped r;
  r.press({'D', false, true, false});
  const auto camera = r.session.view().camera;
  r.drag("map", 0.5f, 0.6f);
  EXPECT_NE(r.session.view().camera, camera);
  EXPECT_FALSE(r.has("feature.name"));
  const auto& counties = r.session.layer("counties").shape->layer->shapes;
  const auto corner = counties.vertices[counties.vertices.size() / 2];
  r.clickAt(r.onScreen(corner) + scene::Vec{4, 3});
  ASSERT_TRUE(r.has("feature.name"));
  r.type("界桩");
  r.click("dialog.ok");
  r.done();
  const auto& drawn = *r.session.layer(r.session.project().layers.back().id).shape->layer;
  const auto at = drawn.shapes.part(0)[0];
  const auto hit = [&](const geo::Shapes& s) {
    return std::find(s.vertices.begin(), s.vertices.end(), at) != s.vertices.end();
  };
  bool snapped = false;
  for (const auto& l : r.session.project().layers)
    if (!l.drawn && r.session.layer(l.id).shape) snapped |= hit(r.session.layer(l.id).shape->layer->shapes);
  EXPECT_TRUE(snapped);
}

TEST(Recovery, IsOfferedOnceAndTakenOrNot) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / fmt::format("parkscope-recovery-{}", getpid());
  fs::create_directories(folder);
  const std::string file = (folder / "a.parkscope.toml").string();
  session::Project p;
  p.title = {"旧", "Old"};
  ASSERT_TRUE(session::writeProject(p, file));
  const auto leave = [&] {
    p.title = {"新", "New"};
    std::ofstream(file + ".autosave") << "# pid 999999999\n" << session::formatProject(p);
  };
  Robot r;
  r.session.autosave({folder.string(), 20});
  leave();
  ASSERT_TRUE(r.session.open(file));
  r.frame(3);
  ASSERT_TRUE(r.has("dialog.recover"));
  r.click("dialog.later");
  r.frame(5);
  EXPECT_FALSE(r.has("dialog.recover"));  // once
  r.click("menu.file");
  r.click("file.recover");
  r.click("dialog.recover");
  EXPECT_EQ(r.session.project().title.zh, "新");
  EXPECT_TRUE(r.session.changed());
  fs::remove_all(folder);
}

}  // namespace
