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

constexpr float lookPx = 25.4f / 150;
constexpr size_t allAreas = 14, firstAreas = 10;  // up to here a table has them all; else the first ones

size_t characters(std::string_view words) {
  return static_cast<size_t>(std::count_if(words.begin(), words.end(),
                                           [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

// What only a page's legend says: lines of the map and layers without a symbol.
struct Sample {
  enum class Kind : uint8_t { symbol, line, area, dot, arc } kind = Kind::symbol;
  LegendSymbol symbol;
  Pen pen;
  Rgba casing{0, 0, 0, 0};
};

// Of a slide only what stands out: its legend is read at a glance.
std::vector<Sample> samplesOf(const Scene& s, const Theme& t, bool lines = true) {
  std::vector<Sample> all;
  for (LegendSymbol& e : legendSymbols(s))
    if (lines || e.symbol) all.push_back({Sample::Kind::symbol, std::move(e), {}, {}});
  const auto add = [&](Sample::Kind kind, const std::string& name, Pen pen, Rgba casing = {0, 0, 0, 0}) {
    if (!name.empty()) all.push_back({kind, {std::nullopt, Certainty::known, name, ""}, pen, casing});
  };
  if (!s.leads.empty()) add(Sample::Kind::arc, s.words.leadArcs, Pen{t.core, 5, {}, true});
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

PageLook pageLook(const PageSetup& setup) {
  PageLook l;
  l.style = setup.style;
  const float w = setup.width, h = setup.height;
  switch (setup.style) {
    case PageStyle::sheet:
      l.title = 76, l.titleLeast = 34, l.sub = 24, l.margin = 64, l.gap = 30;
      break;
    case PageStyle::figure:  // read beside the text of a report; its map is small
      l.unit = 0.13f, l.mapUnit = std::clamp(0.1f * std::min(w / 160, h / 120), 0.085f, 0.13f);
      l.title = 32, l.titleLeast = 22, l.sub = 20, l.margin = 22, l.gap = 16, l.quiet = true;
      break;
    case PageStyle::poster:  // for two metres' distance on A0; on a smaller sheet one stands nearer
      l.unit = std::clamp(2.2f * lookPx * std::min(w, h) / 841, lookPx, 2.2f * lookPx);
      l.mapUnit = l.unit;
      l.title = 84, l.titleLeast = 40, l.sub = 28, l.margin = 70, l.gap = 34;
      break;
    case PageStyle::slide:  // a slide has no size of its own: it is thrown on a wall
      l.unit = std::clamp(0.19f * std::min(w / 338, h / 190), 0.13f, 2.f);
      l.mapUnit = l.unit * 0.74f;
      l.title = 52, l.titleLeast = 30, l.sub = 23, l.margin = 50, l.gap = 28;
      break;
  }
  for (float* v : {&l.margin, &l.gap, &l.title, &l.titleLeast, &l.sub}) *v *= l.unit;
  l.least = std::max(leastType, 12.5f * l.unit), l.mapLeast = std::max(leastType, 15 * l.mapUnit);
  // A narrow sheet has narrow margins.
  l.margin = std::max(l.margin * std::min(1.f, std::min(w, h) / (900 * l.unit)), 2.5f);
  return l;
}

std::string scaleWords(double denominator) {
  std::string digits = fmt::format("{:.0f}", denominator), out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i && (digits.size() - i) % 3 == 0) out += ' ';
    out += digits[i];
  }
  return "1:" + out;
}

std::vector<std::string> wrapWell(const Typesetter& fonts, std::string_view words, const TextStyle& style,
                                  float width) {
  auto lines = fonts.wrap(words, style, width);
  const auto orphan = [](const std::vector<std::string>& l) {
    return l.size() > 1 && characters(l.back()) < 3;
  };
  for (float w = width * 0.97f; orphan(lines) && w > width * 0.7f; w -= width * 0.03f) {
    auto other = fonts.wrap(words, style, w);
    if (other.size() > lines.size()) break;
    lines = std::move(other);
  }
  return lines;
}

std::vector<std::string> wrapEven(const Typesetter& fonts, std::string_view words, const TextStyle& style,
                                  float width) {
  auto lines = fonts.wrap(words, style, width);
  if (lines.size() < 2) return lines;
  float low = 0, high = width;
  for (int i = 0; i < 9; ++i) {
    const float mid = (low + high) / 2;
    auto tried = fonts.wrap(words, style, mid);
    bool fits = tried.size() <= lines.size();  // a word longer than that would stick out
    for (const std::string& line : tried) fits = fits && fonts.width(line, style) <= mid * 1.001f;
    if (fits) high = mid, lines = std::move(tried);
    else low = mid;
  }
  return lines;
}

PageParts::PageParts(const Scene& scene, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup)
    : s_(scene), t_(theme), fonts_(std::move(fonts)), setup_(setup), l_(pageLook(setup)) {}

float PageParts::type(float v) const { return std::max(px(v), l_.least); }

// What there is
// -----------------------------------------------------------------------------------------------------------------

bool PageParts::says(PagePart part) const {
  switch (part) {
    case PagePart::title:
      return !titleText().empty();
    case PagePart::legend:
      return (s_.choropleth && !s_.choropleth->figures.empty()) || s_.heat || s_.sized || s_.weights ||
             !samplesOf(s_, t_, l_.style != PageStyle::slide).empty();
    case PagePart::figures:
      return !s_.table.empty() && !s_.areaNames.empty();
    case PagePart::ranking:
      return s_.choropleth && s_.choropleth->categories.empty() && s_.choropleth->figures.size() > 1 &&
             s_.choropleth->areaNames.size() == s_.choropleth->figures.size();
    case PagePart::targets:
      return !s_.ledger.empty();
    case PagePart::notes:
      return !s_.notes.empty() || !s_.credits.empty() || !s_.unplaced.empty() ||
             (s_.choropleth && !s_.choropleth->sourceText.empty());
    case PagePart::mark:
      return s_.internal && !s_.words.internalUse.empty();
    case PagePart::logo:
      return setup_.logo && setup_.logo->columns > 0 && setup_.logo->rows > 0;
    case PagePart::text:
      return false;  // only where somebody put one
    default:
      return true;
  }
}

float PageParts::leastWidth(PagePart part) const {
  switch (part) {
    case PagePart::title:
      return px(l_.quiet ? 300 : 420);
    case PagePart::legend:
      return px(s_.choropleth && s_.choropleth->second ? 300 : 230);
    case PagePart::figures:
      return px(focused() ? 330 : 400);
    case PagePart::ranking:
      return px(280);
    case PagePart::targets:
      return px(250);
    case PagePart::notes:
      return px(200);
    case PagePart::footer:
      return px(300);
    case PagePart::mark:
      return widthOf(PagePart::mark, px(34));
    case PagePart::logo:
      return px(40);
    case PagePart::text:
      return px(60);
    default:
      return px(100);
  }
}

float PageParts::widthOf(PagePart part, float height) const {
  if (part == PagePart::logo)
    return setup_.logo
               ? height * static_cast<float>(setup_.logo->columns) / static_cast<float>(setup_.logo->rows)
               : 0;
  const float size = height * 0.58f, space = zh() ? 0.18f : 0.04f;
  return fonts_->width(s_.words.internalUse, {Face::sansBold, size, space, true}) + size * 1.1f;
}

Board PageParts::measuring(Drawing& nowhere) const {
  nowhere.fonts = fonts_;
  return {nowhere, t_, l_.unit, l_.least, &ruler_, true};
}

std::vector<std::string> PageParts::wrapped(std::string_view words, const TextStyle& style,
                                            float width) const {
  const auto key = std::tuple(std::string(words), style.face, style.size, width);
  if (const auto found = wraps_.find(key); found != wraps_.end()) return found->second;
  return wraps_[key] = wrapWell(*fonts_, words, style, width);
}

float PageParts::height(PagePart part, float width, float loose, const std::string& text) const {
  // Rows open evenly: between the tightest and the loosest every height is on a straight line.
  const auto at = [&](bool open) {
    const auto key = std::tuple(part, width, open, text);
    if (const auto found = heights_.find(key); found != heights_.end()) return found->second;
    Drawing nowhere;
    return heights_[key] = put(measuring(nowhere), part, {0, 0, width, 0}, open, 1e8, text);
  };
  return loose <= 0 ? at(false) : at(false) + (at(true) - at(false)) * loose;
}

float PageParts::leastHeight(PagePart part, float width, const std::string& text) const {
  if (part == PagePart::mark) return l_.least / 0.58f;
  if (part == PagePart::logo) return px(30);
  if (part != PagePart::title) return height(part, width, 0, text);
  Drawing nowhere;
  return title(measuring(nowhere), {0, 0, width, 0.01f});
}

void PageParts::draw(Drawing& d, PagePart part, Rect r, float loose, double denominator,
                     const std::string& text) const {
  put({d, t_, l_.unit, l_.least, &ruler_}, part, r, loose, denominator, text);
}

float PageParts::put(const Board& b, PagePart part, Rect r, float loose, double denominator,
                     const std::string& text) const {
  switch (part) {
    case PagePart::title:
      return title(b, r);
    case PagePart::legend:
      return legend(b, r, loose);
    case PagePart::figures:
      return focused() ? ownFigures(b, r, loose) : table(b, r, loose);
    case PagePart::ranking:
      return ranking(b, r, loose);
    case PagePart::targets:
      return targets(b, r, loose);
    case PagePart::notes:
      return notes(b, r, loose);
    case PagePart::footer:
      return footer(b, r, denominator);
    case PagePart::mark:
      return mark(b, r);
    case PagePart::logo:
      return logo(b, r);
    case PagePart::text:
      return words(b, r, text);
    default:
      return r.y;
  }
}

float PageParts::head(const Board& b, Rect r, const std::string& title, const std::string& right) const {
  if (l_.quiet) {
    b.textWithin(r.x, r.y + px(24), title, type(22), t_.text1, r.w, Align::left, Face::sansBold);
    return r.y + px(38);
  }
  b.line({r.x, r.y + px(1.5f)}, {r.right(), r.y + px(1.5f)}, t_.text1, px(3));
  const float base = r.y + px(41),
              w = b.textWithin(r.x, base, title, type(27), t_.text1, r.w, Align::left, Face::sansBold);
  if (b.width(right, type(19)) * 0.85f + w + px(16) <= r.w)
    b.textWithin(r.right(), base, right, type(19), t_.text2, r.w - w - px(16), Align::right);
  return r.y + px(60);
}

// Title
// -----------------------------------------------------------------------------------------------------------------

std::string PageParts::focusName() const {
  if (!s_.focus || s_.focus->row < 0) return {};
  const auto row = static_cast<size_t>(s_.focus->row);
  if (row < s_.areaNames.size() && s_.focus->layer == s_.cityLayer) return s_.areaNames[row];
  const SceneLayer* layer = findLayer(s_, s_.focus->layer);
  return layer && row < layer->labels.size() ? layer->labels[row] : "";
}

std::string PageParts::what() const {
  std::string words;
  if (s_.choropleth) {
    words = nameOf(s_, *s_.choropleth);
    if (s_.choropleth->second) words += " × " + s_.choropleth->second->name;
    if (s_.choropleth->year)
      words += fmt::format(fmt::runtime(zh() ? "（{} 年）" : " ({})"), yearsOf(*s_.choropleth));
  }
  const auto add = [&](const std::string& more) {
    if (!more.empty() && words.find(more) == words.npos) words += (words.empty() ? "" : " · ") + more;
  };
  if (s_.sized) add(s_.sized->name);
  if (s_.heat) add(s_.heat->name);
  return words;
}

std::string PageParts::titleText() const {
  const std::string area = focusName(), map = what();
  if (!area.empty()) return map.empty() ? area : area + " · " + map;
  return s_.title.empty() ? map : s_.title;
}

float PageParts::title(const Board& b, Rect r) const {
  const std::string words = titleText();
  const Face face = l_.quiet || l_.style == PageStyle::slide ? Face::sansBold : Face::serifBold;
  const float badgeType = type(l_.quiet ? 18 : 24),
              badgeWidth = s_.illustrative
                               ? badgeType * 2.6f +
                                     b.width(s_.words.illustrativeBadge, badgeType, Face::sansBold) + px(26)
                               : 0;
  // One line while that stays large; then two, three …, each time as large as the lines allow.
  const float whole = fonts_->width(words, {face, l_.title, 0, true});
  float size = l_.title * std::min(1.f, r.w / std::max(whole, 1e-3f));
  std::vector<std::string> lines{words};
  constexpr float shrink[] = {0.6f, 0.45f, 0.36f};
  float most = l_.title;
  for (size_t n = 1; n <= 3; ++n) {
    const float least = std::max({l_.title * shrink[n - 1], l_.titleLeast, l_.least});
    const bool last = n == 3;
    bool fits = false;
    for (size = std::min(most, l_.title * static_cast<float>(n) * r.w / std::max(whole, 1e-3f)); !fits;
         size *= 0.96f) {
      size = std::max(size, least);
      lines = fonts_->wrap(words, {face, size, 0, true}, r.w);
      fits = lines.size() <= n;
      if (size <= least) break;
      if (fits) break;
    }
    if (fits || last) break;
    most = l_.title * 0.72f;
  }
  if (r.h > 0)  // put there by hand: not taller than that while it stays legible
    for (const float least = std::max(l_.titleLeast * 0.7f, l_.least);
         size > least && static_cast<float>(lines.size()) * size * 1.25f > r.h;) {
      size = std::max(size * 0.95f, least);
      lines = fonts_->wrap(words, {face, size, 0, true}, r.w);
    }
  if (lines.size() > 1) lines = wrapEven(*fonts_, words, {face, size, 0, true}, r.w);
  float y = r.y, width = 0;
  for (const std::string& line : lines) {
    y += size * (y > r.y ? 1.25f : 0.98f);
    width = b.text(r.x, y, line, size, t_.text1, Align::left, face);
  }
  const float base = y;
  y += size * 0.2f;

  std::string sub;
  const auto add = [&](const std::string& more) {
    if (!more.empty() && words.find(more) == words.npos) sub += (sub.empty() ? "" : " · ") + more;
  };
  if (!focusName().empty()) add(s_.title);
  else add(what().empty() ? s_.subtitle : what());
  add(s_.name);
  if (l_.style != PageStyle::figure) add(s_.period);
  const bool beside = width + badgeWidth <= r.w;
  const float room = r.w - (beside ? 0 : badgeWidth);
  float badgeY = base - size * 0.36f - badgeType * 0.95f, badgeX = r.x + width + px(26);
  if (!sub.empty() && r.w > px(200)) {
    const auto more = wrapped(sub, {Face::sans, std::max(l_.sub, l_.least), 0, true}, room);
    y += l_.sub * 0.25f;
    if (!beside) badgeY = y + l_.sub * 1.1f - badgeType * 1.32f, badgeX = r.right() - badgeWidth + px(26);
    for (const std::string& line : more)
      y += l_.sub * 1.4f, b.text(r.x, y - l_.sub * 0.25f, line, std::max(l_.sub, l_.least), t_.text2);
  } else if (!beside && s_.illustrative) {
    badgeY = y + px(6), badgeX = r.x, y += badgeType * 2.2f;
  }
  if (s_.illustrative) drawBadge(b, badgeX, badgeY, badgeType, s_.words.illustrativeBadge, Align::left);
  return std::max(y, s_.illustrative ? badgeY + badgeType * 1.9f : y);
}

// Legend
// -----------------------------------------------------------------------------------------------------------------

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
  const float size = type(20), pitch = size * (1.66f + 0.5f * loose);
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
    if (b.width(sample.symbol.name, size) * 0.88f > room)
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
  if (partly && !s_.words.pieces.empty())
    for (const std::string& line : wrapped(s_.words.pieces, {Face::sans, type(18), 0, true}, r.w))
      b.text(r.x, y += type(18) * 1.3f, line, type(18), t_.text3);
  return y + px(4);
}

// Figures
// -----------------------------------------------------------------------------------------------------------------

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
    w = std::max(w, b.width(c.name, small) * 0.54f);  // a name may stand on two lines
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

// Words
// -----------------------------------------------------------------------------------------------------------------

float PageParts::notes(const Board& b, Rect r, float loose) const {
  const bool compact = l_.quiet || l_.style == PageStyle::slide;
  std::vector<std::string> paragraphs;
  const auto join = [&](std::string& to, const std::string& more) {
    if (!more.empty() && to.find(more) == to.npos) to += (to.empty() ? "" : zh() ? "；" : "; ") + more;
  };
  std::string sources;
  if (s_.choropleth) join(sources, s_.choropleth->sourceText);
  if (s_.choropleth && s_.choropleth->second) join(sources, s_.choropleth->second->sourceText);
  if (compact) {
    for (const std::string& credit : s_.credits) join(sources, credit);
    if (!sources.empty()) paragraphs.push_back(s_.words.sources + (zh() ? "：" : ": ") + sources);
  } else {
    paragraphs = s_.notes;
    if (!s_.unplaced.empty()) {
      std::string names;
      for (const Unplaced& u : s_.unplaced) names += (names.empty() ? "" : zh() ? "、" : ", ") + u.name;
      paragraphs.push_back(s_.words.unplaced + (zh() ? "：" : ": ") + names);
    }
    if (!sources.empty()) paragraphs.push_back(sources);
    std::string credits;
    for (const std::string& credit : s_.credits) join(credits, credit);
    if (!credits.empty()) paragraphs.push_back(credits);
  }
  const float size = type(compact && !l_.quiet ? 16 : 17), pitch = size * (1.38f + 0.16f * loose);
  float y = r.y;
  if (!compact) y = head(b, r, s_.words.notes, "") - px(4);
  for (const std::string& p : paragraphs)
    for (const std::string& line : wrapped(p, {Face::sans, size, 0, true}, r.w))
      y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, compact ? t_.text3 : t_.text2);
  return y;
}

float PageParts::footer(const Board& b, Rect r, double denominator) const {
  const float size = type(l_.quiet ? 16.5f : l_.style == PageStyle::slide ? 15 : 20), pitch = size * 1.5f;
  std::string right = s_.reviewNumber.empty() ? (l_.quiet ? "" : s_.words.reviewPending)
                                              : s_.words.reviewNumber + s_.reviewNumber;
  const auto add = [&](std::string& to, const std::string& more) {
    if (!more.empty()) to += (to.empty() ? "" : " · ") + more;
  };
  if (!s_.date.empty()) add(right, s_.words.madeOn + " " + s_.date);
  std::string left = s_.crsLongText;
  if (!l_.quiet) left += (left.empty() ? "" : "   ") + scaleWords(denominator);
  const float number = setup_.number.empty() ? 0 : b.width(setup_.number, size, Face::sansBold) + px(28);
  const auto one = wrapped(left, {Face::sans, size, 0, true}, r.w - (number > 0 ? number : 0));
  const float leftWidth = b.width(left, size), rightWidth = b.width(right, size);
  float y = r.y;
  const bool together = leftWidth + px(36) + rightWidth + number <= r.w;
  if (together) {
    y += pitch;
    b.text(r.x, y - pitch * 0.28f, left, size, t_.text2);
    b.text(r.right() - number, y - pitch * 0.28f, right, size, t_.text2, Align::right);
  } else {
    for (const std::string& line : one)
      if (!left.empty()) y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text2);
    if (!right.empty())
      for (const std::string& line : wrapped(right, {Face::sans, size, 0, true}, r.w - number))
        y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text2);
  }
  if (number > 0) {
    if (y == r.y) y += pitch;
    b.text(r.right(), y - pitch * 0.28f, setup_.number, size, t_.text1, Align::right, Face::sansBold);
  }
  return y;
}

// As a stamp is: a double frame, spaced letters.
float PageParts::mark(const Board& b, Rect r) const {
  float h = r.h > 0 ? r.h : px(l_.quiet ? 30 : 50);
  if (r.w > 0) h = std::min(h, h * r.w / std::max(widthOf(PagePart::mark, h), 1e-3f));
  h = std::max(h, l_.least / 0.58f);
  const float w = widthOf(PagePart::mark, h), size = h * 0.58f, space = zh() ? 0.18f : 0.04f;
  const Rect box{r.w > 0 ? r.x + (r.w - w) / 2 : r.x, r.h > 0 ? r.y + std::max(0.f, (r.h - h) / 2) : r.y, w,
                 h};
  b.frame(box.grown(-h * 0.025f), t_.core, h * 0.05f);
  b.frame(box.grown(-h * 0.1f), t_.core, h * 0.02f);
  const float own = fonts_->width(s_.words.internalUse, {Face::sansBold, size, space, true}) - size * space;
  b.text(box.centre().x - own / 2, box.centre().y + size * 0.37f, s_.words.internalUse, size, t_.core,
         Align::left, Face::sansBold, space);
  return r.y + std::max(r.h, h);
}

float PageParts::logo(const Board& b, Rect r) const {
  if (!setup_.logo || setup_.logo->columns <= 0 || setup_.logo->rows <= 0) return r.y;
  const Picture& picture = *setup_.logo;
  const float k = std::min(r.w / static_cast<float>(picture.columns),
                           (r.h > 0 ? r.h : 1e9f) / static_cast<float>(picture.rows));
  const float w = k * static_cast<float>(picture.columns), h = k * static_cast<float>(picture.rows);
  Image image;
  image.rect = {r.x + (r.w - w) / 2, r.h > 0 ? r.y + (r.h - h) / 2 : r.y, w, h};
  image.pixels = {setup_.logo, &picture.pixels}, image.columns = picture.columns, image.rows = picture.rows;
  b.drawing.add(std::move(image));
  return r.y + std::max(r.h, h);
}

float PageParts::words(const Board& b, Rect r, const std::string& text) const {
  const float size = type(20), pitch = size * 1.5f;
  float y = r.y;
  for (const std::string& line : wrapped(text, {Face::sans, size, 0, true}, r.w))
    y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text1);
  return y;
}

}  // namespace scene
