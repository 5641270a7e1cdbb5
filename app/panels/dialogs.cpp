#include "app/panels/dialogs.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "app/panels/actions.h"
#include "app/session/import.h"
#include "app/panels/column.h"
#include "app/panels/placing.h"
#include "app/session/project_file.h"
#include "app/session/recipe.h"
#include "geo/raster.h"

namespace panels {
namespace {

namespace fs = std::filesystem;
using Kind = Dialog::Kind;

std::string homeFolder() {
  const char* home = std::getenv("HOME");
  return home && *home ? home : "/";
}

std::string startFolder(const session::Session& session, const PanelState::Impl& st) {
  if (!st.lastFolder.empty()) return st.lastFolder;
  std::error_code ignored;
  if (!session.path().empty() && session.path() != session::embeddedProjectPath()) {
    const auto folder = fs::absolute(session.path(), ignored).parent_path();
    if (!ignored && ::access(folder.c_str(), W_OK) == 0) return folder.string();
  }
  return homeFolder();
}

std::string stem(const session::Session& session) {
  if (session.path().empty()) return "parkscope";
  const std::string name = fs::path(session.path()).filename().string();
  for (std::string_view ending : {".parkscope.toml", ".toml"})
    if (name.size() > ending.size() && name.ends_with(ending))
      return name.substr(0, name.size() - ending.size());
  return name;
}

void start(const session::Session& session, PanelState::Impl& st, Kind kind) {
  Dialog d;
  d.kind = kind;
  d.folder = startFolder(session, st);
  if (kind == Kind::saveAs) d.file = stem(session) + ".parkscope.toml";
  if (kind == Kind::exportImage) {
    d.exportImage.path = (fs::path(d.folder) / (stem(session) + ".png")).string();
    if (session.view().pageView) d.what = Dialog::What::page;
    d.widthText = "1920", d.heightText = "1080";
    d.exportImage.composition = session.view().composition;
    d.exportImage.card = session.view().card;
    if (!d.exportImage.card) d.exportImage.card = session.view().selected;
  }
  if (kind == Kind::atlas) d.atlas.path = (fs::path(d.folder) / (stem(session) + "-atlas.pdf")).string();
  if (kind == Kind::rename) {
    d.target = st.layer;
    for (const auto& l : session.project().layers)
      if (l.id == st.layer) d.file = l.name.in(session.view().language);
  }
  st.popup.clear(), st.menu.clear(), st.searchOpen = false;
  st.dialog = std::move(d);
  st.wants.again = true;
}

void ask(const session::Session& session, PanelState::Impl& st, session::Commands& out,
         session::Command command) {
  if (session::canApply(session, command)) {  // nothing is lost, or it is on its way to its file
    out.push_back(std::move(command));
    return;
  }
  if (auto* o = std::get_if<session::OpenProject>(&command)) o->discardChanges = true;
  if (auto* n = std::get_if<session::NewProject>(&command)) n->discardChanges = true;
  if (auto* q = std::get_if<session::Quit>(&command)) q->discardChanges = true;
  start(session, st, Kind::unsaved);
  st.dialog.then = std::move(command);
}

void drawUnsaved(Ui& ui) {
  const auto f = beginDialog(ui, 460, 196, ui.tr("保存更改吗？"));
  const std::string file =
      ui.session.path().empty() ? ui.tr("未命名") : fs::path(ui.session.path()).filename().string();
  ui.paragraph(Type::body, f.body,
               fmt::format(fmt::runtime(ui.tr("“{}”有未保存的更改。不保存的话，这些更改会丢失。")), file),
               ui.theme.text2);
  const int b = dialogButtons(
      ui, f, {{"save", ui.tr("保存")}, {"cancel", ui.tr("取消")}, {"discard", ui.tr("不保存")}});
  ui.end();
  auto& st = ui.state;
  if (b == 1 || dialogEscape(ui)) st.dialog = {};
  if (b == 2 && st.dialog.then) {
    auto command = *st.dialog.then;
    st.dialog = {};
    ui.send(std::move(command));
  }
  if (b == 0 || dialogEnter(ui)) {
    auto then = *st.dialog.then;  // not with what could not be saved
    std::visit(
        [](auto& c) {
          if constexpr (requires { c.discardChanges; }) c.discardChanges = false;
        },
        then);
    st.dialog = {};
    if (ui.refusal(session::SaveProject{})) {
      st.afterSave = std::move(then), st.afterSaveFrames = 0;
      start(ui.session, st, Kind::saveAs);
    } else {
      ui.send(session::SaveProject{}), ui.send(std::move(then));  // which waits for it
    }
  }
}

// Under the name of a template that is there, in its place.
void saveTemplate(Ui& ui, const std::string& name) {
  const auto& all = ui.session.project().templates;
  session::TemplateSpec made;
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const auto& t) { return ui.name(t.name) == name; });
  if (same != all.end()) made = *same;
  else {
    for (size_t n = all.size() + 1; made.id.empty(); ++n) {
      const std::string id = fmt::format("template-{}", n);
      if (std::none_of(all.begin(), all.end(), [&](const auto& t) { return t.id == id; })) made.id = id;
    }
    made.name = {name, name};
  }
  made.layout = ui.session.project().page;
  ui.send(session::PutTemplate{made});
}

void drawName(Ui& ui) {
  auto& d = ui.state.dialog;
  const bool layer = d.kind == Kind::rename, layout = d.kind == Kind::templateName;
  const auto f = beginDialog(ui, 420, 190,
                             layer    ? ui.tr("重命名图层")
                             : layout ? ui.tr("存为模板")
                                      : ui.tr("由当前视图新建场景"));
  ui.field("dialog.name", {f.body.x, f.body.y, f.body.w, 32 * ui.k}, d.file, ui.tr("名称"),
           std::exchange(d.focus, false));
  const auto none = d.file.empty() ? std::optional<std::string>(ui.tr("先写一个名称。")) : std::nullopt;
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("确定")}, {"cancel", ui.tr("取消")}}, none);
  ui.end();
  if ((b == 0 || dialogEnter(ui)) && !none) {
    if (layer) ui.send(session::RenameLayer{d.target, d.file});
    else if (layout) saveTemplate(ui, d.file);
    else ui.send(session::AddScene{d.file});
    d = {};
  } else if (b == 1 || dialogEscape(ui)) {
    d = {};
  }
}

void drawAbout(Ui& ui) {
  const float k = ui.k;
  const auto f = beginDialog(ui, 480, 330, "Parkscope");
  float y = f.body.y - 6 * k;
  ui.text(Type::body, {f.body.x, y, f.body.w, 24 * k},
          fmt::format(fmt::runtime(ui.tr("第 {} 版 · 城市创新规划的地图")), PARKSCOPE_VERSION),
          ui.theme.text2);
  y += 34 * k;
  y = ui.paragraph(Type::body, {f.body.x, y, f.body.w, 0},
                   ui.tr("每个数字都有来源和状态；没有公布的就说没有公布。"), ui.theme.text1) +
      10 * k;
  ui.text(Type::strong, {f.body.x, y, f.body.w, 24 * k}, ui.tr("数据"), ui.theme.text1), y += 26 * k;
  for (const auto& credit : ui.scene.credits)
    y = ui.paragraph(Type::note, {f.body.x, y, f.body.w, 0}, credit, ui.theme.text2) + 2 * k;
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("关闭")}});
  ui.end();
  if (b == 0 || dialogEscape(ui) || dialogEnter(ui)) ui.state.dialog = {};
}

void drawHelp(Ui& ui) {
  const float k = ui.k, row = 25 * k;
  struct Column {
    std::string title;
    std::vector<std::pair<std::string, std::string>> lines;
  };
  std::vector<Column> columns;
  columns.push_back({ui.tr("鼠标"),
                     {{ui.tr("缩放"), ui.tr("滚轮")},
                      {ui.tr("平移"), ui.tr("拖动")},
                      {ui.tr("选择"), ui.tr("单击")},
                      {ui.tr("缩放至"), ui.tr("双击")},
                      {ui.tr("添加数据、打开项目"), ui.tr("拖入文件")},
                      {ui.tr("复制一个数值"), ui.tr("右键点它")},
                      {ui.tr("微调断点、滑块、年份"), ui.tr("点它，再按 ← →")},
                      {ui.tr("打开菜单"), "F10"}}});
  for (const auto& m : menus()) {
    Column c{ui.tr(m.title), {}};
    for (const auto& a : actionsOf(ui, m.id))
      if (!a.keys.empty()) c.lines.emplace_back(a.label, a.keys);
    if (std::string_view(m.id) == "view") c.lines.emplace_back(ui.tr("平移"), "← ↑ → ↓");
    if (!c.lines.empty()) columns.push_back(std::move(c));
  }
  // Into two columns of like height.
  float total = 0;
  for (const auto& c : columns) total += 38 * k + row * static_cast<float>(c.lines.size());
  const auto f = beginDialog(ui, 720, std::min(700.0f, total / 2 / k + 190), ui.tr("操作与快捷键"));
  const float gap = 40 * k, w = (f.body.w - gap - 16 * k) / 2;  // clear of the scroll bar
  ui.beginScroll("##help", f.body);
  float x = f.body.x, y = ui.scrollTop(), most = y, used = 0;
  const float top = y;
  for (const auto& c : columns) {
    const float h = 38 * k + row * static_cast<float>(c.lines.size());
    if (x == f.body.x && used + h / 2 > total / 2) x += w + gap, y = top;
    used += h;
    ui.text(Type::strong, {x, y, w, 28 * k}, c.title, ui.theme.text1);
    ui.hairline(x, x + w, y + 28 * k);
    y += 30 * k;
    for (const auto& [what, keys] : c.lines) {
      ui.text(Type::body, {x, y, w - 110 * k, row}, what, ui.theme.text2);
      ui.text(Type::note, {x, y, w, row}, keys, ui.theme.text1, Align::right);
      y += row;
    }
    y += 8 * k;
    most = std::max(most, y);
  }
  ui.endScroll(most);
  const int b = dialogButtons(ui, f, {{"ok", ui.tr("关闭")}});
  ui.end();
  if (b == 0 || dialogEscape(ui)) ui.send(session::ShowHelp{});
}

}  // namespace

DialogFrame beginDialog(Ui& ui, float w, float h, std::string_view title, std::optional<Vec> clear) {
  const float k = ui.k;
  const auto& t = ui.theme;
  w = std::min(w * k, ui.input.width - 16 * k), h = std::min(h * k, ui.input.height - 16 * k);
  ui.begin("##modalShield", {0, 0, ui.input.width, ui.input.height}, {}, true);
  ui.press("dialog.beside", {0, 0, ui.input.width, ui.input.height}, "shield");
  ui.fill({0, 0, ui.input.width, ui.input.height}, Rgba{0, 0, 0, static_cast<uint8_t>(t.dark ? 120 : 70)});
  Rect r{std::round((ui.input.width - w) / 2), std::round(std::max(8 * k, (ui.input.height - h) * 0.42f)), w,
         h};
  if (clear && r.grown(40 * k).contains(*clear)) {  // to the side where there is more room
    const float gap = 56 * k, edge = 8 * k, wide = ui.input.width, high = ui.input.height;
    const bool left = clear->x > wide / 2, up = clear->y > high / 2;
    const Rect beside{left ? clear->x - gap - w : clear->x + gap, r.y, w, h},
        over{r.x, up ? clear->y - gap - h : clear->y + gap, w, h};
    if (beside.x >= edge && beside.right() <= wide - edge) r.x = beside.x;
    else if (over.y >= edge && over.bottom() <= high - edge) r.y = over.y;
    else r.x = std::clamp(beside.x, edge, wide - w - edge);
  }
  ui.shadow(r, 16);
  ui.end();
  ui.begin("##dialog", r, {}, true);
  ui.fill(r, t.panel, 8 * k);
  ui.frame(r, t.rule, 8 * k, std::max(1.0f, std::floor(k)));
  ui.text(Type::heading, {r.x + 24 * k, r.y + 16 * k, r.w - 80 * k, 30 * k}, title, t.text1);
  ui.beginTabs(fmt::format("{}", static_cast<int>(ui.state.dialog.kind)));
  return {r, {r.x + 24 * k, r.y + 58 * k, r.w - 48 * k, r.h - 58 * k - 68 * k}, r.bottom() - 52 * k};
}

bool dialogEscape(const Ui& ui) {
  if (!ui.state.popup.empty()) return false;  // the list before the dialog that it hangs in
  return std::any_of(ui.input.keys.begin(), ui.input.keys.end(),
                     [](const KeyPress& p) { return p.key == 256; });
}
bool dialogEnter(const Ui& ui) {
  if (!ui.state.popup.empty()) return false;
  const auto& tabs = ui.state.tabs;  // Enter presses what the keyboard stands on
  if (std::any_of(tabs.now.begin(), tabs.now.end(),
                  [&](const auto& s) { return s.id == tabs.at && !s.field; }))
    return false;
  return std::any_of(ui.input.keys.begin(), ui.input.keys.end(),
                     [](const KeyPress& p) { return p.key == 257 || p.key == 335; });
}

int dialogButtons(Ui& ui, const DialogFrame& f,
                  std::initializer_list<std::pair<const char*, std::string>> all,
                  std::optional<std::string> refusal) {
  const float k = ui.k;
  float right = f.all.right() - 24 * k;
  int pressed = -1, i = 0;
  for (const auto& [id, label] : all) {
    const float w = std::max(88 * k, ui.width(Type::strong, label) + 36 * k);
    if (ui.button(std::string("dialog.") + id, {right - w, f.buttons, w, 32 * k}, label,
                  i == 0 ? ButtonKind::primary : ButtonKind::plain, i == 0 ? refusal : std::nullopt))
      pressed = i;
    right -= w + 10 * k;
    ++i;
  }
  return pressed;
}

void addFiles(std::vector<std::string> paths, session::Commands& out) {
  std::vector<std::string> tables;
  std::erase_if(paths, [&](const std::string& p) {
    const bool table = session::isTableFile(p);
    if (table) tables.push_back(p);
    return table;
  });
  if (!paths.empty()) out.push_back(session::AddData{std::move(paths)});
  if (!tables.empty()) out.push_back(session::OpenTables{std::move(tables)});
}

bool isProjectFile(std::string_view path) { return path.ends_with(".parkscope.toml"); }

void openDialog(Ui& ui, Kind kind) { start(ui.session, ui.state, kind); }

void openRowsDialog(Ui& ui, const std::string& layer, bool selectedOnly) {
  start(ui.session, ui.state, Kind::exportRows);
  auto& d = ui.state.dialog;
  d.target = layer, d.selectedOnly = selectedOnly;
  d.file = layer;
  for (const auto& l : ui.session.project().layers)
    if (l.id == layer && !ui.name(l.name).empty()) d.file = ui.name(l.name);
  std::replace(d.file.begin(), d.file.end(), '/', '-');
  d.file += ".csv";
}

void openExport(Ui& ui, scene::Composition composition, std::optional<scene::ObjectRef> card) {
  start(ui.session, ui.state, Kind::exportImage);
  ui.state.dialog.exportImage.composition = composition;
  if (card) ui.state.dialog.exportImage.card = card;
}

void askThen(Ui& ui, session::Command command) { ask(ui.session, ui.state, ui.out, std::move(command)); }

namespace {

void drawOpenDialog(Ui& ui) {
  auto& st = ui.state;
  if (st.afterSave) {  // the save was asked for a frame ago
    if (session::canApply(ui.session, *st.afterSave)) {
      ui.send(*std::exchange(st.afterSave, {}));
    } else if (st.dialog.kind == Kind::none && ++st.afterSaveFrames > 3) {
      st.afterSave.reset();  // it failed or was called off: nothing is thrown away
    } else {
      st.wants.again = true;
    }
  }
  if (st.dialog.kind == Kind::none && !ui.view.import.path.empty()) start(ui.session, st, Kind::importTable);
  switch (st.dialog.kind) {
    case Kind::none:
      break;
    case Kind::importTable:
      drawImportDialog(ui);
      return;
    case Kind::database:
      drawDatabaseDialog(ui);
      return;
    case Kind::unsaved:
      drawUnsaved(ui);
      return;
    case Kind::rename:
    case Kind::sceneName:
    case Kind::templateName:
      drawName(ui);
      return;
    case Kind::exportImage:
      drawExportDialog(ui);
      return;
    case Kind::atlas:
      drawAtlasDialog(ui);
      return;
    case Kind::checkShow:
      drawCheckDialog(ui);
      return;
    case Kind::about:
      drawAbout(ui);
      return;
    case Kind::place:
      drawPlaceDialog(ui);
      return;
    case Kind::feature:
    case Kind::featureName:
      drawFeatureDialog(ui);
      return;
    case Kind::recover:
      drawRecoverDialog(ui);
      return;
    case Kind::basemap:
      drawBasemapDialog(ui);
      return;
    case Kind::ratio:
      drawRatioDialog(ui);
      return;
    case Kind::help:
      break;
    case Kind::galFile:
    case Kind::logoFile:
    case Kind::open:
    case Kind::saveAs:
    case Kind::addData:
    case Kind::openTables:
    case Kind::exportRows:
    case Kind::atlasPlace:
    case Kind::exportPlace: {
      const auto kind = st.dialog.kind;
      const auto f = beginDialog(ui, 760, 560,
                                 kind == Kind::open         ? ui.tr("打开项目")
                                 : kind == Kind::saveAs     ? ui.tr("另存为")
                                 : kind == Kind::addData    ? ui.tr("添加数据")
                                 : kind == Kind::openTables ? ui.tr("导入表格")
                                 : kind == Kind::exportRows
                                     ? (st.dialog.selectedOnly ? ui.tr("导出选中的记录") : ui.tr("导出记录"))
                                 : kind == Kind::galFile  ? ui.tr("选择 GAL 文件")
                                 : kind == Kind::logoFile ? ui.tr("选择标志图片")
                                                          : ui.tr("导出到"));
      drawFileDialog(ui, f.all);
      ui.end();
      return;
    }
  }
  if (ui.view.helpOpen) drawHelp(ui);
}

}  // namespace

void drawDialogs(Ui& ui) {
  drawOpenDialog(ui);
  ui.endTabs();
  drawChoicePopup(ui);  // lists hang from buttons of dialogs too
  endFocus(ui);
}

void dropFiles(const std::vector<std::string>& paths, const session::Session& session, PanelState& state,
               session::Commands& out) {
  std::vector<std::string> data;
  for (const auto& p : paths) {
    // A picture brings its map back; one of another program that says where it lies is a basemap.
    const auto isBasemap = [&] {
      if (session::readRecipe(p)) return false;
      const auto facts = geo::rasterFacts(p);
      return facts && facts->placed;
    };
    if (isProjectFile(p) || (session::isPicture(p) && !isBasemap())) {
      ask(session, *state.impl, out, session::OpenProject{p, false});
      return;
    }
    data.push_back(p);
  }
  addFiles(std::move(data), out);
}

void askToQuit(const session::Session& session, PanelState& state, session::Commands& out) {
  ask(session, *state.impl, out, session::Quit{});
}

}  // namespace panels
