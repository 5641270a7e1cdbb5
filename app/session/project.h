// What is saved: a plain value with ==, written as one TOML file. Losing it loses the user's work.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/scene/page.h"
#include "app/scene/scene.h"
#include "geo/cell_options.h"
#include "geo/composite.h"
#include "geo/density.h"
#include "geo/layer.h"

namespace session {

using scene::Language;

struct Name {
  std::string zh, en;
  bool operator==(const Name&) const = default;
  const std::string& in(Language l) const {
    return l == Language::zh ? (zh.empty() ? en : zh) : (en.empty() ? zh : en);
  }
};

struct StyleSpec {  // of layers without a role of their own; nothing set: the role's look
  std::optional<std::string> colour;
  std::optional<double> width, radius;
  bool operator==(const StyleSpec&) const = default;
};

// What the map says by colour and size. Of the project, or of a scene that says so itself.
struct MapSpec {
  enum class Kind : uint8_t { choropleth, bivariate, symbols, association, gap };
  enum class Change : uint8_t { none, absolute, percent };
  Kind kind = Kind::choropleth;
  std::string second;  // indicator: the other axis of a bivariate map, the colour of symbols
  int grid = 3;        // bivariate: 3 or 4 classes on either axis
  Change change = Change::none;
  std::optional<int> since;       // the earlier year of a change; none: the first
  bool smoothed = false;          // rates drawn towards the whole's by empirical Bayes
  bool flannery = false;          // symbols: radii after Flannery 1971
  std::string weights = "queen";  // association: queen | rook | knn:K | distance:METRES | gal:FILE
  int permutations = 999, seed = 1;
  double significance = 0.05;
  bool falseDiscoveryRate = true;
  bool links = false;  // draws who neighbours whom
  std::string target;  // gap: id of the target
  bool operator==(const MapSpec&) const = default;
};

// Density of points, or points counted into bins.
struct HeatSpec {
  enum class Show : uint8_t { density, hexagons, squares };
  enum class Statistic : uint8_t { count, sum, mean, rate };
  bool visible = true;
  std::string layer;   // of points; empty: no heat
  std::string weight;  // numeric column; empty: each counts 1
  std::string minus;   // point layer whose density is taken away: signed heat
  Show show = Show::density;
  geo::Kernel kernel = geo::Kernel::quartic;
  double radiusMetres = 0;  // 0: suggested for the data
  double binMetres = 0;     // 0: suggested
  Statistic statistic = Statistic::count;
  std::string base;           // rate: column of the denominators
  std::string clip;           // id of a polygon layer; empty: not clipped
  bool perArea = false;       // with clip: no heat leaks over a border
  double perKm2 = 1;          // km² of the unit area: 1, 100, 0.01
  std::optional<double> top;  // end of the colours, locked; none: the data's
  bool contours = true;
  double opacity = 0.85;
  bool operator==(const HeatSpec&) const = default;
};

struct LayerSpec {
  std::string id;
  Name name;
  std::string source;  // relative to the project file; "path|layer" is written as source + source_layer
  std::string sourceLayer;
  scene::Role role = scene::Role::context;
  std::string key;                               // column that names a row for joins ("adcode")
  std::string label, labelEn;                    // columns
  std::string level;                             // column: national, provincial, guangqing…
  std::string county;                            // column with the county's key
  std::string uncertaintyKm, precision, status;  // columns
  std::string filter;                            // "role = core and level != town"; empty: all rows
  std::string ledBy;  // column with the key (see `key`) of the row in `leadLayer` that leads this one
  std::string leadLayer;
  scene::Status defaultStatus = scene::Status::official;
  bool visible = true;
  double opacity = 1;
  double minScale = 0, maxScale = 0;  // shown while 1:scale is within; 0: no limit
  std::string encoding, crs, datum;   // declared by the user, over what the file says
  std::string x, y;                   // columns of coordinates; the same twice: both in one cell
  geo::CellOptions cells;             // of a text table or spreadsheet
  // Rows without a place of their own stand where what this column names is: a county, a town, an address
  // that holds one. placeIn: ids of the layers that have the names; empty: the counties.
  std::string placeBy, placeIn;
  std::string show;     // like `filter`, but only of what is drawn and listed: the others are hidden
  bool repair = false;  // shapes are put right when they are read (geo::mend); the file stays as it is
  bool drawn = false;   // by hand, in the window: saving the project writes its source, a GeoPackage
  StyleSpec style;
  geo::LayerPtr drawing;  // of such a layer, once it was changed; never in the project file
  bool operator==(const LayerSpec&) const = default;
};

struct IndicatorSpec {
  std::string id;
  Name name, unit;
  int decimals = 0;
  std::string table, key, value, year, statusColumn, sourceColumn;  // table: a file, or the id of a TableSpec
  // Each year has a column of its own: `value` is their name without the year (GDP: 2021年GDP, GDP_2022);
  // empty: the year is all there is.
  bool yearColumns = false;
  std::string filter;  // rows of the table: "indicator = population"
  // value without a table: a column of the layer itself. Or computed: exactly one of these.
  std::string numerator, denominator;  // ids of indicators (value = numerator / denominator × per)
  double per = 1;
  std::string countOf;           // number of features of a layer (or several: "cores, nodes") in each area
  std::string distanceTo;        // km from each area's centre to the nearest feature of a layer
  std::string dividedByCountOf;  // numerator / number of features of a layer
  std::string indexOf;           // composite index of several: "density, urbanisation, gdp"
  std::vector<double> weights;   // of its parts, in that order; none: equal
  geo::Normalisation normalise = geo::Normalisation::minMax;
  std::string
      shareOf;  // per cent that an indicator's figure is of its whole; beside a table: fills its years
  std::string of = "counties";  // id of the layer whose rows are the areas
  std::string wholeKey;         // key of the row that stands for the whole city
  bool moreIsBetter = true;
  geo::BreakMethod method = geo::BreakMethod::natural;
  int classes = 4;
  std::vector<double> breaks;  // manual upper bounds
  bool locked = false;         // one set of breaks for all years and scenes
  std::string palette = "teal";
  scene::Status defaultStatus = scene::Status::official;
  Name source;
  bool operator==(const IndicatorSpec&) const = default;
};

struct TargetSpec {
  std::string id;
  Name name, unit;
  std::string indicator, countOf;  // what it is measured by, where the project has that
  std::string area;                // key; empty: the whole city
  std::optional<int> baselineYear;
  std::optional<double> baseline;
  bool baselineEstimated = false;
  std::string countFilter;  // rows of the counted layers: "level = national"
  std::optional<int> actualYear;
  std::optional<double> actual;  // the latest that is published
  std::string actualSource;
  int targetYear = 2025;
  std::optional<double> target;
  bool moreIsBetter = true;
  std::string section;
  bool featured = false;  // on the wall's and the page's short list
  bool operator==(const TargetSpec&) const = default;
};

// A picture of the ground under the layers: tiles of a server, a file's pixels, or light and shade on
// heights.
struct BasemapSpec {
  enum class Kind : uint8_t { xyz, wmts, wms, raster, hillshade };
  enum class Tone : uint8_t {
    automatic,
    natural,
    muted
  };  // automatic: muted under colours that say something
  std::string id;
  Name name;
  Kind kind = Kind::xyz;
  // xyz: a URL with {z} {x} {y} ({-y}: counted from the south), {s} for one of `subdomains`; wmts: of the
  // capabilities, or one such as of xyz; wms: of the service; else a path relative to the project file.
  // {key:NAME} stands for a key that the user has: never in the project.
  std::string source;
  std::string subdomains;               // "0-7" or "a,b,c"
  std::string layer, style, matrixSet;  // of a service
  std::string crs;                      // wms: that is asked for; a file: declared over what it says
  std::string datum;                    // "GCJ-02": its tiles are shifted; they are put right
  Name attribution;
  int minZoom = 0, maxZoom = 18, tileSize = 256;
  double detail = 1;  // its pixels for one of the picture's: below 1 its lettering grows
  double opacity = 1;
  Tone tone = Tone::automatic;
  bool visible = false;
  // Hillshade: where the light comes from, in degrees; heights are made steeper.
  double azimuth = 315, altitude = 45, exaggeration = 1;
  bool multidirectional = false;
  bool operator==(const BasemapSpec&) const = default;
};

// Where a row stands that its source gives no place, or another one: as somebody says, over what the file
// has. The file itself is never written.
struct PlaceSpec {
  std::string layer, key;  // key: of the row, in the layer's key column, else in its label's
  double lon = geo::missing, lat = geo::missing;
  double uncertaintyKm = 0;  // 0: not said
  std::string by;            // who said so
  std::string on;            // ISO date; empty: not said
  std::string note;
  bool operator==(const PlaceSpec&) const = default;
};

// A table of figures that is not read as its file says.
struct TableSpec {
  std::string id, source;  // relative to the project file
  std::string sourceLayer, encoding;
  geo::CellOptions cells;
  bool operator==(const TableSpec&) const = default;
};

// A key that a table writes otherwise than the layer, as a person has decided. Holds for every table.
struct AcceptedSpec {
  std::string layer, key, means;  // means: the layer's own key or name
  bool operator==(const AcceptedSpec&) const = default;
};

struct FigureSpec {  // a column that becomes an indicator
  std::string column;
  Name name, unit;
  int decimals = 0;
  bool years = false;  // the columns of several years: `column` is their name without the year
  bool operator==(const FigureSpec&) const = default;
};

// What a table with these columns becomes: the next file of that shape is taken in without a question.
struct ImportSpec {
  enum class As : uint8_t { points, names, figures };
  std::vector<std::string> columns;  // its shape: all that it has, in any order
  As as = As::points;
  std::string sourceLayer, encoding;
  geo::CellOptions cells;
  scene::Role role = scene::Role::context;  // points and names
  std::string key, label;                   // key: figures: what names the areas
  std::string x, y, crs, datum;             // points
  std::string placeBy, placeIn, county;     // names; county: tells places of one name apart
  std::string of, year, whole;              // figures; whole: key of the row that sums up the others
  std::vector<FigureSpec> figures;
  bool operator==(const ImportSpec&) const = default;
};

struct CameraSpec {  // degrees; empty: the whole city
  std::optional<geo::Box> extentLonLat;
  bool operator==(const CameraSpec&) const = default;
};

// A scene seen from the side: the map turned and tilted, amounts as heights.
struct TiltSpec {
  enum class Heights : uint8_t { extruded, columns, none };
  double degrees = 50;  // from straight down
  double bearing = 0;   // that is up on the map, clockwise from north
  Heights heights = Heights::extruded;
  std::string indicator;  // of the heights; empty: the scene's own
  double share = 0.16;    // height of the largest amount, of the map's height
  bool operator==(const TiltSpec&) const = default;
};

struct SceneSpec {
  std::string id;
  Name name, text;
  Name notes;  // for the presenter alone
  CameraSpec camera;
  std::vector<std::string> layers;  // visible ones; empty: as the layers themselves say
  std::string basemap;              // "id, id" or "none"; empty: as the basemaps themselves say
  std::string indicator;            // empty: none
  std::optional<int> year;          // none: the latest
  scene::Composition composition = scene::Composition::map;
  std::optional<MapSpec> map;    // none: a plain choropleth
  std::optional<HeatSpec> heat;  // none: no heat
  double durationSeconds = 12, transitionSeconds = 2;
  std::vector<std::string> emphasis;                  // "layer:key": the others step back
  std::optional<TiltSpec> tilt;                       // none: flat
  scene::SidePanel side = scene::SidePanel::ranking;  // beside the map
  bool operator==(const SceneSpec&) const = default;
};

// How the scenes are shown to an audience.
struct ShowSpec {
  enum class Beads : uint8_t { once, always, never };
  double audienceMetres = 0, screenCm = 0;  // the farthest seat; the picture's width; 0: not said
  bool automatic = false;                   // goes on by itself after each scene's duration
  bool loop = false;
  double idleSeconds = 0;     // without a key for so long it runs by itself until one comes; 0: never
  Beads beads = Beads::once;  // along the arcs
  bool reducedMotion = false;
  bool captions = true;
  bool operator==(const ShowSpec&) const = default;
};

struct FrameSpec {  // of a page, placed by hand; millimetres from the upper left corner
  scene::PagePart part = scene::PagePart::map;
  double x = 0, y = 0, width = 0, height = 0;
  Name text;  // PagePart::text
  bool operator==(const FrameSpec&) const = default;
};

struct LayoutSpec {
  std::string paper = "A3";  // A4 … A0, or its size in millimetres: "338x190"
  bool landscape = true;
  scene::PageStyle style = scene::PageStyle::sheet;
  std::optional<double> scale;  // denominator; none: the largest round one that shows all
  scene::PageGrid grid = scene::PageGrid::degrees;
  std::vector<FrameSpec> frames;
  std::vector<std::string> hidden;  // parts
  std::string logo;                 // picture, relative to the project file
  bool operator==(const LayoutSpec&) const = default;
};

struct TemplateSpec {  // a layout to use again
  std::string id;
  Name name;
  LayoutSpec layout;
  bool operator==(const TemplateSpec&) const = default;
};

struct PageSpec : LayoutSpec {
  std::string reviewNumber;  // 审图号
  bool isPublic = false;
  std::vector<Name> credits, notes;
  bool operator==(const PageSpec&) const = default;
};

struct Project {
  Name title, subtitle, period;
  std::string crs;                    // of the map; empty: chosen for the data
  std::string theme = "dark";         // of screens
  std::vector<BasemapSpec> basemaps;  // bottom first, all of them under the layers
  std::vector<LayerSpec> layers;      // bottom first
  std::vector<PlaceSpec> places;
  std::vector<TableSpec> tables;
  std::vector<AcceptedSpec> accepted;
  std::vector<IndicatorSpec> indicators;
  std::vector<TargetSpec> targets;
  std::vector<SceneSpec> scenes;
  ShowSpec show;
  PageSpec page;
  std::vector<TemplateSpec> templates;
  std::vector<ImportSpec> imports;
  std::string indicator;  // the one on the map when the project opens
  MapSpec map;
  HeatSpec heat;
  std::string targetTable;  // CSV: figures of the targets by id; [[targets]] add what it lacks
  std::string shareBase;    // indicator by which the target of a count is spread over counties: "population"
  std::string trend;        // one whose course over the years stands beside every ranking
  std::optional<int> year;
  bool operator==(const Project&) const = default;
};

}  // namespace session
