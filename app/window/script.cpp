#include "app/window/script.h"

#include <GLFW/glfw3.h>

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/window/window.h"

namespace window {
namespace {

double number(std::string_view text) {
  double v = 0;
  std::from_chars(text.data(), text.data() + text.size(), v);
  return v;
}

panels::KeyPress keyPress(std::string_view text) {
  panels::KeyPress p;
  const auto eat = [&](std::string_view prefix, bool& flag) {
    if (text.size() > prefix.size() && text.starts_with(prefix))
      text.remove_prefix(prefix.size()), flag = true;
  };
  eat("Ctrl+", p.ctrl), eat("Shift+", p.shift), eat("Alt+", p.alt);
  static const std::map<std::string_view, int> named{{"Esc", GLFW_KEY_ESCAPE},
                                                     {"Enter", GLFW_KEY_ENTER},
                                                     {"Tab", GLFW_KEY_TAB},
                                                     {"Delete", GLFW_KEY_DELETE},
                                                     {"Right", GLFW_KEY_RIGHT},
                                                     {"Left", GLFW_KEY_LEFT},
                                                     {"Up", GLFW_KEY_UP},
                                                     {"Down", GLFW_KEY_DOWN},
                                                     {"PageUp", GLFW_KEY_PAGE_UP},
                                                     {"PageDown", GLFW_KEY_PAGE_DOWN},
                                                     {"+", '='}};
  if (const auto it = named.find(text); it != named.end()) p.key = it->second;
  else if (text.size() == 1) p.key = text[0] >= 'a' && text[0] <= 'z' ? text[0] - 'a' + 'A' : text[0];
  else if (text.size() > 1 && text[0] == 'F')
    p.key = GLFW_KEY_F1 + static_cast<int>(number(text.substr(1))) - 1;
  return p;
}

std::optional<scene::ObjectRef> objectOf(const session::Session& session, const std::string& layer,
                                         const std::string& key) {
  for (const auto& spec : session.project().layers) {
    if (spec.id != layer) continue;
    const auto& shape = session.layer(layer).shape;
    if (!shape || !shape->layer) return {};
    for (const auto& column : {spec.key, spec.label, spec.labelEn})
      if (const auto* c = shape->layer->table.find(column))
        for (size_t r = 0; r < c->rows(); ++r)
          if (c->has(r) && c->text(r) == key) return scene::ObjectRef{layer, static_cast<long>(r)};
  }
  return {};
}

}  // namespace

geo::Result<Script> Script::read(const std::string& path) {
  Script s;
  if (path.empty()) return s;
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return geo::fail(fmt::format("Cannot read the script {}.", path));
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') s.lines_.push_back(line);
  return s;
}

geo::Result<void> Script::step(Frame& frame, session::Session& session, GLFWwindow* window,
                               Present* present) {
  while (!done()) {
    if (left_ > 0) {
      --left_;
      frame.touched();
      return {};
    }
    if (left_ == 0) {
      left_ = -1, ++at_;
      continue;
    }
    const auto went = obey(lines_[at_], frame, session, window, present);
    if (!went) return geo::fail(fmt::format("{}: {}", lines_[at_], went.error().text()));
    if (!*went) return {};
    if (left_ < 0) ++at_;
  }
  return {};
}

// show-soak COUNT FILE [SECONDS [ROUND]]: so many scene changes, at most one in so many seconds (0.1), each
// once the one before has been drawn; in every round of a hundred the project is opened anew and there are
// two sizes. Before them a first round does once all that they consist of: at every size it opens the project
// anew and goes from every scene to every other, waiting until nothing moves, then comes a usual round for
// each other size. Rounds end at the first scene and the first size, wait until nothing is left to do, and
// write a line: changes (0: the first round), seconds, KiB resident, GL objects and their bytes.
geo::Result<bool> Script::soak(const std::string& rest, session::Session& session, Present& present) {
  std::istringstream in(rest);
  long count = 0, round = 100;
  std::string file;
  double pause = 0.1;
  in >> count >> file;
  if (double asked = 0; in >> asked) pause = asked;
  if (long asked = 0; in >> asked && asked >= 8) round = asked;
  const double real = glfwGetTime(), now = seconds();
  const long stops = static_cast<long>(present.stages().stops().size());
  constexpr std::pair<int, int> sizes[] = {{1280, 720}, {1600, 900}, {1024, 768}, {1920, 1080}};
  constexpr long sizeCount = std::size(sizes);
  const auto resize = [&](long i) {
    const auto [w, h] = sizes[static_cast<size_t>(i % sizeCount)];
    present.setSize(w, h);
  };
  const auto reload = [&] {
    if (!session.path().empty()) (void)session::apply(session, session::OpenProject{session.path(), true});
  };
  const auto jump = [&](long i) {
    (void)session::apply(session, session::JumpShow{static_cast<int>(i % std::max(1l, stops)) + 1});
  };
  const auto home = [&](bool first) { first ? jump(0) : resize(0); };
  // Every way once: from each scene to those after it and back, then on to the next.
  std::vector<long> ways{0};
  for (long a = 0; a < stops; ++a) {
    for (long b = a + 1; b < stops; ++b) ways.insert(ways.end(), {b, a});
    if (a + 1 < stops) ways.push_back(a + 1);
  }
  const long perSize = static_cast<long>(ways.size()) + 2, allWays = sizeCount * perSize + 2,
             firstRounds = round * (sizeCount - 1);
  if (!soaking_) soaking_ = true, soaked_ = 0, soakStep_ = 0, soakBegan_ = real;
  const long usual = soaked_ - allWays, within = usual % round, changes = usual - firstRounds;
  const bool ready = usual < 0                         ? present.settled(now)
                     : within == 0 || changes >= count ? present.resting(now)
                                                       : present.whole();
  if (real - soakStep_ < pause || !ready) return false;
  soakStep_ = real;
  if (usual < -2) {
    const long size = soaked_ / perSize, step = soaked_ % perSize;
    if (step == 0) resize(size);
    else if (step == 1) reload();
    else jump(ways[static_cast<size_t>(step - 2)]);
  } else if (usual < 0) {
    home(usual == -2);
  } else {
    if (changes >= 0 && (within == 0 || changes >= count)) {
      long pages = 0, resident = 0;
      std::ifstream("/proc/self/statm") >> pages >> resident;
      const auto c = present.counts();
      std::ofstream(file, changes ? std::ios::app : std::ios::trunc) << fmt::format(
          "{} {:.1f} {} {} {} {} {}\n", changes, real - soakBegan_, resident * sysconf(_SC_PAGESIZE) / 1024,
          c.buffers, c.textures, c.framebuffers, c.bytes);
    }
    if (changes >= count) return soaking_ = false, true;
    if (within == round / 2) resize(1 + usual / round % (sizeCount - 1));
    else if (within == round * 3 / 4) reload();
    else if (within >= round - 2) home(within == round - 2);
    else if (usual % 7 == 3) jump(usual);
    else (void)session::apply(session, session::StepShow{usual % 5 == 4 ? -1 : 1});
  }
  ++soaked_;
  return false;
}

// show-key Right · show-click · show-right-click · show-wheel -1 · show-pointer X Y · show-size 1920 1080 ·
// show-until-size 1280 720 (the monitor's own doing) ·
// show-wait (until nothing moves) · show-at SECONDS (of the passage) · show-screenshot FILE ·
// show-lose-context · show-monitors · show-costs FILE (what the pictures in motion took, ms) · show-counts
// FILE.
geo::Result<bool> Script::obeyShow(const std::string& verb, const std::string& rest,
                                   session::Session& session, Present& present) {
  const double now = seconds();
  std::istringstream in(rest);
  double x = 0, y = 0;
  if (verb == "key") {
    static const std::map<std::string_view, int> more{
        {"Space", GLFW_KEY_SPACE}, {"Home", GLFW_KEY_HOME}, {"End", GLFW_KEY_END}, {".", GLFW_KEY_PERIOD}};
    const auto named = more.find(rest);
    present.key(named != more.end() ? named->second : keyPress(rest).key);
    return left_ = 2, true;
  }
  if (verb == "click" || verb == "right-click") return present.click(verb[0] == 'r'), left_ = 2, true;
  if (verb == "wheel") return present.wheel(number(rest)), left_ = 2, true;
  if (verb == "pointer") {
    in >> x >> y;
    present.pointer({static_cast<float>(x), static_cast<float>(y)});
    return left_ = 3, true;
  }
  if (verb == "size") {
    in >> x >> y;
    present.setSize(static_cast<int>(x), static_cast<int>(y));
    return left_ = 3, true;
  }
  if (verb == "until-size") {
    in >> x >> y;
    return present.size() == std::pair(static_cast<int>(x), static_cast<int>(y));
  }
  if (verb == "wait") return present.settled(now);
  if (verb == "at") return present.passage() && present.passageSeconds(now) >= number(rest);
  if (verb == "screenshot") {
    present.screenshot = rest;
    return left_ = 2, true;
  }
  if (verb == "lose-context") {
    if (auto again = present.remake(); !again) return tl::unexpected(again.error());
    return left_ = 2, true;
  }
  if (verb == "monitors") return present.monitorsChanged(), left_ = 2, true;
  if (verb == "soak") return soak(rest, session, present);
  if (verb == "costs") {
    std::ofstream out(rest);
    for (const double cost : present.frameCosts()) out << fmt::format("{:.2f}\n", cost * 1000);
    present.forgetCosts();
    return true;
  }
  if (verb == "counts") {
    const auto c = present.counts();
    std::ofstream(rest) << fmt::format("buffers {} textures {} framebuffers {} bytes {}\n", c.buffers,
                                       c.textures, c.framebuffers, c.bytes);
    return true;
  }
  return geo::fail("unknown word.");
}

geo::Result<bool> Script::obey(const std::string& line, Frame& frame, session::Session& session,
                               GLFWwindow* window, Present* present) {
  std::istringstream in(line);
  std::string verb, a, b;
  in >> verb;
  std::string rest;
  std::getline(in >> std::ws, rest);
  const auto space = rest.find(' ');
  a = rest.substr(0, space);
  if (space != std::string::npos) b = rest.substr(space + 1);
  const auto send = [&](session::Command c) {
    frame.commands.push_back(std::move(c));
    left_ = 2;
    return true;
  };
  const auto centre = [&](const std::string& id) -> std::optional<scene::Vec> {
    const auto& all = panels::widgets(frame.panelState);
    const auto it = all.find(id);
    if (it == all.end()) return {};
    return it->second.rect.centre();
  };
  const auto mouse = [&](scene::Vec at, bool down, bool right = false, bool middle = false) {
    FakeMouse m{at, down && !right && !middle};
    m.ctrl = held_.ctrl, m.shift = held_.shift, m.alt = held_.alt;
    m.right = down && right, m.middle = down && middle;
    frame.mouse.push_back(m);
  };
  const auto click = [&](scene::Vec at, int times, bool right = false) {
    mouse(at, false);
    for (int i = 0; i < times; ++i) mouse(at, true, right), mouse(at, false);
    left_ = 3 + 2 * times;
  };
  // From where the pointer is, in steps that a hand would take.
  const auto drag = [&](scene::Vec from, const std::vector<scene::Vec>& through, bool middle = false) {
    mouse(from, false), mouse(from, true, false, middle);
    left_ = 6;
    for (const scene::Vec to : through) {
      for (int i = 1; i <= 6; ++i)
        mouse(from + (to - from) * (static_cast<float>(i) / 6), true, false, middle);
      from = to, left_ += 6;
    }
    mouse(from, false);
  };
  if (verb.starts_with("show-")) {
    if (!present) return false;  // it is about to open
    return obeyShow(verb.substr(5), rest, session, *present);
  }
  if (verb == "present") return send(session::StartShow{a});
  if (verb == "wait") return frame.settled() && frame.whole();
  if (verb == "idle") return at_ = lines_.size() - 1, true;  // the script ends; the window stays
  if (verb == "await") {                                     // a file that somebody else makes
    std::error_code none;
    return std::filesystem::exists(rest, none);
  }
  if (verb == "frames") return left_ = static_cast<int>(number(a)), true;
  if (verb == "hold") {  // modifiers for all that the mouse does from here on: "hold Ctrl+Shift", "hold"
    held_ = {};
    held_.ctrl = rest.find("Ctrl") != rest.npos, held_.shift = rest.find("Shift") != rest.npos;
    held_.alt = rest.find("Alt") != rest.npos;
    const scene::Vec last = frame.mouse.empty() ? scene::Vec{} : frame.mouse.back().at;
    return mouse(last, false), left_ = 2, true;
  }
  if (verb == "click-id" || verb == "double-click-id" || verb == "right-click-id" || verb == "move-id") {
    const auto at = centre(a);
    if (!at) {
      std::string near;
      for (const auto& [id, w] : panels::widgets(frame.panelState))
        if (id.starts_with(a.substr(0, a.find('.')))) near += " " + id;
      return geo::fail("no such widget.", "There are:" + near);
    }
    if (verb == "move-id") mouse(*at, false), left_ = 3;
    else click(*at, verb[0] == 'd' ? 2 : 1, verb[0] == 'r');
    return true;
  }
  if (verb == "drag-id") {  // drag-id ID X Y X Y …: through shares of its rectangle, from the first
    const auto& all = panels::widgets(frame.panelState);
    const auto it = all.find(a);
    if (it == all.end()) return geo::fail("no such widget.");
    std::istringstream shares(b);
    std::vector<scene::Vec> through;
    const auto& r = it->second.rect;
    for (std::string sx, sy; shares >> sx >> sy;)
      through.push_back(
          {r.x + r.w * static_cast<float>(number(sx)), r.y + r.h * static_cast<float>(number(sy))});
    if (through.size() < 2) return geo::fail("a drag needs two places.");
    drag(through[0], {through.begin() + 1, through.end()});
    return true;
  }
  if (verb == "click" || verb == "double-click" || verb == "right-click" || verb == "move" ||
      verb == "drag" || verb == "drag-to" || verb == "middle-drag" || verb == "wheel") {
    const auto x = static_cast<float>(number(a)), y = static_cast<float>(number(b));
    const scene::Vec last = frame.mouse.empty() ? scene::Vec{} : frame.mouse.back().at;
    if (verb == "move") mouse({x, y}, false), left_ = 3;
    else if (verb == "wheel") mouse(last, false), mouse(last, false), frame.mouse.back().wheel = x, left_ = 3;
    else if (verb == "drag-to") {  // on with the button down, until "release"
      for (int i = frame.mouse.empty() || !frame.mouse.back().down ? 0 : 1; i <= 6; ++i)
        mouse(last + (scene::Vec{x, y} - last) * (static_cast<float>(i) / 6), true);
      left_ = 9;
    } else if (verb == "drag" || verb == "middle-drag") drag(last, {{x, y}}, verb[0] == 'm');
    else click({x, y}, verb[0] == 'd' ? 2 : 1, verb[0] == 'r');
    return true;
  }
  if (verb == "release") {
    const scene::Vec last = frame.mouse.empty() ? scene::Vec{} : frame.mouse.back().at;
    return mouse(last, false), left_ = 3, true;
  }
  if (verb == "key") return frame.keys.push_back(keyPress(rest)), left_ = 2, true;
  if (verb == "type") return frame.typed = rest, left_ = 2, true;
  if (verb == "size") {
    glfwSetWindowSize(window, static_cast<int>(number(a)), static_cast<int>(number(b)));
    return left_ = 4, true;
  }
  if (verb == "screenshot") {
    frame.screenshot = rest;
    return left_ = 1, true;
  }
  if (verb == "dump") {
    std::ofstream out(rest);
    for (const auto& [id, w] : panels::widgets(frame.panelState))
      out << fmt::format("{}\t{}\t{:.0f} {:.0f} {:.0f} {:.0f}\t{}\t{}\t{}\n", id, w.kind, w.rect.x, w.rect.y,
                         w.rect.w, w.rect.h, w.enabled ? "enabled" : "disabled", w.value, w.tip);
    return true;
  }
  if (verb == "until") {  // until ID VALUE: waits for what "expect" would find
    const auto& all = panels::widgets(frame.panelState);
    const auto it = all.find(a);
    return it != all.end() && it->second.value.find(b) != std::string::npos;
  }
  if (verb == "expect") {  // expect ID VALUE: the widget's value contains it
    const auto& all = panels::widgets(frame.panelState);
    const auto it = all.find(a);
    if (it == all.end()) return geo::fail("no such widget.");
    if (it->second.value.find(b) == std::string::npos)
      return geo::fail(fmt::format("its value is \"{}\".", it->second.value));
    return true;
  }
  if (verb == "drop")
    return panels::dropFiles({rest}, session, frame.panelState, frame.commands), left_ = 3, true;
  if (verb == "select") {
    if (rest.empty()) return send(session::Select{});
    const auto object = objectOf(session, a, b);
    if (!object) return geo::fail("no such row.");
    return send(session::Select{object});
  }
  if (verb == "zoom-to") {
    const auto object = objectOf(session, a, b);
    if (!object) return geo::fail("no such row.");
    return send(session::ZoomTo{*object});
  }
  if (verb == "theme") return send(session::SetTheme{a});
  if (verb == "language")
    return send(session::SetLanguage{a == "en" ? scene::Language::en : scene::Language::zh});
  if (verb == "panel") return send(session::TogglePanel{a});
  if (verb == "layer") return send(session::SetActiveLayer{a});
  if (verb == "filter") return send(session::SetLayerShow{a, b});
  if (verb == "indicator") return send(session::SetIndicator{a});
  if (verb == "year") return send(session::SetYear{static_cast<int>(number(a))});
  if (verb == "scene") return send(session::ShowScene{a});
  if (verb == "open") return send(session::OpenProject{rest, true});
  if (verb == "fit") return send(session::FitAll{});
  if (verb == "scale") return send(session::SetUiScale{number(a)});
  if (verb == "quit") return send(session::Quit{true});
  return geo::fail("unknown word.");
}

}  // namespace window
