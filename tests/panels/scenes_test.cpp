// Scenes made, ordered, written and set in the column; how the show is shown; the check before it; the
// wrapped field.
#include "app/panels/text_box.h"
#include "app/session/preflight.h"
#include "tests/panels/robot.h"

namespace {

using test::Robot;
namespace key = test::key;
constexpr int up = 265;

class Scenes : public testing::Test {
 protected:
  void SetUp() override {
    r.openQingyuan();
    r.click("column.scenes");
    r.frame(2);
  }
  const std::vector<session::SceneSpec>& scenes() const { return r.session.project().scenes; }
  const session::SceneSpec& spec(const std::string& id) const {
    static const session::SceneSpec none;
    for (const auto& s : scenes())
      if (s.id == id) return s;
    return none;
  }
  void show(const std::string& id) {
    r.click("scenes." + id);
    r.settle();
    ASSERT_EQ(r.session.view().scene, id);
  }

  Robot r{1920, 3400};
};

TEST_F(Scenes, AreListedInOrderAndShownByAClick) {
  ASSERT_GE(scenes().size(), 6u);
  float y = 0;
  for (const auto& s : scenes()) {
    EXPECT_GT(r.widget("scenes." + s.id).rect.y, y) << s.id;
    y = r.widget("scenes." + s.id).rect.y;
  }
  show("population");
  EXPECT_EQ(r.session.scene().choropleth->id, spec("population").indicator);
  EXPECT_NE(r.widget("scenes.indicator").value.find("2023"), std::string::npos)
      << r.widget("scenes.indicator").value;
}

TEST_F(Scenes, AreMadeOfTheViewUnderAName) {
  const size_t before = scenes().size();
  EXPECT_FALSE(r.widget("scenes.add").enabled);
  r.click("scenes.new");
  r.type("近看两核");
  r.click("scenes.add");
  ASSERT_EQ(scenes().size(), before + 1);
  EXPECT_EQ(scenes().back().name.zh, "近看两核");
  EXPECT_EQ(r.session.view().scene, scenes().back().id);
  r.click("scenes.new");
  r.type("按回车也行");
  r.key(key::enter);
  EXPECT_EQ(scenes().size(), before + 2);
  r.key('Z', true), r.key('Z', true);
  EXPECT_EQ(scenes().size(), before);
}

TEST_F(Scenes, AreReorderedByDragInOneStepAndByKeys) {
  const std::string a = scenes()[0].id, b = scenes()[1].id, c = scenes()[2].id;
  const auto from = r.widget("scenes." + a).rect, to = r.widget("scenes." + c).rect;
  const size_t steps = r.session.history().size();
  r.dragThrough({from.centre(), {from.centre().x, to.centre().y}}, 10);
  EXPECT_EQ(scenes()[0].id, b);
  EXPECT_EQ(scenes()[1].id, c);
  EXPECT_EQ(scenes()[2].id, a);
  EXPECT_EQ(r.session.history().size(), steps + 1);
  show(a);
  r.hold(false, false, true);
  r.press({up, false, false, true});
  r.hold(false);
  EXPECT_EQ(scenes()[1].id, a);
  r.key('Z', true), r.key('Z', true);
  EXPECT_EQ(scenes()[0].id, a);
}

TEST_F(Scenes, AreRetakenCopiedAndDeleted) {
  show("population");
  (void)session::apply(r.session, session::SetIndicator{"gdp"});
  r.frame(3);
  ASSERT_TRUE(r.session.view().sceneEdited);
  r.click("scenes.retake");
  EXPECT_EQ(spec("population").indicator, "gdp");
  EXPECT_FALSE(r.session.view().sceneEdited);
  const size_t before = scenes().size();
  r.click("scenes.copy");
  r.settle();
  ASSERT_EQ(scenes().size(), before + 1);
  const std::string copy = r.session.view().scene;
  EXPECT_NE(copy, "population");
  EXPECT_EQ(spec(copy).indicator, "gdp");
  EXPECT_EQ(spec(copy).name.zh, spec("population").name.zh + " 副本");
  r.click("scenes.remove");
  EXPECT_EQ(scenes().size(), before);
  EXPECT_TRUE(r.session.view().scene.empty());
}

TEST_F(Scenes, HaveWordsInBothLanguagesAndNotes) {
  show("population");
  r.write("scenes.name.zh", "人口在哪里");
  r.write("scenes.name.en", "Where people live");
  EXPECT_EQ(spec("population").name.zh, "人口在哪里");
  EXPECT_EQ(spec("population").name.en, "Where people live");
  const size_t steps = r.session.history().size();
  r.click("scenes.notes.zh");
  r.type("先停一停");
  r.type("，再往下讲");
  EXPECT_NE(spec("population").notes.zh.find("先停一停，再往下讲"), std::string::npos) << "live";
  r.click("column.scenes");
  EXPECT_EQ(r.session.history().size(), steps + 1) << "one step";
  r.key('Z', true);
  EXPECT_EQ(spec("population").notes.zh.find("先停一停"), std::string::npos);
}

TEST_F(Scenes, HaveTimesWithinBounds) {
  show("population");
  r.write("scenes.duration", "25.5");
  EXPECT_EQ(spec("population").durationSeconds, 25.5);
  r.write("scenes.transition", "3");
  EXPECT_EQ(spec("population").transitionSeconds, 3);
  r.write("scenes.transition", "900");
  EXPECT_EQ(spec("population").transitionSeconds, 3);
  EXPECT_TRUE(r.has("scenes.transition.refused"));
  r.write("scenes.transition", "0");
  EXPECT_FALSE(r.has("scenes.transition.refused"));
}

TEST_F(Scenes, SayWhichLayersTheyShow) {
  show("overview");
  const auto shown = [&](const char* id) {
    const auto* l = scene::findLayer(r.session.scene(), id);
    return l && l->visible;
  };
  ASSERT_TRUE(shown("rivers"));
  r.click("scenes.layer.rivers");
  EXPECT_FALSE(shown("rivers"));
  EXPECT_TRUE(shown("counties"));
  EXPECT_EQ(r.widget("scenes.layer.rivers").value, "off");
  r.click("scenes.layer.rivers");
  EXPECT_TRUE(shown("rivers"));
}

TEST_F(Scenes, EmphasiseWhatIsSelected) {
  show("population");
  const size_t before = spec("population").emphasis.size();
  EXPECT_FALSE(r.widget("scenes.emphasise").enabled);
  (void)session::apply(r.session, session::Select{scene::ObjectRef{"counties", 2}});
  r.frame(3);
  r.click("scenes.emphasise");
  ASSERT_EQ(spec("population").emphasis.size(), before + 1);
  const std::string e = spec("population").emphasis.back();
  EXPECT_TRUE(e.starts_with("counties:"));
  EXPECT_FALSE(r.session.scene().emphasis.empty());
  EXPECT_FALSE(r.widget("scenes.emphasise").enabled) << "it is emphasised already";
  r.click("scenes.emphasis." + e + ".remove");
  EXPECT_EQ(spec("population").emphasis.size(), before);
}

TEST_F(Scenes, AreTiltedBySlidersInOneStep) {
  show("population");
  ASSERT_FALSE(spec("population").tilt);
  r.click("scenes.tilt");
  ASSERT_TRUE(spec("population").tilt);
  const size_t steps = r.session.history().size();
  r.drag("scenes.degrees", 0.7f, 0.3f, 12);
  EXPECT_NEAR(spec("population").tilt->degrees, 21, 3);
  EXPECT_EQ(r.session.history().size(), steps + 1);
  r.click("scenes.heights.1");
  EXPECT_EQ(spec("population").tilt->heights, session::TiltSpec::Heights::columns);
  r.click("scenes.heightOf");
  r.click("choice.scenes.heightOf.1");
  EXPECT_EQ(spec("population").tilt->indicator, r.session.project().indicators[0].id);
  r.drag("scenes.share", 0.2f, 0.8f);
  EXPECT_GT(spec("population").tilt->share, 0.4);
  r.drag("scenes.bearing", 0.5f, 0.75f);
  EXPECT_NEAR(spec("population").tilt->bearing, 90, 10);
  r.click("scenes.heights.2");
  EXPECT_FALSE(r.has("scenes.share"));
  r.click("scenes.tilt");
  EXPECT_FALSE(spec("population").tilt);
}

TEST_F(Scenes, StandBesideTheRankingOrTheYears) {
  show("population");
  r.click("scenes.side.1");
  EXPECT_EQ(spec("population").side, scene::SidePanel::years);
  r.click("scenes.side.0");
  EXPECT_EQ(spec("population").side, scene::SidePanel::ranking);
}

TEST_F(Scenes, CanBeSheets) {
  show("population");
  r.click("scenes.composition.2");
  EXPECT_EQ(spec("population").composition, scene::Composition::ledger);
  EXPECT_EQ(r.session.scene().composition, scene::Composition::ledger);
  EXPECT_FALSE(r.widget("scenes.tilt").enabled);
}

TEST_F(Scenes, AShowIsSetBelow) {
  const auto& show = r.session.project().show;
  r.click("show.automatic"), r.click("show.loop"), r.click("show.captions"), r.click("show.reduced");
  EXPECT_TRUE(show.automatic && show.loop && show.reducedMotion);
  EXPECT_FALSE(show.captions);
  r.click("show.beads.2");
  EXPECT_EQ(show.beads, session::ShowSpec::Beads::never);
  r.write("show.idle", "120");
  r.write("show.audience", "12"), r.write("show.screen", "600");
  EXPECT_EQ(show.idleSeconds, 120);
  EXPECT_EQ(show.audienceMetres, 12);
  EXPECT_EQ(show.screenCm, 600);
  for (int i = 0; i < 8; ++i) r.key('Z', true);
  EXPECT_EQ(show, session::ShowSpec{});
}

TEST_F(Scenes, WithoutAnySayHowToMakeOne) {
  while (!scenes().empty()) (void)session::apply(r.session, session::RemoveScene{scenes()[0].id});
  r.frame(3);
  EXPECT_TRUE(r.has("scenes.none"));
  r.click("scenes.new");
  r.type("第一个");
  r.click("scenes.add");
  EXPECT_FALSE(r.has("scenes.none"));
  EXPECT_EQ(scenes().size(), 1u);
}

TEST_F(Scenes, AreCheckedBeforeTheShow) {
  r.click("show.check");
  r.frame(2);
  ASSERT_TRUE(r.has("check.summary"));
  r.session.wait();
  r.frame(3);
  ASSERT_TRUE(r.session.view().showCheck && r.session.view().showCheck->done);
  ASSERT_FALSE(r.session.view().showCheck->findings.empty()) << "nobody has said where the audience sits";
  ASSERT_TRUE(r.has("check.finding.0"));
  const auto& findings = r.session.view().showCheck->findings;
  for (size_t i = 0; i < findings.size(); ++i)
    if (!findings[i].scene.empty()) {
      const std::string scene = findings[i].scene;
      r.click(fmt::format("check.finding.{}.show", i));
      EXPECT_EQ(r.session.view().scene, scene);
      EXPECT_FALSE(r.has("check.summary"));
      break;
    }
  r.click("show.check");
  r.write("check.width", "3840"), r.write("check.height", "2160");
  r.click("check.run");
  r.session.wait();
  r.frame(2);
  EXPECT_EQ(r.session.view().showCheck->width, 3840);
  r.write("check.width", "5");
  EXPECT_FALSE(r.widget("check.run").enabled);
  r.key(key::escape);
  EXPECT_FALSE(r.has("check.summary"));
}

float byBytes(std::string_view s) { return static_cast<float>(s.size()); }

TEST(TextBox, WrapsAndUnwrapsToTheSameText) {
  for (const std::string text : {"", "one two three four", "清远市两个核心六个节点", "a\nb c d e f g h i j",
                                 "wwwwwwwwwwwwwwwwwwwwwwwwwwwww", "混排 mixed 文字 with spaces 和汉字"})
    for (const float width : {3.f, 6.f, 10.f, 100.f}) {
      const std::string shown = panels::softWrapped(text, width, byBytes);
      EXPECT_EQ(panels::withoutSoftBreaks(shown), text) << width;
    }
  EXPECT_EQ(panels::softWrapped("one two three", 8, byBytes), "one two \r\nthree");
}

TEST(TextBox, KeepsTheCursorAtItsCharacter) {
  const std::string text = "one two three four five";
  for (int at = 0; at <= static_cast<int>(text.size()); ++at) {
    int moved = at;
    const std::string shown = panels::softWrapped(text, 8, byBytes, &moved);
    panels::withoutSoftBreaks(shown, &moved);
    EXPECT_EQ(moved, at);
  }
}

TEST(TextBox, DeletesACharacterWhereOnlyASoftBreakWasHit) {
  const std::string shown = "one two \r\nthree";
  int at = 9;  // backspace took the "\n"
  EXPECT_EQ(panels::edited(shown, "one two \rthree", &at), "one twothree");
  EXPECT_EQ(at, 7);
  at = 8;  // delete took the "\r"
  EXPECT_EQ(panels::edited(shown, "one two \nthree", &at), "one two hree");
  EXPECT_EQ(at, 8);
  at = 4;
  EXPECT_EQ(panels::edited(shown, "one xtwo \r\nthree", &at), "one xtwo three");
}

}  // namespace
