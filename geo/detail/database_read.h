// A database's table as one more source of load() and inspect().
#pragma once

#include "geo/detail/read.h"

namespace geo::detail {

// The whole table, up to a limit that the report tells of; without CRS and bounds settled.
Result<Reading> readDatabase(const std::string& source, const LoadOptions& options, Progress* progress);

}  // namespace geo::detail
