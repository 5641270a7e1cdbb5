// What can be recomputed from the project and its files, and what it was made from. Internal to the session.
#pragma once

#include <array>

#include "app/session/heat.h"
#include "app/session/session.h"
#include "app/session/watch.h"

namespace session {

struct SourceKey {
  std::string path, layer, encoding, crs, datum, x, y;
  std::string filter;  // of a database's table: there the server applies it
  geo::CellOptions cells{};
  bool repair = false;
  auto operator<=>(const SourceKey&) const = default;
};

struct SourceState {
  LayerState::Stage stage = LayerState::Stage::waiting;
  geo::LayerPtr raw;    // as the file has it, until it is brought into the world's CRS
  geo::LayerPtr layer;  // in world metres; null until the world's CRS is known
  geo::Report report;
  geo::Error error;
  geo::Crs crs;
  FileStamp stamp;  // of the files that it was read from
  FileStamp tried;  // of the last ones that were read, or could not be
  bool reloading = false, gone = false;
};

// What each row of a layer says and looks like, in both languages: worked out once, whatever is shown.
struct Dress {
  std::array<std::vector<std::string>, 2> labels, sublabels, fullNames;  // by Language
  std::vector<scene::Symbol> symbols;
  std::vector<scene::Certainty> certainty;
  std::vector<double> uncertaintyMetres;
  std::vector<scene::Status> status;
  bool illustrative = false;
};
using DressPtr = std::shared_ptr<const Dress>;

struct DatabaseStates;  // database_layers.h
struct BasemapStates;   // basemaps.h

struct LayerEntry {
  LayerSpec spec;  // made from these five
  std::vector<PlaceSpec> places;
  std::vector<geo::LayerPtr> gazetteer;
  std::vector<AcceptedSpec> accepted;
  geo::LayerPtr source;
  LayerState state;
  DressPtr dress;
  bool building = false;
  const scene::MapShape* detailsDue = nullptr;  // of this shape, at that second
  double detailsAt = 0;
  geo::LayerPtr cutLines, cutBy;  // rivers: what the two pieces below were made from
  scene::MapShapePtr outside, inside;
};

struct FiguresKey {
  std::vector<LayerSpec> layers;
  std::vector<IndicatorSpec> indicators;
  std::vector<geo::LayerPtr> shapes;
  std::map<std::string, geo::LayerPtr> tables;
  std::vector<AcceptedSpec> accepted;
  bool operator==(const FiguresKey&) const = default;
};

// All that follows from rows of several layers and tables together.
struct Figures {
  std::map<std::string, IndicatorState> indicators;
  std::map<std::string, std::vector<long>> countyRows;  // by layer id
  std::vector<scene::Lead> leads;
  std::vector<std::string> warnings;
};
using FiguresPtr = std::shared_ptr<const Figures>;

// How the map is looked at: by the project itself, by one of its scenes, or as the command line asks.
struct Look {
  scene::Language language = scene::Language::zh;
  const SceneSpec* scene = nullptr;
  std::optional<std::string> indicator;  // instead of the scene's or the project's
  std::optional<int> year;
  scene::Composition composition = scene::Composition::map;
  std::optional<size_t> card;  // row of the county layer
  std::string basemap;         // instead of the scene's or the project's
  bool lockBreaks = false;     // of the indicator, over all its years
};

struct AssociationInput {
  geo::LayerPtr layer;
  std::vector<double> values;
  std::string rule;
  geo::AutocorrelationOptions options;
};
AssociationPtr associate(const AssociationInput& input, geo::Progress& progress);

// What a picture is made from beside figures and layers: all of it takes work.
struct Parts {
  std::optional<geo::Breaks> breaks, second;
  HeatOutputPtr heat;
  AssociationPtr association;
};

struct BreaksKey {
  std::string indicator, second;
  int year = 0;
  bool locked = false;
  MapSpec map;
  std::vector<IndicatorSpec> specs;
  FiguresPtr figures;
  std::vector<TargetSpec> targets;
  bool operator==(const BreaksKey&) const = default;
};

struct AssociationKey {
  BreaksKey of;
  geo::LayerPtr layer;
  bool operator==(const AssociationKey&) const = default;
};

struct Saving;

struct DerivedState {
  geo::Crs worldCrs;
  std::string worldCrsOf;  // the project's text that it was parsed from
  bool worldKnown = false;
  bool onePicture = false;  // shared borders of large layers are not made: for a single picture they cost
                            // more than they save
  geo::Error worldError;
  std::map<SourceKey, SourceState> sources;
  std::map<std::string, FileStamp> onDisk;    // by path, where files are watched
  std::map<std::string, FileStamp> ownFiles;  // by path, of drawn layers as we last read or wrote them
  std::shared_ptr<DatabaseStates> databases;
  std::shared_ptr<BasemapStates> basemaps;
  std::map<std::string, LayerEntry> layers;
  FiguresKey figuresKey;
  FiguresPtr figures = std::make_shared<Figures>();
  bool figuresReady = false;
  BreaksKey breaksKey;
  Parts parts;
  ClassChoicesPtr choices;
  std::optional<HeatInput> heatKey;  // of `parts.heat`, or of what is being made
  std::optional<AssociationKey> associationKey;
  std::map<std::string, std::pair<FiguresPtr, IndexStatePtr>> indices;
  struct ProbeKey {
    HeatOutputPtr heat;
    std::optional<geo::Point> at;
    bool operator==(const ProbeKey&) const = default;
  } probeKey;
  std::optional<HeatProbe> probe;
  std::vector<TargetSpec> targets, ownTargets;  // merged, and the project's that they were merged from
  geo::LayerPtr targetTable;
  bool targetsMerged = false;
  double clock = 0;           // of the last tick, seconds
  bool pictureFirst = false;  // somebody waits for a picture: nothing else begins
  struct TableKey {
    geo::LayerPtr layer;
    FiguresPtr figures;
    std::string show;
    int year = 0;
    scene::Language language = scene::Language::zh;
    std::vector<IndicatorSpec> specs;
    bool operator==(const TableKey&) const = default;
  };
  mutable std::map<std::string, std::pair<TableKey, DataTablePtr>> tables;
  uint64_t version = 1;
  uint64_t followed = 0;              // the version that derive() last saw to
  mutable uint64_t sceneVersion = 0;  // of the cached picture below
  mutable scene::Scene scene;
  struct CardKey {
    std::string layer;
    SourceKey source;
    FileStamp stamp;
    bool operator==(const CardKey&) const = default;
  } cardKey;
  LayerCardPtr card;        // of the layer whose file is looked at
  ImportPreviewPtr import;  // of the table in the assistant
  struct ImportKey {
    ImportWork work;
    std::vector<geo::LayerPtr> layers;  // whose names it is held against
    std::vector<AcceptedSpec> accepted;
    FileStamp stamp;
    bool operator==(const ImportKey&) const = default;
  } importKey;
  std::vector<std::string> bareTables;  // layers that go to the assistant if they turn out to have no shapes
  std::shared_ptr<Saving> saving;       // saving.h; null: none is under way
  DatabaseAnswerPtr answer;
  std::optional<SourceKey> otherOf;  // that `other` is, or is being, read with
  scene::MapShapePtr problem;        // where the problem that is looked at lies
  LayerCardPtr problemOf;            // of this card
  std::optional<size_t> problemIndex;
  scene::MapShapePtr other;  // that layer as it could be read otherwise: lines and dots
  std::string logoPath;      // that `logo` is, or is being, read from
  std::shared_ptr<const scene::Picture> logo;
  std::vector<std::string> told;  // messages told already
  std::shared_ptr<const scene::Typesetter> fonts;
};

class ProjectHistory;

// The session's private parts, for the files that make it up.
struct SessionParts {
  static DerivedState& derived(Session& s);
  static const DerivedState& derived(const Session& s);
  static Project& project(Session& s) { return s.project_; }
  static View& view(Session& s) { return s.view_; }
  static std::string& base(Session& s) { return s.base_; }
  static const std::string& base(const Session& s) { return s.base_; }
  static std::string& path(Session& s) { return s.path_; }
  static Project& saved(Session& s) { return s.saved_; }
  static const Project& saved(const Session& s) { return s.saved_; }
  static Autosave* autosave(Session& s) { return s.autosave_.get(); }
  static std::vector<Message>& messages(Session& s) { return s.messages_; }

  static Watch* watch(Session& s) { return s.watch_.get(); }
  static DatabaseStates& databases(Session& s);
  static const DatabaseStates& databases(const Session& s);
  static BasemapStates& basemaps(Session& s);
  static const BasemapStates& basemaps(const Session& s);
  static const Jobs& jobs(const Session& s) { return *s.jobs_; }
  static ProjectHistory& history(Session& s);
  static const ProjectHistory& history(const Session& s);

  static scene::Camera fitted(const Session& s, const geo::Box& box);
  static Look look(const Session& s);
  static const IndicatorSpec* indicatorOf(const Session& s, const Look& look);
  static int yearOf(const Session& s, const Look& look);
  static bool visible(const LayerSpec& layer, const Look& look);
  static MapSpec mapOf(const Session& s, const Look& look);
  static HeatSpec heatOf(const Session& s, const Look& look);
};

void tell(Session& session, Message::Level level, const std::string& text);  // once
void touch(Session& session);                                                // the picture changed
void derive(Session& session);                                               // starts what is missing
void deriveLogo(Session& session);
void deriveMaps(Session& session);  // classes, association, heat, indices, probe
// Whether all that the present map is made from is there: else a picture of it would have to wait.
bool mapsReady(const Session& session);
// What the look's parts take, as values: for a worker.
using PartsWork = std::function<Parts(geo::Progress&)>;
PartsWork partsWork(const Session& session, const Look& look);
Parts partsFor(const Session& session, const Look& look);  // at once, for one picture
// How the options ask the map to be looked at. Fails with a line that lists what there is. Points into the
// project.
geo::Result<Look> lookFor(const Session& session, const SnapshotOptions& options);
geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options, const Look& look,
                                   const Parts& parts);
// The project's relative paths, from one folder to another.
void rebase(Project& project, const std::string& from, const std::string& to);
HeatInput heatInput(const Session& session, const HeatSpec& spec);
AssociationInput associationInput(const Session& session, const Look& look);
// "layer:key", as a scene names what it is about; nothing where that is not there.
std::optional<scene::ObjectRef> objectNamed(const Session& session, const std::string& text);
scene::Scene buildScene(const Session& session, const Look& look, const Parts& parts);
SourceKey targetKey(const Session& session);
std::string resolved(const std::string& base, const std::string& source);
SourceKey sourceKey(const Session& session, const LayerSpec& layer);
SourceKey tableKey(const Session& session, const IndicatorSpec& indicator);
// How the project says that the indicator's table is read; null: as its file says.
const TableSpec* tableOf(const Project& project, const IndicatorSpec& indicator);
// The row that stands for the whole city in its figures, or the one of the county layer's bounds: what "fit"
// shows.
geo::Box homeBox(const Session& session);
const LayerSpec* countyLayer(const Project& project);

}  // namespace session
