#include "app/scene/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scene {

float Board::text(float x, float y, std::string_view words, float size, Rgba colour, Align align, Face face,
                  float letterSpacing, float halo) const {
  if (words.empty()) return 0;
  if (measuring && letterSpacing == 0) return width(words, size, face);
  Text item;
  item.run = drawing.fonts->shape(words, {face, size, letterSpacing, true});
  const float w = item.run.advance;
  item.origin = {align == Align::left ? x : align == Align::right ? x - w : x - w / 2, y};
  item.colour = colour;
  if (halo > 0) item.halo = theme.halo, item.haloWidth = halo;
  const auto missing = drawing.fonts->missing(words);
  drawing.missingGlyphs.insert(missing.begin(), missing.end());
  drawing.add(std::move(item));
  return w;
}

float Board::textWithin(float x, float y, std::string_view words, float size, Rgba colour, float most,
                        Align align, Face face) const {
  const float natural = width(words, size, face);
  if (natural <= most) return text(x, y, words, size, colour, align, face);
  const float narrowed = std::max({size * 0.8f, size * most / natural, std::min(size, least)});
  if (width(words, narrowed, face) <= most + 0.01f) return text(x, y, words, narrowed, colour, align, face);
  std::string cut(words);
  while (!cut.empty()) {
    unsigned char last;  // one whole character off the end
    do last = static_cast<unsigned char>(cut.back()), cut.pop_back();
    while (!cut.empty() && (last & 0xC0) == 0x80);
    if (width(cut + "…", narrowed, face) <= most) break;
  }
  return text(x, y, cut + "…", narrowed, colour, align, face);
}

float Board::width(std::string_view words, float size, Face face) const {
  if (!ruler) return drawing.fonts->width(words, {face, size, 0, true});
  std::string key(words);
  key += static_cast<char>(face);
  const auto [at, isNew] = ruler->try_emplace(std::move(key), 0.f);
  if (isNew) at->second = drawing.fonts->width(words, {face, 1, 0, true});
  return at->second * size;
}

void Board::fill(Rect r, Rgba colour) const { drawing.add(Fill{Path::rect(r), colour}); }

void Board::line(Vec a, Vec b, Rgba colour, float width, std::vector<float> dash) const {
  Path p;
  p.move(a).line(b);
  drawing.add(Stroke{std::move(p), Pen{colour, width, std::move(dash), false}, -1});
}

void Board::frame(Rect r, Rgba colour, float width) const {
  drawing.add(Stroke{Path::rect(r), Pen{colour, width, {}, false}, -1});
}

std::string formatNumber(double value, int decimals, bool grouped) {
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  if (!grouped) return digits;
  const size_t start = digits[0] == '-' ? 1 : 0;
  size_t dot = digits.find('.');
  if (dot == std::string::npos) dot = digits.size();
  if (dot - start < 5) return digits;  // four digits read well without a separator
  for (size_t i = dot; i > start + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string withMinus(std::string figure) {
  if (figure.starts_with('-')) figure.replace(0, 1, "−");
  return figure;
}

std::string formatSigned(double value, int decimals, bool grouped) {
  const std::string amount = formatNumber(std::abs(value), decimals, grouped);
  if (amount.find_first_of("123456789") == std::string::npos) return amount;
  return (value < 0 ? "−" : "+") + amount;
}

std::string formatTick(double level, const std::vector<double>& levels) {
  int decimals = 0;
  for (; decimals < 8; ++decimals) {
    const double unit = std::pow(10, -decimals);
    if (std::all_of(levels.begin(), levels.end(),
                    [&](double v) { return std::abs(std::remainder(v, unit)) < 1e-6 * unit; }))
      break;
  }
  return withMinus(formatNumber(level == 0 ? 0 : level, decimals));
}

std::string formatShort(double value) {
  std::string digits = fmt::format("{:.2f}", value);
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return digits;
}

}  // namespace scene
