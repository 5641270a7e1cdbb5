// Shows of the embedded project: at rest the picture of the scene, in between a function of time alone.
#include <gtest/gtest.h>

#include "app/paper/rasterise.h"
#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/show.h"
#include "app/scene/tilt.h"
#include "app/session/show_stages.h"
#include "tests/golden/embedded.h"
#include "tests/support/image.h"

namespace {

using scene::Passage;
using scene::StagePtr;

constexpr float wide = 1280, high = 720;

// A scene of the project as a stage; `part` of the city about a place in it, 1: all.
StagePtr stage(const char* id, double part = 1, double x = 0.66, double y = 0.25) {
  scene::Scene s = embedded::scene(id, scene::Language::zh, "");
  s.caption = true;
  std::optional<geo::Box> extent;
  if (part < 1) {
    const double w = s.home.width() * part / 2, h = s.home.height() * part / 2;
    const geo::Point c{s.home.minX + s.home.width() * x, s.home.minY + s.home.height() * y};
    extent = geo::Box{c.x - w, c.y - h, c.x + w, c.y + h};
  }
  return scene::makeStage(std::move(s), scene::darkTheme(), embedded::fonts(), wide, high, extent);
}

support::Image onPaper(const scene::Drawing& d) {
  const auto made = paper::rasterise(d, static_cast<int>(d.width), static_cast<int>(d.height), 1);
  if (!made) ADD_FAILURE() << made.error().text();
  return {made->width, made->height, made->rgba};
}

TEST(Show, AtRestIsThePictureOfTheScene) {
  for (const char* id : {"overview", "cores", "heat", "ledger"}) {
    const StagePtr to = stage(id);
    const scene::Drawing rest = scene::drawingOf(*to);
    const auto wanted = onPaper(rest);
    for (const StagePtr& from : {StagePtr{}, stage("population"), stage("ledger")}) {
      const Passage p = scene::makePassage(from, to);
      const auto seen = onPaper(scene::pictureAt(p, p.seconds() + 0.01));
      EXPECT_EQ(support::compare(wanted, seen, 0).share, 0) << id;
    }
  }
}

TEST(Show, BeginsAsThePictureThatWasThere) {
  const StagePtr from = stage("overview");
  const auto wanted = onPaper(scene::drawingOf(*from));
  for (const StagePtr& to : {stage("population"), stage("cores", 0.3), stage("ledger")}) {
    const auto seen = onPaper(scene::pictureAt(scene::makePassage(from, to), 0));
    // Symbols that leave are put down apart from the others: where they and rings of uncertainty overlap,
    // tints and edges differ by a little.
    EXPECT_LT(support::compare(wanted, seen, 2).share, 0.004) << to->scene.name;
  }
}

TEST(Show, TheSameInstantIsTheSamePicture) {
  const StagePtr from = stage("overview"), to = stage("cores", 0.35);
  const Passage p = scene::makePassage(from, to), again = scene::makePassage(from, to);
  scene::DrawCache cache;
  for (const double t : {0.1, 0.9, 1.7, 2.5})
    (void)scene::pictureAt(p, t, &cache);  // what was drawn before leaves no trace
  for (const double t : {2.5, 0.9, 0.1}) {
    const auto plain = onPaper(scene::pictureAt(again, t));
    EXPECT_EQ(support::compare(plain, onPaper(scene::pictureAt(p, t, &cache)), 0).share, 0) << t;
  }
}

TEST(Show, CoresComeFirstThenArcsThenNodesThenTheOthersAndStationsLast) {
  const StagePtr to = stage("overview");
  const Passage p = scene::makePassage(nullptr, to);
  const auto when = [&](scene::Role role) {
    for (size_t l = 0; l < to->scene.layers.size(); ++l)
      if (to->scene.layers[l].role == role) return p.layerAt[l];
    return -1.0;
  };
  using scene::Role;
  const double firstArc = *std::min_element(p.leadAt.begin(), p.leadAt.end()),
               lastArc = *std::max_element(p.leadAt.begin(), p.leadAt.end());
  EXPECT_LT(when(Role::core), firstArc);
  EXPECT_LT(firstArc, when(Role::node));
  EXPECT_LT(lastArc, when(Role::agriPark));
  EXPECT_LT(when(Role::agriPark), when(Role::platform));
  EXPECT_LT(when(Role::platform), when(Role::enterprise));
  EXPECT_LT(when(Role::enterprise), when(Role::station));
  EXPECT_LT(when(Role::station), p.seconds());
  EXPECT_EQ(p.leadAt.size(), 5u);
  // One core's arcs after the other's, 80 ms apart.
  std::vector<double> arcs = p.leadAt;
  std::sort(arcs.begin(), arcs.end());
  for (size_t i = 1; i < arcs.size(); ++i) EXPECT_NEAR(arcs[i] - arcs[i - 1], 0.08, 1e-9);
}

TEST(Show, NoNamesStandOnAMapInFlight) {
  const Passage p = scene::makePassage(stage("overview"), stage("cores", 0.3));
  ASSERT_TRUE(p.moves);
  const double middle = (p.fadeEnds + p.flightEnds) / 2;
  const scene::ShowFrame f = scene::frameAt(p, middle);
  for (const auto& placed : f.over.items)
    if (const auto* text = std::get_if<scene::Text>(&placed.item)) {
      EXPECT_NE(text->run.text, "英德市");
      EXPECT_NE(text->run.text, "清远高新区");
    }
}

// Symbols go with the map: none jumps while the camera flies.
TEST(Show, NothingJumpsInFlight) {
  const StagePtr from = stage("overview"), to = stage("cores", 0.3);
  const Passage p = scene::makePassage(from, to);
  const auto places = [&](double t) {
    std::vector<scene::Vec> glows;  // one about each core
    for (const auto& placed : scene::frameAt(p, t).over.items)
      if (const auto* g = std::get_if<scene::Glow>(&placed.item)) glows.push_back(g->centre);
    return glows;
  };
  auto last = places(p.fadeEnds + 0.001);
  ASSERT_EQ(last.size(), 2u);
  for (double t = p.fadeEnds; t < p.flightEnds - 0.001; t += 1.0 / 60) {
    const auto now = places(t);
    for (size_t i = 0; i < now.size() && now.size() == last.size(); ++i)
      EXPECT_LT(std::hypot(now[i].x - last[i].x, now[i].y - last[i].y), 40) << t;
    last = now;
  }
}

// A tilted scene rises out of the flat map and lies down again; nothing leaps.
TEST(Show, TheMapTiltsWithTheFlight) {
  const StagePtr flat = stage("population"), tilted = stage("relief");
  for (const auto& [from, to] : {std::pair(flat, tilted), std::pair(tilted, flat)}) {
    const Passage p = scene::makePassage(from, to);
    ASSERT_TRUE(p.moves);
    // The first picture is the one that was there. Symbols that leave are put down apart from the others.
    EXPECT_LT(support::compare(onPaper(scene::drawingOf(*from)), onPaper(scene::pictureAt(p, 0)), 2).share,
              0.004);
    double last = from == flat ? 0 : 50;
    const auto glows = [&](double t) {
      std::vector<scene::Vec> places;
      for (const auto& placed : scene::frameAt(p, t).over.items)
        if (const auto* g = std::get_if<scene::Glow>(&placed.item)) places.push_back(g->centre);
      return places;
    };
    auto were = glows(p.fadeEnds + 0.001);
    ASSERT_EQ(were.size(), 2u);
    for (double t = p.fadeEnds; t < p.flightEnds - 0.001; t += 1.0 / 60) {
      const auto tilt = scene::tiltAt(p, t);
      ASSERT_TRUE(tilt);
      EXPECT_LT(std::abs(tilt->degrees - last), 3) << t;
      last = tilt->degrees;
      const auto are = glows(t);
      ASSERT_EQ(are.size(), 2u);
      for (size_t i = 0; i < 2; ++i)
        EXPECT_LT(std::hypot(are[i].x - were[i].x, are[i].y - were[i].y), 30) << t;
      were = are;
    }
    EXPECT_NEAR(last, to == flat ? 0 : 50, 1);
  }
}

TEST(Show, TheMapTurnsTheShorterWayAndOtherAmountsRiseOutOfTheGround) {
  const StagePtr from = stage("relief");
  const auto to = scene::copyOf(*from);
  to->scene.tilt->bearing = 350;
  for (scene::Figure& f : to->scene.tilt->figures) f.value *= f.value;
  const Passage p = scene::makePassage(from, to);
  ASSERT_TRUE(p.moves);  // though the camera stays
  const double middle = (p.fadeEnds + p.flightEnds) / 2;
  EXPECT_NEAR(scene::tiltAt(p, middle)->bearing, -5, 1e-6);
  EXPECT_NEAR(scene::tiltAt(p, middle)->share, 0, 1e-6);
  EXPECT_EQ(scene::tiltAt(p, middle - 0.2)->figures[0].value, from->scene.tilt->figures[0].value);
  EXPECT_EQ(scene::tiltAt(p, middle + 0.2)->figures[0].value, to->scene.tilt->figures[0].value);
  EXPECT_EQ(scene::tiltAt(p, p.flightEnds)->bearing, 350);
}

// Nothing of the city and of what stands on it lies under the furniture or beyond the map's frame.
TEST(Show, ATiltedCityFillsItsFrameWhateverItsBearing) {
  for (const double bearing : {0., 30., 90., 200.}) {
    scene::Scene s = embedded::scene("relief", scene::Language::zh, "");
    s.tilt->bearing = bearing;
    const StagePtr made = scene::makeStage(s, scene::darkTheme(), embedded::fonts(), 1920, 1080);
    const scene::Tilt tilt(*made->scene.tilt, made->cameras[0]);
    const auto heights = scene::standingHeights(*made->scene.tilt, made->layout.map.h);
    const scene::SceneLayer* city = scene::findLayer(made->scene, made->scene.cityLayer);
    const geo::Shapes& shapes = city->shape->layer->shapes;
    geo::Box seen;
    for (size_t r = 0; r < shapes.rows(); ++r)
      for (uint32_t p = shapes.rowStart[r]; p < shapes.rowStart[r + 1]; ++p)
        for (const geo::Point v : shapes.part(p)) {
          const scene::Vec at = tilt.seen(tilt.turned(v), heights[r]);
          seen.add(geo::Point{at.x, at.y});
        }
    const scene::Rect& map = made->layout.map;
    EXPECT_GE(seen.minX, map.x + 80);
    EXPECT_LE(seen.maxX, map.right() - 80);
    EXPECT_GE(seen.minY, map.y + 80);
    EXPECT_LE(seen.maxY, map.bottom() - 20);
    EXPECT_TRUE(seen.width() > map.w - 220 || seen.height() > map.h - 160) << bearing;
  }
}

// The maps of one sheet are not those of another: with fewer of them, none is left to draw the old ones by.
TEST(Show, SheetsOfOtherMapsPassThroughTheGround) {
  const auto sheet = [](size_t maps) {
    scene::Scene s = embedded::scene("population", scene::Language::zh, "");
    s.composition = scene::Composition::multiples;
    scene::Multiple one;
    one.map = *s.choropleth;
    s.multiples.assign(maps, one);
    return scene::makeStage(std::move(s), scene::darkTheme(), embedded::fonts(), wide, high);
  };
  const Passage p = scene::makePassage(sheet(3), sheet(2));
  EXPECT_TRUE(p.dip);
  for (double t = 0; t < p.seconds() + 0.1; t += 0.1) (void)onPaper(scene::pictureAt(p, t));
  EXPECT_FALSE(scene::makePassage(sheet(3), sheet(3)).dip);
}

TEST(Show, ReducedMotionCuts) {
  scene::PassageOptions options;
  options.reduced = true;
  const StagePtr to = stage("cores", 0.3);
  const Passage p = scene::makePassage(stage("overview"), to, options);
  EXPECT_EQ(p.seconds(), 0);
  EXPECT_EQ(support::compare(onPaper(scene::drawingOf(*to)), onPaper(scene::pictureAt(p, 0)), 0).share, 0);
}

TEST(Show, AnEditedSceneKeepsItsPlaceAndTellsNoStoryAgain) {
  scene::PassageOptions options;
  options.story = false;
  const Passage p = scene::makePassage(stage("population"), stage("overview"), options);
  for (const double t : p.layerAt) EXPECT_TRUE(std::isinf(t));
}

TEST(Show, TheLedgersTracksFillUp) {
  const StagePtr to = stage("ledger");
  const Passage p = scene::makePassage(stage("overview"), to);
  ASSERT_FALSE(p.tracks.empty());
  const auto widest = [&](double t) {
    float w = 0;
    for (const auto& placed : scene::pictureAt(p, t).items)
      if (p.tracks.count(placed.key) && placed.ordinal == 0)
        if (const auto* fill = std::get_if<scene::Fill>(&placed.item)) w = std::max(w, fill->path.box().w);
    return w;
  };
  const float early = widest(0.35), middle = widest(0.7), rest = widest(p.seconds() + 1);
  EXPECT_LT(early, middle);
  EXPECT_LT(middle, rest + 0.01f);
  EXPECT_GT(rest, 20);
}

TEST(Show, ASpotlightSaysWhatTheMapSaysAndStaysInTheMap) {
  const StagePtr s = stage("overview");
  for (long row = 0; row < 8; ++row) {
    scene::Drawing d = scene::drawingOf(*s);
    const size_t before = d.items.size();
    scene::addSpotlight(d, *s, {s->scene.cityLayer, row}, 1);
    bool name = false, value = false;
    for (size_t i = before; i < d.items.size(); ++i)
      if (const auto* text = std::get_if<scene::Text>(&d.items[i].item)) {
        name = name || text->run.text == s->scene.choropleth->areaNames[static_cast<size_t>(row)];
        value = value || text->run.text.find(s->scene.choropleth->unit) != std::string::npos;
        EXPECT_GE(text->origin.x, d.cameras[0].frame.x);
        EXPECT_LE(text->origin.x + text->run.advance, d.cameras[0].frame.right());
      }
    EXPECT_TRUE(name) << row;
    EXPECT_TRUE(value) << row;
  }
}

// What stands still is kept, what moves is drawn over it: the same picture as all at once.
TEST(Show, DrawnInTwoIsThePictureDrawnAtOnce) {
  auto context = render::Offscreen::make();
  ASSERT_TRUE(context) << context.error().text();
  auto renderer = render::Renderer::make();
  ASSERT_TRUE(renderer) << renderer.error().text();
  const StagePtr from = stage("overview"), to = stage("population", 0.4);
  const Passage flight = scene::makePassage(from, to), story = scene::makePassage(nullptr, from);
  for (const auto& [passage, t] : {std::pair(&flight, 0.2), std::pair(&flight, 1.4), std::pair(&flight, 9.0),
                                   std::pair(&story, 1.5), std::pair(&story, 2.4)}) {
    const int w = static_cast<int>(wide), h = static_cast<int>(high);
    (*renderer)->draw(scene::pictureAt(*passage, t), w, h, 1);
    const auto once = (*renderer)->read();
    const scene::ShowFrame f = scene::frameAt(*passage, t);
    (*renderer)->drawBase(f.base, w, h, 1);
    (*renderer)->drawOver(f.over, f.mapIsBare);
    const auto twice = (*renderer)->read();
    (*renderer)->drawOver(f.over, f.mapIsBare);  // the base is kept
    const auto again = (*renderer)->read();
    const auto differs = support::compare({w, h, once.rgba}, {w, h, twice.rgba}, 2);
    EXPECT_LT(differs.share, 0.0005) << t;
    EXPECT_EQ(twice.rgba, again.rgba) << t;
  }
  renderer->reset();
}

// Pictures that somebody looked at: the story half told, a scene passing into the next, a flight.
TEST(Show, InBetweenLooksAsItDid) {
  const struct {
    const char* name;
    Passage passage;
    double t;
  } cases[] = {{"show-story", scene::makePassage(nullptr, stage("overview")), 1.75},
               {"show-passing", scene::makePassage(stage("overview"), stage("urbanisation")), 0.2},
               {"show-flight", scene::makePassage(stage("overview"), stage("cores", 0.35)), 1.3}};
  for (const auto& c : cases) {
    const auto seen = onPaper(scene::pictureAt(c.passage, c.t));
    const std::string path = std::string(SOURCE_DIR "/tests/golden/") + c.name + ".png";
    if (std::getenv("PARKSCOPE_UPDATE_GOLDEN")) support::writePng(seen, path);
    const auto wanted = support::readPng(path);
    const auto differs = support::compare(wanted, seen, 24);
    EXPECT_TRUE(differs.sameSize) << c.name;
    EXPECT_LT(differs.share, 0.001) << c.name;
  }
}

}  // namespace
