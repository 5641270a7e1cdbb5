// Where a map frame looks. Canvas units are pixels on a screen and millimetres on paper, y down.
#pragma once

#include "geo/geometry.h"

namespace scene {

struct Vec {
  float x = 0, y = 0;
  bool operator==(const Vec&) const = default;
  Vec operator+(Vec o) const { return {x + o.x, y + o.y}; }
  Vec operator-(Vec o) const { return {x - o.x, y - o.y}; }
  Vec operator*(float k) const { return {x * k, y * k}; }
};

struct Rect {
  float x = 0, y = 0, w = 0, h = 0;
  bool operator==(const Rect&) const = default;
  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Vec centre() const { return {x + w / 2, y + h / 2}; }
  bool contains(Vec p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  bool meets(const Rect& o) const {
    return x < o.right() && o.x < right() && y < o.bottom() && o.y < bottom();
  }
  Rect grown(float by) const { return {x - by, y - by, w + 2 * by, h + 2 * by}; }
};

struct Camera {
  Rect frame;                // the map's rectangle on the canvas
  geo::Point centre;         // world metres, at the frame's centre
  double metresPerUnit = 1;  // world metres in one canvas unit

  bool operator==(const Camera&) const = default;
  Vec canvasFromWorld(geo::Point p) const {
    return {static_cast<float>(frame.x + frame.w / 2.0 + (p.x - centre.x) / metresPerUnit),
            static_cast<float>(frame.y + frame.h / 2.0 - (p.y - centre.y) / metresPerUnit)};
  }
  geo::Point worldFromCanvas(Vec v) const {
    return {centre.x + (v.x - frame.x - frame.w / 2.0) * metresPerUnit,
            centre.y - (v.y - frame.y - frame.h / 2.0) * metresPerUnit};
  }
  geo::Box world() const {
    const double w = frame.w * metresPerUnit / 2, h = frame.h * metresPerUnit / 2;
    return {centre.x - w, centre.y - h, centre.x + w, centre.y + h};
  }
  // The whole box inside the frame, less the margin on each side (canvas units).
  static Camera fit(Rect frame, const geo::Box& world, float margin = 0);
  // The same; in a frame much wider than the box, the box stands left of the middle, so that a legend
  // floating on the right hides none of it.
  static Camera fitBesideLegend(Rect frame, const geo::Box& world, float margin = 0);
  // Zoomed by a factor about a fixed canvas point.
  Camera zoomed(double factor, Vec about) const;
};

}  // namespace scene
