// What is written to a file: the page, what the screen shows, the map alone; and an atlas of many sheets.
#include <filesystem>

#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/panels/page.h"
#include "app/session/atlas.h"
#include "app/session/page_spec.h"

namespace panels {
namespace {

namespace fs = std::filesystem;
using Kind = Dialog::Kind;
using What = Dialog::What;

constexpr const char* formats[] = {"png", "jpg", "webp", "pdf", "svg", "tif"};
constexpr const char* papers[] = {"A4", "A3", "A2", "A1", "A0"};

int number(const std::string& text, int otherwise) {
  int v = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || v > 99999) return otherwise;
    v = v * 10 + (c - '0');
  }
  return text.empty() ? otherwise : v;
}

std::string grouped(int v) { return figureText(v, 0); }

std::string withEnding(const std::string& path, const char* ending) {
  return path.empty() ? path : fs::path(path).replace_extension(ending).string();
}

int formatOf(const std::string& path) {
  std::string e = fs::path(path).extension().string();
  for (char& c : e)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  constexpr std::pair<std::string_view, int> known[] = {{".png", 0}, {".jpg", 1}, {".jpeg", 1}, {".webp", 2},
                                                        {".pdf", 3}, {".svg", 4}, {".tif", 5},  {".tiff", 5}};
  for (const auto& [name, format] : known)
    if (e == name) return format;
  return -1;
}

// The dialog's rows.
class Rows {
 public:
  Rows(Ui& ui, const DialogFrame& f, float label)
      : ui(ui),
        k(ui.k),
        x0(f.body.x),
        label(label * k),
        x(x0 + label_()),
        w(f.body.w - label_()),
        y(f.body.y) {}
  Rect cell(float from = 0, float to = 1) const { return {x + w * from, y, w * (to - from), 30 * k}; }
  void title(const char* text) const {
    ui.text(Type::body, {x0, y, label - 8 * k, 30 * k}, ui.tr(text), ui.theme.text2);
  }
  void next() { y += 40 * k; }
  float option(const char* id, float at, const char* text, bool& value, const Refusal& why = {}) {
    const Rect box{at, y + 7 * k, 16 * k, 16 * k};
    const std::string words = ui.tr(text);
    const float end = at + 24 * k + ui.width(Type::body, words);
    if (why) {
      const auto p = ui.press(id, {at - 4 * k, y, end - at + 4 * k, 30 * k}, "check", "off", false);
      ui.tip(id, p.hovered, *why);
      ui.frame(box, ui.theme.text3.withAlpha(0.35), 3.5f * k, 1.5f * k);
    } else if (ui.check(id, box, value)) {
      value = !value;
    }
    ui.text(Type::body, {at + 24 * k, y, end - at, 30 * k}, words,
            why ? ui.theme.text3.withAlpha(0.75) : ui.theme.text1);
    return end + 24 * k;
  }

  Ui& ui;
  const float k;
  float x0, label, x, w, y;

 private:
  float label_() const { return label; }
};

void dpiRow(Rows& r, const char* id, int& dpi, std::string& typed) {
  auto& ui = r.ui;
  r.title("分辨率");
  constexpr int usual[] = {150, 300, 600};
  const std::string labels[] = {"150", "300", "600"};
  const auto at = std::find(std::begin(usual), std::end(usual), dpi);
  if (const int c = ui.segments(id, r.cell(0, 0.5f), labels,
                                at == std::end(usual) ? -1 : static_cast<int>(at - std::begin(usual)));
      c >= 0)
    dpi = usual[c], typed = fmt::format("{}", dpi);
  const Rect f{r.cell(0.5f).x + 12 * r.k, r.y, 72 * r.k, 30 * r.k};
  if (ui.field(std::string(id) + ".value", f, typed, "300")) dpi = number(typed, 0);
  ui.text(Type::note, {f.right() + 8 * r.k, r.y, 40 * r.k, 30 * r.k}, "dpi", ui.theme.text3);
  r.next();
}

// Paper of the project's own or another one; the first segment is the own.
void paperRow(Rows& r, const char* id, bool own, std::string& paper, bool& landscape,
              const std::function<void(bool own)>& choose) {
  auto& ui = r.ui;
  r.title("纸张");
  const auto& page = ui.session.project().page;
  std::vector<std::string> labels{own ? fmt::format("{} {}", ui.tr("本页"), paperText(ui, page))
                                      : ui.tr("本页")};
  for (const char* p : papers) labels.emplace_back(p);
  // The own size needs more room than a letter and a figure.
  const float first = std::min(r.w * 0.42f, ui.width(Type::strong, labels[0]) + 20 * r.k);
  const bool named = !own;
  const float gap = 8 * r.k;
  float ways = 0;
  if (named)
    for (const char* way : {"横", "纵"})
      ways = std::max(ways, 2 * (ui.width(Type::strong, ui.tr(way)) + 20 * r.k));
  const std::string lead[] = {labels[0]};
  if (ui.segments(std::string(id) + ".own", {r.x, r.y, first, 30 * r.k}, lead, own ? 0 : -1) >= 0)
    choose(true);
  int at = -1;
  for (int i = 0; i < 5; ++i)
    if (named && paper == papers[i]) at = i;
  const Rect rest{r.x + first + gap, r.y, r.w - first - gap - (named ? ways + gap : 0), 30 * r.k};
  if (const int c = ui.segments(id, rest, std::span(labels).subspan(1), at); c >= 0)
    paper = papers[c], choose(false);
  if (named) {
    const std::string words[] = {ui.tr("横"), ui.tr("纵")};
    if (const int c = ui.segments(std::string(id) + ".way", {r.x + r.w - ways, r.y, ways, 30 * r.k}, words,
                                  landscape ? 0 : 1);
        c >= 0)
      landscape = c == 0;
  }
  r.next();
}

void pathRow(Rows& r, const char* id, std::string& path, Kind place, const std::function<void()>& typed) {
  auto& ui = r.ui;
  auto& d = ui.state.dialog;
  const float button = std::max(88 * r.k, ui.width(Type::body, ui.tr("选择…")) + 28 * r.k);
  r.title("存为");
  if (ui.field(std::string(id) + ".path", {r.x, r.y, r.w - button - 8 * r.k, 30 * r.k}, path, "")) typed();
  if (ui.button(std::string(id) + ".browse", {r.x + r.w - button, r.y, button, 30 * r.k}, ui.tr("选择…"))) {
    const fs::path at(path);
    d.folder = at.parent_path().string(), d.file = at.filename().string();
    d.kind = place, d.listed = false;
  }
  r.next();
}

// Under the rows: what comes out, or why nothing does.
void foot(Ui& ui, const DialogFrame& f, float y, const std::string& what, const Refusal& why,
          const char* id) {
  const float k = ui.k;
  const Rect room{f.body.x, y, f.body.w, f.buttons - y - 8 * k};
  ui.record(id, room, "text", why ? *why : what);
  if (why) ui.paragraph(Type::note, room, *why, ui.theme.warning);
  else ui.paragraph(Type::note, room, what, ui.theme.text3);
}

Refusal publicRefusal(Ui& ui) {
  const auto& page = ui.session.project().page;
  if (!page.isPublic) return {};
  const auto& lacks = publicLacks(ui);
  if (lacks.empty()) return {};
  std::string text;
  for (const auto& l : lacks) text += (text.empty() ? "" : ui.chinese() ? "；" : "; ") + l;
  return fmt::format(fmt::runtime(ui.tr("还不能公开发布：{}。")), text);
}

}  // namespace

void drawExportDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  auto& e = d.exportImage;
  const float k = ui.k;
  const auto f = beginDialog(ui, 620, 508, ui.view.pageView ? ui.tr("导出页面") : ui.tr("导出图像"));
  Rows r(ui, f, 92);

  r.title("画面");
  const std::string whats[] = {ui.tr("本页"), ui.tr("屏幕画面"), ui.tr("仅地图")};
  if (const int c = ui.segments("export.look", r.cell(), whats, static_cast<int>(d.what)); c >= 0)
    d.what = static_cast<What>(c);
  r.next();
  const bool page = d.what == What::page, mapOnly = d.what == What::map;
  e.bare = mapOnly;

  r.title("内容");
  const std::string pictures[] = {ui.tr("地图"), ui.tr("小图"), ui.tr("账本"), ui.tr("县情卡")};
  if (const int c = segmentsAt(ui, "export.picture", r.cell(), pictures, static_cast<int>(e.composition),
                               [&](int i) -> Refusal {
                                 const auto wanted = static_cast<scene::Composition>(i);
                                 if (wanted != scene::Composition::map && mapOnly)
                                   return std::string(ui.tr("仅地图时只有地图。"));
                                 if (wanted != scene::Composition::card)
                                   return ui.refusal(session::SetComposition{wanted});
                                 if (!e.card) return std::string(ui.tr("先在图上选中一个县（市、区）。"));
                                 return ui.refusal(session::ShowCard{e.card});
                               });
      c >= 0)
    e.composition = static_cast<scene::Composition>(c);
  const bool map = e.composition == scene::Composition::map;
  r.next();

  r.title("格式");
  const std::string names[] = {"PNG", "JPEG", "WebP", "PDF", "SVG", "GeoTIFF"};
  if (const int c = ui.segments("export.format", r.cell(), names, d.exportFormat); c >= 0)
    d.exportFormat = c, e.path = withEnding(e.path, formats[c]);
  const bool vector = d.exportFormat == 3 || d.exportFormat == 4;
  r.next();

  bool sizeRight = true;
  if (page) {
    paperRow(r, "export.paper", d.ownPage, d.paper, e.landscape, [&](bool own) { d.ownPage = own; });
    e.page = d.ownPage, e.paper = d.ownPage ? std::string() : d.paper;
  } else {
    e.page = false;
    r.title("大小");
    std::vector<std::string> sizes{"1920×1080", "2560×1440", "3840×2160", ui.tr("自定")};
    if (mapOnly) sizes.emplace_back(ui.tr("纸张"));
    constexpr std::pair<int, int> of[] = {{1920, 1080}, {2560, 1440}, {3840, 2160}};
    if (!mapOnly && d.exportSize == 4) d.exportSize = 0;
    if (const int c = ui.segments("export.size", r.cell(), sizes, d.exportSize); c >= 0) {
      d.exportSize = c;
      if (c < 3) d.widthText = fmt::format("{}", of[c].first), d.heightText = fmt::format("{}", of[c].second);
    }
    r.next();
    if (d.exportSize == 4) {
      paperRow(r, "export.paper", d.ownPage, d.paper, e.landscape, [&](bool own) { d.ownPage = own; });
      const auto& own = ui.session.project().page;
      e.paper = d.ownPage ? own.paper : d.paper;
      if (d.ownPage) e.landscape = own.landscape;
    } else {
      e.paper.clear();
      r.title("像素");
      const float half = 110 * k;
      if (ui.field("export.width", {r.x, r.y, half, 30 * k}, d.widthText, "1920")) d.exportSize = 3;
      ui.text(Type::body, {r.x + half, r.y, 28 * k, 30 * k}, "×", ui.theme.text2, Align::centre);
      if (ui.field("export.height", {r.x + half + 28 * k, r.y, half, 30 * k}, d.heightText, "1080"))
        d.exportSize = 3;
      e.width = number(d.widthText, 0), e.height = number(d.heightText, 0);
      sizeRight = e.width >= 64 && e.height >= 64 && e.width <= 60000 && e.height <= 60000;
      r.next();
    }
  }
  const bool onPaper = e.page || !e.paper.empty();
  if (onPaper && !vector) dpiRow(r, "export.dpi", e.dpi, d.dpiText);

  r.title("选项");
  const Refusal notMap = map ? Refusal() : Refusal(ui.tr("只有地图有地理范围。"));
  float at = r.option("export.extent", r.x, "当前视野", e.currentExtent, notMap);
  Refusal noWorld = notMap;
  if (vector) noWorld = std::string(ui.tr("PDF 和 SVG 没有世界文件。"));
  else if (d.exportFormat == 5) noWorld = std::string(ui.tr("GeoTIFF 自带坐标。"));
  r.option("export.worldFile", at, "附世界文件", e.worldFile, noWorld);
  r.next();
  pathRow(r, "export", e.path, Kind::exportPlace, [&] {
    if (const int c = formatOf(e.path); c >= 0) d.exportFormat = c;
  });

  session::ExportImage wanted = e;
  wanted.worldFile = e.worldFile && !noWorld, wanted.currentExtent = e.currentExtent && map;
  std::string what;
  if (onPaper) {
    const auto& own = ui.session.project().page;
    const auto size =
        e.page ? session::paperSize(own.paper, own.landscape) : session::paperSize(e.paper, e.landscape);
    if (size) {
      what = fmt::format("{:g} × {:g} mm", size->width, size->height);
      const auto pixels = [&](float mm) {
        return static_cast<int>(std::lround(mm * static_cast<float>(e.dpi) / 25.4f));
      };
      if (!vector)
        what += fmt::format(fmt::runtime(ui.tr(" · {} × {} 像素")), grouped(pixels(size->width)),
                            grouped(pixels(size->height)));
    }
  } else if (sizeRight) {
    what = vector ? fmt::format("{:.0f} × {:.0f} mm", e.width * 25.4 / 96, e.height * 25.4 / 96)
                  : fmt::format(fmt::runtime(ui.tr("{} × {} 像素")), grouped(e.width), grouped(e.height));
  }
  std::error_code ignored;
  if (!e.path.empty() && fs::is_regular_file(e.path, ignored)) what += ui.tr(" · 将替换已有的文件");
  Refusal why = ui.refusal(wanted);
  if (!why) why = publicRefusal(ui);
  if (!sizeRight) why = ui.tr("宽和高要在 64 到 60000 像素之间。");
  if (e.path.empty()) why = ui.tr("先选保存的位置。");
  foot(ui, f, r.y + 2 * k, what, why, "export.what");
  const int b = dialogButtons(ui, f, {{"export", ui.tr("导出")}, {"cancel", ui.tr("取消")}}, why);
  ui.end();
  if (b == 0 || (dialogEnter(ui) && !why)) {
    ui.state.lastFolder = fs::path(e.path).parent_path().string();
    ui.send(wanted);
    d = {};
  } else if (b == 1 || dialogEscape(ui)) {
    d = {};
  }
}

// Atlas
// ---------------------------------------------------------------------------------------------------------------

namespace {

struct Choice {
  std::string id, name, note;
};

std::vector<Choice> areasOf(const Ui& ui, std::string& layer) {
  std::vector<Choice> all;
  for (const auto& spec : ui.session.project().layers) {
    if (spec.role != scene::Role::county) continue;
    const auto& shape = ui.session.layer(spec.id).shape;
    if (!shape || !shape->layer) continue;
    layer = spec.id;
    for (size_t row = 0; row < shape->layer->rows(); ++row) {
      std::string key = cell(ui, spec.id, spec.key, static_cast<long>(row));
      if (!key.empty()) all.push_back({std::move(key), rowName(ui, spec.id, row), {}});
    }
    break;
  }
  return all;
}

// A list of which any number is taken; all of it by the switch in its head.
void checks(Ui& ui, const std::string& id, Rect r, const char* title, const std::vector<Choice>& all,
            std::set<std::string>& chosen) {
  const float k = ui.k, row = 28 * k;
  const auto& t = ui.theme;
  const size_t n = static_cast<size_t>(
      std::count_if(all.begin(), all.end(), [&](const Choice& c) { return chosen.contains(c.id); }));
  if (ui.check(id + ".all", {r.x + 10 * k, r.y + 6 * k, 16 * k, 16 * k}, n == all.size() && n > 0,
               n > 0 && n < all.size())) {
    const bool take = n < all.size();
    chosen.clear();
    if (take)
      for (const auto& c : all) chosen.insert(c.id);
  }
  ui.text(Type::strong, {r.x + 34 * k, r.y, r.w - 90 * k, row}, ui.tr(title), t.text1);
  ui.text(Type::note, {r.x, r.y, r.w - 10 * k, row}, fmt::format("{}/{}", n, all.size()), t.text3,
          Align::right);
  const Rect list{r.x, r.y + row + 2 * k, r.w, r.h - row - 2 * k};
  ui.fill(list, t.dark ? t.background : Rgba{255, 255, 255, 255}, 5 * k);
  ui.frame(list, t.rule, 5 * k, std::max(1.0f, std::floor(k)));
  ui.beginScroll(("##" + id).c_str(), {list.x + 1, list.y + 5 * k, list.w - 2, list.h - 10 * k});
  float y = ui.scrollTop();
  for (const auto& c : all) {
    if (y + row >= list.y && y <= list.bottom()) {
      const bool on = chosen.contains(c.id);
      const Rect line{list.x + 4 * k, y, list.w - 16 * k, row};
      const auto p = ui.press(id + "." + c.id, line, "check", on ? "on" : "off");
      if (p.fade > 0) ui.fill(line, t.accent.withAlpha(0.08 * p.fade), 4 * k);
      const Rect box{line.x + 6 * k, y + 6 * k, 16 * k, 16 * k};
      ui.frame(box, on ? t.accent : t.text3.withAlpha(0.6), 3.5f * k, 1.5f * k);
      if (on) ui.icon(Icon::check, box.centre(), t.accent, 9.5f);
      ui.text(Type::body, {line.x + 30 * k, y, line.w - 34 * k, row}, c.name, t.text1);
      if (p.clicked) {
        if (on) chosen.erase(c.id);
        else chosen.insert(c.id);
      }
    }
    y += row;
  }
  ui.endScroll(y);
}

}  // namespace

void drawAtlasDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  auto& a = d.atlas;
  const float k = ui.k;
  std::string layer;
  const auto areas = areasOf(ui, layer);
  std::vector<Choice> indicators, years;
  std::set<int> allYears;
  for (const auto& i : ui.session.project().indicators) {
    if (i.of != layer) continue;
    indicators.push_back({i.id, ui.name(i.name), {}});
    for (int y : yearsWithData(ui.session.indicator(i.id)))
      if (y > 0 && d.atlasIndicators.contains(i.id)) allYears.insert(y);
  }
  for (int y : allYears) years.push_back({fmt::format("{}", y), fmt::format("{}", y), {}});
  if (!std::exchange(d.atlasReady, true)) {  // all that there is, in the fullest year
    for (const auto& c : areas) d.atlasAreas.insert(c.id);
    for (const auto& c : indicators) d.atlasIndicators.insert(c.id);
  }

  const auto f = beginDialog(ui, 760, 604, ui.tr("导出图集"));
  const float gap = 14 * k, third = (f.body.w - 2 * gap) / 3, lists = 236 * k;
  checks(ui, "atlas.areas", {f.body.x, f.body.y, third, lists}, "县（市、区）", areas, d.atlasAreas);
  checks(ui, "atlas.indicators", {f.body.x + third + gap, f.body.y, third, lists}, "指标", indicators,
         d.atlasIndicators);
  const Rect right{f.body.x + 2 * (third + gap), f.body.y, third, lists};
  const std::string which[] = {ui.tr("数据最全的一年"), ui.tr("选年份")};
  if (const int c =
          ui.segments("atlas.latest", {right.x, right.y, right.w, 28 * k}, which, d.atlasLatest ? 0 : 1);
      c >= 0) {
    d.atlasLatest = c == 0;
    if (c == 1 && d.atlasYears.empty() && !years.empty()) d.atlasYears.insert(years.back().id);
  }
  if (d.atlasLatest)
    ui.paragraph(Type::note, {right.x + 4 * k, right.y + 38 * k, right.w - 8 * k, 0},
                 ui.tr("每个指标用它数据最全的一年，同样全时用较近的一年。"), ui.theme.text3);
  else
    checks(ui, "atlas.years", {right.x, right.y + 34 * k, right.w, right.h - 34 * k}, "年份", years,
           d.atlasYears);

  Rows r(ui, f, 92);
  r.y = f.body.y + lists + 14 * k;
  r.title("形式");
  const std::string forms[] = {ui.tr("一个 PDF"), ui.tr("文件夹，PNG"), ui.tr("文件夹，PDF")};
  if (const int c = ui.segments("atlas.form", r.cell(), forms, d.atlasForm); c >= 0) {
    if ((c == 0) != (d.atlasForm == 0)) a.path = c == 0 ? a.path + ".pdf" : withEnding(a.path, "");
    d.atlasForm = c;
  }
  a.ending = d.atlasForm == 2 ? "pdf" : "png";
  r.next();
  paperRow(r, "atlas.paper", d.ownPage, d.paper, a.landscape, [&](bool own) { d.ownPage = own; });
  a.paper = d.ownPage ? std::string() : d.paper;
  if (d.atlasForm == 1) dpiRow(r, "atlas.dpi", a.dpi, d.dpiText);
  pathRow(r, "atlas", a.path, Kind::atlasPlace, [] {});

  a.areas.clear(), a.indicators.clear(), a.years.clear();
  const auto take = [](const std::vector<Choice>& all, const std::set<std::string>& chosen,
                       std::vector<std::string>& out) {  // in the project's order; all: nothing
    if (chosen.size() < all.size())
      for (const Choice& c : all)
        if (chosen.contains(c.id)) out.push_back(c.id);
  };
  take(areas, d.atlasAreas, a.areas), take(indicators, d.atlasIndicators, a.indicators);
  if (!d.atlasLatest)
    for (int y : allYears)
      if (d.atlasYears.contains(fmt::format("{}", y))) a.years.push_back(y);
  // An empty list asks for all of it, which is not what nothing chosen means.
  const bool none = d.atlasAreas.empty() || d.atlasIndicators.empty() || (!d.atlasLatest && a.years.empty());
  const size_t sheets = none ? 0 : session::atlasSheetCount(ui.session, session::atlasOptions(a));
  Refusal why;
  if (areas.empty()) why = ui.tr("项目没有县级图层，不能做图集。");
  else if (d.atlasAreas.empty()) why = ui.tr("先选县（市、区）。");
  else if (d.atlasIndicators.empty()) why = ui.tr("先选指标。");
  else if (sheets == 0) why = ui.tr("所选年份没有数据。");
  else if (a.path.empty()) why = ui.tr("先选保存的位置。");
  if (!why) why = ui.refusal(a);
  if (!why) why = publicRefusal(ui);
  foot(ui, f, r.y + 2 * k,
       fmt::format(fmt::runtime(ui.tr("{} 幅图，另有总图和图幅索引。")), grouped(static_cast<int>(sheets))),
       why, "atlas.what");
  const int b = dialogButtons(ui, f, {{"export", ui.tr("导出")}, {"cancel", ui.tr("取消")}}, why);
  ui.end();
  if (b == 0 || (dialogEnter(ui) && !why)) {
    ui.state.lastFolder = fs::path(a.path).parent_path().string();
    ui.send(a);
    d = {};
  } else if (b == 1 || dialogEscape(ui)) {
    d = {};
  }
}

}  // namespace panels
