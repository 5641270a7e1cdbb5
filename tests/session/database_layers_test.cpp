// Layers of a real PostgreSQL server with PostGIS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "app/session/database_layers.h"
#include "app/session/filter.h"
#include "app/session/recipe.h"
#include "tests/session/support.h"
#include "tests/support/postgres.h"

using namespace session;
using namespace std::chrono_literals;
using session_test::allMessages;
using session_test::Folder;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr int manyPoints = 60'000;

class DatabaseLayers : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = new postgres_test::Server;
    if (!server->whyNot().empty()) return;
    server->sql(fmt::format(R"(
create table many (id int primary key, name text, kind text, geom geometry(Point, 4490));
insert into many select i, 'p' || i, case when i % 4 = 0 then 'a' else 'b' end,
  ST_SetSRID(ST_MakePoint(113 + (i % 300) / 300.0, 24 + (i / 300) / 300.0), 4490) from generate_series(0, {} - 1) i;
create index on many using gist (geom);
create table few (id int primary key, name text, kind text, n text, value float8, geom geometry(Polygon, 4490));
insert into few select i, 'f' || i, case when i % 3 = 0 then null when i % 3 = 1 then ' a ' else 'b' end,
  case when i % 5 = 0 then null when i % 5 = 1 then '1.0' when i % 5 = 2 then '10' when i % 5 = 3 then 'x''y' else '2' end,
  case when i = 7 then null else i / 2.0 end, ST_MakeEnvelope(113 + i / 100.0, 24, 113.005 + i / 100.0, 24.01, 4490)
  from generate_series(0, 39) i;
analyze)",
                            manyPoints));
  }
  static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
  void SetUp() override {
    if (!server->whyNot().empty()) GTEST_SKIP() << server->whyNot();
  }
  void TearDown() override {
    if (server->whyNot().empty() && stopped) server->start();
  }

  // One layer of a table, in a window of 1000 × 1000.
  void open(const std::string& table, const std::string& filter = "", const std::string& source = "") {
    Project p;
    p.crs = "EPSG:4547";
    LayerSpec& l = p.layers.emplace_back();
    l.id = "t", l.source = source.empty() ? server->uri() : source, l.sourceLayer = table, l.filter = filter;
    l.key = "id";
    l.label = "name";
    s.open(p, folder.path());
    s.setFrame({0, 0, 1000, 1000});
  }
  template <class Done>
  bool until(const Done& done, double seconds = 20) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
      s.tick(now += 0.01);
      s.scene();
      if (done()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
  bool settles() {
    int quiet = 0;
    return until([&] { return (quiet = s.busy() ? 0 : quiet + 1) > 5; });
  }
  const geo::Layer& layer() const { return *s.layer("t").shape->layer; }
  double counted() const {
    const geo::Column* c = layer().table.find(geo::countColumn);
    if (!c) return static_cast<double>(layer().rows());
    double sum = 0;
    for (const double n : c->numbers) sum += n;
    return sum;
  }
  // Queries for rows or cells of `many` so far.
  static size_t queries() {
    const std::string log = server->log();
    size_t n = 0;
    for (size_t at = 0; (at = log.find("COPY (SELECT", at)) != log.npos; ++at)
      n += log.substr(at, 4000).find("\"many\"") < log.substr(at, 4000).find('\n');
    return n;
  }

  static postgres_test::Server* server;
  Folder folder;
  Session s;
  double now = 1;
  bool stopped = false;
};
postgres_test::Server* DatabaseLayers::server = nullptr;

}  // namespace

TEST_F(DatabaseLayers, ASmallTableIsALayerLikeAnyOther) {
  open("few", "kind = a");
  s.wait();
  ASSERT_TRUE(s.layer("t").shape) << s.layer("t").error.text();
  EXPECT_EQ(layer().rows(), 13u);
  EXPECT_EQ(layer().crs.text(), "EPSG:4547");
  EXPECT_THAT(server->log(), HasSubstr("btrim(\"kind\"::text) = 'a'"));
}

TEST_F(DatabaseLayers, TheServersFilterMeansWhatOursMeans) {
  open("few");
  s.wait();
  const geo::Table& table = layer().table;
  auto db = geo::Database::open(server->uri());
  ASSERT_TRUE(db);
  const auto described = *(*db)->describe("few");
  for (const char* text : {"kind = a",
                           "kind != a",
                           "not kind = a",
                           "kind in (a, b)",
                           "kind not in (a)",
                           "n = 1",
                           "n = 1.0",
                           "n != 10",
                           "n > 1.5",
                           "n >= 10",
                           "n < 2",
                           "n = \"x'y\"",
                           "value > 3 and not (kind = b or n = 2)",
                           "value = 3.5",
                           "value != 4",
                           "id <= 11",
                           "NAME = f3",
                           "value = a",
                           "kind > a",
                           "n in (1, \"x'y\", 7)",
                           "not (value < 5)"}) {
    const auto filter = parseFilter(text);
    ASSERT_TRUE(filter) << text;
    const auto here = filter->rows(table, "few");
    ASSERT_TRUE(here) << text;
    const auto sql = filter->sql(described.columns, "few");
    ASSERT_TRUE(sql) << text;
    geo::RowsWanted w;
    w.where = *sql;
    const auto there = (*db)->rows(described, w);
    ASSERT_TRUE(there) << text << ": " << *sql << ": " << there.error().text();
    std::set<double> mine, theirs(there->layer->table.find("id")->numbers.begin(),
                                  there->layer->table.find("id")->numbers.end());
    for (const uint32_t r : *here) mine.insert(table.find("id")->numbers[r]);
    EXPECT_EQ(mine, theirs) << text << ": " << *sql;
  }
  EXPECT_FALSE(parseFilter("nothing = 1")->sql(described.columns, "few"));
}

TEST_F(DatabaseLayers, ManyPointsAreCountedFromAfarAndShownOneByOneFromNear) {
  open("many");
  ASSERT_TRUE(settles());
  ASSERT_TRUE(s.layer("t").shape) << s.layer("t").error.text();
  EXPECT_EQ(counted(), manyPoints);
  EXPECT_LT(layer().rows(), 20'000u);
  const scene::SceneLayer* shown = scene::findLayer(s.scene(), "t");
  EXPECT_EQ(shown->counts.size(), layer().rows());
  EXPECT_THAT(shown->filterText, HasSubstr("按格计数"));

  const size_t before = queries();
  ASSERT_TRUE(apply(s, Zoom{40, {500, 500}}));
  ASSERT_TRUE(settles());
  EXPECT_FALSE(layer().table.find(geo::countColumn));
  EXPECT_GT(layer().rows(), 20u);
  EXPECT_LT(layer().rows(), 2000u) << "only what is seen";
  EXPECT_EQ(scene::findLayer(s.scene(), "t")->filterText, "");
  EXPECT_GT(queries(), before);
  std::set<std::string> names;
  for (size_t r = 0; r < layer().rows(); ++r) names.emplace(layer().table.find("name")->texts[r]);
  EXPECT_EQ(names.size(), layer().rows()) << "no row twice where tiles meet";

  const size_t zoomed = queries();
  ASSERT_TRUE(apply(s, Zoom{1.0 / 40, {500, 500}}));
  ASSERT_TRUE(settles());
  EXPECT_EQ(counted(), manyPoints);
  EXPECT_EQ(queries(), zoomed) << "what was fetched is kept";
}

TEST_F(DatabaseLayers, TheFilterCountsInTheServer) {
  open("many", "kind = a");
  ASSERT_TRUE(settles());
  // A quarter of them: few enough to come as they are, or counted; either way each once.
  EXPECT_EQ(counted(), manyPoints / 4);
}

TEST_F(DatabaseLayers, TheMapKeepsWhatItHasWhileTheServerIsAwayAndGoesOnByItself) {
  open("many");
  ASSERT_TRUE(settles());
  const auto before = s.layer("t").shape;
  server->stop();
  stopped = true;
  ASSERT_TRUE(apply(s, Zoom{40, {500, 500}}));
  ASSERT_TRUE(until([&] { return !s.databasesAway().empty(); }));
  EXPECT_GT(s.wakeAt(), 0);
  until([&] { return false; }, 1);
  EXPECT_EQ(s.layer("t").shape, before);
  EXPECT_EQ(s.layer("t").stage, LayerState::Stage::ready);
  EXPECT_THAT(allMessages(s), HasSubstr("数据库没有应答，地图保留已取得的内容"));
  ASSERT_TRUE(server->start());
  stopped = false;
  ASSERT_TRUE(
      until([&] { return s.databasesAway().empty() && s.layer("t").shape != before && !s.busy(); }, 40));
  EXPECT_LT(layer().rows(), 2000u);
  EXPECT_THAT(allMessages(s), HasSubstr("数据库恢复了"));
  EXPECT_EQ(s.wakeAt(), 0);
}

TEST_F(DatabaseLayers, AProjectOpenedWhileTheServerIsAwayFillsItselfLater) {
  server->stop();
  stopped = true;
  open("few");
  ASSERT_TRUE(until([&] { return s.layer("t").stage == LayerState::Stage::failed; }));
  ASSERT_TRUE(server->start());
  stopped = false;
  EXPECT_TRUE(until([&] { return s.layer("t").stage == LayerState::Stage::ready; }, 40));
}

TEST_F(DatabaseLayers, AQueryForWhatIsNoLongerLookedAtIsStopped) {
  open("many");
  ASSERT_TRUE(settles());
  server->freeze();
  ASSERT_TRUE(apply(s, Zoom{40, {500, 500}}));
  ASSERT_TRUE(until([&] { return s.busy(); }, 2));
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(apply(s, FitAll{}));  // all of it is there already
  EXPECT_TRUE(settles());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s) << "not the server's time limit";
  server->resume();
}

TEST_F(DatabaseLayers, FiguresCountAllRowsNotThoseInView) {
  Project p;
  p.crs = "EPSG:4547";
  folder.write("areas.geojson", R"({"type":"FeatureCollection","features":[)" +
                                    session_test::square(113, 24, R"("code":"1")") + "," +
                                    session_test::square(113.5, 24, R"("code":"2")") + "]}");
  LayerSpec& county = p.layers.emplace_back();
  county.id = "areas", county.role = scene::Role::county, county.source = "areas.geojson",
  county.key = "code";
  LayerSpec& l = p.layers.emplace_back();
  l.id = "t", l.source = server->uri(), l.sourceLayer = "many";
  IndicatorSpec& i = p.indicators.emplace_back();
  i.id = "n", i.of = "areas", i.countOf = "t";
  p.indicator = "n";
  s.open(p, folder.path());
  s.setFrame({0, 0, 1000, 1000});
  ASSERT_TRUE(settles());
  const auto& figures = s.indicator("n");
  ASSERT_TRUE(figures.error.what.empty()) << figures.error.text();
  EXPECT_EQ(figures.whole.at(0).value, manyPoints);
  const double inFirst = figures.byYear.at(0).at(0).value;
  EXPECT_NEAR(inFirst, manyPoints * 0.5 * 0.75, manyPoints * 0.02);
}

TEST_F(DatabaseLayers, PasswordsAreNeitherSavedNorTold) {
  const std::string secret = fmt::format("postgresql://guarded:S3cret-word@127.0.0.1:{}/gis", server->port());
  open("few", "", secret);
  s.wait();
  ASSERT_TRUE(s.layer("t").shape) << s.layer("t").error.text();
  const auto saved = apply(s, SaveProjectAs{folder.file("a.parkscope.toml")});
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().text(), HasSubstr("~/.pgpass"));
  EXPECT_THAT(saved.error().text(), HasSubstr("layer \"t\""));
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.parkscope.toml")));
  EXPECT_THAT(formatProject(s.project()), Not(HasSubstr("S3cret")));
  const RecipeDraft draft = recipeDraft(s, {});
  const std::string recipe = recipeText(draft, s.scene(), nullptr);
  EXPECT_THAT(recipe, HasSubstr("postgresql://guarded@127.0.0.1"));
  EXPECT_THAT(recipe, Not(HasSubstr("S3cret")));
  open("nothing", "", secret);
  s.wait();
  EXPECT_THAT(s.layer("t").error.text(), HasSubstr("has no table \"nothing\""));
  EXPECT_THAT(allMessages(s), Not(HasSubstr("S3cret")));
}

TEST_F(DatabaseLayers, BareTextOpensItsTables) {
  const auto two = projectForData({server->uri()}, {});
  ASSERT_TRUE(two) << two.error().text();
  EXPECT_EQ(two->layers.size(), 2u);
  const auto one = projectForData({server->text("tables=public.few")}, {});
  ASSERT_TRUE(one) << one.error().text();
  ASSERT_EQ(one->layers.size(), 1u);
  EXPECT_EQ(one->layers[0].id, "few");
  EXPECT_EQ(one->layers[0].sourceLayer, "public.few");
}
TEST_F(DatabaseLayers, AServersTablesAreListedAndSeveralBecomeLayersWithAPasswordThatNobodyKeeps) {
  s.open(Project{}, folder.path());
  const std::string source = server->text("", "guarded");
  ASSERT_TRUE(apply(s, AskDatabase{source, "wr0ng"}));
  s.wait();
  ASSERT_TRUE(s.databaseAnswer() && s.databaseAnswer()->done);
  EXPECT_THAT(s.databaseAnswer()->error.text(), HasSubstr("password"));
  ASSERT_TRUE(apply(s, AskDatabase{source, "S3cret-word"}));
  s.wait();
  const DatabaseAnswer& a = *s.databaseAnswer();
  ASSERT_TRUE(a.error.what.empty()) << a.error.text();
  std::map<std::string, geo::DatabaseEntry> tables;
  for (const auto& t : a.tables) tables[t.table] = t;
  ASSERT_TRUE(tables.count("public.few") && tables.count("public.many"));
  EXPECT_EQ(tables["public.few"].geometry, "Polygon");
  EXPECT_EQ(tables["public.many"].geometry, "Point");
  EXPECT_EQ(tables["public.few"].srid, 4490);
  EXPECT_EQ(tables["public.few"].estimatedRows, 40);
  EXPECT_EQ(tables["public.many"].estimatedRows, manyPoints);

  ASSERT_TRUE(apply(s, AddData{{source + " tables=public.few", source + " tables=public.many"}}));
  s.wait();
  ASSERT_EQ(s.project().layers.size(), 2u);
  ASSERT_TRUE(s.layer(s.project().layers[0].id).shape) << allMessages(s);
  EXPECT_EQ(s.layer(s.project().layers[0].id).shape->layer->rows(), 40u);
  ASSERT_TRUE(apply(s, SaveProjectAs{folder.file("city.parkscope.toml")})) << allMessages(s);
  s.wait();
  EXPECT_THAT(formatProject(s.project()), Not(HasSubstr("S3cret")));
  EXPECT_THAT(allMessages(s), Not(HasSubstr("S3cret")));
  geo::rememberPassword(source, "");
  Session next;  // as another run of the program: it is asked for again
  ASSERT_TRUE(next.open(folder.file("city.parkscope.toml")));
  next.wait();
  EXPECT_FALSE(next.layer(next.project().layers[0].id).shape);
  ASSERT_TRUE(apply(s, AskDatabase{}));
  EXPECT_FALSE(s.databaseAnswer());
  EXPECT_FALSE(apply(s, AskDatabase{"city.gpkg", ""}));
}
