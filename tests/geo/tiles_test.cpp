#include "geo/tiles.h"

#include "geo/datum.h"
#include "geo/web.h"
#include "tests/support/tile_server.h"

using namespace geo;
using support::TileServer;

namespace {

Crs crs(const char* text) { return *Crs::parse(text); }

Point mercator(Point lonLat) { return (*Transform::make(Crs::lonLat(), crs("EPSG:3857")))(lonLat); }

// The tiles that a window takes, decoded, and warped into it.
RasterColours ground(const RasterWindow& window, int level, const std::string& datum = "") {
  const TileGrid grid = webMercatorTiles(0, 18);
  std::vector<PlacedTile> tiles;
  for (const TileRef& t : tilesIn(grid, level, gridBox(grid, datum, *window.crs, window.bounds.grown(500)))) {
    auto pixels = decodePicture(support::webTile(level, t.x, t.y));
    EXPECT_TRUE(pixels);
    tiles.push_back({t, std::make_shared<const Pixels>(std::move(*pixels))});
  }
  auto out = warpedTiles(grid, tiles, datum, window);
  EXPECT_TRUE(out) << out.error().text();
  return *out;
}

RasterWindow qingyuan(double metres, int pixels) {
  RasterWindow w;
  w.crs = crs("EPSG:4547");
  const Point c = (*Transform::make(Crs::lonLat(), *w.crs))({113.05, 23.7});
  w.bounds = {c.x - metres / 2, c.y - metres / 2, c.x + metres / 2, c.y + metres / 2};
  w.width = w.height = pixels;
  return w;
}

std::string html() { return "<html>no</html>"; }

}  // namespace

TEST(TileGrid, CountsFromTheNorthWestAndClipsToTheLevel) {
  const TileGrid grid = webMercatorTiles(3, 5);
  ASSERT_EQ(grid.levels.size(), 3u);
  EXPECT_EQ(grid.levels[0].name, "3");
  EXPECT_EQ(grid.levels[0].columns, 8);
  // Qingyuan lies in tile 13/6667/3535.
  const TileGrid fine = webMercatorTiles(0, 18);
  const Point p = mercator({113.0, 23.7});
  const auto tiles = tilesIn(fine, 13, {p.x, p.y, p.x, p.y});
  ASSERT_EQ(tiles.size(), 1u);
  EXPECT_EQ(tiles[0].x, 6667);
  EXPECT_EQ(tiles[0].y, 3540);
  EXPECT_TRUE(boxOf(fine, tiles[0]).contains(p));
  EXPECT_EQ(tilesIn(fine, 2, {-1e9, -1e9, 1e9, 1e9}).size(), 16u) << "no more than there are";
  EXPECT_TRUE(tilesIn(fine, 2, {3e7, 3e7, 4e7, 4e7}).empty());
}

TEST(TileGrid, ChoosesTheLevelByThePixel) {
  const TileGrid grid = webMercatorTiles(0, 18);
  EXPECT_EQ(levelFor(grid, 156543.04), 0);
  EXPECT_EQ(levelFor(grid, 78271.6), 1);
  EXPECT_EQ(levelFor(grid, 50000), 2) << "not coarser than asked for";
  EXPECT_EQ(levelFor(grid, 0.001), 18) << "the finest there is";
}

TEST(WarpedTiles, LieWhereTheyBelongWithoutSeams) {
  const RasterWindow window = qingyuan(30000, 600);  // 50 m a pixel, over several tiles
  const RasterColours out = ground(window, 11);
  const auto toWeb = Transform::make(*window.crs, crs("EPSG:3857"));
  int worst = 0;
  for (int y = 0; y < 600; y += 7)
    for (int x = 0; x < 600; x += 7) {
      const Point p = (*toWeb)({window.bounds.minX + (x + 0.5) * 50, window.bounds.maxY - (y + 0.5) * 50});
      const auto want = support::colourAt(p.x, p.y);
      const uint8_t* got = &out.rgba[4 * (static_cast<size_t>(y) * 600 + static_cast<size_t>(x))];
      EXPECT_EQ(got[3], 255);
      for (int c = 0; c < 3; ++c) worst = std::max(worst, std::abs(got[c] - want[static_cast<size_t>(c)]));
    }
  EXPECT_LE(worst, 3) << "less than a pixel off anywhere";
}

TEST(WarpedTiles, AreClearWhereThereAreNone) {
  const RasterWindow window = qingyuan(30000, 60);
  const TileGrid grid = webMercatorTiles(0, 18);
  const auto none = warpedTiles(grid, {}, "", window);
  ASSERT_TRUE(none);
  EXPECT_TRUE(std::all_of(none->rgba.begin(), none->rgba.end(), [](uint8_t v) { return v == 0; }));
}

TEST(WarpedTiles, PutShiftedTilesRight) {
  // A server of GCJ-02 shows at a place what lies some 550 m to the north-west of it.
  const RasterWindow window = qingyuan(4000, 400);
  const RasterColours out = ground(window, 14, "GCJ-02");
  const auto toLonLat = Transform::make(*window.crs, Crs::lonLat());
  int worst = 0;
  for (int y = 5; y < 400; y += 30)
    for (int x = 5; x < 400; x += 30) {
      const Point p = (*toLonLat)({window.bounds.minX + (x + 0.5) * 10, window.bounds.maxY - (y + 0.5) * 10});
      const Point said = mercator(gcj02FromWgs84(p));
      const auto want = support::colourAt(said.x, said.y);
      for (int c = 0; c < 2; ++c)
        worst =
            std::max(worst, std::abs(out.rgba[4 * (static_cast<size_t>(y) * 400 + static_cast<size_t>(x)) +
                                              static_cast<size_t>(c)] -
                                     want[static_cast<size_t>(c)]));
    }
  EXPECT_LE(worst, 2);  // 550 m are 6 of these
}

TEST(DecodePicture, TellsWhatIsNoPicture) {
  EXPECT_TRUE(decodePicture(support::webTile(8, 1, 1)));
  EXPECT_EQ(decodePicture(html()).error().what, "a text or web page, not a picture");
  EXPECT_EQ(decodePicture("  {\"error\": 1}").error().what, "a text or web page, not a picture");
  EXPECT_EQ(decodePicture("abcdefgh").error().what, "bytes that are no picture");
  EXPECT_EQ(decodePicture("").error().what, "nothing");
  const std::string whole = support::webTile(8, 1, 1);
  EXPECT_EQ(decodePicture(whole.substr(0, whole.size() / 2)).error().what, "a picture that is cut off");
  std::string bad = whole;
  for (size_t i = 60; i < bad.size() - 64; ++i) bad[i] = static_cast<char>(i);
  EXPECT_EQ(decodePicture(bad).error().what, "a damaged picture");
  std::string huge = whole;
  for (const size_t at : {16u, 20u}) huge[at + 2] = '\x40';
  EXPECT_FALSE(decodePicture(huge));
  const std::string jpeg = support::pictureBytes(std::vector<uint8_t>(64 * 64 * 3, 120), 64, 64, "JPEG");
  const auto grey = decodePicture(jpeg);
  ASSERT_TRUE(grey);
  EXPECT_NEAR(grey->rgba[0], 120, 3);
  EXPECT_EQ(grey->rgba[3], 255);
}

TEST(EnlargedPiece, IsThatPartOfTheCoarserTile) {
  Pixels tile{4, 4, std::vector<uint8_t>(64, 255)};
  for (int i = 0; i < 16; ++i)
    tile.rgba[4 * static_cast<size_t>(i)] = static_cast<uint8_t>(i % 4 < 2 ? 0 : 200);
  const Pixels east = enlargedPiece(tile, 2, 1, 0);
  EXPECT_EQ(east.rgba[4 * 2], 200);
  EXPECT_EQ(enlargedPiece(tile, 2, 0, 1).rgba[0], 0);
}

TEST(Wmts, ReadsGridAndAddress) {
  TileServer server;
  const WebAnswer answer = fetchWeb(server.url() + "/wmts?tk=abc", {});
  ASSERT_EQ(answer.kind, WebAnswer::Kind::good);
  const auto layer = readWmts(answer.body, server.url() + "/wmts?tk=abc", "vec", "", "");
  ASSERT_TRUE(layer) << layer.error().text();
  EXPECT_EQ(layer->grid.crs.text(), "EPSG:3857");
  ASSERT_EQ(layer->grid.levels.size(), 15u);
  EXPECT_NEAR(layer->grid.levels[0].unitsPerPixel, 156543.03, 0.01);
  EXPECT_NE(layer->address.find("TILEMATRIX={z}"), std::string::npos);
  EXPECT_NE(layer->address.find("&tk=abc"), std::string::npos);
  const auto other = readWmts(answer.body, server.url() + "/wmts", "img", "", "");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().remedy.find("vec"), std::string::npos);
  EXPECT_FALSE(readWmts("<html/>", "", "", "", ""));
  EXPECT_FALSE(readWmts("garbage", "", "", "", ""));
}

TEST(FetchWeb, TellsEachKindOfAnswer) {
  TileServer server;
  using Kind = WebAnswer::Kind;
  const auto ask = [&](TileServer::Mood mood) {
    server.mood = mood;
    return fetchWeb(server.url() + "/5/1/2.png", {.timeoutSeconds = 1, .agent = "test"});
  };
  EXPECT_EQ(ask(TileServer::Mood::good).kind, Kind::good);
  EXPECT_EQ(ask(TileServer::Mood::missing).kind, Kind::absent);
  server.retryAfter = 7;
  const WebAnswer busy = ask(TileServer::Mood::busy);
  EXPECT_EQ(busy.kind, Kind::busy);
  EXPECT_EQ(busy.status, 429);
  ASSERT_TRUE(busy.retryAfterSeconds);
  EXPECT_EQ(*busy.retryAfterSeconds, 7);
  EXPECT_EQ(ask(TileServer::Mood::broken).status, 503);
  EXPECT_EQ(ask(TileServer::Mood::refused).kind, Kind::refused);
  const auto start = std::chrono::steady_clock::now();
  const WebAnswer hung = ask(TileServer::Mood::hangs);
  EXPECT_EQ(hung.kind, Kind::unreachable);
  EXPECT_EQ(hung.why, "it does not answer");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  server.mood = TileServer::Mood::good;
  EXPECT_EQ(fetchWeb(server.url() + "/5/1/2.png", {.mostBytes = 100}).kind, Kind::tooLarge);
  EXPECT_EQ(fetchWeb("file:///etc/passwd", {}).kind, Kind::unreachable);
}

TEST(FetchWeb, SaysThatNobodyListens) {
  int port = 0;
  {
    TileServer server;
    port = server.port();
  }
  const std::string secret = "http://127.0.0.1:" + std::to_string(port) + "/1/2/3.png?tk=topsecret";
  const WebAnswer answer = fetchWeb(secret, {.timeoutSeconds = 2});
  EXPECT_EQ(answer.kind, WebAnswer::Kind::unreachable);
  EXPECT_EQ(answer.why.find("topsecret"), std::string::npos);
  EXPECT_EQ(hostOf(secret), "127.0.0.1:" + std::to_string(port));
  EXPECT_EQ(hostOf("https://good.example@evil.example/x"), "evil.example");
  EXPECT_EQ(hostOf("ftp://a/b"), "");
}
