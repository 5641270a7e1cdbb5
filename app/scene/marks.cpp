#include "app/scene/marks.h"

#include <algorithm>
#include <cmath>

namespace scene {
namespace {

constexpr float pi = 3.14159265f;

bool bundles(
    Role role) {  // stations and towns stand on purpose at one place; rail stations are where they are
  return role == Role::core || role == Role::node || role == Role::agriPark || role == Role::platform ||
         role == Role::enterprise;
}

float distance(Vec a, Vec b) { return std::hypot(a.x - b.x, a.y - b.y); }

struct Fan {
  float angle;  // of its middle; 0 is east, clockwise
  bool west;
};

// How crowded the part of the canvas is that a fan and its labels would take: lower is better.
double crowding(const std::vector<Vec>& others, const std::vector<Vec>& fan, bool west, const Rect& frame,
                const Metrics& m) {
  double cost = west ? 1 : 0;  // names read away from their symbols
  const float labelLength = m.placeName * 7;
  for (Vec f : fan) {
    const Rect label{west ? f.x - labelLength : f.x - m.agri / 2, f.y - m.spreadPitch / 2, labelLength,
                     m.spreadPitch};
    if (label.x < frame.x || label.right() > frame.right() || label.y < frame.y ||
        label.bottom() > frame.bottom() - 0.4f * m.node)
      cost += 50;
    for (Vec o : others)
      if (label.grown(m.node * 0.6f).contains(o)) cost += 4;
  }
  for (Vec o : others) cost += 0.2 * std::exp(-distance(o, fan[fan.size() / 2]) / m.spreadRadius);
  return cost;
}

std::vector<Vec> fanPlaces(Vec centre, size_t count, Fan fan, float radius, float pitch) {
  // Equal steps in y keep the labels on even lines; x follows the circle.
  std::vector<Vec> places;
  const float middle = std::sin(fan.angle) * radius;
  for (size_t i = 0; i < count; ++i) {
    const float dy = middle + (static_cast<float>(i) - (count - 1) / 2.0f) * pitch;
    const float dx = std::sqrt(std::max(radius * radius - dy * dy, radius * radius * 0.1f));
    places.push_back({centre.x + (fan.west ? -dx : dx), centre.y + dy});
  }
  return places;
}

}  // namespace

bool isInFocus(const Scene& s, const SceneLayer& layer, size_t row) {
  if (!s.focus || s.focus->layer != s.cityLayer || row >= layer.countyRow.size()) return true;
  return layer.countyRow[row] < 0 || layer.countyRow[row] == s.focus->row;
}

float markSize(Role role, const Metrics& m) {
  switch (role) {
    case Role::core:
      return m.core;
    case Role::node:
      return m.node;
    case Role::agriPark:
    case Role::platform:
      return m.agri;
    case Role::enterprise:
      return m.enterprise;
    case Role::rail:
      return m.rail;
    case Role::station:
      return m.station;
    case Role::town:
      return m.town;
    default:
      return m.agri;
  }
}

std::vector<Mark> marksInPlace(const Scene& scene, const Camera& camera, const Metrics& m) {
  std::vector<Mark> marks;
  const Rect seen = camera.frame.grown(m.core);
  for (size_t l = 0; l < scene.layers.size(); ++l) {
    const SceneLayer& layer = scene.layers[l];
    if (!layer.visible || !layer.shape || layer.symbols.empty()) continue;
    const geo::Shapes& shapes = layer.shape->layer->shapes;
    for (size_t r = 0; r < shapes.rows(); ++r) {
      if (!shapes.has(r) || !isShown(layer, r) || !isInFocus(scene, layer, r)) continue;
      const Vec v = camera.canvasFromWorld(shapes.part(shapes.rowStart[r])[0]);
      if (!seen.contains(v)) continue;
      float size = markSize(layer.role, m);
      if (layer.symbols[r] == Symbol::coreProvincial) size *= 50 / 56.0f;
      marks.push_back({l, r, layer.symbols[r],
                       layer.certainty.empty() ? Certainty::known : layer.certainty[r], v, v, size, false,
                       false, 1});
    }
  }
  return marks;
}

std::vector<Mark> placeMarks(const Scene& scene, const Camera& camera, const Metrics& m) {
  std::vector<Mark> marks = marksInPlace(scene, camera, m);

  // Groups of one place, in order of their topmost members: cores first.
  std::vector<size_t> order;
  for (size_t i = marks.size(); i-- > 0;)
    if (bundles(scene.layers[marks[i].layer].role)) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return marks[a].size > marks[b].size; });
  std::vector<bool> done(marks.size(), false);
  for (size_t lead : order) {
    if (done[lead]) continue;
    done[lead] = true;
    std::vector<size_t> members;
    for (size_t i : order)
      if (!done[i] && distance(marks[i].place, marks[lead].place) < 0.5f)
        members.push_back(i), done[i] = true;
    if (members.empty()) continue;
    // By role, then in the order of the data.
    std::stable_sort(members.begin(), members.end(), [&](size_t a, size_t b) {
      const auto ka = std::pair(-static_cast<long>(marks[a].layer), marks[a].row);
      const auto kb = std::pair(-static_cast<long>(marks[b].layer), marks[b].row);
      return ka < kb;
    });
    std::vector<Vec> others;
    for (size_t i : order)
      if (i != lead && std::find(members.begin(), members.end(), i) == members.end())
        others.push_back(marks[i].at);

    const bool pair = members.size() == 1;
    const float radius = pair ? m.pairOffset * (marks[lead].symbol == Symbol::coreNational ||
                                                        marks[lead].symbol == Symbol::coreProvincial
                                                    ? 1.15f
                                                    : 0.75f)
                              : m.spreadRadius;
    double best = 1e30;
    std::vector<Vec> places;
    bool west = false;
    for (bool w : {false, true})
      for (float degrees : {10.f, 0.f, -10.f, 22.f, -22.f, 36.f, -36.f, 48.f, -48.f}) {
        if (pair && std::abs(degrees) < 20) continue;  // beside it stands its own label
        const Fan fan{degrees * pi / 180, w};
        auto tried = fanPlaces(marks[lead].place, members.size(), fan, radius, m.spreadPitch);
        const double cost = crowding(others, tried, w, camera.frame, m) + 0.03 * std::abs(degrees);
        if (cost < best - 1e-9) best = cost, places = tried, west = w;
      }
    for (size_t k = 0; k < members.size(); ++k) {
      Mark& mark = marks[members[k]];
      mark.at = places[k], mark.spread = true, mark.toWest = west;
    }
  }
  return marks;
}

}  // namespace scene
