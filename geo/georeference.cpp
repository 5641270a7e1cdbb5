#include "geo/georeference.h"

#include "geo/detail/proj.h"

namespace geo {

using detail::PjPtr;

Result<Georeference> georeference(const Crs& crs, const Box& world) {
  const auto fault = [&] { return fail("The coordinate system cannot be described: " + crs.text() + "."); };
  if (!crs.known()) return fault();
  const detail::ContextPtr context = detail::makeContext();
  PjPtr own(proj_create(context.get(), crs.text().c_str()));
  if (own && proj_get_type(own.get()) == PJ_TYPE_BOUND_CRS)
    own.reset(proj_get_source_crs(context.get(), own.get()));
  if (!own || !proj_is_crs(own.get())) return fault();
  const PjPtr geodetic(proj_crs_get_geodetic_crs(context.get(), own.get()));
  if (!geodetic) return fault();
  PjPtr toDegrees(proj_create_crs_to_crs_from_pj(context.get(), own.get(), geodetic.get(), nullptr, nullptr));
  if (toDegrees) toDegrees.reset(proj_normalize_for_visualization(context.get(), toDegrees.get()));
  if (!toDegrees) return fault();
  Georeference out;
  out.corners = {Point{world.minX, world.maxY},
                 {world.minX, world.minY},
                 {world.maxX, world.minY},
                 {world.maxX, world.maxY}};
  for (Point& corner : out.corners) {
    const PJ_COORD moved = proj_trans(toDegrees.get(), PJ_FWD, proj_coord(corner.x, corner.y, 0, HUGE_VAL));
    corner = {moved.xy.x, moved.xy.y};
    if (!std::isfinite(corner.x) || !std::isfinite(corner.y)) return fault();
  }
  const char* const options[] = {"MULTILINE=NO", nullptr};
  if (const char* wkt = proj_as_wkt(context.get(), own.get(), PJ_WKT1_ESRI, options)) out.wkt = wkt;
  if (out.wkt.empty()) return fault();
  const char *authority = proj_get_id_auth_name(own.get(), 0), *code = proj_get_id_code(own.get(), 0);
  if (authority && code && std::string_view(authority) == "EPSG") out.epsg = code;
  out.projected = proj_get_type(own.get()) == PJ_TYPE_PROJECTED_CRS;
  return out;
}

}  // namespace geo
