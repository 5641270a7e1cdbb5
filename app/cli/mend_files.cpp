#include "app/cli/mend_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "geo/datum.h"
#include "geo/load.h"
#include "geo/mend.h"
#include "geo/save.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string besideOriginal(const geo::SourceFacts& facts, const std::string& layer) {
  const fs::path path(facts.path);
  std::string stem = path.stem().string();
  if (facts.layers.size() > 1) stem += "-" + layer;
  for (char& c : stem)
    if (c == '/') c = '-';
  return (path.parent_path() / (stem + ".mended.gpkg")).string();
}

}  // namespace

geo::Result<std::vector<MendedFile>> mendFiles(const geo::SourceFacts& facts, const geo::InspectOptions& o) {
  std::vector<MendedFile> out;
  for (const geo::LayerFacts& l : facts.layers) {
    if (l.geometry == "None") continue;
    geo::LoadOptions options;
    options.layer = l.name, options.encoding = o.encoding, options.crs = o.crs, options.datum = o.datum;
    options.trusted = o.trusted;
    if (options.datum.empty()) options.datum = geo::canonicalDatum(l.crs.used);
    if (!options.crs && options.datum.empty() && !l.crs.used.empty()) {
      // Swapped axes are put right by the reader only where it judges the system by itself.
      auto crs = geo::Crs::parse(l.crs.used);
      bool judged = false;
      for (const geo::Problem& p : l.problems) judged = judged || p.kind == "axes-swapped";
      if (crs && !judged) options.crs = std::move(*crs);
    }
    auto loaded = geo::load(facts.path, options);
    if (!loaded) return tl::unexpected(loaded.error());
    auto mended = geo::mend(*loaded->layer);
    if (!mended) return tl::unexpected(mended.error());
    MendedFile file{besideOriginal(facts, l.name), l.name, mended->layer->rows(), {}};
    for (geo::Report* report : {&loaded->report, &mended->report})
      for (geo::Problem& p : report->problems) file.changes.push_back(std::move(p));
    if (auto saved = geo::save(*mended->layer, file.path); !saved) return tl::unexpected(saved.error());
    out.push_back(std::move(file));
  }
  return out;
}

}  // namespace cli
