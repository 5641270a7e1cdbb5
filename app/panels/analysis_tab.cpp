// Do like values lie beside like? And: several indicators made into one index, with how far its order can be
// trusted.
#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/session/names.h"

namespace panels {
namespace {

using Kind = session::MapSpec::Kind;
using geo::Quadrant;

scene::Tone toneOf(Quadrant q) {
  switch (q) {
    case Quadrant::highHigh:
      return scene::Tone::highHigh;
    case Quadrant::lowHigh:
      return scene::Tone::lowHigh;
    case Quadrant::lowLow:
      return scene::Tone::lowLow;
    case Quadrant::highLow:
      return scene::Tone::highLow;
    case Quadrant::ns:
      break;
  }
  return scene::Tone::notSignificant;
}

std::string probability(double p) {
  if (!std::isfinite(p)) return "—";
  return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p);
}
std::string signedNumber(double v, int decimals) { return std::isfinite(v) ? figureText(v, decimals) : "—"; }

// Who neighbours whom
// --------------------------------------------------------------------------------------------------------------

void weights(Form& f, session::MapSpec map, const session::Association* result,
             const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  const float k = ui.k;
  using K = geo::WeightsRule::Kind;
  auto rule = geo::WeightsRule::parse(map.weights).value_or(geo::WeightsRule{});
  const std::string rules[] = {ui.tr("后"), ui.tr("车"), ui.tr("k 近邻"), ui.tr("距离"), "GAL"};
  const auto put = [&](const geo::WeightsRule& r) {
    map.weights = r.text();
    ui.send(session::SetMap{map});
  };
  const auto suggestion = [&](int kind) {
    geo::WeightsRule r;
    r.kind = static_cast<K>(kind);
    if (r.kind == K::nearest) r.k = rule.k ? rule.k : 4;
    if (r.kind == K::distance) r.metres = rule.metres > 0 ? rule.metres : 50000;
    return r;
  };
  const int c = f.segments("association.rule", "", rules, static_cast<int>(rule.kind), [&](int i) -> Refusal {
    if (static_cast<K>(i) == K::file) return {};
    auto wanted = map;
    wanted.weights = suggestion(i).text();
    return ui.refusal(session::SetMap{wanted});
  });
  if (c >= 0 && static_cast<K>(c) != K::file) put(suggestion(c));
  if (c >= 0 && static_cast<K>(c) == K::file) openDialog(ui, Dialog::Kind::galFile);
  switch (rule.kind) {
    case K::queen:
      f.note(ui.tr("共边或共点的单元相邻（后邻接）。"));
      break;
    case K::rook:
      f.note(ui.tr("共边的单元相邻，只共点的不算（车邻接）。"));
      break;
    case K::nearest:
      if (const auto said =
              f.field("association.k", ui.tr("近邻数"), fmt::format("{}", rule.k), ui.tr("个"), 72);
          said)
        if (const auto v = numberIn(*said); v && *v >= 1 && *v <= 1000)
          rule.k = static_cast<size_t>(std::lround(*v)), put(rule);
      f.y -= 2 * k;
      f.note(ui.tr("按几何中心的距离；可能不对称。"));
      break;
    case K::distance:
      if (const auto said = f.field("association.distance", ui.tr("距离以内"),
                                    shortNumber(rule.metres / 1000, 6), "km", 96);
          said)
        if (const auto v = numberIn(*said); v && *v > 0) rule.metres = *v * 1000, put(rule);
      f.y -= 2 * k;
      f.note(ui.tr("几何中心相距在此以内的单元相邻。"));
      break;
    case K::file:
      f.word(ui.tr("文件"));
      ui.text(Type::body, {f.x0 + f.label * k, f.y, f.width() - (f.label + 84) * k, 28 * k},
              rule.path.substr(rule.path.find_last_of('/') + 1), ui.theme.text1);
      if (ui.button("association.file", {f.x1 - 76 * k, f.y, 76 * k, 28 * k}, ui.tr("选择…")))
        openDialog(ui, Dialog::Kind::galFile);
      f.space(36);
      break;
  }
  if (result && result->weights.rows()) {
    const auto& a = result->result;
    const auto& w = result->weights;
    size_t fewest = a.fewest, most = a.most;
    double mean = a.meanNeighbours;
    if (!a.rows) {  // no statistic, but neighbours there are
      fewest = w.count(0), most = 0;
      for (size_t i = 0; i < w.rows(); ++i)
        fewest = std::min(fewest, w.count(i)), most = std::max(most, w.count(i));
      mean = static_cast<double>(w.links()) / static_cast<double>(w.rows());
    }
    const std::string text =
        fmt::format(fmt::runtime(ui.tr("每个单元的邻居：最少 {}，平均 {:.1f}，最多 {}")), fewest, mean, most);
    ui.record("association.neighbours", f.line(18), "text", text);
    f.note(text, ui.theme.text2);
    const auto islands = w.islands();
    if (!islands.empty()) {
      std::string names;
      for (size_t i = 0; i < islands.size() && i < 12; ++i)
        names += (i ? ui.chinese() ? "、" : ", " : "") + rowName(ui, spec.of, islands[i]);
      if (islands.size() > 12) names += " …";
      f.warning("association.islands",
                fmt::format(fmt::runtime(ui.tr("{} 个单元没有邻居（孤岛）", islands.size())), islands.size()),
                names);
    }
  }
  if (f.toggle("association.links", ui.tr("在地图上画出邻接关系"), map.links)) {
    map.links = !map.links;
    ui.send(session::SetMap{map});
  }
}

// Global statistics
// ----------------------------------------------------------------------------------------------------------------

void globals(Form& f, const session::Association& a) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  struct Row {
    const char* id;
    std::string name;
    const geo::Association* s;
    double p;
  };
  const Row rows[] = {{"moran", "Moran I", &a.result.moran, a.result.moranP},
                      {"geary", "Geary C", &a.result.geary, geo::missing},
                      {"g", "Getis-Ord G", &a.result.g, a.result.gP}};
  const float cell = (f.width() - 84 * k) / 5;
  const auto column = [&](int i) {
    return Rect{f.x0 + 84 * k + cell * static_cast<float>(i), f.y, cell, 24 * k};
  };
  const std::string heads[] = {ui.tr("值"), ui.tr("期望"), "z", ui.tr("p 正态"), ui.tr("p 置换")};
  for (int i = 0; i < 5; ++i) ui.text(Type::note, column(i), heads[i], t.text3, Align::right);
  f.space(24);
  for (const auto& r : rows) {
    const bool has = std::isfinite(r.s->value);
    // G has moments of shuffled values only.
    const bool normal = std::isfinite(r.s->z);
    const double z = normal ? r.s->z : r.s->zRandomisation, p = normal ? r.s->p : r.s->pRandomisation;
    ui.text(Type::body, {f.x0, f.y, 90 * k, 26 * k}, r.name, has ? t.text1 : t.text3);
    const std::string cells[] = {signedNumber(r.s->value, 3), signedNumber(r.s->expected, 3),
                                 signedNumber(z, 2), probability(p), probability(r.p)};
    for (int i = 0; i < 5; ++i) {
      Rect c = column(i);
      c.h = 26 * k;
      ui.text(i == 0 ? Type::strong : Type::note, c, cells[i], i == 0 ? t.text1 : t.text2, Align::right);
    }
    const std::string id = std::string("association.") + r.id;
    const Rect line{f.x0, f.y, f.width(), 26 * k};
    ui.record(id, line, "text", cells[0]);
    const auto m = ImGui::GetIO().MousePos;
    ui.tip(id, line.contains({m.x, m.y}) && ImGui::IsWindowHovered(),
           !has ? std::string(ui.tr("有负值或全为零时没有 G。"))
                : fmt::format(fmt::runtime(ui.tr("随机化零假设下：z {}，p {}")),
                              signedNumber(r.s->zRandomisation, 2), probability(r.s->pRandomisation)));
    f.space(26);
  }
  f.space(4);
  const auto& moran = a.result.moran;
  const double p = std::isfinite(a.result.moranP) ? a.result.moranP : moran.p;
  const bool likely = p <= 0.05;
  f.note(a.tooFew  ? ui.tr("单元太少：不据此下结论。")
         : !likely ? ui.tr("看不出空间上的扎堆：与随机摆放没有明显差别。")
         : moran.value > moran.expected ? ui.tr("相近的值倾向于挨在一起。")
                                        : ui.tr("高值与低值倾向于相间。"),
         t.text2);
}

// Moran scatter plot: a row's deviate against that of its neighbours
void scatter(Form& f, const session::Association& a, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  const Rect box{f.x0, f.y, f.width(), 232 * k};
  double mx = 0, my = 0;
  for (size_t i = 0; i < a.deviate.size() && i < a.lag.size(); ++i)
    if (std::isfinite(a.deviate[i]) && std::isfinite(a.lag[i]))
      mx = std::max(mx, std::abs(a.deviate[i])), my = std::max(my, std::abs(a.lag[i]));
  if (!(mx > 0)) return;
  mx *= 1.12, my = (my > 0 ? my : 1) * 1.3;
  const auto place = [&](double x, double y) {
    return Vec{box.centre().x + static_cast<float>(x / mx) * box.w / 2,
               box.centre().y - static_cast<float>(y / my) * box.h / 2};
  };
  ui.fill(box, t.dark ? t.background : Rgba{255, 255, 255, 255}, 4 * k);
  ui.frame(box, t.rule, 4 * k, std::max(1.0f, std::floor(k)));
  const float h = std::max(1.0f, std::floor(k));
  ui.fill({box.x, std::round(box.centre().y), box.w, h}, t.text3.withAlpha(0.5));
  ui.fill({std::round(box.centre().x), box.y, h, box.h}, t.text3.withAlpha(0.5));
  const float in = 8 * k;
  const auto corner = [&](Quadrant q, bool right, bool top) {
    ui.text(Type::note, {box.x + in, top ? box.y + 5 * k : box.bottom() - 23 * k, box.w - 2 * in, 18 * k},
            categoryName(ui, q), t.text3, right ? Align::right : Align::left);
  };
  corner(Quadrant::highHigh, true, true), corner(Quadrant::lowHigh, false, true);
  corner(Quadrant::lowLow, false, false), corner(Quadrant::highLow, true, false);
  ui.list().PushClipRect({box.x, box.y}, {box.right(), box.bottom()}, true);
  const double slope = a.result.moran.value;  // of the least squares line, with row-standardised weights
  if (std::isfinite(slope)) {
    const Vec p = place(-mx, -mx * slope), q = place(mx, mx * slope), step = (q - p) * (1.0f / 40);
    for (int i = 0; i < 40; i += 2)
      ui.line(p + step * static_cast<float>(i), p + step * static_cast<float>(i + 1), t.accent.withAlpha(0.8),
              1.4f * k);
  }
  std::vector<Quadrant> found(a.deviate.size(), Quadrant::ns);
  for (const auto& l : a.result.local)
    if (l.row < found.size()) found[l.row] = l.cluster;
  const auto mouse = ImGui::GetIO().MousePos;
  const size_t none = a.deviate.size();
  size_t nearest = none;
  float best = 10 * k;
  const bool many = a.deviate.size() > 2000;
  for (size_t i = 0; i < a.deviate.size() && i < a.lag.size(); ++i) {
    if (!std::isfinite(a.deviate[i]) || !std::isfinite(a.lag[i])) continue;
    const Vec at = place(a.deviate[i], a.lag[i]);
    const float d = std::hypot(at.x - mouse.x, at.y - mouse.y);
    if (d < best) best = d, nearest = i;
    const bool strong = found[i] != Quadrant::ns;
    const float radius = (many ? 2 : 4) * k;
    if (!many) ui.list().AddCircleFilled({at.x, at.y}, radius + k, colour(strong ? t.text1 : t.text2));
    ui.list().AddCircleFilled({at.x, at.y}, radius,
                              colour(strong   ? toneColour(ui, toneOf(found[i]))
                                     : t.dark ? t.panel
                                              : Rgba{255, 255, 255, 255}));
  }
  const auto ring = [&](long row, Rgba c) {
    const auto i = static_cast<size_t>(row);
    if (row < 0 || i >= a.deviate.size() || i >= a.lag.size() || !std::isfinite(a.lag[i])) return;
    const Vec at = place(a.deviate[i], a.lag[i]);
    ui.list().AddCircle({at.x, at.y}, 7.5f * k, colour(c), 0, 2 * k);
    const std::string name = rowName(ui, spec.of, i);
    const float w = ui.width(Type::note, name);
    const float x = at.x + 12 * k + w < box.right() ? at.x + 11 * k : at.x - 11 * k - w;
    ui.fill({x - 3 * k, at.y - 9 * k, w + 6 * k, 18 * k},
            (t.dark ? t.background : Rgba{255, 255, 255, 255}).withAlpha(0.85), 3 * k);
    ui.text(Type::note, {x, at.y - 9 * k, w + 1, 18 * k}, name, t.text1);
  };
  if (ui.view.selected && ui.view.selected->layer == spec.of) ring(ui.view.selected->row, t.accent);
  if (ui.view.hovered && ui.view.hovered->layer == spec.of && ui.view.hovered != ui.view.selected)
    ring(ui.view.hovered->row, t.text1);
  ui.list().PopClipRect();
  const auto p = ui.press("association.scatter", box, "plot");
  if (p.hovered && nearest != none) {
    const scene::ObjectRef object{spec.of, static_cast<long>(nearest)};
    ui.claimHover(object);
    if (p.clicked) ui.send(session::Select{object});
  }
  f.y = box.bottom() + 4 * k;
  f.note(ui.tr("横：本单元　纵：邻居平均（均为标准差）"));
}

void locals(Form& f, const session::Association& a, const session::IndicatorSpec& spec) {
  auto& ui = f.ui;
  auto& c = ui.state.column;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto& local = a.result.local;
  const auto significance = [](const geo::LocalMoran& l) { return std::isfinite(l.p) ? l.p : 2.0; };
  if (c.localOf != &a || c.localOrder.size() != local.size()) {
    c.localOf = &a;
    c.localOrder.resize(local.size());
    for (size_t i = 0; i < local.size(); ++i) c.localOrder[i] = i;
    std::stable_sort(c.localOrder.begin(), c.localOrder.end(), [&](size_t x, size_t y) {
      const auto &l = local[x], &r = local[y];
      switch (c.localSort) {
        case 1:
          return rowName(ui, spec.of, l.row) < rowName(ui, spec.of, r.row);
        case 2:
          return l.quadrant < r.quadrant;
        case 3:
          return l.i > r.i;
        default:
          return significance(l) < significance(r);
      }
    });
    if (c.localDown) std::reverse(c.localOrder.begin(), c.localOrder.end());
  }
  size_t found = 0;
  for (const auto& l : local) found += l.cluster != Quadrant::ns;
  f.section(ui.tr("各单元"), fmt::format(fmt::runtime(ui.tr("显著 {} / {}")), found, local.size()));
  f.y -= 4 * k;
  const Rect heads[] = {{f.x0, f.y, f.width() - 196 * k, 24 * k},
                        {f.x1 - 190 * k, f.y, 76 * k, 24 * k},
                        {f.x1 - 110 * k, f.y, 52 * k, 24 * k},
                        {f.x1 - 56 * k, f.y, 56 * k, 24 * k}};
  const std::string names[] = {ui.tr("单元"), ui.tr("象限"), "I", "p"};
  for (int i = 0; i < 4; ++i) {
    const int sort = i + 1;
    const bool on = c.localSort == sort || (c.localSort == 0 && sort == 4);
    const auto p = ui.press(fmt::format("association.sort.{}", i), heads[i], "link", names[i]);
    const auto align = i < 2 ? Align::left : Align::right;
    ui.text(Type::note, heads[i], names[i] + (on ? c.localDown ? " ↓" : " ↑" : ""),
            on ? t.text1 : t.text3 | std::pair{t.text1, static_cast<double>(p.fade)}, align);
    if (p.clicked) {
      c.localDown = on && !c.localDown;
      c.localSort = sort, c.localOf = nullptr;
    }
  }
  f.space(24);
  const float row = 26 * k, top = ui.scrollTop() + ImGui::GetScrollY(),
              bottom = top + ImGui::GetWindowHeight();
  for (size_t i : c.localOrder) {
    const Rect r{f.x0 - 8 * k, f.y, f.width() + 16 * k, row};
    f.y += row;
    if (r.bottom() < top || r.y > bottom) continue;
    const auto& l = local[i];
    const scene::ObjectRef object{spec.of, static_cast<long>(l.row)};
    const bool strong = l.cluster != Quadrant::ns, lit = ui.view.hovered == object;
    const auto p = ui.press(fmt::format("association.row.{}", l.row), r, "row",
                            fmt::format("{} {}", categoryName(ui, l.quadrant), probability(l.p)));
    if (p.hovered) ui.claimHover(object);
    if (ui.view.selected == object) ui.fill(r, t.accent.withAlpha(0.16), 4 * k);
    else if (p.fade > 0 || lit) ui.fill(r, t.accent.withAlpha(lit ? 0.1 : 0.08 * p.fade), 4 * k);
    ui.text(strong ? Type::strong : Type::body, {f.x0, r.y, heads[0].w, row}, rowName(ui, spec.of, l.row),
            strong ? t.text1 : t.text2);
    const float qx = heads[1].x;
    const Rgba tone = toneColour(ui, toneOf(l.quadrant));
    if (l.quadrant != Quadrant::ns) {
      const Rect mark{qx, r.centre().y - 5 * k, 10 * k, 10 * k};
      if (strong) ui.fill(mark, tone, 2 * k);
      ui.frame(mark, strong ? t.text2 : tone, 2 * k, 1.4f * k);
    }
    ui.text(Type::note, {qx + 16 * k, r.y, heads[1].w - 16 * k, row},
            l.quadrant == Quadrant::ns ? ui.tr("孤岛") : categoryName(ui, l.quadrant),
            strong ? t.text1 : t.text2);
    ui.text(Type::note, {heads[2].x, r.y, heads[2].w, row}, signedNumber(l.i, 2), t.text2, Align::right);
    ui.text(strong ? Type::strong : Type::note, {heads[3].x, r.y, heads[3].w, row}, probability(l.p),
            strong ? t.text1 : t.text2, Align::right);
    if (p.clicked) ui.send(session::Select{object});
  }
  f.space(4);
  if (a.result.threshold > 0)
    f.note(fmt::format(fmt::runtime(ui.tr("p ≤ {:.4f} 算显著。")), a.result.threshold));
  else f.note(ui.tr("没有一个单元达到显著。"));
}

void association(Form& f) {
  auto& ui = f.ui;
  const float k = ui.k;
  auto map = ui.session.map();
  const auto* spec = shownIndicator(ui);
  if (!spec) {
    f.note(ui.tr("先选择一个指标。"));
    return;
  }
  const auto result = ui.session.association();
  const auto put = [&] { ui.send(session::SetMap{map}); };
  const bool shown = map.kind == Kind::association;
  auto wanted = map;
  wanted.kind = shown ? Kind::choropleth : Kind::association;
  if (f.toggle("association.show", ui.tr("在地图上显示聚类"), shown, ui.refusal(session::SetMap{wanted})))
    map = wanted, put();
  f.space(2);
  if (result && result->tooFew)
    f.warning("association.tooFew",
              fmt::format(fmt::runtime(ui.tr("{} 个单元太少，不足以下结论")),
                          result->result.rows ? result->result.rows : result->values.size()),
              ui.tr("少于 30 个单元时，局部检验几乎没有把握。数字照列，只供参考。"));
  ui.text(Type::strong, f.line(24), ui.tr("邻接"), ui.theme.text1), f.space(30);
  weights(f, map, result.get(), *spec);

  f.section(ui.tr("全局检验"), spec ? ui.name(spec->name) : "");
  f.y -= 6 * k;
  if (!result) {
    if (shown || map.links) {
      f.note(ui.session.busy() ? ui.tr("正在计算…") : ui.tr("没有可检验的数值。"));
    } else {
      f.note(ui.tr("在图上显示聚类或邻接关系，就开始计算。"));
      if (ui.button("association.start", {f.x0, f.y, f.width(), 32 * k}, ui.tr("计算并显示聚类"),
                    ButtonKind::plain, ui.refusal(session::SetMap{wanted})))
        map = wanted, put();
      f.space(40);
    }
  } else if (result->result.rows == 0) {
    f.note(result->error.what.empty() ? std::string(ui.tr("没有可检验的数值。")) : result->error.text(),
           ui.theme.warning);
  } else {
    globals(f, *result);
    scatter(f, *result, *spec);
  }
  f.section(ui.tr("置换检验"));
  const std::string many[] = {"99", "999", "9,999"};
  constexpr int counts[] = {99, 999, 9999};
  int now = -1;
  for (int i = 0; i < 3; ++i)
    if (map.permutations == counts[i]) now = i;
  if (const int i = f.segments("association.permutations", ui.tr("次数"), many, now); i >= 0)
    map.permutations = counts[i], put();
  const std::string levels[] = {"0.10", "0.05", "0.01"};
  constexpr double of[] = {0.1, 0.05, 0.01};
  now = -1;
  for (int i = 0; i < 3; ++i)
    if (std::abs(map.significance - of[i]) < 1e-9) now = i;
  if (const int i = f.segments("association.significance", ui.tr("显著水平"), levels, now); i >= 0)
    map.significance = of[i], put();
  if (const auto said = f.field("association.seed", ui.tr("种子"), fmt::format("{}", map.seed), "", 96); said)
    if (const auto v = numberIn(*said); v && *v >= 0 && *v < 2e9)
      map.seed = static_cast<int>(std::lround(*v)), put();
  if (f.toggle("association.fdr", ui.tr("控制错误发现率（FDR）"), map.falseDiscoveryRate))
    map.falseDiscoveryRate = !map.falseDiscoveryRate, put();
  f.y -= 4 * k;
  f.note(map.falseDiscoveryRate ? ui.tr("许多单元一起检验时，把误报的份额压在显著水平以下。")
                                : ui.tr("未校正：单元一多，总有几个碰巧显著。"));
  if (result && !result->result.local.empty()) locals(f, *result, *spec);
}

// Composite index
// --------------------------------------------------------------------------------------------------------------

struct Parts {
  std::vector<std::string> ids;
  std::vector<double> weights;  // as set; only their proportions matter
};
Parts partsOf(const session::IndicatorSpec& spec) {
  Parts p{session::splitList(spec.indexOf), spec.weights};
  p.weights.resize(p.ids.size(), spec.weights.empty() ? 1 : 0);
  const double most = p.weights.empty() ? 1 : *std::max_element(p.weights.begin(), p.weights.end());
  if (most > 1)  // sliders go from 0 to 1
    for (double& w : p.weights) w /= most;
  return p;
}

const session::IndicatorSpec* editedIndex(Ui& ui) {
  auto& c = ui.state.column;
  if (const auto* s = indicatorSpec(ui, c.editIndex); s && !s->indexOf.empty()) return s;
  c.editIndex.clear();
  if (const auto* s = shownIndicator(ui); s && !s->indexOf.empty()) c.editIndex = s->id;
  else
    for (const auto& i : ui.session.project().indicators)
      if (!i.indexOf.empty()) {
        c.editIndex = i.id;
        break;
      }
  return indicatorSpec(ui, c.editIndex);
}

void ranking(Form& f, const session::IndicatorSpec& spec, const session::IndexState& state) {
  auto& ui = f.ui;
  auto& c = ui.state.column;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto& rank = state.composite.rank;
  if (c.rankOf != &state || c.rankOrder.empty()) {
    c.rankOf = &state, c.rankOrder.clear();
    for (size_t i = 0; i < rank.size(); ++i)
      if (std::isfinite(rank[i])) c.rankOrder.push_back(i);
    std::stable_sort(c.rankOrder.begin(), c.rankOrder.end(),
                     [&](size_t a, size_t b) { return rank[a] < rank[b]; });
    c.alike.clear();
    const auto& parts = state.composite.normalised;
    for (size_t a = 0; a < parts.size(); ++a)
      for (size_t b = a + 1; b < parts.size(); ++b)
        if (const auto line = geo::regression(parts[a], parts[b]); line && std::abs(line->r) >= 0.95)
          c.alike.push_back({a, b, line->r});
  }
  for (const auto& pair : c.alike) {
    if (pair.a >= state.parts.size() || pair.b >= state.parts.size()) continue;
    const auto *a = indicatorSpec(ui, state.parts[pair.a]), *b = indicatorSpec(ui, state.parts[pair.b]);
    if (a && b)
      f.note(fmt::format(fmt::runtime(ui.tr("“{}”与“{}”几乎说同一件事，r = {}，等于算了两次。")),
                         ui.name(a->name), ui.name(b->name), figureText(pair.r, 2)),
             t.warning);
  }
  f.section(ui.tr("名次与稳定"), ui.tr("权重各变 ±25 % 时"));
  const auto& s = state.stability;
  const auto n = static_cast<double>(c.rankOrder.size());
  float names = 0;
  for (size_t i = 0; i < std::min<size_t>(c.rankOrder.size(), 200); ++i)
    names = std::max(names, ui.width(Type::body, rowName(ui, spec.of, c.rankOrder[i])));
  names = std::min(names, f.width() * 0.38f);
  const float a = f.x0 + 26 * k + names + 14 * k, b = f.x1 - 58 * k;
  const auto place = [&](double r) {
    return a + (b - a) * static_cast<float>(n > 1 ? (r - 1) / (n - 1) : 0.5);
  };
  ui.text(Type::note, {a - 8 * k, f.y - 6 * k, 30 * k, 18 * k}, "1", t.text3);
  ui.text(Type::note, {b - 30 * k, f.y - 6 * k, 38 * k, 18 * k}, fmt::format("{}", c.rankOrder.size()),
          t.text3, Align::right);
  ui.text(Type::note, {f.x0, f.y - 6 * k, f.width(), 18 * k}, ui.tr("不变"), t.text3, Align::right);
  f.space(14);
  const float row = 26 * k, top = ui.scrollTop() + ImGui::GetScrollY(),
              bottom = top + ImGui::GetWindowHeight();
  for (size_t i : c.rankOrder) {
    const Rect r{f.x0 - 8 * k, f.y, f.width() + 16 * k, row};
    f.y += row;
    if (r.bottom() < top || r.y > bottom) continue;
    const scene::ObjectRef object{spec.of, static_cast<long>(i)};
    const double own = rank[i];
    const std::string id = fmt::format("index.rank.{}", i);
    const auto p = ui.press(id, r, "row", shortNumber(own));
    const bool lit = ui.view.hovered == object;
    if (p.hovered) ui.claimHover(object);
    if (ui.view.selected == object) ui.fill(r, t.accent.withAlpha(0.16), 4 * k);
    else if (p.fade > 0 || lit) ui.fill(r, t.accent.withAlpha(lit ? 0.1 : 0.08 * p.fade), 4 * k);
    ui.text(Type::strong, {f.x0, r.y, 20 * k, row}, shortNumber(own), t.text1, Align::right);
    ui.text(Type::body, {f.x0 + 28 * k, r.y, names + 1, row}, rowName(ui, spec.of, i), t.text1);
    const float cy = r.centre().y;
    ui.fill({a, cy - 0.5f * k, b - a, std::max(1.0f, std::floor(k))}, t.rule);
    if (i < s.low.size() && std::isfinite(s.low[i])) {
      const float x0 = place(s.low[i]), x1 = place(s.high[i]);
      ui.fill({x0 - 3 * k, cy - 3.5f * k, x1 - x0 + 6 * k, 7 * k}, t.accent.withAlpha(0.4), 3.5f * k);
      ui.fill({place(s.median[i]) - k, cy - 5 * k, 2 * k, 10 * k}, t.accent);
    }
    ui.list().AddCircleFilled({place(own), cy}, 3.4f * k, colour(t.text1));
    if (i < s.keeps.size() && std::isfinite(s.keeps[i])) {
      ui.text(Type::note, {f.x0, r.y, f.width(), row}, fmt::format("{:.0f} %", s.keeps[i] * 100),
              s.keeps[i] < 0.5 ? t.warning : t.text2, Align::right);
      ui.tip(id, p.hovered,
             fmt::format(fmt::runtime(ui.tr("得分 {}；名次在 {} 与 {} 之间，{:.0f} % 的情形不变")),
                         figureText(state.composite.score[i], 3), shortNumber(s.low[i]),
                         shortNumber(s.high[i]), s.keeps[i] * 100));
    }
    if (p.clicked) ui.send(session::Select{object});
  }
  const size_t without = rank.size() - c.rankOrder.size();
  f.space(4);
  if (without) f.note(fmt::format(fmt::runtime(ui.tr("{} 个单元缺一项以上：不排名。", without)), without));
}

void index(Form& f) {
  auto& ui = f.ui;
  const auto& t = ui.theme;
  const float k = ui.k;
  const auto* spec = editedIndex(ui);
  std::vector<std::string> ids, names;
  for (const auto& i : ui.session.project().indicators)
    if (!i.indexOf.empty()) ids.push_back(i.id), names.push_back(ui.name(i.name));
  if (!spec) {
    f.note(ui.tr("把几个指标合成一个：各自归一，按权重相加，并看名次稳不稳。"));
    if (ui.button("index.new", {f.x0, f.y, f.width(), 32 * k}, ui.tr("新建综合指数"))) startIndex(ui);
    f.space(40);
    return;
  }
  auto edited = *spec;
  auto parts = partsOf(*spec);
  const auto put = [&](bool final) {
    edited.indexOf = session::joined(parts.ids);
    edited.weights = parts.weights;
    ui.send(session::PutIndicator{edited, final});
  };
  {
    const auto at = std::find(ids.begin(), ids.end(), spec->id);
    const Rect line = f.line(28);
    if (ids.size() > 1) {
      if (const int i = choiceAt(ui, "index.which", {line.x, line.y, line.w - 92 * k, line.h}, names,
                                 static_cast<int>(at - ids.begin()));
          i >= 0)
        ui.state.column.editIndex = ids[static_cast<size_t>(i)];
    } else if (const auto said =
                   fieldAt(ui, "index.name", {line.x, line.y, line.w - 92 * k, line.h}, ui.name(spec->name));
               said && !said->empty()) {
      edited.name = {*said, *said};
      put(true);
    }
    if (ui.button("index.new", {line.right() - 84 * k, line.y, 84 * k, line.h}, ui.tr("再建一个")))
      startIndex(ui);
    f.space(36);
    if (ids.size() > 1) {
      if (const auto said = f.field("index.name", ui.tr("名称"), ui.name(spec->name));
          said && !said->empty()) {
        edited.name = {*said, *said};
        put(true);
      }
    }
  }
  const auto* current = shownIndicator(ui);
  if (!current || current->id != spec->id) {
    if (ui.button("index.show", {f.x0, f.y, f.width(), 30 * k}, ui.tr("在地图上显示这个指数")))
      ui.send(session::SetIndicator{spec->id});
    f.space(38);
  }
  const std::string ways[] = {ui.tr("极差"), ui.tr("标准分"), ui.tr("名次")};
  if (const int i = f.segments("index.normalise", ui.tr("归一"), ways, static_cast<int>(spec->normalise));
      i >= 0)
    edited.normalise = static_cast<geo::Normalisation>(i), put(true);

  const auto state = ui.session.index(spec->id);
  double sum = 0;
  for (double w : parts.weights) sum += w;
  ui.text(Type::note, f.line(18), ui.tr("指标与权重"), t.text3);
  ui.text(Type::note, f.line(18), fmt::format("{} 100 %", ui.tr("合计")), t.text3, Align::right);
  f.space(22);
  std::vector<const session::IndicatorSpec*> listed;
  for (const auto& id : parts.ids)
    if (const auto* i = indicatorSpec(ui, id)) listed.push_back(i);
  for (const auto& i : ui.session.project().indicators)
    if (i.id != spec->id && i.of == spec->of &&
        std::find(parts.ids.begin(), parts.ids.end(), i.id) == parts.ids.end())
      listed.push_back(&i);
  for (const auto* i : listed) {
    const auto found = std::find(parts.ids.begin(), parts.ids.end(), i->id);
    const bool on = found != parts.ids.end();
    const auto n = static_cast<size_t>(found - parts.ids.begin());
    auto wanted = edited;
    auto then = parts;
    if (on) {
      then.ids.erase(then.ids.begin() + static_cast<std::ptrdiff_t>(n));
      then.weights.erase(then.weights.begin() + static_cast<std::ptrdiff_t>(n));
    } else {
      then.ids.push_back(i->id);
      then.weights.push_back(parts.ids.empty() ? 1 : sum / static_cast<double>(parts.ids.size()));
    }
    wanted.indexOf = session::joined(then.ids), wanted.weights = then.weights;
    Refusal why;
    if (on && parts.ids.size() < 2) why = ui.tr("至少要有一个指标。");
    else why = ui.refusal(session::PutIndicator{wanted});
    const float row0 = f.y;
    const std::string percent = on && sum > 0 ? fmt::format("{:.0f} %", parts.weights[n] / sum * 100) : "";
    const std::string dir = i->moreIsBetter ? ui.tr("越大越好") : ui.tr("越小越好");
    if (f.toggle("index.part." + i->id, ui.name(i->name), on, why, on ? percent : std::string())) {
      parts = then;
      put(true);
      break;
    }
    // Which way counts as good: at the name's end
    const float mark =
        std::min(f.x0 + 24 * k + ui.width(Type::body, ui.name(i->name)) + 12 * k, f.x1 - 56 * k);
    drawGlyph(ui, i->moreIsBetter ? Glyph::upBetter : Glyph::downBetter, {mark, row0 + 14 * k},
              on ? t.text2 : t.text3.withAlpha(0.6), 12);
    const std::string markId = "index.direction." + i->id;
    const Rect markRect{mark - 8 * k, row0 + 4 * k, 16 * k, 20 * k};
    ui.record(markId, markRect, "text", dir);
    const auto m = ImGui::GetIO().MousePos;
    ui.tip(markId, markRect.contains({m.x, m.y}) && ImGui::IsWindowHovered(), dir);
    if (on) {
      f.y -= 4 * k;
      const auto s = f.slider("index.weight." + i->id, {f.x0 + 17 * k, f.y, f.width() - 17 * k, 20 * k},
                              parts.weights[n]);
      if (s.changed || s.ended) {
        const double least = sum - parts.weights[n] > 0 ? 0 : 0.01;  // something must count
        parts.weights[n] = std::max(least, std::round(s.value * 100) / 100);
        put(s.ended);
      }
      f.space(24);
    }
  }
  f.space(4);
  if (!state) {
    f.note(ui.session.busy() ? ui.tr("正在计算…") : ui.tr("还没有结果。"));
    return;
  }
  if (state->composite.score.empty()) {
    f.note(state->error.text(), t.warning);
    return;
  }
  ranking(f, *spec, *state);
}

}  // namespace

void startIndex(Ui& ui) {
  session::IndicatorSpec spec;
  spec.id = freeId(ui, "index");
  const auto* shown = shownIndicator(ui);
  spec.of = shown ? shown->of : "counties";
  // What is known of most areas, and not made of the same figures.
  std::vector<std::pair<size_t, const session::IndicatorSpec*>> known;
  for (const auto& i : ui.session.project().indicators) {
    if (i.of != spec.of || !i.indexOf.empty()) continue;
    size_t most = 0;
    for (const auto& [year, figures] : ui.session.indicator(i.id).byYear) {
      size_t n = 0;
      for (const auto& figure : figures) n += std::isfinite(figure.value);
      most = std::max(most, n);
    }
    if (most) known.emplace_back(most, &i);
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto newest = [&](const session::IndicatorSpec& i) {
    std::vector<double> values;
    const auto& state = ui.session.indicator(i.id);
    if (const auto years = yearsWithData(state); !years.empty())
      for (const auto& figure : state.byYear.at(years.back())) values.push_back(figure.value);
    return values;
  };
  std::vector<std::string> parts;
  std::vector<std::vector<double>> chosen;
  for (const auto& [count, indicator] : known) {
    if (parts.size() == 3) break;
    auto values = newest(*indicator);
    const bool alike = std::any_of(chosen.begin(), chosen.end(), [&](const auto& other) {
      if (other.size() != values.size()) return false;
      const auto line = geo::regression(other, values);
      return !line || std::abs(line->r) >= 0.95;
    });
    if (!alike) parts.push_back(indicator->id), chosen.push_back(std::move(values));
  }
  if (parts.empty()) return;
  spec.indexOf = session::joined(parts);
  spec.weights.assign(parts.size(), 1);
  const size_t before = static_cast<size_t>(std::count_if(ui.session.project().indicators.begin(),
                                                          ui.session.project().indicators.end(),
                                                          [](const auto& i) { return !i.indexOf.empty(); }));
  spec.name = {"综合指数", "Composite index"};
  if (before) spec.name.zh += fmt::format(" {}", before + 1), spec.name.en += fmt::format(" {}", before + 1);
  spec.decimals = 2;
  spec.defaultStatus = scene::Status::estimated;
  ui.send(session::PutIndicator{spec});
  ui.send(session::SetIndicator{spec.id});
  ui.state.column.editIndex = spec.id;
  openTab(ui, ColumnTab::analysis, "index");
}

void drawAnalysisTab(Form& f) {
  auto& ui = f.ui;
  auto& c = ui.state.column;
  if (c.jumpTo == "index" || c.jumpTo == "association")
    ImGui::SetScrollY(0), c.indexPart = std::exchange(c.jumpTo, {}) == "index";
  const std::string parts[] = {ui.tr("空间关联"), ui.tr("综合指数")};
  if (const int i = f.segments("analysis.part", "", parts, c.indexPart ? 1 : 0); i >= 0) {
    c.indexPart = i == 1;
    ImGui::SetScrollY(0);
  }
  f.space(4);
  if (c.indexPart) index(f);
  else association(f);
}

}  // namespace panels
