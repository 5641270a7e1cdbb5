#include "app/session/tile_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/session/support.h"
#include "tests/support/tile_server.h"

using namespace session;
using session_test::Folder;
using support::TileServer;
using Mood = TileServer::Mood;
using Kind = TileTrouble::Kind;

namespace {

struct TileStores : testing::Test {
  TileServer server;
  Folder folder;
  TileStore::Options options;
  void SetUp() override {
    options.folder = folder.path(), options.timeoutSeconds = 1, options.shortPause = 0.2;
  }
  TileStore::Wish wish(int x, const std::string& what = "a") const {
    return {server.url() + "/6/" + std::to_string(x) + "/20.png?tk=topsecret", what + std::to_string(x),
            true};
  }
};

}  // namespace

TEST_F(TileStores, AskOnceAndKeepOnDisk) {
  {
    TileStore store(options);
    const auto first = store.get(wish(1));
    ASSERT_TRUE(first.pixels);
    EXPECT_EQ(first.pixels->width, 256);
    EXPECT_TRUE(store.get(wish(1)).pixels);
    EXPECT_EQ(server.asked, 1);
  }
  TileStore again(options);
  EXPECT_TRUE(again.has("a1"));
  EXPECT_TRUE(again.get(wish(1)).pixels);
  EXPECT_EQ(server.asked, 1) << "another run of the program has it, too";
  server.stop();
  EXPECT_TRUE(again.get(wish(1)).pixels);
  EXPECT_EQ(again.get(wish(2)).trouble.kind, Kind::unreachable);
}

TEST_F(TileStores, NeverWriteAKey) {
  TileStore store(options);
  ASSERT_TRUE(store.get(wish(1)).pixels);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path().string().find("topsecret"), std::string::npos);
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(all.find("topsecret"), std::string::npos);
  }
}

TEST_F(TileStores, TellEachBadAnswerAndKeepNone) {
  TileStore store(options);
  const struct {
    Mood mood;
    Kind kind;
  } cases[] = {{Mood::html, Kind::wrong}, {Mood::garbage, Kind::wrong}, {Mood::cut, Kind::wrong}};
  int x = 10;
  for (const auto& c : cases) {
    server.mood = c.mood;
    const auto answer = store.get(wish(++x));
    EXPECT_FALSE(answer.pixels);
    EXPECT_EQ(answer.trouble.kind, c.kind);
    EXPECT_FALSE(store.has("a" + std::to_string(x)));
    const std::string text = troubleText(answer.trouble, scene::Language::zh);
    EXPECT_NE(text.find("127.0.0.1"), std::string::npos) << text;
    EXPECT_EQ(text.find("topsecret"), std::string::npos);
    const int asked = server.asked;
    server.mood = Mood::good;
    EXPECT_FALSE(store.get(wish(x)).pixels) << "not asked for again at once";
    EXPECT_EQ(server.asked, asked);
  }
  server.mood = Mood::huge;
  TileStore other(options);
  EXPECT_EQ(other.get(wish(20)).trouble.what, "a picture of 60000 × 60000 pixels");
  server.mood = Mood::missing;
  EXPECT_EQ(other.get(wish(21)).trouble.kind, Kind::absent);
  server.mood = Mood::refused;
  EXPECT_EQ(other.get(wish(22)).trouble.kind, Kind::refused);
}

TEST_F(TileStores, LeaveABusyServerAloneAsLongAsItSays) {
  TileStore store(options);
  server.mood = Mood::busy, server.retryAfter = 30;
  const auto first = store.get(wish(1));
  EXPECT_EQ(first.trouble.kind, Kind::busy);
  EXPECT_NEAR(first.trouble.retrySeconds, 30, 2);
  server.mood = Mood::good;
  for (int x = 2; x < 20; ++x) EXPECT_EQ(store.get(wish(x)).trouble.kind, Kind::busy);
  EXPECT_EQ(server.asked, 1) << "one request told it all";
}

TEST_F(TileStores, AskAgainAfterAPause) {
  TileStore store(options);
  server.mood = Mood::broken;
  EXPECT_EQ(store.get(wish(1)).trouble.kind, Kind::busy);
  EXPECT_EQ(store.get(wish(1)).trouble.kind, Kind::busy);
  EXPECT_EQ(server.asked, 1);
  server.mood = Mood::good;
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_TRUE(store.get(wish(1)).pixels);
  EXPECT_TRUE(store.get(wish(2)).pixels);
}

TEST_F(TileStores, WaitForAHangingServerOnceOnly) {
  TileStore store(options);
  server.mood = Mood::hangs;
  options.shortPause = 5;
  TileStore patient(options);
  const auto start = std::chrono::steady_clock::now();
  for (int x = 1; x < 30; ++x) EXPECT_EQ(patient.get(wish(x)).trouble.kind, Kind::unreachable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST_F(TileStores, UseOldTilesWhileTheNetworkIsGone) {
  options.freshSeconds = -1;  // old as soon as they come
  TileStore store(options);
  ASSERT_TRUE(store.get(wish(1)).pixels);
  TileStore later(options);
  server.mood = Mood::broken;
  const auto old = later.get(wish(1));
  ASSERT_TRUE(old.pixels);
  EXPECT_TRUE(old.old);
  EXPECT_EQ(server.asked, 2) << "it was asked again first";
}

TEST_F(TileStores, AskNoMoreThanFourAtOnceAndEachTileOnce) {
  TileStore store(options);
  server.slow = 60;
  std::vector<std::thread> all;
  for (int i = 0; i < 24; ++i) all.emplace_back([&, i] { EXPECT_TRUE(store.get(wish(i % 12)).pixels); });
  for (auto& t : all) t.join();
  EXPECT_LE(server.mostAtOnce, 4);
  EXPECT_EQ(server.asked, 12);
}

TEST_F(TileStores, ThrowTheOldestOutOfAFullCache) {
  TileStore probe(options);
  ASSERT_TRUE(probe.get(wish(1)).pixels);
  const uint64_t one = probe.bytesOnDisk();
  options.mostBytes = one * 5;
  TileStore store(options);
  for (int x = 2; x < 20; ++x) ASSERT_TRUE(store.get(wish(x)).pixels);
  EXPECT_LE(store.bytesOnDisk(), options.mostBytes);
  EXPECT_GE(store.bytesOnDisk(), one * 2);
}

TEST_F(TileStores, ThrowAwayWhatIsDamagedOnDisk) {
  TileStore store(options);
  ASSERT_TRUE(store.get(wish(1)).pixels);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) std::filesystem::resize_file(entry.path(), 300);
  TileStore later(options);
  EXPECT_TRUE(later.get(wish(1)).pixels);
  EXPECT_EQ(server.asked, 2);
}
