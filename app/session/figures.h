// Indicators from tables and from the layers themselves, who leads whom, which county a place lies in. Pure;
// runs on a worker.
#pragma once

#include "app/session/derived.h"
#include "geo/place_name.h"

namespace session {

struct FiguresInput {
  struct Area {
    LayerSpec spec;
    geo::LayerPtr layer;  // null: it failed
    DressPtr dress;
    std::shared_ptr<const geo::SpatialIndex> index;
  };
  struct TableIn {
    geo::LayerPtr table;
    geo::Error error;
  };
  std::vector<Area> layers;
  std::vector<IndicatorSpec> indicators;
  std::map<std::string, TableIn> tables;  // by IndicatorSpec::table
  std::string countyLayer;
  std::vector<AcceptedSpec> accepted;
  std::shared_ptr<const geo::Aliases> aliases;  // names of places that changed; null: none
  geo::Crs world;
};

FiguresPtr computeFigures(const FiguresInput& input, geo::Progress& progress);

}  // namespace session
