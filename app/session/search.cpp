// Finding named things: exact, then prefix, then contains; in both languages.
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"

namespace session {
namespace {

enum class Match : uint8_t { exact, prefix, contains, none };

std::string folded(std::string_view text) {
  std::string out = trimmed(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

Match matchOf(const std::string& name, const std::string& wanted) {
  if (name.empty()) return Match::none;
  const std::string own = folded(name);
  if (own == wanted) return Match::exact;
  if (own.starts_with(wanted)) return Match::prefix;
  return own.find(wanted) != own.npos ? Match::contains : Match::none;
}

const char* kindOf(scene::Role role) {
  switch (role) {
    case scene::Role::county:
      return "县（市、区）";
    case scene::Role::core:
      return "核心";
    case scene::Role::node:
      return "节点";
    case scene::Role::agriPark:
      return "农业科技园";
    case scene::Role::platform:
      return "创新平台";
    case scene::Role::enterprise:
      return "龙头企业";
    case scene::Role::rail:
      return "铁路站";
    case scene::Role::town:
      return "乡镇、街道";
    case scene::Role::river:
      return "河流";
    case scene::Role::station:
      return "三农科技服务站";
    case scene::Role::neighbour:
      return "邻市";
    case scene::Role::context:
      return "";
  }
  return "";
}

// Among equally good names: what the plan is about first.
int rank(scene::Role role) {
  using scene::Role;
  constexpr Role order[] = {Role::core,     Role::county,     Role::node,    Role::agriPark,
                            Role::platform, Role::enterprise, Role::town,    Role::rail,
                            Role::river,    Role::neighbour,  Role::context, Role::station};
  return static_cast<int>(std::find(std::begin(order), std::end(order), role) - std::begin(order));
}

struct Found {
  Match match = Match::none;
  int rank = 0;
  size_t length = 0;  // a shorter name is nearer to what was typed
  SearchResult result;
};

}  // namespace

std::vector<SearchResult> Session::search(const std::string& text, size_t limit) const {
  const std::string wanted = folded(text);
  std::vector<Found> found;
  if (wanted.empty()) return {};
  const size_t l = static_cast<size_t>(view_.language);
  const LayerSpec* county = countyLayer(project_);
  const DerivedState& d = SessionParts::derived(*this);
  for (const LayerSpec& spec : project_.layers) {
    const auto at = d.layers.find(spec.id);
    if (at == d.layers.end() || !at->second.dress || !at->second.state.shape) continue;
    const Dress& dress = *at->second.dress;
    const geo::Shapes& shapes = at->second.state.shape->layer->shapes;
    const auto counties = d.figures->countyRows.find(spec.id);
    for (size_t r = 0; r < dress.labels[0].size(); ++r) {
      Match best = Match::none;
      for (size_t k = 0; k < 2; ++k)
        for (const auto* names : {&dress.labels[k], &dress.fullNames[k]})
          best = std::min(best, matchOf((*names)[r], wanted));
      if (best == Match::none) continue;
      const std::string& name = dress.fullNames[l][r];
      std::string detail = tr(kindOf(spec.role), view_.language);
      if (detail.empty())
        detail = spec.name.in(view_.language).empty() ? spec.id : spec.name.in(view_.language);
      if (county && counties != d.figures->countyRows.end() && r < counties->second.size() &&
          counties->second[r] >= 0) {
        const auto& areas = d.layers.at(county->id).dress;
        if (areas && static_cast<size_t>(counties->second[r]) < areas->labels[l].size())
          detail += " · " + areas->labels[l][counties->second[r]];
      }
      if (!shapes.has(r)) detail += std::string(" · ") + tr("未公布地址", view_.language);
      found.push_back(
          {best, rank(spec.role), name.size(), {{spec.id, static_cast<long>(r)}, name, std::move(detail)}});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tuple(a.match, a.rank, a.length) < std::tuple(b.match, b.rank, b.length);
  });
  std::vector<SearchResult> results;
  for (size_t i = 0; i < found.size() && i < limit; ++i) results.push_back(std::move(found[i].result));
  return results;
}

}  // namespace session
