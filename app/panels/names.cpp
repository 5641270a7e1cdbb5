#include "app/panels/column.h"

namespace panels {

const session::LayerSpec* specOf(const Ui& ui, std::string_view layer) {
  for (const auto& l : ui.session.project().layers)
    if (l.id == layer) return &l;
  return nullptr;
}

std::string cell(const Ui& ui, const std::string& layer, const std::string& column, long row) {
  if (column.empty() || row < 0) return {};
  const auto& state = ui.session.layer(layer);
  if (!state.shape || !state.shape->layer) return {};
  const auto& table = state.shape->layer->table;
  const auto* c = table.find(column);
  return c && static_cast<size_t>(row) < table.rows() && c->has(static_cast<size_t>(row))
             ? c->text(static_cast<size_t>(row))
             : std::string{};
}

std::string nameOf(const Ui& ui, const scene::ObjectRef& object) {
  const auto* spec = specOf(ui, object.layer);
  if (object.row < 0) return spec ? ui.name(spec->name) : object.layer;
  // The full name stands in the table; the map's labels may be shorter.
  if (spec) {
    const bool english = !ui.chinese() && !spec->labelEn.empty();
    if (auto full = cell(ui, object.layer, english ? spec->labelEn : spec->label, object.row); !full.empty())
      return full;
  }
  if (const auto* l = scene::findLayer(ui.scene, object.layer))
    if (static_cast<size_t>(object.row) < l->labels.size() && !l->labels[object.row].empty())
      return l->labels[object.row];
  return fmt::format("{} {}", spec ? ui.name(spec->name) : object.layer, object.row + 1);
}

std::string roleName(const Ui& ui, scene::Role role) {
  switch (role) {
    case scene::Role::county:
      return ui.tr("县（市、区）");
    case scene::Role::core:
      return ui.tr("核心");
    case scene::Role::node:
      return ui.tr("节点");
    case scene::Role::agriPark:
      return ui.tr("农业科技园");
    case scene::Role::station:
      return ui.tr("服务站");
    case scene::Role::platform:
      return ui.tr("创新平台");
    case scene::Role::enterprise:
      return ui.tr("龙头企业");
    case scene::Role::town:
      return ui.tr("乡镇、街道");
    case scene::Role::rail:
      return ui.tr("铁路站");
    case scene::Role::river:
      return ui.tr("河流");
    case scene::Role::neighbour:
      return ui.tr("邻市");
    case scene::Role::context:
      return ui.tr("图层");
  }
  return {};
}

std::string levelName(const Ui& ui, const std::string& level) {
  static const std::map<std::string_view, const char*> names{
      {"national", "国家级"}, {"provincial", "省级"},    {"guangqing", "广清合作园"}, {"town", "小镇"},
      {"park", "一区多园"},   {"demonstration", "示范"}, {"education", "教育"},       {"digital", "数字"},
      {"incubator", "孵化"},  {"research", "科研"},      {"leading", "龙头"}};
  const auto it = names.find(level);
  return it == names.end() ? level : ui.tr(it->second);
}

std::string figureText(double value, int decimals) {
  if (!std::isfinite(value)) return "—";
  std::string s = fmt::format("{:.{}f}", std::abs(value), std::clamp(decimals, 0, 9));
  size_t point = std::min(s.find('.'), s.size());
  for (size_t i = point; i > 3; i -= 3) s.insert(i - 3, ",");
  const bool zero = s.find_first_of("123456789") == std::string::npos;
  return (value < 0 && !zero ? "−" : "") + s;
}

std::string certaintyText(const Ui& ui, const scene::SceneLayer& layer, long row) {
  const auto at = static_cast<size_t>(row);
  std::string text;
  if (at < layer.uncertaintyMetres.size() && layer.uncertaintyMetres[at] > 0)
    text = fmt::format("±{:g} km", layer.uncertaintyMetres[at] / 1000);
  if (at < layer.certainty.size()) {
    if (layer.certainty[at] == scene::Certainty::countyOnly)
      text += (text.empty() ? "" : ui.chinese() ? "，" : ", ") + std::string(ui.tr("仅知所在县"));
    if (layer.certainty[at] == scene::Certainty::hollow)
      text = ui.tr(layer.illustrative ? "示例位置" : "地址未公布");
  }
  return text;
}

void header(Ui& ui, Rect r, std::string_view title, std::string_view right) {
  ui.fill(r, ui.theme.bar);
  ui.hairline(r.x, r.right(), r.bottom() - 1);
  const float pad = 14 * ui.k;
  const float rightWidth = right.empty() ? 0 : ui.width(Type::note, right) + 12 * ui.k;
  ui.text(Type::strong, {r.x + pad, r.y, r.w - 2 * pad - rightWidth, r.h}, title, ui.theme.text1);
  if (!right.empty())
    ui.text(Type::note, {r.x + pad, r.y, r.w - 2 * pad, r.h}, right, ui.theme.text3, Align::right);
}

std::string methodName(const Ui& ui, geo::BreakMethod m) {
  using M = geo::BreakMethod;
  switch (m) {
    case M::natural:
      return ui.tr("自然断点");
    case M::quantile:
      return ui.tr("分位数");
    case M::equal:
      return ui.tr("等距");
    case M::stddev:
      return ui.tr("标准差");
    case M::pretty:
      return ui.tr("整数间隔");
    case M::headtail:
      return ui.tr("头尾断点");
    case M::box:
      return ui.tr("箱线");
    case M::percentile:
      return ui.tr("百分位");
    case M::geometric:
      return ui.tr("几何间隔");
    case M::manual:
      return ui.tr("手动分级");
  }
  return {};
}

std::string categoryName(const Ui& ui, geo::Quadrant quadrant) {
  switch (quadrant) {
    case geo::Quadrant::highHigh:
      return ui.tr("高—高");
    case geo::Quadrant::lowHigh:
      return ui.tr("低—高");
    case geo::Quadrant::lowLow:
      return ui.tr("低—低");
    case geo::Quadrant::highLow:
      return ui.tr("高—低");
    case geo::Quadrant::ns:
      break;
  }
  return ui.tr("不显著");
}

Rgba toneColour(const Ui& ui, scene::Tone tone) {
  scene::Choropleth one;
  one.categories = {{"", tone}};
  return scene::classColours(one, ui.theme.dark).front();
}

const session::IndicatorSpec* indicatorSpec(const Ui& ui, std::string_view id) {
  for (const auto& i : ui.session.project().indicators)
    if (i.id == id) return &i;
  return nullptr;
}

const session::IndicatorSpec* shownIndicator(const Ui& ui) {
  for (const auto& tab : ui.scene.tabs)
    if (tab.current) return indicatorSpec(ui, tab.id);
  return classedIndicator(ui);
}

const session::IndicatorSpec* classedIndicator(const Ui& ui) {
  return ui.scene.choropleth ? indicatorSpec(ui, ui.scene.choropleth->id) : nullptr;
}

bool computed(const session::IndicatorSpec& s) {
  return !s.denominator.empty() || !s.indexOf.empty() || !s.countOf.empty() || !s.distanceTo.empty() ||
         !s.dividedByCountOf.empty() || (!s.shareOf.empty() && s.table.empty());
}

std::string rowName(const Ui& ui, const std::string& layer, size_t row) {
  if (const auto* l = scene::findLayer(ui.scene, layer))
    if (row < l->labels.size() && !l->labels[row].empty()) return l->labels[row];
  return nameOf(ui, {layer, static_cast<long>(row)});
}

std::vector<int> yearsWithData(const session::IndicatorState& state) {
  std::vector<int> years;
  for (const auto& [year, figures] : state.byYear)
    if (std::any_of(figures.begin(), figures.end(),
                    [](const scene::Figure& f) { return std::isfinite(f.value); }))
      years.push_back(year);
  return years;
}

const geo::Transform* toDegrees(Ui& ui) {
  auto& st = ui.state;
  const auto& crs = ui.session.worldCrs();
  if (!crs.known()) return nullptr;
  if (st.toDegreesFrom != crs.text()) {
    st.toDegreesFrom = crs.text();
    st.toDegrees.reset();
    if (auto t = geo::Transform::make(crs, geo::Crs::lonLat())) st.toDegrees.emplace(std::move(*t));
  }
  return st.toDegrees ? &*st.toDegrees : nullptr;
}

}  // namespace panels
