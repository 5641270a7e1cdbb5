// A small picture as PNG in memory, for files that embed one.
#pragma once

#include <vector>

#include "app/scene/drawing.h"

namespace paper {

std::vector<uint8_t> pngBytes(const std::vector<scene::Rgba>& pixels, int columns, int rows);

}  // namespace paper
