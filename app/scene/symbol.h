// The symbol set: one vector drawing per role on a 24 × 24 grid, crisp from 12 px to a wall. Shape first,
// colour second; fill is certainty.
#pragma once

#include "app/scene/drawing.h"
#include "app/scene/theme.h"

namespace scene {

enum class Symbol : uint8_t {
  coreNational,
  coreProvincial,
  nodeGuangqing,
  nodeTown,
  nodePark,
  agriPark,
  platformEducation,
  platformDigital,
  platformIncubator,
  platformResearch,
  enterprise,
  station,
  town,
  rail
};

enum class Certainty : uint8_t {
  known,       // solid
  countyOnly,  // dashed outline (a core keeps its disc; its outer ring is dashed)
  hollow       // illustrative, or not on the map
};

Symbol symbolFor(Role role, std::string_view level);
Rgba symbolColour(Symbol symbol, const Theme& theme);

// size: height and width of the 24-unit grid on the canvas. casing: how far the casing reaches beyond the
// shape, canvas units. It is drawn first, and tells how large a pixel is (1.5 px): marks inside a shape are
// left out below 20 px, stations and towns have simpler forms below 12 px.
void addSymbol(Drawing& drawing, Symbol symbol, Certainty certainty, Vec centre, float size,
               const Theme& theme, float casing, std::optional<Rect> clip = {});

}  // namespace scene
