// Before the show: what an audience could not read, find or trust at the wall's size, and what to do about
// it.
#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/session/preflight.h"

namespace panels {
namespace {

using Kind = Dialog::Kind;

struct Wall {
  int width, height;
};
constexpr Wall walls[] = {{1920, 1080}, {3840, 2160}, {7680, 2160}, {6656, 1792}, {1280, 720}, {1080, 1920}};

std::optional<Wall> wished(const Dialog& d) {
  const auto w = numberIn(d.widthText), h = numberIn(d.heightText);
  if (!w || !h || *w < 1 || *h < 1 || *w > 1e6 || *h > 1e6) return {};
  return Wall{static_cast<int>(*w), static_cast<int>(*h)};
}

// Returns the y below it.
float drawFinding(Ui& ui, const session::Finding& x, size_t number, Rect r, bool& show) {
  const float k = ui.k;
  const auto& t = ui.theme;
  const std::string id = fmt::format("check.finding.{}", number);
  const float left = r.x + 22 * k;
  const std::string label = ui.tr("看场景");
  const float button = x.scene.empty() ? 0 : std::max(76 * k, ui.width(Type::body, label) + 24 * k);
  const float w = r.right() - left - (button > 0 ? button + 16 * k : 0);
  const float top = r.y + 8 * k;
  const scene::Vec dot{r.x + 8 * k, top + 10 * k};
  if (x.grave) ui.list().AddCircleFilled({dot.x, dot.y}, 4.5f * k, colour(t.warning));
  else ui.list().AddCircle({dot.x, dot.y}, 4 * k, colour(t.text3), 0, 1.5f * k);
  const std::string head =
      x.scene.empty() ? std::string(ui.tr("整个演示")) : fmt::format("{} · {}", x.number, x.sceneName);
  float y = ui.paragraph(Type::note, {left, top, w, 0}, head, t.text3);
  y = ui.paragraph(Type::body, {left, y, w, 0}, x.what, t.text1);
  y = ui.paragraph(Type::note, {left, y + k, w, 0}, "→ " + x.fix, t.text2) + 8 * k;
  ui.record(id, {r.x, r.y, r.w, y - r.y}, "text", x.what);
  if (button > 0 && ui.button(id + ".show", {r.right() - button, top, button, 28 * k}, label)) show = true;
  ui.hairline(r.x, r.right(), y);
  return y + k;
}

}  // namespace

void openCheck(Ui& ui) {
  openDialog(ui, Kind::checkShow);
  auto& d = ui.state.dialog;
  const auto& last = ui.view.showCheck;
  d.widthText = fmt::format("{}", last ? last->width : walls[0].width);
  d.heightText = fmt::format("{}", last ? last->height : walls[0].height);
  if (last && last->done && last->project == ui.session.project() && last->language == ui.view.language)
    return;
  const session::CheckShow check{last ? last->width : walls[0].width, last ? last->height : walls[0].height};
  if (!ui.refusal(check)) ui.send(check);
}

void drawCheckDialog(Ui& ui) {
  const float k = ui.k;
  const auto& t = ui.theme;
  auto& d = ui.state.dialog;
  const auto check = ui.view.showCheck;  // held: applying may replace it
  const auto f = beginDialog(ui, 760, 640, ui.tr("演示前检查"));
  // Size of the wall
  float x = f.body.x;
  const float y0 = f.body.y - 4 * k;
  std::vector<std::string> labels;
  int at = -1;
  const auto now = wished(d);
  for (const Wall& w : walls) {
    if (now && now->width == w.width && now->height == w.height) at = static_cast<int>(labels.size());
    labels.push_back(fmt::format("{} × {}", w.width, w.height));
  }
  const float word = ui.width(Type::body, ui.tr("屏幕像素")) + 12 * k;
  ui.text(Type::body, {x, y0, word, 28 * k}, ui.tr("屏幕像素"), t.text2), x += word;
  if (const int c = choiceAt(ui, "check.size", {x, y0, 140 * k, 28 * k}, labels, at, {}, {}, ui.tr("自定"));
      c >= 0)
    d.widthText = fmt::format("{}", walls[c].width), d.heightText = fmt::format("{}", walls[c].height);
  x += 150 * k;
  ui.field("check.width", {x, y0, 74 * k, 28 * k}, d.widthText, ""), x += 74 * k;
  ui.text(Type::body, {x, y0, 20 * k, 28 * k}, "×", t.text2, Align::centre), x += 20 * k;
  ui.field("check.height", {x, y0, 74 * k, 28 * k}, d.heightText, ""), x += 84 * k;
  const session::CheckShow wish{now ? now->width : 0, now ? now->height : 0};
  if (const float w = std::max(92 * k, ui.width(Type::body, ui.tr("重新检查")) + 28 * k);
      ui.button("check.run", {f.body.right() - w, y0, w, 28 * k}, ui.tr("重新检查"), ButtonKind::plain,
                ui.refusal(wish)))
    ui.send(wish);
  const float top = y0 + 40 * k;
  ui.hairline(f.body.x, f.body.right(), top);
  std::string say;
  Rgba ink = t.text2;
  bool leave = false;
  if (!check) {
    say = ui.tr("还没有检查过。");
    if (const auto why = ui.refusal(wish)) say = *why;
  } else if (!check->done) {
    say = ui.tr("正在逐个场景检查…");
  } else if (!check->error.empty()) {
    say = check->error, ink = t.warning;
  } else {
    const auto grave = static_cast<size_t>(
        std::count_if(check->findings.begin(), check->findings.end(), [](const auto& x) { return x.grave; }));
    say = check->findings.empty()
              ? fmt::format(fmt::runtime(ui.tr("{} × {}：没有发现问题。")), check->width, check->height)
              : fmt::format(fmt::runtime(ui.tr("{} × {}：{} 处要改，{} 处可以看看。")), check->width,
                            check->height, grave, check->findings.size() - grave);
    if (check->project != ui.session.project()) say += std::string(" ") + ui.tr("之后项目有改动。");
    if (check->findings.empty()) ink = t.accent;
  }
  float y = ui.paragraph(Type::strong, {f.body.x, top + 10 * k, f.body.w, 0}, say, ink) + 6 * k;
  ui.record("check.summary", {f.body.x, top + 10 * k, f.body.w, y - top}, "text", say);
  if (check && check->done && !check->findings.empty()) {
    ui.beginScroll("##findings", {f.body.x, y, f.body.w + 14 * k, f.body.bottom() + 8 * k - y});
    float line = ui.scrollTop();
    for (size_t i = 0; i < check->findings.size(); ++i) {
      bool show = false;
      line = drawFinding(ui, check->findings[i], i, {f.body.x, line, f.body.w, 0}, show);
      if (show) {
        if (const session::ShowScene go{check->findings[i].scene}; !ui.refusal(go)) ui.send(go);
        openTab(ui, ColumnTab::scenes);
        leave = true;
      }
    }
    ui.endScroll(line);
  }
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("关闭")}});
  ui.end();
  if (b == 0 || leave || dialogEscape(ui)) ui.state.dialog = {};
}

}  // namespace panels
