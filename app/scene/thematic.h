// What a map can say by colour, size and heat: the statistics as they are drawn. Plain data made by the
// session; figures are per row of the layer they belong to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/drawing.h"
#include "geo/classify.h"
#include "geo/contours.h"
#include "geo/grid.h"

namespace scene {

enum class Status : uint8_t { official, estimated, illustrative, missing };

struct Figure {
  double value = geo::missing;
  Status status = Status::missing;
  std::string source;
};

// What a category of a choropleth means; its colour follows from the theme.
enum class Tone : uint8_t { highHigh, lowHigh, lowLow, highLow, notSignificant, island };
struct Category {
  std::string name;  // "高—高"
  Tone tone = Tone::notSignificant;
};

// The other axis of a bivariate map: rows of the same layer, classes of its own.
struct SecondAxis {
  std::string id, name, unit;
  int year = 0, decimals = 0;
  std::vector<Figure> figures;
  geo::Breaks breaks;
  std::string sourceText;
};

// The indicator on the map: one figure per row of the layer it colours.
struct Choropleth {
  std::string layer;  // id of the layer it colours
  std::string id, name, unit;
  int year = 0;  // 0: none
  int decimals = 0;
  std::vector<Figure> figures;         // per row
  std::vector<std::string> areaNames;  // per row, short
  geo::Breaks breaks;
  std::string palette = "teal";
  std::string methodText, sourceText;  // "自然断点 4 类", "清远市统计局 2023"
  double whole = geo::missing;         // the figure of the whole city, where it has one
  Status wholeStatus = Status::missing;
  bool moreIsBetter = true;
  // A small second series per row for the ranking ("占全市人口 %" 2010, 2020, 2023); empty: none.
  struct Trend {
    std::string name;
    std::vector<int> years;
    std::vector<std::vector<double>> values;  // [row][year]
    std::vector<double> whole;                // of the whole city, per year; empty: not known
  } trend;
  Trend course;  // its own over the years, where the side panel shows it

  // Change maps: figures are differences, signed; the palette turns at `centre`.
  int since = 0;                 // the earlier year; 0: no change map
  std::optional<double> centre;  // where a diverging palette turns; classes never reach over it
  // Bivariate: class = class of `second` × grid + own class.
  std::optional<SecondAxis> second;
  // Categories instead of classes; −1: missing.
  std::vector<Category> categories;
  std::vector<int> categoryOf;
  // Rates drawn towards the whole's: figures are smoothed, these are as they were; trust 0…1 per row.
  std::vector<double> raw, trust;
  std::vector<size_t> unreliable;  // rows whose base is too small to say much
  bool locked = false;             // the same breaks in every year
  bool onSymbols = false;          // colours symbols of that layer, not its areas
  std::vector<std::string> notes;  // under the legend: "8 个单元太少，不足以下结论"

  size_t classes() const;
  int classOf(size_t row) const;  // −1: missing
};
// One colour for each class, as every part of a picture shows it.
std::vector<Rgba> classColours(const Choropleth& map, bool dark);

// Circles whose area stands for a value, on points or in the middle of areas.
struct SizedSymbols {
  std::string layer;  // whose rows they stand on
  std::string name, unit, sourceText;
  int year = 0, decimals = 0;
  std::vector<Figure> figures;     // negative ones are drawn hollow, by their amount
  double largest = 0;              // the amount that has the largest radius
  bool flannery = false;           // radius ~ value^0.5716 (Flannery 1971) instead of the root
  std::vector<double> legend;      // amounts that the legend shows, descending
  std::vector<std::string> notes;  // "面积与数值成正比（未作弗兰纳里修正）"
};
float symbolRadius(const SizedSymbols& s, double value, float largestRadius);

// Who neighbours whom, drawn from centre to centre.
struct WeightLinks {
  std::string layer, name;                           // "后邻接（共边或共点）"
  std::vector<std::pair<uint32_t, uint32_t>> links;  // each pair once, lower row first
  std::vector<uint32_t> islands;
};

// Density of points, or points counted into bins.
struct Heat {
  std::string layer, name, unit;       // "三农科技服务站密度", "个/km²"
  std::string methodText, sourceText;  // "四次核，带宽 8 km；各县自成一体，县内总和不变"
  std::shared_ptr<const geo::Grid> grid;                   // in the map's CRS; null for bins
  std::shared_ptr<const std::vector<geo::Contour>> lines;  // at `ticks`; null: none
  MapShapePtr bins;                                        // hexagons or squares; null for a grid
  std::shared_ptr<const std::vector<double>> binValues;
  double low = 0, high = 1;  // domain of the colours; low < 0: signed, symmetric about 0
  bool locked = false;       // domain fixed by the user
  bool over = false;         // some values lie above a locked domain
  std::vector<double> ticks;
  int decimals = 2;
  double opacity = 0.85;
  double sumOfWeights = 0, integral = 0;  // "100 个；图上积分 100.0"
  bool illustrative = false;
  std::vector<std::string> notes;
};
// Colour of a share of the domain: 0…1, or −1…1 for signed heat. Nothing at and near 0.
Rgba heatColour(double share, bool isSigned, bool dark);
// A value's share of the heat's domain, −1…1 or 0…1; signed domains reach as far on either side of 0.
double heatShare(const Heat& heat, double value);
// Pixels of the grid, from the north.
std::shared_ptr<const std::vector<Rgba>> heatPixels(const Heat& heat, bool dark);
// One colour per bin; alpha 0 without a number.
std::shared_ptr<const std::vector<Rgba>> binColours(const Heat& heat, bool dark);

enum class Verdict : uint8_t { unknown, reached, onTrack, behind, illustrative };

struct LedgerRow {
  std::string id, name, unit;
  int baselineYear = 0;
  double baseline = geo::missing;
  bool baselineEstimated = false;
  int actualYear = 0;  // 0: counted on the map, or none
  double actual = geo::missing;
  Status actualStatus = Status::missing;
  std::string actualText;  // where it comes from: "图上计数", "清远市统计局"
  int targetYear = 0;
  double target = geo::missing;
  bool moreIsBetter = true;
  double paceNeeded = geo::missing, paceSoFar = geo::missing;  // per year
  Verdict verdict = Verdict::unknown;
  bool shownIllustrative = false;  // a layer shows it with illustrative sites
  std::string section;             // of the plan
  std::string note;                // "基期未公布"
  // Counties' shares of the gap, per row of the county layer, per cent; empty: no county figures.
  std::vector<double> gapShare, gap;  // gap in the target's unit; negative: ahead
  std::string gapText;                // how it was worked out
};

struct Multiple {  // one small map
  std::string title;
  Choropleth map;
};

// All that is known of one area.
struct CountyCard {
  ObjectRef object;
  std::string name, nameOther;  // official, in both languages
  struct Row {
    std::string name, unit;
    int year = 0, decimals = 0;
    double value = geo::missing;
    Status status = Status::missing;
    int rank = 0, of = 0;  // 1: best by the indicator's direction; 0: no figure
    std::vector<int> years;
    std::vector<double> course;  // per year; NaN: missing
    std::string source;
  };
  std::vector<Row> rows;
  struct Gap {
    std::string name, unit;
    double value = geo::missing, share = geo::missing;
    std::string how;
  };
  std::vector<Gap> gaps;
  struct Group {
    std::string name;
    std::vector<std::string> members;  // empty with a count: too many to name
    size_t count = 0;
    bool illustrative = false;
  };
  std::vector<Group> groups;
  std::vector<std::string> neighbours;
};

}  // namespace scene
