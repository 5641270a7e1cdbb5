// Heat: density of points or points counted into bins, what it adds up to, and what it is made of at a place.
#include "app/panels/column.h"

namespace panels {
namespace {

using Show = session::HeatSpec::Show;
using Statistic = session::HeatSpec::Statistic;

struct Lists {
  std::vector<std::string> ids, names;
  int at(std::string_view id) const {
    const auto it = std::find(ids.begin(), ids.end(), id);
    return it == ids.end() ? -1 : static_cast<int>(it - ids.begin());
  }
};

Lists layersOf(const Ui& ui, geo::ShapeKind kind, const char* none = nullptr) {
  Lists l;
  if (none) l.ids.emplace_back(), l.names.emplace_back(none);
  std::vector<const session::LayerSpec*> all;
  for (const auto& spec : ui.session.project().layers) all.push_back(&spec);
  std::stable_partition(all.begin(), all.end(), [](auto* s) { return s->role == scene::Role::county; });
  for (const auto* own : all) {
    const auto& spec = *own;
    const auto& shape = ui.session.layer(spec.id).shape;
    if (shape && shape->layer && shape->layer->shapes.kind == kind)
      l.ids.push_back(spec.id), l.names.push_back(ui.name(spec.name));
  }
  return l;
}

Lists numericColumns(const Ui& ui, const std::string& layer, const char* none) {
  Lists l;
  l.ids.emplace_back(), l.names.emplace_back(none);
  const auto* spec = specOf(ui, layer);
  const auto& shape = ui.session.layer(layer).shape;
  if (!shape || !shape->layer || !spec) return l;
  for (const auto& c : shape->layer->table.columns)
    if (c.numeric() && c.name != spec->x && c.name != spec->y && c.name != spec->key &&
        c.name != spec->county)
      l.ids.push_back(c.name), l.names.push_back(c.name);
  return l;
}

// Metres, from "8 km", "8000", "8,000 m", "8 千米".
std::optional<double> metresIn(std::string text) {
  double by = 1;
  const auto end = [&](std::string_view unit, double factor) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    if (!text.ends_with(unit)) return false;
    text.resize(text.size() - unit.size()), by = factor;
    return true;
  };
  (void)(end("km", 1000) || end("千米", 1000) || end("公里", 1000) || end("m", 1) || end("米", 1));
  const auto v = numberIn(text);
  if (!v || !(*v > 0)) return {};
  return *v * by;
}

struct Editor {
  Ui& ui;
  session::HeatSpec heat;
  void send(bool final = true) const { ui.send(session::SetHeat{heat, final}); }
  template <class Change>
  Refusal why(Change&& change) const {
    auto wanted = heat;
    change(wanted);
    return ui.refusal(session::SetHeat{wanted});
  }
};

void bandwidth(Form& f, Editor& e, const char* id, const char* word, double session::HeatSpec::*member,
               double suggested) {
  auto& ui = f.ui;
  const float k = ui.k;
  double& value = e.heat.*member;
  const double shown = value > 0 ? value : suggested;
  const double middle = suggested > 0 ? suggested : shown > 0 ? shown : 5000;
  const double low = std::log(middle / 20), high = std::log(middle * 20);
  const auto share = [&](double m) { return (std::log(std::max(m, 1e-6)) - low) / (high - low); };
  f.word(ui.tr(word));
  const Rect all = f.control();
  const float field = 84 * k;
  const auto s = f.slider(std::string(id) + ".slider", {all.x - 7 * k, all.y, all.w - field - 4 * k, all.h},
                          share(shown > 0 ? shown : middle),
                          suggested > 0 ? std::optional(share(suggested)) : std::nullopt);
  if (s.changed || s.ended) {
    const double m = std::exp(low + (high - low) * s.value);
    const double unit =
        std::pow(10, std::floor(std::log10(m)) - 1);  // two figures are enough for a bandwidth
    const bool onTick = suggested > 0 && std::abs(s.value - share(suggested)) < 1e-9;
    const double wanted = onTick ? 0 : std::round(m / unit) * unit;
    const bool moved = wanted != value;
    value = wanted;
    if (moved || s.ended) e.send(s.ended);
  }
  const double now = value > 0 ? value : suggested;
  if (const auto said = fieldAt(ui, std::string(id) + ".value", {all.right() - field, all.y, field, all.h},
                                now > 0 ? metresText(now) : "", ui.tr("自动"));
      said) {
    if (said->empty()) value = 0, e.send();
    else if (const auto m = metresIn(*said); m) value = *m, e.send();
  }
  f.space(30);
  if (suggested > 0) {
    const bool on = !(value > 0);
    const std::string text =
        fmt::format(fmt::runtime(on ? ui.tr("按数据建议：{}") : ui.tr("建议 {}")), metresText(suggested));
    const float end = ui.text(Type::note, {all.x, f.y, all.w, 20 * k}, text, ui.theme.text3);
    if (!on) {
      const std::string take = ui.tr("采用");
      const Rect b{end + 6 * k, f.y - 2 * k, ui.width(Type::note, take) + 14 * k, 24 * k};
      const auto p = ui.press(std::string(id) + ".take", b, "link", take);
      if (p.fade > 0) ui.fill(b, ui.theme.accent.withAlpha(0.12 * p.fade), 4 * k);
      ui.text(Type::note, b, take, ui.theme.accent, Align::centre);
      if (p.clicked) value = 0, e.send();
    }
    f.space(26);
  } else {
    f.space(6);
  }
}

void colourBar(Form& f, const scene::Heat& heat) {
  auto& ui = f.ui;
  const float k = ui.k;
  const bool isSigned = heat.low < 0;
  const Rect bar{f.x0, f.y, f.width(), 12 * k};
  constexpr int steps = 96;
  const auto edge = [&](int i) { return std::round(bar.x + bar.w * static_cast<float>(i) / steps); };
  for (int i = 0; i < steps; ++i) {  // thin heat is see-through: no step may lie over another
    const double share = (i + 0.5) / steps;
    ui.fill({edge(i), bar.y, edge(i + 1) - edge(i), bar.h},
            scene::heatColour(isSigned ? 2 * share - 1 : share, isSigned, ui.theme.dark));
  }
  ui.frame(bar, ui.theme.text3.withAlpha(0.5), 0, std::max(1.0f, std::floor(k)));
  float free = -INFINITY, last = f.x1;
  const double span = heat.high - heat.low;
  for (size_t i = 0; i < heat.ticks.size(); ++i) {
    const double tick = heat.ticks[i], share = span > 0 ? (tick - heat.low) / span : 0;
    if (share < -1e-9 || share > 1 + 1e-9) continue;
    const bool end = i + 1 == heat.ticks.size();
    const float x = bar.x + bar.w * static_cast<float>(share);
    ui.fill({std::round(x), bar.bottom(), std::max(1.0f, std::floor(k)), 4 * k}, ui.theme.text3);
    const std::string text = figureText(tick, heat.decimals);
    const float w = ui.width(Type::note, text), tx = std::clamp(x - w / 2, f.x0, f.x1 - w);
    if (i == 0) last = f.x1 - ui.width(Type::note, figureText(heat.ticks.back(), heat.decimals)) - 8 * k;
    if (tx < free || (!end && tx + w > last)) continue;  // both ends of the bar keep their numbers
    ui.text(Type::note, {tx, bar.bottom() + 4 * k, w + 1, 18 * k}, text, ui.theme.text2);
    free = tx + w + 8 * k;
  }
  f.y = bar.bottom() + 26 * k;
}

void sums(Form& f, const session::HeatSpec& spec) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  f.section(ui.tr("加总核对"), ui.scene.heat ? ui.scene.heat->unit : "");
  if (!ui.scene.heat) {
    f.note(ui.session.busy() ? ui.tr("正在计算…")
           : spec.visible    ? ui.tr("还没有热力。")
                             : ui.tr("热力没有显示。"));
    return;
  }
  const auto& heat = *ui.scene.heat;
  if (!heat.ticks.empty()) colourBar(f, heat);
  const double off = heat.sumOfWeights != 0
                         ? std::abs(heat.integral - heat.sumOfWeights) / std::abs(heat.sumOfWeights)
                         : std::abs(heat.integral);
  const int decimals = std::abs(heat.sumOfWeights) < 1000 ? 1 : 0;
  const auto row = [&](const char* name, double value) {
    ui.text(Type::body, f.line(24), ui.tr(name), t.text2);
    ui.text(Type::strong, f.line(24), figureText(value, decimals), t.text1, Align::right);
    f.space(24);
  };
  if (!heat.bins) {
    row("权重之和", heat.sumOfWeights);
    row("图上积分", heat.integral);
    const bool same = off <= 0.001;
    ui.record("heat.integral", f.line(20), "text", fmt::format("{:.6f}", heat.integral));
    f.note(same ? fmt::format(fmt::runtime(ui.tr("相差 {:.2f} %：热力加得回来。")), off * 100)
                : fmt::format(fmt::runtime(ui.tr("相差 {:.1f} %：有一部分落在裁剪范围之外。")), off * 100),
           same ? t.text3 : t.warning);
  } else {
    row(spec.statistic == Statistic::sum ? "各格之和" : "点数", heat.sumOfWeights);
  }
  if (heat.over) f.note(ui.tr("有些数值高于锁定的上端：图上按上端着色。"), t.warning);
  f.note(heat.methodText);
  for (const auto& n : heat.notes) f.note(n);
  if (heat.illustrative) f.note(ui.tr("含示例位置：热力也是示例。"), t.warning);
}

void probe(Form& f) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto* probe = ui.session.heatProbe();
  f.anchor("probe");
  f.section(ui.tr("热力构成"));
  if (!probe) {
    f.note(ui.tr("在图上的热力处点一下，看它由哪些点构成。"));
    return;
  }
  if (ui.iconButton("heat.probe.close", {f.x1 - 24 * k, f.y - 33 * k, 24 * k, 24 * k}, Icon::close,
                    ui.tr("关闭")))
    ui.send(session::ProbeHeat{});
  const int decimals = ui.scene.heat ? ui.scene.heat->decimals + 1 : 3;
  const std::string value = figureText(probe->value, decimals);
  const float base = f.y + 24 * k;
  const float end = ui.textAt(Type::title, {f.x0, base}, value, t.text1);
  ui.textAt(Type::body, {end + 8 * k, base}, ui.scene.heat ? ui.scene.heat->unit : "", t.text3);
  ui.record("heat.probe.value", {f.x0, f.y, f.width(), 30 * k}, "text", value);
  f.space(36);
  f.note(probe->total == 0
             ? std::string(ui.tr("这里没有热力。"))
             : fmt::format(fmt::runtime(ui.tr("由 {} 个点构成，占份额最大的在前：")), probe->total));
  double most = 0, said = 0;
  for (const auto& item : probe->items) most = std::max(most, std::abs(item.share)), said += item.share;
  for (size_t i = 0; i < probe->items.size(); ++i) {
    const auto& item = probe->items[i];
    const Rect r{f.x0 - 8 * k, f.y, f.width() + 16 * k, 30 * k};
    const std::string id = fmt::format("heat.probe.{}", i);
    const auto p = ui.press(id, r, "row", item.name);
    const bool lit = ui.view.hovered == item.object;
    if (p.hovered) ui.claimHover(item.object);
    if (p.fade > 0 || lit) ui.fill(r, t.accent.withAlpha(lit ? 0.1 : 0.08 * p.fade), 4 * k);
    ui.text(Type::body, {f.x0, r.y, f.width() * 0.58f, r.h}, item.name, t.text1);
    const float bx = f.x0 + f.width() * 0.61f, bw = f.x1 - 54 * k - bx;
    ui.fill({bx, r.centre().y - 4 * k,
             std::max(k, bw * static_cast<float>(most > 0 ? std::abs(item.share) / most : 0)), 8 * k},
            scene::heatColour(item.share < 0 ? -0.8 : 0.7, item.share < 0, t.dark), 2 * k);
    ui.text(Type::note, {f.x0, r.y, f.width(), r.h}, fmt::format("{} %", figureText(item.share * 100, 1)),
            t.text1, Align::right);
    ui.tip(id, p.hovered,
           fmt::format("{} · {} {}", item.name, figureText(item.value, decimals + 1),
                       ui.scene.heat ? ui.scene.heat->unit : ""));
    if (p.clicked) ui.send(session::Select{item.object});
    f.y += r.h;
  }
  f.space(6);
  if (probe->total > probe->items.size())
    f.note(fmt::format(fmt::runtime(ui.tr("另有 {} 个点，合占 {:.1f} %")), probe->total - probe->items.size(),
                       (1 - said) * 100));
}

}  // namespace

void drawHeatTab(Form& f) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  Editor e{ui, ui.session.heat()};
  auto& heat = e.heat;
  const auto points = layersOf(ui, geo::ShapeKind::point);
  if (points.ids.empty()) {
    f.note(ui.tr("项目里没有点图层；先添加数据。"));
    return;
  }
  const bool on = heat.visible && !heat.layer.empty();
  if (f.toggle("heat.visible", ui.tr("在地图上显示热力"), on,
               heat.layer.empty() ? Refusal(ui.tr("先选一个点图层。")) : std::nullopt))
    heat.visible = !heat.visible, e.send();
  f.space(4);
  const auto layer = [&](int i) {
    return [&, i](session::HeatSpec& h) {
      h.layer = points.ids[static_cast<size_t>(i)], h.weight.clear(), h.base.clear(), h.visible = true;
      h.radiusMetres = h.binMetres = 0, h.top.reset();
      if (h.minus == h.layer) h.minus.clear();
    };
  };
  if (const int i = f.choice(
          "heat.layer", ui.tr("图层"), points.names, points.at(heat.layer), {},
          [&](int n) { return e.why(layer(n)); }, ui.tr("选择点图层…"));
      i >= 0)
    layer(i)(heat), e.send();
  if (heat.layer.empty()) {
    f.note(ui.tr("选一个点图层，就得到它每平方千米的密度；带宽以米计，图上积分等于权重之和。"));
    return;
  }
  const auto weights = numericColumns(ui, heat.layer, ui.tr("每点计 1"));
  if (const int i = f.choice("heat.weight", ui.tr("权重"), weights.names, weights.at(heat.weight)); i >= 0)
    heat.weight = weights.ids[static_cast<size_t>(i)], heat.top.reset(), e.send();

  const std::string shows[] = {ui.tr("密度"), ui.tr("六边形"), ui.tr("方格")};
  if (const int i = f.segments(
          "heat.show", ui.tr("画成"), shows, static_cast<int>(heat.show),
          [&](int n) { return e.why([&](auto& h) { h.show = static_cast<Show>(n), h.top.reset(); }); });
      i >= 0)
    heat.show = static_cast<Show>(i), heat.top.reset(), e.send();
  const bool density = heat.show == Show::density;
  if (density) {
    auto minus = layersOf(ui, geo::ShapeKind::point, ui.tr("不减"));
    if (const auto own = minus.at(heat.layer); own >= 0)
      minus.ids.erase(minus.ids.begin() + own), minus.names.erase(minus.names.begin() + own);
    if (const int i = f.choice(
            "heat.minus", ui.tr("减去"), minus.names, std::max(0, minus.at(heat.minus)), {},
            [&](int n) { return e.why([&](auto& h) { h.minus = minus.ids[static_cast<size_t>(n)]; }); });
        i >= 0)
      heat.minus = minus.ids[static_cast<size_t>(i)], heat.top.reset(), e.send();
    const std::vector<std::string> kernels{ui.tr("四次"), ui.tr("高斯"), ui.tr("均匀"), ui.tr("三角"),
                                           ui.tr("叶帕涅奇尼科夫")};
    if (const int i = f.choice("heat.kernel", ui.tr("核"), kernels, static_cast<int>(heat.kernel)); i >= 0)
      heat.kernel = static_cast<geo::Kernel>(i), e.send();
    bandwidth(f, e, "heat.radius", "带宽", &session::HeatSpec::radiusMetres, ui.session.suggestedRadius());
  } else {
    bandwidth(f, e, "heat.bin", "格宽", &session::HeatSpec::binMetres, ui.session.suggestedRadius() / 2);
    const std::string statistics[] = {ui.tr("个数"), ui.tr("总和"), ui.tr("平均"), ui.tr("比率")};
    const bool weightable = weights.ids.size() > 1;
    if (const int i =
            f.segments("heat.statistic", ui.tr("统计"), statistics, static_cast<int>(heat.statistic),
                       [&](int n) -> Refusal {
                         if (n && !weightable) return std::string(ui.tr("这个图层没有数值列。"));
                         return {};
                       });
        i >= 0) {
      heat.statistic = static_cast<Statistic>(i), heat.top.reset();
      if (i && heat.weight.empty() && weightable) heat.weight = weights.ids[1];
      if (heat.statistic == Statistic::rate && heat.base.empty())
        heat.base = weights.ids.size() > 2 ? weights.ids[2] : weights.ids[1];
      e.send();
    }
    if (heat.statistic == Statistic::rate) {
      const auto bases = numericColumns(ui, heat.layer, ui.tr("选择…"));
      if (const int i = f.choice("heat.base", ui.tr("分母"), bases.names, bases.at(heat.base)); i >= 0)
        heat.base = bases.ids[static_cast<size_t>(i)], e.send();
    }
  }
  if (density) {
    constexpr double areas[] = {1, 100, 0.01};
    const std::string units[] = {"km²", "100 km²", "ha"};
    int now = 0;
    for (int i = 0; i < 3; ++i)
      if (std::abs(heat.perKm2 - areas[i]) < areas[i] * 1e-9) now = i;
    if (const int i = f.segments("heat.area", ui.tr("单位面积"), units, now); i >= 0) {
      if (heat.top) *heat.top *= areas[i] / heat.perKm2;
      heat.perKm2 = areas[i], e.send();
    }
  }
  const auto clips = layersOf(ui, geo::ShapeKind::polygon, ui.tr("不裁剪"));
  if (const int i = f.choice("heat.clip", ui.tr("裁剪"), clips.names, std::max(0, clips.at(heat.clip)), {},
                             [&](int n) {
                               return e.why([&](auto& h) {
                                 h.clip = clips.ids[static_cast<size_t>(n)];
                                 if (h.clip.empty()) h.perArea = false;
                               });
                             });
      i >= 0) {
    heat.clip = clips.ids[static_cast<size_t>(i)];
    if (heat.clip.empty()) heat.perArea = false;
    e.send();
  }
  if (density) {
    if (f.toggle("heat.perArea", ui.tr("每县自成一体"), heat.perArea,
                 heat.clip.empty() ? Refusal(ui.tr("先选裁剪的图层。")) : std::nullopt))
      heat.perArea = !heat.perArea, e.send();
    if (heat.perArea) f.y -= 4 * k, f.note(ui.tr("热力不越界，县内总和不变。"));
    if (f.toggle("heat.contours", ui.tr("等值线"), heat.contours)) heat.contours = !heat.contours, e.send();
  }

  f.section(ui.tr("着色"));
  const bool locked = heat.top.has_value();
  const double high = ui.scene.heat ? ui.scene.heat->high : 0;
  if (f.toggle("heat.lock", ui.tr("锁定色带上端"), locked,
               locked || high > 0 ? std::nullopt : Refusal(ui.tr("先算出热力。")))) {
    if (locked) heat.top.reset();
    else heat.top = high;
    e.send();
  }
  if (locked) {
    if (const auto said = f.field("heat.top", ui.tr("上端"), shortNumber(*heat.top, 4),
                                  ui.scene.heat ? ui.scene.heat->unit : "");
        said)
      if (const auto v = numberIn(*said); v && *v > 0) heat.top = *v, e.send();
    f.y -= 4 * k;
    f.note(ui.tr("锁定后，换年份、换带宽时同一颜色仍是同一个数。"));
  }
  f.word(ui.tr("不透明度"));
  const Rect slide = f.control();
  const auto s =
      f.slider("heat.opacity", {slide.x - 7 * k, slide.y, slide.w - 34 * k, slide.h}, heat.opacity);
  ui.text(Type::note, slide, fmt::format("{:.0f} %", s.value * 100), t.text1, Align::right);
  if (s.changed || s.ended) heat.opacity = std::round(s.value * 100) / 100, e.send(s.ended);
  f.space(32);

  sums(f, heat);
  probe(f);
}

}  // namespace panels
