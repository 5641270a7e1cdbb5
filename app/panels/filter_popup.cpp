// Which rows of a layer are shown: an expression, what it may name, and how many it keeps, while it is typed.
#include <unordered_set>

#include "app/panels/panel_list.h"
#include "app/session/filter.h"

namespace panels {
namespace {

constexpr size_t mostListed = 2000;

bool plainWord(std::string_view w) {  // needs no quotes, and is no word of the language
  if (w.empty()) return false;
  for (char c : w)
    if (std::string_view(" \t\n\r(),=!<>\"'").find(c) != std::string_view::npos) return false;
  std::string lower(w);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 32 : c);
  return lower != "and" && lower != "or" && lower != "not" && lower != "in";
}

std::optional<std::string> quoted(const std::string& w) {  // none: it cannot be written
  if (plainWord(w)) return w;
  if (w.find('"') == std::string::npos) return '"' + w + '"';
  if (w.find('\'') == std::string::npos) return '\'' + w + '\'';
  return {};
}

void judge(Ui& ui) {
  auto& f = ui.state.filter;
  const auto table = ui.session.table(f.layer);
  if (f.judged == f.text && f.table == table) return;
  f.judged = f.text, f.table = table;
  f.error.clear(), f.kept = f.total = table ? table->table.rows() : 0;
  const auto filter = session::parseFilter(f.text);
  if (!filter) f.error = filter.error().text();
  else if (table) {
    if (const auto rows = filter->rows(table->table, f.layer)) f.kept = rows->size();
    else f.error = rows.error().text();
  }
}

// The expression that keeps the chosen rows, or those that are not, by a column that tells rows apart. Read
// back before it is offered: it must mean these rows and no others.
geo::Result<std::string> byKey(const Ui& ui, bool keep) {
  const auto& f = ui.state.filter;
  const auto table = ui.session.table(f.layer);
  if (!table || ui.view.selection.empty() || ui.view.selectionLayer != f.layer)
    return geo::fail(ui.tr("先选中这个图层的一些记录。"));
  if (ui.view.selection.size() > mostListed)
    return geo::fail(fmt::format(fmt::runtime(ui.tr("选中的记录超过 {} 条，请写条件。")), mostListed));
  std::vector<std::string> names;
  if (const auto* spec = specOf(ui, f.layer)) names = {spec->key, spec->label};
  for (size_t i = 0; i < std::min(table->ownColumns, table->table.columns.size()); ++i)
    names.push_back(table->table.columns[i].name);
  for (const auto& name : names) {
    const auto* c = name.empty() ? nullptr : table->table.find(name);
    const auto column = c ? quoted(c->name) : std::nullopt;
    if (!column) continue;
    std::string list;
    bool good = true;
    for (uint32_t r : ui.view.selection) {
      const auto value = r < c->rows() && c->has(r) ? quoted(c->text(r)) : std::nullopt;
      good = good && value;
      if (good) list += (list.empty() ? "" : ", ") + *value;
    }
    if (!good) continue;
    const std::string in = fmt::format("{} in ({})", *column, list);
    const auto filter = session::parseFilter(in);
    if (!filter) continue;
    const auto rows = filter->rows(table->table, f.layer);
    if (!rows || *rows != ui.view.selection) continue;
    return keep ? in : fmt::format("{} not in ({})", *column, list);
  }
  return geo::fail(ui.tr("这个图层没有能区分各条记录的列，请写条件。"));
}

void append(std::string& text, std::string_view word) {
  if (!text.empty() && text.back() != ' ' && text.back() != '(' && word != ")" && word != ",") text += ' ';
  text += word;
}

}  // namespace

void drawFilterPopup(Ui& ui) {
  auto& st = ui.state;
  auto& f = st.filter;
  if (st.popup != "filter") {
    f = {};
    return;
  }
  const auto* spec = specOf(ui, f.layer);
  if (!spec) return ui.closePopup();
  const float k = ui.k, pad = 16 * k;
  const auto& t = ui.theme;
  if (!ui.beginPopup("filter", 440 * k, 330 * k)) return;
  const Rect p = ui.popupRect();
  const float x0 = p.x + pad, x1 = p.right() - pad;
  float y = p.y + 10 * k;
  judge(ui);
  const std::string count = f.error.empty()
                                ? fmt::format("{} / {}", figureText(static_cast<double>(f.kept), 0),
                                              figureText(static_cast<double>(f.total), 0))
                                : "—";
  const float cw = ui.width(Type::strong, count);
  ui.text(Type::strong, {x0, y, x1 - x0 - cw - 12 * k, 26 * k},
          fmt::format("{} · {}", ui.tr("筛选"), ui.name(spec->name)), t.text1);
  ui.text(Type::strong, {x0, y, x1 - x0, 26 * k}, count,
          f.kept == 0 && f.error.empty() ? t.warning : t.accent, Align::right);
  ui.record("filter.count", {x1 - cw, y, cw, 26 * k}, "text", count);
  y += 32 * k;
  ui.field("filter.text", {x0, y, x1 - x0, 30 * k}, f.text, "kind = 镇 and year >= 2020",
           std::exchange(f.focus, false));
  bool enter = false;
  for (const auto& key : ui.input.keys) enter = enter || key.key == 257 || key.key == 335;
  y += 34 * k;
  const Rect note{x0, y, x1 - x0, 20 * k};
  if (!f.error.empty())
    y = std::max(y + 22 * k,
                 ui.paragraph(Type::note, {x0, y + 2 * k, x1 - x0, 0}, f.error, t.warning, 1.4f) + 4 * k);
  else {
    ui.text(Type::note, note,
            f.text.empty() ? ui.tr("没有条件：全部显示")
            : f.kept == 0  ? ui.tr("没有一条记录符合")
                           : ui.tr("符合的显示，其余从图上和表中隐去"),
            f.kept || f.text.empty() ? t.text3 : t.warning);
    y += 26 * k;
  }
  ui.record("filter.note", note, "text", f.error);

  // Words to be put in at a click.
  float x = x0;
  const auto word = [&](const std::string& id, const std::string& label, Rgba ink, float bottom) {
    const float w = std::min(x1 - x0, ui.width(Type::body, label) + 14 * k);
    if (x + w > x1 && x > x0) x = x0, y += 27 * k;
    if (y + 24 * k > bottom) return false;
    const Rect r{x, y, w, 24 * k};
    const auto b = ui.press(id, r, "button", label);
    ui.fill(r, t.text1.withAlpha(0.05 + 0.07 * b.fade), 4 * k);
    ui.text(Type::body, {r.x + 7 * k, r.y, r.w - 13 * k, r.h}, label, ink);
    x += w + 5 * k;
    return b.clicked;
  };
  const float buttons = p.bottom() - 48 * k;
  for (const char* sign : {"=", "!=", "<", "<=", ">", ">=", "in (", ",", ")", "and", "or", "not"})
    if (word(std::string("filter.sign.") + sign, sign, t.text2, buttons)) append(f.text, sign);
  x = x0, y += 32 * k;
  if (const auto table = ui.session.table(f.layer)) {
    ui.beginScroll("##filterColumns", {p.x, y, p.w - 4 * k, buttons - 8 * k - y});
    y = ui.scrollTop();
    const float top = y;
    for (const auto& c : table->table.columns) {
      const auto name = quoted(c.name);
      if (!name) continue;
      if (word("filter.column." + c.name, c.name, t.text1, INFINITY)) append(f.text, *name);
    }
    ui.endScroll(std::max(top, y + 26 * k));
  }

  ui.hairline(p.x + 1, p.right() - 1, buttons - 2 * k);
  const Rect row{x0, buttons + 8 * k, x1 - x0, 30 * k};
  float bx = x0;
  const auto button = [&](const char* id, const char* label, std::optional<std::string> why) {
    const float w = ui.width(Type::body, label) + 22 * k;
    const bool b = ui.button(id, {bx, row.y, w, row.h}, label, ButtonKind::plain, std::move(why));
    bx += w + 6 * k;
    return b;
  };
  std::optional<std::string> apply;
  for (bool keep : {true, false}) {
    const auto text = byKey(ui, keep);
    if (button(keep ? "filter.keep" : "filter.hide", keep ? ui.tr("仅选中") : ui.tr("隐藏选中"),
               text ? std::nullopt : std::optional(text.error().text())))
      apply = *text;
  }
  if (button("filter.clear", ui.tr("清除"),
             f.text.empty() && spec->show.empty() ? std::optional<std::string>(ui.tr("没有筛选。"))
                                                  : std::nullopt))
    apply = "";
  const std::string done = ui.tr("应用");
  const float w = std::max(76 * k, ui.width(Type::strong, done) + 30 * k);
  const auto why = f.error.empty() ? std::nullopt : std::optional(f.error);
  if (ui.button("filter.apply", {x1 - w, row.y, w, row.h}, done, ButtonKind::primary, why) || (enter && !why))
    apply = f.text;
  ui.endPopup();
  if (!apply) return;
  ui.send(session::SetLayerShow{f.layer, *apply});
  ui.closePopup();
}

}  // namespace panels
