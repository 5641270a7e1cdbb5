// Files that name other files: VRTs.
#pragma once

#include <string>

namespace geo {

// Whether the file is such a one and all that it names lies within `folder` (or, when the file itself does
// not, or there is none, within its own), not on the network: then it may be opened as if it were trusted.
bool leadsOnlyWithin(const std::string& path, const std::string& folder);

}  // namespace geo
