#include "app/scene/page.h"

#include <algorithm>

#include "app/scene/draw_scene.h"
#include "app/scene/page_layout.h"
#include "app/scene/sheet.h"

namespace scene {
namespace {

void drawPlate(Drawing& d, const Theme& t, Rect r, const PageLook& look) {
  d.add(Fill{Path::rect(r), t.background});
  d.add(Stroke{Path::rect(r), Pen{t.text1, 1.2f * look.unit, {}, false}, -1});
}

// Small maps, the plan's ledger, the card of an area: one picture that is the whole page, below its mark.
Drawing drawWhole(const Scene& s, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                  PageLayout* layout) {
  Drawing d;
  d.width = setup.width, d.height = setup.height, d.background = theme.background, d.fonts = fonts;
  const PageParts parts(s, theme, fonts, setup);
  const PageLook& look = parts.look();
  Rect area{0, 0, setup.width, setup.height};
  PageLayout made;
  if (parts.says(PagePart::mark) &&
      std::find(setup.hidden.begin(), setup.hidden.end(), PagePart::mark) == setup.hidden.end()) {
    const float tall = 46 * look.unit, wide = parts.widthOf(PagePart::mark, tall), edge = look.margin * 0.6f;
    const Rect mark{setup.width - look.margin - wide, edge, wide, tall};
    parts.draw(d, PagePart::mark, mark, 0, 0);
    area.y = tall, area.h -= area.y;
    made.frames.push_back({PagePart::mark, mark, false, {}});
  }
  drawSheetInto(d, s, theme, area, Medium::page, look.style == PageStyle::slide ? look.mapUnit : look.unit);
  if (!setup.number.empty()) {
    const Board b{d, theme, look.unit, look.least};
    b.text(setup.width / 2, setup.height - look.margin * 0.45f, setup.number,
           std::max(20 * look.unit, look.least), theme.text1, Align::centre, Face::sansBold);
  }
  made.frames.insert(made.frames.begin(), {PagePart::map, area, false, {}});
  if (layout) *layout = std::move(made);
  return d;
}

}  // namespace

Vec leastSize(PagePart part, const Scene& scene, const TypesetterPtr& fonts, const PageSetup& setup) {
  const PageParts parts(scene, paperTheme(), fonts, setup);
  const PageMap map(scene, parts, setup, fonts, {});
  if (const Vec least = map.least(part); least.x > 0) return least;
  // The least height is that of the widest frame.
  return {parts.leastWidth(part), parts.leastHeight(part, std::max(parts.leastWidth(part), setup.width), {})};
}

Drawing drawPage(const Scene& s, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                 std::optional<geo::Box> extent, PageLayout* layout) {
  if (layout) *layout = {};
  if (s.composition != Composition::map) return drawWhole(s, theme, std::move(fonts), setup, layout);
  Drawing d;
  d.width = setup.width, d.height = setup.height, d.background = theme.background, d.fonts = fonts;
  const PageParts parts(s, theme, fonts, setup);
  const PageMap map(s, parts, setup, fonts, extent);
  const PagePlan plan = planPage(parts, map, setup);
  PageLayout made;
  const auto isFixed = [&](PagePart part) {
    return std::any_of(setup.fixed.begin(), setup.fixed.end(),
                       [&](const PageFrame& f) { return f.part == part; });
  };
  const auto stands = [&](PagePart part, const std::optional<Rect>& r) {
    if (r) made.frames.push_back({part, *r, isFixed(part), {}});
  };
  if (plan.map) {
    const PageView& v = *plan.map;
    std::vector<Rect> taken;
    for (const Standing& part : plan.parts)
      if (part.rect.meets(v.rect)) taken.push_back(part.rect);
    map.draw(d, theme, v, taken);
    made.denominator = v.denominator;
    made.frames.push_back({PagePart::map, v.rect, isFixed(PagePart::map), {}});
    stands(PagePart::inset, v.inset), stands(PagePart::overview, v.overview);
    stands(PagePart::north, v.north), stands(PagePart::scaleBar, v.scaleBar);
  } else {
    d.cameras.push_back(Camera::fit({0, 0, setup.width, setup.height}, s.home));  // who asks where the map is
  }
  const float pad = platePadding(parts.look());
  for (const Standing& part : plan.parts) {
    Rect r = part.rect;
    if (part.plate) drawPlate(d, theme, r, parts.look()), r = r.grown(-pad);
    parts.draw(d, part.part, r, part.loose, made.denominator, part.text);
    made.frames.push_back({part.part, part.rect, part.fixed, part.part == PagePart::text ? part.text : ""});
  }
  made.faults = faultsOf(made, setup.width, setup.height);
  if (layout) *layout = std::move(made);
  return d;
}

}  // namespace scene
