#include "geo/georeference.h"

#include "geo/detail/proj.h"

namespace geo {

using detail::PjPtr;

struct Georeferencer::System {
  detail::ContextPtr context = detail::makeContext();
  PjPtr toDegrees;  // null: the system cannot be described
  Georeference like;

  explicit System(const Crs& crs) {
    if (!crs.known()) return;
    PjPtr own(proj_create(context.get(), crs.text().c_str()));
    if (own && proj_get_type(own.get()) == PJ_TYPE_BOUND_CRS)
      own.reset(proj_get_source_crs(context.get(), own.get()));
    if (!own || !proj_is_crs(own.get())) return;
    const PjPtr geodetic(proj_crs_get_geodetic_crs(context.get(), own.get()));
    if (!geodetic) return;
    const char* const options[] = {"MULTILINE=NO", nullptr};
    if (const char* wkt = proj_as_wkt(context.get(), own.get(), PJ_WKT1_ESRI, options)) like.wkt = wkt;
    if (like.wkt.empty()) return;
    const char *authority = proj_get_id_auth_name(own.get(), 0), *code = proj_get_id_code(own.get(), 0);
    if (authority && code && std::string_view(authority) == "EPSG") like.epsg = code;
    like.projected = proj_get_type(own.get()) == PJ_TYPE_PROJECTED_CRS;
    toDegrees.reset(
        proj_create_crs_to_crs_from_pj(context.get(), own.get(), geodetic.get(), nullptr, nullptr));
    if (toDegrees) toDegrees.reset(proj_normalize_for_visualization(context.get(), toDegrees.get()));
  }
};

Georeferencer::Georeferencer(Crs crs) : crs_(std::move(crs)) {}
Georeferencer::~Georeferencer() = default;

Result<Georeference> Georeferencer::of(const Box& world) const {
  const std::lock_guard lock(guard_);
  if (!system_) system_ = std::make_unique<System>(crs_);
  const auto fault = [&] { return fail("The coordinate system cannot be described: " + crs_.text() + "."); };
  if (!system_->toDegrees) return fault();
  Georeference out = system_->like;
  out.corners = {Point{world.minX, world.maxY},
                 {world.minX, world.minY},
                 {world.maxX, world.minY},
                 {world.maxX, world.maxY}};
  for (Point& corner : out.corners) {
    const PJ_COORD moved =
        proj_trans(system_->toDegrees.get(), PJ_FWD, proj_coord(corner.x, corner.y, 0, HUGE_VAL));
    corner = {moved.xy.x, moved.xy.y};
    if (!std::isfinite(corner.x) || !std::isfinite(corner.y)) return fault();
  }
  return out;
}

}  // namespace geo
