// What statistics put on a map besides coloured areas: heat, circles, links. Parts of drawMap; the legend
// takes its sizes and colours from the same functions.
#pragma once

#include "app/scene/area_label.h"
#include "app/scene/draw_scene.h"
#include "app/scene/metrics.h"

namespace scene {

// The choropleth's colours as the map shows them: under heat the areas step back towards the land.
std::vector<Rgba> mapColours(const Scene& scene, const Theme& theme);

// Radius of the largest amount. One for a medium and a number of rows, so that map and legend agree.
float largestCircle(const Metrics& metrics, size_t rows);
struct Circle {
  ObjectRef object;
  Vec at;
  float radius = 0;
  Rgba colour;
  bool hollow = false;   // a negative amount
  bool missing = false;  // no amount: a small dashed ring stands for it
  bool unknown = false;  // its colour's figure is missing: hatch colours
};
// Of the rows that are shown and near the frame; the largest first, so that the small ones stay in sight.
std::vector<Circle> circlesOn(const Scene& scene, const Camera& camera, const Theme& theme,
                              const Metrics& metrics);
void drawCircle(Drawing& drawing, const Circle& circle, const Theme& theme, float unit,
                std::optional<Rect> clip = {});
// Circles stand on areas of a colour of their own: then they are neutral.
Rgba circleColour(const Scene& scene, const Theme& theme);

// The heat's contours, but not where areas that keep their own heat meet: a leap from one to the other is no
// slope, and its lines would run along the border.
std::vector<geo::Contour> withoutLeaps(const Heat& heat, const geo::Shapes& areas);
ContourShapes contoursOn(const Scene& scene, DrawCache* cache);
void addHeat(Drawing& drawing, const Scene& scene, int camera, const Theme& theme, float unit,
             const ContourShapes& contours, DrawCache* cache);
// Figures along the contours: upright, apart from each other, off the frame's edge and off what is taken
// (they are added to it).
std::vector<Text> contourLabels(const std::vector<geo::Contour>& lines, const std::vector<double>& levels,
                                const Camera& camera, const Theme& theme, const Typesetter& fonts, float type,
                                float unit, Surroundings& around);

void addLinks(Drawing& drawing, const Scene& scene, const Camera& camera, const Theme& theme, float unit);
// Around units without a neighbour.
void addIsland(Drawing& drawing, Vec at, const Theme& theme, float unit, std::optional<Rect> clip = {});

}  // namespace scene
