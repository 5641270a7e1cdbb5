// Exports through the real binary: what can go wrong with the place, the disk, the request and the recipe,
// and that a picture of any size is whole. Each fault is one line and leaves no file.
#include <fcntl.h>
#include <gdal_priv.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace {

using cli_test::embedded;
using cli_test::Folder;
using cli_test::lines;
using cli_test::Outcome;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

class Export : public testing::TestWithParam<const char*> {
 protected:
  std::string name() const { return std::string("a.") + GetParam(); }
  Outcome snapshot(const std::string& arguments) const { return folder.run("snapshot " + arguments); }
  Outcome small(const std::string& to) const {
    return snapshot(embedded + " --size 400x300 -o '" + to + "'");
  }
  // All that stands in the folder but what the runner itself writes.
  std::vector<std::string> files(const std::string& in = ".") const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder.file(in)))
      if (const std::string n = entry.path().filename().string(); n != ".out" && n != ".err")
        out.push_back(n);
    return out;
  }
  static void expectRefused(const Outcome& r, const std::string& says) {
    EXPECT_EQ(r.code, 1) << r.err;
    EXPECT_EQ(lines(r.err), 1u) << r.err;
    EXPECT_THAT(r.err, HasSubstr(says));
    EXPECT_EQ(r.out, "");
  }
  // With a shell's words before the program: a limit, say.
  Outcome under(const std::string& before, const std::string& arguments) const {
    write(folder.file(".run"), before + "\nexec '" PARKSCOPE_BINARY "' \"$@\"\n");
    const int status = std::system(("cd '" + folder.file("") + "' && LC_ALL=en_US.UTF-8 sh .run " +
                                    arguments + " >.out 2>.err; r=$?; rm .run; exit $r")
                                       .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), bytes(folder.file(".out")),
            bytes(folder.file(".err"))};
  }
  Folder folder;
};

}  // namespace

TEST_P(Export, RefusesAFolderInItsPlaceAndOneThatIsNotThere) {
  fs::create_directory(folder.file(name()));
  expectRefused(small(name()), "is a folder");
  EXPECT_EQ(files().size(), 1u);
  expectRefused(small("no/such/" + name()), "There is no folder no/such");
  EXPECT_EQ(files().size(), 1u);
}

TEST_P(Export, RefusesAFolderThatTakesNoFiles) {
  expectRefused(small("/proc/" + name()), "cannot be written");
  if (geteuid() == 0) return;  // root may write anywhere else
  fs::create_directory(folder.file("closed"));
  fs::permissions(folder.file("closed"), fs::perms::owner_read | fs::perms::owner_exec);
  expectRefused(small("closed/" + name()), "Choose a folder that you may write to.");
  EXPECT_TRUE(files("closed").empty());
}

TEST_P(Export, SaysThatFilesMayNotGrowAndKeepsTheOldOne) {
  write(folder.file(name()), "old");
  expectRefused(under("ulimit -f 8", "snapshot " + embedded + " --size 400x300 -o " + name()),
                "cannot be written");
  EXPECT_EQ(files(), std::vector<std::string>{name()});
  EXPECT_EQ(bytes(folder.file(name())), "old");
}

TEST_P(Export, SaysThatTheDiskIsFull) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small disk";
  fs::create_directory(folder.file("disk"));
  const std::string disk = "'" + folder.file("disk") + "'";
  if (std::system(("mount -t tmpfs -o size=16k tmpfs " + disk + " 2>/dev/null").c_str()) != 0)
    GTEST_SKIP() << "this container may not mount a small disk";
  const Outcome r = small("disk/" + name());
  const auto left = files("disk");
  ASSERT_EQ(std::system(("umount " + disk).c_str()), 0);
  expectRefused(r, "cannot be written");
  EXPECT_TRUE(left.empty()) << testing::PrintToString(left);
}

TEST_P(Export, OfAKilledProgramIsTheOldOneOrTheNewOneNeverHalfOfIt) {
  ASSERT_EQ(snapshot(embedded + " --size 1500x1000 -o " + name()).code, 0);
  const std::string whole = bytes(folder.file(name()));
  int killed = 0;
  for (int delay = 20; delay <= 420; delay += 80) {
    write(folder.file(name()), "old");
    const pid_t child = fork();
    if (child == 0) {
      if (chdir(folder.file("").c_str()) != 0) _exit(9);
      setenv("LC_ALL", "en_US.UTF-8", 1);
      const std::string project(embedded.substr(1, embedded.size() - 2)), to = name();
      execl(PARKSCOPE_BINARY, PARKSCOPE_BINARY, "snapshot", project.c_str(), "--size", "1500x1000", "-o",
            to.c_str(), nullptr);
      _exit(9);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status);
    const std::string now = bytes(folder.file(name()));
    EXPECT_TRUE(now == "old" || now == whole) << delay << " ms: " << now.size() << " bytes";
  }
  EXPECT_GT(killed, 0);
  // Nothing that was left is in the way of the next one.
  ASSERT_EQ(snapshot(embedded + " --size 1500x1000 -o " + name()).code, 0);
  EXPECT_TRUE(bytes(folder.file(name())) == whole);
}

TEST_P(Export, RefusesSizesThatNoPictureHas) {
  for (const char* size : {"1x1", "63x300", "400x63", "70000x300", "999999x999999"})
    expectRefused(snapshot(embedded + fmt::format(" -o {} --size {}", name(), size)),
                  "Each side lies within");
  for (const char* size :
       {"0x300", "400x0", "-400x300", "400x-300", "400", "x", "4e2x300", "99999999999999999999x3"}) {
    const Outcome r = snapshot(embedded + fmt::format(" -o {} --size={}", name(), size));
    EXPECT_EQ(r.code, 2) << size << ": " << r.err;
    EXPECT_EQ(lines(r.err), 1u) << r.err;
  }
  for (const char* dpi : {"0", "-300", "100000"})
    EXPECT_NE(snapshot(embedded + fmt::format(" -o {} --paper A4 --dpi={}", name(), dpi)).code, 0) << dpi;
  EXPECT_TRUE(files().empty());
}

TEST_P(Export, IsToldApartFromOneWithoutARecipeAndFromAForgedOne) {
  ASSERT_EQ(small(name()).code, 0);
  EXPECT_EQ(folder.run("verify " + name()).code, 0);
  const std::string whole = bytes(folder.file(name()));
  // Another program's picture: the seal's mark and all that tells a recipe is gone.
  std::string bare = whole;
  for (const std::string word : {"parkscope", "PARKSCOPE"})
    for (size_t at = 0; (at = bare.find(word, at)) != bare.npos;) bare.replace(at, word.size(), "otherword");
  write(folder.file("bare-" + name()), bare);
  Outcome r = folder.run("verify bare-" + name());
  EXPECT_EQ(r.code, 1) << r.out;
  EXPECT_THAT(r.out, HasSubstr("no recipe"));
  // A recipe that names another day.
  std::string forged = whole;
  size_t at = forged.find("program");
  if (at == forged.npos) at = forged.find("parkscope-seal-") + 120;  // a PDF's is deflated around its seal
  ASSERT_LT(at, forged.size());
  forged[at] ^= 1;
  write(folder.file("forged-" + name()), forged);
  r = folder.run("verify forged-" + name());
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("altered"));
  // Cut off.
  write(folder.file("cut-" + name()), whole.substr(0, whole.size() / 2));
  EXPECT_EQ(folder.run("verify cut-" + name()).code, 1);
}

TEST_P(Export, SaysWhichOfItsDataAreGone) {
  folder.write("points.csv", "name,lon,lat,v\n甲,113,24,1\n乙,114,24,2\n丙,113.5,24.5,3\n");
  ASSERT_EQ(snapshot("points.csv --field v --size 400x300 -o " + name()).code, 0);
  EXPECT_EQ(folder.run("verify " + name()).code, 0);
  fs::rename(folder.file("points.csv"), folder.file("elsewhere.csv"));
  const Outcome r = folder.run("verify " + name());
  EXPECT_EQ(r.code, 1);
  EXPECT_THAT(r.out, HasSubstr("gone"));
  EXPECT_THAT(r.out, HasSubstr("points.csv"));
}

INSTANTIATE_TEST_SUITE_P(Formats, Export, testing::Values("png", "jpg", "webp", "tif", "pdf", "svg"),
                         [](const auto& info) { return std::string(info.param); });

class Exports : public Export {};

TEST_F(Exports, RefuseAnEndingThatNamesNoFormatBeforeAnythingIsRead) {
  for (const char* to : {"a.gif", "a", "a.png.txt", "a.pdf/", ".png"}) {
    const Outcome r = snapshot("gone.toml -o " + std::string(to));
    expectRefused(r, "names no picture format");
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(Exports, RefuseAWebpThatIsTooLargeForTheFormatAtOnce) {
  expectRefused(snapshot("gone.toml -o a.webp --size 16384x100"), "16383");
  expectRefused(snapshot("gone.toml -o a.webp --paper A0 --dpi 600"), "16383");
}

TEST_F(Exports, StandBesideTheirWorldFilesSoThatGisProgramsPlaceThem) {
  GDALAllRegister();
  ASSERT_EQ(snapshot(embedded + " -o t.tif --size 800x600").code, 0);
  const auto place = [&](const std::string& of) {
    std::vector<double> t(6, 0.0);
    const auto data =
        std::unique_ptr<GDALDataset>(GDALDataset::Open(folder.file(of).c_str(), GDAL_OF_RASTER));
    EXPECT_TRUE(data && data->GetGeoTransform(t.data()) == CE_None) << of;
    EXPECT_TRUE(data && data->GetSpatialRef() && data->GetSpatialRef()->GetAuthorityCode(nullptr)) << of;
    return t;
  };
  const auto known = place("t.tif");
  const std::pair<const char*, const char*> pairs[] = {
      {"a.png", "a.pgw"}, {"b.jpg", "b.jgw"}, {"c.webp", "c.wpw"}};
  for (const auto& [picture, world] : pairs) {
    ASSERT_EQ(snapshot(embedded + fmt::format(" -o {} --size 800x600 --world-file", picture)).code, 0);
    EXPECT_TRUE(fs::exists(folder.file(world)));
    const auto t = place(picture);
    for (size_t i = 0; i < 6; ++i)
      EXPECT_NEAR(t[i], known[i], 1e-6 * std::max(1.0, std::abs(known[i]))) << picture;
    EXPECT_EQ(folder.run(std::string("verify ") + picture).code, 0);
  }
  expectRefused(snapshot(embedded + " -o d.pdf --paper A4 --world-file"), "takes no world file");
  fs::create_directory(folder.file("e.pgw"));
  expectRefused(snapshot(embedded + " -o e.png --size 800x600 --world-file"), "e.pgw is a folder");
  EXPECT_FALSE(fs::exists(folder.file("e.png")));
}

TEST_F(Exports, OfManyMillionPixelsAreWholeToTheLastRowInLittleMemory) {
  const pid_t child = fork();
  if (child == 0) {
    const std::string project(embedded.substr(1, embedded.size() - 2)), to = folder.file("a.png");
    execl(PARKSCOPE_BINARY, PARKSCOPE_BINARY, "snapshot", project.c_str(), "--size", "12000x8000", "--theme",
          "light", "-o", to.c_str(), nullptr);
    _exit(9);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_LT(used.ru_maxrss, 320 * 1024) << "the picture itself has 366 MiB";
  GDALAllRegister();
  const auto data =
      std::unique_ptr<GDALDataset>(GDALDataset::Open(folder.file("a.png").c_str(), GDAL_OF_RASTER));
  ASSERT_TRUE(data);
  ASSERT_EQ(data->GetRasterXSize(), 12000);
  ASSERT_EQ(data->GetRasterYSize(), 8000);
  std::vector<uint8_t> row(36000);
  size_t drawn = 0;
  std::vector<uint8_t> first;
  for (int y = 0; y < 8000; ++y) {
    ASSERT_EQ(
        data->RasterIO(GF_Read, 0, y, 12000, 1, row.data(), 12000, 1, GDT_Byte, 3, nullptr, 3, 36000, 1),
        CE_None)
        << "row " << y;
    if (y == 0) first = row;
    drawn += row != first;
  }
  EXPECT_GT(drawn, 6000u) << "most rows cross the map";
}
