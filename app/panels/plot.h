// What every chart draws with: scales with round ticks, axes, bars by class, outlines drawn by hand, names
// that keep clear of each other.
#pragma once

#include "app/panels/ui.h"
#include "geo/statistics.h"

namespace panels {

// A value's place along one axis; `to` may lie above or left of `from`.
struct Scale {
  double low = 0, high = 1;  // low < high
  float from = 0, to = 1;    // pixels
  bool log = false;          // then 0 < low

  float at(double value) const;  // beyond the ends too; NaN where there is none
  double value(float pixel) const;
  bool holds(double value) const;
};
// From `low` to `high`, widened a little or, unless `exact`, to round numbers. Room is made round one value
// alone; nothing finite: 0…1. Falls back from `log` where low is not above 0.
Scale scaleFor(double low, double high, float from, float to, bool log = false, bool exact = false);

struct Tick {
  double value;
  std::string text;
};
// Steps of 1, 2 or 5 times a power of ten, `most` of them or fewer.
std::vector<Tick> ticksOf(const Ui& ui, const Scale& scale, int most);
// "1.2 万", "3.4M": short, with the decimals that a step needs; step 0: three figures.
std::string shortNumber(const Ui& ui, double value, double step = 0);

// Below the plot, the title at its right end, 38 px in all; left of it, the title above its top.
void drawAxisX(Ui& ui, Rect plot, const Scale& x, std::string_view title, bool grid = false);
void drawAxisY(Ui& ui, Rect plot, const Scale& y, std::string_view title, bool grid = true);
float axisYWidth(Ui& ui, const Scale& y);  // that drawAxisY needs left of the plot

// Bars of a histogram, cut at the class bounds. `chosen`: how many of each bin are selected; these parts
// stand out. The upper bound of a class is its last value.
struct Bars {
  const geo::Histogram* histogram;
  std::span<const size_t> chosen;       // empty: none
  std::span<const double> upperBounds;  // of classes, ascending; empty: one colour
  std::span<const Rgba> colours;        // one for each class; empty: the colour of measured values
  bool dimOthers = false;               // something is selected
};
void drawBars(Ui& ui, Rect plot, const Scale& x, const Scale& y, const Bars& bars);
std::optional<size_t> binAt(const geo::Histogram& histogram, double value);

// Index of the nearest place within reach; the last of equals, as it is drawn topmost.
std::optional<size_t> nearest(std::span<const Vec> places, Vec at, float reach);
bool inside(std::span<const Vec> ring, Vec at);  // even-odd; the ring closes itself

// An outline drawn by hand, filled by even-odd, over whatever is there.
void drawOutline(Ui& ui, std::span<const Vec> ring);
// Follows the held mouse: a rectangle's corner, or the next place of a lasso.
void followOutline(std::vector<Vec>& ring, Vec start, Vec mouse, bool rectangle, float step);

// Names beside marks: right, left, above or below, wherever no other name and no mark stands.
class Names {
 public:
  Names(Ui& ui, Rect room) : ui_(ui), room_(room) {}
  void keepClear(Rect r) { taken_.push_back(r); }
  bool place(Vec mark, float reach, std::string_view text, Rgba ink, Type type = Type::note);

 private:
  Ui& ui_;
  Rect room_;
  std::vector<Rect> taken_;
};

// A label in a small box that follows the pointer, kept inside the room; lines are set one below the other,
// the first in bold.
void pointerLabel(Ui& ui, Vec mouse, Rect room, std::span<const std::string> lines);

}  // namespace panels
