#include "app/session/command.h"

#include <array>

#include "app/session/i18n.h"

namespace session {
namespace {

struct Entry {
  const char *id, *name, *help, *shortcut;
};

// In the order of the variant. Texts are Chinese, the source language; shortcuts are keys.
constexpr std::array<Entry, std::variant_size_v<Command>> entries{{
    {"set-layer-visible", "显示或隐藏图层", "在图上显示或隐藏一个图层", ""},
    {"set-layer-opacity", "图层不透明度", "改变一个图层的不透明度", ""},
    {"move-layer", "调整图层顺序", "把一个图层上移或下移", ""},
    {"remove-layer", "移除图层", "把一个图层移出项目，数据文件不受影响", ""},
    {"rename-layer", "重命名图层", "给一个图层换个名字", ""},
    {"add-data", "添加数据…", "把数据文件作为新图层加入项目", ""},
    {"set-indicator", "选择指标", "选择地图上显示的指标", ""},
    {"set-year", "选择年份", "选择地图上显示的年份", ""},
    {"set-classification", "分级方法", "改变指标的分级方法和级数", ""},
    {"lock-breaks", "锁定分级", "各年份、各场景共用一组断点", ""},
    {"set-map", "地图类型", "改变专题图的类型和设置", ""},
    {"set-heat", "热力", "改变热力图的图层、带宽和样式", ""},
    {"put-indicator", "编辑指标", "新建或修改一个计算的指标", ""},
    {"remove-indicator", "移除指标", "把一个指标移出项目", ""},
    {"set-layer-show", "筛选", "只显示图层中符合条件的记录", ""},
    {"read-layer-as", "数据读法", "按指定的编码、坐标系或偏移读一个图层", ""},
    {"repair-layer", "修复图形", "读入时修复自相交、尖刺、缝隙和重叠；文件不动", ""},
    {"place-object", "放到图上", "按某人所说的位置放到图上，记下不确定范围和来源", ""},
    {"unplace-object", "撤回位置", "回到数据文件所说的位置；没有的就不上图", ""},
    {"add-feature", "绘制", "在图上绘制点、线或面", ""},
    {"move-vertex", "移动顶点", "移动所绘图形的一个顶点", ""},
    {"remove-features", "删除图形", "从绘制的图层中删除图形", "Delete"},
    {"rename-feature", "图形改名", "改变所绘图形的名称", ""},
    {"add-vertex", "插入顶点", "在所绘图形的边上插入一个顶点", ""},
    {"remove-vertex", "删除顶点", "删除所绘图形的一个顶点", ""},
    {"set-layer-style", "图层样式", "改变一个图层的颜色、线宽和点的大小", ""},
    {"accept-match", "认定名称", "认定表中的名称就是图层中的哪一个", ""},
    {"place-by-name", "按地名上图", "没有坐标的记录按所在县、镇的名称放到图上", ""},
    {"import-table", "导入表格", "把表格作为图层或指标加入项目，记下读法", ""},
    {"forget-import", "忘掉读法", "同样的表格下次重新询问", ""},
    {"set-palette", "色带", "改变指标的颜色", ""},
    {"set-title", "标题", "改变地图标题", ""},
    {"set-theme", "深色或浅色", "在深色和浅色主题之间切换", "T"},
    {"set-vision", "模拟视觉", "看看色觉异常的人、灰度打印或冲淡的投影上是什么样", ""},
    {"add-scene", "新建场景", "把当前画面保存为场景", ""},
    {"remove-scene", "删除场景", "从项目中删除一个场景", ""},
    {"put-scene", "编辑场景", "改变一个场景的文字、时长或画面", ""},
    {"move-scene", "调整场景顺序", "把一个场景前移或后移", ""},
    {"retake-scene", "用当前视图更新场景", "场景的视野、图层、指标改为当前画面", ""},
    {"set-show", "演示设置", "改变观众距离、循环和动画", ""},
    {"set-page", "页面", "改变纸张、版式和图框的位置", ""},
    {"put-template", "保存模板", "把当前版面保存为模板", ""},
    {"remove-template", "删除模板", "从项目中删除一个模板", ""},
    {"put-basemap", "编辑底图", "新建或修改一个底图", ""},
    {"remove-basemap", "移除底图", "把一个底图移出项目", ""},
    {"move-basemap", "调整底图顺序", "把一个底图上移或下移", ""},
    {"set-basemap-visible", "显示或隐藏底图", "在图上显示或隐藏一个底图", ""},
    {"save-key", "保存密钥", "把地图服务的密钥存入用户自己的文件夹，不写入项目", ""},
    {"check-basemap", "试取一块", "向底图的服务器试取一块瓦片", ""},
    {"undo", "撤销", "撤销上一步修改", "Ctrl+Z"},
    {"redo", "重做", "恢复撤销的修改", "Ctrl+Y"},
    {"new-project", "新建项目", "从空白项目开始", "Ctrl+N"},
    {"open-project", "打开…", "打开一个项目文件", "Ctrl+O"},
    {"save-project", "保存", "保存项目", "Ctrl+S"},
    {"save-project-as", "另存为…", "把项目保存到另一个文件", "Ctrl+Shift+S"},
    {"recover", "恢复", "恢复上次没有保存的修改", ""},
    {"export-image", "导出图片…", "把地图保存为 PNG、JPEG、GeoTIFF、PDF 或 SVG", "Ctrl+E"},
    {"export-atlas", "导出图集…", "每县、每项指标一页，合为一个 PDF 或放入文件夹", ""},
    {"export-again", "再次导出", "用同样的设置再导出一次", "Ctrl+Shift+E"},
    {"copy-picture", "复制地图", "把地图作为图片放入剪贴板", "Ctrl+Shift+C"},
    {"export-rows", "导出数据…", "把选中的记录连同指标保存为 CSV、GeoJSON 或 GeoPackage", ""},
    {"open-tables", "导入表格…", "打开 CSV、Excel 等表格，预览后导入", ""},
    {"look-at-table", "预览表格", "在导入助手中查看一个表格", ""},
    {"ask-database", "连接数据库…", "列出 PostGIS 数据库中的表", ""},
    {"set-language", "中文或英文", "切换界面和地图的语言", "L"},
    {"show-scene", "显示场景", "切换到一个场景", ""},
    {"next-scene", "下一场景", "切换到下一个或上一个场景", "PageDown"},
    {"start-show", "开始演示", "全屏逐个场景演示", "F5"},
    {"end-show", "结束演示", "离开演示，回到窗口", "Esc"},
    {"step-show", "演示下一场景", "演示中前进或后退", ""},
    {"jump-show", "演示跳到场景", "演示中跳到某个场景", ""},
    {"black-show", "黑屏", "演示画面变黑或恢复", "B"},
    {"hold-show", "暂停自动演示", "停在当前场景，或继续自动演示", "Space"},
    {"flat-show", "平面与立体", "立体场景改为平面，或恢复", "V"},
    {"check-show", "演示前检查…", "按屏幕大小逐个场景检查：字够不够大、有没有写不下的", ""},
    {"set-camera", "移动视图", "把视图移到给定位置", ""},
    {"pan", "平移", "移动地图", "←↑→↓"},
    {"zoom", "缩放", "放大或缩小地图", "+"},
    {"fit-all", "全图", "显示整个城市", "F"},
    {"zoom-to", "缩放到", "飞到选中的对象", "Enter"},
    {"select", "选择", "选中一个对象并查看其信息", "Esc"},
    {"select-rows", "多选", "选中一个图层的若干记录", ""},
    {"select-within", "框选", "选中范围内的记录", ""},
    {"set-active-layer", "数据图层", "选择表格、图表和框选所用的图层", ""},
    {"set-tool", "鼠标工具", "拖动地图、矩形选择或套索选择", ""},
    {"set-composition", "画面", "地图、多幅小图或规划账本", ""},
    {"show-card", "县情卡", "显示一个县（市、区）的全部指标", ""},
    {"inspect-layer", "查看数据", "查看一个图层的文件：编码、坐标系、问题", ""},
    {"compare-reading", "对照读法", "在图上叠加图层的另一种读法", ""},
    {"show-problem", "查看问题", "在图上标出图层的一个问题在哪里", ""},
    {"probe-heat", "热力构成", "列出某处热力由哪些点构成", ""},
    {"copy-text", "复制", "把文字放入剪贴板", ""},
    {"hover", "指向", "突出显示指向的对象", ""},
    {"search", "查找", "按中文或英文名称查找", "Ctrl+F"},
    {"toggle-panel", "显示或隐藏面板", "显示或隐藏一个面板", ""},
    {"set-ui-scale", "界面缩放", "改变界面文字和控件的大小", ""},
    {"toggle-full-screen", "全屏", "进入或退出全屏", "F11"},
    {"copy-figures", "复制数据与来源", "复制选中对象的数据及其来源", "Ctrl+C"},
    {"cancel-jobs", "停止", "停止正在进行的工作", ""},
    {"quit", "退出", "关闭程序", "Ctrl+Q"},
    {"show-help", "帮助", "显示快捷键和用法", "F1"},
}};

CommandHelp helpOf(const Entry& e, scene::Language language) {
  return {e.id, tr(e.name, language), tr(e.help, language), e.shortcut};
}

std::vector<CommandHelp> all(scene::Language language) {
  std::vector<CommandHelp> list;
  for (const Entry& e : entries) list.push_back(helpOf(e, language));
  return list;
}

}  // namespace

CommandHelp describe(const Command& command, scene::Language language) {
  CommandHelp help = helpOf(entries[command.index()], language);
  if (const auto* next = std::get_if<NextScene>(&command); next && next->step < 0)
    help.name = tr("上一场景", language), help.shortcut = "PageUp";
  if (const auto* zoom = std::get_if<Zoom>(&command)) {
    help.name = tr(zoom->factor < 1 ? "缩小" : "放大", language);
    help.shortcut = zoom->factor < 1 ? "-" : "+";
  }
  return help;
}

const std::vector<CommandHelp>& allCommands(scene::Language language) {
  static const std::vector<CommandHelp> chinese = all(scene::Language::zh),
                                        english = all(scene::Language::en);
  return language == scene::Language::zh ? chinese : english;
}

}  // namespace session
