// How a wall is laid out, and its parts: what drawWall puts together at rest and a show in motion.
#pragma once

#include "app/scene/draw_scene.h"

namespace scene {

struct WallLayout {
  float unit = 1, least = 0;  // least: no type smaller than this, canvas units
  float mapUnit = 1;          // of the map's symbols and lines: they grow less than type
  Rect map;
  Rect left, right;    // columns; left is empty where the map would be left with too little
  Rect left2, right2;  // second columns of a very wide wall
  Rect strip;
  float titleBase = 72, titleSize = 44;
  bool portrait = false, wide = false, low = false;
};

// A grid of the look's own pixels, by aspect ratio: 4:3, 16:9, 32:9, 9:16. leastType: no type is smaller
// (canvas units); the whole grid grows with it, until map, legend and title just have their place.
WallLayout wallLayout(float width, float height, float leastType = 0);
// The extent clear of the title above and the strip below; of a tilted scene what stands on it, too.
Camera wallCamera(const WallLayout& layout, const Scene& scene, const geo::Box& extent);
// The map's edges sink into the ground, so that no line marks where the panels begin or the data ends.
std::vector<Fade> wallFades(const Scene& scene, const Theme& theme, const WallLayout& layout,
                            const Camera& camera);
// Furniture over the map: places that names keep off.
std::vector<Rect> wallKeepClear(const Scene& scene, const TypesetterPtr& fonts, const WallLayout& layout,
                                const Camera& camera);
MapOptions wallMapOptions(const WallLayout& layout, const Camera& camera, const std::vector<Rect>& keepClear,
                          const std::vector<Fade>& fades);
// Title, columns, strip, footer, caption. Everything but the map and what is measured on it.
void drawWallPanels(Drawing& drawing, const Scene& scene, const Theme& theme, const WallLayout& layout);
// North arrow and scale bar, of the drawing's camera 0.
void drawWallMeasures(Drawing& drawing, const Scene& scene, const Theme& theme, const WallLayout& layout);

}  // namespace scene
