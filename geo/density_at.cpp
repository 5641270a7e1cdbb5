#include "geo/density.h"

#include <numbers>
#include <numeric>

#include "geo/detail/sort.h"

namespace geo {
namespace {

double weightOf(std::span<const double> weights, size_t i) { return weights.empty() ? 1 : weights[i]; }

bool counts(std::span<const Point> points, std::span<const double> weights, size_t i) {
  return std::isfinite(points[i].x) && std::isfinite(points[i].y) && std::isfinite(weightOf(weights, i));
}

// The radius that suits a normal distribution of deviation 1 and one point: Silverman's A(K), from
// A⁶ = 4π ∫K² / (∫x²K)² in the plane.
double constantOf(Kernel kernel) {
  switch (kernel) {
    case Kernel::gaussian:
      return 1;
    case Kernel::quartic:
      return std::pow(460.8, 1.0 / 6);
    case Kernel::epanechnikov:
      return std::pow(192.0, 1.0 / 6);
    case Kernel::triangular:
      return std::pow(800.0 / 3, 1.0 / 6);
    case Kernel::uniform:
      break;
  }
  return 2;
}

// Values with weights of any size; quantiles as the value where the summed weight passes the share.
struct Axis {
  double deviation = 0, quartileRange = 0;
};

Axis axisOf(std::vector<double> values, const std::vector<double>& weights) {
  Axis axis;
  long double sum = 0, total = 0, squares = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double w = weights.empty() ? 1 : weights[i];
    sum += w * values[i], total += w;
  }
  const double mean = static_cast<double>(sum / total);
  for (size_t i = 0; i < values.size(); ++i)
    squares += (weights.empty() ? 1 : weights[i]) * (values[i] - mean) * (values[i] - mean);
  axis.deviation = static_cast<double>(std::sqrt(squares / total));
  if (weights.empty()) {
    detail::sortValues(values);
    axis.quartileRange = values[(values.size() * 3) / 4] - values[values.size() / 4];
    return axis;
  }
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](uint32_t i) { return values[i]; });
  double passed = 0, first = values[order.back()], third = first;
  for (size_t i = order.size(); i-- > 0;) {
    passed += weights[order[i]];
    if (passed <= 0.25 * static_cast<double>(total)) third = values[order[i]];
    if (passed <= 0.75 * static_cast<double>(total)) first = values[order[i]];
  }
  axis.quartileRange = third - first;
  return axis;
}

double spreadOf(const Axis& axis) {
  const double robust = axis.quartileRange / 1.34;
  return robust > 0 ? std::min(axis.deviation, robust) : axis.deviation;
}

}  // namespace

double suggestedRadius(std::span<const Point> points, std::span<const double> weights, Kernel kernel) {
  if (!weights.empty() && weights.size() != points.size()) return 0;
  std::vector<double> x, y, sizes;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const double size = std::abs(weightOf(weights, i));
    if (!counts(points, weights, i) || size == 0) continue;
    x.push_back(points[i].x), y.push_back(points[i].y);
    if (!weights.empty()) sizes.push_back(size);
    sum += size, squares += size * size;
  }
  if (x.size() < 2) return 0;
  const double sx = spreadOf(axisOf(std::move(x), sizes)), sy = spreadOf(axisOf(std::move(y), sizes));
  // Few heavy points among many light ones say no more than so many equal ones would (Kish 1965).
  const double count = sum * sum / squares;
  return constantOf(kernel) * std::sqrt((sx * sx + sy * sy) / 2) * std::pow(count, -1.0 / 6);
}

}  // namespace geo
