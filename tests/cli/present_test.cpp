// Shows without a display: frames, films, decks, and what is refused.
#include <gmock/gmock.h>
#include <fmt/format.h>
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
using testing::Not;

std::string bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Present : public testing::Test {
 protected:
  Outcome present(const std::string& arguments, const std::string& project = embedded) const {
    return folder.run("present " + project + " " + arguments);
  }
  Folder folder;
};

TEST_F(Present, RecordsNumberedFramesThatAreTheSameEveryTime) {
  const Outcome r = present("--record a --size 640x360 --fps 5 --seconds 4 --json");
  ASSERT_EQ(r.code, 0) << r.err;
  EXPECT_EQ(nlohmann::json::parse(r.out)["frames"], 20);
  ASSERT_EQ(present("--record b --size 640x360 --fps 5 --seconds 4").code, 0);
  std::set<std::string> different;
  for (int k = 1; k <= 20; ++k) {
    const std::string name = fmt::format("frame-{:06}.png", k);
    const std::string a = bytes(folder.file("a/" + name));
    EXPECT_GT(a.size(), 1000u) << name;
    EXPECT_EQ(a, bytes(folder.file("b/" + name))) << name;
    different.insert(a);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file("a/frame-000021.png")));
  EXPECT_GT(different.size(), 8u) << "the story moves";
}

TEST_F(Present, AFrameAtRestIsTheSnapshotWithItsCaption) {
  ASSERT_EQ(present("--record a --size 640x360 --fps 1 --seconds 14 --scene population").code, 0);
  // The scene of no text and no caption would be the very same; here both are pictures of one size and one
  // map.
  ASSERT_EQ(folder.run("snapshot " + embedded + " -o b.png --size 640x360 --scene population").code, 0);
  const std::string differs = outputOf("compare -metric AE -fuzz 2% '" + folder.file("a/frame-000014.png") +
                                       "' '" + folder.file("b.png") + "' null: 2>&1");
  EXPECT_LT(std::stod("0" + differs), 640 * 360 * 0.06) << differs;
}

TEST_F(Present, WritesAFilmThroughFfmpeg) {
  if (std::system("command -v ffmpeg >/dev/null") != 0) GTEST_SKIP() << "ffmpeg is not installed.";
  const Outcome r = present("--record 片.mp4 --size 639x361 --fps 10 --seconds 3");
  ASSERT_EQ(r.code, 0) << r.err;
  const std::string probe = outputOf(
      "ffprobe -v error -count_frames -show_entries "
      "stream=width,height,nb_read_frames,pix_fmt -of default=nw=1 '" +
      folder.file("片.mp4") + "'");
  EXPECT_THAT(probe, HasSubstr("nb_read_frames=30"));
  EXPECT_THAT(probe, HasSubstr("width=640"));
  EXPECT_THAT(probe, HasSubstr("height=362"));
  ASSERT_EQ(present("--record again.mp4 --size 639x361 --fps 10 --seconds 3").code, 0);
  EXPECT_EQ(bytes(folder.file("片.mp4")), bytes(folder.file("again.mp4")));
}

TEST_F(Present, WritesADeckWithAPageForEachScene) {
  const Outcome r = present("--record deck.pdf --size 1280x720 --json --lang zh");
  ASSERT_EQ(r.code, 0) << r.err;
  const auto pages = nlohmann::json::parse(r.out)["frames"].get<int>();
  EXPECT_GE(pages, 9);
  EXPECT_THAT(outputOf("pdfinfo '" + folder.file("deck.pdf") + "'"),
              HasSubstr(fmt::format("Pages:           {}", pages)));
  const std::string text = outputOf("pdftotext '" + folder.file("deck.pdf") + "' -");
  EXPECT_THAT(text, HasSubstr("两核引领"));
  EXPECT_THAT(text, HasSubstr("清远高新区引领"));
}

TEST_F(Present, SaysWhatIsWrongInOneLineAndLeavesNothing) {
  std::filesystem::create_directories(folder.file("full"));
  folder.write("full/there.txt", "x");
  const struct {
    const char *arguments, *says;
    int code = 1;
  } cases[] = {
      {"--record x --size 1x1", "1x1"},
      {"--record x --size 20000x20000", "20000x20000"},
      {"--size 1x1", "1x1"},
      {"--size 20000x20000", "20000x20000"},
      {"--record x.gif", ".mp4 .mov .mkv .webm"},
      {"--record x --fps 0", "1 and 240"},
      {"--record x --scene nowhere", "overview"},
      {"--record full", "full is not empty"},
      {"--record full/there.txt/x", "full/there.txt"},
      {"--record /nowhere/at/all", "/nowhere/at/all"},
      {"--record x --theme pink", "dark, light"},
  };
  for (const auto& c : cases) {
    const Outcome r = present(c.arguments);
    EXPECT_EQ(r.code, c.code) << c.arguments << r.err;
    EXPECT_EQ(lines(r.err), 1u) << c.arguments << "\n" << r.err;
    EXPECT_THAT(r.err, HasSubstr(c.says)) << c.arguments;
    EXPECT_FALSE(std::filesystem::exists(folder.file("x"))) << c.arguments;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("")))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("XXXX"))) << "nothing half done is left";
}

TEST_F(Present, WithoutFfmpegAFilmIsRefusedAndTheWayOutTold) {
  const std::string command = "cd '" + folder.file("") +
                              "' && env PATH=/nonexistent '" PARKSCOPE_BINARY "' present " + embedded +
                              " --record y.mp4 --size 640x360 --seconds 1 2>&1";
  const std::string said = outputOf(command);
  EXPECT_THAT(said, HasSubstr("ffmpeg"));
  EXPECT_THAT(said, HasSubstr("numbered PNGs"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("y.mp4")));
}

TEST_F(Present, WithoutADisplayTheWindowSaysHowToRecord) {
  const std::string said = outputOf("env -u DISPLAY -u WAYLAND_DISPLAY '" PARKSCOPE_BINARY "' present " +
                                    embedded + " 2>&1; echo code $?");
  EXPECT_THAT(said, HasSubstr("--record"));
  EXPECT_THAT(said, HasSubstr("code 1"));
}

TEST_F(Present, AProjectWithoutScenesShowsItsOverviewAndSaysHowToMakeSome) {
  folder.write("p.parkscope.toml",
               "format = 1\n[[layers]]\nid = \"c\"\nrole = \"county\"\nsource = \"" SOURCE_DIR
               "/assets/qingyuan/counties.geojson\"\nkey = \"adcode\"\nlabel = \"name\"\n");
  const Outcome r = present("--record a --size 640x360 --fps 1 --seconds 3", "p.parkscope.toml");
  EXPECT_EQ(r.code, 0) << r.err;
  EXPECT_THAT(r.err, HasSubstr("no scenes"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("a/frame-000003.png")));
}

TEST_F(Present, ChecksBeforeTheAudienceComes) {
  const Outcome near = present("--check --json --audience 2 --screen 400");
  const auto close = nlohmann::json::parse(near.out);
  const Outcome far = present("--check --json --audience 80 --screen 200");
  EXPECT_EQ(far.code, 1) << far.err;
  const auto distant = nlohmann::json::parse(far.out);
  EXPECT_FALSE(distant["ok"].get<bool>());
  EXPECT_GT(distant["findings"].size(), close["findings"].size());
  for (const auto& f : distant["findings"]) EXPECT_FALSE(f["what"].get<std::string>().empty());
}

}  // namespace
