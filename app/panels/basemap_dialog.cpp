// A basemap: one of those that many want or an address of one's own, tried with one tile, and its key, which
// goes into the user's own folder.
#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/session/basemap_presets.h"
#include "app/session/keys.h"
#include "app/session/names.h"
#include "geo/web.h"

namespace panels {
namespace {

using session::BasemapSpec;
using Kind = BasemapSpec::Kind;

bool web(const BasemapSpec& b) { return b.kind != Kind::raster && b.kind != Kind::hillshade; }

struct Sheet {
  Ui& ui;
  Rect r;
  float y, label;
  Rect row(const char* words, float h = 28) {
    const float k = ui.k;
    ui.text(Type::body, {r.x, y, label, 28 * k}, ui.tr(words), ui.theme.text2);
    const Rect out{r.x + label, y, r.w - label, h * k};
    y += (h + 6) * k;
    return out;
  }
  void field(const char* id, const char* words, std::string& text, const char* hint = "") {
    ui.field(id, row(words), text, ui.tr(hint));
  }
  void note(const std::string& text, Rgba ink) {
    y = ui.paragraph(Type::note, {r.x + label, y - 2 * ui.k, r.w - label, 0}, text, ink) + 6 * ui.k;
  }
};

// In both languages where it was so before, else in the window's.
void setName(session::Name& name, const std::string& text, scene::Language language) {
  const bool one = name.zh == name.en || name.zh.empty() || name.en.empty();
  if (one) name = {text, text};
  else (language == scene::Language::zh ? name.zh : name.en) = text;
}

void fill(Ui& ui, const BasemapSpec& b) {
  auto& d = ui.state.dialog;
  d.basemap = b;
  d.basemapName = ui.name(b.name), d.basemapAttribution = ui.name(b.attribution);
  d.basemapZoom = fmt::format("{}", b.maxZoom);
  d.basemapAzimuth = fmt::format("{:g}", b.azimuth), d.basemapAltitude = fmt::format("{:g}", b.altitude),
  d.basemapExaggeration = fmt::format("{:g}", b.exaggeration);
  d.keyText.clear();
}

BasemapSpec taken(const Ui& ui) {
  const auto& d = ui.state.dialog;
  BasemapSpec b = d.basemap;
  setName(b.name, session::trimmed(d.basemapName), ui.view.language);
  setName(b.attribution, session::trimmed(d.basemapAttribution), ui.view.language);
  b.source = session::trimmed(b.source);
  if (const auto v = numberIn(d.basemapZoom)) b.maxZoom = static_cast<int>(std::clamp(*v, 0.0, 24.0));
  if (const auto v = numberIn(d.basemapAzimuth)) b.azimuth = std::clamp(*v, 0.0, 360.0);
  if (const auto v = numberIn(d.basemapAltitude)) b.altitude = std::clamp(*v, 1.0, 90.0);
  if (const auto v = numberIn(d.basemapExaggeration)) b.exaggeration = std::clamp(*v, 0.1, 100.0);
  return b;
}

void presets(Ui& ui, Rect r) {
  auto& d = ui.state.dialog;
  const float k = ui.k, row = 28 * k;
  const auto& all = session::basemapPresets();
  float y = r.y;
  for (size_t i = 0; i < all.size(); ++i) {
    const Rect line{r.x, y, r.w, row};
    const std::string id = "basemap.preset." + all[i].id;
    const auto p = ui.press(id, line, "row", ui.name(all[i].name));
    const bool chosen = d.basemapPreset == static_cast<int>(i);
    if (chosen) ui.fill(line, ui.theme.accent.withAlpha(0.15), 4 * k);
    else if (p.fade > 0) ui.fill(line, ui.theme.accent.withAlpha(0.06 * p.fade), 4 * k);
    ui.text(Type::body, {line.x + 10 * k, line.y, line.w - 14 * k, line.h}, ui.name(all[i].name),
            chosen ? ui.theme.text1 : ui.theme.text2);
    if (p.clicked) {
      d.basemapPreset = static_cast<int>(i);
      fill(ui, session::newBasemap(all[i], ui.session.project()));
    }
    y += row;
    if (all[i].id == "osm") ui.hairline(r.x, r.right() - 8 * k, y + 3 * k), y += 7 * k;
  }
}

void keyRow(Ui& ui, Sheet& f, BasemapSpec& b) {
  auto& d = ui.state.dialog;
  const auto names = session::keysIn(b.source);
  if (names.empty()) return;
  const float k = ui.k, button = std::max(84 * k, ui.width(Type::body, ui.tr("保存密钥")) + 24 * k);
  const Rect r = f.row("密钥");
  ui.field("basemap.key", {r.x, r.y, r.w - button - 8 * k, r.h}, d.keyText, ui.tr("只存在本机，不写入项目"));
  const session::SaveKey save{names.front(), d.keyText, geo::hostOf(b.source)};
  if (ui.button("basemap.saveKey", {r.right() - button, r.y, button, r.h}, ui.tr("保存密钥"),
                ButtonKind::plain, ui.refusal(save))) {
    ui.send(save);
    d.keyText.clear();
  }
  // The file is looked at when something changed, not for every picture.
  const std::string state = fmt::format("{} {}", b.source, ui.session.version());
  if (d.keyState != state) {
    const auto known = session::withKeys(b.source, ui.view.language);
    d.keyState = state, d.keyNote = known ? "" : known.error().text();
  }
  f.note(d.keyNote.empty() ? fmt::format(fmt::runtime(ui.tr("密钥“{}”已保存。")), names.front()) : d.keyNote,
         d.keyNote.empty() ? ui.theme.text3 : ui.theme.warning);
}

void tryRow(Ui& ui, Sheet& f, const BasemapSpec& b) {
  const float k = ui.k;
  const auto check = ui.view.basemapCheck;
  const Rect r = f.row("");
  const float w = std::max(92 * k, ui.width(Type::body, ui.tr("试取一块")) + 28 * k);
  const session::CheckBasemap ask{b};
  const bool own = check && check->of == b;
  const auto busy = own && !check->done ? std::optional<std::string>(ui.tr("正在取…")) : ui.refusal(ask);
  if (ui.button("basemap.try", {r.x, r.y, w, r.h}, ui.tr("试取一块"), ButtonKind::plain, busy)) ui.send(ask);
  if (!own) return;
  const std::string say = check->done ? check->text : ui.tr("正在取…");
  const Rect line{r.x + w + 12 * k, r.y, r.right() - r.x - w - 12 * k, r.h};
  ui.record("basemap.result", line, "text", say);
  const Rgba ink = check->done && !check->good ? ui.theme.warning : ui.theme.text2;
  if (ui.width(Type::note, say) <= line.w) ui.text(Type::note, line, say, ink);
  else f.note(say, ink);
}

}  // namespace

void openBasemap(Ui& ui, const std::string& id) {
  openDialog(ui, Dialog::Kind::basemap);
  auto& d = ui.state.dialog;
  const auto& all = ui.session.project().basemaps;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& b) { return b.id == id; });
  d.target = found == all.end() ? std::string() : id;
  d.basemapPreset = found == all.end() ? 0 : -1;
  fill(ui, found == all.end() ? session::newBasemap(session::basemapPresets().front(), ui.session.project())
                              : *found);
}

void drawBasemapDialog(Ui& ui) {
  auto& d = ui.state.dialog;
  const float k = ui.k;
  const bool fresh = d.target.empty();
  const auto frame = beginDialog(ui, fresh ? 800 : 600, 560, fresh ? ui.tr("添加底图") : ui.tr("底图设置"));
  Rect right = frame.body;
  if (fresh) {
    const Rect left{frame.body.x, frame.body.y, 184 * k, frame.body.h};
    presets(ui, left);
    right = {left.right() + 24 * k, frame.body.y, frame.body.w - left.w - 24 * k, frame.body.h};
  }
  const float label = ui.chinese() ? 84 * k : 112 * k;
  ui.beginScroll("##basemap", {right.x, right.y, right.w + 14 * k, right.h});
  Sheet f{ui, right, ui.scrollTop(), label};
  BasemapSpec& b = d.basemap;
  f.field("basemap.name", "名称", d.basemapName);
  f.field("basemap.source", web(b) ? "地址" : "文件", b.source,
          b.kind == Kind::xyz    ? "https://…/{z}/{x}/{y}.png"
          : b.kind == Kind::wmts ? "能力文档的地址（GetCapabilities）"
          : b.kind == Kind::wms  ? "服务的地址"
                                 : "文件的路径：.tif .mbtiles .gpkg …");
  if (web(b)) keyRow(ui, f, b);
  if (b.kind == Kind::wmts || b.kind == Kind::wms) f.field("basemap.layer", "图层名", b.layer);
  if (b.kind == Kind::wmts) f.field("basemap.matrixSet", "矩阵集", b.matrixSet, "留空：用网络墨卡托的");
  if (b.kind == Kind::xyz && b.source.find("{s}") != std::string::npos)
    f.field("basemap.subdomains", "子域名 {s}", b.subdomains, "0-7 或 a,b,c");
  f.field("basemap.attribution", "署名", d.basemapAttribution, "数据归谁所有；天地图还要写审图号");
  {
    const Rect r = f.row("不透明度");
    const auto s =
        ui.slider("basemap.opacity", {r.x - 7 * k, r.y, r.w - 38 * k, r.h}, static_cast<float>(b.opacity));
    if (s.changed) b.opacity = std::round(s.value * 100) / 100;
    ui.text(Type::note, r, fmt::format("{:.0f} %", b.opacity * 100), ui.theme.text1, Align::right);
  }
  if (b.kind != Kind::hillshade) {
    const std::string labels[] = {ui.tr("自动"), ui.tr("原色"), ui.tr("淡化")};
    const Rect r = f.row("色调");
    if (const int c = ui.segments("basemap.tone", r, labels, static_cast<int>(b.tone)); c >= 0)
      b.tone = static_cast<BasemapSpec::Tone>(c);
    if (b.tone == BasemapSpec::Tone::automatic)
      f.note(ui.tr("上面有专题颜色时、在深色图上淡化"), ui.theme.text3);
  } else {
    f.field("basemap.azimuth", "光的方位角", d.basemapAzimuth, "315");
    f.field("basemap.altitude", "光的高度角", d.basemapAltitude, "45");
    f.field("basemap.exaggeration", "高程夸大", d.basemapExaggeration, "1");
    const Rect r = f.row("多方向光");
    if (ui.check("basemap.multi", {r.x, r.centre().y - 8 * k, 16 * k, 16 * k}, b.multidirectional))
      b.multidirectional = !b.multidirectional;
  }
  if (web(b)) {
    f.field("basemap.maxZoom", "最细级别", d.basemapZoom, "18");
    const std::string labels[] = {"WGS 84", "GCJ-02"};
    const Rect r = f.row("瓦片的系统");
    if (const int c = ui.segments("basemap.datum", r, labels, b.datum.empty() ? 0 : 1); c >= 0)
      b.datum = c == 1 ? "GCJ-02" : "";
  }
  const BasemapSpec now = taken(ui);
  tryRow(ui, f, now);
  if (web(b)) f.note(ui.tr("打开后才访问网络。瓦片存在本机的缓存里，断网时照常显示。"), ui.theme.text3);
  if (!fresh) {
    const auto& all = ui.session.project().basemaps;
    const auto at = static_cast<int>(
        std::find_if(all.begin(), all.end(), [&](const auto& o) { return o.id == d.target; }) - all.begin());
    const Rect r = f.row("次序");
    if (ui.iconButton("basemap.up", {r.x, r.y, 28 * k, 28 * k}, Icon::up, ui.tr("上移"),
                      at + 1 < static_cast<int>(all.size())))
      ui.send(session::MoveBasemap{d.target, at + 1});
    if (ui.iconButton("basemap.down", {r.x + 32 * k, r.y, 28 * k, 28 * k}, Icon::chevronDown, ui.tr("下移"),
                      at > 0))
      ui.send(session::MoveBasemap{d.target, at - 1});
  }
  ui.endScroll(f.y);
  const session::PutBasemap put{now};
  const auto refusal = ui.refusal(put);
  const int pressed =
      fresh ? dialogButtons(ui, frame, {{"ok", ui.tr("添加")}, {"cancel", ui.tr("取消")}}, refusal)
            : dialogButtons(ui, frame,
                            {{"ok", ui.tr("确定")}, {"cancel", ui.tr("取消")}, {"remove", ui.tr("移除底图")}},
                            refusal);
  ui.end();
  if (pressed == 0 || (dialogEnter(ui) && !refusal)) {
    ui.send(put);
    d = {};
  } else if (pressed == 2) {
    ui.send(session::RemoveBasemap{d.target});
    d = {};
  } else if (pressed == 1 || dialogEscape(ui)) {
    d = {};
  }
}

}  // namespace panels
