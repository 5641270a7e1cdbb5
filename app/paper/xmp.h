// What a file says of itself, as programs that know no maps read it too.
#pragma once

#include <string>
#include <string_view>

#include "app/paper/write.h"

namespace paper {

// Never deflated: programs that do not know the format around it look for it. dpi 0: not told.
std::string xmpPacket(const Meta& meta, std::string_view mediaType, double dpi = 0);

}  // namespace paper
