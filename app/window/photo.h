// A picture as a JPEG in memory, for the presenter's page.
#pragma once

#include <string>

#include "app/render/renderer.h"

namespace window {

std::string jpegOf(const render::Pixels& pixels, int quality = 82);  // empty: could not be made

}  // namespace window
