// A page's figures: the table, one area's own, the ranking, the plan's targets.
#include "app/scene/page_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"

namespace scene {
namespace {

constexpr size_t allAreas = 14, firstAreas = 10;  // up to here a table has them all; else the first ones

// Rows of a table with a figure, best first; those without follow.
std::vector<size_t> order(const std::vector<double>& values, bool moreIsBetter) {
  std::vector<size_t> rows(values.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    const double p = values[a], q = values[b];
    if (std::isnan(p) != std::isnan(q)) return std::isnan(q);
    return !std::isnan(p) && (moreIsBetter ? p > q : p < q);
  });
  return rows;
}

}  // namespace

std::string PageParts::areaName(size_t row, float room, float size, const Board& b) const {
  const std::string full = row < s_.areaNames.size() ? s_.areaNames[row] : "";
  const SceneLayer* city = findLayer(s_, s_.cityLayer);
  if (b.width(full, size) <= room || !city || row >= city->labels.size() || city->labels[row].empty())
    return full;
  return city->labels[row];
}

float PageParts::table(const Board& b, Rect r, float loose) const {
  const float size = type(20), small = type(16.5f), gap = px(14);
  // Large counts in ten thousands (thousands in English): a column is 15 mm wide.
  std::vector<TableColumn> columns(s_.table.begin(), s_.table.end());
  for (TableColumn& column : columns) {
    double most = std::isnan(column.whole) ? 0 : std::abs(column.whole);
    for (double v : column.values) most = std::isnan(v) ? most : std::max(most, std::abs(v));
    if (most < 1e5) continue;
    const double by = zh() ? 1e4 : 1e3;
    for (double& v : column.values) v /= by;
    column.whole /= by, column.decimals = zh() ? 2 : 1, column.unit = (zh() ? "万" : "1,000 ") + column.unit;
  }
  const size_t areas = s_.areaNames.size();
  const TableColumn* by = nullptr;
  for (const TableColumn& column : columns) by = column.current ? &column : by;
  std::vector<double> none(areas, geo::missing);
  std::vector<size_t> rows = by ? order(by->values, true) : order(none, true);
  if (areas > allAreas) rows.resize(std::min(firstAreas, rows.size()));

  float names = b.width(s_.words.wholeCity, size, Face::sansBold);
  for (const size_t row : rows) names = std::max(names, b.width(areaName(row, r.w * 0.36f, size, b), size));
  names = std::min(names + px(10), r.w * 0.42f);
  const bool barred = by && s_.choropleth && s_.choropleth->layer == s_.cityLayer &&
                      s_.choropleth->categories.empty() &&
                      std::none_of(by->values.begin(), by->values.end(), [](double v) { return v < 0; });
  const float bars = barred ? px(78) : 0;
  // As many columns as have room, the indicator on the map first.
  const auto narrowest = [&](const TableColumn& c) {
    float w = b.width(c.unit, small) * 0.95f;
    for (const size_t row : rows)
      if (row < c.values.size() && !std::isnan(c.values[row]))
        w = std::max(w, b.width(withMinus(formatNumber(c.values[row], c.decimals)), size,
                                c.current ? Face::sansBold : Face::sans));
    if (!std::isnan(c.whole))
      w = std::max(w, b.width(withMinus(formatNumber(c.whole, c.decimals)), size, Face::sansBold));
    w = std::max(w, b.width(c.name, small) * 0.54f);  // a name may stand on two lines, but no word is torn
    for (size_t from = 0, to; from < c.name.size(); from = to + 1) {
      to = std::min(c.name.find(' ', from), c.name.size());
      const std::string word = c.name.substr(from, to - from);
      if (std::all_of(word.begin(), word.end(),
                      [](char letter) { return static_cast<uint8_t>(letter) < 0x80; }))
        w = std::max(w, b.width(word, small) + gap * 0.1f);
    }
    return std::max(w + gap + (c.current ? bars : 0), px(72));
  };
  std::vector<float> widths;
  float used = 0;
  for (const TableColumn& c : columns) {
    const float w = narrowest(c);
    if (!widths.empty() && (names + used + w > r.w || widths.size() == 6)) break;
    widths.push_back(w), used += w;
  }
  const size_t n = widths.size();
  const auto ramp = mapColours(s_, t_);
  for (float& w : widths) w += std::max(0.f, r.w - names - used) / static_cast<float>(n);

  std::string right;
  if (rows.size() < areas && !s_.words.firstOf.empty())
    right = fmt::format(fmt::runtime(s_.words.firstOf), rows.size(), areas);
  float y = head(b, r, s_.words.figureTable, right);
  std::vector<std::vector<std::string>> heads;
  size_t deep = 1;
  for (size_t k = 0; k < n; ++k) {
    heads.push_back(wrapped(columns[k].name, {Face::sans, small, 0, true}, widths[k] - gap * 0.5f));
    deep = std::max(deep, heads.back().size());
  }
  float x = r.x + names;
  const float line = small * 1.18f, first = y + small * 0.5f;
  for (size_t k = 0; k < n; ++k) {
    x += widths[k];
    float at = first + static_cast<float>(deep - heads[k].size()) * line;
    for (const std::string& words : heads[k])
      b.textWithin(x, at, words, small, columns[k].current ? t_.text1 : t_.text2, widths[k] - gap * 0.4f,
                   Align::right),
          at += line;
    b.textWithin(x, at, columns[k].unit, small, t_.text3, widths[k] - gap * 0.4f, Align::right);
  }
  y = first + static_cast<float>(deep) * line + small * 0.55f;
  const float pitch = std::max(px(31), size * 1.5f) + loose * px(19);
  for (size_t i = 0; i <= rows.size(); ++i) {
    const bool whole = i == rows.size();
    if (whole && std::none_of(columns.begin(), columns.begin() + static_cast<long>(n),
                              [](const TableColumn& c) { return !std::isnan(c.whole); })) {
      b.line({r.x, y}, {r.right(), y}, t_.rule, px(1));
      break;
    }
    b.line({r.x, y}, {r.right(), y}, whole ? t_.text1 : t_.rule, whole ? px(1.6f) : px(1));
    const float base = y + pitch / 2 + size * 0.35f;
    b.textWithin(r.x, base, whole ? s_.words.wholeCity : areaName(rows[i], names, size, b), size, t_.text1,
                 names - px(6), Align::left, whole ? Face::sansBold : Face::sans);
    x = r.x + names;
    for (size_t k = 0; k < n; ++k) {
      const TableColumn& column = columns[k];
      x += widths[k];
      const double v = whole                            ? column.whole
                       : rows[i] < column.values.size() ? column.values[rows[i]]
                                                        : geo::missing;
      if (std::isnan(v)) {
        const float w = std::min(widths[k] * 0.6f, px(70));
        b.drawing.add(HatchedRect{{x - w, y + pitch * 0.3f, w, pitch * 0.4f},
                                  {t_.hatchLine, t_.hatchGround, px(9), px(1.3f)}});
        continue;
      }
      if (column.current && !whole && barred) {
        double most = 0;
        for (double value : column.values) most = std::isnan(value) ? most : std::max(most, value);
        const int klass = s_.choropleth->classOf(rows[i]);
        if (most > 0 && klass >= 0) {
          const float left = r.x + names + gap * 0.5f,
                      room = bars + std::max(0.f, widths[k] - narrowest(column));
          const Rect bar{left, y + pitch / 2 - px(7), std::max(room * static_cast<float>(v / most), px(1.5f)),
                         px(14)};
          b.fill(bar, s_.choropleth->second ? t_.measured.withAlpha(0.5) : ramp[static_cast<size_t>(klass)]);
          b.frame(bar, t_.measured, px(0.8f));
        }
      }
      b.text(x, base, withMinus(formatNumber(v, column.decimals)), size, t_.text1, Align::right,
             column.current || whole ? Face::sansBold : Face::sans);
    }
    y += pitch;
  }
  return y + px(4);
}

// Of the area that the sheet is about: value, rank and place among all.
float PageParts::ownFigures(const Board& b, Rect r, float loose) const {
  const float size = type(20), small = type(17);
  const auto row = static_cast<size_t>(s_.focus->row);
  float y = head(b, r, focusName(), "");
  const float rankAt = r.right(),
              rankWidth = std::max(b.width(s_.words.rank, small), b.width("88 / 88", size)) + px(14);
  const float strip = r.w > px(430) ? std::min(r.w * 0.28f, px(200)) : 0,
              valueAt = rankAt - rankWidth - (strip > 0 ? strip + px(20) : 0);
  b.text(rankAt, y + small * 0.5f, s_.words.rank, small, t_.text3, Align::right);
  b.text(valueAt, y + small * 0.5f, s_.words.value, small, t_.text3, Align::right);
  y += small * 1.1f;
  for (const TableColumn& c : s_.table) {
    const bool large =
        !c.values.empty() && c.decimals == 0 &&
        std::any_of(c.values.begin(), c.values.end(), [](double v) { return std::abs(v) >= 1e5; });
    const double v = row < c.values.size() ? c.values[row] : geo::missing;
    const Face face = c.current ? Face::sansBold : Face::sans;
    const std::string figure =
        withMinus(formatNumber(large ? v / (zh() ? 1e4 : 1e3) : v, large ? (zh() ? 2 : 1) : c.decimals));
    const std::string unit = (large ? (zh() ? "万" : "1,000 ") : "") + c.unit;
    const float numbers = std::isnan(v) ? px(80) : b.width(figure, size, face);
    const float room = std::max(valueAt - r.x - numbers - px(16), px(60));
    const auto name = wrapped(c.name, {face, size, 0, true}, room);
    const float nameWidth = b.width(c.name, size, face);
    const bool together = name.size() == 1 && nameWidth + px(10) + b.width(unit, small) <= room;
    const auto units =
        together ? std::vector<std::string>{} : wrapped(unit, {Face::sans, small, 0, true}, room);
    const float textTall =
        static_cast<float>(name.size()) * size * 1.15f + static_cast<float>(units.size()) * small * 1.2f;
    const float pitch = textTall + px(11) + loose * px(20);
    b.line({r.x, y}, {r.right(), y}, t_.rule, px(1));
    float at = y + (pitch - textTall) / 2;
    for (const std::string& line : name)
      at += size * 1.15f, b.text(r.x, at - size * 0.2f, line, size, t_.text1, Align::left, face);
    if (together) b.text(r.x + nameWidth + px(10), at - size * 0.2f, unit, small, t_.text3);
    for (const std::string& line : units)
      at += small * 1.2f, b.text(r.x, at - small * 0.25f, line, small, t_.text3);
    const float mid = y + pitch / 2, base = mid + size * 0.35f;
    const Rect track{valueAt + px(20), mid - px(1), strip - px(10), px(2)};
    if (std::isnan(v)) {
      b.drawing.add(HatchedRect{{valueAt - px(80), mid - px(8), px(80), px(16)},
                                {t_.hatchLine, t_.hatchGround, px(9), px(1.3f)}});
      b.text(rankAt, base, s_.words.missing, small, t_.text3, Align::right);
    } else {
      b.text(valueAt, base, figure, size, t_.text1, Align::right, face);
      size_t rank = 1, of = 0;
      for (const double other : c.values) {
        if (std::isnan(other)) continue;
        ++of;
        rank += c.moreIsBetter ? other > v : other < v;
      }
      b.text(rankAt, base, fmt::format("{} / {}", rank, of), size, t_.text1, Align::right);
    }
    double low = 1e300, high = -1e300;
    for (const double other : c.values)
      if (!std::isnan(other)) low = std::min(low, other), high = std::max(high, other);
    if (low <= high && strip > 0) {
      b.fill(track, t_.rule);
      const auto place = [&](double value) {
        return Vec{track.x + (high > low ? static_cast<float>((value - low) / (high - low)) : 0.5f) * track.w,
                   mid};
      };
      for (const double other : c.values)
        if (!std::isnan(other))
          b.line(place(other) - Vec{0, px(6)}, place(other) + Vec{0, px(6)}, t_.text3, px(1.4f));
      if (!std::isnan(v)) {
        b.drawing.add(Fill{Path::circle(place(v), px(8)), t_.background});
        b.drawing.add(Fill{Path::circle(place(v), px(6)), t_.accent});
      }
    }
    y += pitch;
  }
  b.line({r.x, y}, {r.right(), y}, t_.rule, px(1));
  return y + px(4);
}

float PageParts::ranking(const Board& b, Rect r, float loose) const {
  const Choropleth& c = *s_.choropleth;
  const float size = type(20), pitch = std::max(px(30), size * 1.42f) + loose * px(22);
  std::string beside = c.unit;
  if (c.year) beside += (beside.empty() ? "" : " · ") + yearsOf(c);
  std::vector<double> values;
  for (const Figure& f : c.figures) values.push_back(f.value);
  auto rows = order(values, c.moreIsBetter);
  const size_t all = rows.size();
  if (all > allAreas) rows.resize(firstAreas);
  const bool first = rows.size() < all && !s_.words.firstOf.empty();
  float y = head(b, r, nameOf(s_, c), beside);
  float names = 0, numbers = b.width(s_.words.missing, size);
  double most = 0, least = 0;
  for (const size_t row : rows) {
    names = std::max(names, b.width(c.areaNames[row], size));
    numbers = std::max(numbers, b.width(valueText(c, row), size, Face::sansBold));
    if (!std::isnan(values[row])) most = std::max(most, values[row]), least = std::min(least, values[row]);
  }
  names = std::min(names, r.w * 0.34f);
  const Rect track{r.x + px(30) + names + px(12), 0, r.w - px(30) - names - px(12) - numbers - px(14), 0};
  const auto at = [&](double v) {
    return track.x + (most > least ? static_cast<float>((v - least) / (most - least)) : 0.f) * track.w;
  };
  const auto ramp = mapColours(s_, t_);
  const float top = y, thick = size * 0.72f;
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t row = rows[i];
    const float mid = y + pitch / 2, base = mid + size * 0.36f;
    const double v = values[row];
    const bool own = s_.focus && s_.focus->layer == c.layer && s_.focus->row == static_cast<long>(row);
    b.text(r.x + px(18), base, std::isnan(v) ? "–" : fmt::format("{}", i + 1), type(18), t_.text3,
           Align::right);
    b.textWithin(r.x + px(30), base, c.areaNames[row], size, own ? t_.accent : t_.text1, names + px(2),
                 Align::left, own ? Face::sansBold : Face::sans);
    const Rect bar{track.x, mid - thick / 2, track.w, thick};
    if (std::isnan(v)) {
      b.drawing.add(HatchedRect{bar, {t_.hatchLine, t_.hatchGround, px(9), px(1.3f)}});
      b.text(r.right(), base, s_.words.missing, type(18), t_.text3, Align::right);
    } else {
      const float zero = at(0), w = std::max(std::abs(at(v) - zero), px(2));
      const Rect value{v < 0 ? zero - w : zero, bar.y, w, thick};
      const int k = c.classOf(row);
      b.fill(value, k < 0                                  ? t_.hatchGround
                    : c.second                             ? t_.measured.withAlpha(0.5)
                    : static_cast<size_t>(k) < ramp.size() ? ramp[static_cast<size_t>(k)]
                                                           : t_.hatchGround);
      b.frame(value, c.centre ? t_.text3 : t_.measured, px(1));
      b.text(r.right(), base, valueText(c, row), size, t_.text1, Align::right, Face::sansBold);
    }
    y += pitch;
  }
  if (least < 0) b.line({at(0), top}, {at(0), y}, t_.text2, px(1.2f));
  std::string below;
  if (first) below = fmt::format(fmt::runtime(s_.words.firstOf), rows.size(), all);
  if (!std::isnan(c.whole) && c.whole <= most && c.whole >= least && most > least) {
    b.line({at(c.whole), top + px(2)}, {at(c.whole), y + px(2)}, t_.text2, px(1.4f), {px(4), px(4)});
    const std::string words =
        s_.words.wholeCity + " " +
        (c.since ? formatSigned(c.whole, c.decimals) : withMinus(formatNumber(c.whole, c.decimals)));
    const float w = b.width(words, type(18));
    b.text(std::clamp(at(c.whole) - w / 2, track.x, std::max(track.x, r.right() - w)), y + type(18) * 1.15f,
           words, type(18), t_.text2);
    if (below.empty()) return y + type(18) * 1.6f;
    b.textWithin(r.x, y + type(18) * 1.15f, below, type(18), t_.text3, track.x - r.x - px(8));
    return y + type(18) * 1.6f;
  }
  if (!below.empty()) b.text(r.x, y + type(18) * 1.15f, below, type(18), t_.text3), y += type(18) * 1.5f;
  return y + px(4);
}

float PageParts::targets(const Board& b, Rect r, float loose) const {
  const float size = type(19.5f), small = type(17);
  float y = head(b, r, s_.words.planTargets, fmt::format("{} / {}", s_.ledger.size(), s_.ledgerTotal));
  const size_t columns = std::clamp<size_t>(static_cast<size_t>(r.w / px(270)), 1, 3);
  const float gap = px(30), w = (r.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const auto figures = [&](const LedgerRow& row) {
    const std::string from = std::isnan(row.baseline)
                                 ? "–"
                                 : withMinus(formatShort(row.baseline)) + (row.baselineEstimated ? "*" : "");
    return fmt::format("{} → {}{}{}", from, withMinus(formatShort(row.target)), row.unit.empty() ? "" : " ",
                       row.unit);
  };
  // All names beside their figures, or all above them.
  bool oneLine = true;
  size_t deepest = 1;
  for (const LedgerRow& row : s_.ledger)
    oneLine = oneLine && b.width(row.name, size) + px(12) + b.width(figures(row), size, Face::sansBold) <= w;
  if (!oneLine)
    for (const LedgerRow& row : s_.ledger)
      deepest = std::max(deepest, wrapped(row.name, {Face::sans, size, 0, true}, w).size());
  const float words = oneLine ? size * 1.25f : size * 1.2f * static_cast<float>(deepest + 1);
  const float pitch = words + px(26) + loose * px(20);
  const bool estimated = std::any_of(s_.ledger.begin(), s_.ledger.end(),
                                     [](const LedgerRow& row) { return row.baselineEstimated; });
  for (size_t i = 0; i < s_.ledger.size(); ++i) {
    const LedgerRow& row = s_.ledger[i];
    const float x = r.x + static_cast<float>(i % columns) * (w + gap),
                top = y + static_cast<float>(i / columns) * pitch;
    const float base = top + words - size * 0.25f;
    if (oneLine) {
      b.text(x, base, row.name, size, t_.text1);
      b.text(x + w, base, figures(row), size, t_.text1, Align::right, Face::sansBold);
    } else {
      const auto lines = wrapped(row.name, {Face::sans, size, 0, true}, w);
      float at = base - static_cast<float>(lines.size()) * size * 1.2f;
      for (const std::string& line : lines) b.text(x, at, line, size, t_.text1), at += size * 1.2f;
      b.textWithin(x, base, figures(row), size, t_.text1, w, Align::left, Face::sansBold);
    }
    const Rect track{x, top + words + px(5), w, px(10)};
    b.drawing.add(HatchedRect{track, {t_.hatchLine, t_.hatchGround, px(9), px(1.3f)}});
    if (!std::isnan(row.baseline) && row.target > 0)
      b.fill({track.x, track.y, track.w * std::clamp(static_cast<float>(row.baseline / row.target), 0.f, 1.f),
              track.h},
             t_.measured);
    b.fill({track.right() - px(3), track.y - px(4), px(3), track.h + px(8)}, t_.text1);
  }
  y += static_cast<float>((s_.ledger.size() + columns - 1) / columns) * pitch;
  std::string below = s_.words.noLaterFigures;
  if (estimated && !s_.words.estimateStar.empty()) below += (zh() ? "；" : "; ") + s_.words.estimateStar;
  for (const std::string& line : wrapped(below, {Face::sans, small, 0, true}, r.w))
    b.text(r.x, y += small * 1.1f, line, small, t_.text3), y += small * 0.25f;
  return y + px(6);
}

}  // namespace scene
