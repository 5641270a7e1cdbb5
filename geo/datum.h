// What a file's numbers really are: which system of coordinates fits them. Knows nothing of files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
// looks alike: then the one that puts the points into `area` (degrees) is taken; a zone of 6° has the numbers
// of that of 3° with the same meridian. Xian 1980 and Beijing 1954 lie some 100 m off and cannot be told by
// magnitude, nor can BD-09 Mercator from Web Mercator (20 km). Judged by the middle 96 % of the points, so a
// stray one does not matter.
CrsGuess guessCrs(std::span<const Point> points, const Box& area = {});

// Do the points contradict that system? (degrees beyond ±180/±90, metres that are degrees, a zone number too
// many or too few…)
bool contradicts(std::span<const Point> points, const Crs& declared);

// Are they coordinates of that Gauss–Krüger zone, but with the northing in x?
bool exchanged(std::span<const Point> points, const Crs& declared);

// The shifted systems of Chinese web maps, to and from WGS 84 (degrees). Outside of China they are WGS 84
// itself, as their makers' own code has it. The inverses are exact to 1e-11 degrees.
Point gcj02FromWgs84(Point lonLat);
Point wgs84FromGcj02(Point lonLat);
Point bd09FromGcj02(Point lonLat);
Point gcj02FromBd09(Point lonLat);
Point bd09mcFromBd09(Point lonLat);  // Baidu's own Mercator, in metres
Point bd09FromBd09mc(Point metres);  // exact to 1e-11 degrees

// "GCJ-02", "BD-09", "BD-09MC" from any way of writing them; "WGS 84" and "CGCS2000" are "WGS 84"; empty:
// none of these.
std::string canonicalDatum(std::string_view name);
// Degrees (of BD-09MC: metres) of that datum → WGS 84.
Point wgs84From(const std::string& canonicalDatum, Point p);

// Other systems whose coordinates have this magnitude: the zones of the same datum, with or without number,
// for metres of a zone. The given one is not among them.
std::vector<Crs> lookalikes(std::span<const Point> points, const Crs& crs);
// Metres of Web Mercator's size in China, which BD-09 Mercator's are too.
bool looksLikeMercator(std::span<const Point> points);

struct DatumFit {
  std::string datum;          // "WGS 84", "GCJ-02" or "BD-09"; empty: shifted, but as none of these
  double confidence = 0;      // 0…1
  double shiftMetres = 0;     // how far that datum moves these places
  double residualMetres = 0;  // median distance to the reference that remains
  double share = 0;           // of the vertices that lie near the reference then
  Point offsetMetres;         // east and north: what would still have to be added, beyond the datum
};

// Which datum brings the shapes onto the borders, lines or points of a trusted layer that they partly share
// (both in degrees). Nothing when they do not share enough to tell.
std::optional<DatumFit> fitDatum(const Shapes& shapes, const Shapes& reference);

// The box of the middle 96 % of the points, by each coordinate.
Box middleBox(std::span<const Point> points);

}  // namespace geo
