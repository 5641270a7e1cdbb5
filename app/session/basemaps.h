// Basemaps: what they are made from, their pixels for any part of the ground, and what a window shows of them
// while more comes. Internal to the session.
#pragma once

#include "app/session/derived.h"
#include "app/session/tile_store.h"
#include "geo/hillshade.h"

namespace session {

// One basemap ready to be read by any thread.
struct GroundSource {
  BasemapSpec spec;
  std::string path;     // of a file, or the address without its keys
  std::string address;  // with its keys: only for asking
  geo::Error error;     // why it cannot be read: a key is missing, say
  geo::Crs world;
  bool trusted = false;  // a file may lead on to the network
  std::shared_ptr<TileStore> store;
  std::optional<std::pair<float, float>> grey;  // of one band of figures: black and white
  bool web() const {
    return spec.kind != BasemapSpec::Kind::raster && spec.kind != BasemapSpec::Kind::hillshade;
  }
};
using GroundSourcePtr = std::shared_ptr<const GroundSource>;

struct GroundPicture {
  int width = 0, height = 0;
  std::vector<scene::Rgba> pixels;  // straight
  size_t wanted = 0, missing = 0;   // tiles
  TileTrouble trouble;              // of the first that is missing
  geo::Error error;                 // of a file
};
// That part of the world in so many pixels. askServer false: from disk alone. Coarser tiles that are on disk
// stand in for those that cannot be had.
GroundPicture readGround(const GroundSource& source, const geo::Box& box, int width, int height,
                         geo::Progress& progress, bool askServer = true);
// A picture of the ground as it is drawn: stronger or weaker, muted towards the theme's ground.
void dress(std::vector<scene::Rgba>& pixels, const scene::Basemap& basemap, bool muted,
           const scene::Theme& theme);

// The pictures of every basemap in a drawing, whole; for files. What they lack, in one line for each
// basemap's id: the first of a book of many pictures.
using GroundLacks = std::map<std::string, std::string>;
geo::Result<void> fillGround(scene::Drawing& drawing, const scene::Theme& theme, scene::Language language,
                             double pixelsPerUnit, geo::Progress* progress, GroundLacks* lacks = nullptr);
// Tiles that a picture of that camera would ask a server for, of all in it; counts those that are on disk.
struct GroundNeed {
  size_t tiles = 0, stored = 0;
};
GroundNeed groundNeed(const GroundSource& source, const scene::Camera& camera, double pixelsPerUnit);

// Those that a look shows, as the scene has them.
std::vector<scene::BasemapPtr> shownBasemaps(const Session& session, const Look& look);
bool basemapShown(const BasemapSpec& basemap, const Look& look);
// Of all that are files: where they lie. Empty until it is known.
geo::Box basemapBounds(const Session& session);
void deriveBasemaps(Session& session);
bool basemapsBehind(const Session& session);
double basemapsWakeAt(const Session& session);
void useTileStore(Session& session, std::shared_ptr<TileStore> store);  // instead of the user's
void renewKeys(Session& session);                                       // the user has entered one
void startBasemapCheck(Session& session, const BasemapSpec& basemap);

// A file's kind by what it holds: heights make a hillshade. Nothing where GDAL sees no raster in it.
std::optional<BasemapSpec> basemapOfFile(const std::string& path, const std::string& id,
                                         const std::string& folder = {});

}  // namespace session
