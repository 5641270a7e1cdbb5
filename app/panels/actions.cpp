#include "app/panels/actions.h"

#include "app/panels/column.h"
#include "app/panels/console_panel.h"
#include "app/panels/dialogs.h"
#include "app/panels/dock.h"
#include "app/panels/page.h"
#include "app/panels/placing.h"
#include "app/session/snapshot.h"

namespace panels {
namespace {

constexpr Menu all[] = {{"file", "文件"},     {"edit", "编辑"},      {"view", "视图"},  {"layer", "图层"},
                        {"analysis", "分析"}, {"indicator", "指标"}, {"scene", "场景"}, {"show", "演示"},
                        {"export", "导出"},   {"help", "帮助"}};

class List {
 public:
  explicit List(Ui& ui) : ui_(ui) {}

  Action& add(std::string id, std::string label, std::string keys, session::Command command) {
    Ui* ui = &ui_;
    Action a{std::move(id),        std::move(label),
             std::move(keys),      [ui, command] { ui->send(command); },
             ui_.refusal(command), {}};
    a.help = session::describe(command, ui_.view.language).help;
    actions_.push_back(std::move(a));
    return actions_.back();
  }
  Action& add(std::string id, std::string label, std::string keys, std::function<void()> run) {
    actions_.push_back({std::move(id), std::move(label), std::move(keys), std::move(run), {}, {}});
    return actions_.back();
  }
  std::vector<Action> take() {
    if (lineNext_ < actions_.size()) actions_[lineNext_].lineBefore = true;
    return std::move(actions_);
  }
  void group() {  // a hairline before the next entry
    if (lineNext_ < actions_.size()) actions_[lineNext_].lineBefore = true;
    lineNext_ = actions_.size();
  }

 private:
  Ui& ui_;
  std::vector<Action> actions_;
  size_t lineNext_ = static_cast<size_t>(-1);
};

std::vector<Action> fileMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  l.add("file.new", ui.tr("新建"), "Ctrl+N", [u] { askThen(*u, session::NewProject{}); });
  l.add("file.open", ui.tr("打开…"), "Ctrl+O", [u] { openDialog(*u, Dialog::Kind::open); });
  l.group();
  l.add("file.save", ui.tr("保存"), "Ctrl+S", [u] {
    if (u->refusal(session::SaveProject{}))  // no file of its own yet
      openDialog(*u, Dialog::Kind::saveAs);
    else u->send(session::SaveProject{});
  });
  l.add("file.saveAs", ui.tr("另存为…"), "Ctrl+Shift+S", [u] { openDialog(*u, Dialog::Kind::saveAs); });
  l.group();
  l.add("file.addData", ui.tr("添加数据…"), "Ctrl+Shift+O", [u] { openDialog(*u, Dialog::Kind::addData); });
  l.add("file.openTables", ui.tr("导入表格…"), "", [u] { openDialog(*u, Dialog::Kind::openTables); });
  l.add("file.database", ui.tr("连接数据库…"), "", [u] { openDialog(*u, Dialog::Kind::database); });
  l.group();
  l.add("file.export", ui.view.pageView ? ui.tr("导出页面…") : ui.tr("导出图像…"), "Ctrl+E",
        [u] { openDialog(*u, Dialog::Kind::exportImage); });
  l.add("file.exportAtlas", ui.tr("导出图集…"), "", [u] { openDialog(*u, Dialog::Kind::atlas); });
  l.add("file.exportAgain", ui.tr("再次导出"), "Ctrl+Shift+E", session::ExportAgain{});
  if (ui.view.recovery)
    l.add("file.recover", ui.tr("恢复没有保存的修改…"), "", [u] { openDialog(*u, Dialog::Kind::recover); });
  l.group();
  l.add("file.quit", ui.tr("退出"), "Ctrl+Q", [u] { askThen(*u, session::Quit{}); });
  return l.take();
}

std::vector<Action> editMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  const auto steps = ui.session.history();
  auto& undo = l.add("edit.undo", ui.tr("撤销"), "Ctrl+Z", session::Undo{});
  if (ui.session.canUndo() && !steps.empty()) undo.label += " · " + steps.back();
  l.add("edit.redo", ui.tr("重做"), "Ctrl+Y", session::Redo{});
  l.group();
  if (ui.view.selection.size() > 1 || (ui.layout.dock.h > 0 && !ui.view.selection.empty() &&
                                       ui.view.selectionLayer == ui.session.activeLayer())) {
    auto& copy = l.add("edit.copy", ui.tr("复制选中的记录"), "Ctrl+C", [u] { copyChosen(*u); });
    copy.refusal = copyRefusal(ui);
  } else {
    l.add("edit.copy", ui.tr("复制数据与来源"), "Ctrl+C", session::CopyFigures{});
  }
  const bool page = ui.view.pageView;
  l.add("edit.copyPicture", page ? ui.tr("复制页面图片") : ui.tr("复制地图图片"), "Ctrl+Shift+C",
        session::CopyPicture{1});
  l.add("edit.copyPicture2", page ? ui.tr("复制页面图片，2 倍") : ui.tr("复制地图图片，2 倍"), "",
        session::CopyPicture{2});
  l.group();
  l.add("edit.clear", ui.tr("取消选择"), "Esc", session::Select{});
  l.group();
  l.add("edit.find", ui.tr("查找…"), "Ctrl+F",
        [u] { u->state.focusSearch = true, u->state.wants.again = true; });
  return l.take();
}

std::vector<Action> viewMenu(Ui& ui) {
  List l(ui);
  const Vec middle = {ui.layout.map.w / 2, ui.layout.map.h / 2};
  auto* u = &ui;
  l.add("view.page", ui.tr("页面"), "P", [u] { togglePageView(*u); }).on = ui.view.pageView;
  l.group();
  if (ui.view.pageView) l.add("view.fit", ui.tr("整页"), "F", [u] { u->state.page.fitted = true; });
  else l.add("view.fit", ui.tr("全图"), "F", session::FitAll{});
  l.add("view.zoomIn", ui.tr("放大"), "+",
        [u, middle] { u->state.zoomLeft += std::log(1.5), u->state.zoomAbout = middle; });
  l.add("view.zoomOut", ui.tr("缩小"), "-",
        [u, middle] { u->state.zoomLeft -= std::log(1.5), u->state.zoomAbout = middle; });
  if (ui.view.selected) l.add("view.zoomTo", ui.tr("缩放至所选"), "Z", session::ZoomTo{*ui.view.selected});
  else l.add("view.zoomTo", ui.tr("缩放至所选"), "Z", [] {}).refusal = ui.tr("先在图上或列表里选一个对象。");
  l.group();
  using session::Tool;
  l.add("view.pan", ui.tr("点选与平移"), "H", session::SetTool{Tool::pan}).on = ui.view.tool == Tool::pan;
  l.add("view.rectangle", ui.tr("矩形选择"), "R", session::SetTool{Tool::rectangle}).on =
      ui.view.tool == Tool::rectangle;
  l.add("view.lasso", ui.tr("套索选择"), "S", session::SetTool{Tool::lasso}).on = ui.view.tool == Tool::lasso;
  l.group();
  const auto composed = [&](const char* id, const char* label, const char* keys, scene::Composition c) {
    l.add(id, ui.tr(label), keys, session::SetComposition{c}).on = ui.view.composition == c;
  };
  composed("view.map", "地图", "Ctrl+1", scene::Composition::map);
  composed("view.multiples", "小图", "Ctrl+2", scene::Composition::multiples);
  composed("view.ledger", "账本", "Ctrl+3", scene::Composition::ledger);
  if (ui.view.selected) l.add("view.card", ui.tr("县情卡"), "Ctrl+4", session::ShowCard{ui.view.selected});
  else l.add("view.card", ui.tr("县情卡"), "Ctrl+4", [] {}).refusal = ui.tr("先在图上选中一个县（市、区）。");
  l.group();
  l.add("view.fullScreen", ui.tr("全屏"), "F11", session::ToggleFullScreen{}).on = ui.view.fullScreen;
  l.add("view.theme", ui.theme.dark ? ui.tr("浅色主题") : ui.tr("深色主题"), "T",
        session::SetTheme{ui.theme.dark ? "light" : "dark"});
  l.add("view.language", ui.chinese() ? "English" : "中文", "L",
        session::SetLanguage{ui.chinese() ? scene::Language::en : scene::Language::zh});
  l.group();
  for (size_t v = 0; v < scene::visionNames.size(); ++v) {
    const auto vision = static_cast<scene::Vision>(v);
    l.add(fmt::format("view.vision.{}", scene::visionNames[v]).c_str(),
          v ? session::visionText(vision, ui.view.language) : ui.tr("模拟视觉：原样"), "",
          session::SetVision{vision})
        .on = ui.view.vision == vision;
  }
  l.group();
  l.add("view.layers", ui.tr("图层栏"), "1", session::TogglePanel{"layers"}).on = ui.view.layersPanel;
  l.add("view.inspector", ui.tr("检视栏"), "2", session::TogglePanel{"inspector"}).on =
      ui.view.inspectorPanel;
  l.add("view.strip", ui.tr("指标与年份"), "3", session::TogglePanel{"strip"}).on = ui.view.stripPanel;
  l.add("view.dock", ui.tr("表格与图表"), "D", session::TogglePanel{"dock"}).on = ui.view.dockPanel;
  l.add("view.messages", ui.tr("消息"), "4", session::TogglePanel{"messages"}).on = ui.view.messagesPanel;
  l.group();
  const auto scaled = [&](const char* id, const std::string& label, double scale) {
    l.add(id, label, "", session::SetUiScale{scale}).on = ui.view.uiScale == scale;
  };
  scaled("view.scale.auto", ui.tr("界面大小：跟随显示器"), 0);
  for (int percent : {100, 125, 150, 200, 300})
    scaled(fmt::format("view.scale.{}", percent).c_str(), fmt::format("{} {} %", ui.tr("界面大小"), percent),
           percent / 100.0);
  return l.take();
}

std::vector<Action> layerMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  const auto& layers = ui.session.project().layers;
  const auto it =
      std::find_if(layers.begin(), layers.end(), [&](const auto& s) { return s.id == ui.state.layer; });
  l.add("layer.add", ui.tr("添加数据…"), "", [u] { openDialog(*u, Dialog::Kind::addData); });
  l.add("layer.basemap", ui.tr("添加底图…"), "", [u] { openBasemap(*u); });
  l.group();
  const bool has = it != layers.end();
  const std::string id = has ? it->id : "";
  const int at = has ? static_cast<int>(it - layers.begin()) : 0;
  const auto none = has ? std::nullopt : std::optional<std::string>(ui.tr("先在图层栏里选一个图层。"));
  const auto put = [&](const char* what, const char* label, const char* keys, session::Command c) {
    auto& a = l.add(what, label, keys, std::move(c));
    if (none) a.refusal = none;
  };
  put("layer.visible", has && it->visible ? ui.tr("隐藏图层") : ui.tr("显示图层"), "V",
      session::SetLayerVisible{id, has && !it->visible});
  put("layer.up", ui.tr("上移一层"), "Ctrl+Up", session::MoveLayer{id, at + 1});
  put("layer.down", ui.tr("下移一层"), "Ctrl+Down", session::MoveLayer{id, at - 1});
  l.group();
  auto& rename = l.add("layer.rename", ui.tr("重命名…"), "F2", [u] { openDialog(*u, Dialog::Kind::rename); });
  rename.refusal = none;
  put("layer.data", "数据与读法…", "", session::InspectLayer{id});
  put("layer.remove", ui.tr("移除图层"), "Ctrl+Delete", session::RemoveLayer{id});
  l.group();
  using session::Tool;
  const auto tool = [&](const char* what, const char* label, const char* keys, Tool t) {
    l.add(what, ui.tr(label), keys, session::SetTool{t}).on = ui.view.tool == t;
  };
  tool("layer.move", "移动符号和顶点", "G", Tool::move);
  tool("layer.point", "画点", "Shift+D", Tool::point);
  tool("layer.line", "画线", "Shift+X", Tool::line);
  tool("layer.polygon", "画多边形", "Shift+M", Tool::polygon);
  l.group();
  const auto& chosen = ui.view.selected;
  auto& name = l.add("layer.nameFeature", ui.tr("所绘图形改名…"), "", [u] {
    openFeatureName(*u, u->view.selected->layer, static_cast<uint32_t>(u->view.selected->row));
  });
  name.refusal =
      !chosen || chosen->row < 0
          ? std::optional<std::string>(ui.tr("先在图上选中一个绘制的图形。"))
          : ui.refusal(session::RenameFeature{chosen->layer, static_cast<uint32_t>(chosen->row), ""});
  l.add("layer.removeFeature", ui.tr("删除所绘图形"), "Delete",
        session::RemoveFeatures{ui.view.selectionLayer, ui.view.selection});
  return l.take();
}

std::vector<Action> analysisMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  l.add("analysis.classes", ui.tr("分级…"), "C", [u] { openTab(*u, ColumnTab::map, "classes"); });
  l.add("analysis.map", ui.tr("图的种类…"), "M", [u] { openTab(*u, ColumnTab::map); });
  l.add("analysis.heat", ui.tr("热力…"), "E", [u] { openTab(*u, ColumnTab::heat); });
  l.add("analysis.association", ui.tr("空间关联…"), "A",
        [u] { openTab(*u, ColumnTab::analysis, "association"); });
  l.add("analysis.index", ui.tr("综合指数…"), "X", [u] { openTab(*u, ColumnTab::analysis, "index"); });
  l.group();
  l.add("analysis.newRatio", ui.tr("新建比率…"), "N", [u] { startRatio(*u); });
  l.add("analysis.newIndex", ui.tr("新建综合指数…"), "", [u] { startIndex(*u); });
  const auto* shown = shownIndicator(ui);
  if (shown && computed(*shown))
    l.add("analysis.remove", ui.tr("移除当前计算的指标"), "", session::RemoveIndicator{shown->id});
  l.group();
  if (const auto* c = classedIndicator(ui)) {
    auto& lock = l.add("analysis.lock", ui.tr("各年份、各场景用同一套断点"), "K",
                       session::LockBreaks{c->id, !c->locked});
    lock.on = c->locked;
  }
  if (auto heat = ui.session.heat(); !heat.layer.empty()) {
    heat.visible = !heat.visible;
    l.add("analysis.heatVisible", ui.tr("在地图上显示热力"), "Shift+E", session::SetHeat{heat}).on =
        !heat.visible;
  }
  return l.take();
}

std::vector<Action> indicatorMenu(Ui& ui) {
  List l(ui);
  const auto& p = ui.session.project();
  const auto* current = shownIndicator(ui);
  const std::string shown = current && ui.scene.choropleth ? current->id : "";
  l.add("indicator.none", ui.tr("不显示指标"), "", session::SetIndicator{}).on = shown.empty();
  l.group();
  for (const auto& i : p.indicators)
    l.add("indicator." + i.id, ui.name(i.name), "", session::SetIndicator{i.id}).on = i.id == shown;
  return l.take();
}

std::vector<Action> sceneMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  l.add("scene.previous", ui.tr("上一个场景"), "PageUp", session::NextScene{-1});
  l.add("scene.next", ui.tr("下一个场景"), "PageDown", session::NextScene{1});
  l.group();
  for (const auto& s : ui.session.project().scenes)
    l.add("scene." + s.id, ui.name(s.name), "", session::ShowScene{s.id}).on = s.id == ui.view.scene;
  l.group();
  l.add("scene.add", ui.tr("由当前视图新建场景…"), "", [u] { openDialog(*u, Dialog::Kind::sceneName); });
  l.add("scene.remove", ui.tr("删除当前场景"), "", session::RemoveScene{ui.view.scene});
  l.group();
  l.add("scene.edit", ui.tr("编辑场景…"), "", [u] { openTab(*u, ColumnTab::scenes); });
  return l.take();
}

std::vector<Action> showMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  const auto& scenes = ui.session.project().scenes;
  const std::string first = scenes.empty() ? "" : scenes.front().id;
  l.add("show.start", ui.tr("从头开始演示"), "F5", session::StartShow{first});
  l.add("show.startHere", ui.tr("从当前场景开始"), "Shift+F5", session::StartShow{ui.view.scene});
  l.group();
  l.add("show.settings", ui.tr("演示设置…"), "", [u] { openTab(*u, ColumnTab::scenes, "show"); });
  l.add("show.preflight", ui.tr("演示前检查…"), "", [u] { openCheck(*u); });
  return l.take();
}

std::vector<Action> exportMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  l.add("export.image", ui.view.pageView ? ui.tr("导出页面…") : ui.tr("导出图像…"), "",
        [u] { openDialog(*u, Dialog::Kind::exportImage); });
  l.add("export.atlas", ui.tr("导出图集…"), "", [u] { openDialog(*u, Dialog::Kind::atlas); });
  l.add("export.again", ui.tr("再次导出"), "", session::ExportAgain{});
  l.group();
  l.add("export.picture", ui.tr("复制图片"), "", session::CopyPicture{1});
  l.add("export.picture2", ui.tr("复制图片，2 倍"), "", session::CopyPicture{2});
  l.add("export.copy", ui.tr("复制数据与来源"), "", session::CopyFigures{});
  l.group();
  if (ui.session.exportFraction() >= 0)
    l.add("export.cancel", ui.tr("停止导出"), "", session::CancelJobs{true});
  else l.add("export.cancel", ui.tr("停止正在进行的工作"), "", session::CancelJobs{});
  return l.take();
}

std::vector<Action> helpMenu(Ui& ui) {
  List l(ui);
  auto* u = &ui;
  l.add("help.help", ui.tr("操作与快捷键"), "F1", session::ShowHelp{});
  l.add("help.about", ui.tr("关于 Parkscope"), "", [u] { openDialog(*u, Dialog::Kind::about); });
  return l.take();
}

}  // namespace

std::span<const Menu> menus() { return all; }

std::vector<Action> actionsOf(Ui& ui, std::string_view menu) {
  if (menu == "file") return fileMenu(ui);
  if (menu == "edit") return editMenu(ui);
  if (menu == "view") return viewMenu(ui);
  if (menu == "layer") return layerMenu(ui);
  if (menu == "analysis") return analysisMenu(ui);
  if (menu == "indicator") return indicatorMenu(ui);
  if (menu == "scene") return sceneMenu(ui);
  if (menu == "show") return showMenu(ui);
  if (menu == "export") return exportMenu(ui);
  return helpMenu(ui);
}

namespace key {  // GLFW's numbers
constexpr int escape = 256, enter = 257, tab = 258, remove = 261, right = 262, left = 263, down = 264,
              up = 265, pageUp = 266, pageDown = 267, f1 = 290, padSubtract = 333, padAdd = 334;
}

bool matches(const KeyPress& p, std::string_view keys) {
  if (keys.empty()) return false;
  bool ctrl = false, shift = false;
  const auto eat = [&](std::string_view prefix, bool& flag) {
    if (keys.size() > prefix.size() && keys.starts_with(prefix))
      keys.remove_prefix(prefix.size()), flag = true;
  };
  eat("Ctrl+", ctrl), eat("Shift+", shift);
  if (p.alt || p.ctrl != ctrl) return false;
  if (keys == "+") return p.key == '=' || p.key == key::padAdd;  // with or without Shift
  if (keys == "-") return p.key == '-' || p.key == key::padSubtract;
  if (p.shift != shift) return false;
  if (keys.size() == 1) return p.key == keys[0];
  static const std::map<std::string_view, int> named{
      {"Esc", key::escape},  {"Delete", key::remove}, {"Right", key::right},   {"Left", key::left},
      {"Down", key::down},   {"Up", key::up},         {"PageUp", key::pageUp}, {"PageDown", key::pageDown},
      {"Enter", key::enter}, {"Tab", key::tab}};
  if (const auto it = named.find(keys); it != named.end()) return p.key == it->second;
  if (keys[0] == 'F') {
    int n = 0;
    for (char c : keys.substr(1)) n = n * 10 + (c - '0');
    return p.key == key::f1 + n - 1;
  }
  return false;
}

namespace {

// Up and down walk the open menu, left and right the bar, Enter chooses.
bool obeyMenuKey(Ui& ui, const KeyPress& p) {
  auto& c = ui.state.column;
  if (p.ctrl || p.alt) return false;
  ui.state.wants.again = true;
  if (p.key == key::down || p.key == key::up) return c.menuBy = p.key == key::down ? 1 : -1, true;
  if (p.key == key::enter) return c.menuRun = true, true;
  if (p.key != key::left && p.key != key::right) return false;
  const auto bar = menus();
  const auto at = std::find_if(bar.begin(), bar.end(), [&](const Menu& m) { return m.id == ui.state.menu; });
  const auto n = static_cast<std::ptrdiff_t>(bar.size());
  const auto next = ((at - bar.begin()) + (p.key == key::right ? 1 : n - 1)) % n;
  c.menuOpen = bar[static_cast<size_t>(next)].id;
  return true;
}

}  // namespace

void obeyKeys(Ui& ui) {
  auto& st = ui.state;
  for (const auto& press : ui.input.keys) {
    if (ui.view.show.on) {
      if (st.dialog.kind != Dialog::Kind::none) continue;
      if (obeyConsoleKey(ui, press)) st.wants.again = true;
      else if (matches(press, "Ctrl+Q")) askThen(ui, session::Quit{});
      continue;
    }
    if (matches(press, "Delete") && st.tools.escaped) continue;  // it took a vertex out
    if (matches(press, "Esc")) {                                 // the nearest thing first
      if (st.tools.escaped) continue;
      if (!st.popup.empty()) {
        ui.closePopup();
        continue;
      }
      if (st.dialog.kind != Dialog::Kind::none) continue;  // theirs
      if (!ui.view.show.on && (ui.view.helpOpen || st.wants.typing || st.wasTyping || st.searchOpen))
        continue;
      if (ui.view.show.on) {
        ui.send(session::EndShow{});
        continue;
      }
      if (!st.column.focus.empty()) {
        st.column.focus.clear(), st.wants.again = true;
        continue;
      }
      if (ui.view.composition != scene::Composition::map) {
        ui.send(session::SetComposition{scene::Composition::map});
        continue;
      }
      if (ui.view.probe) {
        ui.send(session::ProbeHeat{});
        continue;
      }
    }
    if (st.dialog.kind != Dialog::Kind::none) continue;
    if (obeyPageKey(ui, press)) continue;
    if (!st.menu.empty() && obeyMenuKey(ui, press)) continue;
    if (matches(press, "F10") && !ui.view.helpOpen) {
      st.column.menuOpen = menus().front().id, st.wants.again = true;
      continue;
    }
    if (ui.view.helpOpen && !matches(press, "F1")) continue;
    if (st.wants.typing && !(press.ctrl && press.key != 'Z' && press.key != 'Y' && press.key != 'C') &&
        press.key < key::f1)
      continue;
    if (st.wants.typing && press.key == 'A') continue;
    if (press.key >= key::right && press.key <= key::up && !press.ctrl && !st.column.focus.empty())
      continue;  // of the handle or slider that was pressed last
    if (!press.ctrl && !press.shift && !press.alt && press.key >= key::right && press.key <= key::up) {
      const float by = 90 * ui.k;
      st.panLeft = st.panLeft + (press.key == key::right  ? Vec{-by, 0}
                                 : press.key == key::left ? Vec{by, 0}
                                 : press.key == key::down ? Vec{0, -by}
                                                          : Vec{0, by});
      st.wants.again = true;
      continue;
    }
    bool done = false;
    for (const auto& menu : menus()) {
      if (done) break;
      for (auto& action : actionsOf(ui, menu.id)) {
        if (!matches(press, action.keys)) continue;
        if (!action.refusal) action.run();
        done = true;
        st.wants.again = true;
        break;
      }
    }
    if (!done && press.ctrl && press.shift && press.key == 'Z' && ui.session.canRedo())
      ui.send(session::Redo{});
  }
}

}  // namespace panels
