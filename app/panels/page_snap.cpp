#include "app/panels/page_snap.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace panels {
namespace {

using scene::Rect;

constexpr float same = 0.011f;  // a hundredth of a millimetre is what a page keeps

struct Span {  // a rectangle along one axis
  float low = 0, high = 0;
  float length() const { return high - low; }
  float middle() const { return (low + high) / 2; }
};
Span along(const Rect& r, bool x) { return x ? Span{r.x, r.right()} : Span{r.y, r.bottom()}; }
bool meets(Span a, Span b) { return a.low < b.high - same && b.low < a.high - same; }

struct Best {
  float by = 0, far = 0;
  bool found = false;
  void offer(float offset, float reach) {
    const float d = std::abs(offset);
    if (d > reach || (found && d >= far)) return;
    by = offset, far = d, found = true;
  }
};

class Axis {
 public:
  Axis(const SnapField& field, bool x) : f_(field), x_(x) {}

  // How far the span should still go.
  float offset(const Rect& r, bool low, bool high) const {
    const Span s = along(r, x_);
    const bool whole = !low && !high;
    Best best;
    const auto to = [&](float target) {
      if (whole || low) fits(r, low, high, target - s.low) ? best.offer(target - s.low, f_.reach) : void();
      if (whole || high) fits(r, low, high, target - s.high) ? best.offer(target - s.high, f_.reach) : void();
    };
    for (const Rect& bounds : {f_.paper, f_.margins}) to(along(bounds, x_).low), to(along(bounds, x_).high);
    for (const Rect& o : f_.others) to(along(o, x_).low), to(along(o, x_).high);
    if (whole) {
      best.offer(along(f_.paper, x_).middle() - s.middle(), f_.reach);
      for (const Rect& o : f_.others) best.offer(along(o, x_).middle() - s.middle(), f_.reach);
      eachGap(r, [&](float at) { best.offer(at - s.low, f_.reach); });
    }
    return best.found ? best.by : 0;
  }

  void explain(const Rect& r, bool low, bool high, Snapped& out) const {
    const Span s = along(r, x_), t = along(r, !x_);
    const bool whole = !low && !high;
    const auto check = [&](float target, float edge, Span other) {
      if (std::abs(target - edge) > same) return;
      const float from = std::min(other.low, t.low), to = std::max(other.high, t.high);
      for (SnapLine& l : out.lines)
        if (l.upright == x_ && std::abs(l.at - target) <= same) {
          l.from = std::min(l.from, from), l.to = std::max(l.to, to);
          return;
        }
      out.lines.push_back({x_, target, from, to});
    };
    const auto edges = [&](const Rect& o) {
      for (const float target : {along(o, x_).low, along(o, x_).high}) {
        if (whole || low) check(target, s.low, along(o, !x_));
        if (whole || high) check(target, s.high, along(o, !x_));
      }
    };
    edges(f_.paper), edges(f_.margins);
    if (whole) check(along(f_.paper, x_).middle(), s.middle(), along(f_.paper, !x_));
    for (const Rect& o : f_.others) {
      edges(o);
      if (whole) check(along(o, x_).middle(), s.middle(), along(o, !x_));
    }
    if (!whole) return;
    std::vector<SnapGap> gaps;
    eachGap(r, [&](float at) {
      if (std::abs(at - s.low) <= same) gaps = shown_;
    });
    out.gaps.insert(out.gaps.end(), gaps.begin(), gaps.end());
  }

 private:
  bool fits(const Rect& r, bool low, bool high, float by) const {
    if (!low && !high) return true;
    const float least = x_ ? f_.least.x : f_.least.y;
    return along(r, x_).length() + (high ? by : -by) >= least - same;
  }

  // Calls with each place of the lower edge at which two gaps are equal; shown_ then holds both.
  template <class Call>
  void eachGap(const Rect& r, Call&& call) const {
    const Span s = along(r, x_), t = along(r, !x_);
    std::vector<Rect> row;
    for (const Rect& o : f_.others)
      if (meets(along(o, !x_), t)) row.push_back(o);
    const auto middle = [&](const Rect& a, const Rect& b) {
      const Span p = along(a, !x_), q = along(b, !x_);
      return (std::max(p.low, q.low) + std::min(p.high, q.high)) / 2;
    };
    for (const Rect& a : row)
      for (const Rect& b : row) {
        const float from = along(a, x_).high, to = along(b, x_).low, gap = to - from;
        if (gap <= same) continue;
        const bool clear = std::none_of(row.begin(), row.end(), [&](const Rect& o) {
          const Span p = along(o, x_);
          return p.low < to - same && p.high > from + same;  // something between them
        });
        if (!clear) continue;
        if (gap > s.length()) {
          const float at = (from + to - s.length()) / 2;
          shown_ = {{x_, from, at, middle(a, r)}, {x_, at + s.length(), to, middle(r, b)}};
          call(at);
        }
        const SnapGap between{x_, from, to, middle(a, b)};
        const float after = along(b, x_).high + gap, before = along(a, x_).low - gap - s.length();
        shown_ = {between, {x_, along(b, x_).high, after, middle(b, r)}};
        call(after);
        shown_ = {between, {x_, along(a, x_).low - gap, along(a, x_).low, middle(a, r)}};
        call(before);
      }
  }

  const SnapField& f_;
  bool x_;
  mutable std::vector<SnapGap> shown_;
};

}  // namespace

scene::Rect dragged(const Rect& start, Grip g, scene::Vec by, scene::Vec least) {
  if (!g.any()) return {start.x + by.x, start.y + by.y, start.w, start.h};
  float x0 = start.x, x1 = start.right(), y0 = start.y, y1 = start.bottom();
  if (g.left) x0 = std::min(x0 + by.x, x1 - least.x);
  if (g.right) x1 = std::max(x1 + by.x, x0 + least.x);
  if (g.top) y0 = std::min(y0 + by.y, y1 - least.y);
  if (g.bottom) y1 = std::max(y1 + by.y, y0 + least.y);
  return {x0, y0, x1 - x0, y1 - y0};
}

Snapped snapped(const Rect& rect, Grip g, const SnapField& field) {
  const Axis x(field, true), y(field, false);
  Snapped out;
  Rect r = rect;
  const bool moves = !g.any();
  if (moves || g.left || g.right) {
    const float by = x.offset(r, g.left, g.right);
    if (!g.right) r.x += by;
    if (g.left) r.w -= by;
    if (g.right) r.w += by;
  }
  if (moves || g.top || g.bottom) {
    const float by = y.offset(r, g.top, g.bottom);
    if (!g.bottom) r.y += by;
    if (g.top) r.h -= by;
    if (g.bottom) r.h += by;
  }
  out.rect = r;
  if (moves || g.left || g.right) x.explain(r, g.left, g.right, out);
  if (moves || g.top || g.bottom) y.explain(r, g.top, g.bottom, out);
  return out;
}

}  // namespace panels
