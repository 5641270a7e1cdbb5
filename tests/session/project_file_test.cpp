#include "app/session/project_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/session/filter.h"
#include "app/session/names.h"

using namespace session;

namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string embeddedText() { return slurp(SOURCE_DIR "/assets/qingyuan/qingyuan.parkscope.toml"); }

std::string errorOf(const std::string& text) {
  const auto project = parseProject(text, "p.toml");
  return project ? "" : project.error().text();
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("清远 项目 {}", getpid());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

// Lines 1–4 of every case below.
const std::string head = "format = 1\n[[layers]]\nid = \"a\"\nsource = \"a.csv\"\n";

}  // namespace

TEST(ProjectFile, KeepsTheEmbeddedProjectCanonical) {
  const auto project = parseProject(embeddedText(), "q");
  ASSERT_TRUE(project) << project.error().text();
  EXPECT_EQ(formatProject(*project), embeddedText());
  EXPECT_EQ(project->layers.size(), 11u);
  EXPECT_EQ(project->targets.size(), 23u);
  EXPECT_GE(project->scenes.size(), 5u);
}

TEST(ProjectFile, WritesTheSameBytesAfterEveryRoundTrip) {
  Project p;
  p.title = {"标题 “引号” \\ \"x\"\n第二行\t\x01", ""};
  p.subtitle = {"", "only English"};
  p.year = 2023;
  LayerSpec l;
  l.id = "层";
  l.source = "文件 夹/a b.csv";
  l.opacity = 0.1;
  l.minScale = 1e7;
  l.style = {"#A0B1C2", 0.30000000000000004, 12};
  p.layers = {l};
  IndicatorSpec i;
  i.id = "i", i.of = "层", i.value = "v";
  i.method = geo::BreakMethod::manual;
  i.breaks = {-1e-9, 0, 1.0 / 3, 123456789.25, 1e300};
  p.indicators = {i};
  TargetSpec t;
  t.id = "t", t.target = 0, t.baseline = 0, t.baselineYear = 2020;
  p.targets = {t};
  SceneSpec s;
  s.id = "s", s.camera.extentLonLat = geo::Box{111.9, 23.4, 113.9, 25.2};
  s.layers = std::vector<std::string>(20, "层");
  p.scenes = {s};
  p.page.isPublic = true;
  p.page.credits = {{"甲", "A"}, {"乙", "乙"}};
  const std::string text = formatProject(p);
  const auto again = parseProject(text, "p");
  ASSERT_TRUE(again) << again.error().text() << "\n" << text;
  EXPECT_EQ(*again, p);
  EXPECT_EQ(formatProject(*again), text);
}

TEST(ProjectFile, SavesDefaultsAsNothingAndMinusZeroAsZero) {
  EXPECT_EQ(formatProject(Project{}), "format = 1\n");
  Project p;
  p.layers.emplace_back();
  p.layers[0].id = "a", p.layers[0].source = "a", p.layers[0].opacity = -0.0;
  EXPECT_NE(formatProject(p).find("opacity = 0\n"), std::string::npos);
}

TEST(ProjectFile, NamesTheUnknownKeyItsLineAndTheNearestKnownOne) {
  EXPECT_EQ(errorOf("format = 1\ntitel = \"x\"\n"),
            "p.toml:2: unknown key \"titel\". Nearest known key: title.");
  EXPECT_EQ(errorOf(head + "lable = \"x\"\n"), "p.toml:5: unknown key \"lable\". Nearest known key: label.");
  EXPECT_EQ(errorOf(head + "style = { widht = 3 }\n"),
            "p.toml:5: unknown key \"widht\". Nearest known key: width.");
  EXPECT_EQ(errorOf(head + "name = { zh = \"x\", eng = \"y\" }\n"),
            "p.toml:5: unknown key \"eng\". Nearest known key: en.");
  EXPECT_EQ(errorOf(head + "[page]\npapper = \"A3\"\n"),
            "p.toml:6: unknown key \"papper\". Nearest known key: paper.");
}

TEST(ProjectFile, RefusesOtherFormatsBeforeAnythingElse) {
  EXPECT_EQ(errorOf("format = 2\nnew_thing = [1]\n"),
            "p.toml:1: the project was written by a newer Parkscope (format 2; this one reads 1). Open it "
            "with that version.");
  EXPECT_NE(errorOf("title = \"x\"\n").find("p.toml:1: this is not a Parkscope project"), std::string::npos);
  EXPECT_NE(errorOf("\nformat = 0\n").find("p.toml:2: there is no such format"), std::string::npos);
  EXPECT_NE(errorOf("format = \"1\"\n").find("p.toml:1:"), std::string::npos);
  EXPECT_NE(errorOf("format = 1\ntitle = \n").find("p.toml:2: not valid TOML"), std::string::npos);
  EXPECT_NE(errorOf("\xff\xfe").find("not valid TOML"), std::string::npos);
}

struct BadProject {
  std::string text, says;
};
class BadProjects : public testing::TestWithParam<BadProject> {};

TEST_P(BadProjects, AreRefusedWithTheirLine) {
  const std::string said = errorOf(GetParam().text);
  EXPECT_NE(said.find(GetParam().says), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(
    ProjectFile, BadProjects,
    testing::Values(
        BadProject{head + "opacity = \"1\"\n", "p.toml:5: \"opacity\" must be a finite number."},
        BadProject{head + "opacity = nan\n", "p.toml:5: \"opacity\" must be a finite number."},
        BadProject{head + "opacity = 1.5\n", "p.toml:5: \"opacity\" is 1.5, which is out of range."},
        BadProject{head + "opacity = 1.5.5\n", "p.toml:5: not valid TOML"},
        BadProject{head + "visible = 1\n", "p.toml:5: \"visible\" must be true or false."},
        BadProject{head + "name = 3\n", "p.toml:5: \"name\" must be"},
        BadProject{head + "role = \"cores\"\n",
                   "p.toml:5: there is no role \"cores\". Roles: county, core, node"},
        BadProject{head + "status = \"missing\"\n", "p.toml:5: there is no status \"missing\""},
        BadProject{head + "style = { colour = \"red\" }\n", "p.toml:5: \"red\" is not a colour."},
        BadProject{head + "crs = \"EPSG:1\"\n", "p.toml:5:"},
        BadProject{head + "filter = \"role =\"\n",
                   "p.toml:5: The filter \"role =\" wants a value where it ends."},
        BadProject{head + "led_by = \"x\"\n", "p.toml:5: \"led_by\" and \"lead_layer\" go together."},
        BadProject{head + "led_by = \"x\"\nlead_layer = \"b\"\n",
                   "p.toml:6: there is no layer \"b\". layers: a."},
        BadProject{head + "[[layers]]\nid = \"a\"\nsource = \"b\"\n",
                   "p.toml:6: there are two layers with the id \"a\"."},
        BadProject{"format = 1\n[[layers]]\nid = \"a\"\n", "p.toml:2: layer \"a\" has no \"source\"."},
        BadProject{"format = 1\n[[layers]]\nid = \"a:b\"\nsource = \"c\"\n",
                   "p.toml:3: id \"a:b\" may not contain"},
        BadProject{"format = 1\nlayers = 3\n", "p.toml:2: \"layers\" must be written as tables: [[layers]]."},
        BadProject{"format = 1\ntheme = \"blue\"\n",
                   "p.toml:2: \"theme\" cannot be \"blue\". It is one of: dark, light."},
        BadProject{"format = 1\nindicator = \"x\"\n",
                   "p.toml:2: there is no indicator \"x\". The project has no indicators."},
        BadProject{"format = 1\nyear = 2023.5\n", "p.toml:2: \"year\" must be a whole number."},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\n",
                   "p.toml:5: indicator \"i\" needs exactly one way"},
        BadProject{head + "[[indicators]]\nid = \"i\"\nvalue = \"v\"\n", "there is no layer \"counties\""},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\nvalue = \"v\"\nmethod = \"jenks\"\n",
                   "p.toml:9:"},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\nvalue = \"v\"\nbreaks = [2, 1]\n",
                   "p.toml:9: \"breaks\" must ascend."},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\nvalue = \"v\"\nbreaks = [1, inf]\n",
                   "p.toml:9: \"breaks\" must be a finite number."},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\nvalue = \"v\"\npalette = \"jet\"\n",
                   "p.toml:9: \"palette\" cannot be \"jet\"."},
        BadProject{head + "[[indicators]]\nid = \"i\"\nof = \"a\"\nnumerator = \"j\"\ndenominator = \"j\"\n"
                          "[[indicators]]\nid = \"j\"\nof = \"a\"\nnumerator = \"i\"\ndenominator = \"i\"\n",
                   "indicators are computed from each other: i → j → i."},
        BadProject{"format = 1\n[[targets]]\nid = \"t\"\n", "p.toml:2: target \"t\" has no \"target\"."},
        BadProject{"format = 1\n[[scenes]]\nid = \"s\"\nextent = [1, 2, 3]\n",
                   "p.toml:4: \"extent\" is not an extent."},
        BadProject{head + "[[scenes]]\nid = \"s\"\nlayers = [\"a\", \"b\"]\n",
                   "p.toml:7: there is no layer \"b\"."},
        BadProject{head + "[[scenes]]\nid = \"s\"\nemphasis = [\"c:1\"]\n",
                   "p.toml:7: there is no layer \"c\"."}));

TEST(ProjectFile, TakesOnePlainTextAsBothLanguages) {
  const auto p = parseProject("format = 1\ntitle = \"图\"\n", "p");
  ASSERT_TRUE(p);
  EXPECT_EQ(p->title, (Name{"图", "图"}));
}

TEST(ProjectFile, IsSavedWholeOrNotAtAll) {
  Folder folder;
  const std::string path = (folder.path / "甲 乙.parkscope.toml").string();
  Project p;
  p.title = {"一", "one"};
  ASSERT_TRUE(writeProject(p, path));
  EXPECT_EQ(readProject(path).value(), p);
  const auto failed = writeProject(p, (folder.path / "none" / "x.toml").string());
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().text().find("x.toml"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

TEST(ProjectFile, SavingThroughALinkKeepsTheLink) {
  Folder folder;
  const auto real = folder.path / "real.toml", link = folder.path / "link.toml";
  ASSERT_TRUE(writeProject(Project{}, real.string()));
  std::filesystem::create_symlink(real, link);
  Project p;
  p.title = {"一", "一"};
  ASSERT_TRUE(writeProject(p, link.string()));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(readProject(real.string()).value(), p);
}

TEST(ProjectFile, SaysWhyAFileCannotBeRead) {
  Folder folder;
  EXPECT_NE(readProject("/none/x.toml").error().text().find("/none/x.toml cannot be opened"),
            std::string::npos);
  EXPECT_NE(readProject(folder.path.string()).error().text().find("is a folder"), std::string::npos);
  const std::string empty = (folder.path / "empty.toml").string();
  std::ofstream{empty};
  EXPECT_NE(readProject(empty).error().text().find("is empty"), std::string::npos);
}

namespace {

geo::Table people() {
  geo::Table t;
  t.rowCount = 4;
  t.columns.push_back({"role",
                       geo::ColumnType::text,
                       {},
                       std::vector<std::string>{"core", "node", "node", ""},
                       {1, 1, 1, 0}});
  t.columns.push_back({"year", geo::ColumnType::integer, {2020, 2023, geo::missing, 2023}, {}, {}});
  return t;
}

std::vector<uint32_t> rowsOf(const std::string& text) {
  return parseFilter(text).value().rows(people(), "t").value();
}

}  // namespace

TEST(Filter, ComparesTextsAndNumbers) {
  using V = std::vector<uint32_t>;
  EXPECT_EQ(rowsOf(""), (V{0, 1, 2, 3}));
  EXPECT_EQ(rowsOf("role = core"), (V{0}));
  EXPECT_EQ(rowsOf("role != core"), (V{1, 2, 3}));
  EXPECT_EQ(rowsOf("role = 'node' and year = 2023.0"), (V{1}));
  EXPECT_EQ(rowsOf("role in (core, \"node\")"), (V{0, 1, 2}));
  EXPECT_EQ(rowsOf("role not in (core)"), (V{1, 2, 3}));
  EXPECT_EQ(rowsOf("year < 2023 or role = node"), (V{0, 1, 2}));
  EXPECT_EQ(rowsOf("year>=2023"), (V{1, 3}));
  EXPECT_EQ(rowsOf("not (year = 2023 and role = node)"), (V{0, 2, 3}));
}

TEST(Filter, SaysWhatItWantsAndWhichColumnsThereAre) {
  EXPECT_NE(parseFilter("role core").error().text().find("wants =, !="), std::string::npos);
  EXPECT_NE(parseFilter("role = a b").error().text().find("\"and\""), std::string::npos);
  EXPECT_NE(parseFilter("a in (b").error().text().find("\")\""), std::string::npos);
  EXPECT_FALSE(parseFilter(std::string(1000, '(')));
  EXPECT_EQ(parseFilter("rolle = core").value().rows(people(), "parks.csv").error().text(),
            "parks.csv has no column \"rolle\", which the filter names. Columns it does have: role, year.");
}

TEST(Names, FindTheNearestWord) {
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(validUtf8("a\xff中\xe4\xb8"), "a\uFFFD中\uFFFD\uFFFD");
}
