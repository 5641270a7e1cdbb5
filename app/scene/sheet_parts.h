// What every sheet is made with: sizes by medium, title and foot, small maps.
#pragma once

#include "app/scene/board.h"
#include "app/scene/metrics.h"
#include "app/scene/scene.h"

namespace scene {

struct SheetLook {  // canvas units
  float margin, title, sub, head, body, small, gap;
  bool footer;
};
SheetLook sheetLook(Medium medium, float unit, bool low);

class SheetPart {
 public:
  SheetPart(Drawing& d, const Scene& s, const Theme& t, Rect area, Medium medium, float unit)
      : d_(d),
        s_(s),
        t_(t),
        area_(area),
        medium_(medium),
        u_(unit),
        l_(sheetLook(medium, unit, area.h < 900 * unit)),
        b_{d, t, unit} {}

 protected:
  // Title, second line, badge and period; returns what is left of the sheet above its foot.
  Rect header(const std::string& title, const std::string& subtitle) const;
  void footer(const std::string& source) const;
  // An upright page is too narrow for credits and the map's number side by side.
  bool twoLines() const { return medium_ == Medium::page && area_.w < area_.h; }
  // The city in a frame, one of its layers coloured. locator: one area lit, the others plain.
  Camera smallMap(const Choropleth& colours, Rect frame, const std::optional<ObjectRef>& lit,
                  bool locator = false);
  std::string shortName(size_t cityRow) const;

  Drawing& d_;
  const Scene& s_;
  const Theme& t_;
  const Rect area_;
  const Medium medium_;
  const float u_;
  SheetLook l_;
  const Board b_;
};

}  // namespace scene
