// Points → heat as it is drawn: a grid of density with its contours, or bins. Pure; runs on a worker.
#pragma once

#include "app/session/project.h"
#include "geo/bins.h"
#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/report.h"

namespace session {

struct HeatInput {
  HeatSpec spec;
  geo::LayerPtr points, minus, clip;                  // in the map's CRS; minus and clip may be null
  std::shared_ptr<const std::vector<uint8_t>> shown;  // per row of points, 0: left out; null: all count
  scene::Status status = scene::Status::official;     // the weakest of the points
  geo::Crs world;
  bool operator==(const HeatInput&) const = default;
};

struct HeatOutput {
  HeatInput input;
  double radiusMetres = 0, binMetres = 0, suggestedRadius = 0;
  std::shared_ptr<const geo::Grid> grid;
  std::shared_ptr<const std::vector<geo::Contour>> lines;
  scene::MapShapePtr bins;
  std::shared_ptr<const std::vector<double>> binValues;
  std::vector<uint32_t> binOfPoint;
  double low = 0, high = 0;  // of the colours
  bool over = false;
  std::vector<double> ticks;
  double sumOfWeights = 0, integral = 0;
  size_t rows = 0;
  geo::Report report;
  std::vector<geo::Point> places;  // of what counts: points, then those taken away
  std::vector<double> weights;     // one each; empty: 1 each
  std::vector<uint32_t> rowOf;     // their rows; from `minusFrom` on, rows of minus
  size_t minusFrom = 0;
  geo::Error error;  // then the rest is empty
};
using HeatOutputPtr = std::shared_ptr<const HeatOutput>;

HeatOutputPtr computeHeat(const HeatInput& input, geo::Progress& progress);
// What makes up the heat at a place: rows as in HeatOutput::rowOf's order, largest first.
struct HeatPart {
  size_t index;  // into places
  double value, share;
};
std::vector<HeatPart> heatParts(const HeatOutput& heat, geo::Point at);
// A length with one or two significant figures: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10ⁿ.
double roundLength(double metres);

}  // namespace session
