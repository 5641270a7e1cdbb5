#include "geo/datum.h"

#include <gtest/gtest.h>

#include <random>

namespace geo {
namespace {

std::vector<Point> placesIn(const Box& lonLat, const char* crs) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> x(lonLat.minX, lonLat.maxX), y(lonLat.minY, lonLat.maxY);
  std::vector<Point> out(300);
  for (Point& p : out) p = {x(random), y(random)};
  Transform::make(Crs::lonLat(), Crs::parse(crs).value()).value().apply(out);
  return out;
}

const Box qingyuan{111.95, 23.5, 113.9, 25.15};

TEST(CrsGuess, ReadsTheZoneInFrontOfTheEasting) {
  for (int zone = 25; zone <= 45; ++zone) {
    const double cm = zone * 3;
    const auto code = fmt::format("EPSG:{}", 4513 + zone - 25);
    const CrsGuess g = guessCrs(placesIn({cm - 1.4, 25, cm + 1.4, 40}, code.c_str()));
    EXPECT_EQ(g.crs.text(), code);
    EXPECT_GT(g.confidence, 0.9);
    EXPECT_FALSE(g.swapped);
  }
  for (int zone = 16; zone <= 23; ++zone) {
    const double cm = zone * 6 - 3;
    const auto code = fmt::format("EPSG:{}", 4491 + zone - 13);
    EXPECT_EQ(guessCrs(placesIn({cm - 2.8, 25, cm + 2.8, 40}, code.c_str())).crs.text(), code);
  }
}

TEST(CrsGuess, FindsAZoneWithoutItsNumberByWhereThePlaceIs) {
  const auto points = placesIn(qingyuan, "EPSG:4547");
  EXPECT_FALSE(guessCrs(points).crs.known());
  EXPECT_EQ(guessCrs(points, {111.9, 23.4, 114, 25.3}).crs.text(), "EPSG:4547");
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:4546"), {111.9, 23.4, 114, 25.3}).crs.text(), "EPSG:4546");
}

TEST(CrsGuess, TellsDegreesFromMetres) {
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:4326")).crs.text(), "EPSG:4326");
  EXPECT_EQ(guessCrs(placesIn(qingyuan, "EPSG:3857")).crs.text(), "EPSG:3857");
  EXPECT_FALSE(guessCrs(std::vector<Point>{{1e9, 1e9}}).crs.known());
  EXPECT_FALSE(guessCrs({}).crs.known());
}

TEST(CrsGuess, NoticesExchangedAxes) {
  for (const char* crs : {"EPSG:4326", "EPSG:4526", "EPSG:4547"}) {
    auto points = placesIn(qingyuan, crs);
    for (Point& p : points) std::swap(p.x, p.y);
    const CrsGuess g = guessCrs(points, {111.9, 23.4, 114, 25.3});
    EXPECT_EQ(g.crs.text(), crs);
    EXPECT_TRUE(g.swapped) << crs;
  }
  // Kashgar: both orders are possible degrees, but one is the Arctic Ocean.
  auto west = placesIn({75, 38, 77, 40}, "EPSG:4326");
  for (Point& p : west) std::swap(p.x, p.y);
  EXPECT_TRUE(guessCrs(west).swapped);
}

TEST(CrsGuess, IsNotMovedByAStrayPoint) {
  auto points = placesIn(qingyuan, "EPSG:4326");
  points[5] = {0, 0}, points[9] = {4e7, 1e9};
  EXPECT_EQ(guessCrs(points).crs.text(), "EPSG:4326");
}

TEST(Contradiction, IsFoundWhereDeclaredAndRealDiffer) {
  const char* systems[] = {"EPSG:4326", "EPSG:3857", "EPSG:4526", "EPSG:4547"};
  for (const char* real : systems)
    for (const char* declared : systems) {
      // Metres of a zone are possible metres of Web Mercator too, somewhere else on Earth.
      if (std::string(declared) == "EPSG:3857" && std::string(real) != "EPSG:3857") continue;
      const bool wrong = contradicts(placesIn(qingyuan, real), Crs::parse(declared).value());
      EXPECT_EQ(wrong, std::string(real) != declared) << real << " called " << declared;
    }
  EXPECT_TRUE(contradicts(placesIn(qingyuan, "EPSG:4326"), Crs::parse("EPSG:3857").value()));
}

}  // namespace
}  // namespace geo
