#include "app/session/atlas.h"

#include <set>

#include "app/paper/seal.h"
#include "app/session/batch.h"
#include "app/session/page_spec.h"
#include "app/session/snapshot.h"
#include "tests/session/support.h"

namespace session {
namespace {

using Kind = AtlasSheet::Kind;

class AtlasOfACity : public session_test::SmallCity {
 protected:
  AtlasOptions options(const std::string& output) const {
    AtlasOptions o;
    o.page.output = folder.file(output), o.page.paper = "A4", o.page.dpi = 50;
    o.page.date = "2026-01-01";
    return o;
  }
  Atlas plan(const AtlasOptions& o) {
    auto atlas = planAtlas(city, o);
    if (!atlas) ADD_FAILURE() << atlas.error().text();
    return atlas ? *atlas : Atlas{};
  }
  geo::Result<void> write(const Atlas& atlas, geo::Progress* progress = nullptr) {
    return writeAtlas(atlas, *scene::Typesetter::open(), city.worldCrs(), progress);
  }
  std::set<std::string> files(const std::string& name) const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.file(name)))
      found.insert(entry.path().filename().string());
    return found;
  }
};

TEST_F(AtlasOfACity, HasASheetForEachAreaIndicatorAndYearAfterOverviewAndIndex) {
  AtlasOptions o = options("a.pdf");
  o.indicators = {"people"}, o.allYears = true;
  const Atlas atlas = plan(o);
  ASSERT_EQ(atlas.sheets.size(), 2 + 3 * 2u);
  EXPECT_EQ(atlas.sheets[0].kind, Kind::overview);
  EXPECT_EQ(atlas.sheets[1].kind, Kind::index);
  std::set<std::pair<std::string, int>> made;
  for (const AtlasSheet& sheet : atlas.sheets)
    if (sheet.kind == Kind::area) made.insert({sheet.area, sheet.year});
  EXPECT_EQ(made, (std::set<std::pair<std::string, int>>{
                      {"1", 2020}, {"1", 2023}, {"2", 2020}, {"2", 2023}, {"3", 2020}, {"3", 2023}}));
  EXPECT_EQ(atlasSheetCount(city, o), 6u);
}

TEST_F(AtlasOfACity, KeepsOneSetOfBreaksOverTheYears) {
  AtlasOptions o = options("a.pdf");
  o.indicators = {"people"}, o.allYears = true;
  const Atlas atlas = plan(o);
  ASSERT_EQ(atlas.scenes.size(), 3u);
  ASSERT_TRUE(atlas.scenes[1].choropleth && atlas.scenes[2].choropleth);
  EXPECT_NE(atlas.scenes[1].choropleth->year, atlas.scenes[2].choropleth->year);
  EXPECT_EQ(atlas.scenes[1].choropleth->breaks.upperBounds, atlas.scenes[2].choropleth->breaks.upperBounds);
  EXPECT_EQ(atlas.scenes[1].choropleth->breaks.upperBounds.back(), 3300);
}

TEST_F(AtlasOfACity, ItsIndexNamesTheSheetsThatThereAre) {
  AtlasOptions o = options("a.pdf");
  o.allYears = true;
  const Atlas atlas = plan(o);
  EXPECT_EQ(atlas.index.total, static_cast<int>(atlas.sheets.size()));
  for (const auto& line : atlas.index.lines) {
    const AtlasSheet& sheet = atlas.sheets.at(static_cast<size_t>(line.sheet) - 1);
    if (!line.heading) {
      EXPECT_NE(sheet.title.find(line.words), sheet.title.npos) << line.words;
    }
  }
  for (const auto& area : atlas.index.areas)
    for (int i = area.first; i <= area.last; ++i)
      EXPECT_EQ(atlas.sheets[static_cast<size_t>(i) - 1].row, area.row);
}

TEST_F(AtlasOfACity, ALongIndexTakesMoreSheetsAndStillTellsTheTruth) {
  AtlasOptions o = options("a.pdf");
  o.page.paper = "100x80", o.allYears = true;
  const Atlas atlas = plan(o);
  const auto indexes = std::count_if(atlas.sheets.begin(), atlas.sheets.end(),
                                     [](const AtlasSheet& s) { return s.kind == Kind::index; });
  EXPECT_GT(indexes, 1);
  ASSERT_FALSE(atlas.index.areas.empty());
  EXPECT_EQ(atlas.index.areas[0].first, static_cast<int>(2 + indexes));
  // Every line stands on one of the index sheets, once.
  const auto fonts = *scene::Typesetter::open();
  size_t texts = 0;
  for (int part = 0; part < indexes; ++part) {
    const auto drawing = scene::drawAtlasIndex(atlas.scenes[0], scene::paperTheme(), fonts,
                                               pageOf(atlas.scenes[0], o.page), atlas.index, part);
    for (const auto& placed : drawing.items)
      if (const auto* t = std::get_if<scene::Text>(&placed.item))
        texts += t->run.text == std::to_string(atlas.index.lines.back().sheet);
  }
  EXPECT_EQ(texts, 1u);
}

TEST_F(AtlasOfACity, WritesSealedSheetsIntoAFolder) {
  AtlasOptions o = options("sheets");
  o.indicators = {"people"};
  const Atlas atlas = plan(o);
  const auto written = write(atlas);
  ASSERT_TRUE(written) << written.error().text();
  std::set<std::string> wanted;
  for (const AtlasSheet& sheet : atlas.sheets) wanted.insert(sheet.file);
  EXPECT_EQ(files("sheets"), wanted);
  const auto v = verify(folder.file("sheets/" + atlas.sheets.back().file));
  ASSERT_TRUE(v) << v.error().text();
  EXPECT_EQ(v->verdict, Verification::Verdict::unchanged);
  const auto remade = readRecipe(folder.file("sheets/" + atlas.sheets.back().file));
  ASSERT_TRUE(remade);
  EXPECT_EQ(remade->options.focus, "3");
}

TEST_F(AtlasOfACity, GivesTheSameBookTwice) {
  AtlasOptions o = options("a.pdf");
  o.indicators = {"people"};
  ASSERT_TRUE(write(plan(o)));
  o.page.output = folder.file("b.pdf");
  ASSERT_TRUE(write(plan(o)));
  std::ifstream a(folder.file("a.pdf"), std::ios::binary), b(folder.file("b.pdf"), std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(a), {}) ==
              std::string(std::istreambuf_iterator<char>(b), {}));
  const auto v = verify(folder.file("a.pdf"));
  ASSERT_TRUE(v) << v.error().text();
  EXPECT_EQ(v->verdict, Verification::Verdict::unchanged);
}

TEST_F(AtlasOfACity, LeavesNothingWhenItIsStopped) {
  const Atlas atlas = plan(options("sheets"));
  geo::Progress progress;
  progress.cancel();
  EXPECT_FALSE(write(atlas, &progress));
  EXPECT_FALSE(std::filesystem::exists(folder.file("sheets")));
  std::filesystem::create_directory(folder.file("kept"));
  folder.write("kept/mine.txt", "mine");
  AtlasOptions o = options("kept");
  EXPECT_FALSE(write(plan(o), &progress));
  EXPECT_EQ(files("kept"), (std::set<std::string>{"mine.txt"}));
}

TEST_F(AtlasOfACity, TellsOfAreasIndicatorsAndYearsThatThereAreNot) {
  AtlasOptions o = options("a.pdf");
  o.areas = {"丁县"};
  auto atlas = planAtlas(city, o);
  ASSERT_FALSE(atlas);
  EXPECT_NE(atlas.error().remedy.find("甲县"), std::string::npos) << atlas.error().text();
  o = options("a.pdf"), o.indicators = {"nothing"};
  atlas = planAtlas(city, o);
  ASSERT_FALSE(atlas);
  EXPECT_NE(atlas.error().remedy.find("people"), std::string::npos) << atlas.error().text();
  o = options("a.pdf"), o.years = {2020, 1066};
  atlas = planAtlas(city, o);
  ASSERT_FALSE(atlas);
  EXPECT_NE(atlas.error().text().find("1066. Years: 2020, 2023"), std::string::npos) << atlas.error().text();
  o = options("sheets"), o.ending = "docx";
  EXPECT_FALSE(planAtlas(city, o));
}

TEST_F(AtlasOfACity, APublicOneThatShowsExamplesIsRefusedBeforeItBegins) {
  Project p = city.project();
  p.page.isPublic = true;
  city.open(p, folder.path());
  city.wait();
  const auto written = write(plan(options("sheets")));
  ASSERT_FALSE(written);
  EXPECT_FALSE(std::filesystem::exists(folder.file("sheets")));
}

TEST_F(AtlasOfACity, IsExportedFromTheWindowsCommandToo) {
  ExportAtlas c;
  c.path = folder.file("w.pdf"), c.paper = "A4", c.dpi = 50, c.indicators = {"people"};
  const auto done = apply(city, c);
  ASSERT_TRUE(done) << done.error().text();
  city.wait();
  EXPECT_TRUE(std::filesystem::exists(c.path));
}

TEST_F(AtlasOfACity, ALogoIsReadOnAWorkerAndAMissingOneIsTold) {
  // A PNG of three by two pixels: red, green, blue in its first row.
  constexpr unsigned char png[] = {
      137, 80,  78,  71, 13,  10,  26,  10,  0, 0,   0,   13,  73,  72, 68, 82, 0,   0,   0,   3,
      0,   0,   0,   2,  8,   2,   0,   0,   0, 18,  22,  241, 77,  0,  0,  0,  23,  73,  68,  65,
      84,  120, 218, 99, 248, 207, 192, 192, 0, 193, 156, 156, 156, 28, 28, 28, 236, 236, 236, 0,
      46,  97,  3,   70, 37,  240, 247, 125, 0, 0,   0,   0,   73,  69, 78, 68, 174, 66,  96,  130};
  folder.write("logo.png", std::string(reinterpret_cast<const char*>(png), sizeof png));
  Project p = city.project();
  p.page.logo = "logo.png";
  ASSERT_TRUE(apply(city, SetPage{p.page}));
  city.wait();
  ASSERT_TRUE(city.scene().page.logo);
  EXPECT_EQ(city.scene().page.logo->columns, 3);
  EXPECT_EQ(city.scene().page.logo->pixels.at(1), (scene::Rgba{0, 255, 0, 255}));
  p.page.logo = "gone.png";
  ASSERT_TRUE(apply(city, SetPage{p.page}));
  city.wait();
  EXPECT_FALSE(city.scene().page.logo);
  ASSERT_FALSE(city.messages().empty());
  EXPECT_NE(city.messages().back().text.find("gone.png"), std::string::npos);
}

class BatchFile : public session_test::SmallCity {
 protected:
  geo::Result<Batch> read(const std::string& text) { return readBatch(folder.write("batch.toml", text)); }
  std::string complaint(const std::string& text) {
    const auto batch = read(text);
    return batch ? "" : batch.error().text();
  }
};

TEST_F(BatchFile, ReadsExportsInTheirOrder) {
  const auto batch = read(
      "project = \"city.parkscope.toml\"\n"
      "[[export]]\noutput = \"a.png\"\nsize = \"640x400\"\nscene = \"first\"\n"
      "[[atlas]]\noutput = \"book.pdf\"\nindicators = [\"people\"]\nyears = \"all\"\n"
      "[[export]]\noutput = \"b.pdf\"\npaper = \"A3\"\nlandscape = true\ntemplate = \"poster\"\nscale = "
      "500000\n"
      "extent = [112, 23, 114, 25]\nlang = \"en\"\n");
  ASSERT_TRUE(batch) << batch.error().text();
  EXPECT_EQ(batch->project, folder.file("city.parkscope.toml"));
  ASSERT_EQ(batch->items.size(), 3u);
  EXPECT_EQ(batch->items[0].picture.output, folder.file("a.png"));
  EXPECT_EQ(batch->items[0].picture.width, 640);
  ASSERT_TRUE(batch->items[1].atlas);
  EXPECT_TRUE(batch->items[1].atlas->allYears);
  EXPECT_EQ(batch->items[2].picture.style, scene::PageStyle::poster);
  EXPECT_EQ(batch->items[2].picture.scale, 500000);
  EXPECT_EQ(batch->items[2].language, Language::en);
}

TEST_F(BatchFile, TellsTheLineOfWhatIsWrong) {
  const std::string file = folder.file("batch.toml");
  EXPECT_EQ(complaint("[[export]]\noutput = \"a.png\"\nsise = \"1x1\"\n"),
            file + ":3: unknown key \"sise\". Nearest known key: size.");
  EXPECT_EQ(complaint("[[export]]\nsize = \"640x400\"\n"),
            file + ":1: an export has no \"output\". Every one needs it.");
  EXPECT_EQ(complaint("[[export]]\noutput = \"a.gif\"\n").find(file + ":1: "), 0u);
  EXPECT_EQ(complaint("[[export]]\noutput = \"a.png\"\nsize = \"0x0\"\n").find(file + ":1: "), 0u);
  EXPECT_EQ(
      complaint("[[export]]\noutput = \"a.png\"\n[[export]]\noutput = \"./a.png\"\n").find(file + ":3: "),
      0u);
  EXPECT_NE(complaint("project = \"x.toml\"\n").find("lists no exports"), std::string::npos);
  EXPECT_NE(complaint("[[export\n").find("not valid TOML"), std::string::npos);
  EXPECT_NE(complaint("export = 3\n"), "");
}

TEST(PageSpec, KnowsPapersByNameAndByMillimetres) {
  EXPECT_EQ(paperSize("A3", true)->width, 420);
  EXPECT_EQ(paperSize("A3", false)->width, 297);
  EXPECT_EQ(paperSize("338x190.5", true)->width, 338);  // as it is written
  EXPECT_FLOAT_EQ(paperSize("338x190.5", true)->height, 190.5f);
  for (const char* wrong :
       {"", "A5x", "a3", "338", "338x", "x190", "338x190x2", "-20x100", "10x10", "1e9x1e9", "nanx100"})
    EXPECT_FALSE(paperSize(wrong)) << wrong;
  EXPECT_EQ(paperName(420, 297), "A3");
  EXPECT_EQ(paperName(338, 190), "338x190");
}

TEST(PageSpec, FramesAndHiddenPartsComeFromTheProjectFile) {
  const auto project = parseProject(
      "format = 1\n[page]\npaper = \"338x190\"\ntemplate = \"slide\"\nscale = 250000\ngrid = \"none\"\n"
      "frames = [{ part = \"legend\", x = 10, y = 20, width = 60, height = 80 }, "
      "{ part = \"text\", x = 1, y = 2, width = 30, height = 9, text = \"注\" }]\nhidden = [\"notes\"]\n",
      "x.toml");
  ASSERT_TRUE(project) << project.error().text();
  const scene::PageSetup page = pageSetup(project->page, Language::zh);
  EXPECT_EQ(page.width, 338);
  EXPECT_EQ(page.style, scene::PageStyle::slide);
  EXPECT_EQ(page.scale, 250000);
  ASSERT_EQ(page.fixed.size(), 2u);
  EXPECT_EQ(page.fixed[0].rect, (scene::Rect{10, 20, 60, 80}));
  EXPECT_EQ(page.fixed[1].text, "注");
  EXPECT_EQ(page.hidden, std::vector{scene::PagePart::notes});
  EXPECT_EQ(formatProject(*parseProject(formatProject(*project), "x.toml")), formatProject(*project));
}

TEST(PageSpec, SaysWhatIsWrongWithAPage) {
  const auto error = [](const std::string& page) {
    const auto p = parseProject("format = 1\n[page]\n" + page, "x.toml");
    return p ? std::string() : p.error().text();
  };
  EXPECT_NE(error("paper = \"B9\"\n").find("x.toml:3: there is no paper \"B9\""), std::string::npos);
  EXPECT_NE(error("template = \"wall\"\n").find("sheet, figure, poster, slide"), std::string::npos);
  EXPECT_NE(error("hidden = [\"legent\"]\n").find("a page has no part \"legent\""), std::string::npos);
  EXPECT_NE(error("frames = [{ x = 1, y = 1, width = 9, height = 9 }]\n").find("has no \"part\""),
            std::string::npos);
  EXPECT_NE(error("frames = [{ part = \"map\", x = 1, y = 1 }]\n").find("has no size"), std::string::npos);
  EXPECT_NE(error("frames = [{ part = \"map\", x = 1, y = 1, width = 9, height = 9 }, "
                  "{ part = \"map\", x = 1, y = 1, width = 9, height = 9 }]\n")
                .find("two frames \"map\""),
            std::string::npos);
}

}  // namespace
}  // namespace session
