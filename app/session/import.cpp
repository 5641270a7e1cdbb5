#include "app/session/import.h"

#include <filesystem>
#include <numeric>
#include <regex>
#include <set>

#include "app/session/derived.h"
#include "app/session/dress.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/place_aliases.h"
#include "app/session/places.h"
#include "app/session/project_file.h"
#include "app/session/sources.h"
#include "geo/cell_text.h"
#include "geo/datum.h"
#include "geo/gazetteer.h"
#include "geo/measure.h"
#include "geo/triangulate.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using As = ImportSpec::As;
using Lack = ImportPreview::Lack;

bool holds(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return text.find(w) != text.npos; });
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

std::string stemOf(const std::string& path) {
  std::string stem = trimmed(validUtf8(fs::path(path).stem().string()));
  for (char& c : stem)
    if (c == ':' || c == ',') c = '-';
  return stem.empty() ? "table" : stem;
}

template <class List>
std::string freeId(const List& list, const std::string& wish) {
  std::string id = wish;
  for (int n = 2; std::any_of(list.begin(), list.end(), [&](const auto& item) { return item.id == id; }); ++n)
    id = fmt::format("{}-{}", wish, n);
  return id;
}

// The outlines that come with the program, where the project has none of its own.
std::optional<LayerSpec> ownOutlines() {
  const std::string file = assetPath("assets/qingyuan/counties.geojson");
  if (file.empty()) return {};
  LayerSpec l;
  l.id = "counties", l.name = {"县（市、区）", "Counties"}, l.role = scene::Role::county;
  l.source = file, l.key = "adcode", l.label = "name", l.labelEn = "name_en";
  return l;
}

std::vector<std::string> sorted(std::vector<std::string> list) {
  std::sort(list.begin(), list.end());
  return list;
}

std::vector<std::string> columnsOf(const geo::Table& table) {
  std::vector<std::string> names;
  for (const geo::Column& c : table.columns) names.push_back(c.name);
  return names;
}

// Whether a table with these columns is of the import's shape: of columns that are years of one thing others
// may be there.
bool hasShape(const std::vector<std::string>& columns, const ImportSpec& i) {
  const auto shape = [&](std::vector<std::string> all) {
    for (const FigureSpec& f : i.figures) {
      if (!f.years) continue;
      const auto years = yearColumns(all, f.column);
      std::erase_if(all, [&](const std::string& c) {
        return std::any_of(years.begin(), years.end(), [&](const auto& y) { return y.second == c; });
      });
      if (!years.empty()) all.push_back("\x1f" + f.column);
    }
    return sorted(std::move(all));
  };
  return shape(columns) == shape(i.columns);
}

// How a column names places: of so many of its texts, how many are names and how many hold one.
struct Naming {
  size_t given = 0, whole = 0, inside = 0, points = 0;
  double share() const {
    return given ? static_cast<double>(whole + inside) / static_cast<double>(given) : 0;
  }
  double wholeShare() const { return given ? static_cast<double>(whole) / static_cast<double>(given) : 0; }
};

class Looker {
 public:
  Looker(const ImportInput& input, geo::Progress& progress)
      : in_(input), progress_(progress), out_(std::make_shared<ImportPreview>()), aliases_(placeAliases()) {}

  ImportPreviewPtr result() {
    out_->work = in_.work, out_->done = true;
    if (!read()) return out_;
    const geo::Table& t = table();
    found().columns = columnsOf(t);
    meanings();
    chooseAs();
    chooseLabel();
    if (!in_.work.roleSaid) found().role = roleGuess();
    if (found().as == As::points) points();
    if (found().as == As::names) names();
    if (found().as == As::figures) figures();
    if (found().as == As::figures) found().role = ImportSpec{}.role;
    for (const ImportSpec& kept : in_.imports)
      out_->known |= hasShape(found().columns, kept) && same(kept, found());
    return out_;
  }

 private:
  const geo::Table& table() const { return out_->table.loaded.layer->table; }
  ImportSpec& found() { return out_->found; }

  static bool same(ImportSpec a, ImportSpec b) {
    a.columns = b.columns;
    return a == b;
  }

  bool read() {
    const ImportSpec& c = in_.work.choices;
    geo::LoadOptions o;
    o.layer = c.sourceLayer, o.encoding = c.encoding, o.cells = c.cells, o.xField = c.x, o.yField = c.y;
    o.datum = c.datum;
    if (!c.crs.empty()) {
      auto crs = geo::Crs::parse(c.crs);
      if (!crs) return out_->error = crs.error(), false;
      o.crs = std::move(*crs);
    }
    auto made = geo::previewTable(in_.work.path, o, 60, &progress_);
    if (!made) return out_->error = made.error(), false;
    out_->table = std::move(*made);
    out_->found = c;
    constexpr size_t most = 2000;  // columns that anybody could look through
    if (table().columns.size() > most)
      return out_->error = {fmt::format("{} has {} columns.", fs::path(in_.work.path).filename().string(),
                                        table().columns.size()),
                            fmt::format("At most {} can be chosen from: check its separator.", most)},
             false;
    if (const auto kind = out_->table.loaded.layer->shapes.kind;
        kind == geo::ShapeKind::line || kind == geo::ShapeKind::polygon)
      found().as = As::points;  // shapes as they are
    return true;
  }

  // Columns
  // --------------------------------------------------------------------------------------------------------
  geo::Gazetteer gazetteer(const std::vector<std::string>& ids) const {
    geo::Gazetteer g;
    g.aliases = aliases_.get();
    for (const ImportInput::Names& n : in_.layers) {
      if (std::find(ids.begin(), ids.end(), n.spec.id) != ids.end())
        g.layers.push_back(namedLayer(n.spec, n.layer, in_.accepted));
      if (n.spec.id == in_.county) g.areas = n.layer;
    }
    return g;
  }
  const ImportInput::Names* layer(const std::string& id) const {
    for (const ImportInput::Names& n : in_.layers)
      if (n.spec.id == id) return &n;
    return nullptr;
  }
  std::vector<std::string> placeLayers() const {
    if (!in_.work.choices.placeIn.empty()) return splitList(in_.work.choices.placeIn);
    std::vector<std::string> ids;
    for (const ImportInput::Names& n : in_.layers)
      if (n.spec.id == in_.county || n.spec.role == scene::Role::town) ids.push_back(n.spec.id);
    return ids;
  }

  Naming naming(const geo::Column& c, const geo::Gazetteer& g) const {
    geo::Column sample;
    sample.name = c.name;
    std::set<std::string> seen;
    for (size_t r = 0; r < c.rows() && seen.size() < 400; ++r)
      if (c.has(r))
        if (const std::string text = trimmed(c.text(r));
            !text.empty() && text.size() < 300 && !geo::isMissingMark(text) && seen.insert(text).second)
          sample.texts.push_back(text), sample.present.push_back(1);
    Naming n;
    n.given = sample.texts.size();
    if (n.given == 0) return n;
    const geo::PlacedByName p = geo::placeByName(sample, nullptr, g, &progress_);
    std::set<std::string> addresses;
    for (const geo::AliasMatch& a : p.byAlias)
      if (a.how == "address") addresses.insert(a.right);
    for (size_t r = 0; r < n.given; ++r) {
      if (p.placeOf[r] < 0) continue;
      ++(addresses.count(std::string(sample.texts[r])) ? n.inside : n.whole);
      n.points += !p.places[static_cast<size_t>(p.placeOf[r])].area;
    }
    return n;
  }

  void meanings() {
    const geo::TablePreview& t = out_->table;
    const geo::Gazetteer places = gazetteer(placeLayers());
    for (const geo::Column& c : table().columns) {
      Meaning m = c.numeric() ? Meaning::number : Meaning::text;
      const std::string name = lower(c.name);
      if (c.name == t.x || c.name == t.y)
        m = t.x == t.y ? Meaning::lonLat : c.name == t.x ? Meaning::longitude : Meaning::latitude;
      else if (c.type == geo::ColumnType::date) m = Meaning::date;
      else if (isYear(c, name)) m = Meaning::year;
      else if (c.type == geo::ColumnType::text || c.type == geo::ColumnType::integer) {
        // A small number is no code of a place, whatever codes there are.
        const bool may = !c.numeric() || codeLike(c) || namesKey(c.name);
        const Naming n = places.layers.empty() || !may ? Naming{} : naming(c, places);
        namings_[c.name] = n;
        if (n.given && n.wholeShare() >= 0.5 && (!c.numeric() || n.whole >= 2)) m = Meaning::place;
        else if (!c.numeric() && n.share() >= 0.3) m = Meaning::address;
        else if (isCode(c, name)) m = Meaning::code;
      }
      out_->meanings.push_back(m);
    }
  }

  static bool codeLike(const geo::Column& c) {
    for (size_t r = 0; r < std::min<size_t>(c.rows(), 200); ++r)
      if (c.has(r) && c.text(r).size() < 6) return false;
    return true;
  }
  bool namesKey(const std::string& name) const {
    return std::any_of(in_.layers.begin(), in_.layers.end(),
                       [&](const auto& l) { return l.spec.key == name; });
  }

  static bool isYear(const geo::Column& c, const std::string& name) {
    if (c.type != geo::ColumnType::integer && c.type != geo::ColumnType::text) return false;
    if (const auto header = geo::readYearHeader(c.name); header && header->name.empty()) return false;
    if (!holds(name, {"年", "year"}) || holds(name, {"年龄", "年收入", "年产", "年均", "年末"})) return false;
    size_t given = 0, years = 0;
    for (size_t r = 0; r < std::min<size_t>(c.rows(), 500); ++r) {
      if (!c.has(r)) continue;
      const double v = c.number(r);
      ++given, years += v >= 1900 && v <= 2100 && v == std::floor(v);
    }
    return given > 0 && years == given;
  }

  static bool isCode(const geo::Column& c, const std::string& name) {
    if (holds(name, {"代码", "编码", "编号", "序号", "排名", "邮编", "电话", "code"}) || name == "id" ||
        name == "no" || name == "no." || name == "fid" || name == "objectid" || name.ends_with("_id"))
      return true;
    if (c.type != geo::ColumnType::text) return false;
    size_t given = 0, digits = 0;
    for (size_t r = 0; r < std::min<size_t>(c.rows(), 200); ++r)
      if (c.has(r)) ++given, digits += c.texts[r].find_first_not_of("0123456789-") == std::string::npos;
    return given > 0 && digits == given;
  }

  const geo::Column* column(const std::string& name) const {
    return name.empty() ? nullptr : table().find(name);
  }
  std::string first(Meaning m) const {
    for (size_t i = 0; i < out_->meanings.size(); ++i)
      if (out_->meanings[i] == m) return table().columns[i].name;
    return {};
  }
  Meaning meaning(const std::string& name) const {
    for (size_t i = 0; i < out_->meanings.size(); ++i)
      if (table().columns[i].name == name) return out_->meanings[i];
    return Meaning::text;
  }

  // What it becomes
  // ------------------------------------------------------------------------------------------------------------
  void chooseAs() {
    const bool shapes = out_->table.loaded.layer->shapes.kind != geo::ShapeKind::none;
    if (in_.work.asSaid || shapes) {
      if (!in_.work.asSaid) found().as = As::points;
      return;
    }
    const std::string key = keyColumn(), year = first(Meaning::year);
    found().as = !key.empty() && !first(Meaning::number).empty() && oneRowEach(key, year) ? As::figures
                 : !placeColumn().empty()                                                 ? As::names
                                                                                          : As::points;
  }

  // One row for each area (and year) is a table of figures; several are things that lie there.
  bool oneRowEach(const std::string& key, const std::string& year) const {
    const geo::Column *k = column(key), *y = column(year);
    std::set<std::string> seen;
    size_t rows = 0;
    for (size_t r = 0; r < table().rows(); ++r)
      if (k->has(r)) ++rows, seen.insert(k->text(r) + "\x1f" + (y && y->has(r) ? y->text(r) : ""));
    return rows > 0 && 10 * seen.size() >= 9 * rows;
  }

  std::string areaLayer() const { return in_.work.choices.of.empty() ? in_.county : in_.work.choices.of; }

  std::string keyColumn() const {
    if (!in_.work.choices.key.empty()) return in_.work.choices.key;
    const geo::Gazetteer g = gazetteer({areaLayer()});
    if (g.layers.empty()) return {};
    std::string best;
    double most = 0.4999;
    for (size_t i = 0; i < table().columns.size(); ++i) {
      const geo::Column& c = table().columns[i];
      const Meaning m = out_->meanings[i];
      if (m != Meaning::place && m != Meaning::text && m != Meaning::code) continue;
      const Naming n = naming(c, g);
      if (n.whole >= 1 && n.wholeShare() > most + 1e-9) most = n.wholeShare(), best = c.name;
    }
    return best;
  }

  std::string placeColumn() const {
    if (!in_.work.choices.placeBy.empty()) return in_.work.choices.placeBy;
    std::string best;
    double most = 0.2999;
    for (const geo::Column& c : table().columns) {
      const auto n = namings_.find(c.name);
      if (n == namings_.end() || n->second.given == 0) continue;
      if (c.numeric() && meaning(c.name) != Meaning::place) continue;
      // A town says more than its county.
      const double score = n->second.share() +
                           0.5 * static_cast<double>(n->second.points) / static_cast<double>(n->second.given);
      if (score > most + 1e-9) most = score, best = c.name;
    }
    return best;
  }

  void chooseLabel() {
    if (!found().label.empty() || found().as == As::figures) return;
    const geo::Table& t = table();
    const auto pick = [&](const auto& fits) {
      for (size_t i = 0; i < t.columns.size() && found().label.empty(); ++i)
        if (t.columns[i].type == geo::ColumnType::text && fits(i)) found().label = t.columns[i].name;
    };
    const auto named = [&](size_t i) {
      const std::string name = lower(t.columns[i].name);
      return holds(name, {"名称", "企业", "单位", "公司", "机构", "项目", "name"}) || name == "名" ||
             name == "姓名";
    };
    pick([&](size_t i) { return out_->meanings[i] == Meaning::text && named(i); });
    pick([&](size_t i) { return named(i) && out_->meanings[i] != Meaning::address; });
    pick([&](size_t i) { return out_->meanings[i] == Meaning::text; });
    pick([&](size_t i) { return out_->meanings[i] == Meaning::place; });
  }

  // What the file and its columns say that the rows are.
  scene::Role roleGuess() const {
    std::string words = lower(fs::path(in_.work.path).stem().string());
    for (const geo::Column& c : table().columns) words += " " + lower(c.name);
    if (holds(words, {"企业", "公司", "enterprise", "firm", "company"})) return scene::Role::enterprise;
    if (holds(words, {"平台", "实验室", "研究院", "孵化", "platform"})) return scene::Role::platform;
    if (holds(words, {"服务站", "工作站"})) return scene::Role::station;
    if (holds(words, {"园区", "产业园"})) return scene::Role::node;
    return scene::Role::context;
  }

  void takePlaces(const std::vector<geo::Point>& at) {
    out_->at = at;
    out_->placed = static_cast<size_t>(
        std::count_if(at.begin(), at.end(), [](geo::Point p) { return std::isfinite(p.x); }));
    if (const ImportInput::Names* county = layer(in_.county)) outline(*county);
  }

  void points() {
    found().x = out_->table.x, found().y = out_->table.y;
    found().placeBy.clear(), found().placeIn.clear(), found().county.clear();
    found().key.clear(), found().of.clear(), found().year.clear(), found().whole.clear();
    found().figures.clear();
    const geo::LayerPtr layer = out_->table.loaded.layer;
    if (layer->shapes.vertices.empty()) return void(out_->lack = Lack::coordinates);
    evidence();
    const geo::Layer* shown = layer.get();
    geo::Loaded again;
    if (found().datum != in_.work.choices.datum) {  // as the evidence has it
      geo::LoadOptions o;
      const ImportSpec& c = found();
      o.layer = c.sourceLayer, o.encoding = c.encoding, o.cells = c.cells, o.xField = c.x, o.yField = c.y;
      o.datum = c.datum;
      if (auto loaded = geo::load(in_.work.path, o, &progress_))
        again = std::move(*loaded), shown = again.layer.get();
    }
    std::vector<geo::Point> at(layer->rows(), {geo::missing, geo::missing});
    const auto toWorld = shown->crs.known() && in_.world.known() ? geo::Transform::make(shown->crs, in_.world)
                                                                 : tl::unexpected(geo::Error{});
    if (!toWorld && shown->crs.known() != in_.world.known()) {
      out_->lack = Lack::coordinates;
      return;
    }
    for (size_t r = 0; r < at.size() && r < shown->shapes.rows(); ++r)
      if (shown->shapes.has(r)) {
        const geo::Point p = shown->shapes.kind == geo::ShapeKind::polygon
                                 ? geo::centroid(shown->shapes, r)
                                 : shown->shapes.part(shown->shapes.rowStart[r])[0];
        at[r] = toWorld ? (*toWorld)(p) : p;
      }
    takePlaces(at);
    if (out_->placed == 0) out_->lack = Lack::coordinates;
  }

  // Areas as a map of some hundred pixels shows them.
  void outline(const ImportInput::Names& of) {
    const geo::Shapes& s = of.layer->shapes;
    if (s.kind != geo::ShapeKind::polygon) return;
    const geo::Box all = s.box();
    const double step = std::max(all.width(), all.height()) / 500;
    const geo::Column* names = of.spec.label.empty() ? nullptr : of.layer->table.find(of.spec.label);
    for (size_t r = 0; r < s.rows(); ++r) {
      ImportPreview::Outline& o = out_->outlines.emplace_back();
      if (names && names->has(r)) o.name = splitCountyName(names->text(r)).name;  // a small map has no room
      if (!s.has(r)) continue;
      for (size_t p = s.rowStart[r]; p < s.rowStart[r + 1]; ++p) {
        const size_t first = o.points.size();
        for (const geo::Point v : s.part(p))
          if (o.points.size() == first || std::hypot(v.x - o.points.back().x, v.y - o.points.back().y) > step)
            o.points.push_back(v);
        if (o.points.size() < first + 3 || s.hole[p]) {
          o.points.resize(first);  // too small to be seen; a hole is left out
          continue;
        }
        o.ringEnds.push_back(static_cast<uint32_t>(o.points.size()));
        const std::vector<geo::Point> ring(o.points.begin() + static_cast<long>(first), o.points.end());
        for (const uint32_t i : geo::triangulateRings({ring}))
          o.triangles.push_back(static_cast<uint32_t>(first) + i);
      }
      const geo::Box box = s.box(r);
      o.centre = geo::poleOfInaccessibility(s, r, std::max(box.width(), box.height()) / 50);
    }
  }

  // Which system the numbers are in, held against what is trusted.
  void evidence() {
    geo::InspectOptions o;
    const ImportSpec& c = in_.work.choices;
    o.layer = out_->table.sheet, o.encoding = c.encoding, o.cells = c.cells, o.datum = c.datum;
    o.xField = found().x, o.yField = found().y;
    if (!c.crs.empty())
      if (auto crs = geo::Crs::parse(c.crs)) o.crs = std::move(*crs);
    const ImportInput::Names* county = layer(in_.county);
    o.references = trustedPlaces(county ? county->layer : nullptr);
    const geo::SourceFacts facts = geo::inspect(in_.work.path, o, &progress_);
    if (facts.error || facts.layers.empty()) return;
    out_->crs = facts.layers[0].crs;
    const std::string datum = geo::canonicalDatum(out_->crs.used);
    if (c.datum.empty() && c.crs.empty() && !datum.empty() && datum != "WGS 84" &&
        out_->crs.confidence >= 0.8)
      found().datum = datum;
  }

  void names() {
    found().x.clear(), found().y.clear(), found().crs.clear(), found().datum.clear(), found().key.clear();
    found().of.clear(), found().year.clear(), found().whole.clear(), found().figures.clear();
    if (in_.layers.empty()) return void(out_->lack = Lack::areas);
    found().placeBy = placeColumn();
    const geo::Column* by = column(found().placeBy);
    if (!by) return void(out_->lack = Lack::names);
    found().placeIn = joined(placeLayers());
    if (found().county.empty()) {
      const geo::Gazetteer g = gazetteer({in_.county});
      for (size_t i = 0; i < table().columns.size() && !g.layers.empty() && found().county.empty(); ++i)
        if (const geo::Column& c = table().columns[i];
            c.name != by->name && out_->meanings[i] == Meaning::place && naming(c, g).wholeShare() >= 0.5)
          found().county = c.name;
    }
    const geo::Gazetteer g = gazetteer(splitList(found().placeIn));
    const geo::PlacedByName p = geo::placeByName(*by, column(found().county), g, &progress_);
    std::vector<geo::Point> at(table().rows(), {geo::missing, geo::missing});
    out_->km.assign(at.size(), 0);
    std::map<size_t, size_t> used;
    for (size_t r = 0; r < at.size(); ++r)
      if (p.placeOf[r] >= 0) {
        const geo::NamedPlace& place = p.places[static_cast<size_t>(p.placeOf[r])];
        at[r] = place.at, out_->km[r] = place.uncertaintyMetres / 1000, ++used[place.layer];
      }
    takePlaces(at);
    out_->unmatched = p.unmatched, out_->byAlias = p.byAlias, out_->suggestions = p.suggestions;
    out_->namesOf = in_.county.empty() && !placeLayers().empty() ? placeLayers()[0] : in_.county;
    if (out_->placed == 0) out_->lack = Lack::matches;
  }

  void figures() {
    found().x.clear(), found().y.clear(), found().crs.clear(), found().datum.clear();
    found().placeBy.clear(), found().placeIn.clear(), found().county.clear(), found().label.clear();
    found().of = areaLayer();
    const ImportInput::Names* of = layer(found().of);
    if (!of || of->layer->shapes.kind != geo::ShapeKind::polygon) return void(out_->lack = Lack::areas);
    outline(*of), out_->namesOf = found().of, out_->areas = of->layer->rows();
    found().key = keyColumn();
    if (found().year.empty()) found().year = first(Meaning::year);
    if (found().year.empty()) {
      geo::Table others = table();
      std::erase_if(others.columns, [&](const geo::Column& c) { return c.name == found().key; });
      out_->years = yearGroups(others);
    }
    const geo::Column* keys = column(found().key);
    if (!in_.work.figuresSaid) suggestFigures();
    if (!keys) return void(out_->lack = Lack::key);
    match(*of, *keys);
    if (found().figures.empty()) out_->lack = Lack::figures;
    else if (out_->matched == 0) out_->lack = Lack::matches;
  }

  void suggestFigures() {
    found().figures.clear();
    for (size_t i = 0; i < table().columns.size() && found().figures.size() < 12; ++i) {
      const geo::Column& c = table().columns[i];
      if (out_->meanings[i] != Meaning::number || c.name == found().key || c.name == found().year) continue;
      const YearGroup* years = in_.work.yearsApart ? nullptr : yearsOf(c.name);
      if (!years) found().figures.push_back(figureOf(c));
      else if (years->columns.begin()->second == c.name)
        found().figures.push_back(figureOf(table(), *years, in_.work.path));
    }
  }

  const YearGroup* yearsOf(const std::string& name) const {
    for (const YearGroup& g : out_->years)
      for (const auto& [year, c] : g.columns)
        if (c == name) return &g;
    return nullptr;
  }

  // Of the first figure: the latest year's.
  const geo::Column* shownColumn() const {
    if (out_->found.figures.empty()) return nullptr;
    const FigureSpec& f = out_->found.figures[0];
    if (!f.years) return column(f.column);
    const auto columns = yearColumns(table(), f.column);
    return columns.empty() ? nullptr : columns.rbegin()->second;
  }

  void match(const ImportInput::Names& of, const geo::Column& keys) {
    std::vector<const geo::Column*> left;
    for (const std::string* name : {&of.spec.key, &of.spec.label})
      if (const geo::Column* c = name->empty() ? nullptr : of.layer->table.find(*name)) left.push_back(c);
    if (left.empty()) return void(out_->lack = Lack::areas);
    geo::JoinOptions o{.aliases = aliases_.get()};
    for (const AcceptedSpec& a : in_.accepted)
      if (a.layer == of.spec.id) o.accepted.emplace_back(a.key, a.means);
    // Only the latest year is shown; a key counts once, whatever years it stands in.
    const geo::Column* years = column(found().year);
    double latest = -INFINITY;
    for (size_t r = 0; years && r < table().rows(); ++r)
      if (years->has(r)) latest = std::max(latest, years->number(r));
    const geo::Join join = geo::join(left, keys, o);
    out_->unmatched = join.unmatchedRight, out_->byAlias = join.byAlias;
    out_->suggestions = join.suggestions;
    for (geo::AliasMatch& a : out_->byAlias)  // a name says more than a code
      if (left.size() == 2 && !geo::plainCode(a.left).empty())
        for (size_t r = 0; r < left[0]->rows(); ++r)
          if (left[0]->text(r) == a.left && left[1]->has(r)) a.left = left[1]->text(r);
    if (found().whole.empty()) found().whole = wholeAmong(out_->unmatched);
    std::erase(out_->unmatched, found().whole);
    std::erase_if(out_->suggestions, [&](const auto& s) { return s.right == found().whole; });
    out_->values.assign(of.layer->rows(), geo::missing);
    const geo::Column* value = shownColumn();
    for (size_t a = 0; a < join.rowOf.size(); ++a) {
      if (join.rowOf[a] < 0) continue;
      ++out_->matched;
      const std::string key = trimmed(keys.text(static_cast<size_t>(join.rowOf[a])));
      for (size_t r = 0; value && r < table().rows(); ++r)
        if (keys.has(r) && trimmed(keys.text(r)) == key && (!years || years->number(r) == latest))
          out_->values[a] = value->number(r);
    }
  }

  std::string wholeAmong(const std::vector<std::string>& keys) const {
    std::string whole;
    for (const std::string& key : keys) {
      const std::string plain = geo::plainName(key);
      const bool total =
          plain == "合计" || plain == "总计" || plain == "全市" || plain == "全市合计" ||
          plain == "全市总计" || plain == "total" ||
          (aliases_->placeOf("441800") >= 0 && aliases_->placeOf(key) == aliases_->placeOf("441800"));
      if (!total) continue;
      if (!whole.empty()) return {};
      whole = key;
    }
    return whole;
  }

  const ImportInput& in_;
  geo::Progress& progress_;
  std::shared_ptr<ImportPreview> out_;
  std::shared_ptr<const geo::Aliases> aliases_;
  std::map<std::string, Naming> namings_;
};

}  // namespace

FigureSpec figureOf(const geo::Column& c) {
  FigureSpec f;
  f.column = c.name;
  const geo::HeaderReading header = geo::readHeader(c.name);
  f.name = {header.name, header.name}, f.unit = {c.unit, c.unit};
  if (f.name.zh.empty()) f.name = {c.name, c.name};
  for (size_t r = 0; r < c.rows() && f.decimals < 2; ++r) {
    if (!c.has(r)) continue;
    const double v = std::abs(c.number(r)) * std::pow(10, f.decimals);
    if (std::abs(v - std::round(v)) > 1e-6 * std::max(1.0, v)) ++f.decimals, --r;
  }
  return f;
}

FigureSpec figureOf(const geo::Table& table, const YearGroup& years, const std::string& path) {
  FigureSpec f;
  for (const auto& [year, name] : years.columns)
    if (const geo::Column* c = table.find(name)) f.decimals = std::max(f.decimals, figureOf(*c).decimals);
  f.years = true, f.column = years.name;
  std::string name = geo::readHeader(years.name).name;
  if (name.empty()) {  // 产值2021-2023.csv
    static const std::regex years("(-|_|~|～|—|–|至|到| )*(19|20)[0-9][0-9](年度|年)?(-|_| )*");
    name = trimmed(std::regex_replace(stemOf(path), years, ""));
    if (name.empty()) name = stemOf(path);
  }
  f.name = {name, name}, f.unit = {years.unit, years.unit};
  return f;
}

bool isTableFile(const std::string& path) {
  const std::string ending = lower(fs::path(path).extension().string());
  for (const char* one : {".csv", ".tsv", ".txt", ".psv", ".xlsx", ".xlsm", ".xls", ".ods"})
    if (ending == one) return true;
  if (ending != ".dbf") return false;
  // A DBF beside its shapes is the attributes of a layer.
  std::error_code error;
  for (const char* shapes : {".shp", ".SHP"})
    if (fs::exists(fs::path(path).replace_extension(shapes), error)) return false;
  return true;
}

std::optional<ImportSpec> knownShape(const std::string& path, const std::vector<ImportSpec>& imports,
                                     geo::Progress& progress) {
  using How = std::tuple<std::string, std::string, geo::CellOptions>;
  std::map<How, std::vector<std::string>> read;  // columns, sorted; empty: it cannot be read so
  for (const ImportSpec& i : imports) {
    const auto [at, fresh] = read.try_emplace(How{i.sourceLayer, i.encoding, i.cells});
    if (fresh) {
      geo::LoadOptions o;
      o.layer = i.sourceLayer, o.encoding = i.encoding, o.cells = i.cells;
      if (auto table = geo::load(path, o, &progress)) at->second = sorted(columnsOf(table->layer->table));
    }
    if (!at->second.empty() && hasShape(at->second, i)) return i;
  }
  return {};
}

const ImportSpec* knownImport(const Project& project, std::vector<std::string> columns) {
  for (const ImportSpec& i : project.imports)
    if (hasShape(columns, i)) return &i;
  return nullptr;
}

ImportSpec importOf(const LayerSpec& l) {
  ImportSpec i;
  i.as = l.placeBy.empty() ? As::points : As::names;
  i.sourceLayer = l.sourceLayer, i.encoding = l.encoding, i.cells = l.cells, i.role = l.role;
  i.label = l.label, i.x = l.x, i.y = l.y, i.crs = l.crs, i.datum = l.datum;
  i.placeBy = l.placeBy, i.placeIn = l.placeIn, i.county = l.county;
  return i;
}

Imported addImport(Project& project, const std::string& source, const ImportSpec& spec,
                   const std::string& replaced) {
  Imported out;
  const std::string stem = stemOf(source);
  std::vector<std::string> needed = splitList(spec.placeIn);
  if (!spec.of.empty()) needed.push_back(spec.of);
  const bool lacks = std::any_of(needed.begin(), needed.end(), [&](const std::string& id) {
    return std::none_of(project.layers.begin(), project.layers.end(),
                        [&](const LayerSpec& l) { return l.id == id; });
  });
  if (lacks && !countyLayer(project))
    if (auto outlines = ownOutlines()) project.layers.insert(project.layers.begin(), *outlines);
  if (spec.as != As::figures) {
    auto at = std::find_if(project.layers.begin(), project.layers.end(),
                           [&](const LayerSpec& l) { return l.id == replaced; });
    if (at == project.layers.end()) {
      LayerSpec l;
      l.id = freeId(project.layers, stem), l.name = {l.id, l.id};
      project.layers.push_back(std::move(l));
      at = project.layers.end() - 1;
    }
    LayerSpec& l = *at;
    l.source = source, l.sourceLayer = spec.sourceLayer, l.encoding = spec.encoding, l.cells = spec.cells;
    l.role = spec.role, l.label = spec.label, l.crs = spec.crs, l.datum = spec.datum;
    if (geo::canonicalDatum(l.datum) == "WGS 84") l.datum.clear();  // which it is without a word, too
    l.x = spec.x, l.y = spec.y, l.placeBy = spec.placeBy, l.placeIn = spec.placeIn;
    if (spec.as == As::names || !spec.county.empty()) l.county = spec.county;
    out.layer = l.id;
  } else {
    std::string table = source;
    if (!spec.sourceLayer.empty() || !spec.encoding.empty() || spec.cells != geo::CellOptions{}) {
      TableSpec t{freeId(project.tables, stem), source, spec.sourceLayer, spec.encoding, spec.cells};
      const auto same = std::find_if(project.tables.begin(), project.tables.end(), [&](TableSpec other) {
        other.id = t.id;
        return other == t;
      });
      if (same != project.tables.end()) t.id = same->id;
      else project.tables.push_back(t);
      table = t.id;
    }
    for (const FigureSpec& f : spec.figures) {
      IndicatorSpec i;
      std::string wish = f.name.zh.empty() ? f.column : f.name.zh;
      for (char& c : wish)
        if (c == ':' || c == ',') c = '-';
      const bool taken = std::any_of(project.indicators.begin(), project.indicators.end(),
                                     [&](const IndicatorSpec& o) { return o.name.zh == f.name.zh; });
      i.id = freeId(project.indicators, trimmed(wish));
      i.name = f.name, i.unit = f.unit, i.decimals = f.decimals;
      // Of two of one name each says which file it is from.
      if (taken)
        for (std::string* name : {&i.name.zh, &i.name.en}) *name = fmt::format("{}（{}）", *name, stem);
      i.table = table, i.key = spec.key, i.value = f.column, i.yearColumns = f.years, i.of = spec.of;
      if (!f.years) i.year = spec.year;
      i.wholeKey = spec.whole;
      const std::string file = fs::path(source).filename().string();
      i.source = {file, file};
      out.indicators.push_back(i.id);
      project.indicators.push_back(std::move(i));
    }
    if (!out.indicators.empty()) {
      project.indicator = out.indicators[0];
      project.year.reset();
      if (project.map.kind != MapSpec::Kind::symbols) project.map = {};
    }
  }
  ImportSpec kept = spec;
  if (kept.as == As::figures) kept.role = ImportSpec{}.role;
  const auto before = std::find_if(project.imports.begin(), project.imports.end(), [&](const ImportSpec& i) {
    return hasShape(kept.columns, i) || hasShape(i.columns, kept);
  });
  if (before != project.imports.end()) *before = std::move(kept);
  else project.imports.push_back(std::move(kept));
  return out;
}

std::string importText(const ImportSpec& s, Language language) {
  const bool zh = language == Language::zh;
  std::vector<std::string> parts;
  const auto say = [&](const char* text) { return std::string(tr(text, language)); };
  if (s.as == As::points) {
    parts.push_back(say("有坐标的点"));
    if (!s.x.empty()) parts.push_back(s.x == s.y ? s.x : s.x + (zh ? "、" : ", ") + s.y);
    if (!s.datum.empty()) parts.push_back(s.datum);
    if (!s.crs.empty()) parts.push_back(s.crs);
  } else if (s.as == As::names) {
    parts.push_back(say("按地名上图"));
    parts.push_back(s.placeBy);
  } else {
    parts.push_back(say("各县指标"));
    std::vector<std::string> names;
    for (const FigureSpec& f : s.figures) names.push_back(f.name.in(language));
    parts.push_back(joined(names, zh ? "、" : ", "));
  }
  if (!s.sourceLayer.empty()) parts.push_back(s.sourceLayer);
  if (!s.encoding.empty()) parts.push_back(s.encoding);
  return joined(parts, " · ");
}

ImportInput importInput(const Session& session, const ImportWork& work) {
  ImportInput in;
  in.work = work, in.imports = session.project().imports, in.accepted = session.project().accepted;
  in.world = session.worldCrs();
  for (const LayerSpec& l : session.project().layers) {
    const LayerState& state = session.layer(l.id);
    if (!state.shape || !l.placeBy.empty() || l.id == work.layer) continue;
    const geo::ShapeKind kind = state.shape->layer->shapes.kind;
    if (kind != geo::ShapeKind::polygon && kind != geo::ShapeKind::point) continue;
    if (l.key.empty() && l.label.empty()) continue;
    in.layers.push_back({l, state.shape->layer});
  }
  if (const LayerSpec* county = countyLayer(session.project())) in.county = county->id;
  return in;
}

ImportPreviewPtr lookAtTable(const ImportInput& asked, geo::Progress& progress) {
  ImportInput input = asked;
  if (!input.world.known()) input.world = geo::metricCrsFor({111.8, 23.3, 114.0, 25.3});
  if (input.county.empty())
    if (auto outlines = ownOutlines()) {
      geo::LoadOptions o;
      o.reprojectTo = input.world;
      if (auto loaded = geo::load(outlines->source, o))
        input.layers.push_back({*outlines, loaded->layer}), input.county = outlines->id;
    }
  return Looker(input, progress).result();
}

geo::Result<void> openData(Session& session, const std::vector<std::string>& paths,
                           const BareOptions& options, const std::string& base) {
  auto project = projectForData(paths, options);
  if (!project) return tl::unexpected(project.error());
  std::vector<std::string> tables;
  if (options.field.empty() && !options.heatMetres)  // else it was said what to make of them
    for (const LayerSpec& l : project->layers)
      if (isTableFile(l.source)) tables.push_back(l.id);
  session.open(std::move(*project), base);
  SessionParts::derived(session).bareTables = std::move(tables);
  return {};
}

// Only once it is read is it known whether a table has shapes; most large ones do, and are read once.
static void askAboutTables(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const std::vector<std::string> waiting = std::exchange(d.bareTables, {});
  for (const std::string& id : waiting) {
    const auto& layers = session.project().layers;
    const auto at = std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.id == id; });
    if (at == layers.end()) continue;
    const auto source = d.sources.find(sourceKey(session, *at));
    using Stage = LayerState::Stage;
    if (source == d.sources.end() ||
        (source->second.stage != Stage::ready && source->second.stage != Stage::failed)) {
      d.bareTables.push_back(id);
      continue;
    }
    const geo::LayerPtr& read = source->second.raw ? source->second.raw : source->second.layer;
    if (source->second.stage == Stage::ready && (!read || read->shapes.kind != geo::ShapeKind::none))
      continue;
    std::error_code error;
    const std::string path = fs::absolute(resolved(SessionParts::base(session), at->source), error).string();
    for (Project* p : {&SessionParts::project(session), &SessionParts::saved(session)})
      std::erase_if(p->layers, [&](const LayerSpec& l) { return l.id == id; });
    View& view = SessionParts::view(session);
    if (view.import.path.empty()) view.import.path = path;
    else if (view.import.path != path &&
             std::find(view.imports.begin(), view.imports.end(), path) == view.imports.end())
      view.imports.push_back(path);
    touch(session);
  }
}

// The table in the assistant is looked at whenever it, the choices, or what it is held against changed.
void deriveImport(Session& session) {
  askAboutTables(session);
  DerivedState& d = SessionParts::derived(session);
  const ImportWork& work = session.view().import;
  if (work.path.empty()) {
    if (d.import) d.import.reset(), session.jobs().cancel("import");
    return;
  }
  ImportInput input = importInput(session, work);
  DerivedState::ImportKey key{work, {}, input.accepted, {}};
  for (const auto& l : input.layers) key.layers.push_back(l.layer);
  if (const auto disk = d.onDisk.find(work.path); disk != d.onDisk.end()) key.stamp = disk->second;
  if (d.import && d.importKey == key) return;
  auto waiting =
      d.import && d.import->work.path == work.path
          ? std::make_shared<ImportPreview>(*d.import)  // what was seen stays until the new is there
          : std::make_shared<ImportPreview>();
  if (!d.import || d.import->work.path != work.path) waiting->work = work;
  waiting->done = false;
  d.import = waiting, d.importKey = key;
  session.jobs().start(
      "import",
      [&session, input = std::move(input)](geo::Progress& p) -> Jobs::Finish {
        auto made = lookAtTable(input, p);
        return [&session, made] {
          DerivedState& now = SessionParts::derived(session);
          if (now.import && now.importKey.work == made->work) now.import = made;
          touch(session);
        };
      },
      [&session, work](const std::string& error) {
        ImportPreview failed;
        failed.work = work, failed.done = true, failed.error = {error, {}};
        SessionParts::derived(session).import = std::make_shared<const ImportPreview>(failed);
        touch(session);
      });
}

}  // namespace session
