#include "app/scene/relief.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <set>

#include "geo/measure.h"

namespace scene {
namespace {

using geo::Point;

double yAt(std::span<const Point> line, double x) {
  const auto right = std::lower_bound(line.begin(), line.end(), x, [](Point p, double v) { return p.x < v; });
  if (right == line.begin()) return line.front().y;
  if (right == line.end()) return line.back().y;
  const Point a = *(right - 1), b = *right;
  return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : std::max(a.y, b.y);
}

// Of two lines side by side for a while: whether the first is farther.
struct Farther {
  std::span<const std::vector<Point>> lines;
  bool operator()(uint32_t a, uint32_t b) const {
    if (a == b) return false;
    const auto &p = lines[a], &q = lines[b];
    const double from = std::max(p.front().x, q.front().x), to = std::min(p.back().x, q.back().x);
    if (from < to) {
      const double x = (from + to) / 2, ya = yAt(p, x), yb = yAt(q, x);
      if (ya != yb) return ya > yb;
    }
    return a < b;
  }
};

}  // namespace

uint32_t Relief::rowAt(Point turned) const {
  for (size_t r = 0; r < boxes.size(); ++r)
    if (boxes[r].contains(turned) && geo::contains(tops, r, turned)) return static_cast<uint32_t>(r);
  return geo::noRow;
}

ReliefPtr makeRelief(const geo::Boundaries& boundaries, double tolerance,
                     const std::function<Point(Point)>& turn, std::vector<double> heights) {
  auto relief = std::make_shared<Relief>();
  Relief& r = *relief;
  geo::Boundaries::Lines lines = boundaries.simplified(tolerance);
  r.tops = boundaries.polygons(lines);
  for (Point& p : r.tops.vertices) p = turn(p);
  for (Point& p : lines.points) p = turn(p);
  r.points = std::move(lines.points), r.start = std::move(lines.start);
  r.borders.assign(boundaries.arcs().begin(), boundaries.arcs().end());
  r.bordersOf.resize(r.tops.rows());
  for (uint32_t a = 0; a < r.borders.size(); ++a) {
    const geo::Arc& arc = r.borders[a];
    if (arc.left < r.bordersOf.size()) r.bordersOf[arc.left].push_back(a);
    if (arc.right < r.bordersOf.size() && arc.right != arc.left) r.bordersOf[arc.right].push_back(a);
  }
  for (size_t row = 0; row < r.tops.rows(); ++row)
    r.boxes.push_back(r.tops.has(row) ? r.tops.box(row) : geo::Box{});
  heights.resize(r.tops.rows(), 0);
  r.heights = std::move(heights);

  // A ring runs with its area on the left, so where it runs to the right its area lies behind it.
  std::vector<std::vector<Point>> chains;
  std::vector<WallChain> walls;
  for (size_t a = 0; a < r.borders.size(); ++a) {
    const auto line = r.border(a);
    const auto sign = [&](size_t i) {
      return line[i + 1].x > line[i].x ? 1 : line[i + 1].x < line[i].x ? -1 : 0;
    };
    for (size_t i = 0; i + 1 < line.size();) {
      const int way = sign(i);
      size_t end = i + 1;
      while (end + 1 < line.size() && sign(end) == way) ++end;
      const uint32_t behind = way > 0 ? r.borders[a].left : r.borders[a].right,
                     front = way > 0 ? r.borders[a].right : r.borders[a].left;
      if (way != 0 && behind != geo::noRow && r.heightOf(behind) > r.heightOf(front)) {
        std::vector<Point> chain(line.begin() + static_cast<long>(i),
                                 line.begin() + static_cast<long>(end) + 1);
        if (way < 0) std::reverse(chain.begin(), chain.end());
        chains.push_back(std::move(chain));
        walls.push_back({0, 0, behind, front});
      }
      i = end;
    }
  }
  for (const uint32_t i : farToNear(chains)) {
    WallChain w = walls[i];
    w.first = static_cast<uint32_t>(r.wallPoints.size()), w.count = static_cast<uint32_t>(chains[i].size());
    r.wallPoints.insert(r.wallPoints.end(), chains[i].begin(), chains[i].end());
    r.walls.push_back(w);
  }
  return relief;
}

std::vector<uint32_t> farToNear(std::span<const std::vector<Point>> lines) {
  const auto n = static_cast<uint32_t>(lines.size());
  // A sweep to the right knows who stands next to whom; all else follows from that.
  struct Event {
    double x;
    bool begins;
    uint32_t line;
  };
  std::vector<Event> events;
  for (uint32_t i = 0; i < n; ++i)
    if (!lines[i].empty() && lines[i].front().x < lines[i].back().x)
      events.push_back({lines[i].front().x, true, i}), events.push_back({lines[i].back().x, false, i});
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.x != b.x ? a.x < b.x : a.begins != b.begins ? b.begins : a.line < b.line;
  });
  using Side = std::set<uint32_t, Farther>;
  Side side{Farther{lines}};
  std::vector<Side::iterator> at(n, side.end());
  std::vector<std::vector<uint32_t>> nearer(n);
  std::vector<uint32_t> waits(n, 0);
  const auto before = [&](uint32_t far, uint32_t near) { nearer[far].push_back(near), ++waits[near]; };
  for (const Event& e : events) {
    if (e.begins) {
      const auto [it, fresh] = side.insert(e.line);
      if (!fresh) continue;
      at[e.line] = it;
      if (it != side.begin()) before(*std::prev(it), e.line);
      if (const auto next = std::next(it); next != side.end()) before(e.line, *next);
    } else if (const auto it = at[e.line]; it != side.end()) {
      const auto next = std::next(it);
      if (it != side.begin() && next != side.end()) before(*std::prev(it), *next);
      side.erase(it), at[e.line] = side.end();
    }
  }
  const auto y = [&](uint32_t i) {
    return lines[i].empty() ? 0 : std::max(lines[i].front().y, lines[i].back().y);
  };
  const auto later = [&](uint32_t a, uint32_t b) { return y(a) != y(b) ? y(a) < y(b) : a > b; };
  std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(later)> ready(later);
  for (uint32_t i = 0; i < n; ++i)
    if (waits[i] == 0) ready.push(i);
  std::vector<uint32_t> order;
  std::vector<bool> done(n, false);
  while (order.size() < n) {
    if (ready.empty()) {  // only lines that cross can wait for each other: the farthest goes
      uint32_t best = n;
      for (uint32_t i = 0; i < n; ++i)
        if (!done[i] && (best == n || y(i) > y(best))) best = i;
      waits[best] = 0, ready.push(best);
    }
    const uint32_t i = ready.top();
    ready.pop();
    if (done[i]) continue;
    done[i] = true, order.push_back(i);
    for (const uint32_t k : nearer[i])
      if (!done[k] && waits[k] > 0 && --waits[k] == 0) ready.push(k);
  }
  return order;
}

void paintInOrder(const Relief& r, const ReliefPainter& painter, int most) {
  double highest = 0;
  for (const double h : r.heights) highest = std::max(highest, h);
  std::vector<double> distinct(r.heights);
  distinct.push_back(0);
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() > static_cast<size_t>(most)) {
    const auto step = [&](double h) { return std::round(h / highest * most) / most * highest; };
    for (double& h : distinct) h = step(h);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  }
  const auto levelOf = [&](double h) {  // the nearest
    const auto up = std::lower_bound(distinct.begin(), distinct.end(), h);
    if (up == distinct.begin()) return size_t{0};
    const auto k = static_cast<size_t>(up - distinct.begin());
    return up == distinct.end() || h - distinct[k - 1] <= *up - h ? k - 1 : k;
  };
  std::vector<std::vector<uint32_t>> rowsAt(distinct.size());
  std::vector<size_t> level(r.heights.size());
  for (uint32_t row = 0; row < r.heights.size(); ++row) {
    level[row] = levelOf(r.heights[row]);
    if (r.tops.has(row)) rowsAt[level[row]].push_back(row);
  }
  for (size_t k = 0; k < distinct.size(); ++k) {
    for (uint32_t i = 0; k > 0 && i < r.walls.size(); ++i) {
      const WallChain& w = r.walls[i];
      const size_t low = w.front == geo::noRow ? 0 : level[w.front];
      if (low >= k || level[w.row] < k) continue;
      if (low == k - 1) painter.wall(i, r.heightOf(w.front));
      else if (!painter.covered || painter.covered(i)) painter.wall(i, distinct[k - 1]);
    }
    if (!rowsAt[k].empty()) painter.tops(rowsAt[k]);
  }
}

}  // namespace scene
