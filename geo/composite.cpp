#include "geo/composite.h"

#include <numeric>

#include "geo/detail/parallel.h"
#include "geo/detail/random.h"

namespace geo {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double mostRanks = 2e8;   // kept at a time by the draws
constexpr double sameThing = 0.95;  // correlation from which two parts say the same
constexpr double tie = 1e-12;       // sums of the same numbers in another order differ by less

// Ranks of the finite values, 1 for the largest; ties share their mean rank, NaN for the others.
class Ranking {
 public:
  void rank(std::span<const double> values, std::span<double> ranks) {
    order_.clear();
    for (uint32_t row = 0; row < values.size(); ++row) {
      ranks[row] = none;
      if (std::isfinite(values[row])) order_.push_back(row);
    }
    std::ranges::sort(order_, [&](uint32_t a, uint32_t b) {
      return values[a] > values[b] || (values[a] == values[b] && a < b);
    });
    for (size_t first = 0, last; first < order_.size(); first = last) {
      for (last = first + 1; last < order_.size(); ++last) {
        const double above = values[order_[last - 1]], below = values[order_[last]];
        if (above - below > tie * std::max(std::abs(above), std::abs(below))) break;
      }
      for (size_t i = first; i < last; ++i) ranks[order_[i]] = static_cast<double>(first + 1 + last) / 2;
    }
  }

 private:
  std::vector<uint32_t> order_;
};

std::vector<double> normalised(const CompositePart& part, Normalisation how, bool& varies) {
  const size_t rows = part.values.size();
  std::vector<double> result(rows, none);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  long double sum = 0, squares = 0;
  size_t count = 0;
  for (double v : part.values)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v), sum += v, ++count;
  varies = low < high;
  const long double mean = count ? sum / count : 0;
  for (double v : part.values)
    if (std::isfinite(v)) squares += (v - mean) * (v - mean);
  const long double deviation = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
  std::vector<double> ranks(rows);
  if (how == Normalisation::rank) Ranking().rank(part.values, ranks);
  for (size_t row = 0; row < rows; ++row) {
    const double v = part.values[row];
    if (!std::isfinite(v)) continue;
    double& out = result[row];
    if (!varies) out = how == Normalisation::zScore ? 0 : 0.5;
    else if (how == Normalisation::minMax) out = (v / 2 - low / 2) / (high / 2 - low / 2);
    else if (how == Normalisation::zScore) out = static_cast<double>((v - mean) / deviation);
    else out = (static_cast<double>(count) - ranks[row]) / static_cast<double>(count - 1);
    if (!part.moreIsBetter && varies) out = how == Normalisation::zScore ? -out : 1 - out;
  }
  return result;
}

void scoreRows(const std::vector<std::vector<double>>& parts, std::span<const double> weights,
               std::span<double> score) {
  std::ranges::fill(score, 0.0);
  for (size_t p = 0; p < parts.size(); ++p) {
    if (weights[p] == 0) continue;  // what does not count may be missing
    for (size_t row = 0; row < score.size(); ++row) score[row] += weights[p] * parts[p][row];
  }
}

void scaleToOne(std::span<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& w : weights) w /= sum;
}

double correlation(std::span<const double> a, std::span<const double> b) {
  double n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < a.size(); ++i)
    if (!std::isnan(a[i]) && !std::isnan(b[i])) n += 1, sa += a[i], sb += b[i];
  for (size_t i = 0; i < a.size(); ++i)
    if (!std::isnan(a[i]) && !std::isnan(b[i])) {
      const double x = a[i] - sa / n, y = b[i] - sb / n;
      aa += x * x, bb += y * y, ab += x * y;
    }
  return n > 2 && aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

Result<void> check(std::span<const CompositePart> parts) {
  if (parts.empty()) return fail("A composite index needs at least one indicator.", "Choose some.");
  double sum = 0;
  for (size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].values.size() != parts[0].values.size())
      return fail(fmt::format("Indicator {} has {} rows, the first has {}.", p + 1, parts[p].values.size(),
                              parts[0].values.size()));
    if (!std::isfinite(parts[p].weight) || parts[p].weight < 0)
      return fail(fmt::format("The weight of indicator {} is {}.", p + 1, parts[p].weight),
                  "Give one of zero or more; turn the indicator's direction round instead.");
    sum += parts[p].weight;
  }
  if (!(sum > 0) || !std::isfinite(sum))
    return fail("The weights add up to nothing.", "Give at least one indicator a weight above zero.");
  return {};
}

}  // namespace

Result<Composite> compositeIndex(std::span<const CompositePart> parts, Normalisation how) {
  if (const auto ok = check(parts); !ok) return tl::unexpected(ok.error());
  const size_t rows = parts[0].values.size();
  Composite c;
  for (size_t p = 0; p < parts.size(); ++p) {
    bool varies = false;
    c.normalised.push_back(normalised(parts[p], how, varies));
    c.weights.push_back(parts[p].weight);
    if (!varies) c.warnings.push_back(fmt::format("Indicator {} does not vary: it moves no rank.", p + 1));
  }
  scaleToOne(c.weights);
  c.score.resize(rows), c.rank.resize(rows);
  scoreRows(c.normalised, c.weights, c.score);
  Ranking().rank(c.score, c.rank);
  const auto without =
      static_cast<size_t>(std::ranges::count_if(c.score, [](double v) { return std::isnan(v); }));
  if (without == rows) return fail("No row has all of the indicators.", "Leave out those with gaps.");
  if (without)
    c.warnings.push_back(fmt::format("{} of {} rows lack an indicator and have no rank.", without, rows));
  for (size_t a = 0; a < parts.size(); ++a)
    for (size_t b = a + 1; b < parts.size(); ++b) {
      if (c.weights[a] == 0 || c.weights[b] == 0) continue;
      if (const double r = correlation(c.normalised[a], c.normalised[b]); r > sameThing)
        c.warnings.push_back(fmt::format(
            "Indicators {} and {} say nearly the same (r = {:.2f}): it counts twice.", a + 1, b + 1, r));
    }
  return c;
}

Result<RankStability> rankStability(std::span<const CompositePart> parts, Normalisation how, double spread,
                                    size_t draws, uint64_t seed) {
  if (!(spread >= 0 && spread <= 1))
    return fail(fmt::format("Weights cannot move by {} of themselves.", spread), "Give a share from 0 to 1.");
  if (draws == 0) return fail("Without draws there is no stability to tell.", "Ask for 2000.");
  const auto index = compositeIndex(parts, how);
  if (!index) return tl::unexpected(index.error());
  const size_t rows = index->score.size();
  if (static_cast<double>(rows) * static_cast<double>(draws) > mostRanks)
    return fail(fmt::format("{} draws over {} rows are too many to keep.", draws, rows),
                fmt::format("Ask for {:.0f}.", mostRanks / static_cast<double>(rows)));
  std::vector<float> drawn(rows * draws);
  detail::parallelFor(draws, 16, [&](size_t first, size_t last) {
    std::vector<double> weights(parts.size()), score(rows), rank(rows);
    Ranking ranking;
    for (size_t d = first; d < last; ++d) {
      detail::Random random(seed, d);
      for (size_t p = 0; p < parts.size(); ++p)
        weights[p] = index->weights[p] * (1 + spread * (2 * random.unit() - 1));
      scaleToOne(weights);
      scoreRows(index->normalised, weights, score);
      ranking.rank(score, rank);
      std::ranges::copy(rank, drawn.begin() + static_cast<long>(d * rows));
    }
  });
  RankStability s;
  for (auto* v : {&s.low, &s.median, &s.high, &s.keeps}) v->assign(rows, none);
  detail::parallelFor(rows, 64, [&](size_t first, size_t last) {
    std::vector<float> own(draws);
    for (size_t row = first; row < last; ++row) {
      if (std::isnan(index->rank[row])) continue;
      for (size_t d = 0; d < draws; ++d) own[d] = drawn[d * rows + row];
      const auto kept = std::ranges::count(own, static_cast<float>(index->rank[row]));
      std::ranges::sort(own);
      // The least rank that so many of a hundred draws do not exceed.
      const auto at = [&](size_t percent) { return own[(draws * percent + 99) / 100 - 1]; };
      s.low[row] = at(5), s.median[row] = at(50), s.high[row] = at(95);
      s.keeps[row] = static_cast<double>(kept) / static_cast<double>(draws);
    }
  });
  return s;
}

}  // namespace geo
