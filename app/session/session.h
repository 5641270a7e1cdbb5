// Session = Project + View + Derived + Jobs + Messages. Main thread only; workers get values and
// shared_ptr<const T>.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/session/command.h"
#include "app/session/jobs.h"
#include "app/session/project.h"
#include "geo/autocorrelation.h"
#include "geo/join.h"
#include "geo/composite.h"
#include "geo/load.h"
#include "geo/spatial_index.h"
#include "geo/statistics.h"

namespace session {

// A show under way. What the wall shows follows from this and the clock alone; see tour.h.
struct ShowState {
  bool on = false;
  std::string scene, previous;  // ids; previous: flown from, empty at the start
  double since = 0;             // when the scene came, in the session's clock
  double started = 0;
  bool black = false;
  bool held = false;  // does not go on by itself
  bool flat = false;  // tilted scenes lie flat
  bool idle = false;  // runs by itself because nobody touched it
  double touched = 0;
};

struct ShowCheck;
class Watch;  // watch.h
struct WatchOptions;
class Autosave;  // autosave.h
struct AutosaveOptions;

// What an earlier run had not saved when it ended.
struct Recovery {
  std::string file, when;  // when: local time, to the minute
};

// One tile that was asked for, to see whether a basemap can be had.
struct BasemapCheck {
  BasemapSpec of;
  bool done = false, good = false;
  std::string text;  // in the window's language
};

struct View {  // this user's moment, not saved work
  scene::Language language = scene::Language::zh;
  scene::Camera camera;      // of the window's map; frame set by the window
  bool cameraIsFit = true;   // follow the frame until the user moves
  std::string scene;         // id of the scene shown; empty: none
  bool sceneEdited = false;  // the project has taken over its look and was changed since
  std::optional<scene::ObjectRef> selected, hovered;  // selected: the one that the inspector tells of
  std::string selectionLayer;                         // several rows chosen, ascending; empty: none
  std::vector<uint32_t> selection;
  std::string activeLayer;  // of tables and charts; empty: the one the indicator colours, else the first
  Tool tool = Tool::pan;
  scene::Composition composition = scene::Composition::map;
  scene::Vision vision = scene::Vision::normal;  // whose eyes see the map
  std::optional<scene::ObjectRef> card;
  std::string inspected;             // id of the layer whose file is looked at; empty: none
  bool otherReading = false;         // the map shows it as it could be read otherwise, too
  std::optional<size_t> problem;     // of its card, marked on the map
  ImportWork import;                 // the table in the assistant; path empty: none
  std::vector<std::string> imports;  // tables that wait for it
  std::optional<geo::Point> probe;   // world: where the heat is asked for its points
  std::string search;
  bool layersPanel = true, inspectorPanel = true, stripPanel = true, dockPanel = false, messagesPanel = false,
       helpOpen = false;
  double uiScale = 0;     // 0: follow the monitor
  float windowScale = 1;  // what that came to
  bool pageView = false;  // the page to print stands in the map's place
  bool fullScreen = false, quit = false;
  std::string clipboard;                                // text waiting to be put there by the window
  std::shared_ptr<const std::string> clipboardPicture;  // likewise, a PNG
  std::optional<std::variant<ExportImage, ExportAtlas>> lastExport;  // what ExportAgain repeats
  struct Flight {
    scene::Camera from, to;
    double start = 0, seconds = 0;
  };
  std::optional<Flight> flight;  // camera on its way; a function of time
  ShowState show;
  std::optional<Recovery> recovery;                  // offered until the user decides
  std::shared_ptr<const ShowCheck> showCheck;        // the last one, or the one under way; see preflight.h
  std::shared_ptr<const BasemapCheck> basemapCheck;  // likewise
};

// What became of the rows of a layer that is placed by name.
struct NamedPlaces {
  size_t placed = 0;
  std::vector<std::string> at;               // per row: what it stands in; empty: not by name
  std::vector<double> km;                    // likewise: how far it may be from there
  std::vector<std::string> unmatched;        // names that nothing has, once each
  std::vector<geo::AliasMatch> byAlias;      // written otherwise
  std::vector<geo::Suggestion> suggestions;  // for the unmatched ones
};

struct LayerState {  // derived from a LayerSpec
  enum class Stage : uint8_t { waiting, loading, ready, failed } stage = Stage::waiting;
  scene::MapShapePtr
      shape;  // rows that pass the filter, in world metres, every row kept (also without a place)
  std::shared_ptr<const geo::SpatialIndex> index;
  geo::Report report;
  geo::Error error;
  geo::Crs sourceCrs;
  std::shared_ptr<const NamedPlaces> named;  // null: it is not placed by name
};

// All numbers of one layer: its own columns, then one column per indicator of it (named by its id, in the
// year on the map where it has that, else its fullest).
struct DataTable {
  explicit DataTable(std::shared_ptr<const geo::Table> columns)
      : table(*columns), holder(std::move(columns)) {}
  const geo::Table& table;
  size_t ownColumns = 0;
  std::vector<std::string> titles, units;    // per column, in the user's language
  std::vector<int> decimals, years;          // per column; −1: as it is; years 0: none
  std::vector<std::string> names;            // per row: what it is called
  std::vector<uint8_t> shown;                // per row; empty: all
  std::vector<long> countyRow;               // per row: of the county layer, or −1
  std::shared_ptr<const geo::Table> holder;  // the layer's own, where it has no indicators
};
using DataTablePtr = std::shared_ptr<const DataTable>;

struct LayerCard;  // layer_card.h
using LayerCardPtr = std::shared_ptr<const LayerCard>;

struct ImportPreview;  // import.h
using ImportPreviewPtr = std::shared_ptr<const ImportPreview>;
struct DatabaseAnswer;  // database_layers.h
using DatabaseAnswerPtr = std::shared_ptr<const DatabaseAnswer>;

// What the classes of the indicator on the map could be.
struct ClassChoices {
  std::vector<double> values;  // those that are classed: of the year, or of all where locked; sorted, finite
  geo::Summary summary;
  geo::Histogram histogram;
  std::vector<geo::Fit> fits;  // of each method, with the present number of classes
  geo::ClassAdvice advice;
};
using ClassChoicesPtr = std::shared_ptr<const ClassChoices>;

struct Association {  // spatial association of the indicator on the map
  geo::Weights weights;
  geo::Autocorrelation result;
  std::vector<double> values;  // per row
  std::vector<double> lag;  // mean deviate of the neighbours, for the Moran scatter plot (both in deviations)
  std::vector<double> deviate;
  bool tooFew = false;  // fewer than 30 areas
  geo::Error error;     // no weights, all equal…: then the rest is empty
};
using AssociationPtr = std::shared_ptr<const Association>;

struct IndexState {                // of a composite index
  std::vector<std::string> parts;  // ids
  std::vector<double> weights;     // as they count, summing to 1
  geo::Composite composite;
  geo::RankStability stability;
  geo::Error error;
};
using IndexStatePtr = std::shared_ptr<const IndexState>;

struct HeatProbe {
  geo::Point at;
  double value = geo::missing;  // in the heat's unit
  struct Item {
    scene::ObjectRef object;
    std::string name;
    double value, share;
  };
  std::vector<Item> items;  // largest first, 50 at most
  size_t total = 0;         // that have any share
};

struct IndicatorState {    // derived from an IndicatorSpec: figures by row of its layer and by year
  std::vector<int> years;  // ascending; {0} when it has none
  std::map<int, std::vector<scene::Figure>> byYear;
  std::map<int, scene::Figure> whole;
  std::map<int, std::vector<double>> smoothed, trust;  // rates only, by year: empirical Bayes
  std::string noSmoothing;                             // why there is none
  geo::Error error;                                    // table missing, no key matched…
  std::vector<std::string> unmatched;
  std::vector<geo::AliasMatch> byAlias;      // keys of the table that are written otherwise than the layer's
  std::vector<geo::Suggestion> suggestions;  // what the unmatched ones may mean; nothing is taken of itself
};

struct Message {
  enum class Level : uint8_t { info, warning, error } level = Level::info;
  std::string text;
};

struct SearchResult {
  scene::ObjectRef object;
  std::string name, detail;  // "英德市 · 县（市、区）"
};

class Session {
 public:
  Session();
  ~Session();

  // A project file, or a picture that carries the recipe of one. Starts loading; what is wrong with the
  // file's own form is returned, what is wrong with one source marks its layer.
  geo::Result<void> open(const std::string& path);
  void open(Project project, const std::string& basePath);  // made on the spot; paths relative to basePath

  const Project& project() const { return project_; }
  const View& view() const { return view_; }
  const std::string& path() const { return path_; }  // empty: not saved yet
  bool changed() const;                              // since the last save
  const LayerState& layer(const std::string& id) const;
  const IndicatorState& indicator(const std::string& id) const;
  int currentYear() const;  // that the map shows
  // How the map is shown now: by the scene, else by the project.
  MapSpec map() const;
  HeatSpec heat() const;
  const std::string& activeLayer() const;
  DataTablePtr table(const std::string& layer) const;  // null until the layer is there; cached
  ClassChoicesPtr classChoices() const;                // null: no indicator on the map, or not worked out yet
  AssociationPtr association() const;                  // null likewise
  IndexStatePtr index(const std::string& indicator) const;
  const HeatProbe* heatProbe() const;
  LayerCardPtr layerCard() const;                  // of View::inspected; null: none
  ImportPreviewPtr importPreview() const;          // of View::import; null: none
  DatabaseAnswerPtr databaseAnswer() const;        // to the last AskDatabase; null: none
  double suggestedRadius() const;                  // of the heat's layer, metres; 0: none
  const std::vector<TargetSpec>& targets() const;  // with the table's figures
  const geo::Crs& worldCrs() const;
  const std::vector<Message>& messages() const { return messages_; }
  bool busy() const;                  // anything still loading
  bool pictureBusy() const;           // anything that the picture shows
  bool followed() const;              // all that the project asks for is there, or under way
  std::string busyText() const;       // "载入 rivers.geojson …"
  bool saving() const;                // the project is on its way to its file
  double exportFraction() const;      // −1: no export running
  std::string databasesAway() const;  // what the map is to say while a server does not answer; empty: all do
  double wakeAt() const;  // in tick()'s clock, when there is something to do without any event; 0: never

  // The picture's input for the present state. Cheap; cached until something changes (see version()).
  const scene::Scene& scene() const;
  uint64_t version() const;  // grows whenever scene() changed

  // Puts what there is of the basemaps into a picture, and asks for what it lacks: `viewer` names who shows
  // it (empty: only what there is), pixelsPerUnit how fine. groundVersion() grows when more has come.
  void ground(scene::Drawing& drawing, double pixelsPerUnit, const std::string& viewer);
  uint64_t groundVersion() const;

  // Everything named, best first: exact, prefix, contains; both languages; also pinyin-free county aliases.
  std::vector<SearchResult> search(const std::string& text, size_t limit = 20) const;

  std::vector<std::string> history() const;  // names of undoable steps, oldest first
  bool canUndo() const;
  bool canRedo() const;

  // Of the window's map; fits when cameraIsFit. scale: pixels per px of the look.
  void setFrame(scene::Rect mapFrame, float scale = 1);
  void tick(double nowSeconds);  // collects finished jobs, advances a flight, starts missing jobs
  void forOnePicture();          // before open(): nothing will be panned or zoomed
  void start();                  // the jobs that are missing now
  void wait();                   // until no job is left: for the command line and tests
  void waitForPicture();         // until none is left whose result the picture shows
  Jobs& jobs() { return *jobs_; }
  // From now on files that change on disk are read anew. wake: called by another thread when one has.
  void watchFiles(std::function<void()> wake, const WatchOptions& options);
  void watchFiles(std::function<void()> wake);
  // From now on unsaved changes are written beside the project every so often, and what an earlier run left
  // there is offered. Call before open().
  void autosave(AutosaveOptions options);
  double autosaveIn(double nowSeconds) const;  // seconds until tick() is due for it; a day: nothing to write

 private:
  friend geo::Result<void> apply(Session&, const Command&);
  friend geo::Result<void> canApply(const Session&, const Command&);
  friend struct SessionParts;

  geo::Result<void> openPicture(const std::string& picture);

  Project project_, saved_;
  View view_;
  std::string path_, base_;
  std::vector<Message> messages_;
  struct Derived;
  std::unique_ptr<Derived> derived_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<Autosave> autosave_;
  struct History;
  std::unique_ptr<History> history_;
};

// The only function that writes. An error is also added to the messages.
geo::Result<void> apply(Session& session, const Command& command);
// Why a command is not available now.
geo::Result<void> canApply(const Session& session, const Command& command);

// Export by the command line's own path: the same bytes as `parkscope snapshot`.
struct SnapshotOptions {
  std::string output;
  int width = 1920, height = 1080;
  std::string paper;  // "A3"…; empty: screen look
  bool landscape = false;
  int dpi = 300;
  std::string scene, indicator, theme;
  std::string basemap;  // "id, id" or "none"; empty: as scene and project say
  std::optional<int> year;
  std::optional<geo::Box> extentLonLat;
  std::optional<scene::PageStyle> style;  // of a page; none: the project's
  double scale = 0;                       // of a page: its denominator; 0: by itself
  std::optional<scene::PageGrid> grid;    // of a page; none: the project's
  std::string focus;                      // key or name of the area that the page is about
  bool lockBreaks = false;                // one set of breaks for all years
  std::string number;                     // of a sheet: "3 / 57"
  bool bare = false;
  scene::Vision vision = scene::Vision::normal;  // pixels alone
  bool worldFile = false;  // beside .png .jpg .webp: where the picture lies, for GIS programs
  std::optional<scene::Composition> composition;  // none: as the scene says
  std::string card;                               // Composition::card: key or name of the area
  std::string date;                               // ISO; empty: today
};

}  // namespace session
