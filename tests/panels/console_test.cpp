// The presenter's console by hand: what it says of a show, its buttons, rows and keys.
#include "tests/panels/robot.h"

namespace {

using test::Robot;
namespace key = test::key;
constexpr int pageUp = 266, left_ = 263, f5 = 294;

class Console : public testing::Test {
 protected:
  void SetUp() override {
    r.openQingyuan();
    auto scene = r.session.project().scenes[0];
    scene.notes = {"先指两个核心。", "Two cores first."};
    (void)session::apply(r.session, session::PutScene{scene});
    r.key(f5);
    r.frame(3);
    ASSERT_TRUE(show().on);
  }
  const session::ShowState& show() const { return r.session.view().show; }
  std::string id(size_t i) const { return r.session.project().scenes[i].id; }
  std::string value(const std::string& widget) { return r.widget(widget).value; }
  bool fills(const scene::Rect& a) const { return a.w > 8 && a.h > 8; }

  Robot r{1440, 900};
};

TEST_F(Console, FillsTheWindowWhileAShowIsOn) {
  EXPECT_FALSE(r.has("map"));
  EXPECT_FALSE(r.has("menu.file"));
  const auto places = panels::consolePlaces(r.state);
  EXPECT_TRUE(places.on);
  EXPECT_TRUE(fills(places.wall));
  EXPECT_TRUE(fills(places.next));
  EXPECT_NEAR(places.wall.w / places.wall.h, 16.0f / 9, 0.02f);
  EXPECT_EQ(places.nextScene, id(1));
  EXPECT_EQ(value("console.notes"), "先指两个核心。");
  EXPECT_EQ(value("console.scene"), fmt::format("1 / {} 总体布局", r.session.project().scenes.size()));
  EXPECT_EQ(value("console.following"), "两核引领");
  r.click("console.end");
  EXPECT_FALSE(show().on);
  r.frame(2);
  EXPECT_TRUE(r.has("map"));
  EXPECT_FALSE(panels::consolePlaces(r.state).on);
}

TEST_F(Console, ItsButtonsPresent) {
  r.click("console.next");
  EXPECT_EQ(show().scene, id(1));
  r.click("console.previous");
  EXPECT_EQ(show().scene, id(0));
  r.click("console.jump.3");
  EXPECT_EQ(show().scene, id(2));
  EXPECT_EQ(value("console.jump.3"), "on");
  r.click("console.black");
  EXPECT_TRUE(show().black);
  EXPECT_EQ(value("console.black"), "on");
  r.click("console.hold");
  EXPECT_TRUE(show().held);
  r.click("console.flat");
  EXPECT_TRUE(show().flat);
  r.click("console.black");
  EXPECT_FALSE(show().black);
}

TEST_F(Console, ItsKeysPresent) {
  r.key(key::pageDown);
  EXPECT_EQ(show().scene, id(1));
  r.key(pageUp);
  EXPECT_EQ(show().scene, id(0));
  r.key(pageUp);  // stops at the ends
  EXPECT_EQ(show().scene, id(0));
  r.key('4');
  EXPECT_EQ(show().scene, id(3));
  r.key(left_);
  EXPECT_EQ(show().scene, id(2));
  r.key('B');
  EXPECT_TRUE(show().black);
  r.key('S');
  EXPECT_TRUE(show().held);
  r.key('V');
  EXPECT_TRUE(show().flat);
  const auto theme = r.session.project().theme;
  r.key('T');  // the window's own keys rest
  r.key('D');
  EXPECT_EQ(r.session.project().theme, theme);
  EXPECT_FALSE(r.session.view().dockPanel);
  r.key(key::escape);
  EXPECT_FALSE(show().on);
}

TEST_F(Console, ADigitBeyondTheScenesDoesNothing) {
  while (r.session.project().scenes.size() > 3)
    (void)session::apply(r.session, session::RemoveScene{r.session.project().scenes.back().id});
  r.frame(2);
  const size_t messages = r.session.messages().size();
  r.key('9');
  EXPECT_EQ(show().scene, id(0));
  EXPECT_EQ(r.session.messages().size(), messages);
}

TEST_F(Console, TimeLeftTurnsAmberThenVermilion) {
  auto scene = r.session.project().scenes[0];
  scene.durationSeconds = 60, scene.transitionSeconds = 0;
  (void)session::apply(r.session, session::PutScene{scene});
  r.frame(2);
  EXPECT_EQ(r.widget("console.left").kind, "text");
  EXPECT_GT(panels::consolePlaces(r.state).leftSeconds, 50);
  scene.durationSeconds = 12;  // a short scene is not amber from its start
  (void)session::apply(r.session, session::PutScene{scene});
  r.frame(2);
  EXPECT_EQ(r.widget("console.left").kind, "text");
  r.frame(9 * 60);
  (void)session::apply(r.session, session::PutScene{scene});
  r.frame(2);
  EXPECT_EQ(r.widget("console.left").kind, "soon");
  scene.durationSeconds = 1;
  (void)session::apply(r.session, session::PutScene{scene});
  r.frame(100);
  EXPECT_EQ(r.widget("console.left").kind, "over");
  EXPECT_TRUE(value("console.left").starts_with("+0:0"));
}

TEST_F(Console, TheClockStartsAgainWhenPressed) {
  r.frame(200);
  EXPECT_GT(panels::consolePlaces(r.state).showSeconds, 3);
  r.click("console.restart");
  EXPECT_LT(panels::consolePlaces(r.state).showSeconds, 2);
  r.frame(200);
  panels::restartConsoleClock(r.state);
  r.frame();
  EXPECT_LT(panels::consolePlaces(r.state).showSeconds, 0.1);
}

TEST_F(Console, NothingFollowsTheLastSceneUnlessTheShowGoesRound) {
  const size_t last = r.session.project().scenes.size();
  (void)session::apply(r.session, session::JumpShow{static_cast<int>(last)});
  r.frame(2);
  EXPECT_EQ(value("console.following"), "没有了");
  EXPECT_FALSE(fills(panels::consolePlaces(r.state).next));
  EXPECT_EQ(panels::consolePlaces(r.state).nextScene, "");
  auto spec = r.session.project().show;
  spec.loop = true;
  (void)session::apply(r.session, session::SetShow{spec});
  r.frame(2);
  EXPECT_EQ(panels::consolePlaces(r.state).nextScene, id(0));
}

TEST_F(Console, OnlyMessagesOfThisShowStandThere) {
  EXPECT_FALSE(r.has("console.warnings"));
  EXPECT_TRUE(panels::consoleWarnings(r.session, r.state).empty());
  (void)session::apply(r.session, session::OpenProject{"/nowhere.parkscope.toml", true});
  r.frame(2);
  EXPECT_EQ(value("console.warnings"), "1");
  EXPECT_EQ(panels::consoleWarnings(r.session, r.state).size(), 1u);
  r.key(key::escape);
  r.key(f5);
  r.frame(2);
  EXPECT_FALSE(r.has("console.warnings"));
}

TEST_F(Console, ShowsTheWayInForAPhoneAndItsCode) {
  EXPECT_FALSE(r.has("console.code"));
  r.click("console.remote");
  EXPECT_EQ(r.toggles, 1u);
  r.console.remoteOn = true, r.console.remoteUrl = "http://192.168.1.23:40123/",
  r.console.remoteCode = "314159";
  r.console.remoteDevices = 2;
  r.frame(2);
  EXPECT_EQ(value("console.url"), "http://192.168.1.23:40123/");
  EXPECT_EQ(value("console.code"), "314159");
  EXPECT_EQ(value("console.devices"), "2 台已连接");
  r.console.remoteLocked = true;
  r.frame(2);
  EXPECT_EQ(r.widget("console.code").kind, "locked");
  r.click("console.newCode");
  EXPECT_EQ(r.newCodes, 1u);
}

TEST_F(Console, HasRoomForEverythingInSmallWindowsAndInEnglish) {
  for (const auto& [w, h] : {std::pair{960.0f, 600.0f}, {1280.0f, 720.0f}, {2560.0f, 1440.0f}}) {
    Robot s(w, h);
    s.openQingyuan();
    (void)session::apply(s.session, session::SetLanguage{scene::Language::en});
    s.console.remoteOn = true, s.console.remoteUrl = "http://192.168.100.123:45678/",
    s.console.remoteCode = "271828";
    s.key(f5);
    s.frame(3);
    for (const char* part :
         {"console.wall", "console.nextPicture", "console.notes", "console.jump.1", "console.next",
          "console.end", "console.url", "console.code", "console.newCode", "console.left"}) {
      const auto rect = s.widget(part).rect;
      EXPECT_GT(rect.w, 20) << part << " at " << w;
      EXPECT_GT(rect.h, 16) << part << " at " << w;
      EXPECT_GE(rect.x, 0) << part;
      EXPECT_LE(rect.right(), w + 0.5f) << part << " at " << w;
      EXPECT_LE(rect.bottom(), h + 0.5f) << part << " at " << w;
    }
    EXPECT_GT(s.widget("console.notes").rect.h, 60) << w;
  }
}

TEST(ShowMenu, StartsFromTheFirstSceneOrFromThisOne) {
  Robot r;
  r.openQingyuan();
  const auto third = r.session.project().scenes[2].id;
  (void)session::apply(r.session, session::ShowScene{third});
  r.click("menu.show");
  r.click("show.startHere");
  EXPECT_EQ(r.session.view().show.scene, third);
  EXPECT_TRUE(r.session.view().show.on);
  r.key(key::escape);
  EXPECT_FALSE(r.session.view().show.on);
  r.click("menu.show");
  r.click("show.start");
  EXPECT_EQ(r.session.view().show.scene, r.session.project().scenes[0].id);
}

TEST(ShowMenu, SaysWhyThereIsNothingToShow) {
  Robot r;
  r.frame(2);
  r.key(f5);
  EXPECT_FALSE(r.session.view().show.on);
  r.click("menu.show");
  EXPECT_FALSE(r.widget("show.start").enabled);
}

}  // namespace
