#include "app/session/preflight.h"

#include <gmock/gmock.h>

#include "app/scene/legibility.h"
#include "geo/classify.h"
#include "tests/session/support.h"

using namespace session;
using session_test::SmallCity;
using testing::HasSubstr;
using Kind = Finding::Kind;

namespace {

class Preflight : public SmallCity {
 protected:
  std::vector<Finding> found(int width = 1920, int height = 1080) { return preflight(city, width, height); }
  static const Finding* of(const std::vector<Finding>& all, Kind kind, const std::string& scene = "first") {
    for (const Finding& f : all)
      if (f.kind == kind && f.scene == scene) return &f;
    return nullptr;
  }
  SceneSpec first() const { return city.project().scenes[0]; }
  void put(const SceneSpec& s) {
    const auto done = apply(city, PutScene{s});
    ASSERT_TRUE(done) << done.error().text();
    city.wait();
  }
  void seat(double metres, double cm) {
    ShowSpec show = city.project().show;
    show.audienceMetres = metres, show.screenCm = cm;
    ASSERT_TRUE(apply(city, SetShow{show}));
  }
};

}  // namespace

TEST_F(Preflight, AsksForTheAudienceBeforeItSpeaksOfType) {
  const auto all = found();
  ASSERT_TRUE(of(all, Kind::audience, ""));
  EXPECT_FALSE(of(all, Kind::type));
  seat(6, 600);
  EXPECT_FALSE(of(found(), Kind::audience, ""));
}

TEST_F(Preflight, SaysHowSmallTypeIsAndFromWhereItCanBeRead) {
  seat(4, 300);
  EXPECT_FALSE(of(found(), Kind::type)) << "the grid grows with the distance";
  seat(60, 300);
  const auto all = found();
  const Finding* f = of(all, Kind::type);
  ASSERT_TRUE(f);
  EXPECT_TRUE(f->grave);
  EXPECT_EQ(f->number, 1u);
  EXPECT_THAT(f->what, HasSubstr("22′"));
  // The remedy is one: as near as it says nothing is too small.
  double metres = 0;
  ASSERT_EQ(std::sscanf(f->fix.c_str(), "最远的座位移到 %lf 米", &metres), 1) << f->fix;
  EXPECT_GT(metres, 5);
  EXPECT_LT(metres, 60);
  seat(metres, 300);
  EXPECT_FALSE(of(found(), Kind::type));
}

TEST_F(Preflight, ReadsWithTheAudience) {
  SceneSpec s = first();
  s.text = {std::string("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"), ""};
  s.durationSeconds = 2;
  put(s);
  auto all = found();
  const Finding* f = of(all, Kind::pace);
  ASSERT_TRUE(f);
  EXPECT_FALSE(f->grave) << "a presenter goes on when all have read it";
  ShowSpec show;
  show.automatic = true;
  ASSERT_TRUE(apply(city, SetShow{show}));
  all = found();
  ASSERT_TRUE(f = of(all, Kind::pace));
  EXPECT_TRUE(f->grave);
  s.durationSeconds = 12;
  put(s);
  EXPECT_FALSE(of(found(), Kind::pace));
}

TEST_F(Preflight, MissesWordsInTheLanguageThatIsShown) {
  SceneSpec s = first();
  s.name = {"甲", ""}, s.text = {};
  put(s);
  auto all = found();
  const Finding* f = of(all, Kind::words);
  ASSERT_TRUE(f);
  EXPECT_FALSE(f->grave);
  s.text = {"只有中文", ""};
  put(s);
  EXPECT_FALSE(of(found(), Kind::words));
  ASSERT_TRUE(apply(city, SetLanguage{scene::Language::en}));
  all = found();
  ASSERT_TRUE(f = of(all, Kind::words));
  EXPECT_TRUE(f->grave);
}

TEST_F(Preflight, NamesWhatTheSceneNoLongerFinds) {
  SceneSpec s = first();
  s.emphasis = {"counties:99"};
  put(s);
  const auto all = found();
  const Finding* f = of(all, Kind::data);
  ASSERT_TRUE(f);
  EXPECT_THAT(f->what, HasSubstr("counties:99"));
  EXPECT_FALSE(of(all, Kind::data, "second"));
}

TEST_F(Preflight, TellsOfALayerThatDidNotLoad) {
  folder.write("parks.csv", "");
  Session broken;
  ASSERT_TRUE(broken.open(folder.file("city.parkscope.toml")));
  broken.wait();
  bool told = false;
  for (const Finding& f : preflight(broken, 1280, 720)) told |= f.kind == Kind::data && f.grave;
  EXPECT_TRUE(told);
}

TEST_F(Preflight, LooksWithTheEyesThatTheViewHas) {
  EXPECT_FALSE(of(found(), Kind::contrast));
  ASSERT_TRUE(apply(city, SetVision{scene::Vision::projector}));
  const auto all = found();
  const Finding* f = of(all, Kind::contrast);  // grey notes on a dark ground drown in the room's light
  ASSERT_TRUE(f);
  EXPECT_THAT(f->what, HasSubstr("模拟视觉：冲淡的投影"));
  ASSERT_TRUE(apply(city, SetVision{scene::Vision::normal}));
  EXPECT_FALSE(of(found(), Kind::contrast));
}

TEST(PreflightColours, FindsClassesThatColourBlindReadersTakeForEachOther) {
  scene::Stage stage;
  stage.theme = &scene::lightTheme(), stage.width = 1920, stage.height = 1080;
  scene::Choropleth& c = stage.scene.choropleth.emplace();
  c.layer = "areas";
  std::vector<double> values;
  for (int i = 0; i < 9; ++i) values.push_back(i);
  for (const double v : values) c.figures.push_back({v, scene::Status::official, ""});
  c.areaNames.assign(9, "县");
  const auto alike = [&](int classes) {
    c.breaks = *geo::classify(values, geo::BreakMethod::equal, classes);
    std::vector<Finding> found;
    for (const Finding& f : findingsOf({}, stage))
      if (f.kind == Kind::colours) found.push_back(f);
    return found;
  };
  EXPECT_TRUE(alike(4).empty());
  const auto nine = alike(9);  // of one hue, on a light ground
  ASSERT_FALSE(nine.empty());
  EXPECT_FALSE(nine[0].grave);
  EXPECT_THAT(nine[0].what, HasSubstr("绿色盲"));
}

TEST_F(Preflight, OfAProjectWithoutScenesSaysHowToMakeOne) {
  ASSERT_TRUE(apply(city, RemoveScene{"first"}));
  ASSERT_TRUE(apply(city, RemoveScene{"second"}));
  const auto all = found();
  const Finding* f = of(all, Kind::words, "");
  ASSERT_TRUE(f);
  EXPECT_THAT(f->fix, HasSubstr("新建场景"));
}

TEST_F(Preflight, BesideTheWindowFindsTheSame) {
  seat(60, 300);
  ASSERT_TRUE(apply(city, CheckShow{1280, 720}));
  ASSERT_TRUE(city.view().showCheck);
  EXPECT_FALSE(city.view().showCheck->done);
  city.wait();
  ASSERT_TRUE(city.view().showCheck->done);
  EXPECT_EQ(city.view().showCheck->error, "");
  EXPECT_EQ(city.view().showCheck->findings, found(1280, 720));
  EXPECT_EQ(city.view().showCheck->project, city.project());
  EXPECT_FALSE(apply(city, CheckShow{1, 1}));
  EXPECT_FALSE(apply(city, CheckShow{20000, 20000}));
}
