#include "app/scene/page_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace scene {
namespace {

bool standsOnMap(PagePart part) {
  return part == PagePart::scaleBar || part == PagePart::north || part == PagePart::inset ||
         part == PagePart::overview;
}

bool inside(const Rect& inner, const Rect& outer) {
  constexpr float hair = 0.05f;
  return inner.x >= outer.x - hair && inner.y >= outer.y - hair && inner.right() <= outer.right() + hair &&
         inner.bottom() <= outer.bottom() + hair;
}

bool overlap(const Rect& a, const Rect& b) { return a.grown(-0.05f).meets(b.grown(-0.05f)); }

// The largest part of r on one side of what stands in its way.
Rect cut(Rect r, const Rect& obstacle, float gap) {
  const Rect o = obstacle.grown(gap);
  const Rect parts[] = {{r.x, r.y, o.x - r.x, r.h},
                        {o.right(), r.y, r.right() - o.right(), r.h},
                        {r.x, r.y, r.w, o.y - r.y},
                        {r.x, o.bottom(), r.w, r.bottom() - o.bottom()}};
  const Rect* best = nullptr;
  for (const Rect& p : parts)
    if (p.w > 0 && p.h > 0 && (!best || p.w * p.h > best->w * best->h)) best = &p;
  return best ? *best : Rect{r.x, r.y, 0, 0};
}

struct Candidate {
  Rect map;
  std::vector<Rect> columns;
  std::vector<PagePart> blocks;
  bool below = false;
  double score = -1e9;
};

class Planner {
 public:
  Planner(const PageParts& parts, const PageMap& map, const PageSetup& setup)
      : parts_(parts), map_(map), setup_(setup), l_(parts.look()), paper_{0, 0, setup.width, setup.height} {}

  PagePlan plan() {
    fixedFrames();
    const auto parts = plan_.parts;
    const auto obstacles = obstacles_;
    const auto begin = [&](bool oneLine) {
      plan_.parts = parts, obstacles_ = obstacles, oneLine_ = oneLine;
      strips();
      blocks();
    };
    begin(l_.quiet || l_.style == PageStyle::slide);
    if (l_.style == PageStyle::figure && !fixedMap_ && mapShown_) {
      figure();
    } else if (!mapShown_ || fixedMap_) {
      aroundMap();
      if (shown(PagePart::notes) && !placed(PagePart::notes)) begin(true), aroundMap();
    } else {
      // Notes that cost the map its size are said in a line below it.
      Candidate best = bestColumns();
      if (!oneLine_ && shown(PagePart::notes)) {
        begin(true);
        Candidate other = bestColumns();
        const bool none = best.blocks.empty() && other.blocks.empty() && body_.h < paper_.h * 0.45f;
        if (!none && other.score + valueOf(PagePart::notes) * 0.4 > best.score) best = std::move(other);
        else begin(false), best = bestColumns();
      }
      columns(std::move(best));
      if (!oneLine_ && shown(PagePart::notes) && !placed(PagePart::notes))
        begin(true), columns(bestColumns());
    }
    plates();
    return std::move(plan_);
  }

 private:
  bool shown(PagePart part) const {
    return std::find(setup_.hidden.begin(), setup_.hidden.end(), part) == setup_.hidden.end() &&
           parts_.says(part) && !isFixed(part);
  }
  bool isFixed(PagePart part) const {
    return std::any_of(setup_.fixed.begin(), setup_.fixed.end(),
                       [&](const PageFrame& f) { return f.part == part; });
  }
  float px(float v) const { return v * l_.unit; }

  // A frame that is too small for what it says grows to the right and downwards.
  void fixedFrames() {
    mapShown_ = std::find(setup_.hidden.begin(), setup_.hidden.end(), PagePart::map) == setup_.hidden.end();
    for (const PageFrame& f : setup_.fixed) {
      Rect r = f.rect;
      if (f.part == PagePart::map) {
        const Vec least = map_.least(PagePart::map);
        fixedMap_ = Rect{r.x, r.y, std::max(r.w, least.x), std::max(r.h, least.y)};
        continue;
      }
      if (standsOnMap(f.part)) {
        obstacles_.push_back(r);
        continue;
      }
      if (f.part != PagePart::text && !parts_.says(f.part)) continue;
      r.w = std::max(r.w, parts_.leastWidth(f.part));
      r.h = std::max(r.h, parts_.leastHeight(f.part, r.w, f.text));
      plan_.parts.push_back({f.part, r, true, 0, false, f.text});
      obstacles_.push_back(r);
    }
  }

  // The widest piece of a strip that nothing fixed stands in.
  Rect freeSpan(Rect strip) const {
    std::vector<std::pair<float, float>> taken;
    for (const Rect& o : obstacles_)
      if (overlap(o, strip)) taken.push_back({o.x - l_.gap * 0.6f, o.right() + l_.gap * 0.6f});
    std::sort(taken.begin(), taken.end());
    float at = strip.x, bestX = strip.x, bestW = 0;
    const auto piece = [&](float to) {
      if (to - at > bestW) bestW = to - at, bestX = at;
    };
    for (const auto& [from, to] : taken) piece(std::min(from, strip.right())), at = std::max(at, to);
    piece(strip.right());
    return {bestX, strip.y, bestW, strip.h};
  }

  // Logo, title and mark above; notes of a figure and the foot below.
  void strips() {
    // Frame, words and columns begin on one line: the figures around the frame hang in the margin.
    const float m = std::max(l_.margin, 2 + map_.band()), w = paper_.w;
    const float edge = l_.margin * (l_.quiet ? 0.8f : 0.68f);
    Rect top{m, edge, w - 2 * m, px(l_.quiet ? 40 : 110)};
    float height = 0, x = top.x, right = top.right();
    const float markTall = px(l_.quiet ? 30 : l_.style == PageStyle::slide ? 40 : 50);
    if (shown(PagePart::mark)) {
      const float own = parts_.widthOf(PagePart::mark, markTall);
      const Rect r{right - own, top.y, own, markTall};
      if (std::none_of(obstacles_.begin(), obstacles_.end(), [&](const Rect& o) { return overlap(o, r); })) {
        add(PagePart::mark, r), right -= own + l_.gap, height = markTall;
      } else {
        const Rect span = freeSpan({top.x, top.y, top.w, markTall});
        add(PagePart::mark, {span.right() - own, top.y, own, markTall});
        obstacles_.push_back(plan_.parts.back().rect), height = markTall;
      }
    }
    if (shown(PagePart::logo)) {
      const float tall = px(l_.quiet                       ? 34
                            : l_.style == PageStyle::slide ? 74
                                                           : 100),
                  own = std::min(parts_.widthOf(PagePart::logo, tall), (right - x) * 0.3f);
      const float k = own / std::max(parts_.widthOf(PagePart::logo, tall), 1e-3f);
      add(PagePart::logo, {x, top.y, own, tall * k});
      x += own + l_.gap * 0.8f, height = std::max(height, tall * k);
    }
    if (shown(PagePart::title)) {
      Rect span = freeSpan({x, top.y, right - x, top.h});
      float own = parts_.height(PagePart::title, span.w);
      span.h = own;
      if (own > paper_.h * 0.17f) {  // a low sheet is not for its title
        own = std::max(parts_.leastHeight(PagePart::title, span.w, {}), paper_.h * 0.17f);
        span.h = own, span.h = parts_.heightIn(PagePart::title, span);
      }
      own = span.h;
      add(PagePart::title, span);
      height = std::max(height, own);
    }
    const float above = height > 0 ? top.y + height + l_.gap * (l_.quiet ? 0.3f : 0.3f) : edge;
    float below = paper_.h - l_.margin * (l_.quiet ? 0.6f : 0.6f);
    if (shown(PagePart::footer)) {
      Rect span = freeSpan({m, below - px(30), w - 2 * m, px(30)});
      span.h = parts_.height(PagePart::footer, span.w), span.y = below - span.h;
      add(PagePart::footer, span);
      below = span.y;
    }
    if (oneLine_ && shown(PagePart::notes)) {
      Rect span = freeSpan({m, below - px(30), w - 2 * m, px(30)});
      span.h = parts_.height(PagePart::notes, span.w, 0, oneLineNotes), span.y = below - span.h;
      add(PagePart::notes, span, 0, oneLineNotes);
      below = span.y;
    }
    if (below < paper_.h - l_.margin * 0.7f) below -= l_.gap * 0.35f;
    body_ = {m, above, w - 2 * m, below - above};
    if (mapShown_ && !fixedMap_) body_ = {m - map_.band(), above, w - 2 * m + 2 * map_.band(), below - above};
  }

  void add(PagePart part, Rect r, float loose = 0, const std::string& text = {}) {
    plan_.parts.push_back({part, r, false, loose, false, text});
  }
  bool placed(PagePart part) const {
    return std::any_of(plan_.parts.begin(), plan_.parts.end(),
                       [&](const Standing& s) { return s.part == part; });
  }

  void blocks() {
    using enum PagePart;
    switch (l_.style) {
      case PageStyle::sheet:
        order_ = {legend, figures, targets, ranking, notes};
        break;
      case PageStyle::poster:
        order_ = {legend, ranking, targets, figures, notes};
        break;
      case PageStyle::slide:
        order_ = {legend, ranking, figures, targets, notes};
        break;
      case PageStyle::figure:
        order_ = {legend};
        break;
    }
    // The sheet of one area says its own figures first.
    if (parts_.focused() && l_.style != PageStyle::figure) {
      std::erase(order_, figures);
      order_.insert(order_.begin() + (l_.style == PageStyle::slide ? 0 : 1), figures);
    }
    std::erase_if(order_, [&](PagePart part) { return !shown(part) || placed(part); });
  }

  double valueOf(PagePart part) const {
    const bool charts = l_.style == PageStyle::poster || l_.style == PageStyle::slide;
    switch (part) {
      case PagePart::legend:
        return 1.2;
      case PagePart::notes:
        return 0.6;
      case PagePart::figures:
        return parts_.focused() ? 1.15 : l_.style == PageStyle::slide ? 0.05 : 0.4;
      case PagePart::ranking:
        return charts ? 0.5 : 0.08;
      case PagePart::targets:
        return charts ? 0.3 : 0.25;
      default:
        return 0;
    }
  }

  float height(PagePart part, float width, float loose) const { return parts_.height(part, width, loose); }
  float blockGap() const { return px(l_.style == PageStyle::slide ? 18 : 26); }

  // Blocks in their order over some columns, the tallest as low as can be: where each column begins.
  std::vector<size_t> split(const std::vector<PagePart>& blocks, size_t columns, float width, float loose,
                            float* tallest) const {
    const size_t n = blocks.size();
    std::vector<float> tall;
    for (const PagePart part : blocks) tall.push_back(height(part, width, loose));
    std::vector<size_t> best, starts(columns, 0);
    float least = 1e30f;
    const auto tryFrom = [&](auto& self, size_t column, size_t from, float most) -> void {
      if (most >= least) return;
      if (column + 1 == columns || from >= n) {
        float h = 0;
        for (size_t i = from; i < n; ++i) h += tall[i] + (i > from ? blockGap() : 0);
        if (std::max(most, h) < least - 1e-4f) {
          least = std::max(most, h), best = starts;
          for (size_t k = column + 1; k < columns; ++k) best[k] = n;
        }
        return;
      }
      float h = 0;
      for (size_t to = from + 1; to <= n; ++to) {
        h += tall[to - 1] + (to - 1 > from ? blockGap() : 0);
        starts[column + 1] = to;
        self(self, column + 1, to, std::max(most, h));
      }
    };
    tryFrom(tryFrom, 0, 0, 0);
    *tallest = n ? least : 0;
    return best;
  }

  // What fits, the most valuable first, in its own order.
  std::vector<PagePart> fitting(size_t columns, float width, float room, float* tallest) const {
    std::vector<PagePart> kept;
    for (const PagePart part : order_)
      if (parts_.leastWidth(part) <= width + 0.01f) kept.push_back(part);
    for (;;) {
      split(kept, columns, width, 0, tallest);
      if (*tallest <= room || kept.empty()) return kept;
      const auto least = std::min_element(kept.begin(), kept.end(),
                                          [&](PagePart a, PagePart b) { return valueOf(a) < valueOf(b); });
      kept.erase(least);
    }
  }

  void consider(Candidate c, Candidate& best) const {
    const double fit = map_.fit(c.map), whole = map_.fit({0, 0, paper_.w, paper_.h});
    if (!(fit > 0) || c.map.w < map_.least(PagePart::map).x || c.map.h < map_.least(PagePart::map).y) return;
    c.score = 1.4 * std::log(fit / whole);
    float area = 0, filled = 0;
    for (const Rect& r : c.columns) area += r.w * r.h;
    for (const PagePart part : c.blocks) {
      c.score += valueOf(part) * 0.5;
      filled += height(part, c.columns[0].w, 0) * c.columns[0].w;
    }
    const double waste = std::max(0.f, area - filled) / (paper_.w * paper_.h);
    c.score -= 0.8 * waste + 1.2 * map_.blank(c.map);
    if (c.score > best.score + 1e-6) best = std::move(c);
  }

  Candidate bestColumns() const {
    Candidate best;
    best.map = body_;
    const float gap = l_.gap + px(4), band = map_.band();
    // Beside the map.
    for (const float share : {0.2f, 0.24f, 0.28f, 0.33f, 0.39f, 0.45f})
      for (const size_t n : {size_t{1}, size_t{2}}) {
        if (n == 2 && l_.style == PageStyle::slide) continue;
        const float width = std::clamp(paper_.w * share, px(230), px(n == 1 ? 760 : 1500));
        if (width > body_.w * 0.55f) continue;
        const float each = (width - (n == 2 ? gap : 0)) / static_cast<float>(n);
        if (each < px(230)) continue;
        Candidate c;
        c.map = {body_.x, body_.y, body_.w - band - width - gap, body_.h};
        for (size_t k = 0; k < n; ++k)
          c.columns.push_back({body_.right() - band - width + static_cast<float>(k) * (each + gap),
                               body_.y + band, each, body_.h - 2 * band});
        float tallest = 0;
        c.blocks = fitting(n, each, body_.h - 2 * band, &tallest);
        if (!c.blocks.empty()) consider(std::move(c), best);
      }
    // Below it.
    if (l_.style != PageStyle::slide || body_.h > body_.w)
      for (size_t n = 1; n <= 6; ++n) {
        const float each = (body_.w - 2 * band - static_cast<float>(n - 1) * gap) / static_cast<float>(n);
        if (each < px(230) || (n > 1 && each < px(300)) || each > px(1500)) continue;
        float tallest = 0;
        Candidate c;
        c.below = true;
        c.blocks = fitting(n, each, body_.h * 0.52f, &tallest);
        if (c.blocks.empty()) continue;
        // What the map cannot use opens the rows.
        const float spare = body_.h - gap - tallest - needed(body_.w);
        float open = tallest;
        if (spare > 0) split(c.blocks, n, each, 1, &open), open = std::min(open, tallest + spare);
        const float tall = std::max(tallest, open);
        c.map = {body_.x, body_.y, body_.w, body_.h - tall - gap};
        for (size_t k = 0; k < n; ++k)
          c.columns.push_back(
              {body_.x + band + static_cast<float>(k) * (each + gap), body_.bottom() - tall, each, tall});
        consider(std::move(c), best);
      }
    return best;
  }

  // Height at which a map of that width shows its subject as large as the width allows.
  float needed(float width) const {
    float low = 0, high = body_.h;
    const double most = map_.fit({0, 0, width, 1e5f});
    for (int i = 0; i < 12; ++i) {
      const float mid = (low + high) / 2;
      (map_.fit({0, 0, width, mid}) < most * 0.999 ? low : high) = mid;
    }
    return high;
  }

  Rect aroundFixed(Rect r) const {
    const float whole = r.w * r.h;
    for (const Standing& s : plan_.parts) {
      if (!s.fixed || !overlap(s.rect, r) || inside(s.rect, r)) continue;
      const Rect less = cut(r, s.rect, l_.gap * 0.5f);
      if (less.w * less.h > whole * 0.5f) r = less;
    }
    return r;
  }

  void aroundMap() {
    std::vector<Rect> regions;
    if (mapShown_ && fixedMap_) {
      const Rect m = fixedMap_->grown(l_.gap);
      regions = {{m.right(), body_.y, body_.right() - m.right(), body_.h},
                 {body_.x, body_.y, m.x - body_.x, body_.h},
                 {std::max(body_.x, m.x), m.bottom(),
                  std::min(m.right(), body_.right()) - std::max(body_.x, m.x), body_.bottom() - m.bottom()},
                 {std::max(body_.x, m.x), body_.y,
                  std::min(m.right(), body_.right()) - std::max(body_.x, m.x), m.y - body_.y}};
      std::stable_sort(regions.begin(), regions.end(), [](const Rect& a, const Rect& b) {
        return std::max(0.f, a.w) * std::max(0.f, a.h) > std::max(0.f, b.w) * std::max(0.f, b.h);
      });
      plan_.map = map_.view(*fixedMap_, onMap(*fixedMap_));
    } else {
      regions = {body_};
    }
    std::vector<Rect> columns;
    for (const Rect& r : regions) {
      if (r.w < px(200) || r.h < px(60)) continue;
      const float n = std::max(1.f, std::round(r.w / px(640)));
      const float each = (r.w - (n - 1) * l_.gap) / n;
      for (float k = 0; k < n; ++k) columns.push_back({r.x + k * (each + l_.gap), r.y, each, r.h});
    }
    firstFit(columns, order_);
  }

  void columns(Candidate c) {
    // A legend that has a column to itself floats rather, where it hides nothing.
    const bool listed = std::find(c.blocks.begin(), c.blocks.end(), PagePart::legend) != c.blocks.end();
    const bool lonely = listed && c.blocks.size() == 1 &&
                        height(PagePart::legend, c.columns[0].w, 0) < c.columns[0].h * 0.35f;
    if (shown(PagePart::legend) && (!listed || lonely) && figure()) return;
    c.map = aroundFixed(c.map);
    plan_.map = map_.view(c.map, onMap(c.map));
    const bool free = std::none_of(obstacles_.begin(), obstacles_.end(), [&](const Rect& o) {
      return std::any_of(c.columns.begin(), c.columns.end(), [&](const Rect& r) { return overlap(o, r); });
    });
    if (!free) firstFit(c.columns, order_);
    else if (!c.columns.empty()) flow(c);
  }

  void flow(const Candidate& c) {
    const float width = c.columns[0].w, room = c.columns[0].h;
    float tallest = 0, loose = 0;
    for (float k = 1; k > 0; k -= 0.1f) {
      split(c.blocks, c.columns.size(), width, k, &tallest);
      if (tallest <= room) {
        loose = k;
        break;
      }
    }
    const auto starts = split(c.blocks, c.columns.size(), width, loose, &tallest);
    for (size_t k = 0; k < c.columns.size(); ++k) {
      const size_t from = starts.empty() ? 0 : starts[k],
                   to = k + 1 < starts.size() ? starts[k + 1] : c.blocks.size();
      if (from >= to) continue;
      float used = 0;
      for (size_t i = from; i < to; ++i) used += height(c.blocks[i], width, loose);
      const float slack = std::max(0.f, room - used - static_cast<float>(to - from - 1) * blockGap());
      // Beside the map a column ends where the map ends: the last block stands at its foot.
      float gap = blockGap(), last = 0;
      if (!c.below && to - from > 1) {
        const auto gaps = static_cast<float>(to - from - 1);
        gap += std::min(slack / gaps, blockGap() * 1.2f);
        last = std::max(0.f, slack - gaps * (gap - blockGap()));
      }
      float y = c.columns[k].y;
      for (size_t i = from; i < to; ++i) {
        const float h = height(c.blocks[i], width, loose);
        if (i + 1 == to && c.blocks[i] == PagePart::notes) y += last;
        add(c.blocks[i], {c.columns[k].x, y, width, h}, loose);
        y += h + gap;
      }
    }
  }

  // Around what stands in the columns already.
  void firstFit(const std::vector<Rect>& columns, const std::vector<PagePart>& blocks) {
    std::vector<Rect> free;
    for (const Rect& column : columns) {
      std::vector<std::pair<float, float>> taken;
      for (const Rect& o : obstacles_)
        if (overlap(o, column)) taken.push_back({o.y - blockGap(), o.bottom() + blockGap()});
      std::sort(taken.begin(), taken.end());
      float y = column.y;
      for (const auto& [from, to] : taken) {
        if (from > y) free.push_back({column.x, y, column.w, from - y});
        y = std::max(y, to);
      }
      if (column.bottom() > y) free.push_back({column.x, y, column.w, column.bottom() - y});
    }
    std::vector<PagePart> byValue = blocks;
    for (const PagePart part : byValue)
      for (Rect& r : free) {
        if (r.w + 0.01f < parts_.leastWidth(part)) continue;
        const float h = height(part, r.w, 0);
        if (h > r.h) continue;
        add(part, {r.x, r.y, r.w, h});
        r.y += h + blockGap(), r.h -= h + blockGap();
        break;
      }
  }

  // The map fills the page; its legend floats where it hides nothing, or stands beside or beneath.
  bool figure() {
    const Rect whole = aroundFixed(body_);
    if (!shown(PagePart::legend)) {
      plan_.map = map_.view(whole, onMap(whole));
      return true;
    }
    const float pad = platePadding(l_);
    std::optional<PageView> best;
    Rect at;
    // A frame that would show bare paper beside the data is better narrower, with the legend beside it.
    const bool bare = l_.quiet && map_.blank(whole) > 0.06;
    for (const float w : {250.f, 300.f, 360.f, 430.f, 520.f, 640.f, 1010.f}) {
      const float wide = px(w), tall = parts_.height(PagePart::legend, wide);
      if (wide + 2 * pad > whole.w * 0.6f || tall + 2 * pad > whole.h * 0.9f ||
          wide < parts_.leastWidth(PagePart::legend))
        continue;
      const Vec size{wide + 2 * pad, tall + 2 * pad};
      PageView v = map_.view(whole, onMap(whole), size);
      if (!v.legendClear || bare || (l_.quiet && size.x * size.y > 0.24f * whole.w * whole.h)) continue;
      v.worth -= size.x * size.y / (whole.w * whole.h) * 12;
      if (!best || v.worth > best->worth) best = v, at = *v.legend;
    }
    if (best) {
      plan_.map = std::move(best);
      add(PagePart::legend, at);
      return true;
    }
    if (!l_.quiet) return false;  // nowhere
    const Candidate c = bestColumns();
    const Rect map = aroundFixed(c.map);
    plan_.map = map_.view(map, onMap(map));
    if (!c.columns.empty()) flow(c);
    return true;
  }

  // Fixed frames that stand on the map: its names keep clear of them.
  std::vector<Rect> onMap(const Rect& map) const {
    std::vector<Rect> on;
    for (const Standing& s : plan_.parts)
      if (overlap(s.rect, map)) on.push_back(s.rect);
    return on;
  }

  void plates() {
    if (!plan_.map) return;
    const float pad = platePadding(l_);
    for (Standing& s : plan_.parts) {
      s.plate = overlap(s.rect, plan_.map->outer) && s.part != PagePart::mark && s.part != PagePart::logo;
      if (s.plate && s.fixed)  // its ground has a rim
        s.rect.h = std::max(s.rect.h, parts_.leastHeight(s.part, s.rect.w - 2 * pad, s.text) + 2 * pad);
    }
  }

  const PageParts& parts_;
  const PageMap& map_;
  const PageSetup& setup_;
  const PageLook& l_;
  const Rect paper_;
  Rect body_;
  bool mapShown_ = true, oneLine_ = false;
  std::optional<Rect> fixedMap_;
  std::vector<Rect> obstacles_;
  std::vector<PagePart> order_;
  PagePlan plan_;
};

}  // namespace

float platePadding(const PageLook& look) { return 14 * look.unit; }

PagePlan planPage(const PageParts& parts, const PageMap& map, const PageSetup& setup) {
  return Planner(parts, map, setup).plan();
}

std::vector<std::pair<size_t, size_t>> faultsOf(const PageLayout& layout, float width, float height) {
  std::vector<std::pair<size_t, size_t>> faults;
  const auto& frames = layout.frames;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (!inside(frames[i].rect, {0, 0, width, height})) faults.push_back({i, i});
    for (size_t k = i + 1; k < frames.size(); ++k) {
      if (!overlap(frames[i].rect, frames[k].rect)) continue;
      const bool onMap = frames[i].part == PagePart::map && inside(frames[k].rect, frames[i].rect);
      if (!onMap) faults.push_back({i, k});
    }
  }
  return faults;
}

}  // namespace scene
