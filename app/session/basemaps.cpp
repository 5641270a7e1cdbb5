#include "app/session/basemaps.h"

#include <cstdlib>
#include <filesystem>

#include "app/session/i18n.h"
#include "app/session/keys.h"
#include "app/session/names.h"
#include "geo/raster.h"
#include "geo/references.h"

namespace session {

struct GroundTile {  // of a grid through 0,0 of the world: side tilePixels × unit × 2^level metres
  int level = 0;
  long x = 0, y = 0;  // to the east and north
  auto operator<=>(const GroundTile&) const = default;
};

struct BasemapState {
  BasemapSpec spec;
  GroundSourcePtr source;
  uint64_t round = 0;  // grows with each source: a job of an older one brings nothing
  bool factsAsked = false, factsThere = false, failed = false;
  geo::Box bounds;  // of a file, world
  double unit = 1;  // metres
  using Pixels = std::shared_ptr<const std::vector<scene::Rgba>>;
  struct Kept {
    Pixels pixels;
    bool whole = true, standIn = false;
    double retryAt = 0;
    uint64_t used = 0;
    std::string dressedAs;
    Pixels dressed;
  };
  std::map<GroundTile, Kept> tiles;
  std::set<GroundTile> underWay;
  TileTrouble::Kind told = TileTrouble::Kind::none;
};

struct BasemapStates {
  std::map<std::string, BasemapState> all;
  std::map<std::string, std::vector<std::pair<std::string, GroundTile>>> wanted;  // by viewer
  uint64_t version = 1, uses = 0;
  geo::Crs world;
  std::shared_ptr<TileStore> store;  // null: the user's
};

namespace {

using Kind = BasemapSpec::Kind;
using Trouble = TileTrouble::Kind;
using Level = Message::Level;
using geo::Box;

constexpr int tilePixels = 512;
constexpr double leastTexels = 0.8;  // of a tile for one pixel
constexpr size_t mostInView = 160;
constexpr size_t keptTiles = 192;  // a megabyte each, and as much again where they are dressed
constexpr int underWayAtOnce = 6;

template <class... Args>
std::string say(const Session& session, const char* text, const Args&... args) {
  return fmt::format(fmt::runtime(tr(text, session.view().language)), args...);
}

double sideOf(const BasemapState& s, int level) { return tilePixels * s.unit * std::exp2(level); }

Box boxOf(const BasemapState& s, const GroundTile& t) {
  const double side = sideOf(s, t.level);
  return {static_cast<double>(t.x) * side, static_cast<double>(t.y) * side,
          static_cast<double>(t.x + 1) * side, static_cast<double>(t.y + 1) * side};
}

// Metres of a pixel of the web's tiles there, so that ours have the same.
double webPixel(const Session& session) {
  const geo::Crs& world = session.worldCrs();
  const Box home = homeBox(session);
  if (!world.known() || home.empty()) return 1;
  const auto toLonLat = geo::Transform::make(world, geo::Crs::lonLat());
  const double latitude = toLonLat ? (*toLonLat)(home.centre()).y : NAN;
  if (!std::isfinite(latitude) || std::abs(latitude) > 80) return 1;
  return 156543.03392804097 * std::cos(latitude * 3.14159265358979 / 180) / std::exp2(17);
}

std::vector<GroundTile> tilesFor(const BasemapState& s, const Box& view, double metresPerPixel) {
  if (!(view.width() > 0) || !(metresPerPixel > 0)) return {};
  Box box = view;
  if (s.factsThere && !s.bounds.empty()) {
    if (!box.intersects(s.bounds)) return {};
    box = {std::max(box.minX, s.bounds.minX), std::max(box.minY, s.bounds.minY),
           std::min(box.maxX, s.bounds.maxX), std::min(box.maxY, s.bounds.maxY)};
  }
  int level = static_cast<int>(std::floor(std::log2(metresPerPixel / leastTexels / s.unit)));
  std::vector<GroundTile> tiles;
  for (; tiles.empty(); ++level) {
    const double side = sideOf(s, level);
    const auto at = [&](double v) { return static_cast<long>(std::floor(v / side)); };
    const long columns = at(box.maxX) - at(box.minX) + 1, rows = at(box.maxY) - at(box.minY) + 1;
    if (columns * rows > static_cast<long>(mostInView)) continue;
    for (long y = at(box.minY); y <= at(box.maxY); ++y)
      for (long x = at(box.minX); x <= at(box.maxX); ++x) tiles.push_back({level, x, y});
  }
  const geo::Point c = view.centre();
  std::sort(tiles.begin(), tiles.end(), [&](const auto& a, const auto& b) {
    const auto far = [&](const GroundTile& t) {
      const geo::Point m = boxOf(s, t).centre();
      return std::hypot(m.x - c.x, m.y - c.y);
    };
    return std::pair(far(a), a) < std::pair(far(b), b);
  });
  return tiles;
}

// What is there already of that place: the nearest coarser tile, cut and enlarged; or the four finer ones.
BasemapState::Pixels standIn(const BasemapState& s, const GroundTile& t) {
  for (int up = 1; up <= 5; ++up) {
    const long times = 1L << up;
    const auto floorOf = [&](long v) { return v >= 0 ? v / times : -((-v + times - 1) / times); };
    const GroundTile above{t.level + up, floorOf(t.x), floorOf(t.y)};
    const auto found = s.tiles.find(above);
    if (found == s.tiles.end() || found->second.standIn) continue;
    const auto& from = *found->second.pixels;
    auto out = std::make_shared<std::vector<scene::Rgba>>(from.size());
    const long x0 = (t.x - above.x * times) * tilePixels,
               y0 = (times - 1 - (t.y - above.y * times)) * tilePixels;
    for (long y = 0; y < tilePixels; ++y)
      for (long x = 0; x < tilePixels; ++x)
        (*out)[static_cast<size_t>(y * tilePixels + x)] =
            from[static_cast<size_t>((y0 + y) / times * tilePixels + (x0 + x) / times)];
    return out;
  }
  auto out = std::make_shared<std::vector<scene::Rgba>>(tilePixels * tilePixels, scene::Rgba{0, 0, 0, 0});
  bool any = false;
  for (int k = 0; k < 4; ++k) {
    const GroundTile fine{t.level - 1, t.x * 2 + k % 2, t.y * 2 + k / 2};
    const auto found = s.tiles.find(fine);
    if (found == s.tiles.end() || found->second.standIn) continue;
    any = true;
    const auto& from = *found->second.pixels;
    const long x0 = k % 2 * tilePixels / 2, y0 = (1 - k / 2) * tilePixels / 2;
    for (long y = 0; y < tilePixels / 2; ++y)
      for (long x = 0; x < tilePixels / 2; ++x)
        (*out)[static_cast<size_t>((y0 + y) * tilePixels + x0 + x)] =
            from[static_cast<size_t>(2 * y * tilePixels + 2 * x)];
  }
  return any ? BasemapState::Pixels(out) : nullptr;
}

std::string jobKey(const std::string& id, const GroundTile& t) {
  return fmt::format("ground\x1f{}\x1f{} {} {}", id, t.level, t.x, t.y);
}

GroundSourcePtr sourceFor(const Session& session, const BasemapSpec& spec, const geo::Crs& world) {
  auto source = std::make_shared<GroundSource>();
  source->spec = spec, source->world = world;
  source->trusted = std::getenv("PARKSCOPE_TRUST") != nullptr;
  if (!source->web()) {
    source->path = resolved(SessionParts::base(session), spec.source);
    return source;
  }
  const auto& own = SessionParts::basemaps(session).store;
  source->path = spec.source, source->store = own ? own : TileStore::ofUser();
  auto address = withKeys(spec.source, session.view().language);
  if (address) source->address = std::move(*address);
  else source->error = address.error();
  return source;
}

void fail(Session& session, BasemapState& s, const geo::Error& error) {
  s.failed = true;
  tell(session, Level::warning,
       say(session, "底图“{}”没有画上：{}", s.spec.name.in(session.view().language), error.text()));
}

struct Facts {
  geo::Result<geo::RasterFacts> facts;
  Box bounds;
};

void askFacts(Session& session, const std::string& id, BasemapState& s) {
  s.factsAsked = true;
  session.jobs().start(
      "ground facts\x1f" + id,
      [id, round = s.round, source = s.source, folder = SessionParts::base(session),
       &session](geo::Progress&) -> Jobs::Finish {
        auto ready = std::make_shared<GroundSource>(*source);
        ready->trusted = source->trusted || geo::leadsOnlyWithin(source->path, folder);
        auto made = std::make_shared<Facts>(Facts{geo::rasterFacts(source->path, ready->trusted), {}});
        if (made->facts) {
          geo::Crs from = made->facts->crs;
          if (!source->spec.crs.empty())
            if (auto declared = geo::Crs::parse(source->spec.crs)) from = std::move(*declared);
          if (from.known() && source->world.known() && made->facts->placed)
            if (const auto t = geo::Transform::make(from, source->world))
              made->bounds = geo::transformBox(*t, made->facts->bounds);
          if (!made->facts->placed || !from.known())
            made->facts = geo::fail(fmt::format("{} does not say where it lies.",
                                                std::filesystem::path(source->path).filename().string()),
                                    made->facts->placed ? "Declare it: crs = \"EPSG:…\" for the basemap."
                                                        : "Georeference it in a GIS first.");
          else ready->grey = geo::greyRange(source->path, ready->trusted);
        }
        return [made, ready, id, round, &session] {
          auto& all = SessionParts::basemaps(session).all;
          const auto found = all.find(id);
          if (found == all.end() || found->second.round != round) return;
          BasemapState& state = found->second;
          state.factsThere = true, state.bounds = made->bounds;
          if (!made->facts) ready->error = made->facts.error(), fail(session, state, ready->error);
          state.source = ready;
          touch(session);
        };
      },
      [id, &session](const std::string& error) {
        auto& all = SessionParts::basemaps(session).all;
        if (const auto found = all.find(id); found != all.end()) fail(session, found->second, {error, {}});
      });
}

// Tiles that nobody looks at go first.
void forget(BasemapStates& states) {
  size_t count = 0;
  for (const auto& [id, s] : states.all) count += s.tiles.size();
  size_t most = keptTiles / 4;  // what is looked at stays, however much it is
  for (const auto& [viewer, tiles] : states.wanted) most += tiles.size();
  most = std::max(most, keptTiles);
  while (count > most) {
    BasemapState* of = nullptr;
    std::map<GroundTile, BasemapState::Kept>::iterator oldest;
    for (auto& [id, s] : states.all)
      for (auto it = s.tiles.begin(); it != s.tiles.end(); ++it)
        if (!of || it->second.used < oldest->second.used) of = &s, oldest = it;
    if (!of) return;
    of->tiles.erase(oldest);
    --count;
  }
}

void takeTile(Session& session, const std::string& id, uint64_t round, const GroundTile& tile,
              GroundPicture& got) {
  BasemapStates& states = SessionParts::basemaps(session);
  const auto found = states.all.find(id);
  if (found == states.all.end()) return;
  BasemapState& s = found->second;
  s.underWay.erase(tile);
  if (s.round != round || got.trouble.kind == Trouble::cancelled) return;
  if (!got.error.what.empty()) return fail(session, s, got.error);
  BasemapState::Kept& kept = s.tiles[tile];
  kept = {};
  kept.whole = got.missing == 0;
  if (got.pixels.size() != static_cast<size_t>(tilePixels) * tilePixels)
    got.pixels.assign(static_cast<size_t>(tilePixels) * tilePixels, {0, 0, 0, 0});
  kept.pixels = std::make_shared<const std::vector<scene::Rgba>>(std::move(got.pixels));
  kept.used = ++states.uses;
  ++states.version;
  if (kept.whole) {
    if (s.told == Trouble::unreachable || s.told == Trouble::busy)
      tell(session, Level::info, say(session, "底图“{}”恢复了", s.spec.name.in(session.view().language)));
    s.told = Trouble::none;
  } else {
    kept.retryAt = SessionParts::derived(session).clock + std::clamp(got.trouble.retrySeconds, 1.0, 600.0);
    if (s.told != got.trouble.kind)
      tell(session, Level::warning,
           say(session, "底图“{}”：{}", s.spec.name.in(session.view().language),
               troubleText(got.trouble, session.view().language)));
    s.told = got.trouble.kind;
  }
  forget(states);
}

void startTile(Session& session, const std::string& id, BasemapState& s, const GroundTile& tile) {
  s.underWay.insert(tile);
  session.jobs().startWaiting(
      jobKey(id, tile),
      [id, tile, source = s.source, round = s.round, box = boxOf(s, tile),
       &session](geo::Progress& progress) -> Jobs::Finish {
        auto got =
            std::make_shared<GroundPicture>(readGround(*source, box, tilePixels, tilePixels, progress));
        return [got, id, tile, round, &session] { takeTile(session, id, round, tile, *got); };
      },
      [id, tile, &session](const std::string&) {
        auto& all = SessionParts::basemaps(session).all;
        if (const auto found = all.find(id); found != all.end())
          found->second.underWay.erase(tile), found->second.failed = true;
      });
}

bool due(const BasemapState& s, const GroundTile& t, double now) {
  if (s.failed || !s.source || s.underWay.count(t)) return false;
  if (!s.source->web() && !s.factsThere) return false;
  const auto found = s.tiles.find(t);
  return found == s.tiles.end() || (!found->second.whole && now >= found->second.retryAt);
}

}  // namespace

BasemapStates& SessionParts::basemaps(Session& s) {
  auto& states = derived(s).basemaps;
  if (!states) states = std::make_shared<BasemapStates>();
  return *states;
}
const BasemapStates& SessionParts::basemaps(const Session& s) {
  static const BasemapStates none;
  return derived(s).basemaps ? *derived(s).basemaps : none;
}

bool basemapShown(const BasemapSpec& basemap, const Look& look) {
  const std::string& list = look.basemap.empty() && look.scene ? look.scene->basemap : look.basemap;
  if (list.empty()) return basemap.visible;
  const auto ids = splitList(list);
  return std::find(ids.begin(), ids.end(), basemap.id) != ids.end();
}

std::vector<scene::BasemapPtr> shownBasemaps(const Session& session, const Look& look) {
  std::vector<scene::BasemapPtr> out;
  const auto& all = SessionParts::basemaps(session).all;
  for (const BasemapSpec& spec : session.project().basemaps) {
    const auto found = all.find(spec.id);
    if (found == all.end() || !basemapShown(spec, look)) continue;
    auto b = std::make_shared<scene::Basemap>();
    b->id = spec.id;
    b->name = spec.name.in(look.language).empty() ? spec.id : spec.name.in(look.language);
    b->attribution = spec.attribution.in(look.language);
    b->opacity = static_cast<float>(spec.opacity);
    b->relief = spec.kind == Kind::hillshade;
    b->tone = static_cast<scene::Basemap::Tone>(spec.tone);
    b->source = found->second.source;
    out.push_back(std::move(b));
  }
  return out;
}

Box basemapBounds(const Session& session) {
  Box all;
  for (const auto& [id, s] : SessionParts::basemaps(session).all) all.add(s.bounds);
  return all;
}

void deriveBasemaps(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const auto& specs = session.project().basemaps;
  if (specs.empty() && !d.basemaps) return;
  BasemapStates& states = SessionParts::basemaps(session);
  std::erase_if(states.all, [&](const auto& one) {
    return std::none_of(specs.begin(), specs.end(), [&](const auto& b) { return b.id == one.first; });
  });
  if (!d.worldKnown) return;
  const auto essence = [](BasemapSpec b) {  // what the pixels depend on
    b.name = {}, b.attribution = {}, b.opacity = 1, b.visible = false, b.tone = {};
    return b;
  };
  for (const BasemapSpec& spec : specs) {
    BasemapState& s = states.all[spec.id];
    const bool same = s.source && essence(s.spec) == essence(spec) && states.world == d.worldCrs;
    s.spec = spec;
    if (!same) {
      const uint64_t round = s.round + 1;
      s = {};
      s.spec = spec, s.round = round;
      s.source = sourceFor(session, spec, d.worldCrs);
      ++states.version;
      touch(session);
    }
    if (!s.source->web() && !s.factsAsked) askFacts(session, spec.id, s);
  }
  states.world = d.worldCrs;
  if (!session.view().show.on)
    for (const char* viewer : {"wall", "wall over", "wall next"}) states.wanted.erase(viewer);

  std::set<std::pair<std::string, GroundTile>> wanted;
  for (const auto& [viewer, tiles] : states.wanted) wanted.insert(tiles.begin(), tiles.end());
  size_t under = 0;
  for (auto& [id, s] : states.all) {
    for (auto t = s.underWay.begin(); t != s.underWay.end();) {
      const bool gone = !session.jobs().running(jobKey(id, *t));
      const bool unwanted = !wanted.count({id, *t});
      if (unwanted && !gone) session.jobs().cancel(jobKey(id, *t));
      t = gone || unwanted ? s.underWay.erase(t) : std::next(t);
    }
    under += s.underWay.size();
  }
  for (const auto& [viewer, tiles] : states.wanted)
    for (const auto& [id, tile] : tiles) {
      const auto found = states.all.find(id);
      if (under >= underWayAtOnce || found == states.all.end() || !due(found->second, tile, d.clock))
        continue;
      if (!found->second.source->error.what.empty()) {
        fail(session, found->second, found->second.source->error);
        continue;
      }
      startTile(session, id, found->second, tile);
      ++under;
    }
}

bool basemapsBehind(const Session& session) {
  const BasemapStates& states = SessionParts::basemaps(session);
  const double now = SessionParts::derived(session).clock;
  for (const auto& [id, s] : states.all)
    if (!s.underWay.empty()) return true;
  for (const auto& [viewer, tiles] : states.wanted)
    for (const auto& [id, tile] : tiles)
      if (const auto found = states.all.find(id); found != states.all.end() && due(found->second, tile, now))
        return true;
  return false;
}

double basemapsWakeAt(const Session& session) {
  double at = 0;
  const BasemapStates& states = SessionParts::basemaps(session);
  for (const auto& [viewer, tiles] : states.wanted)
    for (const auto& [id, tile] : tiles) {
      const auto s = states.all.find(id);
      if (s == states.all.end() || s->second.failed) continue;
      const auto found = s->second.tiles.find(tile);
      if (found == s->second.tiles.end() || found->second.whole) continue;
      if (at == 0 || found->second.retryAt < at) at = found->second.retryAt;
    }
  return at;
}

void useTileStore(Session& session, std::shared_ptr<TileStore> store) {
  SessionParts::basemaps(session).store = std::move(store);
  renewKeys(session);
}

void renewKeys(Session& session) {
  BasemapStates& states = SessionParts::basemaps(session);
  for (auto& [id, s] : states.all) s.source = nullptr;
}

uint64_t Session::groundVersion() const { return SessionParts::basemaps(*this).version; }

void Session::ground(scene::Drawing& drawing, double pixelsPerUnit, const std::string& viewer) {
  const bool any = std::any_of(drawing.items.begin(), drawing.items.end(), [](const scene::Placed& p) {
    const auto* r = std::get_if<scene::Raster>(&p.item);
    return r && r->basemap && !r->pixels;
  });
  if (!any && !SessionParts::derived(*this).basemaps) return;
  BasemapStates& states = SessionParts::basemaps(*this);
  std::vector<std::pair<std::string, GroundTile>> nobodys;
  auto& wanted = viewer.empty() ? nobodys : states.wanted[viewer];
  wanted.clear();
  if (!any) return;
  const scene::Rgba& g = drawing.background;
  const scene::Theme& theme = g.r + g.g + g.b > 3 * 128 ? scene::lightTheme() : scene::darkTheme();
  std::vector<scene::Placed> items;
  items.reserve(drawing.items.size() + 32);
  for (scene::Placed& p : drawing.items) {
    const auto* place = std::get_if<scene::Raster>(&p.item);
    if (!place || !place->basemap || place->pixels) {
      items.push_back(std::move(p));
      continue;
    }
    const auto found = states.all.find(place->basemap->id);
    if (found == states.all.end() || homeBox(*this).empty()) continue;  // nothing is there yet to look at
    BasemapState& s = found->second;
    if (s.tiles.empty() && s.underWay.empty()) s.unit = s.source && s.source->web() ? webPixel(*this) : 1;
    const scene::Camera& camera = drawing.cameras.at(static_cast<size_t>(place->camera));
    const std::string look = fmt::format("{} {} {}", place->basemap->opacity, place->muted, theme.dark);
    for (const GroundTile& t : tilesFor(s, camera.world(), camera.metresPerUnit / pixelsPerUnit)) {
      wanted.emplace_back(place->basemap->id, t);
      auto kept = s.tiles.find(t);
      if (kept == s.tiles.end()) {
        auto pixels = standIn(s, t);
        if (!pixels) continue;
        kept = s.tiles.emplace(t, BasemapState::Kept{}).first;
        kept->second.pixels = std::move(pixels), kept->second.whole = false, kept->second.standIn = true;
      }
      kept->second.used = ++states.uses;
      if (kept->second.dressedAs != look) {
        if (place->basemap->opacity >= 1 && !place->muted) {
          kept->second.dressed = kept->second.pixels;
        } else {
          auto dressed = *kept->second.pixels;
          dress(dressed, *place->basemap, place->muted, theme);
          kept->second.dressed = std::make_shared<const std::vector<scene::Rgba>>(std::move(dressed));
        }
        kept->second.dressedAs = look;
      }
      scene::Placed piece = p;
      scene::Raster r = *place;
      r.world = boxOf(s, t), r.pixels = kept->second.dressed;
      r.columns = r.rows = tilePixels, r.smooth = true;
      piece.item = std::move(r);
      items.push_back(std::move(piece));
    }
  }
  drawing.items = std::move(items);
}

void startBasemapCheck(Session& session, const BasemapSpec& basemap) {
  auto check = std::make_shared<BasemapCheck>();
  check->of = basemap;
  SessionParts::view(session).basemapCheck = check;
  Box box = homeBox(session);
  const geo::Crs world = session.worldCrs();
  if (box.empty()) box = {0, 0, 1000, 1000};
  const geo::Point c = box.centre();
  const double half = std::max(500.0, std::min(box.width(), box.height()) / 16);
  box = {c.x - half, c.y - half, c.x + half, c.y + half};
  const auto source = sourceFor(session, basemap, world);
  const Language language = session.view().language;
  const auto finish = [&session, basemap](bool good, const std::string& text) {
    View& view = SessionParts::view(session);
    if (!view.basemapCheck || view.basemapCheck->of != basemap) return;
    auto done = std::make_shared<BasemapCheck>();
    done->of = basemap, done->done = true, done->good = good, done->text = text;
    view.basemapCheck = done;
    touch(session);
  };
  session.jobs().startWaiting(
      "ground check",
      [source, box, language, finish,
       folder = SessionParts::base(session)](geo::Progress& progress) -> Jobs::Finish {
        auto got = std::make_shared<GroundPicture>();
        if (source->web()) {
          *got = readGround(*source, box, 64, 64, progress);
        } else if (const auto facts = geo::rasterFacts(
                       source->path, source->trusted || geo::leadsOnlyWithin(source->path, folder));
                   !facts) {
          got->error = facts.error();
        }
        return [got, language, finish] {
          const bool good = got->error.what.empty() && got->missing == 0;
          finish(good, !got->error.what.empty() ? got->error.text()
                       : got->missing > 0       ? troubleText(got->trouble, language)
                                                : tr("取到了，可以使用", language));
        };
      },
      [finish](const std::string& error) { finish(false, error); });
}

}  // namespace session
