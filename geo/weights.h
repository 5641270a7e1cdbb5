// Who neighbours whom, and how much it counts: the spatial weights behind autocorrelation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "geo/layer.h"
#include "geo/progress.h"
#include "geo/result.h"

namespace geo {

// How neighbours are found. Its text is what the command line takes: queen, rook, knn:4, distance:5000,
// gal:FILE.
struct WeightsRule {
  enum class Kind : uint8_t { queen, rook, nearest, distance, file };
  Kind kind = Kind::queen;
  size_t k = 0;         // nearest
  double metres = 0;    // distance
  std::string path{};   // file
  bool binary = false;  // every link counts 1; else the links of a row share 1 evenly

  static Result<WeightsRule> parse(std::string_view text);
  std::string text() const;
  bool operator==(const WeightsRule&) const = default;
};

// Links from each row to its neighbours, ascending, never to itself. Not symmetric for nearest and some
// files.
struct Weights {
  std::vector<uint32_t> start{0};   // rows + 1
  std::vector<uint32_t> neighbour;  // links
  std::vector<double> weight;       // links

  size_t rows() const { return start.size() - 1; }
  size_t links() const { return neighbour.size(); }
  size_t count(size_t row) const { return start[row + 1] - start[row]; }
  std::span<const uint32_t> neighbours(size_t row) const {
    return {neighbour.data() + start[row], count(row)};
  }
  std::span<const double> weightsOf(size_t row) const { return {weight.data() + start[row], count(row)}; }
  std::vector<uint32_t> islands() const;  // rows without a neighbour

  bool operator==(const Weights&) const = default;
};

// Contiguity is by vertices (queen) or edges (rook) that two polygons share exactly; distances are between
// centroids (or the points themselves), geodesic where the layer is in degrees, in the plane where it is
// projected. Ties among the nearest go to the lower row. Fails where the rule does not suit the layer:
// contiguity needs polygons, the others shapes, a distance in metres a known CRS; and on a file that cannot
// be read or does not name the layer's rows.
Result<Weights> makeWeights(const Layer& layer, const WeightsRule& rule, Progress* progress = nullptr);

// The text of a GAL file for a table of that many rows. Ids are matched to the column that the header names
// as key, else taken as row numbers from 0 or 1, else matched to the first column that holds them all.
// Source: GeoDa's GAL format. Weights are binary.
Result<Weights> weightsFromGal(std::string_view text, const Table& table);

// Links between points, binary. lonLat: geodesic.
Weights nearestWeights(std::span<const Point> points, bool lonLat, size_t k);
Weights distanceWeights(std::span<const Point> points, bool lonLat, double metres);

// Only the rows to keep and the links among them, numbered anew; weights stay as they are.
Weights keepRows(const Weights& weights, std::span<const uint8_t> keep);
// The weights of each row scaled to sum to 1; islands stay without.
Weights rowStandardised(Weights weights);

}  // namespace geo
