// What floats over the map and works on it: the tools, the outline under way, what is chosen.
#pragma once

#include "app/panels/ui.h"

namespace panels {

void drawMapTools(Ui& ui);
void drawSelectionBar(Ui& ui);
float selectionBarHeight(const Ui& ui);  // 0: it is not there

// Follows a rectangle or lasso over the map; true while the mouse is its and not the map's.
bool drawByHand(Ui& ui, const Press& map, Vec mouse);

}  // namespace panels
