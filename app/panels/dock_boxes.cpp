// One figure by groups: Tukey's boxes beneath each other, every row that stands out a dot of its own.
#include <unordered_map>

#include "app/panels/dock.h"
#include "app/panels/panel_list.h"

namespace panels {
namespace {

constexpr size_t mostGroups = 30, fewRows = 12;

const scene::SceneLayer* countiesOf(const Ui& ui) { return scene::findLayer(ui.scene, ui.scene.cityLayer); }

const Dock::Boxes& boxesOf(Ui& ui, const Series& s, const std::string& group) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  auto& b = dock.boxes;
  if (b.stamp == d.dataStamp && b.series == s.key && b.group == group) return b;
  b = {};
  b.stamp = d.dataStamp, b.series = s.key, b.group = group;
  b.low = INFINITY, b.high = -INFINITY;
  const auto& t = *d.table;
  const geo::Column* column = group.empty() || group == "@county" ? nullptr : t.table.find(group);
  const auto* counties = countiesOf(ui);
  std::unordered_map<std::string, size_t> at;
  std::vector<std::pair<std::string, Dock::Boxes::Box>> groups;  // by key, for a steady order
  for (uint32_t r : d.rows) {
    if (!std::isfinite(s.values[r])) {
      ++b.missing;
      continue;
    }
    std::string key, name;
    if (column) {
      if (column->has(r)) key = name = column->text(r);
      else key = "\xff", name = ui.tr("未注明");
    } else if (group == "@county") {
      const long c = r < t.countyRow.size() ? t.countyRow[r] : -1;
      key = c < 0 ? "\xff" : fmt::format("{:06}", c);
      name = c < 0 || !counties ? ui.tr("市外") : nameOf(ui, {counties->id, c});
    } else {
      name = ui.tr("全部");
    }
    const auto [it, fresh] = at.try_emplace(key, groups.size());
    if (fresh) groups.push_back({key, {name, {}, {}, {}}});
    groups[it->second].second.rows.push_back(r);
    b.low = std::min(b.low, s.values[r]), b.high = std::max(b.high, s.values[r]);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  for (auto& [key, box] : groups) {
    std::vector<double> values;
    for (uint32_t r : box.rows) values.push_back(s.values[r]);
    box.box = geo::boxPlot(values);
    for (uint32_t i : box.box.outliers) box.outliers.push_back(box.rows[i]);
    b.boxes.push_back(std::move(box));
  }
  return b;
}

}  // namespace

const std::vector<GroupColumn>& groupColumns(const Ui& ui) {
  const auto& d = ui.state.dock.rows;
  auto& known = ui.state.dock.groups;  // looking through a million texts takes a while
  if (known.table == d.tableStamp && known.language == ui.view.language && !known.columns.empty())
    return known.columns;
  known = {d.tableStamp, ui.view.language, {}};
  auto& all = known.columns;
  all.push_back({"", ui.tr("不分组")});
  if (!d.table) return all;
  const auto& t = *d.table;
  if (d.layer != ui.scene.cityLayer &&
      std::any_of(t.countyRow.begin(), t.countyRow.end(), [](long c) { return c >= 0; }))
    all.push_back({"@county", ui.tr("所在县（市、区）")});
  for (size_t i = 0; i < std::min(t.ownColumns, t.table.columns.size()); ++i) {
    const auto& c = t.table.columns[i];
    if (c.type != geo::ColumnType::text) continue;
    std::vector<std::string_view> seen;  // ≤ 30: looking through them is quick
    size_t with = 0;
    for (size_t r = 0; r < c.rows() && seen.size() <= mostGroups; ++r) {
      if (!c.has(r)) continue;
      ++with;
      if (std::find(seen.begin(), seen.end(), c.texts[r]) == seen.end()) seen.push_back(c.texts[r]);
    }
    if (seen.size() < 2 || seen.size() > mostGroups || seen.size() == with)
      continue;  // a name of its own each
    all.push_back({c.name, i < t.titles.size() && !t.titles[i].empty() ? t.titles[i] : c.name});
  }
  return all;
}

std::string groupOf(const Ui& ui) {
  const auto& dock = ui.state.dock;
  const auto& all = groupColumns(ui);
  if (const auto it = dock.columns.find("group|" + dock.rows.layer); it != dock.columns.end())
    for (const auto& g : all)
      if (g.key == it->second) return g.key;
  return all.size() > 1 ? all[1].key : "";
}

void drawBoxesTab(Ui& ui, Rect side, float sideY, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& t = ui.theme;
  const float k = ui.k, pad = 16 * k;
  float y = sideY;
  seriesPicker(ui, side, y, ui.tr("数值"), "boxes");
  const Series s = seriesOf(ui, "boxes");
  if (s.key.empty()) return emptyNote(ui, body, ui.tr("这个图层没有数值列。"));
  ui.text(Type::note, {side.x, y, side.w, 17 * k}, ui.tr("分组"), t.text3);
  y += 18 * k;
  const std::string group = groupOf(ui);
  std::string groupTitle;
  for (const auto& g : groupColumns(ui))
    if (g.key == group) groupTitle = g.title;
  if (selectButton(ui, "dock.group", {side.x, y, side.w, 27 * k}, groupTitle))
    ui.openPopup("dock.group", {side.x, y, side.w, 27 * k});
  y += 34 * k;
  const auto& b = boxesOf(ui, s, group);
  if (b.missing)
    sideLine(ui, side, y, fmt::format(fmt::runtime(ui.tr("{} 未公布，未计入")), b.missing), t.text3);
  sideLine(ui, side, y, ui.tr("须到 1.5 倍四分位距以内的末值；以外的单独成点。"), t.text3);
  if (b.boxes.empty()) return emptyNote(ui, body, ui.tr("没有可显示的数值。"));

  float names = 30 * k, counts = 20 * k;
  for (const auto& box : b.boxes) {
    names = std::max(names, ui.width(Type::body, box.name));
    counts = std::max(counts, ui.width(Type::note, fmt::format("n = {}", box.rows.size())));
  }
  names = std::min(names, body.w * 0.3f);
  const Rect area{body.x, body.y + 8 * k, body.w, body.h - 8 * k - 42 * k};
  const float least = 26 * k;
  const float rowH = std::clamp(std::floor(area.h / static_cast<float>(b.boxes.size())), least, 96 * k);
  auto& scroll = dock.scrolls["boxes|" + d.layer];
  const Rect inner = scrollArea(ui, "boxes", area, 0, static_cast<double>(b.boxes.size()) * rowH, scroll);
  const float x0 = inner.x + pad + names + 14 * k, x1 = inner.right() - pad - counts - 14 * k;
  const Rect plot{x0, inner.y, std::max(20.0f, x1 - x0), inner.h};
  const Scale x = scaleFor(b.low, b.high, plot.x + 6 * k, plot.right() - 6 * k);
  drawAxisX(ui, plot, x, titleOf(ui, s), true);

  const auto hit = ui.press("boxes.plot", inner, "plot", fmt::format("{}", b.boxes.size()));
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y};
  const bool here = hit.hovered && inner.contains(mouse);
  auto& list = ui.list();
  ImGui::PushClipRect({inner.x, inner.y}, {inner.right(), inner.bottom()}, true);
  std::optional<uint32_t> over;
  float overGap = 7 * k;
  const Dock::Boxes::Box* overBox = nullptr;
  size_t recorded = 0;
  const Rgba ink = t.text2;
  const float hair = std::max(1.0f, std::floor(k));
  for (size_t i = 0; i < b.boxes.size(); ++i) {
    const auto& box = b.boxes[i];
    const Rect band{inner.x,
                    std::round(inner.y + static_cast<float>(i) * rowH - static_cast<float>(scroll.y)),
                    inner.w, rowH};
    if (band.bottom() < inner.y || band.y > inner.bottom()) continue;
    const float mid = std::round(band.centre().y), half = std::round(std::clamp(rowH * 0.26f, 8 * k, 18 * k));
    const bool lit = here && band.contains(mouse);
    if (lit) overBox = &box, ui.fill(band, t.accent.withAlpha(0.06));
    ui.text(Type::body, {inner.x + pad, band.y, names + 1, band.h}, box.name, t.text1);
    ui.text(Type::note, {inner.right() - pad - counts, band.y, counts, band.h},
            fmt::format("n = {}", box.rows.size()), t.text3, Align::right);
    const float q1 = x.at(box.box.firstQuartile), q3 = x.at(box.box.thirdQuartile), m = x.at(box.box.median),
                lo = x.at(box.box.lowWhisker), hi = x.at(box.box.highWhisker);
    if (box.rows.size() > 1) {
      ui.fill({lo, mid - hair / 2, q1 - lo, hair}, ink), ui.fill({q3, mid - hair / 2, hi - q3, hair}, ink);
      for (float w : {lo, hi}) ui.fill({w - hair / 2, mid - half / 2, hair, half}, ink);
      const Rect r{q1, mid - half, std::max(hair, q3 - q1), 2 * half};
      ui.fill(r, t.measured.withAlpha(0.28)), ui.frame(r, ink, 0, hair);
    }
    ui.fill({m - k, mid - half, 2 * k, 2 * half}, t.text1);
    // Dots: those that stand out, the chosen, and all of a group too small for a box to say much.
    const auto dot = [&](uint32_t row, bool small) {
      const Vec p{x.at(s.values[row]), mid};
      const bool on = chosen(ui, row), hovered = ui.view.hovered == objectOf(ui, row);
      const float radius = (small ? 3.2f : 4.2f) * k;
      if (on || hovered) list.AddCircle({p.x, p.y}, radius + 2.2f * k, colour(t.accent), 0, 1.8f * k);
      list.AddCircleFilled({p.x, p.y}, radius, colour(rowInk(ui, row)));
      list.AddCircle({p.x, p.y}, radius, colour(t.text1.withAlpha(0.7)), 0, hair);
      const Vec gap = p - mouse;
      if (const float far = std::hypot(gap.x, gap.y); here && far < overGap) overGap = far, over = row;
      if (++recorded <= 300)
        ui.record(fmt::format("boxes.row.{}", row), {p.x - radius, p.y - radius, 2 * radius, 2 * radius},
                  "mark", rowName(ui, row));
    };
    const bool few = box.rows.size() <= fewRows;
    if (few) {
      for (uint32_t row : box.rows) dot(row, true);
    } else {
      float last = -INFINITY;  // outliers come by value: those on one pixel are one dot
      for (uint32_t row : box.outliers) {
        const float px = x.at(s.values[row]);
        if (px - last < 0.75f * k && !chosen(ui, row)) continue;
        last = px, dot(row, false);
      }
      std::vector<uint8_t> taken(static_cast<size_t>(plot.w) + 2, 0);  // one dot for a pixel
      if (d.chosenCount)
        for (uint32_t row : box.rows) {
          if (!d.chosen[row]) continue;
          const float px = x.at(s.values[row]) - plot.x;
          auto& there = taken[static_cast<size_t>(std::clamp(px, 0.0f, plot.w))];
          if (!std::exchange(there, 1)) dot(row, true);
        }
      if (const auto& h = ui.view.hovered;
          h && h->layer == d.layer && h->row >= 0 &&
          std::binary_search(box.rows.begin(), box.rows.end(), static_cast<uint32_t>(h->row)))
        dot(static_cast<uint32_t>(h->row), true);
    }
    ui.record(fmt::format("boxes.group.{}", i), {q1 - 8 * k, mid - half, std::max(16 * k, q3 - q1), 2 * half},
              "box",
              fmt::format("{} n={} median={}", box.name, box.rows.size(), valueText(ui, s, box.box.median)));
  }
  ImGui::PopClipRect();
  if (over) ui.claimHover(objectOf(ui, *over));
  if (hit.doubled && !io.KeyCtrl && over) {
    const session::ZoomTo zoom{objectOf(ui, *over)};
    if (!ui.refusal(zoom)) ui.send(zoom);
  } else if (hit.clicked) {
    choose(ui, over ? std::vector<uint32_t>{*over} : overBox ? overBox->rows : std::vector<uint32_t>{});
  }
  if (over) {
    const std::string lines[] = {rowName(ui, *over),
                                 fmt::format("{} {} {}", s.title, valueText(ui, s, *over), s.unit)};
    pointerLabel(ui, mouse, {0, 0, ui.input.width, ui.input.height}, lines);
  } else if (overBox && mouse.x > x0 - 10 * k) {
    const auto& q = overBox->box;
    const std::string lines[] = {
        overBox->name, fmt::format("{} {}", ui.tr("中位数"), valueText(ui, s, q.median)),
        fmt::format("{} {} – {}", ui.tr("四分位"), valueText(ui, s, q.firstQuartile),
                    valueText(ui, s, q.thirdQuartile)),
        fmt::format("{} {} – {}", ui.tr("须"), valueText(ui, s, q.lowWhisker),
                    valueText(ui, s, q.highWhisker)),
        fmt::format("n = {}{}", q.count,
                    q.outliers.empty() ? std::string()
                                       : fmt::format(fmt::runtime(ui.tr("，{} 个离群", q.outliers.size())),
                                                     q.outliers.size()))};
    pointerLabel(ui, mouse, {0, 0, ui.input.width, ui.input.height}, lines);
  }
}

}  // namespace panels
