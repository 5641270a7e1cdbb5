// All that is known of one area of the county layer.
#pragma once

#include "app/session/derived.h"

namespace session {

scene::CountyCard countyCard(const Session& session, size_t row, scene::Language language,
                             const std::vector<scene::LedgerRow>& ledger);

}  // namespace session
