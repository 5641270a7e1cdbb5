#include "geo/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "geo/inspect.h"
#include "geo/load.h"
#include "tests/support/postgres.h"

using namespace geo;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(DatabaseText, PasswordsAreFoundAndLeftOut) {
  for (const auto& [text, clean] : std::initializer_list<std::pair<std::string, std::string>>{
           {"PG:host=a password=geheim dbname=b", "PG:host=a dbname=b"},
           {"pg:password='mit '' \\' leer' host=a", "pg:host=a"},
           {"PG:host=a sslpassword = x user=u", "PG:host=a user=u"},
           {"postgresql://u:geheim@h:5432/d", "postgresql://u@h:5432/d"},
           {"postgres://u:a@b:c@h/d?sslmode=require", "postgres://u@h/d?sslmode=require"},
           {"postgresql://u@h/d?password=geheim&sslmode=require", "postgresql://u@h/d?sslmode=require"},
           {"postgresql://h/d?sslmode=require&sslpassword=x", "postgresql://h/d?sslmode=require"}}) {
    EXPECT_TRUE(isDatabase(text)) << text;
    EXPECT_TRUE(holdsPassword(text)) << text;
    const std::string shown = withoutPassword(text);
    EXPECT_FALSE(holdsPassword(shown)) << shown;
    if (text.find("leer") == text.npos) {
      EXPECT_EQ(shown, clean);
    }
    EXPECT_THAT(shown, Not(HasSubstr("geheim")));
  }
  for (const char* text : {"PG:service=gis", "postgresql://u@h:5432/d?sslmode=require",
                           "PG:host=a passfile=/p", "postgresql:///d"}) {
    EXPECT_FALSE(holdsPassword(text)) << text;
    EXPECT_EQ(withoutPassword(text), text);
  }
  EXPECT_FALSE(isDatabase("parks.csv"));
  EXPECT_FALSE(isDatabase("/data/PG/a.shp"));
  EXPECT_EQ(withoutPassword("a password=b.csv"), "a password=b.csv");
  EXPECT_EQ(tableNamedBy("PG:service=gis tables=public.parks"), "public.parks");
  EXPECT_EQ(tableNamedBy("postgresql://h/d?tables=a.b&sslmode=prefer"), "a.b");
}

TEST(DatabaseText, NobodyAnsweringIsSaidInOneLine) {
  const auto none = Database::open("PG:host=127.0.0.1 port=1 dbname=x password=geheim");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text(), HasSubstr("cannot be reached"));
  EXPECT_THAT(none.error().text(), Not(HasSubstr("geheim")));
  EXPECT_THAT(none.error().text(), Not(HasSubstr("\n")));
  const auto bad = Database::open("PG:hots=127.0.0.1");
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text(), HasSubstr("is no connection text"));
}

namespace {

class PostGis : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = new postgres_test::Server;
    if (!server->whyNot().empty()) return;
    server->sql(R"(
create table parks (id serial primary key, name text, kind text, staff int, share float8, opened date, geom geometry(Point, 4490));
insert into parks (name, kind, staff, share, opened, geom) select '园区' || i, case when i % 3 = 0 then '农业' else '科技' end,
  case when i = 7 then null else i end, i / 8.0, date '2020-01-01' + i, ST_SetSRID(ST_MakePoint(113 + (i % 100) / 100.0, 24 + (i / 100) / 100.0), 4490)
  from generate_series(1, 10000) i;
create index on parks using gist (geom);
create schema "Plan"; create table "Plan"."Areas" (code text, geom geometry(MultiPolygon, 4547));
insert into "Plan"."Areas" select c, ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(x, 2650000), 4547), 5000, 64)) from (values ('a', 440000), ('b', 460000)) v(c, x);
create view named as select id, name, geom from parks where staff > 9990;
create table plain (code text, value numeric); insert into plain values ('1', 1.5), ('2', null);
analyze)");
  }
  static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
  void SetUp() override {
    if (!server->whyNot().empty()) GTEST_SKIP() << server->whyNot();
  }
  static std::unique_ptr<Database> opened(DatabaseLimits limits = {}) {
    auto db = Database::open(server->uri(), limits);
    EXPECT_TRUE(db) << db.error().text();
    return std::move(*db);
  }
  static postgres_test::Server* server;
};
postgres_test::Server* PostGis::server = nullptr;

double secondsOf(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

TEST_F(PostGis, ATableIsDescribedAsItIs) {
  auto db = opened();
  const auto t = db->describe("parks");
  ASSERT_TRUE(t) << t.error().text();
  EXPECT_EQ(t->text(), "public.parks");
  EXPECT_EQ(t->kind, ShapeKind::point);
  EXPECT_EQ(t->crs.text(), "EPSG:4490");
  EXPECT_EQ(t->columns.columnNames(), "id, name, kind, staff, share, opened");
  EXPECT_NEAR(t->estimatedRows, 10000, 100);
  EXPECT_NEAR(t->extent.minX, 113, 0.05);
  EXPECT_NEAR(t->extent.maxY, 25, 0.05);
  const auto areas = db->describe("Plan.Areas");
  ASSERT_TRUE(areas) << areas.error().text();
  EXPECT_EQ(areas->kind, ShapeKind::polygon);
  EXPECT_EQ(areas->crs.text(), "EPSG:4547");
  EXPECT_THAT(*db->tables(), ElementsAre("Plan.Areas", "public.named", "public.parks"));
  const auto gone = db->describe("public.nichts");
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().text(), HasSubstr("public.parks"));
  EXPECT_THAT(db->describe("").error().text(), HasSubstr("has 3 tables with shapes"));
}

TEST_F(PostGis, ExtentAndFilterRunInTheServer) {
  auto db = opened();
  const auto t = db->describe("parks");
  RowsWanted w;
  w.box = Box{113.1, 24.1, 113.2, 24.2}, w.where = "\"kind\" = '农业'", w.ownPoints = true;
  const auto rows = db->rows(*t, w);
  ASSERT_TRUE(rows) << rows.error().text();
  const Layer& l = *rows->layer;
  EXPECT_EQ(std::to_string(l.rows()),
            server->one("select count(*) from parks where kind = '农业' and ST_X(geom) >= 113.1 and "
                        "ST_X(geom) < 113.2 and ST_Y(geom) >= 24.1 and ST_Y(geom) < 24.2"));
  EXPECT_GT(l.rows(), 10u);
  EXPECT_EQ(l.shapes.rows(), l.rows());
  for (size_t r = 0; r < l.rows(); ++r) {
    EXPECT_EQ(l.table.find("kind")->texts[r], "农业");
    EXPECT_TRUE(w.box->contains(l.shapes.vertices[r]));
    EXPECT_DOUBLE_EQ(l.table.find("share")->numbers[r], l.table.find("staff")->numbers[r] / 8);
    EXPECT_EQ(l.table.find("opened")->texts[r].size(), 10u);
  }
  EXPECT_FALSE(rows->cut);
  EXPECT_THAT(server->log(), HasSubstr("\"geom\" && ST_MakeEnvelope(113.1::float8, 24.1::float8"));
  w = {};
  w.most = 100;
  const auto some = db->rows(*t, w);
  EXPECT_EQ(some->layer->rows(), 100u);
  EXPECT_TRUE(some->cut);
}

TEST_F(PostGis, MissingStaysMissing) {
  auto db = opened();
  RowsWanted w;
  w.where = "id = 7";
  const auto rows = db->rows(*db->describe("parks"), w);
  ASSERT_EQ(rows->layer->rows(), 1u);
  EXPECT_FALSE(rows->layer->table.find("staff")->has(0));
  const auto plain = db->rows(*db->describe("plain"), {});
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->layer->shapes.kind, ShapeKind::none);
  EXPECT_DOUBLE_EQ(plain->layer->table.find("value")->numbers[0], 1.5);
  EXPECT_FALSE(plain->layer->table.find("value")->has(1));
}

TEST_F(PostGis, PointsAreCountedPerCellAndNoneIsLostOrCountedTwice) {
  auto db = opened();
  const auto t = db->describe("parks");
  double sum = 0;
  size_t cells = 0;
  for (const double x : {113.0, 113.5})  // two tiles side by side
    for (const double y : {24.0, 24.5}) {
      const auto c = db->counts(*t, {x, y, x + 0.5, y + 0.51}, 0.05, "");
      ASSERT_TRUE(c) << c.error().text();
      const Column* n = c->layer->table.find(countColumn);
      ASSERT_TRUE(n);
      for (const double v : n->numbers) sum += v;
      cells += c->layer->rows();
      if (y == 24.0) sum -= 0;
    }
  // 24.5 … 24.51 lies in two of them: what is there twice is known.
  const double twice =
      std::stod(server->one("select count(*) from parks where ST_Y(geom) >= 24.5 and ST_Y(geom) < 24.51"));
  EXPECT_EQ(sum, 10000 + twice);
  EXPECT_LT(cells, 500u);
}

TEST_F(PostGis, ShapesComeAtTheDetailThatIsAskedFor) {
  auto db = opened();
  const auto t = db->describe("Plan.Areas");
  const auto whole = db->rows(*t, {});
  RowsWanted w;
  w.tolerance = 200;
  const auto coarse = db->rows(*t, w);
  EXPECT_EQ(whole->layer->rows(), 2u);
  EXPECT_EQ(coarse->layer->rows(), 2u);
  EXPECT_LT(coarse->layer->shapes.vertices.size(), whole->layer->shapes.vertices.size() / 4);
  w.tolerance = 20000;
  EXPECT_EQ(db->rows(*t, w)->layer->rows(), 0u) << "smaller than what can be seen";
}

TEST_F(PostGis, NothingCanBeWritten) {
  auto db = opened();
  auto t = *db->describe("parks");
  RowsWanted w;
  w.where = "id in (select nextval('parks_id_seq'))";
  const auto tried = db->rows(t, w);
  ASSERT_FALSE(tried);
  EXPECT_THAT(tried.error().text(), HasSubstr("read-only"));
  EXPECT_FALSE(db->lost());
  EXPECT_TRUE(db->rows(t, {.most = 1})) << "the connection goes on";
}

TEST_F(PostGis, AQueryEndsWhenItsTimeIsOver) {
  auto db = opened({5, 1});
  RowsWanted w;
  w.where = "pg_sleep(0.5) is not null";
  const auto t = *db->describe("parks");
  Result<DatabaseRows> slow = fail("");
  EXPECT_LT(secondsOf([&] { slow = db->rows(t, w); }), 4);
  ASSERT_FALSE(slow);
  EXPECT_THAT(slow.error().text(), HasSubstr("within 1 seconds"));
  EXPECT_FALSE(db->lost()) << "the server ended it";
}

TEST_F(PostGis, ACancelledQueryEndsAtOnceAlsoInTheServer) {
  auto db = opened({5, 60});
  const auto t = *db->describe("parks");
  RowsWanted w;
  w.where = "pg_sleep(5) is not null";
  Progress progress;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    progress.cancel();
  });
  EXPECT_LT(secondsOf([&] { EXPECT_FALSE(db->rows(t, w, &progress)); }), 1);
  other.join();
  EXPECT_TRUE(db->lost());
  std::string left;
  for (int i = 0; i < 30; ++i) {
    left = server->one(
        "select count(*) from pg_stat_activity where application_name = 'parkscope' and state = 'active'");
    if (left == "0") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(left, "0");
}

TEST_F(PostGis, AServerThatHangsIsLeft) {
  auto db = opened({1, 1});
  const auto t = *db->describe("parks");
  server->freeze();
  EXPECT_LT(secondsOf([&] { EXPECT_FALSE(db->rows(t, {})); }), 4);
  EXPECT_TRUE(db->lost());
  EXPECT_LT(secondsOf([&] {
              const auto again = Database::open(server->uri(), {1, 1});
              ASSERT_FALSE(again);
              EXPECT_THAT(again.error().text(), HasSubstr("within 1 seconds"));
            }),
            3);
  server->resume();
  EXPECT_TRUE(Database::open(server->uri()));
}

TEST_F(PostGis, LoadAndInspectReadItAsAnyOtherSource) {
  LoadOptions o;
  o.layer = "Plan.Areas";
  const auto loaded = load(server->uri(), o);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_EQ(loaded->layer->rows(), 2u);
  EXPECT_EQ(loaded->layer->crs.text(), "EPSG:4547");
  EXPECT_FALSE(loaded->layer->bounds.empty());
  const SourceFacts facts = inspect(server->text("tables=public.parks"));
  ASSERT_FALSE(facts.error) << facts.error->text();
  ASSERT_EQ(facts.layers.size(), 1u);
  EXPECT_EQ(facts.layers[0].features, 10000u);
  EXPECT_EQ(facts.layers[0].crs.used, "EPSG:4490");
}

TEST_F(PostGis, APasswordIsUsedButNeverTold) {
  const std::string with =
      fmt::format("postgresql://guarded:S3cret-word@127.0.0.1:{}/gis?tables=public.parks", server->port());
  const auto loaded = load(with);
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_THAT(loaded->layer->source.path, Not(HasSubstr("S3cret")));
  const auto wrong = load(fmt::format("postgresql://guarded:wr0ng@127.0.0.1:{}/gis", server->port()));
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().text(), HasSubstr("~/.pgpass"));
  EXPECT_THAT(wrong.error().text(), Not(HasSubstr("wr0ng")));
}
