// Everybody in order of one figure: a bar each, the whole's line, those without a figure at the end.
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"
#include "app/panels/sort_rows.h"

namespace panels {
namespace {

const Dock::Ranking& rankingOf(Ui& ui, const Series& s) {
  auto& dock = ui.state.dock;
  auto& r = dock.ranking;
  if (r.stamp == dock.rows.dataStamp && r.series == s.key && r.ascending == dock.ascending) return r;
  r = {dock.rows.dataStamp, s.key, dock.ascending, dock.rows.rows, 0};
  sortByNumber(r.rows, s.values, !dock.ascending);
  // Infinite values have no bar.
  const auto end = std::stable_partition(r.rows.begin(), r.rows.end(),
                                         [&](uint32_t row) { return std::isfinite(s.values[row]); });
  r.finite = static_cast<size_t>(end - r.rows.begin());
  return r;
}

void hatchBar(Ui& ui, Rect r) {
  auto& list = ui.list();
  const float k = ui.k;
  list.PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
  for (float d = -r.h; d < r.w; d += 6 * k)
    ui.line({r.x + d, r.bottom()}, {r.x + d + r.h, r.y}, ui.theme.hatchLine.withAlpha(0.7), k);
  list.PopClipRect();
}

}  // namespace

void drawRankingTab(Ui& ui, Rect side, float y, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& t = ui.theme;
  const float k = ui.k, rowH = std::round(24 * k), pad = 16 * k;
  seriesPicker(ui, side, y, ui.tr("数值"), "ranking");
  const Series s = seriesOf(ui, "ranking");
  if (s.key.empty()) return emptyNote(ui, body, ui.tr("这个图层没有数值列。"));
  const std::string ways[] = {ui.tr("高 → 低"), ui.tr("低 → 高")};
  if (const int way = ui.segments("ranking.way", {side.x, y, side.w, 26 * k}, ways, dock.ascending); way >= 0)
    dock.ascending = way == 1;
  y += 32 * k;
  const auto& r = rankingOf(ui, s);
  const auto& c = ui.scene.choropleth;
  const double whole = s.key == "@map" && c ? c->whole : geo::missing;

  double low = 0, high = 0;
  if (r.finite) {
    for (uint32_t row : {r.rows[0], r.rows[r.finite - 1]})
      low = std::min(low, s.values[row]), high = std::max(high, s.values[row]);
  }
  // A total of all would press the bars of the parts flat: then it is only written.
  const bool line = std::isfinite(whole) && whole <= high * 1.3 && whole >= low * 1.3;
  if (line) low = std::min(low, whole), high = std::max(high, whole);
  if (std::isfinite(whole))
    sideLine(
        ui, side, y,
        fmt::format("{} {} {}", ui.scene.words.wholeCity.empty() ? ui.tr("全市") : ui.scene.words.wholeCity,
                    valueText(ui, s, whole), s.unit),
        t.text2);
  if (r.finite < r.rows.size())
    sideLine(ui, side, y, fmt::format(fmt::runtime(ui.tr("{} 未公布，列在最后")), r.rows.size() - r.finite),
             t.text3);

  // Columns: rank, name, bar, value.
  float names = 40 * k, numbers = 20 * k;
  const size_t step = std::max<size_t>(1, r.rows.size() / 300);
  for (size_t i = 0; i < r.rows.size(); i += step) {
    names = std::max(names, ui.width(Type::body, rowName(ui, r.rows[i])));
    numbers = std::max(numbers, ui.width(Type::strong, valueText(ui, s, r.rows[i])));
  }
  names = std::min(names, body.w * 0.3f);
  const float rank = ui.width(Type::note, fmt::format("{}", r.rows.size())) + 10 * k;
  const Rect title{body.x + pad, body.y + 5 * k, body.w - 2 * pad, 20 * k};
  ui.text(Type::note, title, titleOf(ui, s), t.text2);
  const Rect area{body.x, title.bottom() + 4 * k, body.w, body.bottom() - title.bottom() - 8 * k};
  auto& scroll = dock.scrolls["ranking|" + d.layer];
  const Rect inner = scrollArea(ui, "ranking", area, 0, static_cast<double>(r.rows.size()) * rowH, scroll);
  const float x0 = inner.x + pad + rank + names + 14 * k, x1 = inner.right() - pad - numbers - 12 * k;
  Scale x{low, high > low ? high : low + 1, x0, std::max(x0 + 10, x1), false};

  const auto hit = ui.press("ranking.rows", inner, "rows", fmt::format("{}", r.rows.size()));
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y};
  if (hit.hovered && inner.contains(mouse)) {
    const auto at = static_cast<size_t>((scroll.y + mouse.y - inner.y) / rowH);
    if (at < r.rows.size()) {
      ui.claimHover(objectOf(ui, r.rows[at]));
      const session::ZoomTo zoom{objectOf(ui, r.rows[at])};
      if (hit.doubled && !io.KeyCtrl) {
        if (!ui.refusal(zoom)) ui.send(zoom);
      } else if (hit.clicked) {
        choose(ui, {r.rows[at]});
      }
    } else if (hit.clicked) {
      choose(ui, {});
    }
  }

  auto& list = ui.list();
  ImGui::PushClipRect({inner.x, inner.y}, {inner.right(), inner.bottom()}, true);
  const auto first = static_cast<size_t>(scroll.y / rowH);
  const auto offset = static_cast<float>(scroll.y - static_cast<double>(first) * rowH);
  const float zero = x.at(0), edge = std::max(1.0f, std::floor(k));
  float bottom = inner.y;
  for (size_t i = first; i < r.rows.size(); ++i) {
    const uint32_t row = r.rows[i];
    const Rect band{inner.x, std::round(inner.y + static_cast<float>(i - first) * rowH - offset), inner.w,
                    rowH};
    if (band.y > inner.bottom()) break;
    const bool on = chosen(ui, row), lit = ui.view.hovered == objectOf(ui, row);
    if (on) ui.fill(band, t.accent.withAlpha(0.15)), ui.fill({band.x, band.y, 3 * k, band.h}, t.accent);
    if (lit) ui.fill(band, t.accent.withAlpha(0.09));
    const double v = s.values[row];
    const bool has = i < r.finite;
    if (has)
      ui.text(Type::note, {inner.x + pad - 4 * k, band.y, rank - 6 * k, band.h}, fmt::format("{}", i + 1),
              t.text3, Align::right);
    ui.text(on ? Type::strong : Type::body, {inner.x + pad + rank + 2 * k, band.y, names + 1, band.h},
            rowName(ui, row), t.text1);
    const float barH = 12 * k, top = std::round(band.centre().y - barH / 2);
    if (has) {
      const float to = x.at(v), a = std::min(zero, to), b = std::max(zero, to);
      const Rect bar{a, top, std::max(2 * k, b - a), barH};
      ui.fill(bar, rowInk(ui, row));
      ui.frame(bar, on ? t.accent : t.measured.withAlpha(0.8), 0, on ? 2 * edge : edge);
      ui.text(on ? Type::strong : Type::body, {x1 + 12 * k, band.y, numbers, band.h}, valueText(ui, s, row),
              t.text1, Align::right);
    } else {
      hatchBar(ui, {x0, top, (x1 - x0) * 0.25f, barH});
      const float w = ui.width(Type::note, ui.tr("未公布"));
      ui.text(Type::note, {inner.right() - pad - w, band.y, w + 1, band.h},
              std::isnan(v) ? ui.tr("未公布") : valueText(ui, s, v), t.text3, Align::right);
    }
    ui.record(fmt::format("ranking.row.{}", row), band, "row",
              rowName(ui, row) + " " + valueText(ui, s, row));
    bottom = band.bottom();
  }
  bottom = std::min(bottom, inner.bottom());
  if (low < 0) ui.fill({zero, inner.y, edge, bottom - inner.y}, t.text3.withAlpha(0.8));
  if (line) {  // the whole's, dashed, over the bars
    const float wx = std::round(x.at(whole));
    for (float dy = inner.y; dy < bottom; dy += 7 * k)
      list.AddRectFilled({wx, dy}, {wx + 1.5f * k, std::min(bottom, dy + 4 * k)}, colour(t.text1));
  }
  ImGui::PopClipRect();
  if (line) {
    const std::string text =
        fmt::format("{} {}", ui.scene.words.wholeCity.empty() ? ui.tr("全市") : ui.scene.words.wholeCity,
                    valueText(ui, s, whole));
    const float w = ui.width(Type::note, text), wx = x.at(whole);
    const float from = title.x + ui.width(Type::note, titleOf(ui, s)) + 16 * k;
    const float at = std::clamp(wx - w / 2, std::min(from, inner.right() - pad - w), inner.right() - pad - w);
    ui.text(Type::note, {at, title.y, w + 1, title.h}, text, t.text1);
  }
  if (r.rows.empty()) emptyNote(ui, inner, ui.tr("没有可显示的记录。"));
}

}  // namespace panels
