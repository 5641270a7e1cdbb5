#include "app/window/desk.h"

namespace window {
namespace {

using scene::Rect;
using scene::Vec;

Rect moved(Rect r, Vec by) { return {r.x + by.x, r.y + by.y, r.w, r.h}; }

struct Move {
  Vec by;
  void path(scene::Path& p) const {
    for (Vec& v : p.points) v = v + by;
  }
  // What lies on the map goes with its camera.
  void operator()(scene::Areas&) const {}
  void operator()(scene::Borders&) const {}
  void operator()(scene::Courses&) const {}
  void operator()(scene::Dots&) const {}
  void operator()(scene::Raster&) const {}
  void operator()(scene::Fill& i) const { path(i.path); }
  void operator()(scene::Stroke& i) const { path(i.path); }
  void operator()(scene::Glow& i) const { i.centre = i.centre + by; }
  void operator()(scene::Fade& i) const { i.rect = moved(i.rect, by); }
  void operator()(scene::HatchedRect& i) const { i.rect = moved(i.rect, by); }
  void operator()(scene::Text& i) const { i.origin = i.origin + by; }
  void operator()(scene::Image& i) const { i.rect = moved(i.rect, by); }
};

}  // namespace

scene::Drawing onDesk(const scene::Drawing& page, const Desk& desk) {
  scene::Drawing d;
  d.width = desk.width / desk.scale, d.height = desk.height / desk.scale;
  d.background = desk.dark ? scene::Rgba{0x0B, 0x0F, 0x13, 255} : scene::Rgba{0xC9, 0xCF, 0xD4, 255};
  d.fonts = page.fonts;
  const Vec by = desk.at * (1 / desk.scale);
  const Rect sheet{by.x, by.y, page.width, page.height};
  const float px = desk.unit / desk.scale;
  for (int reach = 7; reach > 0; --reach) {
    const float far = static_cast<float>(reach) * 1.5f * px;
    d.add(scene::Fill{scene::Path::roundedRect(moved(sheet.grown(far), {0, 2.5f * px}), far),
                      {0, 0, 0, static_cast<uint8_t>(desk.dark ? 26 : 9)}});
  }
  d.add(scene::Fill{scene::Path::rect(sheet), page.background});
  d.cameras = page.cameras;
  for (scene::Camera& c : d.cameras) c.frame = moved(c.frame, by);
  d.items.reserve(d.items.size() + page.items.size());
  for (const scene::Placed& p : page.items) {
    d.items.push_back(p);
    scene::Placed& own = d.items.back();
    std::visit(Move{by}, own.item);
    // Nothing of a page is printed beyond its edge.
    own.clip = p.clip ? std::optional(moved(*p.clip, by)) : sheet;
  }
  return d;
}

}  // namespace window
