// What a file format for programs that know maps wants to be told of a coordinate system.
#pragma once

#include <array>
#include <string>

#include "geo/crs.h"

namespace geo {

struct Georeference {
  std::string wkt;   // as ESRI's programs write it, on one line
  std::string epsg;  // the code; empty where there is none
  bool projected = false;
  std::array<Point, 4> corners;  // in degrees of its own datum, from the top left one, anticlockwise
};

// Fails for a system that is not known, or that the box lies outside of.
Result<Georeference> georeference(const Crs& crs, const Box& world);

}  // namespace geo
