#include "app/session/heat.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/session/dress.h"
#include "geo/density.h"
#include "geo/measure.h"
#include "geo/spatial_index.h"

namespace session {
namespace {

geo::Error noPoints(const geo::Layer& layer) {
  static constexpr const char* kinds[] = {"no shapes", "points", "lines", "polygons"};
  return {fmt::format("Heat needs points; layer \"{}\" has {}.", layer.name,
                      kinds[static_cast<size_t>(layer.shapes.kind)]),
          "Choose a layer of points."};
}

// A projected system tells distances, but not every one tells them truly: Mercator stretches them.
bool stretches(const geo::Crs& world, const geo::Box& box) {
  const auto toDegrees = geo::Transform::make(world, geo::Crs::lonLat());
  if (!toDegrees) return false;
  const geo::Point c = box.centre();
  double area = 1, worst = 0;
  for (const geo::Point d : {geo::Point{500, 0}, geo::Point{0, 500}}) {
    const geo::Point a = (*toDegrees)({c.x - d.x, c.y - d.y}), b = (*toDegrees)({c.x + d.x, c.y + d.y});
    const double ratio = geo::geodesicDistance(a, b) / 1000;
    if (!std::isfinite(ratio)) return false;
    area *= ratio, worst = std::max(worst, std::abs(ratio - 1));
  }
  return std::abs(area - 1) > 0.02 || worst > 0.06;  // an equal-area system of a country passes
}

class Maker {
 public:
  Maker(const HeatInput& in, HeatOutput& out, geo::Progress& progress)
      : in_(in), out_(out), progress_(progress) {}

  geo::Result<void> make() {
    const HeatSpec& spec = in_.spec;
    if (auto good = collect(); !good) return good;
    if (!in_.world.known() || in_.world.metresPerUnit() != 1)
      return geo::fail("Heat is counted per area, and the map's coordinate system is not in metres.",
                       "Give the map one that is: crs = \"EPSG:4547\".");
    geo::Box box;
    for (const geo::Point p : out_.places) box.add(p);
    if (stretches(in_.world, box))
      return geo::fail(
          fmt::format("{} stretches lengths here, so heat per km² would be wrong.", in_.world.name()),
          "Give the map a system that is true to scale: crs = \"EPSG:4547\".");
    out_.suggestedRadius = roundLength(geo::suggestedRadius(out_.places, out_.weights, spec.kernel));
    if (!(out_.suggestedRadius > 0))
      out_.suggestedRadius = std::max(100.0, roundLength(0.1 * std::max(box.width(), box.height())));
    out_.radiusMetres = spec.radiusMetres > 0 ? spec.radiusMetres : out_.suggestedRadius;
    return spec.show == HeatSpec::Show::density ? density(box) : bins(box);
  }

 private:
  geo::Result<void> collect() {
    for (const geo::LayerPtr* layer : {&in_.points, &in_.minus})
      if (*layer && (*layer)->shapes.kind != geo::ShapeKind::point) return tl::unexpected(noPoints(**layer));
    const bool weighted = !in_.spec.weight.empty();
    if (auto good = take(*in_.points, in_.shown.get(), 1, weighted); !good) return good;
    out_.minusFrom = out_.places.size();
    if (in_.minus && in_.spec.show == HeatSpec::Show::density) {
      if (out_.weights.empty()) out_.weights.assign(out_.places.size(), 1);
      const bool own = weighted && in_.minus->table.find(in_.spec.weight);
      if (auto good = take(*in_.minus, nullptr, -1, own); !good) return good;
    }
    if (out_.places.empty())
      return geo::fail(fmt::format("No point of layer \"{}\" counts: none has a place{}.", in_.points->name,
                                   weighted ? " and a weight" : ""),
                       !in_.shown ? "Check the layer." : "Check the filter of the layer.");
    return {};
  }

  geo::Result<void> take(const geo::Layer& layer, const std::vector<uint8_t>* shown, double sign,
                         bool weighted) {
    const geo::Column* column = nullptr;
    if (weighted) {
      column = layer.table.find(in_.spec.weight);
      if (!column)
        return geo::fail(fmt::format("Layer \"{}\" has no column \"{}\".", layer.name, in_.spec.weight),
                         "Columns it does have: " + layer.table.columnNames() + ".");
    }
    std::vector<size_t> without;
    const bool needsWeights = weighted || sign < 0 || !out_.weights.empty();
    for (uint32_t r = 0; r < layer.rows(); ++r) {
      if (!layer.shapes.has(r) || (shown && r < shown->size() && !(*shown)[r])) continue;
      const double w = column ? column->number(r) : 1;
      if (!std::isfinite(w)) {
        without.push_back(r);
        continue;
      }
      for (uint32_t p = layer.shapes.rowStart[r]; p < layer.shapes.rowStart[r + 1]; ++p) {
        out_.places.push_back(layer.shapes.part(p)[0]);
        if (needsWeights) out_.weights.push_back(sign * w);
        out_.rowOf.push_back(r);
      }
    }
    if (!without.empty())
      out_.report.problems.push_back({"no-weight",
                                      without,
                                      fmt::format("{} points have no weight in \"{}\" and do not count.",
                                                  without.size(), in_.spec.weight),
                                      {}});
    return {};
  }

  geo::DensityOptions options(double cell) const { return heatOptions(in_, out_.radiusMetres, cell); }

 public:
  static geo::DensityOptions heatOptions(const HeatInput& in, double radius, double cell) {
    geo::DensityOptions o;
    o.kernel = in.spec.kernel, o.radiusMetres = radius, o.cellMetres = cell;
    o.unitArea = in.spec.perKm2 * 1e6;
    if (in.clip) o.clip = &in.clip->shapes, o.conserve = in.spec.perArea;
    return o;
  }

  // One grid for every zoom and every page: fine enough for the kernel, and for the area as a whole.
  static double cellFor(double radius, const geo::Box& covered) {
    constexpr double most = 2.0e6;  // cells
    return std::max(radius / 40, std::sqrt(covered.width() * covered.height() / most));
  }

  static geo::Box covered(const HeatInput& in, double radius, const geo::Box& points) {
    return in.clip ? in.clip->bounds : points.grown(geo::kernelReach(in.spec.kernel, radius));
  }

 private:
  geo::Result<void> density(const geo::Box& box) {
    const double cell = cellFor(out_.radiusMetres, covered(in_, out_.radiusMetres, box));
    auto made = geo::kernelDensity(out_.places, out_.weights, options(cell), &progress_);
    if (!made) return tl::unexpected(made.error());
    made->grid.crs = in_.world;
    out_.sumOfWeights = made->sumOfWeights, out_.integral = made->integral, out_.rows = made->rows;
    for (auto& p : made->report.problems) out_.report.problems.push_back(std::move(p));
    float low = 0, high = 0;
    for (const float v : made->grid.values)
      if (v < low) low = v;
      else if (v > high) high = v;
    domain(low, high);
    if (in_.spec.contours && !out_.ticks.empty()) {
      std::vector<double> levels = out_.ticks;
      std::erase(levels, 0.0);
      auto lines = geo::contours(made->grid, levels);
      if (lines) out_.lines = std::make_shared<const std::vector<geo::Contour>>(std::move(*lines));
    }
    out_.grid = std::make_shared<const geo::Grid>(std::move(made->grid));
    return {};
  }

  geo::Result<void> bins(const geo::Box& box) {
    const HeatSpec& spec = in_.spec;
    geo::BinOptions o;
    o.shape = spec.show == HeatSpec::Show::hexagons ? geo::BinShape::hexagon : geo::BinShape::square;
    o.statistic = static_cast<geo::BinStatistic>(spec.statistic);
    out_.binMetres = spec.binMetres > 0 ? spec.binMetres : roundLength(out_.suggestedRadius / 2);
    o.sizeMetres = out_.binMetres;
    if (in_.clip) o.clip = &in_.clip->shapes;
    std::vector<double> bases;
    if (spec.statistic == HeatSpec::Statistic::rate) {
      const geo::Column* column = in_.points->table.find(spec.base);
      if (!column)
        return geo::fail(fmt::format("Layer \"{}\" has no column \"{}\".", in_.points->name, spec.base),
                         "Columns it does have: " + in_.points->table.columnNames() + ".");
      for (const uint32_t r : out_.rowOf) bases.push_back(column->number(r));
    }
    (void)box;
    auto made = geo::binPoints(out_.places, out_.weights, bases, o);
    if (!made) return tl::unexpected(made.error());
    for (auto& p : made->report.problems) out_.report.problems.push_back(std::move(p));
    out_.binOfPoint = std::move(made->binOfPoint);
    auto layer = std::make_shared<geo::Layer>();
    layer->name = in_.points->name, layer->crs = in_.world, layer->shapes = std::move(made->polygons);
    layer->table.rowCount = layer->shapes.rows(), layer->bounds = layer->shapes.box();
    auto shape = std::make_shared<scene::MapShape>();
    shape->index = std::make_shared<geo::SpatialIndex>(layer->shapes);
    for (size_t r = 0; r < layer->shapes.rows(); ++r) shape->anchors.push_back(layer->shapes.box(r).centre());
    shape->layer = std::move(layer);
    out_.bins = std::move(shape);
    double low = 0, high = 0;
    for (const double v : made->values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
    for (size_t i = 0; i < out_.places.size(); ++i)
      if (out_.binOfPoint[i] != geo::noBin)
        ++out_.rows, out_.sumOfWeights += out_.weights.empty() ? 1 : out_.weights[i];
    domain(low, high);
    out_.binValues = std::make_shared<const std::vector<double>>(std::move(made->values));
    return {};
  }

  // The colours reach from 0 to the largest value, or as far on either side where there are negative ones.
  void domain(double low, double high) {
    const double top = std::max(std::abs(low), high);
    out_.high = in_.spec.top.value_or(top);
    out_.over = top > out_.high * (1 + 1e-9);
    if (!(out_.high > 0)) out_.high = 1;
    out_.low = low < 0 ? -out_.high : 0;
    out_.ticks = geo::roundLevels(out_.low, out_.high, low < 0 ? 6 : 5);
  }

  const HeatInput& in_;
  HeatOutput& out_;
  geo::Progress& progress_;
};

}  // namespace

double roundLength(double metres) {
  if (!(metres > 0) || !std::isfinite(metres)) return 0;
  const double ten = std::pow(10, std::floor(std::log10(metres)));
  double best = ten;
  for (const double m : {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
    if (std::abs(std::log(metres / (m * ten))) < std::abs(std::log(metres / best))) best = m * ten;
  return best;
}

HeatOutputPtr computeHeat(const HeatInput& input, geo::Progress& progress) {
  auto out = std::make_shared<HeatOutput>();
  out->input = input;
  if (auto made = Maker(out->input, *out, progress).make(); !made) {
    auto failed = std::make_shared<HeatOutput>();
    failed->input = input, failed->error = made.error(), failed->suggestedRadius = out->suggestedRadius;
    return failed;
  }
  return out;
}

std::vector<HeatPart> heatParts(const HeatOutput& heat, geo::Point at) {
  std::vector<HeatPart> parts;
  const HeatInput& in = heat.input;
  if (heat.grid) {
    geo::Box box;
    for (const geo::Point p : heat.places) box.add(p);
    const auto options = Maker::heatOptions(
        in, heat.radiusMetres, Maker::cellFor(heat.radiusMetres, Maker::covered(in, heat.radiusMetres, box)));
    for (const auto& c : geo::contributionsAt(heat.places, heat.weights, options, at))
      parts.push_back({c.row, c.value, c.share});
    return parts;
  }
  if (!heat.bins) return parts;
  const auto bins = heat.bins->index->at(heat.bins->layer->shapes, at);
  if (bins.empty()) return parts;
  double all = 0;
  for (size_t i = 0; i < heat.places.size(); ++i) {
    if (heat.binOfPoint[i] != bins[0]) continue;
    const double w = heat.weights.empty() ? 1 : heat.weights[i];
    parts.push_back({i, w, 0});
    all += std::abs(w);
  }
  for (HeatPart& p : parts) p.share = all > 0 ? p.value / all : 0;
  std::stable_sort(parts.begin(), parts.end(), [](const HeatPart& a, const HeatPart& b) {
    return std::abs(a.value) > std::abs(b.value);
  });
  return parts;
}

}  // namespace session
