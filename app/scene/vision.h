// How a picture looks to eyes that lack a kind of cone, without colours, or on a projector in a bright room.
// Pure arithmetic on colours.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "geo/result.h"

namespace scene {

struct Rgba;

enum class Vision : uint8_t { normal, protanopia, deuteranopia, tritanopia, grey, projector };
inline constexpr std::array<std::string_view, 6> visionNames{"normal",     "protanopia", "deuteranopia",
                                                             "tritanopia", "grey",       "projector"};
// Fails with those that there are.
geo::Result<Vision> visionNamed(std::string_view name);

// Linear light in, linear light out: ground + (1 − ground) · (rows · rgb).
// Dichromats: Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color
// vision deficiency", severity 1.0. Grey: luminance of BT.709. Projector: black is a seventh of white, the
// least contrast that ANSI/INFOCOMM 3M-2011 lets an audience look on with.
struct Sight {
  std::array<std::array<float, 3>, 3> rows{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  float ground = 0;
};
const Sight& sightOf(Vision vision);

Rgba seenAs(Rgba colour, Vision vision);             // alpha is kept
void seeAs(std::span<uint8_t> rgba, Vision vision);  // opaque pixels, in place

}  // namespace scene
