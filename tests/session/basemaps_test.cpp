// Basemaps against a server of tiles on loopback.
#include "app/session/basemaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "app/scene/draw_scene.h"
#include "app/session/basemap_presets.h"
#include "app/session/keys.h"
#include "app/session/recipe.h"
#include "app/session/snapshot.h"
#include "tests/session/support.h"
#include "tests/support/tile_server.h"

using namespace session;
using namespace std::chrono_literals;
using session_test::allMessages;
using session_test::Folder;
using support::TileServer;
using testing::HasSubstr;
using testing::Not;
using Mood = TileServer::Mood;

namespace {

struct Basemaps : testing::Test {
  Folder folder, cache;
  std::unique_ptr<TileServer> server = std::make_unique<TileServer>();
  Session s;
  double now = 0;
  std::shared_ptr<TileStore> store;

  void SetUp() override { setenv("XDG_CACHE_HOME", cache.path().c_str(), 1); }
  BasemapSpec tiles(const std::string& id = "web") const {
    BasemapSpec b;
    b.id = id, b.name = {"网络底图", "Web"}, b.source = server->address(), b.visible = true;
    b.attribution = {"© 试验", "© Test"};
    return b;
  }
  void open(std::vector<BasemapSpec> basemaps) {
    session_test::writeSmallCity(folder);
    auto project = readProject(folder.file("city.parkscope.toml"));
    ASSERT_TRUE(project) << project.error().text();
    project->basemaps = std::move(basemaps);
    project->scenes.clear();
    s.open(*project, folder.path());
    store =
        std::make_shared<TileStore>(TileStore::Options{cache.path() + "/tiles", 64u << 20, 1, 4, 1000, 0.3});
    useTileStore(s, store);
    s.setFrame({0, 0, 900, 700});
    settle();
  }
  // The window's picture of the map, as it is now.
  scene::Drawing picture() {
    scene::Drawing d =
        scene::drawWindowMap(s.scene(), scene::lightTheme(), nullptr_fonts(), s.view().camera, 1);
    s.ground(d, 1, "window");
    return d;
  }
  static scene::TypesetterPtr nullptr_fonts() {
    static const auto fonts = scene::Typesetter::open();
    return *fonts;
  }
  bool settle(double seconds = 20) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    int quiet = 0;
    while (std::chrono::steady_clock::now() < end) {
      s.tick(now += 0.05);
      if (!s.scene().layers.empty()) (void)picture();
      if ((quiet = s.busy() ? 0 : quiet + 1) > 4) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }
  static std::vector<const scene::Raster*> pieces(const scene::Drawing& d) {
    std::vector<const scene::Raster*> out;
    for (const auto& p : d.items)
      if (const auto* r = std::get_if<scene::Raster>(&p.item); r && r->basemap && r->pixels) out.push_back(r);
    return out;
  }
  // Of the topmost piece at that point of the canvas.
  std::optional<scene::Rgba> colourIn(const scene::Drawing& d, scene::Vec at) const {
    const geo::Point p = d.cameras[0].worldFromCanvas(at);
    std::optional<scene::Rgba> found;
    for (const scene::Raster* r : pieces(d)) {
      if (!r->world.contains(p)) continue;
      const auto x = static_cast<size_t>((p.x - r->world.minX) / r->world.width() * r->columns),
                 y = static_cast<size_t>((r->world.maxY - p.y) / r->world.height() * r->rows);
      found = (*r->pixels)[std::min(y, static_cast<size_t>(r->rows - 1)) * static_cast<size_t>(r->columns) +
                           std::min(x, static_cast<size_t>(r->columns - 1))];
    }
    return found;
  }
  support::Rgb wanted(const scene::Drawing& d, scene::Vec at) const {
    const auto toWeb = geo::Transform::make(s.worldCrs(), *geo::Crs::parse("EPSG:3857"));
    const geo::Point p = (*toWeb)(d.cameras[0].worldFromCanvas(at));
    return support::colourAt(p.x, p.y);
  }
  bool does(const Command& c) { return apply(s, c).has_value(); }
};

}  // namespace

TEST_F(Basemaps, ShowTilesWhereTheyBelong) {
  BasemapSpec b = tiles();
  b.tone = BasemapSpec::Tone::natural;
  open({b});
  const scene::Drawing d = picture();
  ASSERT_GT(pieces(d).size(), 3u);
  for (const scene::Vec at : {scene::Vec{100, 100}, {450, 350}, {800, 600}, {20, 680}}) {
    const auto got = colourIn(d, at);
    ASSERT_TRUE(got);
    const auto want = wanted(d, at);
    EXPECT_NEAR(got->r, want[0], 16);  // a pixel of the tile is some 150 m here
    EXPECT_NEAR(got->g, want[1], 16);
    EXPECT_EQ(got->a, 255);
  }
  // Pieces meet: neighbours share their borders to the last digit.
  for (const scene::Raster* a : pieces(d))
    for (const scene::Raster* c : pieces(d)) {
      const bool beside =
          a->world.minY == c->world.minY && a->world.maxX > c->world.minX && a->world.minX < c->world.minX;
      if (beside) {
        EXPECT_EQ(a->world.maxX, c->world.minX);
      }
    }
}

TEST_F(Basemaps, AreNotAskedForWhileTheyAreOff) {
  BasemapSpec b = tiles();
  b.visible = false;
  open({b});
  EXPECT_TRUE(pieces(picture()).empty());
  EXPECT_EQ(server->asked, 0);
  ASSERT_TRUE(does(SetBasemapVisible{"web", true}));
  ASSERT_TRUE(settle());
  EXPECT_GT(server->asked, 0);
  ASSERT_TRUE(does(Undo{}));
  EXPECT_FALSE(s.project().basemaps[0].visible);
  EXPECT_TRUE(pieces(picture()).empty());
}

TEST_F(Basemaps, KeepCoarserTilesUntilFinerOnesCome) {
  open({tiles()});
  ASSERT_FALSE(pieces(picture()).empty());
  server->slow = 100;
  ASSERT_TRUE(does(Zoom{4, {450, 350}}));
  for (int i = 0; i < 40; ++i) s.tick(now += 0.05);  // the flight
  const scene::Drawing d = picture();
  for (const scene::Vec at : {scene::Vec{100, 100}, {450, 350}, {800, 600}})
    EXPECT_TRUE(colourIn(d, at)) << "nothing is empty meanwhile";
  ASSERT_TRUE(settle());
  EXPECT_TRUE(colourIn(picture(), {450, 350}));
}

TEST_F(Basemaps, StayCleanAndSayItOnceWhenTheNetworkIsGone) {
  server->stop();
  open({tiles()});
  ASSERT_TRUE(settle());
  const scene::Drawing d = picture();
  for (const scene::Raster* r : pieces(d))
    for (size_t i = 0; i < r->pixels->size(); i += 997) ASSERT_EQ((*r->pixels)[i].a, 0) << "no grey squares";
  size_t told = 0;
  for (const Message& m : s.messages()) told += m.text.find("连不上") != std::string::npos;
  EXPECT_EQ(told, 1u) << allMessages(s);
  EXPECT_GT(s.wakeAt(), 0) << "it will be asked again";
  // And back.
  const int port = server->port();
  server = std::make_unique<TileServer>(port);
  for (int i = 0; i < 100 && server->asked == 0;
       ++i) {  // the pause grows with every try, and has a clock of its own
    std::this_thread::sleep_for(100ms);
    now += 700;
    ASSERT_TRUE(settle());
  }
  EXPECT_GT(server->asked, 0);
  const auto found = colourIn(picture(), {450, 350});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->a, 255);
}

TEST_F(Basemaps, SayOnceWhatAServerAnswersInsteadOfPictures) {
  server->mood = Mood::html;
  open({tiles()});
  ASSERT_TRUE(settle());
  size_t told = 0;
  for (const Message& m : s.messages()) told += m.text.find("不是图片") != std::string::npos;
  EXPECT_EQ(told, 1u) << allMessages(s);
  EXPECT_EQ(store->bytesOnDisk(), 0u);
}

TEST_F(Basemaps, SayWhatToDoAboutAMissingKey) {
  setenv("XDG_CONFIG_HOME", folder.path().c_str(), 1);
  BasemapSpec b = tiles();
  b.source = server->url() + "/{z}/{x}/{y}.png?tk={key:mine}";
  open({b});
  EXPECT_THAT(allMessages(s), HasSubstr("mine"));
  EXPECT_EQ(server->asked, 0);
  ASSERT_TRUE(does(SaveKey{"mine", "topsecret", "127.0.0.1"}));
  ASSERT_TRUE(settle());
  EXPECT_GT(server->asked, 0);
  EXPECT_THAT(server->paths().front(), HasSubstr("tk=topsecret"));
  EXPECT_THAT(allMessages(s), Not(HasSubstr("topsecret")));
  EXPECT_THAT(formatProject(s.project()), Not(HasSubstr("topsecret")));
  EXPECT_FALSE(does(PutBasemap{[&] {
    BasemapSpec open = b;
    open.source = server->url() + "/{z}/{x}/{y}.png?tk=topsecret";
    return open;
  }()}))
      << "an address that holds a key itself is not taken";
  unsetenv("XDG_CONFIG_HOME");
}

TEST_F(Basemaps, AreWrittenWholeIntoPicturesAndComeFromTheCacheLater) {
  open({tiles()});
  SnapshotOptions o;
  o.output = folder.file("a.png"), o.width = 800, o.height = 600, o.theme = "light", o.date = "2026-01-01";
  const auto write = [&](const std::string& file, std::vector<std::string>& warnings) {
    o.output = folder.file(file);
    const auto scene = sceneFor(s, o);
    EXPECT_TRUE(scene);
    const auto recipe = recipeDraft(s, o);
    const auto done = writeSnapshot(*scene, o, nullptr_fonts(), s.worldCrs(), nullptr, &warnings, &recipe);
    EXPECT_TRUE(done) << done.error().text();
    std::ifstream in(o.output, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  };
  std::vector<std::string> warnings;
  const std::string first = write("a.png", warnings);
  EXPECT_TRUE(warnings.empty());
  server->stop();
  EXPECT_EQ(write("a.png", warnings), first) << "the same bytes without the network";
  EXPECT_TRUE(warnings.empty());
  o.basemap = "none";
  EXPECT_NE(write("none.png", warnings), first);
  const auto recipe = readRecipe(folder.file("none.png"));
  ASSERT_TRUE(recipe);
  EXPECT_EQ(recipe->options.basemap, "none");
  EXPECT_TRUE(verify(folder.file("a.png"), folder.path()));
  o.basemap = "gone";
  const auto unknown = sceneFor(s, o);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().text(), HasSubstr("web"));
}

TEST_F(Basemaps, NameWhatAPictureLacks) {
  server->stop();
  open({tiles()});
  SnapshotOptions o;
  o.output = folder.file("a.png"), o.width = 400, o.height = 300;
  std::vector<std::string> warnings;
  ASSERT_TRUE(writeSnapshot(*sceneFor(s, o), o, nullptr_fonts(), s.worldCrs(), nullptr, &warnings));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("网络底图"));
}

TEST_F(Basemaps, StandInTheCreditsAndInTheCorner) {
  open({tiles()});
  EXPECT_THAT(s.scene().credits, testing::Contains(HasSubstr("© 试验")));
  ASSERT_TRUE(does(SetBasemapVisible{"web", false}));
  EXPECT_THAT(s.scene().credits, Not(testing::Contains(HasSubstr("© 试验"))));
}

TEST_F(Basemaps, AreAskedOfServicesToo) {
  BasemapSpec wms = tiles("wms"), wmts = tiles("wmts");
  wms.kind = BasemapSpec::Kind::wms, wms.source = server->url() + "/wms", wms.layer = "a";
  wmts.kind = BasemapSpec::Kind::wmts, wmts.source = server->url() + "/wmts", wmts.layer = "vec";
  wms.tone = wmts.tone = BasemapSpec::Tone::natural;
  for (const BasemapSpec& b : {wms, wmts}) {
    open({b});
    ASSERT_TRUE(settle());
    const scene::Drawing d = picture();
    const auto got = colourIn(d, {450, 350});
    ASSERT_TRUE(got) << b.id << allMessages(s);
    EXPECT_NEAR(got->r, wanted(d, {450, 350})[0], 16) << b.id;
    EXPECT_NEAR(got->g, wanted(d, {450, 350})[1], 16) << b.id;
  }
}

TEST_F(Basemaps, AreEditedStepByStep) {
  open({tiles("a"), tiles("b")});
  ASSERT_TRUE(does(MoveBasemap{"a", 5}));
  EXPECT_EQ(s.project().basemaps[1].id, "a");
  BasemapSpec changed = s.project().basemaps[0];
  changed.opacity = 0.5;
  ASSERT_TRUE(does(PutBasemap{changed, false}));
  changed.opacity = 0.4;
  ASSERT_TRUE(does(PutBasemap{changed, true}));
  EXPECT_EQ(s.project().basemaps[0].opacity, 0.4);
  ASSERT_TRUE(does(Undo{})) << "a drag is one step";
  EXPECT_EQ(s.project().basemaps[0].opacity, 1);
  ASSERT_TRUE(does(RemoveBasemap{"b"}));
  EXPECT_EQ(s.project().basemaps.size(), 1u);
  EXPECT_FALSE(does(RemoveBasemap{"b"}));
  EXPECT_FALSE(does(SetBasemapVisible{"b", true}));
  BasemapSpec bad = tiles("c");
  bad.source = "http://x/{z}.png";
  EXPECT_FALSE(does(PutBasemap{bad}));
}

TEST_F(Basemaps, AreTriedWithOneTile) {
  open({});
  ASSERT_TRUE(does(CheckBasemap{tiles()}));
  ASSERT_TRUE(s.view().basemapCheck);
  const auto wait = [&] {
    for (int i = 0; i < 400 && !s.view().basemapCheck->done; ++i)
      std::this_thread::sleep_for(10ms), s.tick(now += 0.01);
  };
  wait();
  EXPECT_TRUE(s.view().basemapCheck->good) << s.view().basemapCheck->text;
  server->mood = Mood::html;
  BasemapSpec other = tiles("other");
  other.source = server->url() + "/{z}/{x}/{y}";
  ASSERT_TRUE(does(CheckBasemap{other}));
  wait();
  EXPECT_FALSE(s.view().basemapCheck->good);
  EXPECT_THAT(s.view().basemapCheck->text, HasSubstr("不是图片"));
}

TEST(BasemapFile, IsWrittenAndReadAsTheOthers) {
  const std::string text =
      "format = 1\n\n[[basemaps]]\nid = \"vec\"\nname = { zh = \"天地图\", en = \"Tianditu\" }\nkind = "
      "\"xyz\"\n"
      "source = \"https://t{s}.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk={key:tianditu}\"\n"
      "subdomains = \"0-7\"\nopacity = 0.5\n\n[[basemaps]]\nid = \"dem\"\nkind = \"hillshade\"\n"
      "source = \"dem.tif\"\nvisible = true\nazimuth = 300\n\n[[scenes]]\nid = \"a\"\nbasemap = \"vec, "
      "dem\"\n";
  const auto project = parseProject(text, "p.toml");
  ASSERT_TRUE(project) << project.error().text();
  EXPECT_EQ(formatProject(*project), text);
  const auto errorOf = [](const std::string& rest) {
    const auto p = parseProject("format = 1\n[[basemaps]]\nid = \"a\"\n" + rest, "p.toml");
    return p ? std::string() : p.error().text();
  };
  EXPECT_THAT(errorOf("kind = \"xyz\"\nsource = \"tiles.png\"\n"), HasSubstr("no address"));
  EXPECT_THAT(errorOf("kind = \"xyz\"\nsource = \"https://a/{z}/{x}.png\"\n"), HasSubstr("lacks"));
  EXPECT_THAT(errorOf("kind = \"raster\"\nsource = \"https://a/b.tif\"\n"), HasSubstr("no file"));
  EXPECT_THAT(errorOf("kind = \"wms\"\nsource = \"https://a/wms\"\n"), HasSubstr("layer"));
  EXPECT_THAT(errorOf("kind = \"xyz\"\nsource = \"https://{s}.a/{z}/{x}/{y}\"\n"), HasSubstr("subdomains"));
  EXPECT_THAT(errorOf("kind = \"xyzz\"\nsource = \"a\"\n"), HasSubstr("kind"));
  EXPECT_THAT(errorOf("kind = \"raster\"\nsource = \"a.tif\"\nopactiy = 1\n"), HasSubstr("opacity"));
  EXPECT_THAT(errorOf("kind = \"raster\"\nsource = \"a.tif\"\n[[scenes]]\nid = \"s\"\nbasemap = \"b\"\n"),
              HasSubstr("no basemap \"b\""));
  Project secret = *project;
  secret.basemaps[0].source = "https://a.example/{z}/{x}/{y}?tk=topsecret";
  Folder folder;
  const auto saved = writeProject(secret, folder.file("p.parkscope.toml"));
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().text(), Not(HasSubstr("topsecret")));
  EXPECT_THAT(formatProject(secret), Not(HasSubstr("topsecret"))) << "as in a recipe";
}

TEST(BasemapPresets, AreSoundAndHoldNoKeys) {
  Project p;
  for (const BasemapSpec& preset : basemapPresets()) {
    EXPECT_FALSE(holdsKey(preset.source));
    EXPECT_FALSE(preset.visible);
    if (preset.source.empty()) continue;
    p.basemaps.push_back(newBasemap(preset, p));
    EXPECT_FALSE(preset.attribution.zh.empty());
  }
  EXPECT_GE(p.basemaps.size(), 7u);
  const auto again = parseProject(formatProject(p), "p.toml");
  EXPECT_TRUE(again) << again.error().text();
  EXPECT_EQ(newBasemap(basemapPresets().front(), p).id, "tianditu-vec-2");
}
