#include "app/session/project_check.h"

#include <algorithm>
#include <set>

#include "app/session/filter.h"
#include "app/session/names.h"

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

void checkLayer(const LayerSpec& l, const Lines& at, const Checker& checker, Complaints& complaints) {
  checker.filter(l.filter, at.of("filter"));
  checker.crs(l.crs, at.of("crs"));
  if (l.ledBy.empty() != l.leadLayer.empty())
    complaints.add(at.of(l.ledBy.empty() ? "lead_layer" : "led_by"),
                   "\"led_by\" and \"lead_layer\" go together.",
                   "Name the column and the layer that its keys stand in.");
  if (!l.leadLayer.empty()) checker.layer(l.leadLayer, at.of("lead_layer"));
  if (l.minScale > 0 && l.maxScale > 0 && l.minScale > l.maxScale)
    complaints.add(at.of("min_scale"), "\"min_scale\" is above \"max_scale\".", "Both are the n of 1:n.");
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

  const bool ratio = !i.denominator.empty() || !i.dividedByCountOf.empty();
  const int ways = !i.value.empty() + ratio + !i.countOf.empty() + !i.distanceTo.empty() +
                   (!i.shareOf.empty() && i.value.empty());
  if (ways != 1)
    complaints.add(at.table, fmt::format("indicator \"{}\" needs exactly one way to its figures.", i.id),
                   "value (with table and key), numerator with denominator or divided_by_count_of, count_of, "
                   "distance_to or share_of.");
  if (ratio != !i.numerator.empty() || (!i.denominator.empty() && !i.dividedByCountOf.empty()))
    complaints.add(at.of("numerator"),
                   fmt::format("indicator \"{}\" needs one numerator over one denominator.", i.id),
                   "Write numerator with either denominator or divided_by_count_of.");
  if (!i.table.empty() && (i.key.empty() || i.value.empty()))
    complaints.add(at.of("table"),
                   fmt::format("the table of indicator \"{}\" needs \"key\" and \"value\".", i.id),
                   "Both name columns of the table.");
  if (i.method == geo::BreakMethod::manual && i.breaks.empty())
    complaints.add(at.of("method"), "manual classes need \"breaks\".", "List the upper bounds, ascending.");
  if (!std::is_sorted(i.breaks.begin(), i.breaks.end(), std::less_equal<>()))
    complaints.add(at.of("breaks"), "\"breaks\" must ascend.", "List the upper bound of each class.");
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
    for (const std::string* next : {&all[i].numerator, &all[i].denominator, &all[i].shareOf}) {
      const auto found = byId.find(*next);
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

void check(const Project& project, const ProjectLines& lines, Complaints& complaints) {
  Checker checker(project, complaints);
  checker.crs(project.crs, lines.root.of("crs"));
  checker.indicator(project.indicator, lines.root.of("indicator"));
  checker.indicator(project.trend, lines.root.of("trend"));
  checker.unique("layer", project.layers, lines.layers);
  checker.unique("indicator", project.indicators, lines.indicators);
  checker.unique("target", project.targets, lines.targets);
  checker.unique("scene", project.scenes, lines.scenes);
  for (size_t i = 0; i < project.layers.size(); ++i)
    checkLayer(project.layers[i], lines.layers[i], checker, complaints);
  for (size_t i = 0; i < project.indicators.size(); ++i)
    checkIndicator(project.indicators[i], lines.indicators[i], checker, complaints);
  checkCycles(project.indicators, lines.indicators, complaints);
  for (size_t i = 0; i < project.targets.size(); ++i) {
    checker.indicator(project.targets[i].indicator, lines.targets[i].of("indicator"));
    checker.layers(project.targets[i].countOf, lines.targets[i].of("count_of"));
  }
  for (size_t i = 0; i < project.scenes.size(); ++i) {
    const SceneSpec& s = project.scenes[i];
    for (const auto& id : s.layers) checker.layer(id, lines.scenes[i].of("layers"));
    checker.indicator(s.indicator, lines.scenes[i].of("indicator"));
    for (const auto& e : s.emphasis) checker.layer(e.substr(0, e.find(':')), lines.scenes[i].of("emphasis"));
  }
}

}  // namespace session
