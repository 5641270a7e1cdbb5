#include "app/session/names.h"

#include "app/session/project.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace session {
namespace {

using scene::Role;
using scene::Status;

constexpr std::array<std::pair<std::string_view, Role>, 12> roles{{{"county", Role::county},
                                                                   {"core", Role::core},
                                                                   {"node", Role::node},
                                                                   {"agri-park", Role::agriPark},
                                                                   {"station", Role::station},
                                                                   {"platform", Role::platform},
                                                                   {"enterprise", Role::enterprise},
                                                                   {"town", Role::town},
                                                                   {"rail", Role::rail},
                                                                   {"river", Role::river},
                                                                   {"neighbour", Role::neighbour},
                                                                   {"context", Role::context}}};
constexpr std::array<std::pair<std::string_view, Status>, 4> statuses{{{"official", Status::official},
                                                                       {"estimated", Status::estimated},
                                                                       {"illustrative", Status::illustrative},
                                                                       {"missing", Status::missing}}};

template <class Table, class Value>
std::string_view nameIn(const Table& table, Value value) {
  for (const auto& [text, v] : table)
    if (v == value) return text;
  return {};
}

template <class Value, class Table>
std::optional<Value> valueIn(const Table& table, std::string_view name) {
  for (const auto& [text, v] : table)
    if (text == name) return v;
  return std::nullopt;
}

}  // namespace

std::string_view name(Role r) { return nameIn(roles, r); }
std::optional<Role> role(std::string_view text) { return valueIn<Role>(roles, text); }
std::string_view name(Status s) { return nameIn(statuses, s); }
std::optional<Status> status(std::string_view text) { return valueIn<Status>(statuses, text); }

std::string roleNames() {
  std::vector<std::string> names;
  for (const auto& r : roles) names.emplace_back(r.first);
  return joined(names);
}

namespace {
constexpr std::string_view mapKinds[] = {"choropleth", "bivariate", "symbols", "association", "gap"};
constexpr std::string_view changes[] = {"none", "absolute", "percent"};
constexpr std::string_view shows[] = {"density", "hexagons", "squares"};
constexpr std::string_view statistics[] = {"count", "sum", "mean", "rate"};
constexpr std::string_view kernels[] = {"quartic", "gaussian", "uniform", "triangular", "epanechnikov"};
constexpr std::string_view normalisations[] = {"min-max", "z", "rank"};
constexpr std::string_view compositions[] = {"map", "multiples", "ledger", "card"};
constexpr std::string_view heights[] = {"extruded", "columns", "none"};
constexpr std::string_view sides[] = {"ranking", "years"};
constexpr std::string_view basemapKinds[] = {"xyz", "wmts", "wms", "raster", "hillshade"};
constexpr std::string_view tones[] = {"automatic", "natural", "muted"};
constexpr std::string_view beads[] = {"once", "always", "never"};
constexpr std::string_view imports[] = {"points", "names", "figures"};
constexpr std::string_view pageStyles[] = {"sheet", "figure", "poster", "slide"};
constexpr std::string_view pageGrids[] = {"degrees", "metres", "none"};
constexpr std::string_view pageParts[] = {"map",   "title",    "legend",  "scale-bar", "north-arrow",
                                          "inset", "overview", "figures", "ranking",   "targets",
                                          "notes", "footer",   "mark",    "logo",      "text"};
}  // namespace

template <>
std::span<const std::string_view> wordsOf<MapSpec::Kind>() {
  return mapKinds;
}
template <>
std::span<const std::string_view> wordsOf<MapSpec::Change>() {
  return changes;
}
template <>
std::span<const std::string_view> wordsOf<HeatSpec::Show>() {
  return shows;
}
template <>
std::span<const std::string_view> wordsOf<HeatSpec::Statistic>() {
  return statistics;
}
template <>
std::span<const std::string_view> wordsOf<geo::Kernel>() {
  return kernels;
}
template <>
std::span<const std::string_view> wordsOf<geo::Normalisation>() {
  return normalisations;
}
template <>
std::span<const std::string_view> wordsOf<scene::Composition>() {
  return compositions;
}
template <>
std::span<const std::string_view> wordsOf<TiltSpec::Heights>() {
  return heights;
}
template <>
std::span<const std::string_view> wordsOf<scene::SidePanel>() {
  return sides;
}
template <>
std::span<const std::string_view> wordsOf<BasemapSpec::Kind>() {
  return basemapKinds;
}
template <>
std::span<const std::string_view> wordsOf<BasemapSpec::Tone>() {
  return tones;
}
template <>
std::span<const std::string_view> wordsOf<ShowSpec::Beads>() {
  return beads;
}
template <>
std::span<const std::string_view> wordsOf<ImportSpec::As>() {
  return imports;
}
template <>
std::span<const std::string_view> wordsOf<scene::PageStyle>() {
  return pageStyles;
}
template <>
std::span<const std::string_view> wordsOf<scene::PageGrid>() {
  return pageGrids;
}
template <>
std::span<const std::string_view> wordsOf<scene::PagePart>() {
  return pageParts;
}

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  word = word.substr(0, 64);  // a key of a megabyte is not worth its square
  const auto best = std::min_element(known.begin(), known.end(), [&](auto a, auto b) {
    return editDistance(word, a) < editDistance(word, b);
  });
  return best == known.end() ? std::string_view{} : *best;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const size_t first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(space) - first + 1));
}

std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    if (auto part = trimmed(text.substr(at, end - at)); !part.empty()) parts.push_back(std::move(part));
    at = end + 1;
  }
  return parts;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string validUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80                   ? 1
                          : lead >= 0xC2 && lead < 0xE0 ? 2
                          : lead >= 0xE0 && lead < 0xF0 ? 3
                          : lead >= 0xF0 && lead < 0xF5 ? 4
                                                        : 0;
    bool good = length > 0 && i + length <= text.size();
    for (size_t k = 1; good && k < length; ++k) good = (text[i + k] & 0xC0) == 0x80;
    if (good && length > 2) {  // overlong forms, surrogates and what lies beyond U+10FFFF
      const auto second = static_cast<unsigned char>(text[i + 1]);
      good = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F) &&
             !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
    }
    if (good) out.append(text, i, length), i += length;
    else out += "\xEF\xBF\xBD", ++i;
  }
  return out;
}

}  // namespace session
