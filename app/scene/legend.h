// What sizes, heat, links and two axes on a map mean: blocks of a legend, the same on wall, window and page.
// The rows of plain classes are each medium's own (furniture.h).
#pragma once

#include "app/scene/board.h"
#include "app/scene/metrics.h"
#include "app/scene/scene.h"

namespace scene {

struct LegendLook {
  Medium medium = Medium::wall;
  float title = 16, type = 16, small = 14, pitch = 22;  // canvas units
  float cell = 40;                                      // of the square of two axes
};
LegendLook legendLook(Medium medium, float unit);

// Each draws from the top of the column down and returns where it ended. Nothing to say: where it began.
// The square of a bivariate map, its axes with their bounds, the count in every cell.
float drawBivariate(const Board& board, const Scene& scene, Rect column, const LegendLook& look);
// Circles by their area, heat by its bar, links, what the figures' notes say, and what filters hide.
float drawMapBlocks(const Board& board, const Scene& scene, Rect column, const LegendLook& look);
// Only what filters hide: where nothing else of a legend is shown.
float drawFilters(const Board& board, const Scene& scene, Rect column, const LegendLook& look);

float bivariateHeight(const TypesetterPtr& fonts, const Scene& scene, const Theme& theme, float width,
                      float unit, const LegendLook& look);
float mapBlocksHeight(const TypesetterPtr& fonts, const Scene& scene, const Theme& theme, float width,
                      float unit, const LegendLook& look);

}  // namespace scene
