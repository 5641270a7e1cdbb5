// Movement as functions of time: the same instant is always the same picture. Durations and easings:
// docs/look.md, section 8.
#pragma once

#include "app/scene/drawing.h"

namespace scene {

// t is cut to 0 … 1.
double outQuad(double t);
double outCubic(double t);
double inOutCubic(double t);

// A camera on its way: the smooth zoom and pan of van Wijk and Nuij (2003), eased in and out.
struct CameraFlight {
  Camera from, to;
  double seconds = 0;  // 1.6 to 2.4 by the way's length; 0: nothing to fly
};
CameraFlight cameraFlight(const Camera& from, const Camera& to);
Camera cameraAt(const CameraFlight& flight, double seconds);
// How far along it is, 0 … 1, as cameraAt has it.
double wayAt(const CameraFlight& flight, double seconds);

// Every item's colours that much weaker; heat rasters, whose pixels are shared, are left as they are.
void fade(std::span<Placed> items, float alpha);

// One picture passing into another, t 0 … 1. What is the same in both stays as it is; what has a key in both
// (see Drawing::key) moves, its colours mixed in Oklab; of the rest, what was fades out before what
// comes fades in.
std::vector<Placed> morphed(const std::vector<Placed>& from, const std::vector<Placed>& to, double t);

}  // namespace scene
