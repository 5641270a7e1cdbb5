// The show: its scenes in their order, the one in view with its words, times, layers and tilt, and how all of
// them are shown to an audience.
#include "app/panels/column.h"
#include "app/panels/dialogs.h"
#include "app/panels/text_box.h"
#include "app/scene/legibility.h"
#include "app/session/names.h"

namespace panels {
namespace {

using session::SceneSpec;
using session::ShowSpec;
using session::TiltSpec;
namespace key {
constexpr int enter = 257, down = 264, up = 265, padEnter = 335;
}

std::string plain(double v) { return fmt::format("{:g}", v); }

// On one line: a caption wraps by itself.
std::string oneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

class Tab {
 public:
  explicit Tab(Form& form)
      : f(form),
        ui(form.ui),
        k(form.k),
        scenes(ui.session.project().scenes),
        show(ui.session.project().show) {
    const auto at =
        std::find_if(scenes.begin(), scenes.end(), [&](const auto& s) { return s.id == ui.view.scene; });
    if (at != scenes.end()) scene = &*at;
  }

  void draw() {
    list();
    fresh();
    if (scene) {
      words();
      times();
      content();
      layers();
      emphasis();
      tilt();
    } else if (!scenes.empty()) {
      f.note(ui.tr("点一个场景，在地图上看它，并在这里改它的文字、时长和画面。"));
    }
    presenting();
  }

 private:
  size_t indexOf(const SceneSpec& s) const { return static_cast<size_t>(&s - scenes.data()); }

  void put(SceneSpec changed, bool final = true) {
    if (changed != *scene || final) ui.send(session::PutScene{std::move(changed), final});
  }
  template <class Change>
  void edit(Change&& change, bool final = true) {
    SceneSpec changed = *scene;
    change(changed);
    put(std::move(changed), final);
  }
  template <class Change>
  void editShow(Change&& change) {
    ShowSpec changed = show;
    change(changed);
    if (changed != show) ui.send(session::SetShow{changed, true});
  }

  // The list
  // -----------------------------------------------------------------------------------------------------------
  void list() {
    auto& c = ui.state.column;
    const auto& t = ui.theme;
    ui.text(Type::strong, f.line(24), ui.tr("场景"), t.text1);
    ui.text(Type::note, f.line(24), scenes.empty() ? "" : length(), t.text3, Align::right);
    f.space(30);
    if (scenes.empty()) {
      ui.record("scenes.none", f.line(20), "text");
      f.note(ui.tr(
          "还没有场景，演示时只有概览一幅。把地图调到想给观众看的样子，在下面写个名字，就成了第一个场景。"));
      return;
    }
    const bool dropped = !c.dragScene.empty() && !ImGui::IsMouseDown(0);
    for (size_t i = 0; i < scenes.size(); ++i) {
      const SceneSpec& s = scenes[i];
      const std::string id = "scenes." + s.id;
      const Rect r{f.x0 - 8 * k, f.y, f.width() + 16 * k, 30 * k};
      const auto p = ui.press(id, r, "row", ui.name(s.name));
      const bool on = &s == scene, dragged = c.dragScene == s.id;
      if (on) ui.fill(r, t.accent.withAlpha(0.14), 5 * k);
      else if (p.fade > 0) ui.fill(r, t.accent.withAlpha(0.07 * p.fade), 5 * k);
      if (on) ui.fill({r.x, r.y + 5 * k, 3 * k, r.h - 10 * k}, t.accent, 1.5f * k);
      if (p.held && ImGui::IsMouseDragging(0, 6 * k)) c.dragScene = s.id;
      if (!c.dragScene.empty()) {
        const float y = ImGui::GetIO().MousePos.y;
        const bool here = (y >= r.y || i == 0) && (y < r.bottom() || i + 1 == scenes.size());
        if (here) {
          c.dropScene = static_cast<int>(i);
          const auto from = std::find_if(scenes.begin(), scenes.end(),
                                         [&](const auto& other) { return other.id == c.dragScene; });
          if (from != scenes.end() && from - scenes.begin() != static_cast<std::ptrdiff_t>(i))
            ui.fill({r.x, (indexOf(*from) > i ? r.y : r.bottom()) - k, r.w, 2 * k}, t.accent);
        }
      }
      ui.text(Type::note, {f.x0, r.y, 22 * k, r.h}, fmt::format("{}", i + 1), on ? t.accent : t.text3,
              Align::right);
      const std::string lasts = plain(s.durationSeconds) + " s";
      const float w = ui.width(Type::note, lasts);
      ui.text(Type::note, {f.x0, r.y, f.width(), r.h}, lasts, t.text3, Align::right);
      ui.text(on ? Type::strong : Type::body, {f.x0 + 32 * k, r.y, f.width() - 44 * k - w, r.h},
              ui.name(s.name).empty() ? s.id : ui.name(s.name), dragged ? t.text3 : t.text1);
      ui.tip(id, p.hovered && c.dragScene.empty(), ui.tr("点一下显示；拖动或按 Alt+↑ ↓ 调整顺序"));
      if (p.clicked && c.dragScene.empty()) ui.send(session::ShowScene{s.id});
      f.y += r.h;
    }
    if (dropped) {
      const auto from =
          std::find_if(scenes.begin(), scenes.end(), [&](const auto& s) { return s.id == c.dragScene; });
      if (from != scenes.end() && c.dropScene >= 0 && from - scenes.begin() != c.dropScene)
        ui.send(session::MoveScene{c.dragScene, c.dropScene});
      c.dragScene.clear(), c.dropScene = -1;
    }
    f.space(8);
    if (!scene || ui.state.wants.typing || ui.state.dialog.kind != Dialog::Kind::none) return;
    for (const KeyPress& p : ui.input.keys)
      if (p.alt && !p.ctrl && (p.key == key::up || p.key == key::down))
        ui.send(
            session::MoveScene{scene->id, static_cast<int>(indexOf(*scene)) + (p.key == key::up ? -1 : 1)});
  }

  std::string length() const {  // of the whole show, were it to run by itself
    double seconds = 0;
    for (const auto& s : scenes) seconds += s.transitionSeconds + std::max(1.0, s.durationSeconds);
    const int whole = static_cast<int>(std::lround(seconds));
    return fmt::format(fmt::runtime(ui.tr("{} 个，自动放完要 {}:{:02}")), scenes.size(), whole / 60,
                       whole % 60);
  }

  void fresh() {
    auto& name = ui.state.column.newScene;
    const Rect r = f.line(28);
    const float w = std::max(72 * k, ui.width(Type::body, ui.tr("新建")) + 28 * k);
    const bool was = ui.state.editing == "scenes.new";
    ui.field("scenes.new", {r.x, r.y, r.w - w - 8 * k, r.h}, name, ui.tr("由当前视图新建场景：写个名字"));
    const session::AddScene add{name};
    const Refusal why = session::trimmed(name).empty() ? Refusal(ui.tr("先写一个名称。")) : ui.refusal(add);
    const bool enter = was && std::any_of(ui.input.keys.begin(), ui.input.keys.end(), [](const KeyPress& p) {
                         return p.key == key::enter || p.key == key::padEnter;
                       });
    if ((ui.button("scenes.add", {r.right() - w, r.y, w, r.h}, ui.tr("新建"), ButtonKind::plain, why) ||
         enter) &&
        !why) {
      ui.send(add);
      name.clear(), ui.state.leaveField = true, ui.state.wants.again = true;
    }
    f.space(38);
  }

  // The one in view
  // --------------------------------------------------------------------------------------------------------
  void words() {
    const std::string title = fmt::format("{} · {}", indexOf(*scene) + 1,
                                          ui.name(scene->name).empty() ? scene->id : ui.name(scene->name));
    f.section(title);
    if (ui.view.sceneEdited)
      f.note(ui.tr("地图上是改动过的画面：“用当前视图更新”把它存进场景，点场景回到原来的样子。"),
             ui.theme.accent);
    const float gap = 8 * k, first = (f.width() - 2 * gap) * 0.44f, other = (f.width() - 2 * gap) * 0.28f;
    if (ui.button("scenes.retake", {f.x0, f.y, first, 28 * k}, ui.tr("用当前视图更新"),
                  ui.view.sceneEdited ? ButtonKind::primary : ButtonKind::plain))
      ui.send(session::RetakeScene{scene->id});
    if (ui.button("scenes.copy", {f.x0 + first + gap, f.y, other, 28 * k}, ui.tr("复制"))) duplicate();
    if (ui.button("scenes.remove", {f.x1 - other, f.y, other, 28 * k}, ui.tr("删除")))
      ui.send(session::RemoveScene{scene->id});
    f.space(38);
    for (const bool zh : {true, false}) {
      const auto own = [zh](session::Name& n) -> std::string& { return zh ? n.zh : n.en; };
      if (const auto said =
              f.field(zh ? "scenes.name.zh" : "scenes.name.en", ui.tr(zh ? "中文名称" : "英文名称"),
                      zh ? scene->name.zh : scene->name.en))
        edit([&](SceneSpec& s) { own(s.name) = session::trimmed(*said); });
    }
    box("scenes.text.zh", "说明（中文）", &SceneSpec::text, true, 74, "一两句话，写给观众");
    box("scenes.text.en", "说明（英文）", &SceneSpec::text, false, 74, "一两句话，写给观众");
    box("scenes.notes.zh", "讲稿（中文）", &SceneSpec::notes, true, 92, "只有讲解人看得到");
    box("scenes.notes.en", "讲稿（英文）", &SceneSpec::notes, false, 92, "只有讲解人看得到");
  }

  void box(const char* id, const char* word, session::Name SceneSpec::*member, bool zh, float height,
           const char* placeholder) {
    ui.text(Type::body, f.line(24), ui.tr(word), ui.theme.text2);
    f.space(26);
    const session::Name& name = scene->*member;
    const auto typed = textBox(ui, id, f.line(height), zh ? name.zh : name.en, ui.tr(placeholder));
    f.space(height + 10);
    if (!typed.changed && !typed.ended) return;
    SceneSpec changed = *scene;
    std::string& own = zh ? (changed.*member).zh : (changed.*member).en;
    own = member == &SceneSpec::text ? oneLine(typed.text) : typed.text;
    if (typed.ended) own = session::trimmed(own);
    put(std::move(changed), typed.ended);
  }

  void duplicate() {
    SceneSpec copy = *scene;
    const auto taken = [&](const std::string& id) {
      return std::any_of(scenes.begin(), scenes.end(), [&](const auto& s) { return s.id == id; });
    };
    for (size_t n = scenes.size() + 1; copy.id == scene->id || taken(copy.id); ++n)
      copy.id = fmt::format("scene-{}", n);
    if (!copy.name.zh.empty()) copy.name.zh += " 副本";
    if (!copy.name.en.empty()) copy.name.en += " copy";
    ui.send(session::PutScene{copy, true});
    ui.send(session::ShowScene{copy.id});
  }

  void times() {
    f.section(ui.tr("时长"));
    number("scenes.duration", "停留", scene->durationSeconds, "s", 0, 86400,
           [&](double v) { edit([&](SceneSpec& s) { s.durationSeconds = v; }); });
    number("scenes.transition", "过渡", scene->transitionSeconds, "s", 0, 60,
           [&](double v) { edit([&](SceneSpec& s) { s.transitionSeconds = v; }); });
  }

  // A number within bounds; what lies beyond them is not taken.
  template <class Put>
  void number(const char* id, const char* word, double value, const char* unit, double least, double most,
              Put put) {
    auto& refused = ui.state.column.refusedNumber;
    if (const auto said = f.field(id, ui.tr(word), plain(value), ui.tr(unit), 110)) {
      const auto v = numberIn(session::trimmed(*said).empty() ? "0" : *said);
      const bool fits = v && *v >= least && *v <= most;
      refused = fits ? "" : id;
      if (fits) put(*v);
    }
    if (refused != id) return;
    ui.record(std::string(id) + ".refused", f.line(18), "text");
    f.note(fmt::format(fmt::runtime(ui.tr("写 {:g} 到 {:g} 之间的数。")), least, most), ui.theme.warning);
  }

  void content() {
    f.section(ui.tr("画面"));
    using scene::Composition;
    const std::string kinds[] = {ui.tr("地图"), ui.tr("小图"), ui.tr("账本")};
    if (const int c = f.segments(
            "scenes.composition", ui.tr("版面"), kinds, static_cast<int>(scene->composition),
            [&](int i) {
              const auto wish = static_cast<Composition>(i);
              return wish == Composition::map ? Refusal() : ui.refusal(session::SetComposition{wish});
            });
        c >= 0) {
      const auto wish = static_cast<Composition>(c);
      edit([&](SceneSpec& s) { s.composition = wish; });
      ui.send(session::SetComposition{wish});
    }
    if (scene->composition == Composition::map) {
      const std::string sides[] = {ui.tr("排名"), ui.tr("历年")};
      if (const int c = f.segments("scenes.side", ui.tr("侧栏"), sides, static_cast<int>(scene->side));
          c >= 0)
        edit([&](SceneSpec& s) { s.side = static_cast<scene::SidePanel>(c); });
    }
    f.word(ui.tr("指标"), 22);
    std::string what = ui.tr("不显示指标");
    if (const auto* spec = indicatorSpec(ui, scene->indicator)) {
      what = ui.name(spec->name).empty() ? spec->id : ui.name(spec->name);
      if (scene->year) what += fmt::format(" · {}", *scene->year);
      else if (!spec->year.empty()) what += std::string(" · ") + ui.tr("最近一年");
    }
    ui.text(Type::body, f.control(22), what, ui.theme.text1);
    ui.record("scenes.indicator", f.control(22), "text", what);
    f.space(26);
    f.note(ui.tr("指标、年份和视野取自地图：在地图上调好，再“用当前视图更新”。"));
  }

  void layers() {
    f.section(ui.tr("显示的图层"));
    const auto& all = ui.session.project().layers;
    const auto shown = [&](const session::LayerSpec& l) {
      return scene->layers.empty()
                 ? l.visible
                 : std::find(scene->layers.begin(), scene->layers.end(), l.id) != scene->layers.end();
    };
    std::vector<std::string> on;
    for (const auto& l : all)
      if (shown(l)) on.push_back(l.id);
    const float gap = 12 * k, half = (f.width() - gap) / 2, x0 = f.x0, x1 = f.x1;
    float y = f.y;
    for (size_t i = 0; i < all.size(); ++i) {
      const auto& l = all[all.size() - 1 - i];  // as in the list of layers: the topmost first
      const bool left = i % 2 == 0, is = shown(l);
      f.x0 = left ? x0 : x0 + half + gap, f.x1 = f.x0 + half, f.y = y;
      const Refusal last = is && on.size() == 1 ? Refusal(ui.tr("至少留一个图层。")) : std::nullopt;
      if (f.toggle("scenes.layer." + l.id, ui.name(l.name).empty() ? l.id : ui.name(l.name), is, last))
        edit([&](SceneSpec& s) {
          s.layers.clear();
          for (const auto& other : all)
            if ((other.id == l.id) ? !is : shown(other)) s.layers.push_back(other.id);
        });
      if (!left || i + 1 == all.size()) y = f.y;
    }
    f.x0 = x0, f.x1 = x1, f.y = y;
  }

  // Objects, "layer:key"
  void emphasis() {
    f.section(ui.tr("强调"));
    for (size_t i = 0; i < scene->emphasis.size(); ++i) {
      const std::string& e = scene->emphasis[i];
      const auto object = named(e);
      const Rect r = f.line(26);
      ui.record("scenes.emphasis." + e, r, "text", object ? nameOf(ui, *object) : e);
      ui.text(Type::body, {r.x, r.y, r.w - 30 * k, r.h},
              object ? nameOf(ui, *object) : e + " · " + ui.tr("已不在项目中"),
              object ? ui.theme.text1 : ui.theme.warning);
      if (ui.iconButton("scenes.emphasis." + e + ".remove", {r.right() - 24 * k, r.y + k, 24 * k, 24 * k},
                        Icon::close, ui.tr("不再强调")))
        edit([&](SceneSpec& s) { s.emphasis.erase(s.emphasis.begin() + static_cast<long>(i)); });
      f.space(28);
    }
    Refusal why;
    const auto chosen = selectedNames(why);
    if (ui.button("scenes.emphasise", f.line(28), ui.tr("加入图上选中的对象"), ButtonKind::plain, why))
      edit([&](SceneSpec& s) { s.emphasis.insert(s.emphasis.end(), chosen.begin(), chosen.end()); });
    f.space(34);
    if (scene->emphasis.empty()) f.note(ui.tr("强调的对象亮着，其余的县（市、区）退后。"));
  }

  std::optional<scene::ObjectRef> named(const std::string& e) const {
    const size_t colon = e.find(':');
    if (colon == e.npos) return {};
    const auto* spec = specOf(ui, e.substr(0, colon));
    if (!spec || !ui.session.layer(spec->id).shape) return {};
    const auto rows = static_cast<long>(ui.session.layer(spec->id).shape->layer->rows());
    for (long r = 0; r < rows; ++r)
      if (cell(ui, spec->id, spec->key, r) == e.substr(colon + 1)) return scene::ObjectRef{spec->id, r};
    return {};
  }

  std::vector<std::string> selectedNames(Refusal& why) const {
    std::vector<scene::ObjectRef> objects;
    for (const uint32_t row : ui.view.selection) objects.push_back({ui.view.selectionLayer, row});
    if (objects.empty() && ui.view.selected && ui.view.selected->row >= 0)
      objects.push_back(*ui.view.selected);
    std::vector<std::string> names;
    why = ui.tr("先在图上或列表里选一个对象。");
    if (objects.empty()) return names;
    bool keyed = false;
    for (const auto& o : objects) {
      const auto* spec = specOf(ui, o.layer);
      const std::string id = spec ? cell(ui, o.layer, spec->key, o.row) : "";
      if (id.empty()) continue;
      keyed = true;
      const std::string name = o.layer + ":" + id;
      if (std::find(scene->emphasis.begin(), scene->emphasis.end(), name) == scene->emphasis.end())
        names.push_back(name);
    }
    why = !keyed          ? Refusal(ui.tr("这个图层没有键列，记不住其中的对象。"))
          : names.empty() ? Refusal(ui.tr("已经强调它了。"))
                          : std::nullopt;
    return names;
  }

  void tilt() {
    f.section(ui.tr("立体"));
    const bool on = scene->tilt.has_value();
    const Refusal flat =
        scene->composition == scene::Composition::map ? Refusal() : Refusal(ui.tr("只有地图能看成立体的。"));
    if (f.toggle("scenes.tilt", ui.tr("倾斜地图，用高度表示数值"), on, flat))
      edit([&](SceneSpec& s) {
        if (on) s.tilt.reset();
        else s.tilt.emplace();
      });
    if (!on) return;
    const TiltSpec& t = *scene->tilt;
    amount("scenes.degrees", "倾角", t.degrees, 0, 70, 1, "°",
           [](TiltSpec& to, double v) { to.degrees = v; });
    amount("scenes.bearing", "方位", t.bearing, -180, 180, 5, "°",
           [](TiltSpec& to, double v) { to.bearing = v; });
    using H = TiltSpec::Heights;
    const std::string kinds[] = {ui.tr("拉起"), ui.tr("柱"), ui.tr("无")};
    if (const int c = f.segments("scenes.heights", ui.tr("高度"), kinds, static_cast<int>(t.heights)); c >= 0)
      edit([&](SceneSpec& s) { s.tilt->heights = static_cast<H>(c); });
    if (t.heights == H::none) return;
    std::vector<std::string> labels{ui.tr("与颜色相同")};
    std::vector<std::string> ids{""};
    int at = 0;
    for (const auto& i : ui.session.project().indicators) {
      labels.push_back(ui.name(i.name).empty() ? i.id : ui.name(i.name)), ids.push_back(i.id);
      if (i.id == t.indicator) at = static_cast<int>(ids.size()) - 1;
    }
    if (const int c = f.choice("scenes.heightOf", ui.tr("高度指标"), labels, at); c >= 0)
      edit([&](SceneSpec& s) { s.tilt->indicator = ids[static_cast<size_t>(c)]; });
    amount("scenes.share", "最高处", t.share * 100, 2, 60, 1, "%",
           [](TiltSpec& to, double v) { to.share = v / 100; });
  }

  // Live while dragged; one step of undo.
  template <class Put>
  void amount(const char* id, const char* word, double value, double least, double most, double step,
              const char* unit, Put set) {
    f.word(ui.tr(word));
    Rect r = f.control();
    const float w = 52 * k;
    const auto s = f.slider(id, {r.x, r.y, r.w - w, r.h}, (value - least) / (most - least),
                            least < 0 ? std::optional(0.5) : std::nullopt);
    const double now = std::clamp(std::round((least + s.value * (most - least)) / step) * step, least, most);
    const double shown = s.changed ? now : value;
    ui.text(Type::body, {r.right() - w, r.y, w, r.h}, plain(std::round(shown * 10) / 10) + unit,
            ui.theme.text1, Align::right);
    f.space(34);
    if (s.changed || s.ended) edit([&](SceneSpec& changed) { set(*changed.tilt, now); }, s.ended);
  }

  // The whole show
  // -----------------------------------------------------------------------------------------------------------
  void presenting() {
    f.anchor("show");
    f.section(ui.tr("演示设置"));
    if (f.toggle("show.automatic", ui.tr("自动放映，按各场景的停留时间"), show.automatic))
      editShow([](ShowSpec& s) { s.automatic = !s.automatic; });
    if (f.toggle("show.loop", ui.tr("放完从头再来"), show.loop))
      editShow([](ShowSpec& s) { s.loop = !s.loop; });
    if (f.toggle("show.captions", ui.tr("显示场景的名字和说明"), show.captions))
      editShow([](ShowSpec& s) { s.captions = !s.captions; });
    if (f.toggle("show.reduced", ui.tr("减少动画：直接切换"), show.reducedMotion))
      editShow([](ShowSpec& s) { s.reducedMotion = !s.reducedMotion; });
    f.space(4);
    const std::string beads[] = {ui.tr("一次"), ui.tr("一直"), ui.tr("不走")};
    if (const int c = f.segments("show.beads", ui.tr("弧线光点"), beads, static_cast<int>(show.beads));
        c >= 0)
      editShow([&](ShowSpec& s) { s.beads = static_cast<ShowSpec::Beads>(c); });
    number("show.idle", "无人时", show.idleSeconds, "秒后自动放", 0, 86400,
           [&](double v) { editShow([&](ShowSpec& s) { s.idleSeconds = v; }); });
    if (show.idleSeconds == 0) f.note(ui.tr("0：没有人操作时也停在原处。"));
    f.space(4);
    number("show.audience", "最远座位", show.audienceMetres, "m", 0, 1000,
           [&](double v) { editShow([&](ShowSpec& s) { s.audienceMetres = v; }); });
    number("show.screen", "画面宽", show.screenCm, "cm", 0, 100000,
           [&](double v) { editShow([&](ShowSpec& s) { s.screenCm = v; }); });
    const scene::Viewing viewing{show.audienceMetres, show.screenCm};
    if (const float share = scene::leastType(viewing, 1); share > 0)
      f.note(fmt::format(fmt::runtime(ui.tr("最后一排要看清，字至少 {:.1f} 厘米高；画面会按此放大。")),
                         share * show.screenCm * scene::ideographOfEm));
    else f.note(ui.tr("填了这两项，画面上的字会大到最后一排也看得清。"));
    if (ui.button("show.check", f.line(30), ui.tr("演示前检查…"))) openCheck(ui);
    f.space(38);
  }

  Form& f;
  Ui& ui;
  const float k;
  const std::vector<SceneSpec>& scenes;
  const ShowSpec& show;
  const SceneSpec* scene = nullptr;
};

}  // namespace

void drawScenesTab(Form& f) { Tab(f).draw(); }

}  // namespace panels
