#include "app/session/atlas.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <thread>

#include "app/paper/write.h"
#include "app/scene/draw_scene.h"
#include "app/session/basemaps.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/shown.h"
#include "app/session/snapshot.h"

namespace session {
namespace {

namespace fs = std::filesystem;

bool isBook(const std::string& output) {
  std::string ending = fs::path(output).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return ending == ".pdf";
}

bool hasFigures(const std::vector<scene::Figure>& figures) {
  return std::any_of(figures.begin(), figures.end(),
                     [](const scene::Figure& f) { return std::isfinite(f.value); });
}

// As part of a file's name: no folders, no spaces, no surprises for a shell.
std::string fileWord(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool plain = u >= 0x80 || std::isalnum(u) || c == '_' || c == '-';
    if (plain) out += c;
    else if (!out.empty() && out.back() != '-') out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "x" : out;
}

struct Subject {
  const IndicatorSpec* spec = nullptr;
  int year = 0;
  bool locked = false;
};

class Planner {
 public:
  Planner(const Session& session, AtlasOptions options)
      : s_(session),
        project_(session.project()),
        lang_(session.view().language),
        options_(std::move(options)) {}

  // Of the overview, then of each indicator and year.
  geo::Result<std::vector<SnapshotOptions>> maps() {
    if (auto good = prepare(); !good) return tl::unexpected(good.error());
    std::vector<SnapshotOptions> all{options_.page};
    for (const Subject& subject : subjects_) {
      SnapshotOptions& o = all.emplace_back(options_.page);
      o.indicator = subject.spec->id, o.lockBreaks = subject.locked;
      if (subject.year) o.year = subject.year;
    }
    for (SnapshotOptions& o : all) o.composition = scene::Composition::map;
    return all;
  }

  geo::Result<Atlas> plan(const std::vector<Parts>& parts) {
    const auto all = maps();
    if (!all) return tl::unexpected(all.error());
    Atlas atlas;
    atlas.options = options_, atlas.countyLayer = county_->id, atlas.left = left_;
    for (size_t i = 0; i < all->size(); ++i) {
      const auto look = lookFor(s_, (*all)[i]);
      if (!look) return tl::unexpected(look.error());
      auto scene = sceneFor(s_, (*all)[i], *look, parts.at(i));
      if (!scene) return tl::unexpected(scene.error());
      scene->tilt.reset();  // an atlas is for measuring
      atlas.scenes.push_back(std::move(*scene));
    }
    index(atlas);
    number(atlas);
    atlas.recipe = recipeDraft(s_, options_.page);
    atlas.recipe.sheets = atlas.sheets.size();
    for (const size_t row : rows_) atlas.recipe.areas.push_back(keyOf(row));
    for (const Subject& subject : subjects_)
      atlas.recipe.subjects.push_back(subject.year ? fmt::format("{}:{}", subject.spec->id, subject.year)
                                                   : subject.spec->id);
    return atlas;
  }

  size_t count() { return prepare() ? rows_.size() * subjects_.size() : 0; }

 private:
  geo::Result<void> prepare() {
    county_ = countyLayer(project_);
    if (county_) shape_ = s_.layer(county_->id).shape;
    if (!shape_)
      return geo::fail("The project has no county layer, so there is nothing to make sheets of.",
                       "Give a layer role = \"county\".");
    if (auto good = areas(); !good) return good;
    return subjects();
  }

  std::string keyOf(size_t row) const {
    const geo::Column* keys = shape_->layer->table.find(county_->key);
    return keys && keys->has(row) ? trimmed(keys->text(row)) : fmt::format("{}", row + 1);
  }

  std::string nameOf(size_t row) const {
    const auto& dress = SessionParts::derived(s_).layers.at(county_->id).dress;
    const auto& names = dress->fullNames[static_cast<size_t>(lang_)];
    return row < names.size() && !names[row].empty() ? names[row] : keyOf(row);
  }

  std::string shortName(size_t row) const {  // on the index's map
    const auto& dress = SessionParts::derived(s_).layers.at(county_->id).dress;
    const auto& names = dress->labels[static_cast<size_t>(lang_)];
    return row < names.size() && !names[row].empty() ? names[row] : nameOf(row);
  }

  geo::Result<void> areas() {
    const auto& shapes = shape_->layer->shapes;
    if (options_.areas.empty())
      for (size_t r = 0; r < shape_->layer->rows(); ++r)
        if (!shapes.box(r).empty()) rows_.push_back(r);
    for (const std::string& wanted : options_.areas) {
      const auto row = areaNamed(s_, wanted);
      if (!row) return tl::unexpected(row.error());
      if (std::find(rows_.begin(), rows_.end(), *row) == rows_.end()) rows_.push_back(*row);
    }
    if (rows_.empty()) return geo::fail("The county layer has no areas.", "Check its source and its filter.");
    return {};
  }

  geo::Result<void> subjects() {
    std::vector<const IndicatorSpec*> specs;
    if (options_.indicators.empty())
      for (const IndicatorSpec& i : project_.indicators)
        if (i.of == county_->id) specs.push_back(&i);
    for (const std::string& wanted : options_.indicators) {
      const auto spec = indicatorNamed(s_, wanted);
      if (!spec) return tl::unexpected(spec.error());
      if ((*spec)->of != county_->id)
        return geo::fail(fmt::format("\"{}\" has no figures of areas.", (*spec)->id),
                         "Choose an indicator of the county layer.");
      if (std::find(specs.begin(), specs.end(), *spec) == specs.end()) specs.push_back(*spec);
    }
    std::set<int> there;
    for (const IndicatorSpec* spec : specs)
      for (const auto& [year, figures] : s_.indicator(spec->id).byYear)
        if (year > 0 && hasFigures(figures)) there.insert(year);
    for (const int year : options_.years)
      if (!there.contains(year))
        return geo::fail(
            fmt::format("No indicator has figures of areas for {}.", year),
            there.empty() ? "None has years." : fmt::format("Years: {}.", fmt::join(there, ", ")));
    for (const IndicatorSpec* spec : specs) {
      const IndicatorState& state = s_.indicator(spec->id);
      std::vector<int> years;
      for (const auto& [year, figures] : state.byYear) {
        const bool wanted =
            options_.years.empty() || year == 0 ||
            std::find(options_.years.begin(), options_.years.end(), year) != options_.years.end();
        if (wanted && hasFigures(figures)) years.push_back(year);
      }
      if (!years.empty() && options_.years.empty() && !options_.allYears) years = {yearIn(state, 0)};
      if (years.empty()) {
        left_.push_back(fmt::format(fmt::runtime(tr("“{}”没有可用的数字，图集中不含它。", lang_)),
                                    spec->name.in(lang_).empty() ? spec->id : spec->name.in(lang_)));
        continue;
      }
      for (const int year : years) subjects_.push_back({spec, year, years.size() > 1});
    }
    if (!subjects_.empty()) return {};
    return geo::fail("No indicator has figures of areas.", "Choose others.");
  }

  std::string titleOf(const Subject& subject) const {
    std::string title =
        subject.spec->name.in(lang_).empty() ? subject.spec->id : subject.spec->name.in(lang_);
    if (subject.year)
      title += fmt::format(fmt::runtime(lang_ == Language::zh ? "（{} 年）" : " ({})"), subject.year);
    return title;
  }

  // The list's length says how many sheets it takes, and those say where the areas' begin.
  void index(Atlas& atlas) {
    scene::AtlasIndex& x = atlas.index;
    x.words = tr("图幅索引", lang_);
    const auto make = [&](int before) {
      x.lines.clear(), x.areas.clear();
      x.lines.push_back({tr("全市概览", lang_), 1, true});
      int sheet = before;
      for (const size_t row : rows_) {
        x.lines.push_back({nameOf(row), sheet + 1, true});
        x.areas.push_back({row, shortName(row), sheet + 1, sheet + static_cast<int>(subjects_.size())});
        for (const Subject& subject : subjects_) x.lines.push_back({titleOf(subject), ++sheet, false});
      }
      x.total = sheet;
    };
    make(2);
    const int sheets = scene::indexSheets(x, pageOf(atlas.scenes[0], options_.page));
    make(1 + sheets);
    indexSheets_ = sheets;
  }

  void number(Atlas& atlas) {
    const auto add = [&](AtlasSheet sheet, const std::string& file) {
      const int digits = std::max<int>(2, static_cast<int>(fmt::format("{}", atlas.index.total).size()));
      sheet.file = fmt::format("{:0{}}-{}.{}", atlas.sheets.size() + 1, digits, file, options_.ending);
      atlas.sheets.push_back(std::move(sheet));
    };
    AtlasSheet first;
    first.kind = AtlasSheet::Kind::overview, first.title = tr("全市概览", lang_);
    add(first, "overview");
    for (int part = 0; part < indexSheets_; ++part) {
      AtlasSheet sheet;
      sheet.kind = AtlasSheet::Kind::index, sheet.title = atlas.index.words, sheet.part = part;
      add(sheet, indexSheets_ > 1 ? fmt::format("index-{}", part + 1) : "index");
    }
    for (const size_t row : rows_)
      for (size_t i = 0; i < subjects_.size(); ++i) {
        AtlasSheet sheet;
        sheet.title = nameOf(row) + " · " + titleOf(subjects_[i]);
        sheet.scene = 1 + i, sheet.area = keyOf(row), sheet.row = row;
        sheet.indicator = subjects_[i].spec->id, sheet.year = subjects_[i].year;
        std::string file = fileWord(sheet.area) + "-" + fileWord(sheet.indicator);
        if (sheet.year) file += fmt::format("-{}", sheet.year);
        add(sheet, file);
      }
  }

  const Session& s_;
  const Project& project_;
  Language lang_;
  AtlasOptions options_;
  const LayerSpec* county_ = nullptr;
  scene::MapShapePtr shape_;
  std::vector<size_t> rows_;
  std::vector<Subject> subjects_;
  std::vector<std::string> left_;
  int indexSheets_ = 1;
};

SnapshotOptions sheetOptions(const Atlas& atlas, size_t i) {
  const AtlasSheet& sheet = atlas.sheets[i];
  SnapshotOptions o = atlas.options.page;
  o.number = fmt::format("{} / {}", i + 1, atlas.sheets.size());
  if (sheet.kind == AtlasSheet::Kind::area) {
    o.indicator = sheet.indicator, o.focus = sheet.area;
    if (sheet.year) o.year = sheet.year;
  }
  return o;
}

scene::Drawing drawSheet(const Atlas& atlas, size_t i, const scene::TypesetterPtr& fonts) {
  const AtlasSheet& sheet = atlas.sheets[i];
  const SnapshotOptions o = sheetOptions(atlas, i);
  const scene::Scene& base = atlas.scenes[sheet.scene];
  if (sheet.kind == AtlasSheet::Kind::index)
    return scene::drawAtlasIndex(base, themeOf(o), fonts, pageOf(base, o), atlas.index, sheet.part);
  if (sheet.kind == AtlasSheet::Kind::overview) return drawingOf(base, o, fonts);
  scene::Scene scene = base;
  scene.focus = scene::ObjectRef{atlas.countyLayer, static_cast<long>(sheet.row)};
  return drawingOf(scene, o, fonts);
}

tl::unexpected<geo::Error> withoutGlyphs(const Atlas& atlas, const scene::Drawing& drawing) {
  const Language lang = atlas.recipe.language;
  return geo::fail(fmt::format(fmt::runtime(tr("{} 不能公开发布：{}。", lang)), atlas.options.page.output,
                               missingText(drawing.missingGlyphs)),
                   tr("补齐后再导出，或把项目设为内部（public = false）。", lang));
}

geo::Result<void> writeBook(const Atlas& atlas, const scene::TypesetterPtr& fonts, const geo::Crs& worldCrs,
                            geo::Progress* progress, std::vector<std::string>* warnings) {
  GroundLacks lacking;
  std::mutex guard;  // of it
  std::vector<std::string> bookmarks;
  for (const AtlasSheet& sheet : atlas.sheets) bookmarks.push_back(sheet.title);
  paper::Meta meta;
  meta.title = atlas.scenes[0].title, meta.subject = atlas.index.words;
  meta.recipe = recipeText(atlas.recipe, atlas.scenes[0], progress);
  paper::VectorOptions options{1, static_cast<double>(atlas.options.page.dpi), {}, {}};
  if (worldCrs.known()) options.crs = worldCrs;
  auto written = paper::writePdfBook(
      bookmarks,
      [&](size_t i) -> geo::Result<scene::Drawing> {
        scene::Drawing d = drawSheet(atlas, i, fonts);
        const SnapshotOptions o = sheetOptions(atlas, i);
        GroundLacks lacks;
        const auto ground =
            fillGround(d, themeOf(o), atlas.recipe.language, groundDensity(o), nullptr, &lacks);
        if (!ground) return tl::unexpected(ground.error());
        {
          const std::lock_guard lock(guard);
          lacking.merge(lacks);
        }
        if (!atlas.scenes[0].internal && !d.missingGlyphs.empty()) return withoutGlyphs(atlas, d);
        return d;
      },
      atlas.options.page.output, options, meta, progress);
  if (warnings)
    for (auto& [id, line] : lacking) warnings->push_back(std::move(line));
  return written;
}

// What killed programs left behind.
void removeStale(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    int pid = 0;
    if (!name.starts_with(".atlas-") || !name.ends_with(".part")) continue;
    std::from_chars(name.data() + 7, name.data() + name.size(), pid);
    if (pid > 0 && kill(pid, 0) != 0 && errno == ESRCH) stale.push_back(entry.path());
  }
  for (const fs::path& path : stale) fs::remove_all(path, error);
}

// Sheets are written beside their place and moved there when all of them are whole.
geo::Result<void> writeFolder(const Atlas& atlas, const scene::TypesetterPtr& fonts, const geo::Crs& worldCrs,
                              geo::Progress* progress, std::vector<std::string>* warnings) {
  const fs::path folder = atlas.options.page.output;
  std::error_code error;
  const bool isNew = !fs::exists(folder, error);
  if (isNew && !fs::create_directory(folder, error))
    return geo::fail(fmt::format("The folder {} cannot be made: {}.", folder.string(), error.message()),
                     "Choose another place.");
  if (!fs::is_directory(folder, error))
    return geo::fail(fmt::format("{} is not a folder.", folder.string()),
                     "Name a folder, or a file that ends in .pdf.");
  removeStale(folder);
  const fs::path draft = folder / fmt::format(".atlas-{}.part", getpid());
  fs::remove_all(draft, error);
  if (!fs::create_directory(draft, error))
    return geo::fail(fmt::format("{} takes no files: {}.", folder.string(), error.message()),
                     "Choose another place.");
  RecipeDraft recipe = atlas.recipe;
  hashData(recipe, progress);
  std::atomic<size_t> turn{0}, done{0};
  std::atomic<bool> stop{false};
  std::mutex guard;  // of what the threads report
  geo::Result<void> result;
  std::set<std::string> told;
  const auto series = paper::pdfSeries();
  GroundLacks lacking;
  const auto work = [&] {
    for (size_t i; !stop && (i = turn++) < atlas.sheets.size();) {
      const AtlasSheet& sheet = atlas.sheets[i];
      SnapshotOptions o = sheetOptions(atlas, i);
      o.output = (draft / sheet.file).string();
      scene::Drawing drawing = drawSheet(atlas, i, fonts);
      GroundLacks lacks;
      geo::Result<void> written =
          fillGround(drawing, themeOf(o), atlas.recipe.language, groundDensity(o), nullptr, &lacks);
      if (!written) {
      } else if (!drawing.missingGlyphs.empty() && !atlas.scenes[0].internal) {
        written = withoutGlyphs(atlas, drawing);
      } else {
        RecipeDraft own = recipe;
        own.options = o;
        paper::Meta meta;
        meta.title = sheet.title, meta.subject = atlas.scenes[0].title;
        meta.recipe = recipeText(own, atlas.scenes[sheet.scene]);
        written = writeDrawing(drawing, o, worldCrs, meta, nullptr, series);
      }
      const std::lock_guard lock(guard);
      lacking.merge(lacks);
      if (!drawing.missingGlyphs.empty()) told.insert(missingText(drawing.missingGlyphs));
      if (!written && !stop) {
        geo::Error told = written.error();  // of the place that the user named
        if (const size_t at = told.what.find(draft.string()); at != told.what.npos)
          told.what.replace(at, draft.string().size(), folder.string());
        result = tl::unexpected(told), stop = true;
      }
      const double fraction = static_cast<double>(++done) / static_cast<double>(atlas.sheets.size());
      if (progress && !progress->keepGoing(fraction) && !stop)
        result = geo::fail(fmt::format("Writing {} was cancelled.", folder.string())), stop = true;
    }
  };
  {
    // Each picture is painted by several threads already; a few at once keep all cores busy between them.
    const size_t threads =
        std::min<size_t>(std::clamp(std::thread::hardware_concurrency(), 1u, 4u), atlas.sheets.size());
    std::vector<std::jthread> others;
    for (size_t t = 1; t < threads; ++t) others.emplace_back(work);
    work();
  }
  std::vector<fs::path> made;  // sheets, and what stands beside them
  for (const auto& entry : fs::directory_iterator(draft, error)) made.push_back(entry.path());
  for (const fs::path& file : made) {
    if (!result) break;
    const fs::path place = folder / file.filename();
    fs::rename(file, place, error);
    if (error)
      result = geo::fail(fmt::format("{} cannot be written: {}.", place.string(), error.message()),
                         "Choose another place.");
  }
  fs::remove_all(draft, error);
  if (!result && isNew) fs::remove(folder, error);  // only if it is empty
  for (auto& [id, line] : lacking) told.insert(std::move(line));
  if (warnings) warnings->insert(warnings->end(), told.begin(), told.end());
  return result;
}

}  // namespace

geo::Result<AtlasDraft> draftAtlas(const Session& session, const AtlasOptions& asked) {
  AtlasOptions options = asked;
  const PageSpec& own = session.project().page;
  options.page.landscape = asked.landscape.value_or(asked.page.paper.empty() ? own.landscape : true);
  if (asked.page.paper.empty()) options.page.paper = own.paper;
  SnapshotOptions like = options.page;
  if (!isBook(like.output)) like.output = "sheet." + options.ending;
  if (auto good = checkSnapshot(like); !good) return tl::unexpected(good.error());
  const auto maps = Planner(session, options).maps();
  if (!maps) return tl::unexpected(maps.error());
  std::vector<PartsWork> work;
  for (const SnapshotOptions& o : *maps) {
    const auto look = lookFor(session, o);
    if (!look) return tl::unexpected(look.error());
    work.push_back(partsWork(session, *look));
  }
  auto parts = std::make_shared<std::vector<Parts>>();
  AtlasDraft draft;
  draft.work = [work = std::move(work), parts](geo::Progress& progress) {
    for (const PartsWork& one : work)
      if (!progress.cancelled()) parts->push_back(one(progress));
  };
  draft.plan = [options, parts, count = maps->size(),
                project = session.project()](const Session& s) -> geo::Result<Atlas> {
    if (!(s.project() == project) || parts->size() != count)
      return geo::fail(tr("做图集时项目有了改动。", s.view().language),
                       tr("再导出一次。", s.view().language));
    return Planner(s, options).plan(*parts);
  };
  return draft;
}

geo::Result<Atlas> planAtlas(const Session& session, const AtlasOptions& options) {
  auto draft = draftAtlas(session, options);
  if (!draft) return tl::unexpected(draft.error());
  geo::Progress progress;
  draft->work(progress);
  return draft->plan(session);
}

AtlasOptions atlasOptions(const ExportAtlas& c) {
  AtlasOptions o;
  o.page.output = c.path, o.page.paper = c.paper, o.page.dpi = c.dpi, o.ending = c.ending;
  if (!c.paper.empty()) o.landscape = c.landscape;
  o.areas = c.areas, o.indicators = c.indicators, o.years = c.years;
  return o;
}

size_t atlasSheetCount(const Session& session, const AtlasOptions& options) {
  return Planner(session, options).count();
}

geo::Result<void> writeAtlas(const Atlas& atlas, scene::TypesetterPtr fonts, const geo::Crs& worldCrs,
                             geo::Progress* progress, std::vector<std::string>* warnings) {
  if (!atlas.scenes[0].internal) {
    std::vector<std::string> lacks;
    for (const scene::Scene& scene : atlas.scenes)
      for (std::string& line : unfitToPublish(scene))
        if (std::find(lacks.begin(), lacks.end(), line) == lacks.end()) lacks.push_back(std::move(line));
    const Language lang = atlas.recipe.language;
    if (!lacks.empty())
      return geo::fail(fmt::format(fmt::runtime(tr("{} 不能公开发布：{}。", lang)), atlas.options.page.output,
                                   joined(lacks, lang == Language::zh ? "；" : "; ")),
                       tr("补齐后再导出，或把项目设为内部（public = false）。", lang));
  }
  if (warnings) warnings->insert(warnings->end(), atlas.left.begin(), atlas.left.end());
  fonts = fonts->remembering();  // the sheets say much the same
  return isBook(atlas.options.page.output) ? writeBook(atlas, fonts, worldCrs, progress, warnings)
                                           : writeFolder(atlas, fonts, worldCrs, progress, warnings);
}

}  // namespace session
