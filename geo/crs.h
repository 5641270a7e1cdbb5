// Coordinate reference systems and transforms between them (PROJ). Axis order is settled here: x is always
// easting or longitude, y northing or latitude.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "geo/geometry.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace geo {

// A value: an authority code ("EPSG:4547") or WKT/PROJ text; empty when unknown. Cheap to copy and compare.
class Crs {
 public:
  Crs() = default;
  // Authority code, WKT or PROJ string. Fails with a line that names the text.
  static Result<Crs> parse(std::string_view text);
  static Crs lonLat();  // EPSG:4490 would be the same here; this is OGC:CRS84

  bool known() const { return impl_ != nullptr; }
  bool geographic() const;
  double metresPerUnit() const;     // 1 for metres; 0 when geographic or unknown
  const std::string& text() const;  // "EPSG:4547" where there is a code, else the full text
  std::string name() const;         // human-readable: "CGCS2000 / 3-degree Gauss-Kruger CM 114E"
  bool operator==(const Crs& other) const { return text() == other.text(); }

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
  friend class Transform;
};

// Converts in place. One object per thread at a time; holds its own PROJ context.
class Transform {
 public:
  static Result<Transform> make(const Crs& from, const Crs& to);
  // Points that cannot be transformed become NaN; returns how many. Of many, each to 1e-5 m (1e-10°).
  size_t apply(std::span<Point> points) const;
  // The same for many points: asks between slices, and fails when it shall stop.
  Result<size_t> apply(std::span<Point> points, Progress& progress) const;
  size_t applyInverse(std::span<Point> points) const;
  Point operator()(Point p) const;
  Point inverse(Point p) const;
  bool identity() const;

  Transform(Transform&&) noexcept;
  Transform& operator=(Transform&&) noexcept;
  ~Transform();

 private:
  Transform();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A CRS in metres that suits an area given in degrees: a CGCS2000 3° zone for a city in China (by its central
// meridian), UTM elsewhere, an Albers equal-area conic for anything wider than 9°.
Crs metricCrsFor(const Box& lonLat);

// The box of the transformed edges, densified. Empty when nothing survives.
Box transformBox(const Transform& t, const Box& box);

}  // namespace geo
