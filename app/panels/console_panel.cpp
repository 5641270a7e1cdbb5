#include "app/panels/console_panel.h"

#include "app/panels/actions.h"
#include "app/session/tour.h"

namespace panels {
namespace {

constexpr Rgba vermilion{0xB7, 0x38, 0x0A, 255};

std::string span(double seconds) {
  const long s = static_cast<long>(std::floor(std::abs(seconds)));
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

double planned(const session::SceneSpec& stop) {  // as the show itself goes on
  return stop.transitionSeconds + std::max(1.0, stop.durationSeconds);
}

class Console {
 public:
  Console(Ui& ui, const ConsoleInput& input)
      : ui_(ui),
        in_(input),
        st_(ui.state.console),
        show_(ui.view.show),
        stops_(session::stopsOf(ui.session.project())),
        at_(session::stopIndex(stops_, show_)),
        k_(ui.k) {
    const bool goesOn = at_ + 1 < stops_.size();
    const bool round = ui.session.project().show.loop || show_.idle;
    if (goesOn || (round && stops_.size() > 1)) next_ = &stops_[(at_ + 1) % stops_.size()];
    places_.on = true;
    places_.showSeconds = std::max(0.0, now() - st_.clockFrom);
    places_.sceneSeconds = std::max(0.0, now() - show_.since);
    places_.leftSeconds = planned(stops_[at_]) - places_.sceneSeconds;
    if (next_) places_.nextScene = next_->id;
  }

  ConsolePlaces draw() {
    const Rect all{0, 0, ui_.input.width, ui_.input.height};
    const float bar = 76 * k_;
    const float side = std::round(std::clamp(all.w * 0.36f, std::min(320 * k_, all.w / 2), 560 * k_));
    ui_.begin("##console", all);  // without a ground: the pictures lie beneath
    times({0, 0, all.w, bar});
    const float x = all.w - side;
    ui_.fill({x, bar, std::max(1.0f, std::floor(k_)), all.h - bar}, ui_.theme.rule);
    wall({0, bar, x, all.h - bar});
    column({x + 24 * k_, bar, side - 48 * k_, all.h - bar});
    ui_.end();
    return places_;
  }

 private:
  double now() const { return ui_.input.seconds; }

  float block(float x, float w, const char* id, std::string_view label, const std::string& value,
              Align align) {
    ui_.text(Type::note, {x, 12 * k_, w, 18 * k_}, label, ui_.theme.text3, align);
    ui_.text(Type::title, {x, 30 * k_, w, 36 * k_}, value, ui_.theme.text1, align);
    ui_.record(id, {x, 12 * k_, w, 54 * k_}, "text", value);
    return x + w;
  }

  void times(Rect r) {
    ui_.hairline(r.x, r.right(), r.bottom() - 1);
    const float w = 124 * k_, pad = 24 * k_;
    float x = r.right() - pad - 3 * w;
    ui_.text(Type::heading, {pad, r.y, std::max(1.0f, x - 2 * pad), r.h}, ui_.scene.title, ui_.theme.text2);
    if (!in_.timeOfDay.empty()) block(x, w, "console.clock", ui_.tr("现在"), in_.timeOfDay, Align::right);
    const auto used = ui_.press("console.restart", {x + w + 16 * k_, 8 * k_, w - 16 * k_, 60 * k_}, "button");
    ui_.tip("console.restart", used.hovered, ui_.tr("点按从零重新计时"));
    ui_.fill({x + w + 16 * k_, 8 * k_, w - 8 * k_, 60 * k_}, ui_.theme.accent.withAlpha(0.1 * used.fade),
             5 * k_);
    if (used.clicked) st_.clockFrom = now(), ui_.state.wants.again = true;
    block(x + w, w, "console.used", ui_.tr("已用"), span(places_.showSeconds), Align::right);
    left({x + 2 * w, r.y, w, r.h});
    ui_.wakeAt(now() + 1 - (now() - std::floor(now())));  // the clocks go on by seconds
  }

  void left(Rect r) {
    const double left = places_.leftSeconds;
    // The last half minute, and never more than the last third of a short scene.
    const double plan = places_.sceneSeconds + left;
    const bool over = left < 0, soon = !over && left <= std::min(30.0, plan / 3);
    const std::string value = over ? "+" + span(left) : span(std::ceil(left));
    ui_.text(Type::note, {r.x, 12 * k_, r.w, 18 * k_}, ui_.tr("本场剩余"), ui_.theme.text3, Align::right);
    Rgba ink = ui_.theme.text1;
    if (over || soon) {
      const float w = ui_.width(Type::title, value) + 16 * k_;
      ui_.fill({r.right() + 8 * k_ - w, 31 * k_, w, 36 * k_},
               over             ? vermilion
               : ui_.theme.dark ? ui_.theme.core
                                : ui_.theme.node,
               4 * k_);
      ink = over ? Rgba{255, 255, 255, 255} : ui_.theme.dark ? ui_.theme.background : ui_.theme.text1;
    }
    ui_.text(Type::title, {r.x, 30 * k_, r.w, 36 * k_}, value, ink, Align::right);
    ui_.record("console.left", {r.x, 12 * k_, r.w, 54 * k_}, over ? "over" : soon ? "soon" : "text", value);
  }

  // The largest rectangle of the wall's shape.
  Rect fitted(Rect r) const {
    const float aspect = in_.wallAspect > 0 ? in_.wallAspect : 16.0f / 9;
    const float w = std::floor(std::min(r.w, r.h * aspect)), h = std::floor(w / aspect);
    return {std::floor(r.x + (r.w - w) / 2), std::floor(r.y + (r.h - h) / 2), std::max(1.0f, w),
            std::max(1.0f, h)};
  }

  void wall(Rect r) {
    const float pad = 24 * k_, buttons = 56 * k_;
    const Rect row{r.x + pad, r.bottom() - pad - buttons, r.w - 2 * pad, buttons};
    const Rect caption{row.x, row.y - 60 * k_, row.w, 44 * k_};
    places_.wall = fitted({row.x, r.y + pad, row.w, std::max(1.0f, caption.y - 8 * k_ - r.y - pad)});
    outline(places_.wall);
    ui_.record("console.wall", places_.wall, "picture");
    const std::string count = fmt::format("{} / {}", at_ + 1, stops_.size());
    float x = ui_.text(Type::heading, caption, count, ui_.theme.text3) + 12 * k_;
    float flags = caption.right();
    const auto flag = [&](bool on, const char* text) {
      if (!on) return;
      const std::string_view label = ui_.tr(text);
      const float w = ui_.width(Type::body, label) + 18 * k_;
      flags -= w;
      ui_.frame({flags, caption.y + 9 * k_, w, 26 * k_}, ui_.theme.accent, 4 * k_);
      ui_.text(Type::body, {flags, caption.y + 9 * k_, w, 26 * k_}, label, ui_.theme.text1, Align::centre);
      flags -= 8 * k_;
    };
    flag(show_.idle, "自动播放");
    flag(show_.flat, "已平放");
    flag(show_.held, "已停住");
    flag(ui_.view.vision != scene::Vision::normal, "模拟视觉");
    flag(show_.black, "黑屏中");
    const std::string& name = ui_.name(stops_[at_].name);
    ui_.text(Type::heading, {x, caption.y, std::max(1.0f, flags - 8 * k_ - x), caption.h}, name,
             ui_.theme.text1);
    ui_.record("console.scene", caption, "text", count + " " + name);
    controls(row);
  }

  void outline(Rect r) const { ui_.frame(r.grown(1), ui_.theme.rule, 0, 1); }

  void controls(Rect row) {
    struct Control {
      const char *id, *label, *keys;
      session::Command command;
      float share;
      bool on = false, primary = false;
    };
    const Control all[] = {
        {"console.previous", "上一个", "PageUp", session::StepShow{-1}, 1.2f, false, false},
        {"console.next", "下一个", "PageDown", session::StepShow{1}, 1.7f, false, true},
        {"console.black", "黑屏", "B", session::BlackShow{}, 0.8f, show_.black, false},
        {"console.hold", "停住", "S", session::HoldShow{}, 0.8f, show_.held, false},
        {"console.flat", "平放", "V", session::FlatShow{}, 0.8f, show_.flat, false},
        {"console.end", "结束", "Esc", session::EndShow{}, 0.8f, false, false}};
    float shares = 0;
    for (const auto& c : all) shares += c.share;
    const float gap = 8 * k_, unit = (row.w - gap * 5) / shares;
    float x = row.x;
    for (const auto& c : all) {
      const Rect r{std::round(x), row.y, std::round(unit * c.share), row.h};
      if (ui_.button(c.id, r, ui_.tr(c.label), c.primary ? ButtonKind::primary : ButtonKind::plain))
        ui_.send(c.command);
      if (c.on) ui_.frame(r, ui_.theme.accent, 5 * k_, 2 * k_);
      auto& w = ui_.state.widgets[c.id];
      w.value = c.on ? "on" : w.value;
      ui_.tip(c.id, ImGui::IsItemHovered(), c.keys);
      x += unit * c.share + gap;
    }
  }

  // Right column
  // ----------------------------------------------------------------------------------------------------------
  void column(Rect r) {
    const auto messages = ui_.session.messages();
    const size_t from = std::min(st_.messagesFrom, messages.size()), told = messages.size() - from;
    const float next = 132 * k_, remote = (in_.remoteOn ? 156 : in_.remoteError.empty() ? 64 : 100) * k_;
    const float warn = told ? std::min(r.h * 0.2f, (34 + 26 * static_cast<float>(told)) * k_ + 12 * k_) : 0;
    const float rest = std::max(2 * k_, r.h - next - remote - warn);
    const float list = std::min(rest * 0.5f, (44 + 32 * static_cast<float>(stops_.size())) * k_);
    float y = r.y;
    const auto part = [&](float h) {
      const Rect p{r.x, y, r.w, h};
      y += h;
      if (y < r.bottom() - 1) ui_.hairline(r.x - 24 * k_, r.right() + 24 * k_, y);
      return p;
    };
    following(part(next));
    notes(part(rest - list));
    scenes(part(list));
    if (warn > 0) warnings(part(warn), from);
    phone(part(remote));
  }

  void following(Rect r) {
    const float w = std::min(r.w * 0.45f, 108 * k_ * (in_.wallAspect > 0 ? in_.wallAspect : 16.0f / 9));
    if (next_) {
      places_.next = fitted({r.x, r.y + 12 * k_, w, r.h - 24 * k_});
      outline(places_.next);
      ui_.record("console.nextPicture", places_.next, "picture");
    }
    const float x = next_ ? places_.next.right() + 16 * k_ : r.x;
    const std::string name = next_ ? ui_.name(next_->name) : std::string(ui_.tr("没有了"));
    ui_.text(Type::note, {x, r.y + 34 * k_, r.right() - x, 20 * k_}, ui_.tr("下一场"), ui_.theme.text3);
    ui_.paragraph(Type::heading, {x, r.y + 56 * k_, r.right() - x, 0}, name, ui_.theme.text1, 1.3f);
    ui_.record("console.following", {x, r.y, r.right() - x, r.h}, "text", name);
  }

  void notes(Rect r) {
    const std::string& text = ui_.name(stops_[at_].notes);
    ui_.text(Type::note, {r.x, r.y + 10 * k_, r.w, 20 * k_}, ui_.tr("备注"), ui_.theme.text3);
    const Rect inner{r.x, r.y + 34 * k_, r.w + 18 * k_, std::max(1.0f, r.h - 40 * k_)};
    ui_.beginScroll("##consoleNotes", inner);
    if (std::exchange(st_.noted, stops_[at_].id) != stops_[at_].id) ImGui::SetScrollY(0);
    const float bottom = text.empty() ? ui_.paragraph(Type::body, {r.x, ui_.scrollTop(), r.w, 0},
                                                      ui_.tr("这一场没有备注。"), ui_.theme.text3)
                                      : ui_.paragraph(Type::notes, {r.x, ui_.scrollTop(), r.w, 0}, text,
                                                      ui_.theme.text1, 1.5f);
    ui_.endScroll(bottom + 4 * k_);
    ui_.record("console.notes", inner, "text", text);
  }

  void scenes(Rect r) {
    ui_.text(Type::note, {r.x, r.y + 8 * k_, r.w, 20 * k_}, ui_.tr("跳到"), ui_.theme.text3);
    const Rect inner{r.x - 12 * k_, r.y + 32 * k_, r.w + 30 * k_, std::max(1.0f, r.h - 38 * k_)};
    const float row = 32 * k_, number = 26 * k_;
    ui_.beginScroll("##consoleScenes", inner);
    if (std::exchange(st_.listed, stops_[at_].id) != stops_[at_].id) {
      const float at = row * static_cast<float>(at_), top = ImGui::GetScrollY();
      if (at < top || at + row > top + inner.h) ImGui::SetScrollY(std::max(0.0f, at - inner.h / 2 + row / 2));
    }
    float y = ui_.scrollTop();
    for (size_t i = 0; i < stops_.size(); ++i, y += row) {
      const Rect line{inner.x, y, inner.w - 12 * k_, row};
      const bool here = i == at_;
      const auto p = ui_.press(fmt::format("console.jump.{}", i + 1), line, "row", here ? "on" : "");
      if (here || p.fade > 0) ui_.fill(line, ui_.theme.accent.withAlpha(here ? 0.14 : 0.1 * p.fade), 4 * k_);
      if (here) ui_.fill({line.x, line.y + 5 * k_, 3 * k_, row - 10 * k_}, ui_.theme.accent, 1.5f * k_);
      ui_.text(Type::body, {line.x + 6 * k_, y, number, row}, std::to_string(i + 1), ui_.theme.text3,
               Align::right);
      const std::string time = span(planned(stops_[i]));
      const float w = ui_.width(Type::note, time), x = line.x + number + 18 * k_;
      ui_.text(here ? Type::strong : Type::body, {x, y, line.right() - x - w - 22 * k_, row},
               ui_.name(stops_[i].name), ui_.theme.text1);
      ui_.text(Type::note, {line.x, y, line.w - 8 * k_, row}, time, ui_.theme.text3, Align::right);
      if (p.clicked) ui_.send(session::JumpShow{static_cast<int>(i) + 1});
    }
    ui_.endScroll(y);
  }

  void warnings(Rect r, size_t from) {
    const auto& all = ui_.session.messages();
    ui_.text(Type::note, {r.x, r.y + 8 * k_, r.w, 20 * k_}, ui_.tr("提示（观众看不到）"), ui_.theme.warning);
    const Rect inner{r.x, r.y + 32 * k_, r.w + 18 * k_, std::max(1.0f, r.h - 36 * k_)};
    ui_.beginScroll("##consoleWarnings", inner);
    float y = ui_.scrollTop();
    for (size_t i = all.size(); i-- > from;) {
      const float bottom =
          ui_.paragraph(Type::body, {r.x + 12 * k_, y, r.w - 12 * k_, 0}, all[i].text, ui_.theme.text1);
      ui_.fill({r.x, y + 3 * k_, 3 * k_, bottom - y - 6 * k_},
               all[i].level == session::Message::Level::info ? ui_.theme.accent : ui_.theme.warning,
               1.5f * k_);
      y = bottom + 6 * k_;
    }
    ui_.endScroll(y);
    ui_.record("console.warnings", inner, "text", std::to_string(all.size() - from));
  }

  void phone(Rect r) {
    const float w = 88 * k_;
    const Rect head{r.x, r.y + 16 * k_, r.w, 32 * k_};
    ui_.text(Type::strong, head, ui_.tr("手机或笔记本遥控"), ui_.theme.text1);
    if (ui_.button("console.remote", {r.right() - w, head.y, w, head.h},
                   in_.remoteOn ? ui_.tr("停用") : ui_.tr("开启")))
      st_.wishes.toggleRemote = true;
    if (!in_.remoteOn && !in_.remoteError.empty())
      ui_.paragraph(Type::note, {r.x, r.y + 54 * k_, r.w, 0}, in_.remoteError, ui_.theme.warning);
    if (!in_.remoteOn) return;
    const bool fits = ui_.width(Type::title, in_.remoteUrl) <= r.w;
    ui_.text(fits ? Type::title : Type::heading, {r.x, r.y + 54 * k_, r.w, 36 * k_}, in_.remoteUrl,
             ui_.theme.text1);
    ui_.record("console.url", {r.x, r.y + 54 * k_, r.w, 36 * k_}, "text", in_.remoteUrl);
    const std::string code = in_.remoteCode.size() == 6
                                 ? in_.remoteCode.substr(0, 3) + " " + in_.remoteCode.substr(3)
                                 : in_.remoteCode;
    const Rect line{r.x, r.y + 94 * k_, r.w, 48 * k_};
    const float end =
        ui_.text(Type::figure, line, code, in_.remoteLocked ? ui_.theme.text3 : ui_.theme.text1);
    ui_.record("console.code", line, in_.remoteLocked ? "locked" : "text", in_.remoteCode);
    const float room = r.right() - end - 20 * k_;
    const std::string fresh = ui_.tr("换配对码");
    const float need = ui_.width(Type::body, fresh) + 24 * k_;
    const std::string says = in_.remoteLocked
                                 ? std::string(ui_.tr("错误次数过多，已锁定"))
                                 : fmt::format(fmt::runtime(ui_.tr("{} 台已连接")), in_.remoteDevices);
    ui_.text(Type::note, {r.right() - room, line.y, room, 18 * k_}, says,
             in_.remoteLocked ? ui_.theme.warning : ui_.theme.text3, Align::right);
    ui_.record("console.devices", {r.right() - room, line.y, room, 18 * k_}, "text", says);
    if (ui_.button("console.newCode", {r.right() - need, line.y + 20 * k_, need, 28 * k_}, fresh,
                   in_.remoteLocked ? ButtonKind::primary : ButtonKind::plain))
      st_.wishes.newCode = true;
  }

  Ui& ui_;
  const ConsoleInput& in_;
  ConsoleState& st_;
  const session::ShowState& show_;
  std::vector<session::SceneSpec> stops_;
  size_t at_;
  const session::SceneSpec* next_ = nullptr;
  float k_;
  ConsolePlaces places_;
};

}  // namespace

ConsolePlaces drawConsole(Ui& ui, const ConsoleInput& input) {
  auto& st = ui.state.console;
  const auto& messages = ui.session.messages();
  if (!st.on || st.messagesFrom > messages.size()) {
    st = {};
    ui.closePopup();
    st.on = true, st.messagesFrom = messages.size(), st.clockFrom = ui.view.show.started;
  }
  ui.state.messagesSeen = messages.size();  // they stand in the console
  return Console(ui, input).draw();
}

bool obeyConsoleKey(Ui& ui, const KeyPress& press) {
  if (press.ctrl || press.alt) return false;
  const int stops = static_cast<int>(session::stopsOf(ui.session.project()).size());
  for (const char* keys : {"PageDown", "Right", "Enter"})
    if (matches(press, keys)) return ui.send(session::StepShow{1}), true;
  for (const char* keys : {"PageUp", "Left"})
    if (matches(press, keys)) return ui.send(session::StepShow{-1}), true;
  if (press.key == ' ' || press.key == 'S') return ui.send(session::HoldShow{}), true;
  if (press.key == 'B' || press.key == '.') return ui.send(session::BlackShow{}), true;
  if (press.key == 'V') return ui.send(session::FlatShow{}), true;
  if (matches(press, "Esc")) return ui.send(session::EndShow{}), true;
  if (press.key >= '1' && press.key <= '9' && press.key - '0' <= stops)
    return ui.send(session::JumpShow{press.key - '0'}), true;
  return matches(press, "F11") ? (ui.send(session::ToggleFullScreen{}), true) : false;
}

}  // namespace panels
