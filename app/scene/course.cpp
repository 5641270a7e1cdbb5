#include "app/scene/course.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/furniture.h"
#include "app/scene/map_thematic.h"

namespace scene {
namespace {

constexpr size_t mostNamed = 12;  // more lines than this end without a name

struct Line {
  size_t row = 0;  // of the layer; rows(): the whole city
  bool whole = false;
  std::vector<double> values;  // per year
  std::string name;
  int last = -1;  // index of the latest year with a figure
  float label = 0;
};

// Round levels that span the figures.
std::vector<double> levels(double low, double high) {
  if (low > 0 && low < 0.4 * high) low = 0;
  if (high < 0 && high > 0.4 * low) high = 0;
  if (!(high > low)) low -= 1, high += 1;
  const double rough = (high - low) / 4, ten = std::pow(10, std::floor(std::log10(rough)));
  const double step = (rough / ten <= 1.5 ? 1 : rough / ten <= 3.5 ? 2 : rough / ten <= 7.5 ? 5 : 10) * ten;
  std::vector<double> all;
  for (double v = std::floor(low / step) * step; v < high + step * 0.999; v += step)
    all.push_back(std::abs(v) < step * 1e-9 ? 0 : v);
  return all;
}

std::vector<Line> linesOf(const Scene& s) {
  const Choropleth& c = *s.choropleth;
  std::vector<Line> lines;
  const auto add = [&](Line line) {
    for (size_t k = 0; k < line.values.size(); ++k)
      if (std::isfinite(line.values[k])) line.last = static_cast<int>(k);
    if (line.last >= 0) lines.push_back(std::move(line));
  };
  for (size_t r = 0; r < c.course.values.size(); ++r)
    add({r, false, c.course.values[r], r < c.areaNames.size() ? c.areaNames[r] : "", -1, 0});
  if (!c.course.whole.empty()) add({c.course.values.size(), true, c.course.whole, s.words.wholeCity, -1, 0});
  return lines;
}

// Labels in the order of their ends, none over another, as near to them as can be.
void spread(std::vector<Line*>& lines, float pitch, float top, float bottom) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line* a, const Line* b) { return a->label < b->label; });
  float least = top;
  for (Line* l : lines) l->label = std::max(l->label, least), least = l->label + pitch;
  float most = bottom;
  for (auto l = lines.rbegin(); l != lines.rend(); ++l)
    (*l)->label = std::min((*l)->label, most), most = (*l)->label - pitch;
}

}  // namespace

bool hasCourse(const Scene& s) {
  return s.side == SidePanel::years && s.choropleth && s.choropleth->course.years.size() > 1;
}

float courseHeight(const Scene& s, float u, float loose) {
  if (!hasCourse(s)) return 0;
  return headHeight(u, loose) + (230 + 90 * loose) * u + 34 * u;
}

float drawCourse(const Board& b, const Scene& s, Rect column, float loose) {
  const Choropleth& c = *s.choropleth;
  const std::vector<int>& years = c.course.years;
  const float u = b.unit;
  float y = drawHead(b, column, column.y, nameOf(s, c), c.unit, "", loose);
  std::vector<Line> lines = linesOf(s);
  if (lines.empty()) return y;
  double low = 1e300, high = -1e300;
  for (const Line& l : lines)
    for (const double v : l.values)
      if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  const std::vector<double> ticks = levels(low, high);
  const bool named = lines.size() <= mostNamed;
  // A line that ends before the others says when.
  const auto figure = [&](const Line& l) {
    const auto last = static_cast<size_t>(l.last);
    std::string text = withMinus(formatNumber(l.values[last], c.decimals));
    if (last + 1 < years.size()) text += fmt::format(" ({})", years[last]);
    return text;
  };
  float nameWidth = 0, figureWidth = 0, tickWidth = 0;
  for (const Line& l : lines) {
    nameWidth = std::max(nameWidth, b.width(l.name, 16 * u));
    figureWidth = std::max(figureWidth, b.width(figure(l), 16 * u, Face::sansBold));
  }
  nameWidth = std::min(nameWidth, column.w * 0.28f);
  for (const double v : ticks) tickWidth = std::max(tickWidth, b.width(formatTick(v, ticks), 14 * u));
  const float labels = named ? nameWidth + figureWidth + 34 * u : 12 * u;
  const Rect plot{column.x + tickWidth + 10 * u, y + 14 * u, column.w - tickWidth - 10 * u - labels,
                  (230 + 90 * loose) * u - 20 * u};
  const auto across = [&](int year) {
    return plot.x + plot.w * static_cast<float>(year - years.front()) /
                        static_cast<float>(std::max(1, years.back() - years.front()));
  };
  const auto up = [&](double v) {
    return plot.bottom() - plot.h * static_cast<float>((v - ticks.front()) / (ticks.back() - ticks.front()));
  };
  for (const double v : ticks) {
    b.line({plot.x, up(v)}, {plot.right(), up(v)}, v == 0 ? b.theme.text3 : b.theme.rule, u);
    b.text(plot.x - 8 * u, up(v) + 5 * u, formatTick(v, ticks), 14 * u, b.theme.text3, Align::right);
  }
  // Years, where they do not run into each other; the first and the last always.
  float taken = -1e9f;
  const float lastBegins = across(years.back()) - b.width(fmt::format("{}", years.back()), 14 * u) / 2;
  for (size_t k = 0; k < years.size(); ++k) {
    const std::string word = fmt::format("{}", years[k]);
    const float x = across(years[k]), w = b.width(word, 14 * u), from = x - w / 2;
    const bool shown = years[k] == c.year;
    if (shown) b.line({x, plot.y - 6 * u}, {x, plot.bottom()}, b.theme.accent, 1.2f * u);
    const bool end = k == 0 || k + 1 == years.size();
    if (!end && (from < taken + 8 * u || from + w > lastBegins - 8 * u)) continue;
    b.text(x, plot.bottom() + 20 * u, word, 14 * u, shown ? b.theme.text1 : b.theme.text3, Align::centre);
    taken = from + w;
  }
  const auto colours = mapColours(s, b.theme);
  const auto outstanding = [&](const Line& l) {
    const ObjectRef object{c.layer, static_cast<long>(l.row)};
    return !l.whole && (s.selected == object || s.hovered == object ||
                        std::find(s.emphasis.begin(), s.emphasis.end(), object) != s.emphasis.end());
  };
  std::vector<Line*> ends;
  for (Line& l : lines) {
    b.drawing.part("course", l.row);
    const bool out = outstanding(l);
    const Rgba ink = out ? b.theme.accent : l.whole ? b.theme.text1 : b.theme.text2.withAlpha(0.75);
    const float width = (out ? 3 : 1.6f) * u;
    std::vector<Vec> run;
    const auto put = [&] {
      if (run.size() > 1)
        b.drawing.add(Stroke{
            Path::polyline(run),
            Pen{ink, width, l.whole ? std::vector<float>{2 * u, 4 * u} : std::vector<float>{}, true}, -1});
      run.clear();
    };
    for (size_t k = 0; k < l.values.size() && k < years.size(); ++k) {
      if (!std::isfinite(l.values[k])) put();
      else run.push_back({across(years[k]), up(l.values[k])});
    }
    put();
    for (size_t k = 0; k < l.values.size() && k < years.size() && !l.whole; ++k) {
      if (!std::isfinite(l.values[k])) continue;
      const Vec at{across(years[k]), up(l.values[k])};
      const int group = years[k] == c.year ? c.classOf(l.row) : -1;
      b.drawing.add(Fill{Path::circle(at, (group >= 0 ? 5 : 2.6f) * u), group >= 0 ? b.theme.measured : ink});
      if (group >= 0) b.drawing.add(Fill{Path::circle(at, 3.8f * u), colours[static_cast<size_t>(group)]});
    }
    l.label = up(l.values[static_cast<size_t>(l.last)]);
    ends.push_back(&l);
  }
  if (named) {
    const float pitch = std::min(20 * u, (plot.h + 24 * u) / static_cast<float>(ends.size()));
    spread(ends, pitch, plot.y - 4 * u, plot.bottom() + 4 * u);
    const float x = column.right() - figureWidth - nameWidth - 8 * u;
    for (const Line* l : ends) {
      b.drawing.part("course name", l->row);
      const auto k = static_cast<size_t>(l->last);
      const Vec end{across(years[k]), up(l->values[k])};
      const Rgba ink = outstanding(*l) ? b.theme.accent : l->whole ? b.theme.text2 : b.theme.text1;
      b.line({end.x + 6 * u, end.y}, {x - 5 * u, l->label}, b.theme.text3.withAlpha(0.7), u);
      b.textWithin(x, l->label + 5.6f * u, l->name, 16 * u, ink, nameWidth);
      b.text(column.right(), l->label + 5.6f * u, figure(*l), 16 * u, ink, Align::right, Face::sansBold);
      if (!l->whole)
        b.drawing.hits.push_back(
            {{x, l->label - pitch / 2, column.right() - x, pitch}, {c.layer, static_cast<long>(l->row)}});
    }
  }
  b.drawing.part({});
  return plot.bottom() + 34 * u + 20 * u;
}

}  // namespace scene
