// What a file's numbers really are: which system of coordinates fits them. Knows nothing of files.
#pragma once

#include <optional>
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

// The shifted systems of Chinese web maps, to and from WGS 84 (degrees). Outside of China they are WGS 84
// itself, as their makers' own code has it. The inverses are exact to 1e-11 degrees.
Point gcj02FromWgs84(Point lonLat);
Point wgs84FromGcj02(Point lonLat);
Point bd09FromGcj02(Point lonLat);
Point gcj02FromBd09(Point lonLat);

struct DatumFit {
  std::string datum;          // "WGS 84", "GCJ-02" or "BD-09"
  double confidence = 0;      // 0…1
  double shiftMetres = 0;     // how far that datum moves these places
  double residualMetres = 0;  // median distance to the reference that remains
};

// Which datum brings the shapes onto the borders, lines or points of a trusted layer that they partly share
// (both in degrees). Nothing when they do not share enough to tell.
std::optional<DatumFit> fitDatum(const Shapes& shapes, const Shapes& reference);

// The box of the middle 96 % of the points, by each coordinate.
Box middleBox(std::span<const Point> points);

}  // namespace geo
