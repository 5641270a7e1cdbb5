#include "app/session/recipe.h"

#include "app/session/snapshot.h"
#include "tests/session/support.h"

namespace session {
namespace {

using session_test::Folder;
using Verdict = Verification::Verdict;

class Recipe : public session_test::SmallCity {
 protected:
  std::string picture(const std::string& name = "map.png") {
    SnapshotOptions o;
    o.output = folder.file(name), o.width = 640, o.height = 400, o.scene = "first", o.date = "2026-01-01";
    const auto scene = sceneFor(city, o);
    if (!scene) {
      ADD_FAILURE() << scene.error().text();
      return {};
    }
    const RecipeDraft draft = recipeDraft(city, o);
    const auto fonts = scene::Typesetter::open();
    const auto written = writeSnapshot(*scene, o, *fonts, city.worldCrs(), nullptr, nullptr, &draft);
    if (!written) ADD_FAILURE() << written.error().text();
    return o.output;
  }
  void publish(Session& s) {
    Project p = city.project();
    p.page.isPublic = true;
    s.open(p, folder.path());
    s.wait();
  }
  Verdict verdict(const std::string& file) {
    const auto v = verify(file);
    if (!v) ADD_FAILURE() << v.error().text();
    return v ? v->verdict : Verdict::noRecipe;
  }
};

TEST_F(Recipe, HoldsUntilDataOrProjectChange) {
  const std::string map = picture();
  EXPECT_EQ(verdict(map), Verdict::unchanged);
  std::ofstream(folder.file("stations.csv"), std::ios::app) << "s4,丁站,113.3,24.2,illustrative\n";
  const auto v = verify(map);
  ASSERT_TRUE(v);
  EXPECT_EQ(v->verdict, Verdict::changed);
  for (const auto& item : v->data)
    EXPECT_EQ(item.state == Verification::Item::State::changed, item.source == "stations.csv") << item.source;
}

TEST_F(Recipe, NoticesAChangedProjectButNotItsLayoutInTheFile) {
  const std::string map = picture();
  const std::string project = folder.file("city.parkscope.toml");
  std::ofstream(project, std::ios::app) << "\n# a remark\n";
  EXPECT_EQ(verdict(map), Verdict::unchanged);
  Project p = city.project();
  p.indicators[0].classes = 3;
  ASSERT_TRUE(writeProject(p, project));
  const auto v = verify(map);
  ASSERT_TRUE(v);
  EXPECT_TRUE(v->projectChanged);
  EXPECT_EQ(v->verdict, Verdict::changed);
}

TEST_F(Recipe, SaysWhichDataAreGone) {
  const std::string map = picture();
  std::filesystem::remove(folder.file("parks.csv"));
  const auto v = verify(map);
  ASSERT_TRUE(v);
  EXPECT_EQ(v->verdict, Verdict::missing);
}

TEST_F(Recipe, FollowsAFolderThatMovedWithItsPicture) {
  picture();
  Folder other;
  std::filesystem::copy(folder.path(), other.path(), std::filesystem::copy_options::recursive);
  std::filesystem::remove(folder.file("parks.csv"));
  EXPECT_EQ(verdict(other.file("map.png")), Verdict::unchanged);
}

TEST_F(Recipe, BringsTheMapBack) {
  const std::string map = picture();
  Session again;
  const auto opened = again.open(map);
  ASSERT_TRUE(opened) << opened.error().text();
  again.wait();
  EXPECT_EQ(again.project(), city.project());
  EXPECT_EQ(again.view().scene, "first");
  ASSERT_TRUE(again.scene().choropleth);
  EXPECT_EQ(again.scene().choropleth->id, "people");
  EXPECT_TRUE(again.path().empty());
}

TEST_F(Recipe, ThatSomebodyTamperedWithIsToldInOneLineAndNeverTrusted) {
  for (const char* recipe :
       {R"({"options":7,"data":[]})",
        R"({"options":{"language":3},"data":[],"project":"eJw=","project_bytes":5})",
        R"({"options":{},"data":[5],"project":[]})",
        R"({"options":{"extent":["a",1,2,3]},"data":[{"source":8}]})",
        R"({"options":{},"data":[],"shown":3,"project":"####","project_bytes":99999999999})", "{", "[]"}) {
    const std::string forged = folder.write(
        "forged.svg",
        fmt::format("<svg><metadata><parkscope:recipe>{}</parkscope:recipe></metadata></svg>", recipe));
    Session s;
    const auto opened = s.open(forged);
    ASSERT_FALSE(opened) << recipe;
    EXPECT_EQ(opened.error().text().find('\n'), std::string::npos);
    const auto v = verify(forged);
    if (v) {
      EXPECT_EQ(v->verdict, Verdict::altered) << recipe;
    }
  }
}

TEST_F(Recipe, NamesTheWeightsFileOfAnAssociationAmongItsData) {
  folder.write("w.gal", "3\n1 1\n2\n2 2\n1 3\n3 1\n2\n");
  MapSpec m;
  m.kind = MapSpec::Kind::association, m.weights = "gal:w.gal";
  ASSERT_TRUE(does(SetMap{m}));
  city.wait();
  const auto draft = recipeDraft(city, {});
  EXPECT_TRUE(
      std::any_of(draft.data.begin(), draft.data.end(), [](const auto& d) { return d.source == "w.gal"; }));
}

TEST_F(Recipe, OfAPictureWithoutOneIsSaidSo) {
  const std::string plain = folder.write("x.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  EXPECT_EQ(verdict(plain), Verdict::noRecipe);
  Session s;
  const auto opened = s.open(plain);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().text().find("carries no recipe"), std::string::npos);
}

TEST_F(Recipe, ForThePublicSaysNothingOfFolders) {
  Session s;
  publish(s);
  SnapshotOptions o;
  o.output = folder.file("x.png");
  const auto scene = sceneFor(s, o);
  ASSERT_TRUE(scene);
  EXPECT_EQ(recipeText(recipeDraft(s, o), *scene).find(folder.path()), std::string::npos);
}

TEST_F(Recipe, APublicMapThatLacksAnythingIsRefusedWithAllOfIt) {
  Session s;
  publish(s);
  SnapshotOptions o;
  o.output = folder.file("public.png"), o.width = 640, o.height = 400;
  const auto scene = sceneFor(s, o);
  ASSERT_TRUE(scene);
  const auto lacks = unfitToPublish(*scene);
  EXPECT_NE(std::find(lacks.begin(), lacks.end(), "没有审图号"), lacks.end());
  EXPECT_NE(std::find(lacks.begin(), lacks.end(), "图上有示例数据"), lacks.end());
  EXPECT_NE(std::find(lacks.begin(), lacks.end(), "指标没有单位"), lacks.end());
  const auto fonts = scene::Typesetter::open();
  const auto written = writeSnapshot(*scene, o, *fonts, s.worldCrs());
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().text().find("没有审图号；"), std::string::npos) << written.error().text();
  EXPECT_FALSE(std::filesystem::exists(o.output));
}

}  // namespace
}  // namespace session
