#include "app/session/county_card.h"

#include "app/session/i18n.h"
#include "app/session/shown.h"

namespace session {
namespace {

using scene::CountyCard;
using scene::Figure;
using scene::Role;

CountyCard::Row figureRow(const IndicatorSpec& spec, const IndicatorState& state, size_t row,
                          scene::Language language) {
  CountyCard::Row r;
  r.name = spec.name.in(language).empty() ? spec.id : spec.name.in(language);
  r.unit = spec.unit.in(language), r.decimals = spec.decimals;
  for (const auto& [year, figures] : state.byYear) {
    if (row >= figures.size()) continue;
    const Figure& f = figures[row];
    if (year > 0) r.years.push_back(year), r.course.push_back(f.value);
    if (!std::isfinite(f.value)) continue;
    r.value = f.value, r.status = f.status, r.year = year;
    r.source = f.source == spec.source.zh ? spec.source.in(language) : f.source;
  }
  if (!std::isfinite(r.value)) return r;
  const auto& all = state.byYear.at(r.year);
  r.rank = 1;
  for (const Figure& f : all) {
    if (!std::isfinite(f.value)) continue;
    ++r.of;
    if (spec.moreIsBetter ? f.value > r.value : f.value < r.value) ++r.rank;
  }
  return r;
}

void groups(const Session& session, size_t row, scene::Language language, CountyCard& card) {
  const DerivedState& d = SessionParts::derived(session);
  const auto& layers = session.project().layers;
  for (auto spec = layers.rbegin(); spec != layers.rend(); ++spec) {
    const auto found = d.layers.find(spec->id);
    const auto rows = d.figures->countyRows.find(spec->id);
    if (found == d.layers.end() || !found->second.dress || rows == d.figures->countyRows.end()) continue;
    if (spec->role == Role::county || spec->role == Role::neighbour || spec->role == Role::river) continue;
    const Dress& dress = *found->second.dress;
    const auto& names = dress.labels[static_cast<size_t>(language)];
    CountyCard::Group g;
    g.name = spec->name.in(language).empty() ? spec->id : spec->name.in(language);
    for (size_t r = 0; r < rows->second.size(); ++r) {
      if (rows->second[r] != static_cast<long>(row)) continue;
      ++g.count;
      if (r < names.size() && !names[r].empty()) g.members.push_back(names[r]);
      g.illustrative |= r < dress.status.size() && dress.status[r] == scene::Status::illustrative;
    }
    if (g.count > 24 || spec->role == Role::station) g.members.clear();  // a number says more
    if (g.count > 0) card.groups.push_back(std::move(g));
  }
}

}  // namespace

CountyCard countyCard(const Session& session, size_t row, scene::Language language,
                      const std::vector<scene::LedgerRow>& ledger) {
  CountyCard card;
  const LayerSpec* county = countyLayer(session.project());
  const DerivedState& d = SessionParts::derived(session);
  const auto found = county ? d.layers.find(county->id) : d.layers.end();
  if (found == d.layers.end() || !found->second.dress || !found->second.state.shape) return card;
  card.object = {county->id, static_cast<long>(row)};
  const auto nameIn = [&](scene::Language l) {
    const auto& full = found->second.dress->fullNames[static_cast<size_t>(l)];
    const auto& labels = found->second.dress->labels[static_cast<size_t>(l)];
    return row < full.size() ? full[row] : row < labels.size() ? labels[row] : std::string();
  };
  card.name = nameIn(language);
  card.nameOther = nameIn(language == Language::zh ? Language::en : Language::zh);
  if (card.nameOther == card.name) card.nameOther.clear();
  for (const IndicatorSpec& spec : session.project().indicators)
    if (spec.of == county->id && !session.indicator(spec.id).byYear.empty())
      card.rows.push_back(figureRow(spec, session.indicator(spec.id), row, language));
  for (const scene::LedgerRow& l : ledger)
    if (row < l.gapShare.size())
      card.gaps.push_back({l.name, l.unit, l.gap[row], l.gapShare[row], l.gapText});
  groups(session, row, language, card);
  if (const auto& b = found->second.state.shape->boundaries) {
    std::vector<uint8_t> beside(b->rows(), 0);
    for (const geo::Arc& a : b->arcs())
      if (!a.outer() && (a.left == row || a.right == row)) beside[a.left == row ? a.right : a.left] = 1;
    const auto& names = found->second.dress->labels[static_cast<size_t>(language)];
    for (size_t r = 0; r < beside.size(); ++r)
      if (beside[r] && r < names.size()) card.neighbours.push_back(names[r]);
  }
  return card;
}

}  // namespace session
