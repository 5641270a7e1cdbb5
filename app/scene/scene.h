// Everything a picture is made from, ready to draw: layers in world metres, figures, words in one language.
// Built by the session from the project and its data; nothing here reads a file or knows the project's form.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/page.h"
#include "app/scene/symbol.h"
#include "app/scene/theme.h"
#include "app/scene/thematic.h"

namespace scene {

enum class Language : uint8_t { zh, en };
// What fills a picture: the map, several small ones, the plan's ledger, or the card of one area.
enum class Composition : uint8_t { map, multiples, ledger, card };
// What stands beside the map: areas in order, or their course over the years.
enum class SidePanel : uint8_t { ranking, years };

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
  std::vector<uint8_t> shown;             // per row, 0: hidden by a filter; empty: all are shown
  std::string filterText;                 // "已筛选：显示 12 / 85（kind = 镇）"; empty: no filter
  // Simple styles of layers without a role of their own.
  Rgba colour{90, 102, 112, 255};
  float width = 1, radius = 3;
  bool pickedByMouse = true;
  std::vector<double> counts;  // per row, of points: how many one dot stands for; empty: one each
};

// A column of the figures table on pages: one value per row of the county layer.
struct TableColumn {
  std::string name;  // "人口密度"
  std::string unit;  // "人/km²"
  int decimals = 0;
  std::vector<double> values;
  double whole = geo::missing;
  bool current = false;  // the indicator on the map: drawn with bars
  bool moreIsBetter = true;
};

struct Lead {  // arc from the core that leads to what it leads
  std::string fromLayer, toLayer;
  size_t fromRow = 0, toRow = 0;
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
  // Kinds of map. heatMass has two places for figures: "权重合计 {} ＝ 图上积分 {}".
  std::string heatMass, domainLocked, breaksLocked, aboveDomain, hollowNegative, linkedPairs, islands,
      smallBase, change, ownRanges, sameBreaks;
  // Sheets: the plan's ledger, the card of a county.
  std::string reached, onTrack, behind, notPublished, noVerdict, latest, paceNeeded, paceSoFar, gap,
      gapByCounty, rank, course, neighbours, targetGaps, value, year, onTheMap;
  // Pages. Places for figures: spreadHere one, firstOf two, areaBorder one for a layer's name.
  std::string cluster, spreadHere, cityBorder, areaBorder, leadArcs, firstOf, reviewPending, estimateStar;
};

// Seen from the side: the map turned and tilted in parallel projection, amounts as heights.
struct TiltView {
  enum class Heights : uint8_t { extruded, columns, none };
  double degrees = 0, bearing = 0;  // from straight down · up on the map, clockwise from north
  Heights heights = Heights::extruded;
  double share = 0.16;  // height of the largest amount, of the map frame's height
  // The amounts: of rows of that layer.
  std::string layer, name, unit;
  int year = 0, decimals = 0;
  std::vector<Figure> figures;
};

// How far away the audience sits; 0: not known.
struct Viewing {
  double audienceMetres = 0, screenCm = 0;
};

struct Scene {
  uint64_t version = 0;  // differs whenever anything below does; 0: unknown
  Language language = Language::zh;
  std::string title, subtitle, period;  // "“十四五”规划期 2021–2025"
  std::string name, text;               // of the scene shown
  int number = 0, count = 0;            // scene 2 / 6
  std::vector<SceneLayer> layers;       // bottom first
  std::vector<BasemapPtr> basemaps;     // those that are shown, bottom first
  std::string cityLayer;                // id of the county layer: its outer border is the city's
  Composition composition = Composition::map;
  SidePanel side = SidePanel::ranking;
  std::optional<Choropleth> choropleth;
  std::optional<SizedSymbols> sized;
  std::optional<Heat> heat;
  std::optional<WeightLinks> weights;
  std::vector<Multiple> multiples;  // Composition::multiples
  std::optional<CountyCard> card;   // Composition::card
  std::vector<TableColumn> table;
  std::vector<std::string> areaNames;  // rows of that table, official names
  std::vector<Lead> leads;
  std::vector<LedgerRow> ledger;       // the featured ones
  std::vector<LedgerRow> wholeLedger;  // all
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
  geo::Box home;   // world box that "fit" shows
  PageSetup page;  // the project's own
  std::optional<ObjectRef> selected, hovered;
  std::vector<ObjectRef> emphasis;  // what the scene is about: the other areas step back
  std::optional<TiltView> tilt;
  Viewing viewing;
  bool caption = false;            // name and text stand on the map, for an audience
  std::optional<ObjectRef> focus;  // the area that a sheet of an atlas is about
  std::string selectionLayer;      // several rows chosen in it, ascending; empty: none
  std::vector<uint32_t> selection;
  std::vector<Vec> lasso;             // being drawn, canvas units of the window's map
  std::vector<std::string> warnings;  // layers that failed, for screens only
  // Degrees from world metres for graticules and the status line. Null when the map's CRS is unknown.
  std::shared_ptr<const geo::Crs> crs;
};

const SceneLayer* findLayer(const Scene& scene, std::string_view id);
inline bool isShown(const SceneLayer& layer, size_t row) {
  return row >= layer.shown.size() || layer.shown[row] != 0;
}

}  // namespace scene
