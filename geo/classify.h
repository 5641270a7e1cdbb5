// Class breaks for one numeric column. Pure arithmetic: no layers, no colours.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "geo/result.h"

namespace geo {

enum class BreakMethod {
  natural,
  quantile,
  equal,
  stddev,
  pretty,
  headtail,
  box,
  percentile,
  geometric,
  manual
};
Result<BreakMethod> breakMethod(std::string_view name);
std::string_view name(BreakMethod method);

struct Breaks {
  BreakMethod method = BreakMethod::natural;
  // Upper bound of each class, ascending: the largest value in it. Manual and pretty breaks keep the bound as
  // given or rounded, and a class without values keeps the limit that its rule gives it.
  std::vector<double> upperBounds;
  // The limits of the rule itself, one per class (equal: steps of one width; stddev: mean ± n·s; box: hinges
  // and fences…). Empty for natural, quantile and headtail, whose classes are the data's own.
  std::vector<double> limits;
  std::vector<double> lowest, highest;  // true data range of each class; NaN when empty
  std::vector<size_t> counts;
  size_t rows = 0, missing = 0;
  double sse = 0;  // sum of squared deviations from the class means
  double gvf = 1;  // goodness of variance fit: 1 − sse / total
  bool operator==(const Breaks&) const = default;

  size_t classes() const { return upperBounds.size(); }
  // Class of a value: the first whose upper bound is ≥ value; −1 when missing or above all bounds.
  int classOf(double value) const;
};

// Missing values (NaN) and infinities are skipped and counted. Equal values always share a class. When there
// are fewer distinct values than classes asked for, there are that many classes. Fails when there is no value
// at all. classCount means: natural, quantile, equal, stddev, geometric: classes · pretty: about how many ·
// headtail: at most how many · box, percentile (always six) and manual: nothing. The rules and their sources
// stand in classify.cpp. Manual: values above the last bound form one more class, as in PySAL's UserDefined.
Result<Breaks> classify(std::span<const double> values, BreakMethod method, int classCount,
                        std::span<const double> manualUpperBounds = {});

// Fisher–Jenks optimum, exact, O(k·n·log n). Source: Fisher 1958; divide and conquer by Hilferink 2012 / Wang
// & Song 2011.
Result<Breaks> naturalBreaks(std::span<const double> values, int classCount);

// The goodness of variance fit of natural breaks with 1, 2, … mostClasses classes (fewer when there are fewer
// distinct values), by one run of the recurrence.
Result<std::vector<double>> naturalFit(std::span<const double> values, int mostClasses);

}  // namespace geo
