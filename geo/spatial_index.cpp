#include "geo/spatial_index.h"

#include <functional>
#include <numeric>
#include <queue>

#include "geo/measure.h"

namespace geo {
namespace {

constexpr uint32_t fanout = 16;

double squaredDistance(const Box& box, Point p) {
  const double dx = std::max({box.minX - p.x, 0.0, p.x - box.maxX});
  const double dy = std::max({box.minY - p.y, 0.0, p.y - box.maxY});
  return dx * dx + dy * dy;
}

double squaredDistance(const Shapes& shapes, size_t row, Point p) {
  const bool polygon = shapes.kind == ShapeKind::polygon;
  if (polygon && contains(shapes, row, p)) return 0;
  double nearest = std::numeric_limits<double>::infinity();
  for (uint32_t i = shapes.rowStart[row]; i < shapes.rowStart[row + 1]; ++i) {
    const auto part = shapes.part(i);
    nearest = std::min(nearest, distanceToLine(part, p));
    if (polygon) {
      const std::array<Point, 2> closing{part.back(), part.front()};
      nearest = std::min(nearest, distanceToLine(closing, p));
    }
  }
  return nearest * nearest;
}

// Sort-tile-recursive order (Leutenegger et al. 1997): vertical slices by x, each sorted by y, so that every
// run of `fanout` items is nearly square. Ties by number: the same input gives the same tree.
void tile(std::vector<uint32_t>& items, const std::vector<Box>& boxes, const std::function<bool()>& stopped) {
  const auto by = [&](auto key) {
    return [&boxes, key](uint32_t a, uint32_t b) {
      const double ka = key(boxes[a]), kb = key(boxes[b]);
      return ka < kb || (ka == kb && a < b);
    };
  };
  const double leaves = std::ceil(static_cast<double>(items.size()) / fanout);
  const size_t slice = static_cast<size_t>(std::ceil(std::sqrt(leaves))) * fanout;
  // Sorted in pieces that are merged: a sort of millions cannot be stopped.
  const auto byX = by([](const Box& b) { return b.minX + b.maxX; });
  constexpr size_t piece = 1 << 17;
  for (size_t i = 0; i < items.size() && !stopped(); i += piece)
    std::sort(items.begin() + static_cast<long>(i),
              items.begin() + static_cast<long>(std::min(i + piece, items.size())), byX);
  for (size_t width = piece; width < items.size() && !stopped(); width *= 2)
    for (size_t i = 0; i + width < items.size() && !stopped(); i += 2 * width)
      std::inplace_merge(items.begin() + static_cast<long>(i), items.begin() + static_cast<long>(i + width),
                         items.begin() + static_cast<long>(std::min(i + 2 * width, items.size())), byX);
  for (size_t i = 0; i < items.size() && !stopped(); i += slice) {
    const auto first = items.begin() + static_cast<long>(i);
    std::sort(first, first + static_cast<long>(std::min(slice, items.size() - i)),
              by([](const Box& b) { return b.minY + b.maxY; }));
  }
}

}  // namespace

SpatialIndex::SpatialIndex(const Shapes& shapes, Progress* progress) : boxes_(shapes.rows()) {
  const auto stopped = [&] { return progress && progress->cancelled(); };
  for (size_t row = 0; row < shapes.rows(); ++row) {
    if (row % 16384 == 0 && stopped()) return;
    if (!shapes.has(row)) continue;
    boxes_[row] = shapes.box(row);
    rows_.push_back(static_cast<uint32_t>(row));
  }
  if (rows_.empty() || stopped()) return;
  tile(rows_, boxes_, stopped);
  if (stopped()) return;

  // Built from the leaves up, laid out from the root down: children of a node are neighbours.
  std::vector<std::vector<Node>> levels;
  const auto group = [](size_t count, auto&& boxOf) {
    std::vector<Node> level;
    for (size_t i = 0; i < count; i += fanout) {
      Node node{{}, static_cast<uint32_t>(i), static_cast<uint32_t>(std::min<size_t>(fanout, count - i))};
      for (uint32_t k = 0; k < node.count; ++k) node.box.add(boxOf(i + k));
      level.push_back(node);
    }
    return level;
  };
  levels.push_back(group(rows_.size(), [&](size_t i) { return boxes_[rows_[i]]; }));
  while (levels.back().size() > 1) {
    const auto& below = levels.back();
    levels.push_back(group(below.size(), [&](size_t i) { return below[i].box; }));
  }
  for (size_t l = levels.size(); l-- > 0;) {
    if (l == 0) leafStart_ = nodes_.size();
    const auto next = static_cast<uint32_t>(nodes_.size() + levels[l].size());
    for (Node node : levels[l]) {
      if (l > 0) node.first += next;
      nodes_.push_back(node);
    }
  }
}

std::vector<uint32_t> SpatialIndex::within(const Box& box) const {
  std::vector<uint32_t> found, open;
  if (!nodes_.empty()) open.push_back(0);
  while (!open.empty()) {
    const uint32_t n = open.back();
    open.pop_back();
    const Node& node = nodes_[n];
    if (!node.box.intersects(box)) continue;
    for (uint32_t i = node.first; i < node.first + node.count; ++i) {
      if (n < leafStart_) open.push_back(i);
      else if (boxes_[rows_[i]].intersects(box)) found.push_back(rows_[i]);
    }
  }
  std::ranges::sort(found);
  return found;
}

std::vector<uint32_t> SpatialIndex::at(const Shapes& shapes, Point p) const {
  Box box;
  box.add(p);
  auto rows = within(box);
  std::erase_if(rows,
                [&](uint32_t row) { return shapes.kind != ShapeKind::polygon || !contains(shapes, row, p); });
  return rows;
}

// Best first: nodes by the least distance their box allows, rows by that of their box until they are the
// nearest thing in the queue, then by their exact distance. At equal distance boxes come before rows, so ties
// are settled by row.
std::vector<uint32_t> SpatialIndex::nearest(const Shapes& shapes, Point p, size_t k) const {
  enum Kind : uint8_t { node, boxedRow, exactRow };
  struct Entry {
    double distance;
    Kind kind;
    uint32_t id;
    bool operator<(const Entry& other) const {
      return std::tie(distance, kind, id) > std::tie(other.distance, other.kind, other.id);
    }
  };
  constexpr double slack = 1 - 1e-12;  // a box must never seem farther than what is in it
  std::priority_queue<Entry> queue;
  std::vector<uint32_t> found;
  if (!nodes_.empty()) queue.push({squaredDistance(nodes_[0].box, p) * slack, node, 0});
  while (!queue.empty() && found.size() < k) {
    const Entry e = queue.top();
    queue.pop();
    if (e.kind == exactRow) {
      found.push_back(e.id);
    } else if (e.kind == boxedRow) {
      queue.push({squaredDistance(shapes, e.id, p), exactRow, e.id});
    } else {
      const Node& n = nodes_[e.id];
      for (uint32_t i = n.first; i < n.first + n.count; ++i) {
        if (e.id < leafStart_) queue.push({squaredDistance(nodes_[i].box, p) * slack, node, i});
        else queue.push({squaredDistance(boxes_[rows_[i]], p) * slack, boxedRow, rows_[i]});
      }
    }
  }
  return found;
}

}  // namespace geo
