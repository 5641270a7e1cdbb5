#include "app/scene/page_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/scene/area_label.h"
#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/scene/marks.h"
#include "app/scene/tilt.h"
#include "geo/measure.h"

namespace scene {
namespace {

// The smallest round denominator that is not below.
double roundScale(double denominator) {
  const double power = std::pow(10, std::floor(std::log10(denominator)));
  for (double s : {1.0, 1.2, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 7.5, 8.0, 8.5, 9.0, 10.0})
    if (s * power >= denominator * (1 - 1e-9)) return s * power;
  return denominator;
}

std::string degreeWords(double degrees, char positive, char negative, bool seconds) {
  const char side = degrees < 0 ? negative : positive;
  if (seconds) {
    const long all = std::lround(std::abs(degrees) * 3600);
    return fmt::format("{}°{:02}′{:02}″{}", all / 3600, all / 60 % 60, all % 60, side);
  }
  const long minutes = std::lround(std::abs(degrees) * 60);
  return fmt::format("{}°{:02}′{}", minutes / 60, minutes % 60, side);
}

const SceneLayer* focused(const Scene& s) {
  const SceneLayer* layer = s.focus ? findLayer(s, s.focus->layer) : nullptr;
  if (!layer || !layer->shape || s.focus->row < 0) return nullptr;
  const geo::Shapes& shapes = layer->shape->layer->shapes;
  return static_cast<size_t>(s.focus->row) < shapes.rows() && shapes.has(static_cast<size_t>(s.focus->row))
             ? layer
             : nullptr;
}

}  // namespace

// Ground
// -----------------------------------------------------------------------------------------------------------------

Ground::Ground(const Scene& s) : sums_((n + 1) * (n + 1), 0) {
  const SceneLayer* city = findLayer(s, s.cityLayer);
  const SceneLayer* focus = focused(s);
  std::vector<const SceneLayer*> layers;
  if (focus) layers = {focus};
  else if (city && city->visible && city->shape) layers = {city};
  else
    for (const SceneLayer& layer : s.layers)
      if (layer.visible && layer.shape && layer.role != Role::neighbour && layer.role != Role::river)
        layers.push_back(&layer);
  const auto rowsOf = [&](const SceneLayer* layer) {
    const auto row = static_cast<size_t>(s.focus ? s.focus->row : 0);
    return layer == focus ? std::pair(row, row + 1)
                          : std::pair<size_t, size_t>(0, layer->shape->layer->shapes.rows());
  };
  for (const SceneLayer* layer : layers)
    box_.add(layer == focus ? layer->shape->layer->shapes.box(static_cast<size_t>(s.focus->row))
                            : layer->shape->layer->bounds);
  if (box_.empty() || !(box_.width() > 0) || !(box_.height() > 0)) {
    box_ = s.home;
    return;
  }
  const double cellX = box_.width() / n, cellY = box_.height() / n;
  std::vector<uint8_t> cells(n * n, 0);
  for (const SceneLayer* layer : layers) {
    const geo::Shapes& shapes = layer->shape->layer->shapes;
    const bool polygons = shapes.kind == geo::ShapeKind::polygon;
    std::array<std::vector<double>, n> crossings;  // of the cells' middle lines
    const auto [first, last] = rowsOf(layer);
    for (size_t r = first; r < last; ++r)
      for (uint32_t p = shapes.rowStart[r]; p < shapes.rowStart[r + 1]; ++p) {
        const auto part = shapes.part(p);
        for (size_t i = 0; i < part.size(); ++i) {
          const geo::Point a = part[i], b = part[(i + 1) % part.size()];
          const int x = std::clamp(static_cast<int>((a.x - box_.minX) / cellX), 0, n - 1),
                    y = std::clamp(static_cast<int>((a.y - box_.minY) / cellY), 0, n - 1);
          cells[static_cast<size_t>(y * n + x)] = 1;
          if (!polygons || a.y == b.y) continue;
          const double low = std::min(a.y, b.y), high = std::max(a.y, b.y);
          const int from = std::max(0, static_cast<int>(std::ceil((low - box_.minY) / cellY - 0.5))),
                    to = std::min(n - 1, static_cast<int>(std::ceil((high - box_.minY) / cellY - 0.5)) - 1);
          for (int k = from; k <= to; ++k) {
            const double at = box_.minY + (k + 0.5) * cellY;
            crossings[static_cast<size_t>(k)].push_back(a.x + (b.x - a.x) * (at - a.y) / (b.y - a.y));
          }
        }
      }
    for (int y = 0; y < n && polygons; ++y) {
      auto& xs = crossings[static_cast<size_t>(y)];
      std::sort(xs.begin(), xs.end());
      for (size_t k = 0; k + 1 < xs.size(); k += 2) {
        const int from = std::clamp(static_cast<int>((xs[k] - box_.minX) / cellX), 0, n - 1),
                  to = std::clamp(static_cast<int>((xs[k + 1] - box_.minX) / cellX), 0, n - 1);
        for (int x = from; x <= to; ++x) cells[static_cast<size_t>(y * n + x)] = 1;
      }
    }
  }
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x)
      sums_[static_cast<size_t>((y + 1) * (n + 1) + x + 1)] =
          cells[static_cast<size_t>(y * n + x)] + sums_[static_cast<size_t>(y * (n + 1) + x + 1)] +
          sums_[static_cast<size_t>((y + 1) * (n + 1) + x)] - sums_[static_cast<size_t>(y * (n + 1) + x)];
}

double Ground::within(const geo::Box& box) const {
  const int all = sums_.back();
  if (all == 0) return 0;
  const auto index = [](double v, double low, double size, bool up) {
    const double k = (v - low) / (size / n);
    return std::clamp(static_cast<int>(up ? std::ceil(k) : std::floor(k)), 0, n);
  };
  const int x0 = index(box.minX, box_.minX, box_.width(), false),
            x1 = index(box.maxX, box_.minX, box_.width(), true),
            y0 = index(box.minY, box_.minY, box_.height(), false),
            y1 = index(box.maxY, box_.minY, box_.height(), true);
  const auto at = [&](int x, int y) { return sums_[static_cast<size_t>(y * (n + 1) + x)]; };
  return static_cast<double>(at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0)) / all;
}

// View
// -----------------------------------------------------------------------------------------------------------------

PageMap::PageMap(const Scene& scene, const PageParts& parts, const PageSetup& setup, TypesetterPtr fonts,
                 std::optional<geo::Box> extent)
    : s_(scene),
      parts_(parts),
      l_(parts.look()),
      setup_(setup),
      grid_(setup.grid),
      fonts_(std::move(fonts)),
      extent_(extent),
      seen_(scene) {
  subject_ = extent ? *extent : s_.home;
  if (!extent && focused(s_))
    subject_ = seen_.box().grown(std::max(seen_.box().width(), seen_.box().height()) * 0.05);
  if (subject_.empty()) subject_ = seen_.box();
  empty_ = subject_.empty();
  if (empty_) subject_ = {0, 0, 1000, 1000};
  // A single place has no extent of its own.
  if (!(std::max(subject_.width(), subject_.height()) > 0)) subject_ = subject_.grown(500);
  for (const SceneLayer& layer : s_.layers)
    if (layer.role == Role::neighbour && layer.visible && layer.shape) data_.add(layer.shape->layer->bounds);
  if (s_.crs && s_.crs->known())
    if (auto made = geo::Transform::make(*s_.crs, geo::Crs::lonLat())) lonLat_ = std::move(*made);
  if (isTilted(s_)) grid_ = PageGrid::none;  // its lines are no longer where the frame's figures say
  const bool framed = (grid_ == PageGrid::degrees && lonLat_) || grid_ == PageGrid::metres;
  band_ = framed ? std::max(32 * l_.unit, l_.least * 1.5f) : 0;
  line_ = (grid_ == PageGrid::degrees && lonLat_ ? (l_.quiet ? 10 : 13) : 6) * l_.unit;
}

std::optional<Rect> PageMap::fixed(PagePart part) const {
  for (const PageFrame& f : setup_.fixed)
    if (f.part == part) {
      const Vec least = this->least(part);
      return Rect{f.rect.x, f.rect.y, std::max(f.rect.w, least.x), std::max(f.rect.h, least.y)};
    }
  return {};
}

bool PageMap::hidden(PagePart part) const {
  return std::find(setup_.hidden.begin(), setup_.hidden.end(), part) != setup_.hidden.end();
}

Vec PageMap::least(PagePart part) const {
  const float u = l_.unit;
  switch (part) {
    case PagePart::map:
      return {std::max(150 * u, 25.f), std::max(150 * u, 25.f)};
    case PagePart::scaleBar:
      return {std::max(170 * u, l_.least * 9), std::max(66 * u, l_.least * 3.2f)};
    case PagePart::north:
      return {std::max(34 * u, l_.least * 1.6f), std::max(64 * u, l_.least * 4)};
    case PagePart::inset:
      return {260 * u, 240 * u};
    case PagePart::overview:
      return {110 * u, 100 * u};
    default:
      return {};
  }
}

Rect PageMap::inner(Rect rect) const { return rect.grown(-band_ - line_); }

double PageMap::fit(Rect rect) const {
  const Rect in = inner(rect);
  const float margin = extent_ ? 0 : std::min(18 * l_.unit, std::min(in.w, in.h) * 0.04f);
  return std::min((in.w - 2 * margin) / std::max(subject_.width(), 1e-9),
                  (in.h - 2 * margin) / std::max(subject_.height(), 1e-9));
}

double PageMap::blank(Rect rect) const {
  const double k = fit(rect);
  if (!(k > 0) || data_.empty()) return 0;
  const Rect in = inner(rect);
  const double w = in.w / k, h = in.h / k, x = (subject_.minX + subject_.maxX) / 2,
               y = (subject_.minY + subject_.maxY) / 2;
  const double seenX = std::min(data_.maxX, x + w / 2) - std::max(data_.minX, x - w / 2),
               seenY = std::min(data_.maxY, y + h / 2) - std::max(data_.minY, y - h / 2);
  return 1 - std::clamp(seenX / w, 0.0, 1.0) * std::clamp(seenY / h, 0.0, 1.0);
}

double PageMap::ground(const Camera& camera) const {
  if (!lonLat_) return 1;
  const double half = camera.metresPerUnit * 50;
  const double metres = geo::geodesicDistance((*lonLat_)({camera.centre.x - half, camera.centre.y}),
                                              (*lonLat_)({camera.centre.x + half, camera.centre.y}));
  const double k = metres / (2 * half);
  return std::isfinite(k) && k > 0 ? k : 1;
}

geo::Box PageMap::overviewBox() const {
  const bool around = std::any_of(s_.layers.begin(), s_.layers.end(), [](const SceneLayer& l) {
    return l.visible && l.shape && l.role == Role::neighbour;
  });
  const geo::Box home = s_.home.empty() ? seen_.box() : s_.home;
  return home.grown(std::max(home.width(), home.height()) * (around ? 0.28 : 0.06));
}

PageView PageMap::view(Rect rect, std::span<const Rect> taken, std::optional<Vec> legend) const {
  PageView v;
  v.rect = rect, v.outer = rect.grown(-band_);
  const Rect in = inner(rect);
  v.camera = Camera::fit(in, subject_, extent_ ? 0 : std::min(18 * l_.unit, std::min(in.w, in.h) * 0.04f));
  v.stretch = ground(v.camera);
  v.denominator = v.camera.metresPerUnit * v.stretch * 1000;
  if (setup_.scale > 0) v.denominator = setup_.scale;
  else if (std::isfinite(v.denominator) && v.denominator > 0) v.denominator = roundScale(v.denominator);
  v.camera.metresPerUnit = v.denominator / 1000 / v.stretch;
  if (empty_) v.denominator = 0;

  // Where the most symbols share a place: that neighbourhood is drawn again, larger.
  const Metrics m = metricsFor(Medium::page, l_.mapUnit, l_.mapLeast);
  const auto marks = placeMarks(s_, v.camera, m);
  const bool room = in.w >= 880 * l_.unit || fixed(PagePart::inset);
  size_t most = 0;
  if (v.denominator > 500000 && room && !focused(s_)) {
    std::vector<Vec> spread;
    for (const Mark& mark : marks)
      if (mark.spread) spread.push_back(mark.place);
    for (const Mark& mark : marks) {
      if (mark.spread || spread.empty()) continue;
      const auto here = static_cast<size_t>(std::count_if(spread.begin(), spread.end(), [&](Vec p) {
        return std::hypot(p.x - mark.place.x, p.y - mark.place.y) < 0.5f;
      }));
      if (here > most) most = here, v.cluster = v.camera.worldFromCanvas(mark.place);
    }
  }
  if (most < 3 || isTilted(s_)) v.cluster.reset();
  v.clusterSize = most + 1;
  const auto busyWith = [&](const std::vector<Mark>& all) {
    std::vector<Rect> busy;
    for (const Mark& mark : all) {
      if (mark.size <= m.station || (mark.spread && v.cluster)) continue;
      const float half = mark.size / 2, name = mark.spread ? std::max(m.placeName, l_.mapLeast) * 8.5f : 0;
      busy.push_back(
          {mark.at.x - half - (mark.toWest ? name : 0), mark.at.y - half, 2 * half + name, 2 * half});
    }
    return busy;
  };
  v.busy = busyWith(marks);

  // The slack beside the subject goes where furniture does not need it.
  const float slackX =
                  setup_.scale > 0 || extent_
                      ? 0
                      : std::max(0.f, in.w - static_cast<float>(subject_.width() / v.camera.metresPerUnit)) /
                            2,
              slackY =
                  setup_.scale > 0 || extent_
                      ? 0
                      : std::max(0.f, in.h - static_cast<float>(subject_.height() / v.camera.metresPerUnit)) /
                            2;
  const float edge = std::min(20 * l_.unit, std::min(in.w, in.h) * 0.03f);
  const geo::Point centre{(subject_.minX + subject_.maxX) / 2, (subject_.minY + subject_.maxY) / 2};
  PageView best = v;
  best.worth = -1e9;
  constexpr float tries[] = {0, -0.5f, 0.5f, -1, 1};
  for (const float ky : tries)
    for (const float kx : tries) {
      if ((kx != 0 && slackX <= edge) || (ky != 0 && slackY <= edge)) continue;
      PageView tried = v;
      tried.camera.centre = {centre.x - kx * std::max(0.f, slackX - edge) * v.camera.metresPerUnit,
                             centre.y + ky * std::max(0.f, slackY - edge) * v.camera.metresPerUnit};
      place(tried, v.camera, taken, legend);
      if (!data_.empty()) {  // rather on land than on bare paper
        const geo::Box w = tried.camera.world();
        const double beyond = std::max(0.0, data_.minX - w.minX) + std::max(0.0, w.maxX - data_.maxX) +
                              std::max(0.0, data_.minY - w.minY) + std::max(0.0, w.maxY - data_.maxY);
        tried.worth -= 8 * beyond / (w.width() + w.height());
      }
      tried.worth -= 0.9 * std::abs(kx) * slackX / in.w * 4 + 0.9 * std::abs(ky) * slackY / in.h * 4;
      if (tried.worth > best.worth + 1e-9) best = tried;
    }
  // Where the map came to stand symbols may spread to the other side: the furniture finds its place anew.
  if (const auto busy = busyWith(placeMarks(s_, best.camera, m)); busy != best.busy) {
    const double worth = best.worth;
    best.busy = busy;
    for (auto* r : {&best.legend, &best.inset, &best.overview, &best.north, &best.scaleBar}) r->reset();
    place(best, best.camera, taken, legend);
    best.worth = worth;
  }
  return best;
}

void PageMap::place(PageView& v, const Camera& first, std::span<const Rect> taken,
                    std::optional<Vec> legend) const {
  const Rect in = v.camera.frame;
  const float u = l_.unit, gap = 20 * u;
  std::vector<Rect> used(taken.begin(), taken.end());
  for (const PagePart part : {PagePart::inset, PagePart::overview, PagePart::scaleBar, PagePart::north})
    if (const auto r = fixed(part); r && !hidden(part)) used.push_back(*r);
  const auto covers = [&](const Rect& r) {
    const geo::Point a = v.camera.worldFromCanvas({r.x, r.bottom()}),
                     c = v.camera.worldFromCanvas({r.right(), r.y});
    const Vec shift = v.camera.canvasFromWorld(first.centre) - first.canvasFromWorld(first.centre);
    const auto hidden = std::count_if(v.busy.begin(), v.busy.end(), [&](const Rect& busy) {
      return r.meets({busy.x + shift.x, busy.y + shift.y, busy.w, busy.h});
    });
    // A symbol is worth a fiftieth of the subject.
    return seen_.within({a.x, a.y, c.x, c.y}) + 0.02 * static_cast<double>(hidden);
  };
  // From a corner along the edges, past what stands there already.
  enum Corner { topRight, topLeft, bottomRight, bottomLeft, bottomMiddle };
  const auto spot = [&](float w, float h, std::initializer_list<Corner> corners,
                        bool clear) -> std::optional<Rect> {
    std::optional<Rect> best;
    double least = clear ? 1e-9 : 1e9;
    for (const Corner corner : corners) {
      const bool right = corner == topRight || corner == bottomRight,
                 top = corner == topRight || corner == topLeft;
      std::vector<Rect> queue{{corner == bottomMiddle ? in.centre().x - w / 2
                               : right                ? in.right() - w - gap
                                                      : in.x + gap,
                               top ? in.y + gap : in.bottom() - h - gap, w, h}};
      for (size_t i = 0; i < queue.size() && queue.size() < 24; ++i) {
        const Rect r = queue[i];
        if (r.x < in.x || r.y < in.y || r.right() > in.right() + 0.01f || r.bottom() > in.bottom() + 0.01f)
          continue;
        const auto hit = std::find_if(used.begin(), used.end(),
                                      [&](const Rect& o) { return o.grown(gap * 0.6f).meets(r); });
        if (hit != used.end()) {
          const Rect o = hit->grown(gap);
          queue.push_back({right ? o.x - w : o.right(), r.y, w, h});
          queue.push_back({r.x, top ? o.bottom() : o.y - h, w, h});
          continue;
        }
        const double cost = covers(r.grown(6 * u));
        if (cost < least - 1e-12) least = cost, best = r;
        if (cost <= 1e-9) return best;
      }
    }
    return best;
  };
  const auto take = [&](std::optional<Rect>& to, std::optional<Rect> r, double worth) {
    if (!r) return;
    to = r, used.push_back(*r), v.worth += worth;
  };
  v.worth = 0;
  if (empty_) return;                                     // nothing that a scale could be of
  for (const Rect& r : taken) v.worth -= 20 * covers(r);  // frames put on the map
  if (legend) {
    const auto r = spot(legend->x, legend->y, {bottomLeft, topLeft, bottomRight, topRight}, true);
    v.legendClear = r.has_value();
    take(v.legend, r ? r : spot(legend->x, legend->y, {bottomLeft, topLeft, bottomRight, topRight}, false),
         r ? 30 : 0);
  }
  const auto wanted = [&](PagePart part, std::optional<Rect>& to, auto make) {
    if (hidden(part)) return;
    if (const auto r = fixed(part)) {
      to = r;
      return;
    }
    make(to);
  };
  wanted(PagePart::inset, v.inset, [&](std::optional<Rect>& to) {
    if (!v.cluster || in.w < 880 * u) return;
    const float w = std::min(520 * u, in.w * 0.33f);
    for (const float k : {1.f, 0.85f})
      if (!to)
        take(to, spot(w * k, w * 0.94f * k, {bottomLeft, topRight, topLeft, bottomRight}, true), 8 * k);
  });
  if (!v.cluster) v.inset.reset();
  wanted(PagePart::overview, v.overview, [&](std::optional<Rect>& to) {
    const geo::Box whole = overviewBox(), world = v.camera.world();
    const geo::Box home = s_.home.empty() ? seen_.box() : s_.home;
    const bool part = s_.focus || world.minX > home.minX || world.maxX < home.maxX ||
                      world.minY > home.minY || world.maxY < home.maxY;
    const bool around = whole.width() > home.width() * 1.2;
    if ((!around && !part) || in.w < (part ? 420 : l_.quiet ? 800 : 560) * u || whole.empty()) return;
    const float w = std::min(250 * u, in.w * (part ? 0.24f : 0.17f)),
                h = w *
                    static_cast<float>(std::clamp(whole.height() / std::max(whole.width(), 1e-9), 0.7, 1.25));
    take(to, spot(w, h, {topRight, topLeft, bottomRight, bottomLeft}, !part), part ? 5 : 3);
  });
  wanted(PagePart::north, v.north, [&](std::optional<Rect>& to) {
    const float h = std::min((l_.quiet ? 84 : 104) * u, in.h * 0.2f);
    const auto r = spot(h * 0.55f, std::max(h, least(PagePart::north).y),
                        {topRight, topLeft, bottomRight, bottomLeft}, false);
    take(to, r, r && covers(*r) <= 1e-9 ? 2 : 0.5);
  });
  wanted(PagePart::scaleBar, v.scaleBar, [&](std::optional<Rect>& to) {
    const float type = std::max(20 * u, l_.least), most = std::clamp(in.w * 0.3f, 100 * u, 440 * u);
    const ScaleBar bar = scaleBar(v.denominator / 1000, most);
    const float w = std::max(bar.width + type * 4.2f, least(PagePart::scaleBar).x),
                h = std::max(72 * u, type * 3.4f);
    if (w > in.w - 2 * gap) return;
    const auto r = spot(w, h, {bottomRight, bottomLeft, bottomMiddle, topRight, topLeft}, false);
    take(to, r, r && covers(*r) <= 1e-9 ? 2 : 0.5);
  });
}

// Drawing
// -----------------------------------------------------------------------------------------------------------------

void PageMap::draw(Drawing& d, const Theme& t, const PageView& v, std::span<const Rect> taken) const {
  const Board b{d, t, l_.unit, l_.least};
  const Rect in = v.camera.frame;
  d.cameras.push_back(v.camera);
  std::vector<Rect> clear;
  for (const Rect& r : taken) clear.push_back(r.grown(3 * l_.unit));
  for (const auto* r : {&v.inset, &v.overview, &v.scaleBar, &v.north})
    if (*r) clear.push_back((*r)->grown(3 * l_.unit));
  MapOptions o;
  o.frame = in, o.unit = l_.mapUnit, o.leastType = l_.mapLeast, o.paper = true, o.keepClear = &clear;
  // A small map has no room for the names of small places.
  const double across = std::max(subject_.width(), subject_.height()) / v.camera.metresPerUnit;
  o.townNames = l_.style == PageStyle::sheet || l_.style == PageStyle::poster || across > 900 * l_.mapUnit;
  // English names are half as long again.
  o.fewNames = across < (s_.language == Language::zh ? 560 : 840) * l_.mapUnit;
  if (v.inset) o.insetOf = v.cluster;
  o.attribution = hidden(PagePart::notes);
  drawMap(d, s_, static_cast<int>(d.cameras.size()) - 1, t, o);
  drawGrid(b, v);
  if (v.inset) drawInset(d, b, v);
  if (v.overview) drawOverview(d, b, v);
  if (v.north) {
    const Rect r = *v.north;
    const float h = std::min(r.h, r.w * 1.9f), type = std::max(h * 0.25f, l_.least);
    drawNorthArrow(b, {r.centre().x, r.y + (r.h - h) / 2}, h - 1.3f * type, s_.words.north, type,
                   isTilted(s_) ? northOnCanvas(*s_.tilt) : 0);
  }
  if (v.scaleBar) drawScale(b, v);
  b.frame(in, t.text1, (l_.quiet ? 1.2f : 1.6f) * l_.unit);
  b.frame(v.outer, t.text1, (l_.quiet ? 2 : 3) * l_.unit);
}

void PageMap::drawScale(const Board& b, const PageView& v) const {
  const Rect r = *v.scaleBar;
  const float type = std::max(20 * l_.unit, l_.least), overhang = type * 2.9f;
  const ScaleBar bar = scaleBar(v.denominator / 1000, r.w - type * 1.2f - overhang);
  if (bar.divisions == 0) return;
  const float x = r.x + type * 0.8f + std::max(0.f, r.w - bar.width - type * 0.8f - overhang) / 2;
  const float top = r.y + std::max(0.f, r.h - type * 3.1f) / 2;
  b.text(x, top + type * 0.95f, scaleWords(v.denominator), type, b.theme.text1, Align::left, Face::sansBold,
         0, 3 * l_.unit);
  // Beside the scale: under the bar the frame ends.
  if (const std::string holds = scaleHolds(s_); !holds.empty())
    b.text(x + b.width(scaleWords(v.denominator), type, Face::sansBold) + type * 0.6f, top + type * 0.95f,
           holds, type * 0.9f, b.theme.text2, Align::left, Face::sans, 0, 3 * l_.unit);
  drawScaleBar(b, v.denominator / 1000, {x, top + type * 2.7f}, r.w - type * 1.2f - overhang, type);
}

// Graticule and grid
// -----------------------------------------------------------------------------------------------------------------

PageMap::Edges PageMap::degrees(const Camera& camera) const {
  Edges e;
  if (!lonLat_) return e;
  const Rect f = camera.frame;
  constexpr int pieces = 32;
  const auto edge = [&](Vec from, Vec to) {
    std::vector<geo::Point> points;
    for (int i = 0; i <= pieces; ++i)
      points.push_back(camera.worldFromCanvas(from + (to - from) * (static_cast<float>(i) / pieces)));
    lonLat_->apply(points);
    return points;
  };
  const Vec tl{f.x, f.y}, tr{f.right(), f.y}, bl{f.x, f.bottom()}, br{f.right(), f.bottom()};
  const auto bottom = edge(bl, br), top = edge(tl, tr), left = edge(bl, tl), right = edge(br, tr);
  geo::Box seen;
  for (const auto* points : {&bottom, &top, &left, &right})
    for (const geo::Point p : *points) {
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) return e;
      seen.add(p);
    }
  if (!(seen.width() > 0) || !(seen.height() > 0) || seen.width() > 200) return e;
  // Minutes between figures: seven at most, and with air between them.
  const float air = 1.7f * fonts_->width("113°30′E", {Face::sans, std::max(20 * l_.unit, l_.least), 0, true});
  const double most[] = {std::clamp(f.w / air, 1.f, 7.f), std::clamp(f.h / air, 1.f, 7.f)};
  double step = 1800;
  for (double minutes : {1 / 60., 2 / 60., 5 / 60., 10 / 60., 15 / 60., 30 / 60., 1., 2., 5., 10., 15., 20.,
                         30., 60., 120., 300., 600., 1200.})
    if (seen.width() * 60 / minutes <= most[0] && seen.height() * 60 / minutes <= most[1]) {
      step = minutes;
      break;
    }
  const double ratio = step * 60 >= 60 ? step : step * 60;  // minutes, or seconds below a minute
  const int parts = ratio == 30 || ratio == 15 || ratio == 60 || ratio == 120 || ratio == 1800 ? 3
                    : ratio == 20 || ratio == 10 || ratio == 2 || ratio == 1200 || ratio == 1  ? 2
                                                                                               : 5;
  const double fine = step / parts;
  e.step = step;
  const auto along = [&](const std::vector<geo::Point>& points, Vec from, Vec to, bool longitude,
                         std::vector<Tick>& ticks) {
    const auto value = [&](geo::Point p) { return longitude ? p.x : p.y; };
    for (int i = 0; i < pieces; ++i) {
      const double a = value(points[static_cast<size_t>(i)]), c = value(points[static_cast<size_t>(i) + 1]);
      const double low = std::min(a, c), high = std::max(a, c);
      for (double k = std::ceil(low * 60 / fine - 1e-9);
           k * fine / 60 < high || (i == pieces - 1 && k * fine / 60 <= high); ++k) {
        const double degrees = k * fine / 60;
        double p = i, q = i + 1, vp = a, vq = c, at = p;
        for (int turn = 0; turn < 3; ++turn) {  // nearly straight: false position is there at once
          at = vq == vp ? p : p + (degrees - vp) / (vq - vp) * (q - p);
          const double own =
              value((*lonLat_)(camera.worldFromCanvas(from + (to - from) * static_cast<float>(at / pieces))));
          if (std::abs(own - degrees) < 1e-9) break;
          (own < degrees) == (vp < vq) ? (p = at, vp = own) : (q = at, vq = own);
        }
        const Vec place = from + (to - from) * static_cast<float>(at / pieces);
        ticks.push_back({longitude ? place.x : place.y, degrees,
                         std::abs(std::remainder(degrees * 60, step)) < 1e-6 * step + 1e-9});
      }
    }
    std::sort(ticks.begin(), ticks.end(), [](const Tick& a, const Tick& b) { return a.at < b.at; });
  };
  along(bottom, bl, br, true, e.bottom), along(top, tl, tr, true, e.top);
  along(left, bl, tl, false, e.left), along(right, br, tr, false, e.right);
  const auto curve = [&](double fixed, bool meridian) {
    std::vector<geo::Point> points;
    const double low = meridian ? seen.minY : seen.minX, high = meridian ? seen.maxY : seen.maxX,
                 over = (high - low) * 0.03;
    for (int i = 0; i <= 20; ++i) {
      const double at = low - over + (high - low + 2 * over) * i / 20;
      points.push_back(meridian ? geo::Point{fixed, std::clamp(at, -89.9, 89.9)} : geo::Point{at, fixed});
    }
    lonLat_->applyInverse(points);
    std::vector<Vec> line;
    for (const geo::Point p : points)
      if (std::isfinite(p.x) && std::isfinite(p.y)) line.push_back(camera.canvasFromWorld(p));
    if (line.size() > 1) e.lines.push_back(std::move(line));
  };
  for (double k = std::ceil(seen.minX * 60 / step); k * step / 60 <= seen.maxX; ++k)
    curve(k * step / 60, true);
  for (double k = std::ceil(seen.minY * 60 / step); k * step / 60 <= seen.maxY; ++k)
    curve(k * step / 60, false);
  return e;
}

PageMap::Edges PageMap::metres(const Camera& camera) const {
  Edges e;
  const Rect f = camera.frame;
  const geo::Box w = camera.world();
  const float air = 1.9f * fonts_->width("2 650 km", {Face::sans, std::max(20 * l_.unit, l_.least), 0, true});
  const double most[] = {std::clamp(f.w / air, 1.f, 8.f), std::clamp(f.h / air, 1.f, 8.f)};
  e.step = 1e7;
  for (double power = 0.001; power < 1e7 && e.step == 1e7; power *= 10)
    for (const double s : {1.0, 2.0, 5.0})
      if (w.width() / (s * power) <= most[0] && w.height() / (s * power) <= most[1]) {
        e.step = s * power;
        break;
      }
  for (double k = std::ceil(w.minX / e.step - 1e-9); k * e.step <= w.maxX; ++k) {
    const float at = camera.canvasFromWorld({k * e.step, w.minY}).x;
    e.bottom.push_back({at, k * e.step, true});
    e.lines.push_back({{at, f.bottom()}, {at, f.y}});
  }
  for (double k = std::ceil(w.minY / e.step - 1e-9); k * e.step <= w.maxY; ++k) {
    const float at = camera.canvasFromWorld({w.minX, k * e.step}).y;
    e.left.push_back({at, k * e.step, true});
    e.lines.push_back({{f.x, at}, {f.right(), at}});
  }
  std::reverse(e.left.begin(), e.left.end());
  e.top = e.bottom, e.right = e.left;
  return e;
}

void PageMap::drawGrid(const Board& b, const PageView& v) const {
  if (grid_ == PageGrid::none || empty_) return;
  const bool degreesGrid = grid_ == PageGrid::degrees;
  const Edges e = degreesGrid ? degrees(v.camera) : metres(v.camera);
  const Rect f = v.camera.frame, o = v.outer;
  const Theme& t = b.theme;
  const float u = l_.unit, type = std::max((l_.quiet ? 17.f : 20.f) * u, l_.least);
  for (const auto& line : e.lines)
    b.drawing.add(Stroke{Path::polyline(line), Pen{t.text3.withAlpha(0.35), 0.9f * u, {}, false}, -1}, f);
  if (degreesGrid) {
    const float band = line_ - 3 * u;
    const auto zebra = [&](const std::vector<Tick>& ticks, bool horizontal, float edge) {
      // Filled where the interval starts at an even step, so opposite edges match; the ends as their
      // neighbours go on.
      if (ticks.size() < 2) return;
      const double fine = std::abs(ticks[1].value - ticks[0].value);
      const auto fill = [&](float from, float to, double start) {
        if (std::lround(start / std::max(1e-12, fine)) % 2 != 0 || !(to > from)) return;
        b.fill(horizontal ? Rect{from, edge, to - from, band} : Rect{edge, from, band, to - from}, t.text1);
      };
      for (size_t i = 0; i + 1 < ticks.size(); ++i)
        fill(ticks[i].at, ticks[i + 1].at, std::min(ticks[i].value, ticks[i + 1].value));
      const bool up = ticks[1].value > ticks[0].value;
      fill(horizontal ? f.x : f.y, ticks.front().at, up ? ticks.front().value - fine : ticks.front().value);
      fill(ticks.back().at, horizontal ? f.right() : f.bottom(),
           up ? ticks.back().value : ticks.back().value - fine);
    };
    zebra(e.bottom, true, f.bottom() + 1.5f * u), zebra(e.top, true, o.y + 1.5f * u);
    zebra(e.left, false, o.x + 1.5f * u), zebra(e.right, false, f.right() + 1.5f * u);
  } else {
    for (const Tick& tick : e.bottom) {
      b.line({tick.at, f.bottom()}, {tick.at, o.bottom()}, t.text1, 1.2f * u);
      b.line({tick.at, o.y}, {tick.at, f.y}, t.text1, 1.2f * u);
    }
    for (const Tick& tick : e.left) {
      b.line({o.x, tick.at}, {f.x, tick.at}, t.text1, 1.2f * u);
      b.line({f.right(), tick.at}, {o.right(), tick.at}, t.text1, 1.2f * u);
    }
  }
  const auto words = [&](const Tick& tick, bool across, bool first) {
    if (degreesGrid) return degreeWords(tick.value, across ? 'E' : 'N', across ? 'W' : 'S', e.step < 1);
    return withMinus(formatShort(tick.value / 1000)) + (first ? " km" : "");
  };
  const float foot = std::max(26 * u, type * 1.2f);
  const auto across = [&](const std::vector<Tick>& ticks, float base) {
    bool first = true;
    for (const Tick& tick : ticks) {
      if (!tick.labelled) continue;
      const std::string text = words(tick, true, first);
      const float w = b.width(text, type);
      if (tick.at - w / 2 < o.x || tick.at + w / 2 > o.right()) continue;
      b.text(tick.at, base, text, type, t.text2, Align::centre), first = false;
    }
  };
  across(e.bottom, o.bottom() + foot), across(e.top, o.y - 8 * u);
  const auto upright = [&](const std::vector<Tick>& ticks, float x) {
    bool first = true;
    for (auto tick = ticks.rbegin(); tick != ticks.rend(); ++tick) {
      if (!tick->labelled) continue;
      Text item;
      item.run = fonts_->shape(words(*tick, false, first), {Face::sans, type, 0, true});
      if (tick->at - item.run.advance / 2 < o.y || tick->at + item.run.advance / 2 > o.bottom()) continue;
      first = false;
      item.origin = {x, tick->at + item.run.advance / 2};
      item.angle = -1.5707963f, item.colour = t.text2;
      b.drawing.add(std::move(item));
    }
  };
  upright(e.left, o.x - 8 * u), upright(e.right, o.right() + foot - 3 * u);
}

// Insets
// -----------------------------------------------------------------------------------------------------------------

void PageMap::drawInset(Drawing& d, const Board& b, const PageView& v) const {
  const Rect r = *v.inset;
  const Theme& t = b.theme;
  const float u = l_.unit, size = std::max(20 * u, l_.least), h = size * 2.1f,
              denominator = static_cast<float>(roundScale(v.denominator * 0.47));
  b.fill(r, t.background);
  Camera camera;
  camera.frame = {r.x, r.y + h, r.w, r.h - h};
  camera.metresPerUnit = denominator / 1000 / v.stretch;
  // The cluster stands left of the middle: its names fan out to the right.
  camera.centre = {v.cluster->x + camera.frame.w * 0.16 * camera.metresPerUnit,
                   v.cluster->y + camera.frame.h * 0.02 * camera.metresPerUnit};
  const int index = static_cast<int>(d.cameras.size());
  d.cameras.push_back(camera);
  MapOptions o;
  o.frame = camera.frame, o.paper = true, o.countyNames = false, o.circles = false, o.flat = true;
  o.unit = l_.mapUnit * 0.94f, o.leastType = l_.mapLeast;
  o.fewNames = r.w < (s_.language == Language::zh ? 230 : 380) * l_.mapUnit;
  const size_t hits = d.hits.size();
  drawMap(d, s_, index, t, o);
  d.hits.resize(hits);
  b.fill({r.x, r.y, r.w, h}, t.background);
  const float base = r.y + h / 2 + size * 0.37f, pad = 12 * u;
  const float w = b.text(r.right() - pad, base, scaleWords(denominator), size * 0.95f, t.text2, Align::right);
  const float x =
      r.x + pad +
      b.text(r.x + pad, base, s_.words.cluster, size * 1.05f, t.text1, Align::left, Face::sansBold);
  if (!s_.words.spreadHere.empty()) {
    const std::string spread = fmt::format(fmt::runtime(s_.words.spreadHere), v.clusterSize);
    const float room = r.right() - w - x - 40 * u, small = std::max(18 * u, l_.least);
    if (b.width(spread, small) * 0.85f <= room) b.textWithin(x + 14 * u, base, spread, small, t.text3, room);
  }
  b.line({r.x, r.y + h}, {r.right(), r.y + h}, t.text1, 1.2f * u);
  b.frame(r, t.text1, 2 * u);
  // Its extent on the main map.
  const geo::Box seen = camera.world();
  const Vec a = v.camera.canvasFromWorld({seen.minX, seen.maxY}),
            c = v.camera.canvasFromWorld({seen.maxX, seen.minY});
  Stroke extent{Path::rect({a.x, a.y, c.x - a.x, c.y - a.y}), Pen{t.text1, 1.4f * u, {7 * u, 5 * u}, false},
                -1};
  d.add(std::move(extent), v.camera.frame);
}

void PageMap::drawOverview(Drawing& d, const Board& b, const PageView& v) const {
  const Rect r = *v.overview;
  const Theme& t = b.theme;
  const float u = l_.unit;
  b.fill(r, t.neighbour);
  const Camera camera = Camera::fit(r, overviewBox());
  const int index = static_cast<int>(d.cameras.size());
  d.cameras.push_back(camera);
  const SceneLayer* city = findLayer(s_, s_.cityLayer);
  using W = Borders::Which;
  for (const SceneLayer& layer : s_.layers) {
    if (!layer.visible || !layer.shape || layer.shape->layer->shapes.kind != geo::ShapeKind::polygon)
      continue;
    const bool around = layer.role == Role::neighbour;
    if (!around && city && &layer != city) continue;
    const Rgba land = mix(t.land, palette("teal", 5, t.dark)[2], s_.focus ? 0.45 : 1);
    auto fills = std::make_shared<std::vector<Rgba>>(layer.shape->layer->rows(), around ? t.neighbour : land);
    const bool own = s_.focus && s_.focus->layer == layer.id && s_.focus->row >= 0 &&
                     static_cast<size_t>(s_.focus->row) < fills->size();
    if (own) (*fills)[static_cast<size_t>(s_.focus->row)] = t.measured;
    d.add(Areas{index, layer.shape, fills, {}, {}});
    if (around) {
      d.add(Borders{index, layer.shape, W::inner, 0, Pen{t.neighbourBorder, u, {}, true}});
    } else {
      if (s_.focus) d.add(Borders{index, layer.shape, W::inner, 0, Pen{t.countyCasing, 0.9f * u, {}, true}});
      d.add(Borders{index, layer.shape, W::outer, 0, Pen{t.cityBorder, 1.2f * u, {}, true}});
      if (own)
        d.add(Borders{index, layer.shape, W::row, static_cast<uint32_t>(s_.focus->row),
                      Pen{t.cityBorder, 1.6f * u, {}, true}});
    }
  }
  // Neighbours by name, where the frame has room for them.
  Surroundings taken;
  if (city && city->shape)
    for (size_t i = 0; i < city->shape->layer->shapes.vertices.size();
         i += std::max<size_t>(1, city->shape->layer->shapes.vertices.size() / 240)) {
      const Vec p = camera.canvasFromWorld(city->shape->layer->shapes.vertices[i]);
      taken.boxes.push_back({p.x - u, p.y - u, 2 * u, 2 * u});
    }
  for (const SceneLayer& layer : s_.layers) {
    if (layer.role != Role::neighbour || !layer.visible || !layer.shape || layer.shape->layer->rows() > 40)
      continue;
    const geo::Shapes& shapes = layer.shape->layer->shapes;
    for (size_t row = 0; row < shapes.rows() && row < layer.labels.size(); ++row) {
      if (layer.labels[row].empty() || !shapes.has(row)) continue;
      const float w = b.width(layer.labels[row], l_.least);
      double cost = 0;
      const auto at = spotInside(shapes, row, {geo::missing, geo::missing}, camera, w + 2 * u,
                                 l_.least * 1.1f, taken, {}, 0, &cost);
      if (!at || cost > 18) continue;
      const Rect box{at->x - w / 2, at->y - l_.least * 0.55f, w, l_.least * 1.1f};
      if (!Rect{r.x + u, r.y + u, r.w - 2 * u - box.w, r.h - 2 * u - box.h}.contains({box.x, box.y}))
        continue;
      taken.boxes.push_back(box);
      b.text(box.x, at->y + l_.least * 0.36f, layer.labels[row], l_.least, t.text2);
    }
  }
  const geo::Box seen = v.camera.world(), home = s_.home.empty() ? seen_.box() : s_.home;
  if (seen.minX > home.minX || seen.maxX < home.maxX || seen.minY > home.minY || seen.maxY < home.maxY) {
    const Vec a = camera.canvasFromWorld({seen.minX, seen.maxY}),
              c = camera.canvasFromWorld({seen.maxX, seen.minY});
    d.add(Stroke{Path::rect({a.x, a.y, c.x - a.x, c.y - a.y}), Pen{t.core, 2 * u, {}, false}, -1}, r);
  }
  b.frame(r, t.text1, 2 * u);
}

}  // namespace scene
