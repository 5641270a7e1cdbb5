// Where the parts of a page stand: the fixed ones where they were put, the others around them.
#pragma once

#include "app/scene/page_map.h"

namespace scene {

struct Standing {
  PagePart part = PagePart::map;
  Rect rect;
  bool fixed = false;
  float loose = 0;
  bool plate = false;  // on the map: with a ground of its own
  std::string text;
};

struct PagePlan {
  std::vector<Standing> parts;  // all but the map and what stands on it by itself
  std::optional<PageView> map;
};
PagePlan planPage(const PageParts& parts, const PageMap& map, const PageSetup& setup);
float platePadding(const PageLook& look);
std::vector<std::pair<size_t, size_t>> faultsOf(const PageLayout& layout, float width, float height);

}  // namespace scene
