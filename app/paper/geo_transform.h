// Pixels of a picture → the plane of its map.
#pragma once

#include <array>

#include "app/scene/camera.h"

namespace paper {

// As GDAL has it: x of the corner, metres a pixel, 0, y of the corner, 0, −metres. The whole picture lies on
// the plane of the map: pixels of the map's frame are where they say.
std::array<double, 6> geoTransform(const scene::Camera& camera, double pixelsPerUnit);

}  // namespace paper
