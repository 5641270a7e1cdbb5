#include "app/render/map_cache.h"

#include <chrono>
#include <climits>
#include <set>

namespace render {
namespace {

constexpr int stepsPerOctave = 2;  // finer steps: fewer vertices per frame, more meshes
constexpr int fullStep = INT_MIN;
constexpr double patienceSeconds = 0.006;  // for building meshes inside a frame that must not wait
constexpr size_t budget = size_t{256} << 20;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

const Chunks& chunksOf(const MapGeometry& g, MeshKind kind) {
  switch (kind) {
    case MeshKind::fill:
      return g.rows;
    case MeshKind::inner:
    case MeshKind::innerSeam:
      return g.innerArcs;
    case MeshKind::outer:
    case MeshKind::outerSeam:
      return g.outerArcs;
    case MeshKind::courses:
      return g.lines;
  }
  return g.rows;
}

LineSet setOf(MeshKind kind) {
  switch (kind) {
    case MeshKind::inner:
    case MeshKind::innerSeam:
      return LineSet::inner;
    case MeshKind::outer:
    case MeshKind::outerSeam:
      return LineSet::outer;
    case MeshKind::fill:
    case MeshKind::courses:
      break;
  }
  return LineSet::courses;
}

// Room for more, keeping what is there.
void reserve(gl::Buffer& buffer, gl::Tally& tally, size_t used, size_t wanted) {
  if (buffer && wanted <= buffer.bytes()) return;
  const size_t capacity = std::max(wanted, std::max<size_t>(buffer.bytes() * 2, 1 << 16));
  gl::Buffer bigger(tally);
  glBindBuffer(GL_COPY_WRITE_BUFFER, bigger.id());
  glBufferData(GL_COPY_WRITE_BUFFER, static_cast<GLsizeiptr>(capacity), nullptr, GL_STATIC_DRAW);
  bigger.setBytes(capacity);
  if (used) {
    glBindBuffer(GL_COPY_READ_BUFFER, buffer.id());
    glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, static_cast<GLsizeiptr>(used));
  }
  buffer = std::move(bigger);
}

}  // namespace

struct MapCache::Built {
  std::vector<uint8_t> vertices;
  std::vector<uint32_t> indices;
  uint32_t vertexCount = 0;
  std::vector<std::pair<uint32_t, uint32_t>> rowEnds;

  template <class V>
  explicit Built(Mesh<V>&& mesh)
      : vertices(reinterpret_cast<const uint8_t*>(mesh.vertices.data()),
                 reinterpret_cast<const uint8_t*>(mesh.vertices.data() + mesh.vertices.size())),
        indices(std::move(mesh.indices)),
        vertexCount(static_cast<uint32_t>(mesh.vertices.size())) {}
};

void Ranges::add(uint32_t first, uint32_t count) {
  if (count == 0) return;
  triangles += count / 3;
  const auto offset = reinterpret_cast<const void*>(uintptr_t{first} * sizeof(uint32_t));
  if (!counts.empty() && reinterpret_cast<uintptr_t>(offsets.back()) + counts.back() * sizeof(uint32_t) ==
                             reinterpret_cast<uintptr_t>(offset)) {
    counts.back() += static_cast<GLsizei>(count);
    return;
  }
  counts.push_back(static_cast<GLsizei>(count)), offsets.push_back(offset);
}

void MapCache::startFrame(bool complete) {
  ++frame_, complete_ = complete, spentSeconds_ = 0;
  wanted_.clear();
  for (auto it = layers_.begin(); it != layers_.end();)
    if (it->second.alive.expired()) it = layers_.erase(it);
    else ++it;
  if (tally_.bytes > budget) evict(budget, frame_ - 1);
}

MapCache::Layer& MapCache::layer(const scene::MapShapePtr& shape) {
  Layer& l = layers_[shape.get()];
  l.lastUsed = frame_;
  if (l.geometry && (l.geometry->boundaries || shape->layer->shapes.kind != geo::ShapeKind::polygon))
    return l;
  auto boundaries = shape->boundaries;
  const bool polygons = shape->layer->shapes.kind == geo::ShapeKind::polygon;
  if (!boundaries && polygons && complete_) boundaries = geo::Boundaries::make(shape->layer->shapes);
  if (l.geometry && !boundaries) return l;
  adopt(shape, MapGeometry::make(shape->layer, std::move(boundaries)));
  return l;
}

const MapGeometry* MapCache::geometry(const scene::MapShapePtr& shape) {
  if (!shape || !shape->layer || shape->layer->shapes.rows() == 0) return nullptr;
  constexpr size_t quick = 200'000;  // vertices that are prepared within a frame
  const auto found = layers_.find(shape.get());
  const bool known = found != layers_.end() && found->second.geometry;
  const bool polygons = shape->layer->shapes.kind == geo::ShapeKind::polygon;
  const bool whole = known && (!polygons || found->second.geometry->boundaries);
  if (!complete_ && !whole &&
      (shape->layer->shapes.vertices.size() > quick || (polygons && !shape->boundaries)))
    wantGeometry(shape);
  if (!complete_ && !known && shape->boundaries && shape->layer->shapes.vertices.size() > quick)
    return nullptr;
  return layer(shape).geometry.get();
}

bool MapCache::ready(const scene::MapShapePtr& shape) {
  const auto found = layers_.find(shape.get());
  if (found != layers_.end() && found->second.geometry && found->second.geometry->boundaries) return true;
  wantGeometry(shape);
  return false;
}

// Preparing a large layer, with its boundaries where it has none, is work for others.
void MapCache::wantGeometry(const scene::MapShapePtr& shape) {
  std::string key = fmt::format("geometry {}", static_cast<const void*>(shape.get()));
  for (const Work& w : wanted_)
    if (w.key == key) return;
  wanted_.push_back({std::move(key), [shape, self = std::weak_ptr(self_)]() -> std::function<void()> {
                       const auto boundaries =
                           shape->boundaries || shape->layer->shapes.kind != geo::ShapeKind::polygon
                               ? shape->boundaries
                               : geo::Boundaries::make(shape->layer->shapes);
                       const MapGeometryPtr made = MapGeometry::make(shape->layer, boundaries);
                       return [made, alive = std::weak_ptr(shape), self] {
                         const auto cache = self.lock();
                         const auto still = alive.lock();
                         if (cache && still) (*cache)->adopt(still, made);
                       };
                     }});
}

void MapCache::adopt(const scene::MapShapePtr& shape, MapGeometryPtr geometry) {
  Layer& l = layers_[shape.get()];
  l.alive = shape;
  l.levels.clear(), l.softLevels.clear();
  l.box = shape->layer->bounds.empty() ? shape->layer->shapes.box() : shape->layer->bounds;
  l.geometry = std::move(geometry);
  l.lastUsed = frame_;
}

double MapCache::toleranceOf(const MapGeometry& geometry, int step) {
  if (step == fullStep) return 0;
  const double tolerance = std::exp2(static_cast<double>(step) / stepsPerOctave);
  return tolerance <= geometry.fullDetail ? 0 : tolerance;
}

int MapCache::stepFor(const Layer& layer, double metresPerPixel) const {
  // Less than half a pixel in any direction.
  const int step = static_cast<int>(std::floor(stepsPerOctave * std::log2(0.48 * metresPerPixel)));
  return toleranceOf(*layer.geometry, step) == 0 ? fullStep : step;
}

double MapCache::tolerance(const MapGeometry& geometry, double metresPerPixel) const {
  const double tolerance = 0.48 * metresPerPixel;
  return tolerance <= geometry.fullDetail ? 0 : tolerance;
}

MapCache::Level& MapCache::level(Layer& layer, MeshKey key, int step) {
  const auto [it, isNew] = layer.levels.try_emplace({key, step});
  if (isNew) {
    it->second.key = key;
    it->second.tolerance = toleranceOf(*layer.geometry, step);
    it->second.pieces.resize(chunksOf(*layer.geometry, key.kind).chunks.size());
  }
  return it->second;
}

// Floats must tell a sixteenth of the tolerance apart; the full level serves any zoom and gets millimetres
// where it can.
std::pair<int, int> MapCache::cellOf(const Layer& layer, const Level& level, const Chunk& chunk) const {
  const double extent = std::max(layer.box.width(), layer.box.height());
  const double cell = std::max(level.tolerance > 0 ? level.tolerance * (1 << 20) : 16384.0, extent / 16);
  if (cell >= extent) return {-1, -1};
  const geo::Point c = chunk.box.centre();
  return {static_cast<int>((c.x - layer.box.minX) / cell), static_cast<int>((c.y - layer.box.minY) / cell)};
}

geo::Point MapCache::originOf(const Layer& layer, const Level& level, std::pair<int, int> cell) const {
  if (cell.first < 0) return layer.box.centre();
  const double extent = std::max(layer.box.width(), layer.box.height());
  const double size = std::max(level.tolerance > 0 ? level.tolerance * (1 << 20) : 16384.0, extent / 16);
  return {layer.box.minX + (cell.first + 0.5) * size, layer.box.minY + (cell.second + 0.5) * size};
}

MapCache::Built MapCache::build(const MapGeometry& g, MeshKey key, const Chunk& chunk, double tolerance,
                                geo::Point origin) {
  if (key.kind == MeshKind::fill) {
    FillMesh mesh = fillMesh(g, chunk, tolerance, origin);
    auto rowEnds = std::move(mesh.rowEnds);
    Built built(static_cast<Mesh<FillVertex>&&>(mesh));
    built.rowEnds = std::move(rowEnds);
    return built;
  }
  if (key.kind == MeshKind::innerSeam || key.kind == MeshKind::outerSeam)
    return Built(seamMesh(g, setOf(key.kind), chunk, tolerance, origin));
  return Built(lineMesh(g, setOf(key.kind), chunk, tolerance, origin, key.look, key.roundCap));
}

void MapCache::append(Layer& layer, Level& level, std::vector<std::pair<size_t, Built>> pieces) {
  const std::vector<Chunk>& chunks = chunksOf(*layer.geometry, level.key.kind).chunks;
  const bool fill = level.key.kind == MeshKind::fill;
  const bool seam = level.key.kind == MeshKind::innerSeam || level.key.kind == MeshKind::outerSeam;
  const size_t vertexSize = fill ? sizeof(FillVertex) : seam ? sizeof(SeamVertex) : sizeof(LineVertex);
  std::map<std::pair<int, int>, std::vector<std::pair<size_t, Built>*>> byCell;  // one upload for each arena
  for (auto& p : pieces)
    if (!level.pieces[p.first].built) byCell[cellOf(layer, level, chunks[p.first])].push_back(&p);
  std::vector<uint8_t> vertices;
  std::vector<uint32_t> indices;
  for (const auto& [cell, list] : byCell) {
    auto& owner = level.arenas[cell];
    if (!owner) {
      owner = std::make_unique<Arena>();
      owner->origin = originOf(layer, level, cell);
      owner->array = gl::VertexArray(tally_);
    }
    Arena& a = *owner;
    a.lastUsed = frame_;
    vertices.clear(), indices.clear();
    uint32_t base = a.vertexCount;
    for (auto* p : list) {
      Built& built = p->second;
      level.pieces[p->first] = {&a, a.indexCount + static_cast<uint32_t>(indices.size()),
                                static_cast<uint32_t>(built.indices.size()), std::move(built.rowEnds), true};
      vertices.insert(vertices.end(), built.vertices.begin(), built.vertices.end());
      for (const uint32_t i : built.indices) indices.push_back(i + base);
      base += built.vertexCount;
    }
    const GLuint before[] = {a.vertices.id(), a.indices.id()};
    const size_t vertexBytes = a.vertexCount * vertexSize, indexBytes = a.indexCount * sizeof(uint32_t);
    reserve(a.vertices, tally_, vertexBytes, vertexBytes + vertices.size());
    reserve(a.indices, tally_, indexBytes, indexBytes + indices.size() * sizeof(uint32_t));
    if (before[0] != a.vertices.id() || before[1] != a.indices.id()) {
      glBindVertexArray(a.array.id());
      glBindBuffer(GL_ARRAY_BUFFER, a.vertices.id());
      glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, a.indices.id());
      const auto at = [](size_t offset) { return reinterpret_cast<const void*>(offset); };
      const auto stride = static_cast<GLsizei>(vertexSize);
      glEnableVertexAttribArray(0), glEnableVertexAttribArray(1);
      glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride, at(0));
      if (fill) glVertexAttribIPointer(1, 1, GL_UNSIGNED_INT, stride, at(offsetof(FillVertex, row)));
      else glVertexAttribPointer(1, 4, GL_SHORT, GL_FALSE, stride, at(offsetof(LineVertex, ox)));
      if (seam) {
        glEnableVertexAttribArray(2);
        glVertexAttribIPointer(2, 2, GL_UNSIGNED_INT, stride, at(offsetof(SeamVertex, left)));
      }
    }
    glBindBuffer(GL_COPY_WRITE_BUFFER, a.vertices.id());
    glBufferSubData(GL_COPY_WRITE_BUFFER, static_cast<GLintptr>(vertexBytes),
                    static_cast<GLsizeiptr>(vertices.size()), vertices.data());
    glBindBuffer(GL_COPY_WRITE_BUFFER, a.indices.id());
    glBufferSubData(GL_COPY_WRITE_BUFFER, static_cast<GLintptr>(indexBytes),
                    static_cast<GLsizeiptr>(indices.size() * sizeof(uint32_t)), indices.data());
    a.vertexCount = base, a.indexCount += static_cast<uint32_t>(indices.size());
  }
}

void MapCache::need(const scene::MapShapePtr& shape, Layer& l, MeshKey key, int step,
                    const std::vector<size_t>& visible) {
  Level& lv = level(l, key, step);
  const auto& chunks = chunksOf(*l.geometry, key.kind).chunks;
  std::vector<size_t> missing;
  for (const size_t c : visible)
    if (!lv.pieces[c].built) missing.push_back(c);
  if (missing.empty()) return;

  const auto buildNow = [&](Level& into, std::span<const size_t> which) {
    std::vector<std::pair<size_t, Built>> built;
    for (const size_t c : which) {
      built.emplace_back(c, build(*l.geometry, key, chunks[c], into.tolerance,
                                  originOf(l, into, cellOf(l, into, chunks[c]))));
    }
    append(l, into, std::move(built));
  };
  size_t done = 0;
  const double start = now();
  while (done < missing.size() && (complete_ || spentSeconds_ + now() - start < patienceSeconds)) {
    const size_t some = complete_ ? missing.size() : std::min<size_t>(missing.size() - done, 16);
    buildNow(lv, std::span(missing).subspan(done, some));
    done += some;
  }
  spentSeconds_ += now() - start;
  if (done == missing.size()) return;

  // The rest is for workers. Where nothing else is there to stand in, a coarse piece is quick to make.
  std::vector<size_t> bare;
  for (size_t i = done; i < missing.size(); ++i)
    if (!standIn(l, key, step, missing[i])) bare.push_back(missing[i]);
  if (!bare.empty()) {
    const int coarse = step == fullStep ? coarseStep(l) : step + 6 * stepsPerOctave / 2;
    Level& into = level(l, key, coarse);
    std::erase_if(bare, [&](size_t c) { return into.pieces[c].built; });
    buildNow(into, bare);
  }
  constexpr size_t perWork = 48;
  for (size_t i = done; i < missing.size(); i += perWork) {
    std::vector<size_t> part(missing.begin() + static_cast<ptrdiff_t>(i),
                             missing.begin() + static_cast<ptrdiff_t>(std::min(missing.size(), i + perWork)));
    std::vector<geo::Point> origins;
    for (const size_t c : part) origins.push_back(originOf(l, lv, cellOf(l, lv, chunks[c])));
    wanted_.push_back(
        {fmt::format("mesh {} {} {} {}", static_cast<const void*>(shape.get()),
                     static_cast<int>(key.kind) * 4 + static_cast<int>(key.look) * 2 + key.roundCap, step,
                     part.front()),
         [geometry = l.geometry, key, step, tolerance = lv.tolerance, part = std::move(part),
          origins = std::move(origins), self = std::weak_ptr(self_),
          shape = std::weak_ptr(shape)]() -> std::function<void()> {
           auto built = std::make_shared<std::vector<std::pair<size_t, Built>>>();
           const auto& all = chunksOf(*geometry, key.kind).chunks;
           for (size_t p = 0; p < part.size(); ++p)
             built->emplace_back(part[p], build(*geometry, key, all[part[p]], tolerance, origins[p]));
           return [=] {
             const auto cache = self.lock();
             const auto alive = shape.lock();
             if (!cache || !alive) return;
             MapCache& c = **cache;
             const auto found = c.layers_.find(alive.get());
             if (found == c.layers_.end() || found->second.geometry != geometry) return;
             c.append(found->second, c.level(found->second, key, step), std::move(*built));
           };
         }});
  }
}

int MapCache::coarseStep(const Layer& l) {
  const double extent = std::max({l.box.width(), l.box.height(), 1e-6});
  return static_cast<int>(std::floor(stepsPerOctave * std::log2(extent / 2000)));
}

const Piece* MapCache::standIn(Layer& l, MeshKey key, int step, size_t chunk) {
  const Piece* best = nullptr;
  double nearest = std::numeric_limits<double>::infinity();
  for (auto& [at, lv] : l.levels) {
    if (at.first != key || !lv.pieces[chunk].built) continue;
    const double distance = std::abs(static_cast<double>(at.second) - static_cast<double>(step));
    if (distance < nearest) nearest = distance, best = &lv.pieces[chunk];
  }
  return best;
}

std::vector<Ranges> MapCache::ranges(const scene::MapShapePtr& shape, MeshKey key, const geo::Box& view,
                                     double metresPerPixel) {
  Layer& l = layer(shape);
  const int step = stepFor(l, metresPerPixel);
  const auto& chunks = chunksOf(*l.geometry, key.kind).chunks;
  std::vector<size_t> visible;
  for (size_t c = 0; c < chunks.size(); ++c)
    if (chunks[c].box.intersects(view)) visible.push_back(c);
  need(shape, l, key, step, visible);

  const Level& lv = level(l, key, step);
  std::vector<Part> parts;
  for (const size_t c : visible) {
    const Piece* piece = lv.pieces[c].built ? &lv.pieces[c] : standIn(l, key, step, c);
    if (piece && piece->indexCount) parts.push_back({piece->arena, piece->firstIndex, piece->indexCount});
  }
  return merged(std::move(parts), !l.geometry->overlapping);
}

void MapCache::lines(const scene::MapShapePtr& shape, LineSet set, const geo::Box& view,
                     double metresPerPixel, std::vector<const ChunkLines*>& out) {
  Layer& l = layer(shape);
  const MapGeometry& g = *l.geometry;
  const int step = stepFor(l, metresPerPixel);
  const double tolerance = toleranceOf(g, step);
  const Chunks& all = render::chunksOf(g, set);
  Layer::SoftLevel& level = l.softLevels[{set, step}];
  level.lastUsed = frame_;
  level.chunks.resize(all.chunks.size());
  for (size_t c = 0; c < all.chunks.size(); ++c) {
    const Chunk& chunk = all.chunks[c];
    if (!chunk.box.intersects(view)) continue;
    if (!level.chunks[c]) {
      auto made = std::make_unique<ChunkLines>();
      for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m) {
        const geo::Arc& arc = g.boundaries->arcs()[all.members[m]];
        const float* importance = g.boundaries->importance().data() + arc.firstVertex;
        const auto vertices = g.boundaries->arcVertices(arc);
        for (size_t v = 0; v < vertices.size(); ++v)
          if (tolerance <= 0 || importance[v] > tolerance) made->points.push_back(vertices[v]);
        made->lines.push_back({static_cast<uint32_t>(made->points.size()), arc.left, arc.right});
      }
      level.chunks[c] = std::move(made);
    }
    out.push_back(level.chunks[c].get());
  }
  // Levels are quick to make again: those not seen for a while go.
  std::erase_if(l.softLevels, [&](const auto& s) { return s.second.lastUsed + 200 < frame_; });
}

std::vector<Ranges> MapCache::rowRanges(const scene::MapShapePtr& shape, std::span<const uint32_t> rows,
                                        const geo::Box& view, double metresPerPixel) {
  Layer& l = layer(shape);
  const int step = stepFor(l, metresPerPixel);
  const MeshKey key{MeshKind::fill};
  const Chunks& all = l.geometry->rows;
  const std::set<uint32_t> wantedRows(rows.begin(), rows.end());
  std::vector<size_t> visible;
  for (size_t c = 0; c < all.chunks.size(); ++c) {
    const Chunk& chunk = all.chunks[c];
    if (!chunk.box.intersects(view)) continue;
    for (uint32_t m = chunk.first; m < chunk.first + chunk.count; ++m)
      if (wantedRows.count(all.members[m])) {
        visible.push_back(c);
        break;
      }
  }
  need(shape, l, key, step, visible);
  const Level& lv = level(l, key, step);
  std::vector<Part> parts;
  for (const size_t c : visible) {
    const Piece* piece = lv.pieces[c].built ? &lv.pieces[c] : standIn(l, key, step, c);
    if (!piece) continue;
    uint32_t first = 0;
    for (const auto& [row, end] : piece->rowEnds) {
      if (end > first && wantedRows.count(row))
        parts.push_back({piece->arena, piece->firstIndex + first, end - first});
      first = end;
    }
  }
  return merged(std::move(parts), !l.geometry->overlapping);
}

std::vector<Ranges> MapCache::merged(std::vector<Part> parts, bool anyOrder) {
  if (anyOrder)
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
      return a.arena != b.arena ? a.arena < b.arena : a.first < b.first;
    });
  std::vector<Ranges> out;
  for (const Part& p : parts) {
    if (out.empty() || out.back().arena != p.arena) out.emplace_back().arena = p.arena;
    p.arena->lastUsed = frame_;
    out.back().add(p.first, p.count);
  }
  return out;
}

void MapCache::evict(size_t budgetBytes, uint64_t keepSince) {
  std::vector<std::tuple<uint64_t, Level*, std::pair<int, int>>> old;
  for (auto& [address, l] : layers_)
    for (auto& [at, lv] : l.levels)
      for (auto& [cell, arena] : lv.arenas)
        if (arena->lastUsed < keepSince) old.emplace_back(arena->lastUsed, &lv, cell);
  std::sort(old.begin(), old.end(),
            [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
  for (const auto& [used, lv, cell] : old) {
    if (tally_.bytes <= budgetBytes) return;
    const auto arena = lv->arenas.find(cell);
    for (Piece& p : lv->pieces)
      if (p.arena == arena->second.get()) p = {};
    lv->arenas.erase(arena);
  }
}

void MapCache::forgetUnused() {
  std::erase_if(layers_,
                [&](const auto& l) { return l.second.alive.expired() || l.second.lastUsed + 2 < frame_; });
  for (auto& [address, l] : layers_)
    std::erase_if(l.softLevels, [&](const auto& s) { return s.second.lastUsed + 2 < frame_; });
  evict(0, frame_);
}

}  // namespace render
