// Colour tokens and palettes: one map, two lights. Values and their checks: docs/look.md.
#pragma once

#include <string_view>
#include <vector>

#include "app/scene/drawing.h"

namespace scene {

enum class Role : uint8_t {
  county,
  core,
  node,
  agriPark,
  station,
  platform,
  enterprise,
  town,
  rail,
  river,
  neighbour,
  context
};

struct Theme {
  bool dark = true;
  Rgba background, panel, bar, land, neighbour, neighbourBorder;
  Rgba waterOutside, waterInside, waterName;
  Rgba cityBorder, countyBorder, countyCasing;
  Rgba text1, text2, text3, rule, halo;
  Rgba core, node, agriPark, platform, enterprise, station, town, rail;
  Rgba warning;  // illustrative data
  Rgba hatchLine, hatchGround;
  Rgba accent, measured;
  Rgba role(Role role) const;
};

const Theme& darkTheme();
const Theme& lightTheme();  // window
const Theme& paperTheme();  // light on white

// Low → high. Sequential "teal" (the default, and for a name that is unknown), "rose" (heat), "amber",
// "green", "violet", "grey"; "diverging". Neighbouring classes up to five stay apart in colour blindness;
// more are interpolated in Oklab. "bivariate" has nine colours: three rows of B, in which A runs left →
// right; or sixteen, four of four.
std::vector<Rgba> palette(std::string_view name, int classes, bool dark);
std::vector<std::string_view> paletteNames();

Rgba mix(Rgba a, Rgba b, double t);      // in Oklab; alpha linear
double contrast(Rgba a, Rgba b);         // WCAG 2 ratio
double difference(Rgba a, Rgba b);       // distance in Oklab: 0.02 is just seen, black to white is 1
Rgba parseColour(std::string_view hex);  // "#RRGGBB", "#RGB" or "#RRGGBBAA", # optional; else alpha 0

}  // namespace scene
