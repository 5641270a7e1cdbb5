// Do like values lie beside like? Global and local Moran, Geary's C, Getis-Ord G. Pure arithmetic over given
// weights.
//
// All p values of z are two-sided. Permutation p values are the pseudo p of the field (GeoDa, PySAL): (r + 1)
// / (m + 1), r being the number of the m permutations at least as extreme on the side where the observed
// value lies.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "geo/progress.h"
#include "geo/result.h"
#include "geo/weights.h"

namespace geo {

// A statistic with its moments under the two null models. Source: Cliff & Ord 1981, chapter 1.
struct Association {
  double value, expected;
  double varianceNormality;      // values are drawn from one normal distribution
  double varianceRandomisation;  // values are shuffled over the places; NaN below four rows
  double z, p;                   // under normality
  double zRandomisation, pRandomisation;
};

// Neighbourhood of a row by the signs of its own deviation and of its neighbours' mean one. ns: not
// significant.
enum class Quadrant : uint8_t { ns, highHigh, lowHigh, lowLow, highLow };
std::string_view name(Quadrant quadrant);  // "HH": own value first

enum class Spot : uint8_t { ns, hot, cold };
std::string_view name(Spot spot);  // "hot"

struct LocalMoran {
  size_t row;  // of the input
  double i;    // Anselin 1995, scaled by n − 1: with row-standardised weights they sum to (n − 1)·I
  double z;    // by the exact moments of the conditional permutation; NaN for islands
  double p;    // conditional permutation, see above; NaN for islands and without permutations
  Quadrant quadrant;  // whatever p says; ns for islands only
  Quadrant cluster;   // quadrant where significant, else ns
};

// Local Gi*: hot and cold spots, each row among its own neighbours. Ord & Getis 1995, equation 14.
struct LocalG {
  size_t row;  // of the input
  double z;    // the statistic, which is a standard deviate itself; NaN for islands
  // As that of local Moran: with a row's own value held, both ask how unusual its neighbours' sum is.
  double p;
  Spot spot;   // by the sign of z, whatever p says; ns for islands only
  Spot found;  // spot where p is significant and the neighbours alone deviate to that side too, else ns
};

struct Autocorrelation {
  size_t rows = 0;     // with a value
  size_t missing = 0;  // missing or infinite: left out, and their links with them
  size_t links = 0, islands = 0, fewest = 0, most = 0;
  double meanNeighbours = 0;
  Association moran{}, geary{};
  double moranP = 0;  // permutation; NaN without permutations
  Association g{};    // Getis-Ord general G over binary links; NaN where a value is negative or all are 0
  double gP = 0;
  std::vector<LocalMoran> local;  // in order of rows
  double threshold = 0;           // largest p that counts as significant
  std::vector<LocalG> localG;     // one for each of `local`
};

struct AutocorrelationOptions {
  size_t permutations = 999;
  uint64_t seed = 1;
  double significance = 0.05;
  bool falseDiscoveryRate = true;  // Benjamini & Hochberg 1995 over the local p values
  bool binary = false;             // else weights are row-standardised among the rows that have a value
};

// values: one per row of the weights. The result depends on nothing but the arguments: not on the number of
// threads. Fails with fewer than three values, when all are equal, or when no two rows with a value are
// neighbours.
Result<Autocorrelation> autocorrelation(std::span<const double> values, const Weights& weights,
                                        const AutocorrelationOptions& options = {},
                                        Progress* progress = nullptr);

}  // namespace geo
