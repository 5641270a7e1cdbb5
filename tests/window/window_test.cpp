// The real binary in a real X server without a screen. Where Xvfb is missing these tests are skipped.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/postgres.h"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

pid_t start(const std::vector<std::string>& words, const std::vector<std::string>& environment,
            const std::string& errors) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int null = open("/dev/null", O_RDWR);
  dup2(null, 0), dup2(null, 1);
  const int file = errors.empty() ? null : open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(file, 2);
  for (const auto& e : environment) putenv(strdup(e.c_str()));
  std::vector<char*> argv;
  for (const auto& w : words) argv.push_back(strdup(w.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  _exit(127);
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Window : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("parkscope-window-" + std::to_string(getpid()));
    fs::create_directories(folder);
    int numbers[2];
    ASSERT_EQ(pipe(numbers), 0);
    xvfb = start({"Xvfb", "-displayfd", std::to_string(numbers[1]), "-screen", "0", "1600x1000x24",
                  "-nolisten", "tcp"},
                 {}, "");
    close(numbers[1]);
    char text[16] = {};
    const ssize_t got = ::read(numbers[0], text, sizeof text - 1);
    close(numbers[0]);
    if (got <= 0) GTEST_SKIP() << "Xvfb is not installed.";
    display = std::string(":") + std::to_string(atoi(text));
  }
  void TearDown() override {
    if (program > 0) kill(program, SIGKILL), waitpid(program, nullptr, 0);
    if (xvfb > 0) kill(xvfb, SIGTERM), waitpid(xvfb, nullptr, 0);
    fs::remove_all(folder);
  }

  void run(const std::string& script, const std::vector<std::string>& arguments = {}) {
    std::ofstream(folder / "script.txt") << script;
    std::vector<std::string> words{PARKSCOPE_BINARY};  // a verb's own options follow it
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.insert(words.end(), {"--lang", "zh", "--script", (folder / "script.txt").string(), "--ready",
                               (folder / "ready").string()});
    program =
        start(words, {"DISPLAY=" + display, "XDG_STATE_HOME=" + folder.string(), "LIBGL_ALWAYS_SOFTWARE=1"},
              (folder / "errors").string());
  }
  int finish() {
    int status = 0;
    for (int i = 0; i < 1200; ++i) {
      if (waitpid(program, &status, WNOHANG) == program) {
        program = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
      }
      std::this_thread::sleep_for(100ms);
    }
    return -1;
  }
  double cpuSeconds() const {
    const std::string text = read("/proc/" + std::to_string(program) + "/stat");
    std::istringstream in(text.substr(text.rfind(')') + 1));
    std::string word;
    double ticks = 0;
    for (int i = 3; in >> word && i <= 15; ++i)
      if (i >= 14) ticks += std::stod(word);
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

  fs::path folder;
  std::string display;
  pid_t xvfb = 0, program = 0;
};

TEST_F(Window, OpensTheEmbeddedProjectDrawsItAndQuitsCleanly) {
  run("wait\nexpect title 清远市\nexpect layer.cores.row 核心\nselect counties 441881\nwait\nexpect "
      "inspector.name 英德市\n"
      "screenshot " +
      (folder / "a.png").string() + "\nframes 2\nquit\n");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_GT(fs::file_size(folder / "a.png"), 50'000u);  // a map, not an empty sheet
  EXPECT_GT(std::stod(read(folder / "ready")), 1e9);
}

// Whether a table is named alone or behind a project: what has no shapes is asked about.
TEST_F(Window, ATableWithoutShapesComesToTheAssistantAndOneOfAKnownShapeJustLoads) {
  std::ofstream(folder / "表.csv") << "县区,产值（亿元）\n清城区,12\n英德市,7\n";
  run("wait\nuntil import.outcome 对上 2\nexpect import.as.figures on\nclick-id dialog.import\nframes "
      "2\nwait\n"
      "quit\n",
      {(folder / "表.csv").string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  std::ofstream(folder / "city.parkscope.toml") << "format = 1\ntitle = \"城\"\n";
  run("wait\nuntil import.outcome 对上 2\nclick-id dialog.import\nframes 2\nwait\nkey Ctrl+S\nframes "
      "3\nwait\nquit\n",
      {(folder / "city.parkscope.toml").string(), (folder / "表.csv").string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  std::ofstream(folder / "2025.csv") << "县区,产值（亿元）\n清城区,13\n英德市,8\n";
  run("wait\npanel messages\nuntil message.0 同形\nquit\n",
      {(folder / "city.parkscope.toml").string(), (folder / "2025.csv").string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
}

// A project of one layer in the test's folder.
void writeLiveProject(const fs::path& folder, const std::string& geojson) {
  std::ofstream(folder / "areas.geojson") << geojson;
  std::ofstream(folder / "live.parkscope.toml")
      << "format = 1\ntitle = { zh = \"活\", en = \"Live\" }\ncrs = \"EPSG:4547\"\n\n[[layers]]\nid = "
         "\"areas\"\n"
         "name = { zh = \"片区\", en = \"Areas\" }\nsource = \"areas.geojson\"\nkey = \"id\"\nlabel = "
         "\"name\"\n";
}
std::string liveArea(const std::string& id, const std::string& name, double x) {
  std::ostringstream out;
  out << R"({"type":"Feature","properties":{"id":")" << id << R"(","name":")" << name
      << R"("},"geometry":{"type":"Polygon","coordinates":[[[)" << x << ",24],[" << x + 0.4 << ",24],["
      << x + 0.4 << ",24.4],[" << x << ",24.4],[" << x << ",24]]]}}";
  return out.str();
}
std::string liveAreas(const std::string& areas) {
  return R"({"type":"FeatureCollection","features":[)" + areas + "]}";
}

TEST_F(Window, ReadsAFileThatIsReplacedUnderItAndKeepsTheOldOneWhenTheNewOneIsBroken) {
  writeLiveProject(folder, liveAreas(liveArea("a", "甲区", 113) + "," + liveArea("b", "乙区", 113.5)));
  run("wait\nselect areas b\nwait\nexpect inspector.name 乙区\npanel messages\nscreenshot " +
          (folder / "before.png").string() +
          "\nframes 2\nuntil message.0 乙区 → 乙新区\nwait\nexpect inspector.name 乙新区\nscreenshot " +
          (folder / "after.png").string() +
          "\nframes 2\nuntil message.1 读不了，地图保留原来的数据\nwait\nexpect inspector.name "
          "乙新区\nquit\n",
      {(folder / "live.parkscope.toml").string()});
  for (int i = 0; i < 600 && !fs::exists(folder / "before.png"); ++i) std::this_thread::sleep_for(100ms);
  std::ofstream(folder / "new") << liveAreas(liveArea("c", "丙区", 114) + "," + liveArea("a", "甲区", 113) +
                                             "," + liveArea("b", "乙新区", 113.5));
  fs::rename(folder / "new", folder / "areas.geojson");
  for (int i = 0; i < 600 && !fs::exists(folder / "after.png"); ++i) std::this_thread::sleep_for(100ms);
  std::ofstream(folder / "areas.geojson") << R"({"type":"FeatureCollection","features":[{"ty)";
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
}

TEST_F(Window, PansALayerOfADatabaseWhoseServerIsStoppedAndStartedAgain) {
  postgres_test::Server server;
  if (!server.whyNot().empty()) GTEST_SKIP() << server.whyNot();
  ASSERT_TRUE(
      server.sql("create table firms (id int primary key, name text, geom geometry(Point, 4490)); insert "
                 "into firms select i, 'f' "
                 "|| i, ST_SetSRID(ST_MakePoint(113 + (i % 500) / 500.0, 24 + (i / 500) / 500.0), 4490) from "
                 "generate_series(0, "
                 "199999) i; create index on firms using gist (geom); analyze"));
  std::ofstream(folder / "pg.parkscope.toml")
      << "format = 1\ntitle = { zh = \"库\", en = \"Database\" }\ncrs = \"EPSG:4547\"\n\n[[layers]]\nid = "
         "\"firms\"\n"
         "name = { zh = \"企业\", en = \"Firms\" }\nsource = \""
      << server.uri() << "\"\nsource_layer = \"public.firms\"\nkey = \"id\"\n";
  const auto stage = [&](const char* name) { return (folder / name).string(); };
  run("wait\nscreenshot " + stage("far.png") +
          "\nframes 2\nmove 600 400\nwheel 3\nwheel 3\nwheel 3\nwait\nscreenshot " + stage("near.png") +
          "\nframes 2\nawait " + stage("stopped") +
          "\nmove 700 500\ndrag 200 300\nuntil status.work 数据库没有应答\nmove 700 500\ndrag 300 350\nmove "
          "300 300\ndrag 500 "
          "400\nexpect status.work 数据库没有应答\nscreenshot " +
          stage("away.png") + "\nframes 2\nawait " + stage("started") +
          "\nmove 700 500\ndrag 600 450\nuntil status.work 图层\nwait\nscreenshot " + stage("back.png") +
          "\nframes 2\nquit\n",
      {stage("pg.parkscope.toml")});
  const auto comes = [&](const char* name) {
    for (int i = 0; i < 900 && !fs::exists(folder / name); ++i) std::this_thread::sleep_for(100ms);
    return fs::exists(folder / name);
  };
  ASSERT_TRUE(comes("near.png")) << read(folder / "errors");
  server.stop();
  std::ofstream(folder / "stopped") << "1";
  ASSERT_TRUE(comes("away.png")) << read(folder / "errors");
  ASSERT_TRUE(server.start()) << server.whyNot();
  std::ofstream(folder / "started") << "1";
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_GT(fs::file_size(folder / "away.png"), 20'000u) << "the points stay on the map";
}

TEST_F(Window, IsIdleWhenNothingHappens) {
  run("wait\nidle\n");
  for (int i = 0; i < 600 && !fs::exists(folder / "ready"); ++i) std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(fs::exists(folder / "ready")) << read(folder / "errors");
  double spent = 1;  // the last of the loading may still be under way: until two quiet seconds
  for (int i = 0; i < 10 && spent > 0.05; ++i) {
    const double before = cpuSeconds();
    std::this_thread::sleep_for(2s);
    spent = cpuSeconds() - before;
  }
  EXPECT_LE(spent, 0.05);
}

TEST_F(Window, ObeysTheMouseAndTheKeys) {
  run("wait\nexpect layer.rivers.visible on\nclick-id layer.rivers.visible\nexpect layer.rivers.visible off\n"
      "key Ctrl+Z\nframes 2\nexpect layer.rivers.visible on\nkey L\nframes 2\nexpect menu.file File\nkey "
      "L\nframes 2\n"
      "click-id menu.view\nframes 2\nexpect view.fit \nkey Esc\nkey Ctrl+Q\nframes 4\nquit\n");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
}

TEST_F(Window, ChoosesOnTheMapByHandAndInTheDock) {
  run("wait\nindicator density\nwait\nkey D\nframes 4\nexpect dock.count 显示 8 / 选中 0\nexpect "
      "dock.tab.table "
      "on\n"
      // A rectangle over the whole map: all counties, on the map and in the dock.
      "key R\nframes 2\ndrag-id map 0.02 0.02 0.98 0.98\nframes 4\nexpect dock.count 选中 8\nexpect "
      "chosen.ground "
      "选中 8 个县\nkey Ctrl+C\nframes 4\nkey Esc\nframes 4\nexpect dock.count 选中 0\nkey H\n"
      "click-id table.row.1\nhold Ctrl\nclick-id table.row.3\nhold\nexpect dock.count 选中 2\n"
      "click-id dock.tab.scatter\nframes 4\ndrag-id scatter.plot 0.01 0.01 0.99 0.99\nframes 4\nexpect "
      "dock.count "
      "选中 8\nright-click 5 5\nscreenshot " +
      (folder / "dock.png").string() + "\nframes 2\nquit\n");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_GT(fs::file_size(folder / "dock.png"), 50'000u);
}

// What another program gets that pastes: the bytes of one target; also in pieces (INCR), as large ones come.
std::string pasted(const std::string& display, const char* target) {
  xcb_connection_t* c = xcb_connect(display.c_str(), nullptr);
  if (xcb_connection_has_error(c)) return "no display";
  const auto atom = [&](const char* name) {
    auto* reply =
        xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, static_cast<uint16_t>(strlen(name)), name), nullptr);
    const xcb_atom_t a = reply->atom;
    free(reply);
    return a;
  };
  const xcb_atom_t clipboard = atom("CLIPBOARD"), wanted = atom(target), place = atom("TEST_PASTE"),
                   incr = atom("INCR");
  const xcb_window_t window = xcb_generate_id(c);
  const uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
  xcb_create_window(c, XCB_COPY_FROM_PARENT, window, xcb_setup_roots_iterator(xcb_get_setup(c)).data->root, 0,
                    0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK,
                    &events);
  xcb_convert_selection(c, window, clipboard, wanted, place, XCB_CURRENT_TIME);
  xcb_flush(c);
  const auto take = [&](xcb_atom_t& type) {
    auto* reply =
        xcb_get_property_reply(c, xcb_get_property(c, 1, window, place, XCB_ATOM_ANY, 0, 1u << 28), nullptr);
    type = reply->type;
    std::string bytes(static_cast<const char*>(xcb_get_property_value(reply)),
                      static_cast<size_t>(xcb_get_property_value_length(reply)));
    free(reply);
    xcb_flush(c);
    return bytes;
  };
  std::string all;
  bool pieces = false, done = false;
  for (int i = 0; i < 500 && !done; ++i) {  // five seconds of silence at most
    xcb_generic_event_t* event = xcb_poll_for_event(c);
    if (!event) {
      std::this_thread::sleep_for(10ms);
      continue;
    }
    xcb_atom_t type = XCB_ATOM_NONE;
    if ((event->response_type & 0x7f) == XCB_SELECTION_NOTIFY) {
      if (reinterpret_cast<xcb_selection_notify_event_t*>(event)->property == XCB_ATOM_NONE) done = true;
      else {
        all = take(type);
        pieces = type == incr, done = !pieces;
        if (pieces) all.clear();
      }
    } else if ((event->response_type & 0x7f) == XCB_PROPERTY_NOTIFY && pieces &&
               reinterpret_cast<xcb_property_notify_event_t*>(event)->state == XCB_PROPERTY_NEW_VALUE) {
      const std::string piece = take(type);
      all += piece, done = piece.empty();
    }
    free(event);
    i = 0;
  }
  xcb_disconnect(c);
  return all;
}

// Copies the embedded project to where it may be saved.
fs::path ownCopy(const fs::path& folder) {
  const fs::path project = folder / "city" / "qingyuan.parkscope.toml";
  fs::copy(SOURCE_DIR "/assets/qingyuan", folder / "city", fs::copy_options::recursive);
  return project;
}

TEST_F(Window, WhatHasNoPlaceIsDraggedOnToTheMapAndTakenBack) {
  const fs::path project = ownCopy(folder), shots = folder;
  run("wait\nexpect unplaced.0 中以创新小镇\nmove-id unplaced.0\nframes 3\ndrag-to 700 420\nscreenshot " +
          (shots / "carried.png").string() +
          "\nframes 2\nrelease\nframes 4\ntype 市科技局电话答复\nframes 3\nscreenshot " +
          (shots / "form.png").string() +
          "\nframes 2\nkey Enter\nwait\nexpect inspector.by 市科技局\nscreenshot " +
          (shots / "placed.png").string() +
          "\nframes 2\nkey Ctrl+S\nframes 10\nkey Ctrl+Z\nwait\nexpect unplaced.0 中以创新小镇\nscreenshot " +
          (shots / "undone.png").string() + "\nframes 2\nquit\n",
      {project.string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_NE(read(project).find("by = \"市科技局电话答复\""), std::string::npos);
  for (const char* shot : {"carried.png", "form.png", "placed.png", "undone.png"})
    EXPECT_GT(fs::file_size(shots / shot), 50'000u) << shot;
  EXPECT_NE(read(shots / "placed.png"), read(shots / "undone.png"));
  if (const char* keep = std::getenv("PARKSCOPE_KEEP_SHOTS"))
    for (const char* shot : {"carried.png", "form.png", "placed.png", "undone.png"})
      fs::copy_file(shots / shot, fs::path(keep) / shot, fs::copy_options::overwrite_existing);
}

TEST_F(Window, WhatWasDrawnOutlivesAKilledProgram) {
  const fs::path project = ownCopy(folder), autosave = project.string() + ".autosave";
  setenv("PARKSCOPE_AUTOSAVE_SECONDS", "0.3", 1);
  run("wait\nkey Shift+M\nframes 3\nclick 600 300\nframes 4\nclick 820 320\nframes 4\nclick 760 "
      "480\nframes 4\nkey Enter\nframes 4\ntype 起步区\nframes 3\nkey Enter\nwait\nidle\n",
      {project.string()});
  for (int i = 0; i < 600 && !fs::exists(autosave); ++i) std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(fs::exists(autosave)) << read(folder / "errors");
  kill(program, SIGKILL), waitpid(program, nullptr, 0);
  EXPECT_EQ(read(project).find("绘制的面"), std::string::npos);  // it was not saved

  run("wait\nscreenshot " + (folder / "offer.png").string() +
          "\nframes 2\nclick-id dialog.recover\nwait\nuntil layer.绘制的面.row 绘制的面\nwait\nscreenshot " +
          (folder / "drawn.png").string() + "\nframes 2\nkey Ctrl+S\nframes 10\nquit\n",
      {project.string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  unsetenv("PARKSCOPE_AUTOSAVE_SECONDS");
  EXPECT_NE(read(project).find("source = \"绘制的面.gpkg\""), std::string::npos);
  EXPECT_GT(fs::file_size(project.parent_path() / "绘制的面.gpkg"), 10'000u);
  EXPECT_FALSE(fs::exists(autosave));
  if (const char* keep = std::getenv("PARKSCOPE_KEEP_SHOTS"))
    for (const char* shot : {"offer.png", "drawn.png"})
      fs::copy_file(folder / shot, fs::path(keep) / shot, fs::copy_options::overwrite_existing);
}

TEST_F(Window, APictureIsPastedUntilTextIsCopiedAndAgainAfterwards) {
  // The page at 300 dpi is more than goes in one piece.
  const auto at = [&](const char* name) { return (folder / name).string(); };
  run("wait\nkey P\nframes 4\nwait\nclick-id menu.edit\nclick-id edit.copyPicture2\nwait\nframes 4\ndump " +
      at("A") + "\nawait " + at("B") +
      "\nkey P\nframes 4\nselect counties 441881\nframes 4\nkey Ctrl+C\nframes 4\ndump " + at("C") +
      "\nawait " + at("D") + "\nkey Ctrl+Shift+C\nframes 4\nwait\nframes 4\ndump " + at("E") + "\nawait " +
      at("F") + "\nquit\n");
  const auto reached = [&](const char* name) {
    for (int i = 0; i < 1200 && !fs::exists(folder / name); ++i) std::this_thread::sleep_for(100ms);
    return fs::exists(folder / name);
  };
  ASSERT_TRUE(reached("A")) << read(folder / "errors");
  const std::string page = pasted(display, "image/png");
  EXPECT_GT(page.size(), size_t{1} << 20);
  EXPECT_EQ(page.substr(0, 4), "\x89PNG");
  EXPECT_EQ(page.substr(page.size() - 8, 4), "IEND");
  EXPECT_NE(page.find("sha256"), std::string::npos) << "its recipe";
  EXPECT_TRUE(pasted(display, "UTF8_STRING").empty());
  EXPECT_FALSE(pasted(display, "TARGETS").empty());
  std::ofstream(folder / "B");
  ASSERT_TRUE(reached("C")) << read(folder / "errors");
  EXPECT_TRUE(pasted(display, "image/png").empty());
  EXPECT_NE(pasted(display, "UTF8_STRING").find("英德市"), std::string::npos);
  std::ofstream(folder / "D");
  ASSERT_TRUE(reached("E")) << read(folder / "errors");
  EXPECT_EQ(pasted(display, "image/png").substr(0, 4), "\x89PNG");
  EXPECT_TRUE(pasted(display, "UTF8_STRING").empty());
  std::ofstream(folder / "F");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
}

TEST_F(Window, ThePageIsSeenZoomedAndItsMapMoved) {
  run("wait\nclick-id strip.page\nframes 4\nwait\nexpect strip.page on\nexpect column.page on\nscreenshot " +
      (folder / "page.png").string() +
      "\nframes 2\nclick-id page.frame.map\nexpect page.chosen 地图\n"
      "hold Alt\ndrag-id page.frame.map 0.5 0.5 0.55 0.55\nhold\nframes 6\nwait\nexpect page.frame.map "
      "fixed\n"
      "key Ctrl+Z\nframes 4\nwait\nkey Delete\nmove-id page.frame.map\nwheel 3\nframes 4\nkey F\nframes 4\n"
      "key Esc\nframes 2\nkey Esc\nframes 4\nexpect strip.page off\nwait\nquit\n");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_GT(fs::file_size(folder / "page.png"), 50'000u);
}

TEST_F(Window, SaysWhatIsWrongWithABrokenProject) {
  std::ofstream(folder / "坏的 项目.parkscope.toml") << "format = 1\ntitel = { zh = \"x\" }\n";
  run("wait\nquit\n", {(folder / "坏的 项目.parkscope.toml").string()});
  EXPECT_EQ(finish(), 1);
  EXPECT_NE(read(folder / "errors").find("titel"), std::string::npos) << read(folder / "errors");
}

TEST_F(Window, OpensWithOneLayerMissing) {
  std::ofstream(folder / "一层.parkscope.toml")
      << "format = 1\ntitle = { zh = \"缺一层\", en = \"One missing\" }\n\n[[layers]]\nid = \"a\"\nname = { "
         "zh = \"甲\", en = \"A\" }\n"
         "source = \"没有.geojson\"\n\n[[layers]]\nid = \"b\"\nname = { zh = \"乙\", en = \"B\" }\nsource = "
         "\"b.geojson\"\n";
  std::ofstream(folder / "b.geojson")
      << R"({"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},)"
         R"("geometry":{"type":"Polygon","coordinates":[[[113,23],[114,23],[114,24],[113,23]]]}}]})";
  run("wait\nexpect layer.a.row 甲\nexpect layer.b.row 乙\nquit\n",
      {(folder / "一层.parkscope.toml").string()});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
}

// A show
// -----------------------------------------------------------------------------------------------------------------

std::string embeddedProject() { return SOURCE_DIR "/assets/qingyuan/qingyuan.parkscope.toml"; }

TEST_F(Window, PresentsSceneBySceneByKeysClicksAndNumbers) {
  const auto picture = [&](const char* name) { return (folder / name).string(); };
  run("show-wait\nshow-screenshot " + picture("1.png") + "\nshow-key PageDown\nshow-wait\nshow-screenshot " +
          picture("2.png") + "\nshow-key Left\nshow-wait\nshow-screenshot " + picture("1b.png") +
          "\nshow-click\nshow-wait\nshow-screenshot " + picture("2b.png") +
          "\nshow-key B\nframes 4\nshow-screenshot " + picture("black.png") +
          "\nshow-key B\nframes 4\nshow-key 3\nshow-wait\nshow-screenshot " + picture("3.png") +
          "\nshow-wheel -1\nshow-wait\nshow-screenshot " + picture("4.png") + "\nshow-key Esc\nframes 5\n",
      {"present", embeddedProject(), "--size", "960x540", "--clock", "4"});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_EQ(read(folder / "1.png"), read(folder / "1b.png")) << "there and back is the same picture";
  EXPECT_EQ(read(folder / "2.png"), read(folder / "2b.png"));
  EXPECT_NE(read(folder / "1.png"), read(folder / "2.png"));
  EXPECT_NE(read(folder / "3.png"), read(folder / "4.png"));
  EXPECT_LT(fs::file_size(folder / "black.png"), 20'000u);
  EXPECT_GT(fs::file_size(folder / "3.png"), 50'000u);
}

TEST_F(Window, AShowOutlivesALostContextAndAnotherSize) {
  const auto picture = [&](const char* name) { return (folder / name).string(); };
  run("show-key 3\nshow-wait\nshow-screenshot " + picture("a.png") +
          "\nshow-lose-context\nshow-wait\nshow-screenshot " + picture("b.png") +
          "\nshow-size 800 600\nshow-wait\nshow-size 960 540\nshow-wait\nshow-monitors\nshow-wait\n"
          "show-screenshot " +
          picture("c.png") + "\nshow-key Esc\nframes 5\n",
      {"present", embeddedProject(), "--size", "960x540", "--clock", "4"});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_EQ(read(folder / "a.png"), read(folder / "b.png"));
  EXPECT_EQ(read(folder / "a.png"), read(folder / "c.png"));
}

// The display itself changes, as when another projector is plugged in. Xvfb cannot unplug one.
TEST_F(Window, AShowFollowsItsMonitorsResolution) {
  const auto picture = [&](const char* name) { return (folder / name).string(); };
  const auto xrandr = [&](const std::string& arguments) {
    return std::system(("xrandr -d " + display + " " + arguments + " 2>/dev/null").c_str());
  };
  const auto awaited = [&](const char* name) {
    for (int i = 0; i < 600 && !fs::exists(folder / name); ++i) std::this_thread::sleep_for(100ms);
    return fs::exists(folder / name);
  };
  run("show-key 3\nshow-wait\nshow-screenshot " + picture("a.png") +
          "\nshow-until-size 1280 720\nshow-wait\nshow-screenshot " + picture("b.png") +
          "\nshow-until-size 1600 1000\nshow-wait\nshow-screenshot " + picture("c.png") +
          "\nshow-key Esc\nframes 5\n",
      {"present", embeddedProject(), "--clock", "4"});
  ASSERT_TRUE(awaited("a.png")) << read(folder / "errors");
  // Made now: a server that its last client leaves forgets its modes.
  ASSERT_EQ(xrandr("--newmode small 60 1280 1290 1300 1310 720 730 740 750"), 0);
  ASSERT_EQ(xrandr("--addmode screen small"), 0);
  ASSERT_EQ(xrandr("--output screen --mode small"), 0);
  ASSERT_TRUE(awaited("b.png")) << read(folder / "errors");
  ASSERT_EQ(xrandr("--output screen --mode 1600x1000"), 0);
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_EQ(read(folder / "a.png"), read(folder / "c.png"));
  EXPECT_NE(read(folder / "a.png"), read(folder / "b.png"));
}

TEST_F(Window, AStillSceneTakesNoTime) {
  run("show-key 4\nshow-wait\nidle\n", {"present", embeddedProject(), "--size", "960x540", "--clock", "4"});
  for (int i = 0; i < 600 && !fs::exists(folder / "ready"); ++i) std::this_thread::sleep_for(100ms);
  ASSERT_TRUE(fs::exists(folder / "ready")) << read(folder / "errors");
  std::this_thread::sleep_for(4s);
  double spent = 1;  // until the beads have run their round
  for (int i = 0; i < 15 && spent > 0.04; ++i) {
    const double before = cpuSeconds();
    std::this_thread::sleep_for(2s);
    spent = cpuSeconds() - before;
  }
  EXPECT_LE(spent, 0.04) << "two hundredths of a second in a second";
}

// The soak in small: three scenes, rounds of sixteen changes. What it accumulates shows within a few of them.
TEST_F(Window, AShowHoldsNoMoreAfterManyChangesThanAfterItsFirstRound) {
  const fs::path project = folder / "qingyuan";
  fs::copy(fs::path(embeddedProject()).parent_path(), project, fs::copy_options::recursive);
  std::istringstream whole(read(embeddedProject()));
  std::ofstream few(project / "qingyuan.parkscope.toml");
  const std::set<std::string> kept{"id = \"overview\"", "id = \"cores\"", "id = \"relief\""};
  bool wanted = true;
  for (std::string line, id; std::getline(whole, line);) {
    if (line.starts_with("[[")) wanted = true;
    if (line == "[[scenes]]") {
      std::getline(whole, id);
      wanted = kept.count(id) > 0;
      if (wanted) few << line << '\n' << id << '\n';
    } else if (wanted) {
      few << line << '\n';
    }
  }
  few.close();
  run("show-soak 80 " + (folder / "soak.txt").string() + " 0.005 16\nquit\n",
      {"present", (project / "qingyuan.parkscope.toml").string(), "--size", "1280x720", "--clock", "100"});
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  struct Line {
    double changes = 0, seconds = 0, kib = 0;
    std::string objects;
  };
  std::vector<Line> lines;
  std::istringstream in(read(folder / "soak.txt"));
  for (Line l; in >> l.changes >> l.seconds >> l.kib && std::getline(in, l.objects);) lines.push_back(l);
  ASSERT_EQ(lines.size(), 6u) << read(folder / "errors");
  for (const Line& l : lines) EXPECT_EQ(l.objects, lines[0].objects) << l.changes << " changes";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what is freed
  EXPECT_LT(lines.back().kib, 1.01 * lines.front().kib) << read(folder / "soak.txt");
#endif
}

TEST_F(Window, AMonitorThatIsNotThereIsOneLine) {
  run("frames 1\n", {"present", embeddedProject(), "--monitor", "7"});
  EXPECT_EQ(finish(), 1);
  const std::string said = read(folder / "errors");
  EXPECT_NE(said.find("There is no monitor 7. Monitors: 1 ("), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

TEST_F(Window, F5PresentsAndEscapeComesBack) {
  run("wait\nscene population\nwait\nkey F5\nshow-wait\nshow-screenshot " + (folder / "p.png").string() +
      "\nshow-key PageDown\nshow-wait\nshow-key Esc\nframes 8\nwait\nexpect scenes 两核引领\nquit\n");
  EXPECT_EQ(finish(), 0) << read(folder / "errors");
  EXPECT_GT(fs::file_size(folder / "p.png"), 50'000u);
}

}  // namespace
