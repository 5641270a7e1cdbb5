#include "app/scene/theme.h"

#include <cmath>
#include <numbers>

namespace scene {
namespace {

// Colour blindness and colour difference, from the publications

using Triple = std::array<double, 3>;

double degrees(double radians) { return radians * 180 / std::numbers::pi; }
double radians(double degrees) { return degrees * std::numbers::pi / 180; }

// CIEDE2000: Sharma, Wu, Dalal, Color Research and Application 30 (2005).
double ciede2000(Triple p, Triple q) {
  const double c = (std::hypot(p[1], p[2]) + std::hypot(q[1], q[2])) / 2;
  const double c7 = std::pow(c, 7), g = 0.5 * (1 - std::sqrt(c7 / (c7 + std::pow(25.0, 7))));
  const double a1 = p[1] * (1 + g), a2 = q[1] * (1 + g), c1 = std::hypot(a1, p[2]), c2 = std::hypot(a2, q[2]);
  const auto hue = [](double b, double a) {
    return a == 0 && b == 0 ? 0 : std::fmod(degrees(std::atan2(b, a)) + 360, 360);
  };
  const double h1 = hue(p[2], a1), h2 = hue(q[2], a2);
  double dh = h2 - h1;
  if (c1 * c2 == 0) dh = 0;
  else if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const double dl = q[0] - p[0], dc = c2 - c1, dH = 2 * std::sqrt(c1 * c2) * std::sin(radians(dh / 2));
  const double l = (p[0] + q[0]) / 2, cm = (c1 + c2) / 2;
  double h = (h1 + h2) / 2;
  if (c1 * c2 == 0) h = h1 + h2;
  else if (std::abs(h1 - h2) > 180) h += h1 + h2 < 360 ? 180 : -180;
  const double t = 1 - 0.17 * std::cos(radians(h - 30)) + 0.24 * std::cos(radians(2 * h)) +
                   0.32 * std::cos(radians(3 * h + 6)) - 0.20 * std::cos(radians(4 * h - 63));
  const double cm7 = std::pow(cm, 7);
  const double rt = -std::sin(2 * radians(30 * std::exp(-std::pow((h - 275) / 25, 2)))) * 2 *
                    std::sqrt(cm7 / (cm7 + std::pow(25.0, 7)));
  const double sl = 1 + 0.015 * (l - 50) * (l - 50) / std::sqrt(20 + (l - 50) * (l - 50));
  const double sc = 1 + 0.045 * cm, sh = 1 + 0.015 * cm * t;
  return std::sqrt(std::pow(dl / sl, 2) + std::pow(dc / sc, 2) + std::pow(dH / sh, 2) +
                   rt * (dc / sc) * (dH / sh));
}

double linear(uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

// CIE L*a*b*, D65, from linear sRGB.
Triple labFrom(Triple rgb) {
  const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  const double x = f((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047);
  const double y = f(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]);
  const double z = f((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

// Machado, Oliveira, Fernandes, IEEE TVCG 15 (2009), severity 1, linear RGB.
using Matrix = std::array<Triple, 3>;
constexpr Matrix kNormal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix kDeuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix kProtanopia = {
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};

Triple seen(Rgba colour, const Matrix& eye) {
  const Triple rgb = {linear(colour.r), linear(colour.g), linear(colour.b)};
  Triple out{};
  for (size_t i = 0; i < 3; ++i)
    out[i] = std::clamp(eye[i][0] * rgb[0] + eye[i][1] * rgb[1] + eye[i][2] * rgb[2], 0.0, 1.0);
  return labFrom(out);
}

double difference(Rgba a, Rgba b, const Matrix& eye) { return ciede2000(seen(a, eye), seen(b, eye)); }

double worst(Rgba a, Rgba b) {
  return std::min(
      {difference(a, b, kNormal), difference(a, b, kDeuteranopia), difference(a, b, kProtanopia)});
}

double lightness(Rgba c) { return seen(c, kNormal)[0]; }

TEST(ColourDifference, AgreesWithThePublishedPairs) {
  // Table 1 of Sharma et al.: L1 a1 b1, L2 a2 b2, ΔE00.
  const double pairs[][7] = {{50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425},
                             {50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615},
                             {50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412},
                             {50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000},
                             {50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000},
                             {50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000},
                             {50, 0, 0, 50, -1, 2, 2.3669},
                             {50, -1, 2, 50, 0, 0, 2.3669},
                             {50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792},
                             {50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792},
                             {50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195},
                             {50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195},
                             {50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045},
                             {50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045},
                             {50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461},
                             {50, 2.5, 0, 50, 0, -2.5, 4.3065},
                             {50, 2.5, 0, 73, 25, -18, 27.1492},
                             {50, 2.5, 0, 61, -5, 29, 22.8977},
                             {50, 2.5, 0, 56, -27, -3, 31.9030},
                             {50, 2.5, 0, 58, 24, 15, 19.4535},
                             {50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000},
                             {50, 2.5, 0, 50, 3.2972, 0, 1.0000},
                             {50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000},
                             {50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000},
                             {60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644},
                             {63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630},
                             {61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731},
                             {35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645},
                             {22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373},
                             {36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146},
                             {90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441},
                             {90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381},
                             {6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377},
                             {2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082}};
  for (const auto& p : pairs) EXPECT_NEAR(ciede2000({p[0], p[1], p[2]}, {p[3], p[4], p[5]}), p[6], 5e-5);
}

// Palettes

TEST(Palette, KeepsNeighbouringClassesApartForEveryEye) {
  for (std::string_view name : paletteNames())
    for (bool dark : {true, false})
      for (int k = 2; k <= 5; ++k) {
        const auto colours = palette(name, k, dark);
        ASSERT_EQ(colours.size(), static_cast<size_t>(k));
        for (size_t i = 1; i < colours.size(); ++i)
          EXPECT_GE(worst(colours[i - 1], colours[i]), 5)
              << name << " " << k << (dark ? " dark " : " light ") << i;
      }
}

TEST(Palette, IsMonotoneInLightness) {
  for (std::string_view name : paletteNames()) {
    if (name == "diverging") continue;
    for (bool dark : {true, false})
      for (int k = 2; k <= 9; ++k) {
        const auto colours = palette(name, k, dark);
        for (size_t i = 1; i < colours.size(); ++i) {
          const double step = lightness(colours[i]) - lightness(colours[i - 1]);
          EXPECT_GT(dark ? step : -step, 1) << name << " " << k;
        }
      }
  }
}

TEST(Palette, KeepsClassesBelowTheCoresOnDark) {
  for (int k = 2; k <= 5; ++k) EXPECT_LT(lightness(palette("teal", k, true).back()), 70);
}

TEST(Palette, HasTheDesignedSets) {
  EXPECT_THAT(palette("teal", 4, true), testing::ElementsAre(parseColour("1B3B4E"), parseColour("24586F"),
                                                             parseColour("2F7A93"), parseColour("4BA3B8")));
  EXPECT_EQ(palette("teal", 5, false)[4], parseColour("266F8C"));
  EXPECT_EQ(palette("teal", 7, true)[3], parseColour("2B6D81"));
  EXPECT_EQ(palette("diverging", 3, false)[1], parseColour("F1EFEA"));
  EXPECT_EQ(palette("rose", 5, true)[0], parseColour("2E1C36"));
  EXPECT_EQ(palette("no such", 4, true), palette("teal", 4, true));
  EXPECT_EQ(palette("teal", 1, true).size(), 1u);
  EXPECT_TRUE(palette("teal", 0, true).empty());
}

TEST(Palette, KeepsEveryPairOfTheBivariateSetApart) {
  for (bool dark : {true, false}) {
    const auto colours = palette("bivariate", 9, dark);
    ASSERT_EQ(colours.size(), 9u);
    for (size_t i = 0; i < 9; ++i)
      for (size_t k = 0; k < i; ++k) EXPECT_GE(worst(colours[i], colours[k]), 9) << i << " " << k;
  }
}

// Of sixteen, those that lie side by side.
TEST(Palette, KeepsNeighboursOfTheSixteenApart) {
  for (bool dark : {true, false}) {
    const auto colours = palette("bivariate", 16, dark);
    ASSERT_EQ(colours.size(), 16u);
    for (size_t y = 0; y < 4; ++y)
      for (size_t x = 0; x < 4; ++x) {
        if (x < 3) {
          EXPECT_GE(worst(colours[y * 4 + x], colours[y * 4 + x + 1]), 5) << dark << " " << x << " " << y;
        }
        if (y < 3) {
          EXPECT_GE(worst(colours[y * 4 + x], colours[y * 4 + x + 4]), 5) << dark << " " << x << " " << y;
        }
      }
    for (size_t i = 0; i < 16; ++i)
      for (size_t k = 0; k < i; ++k)
        EXPECT_GE(worst(colours[i], colours[k]), 4) << dark << " " << i << " " << k;
  }
}

// Themes

TEST(Theme, KeepsEveryTwoRolesApartForEveryEye) {
  for (const Theme* t : {&darkTheme(), &lightTheme()}) {
    const std::vector<Rgba> roles = {t->core, t->node, t->agriPark, t->platform, t->enterprise, t->station};
    for (size_t i = 0; i < roles.size(); ++i)
      for (size_t k = 0; k < i; ++k)
        EXPECT_GE(worst(roles[i], roles[k]), 10) << i << " " << k << " " << t->dark;
  }
}

TEST(Theme, KeepsTextReadable) {
  for (const Theme* t : {&darkTheme(), &lightTheme(), &paperTheme()})
    for (Rgba ground : {t->background, t->panel, t->bar, t->land, t->neighbour}) {
      EXPECT_GE(contrast(t->text1, ground), 7);
      EXPECT_GE(contrast(t->text2, ground), 4.5);
      EXPECT_GE(contrast(t->text3, ground), 4.5);
      EXPECT_GE(contrast(t->warning, ground), 4.5);
    }
  EXPECT_NEAR(contrast(darkTheme().text1, darkTheme().background), 17.3, 0.05);
  EXPECT_NEAR(contrast(lightTheme().text3, lightTheme().background), 5.3, 0.05);
  EXPECT_NEAR(contrast(darkTheme().core, darkTheme().background), 10.8, 0.05);
}

TEST(Theme, PaperIsTheLightThemeOnWhite) {
  EXPECT_EQ(paperTheme().background, (Rgba{255, 255, 255}));
  EXPECT_EQ(paperTheme().core, lightTheme().core);
}

TEST(Contrast, IsWcags) {
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21, 1e-9);
  EXPECT_NEAR(contrast({119, 119, 119}, {255, 255, 255}), 4.478, 1e-3);  // #777 just fails AA
  EXPECT_EQ(contrast({9, 9, 9}, {9, 9, 9}), 1);
  EXPECT_EQ(contrast({255, 255, 255, 0}, {9, 9, 9}), 1);
}

TEST(Mix, ReturnsItsEndsExactly) {
  const Rgba a{12, 200, 99, 30}, b{255, 0, 3, 200};
  EXPECT_EQ(mix(a, b, 0), a);
  EXPECT_EQ(mix(a, b, 1), b);
  EXPECT_EQ(mix(a, b, -3), a);
}

TEST(Mix, OfGreysIsGreyAndHalfAsLight) {
  const Rgba grey = mix({0, 0, 0}, {255, 255, 255}, 0.5);
  EXPECT_EQ(grey.r, grey.g);
  EXPECT_EQ(grey.g, grey.b);
  EXPECT_EQ(grey.r, 99);  // Oklab lightness 0.5
}

TEST(Mix, FadesFromNothingWithoutATrace) {
  const Rgba half = mix({0, 0, 0, 0}, {255, 100, 50, 255}, 0.5);
  EXPECT_NEAR(half.r, 255, 1);
  EXPECT_NEAR(half.g, 100, 1);
  EXPECT_EQ(half.a, 128);
}

TEST(ParseColour, ReadsTheCommonForms) {
  EXPECT_EQ(parseColour("#FFB547"), (Rgba{255, 181, 71}));
  EXPECT_EQ(parseColour("ffb547"), (Rgba{255, 181, 71}));
  EXPECT_EQ(parseColour("#fb4"), (Rgba{255, 187, 68}));
  EXPECT_EQ(parseColour("#FFB54780"), (Rgba{255, 181, 71, 128}));
  for (const char* bad : {"", "#", "#12345", "red", "#GGGGGG", "#1234567890"})
    EXPECT_EQ(parseColour(bad).a, 0) << bad;
}

}  // namespace
}  // namespace scene
