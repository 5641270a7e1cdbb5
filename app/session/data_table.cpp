#include "app/session/data_table.h"

#include "app/session/filter.h"
#include "app/session/shown.h"

namespace session {

DataTablePtr makeTable(const Session& session, const std::string& id) {
  const DerivedState& d = SessionParts::derived(session);
  const auto found = d.layers.find(id);
  if (found == d.layers.end() || !found->second.state.shape || !found->second.dress) return nullptr;
  const auto language = static_cast<size_t>(session.view().language);
  const geo::Layer& layer = *found->second.state.shape->layer;
  const geo::LayerPtr owner = found->second.state.shape->layer;
  struct Extra {
    const IndicatorSpec* spec;
    const std::vector<scene::Figure>* figures;
    int year;
  };
  std::vector<Extra> extras;
  const int wish = session.currentYear();
  for (const IndicatorSpec& spec : session.project().indicators) {
    if (spec.of != id) continue;
    const IndicatorState& state = session.indicator(spec.id);
    const auto figures = state.byYear.find(yearIn(state, wish));
    if (figures != state.byYear.end() && figures->second.size() == layer.rows())
      extras.push_back({&spec, &figures->second, figures->first});
  }
  // A large layer without indicators is not copied.
  std::shared_ptr<const geo::Table> columns(owner, &owner->table);
  if (!extras.empty()) {
    auto own = std::make_shared<geo::Table>(layer.table);
    for (const Extra& e : extras) {
      geo::Column& c = own->columns.emplace_back();
      c.name = e.spec->id, c.type = geo::ColumnType::real, c.numbers = valuesOf(*e.figures);
    }
    columns = std::move(own);
  }
  auto out = std::make_shared<DataTable>(std::move(columns));
  out->ownColumns = layer.table.columns.size();
  for (const geo::Column& c : layer.table.columns)
    out->titles.push_back(c.name), out->units.emplace_back(), out->decimals.push_back(-1),
        out->years.push_back(0);
  for (const Extra& e : extras) {
    const std::string& name = e.spec->name.in(session.view().language);
    out->titles.push_back(name.empty() ? e.spec->id : name);
    out->units.push_back(e.spec->unit.in(session.view().language));
    out->decimals.push_back(e.spec->decimals), out->years.push_back(e.year);
  }
  const Dress& dress = *found->second.dress;
  out->names = dress.fullNames[language].empty() ? dress.labels[language] : dress.fullNames[language];
  if (out->names.empty())
    for (size_t r = 0; r < layer.rows(); ++r) out->names.push_back(fmt::format("{}", r + 1));
  if (const auto rows = d.figures->countyRows.find(id); rows != d.figures->countyRows.end())
    out->countyRow = rows->second;
  for (const LayerSpec& spec : session.project().layers) {
    if (spec.id != id || spec.show.empty()) continue;
    const auto filter = parseFilter(spec.show);
    if (!filter || filter->all()) continue;
    const auto rows = filter->rows(out->table, id);
    if (!rows) continue;  // its columns may come with an indicator that is not there yet
    out->shown.assign(layer.rows(), 0);
    for (const uint32_t r : *rows) out->shown[r] = 1;
  }
  return out;
}

}  // namespace session
