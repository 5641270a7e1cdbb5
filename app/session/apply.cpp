#include <filesystem>
#include <set>

#include "app/session/atlas.h"
#include "app/session/autosave.h"
#include "app/session/bare_project.h"
#include "app/session/basemaps.h"
#include "app/session/copy_picture.h"
#include "app/session/database_layers.h"
#include "app/session/derived.h"
#include "app/session/drawings.h"
#include "app/session/dress.h"
#include "app/session/filter.h"
#include "app/session/flight.h"
#include "app/session/history.h"
#include "app/session/i18n.h"
#include "app/session/import.h"
#include "app/session/keys.h"
#include "app/session/names.h"
#include "app/session/places.h"
#include "app/session/preflight.h"
#include "app/session/project_check.h"
#include "app/session/project_file.h"
#include "app/session/layer_card.h"
#include "app/session/recipe.h"
#include "app/session/saving.h"
#include "app/session/snapshot.h"
#include "app/session/tour.h"
#include "geo/database.h"
#include "geo/datum.h"
#include "geo/encoding.h"
#include "geo/save.h"
#include "geo/select.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using Done = geo::Result<void>;

template <class List>
auto findById(List& list, const std::string& id) {
  return std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
}

std::string cardName(const Session& s, const scene::ObjectRef& area) {
  const DataTablePtr table = s.table(area.layer);
  const auto row = static_cast<size_t>(area.row);
  return table && row < table->names.size() ? table->names[row] : std::string();
}

template <class List>
std::string idsOf(const List& list) {
  std::vector<std::string> ids;
  for (const auto& item : list) ids.push_back(item.id);
  return joined(ids);
}

bool isProject(const std::string& path) { return path.ends_with(".toml"); }

// A picture that the program has written; others may be basemaps.
bool bringsAMap(const std::string& path) {
  return isPicture(path) && (readRecipe(path) || !basemapOfFile(path, "x"));
}

// Why a command is not available
// ---------------------------------------------------------------------------------------

class Check {
 public:
  explicit Check(const Session& session) : s_(session), p_(session.project()) {}

  template <class T>
  Done operator()(const T&) const {
    return {};
  }
  Done operator()(const SetLayerVisible& c) const { return layer(c.layer); }
  Done operator()(const SetLayerOpacity& c) const {
    if (!(c.opacity >= 0 && c.opacity <= 1)) return no("不透明度在 0 和 1 之间。");
    return layer(c.layer);
  }
  Done operator()(const MoveLayer& c) const { return layer(c.layer); }
  Done operator()(const RenameLayer& c) const { return layer(c.layer); }
  Done operator()(const RemoveLayer& c) const {
    if (auto known = layer(c.layer); !known) return known;
    for (const IndicatorSpec& i : p_.indicators)
      if (i.of == c.layer)
        return no(fmt::format(fmt::runtime(t("指标“{}”以这个图层为单元。")), i.name.in(s_.view().language)));
    return {};
  }
  Done operator()(const AddData& c) const { return c.paths.empty() ? no("没有给出文件。") : Done{}; }
  Done operator()(const SetIndicator& c) const {
    return c.indicator.empty() ? Done{} : indicator(c.indicator);
  }
  Done operator()(const SetYear& c) const {
    const IndicatorSpec* spec = SessionParts::indicatorOf(s_, SessionParts::look(s_));
    if (!spec) return no("先选择一个指标。");
    if (!s_.indicator(spec->id).byYear.count(c.year)) return no("这个指标没有该年的数据。");
    return {};
  }
  Done operator()(const SetClassification& c) const {
    if (c.classes < 1 || c.classes > 12) return no("级数在 1 和 12 之间。");
    if (c.method == geo::BreakMethod::manual && c.breaks.empty()) return no("手工分级需要断点。");
    const bool good =
        std::is_sorted(c.breaks.begin(), c.breaks.end(), std::less_equal<>()) &&
        std::all_of(c.breaks.begin(), c.breaks.end(), [](double b) { return std::isfinite(b); });
    return good ? indicator(c.indicator) : no("断点须从小到大。");
  }
  Done operator()(const LockBreaks& c) const { return indicator(c.indicator); }
  Done operator()(const SetMap& c) const {
    return sound([&](Project& p) { p.map = c.map; });
  }
  Done operator()(const SetHeat& c) const {
    if (!std::isfinite(c.heat.radiusMetres) || c.heat.radiusMetres < 0) return no("带宽须大于零。");
    return sound([&](Project& p) { p.heat = c.heat; });
  }
  Done operator()(const SetPage& c) const {
    return sound([&](Project& p) { p.page = c.page; });
  }
  Done operator()(const PutTemplate& c) const {
    if (trimmed(c.layout.id).empty()) return no("模板需要名字。");
    return sound([&](Project& p) { put(p.templates, c.layout); });
  }
  Done operator()(const RemoveTemplate& c) const { return known("template", p_.templates, c.id); }
  Done operator()(const PutBasemap& c) const {
    if (trimmed(c.basemap.id).empty()) return no("底图需要代号。");
    if (trimmed(c.basemap.source).empty()) return no("底图需要地址或文件。");
    if (holdsKey(c.basemap.source)) return no("地址里有密钥：把它换成 {key:名字}，密钥另存。");
    return sound([&](Project& p) { put(p.basemaps, c.basemap); });
  }
  Done operator()(const RemoveBasemap& c) const { return basemap(c.basemap); }
  Done operator()(const MoveBasemap& c) const { return basemap(c.basemap); }
  Done operator()(const SetBasemapVisible& c) const { return basemap(c.basemap); }
  Done operator()(const SaveKey& c) const {
    if (trimmed(c.key).empty()) return no("没有给出密钥。");
    return trimmed(c.name).empty() ? no("密钥需要名字。") : Done{};
  }
  Done operator()(const CheckBasemap& c) const {
    if (trimmed(c.basemap.source).empty()) return no("底图需要地址或文件。");
    Project alone;
    alone.basemaps = {c.basemap};
    return check(alone);
  }
  Done operator()(const PutIndicator& c) const {
    if (trimmed(c.indicator.id).empty()) return no("指标需要代号。");
    return sound([&](Project& p) { put(p.indicators, c.indicator); });
  }
  Done operator()(const RemoveIndicator& c) const {
    if (auto known = indicator(c.indicator); !known) return known;
    for (const IndicatorSpec& i : p_.indicators) {
      auto from = splitList(i.indexOf);
      from.insert(from.end(), {i.numerator, i.denominator, i.shareOf});
      if (std::find(from.begin(), from.end(), c.indicator) != from.end())
        return no(fmt::format(fmt::runtime(t("指标“{}”由它计算。")), i.name.in(s_.view().language)));
    }
    return {};
  }
  Done operator()(const SetLayerShow& c) const {
    if (auto known = layer(c.layer); !known) return known;
    auto filter = parseFilter(c.filter);
    if (!filter) return tl::unexpected(filter.error());
    const DataTablePtr table = s_.table(c.layer);
    if (!table) return {};
    if (auto rows = filter->rows(table->table, c.layer); !rows) return tl::unexpected(rows.error());
    return {};
  }
  Done operator()(const PlaceObject& c) const {
    if (auto known = layer(c.place.layer); !known) return known;
    if (trimmed(c.place.by).empty()) return no("写明位置是谁说的。");
    if (!std::isfinite(c.place.lon) || !std::isfinite(c.place.lat) || std::abs(c.place.lon) > 180 ||
        std::abs(c.place.lat) > 90)
      return no("经度在 ±180 之间，纬度在 ±90 之间。");
    if (!(c.place.uncertaintyKm >= 0 && c.place.uncertaintyKm <= 1000))
      return no("不确定范围在 0 和 1000 千米之间。");
    if (auto whole = sound([&](Project& p) { putPlace(p, c.place); }); !whole) return whole;
    const LayerState& state = s_.layer(c.place.layer);
    if (!state.shape) return no("数据图层还没有载入。");
    const LayerSpec& spec = *findById(p_.layers, c.place.layer);
    for (size_t r = 0; r < state.shape->layer->rows(); ++r) {
      if (placeKey(state.shape->layer->table, spec, r) != c.place.key) continue;
      const auto key = placeableKey(s_, {c.place.layer, static_cast<long>(r)});
      return key ? Done{} : Done(tl::unexpected(key.error()));
    }
    return geo::fail(fmt::format(fmt::runtime(t("图层“{}”里没有“{}”。")), c.place.layer, c.place.key));
  }
  Done operator()(const UnplaceObject& c) const {
    for (const PlaceSpec& p : p_.places)
      if (p.layer == c.layer && p.key == c.key) return {};
    return no("它的位置不是手工放的。");
  }
  Done operator()(const AddFeature& c) const {
    if (c.kind == geo::ShapeKind::none) return no("绘制点、线或面。");
    if (auto good = soundOutline(c.kind, c.vertices, s_.view().language); !good) return good;
    if (!s_.worldCrs().known()) return no("地图还没有坐标系：先添加数据，再在上面绘制。");
    if (c.layer.empty()) {
      if (trimmed(c.layerName).empty()) return no("新图层需要名字。");
      if (!c.file.empty() && !c.file.ends_with(".gpkg")) return no("绘制的图层存为 .gpkg 文件。");
      return {};
    }
    if (auto known = layer(c.layer); !known) return known;
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    const auto kind = (*drawing)->shapes.kind;
    return kind == c.kind || (kind == geo::ShapeKind::none && !(*drawing)->rows())
               ? Done{}
               : no("一个图层只放一种图形：点、线或面。");
  }
  Done operator()(const MoveVertex& c) const {
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    size_t at = 0;
    auto ring = ringOf(**drawing, c.row, c.vertex, at);
    if (!ring) return no("没有这个顶点。");
    (*ring)[at] = c.to;
    return soundOutline((*drawing)->shapes.kind, *ring, s_.view().language);
  }
  Done operator()(const AddVertex& c) const {
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    if ((*drawing)->shapes.kind == geo::ShapeKind::point) return no("点没有边。");
    size_t at = 0;
    auto ring = ringOf(**drawing, c.row, c.vertex, at);
    if (!ring) return no("没有这个顶点。");
    ring->insert(ring->begin() + static_cast<long>(at), c.at);
    return soundOutline((*drawing)->shapes.kind, *ring, s_.view().language);
  }
  Done operator()(const RemoveVertex& c) const {
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    size_t at = 0;
    auto ring = ringOf(**drawing, c.row, c.vertex, at);
    if (!ring) return no("没有这个顶点。");
    if ((*drawing)->shapes.kind == geo::ShapeKind::point) return no("点只有这一个顶点：删除整个图形。");
    ring->erase(ring->begin() + static_cast<long>(at));
    return soundOutline((*drawing)->shapes.kind, *ring, s_.view().language);
  }
  Done operator()(const SetLayerStyle& c) const {
    if (c.style.colour && scene::parseColour(*c.style.colour).a == 0) return no("颜色写作 #RRGGBB。");
    for (const auto& size : {c.style.width, c.style.radius})
      if (size && !(*size >= 0 && *size <= 100)) return no("线宽和大小在 0 和 100 之间。");
    return layer(c.layer);
  }
  Done operator()(const AcceptMatch& c) const {
    if (auto known = layer(c.layer); !known) return known;
    if (trimmed(c.key).empty()) return no("没有给出名称。");
    if (c.means.empty()) {
      for (const AcceptedSpec& a : p_.accepted)
        if (a.layer == c.layer && a.key == c.key) return {};
      return no("这个名称没有认定过。");
    }
    const LayerState& state = s_.layer(c.layer);
    if (!state.shape) return no("数据图层还没有载入。");
    const LayerSpec& spec = *findById(p_.layers, c.layer);
    const geo::Table& table = state.shape->layer->table;
    for (const std::string* name : {&spec.key, &spec.label, &spec.labelEn})
      if (const geo::Column* names = name->empty() ? nullptr : table.find(*name))
        for (size_t r = 0; r < names->rows(); ++r)
          if (names->has(r) && trimmed(names->text(r)) == c.means) return {};
    return geo::fail(fmt::format(fmt::runtime(t("图层“{}”里没有“{}”。")), c.layer, c.means));
  }
  Done operator()(const PlaceByName& c) const {
    if (auto known = layer(c.layer); !known) return known;
    const LayerState& state = s_.layer(c.layer);
    if (!c.column.empty() && state.shape) {
      const geo::Layer& own = *state.shape->layer;
      if (own.shapes.kind != geo::ShapeKind::point && own.shapes.kind != geo::ShapeKind::none)
        return no("只有没有坐标的记录和点可以按地名上图。");
      if (!own.table.find(c.column))
        return geo::fail(fmt::format("{} has no column \"{}\".", c.layer, c.column),
                         fmt::format("Columns it does have: {}.", own.table.columnNames()));
    }
    LayerSpec after = *findById(p_.layers, c.layer);
    after.placeBy = c.column, after.placeIn = c.column.empty() ? "" : c.in;
    if (!c.column.empty() && gazetteerOf(p_, after).empty())
      return no("项目里没有可以对照地名的图层（县或镇）。");
    return sound([&](Project& p) { *findById(p.layers, c.layer) = after; });
  }
  Done operator()(const ImportTable& c) const {
    if (c.path.empty()) return no("没有给出文件。");
    std::error_code error;
    if (!fs::exists(c.path, error))
      return geo::fail(fmt::format("{} does not exist.", c.path), "Check the path.");
    if (!c.layer.empty())
      if (auto known = layer(c.layer); !known) return known;
    return sound([&](Project& p) { addImport(p, c.path, c.spec, c.layer); });
  }
  Done operator()(const ForgetImport& c) const {
    return knownImport(p_, c.columns) ? Done{} : no("没有记下这样的表格。");
  }
  Done operator()(const OpenTables& c) const { return c.paths.empty() ? no("没有给出文件。") : Done{}; }
  Done operator()(const LookAtTable& c) const { return c.work.layer.empty() ? Done{} : layer(c.work.layer); }
  Done operator()(const AskDatabase& c) const {
    return c.source.empty() || geo::isDatabase(c.source) ? Done{} : no("连接写作 PG:host=… dbname=…。");
  }
  Done operator()(const RemoveFeatures& c) const {
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    const bool good = !c.rows.empty() && std::all_of(c.rows.begin(), c.rows.end(),
                                                     [&](uint32_t r) { return r < (*drawing)->rows(); });
    return good ? Done{} : no("先选中要删除的图形。");
  }
  Done operator()(const RenameFeature& c) const {
    const auto drawing = drawingOf(s_, c.layer);
    if (!drawing) return tl::unexpected(drawing.error());
    return c.row < (*drawing)->rows() ? Done{} : no("没有这个图形。");
  }
  Done operator()(const Recover&) const { return s_.view().recovery ? Done{} : no("没有可以恢复的修改。"); }
  Done operator()(const SetPalette& c) const {
    const auto names = scene::paletteNames();
    if (std::find(names.begin(), names.end(), c.palette) == names.end())
      return geo::fail(fmt::format("There is no palette \"{}\".", c.palette),
                       fmt::format("Palettes: {}.", fmt::join(names, ", ")));
    return indicator(c.indicator);
  }
  Done operator()(const InspectLayer& c) const { return c.layer.empty() ? Done{} : layer(c.layer); }
  Done operator()(const CompareReading&) const {
    return s_.view().inspected.empty() ? no("先查看一个图层的数据。") : Done{};
  }
  Done operator()(const ShowProblem& c) const {
    if (!c.problem) return {};
    const auto card = s_.layerCard();
    if (!card || !card->done || *c.problem >= card->facts.problems.size()) return no("没有这个问题。");
    const geo::Problem& p = card->facts.problems[*c.problem];
    return p.at.empty() && p.rows.empty() ? no("这个问题不在图上某一处。") : Done{};
  }
  Done operator()(const RepairLayer& c) const {
    if (auto known = layer(c.layer); !known) return known;
    const LayerSpec& l = *findById(s_.project().layers, c.layer);
    if (!c.on) return l.repair ? Done{} : no("没有修复过。");
    if (l.repair) return no("已经修复。");
    if (geo::isDatabase(l.source)) return no("数据库的图层在服务器上修复。");
    return l.drawn ? no("手绘的图层直接改图形。") : Done{};
  }
  Done operator()(const ReadLayerAs& c) const {
    if (auto known = layer(c.layer); !known) return known;
    if (!c.crs.empty())
      if (auto crs = geo::Crs::parse(c.crs); !crs) return tl::unexpected(crs.error());
    if (!c.datum.empty() && geo::canonicalDatum(c.datum).empty())
      return geo::fail(fmt::format("There is no datum \"{}\".", c.datum), "Data: GCJ-02, BD-09, BD-09MC.");
    if (!c.encoding.empty())
      if (auto decoder = geo::Decoder::make(c.encoding); !decoder) return tl::unexpected(decoder.error());
    return {};
  }
  Done operator()(const SetVision&) const { return {}; }
  Done operator()(const SetTheme& c) const {
    return c.theme == "dark" || c.theme == "light" ? Done{} : no("主题是 dark 或 light。");
  }
  Done operator()(const AddScene& c) const { return trimmed(c.name).empty() ? no("场景需要名字。") : Done{}; }
  Done operator()(const RemoveScene& c) const { return scene(c.scene); }
  Done operator()(const PutScene& c) const {
    return sound([&](Project& p) { put(p.scenes, c.scene); });
  }
  Done operator()(const MoveScene& c) const { return scene(c.scene); }
  Done operator()(const RetakeScene& c) const { return scene(c.scene); }
  Done operator()(const SetShow& c) const {
    return sound([&](Project& p) { p.show = c.show; });
  }
  Done operator()(const StartShow& c) const {
    if (p_.layers.empty()) return no("项目里还没有数据，没有可演示的画面。");
    return c.scene.empty() ? Done{} : scene(c.scene);
  }
  Done operator()(const EndShow&) const { return presenting(); }
  Done operator()(const StepShow&) const { return presenting(); }
  Done operator()(const JumpShow& c) const {
    if (auto on = presenting(); !on) return on;
    const auto count = static_cast<int>(stopsOf(p_).size());
    if (c.number < 1 || c.number > count) return no(fmt::format(fmt::runtime(t("只有 {} 个场景。")), count));
    return {};
  }
  Done operator()(const BlackShow&) const { return presenting(); }
  Done operator()(const HoldShow&) const { return presenting(); }
  Done operator()(const FlatShow&) const { return presenting(); }
  Done operator()(const CheckShow& c) const {
    if (p_.layers.empty()) return no("项目里还没有数据，没有可演示的画面。");
    if (c.width < 320 || c.height < 240 || c.width > 16384 || c.height > 16384)
      return no("屏幕大小在 320 × 240 和 16384 × 16384 像素之间。");
    return s_.busy() && !SessionParts::jobs(s_).running("check") ? no("数据还在载入，稍候再检查。") : Done{};
  }
  Done operator()(const ShowScene& c) const { return c.scene.empty() ? Done{} : scene(c.scene); }
  Done operator()(const NextScene&) const { return p_.scenes.empty() ? no("项目没有场景。") : Done{}; }
  Done operator()(const Undo&) const { return s_.canUndo() ? Done{} : no("没有可撤销的步骤。"); }
  Done operator()(const Redo&) const { return s_.canRedo() ? Done{} : no("没有可重做的步骤。"); }
  Done operator()(const NewProject& c) const { return unsaved(c.discardChanges); }
  Done operator()(const OpenProject& c) const { return unsaved(c.discardChanges); }
  Done operator()(const Quit& c) const { return unsaved(c.discardChanges); }
  Done operator()(const SaveProject&) const {
    if (s_.path().empty()) return no("项目还没有文件，请用“另存为”。");
    std::error_code error;
    const std::string own = embeddedProjectPath();
    if (!own.empty() && fs::equivalent(s_.path(), own, error)) return no("这是内置项目，请用“另存为”。");
    return {};
  }
  Done operator()(const SaveProjectAs& c) const { return c.path.empty() ? no("没有给出文件名。") : Done{}; }
  Done operator()(const ExportImage& c) const {
    if (s_.exportFraction() >= 0) return no("正在导出。");
    if (c.path.empty()) return no("没有给出文件名。");
    if (!mapsReady(s_)) return no("地图还没有算完，稍候再导出。");
    return checkSnapshot(optionsOf(s_, c));
  }
  Done operator()(const ExportAtlas& c) const {
    if (s_.exportFraction() >= 0) return no("正在导出。");
    if (c.path.empty()) return no("没有给出文件名。");
    if (!countyLayer(p_)) return no("项目没有县级图层，不能做图集。");
    if (s_.busy()) return no("数据还没有载入完，稍候再导出。");
    return {};
  }
  Done operator()(const ExportAgain&) const {
    if (!s_.view().lastExport) return no("还没有导出过。");
    return std::visit(*this, *s_.view().lastExport);
  }
  Done operator()(const CopyPicture& c) const {
    if (c.scale != 1 && c.scale != 2) return no("图片以 1 倍或 2 倍大小复制。");
    if (!mapsReady(s_)) return no("地图还没有算完，稍候再复制。");
    const scene::Rect& frame = s_.view().camera.frame;
    if (!s_.view().pageView && (frame.w < 1 || frame.h < 1)) return no("窗口里没有地图。");
    return {};
  }
  Done operator()(const ExportRows& c) const {
    if (auto known = layer(c.layer); !known) return known;
    if (c.path.empty()) return no("没有给出文件名。");
    if (c.selectedOnly && (s_.view().selection.empty() || s_.view().selectionLayer != c.layer))
      return no("先选中一些记录。");
    for (const char* ending : {".csv", ".geojson", ".json", ".gpkg"})
      if (c.path.ends_with(ending)) return {};
    return geo::fail(fmt::format("{} has an ending that names no data format.", c.path),
                     "Endings: .csv .geojson .gpkg.");
  }
  Done operator()(const SelectRows& c) const { return layer(c.layer); }
  Done operator()(const SelectWithin& c) const { return c.ring.size() < 3 ? no("范围太小。") : Done{}; }
  Done operator()(const SetActiveLayer& c) const { return c.layer.empty() ? Done{} : layer(c.layer); }
  Done operator()(const SetComposition& c) const {
    if (c.composition == scene::Composition::ledger && s_.targets().empty()) return no("项目没有规划目标。");
    if (c.composition == scene::Composition::multiples &&
        !SessionParts::indicatorOf(s_, SessionParts::look(s_)))
      return no("先选择一个指标。");
    return {};
  }
  Done operator()(const ShowCard& c) const {
    if (!c.object) return {};
    const LayerSpec* county = countyLayer(p_);
    if (!county || county->id != c.object->layer) return no("县情卡只用于县（市、区）。");
    return {};
  }
  Done operator()(const ProbeHeat& c) const {
    return c.at && s_.heat().layer.empty() ? no("图上没有热力。") : Done{};
  }
  Done operator()(const ZoomTo& c) const {
    if (boxOf(s_, c.object).empty()) return no("它在图上没有位置。");
    return {};
  }
  Done operator()(const FitAll&) const { return homeBox(s_).empty() ? no("还没有载入数据。") : Done{}; }
  Done operator()(const Zoom& c) const {
    return c.factor > 0 && std::isfinite(c.factor) ? Done{} : no("缩放倍数须大于零。");
  }
  Done operator()(const CopyFigures&) const {
    return s_.view().selected ? Done{} : no("先在图上选中一个对象。");
  }
  Done operator()(const CancelJobs& c) const {
    if (c.exportOnly) return s_.exportFraction() >= 0 ? Done{} : no("没有正在进行的导出。");
    return s_.busy() || s_.exportFraction() >= 0 ? Done{} : no("没有正在进行的工作。");
  }
  Done operator()(const SetUiScale& c) const {
    return c.scale == 0 || (c.scale >= 0.5 && c.scale <= 4) ? Done{} : no("界面缩放在 50% 和 400% 之间。");
  }
  Done operator()(const TogglePanel& c) const {
    for (const char* known : {"layers", "inspector", "strip", "dock", "page", "legend", "messages"})
      if (c.panel == known) return {};
    return geo::fail(fmt::format("There is no panel \"{}\".", c.panel),
                     "Panels: layers, inspector, strip, dock, messages.");
  }

  static geo::Box boxOf(const Session& s, const scene::ObjectRef& object) {
    const LayerState& layer = s.layer(object.layer);
    if (!layer.shape || object.row < 0) return {};
    const geo::Shapes& shapes = layer.shape->layer->shapes;
    return static_cast<size_t>(object.row) < shapes.rows() ? shapes.box(static_cast<size_t>(object.row))
                                                           : geo::Box{};
  }

  static SnapshotOptions optionsOf(const Session& s, const ExportImage& c) {
    SnapshotOptions o;
    o.output = c.path, o.width = c.width, o.height = c.height, o.paper = c.paper, o.landscape = c.landscape,
    o.dpi = c.dpi, o.bare = c.bare, o.composition = c.composition;
    if (c.page) o.paper = s.project().page.paper, o.landscape = s.project().page.landscape;
    o.worldFile = c.worldFile;
    if (o.paper.empty()) o.theme = s.project().theme;
    if (c.card) o.card = cardName(s, *c.card);
    if (!c.currentExtent || !s.worldCrs().known()) return o;
    if (const auto toDegrees = geo::Transform::make(s.worldCrs(), geo::Crs::lonLat()))
      o.extentLonLat = geo::transformBox(*toDegrees, s.view().camera.world());
    return o;
  }

  // The part that holds that vertex of the row; `at`: where in it. Nothing: there is none.
  static std::optional<std::vector<geo::Point>> ringOf(const geo::Layer& layer, uint32_t row, size_t vertex,
                                                       size_t& at) {
    const geo::Shapes& shapes = layer.shapes;
    if (row >= shapes.rows() || !shapes.has(row)) return {};
    const size_t first = shapes.partStart[shapes.rowStart[row]],
                 end = shapes.partStart[shapes.rowStart[row + 1]];
    if (vertex >= end - first) return {};
    uint32_t part = shapes.rowStart[row];
    while (shapes.partStart[part + 1] <= first + vertex) ++part;
    at = first + vertex - shapes.partStart[part];
    const auto points = shapes.part(part);
    return std::vector<geo::Point>(points.begin(), points.end());
  }

  static void putPlace(Project& p, const PlaceSpec& place) {  // by layer and key
    const auto before = [](const PlaceSpec& a, const PlaceSpec& b) {
      return std::tie(a.layer, a.key) < std::tie(b.layer, b.key);
    };
    std::erase_if(p.places, [&](const PlaceSpec& o) { return o.layer == place.layer && o.key == place.key; });
    p.places.insert(std::upper_bound(p.places.begin(), p.places.end(), place, before), place);
  }

  template <class Spec>
  static void put(std::vector<Spec>& specs, const Spec& spec) {
    const auto found = findById(specs, spec.id);
    if (found == specs.end()) specs.push_back(spec);
    else *found = spec;
  }

 private:
  // Whether the project would still be one that a file may hold.
  Done sound(const std::function<void(Project&)>& change) const {
    Project after = p_;
    change(after);
    return check(after);
  }
  std::string t(const char* zh) const { return tr(zh, s_.view().language); }
  tl::unexpected<geo::Error> no(const char* zh) const { return geo::fail(t(zh)); }
  tl::unexpected<geo::Error> no(std::string text) const { return geo::fail(std::move(text)); }
  template <class List>
  Done known(const char* kind, const List& list, const std::string& id) const {
    if (findById(list, id) != list.end()) return {};
    return geo::fail(fmt::format("There is no {} \"{}\".", kind, id),
                     list.empty() ? fmt::format("The project has no {}s.", kind)
                                  : fmt::format("{}s: {}.", kind, idsOf(list)));
  }
  Done layer(const std::string& id) const { return known("layer", p_.layers, id); }
  Done basemap(const std::string& id) const { return known("basemap", p_.basemaps, id); }
  Done indicator(const std::string& id) const { return known("indicator", p_.indicators, id); }
  Done scene(const std::string& id) const { return known("scene", p_.scenes, id); }
  Done presenting() const { return s_.view().show.on ? Done{} : no("没有在演示。"); }
  Done unsaved(bool discard) const {
    const auto& saving = SessionParts::derived(s_).saving;  // whoever leaves waits until it is there
    return discard || !s_.changed() || (saving && saving->asked == p_) ? Done{} : no("项目有未保存的修改。");
  }

  const Session& s_;
  const Project& p_;
};

// Doing it
// --------------------------------------------------------------------------------------------------------------

class Apply {
 public:
  Apply(Session& session, const Command& command)
      : s_(session), command_(command), view_(SessionParts::view(session)), language_(view_.language) {}

  Done operator()(const SetLayerVisible& c) {
    return edit([&](Project& p) { findById(p.layers, c.layer)->visible = c.visible; });
  }
  Done operator()(const SetLayerOpacity& c) {
    return edit([&](Project& p) { findById(p.layers, c.layer)->opacity = c.opacity; }, "opacity:" + c.layer,
                c.final);
  }
  Done operator()(const MoveLayer& c) {
    return edit([&](Project& p) {
      const auto from = findById(p.layers, c.layer);
      LayerSpec moved = std::move(*from);
      p.layers.erase(from);
      const int to = std::clamp(c.to, 0, static_cast<int>(p.layers.size()));
      p.layers.insert(p.layers.begin() + to, std::move(moved));
    });
  }
  Done operator()(const RemoveLayer& c) {
    return edit([&](Project& p) { removeLayer(p, c.layer); });
  }
  Done operator()(const RenameLayer& c) {
    return edit([&](Project& p) { named(findById(p.layers, c.layer)->name, c.name); });
  }
  Done operator()(const AddData& c) {
    for (const std::string& path : c.paths)
      if (isProject(path) || bringsAMap(path)) return apply(s_, OpenProject{path});
    // Reading what a file holds may take long: a job, whose layers come in as one step.
    std::vector<std::string> ids;
    for (const LayerSpec& l : s_.project().layers) ids.push_back(l.id);
    for (const BasemapSpec& b : s_.project().basemaps) ids.push_back(b.id);
    s_.jobs().start("add\x1f" + joined(c.paths, "\x1f"),  // of two drops neither stops the other
                    [paths = c.paths, ids, session = &s_, folder = SessionParts::base(s_),
                     name = describe(command_, language_).name](geo::Progress&) -> Jobs::Finish {
                      auto taken = ids;
                      auto layers = std::make_shared<std::vector<LayerSpec>>();
                      auto basemaps = std::make_shared<std::vector<BasemapSpec>>();
                      auto errors = std::make_shared<std::vector<geo::Error>>();
                      for (const std::string& path : paths) {
                        auto found = contentsOfFile(
                            geo::isDatabase(path) ? path : fs::absolute(path).string(), taken, folder);
                        if (!found) errors->push_back(found.error());
                        else if (found->basemap) basemaps->push_back(std::move(*found->basemap));
                        else layers->insert(layers->end(), found->layers.begin(), found->layers.end());
                      }
                      return [session, layers, basemaps, errors, name] {
                        addLayers(*session, *layers, *basemaps, *errors, name);
                      };
                    });
    touch(s_);
    return {};
  }
  Done operator()(const SetIndicator& c) {
    return edit([&](Project& p) { p.indicator = c.indicator; });
  }
  Done operator()(const SetYear& c) {
    return edit([&](Project& p) { p.year = c.year; }, "year", true);
  }
  Done operator()(const SetClassification& c) {
    return edit(
        [&](Project& p) {
          IndicatorSpec& i = *findById(p.indicators, c.indicator);
          i.method = c.method, i.classes = c.classes, i.breaks = c.breaks;
        },
        "classes:" + c.indicator, c.final);
  }
  Done operator()(const LockBreaks& c) {
    return edit([&](Project& p) { findById(p.indicators, c.indicator)->locked = c.locked; });
  }
  Done operator()(const SetMap& c) {
    return edit([&](Project& p) { p.map = c.map; });
  }
  Done operator()(const SetHeat& c) {
    return edit([&](Project& p) { p.heat = c.heat; }, "heat", c.final);
  }
  Done operator()(const SetPage& c) {
    return edit([&](Project& p) { p.page = c.page; }, "page", c.final);
  }
  Done operator()(const PutTemplate& c) {
    return edit([&](Project& p) { Check::put(p.templates, c.layout); });
  }
  Done operator()(const RemoveTemplate& c) {
    return edit([&](Project& p) { p.templates.erase(findById(p.templates, c.id)); });
  }
  Done operator()(const PutBasemap& c) {
    const auto& all = s_.project().basemaps;
    const auto change = [&](Project& p) { Check::put(p.basemaps, c.basemap); };
    // A new one is seen at once, whatever the scene in view says.
    if (findById(all, c.basemap.id) == all.end()) return edit(change);
    return editShow(change, "basemap:" + c.basemap.id, c.final);
  }
  Done operator()(const RemoveBasemap& c) {
    return editShow([&](Project& p) {
      p.basemaps.erase(findById(p.basemaps, c.basemap));
      for (SceneSpec& s : p.scenes) {
        auto ids = splitList(s.basemap);
        if (std::erase(ids, c.basemap) > 0) s.basemap = ids.empty() ? "none" : joined(ids);
      }
    });
  }
  Done operator()(const MoveBasemap& c) {
    return editShow([&](Project& p) {
      const auto from = findById(p.basemaps, c.basemap);
      BasemapSpec moved = std::move(*from);
      p.basemaps.erase(from);
      const int to = std::clamp(c.to, 0, static_cast<int>(p.basemaps.size()));
      p.basemaps.insert(p.basemaps.begin() + to, std::move(moved));
    });
  }
  Done operator()(const SetBasemapVisible& c) {
    return edit([&](Project& p) { findById(p.basemaps, c.basemap)->visible = c.visible; });
  }
  Done operator()(const SaveKey& c) {
    auto saved = saveKey(trimmed(c.name), trimmed(c.key), c.host);
    if (saved) renewKeys(s_);
    touch(s_);
    return saved;
  }
  Done operator()(const CheckBasemap& c) {
    startBasemapCheck(s_, c.basemap);
    touch(s_);
    return {};
  }
  Done operator()(const PutIndicator& c) {
    return edit([&](Project& p) { Check::put(p.indicators, c.indicator); }, "indicator:" + c.indicator.id,
                c.final);
  }
  Done operator()(const RemoveIndicator& c) {
    return edit([&](Project& p) { removeIndicator(p, c.indicator); });
  }
  Done operator()(const SetLayerShow& c) {
    return edit([&](Project& p) { findById(p.layers, c.layer)->show = trimmed(c.filter); }, "show:" + c.layer,
                true);
  }
  Done operator()(const PlaceObject& c) {
    PlaceSpec place = c.place;
    place.by = trimmed(place.by), place.note = trimmed(place.note);
    return editShow([&](Project& p) { Check::putPlace(p, place); });
  }
  Done operator()(const UnplaceObject& c) {
    return editShow([&](Project& p) {
      std::erase_if(p.places, [&](const PlaceSpec& o) { return o.layer == c.layer && o.key == c.key; });
    });
  }
  Done operator()(const AddFeature& c) {
    if (c.layer.empty()) return addDrawing(c);
    const geo::LayerPtr before = loosened(c.layer, c.kind);
    return draw(c.layer, withFeature(*before, c.vertices, trimmed(c.name)));
  }
  Done operator()(const MoveVertex& c) {
    return draw(c.layer, withVertex(*loosened(c.layer), c.row, c.vertex, c.to));
  }
  Done operator()(const AddVertex& c) {
    return draw(c.layer, withVertexAdded(*loosened(c.layer), c.row, c.vertex, c.at));
  }
  Done operator()(const RemoveVertex& c) {
    return draw(c.layer, withoutVertex(*loosened(c.layer), c.row, c.vertex));
  }
  Done operator()(const SetLayerStyle& c) {
    return edit([&](Project& p) { findById(p.layers, c.layer)->style = c.style; }, "style:" + c.layer,
                c.final);
  }
  Done operator()(const AcceptMatch& c) {
    return editShow([&](Project& p) {
      std::erase_if(p.accepted, [&](const AcceptedSpec& a) { return a.layer == c.layer && a.key == c.key; });
      if (c.means.empty()) return;
      const AcceptedSpec made{c.layer, c.key, c.means};
      p.accepted.insert(std::upper_bound(p.accepted.begin(), p.accepted.end(), made,
                                         [](const AcceptedSpec& a, const AcceptedSpec& b) {
                                           return std::tie(a.layer, a.key) < std::tie(b.layer, b.key);
                                         }),
                        made);
    });
  }
  Done operator()(const PlaceByName& c) {
    return editShow([&](Project& p) {
      LayerSpec& l = *findById(p.layers, c.layer);
      l.placeBy = c.column, l.placeIn = c.column.empty() ? "" : c.in;
      // What is on the map needs a name there, and to be moved by hand.
      const LayerState& state = s_.layer(c.layer);
      if (c.column.empty() || !l.label.empty() || !state.shape) return;
      for (const geo::Column& t : state.shape->layer->table.columns)
        if (t.type == geo::ColumnType::text && (l.label.empty() || l.label == c.column)) l.label = t.name;
    });
  }
  Done operator()(const ImportTable& c) {
    Imported made;
    const Done done = edit([&](Project& p) { made = addImport(p, nearSource(s_, c.path), c.spec, c.layer); });
    nextImport(s_);
    if (!made.layer.empty()) view_.selected.reset();
    return done;
  }
  Done operator()(const ForgetImport& c) {
    return editShow([&](Project& p) {
      const ImportSpec* known = knownImport(p, c.columns);
      p.imports.erase(p.imports.begin() + (known - p.imports.data()));
    });
  }
  Done operator()(const OpenTables& c) {
    std::vector<std::string> paths;
    std::error_code error;
    for (const std::string& path : c.paths) paths.push_back(fs::absolute(path, error).string());
    s_.jobs().start(
        "tables\x1f" + joined(paths, "\x1f"),
        [paths, imports = s_.project().imports, session = &s_,
         name = describe(command_, language_).name](geo::Progress& p) -> Jobs::Finish {
          std::vector<std::pair<std::string, std::optional<ImportSpec>>> opened;
          for (const std::string& path : paths) opened.emplace_back(path, knownShape(path, imports, p));
          return [session, opened, name] { takeTables(*session, opened, name); };
        },
        [session = &s_](const std::string& text) {
          SessionParts::messages(*session).push_back({Message::Level::error, text});
        });
    touch(s_);
    return {};
  }
  Done operator()(const LookAtTable& c) {
    if (c.work.path.empty()) nextImport(s_);
    else view_.import = c.work;
    touch(s_);
    return {};
  }
  Done operator()(const AskDatabase& c) {
    s_.jobs().cancel("ask database");
    SessionParts::derived(s_).answer.reset();
    touch(s_);
    if (c.source.empty()) return {};
    if (!c.password.empty()) geo::rememberPassword(c.source, c.password);
    startListing(s_, c.source);
    return {};
  }
  Done operator()(const RemoveFeatures& c) {
    const Done done = draw(c.layer, withoutRows(*loosened(c.layer), c.rows));
    if (view_.selected && view_.selected->layer == c.layer) view_.selected.reset();
    if (view_.selectionLayer == c.layer) view_.selectionLayer.clear(), view_.selection.clear();
    return done;
  }
  Done operator()(const RenameFeature& c) {
    const LayerSpec& spec = *findById(s_.project().layers, c.layer);
    return draw(c.layer, withName(*loosened(c.layer), spec, c.row, trimmed(c.name)));
  }
  Done operator()(const Recover& c) {
    Autosave& autosave = *SessionParts::autosave(s_);
    if (!c.take) return autosave.discard(s_), Done{};
    auto project = autosave.recovered(s_);
    if (!project) return tl::unexpected(project.error());
    autosave.loadDrawings(s_);
    view_.recovery.reset();
    return edit([&](Project& p) { p = *project; });
  }
  Done operator()(const SetPalette& c) {
    return edit([&](Project& p) { findById(p.indicators, c.indicator)->palette = c.palette; });
  }
  Done operator()(const SetTitle& c) {
    return edit([&](Project& p) { named(p.title, c.title); });
  }
  Done operator()(const SetTheme& c) {
    return edit([&](Project& p) { p.theme = c.theme; });
  }
  Done operator()(const AddScene& c) {
    SceneSpec scene = sceneOfView(c.name);
    const std::string id = scene.id;
    const Done done = edit([&](Project& p) { p.scenes.push_back(scene); });
    view_.scene = id, view_.sceneEdited = false;
    return done;
  }
  Done operator()(const RemoveScene& c) {
    return edit([&](Project& p) { p.scenes.erase(findById(p.scenes, c.scene)); });
  }
  Done operator()(const PutScene& c) {
    return editShow(
        [&](Project& p) {
          const auto same = findById(p.scenes, c.scene.id);
          if (same != p.scenes.end()) {
            *same = c.scene;
            return;
          }
          const auto shown = findById(p.scenes, view_.scene);
          p.scenes.insert(shown == p.scenes.end() ? shown : shown + 1, c.scene);
        },
        "scene:" + c.scene.id, c.final);
  }
  Done operator()(const MoveScene& c) {
    return editShow([&](Project& p) {
      const auto from = findById(p.scenes, c.scene);
      const auto to = p.scenes.begin() + std::clamp(c.to, 0, static_cast<int>(p.scenes.size()) - 1);
      if (from < to) std::rotate(from, from + 1, to + 1);
      else std::rotate(to, from, from + 1);
    });
  }
  Done operator()(const RetakeScene& c) {
    SceneSpec taken = sceneOfView("");
    const Done done = editShow([&](Project& p) {
      SceneSpec& scene = *findById(p.scenes, c.scene);
      scene.camera = taken.camera, scene.layers = taken.layers, scene.basemap = taken.basemap,
      scene.indicator = taken.indicator;
      scene.year = taken.year, scene.map = taken.map, scene.heat = taken.heat;
      scene.composition = taken.composition;
    });
    view_.scene = c.scene, view_.sceneEdited = false;
    return done;
  }
  Done operator()(const SetShow& c) {
    return editShow([&](Project& p) { p.show = c.show; }, "show", c.final);
  }
  Done operator()(const StartShow& c) {
    startShow(s_, c.scene);
    return look([] {});
  }
  Done operator()(const EndShow&) {
    const std::string last = view_.show.scene;
    endShow(s_);
    if (findById(s_.project().scenes, last) != s_.project().scenes.end()) return (*this)(ShowScene{last});
    return look([] {});
  }
  Done operator()(const StepShow& c) {
    touchShow(s_);
    stepShow(s_, c.step);
    return {};
  }
  Done operator()(const JumpShow& c) {
    touchShow(s_);
    jumpShow(s_, static_cast<size_t>(c.number - 1));
    return {};
  }
  Done operator()(const BlackShow&) {
    touchShow(s_);
    view_.show.black = !view_.show.black;
    return {};
  }
  Done operator()(const HoldShow&) {
    touchShow(s_);
    view_.show.held = !view_.show.held;
    return {};
  }
  Done operator()(const FlatShow&) {
    touchShow(s_);
    view_.show.flat = !view_.show.flat;
    return {};
  }
  Done operator()(const CheckShow& c) {
    startCheck(s_, c.width, c.height);
    return {};
  }

  Done operator()(const Undo&) { return goTo(SessionParts::history(s_).undo(now())); }
  Done operator()(const Redo&) { return goTo(SessionParts::history(s_).redo(now())); }
  Done operator()(const NewProject&) {
    if (afterSaving()) return {};
    std::error_code error;
    s_.open(Project{}, fs::current_path(error).string());
    return {};
  }
  Done operator()(const OpenProject& c) { return afterSaving() ? Done{} : s_.open(c.path); }
  Done operator()(const SaveProject&) {
    const auto& saving = SessionParts::derived(s_).saving;
    if (saving && saving->asked == s_.project()) return {};
    return afterSaving() ? Done{} : startSaving(s_, s_.path(), false);
  }
  Done operator()(const SaveProjectAs& c) {
    if (afterSaving()) return {};
    const std::string path = isProject(c.path) ? c.path : c.path + ".parkscope.toml";
    std::error_code error;
    return startSaving(s_, path, !fs::equivalent(path, s_.path(), error));  // two never write one drawing
  }
  Done operator()(const ExportImage& c) {
    const SnapshotOptions options = Check::optionsOf(s_, c);
    auto scene = sceneFor(s_, options);
    if (!scene) return tl::unexpected(scene.error());
    const std::string done = fmt::format(fmt::runtime(tr("已导出 {}", language_)), c.path);
    startExport(
        s_,
        [scene = std::make_shared<scene::Scene>(std::move(*scene)), options, crs = s_.worldCrs(),
         draft = recipeDraft(s_, options)](geo::Progress& p, const scene::TypesetterPtr& fonts,
                                           std::vector<std::string>& lacks) {
          return writeSnapshot(*scene, options, fonts, crs, &p, &lacks, &draft);
        },
        done);
    return {};
  }

  Done operator()(const ExportAtlas& c) {
    auto draft = draftAtlas(s_, atlasOptions(c));
    if (!draft) return tl::unexpected(draft.error());
    s_.jobs().start(
        "export",
        [draft = std::move(*draft), session = &s_, language = language_,
         path = c.path](geo::Progress& p) -> Jobs::Finish {
          draft.work(p);
          return [draft, session, language, path] {
            auto atlas = draft.plan(*session);
            if (!atlas) {
              SessionParts::messages(*session).push_back({Message::Level::error, atlas.error().text()});
              return touch(*session);
            }
            const std::string done =
                fmt::format(fmt::runtime(tr("已导出图集 {}，共 {} 幅", atlas->sheets.size(), language)), path,
                            atlas->sheets.size());
            startExport(
                *session,
                [atlas = std::make_shared<const Atlas>(std::move(*atlas)), crs = session->worldCrs()](
                    geo::Progress& p, const scene::TypesetterPtr& fonts, std::vector<std::string>& lacks) {
                  return writeAtlas(*atlas, fonts, crs, &p, &lacks);
                },
                done);
          };
        },
        [session = &s_](const std::string& error) {
          SessionParts::messages(*session).push_back({Message::Level::error, error});
        });
    return {};
  }
  Done operator()(const ExportAgain&) {
    const auto last = *view_.lastExport;  // applied, it is written there anew
    return std::visit(*this, last);
  }
  Done operator()(const CopyPicture& c) {
    auto job = copyPicture(s_, c.scale);
    if (!job) return tl::unexpected(job.error());
    s_.jobs().start(
        "copy",
        [make = std::move(*job), session = &s_, language = language_](geo::Progress& p) -> Jobs::Finish {
          auto made = make(p);
          return [session, language, made = std::move(made)] {
            const auto tell = [&](Message::Level level, std::string text) {
              SessionParts::messages(*session).push_back({level, std::move(text)});
            };
            if (made) {
              SessionParts::view(*session).clipboardPicture = made->png;
              tell(Message::Level::info, fmt::format(fmt::runtime(tr("已复制图片，{} × {} 像素", language)),
                                                     made->width, made->height));
            } else {
              tell(Message::Level::error, made.error().text());
            }
            touch(*session);
          };
        },
        [session = &s_](const std::string& error) {
          SessionParts::messages(*session).push_back({Message::Level::error, error});
        });
    return {};
  }
  Done operator()(const ExportRows& c) {
    const DataTablePtr table = s_.table(c.layer);
    const LayerState& layer = s_.layer(c.layer);
    if (!table || !layer.shape) return geo::fail(tr("数据图层还没有载入。", language_));
    std::vector<uint32_t> rows = view_.selection;
    if (!c.selectedOnly) {
      rows.clear();
      for (uint32_t r = 0; r < table->table.rows(); ++r)
        if (table->shown.empty() || table->shown[r]) rows.push_back(r);
    }
    auto own = std::make_shared<geo::Layer>(*layer.shape->layer);
    own->table = table->table;
    const geo::LayerPtr whole = tellingPlaces(own, *findById(s_.project().layers, c.layer),
                                              placesOf(s_.project(), c.layer), layer.named.get());
    const std::string done =
        fmt::format(fmt::runtime(tr("已导出 {} 条记录到 {}", rows.size(), language_)), rows.size(), c.path);
    s_.jobs().start("export",
                    [whole, rows, path = c.path, session = &s_, done](geo::Progress& p) -> Jobs::Finish {
                      const auto written = geo::save(*withRows(whole, rows), path, {}, &p);
                      return [session, written, done] {
                        SessionParts::messages(*session).push_back(
                            {written ? Message::Level::info : Message::Level::error,
                             written ? done : written.error().text()});
                        touch(*session);
                      };
                    });
    return {};
  }

  Done operator()(const SetLanguage& c) {
    return look([&] { view_.language = c.language; });
  }
  Done operator()(const ShowScene& c) {
    const auto& scenes = s_.project().scenes;
    const auto spec = findById(scenes, c.scene);
    view_.scene = c.scene, view_.sceneEdited = false;
    view_.composition = spec == scenes.end() ? scene::Composition::map : spec->composition;
    view_.card.reset();
    if (spec != scenes.end()) flyToScene(*spec);
    return look([] {});
  }
  Done operator()(const NextScene& c) {
    const auto& scenes = s_.project().scenes;
    const auto at = findById(scenes, view_.scene);
    const long count = static_cast<long>(scenes.size());
    long next = at == scenes.end() ? (c.step > 0 ? 0 : count - 1) : at - scenes.begin() + c.step;
    next = ((next % count) + count) % count;
    return (*this)(ShowScene{scenes[next].id});
  }
  Done operator()(const SetCamera& c) {
    const scene::Rect frame = view_.camera.frame;
    view_.camera = c.camera;
    if (frame.w > 0) view_.camera.frame = frame;
    return moved();
  }
  Done operator()(const Pan& c) {
    view_.camera.centre.x -= c.dx * view_.camera.metresPerUnit;
    view_.camera.centre.y += c.dy * view_.camera.metresPerUnit;
    return moved();
  }
  Done operator()(const Zoom& c) {
    const double now = view_.camera.metresPerUnit, wanted = std::clamp(now / c.factor, 0.02, 20000.0);
    view_.camera = view_.camera.zoomed(now / wanted, c.about);
    return moved();
  }
  Done operator()(const FitAll&) {
    fly(SessionParts::fitted(s_, homeBox(s_)));
    view_.cameraIsFit = true;
    return {};
  }
  Done operator()(const ZoomTo& c) {
    geo::Box box = Check::boxOf(s_, c.object);
    // A point is shown with what surrounds it: its doubt where that is known, 15 km at least.
    const double around = std::max(15'000.0 - std::max(box.width(), box.height()) / 2, 0.06 * box.width());
    fly(SessionParts::fitted(s_, box.grown(std::max(around, doubtOf(c.object)))));
    view_.cameraIsFit = false;
    return (*this)(Select{c.object});
  }
  Done operator()(const Select& c) {
    view_.selected = c.object;
    view_.selectionLayer.clear(), view_.selection.clear();
    if (c.object && c.object->row >= 0)
      view_.selectionLayer = c.object->layer, view_.selection = {static_cast<uint32_t>(c.object->row)};
    return pointed();
  }
  Done operator()(const SelectRows& c) { return choose(c.layer, c.rows, c.pick); }
  Done operator()(const SelectWithin& c) {
    const std::string& id = s_.activeLayer();
    const LayerState& layer = s_.layer(id);
    if (!layer.shape) return geo::fail(tr("数据图层还没有载入。", language_));
    auto rows = geo::rowsInside(layer.shape->layer->shapes, c.ring, layer.index.get());
    if (const DataTablePtr table = s_.table(id); table && !table->shown.empty())
      std::erase_if(rows, [&](uint32_t r) { return !table->shown[r]; });
    return choose(id, rows, c.pick);
  }
  Done operator()(const SetActiveLayer& c) { return view_.activeLayer = c.layer, Done{}; }
  Done operator()(const SetTool& c) { return view_.tool = c.tool, Done{}; }
  Done operator()(const SetComposition& c) {
    return look([&] { view_.composition = c.composition; });
  }
  Done operator()(const ShowCard& c) {
    return look([&] {
      view_.card = c.object;
      view_.composition = c.object ? scene::Composition::card : scene::Composition::map;
    });
  }
  Done operator()(const ProbeHeat& c) { return view_.probe = c.at, Done{}; }
  Done operator()(const CopyText& c) { return copied(c.text); }
  Done operator()(const Hover& c) {
    if (view_.hovered == c.object) return {};
    view_.hovered = c.object;
    return pointed();
  }
  Done operator()(const Search& c) {
    view_.search = c.text;
    return {};
  }
  Done operator()(const TogglePanel& c) {
    bool& shown = c.panel == "layers"      ? view_.layersPanel
                  : c.panel == "inspector" ? view_.inspectorPanel
                  : c.panel == "strip"     ? view_.stripPanel
                  : c.panel == "dock"      ? view_.dockPanel
                  : c.panel == "page"      ? view_.pageView
                                           : view_.messagesPanel;
    shown = !shown;
    return {};
  }
  Done operator()(const SetUiScale& c) { return view_.uiScale = c.scale, Done{}; }
  Done operator()(const InspectLayer& c) {
    if (view_.inspected != c.layer) view_.otherReading = false, view_.problem.reset();
    view_.inspected = c.layer;
    touch(s_);
    return {};
  }
  Done operator()(const CompareReading& c) {
    view_.otherReading = c.on;
    touch(s_);
    return {};
  }
  Done operator()(const ShowProblem& c) {
    view_.problem = c.problem;
    if (c.problem) {
      const LayerCard card = *s_.layerCard();  // a copy: the selection below may make another
      const geo::Problem& p = card.facts.problems[*c.problem];
      const std::vector<uint32_t> rows = layerRows(card, p.rows);
      if (!rows.empty()) (void)(*this)(SelectRows{card.layer, rows});
      geo::Box box;
      if (!p.at.empty()) {
        geo::Point at = p.at[c.place % p.at.size()];
        if (const auto toWorld = geo::Transform::make(geo::Crs::lonLat(), s_.worldCrs())) at = (*toWorld)(at);
        if (std::isfinite(at.x)) box.add(at);
        box = box.grown(1500);  // metres: what surrounds it is known again
      } else {
        for (const uint32_t row : rows)
          box.add(Check::boxOf(s_, scene::ObjectRef{card.layer, static_cast<long>(row)}));
        if (!box.empty()) box = box.grown(std::max(1500.0, 0.06 * box.width()));
      }
      if (!box.empty()) fly(SessionParts::fitted(s_, box)), view_.cameraIsFit = false;
    }
    touch(s_);
    return {};
  }
  Done operator()(const RepairLayer& c) {
    view_.problem.reset();
    return edit([&](Project& p) { findById(p.layers, c.layer)->repair = c.on; });
  }
  Done operator()(const ReadLayerAs& c) {
    view_.problem.reset();
    return edit([&](Project& p) {
      LayerSpec& l = *findById(p.layers, c.layer);
      l.encoding = c.encoding, l.crs = c.crs, l.datum = c.datum;
    });
  }
  Done operator()(const SetVision& c) {
    view_.vision = c.vision;
    touch(s_);
    return {};
  }
  Done operator()(const ToggleFullScreen&) { return view_.fullScreen = !view_.fullScreen, Done{}; }
  Done operator()(const CopyFigures&) { return copied(figuresText(*view_.selected)); }
  Done operator()(const CancelJobs& c) {
    if (c.exportOnly) {
      s_.jobs().cancel("export");
      SessionParts::messages(s_).push_back(
          {Message::Level::warning, tr("导出已停止，没有留下文件。", language_)});
      touch(s_);
      return {};
    }
    s_.jobs().cancelAll();
    SessionParts::messages(s_).push_back({Message::Level::warning, tr("已停止。", language_)});
    cancelled();
    return {};
  }
  Done operator()(const Quit&) {
    if (afterSaving()) return {};
    Autosave* autosave = SessionParts::autosave(s_);
    if (autosave && !view_.recovery) autosave->forget();  // saved, or not wanted
    return view_.quit = true, Done{};
  }
  Done operator()(const ShowHelp&) { return view_.helpOpen = !view_.helpOpen, Done{}; }

 private:
  // One undoable step. Where a scene is shown, the project first takes over its look, so that the change
  // starts from what the user sees.
  // Told in a message when it is done or has failed.
  static void startExport(
      Session& target,
      std::function<Done(geo::Progress&, const scene::TypesetterPtr&, std::vector<std::string>& lacks)> write,
      const std::string& done) {
    target.jobs().start(
        "export",
        [write = std::move(write), session = &target, done](geo::Progress& p) -> Jobs::Finish {
          const auto fonts = scene::Typesetter::open();
          std::vector<std::string> lacks;
          const Done written = fonts ? write(p, *fonts, lacks) : Done(tl::unexpected(fonts.error()));
          return [session, written, done, lacks] {
            for (const std::string& line : lacks)
              SessionParts::messages(*session).push_back({Message::Level::warning, line});
            SessionParts::messages(*session).push_back(
                {written ? Message::Level::info : Message::Level::error,
                 written ? done : written.error().text()});
            touch(*session);
          };
        },
        [session = &target](const std::string& error) {
          SessionParts::messages(*session).push_back({Message::Level::error, error});
        });
  }

  Done edit(const std::function<void(Project&)>& change, const std::string& dragKey = {}, bool final = true) {
    ProjectHistory::Step before = now();
    before.name = describe(command_, language_).name;
    Project after = before.project;
    const Look look = SessionParts::look(s_);
    if (look.scene) takeOver(after, look);
    const Project same = after;
    change(after);
    auto& history = SessionParts::history(s_);
    if (after == same) return history.endDrag(), Done{};
    if (look.scene) view_.sceneEdited = true;
    SessionParts::project(s_) = std::move(after);
    history.record(std::move(before), dragKey, final);
    forgetGone();
    touch(s_);
    return {};
  }

  // The list of scenes and how they are shown; what is on the map stays as it is.
  Done editShow(const std::function<void(Project&)>& change, const std::string& dragKey = {},
                bool final = true) {
    ProjectHistory::Step before = now();
    before.name = describe(command_, language_).name;
    Project after = before.project;
    change(after);
    auto& history = SessionParts::history(s_);
    if (after == before.project) return history.endDrag(), Done{};
    SessionParts::project(s_) = std::move(after);
    history.record(std::move(before), dragKey, final);
    touch(s_);
    return {};
  }

  void takeOver(Project& p, const Look& look) const {
    for (LayerSpec& l : p.layers) l.visible = SessionParts::visible(l, look);
    for (BasemapSpec& b : p.basemaps) b.visible = basemapShown(b, look);
    p.indicator = look.scene->indicator;
    if (look.scene->year || !p.indicator.empty()) p.year = look.scene->year;
    p.map = SessionParts::mapOf(s_, look), p.heat = SessionParts::heatOf(s_, look);
  }

  Done choose(const std::string& layer, std::vector<uint32_t> rows, Pick pick) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    std::vector<uint32_t> before;
    if (view_.selectionLayer == layer) before = std::move(view_.selection);
    std::vector<uint32_t> after;
    const auto into = std::back_inserter(after);
    if (pick == Pick::add) std::set_union(before.begin(), before.end(), rows.begin(), rows.end(), into);
    else if (pick == Pick::remove)
      std::set_difference(before.begin(), before.end(), rows.begin(), rows.end(), into);
    else if (pick == Pick::toggle)
      std::set_symmetric_difference(before.begin(), before.end(), rows.begin(), rows.end(), into);
    else after = std::move(rows);
    view_.selectionLayer = after.empty() ? std::string() : layer;
    view_.selection = std::move(after);
    view_.selected.reset();
    if (view_.selection.size() == 1)
      view_.selected = scene::ObjectRef{layer, static_cast<long>(view_.selection[0])};
    return pointed();
  }

  ProjectHistory::Step now() const { return {s_.project(), {}, view_.scene, view_.sceneEdited}; }

  Done goTo(ProjectHistory::Step step) {
    SessionParts::project(s_) = std::move(step.project);
    if (view_.scene == step.scene) view_.sceneEdited = step.sceneEdited;
    forgetGone();
    touch(s_);
    return {};
  }

  // What is selected or shown may be gone.
  void forgetGone() {
    const Project& p = s_.project();
    const auto gone = [&](const std::optional<scene::ObjectRef>& o) {
      return o && findById(p.layers, o->layer) == p.layers.end();
    };
    if (gone(view_.selected)) view_.selected.reset();
    if (!view_.selectionLayer.empty() && findById(p.layers, view_.selectionLayer) == p.layers.end())
      view_.selectionLayer.clear(), view_.selection.clear();
    if (findById(p.layers, view_.activeLayer) == p.layers.end()) view_.activeLayer.clear();
    if (gone(view_.hovered)) view_.hovered.reset();
    if (!view_.scene.empty() && findById(p.scenes, view_.scene) == p.scenes.end())
      view_.scene.clear(), view_.sceneEdited = false;
  }

  static void removeIndicator(Project& p, const std::string& id) {
    std::erase_if(p.indicators, [&](const IndicatorSpec& i) { return i.id == id; });
    std::erase_if(p.tables, [&](const TableSpec& t) {  // that nobody reads any more
      return std::none_of(p.indicators.begin(), p.indicators.end(),
                          [&](const IndicatorSpec& i) { return i.table == t.id; });
    });
    for (std::string* shown : {&p.indicator, &p.trend, &p.shareBase, &p.map.second})
      if (*shown == id) shown->clear();
    if (p.map.kind == MapSpec::Kind::bivariate && p.map.second.empty())
      p.map.kind = MapSpec::Kind::choropleth;
    for (TargetSpec& t : p.targets)
      if (t.indicator == id) t.indicator.clear();
    for (SceneSpec& s : p.scenes) {
      if (s.indicator == id) s.indicator.clear();
      if (s.map && s.map->second == id) s.map.reset();
    }
  }

  static void removeLayer(Project& p, const std::string& id) {
    std::erase_if(p.places, [&](const PlaceSpec& place) { return place.layer == id; });
    std::erase_if(p.layers, [&](const LayerSpec& l) { return l.id == id; });
    for (LayerSpec& l : p.layers)
      if (l.leadLayer == id) l.leadLayer.clear(), l.ledBy.clear();
    const auto without = [&](std::string& list) {
      auto parts = splitList(list);
      std::erase(parts, id);
      list = joined(parts);
    };
    std::erase_if(p.accepted, [&](const AcceptedSpec& a) { return a.layer == id; });
    for (LayerSpec& l : p.layers) without(l.placeIn);
    for (ImportSpec& i : p.imports) without(i.placeIn);
    std::erase_if(p.imports, [&](const ImportSpec& i) { return i.of == id; });
    std::set<std::string> emptied;
    for (IndicatorSpec& i : p.indicators) {
      for (std::string* list : {&i.countOf, &i.distanceTo, &i.dividedByCountOf}) {
        if (list->empty()) continue;
        without(*list);
        if (list->empty()) emptied.insert(i.id);
      }
    }
    const auto anyOf = [&](const std::string& list) {
      const auto parts = splitList(list);
      return std::any_of(parts.begin(), parts.end(),
                         [&](const auto& part) { return emptied.count(part) > 0; });
    };
    // An indicator that has nothing left to be computed from goes with the layer, and so does what is
    // computed from it.
    for (bool more = true; more;) {
      more = false;
      for (const IndicatorSpec& i : p.indicators)
        if (emptied.count(i.numerator) || emptied.count(i.denominator) ||
            (i.value.empty() && !i.yearColumns && emptied.count(i.shareOf)) || anyOf(i.indexOf))
          more |= emptied.insert(i.id).second;
    }
    std::erase_if(p.indicators, [&](const IndicatorSpec& i) { return emptied.count(i.id) > 0; });
    for (IndicatorSpec& i : p.indicators)
      if (emptied.count(i.shareOf)) i.shareOf.clear();
    for (std::string* shown : {&p.indicator, &p.trend})
      if (emptied.count(*shown)) shown->clear();
    for (TargetSpec& t : p.targets) {
      without(t.countOf);
      if (emptied.count(t.indicator)) t.indicator.clear();
    }
    for (SceneSpec& s : p.scenes) {
      std::erase(s.layers, id);
      std::erase_if(s.emphasis, [&](const std::string& e) { return e.substr(0, e.find(':')) == id; });
      if (emptied.count(s.indicator)) s.indicator.clear();
      if (s.heat && heatNeeds(*s.heat, id)) s.heat.reset();
      if (s.map && emptied.count(s.map->second)) s.map.reset();
    }
    if (heatNeeds(p.heat, id)) p.heat = {};
    if (emptied.count(p.map.second)) p.map = {};
  }

  static bool heatNeeds(const HeatSpec& h, const std::string& layer) {
    return h.layer == layer || h.minus == layer || h.clip == layer;
  }

  // As the project writes it: relative where the file lies with it.
  static std::string nearSource(const Session& s, const std::string& path) {
    std::error_code error;
    if (geo::isDatabase(path)) return path;
    const fs::path relative = fs::relative(path, fs::absolute(SessionParts::base(s), error), error);
    return !error && !relative.empty() && *relative.begin() != ".." ? relative.string() : path;
  }

  // The next table comes to the assistant, or none.
  static void nextImport(Session& s) {
    View& view = SessionParts::view(s);
    view.import = {};
    if (view.imports.empty()) return;
    view.import.path = view.imports.front();
    view.imports.erase(view.imports.begin());
  }

  static void takeTables(Session& s,
                         const std::vector<std::pair<std::string, std::optional<ImportSpec>>>& opened,
                         const std::string& name) {
    const Language language = s.view().language;
    Project after = s.project();
    bool any = false;
    std::vector<Message> told;
    for (const auto& [path, known] : opened) {
      const std::string file = fs::path(path).filename().string();
      if (!known) {
        SessionParts::view(s).imports.push_back(path);
        continue;
      }
      Project next = after;
      const Imported made = addImport(next, nearSource(s, path), *known);
      if (const Done sound = check(next); !sound) {
        told.push_back({Message::Level::error, sound.error().text()});
        continue;
      }
      after = std::move(next), any = true;
      told.push_back(
          {Message::Level::info,
           fmt::format(
               fmt::runtime(tr("{} 与导入过的表格同形，已照旧加入：{}。要改到图层的“数据”页。", language)),
               file, importText(*known, language))});
    }
    if (any) {
      ProjectHistory::Step before{s.project(), name, s.view().scene, s.view().sceneEdited};
      const Look look = SessionParts::look(s);
      if (look.scene) {  // new data is seen at once
        for (LayerSpec& l : after.layers)
          if (findById(s.project().layers, l.id) != s.project().layers.end())
            l.visible = SessionParts::visible(l, look);
        if (after.indicator == s.project().indicator) after.indicator = look.scene->indicator;
        SessionParts::view(s).sceneEdited = true;
      }
      SessionParts::project(s) = std::move(after);
      SessionParts::history(s).record(std::move(before), {}, true);
    }
    for (Message& m : told) SessionParts::messages(s).push_back(std::move(m));
    if (s.view().import.path.empty()) nextImport(s);
    touch(s);
  }

  static void addLayers(Session& s, std::vector<LayerSpec> layers, const std::vector<BasemapSpec>& basemaps,
                        const std::vector<geo::Error>& errors, const std::string& name) {
    for (const geo::Error& e : errors) SessionParts::messages(s).push_back({Message::Level::error, e.text()});
    touch(s);
    if (layers.empty() && basemaps.empty()) return;
    ProjectHistory::Step before{s.project(), name, s.view().scene, s.view().sceneEdited};
    std::vector<std::string> taken;
    for (const LayerSpec& l : s.project().layers) taken.push_back(l.id);
    for (BasemapSpec b : basemaps) {
      Project& p = SessionParts::project(s);
      if (p.crs.empty() && p.layers.empty() && layers.empty()) p.crs = crsOfRaster(b.source);
      for (int n = 2; findById(p.basemaps, b.id) != p.basemaps.end(); ++n)
        b.id = fmt::format("{}-{}", b.name.zh, n);
      b.source = nearSource(s, b.source);
      p.basemaps.push_back(std::move(b));
    }
    for (LayerSpec& l : layers) {
      // The project may have gained layers while the job ran.
      for (int n = 2; std::find(taken.begin(), taken.end(), l.id) != taken.end(); ++n)
        l.id = fmt::format("{}-{}", l.name.zh, n);
      taken.push_back(l.id);
      l.source = nearSource(s, l.source);
      SessionParts::project(s).layers.push_back(l);
    }
    const Look look = SessionParts::look(s);
    if (look.scene && !look.scene->layers.empty()) {  // new data is seen at once
      for (LayerSpec& l : SessionParts::project(s).layers)
        if (findById(layers, l.id) == layers.end()) l.visible = SessionParts::visible(l, look);
      SessionParts::project(s).indicator = look.scene->indicator;
      SessionParts::view(s).sceneEdited = true;
    }
    SessionParts::history(s).record(std::move(before), {}, true);
  }

  SceneSpec sceneOfView(const std::string& name) const {
    SceneSpec scene;
    int n = static_cast<int>(s_.project().scenes.size()) + 1;
    while (findById(s_.project().scenes, fmt::format("scene-{}", n)) != s_.project().scenes.end()) ++n;
    scene.id = fmt::format("scene-{}", n);
    scene.name = {trimmed(name), trimmed(name)};
    const Look look = SessionParts::look(s_);
    for (const LayerSpec& l : s_.project().layers)
      if (SessionParts::visible(l, look)) scene.layers.push_back(l.id);
    std::vector<std::string> grounds;
    for (const BasemapSpec& b : s_.project().basemaps)
      if (basemapShown(b, look)) grounds.push_back(b.id);
    if (!s_.project().basemaps.empty()) scene.basemap = grounds.empty() ? "none" : joined(grounds);
    if (const IndicatorSpec* i = SessionParts::indicatorOf(s_, look)) {
      scene.indicator = i->id;
      if (const int year = SessionParts::yearOf(s_, look); year > 0) scene.year = year;
    }
    if (const MapSpec map = SessionParts::mapOf(s_, look); map != MapSpec{}) scene.map = map;
    if (const HeatSpec heat = SessionParts::heatOf(s_, look); heat != HeatSpec{}) scene.heat = heat;
    if (view_.composition != scene::Composition::card) scene.composition = view_.composition;
    if (!view_.cameraIsFit && s_.worldCrs().known())
      if (const auto toDegrees = geo::Transform::make(s_.worldCrs(), geo::Crs::lonLat()))
        scene.camera.extentLonLat = rounded(geo::transformBox(*toDegrees, view_.camera.world()));
    return scene;
  }

  static geo::Box rounded(geo::Box b) {  // to a metre or so
    for (double* v : {&b.minX, &b.minY, &b.maxX, &b.maxY}) *v = std::round(*v * 1e5) / 1e5;
    return b;
  }

  // What leaves the project, or writes it, waits while it is written.
  bool afterSaving() {
    const auto& saving = SessionParts::derived(s_).saving;
    if (saving) saving->after.push_back(command_);
    return saving != nullptr;
  }

  // The layer as it may be changed; whoever calls has asked canApply.
  geo::LayerPtr loosened(const std::string& id, geo::ShapeKind kind = geo::ShapeKind::none) {
    const LayerSpec& spec = *findById(s_.project().layers, id);
    const geo::LayerPtr now = *drawingOf(s_, id);
    DerivedState& d = SessionParts::derived(s_);
    if (!spec.drawing) {
      // From here on its file is ours as long as nobody else writes it, and what it holds is a value that
      // every step of the history knows.
      const SourceKey key = sourceKey(s_, spec);
      d.ownFiles[key.path] = d.sources[key].stamp;
      const auto know = [&](Project& p) {
        for (LayerSpec& l : p.layers)
          if (l.id == id && l.drawn && !l.drawing) l.drawing = now;
      };
      know(SessionParts::project(s_)), know(SessionParts::saved(s_)), SessionParts::history(s_).each(know);
    }
    if (now->shapes.kind != geo::ShapeKind::none || kind == geo::ShapeKind::none) return now;
    auto empty = std::make_shared<geo::Layer>(*now);
    empty->shapes = {}, empty->shapes.kind = kind;
    return empty;
  }

  Done draw(const std::string& id, const geo::LayerPtr& drawing) {
    return editShow([&](Project& p) { findById(p.layers, id)->drawing = drawing; });
  }

  Done addDrawing(const AddFeature& c) {
    LayerSpec l;
    const std::string name = trimmed(c.layerName);
    std::string stem = name;
    for (char& ch : stem)
      if (ch == ':' || ch == ',' || ch == '/') ch = '-';
    l.id = stem;
    for (int n = 2; findById(s_.project().layers, l.id) != s_.project().layers.end(); ++n)
      l.id = fmt::format("{}-{}", stem, n);
    l.name = {name, name};
    l.source = c.file.empty() ? l.id + ".gpkg" : c.file;
    l.sourceLayer = l.id;  // by name it is found also when nothing is left in it
    l.key = "id", l.label = "name", l.drawn = true;
    // A colour of its own; areas let the map through.
    const auto& all = s_.project().layers;
    const auto drawn = static_cast<size_t>(
        std::count_if(all.begin(), all.end(), [](const LayerSpec& other) { return other.drawn; }));
    const auto colours = layerColours();
    l.style.colour = colours[(drawn + 3) % (colours.size() - 1)];
    l.style.width = 2;
    if (c.kind == geo::ShapeKind::polygon) l.opacity = 0.5;
    l.drawing = withFeature(*newDrawing(l.id, c.kind, s_.worldCrs()), c.vertices, trimmed(c.name));
    return edit([&](Project& p) { p.layers.push_back(l); });
  }

  // The last thing copied is what is pasted: a picture still being made comes too late.
  Done copied(std::string text) {
    s_.jobs().cancel("copy");
    view_.clipboard = std::move(text);
    return {};
  }

  void named(Name& name, const std::string& text) const {
    (language_ == Language::zh ? name.zh : name.en) = trimmed(text);
  }

  Done look(const std::function<void()>& change) {
    change();
    touch(s_);
    return {};
  }

  // Selection and hover change nothing else of the picture: it is not made again.
  Done pointed() {
    DerivedState& d = SessionParts::derived(s_);
    const bool current = d.sceneVersion == d.version;
    ++d.version;
    if (!current) return {};
    d.scene.selected = view_.selected, d.scene.hovered = view_.hovered;
    d.scene.selectionLayer = view_.selectionLayer, d.scene.selection = view_.selection;
    d.scene.version = d.sceneVersion = d.version;
    return {};
  }

  Done moved() {
    view_.flight.reset();
    view_.cameraIsFit = false;
    return {};
  }

  void fly(const scene::Camera& to) {
    if (view_.camera.frame.w > 0) view_.flight = flight(view_.camera, to);
    else view_.camera = to;
  }

  void flyToScene(const SceneSpec& scene) {
    geo::Box box = homeBox(s_);
    if (scene.camera.extentLonLat && s_.worldCrs().known())
      if (const auto toWorld = geo::Transform::make(geo::Crs::lonLat(), s_.worldCrs()))
        box = geo::transformBox(*toWorld, *scene.camera.extentLonLat);
    if (box.empty()) return;
    const scene::Camera to = SessionParts::fitted(s_, box);
    view_.cameraIsFit = !scene.camera.extentLonLat;
    if (to == view_.camera) return;
    fly(to);
    if (view_.flight && scene.transitionSeconds > 0) view_.flight->seconds = scene.transitionSeconds;
    else view_.flight.reset(), view_.camera = to;
  }

  double doubtOf(const scene::ObjectRef& o) const {
    const scene::SceneLayer* layer = scene::findLayer(s_.scene(), o.layer);
    const bool known = layer && static_cast<size_t>(o.row) < layer->uncertaintyMetres.size();
    return known ? 1.2 * layer->uncertaintyMetres[o.row] : 0;
  }

  void cancelled() {  // what was under way is not there: said so, layer by layer
    DerivedState& d = SessionParts::derived(s_);
    for (auto& [key, source] : d.sources)
      if (source.stage == LayerState::Stage::loading)
        source.stage = LayerState::Stage::failed, source.error = {tr("载入已停止。", language_), {}};
    for (auto& [id, entry] : d.layers) {
      if (!entry.building) continue;
      entry.building = false;
      entry.state.stage = LayerState::Stage::failed, entry.state.error = {tr("载入已停止。", language_), {}};
    }
    touch(s_);
  }

  // "英德市 · 人口密度 2023：167.6 人/km²（估算；…）", a line each.
  std::string figuresText(const scene::ObjectRef& o) const {
    const scene::Scene& scene = s_.scene();
    const scene::SceneLayer* layer = scene::findLayer(scene, o.layer);
    if (!layer || !layer->shape || o.row < 0) return {};
    const size_t row = static_cast<size_t>(o.row);
    const DerivedState& d = SessionParts::derived(s_);
    const auto& dress = d.layers.at(o.layer).dress;
    const auto& names = dress->fullNames[static_cast<size_t>(language_)];
    std::string text = (row < names.size() ? names[row] : fmt::format("{} {}", layer->name, row + 1)) + "\n";
    static constexpr const char* statusWords[] = {"官方", "估算", "示例", "缺失"};
    for (const IndicatorSpec& i : s_.project().indicators) {
      if (i.of != o.layer) continue;
      for (const auto& [year, figures] : s_.indicator(i.id).byYear) {
        if (row >= figures.size()) continue;
        const scene::Figure& f = figures[row];
        const std::string when = year > 0 ? fmt::format("\t{}", year) : "\t";
        const std::string value = std::isfinite(f.value) ? fmt::format("{:.{}f}", f.value, i.decimals)
                                                         : std::string(tr("未公布", language_));
        text += fmt::format("{}{}\t{}\t{}\t{}\t{}\n", i.name.in(language_), when, value, i.unit.in(language_),
                            tr(statusWords[static_cast<size_t>(f.status)], language_),
                            f.source == i.source.zh ? i.source.in(language_) : f.source);
      }
    }
    if (row < layer->uncertaintyMetres.size() && layer->uncertaintyMetres[row] > 0)
      text +=
          fmt::format("{}\t±{} km\n", tr("位置不确定范围", language_), layer->uncertaintyMetres[row] / 1000);
    return text;
  }

  Session& s_;
  const Command& command_;
  View& view_;
  const Language language_;
};

}  // namespace

void rebase(Project& p, const std::string& from, const std::string& to) {
  std::error_code error;
  const fs::path source = fs::absolute(from.empty() ? "." : from, error),
                 target = fs::absolute(to.empty() ? "." : to, error);
  const auto move = [&](std::string& path) {
    if (path.empty() || path.starts_with("/") || path.find("://") != path.npos || geo::isDatabase(path))
      return;
    path = (source / path).lexically_normal().lexically_relative(target.lexically_normal()).string();
  };
  for (LayerSpec& l : p.layers) move(l.source);
  for (BasemapSpec& b : p.basemaps)
    if (b.kind == BasemapSpec::Kind::raster || b.kind == BasemapSpec::Kind::hillshade) move(b.source);
  for (TableSpec& t : p.tables) move(t.source);
  for (IndicatorSpec& i : p.indicators)
    if (!tableOf(p, i)) move(i.table);
  move(p.targetTable), move(p.page.logo);
  for (TemplateSpec& t : p.templates) move(t.layout.logo);
}

geo::Result<void> canApply(const Session& session, const Command& command) {
  return std::visit(Check(session), command);
}

geo::Result<void> apply(Session& session, const Command& command) {
  geo::Result<void> done = canApply(session, command);
  if (done) done = std::visit(Apply(session, command), command);
  if (done) {
    auto& last = SessionParts::view(session).lastExport;
    if (const auto* image = std::get_if<ExportImage>(&command)) last = *image;
    if (const auto* atlas = std::get_if<ExportAtlas>(&command)) last = *atlas;
  }
  if (!done) SessionParts::messages(session).push_back({Message::Level::error, done.error().text()});
  if (done && !std::holds_alternative<Hover>(command)) derive(session);
  return done;
}

}  // namespace session
