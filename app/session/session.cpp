#include "app/session/session.h"

#include <filesystem>

#include "app/session/autosave.h"
#include "app/session/basemaps.h"

#include "app/session/data_table.h"
#include "app/session/database_layers.h"
#include "app/session/derived.h"
#include "app/session/flight.h"
#include "app/session/history.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/project_file.h"
#include "app/session/recipe.h"
#include "app/session/sources.h"
#include "app/session/tour.h"
#include "geo/database.h"

namespace session {

struct Session::Derived : DerivedState {};
struct Session::History : ProjectHistory {};

DerivedState& SessionParts::derived(Session& s) { return *s.derived_; }
const DerivedState& SessionParts::derived(const Session& s) { return *s.derived_; }
ProjectHistory& SessionParts::history(Session& s) { return *s.history_; }
const ProjectHistory& SessionParts::history(const Session& s) { return *s.history_; }

Look SessionParts::look(const Session& s) {
  Look look;
  look.language = s.view_.language, look.composition = s.view_.composition;
  if (s.view_.card && s.view_.card->row >= 0) look.card = static_cast<size_t>(s.view_.card->row);
  if (s.view_.scene.empty() || s.view_.sceneEdited) return look;
  for (const SceneSpec& spec : s.project_.scenes)
    if (spec.id == s.view_.scene) look.scene = &spec;
  return look;
}

const IndicatorSpec* SessionParts::indicatorOf(const Session& s, const Look& look) {
  const std::string& id = look.indicator ? *look.indicator
                          : look.scene   ? look.scene->indicator
                                         : s.project_.indicator;
  for (const IndicatorSpec& i : s.project_.indicators)
    if (i.id == id) return &i;
  return nullptr;
}

int SessionParts::yearOf(const Session& s, const Look& look) {
  const IndicatorSpec* spec = indicatorOf(s, look);
  if (!spec) return 0;
  const IndicatorState& state = s.indicator(spec->id);
  const std::optional<int> wish = look.year ? look.year : look.scene ? look.scene->year : s.project_.year;
  if (wish && state.byYear.count(*wish)) return *wish;
  return state.years.empty() ? 0 : state.years.back();
}

bool SessionParts::visible(const LayerSpec& layer, const Look& look) {
  if (!look.scene || look.scene->layers.empty()) return layer.visible;
  return std::find(look.scene->layers.begin(), look.scene->layers.end(), layer.id) !=
         look.scene->layers.end();
}

MapSpec SessionParts::mapOf(const Session& s, const Look& look) {
  return look.scene ? look.scene->map.value_or(MapSpec{}) : s.project_.map;
}

HeatSpec SessionParts::heatOf(const Session& s, const Look& look) {
  return look.scene ? look.scene->heat.value_or(HeatSpec{}) : s.project_.heat;
}

MapSpec Session::map() const { return SessionParts::mapOf(*this, SessionParts::look(*this)); }
HeatSpec Session::heat() const { return SessionParts::heatOf(*this, SessionParts::look(*this)); }

Session::Session()
    : derived_(std::make_unique<Derived>()),
      jobs_(std::make_unique<Jobs>(2)),
      history_(std::make_unique<History>()) {}

Session::~Session() {
  watch_.reset(), jobs_.reset();  // before what their results would be put into
  if (autosave_ && view_.quit && !view_.recovery) autosave_->end();
}

void Session::watchFiles(std::function<void()> wake, const WatchOptions& options) {
  watch_ = std::make_unique<Watch>(std::move(wake), options);
}

void Session::autosave(AutosaveOptions options) {
  autosave_ = std::make_unique<Autosave>(std::move(options));
}
double Session::autosaveIn(double nowSeconds) const {
  return autosave_ ? autosave_->dueIn(*this, nowSeconds) : 86400;
}
void Session::watchFiles(std::function<void()> wake) { watchFiles(std::move(wake), {}); }

const std::string& Session::activeLayer() const {
  if (!view_.activeLayer.empty()) return view_.activeLayer;
  if (const IndicatorSpec* shown = SessionParts::indicatorOf(*this, SessionParts::look(*this)))
    return shown->of;
  if (const LayerSpec* county = countyLayer(project_)) return county->id;
  static const std::string none;
  return project_.layers.empty() ? none : project_.layers.front().id;
}

DataTablePtr Session::table(const std::string& layer) const {
  DerivedState& d = *derived_;
  const auto entry = d.layers.find(layer);
  if (entry == d.layers.end() || !entry->second.state.shape) return nullptr;
  DerivedState::TableKey key{
      entry->second.state.shape->layer, d.figures, {}, currentYear(), view_.language, {}};
  for (const LayerSpec& l : project_.layers)
    if (l.id == layer) key.show = l.show;
  for (const IndicatorSpec& i : project_.indicators)
    if (i.of == layer) key.specs.push_back(i);
  if (key.specs.empty()) key.year = 0;
  auto& [made, table] = d.tables[layer];
  if (!table || made != key) table = makeTable(*this, layer), made = std::move(key);
  return table;
}

ClassChoicesPtr Session::classChoices() const { return derived_->choices; }
AssociationPtr Session::association() const { return derived_->parts.association; }

IndexStatePtr Session::index(const std::string& indicator) const {
  const auto found = derived_->indices.find(indicator);
  return found == derived_->indices.end() ? nullptr : found->second.second;
}

LayerCardPtr Session::layerCard() const { return derived_->card; }
ImportPreviewPtr Session::importPreview() const { return derived_->import; }
DatabaseAnswerPtr Session::databaseAnswer() const { return derived_->answer; }
const HeatProbe* Session::heatProbe() const { return derived_->probe ? &*derived_->probe : nullptr; }
double Session::suggestedRadius() const {
  return derived_->parts.heat ? derived_->parts.heat->suggestedRadius : 0;
}
const std::vector<TargetSpec>& Session::targets() const {
  return derived_->targetsMerged ? derived_->targets : project_.targets;
}

// The map that a picture was made from comes back: its project, and what was shown of it.
geo::Result<void> Session::openPicture(const std::string& picture) {
  auto made = readRecipe(picture);
  if (!made) return tl::unexpected(made.error());
  Project& p = made->project;
  const SnapshotOptions& o = made->options;
  if (!o.indicator.empty())
    for (const IndicatorSpec& i : p.indicators)
      if (o.indicator == i.id || o.indicator == i.name.zh || o.indicator == i.name.en) p.indicator = i.id;
  if (o.year) p.year = o.year;
  const auto scene = std::find_if(p.scenes.begin(), p.scenes.end(), [&](const SceneSpec& s) {
    return o.scene == s.id || (!o.scene.empty() && (o.scene == s.name.zh || o.scene == s.name.en));
  });
  const std::string id = scene == p.scenes.end() || !o.indicator.empty() ? std::string() : scene->id;
  open(std::move(p), made->base);
  view_.language = made->language, view_.scene = id;
  if (o.composition && *o.composition != scene::Composition::card) view_.composition = *o.composition;
  return {};
}

geo::Result<void> Session::open(const std::string& path) {
  if (isPicture(path)) {
    auto opened = openPicture(path);
    if (opened || !basemapOfFile(path, "x")) return opened;
    auto made = projectForData({path}, {});
    if (!made) return tl::unexpected(made.error());
    open(std::move(*made), "");
    return {};
  }
  auto project = readProject(path);
  if (!project) return tl::unexpected(project.error());
  open(std::move(*project), std::filesystem::path(path).parent_path().string());
  path_ = path;
  if (autosave_) autosave_->opened(*this);
  return {};
}

void Session::open(Project project, const std::string& basePath) {
  jobs_->cancelAll();
  if (autosave_) autosave_->forget();
  const uint64_t version = derived_->version;
  const bool onePicture = derived_->onePicture;
  const double clock = derived_->clock;
  *derived_ = {};
  derived_->version = version + 1, derived_->onePicture = onePicture, derived_->clock = clock;
  history_->clear();
  messages_.clear();
  project_ = saved_ = std::move(project);
  path_.clear();
  base_ = basePath;
  View fresh;
  fresh.language = view_.language, fresh.uiScale = view_.uiScale, fresh.fullScreen = view_.fullScreen;
  fresh.layersPanel = view_.layersPanel, fresh.inspectorPanel = view_.inspectorPanel,
  fresh.stripPanel = view_.stripPanel, fresh.dockPanel = view_.dockPanel;
  if (view_.show.on) fresh.show = view_.show;  // it goes on with what the file says now
  fresh.camera.frame = view_.camera.frame, fresh.windowScale = view_.windowScale;
  view_ = fresh;
  derive(*this);
}

bool Session::changed() const { return project_ != saved_; }

const LayerState& Session::layer(const std::string& id) const {
  static const LayerState none;
  const auto found = derived_->layers.find(id);
  return found == derived_->layers.end() ? none : found->second.state;
}

const IndicatorState& Session::indicator(const std::string& id) const {
  static const IndicatorState none;
  const auto found = derived_->figures->indicators.find(id);
  return found == derived_->figures->indicators.end() ? none : found->second;
}

int Session::currentYear() const { return SessionParts::yearOf(*this, SessionParts::look(*this)); }
const geo::Crs& Session::worldCrs() const { return derived_->worldCrs; }

namespace {
bool detailsDue(const DerivedState& d) {
  return std::any_of(d.layers.begin(), d.layers.end(),
                     [](const auto& l) { return l.second.detailsDue != nullptr; });
}
}  // namespace

bool Session::busy() const {
  if (detailsDue(*derived_)) return true;
  const size_t aside =
      size_t{jobs_->running("export")} + size_t{jobs_->running("autosave")} + size_t{jobs_->running("save")};
  return jobs_->pending() > aside || databasesBehind(*this) || basemapsBehind(*this);
}

bool Session::pictureBusy() const {
  size_t aside = size_t{jobs_->running("export")} + size_t{jobs_->running("autosave")};
  for (const auto& [id, entry] : derived_->layers) aside += jobs_->running(detailsKey(id));
  return jobs_->pending() > aside || databasesBehind(*this) || basemapsBehind(*this);
}

bool Session::followed() const { return derived_->followed == derived_->version && !detailsDue(*derived_); }

std::string Session::busyText() const {
  for (const auto& [key, source] : derived_->sources)
    if (source.stage == LayerState::Stage::loading)
      return fmt::format(fmt::runtime(tr("载入 {} …", view_.language)),
                         geo::isDatabase(key.path)
                             ? geo::withoutPassword(key.layer.empty() ? key.path : key.layer)
                             : std::filesystem::path(key.path).filename().string());
  if (saving() && !busy()) return tr("正在保存 …", view_.language);
  if (basemapsBehind(*this) && jobs_->pending() == 0) return tr("载入底图 …", view_.language);
  return busy() ? tr("计算中 …", view_.language) : std::string();
}

bool Session::saving() const { return derived_->saving != nullptr; }

double Session::exportFraction() const { return jobs_->running("export") ? jobs_->fraction("export") : -1; }

uint64_t Session::version() const { return derived_->version; }

const scene::Scene& Session::scene() const {
  const DerivedState& d = *derived_;
  if (d.sceneVersion == d.version) return d.scene;
  d.scene = buildScene(*this, SessionParts::look(*this), d.parts);
  if (d.other) {
    scene::SceneLayer ghost;
    ghost.id = "other reading", ghost.shape = d.other, ghost.pickedByMouse = false;
    ghost.colour = {226, 84, 52, 255}, ghost.width = 4.5, ghost.radius = 6;
    d.scene.layers.push_back(std::move(ghost));
  }
  if (d.problem) {
    scene::SceneLayer marks;
    marks.id = "problem", marks.shape = d.problem, marks.pickedByMouse = false;
    marks.colour = {226, 84, 52, 255}, marks.radius = 7;
    d.scene.layers.push_back(std::move(marks));
  }
  d.scene.selected = view_.selected, d.scene.hovered = view_.hovered;
  d.scene.selectionLayer = view_.selectionLayer, d.scene.selection = view_.selection;
  d.scene.version = d.sceneVersion = d.version;
  return d.scene;
}

std::vector<std::string> Session::history() const { return history_->names(); }
bool Session::canUndo() const { return history_->canUndo(); }
bool Session::canRedo() const { return history_->canRedo(); }

scene::Camera SessionParts::fitted(const Session& s, const geo::Box& box) {
  const scene::Rect& frame = s.view_.camera.frame;
  const float margin = 0.05f * std::min(frame.w, frame.h);
  return box == homeBox(s) ? scene::Camera::fitBesideLegend(frame, box, margin)
                           : scene::Camera::fit(frame, box, margin);
}

void Session::setFrame(scene::Rect mapFrame, float scale) {
  view_.windowScale = scale;
  if (view_.camera.frame == mapFrame && !view_.cameraIsFit) return;
  view_.camera.frame = mapFrame;
  if (view_.flight) view_.flight->from.frame = view_.flight->to.frame = mapFrame;
  if (!view_.cameraIsFit || view_.flight) return;
  if (const geo::Box home = homeBox(*this); !home.empty()) view_.camera = SessionParts::fitted(*this, home);
}

void Session::tick(double nowSeconds) {
  derived_->clock = nowSeconds;
  jobs_->collect();
  derive(*this);
  if (view_.show.on) tickShow(*this, nowSeconds);
  if (autosave_) autosave_->tick(*this, nowSeconds);
  if (view_.flight) {
    View::Flight& f = *view_.flight;
    if (f.start == 0) f.start = nowSeconds;
    view_.camera = cameraAt(f, nowSeconds - f.start);
    if (nowSeconds - f.start >= f.seconds) view_.flight.reset();
  } else if (view_.cameraIsFit) {
    setFrame(view_.camera.frame, view_.windowScale);
  }
}

void Session::forOnePicture() { derived_->onePicture = true; }

void Session::start() {
  derived_->pictureFirst = true;
  derive(*this);
  derived_->pictureFirst = false;
}

void Session::wait() {
  for (;;) {
    derive(*this);
    if (jobs_->collect() > 0) continue;
    if (jobs_->pending() > 0) jobs_->waitForOne();
    else if (!detailsDue(*derived_)) return;
    else
      for (auto& [id, entry] : derived_->layers) entry.detailsAt = 0;  // nobody looks at pictures meanwhile
  }
}

void Session::waitForPicture() {
  derived_->pictureFirst = true;
  for (;;) {
    derive(*this);
    if (jobs_->collect() > 0) continue;
    if (!pictureBusy()) break;
    jobs_->waitForOne();
  }
  derived_->pictureFirst = false;
}

}  // namespace session
