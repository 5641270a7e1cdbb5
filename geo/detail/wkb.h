// Well-known binary → flat shapes, in place and bounded: no count in the bytes is believed before it is
// checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/geometry.h"

namespace geo::detail {

// Collects the shapes of a layer row by row. Points, lines and polygons are kept apart until the end, when
// the kind of the most rows wins.
class ShapeCollector {
 public:
  struct Trouble {
    bool nonFinite = false;  // vertices that are not numbers were left out
    bool tooFew = false;     // a ring of fewer than three points, or a line of fewer than two, was left out
    bool otherKind = false;  // filled at the end: shapes of another kind than the layer's
    bool broken = false;     // the bytes are not a geometry
    bool any() const { return nonFinite || tooFew || otherKind || broken; }
  };

  ShapeCollector();
  void reserve(size_t rows, size_t vertices, ShapeKind likely);

  // Parts of the current row. Vertices may repeat the first one at the end of a ring.
  void point(Point p);
  void line(std::span<const Point> vertices);
  void beginPolygon();
  void ring(std::span<const Point> vertices);

  // Same, from packed bytes of doubles, `stride` bytes apart, possibly unaligned and byte-swapped.
  void packedLine(const std::byte* data, size_t count, size_t stride, bool swap);
  void packedRing(const std::byte* data, size_t count, size_t stride, bool swap);
  Point packedPoint(const std::byte* data, bool swap) const;

  void markBroken() { now_.broken = true; }
  void clearRow();  // forgets the parts of the current row
  // A row cannot be taken when its vertices would no longer fit 32-bit offsets.
  bool full() const { return full_; }
  void endRow();
  size_t rows() const { return rows_; }
  // Rows with an outer ring that ran clockwise before it was turned, where that is noted: the format's own
  // way is nothing to note.
  void noteClockwise(bool note) { noteClockwise_ = note; }
  const std::vector<uint32_t>& clockwise() const { return clockwise_; }

  // Takes the rows of another over, behind its own; the other is empty then, and keeps its room.
  void append(ShapeCollector& other);

  // The shapes of the main kind; troubles[r] says what was left out of row r (empty when nothing was,
  // anywhere).
  Shapes finish(std::vector<Trouble>& troubles);

 private:
  Shapes& of(ShapeKind kind);  // with a row for each that ended
  void append(std::vector<Point>& out, const std::byte* data, size_t count, size_t stride, bool swap);
  void closeLine(size_t first);
  void closeRing(size_t first);

  Shapes kinds_[4];
  size_t rowsOf_[4] = {};
  size_t rows_ = 0;
  bool outer_ = true;  // the next ring is its polygon's outer one
  bool polygonLost_ = false;
  bool full_ = false;
  bool noteClockwise_ = true;
  Trouble now_;
  std::vector<std::pair<size_t, Trouble>> troubles_;
  std::vector<uint32_t> clockwise_;
};

enum class WkbAnswer : uint8_t { done, broken, curved };  // curved: leave it to a library that can linearise

// Adds the parts of one geometry to the collector's current row (without ending it). What stands before a
// break stays; after `curved` the row is as empty as before.
WkbAnswer parseWkb(std::span<const std::byte> bytes, ShapeCollector& out);

}  // namespace geo::detail
