// Kernel density: how many points (or how much weight) there is per unit of area, on a metric grid. One grid
// serves the window and the page, so a colour means the same number at every zoom.
//
// The value of a cell is the mean density over it. The grid's integral is the sum of the weights.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "geo/grid.h"
#include "geo/progress.h"
#include "geo/report.h"
#include "geo/result.h"

namespace geo {

// All but the gaussian end at the radius; the radius of the gaussian is its standard deviation.
// Source: Silverman 1986, Density Estimation, section 4.2.
enum class Kernel : uint8_t { quartic, gaussian, uniform, triangular, epanechnikov };
Result<Kernel> kernelNamed(std::string_view name);
std::string_view name(Kernel kernel);
// Density of one point at a distance from it, per square unit of length: its integral over the plane is 1.
double kernelValue(Kernel kernel, double radius, double distance);
// Beyond this distance there is nothing (gaussian: five deviations, outside of which lie 4 millionths).
double kernelReach(Kernel kernel, double radius);

struct DensityOptions {
  Kernel kernel = Kernel::quartic;
  double radiusMetres = 0, cellMetres = 0;
  double unitArea = 1e6;  // m² of the area that values are counted per: 1e6 for "per km²"
  // The part of the plane to cover. Default: the clip's box, else the points' box grown by the kernel's
  // reach; both grown outwards to whole cells, so that grids of one cell size fit onto each other.
  std::optional<Box> extent{};
  // Polygons in the same CRS: no data outside of them. A cell belongs to the first polygon that holds its
  // centre.
  const Shapes* clip = nullptr;
  // With clip: no density crosses a polygon's border, and each polygon's integral is the sum of the weights
  // in it. Every point's kernel is cut at the border and scaled up by what was cut off (Diggle 1985). Points
  // outside of all polygons are left out and reported. An extent then shows a part of the whole.
  bool conserve = false;
};

struct Density {
  Grid grid;                // crs is left to the caller, who knows it
  size_t rows = 0;          // points that count
  double sumOfWeights = 0;  // of those points
  double integral = 0;      // Σ value · cell area / unitArea, over cells with data
  double max = 0;           // NaN when no cell has data
  Report report;  // rows without a place or weight; outside of all polygons; polygons without a cell
};

// points are metres in the plane of a projected CRS; weights one each, or empty for 1 each (negative ones are
// allowed: signed density). Few points are added up exactly; many are binned linearly and convolved, which
// keeps all mass and is within 1 % of a kernel's peak. Deterministic, on any number of threads. Fails on a
// radius or cell that is not above zero, a radius more than ten times as large as the map, a grid of more
// than 200 million cells, and when no point is left.
Result<Density> kernelDensity(std::span<const Point> points, std::span<const double> weights,
                              const DensityOptions& options, Progress* progress = nullptr);

// A point's part in the density at a place, in the grid's unit.
struct Contribution {
  uint32_t row;
  double value;
  double share;  // of the sum of all |value|, with the value's sign: shares of like sign sum to 1
};

// Which points make up the density at a place: largest |value| first, equal ones by row; at most `most` of
// them (0: all). Their values sum to the density itself, of which the grid's cell holds the mean. Same
// kernel, unit and clip as kernelDensity. With conserve, points of other polygons count nothing and each
// kernel is scaled up by its share outside of its polygon, found on the grid of options.cellMetres (as there)
// and only for the points within reach. Empty where nothing reaches, outside of the clip, and for options
// that make no density. One pass over the points.
std::vector<Contribution> contributionsAt(std::span<const Point> points, std::span<const double> weights,
                                          const DensityOptions& options, Point at, size_t most = 0);

// A radius to start with, in metres: the one that a normal distribution of the points' own spread would be
// estimated best with. Silverman 1986, Density Estimation, equation 4.14 and table 4.1, with the robust
// spread of his equation 3.30 (the less of standard deviation and interquartile range / 1.34, here by axis).
// Weights count by their size. 0 with fewer than two places.
double suggestedRadius(std::span<const Point> points, std::span<const double> weights,
                       Kernel kernel = Kernel::quartic);

}  // namespace geo
