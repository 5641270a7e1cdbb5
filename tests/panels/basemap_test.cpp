// Basemaps added, tried, switched, ordered and removed in the window.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "app/session/keys.h"
#include "app/session/project_file.h"
#include "tests/panels/robot.h"

namespace {

using test::Robot;
using testing::HasSubstr;

struct Basemaps : testing::Test {
  std::string folder =
      (std::filesystem::temp_directory_path() / fmt::format("parkscope 底图 {}", getpid())).string();
  void SetUp() override {
    std::filesystem::create_directories(folder);
    setenv("XDG_CONFIG_HOME", folder.c_str(), 1);
    setenv("XDG_CACHE_HOME", folder.c_str(), 1);
    unsetenv("PARKSCOPE_KEY_TIANDITU");
    r.openQingyuan();
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  const std::vector<session::BasemapSpec>& all() const { return r.session.project().basemaps; }
  void add(const std::string& preset) {
    r.click("basemap.add");
    r.frame(2);
    r.click("basemap.preset." + preset);
    r.frame(2);
  }
  Robot r{1440, 1300};
};

}  // namespace

TEST_F(Basemaps, AreAddedFromThoseThatAreReady) {
  ASSERT_TRUE(all().empty());
  add("tianditu-img");
  EXPECT_TRUE(r.has("basemap.key")) << "it asks for the key";
  r.click("dialog.ok");
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(all()[0].id, "tianditu-img");
  EXPECT_TRUE(all()[0].visible);
  EXPECT_THAT(all()[0].source, HasSubstr("{key:tianditu}"));
  r.frame(2);
  ASSERT_TRUE(r.has("basemap.tianditu-img.visible"));
  r.click("basemap.tianditu-img.visible");
  EXPECT_FALSE(all()[0].visible);
  ASSERT_TRUE(session::apply(r.session, session::Undo{}));
  EXPECT_TRUE(all()[0].visible);
}

TEST_F(Basemaps, KeepKeysOutsideOfTheProject) {
  add("tianditu-vec");
  EXPECT_FALSE(r.widget("basemap.saveKey").enabled) << "nothing is typed yet";
  r.click("basemap.key");
  r.type("abcdef0123456789");
  r.click("basemap.saveKey");
  r.click("dialog.ok");
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(session::formatProject(r.session.project()).find("abcdef0123456789"), std::string::npos);
  const auto found = session::withKeys("https://t1.tianditu.gov.cn/?tk={key:tianditu}");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_THAT(*found, HasSubstr("abcdef0123456789"));
}

TEST_F(Basemaps, SayWhyAnAddressIsNotTaken) {
  add("tiles");
  EXPECT_FALSE(r.widget("dialog.ok").enabled);
  r.click("basemap.source");
  r.type("https://tile.example.org/{z}/{x}.png");
  r.frame(2);
  EXPECT_FALSE(r.widget("dialog.ok").enabled);
  EXPECT_THAT(r.widget("dialog.ok").tip, HasSubstr("{y}"));
  EXPECT_FALSE(r.widget("basemap.try").enabled);
}

TEST_F(Basemaps, AreTriedBeforeTheyAreAdded) {
  add("raster");
  r.click("basemap.source");
  r.type(TEST_DATA "/ground/fields.tif");
  r.frame(2);
  ASSERT_TRUE(r.widget("basemap.try").enabled) << r.widget("basemap.try").tip;
  r.click("basemap.try");
  for (int i = 0; i < 500 && !(r.session.view().basemapCheck && r.session.view().basemapCheck->done); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    r.frame();
  }
  ASSERT_TRUE(r.session.view().basemapCheck && r.session.view().basemapCheck->done);
  EXPECT_TRUE(r.session.view().basemapCheck->good) << r.session.view().basemapCheck->text;
  r.click("dialog.ok");
  ASSERT_EQ(all().size(), 1u);
  r.session.wait();
  r.frame(2);
  EXPECT_EQ(r.session.scene().basemaps.size(), 1u);
}

TEST_F(Basemaps, AreEditedOrderedAndRemoved) {
  for (const char* id : {"a", "b"}) {
    session::BasemapSpec b;
    b.id = id, b.name = {id, id}, b.kind = session::BasemapSpec::Kind::raster,
    b.source = TEST_DATA "/ground/fields.tif";
    ASSERT_TRUE(session::apply(r.session, session::PutBasemap{b}));
  }
  r.frame(2);
  EXPECT_LT(r.widget("basemap.b.row").rect.y, r.widget("basemap.a.row").rect.y) << "top first";
  r.click("basemap.a.row");
  r.frame(2);
  r.click("basemap.up");
  EXPECT_EQ(all()[1].id, "a");
  r.drag("basemap.opacity", 0.95f, 0.4f);
  r.click("dialog.ok");
  EXPECT_LT(all()[1].opacity, 0.7);
  r.frame(2);
  r.click("basemap.a.row");
  r.frame(2);
  r.click("dialog.remove");
  ASSERT_EQ(all().size(), 1u);
  EXPECT_EQ(all()[0].id, "b");
}
