#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/session/command.h"
#include "app/session/flight.h"
#include "app/session/snapshot.h"
#include "tests/session/support.h"

using namespace session;
using session_test::allMessages;
using session_test::SmallCity;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string projectText(const Session& s) { return formatProject(s.project()); }

}  // namespace

TEST_F(SmallCity, UndoAndRedoEveryChangeOfTheProject) {
  const std::vector<Command> commands = {
      SetLayerVisible{"nodes", false},
      SetLayerOpacity{"counties", 0.4},
      MoveLayer{"stations", 3},
      RenameLayer{"nodes", "新名"},
      SetIndicator{"people"},
      SetYear{2023},
      SetClassification{"people", geo::BreakMethod::equal, 3, {}},
      SetClassification{"people", geo::BreakMethod::manual, 2, {1500, 4000}},
      SetPalette{"people", "rose"},
      SetTitle{"新标题"},
      SetTheme{"light"},
      AddScene{"第三景"},
      RemoveScene{"first"},
      RemoveLayer{"stations"},
      RemoveLayer{"nodes"},
  };
  std::vector<std::string> states{projectText(city)};
  for (const Command& c : commands) {
    const auto done = apply(city, c);
    ASSERT_TRUE(done) << describe(c).id << ": " << done.error().text();
    city.wait();
    EXPECT_NE(projectText(city), states.back()) << describe(c).id;
    const auto parsed = parseProject(projectText(city), "p");
    EXPECT_TRUE(parsed) << describe(c).id << ": " << parsed.error().text();
    states.push_back(projectText(city));
  }
  EXPECT_EQ(city.history().size(), commands.size());
  EXPECT_TRUE(city.changed());
  for (size_t i = commands.size(); i-- > 0;) {
    ASSERT_TRUE(does(Undo{}));
    EXPECT_EQ(projectText(city), states[i]) << describe(commands[i]).id;
  }
  EXPECT_FALSE(city.changed());
  EXPECT_FALSE(does(Undo{}));
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSERT_TRUE(does(Redo{}));
    EXPECT_EQ(projectText(city), states[i + 1]) << describe(commands[i]).id;
  }
  EXPECT_FALSE(does(Redo{}));
  city.wait();
  EXPECT_FALSE(city.busy());
}

TEST_F(SmallCity, OneDragIsOneStep) {
  const std::string before = projectText(city);
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(does(SetLayerOpacity{"counties", 1 - 0.02 * i, false}));
  ASSERT_TRUE(does(SetLayerOpacity{"counties", 0.6, true}));
  EXPECT_EQ(city.history().size(), 1u);
  ASSERT_TRUE(does(SetLayerOpacity{"counties", 0.5, false}));
  ASSERT_TRUE(does(SetLayerOpacity{"counties", 0.5, true}));
  EXPECT_EQ(city.history().size(), 2u);
  ASSERT_TRUE(does(SetLayerOpacity{"nodes", 0.5, false})) << "another layer is another drag";
  EXPECT_EQ(city.history().size(), 3u);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(does(Undo{}));
  EXPECT_EQ(projectText(city), before);
}

TEST_F(SmallCity, AChangeThatChangesNothingIsNoStep) {
  ASSERT_TRUE(does(SetTheme{"dark"}));
  ASSERT_TRUE(does(SetLayerVisible{"nodes", true}));
  EXPECT_FALSE(city.canUndo());
  EXPECT_FALSE(city.changed());
}

TEST_F(SmallCity, ChangingThePaletteDoesNotComputeAnythingAgain) {
  const scene::Figure* before = city.indicator("density").byYear.at(2020).data();
  const void* shape = city.layer("counties").shape.get();
  ASSERT_TRUE(does(SetPalette{"density", "rose"}));
  ASSERT_TRUE(does(SetLayerOpacity{"counties", 0.5}));
  ASSERT_TRUE(does(SetClassification{"density", geo::BreakMethod::equal, 3, {}}));
  city.wait();
  EXPECT_EQ(city.indicator("density").byYear.at(2020).data(), before);
  EXPECT_EQ(city.layer("counties").shape.get(), shape);
  EXPECT_EQ(city.scene().choropleth->breaks.method, geo::BreakMethod::equal);
}

TEST_F(SmallCity, CommandsSayWhyTheyAreNotAvailable) {
  const auto why = [&](const Command& c) {
    const auto can = canApply(city, c);
    return can ? std::string() : can.error().text();
  };
  EXPECT_THAT(why(SetLayerVisible{"x", true}),
              HasSubstr("There is no layer \"x\". layers: counties, stations, nodes, cores."));
  EXPECT_THAT(why(SetIndicator{"x"}), HasSubstr("indicators: density"));
  EXPECT_THAT(why(ShowScene{"x"}), HasSubstr("scenes: first, second"));
  EXPECT_THAT(why(RemoveLayer{"counties"}), HasSubstr("密度"));
  EXPECT_FALSE(why(SetLayerOpacity{"nodes", 2}).empty());
  EXPECT_FALSE(why(SetClassification{"people", geo::BreakMethod::manual, 3, {}}).empty());
  EXPECT_FALSE(why(SetClassification{"people", geo::BreakMethod::manual, 3, {2, 1}}).empty());
  EXPECT_FALSE(why(SetPalette{"people", "jet"}).empty());
  EXPECT_FALSE(why(SetTheme{"blue"}).empty());
  EXPECT_FALSE(why(Undo{}).empty());
  EXPECT_FALSE(why(CopyFigures{}).empty());
  EXPECT_FALSE(why(CancelJobs{}).empty());
  EXPECT_FALSE(why(ZoomTo{{"nodes", 2}}).empty()) << "it has no place";
  ExportImage image;
  image.path = "x.gif";
  EXPECT_FALSE(why(image).empty());
  image.path = "x.png";
  EXPECT_TRUE(why(image).empty());
  EXPECT_TRUE(why(Quit{}).empty());
  ASSERT_TRUE(does(SetTitle{"改"}));
  EXPECT_FALSE(why(Quit{}).empty());
  EXPECT_TRUE(why(Quit{true}).empty());
  EXPECT_FALSE(why(OpenProject{"x"}).empty());
  EXPECT_FALSE(does(SetIndicator{"x"}));
  EXPECT_THAT(city.messages().back().text, HasSubstr("There is no indicator \"x\""));
}

TEST_F(SmallCity, ShowingASceneChangesThePictureAndNotTheProject) {
  const std::string before = projectText(city);
  ASSERT_TRUE(does(ShowScene{"first"}));
  EXPECT_EQ(projectText(city), before);
  EXPECT_EQ(city.currentYear(), 2023);
  const scene::Scene& s = city.scene();
  EXPECT_EQ(s.number, 1);
  EXPECT_EQ(s.count, 2);
  EXPECT_EQ(s.choropleth->id, "people");
  EXPECT_FALSE(scene::findLayer(s, "nodes")->visible);
  EXPECT_TRUE(s.leads.empty()) << "no arc to a layer that is not shown";
  ASSERT_TRUE(does(NextScene{1}));
  EXPECT_EQ(city.view().scene, "second");
  EXPECT_FALSE(city.scene().choropleth) << "this scene shows no indicator";
  ASSERT_TRUE(does(NextScene{1}));
  EXPECT_EQ(city.view().scene, "first");
  ASSERT_TRUE(does(NextScene{-1}));
  EXPECT_EQ(city.view().scene, "second");
}

TEST_F(SmallCity, AChangeWithinASceneStartsFromWhatTheSceneShows) {
  const std::string before = projectText(city);
  ASSERT_TRUE(does(ShowScene{"first"}));
  ASSERT_TRUE(does(SetIndicator{"density"}));
  const scene::Scene& s = city.scene();
  EXPECT_EQ(s.choropleth->id, "density");
  EXPECT_EQ(s.choropleth->year, 2023);
  EXPECT_FALSE(scene::findLayer(s, "nodes")->visible) << "as in the scene";
  EXPECT_EQ(city.history().size(), 1u);
  ASSERT_TRUE(does(Undo{}));
  EXPECT_EQ(projectText(city), before);
  EXPECT_EQ(city.scene().choropleth->id, "people") << "the scene is shown again";
}

TEST_F(SmallCity, ANewSceneShowsThePresentView) {
  city.setFrame({0, 0, 800, 600});
  ASSERT_TRUE(does(SetLayerVisible{"stations", false}));
  ASSERT_TRUE(does(Zoom{4, {400, 300}}));
  ASSERT_TRUE(does(AddScene{"近景"}));
  const SceneSpec& scene = city.project().scenes.back();
  EXPECT_THAT(scene.layers, ElementsAre("counties", "nodes", "cores"));
  EXPECT_EQ(scene.indicator, "density");
  EXPECT_EQ(scene.year, 2020);
  ASSERT_TRUE(scene.camera.extentLonLat);
  EXPECT_LT(scene.camera.extentLonLat->width(), 1);
  EXPECT_EQ(city.view().scene, scene.id);
}

TEST_F(SmallCity, ScenesAreMadeEditedMovedAndTakenBack) {
  const auto ids = [&] {
    std::vector<std::string> all;
    for (const SceneSpec& s : city.project().scenes) all.push_back(s.id);
    return all;
  };
  const auto spec = [&](const std::string& id) {
    for (const SceneSpec& s : city.project().scenes)
      if (s.id == id) return s;
    return SceneSpec{};
  };
  const std::string before = projectText(city);
  ASSERT_TRUE(does(ShowScene{"first"}));
  SceneSpec changed = spec("first");
  changed.text = {"看这里", "Look here"}, changed.notes = {"先停一停", ""};
  changed.durationSeconds = 30, changed.emphasis = {"counties:2"}, changed.tilt.emplace().degrees = 40;
  ASSERT_TRUE(does(PutScene{changed}));
  EXPECT_EQ(spec("first"), changed);
  EXPECT_FALSE(city.view().sceneEdited) << "the map still shows the scene itself";
  EXPECT_EQ(city.scene().text, "看这里");
  EXPECT_EQ(city.scene().emphasis, (std::vector<scene::ObjectRef>{{"counties", 1}}));
  SceneSpec copy = changed;
  copy.id = "copy";
  ASSERT_TRUE(does(PutScene{copy}));
  EXPECT_THAT(ids(), ElementsAre("first", "copy", "second")) << "after the one in view";
  ASSERT_TRUE(does(MoveScene{"first", 2}));
  EXPECT_THAT(ids(), ElementsAre("copy", "second", "first"));
  ASSERT_TRUE(does(MoveScene{"first", -5}));
  EXPECT_THAT(ids(), ElementsAre("first", "copy", "second"));
  ASSERT_TRUE(does(SetIndicator{"density"}));
  EXPECT_TRUE(city.view().sceneEdited);
  ASSERT_TRUE(does(RetakeScene{"first"}));
  EXPECT_EQ(spec("first").indicator, "density");
  EXPECT_EQ(spec("first").text, changed.text) << "the words stay";
  EXPECT_EQ(spec("first").tilt, changed.tilt);
  EXPECT_FALSE(city.view().sceneEdited);
  ASSERT_TRUE(does(RemoveScene{"copy"}));
  EXPECT_THAT(ids(), ElementsAre("first", "second"));
  const size_t steps = city.history().size();
  EXPECT_EQ(steps, 7u);
  const std::string after = projectText(city);
  EXPECT_TRUE(parseProject(after, "p"));
  for (size_t i = 0; i < steps; ++i) ASSERT_TRUE(does(Undo{}));
  EXPECT_EQ(projectText(city), before);
  for (size_t i = 0; i < steps; ++i) ASSERT_TRUE(does(Redo{}));
  EXPECT_EQ(projectText(city), after);
  EXPECT_FALSE(does(MoveScene{"gone", 0}));
  EXPECT_FALSE(does(RetakeScene{"gone"}));
  changed.indicator = "gone";
  EXPECT_FALSE(does(PutScene{changed}));
}

TEST_F(SmallCity, ASlidersDragInASceneIsOneStep) {
  SceneSpec s = city.project().scenes[0];
  s.tilt.emplace();
  ASSERT_TRUE(does(PutScene{s}));
  for (int i = 1; i <= 12; ++i) {
    s.tilt->degrees = 50 - i;
    ASSERT_TRUE(does(PutScene{s, false}));
  }
  ASSERT_TRUE(does(PutScene{s, true}));
  EXPECT_EQ(city.history().size(), 2u);
  ASSERT_TRUE(does(Undo{}));
  EXPECT_EQ(city.project().scenes[0].tilt->degrees, 50);
  ShowSpec show = city.project().show;
  for (int i = 1; i <= 5; ++i) {
    show.audienceMetres = i;
    ASSERT_TRUE(does(SetShow{show, false}));
  }
  ASSERT_TRUE(does(SetShow{show, true}));
  EXPECT_EQ(city.history().size(), 2u);
  EXPECT_EQ(city.scene().viewing.audienceMetres, 5);
  ASSERT_TRUE(does(Undo{}));
  EXPECT_EQ(city.project().show, ShowSpec{});
}

TEST_F(SmallCity, AShowStartsAtTheSceneInView) {
  ASSERT_TRUE(does(ShowScene{"second"}));
  ASSERT_TRUE(does(StartShow{}));
  EXPECT_TRUE(city.view().show.on);
  EXPECT_EQ(city.view().show.scene, "second");
  ASSERT_TRUE(does(StartShow{"first"}));
  EXPECT_EQ(city.view().show.scene, "first");
  EXPECT_FALSE(does(StartShow{"gone"}));
  EXPECT_FALSE(city.canUndo()) << "presenting changes nothing of the project";
}

TEST_F(SmallCity, RemovingALayerTakesAlongWhatHasNothingLeftToCount) {
  ASSERT_TRUE(does(RemoveLayer{"stations"}));
  for (const auto& i : city.project().indicators) EXPECT_NE(i.id, "per_station");
  EXPECT_TRUE(city.project().targets[1].countOf.empty());
  ASSERT_TRUE(does(RemoveLayer{"nodes"}));
  for (const auto& i : city.project().indicators)
    if (i.id == "places") {
      EXPECT_EQ(i.countOf, "cores");
    }
}

TEST_F(SmallCity, SavingElsewhereKeepsTheDataFound) {
  session_test::Folder other;
  ASSERT_TRUE(does(SetTitle{"改"}));
  const void* shape = city.layer("counties").shape.get();
  ASSERT_TRUE(does(SaveProjectAs{other.file("新 项目")}));
  city.wait();
  EXPECT_EQ(city.path(), other.file("新 项目.parkscope.toml"));
  EXPECT_FALSE(city.changed());
  EXPECT_EQ(city.layer("counties").shape.get(), shape) << "the same file: nothing is loaded again";
  Session again;
  ASSERT_TRUE(again.open(city.path()));
  again.wait();
  EXPECT_EQ(again.layer("counties").stage, LayerState::Stage::ready) << allMessages(again);
  ASSERT_TRUE(does(Undo{}));
  city.wait();
  EXPECT_EQ(city.layer("counties").stage, LayerState::Stage::ready) << "older steps find their files, too";
  EXPECT_TRUE(city.changed());
  ASSERT_TRUE(does(SaveProject{}));
  city.wait();
  EXPECT_FALSE(city.changed());
  ASSERT_TRUE(does(SaveProjectAs{other.file("none/x.parkscope.toml")}));
  city.wait();
  EXPECT_EQ(city.messages().back().level, Message::Level::error);
  EXPECT_THAT(city.messages().back().text, testing::HasSubstr("none/x.parkscope.toml"));
  EXPECT_EQ(city.path(), other.file("新 项目.parkscope.toml"));
}

TEST_F(SmallCity, SavingElsewhereKeepsTheFilesOfBasemapsFound) {
  session_test::Folder other;
  BasemapSpec b;
  b.id = "photo", b.name = {"影像", ""}, b.kind = BasemapSpec::Kind::raster, b.source = "photo.tif";
  ASSERT_TRUE(does(PutBasemap{b}));
  ASSERT_TRUE(does(SaveProjectAs{other.file("x.parkscope.toml")}));
  city.wait();
  EXPECT_EQ(std::filesystem::weakly_canonical(other.file(city.project().basemaps[0].source)),
            std::filesystem::weakly_canonical(folder.file("photo.tif")));
}

TEST_F(SmallCity, TheBuiltInProjectIsNotOverwritten) {
  Session s;
  ASSERT_TRUE(s.open(embeddedProjectPath()));
  EXPECT_FALSE(canApply(s, SaveProject{}));
  EXPECT_TRUE(canApply(s, SaveProjectAs{"x"}));
}

TEST_F(SmallCity, AddsDataAsOneStepAndTellsWhatCouldNotBeAdded) {
  const std::string extra = folder.write("extra.csv", "name,lon,lat\na,113.1,24.1\n");
  ASSERT_TRUE(does(AddData{{extra, folder.file("gone.shp")}}));
  city.wait();
  ASSERT_EQ(city.project().layers.size(), 5u);
  EXPECT_EQ(city.project().layers.back().source, "extra.csv") << "relative to the project";
  EXPECT_EQ(city.layer("extra").stage, LayerState::Stage::ready);
  EXPECT_THAT(allMessages(city), HasSubstr("gone.shp does not exist"));
  EXPECT_EQ(city.history().size(), 1u);
  ASSERT_TRUE(does(AddData{{extra}}));
  city.wait();
  EXPECT_EQ(city.project().layers.back().id, "extra-2");
  ASSERT_TRUE(does(Undo{}));
  ASSERT_TRUE(does(Undo{}));
  EXPECT_FALSE(city.changed());
}

TEST_F(SmallCity, OpensAProjectThatIsDroppedOnIt) {
  session_test::Folder other;
  session_test::writeSmallCity(other);
  ASSERT_TRUE(does(AddData{{other.file("city.parkscope.toml")}}));
  EXPECT_EQ(city.path(), other.file("city.parkscope.toml"));
}

TEST_F(SmallCity, TheCameraFollowsTheFrameUntilTheUserMoves) {
  city.setFrame({0, 0, 800, 600});
  const geo::Box home = city.scene().home;
  EXPECT_TRUE(city.view().camera.world().contains({home.minX, home.minY}));
  const double fit = city.view().camera.metresPerUnit;
  city.setFrame({0, 0, 400, 300});
  EXPECT_NEAR(city.view().camera.metresPerUnit, 2 * fit, 1e-6);
  ASSERT_TRUE(does(Pan{10, 0}));
  const geo::Point centre = city.view().camera.centre;
  city.setFrame({0, 0, 800, 600});
  EXPECT_EQ(city.view().camera.centre, centre);
  EXPECT_NEAR(city.view().camera.metresPerUnit, 2 * fit, 1e-6);
  ASSERT_TRUE(does(FitAll{}));
  for (int i = 0; i <= 40; ++i) city.tick(100 + i * 0.1);
  EXPECT_FALSE(city.view().flight);
  EXPECT_NEAR(city.view().camera.metresPerUnit, fit, 1e-6);
}

TEST_F(SmallCity, ZoomKeepsThePointUnderThePointer) {
  city.setFrame({10, 20, 800, 600});
  const scene::Vec pointer{200, 500};
  const geo::Point before = city.view().camera.worldFromCanvas(pointer);
  ASSERT_TRUE(does(Zoom{1.7, pointer}));
  const geo::Point after = city.view().camera.worldFromCanvas(pointer);
  EXPECT_NEAR(before.x, after.x, 0.5);
  EXPECT_NEAR(before.y, after.y, 0.5);
  EXPECT_FALSE(does(Zoom{0, pointer}));
}

TEST_F(SmallCity, HoverLeavesThePictureButItsHighlight) {
  const uint64_t version = city.version();
  const scene::SceneLayer* layer = scene::findLayer(city.scene(), "counties");
  ASSERT_TRUE(does(Hover{scene::ObjectRef{"counties", 1}}));
  EXPECT_GT(city.version(), version);
  EXPECT_EQ(city.scene().hovered, (scene::ObjectRef{"counties", 1}));
  EXPECT_EQ(scene::findLayer(city.scene(), "counties"), layer) << "not built again";
  const uint64_t hovered = city.version();
  ASSERT_TRUE(does(Hover{scene::ObjectRef{"counties", 1}}));
  EXPECT_EQ(city.version(), hovered);
}

TEST_F(SmallCity, CopiesFiguresWithTheirSources) {
  ASSERT_TRUE(does(Select{scene::ObjectRef{"counties", 1}}));
  ASSERT_TRUE(does(CopyFigures{}));
  EXPECT_THAT(city.view().clipboard, HasSubstr("乙瑶族自治县"));
  EXPECT_THAT(city.view().clipboard, HasSubstr("人口\t2020\t2000\t\t官方\t普查"));
  EXPECT_THAT(city.view().clipboard, HasSubstr("人口\t2023\t未公布\t\t缺失"));
}

TEST_F(SmallCity, ExportsWhatTheSnapshotWouldWrite) {
  const std::string a = folder.file("a.png"), b = folder.file("b.png");
  setenv("SOURCE_DATE_EPOCH", "1750000000", 1);
  ExportImage command;
  command.path = a, command.width = 640, command.height = 360;
  ASSERT_TRUE(does(command));
  city.wait();
  unsetenv("SOURCE_DATE_EPOCH");
  SnapshotOptions options;
  options.output = b, options.width = 640, options.height = 360, options.date = "2025-06-15",
  options.theme = city.project().theme;
  const auto fonts = scene::Typesetter::open();
  ASSERT_TRUE(fonts);
  const auto scene = sceneFor(city, options);
  ASSERT_TRUE(scene);
  const RecipeDraft recipe = recipeDraft(city, options);
  const auto written = writeSnapshot(*scene, options, *fonts, city.worldCrs(), nullptr, nullptr, &recipe);
  ASSERT_TRUE(written) << written.error().text();
  const auto bytes = [](const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  };
  ASSERT_FALSE(bytes(a).empty()) << allMessages(city);
  EXPECT_TRUE(bytes(a) == bytes(b));
}

TEST(Snapshot, RefusesWhatCannotBeMadeInOneLine) {
  const auto said = [](const SnapshotOptions& o) {
    const auto good = checkSnapshot(o);
    return good ? std::string() : good.error().text();
  };
  SnapshotOptions o;
  o.output = "map.gif";
  EXPECT_THAT(said(o), HasSubstr("Endings: .png .jpg .webp .tif .pdf .svg."));
  o.output = "map.PNG";
  EXPECT_EQ(said(o), "");
  o.width = 3;
  EXPECT_THAT(said(o), HasSubstr("64"));
  o.width = 1920, o.paper = "B5";
  EXPECT_THAT(said(o), HasSubstr("A4, A3"));
  o.paper = "A0", o.dpi = 3000;
  EXPECT_THAT(said(o), HasSubstr("dpi"));
  o.dpi = 300, o.theme = "pink";
  EXPECT_THAT(said(o), HasSubstr("dark, light"));
}

TEST(Commands, AllHaveANameAndHelpInBothLanguages) {
  const auto &zh = allCommands(), &en = allCommands(scene::Language::en);
  ASSERT_EQ(zh.size(), std::variant_size_v<Command>);
  std::set<std::string> ids;
  for (size_t i = 0; i < zh.size(); ++i) {
    EXPECT_TRUE(ids.insert(zh[i].id).second) << zh[i].id;
    EXPECT_FALSE(zh[i].name.empty() || zh[i].help.empty()) << zh[i].id;
    EXPECT_NE(zh[i].name, en[i].name) << zh[i].id;
    EXPECT_NE(zh[i].help, en[i].help) << zh[i].id;
  }
  EXPECT_EQ(describe(SaveProject{}).shortcut, "Ctrl+S");
  EXPECT_EQ(describe(NextScene{-1}, scene::Language::en).name, "Previous scene");
  EXPECT_EQ(describe(ShowHelp{}).id, "show-help") << "the table follows the variant to its end";
}

TEST(Flight, StartsAndEndsWhereItShouldAndIsAFunctionOfTime) {
  const scene::Rect frame{0, 0, 1000, 500};
  const scene::Camera from{frame, {0, 0}, 100}, to{frame, {200'000, 50'000}, 10};
  const View::Flight f = flight(from, to);
  EXPECT_GE(f.seconds, 1.6);
  EXPECT_LE(f.seconds, 2.4 + 1e-12);
  EXPECT_NEAR(cameraAt(f, 0).centre.x, 0, 1e-6);
  EXPECT_NEAR(cameraAt(f, 0).metresPerUnit, 100, 1e-6);
  EXPECT_EQ(cameraAt(f, f.seconds), to);
  EXPECT_NEAR(cameraAt(f, f.seconds * 0.999999).metresPerUnit, 10, 1e-3);
  EXPECT_EQ(cameraAt(f, 1.234), cameraAt(f, 1.234));
  double last = -1;
  for (double t = 0; t <= f.seconds; t += 0.05) {
    const double x = cameraAt(f, t).centre.x;
    EXPECT_GE(x, last) << "never back";
    last = x;
  }
  const View::Flight zoom = flight(from, {frame, {0, 0}, 25});
  EXPECT_NEAR(cameraAt(zoom, zoom.seconds / 2).metresPerUnit, 50, 1e-6) << "half way on a log scale";
  const View::Flight still = flight(from, from);
  EXPECT_NEAR(cameraAt(still, 0.5).metresPerUnit, 100, 1e-6);
}
