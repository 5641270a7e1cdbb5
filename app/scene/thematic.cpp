#include "app/scene/thematic.h"

#include <algorithm>
#include <cmath>

#include "app/scene/theme.h"

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

// Classes below the centre take one arm of the ramp, those above the other; both arms are equally long, so
// that equal distances from the centre look alike whatever the data's own balance is.
std::vector<Rgba> aboutCentre(const Choropleth& map, bool dark) {
  const auto& bounds = map.breaks.upperBounds;
  const auto below = static_cast<int>(
      std::count_if(bounds.begin(), bounds.end(), [&](double b) { return b <= *map.centre; }));
  const int above = static_cast<int>(bounds.size()) - below, arm = std::max({below, above, 1});
  const auto ramp = palette("diverging", 2 * arm + 1, dark);
  std::vector<Rgba> colours;
  for (int i = 0; i < below; ++i) colours.push_back(ramp[static_cast<size_t>(arm - below + i)]);
  for (int i = 0; i < above; ++i) colours.push_back(ramp[static_cast<size_t>(arm + 1 + i)]);
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
    // Either axis may have fewer classes than asked for, where its figures are few: its ends keep their colours.
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

Rgba heatColour(double share, bool isSigned, bool dark) {
  const double amount = std::clamp(std::abs(share), 0.0, 1.0);
  if (!(amount > 0)) return {0, 0, 0, 0};
  Rgba colour;
  if (isSigned) {
    const auto ramp = palette("diverging", 7, dark);
    const double at = 3 + (share < 0 ? -3 : 3) * amount;
    const auto i = std::min(static_cast<size_t>(at), size_t{5});
    colour = mix(ramp[i], ramp[i + 1], at - static_cast<double>(i));
  } else {
    const auto ramp = palette("rose", 5, dark);
    const double at = amount * 4;
    const auto i = std::min(static_cast<size_t>(at), size_t{3});
    colour = mix(ramp[i], ramp[i + 1], at - static_cast<double>(i));
  }
  return colour.withAlpha(std::min(1.0, amount / 0.12));  // thin heat lets the ground through
}

std::shared_ptr<const std::vector<Rgba>> heatPixels(const Heat& heat, bool dark) {
  constexpr int steps = 1024;
  const bool isSigned = heat.low < 0;
  std::vector<Rgba> ramp;
  for (int i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / steps;
    ramp.push_back(heatColour(isSigned ? 2 * share - 1 : share, isSigned, dark).withAlpha(heat.opacity));
  }
  auto pixels = std::make_shared<std::vector<Rgba>>(heat.grid->values.size());
  const auto low = static_cast<float>(heat.low);
  const auto scale = static_cast<float>(steps / (heat.high > heat.low ? heat.high - heat.low : 1));
  for (size_t i = 0; i < pixels->size(); ++i) {
    const float v = heat.grid->values[i];
    if (std::isnan(v)) continue;
    const float at = std::clamp((v - low) * scale + 0.5f, 0.0f, static_cast<float>(steps));
    (*pixels)[i] = ramp[static_cast<size_t>(at)];
  }
  return pixels;
}

}  // namespace scene
