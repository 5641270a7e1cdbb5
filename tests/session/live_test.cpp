// Files that change under a running session: real files, the real watch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "app/scene/draw_scene.h"
#include "app/session/changes.h"
#include "app/session/watch.h"
#include "geo/load.h"
#include "geo/save.h"
#include "tests/session/support.h"

using namespace session;
using namespace std::chrono_literals;
using session_test::allMessages;
using session_test::Folder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

namespace {

constexpr WatchOptions quick{true, 0.05, 0.3, 1, 0.2, 5};

class LiveCity : public session_test::SmallCity {
 protected:
  void SetUp() override {
    SmallCity::SetUp();
    city.setFrame({0, 0, 800, 600});
    city.watchFiles([] {}, options);
    run(300ms);  // until it knows how the files are now
    told = city.messages().size();
  }
  // The window's loop, until `done` or for ten seconds.
  template <class Done>
  bool until(const Done& done) {
    for (int i = 0; i < 1000; ++i) {
      city.tick(now += 0.01);
      draw();
      if (done() && !city.busy()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  void run(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    until([&] { return std::chrono::steady_clock::now() > end; });
  }
  void draw() {  // whatever state the parts are in while they follow one another
    scene::drawWindowMap(city.scene(), scene::lightTheme(), fonts, city.view().camera, 1, nullptr);
  }
  std::string newMessages() const {
    std::string text;
    for (size_t i = told; i < city.messages().size(); ++i) text += city.messages()[i].text + "\n";
    return text;
  }
  bool says(const std::string& text) {
    return until([&] { return newMessages().find(text) != std::string::npos; });
  }
  // As editors and QGIS do: a new file beside it takes its name.
  void replace(const std::string& name, const std::string& text) {
    folder.write(name + ".new", text);
    fs::rename(folder.file(name + ".new"), folder.file(name));
  }
  std::string counties(const std::string& more = "") const {
    return R"({"type":"FeatureCollection","features":[)" +
           session_test::square(114.5, 24, R"("code":"4","name":"丁县","name_en":"Ding")") + "," +
           session_test::square(113, 24, R"("code":"1","name":"甲县","name_en":"Jia")") + "," +
           session_test::square(113.5, 24, R"("code":"2","name":"乙瑶族自治县","name_en":"Yi")") + "," +
           session_test::square(114, 24, R"("code":"3","name":"丙市","name_en":"Bing")") + more + "]}";
  }

  WatchOptions options = quick;
  scene::TypesetterPtr fonts = scene::TypesetterPtr(*scene::Typesetter::open());
  double now = 1;
  size_t told = 0;
};

class SilentCity : public LiveCity {  // on a share: nothing is announced
 protected:
  void SetUp() override {
    options.events = false;
    LiveCity::SetUp();
  }
};

}  // namespace

TEST_F(LiveCity, AChangedTableIsReadAnewAndSaysWhatChanged) {
  ASSERT_TRUE(does(SetIndicator{"people"}));
  const auto undoable = city.history();
  std::string text(R"(code,what,year,value,status,source
1,people,2020,1000,official,普查
2,people,2020,2000,official,普查
3,people,2020,3000,official,普查
0,people,2020,6000,official,普查
1,people,2023,1234,official,公报
2,people,2023,2222,official,公报
3,people,2023,3300,official,公报
1,area,2024,10,estimated,量算
2,area,2024,20,estimated,量算
3,area,2024,40,estimated,量算
)");
  replace("figures.csv", text);
  ASSERT_TRUE(says("figures.csv 已更新"));
  EXPECT_TRUE(until([&] { return value("people", 2023, 0) == 1234; }));
  EXPECT_DOUBLE_EQ(value("people", 2023, 1), 2222) << "a figure that was missing";
  EXPECT_THAT(newMessages(), HasSubstr("改 1 行，增 1 行，删 1 行"));
  EXPECT_THAT(newMessages(), HasSubstr("甲县 人口 2023：1100 → 1234"));
  EXPECT_THAT(newMessages(), HasSubstr("＋ 乙瑶族自治县 人口 2023"));
  EXPECT_EQ(city.history(), undoable);
  ASSERT_TRUE(does(Undo{}));
  EXPECT_FALSE(city.changed()) << "new data are no change of the project";
}

TEST_F(LiveCity, RowsThatMoveTakeTheirSelectionWithThemAndTheCameraStays) {
  ASSERT_TRUE(does(Select{scene::ObjectRef{"counties", 1}}));
  ASSERT_TRUE(does(Pan{30, 20}));
  const auto camera = city.view().camera;
  replace("counties.geojson", counties());
  ASSERT_TRUE(says("counties.geojson 已更新：增 1 行。＋ 丁县"));
  ASSERT_TRUE(until([&] { return city.layer("counties").shape->layer->rows() == 4; }));
  ASSERT_TRUE(city.view().selected);
  EXPECT_EQ(city.view().selected->row, 2);
  EXPECT_EQ(city.view().selection, (std::vector<uint32_t>{2}));
  EXPECT_EQ(city.view().camera, camera);
  EXPECT_TRUE(until([&] { return value("people", 2020, 1) == 1000; })) << "figures follow the rows";
}

TEST_F(LiveCity, ABrokenNewVersionKeepsTheOldOneAndSaysSo) {
  const auto before = city.layer("counties").shape;
  replace("counties.geojson", R"({"type":"FeatureCollection","features":[{"type":"Feature","prop)");
  ASSERT_TRUE(says("counties.geojson 变了，但读不了，地图保留原来的数据："));
  EXPECT_EQ(city.layer("counties").shape, before);
  EXPECT_EQ(city.layer("counties").stage, LayerState::Stage::ready);
  const size_t lines = city.messages().size();
  run(500ms);
  EXPECT_EQ(city.messages().size(), lines) << "once";
  replace("counties.geojson", counties());
  ASSERT_TRUE(says("counties.geojson 已更新"));
  EXPECT_TRUE(until([&] { return city.layer("counties").shape->layer->rows() == 4; }));
}

TEST_F(LiveCity, AFileThatIsGoneStaysOnTheMapAndComesBack) {
  const auto before = city.layer("stations").shape;
  fs::rename(folder.file("stations.csv"), folder.file("elsewhere"));
  ASSERT_TRUE(says("stations.csv 不见了：地图保留已载入的数据"));
  EXPECT_EQ(city.layer("stations").shape, before);
  fs::rename(folder.file("elsewhere"), folder.file("stations.csv"));
  ASSERT_TRUE(says("stations.csv 回来了，内容没有变。"));
  EXPECT_EQ(city.layer("stations").shape, before);
}

TEST_F(LiveCity, AFileThatIsDeletedAndWrittenAnewIsOneChange) {
  fs::remove(folder.file("stations.csv"));
  std::this_thread::sleep_for(20ms);
  folder.write("stations.csv", "id,name,lon,lat,status\ns1,甲站,113.1,24.1,official\n");
  ASSERT_TRUE(says("stations.csv 已更新：改 1 行，删 2 行"));
  EXPECT_THAT(newMessages(), Not(HasSubstr("不见了")));
  EXPECT_THAT(newMessages(), HasSubstr("illustrative → official"));
}

TEST_F(LiveCity, AFileIsReadOnceItsWriterHasDone) {
  {
    std::ofstream slow(folder.file("stations.csv"), std::ios::binary | std::ios::trunc);
    slow << "id,name,lon,lat,status\ns1,甲站,113.1,24.1,official\n" << std::flush;
    run(400ms);  // longer than the quiet that a finished file keeps
    EXPECT_EQ(newMessages(), "");
    slow << "s9,新站,113.3,24.3,official\n";
  }
  ASSERT_TRUE(says("stations.csv 已更新"));
  EXPECT_TRUE(until([&] { return city.layer("stations").shape->layer->rows() == 2; }));
}

TEST_F(LiveCity, ATouchedFileChangesNothing) {
  const auto before = city.layer("counties").shape;
  const uint64_t version = city.version();
  fs::last_write_time(folder.file("counties.geojson"), fs::file_time_type::clock::now());
  run(600ms);
  EXPECT_EQ(city.layer("counties").shape, before);
  EXPECT_EQ(city.version(), version);
  EXPECT_EQ(newMessages(), "");
}

TEST_F(LiveCity, AFileThatWasMissingIsReadWhenItComes) {
  fs::rename(folder.file("stations.csv"), folder.file("later"));
  ASSERT_TRUE(city.open(folder.file("city.parkscope.toml")));
  ASSERT_TRUE(until([&] { return city.layer("stations").stage == LayerState::Stage::failed; }));
  fs::rename(folder.file("later"), folder.file("stations.csv"));
  EXPECT_TRUE(until([&] { return city.layer("stations").stage == LayerState::Stage::ready; }));
}

TEST_F(SilentCity, AShareIsLookedAtFromTimeToTime) {
  std::this_thread::sleep_for(20ms);
  folder.write("stations.csv", "id,name,lon,lat,status\ns1,甲站,113.1,24.1,official\n");
  ASSERT_TRUE(says("stations.csv 已更新"));
  EXPECT_TRUE(until([&] { return city.layer("stations").shape->layer->rows() == 1; }));
}

TEST(Files, TheSideFilesOfAShapefileCount) {
  Folder f;
  for (const char* e : {"shp", "dbf", "shx", "prj"}) f.write(std::string("a.") + e, "x");
  const FileStamp before = stampOf(f.file("a.shp"));
  EXPECT_TRUE(before.there);
  EXPECT_EQ(stampOf(f.file("a.shp")), before);
  for (const char* e : {"dbf", "shx", "prj", "cpg"}) {
    const FileStamp was = stampOf(f.file("a.shp"));
    f.write(std::string("a.") + e, "changed");
    EXPECT_NE(stampOf(f.file("a.shp")), was) << e;
  }
  f.write("b.shp", "x");
  fs::remove(f.file("a.shp"));
  EXPECT_FALSE(stampOf(f.file("a.shp")).there);
  EXPECT_TRUE(filesBehind("postgresql://server/db").empty());
  EXPECT_TRUE(filesBehind("PG:service=gis").empty());
}

TEST(Files, ALinkIsFollowedToWhereItLeads) {
  Folder f, other;
  other.write("data.csv", "a\n1\n");
  fs::create_symlink(other.file("data.csv"), f.file("data.csv"));
  Watch watch([] {}, quick);
  watch.follow({f.file("data.csv")});
  const auto next = [&]() -> std::optional<FileStamp> {
    for (int i = 0; i < 200; ++i) {
      for (auto& [path, stamp] : watch.take()) return stamp;
      std::this_thread::sleep_for(10ms);
    }
    return {};
  };
  const auto first = next();
  ASSERT_TRUE(first);
  other.write("data.csv", "a\n1\n2\n");
  const auto second = next();
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
}

namespace {

geo::LayerPtr tableOf(const Folder& f, const std::string& csv) {
  return (*geo::load(f.write("t.csv", csv))).layer;
}

}  // namespace

TEST(Changes, NameColumnsThatCameAndWentAndCountWhatTheyDoNotList) {
  Folder f;
  std::string a = "id,x,old\n", b = "id,x,new\n";
  for (int i = 0; i < 40; ++i) a += fmt::format("{},{},0\n", i, i), b += fmt::format("{},{},0\n", i, i + 1);
  const Changes c = changesBetween(*tableOf(f, a), *tableOf(f, b), {}, Language::zh);
  EXPECT_EQ(c.changed, 40u);
  EXPECT_EQ(c.lines.size(), changeLines);
  EXPECT_EQ(
      inWords(c, Language::zh),
      "改 40 行，新列 new，少列 old。0 x：0 → 1；1 x：1 → 2；2 x：2 → 3；3 x：3 → 4；4 x：4 → 5；等 40 处");
}

TEST(Changes, RowsThatNothingTellsApartAreCounted) {
  Folder f;
  const Changes c = changesBetween(*tableOf(f, "v\n1.5\n1.5\n2.5\n"), *tableOf(f, "v\n1.5\n2.5\n2.5\n3.5\n"),
                                   {}, Language::zh);
  EXPECT_EQ(c.added, 2u);
  EXPECT_EQ(c.removed, 1u);
}

TEST(Changes, AMissingCellIsSaidToBeMissing) {
  Folder f;
  const Changes c =
      changesBetween(*tableOf(f, "id,v\na,1\nb,2\n"), *tableOf(f, "id,v\na,\nb,2\n"), {}, Language::zh);
  EXPECT_EQ(inWords(c, Language::zh), "改 1 行。a v：1 → 缺");
}
