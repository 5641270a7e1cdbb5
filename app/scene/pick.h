// Canvas point → what stands there. Reads the drawing's hits (symbols and labels) first, then the polygons.
#pragma once

#include "app/scene/scene.h"

namespace scene {

std::optional<ObjectRef> pick(const Drawing& drawing, const Scene& scene, const Camera& camera, Vec at);

}  // namespace scene
