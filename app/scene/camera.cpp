#include "app/scene/camera.h"

#include <algorithm>

namespace scene {

Camera Camera::fit(Rect frame, const geo::Box& world, float margin) {
  Camera c;
  c.frame = frame;
  c.centre = world.empty() ? geo::Point{} : world.centre();
  const double w = std::max(1.0f, frame.w - 2 * margin), h = std::max(1.0f, frame.h - 2 * margin);
  c.metresPerUnit = std::max(world.width() / w, world.height() / h);
  if (!(c.metresPerUnit > 0)) c.metresPerUnit = 1;
  return c;
}

Camera Camera::fitBesideLegend(Rect frame, const geo::Box& world, float margin) {
  Camera c = fit(frame, world, margin);
  const double free = frame.w - world.width() / c.metresPerUnit;
  if (free > 0.35 * frame.w) c.centre.x += 0.25 * free * c.metresPerUnit;
  return c;
}

Camera Camera::zoomed(double factor, Vec about) const {
  const geo::Point fixed = worldFromCanvas(about);
  Camera c = *this;
  c.metresPerUnit /= factor;
  c.centre = {fixed.x + (centre.x - fixed.x) / factor, fixed.y + (centre.y - fixed.y) / factor};
  return c;
}

}  // namespace scene
