// What the dock and the map's tools remember between frames, and what they keep so as not to work it out
// again: rows in order, bins, boxes.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/session/session.h"

namespace panels {

enum class DockTab : uint8_t { table, ranking, histogram, scatter, boxes, course };

struct GroupColumn {
  std::string key, title;  // key "": all as one; "@county": by the county they lie in
};

struct Scroll {
  double x = 0, y = 0;  // pixels gone
};

// The rows of the active layer that are to be seen, and which of them are chosen.
struct DockRows {
  std::string layer;
  session::DataTablePtr table;
  uint64_t version = 0;  // of the session, when it was last looked at
  bool onlyChosen = false;
  std::vector<uint32_t> rows;   // ascending, without the filtered ones
  std::vector<uint8_t> chosen;  // per row of the table
  size_t chosenCount = 0;       // among those to be seen
  size_t hidden = 0;            // by the layer's filter
  std::vector<double> onMap;    // figures of the indicator on the map, where it is this layer's; else empty
  uint64_t tableStamp = 0;      // grows when there is another table
  uint64_t dataStamp = 0;       // grows when table, rows or figures change
  uint64_t chosenStamp = 0;     // grows when the selection does
};

struct Dock {
  float height = 280;  // px of the look
  bool sizing = false;
  DockTab tab = DockTab::table;
  DockRows rows;
  std::map<std::string, std::string> columns;  // "scatter.x|counties" → a column's name; "@map", "@county"

  // Table
  int sortColumn = -2;  // −1: the name; −2: as the source has them
  bool descending = false, onlyChosen = false;
  std::map<std::string, Scroll> scrolls;  // by tab and layer
  struct Order {
    uint64_t stamp = 0;
    int column = -2;
    bool descending = false;
    std::vector<uint32_t> rows;
  } order;
  struct Widths {
    uint64_t table = 0;  // its stamp
    float scale = 0;
    scene::Language language = scene::Language::zh;
    float name = 0;
    std::vector<size_t> columns;  // of the table, in the order shown
    std::vector<float> widths;
  } widths;
  long anchor = -1;            // row from which Shift ranges
  std::vector<uint32_t> seen;  // selection that the table has last shown, to bring a new one into sight
  bool tableChose = false;     // it came from the table itself

  // Charts
  bool ascending = false;  // ranking
  struct Ranking {
    uint64_t stamp = 0;
    std::string series;
    bool ascending = false;
    std::vector<uint32_t> rows;  // those without a figure last
    size_t finite = 0;
  } ranking;
  int bins = 0;  // 0: by rule
  struct Histogram {
    uint64_t stamp = 0, chosenStamp = 0;
    std::string series;
    int wanted = 0;
    geo::Histogram bins;
    std::vector<size_t> chosen;
    size_t missing = 0;
  } histogram;
  bool logX = false, logY = false;
  struct Scatter {
    uint64_t stamp = 0;
    std::string x, y;
    bool logX = false, logY = false;
    std::vector<uint32_t> rows;  // that have both
    double lowX = 0, highX = 1, lowY = 0, highY = 1;
    size_t without = 0, notAboveZero = 0;
    std::optional<geo::Regression> line;
    std::string noLine;
    // Where there are many, one mark for each few pixels.
    struct Mark {
      scene::Vec at;
      uint32_t row;
      bool chosen;
    };
    std::vector<Mark> marks;
    scene::Rect marksIn;
    uint64_t marksChosen = 0;
  } scatter;
  struct Groups {  // by which the rows can be parted
    uint64_t table = 0;
    scene::Language language = scene::Language::zh;
    std::vector<GroupColumn> columns;
  } groups;
  struct Boxes {
    uint64_t stamp = 0;
    std::string series, group;
    struct Box {
      std::string name;
      std::vector<uint32_t> rows;  // with a figure
      geo::BoxPlot box;
      std::vector<uint32_t> outliers;  // rows of the table
    };
    std::vector<Box> boxes;
    double low = 0, high = 1;
    size_t missing = 0;
  } boxes;
  struct Course {
    uint64_t stamp = 0;
    std::string indicator;
    std::vector<int> years;
    std::vector<std::vector<double>> values;  // [year][row]
    double low = 0, high = 1;
    size_t withFigures = 0;
    std::vector<std::vector<double>> bands;  // [year]: quantiles 10, 25, 50, 75, 90 %, where there are many
  } course;

  // A sweep over a chart: from where, and its outline.
  std::string sweeping;
  scene::Vec sweptFrom;
  std::vector<scene::Vec> sweep;
};

struct MapTools {  // a rectangle or lasso under way
  bool drawing = false, rectangle = true;
  session::Pick pick = session::Pick::replace;
  std::vector<scene::Vec> ring;  // pixels of the window
  bool escaped = false;          // Escape was meant for it
  // On its way to another place: a symbol, an item of the list, a vertex of a drawn shape.
  std::optional<scene::ObjectRef> carried;
  std::optional<size_t> vertex;
  bool newVertex = false;  // `vertex` is not there yet: it comes before that one
  bool fromList = false, moved = false;
  std::vector<geo::Point> shape;  // world: being drawn
  session::Tool shapeTool = session::Tool::pan;
  std::optional<geo::Point> snapped;
  std::string drawnInto;  // layer that took the last shape
  std::string lastBy;     // who said so, last time
  double lastKm = 1;
};

struct FilterBox {  // the popup of a layer's filter
  std::string layer, text;
  bool focus = false;
  std::string judged;  // the text that the rest is about
  session::DataTablePtr table;
  size_t kept = 0, total = 0;
  std::string error;
};

}  // namespace panels
