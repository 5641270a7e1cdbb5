#include "geo/gazetteer.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "geo/cell_text.h"
#include "geo/measure.h"
#include "geo/spatial_index.h"

namespace geo {
namespace {

struct Feature {
  size_t layer, row;
  bool operator==(const Feature&) const = default;
};
using Features = std::vector<size_t>;  // indices into Index::all

constexpr const char* ways[] = {"", "code", "space", "superior", "alias", "title"};
constexpr size_t wayCount = std::size(ways);

std::string nameForm(size_t way, const std::string& text, const Aliases* aliases) {
  if (way == 0) return text;
  const std::string code = plainCode(text);
  if (way == 1) return code;
  if (way == 4) {
    const int place = aliases ? aliases->placeOf(text) : -1;
    return place < 0 ? std::string() : std::to_string(place);
  }
  if (!code.empty()) return {};
  const std::string plain = plainName(text);
  if (plain.empty() || way == 2) return plain;
  const std::string own = withoutSuperiors(plain);
  return way == 3 ? own : withoutTitle(own);
}

// Every name of every layer, in all its forms.
class Index {
 public:
  explicit Index(const Gazetteer& g) : g_(g) {
    for (size_t l = 0; l < g.layers.size(); ++l) {
      const NamedLayer& named = g.layers[l];
      if (!named.layer) continue;
      const Shapes& shapes = named.layer->shapes;
      if (shapes.kind != ShapeKind::polygon && shapes.kind != ShapeKind::point) continue;
      std::vector<const Column*> columns;
      for (const std::string& name : named.names)
        if (const Column* c = name.empty() ? nullptr : named.layer->table.find(name)) columns.push_back(c);
      const Column* within = named.within.empty() ? nullptr : named.layer->table.find(named.within);
      for (size_t r = 0; r < named.layer->rows(); ++r) {
        if (!shapes.has(r)) continue;
        const size_t i = all_.size();
        all_.push_back({l, r});
        std::vector<std::string>& own = names_.emplace_back();
        for (const Column* c : columns)
          if (std::string text(trimmedCell(c->text(r))); c->has(r) && !text.empty()) own.push_back(text);
        within_.push_back(within && within->has(r) ? std::string(trimmedCell(within->text(r))) : "");
        for (const std::string& name : own) put(name, i);
      }
    }
    std::sort(long_.begin(), long_.end(), [](const auto& a, const auto& b) {
      return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a < b;
    });
    long_.erase(std::unique(long_.begin(), long_.end()), long_.end());
  }

  const Feature& feature(size_t i) const { return all_[i]; }
  const std::vector<std::string>& names(size_t i) const { return names_[i]; }
  size_t size() const { return all_.size(); }
  bool isArea(size_t i) const { return g_.layers[all_[i].layer].layer->shapes.kind == ShapeKind::polygon; }

  std::string called(size_t i) const {  // a name rather than a code
    for (const std::string& n : names_[i])
      if (plainCode(n).empty() && n.find_first_not_of("0123456789") != n.npos) return n;
    return names_[i].empty() ? std::string() : names_[i][0];
  }

  // Features of that whole name, in the first way of writing in which there are any.
  Features whole(const std::string& text, const char*& how) const {
    for (size_t way = 0; way < wayCount; ++way) {
      const std::string form = nameForm(way, text, g_.aliases);
      const auto found = form.empty() ? forms_[way].end() : forms_[way].find(form);
      if (found == forms_[way].end()) continue;
      how = ways[way];
      return found->second;
    }
    return {};
  }

  // Features whose full name stands in the text; what a longer name covers is not looked at again.
  Features inside(const std::string& text) const {
    std::string rest = plainName(text);
    Features out;
    for (size_t k = 0; k < long_.size();) {
      const std::string& name = long_[k].first;
      const size_t first = k;
      while (k < long_.size() && long_[k].first == name) ++k;
      bool any = false;
      for (size_t at = rest.find(name); at != rest.npos; at = rest.find(name, at))
        rest.replace(at, name.size(), name.size(), '\x01'), any = true;
      for (size_t j = first; any && j < k; ++j)
        if (std::find(out.begin(), out.end(), long_[j].second) == out.end()) out.push_back(long_[j].second);
    }
    return out;
  }

  // Does the first lie in the second, as its layer says?
  bool lies(size_t inner, size_t outer) const {
    return !within_[inner].empty() && all_[inner].layer != all_[outer].layer &&
           isNamed(outer, within_[inner]);
  }
  bool isNamed(size_t i, const std::string& text) const {
    for (const std::string& own : names_[i])
      for (size_t way = 0; way < wayCount; ++way) {
        const std::string a = nameForm(way, own, g_.aliases), b = nameForm(way, text, g_.aliases);
        if (!a.empty() && a == b) return true;
      }
    return false;
  }
  // Is what the feature lies in called like that?
  bool isWithin(size_t i, const std::string& text) const {
    if (within_[i].empty()) return false;
    for (size_t way = 0; way < wayCount; ++way) {
      const std::string a = nameForm(way, within_[i], g_.aliases), b = nameForm(way, text, g_.aliases);
      if (!a.empty() && a == b) return true;
    }
    for (size_t j = 0; j < all_.size(); ++j)
      if (lies(i, j) && isNamed(j, text)) return true;
    return false;
  }

 private:
  void put(const std::string& name, size_t i) {
    for (size_t way = 0; way < wayCount; ++way)
      if (const std::string form = nameForm(way, name, g_.aliases); !form.empty()) {
        Features& of = forms_[way][form];
        if (std::find(of.begin(), of.end(), i) == of.end()) of.push_back(i);
      }
    std::vector<std::string> plain{plainName(name)};
    if (g_.aliases)
      for (const std::string& same : g_.aliases->sameAs(name)) plain.push_back(same);
    for (const std::string& n : plain)  // 清新 alone is a road, a school, a firm
      if (plainCode(n).empty() && !titleOf(n).empty()) long_.emplace_back(n, i);
  }

  const Gazetteer& g_;
  std::vector<Feature> all_;
  std::vector<std::vector<std::string>> names_;
  std::vector<std::string> within_;
  std::unordered_map<std::string, Features> forms_[wayCount];
  std::vector<std::pair<std::string, size_t>> long_;  // full names, the longest first
};

class Placing {
 public:
  Placing(const Column& names, const Column* within, const Gazetteer& g)
      : names_(names), within_(within), g_(g), index_(g) {}

  PlacedByName result(Progress* progress) {
    out_.placeOf.assign(names_.rows(), -1);
    std::map<std::pair<std::string, std::string>, long> known;  // text, within → index into features, or −1
    std::set<std::string> told;
    for (size_t r = 0; r < names_.rows(); ++r) {
      if (progress && r % 256 == 0 &&
          !progress->keepGoing(static_cast<double>(r) / static_cast<double>(names_.rows())))
        break;
      const std::string text = names_.has(r) ? std::string(trimmedCell(names_.text(r))) : std::string();
      if (text.empty() || isMissingMark(text)) continue;
      const std::string in = within_ && within_->has(r) ? std::string(trimmedCell(within_->text(r))) : "";
      const auto [at, fresh] = known.try_emplace({text, in}, -1);
      if (fresh) at->second = find(text, in);
      if (at->second >= 0) {
        out_.placeOf[r] = place(static_cast<size_t>(at->second));
      } else if (told.insert(text).second) {
        out_.unmatched.push_back(text);
        suggest(text);
      }
    }
    return std::move(out_);
  }

 private:
  long only(Features found, const std::string& in) const {
    if (found.size() > 1 && !in.empty())
      std::erase_if(found, [&](size_t i) { return !index_.isWithin(i, in); });
    return found.size() == 1 ? static_cast<long>(found[0]) : -1;
  }

  long find(const std::string& text, const std::string& in) {
    for (size_t l = 0; l < g_.layers.size(); ++l)
      for (const auto& [key, means] : g_.layers[l].accepted)
        if (key == text)
          for (size_t i = 0; i < index_.size(); ++i)
            if (const auto& own = index_.names(i);
                index_.feature(i).layer == l && std::find(own.begin(), own.end(), means) != own.end())
              return tell(text, i, "accepted");
    const char* how = "";
    if (const Features found = index_.whole(text, how); !found.empty()) {
      const long one = only(found, in);
      if (one < 0) ambiguous_.insert(text);
      return one < 0 ? one : tell(text, static_cast<size_t>(one), how);
    }
    const Features all = index_.inside(text);
    if (all.empty()) return -1;
    // Of 清城区 and 凤城街道 the second, which lies in the first; a town of that name elsewhere is another
    // one.
    Features found, areas;
    for (const size_t i : all) {
      if (std::any_of(all.begin(), all.end(), [&](size_t j) { return index_.lies(i, j); }))
        found.push_back(i);
      if (index_.isArea(i)) areas.push_back(i);
    }
    if (found.empty()) found = areas.empty() ? all : areas;
    const long one = only(found, in);
    if (one < 0) ambiguous_.insert(text);
    return one < 0 ? one : tell(text, static_cast<size_t>(one), "address");
  }

  long tell(const std::string& text, size_t i, const char* how) {
    if (*how) out_.byAlias.push_back({index_.called(i), text, how});
    return static_cast<long>(i);
  }

  long place(size_t i) {
    const auto [at, fresh] = made_.try_emplace(i, static_cast<long>(out_.places.size()));
    if (!fresh) return at->second;
    const Feature f = index_.feature(i);
    const Layer& layer = *g_.layers[f.layer].layer;
    NamedPlace p;
    p.layer = f.layer, p.row = f.row, p.name = index_.called(i);
    p.area = layer.shapes.kind == ShapeKind::polygon;
    const double unit = layer.crs.known() ? layer.crs.metresPerUnit() : 1;
    if (p.area) {
      const Box box = layer.shapes.box(f.row);
      p.at = poleOfInaccessibility(layer.shapes, f.row, std::max(box.width(), box.height()) / 500);
      for (uint32_t v = layer.shapes.partStart[layer.shapes.rowStart[f.row]];
           v < layer.shapes.partStart[layer.shapes.rowStart[f.row + 1]]; ++v)
        p.uncertaintyMetres = std::max(
            p.uncertaintyMetres,
            unit * std::hypot(layer.shapes.vertices[v].x - p.at.x, layer.shapes.vertices[v].y - p.at.y));
    } else {
      p.at = layer.shapes.part(layer.shapes.rowStart[f.row])[0];
      p.uncertaintyMetres = unit * reachOf(layer, f.layer, f.row);
    }
    out_.places.push_back(std::move(p));
    return at->second;
  }

  // How far a place may reach of which only a point is known, in units of the layer's CRS.
  double reachOf(const Layer& layer, size_t l, size_t row) {
    const Point at = layer.shapes.part(layer.shapes.rowStart[row])[0];
    if (g_.areas && g_.areas->shapes.kind == ShapeKind::polygon && g_.areas->crs == layer.crs) {
      const Shapes& areas = g_.areas->shapes;
      for (size_t a = 0; a < areas.rows(); ++a) {
        if (!areas.has(a) || !areas.box(a).contains(at) || !contains(areas, a, at)) continue;
        auto [count, fresh] = townsIn_.try_emplace({l, a}, 0);
        if (fresh)
          for (size_t r = 0; r < layer.rows(); ++r)
            if (layer.shapes.has(r))
              count->second += contains(areas, a, layer.shapes.part(layer.shapes.rowStart[r])[0]);
        double area = 0;
        for (size_t p = areas.rowStart[a]; p < areas.rowStart[a + 1]; ++p) area += ringArea(areas.part(p));
        return std::sqrt(std::abs(area) / static_cast<double>(std::max<size_t>(1, count->second)) / M_PI);
      }
    }
    double nearest = INFINITY;
    for (size_t r = 0; r < layer.rows(); ++r) {
      if (r == row || !layer.shapes.has(r)) continue;
      const Point other = layer.shapes.part(layer.shapes.rowStart[r])[0];
      if (const double d = std::hypot(other.x - at.x, other.y - at.y); d > 0) nearest = std::min(nearest, d);
    }
    return std::isfinite(nearest) ? nearest / 2 : 0;
  }

  void suggest(const std::string& text) {
    if (out_.suggestions.size() >= 200 || index_.size() > 5000) return;  // as join's
    Suggestion s{text, {}, ambiguous_.count(text) > 0};
    for (size_t i = 0; i < index_.size(); ++i) {
      const std::string name = index_.called(i);
      const double l = likeness(name, text);
      if (l >= 0.5 && std::none_of(s.candidates.begin(), s.candidates.end(),
                                   [&](const auto& c) { return c.left == name; }))
        s.candidates.push_back({name, l, true});
    }
    std::stable_sort(s.candidates.begin(), s.candidates.end(),
                     [](const auto& a, const auto& b) { return a.likeness > b.likeness; });
    if (s.candidates.size() > 3) s.candidates.resize(3);
    if (!s.candidates.empty()) out_.suggestions.push_back(std::move(s));
  }

  const Column& names_;
  const Column* within_;
  const Gazetteer& g_;
  Index index_;
  std::map<size_t, long> made_;
  std::map<std::pair<size_t, size_t>, size_t> townsIn_;
  std::set<std::string> ambiguous_;
  PlacedByName out_;
};

}  // namespace

PlacedByName placeByName(const Column& names, const Column* within, const Gazetteer& gazetteer,
                         Progress* progress) {
  return Placing(names, within, gazetteer).result(progress);
}

}  // namespace geo
