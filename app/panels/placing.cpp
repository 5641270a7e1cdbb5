#include "app/panels/placing.h"

#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/form.h"
#include "app/panels/panel_list.h"
#include "app/panels/plot.h"
#include "app/scene/pick.h"
#include "app/session/drawings.h"
#include "app/session/places.h"
#include "app/session/snapshot.h"

namespace panels {
namespace {

using geo::Point;
using geo::ShapeKind;
using session::Tool;

constexpr int escape = 256, enter = 257, backspace = 259, remove = 261, padEnter = 335;
constexpr size_t snapRows = 64, snapVertices = 200'000, handlesShown = 400;

bool oneMap(const Ui& ui) { return ui.scene.composition == scene::Composition::map && !ui.view.pageView; }

// Keys are the map's while nothing that takes them stands over it.
bool keysAreOurs(const Ui& ui) {
  const auto& st = ui.state;
  return st.dialog.kind == Dialog::Kind::none && st.popup.empty() && !st.wasTyping && !st.searchOpen &&
         !ui.view.helpOpen;
}

ShapeKind kindOf(Tool tool) {
  return tool == Tool::point ? ShapeKind::point : tool == Tool::line ? ShapeKind::line : ShapeKind::polygon;
}

Vec onScreen(const Ui& ui, Point world) {
  return ui.view.camera.canvasFromWorld(world) + Vec{ui.layout.map.x, ui.layout.map.y};
}

std::string countyAt(const Ui& ui, Point world) {
  const auto& state = ui.session.layer(ui.scene.cityLayer);
  if (!state.shape || !state.index) return {};
  const auto rows = state.index->at(state.shape->layer->shapes, world);
  return rows.empty() ? std::string() : nameOf(ui, {ui.scene.cityLayer, static_cast<long>(rows[0])});
}

std::optional<scene::Symbol> symbolOf(const Ui& ui, const scene::ObjectRef& object) {
  const auto* layer = scene::findLayer(ui.scene, object.layer);
  const auto at = static_cast<size_t>(object.row);
  if (!layer || object.row < 0 || at >= layer->symbols.size()) return {};
  return layer->symbols[at];
}

// The nearest vertex of what is seen, within reach of the pointer.
std::optional<Point> nearVertex(const Ui& ui, Vec local, float reach,
                                const std::function<void(const std::string&, uint32_t, size_t)>& found = {},
                                bool drawnOnly = false) {
  const Point at = ui.view.camera.worldFromCanvas(local);
  const double far = reach * ui.view.camera.metresPerUnit;
  double best = far * far;
  std::optional<Point> nearest;
  for (auto layer = ui.scene.layers.rbegin(); layer != ui.scene.layers.rend(); ++layer) {
    const auto* spec = specOf(ui, layer->id);
    const auto& state = ui.session.layer(layer->id);
    if (!layer->visible || !state.shape || !state.index || !spec || (drawnOnly && !spec->drawn)) continue;
    const auto& shapes = state.shape->layer->shapes;
    size_t looked = 0, rows = 0;
    for (const uint32_t r : state.index->within(geo::Box{at.x, at.y, at.x, at.y}.grown(far))) {
      if (!scene::isShown(*layer, r) || ++rows > snapRows) continue;
      const uint32_t first = shapes.partStart[shapes.rowStart[r]],
                     end = shapes.partStart[shapes.rowStart[r + 1]];
      if ((looked += end - first) > snapVertices) break;
      for (uint32_t v = first; v < end; ++v) {
        const double dx = shapes.vertices[v].x - at.x, dy = shapes.vertices[v].y - at.y,
                     d = dx * dx + dy * dy;
        if (d >= best) continue;
        best = d, nearest = shapes.vertices[v];
        if (found) found(layer->id, r, v - first);
      }
    }
  }
  return nearest;
}

// The middles of the chosen drawn shape's edges: a new vertex is pulled out of each, before `vertex`.
struct Edge {
  size_t vertex;
  Vec at;  // on the screen
  Point world;
};
std::vector<Edge> edgesOf(const Ui& ui, const scene::ObjectRef& object) {
  std::vector<Edge> out;
  const auto* spec = specOf(ui, object.layer);
  const auto& state = ui.session.layer(object.layer);
  if (!spec || !spec->drawn || !state.shape || object.row < 0) return out;
  const auto& shapes = state.shape->layer->shapes;
  const auto row = static_cast<size_t>(object.row);
  if (shapes.kind == ShapeKind::point || shapes.kind == ShapeKind::none || row >= shapes.rows()) return out;
  for (size_t p = shapes.rowStart[row]; p < shapes.rowStart[row + 1] && out.size() < handlesShown; ++p) {
    const auto part = shapes.part(p);
    const size_t first = shapes.partStart[p] - shapes.partStart[shapes.rowStart[row]];
    for (size_t i = shapes.kind == ShapeKind::polygon ? 0 : 1; i < part.size(); ++i) {
      const Point a = part[i ? i - 1 : part.size() - 1], b = part[i], mid{(a.x + b.x) / 2, (a.y + b.y) / 2};
      const Vec length = onScreen(ui, b) - onScreen(ui, a);
      if (std::hypot(length.x, length.y) < 30 * ui.k) continue;  // its ends are nearer than a finger is wide
      out.push_back({first + i, onScreen(ui, mid), mid});
    }
  }
  return out;
}

void dot(Ui& ui, Vec at, Rgba ink, float size, bool filled) {
  const float half = size / 2;
  ui.fill({at.x - half, at.y - half, size, size}, filled ? ink : ui.theme.panel);
  ui.frame({at.x - half, at.y - half, size, size}, ink, 0, std::max(1.5f, 1.5f * ui.k));
}

// A cross where something is to stand, with the ring of its doubt.
void pin(Ui& ui, Point world, double uncertaintyKm) {
  const Vec at = onScreen(ui, world);
  const float k = ui.k;
  const Rgba ink = ui.theme.accent;
  const auto r = static_cast<float>(uncertaintyKm * 1000 / ui.view.camera.metresPerUnit);
  if (r > 2 * k && r < 20'000) {
    ui.list().AddCircleFilled({at.x, at.y}, r, colour(ink.withAlpha(0.08)), 96);
    ui.list().AddCircle({at.x, at.y}, r, colour(ink.withAlpha(0.9)), 96, 1.5f * k);
  }
  for (const bool halo : {true, false}) {
    const Rgba c = halo ? ui.theme.halo : ink;
    const float w = (halo ? 4.5f : 2) * k, a = 3 * k, b = 11 * k;
    ui.line(at + Vec{-b, 0}, at + Vec{-a, 0}, c, w), ui.line(at + Vec{a, 0}, at + Vec{b, 0}, c, w);
    ui.line(at + Vec{0, -b}, at + Vec{0, -a}, c, w), ui.line(at + Vec{0, a}, at + Vec{0, b}, c, w);
  }
}

void takeOut(Ui& ui, const session::RemoveVertex& gone) {
  if (const auto why = ui.refusal(gone)) tell(ui, *why);
  else ui.send(gone);
}

std::string areaText(double squareMetres) {
  const double km2 = squareMetres / 1e6;
  return km2 >= 0.1 ? fmt::format("{} km²", shortNumber(km2)) : fmt::format("{:.0f} m²", squareMetres);
}

std::string measured(const Ui& ui, ShapeKind kind, const std::vector<Point>& v) {
  if (kind == ShapeKind::point || v.size() < 2) return {};
  double length = 0, twice = 0;
  for (size_t i = 1; i < v.size(); ++i) length += std::hypot(v[i].x - v[i - 1].x, v[i].y - v[i - 1].y);
  if (kind == ShapeKind::line || v.size() < 3) return metresText(length);
  for (size_t i = 0; i < v.size(); ++i) {
    const Point a = v[i], b = v[(i + 1) % v.size()];
    twice += (a.x - v[0].x) * (b.y - v[0].y) - (b.x - v[0].x) * (a.y - v[0].y);
  }
  return fmt::format("{} {}", ui.tr("面积"), areaText(std::abs(twice) / 2));
}

// The drawn layer that took the last shape of this kind, else the uppermost one; empty: none.
std::vector<const session::LayerSpec*> layersFor(const Ui& ui, ShapeKind kind) {
  std::vector<const session::LayerSpec*> fit;
  const auto& all = ui.session.project().layers;
  for (auto l = all.rbegin(); l != all.rend(); ++l) {
    const auto& shape = ui.session.layer(l->id).shape;
    if (!l->drawn || !shape) continue;
    const auto own = shape->layer->shapes.kind;
    if (own == kind || (own == ShapeKind::none && !shape->layer->rows())) fit.push_back(&*l);
  }
  return fit;
}

std::string newLayerName(const Ui& ui, ShapeKind kind) {
  const std::string stem = ui.tr(kind == ShapeKind::point  ? "绘制的点"
                                 : kind == ShapeKind::line ? "绘制的线"
                                                           : "绘制的面");
  for (int n = 1;; ++n) {
    const std::string name = n == 1 ? stem : fmt::format("{} {}", stem, n);
    const auto& all = ui.session.project().layers;
    if (std::none_of(all.begin(), all.end(), [&](const auto& l) { return l.id == name; })) return name;
  }
}

void finish(Ui& ui) {
  auto& m = ui.state.tools;
  const ShapeKind kind = kindOf(ui.view.tool);
  if (const auto sound = session::soundOutline(kind, m.shape, ui.view.language); !sound) {
    tell(ui, sound.error().text());
    return;
  }
  openDialog(ui, Dialog::Kind::feature);
  auto& d = ui.state.dialog;
  d.file.clear(), d.layerName = newLayerName(ui, kind);
  d.shapeKind = kind;
  const auto fit = layersFor(ui, kind);
  if (!fit.empty()) d.target = fit[0]->id;
  for (const auto* l : fit)
    if (l->id == m.drawnInto) d.target = l->id;
}

// A row with a word and a field.
bool row(Ui& ui, const DialogFrame& f, float& y, const char* id, std::string_view word, std::string& text,
         const char* placeholder, bool focus = false, float width = 0) {
  const float k = ui.k, label = 96 * k, h = 32 * k;
  ui.text(Type::body, {f.body.x, y, label, h}, word, ui.theme.text2);
  const bool changed =
      ui.field(id, {f.body.x + label, y, width > 0 ? width : f.body.w - label, h}, text, placeholder, focus);
  y += 40 * k;
  return changed;
}

}  // namespace

bool drawsShapes(const Ui& ui) {
  return ui.view.tool == Tool::point || ui.view.tool == Tool::line || ui.view.tool == Tool::polygon;
}

// Carrying
// -----------------------------------------------------------------------------------------------------------

bool carryOnMap(Ui& ui, const Press& map, Vec mouse, Vec local) {
  auto& st = ui.state;
  auto& m = st.tools;
  if (ui.view.tool != Tool::move) return false;
  // The vertices that can be taken.
  size_t handles = 0;
  std::vector<std::pair<Vec, bool>> seen;
  for (const auto& layer : ui.scene.layers) {
    const auto* spec = specOf(ui, layer.id);
    const auto& state = ui.session.layer(layer.id);
    if (!spec || !spec->drawn || !layer.visible || !state.shape || !state.index) continue;
    const auto& shapes = state.shape->layer->shapes;
    if (shapes.kind == ShapeKind::none) continue;
    for (const uint32_t r : state.index->within(ui.view.camera.world())) {
      const bool chosen =
          ui.view.selected && ui.view.selected->layer == layer.id && ui.view.selected->row == r;
      for (uint32_t v = shapes.partStart[shapes.rowStart[r]]; v < shapes.partStart[shapes.rowStart[r + 1]];
           ++v)
        if (chosen || ++handles <= handlesShown) seen.emplace_back(onScreen(ui, shapes.vertices[v]), chosen);
    }
  }
  const std::vector<Edge> edges = ui.view.selected ? edgesOf(ui, *ui.view.selected) : std::vector<Edge>{};
  for (const Edge& e : edges) {
    ui.list().AddCircleFilled({e.at.x, e.at.y}, 3.5f * ui.k, colour(ui.theme.panel));
    ui.list().AddCircle({e.at.x, e.at.y}, 3.5f * ui.k, colour(ui.theme.accent), 0, 1.2f * ui.k);
  }
  for (const auto& [at, chosen] : seen) dot(ui, at, ui.theme.accent, (chosen ? 9 : 7) * ui.k, chosen);
  if (!edges.empty()) ui.record("drawn.edges", ui.layout.map, "edges", fmt::format("{}", edges.size()));

  if (map.hovered && keysAreOurs(ui) && !m.carried)
    for (const auto& key : ui.input.keys) {
      if (key.key != remove || key.ctrl || key.shift) continue;
      std::optional<session::RemoveVertex> gone;
      if (nearVertex(
              ui, local, 9 * ui.k,
              [&](const std::string& id, uint32_t r, size_t v) {
                gone = session::RemoveVertex{id, r, v};
              },
              true))
        takeOut(ui, *gone), m.escaped = true;  // not the whole shape
    }

  if (map.held && !m.carried && !st.mapPressed) {
    m.vertex.reset(), m.newVertex = false;
    std::optional<scene::ObjectRef> object;
    if (nearVertex(
            ui, local, 9 * ui.k,
            [&](const std::string& id, uint32_t r, size_t v) {
              object = scene::ObjectRef{id, static_cast<long>(r)}, m.vertex = v;
            },
            true)) {
      m.carried = object, m.newVertex = false;
    } else if (const auto e = std::find_if(edges.begin(), edges.end(),
                                           [&](const Edge& x) {
                                             const Vec gap = x.at - mouse;
                                             return std::hypot(gap.x, gap.y) < 9 * ui.k;
                                           });
               e != edges.end()) {
      m.carried = ui.view.selected, m.vertex = e->vertex, m.newVertex = true;
    } else if (ui.input.map) {
      object = scene::pick(*ui.input.map, ui.scene, ui.view.camera, local);
      if (object && symbolOf(ui, *object)) {
        if (const auto key = session::placeableKey(ui.session, *object); key) m.carried = object;
      }
    }
    if (!m.carried) return false;
    m.fromList = false, m.moved = false;
    st.pressedAt = mouse;
  }
  if (!m.carried || m.fromList) return false;
  const Vec gone = mouse - st.pressedAt;
  m.moved = m.moved || std::abs(gone.x) + std::abs(gone.y) > 4 * ui.k;
  st.hoverClaimed = true;
  ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeAll);
  if (map.held) {
    for (const auto& key : ui.input.keys)
      if (key.key == escape) {  // stays where it was
        m.carried.reset(), m.escaped = true;
        st.mapPressed = st.mapDragging = st.mapDead = true;
        return true;
      }
    return true;
  }
  const auto object = *std::exchange(m.carried, {});
  const auto vertex = std::exchange(m.vertex, {});
  if (m.newVertex && vertex) {
    Point to = ui.view.camera.worldFromCanvas(local);
    for (const Edge& e : edges)
      if (!m.moved && e.vertex == *vertex) to = e.world;
    const session::AddVertex add{object.layer, static_cast<uint32_t>(object.row), *vertex, to};
    if (const auto why = ui.refusal(add)) tell(ui, *why);
    else ui.send(add);
  } else if (!m.moved && vertex && ImGui::GetIO().KeyAlt) {
    takeOut(ui, {object.layer, static_cast<uint32_t>(object.row), *vertex});
  } else if (!m.moved) {
    ui.send(session::Select{object});
  } else if (vertex) {
    Point to = ui.view.camera.worldFromCanvas(local);
    const session::MoveVertex move{object.layer, static_cast<uint32_t>(object.row), *vertex, to};
    if (const auto why = ui.refusal(move)) tell(ui, *why);
    else ui.send(move);
  } else if (ui.layout.map.contains(mouse)) {
    openPlaceDialog(ui, object, ui.view.camera.worldFromCanvas(local));
  }
  return true;
}

void drawCarried(Ui& ui) {
  auto& st = ui.state;
  auto& m = st.tools;
  const bool down = ImGui::IsMouseDown(0);
  if (!m.carried) {
    m.fromList = m.fromList && down;  // called off: the rest of that drag means nothing
    return;
  }
  const auto mp = ImGui::GetIO().MousePos;
  const Vec mouse{mp.x, mp.y};
  const Rect map = ui.layout.map;
  const bool over = map.contains(mouse) && oneMap(ui);
  const Point world = ui.view.camera.worldFromCanvas(mouse - Vec{map.x, map.y});
  if (m.fromList) {
    for (const auto& key : ui.input.keys)
      if (key.key == escape) {
        m.carried.reset(), m.escaped = true;
        return;
      }
    if (!down) {
      m.fromList = false;
      const auto object = *std::exchange(m.carried, {});
      if (over) openPlaceDialog(ui, object, world);
      return;
    }
  } else if (!m.moved) {
    return;
  }
  const Rect all{0, 0, ui.input.width, ui.input.height};
  ui.begin("##carried", all, {}, true, false);
  if (m.vertex) {
    dot(ui, mouse, ui.theme.accent, 9 * ui.k, true);
  } else if (const auto symbol = symbolOf(ui, *m.carried)) {
    ui.symbol(*symbol, over ? scene::Certainty::known : scene::Certainty::hollow, mouse, 24 * ui.k);
  }
  ui.end();
  if (m.vertex) return;
  std::vector<std::string> lines{nameOf(ui, *m.carried)};
  if (!over) {
    lines.push_back(ui.tr("拖到地图上放下"));
  } else {
    const auto* degrees = toDegrees(ui);
    const Point at = degrees ? (*degrees)(world) : world;
    std::string where = fmt::format("{:.4f}°, {:.4f}°", at.x, at.y);
    if (const auto county = countyAt(ui, world); !county.empty()) where = county + " · " + where;
    lines.push_back(where);
  }
  pointerLabel(ui, mouse, all, lines);
  st.hoverClaimed = true;
}

// Drawing
// ------------------------------------------------------------------------------------------------------------

void drawShapeByHand(Ui& ui, const Press& map, bool clicked, Vec mouse, Vec local) {
  auto& st = ui.state;
  auto& m = st.tools;
  const ShapeKind kind = kindOf(ui.view.tool);
  if (m.shapeTool != ui.view.tool) m.shape.clear(), m.shapeTool = ui.view.tool;
  st.hoverClaimed = true;
  const bool asking = st.dialog.kind == Dialog::Kind::feature;
  m.snapped.reset();
  bool closes = false;
  if (map.hovered && !st.mapDragging && !asking) {
    if (kind == ShapeKind::polygon && m.shape.size() >= 3) {
      const Vec gap = onScreen(ui, m.shape[0]) - mouse;
      closes = std::hypot(gap.x, gap.y) < 10 * ui.k;
    }
    if (closes) m.snapped = m.shape[0];
    else if (!ImGui::GetIO().KeyAlt) m.snapped = nearVertex(ui, local, 9 * ui.k);
  }
  const Point at = m.snapped ? *m.snapped : ui.view.camera.worldFromCanvas(local);
  if (clicked) {
    if (closes) {
      finish(ui);
    } else if (m.shape.empty() || m.shape.back() != at) {
      if (kind == ShapeKind::point) m.shape.clear();
      m.shape.push_back(at);
      if (kind == ShapeKind::point) finish(ui);
    }
  }
  if (keysAreOurs(ui))
    for (const auto& key : ui.input.keys) {
      if (key.key == enter || key.key == padEnter) finish(ui);
      else if (key.key == backspace && !m.shape.empty()) m.shape.pop_back();
      else if (key.key == escape) {
        if (m.shape.empty()) ui.send(session::SetTool{Tool::pan});
        m.shape.clear(), m.escaped = true;
      }
    }
  if (map.doubled && !st.mapDead) {
    st.mapDead = true;
    if (kind != ShapeKind::point) finish(ui);
  }
  if (m.shape.empty() && !map.hovered) return;

  const Rgba ink = ui.theme.accent;
  std::vector<Point> shape = m.shape;
  const bool follows = map.hovered && !asking && !closes && kind != ShapeKind::point;
  if (follows) shape.push_back(at);
  std::vector<Vec> px;
  for (const Point p : shape) px.push_back(onScreen(ui, p));
  const float w = 2 * ui.k;
  if (kind == ShapeKind::polygon && px.size() >= 3) drawOutline(ui, px);
  for (size_t i = 1; i < px.size(); ++i) {
    ui.line(px[i - 1], px[i], ui.theme.halo.withAlpha(0.7), w + 2 * ui.k);
    ui.line(px[i - 1], px[i], ink, w);
  }
  for (size_t i = 0; i < m.shape.size(); ++i)
    dot(ui, onScreen(ui, m.shape[i]), ink, 7 * ui.k, i + 1 == m.shape.size());
  if (m.snapped)
    ui.list().AddCircle({onScreen(ui, *m.snapped).x, onScreen(ui, *m.snapped).y}, 9 * ui.k, colour(ink), 24,
                        2 * ui.k);
  ui.record("drawn.shape", ui.layout.map, "shape", fmt::format("{}", m.shape.size()));
  if (!map.hovered || asking || st.mapDragging) return;
  ImGui::SetMouseCursor(ImGuiMouseCursor_Arrow);
  std::vector<std::string> lines;
  const std::string size = measured(ui, kind, shape);
  if (m.shape.empty())
    lines.push_back(ui.tr(kind == ShapeKind::point ? "点一下放下一个点" : "点一下放下第一个顶点"));
  else lines.push_back(size.empty() ? ui.tr("再点下一个顶点") : size);
  if (closes) lines.push_back(ui.tr("点这里闭合"));
  else if (m.shape.size() >= (kind == ShapeKind::line ? 2u : 3u))
    lines.push_back(ui.tr("双击或回车结束 · 退格撤回一点 · Esc 取消"));
  else if (m.snapped) lines.push_back(ui.tr("吸附到已有的顶点；按住 Alt 不吸附"));
  pointerLabel(ui, mouse, ui.layout.map, lines);
}

// Forms
// --------------------------------------------------------------------------------------------------------------

void openPlaceDialog(Ui& ui, const scene::ObjectRef& object, std::optional<Point> world) {
  const auto key = session::placeableKey(ui.session, object);
  if (!key) return tell(ui, key.error().text());
  const auto* degrees = toDegrees(ui);
  if (!degrees) return;
  openDialog(ui, Dialog::Kind::place);
  auto& d = ui.state.dialog;
  const auto& m = ui.state.tools;
  const auto* before = session::placeOf(ui.session, object);
  if (before) d.place = *before;
  d.place.layer = object.layer, d.place.key = *key;
  d.place.on = session::today();
  d.object = object;
  if (d.place.by.empty()) d.place.by = m.lastBy;
  const auto& state = ui.session.layer(object.layer);
  const auto at = static_cast<size_t>(object.row);
  const auto& shapes = state.shape->layer->shapes;
  const bool placed = at < shapes.rows() && shapes.has(at);
  if (!world) world = placed ? shapes.part(shapes.rowStart[at])[0] : ui.view.camera.centre;
  const Point lonLat = (*degrees)(*world);
  d.lonText = fmt::format("{:.6f}", lonLat.x), d.latText = fmt::format("{:.6f}", lonLat.y);
  const auto* layer = scene::findLayer(ui.scene, object.layer);
  double km = before ? before->uncertaintyKm : m.lastKm;
  if (!before && placed && layer && at < layer->uncertaintyMetres.size() && layer->uncertaintyMetres[at] > 0)
    km = std::min(km, layer->uncertaintyMetres[at] / 1000);
  d.kmText = fmt::format("{:g}", km);
}

void drawPlaceDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  const float k = ui.k;
  const auto lon = numberIn(d.lonText), lat = numberIn(d.latText), km = numberIn(d.kmText);
  std::optional<Vec> spot;
  if (lon && lat && oneMap(ui)) {
    if (const auto* degrees = toDegrees(ui)) {
      const Point world = degrees->inverse({*lon, *lat});
      if (std::isfinite(world.x) && std::isfinite(world.y)) {
        spot = onScreen(ui, world);
        ui.begin("##pin", ui.layout.map, {}, true, false);
        pin(ui, world, km.value_or(0));
        ui.end();
      }
    }
  }
  const auto f =
      beginDialog(ui, 480, 372, fmt::format(fmt::runtime(ui.tr("“{}”的位置")), nameOf(ui, d.object)), spot);
  float y = f.body.y - 4 * k;
  const float label = 96 * k, h = 32 * k, gap = 8 * k, half = (f.body.w - label - gap) / 2;
  ui.text(Type::body, {f.body.x, y, label, h}, ui.tr("经度、纬度"), ui.theme.text2);
  ui.field("place.lon", {f.body.x + label, y, half, h}, d.lonText, "113.05");
  ui.field("place.lat", {f.body.x + label + half + gap, y, half, h}, d.latText, "23.70");
  y += 40 * k;
  const float kmWidth = 96 * k;
  ui.text(Type::note, {f.body.x + label + kmWidth + gap, y, f.body.w - label - kmWidth - gap, h},
          ui.tr("千米以内；0：没有说"), ui.theme.text3);
  row(ui, f, y, "place.km", ui.tr("不确定范围"), d.kmText, "1", false, kmWidth);
  row(ui, f, y, "place.by", ui.tr("据谁"), d.place.by, ui.tr("单位、姓名或文件"),
      std::exchange(d.focus, false));
  row(ui, f, y, "place.on", ui.tr("日期"), d.place.on, "2026-11-29");
  row(ui, f, y, "place.note", ui.tr("备注"), d.place.note, ui.tr("可不写"));
  session::PlaceObject put{d.place};
  put.place.lon = lon.value_or(geo::missing), put.place.lat = lat.value_or(geo::missing);
  put.place.uncertaintyKm = km.value_or(-1);
  const auto refusal = ui.refusal(put);
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("放到图上")}, {"cancel", ui.tr("取消")}}, refusal);
  ui.end();
  if ((b == 0 || dialogEnter(ui)) && !refusal) {
    ui.state.tools.lastBy = put.place.by, ui.state.tools.lastKm = put.place.uncertaintyKm;
    const auto object = d.object;
    d = {};
    ui.send(put);
    ui.send(session::Select{object});
  } else if (b == 1 || dialogEscape(ui)) {
    d = {};
  }
}

void openFeatureName(Ui& ui, const std::string& layer, uint32_t at) {
  openDialog(ui, Dialog::Kind::featureName);
  auto& d = ui.state.dialog;
  d.target = layer, d.object = {layer, static_cast<long>(at)};
  d.file = nameOf(ui, d.object);
}

void drawFeatureDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  auto& m = ui.state.tools;
  const float k = ui.k;
  if (d.kind == Dialog::Kind::featureName) {
    const auto f = beginDialog(ui, 420, 190, ui.tr("图形的名称"));
    ui.field("dialog.name", {f.body.x, f.body.y, f.body.w, 32 * k}, d.file, ui.tr("名称"),
             std::exchange(d.focus, false));
    const session::RenameFeature rename{d.target, static_cast<uint32_t>(d.object.row), d.file};
    const auto refusal = ui.refusal(rename);
    const int b = dialogButtons(ui, f, {{"ok", ui.tr("确定")}, {"cancel", ui.tr("取消")}}, refusal);
    ui.end();
    if ((b == 0 || dialogEnter(ui)) && !refusal) d = {}, ui.send(rename);
    else if (b == 1 || dialogEscape(ui)) d = {};
    return;
  }
  const auto fit = layersFor(ui, d.shapeKind);
  const bool fresh = d.target.empty(), opened = d.focus;  // opened: by this very press of Enter
  const auto f = beginDialog(ui, 480, fresh ? 330 : 250, ui.tr("绘制的图形"));
  float y = f.body.y - 4 * k;
  const float label = 96 * k;
  row(ui, f, y, "feature.name", ui.tr("名称"), d.file, ui.tr("图上显示的名称"),
      std::exchange(d.focus, false));
  std::vector<std::string> names;
  int chosen = 0;
  for (size_t i = 0; i < fit.size(); ++i) {
    names.push_back(ui.name(fit[i]->name));
    if (fit[i]->id == d.target) chosen = static_cast<int>(i);
  }
  names.push_back(ui.tr("新图层…"));
  if (fresh) chosen = static_cast<int>(names.size()) - 1;
  ui.text(Type::body, {f.body.x, y, label, 32 * k}, ui.tr("放入"), ui.theme.text2);
  const int c = choiceAt(ui, "feature.layer", {f.body.x + label, y, f.body.w - label, 32 * k}, names, chosen);
  y += 40 * k;
  if (fresh) {
    row(ui, f, y, "feature.layerName", ui.tr("图层名称"), d.layerName, ui.tr("名称"));
    const std::string own = d.layerName + ".gpkg";
    row(ui, f, y, "feature.file", ui.tr("文件"), d.gpkg, own.c_str());
  }
  const session::AddFeature add{d.target, d.shapeKind, m.shape, d.file, d.layerName, d.gpkg};
  const auto refusal = ui.refusal(add);
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("放到图上")}, {"cancel", ui.tr("继续画")}}, refusal);
  ui.end();
  if (c >= 0) d.target = c < static_cast<int>(fit.size()) ? fit[static_cast<size_t>(c)]->id : "";
  if ((b == 0 || (dialogEnter(ui) && !opened)) && !refusal) {
    m.drawnInto = d.target.empty() ? d.layerName : d.target;
    m.shape.clear();
    d = {};
    ui.send(add);
  } else if (b == 1 || dialogEscape(ui)) {
    if (d.shapeKind == ShapeKind::point) m.shape.clear();
    d = {};  // what is drawn so far stays
  }
}

void offerRecovery(Ui& ui) {
  auto& st = ui.state;
  if (!ui.view.recovery || st.dialog.kind != Dialog::Kind::none || st.recoveryAsked == ui.view.recovery->file)
    return;
  st.recoveryAsked = ui.view.recovery->file;
  openDialog(ui, Dialog::Kind::recover);
}

void drawRecoverDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  if (!ui.view.recovery) return void(d = {});
  const auto f = beginDialog(ui, 500, 200, ui.tr("恢复没有保存的修改吗？"));
  ui.paragraph(Type::body, f.body,
               fmt::format(fmt::runtime(ui.tr("上次没有正常退出；{} 的修改还没有保存进项目文件。")),
                           ui.view.recovery->when),
               ui.theme.text2);
  const int b = dialogButtons(
      ui, f, {{"recover", ui.tr("恢复")}, {"later", ui.tr("以后再说")}, {"discard", ui.tr("丢弃")}});
  ui.end();
  if (b == 0 || dialogEnter(ui)) d = {}, ui.send(session::Recover{true});
  else if (b == 2) d = {}, ui.send(session::Recover{false});
  else if (b == 1 || dialogEscape(ui)) d = {};
}

}  // namespace panels
