// Any bytes as points with weights, and as a grid: density, bins, contours and lasso keep their laws,
// whatever the numbers are.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "geo/bins.h"
#include "geo/contours.h"
#include "geo/density.h"
#include "geo/measure.h"
#include "geo/select.h"

namespace {

using namespace geo;

void insist(bool holds, const char* what) {
  if (holds) return;
  fmt::print(stderr, "surface_fuzz: {}\n", what);
  std::abort();
}

class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  size_t left() const { return size_; }
  uint8_t byte() {
    if (!size_) return 0;
    --size_;
    return *data_++;
  }
  // Mostly small whole numbers, sometimes any bits.
  double number() {
    const uint8_t kind = byte();
    if (kind < 250) return (static_cast<double>(kind) - 125) + byte() / 16.0;
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | byte();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

void surface(Bytes in) {
  Grid g;
  g.left = in.number(), g.top = in.number(), g.cell = 1 + in.byte();
  if (!std::isfinite(g.left) || !std::isfinite(g.top)) return;
  g.width = 1 + in.byte() % 12;
  while (in.left() && g.values.size() < 200) {
    const uint8_t v = in.byte();
    g.values.push_back(v == 255   ? std::numeric_limits<float>::quiet_NaN()
                       : v == 254 ? std::numeric_limits<float>::infinity()
                                  : static_cast<float>(v % 5));
  }
  g.height = static_cast<uint32_t>(g.values.size()) / g.width;
  g.values.resize(size_t{g.width} * g.height);
  const auto lines = contours(g, std::vector<double>{0.5, 1, 3.25});
  insist(lines.has_value(), "contours fail on finite levels");
  const double slack = 1e-9 * (std::abs(g.left) + std::abs(g.top) + 1);
  for (const Contour& line : *lines) {
    insist(line.points.size() >= 2, "a line of one point");
    for (Point p : line.points) insist(g.box().grown(slack).contains(p), "a line leaves its grid");
  }
  const auto levels = roundLevels(g.left, g.top, g.width);
  for (double level : levels) insist(level > g.left && level < g.top, "a level outside");
}

void points(Bytes in) {
  const Kernel kernel = static_cast<Kernel>(in.byte() % 5);
  const double radius = in.number(), cell = in.number(), size = in.number();
  std::vector<Point> all;
  std::vector<double> weights;
  while (in.left() && all.size() < 200)
    all.push_back({in.number(), in.number()}), weights.push_back(in.number());

  const auto bins = binPoints(all, weights, {}, {.sizeMetres = size, .statistic = BinStatistic::sum});
  if (bins)
    for (size_t i = 0; i < all.size(); ++i)
      if (const uint32_t b = bins->binOfPoint[i]; b != noBin) {
        insist(b < bins->counts.size(), "a bin that is none");
        // Near the lattice's end a bin is a few roundings wide.
        if (std::abs(all[i].x) < 1e6 * size && std::abs(all[i].y) < 1e6 * size) {
          const Box box = bins->polygons.box(b).grown(1e-6 * size);
          insist(box.contains(all[i]), "a point outside of its bin");
        }
      }

  for (const Box& extent : {Box{-130, -130, 130, 130}}) {
    if (!(cell > 2)) break;
    const DensityOptions options{
        .kernel = kernel, .radiusMetres = radius, .cellMetres = cell, .unitArea = 1, .extent = extent};
    const auto d = kernelDensity(all, weights, options);
    if (!d) insist(!d.error().what.empty(), "an error without words");
    else insist(d->grid.values.size() == size_t{d->grid.width} * d->grid.height, "a grid of another size");
    double shares = 0;
    const auto parts = contributionsAt(all, weights, options, {0, 0});
    for (const Contribution& c : parts) shares += std::abs(c.share);
    insist(parts.empty() || std::abs(shares - 1) < 1e-6 || !std::isfinite(shares), "shares are not a whole");
  }
  suggestedRadius(all, weights);

  Shapes shapes;
  shapes.kind = ShapeKind::point;
  for (Point p : all) {
    if (std::isfinite(p.x) && std::isfinite(p.y)) shapes.vertices.push_back(p), shapes.endPart();
    shapes.endRow();
  }
  const SpatialIndex index(shapes);
  const auto ring = std::span(all).first(std::min<size_t>(all.size(), 8));
  insist(rowsInside(shapes, ring) == rowsInside(shapes, ring, &index), "an index changes what is inside");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  surface(Bytes(data, size));
  points(Bytes(data, size));
  return 0;
}
