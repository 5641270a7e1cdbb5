#include "app/panels/matching.h"

#include <set>

namespace panels {
namespace {

// What the layer calls its rows, in order and once each.
std::vector<std::string> namesIn(const Ui& ui, const std::string& layer) {
  std::vector<std::string> out;
  const auto* spec = specOf(ui, layer);
  const auto& state = ui.session.layer(layer);
  if (!spec || !state.shape) return out;
  const std::string& column = spec->label.empty() ? spec->key : spec->label;
  const geo::Column* names = column.empty() ? nullptr : state.shape->layer->table.find(column);
  std::set<std::string> seen;
  for (size_t r = 0; names && r < names->rows(); ++r)
    if (names->has(r) && seen.insert(names->text(r)).second) out.push_back(names->text(r));
  return out;
}

const geo::Suggestion* suggestionFor(const Unmatched& u, const std::string& name) {
  for (const auto& s : u.suggestions)
    if (s.right == name) return &s;
  return nullptr;
}

class Rows {
 public:
  Rows(Form& f, const std::string& id, const Unmatched& u)
      : f_(f), ui_(f.ui), id_(id), u_(u), all_(namesIn(f.ui, u.layer)) {}

  void row(const std::string& name, size_t number) {
    const float k = f_.k;
    const std::string id = fmt::format("{}.{}", id_, number);
    const geo::Suggestion* s = suggestionFor(u_, name);
    const Rect line = f_.line(24);
    const float list = all_.size() <= 300 ? 96 * k : 0;
    ui_.text(Type::strong, {line.x, line.y, line.w - list - 8 * k, line.h},
             ui_.cut(Type::strong, name, line.w - list - 8 * k), ui_.theme.text1);
    ui_.record(id, line, "text", name);
    if (list > 0) {
      const int c = choiceAt(ui_, id + ".other", {line.right() - list, line.y, list, line.h}, all_, -1, {},
                             {}, ui_.tr("就是…"));
      if (c >= 0) accept(name, all_[static_cast<size_t>(c)]);
    }
    f_.space(26);
    if (!s || s->candidates.empty()) {
      f_.note(ui_.tr("没有相近的名称。"));
      return;
    }
    float x = f_.x0;
    if (s->ambiguous) f_.note(ui_.tr("有几个都叫这个名称，分不清是哪一个。"));
    for (size_t i = 0; i < s->candidates.size(); ++i) {
      const auto& c = s->candidates[i];
      const std::string label = fmt::format("{}  {:.0f} %", c.left, c.likeness * 100);
      const float w = std::min(f_.width(), ui_.width(Type::body, label) + 24 * k);
      if (x > f_.x0 && x + w > f_.x1) x = f_.x0, f_.space(30);
      const std::string what = fmt::format("{}.candidate.{}", id, i);
      if (ui_.button(what, {x, f_.y, w, 26 * k}, ui_.cut(Type::body, label, w - 16 * k),
                     i == 0 && !s->ambiguous ? ButtonKind::primary : ButtonKind::plain))
        accept(name, c.left);
      x += w + 6 * k;
    }
    f_.space(36);
  }

 private:
  void accept(const std::string& name, const std::string& means) {
    const session::AcceptMatch match{u_.layer, name, means};
    if (const auto why = ui_.refusal(match)) tell(ui_, *why);
    else ui_.send(match);
  }

  Form& f_;
  Ui& ui_;
  const std::string id_;
  const Unmatched& u_;
  const std::vector<std::string> all_;
};

}  // namespace

void drawUnmatched(Form& f, const std::string& id, const Unmatched& u, size_t most) {
  Rows rows(f, id, u);
  size_t number = 0;
  for (const bool with : {true, false})
    for (const std::string& name : u.names) {
      if ((suggestionFor(u, name) != nullptr) != with) continue;
      if (number == most) {
        f.note(fmt::format(fmt::runtime(f.ui.tr("另有 {} 个")), u.names.size() - most));
        return;
      }
      rows.row(name, number++);
    }
}

void drawAccepted(Form& f, const std::string& id, const std::string& layer) {
  auto& ui = f.ui;
  size_t number = 0;
  for (const auto& a : ui.session.project().accepted) {
    if (a.layer != layer) continue;
    const std::string own = fmt::format("{}.accepted.{}", id, number++);
    const Rect line = f.line(24);
    const float w = ui.width(Type::note, ui.tr("撤回")) + 16 * f.k;
    const std::string text = fmt::format("{} = {}", a.key, a.means);
    ui.text(Type::body, {line.x, line.y, line.w - w, line.h}, ui.cut(Type::body, text, line.w - w),
            ui.theme.text2);
    ui.record(own, line, "text", text);
    const Rect b{line.right() - w, line.y, w, line.h};
    const auto pressed = ui.press(own + ".withdraw", b, "link", ui.tr("撤回"));
    ui.text(Type::note, b, ui.tr("撤回"), ui.theme.accent, Align::centre);
    if (pressed.clicked) ui.send(session::AcceptMatch{layer, a.key, {}});
    f.space(26);
  }
}

}  // namespace panels
