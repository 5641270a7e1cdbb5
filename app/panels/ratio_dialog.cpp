// A rate or density made from two indicators, with what it would be before it is made.
#include "app/panels/column.h"
#include "app/panels/dialogs.h"

namespace panels {
namespace {

constexpr double pers[] = {1, 100, 1000, 10000, 100000};

struct Preview {
  int year = 0;
  std::vector<std::pair<double, size_t>> values;  // descending
  size_t zero = 0, negative = 0, missing = 0;
};

Preview previewOf(const Ui& ui, const session::IndicatorSpec& spec) {
  Preview p;
  const auto& a = ui.session.indicator(spec.numerator);
  const auto& b = ui.session.indicator(spec.denominator);
  const std::vector<scene::Figure>*above = nullptr, *below = nullptr;
  // The newest year that both have; a figure without a year goes with any.
  for (auto it = a.byYear.rbegin(); it != a.byYear.rend() && !above; ++it) {
    auto other = b.byYear.find(it->first);
    if (other == b.byYear.end()) other = b.byYear.find(0);
    if (other != b.byYear.end()) above = &it->second, below = &other->second, p.year = it->first;
  }
  if (!above && a.byYear.contains(0) && !b.byYear.empty())
    above = &a.byYear.at(0), below = &b.byYear.rbegin()->second, p.year = b.byYear.rbegin()->first;
  if (!above) return p;
  for (size_t i = 0; i < std::min(above->size(), below->size()); ++i) {
    const double n = (*above)[i].value, d = (*below)[i].value;
    if (!std::isfinite(n) || !std::isfinite(d)) ++p.missing;
    else if (d == 0) ++p.zero;
    else if (d < 0) ++p.negative;
    else p.values.emplace_back(n / d * spec.per, i);
  }
  std::stable_sort(p.values.begin(), p.values.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  return p;
}

std::string perText(double per) {
  std::string s = shortNumber(per, 9);
  return s;
}

std::string unitFor(const session::IndicatorSpec* a, const session::IndicatorSpec* b, double per,
                    scene::Language language) {
  if (!a || !b) return {};
  const std::string above = a->unit.in(language), below = b->unit.in(language);
  if (above == below && !above.empty())
    return per == 100 ? "%" : per == 1000 ? "‰" : per == 1 ? "" : "/" + perText(per);
  std::string count = per == 1 ? "" : perText(per) + " ";
  if (language == scene::Language::zh)
    count = per == 1        ? ""
            : per == 100    ? "百"
            : per == 1000   ? "千"
            : per == 10000  ? "万"
            : per == 100000 ? "十万"
                            : count;
  return above + "/" + count + below;
}

int decimalsFor(const Preview& p) {
  if (p.values.empty()) return 1;
  const double middle = std::abs(p.values[p.values.size() / 2].first);
  return middle >= 100 ? 0 : middle >= 10 ? 1 : middle >= 1 ? 2 : middle >= 0.1 ? 3 : 4;
}

}  // namespace

std::string freeId(const Ui& ui, std::string_view stem) {
  for (int n = 1;; ++n) {
    const std::string id = n == 1 ? std::string(stem) : fmt::format("{}-{}", stem, n);
    if (!indicatorSpec(ui, id)) return id;
  }
}

void startRatio(Ui& ui, const session::IndicatorSpec* changed) {
  auto& c = ui.state.column;
  c.ratio = {};
  c.ratioNew = !changed, c.ratioNamed = c.ratioUnit = c.ratioDigits = changed != nullptr;
  if (changed) {
    c.ratio = *changed;
  } else {
    const auto& all = ui.session.project().indicators;
    c.ratio.id = freeId(ui, "ratio");
    // Amounts, since a rate of rates is seldom meant; those that are known of most areas.
    std::vector<std::pair<size_t, const session::IndicatorSpec*>> amounts;
    for (const auto& i : all) {
      size_t most = 0;
      for (const auto& [year, figures] : ui.session.indicator(i.id).byYear)
        most = std::max(
            most, static_cast<size_t>(std::count_if(figures.begin(), figures.end(),
                                                    [](const auto& x) { return std::isfinite(x.value); })));
      if (!computed(i) && i.unit.zh != "%" && most) amounts.emplace_back(most, &i);
    }
    std::stable_sort(amounts.begin(), amounts.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    if (!amounts.empty()) c.ratio.numerator = amounts[0].second->id;
    if (amounts.size() > 1) c.ratio.denominator = amounts[1].second->id;
    if (const auto* n = indicatorSpec(ui, c.ratio.numerator)) c.ratio.of = n->of;
  }
  c.ratioOwnPer = std::find(std::begin(pers), std::end(pers), c.ratio.per) == std::end(pers);
  openDialog(ui, Dialog::Kind::ratio);
}

void drawRatioDialog(Ui& ui) {
  auto& c = ui.state.column;
  auto& spec = c.ratio;
  const float k = ui.k;
  const auto& t = ui.theme;
  const auto frame = beginDialog(ui, 720, 476, c.ratioNew ? ui.tr("新建比率") : ui.tr("修改比率"));
  const float half = 340 * k;
  Form f(ui, frame.body.x, frame.body.x + half, frame.body.y);
  f.label = 76;

  std::vector<std::string> ids, names, notes;
  for (const auto& i : ui.session.project().indicators)
    if (i.id != spec.id)
      ids.push_back(i.id), names.push_back(ui.name(i.name)), notes.push_back(ui.name(i.unit));
  const auto at = [&](const std::string& id) {
    return static_cast<int>(std::find(ids.begin(), ids.end(), id) - ids.begin());
  };
  if (const int i =
          f.choice("ratio.numerator", ui.tr("分子"), names, at(spec.numerator), notes, {}, ui.tr("选择…"));
      i >= 0)
    spec.numerator = ids[static_cast<size_t>(i)];
  if (const int i = f.choice("ratio.denominator", ui.tr("分母"), names, at(spec.denominator), notes, {},
                             ui.tr("选择…"));
      i >= 0)
    spec.denominator = ids[static_cast<size_t>(i)];
  const auto* above = indicatorSpec(ui, spec.numerator);
  const auto* below = indicatorSpec(ui, spec.denominator);
  if (above) spec.of = above->of;

  std::vector<std::string> labels;
  for (double p : pers) labels.push_back(perText(p));
  labels.push_back(ui.tr("自定"));
  const auto* known = std::find(std::begin(pers), std::end(pers), spec.per);
  f.word(ui.tr("每"), 28);
  if (const int i = choiceAt(ui, "ratio.per", f.control(), labels,
                             c.ratioOwnPer ? 5 : static_cast<int>(known - std::begin(pers)));
      i >= 0) {
    c.ratioOwnPer = i == 5;
    if (i < 5) spec.per = pers[i];
  }
  f.space(36);
  bool perRight = true;
  if (c.ratioOwnPer) {
    const std::string before = spec.per > 0 ? perText(spec.per) : "";
    if (auto said = f.field("ratio.ownPer", "", before); said) spec.per = numberIn(*said).value_or(0);
    perRight = spec.per > 0;
  }

  const auto preview = previewOf(ui, spec);
  if (above && below) {
    if (!c.ratioUnit) {
      spec.unit = {unitFor(above, below, spec.per, scene::Language::zh),
                   unitFor(above, below, spec.per, scene::Language::en)};
    }
    if (!c.ratioNamed)
      spec.name = {above->name.zh + " ÷ " + below->name.zh,
                   above->name.in(scene::Language::en) + " ÷ " + below->name.in(scene::Language::en)};
    if (!c.ratioDigits) spec.decimals = decimalsFor(preview);
  }
  f.word(ui.tr("名称"), 28);
  std::string name = ui.name(spec.name);
  if (ui.field("ratio.name", f.control(), name, "")) spec.name = {name, name}, c.ratioNamed = true;
  f.space(36);
  f.word(ui.tr("单位"), 28);
  std::string unit = ui.name(spec.unit);
  if (ui.field("ratio.unit", f.control(), unit, "")) spec.unit = {unit, unit}, c.ratioUnit = true;
  f.space(36);
  const std::string decimals[] = {"0", "1", "2", "3", "4"};
  if (const int d = f.segments("ratio.decimals", ui.tr("小数位"), decimals, spec.decimals); d >= 0)
    spec.decimals = d, c.ratioDigits = true;
  if (f.toggle("ratio.more", ui.tr("越大越好"), spec.moreIsBetter)) spec.moreIsBetter = !spec.moreIsBetter;

  // What it would be
  const float x0 = frame.body.x + half + 32 * k, x1 = frame.body.right();
  Form r(ui, x0, x1, frame.body.y);
  ui.text(Type::strong, {x0, r.y, x1 - x0, 24 * k},
          preview.year ? fmt::format("{} · {}", ui.tr("预览"), preview.year) : std::string(ui.tr("预览")),
          t.text1);
  ui.text(Type::note, {x0, r.y, x1 - x0, 24 * k}, ui.name(spec.unit), t.text3, Align::right);
  r.space(30);
  double most = 0;
  float numbers = 0, areas = 0;
  const size_t shown = std::min<size_t>(preview.values.size(), 9);
  for (size_t i = 0; i < preview.values.size(); ++i) most = std::max(most, std::abs(preview.values[i].first));
  for (size_t i = 0; i < shown; ++i) {
    numbers = std::max(numbers, ui.width(Type::strong, figureText(preview.values[i].first, spec.decimals)));
    areas = std::max(areas, ui.width(Type::body, rowName(ui, spec.of, preview.values[i].second)));
  }
  areas = std::min(areas, (x1 - x0) * 0.42f);
  for (size_t i = 0; i < shown; ++i) {
    const auto& [value, row] = preview.values[i];
    ui.text(Type::body, {x0, r.y, areas + 1, 26 * k}, rowName(ui, spec.of, row), t.text2);
    const float bx = x0 + areas + 12 * k, bw = x1 - numbers - 12 * k - bx;
    ui.fill({bx, r.y + 9 * k, std::max(2 * k, bw * static_cast<float>(most > 0 ? std::abs(value) / most : 0)),
             8 * k},
            value < 0 ? t.warning : t.measured);
    ui.text(Type::strong, {x0, r.y, x1 - x0, 26 * k}, figureText(value, spec.decimals), t.text1,
            Align::right);
    ui.record(fmt::format("ratio.preview.{}", i), {x0, r.y, x1 - x0, 26 * k}, "text",
              figureText(value, spec.decimals));
    r.y += 26 * k;
  }
  if (preview.values.size() > shown)
    r.note(fmt::format(fmt::runtime(ui.tr("另有 {} 个单元")), preview.values.size() - shown));
  if (preview.values.empty()) r.note(ui.tr("没有一个单元同时有分子和分母。"), t.warning);
  r.space(4);
  const auto tell = [&](const char* text, size_t n, bool bad) {
    if (n)
      r.note(fmt::format(fmt::runtime(ui.tr(text, n)), n), bad ? std::optional(t.warning) : std::nullopt);
  };
  tell("{} 个单元的分母是 0：没有比率。", preview.zero, true);
  tell("{} 个单元的分母是负数：没有比率。", preview.negative, true);
  tell("{} 个单元缺分子或分母：算作缺失。", preview.missing, false);

  Refusal why;
  if (!above || !below) why = ui.tr("先选分子和分母。");
  else if (above->id == below->id) why = ui.tr("分子和分母是同一个指标。");
  else if (above->of != below->of) why = ui.tr("分子和分母属于不同的图层。");
  else if (!perRight) why = ui.tr("“每”要大于零。");
  else if (ui.name(spec.name).empty()) why = ui.tr("给它一个名称。");
  else if (preview.values.empty()) why = ui.tr("没有一个单元同时有分子和分母。");
  else why = ui.refusal(session::PutIndicator{spec});
  const int b = dialogButtons(
      ui, frame, {{"ok", c.ratioNew ? ui.tr("新建") : ui.tr("修改")}, {"cancel", ui.tr("取消")}}, why);
  ui.end();
  const bool popup = !ui.state.popup.empty();
  if (b == 0 || (!popup && dialogEnter(ui) && !why && !ui.state.wants.typing && !ui.state.wasTyping)) {
    ui.send(session::PutIndicator{spec});
    if (c.ratioNew) ui.send(session::SetIndicator{spec.id});
    ui.state.dialog = {};
  } else if (b == 1 || (!popup && dialogEscape(ui))) {
    ui.state.dialog = {};
  }
}

}  // namespace panels
