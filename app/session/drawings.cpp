#include "app/session/drawings.h"

#include <filesystem>

#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "geo/save.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using geo::Point;
using geo::ShapeKind;
using geo::Shapes;

double cross(Point a, Point b, Point c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

bool between(Point a, Point b, Point p) {
  return std::min(a.x, b.x) <= p.x && p.x <= std::max(a.x, b.x) && std::min(a.y, b.y) <= p.y &&
         p.y <= std::max(a.y, b.y);
}

bool meet(Point a, Point b, Point c, Point d) {
  const double d1 = cross(c, d, a), d2 = cross(c, d, b), d3 = cross(a, b, c), d4 = cross(a, b, d);
  if (((d1 > 0) != (d2 > 0)) && ((d3 > 0) != (d4 > 0)) && d1 != 0 && d2 != 0 && d3 != 0 && d4 != 0)
    return true;
  return (d1 == 0 && between(c, d, a)) || (d2 == 0 && between(c, d, b)) || (d3 == 0 && between(a, b, c)) ||
         (d4 == 0 && between(a, b, d));
}

double signedArea(std::span<const Point> ring) {
  double twice = 0;
  for (size_t i = 0; i < ring.size(); ++i) {
    const Point a = ring[i], b = ring[(i + 1) % ring.size()];
    twice += (a.x - ring[0].x) * (b.y - ring[0].y) - (b.x - ring[0].x) * (a.y - ring[0].y);
  }
  return twice / 2;
}

void copyRow(Shapes& to, const Shapes& from, size_t row) {
  for (uint32_t p = from.rowStart[row]; p < from.rowStart[row + 1]; ++p) {
    const auto part = from.part(p);
    to.vertices.insert(to.vertices.end(), part.begin(), part.end());
    to.endPart(from.kind == ShapeKind::polygon && from.hole[p]);
  }
  to.endRow();
}

void appendMissing(geo::Column& c) {
  if (c.numeric()) c.numbers.push_back(geo::missing);
  else c.texts.push_back({}), c.present.push_back(0);
}

void write(geo::Column& c, size_t row, const std::string& text) {
  if (c.numeric()) return;
  c.texts.set(row, text), c.present[row] = !text.empty();
}

geo::Column* columnOf(geo::Table& table, std::string_view name) {
  for (geo::Column& c : table.columns)
    if (c.name == name) return &c;
  return nullptr;
}

std::string freeName(const fs::path& wish) {
  const std::string stem = wish.stem().string(), ending = wish.extension().string();
  for (int n = 2;; ++n) {
    const fs::path path = wish.parent_path() / fmt::format("{}-{}{}", stem, n, ending);
    std::error_code error;
    if (!fs::exists(path, error)) return path.string();
  }
}

}  // namespace

std::span<const char* const> layerColours() {
  static constexpr const char* all[] = {"#3E9BD1", "#2FA98C", "#7FB13E", "#D99A2B",
                                        "#DD6B3A", "#CF4A61", "#8B6BC0", "#8A949E"};
  return all;
}

geo::LayerPtr newDrawing(const std::string& name, ShapeKind kind, const geo::Crs& crs) {
  auto layer = std::make_shared<geo::Layer>();
  layer->name = name, layer->crs = crs, layer->shapes.kind = kind;
  layer->table.columns.resize(2);
  layer->table.columns[0].name = "id", layer->table.columns[0].type = geo::ColumnType::integer;
  layer->table.columns[1].name = "name";
  return layer;
}

geo::LayerPtr withFeature(const geo::Layer& from, std::vector<Point> vertices, const std::string& name) {
  auto layer = std::make_shared<geo::Layer>(from);
  for (geo::Column& c : layer->table.columns) appendMissing(c);
  const size_t row = layer->table.rowCount++;
  if (geo::Column* id = columnOf(layer->table, "id"); id && id->numeric()) {
    double most = 0;
    for (const double v : id->numbers)
      if (std::isfinite(v)) most = std::max(most, v);
    id->numbers[row] = most + 1;
  }
  if (geo::Column* c = columnOf(layer->table, "name")) write(*c, row, name);
  if (layer->shapes.kind == ShapeKind::polygon && signedArea(vertices) < 0)
    std::reverse(vertices.begin(), vertices.end());
  layer->shapes.vertices.insert(layer->shapes.vertices.end(), vertices.begin(), vertices.end());
  layer->shapes.endPart(), layer->shapes.endRow();
  layer->bounds = layer->shapes.box();
  return layer;
}

geo::LayerPtr withVertex(const geo::Layer& from, uint32_t row, size_t vertex, Point to) {
  auto layer = std::make_shared<geo::Layer>(from);
  layer->shapes.vertices[layer->shapes.partStart[layer->shapes.rowStart[row]] + vertex] = to;
  layer->bounds = layer->shapes.box();
  return layer;
}

// vertex: of the row, through all its parts; `at` none: it is taken away.
static geo::LayerPtr withOther(const geo::Layer& from, uint32_t row, size_t vertex, std::optional<Point> at) {
  auto layer = std::make_shared<geo::Layer>(from);
  Shapes& s = layer->shapes;
  const size_t v = s.partStart[s.rowStart[row]] + vertex;
  uint32_t part = s.rowStart[row];
  while (s.partStart[part + 1] <= v) ++part;
  if (at) s.vertices.insert(s.vertices.begin() + static_cast<long>(v), *at);
  else s.vertices.erase(s.vertices.begin() + static_cast<long>(v));
  for (size_t p = part + 1; p < s.partStart.size(); ++p)
    s.partStart[p] = at ? s.partStart[p] + 1 : s.partStart[p] - 1;
  layer->bounds = s.box();
  return layer;
}

geo::LayerPtr withVertexAdded(const geo::Layer& from, uint32_t row, size_t vertex, Point at) {
  return withOther(from, row, vertex, at);
}

geo::LayerPtr withoutVertex(const geo::Layer& from, uint32_t row, size_t vertex) {
  return withOther(from, row, vertex, {});
}

geo::LayerPtr withoutRows(const geo::Layer& from, std::vector<uint32_t> rows) {
  std::sort(rows.begin(), rows.end());
  auto layer = std::make_shared<geo::Layer>();
  layer->name = from.name, layer->source = from.source, layer->crs = from.crs;
  layer->shapes.kind = from.shapes.kind;
  for (const geo::Column& c : from.table.columns) {
    geo::Column& kept = layer->table.columns.emplace_back();
    kept.name = c.name, kept.type = c.type;
    for (uint32_t r = 0; r < from.rows(); ++r) {
      if (std::binary_search(rows.begin(), rows.end(), r)) continue;
      if (c.numeric()) kept.numbers.push_back(c.numbers[r]);
      else kept.texts.push_back(c.texts[r]), kept.present.push_back(c.present[r]);
    }
  }
  for (uint32_t r = 0; r < from.rows(); ++r) {
    if (std::binary_search(rows.begin(), rows.end(), r)) continue;
    ++layer->table.rowCount;
    copyRow(layer->shapes, from.shapes, r);
  }
  layer->bounds = layer->shapes.box();
  return layer;
}

geo::LayerPtr withName(const geo::Layer& from, const LayerSpec& spec, uint32_t row, const std::string& name) {
  auto layer = std::make_shared<geo::Layer>(from);
  if (geo::Column* c = columnOf(layer->table, spec.label.empty() ? "name" : spec.label)) write(*c, row, name);
  return layer;
}

geo::Result<void> soundOutline(ShapeKind kind, std::span<const Point> v, Language language) {
  const auto no = [&](const char* zh) { return geo::fail(tr(zh, language)); };
  for (const Point p : v)
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) return no("顶点没有坐标。");
  const size_t least = kind == ShapeKind::point ? 1 : kind == ShapeKind::line ? 2 : 3;
  if (v.size() < least)
    return no(least == 1 ? "点一下放下一个点。" : least == 2 ? "线至少要两个顶点。" : "面至少要三个顶点。");
  if (kind == ShapeKind::point) return {};
  const size_t n = v.size(), sides = kind == ShapeKind::polygon ? n : n - 1;
  for (size_t i = 0; i < sides; ++i)
    if (v[i] == v[(i + 1) % n]) return no("两个相邻的顶点在同一处。");
  if (kind == ShapeKind::line) return {};
  for (size_t i = 0; i < n; ++i)
    for (size_t j = i + 2; j < n; ++j) {
      if (i == 0 && j == n - 1) continue;  // neighbours share a vertex
      if (meet(v[i], v[(i + 1) % n], v[j], v[(j + 1) % n])) return no("这个面的边线自相交。");
    }
  if (signedArea(v) == 0) return no("这个面没有面积。");
  return {};
}

geo::Result<geo::LayerPtr> drawingOf(const Session& session, const std::string& id) {
  const Language language = session.view().language;
  const auto& layers = session.project().layers;
  const auto spec =
      std::find_if(layers.begin(), layers.end(), [&](const LayerSpec& l) { return l.id == id; });
  if (spec == layers.end() || !spec->drawn)
    return geo::fail(tr("只有在窗口里绘制的图层可以改；数据文件本身不改。", language));
  const LayerState& state = session.layer(id);
  const geo::LayerPtr shown = state.shape ? state.shape->layer : nullptr;
  const bool current = spec->drawing ? shown == spec->drawing : state.stage == LayerState::Stage::ready;
  if (!shown || !current) return geo::fail(tr("数据图层还没有载入。", language));
  return shown;
}

bool drawingSaved(const Session& session, const LayerSpec& layer) {
  if (!layer.drawing) return true;
  for (const LayerSpec& l : SessionParts::saved(session).layers)
    if (l.id == layer.id) return l.drawing == layer.drawing;
  return false;
}

std::vector<DrawingFile> drawingFiles(const Session& session, const std::string& base, bool apart) {
  const DerivedState& d = SessionParts::derived(session);
  std::vector<DrawingFile> files;
  for (const LayerSpec& l : session.project().layers) {
    if (!l.drawn) continue;
    DrawingFile f;
    f.layer = l.id, f.name = l.sourceLayer.empty() ? l.id : l.sourceLayer;
    f.before = resolved(SessionParts::base(session), l.source);
    f.path = apart ? resolved(base, fs::path(l.source).filename().string()) : f.before;
    f.drawing = l.drawing, f.saved = drawingSaved(session, l);
    if (const auto own = d.ownFiles.find(f.path); own != d.ownFiles.end()) f.own = own->second;
    files.push_back(std::move(f));
  }
  return files;
}

SavedDrawings saveDrawings(const std::vector<DrawingFile>& files, const std::string& base, bool apart) {
  SavedDrawings out;
  std::error_code error;
  for (const DrawingFile& f : files) {
    if (!apart && ((f.saved && fs::exists(f.before, error)) || !f.drawing)) continue;
    std::string path = f.path;
    const bool ours = !apart && f.own && *f.own == stampOf(path);
    if (!ours && fs::exists(path, error)) {
      path = freeName(path);
      if (!apart && f.own) out.passedOver.emplace_back(f.path, path);
    }
    if (f.drawing) {
      if (auto done = geo::save(*f.drawing, path, {std::nullopt, f.name}); !done) {
        out.error = done.error();
        return out;
      }
    } else if (!fs::copy_file(f.before, path, error)) {
      continue;  // it is not there: the project goes on naming it
    }
    out.written[path] = stampOf(path);
    if (path != f.before) {
      const fs::path relative = fs::path(path).lexically_relative(fs::path(base).lexically_normal());
      out.renamed[f.layer] = relative.empty() || *relative.begin() == ".." ? path : relative.string();
    }
  }
  return out;
}

void followDrawings(Project& project, const std::map<std::string, std::string>& renamed) {
  for (LayerSpec& l : project.layers)
    if (const auto now = renamed.find(l.id); now != renamed.end() && l.drawn) l.source = now->second;
}

}  // namespace session
