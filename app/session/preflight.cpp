#include "app/session/basemaps.h"
#include "app/session/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/scene/furniture.h"
#include "app/scene/legibility.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/show_stages.h"
#include "app/session/snapshot.h"
#include "app/session/tour.h"

namespace session {
namespace {

using Kind = Finding::Kind;
using scene::Rect;
using scene::Rgba;
using scene::Text;

// Characters a second that an audience reads beside a map: about half of what Netflix's timed text guides
// allow for subtitles (9 for Simplified Chinese, 20 for English), which are read alone.
constexpr double ideographsPerSecond = 5, lettersPerSecond = 10;

// WCAG 2.1, 1.4.3: 4.5 for text, 3 for large text, that is from 24 CSS px, 18.66 bold. A CSS px is 1/96 inch
// at 28 inches: 1.278 minutes of arc.
constexpr double largeEmMinutes = 24 * 1.278, leastContrast = 4.5, leastLargeContrast = 3;
// Where black is a seventh of white no text has 4.5: white on black has 5.4. What lies below these is lost.
constexpr double leastWashed = 3, leastLargeWashed = 2;
// In Oklab. One just sees 0.02 side by side; to find a colour again in the legend takes more. Our own
// palettes keep this up to seven classes.
constexpr double leastDifference = 0.05;

bool isIdeograph(unsigned char lead) { return lead >= 0xE2; }  // three bytes and more of UTF-8

double secondsToRead(const std::string& text) {
  double ideographs = 0, letters = 0;
  for (const unsigned char c : text) {
    if (isIdeograph(c)) ++ideographs;
    else if (c < 0x80 || (c >= 0xC0 && c < 0xE2)) ++letters;
  }
  return ideographs / ideographsPerSecond + letters / lettersPerSecond;
}

std::string shortened(const std::string& text, size_t most = 24) {
  size_t at = 0, n = 0;
  while (at < text.size() && n < most) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    ++n;
  }
  return at < text.size() ? text.substr(0, at) + "…" : text;
}

Rgba over(Rgba top, Rgba ground) {
  const auto byte = [&](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>((a * top.a + b * (255 - top.a)) / 255.0 + 0.5);
  };
  return {byte(top.r, ground.r), byte(top.g, ground.g), byte(top.b, ground.b), 255};
}

scene::Vec middleOf(const Text& t) {
  const scene::Vec along{std::cos(t.angle), std::sin(t.angle)};
  return t.origin + along * (t.run.advance / 2) + scene::Vec{along.y, -along.x} * (0.36f * t.run.size);
}

class Inspection {
 public:
  Inspection(const CheckedStop& stop, const scene::Stage& stage)
      : stop_(stop), s_(stage), lang_(stage.scene.language) {}

  std::vector<Finding> all() {
    data();
    ground();
    type();
    names();
    contrast();
    colours();
    glyphs();
    words();
    illustrative();
    room();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.grave > b.grave; });
    return std::move(found_);
  }

 private:
  const char* t(const char* zh) const { return tr(zh, lang_); }
  template <class... Args>
  std::string say(const char* zh, Args&&... args) const {
    return fmt::format(fmt::runtime(t(zh)), std::forward<Args>(args)...);
  }
  std::string quoted(const std::string& text) const { return say("“{}”", text); }
  std::string listed(const std::vector<std::string>& all, size_t most = 4) const {
    const std::vector<std::string> first(all.begin(),
                                         all.begin() + static_cast<long>(std::min(all.size(), most)));
    std::string text = joined(first, lang_ == Language::zh ? "、" : ", ");
    if (all.size() > most) text += say(" 等 {} 个", all.size());
    return text;
  }
  void add(Kind kind, bool grave, std::string what, std::string fix) {
    Finding f;
    f.kind = kind, f.grave = grave, f.scene = stop_.spec.id, f.number = stop_.number;
    f.sceneName = stop_.spec.name.in(lang_).empty() ? stop_.spec.id : stop_.spec.name.in(lang_);
    f.what = std::move(what), f.fix = std::move(fix);
    found_.push_back(std::move(f));
  }

  template <class Visit>
  void eachText(Visit visit) const {
    for (const auto* items : {&s_.ground, &s_.panels, &s_.over, &s_.marks, &s_.names, &s_.measures})
      for (size_t i = 0; i < items->size(); ++i)
        if (const auto* text = std::get_if<Text>(&(*items)[i].item);
            text && text->colour.a > 0 && !text->run.empty())
          visit(*text, *items, i);
  }

  void data() {
    if (!stop_.lost.empty())
      add(Kind::data, true, say("场景里写的{}已不在项目中", listed(stop_.lost)),
          t("在场景栏里去掉它们，或用当前视图更新场景"));
    for (const std::string& failure : stop_.failed)
      add(Kind::data, true, failure, t("检查数据文件，或在这个场景里不显示它"));
  }

  // Whether the wall can do without the network, and shows what it is asked for.
  void ground() {
    if (!s_.map || s_.cameras.empty()) return;
    for (const scene::BasemapPtr& b : s_.scene.basemaps) {
      const auto source = std::static_pointer_cast<const GroundSource>(b->source);
      if (scene::isTilted(s_.scene)) {
        add(Kind::data, false, say("底图“{}”在倾斜的场景里不画", b->name),
            t("去掉倾斜，或在这个场景里不用底图"));
        continue;
      }
      if (!source->error.what.empty()) {
        add(Kind::data, true, say("底图“{}”没有画上：{}", b->name, source->error.text()),
            t("在底图设置里改好，或在这个场景里不用它"));
        continue;
      }
      const GroundNeed need = groundNeed(*source, s_.cameras[0], 1);
      if (need.stored < need.tiles)
        add(Kind::data, false,
            say("底图“{}”需要网络：{} 块瓦片里有 {} 块还没有缓存", b->name, need.tiles,
                need.tiles - need.stored),
            t("有网络时先把演示走一遍，瓦片就存在本机了"));
    }
  }

  void type() {
    const scene::Viewing& v = s_.scene.viewing;
    const float least = scene::leastType(v, s_.width);
    if (least <= 0) return;
    const Text* smallest = nullptr;
    size_t count = 0;
    eachText([&](const Text& text, const auto&, size_t) {
      if (text.run.size >= least * 0.98f) return;  // half a pixel of rounding
      ++count;
      if (!smallest || text.run.size < smallest->run.size) smallest = &text;
    });
    if (!smallest) return;
    const float size = smallest->run.size;
    std::string what =
        say("最后一排看不清：{} 高 {:.0f}′，至少要 {:.0f}′", quoted(shortened(smallest->run.text)),
            scene::arcMinutes(v, s_.width, size), scene::leastEmMinutes());
    if (count > 1) what += say("；这样的字共 {} 处", count);
    add(Kind::type, true, std::move(what),
        say("最远的座位移到 {:.1f} 米以内，或画面至少 {:.0f} 厘米宽",
            std::floor(scene::farthestMetres(v, s_.width, size) * 10) / 10,
            std::ceil(scene::leastScreenCm(v, s_.width, size))));
  }

  // Cores, counties and nodes never give way by design; other places may.
  void names() {
    if (!s_.map || s_.cameras.empty()) return;
    std::vector<std::string> missing, lesser;
    for (const scene::SceneLayer& layer : s_.scene.layers) {
      using scene::Role;
      const bool first = layer.role == Role::core || layer.role == Role::county || layer.role == Role::node;
      const bool second = layer.role == Role::agriPark || layer.role == Role::platform;
      if (!layer.visible || !layer.shape || (!first && !second)) continue;
      if (layer.role == Role::county && layer.id != s_.scene.cityLayer) continue;
      for (size_t r = 0; r < layer.labels.size() && r < layer.shape->anchors.size(); ++r) {
        if (layer.labels[r].empty() || !scene::isShown(layer, r)) continue;
        const scene::Vec at = s_.cameras[0].canvasFromWorld(layer.shape->anchors[r]);
        if (!s_.layout.map.contains(at)) continue;
        const scene::ObjectRef object{layer.id, static_cast<long>(r)};
        if (std::find(s_.nameOf.begin(), s_.nameOf.end(), object) == s_.nameOf.end())
          (first ? missing : lesser).push_back(layer.labels[r]);
      }
    }
    if (!missing.empty())
      add(Kind::name, true, say("地图上没有位置写：{}", listed(missing)),
          t("把视野拉近些，少显示几个图层，或在换大的屏幕上演示"));
    if (!lesser.empty())
      add(Kind::name, false, say("地图上没有位置写：{}", listed(lesser)), t("要提到它们的话，把视野拉近些"));
  }

  // What lies under the middle of a text of the panels: the last opaque shape put down there.
  Rgba groundOf(const Text& text, const std::vector<scene::Placed>& items, size_t index) const {
    if (&items == &s_.names || text.haloWidth > 0) return s_.theme->halo;
    const scene::Vec at = middleOf(text);
    for (size_t i = index; i-- > 0;)
      if (const auto* fill = std::get_if<scene::Fill>(&items[i].item);
          fill && fill->colour.a > 200 && fill->path.box().contains(at))
        return over(fill->colour, s_.theme->background);
    return s_.theme->background;
  }

  void contrast() {
    const Text* worst = nullptr;
    double least = 0, wanted = 0;
    size_t count = 0;
    eachText([&](const Text& text, const auto& items, size_t i) {
      const Rgba ground = groundOf(text, items, i);
      const double ratio = scene::contrast(scene::seenAs(over(text.colour, ground), stop_.vision),
                                           scene::seenAs(ground, stop_.vision));
      const double minutes = scene::arcMinutes(s_.scene.viewing, s_.width, text.run.size);
      const bool large = minutes > 0 ? minutes >= largeEmMinutes : text.run.size >= 24 * s_.layout.unit;
      const bool washed = stop_.vision == scene::Vision::projector;
      const double needs = washed  ? (large ? leastLargeWashed : leastWashed)
                           : large ? leastLargeContrast
                                   : leastContrast;
      if (ratio >= needs - 0.05) return;
      ++count;
      if (!worst || ratio / needs < least / wanted) worst = &text, least = ratio, wanted = needs;
    });
    if (!worst) return;
    std::string what = stop_.vision == scene::Vision::normal
                           ? std::string()
                           : visionText(stop_.vision, lang_) + (lang_ == Language::zh ? "。" : ". ");
    what += say("字与底色太接近：{} 的对比度 {:.1f}，至少要 {:.1f}", quoted(shortened(worst->run.text)),
                least, wanted);
    if (count > 1) what += say("；这样的字共 {} 处", count);
    add(Kind::contrast, true, std::move(what),
        stop_.vision == scene::Vision::projector ? t("把灯光调暗，或换成浅色主题")
                                                 : t("换一种主题，或换一种色带"));
  }

  // Classes that one reader in twelve cannot tell apart.
  void colours() {
    if (!s_.scene.choropleth) return;
    const auto classes = scene::legendClasses(s_.scene, *s_.theme);
    using scene::Vision;
    for (const Vision v : {Vision::deuteranopia, Vision::protanopia, Vision::tritanopia}) {
      for (size_t i = 0; i < classes.size(); ++i)
        for (size_t j = i + 1; j < classes.size(); ++j) {
          const auto &a = classes[i], &b = classes[j];
          if (a.missing || b.missing || a.colour == b.colour || a.rows.empty() || b.rows.empty()) continue;
          if (scene::difference(scene::seenAs(a.colour, v), scene::seenAs(b.colour, v)) >= leastDifference)
            continue;
          return add(Kind::colours, false,
                     say("{}的人分不清“{}”与“{}”的颜色", visionName(v, lang_), a.range, b.range),
                     t("换一种色带，或在图上标出数值"));
        }
    }
  }

  void glyphs() {
    if (s_.missingGlyphs.empty()) return;
    std::vector<std::string> codes;
    for (const char32_t c : s_.missingGlyphs)
      codes.push_back(fmt::format("U+{:04X}", static_cast<uint32_t>(c)));
    add(Kind::glyph, true, say("没有字体能写这些字：{}", listed(codes, 6)),
        t("安装 fonts-noto-cjk 和 fonts-noto-cjk-extra，或换个写法"));
  }

  void words() {
    const SceneSpec& spec = stop_.spec;
    const auto& own = [&](const Name& n) -> const std::string& {
      return lang_ == Language::zh ? n.zh : n.en;
    };
    if (spec.name.in(lang_).empty()) add(Kind::words, true, t("场景没有名字"), t("在场景栏里写上名字"));
    else if (own(spec.name).empty())
      add(Kind::words, true, t("场景的名字没有这种语言的写法"), t("在场景栏里补上"));
    if (spec.text.in(lang_).empty())
      add(Kind::words, false, t("场景没有说明文字"), t("在场景栏里写一两句，观众才知道看什么"));
    else if (own(spec.text).empty())
      add(Kind::words, true, t("说明文字没有这种语言的写法"), t("在场景栏里补上"));
    const std::string& text = s_.scene.text;
    if (text.empty() || !s_.scene.caption) return;
    const double needs = secondsToRead(text) + secondsToRead(s_.scene.name);
    const bool byItself = stop_.show.automatic || stop_.show.idleSeconds > 0;
    if (spec.durationSeconds < needs)
      add(Kind::pace, byItself,
          say("说明文字读完要 {:.0f} 秒，场景只停 {:g} 秒", std::ceil(needs), spec.durationSeconds),
          say("停留至少 {:.0f} 秒，或把文字缩短", std::ceil(needs)));
  }

  void illustrative() {
    if (!s_.scene.illustrative) return;
    bool marked = false;
    eachText([&](const Text& text, const auto&, size_t) {
      marked |= text.run.text == s_.scene.words.illustrativeBadge;
    });
    if (!marked)
      add(Kind::illustrative, true, t("画面里有示例数据，却没有标明"), t("换成真实数据，或不显示那些图层"));
  }

  // What the picture had no place for.
  void room() {
    const scene::Scene& s = s_.scene;
    bool named = false;
    const auto cutFrom = [](const std::string& shown, const std::string& whole) {
      constexpr std::string_view dots = "…";
      return shown.ends_with(dots) && whole.size() > shown.size() - dots.size() &&
             shown.size() > dots.size() &&
             whole.find(shown.substr(0, shown.size() - dots.size())) != whole.npos;
    };
    bool caption = false, title = false;
    eachText([&](const Text& text, const auto&, size_t) {
      const std::string& shown = text.run.text;
      named |= shown == s.name || cutFrom(shown, s.name);
      caption |= !s.text.ends_with(shown) && cutFrom(shown, s.text);
      title |= s.title != shown && cutFrom(shown, s.title);
    });
    if (title) add(Kind::room, true, t("总标题写不下，被截断了"), t("把标题缩短，或换更宽的屏幕"));
    if (s_.map && s.caption && !s.name.empty() && !named)
      add(Kind::room, true, t("画面上没有位置放场景的名字和说明"), t("换更大的屏幕，或让观众坐近些"));
    else if (caption) add(Kind::room, true, t("说明文字写不下，被截断了"), t("把文字缩短"));
    if (s_.map && s_.layout.left.w <= 0 && (!s.ledger.empty() || !s.unplaced.empty()))
      add(Kind::room, false, t("字放大后，画面上没有规划账本的位置"),
          t("为账本另做一个场景，或换更大的屏幕"));
  }

  using Language = scene::Language;
  const CheckedStop& stop_;
  const scene::Stage& s_;
  const Language lang_;
  std::vector<Finding> found_;
};

// What the whole show lacks.
std::vector<Finding> ofShow(const Session& session) {
  const auto lang = session.view().language;
  std::vector<Finding> found;
  const Project& p = session.project();
  const auto add = [&](Kind kind, bool grave, const char* what, const char* fix) {
    Finding f;
    f.kind = kind, f.grave = grave, f.what = tr(what, lang), f.fix = tr(fix, lang);
    found.push_back(std::move(f));
  };
  if (p.scenes.empty())
    add(Kind::words, false, "项目还没有场景：演示只有概览一幅", "在场景栏里由当前视图新建场景");
  if (!(p.show.audienceMetres > 0) || !(p.show.screenCm > 0))
    add(Kind::audience, true, "不知道观众坐多远、画面多宽，无法检查字是否够大",
        "在场景栏的演示设置里填写最远的座位和画面的宽度");
  return found;
}

CheckedStop checkedStop(const Session& session, const SceneSpec& spec, size_t number) {
  const Project& p = session.project();
  const auto lang = session.view().language;
  CheckedStop stop{spec, number, p.show, session.view().vision, {}, {}};
  const auto known = [](const auto& list, const std::string& id) {
    return std::any_of(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
  };
  const auto lost = [&](std::string what) {
    if (std::find(stop.lost.begin(), stop.lost.end(), what) == stop.lost.end())
      stop.lost.push_back(std::move(what));
  };
  for (const std::string& id : spec.layers)
    if (!known(p.layers, id)) lost(fmt::format(fmt::runtime(tr("图层“{}”", lang)), id));
  for (const std::string& e : spec.emphasis)
    if (!objectNamed(session, e)) lost(fmt::format(fmt::runtime(tr("强调对象“{}”", lang)), e));
  if (!spec.indicator.empty()) {
    if (!known(p.indicators, spec.indicator))
      lost(fmt::format(fmt::runtime(tr("指标“{}”", lang)), spec.indicator));
    else if (const auto& error = session.indicator(spec.indicator).error; !error.what.empty())
      stop.failed.push_back(error.text());
  }
  const Look look = lookAt(session, spec);
  for (const LayerSpec& l : p.layers)
    if (SessionParts::visible(l, look) && session.layer(l.id).stage == LayerState::Stage::failed)
      stop.failed.push_back(fmt::format(fmt::runtime(tr("图层“{}”未能载入：{}", lang)),
                                        l.name.in(lang).empty() ? l.id : l.name.in(lang),
                                        session.layer(l.id).error.text()));
  return stop;
}

const scene::Theme& themeOf(const Project& p) {
  return p.theme == "light" ? scene::lightTheme() : scene::darkTheme();
}

Finding unmade(const CheckedStop& stop, const geo::Error& error) {
  Finding f;
  f.kind = Kind::data, f.scene = stop.spec.id, f.number = stop.number, f.sceneName = stop.spec.name.zh;
  f.what = error.what, f.fix = error.remedy;
  return f;
}

}  // namespace

std::string_view name(Finding::Kind kind) {
  constexpr std::array<std::string_view, 11> names{"audience", "type", "name",   "contrast",
                                                   "glyph",    "data", "words",  "illustrative",
                                                   "pace",     "room", "colours"};
  return names[static_cast<size_t>(kind)];
}

std::vector<Finding> findingsOf(const CheckedStop& stop, const scene::Stage& stage) {
  return Inspection(stop, stage).all();
}

std::vector<Finding> preflight(const Session& session, int width, int height) {
  std::vector<Finding> found = ofShow(session);
  const auto fonts = scene::Typesetter::open();
  if (!fonts) {
    Finding f;
    f.kind = Kind::glyph, f.what = fonts.error().what, f.fix = fonts.error().remedy;
    found.push_back(std::move(f));
    return found;
  }
  const auto stops = stopsOf(session.project());
  for (size_t i = 0; i < stops.size(); ++i) {
    const CheckedStop stop = checkedStop(session, stops[i], i + 1);
    auto scene = stopScene(session, stops[i], partsFor(session, lookAt(session, stops[i])));
    if (!scene) {
      found.push_back(unmade(stop, scene.error()));
      continue;
    }
    const auto stage = scene::makeStage(std::move(*scene), themeOf(session.project()), *fonts,
                                        static_cast<float>(width), static_cast<float>(height));
    for (Finding& f : findingsOf(stop, *stage)) found.push_back(std::move(f));
  }
  return found;
}

void startCheck(Session& session, int width, int height) {
  auto check = std::make_shared<ShowCheck>();
  check->width = width, check->height = height;
  check->project = session.project(), check->language = session.view().language;
  SessionParts::view(session).showCheck = check;
  // The project's copy is what the looks point into while the jobs run.
  const auto stops = std::make_shared<const std::vector<SceneSpec>>(stopsOf(session.project()));
  std::vector<PartsWork> works;
  for (const SceneSpec& spec : *stops) works.push_back(partsWork(session, lookAt(session, spec)));
  const auto failed = [&session, check](const std::string& error) {
    auto ended = std::make_shared<ShowCheck>(*check);
    ended->done = true, ended->error = error;
    SessionParts::view(session).showCheck = std::move(ended);
  };
  session.jobs().start(
      "check",
      [&session, check, stops, works = std::move(works), failed](geo::Progress& p) -> Jobs::Finish {
        auto parts = std::make_shared<std::vector<Parts>>();
        for (const PartsWork& work : works) parts->push_back(work(p));
        return [&session, check, stops, parts, failed] {
          std::vector<CheckedStop> checked;
          std::vector<scene::Scene> scenes;
          std::vector<Finding> found = ofShow(session);
          for (size_t i = 0; i < stops->size(); ++i) {
            CheckedStop stop = checkedStop(session, (*stops)[i], i + 1);
            auto scene = stopScene(session, (*stops)[i], (*parts)[i]);
            if (!scene) {
              found.push_back(unmade(stop, scene.error()));
              continue;
            }
            checked.push_back(std::move(stop)), scenes.push_back(std::move(*scene));
          }
          session.jobs().start(
              "check",
              [&session, check, checked = std::move(checked), scenes = std::move(scenes),
               found = std::move(found)](geo::Progress& p) -> Jobs::Finish {
                auto ended = std::make_shared<ShowCheck>(*check);
                ended->done = true, ended->findings = found;
                if (const auto fonts = scene::Typesetter::open()) {
                  for (size_t i = 0; i < scenes.size() &&
                                     p.keepGoing(static_cast<double>(i) / static_cast<double>(scenes.size()));
                       ++i) {
                    const auto stage =
                        scene::makeStage(scenes[i], themeOf(check->project), *fonts,
                                         static_cast<float>(check->width), static_cast<float>(check->height));
                    for (Finding& f : findingsOf(checked[i], *stage)) ended->findings.push_back(std::move(f));
                  }
                } else {
                  ended->error = fonts.error().text();
                }
                return [&session, ended] { SessionParts::view(session).showCheck = ended; };
              },
              failed);
        };
      },
      failed);
}

}  // namespace session
