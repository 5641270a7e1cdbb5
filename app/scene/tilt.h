// The map seen from the side: the ground turned and foreshortened in parallel projection, amounts standing up
// from it as blocks or columns. Made of canvas items, so that both painters draw it as it is.
#pragma once

#include <functional>

#include "app/scene/area_label.h"
#include "app/scene/board.h"
#include "app/scene/draw_scene.h"
#include "app/scene/relief.h"

namespace scene {

// Parallel projection about a camera's centre. Heights are canvas units upright.
class Tilt {
 public:
  Tilt(const TiltView& view, const Camera& camera);
  geo::Point turned(geo::Point world) const;  // x across the picture, y away from the eye; metres
  Vec seen(geo::Point turned, double height = 0) const;
  geo::Point turnedFromSeen(Vec seen, double height = 0) const;
  geo::Point worldFromTurned(geo::Point turned) const;
  geo::Point worldFromSeen(Vec seen, double height = 0) const;
  double squeeze() const { return squeeze_; }  // of the ground, along y
  double rise() const { return rise_; }        // of heights

 private:
  Camera camera_;
  double cos_ = 1, sin_ = 0, squeeze_ = 1, rise_ = 0;
  geo::Point centre_;  // turned
};

// Canvas units upright, per row: linear in the amount from 0; missing and negative amounts have none.
std::vector<double> standingHeights(const TiltView& view, double mapHeight);
// Degrees from up, clockwise on the canvas, at which north lies.
double northOnCanvas(const TiltView& view);
// What a scale bar across the picture is good for; empty: for all of it.
std::string scaleHolds(const Scene& scene);

// A row of the layer that has the heights, at a point of the canvas.
class Visible {  // coarse: cells of a few pixels
 public:
  Visible(Rect frame, float cell);
  void fill(std::span<const std::vector<Vec>> rings, uint32_t id);
  uint32_t at(Vec v) const;  // 0: none
  // Cells in the box, as few boxes, that have an id the caller asks for.
  std::vector<Rect> boxes(Rect within, const std::function<bool(uint32_t)>& wanted) const;
  template <class F>
  void eachRun(F&& visit) const {  // of cells with one id, per line
    for (int y = 0; y < rows_; ++y)
      for (int x = 0; x < columns_;) {
        const uint32_t id = ids_[static_cast<size_t>(y * columns_ + x)];
        int end = x + 1;
        while (end < columns_ && ids_[static_cast<size_t>(y * columns_ + end)] == id) ++end;
        if (id) visit(Rect{frame_.x + x * cell_, frame_.y + y * cell_, (end - x) * cell_, cell_}, id);
        x = end;
      }
  }

 private:
  Rect frame_;
  float cell_;
  int columns_, rows_;
  std::vector<uint32_t> ids_;
};

class TiltedMap {
 public:
  TiltedMap(const Scene& scene, const Camera& camera, const Theme& theme, const Metrics& metrics,
            const MapOptions& options);

  // The scene with everything where it is seen through the flat camera: points and names on their blocks,
  // areas as their tops.
  const Scene& seen() const { return seen_; }
  const Tilt& tilt() const { return tilt_; }
  // Colours per row of a layer, as the flat map has them.
  using FillsOf = std::function<ColoursPtr(const SceneLayer&)>;
  void ground(Drawing& drawing, const FillsOf& fillsOf, const ContourShapes& contours);
  void drawColumns(Drawing& drawing) const;
  void outlines(Drawing& drawing) const;  // of what is selected, under the pointer, or in focus

  Path topOf(const ObjectRef& object) const;  // on the canvas; empty: not of the layer that stands up

  // Whether something nearer stands before the mark's place. Known once the ground is drawn.
  bool hides(const Mark& mark) const;
  // What stands before the row, or (none) before the ground, in the box: places for no name of it.
  std::vector<Rect> before(std::optional<uint32_t> row, Rect within) const;
  bool covers(Vec at) const { return visible_.at(at) != 0; }
  void hits(Drawing& drawing) const;

  struct Column {
    uint32_t row = 0;
    Vec base, top;  // of its axis
    float radius = 0;
    bool missing = false;
  };
  const std::vector<Column>& columns() const { return columns_; }
  // The row's amount as it is printed; empty: none is known, or nothing is said by height.
  std::string amount(size_t row, bool withUnit) const;
  bool hasColumns() const { return columnsOn_; }
  bool colourSaysIt() const;  // the map's colours show the same amounts
  // The line's pieces that are in sight, on the canvas.
  std::vector<std::vector<Vec>> courses(const MapShapePtr& shape, uint32_t line);

  // The measure of heights; `taken`: furniture. Nothing stands up, or there is no room: an empty box.
  Rect legendBox(const Board& board, std::span<const Rect> taken) const;
  void drawLegend(const Board& board, Rect box) const;

 private:
  struct Lines {  // pieces of lines, each on one row or on the ground
    struct Piece {
      uint32_t row = geo::noRow, of = 0, first = 0, count = 0;  // of: row of the line layer
    };
    std::vector<geo::Point> points;  // turned
    std::vector<Piece> pieces;
  };
  using LinesPtr = std::shared_ptr<const Lines>;
  struct Draped {
    LinesPtr lines;
    Pen pen;
  };

  double tolerance() const;
  ReliefPtr reliefOf(const MapShape& shape, const std::vector<double>& heights, uint64_t key);
  LinesPtr linesOf(const MapShapePtr& shape);
  double liftOf(uint32_t row) const;
  std::vector<std::vector<Vec>> ringsOf(const Relief& relief, uint32_t row, double height) const;
  Path pathOf(const Relief& relief, std::span<const uint32_t> borders, double height) const;
  void put(Drawing& d, Item item) const { d.add(std::move(item), camera_.frame); }
  void sinkEdges(Drawing& d) const;
  void flatAreas(Drawing& d, const SceneLayer& layer, const ColoursPtr& fills);
  void flatBorders(Drawing& d, const SceneLayer& layer);
  void drape(Drawing& d, const Draped& lines, uint32_t row) const;
  void blocks(Drawing& d, const SceneLayer& layer, const ColoursPtr& fills, const std::vector<Draped>& lines);
  void borders(Drawing& d, const SceneLayer& layer, const Relief& relief, const std::vector<uint32_t>& inner,
               const std::vector<uint32_t>& outer, double height) const;
  void glow(Drawing& d, const Relief& relief) const;
  void hatch(Drawing& d, const std::vector<std::vector<Vec>>& rings, Rgba line) const;
  void heatOver(Drawing& d, const std::vector<std::vector<Vec>>* within, double height) const;
  void bins(Drawing& d, std::optional<uint32_t> row) const;
  void makeSeen();
  void makeColumns();
  struct Legend {
    std::vector<std::string> lines, notes;
    std::vector<double> ticks;
    float type = 0, bar = 0, width = 0, height = 0;
  };
  Legend legend(const Board& board) const;

  const Scene& s_;
  const Camera camera_;
  const Theme& t_;
  const Metrics& m_;
  const MapOptions& o_;
  Tilt tilt_;
  Scene seen_;
  const SceneLayer* base_ = nullptr;  // the layer that has the heights, or the city's
  ReliefPtr relief_;                  // of base_, when its areas are polygons
  bool raised_ = false;               // its blocks stand up
  bool columnsOn_ = false;
  std::vector<double> heights_;                // canvas units upright
  double highest_ = 0, largest_ = 0;           // height and amount
  std::vector<std::vector<uint32_t>> rowsOf_;  // per layer of the scene: the row each point stands on
  std::vector<Column> columns_;
  Visible visible_;
};

}  // namespace scene
