#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/program.h"

namespace {

using cli_test::embedded;
using cli_test::Folder;
using cli_test::lines;
using cli_test::Outcome;
using cli_test::outputOf;
using testing::HasSubstr;

class AtlasVerb : public testing::Test {
 protected:
  Outcome atlas(const std::string& arguments) const {
    return folder.run("atlas " + embedded + " " + arguments);
  }
  std::set<std::string> files(const std::string& name) const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.file(name)))
      found.insert(entry.path().filename().string());
    return found;
  }
  Folder folder;
};

TEST_F(AtlasVerb, WritesOneBookWithASheetForEachCountyAndIndicator) {
  const Outcome r = atlas("-o 图集.pdf --paper A4 --indicator density,population --json --lang zh");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto json = nlohmann::json::parse(r.out);
  EXPECT_EQ(json["sheets"].size(), 2 + 8 * 2u);
  const std::string path = folder.file("图集.pdf");
  EXPECT_THAT(outputOf("pdfinfo '" + path + "'"), HasSubstr("Pages:           18"));
  const std::string text = outputOf("pdftotext '" + path + "' -");
  EXPECT_THAT(text, HasSubstr("图幅索引"));
  EXPECT_THAT(text, HasSubstr("18 / 18"));
  for (const char* county :
       {"清城区", "清新区", "英德市", "连州市", "佛冈县", "阳山县", "连山壮族瑶族自治县", "连南瑶族自治县"})
    EXPECT_THAT(text, HasSubstr(county));
  EXPECT_THAT(outputOf("qpdf --check '" + path + "' 2>&1"), HasSubstr("No syntax or stream encoding errors"));
  EXPECT_EQ(folder.run("verify '" + path + "'").code, 0);
}

TEST_F(AtlasVerb, WritesSheetsIntoAFolderThatItMakes) {
  const Outcome r = atlas("-o sheets --paper A4 --dpi 40 --indicator density --area 英德市,441802 --json");
  ASSERT_EQ(r.code, 0) << r.err;
  std::set<std::string> named;
  const auto json = nlohmann::json::parse(r.out);
  for (const auto& sheet : json["sheets"]) named.insert(sheet["file"]);
  EXPECT_EQ(named.size(), 4u);
  EXPECT_EQ(files("sheets"), named);
}

TEST_F(AtlasVerb, SaysWhatIsWrongInOneLineAndLeavesNothing) {
  for (const char* wrong :
       {"-o a.pdf --indicator nothing", "-o a.pdf --area 火星", "-o a.pdf --year 1066", "-o a.pdf --paper B7",
        "-o sheets --format gif", "-o no/such/place/sheets", "-o /proc/sheets", "-o a.pdf --dpi 5"}) {
    const Outcome r = atlas(wrong);
    EXPECT_EQ(r.code, 1) << wrong;
    EXPECT_EQ(r.out, "") << wrong;
    EXPECT_EQ(lines(r.err), 1u) << wrong << r.err;
  }
  EXPECT_EQ(atlas("").code, 2);
  EXPECT_EQ(atlas("-o a.pdf --year soon").code, 2);
  EXPECT_EQ(atlas("-o a.pdf --template wall").code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.pdf")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("sheets")));
  folder.write("file", "");
  EXPECT_EQ(atlas("-o file").code, 1);
}

TEST_F(AtlasVerb, ABatchWritesAllThatItListsBesideItself) {
  folder.write(
      "batch.toml",
      "[[export]]\noutput = \"a.png\"\nsize = \"320x200\"\n"
      "[[export]]\noutput = \"b.pdf\"\npaper = \"A4\"\nlang = \"zh\"\n"
      "[[atlas]]\noutput = \"c.pdf\"\npaper = \"A4\"\nindicators = \"density\"\nareas = [\"441802\"]\n"
      "[[export]]\noutput = \"d.svg\"\npage = true\n");
  const Outcome r = folder.run("snapshot " + embedded + " --batch batch.toml --json");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.out)["outputs"].size(), 4u);
  for (const char* name : {"a.png", "b.pdf", "c.pdf", "d.svg"})
    EXPECT_TRUE(std::filesystem::exists(folder.file(name))) << name;
  EXPECT_THAT(outputOf("pdftotext '" + folder.file("b.pdf") + "' -"), HasSubstr("清远市"));
}

TEST_F(AtlasVerb, ABatchIsLookedThroughBeforeItsFirstPicture) {
  folder.write("batch.toml",
               "[[export]]\noutput = \"a.png\"\nsize = \"320x200\"\n[[export]]\noutput = \"b.png\"\nscene = "
               "\"none\"\n");
  const Outcome r = folder.run("snapshot " + embedded + " --batch batch.toml");
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.err, HasSubstr("batch.toml:4: The project has no scene \"none\""));
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.png")));
}

TEST_F(AtlasVerb, OneFailingExportOfABatchDoesNotKeepTheOthersFromBeingWritten) {
  folder.write("batch.toml",
               "[[export]]\noutput = \"no/a.png\"\nsize = \"320x200\"\n[[export]]\noutput = \"b.png\"\nsize "
               "= \"320x200\"\n");
  const Outcome r = folder.run("snapshot " + embedded + " --batch batch.toml");
  EXPECT_EQ(r.code, 1);
  EXPECT_EQ(lines(r.err), 1u) << r.err;
  EXPECT_TRUE(std::filesystem::exists(folder.file("b.png")));
}

TEST_F(AtlasVerb, AnOrdinarySnapshotStillNeedsAProjectAndAFile) {
  EXPECT_EQ(folder.run("snapshot").code, 2);
  EXPECT_EQ(folder.run("snapshot " + embedded).code, 2);
  EXPECT_EQ(folder.run("snapshot " + embedded + " -o a.png --batch b.toml").code, 2);
  EXPECT_EQ(folder.run("snapshot --batch missing.toml").code, 1);
}

TEST_F(AtlasVerb, PagesTakeAScaleATemplateAGridAndAnySize) {
  const Outcome r =
      folder.run("snapshot " + embedded +
                 " -o a.pdf --paper 338x190 --template slide --scale '1:1 000 000' --grid metres --lang zh");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(outputOf("pdfinfo '" + folder.file("a.pdf") + "'"), HasSubstr("958.11 x 538.58"));
  EXPECT_THAT(outputOf("pdftotext '" + folder.file("a.pdf") + "' -"), HasSubstr("1:1 000 000"));
}

}  // namespace
