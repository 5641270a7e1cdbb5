#include "app/session/dress.h"

#include <array>

#include "app/session/i18n.h"
#include "app/session/names.h"
#include "geo/database.h"

namespace session {
namespace {

using scene::Certainty;
using scene::Role;

// Peoples whose names stand in those of autonomous counties.
constexpr std::array<std::string_view, 36> peoples{
    "壮族",   "瑶族",   "苗族",   "侗族",   "回族",   "满族",   "彝族",     "藏族",     "黎族",
    "羌族",   "傣族",   "土家族", "蒙古族", "布依族", "朝鲜族", "维吾尔族", "哈萨克族", "哈尼族",
    "傈僳族", "拉祜族", "佤族",   "纳西族", "土族",   "仡佬族", "水族",     "仫佬族",   "毛南族",
    "畲族",   "锡伯族", "东乡族", "撒拉族", "保安族", "裕固族", "塔吉克族", "各族",     "达斡尔族"};

const geo::Column* column(const geo::Table& table, const std::string& name) {
  return name.empty() ? nullptr : table.find(name);
}

std::string textOf(const geo::Column* c, size_t row) {
  return c && c->has(row) ? trimmed(c->text(row)) : std::string();
}

bool hasSymbol(Role role) {
  return role == Role::core || role == Role::node || role == Role::agriPark || role == Role::station ||
         role == Role::platform || role == Role::enterprise || role == Role::town || role == Role::rail;
}

std::string coreLine(std::string_view level, Certainty certainty, Language language) {
  std::string line = tr(level == "national"     ? "国家级 · 核心"
                        : level == "provincial" ? "省级 · 核心"
                                                : "核心",
                        language);
  if (certainty == Certainty::countyOnly) line += std::string(" · ") + tr("仅知所在县市", language);
  return line;
}

}  // namespace

SplitName splitCountyName(const std::string& name) {
  constexpr std::string_view kind = "自治县";
  if (!name.ends_with(kind)) return {name, {}};
  size_t end = name.size() - kind.size();
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view people : peoples) {
      if (!std::string_view(name).substr(0, end).ends_with(people)) continue;
      end -= people.size(), found = true;
      break;
    }
  }
  const bool split = end > 0 && end < name.size() - kind.size();
  return split ? SplitName{name.substr(0, end), name.substr(end)} : SplitName{name, {}};
}

geo::Result<DressPtr> dress(const geo::Layer& layer, const LayerSpec& spec,
                            const std::vector<StandIn>& places) {
  const geo::Table& table = layer.table;
  for (const std::string* name :
       {&spec.key, &spec.label, &spec.labelEn, &spec.level, &spec.county, &spec.uncertaintyKm,
        &spec.precision, &spec.status, &spec.ledBy, &spec.placeBy})
    if (!name->empty() && !table.find(*name))
      return geo::fail(fmt::format("{} has no column \"{}\".", geo::withoutPassword(spec.source), *name),
                       "Columns it does have: " + table.columnNames() + ".");
  auto d = std::make_shared<Dress>();
  const size_t rows = layer.rows();
  const geo::Column *zh = column(table, spec.label), *en = column(table, spec.labelEn),
                    *level = column(table, spec.level), *doubt = column(table, spec.uncertaintyKm),
                    *precision = column(table, spec.precision), *status = column(table, spec.status),
                    *full = column(table, "name"), *fullEn = column(table, "name_en");
  // What is not sure where it is shows it, and what has no place is listed: as symbols do.
  const bool symbols = (hasSymbol(spec.role) || !spec.placeBy.empty()) &&
                       layer.shapes.kind != geo::ShapeKind::polygon &&
                       layer.shapes.kind != geo::ShapeKind::line;
  for (auto* list : {&d->labels, &d->fullNames})
    if (zh || en)
      for (auto& l : *list) l.resize(rows);
  if (spec.role == Role::county || spec.role == Role::core)
    for (auto& l : d->sublabels) l.resize(rows);
  if (symbols) d->symbols.resize(rows), d->certainty.resize(rows), d->uncertaintyMetres.resize(rows, 0);
  d->status.resize(rows, spec.defaultStatus);
  if (!places.empty() && (zh || en))
    for (auto& l : d->sublabels) l.resize(rows);
  size_t next = 0;  // of the places
  for (size_t r = 0; r < rows; ++r) {
    if (const auto s = session::status(textOf(status, r))) d->status[r] = *s;
    const StandIn* place = next < places.size() && places[next].row == r ? &places[next++] : nullptr;
    if (place) d->status[r] = scene::Status::estimated;
    d->illustrative |= d->status[r] == scene::Status::illustrative;
    const std::string levelText = textOf(level, r);
    if (symbols) {
      const bool placed = r < layer.shapes.rows() && layer.shapes.has(r);
      d->symbols[r] = scene::symbolFor(spec.role, levelText);
      d->certainty[r] = !placed || d->status[r] == scene::Status::illustrative ? Certainty::hollow
                        : place ? (place->somewhere ? Certainty::countyOnly : Certainty::known)
                        : textOf(precision, r) == "county" ? Certainty::countyOnly
                                                           : Certainty::known;
      const double km = place ? place->uncertaintyKm : doubt ? doubt->number(r) : geo::missing;
      if (placed && km > 0) d->uncertaintyMetres[r] = km * 1000;
    }
    if (!zh && !en) continue;
    const std::string own = textOf(zh, r), english = textOf(en, r), other = textOf(full, r),
                      otherEn = textOf(fullEn, r);
    d->labels[0][r] = own.empty() ? english : own;
    d->labels[1][r] = english.empty() ? own : english;
    d->fullNames[0][r] = other.empty() ? d->labels[0][r] : other;
    d->fullNames[1][r] = otherEn.empty() ? d->labels[1][r] : otherEn;
    if (spec.role == Role::county) {
      const SplitName split = splitCountyName(own);
      if (!split.rest.empty()) d->labels[0][r] = split.name, d->sublabels[0][r] = split.rest;
    } else if (spec.role == Role::core && symbols) {
      for (const Language l : {Language::zh, Language::en})
        d->sublabels[static_cast<size_t>(l)][r] = coreLine(levelText, d->certainty[r], l);
    }
    // The map itself says that nobody published this place; of many by name its ring and the notes do.
    if (place && !place->byName)
      for (const Language l : {Language::zh, Language::en}) {
        std::string& line = d->sublabels[static_cast<size_t>(l)][r];
        line += (line.empty() ? "" : " · ") + std::string(tr("估计位置", l));
      }
  }
  return d;
}

geo::LayerPtr withRows(const geo::LayerPtr& layer, const std::vector<uint32_t>& rows) {
  if (rows.size() == layer->rows()) return layer;
  auto out = std::make_shared<geo::Layer>();
  out->name = layer->name, out->source = layer->source, out->crs = layer->crs;
  out->table.rowCount = rows.size();
  for (const geo::Column& c : layer->table.columns) {
    geo::Column& kept = out->table.columns.emplace_back();
    kept.name = c.name, kept.type = c.type;
    for (const uint32_t r : rows) {
      if (c.numeric()) {
        kept.numbers.push_back(c.numbers[r]);
      } else {
        kept.texts.push_back(c.texts[r]);
        kept.present.push_back(c.present[r]);
      }
    }
  }
  const geo::Shapes& from = layer->shapes;
  geo::Shapes& to = out->shapes;
  to.kind = from.kind;
  for (const uint32_t r : rows) {
    for (uint32_t p = from.rowStart[r]; p < from.rowStart[r + 1]; ++p) {
      const auto part = from.part(p);
      to.vertices.insert(to.vertices.end(), part.begin(), part.end());
      to.endPart(from.kind == geo::ShapeKind::polygon && from.hole[p]);
    }
    to.endRow();
  }
  out->bounds = to.box();
  return out;
}

}  // namespace session
