#include "app/session/year_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "geo/cell_text.h"

namespace session {

std::vector<YearGroup> yearGroups(const geo::Table& table) {
  struct Found {
    YearGroup group;
    bool twice = false;
  };
  // By name, then by unit, in the order of the table.
  std::vector<std::pair<std::string, std::vector<Found>>> names;
  for (const geo::Column& c : table.columns) {
    if (!c.numeric()) continue;
    auto header = geo::readYearHeader(c.name);
    if (!header) continue;
    if (header->unit.empty()) header->unit = c.unit;
    const std::string key = geo::yearHeaderKey(header->name);
    auto at = std::find_if(names.begin(), names.end(), [&](const auto& n) { return n.first == key; });
    if (at == names.end()) at = names.insert(names.end(), {key, {}});
    auto& units = at->second;
    auto found = std::find_if(units.begin(), units.end(),
                              [&](const Found& f) { return f.group.unit == header->unit; });
    if (found == units.end()) found = units.insert(units.end(), {{header->name, header->unit, {}}, false});
    found->twice |= !found->group.columns.emplace(header->year, c.name).second;
  }
  std::vector<YearGroup> out;
  for (auto& [key, units] : names) {
    // A year whose header leaves out the unit has that of the others.
    if (units.size() == 2 && (units[0].group.unit.empty() || units[1].group.unit.empty())) {
      auto merged = units[0];
      for (const auto& [year, column] : units[1].group.columns)
        merged.twice |= !merged.group.columns.emplace(year, column).second;
      merged.twice |= units[1].twice;
      if (merged.group.unit.empty()) merged.group.unit = units[1].group.unit;
      if (!merged.twice) units = {merged};
    }
    for (Found& f : units) {
      if (f.twice || f.group.columns.size() < 2) continue;
      if (units.size() > 1 && !f.group.unit.empty())
        f.group.name = fmt::format("{}（{}）", f.group.name, f.group.unit);
      out.push_back(std::move(f.group));
    }
  }
  return out;
}

std::map<int, std::string> yearColumns(const std::vector<std::string>& columns, const std::string& name) {
  const geo::HeaderReading wanted = geo::readHeader(name);
  const std::string key = geo::yearHeaderKey(wanted.name);
  std::map<int, std::string> out;
  for (const std::string& column : columns) {
    const auto header = geo::readYearHeader(column);
    if (header && geo::yearHeaderKey(header->name) == key &&
        (wanted.unit.empty() || header->unit.empty() || header->unit == wanted.unit))
      out.emplace(header->year, column);
  }
  return out;
}

std::map<int, const geo::Column*> yearColumns(const geo::Table& table, const std::string& name) {
  std::vector<std::string> names;
  for (const geo::Column& c : table.columns)
    if (c.numeric()) names.push_back(c.name);
  std::map<int, const geo::Column*> out;
  for (const auto& [year, column] : yearColumns(names, name)) out[year] = table.find(column);
  return out;
}

}  // namespace session
