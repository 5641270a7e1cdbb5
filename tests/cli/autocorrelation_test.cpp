#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace cli_test {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> firstKeys(const Json& j, size_t count) {
  std::vector<std::string> names;
  for (auto& [key, value] : j.items())
    if (names.size() < count) names.push_back(key);
  return names;
}

// The 3 × 3 lattice of PySAL's tests: 1 … 9, rook, binary: variances 0.053125 and 0.0596875.
TEST(AutocorrelationVerb, PrintsTheDocumentThatScriptsRelyOn) {
  Folder folder;
  folder.write("s.geojson", squaresGeoJson(3, 3, 113, 23, 0.5, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const Outcome o = folder.run(
      "autocorrelation s.geojson --field v --weights rook --binary --permutations 99 --seed 5 --json");
  ASSERT_EQ(o.code, 0) << o.err;
  const Json j = Json::parse(o.out);
  EXPECT_THAT(firstKeys(j, 6), ElementsAre("field", "rows", "weights", "moran", "geary", "local"));
  EXPECT_THAT(firstKeys(j["moran"], 5), ElementsAre("i", "expected", "z", "p_normal", "p_permutation"));
  EXPECT_THAT(firstKeys(j["geary"], 3), ElementsAre("c", "z", "p_normal"));
  EXPECT_EQ(j["rows"], 9);
  EXPECT_EQ(j["weights"]["kind"], "rook");
  EXPECT_EQ(j["weights"]["links"], 24);
  EXPECT_EQ(j["weights"]["islands"], 0);
  EXPECT_EQ(j["weights"]["min"], 2);
  EXPECT_EQ(j["weights"]["max"], 4);
  EXPECT_NEAR(j["weights"]["mean"].get<double>(), 24.0 / 9, 1e-12);
  EXPECT_NEAR(j["moran"]["expected"].get<double>(), -0.125, 1e-12);
  EXPECT_NEAR(j["moran"]["variance"].get<double>(), 0.053125, 1e-12);
  EXPECT_NEAR(j["moran"]["variance_randomisation"].get<double>(), 0.0596875, 1e-12);
  ASSERT_EQ(j["local"].size(), 9u);
  EXPECT_THAT(firstKeys(j["local"][0], 5), ElementsAre("row", "i", "z", "p", "quadrant"));
  EXPECT_EQ(j["local"][0]["quadrant"], "LL");
  EXPECT_EQ(j["local"][8]["quadrant"], "HH");
  // Gi* of the corner: 1 and its neighbours 2 and 4 against a mean of 5, s² = 60 / 9.
  EXPECT_NEAR(j["local"][0]["gi_star"].get<double>(), -8 / std::sqrt(60.0 / 9 * (9 * 3 - 9) / 8), 1e-12);
  EXPECT_THAT(j["note"].get<std::string>(), HasSubstr("9 areas are too few"));
  EXPECT_THAT(o.err, HasSubstr("too few"));
}

TEST(AutocorrelationVerb, GivesTheSameTwice) {
  Folder folder;
  folder.write("s.geojson", squaresGeoJson(4, 2, 113, 23, 0.5, {1, 5, 2, 8, 3, 9, 4, 4}));
  const std::string command = "autocorrelation s.geojson --field v --seed 9 --json";
  EXPECT_EQ(folder.run(command).out, folder.run(command).out);
}

TEST(AutocorrelationVerb, TakesEveryKindOfWeights) {
  Folder folder;
  folder.write("s.geojson", squaresGeoJson(2, 2, 113, 23, 0.5, {1, 5, 2, std::nan("")}));
  folder.write("w.gal", "0 4 s name\nn0 2\nn1 n2\nn1 2\nn0 n2\nn2 2\nn0 n1\nn3 0\n\n");
  for (const char* weights : {"queen", "rook", "knn:2", "distance:80000", "gal:w.gal"}) {
    const Outcome o =
        folder.run(fmt::format("autocorrelation s.geojson --field v --weights {} --json", weights));
    ASSERT_EQ(o.code, 0) << weights << o.err;
    const Json j = Json::parse(o.out);
    EXPECT_EQ(j["weights"]["kind"], weights);
    EXPECT_EQ(j["missing"], 1);
    EXPECT_EQ(j["local"].size(), 3u);
  }
}

TEST(AutocorrelationVerb, PrintsATableForPeople) {
  Folder folder;
  folder.write("s.geojson", squaresGeoJson(3, 3, 113, 23, 0.5, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  const Outcome o = folder.run("autocorrelation s.geojson --field v");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("Moran I"));
  EXPECT_THAT(o.out, HasSubstr("9 areas are too few to conclude"));
  EXPECT_THAT(o.out, HasSubstr("Gi*"));
  EXPECT_THAT(o.out, HasSubstr("HH"));
}

TEST(AutocorrelationVerb, ComplainsInOneLine) {
  Folder folder;
  folder.write("s.geojson", squaresGeoJson(3, 3, 113, 23, 0.5, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  folder.write("same.geojson", squaresGeoJson(3, 1, 113, 23, 0.5, {4, 4, 4}));
  folder.write("base.geojson", squaresGeoJson(3, 1, 113, 23, 0.5, {4, -4, 4}));
  folder.write("p.csv", "lon,lat,v\n113,23,1\n114,23,2\n115,23,4\n");
  const auto expect = [&](const std::string& arguments, const char* text, int code = 1) {
    const Outcome o = folder.run("autocorrelation " + arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, HasSubstr(text));
    EXPECT_EQ(std::ranges::count(o.err, '\n'), 1) << o.err;
  };
  expect("s.geojson --field nope", "row, name, v");
  expect("s.geojson --field name", "texts");
  expect("same.geojson --field v", "equal");
  expect("p.csv --field v", "no polygons");
  expect("s.geojson --field v --weights distance:10", "No two rows");
  expect("s.geojson --field v --weights gal:none.gal", "none.gal");
  expect("base.geojson --field row --rate-base v", "negative");
  expect("s.geojson --field v --weights king", "queen, rook", 2);
  expect("s.geojson --field v --permutations -3", "permutations");
}

TEST(AutocorrelationVerb, ConcludesFromThirtyAreasOn) {
  Folder folder;
  std::vector<double> v(30);
  for (size_t i = 0; i < 30; ++i) v[i] = static_cast<double>(i * 7 % 11);
  folder.write("s.geojson", squaresGeoJson(6, 5, 113, 23, 0.1, v));
  const Outcome o = folder.run("autocorrelation s.geojson --field v --json");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_FALSE(Json::parse(o.out).contains("note"));
  EXPECT_EQ(o.err, "");
}

TEST(AutocorrelationVerb, NamesItsIslands) {
  Folder folder;
  folder.write("p.csv", "lon,lat,v\n113,23,1\n113.1,23,2\n113.2,23,9\n118,23,4\n");
  const Outcome o = folder.run("autocorrelation p.csv --field v --weights distance:15000 --json");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.err, HasSubstr("1 row without a neighbour, and so without local figures: 3"));
  const Json j = Json::parse(o.out);
  EXPECT_EQ(j["weights"]["islands"], 1);
  EXPECT_TRUE(j["local"][3]["p"].is_null());
  EXPECT_TRUE(j["local"][3]["gi_star"].is_null());
  EXPECT_EQ(j["local"][3]["quadrant"], "ns");
}

TEST(AutocorrelationVerb, RefusesWhatHasNoAnswer) {
  Folder folder;
  folder.write("none.geojson",
               squaresGeoJson(3, 1, 113, 23, 0.5, {std::nan(""), std::nan(""), std::nan("")}));
  folder.write("one.geojson", squaresGeoJson(3, 1, 113, 23, 0.5, {5, std::nan(""), std::nan("")}));
  folder.write("zero.geojson", squaresGeoJson(3, 1, 113, 23, 0.5, {0, 0, 0}));
  folder.write("twice.gal", "0 3 s name\nn0 1\nn1\nn0 1\nn1\nn2 0\n\n");
  folder.write("p.csv", "lon,lat,v,key\n113,23,1,a\n113.1,23,2,a\n113.2,23,9,b\n");
  folder.write("key.gal", "0 3 s key\na 1\nb\nb 1\na\nc 0\n\n");
  const auto expect = [&](const std::string& arguments, const char* what, const char* remedy) {
    const Outcome o = folder.run("autocorrelation " + arguments + " --json");
    EXPECT_EQ(o.code, 1) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, testing::AllOf(HasSubstr(what), HasSubstr(remedy)));
    EXPECT_EQ(o.out, "");
    EXPECT_EQ(std::ranges::count(o.err, '\n'), 1) << o.err;
  };
  expect("none.geojson --field v", "None of the 3 rows", "three at least");
  expect("one.geojson --field v", "Only 1 row has", "three at least");
  expect("zero.geojson --field row --rate-base v", "No row has both", "Choose other columns");
  expect("zero.geojson --field row --weights gal:twice.gal", "row n0 twice", "Export it again");
  expect("p.csv --field v --weights gal:key.gal", "holds a more than once (row 1)", "one row each");
}

}  // namespace
}  // namespace cli_test
