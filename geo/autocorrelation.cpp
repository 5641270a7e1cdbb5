#include "geo/autocorrelation.h"

#include <atomic>
#include <numeric>

#include "geo/detail/parallel.h"
#include "geo/detail/random.h"
#include "geo/statistics.h"

namespace geo {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// Sums over the weights that every moment is made of: S0 = Σw, S1 = ½Σ(wij + wji)², S2 = Σi(Σj wij + Σj
// wji)².
struct Sums {
  double s0 = 0, s1 = 0, s2 = 0;
};

double weightBetween(const Weights& w, uint32_t from, uint32_t to) {
  const auto n = w.neighbours(from);
  const auto at = std::ranges::lower_bound(n, to);
  return at != n.end() && *at == to ? w.weight[w.start[from] + static_cast<size_t>(at - n.begin())] : 0;
}

Sums sumsOf(const Weights& w) {
  Sums s;
  std::vector<double> out(w.rows(), 0), in(w.rows(), 0);
  for (uint32_t i = 0; i < w.rows(); ++i)
    for (uint32_t l = w.start[i]; l < w.start[i + 1]; ++l) {
      const double v = w.weight[l], back = weightBetween(w, w.neighbour[l], i);
      s.s0 += v;
      out[i] += v, in[w.neighbour[l]] += v;
      // Each unordered pair counts (wij + wji)² once; a link without its reverse stands for its pair alone.
      s.s1 += back > 0 ? (v + back) * (v + back) / 2 : v * v;
    }
  for (size_t i = 0; i < w.rows(); ++i) s.s2 += (out[i] + in[i]) * (out[i] + in[i]);
  return s;
}

void judge(Association& a) {
  a.z = (a.value - a.expected) / std::sqrt(a.varianceNormality);
  a.p = twoSidedP(a.z);
  a.zRandomisation = (a.value - a.expected) / std::sqrt(a.varianceRandomisation);
  a.pRandomisation = twoSidedP(a.zRandomisation);
}

struct Deviations {
  std::vector<double> z;  // from the mean
  double squares = 0, kurtosis = 0;
};

Deviations deviations(const std::vector<double>& y) {
  long double mean = 0, second = 0, fourth = 0;
  for (double v : y) mean += v;
  mean /= y.size();
  Deviations d;
  for (double v : y) {
    const long double z = v - mean;
    d.z.push_back(static_cast<double>(z));
    second += z * z, fourth += z * z * z * z;
  }
  d.squares = static_cast<double>(second);
  d.kurtosis = static_cast<double>(fourth * y.size() / (second * second));
  return d;
}

double crossProduct(const Weights& w, const double* z) {
  double sum = 0;
  for (size_t i = 0; i < w.rows(); ++i) {
    double lag = 0;
    for (uint32_t l = w.start[i]; l < w.start[i + 1]; ++l) lag += w.weight[l] * z[w.neighbour[l]];
    sum += z[i] * lag;
  }
  return sum;
}

Association moran(const Weights& w, const Sums& s, const Deviations& d) {
  const double n = static_cast<double>(w.rows()), s02 = s.s0 * s.s0, k = d.kurtosis;
  Association a{};
  a.value = n / s.s0 * crossProduct(w, d.z.data()) / d.squares;
  a.expected = -1 / (n - 1);
  const double e2 = a.expected * a.expected;
  a.varianceNormality = (n * n * s.s1 - n * s.s2 + 3 * s02) / ((n * n - 1) * s02) - e2;
  a.varianceRandomisation = n > 3 ? (n * ((n * n - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s02) -
                                     k * ((n * n - n) * s.s1 - 2 * n * s.s2 + 6 * s02)) /
                                            ((n - 1) * (n - 2) * (n - 3) * s02) -
                                        e2
                                  : none;
  judge(a);
  return a;
}

Association geary(const Weights& w, const Sums& s, const Deviations& d) {
  const double n = static_cast<double>(w.rows()), s02 = s.s0 * s.s0, k = d.kurtosis;
  double sum = 0;
  for (size_t i = 0; i < w.rows(); ++i)
    for (uint32_t l = w.start[i]; l < w.start[i + 1]; ++l) {
      const double difference = d.z[i] - d.z[w.neighbour[l]];
      sum += w.weight[l] * difference * difference;
    }
  Association a{};
  a.value = (n - 1) * sum / (2 * s.s0 * d.squares);
  a.expected = 1;
  a.varianceNormality = ((2 * s.s1 + s.s2) * (n - 1) - 4 * s02) / (2 * (n + 1) * s02);
  a.varianceRandomisation = n > 3 ? ((n - 1) * s.s1 * (n * n - 3 * n + 3 - (n - 1) * k) -
                                     (n - 1) * s.s2 * (n * n + 3 * n - 6 - (n * n - n + 2) * k) / 4 +
                                     s02 * (n * n - 3 - (n - 1) * (n - 1) * k)) /
                                        (n * (n - 2) * (n - 3) * s02)
                                  : none;
  judge(a);
  return a;
}

// Source: Getis & Ord 1992, Geographical Analysis 24(3). Its moments know only the shuffling of values.
Association generalG(const Weights& binary, const Sums& s, const std::vector<double>& y) {
  Association a{none, none, none, none, none, none, none, none};
  const double n = static_cast<double>(y.size()), s02 = s.s0 * s.s0;
  long double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
  for (double v : y) {
    if (v < 0) return a;
    const long double u = v;
    m1 += u, m2 += u * u, m3 += u * u * u, m4 += u * u * u * u;
  }
  const long double pairs = m1 * m1 - m2;
  if (!(pairs > 0)) return a;
  a.value = crossProduct(binary, y.data()) / static_cast<double>(pairs);
  a.expected = s.s0 / (n * (n - 1));
  if (n > 3) {
    const double b0 = (n * n - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s02;
    const double b1 = -((n * n - n) * s.s1 - 2 * n * s.s2 + 6 * s02);
    const double b2 = -(2 * n * s.s1 - (n + 3) * s.s2 + 6 * s02);
    const double b3 = 4 * (n - 1) * s.s1 - 2 * (n + 1) * s.s2 + 8 * s02;
    const double b4 = s.s1 - s.s2 + s02;
    const long double square =
        b0 * m2 * m2 + b1 * m4 + b2 * m1 * m1 * m2 + b3 * m1 * m3 + b4 * m1 * m1 * m1 * m1;
    const double second = static_cast<double>(square / (pairs * pairs * n * (n - 1) * (n - 2) * (n - 3)));
    a.varianceRandomisation = second - a.expected * a.expected;
    a.zRandomisation = (a.value - a.expected) / std::sqrt(a.varianceRandomisation);
    a.pRandomisation = twoSidedP(a.zRandomisation);
  }
  return a;
}

// Shuffled sums differ from equal ones by the order of adding; so near they count as ties, which is what they
// are.
double pseudoP(double observed, std::span<const double> drawn, double tolerance) {
  size_t above = 0, below = 0;
  for (double v : drawn) above += v >= observed - tolerance, below += v <= observed + tolerance;
  return static_cast<double>(std::min(above, below) + 1) / static_cast<double>(drawn.size() + 1);
}

class Stop {
 public:
  Stop(Progress* progress, size_t total, double from, double to)
      : progress_(progress), total_(total), from_(from), to_(to) {}
  bool stopped() const { return progress_ && progress_->cancelled(); }
  void add(size_t done) {
    if (progress_)
      progress_->keepGoing(from_ +
                           (to_ - from_) * static_cast<double>(done_ += done) / static_cast<double>(total_));
  }

 private:
  Progress* progress_;
  size_t total_;
  double from_, to_;
  std::atomic<size_t> done_{0};
};

struct GlobalP {
  double moran = none, g = none;
};

GlobalP permutedGlobals(const Weights& w, const Weights& binary, const Deviations& d,
                        const std::vector<double>& y, bool withG, const AutocorrelationOptions& options,
                        Stop& stop) {
  const uint32_t n = static_cast<uint32_t>(y.size());
  std::vector<double> moran(options.permutations), g(withG ? options.permutations : 0);
  detail::parallelFor(options.permutations, 16, [&](size_t first, size_t last) {
    std::vector<uint32_t> order(n);
    std::vector<double> z(n), v(withG ? n : 0);
    for (size_t m = first; m < last && !stop.stopped(); ++m) {
      detail::Random random(options.seed, m);
      std::iota(order.begin(), order.end(), 0u);
      for (uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
      for (uint32_t i = 0; i < n; ++i) z[i] = d.z[order[i]];
      moran[m] = crossProduct(w, z.data());
      if (!withG) continue;
      for (uint32_t i = 0; i < n; ++i) v[i] = y[order[i]];
      g[m] = crossProduct(binary, v.data());
    }
    stop.add(last - first);
  });
  GlobalP p;
  const double scale = d.squares;
  p.moran = pseudoP(crossProduct(w, d.z.data()), moran, 1e-12 * scale);
  if (withG) {
    const double observed = crossProduct(binary, y.data());
    p.g = pseudoP(observed, g, 1e-12 * observed);
  }
  return p;
}

Quadrant quadrantOf(double own, double lag) {
  if (own > 0) return lag > 0 ? Quadrant::highHigh : Quadrant::highLow;
  return lag > 0 ? Quadrant::lowHigh : Quadrant::lowLow;
}

// Gi*: the sum of a row and its neighbours against its expectation, in standard deviations. A factor that all
// weights of a row share has no effect, so it does not matter whether they were standardised.
double giStar(const Deviations& d, uint32_t row, std::span<const uint32_t> neighbours,
              std::span<const double> weights) {
  const double n = static_cast<double>(d.z.size()), own = 1;
  double lag = own * d.z[row], sum = own, squares = own * own;
  for (size_t l = 0; l < weights.size(); ++l) {
    lag += weights[l] * d.z[neighbours[l]];
    sum += weights[l], squares += weights[l] * weights[l];
  }
  const double variance = d.squares / n * (n * squares - sum * sum) / (n - 1);
  return variance > 1e-12 * d.squares * squares ? lag / std::sqrt(variance) : none;
}

// z by the exact moments of drawing a row's neighbours from all others without replacement (Sokal et al.
// 1998); p by drawing them. Each row has its own stream of random numbers.
void locals(const Weights& w, const Weights& given, const Deviations& d, const std::vector<size_t>& rowOf,
            const AutocorrelationOptions& options, Stop& stop, std::vector<LocalMoran>& result,
            std::vector<LocalG>& spots) {
  const uint32_t n = static_cast<uint32_t>(w.rows());
  const double scale = (n - 1) / d.squares;
  result.resize(n), spots.resize(n);
  detail::parallelFor(n, 64, [&](size_t first, size_t last) {
    std::vector<uint32_t> others(n);
    std::iota(others.begin(), others.end(), 0u);
    std::vector<std::pair<uint32_t, uint32_t>> swaps;
    std::vector<double> drawn(options.permutations);
    for (uint32_t i = static_cast<uint32_t>(first); i < last && !stop.stopped(); ++i) {
      const auto weights = w.weightsOf(i);
      double lag = 0, sum = 0, squares = 0;
      for (size_t l = 0; l < weights.size(); ++l) {
        lag += weights[l] * d.z[w.neighbours(i)[l]];
        sum += weights[l], squares += weights[l] * weights[l];
      }
      LocalMoran& local = result[i];
      local = {rowOf[i], d.z[i] * lag * scale + 0.0, none, none, Quadrant::ns, Quadrant::ns};
      spots[i] = {rowOf[i], none, none, Spot::ns, Spot::ns};
      if (weights.empty()) continue;
      local.quadrant = quadrantOf(d.z[i], lag);
      spots[i].z = giStar(d, i, given.neighbours(i), given.weightsOf(i));
      spots[i].spot = spots[i].z > 0 ? Spot::hot : spots[i].z < 0 ? Spot::cold : Spot::ns;

      // The others: their mean and variance, without i.
      const double m = n - 1, mean = -d.z[i] / m, variance = (d.squares - d.z[i] * d.z[i]) / m - mean * mean;
      const double lagVariance = m > 1 ? variance * (m * squares - sum * sum) / (m - 1) : 0;
      local.z = (local.i - d.z[i] * mean * sum * scale) / (std::abs(d.z[i]) * std::sqrt(lagVariance) * scale);
      if (!std::isfinite(local.z)) local.z = none;
      if (options.permutations == 0) continue;

      // others[0 … n−2] are all rows but i; a draw shuffles as many as there are neighbours, then undoes its
      // swaps, so that the next draw starts from the same order.
      std::swap(others[i], others[n - 1]);
      detail::Random random(options.seed ^ 0x6c6f63616cu, rowOf[i]);
      for (double& draw : drawn) {
        swaps.clear();
        double drawnLag = 0;
        for (uint32_t k = 0; k < weights.size(); ++k) {
          const uint32_t at = k + random.below(n - 1 - k);
          swaps.emplace_back(k, at);
          std::swap(others[k], others[at]);
          drawnLag += weights[k] * d.z[others[k]];
        }
        for (size_t s = swaps.size(); s-- > 0;) std::swap(others[swaps[s].first], others[swaps[s].second]);
        draw = drawnLag;
      }
      std::swap(others[i], others[n - 1]);
      local.p = spots[i].p = pseudoP(lag, drawn, 1e-12 * std::sqrt(d.squares / n) * sum);
      // The neighbours' side, for now; whether it is significant is known when all rows are done.
      spots[i].found = lag > mean * sum ? Spot::hot : Spot::cold;
    }
    stop.add(last - first);
  });
}

// The largest p that keeps the share of false discoveries at the level: p(r) ≤ r·level / tests.
double discoveryThreshold(const std::vector<LocalMoran>& local, const AutocorrelationOptions& options) {
  if (!options.falseDiscoveryRate) return options.significance;
  std::vector<double> p;
  for (const LocalMoran& l : local)
    if (!std::isnan(l.p)) p.push_back(l.p);
  std::ranges::sort(p);
  for (size_t r = p.size(); r > 0; --r) {
    const double limit = options.significance * static_cast<double>(r) / static_cast<double>(p.size());
    if (p[r - 1] <= limit) return limit;
  }
  return p.empty() ? 0 : options.significance / static_cast<double>(p.size());
}

}  // namespace

std::string_view name(Quadrant quadrant) {
  constexpr std::array<std::string_view, 5> names{"ns", "HH", "LH", "LL", "HL"};
  return names[static_cast<size_t>(quadrant)];
}

std::string_view name(Spot spot) {
  constexpr std::array<std::string_view, 3> names{"ns", "hot", "cold"};
  return names[static_cast<size_t>(spot)];
}

Result<Autocorrelation> autocorrelation(std::span<const double> values, const Weights& weights,
                                        const AutocorrelationOptions& options, Progress* progress) {
  if (values.size() != weights.rows())
    return fail(fmt::format("There are {} values and weights for {} rows.", values.size(), weights.rows()));
  std::vector<uint8_t> keep(values.size());
  std::vector<double> y;
  std::vector<size_t> rowOf;
  for (size_t row = 0; row < values.size(); ++row) {
    keep[row] = std::isfinite(values[row]);
    if (keep[row]) y.push_back(values[row]), rowOf.push_back(row);
  }
  if (y.size() < 3)
    return fail(
        y.empty()       ? fmt::format("None of the {} rows has a value: nothing to correlate.", values.size())
        : y.size() == 1 ? std::string("Only 1 row has a value: too few for autocorrelation.")
                        : fmt::format("Only {} rows have a value: too few for autocorrelation.", y.size()),
        "It needs three at least, and means little below thirty.");
  if (std::ranges::adjacent_find(y, std::not_equal_to<>{}) == y.end())
    return fail(fmt::format("All {} values are equal: there is nothing to correlate.", y.size()),
                "Choose another column.");

  const Weights kept = keepRows(weights, keep);
  Weights binary = kept;
  std::ranges::fill(binary.weight, 1.0);
  const Weights w = options.binary ? binary : rowStandardised(kept);
  Autocorrelation a;
  a.rows = y.size(), a.missing = values.size() - y.size();
  a.links = w.links(), a.islands = w.islands().size();
  if (a.links == 0)
    return fail("No two rows with a value are neighbours.",
                "Borders count only where vertices coincide exactly; knn:4 always finds neighbours.");
  a.fewest = w.count(0);
  for (size_t i = 0; i < w.rows(); ++i)
    a.fewest = std::min(a.fewest, w.count(i)), a.most = std::max(a.most, w.count(i));
  a.meanNeighbours = static_cast<double>(a.links) / static_cast<double>(a.rows);

  const Deviations d = deviations(y);
  const Sums sums = sumsOf(w);
  a.moran = moran(w, sums, d);
  a.geary = geary(w, sums, d);
  a.g = generalG(binary, options.binary ? sums : sumsOf(binary), y);
  a.moranP = a.gP = none;
  if (options.permutations) {
    Stop stop(progress, options.permutations, 0, 0.5);
    const GlobalP p = permutedGlobals(w, binary, d, y, !std::isnan(a.g.value), options, stop);
    a.moranP = p.moran, a.gP = p.g;
  }
  Stop stop(progress, y.size(), 0.5, 1);
  locals(w, options.binary ? binary : kept, d, rowOf, options, stop, a.local, a.localG);
  if (stop.stopped()) return fail("Stopped.");
  a.threshold = discoveryThreshold(a.local, options);
  for (LocalMoran& l : a.local)
    if (l.p <= a.threshold) l.cluster = l.quadrant;
  for (LocalG& g : a.localG)
    if (!(g.p <= a.threshold) || g.found != g.spot) g.found = Spot::ns;
  return a;
}

}  // namespace geo
