// Work on the map itself: what is carried to another place, what is drawn by hand, and the small forms that
// ask who says so and what it is called.
#pragma once

#include "app/panels/ui.h"

namespace panels {

// While a drawing tool is on.
bool drawsShapes(const Ui& ui);

// Of the map's own press: a symbol or vertex is picked up and followed; true while the mouse is its.
bool carryOnMap(Ui& ui, const Press& map, Vec mouse, Vec local);
// Clicks, keys and the outline under way, with a drawing tool.
void drawShapeByHand(Ui& ui, const Press& map, bool clicked, Vec mouse, Vec local);
// A listed item is on its way over the panels; over everything.
void drawCarried(Ui& ui);

void openPlaceDialog(Ui& ui, const scene::ObjectRef& object, std::optional<geo::Point> world = {});
void openFeatureName(Ui& ui, const std::string& layer, uint32_t row);
void drawPlaceDialog(Ui& ui);
void drawFeatureDialog(Ui& ui);
void drawRecoverDialog(Ui& ui);
// Opens it, once, where an earlier run left something.
void offerRecovery(Ui& ui);

}  // namespace panels
