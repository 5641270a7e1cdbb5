#include "app/scene/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace scene {
namespace {

constexpr Rgba hex(uint32_t rgb, double alpha = 1) {
  return {static_cast<uint8_t>(rgb >> 16), static_cast<uint8_t>(rgb >> 8), static_cast<uint8_t>(rgb),
          static_cast<uint8_t>(alpha * 255 + 0.5)};
}

Theme makeDark() {
  Theme t;
  t.dark = true;
  t.background = hex(0x0B1118), t.panel = hex(0x111A23), t.bar = hex(0x0E161E), t.land = hex(0x141E28);
  t.neighbour = hex(0x121B24), t.neighbourBorder = hex(0x2A3744);
  t.waterOutside = hex(0x2F6E95, 0.5), t.waterInside = hex(0x8CC7E6), t.waterName = hex(0x6FAFD6);
  t.cityBorder = hex(0xD6E6EC), t.countyBorder = hex(0x8FB3C4), t.countyCasing = hex(0x0B1118);
  t.text1 = hex(0xF2F5F7), t.text2 = hex(0xB7C3CE), t.text3 = hex(0x8797A6), t.rule = hex(0x2A3642);
  t.halo = hex(0x0B1118);
  t.core = hex(0xFFB547), t.node = hex(0xFFDDA6), t.agriPark = hex(0x35B88A), t.platform = hex(0xC3B5FF);
  t.enterprise = hex(0xE8EDF2), t.station = hex(0x9FC6D3), t.town = hex(0xA9B7C3), t.rail = hex(0xF2F5F7);
  t.warning = hex(0xFF93B0);
  t.hatchLine = hex(0x5E7080), t.hatchGround = hex(0x16202A);
  t.accent = hex(0x5CC1D6), t.measured = hex(0x3F93AB);
  return t;
}

Theme makeLight() {
  Theme t;
  t.dark = false;
  t.background = hex(0xF6F5F1), t.panel = hex(0xFAF9F6), t.bar = hex(0xE9E7E1), t.land = hex(0xFBFAF7);
  t.neighbour = hex(0xEDEBE4), t.neighbourBorder = hex(0xCFCBC0);
  t.waterOutside = hex(0x5B9CC4, 0.5), t.waterInside = hex(0x3E86B5), t.waterName = hex(0x2A6A96);
  t.cityBorder = hex(0x22343F), t.countyBorder = hex(0x5F7684), t.countyCasing = hex(0xFFFFFF);
  t.text1 = hex(0x17212A), t.text2 = hex(0x46535E), t.text3 = hex(0x5B6771), t.rule = hex(0xD8D4CA);
  t.halo = hex(0xFFFFFF);
  t.core = hex(0xB7380A), t.node = hex(0xD9701A), t.agriPark = hex(0x1B7A48), t.platform = hex(0x5A48B8);
  t.enterprise = hex(0x3A4550), t.station = hex(0x3C6A7C), t.town = hex(0x5A6670), t.rail = hex(0x17212A);
  t.warning = hex(0xA8245E);
  t.hatchLine = hex(0xA9A498), t.hatchGround = hex(0xFFFFFF);
  t.accent = hex(0x0F6F8A), t.measured = hex(0x3F8AA3);
  return t;
}

Theme makePaper() {
  Theme t = makeLight();
  t.background = t.panel = hex(0xFFFFFF);
  return t;
}

// Oklab (Ottosson 2020): equal steps look equal.
struct Lab {
  double l = 0, a = 0, b = 0;
};

double linear(uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

uint8_t encoded(double linear) {
  const double c = std::clamp(linear, 0.0, 1.0);
  return static_cast<uint8_t>(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055) +
                              0.5);
}

Lab labFrom(Rgba c) {
  const double r = linear(c.r), g = linear(c.g), b = linear(c.b);
  const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

Rgba rgbaFrom(Lab c, double alpha) {
  const auto cube = [](double v) { return v * v * v; };
  const double l = cube(c.l + 0.3963377774 * c.a + 0.2158037573 * c.b);
  const double m = cube(c.l - 0.1055613458 * c.a - 0.0638541728 * c.b);
  const double s = cube(c.l - 0.0894841775 * c.a - 1.2914855480 * c.b);
  return {encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
          static_cast<uint8_t>(std::clamp(alpha, 0.0, 255.0) + 0.5)};
}

// Palettes

struct Ramp {
  std::string_view name;
  bool diverging = false;
  std::vector<uint32_t> dark, light;  // stops, low → high
};

// Every ramp but "diverging" has one hue and monotone lightness: more is lighter on dark ground, darker on
// light.
const std::vector<Ramp>& ramps() {
  static const std::vector<Ramp> all = {
      {"teal",
       false,
       {0x142D3C, 0x1B4152, 0x225669, 0x2B6D81, 0x38869B, 0x4FA2B5, 0x74C0CE},
       {0xEDF4F5, 0xD0E4E9, 0xABCFD9, 0x82B6C6, 0x5699B0, 0x347B95, 0x1A5C77}},
      {"rose",
       false,
       {0x2E1C36, 0x5C2B60, 0x94417A, 0xCC6488, 0xF6A9A6},
       {0xF8E6E8, 0xEBB7C4, 0xD17D9C, 0xA1447A, 0x63235A}},
      {"amber",
       false,
       {0x3C2400, 0x543402, 0x6D4501, 0x895800, 0xA66C05, 0xC4862A, 0xE0A558},
       {0xF7F1EA, 0xEEDDC8, 0xE1C29D, 0xD0A46D, 0xB98235, 0x9A6403, 0x744A01}},
      {"green",
       false,
       {0x0B321F, 0x13472E, 0x1B5D3D, 0x26744E, 0x348E61, 0x4EAA79, 0x75C799},
       {0xEDF5F0, 0xD0E6D8, 0xABD3BA, 0x81BC99, 0x52A176, 0x2A8458, 0x05653E}},
      {"violet",
       false,
       {0x2B2348, 0x3D3264, 0x514381, 0x6655A0, 0x7D6AC1, 0x9783E1, 0xB4A3FB},
       {0xF2F1FA, 0xE0DCF6, 0xC8C1EF, 0xADA2E4, 0x907FD2, 0x7461B6, 0x574492}},
      {"grey",
       false,
       {0x282A2C, 0x393D3F, 0x4B5052, 0x5F6568, 0x757C7F, 0x8F969A, 0xACB3B7},
       {0xF2F2F3, 0xDEE0E1, 0xC5C8CA, 0xA8ADB0, 0x899093, 0x6C7276, 0x4F5559}},
      {"diverging",
       true,
       {0x6CC0E8, 0x3E8DB8, 0x2A5C78, 0x2B343C, 0x7A5530, 0xBA7F3A, 0xF2B564},
       {0x135A80, 0x4D92B4, 0xA3C8D8, 0xF1EFEA, 0xEBC596, 0xCF8B43, 0x91500F}}};
  return all;
}

// Classes whose colours were chosen one by one.
std::vector<uint32_t> designed(std::string_view name, int classes, bool dark) {
  if (name == "teal" && classes == 4)
    return dark ? std::vector<uint32_t>{0x1B3B4E, 0x24586F, 0x2F7A93, 0x4BA3B8}
                : std::vector<uint32_t>{0xDCEBEE, 0xAFD3DC, 0x74AFC2, 0x3B829D};
  if (name == "teal" && classes == 5)
    return dark ? std::vector<uint32_t>{0x173344, 0x1F4D63, 0x29697F, 0x3A8AA1, 0x5BB1C4}
                : std::vector<uint32_t>{0xE6F0F2, 0xBFDCE3, 0x8DBFCE, 0x5299B1, 0x266F8C};
  if (name == "bivariate" && classes != 16)  // three rows of B, A runs left → right
    return dark ? std::vector<uint32_t>{0x1E272E, 0x2B5F78, 0x45A3C4, 0x6B4A2A, 0x6C7075,
                                        0x8FB9C9, 0xC27F33, 0xD5AE80, 0xF3EAD9}
                : std::vector<uint32_t>{0xECECE8, 0x9CC6D6, 0x3E92B5, 0xEBC08E, 0xA29C93,
                                        0x3F6C83, 0xCF7A22, 0x8E5A2C, 0x2E3238};
  return {};
}

// Sixteen colours on the square that nine span: the corners stay, what lies between is mixed.
std::vector<Rgba> finer(const std::vector<Rgba>& nine) {
  std::vector<Rgba> colours;
  const auto along = [](int step) {  // 0 … 3 → a place among three: which, and how far to the next
    const double at = step * 2 / 3.0;
    const int i = std::min(static_cast<int>(at), 1);
    return std::pair(i, at - i);
  };
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x) {
      const auto [i, s] = along(x);
      const auto [j, t] = along(y);
      const auto at = [&, i = i, j = j](int dx, int dy) {
        return nine[static_cast<size_t>((j + dy) * 3 + i + dx)];
      };
      colours.push_back(mix(mix(at(0, 0), at(1, 0), s), mix(at(0, 1), at(1, 1), s), t));
    }
  return colours;
}

// Part of a seven-stop ramp that few classes use: its ends are kept for many.
std::pair<double, double> span(size_t stops, int classes) {
  if (stops < 7 || classes > 5) return {0, 1};
  return classes == 5 ? std::pair(0.04, 0.92) : std::pair(0.1, 0.86);
}

}  // namespace

Rgba Theme::role(Role role) const {
  switch (role) {
    case Role::county:
      return measured;
    case Role::core:
      return core;
    case Role::node:
      return node;
    case Role::agriPark:
      return agriPark;
    case Role::station:
      return station;
    case Role::platform:
      return platform;
    case Role::enterprise:
      return enterprise;
    case Role::town:
      return town;
    case Role::rail:
      return rail;
    case Role::river:
      return waterInside;
    case Role::neighbour:
      return neighbourBorder;
    case Role::context:
      return text3;
  }
  return text3;
}

const Theme& darkTheme() {
  static const Theme theme = makeDark();
  return theme;
}
const Theme& lightTheme() {
  static const Theme theme = makeLight();
  return theme;
}
const Theme& paperTheme() {
  static const Theme theme = makePaper();
  return theme;
}

std::vector<Rgba> palette(std::string_view name, int classes, bool dark) {
  const auto found =
      std::find_if(ramps().begin(), ramps().end(), [&](const Ramp& r) { return r.name == name; });
  const Ramp& ramp = found == ramps().end() ? ramps().front() : *found;
  std::vector<Rgba> colours;
  for (uint32_t c : designed(name == "bivariate" ? name : ramp.name, classes, dark))
    colours.push_back(hex(c));
  if (!colours.empty() || classes < 1) return colours;
  if (name == "bivariate" && classes == 16) return finer(palette(name, 9, dark));
  const std::vector<uint32_t>& stops = dark ? ramp.dark : ramp.light;
  const auto [low, high] = ramp.diverging ? std::pair(0.0, 1.0) : span(stops.size(), classes);
  for (int i = 0; i < classes; ++i) {
    const double share = classes == 1 ? 0.5 : double(i) / (classes - 1);
    const double t = (low + (high - low) * share) * static_cast<double>(stops.size() - 1);
    const size_t k = std::min(static_cast<size_t>(t), stops.size() - 2);
    colours.push_back(mix(hex(stops[k]), hex(stops[k + 1]), t - static_cast<double>(k)));
  }
  return colours;
}

std::vector<std::string_view> paletteNames() {
  std::vector<std::string_view> names;
  for (const Ramp& r : ramps()) names.push_back(r.name);
  return names;
}

Rgba mix(Rgba a, Rgba b, double t) {
  t = std::clamp(t, 0.0, 1.0);
  if (t == 0) return a;
  if (t == 1) return b;
  const double alpha = a.a * (1 - t) + b.a * t;
  // Weighed by alpha, so that a fade from nothing shows no trace of the invisible colour.
  const double s = alpha > 0 ? b.a * t / alpha : t;
  const Lab p = labFrom(a), q = labFrom(b);
  return rgbaFrom({p.l + (q.l - p.l) * s, p.a + (q.a - p.a) * s, p.b + (q.b - p.b) * s}, alpha);
}

double difference(Rgba a, Rgba b) {
  const Lab p = labFrom(a), q = labFrom(b);
  return std::hypot(p.l - q.l, p.a - q.a, p.b - q.b);
}

double contrast(Rgba a, Rgba b) {
  const auto luminance = [](Rgba c) {
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
  };
  const auto over = [&](uint8_t top, uint8_t ground) {
    return static_cast<uint8_t>((top * a.a + ground * (255 - a.a)) / 255.0 + 0.5);
  };
  const double p = luminance({over(a.r, b.r), over(a.g, b.g), over(a.b, b.b)}), q = luminance(b);
  return (std::max(p, q) + 0.05) / (std::min(p, q) + 0.05);
}

Rgba parseColour(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::array<uint8_t, 8> digits{};
  if (text.size() != 3 && text.size() != 6 && text.size() != 8) return {0, 0, 0, 0};
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') digits[i] = static_cast<uint8_t>(c - '0');
    else if (c >= 'a' && c <= 'f') digits[i] = static_cast<uint8_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F') digits[i] = static_cast<uint8_t>(c - 'A' + 10);
    else return {0, 0, 0, 0};
  }
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(digits[i] * 16 + digits[i + 1]); };
  if (text.size() == 3)
    return {static_cast<uint8_t>(digits[0] * 17), static_cast<uint8_t>(digits[1] * 17),
            static_cast<uint8_t>(digits[2] * 17)};
  return {byte(0), byte(2), byte(4), text.size() == 8 ? byte(6) : uint8_t{255}};
}

}  // namespace scene
