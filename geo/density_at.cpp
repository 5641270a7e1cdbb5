#include "geo/density.h"

#include <numbers>
#include <numeric>

#include "geo/detail/convolver.h"
#include "geo/detail/crossing.h"
#include "geo/detail/owners.h"
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

bool makesDensity(const DensityOptions& o, Point at) {
  const auto positive = [](double v) { return std::isfinite(v) && v > 0; };
  return positive(o.radiusMetres) && positive(o.unitArea) && std::isfinite(at.x) && std::isfinite(at.y) &&
         (!o.conserve || (o.clip && positive(o.cellMetres))) &&
         (!o.clip || o.clip->kind == ShapeKind::polygon);
}

// How much of each point's kernel lies inside one polygon, on cells as the density itself finds it. Only the
// cells that some of the kernels reach are looked at: all points lie within `reach` of the place.
std::vector<double> sharesInside(std::span<const Point> points, const std::vector<Contribution>& near,
                                 const DensityOptions& o, uint32_t home, Point at) {
  constexpr double mostMade = 2e7, mostCells = 4e6;
  const double reach = kernelReach(o.kernel, o.radiusMetres);
  double cell = o.cellMetres;
  const auto around = [&] {
    Box box = o.clip->box(home).grown(cell);
    box.minX = std::max(box.minX, at.x - 2 * reach - cell),
    box.maxX = std::min(box.maxX, at.x + 2 * reach + cell);
    box.minY = std::max(box.minY, at.y - 2 * reach - cell),
    box.maxY = std::min(box.maxY, at.y + 2 * reach + cell);
    return box;
  };
  while (around().width() / cell * (around().height() / cell) > mostCells) cell *= 2;
  const Box box = around();
  Grid grid;
  grid.cell = cell;
  grid.left = std::floor(box.minX / cell) * cell, grid.top = std::ceil(box.maxY / cell) * cell;
  grid.width = static_cast<uint32_t>(std::ceil(box.maxX / cell) - std::floor(box.minX / cell));
  grid.height = static_cast<uint32_t>(std::ceil(box.maxY / cell) - std::floor(box.minY / cell));
  const detail::Window window = detail::windowOf(box, grid, detail::owners(*o.clip, grid), home);
  const detail::CellKernel kernel{o.kernel, o.radiusMetres / cell};
  const auto spot = [&](uint32_t row) {
    return Point{(points[row].x - grid.left) / cell - 0.5 - window.left,
                 (grid.top - points[row].y) / cell - 0.5 - window.top};
  };
  std::vector<double> shares;
  const double touched = std::min(detail::cellsTouched(kernel), static_cast<double>(window.frame.size()));
  if (kernel.small() || static_cast<double>(near.size()) * touched <= mostMade) {
    detail::Stamp stamp;
    for (const Contribution& c : near) {
      const Point p = spot(c.row);
      stamp.make(kernel, p.x, p.y, window.frame);
      double inside = 0;
      for (int r = std::max(0, stamp.row); r < std::min(window.frame.height, stamp.row + stamp.height); ++r)
        for (int k = std::max(0, stamp.column); k < std::min(window.frame.width, stamp.column + stamp.width);
             ++k)
          inside += stamp.values[size_t(r - stamp.row) * stamp.width + (k - stamp.column)] *
                    window.mask[size_t(r) * window.frame.width + k];
      shares.push_back(inside);
    }
    return shares;
  }
  detail::Convolver convolver(kernel, window.frame);
  const std::vector<double> inside = convolver.convolved(window.mask);
  for (const Contribution& c : near) {
    const Point p = spot(c.row);
    const double x = std::clamp(p.x, 0.0, window.frame.width - 1.001),
                 y = std::clamp(p.y, 0.0, window.frame.height - 1.001);
    const size_t i = static_cast<size_t>(y) * window.frame.width + static_cast<size_t>(x);
    const double fx = x - std::floor(x), fy = y - std::floor(y);
    const auto inverse = [&](size_t k) { return inside[k] > 1e-9 ? 1 / inside[k] : 0; };
    const double mean =
        (1 - fy) * ((1 - fx) * inverse(i) + fx * inverse(i + 1)) +
        fy * ((1 - fx) * inverse(i + window.frame.width) + fx * inverse(i + window.frame.width + 1));
    shares.push_back(mean > 0 ? 1 / mean : 0);
  }
  return shares;
}

}  // namespace

std::vector<Contribution> contributionsAt(std::span<const Point> points, std::span<const double> weights,
                                          const DensityOptions& options, Point at, size_t most) {
  std::vector<Contribution> near;
  if (!makesDensity(options, at) || (!weights.empty() && weights.size() != points.size())) return near;
  std::optional<detail::Locator> locator;
  uint32_t home = detail::noRow;
  if (options.clip) {
    locator.emplace(*options.clip);
    home = locator->first(at);
    if (home == detail::noRow) return near;
  }
  const double reach = kernelReach(options.kernel, options.radiusMetres);
  for (size_t i = 0; i < points.size(); ++i) {
    const double dx = points[i].x - at.x, dy = points[i].y - at.y, squared = dx * dx + dy * dy;
    if (!(squared <= reach * reach)) continue;
    const double weight = weightOf(weights, i);
    const double value =
        weight * kernelValue(options.kernel, options.radiusMetres, std::sqrt(squared)) * options.unitArea;
    if (!std::isfinite(value) || value == 0) continue;
    if (options.conserve && locator->first(points[i]) != home) continue;
    near.push_back({static_cast<uint32_t>(i), value, 0});
  }
  if (options.conserve && !near.empty()) {
    const auto shares = sharesInside(points, near, options, home, at);
    for (size_t k = 0; k < near.size(); ++k) near[k].value = shares[k] > 0 ? near[k].value / shares[k] : 0;
    std::erase_if(near, [](const Contribution& c) { return c.value == 0; });
  }
  double sum = 0;
  for (const Contribution& c : near) sum += std::abs(c.value);
  for (Contribution& c : near) c.share = c.value / sum;
  const auto larger = [](const Contribution& a, const Contribution& b) {
    return std::abs(a.value) > std::abs(b.value) || (std::abs(a.value) == std::abs(b.value) && a.row < b.row);
  };
  if (most == 0 || most >= near.size()) {
    std::ranges::sort(near, larger);
  } else {
    std::ranges::partial_sort(near, near.begin() + static_cast<long>(most), larger);
    near.resize(most);
  }
  return near;
}

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
