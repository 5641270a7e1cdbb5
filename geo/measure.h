// Area, length, distance and centre on the ellipsoid (PROJ's geodesics) or in the plane of a metric CRS.
#pragma once

#include <memory>

#include "geo/layer.h"
#include "geo/result.h"

namespace geo {

namespace detail {
class Locator;
}

// Geodesic; points are lon/lat degrees on WGS 84/CGCS2000. Metres and square metres.
double geodesicDistance(Point a, Point b);
double geodesicLength(std::span<const Point> line);
double geodesicRingArea(std::span<const Point> ring);  // signed, counter-clockwise positive

// Area (m²) or length (m) of each row's shape on the ellipsoid, whatever the layer's CRS is.
// Edges are straight in the layer's CRS: in a projected one they are densified to 1 km before the inverse
// transform. Fails when the layer's CRS is unknown.
Result<std::vector<double>> rowAreas(const Layer& layer);
Result<std::vector<double>> rowLengths(const Layer& layer);

// Plane: in the units of the points.
double ringArea(std::span<const Point> ring);  // signed
Point centroid(const Shapes& shapes, size_t row);
// The visual centre: inside the polygon, far from its border (pole of inaccessibility, to the given
// precision).
Point poleOfInaccessibility(const Shapes& shapes, size_t row, double precision);
bool contains(const Shapes& polygons, size_t row, Point p);  // even-odd over all rings
// The same answers for many points of one row. Keeps no reference to the shapes.
class Containment {
 public:
  Containment(const Shapes& polygons, size_t row);
  ~Containment();
  bool operator()(Point p) const;

 private:
  std::unique_ptr<const detail::Locator> edges_;
};
double distanceToLine(std::span<const Point> line, Point p);

}  // namespace geo
