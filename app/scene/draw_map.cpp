#include <algorithm>
#include <cmath>

#include "app/scene/arc.h"
#include "app/scene/area_label.h"
#include "app/scene/board.h"
#include "app/scene/draw_scene.h"
#include "app/scene/label.h"
#include "app/scene/map_thematic.h"
#include "app/scene/marks.h"
#include "app/scene/motion.h"
#include "app/scene/tilt.h"
#include "geo/measure.h"

namespace scene {
namespace {

constexpr size_t fewSelected = 300;  // beyond, colours alone show what is selected
constexpr size_t fewAreas =
    60;  // up to here each name gets a place of its own; beyond, names stand on their anchors

Medium mediumOf(const MapOptions& o) {
  return o.paper ? Medium::page : o.glow ? Medium::wall : Medium::window;
}

// Everything in drawMap that needs the same context, in painter's order.
class MapDrawer {
 public:
  // told: the scene as it was given; s: the same, or with everything where a tilted map shows it.
  MapDrawer(Drawing& d, const Scene& s, int camera, const Theme& t, const MapOptions& o, const Scene& told,
            TiltedMap* tilted = nullptr)
      : d_(d),
        s_(s),
        told_(told),
        tilted_(tilted),
        index_(camera),
        cam_(d.cameras[camera]),
        t_(t),
        o_(o),
        m_(metricsFor(mediumOf(o), o.unit, o.leastType)) {
    if (o.keepClear) around_.boxes = *o.keepClear;
    furniture_ = around_.boxes;
  }

  void draw() {
    contours_ = contoursOn(told_, o_.cache);
    if (o_.storeys.ground) ground();
    if (o_.drawn) o_.drawn->marks = o_.drawn->names = d_.items.size();
    if (!o_.storeys.marks && !o_.storeys.names) return;
    marks_ = o_.motion && o_.motion->to ? marksOnTheWay() : placeMarks(s_, cam_, m_);
    if (tilted_ && o_.storeys.ground) hide();
    if (o_.insetOf) {
      const Vec place = cam_.canvasFromWorld(*o_.insetOf);
      std::erase_if(marks_, [&](const Mark& mark) {
        return mark.spread && std::hypot(mark.place.x - place.x, mark.place.y - place.y) < 0.5f;
      });
    }
    if (o_.circles) circles_ = circlesOn(s_, cam_, t_, m_);
    if (o_.storeys.marks) rings();
    o_.motion&& o_.motion->to ? arcsOnTheWay() : placeArcs();
    if (o_.storeys.names) placeAllLabels();
    if (o_.storeys.marks) {
      glow();
      if (o_.motion && o_.motion->beneath) o_.motion->beneath(d_);
      drawCircles();
      drawArcs();
      drawMarks();
    }
    if (o_.drawn) {
      o_.drawn->names = d_.items.size();
      for (const Mark& mark : marks_) o_.drawn->plan.marks.push_back(mark);
      for (size_t i = 0; i < arcs_.size(); ++i) o_.drawn->plan.arcs.push_back({arcLeads_[i], arcsSeen_[i]});
    }
    if (o_.storeys.names) {
      drawLabels();
      attribution();
    }
  }

 private:
  void ground() {
    if (tilted_) return tiltedGround();
    areas();
    addHeat(d_, s_, index_, t_, o_.unit, contours_, o_.cache);
    rivers();
    lines();
    veil();
    borders();
    dots();
    addLinks(d_, s_, cam_, t_, o_.unit);
    if (o_.fades)
      for (const Fade& fade : *o_.fades) put(fade);
  }

  void tiltedGround() {
    const size_t first = d_.hits.size();
    tilted_->ground(
        d_, [&](const SceneLayer& layer) { return fillsOf(layer); }, contours_);
    if (o_.storeys.names) tilted_->hits(d_);
    else d_.hits.resize(first);
    dots();
    tilted_->outlines(d_);
    addLinks(d_, s_, cam_, t_, o_.unit);
    if (o_.fades)
      for (const Fade& fade : *o_.fades) put(fade);
    tilted_->drawColumns(d_);
  }

  // What stands behind a block: small symbols vanish, the others shine through it.
  void hide() {
    for (Mark& mark : marks_) {
      if (!tilted_->hides(mark)) continue;
      const Role role = s_.layers[mark.layer].role;
      mark.seen = role == Role::core || role == Role::node ? 0.5f : 0;
    }
  }

  // On the way
  // ---------------------------------------------------------------------------------------------------------
  static const Mark* markIn(const MapPlan* plan, const Mark& mark) {
    if (!plan) return nullptr;
    for (const Mark& m : plan->marks)
      if (m.layer == mark.layer && m.row == mark.row) return &m;
    return nullptr;
  }

  // Each keeps its distance from its true place, or passes from the one it had to the one it will have.
  std::vector<Mark> marksOnTheWay() const {
    std::vector<Mark> marks = marksInPlace(s_, cam_, m_);
    for (Mark& mark : marks) {
      const Mark *a = markIn(o_.motion->from, mark), *b = markIn(o_.motion->to, mark);
      if (!a && !b) continue;
      const Vec was = a ? a->at - a->place : b->at - b->place, will = b ? b->at - b->place : was;
      const Vec offset = was + (will - was) * o_.motion->way;
      mark.at = mark.place + offset;
      mark.toWest = b ? b->toWest : a->toWest;
      const float wasSeen = a ? a->seen : b->seen, willSeen = b ? b->seen : wasSeen;
      mark.seen = wasSeen + (willSeen - wasSeen) * o_.motion->way;
      mark.spread = std::hypot(offset.x, offset.y) > 2 * o_.unit;
    }
    return marks;
  }

  static const Arc* arcIn(const MapPlan* plan, size_t lead) {
    if (!plan) return nullptr;
    for (const MapPlan::Line& line : plan->arcs)
      if (line.lead == lead) return &line.arc;
    return nullptr;
  }

  void arcsOnTheWay() {
    for (size_t i = 0; i < s_.leads.size(); ++i) {
      const Arc *a = arcIn(o_.motion->from, i), *b = arcIn(o_.motion->to, i);
      const Mark *from = markOf(s_.leads[i].fromLayer, s_.leads[i].fromRow),
                 *to = markOf(s_.leads[i].toLayer, s_.leads[i].toRow);
      if ((!a && !b) || !from || !to) continue;
      if (!a) a = b;
      if (!b) b = a;
      const auto between = [&](Vec p, Vec q) { return p + (q - p) * o_.motion->way; };
      addArc(i, placedBetween({between(a->start, b->start), between(a->a, b->a), between(a->b, b->b),
                               between(a->end, b->end)},
                              from->at, to->at));
      arcsSeen_.push_back(*b);
    }
  }

  void addArc(size_t lead, const Arc& arc) {
    arcs_.push_back(arc);
    arcLeads_.push_back(lead);
  }

  float shown(const Mark& mark) const {
    return mark.seen *
           (o_.motion && o_.motion->shown ? o_.motion->shown(told_.layers[mark.layer], mark.row) : 1);
  }
  // The items from there on, that much weaker.
  void weaken(size_t from, float alpha) { fade(std::span(d_.items).subspan(from), alpha); }

  void put(Item item) {
    d_.add(std::move(item), cam_.frame);
  }  // canvas items end at the frame as map items do

  // Areas
  // ----------------------------------------------------------------------------------------------------------------
  Rgba groundOf(const SceneLayer& layer) const {
    if (layer.role == Role::county) return t_.land;
    if (layer.role == Role::neighbour) return t_.neighbour;
    return layer.colour.withAlpha(layer.opacity);
  }

  // How strong colours lie over a picture.
  double overPicture() const { return pictured() ? 0.72 : 1; }

  bool coloured(const SceneLayer& layer) const { return s_.choropleth && s_.choropleth->layer == layer.id; }
  // Its areas or dots have the colours themselves.
  bool filled(const SceneLayer& layer) const { return coloured(layer) && !s_.choropleth->onSymbols; }

  bool isSelected(const SceneLayer& layer, size_t row) const {
    return s_.selectionLayer == layer.id &&
           std::binary_search(s_.selection.begin(), s_.selection.end(), static_cast<uint32_t>(row));
  }

  ColoursPtr fillsOf(const SceneLayer& layer) const {
    const size_t rows = layer.shape->layer->rows();
    const auto make = [&]() -> ColoursPtr { return fillsOf(layer, s_); };
    if (o_.motion && o_.motion->before && o_.motion->colours < 1 && layer.id == s_.cityLayer) {
      const auto now = make();
      const SceneLayer* was = findLayer(*o_.motion->before, layer.id);
      if (!was || !was->shape || was->shape->layer->rows() != rows) return now;
      const auto before = fillsOf(*was, *o_.motion->before);
      auto mixed = std::make_shared<std::vector<Rgba>>(*now);
      for (size_t r = 0; r < rows; ++r) (*mixed)[r] = mix((*before)[r], (*now)[r], o_.motion->colours);
      return mixed;
    }
    return o_.cache && s_.version ? o_.cache->fills(layer.id, s_.version, t_.dark, make) : make();
  }

  ColoursPtr fillsOf(const SceneLayer& layer, const Scene& s) const {
    const size_t rows = layer.shape->layer->rows();
    const bool filled = s.choropleth && s.choropleth->layer == layer.id && !s.choropleth->onSymbols;
    const auto make = [&]() -> ColoursPtr {
      const bool points = layer.shape->layer->shapes.kind == geo::ShapeKind::point;
      const Rgba ground = points ? groundOf(layer) : groundOf(layer).withAlpha(overPicture());
      auto fills = std::make_shared<std::vector<Rgba>>(rows, ground);
      if (filled) {
        const Choropleth& c = *s.choropleth;
        const auto ramp = mapColours(s, t_);
        for (size_t r = 0; r < rows && r < c.figures.size(); ++r) {
          const int k = c.classOf(r);
          if (isShown(layer, r))
            (*fills)[r] = k >= 0 ? ramp[k].withAlpha(layer.opacity * (points ? 1 : overPicture()))
                                 : t_.hatchGround.withAlpha(points ? 1 : overPicture());
        }
      }
      if (points && rows > 0 &&
          layer.counts.size() == rows) {  // the more it stands for, the stronger the dot
        const double most = *std::max_element(layer.counts.begin(), layer.counts.end());
        for (size_t r = 0; r < rows && most > 1; ++r)
          (*fills)[r] = (*fills)[r].withAlpha(0.3 + 0.7 * std::log1p(layer.counts[r]) / std::log1p(most));
      }
      if (points)  // what a filter hides is not there
        for (size_t r = 0; r < rows; ++r)
          if (!isShown(layer, r)) (*fills)[r] = {0, 0, 0, 0};
      if (s_.selectionLayer == layer.id && !s_.selection.empty())
        for (size_t r = 0; r < rows; ++r)
          if ((*fills)[r].a && !isSelected(layer, r))
            (*fills)[r] = points ? (*fills)[r].withAlpha(0.45) : mix((*fills)[r], t_.land, 0.42);
      return fills;
    };
    return make();
  }

  // A picture lies under the areas: then those that say nothing by their colour stay clear.
  bool pictured() const {
    return o_.basemaps && std::any_of(s_.basemaps.begin(), s_.basemaps.end(),
                                      [](const BasemapPtr& b) { return !b->relief; });
  }
  static bool isGround(const SceneLayer& layer) {
    return layer.role == Role::county || layer.role == Role::neighbour;
  }

  // The places of the basemaps; under them the plain ground, where a server has nothing.
  void basemaps(bool relief) {
    if (!o_.basemaps) return;
    // A bright picture glares on a dark map, and white borders are lost on it.
    const bool says = (s_.choropleth && !s_.choropleth->onSymbols) || s_.heat || t_.dark;
    if (!relief && pictured())
      for (const SceneLayer& layer : s_.layers)
        if (layer.visible && layer.shape && isGround(layer) &&
            layer.shape->layer->shapes.kind == geo::ShapeKind::polygon)
          d_.add(Areas{index_,
                       layer.shape,
                       std::make_shared<const std::vector<Rgba>>(layer.shape->layer->rows(), groundOf(layer)),
                       {},
                       {}});
    for (const BasemapPtr& b : s_.basemaps) {
      if (b->relief != relief) continue;
      Raster place;
      place.camera = index_, place.world = cam_.world(), place.smooth = true, place.basemap = b;
      place.muted = b->tone == Basemap::Tone::muted || (b->tone == Basemap::Tone::automatic && says);
      d_.add(std::move(place));
    }
  }

  // Whose pictures these are, where no other part of the picture says it.
  std::string attributionText() const {
    std::string text;
    for (const BasemapPtr& b : s_.basemaps)
      if (o_.attribution && o_.basemaps && text.find(b->attribution) == text.npos)
        text += (text.empty() ? "" : " · ") + b->attribution;
    return text;
  }
  float attributionSize() const { return std::max(11 * o_.unit, o_.leastType); }
  void keepClearOfAttribution() {
    const std::string text = attributionText();
    if (text.empty()) return;
    const float size = attributionSize(),
                w = d_.fonts->width(text, {Face::sans, size, 0, true}) + 14 * o_.unit;
    around_.boxes.push_back({cam_.frame.right() - w, cam_.frame.bottom() - 1.8f * size, w, 1.8f * size});
  }
  void attribution() {
    const std::string text = attributionText();
    if (text.empty()) return;
    const Board board{d_, t_, o_.unit};
    board.text(cam_.frame.right() - 8 * o_.unit, cam_.frame.bottom() - 6 * o_.unit, text, attributionSize(),
               t_.text2, Align::right, Face::sans, 0, 2 * o_.unit);
  }

  void areas() {
    basemaps(false);
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || !layer.shape || layer.shape->layer->shapes.kind != geo::ShapeKind::polygon)
        continue;
      if (pictured() && isGround(layer) && !filled(layer)) {
        if (layer.role == Role::neighbour)
          d_.add(Borders{index_, layer.shape, Borders::Which::inner, 0,
                         Pen{t_.neighbourBorder, m_.countyPen, {}, true}});
        continue;
      }
      Areas item{index_,
                 layer.shape,
                 fillsOf(layer),
                 {},
                 {t_.hatchLine, t_.hatchGround.withAlpha(overPicture()), m_.hatchPitch, m_.hatchWidth}};
      if (filled(layer))
        for (size_t r = 0; r < s_.choropleth->figures.size(); ++r)
          if (s_.choropleth->classOf(r) < 0 && isShown(layer, r))
            item.hatched.push_back(static_cast<uint32_t>(r));
      d_.add(std::move(item));
      if (layer.role == Role::neighbour)
        d_.add(Borders{index_, layer.shape, Borders::Which::inner, 0,
                       Pen{t_.neighbourBorder, m_.countyPen, {}, true}});
    }
    basemaps(true);
  }

  // Lines and borders
  // ----------------------------------------------------------------------------------------------------
  void rivers() {
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || layer.role != Role::river || !layer.shape) continue;
      d_.add(
          Courses{index_, layer.shape, Pen{t_.waterOutside.withAlpha(layer.opacity), m_.riverPen, {}, true}});
      if (layer.inside)
        d_.add(Courses{index_, layer.inside,
                       Pen{t_.waterInside.withAlpha(layer.opacity), m_.riverPen, {}, true}});
    }
  }

  void lines() {
    for (const SceneLayer& layer : s_.layers)
      if (layer.visible && layer.role != Role::river && layer.shape &&
          layer.shape->layer->shapes.kind == geo::ShapeKind::line)
        d_.add(Courses{index_, layer.shape,
                       Pen{layer.colour.withAlpha(layer.opacity), layer.width * o_.unit, {}, true}});
  }

  // Borders must not cover the areas that they part: they fade from where an area is seven of them wide, and
  // are gone at three.
  double bordersShown(const SceneLayer& layer) const {
    const double width = layer.shape->typicalWidth / cam_.metresPerUnit, pen = layer.width * o_.unit;
    if (!(width > 0) || !(pen > 0)) return 1;
    return std::clamp((width / pen - 3) / 4, 0.0, 1.0);
  }

  void borders() {
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || !layer.shape || layer.shape->layer->shapes.kind != geo::ShapeKind::polygon)
        continue;
      if (layer.role == Role::county) {
        using W = Borders::Which;
        d_.add(Borders{index_, layer.shape, W::inner, 0, Pen{t_.countyCasing, m_.countyCasing, {}, true}});
        d_.add(Borders{index_, layer.shape, W::inner, 0, Pen{t_.countyBorder, m_.countyPen, {}, true}});
        if (o_.glow && t_.dark)
          for (float width : {30.f, 23.f, 16.f, 10.f})
            d_.add(Borders{index_, layer.shape, W::outer, 0,
                           Pen{t_.cityBorder.withAlpha(0.03), width * o_.unit, {}, true}});
        d_.add(Borders{index_, layer.shape, W::outer, 0, Pen{t_.cityBorder, m_.cityPen, {}, true}});
      } else if (const double shown = layer.role == Role::neighbour ? 0 : bordersShown(layer); shown > 0) {
        d_.add(Borders{index_, layer.shape, Borders::Which::all, 0,
                       Pen{(t_.dark ? t_.countyBorder : Rgba{80, 80, 80}).withAlpha(layer.opacity * shown),
                           layer.width * o_.unit,
                           {},
                           true}});
      }
      if (s_.selectionLayer == layer.id && s_.selection.size() <= fewSelected)
        for (const float halo : {6.f, 0.f})  // all casings first: neighbours share their borders
          for (const uint32_t row : s_.selection)
            if (row < layer.shape->layer->rows())
              d_.add(Borders{index_, layer.shape, Borders::Which::row, row,
                             Pen{halo > 0 ? t_.halo : t_.accent, (halo > 0 ? halo : 2) * o_.unit, {}, true}});
      if (s_.focus && s_.focus->layer == layer.id && s_.focus->row >= 0 &&
          static_cast<size_t>(s_.focus->row) < layer.shape->layer->rows()) {
        const auto row = static_cast<uint32_t>(s_.focus->row);
        d_.add(Borders{index_, layer.shape, Borders::Which::row, row, Pen{t_.halo, 10 * o_.unit, {}, true}});
        d_.add(Borders{index_, layer.shape, Borders::Which::row, row,
                       Pen{t_.cityBorder, 4.4f * o_.unit, {}, true}});
      }
      outline(layer, s_.hovered, m_.cityPen, 0);
      outline(layer, s_.selected, 3.2f * o_.unit, 7 * o_.unit);
    }
  }

  void outline(const SceneLayer& layer, const std::optional<ObjectRef>& object, float width, float halo) {
    if (!object || object->layer != layer.id || object->row < 0) return;
    const auto row = static_cast<uint32_t>(object->row);
    if (row >= layer.shape->layer->rows()) return;
    if (halo > 0)
      d_.add(Borders{index_, layer.shape, Borders::Which::row, row, Pen{t_.halo, halo, {}, true}});
    d_.add(Borders{index_, layer.shape, Borders::Which::row, row, Pen{t_.accent, width, {}, true}});
  }

  // What a sheet or a scene is not about steps back.
  void veil() {
    std::vector<ObjectRef> about = s_.emphasis;
    if (s_.focus) about = {*s_.focus};
    std::erase_if(about, [&](const ObjectRef& o) {
      const SceneLayer* layer = findLayer(s_, o.layer);
      return o.row < 0 || !layer || !layer->shape ||
             layer->shape->layer->shapes.kind != geo::ShapeKind::polygon ||
             static_cast<size_t>(o.row) >= layer->shape->layer->rows();
    });
    if (about.empty()) return;
    const SceneLayer* layer = findLayer(s_, about[0].layer);
    const double alpha = s_.focus ? 0.62 : 0.55 * (o_.motion ? o_.motion->emphasis : 1);
    auto fills =
        std::make_shared<std::vector<Rgba>>(layer->shape->layer->rows(), t_.background.withAlpha(alpha));
    for (const ObjectRef& o : about)
      if (o.layer == layer->id) (*fills)[static_cast<size_t>(o.row)] = {0, 0, 0, 0};
    d_.add(Areas{index_, layer->shape, std::move(fills), {}, {}});
  }

  float emphasisOf(const ObjectRef& object) const {
    const auto in = [&](const Scene& s) {
      return std::find(s.emphasis.begin(), s.emphasis.end(), object) != s.emphasis.end();
    };
    const Scene* before = o_.motion ? o_.motion->before : nullptr;
    const float now = in(s_) ? 1.f : 0.f;
    if (!before) return now;
    const float was = in(*before) ? 1.f : 0.f;
    return was + (now - was) * o_.motion->emphasis;
  }

  void dots() {  // point layers without symbols
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || !layer.shape || !layer.symbols.empty() ||
          layer.shape->layer->shapes.kind != geo::ShapeKind::point)
        continue;
      if ((s_.sized && s_.sized->layer == layer.id) || (coloured(layer) && s_.choropleth->onSymbols))
        continue;
      if (s_.selectionLayer == layer.id && !s_.selection.empty()) {
        auto rims = std::make_shared<std::vector<Rgba>>(layer.shape->layer->rows(), Rgba{0, 0, 0, 0});
        for (const uint32_t r : s_.selection)
          if (r < rims->size() && isShown(layer, r)) (*rims)[r] = t_.accent;
        d_.add(Dots{index_, layer.shape, rims, (layer.radius + 2.5f) * o_.unit,
                    Pen{t_.halo, 1.5f * o_.unit, {}, false}});
      }
      d_.add(Dots{index_, layer.shape, fillsOf(layer), layer.radius * o_.unit,
                  Pen{t_.halo, 0.5f * o_.unit, {}, false}});
    }
  }

  // Uncertainty
  // ----------------------------------------------------------------------------------------------------------
  const SceneLayer* county() const { return findLayer(s_, s_.cityLayer); }

  void rings() {
    const SceneLayer* counties = county();
    for (const Mark& mark : marks_) {
      const SceneLayer& layer = s_.layers[mark.layer];
      if (mark.spread || layer.uncertaintyMetres.size() <= mark.row) continue;
      const size_t first = d_.items.size();
      const double metres = layer.uncertaintyMetres[mark.row];
      const float r = static_cast<float>(metres / cam_.metresPerUnit);
      if (!(r > mark.size / 2 + 4 * o_.unit)) continue;
      const Rgba colour = symbolColour(mark.symbol, t_);
      const long row = layer.countyRow.size() > mark.row ? layer.countyRow[mark.row] : -1;
      const bool clipped = mark.certainty == Certainty::countyOnly && row >= 0 && counties && counties->shape;
      if (!clipped) {
        const Path ring = flatCircle(mark.place, r);
        put(Fill{ring, colour.withAlpha(0.05)});
        put(Stroke{ring, Pen{colour.withAlpha(0.75), 1.2f * o_.unit, {0.1f, 4.2f * o_.unit}, true}, -1});
      } else {
        clippedRing(mark.place, r, counties->shape->layer->shapes, static_cast<size_t>(row), colour);
      }
      weaken(first, shown(mark));
    }
  }

  float squeeze() const { return tilted_ ? static_cast<float>(tilted_->tilt().squeeze()) : 1; }

  // A circle on the ground.
  Path flatCircle(Vec centre, float r) const {
    Path path = Path::circle(centre, r);
    if (const float k = squeeze(); k != 1)
      for (Vec& p : path.points) p.y = centre.y + (p.y - centre.y) * k;
    return path;
  }

  // The ring within the county alone: what is known is that the place is somewhere in it.
  void clippedRing(Vec centre, float r, const geo::Shapes& counties, size_t row, Rgba colour) {
    constexpr int n = 180;
    const float k = squeeze();
    std::vector<Vec> circle;
    for (int i = 0; i < n; ++i)
      circle.push_back({centre.x + r * std::cos(2 * 3.14159265f * i / n),
                        centre.y + r * k * std::sin(2 * 3.14159265f * i / n)});
    for (size_t p = counties.rowStart[row]; p < counties.rowStart[row + 1]; ++p) {
      std::vector<Vec>
          ring;  // cut by the circle's edges, one after the other (Sutherland–Hodgman: the circle is convex)
      for (geo::Point q : counties.part(p)) {
        const Vec v = cam_.canvasFromWorld(q);
        ring.push_back({v.x, centre.y + (v.y - centre.y) / k});
      }
      ring = insideCircle(ring, centre, r);
      for (Vec& v : ring) v.y = centre.y + (v.y - centre.y) * k;
      if (ring.size() > 2) put(Fill{Path::polyline(ring, true), colour.withAlpha(0.06)});
    }
    Path dashes;
    const auto inside = [&](Vec v) { return geo::contains(counties, row, cam_.worldFromCanvas(v)); };
    bool was = false;
    for (int i = 0; i <= n; ++i) {
      const bool is = inside(circle[i % n]);
      if (is) was ? dashes.line(circle[i % n]) : dashes.move(circle[i % n]);
      was = is;
    }
    if (!dashes.empty())
      put(Stroke{std::move(dashes),
                 Pen{colour.withAlpha(0.8), 1.2f * o_.unit, {8 * o_.unit, 6 * o_.unit}, false}, -1});
  }

  // A ring with every vertex beyond the circle pulled on to it: the edge along the circle follows it closely
  // enough for a tint of 6 %.
  static std::vector<Vec> insideCircle(const std::vector<Vec>& ring, Vec c, float r) {
    std::vector<Vec> out;
    for (size_t i = 0; i < ring.size(); ++i) {
      const Vec a = ring[i], b = ring[(i + 1) % ring.size()];
      const int pieces = std::clamp(static_cast<int>(std::hypot(b.x - a.x, b.y - a.y) / (r * 0.03f)), 1, 40);
      for (int k = 0; k < pieces; ++k) {
        Vec p = a + (b - a) * (static_cast<float>(k) / pieces);
        const float d = std::hypot(p.x - c.x, p.y - c.y);
        if (d > r) p = c + (p - c) * (r / d);
        out.push_back(p);
      }
    }
    return out;
  }

  // Arcs
  // -----------------------------------------------------------------------------------------------------------------
  const Mark* markOf(const std::string& layer, size_t row) const {
    for (const Mark& mark : marks_)
      if (s_.layers[mark.layer].id == layer && mark.row == row) return &mark;
    return nullptr;
  }

  void placeArcs() {
    for (size_t i = 0; i < s_.leads.size(); ++i) {
      const Lead& lead = s_.leads[i];
      const Mark *from = markOf(lead.fromLayer, lead.fromRow), *to = markOf(lead.toLayer, lead.toRow);
      if (!from || !to ||
          std::hypot(from->at.x - to->at.x, from->at.y - to->at.y) < (from->size + to->size) / 2)
        continue;
      std::vector<Vec> avoid;
      for (const Mark& mark : marks_)
        if (&mark != from && &mark != to && mark.size > m_.rail) avoid.push_back(mark.at);
      if (const SceneLayer* c = county(); c && c->shape)
        for (geo::Point p : c->shape->anchors)
          if (!std::isnan(p.x)) avoid.push_back(cam_.canvasFromWorld(p));
      const Arc arc =
          leadArc(from->at, to->at, from->size / 2 + 4 * o_.unit, to->size / 2 + 2 * o_.unit, avoid, o_.unit);
      addArc(i, arc);
      arcsSeen_.push_back(relativeTo(arc, from->at, to->at));
      std::vector<Vec> line;
      for (int i = 0; i <= 24; ++i) line.push_back(pointOn(arc, i / 24.0f));
      around_.lines.push_back(std::move(line));
    }
  }

  void glow() {
    if (!o_.glow || !t_.dark) return;
    for (const Mark& mark : marks_)
      if (s_.layers[mark.layer].role == Role::core)
        put(Glow{mark.at, (mark.symbol == Symbol::coreNational ? 96 : 84) * o_.unit,
                 t_.core.withAlpha(0.55 * shown(mark))});
  }

  void drawArcs() {
    const MapMotion* motion = o_.motion;
    for (size_t i = 0; i < arcs_.size(); ++i) {
      const float grown = motion && motion->grown ? motion->grown(arcLeads_[i]) : 1;
      if (grown <= 0) continue;
      const Arc arc = grown < 1 ? upTo(arcs_[i], grown) : arcs_[i];
      const float end = m_.arcStart + (m_.arcEnd - m_.arcStart) * grown;
      Path p;
      p.move(arc.start).cubic(arc.a, arc.b, arc.end);
      const float casing = 3 * o_.unit;
      put(Stroke{p, Pen{t_.halo.withAlpha(0.45), m_.arcStart + casing, {}, true}, end + casing});
      put(Stroke{p, Pen{t_.core.withAlpha(0.92), m_.arcStart, {}, true}, end});
    }
    if (!motion || !motion->bead) return;
    for (size_t i = 0; i < arcs_.size(); ++i) {
      const float at = motion->bead(arcLeads_[i]);
      if (at < 0 || at > 1) continue;
      const Vec p = pointOn(arcs_[i], at);
      put(Fill{Path::circle(p, 4.5f * o_.unit), t_.halo});
      put(Fill{Path::circle(p, 3 * o_.unit), t_.text1});
    }
  }

  // Labels
  // ---------------------------------------------------------------------------------------------------------------
  struct AreaName {
    std::vector<LabelLine> lines;
    ObjectRef object;
    Rect box;
    float halo = 0;
  };
  struct WaterName {
    GlyphRun run;
    AlongSpot spot;
  };

  GlyphRun run(const std::string& text, const TextStyle& style) {
    noteMissing(text);
    return o_.cache ? o_.cache->run(*d_.fonts, text, style) : d_.fonts->shape(text, style);
  }

  void noteMissing(const std::string& text) {
    if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
      return;
    if (o_.cache) return;  // a moving map has told already: whole pictures are drawn without a cache
    const auto missing = d_.fonts->missing(text);
    d_.missingGlyphs.insert(missing.begin(), missing.end());
  }

  const std::string& labelOf(const SceneLayer& layer, size_t row) const {
    static const std::string none;
    return row < layer.labels.size() ? layer.labels[row] : none;
  }

  // One line up to eleven ems (eight where letters are Latin), else two of about the same length.
  std::vector<std::string> balanced(const std::string& name, const TextStyle& style) const {
    const float whole = d_.fonts->width(name, style);
    if (whole <= style.size * (s_.language == Language::zh ? 11 : 8)) return {name};
    for (float most = whole * 0.5f; most < whole; most += style.size * 0.5f) {
      auto lines = d_.fonts->wrap(name, style, most);
      const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
      // "High-" over "tech" reads badly, "Lianzhan" over "g" not at all.
      const bool torn = lines[0].ends_with('-') ||
                        (lines.size() == 2 && letter(lines[0].back()) && letter(lines[1].front()) &&
                         name.find(lines[0] + " " + lines[1]) == name.npos);
      if (lines.size() <= 2 && !torn) return lines;
    }
    return {name};
  }

  std::vector<LabelLine> linesFor(const SceneLayer& layer, const Mark& mark) {
    const std::string& name = labelOf(layer, mark.row);
    if (name.empty()) return {};
    float size = m_.placeName;
    Face face = Face::sans;
    Rgba colour = t_.text1;
    if (layer.role == Role::core) size = m_.coreName, face = Face::sansBold, colour = t_.core;
    else if (layer.role == Role::node) size = m_.nodeName, face = Face::sansBold;
    else if (layer.role == Role::town || layer.role == Role::station)
      size = m_.townName, colour = t_.dark ? t_.text2 : t_.text3;
    else if (layer.role == Role::rail) size = m_.townName, colour = t_.text2;
    std::vector<LabelLine> lines;
    // Spread marks stand in rows that have room for one line.
    for (const std::string& part : mark.spread ? std::vector{name} : balanced(name, {face, size, 0, true}))
      lines.push_back({run(part, {face, size, 0, true}), colour});
    if (!o_.fewNames && mark.row < layer.sublabels.size() && !layer.sublabels[mark.row].empty())
      lines.push_back({run(layer.sublabels[mark.row], {Face::sans, m_.coreSub, 0, true}), t_.text2});
    return lines;
  }

  void takeStage(const std::vector<LabelWish>& wishes) {
    Obstacles obstacles;
    obstacles.boxes = around_.boxes;
    obstacles.lines = around_.lines;
    for (const LabelPlace& place : placeLabels(wishes, obstacles, cam_.frame, 2 * o_.unit)) {
      if (giveWay() && !canBeRead(place.box)) continue;
      around_.boxes.push_back(place.box);
      covers_.push_back(place.box);
      placed_.push_back({wishes[place.wish], place});
    }
  }

  LabelWish wishFor(const Mark& mark, int rank, bool mandatory) {
    const SceneLayer& layer = s_.layers[mark.layer];
    LabelWish wish;
    wish.object = {layer.id, static_cast<long>(mark.row)};
    wish.lines = linesFor(layer, mark);
    wish.anchor = mark.at;
    wish.clearance = mark.size / 2 + 4 * o_.unit;
    wish.rank = rank, wish.mandatory = mandatory;
    using enum Side;
    if (mark.spread) wish.sides = mark.toWest ? std::vector{west} : std::vector{east};
    else wish.sides = {east, west, north, south, northEast, southEast, southWest, northWest};
    wish.halo = t_.halo, wish.haloWidth = m_.halo;
    return wish;
  }

  std::vector<LabelWish> wishesFor(std::initializer_list<Role> roles, bool mandatory) {
    std::vector<LabelWish> wishes;
    for (const Mark& mark : marks_) {
      const Role role = s_.layers[mark.layer].role;
      const auto at = std::find(roles.begin(), roles.end(), role);
      if (at == roles.end() || !cam_.frame.grown(-mark.size / 2).contains(mark.at)) continue;
      if (tilted_ && mark.seen < 1 && role != Role::core) continue;  // hidden by a block
      LabelWish wish =
          wishFor(mark, static_cast<int>(at - roles.begin()), mandatory || (mark.spread && !o_.fewNames));
      if (!wish.lines.empty()) wishes.push_back(std::move(wish));
    }
    return wishes;
  }

  void columns() {
    for (const TiltedMap::Column& c : tilted_->columns()) {
      const float depth = c.radius * squeeze();
      around_.boxes.push_back(
          {c.top.x - c.radius, c.top.y - depth, 2 * c.radius, c.base.y - c.top.y + 2 * depth});
    }
  }

  // Amounts on top of their columns.
  void columnAmounts() {
    std::vector<LabelWish> wishes;
    for (const TiltedMap::Column& c : tilted_->columns()) {
      const float depth = c.radius * squeeze();
      const std::string text = tilted_->amount(c.row, false);
      if (text.empty() || tilted_->columns().size() > fewAreas) continue;
      LabelWish wish;
      wish.object = {told_.tilt->layer, static_cast<long>(c.row)};
      wish.lines = {{run(text, {Face::sansBold, m_.countyValue, 0, true}), t_.text1}};
      wish.anchor = c.top, wish.clearance = depth + 2 * o_.unit;
      using enum Side;
      wish.sides = {north, northEast, northWest};
      wish.halo = t_.halo, wish.haloWidth = m_.halo;
      wishes.push_back(std::move(wish));
    }
    takeStage(wishes);
  }

  void heightLegend() {
    const Board b{d_, t_, o_.unit};
    heightLegend_ = tilted_->legendBox(b, around_.boxes);
    if (heightLegend_.w > 0) around_.boxes.push_back(heightLegend_);
  }

  void placeAllLabels() {
    keepClearOfAttribution();
    if (tilted_) heightLegend();
    for (const Mark& mark : marks_)
      if (mark.size > m_.station && mark.size > m_.town) {
        const float half = mark.size / 2 + m_.casing;
        around_.boxes.push_back({mark.at.x - half, mark.at.y - half, 2 * half, 2 * half});
      }
    for (const Circle& c : circles_) {
      // The square inside the circle: a name may touch its edge, and where the area has no other room the
      // name stands on it.
      const float half = c.radius * 0.72f;
      if (c.missing || half > 6 * o_.unit)
        around_.boxes.push_back({c.at.x - half, c.at.y - half, 2 * half, 2 * half});
    }
    islands();
    if (tilted_) columns();
    takeStage(wishesFor({Role::core}, true));
    if (tilted_) columnAmounts();
    if (o_.countyNames) countyNames();
    // Foreshortened, there is not room for all.
    takeStage(wishesFor({Role::node, Role::agriPark, Role::platform}, !o_.fewNames && !tilted_));
    if (contours_.lines && !tilted_)
      heatLabels_ =
          contourLabels(*contours_.lines, s_.heat->ticks, cam_, t_, *d_.fonts, m_.townName, o_.unit, around_);
    waterNames();
    takeStage(wishesFor({Role::enterprise, Role::rail}, false));
    if (o_.townNames) takeStage(wishesFor({Role::town}, false));
    neighbourNames();
    bulkNames();
  }

  // Lines of a county's name: name, second name line, value of the indicator.
  std::vector<LabelLine> countyLines(const SceneLayer& layer, size_t r) {
    std::vector<LabelLine> lines;
    const std::string& name = labelOf(layer, r);
    if (name.empty()) return lines;
    lines.push_back(
        {run(name, {Face::sansBold, m_.countyName, s_.language == Language::zh ? 0.1f : 0.02f, true}),
         t_.text1});
    if (r < layer.sublabels.size() && !layer.sublabels[r].empty())
      lines.push_back({run(layer.sublabels[r], {Face::sans, m_.countySub, 0, true}), t_.text1});
    const bool raised = tilted_ && told_.tilt->layer == layer.id;
    if (!(raised && tilted_->hasColumns() && tilted_->colourSaysIt()))
      if (const std::string value = valueOf(layer, r); !value.empty())
        lines.push_back({run(value, {Face::sans, m_.countyValue, 0, true}), t_.text1});
    if (raised && !tilted_->hasColumns() && !tilted_->colourSaysIt() && isShown(layer, r))
      if (const std::string value = tilted_->amount(r, true); !value.empty())
        lines.push_back({run(value, {Face::sans, m_.countyValue, 0, true}), t_.text1});
    return lines;
  }

  // The figures behind its colour and size; two of them carry their units. A star: not to be relied on.
  std::string valueOf(const SceneLayer& layer, size_t r) const {
    if (!isShown(layer, r)) return {};
    std::string value;
    const bool circle = o_.circles && s_.sized && s_.sized->layer == layer.id && r < s_.sized->figures.size();
    const bool colour = coloured(layer) && r < s_.choropleth->figures.size();
    const bool both = circle && colour;
    const auto join = [&](double v, double most, int decimals, const std::string& unit, bool isSigned) {
      if (std::isnan(v)) return;
      if (!value.empty()) value += " · ";
      // Beside another figure there is no room for all digits of a population.
      const bool zh = s_.language == Language::zh, large = both && most >= 1e5;
      if (large) v /= zh ? 1e4 : 1e3, decimals = zh ? 1 : 0;
      value += isSigned ? formatSigned(v, decimals) : withMinus(formatNumber(v, decimals));
      if (large) value += zh ? " 万" : "k";
      if (both && !unit.empty()) value += unit == "%" || (large && zh) ? unit : " " + unit;
    };
    if (circle)
      join(s_.sized->figures[r].value, s_.sized->largest, s_.sized->decimals, s_.sized->unit, false);
    if (colour) {
      const Choropleth& c = *s_.choropleth;
      const double most = c.breaks.classes() ? std::abs(c.breaks.upperBounds.back()) : 0;
      join(c.figures[r].value, most, c.decimals, c.unit, c.since != 0);
      if (!std::isnan(c.figures[r].value) &&
          std::find(c.unreliable.begin(), c.unreliable.end(), r) != c.unreliable.end())
        value += "*";
      if (c.second && r < c.second->figures.size())
        join(c.second->figures[r].value, 0, c.second->decimals, c.second->unit, false);
    }
    return value;
  }

  // Units without a neighbour: no statistic of neighbours says anything about them.
  void islands() {
    if (s_.weights)
      if (const SceneLayer* layer = findLayer(s_, s_.weights->layer);
          layer && layer->shape && layer->shape->anchors.size() <= fewAreas)
        for (const geo::Point p : layer->shape->anchors) {
          if (std::isnan(p.x)) continue;
          const Vec at = cam_.canvasFromWorld(p);
          const float half = 9 * o_.unit;
          around_.boxes.push_back({at.x - half, at.y - half, 2 * half, 2 * half});
        }
    if (!s_.choropleth || s_.choropleth->categories.empty()) return;
    const Choropleth& c = *s_.choropleth;
    const SceneLayer* layer = findLayer(s_, c.layer);
    if (!layer || !layer->visible || !layer->shape) return;
    for (size_t r = 0; r < layer->shape->anchors.size(); ++r) {
      const int k = c.classOf(r);
      if (k < 0 || c.categories[static_cast<size_t>(k)].tone != Tone::island || !isShown(*layer, r)) continue;
      const geo::Point p = layer->shape->anchors[r];
      if (std::isnan(p.x) || !cam_.world().contains(p)) continue;
      islands_.push_back(cam_.canvasFromWorld(p));
      around_.boxes.push_back(
          {islands_.back().x - 10 * o_.unit, islands_.back().y - 10 * o_.unit, 20 * o_.unit, 20 * o_.unit});
    }
  }

  void drawCircles() {
    for (const Vec at : islands_) addIsland(d_, at, t_, o_.unit, cam_.frame);
    for (const Circle& c : circles_) {
      drawCircle(d_, c, t_, o_.unit, cam_.frame);
      const SceneLayer* layer = findLayer(s_, c.object.layer);
      if ((layer && isSelected(*layer, static_cast<size_t>(c.object.row))) || s_.selected == c.object) {
        put(Stroke{Path::circle(c.at, c.radius + 3 * o_.unit), Pen{t_.halo, 4 * o_.unit, {}, false}, -1});
        put(Stroke{Path::circle(c.at, c.radius + 3 * o_.unit), Pen{t_.accent, 2 * o_.unit, {}, false}, -1});
      }
      const float half = std::max(c.radius * 0.8f, 4 * o_.unit);
      d_.hits.push_back({{c.at.x - half, c.at.y - half, 2 * half, 2 * half}, c.object});
    }
  }

  static Rect boxOf(const std::vector<LabelLine>& lines, Vec centre) {
    float w = 0, h = 0;
    for (const LabelLine& l : lines) w = std::max(w, l.run.advance), h += l.run.ascent + l.run.descent;
    return {centre.x - w / 2, centre.y - h / 2, w, h};
  }

  void countyNames() {
    const SceneLayer* layer = county();
    if (!layer || !layer->visible || !layer->shape || layer->shape->layer->rows() > fewAreas) return;
    const geo::Shapes& shapes = layer->shape->layer->shapes;
    for (size_t r = 0; r < shapes.rows(); ++r) {
      if (!shapes.has(r) || r >= layer->shape->anchors.size()) continue;
      AreaName name{countyLines(*layer, r), {layer->id, static_cast<long>(r)}, {}, m_.halo};
      if (name.lines.empty()) continue;
      const Rect size = boxOf(name.lines, {});
      Surroundings around = around_;
      if (tilted_) {
        const geo::Box b = shapes.box(r);
        const Vec a = cam_.canvasFromWorld({b.minX, b.maxY}), c = cam_.canvasFromWorld({b.maxX, b.minY});
        const auto hidden = tilted_->before(static_cast<uint32_t>(r), {a.x, a.y, c.x - a.x, c.y - a.y});
        around.boxes.insert(around.boxes.end(), hidden.begin(), hidden.end());
      }
      const auto spot = spotInside(shapes, r, layer->shape->anchors[r], cam_, size.w, size.h, around);
      if (!spot) continue;
      name.box = boxOf(name.lines, *spot);
      if (giveWay() && !canBeRead(name.box)) {
        name.lines.resize(1);
        const Rect alone = boxOf(name.lines, {});
        const auto other = spotInside(shapes, r, layer->shape->anchors[r], cam_, alone.w, alone.h, around);
        if (!other) continue;
        name.box = boxOf(name.lines, *other);
        if (!canBeRead(name.box)) continue;
      }
      around_.boxes.push_back(name.box);
      covers_.push_back(name.box);
      areaNames_.push_back(std::move(name));
    }
  }

  // For an audience every name can be read, or it is not there.
  bool giveWay() const { return o_.giveWay || s_.caption; }
  // Stands on no other name and on no furniture; boxes are a little higher than their ink.
  bool canBeRead(Rect box) const {
    box.y += 0.1f * m_.townName, box.h -= 0.2f * m_.townName;
    box.x -= 0.3f * m_.townName, box.w += 0.6f * m_.townName;  // or figures side by side read as one
    const auto meets = [&](const Rect& other) { return other.meets(box); };
    return std::none_of(covers_.begin(), covers_.end(), meets) &&
           (!o_.keepClear || std::none_of(o_.keepClear->begin(), o_.keepClear->end(), meets));
  }

  void neighbourNames() {
    std::vector<Vec> city;  // border points from which neighbours' names keep their distance
    if (const SceneLayer* c = county(); c && c->shape) {
      const auto& v = c->shape->layer->shapes.vertices;
      for (size_t i = 0; i < v.size(); i += std::max<size_t>(1, v.size() / 160))
        city.push_back(cam_.canvasFromWorld(v[i]));
    }
    Surroundings blocks;
    if (tilted_) blocks.boxes = tilted_->before({}, cam_.frame);
    for (const SceneLayer& layer : s_.layers) {
      if (layer.role != Role::neighbour || !layer.visible || !layer.shape ||
          layer.shape->layer->rows() > fewAreas)
        continue;
      const geo::Shapes& shapes = layer.shape->layer->shapes;
      for (size_t r = 0; r < shapes.rows(); ++r) {
        const std::string& text = labelOf(layer, r);
        if (text.empty() || !shapes.has(r)) continue;
        const float spacing = s_.language == Language::zh ? 0.35f : 0.12f;
        AreaName name{{{run(text, {Face::sans, m_.neighbourName, spacing, true}), t_.text3}},
                      {layer.id, static_cast<long>(r)},
                      {},
                      pictured() ? 0.8f * m_.halo : 0};
        const Rect size = boxOf(name.lines, {});
        double cost = 0;
        Surroundings around = around_;
        around.boxes.insert(around.boxes.end(), blocks.boxes.begin(), blocks.boxes.end());
        const auto spot = spotInside(shapes, r, {geo::missing, geo::missing}, cam_, size.w + 8 * o_.unit,
                                     size.h, around, city, 64 * o_.unit, &cost);
        if (!spot || cost > 18) continue;
        name.box = boxOf(name.lines, *spot);
        around_.boxes.push_back(name.box);
        areaNames_.push_back(std::move(name));
      }
    }
  }

  void waterNames() {
    for (const SceneLayer& layer : told_.layers) {
      if (layer.role != Role::river || !layer.visible || !layer.shape) continue;
      for (size_t r = 0; r < layer.labels.size(); ++r) {
        if (layer.labels[r].empty()) continue;
        const GlyphRun text = run(
            layer.labels[r], {Face::serif, m_.waterName, s_.language == Language::zh ? 0.3f : 0.05f, true});
        std::optional<AlongSpot> spot;
        for (const MapShapePtr& shape : {layer.inside, layer.shape}) {  // in the city first
          if (!shape || spot) continue;
          std::vector<std::vector<Vec>> lines;
          const geo::Shapes& s = shape->layer->shapes;
          if (tilted_) lines = tilted_->courses(shape, static_cast<uint32_t>(r));
          for (uint32_t p = s.rowStart[r]; !tilted_ && p < s.rowStart[r + 1]; ++p) {
            std::vector<Vec> line;
            for (geo::Point q : s.part(p)) line.push_back(cam_.canvasFromWorld(q));
            lines.push_back(std::move(line));
          }
          spot = spotAlong(lines, text.advance, m_.waterName, 0.9f * m_.waterName, cam_.frame, around_);
        }
        if (!spot) continue;
        const Vec dir{std::cos(spot->angle), std::sin(spot->angle)};
        for (float q = -0.5f; q <= 0.51f; q += 0.25f) {
          const Vec p = spot->centre + dir * (q * text.advance);
          around_.boxes.push_back({p.x - m_.waterName * 0.7f, p.y - m_.waterName * 0.7f, m_.waterName * 1.4f,
                                   m_.waterName * 1.4f});
        }
        waterNames_.push_back({text, *spot});
      }
    }
  }

  // Names of large polygon or point layers: each on its anchor, those that fit.
  void bulkNames() {
    for (const SceneLayer& layer : s_.layers) {
      if (!layer.visible || !layer.shape || layer.labels.empty() || !layer.symbols.empty() ||
          layer.role == Role::river || layer.role == Role::neighbour || layer.id == s_.cityLayer)
        continue;
      const MapShape& shape = *layer.shape;
      std::vector<Rect> boxes;
      std::vector<uint32_t> rows;
      const TextStyle style{Face::sans, std::max(13 * o_.unit, o_.leastType), 0, true};
      const geo::Box seen = cam_.world();
      for (size_t r = 0; r < layer.labels.size() && r < shape.anchors.size(); ++r) {
        const geo::Point a = shape.anchors[r];
        if (layer.labels[r].empty() || !seen.contains(a) || !isShown(layer, r)) continue;
        const GlyphRun& text = o_.cache ? o_.cache->run(*d_.fonts, layer.labels[r], style)
                                        : (plain_ = d_.fonts->shape(layer.labels[r], style));
        const Vec c = cam_.canvasFromWorld(a);
        const float h = text.ascent + text.descent;
        const bool point = shape.layer->shapes.kind == geo::ShapeKind::point;
        boxes.push_back({c.x - text.advance / 2, point ? c.y - h - layer.radius * o_.unit : c.y - h / 2,
                         text.advance, h});
        rows.push_back(static_cast<uint32_t>(r));
      }
      for (uint32_t i : placeCentred(boxes, cam_.frame, 2 * o_.unit)) {
        Text item;
        item.run = run(layer.labels[rows[i]], style);
        item.origin = {boxes[i].x, boxes[i].y + item.run.ascent};
        item.colour = t_.text1, item.halo = t_.halo, item.haloWidth = 1.6f * o_.unit;
        d_.hits.push_back({boxes[i], {layer.id, static_cast<long>(rows[i])}});
        bulk_.push_back(std::move(item));
      }
    }
  }

  // Drawing what was placed
  // ----------------------------------------------------------------------------------------------
  bool covered(const Mark& mark) const {
    const float half = mark.size / 2;
    const Rect box{mark.at.x - half, mark.at.y - half, mark.size, mark.size};
    return std::any_of(covers_.begin(), covers_.end(), [&](const Rect& r) { return r.meets(box); });
  }

  // A town's ring gives way to the station that stands at the same place.
  bool hasStation(const Mark& town) const {
    return std::any_of(marks_.begin(), marks_.end(), [&](const Mark& mark) {
      return s_.layers[mark.layer].role == Role::station && std::abs(mark.at.x - town.at.x) < 0.5f &&
             std::abs(mark.at.y - town.at.y) < 0.5f;
    });
  }

  void drawMarks() {
    for (const Mark& mark : marks_)
      if (const float alpha = shown(mark); mark.spread && alpha > 0) {
        Path tie;
        tie.move(mark.place).line(mark.at);
        put(Stroke{std::move(tie), Pen{t_.text1.withAlpha(0.5 * alpha), o_.unit, {}, false}, -1});
      }
    const bool planned = o_.motion && o_.motion->to;  // then `seen` says already what gives way
    for (Mark& mark : marks_) {
      const SceneLayer& layer = s_.layers[mark.layer];
      const ObjectRef object{layer.id, static_cast<long>(mark.row)};
      const bool small = layer.role == Role::station || layer.role == Role::town;
      const bool selected = s_.selected == object || isSelected(layer, mark.row),
                 hovered = s_.hovered == object;
      if (!planned && small && !selected && !hovered && ownLabel(object) == nullptr && covered(mark))
        mark.seen = 0;
      if (!planned && layer.role == Role::town && hasStation(mark)) mark.seen = 0;
      const float there = shown(mark);
      if (there <= 0) continue;
      const size_t first = d_.items.size();
      const float size = mark.size * (hovered ? 1.15f : 1) * (0.6f + 0.4f * there);
      if (const float strength = emphasisOf(object); strength > 0) {
        const float r = mark.size / 2 + 7 * o_.unit;
        put(Stroke{Path::circle(mark.at, r), Pen{t_.halo.withAlpha(strength), 6 * o_.unit, {}, false}, -1});
        put(Stroke{Path::circle(mark.at, r), Pen{t_.accent.withAlpha(strength), 3 * o_.unit, {}, false}, -1});
      }
      addSymbol(d_, mark.symbol, mark.certainty, mark.at, size, t_, m_.casing, cam_.frame);
      if (selected) {
        const float r = size / 2 + 4 * o_.unit;
        put(Stroke{Path::circle(mark.at, r), Pen{t_.halo, 5 * o_.unit, {}, false}, -1});
        put(Stroke{Path::circle(mark.at, r), Pen{t_.accent, 2 * o_.unit, {}, false}, -1});
      }
      weaken(first, there);
      const float reach = std::max(size / 2, 5 * o_.unit);
      d_.hits.push_back({{mark.at.x - reach, mark.at.y - reach, 2 * reach, 2 * reach}, object});
    }
  }

  const LabelPlace* ownLabel(const ObjectRef& object) const {
    for (const auto& [wish, place] : placed_)
      if (wish.object == object) return &place;
    return nullptr;
  }

  // What was put down since is that object's.
  void owned(const ObjectRef& object) {
    if (o_.drawn) o_.drawn->nameOf.resize(d_.items.size() - o_.drawn->names, object);
  }

  void drawLabels() {
    if (tilted_) tilted_->drawLegend(Board{d_, t_, o_.unit}, heightLegend_);
    for (Text& item : bulk_) put(std::move(item));
    for (Text& item : heatLabels_) put(std::move(item));
    for (const WaterName& name : waterNames_) {
      const Vec dir{std::cos(name.spot.angle), std::sin(name.spot.angle)}, down{-dir.y, dir.x};
      Text item;
      item.run = name.run;
      item.origin = name.spot.centre - dir * (name.run.advance / 2) + down * (0.36f * name.run.size);
      item.angle = name.spot.angle;
      item.colour = t_.waterName, item.halo = t_.halo, item.haloWidth = m_.halo * 0.7f;
      put(std::move(item));
    }
    owned({});
    for (const AreaName& name : areaNames_) {
      float y = name.box.y;
      for (const bool halo : {true, false}) {
        y = name.box.y;
        for (const LabelLine& line : name.lines) {
          Text item;
          item.run = line.run;
          item.origin = {name.box.x + (name.box.w - line.run.advance) / 2, y + line.run.ascent};
          item.colour = halo ? line.colour.withAlpha(0) : line.colour;
          if (halo) item.halo = t_.halo, item.haloWidth = name.halo;
          y += line.run.ascent + line.run.descent;
          if (!halo || name.halo > 0) put(std::move(item));
        }
      }
      d_.hits.push_back({name.box, name.object});
      owned(name.object);
    }
    for (const auto& [wish, place] : placed_) {
      addLabel(d_, wish, place, cam_.frame);
      owned(wish.object);
    }
  }

  Drawing& d_;
  const Scene &s_, &told_;
  TiltedMap* tilted_;
  Rect heightLegend_;
  const int index_;
  const Camera cam_;
  const Theme& t_;
  const MapOptions& o_;
  Metrics m_;
  std::vector<Mark> marks_;
  std::vector<Arc> arcs_, arcsSeen_;  // on the canvas; relative to their ends
  std::vector<size_t> arcLeads_;
  Surroundings around_;
  std::vector<Rect> furniture_, covers_;
  std::vector<std::pair<LabelWish, LabelPlace>> placed_;
  std::vector<AreaName> areaNames_;
  std::vector<WaterName> waterNames_;
  std::vector<Text> bulk_, heatLabels_;
  std::vector<Circle> circles_;
  ContourShapes contours_;
  std::vector<Vec> islands_;
  GlyphRun plain_;
};

}  // namespace

const GlyphRun& DrawCache::run(const Typesetter& fonts, const std::string& text, const TextStyle& style) {
  std::string key = text;
  key += '\0';
  key.append(reinterpret_cast<const char*>(&style.size), sizeof style.size);
  key.append(reinterpret_cast<const char*>(&style.letterSpacing), sizeof style.letterSpacing);
  key += static_cast<char>(style.face);
  const auto found = runs_.find(key);
  if (found != runs_.end()) return found->second;
  if (runs_.size() > 50000) runs_.clear();
  return runs_.emplace(std::move(key), fonts.shape(text, style)).first->second;
}

ColoursPtr DrawCache::fills(const std::string& layer, uint64_t version, bool dark,
                            const std::function<ColoursPtr()>& make) {
  Fills& f = fills_[layer];
  if (!f.colours || f.version != version || f.dark != dark) f = {version, dark, make()};
  return f.colours;
}

ColoursPtr DrawCache::colours(const Heat& heat, bool dark) {
  HeatColours& h = heat_[dark];
  const std::shared_ptr<const void> values =
      heat.bins ? std::shared_ptr<const void>(heat.binValues) : std::shared_ptr<const void>(heat.grid);
  if (!h.colours || h.values != values || h.low != heat.low || h.high != heat.high ||
      h.opacity != heat.opacity)
    h = {values, heat.low, heat.high, heat.opacity,
         heat.bins ? binColours(heat, dark) : heatPixels(heat, dark)};
  return h.colours;
}

ContourShapes DrawCache::contours(const Heat& heat, const std::function<ContourShapes(const Heat&)>& make) {
  if (lines_ != heat.lines || !contours_.major) lines_ = heat.lines, contours_ = make(heat);
  return contours_;
}

void DrawCache::forgetOldest() {
  kept_.erase(std::min_element(kept_.begin(), kept_.end(),
                               [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
}

void DrawCache::rest() {
  kept_.clear();
  for (HeatColours& h : heat_) h = {};
  lines_ = nullptr, contours_ = {};
}

const SceneLayer* findLayer(const Scene& scene, std::string_view id) {
  for (const SceneLayer& layer : scene.layers)
    if (layer.id == id) return &layer;
  return nullptr;
}

void drawMap(Drawing& drawing, const Scene& scene, int camera, const Theme& theme,
             const MapOptions& options) {
  if (options.flat || !isTilted(scene)) {
    MapDrawer(drawing, scene, camera, theme, options, scene).draw();
    return;
  }
  const Metrics metrics = metricsFor(mediumOf(options), options.unit, options.leastType);
  TiltedMap tilted(scene, drawing.cameras[static_cast<size_t>(camera)], theme, metrics, options);
  MapDrawer(drawing, tilted.seen(), camera, theme, options, scene, &tilted).draw();
}

}  // namespace scene
