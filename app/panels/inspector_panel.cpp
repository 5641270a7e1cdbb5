// What is known about the place that was clicked: its figures with status and source, what of the plan stands
// in it, how exactly it is known, what it leads or is led by.
#include "app/panels/column.h"
#include "app/panels/page.h"
#include "app/panels/dialogs.h"
#include "app/panels/placing.h"
#include "app/session/places.h"

namespace panels {
namespace {

using scene::Figure;
using scene::Status;

struct Row {
  std::string name, value, unit, year;
  Status status = Status::missing;
  std::string source;
  std::string rank;        // "3/8"
  std::vector<int> years;  // of its course: two and more
  std::vector<double> course;
};

// The newest figure of a row up to the year; 0 years mean "no year".
struct Found {
  int year = 0;
  Figure figure;
};
std::optional<Found> newest(const session::IndicatorState& state, size_t row, int upTo) {
  for (auto it = state.byYear.rbegin(); it != state.byYear.rend(); ++it) {
    if (upTo && it->first > upTo) continue;
    if (row < it->second.size() && std::isfinite(it->second[row].value))
      return Found{it->first, it->second[row]};
  }
  return {};
}

std::string yearText(int year) { return year ? fmt::format("{}", year) : std::string{}; }

// Years for which anybody has a figure: what a missing row can say of itself.
std::string yearsText(const session::IndicatorState& state) {
  int first = 0, last = 0;
  for (const auto& [year, figures] : state.byYear)
    if (std::any_of(figures.begin(), figures.end(), [](const Figure& f) { return std::isfinite(f.value); })) {
      if (!first) first = year;
      last = year;
    }
  if (!last) return {};
  return first == last ? yearText(last) : fmt::format("{}–{:02}", first, last % 100);
}

Status weaker(Status a, Status b) { return std::max(a, b); }

std::vector<Row> figureRows(const Ui& ui, size_t row) {
  std::vector<Row> rows;
  const auto& p = ui.session.project();
  bool compared = false;
  for (const auto& spec : p.indicators) {
    const auto& state = ui.session.indicator(spec.id);
    const auto found = newest(state, row, 0);
    Row r{ui.name(spec.name),
          ui.tr("未公布"),
          ui.name(spec.unit),
          yearsText(state),
          Status::missing,
          {},
          {},
          {},
          {}};
    if (found) {
      r.value = figureText(found->figure.value, spec.decimals);
      r.year = yearText(found->year), r.status = found->figure.status, r.source = found->figure.source;
      if (r.source.empty()) r.source = ui.name(spec.source);
      const auto& all = state.byYear.at(found->year);
      size_t better = 0, of = 0;
      for (const auto& o : all)
        if (std::isfinite(o.value))
          ++of, better += spec.moreIsBetter ? o.value > found->figure.value : o.value < found->figure.value;
      if (of > 1) r.rank = fmt::format("{}/{}", better + 1, of);
      for (const auto& [year, figures] : state.byYear)
        if (year && row < figures.size() && std::isfinite(figures[row].value))
          r.years.push_back(year), r.course.push_back(figures[row].value);
      if (r.years.size() < 2) r.years.clear(), r.course.clear();
    } else {
      r.unit.clear();
      if (r.year.empty()) r.value = ui.tr("无县级数据");
    }
    rows.push_back(r);
    // The change since the earlier count, once, for the first amount that was counted twice.
    const bool counted = spec.numerator.empty() && spec.countOf.empty() && spec.dividedByCountOf.empty() &&
                         spec.shareOf.empty();
    if (!compared && counted && found && r.unit != "%") {
      const auto earlier = newest(state, row, found->year - 1);
      if (earlier && earlier->year && earlier->figure.value != 0) {
        const double change = (found->figure.value / earlier->figure.value - 1) * 100;
        rows.push_back({fmt::format(fmt::runtime(ui.tr("较 {}")), earlier->year),
                        (change > 0 ? "+" : "") + figureText(change, 2),
                        "%",
                        "",
                        weaker(found->figure.status, earlier->figure.status),
                        {},
                        {},
                        {},
                        {}});
        compared = true;
      }
    }
  }
  return rows;
}

std::string statusWord(const Ui& ui, Status s) {
  switch (s) {
    case Status::official:
      return ui.tr("官方统计");
    case Status::estimated:
      return ui.tr("估算");
    case Status::illustrative:
      return ui.tr("示例");
    case Status::missing:
      return ui.tr("缺失：没有公布");
  }
  return {};
}

void sectionTitle(Ui& ui, float x0, float x1, float& y, std::string_view title, std::string_view right = {}) {
  const float k = ui.k;
  y += 10 * k;
  ui.hairline(x0, x1, y);
  y += 8 * k;
  ui.text(Type::strong, {x0, y, x1 - x0, 24 * k}, title, ui.theme.text1);
  if (!right.empty()) ui.text(Type::note, {x0, y, x1 - x0, 24 * k}, right, ui.theme.text3, Align::right);
  y += 28 * k;
}

// All counties on one axis. Logarithmic where the values span more than one decade.
void stripPlot(Ui& ui, float x0, float x1, float& y, const scene::Choropleth& c, size_t row) {
  const float k = ui.k;
  double low = INFINITY, high = -INFINITY;
  for (const auto& f : c.figures)
    if (std::isfinite(f.value)) low = std::min(low, f.value), high = std::max(high, f.value);
  if (std::isfinite(c.whole)) {
    if (c.whole < 5 * high) high = std::max(high, c.whole), low = std::min(low, c.whole);
  }
  if (!(low < high)) return;
  const bool logarithmic = low > 0 && high / low > 8;
  std::vector<double> ticks;
  if (logarithmic) {
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high * 10; decade *= 10)
      for (double m : {1.0, 2.0, 5.0}) ticks.push_back(decade * m);
    const auto above = std::upper_bound(ticks.begin(), ticks.end(), low);
    ticks.erase(ticks.begin(), above == ticks.begin() ? above : above - 1);
    ticks.erase(std::next(std::find_if(ticks.begin(), ticks.end(), [&](double t) { return t >= high; })),
                ticks.end());
  } else {
    const double raw = (high - low) / 4, p10 = std::pow(10, std::floor(std::log10(raw)));
    const double step = raw / p10 < 1.5   ? p10
                        : raw / p10 < 3.5 ? 2 * p10
                        : raw / p10 < 7.5 ? 5 * p10
                                          : 10 * p10;
    for (double t = std::floor(low / step) * step; t < high + step; t += step) ticks.push_back(t);
  }
  if (ticks.size() < 2) return;
  const double a = logarithmic ? std::log(ticks.front()) : ticks.front(),
               b = logarithmic ? std::log(ticks.back()) : ticks.back();
  const float in = 10 * k;
  const auto place = [&](double v) {
    return x0 + in + static_cast<float>(((logarithmic ? std::log(v) : v) - a) / (b - a)) * (x1 - x0 - 2 * in);
  };
  const float axis = y + 14 * k;
  ui.fill({x0 + in, axis - 0.5f * k, x1 - x0 - 2 * in, std::max(1.0f, k)}, ui.theme.text3.withAlpha(0.6));
  float free = -INFINITY;
  for (double t : ticks) {
    const float x = place(t);
    ui.fill({std::round(x), axis, std::max(1.0f, std::floor(k)), 4 * k}, ui.theme.text3.withAlpha(0.6));
    const std::string label = figureText(t, t == std::floor(t) ? 0
                                            : logarithmic      ? static_cast<int>(std::ceil(-std::log10(t)))
                                                               : 1);
    const float w = ui.width(Type::note, label);
    if (x - w / 2 < free) continue;
    ui.text(Type::note, {std::clamp(x - w / 2, x0, x1 - w), axis + 9 * k, w + 1, 16 * k}, label,
            ui.theme.text3);
    free = x + w / 2 + 8 * k;
  }
  if (std::isfinite(c.whole) && c.whole >= ticks.front() && c.whole <= ticks.back()) {
    const float x = std::round(place(c.whole));
    for (float d = -11; d < 11; d += 4.5f)
      ui.fill({x, axis + d * k, std::max(1.0f, 1.4f * k), 2.6f * k}, ui.theme.text2);
  }
  const auto dot = [&](size_t i, float radius, bool mine) {
    const double v = c.figures[i].value;
    const int cls = c.classOf(i);
    const Rgba fill = mine ? ui.theme.accent
                      : cls >= 0 && static_cast<size_t>(cls) < ui.classColours.size()
                          ? ui.classColours[static_cast<size_t>(cls)]
                          : ui.theme.measured;
    const ImVec2 at{place(v), axis};
    ui.list().AddCircleFilled(at, radius + (mine ? 1.5f * k : 0),
                              colour(mine ? ui.theme.panel : ui.theme.text2));
    ui.list().AddCircleFilled(at, radius - (mine ? 0 : k), colour(fill));
  };
  const auto mouse = ImGui::GetIO().MousePos;
  for (size_t i = 0; i < c.figures.size(); ++i) {
    if (!std::isfinite(c.figures[i].value)) continue;
    if (i != row) dot(i, 5 * k, false);
  }
  if (row < c.figures.size() && std::isfinite(c.figures[row].value)) dot(row, 7 * k, true);
  if (ui.view.hovered && ui.view.hovered->layer == c.layer && ui.view.hovered->row >= 0) {
    const auto i = static_cast<size_t>(ui.view.hovered->row);
    if (i < c.figures.size() && std::isfinite(c.figures[i].value) && i != row) {
      dot(i, 6 * k, false);
      ui.list().AddCircle({place(c.figures[i].value), axis}, 8 * k, colour(ui.theme.accent), 0, 1.5f * k);
    }
  }
  size_t nearest = c.figures.size();
  float best = 8 * k;
  if (std::abs(mouse.y - axis) < 12 * k)
    for (size_t i = 0; i < c.figures.size(); ++i)
      if (std::isfinite(c.figures[i].value) && std::abs(place(c.figures[i].value) - mouse.x) < best)
        best = std::abs(place(c.figures[i].value) - mouse.x), nearest = i;
  const auto p = ui.press("inspector.plot", {x0, axis - 12 * k, x1 - x0, 24 * k}, "plot");
  if (p.hovered && nearest < c.figures.size()) {
    const std::string name = nearest < c.areaNames.size() ? c.areaNames[nearest] : "";
    ui.tip("inspector.plot", true,
           fmt::format("{}  {} {}", name, figureText(c.figures[nearest].value, c.decimals), c.unit));
    if (p.clicked) ui.send(session::Select{scene::ObjectRef{c.layer, static_cast<long>(nearest)}});
  }
  y = axis + 26 * k;
}

struct Series {
  std::string name, unit;
  std::vector<int> years;
  std::vector<double> values;
};
std::optional<Series> seriesOf(const Ui& ui, size_t row) {
  const session::IndicatorSpec* best = nullptr;
  size_t most = 2;
  for (const auto& spec : ui.session.project().indicators) {
    size_t n = 0;
    for (const auto& [year, figures] : ui.session.indicator(spec.id).byYear)
      n += year && row < figures.size() && std::isfinite(figures[row].value);
    if (n > most) most = n, best = &spec;
  }
  if (!best) return {};
  Series s{ui.name(best->name), ui.name(best->unit), {}, {}};
  for (const auto& [year, figures] : ui.session.indicator(best->id).byYear)
    if (year && row < figures.size() && std::isfinite(figures[row].value))
      s.years.push_back(year), s.values.push_back(figures[row].value);
  return s;
}

void sparkline(Ui& ui, float x0, float x1, float& y, const Series& s, int decimals) {
  const float k = ui.k, h = 46 * k, in = 10 * k;
  const auto [lowest, highest] = std::minmax_element(s.values.begin(), s.values.end());
  const double low = *lowest, high = *highest, span = std::max(high - low, std::abs(high) * 0.02 + 1e-9);
  const float top = y + 18 * k;
  std::vector<Vec> at;
  for (size_t i = 0; i < s.years.size(); ++i)
    at.push_back({x0 + in +
                      static_cast<float>(s.years[i] - s.years.front()) /
                          static_cast<float>(std::max(1, s.years.back() - s.years.front())) *
                          (x1 - x0 - 2 * in - 24 * k),
                  top + static_cast<float>((high - s.values[i]) / span) * (h - 18 * k)});
  for (size_t i = 1; i < at.size(); ++i) ui.line(at[i - 1], at[i], ui.theme.accent, 1.6f * k);
  float free = -INFINITY;
  for (size_t i = 0; i < at.size(); ++i) {
    ui.list().AddCircleFilled({at[i].x, at[i].y}, 5 * k, colour(ui.theme.panel));
    ui.list().AddCircleFilled({at[i].x, at[i].y}, 3.6f * k, colour(ui.theme.accent));
    const std::string label = figureText(s.values[i], decimals);
    const float w = ui.width(Type::note, label);
    const float lx = std::clamp(i == 0 ? at[i].x - 4 * k : at[i].x - w / 2, x0, x1 - w);
    if (lx > free)
      ui.text(Type::note, {lx, at[i].y - 22 * k, w + 1, 16 * k}, label, ui.theme.text1),
          free = lx + w + 4 * k;
  }
  y = top + h;
}

// A thing of the plan as a line: symbol, name, what is known. Returns whether it was clicked.
bool planRow(Ui& ui, const std::string& id, float x0, float x1, float& y, const scene::SceneLayer& layer,
             long row) {
  const float k = ui.k;
  const Rect r{x0 - 8 * k, y, x1 - x0 + 16 * k, 42 * k};
  const scene::ObjectRef object{layer.id, row};
  const auto p = ui.press(id, r, "row", nameOf(ui, object));
  const bool lit = ui.view.hovered == object;
  if (p.hovered) ui.claimHover(object);
  if (p.fade > 0 || lit) ui.fill(r, ui.theme.accent.withAlpha(lit ? 0.1 : 0.08 * p.fade), 4 * k);
  const auto at = static_cast<size_t>(row);
  if (at < layer.symbols.size())
    ui.symbol(layer.symbols[at], at < layer.certainty.size() ? layer.certainty[at] : scene::Certainty::known,
              {x0 + 12 * k, r.centre().y},
              (layer.role == scene::Role::core                                         ? 25
               : layer.role == scene::Role::station || layer.role == scene::Role::town ? 11
                                                                                       : 21) *
                  k);
  const float tx = x0 + 34 * k;
  ui.text(Type::strong, {tx, r.y + 3 * k, x1 - tx, 19 * k}, nameOf(ui, object), ui.theme.text1);
  const auto* spec = specOf(ui, layer.id);
  std::string line = roleName(ui, layer.role);
  if (spec)
    if (const auto level = levelName(ui, cell(ui, layer.id, spec->level, row)); !level.empty())
      line = layer.role == scene::Role::core ? level : level + " · " + line;
  for (const auto& lead : ui.scene.leads)
    if (lead.toLayer == layer.id && static_cast<long>(lead.toRow) == row)
      line = fmt::format(fmt::runtime(ui.tr("由{}引领")),
                         nameOf(ui, {lead.fromLayer, static_cast<long>(lead.fromRow)}));
  if (const auto known = certaintyText(ui, layer, row); !known.empty()) line += " · " + known;
  ui.text(Type::note, {tx, r.y + 22 * k, x1 - tx, 17 * k}, line, ui.theme.text2);
  y += r.h;
  return p.clicked;
}

const std::vector<std::vector<uint32_t>>& neighboursOf(Ui& ui, const scene::SceneLayer& counties) {
  auto& st = ui.state;
  if (!counties.shape || !counties.shape->boundaries) {
    st.neighbours.clear(), st.neighboursOf = nullptr;
    return st.neighbours;
  }
  const auto* b = counties.shape->boundaries.get();
  if (st.neighboursOf == b) return st.neighbours;
  st.neighboursOf = b;
  st.neighbours.assign(counties.shape->layer->rows(), {});
  for (const auto& arc : b->arcs()) {
    if (arc.outer() || arc.left == arc.right) continue;
    for (auto [a, o] : {std::pair{arc.left, arc.right}, std::pair{arc.right, arc.left}})
      if (a < st.neighbours.size() &&
          std::find(st.neighbours[a].begin(), st.neighbours[a].end(), o) == st.neighbours[a].end())
        st.neighbours[a].push_back(o);
  }
  for (auto& n : st.neighbours) std::sort(n.begin(), n.end());
  return st.neighbours;
}

void bigFigure(Ui& ui, float x0, float x1, float& y, size_t row) {
  const auto& c = ui.scene.choropleth;
  const float k = ui.k;
  if (!c || row >= c->figures.size()) return;
  const auto& f = c->figures[row];
  const Rect line{x0, y, x1 - x0, 48 * k};
  const bool has = std::isfinite(f.value);
  const float base = line.y + 41 * k;
  std::string rank, whole;
  if (has) {
    size_t better = 0, all = 0;
    for (const auto& o : c->figures)
      if (std::isfinite(o.value)) ++all, better += c->moreIsBetter ? o.value > f.value : o.value < f.value;
    rank = fmt::format(fmt::runtime(ui.tr("第 {} / {}")), better + 1, all);
  }
  if (std::isfinite(c->whole)) whole = fmt::format("{} {}", ui.tr("全市"), figureText(c->whole, c->decimals));
  const float side = std::max(ui.width(Type::heading, rank), ui.width(Type::note, whole)) + 12 * k;
  if (has) {
    const std::string value = figureText(f.value, c->decimals);
    const bool fits = ui.width(Type::figure, value) + ui.width(Type::body, c->unit) + 10 * k < line.w - side;
    float end =
        ui.textAt(fits ? Type::figure : Type::title, {x0 - (fits ? 1 : 0) * k, base}, value, ui.theme.text1);
    ui.text(Type::body, {end + 8 * k, base - 16 * k, line.right() - side - end, 20 * k}, c->unit,
            ui.theme.text3);
  } else {
    ui.textAt(Type::title, {x0, base}, ui.tr("未公布"), ui.theme.text3);
  }
  ui.text(Type::heading, {x0, line.y + 4 * k, line.w, 22 * k}, rank, ui.theme.text1, Align::right);
  ui.text(Type::note, {x0, line.y + 26 * k, line.w, 18 * k}, whole, ui.theme.text2, Align::right);
  ui.record("inspector.figure", line, "text", has ? figureText(f.value, c->decimals) : "");
  ui.record("inspector.rank", line, "text", rank);
  y += line.h;
  const std::string what = c->year ? fmt::format("{} · {} · {}", c->name, c->year, statusWord(ui, f.status))
                                   : fmt::format("{} · {}", c->name, statusWord(ui, f.status));
  ui.text(Type::note, {x0, y, x1 - x0, 18 * k}, what,
          f.status == Status::illustrative ? ui.theme.warning : ui.theme.text3);
  y += 26 * k;
}

// How a figure went over its years, as small as a word.
void course(Ui& ui, Rect r, const std::vector<int>& years, const std::vector<double>& values, Rgba ink) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double span = std::max(*high - *low, std::abs(*high) * 0.02 + 1e-12);
  const float in = 2.5f * ui.k;
  Vec before;
  for (size_t i = 0; i < values.size(); ++i) {
    const Vec at{r.x + in +
                     (r.w - 2 * in) * static_cast<float>(years[i] - years.front()) /
                         static_cast<float>(std::max(1, years.back() - years.front())),
                 r.y + in + (r.h - 2 * in) * static_cast<float>((*high - values[i]) / span)};
    if (i) ui.line(before, at, ink, 1.3f * ui.k);
    before = at;
  }
  ui.list().AddCircleFilled({before.x, before.y}, 2.2f * ui.k, colour(ink));
}

void figureTable(Ui& ui, float x0, float x1, float& y, const std::vector<Row>& rows) {
  const float k = ui.k;
  const auto& t = ui.theme;
  sectionTitle(ui, x0, x1, y, ui.tr("指标"), ui.tr("状态"));
  y -= 4 * k;
  // Name and figure above; unit, year, course and rank below, on the same edges whatever the language.
  const float valueRight = x1 - 19 * k - 10 * k;
  const auto mouse = ImGui::GetIO().MousePos;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& r = rows[i];
    const bool none = r.status == Status::missing, second = !none || !r.year.empty();
    const float row = (second && !(r.source.empty() && r.rank.empty() && !none) ? 43 : 27) * k;
    const Rect line{x0 - 8 * k, y, x1 - x0 + 16 * k, row};
    const bool over = line.contains({mouse.x, mouse.y}) &&
                      ImGui::IsWindowHovered(ImGuiHoveredFlags_AllowWhenBlockedByActiveItem);
    const std::string id = fmt::format("inspector.figure.{}", i);
    const bool small = row < 40 * k;
    const float value = ui.width(none ? Type::body : Type::strong, r.value),
                unit = small ? ui.width(Type::note, r.unit) + 4 * k : 0;
    if (over && !none) ui.fill(line, t.accent.withAlpha(0.07), 4 * k);
    bool copy = over && !none && ImGui::IsMouseClicked(1);
    float nameRight = valueRight - value - unit - 8 * k;
    if (over && !none) {
      if (glyphButton(ui, id + ".copy", {nameRight - 22 * k, y + 3 * k, 22 * k, 22 * k}, Glyph::copy,
                      ui.tr("复制数值、单位与来源")))
        copy = true;
      nameRight -= 26 * k;
    }
    ui.text(Type::body, {x0, y + 1 * k, nameRight - x0, 24 * k}, r.name, t.text2);
    if (small)
      ui.text(Type::note, {valueRight - unit, y + 1 * k, unit, 24 * k}, r.unit, t.text3, Align::right);
    ui.text(none ? Type::body : Type::strong, {valueRight - value - unit, y + 1 * k, value, 24 * k}, r.value,
            none ? t.text3 : t.text1, Align::right);
    ui.chip(x1, {line.x, y + 1 * k, line.w, 24 * k}, r.status);
    if (!small) {
      const Rect below{x0, y + 22 * k, valueRight - x0, 17 * k};
      std::string what = none ? std::string() : r.unit;
      if (!r.year.empty()) what += (what.empty() ? "" : " · ") + r.year;
      const float rank = ui.width(Type::note, r.rank);
      ui.text(Type::note, below, r.rank, t.text2, Align::right);
      const float spark = 56 * k,
                  sx = below.right() - std::max(rank, ui.width(Type::note, "88/88")) - 10 * k - spark;
      if (!r.years.empty())
        course(ui, {sx, below.y + 1 * k, spark, below.h - 2 * k}, r.years, r.course, t.accent);
      ui.text(Type::note,
              {x0, below.y, (r.years.empty() ? below.right() - rank - 8 * k : sx - 6 * k) - x0, below.h},
              what, t.text3);
    }
    ui.record(id, line, "text", fmt::format("{} {} {}", r.name, r.value, r.unit));
    std::string said = statusWord(ui, r.status);
    if (!r.rank.empty()) said += fmt::format(fmt::runtime(ui.tr("，名次 {}")), r.rank);
    for (size_t n = 0; n < r.years.size(); ++n)
      said += fmt::format("{}{} {}", n ? "　" : "\n", r.years[n], shortNumber(r.course[n], 4));
    if (!r.source.empty()) said += "\n" + r.source;
    if (over && mouse.x < nameRight) ui.tip(id, true, said);
    else ui.tip(id, false, said);
    if (copy) {
      std::string text = fmt::format("{}{}{} {}", r.name, r.year.empty() ? "" : " " + r.year,
                                     ui.chinese() ? "：" : ": ", r.value);
      if (!r.unit.empty()) text += " " + r.unit;
      text += fmt::format(fmt::runtime(ui.chinese() ? "（{}{}）" : " ({}{})"), statusWord(ui, r.status),
                          r.source.empty() ? "" : (ui.chinese() ? "；" : "; ") + r.source);
      ui.send(session::CopyText{text});
    }
    y += row;
  }
}

// What the county lacks to the plan's targets, where these can be shared out.
void gaps(Ui& ui, float x0, float x1, float& y, size_t row) {
  const float k = ui.k;
  const auto& t = ui.theme;
  bool first = true;
  for (const auto& l : ui.scene.wholeLedger) {
    if (row >= l.gap.size() || !std::isfinite(l.gap[row])) continue;
    if (std::exchange(first, false))
      sectionTitle(ui, x0, x1, y, ui.tr("离规划目标"), ui.tr("占全市差距")), y -= 4 * k;
    const bool ahead = l.gap[row] <= 0;
    const int decimals = std::abs(l.gap[row]) < 10 ? 1 : 0;
    const std::string value =
        ahead ? std::string(ui.tr("已达到")) : fmt::format("{} {}", figureText(l.gap[row], decimals), l.unit);
    const std::string share = row < l.gapShare.size() && std::isfinite(l.gapShare[row]) && !ahead
                                  ? fmt::format("{} %", figureText(l.gapShare[row], 1))
                                  : std::string();
    const float sw = std::max(ui.width(Type::note, share), 52 * k), vw = ui.width(Type::strong, value);
    const Rect line{x0, y, x1 - x0, 27 * k};
    ui.text(Type::body, {x0, y, line.w - sw - vw - 16 * k, line.h}, l.name, t.text2);
    ui.text(Type::strong, {x0, y, line.w - sw - 6 * k, line.h}, value, t.text1, Align::right);
    ui.text(Type::note, line, share, t.text3, Align::right);
    const std::string id = "inspector.gap." + l.id;
    ui.record(id, line, "text", value);
    const auto m = ImGui::GetIO().MousePos;
    ui.tip(id, line.contains({m.x, m.y}) && ImGui::IsWindowHovered(), l.gapText);
    y += line.h;
  }
}

void sources(Ui& ui, float x0, float x1, float& y, std::vector<std::string> lines) {
  std::vector<std::string> once;
  for (auto& l : lines)
    if (!l.empty() && std::find(once.begin(), once.end(), l) == once.end()) once.push_back(std::move(l));
  if (once.empty()) return;
  sectionTitle(ui, x0, x1, y, ui.tr("来源"));
  y -= 2 * ui.k;
  for (const auto& l : once) y = ui.paragraph(Type::note, {x0, y, x1 - x0, 0}, l, ui.theme.text2) + 2 * ui.k;
}

void countyCard(Ui& ui, float x0, float x1, float& y, const scene::SceneLayer& layer, size_t row) {
  const float k = ui.k;
  bigFigure(ui, x0, x1, y, row);
  if (ui.scene.choropleth && ui.scene.choropleth->layer == layer.id)
    stripPlot(ui, x0, x1, y, *ui.scene.choropleth, row);
  const auto rows = figureRows(ui, row);
  if (!rows.empty()) figureTable(ui, x0, x1, y, rows);
  if (const auto s = seriesOf(ui, row)) {
    std::string years;
    for (int yr : s->years) years += (years.empty() ? "" : " · ") + std::to_string(yr);
    sectionTitle(ui, x0, x1, y, s->name + (s->unit.empty() ? "" : " " + s->unit), years);
    int decimals = 0;
    for (const auto& spec : ui.session.project().indicators)
      if (ui.name(spec.name) == s->name) decimals = spec.decimals;
    sparkline(ui, x0, x1, y, *s, decimals);
  }

  gaps(ui, x0, x1, y, row);

  std::vector<std::pair<const scene::SceneLayer*, long>> plan;
  size_t stations = 0;
  bool illustrative = false;
  for (auto role : {scene::Role::core, scene::Role::node, scene::Role::agriPark, scene::Role::platform,
                    scene::Role::enterprise, scene::Role::station})
    for (const auto& l : ui.scene.layers)
      if (l.role == role)
        for (size_t i = 0; i < l.countyRow.size(); ++i)
          if (l.countyRow[i] == static_cast<long>(row)) {
            if (role == scene::Role::station) ++stations, illustrative = illustrative || l.illustrative;
            else plan.emplace_back(&l, static_cast<long>(i));
          }
  std::string count = fmt::format(fmt::runtime(ui.tr("{} 项", plan.size())), plan.size());
  if (stations)
    count += fmt::format(" · {} {}{}", ui.tr("服务站"), stations, illustrative ? ui.tr("（示例）") : "");
  sectionTitle(ui, x0, x1, y, ui.tr("规划要素"), count);
  y -= 4 * k;
  if (plan.empty())
    ui.text(Type::note, {x0, y, x1 - x0, 22 * k}, ui.tr("规划没有点名这里的园区或平台。"), ui.theme.text3),
        y += 22 * k;
  for (size_t i = 0; i < plan.size(); ++i)
    if (planRow(ui, fmt::format("inspector.plan.{}", i), x0, x1, y, *plan[i].first, plan[i].second))
      ui.send(session::Select{scene::ObjectRef{plan[i].first->id, plan[i].second}});

  const auto& near = neighboursOf(ui, layer);
  if (row < near.size() && !near[row].empty()) {
    sectionTitle(ui, x0, x1, y, ui.tr("邻接"));
    y -= 2 * k;
    float x = x0;
    for (uint32_t n : near[row]) {
      const std::string name = n < layer.labels.size() && !layer.labels[n].empty()
                                   ? layer.labels[n]
                                   : nameOf(ui, {layer.id, static_cast<long>(n)});
      const float w = ui.width(Type::body, name) + 16 * k;
      if (x + w > x1 + 8 * k && x > x0) x = x0, y += 26 * k;
      const Rect r{x - 8 * k, y, w, 24 * k};
      const auto p = ui.press(fmt::format("inspector.neighbour.{}", n), r, "link", name);
      if (p.fade > 0) ui.fill(r, ui.theme.accent.withAlpha(0.12 * p.fade), 4 * k);
      ui.text(Type::body, {r.x + 8 * k, r.y, r.w, r.h}, name, ui.theme.accent);
      if (p.clicked) ui.send(session::Select{scene::ObjectRef{layer.id, static_cast<long>(n)}});
      x += w;
    }
    y += 26 * k;
  }
  std::vector<std::string> from;
  // Figures that share a source share a line.
  std::map<std::string, std::string> bySource;
  std::vector<std::string> order;
  for (const auto& r : rows) {
    if (r.source.empty()) continue;
    auto& names = bySource[r.source];
    if (names.empty()) order.push_back(r.source);
    names += (names.empty() ? "" : ui.chinese() ? "、" : ", ") + r.name;
  }
  for (const auto& s : order) from.push_back(bySource[s] + (ui.chinese() ? "：" : ": ") + s);
  for (const auto& credit : ui.scene.credits) from.push_back(credit);
  sources(ui, x0, x1, y, from);
}

void fact(Ui& ui, float x0, float x1, float& y, std::string_view name, const std::string& value, Rgba ink) {
  if (value.empty()) return;
  const float label = 92 * ui.k;
  ui.text(Type::body, {x0, y, label, 26 * ui.k}, name, ui.theme.text2);
  const float bottom =
      ui.paragraph(Type::body, {x0 + label, y + 2.5f * ui.k, x1 - x0 - label, 0}, value, ink);
  y = std::max(y + 26 * ui.k, bottom + 4 * ui.k);
}

// Puts it on the map, elsewhere, or back to where its source has it; a drawn shape is renamed or removed.
void placeButtons(Ui& ui, float x0, float x1, float& y, const scene::ObjectRef& object, bool placed,
                  const session::PlaceSpec* said) {
  const auto* spec = specOf(ui, object.layer);
  const bool drawn = spec && spec->drawn;
  const auto at = static_cast<uint32_t>(object.row);
  if (!drawn && !session::placeableKey(ui.session, object)) return;
  const float k = ui.k, w = (x1 - x0 - 8 * k) / 2;
  y += 6 * k;
  const Rect left{x0, y, said || drawn ? w : x1 - x0, 30 * k}, right{x0 + w + 8 * k, y, w, 30 * k};
  if (drawn) {
    if (ui.button("inspector.rename", left, ui.tr("改名…"), ButtonKind::plain,
                  ui.refusal(session::RenameFeature{object.layer, at, ""})))
      openFeatureName(ui, object.layer, at);
    const session::RemoveFeatures remove{object.layer, {at}};
    if (ui.button("inspector.remove", right, ui.tr("删除图形"), ButtonKind::plain, ui.refusal(remove)))
      ui.send(remove);
  } else {
    if (ui.button("inspector.place", left, placed ? ui.tr("改位置…") : ui.tr("放到地图上…")))
      openPlaceDialog(ui, object);
    if (said && ui.button("inspector.unplace", right, ui.tr("撤回位置")))
      ui.send(session::UnplaceObject{said->layer, said->key});
  }
  y += 40 * k;
}

void placeCard(Ui& ui, float x0, float x1, float& y, const scene::SceneLayer& layer, long row) {
  const float k = ui.k;
  const auto* spec = specOf(ui, layer.id);
  const auto at = static_cast<size_t>(row);
  y += 4 * k;
  const bool placed = layer.shape && layer.shape->layer && at < layer.shape->layer->shapes.rows() &&
                      layer.shape->layer->shapes.has(at);
  if (spec) {
    fact(ui, x0, x1, y, ui.tr("级别"), levelName(ui, cell(ui, layer.id, spec->level, row)), ui.theme.text1);
    const scene::SceneLayer* counties = scene::findLayer(ui.scene, ui.scene.cityLayer);
    if (counties && at < layer.countyRow.size() && layer.countyRow[at] >= 0)
      fact(ui, x0, x1, y, ui.tr("所在"), nameOf(ui, {counties->id, layer.countyRow[at]}), ui.theme.text1);
    const std::string known = certaintyText(ui, layer, row);
    fact(ui, x0, x1, y, ui.tr("位置可信度"),
         !placed         ? ui.tr("地址未公布，不上图")
         : known.empty() ? ui.tr("已知")
                         : known,
         !placed || layer.illustrative ? ui.theme.warning : ui.theme.text1);
    const auto* said = session::placeOf(ui.session, {layer.id, row});
    if (said) {
      fact(ui, x0, x1, y, ui.tr("位置据"),
           said->on.empty() ? said->by : fmt::format(fmt::runtime(ui.tr("{}（{}）")), said->by, said->on),
           ui.theme.text1);
      ui.record("inspector.by", {x0, y, x1 - x0, 1}, "text", said->by);
      fact(ui, x0, x1, y, ui.tr("备注"), said->note, ui.theme.text1);
      fact(ui, x0, x1, y, ui.tr("状态"), ui.tr("估计：手工放到图上，不是公布的地址"), ui.theme.warning);
    } else {
      fact(ui, x0, x1, y, ui.tr("依据"), cell(ui, layer.id, "basis", row), ui.theme.text1);
    }
    placeButtons(ui, x0, x1, y, {layer.id, row}, placed, said);
    if (!said && (spec->defaultStatus == Status::illustrative || layer.illustrative))
      fact(ui, x0, x1, y, ui.tr("状态"), ui.tr("示例数据，不是公布的站址"), ui.theme.warning);
  }
  std::vector<scene::ObjectRef> leads, ledBy;
  for (const auto& l : ui.scene.leads) {
    if (l.fromLayer == layer.id && static_cast<long>(l.fromRow) == row)
      leads.push_back({l.toLayer, static_cast<long>(l.toRow)});
    if (l.toLayer == layer.id && static_cast<long>(l.toRow) == row)
      ledBy.push_back({l.fromLayer, static_cast<long>(l.fromRow)});
  }
  int n = 0;
  for (const auto& [title, objects] :
       {std::pair{ui.tr("由其引领"), &ledBy}, std::pair{ui.tr("引领"), &leads}}) {
    if (objects->empty()) continue;
    sectionTitle(ui, x0, x1, y, title,
                 objects->size() > 1
                     ? fmt::format(fmt::runtime(ui.tr("{} 项", objects->size())), objects->size())
                     : "");
    y -= 4 * k;
    for (const auto& o : *objects)
      if (const auto* l = scene::findLayer(ui.scene, o.layer);
          l && planRow(ui, fmt::format("inspector.plan.{}", n++), x0, x1, y, *l, o.row))
        ui.send(session::Select{o});
  }
  // The rest of its row, as the source has it.
  if (spec && layer.shape && layer.shape->layer) {
    const auto& table = layer.shape->layer->table;
    const std::set<std::string> said{
        spec->label,     spec->labelEn, spec->level, spec->county, spec->uncertaintyKm,
        spec->precision, spec->status,  spec->ledBy, spec->key,    spec->x,
        spec->y,         "basis",       "role",      "lon",        "lat"};
    bool first = true;
    int shown = 0;
    for (const auto& c : table.columns) {
      if (said.contains(c.name) || at >= table.rows() || !c.has(at) || shown >= 40) continue;
      if (first)
        sectionTitle(ui, x0, x1, y, ui.tr("属性"), spec->source.substr(spec->source.find_last_of('/') + 1)),
            y -= 4 * k, first = false;
      fact(ui, x0, x1, y, ui.cut(Type::body, c.name, 86 * k), c.text(at), ui.theme.text1);
      ++shown;
    }
    sources(
        ui, x0, x1, y,
        {fmt::format("{} · {}", ui.name(spec->name), spec->source.substr(spec->source.find_last_of('/') + 1)),
         layer.illustrative ? ui.tr("规划只给出数量；位置为示例，按乡镇驻地摆放。") : ""});
  }
}

void nothingChosen(Ui& ui, float x0, float x1, float& y) {
  const float k = ui.k;
  y = ui.paragraph(Type::body, {x0, y, x1 - x0, 0}, ui.tr("点选一个县或园区，看它的数据、来源与位置可信度。"),
                   ui.theme.text2);
  const auto& c = ui.scene.choropleth;
  if (!c || c->figures.empty()) return;
  // Meanwhile: everybody's rank on what the map shows.
  y += 4 * k;
  sectionTitle(ui, x0, x1, y, c->year ? fmt::format("{} {}", c->name, c->year) : c->name, c->unit);
  std::vector<size_t> order(c->figures.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto value = [&](size_t i) { return c->figures[i].value; };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const bool fa = std::isfinite(value(a)), fb = std::isfinite(value(b));
    if (fa != fb) return fa;
    return fa && (c->moreIsBetter ? value(a) > value(b) : value(a) < value(b));
  });
  double most = 0;
  float names = 0, numbers = 0;
  for (size_t i : order) {
    if (std::isfinite(value(i))) most = std::max(most, value(i));
    if (i < c->areaNames.size()) names = std::max(names, ui.width(Type::body, c->areaNames[i]));
    numbers = std::max(numbers, ui.width(Type::strong, figureText(value(i), c->decimals)));
  }
  names = std::min(names, (x1 - x0) * 0.4f);
  size_t shown = 0;
  for (size_t i : order) {
    if (++shown > 60) break;
    const Rect r{x0 - 8 * k, y, x1 - x0 + 16 * k, 30 * k};
    const scene::ObjectRef object{c->layer, static_cast<long>(i)};
    const auto p = ui.press(fmt::format("inspector.rank.{}", i), r, "row",
                            i < c->areaNames.size() ? c->areaNames[i] : "");
    const bool lit = ui.view.hovered == object;
    if (p.hovered) ui.claimHover(object);
    if (p.fade > 0 || lit) ui.fill(r, ui.theme.accent.withAlpha(lit ? 0.1 : 0.08 * p.fade), 4 * k);
    ui.text(Type::body, {x0, y, names + 1, r.h}, i < c->areaNames.size() ? c->areaNames[i] : "",
            ui.theme.text1);
    if (std::isfinite(value(i))) {
      const float bx = x0 + names + 14 * k, bw = x1 - numbers - 12 * k - bx;
      const int cls = c->classOf(i);
      const Rgba fill = cls >= 0 && static_cast<size_t>(cls) < ui.classColours.size()
                            ? ui.classColours[static_cast<size_t>(cls)]
                            : ui.theme.measured;
      const Rect bar{bx, r.centre().y - 5 * k,
                     std::max(2 * k, bw * static_cast<float>(most > 0 ? std::max(0.0, value(i)) / most : 0)),
                     10 * k};
      ui.fill(bar, fill), ui.frame(bar, ui.theme.measured.withAlpha(0.8), 0, std::max(1.0f, std::floor(k)));
      ui.text(Type::strong, {x0, y, x1 - x0, r.h}, figureText(value(i), c->decimals), ui.theme.text1,
              Align::right);
    } else {
      ui.text(Type::body, {x0, y, x1 - x0, r.h}, ui.tr("未公布"), ui.theme.text3, Align::right);
    }
    if (p.clicked) ui.send(session::Select{object});
    y += r.h;
  }
}

}  // namespace

namespace {

void actionButtons(Ui& ui, Rect r, const scene::ObjectRef& object, bool county) {
  const float k = ui.k, gap = 8 * k, y = r.y + 11 * k, h = 32 * k, x0 = r.x + 16 * k, x1 = r.right() - 16 * k;
  ui.hairline(r.x, r.right(), r.y);
  struct One {
    const char* id;
    std::string label;
    Refusal refusal;
    std::function<void()> run;
  };
  std::vector<One> all;
  all.push_back({"inspector.zoomTo", county ? ui.tr("缩放") : ui.tr("缩放至此"),
                 ui.refusal(session::ZoomTo{object}), [&] { ui.send(session::ZoomTo{object}); }});
  if (county)
    all.push_back({"inspector.card", ui.tr("县情卡"), ui.refusal(session::ShowCard{object}),
                   [&] { ui.send(session::ShowCard{object}); }});
  all.push_back({"inspector.copy", county ? ui.tr("复制") : ui.tr("复制数据与来源"),
                 ui.refusal(session::CopyFigures{}), [&] { ui.send(session::CopyFigures{}); }});
  if (county)
    all.push_back({"inspector.export", ui.tr("导出…"), ui.refusal(session::ShowCard{object}),
                   [&] { openExport(ui, scene::Composition::card, object); }});
  float words = 0;
  for (const auto& b : all) words += ui.width(Type::strong, b.label);
  const float spare =
      (x1 - x0 - words - gap * static_cast<float>(all.size() - 1)) / static_cast<float>(all.size());
  float x = x0;
  for (size_t i = 0; i < all.size(); ++i) {
    const float w = i + 1 < all.size() ? std::round(ui.width(Type::strong, all[i].label) + spare) : x1 - x;
    if (ui.button(all[i].id, {x, y, w, h}, all[i].label, i == 0 ? ButtonKind::primary : ButtonKind::plain,
                  all[i].refusal))
      all[i].run();
    if (county && all[i].label == ui.tr("复制"))
      ui.tip(all[i].id, ImGui::IsItemHovered(), all[i].refusal ? *all[i].refusal : ui.tr("复制数据与来源"));
    x += w + gap;
  }
}

// The heat where the map was clicked, and the way to what it is made of.
void probeRow(Ui& ui, Rect r, const session::HeatProbe& probe) {
  const float k = ui.k;
  const auto& t = ui.theme;
  ui.hairline(r.x, r.right(), r.y);
  const std::string value =
      fmt::format("{} {}", figureText(probe.value, ui.scene.heat ? ui.scene.heat->decimals + 1 : 3),
                  ui.scene.heat ? ui.scene.heat->unit : "");
  const auto p = ui.press("inspector.probe", r, "row", value);
  if (p.fade > 0) ui.fill(r, t.accent.withAlpha(0.08 * p.fade));
  const float x0 = r.x + 16 * k, x1 = r.right() - 16 * k;
  const float end = ui.text(Type::body, {x0, r.y, x1 - x0, r.h}, ui.tr("此处热力"), t.text2);
  const std::string from = fmt::format(fmt::runtime(ui.tr("{} 个点", probe.total)), probe.total);
  const float w = ui.width(Type::note, from);
  ui.text(Type::strong, {end + 10 * k, r.y, x1 - w - 28 * k - end - 10 * k, r.h}, value, t.text1);
  ui.text(Type::note, {x0, r.y, x1 - x0 - 16 * k, r.h}, from, t.text3, Align::right);
  ui.icon(Icon::chevronRight, {x1 - 3 * k, r.centre().y}, t.text3, 9);
  if (p.clicked) openTab(ui, ColumnTab::heat, "probe");
}

void drawInspect(Ui& ui, Rect r) {
  const float k = ui.k, pad = 16 * k;
  const auto& t = ui.theme;
  const auto& selected = ui.view.selected;
  const scene::SceneLayer* layer = selected ? scene::findLayer(ui.scene, selected->layer) : nullptr;
  const auto* spec = selected ? specOf(ui, selected->layer) : nullptr;
  const bool object = layer && selected->row >= 0;
  const float x0 = r.x + pad, x1 = r.right() - pad, buttons = object ? 54 * k : 0;
  const auto* probe = ui.scene.heat ? ui.session.heatProbe() : nullptr;
  const float heat = probe && probe->total ? 36 * k : 0;
  ui.beginScroll("##inspectorBody", {r.x, r.y, r.w, r.h - buttons - heat});
  if (selected != ui.state.inspected) ImGui::SetScrollY(0);
  float y = ui.scrollTop() + 14 * k;
  if (!object) {
    nothingChosen(ui, x0, x1, y);
  } else {
    const std::string name = nameOf(ui, *selected);
    const std::string other =
        spec ? cell(ui, layer->id, ui.chinese() ? spec->labelEn : spec->label, selected->row) : "";
    const std::string kind = layer->role == scene::Role::county
                                 ? (spec ? cell(ui, layer->id, "kind", selected->row) : "")
                                 : roleName(ui, layer->role);
    // The Chinese name is short and stands large; a long one goes down a size and may take two lines.
    float tx = x0;
    const auto at = static_cast<size_t>(selected->row);
    if (layer->role != scene::Role::county && at < layer->symbols.size()) {
      ui.symbol(layer->symbols[at],
                at < layer->certainty.size() ? layer->certainty[at] : scene::Certainty::known,
                {x0 + 17 * k, y + 21 * k},
                (layer->role == scene::Role::core                                          ? 38
                 : layer->role == scene::Role::station || layer->role == scene::Role::town ? 20
                                                                                           : 32) *
                    k);
      tx += 46 * k;
    }
    const bool large = ui.width(Type::title, name) <= x1 - tx;
    float nameEnd = x1;
    const float nameBase = ui.baseline(Type::title, {tx, y, x1 - tx, 38 * k});
    if (large) nameEnd = ui.text(Type::title, {tx, y, x1 - tx, 38 * k}, name, t.text1), y += 40 * k;
    else y = ui.paragraph(Type::heading, {tx, y, x1 - tx, 0}, name, t.text1, 1.4f) + 4 * k;
    std::string second = other == name ? "" : other;
    if (!kind.empty()) second += (second.empty() ? "" : " · ") + kind;
    if (second.empty()) second = spec ? ui.name(spec->name) : "";
    if (large && nameEnd + 12 * k + ui.width(Type::body, second) <= x1) {
      ui.textAt(Type::body, {nameEnd + 12 * k, nameBase}, second, t.text3);
      y += 2 * k;
    } else {
      ui.text(Type::body, {tx, y, x1 - tx, 20 * k}, second, t.text3);
      y += 28 * k;
    }
    ui.record("inspector.name", {x0, y, x1 - x0, 20 * k}, "text", name);
    if (layer->role == scene::Role::county) countyCard(ui, x0, x1, y, *layer, at);
    else placeCard(ui, x0, x1, y, *layer, selected->row);
  }
  ui.endScroll(y + 16 * k);
  if (heat > 0) probeRow(ui, {r.x, r.bottom() - buttons - heat, r.w, heat}, *probe);
  if (object)
    actionButtons(ui, {r.x, r.bottom() - buttons, r.w, buttons}, *selected,
                  layer->role == scene::Role::county);
}

struct Tab {
  ColumnTab tab;
  const char *id, *name;
};
constexpr Tab columnTabs[] = {
    {ColumnTab::inspect, "inspect", "检视"}, {ColumnTab::map, "map", "地图"},
    {ColumnTab::heat, "heat", "热力"},       {ColumnTab::analysis, "analysis", "分析"},
    {ColumnTab::page, "page", "页面"},       {ColumnTab::scenes, "scenes", "场景"},
    {ColumnTab::data, "data", "数据"}};

// The tab is the user's: selecting something marks the first one, and changes none.
void drawTabs(Ui& ui, Rect r) {
  auto& c = ui.state.column;
  const auto& t = ui.theme;
  const float k = ui.k;
  ui.fill(r, t.bar);
  ui.hairline(r.x, r.right(), r.bottom() - 1);
  const bool object = ui.view.selected && ui.view.selected->row >= 0;
  float x = r.x + 8 * k, words = 0;
  const auto wide = [&](const char* name) {
    return std::max(ui.width(Type::strong, ui.tr(name)), ui.width(Type::body, ui.tr(name)));
  };
  for (const auto& tab : columnTabs) words += wide(tab.name);
  const bool closes = object && c.tab == ColumnTab::inspect;
  const float room = r.w - (closes ? 46 : 12) * k - words;
  const float air = std::clamp(room / static_cast<float>(std::size(columnTabs)), 8 * k, 20 * k);
  for (const auto& tab : columnTabs) {
    const std::string name = ui.tr(tab.name);
    const bool on = c.tab == tab.tab;
    const Rect cell{x, r.y, wide(tab.name) + air, r.h};
    const auto p = ui.press(std::string("column.") + tab.id, cell, "tab", on ? "on" : "off");
    ui.text(on ? Type::strong : Type::body, cell, name,
            on ? t.text1 : t.text2 | std::pair{t.text1, static_cast<double>(p.fade)}, Align::centre);
    if (on) ui.fill({cell.x + air * 0.4f, r.bottom() - 2.5f * k, cell.w - air * 0.8f, 2.5f * k}, t.accent);
    if (tab.tab == ColumnTab::inspect && object && !on)
      ui.list().AddCircleFilled({cell.right() - 5 * k, r.y + 9 * k}, 2.5f * k, colour(t.accent));
    if (p.clicked) c.tab = tab.tab;
    x = cell.right();
  }
  if (object && c.tab == ColumnTab::inspect &&
      ui.iconButton("inspector.close", {r.right() - 34 * k, r.y + (r.h - 24 * k) / 2, 24 * k, 24 * k},
                    Icon::close, ui.tr("取消选择")))
    ui.send(session::Select{});
}

}  // namespace

void openTab(Ui& ui, ColumnTab tab, std::string jumpTo) {
  ui.state.column.tab = tab, ui.state.column.jumpTo = std::move(jumpTo);
  ui.state.inspectorOpen = true, ui.state.wants.again = true;
  if (!ui.view.inspectorPanel) ui.send(session::TogglePanel{"inspector"});
}

void drawInspectorPanel(Ui& ui, Rect r) {
  const float k = ui.k, pad = 16 * k, head = 34 * k;
  ui.begin("##inspector", r, ui.theme.panel, !ui.layout.inspector.w);
  drawTabs(ui, {r.x, r.y, r.w, head});
  const Rect body{r.x, r.y + head, r.w, r.h - head};
  const auto tab = ui.state.column.tab;
  if (tab != ColumnTab::data && ui.view.problem) ui.send(session::ShowProblem{});
  if (tab == ColumnTab::inspect) {
    drawInspect(ui, body);
  } else {
    const char* ids[] = {"",          "##mapTab",    "##heatTab", "##analysisTab",
                         "##pageTab", "##scenesTab", "##dataTab"};
    ui.beginScroll(ids[static_cast<size_t>(tab)], body);
    Form f(ui, r.x + pad, r.right() - pad, ui.scrollTop() + 14 * k);
    if (tab == ColumnTab::map) drawMapTab(f);
    else if (tab == ColumnTab::heat) drawHeatTab(f);
    else if (tab == ColumnTab::analysis) drawAnalysisTab(f);
    else if (tab == ColumnTab::page) drawPageTab(f);
    else if (tab == ColumnTab::scenes) drawScenesTab(f);
    else drawDataTab(f);
    ui.endScroll(f.y + 16 * k);
  }
  ui.fill({r.x, r.y, 1, r.h}, ui.theme.rule);
  ui.end();
}

}  // namespace panels
