// Scene + camera → Drawing. Read this first.
#pragma once

#include <functional>
#include <unordered_map>

#include "app/scene/arc.h"
#include "app/scene/marks.h"
#include "app/scene/page.h"
#include "app/scene/scene.h"
#include "geo/result.h"

namespace scene {

// A heat's contours, and as layers to draw.
struct ContourShapes {
  std::shared_ptr<const std::vector<geo::Contour>> lines;
  MapShapePtr major, minor;
};

// What a moving map need not make again each frame: glyph runs by text and style, fills by scene version, a
// heat's colours and contours by what they are made from. One per thread.
class DrawCache {
 public:
  const GlyphRun& run(const Typesetter& fonts, const std::string& text, const TextStyle& style);
  // The fills made for that layer, scene version and theme; made by `make` when they are not there.
  ColoursPtr fills(const std::string& layer, uint64_t version, bool dark,
                   const std::function<ColoursPtr()>& make);
  // Pixels of the heat's grid or colours of its bins: the same object until values, domain, opacity or theme
  // differ.
  ColoursPtr colours(const Heat& heat, bool dark);
  ContourShapes contours(const Heat& heat, const std::function<ContourShapes(const Heat&)>& make);
  // Anything made from what the key says; all of `of` are held, so that no other can have an address in it.
  using Of = std::vector<std::shared_ptr<const void>>;
  template <class T, class Make>
  std::shared_ptr<const T> kept(const std::string& key, Of of, Make&& make) {
    if (const auto found = kept_.find(key); found != kept_.end()) {
      found->second.used = ++uses_;
      return std::static_pointer_cast<const T>(found->second.made);
    }
    if (kept_.size() >= 64) forgetOldest();
    std::shared_ptr<const T> made = make();
    kept_.emplace(key, Kept{std::move(of), made, ++uses_});
    return made;
  }
  // Nothing moves: drops what was made on the way, but for runs and fills.
  void rest();

 private:
  struct Kept {
    Of of;
    std::shared_ptr<const void> made;
    uint64_t used = 0;
  };
  void forgetOldest();
  uint64_t uses_ = 0;
  std::unordered_map<std::string, Kept> kept_;
  std::unordered_map<std::string, GlyphRun> runs_;
  struct Fills {
    uint64_t version = 0;
    bool dark = false;
    ColoursPtr colours;
  };
  std::unordered_map<std::string, Fills> fills_;
  struct HeatColours {
    std::shared_ptr<const void> values;  // held, so that no other can have its address
    double low = 0, high = 0, opacity = 0;
    ColoursPtr colours;
  } heat_[2];
  std::shared_ptr<const void> lines_;
  ContourShapes contours_;
};

// Where a map's symbols and arcs stand at rest: what a passage from it or to it starts or ends with.
struct MapPlan {
  std::vector<Mark> marks;
  struct Line {
    size_t lead = 0;  // index into Scene::leads
    Arc arc;          // see relativeTo
  };
  std::vector<Line> arcs;
};

// Where a map is on its way from one scene to the next. As it is here: at rest.
struct MapMotion {
  const Scene* before = nullptr;  // whose class colours are still mixed in
  float colours = 1;              // 0: before's
  float emphasis = 1;             // how far the others have stepped back
  const MapPlan *from = nullptr, *to = nullptr;
  float way = 1;                                                    // symbols between their two places
  std::function<float(const SceneLayer& layer, size_t row)> shown;  // a symbol, 0 … 1; none: all
  std::function<float(size_t lead)> grown;                          // an arc, 0 … 1; none: all
  std::function<void(Drawing&)> beneath;   // puts down what leaves, under arcs and symbols
  std::function<float(size_t lead)> bead;  // where one runs along it, 0 … 1; beyond: none
};

// Which of a map's three storeys, bottom first, are put down.
struct Storeys {
  bool ground = true;  // areas, heat, lines, borders
  bool marks = true;   // rings, circles, glows, arcs, symbols
  bool names = true;
};
// Where in the drawing they begin.
struct StoreysDrawn {
  size_t marks = 0, names = 0;
  std::vector<ObjectRef> nameOf;  // of each item from `names` on: whose it is; layer empty: nobody's
  MapPlan plan;
};

struct MapOptions {
  Rect frame;      // of the map on the canvas
  float unit = 1;  // canvas units in one px of the look's sizes (paper: millimetres per px of the A3 look)
  float leastType = 0;  // no name smaller than this, whatever the unit; canvas units
  bool paper = false;
  bool glow = false;  // wall: core glow, city glow
  bool townNames = true, countyNames = true;
  bool fewNames = false;              // a small map: other places than cores are named where there is room
  bool giveWay = false;               // areas likewise, by their names alone where there is less
  bool circles = true;                // sized symbols; not in insets, whose scale of sizes would be another
  std::optional<geo::Point> insetOf;  // symbols spread from this place are shown in an inset instead
  DrawCache* cache = nullptr;
  const std::vector<Fade>* fades = nullptr;      // over the ground, under symbols and names
  const std::vector<Rect>* keepClear = nullptr;  // furniture floating over the map, canvas units
  Storeys storeys;
  const MapMotion* motion = nullptr;
  StoreysDrawn* drawn = nullptr;
  bool flat = false;  // whatever the scene says of tilt
  bool basemaps = true;
  bool attribution =
      false;  // of the basemaps, in the map's corner: where no other part of the picture names them
};

// Seen straight down a map is flat, however it is turned.
inline bool isTilted(const Scene& scene) { return scene.tilt && scene.tilt->degrees > 0; }

// The map alone, into drawing.cameras[camera] (its frame must equal options.frame).
void drawMap(Drawing& drawing, const Scene& scene, int camera, const Theme& theme, const MapOptions& options);

// Whole pictures.
// Wall: title, ledger, ranking, legend, strip; laid out by aspect ratio (32:9, 16:9, 4:3, 9:16).
Drawing drawWall(const Scene& scene, const Theme& theme, TypesetterPtr fonts, float width, float height,
                 std::optional<geo::Box> extent = {});
// The bare map: no title, legend, scale bar, north arrow, credits.
Drawing drawBare(const Scene& scene, const Theme& theme, TypesetterPtr fonts, float width, float height,
                 std::optional<geo::Box> extent = {}, DrawCache* cache = nullptr);
// The window's map: floating legend, badge, north arrow, scale bar.
Drawing drawWindowMap(const Scene& scene, const Theme& theme, TypesetterPtr fonts, const Camera& camera,
                      float uiScale, DrawCache* cache = nullptr);
}  // namespace scene
