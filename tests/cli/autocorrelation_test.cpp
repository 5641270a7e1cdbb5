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

}  // namespace
}  // namespace cli_test
