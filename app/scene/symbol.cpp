#include "app/scene/symbol.h"

#include <algorithm>
#include <cmath>

namespace scene {
namespace {

// A line of a mark, knocked out of the body.
struct Line {
  Path path;
  float width = 2.4f;
};

// One symbol on the grid, which runs from −12 to 12 both ways.
struct Shape {
  Path body;   // closed outline
  Vec middle;  // of the body, and the distance from there to its sides: an outline is drawn inside the body
  float reach = 9;
  Path marks;  // filled marks and line marks inside the body
  std::vector<Line> lines;
};

constexpr float kDisc = 4.6f;

Path square(Vec centre, float side) {
  return Path::rect({centre.x - side / 2, centre.y - side / 2, side, side});
}

Shape diamond() {
  return {Path::polygon({{0, -10.5f}, {10.5f, 0}, {0, 10.5f}, {-10.5f, 0}}), {}, 7.4f, {}, {}};
}

Shape hexagon() {
  const float r = 10.5f, x = r * 0.8660254f;
  return {
      Path::polygon({{0, -r}, {x, -r / 2}, {x, r / 2}, {0, r}, {-x, r / 2}, {-x, -r / 2}}), {}, x, {}, {}};
}

Shape leaf() {
  const float h = 8.9f, r = 9.5f, c = r * 0.4477153f;  // handles' distance from the rounded corner
  Shape s;
  s.body.move({-h + r, -h}).line({h, -h}).line({h, h - r}).cubic({h, h - c}, {h - c, h}, {h - r, h});
  s.body.line({-h, h}).line({-h, -h + r}).cubic({-h, -h + c}, {-h + c, -h}, {-h + r, -h}).close();
  s.reach = h;
  s.lines.push_back({Path().move({-h, h}).line({3.6f, -3.6f}), 2.3f});
  return s;
}

Shape works() {  // two saw-tooth roofs and a chimney
  return {Path::polygon({{-9, 8.5f},
                         {-9, -3},
                         {-3.2f, 1.6f},
                         {-3.2f, -3},
                         {2.6f, 1.6f},
                         {2.6f, -8.5f},
                         {9, -8.5f},
                         {9, 8.5f}}),
          {0.6f, 3.4f},
          6.5f,
          {},
          {}};
}

Shape house() {
  return {Path::polygon({{0, -9}, {8.6f, -1.8f}, {8.6f, 8.4f}, {-8.6f, 8.4f}, {-8.6f, -1.8f}}),
          {0, 0.8f},
          7.6f,
          {},
          {}};
}

Shape railStation() {
  Shape s;
  s.body = Path::roundedRect({-9, -9, 18, 18}, 4);
  s.lines.push_back({Path().move({-5, -4.8f}).line({5, -4.8f}), 2.5f});
  s.lines.push_back({Path().move({0, -4.8f}).line({0, 4.8f}), 2.5f});
  s.lines.push_back({Path().move({-5, 4.8f}).line({5, 4.8f}), 2.5f});
  return s;
}

Shape shapeOf(Symbol symbol) {
  Shape s;
  switch (symbol) {
    case Symbol::nodeGuangqing:
      s = diamond();
      s.marks = Path::circle({0, 0}, 3.2f);
      return s;
    case Symbol::nodeTown:
      s = diamond();
      s.marks = Path::rect({-5.2f, -1.5f, 10.4f, 3});
      return s;
    case Symbol::nodePark:
      s = diamond();
      for (float x : {-2.5f, 2.5f})
        for (float y : {-2.5f, 2.5f}) s.marks.append(square({x, y}, 3.5f));
      return s;
    case Symbol::agriPark:
      return leaf();
    case Symbol::platformEducation:  // an opened book
      s = hexagon();
      for (float side : {-1.0f, 1.0f})
        s.marks.move({side * 0.85f, -2.7f})
            .cubic({side * 2.2f, -4}, {side * 4.2f, -4.4f}, {side * 6.4f, -4.2f})
            .line({side * 6.4f, 3.2f})
            .cubic({side * 4.2f, 3}, {side * 2.2f, 3.4f}, {side * 0.85f, 4.8f})
            .close();
      return s;
    case Symbol::platformDigital:
      s = hexagon();
      for (float y : {-4.2f, 0.0f, 4.2f}) s.marks.append(Path::rect({-4.9f, y - 1.2f, 9.8f, 2.4f}));
      return s;
    case Symbol::platformIncubator:
      s = hexagon();
      s.lines.push_back({Path().move({0, 5.4f}).line({0, -4}), 2.4f});
      s.lines.push_back({Path().move({-4.5f, -0.6f}).line({0, -5.1f}).line({4.5f, -0.6f}), 2.4f});
      return s;
    case Symbol::platformResearch:
      s = hexagon();
      s.lines.push_back({Path::circle({0, 0}, 4), 2.4f});
      return s;
    case Symbol::enterprise:
      return works();
    case Symbol::station:
      return house();
    case Symbol::rail:
      return railStation();
    case Symbol::coreNational:
    case Symbol::coreProvincial:
    case Symbol::town:
      break;  // rings, drawn by themselves
  }
  s.body = Path::circle({0, 0}, 6);
  s.reach = 6;
  return s;
}

// A loop from half a dash before its first corner, with a whole number of periods: dashes sit on the corners
// of a regular shape, and no stub shows where the loop meets itself.
Stroke dashedLoop(const Path& outline, Rgba colour, float width, float period) {
  std::vector<Vec> loop = flattened(outline, period / 200).front();
  float length = 0;
  for (size_t i = 0; i < loop.size(); ++i) {
    const Vec step = loop[(i + 1) % loop.size()] - loop[i];
    length += std::hypot(step.x, step.y);
  }
  const float n = std::max(4.0f, std::round(length / period));
  const float on = 0.6f * length / n, off = 0.4f * length / n;
  float back = on / 2;
  std::vector<Vec> before;  // of the first corner, backwards
  for (size_t i = loop.size(); i-- > 0;) {
    const Vec from = before.empty() ? loop[0] : before.back(), step = loop[i] - from;
    const float d = std::hypot(step.x, step.y);
    before.push_back(d > back ? from + step * (back / d) : loop[i]);
    if (d >= back) {
      loop.resize(i + 1);  // what was walked back is not walked again
      break;
    }
    back -= d;
  }
  std::vector<Vec> points(before.rbegin(), before.rend());
  points.insert(points.end(), loop.begin(), loop.end());
  points.push_back(points.front());
  return {Path::polyline(points), Pen{colour, width, {on, off}, false}, -1};
}

// What every symbol is drawn with.
struct Pencil {
  Drawing& drawing;
  Vec centre;
  float k;       // canvas units in a unit of the grid
  float casing;  // canvas units
  Rgba colour, halo;
  std::optional<Rect> clip;

  void fill(Path path, Rgba c) const { drawing.add(Fill{std::move(path), c}, clip); }
  void stroke(Path path, Rgba c, float width, bool round = false) const {
    drawing.add(Stroke{std::move(path), Pen{c, width, {}, round}, -1}, clip);
  }
  void ring(float radius, float width, bool dashed = false) const {  // grid units
    const Path circle = Path::circle(centre, radius * k);
    if (dashed) drawing.add(dashedLoop(circle, colour, width * k, 5.6f * k), clip);
    else stroke(circle, colour, width * k);
  }
};

void addCore(const Pencil& p, Symbol symbol, Certainty certainty, bool small) {
  const bool national = symbol == Symbol::coreNational;
  // Below 20 px the rings stand further apart, so that two of them do not run into one.
  const float disc = national && small ? 3.6f : kDisc;
  p.fill(Path::circle(p.centre, std::max(13 * p.k, 11.75f * p.k + p.casing)), p.halo);
  const bool dashed = certainty == Certainty::countyOnly;
  if (national) p.ring(small ? 7.2f : 7.6f, small ? 1.7f : 1.5f), p.ring(11, small ? 1.6f : 1.5f, dashed);
  else p.ring(8.6f, 2, dashed);
  if (certainty == Certainty::hollow) p.ring(disc - 0.8f, 1.6f);
  else p.fill(Path::circle(p.centre, disc * p.k), p.colour);
}

void addTown(const Pencil& p, bool small) {
  const float px = p.casing / 1.5f;
  const float radius = small ? 3 * px : 6 * p.k, width = small ? 1.3f * px : 2.2f * p.k;
  p.fill(Path::circle(p.centre, radius + width / 2 + p.casing), p.halo);
  p.stroke(Path::circle(p.centre, radius), p.colour, width);
}

// The small form of a station: a triangle of the whole size.
void addTriangle(const Pencil& p, Certainty certainty) {
  const float s = 24 * p.k, px = p.casing / 1.5f;
  const Path triangle = Path::polygon({{p.centre.x, p.centre.y - 0.48f * s},
                                       {p.centre.x + 0.5f * s, p.centre.y + 0.40f * s},
                                       {p.centre.x - 0.5f * s, p.centre.y + 0.40f * s}});
  const float width = 1.2f * px;
  p.stroke(triangle, p.halo, width + 1.6f * px);
  p.fill(triangle, certainty == Certainty::known ? p.colour : p.halo);
  p.stroke(triangle, p.colour, width);
}

void addShape(const Pencil& p, const Shape& shape, Certainty certainty, bool detailed) {
  const Path body = shape.body.scaled(p.k, p.centre);
  const bool solid = certainty == Certainty::known;
  p.stroke(body, p.halo, 2 * p.casing);
  p.fill(body, solid ? p.colour : certainty == Certainty::hollow ? mix(p.halo, p.colour, 0.12) : p.halo);
  if (!solid) {
    const float width = std::max(1.7f * p.k, 0.85f * p.casing);
    const float inside = 1 - width / 2 / (shape.reach * p.k);
    const Path outline = shape.body.scaled(p.k * inside, p.centre + shape.middle * (p.k * (1 - inside)));
    if (certainty == Certainty::hollow) p.stroke(outline, p.colour, width);
    else p.drawing.add(dashedLoop(outline, p.colour, width, std::max(5.1f * p.k, 2.6f * p.casing)), p.clip);
  }
  if (!detailed) return;
  const Rgba ink = solid ? p.halo : p.colour;
  const float k = solid ? p.k : 0.87f * p.k;  // inside an outline there is less room
  if (!shape.marks.empty()) p.fill(shape.marks.scaled(k, p.centre), ink);
  for (const Line& line : shape.lines) p.stroke(line.path.scaled(k, p.centre), ink, line.width * k, true);
}

}  // namespace

Symbol symbolFor(Role role, std::string_view level) {
  switch (role) {
    case Role::core:
      return level == "provincial" ? Symbol::coreProvincial : Symbol::coreNational;
    case Role::node:
      return level == "town" ? Symbol::nodeTown : level == "park" ? Symbol::nodePark : Symbol::nodeGuangqing;
    case Role::agriPark:
      return Symbol::agriPark;
    case Role::station:
      return Symbol::station;
    case Role::platform:
      return level == "education"   ? Symbol::platformEducation
             : level == "digital"   ? Symbol::platformDigital
             : level == "incubator" ? Symbol::platformIncubator
                                    : Symbol::platformResearch;
    case Role::enterprise:
      return Symbol::enterprise;
    case Role::rail:
      return Symbol::rail;
    case Role::county:
    case Role::town:
    case Role::river:
    case Role::neighbour:
    case Role::context:
      return Symbol::town;
  }
  return Symbol::town;
}

Rgba symbolColour(Symbol symbol, const Theme& theme) {
  switch (symbol) {
    case Symbol::coreNational:
    case Symbol::coreProvincial:
      return theme.core;
    case Symbol::nodeGuangqing:
    case Symbol::nodeTown:
    case Symbol::nodePark:
      return theme.node;
    case Symbol::agriPark:
      return theme.agriPark;
    case Symbol::platformEducation:
    case Symbol::platformDigital:
    case Symbol::platformIncubator:
    case Symbol::platformResearch:
      return theme.platform;
    case Symbol::enterprise:
      return theme.enterprise;
    case Symbol::station:
      return theme.station;
    case Symbol::town:
      return theme.town;
    case Symbol::rail:
      return theme.rail;
  }
  return theme.town;
}

void addSymbol(Drawing& drawing, Symbol symbol, Certainty certainty, Vec centre, float size,
               const Theme& theme, float casing, std::optional<Rect> clip) {
  const Pencil p{drawing, centre, size / 24, casing, symbolColour(symbol, theme), theme.halo, clip};
  const bool detailed = size >= 12.5f * casing;  // 20 px, a little less where the casing is heavy
  const bool small = size < 10 * casing;
  switch (symbol) {
    case Symbol::coreNational:
    case Symbol::coreProvincial:
      return addCore(p, symbol, certainty, !detailed);
    case Symbol::town:
      return addTown(p, small);
    case Symbol::station:
      if (small) return addTriangle(p, certainty);
      break;
    default:
      break;
  }
  // Without its sign a rail station is a mere square, so it keeps it at every size.
  addShape(p, shapeOf(symbol), certainty, detailed || symbol == Symbol::rail);
}

}  // namespace scene
