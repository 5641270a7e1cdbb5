#include "app/session/basemap_presets.h"

#include <fmt/format.h>

#include <algorithm>

namespace session {
namespace {

using Kind = BasemapSpec::Kind;

BasemapSpec tianditu(const char* layer, const char* zh, const char* en, int maxZoom) {
  BasemapSpec b;
  b.id = fmt::format("tianditu-{}", layer), b.name = {zh, en};
  b.source = fmt::format(
      "https://t{{s}}.tianditu.gov.cn/DataServer?T={}_w&x={{x}}&y={{y}}&l={{z}}&tk={{key:tianditu}}", layer);
  b.subdomains = "0-7", b.minZoom = 1, b.maxZoom = maxZoom;
  b.attribution = {"天地图（国家地理信息公共服务平台）",
                   "Tianditu, National Platform for Common Geospatial Information Services"};
  return b;
}

BasemapSpec empty(const char* id, Kind kind, const char* zh, const char* en) {
  BasemapSpec b;
  b.id = id, b.kind = kind, b.name = {zh, en};
  return b;
}

}  // namespace

const std::vector<BasemapSpec>& basemapPresets() {
  static const std::vector<BasemapSpec> all = [] {
    std::vector<BasemapSpec> list{tianditu("vec", "天地图矢量", "Tianditu map", 18),
                                  tianditu("cva", "天地图矢量注记", "Tianditu map names", 18),
                                  tianditu("img", "天地图影像", "Tianditu imagery", 18),
                                  tianditu("cia", "天地图影像注记", "Tianditu imagery names", 18),
                                  tianditu("ter", "天地图地形", "Tianditu terrain", 14),
                                  tianditu("cta", "天地图地形注记", "Tianditu terrain names", 14)};
    BasemapSpec osm;
    osm.id = "osm", osm.name = {"OpenStreetMap", "OpenStreetMap"};
    osm.source = "https://tile.openstreetmap.org/{z}/{x}/{y}.png", osm.maxZoom = 19;
    osm.attribution = {"© OpenStreetMap 贡献者", "© OpenStreetMap contributors"};
    list.push_back(std::move(osm));
    list.push_back(empty("tiles", Kind::xyz, "瓦片地址（XYZ）", "Tiles (XYZ)"));
    list.push_back(empty("wmts", Kind::wmts, "WMTS 服务", "WMTS service"));
    list.push_back(empty("wms", Kind::wms, "WMS 服务", "WMS service"));
    list.push_back(empty("raster", Kind::raster, "影像文件", "Raster file"));
    list.push_back(empty("hillshade", Kind::hillshade, "山体阴影（高程文件）", "Hillshade (elevation file)"));
    return list;
  }();
  return all;
}

BasemapSpec newBasemap(const BasemapSpec& preset, const Project& project) {
  BasemapSpec b = preset;
  const auto taken = [&](const std::string& id) {
    return std::any_of(project.basemaps.begin(), project.basemaps.end(),
                       [&](const auto& o) { return o.id == id; });
  };
  for (int n = 2; taken(b.id); ++n) b.id = fmt::format("{}-{}", preset.id, n);
  b.visible = true;
  return b;
}

}  // namespace session
