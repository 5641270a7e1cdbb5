// What a file format for programs that know maps wants to be told of a coordinate system.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "geo/crs.h"

namespace geo {

struct Georeference {
  std::string wkt;   // as ESRI's programs write it, on one line
  std::string epsg;  // the code; empty where there is none
  bool projected = false;
  std::array<Point, 4> corners;  // in degrees of its own datum, from the top left one, anticlockwise
};

// Describes boxes of one system. PROJ is asked for the system once, at the first box. Safe to use from any
// thread; one waits for the other.
class Georeferencer {
 public:
  explicit Georeferencer(Crs crs);
  ~Georeferencer();
  const Crs& crs() const { return crs_; }
  // Fails for a system that is not known, or that the box lies outside of.
  Result<Georeference> of(const Box& world) const;

 private:
  Crs crs_;
  struct System;
  mutable std::mutex guard_;
  mutable std::unique_ptr<System> system_;
};

}  // namespace geo
