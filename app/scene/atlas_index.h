// The index of an atlas: where each area's sheets are, on a map and as a list.
#pragma once

#include "app/scene/page.h"
#include "app/scene/scene.h"

namespace scene {

struct AtlasIndex {
  struct Line {
    std::string words;
    int sheet = 0;
    bool heading = false;  // an area; its sheets follow
  };
  std::vector<Line> lines;
  struct Area {
    size_t row = 0;  // of the county layer
    std::string name;
    int first = 0, last = 0;
  };
  std::vector<Area> areas;
  int total = 0;              // sheets of the atlas
  std::string words, sheets;  // "图幅索引", "第 {} 幅"
};

// How many sheets of that size the list takes, one at least.
int indexSheets(const AtlasIndex& index, const PageSetup& setup);
// One of them, from 0; the first has the map.
Drawing drawAtlasIndex(const Scene& scene, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                       const AtlasIndex& index, int part);

}  // namespace scene
