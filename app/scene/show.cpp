#include "app/scene/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>

#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/legibility.h"
#include "app/scene/sheet.h"
#include "app/scene/tilt.h"

namespace scene {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double panelSeconds = 0.4;  // class colours, bars, figures
constexpr double nameSeconds = 0.25;  // names out, names in
constexpr double arcSeconds = 0.9, arcStep = 0.08;
constexpr double groupStep = 0.35, appearSeconds = 0.3;
constexpr double heatSeconds = 0.6;
constexpr double trackSeconds = 0.9, trackStep = 0.08;  // the ledger's, filling up
constexpr double dipSeconds = 0.5;
constexpr double tiltSeconds = 1.6;  // to rise, sink or turn where the camera stays

uint64_t nextSerial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

// Boxes of canvas items; of map items nothing.
struct BoxOf {
  std::optional<Rect> operator()(const Fill& i) const { return i.path.box(); }
  std::optional<Rect> operator()(const Stroke& i) const { return i.path.box().grown(i.pen.width / 2); }
  std::optional<Rect> operator()(const Glow& i) const {
    return Rect{i.centre.x - i.radius, i.centre.y - i.radius, 2 * i.radius, 2 * i.radius};
  }
  std::optional<Rect> operator()(const Fade& i) const { return i.rect; }
  std::optional<Rect> operator()(const HatchedRect& i) const { return i.rect; }
  std::optional<Rect> operator()(const Text& i) const {
    return Rect{i.origin.x, i.origin.y - i.run.ascent, i.run.advance, i.run.ascent + i.run.descent}.grown(
        i.haloWidth + 0.15f * i.run.size);
  }
  std::optional<Rect> operator()(const Image& i) const { return i.rect; }
  template <class T>
  std::optional<Rect> operator()(const T&) const {
    return std::nullopt;
  }
};

std::optional<Rect> boxOf(const Item& item) { return std::visit(BoxOf{}, item); }

Drawing emptyDrawing(const Stage& s, const Camera* camera = nullptr) {
  Drawing d;
  d.width = s.width, d.height = s.height, d.background = s.theme->background, d.fonts = s.fonts;
  d.cameras = s.cameras;
  if (camera && !d.cameras.empty()) d.cameras[0] = *camera;
  return d;
}

void append(Drawing& d, const std::vector<Placed>& items) {
  d.items.insert(d.items.end(), items.begin(), items.end());
}
void append(Drawing& d, std::vector<Placed> items, float alpha) {
  if (alpha <= 0) return;
  fade(items, alpha);
  d.items.insert(d.items.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

bool sameHeat(const Scene& a, const Scene& b) {
  if (!a.heat || !b.heat) return !a.heat && !b.heat;
  return a.heat->grid == b.heat->grid && a.heat->binValues == b.heat->binValues &&
         a.heat->low == b.heat->low && a.heat->high == b.heat->high && a.heat->opacity == b.heat->opacity &&
         a.heat->lines == b.heat->lines;
}

bool sameAmounts(const TiltView& a, const TiltView& b) {
  const auto same = [](const Figure& f, const Figure& g) {
    return f.value == g.value || (std::isnan(f.value) && std::isnan(g.value));
  };
  return a.heights == b.heights && a.layer == b.layer &&
         std::equal(a.figures.begin(), a.figures.end(), b.figures.begin(), b.figures.end(), same);
}

bool sameTilt(const Scene& a, const Scene& b) {
  if (!isTilted(a) || !isTilted(b)) return !isTilted(a) && !isTilted(b);
  return a.tilt->degrees == b.tilt->degrees && a.tilt->bearing == b.tilt->bearing &&
         a.tilt->share == b.tilt->share && sameAmounts(*a.tilt, *b.tilt);
}

// A flat map is one seen from above, north up, its blocks as high as ever: from there none of it shows.
TiltView between(const std::optional<TiltView>& a, const std::optional<TiltView>& b, double way) {
  TiltView from = a ? *a : *b, to = b ? *b : *a;
  if (!a) from.degrees = from.bearing = 0;
  if (!b) to.degrees = to.bearing = 0;
  const bool one = sameAmounts(from, to);
  TiltView v = one || way >= 0.5 ? to : from;
  v.degrees = from.degrees + (to.degrees - from.degrees) * way;
  v.bearing = from.bearing + std::remainder(to.bearing - from.bearing, 360) * way;
  // Other amounts: the old ones sink in, the new ones rise.
  v.share = one ? from.share + (to.share - from.share) * way : v.share * std::abs(2 * way - 1);
  return v;
}

const SceneLayer* visibleIn(const Stage* stage, const std::string& id) {
  const SceneLayer* layer = stage ? findLayer(stage->scene, id) : nullptr;
  return layer && layer->visible && layer->shape ? layer : nullptr;
}

// The groups of the story, in order; −1: not one of its.
int groupOf(Role role) {
  switch (role) {
    case Role::core:
      return 0;
    case Role::node:
      return 1;
    case Role::agriPark:
      return 2;
    case Role::platform:
      return 3;
    case Role::enterprise:
      return 4;
    case Role::rail:
      return 5;
    case Role::town:
      return 6;
    case Role::station:
      return 7;
    default:
      return -1;
  }
}

float share(double seconds, double begins, double lasts) {
  if (std::isinf(begins)) return 1;
  return static_cast<float>(std::clamp((seconds - begins) / lasts, 0.0, 1.0));
}

bool isNode(const Stage& stage, size_t layer) { return stage.scene.layers[layer].role == Role::node; }

// When a symbol of the scene that is coming stands there.
double beginsAt(const Passage& p, size_t layer, size_t row) {
  const double group = p.layerAt[layer];
  if (std::isinf(group) || !isNode(*p.to, layer)) return group;
  const std::string& id = p.to->scene.layers[layer].id;
  for (size_t i = 0; i < p.to->scene.leads.size(); ++i)
    if (p.to->scene.leads[i].toLayer == id && p.to->scene.leads[i].toRow == row && std::isfinite(p.leadAt[i]))
      return p.leadAt[i] + arcSeconds - 0.25;
  return group;
}

}  // namespace

std::shared_ptr<Stage> copyOf(const Stage& stage) {
  auto copy = std::make_shared<Stage>(stage);
  copy->serial = nextSerial();
  return copy;
}

StagePtr makeStage(Scene scene, const Theme& theme, TypesetterPtr fonts, float width, float height,
                   std::optional<geo::Box> extent) {
  auto stage = std::make_shared<Stage>();
  Stage& s = *stage;
  s.serial = nextSerial();
  s.scene = std::move(scene), s.theme = &theme, s.fonts = fonts, s.width = width, s.height = height;
  s.layout = wallLayout(width, height, leastType(s.scene.viewing, width));
  s.map = s.scene.composition == Composition::map;
  if (!s.map) {
    Drawing d = drawSheet(s.scene, theme, std::move(fonts), width, height, Medium::wall, s.layout.unit);
    s.cameras = std::move(d.cameras), s.panels = std::move(d.items), s.hits = std::move(d.hits);
    s.missingGlyphs = std::move(d.missingGlyphs);
    return stage;
  }
  const Camera camera = wallCamera(s.layout, s.scene, extent.value_or(s.scene.home));
  s.cameras = {camera};
  const auto clear = wallKeepClear(s.scene, fonts, s.layout, camera);
  const auto fades = wallFades(s.scene, theme, s.layout, camera);
  MapOptions options = wallMapOptions(s.layout, camera, clear, fades);
  StoreysDrawn drawn;
  options.drawn = &drawn;
  Drawing map = emptyDrawing(s);
  drawMap(map, s.scene, 0, theme, options);
  s.hits = std::move(map.hits), s.missingGlyphs = std::move(map.missingGlyphs);
  s.cameras = std::move(map.cameras);
  const auto from = [&](size_t i) {
    return std::make_move_iterator(map.items.begin() + static_cast<long>(i));
  };
  s.ground.assign(from(0), from(drawn.marks));
  s.marks.assign(from(drawn.marks), from(drawn.names));
  s.names.assign(from(drawn.names), from(map.items.size()));
  s.nameOf = std::move(drawn.nameOf), s.plan = std::move(drawn.plan);
  s.nameOf.resize(s.names.size());

  Drawing panels = emptyDrawing(s);
  drawWallPanels(panels, s.scene, theme, s.layout);
  for (Placed& item : panels.items) {
    const auto box = boxOf(item.item);
    (box && !box->meets(s.layout.map) ? s.panels : s.over).push_back(std::move(item));
  }
  s.hits.insert(s.hits.end(), panels.hits.begin(), panels.hits.end());
  s.missingGlyphs.insert(panels.missingGlyphs.begin(), panels.missingGlyphs.end());
  Drawing measures = emptyDrawing(s);
  drawWallMeasures(measures, s.scene, theme, s.layout);
  s.measures = std::move(measures.items);
  return stage;
}

Drawing drawingOf(const Stage& s) {
  Drawing d = emptyDrawing(s);
  for (const auto* items : {&s.ground, &s.panels, &s.over, &s.marks, &s.names, &s.measures})
    append(d, *items);
  d.hits = s.hits, d.missingGlyphs = s.missingGlyphs;
  return d;
}

Passage makePassage(StagePtr from, StagePtr to, const PassageOptions& options) {
  Passage p;
  p.from = std::move(from), p.to = std::move(to);
  const Stage* a = p.from.get();
  const Stage& b = *p.to;
  p.layerAt.assign(b.scene.layers.size(), never);
  p.leadAt.assign(b.scene.leads.size(), never);
  const bool sized = a && (a->width != b.width || a->height != b.height || a->theme != b.theme);
  p.cut = options.reduced || sized || (a && options.transitionSeconds <= 0);
  if (p.cut) return p;
  p.dip = !a || !a->map || !b.map;
  if (a && !a->map && !b.map)  // maps of the one are not maps of the other
    p.dip = a->scene.composition != b.scene.composition || a->cameras != b.cameras;
  p.fadeEnds = p.dip ? dipSeconds : panelSeconds;
  p.flightEnds = p.fadeEnds;
  if (!p.dip && a && b.map) {
    p.flight = cameraFlight(a->cameras[0], b.cameras[0]);
    if (!sameTilt(a->scene, b.scene)) p.flight.seconds = std::max(p.flight.seconds, tiltSeconds);
    p.moves = p.flight.seconds > 0;
    if (p.moves && options.transitionSeconds > 0) p.flight.seconds = options.transitionSeconds;
    if (p.moves) p.flightEnds += p.flight.seconds;
  }
  if (p.dip) {
    std::set<uint64_t> tracks;
    Drawing keys;
    for (size_t row = 0; row < 200; ++row) keys.part("track", row), tracks.insert(keys.key);
    for (const auto* items : {&b.panels, &b.over})
      for (const Placed& i : *items)
        if (tracks.count(i.key)) p.tracks.insert(i.key);
  }
  if (!p.tracks.empty())
    p.tracksEnd = p.fadeEnds + trackSeconds + trackStep * static_cast<double>(p.tracks.size());
  double t = p.flightEnds;
  if (b.map && options.story) {
    const Stage* common = p.dip ? nullptr : a;
    std::vector<size_t> fresh[8];
    for (size_t l = 0; l < b.scene.layers.size(); ++l) {
      const SceneLayer& layer = b.scene.layers[l];
      const int group = groupOf(layer.role);
      if (group >= 0 && visibleIn(&b, layer.id) && !visibleIn(common, layer.id)) fresh[group].push_back(l);
    }
    // A scene of few symbols that were not there is a story; each group waits for the one before.
    if (!fresh[0].empty()) {
      for (const size_t l : fresh[0]) p.layerAt[l] = t + 0.1;
      t += 0.1 + 0.5;
    }
    const bool leads = !fresh[0].empty() || !fresh[1].empty();
    if (leads && !b.plan.arcs.empty()) {
      double last = t;
      size_t n = 0;
      for (size_t core = 0; core < b.scene.leads.size(); ++core) {  // one core's after the other's
        const Lead& first = b.scene.leads[core];
        if (std::isfinite(p.leadAt[core])) continue;
        for (size_t i = core; i < b.scene.leads.size(); ++i) {
          const Lead& lead = b.scene.leads[i];
          if (lead.fromLayer != first.fromLayer || lead.fromRow != first.fromRow) continue;
          p.leadAt[i] = last = t + arcStep * static_cast<double>(n++);
        }
      }
      for (const size_t l : fresh[1]) p.layerAt[l] = t + 0.3;
      t = last + arcSeconds;
    } else if (!fresh[1].empty()) {
      for (const size_t l : fresh[1]) p.layerAt[l] = t;
      t += groupStep;
    }
    for (int g = 2; g < 8; ++g) {
      if (fresh[g].empty()) continue;
      for (const size_t l : fresh[g]) p.layerAt[l] = t;
      t += groupStep;
    }
    if (b.scene.heat && (!common || !sameHeat(common->scene, b.scene))) t += heatSeconds;
  }
  p.storyEnds =
      std::max({t + appearSeconds, p.flightEnds + (p.moves || p.dip ? nameSeconds : 0), p.tracksEnd});
  return p;
}

std::optional<TiltView> tiltAt(const Passage& p, double t) {
  const auto& to = p.to->scene.tilt;
  if (!p.moves || p.dip || p.cut || t >= p.flightEnds) return to;
  const auto& from = p.from->scene.tilt;
  if (t < p.fadeEnds) return from;
  if (sameTilt(p.from->scene, p.to->scene)) return to;
  const auto tilted = [](const Scene& s) { return isTilted(s) ? s.tilt : std::nullopt; };
  return between(tilted(p.from->scene), tilted(p.to->scene), wayAt(p.flight, t - p.fadeEnds));
}

namespace {

// Where a picture comes from nothing, the ledger's tracks fill to where they stand, one after the other.
std::vector<Placed> fillingUp(const Passage& p, std::vector<Placed> items, double t) {
  if (t >= p.tracksEnd) return items;
  std::map<uint64_t, size_t> order;
  for (Placed& i : items) {
    auto* fill = i.key && p.tracks.count(i.key) ? std::get_if<Fill>(&i.item) : nullptr;
    if (!fill) continue;
    const size_t at = order.try_emplace(i.key, order.size()).first->second;
    const Rect box = fill->path.box();
    const auto grown = static_cast<float>(
        outCubic(share(t, p.fadeEnds / 2 + trackStep * static_cast<double>(at), trackSeconds)));
    if (i.ordinal == 0)
      for (Vec& v : fill->path.points) v.x = box.x + (v.x - box.x) * grown;
    else fill->colour = fill->colour.withAlpha(grown < 1 ? 0 : 1);  // the tick, when the bar has come to it
  }
  return items;
}

struct Act {
  const Passage& p;
  double t;
  DrawCache* cache;
  const Extras& extras;
  const Stage& b = *p.to;

  bool first() const { return t < p.fadeEnds; }
  bool flying() const { return p.moves && t >= p.fadeEnds && t < p.flightEnds; }
  Camera camera() const {
    if (!p.moves) return b.cameras[0];
    if (first()) return p.from->cameras[0];
    Camera c = cameraAt(p.flight, t - p.fadeEnds);
    c.frame = b.cameras[0].frame;
    return c;
  }
  float colours() const { return p.from && !p.dip ? static_cast<float>(inOutCubic(t / panelSeconds)) : 1.f; }

  // The scene that the ground is drawn of: what leaves is still there, what comes is not yet.
  Scene groundScene() const {
    Scene g = b.scene;
    g.tilt = tiltAt(p, t);
    const Stage* a = p.dip ? nullptr : p.from.get();
    for (SceneLayer& layer : g.layers) {
      const SceneLayer* was = a ? findLayer(a->scene, layer.id) : nullptr;
      if (groupOf(layer.role) >= 0) continue;
      if (was && was->visible && !layer.visible && first())
        layer.visible = true, layer.opacity *= 1 - share(t, 0, p.fadeEnds);
      else if (a && was && !was->visible && layer.visible)
        layer.opacity *= share(t, p.flightEnds, appearSeconds);
    }
    if (a && !sameHeat(a->scene, b.scene)) {
      if (first()) {
        g.heat = a->scene.heat;
        if (g.heat) g.heat->opacity *= 1 - share(t, 0, p.fadeEnds);
      } else if (g.heat) {
        g.heat->opacity *= share(t, p.flightEnds, heatSeconds);
      }
      if (g.heat && g.heat->opacity <= 0) g.heat.reset();
    }
    return g;
  }
  // Whether groundScene() and the camera are those of the scene at rest.
  bool groundRests() const {
    if (t >= p.storyEnds) return true;
    if (p.dip) return true;  // made ready under the veil
    const Stage* a = p.from.get();
    if (a && (t < panelSeconds || (p.moves && t < p.flightEnds))) return false;
    if (a && !sameHeat(a->scene, b.scene) && t < p.flightEnds + heatSeconds) return false;
    if (a && t < p.flightEnds + appearSeconds)
      for (const SceneLayer& layer : b.scene.layers)
        if (groupOf(layer.role) < 0 && visibleIn(&b, layer.id) && !visibleIn(a, layer.id)) return false;
    return true;
  }
  bool panelsPass() const { return !p.dip && p.from && t < panelSeconds; }
  bool panelsRest() const { return !panelsPass() && t >= p.tracksEnd; }

  MapMotion motion() const {
    MapMotion m;
    const Stage* a = p.dip ? nullptr : p.from.get();
    m.before = a ? &a->scene : nullptr;
    m.colours = colours(), m.emphasis = a ? colours() : 1;
    m.from = a ? &a->plan : nullptr, m.to = &b.plan;
    m.way = p.moves ? static_cast<float>(wayAt(p.flight, t - p.fadeEnds)) : a ? colours() : 1.f;
    m.shown = [this](const SceneLayer& layer, size_t row) {
      for (size_t l = 0; l < p.layerAt.size(); ++l)
        if (b.scene.layers[l].id == layer.id)
          return static_cast<float>(outQuad(share(t, beginsAt(p, l, row), appearSeconds)));
      return 1.f;
    };
    m.grown = [this](size_t lead) {
      return lead < p.leadAt.size() ? static_cast<float>(outCubic(share(t, p.leadAt[lead], arcSeconds)))
                                    : 1.f;
    };
    if (extras.beadsFrom >= 0)
      m.bead = [this](size_t) {
        const double since = t - extras.beadsFrom;
        if (since < 0 || (!extras.beadsForever && since > beadSeconds)) return -1.f;
        const double in = std::fmod(since, beadSeconds + beadPause);
        return in <= beadSeconds ? static_cast<float>(in / beadSeconds) : -1.f;
      };
    return m;
  }

  bool marksRest() const {
    if (extras.beadsFrom >= 0 && t >= extras.beadsFrom &&
        (extras.beadsForever || t <= extras.beadsFrom + beadSeconds))
      return false;
    return t >= p.storyEnds;
  }

  void marks(Drawing& d) const {
    if (marksRest()) return append(d, b.marks);
    const auto clear = std::vector<Rect>{};
    const auto fades = std::vector<Fade>{};
    MapOptions options = wallMapOptions(b.layout, d.cameras[0], clear, fades);
    options.storeys = {false, true, false};
    options.cache = cache;
    MapMotion m = motion();
    if (const Stage* a = p.dip ? nullptr : p.from.get(); a && first())
      m.beneath = [this, a](Drawing& drawing) { leavingMarks(drawing, *a); };
    options.motion = &m;
    if (!flying() && !first()) return drawMap(d, b.scene, 0, *b.theme, options);
    Scene scene = b.scene;
    scene.tilt = tiltAt(p, t);
    drawMap(d, scene, 0, *b.theme, options);
  }

  void leavingMarks(Drawing& d, const Stage& a) const {
    const float left = 1 - share(t, 0, p.fadeEnds);
    const auto leaves = [&](const SceneLayer& layer) { return !visibleIn(&b, layer.id); };
    const auto any = std::any_of(a.scene.layers.begin(), a.scene.layers.end(), [&](const SceneLayer& layer) {
      return groupOf(layer.role) >= 0 && visibleIn(&a, layer.id) && leaves(layer);
    });
    if (!any) return;
    const auto clear = std::vector<Rect>{};
    const auto fades = std::vector<Fade>{};
    MapOptions options = wallMapOptions(a.layout, d.cameras[0], clear, fades);
    options.storeys = {false, true, false};
    options.cache = cache;
    MapMotion m;
    m.to = &a.plan;
    m.shown = [&](const SceneLayer& layer, size_t) { return leaves(layer) ? left : 0.f; };
    m.grown = [&](size_t lead) {
      const Lead& l = a.scene.leads[lead];
      return visibleIn(&b, l.fromLayer) && visibleIn(&b, l.toLayer) ? 0.f : left;
    };
    options.motion = &m;  // while they leave the map lies as it did
    drawMap(d, a.scene, 0, *a.theme, options);
  }

  void names(Drawing& d) const {
    const Stage* a = p.dip ? nullptr : p.from.get();
    if (a && !p.moves && t < panelSeconds) {
      std::vector<Placed> there;  // of what comes later, not yet
      for (size_t i = 0; i < b.names.size(); ++i)
        if (std::isinf(nameBegins(i))) there.push_back(b.names[i]);
      return append(d, morphed(a->names, there, inOutCubic(t / panelSeconds)));
    }
    if (a && p.moves && t < p.flightEnds) {
      if (t < nameSeconds) append(d, a->names, 1 - share(t, 0, nameSeconds));
      return;
    }
    const float in = p.moves ? share(t, p.flightEnds, nameSeconds) : 1.f;
    if (marksRest() && in >= 1) return append(d, b.names);
    for (size_t i = 0; i < b.names.size(); ++i) {
      const float alpha = in * share(t, nameBegins(i), appearSeconds);
      if (alpha <= 0) continue;
      d.items.push_back(b.names[i]);
      fade(std::span(&d.items.back(), 1), alpha);
    }
  }

  double nameBegins(size_t i) const {
    const ObjectRef& object = b.nameOf[i];
    for (size_t l = 0; l < b.scene.layers.size() && object.row >= 0; ++l)
      if (b.scene.layers[l].id == object.layer) return beginsAt(p, l, static_cast<size_t>(object.row));
    return never;
  }

  void measures(Drawing& d) const {
    const Stage* a = p.dip ? nullptr : p.from.get();
    if (!a || !p.moves || t >= p.flightEnds + nameSeconds) return append(d, b.measures);
    if (t < nameSeconds) return append(d, a->measures, 1 - share(t, 0, nameSeconds));
    if (t >= p.flightEnds) append(d, b.measures, share(t, p.flightEnds, nameSeconds));
  }

  void ground(Drawing& d) const {
    if (groundRests()) return append(d, b.ground);
    const Scene scene = groundScene();
    const auto clear = std::vector<Rect>{};
    const auto fades = wallFades(scene, *b.theme, b.layout, d.cameras[0]);
    MapOptions options = wallMapOptions(b.layout, d.cameras[0], clear, fades);
    options.storeys = {true, false, false};
    options.cache = cache;
    const MapMotion m = motion();
    options.motion = &m;
    drawMap(d, scene, 0, *b.theme, options);
  }

  void panels(Drawing& d, std::vector<Placed> Stage::*which) const {
    if (!panelsPass()) return append(d, fillingUp(p, b.*which, t));
    append(d, morphed((*p.from).*which, b.*which, inOutCubic(t / panelSeconds)));
  }
};

void veil(Drawing& d, double alpha) {
  if (alpha > 0) d.add(Fill{Path::rect({0, 0, d.width, d.height}), d.background.withAlpha(alpha)});
}

}  // namespace

ShowFrame frameAt(const Passage& p, double seconds, DrawCache* cache, const Extras& extras) {
  const Stage& b = *p.to;
  const double t = std::max(0.0, seconds);
  ShowFrame f;
  const auto id = [](const Stage* s) { return fmt::format("{}", s->serial); };
  if (p.dip && p.from && t < dipSeconds / 2) {  // the old picture sinks
    f.base = drawingOf(*p.from), f.over = emptyDrawing(*p.from);
    f.baseKey = id(p.from.get()) + " whole";
    veil(f.over, share(t, 0, dipSeconds / 2));
    return f;
  }
  if (!b.map) {
    f.over = emptyDrawing(b);
    if (!p.cut && !p.dip && p.from && t < panelSeconds) {
      f.base = emptyDrawing(b), f.baseKey = "empty";
      append(f.over, morphed(p.from->panels, b.panels, inOutCubic(t / panelSeconds)));
      return f;
    }
    if (t < p.tracksEnd) {
      f.base = emptyDrawing(b), f.baseKey = "empty";
      append(f.over, fillingUp(p, b.panels, t));
    } else {
      f.base = drawingOf(b), f.baseKey = id(&b) + " whole";
    }
    if (p.dip) veil(f.over, 1 - share(t, p.from ? dipSeconds / 2 : 0, dipSeconds / 2));
    f.over.hits = b.hits;
    return f;
  }
  if (p.cut) {
    Passage rest = p;
    rest.from.reset(), rest.layerAt.assign(rest.layerAt.size(), never),
        rest.leadAt.assign(rest.leadAt.size(), never);
    rest.cut = false;
    return frameAt(rest, seconds, cache, extras);
  }
  const Act act{p, t, cache, extras};
  const Camera camera = act.camera();
  f.base = emptyDrawing(b, &camera), f.over = emptyDrawing(b, &camera);
  // Bottom first: what rests goes into the base, from there on all is drawn anew.
  const bool still = act.groundRests() && act.panelsRest();
  if (still) {
    for (const auto* items : {&b.ground, &b.panels, &b.over}) append(f.base, *items);
    f.baseKey = id(&b) + " ground";
    if (act.marksRest()) {
      for (const auto* items : {&b.marks, &b.names, &b.measures}) append(f.base, *items);
      f.baseKey = id(&b) + " whole";
    }
  } else {
    f.mapIsBare = true;
    f.baseKey = act.panelsRest() ? id(&b) + " panels" : "empty";
    if (act.panelsRest()) append(f.base, b.panels);
    act.ground(f.over);
    if (!act.panelsRest()) act.panels(f.over, &Stage::panels);
    act.panels(f.over, &Stage::over);
  }
  if (!still || !act.marksRest()) {
    act.marks(f.over);
    act.names(f.over);
    act.measures(f.over);
  }
  if (p.dip) veil(f.over, 1 - share(t, p.from ? dipSeconds / 2 : 0, dipSeconds / 2));
  f.over.hits = b.hits;
  return f;
}

Drawing pictureAt(const Passage& passage, double seconds, DrawCache* cache, const Extras& extras) {
  ShowFrame f = frameAt(passage, seconds, cache, extras);
  Drawing d = std::move(f.base);
  d.items.insert(d.items.end(), std::make_move_iterator(f.over.items.begin()),
                 std::make_move_iterator(f.over.items.end()));
  d.hits = std::move(f.over.hits);
  return d;
}

void addSpotlight(Drawing& d, const Stage& stage, const ObjectRef& object, float strength) {
  if (!stage.map || strength <= 0) return;
  const SceneLayer* layer = findLayer(stage.scene, object.layer);
  if (!layer || !layer->shape || object.row < 0) return;
  const auto row = static_cast<size_t>(object.row);
  const geo::Shapes& shapes = layer->shape->layer->shapes;
  if (row >= shapes.rows() || !shapes.has(row)) return;
  const Theme& t = *stage.theme;
  const float u = stage.layout.unit;
  const Camera& camera = d.cameras[0];
  Vec at{};
  if (shapes.kind == geo::ShapeKind::polygon && isTilted(stage.scene)) {
    const Metrics metrics = metricsFor(Medium::wall, u);
    MapOptions options;
    options.frame = camera.frame, options.unit = u, options.storeys = {false, true, false};
    const TiltedMap tilted(stage.scene, camera, t, metrics, options);
    const Path top = tilted.topOf(object);
    if (top.empty()) return;
    Path rest = Path::rect(camera.frame);
    rest.append(top);
    d.add(Fill{std::move(rest), t.background.withAlpha(0.5 * strength)}, camera.frame);
    for (const auto& [colour, width] : {std::pair(t.halo, 7.f), std::pair(t.accent, 3.2f)})
      d.add(Stroke{top, Pen{colour.withAlpha(strength), width * u, {}, true}, -1}, camera.frame);
    at = top.box().centre();
  } else if (shapes.kind == geo::ShapeKind::polygon) {
    auto fills = std::make_shared<std::vector<Rgba>>(shapes.rows(), t.background.withAlpha(0.5 * strength));
    (*fills)[row] = {0, 0, 0, 0};
    d.add(Areas{0, layer->shape, std::move(fills), {}, {}});
    const auto which = static_cast<uint32_t>(row);
    d.add(Borders{0, layer->shape, Borders::Which::row, which,
                  Pen{t.halo.withAlpha(strength), 7 * u, {}, true}});
    d.add(Borders{0, layer->shape, Borders::Which::row, which,
                  Pen{t.accent.withAlpha(strength), 3.2f * u, {}, true}});
    const geo::Point anchor = row < layer->shape->anchors.size() ? layer->shape->anchors[row] : geo::Point{};
    at = camera.canvasFromWorld(anchor);
  } else {
    at = camera.canvasFromWorld(shapes.part(shapes.rowStart[row])[0]);
    for (const Mark& mark : stage.plan.marks)
      if (stage.scene.layers[mark.layer].id == object.layer && mark.row == row) at = mark.at;
    for (const auto& [colour, width] : {std::pair(t.halo, 7.f), std::pair(t.accent, 3.f)})
      d.add(Stroke{Path::circle(at, 20 * u), Pen{colour.withAlpha(strength), width * u, {}, false}, -1},
            camera.frame);
  }
  // The card: name, then what the map says of it.
  struct Line {
    std::string words;
    float size;
    Rgba colour;
    Face face;
  };
  std::vector<Line> lines;
  lines.push_back({row < layer->labels.size() ? layer->labels[row] : "", 24 * u, t.text1, Face::sansBold});
  if (row < layer->sublabels.size() && !layer->sublabels[row].empty())
    lines.push_back({layer->sublabels[row], 16 * u, t.text2, Face::sans});
  const std::optional<Choropleth>& c = stage.scene.choropleth;
  if (c && c->layer == object.layer && row < c->figures.size()) {
    const double v = c->figures[row].value;
    std::string what = nameOf(stage.scene, *c);
    if (const std::string years = yearsOf(*c); !years.empty()) what += " " + years;
    lines.push_back({what, 16 * u, t.text2, Face::sans});
    if (std::isnan(v)) {
      lines.push_back({stage.scene.words.missing, 22 * u, t.text2, Face::sans});
    } else {
      lines.push_back({valueText(*c, row) + " " + c->unit, 28 * u, t.text1, Face::sansBold});
      size_t rank = 1, count = 0;
      for (const Figure& f : c->figures) {
        if (std::isnan(f.value)) continue;
        ++count;
        if (f.value > v) ++rank;
      }
      lines.push_back(
          {fmt::format("{} {} / {}", stage.scene.words.rank, rank, count), 16 * u, t.text2, Face::sans});
    }
  } else if (shapes.kind == geo::ShapeKind::point) {
    lines.push_back({layer->name, 16 * u, t.text2, Face::sans});
    if (row < layer->uncertaintyMetres.size() && layer->uncertaintyMetres[row] > 0)
      lines.push_back({fmt::format("±{} km", formatShort(layer->uncertaintyMetres[row] / 1000)), 16 * u,
                       t.text3, Face::sans});
  }
  std::erase_if(lines, [](const Line& l) { return l.words.empty(); });
  float width = 0, height = 18 * u;
  for (const Line& l : lines) {
    width = std::max(width, d.fonts->width(l.words, {l.face, l.size, 0, true}));
    height += l.size * 1.35f;
  }
  width += 36 * u;
  const Rect frame = camera.frame.grown(-16 * u);
  Rect card{at.x + 64 * u, at.y - height / 2, width, height};
  if (card.right() > frame.right()) card.x = at.x - 64 * u - width;
  card.x = std::clamp(card.x, frame.x, std::max(frame.x, frame.right() - width));
  card.y = std::clamp(card.y, frame.y + 60 * u, std::max(frame.y + 60 * u, frame.bottom() - height));
  const size_t first = d.items.size();
  d.add(Fill{Path::rect(card), t.panel.withAlpha(0.94)});
  d.add(Stroke{Path::rect(card), Pen{t.rule, u, {}, false}, -1});
  d.add(Fill{Path::rect({card.x, card.y, 4 * u, card.h}), t.accent});
  const Board b{d, t, u};
  float y = card.y + 9 * u;
  for (const Line& l : lines) {
    y += l.size * 1.35f;
    b.text(card.x + 20 * u, y - l.size * 0.3f, l.words, l.size, l.colour, Align::left, l.face);
  }
  fade(std::span(d.items).subspan(first), strength);
}

}  // namespace scene
