// Rows of a table in the order of a column, a million of them between two frames. Equal values keep the order
// of the rows; what is missing comes last, whichever way.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "geo/texts.h"

namespace panels {

void sortByNumber(std::vector<uint32_t>& rows, std::span<const double> values, bool descending);
// present: per row, 0: missing; empty: all are there. By code point.
void sortByText(std::vector<uint32_t>& rows, std::span<const std::string> texts,
                std::span<const uint8_t> present, bool descending);
void sortByText(std::vector<uint32_t>& rows, const geo::Texts& texts, std::span<const uint8_t> present,
                bool descending);

}  // namespace panels
