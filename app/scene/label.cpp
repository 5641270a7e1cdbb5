#include "app/scene/label.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace scene {
namespace {

// Between stacked lines, of the lower one's size.
constexpr float kLeading = 0.2f;

Vec sizeOf(const LabelWish& wish) {
  Vec size;
  for (const LabelLine& line : wish.lines) {
    size.x = std::max(size.x, line.run.advance);
    size.y += line.run.ascent + line.run.descent;
    if (&line != &wish.lines.front()) size.y += kLeading * line.run.size;
  }
  return size;
}

float overlap(const Rect& a, const Rect& b) {
  const float w = std::min(a.right(), b.right()) - std::max(a.x, b.x);
  const float h = std::min(a.bottom(), b.bottom()) - std::max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

bool inside(const Rect& box, const Rect& frame) {
  return box.x >= frame.x && box.y >= frame.y && box.right() <= frame.right() &&
         box.bottom() <= frame.bottom();
}

// Does the segment touch the rectangle? Clipped to it, as Liang and Barsky do.
bool crosses(Vec a, Vec b, const Rect& r) {
  float t0 = 0, t1 = 1;
  const Vec d = b - a;
  const auto clip = [&](float step, float room) {  // step·t ≤ room
    if (step == 0) return room >= 0;
    const float t = room / step;
    step > 0 ? t1 = std::min(t1, t) : t0 = std::max(t0, t);
    return t0 <= t1;
  };
  return clip(-d.x, a.x - r.x) && clip(d.x, r.right() - a.x) && clip(-d.y, a.y - r.y) &&
         clip(d.y, r.bottom() - a.y);
}

// Boxes in square cells. Entries are never moved: one that has gone is dead.
class Grid {
 public:
  Grid(Rect frame, float cell) : frame_(frame), cell_(std::max(cell, std::max(frame.w, frame.h) / 512)) {
    if (!(cell_ > 0)) cell_ = 1;
    columns_ = std::max(1, static_cast<int>(frame.w / cell_) + 1);
    rows_ = std::max(1, static_cast<int>(frame.h / cell_) + 1);
    heads_.assign(static_cast<size_t>(columns_) * static_cast<size_t>(rows_), -1);
  }

  int insert(const Rect& box, int owner) {
    const int id = static_cast<int>(boxes_.size());
    boxes_.push_back({box, owner});
    seen_.push_back(0);
    forCells(box, [&](int& head) {
      nodes_.push_back({id, head});
      head = static_cast<int>(nodes_.size()) - 1;
    });
    return id;
  }
  void remove(int id) { boxes_[static_cast<size_t>(id)].owner = kDead; }

  // Calls visit(box, owner) once for each box that meets this one; stops when it returns false.
  template <class Visit>
  bool eachMeeting(const Rect& box, const Visit& visit) {
    ++stamp_;
    bool going = true;
    forCells(box, [&](int head) {
      for (int n = head; going && n >= 0; n = nodes_[static_cast<size_t>(n)].next) {
        const auto id = static_cast<size_t>(nodes_[static_cast<size_t>(n)].id);
        if (seen_[id] == stamp_) continue;
        seen_[id] = stamp_;
        const Entry& e = boxes_[id];
        if (e.owner != kDead && e.box.meets(box)) going = visit(e.box, e.owner);
      }
    });
    return going;
  }

 private:
  static constexpr int kDead = std::numeric_limits<int>::min();
  struct Entry {
    Rect box;
    int owner = 0;
  };
  struct Node {
    int id = 0, next = -1;
  };

  template <class Use>
  void forCells(const Rect& box, const Use& use) {
    const auto at = [this](float v, float origin,
                           int count) {  // what lies beyond the frame is kept in its edge cells
      return static_cast<int>(std::clamp((v - origin) / cell_, 0.0f, static_cast<float>(count - 1)));
    };
    const int x0 = at(box.x, frame_.x, columns_), x1 = at(box.right(), frame_.x, columns_);
    const int y0 = at(box.y, frame_.y, rows_), y1 = at(box.bottom(), frame_.y, rows_);
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x)
        use(heads_[static_cast<size_t>(y) * static_cast<size_t>(columns_) + static_cast<size_t>(x)]);
  }

  Rect frame_;
  float cell_;
  int columns_ = 1, rows_ = 1;
  std::vector<int> heads_;
  std::vector<Entry> boxes_;
  std::vector<uint32_t> seen_;
  std::vector<Node> nodes_;
  uint32_t stamp_ = 0;
};

struct Candidate {
  Side side = Side::east;
  Rect box;
  float dislike = 0;  // 0 for the first choice, about 1 for each place further down the list
};

Rect boxAt(const LabelWish& wish, Vec size, Side side) {
  const Vec a = wish.anchor;
  const float c = wish.clearance, w = size.x, h = size.y;
  // At a corner the label starts a little beside the anchor, so that it clears a symbol of any outline.
  const float lean = 0.3f * c;
  switch (side) {
    case Side::east:
      return {a.x + c, a.y - h / 2, w, h};
    case Side::west:
      return {a.x - c - w, a.y - h / 2, w, h};
    case Side::north:
      return {a.x - w / 2, a.y - c - h, w, h};
    case Side::south:
      return {a.x - w / 2, a.y + c, w, h};
    case Side::northEast:
      return {a.x + lean, a.y - c - h, w, h};
    case Side::southEast:
      return {a.x + lean, a.y + c, w, h};
    case Side::southWest:
      return {a.x - lean - w, a.y + c, w, h};
    case Side::northWest:
      return {a.x - lean - w, a.y - c - h, w, h};
    case Side::centre:
      break;
  }
  return {a.x - w / 2, a.y - h / 2, w, h};
}

class Placer {
 public:
  Placer(std::span<const LabelWish> wishes, const Obstacles& obstacles, Rect frame, float padding)
      : wishes_(wishes),
        frame_(frame),
        padding_(padding),
        grid_(frame, cellFor(wishes)),
        lines_(frame, cellFor(wishes)) {
    for (const Rect& box : obstacles.boxes)
      if (box.meets(frame)) grid_.insert(box, kObstacle);
    for (const auto& line : obstacles.lines)
      for (size_t i = 1; i < line.size(); ++i) addSegment(line[i - 1], line[i]);
  }

  std::vector<LabelPlace> place() {
    std::vector<size_t> order(wishes_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return wishes_[a].rank < wishes_[b].rank; });
    std::erase_if(order, [&](size_t i) { return !isPlaceable(wishes_[i]); });
    placeMandatory(order);
    for (size_t i : order)
      if (!wishes_[i].mandatory) placeIfFree(i);
    std::vector<LabelPlace> places;
    for (size_t i : order)
      if (done_.count(i)) places.push_back({i, done_.at(i).side, done_.at(i).box});
    return places;
  }

 private:
  static constexpr int kObstacle = -1;

  static float cellFor(std::span<const LabelWish> wishes) {
    double sum = 0;
    for (const LabelWish& w : wishes) {
      const Vec size = sizeOf(w);
      sum += 0.5 * size.x + size.y;
    }
    return wishes.empty() ? 1 : static_cast<float>(sum / static_cast<double>(wishes.size()));
  }

  bool isPlaceable(const LabelWish& w) const {
    const Vec size = sizeOf(w);
    return size.x > 0 && size.x <= frame_.w && size.y <= frame_.h && !w.sides.empty() &&
           frame_.grown(w.clearance).contains(w.anchor);  // NaN is nowhere
  }

  // Long segments are kept in pieces, lest one arc fill half the grid.
  void addSegment(Vec a, Vec b) {
    const Vec d = b - a;
    const float length = std::hypot(d.x, d.y);
    if (!std::isfinite(length)) return;
    const int pieces = std::clamp(static_cast<int>(length / 24) + 1, 1, 256);
    for (int i = 0; i < pieces; ++i) {
      const Vec p = a + d * (float(i) / float(pieces)), q = a + d * (float(i + 1) / float(pieces));
      segments_.push_back({p, q});
      // Grown by a hair: a level line has no height and would meet nothing.
      lines_.insert(
          Rect{std::min(p.x, q.x), std::min(p.y, q.y), std::abs(p.x - q.x), std::abs(p.y - q.y)}.grown(1e-3f),
          static_cast<int>(segments_.size()) - 1);
    }
  }

  bool crossesLine(const Rect& box) {
    return !lines_.eachMeeting(box, [&](const Rect&, int segment) {
      const auto& [p, q] = segments_[static_cast<size_t>(segment)];
      return !crosses(p, q, box);
    });
  }

  std::vector<Candidate> candidatesFor(const LabelWish& wish) const {
    const Vec size = sizeOf(wish);
    std::vector<Candidate> all;
    for (size_t i = 0; i < wish.sides.size(); ++i) {
      const bool preferred = static_cast<int>(wish.sides[i]) == wish.preferredSide;
      all.push_back(
          {wish.sides[i], boxAt(wish, size, wish.sides[i]), preferred ? -0.5f : static_cast<float>(i)});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.dislike < b.dislike; });
    if (!wish.mandatory) {
      std::erase_if(all, [&](const Candidate& c) { return !inside(c.box, frame_); });
      return all;
    }
    // What must be placed may slide along its side, and is pushed into the frame.
    const size_t sides = all.size();
    for (size_t i = 0; i < sides; ++i) {
      const Side side = all[i].side;
      const bool beside = side == Side::east || side == Side::west;
      const bool above = side == Side::north || side == Side::south;
      if (side == Side::centre) continue;
      for (float slide : {-0.1f, 0.1f, -0.2f, 0.2f, -0.32f, 0.32f, -0.46f, 0.46f, -0.62f, 0.62f}) {
        Candidate c = all[i];
        const bool east = side == Side::northEast || side == Side::southEast;
        if (!beside && !above && ((slide > 0) != east || std::abs(slide) > 0.3f)) continue;  // outwards only
        (beside ? c.box.y : c.box.x) += slide * (beside ? size.y : 0.75f * size.x);
        c.dislike += 0.5f + 6 * std::abs(slide);
        all.push_back(c);
      }
    }
    for (Candidate& c : all) {
      const Rect before = c.box;
      c.box.x = std::clamp(c.box.x, frame_.x, frame_.right() - size.x);
      c.box.y = std::clamp(c.box.y, frame_.y, frame_.bottom() - size.y);
      const float pushed = std::abs(c.box.x - before.x) / size.x + std::abs(c.box.y - before.y) / size.y;
      if (pushed > 0) c.dislike += 20 + 20 * pushed;
    }
    return all;
  }

  // Is this box free of symbols, furniture and other labels? A label may come nearer to its own symbol than
  // the padding.
  bool isFree(const Rect& box, Vec anchor) {
    return grid_.eachMeeting(box.grown(padding_), [&](const Rect& other, int owner) {
      return owner == kObstacle && other.contains(anchor) && !other.meets(box);
    });
  }

  void placeIfFree(size_t i) {
    const LabelWish& wish = wishes_[i];
    const Candidate* overLine = nullptr;
    const std::vector<Candidate> all = candidatesFor(wish);
    for (const Candidate& c : all) {
      if (!isFree(c.box, wish.anchor)) continue;
      if (!crossesLine(c.box)) return settle(i, c);
      if (!overLine) overLine = &c;
    }
    if (overLine) settle(i, *overLine);
  }

  void settle(size_t i, const Candidate& c) {
    ids_[i] = grid_.insert(c.box, static_cast<int>(i));
    done_[i] = c;
  }

  // How bad a candidate is where it stands now. Overlap of two labels counts the same from either side, so
  // improving one label after the other never makes the whole worse, and comes to rest.
  float cost(size_t i, const Candidate& c) {
    const LabelWish& wish = wishes_[i];
    float sum = c.dislike * (1 + 3 / (1 + static_cast<float>(std::max(0, wish.rank))));
    const float area = c.box.w * c.box.h;
    // Nearer than the halo reaches, the label that is drawn later nibbles at the other.
    const float halo = wish.halo.a > 0 ? std::max(padding_, wish.haloWidth) : padding_;
    const Rect padded = c.box.grown(padding_);
    grid_.eachMeeting(c.box.grown(halo), [&](const Rect& other, int owner) {
      if (owner == static_cast<int>(i)) return true;
      const float share = overlap(c.box, other) / std::min(area, std::max(other.w * other.h, 1e-6f));
      if (owner == kObstacle) {
        if (share == 0 && other.contains(wish.anchor)) return true;
        sum += share > 0 ? 300 + 3000 * share : padded.meets(other) ? 30 : 2;
      } else {
        sum += share > 0 ? 100 + 1000 * share : padded.meets(other) ? 30 : 2;
      }
      return true;
    });
    if (crossesLine(c.box)) sum += 40;
    return sum;
  }

  void placeMandatory(const std::vector<size_t>& order) {
    std::vector<size_t> members;
    std::vector<std::vector<Candidate>> choices;
    std::vector<Rect> reach;  // of all choices of each
    for (size_t i : order) {
      if (!wishes_[i].mandatory) continue;
      members.push_back(i);
      choices.push_back(candidatesFor(wishes_[i]));
      Rect all = choices.back().front().box;
      for (const Candidate& c : choices.back()) {
        const float r = std::max(all.right(), c.box.right()), b = std::max(all.bottom(), c.box.bottom());
        all.x = std::min(all.x, c.box.x), all.y = std::min(all.y, c.box.y);
        all.w = r - all.x, all.h = b - all.y;
      }
      reach.push_back(all.grown(padding_));
    }
    const auto best = [&](size_t m) {
      size_t least = 0;
      float leastCost = std::numeric_limits<float>::max();
      for (size_t k = 0; k < choices[m].size(); ++k) {
        const float c = cost(members[m], choices[m][k]);
        if (c < leastCost) leastCost = c, least = k;
      }
      return std::pair(least, leastCost);
    };
    for (size_t m = 0; m < members.size(); ++m) settle(members[m], choices[m][best(m).first]);
    // An early label may stand where a later one could only stand: let each look again while others are in
    // its way.
    std::vector<char> stale(members.size(), 1);
    for (int round = 0; round < 12; ++round) {
      bool moved = false;
      for (size_t m = 0; m < members.size(); ++m) {
        if (!stale[m]) continue;
        stale[m] = 0;
        const size_t i = members[m];
        const auto [k, less] = best(m);
        const Candidate now = done_.at(i);
        if (choices[m][k].box == now.box || less >= cost(i, now) - 1e-3f) continue;
        grid_.remove(ids_.at(i));
        settle(i, choices[m][k]);
        moved = true;
        for (size_t o = 0; o < members.size(); ++o)
          if (o != m && (reach[o].meets(now.box) || reach[o].meets(choices[m][k].box))) stale[o] = 1;
      }
      if (!moved) break;
    }
  }

  std::span<const LabelWish> wishes_;
  Rect frame_;
  float padding_;
  Grid grid_;  // obstacles and placed labels
  Grid lines_;
  std::vector<std::pair<Vec, Vec>> segments_;
  std::map<size_t, Candidate> done_;
  std::map<size_t, int> ids_;
};

}  // namespace

std::vector<LabelPlace> placeLabels(std::span<const LabelWish> wishes, const Obstacles& obstacles, Rect frame,
                                    float padding) {
  return Placer(wishes, obstacles, frame, padding).place();
}

void addLabel(Drawing& drawing, const LabelWish& wish, const LabelPlace& place, std::optional<Rect> clip) {
  const bool left =
      place.side == Side::east || place.side == Side::northEast || place.side == Side::southEast;
  const bool right =
      place.side == Side::west || place.side == Side::northWest || place.side == Side::southWest;
  const bool haloed = wish.haloWidth > 0 && wish.halo.a > 0;
  // All halos first: the halo of one line must not eat into the line before it.
  const bool apart = haloed && wish.lines.size() > 1;
  for (const bool halos : {true, false}) {
    if (halos && !apart) continue;
    float y = place.box.y;
    for (const LabelLine& line : wish.lines) {
      if (&line != &wish.lines.front()) y += kLeading * line.run.size;
      Text item;
      item.run = line.run;
      const float room = place.box.w - line.run.advance;
      item.origin = {place.box.x + (left ? 0 : right ? room : room / 2), y + line.run.ascent};
      item.colour = halos ? line.colour.withAlpha(0) : line.colour;
      if (halos || (haloed && !apart)) item.halo = wish.halo, item.haloWidth = wish.haloWidth;
      drawing.add(std::move(item), clip);
      y += line.run.ascent + line.run.descent;
    }
  }
  for (const LabelLine& line : wish.lines) {
    const auto absent = missingFrom(line.run);
    drawing.missingGlyphs.insert(absent.begin(), absent.end());
  }
  drawing.hits.push_back({place.box, wish.object});
}

std::vector<uint32_t> placeCentred(std::span<const Rect> boxes, Rect frame, float padding) {
  std::vector<uint32_t> placed;
  double sum = 0;
  for (const Rect& b : boxes) sum += 0.5 * b.w + b.h;
  Grid grid(frame, boxes.empty() ? 1 : static_cast<float>(sum / static_cast<double>(boxes.size())));
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (!inside(boxes[i], frame)) continue;  // nor what is NaN
    if (!grid.eachMeeting(boxes[i].grown(padding), [](const Rect&, int) { return false; })) continue;
    grid.insert(boxes[i], static_cast<int>(i));
    placed.push_back(static_cast<uint32_t>(i));
  }
  return placed;
}

}  // namespace scene
