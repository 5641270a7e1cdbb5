// How one figure is spread over the rows: bars in the classes' colours; a click or a sweep chooses rows by
// value.
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

const Dock::Histogram& histogramOf(Ui& ui, const Series& s) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  auto& h = dock.histogram;
  const bool anew = h.stamp != d.dataStamp || h.series != s.key || h.wanted != dock.bins;
  if (anew) {
    std::vector<double> values;
    values.reserve(d.rows.size());
    for (uint32_t r : d.rows)
      if (std::isfinite(s.values[r])) values.push_back(s.values[r]);
    h = {d.dataStamp,
         0,
         s.key,
         dock.bins,
         geo::histogram(values, dock.bins),
         {},
         d.rows.size() - values.size()};
  }
  if (anew || h.chosenStamp != d.chosenStamp) {
    h.chosenStamp = d.chosenStamp;
    h.chosen.assign(h.bins.counts.size(), 0);
    if (d.chosenCount)
      for (uint32_t r : d.rows)
        if (d.chosen[r])
          if (const auto bin = binAt(h.bins, s.values[r])) ++h.chosen[*bin];
  }
  return h;
}

}  // namespace

void drawHistogramTab(Ui& ui, Rect side, float y, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& t = ui.theme;
  const float k = ui.k;
  seriesPicker(ui, side, y, ui.tr("数值"), "histogram");
  const Series s = seriesOf(ui, "histogram");
  if (s.key.empty()) return emptyNote(ui, body, ui.tr("这个图层没有数值列。"));
  const auto& h = histogramOf(ui, s);
  const int bins = static_cast<int>(h.bins.counts.size());
  {
    ui.text(Type::body, {side.x, y, side.w, 26 * k}, ui.tr("组数"), t.text2);
    float x = side.right() - 26 * k;
    if (ui.iconButton("histogram.more", {x, y, 26 * k, 26 * k}, Icon::plus, ui.tr("更细"),
                      bins > 0 && bins < 200))
      dock.bins = std::min(200, bins + std::max(1, bins / 8));
    const std::string n = fmt::format("{}", bins);
    ui.text(Type::body, {x - 34 * k, y, 34 * k, 26 * k}, n, t.text1, Align::centre);
    if (ui.iconButton("histogram.fewer", {x - 60 * k, y, 26 * k, 26 * k}, Icon::minus, ui.tr("更粗"),
                      bins > 1))
      dock.bins = std::max(1, bins - std::max(1, bins / 8));
    y += 28 * k;
  }
  if (sideCheck(ui, side, y, "histogram.auto", ui.tr("自动"), dock.bins == 0))
    dock.bins = dock.bins ? 0 : bins;
  y += 4 * k;
  if (h.missing)
    sideLine(ui, side, y, fmt::format(fmt::runtime(ui.tr("{} 未公布，未计入")), h.missing), t.text3);
  sideLine(ui, side, y, ui.tr("点选或横扫，按数值选取。"), t.text3);
  if (h.bins.counts.empty()) return emptyNote(ui, body, ui.tr("没有可显示的数值。"));

  size_t most = 1;
  for (size_t n : h.bins.counts) most = std::max(most, n);
  const Scale count = scaleFor(0, static_cast<double>(most), 1, 0);
  Scale yAxis = count;
  Rect plot{0, body.y + 34 * k, 0, body.h - 34 * k - 44 * k};
  yAxis.from = plot.bottom(), yAxis.to = plot.y;
  plot.x = body.x + 16 * k + axisYWidth(ui, yAxis);
  plot.w = body.right() - 20 * k - plot.x;
  const Scale x = scaleFor(h.bins.edges.front(), h.bins.edges.back(), plot.x, plot.right(), false, true);
  drawAxisY(ui, plot, yAxis, ui.tr("记录数"));

  const auto& c = ui.scene.choropleth;
  const bool mapped = s.key == "@map" && c && c->categories.empty() && !c->second;
  const std::span<const double> bounds =
      mapped ? std::span<const double>(c->breaks.upperBounds) : std::span<const double>();
  drawBars(ui, plot, x, yAxis, {&h.bins, h.chosen, bounds, ui.classColours, d.chosenCount > 0});
  // Where the classes part; a bound is the last value of its class.
  float free = plot.x - axisYWidth(ui, yAxis) + ui.width(Type::note, ui.tr("记录数")) + 8 * k;
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    if (!x.holds(bounds[i])) continue;
    const float bx = std::round(x.at(bounds[i]));
    for (float dy = plot.y - 8 * k; dy < plot.bottom(); dy += 6 * k)
      ui.fill({bx, dy, std::max(1.0f, k), 3.5f * k}, t.text2.withAlpha(0.9));
    const std::string text = valueText(ui, s, bounds[i]);
    const float w = ui.width(Type::note, text), left = std::min(bx - w / 2, plot.right() - w);
    if (left < free) continue;
    ui.text(Type::note, {left, plot.y - 26 * k, w + 1, 17 * k}, text, t.text2);
    free = left + w + 8 * k;
  }
  drawAxisX(ui, plot, x, titleOf(ui, s));

  // Where the single rows lie, while they can be told apart.
  if (d.rows.size() <= 300)
    for (uint32_t r : d.rows)
      if (std::isfinite(s.values[r]))
        ui.fill({std::round(x.at(s.values[r])), plot.bottom() - 5 * k, std::max(1.0f, k), 5 * k},
                t.text1.withAlpha(0.55));
  if (const auto& hover = ui.view.hovered; hover && hover->layer == d.layer && hover->row >= 0 &&
                                           static_cast<size_t>(hover->row) < s.values.size() &&
                                           std::isfinite(s.values[static_cast<size_t>(hover->row)])) {
    const float hx = x.at(s.values[static_cast<size_t>(hover->row)]);
    if (hx >= plot.x && hx <= plot.right()) {
      ui.fill({std::round(hx) - k, plot.y, 2 * k, plot.h}, t.accent);
      const std::string name = rowName(ui, static_cast<uint32_t>(hover->row));
      const float w = ui.width(Type::strong, name) + 8 * k;
      const float left = hx + 6 * k + w > plot.right() ? hx - 6 * k - w : hx + 6 * k;
      ui.fill({left - 3 * k, plot.y + 2 * k, w, 18 * k}, t.panel.withAlpha(0.9), 3 * k);
      ui.text(Type::strong, {left, plot.y + 2 * k, w, 18 * k}, name, t.text1);
    }
  }

  const auto sweep = sweepOver(ui, "histogram.plot", {plot.x, plot.y, plot.w, plot.h + 6 * k}, false);
  const auto range = [&](float a, float b) {
    // The ends are reached a little before the last pixel.
    const double low = std::min(a, b) <= plot.x + 3 * k ? -INFINITY : x.value(std::min(a, b)),
                 high = std::max(a, b) >= plot.right() - 3 * k ? INFINITY : x.value(std::max(a, b));
    std::vector<uint32_t> rows;
    for (uint32_t r : d.rows)
      if (std::isfinite(s.values[r]) && s.values[r] >= low && s.values[r] <= high) rows.push_back(r);
    return rows;
  };
  const auto mouse = ImGui::GetIO().MousePos;
  const auto bin = binAt(h.bins, x.value(mouse.x));
  if (sweep.under_way) {
    const float a = dock.sweptFrom.x, b = std::clamp(mouse.x, plot.x, plot.right());
    const Rect band{std::min(a, b), plot.y - 6 * k, std::abs(b - a), plot.h + 6 * k};
    ui.fill(band, t.accent.withAlpha(0.14));
    ui.fill({band.x, band.y, k, band.h}, t.accent), ui.fill({band.right() - k, band.y, k, band.h}, t.accent);
    const std::string lines[] = {
        fmt::format("{} – {}", valueText(ui, s, x.value(band.x)), valueText(ui, s, x.value(band.right()))),
        countedRows(ui, d.layer, range(a, b).size())};
    pointerLabel(ui, {mouse.x, mouse.y}, {0, 0, ui.input.width, ui.input.height}, lines);
  } else if (sweep.released && sweep.ring.size() == 4) {
    choose(ui, range(sweep.ring[0].x, sweep.ring[2].x));
  } else if (sweep.click) {
    std::vector<uint32_t> rows;
    if (bin)
      for (uint32_t r : d.rows)
        if (binAt(h.bins, s.values[r]) == bin) rows.push_back(r);
    choose(ui, std::move(rows));
  } else if (sweep.press.hovered && bin && h.bins.counts[*bin]) {
    const std::string lines[] = {
        fmt::format("{} – {} {}", valueText(ui, s, h.bins.edges[*bin]),
                    valueText(ui, s, h.bins.edges[*bin + 1]), s.unit),
        countedRows(ui, d.layer, h.bins.counts[*bin]) +
            (h.chosen[*bin] ? fmt::format(fmt::runtime(ui.tr("，选中 {}")), h.chosen[*bin]) : std::string())};
    pointerLabel(ui, {mouse.x, mouse.y}, {0, 0, ui.input.width, ui.input.height}, lines);
  }
  for (size_t i = 0; i < h.bins.counts.size(); ++i) {
    const float a = x.at(h.bins.edges[i]), b = x.at(h.bins.edges[i + 1]);
    ui.record(fmt::format("histogram.bin.{}", i), {a, plot.y, b - a, plot.h}, "bin",
              fmt::format("{}", h.bins.counts[i]));
  }
}

}  // namespace panels
