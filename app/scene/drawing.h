// What to put down, in painter's order: plain data that both painters (render and paper) visit without a
// default case. Map items are in world metres and belong to one of the drawing's cameras, whose frame clips
// them; the others are in canvas units (pixels on a screen, millimetres on paper; y down).
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/scene/camera.h"
#include "app/scene/text.h"
#include "app/scene/vision.h"
#include "geo/boundaries.h"
#include "geo/layer.h"
#include "geo/spatial_index.h"

namespace scene {

struct alignas(4) Rgba {                 // aligned, so that it is copied whole
  uint8_t r = 0, g = 0, b = 0, a = 255;  // sRGB, alpha straight
  bool operator==(const Rgba&) const = default;
  Rgba withAlpha(double alpha) const { return {r, g, b, static_cast<uint8_t>(a * alpha + 0.5)}; }
};

struct Pen {
  Rgba colour;
  float width = 1;
  std::vector<float> dash;  // on, off, …; empty: solid
  bool roundCap = false;    // joins are always round
  bool operator==(const Pen&) const = default;
};

// Move, line, cubic and close, as every vector library has them.
struct Path {
  enum class Verb : uint8_t { move, line, cubic, close };
  std::vector<Verb> verbs;
  std::vector<Vec> points;  // move 1, line 1, cubic 3, close 0

  Path& move(Vec p) { return verbs.push_back(Verb::move), points.push_back(p), *this; }
  Path& line(Vec p) { return verbs.push_back(Verb::line), points.push_back(p), *this; }
  Path& cubic(Vec a, Vec b, Vec c) {
    verbs.push_back(Verb::cubic), points.insert(points.end(), {a, b, c});
    return *this;
  }
  Path& close() { return verbs.push_back(Verb::close), *this; }
  bool empty() const { return verbs.empty(); }
  Rect box() const;  // of the control points

  static Path rect(Rect r);
  static Path roundedRect(Rect r, float radius);
  static Path circle(Vec centre, float radius);
  static Path polyline(std::span<const Vec> points, bool closed = false);
  static Path polygon(std::initializer_list<Vec> points);
  Path scaled(float k, Vec origin) const;  // p ↦ origin + p·k
  void append(const Path& other);
};
// Curves as line pieces, no farther than the tolerance from them. One vector per contour; closed[i] says
// whether it closes.
std::vector<std::vector<Vec>> flattened(const Path& path, float tolerance,
                                        std::vector<bool>* closed = nullptr);

// Consecutive rows of a layer, some thousand vertices, and their box.
struct RowRun {
  geo::Box box;
  uint32_t first = 0, end = 0;
};

// A layer in world metres, with what painters need to draw it at any scale. Made once per layer, shared;
// painters cache meshes by its address.
struct MapShape {
  geo::LayerPtr layer;
  std::shared_ptr<const geo::Boundaries> boundaries;  // polygon layers; may be null until a worker has made
                                                      // it, and stays so where it gains nothing
  std::vector<geo::Point> anchors;  // per row: where a label of it stands; NaN without a shape; large layers
                                    // without labels: may be empty until a worker has made them
  std::shared_ptr<const geo::SpatialIndex> index;  // for picking; may be null
  std::vector<RowRun> runs;  // polygon layers: all rows with a shape, in order; may be empty
  double typicalWidth = 0;   // of an area, metres; 0: not known
};
using MapShapePtr = std::shared_ptr<const MapShape>;
using ColoursPtr = std::shared_ptr<const std::vector<Rgba>>;  // one per row

struct Hatch {  // 45° lines
  Rgba line, ground;
  float pitch = 7, width = 1.4f;
  bool operator==(const Hatch&) const = default;
};

// Map items
// ------------------------------------------------------------------------------------------------------------

struct Areas {  // filled polygons
  int camera = 0;
  MapShapePtr shape;
  ColoursPtr fills;               // alpha 0: not filled
  std::vector<uint32_t> hatched;  // these rows are hatched instead
  Hatch hatch;
};

struct Borders {  // outlines of a polygon layer, each shared border once
  enum class Which : uint8_t { all, inner, outer, row };
  int camera = 0;
  MapShapePtr shape;
  Which which = Which::all;
  uint32_t row = 0;  // Which::row: the outline of this row alone
  Pen pen;
};

struct Courses {  // a line layer
  int camera = 0;
  MapShapePtr shape;
  Pen pen;
};

struct Dots {  // a large point layer as discs
  int camera = 0;
  MapShapePtr shape;
  ColoursPtr fills;  // alpha 0: no disc and no edge
  float radius = 3;
  Pen edge;  // width 0: none
};

// A picture of the ground, from files or servers. A drawing holds its place: whoever may read those puts the
// pixels there, once the drawing says which part of the ground it shows, and how fine.
struct Basemap {
  std::string id, name, attribution;
  enum class Tone : uint8_t { automatic, natural, muted };
  Tone tone =
      Tone::automatic;  // muted: grey, and towards the ground; automatic: so where colours lie over it
  float opacity = 1;
  bool relief = false;                 // light and shade, over the fills of areas; else a picture under them
  std::shared_ptr<const void> source;  // of the session
  bool operator==(const Basemap&) const = default;
};
using BasemapPtr = std::shared_ptr<const Basemap>;

struct Raster {  // georeferenced picture
  int camera = 0;
  geo::Box world;
  std::shared_ptr<const std::vector<Rgba>> pixels;  // rows from the north; null: nothing to draw
  int columns = 0, rows = 0;
  bool smooth = false;   // bilinear; else nearest
  BasemapPtr basemap{};  // whose place or piece it is
  bool muted = false;    // of a basemap
};

// Canvas items
// ---------------------------------------------------------------------------------------------------------

struct Fill {  // even-odd
  Path path;
  Rgba colour;
};

struct Stroke {
  Path path;
  Pen pen;
  float endWidth = -1;  // ≥ 0: the width runs from pen.width at the start to this at the end of the path
};

struct Glow {  // a soft disc: colour at the centre, smoothly to nothing at the radius
  Vec centre;
  float radius = 0;
  Rgba colour;
};

struct Fade {  // a linear gradient over a rectangle
  Rect rect;
  Rgba from, to;  // left → right, or top → bottom
  bool horizontal = true;
};

struct HatchedRect {
  Rect rect;
  Hatch hatch;
};

struct Text {
  GlyphRun run;
  Vec origin;       // of the baseline's start
  float angle = 0;  // radians, clockwise on the canvas
  Rgba colour;
  Rgba halo{0, 0, 0, 0};
  float haloWidth = 0;  // reach of the halo beyond the glyph, canvas units
};

struct Image {
  Rect rect;
  std::shared_ptr<const std::vector<Rgba>> pixels;
  int columns = 0, rows = 0;
};

using Item =
    std::variant<Areas, Borders, Courses, Dots, Raster, Fill, Stroke, Glow, Fade, HatchedRect, Text, Image>;

// What a place on the canvas stands for; the painters do not read it, picking and tests do.
struct ObjectRef {
  std::string layer;  // id of the project's layer
  long row = -1;
  bool operator==(const ObjectRef&) const = default;
};
struct Hit {
  Rect box;
  ObjectRef object;
};

struct Placed {
  Item item;
  std::optional<Rect> clip;  // beyond the camera's frame
  // What part of the picture it belongs to, and which piece of it: the same in the next scene's picture, so
  // that one can pass into the other. 0: of none.
  uint64_t key = 0;
  uint32_t ordinal = 0;
};

struct Drawing {
  float width = 0, height = 0;  // canvas units
  Rgba background;
  Vision vision = Vision::normal;  // whose eyes see the pixels; vectors know nothing of it
  std::vector<Camera> cameras;     // 0 is the main map
  std::vector<Placed> items;
  std::vector<Hit> hits;  // topmost last
  std::set<char32_t> missingGlyphs;
  TypesetterPtr fonts;  // of every Text
  uint64_t key = 0;     // of what is added from now on
  uint32_t ordinal = 0;

  void add(Item item, std::optional<Rect> clip = {}) {
    items.push_back({std::move(item), clip, key, key ? ordinal++ : 0});
  }
  // What follows is that part of the picture, until the next one begins; {}: none.
  void part(std::string_view name, size_t row = 0) {
    key = name.empty() ? 0 : std::hash<std::string_view>{}(name)*1000003u + row + 1;
    ordinal = 0;
  }
};

}  // namespace scene
