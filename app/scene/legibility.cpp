#include "app/scene/legibility.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace scene {
namespace {

constexpr double minute = std::numbers::pi / 180 / 60;

bool known(const Viewing& v, float width) { return v.audienceMetres > 0 && v.screenCm > 0 && width > 0; }
double tangent() { return 2 * std::tan(leastEmMinutes() * minute / 2); }

}  // namespace

float leastEmMinutes() {
  return std::max(leastCapitalMinutes / capitalOfEm, leastIdeographMinutes / ideographOfEm);
}

float leastType(const Viewing& v, float width) {
  if (!known(v, width)) return 0;
  return static_cast<float>(tangent() * v.audienceMetres * 100 * width / v.screenCm);
}

float arcMinutes(const Viewing& v, float width, float height) {
  if (!known(v, width)) return 0;
  const double cm = height * v.screenCm / width;
  return static_cast<float>(2 * std::atan(cm / 2 / (v.audienceMetres * 100)) / minute);
}

double farthestMetres(const Viewing& v, float width, float size) {
  return width > 0 ? size * v.screenCm / width / tangent() / 100 : 0;
}

double leastScreenCm(const Viewing& v, float width, float size) {
  return size > 0 ? tangent() * v.audienceMetres * 100 * width / size : 0;
}

}  // namespace scene
