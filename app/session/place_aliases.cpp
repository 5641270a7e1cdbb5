#include "app/session/place_aliases.h"

#include <fstream>
#include <iterator>
#include <string>

#include "app/session/project_file.h"

namespace session {

std::shared_ptr<const geo::Aliases> placeAliases() {
  static const std::shared_ptr<const geo::Aliases> aliases = [] {
    std::ifstream in(assetPath("assets/aliases.txt"), std::ios::binary);
    return std::make_shared<const geo::Aliases>(
        geo::Aliases::parse(std::string(std::istreambuf_iterator<char>(in), {})));
  }();
  return aliases;
}

}  // namespace session
