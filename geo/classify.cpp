#include "geo/classify.h"

#include <atomic>
#include <cassert>
#include <limits>
#include <thread>
#include <utility>

#include "geo/detail/double_double.h"
#include "geo/detail/sort.h"

namespace geo {
namespace {

using detail::DoubleDouble;

constexpr std::array<std::pair<BreakMethod, std::string_view>, 10> methods{{
    {BreakMethod::natural, "natural"},
    {BreakMethod::quantile, "quantile"},
    {BreakMethod::equal, "equal"},
    {BreakMethod::stddev, "stddev"},
    {BreakMethod::pretty, "pretty"},
    {BreakMethod::headtail, "headtail"},
    {BreakMethod::box, "box"},
    {BreakMethod::percentile, "percentile"},
    {BreakMethod::geometric, "geometric"},
    {BreakMethod::manual, "manual"},
}};

constexpr int maxClasses = 256;

// The finite values, ascending, and the distinct ones among them with the rank where each ends.
struct Sorted {
  std::vector<double> values, distinct;
  std::vector<uint32_t> end;  // end[i]: number of values ≤ distinct[i]
  size_t rows = 0;

  size_t weight(size_t i) const { return end[i] - (i ? end[i - 1] : 0); }
  double least() const { return values.front(); }
  double greatest() const { return values.back(); }
};

Sorted sorted(std::span<const double> column) {
  Sorted s;
  s.rows = column.size();
  s.values.reserve(column.size());
  for (double v : column)
    if (std::isfinite(v)) s.values.push_back(v);
  detail::sortValues(s.values);
  for (size_t i = 0; i < s.values.size(); ++i) {
    if (i == 0 || s.values[i] != s.values[i - 1]) {
      s.distinct.push_back(s.values[i]);
      s.end.push_back(0);
    }
    s.end.back() = static_cast<uint32_t>(i + 1);
  }
  return s;
}

// Where each class ends (in distinct values), and the limit that the rule gives it where it has one.
struct Cuts {
  std::vector<size_t> ends;
  std::vector<double> limits;

  // Values up to the limit, or below it.
  void upTo(const Sorted& s, double limit) { add(std::ranges::upper_bound(s.distinct, limit), s, limit); }
  void below(const Sorted& s, double limit) { add(std::ranges::lower_bound(s.distinct, limit), s, limit); }
  // The last class takes what is left, whatever rounding did to its limit.
  void rest(const Sorted& s, double limit) { add(s.distinct.end(), s, limit); }

 private:
  void add(std::vector<double>::const_iterator end, const Sorted& s, double limit) {
    ends.push_back(std::max<size_t>(ends.empty() ? 0 : ends.back(), end - s.distinct.begin()));
    limits.push_back(limit);
  }
};

// An extended type keeps squares of large values finite and small differences alive.
struct Moments {
  long double mean = 0, squares = 0;  // squares: Σ (x − mean)²
  size_t count = 0;
};

Moments moments(const Sorted& s, size_t first, size_t last) {
  Moments m;
  for (size_t i = first; i < last; ++i) {
    m.count += s.weight(i);
    m.mean += static_cast<long double>(s.distinct[i]) * s.weight(i);
  }
  if (m.count) m.mean /= m.count;
  long double drift = 0;
  for (size_t i = first; i < last; ++i) {
    const long double d = s.distinct[i] - m.mean;
    m.squares += d * d * s.weight(i);
    drift += d * s.weight(i);
  }
  if (m.count) m.squares = std::max(m.squares - drift * drift / m.count, 0.0L);
  return m;
}

// Classes without values keep their limit as bound, as long as it lies between their neighbours' values:
// otherwise nothing could ever fall into them, and they are left out.
Breaks finish(const Sorted& s, BreakMethod method, const Cuts& cuts, bool keepLimits) {
  Breaks b;
  b.method = method;
  b.rows = s.rows, b.missing = s.rows - s.values.size();
  long double sse = 0;
  size_t first = 0;
  for (size_t c = 0; c < cuts.ends.size(); ++c) {
    const size_t last = cuts.ends[c];
    const bool any = last > first, limited = !cuts.limits.empty();
    double bound = any && !keepLimits ? s.distinct[last - 1]
                   : limited          ? cuts.limits[c]
                                      : s.distinct[last - 1];
    if (!any) {
      if (last < s.distinct.size() && bound >= s.distinct[last])
        bound = std::nextafter(s.distinct[last], -std::numeric_limits<double>::infinity());
      if (!b.upperBounds.empty() && bound <= b.upperBounds.back()) {
        if (c + 1 < cuts.ends.size()) continue;
        bound = std::nextafter(b.upperBounds.back(), std::numeric_limits<double>::infinity());
      }
    }
    const Moments m = moments(s, first, last);
    sse += m.squares;
    b.upperBounds.push_back(bound);
    if (limited) b.limits.push_back(cuts.limits[c]);
    b.lowest.push_back(any ? s.distinct[first] : std::numeric_limits<double>::quiet_NaN());
    b.highest.push_back(any ? s.distinct[last - 1] : std::numeric_limits<double>::quiet_NaN());
    b.counts.push_back(m.count);
    first = last;
  }
  const long double total = moments(s, 0, s.distinct.size()).squares;
  b.sse = static_cast<double>(sse);
  b.gvf = total > 0 ? static_cast<double>(1 - sse / total) : 1;
  return b;
}

// Fisher's recurrence: the best value of c classes over the first i distinct values is the largest, over j,
// of the best of c−1 classes over the first j plus what j…i contribute as one class. What they contribute to
// the sum of squares between classes is (Σ w·x)² / Σ w, so that only two prefix sums are needed and the
// maximum is the minimum of the sum of squares within.
template <class Number>
class Fisher {
 public:
  Fisher(const Sorted& s, int classCount)
      : n_(static_cast<uint32_t>(s.distinct.size())), classCount_(classCount), sum_(n_ + 1), weight_(n_ + 1) {
    // Centred and scaled by a power of two: squares neither cancel more than they must nor overflow.
    const int exponent = std::ilogb(std::max({std::abs(s.least()), std::abs(s.greatest()), 1e-300})) + 2;
    const double centre = std::ldexp(static_cast<double>(moments(s, 0, n_).mean), -exponent);
    DoubleDouble sum;
    for (uint32_t i = 0; i < n_; ++i) {
      const DoubleDouble x = detail::twoSum(std::ldexp(s.distinct[i], -exponent), -centre);
      sum = sum + x * DoubleDouble(static_cast<double>(s.weight(i)));
      sum_[i + 1] = static_cast<Number>(sum);
      weight_[i + 1] = s.end[i];
    }
  }

  std::vector<size_t> ends() {
    best_.resize(n_ + 1), next_.resize(n_ + 1);
    for (uint32_t i = 1; i <= n_; ++i) best_[i] = gain(i, 0);
    std::vector<std::vector<uint32_t>> argument(classCount_ + 1);
    for (int c = 2; c < classCount_; ++c) {
      argument[c].resize(n_ + 1);
      layer(c, n_ - static_cast<uint32_t>(classCount_ - c), argument[c]);
      best_.swap(next_);
    }
    std::vector<size_t> ends(classCount_, n_);
    uint32_t i = n_;
    for (int c = classCount_; c > 1; --c) {
      i = c == classCount_ ? argmax(n_, c - 1, n_ - 1).first : argument[c][i];
      ends[c - 2] = i;
    }
    return ends;
  }

  // The sum of squares between classes for 1 … classCount classes, as a share of the total.
  std::vector<double> shares() {
    best_.resize(n_ + 1), next_.resize(n_ + 1);
    Number total{};
    for (uint32_t i = 1; i <= n_; ++i) {
      best_[i] = gain(i, 0);
      total = total + gain(i, i - 1);
    }
    const Number none = best_[n_];
    std::vector<double> shares{0};
    std::vector<uint32_t> argument(n_ + 1);
    for (int c = 2; c <= classCount_; ++c) {
      layer(c, n_, argument);
      best_.swap(next_);
      shares.push_back(static_cast<double>((best_[n_] - none) / (total - none)));
    }
    return shares;
  }

 private:
  struct Span {
    uint32_t first, last, low, high;  // i in [first, last], whose best j lies in [low, high]
  };

  Number gain(uint32_t i, uint32_t j) const {
    const Number d = sum_[i] - sum_[j];
    return d * d / Number(weight_[i] - weight_[j]);
  }

  // The first best j in [low, high]. In blocks, first all values, then their maximum: both loops vectorise,
  // and the place is only looked for in a block that holds something better.
  std::pair<uint32_t, Number> argmax(uint32_t i, uint32_t low, uint32_t high) const {
    constexpr uint32_t block = 64;
    uint32_t at = low;
    Number top = best_[low] + gain(i, low);
    uint32_t j = low + 1;
    if constexpr (std::is_same_v<Number, double>) {
      std::array<double, block> value;
      for (; j + block <= high + 1; j += block) {
        for (uint32_t k = 0; k < block; ++k) value[k] = best_[j + k] + gain(i, j + k);
        std::array<double, 8> most;
        std::copy_n(value.begin(), 8, most.begin());
        for (uint32_t k = 8; k < block; k += 8)
          for (uint32_t l = 0; l < 8; ++l) most[l] = value[k + l] > most[l] ? value[k + l] : most[l];
        const double largest = *std::ranges::max_element(most);
        if (largest > top)
          top = largest, at = j + static_cast<uint32_t>(std::ranges::find(value, largest) - value.begin());
      }
    }
    for (; j <= high; ++j) {
      const Number v = best_[j] + gain(i, j);
      if (v > top) top = v, at = j;
    }
    return {at, top};
  }

  // Solves the middle i of the span; the best j of those left of it are not beyond its own, and of those
  // right of it not before: the rest is two smaller spans.
  uint32_t middle(const Span& s, int c, std::vector<uint32_t>& argument) {
    const uint32_t i = s.first + (s.last - s.first) / 2;
    const auto [j, value] = argmax(i, std::max(s.low, static_cast<uint32_t>(c - 1)), std::min(s.high, i - 1));
    argument[i] = j, next_[i] = value;
    return i;
  }

  void solve(const Span& s, int c, std::vector<uint32_t>& argument) {
    const uint32_t i = middle(s, c, argument), j = argument[i];
    if (i > s.first) solve({s.first, i - 1, s.low, j}, c, argument);
    if (i < s.last) solve({i + 1, s.last, j, s.high}, c, argument);
  }

  // Large layers are cut into spans that two threads take in turn; each span's result depends on nothing but
  // itself, so it is the same whoever solves it.
  void layer(int c, uint32_t last, std::vector<uint32_t>& argument) {
    const Span whole{static_cast<uint32_t>(c), last, static_cast<uint32_t>(c - 1), n_};
    if (n_ < 20000) return solve(whole, c, argument);
    std::vector<Span> spans{whole};
    for (int depth = 0; depth < 5; ++depth) {
      std::vector<Span> halves;
      for (const Span& s : spans) {
        const uint32_t i = middle(s, c, argument), j = argument[i];
        if (i > s.first) halves.push_back({s.first, i - 1, s.low, j});
        if (i < s.last) halves.push_back({i + 1, s.last, j, s.high});
      }
      spans.swap(halves);
    }
    std::atomic<size_t> turn{0};
    const auto work = [&] {
      for (size_t t; (t = turn.fetch_add(1)) < spans.size();) solve(spans[t], c, argument);
    };
    std::jthread second(work);
    work();
  }

  uint32_t n_;
  int classCount_;
  std::vector<Number> sum_;
  std::vector<double> weight_;
  std::vector<Number> best_, next_;
};

// Plain doubles decide wrongly only between partitions that differ by 1e-15 of the total. That matters when
// almost all of it lies between the classes (values of very different size); few values can afford the
// careful way at once.
Cuts natural(const Sorted& s, int classCount) {
  if (s.distinct.size() > 16000) {
    Cuts cuts{Fisher<double>(s, classCount).ends(), {}};
    if (finish(s, BreakMethod::natural, cuts, false).gvf < 1 - 1e-6) return cuts;
  }
  return {Fisher<DoubleDouble>(s, classCount).ends(), {}};
}

// Limits are the quantiles i/k by linear interpolation (type 7 of Hyndman & Fan 1996), as in R's classInt,
// QGIS and PySAL. Ties stay together; classes that ties leave empty do not exist.
Cuts quantile(const Sorted& s, int classCount) {
  Cuts cuts;
  const size_t n = s.values.size(), k = classCount;
  for (size_t c = 1; c <= k; ++c) {
    const size_t rank = c * (n - 1) / k, part = c * (n - 1) % k;
    double limit = s.values[rank];
    if (part) limit += (s.values[rank + 1] - limit) * (static_cast<double>(part) / static_cast<double>(k));
    const size_t before = cuts.ends.empty() ? 0 : cuts.ends.back();
    cuts.upTo(s, limit);
    if (cuts.ends.back() == before) cuts.ends.pop_back();
  }
  cuts.limits.clear();
  return cuts;
}

// Classes of one width between the least and the greatest value.
Cuts equal(const Sorted& s, int classCount) {
  Cuts cuts;
  const double low = s.least(), high = s.greatest();
  for (int c = 1; c < classCount; ++c) {
    const double t = static_cast<double>(c) / classCount, width = high - low;
    cuts.upTo(s, std::isfinite(width) ? low + width * c / classCount : low * (1 - t) + high * t);
  }
  cuts.rest(s, high);
  return cuts;
}

// Classes one standard deviation wide (sample, n − 1), half of one from nine classes on, laid symmetrically
// about the mean: an even number has a break at the mean, an odd number a class centred on it. The outer two
// are open. Six classes are GeoDa's standard deviation map. Source: Slocum et al., Thematic Cartography,
// "mean–standard deviation".
Cuts deviation(const Sorted& s, int classCount) {
  const Moments m = moments(s, 0, s.distinct.size());
  const long double deviation = std::sqrt(m.squares / (m.count - 1)) * (classCount > 8 ? 0.5L : 1.0L);
  Cuts cuts;
  for (int c = 1; c < classCount; ++c)
    cuts.upTo(s, static_cast<double>(m.mean + (c - classCount / 2.0L) * deviation));
  cuts.rest(s, std::max(s.greatest(), static_cast<double>(m.mean + classCount / 2.0L * deviation)));
  return cuts;
}

// R's pretty(): steps of 1, 2 or 5 times a power of ten that cover the data; high.u.bias 1.5, u5.bias 2.75,
// min.n = n / 3, shrink.sml 0.75. Source: R, src/appl/pretty.c.
Cuts pretty(const Sorted& s, int classCount) {
  constexpr double h = 1.5, h5 = 0.5 + 1.5 * h, rounding = 1e-10;
  const double low = s.least(), high = s.greatest();
  const int leastSteps = classCount / 3;
  const double largest = std::max(std::abs(low), std::abs(high));
  const double dx = high / 2 - low / 2;  // halved: the whole range may overflow
  double cell = largest;
  const double precision = (1 + 1 / (1 + h)) * classCount * std::numeric_limits<double>::epsilon();
  if (dx < largest / 2 * precision * 3) {
    if (cell > 10) cell = 9 + cell / 10;
    cell *= 0.75;
    if (leastSteps > 1) cell /= leastSteps;
  } else {
    cell = dx / classCount * 2;
  }
  cell = std::clamp(cell, 20 * std::numeric_limits<double>::min(), 0.1 * std::numeric_limits<double>::max());
  const int exponent = static_cast<int>(std::floor(std::log10(cell)));
  const double base = std::pow(10.0, exponent);
  double times = 1;
  if (2 * base - cell < h * (cell - base)) {
    times = 2;
    if (5 * base - cell < h5 * (cell - times * base)) {
      times = 5;
      if (10 * base - cell < h * (cell - times * base)) times = 10;
    }
  }
  const double unit = times * base;
  double first = std::floor(low / unit + rounding), last = std::ceil(high / unit - rounding);
  while (first * unit > low + rounding * unit) --first;
  while (last * unit < high - rounding * unit) ++last;
  const int lacking = leastSteps - static_cast<int>(0.5 + last - first);
  if (lacking > 0) {
    if (low == 0 && first == 0 && high != 0) {
      last += lacking;
    } else if (high == 0 && last == 0 && low != 0) {
      first -= lacking;
    } else if (first >= 0) {
      last += lacking / 2, first -= lacking / 2 + lacking % 2;
    } else {
      first -= lacking / 2, last += lacking / 2 + lacking % 2;
    }
  }
  // A step below one is divided by its power of ten: 3 / 10 is the decimal 0.3, 3 * 0.1 is not.
  const auto limit = [&](double step) {
    return exponent < 0 && exponent > -300 ? step * times / std::pow(10.0, -exponent) : step * unit;
  };
  Cuts cuts;
  for (double step = first + 1; step < last - 0.5; ++step) cuts.upTo(s, limit(step));
  cuts.rest(s, std::max(limit(last), high));
  return cuts;
}

// The data are cut at their mean, the head above it at its own mean, and so on while a head holds at most 40
// % of what was cut. Source: Jiang 2013, Head/tail breaks, The Professional Geographer 65(3).
Cuts headTail(const Sorted& s, int mostClasses) {
  Cuts cuts;
  size_t first = 0;
  while (static_cast<int>(cuts.ends.size()) + 1 < mostClasses && s.distinct.size() - first > 1) {
    const Moments m = moments(s, first, s.distinct.size());
    const auto head = std::upper_bound(s.distinct.begin() + static_cast<long>(first), s.distinct.end(),
                                       m.mean, [](long double mean, double v) { return mean < v; });
    const size_t at = head - s.distinct.begin();
    if (at == first || at == s.distinct.size()) break;
    cuts.ends.push_back(at);
    first = at;
    const double share = static_cast<double>(s.values.size() - s.end[at - 1]) / static_cast<double>(m.count);
    if (share > 0.4) break;
  }
  cuts.ends.push_back(s.distinct.size());
  return cuts;
}

// GeoDa's box map, hinge 1.5: lower outliers · below the first quartile · to the median · to the third
// quartile · to the fence · upper outliers. Quartiles are Tukey's hinges. Source: GeoDa, GenUtils.cpp
// (HingeStats).
Cuts box(const Sorted& s) {
  const size_t last = s.values.size() - 1;
  // The mean of the two values around a rank that may end in a half.
  const auto at = [&](size_t twiceRank) {
    return s.values[twiceRank / 2] / 2 + s.values[(twiceRank + 1) / 2] / 2;
  };
  const double q1 = at(last / 2), q2 = at(last), q3 = at(2 * last - last / 2), reach = q3 - q1;
  Cuts cuts;
  cuts.below(s, q1 - 1.5 * reach);
  cuts.below(s, q1);
  cuts.upTo(s, q2);
  cuts.upTo(s, q3);
  cuts.upTo(s, q3 + 1.5 * reach);
  cuts.rest(s, std::max(s.greatest(), q3 + 3 * reach));
  return cuts;
}

// Value at a percentile: linear between the midpoints of the ranks, 100 (i − ½) / n (Hyndman & Fan type 5).
double percentileOf(const std::vector<double>& v, double percent) {
  const double n = static_cast<double>(v.size()), rank = percent / 100 * n - 0.5;
  if (rank <= 0) return v.front();
  if (rank >= n - 1) return v.back();
  const size_t i = static_cast<size_t>(rank);
  return v[i] + (rank - static_cast<double>(i)) * (v[i + 1] - v[i]);
}

// GeoDa's percentile map: below 1 % · below 10 % · to 50 % · to 90 % · to 99 % · above. Source: GeoDa,
// CatClassification.cpp and Gda::percentile.
Cuts percentile(const Sorted& s) {
  Cuts cuts;
  cuts.below(s, percentileOf(s.values, 1));
  cuts.below(s, percentileOf(s.values, 10));
  for (double percent : {50.0, 90.0, 99.0}) cuts.upTo(s, percentileOf(s.values, percent));
  cuts.rest(s, s.greatest());
  return cuts;
}

// Limits grow by one factor from the least to the greatest value: a·rⁱ. Data that reach zero or below are
// shifted so that the least becomes the smallest distance from zero found in them (counts with zeros: one),
// which scales with the unit. Source: Dent, Cartography, "geometric progression"; the shift is ours.
Cuts geometric(const Sorted& s, int classCount) {
  double shift = 0;
  if (s.least() <= 0) {
    double smallest = std::numeric_limits<double>::infinity();
    for (double v : s.distinct)
      if (v != 0) smallest = std::min(smallest, std::abs(v));
    shift = smallest - s.least();
  }
  const long double low = static_cast<long double>(s.least()) + shift;
  const long double high = static_cast<long double>(s.greatest()) + shift;
  Cuts cuts;
  for (int c = 1; c < classCount; ++c)
    cuts.upTo(
        s, static_cast<double>(low * std::pow(high / low, static_cast<long double>(c) / classCount) - shift));
  cuts.rest(s, s.greatest());
  return cuts;
}

Result<Cuts> manual(const Sorted& s, std::span<const double> bounds) {
  if (bounds.empty())
    return fail("Manual classes need their upper bounds.",
                "Give them in ascending order: --breaks 10,20,50.");
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i]))
      return fail("A class bound is not a finite number.", "Give numbers like 10,20,50.");
    if (i && bounds[i] <= bounds[i - 1])
      return fail(
          fmt::format("The class bounds do not ascend: {} is followed by {}.", bounds[i - 1], bounds[i]),
          "Order them from small to large, each once.");
  }
  Cuts cuts;
  for (double bound : bounds) cuts.upTo(s, bound);
  if (s.greatest() > bounds.back()) cuts.rest(s, s.greatest());
  return cuts;
}

}  // namespace

Result<BreakMethod> breakMethod(std::string_view name) {
  std::string known;
  for (auto [method, text] : methods) {
    if (text == name) return method;
    known += (known.empty() ? "" : ", ") + std::string(text);
  }
  return fail(fmt::format("There is no classification \"{}\".", name), "There are: " + known + ".");
}

std::string_view name(BreakMethod method) { return methods[static_cast<size_t>(method)].second; }

int Breaks::classOf(double value) const {
  if (!std::isfinite(value)) return -1;
  const auto at = std::ranges::lower_bound(upperBounds, value);
  return at == upperBounds.end() ? -1 : static_cast<int>(at - upperBounds.begin());
}

Result<Breaks> classify(std::span<const double> values, BreakMethod method, int classCount,
                        std::span<const double> manualUpperBounds) {
  const bool counted =
      method != BreakMethod::box && method != BreakMethod::percentile && method != BreakMethod::manual;
  if (counted && (classCount < 1 || classCount > maxClasses))
    return fail(fmt::format("{} classes cannot be made.", classCount),
                fmt::format("Ask for 1 to {}.", maxClasses));
  const Sorted s = sorted(values);
  if (s.values.empty())
    return fail(values.empty() ? "There are no values to classify."
                               : fmt::format("All {} values are missing or infinite: nothing to classify.",
                                             values.size()),
                "Choose a column that has numbers.");
  if (method == BreakMethod::manual) {
    const auto cuts = manual(s, manualUpperBounds);
    if (!cuts) return tl::unexpected(cuts.error());
    return finish(s, method, *cuts, true);
  }
  const int k = std::min<int>(classCount, static_cast<int>(std::min<size_t>(s.distinct.size(), maxClasses)));
  Cuts cuts;
  if (s.distinct.size() == 1 || (counted && k == 1 && method != BreakMethod::pretty)) {
    cuts.ends = {s.distinct.size()};
  } else {
    switch (method) {
      case BreakMethod::natural:
        cuts = natural(s, k);
        break;
      case BreakMethod::quantile:
        cuts = quantile(s, k);
        break;
      case BreakMethod::equal:
        cuts = equal(s, k);
        break;
      case BreakMethod::stddev:
        cuts = deviation(s, k);
        break;
      case BreakMethod::pretty:
        cuts = pretty(s, k);
        break;
      case BreakMethod::headtail:
        cuts = headTail(s, classCount);
        break;
      case BreakMethod::box:
        cuts = box(s);
        break;
      case BreakMethod::percentile:
        cuts = percentile(s);
        break;
      case BreakMethod::geometric:
        cuts = geometric(s, k);
        break;
      case BreakMethod::manual:
        break;
    }
  }
  return finish(s, method, cuts, method == BreakMethod::pretty && !cuts.limits.empty());
}

Result<Breaks> naturalBreaks(std::span<const double> values, int classCount) {
  return classify(values, BreakMethod::natural, classCount);
}

Result<std::vector<double>> naturalFit(std::span<const double> values, int mostClasses) {
  if (mostClasses < 1 || mostClasses > maxClasses)
    return fail(fmt::format("{} classes cannot be made.", mostClasses),
                fmt::format("Ask for 1 to {}.", maxClasses));
  const Sorted s = sorted(values);
  if (s.values.empty()) return fail("There are no values to classify.", "Choose a column that has numbers.");
  if (s.distinct.size() == 1) return std::vector<double>{1};
  const int k = std::min<int>(mostClasses, static_cast<int>(std::min<size_t>(s.distinct.size(), maxClasses)));
  return s.distinct.size() > 16000 ? Fisher<double>(s, k).shares() : Fisher<DoubleDouble>(s, k).shares();
}

}  // namespace geo
