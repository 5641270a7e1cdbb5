// What PNG has for files that embed pictures: its filters, and a small picture in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "app/scene/drawing.h"

namespace paper {

// Appends a row behind the number of its filter; above: null for the first one. Smooth rows are written as
// differences, flat ones as they are.
void filterRow(const std::vector<uint8_t>& row, const std::vector<uint8_t>* above, int channels, bool smooth,
               std::vector<uint8_t>& out);

// RGBA; fill(y, pixels) gives each row, from many threads.
std::string pngBytes(int columns, int rows, bool smooth, const std::function<void(int, scene::Rgba*)>& fill);

}  // namespace paper
