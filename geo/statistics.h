// What a column of numbers is like: summary, histogram, quantiles; how well classes would fit it; rates that
// small numbers do not spoil; the line through two columns. Pure arithmetic. Missing and infinite values are
// skipped.
#pragma once

#include <span>
#include <vector>

#include "geo/classify.h"
#include "geo/result.h"

namespace geo {

// In the unit of the values. With no value, all figures but the counts are NaN; with one, so are variance and
// what follows from it.
struct Summary {
  size_t rows = 0, missing = 0;
  double min, max, sum, mean, median, firstQuartile, thirdQuartile;  // quartiles as in quantiles()
  double variance, deviation;                                        // of a sample: n − 1
  double skewness;  // adjusted Fisher–Pearson (G1), as in spreadsheets
  size_t distinct = 0;

  size_t count() const { return rows - missing; }
};
Summary summary(std::span<const double> values);

// Values at probabilities 0…1, linear between ranks (type 7 of Hyndman & Fan 1996, the default of R and
// NumPy). NaN when there is no value.
std::vector<double> quantiles(std::span<const double> values, std::span<const double> probabilities);

// Bins of one width; bin i holds edges[i] ≤ v < edges[i+1], the last one its upper edge too.
struct Histogram {
  std::vector<double> edges;  // bins + 1; empty when there is no value
  std::vector<size_t> counts;
};
// binCount 0: by the rule of Freedman & Diaconis 1981 (width 2·IQR·n^−⅓), 5 to 200 bins.
Histogram histogram(std::span<const double> values, int binCount = 0);

// The goodness of variance fit of each method side by side, in the order of BreakMethod, without manual.
struct Fit {
  BreakMethod method;
  size_t classes;
  double gvf;
};
Result<std::vector<Fit>> fitOfEachMethod(std::span<const double> values, int classCount);

// How many classes are worth having: the fewest, from three on, that natural breaks need to explain 90 % of
// the variance, or after which one more class would explain less than 2 % more; never above seven, which is
// what readers can tell apart on a map (Brewer & Pickle 2002), nor above the number of distinct values.
struct ClassAdvice {
  int classes = 1;
  std::vector<double> gvf;  // of natural breaks with 1, 2, … 9 classes
};
Result<ClassAdvice> adviseClasses(std::span<const double> values);

// Rates events/base and what remains of them when each is drawn towards the overall rate as far as its base
// is small: global empirical Bayes. Source: Marshall 1991, Applied Statistics 40(2). NaN where either number
// is missing or the base is 0. Fails on a negative base or count (names the row), or when no row has a rate.
struct SmoothedRates {
  std::vector<double> raw, smoothed;
  std::vector<double> trust;  // 0…1: the share of its own rate in a row's smoothed one
  double overall = 0;         // all events over all bases
  double variance = 0;  // of the true rates, estimated; 0 when the raw ones vary no more than chance does
};
Result<SmoothedRates> empiricalBayes(std::span<const double> events, std::span<const double> base);

// Rates as standard deviates that share one variance, for Moran's I of rates. Fails as empiricalBayes.
// Source: Assunção & Reis 1999, Statistics in Medicine 18.
Result<std::vector<double>> standardisedRates(std::span<const double> events, std::span<const double> base);

// Least squares y = intercept + slope·x over the rows where both are present.
struct Regression {
  size_t count = 0;
  double slope, intercept;
  double r;           // Pearson's; NaN when y does not vary
  double slopeError;  // standard error of the slope; NaN below three rows
  double p;           // two-sided, of slope = 0, by Student's t with n − 2
};
// Fails with fewer than two rows, or when x does not vary.
Result<Regression> regression(std::span<const double> x, std::span<const double> y);

// Tukey's box: quartiles are his hinges (as in the `box` classification); whiskers end at the last value
// within 1.5 hinge spreads. All NaN without a value.
struct BoxPlot {
  double lowWhisker, firstQuartile, median, thirdQuartile, highWhisker;
  std::vector<uint32_t> outliers;  // rows beyond the whiskers, by value, then row
  size_t count = 0;                // finite values
};
BoxPlot boxPlot(std::span<const double> values);

// Probability of a standard normal deviate beyond ±z.
double twoSidedP(double z);

}  // namespace geo
