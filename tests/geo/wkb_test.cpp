#include "geo/detail/wkb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "geo/detail/write.h"

namespace geo::detail {
namespace {

using testing::ElementsAre;

class Bytes {
 public:
  explicit Bytes(bool big = false) : big_(big) {}
  Bytes& head(uint32_t type) {
    all_.push_back(std::byte{static_cast<unsigned char>(big_ ? 0 : 1)});
    return count(type);
  }
  Bytes& count(uint32_t n) { return raw(big_ ? __builtin_bswap32(n) : n); }
  Bytes& at(std::initializer_list<double> values) {
    for (const double v : values) {
      uint64_t bits;
      std::memcpy(&bits, &v, 8);
      raw(big_ ? __builtin_bswap64(bits) : bits);
    }
    return *this;
  }
  std::span<const std::byte> all() const { return all_; }

 private:
  template <class T>
  Bytes& raw(T v) {
    const auto* p = reinterpret_cast<const std::byte*>(&v);
    all_.insert(all_.end(), p, p + sizeof v);
    return *this;
  }
  bool big_;
  std::vector<std::byte> all_;
};

struct Parsed {
  WkbAnswer answer;
  Shapes shapes;
  std::vector<ShapeCollector::Trouble> troubles;
};

Parsed parsed(std::span<const std::byte> bytes) {
  ShapeCollector c;
  Parsed out;
  out.answer = parseWkb(bytes, c);
  c.endRow();
  out.shapes = c.finish(out.troubles);
  return out;
}

TEST(Wkb, ReadsBothByteOrdersAndDropsHeights) {
  for (const bool big : {false, true})
    for (const uint32_t type : {3u, 1003u, 2003u, 3003u, 0x80000003u, 0x40000003u, 0xC0000003u}) {
      const size_t extra = type == 3003 || type == 0xC0000003u ? 2 : type == 3 ? 0 : 1;
      Bytes b(big);
      b.head(type).count(1).count(4);
      for (const Point p : {Point{0, 0}, {0, 1}, {1, 1}, {0, 0}}) {
        b.at({p.x, p.y});
        for (size_t i = 0; i < extra; ++i) b.at({99});
      }
      const Parsed p = parsed(b.all());
      EXPECT_EQ(p.answer, WkbAnswer::done);
      // Given clockwise, kept counter-clockwise and open.
      EXPECT_THAT(p.shapes.vertices, ElementsAre(Point{1, 1}, Point{0, 1}, Point{0, 0}));
    }
}

TEST(Wkb, ReadsItsOwnWritingBack) {
  Shapes s;
  s.kind = ShapeKind::polygon;
  for (const Point p : {Point{0, 0}, {4, 0}, {4, 4}, {0, 4}}) s.vertices.push_back(p);
  s.endPart();
  for (const Point p : {Point{1, 1}, {1, 2}, {2, 2}}) s.vertices.push_back(p);
  s.endPart(true);
  for (const Point p : {Point{9, 9}, {10, 9}, {10, 10}}) s.vertices.push_back(p);
  s.endPart();
  s.endRow();
  const Parsed p = parsed(wkb(s, 0, true));
  EXPECT_EQ(p.shapes.vertices, s.vertices);
  EXPECT_EQ(p.shapes.hole, s.hole);
  EXPECT_EQ(p.shapes.partStart, s.partStart);
  EXPECT_EQ(wkt(s, 0), "MULTIPOLYGON (((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1)),((9 9,10 9,10 10,9 9)))");
}

TEST(Wkb, NeverBelievesACountBeyondItsBytes) {
  EXPECT_EQ(parsed(Bytes().head(2).count(0xffffffff).at({0, 0}).all()).answer, WkbAnswer::broken);
  EXPECT_EQ(parsed(Bytes().head(3).count(0xffffffff).at({0, 0}).all()).answer, WkbAnswer::broken);
  EXPECT_EQ(parsed(Bytes().head(3).count(1).count(0x10000000).at({0, 0}).all()).answer, WkbAnswer::broken);
  EXPECT_EQ(parsed(Bytes().head(6).count(0x7fffffff).all()).answer, WkbAnswer::broken);
  EXPECT_EQ(parsed(Bytes().head(77).all()).answer, WkbAnswer::broken);
  EXPECT_EQ(parsed({}).answer, WkbAnswer::broken);
  Bytes deep;
  for (int i = 0; i < 10000; ++i) deep.head(7).count(1);
  EXPECT_EQ(parsed(deep.all()).answer, WkbAnswer::broken);
}

TEST(Wkb, LeavesOutVerticesThatAreNoNumbers) {
  const double nan = std::nan(""), inf = INFINITY;
  const Parsed p =
      parsed(Bytes().head(3).count(1).count(6).at({0, 0, 1, 0, nan, 1, 1, 1, 0, inf, 0, 0}).all());
  EXPECT_THAT(p.shapes.vertices, ElementsAre(Point{0, 0}, Point{1, 0}, Point{1, 1}));
  ASSERT_EQ(p.troubles.size(), 1u);
  EXPECT_TRUE(p.troubles[0].nonFinite);
  const Parsed empty = parsed(Bytes().head(1).at({nan, nan}).all());  // WKB's way to write POINT EMPTY
  EXPECT_FALSE(empty.shapes.has(0));
  EXPECT_TRUE(empty.troubles.empty());
}

TEST(Wkb, DropsTheHolesOfAPolygonThatIsNone) {
  const Parsed p = parsed(
      Bytes().head(3).count(2).count(3).at({0, 0, 1, 1, 0, 0}).count(4).at({0, 0, 1, 0, 1, 1, 0, 0}).all());
  EXPECT_FALSE(p.shapes.has(0));
  EXPECT_TRUE(p.troubles[0].tooFew);
}

TEST(Wkb, LeavesCurvesToOthersAndTheRowEmpty) {
  ShapeCollector c;
  EXPECT_EQ(parseWkb(Bytes().head(7).count(2).head(1).at({1, 2}).head(8).count(0).all(), c),
            WkbAnswer::curved);
  c.endRow();
  std::vector<ShapeCollector::Trouble> troubles;
  EXPECT_FALSE(c.finish(troubles).has(0));
}

TEST(Wkb, SurvivesEveryDamageToItsBytes) {
  Bytes two;
  two.head(6).count(2);
  two.head(3).count(1).count(4).at({0, 0, 1, 0, 1, 1, 0, 0});
  two.head(3).count(1).count(4).at({5, 5, 6, 5, 6, 6, 5, 5});
  const auto good = two.all();
  std::vector<std::byte> bytes(good.begin(), good.end());
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bad = bytes;
    for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<std::byte>(random());
    bad.resize(random() % (bad.size() + 1));
    const Parsed p = parsed(bad);
    for (size_t part = 0; part < p.shapes.parts(); ++part)
      EXPECT_GE(p.shapes.part(part).size(), p.shapes.kind == ShapeKind::polygon ? 3u : 1u);
    for (const Point v : p.shapes.vertices) EXPECT_TRUE(std::isfinite(v.x) && std::isfinite(v.y));
  }
}

}  // namespace
}  // namespace geo::detail
