#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/mend_files.h"
#include "app/cli/verbs.h"
#include "app/session/layer_card.h"
#include "app/session/project_file.h"
#include "geo/datum.h"
#include "geo/inspect.h"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Arguments {
  std::vector<std::string> paths;
  std::string reference, encoding, crs;
  bool trusted = false, mend = false;
};

double rounded(double v, double steps) { return std::round(v * steps) / steps; }

Json boxJson(const std::optional<geo::Box>& b) {
  if (!b) return nullptr;
  return Json::array(
      {rounded(b->minX, 1e6), rounded(b->minY, 1e6), rounded(b->maxX, 1e6), rounded(b->maxY, 1e6)});
}

Json textOrNull(const std::string& s) { return s.empty() ? Json(nullptr) : Json(s); }

Json problemsJson(const std::vector<geo::Problem>& problems) {
  Json out = Json::array();
  for (const geo::Problem& p : problems) {
    out.push_back({{"kind", p.kind},
                   {"severity", p.harmless ? "note" : "problem"},
                   {"rows", p.rows},
                   {"message", p.message},
                   {"fix", textOrNull(p.fix)}});
    if (p.at.empty()) continue;
    Json& at = out.back()["at"] = Json::array();
    for (const geo::Point q : p.at) at.push_back({rounded(q.x, 1e6), rounded(q.y, 1e6)});
  }
  return out;
}

Json crsJson(const geo::CrsFacts& c) {
  return {{"declared", textOrNull(c.declared)},
          {"used", textOrNull(c.used)},
          {"confidence", rounded(c.confidence, 1e3)},
          {"shift_metres", rounded(c.shiftMetres, 10)}};
}

Json layerJson(const geo::LayerFacts& l) {
  Json fields = Json::array();
  for (const auto& f : l.fields) {
    Json& field = fields.emplace_back(Json{{"name", f.name}, {"type", f.type}});
    if (!f.unit.empty()) field["unit"] = f.unit;
  }
  return {{"name", l.name},
          {"features", l.features},
          {"vertices", l.vertices},
          {"geometry", l.geometry},
          {"fields", fields},
          {"encoding",
           {{"declared", textOrNull(l.encoding.declared)},
            {"used", l.encoding.used},
            {"confidence", rounded(l.encoding.confidence, 1e3)}}},
          {"crs", crsJson(l.crs)},
          {"bounds_lonlat", boxJson(l.lonLat)},
          {"problems", problemsJson(l.problems)}};
}

Json rasterJson(const geo::SourceFacts& s) {
  Json bands = Json::array();
  for (const geo::RasterBand& b : s.raster->bands)
    bands.push_back({{"type", b.type},
                     {"colour", b.colour},
                     {"nodata", b.noData && std::isfinite(*b.noData) ? Json(*b.noData)
                                : b.noData                           ? Json("nan")
                                                                     : Json(nullptr)}});
  return {{"width", s.raster->width},
          {"height", s.raster->height},
          {"bands", bands},
          {"crs",
           {{"declared", textOrNull(s.raster->crs.text())},
            {"used", textOrNull(s.raster->crs.text())},
            {"confidence", s.raster->crs.known() ? 1 : 0}}},
          {"bounds_lonlat", boxJson(s.rasterLonLat)},
          {"problems", problemsJson(s.rasterProblems)}};
}

Json sourceJson(const geo::SourceFacts& s) {
  Json out = {{"path", s.path}, {"driver", textOrNull(s.driver)}};
  Json layers = Json::array();
  for (const auto& l : s.layers) layers.push_back(layerJson(l));
  out["layers"] = layers;
  if (s.raster) out["raster"] = rasterJson(s);
  if (s.error) out["error"] = s.error->text();
  return out;
}

// ---- for people ----

std::string rowList(const std::vector<size_t>& rows) {
  std::string out;
  for (size_t i = 0; i < rows.size() && i < 10; ++i) out += fmt::format("{}{}", i ? ", " : "", rows[i]);
  return rows.size() > 10 ? out + " …" : out;
}

class Page {
 public:
  explicit Page(bool zh) : zh_(zh) {}

  void source(const geo::SourceFacts& s) {
    if (s.error && s.layers.empty()) return;
    fmt::print("{}  ({})\n", s.path, s.driver);
    for (const auto& l : s.layers) layer(l);
    if (s.raster) raster(s);
  }

  void mended(const MendedFile& f) {
    fmt::print("  → {}: {} {}\n", f.path, f.rows, word("行", "rows"));
    problems(f.changes);
  }

 private:
  const char* word(const char* zh, const char* en) const { return zh_ ? zh : en; }

  std::string crs(const std::string& text) const {
    const auto crs = geo::Crs::parse(text);
    return crs && crs->name() != text
               ? fmt::format("{} {}", text.size() < 40 ? text : std::string(), crs->name())
               : text;
  }

  void layer(const geo::LayerFacts& l) {
    fmt::print("  {} {}\n", word("图层", "layer"), l.name);
    fmt::print("    {}: {} × {}, {} {}\n", word("要素", "features"), l.features, l.geometry, l.vertices,
               word("个顶点", "vertices"));
    std::string fields;
    for (const auto& f : l.fields)
      fields += fmt::format("{}{} ({}{})", fields.empty() ? "" : ", ", f.name, typeName(f.type),
                            f.unit.empty() ? "" : ", " + f.unit);
    if (!fields.empty()) fmt::print("    {}: {}\n", word("字段", "fields"), fields);
    fmt::print("    {}: {}\n", word("编码", "encoding"),
               declaredAndUsed(l.encoding.declared, l.encoding.used, l.encoding.confidence));
    const std::string used = l.crs.used.empty() ? word("未知", "unknown") : crs(l.crs.used);
    if (l.geometry != "None") {
      fmt::print("    {}: {}\n", word("坐标系", "CRS"),
                 declaredAndUsed(l.crs.declared.empty() || l.crs.declared == l.crs.used
                                     ? l.crs.declared.empty() ? "" : used
                                     : crs(l.crs.declared),
                                 used, l.crs.confidence));
      if (!l.crs.evidence.empty()) fmt::print("      {}\n", l.crs.evidence);
      bounds(l.lonLat);
    }
    problems(l.problems);
  }

  void raster(const geo::SourceFacts& s) {
    const geo::RasterFacts& r = *s.raster;
    fmt::print("  {} {} × {}\n", word("栅格", "raster"), r.width, r.height);
    for (size_t b = 0; b < r.bands.size(); ++b)
      fmt::print(
          "    {} {}: {}, {}{}\n", word("波段", "band"), b + 1, r.bands[b].type, r.bands[b].colour,
          r.bands[b].noData ? fmt::format(", {} {}", word("无数据值", "no data"), *r.bands[b].noData) : "");
    fmt::print("    {}: {}\n", word("坐标系", "CRS"),
               r.crs.known() ? crs(r.crs.text()) : word("未知", "unknown"));
    bounds(s.rasterLonLat);
    problems(s.rasterProblems);
  }

  std::string declaredAndUsed(const std::string& declared, const std::string& used, double confidence) const {
    if (declared == used) return used;
    const std::string how = declared.empty() ? word("未声明", "not declared")
                                             : fmt::format("{} {}", word("声明为", "declared as"), declared);
    return zh_ ? fmt::format("{}（{}，把握 {:.0f} %）", used, how, confidence * 100)
               : fmt::format("{} ({}, {:.0f} % certain)", used, how, confidence * 100);
  }

  void bounds(const std::optional<geo::Box>& b) {
    if (b)
      fmt::print("    {}: {:.5f} … {:.5f} °E, {:.5f} … {:.5f} °N\n", word("范围", "extent"), b->minX, b->maxX,
                 b->minY, b->maxY);
  }

  void problems(const std::vector<geo::Problem>& list) {
    for (const geo::Problem& p : list) {
      const auto language = zh_ ? scene::Language::zh : scene::Language::en;
      std::string line = session::problemText(p, language);
      if (!p.rows.empty())
        line += zh_ ? fmt::format("：{} 行（行号从 0 起：{}）", p.rows.size(), rowList(p.rows))
                    : fmt::format(" {} rows (from 0: {})", p.rows.size(), rowList(p.rows));
      if (!p.fix.empty()) line += fmt::format(" → {}", session::fixText(p.fix, language));
      fmt::print("    {} {}\n", p.harmless ? "·" : "!", line);
    }
  }

  const char* typeName(const std::string& t) const {
    if (t == "integer") return word("整数", "integer");
    if (t == "real") return word("小数", "real");
    if (t == "date") return word("日期", "date");
    return word("文本", "text");
  }

  bool zh_;
};

int inspectAll(const Arguments& a, const Common& common) {
  geo::InspectOptions options;
  options.encoding = a.encoding;
  if (!a.crs.empty()) {
    if (const std::string datum = geo::canonicalDatum(a.crs); datum.empty() || datum == "WGS 84") {
      auto crs = geo::Crs::parse(a.crs);
      if (!crs) return complain(crs.error());
      options.crs = *crs;
    } else {
      options.datum = datum;
    }
  }
  options.trusted = a.trusted;
  if (!a.reference.empty()) {
    geo::LoadOptions load;
    load.reprojectTo = geo::Crs::lonLat();
    auto reference = geo::load(a.reference, load);
    if (!reference) return complain(reference.error());
    options.references = {reference->layer};
  } else {
    for (const char* name : {"assets/qingyuan/counties.geojson", "assets/qingyuan/towns.csv"})
      if (const std::string file = session::assetPath(name); !file.empty())
        if (auto reference = geo::load(file)) options.references.push_back(reference->layer);
  }
  Json sources = Json::array();
  int code = done;
  Page page(common.language == scene::Language::zh);
  for (const std::string& path : a.paths) {
    const geo::SourceFacts facts = geo::inspect(path, options);
    if (common.json) sources.push_back(sourceJson(facts));
    else page.source(facts);
    if (facts.error) code = complain(*facts.error);
    if (!a.mend || facts.error) continue;
    const auto files = mendFiles(facts, options);
    if (!files) {
      code = complain(files.error());
      if (common.json) sources.back()["error"] = files.error().text();
      continue;
    }
    Json written = Json::array();
    for (const MendedFile& f : *files) {
      written.push_back(
          {{"path", f.path}, {"layer", f.layer}, {"features", f.rows}, {"changes", problemsJson(f.changes)}});
      if (!common.json) page.mended(f);
    }
    if (common.json) sources.back()["mended"] = written;
  }
  if (common.json)
    fmt::print("{}\n", Json{{"sources", sources}}.dump(2, ' ', false, Json::error_handler_t::replace));
  return code;
}

}  // namespace

void addInspect(CLI::App& app, Common& common, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("inspect", "What each file really is, and what is wrong with it");
  verb->add_option("DATA", arguments->paths, "Files to look at")->required();
  verb->add_option("--reference", arguments->reference,
                   "A layer that is trusted, to hold the coordinates against");
  verb->add_option("--encoding", arguments->encoding,
                   "Read the texts in this encoding, whatever the file says");
  verb->add_option("--crs", arguments->crs,
                   "Read the coordinates in this CRS (or GCJ-02, BD-09, BD-09MC), whatever the file says");
  verb->add_flag("--mend", arguments->mend,
                 "Write what can be put right to NAME.mended.gpkg beside the original");
  verb->add_flag("--trust", arguments->trusted,
                 "Follow descriptions that lead out of their folder, and paths on the network");
  if (!verb->get_option_no_throw("--json"))
    verb->add_flag("--json", common.json, "One JSON document on stdout");
  verb->footer("Example: parkscope inspect towns.shp enterprises.csv --json");
  verb->callback([arguments, &common, &action] {
    action = [arguments, &common] { return inspectAll(*arguments, common); };
  });
}

}  // namespace cli
