// The active layer as a table: its indicators first, then what its source says; only what is to be seen is
// drawn, however many rows there are.
#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/panel_list.h"
#include "app/panels/sort_rows.h"

namespace panels {
namespace {

constexpr float rowHeight = 26, headHeight = 42;
constexpr size_t mostCopied = 200'000;

bool isIndicator(const session::DataTable& t, size_t column) { return column >= t.ownColumns; }

std::string titleOf(const session::DataTable& t, size_t column) {
  return column < t.titles.size() && !t.titles[column].empty() ? t.titles[column]
                                                               : t.table.columns[column].name;
}

std::string secondLine(const session::DataTable& t, size_t column) {
  std::string s = column < t.units.size() ? t.units[column] : std::string();
  if (column < t.years.size() && t.years[column])
    s += (s.empty() ? "" : " · ") + std::to_string(t.years[column]);
  return s;
}

std::string cellText(const session::DataTable& t, size_t column, uint32_t row) {  // empty: missing
  const auto& c = t.table.columns[column];
  if (row >= c.rows() || !c.has(row)) return {};
  const int decimals = column < t.decimals.size() ? t.decimals[column] : -1;
  if (!c.numeric()) return std::string(c.texts[row]);
  if (!std::isfinite(c.numbers[row])) return c.numbers[row] > 0 ? "∞" : "−∞";
  return decimals >= 0 ? figureText(c.numbers[row], decimals) : c.text(row);
}

std::string oneLine(std::string text) {
  for (char& c : text)
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  return text;
}

// Widths that fit what stands in the column: its head and a few hundred of its cells.
const Dock::Widths& widthsOf(Ui& ui) {
  auto& w = ui.state.dock.widths;
  const auto& d = ui.state.dock.rows;
  if (w.table == d.tableStamp && w.scale == ui.k && w.language == ui.view.language) return w;
  const auto& t = *d.table;
  w = {d.tableStamp, ui.k, ui.view.language, 0, {}, {}};
  const float k = ui.k;
  const size_t n = t.table.rows(), step = std::max<size_t>(1, n / 300);
  w.name = 84 * k;
  for (size_t r = 0; r < std::min(n, t.names.size()); r += step)
    w.name = std::max(w.name, ui.width(Type::body, t.names[r]) + 30 * k);
  w.name = std::round(std::min(w.name, 230 * k));
  for (size_t i = t.ownColumns; i < t.table.columns.size(); ++i) w.columns.push_back(i);
  for (size_t i = 0; i < std::min(t.ownColumns, t.table.columns.size()); ++i) w.columns.push_back(i);
  for (size_t c : w.columns) {
    float wide =
        std::max(ui.width(Type::strong, titleOf(t, c)) + 14 * k, ui.width(Type::note, secondLine(t, c)));
    if (isIndicator(t, c)) wide = std::max(wide, ui.width(Type::note, ui.tr("未公布")));
    for (size_t r = 0; r < n; r += step)
      wide = std::max(wide, ui.width(Type::body, cellText(t, c, static_cast<uint32_t>(r))));
    w.widths.push_back(std::round(std::clamp(wide + 24 * k, 60 * k, 260 * k)));
  }
  if (ui.state.fonts.lacking()) w.table = 0;  // measured with letters that are not there yet: once more
  return w;
}

const std::vector<uint32_t>& orderOf(Ui& ui) {
  auto& dock = ui.state.dock;
  auto& o = dock.order;
  const auto& d = dock.rows;
  const int columns = static_cast<int>(d.table->table.columns.size());
  if (dock.sortColumn >= columns) dock.sortColumn = -2;
  if (o.stamp == d.dataStamp && o.column == dock.sortColumn && o.descending == dock.descending) return o.rows;
  o.stamp = d.dataStamp, o.column = dock.sortColumn, o.descending = dock.descending;
  o.rows = d.rows;
  if (o.column == -1) {
    sortByText(o.rows, std::span<const std::string>(d.table->names), {}, o.descending);
  } else if (o.column >= 0) {
    const auto& c = d.table->table.columns[static_cast<size_t>(o.column)];
    if (c.numeric()) sortByNumber(o.rows, c.numbers, o.descending);
    else sortByText(o.rows, c.texts, c.present, o.descending);
  }
  return o.rows;
}

void sortBy(Ui& ui, int column) {  // upwards, downwards, as it was
  auto& d = ui.state.dock;
  if (d.sortColumn != column) d.sortColumn = column, d.descending = false;
  else if (!d.descending) d.descending = true;
  else d.sortColumn = -2, d.descending = false;
}

void drawHeadCell(Ui& ui, Rect r, int column, const std::string& title, const std::string& second, bool right,
                  Rgba ink) {
  const auto& d = ui.state.dock;
  const float k = ui.k;
  const std::string id =
      column < 0 ? "table.head.@name"
                 : "table.head." + ui.state.dock.rows.table->table.columns[static_cast<size_t>(column)].name;
  const bool sorted = d.sortColumn == column;
  const auto p = ui.press(id, r, "head", sorted ? (d.descending ? "descending" : "ascending") : title);
  if (p.fade > 0) ui.fill(r, ui.theme.text1.withAlpha(0.05 * p.fade));
  const float arrow = 13 * k;
  const Rect line{r.x + 10 * k, r.y + (second.empty() ? 11 : 3) * k, r.w - 20 * k, 20 * k};
  if (right) {
    const float x = std::max(line.x, line.right() - ui.width(Type::strong, title));
    ui.text(sorted ? Type::strong : Type::body, line, title, ink, Align::right);
    if (sorted && x - arrow >= r.x)
      ui.icon(d.descending ? Icon::chevronDown : Icon::chevronUp, {x - 7 * k, line.centre().y},
              ui.theme.accent, 8);
  } else {
    const float end = ui.text(sorted ? Type::strong : Type::body,
                              {line.x, line.y, line.w - (sorted ? arrow : 0), line.h}, title, ink);
    if (sorted)
      ui.icon(d.descending ? Icon::chevronDown : Icon::chevronUp, {end + 9 * k, line.centre().y},
              ui.theme.accent, 8);
  }
  if (!second.empty())
    ui.text(Type::note, {line.x, r.y + 21 * k, line.w, 17 * k}, second, ui.theme.text3,
            right ? Align::right : Align::left);
  if (p.clicked) sortBy(ui, column);
}

void hatch(Ui& ui, Rect r) {
  const float k = ui.k;
  auto& list = ui.list();
  list.PushClipRect({r.x, r.y}, {r.right(), r.bottom()}, true);
  for (float d = std::floor(r.h / (7 * k)) * -7 * k; d < r.w; d += 7 * k)
    ui.line({r.x + d, r.bottom()}, {r.x + d + r.h, r.y}, ui.theme.hatchLine.withAlpha(0.45), k);
  list.PopClipRect();
}

void clickRow(Ui& ui, const std::vector<uint32_t>& order, size_t at) {
  auto& d = ui.state.dock;
  const auto& io = ImGui::GetIO();
  const uint32_t row = order[at];
  using session::Pick;
  d.tableChose = true;
  if (io.KeyShift && d.anchor >= 0) {
    const auto from = static_cast<size_t>(
        std::find(order.begin(), order.end(), static_cast<uint32_t>(d.anchor)) - order.begin());
    if (from < order.size()) {
      const auto [a, b] = std::minmax(from, at);
      ui.send(session::SelectRows{
          d.rows.layer,
          {order.begin() + static_cast<long>(a), order.begin() + static_cast<long>(b) + 1},
          io.KeyCtrl ? Pick::add : Pick::replace});
      return;
    }
  }
  d.anchor = row;
  ui.send(session::SelectRows{d.rows.layer, {row}, io.KeyCtrl ? Pick::toggle : Pick::replace});
}

}  // namespace

std::optional<std::string> copyRefusal(const Ui& ui) {
  if (ui.view.selection.empty() || !ui.session.table(ui.view.selectionLayer))
    return ui.tr("先选中一些记录。");
  if (ui.view.selection.size() > mostCopied) return ui.tr("选中的记录太多，请用“导出”。");
  return {};
}

std::optional<std::string> chosenAsText(const Ui& ui) {
  if (copyRefusal(ui)) return {};
  const auto table = ui.session.table(ui.view.selectionLayer);
  const auto& t = *table;
  std::vector<size_t> columns;
  for (size_t i = t.ownColumns; i < t.table.columns.size(); ++i) columns.push_back(i);
  for (size_t i = 0; i < std::min(t.ownColumns, t.table.columns.size()); ++i) columns.push_back(i);
  std::string text = ui.tr("名称");
  for (size_t c : columns) {
    const std::string second = secondLine(t, c);
    text += "\t" + oneLine(titleOf(t, c) + (second.empty() ? "" : " (" + second + ")"));
  }
  text += "\n";
  // In the order in which the table shows them, where it does.
  const auto& d = ui.state.dock.rows;
  const auto& order = ui.state.dock.order;
  std::vector<uint32_t> rows;
  if (d.table == table && order.stamp == d.dataStamp)
    for (uint32_t r : order.rows)
      if (d.chosen[r]) rows.push_back(r);
  if (rows.size() != ui.view.selection.size()) rows = ui.view.selection;
  for (uint32_t r : rows) {
    if (r >= t.table.rows()) continue;
    if (r < t.names.size()) text += oneLine(t.names[r]);
    for (size_t c : columns) {
      const auto& column = t.table.columns[c];
      text += "\t";
      if (!column.has(r)) continue;  // missing stays empty
      // Figures as they are shown, without thousands' marks: spreadsheets read them as numbers.
      const int decimals = c < t.decimals.size() ? t.decimals[c] : -1;
      text += column.numeric() && decimals >= 0 && std::isfinite(column.numbers[r])
                  ? fmt::format("{:.{}f}", column.numbers[r], decimals)
                  : oneLine(column.text(r));
    }
    text += "\n";
  }
  return text;
}

void copyChosen(Ui& ui) {
  if (auto text = chosenAsText(ui)) {
    say(ui, fmt::format(fmt::runtime(ui.tr("已复制 {}")),
                        countedRows(ui, ui.view.selectionLayer, ui.view.selection.size())));
    ui.send(session::CopyText{std::move(*text)});
  }
}

void drawTableTab(Ui& ui, Rect side, float y, Rect body) {
  auto& dock = ui.state.dock;
  const auto& d = dock.rows;
  const auto& table = *d.table;
  const float k = ui.k, rowH = std::round(rowHeight * k), head = std::round(headHeight * k);
  const auto& t = ui.theme;

  if (sideCheck(ui, side, y, "table.only", ui.tr("仅看选中"), dock.onlyChosen))
    dock.onlyChosen = !dock.onlyChosen;
  y += 4 * k;
  const float w = (side.w - 8 * k) / 2;
  if (y + 30 * k < side.bottom()) {
    if (ui.button("table.copy", {side.x, y, w, 28 * k}, ui.tr("复制"), ButtonKind::plain, copyRefusal(ui)))
      copyChosen(ui);
    const bool some = d.chosenCount > 0;
    const session::ExportRows rows{"x.csv", d.layer, some};
    if (ui.button("table.export", {side.x + w + 8 * k, y, w, 28 * k}, ui.tr("导出…"), ButtonKind::plain,
                  ui.refusal(rows)))
      openRowsDialog(ui, d.layer, some);
    y += 36 * k;
  }
  sideLine(ui, side, y, ui.tr("点列名排序；右键复制一格。"), t.text3);

  const auto& widths = widthsOf(ui);
  const auto& order = orderOf(ui);
  double all = widths.name;
  for (float x : widths.widths) all += x;
  auto& scroll = dock.scrolls["table|" + d.layer];

  // A selection made elsewhere is brought into sight.
  const std::vector<uint32_t> none;
  const auto& selection = ui.view.selectionLayer == d.layer ? ui.view.selection : none;
  const bool fresh = selection.size() != dock.seen.size() || selection != dock.seen;
  const Rect area{body.x, body.y + head, body.w, body.h - head};
  if (fresh) {
    dock.seen = selection;
    if (!std::exchange(dock.tableChose, false) && !selection.empty()) {
      const auto at =
          static_cast<double>(std::find(order.begin(), order.end(), selection[0]) - order.begin());
      if (at < static_cast<double>(order.size())) {
        const double top = at * rowH;
        if (top < scroll.y || top + rowH > scroll.y + area.h - 12 * k)
          scroll.y = std::max(0.0, top - (area.h - rowH) / 2), ui.state.wants.again = true;
      }
    }
  }
  const Rect inner = scrollArea(ui, "table", area, all, static_cast<double>(order.size()) * rowH, scroll);
  const float left = body.x + widths.name, scrolled = static_cast<float>(std::round(scroll.x));

  // Which row and column the pointer is over.
  const auto hit = ui.press("table.rows", inner, "rows", fmt::format("{}", order.size()));
  const auto& io = ImGui::GetIO();
  const Vec mouse{io.MousePos.x, io.MousePos.y};
  std::optional<size_t> over;
  if (inner.contains(mouse)) {
    const auto at = static_cast<size_t>((scroll.y + mouse.y - inner.y) / rowH);
    if (at < order.size()) over = at;
  }
  int overColumn = -1;
  float x = left - scrolled;
  for (size_t i = 0; i < widths.columns.size(); ++i) {
    if (mouse.x >= std::max(x, left) && mouse.x < x + widths.widths[i])
      overColumn = static_cast<int>(widths.columns[i]);
    x += widths.widths[i];
  }
  if (over && hit.hovered) {
    ui.claimHover(objectOf(ui, order[*over]));
    if (hit.doubled && !io.KeyCtrl) {
      const session::ZoomTo zoom{objectOf(ui, order[*over])};
      if (!ui.refusal(zoom)) ui.send(zoom);
    } else if (hit.clicked) {
      clickRow(ui, order, *over);
    }
    if (ImGui::IsMouseClicked(1)) {
      const uint32_t row = order[*over];
      const std::string text =
          overColumn < 0 ? rowName(ui, row) : cellText(table, static_cast<size_t>(overColumn), row);
      if (!text.empty()) {
        say(ui, fmt::format(fmt::runtime(ui.tr("已复制 {}")), ui.cut(Type::body, text, 240 * k)));
        ui.send(session::CopyText{text});
      }
    }
  }

  // Rows
  auto& list = ui.list();
  const auto first = static_cast<size_t>(scroll.y / rowH);
  const auto offset = static_cast<float>(scroll.y - static_cast<double>(first) * rowH);
  const auto seen = static_cast<size_t>(inner.h / rowH) + 2;
  const Rgba rule = t.rule.withAlpha(0.55);
  const float hair = std::max(1.0f, std::floor(k));
  list.PushClipRect({inner.x, inner.y}, {inner.right(), inner.bottom()}, true);
  for (size_t i = first; i < std::min(order.size(), first + seen); ++i) {
    const uint32_t row = order[i];
    const Rect line{inner.x, std::round(inner.y + static_cast<float>(i - first) * rowH - offset), inner.w,
                    rowH};
    const bool on = d.chosen[row], lit = ui.view.hovered == objectOf(ui, row);
    if (on) ui.fill(line, t.accent.withAlpha(0.15));
    if (lit) ui.fill(line, t.accent.withAlpha(0.09));
    ui.fill({line.x, line.bottom() - hair, line.w, hair}, rule);
    list.PushClipRect({left, inner.y}, {inner.right(), inner.bottom()}, true);
    float cx = left - scrolled;
    for (size_t c = 0; c < widths.columns.size(); ++c) {
      const float cw = widths.widths[c];
      if (cx + cw > left && cx < inner.right()) {
        const size_t column = widths.columns[c];
        const std::string text = cellText(table, column, row);
        const bool numeric = table.table.columns[column].numeric();
        const Rect cell{cx + 10 * k, line.y, cw - 20 * k, line.h};
        if (text.empty()) {
          hatch(ui, {cx + 4 * k, line.y + 4 * k, cw - 8 * k, line.h - 8 * k - hair});
          if (isIndicator(table, column)) {
            const std::string word = ui.tr("未公布");
            const float ww = ui.width(Type::note, word) + 6 * k;
            ui.fill({cell.right() - ww + 3 * k, line.y + 4 * k, ww, line.h - 8 * k - hair},
                    on ? (t.panel | std::pair{t.accent, 0.15}) : t.panel);
            ui.text(Type::note, cell, word, t.text3, Align::right);
          }
        } else {
          ui.text(Type::body, cell, text, numeric && isIndicator(table, column) ? t.text1 : t.text2,
                  numeric ? Align::right : Align::left);
        }
        ui.record(fmt::format("table.cell.{}.{}", row, table.table.columns[column].name),
                  {std::max(cx, left), line.y, cw, line.h}, "cell", text);
      }
      cx += cw;
    }
    list.PopClipRect();
    if (on) ui.fill({line.x, line.y, 3 * k, line.h}, t.accent);
    ui.text(Type::body, {line.x + 12 * k, line.y, widths.name - 18 * k, line.h}, rowName(ui, row), t.text1);
    ui.record(fmt::format("table.row.{}", row), {line.x, line.y, widths.name, line.h}, "row",
              rowName(ui, row));
  }
  list.PopClipRect();
  if (order.empty())
    emptyNote(ui, inner,
              dock.onlyChosen ? ui.tr("没有选中的记录。")
              : d.hidden      ? ui.tr("筛选隐藏了全部记录。")
                              : ui.tr("这个图层没有记录。"));

  // The head stands over them.
  const Rect headRow{body.x, body.y, body.w, head};
  ui.fill(headRow, t.panel);
  ImGui::PushClipRect({left, headRow.y}, {inner.right(), headRow.bottom()}, true);
  float cx = left - scrolled;
  for (size_t c = 0; c < widths.columns.size(); ++c) {
    const float cw = widths.widths[c];
    if (cx + cw > left && cx < inner.right()) {
      const size_t column = widths.columns[c];
      drawHeadCell(ui, {cx, headRow.y, cw, head}, static_cast<int>(column), titleOf(table, column),
                   secondLine(table, column), table.table.columns[column].numeric(),
                   isIndicator(table, column) ? t.text1 : t.text2);
    }
    cx += cw;
  }
  ImGui::PopClipRect();
  drawHeadCell(ui, {headRow.x + 2 * k, headRow.y, widths.name - 2 * k, head}, -1, ui.tr("名称"), "", false,
               t.text1);
  ui.hairline(headRow.x, headRow.right(), headRow.bottom() - hair);
  ui.fill({left - hair, headRow.y, hair, body.h}, t.rule);
  if (scroll.x > 0)  // what is scrolled away lies under the frozen column
    for (int i = 0; i < 5; ++i)
      ui.fill({left + static_cast<float>(i) * k, headRow.y, k, inner.bottom() - headRow.y},
              Rgba{0, 0, 0, static_cast<uint8_t>((t.dark ? 50 : 16) * (5 - i) / 5)});
}

}  // namespace panels
