// How the page is made up: template, paper, scale, what stands on it, and whether it may go out.
#include <filesystem>

#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/panels/page.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/recipe.h"
#include "app/session/snapshot.h"

namespace panels {
namespace {

using scene::PageGrid;
using scene::PagePart;
using scene::PageStyle;
using session::PageSpec;

struct BuiltIn {
  PageStyle style;
  const char *id, *name, *paper;
  bool landscape;
};
constexpr BuiltIn builtIns[] = {{PageStyle::sheet, "sheet", "方案图", "A3", true},
                                {PageStyle::figure, "figure", "报告插图", "160x110", true},
                                {PageStyle::poster, "poster", "海报", "A0", false},
                                {PageStyle::slide, "slide", "幻灯片", "338x190", true}};
constexpr const char* papers[] = {"A4", "A3", "A2", "A1", "A0"};

std::string millimetres(double v) {
  std::string s = fmt::format("{:.2f}", v);
  while (s.ends_with('0')) s.pop_back();
  if (s.ends_with('.')) s.pop_back();
  return s;
}

std::optional<session::PaperSize> sizeOf(const session::LayoutSpec& l) {
  return session::paperSize(l.paper, l.landscape);
}

// What was placed by hand keeps its place in the page as that changes its size.
void toPaper(PageSpec& page, const std::string& paper, bool landscape) {
  const auto from = sizeOf(page);
  page.paper = paper, page.landscape = landscape;
  const auto to = sizeOf(page);
  if (!from || !to || (from->width == to->width && from->height == to->height)) return;
  const double x = to->width / from->width, y = to->height / from->height;
  const auto hundredth = [](double v) { return std::round(v * 100) / 100; };
  for (auto& f : page.frames)
    f.x = hundredth(f.x * x), f.width = hundredth(f.width * x), f.y = hundredth(f.y * y),
    f.height = hundredth(f.height * y);
}

// A built-in template lays everything out anew; words of the user's own stay.
PageSpec styled(PageSpec page, const BuiltIn& b) {
  std::erase_if(page.frames, [](const session::FrameSpec& f) { return f.part != PagePart::text; });
  page.hidden.clear(), page.scale.reset();
  page.style = b.style;
  toPaper(page, b.paper, b.landscape);
  return page;
}

PageSpec fromTemplate(PageSpec page, const session::LayoutSpec& layout) {
  const std::string logo = layout.logo.empty() ? page.logo : layout.logo;
  static_cast<session::LayoutSpec&>(page) = layout;
  page.logo = logo;
  return page;
}

// A sketch of what the template looks like.
void sketch(Ui& ui, Rect r, PageStyle style, Rgba ink, Rgba ground) {
  const float k = ui.k;
  const auto size = style == PageStyle::poster  ? Vec{24, 34}
                    : style == PageStyle::slide ? Vec{42, 24}
                                                : Vec{40, 28};
  const Rect p{std::round(r.centre().x - size.x * k / 2), std::round(r.centre().y - size.y * k / 2),
               size.x * k, size.y * k};
  const auto box = [&](float x, float y, float w, float h, double alpha) {
    ui.fill({p.x + p.w * x, p.y + p.h * y, p.w * w, p.h * h}, ink.withAlpha(alpha), k);
  };
  ui.fill(p, ground, 1.5f * k);
  ui.frame(p, ink, 1.5f * k, 1.2f * k);
  switch (style) {
    case PageStyle::sheet:
      box(0.08f, 0.1f, 0.5f, 0.08f, 0.9), box(0.08f, 0.26f, 0.58f, 0.62f, 0.35);
      for (float y : {0.28f, 0.42f, 0.56f, 0.7f}) box(0.72f, y, 0.2f, 0.06f, 0.7);
      break;
    case PageStyle::figure:
      box(0.1f, 0.1f, 0.4f, 0.08f, 0.9), box(0.08f, 0.26f, 0.84f, 0.5f, 0.35),
          box(0.1f, 0.84f, 0.6f, 0.06f, 0.7);
      break;
    case PageStyle::poster:
      box(0.12f, 0.07f, 0.7f, 0.09f, 0.9), box(0.1f, 0.22f, 0.8f, 0.42f, 0.35);
      for (float y : {0.7f, 0.79f, 0.88f}) box(0.12f, y, 0.72f - y * 0.3f, 0.05f, 0.7);
      break;
    case PageStyle::slide:
      box(0.06f, 0.1f, 0.6f, 0.12f, 0.9), box(0.06f, 0.3f, 0.6f, 0.6f, 0.35);
      for (float y : {0.32f, 0.54f, 0.76f}) box(0.72f, y, 0.22f, 0.1f, 0.7);
      break;
  }
}

class Tab {
 public:
  explicit Tab(Form& form) : f(form), ui(form.ui), k(form.k), page(ui.session.project().page) {}

  void draw() {
    if (!ui.view.pageView) {
      f.note(ui.tr("这里排的是打印和导出的页面。打开页面视图可以看到它，并移动各个框。"));
      if (ui.button("pageTab.open", f.line(30), ui.tr("打开页面视图"), ButtonKind::primary))
        togglePageView(ui);
      f.space(44);
    }
    if (ui.scene.composition != scene::Composition::map)
      f.note(ui.tr("小图、账本和县情卡占满整页，没有可以移动的框。"));
    faults();
    chosen();
    templates();
    paper();
    map();
    parts();
    words();
    publishing();
  }

 private:
  void send(PageSpec changed) {
    if (changed != page) changePage(ui, std::move(changed));
  }
  template <class Change>
  void edit(Change&& change) {
    PageSpec changed = page;
    change(changed);
    send(std::move(changed));
  }

  void faults() {
    if (!ui.view.pageView || !ui.input.page || ui.input.page->faults.empty()) return;
    const auto& l = *ui.input.page;
    std::string text;
    for (const auto& [a, b] : l.faults) {
      if (a >= l.frames.size() || b >= l.frames.size()) continue;
      if (!text.empty()) text += "\n";
      text += a == b ? fmt::format(fmt::runtime(ui.tr("{}超出纸张")), partName(ui, l.frames[a].part))
                     : fmt::format(fmt::runtime(ui.tr("{}与{}重叠")), partName(ui, l.frames[a].part),
                                   partName(ui, l.frames[b].part));
    }
    f.warning("pageTab.faults", ui.tr("版面有问题"), text);
  }

  void chosen() {
    if (!ui.view.pageView || !ui.state.page.chosen) return;
    const FrameRef ref = *ui.state.page.chosen;
    const auto* frame = frameOf(ui, ref);
    if (!frame) return;
    const bool byHand = specOf(page, ref) != nullptr, text = ref.part == PagePart::text;
    ui.text(Type::strong, f.line(24), partName(ui, ref.part), ui.theme.text1);
    ui.text(Type::note, f.line(24), byHand ? ui.tr("手动摆放") : ui.tr("自动摆放"), ui.theme.text3,
            Align::right);
    f.space(30);
    const Rect r = frame->rect;
    const float half = (f.width() - 16 * k) / 2;
    const auto number = [&](const char* id, const char* word, float x, float value, auto put) {
      ui.text(Type::body, {x, f.y, 50 * k, 28 * k}, ui.tr(word), ui.theme.text2);
      const Rect box{x + 50 * k, f.y, half - 50 * k - 28 * k, 28 * k};
      const auto said = fieldAt(ui, id, box, millimetres(value));
      ui.text(Type::note, {box.right() + 6 * k, f.y, 26 * k, 28 * k}, "mm", ui.theme.text3);
      if (!said) return;
      const auto v = numberIn(*said);
      if (!v || !(std::abs(*v) < 10000)) return;
      Rect changed = r;
      put(changed, static_cast<float>(*v));
      send(placed(ui, page, ref, changed));
    };
    const auto least = [&] {  // costs a layout
      return ui.input.fonts ? scene::leastSize(ref.part, ui.scene, ui.input.fonts, ui.scene.page) : Vec{1, 1};
    };
    number("frame.x", "左", f.x0, r.x, [](Rect& c, float v) { c.x = v; });
    number("frame.y", "上", f.x0 + half + 16 * k, r.y, [](Rect& c, float v) { c.y = v; });
    f.space(34);
    number("frame.width", "宽", f.x0, r.w, [&](Rect& c, float v) { c.w = std::max(v, least().x); });
    number("frame.height", "高", f.x0 + half + 16 * k, r.h,
           [&](Rect& c, float v) { c.h = std::max(v, least().y); });
    f.space(36);
    if (text) {
      if (ui.button("frame.edit", {f.x0, f.y, half, 28 * k}, ui.tr("改文字"))) editText(ui, ref);
    } else {
      const Refusal why = byHand ? Refusal() : Refusal(ui.tr("它现在就是自动摆放的。"));
      if (ui.button("frame.auto", {f.x0, f.y, half, 28 * k}, ui.tr("恢复自动"), ButtonKind::plain, why))
        send(automatic(page, ref));
    }
    if (ui.button("frame.hide", {f.x0 + half + 16 * k, f.y, half, 28 * k},
                  text ? ui.tr("删除") : ui.tr("隐藏"), ButtonKind::plain, hideRefusal(ui, ref)))
      send(withoutPart(page, ref));
    f.space(40);
    ui.hairline(f.x0, f.x1, f.y - 4 * k);
    f.space(6);
  }

  void templates() {
    ui.text(Type::strong, f.line(24), ui.tr("模板"), ui.theme.text1);
    f.space(30);
    const float gap = 8 * k, w = (f.width() - 3 * gap) / 4, h = 78 * k;
    float x = f.x0;
    for (const BuiltIn& b : builtIns) {
      const Rect r{x, f.y, w, h};
      const bool on = page.style == b.style;
      const std::string id = std::string("template.") + b.id;
      const auto p = ui.press(id, r, "option", on ? "on" : "off");
      ui.tip(id, p.hovered, fmt::format("{} · {}", ui.tr(b.name), paperName(b)));
      ui.fill(r, ui.theme.accent.withAlpha(on ? 0.14 : 0.08 * p.fade), 5 * k);
      ui.frame(r, on ? ui.theme.accent : ui.theme.rule, 5 * k, (on ? 1.5f : 1.0f) * k);
      sketch(ui, {r.x, r.y + 6 * k, r.w, 44 * k}, b.style, on ? ui.theme.accent : ui.theme.text2,
             ui.theme.dark ? ui.theme.background : Rgba{255, 255, 255, 255});
      ui.text(on ? Type::strong : Type::note, {r.x + 3 * k, r.y + 52 * k, r.w - 6 * k, 22 * k}, ui.tr(b.name),
              on ? ui.theme.text1 : ui.theme.text2, Align::centre);
      if (p.clicked) send(styled(page, b));
      x += w + gap;
    }
    f.space(88);
    for (const auto& t : ui.session.project().templates) {
      const Rect r = f.line(28);
      const bool on = static_cast<const session::LayoutSpec&>(page) == fromTemplate(page, t.layout);
      const std::string id = "template.own." + t.id;
      const auto p = ui.press(id, {r.x - 6 * k, r.y, r.w - 26 * k, r.h}, "option", on ? "on" : "off");
      if (on || p.fade > 0)
        ui.fill({r.x - 6 * k, r.y, r.w - 24 * k, r.h}, ui.theme.accent.withAlpha(on ? 0.14 : 0.08 * p.fade),
                4 * k);
      ui.text(on ? Type::strong : Type::body, {r.x, r.y, r.w - 140 * k, r.h},
              ui.name(t.name).empty() ? t.id : ui.name(t.name), ui.theme.text1);
      ui.text(Type::note, {r.x, r.y, r.w - 36 * k, r.h}, paperText(ui, t.layout), ui.theme.text3,
              Align::right);
      if (ui.iconButton(id + ".remove", {r.right() - 24 * k, r.y + 2 * k, 24 * k, 24 * k}, Icon::close,
                        ui.tr("删除模板")))
        ui.send(session::RemoveTemplate{t.id});
      if (p.clicked) send(fromTemplate(page, t.layout));
      f.space(30);
    }
    if (!ui.session.project().templates.empty()) f.space(4);
    const float half = (f.width() - 12 * k) / 2;
    if (ui.button("template.save", {f.x0, f.y, half, 28 * k}, ui.tr("存为模板…")))
      openDialog(ui, Dialog::Kind::templateName);
    const bool byHand = std::any_of(page.frames.begin(), page.frames.end(),
                                    [](const auto& frame) { return frame.part != PagePart::text; });
    if (ui.button("template.auto", {f.x0 + half + 12 * k, f.y, half, 28 * k}, ui.tr("全部恢复自动"),
                  ButtonKind::plain, byHand ? Refusal() : Refusal(ui.tr("没有手动摆放的框。"))))
      edit([](PageSpec& p) {
        std::erase_if(p.frames, [](const auto& frame) { return frame.part != PagePart::text; });
      });
    f.space(34);
  }

  std::string paperName(const BuiltIn& b) const {
    session::LayoutSpec l;
    l.paper = b.paper, l.landscape = b.landscape;
    return paperText(ui, l);
  }

  void paper() {
    f.section(ui.tr("纸张"));
    const auto size = sizeOf(page).value_or(session::PaperSize{420, 297, true});
    std::vector<std::string> labels, notes;
    int at = 5;
    for (int i = 0; i < 5; ++i) {
      const auto s = *session::paperSize(papers[i]);
      labels.emplace_back(papers[i]), notes.push_back(fmt::format("{:g} × {:g} mm", s.width, s.height));
      if (page.paper == papers[i]) at = i;
    }
    labels.emplace_back(ui.tr("自定")), notes.emplace_back("mm");
    if (const int c = f.choice("page.paper", ui.tr("纸张"), labels, at, notes); c >= 0)
      edit([&](PageSpec& p) {
        if (c < 5) toPaper(p, papers[c], at == 5 ? size.width >= size.height : p.landscape);
        else toPaper(p, fmt::format("{}x{}", size.width, size.height), p.landscape);
      });
    if (at < 5) {
      const std::string ways[] = {ui.tr("横向"), ui.tr("纵向")};
      if (const int c = f.segments("page.way", ui.tr("方向"), ways, page.landscape ? 0 : 1); c >= 0)
        edit([&](PageSpec& p) { toPaper(p, p.paper, c == 0); });
    } else {
      f.word(ui.tr("宽 × 高"));
      const Rect c = f.control();
      const float w = (c.w - 22 * k - 30 * k) / 2;
      const auto side = [&](const char* id, float x, float value) {
        const auto said = fieldAt(ui, id, {x, c.y, w, c.h}, millimetres(value));
        return said ? numberIn(*said) : std::nullopt;
      };
      const auto width = side("page.width", c.x, size.width);
      ui.text(Type::body, {c.x + w, c.y, 22 * k, c.h}, "×", ui.theme.text2, Align::centre);
      const auto height = side("page.height", c.x + w + 22 * k, size.height);
      ui.text(Type::note, {c.right() - 26 * k, c.y, 26 * k, c.h}, "mm", ui.theme.text3, Align::right);
      if (width || height) {
        const std::string wanted = fmt::format("{}x{}", static_cast<float>(width.value_or(size.width)),
                                               static_cast<float>(height.value_or(size.height)));
        const bool fits = session::paperSize(wanted).has_value();
        ui.state.page.paperRefused = !fits;
        if (fits) edit([&](PageSpec& p) { toPaper(p, wanted, p.landscape); });
      }
      f.space(36);
      if (ui.state.page.paperRefused) {
        ui.record("page.refused", f.line(18), "text");
        f.note(ui.tr("纸张每边在 40 和 5000 毫米之间。"), ui.theme.warning);
      }
    }
  }

  void map() {
    f.section(ui.tr("地图与网格"));
    const double now = ui.view.pageView && ui.input.page ? ui.input.page->denominator : 0;
    const std::string kinds[] = {ui.tr("自动"), ui.tr("固定")};
    if (const int c = f.segments("page.scaleKind", ui.tr("比例尺"), kinds, page.scale ? 1 : 0); c >= 0)
      edit([&](PageSpec& p) {
        if (c == 0) p.scale.reset();
        else if (!p.scale) p.scale = now > 0 ? std::round(now) : 500000;
      });
    if (page.scale) {
      f.word("");
      const Rect c = f.control();
      ui.text(Type::body, {c.x, c.y, 24 * k, c.h}, "1 :", ui.theme.text2);
      if (const auto said =
              fieldAt(ui, "page.scale", {c.x + 26 * k, c.y, c.w - 26 * k, c.h}, figureText(*page.scale, 0)))
        if (const auto v = scaleIn(*said)) edit([&](PageSpec& p) { p.scale = *v; });
      f.space(36);
    } else if (now > 0) {
      ui.text(Type::note, f.control(20), "1 : " + figureText(now, 0), ui.theme.text3);
      ui.record("page.scaleNow", f.control(20), "text", figureText(now, 0));
      f.space(26);
    }
    const std::string grids[] = {ui.tr("经纬网"), ui.tr("方里网"), ui.tr("无")};
    if (const int c = f.segments("page.grid", ui.tr("网格"), grids, static_cast<int>(page.grid)); c >= 0)
      edit([&](PageSpec& p) { p.grid = static_cast<PageGrid>(c); });
  }

  static std::optional<double> scaleIn(std::string text) {  // "1:250 000", "250000", "1 : 25万"
    for (const std::string_view colon : {":", "：", "/"})
      if (const auto at = text.find(colon); at != text.npos) text = text.substr(at + colon.size());
    double by = 1;
    if (text.ends_with("万")) by = 10000, text.resize(text.size() - std::string_view("万").size());
    std::erase_if(text, [](char c) { return c == ' '; });
    const auto v = numberIn(text);
    if (!v || !(*v * by >= 100) || !(*v * by <= 1e9)) return {};
    return std::round(*v * by);
  }

  void parts() {
    f.section(ui.tr("页面上有什么"));
    constexpr PagePart all[] = {PagePart::title,   PagePart::legend,   PagePart::scaleBar, PagePart::north,
                                PagePart::inset,   PagePart::overview, PagePart::figures,  PagePart::ranking,
                                PagePart::targets, PagePart::notes,    PagePart::footer,   PagePart::logo};
    const float gap = 16 * k, half = (f.width() - gap) / 2, x0 = f.x0, x1 = f.x1;
    float y = f.y;
    for (size_t i = 0; i < std::size(all); ++i) {
      const PagePart part = all[i];
      const bool left = i % 2 == 0, on = !isHidden(page, part);
      f.x0 = left ? x0 : x0 + half + gap, f.x1 = f.x0 + half, f.y = y;
      std::string right;
      if (on && specOf(page, FrameRef{part, 0})) right = ui.tr("手动");
      else if (on && ui.view.pageView && ui.input.page && !ui.input.page->frames.empty() &&
               !frameOf(ui, {part, 0}))
        right = "—";
      const Refusal why =
          part == PagePart::logo && page.logo.empty() ? Refusal(ui.tr("先选一个标志图片。")) : std::nullopt;
      if (f.toggle("part." + std::string(session::word(part)), partName(ui, part), on && !why, why, right))
        send(on ? withoutPart(page, {part, 0}) : withPart(page, part));
      if (!left) y = f.y;
    }
    f.x0 = x0, f.x1 = x1, f.y = y;
    f.space(4);
    if (ui.button("page.addTextButton", {f.x0, f.y, half, 28 * k}, ui.tr("添加文字"), ButtonKind::plain,
                  ui.view.pageView ? Refusal() : Refusal(ui.tr("先打开页面视图。"))))
      addText(ui);
    if (ui.button("page.logo", {f.x0 + half + gap, f.y, half, 28 * k},
                  page.logo.empty() ? ui.tr("选择标志…") : ui.tr("更换标志…")))
      openDialog(ui, Dialog::Kind::logoFile);
    f.space(34);
    if (page.logo.empty()) return;
    const Rect r = f.line(26);
    ui.text(Type::note, {r.x, r.y, r.w - 30 * k, r.h}, page.logo, ui.theme.text2);
    if (ui.iconButton("page.logo.remove", {r.right() - 24 * k, r.y + k, 24 * k, 24 * k}, Icon::close,
                      ui.tr("不用标志")))
      edit([](PageSpec& p) { p.logo.clear(); });
    f.space(28);
  }

  // Lines of text that can be changed, removed and added.
  void list(const char* id, const char* word, std::vector<session::Name> PageSpec::*member,
            const char* more) {
    ui.text(Type::body, f.line(24), ui.tr(word), ui.theme.text2);
    f.space(26);
    const auto& lines = page.*member;
    for (size_t i = 0; i < lines.size(); ++i) {
      const std::string row = fmt::format("{}.{}", id, i);
      const Rect r = f.line(28);
      const auto put = [&](session::Name& n, const std::string& said) {
        (ui.chinese() ? n.zh : n.en) = said;
      };
      if (const auto said = fieldAt(ui, row, {r.x, r.y, r.w - 30 * k, r.h}, ui.name(lines[i])))
        edit([&](PageSpec& p) {
          if (session::trimmed(*said).empty()) (p.*member).erase((p.*member).begin() + static_cast<long>(i));
          else put((p.*member)[i], session::trimmed(*said));
        });
      if (ui.iconButton(row + ".remove", {r.right() - 24 * k, r.y + 2 * k, 24 * k, 24 * k}, Icon::close,
                        ui.tr("删除")))
        edit([&](PageSpec& p) { (p.*member).erase((p.*member).begin() + static_cast<long>(i)); });
      f.space(32);
    }
    if (const auto said = fieldAt(ui, std::string(id) + ".new", f.line(28), "", ui.tr(more));
        said && !session::trimmed(*said).empty())
      edit([&](PageSpec& p) {
        session::Name n;
        (ui.chinese() ? n.zh : n.en) = session::trimmed(*said);
        (p.*member).push_back(n);
      });
    f.space(38);
  }

  void words() {
    f.section(ui.tr("说明与来源"));
    list("page.notes", "说明", &PageSpec::notes, "写一条说明，按 Enter");
    list("page.credits", "数据来源", &PageSpec::credits, "写一条来源，按 Enter");
  }

  void publishing() {
    f.section(ui.tr("发布"));
    const std::string kinds[] = {ui.tr("内部资料"), ui.tr("公开")};
    if (const int c = f.segments("page.public", ui.tr("用途"), kinds, page.isPublic ? 1 : 0); c >= 0)
      edit([&](PageSpec& p) { p.isPublic = c == 1; });
    if (const auto said = f.field("page.reviewNumber", ui.tr("审图号"), page.reviewNumber))
      edit([&](PageSpec& p) { p.reviewNumber = session::trimmed(*said); });
    if (!page.isPublic) {
      f.note(ui.tr("内部资料会印上“内部资料”字样。公开的地图要有审图号、来源、单位和日期，不能有示例数据。"));
      return;
    }
    const auto& lacks = publicLacks(ui);
    if (lacks.empty()) {
      ui.record("page.fit", f.line(20), "text", "fit");
      f.note(ui.tr("可以公开发布。"), ui.theme.accent);
      return;
    }
    std::string text;
    for (const auto& l : lacks) text += (text.empty() ? "· " : "\n· ") + l;
    f.warning("page.lacks", ui.tr("还不能公开发布"), text);
    if (auto it = ui.state.widgets.find("page.lacks"); it != ui.state.widgets.end()) it->second.value = text;
  }

  Form& f;
  Ui& ui;
  const float k;
  const PageSpec& page;
};

}  // namespace

const std::vector<std::string>& publicLacks(Ui& ui) {
  auto& p = ui.state.page;
  if (p.lacksVersion != ui.scene.version || ui.scene.version == 0) {
    p.lacksVersion = ui.scene.version;
    p.lacks = ui.session.project().page.isPublic ? session::unfitToPublish(session::pageScene(ui.session))
                                                 : std::vector<std::string>();
  }
  return p.lacks;
}

std::string paperText(const Ui& ui, const session::LayoutSpec& l) {
  const auto size = sizeOf(l);
  if (!size) return l.paper;
  if (size->named) return fmt::format("{} {}", l.paper, l.landscape ? ui.tr("横") : ui.tr("纵"));
  return fmt::format("{} × {} mm", millimetres(size->width), millimetres(size->height));
}

void drawPageTab(Form& f) { Tab(f).draw(); }

}  // namespace panels
