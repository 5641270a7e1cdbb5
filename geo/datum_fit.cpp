#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <unordered_map>
#include <vector>

#include "geo/datum.h"

namespace geo {
namespace {

constexpr double pi = std::numbers::pi;

bool shiftedThere(Point p) { return p.x >= 72.004 && p.x <= 137.8347 && p.y >= 0.8293 && p.y <= 55.8271; }

// The published form of the GCJ-02 shift, in degrees.
Point gcjShift(Point p) {
  const double x = p.x - 105, y = p.y - 35, root = std::sqrt(std::abs(x));
  const double common = (20 * std::sin(6 * x * pi) + 20 * std::sin(2 * x * pi)) * 2 / 3;
  const double north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common +
                       (20 * std::sin(y * pi) + 40 * std::sin(y / 3 * pi)) * 2 / 3 +
                       (160 * std::sin(y / 12 * pi) + 320 * std::sin(y * pi / 30)) * 2 / 3;
  const double east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common +
                      (20 * std::sin(x * pi) + 40 * std::sin(x / 3 * pi)) * 2 / 3 +
                      (150 * std::sin(x / 12 * pi) + 300 * std::sin(x / 30 * pi)) * 2 / 3;
  constexpr double a = 6378245, ee = 0.00669342162296594323;  // Krasovsky's ellipsoid
  const double latitude = p.y / 180 * pi, sine = std::sin(latitude), magic = 1 - ee * sine * sine;
  return {east * 180 / (a / std::sqrt(magic) * std::cos(latitude) * pi),
          north * 180 / (a * (1 - ee) / (magic * std::sqrt(magic)) * pi)};
}

// The shifts change slowly, so stepping back by the error of the forward form converges at once.
template <class Forward>
Point inverted(Forward forward, Point target) {
  Point p = target;
  for (int i = 0; i < 30; ++i) {
    const Point there = forward(p);
    const Point error{there.x - target.x, there.y - target.y};
    p = {p.x - error.x, p.y - error.y};
    if (std::abs(error.x) + std::abs(error.y) < 1e-13) break;
  }
  return p;
}

// ---- Baidu's Mercator: a line and a polynomial of the latitude, by bands ----

struct Band {
  double from;  // degrees of latitude
  double x0, x1, c[7], scale;
};
constexpr Band bands[] = {{75,
                           -0.0015702102444,
                           111320.7020616939,
                           {1704480524535203, -10338987376042340, 26112667856603880, -35149669176653700,
                            26595700718403920, -10725012454188240, 1800819912950474},
                           82.5},
                          {60,
                           0.0008277824516172526,
                           111320.7020463578,
                           {647795574.6671607, -4082003173.641316, 10774905663.51142, -15171875531.51559,
                            12053065338.62167, -5124939663.577472, 913311935.9512032},
                           67.5},
                          {45,
                           0.00337398766765,
                           111320.7020202162,
                           {4481351.045890365, -23393751.19931662, 79682215.47186455, -115964993.2797253,
                            97236711.15602145, -43661946.33752821, 8477230.501135234},
                           52.5},
                          {30,
                           0.00220636496208,
                           111320.7020209128,
                           {51751.86112841131, 3796837.749470245, 992013.7397791013, -1221952.21711287,
                            1340652.697009075, -620943.6990984312, 144416.9293806241},
                           37.5},
                          {15,
                           -0.0003441963504368392,
                           111320.7020576856,
                           {278.2353980772752, 2485758.690035394, 6070.750963243378, 54821.18345352118,
                            9540.606633304236, -2710.55326746645, 1405.483844121726},
                           22.5},
                          {0,
                           -0.0003218135878613132,
                           111320.7020701615,
                           {0.00369383431289, 823725.6402795718, 0.46104986909093, 2351.343141331292,
                            1.58060784298199, 8.77738589078284, 0.37238884252424},
                           7.45}};

const Band& bandOf(double latitude) {
  for (const Band& b : bands)
    if (std::abs(latitude) >= b.from) return b;
  return bands[std::size(bands) - 1];
}

Point mercatorBy(const Band& b, Point p) {
  const double t = std::abs(p.y) / b.scale;
  double y = 0;
  for (int k = 6; k >= 0; --k) y = y * t + b.c[k];
  return {std::copysign(b.x0 + b.x1 * std::abs(p.x), p.x), std::copysign(y, p.y)};
}

// ---- the fit ----

struct Segment {
  Point a, b;
};

// Metres around a centre; good to a few metres over some hundred kilometres, and shared by all that is
// compared.
struct Plane {
  Point centre;
  double metresPerLon, metresPerLat = 110900;
  explicit Plane(Point c) : centre(c), metresPerLon(111320 * std::cos(c.y / 180 * pi)) {}
  Point operator()(Point p) const {
    return {(p.x - centre.x) * metresPerLon, (p.y - centre.y) * metresPerLat};
  }
};

constexpr double reach = 2500;  // metres: farther than any of the shifts

// The trusted borders in cells as wide as the reach.
class Borders {
 public:
  Borders(const Shapes& s, const Plane& plane, const Box& near) {
    for (size_t p = 0; p < s.parts(); ++p) {
      const auto part = s.part(p);
      const size_t n = part.size();
      const bool ring = s.kind == ShapeKind::polygon;
      for (size_t i = 0; i + (ring || n == 1 ? 0 : 1) < n; ++i) {
        const Point a = part[i], b = part[(i + 1) % n];
        Box box;
        box.add(a), box.add(b);
        if (box.intersects(near)) add({plane(a), plane(b)});
      }
    }
  }
  bool empty() const { return segments_.empty(); }

  // The nearest point of any border, and its distance; infinite beyond the reach.
  std::pair<Point, double> nearest(Point p) const {
    std::pair<Point, double> best{{}, std::numeric_limits<double>::infinity()};
    for (long dx = -1; dx <= 1; ++dx)
      for (long dy = -1; dy <= 1; ++dy) {
        const auto cell = cells_.find(key(cellOf(p.x) + dx, cellOf(p.y) + dy));
        if (cell == cells_.end()) continue;
        for (const uint32_t i : cell->second) {
          const Point q = closest(segments_[i], p);
          const double d = std::hypot(q.x - p.x, q.y - p.y);
          if (d < best.second && d <= reach) best = {q, d};
        }
      }
    return best;
  }

 private:
  static long cellOf(double v) { return static_cast<long>(std::floor(v / reach)); }
  static int64_t key(long x, long y) {
    return (static_cast<int64_t>(x) << 32) ^ (static_cast<int64_t>(y) & 0xffffffff);
  }
  static Point closest(const Segment& s, Point p) {
    const double dx = s.b.x - s.a.x, dy = s.b.y - s.a.y, length = dx * dx + dy * dy;
    const double t =
        length > 0 ? std::clamp(((p.x - s.a.x) * dx + (p.y - s.a.y) * dy) / length, 0.0, 1.0) : 0;
    return {s.a.x + t * dx, s.a.y + t * dy};
  }
  void add(Segment s) {
    const auto index = static_cast<uint32_t>(segments_.size());
    segments_.push_back(s);
    const double length = std::hypot(s.b.x - s.a.x, s.b.y - s.a.y);
    const int steps = static_cast<int>(length / (reach / 2)) + 1;
    int64_t last = 0;
    for (int i = 0; i <= steps; ++i) {
      const double t = static_cast<double>(i) / steps;
      const int64_t k = key(cellOf(s.a.x + t * (s.b.x - s.a.x)), cellOf(s.a.y + t * (s.b.y - s.a.y)));
      if (i == 0 || k != last) cells_[k].push_back(index);
      last = k;
    }
  }

  std::vector<Segment> segments_;
  std::unordered_map<int64_t, std::vector<uint32_t>> cells_;
};

double median(std::vector<double>& v) {
  const auto middle = v.begin() + static_cast<long>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

struct Alignment {
  Point moved;                 // what must be added to the samples so that they lie on the borders
  double residual = INFINITY;  // median distance that remains
  double share = 0;            // samples near a border after it
};

// Iterated closest points with a translation only, from a first guess; far pairs count less and less.
Alignment aligned(const std::vector<Point>& samples, const Borders& borders, Point start) {
  Alignment out{start};
  double cut = 1500;
  std::vector<double> distances;
  for (int round = 0; round < 25; ++round) {
    // Along a border nothing holds a point fast: only the distance across it counts (normal equations of n·(d
    // − t) = 0).
    double xx = 0, xy = 0, yy = 0, bx = 0, by = 0;
    distances.clear();
    for (const Point s : samples) {
      const Point p{s.x + out.moved.x, s.y + out.moved.y};
      const auto [q, d] = borders.nearest(p);
      if (d > cut) continue;
      distances.push_back(d);
      if (d < 1e-9) {
        xx += 0.5, yy += 0.5;
        continue;
      }
      const double nx = (q.x - p.x) / d, ny = (q.y - p.y) / d, weight = 1 / (1 + d / 100);
      xx += weight * nx * nx, xy += weight * nx * ny, yy += weight * ny * ny;
      bx += weight * nx * d, by += weight * ny * d;
    }
    if (distances.size() < 20) return out;
    const double determinant = xx * yy - xy * xy;
    if (determinant < 1e-6 * (xx + yy) * (xx + yy)) return out;
    const Point step{(bx * yy - by * xy) / determinant, (by * xx - bx * xy) / determinant};
    out.moved.x += step.x, out.moved.y += step.y;
    out.residual = median(distances);
    out.share = static_cast<double>(distances.size()) / static_cast<double>(samples.size());
    cut = std::clamp(5 * out.residual, 300.0, cut);
    if (std::hypot(step.x, step.y) < 0.5) break;
  }
  return out;
}

}  // namespace

Point gcj02FromWgs84(Point p) {
  if (!shiftedThere(p)) return p;
  const Point d = gcjShift(p);
  return {p.x + d.x, p.y + d.y};
}

Point wgs84FromGcj02(Point p) { return shiftedThere(p) ? inverted(gcj02FromWgs84, p) : p; }

Point bd09FromGcj02(Point p) {
  constexpr double factor = pi * 3000 / 180;
  const double radius = std::hypot(p.x, p.y) + 0.00002 * std::sin(p.y * factor);
  const double angle = std::atan2(p.y, p.x) + 0.000003 * std::cos(p.x * factor);
  return {radius * std::cos(angle) + 0.0065, radius * std::sin(angle) + 0.006};
}

Point gcj02FromBd09(Point p) { return inverted(bd09FromGcj02, p); }

Point bd09mcFromBd09(Point p) { return mercatorBy(bandOf(p.y), p); }

Point bd09FromBd09mc(Point m) {
  // Newton's steps within the band; the latitude grows with the ordinate, 111 km a degree at the equator.
  double latitude = std::clamp(std::abs(m.y) / 115000, 0.0, 74.0);
  const Band* band = &bandOf(latitude);
  for (int i = 0; i < 60; ++i) {
    band = &bandOf(latitude);
    const double here = mercatorBy(*band, {0, latitude}).y;
    const double slope = (mercatorBy(*band, {0, latitude + 1e-6}).y - here) / 1e-6;
    const double step = (std::abs(m.y) - here) / slope;
    latitude = std::clamp(latitude + step, 0.0, 85.0);
    if (std::abs(step) < 1e-13) break;
  }
  return {std::copysign((std::abs(m.x) - band->x0) / band->x1, m.x), std::copysign(latitude, m.y)};
}

std::string canonicalDatum(std::string_view name) {
  std::string n;
  for (const char c : name)
    if (c != ' ' && c != '-' && c != '_') n.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  if (n == "GCJ02" || n == "GCJ" || n == "火星坐标" || n == "高德" || n == "MARS") return "GCJ-02";
  if (n == "BD09" || n == "BD09LL" || n == "百度" || n == "BAIDU") return "BD-09";
  if (n == "BD09MC" || n == "BD09M" || n == "百度墨卡托") return "BD-09MC";
  if (n == "WGS84" || n == "CGCS2000" || n == "CHINA2000" || n == "天地图") return "WGS 84";
  return {};
}

Point wgs84From(const std::string& datum, Point p) {
  if (datum == "GCJ-02") return wgs84FromGcj02(p);
  if (datum == "BD-09") return wgs84FromGcj02(gcj02FromBd09(p));
  if (datum == "BD-09MC") return wgs84FromGcj02(gcj02FromBd09(bd09FromBd09mc(p)));
  return p;
}

std::optional<DatumFit> fitDatum(const Shapes& shapes, const Shapes& reference) {
  if (reference.vertices.empty()) return {};
  // Only what lies where the reference is can be held against it.
  const Box known = reference.box().grown(0.02);
  std::vector<Point> there;
  for (const Point p : shapes.vertices)
    if (known.contains(p)) there.push_back(p);
  const Box box = middleBox(there);
  if (box.empty() || !shiftedThere(box.centre())) return {};
  const Plane plane(box.centre());
  const Borders borders(reference, plane, box.grown(0.05));
  if (borders.empty()) return {};
  std::vector<Point> samples;
  const size_t step = std::max<size_t>(1, there.size() / 1500);
  for (size_t i = 0; i < there.size(); i += step) samples.push_back(plane(there[i]));
  if (samples.size() < 20) return {};

  // Where each datum would have put these places, in metres from where they belong.
  struct Candidate {
    const char* name;
    Point shift;
  };
  const Point gcj = box.centre(), wgs = wgs84FromGcj02(gcj), fromBaidu = wgs84FromGcj02(gcj02FromBd09(gcj));
  const std::array<Candidate, 3> candidates = {
      Candidate{"WGS 84", {0, 0}}, {"GCJ-02", plane(wgs)}, {"BD-09", plane(fromBaidu)}};
  Alignment best;
  for (const Candidate& c : candidates)
    if (const Alignment a = aligned(samples, borders, c.shift);
        a.residual / std::max(a.share, 0.01) < best.residual / std::max(best.share, 0.01))
      best = a;
  if (best.share < 0.5 || best.residual > 300) return {};

  // Generalised borders scatter, but their mean stays: the fitted shift is sure to a fraction of the scatter.
  const double sigma = 40 + best.residual / 3;
  std::array<double, 3> weight{};
  double sum = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const double d = std::hypot(best.moved.x - candidates[i].shift.x, best.moved.y - candidates[i].shift.y);
    weight[i] = std::exp(-d * d / (2 * sigma * sigma));
    sum += weight[i];
  }
  const auto chosen = static_cast<size_t>(std::max_element(weight.begin(), weight.end()) - weight.begin());
  DatumFit fit;
  fit.residualMetres = best.residual;
  fit.share = best.share;
  if (weight[chosen] < 0.01) {  // shifted, but as none of these does
    fit.offsetMetres = best.moved;
    fit.shiftMetres = std::hypot(best.moved.x, best.moved.y);
    fit.confidence = 0.5;
    return fit;
  }
  fit.datum = candidates[chosen].name;
  fit.confidence = weight[chosen] / sum * std::min(1.0, best.share / 0.8);
  fit.shiftMetres = std::hypot(candidates[chosen].shift.x, candidates[chosen].shift.y);
  fit.offsetMetres = {best.moved.x - candidates[chosen].shift.x, best.moved.y - candidates[chosen].shift.y};
  return fit;
}

}  // namespace geo
