#include "geo/load.h"

#include <malloc.h>

#include "geo/database.h"
#include "geo/detail/guard.h"
#include "geo/detail/read.h"
#include "geo/detail/source.h"

namespace geo {

Result<Loaded> load(const std::string& path, const LoadOptions& options, Progress* progress) {
  auto reading = detail::read(path, options, progress);
  if (!reading) return tl::unexpected(reading.error());
  Loaded loaded{std::make_shared<const Layer>(std::move(reading->layer)), std::move(reading->report)};
  reading = fail("");
#ifdef __GLIBC__
  // What columns outgrew while they filled would stay with the process: tens of megabytes for a million rows.
  if (loaded.layer->rows() + loaded.layer->shapes.vertices.size() > 1'000'000) malloc_trim(0);
#endif
  return loaded;
}

Result<std::vector<std::string>> layerNames(const std::string& path, bool trusted) {
  if (isDatabase(path)) {
    auto database = Database::open(path);
    if (!database) return tl::unexpected(database.error());
    if (const std::string named = tableNamedBy(path); !named.empty()) return std::vector<std::string>{named};
    return (*database)->tables();
  }
  if (auto safe = detail::checkReferences(path, {}, trusted); !safe) return tl::unexpected(safe.error());
  detail::GdalErrors errors;
  const std::string ending = detail::extensionOf(path);
  if (ending == "csv" || ending == "tsv" || ending == "txt") {
    if (auto ok = detail::checkReadable(path); !ok) return tl::unexpected(ok.error());
    const std::string name = detail::fileName(path);
    return std::vector<std::string>{name.substr(0, name.find_last_of('.'))};
  }
  auto opened = detail::openVector(path, errors);
  if (!opened) return tl::unexpected(opened.error());
  std::vector<std::string> out;
  for (int i = 0; i < GDALDatasetGetLayerCount(opened->dataset.get()); ++i)
    out.emplace_back(OGR_L_GetName(GDALDatasetGetLayer(opened->dataset.get(), i)));
  return out;
}

}  // namespace geo
