#include "app/scene/page_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"

namespace scene {
namespace {

constexpr float lookPx = 25.4f / 150;

size_t characters(std::string_view words) {
  return static_cast<size_t>(std::count_if(words.begin(), words.end(),
                                           [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

}  // namespace

PageLook pageLook(const PageSetup& setup) {
  PageLook l;
  l.style = setup.style;
  const float w = setup.width, h = setup.height;
  // What is no larger than a figure is laid out as one: a column would leave no map.
  if (l.style != PageStyle::slide && std::min(w, h) < 165) l.style = PageStyle::figure;
  // A sheet smaller than that is held close.
  const float small = lookPx * std::clamp(std::min(w, h) / 170, 0.77f, 1.f);
  switch (l.style) {
    case PageStyle::sheet:
      l.unit = l.mapUnit = small;
      l.title = 76, l.titleLeast = 34, l.sub = 24, l.margin = 64, l.gap = 30;
      break;
    case PageStyle::figure:  // read beside the text of a report; its map is small
      l.unit = 0.13f, l.mapUnit = std::clamp(0.1f * std::min(w / 160, h / 120), 0.085f, 0.13f);
      l.title = 32, l.titleLeast = 22, l.sub = 20, l.margin = 22, l.gap = 16, l.quiet = true;
      break;
    case PageStyle::poster:  // for two metres' distance on A0; on a smaller sheet one stands nearer
      l.unit = std::clamp(2.2f * lookPx * std::min(w, h) / 841, small, 2.2f * lookPx);
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
      return hasLegend();
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

float PageParts::heightIn(PagePart part, Rect frame) const {
  Drawing nowhere;
  return put(measuring(nowhere), part, {0, 0, frame.w, frame.h}, 0, 1e8, {});
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
      return notes(b, r, loose, text == oneLineNotes);
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
  return r.y + px(l_.style == PageStyle::slide ? 54 : 60);
}

}  // namespace scene
