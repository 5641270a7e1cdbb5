// A page as it lies on a desk: the very drawing that paper writes, with a quiet shadow around it.
#pragma once

#include "app/scene/drawing.h"

namespace window {

struct Desk {
  float width = 0, height = 0;  // pixels
  scene::Vec at;                // the sheet's corner there
  float scale = 1;              // pixels per millimetre
  float unit = 1;               // pixels per px of the look
  bool dark = false;
};
// In the page's millimetres, to be drawn at `scale` pixels each.
scene::Drawing onDesk(const scene::Drawing& page, const Desk& desk);

}  // namespace window
