#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace cli_test {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const table = "name,density,note\na,1,x\nb,2,y\nc,3,z\nd,50,w\ne,51,v\nf,,u\ng,100,t\nh,100,s\n";

TEST(ClassifyVerb, PrintsTheDocumentThatScriptsRelyOn) {
  Folder folder;
  folder.write("t.csv", table);
  const Outcome o = folder.run("classify t.csv --field density --method natural --classes 3 --json");
  ASSERT_EQ(o.code, 0) << o.err;
  const Json j = Json::parse(o.out);
  std::vector<std::string> keys;
  for (auto& [key, value] : j.items()) keys.push_back(key);
  EXPECT_THAT(keys, ElementsAre("field", "method", "classes", "rows", "missing", "upper_bounds", "counts",
                                "sse", "gvf"));
  EXPECT_EQ(j["field"], "density");
  EXPECT_EQ(j["classes"], 3);
  EXPECT_EQ(j["rows"], 8);
  EXPECT_EQ(j["missing"], 1);
  EXPECT_THAT(j["upper_bounds"].get<std::vector<double>>(), ElementsAre(3, 51, 100));
  EXPECT_THAT(j["counts"].get<std::vector<int>>(), ElementsAre(3, 2, 2));
  EXPECT_NEAR(j["sse"].get<double>(), 2.5, 1e-12);
}

TEST(ClassifyVerb, KnowsEveryMethod) {
  Folder folder;
  folder.write("t.csv", table);
  for (const char* method :
       {"natural", "quantile", "equal", "stddev", "pretty", "headtail", "box", "percentile", "geometric"}) {
    const Outcome o = folder.run(fmt::format("classify t.csv --field density --method {} --json", method));
    ASSERT_EQ(o.code, 0) << method << o.err;
    const Json j = Json::parse(o.out);
    EXPECT_EQ(j["method"], method);
    int sum = 0;
    for (const auto& c : j["counts"]) sum += c.get<int>();
    EXPECT_EQ(sum, 7) << method;
  }
  const Outcome o = folder.run("classify t.csv --field density --method manual --breaks 2,60,100 --json");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(Json::parse(o.out)["counts"].get<std::vector<int>>(), ElementsAre(2, 3, 2));
}

TEST(ClassifyVerb, PrintsATableForPeople) {
  Folder folder;
  folder.write("t.csv", table);
  const Outcome o = folder.run("classify t.csv --field density --classes 3");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_THAT(o.out, HasSubstr("natural breaks"));
  EXPECT_THAT(o.out, HasSubstr("51"));
}

TEST(ClassifyVerb, ComplainsInOneLine) {
  Folder folder;
  folder.write("t.csv", table);
  const auto expect = [&](const std::string& arguments, const char* text, int code = 1) {
    const Outcome o = folder.run("classify " + arguments);
    EXPECT_EQ(o.code, code) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, HasSubstr(text));
    EXPECT_EQ(std::ranges::count(o.err, '\n'), 1) << o.err;
    EXPECT_EQ(o.out, "");
  };
  expect("t.csv --field nope --json", "name, density, note");
  expect("t.csv --field note", "texts");
  expect("t.csv --field note", "numbers: density");
  expect("t.csv --field density --classes 0", "0 classes");
  expect("t.csv --field density --method manual", "upper bounds");
  expect("t.csv --field density --method manual --breaks 5,3", "ascend");
  expect("t.csv --field density --method equal --breaks 5,6", "method is equal");
  expect("nowhere.csv --field density", "nowhere.csv");
  expect("t.csv --field density --method jenks", "natural, quantile", 2);
}

const char* const awkward =
    "name,v,same,empty,odd,base,zero,neg\n"
    "a,1,4,,inf,10,0,5\nb,2,4,,NaN,20,0,-3\nc,3,4,,-Infinity,0,0,5\n"
    "d,50,4,,#N/A,40,0,5\ne,51,4,,1e999,50,0,5\nf,,4,,7,60,0,5\n";

// Odd input that still has an answer: the answer on stdout, one line about the oddity on stderr.
TEST(ClassifyVerb, SaysWhatIsOddAndStillAnswers) {
  Folder folder;
  folder.write("t.csv", awkward);
  folder.write("one.csv", "v\n7\n");
  const auto expect = [&](const std::string& arguments, const char* text, const std::vector<int>& counts) {
    const Outcome o = folder.run("classify " + arguments + " --json");
    EXPECT_EQ(o.code, 0) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, HasSubstr(text)) << arguments;
    EXPECT_LE(std::ranges::count(o.err, '\n'), 1) << o.err;
    EXPECT_EQ(Json::parse(o.out)["counts"].get<std::vector<int>>(), counts) << o.out;
  };
  expect("t.csv --field v --classes 9", "only 5 different values", {1, 1, 1, 1, 1});
  expect("t.csv --field same --classes 5", "All 6 values are equal (4)", {6});
  expect("t.csv --field same --method box", "equal", {6});
  expect("t.csv --field odd", "5 values of \"odd\" are no finite number", {1});
  expect("t.csv --field v --rate-base base --per 100 --classes 3", "1 row with a base of 0", {2, 1, 1});
  expect("one.csv --field v --method stddev", "", {1});
}

TEST(ClassifyVerb, MakesRates) {
  Folder folder;
  folder.write("t.csv", awkward);
  const Outcome o = folder.run("classify t.csv --field v --rate-base base --per 100 --classes 2 --json");
  ASSERT_EQ(o.code, 0) << o.err;
  const Json j = Json::parse(o.out);
  EXPECT_EQ(j["field"], "v");
  EXPECT_EQ(j["rate_base"], "base");
  EXPECT_EQ(j["per"], 100);
  EXPECT_EQ(j["missing"], 2);
  EXPECT_THAT(j["upper_bounds"].get<std::vector<double>>(), ElementsAre(10, 125));
}

TEST(ClassifyVerb, RefusesWhatHasNoAnswer) {
  Folder folder;
  folder.write("t.csv", awkward);
  folder.write("none.csv", "name,v\n");
  const auto expect = [&](const std::string& arguments, const char* what, const char* remedy) {
    const Outcome o = folder.run("classify " + arguments + " --json");
    EXPECT_EQ(o.code, 1) << arguments << "\n" << o.err;
    EXPECT_THAT(o.err, testing::AllOf(HasSubstr(what), HasSubstr(remedy)));
    EXPECT_EQ(o.out, "");
  };
  expect("t.csv --field empty", "All 6 values are missing", "Choose a column");
  expect("t.csv --field v --rate-base neg", "t.csv, neg: the base is negative (-3) in row 1", "Correct it");
  expect("t.csv --field v --rate-base zero", "All 6 values are missing", "Choose a column");
  expect("t.csv --field v --rate-base base --per 0", "per 0", "--per 1000");
  expect("none.csv --field v", "no values", "Choose a column");
}

}  // namespace
}  // namespace cli_test
