#include "geo/weights.h"

#include <bit>
#include <charconv>
#include <fstream>
#include <numbers>
#include <numeric>
#include <queue>
#include <sstream>

#include "geo/measure.h"

namespace geo {
namespace {

Result<double> number(std::string_view text, std::string_view whole) {
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(v) || v <= 0)
    return fail(fmt::format("\"{}\" has no number above zero after the colon.", whole),
                "Examples: knn:4, distance:5000 (metres).");
  return v;
}

// Links given as unordered pairs from row to row, doubles allowed.
Weights fromPairs(std::vector<std::pair<uint32_t, uint32_t>>& pairs, size_t rows) {
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  Weights w;
  w.start.assign(rows + 1, 0);
  w.neighbour.reserve(pairs.size());
  for (auto [from, to] : pairs) {
    ++w.start[from + 1];
    w.neighbour.push_back(to);
  }
  std::partial_sum(w.start.begin(), w.start.end(), w.start.begin());
  w.weight.assign(pairs.size(), 1);
  return w;
}

// −0 and 0 are one place.
Point place(Point p) { return {p.x + 0.0, p.y + 0.0}; }

bool before(Point a, Point b) { return a.x < b.x || (a.x == b.x && a.y < b.y); }

// Every pair of rows that share an item; items are sorted so that equal ones stand together.
template <class Item, class Less>
Weights sharing(std::vector<std::pair<Item, uint32_t>>& items, size_t rows, Less&& less) {
  std::ranges::sort(items, [&](const auto& a, const auto& b) {
    if (less(a.first, b.first)) return true;
    if (less(b.first, a.first)) return false;
    return a.second < b.second;
  });
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (size_t i = 0; i < items.size();) {
    size_t end = i;
    while (end < items.size() && !less(items[i].first, items[end].first)) ++end;
    for (size_t a = i; a < end; ++a)
      for (size_t b = a + 1; b < end; ++b)
        if (items[a].second != items[b].second) {
          pairs.emplace_back(items[a].second, items[b].second);
          pairs.emplace_back(items[b].second, items[a].second);
        }
    i = end;
  }
  return fromPairs(pairs, rows);
}

Weights queen(const Shapes& shapes) {
  std::vector<std::pair<Point, uint32_t>> vertices;
  vertices.reserve(shapes.vertices.size());
  for (uint32_t row = 0; row < shapes.rows(); ++row)
    for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p)
      for (Point v : shapes.part(p)) vertices.emplace_back(place(v), row);
  return sharing(vertices, shapes.rows(), before);
}

Weights rook(const Shapes& shapes) {
  using Edge = std::pair<Point, Point>;
  std::vector<std::pair<Edge, uint32_t>> edges;
  edges.reserve(shapes.vertices.size());
  for (uint32_t row = 0; row < shapes.rows(); ++row)
    for (uint32_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1]; ++p) {
      const auto ring = shapes.part(p);
      for (size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
        const Point a = place(ring[j]), b = place(ring[i]);
        if (!(a == b)) edges.emplace_back(before(a, b) ? Edge{a, b} : Edge{b, a}, row);
      }
    }
  return sharing(edges, shapes.rows(), [](const Edge& a, const Edge& b) {
    return before(a.first, b.first) || (a.first == b.first && before(a.second, b.second));
  });
}

// Points in space, so that degrees need no special cases at the poles and at 180°: a k-d tree in one array,
// each subtree's root in its middle.
class Tree {
 public:
  using Position = std::array<double, 3>;

  Tree(std::span<const Point> points, bool lonLat) : lonLat_(lonLat), points_(points), at_(points.size()) {
    for (size_t i = 0; i < points.size(); ++i)
      at_[i] = lonLat ? onEllipsoid(points[i]) : Position{points[i].x, points[i].y, 0};
    for (uint32_t i = 0; i < points.size(); ++i)
      if (std::isfinite(points[i].x) && std::isfinite(points[i].y)) order_.push_back(i);
    build(0, order_.size(), 0);
  }

  double distance(uint32_t a, uint32_t b) const {
    return lonLat_ ? geodesicDistance(points_[a], points_[b])
                   : std::hypot(points_[a].x - points_[b].x, points_[a].y - points_[b].y);
  }

  // The k others nearest to i. In degrees the straight way through the earth sorts nearly, not quite, as the
  // geodesic: what lies up to 2 % beyond the k-th is measured as well.
  std::vector<uint32_t> nearest(uint32_t i, size_t k) const {
    std::priority_queue<double> best;
    furthest(0, order_.size(), 0, i, k, best);
    if (best.empty()) return {};
    const double reach = std::sqrt(best.top()) * (lonLat_ ? 1.02 : 1 + 1e-12);
    std::vector<std::pair<double, uint32_t>> found;
    for (uint32_t j : within(i, reach)) found.emplace_back(distance(i, j), j);
    std::ranges::sort(found);
    std::vector<uint32_t> rows;
    for (size_t n = 0; n < std::min(k, found.size()); ++n) rows.push_back(found[n].second);
    return rows;
  }

  // All others at a straight distance of at most `reach`.
  std::vector<uint32_t> within(uint32_t i, double reach) const {
    std::vector<uint32_t> found;
    collect(0, order_.size(), 0, i, reach, found);
    return found;
  }

 private:
  static Position onEllipsoid(Point p) {
    constexpr double a = 6378137, e2 = 0.0066943799901413165;
    const double lon = p.x * std::numbers::pi / 180, lat = p.y * std::numbers::pi / 180;
    const double n = a / std::sqrt(1 - e2 * std::sin(lat) * std::sin(lat));
    return {n * std::cos(lat) * std::cos(lon), n * std::cos(lat) * std::sin(lon),
            n * (1 - e2) * std::sin(lat)};
  }

  double squared(uint32_t a, uint32_t b) const {
    double sum = 0;
    for (int k = 0; k < 3; ++k) sum += (at_[a][k] - at_[b][k]) * (at_[a][k] - at_[b][k]);
    return sum;
  }

  void build(size_t first, size_t last, int axis) {
    if (last - first < 2) return;
    const size_t middle = (first + last) / 2;
    std::nth_element(order_.begin() + static_cast<long>(first), order_.begin() + static_cast<long>(middle),
                     order_.begin() + static_cast<long>(last), [&](uint32_t a, uint32_t b) {
                       return at_[a][axis] < at_[b][axis] || (at_[a][axis] == at_[b][axis] && a < b);
                     });
    build(first, middle, (axis + 1) % 3);
    build(middle + 1, last, (axis + 1) % 3);
  }

  void furthest(size_t first, size_t last, int axis, uint32_t i, size_t k,
                std::priority_queue<double>& best) const {
    if (first >= last) return;
    const size_t middle = (first + last) / 2;
    const uint32_t here = order_[middle];
    if (here != i) {
      best.push(squared(i, here));
      if (best.size() > k) best.pop();
    }
    const double beyond = at_[i][axis] - at_[here][axis];
    const bool left = beyond < 0;
    furthest(left ? first : middle + 1, left ? middle : last, (axis + 1) % 3, i, k, best);
    if (best.size() < k || beyond * beyond <= best.top())
      furthest(left ? middle + 1 : first, left ? last : middle, (axis + 1) % 3, i, k, best);
  }

  void collect(size_t first, size_t last, int axis, uint32_t i, double reach,
               std::vector<uint32_t>& found) const {
    if (first >= last) return;
    const size_t middle = (first + last) / 2;
    const uint32_t here = order_[middle];
    if (here != i && squared(i, here) <= reach * reach) found.push_back(here);
    const double beyond = at_[i][axis] - at_[here][axis];
    if (beyond <= reach) collect(first, middle, (axis + 1) % 3, i, reach, found);
    if (beyond >= -reach) collect(middle + 1, last, (axis + 1) % 3, i, reach, found);
  }

  bool lonLat_;
  std::span<const Point> points_;
  std::vector<Position> at_;
  std::vector<uint32_t> order_;
};

template <class NeighboursOf>
Weights gathered(size_t rows, NeighboursOf&& neighboursOf) {
  Weights w;
  for (uint32_t i = 0; i < rows; ++i) {
    auto neighbours = neighboursOf(i);
    std::ranges::sort(neighbours);
    w.neighbour.insert(w.neighbour.end(), neighbours.begin(), neighbours.end());
    w.start.push_back(static_cast<uint32_t>(w.neighbour.size()));
  }
  w.weight.assign(w.neighbour.size(), 1);
  return w;
}

constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();

bool finite(Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (size_t at = 0; (at = line.find_first_not_of(" \t\r", at)) != line.npos;) {
    const size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    found.push_back(line.substr(at, end - at));
    at = end;
  }
  return found;
}

std::vector<std::vector<std::string_view>> linesOfWords(std::string_view text) {
  std::vector<std::vector<std::string_view>> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(words(text.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

std::optional<long> integer(std::string_view text) {
  long v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(v) : std::nullopt;
}

using Names = std::unordered_map<std::string, uint32_t>;

// Row of each text in a column; nothing where two rows share one.
std::optional<Names> namesIn(const Column& column) {
  Names names;
  for (size_t row = 0; row < column.rows(); ++row)
    if (column.has(row) && !names.emplace(column.text(row), static_cast<uint32_t>(row)).second)
      return std::nullopt;
  return names;
}

struct GalRecord {
  std::string_view id;
  std::vector<std::string_view> neighbours;
};

Result<Names> galNames(const std::vector<GalRecord>& records, std::string_view key, const Table& table) {
  const auto holdsAll = [&](const Names& names) {
    return std::ranges::all_of(records,
                               [&](const GalRecord& r) { return names.contains(std::string(r.id)); });
  };
  if (const Column* column = key.empty() ? nullptr : table.find(key))
    if (const auto names = namesIn(*column); names && holdsAll(*names)) return *names;
  for (long base : {1L, 0L}) {
    Names numbers;
    for (size_t row = 0; row < table.rows(); ++row)
      numbers.emplace(fmt::format("{}", static_cast<long>(row) + base), static_cast<uint32_t>(row));
    if (holdsAll(numbers)) return numbers;
  }
  for (const Column& column : table.columns)
    if (const auto names = namesIn(column); names && holdsAll(*names)) return *names;
  if (const Column* column = key.empty() ? nullptr : table.find(key)) {
    std::set<std::string> seen;
    for (size_t row = 0; row < column->rows(); ++row)
      if (column->has(row) && !seen.insert(column->text(row)).second)
        return fail(
            fmt::format("The GAL file counts by the column \"{}\", which holds {} more than once (row {}).",
                        column->name, column->text(row), row),
            "Its values must name one row each.");
  }
  return fail("The GAL file names rows that the layer does not have.",
              "Its ids must be row numbers or the values of one column: " + table.columnNames() + ".");
}

}  // namespace

Result<WeightsRule> WeightsRule::parse(std::string_view text) {
  WeightsRule rule;
  if (text == "queen") return rule;
  if (text == "rook") {
    rule.kind = Kind::rook;
    return rule;
  }
  if (text.starts_with("knn:")) {
    const auto k = number(text.substr(4), text);
    if (!k) return tl::unexpected(k.error());
    if (*k != std::floor(*k) || *k > 1e6)
      return fail(fmt::format("\"{}\" does not ask for a whole number of neighbours.", text),
                  "Example: knn:4.");
    rule.kind = Kind::nearest, rule.k = static_cast<size_t>(*k);
    return rule;
  }
  if (text.starts_with("distance:")) {
    const auto metres = number(text.substr(9), text);
    if (!metres) return tl::unexpected(metres.error());
    rule.kind = Kind::distance, rule.metres = *metres;
    return rule;
  }
  if (text.starts_with("gal:") && text.size() > 4) {
    rule.kind = Kind::file, rule.path = text.substr(4);
    return rule;
  }
  return fail(fmt::format("There are no weights \"{}\".", text),
              "There are: queen, rook, knn:K, distance:METRES, gal:FILE.");
}

std::string WeightsRule::text() const {
  switch (kind) {
    case Kind::queen:
      return "queen";
    case Kind::rook:
      return "rook";
    case Kind::nearest:
      return fmt::format("knn:{}", k);
    case Kind::distance:
      return fmt::format("distance:{}", metres);
    case Kind::file:
      return "gal:" + path;
  }
  return {};
}

std::vector<uint32_t> Weights::islands() const {
  std::vector<uint32_t> rows_;
  for (uint32_t row = 0; row < rows(); ++row)
    if (count(row) == 0) rows_.push_back(row);
  return rows_;
}

Weights nearestWeights(std::span<const Point> points, bool lonLat, size_t k) {
  const Tree tree(points, lonLat);
  return gathered(points.size(), [&](uint32_t i) {
    return finite(points[i]) ? tree.nearest(i, k) : std::vector<uint32_t>{};
  });
}

Weights distanceWeights(std::span<const Point> points, bool lonLat, double metres) {
  const Tree tree(points, lonLat);
  return gathered(points.size(), [&](uint32_t i) {
    if (!finite(points[i])) return std::vector<uint32_t>{};
    // The straight way is never longer than the geodesic, so this finds all and a few too many.
    auto found = tree.within(i, metres * (1 + 1e-12));
    if (lonLat) std::erase_if(found, [&](uint32_t j) { return tree.distance(i, j) > metres; });
    return found;
  });
}

Result<Weights> weightsFromGal(std::string_view text, const Table& table) {
  const auto lines = linesOfWords(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  size_t at = 0;
  const auto next = [&]() -> const std::vector<std::string_view>* {
    while (at < lines.size() && lines[at].empty()) ++at;
    return at < lines.size() ? &lines[at++] : nullptr;
  };
  const auto broken = [&](std::string_view what) {
    return fail(fmt::format("The GAL file is broken at line {}: {}.", at, what),
                "Each row takes two lines: its id and number of neighbours, then their ids.");
  };
  // "49" or "0 49 name key".
  const auto* header = next();
  if (!header) return fail("The GAL file is empty.", "Export it again.");
  const auto declared = integer(header->size() >= 2 ? (*header)[1] : (*header)[0]);
  if (!declared || *declared < 1) return broken("there is no number of rows");
  const std::string_view key = header->size() >= 4 ? header->back() : std::string_view{};

  std::vector<GalRecord> records;
  while (const auto* line = next()) {
    if (line->size() != 2) return broken("an id and a number of neighbours should stand here");
    const auto count = integer((*line)[1]);
    if (!count || *count < 0) return broken("the number of neighbours is no number");
    GalRecord record{(*line)[0], {}};
    while (record.neighbours.size() < static_cast<size_t>(*count)) {
      const auto* ids = next();
      if (!ids) return broken("neighbours are missing");
      record.neighbours.insert(record.neighbours.end(), ids->begin(), ids->end());
    }
    if (record.neighbours.size() != static_cast<size_t>(*count))
      return broken("there are too many neighbours");
    records.push_back(std::move(record));
  }
  if (records.size() != static_cast<size_t>(*declared))
    return fail(fmt::format("The GAL file says that it has {} rows, and has {}.", *declared, records.size()),
                "Export it again.");
  if (records.size() > table.rows())
    return fail(fmt::format("The GAL file has {} rows, the layer {}.", records.size(), table.rows()),
                "Use the file that was made from this layer.");
  std::set<std::string_view> seen;
  for (const GalRecord& r : records)
    if (!seen.insert(r.id).second)
      return fail(fmt::format("The GAL file has the row {} twice.", r.id),
                  "Export it again, or take one of them out.");
  const auto names = galNames(records, key, table);
  if (!names) return tl::unexpected(names.error());
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  for (const GalRecord& r : records) {
    const uint32_t from = names->at(std::string(r.id));
    for (std::string_view id : r.neighbours) {
      const auto to = names->find(std::string(id));
      if (to == names->end())
        return fail(
            fmt::format("The GAL file gives {} the neighbour {}, which is no row of the layer.", r.id, id),
            "Use the file that was made from this layer.");
      if (to->second != from) pairs.emplace_back(from, to->second);
    }
  }
  return fromPairs(pairs, table.rows());
}

Result<Weights> makeWeights(const Layer& layer, const WeightsRule& rule, Progress* progress) {
  using Kind = WeightsRule::Kind;
  if (progress && !progress->keepGoing(0)) return fail("Stopped.");
  Result<Weights> made = Weights{};
  if (rule.kind == Kind::file) {
    std::ifstream in(rule.path, std::ios::binary);
    if (!in) return fail(fmt::format("{} cannot be read.", rule.path), "Check the path of the GAL file.");
    std::stringstream text;
    text << in.rdbuf();
    made = weightsFromGal(text.str(), layer.table);
    if (!made) return fail(rule.path + ": " + made.error().what, made.error().remedy);
  } else if (rule.kind == Kind::queen || rule.kind == Kind::rook) {
    if (layer.shapes.kind != ShapeKind::polygon)
      return fail(fmt::format("{} has no polygons, so nothing in it shares a border.", layer.name),
                  "Use knn:K or distance:METRES.");
    made = rule.kind == Kind::queen ? queen(layer.shapes) : rook(layer.shapes);
  } else {
    if (layer.shapes.kind == ShapeKind::none)
      return fail(fmt::format("{} is a table without shapes, so nothing in it is near anything.", layer.name),
                  "Use gal:FILE, or data with a geometry.");
    if (rule.kind == Kind::distance && !layer.crs.known())
      return fail(
          fmt::format("{} has no known coordinate system, so distances in metres mean nothing.", layer.name),
          "Give one: --crs EPSG:4490.");
    std::vector<Point> points(layer.shapes.rows(), {nowhere, nowhere});
    for (size_t row = 0; row < points.size(); ++row)
      if (layer.shapes.has(row)) points[row] = centroid(layer.shapes, row);
    const bool lonLat = layer.crs.geographic();
    const double unit = lonLat || !layer.crs.known() ? 1 : layer.crs.metresPerUnit();
    made = rule.kind == Kind::nearest ? nearestWeights(points, lonLat, rule.k)
                                      : distanceWeights(points, lonLat, rule.metres / unit);
  }
  if (progress && !progress->keepGoing(1)) return fail("Stopped.");
  return rule.binary ? made : Result<Weights>(rowStandardised(std::move(*made)));
}

Weights keepRows(const Weights& weights, std::span<const uint8_t> keep) {
  constexpr uint32_t gone = 0xffffffffu;
  std::vector<uint32_t> numbered(weights.rows(), gone);
  uint32_t kept = 0;
  for (size_t row = 0; row < weights.rows(); ++row)
    if (keep[row]) numbered[row] = kept++;
  Weights w;
  for (size_t row = 0; row < weights.rows(); ++row) {
    if (!keep[row]) continue;
    for (uint32_t l = weights.start[row]; l < weights.start[row + 1]; ++l) {
      if (numbered[weights.neighbour[l]] == gone) continue;
      w.neighbour.push_back(numbered[weights.neighbour[l]]);
      w.weight.push_back(weights.weight[l]);
    }
    w.start.push_back(static_cast<uint32_t>(w.neighbour.size()));
  }
  return w;
}

Weights rowStandardised(Weights weights) {
  for (size_t row = 0; row < weights.rows(); ++row) {
    double sum = 0;
    for (double v : weights.weightsOf(row)) sum += v;
    if (sum > 0)
      for (uint32_t l = weights.start[row]; l < weights.start[row + 1]; ++l) weights.weight[l] /= sum;
  }
  return weights;
}

}  // namespace geo
