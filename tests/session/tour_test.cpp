#include "app/session/tour.h"

#include "tests/session/support.h"

namespace {

using namespace session;
using session_test::Folder;

class Tour : public testing::Test {
 protected:
  void SetUp() override {
    session_test::writeSmallCity(folder);
    for (const char* id : {"a", "b", "c"}) {
      SceneSpec s;
      s.id = id, s.name = {id, id};
      s.durationSeconds = 4, s.transitionSeconds = 2;
      project.scenes.push_back(s);
    }
    LayerSpec counties;
    counties.id = "counties", counties.source = "counties.geojson", counties.role = scene::Role::county;
    project.layers = {counties};
  }
  void open() {
    session.open(project, folder.path());
    session.wait();
    session.tick(10);
  }
  bool does(const Command& c) { return apply(session, c).has_value(); }
  const std::string& on() const { return session.view().show.scene; }

  Folder folder;
  Project project;
  Session session;
};

TEST_F(Tour, GoesForwardsAndBackAndStopsAtItsEnds) {
  open();
  EXPECT_FALSE(does(StepShow{1})) << "no show is on";
  ASSERT_TRUE(does(StartShow{}));
  EXPECT_EQ(on(), "a");
  ASSERT_TRUE(does(StepShow{-1}));
  EXPECT_EQ(on(), "a");
  ASSERT_TRUE(does(StepShow{1}));
  ASSERT_TRUE(does(StepShow{1}));
  ASSERT_TRUE(does(StepShow{1}));
  EXPECT_EQ(on(), "c");
  EXPECT_EQ(session.view().show.previous, "b");
  ASSERT_TRUE(does(JumpShow{1}));
  EXPECT_EQ(on(), "a");
  EXPECT_FALSE(does(JumpShow{4}));
  EXPECT_FALSE(does(JumpShow{0}));
}

TEST_F(Tour, BeginsWithTheSceneInViewOrTheOneAskedFor) {
  open();
  ASSERT_TRUE(does(ShowScene{"b"}));
  ASSERT_TRUE(does(StartShow{}));
  EXPECT_EQ(on(), "b");
  ASSERT_TRUE(does(StepShow{1}));
  ASSERT_TRUE(does(EndShow{}));
  EXPECT_EQ(session.view().scene, "c") << "the window shows what was on last";
  ASSERT_TRUE(does(StartShow{"a"}));
  EXPECT_EQ(on(), "a");
  EXPECT_FALSE(does(StartShow{"nowhere"}));
}

TEST_F(Tour, GoesOnByItselfAfterEachScenesDuration) {
  project.show.automatic = true;
  open();
  ASSERT_TRUE(does(StartShow{}));
  session.tick(15.9);
  EXPECT_EQ(on(), "a");
  session.tick(16.1);  // two seconds of passage and four of stay
  EXPECT_EQ(on(), "b");
  EXPECT_DOUBLE_EQ(session.view().show.since, 16.1);
  session.tick(22.2);
  session.tick(28.3);
  EXPECT_EQ(on(), "c") << "the last one stays";
  session.tick(100);
  EXPECT_EQ(on(), "c");
}

TEST_F(Tour, LoopsWhereItIsAskedTo) {
  project.show.automatic = project.show.loop = true;
  open();
  ASSERT_TRUE(does(StartShow{"c"}));
  session.tick(17);
  EXPECT_EQ(on(), "a");
}

TEST_F(Tour, HeldOrBlackItStays) {
  project.show.automatic = true;
  open();
  ASSERT_TRUE(does(StartShow{}));
  ASSERT_TRUE(does(HoldShow{}));
  session.tick(100);
  EXPECT_EQ(on(), "a");
  ASSERT_TRUE(does(HoldShow{}));
  ASSERT_TRUE(does(BlackShow{}));
  session.tick(200);
  EXPECT_EQ(on(), "a");
  ASSERT_TRUE(does(BlackShow{}));
  session.tick(201);
  EXPECT_EQ(on(), "b");
}

TEST_F(Tour, RunsByItselfWhenNobodyTouchesItAndStopsAtAKey) {
  project.show.idleSeconds = 60;
  open();
  ASSERT_TRUE(does(StartShow{}));
  session.tick(60);
  EXPECT_FALSE(session.view().show.idle);
  session.tick(71);
  EXPECT_TRUE(session.view().show.idle);
  EXPECT_EQ(on(), "b");
  ASSERT_TRUE(does(StepShow{1}));
  EXPECT_FALSE(session.view().show.idle);
  EXPECT_EQ(on(), "c");
  session.tick(100);
  EXPECT_EQ(on(), "c");
  session.tick(140);
  EXPECT_TRUE(session.view().show.idle) << "it comes back";
  EXPECT_EQ(on(), "a") << "and goes round";
}

TEST_F(Tour, WithoutScenesShowsTheOverview) {
  project.scenes.clear();
  open();
  ASSERT_TRUE(does(StartShow{}));
  EXPECT_EQ(stopsOf(session.project()).size(), 1u);
  EXPECT_EQ(on(), "overview");
  ASSERT_TRUE(does(StepShow{1}));
  EXPECT_EQ(on(), "overview");
}

TEST_F(Tour, AnEmptyProjectHasNothingToShow) {
  const auto done = apply(session, StartShow{});
  EXPECT_FALSE(done);
}

TEST_F(Tour, GoesOnWhenItsSceneIsGoneOrTheFileIsReadAgain) {
  open();
  ASSERT_TRUE(does(StartShow{"b"}));
  ASSERT_TRUE(does(RemoveScene{"b"}));
  EXPECT_EQ(stopIndex(stopsOf(session.project()), session.view().show), 0u);
  ASSERT_TRUE(does(JumpShow{2}));
  EXPECT_EQ(on(), "c");
  session.open(project, folder.path());
  EXPECT_TRUE(session.view().show.on);
  EXPECT_EQ(on(), "c");
}

TEST(Timeline, IsEachScenesPassageAndStay) {
  std::vector<SceneSpec> stops(3);
  stops[0].durationSeconds = 5, stops[0].transitionSeconds = 1;
  stops[1].durationSeconds = 0, stops[1].transitionSeconds = 0;
  stops[2].durationSeconds = 2, stops[2].transitionSeconds = 2;
  const Timeline line = timelineOf(stops);
  EXPECT_DOUBLE_EQ(line.seconds, 6 + 1 + 4) << "no scene is shorter than a second";
  EXPECT_EQ(line.at(0).stop, 0u);
  EXPECT_EQ(line.at(5.99).stop, 0u);
  EXPECT_EQ(line.at(6).stop, 1u);
  EXPECT_EQ(line.at(7).stop, 2u);
  EXPECT_EQ(line.at(1000).stop, 2u);
}

}  // namespace
