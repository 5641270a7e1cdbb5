#include "geo/statistics.h"

#include <numbers>

#include "geo/detail/sort.h"

namespace geo {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> sortedFinite(std::span<const double> values) {
  std::vector<double> v;
  v.reserve(values.size());
  for (double x : values)
    if (std::isfinite(x)) v.push_back(x);
  detail::sortValues(v);
  return v;
}

double quantile(const std::vector<double>& sorted, double probability) {
  const double rank = std::clamp(probability, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const size_t i = static_cast<size_t>(rank);
  const double part = rank - static_cast<double>(i);
  return part > 0 ? sorted[i] * (1 - part) + sorted[i + 1] * part : sorted[i];
}

// Continued fraction of the incomplete beta function (Lentz). Source: Numerical Recipes, 6.4.
double betaFraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  const auto safe = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / safe(1 - (a + b) * x / (a + 1)), h = d;
  for (int m = 1; m <= 500; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d), c = safe(1 + even / c), h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d), c = safe(1 + odd / c);
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

double incompleteBeta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * betaFraction(a, b, x) / a
                                   : 1 - front * betaFraction(b, a, 1 - x) / b;
}

// What both methods for rates rest on.
struct RateMoments {
  std::vector<double> rate;
  double overall = 0, variance = 0;  // variance may be negative here
  size_t count = 0;
};

Result<RateMoments> rateMoments(std::span<const double> events, std::span<const double> base) {
  if (events.size() != base.size()) return fail("Events and base do not have the same number of rows.");
  RateMoments m;
  m.rate.assign(events.size(), nothing);
  double allEvents = 0, allBase = 0;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!std::isfinite(events[i]) || !std::isfinite(base[i])) continue;
    if (base[i] < 0)
      return fail(fmt::format("The base is negative ({}) in row {}.", base[i], i),
                  "Correct it, or leave it empty.");
    if (events[i] < 0)
      return fail(fmt::format("The count is negative ({}) in row {}.", events[i], i),
                  "Correct it, or leave it empty.");
    if (base[i] == 0) continue;
    m.rate[i] = events[i] / base[i];
    allEvents += events[i], allBase += base[i], ++m.count;
  }
  if (!m.count)
    return fail("No row has both a count and a base above zero, so there is no rate.",
                "Choose other columns.");
  m.overall = allEvents / allBase;
  double spread = 0;
  for (size_t i = 0; i < events.size(); ++i)
    if (!std::isnan(m.rate[i])) spread += base[i] * (m.rate[i] - m.overall) * (m.rate[i] - m.overall);
  m.variance = spread / allBase - m.overall / (allBase / static_cast<double>(m.count));
  return m;
}

}  // namespace

Summary summary(std::span<const double> values) {
  const std::vector<double> v = sortedFinite(values);
  Summary s{};
  s.rows = values.size(), s.missing = values.size() - v.size();
  s.min = s.max = s.sum = s.mean = s.median = s.firstQuartile = s.thirdQuartile = nothing;
  s.variance = s.deviation = s.skewness = nothing;
  if (v.empty()) return s;
  const long double n = static_cast<long double>(v.size());
  long double sum = 0, second = 0, third = 0;
  for (size_t i = 0; i < v.size(); ++i) {
    sum += v[i];
    s.distinct += i == 0 || v[i] != v[i - 1];
  }
  const long double mean = sum / n;
  for (double x : v) {
    const long double d = x - mean;
    second += d * d, third += d * d * d;
  }
  s.min = v.front(), s.max = v.back();
  s.sum = static_cast<double>(sum), s.mean = static_cast<double>(mean);
  s.median = quantile(v, 0.5), s.firstQuartile = quantile(v, 0.25), s.thirdQuartile = quantile(v, 0.75);
  if (v.size() > 1) {
    s.variance = static_cast<double>(second / (n - 1));
    s.deviation = static_cast<double>(std::sqrt(second / (n - 1)));
  }
  if (v.size() > 2 && second > 0)
    s.skewness =
        static_cast<double>(third / n / std::pow(second / n, 1.5L) * std::sqrt(n * (n - 1)) / (n - 2));
  return s;
}

std::vector<double> quantiles(std::span<const double> values, std::span<const double> probabilities) {
  const std::vector<double> v = sortedFinite(values);
  std::vector<double> result;
  for (double p : probabilities) result.push_back(v.empty() ? nothing : quantile(v, p));
  return result;
}

Histogram histogram(std::span<const double> values, int binCount) {
  const std::vector<double> v = sortedFinite(values);
  Histogram h;
  if (v.empty()) return h;
  const double low = v.front(), high = v.back();
  if (low == high) return {{low, high}, {v.size()}};
  if (binCount <= 0) {
    const double width =
        2 * (quantile(v, 0.75) - quantile(v, 0.25)) / std::cbrt(static_cast<double>(v.size()));
    const double bins = width > 0 ? (high - low) / width : std::log2(static_cast<double>(v.size())) + 1;
    binCount = static_cast<int>(std::clamp(std::ceil(bins), 5.0, 200.0));
  }
  for (int i = 0; i <= binCount; ++i) {
    const double t = static_cast<double>(i) / binCount;
    h.edges.push_back(i == binCount ? high : low * (1 - t) + high * t);
  }
  h.counts.assign(binCount, 0);
  size_t first = 0;
  for (int i = 0; i < binCount; ++i) {
    const size_t last = i + 1 == binCount
                            ? v.size()
                            : static_cast<size_t>(std::ranges::lower_bound(v, h.edges[i + 1]) - v.begin());
    h.counts[i] = last - first;
    first = last;
  }
  return h;
}

Result<std::vector<Fit>> fitOfEachMethod(std::span<const double> values, int classCount) {
  std::vector<Fit> fits;
  for (int m = 0; m < static_cast<int>(BreakMethod::manual); ++m) {
    const auto b = classify(values, static_cast<BreakMethod>(m), classCount);
    if (!b) return tl::unexpected(b.error());
    fits.push_back({b->method, b->classes(), b->gvf});
  }
  return fits;
}

Result<ClassAdvice> adviseClasses(std::span<const double> values) {
  const auto fit = naturalFit(values, 9);
  if (!fit) return tl::unexpected(fit.error());
  ClassAdvice advice{1, *fit};
  const int most = std::min<int>(7, static_cast<int>(fit->size()));
  advice.classes = std::min(3, most);
  while (advice.classes < most && (*fit)[advice.classes - 1] < 0.9 &&
         (*fit)[advice.classes] - (*fit)[advice.classes - 1] >= 0.02)
    ++advice.classes;
  return advice;
}

Result<SmoothedRates> empiricalBayes(std::span<const double> events, std::span<const double> base) {
  const auto m = rateMoments(events, base);
  if (!m) return tl::unexpected(m.error());
  SmoothedRates s;
  s.raw = m->rate;
  s.smoothed.assign(events.size(), nothing), s.trust = s.smoothed;
  s.overall = m->overall, s.variance = std::max(m->variance, 0.0);
  for (size_t i = 0; i < events.size(); ++i) {
    if (std::isnan(s.raw[i])) continue;
    const double total = s.variance + s.overall / base[i];
    s.trust[i] = total > 0 ? s.variance / total : 0;
    s.smoothed[i] = s.overall + s.trust[i] * (s.raw[i] - s.overall);
  }
  return s;
}

Result<std::vector<double>> standardisedRates(std::span<const double> events, std::span<const double> base) {
  const auto m = rateMoments(events, base);
  if (!m) return tl::unexpected(m.error());
  std::vector<double> z(events.size(), nothing);
  for (size_t i = 0; i < events.size(); ++i) {
    if (std::isnan(m->rate[i])) continue;
    const double chance = m->overall / base[i], variance = m->variance + chance;
    z[i] = chance > 0 ? (m->rate[i] - m->overall) / std::sqrt(variance > 0 ? variance : chance) : 0;
  }
  return z;
}

Result<Regression> regression(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) return fail("The two columns do not have the same number of rows.");
  Regression g{};
  long double sx = 0, sy = 0;
  const auto both = [&](size_t i) { return std::isfinite(x[i]) && std::isfinite(y[i]); };
  for (size_t i = 0; i < x.size(); ++i)
    if (both(i)) sx += x[i], sy += y[i], ++g.count;
  if (g.count < 2)
    return fail(fmt::format("Only {} rows have both values: too few for a line.", g.count),
                "Choose other columns.");
  const long double n = static_cast<long double>(g.count), mx = sx / n, my = sy / n;
  long double xx = 0, xy = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!both(i)) continue;
    const long double dx = x[i] - mx, dy = y[i] - my;
    xx += dx * dx, xy += dx * dy, yy += dy * dy;
  }
  if (!(xx > 0))
    return fail("All values of the first column are equal: no line fits.", "Choose another column.");
  g.slope = static_cast<double>(xy / xx);
  g.intercept = static_cast<double>(my - xy / xx * mx);
  g.r = yy > 0 ? static_cast<double>(std::clamp(xy / std::sqrt(xx * yy), -1.0L, 1.0L)) : nothing;
  g.slopeError = g.p = nothing;
  if (g.count > 2 && yy > 0) {
    const double freedom = static_cast<double>(g.count) - 2;
    const double left = static_cast<double>(std::max(yy - xy * xy / xx, 0.0L));
    g.slopeError = std::sqrt(left / freedom / static_cast<double>(xx));
    // P(|t| > t₀) = I(ν / (ν + t₀²); ν/2, ½), and 1 − r² is that argument.
    g.p = incompleteBeta(freedom / 2, 0.5, static_cast<double>(left / yy));
  }
  return g;
}

double twoSidedP(double z) { return std::erfc(std::abs(z) / std::numbers::sqrt2); }

BoxPlot boxPlot(std::span<const double> values) {
  const std::vector<double> v = sortedFinite(values);
  BoxPlot b{nothing, nothing, nothing, nothing, nothing, {}, v.size()};
  if (v.empty()) return b;
  const size_t last = v.size() - 1;
  // The mean of the two values around a rank that may end in a half.
  const auto at = [&](size_t twiceRank) { return v[twiceRank / 2] / 2 + v[(twiceRank + 1) / 2] / 2; };
  b.firstQuartile = at(last / 2), b.median = at(last), b.thirdQuartile = at(2 * last - last / 2);
  const double reach = 1.5 * (b.thirdQuartile - b.firstQuartile);
  const double low = b.firstQuartile - reach, high = b.thirdQuartile + reach;
  b.lowWhisker = *std::ranges::lower_bound(v, low);
  b.highWhisker = *std::prev(std::ranges::upper_bound(v, high));
  for (uint32_t row = 0; row < values.size(); ++row)
    if (std::isfinite(values[row]) && (values[row] < low || values[row] > high)) b.outliers.push_back(row);
  std::ranges::stable_sort(b.outliers, {}, [&](uint32_t row) { return values[row]; });
  return b;
}

}  // namespace geo
