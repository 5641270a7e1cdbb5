// Several columns made into one index, and how much its order depends on the weights. Pure arithmetic.
// Source: OECD/JRC 2008, Handbook on Constructing Composite Indicators.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "geo/result.h"

namespace geo {

// minMax: 0…1 from the worst to the best row · zScore: distance from the mean in standard deviations (of the
// sample, n − 1) · rank: 0…1 by mean rank.
enum class Normalisation : uint8_t { minMax, zScore, rank };

struct CompositePart {
  std::span<const double> values;  // one per row; NaN: missing
  double weight = 1;               // not negative; only their proportions matter
  bool moreIsBetter = true;
};

struct Composite {
  // Weighted mean of the normalised parts: NaN when a part that has a weight is missing there.
  std::vector<double> score;
  std::vector<double> rank;  // 1 is the best, ties share their mean rank; NaN without a score
  std::vector<std::vector<double>> normalised;  // [part][row], more is better; NaN where missing
  std::vector<double> weights;                  // [part], scaled to sum to 1
  std::vector<std::string> warnings;  // parts that do not vary, rows left out, parts that say the same
};

// Each part is normalised over all rows where it is present. A part whose values are all equal is 0.5 (minMax
// and rank) or 0 (zScore) everywhere, with a warning. Fails without parts, on parts of different length, on a
// negative or infinite weight or a sum of weights of 0, and when no row has all parts.
Result<Composite> compositeIndex(std::span<const CompositePart> parts, Normalisation normalisation);

struct RankStability {
  std::vector<double> low, median, high;  // the 5th, 50th and 95th per cent of the rank; NaN without a score
  std::vector<double> keeps;  // share of draws in which a row has the rank that it has without them
};

// Every weight moves independently and uniformly within ± spread of itself, then all are scaled to sum to 1.
// The same seed gives the same result on any number of threads. spread is 0…1. Source: Saisana, Saltelli &
// Tarantola 2005, J. R. Statist. Soc. A 168(2).
Result<RankStability> rankStability(std::span<const CompositePart> parts, Normalisation normalisation,
                                    double spread = 0.25, size_t draws = 2000, uint64_t seed = 1);

}  // namespace geo
