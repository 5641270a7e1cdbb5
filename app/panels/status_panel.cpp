// Where the pointer is, at what scale, over which place; what is still being done.
#include "app/panels/page.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

std::string degrees(double v, char positive, char negative) {
  return fmt::format("{:.5f}°{}", std::abs(v), v < 0 ? negative : positive);
}

double rounded(double v) {  // three figures
  if (!(v > 0)) return 0;
  const double p = std::pow(10, std::floor(std::log10(v)) - 2);
  return std::round(v / p) * p;
}

std::string spaced(double v) {
  std::string s = fmt::format("{:.0f}", v);
  for (size_t i = s.size(); i > 3; i -= 3) s.insert(i - 3, "\u2009");
  return s;
}

std::string placeText(const Ui& ui) {
  if (!ui.view.hovered) return {};
  const auto& h = *ui.view.hovered;
  std::string text = nameOf(ui, h);
  const auto* layer = scene::findLayer(ui.scene, h.layer);
  const auto* counties = scene::findLayer(ui.scene, ui.scene.cityLayer);
  if (layer && counties && layer != counties && h.row >= 0 &&
      static_cast<size_t>(h.row) < layer->countyRow.size() &&
      layer->countyRow[static_cast<size_t>(h.row)] >= 0)
    text += " · " + nameOf(ui, {counties->id, layer->countyRow[static_cast<size_t>(h.row)]});
  return text;
}

}  // namespace

void drawStatusBar(Ui& ui) {
  const Rect r = ui.layout.status;
  const float k = ui.k, gap = 20 * k;
  const auto& t = ui.theme;
  ui.begin("##status", r, t.bar);
  ui.hairline(r.x, r.right(), r.y);

  // Right first: it must not be lost. What is going on, else what there is; messages.
  float right = r.right() - 14 * k;
  const auto messages = ui.session.messages().size();
  {
    const bool bad = std::any_of(ui.session.messages().begin(), ui.session.messages().end(),
                                 [](const auto& m) { return m.level != session::Message::Level::info; });
    const std::string text = fmt::format(fmt::runtime(ui.tr("{} 条消息", messages)), messages);
    const float w = ui.width(Type::note, text) + 16 * k;
    const Rect b{right - w + 8 * k, r.y + 3 * k, w, r.h - 6 * k};
    const auto p = ui.press("messages", b, "button", text);
    if (p.fade > 0 || ui.view.messagesPanel)
      ui.fill(b, t.text1.withAlpha(ui.view.messagesPanel ? 0.1 : 0.07 * p.fade), 4 * k);
    ui.text(Type::note, b, text, bad ? t.warning : t.text3, Align::centre);
    if (p.clicked) ui.send(session::TogglePanel{"messages"});
    right = b.x - 8 * k;
  }
  const double exporting = ui.session.exportFraction();
  if (exporting >= 0) {
    if (ui.iconButton("export.stop", {right - 20 * k, r.y + 4 * k, 20 * k, 20 * k}, Icon::close,
                      ui.tr("停止导出")))
      ui.send(session::CancelJobs{true});
    right -= 26 * k;
    const float w = 120 * k;
    ui.fill({right - w, r.centre().y - 2 * k, w, 4 * k}, t.rule, 2 * k);
    ui.fill({right - w, r.centre().y - 2 * k, w * static_cast<float>(std::clamp(exporting, 0.0, 1.0)), 4 * k},
            t.accent, 2 * k);
    right -= w + 10 * k;
    const std::string text = fmt::format("{} {:.0f} %", ui.tr("导出图像"), exporting * 100);
    const float tw = ui.width(Type::note, text);
    ui.text(Type::note, {right - tw, r.y, tw + 1, r.h}, text, t.text2);
    right -= tw + gap;
  } else {
    const std::string away = ui.session.databasesAway();
    std::string text = !away.empty() ? away : ui.session.busy() ? ui.session.busyText() : "";
    if (text.empty()) {
      size_t illustrative = 0;
      for (const auto& l : ui.scene.layers) illustrative += l.illustrative;
      const auto* city = scene::findLayer(ui.scene, ui.scene.cityLayer);
      if (city && city->shape && city->shape->layer)
        text = fmt::format(fmt::runtime(ui.tr("{} 县（市、区）", city->shape->layer->rows())),
                           city->shape->layer->rows()) +
               " · ";
      text += fmt::format(fmt::runtime(ui.tr("{} 图层", ui.session.project().layers.size())),
                          ui.session.project().layers.size());
      if (illustrative)
        text += fmt::format(fmt::runtime(ui.tr(" · {} 层示例数据", static_cast<size_t>(illustrative))),
                            illustrative);
    }
    const float w = std::min(ui.width(Type::note, text), r.w * 0.4f);
    ui.text(Type::note, {right - w, r.y, w + 1, r.h}, text,
            !away.empty()       ? t.warning
            : ui.session.busy() ? t.text1
                                : t.text3);
    ui.record("status.work", {right - w, r.y, w, r.h}, "text", text);
    right -= w + gap;
  }

  const auto mouse = ImGui::GetIO().MousePos;
  const Rect map = ui.layout.map;
  const auto& camera = ui.view.camera;
  const bool over = map.contains({mouse.x, mouse.y});
  const geo::Point at = over ? camera.worldFromCanvas({mouse.x - map.x, mouse.y - map.y}) : camera.centre;
  float x = r.x + 14 * k;
  const auto put = [&](const std::string& id, const std::string& text, float least, Rgba ink) {
    const float w = std::max(ui.width(Type::note, text), least);
    if (x + ui.width(Type::note, text) > right) return;
    ui.text(Type::note, {x, r.y, w + 1, r.h}, text, ink);
    ui.record(id, {x, r.y, w, r.h}, "text", text);
    x += w + gap;
  };
  // Fixed widths: what moves with the pointer must not push its neighbours about.
  if (ui.view.pageView) {  // of the paper, not of the map that it hides
    const auto& page = ui.state.page;
    const Vec mm =
        Vec{mouse.x - map.x - page.at.x, mouse.y - map.y - page.at.y} * (1 / std::max(page.scale, 0.01f));
    put("status.page", over ? fmt::format("x {:.1f}  y {:.1f} mm", mm.x, mm.y) : std::string(),
        ui.width(Type::note, "x 8888.8  y 8888.8 mm"), t.text1);
    put("status.paper", paperText(ui, ui.session.project().page), 0, t.text2);
    if (ui.input.page && ui.input.page->denominator > 0)
      put("status.scale", "1 : " + spaced(ui.input.page->denominator), 0, t.text1);
    ui.end();
    return;
  }
  if (const auto* inverse = toDegrees(ui)) {
    const auto d = (*inverse)(at);
    if (std::isfinite(d.x) && std::isfinite(d.y))
      put("status.lonLat", degrees(d.x, 'E', 'W') + "  " + degrees(d.y, 'N', 'S'),
          ui.width(Type::note, "113.00000°E  24.00000°N"), over ? t.text1 : t.text3);
  }
  const std::string& code = ui.session.worldCrs().known() ? ui.session.worldCrs().text() : std::string();
  put("status.world",
      fmt::format("{}  E {}  N {} m", code.size() < 16 ? code : "", figureText(at.x, 1), figureText(at.y, 1)),
      ui.width(Type::note, "EPSG:4547  E 440,314.3  N 2,673,786.7 m"), over ? t.text2 : t.text3);
  put("status.scale", "1 : " + spaced(rounded(camera.metresPerUnit * 96 * k / 0.0254)),
      ui.width(Type::note, "1 : 8 888 888"), t.text1);
  if (const auto place = placeText(ui); !place.empty() && x < right) {
    ui.text(Type::note, {x, r.y, right - x, r.h}, place, t.text1);
    ui.record("status.place", {x, r.y, right - x, r.h}, "text", place);
  }
  ui.end();
}

}  // namespace panels
