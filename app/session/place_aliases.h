// The names of places that come with the program (assets/aliases.txt).
#pragma once

#include <memory>

#include "geo/place_name.h"

namespace session {

std::shared_ptr<const geo::Aliases> placeAliases();  // read once; safe from any thread

}  // namespace session
