// The pixels of basemaps.
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "app/session/basemaps.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "geo/raster.h"
#include "geo/references.h"
#include "geo/web.h"

namespace session {
namespace {

using geo::Box;
using Kind = BasemapSpec::Kind;
using Trouble = TileTrouble::Kind;

// A WMS cuts no tiles: ours are of this size, on the grid of the web's or of the asked CRS.
constexpr int wmsTile = 512;
constexpr size_t mostTiles = 4000;        // of one basemap in one picture
constexpr size_t mostPixels = 48u << 20;  // of all basemaps of a picture; larger ones have them coarser
constexpr int pieceSide = 1024;

std::string replaced(std::string text, std::string_view from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// "0-7" · "a,b,c" · "a-d"
std::vector<std::string> subdomainsOf(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string& part : splitList(text))
    if (part.size() == 3 && part[1] == '-' && part[0] <= part[2])
      for (char c = part[0]; c <= part[2]; ++c) out.emplace_back(1, c);
    else out.push_back(part);
  return out;
}

// A grid of a service, and how one of its tiles is asked for.
struct Service {
  geo::TileGrid grid;
  std::string address;  // {z} {x} {y}, or of a WMS without its box
};

geo::Result<Service> wmsService(const GroundSource& s, const std::string& address) {
  const BasemapSpec& b = s.spec;
  const std::string code = b.crs.empty() ? "EPSG:3857" : b.crs;
  Service out;
  if (code == "EPSG:3857") {
    out.grid = geo::webMercatorTiles(0, b.maxZoom, wmsTile);
  } else {
    auto crs = geo::Crs::parse(code);
    if (!crs) return tl::unexpected(crs.error());
    // A grid of its own: pixels of powers of two, from a corner beyond everything.
    out.grid.crs = std::move(*crs);
    const bool degrees = out.grid.crs.geographic();
    const double corner = degrees ? 180 : 4e7;
    for (int z = 0; z <= b.maxZoom; ++z) {
      const double unit = 2 * corner / wmsTile / std::exp2(z);
      const long n = 1L << z;
      out.grid.levels.push_back({std::to_string(z), unit, {-corner, corner}, wmsTile, wmsTile, n, n});
    }
  }
  std::string lower = address;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const bool newer = lower.find("version=1.3") != lower.npos;
  const auto lacks = [&](const char* name) { return lower.find(name) == lower.npos; };
  std::string a = address;
  a += a.find('?') == a.npos ? "?" : a.ends_with('?') || a.ends_with('&') ? "" : "&";
  if (lacks("service=")) a += "SERVICE=WMS&";
  if (lacks("version=")) a += "VERSION=1.1.1&";
  if (lacks("request=")) a += "REQUEST=GetMap&";
  if (lacks("layers=")) a += "LAYERS=" + b.layer + "&";
  if (lacks("styles=")) a += "STYLES=" + b.style + "&";
  if (lacks("format=")) a += "FORMAT=image/png&";
  if (lacks("transparent=")) a += "TRANSPARENT=TRUE&";
  a += fmt::format("{}={}&WIDTH={}&HEIGHT={}&BBOX={{box{}}}", newer ? "CRS" : "SRS", code, wmsTile, wmsTile,
                   newer && out.grid.crs.geographic() ? "yx" : "");
  out.address = std::move(a);
  return out;
}

// The grid and the address with its keys. Descriptions of services are kept like tiles.
geo::Result<Service> serviceOf(const GroundSource& s, geo::Progress* progress, bool askServer,
                               TileTrouble* trouble) {
  const BasemapSpec& b = s.spec;
  if (b.kind == Kind::wms) return wmsService(s, s.address);
  const bool ready = s.path.find("{x}") != s.path.npos;
  if (b.kind == Kind::xyz || ready) {
    Service out{geo::webMercatorTiles(b.minZoom, b.maxZoom, b.tileSize), s.address};
    return out;
  }
  std::string address = s.address;
  if (address.find("GetCapabilities") == address.npos && address.find(".xml") == address.npos)
    address += std::string(address.find('?') == address.npos ? "?" : "&") +
               "SERVICE=WMTS&REQUEST=GetCapabilities&VERSION=1.0.0";
  const auto answer = s.store->get({address, "capabilities " + s.path, false}, progress, askServer);
  if (answer.text.empty()) {
    if (trouble) *trouble = answer.trouble;
    return geo::fail("no description");
  }
  auto read = geo::readWmts(answer.text, s.address, b.layer, b.style, b.matrixSet);
  if (!read) return tl::unexpected(read.error());
  auto& levels = read->grid.levels;
  if (static_cast<int>(levels.size()) > b.maxZoom + 1) levels.resize(static_cast<size_t>(b.maxZoom) + 1);
  return Service{std::move(read->grid), std::move(read->address)};
}

TileStore::Wish wishFor(const GroundSource& s, const Service& service, const geo::TileRef& t) {
  const geo::TileLevel& level = service.grid.levels[static_cast<size_t>(t.level)];
  std::string a = service.address;
  if (s.spec.kind == Kind::wms) {
    const Box box = geo::boxOf(service.grid, t);
    a = replaced(a, "{box}", fmt::format("{},{},{},{}", box.minX, box.minY, box.maxX, box.maxY));
    a = replaced(a, "{boxyx}", fmt::format("{},{},{},{}", box.minY, box.minX, box.maxY, box.maxX));
  } else {
    a = replaced(a, "{z}", level.name);
    a = replaced(a, "{x}", std::to_string(t.x));
    a = replaced(a, "{y}", std::to_string(t.y));
    a = replaced(a, "{-y}", std::to_string(level.rows - 1 - t.y));
    if (const auto hosts = subdomainsOf(s.spec.subdomains); !hosts.empty())
      a = replaced(a, "{s}", hosts[static_cast<size_t>(t.x + t.y) % hosts.size()]);
  }
  const BasemapSpec& b = s.spec;
  return {std::move(a),
          joined({std::string(word(b.kind)), s.path, b.layer, b.style, b.matrixSet, b.crs, level.name,
                  std::to_string(t.x), std::to_string(t.y)},
                 "\x1f"),
          true};
}

// The nearest coarser tile that is on disk or in memory, cut to that one.
geo::PixelsPtr coarser(const GroundSource& s, const Service& service, const geo::TileRef& t) {
  const Box box = geo::boxOf(service.grid, t);
  for (int up = 1; up <= 5 && t.level - up >= 0; ++up) {
    const geo::TileLevel &fine = service.grid.levels[static_cast<size_t>(t.level)],
                         &level = service.grid.levels[static_cast<size_t>(t.level - up)];
    const double ratio = level.unitsPerPixel / fine.unitsPerPixel;
    const int times = static_cast<int>(std::lround(ratio));
    if (std::abs(ratio - times) > 1e-6 * ratio || level.width != fine.width || level.height != fine.height)
      return {};
    const auto above = geo::tilesIn(service.grid, t.level - up,
                                    {box.centre().x, box.centre().y, box.centre().x, box.centre().y});
    if (above.size() != 1) return {};
    const auto answer = s.store->get(wishFor(s, service, above[0]), nullptr, false);
    if (!answer.pixels) continue;
    const Box whole = geo::boxOf(service.grid, above[0]);
    const int x = static_cast<int>(std::lround((box.minX - whole.minX) / box.width())),
              y = static_cast<int>(std::lround((whole.maxY - box.maxY) / box.height()));
    return std::make_shared<const geo::Pixels>(geo::enlargedPiece(*answer.pixels, times, x, y));
  }
  return {};
}

int levelOf(const GroundSource& s, const geo::TileGrid& grid, const geo::Transform& toGrid, const Box& box,
            double metresPerPixel) {
  const double scale = geo::unitsPerUnit(toGrid, box.centre(), std::max(1.0, box.width() / 100));
  // A pixel of a tile for one of the picture's, or a little finer.
  return geo::levelFor(grid, metresPerPixel * scale * 1.2 / s.spec.detail);
}

scene::Rgba at(const std::vector<uint8_t>& rgba, size_t i) {
  return {rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]};
}

void take(GroundPicture& out, const geo::Result<geo::RasterColours>& colours) {
  if (!colours) {
    out.error = colours.error();
    return;
  }
  out.pixels.resize(colours->rgba.size() / 4);
  for (size_t i = 0; i < out.pixels.size(); ++i) out.pixels[i] = at(colours->rgba, i);
}

GroundPicture readFile(const GroundSource& s, const geo::RasterWindow& window) {
  geo::Progress progress;  // of one of many pieces: none of the caller's business
  GroundPicture out{window.width, window.height, {}, 0, 0, {}, {}};
  if (s.spec.kind == Kind::hillshade) {
    const geo::ShadeOptions options{s.spec.azimuth, s.spec.altitude, s.spec.exaggeration,
                                    s.spec.multidirectional};
    take(out, geo::hillshade(s.path, window, options, &progress));
  } else {
    take(out, geo::rasterColours(s.path, window, &progress));
  }
  return out;
}

}  // namespace

GroundPicture readGround(const GroundSource& s, const Box& box, int width, int height,
                         geo::Progress& progress, bool askServer) {
  GroundPicture out{width, height, {}, 0, 0, {}, s.error};
  if (!out.error.what.empty() || width < 1 || height < 1 || !(box.width() > 0) || !s.world.known())
    return out;
  geo::RasterWindow window;
  window.crs = s.world, window.bounds = box, window.width = width, window.height = height;
  window.trusted = s.trusted, window.grey = s.grey;
  if (!s.web()) return readFile(s, window);
  const auto service = serviceOf(s, &progress, askServer, &out.trouble);
  if (!service) {
    out.wanted = out.missing = 1;
    if (out.trouble.kind == Trouble::none) out.error = service.error();
    return out;
  }
  const auto toGrid = geo::Transform::make(s.world, service->grid.crs);
  if (!toGrid) {
    out.error = toGrid.error();
    return out;
  }
  const int level = levelOf(s, service->grid, *toGrid, box, box.width() / width);
  if (level < 0) return out;
  const double margin = 3 * box.width() / width;
  const auto tiles = geo::tilesIn(service->grid, level,
                                  geo::gridBox(service->grid, s.spec.datum, s.world, box.grown(margin)));
  if (tiles.size() > mostTiles) {
    out.error = {"The picture takes too many tiles.", "Choose a smaller extent."};
    return out;
  }
  std::vector<geo::PlacedTile> placed;
  out.wanted = tiles.size();
  for (const geo::TileRef& t : tiles) {
    const auto answer = s.store->get(wishFor(s, *service, t), &progress, askServer);
    if (progress.cancelled()) return out;
    geo::PixelsPtr pixels = answer.pixels;
    if (!pixels && answer.trouble.kind != Trouble::absent) {
      if (out.missing++ == 0) out.trouble = answer.trouble;
      pixels = coarser(s, *service, t);
    }
    placed.push_back({t, pixels});
  }
  take(out, geo::warpedTiles(service->grid, placed, s.spec.datum, window));
  return out;
}

// Muted: no colour of its own, in the upper tones of a light map, the lower ones of a dark map.
void dress(std::vector<scene::Rgba>& pixels, const scene::Basemap& basemap, bool muted,
           const scene::Theme& theme) {
  const int strength = static_cast<int>(std::lround(std::clamp(basemap.opacity, 0.f, 1.f) * 256));
  for (scene::Rgba& p : pixels) {
    if (muted && !basemap.relief) {
      const int grey = (54 * p.r + 183 * p.g + 19 * p.b) / 256;
      const auto tone = [&](int own, int ground) {
        const int quiet = (own + 3 * grey) / 4;
        return static_cast<uint8_t>(theme.dark ? (2 * ground + quiet) / 4 : 165 + quiet * 90 / 255);
      };
      p = {tone(p.r, theme.land.r), tone(p.g, theme.land.g), tone(p.b, theme.land.b), p.a};
    }
    if (strength < 256) p.a = static_cast<uint8_t>(p.a * strength / 256);
  }
}

geo::Result<void> fillGround(scene::Drawing& drawing, const scene::Theme& theme, scene::Language language,
                             double pixelsPerUnit, geo::Progress* progress, GroundLacks* lacks) {
  std::vector<scene::Raster*> places;
  for (scene::Placed& p : drawing.items)
    if (auto* r = std::get_if<scene::Raster>(&p.item); r && r->basemap && !r->pixels && r->basemap->source)
      places.push_back(r);
  if (places.empty()) return {};
  geo::Progress alone;
  geo::Progress& shared = progress ? *progress : alone;
  double area = 0;
  for (const scene::Raster* r : places) {
    const scene::Rect& f = drawing.cameras.at(static_cast<size_t>(r->camera)).frame;
    area += static_cast<double>(f.w) * f.h * pixelsPerUnit * pixelsPerUnit;
  }
  const double finest = std::min(1.0, std::sqrt(static_cast<double>(mostPixels) / std::max(1.0, area)));

  struct Piece {
    size_t place;
    int x, y, width, height;
  };
  std::vector<Piece> pieces;
  std::vector<std::shared_ptr<std::vector<scene::Rgba>>> pixels(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    scene::Raster& r = *places[i];
    const scene::Camera& c = drawing.cameras[static_cast<size_t>(r.camera)];
    r.world = c.world();
    r.columns = std::max(1, static_cast<int>(std::lround(c.frame.w * pixelsPerUnit * finest)));
    r.rows = std::max(1, static_cast<int>(std::lround(c.frame.h * pixelsPerUnit * finest)));
    r.smooth = true;
    pixels[i] = std::make_shared<std::vector<scene::Rgba>>(static_cast<size_t>(r.columns) * r.rows,
                                                           scene::Rgba{0, 0, 0, 0});
    for (int y = 0; y < r.rows; y += pieceSide)
      for (int x = 0; x < r.columns; x += pieceSide)
        pieces.push_back({i, x, y, std::min(pieceSide, r.columns - x), std::min(pieceSide, r.rows - y)});
  }
  std::atomic<size_t> next{0}, done{0};
  std::mutex guard;  // of what the threads report
  std::map<size_t, GroundPicture> lacking;
  const auto work = [&] {
    for (size_t k; (k = next++) < pieces.size() && !shared.cancelled();) {
      const Piece& p = pieces[k];
      const scene::Raster& r = *places[p.place];
      const double perX = r.world.width() / r.columns, perY = r.world.height() / r.rows;
      const Box box{r.world.minX + p.x * perX, r.world.maxY - (p.y + p.height) * perY,
                    r.world.minX + (p.x + p.width) * perX, r.world.maxY - p.y * perY};
      const auto& source = *std::static_pointer_cast<const GroundSource>(r.basemap->source);
      GroundPicture g = readGround(source, box, p.width, p.height, shared);
      dress(g.pixels, *r.basemap, r.muted, theme);
      if (g.pixels.size() == static_cast<size_t>(p.width) * p.height)
        for (int y = 0; y < p.height; ++y)
          std::copy_n(g.pixels.begin() + static_cast<long>(y) * p.width, p.width,
                      pixels[p.place]->begin() + static_cast<long>(p.y + y) * r.columns + p.x);
      const std::lock_guard lock(guard);
      if (g.missing > 0 || !g.error.what.empty()) {
        GroundPicture& sum = lacking[p.place];
        if (sum.error.what.empty()) sum.error = g.error;
        if (sum.missing == 0) sum.trouble = g.trouble;
        sum.missing += g.missing, sum.wanted += g.wanted;
      }
      shared.keepGoing(static_cast<double>(++done) / static_cast<double>(pieces.size()));
    }
  };
  {
    const size_t threads = std::min<size_t>(4, pieces.size());
    std::vector<std::jthread> others;
    for (size_t t = 1; t < threads; ++t) others.emplace_back(work);
    work();
  }
  if (shared.cancelled()) return geo::fail("Reading the basemaps was cancelled.");
  for (size_t i = 0; i < places.size(); ++i) places[i]->pixels = pixels[i];
  for (const auto& [place, g] : lacking) {
    const scene::Basemap& b = *places[place]->basemap;
    const std::string why = !g.error.what.empty() ? g.error.text() : troubleText(g.trouble, language);
    const std::string line =
        g.missing > 0 && g.error.what.empty()
            ? fmt::format(fmt::runtime(tr("底图“{}”缺 {} 块瓦片，该处用较粗的或留空：{}", language)), b.name,
                          g.missing, why)
            : fmt::format(fmt::runtime(tr("底图“{}”没有画上：{}", language)), b.name, why);
    if (lacks) lacks->emplace(b.id, line);
  }
  return {};
}

GroundNeed groundNeed(const GroundSource& s, const scene::Camera& camera, double pixelsPerUnit) {
  GroundNeed need;
  if (!s.web() || !s.error.what.empty() || !s.world.known() || !(camera.frame.w > 0)) return need;
  const auto service = serviceOf(s, nullptr, false, nullptr);
  if (!service) return {1, 0};
  const auto toGrid = geo::Transform::make(s.world, service->grid.crs);
  if (!toGrid) return need;
  const Box box = camera.world();
  const int level = levelOf(s, service->grid, *toGrid, box, camera.metresPerUnit / pixelsPerUnit);
  for (const geo::TileRef& t :
       geo::tilesIn(service->grid, level, geo::gridBox(service->grid, s.spec.datum, s.world, box)))
    ++need.tiles, need.stored += s.store->has(wishFor(s, *service, t).identity);
  return need;
}

std::optional<BasemapSpec> basemapOfFile(const std::string& path, const std::string& id,
                                         const std::string& folder) {
  const auto facts = geo::rasterFacts(path, geo::leadsOnlyWithin(path, folder));
  if (!facts || facts->bands.empty() || !facts->placed) return {};
  BasemapSpec b;
  b.id = id, b.name = {id, id}, b.source = path, b.visible = true;
  const geo::RasterBand& first = facts->bands.front();
  const bool heights = facts->bands.size() == 1 && first.type != "Byte" && first.colour != "Palette";
  b.kind = heights ? Kind::hillshade : Kind::raster;
  b.attribution = {facts->attribution, facts->attribution};
  return b;
}

}  // namespace session
