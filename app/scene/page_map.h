// The map of a page: where it looks, its frame with graticule or grid, and what stands on it.
#pragma once

#include <memory>
#include <span>

#include "app/scene/page_parts.h"
#include "geo/crs.h"

namespace scene {

// Where there is something that furniture should not hide, as a raster over the subject of the map.
class Ground {
 public:
  explicit Ground(const Scene& scene);
  const geo::Box& box() const { return box_; }
  double within(const geo::Box& box) const;  // share of the subject that lies in the box

 private:
  static constexpr int n = 128;
  geo::Box box_;
  std::vector<int> sums_;  // of cells above and left
};

struct PageView {
  Rect rect;      // with the figures around the frame
  Rect outer;     // the frame's outer line
  Camera camera;  // its frame is the inner line
  double denominator = 0, stretch = 1;
  std::optional<Rect> legend, inset, overview, scaleBar, north;
  std::optional<geo::Point> cluster;  // many symbols at one place: the inset's subject
  size_t clusterSize = 0;
  std::vector<Rect> busy;  // symbols with their names, where the camera first looked
  double worth = 0;        // of what stands where
  bool legendClear = false;
};

class PageMap {
 public:
  PageMap(const Scene& scene, const PageParts& parts, const PageSetup& setup, TypesetterPtr fonts,
          std::optional<geo::Box> extent);

  // legend: a legend of that size floats on the map where it hides nothing.
  PageView view(Rect rect, std::span<const Rect> taken, std::optional<Vec> legend = {}) const;
  // How large the map's subject gets in that rectangle: canvas units for its shorter fit.
  double fit(Rect rect) const;
  // Share of that rectangle beyond all data: nothing but paper.
  double blank(Rect rect) const;
  float band() const { return band_; }  // of the figures around the frame
  void draw(Drawing& drawing, const Theme& theme, const PageView& view, std::span<const Rect> taken) const;
  Vec least(PagePart part) const;

 private:
  struct Tick {
    float at;
    double value;
    bool labelled;
  };
  struct Edges {
    std::vector<Tick> bottom, top, left, right;
    std::vector<std::vector<Vec>> lines;
    double step = 0;
  };
  Rect inner(Rect rect) const;
  void place(PageView& v, const Camera& first, std::span<const Rect> taken, std::optional<Vec> legend) const;
  std::optional<Rect> fixed(PagePart part) const;
  bool hidden(PagePart part) const;
  Edges degrees(const Camera& camera) const;
  Edges metres(const Camera& camera) const;
  void drawGrid(const Board& b, const PageView& v) const;
  void drawInset(Drawing& d, const Board& b, const PageView& v) const;
  void drawOverview(Drawing& d, const Board& b, const PageView& v) const;
  void drawScale(const Board& b, const PageView& v) const;
  double ground(const Camera& camera) const;
  geo::Box overviewBox() const;

  const Scene& s_;
  const PageParts& parts_;
  const PageLook& l_;
  const PageSetup& setup_;
  PageGrid grid_ = PageGrid::none;  // as it is drawn
  TypesetterPtr fonts_;
  std::optional<geo::Box> extent_;
  geo::Box subject_, data_;
  Ground seen_;
  std::optional<geo::Transform> lonLat_;  // from world metres
  bool empty_ = false;                    // no layer to show
  float band_ = 0, line_ = 0;
};

}  // namespace scene
