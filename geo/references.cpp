#include "geo/references.h"

#include "geo/detail/guard.h"

namespace geo {

bool leadsOnlyWithin(const std::string& path, const std::string& folder) {
  return detail::isDescription(path) &&
         detail::checkReferences(path, detail::liesWithin(path, folder) ? folder : std::string(), false)
             .has_value();
}

}  // namespace geo
