// What can be changed about the chosen layer, and what is known about it.
#include "app/panels/column.h"
#include "app/session/drawings.h"
#include "geo/database.h"

namespace panels {
namespace {

std::vector<std::pair<std::string, std::string>> factsOf(const Ui& ui, const session::LayerSpec& spec) {
  std::vector<std::pair<std::string, std::string>> facts;
  const auto& state = ui.session.layer(spec.id);
  const std::string source = geo::isDatabase(spec.source)
                                 ? geo::withoutPassword(spec.source)
                                 : spec.source.substr(spec.source.find_last_of('/') + 1);
  facts.emplace_back(ui.tr("来源"), source + (spec.sourceLayer.empty() ? "" : " · " + spec.sourceLayer));
  if (state.shape && state.shape->layer)
    facts.emplace_back(ui.tr("记录"), fmt::format("{}", state.shape->layer->rows()));
  if (state.sourceCrs.known())
    facts.emplace_back(ui.tr("坐标系"),
                       state.sourceCrs.text().size() < 24 ? state.sourceCrs.text() : state.sourceCrs.name());
  return facts;
}

// Of layers whose colours the look does not decide.
bool hasColour(const session::LayerSpec& spec) { return spec.role == scene::Role::context; }

void drawSwatches(Ui& ui, const session::LayerSpec& spec, float x, float y, float w) {
  const auto swatches = session::layerColours();
  const float k = ui.k, size = 18 * k,
              step = std::min(24 * k, (w - size) / static_cast<float>(swatches.size() - 1));
  for (size_t i = 0; i < swatches.size(); ++i) {
    const Rect r{x + step * static_cast<float>(i), y + 5 * k, size, size};
    const bool on = spec.style.colour == swatches[i];
    const std::string id = fmt::format("style.colour.{}", i);
    const auto p = ui.press(id, r, "swatch", on ? "on" : "off");
    ui.fill(r, scene::parseColour(swatches[i]), 4 * k);
    if (on || p.fade > 0)
      ui.frame({r.x - 2 * k, r.y - 2 * k, size + 4 * k, size + 4 * k},
               ui.theme.text1.withAlpha(on ? 1 : 0.5 * p.fade), 6 * k, 1.5f * k);
    ui.tip(id, p.hovered, on ? ui.tr("再点一次，恢复原来的颜色") : "");
    if (!p.clicked) continue;
    session::StyleSpec style = spec.style;
    if (on) style.colour.reset();
    else style.colour = swatches[i];
    ui.send(session::SetLayerStyle{spec.id, style});
  }
}

}  // namespace

float styleSectionHeight(const Ui& ui) {
  const auto* spec = specOf(ui, ui.state.layer);
  if (!spec) return 0;
  return (30 + 8 + (hasColour(*spec) ? 3 : 2) * 30 + 26 * static_cast<float>(factsOf(ui, *spec).size()) +
          10) *
         ui.k;
}

void drawStyleSection(Ui& ui, Rect r) {
  auto& st = ui.state;
  const auto* spec = specOf(ui, st.layer);
  if (!spec) return;
  const float k = ui.k, pad = 14 * k, label = 76 * k;
  const auto& t = ui.theme;
  ui.fill(r, t.panel);
  ui.hairline(r.x, r.right(), r.y);
  header(ui, {r.x, r.y, r.w, 30 * k}, fmt::format("{} · {}", ui.tr("样式"), ui.name(spec->name)));
  const float x = r.x + pad + label, w = r.right() - pad - x;
  float y = r.y + 38 * k;

  ui.text(Type::body, {r.x + pad, y, label, 28 * k}, ui.tr("不透明度"), t.text2);
  float opacity = static_cast<float>(spec->opacity);
  if (const auto it = st.slidOpacity.find(spec->id); it != st.slidOpacity.end()) opacity = it->second;
  const auto s = ui.slider("style.opacity", {x - 7 * k, y, w - 38 * k, 28 * k}, opacity);
  if (s.changed)
    st.slidOpacity[spec->id] = s.value, ui.send(session::SetLayerOpacity{spec->id, s.value, false});
  if (s.ended && st.slidOpacity.contains(spec->id)) {
    ui.send(session::SetLayerOpacity{spec->id, s.value, true});
    st.slidOpacity.erase(spec->id);
  }
  ui.text(Type::note, {x, y, w, 28 * k}, fmt::format("{:.0f} %", s.value * 100), t.text1, Align::right);
  y += 30 * k;

  if (hasColour(*spec)) {
    ui.text(Type::body, {r.x + pad, y, label, 28 * k}, ui.tr("颜色"), t.text2);
    drawSwatches(ui, *spec, x, y, w);
    y += 30 * k;
  }
  ui.text(Type::body, {r.x + pad, y, label, 28 * k}, ui.tr("次序"), t.text2);
  const auto& layers = ui.session.project().layers;
  const auto at = static_cast<int>(
      std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.id == spec->id; }) -
      layers.begin());
  const float half = (w - 8 * k) / 2;
  if (ui.button("style.up", {x, y + k, half, 25 * k}, ui.tr("上移"), ButtonKind::plain,
                ui.refusal(session::MoveLayer{spec->id, at + 1})))
    ui.send(session::MoveLayer{spec->id, at + 1});
  if (ui.button("style.down", {x + half + 8 * k, y + k, half, 25 * k}, ui.tr("下移"), ButtonKind::plain,
                ui.refusal(session::MoveLayer{spec->id, at - 1})))
    ui.send(session::MoveLayer{spec->id, at - 1});
  y += 32 * k;
  if (ui.button("style.data", {r.right() - pad - 92 * k, y + k, 92 * k, 24 * k}, ui.tr("查看数据"),
                ButtonKind::plain))
    openTab(ui, ColumnTab::data);
  bool first = true;
  for (const auto& [name, value] : factsOf(ui, *spec)) {
    ui.text(Type::body, {r.x + pad, y, label, 26 * k}, name, t.text2);
    const float room = first ? w - 100 * k : w;  // the button stands beside the first
    first = false;
    ui.text(Type::body, {x, y, room, 26 * k}, ui.cut(Type::body, value, room), t.text1);
    y += 26 * k;
  }
}

}  // namespace panels
