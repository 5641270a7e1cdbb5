// What the chosen layer's file is, what was understood of it, what is wrong with it; and reading it
// otherwise.
#include "app/panels/column.h"
#include "app/panels/matching.h"
#include "app/session/import.h"
#include "app/session/layer_card.h"

namespace panels {
namespace {

using session::LayerCard;
using session::Reading;

class Data {
 public:
  Data(Form& f, const session::LayerSpec& spec, const LayerCard& card)
      : f_(f), ui_(f.ui), spec_(spec), card_(card), facts_(card.facts) {}

  void draw() {
    byName();
    names();
    place();
    file();
    encoding();
    problems();
    fields();
  }

 private:
  void fact(const char* id, const char* name, const std::string& value, std::optional<Rgba> ink = {}) {
    f_.word(ui_.tr(name), 24);
    const Rect r = f_.control(24);
    ui_.text(Type::body, r, ui_.cut(Type::body, value, r.w), ink.value_or(ui_.theme.text1));
    ui_.record(std::string("data.") + id, r, "text", value);
    f_.space(25);
  }
  std::string certain(double confidence) const {
    return fmt::format(fmt::runtime(ui_.tr("把握 {:.0f} %")), confidence * 100);
  }
  void read(Reading as) { ui_.send(session::ReadLayerAs{spec_.id, as.encoding, as.crs, as.datum}); }

  void mendButton(const char* id, const std::string& label, const Reading& as, ButtonKind kind) {
    const Rect b{f_.x0, f_.y, f_.width(), 32 * f_.k};
    if (ui_.button(id, b, label, kind,
                   ui_.refusal(session::ReadLayerAs{spec_.id, as.encoding, as.crs, as.datum})))
      read(as);
    f_.space(38);
  }

  // Rows without coordinates stand where a column names a county or a town.
  void byName() {
    const auto& state = ui_.session.layer(spec_.id);
    if (!state.shape || spec_.drawn) return;
    const geo::Layer& layer = *state.shape->layer;
    const auto kind = layer.shapes.kind;
    if (kind != geo::ShapeKind::none && kind != geo::ShapeKind::point) return;
    size_t without = 0;
    for (size_t r = 0; r < layer.rows(); ++r) without += r >= layer.shapes.rows() || !layer.shapes.has(r);
    if (spec_.placeBy.empty() && without == 0) return;
    f_.section(ui_.tr("按地名上图"), ui_.name(spec_.name));
    std::vector<std::string> columns{ui_.tr("不按地名")};
    int chosen = 0;
    for (const geo::Column& c : layer.table.columns) {
      if (c.type != geo::ColumnType::text && c.type != geo::ColumnType::integer) continue;
      if (c.name == spec_.placeBy) chosen = static_cast<int>(columns.size());
      columns.push_back(c.name);
    }
    if (const int c = f_.choice("data.placeBy", ui_.tr("所在地一列"), columns, chosen); c >= 0 && c != chosen)
      place(c ? columns[static_cast<size_t>(c)] : std::string(), spec_.placeIn);
    if (spec_.placeBy.empty()) {
      f_.note(fmt::format(
          fmt::runtime(ui_.tr("{} 条没有坐标：选一列地名或地址，就放到所在地的中心。", without)), without));
      return;
    }
    gazetteers();
    if (!state.named) return;
    const auto& n = *state.named;
    f_.note(fmt::format(fmt::runtime(ui_.tr("{} 条按地名放在所在地的中心，记为估计。", n.placed)), n.placed));
    f_.note(ui_.tr("不确定范围：县取到边界最远处，镇取同县各镇的平均面积。"));
    ui_.record("data.placed", f_.line(1), "text", fmt::format("{}", n.placed));
    if (!n.unmatched.empty()) {
      f_.warning(
          "data.unnamed",
          fmt::format(fmt::runtime(ui_.tr("{} 个地名没有对上", n.unmatched.size())), n.unmatched.size()),
          ui_.tr("点相近的一个就认定，可以撤销；没有认定的不上图。"));
      drawUnmatched(f_, "data.name", {namesLayer(), n.unmatched, n.suggestions});
    }
    drawAccepted(f_, "data.name", namesLayer());
  }
  void place(const std::string& column, const std::string& in) {
    const session::PlaceByName c{spec_.id, column, in};
    if (const auto why = ui_.refusal(c)) tell(ui_, *why);
    else ui_.send(c);
  }
  std::string namesLayer() const {  // that accepted names are of
    const std::string& in = spec_.placeIn;
    if (!in.empty()) return in.substr(0, in.find(','));
    for (const auto& l : ui_.session.project().layers)
      if (l.role == scene::Role::county) return l.id;
    return {};
  }
  // Whose names count: the counties', with the towns', or another layer's.
  void gazetteers() {
    std::string county, towns;
    std::vector<std::string> labels, ids;
    const auto& layers = ui_.session.project().layers;
    for (const auto& l : layers) {
      if (l.role == scene::Role::county && county.empty()) county = l.id;
      if (l.role == scene::Role::town) towns += (towns.empty() ? "" : ", ") + l.id;
    }
    if (!county.empty() && !towns.empty())
      labels.push_back(ui_.tr("县和镇")), ids.push_back(county + ", " + towns);
    for (const auto& l : layers) {
      const auto& shape = ui_.session.layer(l.id).shape;
      if (l.id == spec_.id || !l.placeBy.empty() || !shape || (l.key.empty() && l.label.empty())) continue;
      const auto kind = shape->layer->shapes.kind;
      if (kind != geo::ShapeKind::polygon && kind != geo::ShapeKind::point) continue;
      labels.push_back(ui_.name(l.name)), ids.push_back(l.id);
    }
    const std::string now = spec_.placeIn.empty() ? county : spec_.placeIn;
    const auto at = std::find(ids.begin(), ids.end(), now);
    const int chosen = at == ids.end() ? -1 : static_cast<int>(at - ids.begin());
    if (const int c = f_.choice("data.placeIn", ui_.tr("对照"), labels, chosen, {}, {}, now.c_str());
        c >= 0 && c != chosen)
      place(spec_.placeBy, ids[static_cast<size_t>(c)]);
  }

  // Tables that write this layer's areas otherwise than it does.
  void names() {
    std::vector<std::string> unmatched;
    std::vector<geo::Suggestion> suggestions;
    for (const auto& i : ui_.session.project().indicators) {
      if (i.of != spec_.id || i.table.empty()) continue;
      const auto& state = ui_.session.indicator(i.id);
      for (const auto& name : state.unmatched)
        if (std::find(unmatched.begin(), unmatched.end(), name) == unmatched.end()) unmatched.push_back(name);
      for (const auto& s : state.suggestions)
        if (std::find(suggestions.begin(), suggestions.end(), s) == suggestions.end())
          suggestions.push_back(s);
    }
    const auto& accepted = ui_.session.project().accepted;
    const bool any =
        std::any_of(accepted.begin(), accepted.end(), [&](const auto& a) { return a.layer == spec_.id; });
    if (unmatched.empty() && !any) return;
    f_.section(ui_.tr("表格里的名称"),
               unmatched.empty() ? std::string() : fmt::format("{}", unmatched.size()));
    if (!unmatched.empty()) {
      f_.warning("data.unmatched",
                 fmt::format(fmt::runtime(ui_.tr("{} 个名称没有对上", unmatched.size())), unmatched.size()),
                 ui_.tr("指标的表格里有，这个图层里没有。点相近的一个就认定，可以撤销。"));
      drawUnmatched(f_, "data.match", {spec_.id, unmatched, suggestions});
    }
    drawAccepted(f_, "data.match", spec_.id);
  }

  // Where the numbers lie, by evidence and not by label.
  void place() {
    if (facts_.geometry == "None") return;
    f_.section(ui_.tr("位置"), ui_.name(spec_.name));
    const auto& c = facts_.crs;
    const auto better = session::betterReading(card_);
    if (better) {
      f_.warning("data.shifted", fmt::format(fmt::runtime(ui_.tr("坐标是 {}，不是标注的那样")), c.used),
                 fmt::format(
                     fmt::runtime(ui_.tr("偏离应在之处 {:.0f} 米（{}）。纠偏只改读法，不改文件，可以撤销。")),
                     c.shiftMetres, certain(c.confidence)));
      mendButton("data.mend", fmt::format(fmt::runtime(ui_.tr("按 {} 纠偏")), c.used), *better,
                 ButtonKind::primary);
    } else if (!card_.reading.datum.empty()) {
      f_.note(
          fmt::format(fmt::runtime(ui_.tr("已按 {} 纠偏：读入时换算，文件没有改动。")), card_.reading.datum));
      mendButton("data.unmend", ui_.tr("照文件原样读"),
                 {card_.reading.encoding, card_.reading.crs, {}, card_.reading.repair}, ButtonKind::plain);
    }
    comparison();
    fact("declared", "文件标注", c.declared.empty() ? ui_.tr("没有标注") : c.declared);
    fact("used", "实际是",
         c.used.empty()         ? std::string(ui_.tr("看不出来"))
         : c.used == c.declared ? c.used
                                : c.used + "  " + certain(c.confidence));
    if (!c.evidence.empty() && !ui_.chinese()) f_.note(c.evidence);  // the library speaks English
    if (const auto& b = facts_.lonLat)
      fact("bounds", "范围",
           fmt::format("{:.2f}–{:.2f}°E  {:.2f}–{:.2f}°N", b->minX, b->maxX, b->minY, b->maxY));
    if (const auto typed = f_.field("data.crs", ui_.tr("坐标系"), card_.reading.crs, {}, 0); typed)
      read({card_.reading.encoding, *typed, card_.reading.datum});
    const std::string data[] = {ui_.tr("按坐标判断"), "GCJ-02", "BD-09", "BD-09MC"};
    const auto now = std::find(std::begin(data), std::end(data), card_.reading.datum);
    const int at =
        card_.reading.datum.empty() || now == std::end(data) ? 0 : static_cast<int>(now - std::begin(data));
    if (const int c2 = f_.choice("data.datum", ui_.tr("偏移"), data, at); c2 >= 0 && c2 != at)
      read({card_.reading.encoding, c2 ? std::string() : card_.reading.crs, c2 ? data[c2] : std::string()});
  }

  // The assistant again, with what the layer is read by now.
  void reimport() {
    if (!session::isTableFile(card_.path) || spec_.drawn) return;
    const Rect b{f_.x0, f_.y, f_.width(), 32 * f_.k};
    const session::LookAtTable look{
        {card_.path, session::importOf(spec_), true, true, false, false, spec_.id}};
    if (ui_.button("data.import", b, ui_.tr("导入选择…"), ButtonKind::plain, ui_.refusal(look)))
      ui_.send(look);
    f_.space(40);
  }

  void file() {
    f_.section(ui_.tr("文件"), facts_.geometry == "None" ? ui_.name(spec_.name) : std::string());
    reimport();
    fact("file", "文件", card_.path.substr(card_.path.find_last_of('/') + 1));
    fact("driver", "格式", card_.driver);
    fact("features", "要素",
         facts_.geometry == "None"
             ? fmt::format(fmt::runtime(ui_.tr("{} 行，没有图形", facts_.features)), facts_.features)
             : fmt::format(fmt::runtime(ui_.tr("{} 个 {}，{} 个顶点")), facts_.features, facts_.geometry,
                           facts_.vertices));
  }

  void encoding() {
    const auto& e = facts_.encoding;
    fact("encoding", "编码",
         e.used +
             (e.declared == e.used
                  ? std::string()
                  : "  " +
                        (e.declared.empty() ? std::string(ui_.tr("没有标注"))
                                            : fmt::format(fmt::runtime(ui_.tr("标注为 {}")), e.declared)) +
                        " · " + certain(e.confidence)));
    const std::string all[] = {ui_.tr("按字节判断"), "UTF-8", "GB18030", "Big5", "Shift_JIS", "EUC-KR"};
    const auto now = std::find(std::begin(all), std::end(all), card_.reading.encoding);
    const int at =
        card_.reading.encoding.empty() || now == std::end(all) ? 0 : static_cast<int>(now - std::begin(all));
    if (const int c = f_.choice("data.readAs", ui_.tr("读作"), all, at); c >= 0 && c != at)
      read({c ? all[c] : std::string(), card_.reading.crs, card_.reading.datum});
  }

  void problems() {
    std::vector<const geo::Problem*> grave, light;
    for (const auto& p : facts_.problems) (p.harmless ? light : grave).push_back(&p);
    f_.section(ui_.tr("问题与说明"), fmt::format("{}", grave.size()));
    if (facts_.problems.empty()) f_.note(ui_.tr("没有看出问题。"));
    size_t index = 0;
    for (const auto* list : {&grave, &light})
      for (const geo::Problem* p : *list) problem(*p, index++);
    repair();
  }

  // Shapes are put right as they are read, and given back: the file stays as it is.
  void repair() {
    const bool repaired = card_.reading.repair;
    if (!repaired && !session::repairable(card_)) return;
    if (repaired) {
      f_.note(ui_.tr("读入时已修复，文件没有改动："));
      size_t n = 0;
      for (const geo::Problem& p : card_.repairs) {
        const float top = f_.y;
        const std::string text = session::problemText(p, ui_.view.language) +
                                 fmt::format(fmt::runtime(ui_.tr("（{} 行）")), p.rows.size());
        f_.note("✓ " + text);
        ui_.record(fmt::format("data.repaired.{}", n++), {f_.x0, top, f_.width(), f_.y - top}, "text", text);
      }
      if (card_.repairs.empty()) f_.note(ui_.tr("没有需要修复的图形。"));
    } else {
      f_.note(ui_.tr("修复只改读法，不改文件，可以撤销；公共边界保持一致。"));
    }
    const Rect b{f_.x0, f_.y, f_.width(), 32 * f_.k};
    const session::RepairLayer command{spec_.id, !repaired};
    if (ui_.button("data.repair", b, repaired ? ui_.tr("照文件原样读") : ui_.tr("修复图形"),
                   repaired ? ButtonKind::plain : ButtonKind::primary, ui_.refusal(command)))
      ui_.send(command);
    f_.space(38);
  }

  void comparison() {
    const bool can = session::otherReading(card_).has_value();
    if (f_.toggle("data.compare", ui_.tr("图上用红线对照另一种读法"), ui_.view.otherReading && can,
                  can ? Refusal() : Refusal(ui_.tr("没有看出别的读法。"))))
      ui_.send(session::CompareReading{!ui_.view.otherReading});
    f_.space(4);
  }

  // A click goes to where it is, one place after another; the last but one click more takes the marks away.
  void problem(const geo::Problem& p, size_t index) {
    const std::string id = fmt::format("data.problem.{}", index);
    std::string text = session::problemText(p, ui_.view.language);
    if (!p.rows.empty()) text += fmt::format(fmt::runtime(ui_.tr("（{} 行）")), p.rows.size());
    const std::string fix = p.fix.empty() ? "" : session::fixText(p.fix, ui_.view.language);
    const size_t number = static_cast<size_t>(&p - card_.facts.problems.data());
    const bool shown = ui_.view.problem == number;
    size_t& place = ui_.state.problemPlace;
    const bool can = facts_.geometry != "None" && !ui_.refusal(session::ShowProblem{number});
    const bool last = shown && place + 1 >= p.at.size();
    const std::string word = !shown ? ui_.tr("查看")
                             : last
                                 ? ui_.tr("收起")
                                 : fmt::format(fmt::runtime(ui_.tr("下一处 {}/{}")), place + 2, p.at.size());
    const float link = can ? ui_.width(Type::note, word) + 16 * f_.k : 0;
    const float top = f_.y;
    f_.x1 -= link;
    f_.note((p.harmless ? "· " : "! ") + text + (fix.empty() ? "" : " → " + fix),
            p.harmless ? std::optional<Rgba>() : std::optional<Rgba>(ui_.theme.warning));
    f_.x1 += link;
    ui_.record(id, {f_.x0, top, f_.width(), f_.y - top}, "text", text);
    if (!can) return;
    const Rect b{f_.x1 - link, top - 2 * f_.k, link, 22 * f_.k};
    const auto pressed = ui_.press(id + ".show", b, "link", word);
    ui_.text(Type::note, b, word, ui_.theme.accent, Align::centre);
    if (!pressed.clicked) return;
    place = shown ? place + 1 : 0;
    if (last) ui_.send(session::ShowProblem{});
    else ui_.send(session::ShowProblem{number, place});
  }

  void fields() {
    f_.section(ui_.tr("字段"), fmt::format("{}", facts_.fields.size()));
    size_t n = 0;
    for (const auto& field : facts_.fields) {
      if (++n > 40) {
        f_.note(fmt::format(fmt::runtime(ui_.tr("另有 {} 个字段")), facts_.fields.size() - 40));
        return;
      }
      const Rect r = f_.line(22);
      const std::string type = (field.type == "integer" ? ui_.tr("整数")
                                : field.type == "real"  ? ui_.tr("小数")
                                : field.type == "date"  ? ui_.tr("日期")
                                                        : ui_.tr("文本")) +
                               std::string(field.unit.empty() ? "" : " · " + field.unit);
      const float w = ui_.width(Type::note, type) + 12 * f_.k;
      ui_.text(Type::body, r, ui_.cut(Type::body, field.name, r.w - w), ui_.theme.text1);
      ui_.text(Type::note, r, type, ui_.theme.text3, Align::right);
      f_.space(23);
    }
  }

  Form& f_;
  Ui& ui_;
  const session::LayerSpec& spec_;
  const LayerCard& card_;
  const geo::LayerFacts& facts_;
};

}  // namespace

void drawDataTab(Form& f) {
  auto& ui = f.ui;
  const std::string id = ui.state.layer;
  const auto* spec = specOf(ui, id);
  if (!spec) {
    f.section(ui.tr("数据"));
    f.note(ui.tr("在图层栏里选一个图层，这里就说明它的文件是什么、怎样读的、有什么问题。"));
    return;
  }
  if (ui.view.inspected != id) ui.send(session::InspectLayer{id});
  const auto card = ui.session.layerCard();
  if (!card || card->layer != id || !card->done) {
    f.note(ui.tr("正在查看文件 …"));
    ui.record("data.state", f.line(20), "text", "looking");
    return;
  }
  if (!card->error.what.empty()) {
    f.warning("data.error", ui.tr("文件读不了"), card->error.text());
    return;
  }
  Data(f, *spec, *card).draw();
}

}  // namespace panels
