// A column's chart: the areas' figures over the years, on one axis.
#pragma once

#include "app/scene/board.h"
#include "app/scene/scene.h"

namespace scene {

// Whether the scene asks for it and has two years at least.
bool hasCourse(const Scene& scene);
float courseHeight(const Scene& scene, float unit, float loose);
// From the column's top down; returns where it ended. Years stand where they lie in time; a year without a
// figure leaves a gap. Every line ends at its name and latest figure.
float drawCourse(const Board& board, const Scene& scene, Rect column, float loose);

}  // namespace scene
