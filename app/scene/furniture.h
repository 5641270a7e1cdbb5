// What stands beside and over a map: legend, ranking, ledger, badge, north arrow, scale bar, strips. All of
// it is made from the same scene as the map. Positions in canvas units; each function returns where it ended.
#pragma once

#include "app/scene/board.h"
#include "app/scene/metrics.h"
#include "app/scene/scene.h"

namespace scene {

// The largest round length (1, 2, 5 × 10ⁿ metres) that is not wider than `most`, and how it is divided.
struct ScaleBar {
  double metres = 0;
  int divisions = 0;  // equal parts; labels at 0, 1, …
  float width = 0;
};
ScaleBar scaleBar(double metresPerUnit, float most);
// Ground metres in one canvas unit at the frame's centre, along its width: the map's own scale but for
// systems that stretch (Web Mercator doubles lengths at 60°).
double groundMetresPerUnit(const Scene& scene, const Camera& camera);
// `holds`: what it is good for, when it is not for all of the picture; stands under it.
void drawScaleBar(const Board& board, double metresPerUnit, Vec at, float most, float type,
                  const std::string& holds = {});
// `degrees`: where north lies, clockwise from up.
void drawNorthArrow(const Board& board, Vec top, float height, const std::string& word, float type,
                    double degrees = 0);
// "含示例数据": its right edge at `right` (or left edge at `left`). Returns its box.
Rect drawBadge(const Board& board, float x, float y, float type, const std::string& words, Align align);

// Class rows of the choropleth: swatch, true data range, one square per area and the count, names.
struct LegendClass {
  Rgba colour;
  std::string range;
  std::vector<size_t> rows;
  bool missing = false;
  bool island = false;  // its areas have a ring
  // The palette turns below this row's class: a line between it and the next marks that place.
  std::optional<double> turnsBelow;
};
std::vector<LegendClass> legendClasses(const Scene& scene, const Theme& theme);
// A change says that it is one: "常住人口变化".
std::string nameOf(const Scene& scene, const Choropleth& map);
// "2023", or "2010→2023" of a change; empty without a year.
std::string yearsOf(const Choropleth& map);
// Its value as the picture prints it: changes have a sign, what cannot be relied on a star.
std::string valueText(const Choropleth& map, size_t row);
// Between the last row below and the first above: where a diverging palette turns.
void drawTurn(const Board& board, Vec from, float width, double value, float type);
// The same for any map of the scene's layers, in the colours given. Categories stand in their own order; of a
// bivariate map these are the classes of the first axis.
std::vector<LegendClass> legendClasses(const Scene& scene, const Choropleth& map, const Theme& theme,
                                       const std::vector<Rgba>& colours);

// Symbols on the map with their counts ("5/6"), in the order of the look.
struct LegendSymbol {
  std::optional<Symbol> symbol;  // none: a ring that shows uncertainty
  Certainty certainty = Certainty::known;
  std::string name, count;
};
std::vector<LegendSymbol> legendSymbols(const Scene& scene);
void drawLegendSymbol(const Board& board, const LegendSymbol& entry, Vec centre, float size);

// A plate that hangs from the upper edge: the colours are not the picture's own.
void drawSimulated(const Board& board, const std::string& words);

// Head of a column: title, a note beside it, another at the right end, and the hairline. Returns y below it.
float drawHead(const Board& board, Rect column, float y, const std::string& title, const std::string& beside,
               const std::string& right, float loose);
float headHeight(float unit, float loose);

// Columns, from the top y down. `loose` 0…1 opens the rows from their tightest to the look's own pitch.
// `rows` at most: where there is no room for all, the first ones.
inline constexpr size_t rankedRows = 12;
float rankingHeight(const Scene& scene, float unit, float loose, size_t rows = rankedRows);
float drawRanking(const Board& board, const Scene& scene, Rect column, float loose, size_t rows = rankedRows);
// Legend entries in columns; a long name takes more than one.
struct LegendCell {
  float x = 0;
  int row = 0;
  float width = 0;
};
std::vector<LegendCell> legendCells(const Typesetter& fonts, const std::vector<LegendSymbol>& symbols,
                                    float width, int columns, float type);
float drawLegendSymbols(const Board& board, const std::vector<LegendSymbol>& symbols, Rect column,
                        int columns, float type, float pitch);
float legendHeight(const TypesetterPtr& fonts, const Scene& scene, const Theme& theme, float width,
                   float unit, float loose);
// Symbols that the column has no room for are left out.
float drawLegend(const Board& board, const Scene& scene, Rect column, float loose);
float ledgerHeight(size_t rows, float unit, float loose);
float drawLedger(const Board& board, const Scene& scene, Rect column, size_t rows, float loose);
float unplacedHeight(const Scene& scene, float unit);
float drawUnplaced(const Board& board, const Scene& scene, Rect column);
void drawStrip(const Board& board, const Scene& scene, Rect strip);

}  // namespace scene
