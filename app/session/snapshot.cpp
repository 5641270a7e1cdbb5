#include "app/session/snapshot.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <future>

#include "app/paper/write.h"
#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/session/basemaps.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"

namespace session {
namespace {

enum class Format { png, jpeg, webp, tiff, pdf, svg, none };

Format formatOf(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (ending == ".png") return Format::png;
  if (ending == ".jpg" || ending == ".jpeg") return Format::jpeg;
  if (ending == ".webp") return Format::webp;
  if (ending == ".tif" || ending == ".tiff") return Format::tiff;
  if (ending == ".pdf") return Format::pdf;
  return ending == ".svg" ? Format::svg : Format::none;
}

// By id, or by its name in either language.
template <class List>
auto named(const List& list, const std::string& wanted) {
  auto found = std::find_if(list.begin(), list.end(), [&](const auto& x) { return x.id == wanted; });
  if (found != list.end()) return found;
  return std::find_if(list.begin(), list.end(),
                      [&](const auto& x) { return x.name.zh == wanted || x.name.en == wanted; });
}

template <class List>
std::string listed(const List& list, Language language) {
  std::vector<std::string> words;
  for (const auto& x : list)
    words.push_back(x.name.in(language).empty() || x.name.in(language) == x.id
                        ? x.id
                        : fmt::format("{} ({})", x.id, x.name.in(language)));
  return joined(words);
}

geo::Result<geo::Box> worldBox(const geo::Crs& world, const geo::Box& lonLat) {
  if (!world.known())
    return geo::fail("The map's coordinate system is not known, so an extent in degrees cannot be shown.",
                     "Declare it: --crs EPSG:4547.");
  auto toWorld = geo::Transform::make(geo::Crs::lonLat(), world);
  if (!toWorld) return tl::unexpected(toWorld.error());
  const geo::Box box = geo::transformBox(*toWorld, lonLat);
  if (box.empty())
    return geo::fail("The extent lies outside of what the map's coordinate system can show.",
                     "Give W,S,E,N in degrees.");
  return box;
}

struct Size {
  float width = 0, height = 0;  // canvas units
  double pixelsPerUnit = 1, millimetresPerUnit = 25.4 / 96, dpi = 96;
  int pixelWidth() const { return static_cast<int>(std::lround(width * pixelsPerUnit)); }
  int pixelHeight() const { return static_cast<int>(std::lround(height * pixelsPerUnit)); }
};

Size sizeOf(const SnapshotOptions& o) {
  const auto paper = paperSize(o.paper, o.landscape);
  if (!paper) return {static_cast<float>(o.width), static_cast<float>(o.height)};
  return {paper->width, paper->height, o.dpi / 25.4, 1, static_cast<double>(o.dpi)};
}

// By key, or by a name in either language, short or full; of the row that the window shows a card of when no
// name is given.
geo::Result<size_t> areaRow(const Session& session, const std::string& wanted, const Look& look) {
  const LayerSpec* county = countyLayer(session.project());
  const LayerState& state = session.layer(county ? county->id : "");
  if (!state.shape) return geo::fail("The project has no county layer, so there is no card of an area.");
  if (wanted.empty() && look.card) return *look.card;
  const auto& dress = SessionParts::derived(session).layers.at(county->id).dress;
  const geo::Column* keys = state.shape->layer->table.find(county->key);
  std::vector<std::string> known;
  for (size_t r = 0; r < state.shape->layer->rows(); ++r) {
    if (keys && keys->has(r) && trimmed(keys->text(r)) == wanted) return r;
    for (const auto* names :
         {&dress->fullNames[0], &dress->labels[0], &dress->fullNames[1], &dress->labels[1]})
      if (r < names->size() && (*names)[r] == wanted) return r;
    const auto& shown = dress->labels[static_cast<size_t>(look.language)];
    if (r < shown.size() && known.size() < 12) known.push_back(shown[r]);
  }
  return geo::fail(
      wanted.empty() ? std::string("A card needs an area.") : fmt::format("There is no area \"{}\".", wanted),
      fmt::format("Areas: {}.", joined(known)));
}

}  // namespace

std::string today() {
  // Reproducible builds of pictures: the one clock that may be set from outside.
  std::time_t now = std::time(nullptr);
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH"); fixed && *fixed)
    now = static_cast<std::time_t>(std::atoll(fixed));
  std::tm t{};
  localtime_r(&now, &t);
  return fmt::format("{:04}-{:02}-{:02}", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday);
}

// A page of the project's own size is the project's own, with the frames that stand where they were put.
scene::PageSetup pageOf(const scene::Scene& scene, const SnapshotOptions& o) {
  const Size size = sizeOf(o);
  scene::PageSetup page = scene.page;
  const bool own =
      page.width == size.width && page.height == size.height && (!o.style || *o.style == page.style);
  if (!own) {
    page.fixed.clear(), page.hidden.clear(), page.scale = 0;
    page.width = size.width, page.height = size.height;
  }
  if (o.style) page.style = *o.style;
  if (o.scale > 0) page.scale = o.scale;
  if (o.grid) page.grid = *o.grid;
  page.number = o.number;
  return page;
}

const scene::Theme& themeOf(const SnapshotOptions& o) {
  const bool paper = !o.paper.empty();
  return o.theme == "light"            ? (paper ? scene::paperTheme() : scene::lightTheme())
         : o.theme == "dark" || !paper ? scene::darkTheme()
                                       : scene::paperTheme();
}

scene::Drawing drawingOf(const scene::Scene& scene, const SnapshotOptions& o,
                         const scene::TypesetterPtr& fonts, const std::optional<geo::Box>& extent) {
  const bool paper = !o.paper.empty();
  const scene::Theme& theme = themeOf(o);
  const Size size = sizeOf(o);
  scene::Drawing d = paper && !o.bare ? scene::drawPage(scene, theme, fonts, pageOf(scene, o), extent)
                     : o.bare         ? scene::drawBare(scene, theme, fonts, size.width, size.height, extent)
                                      : scene::drawWall(scene, theme, fonts, size.width, size.height, extent);
  d.vision = o.vision;
  if (o.vision != scene::Vision::normal && !o.bare)
    scene::drawSimulated({d, theme, paper ? size.width / 420 * 0.26f : std::max(0.85f, size.width / 1920)},
                         visionText(o.vision, scene.language));
  return d;
}

double groundDensity(const SnapshotOptions& options) {
  const Size size = sizeOf(options);
  const Format format = formatOf(options.output);
  const bool vectors = format == Format::pdf || format == Format::svg;
  return vectors && options.paper.empty() ? 300.0 / 96 : size.pixelsPerUnit;  // as pictures in vectors are
}

std::string visionName(scene::Vision vision, Language language) {
  constexpr const char* names[] = {"原样", "红色盲", "绿色盲", "蓝色盲", "灰度", "冲淡的投影"};
  return tr(names[static_cast<size_t>(vision)], language);
}

std::string visionText(scene::Vision vision, Language language) {
  return fmt::format(fmt::runtime(tr("模拟视觉：{}", language)), visionName(vision, language));
}

std::string missingText(const std::set<char32_t>& characters) {
  std::vector<std::string> shown;
  for (const char32_t c : characters) {
    if (shown.size() == 8) {
      shown.push_back("…");
      break;
    }
    shown.push_back(fmt::format("U+{:04X}", static_cast<uint32_t>(c)));
  }
  return fmt::format(
      "No installed font has {} of the characters: {}. Install fonts-noto-cjk and fonts-noto-cjk-extra.",
      characters.size(), joined(shown));
}

geo::Result<size_t> areaNamed(const Session& session, const std::string& wanted) {
  Look look = SessionParts::look(session);
  look.card.reset();
  return areaRow(session, wanted, look);
}

geo::Result<const IndicatorSpec*> indicatorNamed(const Session& session, const std::string& wanted) {
  const auto& all = session.project().indicators;
  const auto found = named(all, wanted);
  if (found != all.end()) return &*found;
  return geo::fail(fmt::format("The project has no indicator \"{}\".", wanted),
                   all.empty() ? "It has no indicators."
                               : fmt::format("Indicators: {}.", listed(all, session.view().language)));
}

geo::Result<void> checkSnapshot(const SnapshotOptions& o) {
  if (formatOf(o.output) == Format::none)
    return geo::fail(fmt::format("{} has an ending that names no picture format.", o.output),
                     "Endings: .png .jpg .webp .tif .pdf .svg.");
  if (!o.theme.empty() && o.theme != "dark" && o.theme != "light")
    return geo::fail(fmt::format("There is no theme \"{}\".", o.theme), "Themes: dark, light.");
  if (!o.paper.empty() && !paperSize(o.paper))
    return geo::fail(fmt::format("There is no paper \"{}\".", o.paper), std::string(papersKnown));
  if (o.dpi < 36 || o.dpi > 1200)
    return geo::fail(fmt::format("{} dpi is out of range.", o.dpi), "It lies within 36 and 1200.");
  const Size s = sizeOf(o);
  const bool fits =
      s.pixelWidth() >= 64 && s.pixelHeight() >= 64 && s.pixelWidth() <= 60000 && s.pixelHeight() <= 60000;
  const bool vector = formatOf(o.output) == Format::pdf || formatOf(o.output) == Format::svg;
  if (!fits && !(vector && !o.paper.empty()))
    return geo::fail(
        fmt::format("A picture of {}x{} pixels cannot be made.", s.pixelWidth(), s.pixelHeight()),
        "Each side lies within 64 and 60000 pixels.");
  if (formatOf(o.output) == Format::webp)
    if (auto ok = paper::checkWebpSize(s.pixelWidth(), s.pixelHeight()); !ok) return ok;
  const Format format = formatOf(o.output);
  if (o.vision != scene::Vision::normal && (vector || format == Format::tiff))
    return geo::fail(fmt::format("{} takes no --vision: it is of pixels for the eye alone.", o.output),
                     "Those with one: .png .jpg .webp.");
  if (o.worldFile && format != Format::png && format != Format::jpeg && format != Format::webp)
    return geo::fail(
        fmt::format("{} takes no world file.", o.output),
        format == Format::svg ? "Those with one: .png .jpg .webp." : "It says itself where its map lies.");
  return {};
}

geo::Result<Look> lookFor(const Session& session, const SnapshotOptions& options) {
  const Project& project = session.project();
  Look look = SessionParts::look(session);
  if (!options.scene.empty()) {
    const auto found = named(project.scenes, options.scene);
    if (found == project.scenes.end())
      return geo::fail(fmt::format("The project has no scene \"{}\".", options.scene),
                       project.scenes.empty()
                           ? "It has no scenes."
                           : fmt::format("Scenes: {}.", listed(project.scenes, look.language)));
    look.scene = &*found;
  }
  if (!options.indicator.empty()) {
    const auto found = indicatorNamed(session, options.indicator);
    if (!found) return tl::unexpected(found.error());
    look.indicator = (*found)->id;
  }
  look.year = options.year, look.lockBreaks = options.lockBreaks;
  look.basemap = options.basemap;
  for (const std::string& id : splitList(options.basemap))
    if (id != "none" && std::none_of(project.basemaps.begin(), project.basemaps.end(),
                                     [&](const BasemapSpec& b) { return b.id == id; }))
      return geo::fail(fmt::format("The project has no basemap \"{}\".", id),
                       project.basemaps.empty()
                           ? "It has no basemaps."
                           : fmt::format("Basemaps: {}; or none.", listed(project.basemaps, look.language)));
  const IndicatorSpec* spec = SessionParts::indicatorOf(session, look);
  if (spec && options.year) {
    const IndicatorState& state = session.indicator(spec->id);
    if (!state.byYear.count(*options.year)) {
      std::vector<std::string> years;
      for (const int y : state.years)
        if (y > 0) years.push_back(fmt::format("{}", y));
      return geo::fail(fmt::format("\"{}\" has no figures for {}.", spec->id, *options.year),
                       years.empty() ? "It has no years." : fmt::format("Years: {}.", joined(years)));
    }
  }
  if (look.scene) look.composition = look.scene->composition;
  if (options.composition) look.composition = *options.composition;
  if (look.composition == scene::Composition::card) {
    auto row = areaRow(session, options.card, look);
    if (!row) return tl::unexpected(row.error());
    look.card = *row;
  }
  if (look.composition == scene::Composition::ledger && session.targets().empty())
    return geo::fail("The project has no targets.", "List them as [[targets]], or name a target_table.");
  return look;
}

geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options) {
  const auto look = lookFor(session, options);
  if (!look) return tl::unexpected(look.error());
  return sceneFor(session, options, *look, partsFor(session, *look));
}

geo::Result<scene::Scene> sceneFor(const Session& session, const SnapshotOptions& options, const Look& look,
                                   const Parts& parts) {
  scene::Scene scene = buildScene(session, look, parts);
  scene.date = options.date.empty() ? today() : options.date;
  if (!options.focus.empty()) {
    const auto row = areaNamed(session, options.focus);
    if (!row) return tl::unexpected(row.error());
    scene.focus = scene::ObjectRef{countyLayer(session.project())->id, static_cast<long>(*row)};
  }
  if (look.scene && look.scene->camera.extentLonLat) {
    auto box = worldBox(session.worldCrs(), *look.scene->camera.extentLonLat);
    if (!box) return tl::unexpected(box.error());
    scene.home = *box;
  }
  return scene;
}

scene::Scene pageScene(const Session& session) {
  SnapshotOptions shown;
  shown.composition = session.view().composition;
  if (mapsReady(session))
    if (auto scene = sceneFor(session, shown)) return std::move(*scene);
  scene::Scene scene = session.scene();
  scene.date = today();
  return scene;
}

geo::Result<void> writeSnapshot(const scene::Scene& scene, const SnapshotOptions& options,
                                scene::TypesetterPtr fonts, const geo::Crs& worldCrs, geo::Progress* progress,
                                std::vector<std::string>* warnings, const RecipeDraft* recipe) {
  if (auto good = checkSnapshot(options); !good) return good;
  // The bare map always lies flat; what is seen from the side lies at no place of its own.
  const bool tilted = scene::isTilted(scene) && !options.bare && scene.composition == scene::Composition::map;
  if (tilted && (options.worldFile || formatOf(options.output) == Format::tiff))
    return geo::fail(
        fmt::format(fmt::runtime(tr("{} 不能带坐标：这个场景是倾斜的。", scene.language)), options.output),
        tr("裸图（--bare）总是平的；或换一种格式，不带坐标文件。", scene.language));
  std::optional<geo::Box> extent;
  if (options.extentLonLat) {
    auto box = worldBox(worldCrs, *options.extentLonLat);
    if (!box) return tl::unexpected(box.error());
    extent = *box;
  }
  // The data are hashed while the picture is laid out.
  std::future<std::string> making;
  if (recipe)
    making = std::async(std::launch::async, [recipe, &scene] { return recipeText(*recipe, scene); });
  scene::Drawing drawing = drawingOf(scene, options, fonts, extent);
  GroundLacks lacking;
  const auto ground =
      fillGround(drawing, themeOf(options), scene.language, groundDensity(options), progress, &lacking);
  if (!ground) return ground;
  if (warnings)
    for (auto& [id, line] : lacking) warnings->push_back(std::move(line));
  if (!scene.internal) {
    auto lacks = unfitToPublish(scene);
    if (!drawing.missingGlyphs.empty()) lacks.push_back(missingText(drawing.missingGlyphs));
    if (!lacks.empty())
      return geo::fail(fmt::format(fmt::runtime(tr("{} 不能公开发布：{}。", scene.language)), options.output,
                                   joined(lacks, scene.language == Language::zh ? "；" : "; ")),
                       tr("补齐后再导出，或把项目设为内部（public = false）。", scene.language));
  }
  if (warnings && !drawing.missingGlyphs.empty()) warnings->push_back(missingText(drawing.missingGlyphs));
  paper::Meta meta;
  meta.title = scene.title, meta.subject = scene.name;
  if (recipe) meta.recipe = making.get();
  return writeDrawing(drawing, options, tilted ? geo::Crs{} : worldCrs, meta, progress);
}

geo::Result<void> writeDrawing(const scene::Drawing& drawing, const SnapshotOptions& options,
                               const geo::Crs& worldCrs, paper::Meta meta, geo::Progress* progress,
                               std::shared_ptr<paper::PdfSeries> series) {
  const Size s = sizeOf(options);
  const std::string& path = options.output;
  if (options.worldFile) {
    meta.beside = paper::worldFiles(drawing, path, s.pixelsPerUnit, worldCrs);
    if (meta.beside.empty())
      return geo::fail("The picture shows no map, so there is no world file for it.",
                       "Leave out --world-file.");
  }
  paper::VectorOptions vectorOptions{s.millimetresPerUnit, options.paper.empty() ? 300 : s.dpi, {}, {}};
  if (worldCrs.known()) vectorOptions.crs = worldCrs;
  vectorOptions.series = std::move(series);
  switch (formatOf(path)) {
    case Format::png:
      return paper::writePng(drawing, path, s.pixelWidth(), s.pixelHeight(), s.pixelsPerUnit, s.dpi, meta,
                             progress);
    case Format::jpeg:
      return paper::writeJpeg(drawing, path, s.pixelWidth(), s.pixelHeight(), s.pixelsPerUnit, s.dpi, meta,
                              progress);
    case Format::webp:
      return paper::writeWebp(drawing, path, s.pixelWidth(), s.pixelHeight(), s.pixelsPerUnit, s.dpi, meta,
                              progress);
    case Format::tiff:
      return paper::writeGeoTiff(drawing, path, s.pixelWidth(), s.pixelHeight(), s.pixelsPerUnit, s.dpi,
                                 worldCrs, meta, progress);
    case Format::pdf:
      return paper::writePdf(drawing, path, vectorOptions, meta, progress);
    case Format::svg:
      return paper::writeSvg(drawing, path, vectorOptions, meta, progress);
    case Format::none:
      break;
  }
  return geo::fail("No picture format.");
}

}  // namespace session
