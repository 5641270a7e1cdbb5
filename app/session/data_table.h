// One layer's own columns and its indicators side by side, and which rows its filter shows.
#pragma once

#include "app/session/derived.h"

namespace session {

// Null until the layer is there.
DataTablePtr makeTable(const Session& session, const std::string& layer);

}  // namespace session
