// A server where files stand on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/postgres.h"

using cli_test::Folder;
using testing::HasSubstr;
using testing::Not;

TEST(DatabaseOnTheCommandLine, StandsWhereverAFileDoesAndItsPasswordIsNeverPrinted) {
  postgres_test::Server server;
  if (!server.whyNot().empty()) GTEST_SKIP() << server.whyNot();
  ASSERT_TRUE(server.sql(
      "create table areas (id int primary key, name text, density float8, geom geometry(Polygon, 4490)); "
      "insert into areas "
      "select i, '区' || i, i * 10.5, ST_MakeEnvelope(113 + i / 10.0, 24, 113.1 + i / 10.0, 24.1, 4490) from "
      "generate_series(0, 7) i; create table firms (id int primary key, geom geometry(Point, 4490)); insert "
      "into firms select i, "
      "ST_SetSRID(ST_MakePoint(113 + (i % 300) / 400.0, 24 + (i / 300) / 1000.0), 4490) from "
      "generate_series(1, 30000) i; "
      "analyze"));
  Folder f;
  const std::string open = "'" + server.text("tables=public.areas") + "'";
  const std::string secret = fmt::format(
      "'PG:host=127.0.0.1 port={} dbname=gis user=guarded password=S3cret-word tables=public.areas'",
      server.port());

  const auto inspected = f.run("inspect --json " + secret);
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  const auto facts = nlohmann::json::parse(inspected.out)["sources"][0];
  EXPECT_EQ(facts["driver"], "PostgreSQL");
  EXPECT_EQ(facts["layers"][0]["features"], 8);
  EXPECT_EQ(facts["layers"][0]["crs"]["used"], "EPSG:4490");
  EXPECT_THAT(inspected.out + inspected.err, Not(HasSubstr("S3cret")));

  const auto classified = f.run("classify --json " + open + " --field density --classes 3");
  ASSERT_EQ(classified.code, 0) << classified.err;
  EXPECT_EQ(nlohmann::json::parse(classified.out)["rows"], 8);

  const auto shot = f.run("snapshot " + secret + " --field density --label name -o map.png --size 800x600");
  ASSERT_EQ(shot.code, 0) << shot.err;
  EXPECT_GT(std::filesystem::file_size(f.file("map.png")), 5000u);
  EXPECT_THAT(shot.out + shot.err, Not(HasSubstr("S3cret")));
  const auto many = f.run("snapshot '" + server.text("tables=firms") + "' -o many.png --size 800x600");
  ASSERT_EQ(many.code, 0) << many.err;

  const auto wrong = f.run("snapshot '" + server.text("tables=nothing") + "' -o no.png");
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("has no table \"nothing\""));
  EXPECT_EQ(cli_test::lines(wrong.err), 1u);
  server.stop();
  const auto away = f.run("snapshot " + secret + " -o no.png");
  EXPECT_EQ(away.code, 1);
  EXPECT_THAT(away.err, HasSubstr("cannot be reached"));
  EXPECT_EQ(cli_test::lines(away.err), 1u);
  EXPECT_THAT(away.err, Not(HasSubstr("S3cret")));
  ASSERT_TRUE(server.start());
}
