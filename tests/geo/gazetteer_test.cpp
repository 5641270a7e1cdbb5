#include "geo/gazetteer.h"

#include "geo/load.h"

using namespace geo;

namespace {

Column texts(const char* name, std::vector<std::string> values) {
  Column c;
  c.name = name;
  for (std::string& v : values) c.present.push_back(!v.empty()), c.texts.push_back(v);
  return c;
}

LayerPtr loaded(const char* file, const Crs& crs) {
  LoadOptions o;
  o.reprojectTo = crs;
  auto l = load(std::string(SOURCE_DIR) + "/assets/qingyuan/" + file, o);
  EXPECT_TRUE(l) << l.error().text();
  return l->layer;
}

// The counties and towns that come with the program.
struct Qingyuan : testing::Test {
  Crs crs = Crs::parse("EPSG:4547").value();
  LayerPtr counties = loaded("counties.geojson", crs), towns = loaded("towns.csv", crs);
  Aliases aliases = Aliases::parse("441803;清新区;清新县\n441881;英德市;英德县\n");
  Gazetteer all{{{counties, {"adcode", "name", "name_en"}, {}, {}},
                 {towns, {"town_code", "name", "name_en"}, "adcode", {}}},
                &aliases,
                counties};
  Gazetteer onlyCounties{{{counties, {"adcode", "name", "name_en"}, {}, {}}}, &aliases, counties};

  std::string at(const PlacedByName& p, size_t row) {
    return p.placeOf[row] < 0 ? "" : p.places[static_cast<size_t>(p.placeOf[row])].name;
  }
};

TEST_F(Qingyuan, ACountyIsFoundInAllItsWaysOfWriting) {
  const auto p = placeByName(texts("县", {"清城区", "清新县", "441881", "连山", "广东省清远市佛冈县",
                                          "Yangshan", " 英 德 市 ", "—"}),
                             nullptr, onlyCounties);
  const char* wanted[] = {"清城区", "清新区", "英德市", "连山壮族瑶族自治县", "佛冈县", "阳山县", "英德市"};
  for (size_t r = 0; r < std::size(wanted); ++r) EXPECT_EQ(at(p, r), wanted[r]) << r;
  EXPECT_EQ(p.placeOf[7], -1);
  EXPECT_TRUE(p.unmatched.empty()) << p.unmatched[0];
}

TEST_F(Qingyuan, OfAnAddressTheTownCountsAndElseTheCounty) {
  const auto p = placeByName(texts("地址", {"广东省清远市清城区凤城街道北江路1号", "清远市清新区清新大道19号",
                                            "英德县大站镇工业园", "深圳市南山区科技园", "清城路8号"}),
                             nullptr, all);
  EXPECT_EQ(at(p, 0), "凤城街道");
  EXPECT_EQ(at(p, 1), "清新区");
  EXPECT_EQ(at(p, 2), "大站镇");
  EXPECT_EQ(at(p, 3), "");
  EXPECT_EQ(at(p, 4), "");  // a road is no county
  EXPECT_THAT(p.unmatched, testing::ElementsAre("深圳市南山区科技园", "清城路8号"));
}

TEST_F(Qingyuan, TheCentreLiesInsideAndTheWholeCountyWithinTheUncertainty) {
  const auto p = placeByName(texts("县", {"阳山县"}), nullptr, onlyCounties);
  const NamedPlace& place = p.places.at(0);
  EXPECT_TRUE(place.area);
  EXPECT_TRUE(placeByName(texts("县", {"阳山县"}), nullptr, all).places.at(0).area);
  const Shapes& s = counties->shapes;
  double farthest = 0;
  for (uint32_t v = s.partStart[s.rowStart[place.row]]; v < s.partStart[s.rowStart[place.row + 1]]; ++v)
    farthest = std::max(farthest, std::hypot(s.vertices[v].x - place.at.x, s.vertices[v].y - place.at.y));
  EXPECT_DOUBLE_EQ(place.uncertaintyMetres, farthest);
  EXPECT_GT(farthest, 25'000);
  EXPECT_LT(farthest, 80'000);
}

TEST_F(Qingyuan, ATownReachesAsFarAsAMeanTownOfItsCounty) {
  const auto p = placeByName(texts("镇", {"凤城街道"}), nullptr, all);
  EXPECT_FALSE(p.places.at(0).area);
  EXPECT_GT(p.places[0].uncertaintyMetres, 3'000);  // 清城区 has 1,300 km² and eight towns
  EXPECT_LT(p.places[0].uncertaintyMetres, 10'000);
  Gazetteer alone{{{towns, {"name"}, {}, {}}}, nullptr, nullptr};
  const auto q = placeByName(texts("镇", {"凤城街道"}), nullptr, alone);
  EXPECT_GT(q.places.at(0).uncertaintyMetres, 500);  // half the way to the next one
  EXPECT_LT(q.places[0].uncertaintyMetres, 3'000);
}

TEST_F(Qingyuan, TwoTownsOfOneNameNeedTheirCounty) {
  Layer two = *towns;
  const auto name = static_cast<size_t>(two.table.find("name") - two.table.columns.data());
  const auto code = static_cast<size_t>(two.table.find("adcode") - two.table.columns.data());
  size_t other = 0;
  while (two.table.columns[code].text(other) == "441802") ++other;
  two.table.columns[name].texts.set(other, "凤城街道");
  all.layers[1].layer = std::make_shared<const Layer>(two);
  const auto vague = placeByName(texts("镇", {"凤城街道"}), nullptr, all);
  EXPECT_EQ(vague.placeOf[0], -1);
  ASSERT_EQ(vague.suggestions.size(), 1u);
  EXPECT_TRUE(vague.suggestions[0].ambiguous);
  const Column in = texts("县", {"清城区"});
  const auto sure = placeByName(texts("镇", {"凤城街道"}), &in, all);
  ASSERT_GE(sure.placeOf[0], 0);
  EXPECT_EQ(sure.places[0].row, 0u);
  EXPECT_EQ(placeByName(texts("址", {"清城区凤城街道"}), nullptr, all).places.at(0).row, 0u);
}

TEST_F(Qingyuan, WhatIsNotSureIsSuggestedAndTakenOnceAccepted) {
  const Column c = texts("县", {"清辛区"});
  const auto before = placeByName(c, nullptr, onlyCounties);
  EXPECT_EQ(before.placeOf[0], -1);
  ASSERT_EQ(before.suggestions.size(), 1u);
  EXPECT_THAT(before.suggestions[0].candidates,
              testing::Contains(testing::Field(&Suggestion::Candidate::left, "清新区")));
  onlyCounties.layers[0].accepted = {{"清辛区", "清新区"}};
  const auto after = placeByName(c, nullptr, onlyCounties);
  EXPECT_EQ(at(after, 0), "清新区");
  ASSERT_EQ(after.byAlias.size(), 1u);
  EXPECT_EQ(after.byAlias[0].how, "accepted");
}

}  // namespace
