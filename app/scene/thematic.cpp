#include "app/scene/thematic.h"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "app/scene/theme.h"
#include "geo/large_memory.h"

namespace scene {
namespace {

Rgba toneColour(Tone tone, bool dark) {
  switch (tone) {
    case Tone::highHigh:
      return dark ? Rgba{0xF2, 0xB5, 0x64, 255} : Rgba{0x91, 0x50, 0x0F, 255};
    case Tone::highLow:
      return dark ? Rgba{0x8A, 0x62, 0x38, 255} : Rgba{0xE3, 0xB8, 0x80, 255};
    case Tone::lowHigh:
      return dark ? Rgba{0x34, 0x6C, 0x8C, 255} : Rgba{0x9F, 0xC6, 0xD7, 255};
    case Tone::lowLow:
      return dark ? Rgba{0x6C, 0xC0, 0xE8, 255} : Rgba{0x13, 0x5A, 0x80, 255};
    case Tone::notSignificant:
      return dark ? Rgba{0x26, 0x2F, 0x38, 255} : Rgba{0xEC, 0xEA, 0xE5, 255};
    case Tone::island:
      return dark ? Rgba{0x3A, 0x43, 0x4C, 255} : Rgba{0xC9, 0xC6, 0xBF, 255};
  }
  return {};
}

// Classes below the centre take one arm of the ramp, those above the other. The arm that reaches farther from
// the centre has the ramp's whole length, the other its share of it, though never so little that its classes
// could not be told apart: equal changes up and down look alike.
std::vector<Rgba> aboutCentre(const Choropleth& map, bool dark) {
  const geo::Breaks& b = map.breaks;
  const double centre = *map.centre;
  const auto below = static_cast<size_t>(std::count_if(b.upperBounds.begin(), b.upperBounds.end(),
                                                       [&](double bound) { return bound <= centre; }));
  const size_t above = b.classes() - below;
  double down = 0, up = 0;
  for (size_t k = 0; k < b.classes(); ++k) {
    if (k < b.lowest.size() && std::isfinite(b.lowest[k])) down = std::max(down, centre - b.lowest[k]);
    if (k < b.highest.size() && std::isfinite(b.highest[k])) up = std::max(up, b.highest[k] - centre);
  }
  const double most = std::max(down, up), least = 0.6;
  const auto reach = [&](double own) { return most > 0 ? std::max(own / most, least) : 1; };
  const auto ramp = palette("diverging", 7, dark);
  const auto at = [&](double share) {  // −1 … 1
    const double t = (share + 1) / 2 * 6;
    const auto i = std::min(static_cast<size_t>(t), size_t{5});
    return mix(ramp[i], ramp[i + 1], t - static_cast<double>(i));
  };
  std::vector<Rgba> colours;
  for (size_t i = 0; i < below; ++i)
    colours.push_back(at(-reach(down) * static_cast<double>(below - i) / static_cast<double>(below)));
  for (size_t i = 0; i < above; ++i)
    colours.push_back(at(reach(up) * static_cast<double>(i + 1) / static_cast<double>(above)));
  return colours;
}

}  // namespace

size_t Choropleth::classes() const {
  if (!categories.empty()) return categories.size();
  return second ? breaks.classes() * second->breaks.classes() : breaks.classes();
}

int Choropleth::classOf(size_t row) const {
  if (!categories.empty()) return row < categoryOf.size() ? categoryOf[row] : -1;
  const int own = row < figures.size() ? breaks.classOf(figures[row].value) : -1;
  if (!second || own < 0) return own;
  const int other = row < second->figures.size() ? second->breaks.classOf(second->figures[row].value) : -1;
  return other < 0 ? -1 : other * static_cast<int>(breaks.classes()) + own;
}

std::vector<Rgba> classColours(const Choropleth& map, bool dark) {
  if (!map.categories.empty()) {
    std::vector<Rgba> colours;
    for (const Category& c : map.categories) colours.push_back(toneColour(c.tone, dark));
    return colours;
  }
  if (map.second) {
    // Either axis may have fewer classes than asked for, where its figures are few: its ends keep their
    // colours.
    const int a = static_cast<int>(map.breaks.classes()), b = static_cast<int>(map.second->breaks.classes());
    const int side = std::max({a, b, 2}) > 3 ? 4 : 3;
    const auto all = palette("bivariate", side * side, dark);
    const auto at = [&](int i, int n) { return n < 2 ? 0 : i * (side - 1) / (n - 1); };
    std::vector<Rgba> colours;
    for (int y = 0; y < b; ++y)
      for (int x = 0; x < a; ++x) colours.push_back(all[static_cast<size_t>(at(y, b) * side + at(x, a))]);
    return colours;
  }
  if (map.centre) return aboutCentre(map, dark);
  return palette(map.palette, static_cast<int>(map.breaks.classes()), dark);
}

float symbolRadius(const SizedSymbols& s, double value, float largestRadius) {
  if (!(s.largest > 0) || !std::isfinite(value)) return 0;
  const double share = std::min(std::abs(value) / s.largest, 1.0);
  return largestRadius * static_cast<float>(std::pow(share, s.flannery ? 0.5716 : 0.5));
}

// Thin heat lets the ground through. Where there is none the colour stays that of the thinnest: viewers that
// mix colour and alpha apart must find no black at its edge.
Rgba heatColour(double share, bool isSigned, bool dark) {
  const double amount = std::clamp(std::abs(share), 0.0, 1.0);
  const auto ramp = isSigned ? palette("diverging", 7, dark) : palette("rose", 5, dark);
  const double at = isSigned ? 3 + (share < 0 ? -3 : 3) * amount : amount * 4;
  const auto i = std::min(static_cast<size_t>(at), ramp.size() - 2);
  return mix(ramp[i], ramp[i + 1], at - static_cast<double>(i)).withAlpha(std::min(1.0, amount / 0.12));
}

double heatShare(const Heat& heat, double value) {
  if (heat.low < 0) {
    const double most = std::max(-heat.low, heat.high);
    return most > 0 ? std::clamp(value / most, -1.0, 1.0) : 0;
  }
  return heat.high > heat.low ? std::clamp((value - heat.low) / (heat.high - heat.low), 0.0, 1.0) : 0;
}

std::shared_ptr<const std::vector<Rgba>> heatPixels(const Heat& heat, bool dark) {
  constexpr int steps = 1024;
  const bool isSigned = heat.low < 0;
  // The table runs over the shares that the domain has: −1 … 1, or 0 … 1.
  std::vector<Rgba> ramp;
  for (int i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / steps;
    ramp.push_back(heatColour(isSigned ? 2 * share - 1 : share, isSigned, dark).withAlpha(heat.opacity));
  }
  const double most = std::max(-heat.low, heat.high), low = isSigned ? -most : heat.low,
               span = isSigned ? 2 * most : heat.high - heat.low;
  const auto& values = heat.grid->values;
  const auto from = static_cast<float>(low), scale = static_cast<float>(span > 0 ? steps / span : 0);
  ramp.push_back(heatColour(0, isSigned, dark).withAlpha(0));  // no number
  // Written once, where it stays: filling so many megabytes before would take as long again.
  auto pixels = std::make_shared<std::vector<Rgba>>();
  pixels->reserve(values.size());
  geo::inLargePages(pixels->data(), values.size() * sizeof(Rgba));
  const auto colours = std::views::transform(values, [&](float v) -> const Rgba& {
    const float at = std::min(std::max((v - from) * scale + 0.5f, 0.0f), static_cast<float>(steps));
    return ramp[v == v ? static_cast<size_t>(static_cast<int>(at)) : size_t{steps + 1}];
  });
  pixels->assign(colours.begin(), colours.end());
  return pixels;
}

std::shared_ptr<const std::vector<Rgba>> binColours(const Heat& heat, bool dark) {
  auto colours = std::make_shared<std::vector<Rgba>>();
  for (const double v : *heat.binValues) {
    // A bin that is there holds something: the palest of them is still seen.
    const double share = heatShare(heat, v);
    const Rgba full = heatColour(share, heat.low < 0, dark);
    colours->push_back(std::isfinite(v) ? Rgba{full.r, full.g, full.b, 255}.withAlpha(heat.opacity)
                                        : Rgba{0, 0, 0, 0});
  }
  return colours;
}

}  // namespace scene
