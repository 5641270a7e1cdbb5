// Pictures that are no single map: several small maps, the plan's ledger, the card of one area.
#pragma once

#include "app/scene/draw_scene.h"
#include "app/scene/metrics.h"

namespace scene {

// For Composition::multiples, ledger and card. unit: as for metricsFor. Hits: cards of the ledger are
// ObjectRef{"targets", index in Scene::wholeLedger}; the counties of small maps are found by pick().
// drawing.cameras[0] stands for the whole sheet, the others are the small maps'.
Drawing drawSheet(const Scene& scene, const Theme& theme, TypesetterPtr fonts, float width, float height,
                  Medium medium, float unit);
// The same into a part of a drawing that has its own camera 0: the window's.
void drawSheetInto(Drawing& drawing, const Scene& scene, const Theme& theme, Rect area, Medium medium,
                   float unit);

// Of `count` cells on a sheet: how many columns and rows, each as large as it can be.
struct CellGrid {
  int columns = 1, rows = 1;
  float width = 0, height = 0;  // of a cell
};
// Cells of small maps: the largest of that aspect (width / height) plus a strip of that height.
CellGrid mapGrid(size_t count, Rect area, float aspect, float strip, float gap);
// Cards with text: none narrower than `narrowest` or lower than `lowest` while that can be had.
CellGrid cardGrid(size_t count, Rect area, float narrowest, float lowest, float gap);

}  // namespace scene
