#include "app/session/database_layers.h"

#include <fmt/format.h>

#include <set>
#include <unordered_set>

#include "app/session/basemaps.h"
#include "app/session/filter.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/sources.h"

namespace session {
namespace {

using Stage = LayerState::Stage;
using Level = Message::Level;
using geo::Box;
using geo::DatabaseTable;

constexpr double rowsReadWhole = 20'000;  // a table of fewer is one layer like any other
constexpr size_t rowsForOnePicture = 2'000'000;
constexpr size_t rowsForFigures = 1'000'000;
constexpr size_t pointsInTile = 4'000;  // of more the server counts them by cells
constexpr size_t shapesInTile = 6'000;
constexpr double tilePixels = 1024;  // at the level's finest; half as many on the screen at its coarsest
constexpr double cellPixels = 8;
constexpr size_t keptBytes = size_t{96} << 20;
constexpr double longestPause = 15;  // seconds between tries while the server is away
constexpr geo::DatabaseLimits limits{6, 20};
constexpr geo::DatabaseLimits patient{6, 120};

std::string named(const SourceKey& key) { return geo::withoutPassword(key.path); }

template <class... Args>
std::string say(const Session& session, const char* text, const Args&... args) {
  return fmt::format(fmt::runtime(tr(text, session.view().language)), args...);
}

void report(Session& session, Level level, const std::string& text) {
  auto& all = SessionParts::messages(session);
  if (!all.empty() && all.back().text == text) return;
  all.push_back({level, text});
}

geo::Crs crsOf(const SourceKey& key, const DatabaseTable& table) {
  if (key.crs.empty()) return table.crs;
  auto declared = geo::Crs::parse(key.crs);
  return declared ? std::move(*declared) : table.crs;
}

geo::Result<geo::LayerPtr> inWorld(const geo::LayerPtr& layer, const geo::Crs& from, const geo::Crs& world) {
  auto moved = std::make_shared<geo::Layer>(*layer);
  moved->crs = from;
  if (layer->shapes.kind != geo::ShapeKind::none && from.known() && world.known()) {
    auto transform = geo::Transform::make(from, world);
    if (!transform) return tl::unexpected(transform.error());
    if (!transform->identity()) transform->apply(moved->shapes.vertices);
    moved->crs = world;
  }
  // What cannot be transformed would be no number, and a shape's numbers are finite.
  for (geo::Point& p : moved->shapes.vertices)
    if (!std::isfinite(p.x) || !std::isfinite(p.y))
      p = moved->bounds.empty() ? geo::Point{} : moved->bounds.centre();
  moved->bounds = moved->shapes.box();
  return geo::LayerPtr(moved);
}

// Asking
// ---------------------------------------------------------------------------------------------------------------

struct Asked {
  bool unreachable = false;
  geo::Result<geo::Loaded> loaded;  // whole; or empty, with the extent as bounds
  std::shared_ptr<const DatabaseTable> table;
  std::string where;
  bool byView = false;
  std::shared_ptr<geo::Database> connection;
};

geo::Result<geo::LayerPtr> emptyLayer(const DatabaseTable& t, const SourceKey& key) {
  auto layer = std::make_shared<geo::Layer>();
  layer->name = t.name, layer->source = {named(key), "PostgreSQL", t.text()};
  layer->crs = crsOf(key, t), layer->table = t.columns;
  layer->shapes.kind = t.kind, layer->bounds = t.extent;
  return geo::LayerPtr(layer);
}

Asked ask(const SourceKey& key, bool onePicture, geo::Progress& progress) {
  const auto failedWith = [](const geo::Error& e) {
    return Asked{false, tl::unexpected(e), nullptr, {}, false, nullptr};
  };
  auto connection = geo::Database::open(key.path, onePicture ? patient : limits, &progress);
  if (!connection) {
    Asked out = failedWith(connection.error());
    out.unreachable = true;
    return out;
  }
  const std::string wanted = key.layer.empty() ? geo::tableNamedBy(key.path) : key.layer;
  auto described = (*connection)->describe(wanted, {}, &progress);
  if (!described) return failedWith(described.error());
  const auto filter = parseFilter(key.filter);
  if (!filter) return failedWith(filter.error());
  auto where = filter->sql(described->columns, described->text());
  if (!where) return failedWith(where.error());
  if (!where->empty())
    if (auto rows = (*connection)->expectedRows(*described, {}, *where, &progress))
      described->estimatedRows = *rows;
  auto table = std::make_shared<const DatabaseTable>(std::move(*described));
  Asked out{false,  geo::Loaded{}, table,
            *where, false,         std::shared_ptr<geo::Database>(std::move(*connection))};
  out.byView = !table->geometry.empty() && !onePicture && table->estimatedRows > rowsReadWhole;
  if (!out.byView) {
    geo::RowsWanted w;
    w.where = *where, w.geometry = !table->geometry.empty();
    w.most = onePicture   ? rowsForOnePicture
             : w.geometry ? static_cast<size_t>(rowsReadWhole) * 10
                          : rowsForFigures;
    auto rows = out.connection->rows(*table, w, &progress);
    if (!rows) return failedWith(rows.error());
    if (rows->cut)
      rows->report.add(
          {"cut",
           {},
           fmt::format("{} has more than {} rows; the rest was not read.", table->text(), w.most),
           "filter"});
    auto raw = std::make_shared<geo::Layer>(*rows->layer);
    raw->crs = crsOf(key, *table);
    out.loaded = geo::Loaded{raw, std::move(rows->report)};
    return out;
  }
  auto empty = emptyLayer(*table, key);
  if (!empty) return failedWith(empty.error());
  out.loaded = geo::Loaded{*empty, {}};
  return out;
}

// Tiles
// ---------------------------------------------------------------------------------------------------------------

double sideOf(int level) { return tilePixels * std::exp2(level); }

Box boxOf(const DatabaseTile& t) {
  const double side = sideOf(t.level);
  return {static_cast<double>(t.x) * side, static_cast<double>(t.y) * side,
          static_cast<double>(t.x + 1) * side, static_cast<double>(t.y + 1) * side};
}

// Of the window, from where a flight is going to; of a show the scene on the wall.
scene::Camera cameraOf(const Session& session) {
  const View& view = session.view();
  if (!view.show.on) return view.flight ? view.flight->to : view.camera;
  Box box = homeBox(session);
  const geo::Crs& world = session.worldCrs();
  for (const SceneSpec& spec : session.project().scenes)
    if (spec.id == view.show.scene && spec.camera.extentLonLat && world.known())
      if (const auto toWorld = geo::Transform::make(geo::Crs::lonLat(), world))
        box = geo::transformBox(*toWorld, *spec.camera.extentLonLat);
  return box.empty() ? view.camera : scene::Camera::fit({0, 0, 1920, 1080}, box);
}

// What the camera sees, the middle first.
std::vector<DatabaseTile> tilesInView(const Session& session, const DatabaseState& s) {
  const scene::Camera camera = cameraOf(session);
  if (camera.frame.w < 1 || camera.frame.h < 1 || !s.toWorld) return {};
  std::array<geo::Point, 9> grid;
  const Box view = camera.world();
  for (size_t i = 0; i < grid.size(); ++i)
    grid[i] = {view.minX + view.width() * static_cast<double>(i % 3) / 2,
               view.minY + view.height() * static_cast<double>(i / 3) / 2};
  s.toWorld->applyInverse(grid);
  Box box;
  for (const geo::Point p : grid)
    if (std::isfinite(p.x) && std::isfinite(p.y)) box.add(p);
  if (box.empty() || !(box.width() > 0)) return {};
  // Beyond the table there is nothing to ask for; its extent is an estimate.
  const Box all =
      s.table->extent.empty()
          ? box
          : s.table->extent.grown(std::max(s.table->extent.width(), s.table->extent.height()) / 2);
  if (!box.intersects(all)) return {};
  const double unit = box.width() / static_cast<double>(camera.frame.w);
  const int level = static_cast<int>(std::floor(std::log2(unit)));
  const double side = sideOf(level);
  const Box seen{std::max(box.minX, all.minX), std::max(box.minY, all.minY), std::min(box.maxX, all.maxX),
                 std::min(box.maxY, all.maxY)};
  const auto at = [&](double v) { return static_cast<long>(std::floor(v / side)); };
  std::vector<DatabaseTile> tiles;
  for (long y = at(seen.minY); y <= at(seen.maxY); ++y)
    for (long x = at(seen.minX); x <= at(seen.maxX); ++x) tiles.push_back({level, x, y});
  if (tiles.size() > 64) return {};
  const geo::Point c = box.centre();
  std::sort(tiles.begin(), tiles.end(), [&](const auto& a, const auto& b) {
    const auto far = [&](const DatabaseTile& t) {
      const geo::Point m = boxOf(t).centre();
      return std::hypot(m.x - c.x, m.y - c.y);
    };
    return std::pair(far(a), a) < std::pair(far(b), b);
  });
  return tiles;
}

struct Fetched {
  geo::Result<DatabaseRowsPtr> rows;
  std::shared_ptr<geo::Database> connection;  // null: it broke
};

geo::Result<DatabaseRowsPtr> readTile(geo::Database& database, const DatabaseTable& table,
                                      const std::string& where, const DatabaseTile& tile, const geo::Crs& crs,
                                      const geo::Crs& world, geo::Progress& progress) {
  const Box box = boxOf(tile);
  const bool points = table.kind == geo::ShapeKind::point;
  auto out = std::make_shared<DatabaseRowsInTile>();
  geo::Result<geo::DatabaseRows> rows = geo::DatabaseRows{};
  if (points) {
    auto expected = database.expectedRows(table, box, where, &progress);
    if (!expected) return tl::unexpected(expected.error());
    out->counted = *expected > 4.0 * pointsInTile;
  }
  if (!out->counted) {
    geo::RowsWanted w;
    w.box = box, w.where = where, w.ownPoints = true;
    w.tolerance = points ? 0 : std::exp2(tile.level) / 2, w.most = points ? pointsInTile : shapesInTile;
    rows = database.rows(table, w, &progress);
    if (!rows) return tl::unexpected(rows.error());
    out->counted = points && rows->cut, out->cut = rows->cut && !points;
  }
  if (out->counted) {
    rows = database.counts(table, box, cellPixels * std::exp2(tile.level), where, &progress);
    if (!rows) return tl::unexpected(rows.error());
  }
  auto moved = inWorld(rows->layer, crs, world);
  if (!moved) return tl::unexpected(moved.error());
  out->layer = std::move(*moved), out->keys = std::move(rows->keys);
  out->bytes = 256 + out->layer->shapes.vertices.size() * sizeof(geo::Point) +
               out->layer->rows() * (out->layer->table.columns.size() + 1) * 32;
  return DatabaseRowsPtr(out);
}

Fetched fetch(const SourceKey& key, std::shared_ptr<geo::Database> connection, const DatabaseTable& table,
              const std::string& where, const DatabaseTile& tile, const geo::Crs& world,
              geo::Progress& progress) {
  if (!connection || connection->lost()) {
    auto made = geo::Database::open(key.path, limits, &progress);
    if (!made) return {tl::unexpected(made.error()), nullptr};
    connection = std::move(*made);
  }
  auto rows = readTile(*connection, table, where, tile, crsOf(key, table), world, progress);
  if (connection->lost()) connection = nullptr;
  return {std::move(rows), std::move(connection)};
}

// One layer of all that the tiles have, each row once.
geo::LayerPtr merge(const std::vector<DatabaseRowsPtr>& tiles, const geo::Layer& like, const Box& bounds) {
  auto out = std::make_shared<geo::Layer>();
  out->name = like.name, out->source = like.source, out->crs = like.crs, out->bounds = bounds;
  out->shapes.kind = like.shapes.kind;
  geo::Table& t = out->table;
  for (const geo::Column& c : like.table.columns) {
    if (c.name == geo::countColumn) continue;
    geo::Column& fresh = t.columns.emplace_back();
    fresh.name = c.name, fresh.type = c.type;
  }
  const bool counted = std::any_of(tiles.begin(), tiles.end(), [](const auto& one) { return one->counted; });
  geo::Column count;
  count.name = geo::countColumn, count.type = geo::ColumnType::integer;
  std::unordered_set<std::string> seen;
  for (const DatabaseRowsPtr& one : tiles) {
    const geo::Layer& l = *one->layer;
    const geo::Column* counts = l.table.find(geo::countColumn);
    for (size_t r = 0; r < l.rows(); ++r) {
      if (r < one->keys.size() && !one->keys[r].empty() && !seen.insert(one->keys[r]).second) continue;
      for (size_t c = 0; c < t.columns.size(); ++c) {
        const geo::Column& from = l.table.columns[c];
        geo::Column& to = t.columns[c];
        if (to.numeric()) to.numbers.push_back(from.numbers[r]);
        else to.texts.push_back(from.texts[r]), to.present.push_back(from.present[r]);
      }
      count.numbers.push_back(counts ? counts->numbers[r] : 1);
      const geo::Shapes& s = l.shapes;
      if (s.kind == out->shapes.kind)
        for (uint32_t p = s.rowStart[r]; p < s.rowStart[r + 1]; ++p) {
          const auto part = s.part(p);
          out->shapes.vertices.insert(out->shapes.vertices.end(), part.begin(), part.end());
          out->shapes.endPart(s.kind == geo::ShapeKind::polygon && s.hole[p]);
        }
      out->shapes.endRow();
    }
  }
  t.rowCount = count.numbers.size();
  if (counted) t.columns.push_back(std::move(count));
  return out;
}

class Follower {
 public:
  Follower(Session& session, const SourceKey& key, DatabaseState& state)
      : session_(session), key_(key), s_(state), source_(SessionParts::derived(session).sources[key]) {}

  void follow() {
    DerivedState& d = SessionParts::derived(session_);
    if (!d.worldKnown || source_.stage != Stage::ready) return;
    if (!source_.layer && !begin(d.worldCrs)) return;
    wanted_ = visible() ? tilesInView(session_, s_) : std::vector<DatabaseTile>{};
    for (const DatabaseTile& t : wanted_)
      if (const auto found = s_.tiles.find(t); found != s_.tiles.end()) found->second.used = ++s_.uses;
    dropUnwanted();
    fetchNext();
    showWhatIsThere();
    auto all = wanted_;
    std::sort(all.begin(), all.end());
    s_.behind = !s_.away && !all.empty() && (s_.merging || s_.merged != all);
  }

 private:
  // The first layer: nothing but the extent.
  bool begin(const geo::Crs& world) {
    const geo::Crs from = crsOf(key_, *s_.table);
    auto layer = std::make_shared<geo::Layer>(*source_.raw);
    if (from.known() && world.known()) {
      auto transform = geo::Transform::make(from, world);
      if (!transform) {
        source_.stage = Stage::failed, source_.error = transform.error();
        return false;
      }
      layer->bounds = geo::transformBox(*transform, layer->bounds), layer->crs = world;
      s_.toWorld = std::make_unique<geo::Transform>(std::move(*transform));
    } else {
      source_.stage = Stage::failed;
      source_.error = {fmt::format("The coordinate system of {} is not known.", s_.table->text()),
                       "Declare it: crs = \"EPSG:…\" for the layer."};
      return false;
    }
    source_.layer = layer;
    touch(session_);
    return true;
  }

  bool visible() const {
    const Look look = SessionParts::look(session_);
    const auto& all = session_.project().layers;
    return std::any_of(all.begin(), all.end(), [&](const LayerSpec& l) {
      return sourceKey(session_, l) == key_ && SessionParts::visible(l, look);
    });
  }

  std::string fetchKey() const { return jobKey("tile", key_); }

  // A query for what is no longer looked at is stopped, and so is its server.
  void dropUnwanted() {
    if (!s_.fetching) return;
    const bool running = session_.jobs().running(fetchKey());
    if (running && std::find(wanted_.begin(), wanted_.end(), *s_.fetching) == wanted_.end())
      session_.jobs().cancel(fetchKey()), s_.fetching.reset();
  }

  void fetchNext() {
    const double now = SessionParts::derived(session_).clock;
    if (s_.fetching || (s_.away && now < s_.retryAt)) return;
    const auto next =
        std::find_if(wanted_.begin(), wanted_.end(), [&](const auto& t) { return !s_.tiles.count(t); });
    if (next == wanted_.end()) return;
    s_.fetching = *next;
    session_.jobs().start(
        fetchKey(),
        [key = key_, tile = *next, connection = std::exchange(s_.idle, nullptr), table = s_.table,
         where = s_.where, world = SessionParts::derived(session_).worldCrs,
         &session = session_](geo::Progress& progress) -> Jobs::Finish {
          auto got = std::make_shared<Fetched>(fetch(key, connection, *table, where, tile, world, progress));
          return [got, key, tile, &session] { take(session, key, tile, std::move(*got)); };
        },
        [key = key_, &session = session_](const std::string&) {
          SessionParts::databases(session).all[key].fetching.reset();
        });
  }

  static void take(Session& session, const SourceKey& key, const DatabaseTile& tile, Fetched got) {
    DatabaseState& s = SessionParts::databases(session).all[key];
    s.fetching.reset();
    s.idle = std::move(got.connection);
    if (!got.rows && !s.idle) {  // not the query but the server
      s.pause = std::min(longestPause, s.pause > 0 ? s.pause * 2 : 1);
      s.retryAt = SessionParts::derived(session).clock + s.pause;
      if (!std::exchange(s.away, true))
        report(session, Level::warning,
               say(session, "数据库没有应答，地图保留已取得的内容，恢复后自动继续：{}",
                   got.rows.error().text()));
      touch(session);
      return;
    }
    if (std::exchange(s.away, false))
      report(session, Level::info, say(session, "数据库恢复了：{}", named(key)));
    s.pause = 0;
    DatabaseRowsPtr rows;
    if (got.rows) rows = *got.rows;
    else {  // this place stays empty; asking again would fail again
      tell(session, Level::warning, got.rows.error().text());
      auto none = std::make_shared<DatabaseRowsInTile>();
      auto layer = std::make_shared<geo::Layer>();
      layer->shapes.kind = s.table->kind, layer->table = s.table->columns;
      none->layer = layer, none->cut = true;
      rows = none;
    }
    s.bytes += rows->bytes;
    s.tiles[tile] = {rows, ++s.uses};
    while (s.bytes > keptBytes && s.tiles.size() > 64) {
      const auto oldest = std::min_element(s.tiles.begin(), s.tiles.end(), [](const auto& a, const auto& b) {
        return a.second.used < b.second.used;
      });
      s.bytes -= oldest->second.rows->bytes;
      s.tiles.erase(oldest);
    }
    touch(session);
  }

  // Another level is shown once it is whole; within one, each tile as it comes.
  void showWhatIsThere() {
    if (wanted_.empty() || s_.merging) return;
    std::vector<DatabaseTile> there;
    for (const DatabaseTile& t : wanted_)
      if (s_.tiles.count(t)) there.push_back(t);
    std::sort(there.begin(), there.end());
    const bool whole = there.size() == wanted_.size();
    const bool sameLevel =
        s_.merged.empty() || (!there.empty() && s_.merged.front().level == there.front().level);
    if (there.empty() || there == s_.merged || !(whole || sameLevel)) return;
    s_.merging = true, s_.merged = there;
    std::vector<DatabaseRowsPtr> rows;
    for (const DatabaseTile& t : there) rows.push_back(s_.tiles[t].rows);
    session_.jobs().start(
        jobKey("merge", key_),
        [rows, like = source_.layer, key = key_, &session = session_](geo::Progress&) -> Jobs::Finish {
          auto layer = merge(rows, *like, like->bounds);
          return [layer, key, &session] {
            DerivedState& d = SessionParts::derived(session);
            SessionParts::databases(session).all[key].merging = false;
            d.sources[key].layer = layer;
            touch(session);
          };
        },
        [key = key_, &session = session_](const std::string&) {
          SessionParts::databases(session).all[key].merging = false;
        });
  }

  Session& session_;
  const SourceKey& key_;
  DatabaseState& s_;
  SourceState& source_;
  std::vector<DatabaseTile> wanted_;
};

// Whether a figure needs every row of the layer.
bool asksForAll(const Project& project, const std::string& layer) {
  const auto names = [&](const std::string& list) {
    const auto all = splitList(list);
    return std::find(all.begin(), all.end(), layer) != all.end();
  };
  return std::any_of(project.indicators.begin(), project.indicators.end(),
                     [&](const IndicatorSpec& i) {
                       return names(i.countOf) || names(i.distanceTo) || names(i.dividedByCountOf);
                     }) ||
         std::any_of(project.targets.begin(), project.targets.end(),
                     [&](const TargetSpec& t) { return names(t.countOf); });
}

void askForAll(Session& session, const SourceKey& key, DatabaseState& s) {
  s.wholeAsked = s.wholeUnderWay = true;
  session.jobs().start(
      jobKey("all rows", key),
      [key, table = s.table, where = s.where, world = SessionParts::derived(session).worldCrs,
       &session](geo::Progress& progress) -> Jobs::Finish {
        geo::Result<geo::LayerPtr> layer = geo::LayerPtr();
        bool cut = false;
        if (auto database = geo::Database::open(key.path, patient, &progress)) {
          geo::RowsWanted w;
          w.where = where, w.placesOnly = true, w.most = rowsForFigures;
          if (auto rows = (*database)->rows(*table, w, &progress))
            cut = rows->cut, layer = inWorld(rows->layer, crsOf(key, *table), world);
          else layer = tl::unexpected(rows.error());
        } else {
          layer = tl::unexpected(database.error());
        }
        return [layer, cut, key, table, &session] {
          DatabaseState& state = SessionParts::databases(session).all[key];
          state.wholeUnderWay = false;
          if (!layer) return tell(session, Level::error, layer.error().text());
          state.whole = *layer;
          if (cut)
            tell(session, Level::warning,
                 say(session, "{} 超过 {} 行：指标只按前 {} 行计算。", table->text(), rowsForFigures,
                     rowsForFigures));
          touch(session);
        };
      },
      [&session, key](const std::string& error) {
        SessionParts::databases(session).all[key].wholeUnderWay = false;
        tell(session, Level::error, error);
      });
}

}  // namespace

void startAsking(Session& session, const SourceKey& key) {
  DerivedState& d = SessionParts::derived(session);
  d.sources[key].stage = Stage::loading;
  session.jobs().start(
      jobKey("load", key),
      [key, onePicture = d.onePicture, &session](geo::Progress& progress) -> Jobs::Finish {
        auto asked = std::make_shared<Asked>(ask(key, onePicture, progress));
        return [asked, key, &session] {
          SourceState& s = SessionParts::derived(session).sources[key];
          DatabaseState& state = SessionParts::databases(session).all[key];
          const double pause = state.pause;
          state = {};
          if (!asked->loaded) {
            s.stage = Stage::failed, s.error = asked->loaded.error();
            state.away = asked->unreachable;
            state.pause = std::min(longestPause, pause > 0 ? pause * 2 : 1);
            state.retryAt = SessionParts::derived(session).clock + state.pause;
          } else {
            s.stage = Stage::ready;
            s.raw = asked->loaded->layer, s.crs = s.raw->crs, s.report = asked->loaded->report;
            state.table = asked->table, state.where = asked->where, state.byView = asked->byView;
            state.idle = asked->connection;
            tellReport(session, named(key), s.report);
          }
          touch(session);
        };
      },
      [key, &session](const std::string& error) {
        SourceState& s = SessionParts::derived(session).sources[key];
        s.stage = Stage::failed, s.error = {fmt::format("{} could not be read: {}.", named(key), error), {}};
        touch(session);
      });
}

void deriveDatabases(Session& session) {
  auto& all = SessionParts::databases(session).all;
  const auto wanted = wantedSources(session);
  std::erase_if(all, [&](const auto& one) {
    return std::find(wanted.begin(), wanted.end(), one.first) == wanted.end();
  });
  for (auto& [key, state] : all) {
    SourceState& source = SessionParts::derived(session).sources[key];
    if (state.away && source.stage == Stage::failed && SessionParts::derived(session).clock >= state.retryAt)
      source = {};  // it is asked again, as if for the first time
    if (!state.byView || !state.table) continue;
    Follower(session, key, state).follow();
    if (state.wholeAsked || !SessionParts::derived(session).worldKnown) continue;
    for (const LayerSpec& l : session.project().layers)
      if (!state.wholeAsked && sourceKey(session, l) == key && asksForAll(session.project(), l.id))
        askForAll(session, key, state);
  }
}

bool shownByView(const Session& session, const SourceKey& key) {
  const auto& all = SessionParts::databases(session).all;
  const auto found = all.find(key);
  return found != all.end() && found->second.byView;
}

geo::LayerPtr wholeOf(const Session& session, const SourceKey& key) {
  const auto& all = SessionParts::databases(session).all;
  const auto found = all.find(key);
  return found == all.end() ? nullptr : found->second.whole;
}

DatabaseStates& SessionParts::databases(Session& s) {
  auto& states = derived(s).databases;
  if (!states) states = std::make_shared<DatabaseStates>();
  return *states;
}
const DatabaseStates& SessionParts::databases(const Session& s) {
  static const DatabaseStates none;
  return derived(s).databases ? *derived(s).databases : none;
}

bool databasesBehind(const Session& session) {
  const auto& all = SessionParts::databases(session).all;
  return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.second.behind; });
}

bool wholeUnderWay(const Session& session, const SourceKey& key) {
  const auto& all = SessionParts::databases(session).all;
  const auto found = all.find(key);
  return found != all.end() && found->second.wholeUnderWay;
}

std::string Session::databasesAway() const {
  for (const auto& [key, state] : SessionParts::databases(*this).all)
    if (state.away) return tr("数据库没有应答", view_.language);
  return {};
}

double Session::wakeAt() const {
  double at = 0;
  for (const auto& [key, state] : SessionParts::databases(*this).all)
    if (state.away && (at == 0 || state.retryAt < at)) at = state.retryAt;
  if (const double ground = basemapsWakeAt(*this); ground > 0 && (at == 0 || ground < at)) at = ground;
  for (const auto& [id, e] : SessionParts::derived(*this).layers)
    if (e.detailsDue && (at == 0 || e.detailsAt < at)) at = e.detailsAt;
  return at;
}

void startListing(Session& session, const std::string& source) {
  auto waiting = std::make_shared<DatabaseAnswer>();
  waiting->source = geo::withoutPassword(source);
  SessionParts::derived(session).answer = waiting;
  session.jobs().start(
      "ask database",
      [&session, source](geo::Progress& p) -> Jobs::Finish {
        auto answer = std::make_shared<DatabaseAnswer>();
        answer->source = geo::withoutPassword(source), answer->done = true;
        auto database = geo::Database::open(source, {}, &p);
        auto tables = database ? (*database)->catalogue(&p) : tl::unexpected(database.error());
        if (tables) answer->tables = std::move(*tables);
        else answer->error = tables.error();
        return [&session, answer] {
          DerivedState& d = SessionParts::derived(session);
          if (d.answer && d.answer->source == answer->source) d.answer = answer;
          touch(session);
        };
      },
      [&session, source](const std::string& error) {
        auto answer = std::make_shared<DatabaseAnswer>();
        answer->source = geo::withoutPassword(source), answer->done = true, answer->error = {error, {}};
        SessionParts::derived(session).answer = answer;
        touch(session);
      });
}

}  // namespace session
