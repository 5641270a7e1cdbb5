// Rows that people put on the map by hand: over what the source says, never into it. Pure but for the last
// two.
#pragma once

#include "app/session/session.h"

namespace session {

struct Placed {
  geo::LayerPtr layer;                               // the source's own where nothing was placed
  std::vector<std::pair<uint32_t, PlaceSpec>> rows;  // ascending
  std::vector<std::string> lost;                     // keys that no row has, or more than one
};

// The places of one layer.
std::vector<PlaceSpec> placesOf(const Project& project, const std::string& layer);
// What names the row in `places`; empty: nothing does.
std::string placeKey(const geo::Table& table, const LayerSpec& spec, size_t row);
geo::Result<Placed> withPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                               const std::vector<PlaceSpec>& places, const geo::Crs& world);
// The layer with columns that say what was placed, where, and by whom: for files that leave the program.
geo::LayerPtr tellingPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                            const std::vector<PlaceSpec>& places);

// Why this row cannot be put elsewhere; else what names it.
geo::Result<std::string> placeableKey(const Session& session, const scene::ObjectRef& object);
const PlaceSpec* placeOf(const Session& session, const scene::ObjectRef& object);

}  // namespace session
