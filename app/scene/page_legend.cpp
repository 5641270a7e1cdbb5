// A page's legend: classes, the blocks of the other kinds of map, symbols and lines.
#include "app/scene/page_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"
#include "app/scene/marks.h"

namespace scene {
namespace {

// What only a page's legend says: lines of the map and layers without a symbol.
struct Sample {
  enum class Kind : uint8_t { symbol, line, area, dot, arc } kind = Kind::symbol;
  LegendSymbol symbol;
  Pen pen;
  Rgba casing{0, 0, 0, 0};
};

// Of a slide only what stands out: its legend is read at a glance.
std::vector<Sample> samplesOf(const Scene& s, const Theme& t, bool lines) {
  std::vector<Sample> all;
  for (LegendSymbol& e : legendSymbols(s))
    if (lines || e.symbol) all.push_back({Sample::Kind::symbol, std::move(e), {}, {}});
  const auto add = [&](Sample::Kind kind, const std::string& name, Pen pen, Rgba casing = {0, 0, 0, 0}) {
    if (!name.empty()) all.push_back({kind, {std::nullopt, Certainty::known, name, ""}, pen, casing});
  };
  const auto seen = [&](const std::string& id, size_t row) {
    const SceneLayer* layer = findLayer(s, id);
    return layer && isInFocus(s, *layer, row);
  };
  if (std::any_of(s.leads.begin(), s.leads.end(), [&](const Lead& lead) {
        return seen(lead.fromLayer, lead.fromRow) && seen(lead.toLayer, lead.toRow);
      }))
    add(Sample::Kind::arc, s.words.leadArcs, Pen{t.core, 5, {}, true});
  for (auto layer = s.layers.rbegin(); layer != s.layers.rend(); ++layer) {
    if (!layer->visible || !layer->shape || !layer->symbols.empty()) continue;
    const geo::ShapeKind kind = layer->shape->layer->shapes.kind;
    if (!lines && (layer->role == Role::county || layer->role == Role::river)) continue;
    if (layer->role == Role::county) {
      add(Sample::Kind::line, s.words.cityBorder, Pen{t.cityBorder, 3.2f, {}, true});
      if (!s.words.areaBorder.empty() && layer->shape->layer->rows() > 1)
        add(Sample::Kind::line, fmt::format(fmt::runtime(s.words.areaBorder), layer->name),
            Pen{t.countyBorder, 1.5f, {}, true}, t.countyCasing);
    } else if (layer->role == Role::river) {
      add(Sample::Kind::line, layer->name, Pen{t.waterInside, 2.4f, {}, true});
    } else if (layer->role != Role::neighbour) {
      const bool coloured = (s.choropleth && s.choropleth->layer == layer->id) ||
                            (s.sized && s.sized->layer == layer->id) ||
                            (s.heat && s.heat->layer == layer->id);
      if (coloured && kind != geo::ShapeKind::line) continue;
      add(kind == geo::ShapeKind::line      ? Sample::Kind::line
          : kind == geo::ShapeKind::polygon ? Sample::Kind::area
                                            : Sample::Kind::dot,
          layer->name,
          Pen{layer->colour.withAlpha(layer->opacity),
              kind == geo::ShapeKind::point ? layer->radius : layer->width,
              {},
              true});
    }
  }
  return all;
}

}  // namespace

bool PageParts::hasLegend() const {
  return (s_.choropleth && !s_.choropleth->figures.empty()) || s_.heat || s_.sized || s_.weights ||
         !samplesOf(s_, t_, l_.style != PageStyle::slide).empty();
}

float PageParts::legend(const Board& b, Rect r, float loose) const {
  const bool thematic =
      (s_.choropleth && !s_.choropleth->figures.empty()) || s_.sized || s_.heat || s_.weights;
  const bool listed = !samplesOf(s_, t_, l_.style != PageStyle::slide).empty();
  float y = r.y;
  if (!(l_.quiet && thematic)) y = head(b, r, s_.words.legend, "");
  const auto half = [&](Rect c) {  // what colours and sizes say
    const float end = classes(b, c, loose);
    const LegendLook look = legendLook(Medium::page, l_.unit);
    return drawMapBlocks(b, s_, {c.x, end, c.w, 0}, look);
  };
  if (thematic && listed && r.w > px(1000)) {  // wide: side by side
    const float gap = px(44), w = (r.w - gap) / 2;
    const float left = half({r.x, y, w, 0}), right = entries(b, {r.x + w + gap, y, w, 0}, loose);
    return std::max(left, right);
  }
  if (thematic) y = half({r.x, y, r.w, 0}) + (listed ? px(14) : 0);
  if (listed) y = entries(b, {r.x, y, r.w, 0}, loose);
  return y;
}

float PageParts::classes(const Board& b, Rect r, float loose) const {
  if (!s_.choropleth || s_.choropleth->figures.empty()) return r.y;
  const Choropleth& c = *s_.choropleth;
  const LegendLook look = legendLook(Medium::page, l_.unit);
  float y = r.y;
  if (c.second) {
    y = drawBivariate(b, s_, {r.x, y - px(4), r.w, 0}, look);
  } else {
    const float size = type(22), small = type(18);
    std::string beside = c.unit;
    if (c.year) beside += (beside.empty() ? "" : " · ") + yearsOf(c);
    const auto names = wrapped(nameOf(s_, c), {Face::sansBold, size, 0, true}, r.w);
    float w = 0;
    for (const std::string& line : names)
      w = b.text(r.x, y += size * (y > r.y ? 1.2f : 1.0f), line, size, t_.text1, Align::left, Face::sansBold);
    if (w + px(12) + b.width(beside, small) > r.w) y += small * 1.4f, w = -px(12);
    w += px(12) + b.text(r.x + w + px(12), y, beside, small, t_.text2);
    const float method = b.width(c.methodText, small);
    if (w + px(24) + method <= r.w) b.text(r.right(), y, c.methodText, small, t_.text3, Align::right);
    else
      for (const std::string& line : wrapped(c.methodText, {Face::sans, small, 0, true}, r.w))
        b.text(r.x, y += small * 1.4f, line, small, t_.text3);
    y += px(16);
    const auto rows = legendClasses(s_, t_);
    const float cell = r.w / static_cast<float>(rows.size());
    bool across = cell >= px(62) && c.categories.empty() && r.w > px(380);
    for (const LegendClass& row : rows) {
      const size_t dash = row.range.find(" – ");
      const std::string longest = dash == row.range.npos ? row.range : row.range.substr(dash + 4);
      across = across && b.width(longest, type(21)) <= cell - px(8);
    }
    y = across ? classRow(b, {r.x, y, r.w, 0}) : classList(b, {r.x, y, r.w, 0}, loose);
  }
  return y;
}

// From low to high, side by side.
float PageParts::classRow(const Board& b, Rect r) const {
  const Choropleth& c = *s_.choropleth;
  auto rows = legendClasses(s_, t_);
  std::reverse(rows.begin(), rows.end() - 1);
  const float w = r.w / static_cast<float>(rows.size()), size = type(21);
  const bool two = std::any_of(rows.begin(), rows.end(), [&](const LegendClass& row) {
    return row.range.find(" – ") != row.range.npos && b.width(row.range, size) > w - px(8);
  });
  float y = r.y;
  if (std::any_of(rows.begin(), rows.end(),
                  [](const LegendClass& row) { return row.turnsBelow.has_value(); }))
    y += px(22);
  for (size_t i = 0; i < rows.size(); ++i) {
    const LegendClass& row = rows[i];
    const Rect swatch{r.x + static_cast<float>(i) * w, y, w - px(4), px(36)};
    if (row.missing) b.drawing.add(HatchedRect{swatch, {t_.hatchLine, t_.hatchGround, px(10), px(1.5f)}});
    else if (c.onSymbols)
      b.drawing.add(
          Fill{Path::circle({swatch.x + swatch.h / 2, swatch.centre().y}, swatch.h / 2), row.colour});
    else b.fill(swatch, row.colour);
    if (row.missing || !c.onSymbols) b.frame(swatch, row.missing ? t_.hatchLine : t_.measured, px(1));
    if (row.turnsBelow) {  // from low to high the palette turns before the class that says so
      const float at = swatch.x - px(2);
      b.line({at, y - px(8)}, {at, y + px(42)}, t_.text1, px(2));
      b.text(at, y - px(11), withMinus(formatShort(*row.turnsBelow)), type(17), t_.text1, Align::centre);
    }
    float base = y + px(40) + size;
    const size_t dash = two ? row.range.find(" – ") : row.range.npos;
    if (dash == row.range.npos) {
      b.text(swatch.x, base, row.range, size, t_.text1);
    } else {
      std::string first = row.range.substr(0, dash), second = row.range.substr(dash + 4);
      while (first.ends_with(' ')) first.pop_back();
      second.erase(0, second.find_first_not_of(' '));
      b.text(swatch.x, base, first + " –", size, t_.text1);
      b.text(swatch.x, base + size * 1.15f, second, size, t_.text1);
    }
    base += (two ? size * 1.15f : 0) + px(26);
    float x = swatch.x;
    const float square = px(12);
    const std::string count = fmt::format(
        "{}{}", row.rows.size(), zh() && c.layer == s_.cityLayer && c.figures.size() <= 99 ? " 县" : "");
    if (c.figures.size() <= 12 &&
        static_cast<float>(row.rows.size()) * square + px(6) + b.width(count, type(18)) <= w - px(6))
      for (size_t k = 0; k < row.rows.size(); ++k, x += square)
        b.fill({x, base - px(12), px(9.5f), px(9.5f)}, t_.text2);
    b.text(x + (x > swatch.x ? px(5) : 0), base, count, type(18), t_.text2);
  }
  return y + px(40) + size * (two ? 2.15f : 1) + px(34);
}

// One below the other, most first: narrow columns, many classes, categories.
float PageParts::classList(const Board& b, Rect r, float loose) const {
  const Choropleth& c = *s_.choropleth;
  const auto rows = legendClasses(s_, t_);
  const float size = type(20), pitch = size * (1.42f + 0.3f * loose), swatchWidth = px(46);
  float y = r.y, range = 0, count = 0;
  for (const LegendClass& row : rows) {
    range = std::max(range, b.width(row.range, size));
    count = std::max(count, b.width(fmt::format("{}", row.rows.size()), type(18)));
  }
  // The counts stand near what they count, not at the far end of a wide column.
  const float words = r.x + swatchWidth + px(12),
              end = std::min(r.right(), words + std::max(range, px(90)) + px(150));
  const bool squares = c.figures.size() <= 12 && words + range + count + px(110) <= r.right();
  for (const LegendClass& row : rows) {
    const float mid = y + pitch / 2, base = mid + size * 0.36f;
    const Rect swatch{r.x, mid - px(11), swatchWidth, px(22)};
    if (row.missing) b.drawing.add(HatchedRect{swatch, {t_.hatchLine, t_.hatchGround, px(9), px(1.4f)}});
    else if (c.onSymbols) b.drawing.add(Fill{Path::circle(swatch.centre(), px(10)), row.colour});
    else b.fill(swatch, row.colour);
    if (row.missing || !c.onSymbols) b.frame(swatch, row.missing ? t_.hatchLine : t_.measured, px(1));
    if (row.island) addIsland(b.drawing, swatch.centre(), t_, l_.unit);
    const std::string number = fmt::format("{}", row.rows.size());
    const float numberWidth = b.text(end, base, number, type(18), t_.text2, Align::right);
    b.textWithin(words, base, row.range, size, t_.text1, end - words - numberWidth - px(8));
    if (squares) {
      float x = end - count - px(6);
      for (size_t k = 0; k < row.rows.size() && x - px(12) > words + range + px(6); ++k, x -= px(12))
        b.fill({x - px(10), mid - px(4.8f), px(9.5f), px(9.5f)}, t_.text2);
    }
    if (row.turnsBelow) drawTurn(b, {r.x, y + pitch}, swatchWidth, *row.turnsBelow, l_.least);
    y += pitch;
  }
  return y + px(4);
}

// Symbols, lines, layers: in as many columns as there is room for; a long name has a second line.
float PageParts::entries(const Board& b, Rect r, float loose) const {
  const std::vector<Sample> samples = samplesOf(s_, t_, l_.style != PageStyle::slide);
  const float size = type(20), pitch = size * (1.66f + 0.34f * loose);
  std::vector<LegendSymbol> symbols;
  for (const Sample& sample : samples) symbols.push_back(sample.symbol);
  const int columns = std::clamp(static_cast<int>(r.w / (size * 10.2f)), 1, 6);
  const auto cells = legendCells(*fonts_, symbols, r.w, columns, size);
  float y = r.y;
  int row = 0;
  float tall = pitch;
  bool partly = false;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (cells[i].row != row) y += tall, row = cells[i].row, tall = pitch;
    const Sample& sample = samples[i];
    const float x = r.x + cells[i].x, right = x + cells[i].width, words = x + size * 2.1f;
    const float count =
        sample.symbol.count.empty() ? 0 : b.width(sample.symbol.count, size * 0.94f) + size * 0.35f;
    const float room = right - words - count;
    std::vector<std::string> lines{sample.symbol.name};
    if (b.width(sample.symbol.name, std::max(size * 0.88f, std::min(size, l_.least))) > room)
      lines = wrapped(sample.symbol.name, {Face::sans, size, 0, true}, room);
    const float mid = y + pitch / 2, extra = static_cast<float>(lines.size() - 1) * size * 1.15f;
    tall = std::max(tall, pitch + extra);
    const Vec at{x + size * 0.82f, mid};
    const float reach = size * 0.8f;
    switch (sample.kind) {
      case Sample::Kind::symbol:
        drawLegendSymbol(b, sample.symbol, at, size * 1.32f);
        break;
      case Sample::Kind::line:
        if (sample.casing.a)
          b.line({at.x - reach, mid}, {at.x + reach, mid}, sample.casing, px(sample.pen.width + 2.5f));
        b.line({at.x - reach, mid}, {at.x + reach, mid}, sample.pen.colour,
               px(std::max(1.f, sample.pen.width)));
        break;
      case Sample::Kind::arc:
        b.drawing.add(Stroke{Path{}
                                 .move({at.x - reach, mid + size * 0.3f})
                                 .cubic({at.x - reach * 0.3f, mid - size * 0.4f},
                                        {at.x + reach * 0.3f, mid - size * 0.45f}, {at.x + reach, mid}),
                             Pen{sample.pen.colour, px(5), {}, true}, px(2.4f)});
        break;
      case Sample::Kind::area: {
        const Rect box{at.x - reach, mid - size * 0.45f, 2 * reach, size * 0.9f};
        b.fill(box, sample.pen.colour);
        b.frame(box, t_.text3, px(1));
        break;
      }
      case Sample::Kind::dot:
        b.drawing.add(Fill{Path::circle(at, px(std::clamp(sample.pen.width, 2.f, 9.f))), sample.pen.colour});
        break;
    }
    if (count > 0)
      b.text(right, mid + size * 0.35f, sample.symbol.count, std::max(size * 0.94f, l_.least), t_.text3,
             Align::right);
    partly = partly || sample.symbol.count.find('/') != std::string::npos;
    if (lines.size() == 1) b.textWithin(words, mid + size * 0.35f, lines[0], size, t_.text1, room);
    else
      for (size_t k = 0; k < lines.size(); ++k)
        b.text(words, mid + size * 0.35f + static_cast<float>(k) * size * 1.15f, lines[k], size, t_.text1);
  }
  if (!samples.empty()) y += tall;
  if (partly && !s_.words.pieces.empty() && l_.style != PageStyle::slide)
    for (const std::string& line : wrapped(s_.words.pieces, {Face::sans, type(18), 0, true}, r.w))
      b.text(r.x, y += type(18) * 1.3f, line, type(18), t_.text3);
  return y + px(4);
}

}  // namespace scene
