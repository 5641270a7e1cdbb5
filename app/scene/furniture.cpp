#include "app/scene/furniture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"
#include "app/scene/marks.h"
#include "geo/crs.h"
#include "geo/measure.h"

namespace scene {

// Scale, north, badge
// --------------------------------------------------------------------------------------------------

ScaleBar scaleBar(double metresPerUnit, float most) {
  const double longest = most * metresPerUnit;
  if (!(longest > 0) || !std::isfinite(longest)) return {};
  const double power = std::pow(10, std::floor(std::log10(longest)));
  for (const auto& [step, parts] : {std::pair(5, 5), std::pair(4, 4), std::pair(2, 4), std::pair(1, 2)})
    if (step * power <= longest)
      return {step * power, parts, static_cast<float>(step * power / metresPerUnit)};
  return {};
}

double groundMetresPerUnit(const Scene& scene, const Camera& camera) {
  if (!scene.crs || !scene.crs->known()) return camera.metresPerUnit;
  const std::string& code = scene.crs->text();
  // Gauss–Krüger and UTM zones are true to a thousandth.
  if (code.starts_with("EPSG:45") || code.starts_with("EPSG:326") || code.starts_with("EPSG:327"))
    return camera.metresPerUnit;
  const auto transform = geo::Transform::make(*scene.crs, geo::Crs::lonLat());
  if (!transform) return camera.metresPerUnit;
  const double half = camera.metresPerUnit * 50;
  const double ground = geo::geodesicDistance((*transform)({camera.centre.x - half, camera.centre.y}),
                                              (*transform)({camera.centre.x + half, camera.centre.y}));
  return std::isfinite(ground) && ground > 0 ? camera.metresPerUnit * ground / (2 * half)
                                             : camera.metresPerUnit;
}

void drawScaleBar(const Board& b, double metresPerUnit, Vec at, float most, float type,
                  const std::string& holds) {
  const ScaleBar bar = scaleBar(metresPerUnit, most);
  if (bar.divisions == 0) return;
  const float h = 5.5f * b.unit, part = bar.width / bar.divisions;
  const Rgba ink = b.theme.text1;
  b.fill(Rect{at.x, at.y, bar.width, h}.grown(2.2f * b.unit), b.theme.halo.withAlpha(0.7));
  b.fill({at.x, at.y, bar.width, h}, b.theme.halo);
  for (int i = 0; i < bar.divisions; i += 2) b.fill({at.x + i * part, at.y, part, h}, ink);
  b.frame({at.x, at.y, bar.width, h}, ink, b.unit);
  if (!holds.empty())
    b.text(at.x, at.y + h + type * 1.1f, holds, type * 0.94f, b.theme.text2, Align::left, Face::sans, 0,
           3 * b.unit);
  const bool km = bar.metres >= 1000;
  const float widest = b.width(formatShort(bar.metres / (km ? 1000 : 1)), type);
  for (int i = 0; i <= bar.divisions; ++i) {
    const bool between = i != 0 && i != bar.divisions && bar.divisions > 2;
    if (between && i * 2 != bar.divisions && part < std::max(type * 2.4f, widest * 1.25f)) continue;
    if (between && bar.width / 2 < widest * 1.25f) continue;
    const double value = bar.metres * i / bar.divisions / (km ? 1000 : 1);
    const std::string words = formatShort(value) + (i == bar.divisions ? (km ? " km" : " m") : "");
    const float own = i == bar.divisions ? b.width(formatShort(value), type) / 2 : 0;
    if (i == bar.divisions)
      b.text(at.x + i * part - own, at.y - type * 0.5f, words, type, ink, Align::left, Face::sans, 0,
             3 * b.unit);
    else
      b.text(at.x + i * part, at.y - type * 0.5f, words, type, ink, Align::centre, Face::sans, 0, 3 * b.unit);
  }
}

void drawNorthArrow(const Board& b, Vec top, float height, const std::string& word, float type,
                    double degrees) {
  b.text(top.x, top.y + type * 0.9f, word, type, b.theme.text1, Align::centre, Face::sansBold, 0, 3 * b.unit);
  const float y = top.y + type * 1.25f, w = height * 0.19f, notch = height * 0.26f;
  const double turn = degrees * 3.14159265358979 / 180;
  const auto c = static_cast<float>(std::cos(turn)), s = static_cast<float>(std::sin(turn));
  const Vec middle{top.x, y + height / 2};
  const auto turned = [&](float dx, float dy) {
    return degrees == 0 ? Vec{top.x + dx, y + dy}
                        : middle + Vec{dx * c - (dy - height / 2) * s, dx * s + (dy - height / 2) * c};
  };
  const Vec tip = turned(0, 0), left = turned(-w, height), right = turned(w, height),
            mid = turned(0, height - notch);
  b.drawing.add(Stroke{Path::polygon({tip, right, mid, left}), Pen{b.theme.halo, 4 * b.unit, {}, true}, -1});
  b.drawing.add(Fill{Path::polygon({tip, right, mid, left}), b.theme.halo});
  b.drawing.add(Fill{Path::polygon({tip, mid, left}), b.theme.text1});
  b.drawing.add(
      Stroke{Path::polygon({tip, right, mid, left}), Pen{b.theme.text1, 1.2f * b.unit, {}, true}, -1});
}

Rect drawBadge(const Board& b, float x, float y, float type, const std::string& words, Align align) {
  const float ring = type * 0.28f, pad = type * 0.62f, gap = type * 0.42f, h = type * 1.9f;
  const float w = 2 * pad + 2 * ring + gap + b.width(words, type, Face::sansBold);
  const Rect box{align == Align::right ? x - w : x, y, w, h};
  b.drawing.add(Fill{Path::roundedRect(box, h / 2), b.theme.halo});
  b.drawing.add(Stroke{Path::roundedRect(box, h / 2),
                       Pen{b.theme.warning, 1.5f * b.unit, {4 * b.unit, 3 * b.unit}, false}, -1});
  b.drawing.add(Stroke{Path::circle({box.x + pad + ring, box.y + h / 2}, ring),
                       Pen{b.theme.warning, 1.8f * b.unit, {}, false}, -1});
  b.text(box.x + pad + 2 * ring + gap, box.y + h / 2 + type * 0.36f, words, type, b.theme.warning,
         Align::left, Face::sansBold);
  return box;
}

// Legend
// ---------------------------------------------------------------------------------------------------------------

std::vector<LegendClass> legendClasses(const Scene& scene, const Theme& theme) {
  return scene.choropleth ? legendClasses(scene, *scene.choropleth, theme, mapColours(scene, theme))
                          : std::vector<LegendClass>{};
}

std::vector<LegendClass> legendClasses(const Scene& scene, const Choropleth& c, const Theme& theme,
                                       const std::vector<Rgba>& colours) {
  std::vector<LegendClass> rows;
  const SceneLayer* layer = findLayer(scene, c.layer);
  const auto shown = [&](size_t r) { return !layer || isShown(*layer, r); };
  // As the map prints them: a rounded range would shut out its own ends.
  const int decimals = c.decimals;
  const auto words = [&](double v) {
    return c.since ? formatSigned(v, decimals) : withMinus(formatNumber(v, decimals));
  };
  const size_t classes = c.categories.empty() ? c.breaks.classes() : c.categories.size();
  std::vector<std::vector<size_t>> of(classes);
  std::vector<size_t> missing;
  for (size_t r = 0; r < c.figures.size(); ++r) {
    if (!shown(r)) continue;
    const int ownClass = c.categories.empty() ? c.breaks.classOf(c.figures[r].value) : c.classOf(r);
    if (ownClass >= 0 && static_cast<size_t>(ownClass) < classes)
      of[static_cast<size_t>(ownClass)].push_back(r);
    if ((c.second ? c.breaks.classOf(c.figures[r].value) : c.classOf(r)) < 0) missing.push_back(r);
  }
  for (size_t k = 0; k < classes; ++k) {
    LegendClass row;
    row.colour = k < colours.size() ? colours[k] : theme.land;
    row.rows = std::move(of[k]);
    if (!c.categories.empty()) {
      row.range = c.categories[k].name;
      row.island = c.categories[k].tone == Tone::island;
    } else {
      const double lo = c.breaks.lowest[k], hi = c.breaks.highest[k];
      if (std::isnan(lo)) row.range = "≤ " + words(c.breaks.upperBounds[k]);
      else if (words(lo) == words(hi)) row.range = words(hi);
      else row.range = words(lo) + (lo < 0 ? "  –  " : " – ") + words(hi);
      if (c.centre && k > 0 && c.breaks.upperBounds[k] > *c.centre &&
          c.breaks.upperBounds[k - 1] <= *c.centre)
        row.turnsBelow = c.centre;
    }
    rows.push_back(std::move(row));
  }
  if (c.categories.empty()) std::reverse(rows.begin(), rows.end());  // most first, as the ranking beside it
  LegendClass none;
  none.missing = true, none.colour = theme.hatchGround, none.range = scene.words.missing;
  none.rows = std::move(missing);
  rows.push_back(std::move(none));
  return rows;
}

std::vector<LegendSymbol> legendSymbols(const Scene& scene) {
  std::vector<LegendSymbol> entries;
  bool ring = false, countyOnly = false;
  for (auto layer = scene.layers.rbegin(); layer != scene.layers.rend(); ++layer) {
    if (!layer->visible || !layer->shape || layer->symbols.empty() || layer->role == Role::town) continue;
    const geo::Shapes& shapes = layer->shape->layer->shapes;
    // One entry per layer; the cores' two symbols get one each.
    std::vector<Symbol> symbols;
    for (size_t r = 0; r < layer->symbols.size(); ++r) {
      if (!isInFocus(scene, *layer, r)) continue;
      const bool first = std::find(symbols.begin(), symbols.end(), layer->symbols[r]) == symbols.end();
      if (first && (layer->role == Role::core || symbols.empty())) symbols.push_back(layer->symbols[r]);
      if (!shapes.has(r)) continue;
      if (r < layer->uncertaintyMetres.size() && layer->uncertaintyMetres[r] > 0) ring = true;
      if (r < layer->certainty.size() && layer->certainty[r] == Certainty::countyOnly) countyOnly = true;
    }
    for (Symbol symbol : symbols) {
      size_t shown = 0, all = 0;
      for (size_t r = 0; r < layer->symbols.size(); ++r)
        if ((layer->role != Role::core || layer->symbols[r] == symbol) && isInFocus(scene, *layer, r))
          ++all, shown += shapes.has(r) && isShown(*layer, r);
      if (scene.focus) all = shown;  // of that area: what has no place has no area
      if (scene.focus && !shown) continue;
      LegendSymbol e;
      e.symbol = symbol;
      e.certainty =
          layer->role == Role::station && layer->illustrative ? Certainty::hollow : Certainty::known;
      e.name = layer->name;
      if (layer->role == Role::core) {
        const bool zh = scene.language == Language::zh;
        e.name = symbol == Symbol::coreNational ? (zh ? "国家级核心" : "National core")
                                                : (zh ? "省级核心" : "Provincial core");
      }
      if (layer->illustrative) e.name += scene.language == Language::zh ? "（示例）" : " (illustr.)";
      e.count = shown == all ? fmt::format("{}", all) : fmt::format("{}/{}", shown, all);
      entries.push_back(std::move(e));
    }
  }
  if (ring) entries.push_back({std::nullopt, Certainty::known, scene.words.uncertaintyRing, ""});
  if (countyOnly) entries.push_back({std::nullopt, Certainty::countyOnly, scene.words.countyOnly, ""});
  return entries;
}

void drawLegendSymbol(const Board& b, const LegendSymbol& e, Vec centre, float size) {
  if (e.symbol) {
    const bool core = *e.symbol == Symbol::coreNational || *e.symbol == Symbol::coreProvincial;
    const bool small = *e.symbol == Symbol::station;
    addSymbol(b.drawing, *e.symbol, e.certainty, centre,
              small  ? 9 * b.unit
              : core ? size * 1.15f
                     : size * 0.92f,
              b.theme, 1.5f * b.unit);
    return;
  }
  const float r = size * 0.42f;
  const std::vector<float> dash = e.certainty == Certainty::countyOnly ? std::vector{4 * b.unit, 3 * b.unit}
                                                                       : std::vector{0.1f, 3 * b.unit};
  b.drawing.add(Stroke{Path::circle(centre, r), Pen{b.theme.text2, 1.2f * b.unit, dash, true}, -1});
}

namespace {

struct Pitch {
  float tight, loose;
  float at(float t, float unit) const { return (tight + (loose - tight) * t) * unit; }
};
constexpr Pitch rankRow{25, 43}, classRow{22, 29}, symbolRow{22, 29}, ledgerRow{78, 103}, head{36, 48};

std::string joinNames(const Choropleth& c, const std::vector<size_t>& rows) {
  std::string names;
  for (size_t r : rows)
    if (r < c.areaNames.size()) names += (names.empty() ? "" : " ") + c.areaNames[r];
  return names;
}

// Rows of the ranking: those with a figure, most first; then those without.
std::vector<size_t> ranked(const Choropleth& c) {
  std::vector<size_t> order(c.figures.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const double x = c.figures[a].value, y = c.figures[b].value;
    if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
    return !std::isnan(x) && (c.moreIsBetter ? x > y : x < y);
  });
  return order;
}

}  // namespace

float drawHead(const Board& b, Rect column, float y, const std::string& title, const std::string& beside,
               const std::string& right, float loose) {
  const float h = head.at(loose, b.unit), base = y + h - 18 * b.unit;
  const float w = b.textWithin(column.x, base, title, 22 * b.unit, b.theme.text1, column.w * 0.6f,
                               Align::left, Face::sansBold);
  float used = w;
  if (!beside.empty()) {
    const float x = column.x + w + 10 * b.unit;
    used = w + 10 * b.unit +
           b.textWithin(x, base, beside, 15 * b.unit, b.theme.text3, column.w - w - 10 * b.unit);
  }
  if (!right.empty() && used + b.width(right, 15 * b.unit) * 0.8f + 12 * b.unit < column.w)
    b.textWithin(column.right(), base, right, 15 * b.unit, b.theme.text3, column.w - used - 12 * b.unit,
                 Align::right);
  b.line({column.x, y + h - 2 * b.unit}, {column.right(), y + h - 2 * b.unit}, b.theme.rule, b.unit);
  return y + h;
}

float headHeight(float unit, float loose) { return head.at(loose, unit); }

void drawSimulated(const Board& b, const std::string& words) {
  const float u = b.unit, w = b.width(words, 15 * u, Face::sansBold) + 28 * u, h = 27 * u;
  const float x = (b.drawing.width - w) / 2;
  b.fill({x, 0, w, h}, b.theme.accent);
  b.text(x + w / 2, 19 * u, words, 15 * u, b.theme.background, Align::centre, Face::sansBold);
}

std::string nameOf(const Scene& s, const Choropleth& c) {
  if (!c.since || s.words.change.empty()) return c.name;
  std::string plain = c.name;  // "Change of …" says it too
  for (char& letter : plain)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  if (plain.find(s.words.change) != std::string::npos) return c.name;
  return c.name + (s.language == Language::zh ? "" : " ") + s.words.change;
}

std::string yearsOf(const Choropleth& c) {
  if (!c.year) return {};
  return c.since ? fmt::format("{}→{}", c.since, c.year) : fmt::format("{}", c.year);
}

std::string valueText(const Choropleth& c, size_t r) {
  if (r >= c.figures.size() || std::isnan(c.figures[r].value)) return {};
  const double v = c.figures[r].value;
  const bool weak = std::find(c.unreliable.begin(), c.unreliable.end(), r) != c.unreliable.end();
  return (c.since ? formatSigned(v, c.decimals) : withMinus(formatNumber(v, c.decimals))) + (weak ? "*" : "");
}

void drawTurn(const Board& b, Vec from, float width, double value, float type) {
  b.line(from, {from.x + width, from.y}, b.theme.text2, 1.4f * b.unit);
  b.drawing.add(Fill{Path::polygon({{from.x + width, from.y},
                                    {from.x + width + type * 0.45f, from.y - type * 0.3f},
                                    {from.x + width + type * 0.45f, from.y + type * 0.3f}}),
                     b.theme.text2});
  b.text(from.x + width + type * 0.7f, from.y + type * 0.36f, withMinus(formatShort(value)), type,
         b.theme.text2, Align::left, Face::sans, 0, 2 * b.unit);
}

float legendHeight(const TypesetterPtr& fonts, const Scene& s, const Theme& theme, float width, float unit,
                   float loose) {
  const LegendLook look = legendLook(Medium::wall, unit);
  const auto cells = legendCells(*fonts, legendSymbols(s), width, 2, 16 * unit);
  float h = head.at(loose, unit) + 6 * unit;
  if (s.choropleth) {
    const Choropleth& c = *s.choropleth;
    h += (c.second ? bivariateHeight(fonts, s, theme, width, unit, look)
                   : static_cast<float>(legendClasses(s, theme).size()) * classRow.at(loose, unit)) +
         14 * unit +
         20 * unit *
             static_cast<float>(fonts->wrap(c.sourceText, {Face::sans, 14 * unit, 0, true}, width).size());
  }
  if (const float blocks = mapBlocksHeight(fonts, s, theme, width, unit, look); blocks > 0)
    h += blocks + 12 * unit;
  h += (cells.empty() ? 0 : cells.back().row + 1) * symbolRow.at(loose, unit) + 34 * unit;
  return h;
}

namespace {

float wallClasses(const Board& b, const Scene& s, Rect column, float loose) {
  const float u = b.unit, pitch = classRow.at(loose, u);
  const Choropleth& c = *s.choropleth;
  const auto classes = legendClasses(s, b.theme);
  float rangeWidth = 0, y = column.y;
  for (const auto& row : classes) rangeWidth = std::max(rangeWidth, b.width(row.range, 18 * u));
  const float squares = column.x + 58 * u + std::max(rangeWidth, 92 * u) + 14 * u;
  size_t most = 1;
  for (const auto& row : classes) most = std::max(most, row.rows.size());
  // Squares one by one where all of them have room beside the count.
  const bool few = c.figures.size() <= 12 &&
                   squares + std::max<float>(static_cast<float>(most), 3) * 11 * u + 24 * u < column.right();
  const float countX = squares + (few ? std::max<float>(static_cast<float>(most), 3) * 11 * u + 5 * u : 0);
  bool named = few;  // all classes list their areas, or none does
  for (const auto& row : classes)
    named = named && b.width(joinNames(c, row.rows), 14 * u) * 0.85f < column.right() - countX - 24 * u;
  for (const auto& row : classes) {
    const float mid = y + pitch / 2, base = mid + 6.3f * u;
    const Rect swatch{column.x, mid - 10 * u, 44 * u, 20 * u};
    const float round = c.onSymbols ? 9 * u : 0;
    if (row.missing)
      b.drawing.add(HatchedRect{swatch, {b.theme.hatchLine, b.theme.hatchGround, 7 * u, 1.4f * u}});
    else if (round > 0) b.drawing.add(Fill{Path::circle(swatch.centre(), round), row.colour});
    else b.fill(swatch, row.colour);
    if (row.missing) b.frame(swatch, b.theme.hatchLine, u);
    if (row.island) addIsland(b.drawing, swatch.centre(), b.theme, 0.8f * u);
    b.textWithin(column.x + 58 * u, base, row.range, 18 * u, b.theme.text1,
                 column.right() - column.x - 92 * u);
    float x = squares;
    if (few)
      for (size_t i = 0; i < row.rows.size(); ++i, x += 11 * u)
        b.fill({x, mid - 4.5f * u, 9 * u, 9 * u}, b.theme.text2);
    const std::string count = fmt::format("{}", row.rows.size());
    const float w = few ? b.text(countX, base, count, 17 * u, b.theme.text2)
                        : b.text(column.right(), base, count, 17 * u, b.theme.text2, Align::right);
    if (named)
      b.textWithin(column.right(), base, joinNames(c, row.rows), 14 * u, b.theme.text3,
                   column.right() - countX - w - 10 * u, Align::right);
    if (row.turnsBelow) drawTurn(b, {column.x, y + pitch}, 44 * u, *row.turnsBelow, 11 * u);
    y += pitch;
  }
  return y;
}

}  // namespace

float drawLegend(const Board& b, const Scene& s, Rect column, float loose) {
  const float u = b.unit;
  LegendLook look = legendLook(Medium::wall, u);
  const TypesetterPtr& fonts = b.drawing.fonts;
  // In a low column the square of two axes shrinks, sources give way, then what sizes and heat mean.
  const auto square = [&] { return bivariateHeight(fonts, s, b.theme, column.w, u, look); };
  if (s.choropleth && s.choropleth->second)
    while (look.cell > 20 * u && head.at(loose, u) + 6 * u + square() > column.h) look.cell -= 2 * u;
  const float blocks = mapBlocksHeight(fonts, s, b.theme, column.w, u, look);
  std::string right;
  if (s.choropleth) right = s.choropleth->methodText;
  float y = drawHead(b, column, column.y, s.words.legend, "", right, loose) + 6 * u;
  const float top = y;
  if (s.choropleth) {
    const Choropleth& c = *s.choropleth;
    y = c.second ? drawBivariate(b, s, {column.x, y, column.w, 0}, look)
                 : wallClasses(b, s, {column.x, y, column.w, column.h}, loose);
    for (const std::string& line :
         b.drawing.fonts->wrap(c.sourceText, {Face::sans, 14 * u, 0, true}, column.w))
      if (y + 20 * u + blocks <= column.bottom() + 6 * u)
        b.text(column.x, y + 20 * u, line, 14 * u, b.theme.text3), y += 20 * u;
  }
  const float before = y;
  if (y + blocks <= column.bottom() + 6 * u) y = drawMapBlocks(b, s, {column.x, y, column.w, 0}, look);
  if (s.choropleth) y += 14 * u;
  else if (y > before) y += 12 * u;
  auto symbols = legendSymbols(s);
  const float pitch = symbolRow.at(loose, u);
  while (!symbols.empty() &&
         y + (legendCells(*b.drawing.fonts, symbols, column.w, 2, 16 * u).back().row + 1) * pitch >
             column.bottom() + u)
    symbols.pop_back();
  if (symbols.empty()) return y;
  if (y > top) b.line({column.x, y}, {column.right(), y}, b.theme.rule, u), y += 8 * u;
  y = drawLegendSymbols(b, symbols, {column.x, y, column.w, 0}, 2, 16 * u, pitch);
  const bool partly = std::any_of(symbols.begin(), symbols.end(),
                                  [](const auto& e) { return e.count.find('/') != std::string::npos; });
  if (partly && y + 22 * u < column.bottom() + 12 * u) {
    b.textWithin(column.x, y + 17 * u, s.words.pieces, 14 * u, b.theme.text3, column.w);
    y += 22 * u;
  }
  return y;
}

std::vector<LegendCell> legendCells(const Typesetter& fonts, const std::vector<LegendSymbol>& symbols,
                                    float width, int columns, float type) {
  std::vector<LegendCell> cells;
  const float gap = type * 0.8f, cell = (width - (columns - 1) * gap) / columns;
  int row = 0, column = 0;
  for (const LegendSymbol& e : symbols) {
    const float count =
        e.count.empty() ? 0 : fonts.width(e.count, {Face::sans, type * 0.94f, 0, true}) + type * 0.5f;
    const float needs = type * 2.1f + fonts.width(e.name, {Face::sans, type, 0, true}) * 0.88f + count;
    int span = 1;
    while (span < columns && needs > span * cell + (span - 1) * gap) ++span;
    if (column + span > columns) ++row, column = 0;
    cells.push_back({column * (cell + gap), row, span * cell + (span - 1) * gap});
    column += span;
    if (column >= columns) ++row, column = 0;
  }
  return cells;
}

float drawLegendSymbols(const Board& b, const std::vector<LegendSymbol>& symbols, Rect column, int columns,
                        float type, float pitch) {
  const auto cells = legendCells(*b.drawing.fonts, symbols, column.w, columns, type);
  int rows = 0;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const float x = column.x + cells[i].x, mid = column.y + cells[i].row * pitch + pitch / 2,
                right = x + cells[i].width;
    rows = std::max(rows, cells[i].row + 1);
    drawLegendSymbol(b, symbols[i], {x + type * 0.82f, mid}, type * 1.32f);
    const float w = symbols[i].count.empty() ? 0
                                             : b.text(right, mid + type * 0.35f, symbols[i].count,
                                                      type * 0.94f, b.theme.text3, Align::right);
    b.textWithin(x + type * 2.1f, mid + type * 0.35f, symbols[i].name, type, b.theme.text1,
                 right - x - type * 2.1f - w - type * 0.35f);
  }
  return column.y + rows * pitch;
}

// Ranking
// --------------------------------------------------------------------------------------------------------------

float rankingHeight(const Scene& s, float unit, float loose, size_t most) {
  if (!s.choropleth) return 0;
  const size_t rows = std::min<size_t>(s.choropleth->figures.size(), most);
  return head.at(loose, unit) + rows * rankRow.at(loose, unit) + 30 * unit;
}

float drawRanking(const Board& b, const Scene& s, Rect column, float loose, size_t rows) {
  if (!s.choropleth) return column.y;
  const Choropleth& c = *s.choropleth;
  const float u = b.unit, pitch = rankRow.at(loose, u);
  auto order = ranked(c);
  if (order.size() > rows) order.resize(rows);
  float nameWidth = 0, valueWidth = b.width(formatNumber(c.whole, c.decimals), 20 * u, Face::sansBold);
  double most = 0, least = 0;
  for (size_t r : order) {
    nameWidth = std::max(nameWidth, b.width(r < c.areaNames.size() ? c.areaNames[r] : "", 18 * u));
    if (std::isnan(c.figures[r].value)) valueWidth = std::max(valueWidth, b.width(s.words.missing, 15 * u));
    else valueWidth = std::max(valueWidth, b.width(valueText(c, r), 20 * u, Face::sansBold));
    if (!std::isnan(c.figures[r].value))
      most = std::max(most, c.figures[r].value), least = std::min(least, c.figures[r].value);
  }
  nameWidth = std::min(nameWidth, column.w * 0.3f);
  // The course over the years where it leaves bars their room.
  const bool trend = !c.trend.years.empty() && column.w >= 300 * u &&
                     column.w - (150 * u + nameWidth + valueWidth) >= 24 * u;
  std::string beside = c.unit;
  if (c.year) beside += (beside.empty() ? "" : " · ") + yearsOf(c);
  float y = drawHead(b, column, column.y, nameOf(s, c), beside, trend ? c.trend.name : "", loose);
  const float right = column.right() - (trend ? 108 * u : 0);
  const Rect track{column.x + 20 * u + nameWidth + 10 * u, 0,
                   right - valueWidth - 12 * u - (column.x + 20 * u + nameWidth + 10 * u), 0};
  const auto ramp = mapColours(s, b.theme);
  const float top = y;
  const auto onTrack = [&](double v) {
    return track.x + (most > least ? static_cast<float>((v - least) / (most - least)) * track.w : 0);
  };
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t r = order[i];
    const double v = c.figures[r].value;
    const float mid = y + pitch / 2, barHeight = std::min(14 * u, pitch * 0.5f);
    const ObjectRef object{c.layer, static_cast<long>(r)};
    b.drawing.part("rank", r);
    const bool marked = s.selected == object || s.hovered == object;
    b.text(column.x + 8 * u, mid + 5.3f * u, std::isnan(v) ? "–" : fmt::format("{}", i + 1), 15 * u,
           b.theme.text3, Align::centre);
    b.textWithin(column.x + 20 * u, mid + 6.3f * u, r < c.areaNames.size() ? c.areaNames[r] : "", 18 * u,
                 marked ? b.theme.accent : b.theme.text1, nameWidth);
    const Rect bar{track.x, mid - barHeight / 2, track.w, barHeight};
    if (std::isnan(v)) {
      b.drawing.add(HatchedRect{bar, {b.theme.hatchLine, b.theme.hatchGround, 6 * u, 1.2f * u}});
      b.text(right, mid + 5.3f * u, s.words.missing, 15 * u, b.theme.text3, Align::right);
    } else {
      b.fill(bar, mix(b.theme.background, b.theme.rule, 0.45));
      const float zero = onTrack(0), w = std::abs(onTrack(v) - zero);
      const int k = c.classOf(r);
      const Rect value{v < 0 ? zero - std::max(w, 2 * u) : zero, bar.y, std::max(w, 2 * u), barHeight};
      b.fill(value, k >= 0 ? ramp[static_cast<size_t>(k)] : b.theme.hatchGround);
      b.frame(value, c.centre ? b.theme.text3 : b.theme.measured, u);
      b.text(right, mid + 7 * u, valueText(c, r), 20 * u, b.theme.text1, Align::right, Face::sansBold);
    }
    b.drawing.hits.push_back({{column.x, y, column.w, pitch}, object});
    if (trend && r < c.trend.values.size()) {
      double lo = 1e300, hi = -1e300;
      for (const auto& row : c.trend.values)
        for (double value : row)
          if (!std::isnan(value)) lo = std::min(lo, value), hi = std::max(hi, value);
      std::vector<Vec> points;
      const int first = c.trend.years.front(), last = c.trend.years.back();
      const Rect plot{right + 20 * u, mid - pitch * 0.26f, 56 * u, pitch * 0.52f};
      double ownLow = 1e300, ownHigh = -1e300;
      for (double value : c.trend.values[r])
        if (!std::isnan(value)) ownLow = std::min(ownLow, value), ownHigh = std::max(ownHigh, value);
      for (size_t k = 0; k < c.trend.years.size(); ++k) {
        const double value = c.trend.values[r][k];
        if (std::isnan(value)) continue;
        const float x =
            plot.x +
            (last > first ? plot.w * (c.trend.years[k] - first) / static_cast<float>(last - first) : 0);
        // One scale for all rows, centred on the row's own middle: slopes compare, levels stand in the figure
        // beside.
        points.push_back(
            {x, mid - static_cast<float>((value - (ownLow + ownHigh) / 2) / std::max(1e-9, (hi - lo))) *
                          pitch * 1.1f});
      }
      if (points.size() > 1) {
        b.drawing.add(Stroke{Path::polyline(points), Pen{b.theme.text3, 1.4f * u, {}, true}, -1});
        for (size_t k = 0; k < points.size(); ++k)
          b.drawing.add(Fill{Path::circle(points[k], 2.2f * u),
                             k + 1 == points.size() ? b.theme.accent : b.theme.text2});
        b.text(column.right(), mid + 5.3f * u, formatNumber(c.trend.values[r].back(), 0), 15 * u,
               b.theme.text2, Align::right);
      }
    }
    y += pitch;
  }
  b.drawing.part({});
  if (least < 0) b.line({onTrack(0), top + 2 * u}, {onTrack(0), y - 2 * u}, b.theme.text2, u);
  if (!std::isnan(c.whole) && c.whole <= most && c.whole >= least && most > least) {
    const float x = onTrack(c.whole);
    b.line({x, top + 2 * u}, {x, y + 2 * u}, b.theme.text2, 1.2f * u, {2 * u, 3 * u});
    b.text(std::max(x, column.x + 40 * u), y + 17 * u,
           s.words.wholeCity + " " +
               (c.since ? formatSigned(c.whole, c.decimals) : withMinus(formatNumber(c.whole, c.decimals))),
           15 * u, b.theme.text2, Align::centre);
  }
  if (trend) {
    b.text(right + 20 * u, y + 17 * u, fmt::format("{}", c.trend.years.front()), 14 * u, b.theme.text3);
    b.text(column.right(), y + 17 * u, fmt::format("{}", c.trend.years.back()), 14 * u, b.theme.text3,
           Align::right);
  }
  return y + 30 * u;
}

// Ledger
// ---------------------------------------------------------------------------------------------------------------

float ledgerHeight(size_t rows, float unit, float loose) {
  return head.at(loose, unit) + rows * ledgerRow.at(loose, unit) + 30 * unit;
}

float drawLedger(const Board& b, const Scene& s, Rect column, size_t rows, float loose) {
  const float u = b.unit, pitch = ledgerRow.at(loose, u);
  const bool zh = s.language == Language::zh;
  const std::string note =
      zh ? fmt::format("{} 项目标 · {} 项有 2020 基期", s.ledgerTotal, s.ledgerWithBaseline)
         : fmt::format("{} targets · {} with a 2020 baseline", s.ledgerTotal, s.ledgerWithBaseline);
  float y = drawHead(b, column, column.y, s.words.ledger, "", note, loose);
  rows = std::min(rows, s.ledger.size());
  for (size_t i = 0; i < rows; ++i) {
    const LedgerRow& row = s.ledger[i];
    b.drawing.part("ledger", i);
    const float squeeze = pitch / u / 103;  // rows tighten as a whole
    const float nameBase = y + 26 * u * squeeze, figureBase = y + 62 * u * squeeze,
                trackY = y + 76 * u * squeeze;
    const float unitWidth = b.text(column.right(), nameBase, row.unit, 15 * u, b.theme.text3, Align::right);
    b.textWithin(column.x, nameBase, row.name, 17 * u, b.theme.text1, column.w - unitWidth - 10 * u);
    const float big = std::min(36 * u, 36 * u * (0.4f + 0.6f * squeeze)), small = big * 28 / 36;
    const float targetWidth = b.text(column.right(), figureBase, formatShort(row.target), big, b.theme.text1,
                                     Align::right, Face::sansBold);
    // Words beside the two figures give way where the column is narrow: the target's, then the baseline's.
    std::string due = fmt::format("{} {}", row.targetYear, s.words.target), when;
    const bool based = !std::isnan(row.baseline);
    if (based) when = fmt::format("{}", row.baselineYear);
    if (row.baselineEstimated && based) when += zh ? " 预计数" : " est.";
    const float figures =
        targetWidth + 8 * u + (based ? b.width(formatShort(row.baseline), small) + 8 * u : 0);
    const auto full = [&] {
      return figures + b.width(due, 15 * u) + b.width(when, 14 * u) + 12 * u > column.w;
    };
    if (based && full()) due = fmt::format("{}", row.targetYear);
    if (based && full()) when = fmt::format("{}", row.baselineYear);
    if (based && full()) when.clear();
    if (based && full()) due.clear();
    b.text(column.right() - targetWidth - 8 * u, figureBase, due, 15 * u, b.theme.text2, Align::right);
    const Rect track{column.x, trackY, column.w, 9 * u};
    b.drawing.add(HatchedRect{track, {b.theme.hatchLine, b.theme.hatchGround, 7 * u, 1.3f * u}});
    if (!std::isnan(row.baseline)) {
      const float w = b.text(column.x, figureBase, formatShort(row.baseline), small, b.theme.text2);
      b.text(column.x + w + 8 * u, figureBase, when, 14 * u, b.theme.text3);
      const float share =
          row.target > 0 ? std::clamp(static_cast<float>(row.baseline / row.target), 0.f, 1.f) : 0;
      b.drawing.part("track", i);  // fills up when it comes; see show.cpp
      b.fill({track.x, track.y, track.w * share, track.h}, b.theme.measured);
      b.fill({track.x + track.w * share - u, track.y - 3 * u, 2 * u, track.h + 6 * u}, b.theme.text1);
      b.drawing.part("ledger end", i);
    } else {
      const float taken = targetWidth + 8 * u + b.width(due, 15 * u);
      const float w = b.textWithin(column.x, figureBase, s.words.baselineUnknown, 15 * u, b.theme.text3,
                                   column.w - taken - 10 * u);
      if (row.shownIllustrative && w + 26 * u + taken + b.width(s.words.onMapIllustrative, 14 * u) < column.w)
        b.text(column.x + w + 14 * u, figureBase, s.words.onMapIllustrative, 14 * u, b.theme.warning);
    }
    b.fill({track.right() - 2 * u, track.y - 4 * u, 2 * u, track.h + 8 * u}, b.theme.text1);
    y += pitch;
    if (i + 1 < rows) b.line({column.x, y}, {column.right(), y}, b.theme.rule, u);
  }
  b.drawing.part({});
  y += 8 * u;
  b.drawing.add(HatchedRect{{column.x, y + 5 * u, 24 * u, 8 * u},
                            {b.theme.hatchLine, b.theme.hatchGround, 6 * u, 1.2f * u}});
  b.textWithin(column.x + 32 * u, y + 14 * u, s.words.noLaterFigures, 15 * u, b.theme.text3,
               column.w - 32 * u);
  return y + 22 * u;
}

float unplacedHeight(const Scene& s, float unit) {
  return s.unplaced.empty() ? 0 : (34 + 26 * std::ceil(s.unplaced.size() / 2.0f) + 4) * unit;
}

float drawUnplaced(const Board& b, const Scene& s, Rect column) {
  if (s.unplaced.empty()) return column.y;
  const float u = b.unit;
  float y = column.y + 20 * u;
  const bool zh = s.language == Language::zh;
  const float countWidth = b.text(column.right(), y, fmt::format("{}{}", s.unplaced.size(), zh ? " 项" : ""),
                                  15 * u, b.theme.text3, Align::right);
  b.textWithin(column.x, y, s.words.unplaced, 17 * u, b.theme.text1, column.w - countWidth - 8 * u,
               Align::left, Face::sansBold);
  y += 14 * u;
  const float half = column.w / 2;
  for (size_t i = 0; i < s.unplaced.size(); ++i) {
    const float x = column.x + (i % 2) * half, mid = y + 13 * u;
    addSymbol(b.drawing, s.unplaced[i].symbol, Certainty::hollow, {x + 9 * u, mid}, 17 * u, b.theme,
              1.2f * u);
    // The last of an odd number has the whole line.
    const bool wide = i + 1 == s.unplaced.size() && i % 2 == 0;
    b.textWithin(x + 24 * u, mid + 5.3f * u, s.unplaced[i].name, 15 * u, b.theme.text2,
                 (wide ? column.w : half) - 30 * u);
    b.drawing.hits.push_back({{x, mid - 13 * u, wide ? column.w : half, 26 * u}, s.unplaced[i].object});
    if (i % 2 == 1 || i + 1 == s.unplaced.size()) y += 26 * u;
  }
  return y + 4 * u;
}

// Strip
// ----------------------------------------------------------------------------------------------------------------

void drawStrip(const Board& b, const Scene& s, Rect strip) {
  const float u = b.unit;
  b.line({strip.x, strip.y}, {strip.right(), strip.y}, b.theme.rule, u);
  const bool hasYears = s.years.size() > 1 && strip.w >= 600 * u;
  const float sceneWidth = s.count > 1 && s.number > 0 ? 170 * u : 0;
  const float axisWidth = hasYears ? std::clamp(strip.w * 0.36f, 250 * u, 760 * u) : 0;
  const float tabsRight = strip.right() - sceneWidth - axisWidth - (hasYears ? 60 * u : 0);
  float x = strip.x;
  // Where not all have room, the one on the map has.
  const auto tabWidth = [&](const IndicatorTab& tab) {
    const std::string note =
        tab.illustrative ? (s.language == Language::zh ? "示例" : "illustrative") : tab.coverage;
    return std::max(b.width(tab.name, 18 * u, tab.current ? Face::sansBold : Face::sans),
                    b.width(note, 15 * u));
  };
  float now = 0, before = 0;
  for (const IndicatorTab& tab : s.tabs) {
    if (tab.current) now = tabWidth(tab);
    if (!now) before += tabWidth(tab) + 30 * u;
  }
  float reserved = now > 0 && x + before + now > tabsRight ? now + 30 * u : 0;
  for (const IndicatorTab& tab : s.tabs) {
    if (reserved > 0 && tab.current) reserved = 0;
    else if (reserved > 0 && x + tabWidth(tab) + reserved > tabsRight) continue;
    const Face face = tab.current ? Face::sansBold : Face::sans;
    const std::string note =
        tab.illustrative ? (s.language == Language::zh ? "示例" : "illustrative") : tab.coverage;
    const float w = std::max(b.width(tab.name, 18 * u, face), b.width(note, 15 * u));
    if (x + w > tabsRight) break;
    b.text(x, strip.y + 36 * u, tab.name, 18 * u, tab.current ? b.theme.text1 : b.theme.text2, Align::left,
           face);
    b.text(x, strip.y + 60 * u, note, 15 * u, tab.illustrative ? b.theme.warning : b.theme.text3);
    if (tab.current) b.fill({x, strip.y - u, w, 3 * u}, b.theme.accent);
    x += w + 30 * u;
  }
  if (hasYears) {
    const float left = tabsRight + 60 * u, right = left + axisWidth - 50 * u, y = strip.y + 32 * u;
    const int first = s.years.front().year, last = s.years.back().year;
    const auto at = [&](int year) {
      return left + (right - left) * (year - first) / std::max(1.f, static_cast<float>(last - first));
    };
    b.line({left, y}, {right, y}, b.theme.text3, 1.4f * u);
    float clear = -1e9f;
    const int current = s.choropleth ? s.choropleth->year : 0;
    // The current year is always named; the others where there is room beside it.
    const float nowWidth = b.width(fmt::format("{}", current), 15 * u, Face::sansBold), nowAt = at(current);
    const auto hitsNow = [&](float cx, float w) {
      return current && cx - w / 2 < nowAt + nowWidth / 2 + 8 * u &&
             cx + w / 2 > nowAt - nowWidth / 2 - 8 * u;
    };
    const auto labelled = [&](const YearMark& m) {
      return m.data != YearMark::Data::none || m.target || m.year == current;
    };
    for (const YearMark& m : s.years) {
      const float cx = at(m.year);
      if (m.target) {
        b.line({cx, y + 2 * u}, {cx, y - 17 * u}, b.theme.text1, 1.6f * u);
        b.drawing.add(Stroke{Path::polygon({{cx, y - 17 * u}, {cx + 14 * u, y - 12 * u}, {cx, y - 7 * u}}),
                             Pen{b.theme.text1, 1.4f * u, {}, true}, -1});
      } else if (m.data == YearMark::Data::none) {
        b.line({cx, y - 4 * u}, {cx, y + 4 * u}, b.theme.text3, u);
      } else if (m.year == current) {
        b.drawing.add(Fill{Path::circle({cx, y}, 13 * u), b.theme.background});
        b.drawing.add(Stroke{Path::circle({cx, y}, 12 * u), Pen{b.theme.accent, 2.4f * u, {}, false}, -1});
        b.drawing.add(Fill{Path::circle({cx, y}, 6.5f * u), b.theme.accent});
      } else if (m.data == YearMark::Data::full) {
        b.drawing.add(Fill{Path::circle({cx, y}, 5.5f * u), b.theme.text1});
      } else {
        b.drawing.add(Fill{Path::circle({cx, y}, 5.5f * u), b.theme.background});
        b.drawing.add(Stroke{Path::circle({cx, y}, 5 * u), Pen{b.theme.text2, 1.8f * u, {}, false}, -1});
      }
      if (!labelled(m)) continue;
      std::string words = fmt::format("{}", m.year) + (m.note.empty() ? "" : " " + m.note);
      if (m.target && m.note.empty()) words += " " + s.words.target;
      const bool now = m.year == current;
      const Face face = now ? Face::sansBold : Face::sans;
      float w = b.width(words, 15 * u, face);
      const auto crowded = [&] { return !now && (cx - w / 2 < clear + 8 * u || hitsNow(cx, w)); };
      if (crowded() || (cx - w / 2 < tabsRight + 12 * u && !now))
        words = fmt::format("{}", m.year), w = b.width(words, 15 * u, face);
      if (crowded()) continue;
      b.text(cx, y + 32 * u, words, 15 * u, now ? b.theme.text1 : b.theme.text3, Align::centre, face);
      clear = cx + w / 2;
    }
  }
  if (s.count > 1 && s.number > 0) {
    const std::string words = fmt::format("{} {} / {}", s.words.scene, s.number, s.count);
    b.text(strip.right(), strip.y + 38 * u, words, 18 * u, b.theme.text1, Align::right);
    // Many scenes get short dashes: the row keeps to its place beside the years.
    const float gap = (s.count > 8 ? 3 : 7) * u,
                dash = std::min(22 * u, (sceneWidth - gap * (s.count - 1)) / s.count);
    const float total = s.count * dash + (s.count - 1) * gap;
    for (int i = 0; i < s.count; ++i)
      b.fill({strip.right() - total + i * (dash + gap), strip.y + 54 * u, dash, 3 * u},
             i + 1 == s.number ? b.theme.accent : b.theme.rule);
  }
}

}  // namespace scene
