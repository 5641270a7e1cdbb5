// Everything a picture is made from, ready to draw: layers in world metres, figures, words in one language.
// Built by the session from the project and its data; nothing here reads a file or knows the project's form.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/symbol.h"
#include "app/scene/theme.h"
#include "geo/classify.h"

namespace scene {

enum class Language : uint8_t { zh, en };
enum class Status : uint8_t { official, estimated, illustrative, missing };

// One layer, in painter's order (bottom first).
struct SceneLayer {
  std::string id, name;
  Role role = Role::context;
  MapShapePtr shape;  // world metres; null while it loads or when it failed
  bool visible = true;
  float opacity = 1;
  MapShapePtr inside;                  // rivers: the courses within the city; shape then holds those outside
  std::vector<std::string> labels;     // per row; empty string: none
  std::vector<std::string> sublabels;  // per row, a smaller second line; may be empty altogether
  std::vector<Symbol> symbols;         // per row, point layers with a symbol
  std::vector<Certainty> certainty;    // per row, likewise
  std::vector<double> uncertaintyMetres;  // per row, 0 or NaN: exact
  std::vector<long> countyRow;            // per row: row of the county layer it lies in, or −1
  bool illustrative = false;              // any row is
  size_t total = 0;                       // with those that have no place ("5/6")
  // Simple styles of layers without a role of their own.
  Rgba colour{90, 102, 112, 255};
  float width = 1, radius = 3;
  bool pickedByMouse = true;
};

struct Figure {
  double value = geo::missing;
  Status status = Status::missing;
  std::string source;
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
  std::string palette = "teal";        // its colours depend on the theme: palette(palette, classes, dark)
  std::string methodText, sourceText;  // "自然断点 4 类", "清远市统计局 2023"
  double whole = geo::missing;         // the figure of the whole city, where it has one
  Status wholeStatus = Status::missing;
  bool moreIsBetter = true;
  // A small second series per row for the ranking ("占全市人口 %" 2010, 2020, 2023); empty: none.
  struct Trend {
    std::string name;
    std::vector<int> years;
    std::vector<std::vector<double>> values;  // [row][year]
  } trend;
};

// A column of the figures table on pages: one value per row of the county layer.
struct TableColumn {
  std::string name;  // "人口密度"
  std::string unit;  // "人/km²"
  int decimals = 0;
  std::vector<double> values;
  double whole = geo::missing;
  bool current = false;  // the indicator on the map: drawn with bars
};

struct Lead {  // arc from the core that leads to what it leads
  std::string fromLayer, toLayer;
  size_t fromRow = 0, toRow = 0;
};

struct LedgerRow {
  std::string id, name, unit;
  int baselineYear = 0;
  double baseline = geo::missing;
  bool baselineEstimated = false;
  int targetYear = 0;
  double target = geo::missing;
  bool shownIllustrative = false;  // a layer shows it with illustrative sites
  std::string section;             // of the plan
  std::string note;                // "基期未公布"
};

struct Unplaced {  // what has no address: listed, never drawn on the map
  ObjectRef object;
  std::string name;
  Symbol symbol = Symbol::nodeGuangqing;
};

struct IndicatorTab {              // for the strip below the map
  std::string id, name, coverage;  // "8/8"
  bool current = false, illustrative = false;
};
struct YearMark {
  int year = 0;
  enum class Data : uint8_t { none, partly, full } data = Data::none;
  bool target = false;
  std::string note;
};

// Words that the furniture prints, already in the picture's language.
struct Words {
  std::string legend, missing, ranking, ledger, north, illustrativeBadge, unplaced, noLaterFigures, wholeCity,
      baseline, target, indicators, sources, uncertaintyRing, countyOnly, illustrativeSites, share, scale,
      reviewNumber, internalUse, legendSymbols, notes, figureTable, planTargets, pieces, baselineUnknown,
      onMapIllustrative, scene, estimated, official, madeOn, areas, bareScale;
};

struct Scene {
  uint64_t version = 0;  // differs whenever anything below does; 0: unknown
  Language language = Language::zh;
  std::string title, subtitle, period;  // "“十四五”规划期 2021–2025"
  std::string name, text;               // of the scene shown
  int number = 0, count = 0;            // scene 2 / 6
  std::vector<SceneLayer> layers;       // bottom first
  std::string cityLayer;                // id of the county layer: its outer border is the city's
  std::optional<Choropleth> choropleth;
  std::vector<TableColumn> table;
  std::vector<std::string> areaNames;  // rows of that table, official names
  std::vector<Lead> leads;
  std::vector<LedgerRow> ledger;
  size_t ledgerTotal = 0, ledgerWithBaseline = 0;
  std::vector<Unplaced> unplaced;
  std::vector<IndicatorTab> tabs;
  std::vector<YearMark> years;
  std::vector<std::string> credits;  // "边界：天地图（概化）"
  std::vector<std::string> notes;  // "三农科技服务站为示例位置（每镇街 1 处），实际站点未公布。"
  std::string crsText;       // "CGCS2000 / EPSG:4547"
  std::string crsLongText;   // "CGCS2000 / 三度带高斯-克吕格，中央经线 114°E（EPSG:4547）"
  std::string reviewNumber;  // 审图号, empty: not given
  bool internal = true;
  std::string date;           // of making, ISO; printed on pages
  bool illustrative = false;  // any visible figure or site is: the badge shows
  Words words;
  geo::Box home;  // world box that "fit" shows
  std::optional<ObjectRef> selected, hovered;
  std::vector<std::string> warnings;  // layers that failed, for screens only
  // Degrees from world metres for graticules and the status line. Null when the map's CRS is unknown.
  std::shared_ptr<const geo::Crs> crs;
};

const SceneLayer* findLayer(const Scene& scene, std::string_view id);

}  // namespace scene
