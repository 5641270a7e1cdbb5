// Basemaps that many want, ready to be added.
#pragma once

#include <vector>

#include "app/session/project.h"

namespace session {

// 天地图 and OpenStreetMap by name, then an empty form of each kind. 天地图's map number stands at the foot
// of its website and changes with its data: whoever publishes adds it to the attribution.
const std::vector<BasemapSpec>& basemapPresets();
// One of these as a new basemap of the project, with an id that is free.
BasemapSpec newBasemap(const BasemapSpec& preset, const Project& project);

}  // namespace session
