// Owning handles for GEOS. Only geo/*.cpp include this.
#pragma once

#include <geos_c.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "geo/geometry.h"

namespace geo::detail {

// One per thread and call; GEOS stays silent.
class Geos {
 public:
  Geos() : handle_(GEOS_init_r()) {}
  ~Geos() { GEOS_finish_r(handle_); }
  Geos(const Geos&) = delete;
  Geos& operator=(const Geos&) = delete;
  GEOSContextHandle_t get() const { return handle_; }

  struct Deleter {
    GEOSContextHandle_t handle;
    void operator()(GEOSGeometry* g) const { GEOSGeom_destroy_r(handle, g); }
  };
  using Ptr = std::unique_ptr<GEOSGeometry, Deleter>;
  Ptr own(GEOSGeometry* g) const { return Ptr(g, Deleter{handle_}); }

  // Closes the ring. Null when GEOS refuses it (fewer than three distinct points).
  Ptr ring(std::span<const Point> part) const {
    std::vector<Point> closed(part.begin(), part.end());
    closed.push_back(closed.front());
    GEOSCoordSequence* sequence =
        GEOSCoordSeq_copyFromBuffer_r(handle_, &closed[0].x, static_cast<unsigned>(closed.size()), 0, 0);
    return own(sequence ? GEOSGeom_createLinearRing_r(handle_, sequence) : nullptr);
  }
  std::optional<Point> pointOf(const GEOSGeometry* g) const {
    Point p;
    if (!g || GEOSGeomGetX_r(handle_, g, &p.x) != 1 || GEOSGeomGetY_r(handle_, g, &p.y) != 1) return {};
    return p;
  }
  std::optional<Point> insideOf(const GEOSGeometry* g) const {
    return g ? pointOf(own(GEOSPointOnSurface_r(handle_, g)).get()) : std::nullopt;
  }
  Ptr polygon(const Shapes& s, size_t firstPart, size_t lastPart) const {
    Ptr shell = ring(s.part(firstPart));
    if (!shell) return shell;
    std::vector<GEOSGeometry*> holes;
    for (size_t p = firstPart + 1; p < lastPart; ++p)
      if (Ptr hole = ring(s.part(p))) holes.push_back(hole.release());
    return own(GEOSGeom_createPolygon_r(handle_, shell.release(), holes.data(),
                                        static_cast<unsigned>(holes.size())));
  }

 private:
  GEOSContextHandle_t handle_;
};

}  // namespace geo::detail
