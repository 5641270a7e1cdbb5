#include "app/session/project_check.h"

#include <algorithm>
#include <set>

#include "app/session/filter.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/year_columns.h"
#include "geo/datum.h"
#include "geo/web.h"
#include "geo/weights.h"

namespace session {
namespace {

class Checker {
 public:
  Checker(const Project& project, Complaints& complaints) : complaints_(complaints) {
    for (const auto& l : project.layers) layers_.push_back(l.id);
    for (const auto& i : project.indicators) indicators_.push_back(i.id);
  }

  template <class T>
  void unique(const char* kind, const std::vector<T>& values, const std::vector<Lines>& lines) {
    std::set<std::string> seen;
    for (size_t i = 0; i < values.size(); ++i)
      if (!seen.insert(values[i].id).second)
        complaints_.add(lines[i].of("id"),
                        fmt::format("there are two {}s with the id \"{}\".", kind, values[i].id),
                        "Give one of them another id.");
  }
  void layer(const std::string& id, int line) const { known("layer", id, layers_, line); }
  void layers(const std::string& list, int line) const {
    for (const auto& id : splitList(list)) layer(id, line);
  }
  void indicator(const std::string& id, int line) const {
    if (!id.empty()) known("indicator", id, indicators_, line);
  }
  void filter(const std::string& text, int line) const {
    if (const auto f = parseFilter(text); !f) complaints_.add(line, f.error().what, f.error().remedy);
  }
  void crs(const std::string& text, int line) const {
    if (text.empty()) return;
    if (const auto c = geo::Crs::parse(text); !c) complaints_.add(line, c.error().what, c.error().remedy);
  }

 private:
  void known(const char* kind, const std::string& id, const std::vector<std::string>& ids, int line) const {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) return;
    complaints_.add(line, fmt::format("there is no {} \"{}\".", kind, id),
                    ids.empty() ? fmt::format("The project has no {}s.", kind)
                                : fmt::format("{}s: {}.", kind, joined(ids)));
  }

  Complaints& complaints_;
  std::vector<std::string> layers_, indicators_;
};

void checkCells(const geo::CellOptions& c, int line, Complaints& complaints) {
  if (c.separator.size() > 1 || c.separator == "\"" || c.separator == "\n")
    complaints.add(line, fmt::format("\"{}\" separates no columns.", c.separator),
                   "\"separator\" is one character: \",\" \";\" \"|\" or \"\\t\".");
}

void checkLayer(const LayerSpec& l, const Lines& at, const Checker& checker, Complaints& complaints) {
  checker.filter(l.filter, at.of("filter"));
  checker.filter(l.show, at.of("show"));
  checker.crs(l.crs, at.of("crs"));
  if (l.ledBy.empty() != l.leadLayer.empty())
    complaints.add(at.of(l.ledBy.empty() ? "lead_layer" : "led_by"),
                   "\"led_by\" and \"lead_layer\" go together.",
                   "Name the column and the layer that its keys stand in.");
  if (!l.leadLayer.empty()) checker.layer(l.leadLayer, at.of("lead_layer"));
  if (l.drawn && !l.source.ends_with(".gpkg"))
    complaints.add(at.of("source"), fmt::format("the drawn layer \"{}\" is no GeoPackage.", l.id),
                   "Its source ends in .gpkg.");
  if (l.drawn && !l.filter.empty())
    complaints.add(at.of("filter"), fmt::format("the drawn layer \"{}\" has a filter.", l.id),
                   "Use \"show\", which hides rows and keeps them.");
  checkCells(l.cells, at.of("cells"), complaints);
  if (l.placeBy.empty() && !l.placeIn.empty())
    complaints.add(at.of("place_in"), "\"place_in\" goes with \"place_by\".",
                   "Name the column that says where the rows are.");
  for (const std::string& id : splitList(l.placeIn)) {
    checker.layer(id, at.of("place_in"));
    if (id == l.id)
      complaints.add(at.of("place_in"), fmt::format("layer \"{}\" is placed by its own names.", id),
                     "Name another layer.");
  }
  if (l.minScale > 0 && l.maxScale > 0 && l.minScale > l.maxScale)
    complaints.add(at.of("min_scale"), "\"min_scale\" is above \"max_scale\".", "Both are the n of 1:n.");
}

bool isDate(const std::string& text) {  // 2026-11-29
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9')) return false;
  const int month = std::stoi(text.substr(5, 2)), day = std::stoi(text.substr(8, 2));
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void checkPlaces(const Project& project, const ProjectLines& lines, const Checker& checker,
                 Complaints& complaints) {
  std::set<std::pair<std::string, std::string>> seen;
  for (size_t i = 0; i < project.places.size(); ++i) {
    const PlaceSpec& p = project.places[i];
    const Lines& at = lines.places[i];
    checker.layer(p.layer, at.of("layer"));
    if (!std::isfinite(p.lon) || !std::isfinite(p.lat))
      complaints.add(at.of(std::isfinite(p.lon) ? "lat" : "lon"),
                     fmt::format("the place of \"{}\" has no position.", p.key),
                     "Give \"lon\" and \"lat\" in degrees.");
    if (trimmed(p.by).empty())
      complaints.add(at.of("by"), fmt::format("nobody says where \"{}\" is.", p.key),
                     "Name who did: by = \"…\".");
    if (!p.on.empty() && !isDate(p.on))
      complaints.add(at.of("on"), fmt::format("\"{}\" is no date.", p.on), "Write it as 2026-11-29.");
    if (!seen.insert({p.layer, p.key}).second)
      complaints.add(at.table, fmt::format("\"{}\" of layer \"{}\" has two places.", p.key, p.layer),
                     "Remove one of them.");
  }
}

// A layer that is placed by the names of another one cannot lend it its own.
void checkPlacing(const Project& project, const ProjectLines& lines, Complaints& complaints) {
  std::map<std::string, bool> named;
  for (const LayerSpec& l : project.layers) named[l.id] = !l.placeBy.empty();
  for (size_t i = 0; i < project.layers.size(); ++i)
    for (const std::string& id : splitList(project.layers[i].placeIn))
      if (named[id])
        complaints.add(lines.layers[i].of("place_in"),
                       fmt::format("layer \"{}\" is itself placed by name.", id),
                       "Name a layer whose places are its own.");
}

void checkTables(const Project& project, const ProjectLines& lines, const Checker& checker,
                 Complaints& complaints) {
  for (size_t i = 0; i < project.tables.size(); ++i)
    checkCells(project.tables[i].cells, lines.tables[i].of("cells"), complaints);
  std::set<std::pair<std::string, std::string>> seen;
  for (size_t i = 0; i < project.accepted.size(); ++i) {
    const AcceptedSpec& a = project.accepted[i];
    checker.layer(a.layer, lines.accepted[i].of("layer"));
    if (!seen.insert({a.layer, a.key}).second)
      complaints.add(lines.accepted[i].table,
                     fmt::format("\"{}\" of layer \"{}\" is accepted twice.", a.key, a.layer),
                     "Remove one of them.");
  }
  for (size_t i = 0; i < project.imports.size(); ++i) {
    const ImportSpec& m = project.imports[i];
    const Lines& at = lines.imports[i];
    checkCells(m.cells, at.of("cells"), complaints);
    checker.crs(m.crs, at.of("crs"));
    if (m.columns.empty())
      complaints.add(at.table, "an import has no \"columns\".", "They say which tables it is for.");
    if (m.as == ImportSpec::As::names && m.placeBy.empty())
      complaints.add(at.table, "an import as names has no \"place_by\".", "Name the column of the names.");
    if (m.as == ImportSpec::As::figures && (m.key.empty() || m.figures.empty()))
      complaints.add(at.table, "an import as figures needs \"key\" and \"figures\".",
                     "Name the columns of the areas and of the figures.");
    const auto has = [&](const std::string& column) {
      return column.empty() || std::find(m.columns.begin(), m.columns.end(), column) != m.columns.end();
    };
    std::vector<std::string> used{m.key, m.label, m.x, m.y, m.placeBy, m.county, m.year};
    for (const FigureSpec& f : m.figures) {
      if (!f.years) {
        if (f.column.empty())
          complaints.add(at.table, "a figure of an import has no \"column\".", "Name it.");
        used.push_back(f.column);
      } else if (yearColumns(m.columns, f.column).empty()) {
        complaints.add(
            at.table,
            fmt::format("an import uses columns of years of \"{}\" that its tables lack.", f.column),
            fmt::format("\"columns\" are: {}.", joined(m.columns)));
      }
    }
    for (const std::string& column : used)
      if (!has(column))
        complaints.add(at.table, fmt::format("an import uses a column \"{}\" that its tables lack.", column),
                       fmt::format("\"columns\" are: {}.", joined(m.columns)));
    for (const std::string& id : splitList(m.placeIn)) checker.layer(id, at.of("place_in"));
    if (!m.of.empty()) checker.layer(m.of, at.of("of"));
  }
}

void checkIndicator(const IndicatorSpec& i, const Lines& at, const Checker& checker, Complaints& complaints) {
  checker.filter(i.filter, at.of("filter"));
  checker.layer(i.of, at.of("of"));
  checker.indicator(i.numerator, at.of("numerator"));
  checker.indicator(i.denominator, at.of("denominator"));
  checker.indicator(i.shareOf, at.of("share_of"));
  checker.layers(i.countOf, at.of("count_of"));
  checker.layers(i.distanceTo, at.of("distance_to"));
  checker.layers(i.dividedByCountOf, at.of("divided_by_count_of"));
  for (const auto& part : splitList(i.indexOf)) checker.indicator(part, at.of("index_of"));
  if (!i.weights.empty() && i.weights.size() != splitList(i.indexOf).size())
    complaints.add(at.of("weights"),
                   fmt::format("indicator \"{}\" has {} weights for {} parts.", i.id, i.weights.size(),
                               splitList(i.indexOf).size()),
                   "Give one weight for each indicator of \"index_of\", or none.");
  if (std::any_of(i.weights.begin(), i.weights.end(), [](double w) { return w < 0; }))
    complaints.add(at.of("weights"), "\"weights\" cannot be negative.",
                   "An indicator of which less is better says \"more_is_better = false\".");

  const bool ratio = !i.denominator.empty() || !i.dividedByCountOf.empty();
  const bool column = !i.value.empty() || i.yearColumns;
  const int ways = column + ratio + !i.countOf.empty() + !i.distanceTo.empty() + !i.indexOf.empty() +
                   (!i.shareOf.empty() && !column);
  if (ways != 1)
    complaints.add(at.table, fmt::format("indicator \"{}\" needs exactly one way to its figures.", i.id),
                   "value (with table and key), numerator with denominator or divided_by_count_of, count_of, "
                   "distance_to, index_of or share_of.");
  if (ratio != !i.numerator.empty() || (!i.denominator.empty() && !i.dividedByCountOf.empty()))
    complaints.add(at.of("numerator"),
                   fmt::format("indicator \"{}\" needs one numerator over one denominator.", i.id),
                   "Write numerator with either denominator or divided_by_count_of.");
  if (i.yearColumns && (i.table.empty() || !i.year.empty()))
    complaints.add(at.of("year_columns"),
                   fmt::format("\"year_columns\" of indicator \"{}\" needs a table, and no \"year\".", i.id),
                   "Either a column says the year, or each year has a column.");
  if (!i.table.empty() && (i.key.empty() || !column))
    complaints.add(at.of("table"),
                   fmt::format("the table of indicator \"{}\" needs \"key\" and \"value\".", i.id),
                   "Both name columns of the table.");
  if (i.method == geo::BreakMethod::manual && i.breaks.empty())
    complaints.add(at.of("method"), "manual classes need \"breaks\".", "List the upper bounds, ascending.");
  if (!std::is_sorted(i.breaks.begin(), i.breaks.end(), std::less_equal<>()))
    complaints.add(at.of("breaks"), "\"breaks\" must ascend.", "List the upper bound of each class.");
}

void checkMap(const MapSpec& m, const Project& project, const Lines& at, const Checker& checker,
              Complaints& complaints) {
  const int line = at.of("map");
  checker.indicator(m.second, line);
  if (const auto rule = geo::WeightsRule::parse(m.weights); !rule)
    complaints.add(line, rule.error().what, rule.error().remedy);
  if (m.kind == MapSpec::Kind::bivariate && m.second.empty())
    complaints.add(line, "a bivariate map needs a \"second\" indicator.", "Name its id.");
  const auto& all = project.targets;
  if (!m.target.empty() && project.targetTable.empty() &&
      std::none_of(all.begin(), all.end(), [&](const TargetSpec& t) { return t.id == m.target; }))
    complaints.add(line, fmt::format("there is no target \"{}\".", m.target),
                   "Name the id of one of [[targets]].");
}

void checkHeat(const HeatSpec& h, const Lines& at, const Checker& checker, Complaints& complaints) {
  const int line = at.of("heat");
  for (const std::string* id : {&h.layer, &h.minus, &h.clip})
    if (!id->empty()) checker.layer(*id, line);
  if (h.perArea && h.clip.empty())
    complaints.add(line, "heat \"per_area\" needs the areas: \"clip\" is not given.",
                   "Name a layer of polygons.");
  if (h.statistic == HeatSpec::Statistic::rate && h.base.empty())
    complaints.add(line, "a rate needs a \"base\".", "Name the column of the denominators.");
}

// An indicator computed from itself has no figures: the names on the way round.
void checkCycles(const std::vector<IndicatorSpec>& all, const std::vector<Lines>& lines,
                 Complaints& complaints) {
  std::map<std::string, size_t> byId;
  for (size_t i = 0; i < all.size(); ++i) byId.emplace(all[i].id, i);
  std::vector<int> state(all.size());  // 0 new, 1 on the path, 2 done
  std::vector<size_t> path;
  const auto visit = [&](auto& self, size_t i) -> void {
    state[i] = 1, path.push_back(i);
    auto from = splitList(all[i].indexOf);
    from.insert(from.end(), {all[i].numerator, all[i].denominator, all[i].shareOf});
    for (const std::string& next : from) {
      const auto found = byId.find(next);
      if (found == byId.end() || state[found->second] == 2) continue;
      if (state[found->second] == 0) {
        self(self, found->second);
        continue;
      }
      std::vector<std::string> round;
      for (auto p = std::find(path.begin(), path.end(), found->second); p != path.end(); ++p)
        round.push_back(all[*p].id);
      round.push_back(all[found->second].id);
      complaints.add(lines[i].table,
                     fmt::format("indicators are computed from each other: {}.", joined(round, " → ")),
                     "Break the circle.");
    }
    state[i] = 2, path.pop_back();
  };
  for (size_t i = 0; i < all.size(); ++i)
    if (state[i] == 0) visit(visit, i);
}

}  // namespace

tl::unexpected<geo::Error> Complaints::first(const std::string& path) const {
  const auto at = std::min_element(all_.begin(), all_.end(),
                                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return geo::fail(fmt::format("{}:{}: {}", path, at->first, at->second.what), at->second.remedy);
}

static void checkLayout(const LayoutSpec& layout, int line, Complaints& complaints) {
  const auto parts = wordsOf<scene::PagePart>();
  for (const std::string& word : layout.hidden)
    if (std::find(parts.begin(), parts.end(), word) == parts.end())
      complaints.add(line, fmt::format("a page has no part \"{}\".", word),
                     fmt::format("Parts: {}.", fmt::join(parts, ", ")));
  if (!paperSize(layout.paper))
    complaints.add(line, fmt::format("there is no paper \"{}\".", layout.paper), std::string(papersKnown));
  std::set<scene::PagePart> seen;
  for (const FrameSpec& f : layout.frames) {
    if (!(f.width > 0 && f.height > 0))
      complaints.add(line, fmt::format("the frame \"{}\" of a page has no size.", word(f.part)),
                     "Give x, y, width and height in millimetres.");
    if (f.part != scene::PagePart::text && !seen.insert(f.part).second)
      complaints.add(line, fmt::format("a page has two frames \"{}\".", word(f.part)), "Remove one of them.");
  }
}

static void checkBasemap(const BasemapSpec& b, const Lines& at, const Checker& checker,
                         Complaints& complaints) {
  using Kind = BasemapSpec::Kind;
  const bool web = b.kind != Kind::raster && b.kind != Kind::hillshade;
  const auto has = [&](const char* part) { return b.source.find(part) != b.source.npos; };
  if (b.id == "none")
    complaints.add(at.of("id"), "no basemap can be called \"none\".", "Give it another id.");
  if (web && !geo::isWebAddress(b.source))
    complaints.add(at.of("source"),
                   fmt::format("the source of basemap \"{}\" is no address of a server.", b.id),
                   "It begins with https:// or http://.");
  else if (web && (geo::hostOf(b.source).empty() || geo::hostOf(b.source).find("{key:") != std::string::npos))
    complaints.add(at.of("source"), fmt::format("the source of basemap \"{}\" names no server.", b.id),
                   "Write its name behind https://.");
  if (!web && b.source.find("://") != b.source.npos)
    complaints.add(at.of("source"), fmt::format("the source of basemap \"{}\" is no file.", b.id),
                   "A server's tiles have kind xyz, wmts or wms.");
  if (b.kind == Kind::xyz && !(has("{z}") && has("{x}") && (has("{y}") || has("{-y}"))))
    complaints.add(at.of("source"),
                   fmt::format("the source of basemap \"{}\" lacks {{z}}, {{x}} or {{y}}.", b.id),
                   "https://tile.example.org/{z}/{x}/{y}.png");
  if (web && has("{s}") && splitList(b.subdomains).empty())
    complaints.add(at.of("source"), fmt::format("basemap \"{}\" has {{s}} and no subdomains.", b.id),
                   "Write subdomains = \"a,b,c\" or \"0-7\".");
  if (b.kind == Kind::wms && b.layer.empty() && !has("layers=") && !has("LAYERS="))
    complaints.add(at.of("layer"), fmt::format("basemap \"{}\" names no layer of the WMS.", b.id),
                   "Write layer = \"…\".");
  checker.crs(b.crs, at.of("crs"));
  if (!b.datum.empty() &&
      (!web || (geo::canonicalDatum(b.datum) != "GCJ-02" && geo::canonicalDatum(b.datum) != "WGS 84")))
    complaints.add(at.of("datum"), fmt::format("basemap \"{}\" cannot have the datum \"{}\".", b.id, b.datum),
                   web ? "Tiles are of WGS 84 or GCJ-02." : "Files say their system themselves, or by crs.");
  if (b.minZoom > b.maxZoom)
    complaints.add(at.of("min_zoom"), "\"min_zoom\" is above \"max_zoom\".",
                   "The finest has the largest number.");
}

static void checkBasemapNames(const std::string& list, const Project& project, int line,
                              Complaints& complaints) {
  for (const std::string& id : splitList(list))
    if (id != "none" && std::none_of(project.basemaps.begin(), project.basemaps.end(),
                                     [&](const BasemapSpec& b) { return b.id == id; })) {
      std::vector<std::string> ids;
      for (const BasemapSpec& b : project.basemaps) ids.push_back(b.id);
      complaints.add(
          line, fmt::format("there is no basemap \"{}\".", id),
          ids.empty() ? "The project has no basemaps." : fmt::format("basemaps: {}.", joined(ids)));
    }
}

void check(const Project& project, const ProjectLines& lines, Complaints& complaints) {
  Checker checker(project, complaints);
  checker.unique("basemap", project.basemaps, lines.basemaps);
  for (size_t i = 0; i < project.basemaps.size(); ++i)
    checkBasemap(project.basemaps[i], lines.basemaps[i], checker, complaints);
  checker.crs(project.crs, lines.root.of("crs"));
  checker.indicator(project.indicator, lines.root.of("indicator"));
  checker.indicator(project.trend, lines.root.of("trend"));
  checker.unique("layer", project.layers, lines.layers);
  checker.unique("indicator", project.indicators, lines.indicators);
  checker.unique("target", project.targets, lines.targets);
  checker.unique("scene", project.scenes, lines.scenes);
  checker.unique("template", project.templates, lines.templates);
  checker.unique("table", project.tables, lines.tables);
  checkLayout(project.page, lines.root.of("page"), complaints);
  for (size_t i = 0; i < project.templates.size(); ++i)
    checkLayout(project.templates[i].layout, lines.templates[i].table, complaints);
  for (size_t i = 0; i < project.layers.size(); ++i)
    checkLayer(project.layers[i], lines.layers[i], checker, complaints);
  checkPlaces(project, lines, checker, complaints);
  checkPlacing(project, lines, complaints);
  checkTables(project, lines, checker, complaints);
  for (size_t i = 0; i < project.indicators.size(); ++i)
    checkIndicator(project.indicators[i], lines.indicators[i], checker, complaints);
  checkCycles(project.indicators, lines.indicators, complaints);
  checker.indicator(project.shareBase, lines.root.of("share_base"));
  checkMap(project.map, project, lines.root, checker, complaints);
  checkHeat(project.heat, lines.root, checker, complaints);
  for (size_t i = 0; i < project.targets.size(); ++i) {
    const TargetSpec& t = project.targets[i];
    checker.indicator(t.indicator, lines.targets[i].of("indicator"));
    checker.layers(t.countOf, lines.targets[i].of("count_of"));
    checker.filter(t.countFilter, lines.targets[i].of("count_filter"));
    if (!t.target && project.targetTable.empty())
      complaints.add(lines.targets[i].table, fmt::format("target \"{}\" has no \"target\".", t.id),
                     "Give it, or name the CSV that has it: target_table = \"…\".");
  }
  for (size_t i = 0; i < project.scenes.size(); ++i) {
    const SceneSpec& s = project.scenes[i];
    for (const auto& id : s.layers) checker.layer(id, lines.scenes[i].of("layers"));
    checkBasemapNames(s.basemap, project, lines.scenes[i].of("basemap"), complaints);
    checker.indicator(s.indicator, lines.scenes[i].of("indicator"));
    if (s.map) checkMap(*s.map, project, lines.scenes[i], checker, complaints);
    if (s.heat) checkHeat(*s.heat, lines.scenes[i], checker, complaints);
    if (s.tilt) checker.indicator(s.tilt->indicator, lines.scenes[i].of("tilt"));
    for (const auto& e : s.emphasis) checker.layer(e.substr(0, e.find(':')), lines.scenes[i].of("emphasis"));
  }
}

geo::Result<void> check(const Project& project) {
  ProjectLines none;
  none.basemaps.resize(project.basemaps.size());
  none.layers.resize(project.layers.size()), none.places.resize(project.places.size());
  none.indicators.resize(project.indicators.size());
  none.targets.resize(project.targets.size()), none.scenes.resize(project.scenes.size());
  none.templates.resize(project.templates.size());
  none.tables.resize(project.tables.size()), none.accepted.resize(project.accepted.size());
  none.imports.resize(project.imports.size());
  Complaints complaints;
  check(project, none, complaints);
  if (complaints.empty()) return {};
  return tl::unexpected(complaints.any());
}

}  // namespace session
