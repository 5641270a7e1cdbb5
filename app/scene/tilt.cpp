#include "app/scene/tilt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "app/scene/furniture.h"
#include "app/scene/map_thematic.h"
#include "geo/contours.h"
#include "geo/measure.h"

namespace scene {
namespace {

using geo::Point;

constexpr double degree = 3.14159265358979323846 / 180;
constexpr size_t fewColumns = 60;  // each as wide as the look has it
constexpr size_t manyAreas = 300;
constexpr uint32_t none = geo::noRow;

Rgba over(Rgba top, Rgba ground) {
  const double a = top.a / 255.0;
  const auto blend = [&](uint8_t t, uint8_t g) { return static_cast<uint8_t>(t * a + g * (1 - a) + 0.5); };
  return {blend(top.r, ground.r), blend(top.g, ground.g), blend(top.b, ground.b), 255};
}

// The sun stands in the upper left.
Rgba shaded(Rgba top, int step) {
  constexpr double towardsBlack[] = {0.16, 0.3, 0.44};
  return mix(top, Rgba{0, 0, 0}, towardsBlack[step]);
}
int shadeOf(double across) { return across < -0.35 ? 0 : across > 0.35 ? 2 : 1; }

Path pathOf(const std::vector<std::vector<Vec>>& rings) {
  Path p;
  for (const auto& ring : rings) p.append(Path::polyline(ring, true));
  return p;
}

Rect boxOf(const std::vector<std::vector<Vec>>& rings) {
  float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
  for (const auto& ring : rings)
    for (const Vec v : ring)
      x0 = std::min(x0, v.x), x1 = std::max(x1, v.x), y0 = std::min(y0, v.y), y1 = std::max(y1, v.y);
  return x0 <= x1 ? Rect{x0, y0, x1 - x0, y1 - y0} : Rect{};
}

uint64_t hashOf(const std::vector<double>& values) {
  return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
}

// What was painted last where, to tell whether a wall was painted over.
class Stamps {
 public:
  Stamps(Rect frame, float cell)
      : frame_(frame),
        cell_(cell),
        columns_(std::max(1, static_cast<int>(std::ceil(frame.w / cell)))),
        rows_(std::max(1, static_cast<int>(std::ceil(frame.h / cell)))),
        at_(static_cast<size_t>(columns_) * static_cast<size_t>(rows_), 0) {}
  uint32_t mark(const Rect& box) {
    ++now_;
    each(box, [&](uint32_t& stamp) { return stamp = now_, false; });
    return now_;
  }
  bool since(const Rect& box, uint32_t stamp) {
    return each(box, [&](uint32_t s) { return s > stamp; });
  }

 private:
  template <class F>
  bool each(const Rect& box, F&& visit) {
    const auto cell = [&](float v, int most) { return std::clamp(static_cast<int>(v / cell_), 0, most - 1); };
    const int x0 = cell(box.x - frame_.x, columns_), x1 = cell(box.right() - frame_.x, columns_),
              y0 = cell(box.y - frame_.y, rows_), y1 = cell(box.bottom() - frame_.y, rows_);
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x)
        if (visit(at_[static_cast<size_t>(y * columns_ + x)])) return true;
    return false;
  }
  Rect frame_;
  float cell_;
  int columns_, rows_;
  uint32_t now_ = 0;
  std::vector<uint32_t> at_;
};

bool polygons(const SceneLayer& layer) {
  return layer.shape && layer.shape->layer->shapes.kind == geo::ShapeKind::polygon;
}

}  // namespace

// Projection
// --------------------------------------------------------------------------------------------------------------

Tilt::Tilt(const TiltView& v, const Camera& camera)
    : camera_(camera),
      cos_(std::cos(v.bearing * degree)),
      sin_(std::sin(v.bearing * degree)),
      squeeze_(std::cos(v.degrees * degree)),
      rise_(std::sin(v.degrees * degree)) {
  centre_ = turned(camera.centre);
}

Point Tilt::turned(Point p) const { return {p.x * cos_ - p.y * sin_, p.x * sin_ + p.y * cos_}; }

Vec Tilt::seen(Point p, double height) const {
  const Rect& f = camera_.frame;
  return {static_cast<float>(f.x + f.w / 2.0 + (p.x - centre_.x) / camera_.metresPerUnit),
          static_cast<float>(f.y + f.h / 2.0 - (p.y - centre_.y) / camera_.metresPerUnit * squeeze_ -
                             height * rise_)};
}

Point Tilt::turnedFromSeen(Vec v, double height) const {
  const Rect& f = camera_.frame;
  return {centre_.x + (v.x - f.x - f.w / 2.0) * camera_.metresPerUnit,
          centre_.y - (v.y + height * rise_ - f.y - f.h / 2.0) * camera_.metresPerUnit / squeeze_};
}

Point Tilt::worldFromTurned(Point p) const { return {p.x * cos_ + p.y * sin_, p.y * cos_ - p.x * sin_}; }

Point Tilt::worldFromSeen(Vec v, double height) const { return worldFromTurned(turnedFromSeen(v, height)); }

std::vector<double> standingHeights(const TiltView& view, double mapHeight) {
  double largest = 0;
  for (const Figure& f : view.figures)
    if (std::isfinite(f.value)) largest = std::max(largest, f.value);
  std::vector<double> heights(view.figures.size(), 0);
  for (size_t r = 0; r < heights.size(); ++r)
    if (const double v = view.figures[r].value; v > 0 && std::isfinite(v))
      heights[r] = v / largest * view.share * mapHeight;
  return heights;
}

double northOnCanvas(const TiltView& v) {
  const double b = v.bearing * degree;
  return std::atan2(-std::sin(b), std::cos(b) * std::cos(v.degrees * degree)) / degree;
}

std::string scaleHolds(const Scene& s) {
  if (!isTilted(s)) return {};
  const bool zh = s.language == Language::zh;
  return std::fmod(s.tilt->bearing, 180) == 0 ? (zh ? "沿东西向" : "east–west only")
                                              : (zh ? "沿水平方向" : "along the horizontal only");
}

// Visible
// -----------------------------------------------------------------------------------------------------------------

Visible::Visible(Rect frame, float cell)
    : frame_(frame),
      cell_(cell),
      columns_(std::max(1, static_cast<int>(std::ceil(frame.w / cell)))),
      rows_(std::max(1, static_cast<int>(std::ceil(frame.h / cell)))),
      ids_(static_cast<size_t>(columns_) * static_cast<size_t>(rows_), 0) {}

void Visible::fill(std::span<const std::vector<Vec>> rings, uint32_t id) {
  // Crossings of the lines through the cells' middles, even-odd.
  std::vector<std::pair<int, float>> crossings;
  for (const auto& ring : rings)
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      const Vec a = ring[i].y < ring[j].y ? ring[i] : ring[j], b = ring[i].y < ring[j].y ? ring[j] : ring[i];
      const float from = (a.y - frame_.y) / cell_ - 0.5f, to = (b.y - frame_.y) / cell_ - 0.5f;
      const int first = std::max(0, static_cast<int>(std::ceil(std::clamp(from, -1.f, 1e6f)))),
                last = std::min(rows_ - 1, static_cast<int>(std::ceil(std::clamp(to, -1.f, 1e6f))) - 1);
      for (int y = first; y <= last; ++y)
        crossings.emplace_back(y, a.x + (b.x - a.x) * (static_cast<float>(y) - from) / (to - from));
    }
  std::sort(crossings.begin(), crossings.end());
  for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
    if (crossings[i].first != crossings[i + 1].first) continue;
    const auto cell = [&](float x) {
      return static_cast<int>(std::ceil(std::clamp((x - frame_.x) / cell_ - 0.5f, -1.f, 1e6f)));
    };
    for (int x = std::max(0, cell(crossings[i].second)),
             end = std::min(columns_, cell(crossings[i + 1].second));
         x < end; ++x)
      ids_[static_cast<size_t>(crossings[i].first * columns_ + x)] = id;
  }
}

uint32_t Visible::at(Vec v) const {
  if (!frame_.contains(v)) return 0;
  const int x = std::min(columns_ - 1, static_cast<int>((v.x - frame_.x) / cell_)),
            y = std::min(rows_ - 1, static_cast<int>((v.y - frame_.y) / cell_));
  return ids_[static_cast<size_t>(y * columns_ + x)];
}

std::vector<Rect> Visible::boxes(Rect within, const std::function<bool(uint32_t)>& wanted) const {
  std::vector<Rect> found, open;  // open: reach down to the line before
  const auto index = [&](float v, int most) { return std::clamp(static_cast<int>(v / cell_), 0, most - 1); };
  const int x0 = index(within.x - frame_.x, columns_), x1 = index(within.right() - frame_.x, columns_),
            y0 = index(within.y - frame_.y, rows_), y1 = index(within.bottom() - frame_.y, rows_);
  for (int y = y0; y <= y1; ++y) {
    std::vector<Rect> here;
    for (int x = x0; x <= x1;) {
      if (!wanted(ids_[static_cast<size_t>(y * columns_ + x)])) {
        ++x;
        continue;
      }
      int end = x + 1;
      while (end <= x1 && wanted(ids_[static_cast<size_t>(y * columns_ + end)])) ++end;
      Rect run{frame_.x + x * cell_, frame_.y + y * cell_, (end - x) * cell_, cell_};
      const auto above =
          std::find_if(open.begin(), open.end(), [&](const Rect& r) { return r.x == run.x && r.w == run.w; });
      if (above != open.end()) run.y = above->y, run.h += above->h, open.erase(above);
      here.push_back(run);
      x = end;
    }
    found.insert(found.end(), open.begin(), open.end());
    open = std::move(here);
  }
  found.insert(found.end(), open.begin(), open.end());
  return found;
}

// Making ready
// ------------------------------------------------------------------------------------------------------------

TiltedMap::TiltedMap(const Scene& s, const Camera& camera, const Theme& t, const Metrics& m,
                     const MapOptions& o)
    : s_(s),
      camera_(camera),
      t_(t),
      m_(m),
      o_(o),
      tilt_(*s.tilt, camera),
      visible_(camera.frame, std::max(6 * o.unit, camera.frame.w / 400)) {
  const TiltView& v = *s.tilt;
  const SceneLayer* of = findLayer(s, v.layer);
  const bool amounts = v.heights != TiltView::Heights::none && of && of->visible && of->shape &&
                       v.figures.size() == of->shape->layer->rows();
  raised_ = amounts && v.heights == TiltView::Heights::extruded && polygons(*of);
  columnsOn_ = amounts && !raised_;
  if (amounts) {
    heights_ = standingHeights(v, camera.frame.h);
    for (size_t r = 0; r < heights_.size(); ++r) {
      if (!isShown(*of, r)) heights_[r] = 0;
      highest_ = std::max(highest_, heights_[r]);
      if (std::isfinite(v.figures[r].value)) largest_ = std::max(largest_, v.figures[r].value);
    }
  }
  base_ = raised_ ? of : findLayer(s, s.cityLayer);
  if (base_ && (!base_->visible || !polygons(*base_))) base_ = nullptr;
  if (base_) {
    // By shares of the largest: they stay the same while the map is tilted and zoomed.
    std::vector<double> shares(base_->shape->layer->rows(), 0);
    for (size_t r = 0; raised_ && highest_ > 0 && r < shares.size(); ++r) shares[r] = heights_[r] / highest_;
    relief_ = reliefOf(*base_->shape, shares, hashOf(shares));
  }
  makeSeen();
  if (columnsOn_) makeColumns();
}

double TiltedMap::tolerance() const {
  const double half = 0.5 * o_.unit * camera_.metresPerUnit;
  return half > 0 ? std::exp2(std::floor(std::log2(half))) : 0;
}

ReliefPtr TiltedMap::reliefOf(const MapShape& shape, const std::vector<double>& heights, uint64_t key) {
  const auto make = [&]() -> ReliefPtr {
    const auto boundaries = shape.boundaries ? shape.boundaries : geo::Boundaries::make(shape.layer->shapes);
    return makeRelief(
        *boundaries, tolerance(), [&](Point p) { return tilt_.turned(p); }, heights);
  };
  if (!o_.cache) return make();
  return o_.cache->kept<Relief>(fmt::format("relief {} {} {} {}", static_cast<const void*>(shape.layer.get()),
                                            tolerance(), s_.tilt->bearing, key),
                                {shape.layer}, make);
}

double TiltedMap::liftOf(uint32_t row) const { return raised_ && row < heights_.size() ? heights_[row] : 0; }

TiltedMap::LinesPtr TiltedMap::linesOf(const MapShapePtr& shape) {
  const auto make = [&]() -> LinesPtr {
    auto lines = std::make_shared<Lines>();
    const geo::Shapes& s = shape->layer->shapes;
    const double least = tolerance();
    std::vector<float> importance;
    const auto close = [&](uint32_t row, uint32_t first, uint32_t of) {
      const auto count = static_cast<uint32_t>(lines->points.size()) - first;
      if (count > 1) lines->pieces.push_back({row, of, first, count});
      else lines->points.resize(first);
    };
    for (uint32_t r = 0; r < s.rows(); ++r)
      for (uint32_t p = s.rowStart[r]; p < s.rowStart[r + 1]; ++p) {
        const auto part = s.part(p);
        importance.resize(part.size());
        geo::lineImportance(part, importance);
        auto first = static_cast<uint32_t>(lines->points.size());
        uint32_t row = none;
        bool begun = false;
        for (size_t i = 0; i < part.size(); ++i) {
          if (importance[i] < least) continue;
          const Point q = tilt_.turned(part[i]);
          const uint32_t here = relief_ && raised_ ? relief_->rowAt(q) : none;
          if (begun && here != row) {  // where it crosses the border
            Point a = lines->points.back(), b = q;
            for (int k = 0; k < 16; ++k) {
              const Point mid{(a.x + b.x) / 2, (a.y + b.y) / 2};
              (relief_->rowAt(mid) == row ? a : b) = mid;
            }
            lines->points.push_back(a);
            close(row, first, r);
            first = static_cast<uint32_t>(lines->points.size());
            lines->points.push_back(b);
          }
          lines->points.push_back(q);
          row = here, begun = true;
        }
        close(row, first, r);
      }
    return lines;
  };
  if (!o_.cache) return make();
  return o_.cache->kept<Lines>(
      fmt::format("lines {} {} {} {}", static_cast<const void*>(shape->layer.get()), tolerance(),
                  s_.tilt->bearing, raised_ ? static_cast<const void*>(relief_.get()) : nullptr),
      {shape->layer, raised_ ? relief_ : nullptr}, make);
}

void TiltedMap::makeSeen() {
  seen_ = s_;
  rowsOf_.resize(s_.layers.size());
  const auto world = [&](Point turned, double height) {
    return camera_.worldFromCanvas(tilt_.seen(turned, height));
  };
  for (size_t l = 0; l < seen_.layers.size(); ++l) {
    SceneLayer& layer = seen_.layers[l];
    const SceneLayer& told = s_.layers[l];
    if (!layer.visible || !layer.shape) continue;
    const geo::Shapes& from = told.shape->layer->shapes;
    const bool base = base_ == &told;
    auto made = std::make_shared<geo::Layer>();
    made->table.rowCount = told.shape->layer->rows();
    auto& rows = rowsOf_[l];
    if (from.kind == geo::ShapeKind::point) {
      if (raised_ && base_->id == s_.cityLayer && layer.countyRow.size() == from.rows()) {
        for (const long row : layer.countyRow) rows.push_back(row < 0 ? none : static_cast<uint32_t>(row));
      } else if (raised_) {
        const auto find = [&] {
          auto found = std::make_shared<std::vector<uint32_t>>(from.rows(), none);
          for (size_t r = 0; r < from.rows(); ++r)
            if (from.has(r)) (*found)[r] = relief_->rowAt(tilt_.turned(from.part(from.rowStart[r])[0]));
          return std::shared_ptr<const std::vector<uint32_t>>(found);
        };
        rows = o_.cache ? *o_.cache->kept<std::vector<uint32_t>>(
                              fmt::format("rows {} {}", static_cast<const void*>(told.shape->layer.get()),
                                          static_cast<const void*>(relief_.get())),
                              {told.shape->layer, relief_}, find)
                        : *find();
      }
      made->shapes = from;
      for (size_t r = 0; r < from.rows(); ++r)
        for (uint32_t p = from.rowStart[r]; p < from.rowStart[r + 1]; ++p)
          for (uint32_t v = from.partStart[p]; v < from.partStart[p + 1]; ++v)
            made->shapes.vertices[v] =
                world(tilt_.turned(from.vertices[v]), r < rows.size() ? liftOf(rows[r]) : 0);
    } else if (from.kind == geo::ShapeKind::polygon && (base || o_.storeys.names)) {
      const ReliefPtr relief = base ? relief_ : reliefOf(*told.shape, {}, 0);
      made->shapes = relief->tops;
      for (size_t r = 0; r < from.rows(); ++r)
        for (uint32_t p = made->shapes.rowStart[r]; p < made->shapes.rowStart[r + 1]; ++p)
          for (uint32_t v = made->shapes.partStart[p]; v < made->shapes.partStart[p + 1]; ++v)
            made->shapes.vertices[v] =
                world(made->shapes.vertices[v], base ? liftOf(static_cast<uint32_t>(r)) : 0);
    } else {
      made->shapes.kind = from.kind;  // names and colours ask for no more
      made->shapes.rowStart.assign(from.rows() + 1, 0);
    }
    made->bounds = made->shapes.box();
    auto shape = std::make_shared<MapShape>();
    shape->layer = std::move(made);
    shape->anchors = told.shape->anchors;
    for (size_t r = 0; r < shape->anchors.size(); ++r) {
      Point& a = shape->anchors[r];
      if (std::isnan(a.x)) continue;
      a = world(tilt_.turned(a), base              ? liftOf(static_cast<uint32_t>(r))
                                 : r < rows.size() ? liftOf(rows[r])
                                                   : 0);
    }
    layer.shape = std::move(shape);
  }
}

void TiltedMap::makeColumns() {
  const SceneLayer* of = findLayer(s_, s_.tilt->layer);
  const auto& anchors = of->shape->anchors;
  const geo::Shapes& shapes = of->shape->layer->shapes;
  // Out of nothing while the map begins to tilt.
  const auto grown = static_cast<float>(std::min(1.0, s_.tilt->degrees / 10));
  const float radius = (heights_.size() <= fewColumns ? 0.27f * m_.core : 4 * o_.unit) * grown;
  const Rect near = camera_.frame.grown(static_cast<float>(highest_) + 2 * radius);
  for (uint32_t r = 0; r < heights_.size(); ++r) {
    if (!shapes.has(r) || !isShown(*of, r)) continue;
    const Point p = r < anchors.size()                     ? anchors[r]
                    : shapes.kind == geo::ShapeKind::point ? shapes.part(shapes.rowStart[r])[0]
                                                           : Point{geo::missing, geo::missing};
    if (std::isnan(p.x)) continue;
    Column c;
    c.row = r, c.radius = radius;
    c.base = tilt_.seen(tilt_.turned(p)), c.top = tilt_.seen(tilt_.turned(p), heights_[r]);
    c.missing = !std::isfinite(s_.tilt->figures[r].value);
    if (near.contains(c.base)) columns_.push_back(c);
  }
  // Copies of one base, each symmetric about its own middle: the lower on the canvas is the nearer.
  std::stable_sort(columns_.begin(), columns_.end(),
                   [](const Column& a, const Column& b) { return a.base.y < b.base.y; });
}

// Ground
// ------------------------------------------------------------------------------------------------------------------

std::vector<std::vector<Vec>> TiltedMap::ringsOf(const Relief& relief, uint32_t row, double height) const {
  std::vector<std::vector<Vec>> rings;
  const geo::Shapes& s = relief.tops;
  for (uint32_t p = s.rowStart[row]; p < s.rowStart[row + 1]; ++p) {
    auto& ring = rings.emplace_back();
    for (const Point q : s.part(p)) ring.push_back(tilt_.seen(q, height));
  }
  return rings;
}

Path TiltedMap::pathOf(const Relief& relief, std::span<const uint32_t> borders, double height) const {
  Path path;
  for (const uint32_t a : borders) {
    bool first = true;
    for (const Point q : relief.border(a)) {
      const Vec v = tilt_.seen(q, height);
      first ? path.move(v) : path.line(v);
      first = false;
    }
  }
  return path;
}

void TiltedMap::ground(Drawing& d, const FillsOf& fillsOf, const ContourShapes& contours) {
  const auto areas = [&](const SceneLayer& layer) {
    if (&layer == base_ || !layer.visible || !polygons(layer)) return;
    const SceneLayer& seen = seen_.layers[static_cast<size_t>(&layer - s_.layers.data())];
    flatAreas(d, layer, fillsOf(seen));
  };
  const auto at = base_ ? static_cast<size_t>(base_ - s_.layers.data()) : s_.layers.size();
  for (size_t l = 0; l < s_.layers.size(); ++l)
    if (raised_ || l < at) areas(s_.layers[l]);
  std::vector<Draped> lines;
  for (const SceneLayer& layer : s_.layers) {
    if (!layer.visible || layer.role != Role::river || !layer.shape) continue;
    lines.push_back(
        {linesOf(layer.shape), Pen{t_.waterOutside.withAlpha(layer.opacity), m_.riverPen, {}, true}});
    if (layer.inside)
      lines.push_back(
          {linesOf(layer.inside), Pen{t_.waterInside.withAlpha(layer.opacity), m_.riverPen, {}, true}});
  }
  for (const SceneLayer& layer : s_.layers)
    if (layer.visible && layer.role != Role::river && layer.shape &&
        layer.shape->layer->shapes.kind == geo::ShapeKind::line)
      lines.push_back({linesOf(layer.shape),
                       Pen{layer.colour.withAlpha(layer.opacity), layer.width * o_.unit, {}, true}});
  if (s_.heat && contours.major) {
    const Rgba ink = mix(t_.text1, heatColour(1, s_.heat->low < 0, t_.dark), 0.25);
    lines.push_back({linesOf(contours.minor), Pen{ink.withAlpha(0.5), 0.8f * o_.unit, {}, true}});
    lines.push_back({linesOf(contours.major), Pen{ink.withAlpha(0.8), 1.3f * o_.unit, {}, true}});
  }
  if (!raised_ && base_) {
    sinkEdges(d);
    blocks(d, *base_, fillsOf(seen_.layers[at]), lines);
  } else {
    if (s_.heat) s_.heat->bins ? bins(d, none) : heatOver(d, nullptr, 0);
    for (const Draped& line : lines) drape(d, line, none);
    for (const SceneLayer& layer : s_.layers)
      if (&layer != base_ && layer.visible && polygons(layer)) flatBorders(d, layer);
    sinkEdges(d);
    if (base_) blocks(d, *base_, fillsOf(seen_.layers[at]), lines);
  }
  if (!raised_)
    for (size_t l = at + 1; l < s_.layers.size(); ++l) {
      areas(s_.layers[l]);
      if (s_.layers[l].visible && polygons(s_.layers[l])) flatBorders(d, s_.layers[l]);
    }
}

// Where the neighbours' data end they sink into the ground: no line says that the land ends there.
void TiltedMap::sinkEdges(Drawing& d) const {
  if (!o_.fades) return;
  geo::Box data;
  for (const SceneLayer& layer : s_.layers)
    if (layer.visible && layer.role == Role::neighbour && layer.shape) data.add(layer.shape->layer->bounds);
  if (data.empty()) return;
  std::vector<Vec> corners;
  for (const Point p : {Point{data.minX, data.minY}, Point{data.maxX, data.minY}, Point{data.maxX, data.maxY},
                        Point{data.minX, data.maxY}})
    corners.push_back(tilt_.seen(tilt_.turned(p)));
  const float reach = 110 * o_.unit;
  const Rect near = camera_.frame.grown(reach);
  constexpr int steps = 8;  // the two grounds differ by hardly more shades
  const auto through = [](int step) { return step >= steps ? 1.0 : (step + 0.5) / steps; };
  for (size_t i = 0; i < corners.size(); ++i) {
    const Vec a = corners[i], b = corners[(i + 1) % corners.size()];
    const Rect box{std::min(a.x, b.x), std::min(a.y, b.y), std::abs(b.x - a.x), std::abs(b.y - a.y)};
    if (!box.meets(near)) continue;
    for (int step = 0; step < steps; ++step) {
      Path edge;
      edge.move(a).line(b);
      const double alpha = 1 - through(step) / through(step + 1);
      put(d,
          Stroke{
              std::move(edge),
              Pen{t_.background.withAlpha(alpha), 2 * reach * static_cast<float>(step + 1) / steps, {}, true},
              -1});
    }
  }
}

void TiltedMap::flatAreas(Drawing& d, const SceneLayer& layer, const ColoursPtr& fills) {
  const ReliefPtr relief = reliefOf(*layer.shape, {}, 0);
  // Neighbours share one colour: in one path no seam shows between them.
  std::vector<std::pair<Rgba, Path>> groups;
  const Rect near = camera_.frame.grown(4 * o_.unit);
  for (uint32_t row = 0; row < relief->tops.rows() && row < fills->size(); ++row) {
    if (!relief->tops.has(row) || (*fills)[row].a == 0) continue;
    const auto rings = ringsOf(*relief, row, 0);
    if (!boxOf(rings).meets(near)) continue;
    const bool same = !groups.empty() && groups.back().first == (*fills)[row];
    if (!(layer.role == Role::neighbour && same)) groups.push_back({(*fills)[row], {}});
    groups.back().second.append(scene::pathOf(rings));
  }
  for (auto& [colour, path] : groups) put(d, Fill{std::move(path), colour});
  if (layer.role == Role::neighbour) {
    std::vector<uint32_t> inner;
    for (uint32_t a = 0; a < relief->borders.size(); ++a)
      if (!relief->borders[a].outer()) inner.push_back(a);
    put(d, Stroke{pathOf(*relief, inner, 0), Pen{t_.neighbourBorder, m_.countyPen, {}, true}, -1});
  }
}

void TiltedMap::flatBorders(Drawing& d, const SceneLayer& layer) {
  if (layer.role == Role::neighbour) return;
  const ReliefPtr relief = reliefOf(*layer.shape, {}, 0);
  std::vector<uint32_t> inner, outer;
  for (uint32_t a = 0; a < relief->borders.size(); ++a)
    (relief->borders[a].outer() ? outer : inner).push_back(a);
  borders(d, layer, *relief, inner, outer, 0);
}

void TiltedMap::borders(Drawing& d, const SceneLayer& layer, const Relief& relief,
                        const std::vector<uint32_t>& inner, const std::vector<uint32_t>& outer,
                        double height) const {
  const auto stroke = [&](const std::vector<uint32_t>& which, Pen pen) {
    if (!which.empty()) put(d, Stroke{pathOf(relief, which, height), std::move(pen), -1});
  };
  if (layer.role == Role::county) {
    stroke(inner, Pen{t_.countyCasing, m_.countyCasing, {}, true});
    stroke(inner, Pen{t_.countyBorder, m_.countyPen, {}, true});
    stroke(outer, Pen{t_.cityBorder, m_.cityPen, {}, true});
    return;
  }
  const Pen pen{(t_.dark ? t_.countyBorder : Rgba{80, 80, 80}).withAlpha(layer.opacity),
                layer.width * o_.unit,
                {},
                true};
  stroke(inner, pen), stroke(outer, pen);
}

void TiltedMap::glow(Drawing& d, const Relief& relief) const {
  if (!o_.glow || !t_.dark || base_->role != Role::county) return;
  std::vector<uint32_t> outer;
  for (uint32_t a = 0; a < relief.borders.size(); ++a)
    if (relief.borders[a].outer()) outer.push_back(a);
  const Path path = pathOf(relief, outer, 0);
  for (const float width : {30.f, 23.f, 16.f, 10.f})
    put(d, Stroke{path, Pen{t_.cityBorder.withAlpha(0.03), width * o_.unit, {}, true}, -1});
}

void TiltedMap::drape(Drawing& d, const Draped& draped, uint32_t row) const {
  Path path;
  const double lift = row == none ? 0 : liftOf(row);
  for (const Lines::Piece& piece : draped.lines->pieces) {
    if (piece.row != row) continue;
    for (uint32_t i = 0; i < piece.count; ++i) {
      const Vec v = tilt_.seen(draped.lines->points[piece.first + i], lift);
      i ? path.line(v) : path.move(v);
    }
  }
  if (!path.empty()) put(d, Stroke{std::move(path), draped.pen, -1});
}

void TiltedMap::hatch(Drawing& d, const std::vector<std::vector<Vec>>& rings, Rgba line) const {
  // Lines x + y = c, cut by the rings, even-odd.
  const double period = m_.hatchPitch * 1.41421356;
  std::vector<std::pair<long, float>> crossings;
  for (const auto& ring : rings)
    for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
      Vec a = ring[j], b = ring[i];
      if (a.x + a.y > b.x + b.y) std::swap(a, b);
      const double from = (a.x + a.y) / period, to = (b.x + b.y) / period;
      for (long k = std::lround(std::ceil(from)); k < to; ++k)
        crossings.emplace_back(k, static_cast<float>(a.x + (b.x - a.x) * (k - from) / (to - from)));
    }
  std::sort(crossings.begin(), crossings.end());
  Path path;
  for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
    const auto c = static_cast<float>(crossings[i].first * period);
    const float x0 = crossings[i].second, x1 = crossings[i + 1].second;
    path.move({x0, c - x0}).line({x1, c - x1});
  }
  if (!path.empty()) put(d, Stroke{std::move(path), Pen{line, m_.hatchWidth, {}, false}, -1});
}

// The heat's cells as the eye sees them at that height, within the rings.
void TiltedMap::heatOver(Drawing& d, const std::vector<std::vector<Vec>>* within, double height) const {
  const Heat& heat = *s_.heat;
  if (!heat.grid || heat.grid->width == 0 || heat.grid->height == 0) return;
  const geo::Grid& g = *heat.grid;
  const ColoursPtr cells = o_.cache ? o_.cache->colours(heat, t_.dark) : heatPixels(heat, t_.dark);
  Rect box = camera_.frame;
  if (within) {
    const Rect b = boxOf(*within);
    const float x0 = std::max(box.x, b.x), y0 = std::max(box.y, b.y), x1 = std::min(box.right(), b.right()),
                y1 = std::min(box.bottom(), b.bottom());
    if (!(x0 < x1 && y0 < y1)) return;
    box = {x0, y0, x1 - x0, y1 - y0};
  }
  const float step = 1.5f * o_.unit;
  const int columns = std::max(1, static_cast<int>(std::ceil(box.w / step))),
            rows = std::max(1, static_cast<int>(std::ceil(box.h / step)));
  box.w = static_cast<float>(columns) * step, box.h = static_cast<float>(rows) * step;
  std::optional<Visible> mask;
  if (within) mask.emplace(box, step), mask->fill(*within, 1);
  auto pixels = std::make_shared<std::vector<Rgba>>(static_cast<size_t>(columns) * static_cast<size_t>(rows),
                                                    Rgba{0, 0, 0, 0});
  const int gw = static_cast<int>(g.width), gh = static_cast<int>(g.height);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < columns; ++x) {
      const Vec v{box.x + (static_cast<float>(x) + 0.5f) * step,
                  box.y + (static_cast<float>(y) + 0.5f) * step};
      if (mask && mask->at(v) == 0) continue;
      const Point p = tilt_.worldFromSeen(v, height);
      const double u = (p.x - g.left) / g.cell - 0.5, w = (g.top - p.y) / g.cell - 0.5;
      if (u < -0.5 || w < -0.5 || u > gw - 0.5 || w > gh - 0.5) continue;
      const int i = static_cast<int>(std::floor(u)), k = static_cast<int>(std::floor(w));
      const double fu = u - i, fw = w - k;
      double r = 0, gr = 0, b = 0, a = 0;
      for (const int dy : {0, 1})
        for (const int dx : {0, 1}) {
          const Rgba c = (*cells)[static_cast<size_t>(std::clamp(k + dy, 0, gh - 1)) * g.width +
                                  static_cast<size_t>(std::clamp(i + dx, 0, gw - 1))];
          const double share = (dx ? fu : 1 - fu) * (dy ? fw : 1 - fw) * c.a;
          r += share * c.r, gr += share * c.g, b += share * c.b, a += share;
        }
      if (a < 0.5) continue;
      const auto byte = [&](double sum) { return static_cast<uint8_t>(sum / a + 0.5); };
      (*pixels)[static_cast<size_t>(y) * static_cast<size_t>(columns) + static_cast<size_t>(x)] = {
          byte(r), byte(gr), byte(b), static_cast<uint8_t>(a + 0.5)};
    }
  put(d, Image{box, std::move(pixels), columns, rows});
}

// Those whose middles lie on the row; none: all, on the ground.
void TiltedMap::bins(Drawing& d, std::optional<uint32_t> row) const {
  const Heat& heat = *s_.heat;
  if (!heat.bins) return;
  const ColoursPtr colours = o_.cache ? o_.cache->colours(heat, t_.dark) : binColours(heat, t_.dark);
  const geo::Shapes& s = heat.bins->layer->shapes;
  const double lift = row && *row != none ? liftOf(*row) : 0;
  for (size_t r = 0; r < s.rows() && r < colours->size(); ++r) {
    if ((*colours)[r].a == 0 || !s.has(r)) continue;
    const Point middle = tilt_.turned(s.box(r).centre());
    if (row && (relief_ ? relief_->rowAt(middle) : none) != *row) continue;
    std::vector<std::vector<Vec>> rings;
    for (uint32_t p = s.rowStart[r]; p < s.rowStart[r + 1]; ++p) {
      auto& ring = rings.emplace_back();
      for (const Point q : s.part(p)) ring.push_back(tilt_.seen(tilt_.turned(q), lift));
    }
    if (boxOf(rings).meets(camera_.frame)) put(d, Fill{scene::pathOf(rings), (*colours)[r]});
  }
}

// Blocks
// ------------------------------------------------------------------------------------------------------------------

void TiltedMap::blocks(Drawing& d, const SceneLayer& layer, const ColoursPtr& fills,
                       const std::vector<Draped>& lines) {
  const Relief& relief = *relief_;
  const size_t rows = relief.tops.rows();
  // What the scene is not about steps back.
  std::vector<uint8_t> about;
  std::vector<ObjectRef> objects = s_.emphasis;
  if (s_.focus) objects = {*s_.focus};
  for (const ObjectRef& o : objects)
    if (o.layer == layer.id && o.row >= 0 && static_cast<size_t>(o.row) < rows)
      about.resize(rows, 0), about[static_cast<size_t>(o.row)] = 1;
  const double veil = s_.focus ? 0.62 : 0.55 * (o_.motion ? o_.motion->emphasis : 1);
  const auto dimmed = [&](uint32_t row, Rgba c) {
    return about.empty() || about[row] ? c : over(t_.background.withAlpha(veil), c);
  };
  std::vector<Rgba> colours(rows);
  std::vector<uint8_t> hatched(rows, 0);
  const bool map = s_.choropleth && s_.choropleth->layer == layer.id && !s_.choropleth->onSymbols;
  for (uint32_t r = 0; r < rows; ++r) {
    colours[r] = dimmed(r, over(r < fills->size() ? (*fills)[r] : t_.land, t_.background));
    if (!isShown(layer, r)) continue;
    const bool unknown = map && r < s_.choropleth->figures.size() && s_.choropleth->classOf(r) < 0;
    if (unknown) colours[r] = dimmed(r, t_.hatchGround);
    const bool heightless =
        raised_ && r < s_.tilt->figures.size() && !std::isfinite(s_.tilt->figures[r].value);
    hatched[r] = unknown || heightless;
  }
  std::vector<std::array<Rgba, 3>> walls(rows);
  for (size_t r = 0; raised_ && r < rows; ++r)
    for (int k = 0; k < 3; ++k) walls[r][static_cast<size_t>(k)] = shaded(colours[r], k);
  const bool asked = o_.storeys.marks || o_.storeys.names;  // for what is in sight
  const double highest = raised_ ? highest_ : 0;
  const Rect near = camera_.frame.grown(8 * o_.unit);
  const bool many = rows > manyAreas;
  Stamps stamps(camera_.frame, (many ? 5 : 16) * o_.unit);
  std::vector<uint32_t> painted(relief.walls.size(), 0);
  std::vector<Rect> wallBoxes(relief.walls.size());
  for (size_t i = 0; i < relief.walls.size(); ++i) {
    const WallChain& w = relief.walls[i];
    std::vector<std::vector<Vec>> both(2);
    for (const Point p : relief.wall(w)) {
      both[0].push_back(tilt_.seen(p, relief.heightOf(w.front) * highest));
      both[1].push_back(tilt_.seen(p, relief.heightOf(w.row) * highest));
    }
    wallBoxes[i] = boxOf(both);
  }
  const double least = 0.25 * o_.unit;
  glow(d, relief);

  ReliefPainter painter;
  painter.covered = [&](uint32_t i) { return stamps.since(wallBoxes[i], painted[i]); };
  painter.wall = [&](uint32_t i, double from) {
    const WallChain& w = relief.walls[i];
    const double low = from * highest, high = relief.heightOf(w.row) * highest;
    if ((high - low) * tilt_.rise() < least || !wallBoxes[i].grown(1).meets(near)) return;
    const auto chain = relief.wall(w);
    const auto piece = [&](size_t first, size_t last, Rgba colour) {
      std::vector<Vec> ring;
      for (size_t k = first; k <= last; ++k) ring.push_back(tilt_.seen(chain[k], low));
      for (size_t k = last + 1; k-- > first;) ring.push_back(tilt_.seen(chain[k], high));
      put(d, Fill{Path::polyline(ring, true), colour});
      return ring;
    };
    // Shades by the direction over some pixels, so that a ragged border is no curtain.
    struct Facing {
      size_t first, last;
      int shade;
    };
    std::vector<Facing> pieces;
    double length[3] = {};
    for (size_t first = 0; first + 1 < chain.size();) {
      size_t last = first + 1;
      const auto reach = [&] {
        return std::hypot(chain[last].x - chain[first].x, chain[last].y - chain[first].y);
      };
      while (last + 1 < chain.size() && reach() < 24 * o_.unit * camera_.metresPerUnit) ++last;
      const double l = std::max(reach(), 1e-9);
      const int shade = shadeOf((chain[last].y - chain[first].y) / l);
      length[shade] += l;
      if (!pieces.empty() && pieces.back().shade == shade) pieces.back().last = last;
      else pieces.push_back({first, last, shade});
      first = last;
    }
    const int most = static_cast<int>(std::max_element(length, length + 3) - length);
    const auto ring = piece(0, chain.size() - 1, walls[w.row][static_cast<size_t>(most)]);
    for (const Facing& f : pieces)
      if (f.shade != most) piece(f.first, f.last, walls[w.row][static_cast<size_t>(f.shade)]);
    if (asked) visible_.fill(std::span(&ring, 1), w.row + 1);
    painted[i] = stamps.mark(wallBoxes[i]);
  };
  painter.tops = [&](std::span<const uint32_t> level) {
    const double height = relief.heightOf(level[0]) * highest;
    const bool flat = height == 0;
    std::vector<std::pair<Rgba, Path>> groups;  // of one colour: no seams between them
    std::set<uint32_t> edge;
    for (const uint32_t row : level) {
      const double own = relief.heightOf(row) * highest;
      const auto rings = ringsOf(relief, row, own);
      const Rect box = boxOf(rings);
      if (!box.grown(1).meets(near)) continue;
      stamps.mark(box.grown(m_.cityPen));
      if (asked) visible_.fill(rings, row + 1);
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const auto& g) { return flat && g.first == colours[row]; });
      if (group == groups.end()) group = groups.insert(group, {colours[row], Path{}});
      group->second.append(scene::pathOf(rings));
    }
    for (auto& [colour, path] : groups) put(d, Fill{std::move(path), colour});
    if (flat && !raised_ && s_.heat) s_.heat->bins ? bins(d, {}) : heatOver(d, nullptr, 0);
    for (const uint32_t row : level) {
      const double own = relief.heightOf(row) * highest;
      if (hatched[row]) hatch(d, ringsOf(relief, row, own), dimmed(row, t_.hatchLine));
      if (raised_ && s_.heat) {
        const auto rings = ringsOf(relief, row, own);
        s_.heat->bins ? bins(d, row) : heatOver(d, &rings, own);
      }
      if (!raised_) continue;
      for (Draped line : lines) {
        if (!about.empty() && !about[row]) line.pen.colour = line.pen.colour.withAlpha(1 - veil);
        drape(d, line, row);
      }
    }
    if (flat && !raised_)
      for (const Draped& line : lines) drape(d, line, none);
    std::vector<uint32_t> inner, outer;
    for (const uint32_t row : level) edge.insert(relief.bordersOf[row].begin(), relief.bordersOf[row].end());
    for (const uint32_t a : edge) (relief.borders[a].outer() ? outer : inner).push_back(a);
    borders(d, layer, relief, inner, outer, height);
  };
  // Of many heights those count as one that no eye tells apart.
  paintInOrder(relief, painter, many ? 48 : 256);
}

void TiltedMap::outlines(Drawing& d) const {
  if (!base_ || !relief_) return;
  const auto outline = [&](uint32_t row, Rgba colour, float width) {
    if (row >= relief_->tops.rows() || !relief_->tops.has(row) || width <= 0) return;
    put(d, Stroke{scene::pathOf(ringsOf(*relief_, row, liftOf(row))), Pen{colour, width * o_.unit, {}, true},
                  -1});
  };
  const auto row = [&](const std::optional<ObjectRef>& object) {
    return object && object->layer == base_->id && object->row >= 0 ? static_cast<uint32_t>(object->row)
                                                                    : none;
  };
  if (s_.selectionLayer == base_->id && s_.selection.size() <= 300)
    for (const float halo : {6.f, 0.f})
      for (const uint32_t r : s_.selection) outline(r, halo > 0 ? t_.halo : t_.accent, halo > 0 ? halo : 2);
  outline(row(s_.focus), t_.halo, 10), outline(row(s_.focus), t_.cityBorder, 4.4f);
  outline(row(s_.hovered), t_.accent, 2.2f);
  outline(row(s_.selected), t_.halo, 7), outline(row(s_.selected), t_.accent, 3.2f);
}

Path TiltedMap::topOf(const ObjectRef& object) const {
  if (!base_ || object.layer != base_->id || object.row < 0) return {};
  const auto row = static_cast<uint32_t>(object.row);
  if (row >= relief_->tops.rows() || !relief_->tops.has(row)) return {};
  return scene::pathOf(ringsOf(*relief_, row, liftOf(row)));
}

// Columns
// -----------------------------------------------------------------------------------------------------------------

void TiltedMap::drawColumns(Drawing& d) const {
  // On areas of a colour of their own they are neutral.
  const bool neutral = s_.heat || (s_.choropleth && !s_.choropleth->onSymbols);
  const Rgba colour = neutral ? mix(t_.text1, t_.background, 0.2) : t_.measured;
  for (const Column& c : columns_) {
    const auto corner = [&](int k, Vec middle) {
      const double a = k * 60 * degree;
      return Vec{middle.x + c.radius * static_cast<float>(std::cos(a)),
                 middle.y + c.radius * static_cast<float>(std::sin(a) * tilt_.squeeze())};
    };
    const auto hexagon = [&](Vec middle) {
      return Path::polygon({corner(0, middle), corner(1, middle), corner(2, middle), corner(3, middle),
                            corner(4, middle), corner(5, middle)});
    };
    const Path top = hexagon(c.top);
    if (c.missing) {
      put(d, Fill{top, t_.hatchGround.withAlpha(0.7)});
      put(d, Stroke{top, Pen{t_.text3, 1.2f * o_.unit, {2.4f * o_.unit, 2 * o_.unit}, false}, -1});
      continue;
    }
    if (heights_[c.row] <= 0) {  // nothing stands there, or less than nothing
      put(d, Stroke{top, Pen{t_.halo.withAlpha(0.85), 4.4f * o_.unit, {}, false}, -1});
      put(d, Fill{top, t_.land.withAlpha(0.35)});
      put(d, Stroke{top, Pen{colour, 2 * o_.unit, {}, false}, -1});
      continue;
    }
    const Path whole =
        Path::polygon({corner(3, c.top), corner(4, c.top), corner(5, c.top), corner(0, c.top),
                       corner(0, c.base), corner(1, c.base), corner(2, c.base), corner(3, c.base)});
    put(d, Stroke{whole, Pen{t_.halo.withAlpha(0.85), 3.2f * o_.unit, {}, true}, -1});
    put(d, Fill{whole, shaded(colour, 1)});
    for (const int k : {0, 2}) {  // right and left of the middle wall
      const Path wall =
          Path::polygon({corner(k, c.base), corner(k + 1, c.base), corner(k + 1, c.top), corner(k, c.top)});
      put(d, Fill{wall, shaded(colour, k == 0 ? 2 : 0)});
    }
    put(d, Fill{top, colour});
    put(d, Stroke{top, Pen{t_.halo.withAlpha(0.6), 0.8f * o_.unit, {}, true}, -1});
  }
}

// What is known of the picture
// --------------------------------------------------------------------------------------------

bool TiltedMap::hides(const Mark& mark) const {
  if (!raised_) return false;
  const auto& rows = rowsOf_[mark.layer];
  const uint32_t row = mark.row < rows.size() ? rows[mark.row] : none, own = row == none ? 0 : row + 1;
  // On the edge of its block it is in sight.
  const float step = 6 * o_.unit;
  for (const float dy : {0.f, step, -step})
    for (const float dx : {0.f, step, -step}) {
      const Vec v{mark.place.x + dx, mark.place.y + dy};
      if (!camera_.frame.contains(v) || visible_.at(v) == own) return false;
    }
  return true;
}

std::vector<Rect> TiltedMap::before(std::optional<uint32_t> row, Rect within) const {
  if (!raised_) return {};
  return visible_.boxes(within, [&](uint32_t id) { return row ? id != *row + 1 && id != 0 : id != 0; });
}

std::vector<std::vector<Vec>> TiltedMap::courses(const MapShapePtr& shape, uint32_t line) {
  std::vector<std::vector<Vec>> found;
  const LinesPtr lines = linesOf(shape);
  for (const Lines::Piece& piece : lines->pieces) {
    if (piece.of != line) continue;
    const uint32_t own = piece.row == none ? 0 : piece.row + 1;
    std::vector<Vec> course;
    const auto end = [&] {
      if (course.size() > 1) found.push_back(std::move(course));
      course.clear();
    };
    for (uint32_t i = 0; i < piece.count; ++i) {
      const Vec v = tilt_.seen(lines->points[piece.first + i], piece.row == none ? 0 : liftOf(piece.row));
      if (raised_ && visible_.at(v) != own) end();
      else course.push_back(v);
    }
    end();
  }
  return found;
}

void TiltedMap::hits(Drawing& d) const {
  d.hits.push_back({camera_.frame, {}});  // what the flat map has there is not there
  if (base_)
    visible_.eachRun([&](Rect run, uint32_t id) {
      d.hits.push_back({run, {base_->id, static_cast<long>(id - 1)}});
    });
  for (const Column& c : columns_) {
    const float half = static_cast<float>(c.radius * tilt_.squeeze());
    d.hits.push_back({{c.base.x - c.radius, c.top.y - half, 2 * c.radius, c.base.y - c.top.y + 2 * half},
                      {s_.tilt->layer, static_cast<long>(c.row)}});
  }
}

bool TiltedMap::colourSaysIt() const {
  return s_.choropleth && s_.choropleth->layer == s_.tilt->layer && s_.choropleth->name == s_.tilt->name &&
         s_.choropleth->year == s_.tilt->year && s_.choropleth->since == 0;
}

std::string TiltedMap::amount(size_t row, bool withUnit) const {
  if (heights_.empty() || row >= heights_.size()) return {};
  const double v = s_.tilt->figures[row].value;
  if (!std::isfinite(v)) return {};
  std::string text = (v < 0 ? "▽ " : "") + withMinus(formatNumber(v, s_.tilt->decimals));
  if (withUnit && !s_.tilt->unit.empty()) text += (s_.tilt->unit == "%" ? "" : " ") + s_.tilt->unit;
  return text;
}

// Legend
// ------------------------------------------------------------------------------------------------------------------

TiltedMap::Legend TiltedMap::legend(const Board& b) const {
  Legend l;
  if (heights_.empty() || !(highest_ > 0)) return l;
  const bool zh = s_.language == Language::zh;
  const TiltView& v = *s_.tilt;
  l.type = m_.townName;
  l.lines.push_back((zh ? "高度：" : "Height: ") + v.name);
  std::string unit = v.unit;
  if (v.year) unit += (unit.empty() ? "" : zh ? "，" : ", ") + std::to_string(v.year);
  if (!unit.empty()) l.lines.push_back(unit);
  bool negative = false, missing = false;
  for (const Figure& f : v.figures)
    negative = negative || f.value < 0, missing = missing || std::isnan(f.value);
  if (negative) l.notes.push_back(zh ? "▽ 负值不抬高" : "▽ negative: not raised");
  if (missing)
    l.notes.push_back(columnsOn_ ? (zh ? "虚线：缺数据" : "Dashed: no figure")
                                 : (zh ? "斜线：缺数据，不抬高" : "Hatched: no figure, not raised"));
  // Two or three round amounts, as far apart as their figures need.
  const double whole = highest_ * tilt_.rise();
  for (const int about : {3, 2, 1}) {
    l.ticks = geo::roundLevels(0, largest_ * 1.000001, about);
    if (l.ticks.size() > 3) l.ticks.erase(l.ticks.begin(), l.ticks.end() - 3);
    if (l.ticks.empty() || l.ticks[0] / largest_ * whole >= 1.15 * l.type) break;
  }
  if (l.ticks.empty()) l.ticks = {largest_};
  if (l.ticks[0] / largest_ * whole < 1.15 * l.type) l.ticks = {l.ticks.back()};
  l.bar = static_cast<float>(l.ticks.back() / largest_ * whole);
  float widest = 0;
  for (size_t i = 0; i < l.lines.size(); ++i)
    widest = std::max(widest, b.width(l.lines[i], l.type, i ? Face::sans : Face::sansBold));
  for (const std::string& note : l.notes) widest = std::max(widest, b.width(note, l.type));
  l.width = widest + 2 * 8 * b.unit;
  l.height = static_cast<float>(l.lines.size() + l.notes.size()) * 1.35f * l.type + l.bar + 2.2f * l.type +
             2 * 6 * b.unit;
  return l;
}

Rect TiltedMap::legendBox(const Board& b, std::span<const Rect> taken) const {
  const Legend l = legend(b);
  if (l.lines.empty()) return {};
  const Rect& f = camera_.frame;
  const float edge = 16 * b.unit;
  // From the lower right corner up, then to the left.
  for (float x = f.right() - edge - l.width; x > f.x; x -= l.width / 2)
    for (float y = f.bottom() - edge - l.height; y > f.y + f.h * 0.35f; y -= 8 * b.unit) {
      const Rect box{x, y, l.width, l.height};
      if (std::none_of(taken.begin(), taken.end(), [&](const Rect& r) { return r.meets(box); })) return box;
    }
  return {};
}

void TiltedMap::drawLegend(const Board& b, Rect box) const {
  if (box.w <= 0) return;
  const Legend l = legend(b);
  const float pad = 8 * b.unit, halo = 3 * b.unit, pitch = 1.35f * l.type;
  b.drawing.add(Fill{Path::roundedRect(box, 5 * b.unit), b.theme.background.withAlpha(0.72)});
  float y = box.y + 6 * b.unit;
  for (size_t i = 0; i < l.lines.size(); ++i, y += pitch)
    b.text(box.x + pad, y + l.type, l.lines[i], l.type, i ? b.theme.text2 : b.theme.text1, Align::left,
           i ? Face::sans : Face::sansBold, 0, halo);
  y += 0.9f * l.type;
  const Rect bar{box.x + pad + 2 * b.unit, y, 5.5f * b.unit, l.bar};
  b.fill(bar.grown(2.2f * b.unit), b.theme.halo.withAlpha(0.7));
  b.fill(bar, b.theme.halo);
  const auto at = [&](double amount) {
    return bar.bottom() - bar.h * static_cast<float>(amount / l.ticks.back());
  };
  std::vector<double> ticks{0};
  ticks.insert(ticks.end(), l.ticks.begin(), l.ticks.end());
  for (size_t i = 0; i + 1 < ticks.size(); i += 2)
    b.fill({bar.x, at(ticks[i + 1]), bar.w, at(ticks[i]) - at(ticks[i + 1])}, b.theme.text1);
  b.frame(bar, b.theme.text1, b.unit);
  for (const double tick : ticks) {
    b.line({bar.right(), at(tick)}, {bar.right() + 4 * b.unit, at(tick)}, b.theme.text1, b.unit);
    b.text(bar.right() + 8 * b.unit, at(tick) + 0.36f * l.type, tick == 0 ? "0" : formatTick(tick, l.ticks),
           l.type, b.theme.text1, Align::left, Face::sans, 0, halo);
  }
  y = bar.bottom() + 0.9f * l.type;
  for (const std::string& note : l.notes) {
    b.text(box.x + pad, y + l.type, note, l.type, b.theme.text2, Align::left, Face::sans, 0, halo);
    y += pitch;
  }
}

}  // namespace scene
