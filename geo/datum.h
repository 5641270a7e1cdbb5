// What a file's numbers really are: which system of coordinates fits them. Knows nothing of files.
#pragma once

#include <span>
#include <string>

#include "geo/crs.h"
#include "geo/geometry.h"

namespace geo {

struct CrsGuess {
  Crs crs;                // unknown when the numbers fit nothing
  bool swapped = false;   // x holds the northing or latitude
  double confidence = 0;  // 0…1
  std::string reason;     // one line: "x between 38,398,000 and 38,520,000: zone number 38 in front"
};

// By the magnitude of the coordinates: degrees, CGCS2000 Gauss–Krüger with the zone number in front of the
// easting (EPSG:4513…4533, 4491…4501) or without (4534…4554), Web Mercator. Without a zone number every zone
// looks alike: then the one that puts the points into `area` (degrees) is taken. Judged by the middle 96 % of
// the points, so a stray one does not matter.
CrsGuess guessCrs(std::span<const Point> points, const Box& area = {});

// Do the points contradict that system? (degrees beyond ±180/±90, metres that are degrees, a zone number too
// many or too few…)
bool contradicts(std::span<const Point> points, const Crs& declared);

// The box of the middle 96 % of the points, by each coordinate.
Box middleBox(std::span<const Point> points);

}  // namespace geo
