// Rows that people put on the map by hand: over what the source says, never into it. Pure but for the last
// two.
#pragma once

#include "app/session/dress.h"
#include "app/session/session.h"
#include "geo/gazetteer.h"

namespace session {

struct Placed {
  geo::LayerPtr layer;            // the source's own where nothing was placed
  std::vector<StandIn> rows;      // ascending
  std::vector<std::string> lost;  // keys that no row has, or more than one
};

// Rows without a place of their own stand where a column names a county, a town, an address that holds one.
struct ByName {
  Placed placed;
  std::shared_ptr<const NamedPlaces> named;
};
geo::Result<ByName> withNames(const geo::LayerPtr& layer, const LayerSpec& spec,
                              const geo::Gazetteer& gazetteer, geo::Progress& progress);
// The layers whose names place this one, in the order in which the project has them.
std::vector<std::string> gazetteerOf(const Project& project, const LayerSpec& spec);
// One layer's names for it; `accepted`: of the project.
geo::NamedLayer namedLayer(const LayerSpec& spec, const geo::LayerPtr& layer,
                           const std::vector<AcceptedSpec>& accepted);

// The places of one layer.
std::vector<PlaceSpec> placesOf(const Project& project, const std::string& layer);
// What names the row in `places`; empty: nothing does.
std::string placeKey(const geo::Table& table, const LayerSpec& spec, size_t row);
geo::Result<Placed> withPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                               const std::vector<PlaceSpec>& places, const geo::Crs& world);
// The layer with columns that say what was placed, where, and by whom: for files that leave the program.
geo::LayerPtr tellingPlaces(const geo::LayerPtr& layer, const LayerSpec& spec,
                            const std::vector<PlaceSpec>& places, const NamedPlaces* named = nullptr);

// Why this row cannot be put elsewhere; else what names it.
geo::Result<std::string> placeableKey(const Session& session, const scene::ObjectRef& object);
const PlaceSpec* placeOf(const Session& session, const scene::ObjectRef& object);

}  // namespace session
