#include "app/window/present.h"

#include <epoxy/gl.h>

#include <GLFW/glfw3.h>
#include <malloc.h>

#include <algorithm>

#include "app/scene/pick.h"
#include "app/window/screenshot.h"
#include "app/window/window.h"

// GLFW's own header for it wants the development files of every X extension.
extern "C" unsigned long glfwGetX11Window(GLFWwindow* window);

namespace window {
namespace {

constexpr double pointerRests = 2.5;  // seconds until it hides
constexpr double spotSeconds = 0.12;
constexpr int waysPrepared = 8;     // pictures of the way to the next scene
constexpr double digitsWait = 0.6;  // for a second digit
constexpr double lookSeconds = 1;   // between looks at the monitor
// Pictures after another size or another project, until the memory of the old ones is given back: what a wall
// of that size leaves in pieces would else add up over a week. Where it rests before, then.
constexpr int tidyAfter = 30;
constexpr size_t costsKept = 20000;  // pictures in motion

struct MonitorList {
  GLFWmonitor** all = nullptr;
  int count = 0;
  MonitorList() { all = glfwGetMonitors(&count); }
};

Present& presentOf(GLFWwindow* w) { return *static_cast<Present*>(glfwGetWindowUserPointer(w)); }

const scene::Theme& themeOf(const session::Session& s) {
  return s.project().theme == "light" ? scene::lightTheme() : scene::darkTheme();
}

}  // namespace

std::string monitorNames() {
  const MonitorList monitors;
  std::vector<std::string> names;
  for (int i = 0; i < monitors.count; ++i) {
    const GLFWvidmode* mode = glfwGetVideoMode(monitors.all[i]);
    const char* name = glfwGetMonitorName(monitors.all[i]);
    names.push_back(fmt::format("{} ({}x{} {})", i + 1, mode ? mode->width : 0, mode ? mode->height : 0,
                                name ? name : ""));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void Pace::took(double seconds) {
  costs_[count_++ % costs_.size()] = seconds;
  if (count_ % 6) return;
  std::vector<double> sorted(costs_.begin(),
                             costs_.begin() + static_cast<long>(std::min(count_, costs_.size())));
  std::sort(sorted.begin(), sorted.end());
  const double slow = sorted[sorted.size() * 9 / 10];
  const int needed = std::clamp(static_cast<int>(std::ceil(slow * 60 * 1.1)), 1, 12);
  // Slower at once, faster only where it holds with room to spare.
  if (needed > sixtieths_) sixtieths_ = needed;
  else if (slow * 60 * 1.4 < sixtieths_ - 1) --sixtieths_;
}

// The window
// ---------------------------------------------------------------------------------------------------------------

Present::Present(session::Session& session, scene::TypesetterPtr fonts, const PresentOptions& options)
    : session_(session), fonts_(std::move(fonts)), options_(options) {}

geo::Result<std::unique_ptr<Present>> Present::open(session::Session& session, scene::TypesetterPtr fonts,
                                                    const PresentOptions& options) {
  const MonitorList monitors;
  if (options.monitor > monitors.count)
    return geo::fail(fmt::format("There is no monitor {}.", options.monitor),
                     monitors.count ? fmt::format("Monitors: {}.", monitorNames()) : "None is connected.");
  std::unique_ptr<Present> made(new Present(session, std::move(fonts), options));
  if (options.monitor > 0)
    if (const char* name = glfwGetMonitorName(monitors.all[options.monitor - 1])) made->monitorName_ = name;
  if (auto window = made->makeWindow(); !window) return tl::unexpected(window.error());
  made->stages_ = std::make_unique<Stages>(session, made->fonts_);
  return made;
}

Present::~Present() {
  awake_.reset();
  if (!window_) return;
  glfwMakeContextCurrent(window_);
  renderer_.reset();
  glfwDestroyWindow(window_);
}

geo::Result<void> Present::makeWindow() {
  glfwWindowHint(GLFW_DECORATED, GLFW_FALSE), glfwWindowHint(GLFW_FLOATING, GLFW_TRUE);
  glfwWindowHint(GLFW_AUTO_ICONIFY, GLFW_FALSE), glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_FALSE);
  // Where the driver can tell that the card was lost, it is asked to.
  glfwWindowHint(GLFW_CONTEXT_ROBUSTNESS, GLFW_LOSE_CONTEXT_ON_RESET);
  const auto make = [&] { return glfwCreateWindow(640, 400, "Parkscope", nullptr, nullptr); };
  window_ = make();
  if (!window_) {
    glfwWindowHint(GLFW_CONTEXT_ROBUSTNESS, GLFW_NO_ROBUSTNESS);
    window_ = make();
  }
  glfwWindowHint(GLFW_CONTEXT_ROBUSTNESS, GLFW_NO_ROBUSTNESS);
  glfwWindowHint(GLFW_DECORATED, GLFW_TRUE), glfwWindowHint(GLFW_FLOATING, GLFW_FALSE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_TRUE), glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  if (!window_) return geo::fail("The display gives no window for the show.", "Check its OpenGL 3.3 driver.");
  place();
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  auto renderer = render::Renderer::make();
  if (!renderer) {
    glfwDestroyWindow(window_);
    window_ = nullptr;
    return tl::unexpected(renderer.error());
  }
  renderer_ = std::move(*renderer);
  rendererName_ = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
  software_ = rendererName_.find("llvmpipe") != std::string::npos ||
              rendererName_.find("softpipe") != std::string::npos ||
              rendererName_.find("SwiftShader") != std::string::npos;
  tellsOfLoss_ = epoxy_has_gl_extension("GL_ARB_robustness");
  baseKey_.clear();
  dirty_ = true;
  setCallbacks();
  // The ground before the first picture: no white flash.
  const auto ground = themeOf(session_).background;
  glClearColor(static_cast<float>(ground.r) / 255, static_cast<float>(ground.g) / 255,
               static_cast<float>(ground.b) / 255, 1);
  glfwShowWindow(window_);
  glClear(GL_COLOR_BUFFER_BIT);
  glfwSwapBuffers(window_);
  glfwFocusWindow(window_);
  glfwSetInputMode(window_, GLFW_CURSOR, GLFW_CURSOR_HIDDEN);
  awake_ = std::make_unique<Awake>(glfwGetX11Window(window_));
  return {};
}

// On its monitor; where that is gone, on another: the show goes on.
std::optional<Present::Place> Present::wanted() const {
  const MonitorList monitors;
  GLFWmonitor* chosen = nullptr;
  for (int i = 0; i < monitors.count && !monitorName_.empty(); ++i)
    if (const char* name = glfwGetMonitorName(monitors.all[i]); name && monitorName_ == name)
      if (!chosen || i == options_.monitor - 1) chosen = monitors.all[i];
  if (!chosen && options_.monitor == 0 && monitors.count > 1) chosen = monitors.all[1];
  if (!chosen && monitors.count > 0) chosen = monitors.all[0];
  if (!chosen) return {};
  Place p;
  glfwGetMonitorPos(chosen, &p.x, &p.y);
  const GLFWvidmode* mode = glfwGetVideoMode(chosen);
  p.width = options_.width > 0 ? options_.width : mode ? mode->width : 1920;
  p.height = options_.height > 0 ? options_.height : mode ? mode->height : 1080;
  return p;
}

void Present::place() {
  const auto wish = wanted();
  if (!wish) return;
  place_ = *wish;
  int nowX = 0, nowY = 0, nowW = 0, nowH = 0;
  glfwGetWindowPos(window_, &nowX, &nowY), glfwGetWindowSize(window_, &nowW, &nowH);
  if (nowW != wish->width || nowH != wish->height) glfwSetWindowSize(window_, wish->width, wish->height);
  if (nowX != wish->x || nowY != wish->y) glfwSetWindowPos(window_, wish->x, wish->y);
  dirty_ = true;
}

void Present::setSize(int width, int height) {
  options_.width = width, options_.height = height;
  place();
}

geo::Result<void> Present::remake() {
  awake_.reset();
  glfwMakeContextCurrent(window_);
  renderer_.reset();
  glfwDestroyWindow(window_);
  window_ = nullptr;
  auto again = makeWindow();
  if (!again) lost_ = again.error();
  return again;
}

void Present::setCallbacks() {
  glfwSetWindowUserPointer(window_, this);
  glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int, int action, int mods) {
    if (action == GLFW_PRESS || (action == GLFW_REPEAT && (key == GLFW_KEY_RIGHT || key == GLFW_KEY_LEFT)))
      presentOf(w).key(key, (mods & GLFW_MOD_SHIFT) != 0);
  });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int) {
    if (action == GLFW_PRESS && button != GLFW_MOUSE_BUTTON_MIDDLE)
      presentOf(w).click(button == GLFW_MOUSE_BUTTON_RIGHT);
  });
  glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double y) { presentOf(w).wheel(y); });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) {
    presentOf(w).pointer({static_cast<float>(x), static_cast<float>(y)});
  });
  glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int entered) {
    if (!entered) presentOf(w).pointer_.reset(), presentOf(w).dirty_ = true;
  });
  glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { presentOf(w).dirty_ = true; });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { presentOf(w).dirty_ = true; });
  glfwSetWindowCloseCallback(window_, [](GLFWwindow* w) {
    glfwSetWindowShouldClose(w, GLFW_FALSE);
    presentOf(w).commands.emplace_back(session::EndShow{});
  });
}

// Keys and pointer
// -------------------------------------------------------------------------------------------------------

void Present::key(int key, bool shift) {
  using namespace session;
  const auto send = [&](Command c) { commands.push_back(std::move(c)); };
  if ((key >= GLFW_KEY_0 && key <= GLFW_KEY_9) || (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9)) {
    const int digit = key >= GLFW_KEY_KP_0 ? key - GLFW_KEY_KP_0 : key - GLFW_KEY_0;
    digits_ += static_cast<char>('0' + digit);
    digitsAt_ = seconds();
    // With nine scenes or fewer one digit says all; 0 is the tenth.
    if (stages_->stops().size() <= 9 || digits_.size() >= 2) digitsAt_ -= digitsWait;
    return;
  }
  switch (key) {
    case GLFW_KEY_ESCAPE:
      return send(EndShow{});
    case GLFW_KEY_PAGE_DOWN:
    case GLFW_KEY_RIGHT:
    case GLFW_KEY_DOWN:
    case GLFW_KEY_N:
      return send(StepShow{1});
    case GLFW_KEY_SPACE:
      return send(StepShow{shift ? -1 : 1});
    case GLFW_KEY_ENTER:
    case GLFW_KEY_KP_ENTER:
      if (!digits_.empty()) digitsAt_ -= digitsWait;
      else send(StepShow{1});
      return;
    case GLFW_KEY_PAGE_UP:
    case GLFW_KEY_LEFT:
    case GLFW_KEY_UP:
    case GLFW_KEY_P:
    case GLFW_KEY_BACKSPACE:
      return send(StepShow{-1});
    case GLFW_KEY_HOME:
      return send(JumpShow{1});
    case GLFW_KEY_END:
      return send(JumpShow{static_cast<int>(stages_->stops().size())});
    case GLFW_KEY_B:
    case GLFW_KEY_PERIOD:
      return send(BlackShow{});
    case GLFW_KEY_S:
      return send(HoldShow{});
    case GLFW_KEY_V:
      return send(FlatShow{});
    default:  // any key ends the idle loop; the scene stays
      if (session_.view().show.idle)
        send(JumpShow{static_cast<int>(stopIndex(stages_->stops(), session_.view().show)) + 1});
      return;
  }
}

void Present::click(bool right) { commands.emplace_back(session::StepShow{right ? -1 : 1}); }

void Present::markForOperator(bool on) {
  if (on != operatorMark_) operatorMark_ = on, dirty_ = true;
}

void Present::wheel(double y) {
  const double now = seconds();
  if (y == 0 || now - lastWheel_ < 0.35) return;  // one scene for one turn, however many notches
  lastWheel_ = now;
  commands.emplace_back(session::StepShow{y < 0 ? 1 : -1});
}

void Present::pointer(scene::Vec at) {
  const double now = seconds();
  if (pointer_ && std::abs(pointer_->x - at.x) + std::abs(pointer_->y - at.y) < 2) return;
  if (!pointer_ || pointerMoved_ < 0) {  // where it happens to lie when the window comes up names nothing
    pointer_ = at, pointerMoved_ = now;
    return;
  }
  pointer_ = at, pointerMoved_ = now;
  glfwSetInputMode(window_, GLFW_CURSOR, GLFW_CURSOR_NORMAL);
  std::optional<scene::ObjectRef> object;
  if (passage_ && passage_->to->map && now - began_ >= passage_->seconds()) {
    const scene::Stage& s = *passage_->to;
    const float k = std::min(static_cast<float>(width_) / s.width, static_cast<float>(height_) / s.height);
    const scene::Vec on = at * (k > 0 ? 1 / k : 1.f);
    if (s.cameras[0].frame.contains(on)) {
      scene::Drawing hits;
      hits.hits = s.hits, hits.cameras = s.cameras;
      object = scene::pick(hits, s.scene, s.cameras[0], on);
    }
  }
  if (object != spot_) spot_ = object, spotSince_ = now;
  dirty_ = true;
}

// Pictures
// ---------------------------------------------------------------------------------------------------------------

// What the wall shows at this instant, as a scene to fly from.
scene::StagePtr Present::halted(double now) const {
  const double t = now - began_;
  if (t >= passage_->flightEnds || !passage_->moves) return passage_->to;
  auto stage = scene::copyOf(*passage_->to);
  if (t >= passage_->fadeEnds) {
    stage->cameras[0] = scene::cameraAt(passage_->flight, t - passage_->fadeEnds);
    stage->cameras[0].frame = passage_->to->cameras[0].frame;
  } else {
    stage->cameras[0] = passage_->from->cameras[0];
  }
  stage->scene.tilt = scene::tiltAt(*passage_, t);
  stage->names.clear(), stage->nameOf.clear(), stage->measures.clear();
  return stage;
}

void Present::follow(double now) {
  const session::ShowState& show = session_.view().show;
  stages_->update(width_, height_);
  const auto& stops = stages_->stops();
  if (stops.empty()) return;
  const size_t stop = session::stopIndex(stops, show);
  if (stages_->round() != round_) round_ = stages_->round(), untidy();
  const scene::StagePtr to = stages_->stage(stop);
  const bool moved = stops[stop].id != stop_ || show.since != since_;
  if (!to || (passage_ && passage_->to == to && !moved)) return;
  if (passage_ && passage_->to == to && stops[stop].id == stop_) {
    since_ = show.since;
    return;
  }
  auto options = session::passageOptions(session_.project(), stops[stop]);
  const bool edited = passage_ && stops[stop].id == stop_;  // the same scene, said differently
  if (edited) options.story = false;
  const scene::StagePtr from = passage_ ? halted(now) : nullptr;
  passage_ = scene::makePassage(from, to, options);
  extras_ = session::extrasOf(session_.project(), *passage_);
  if (edited) extras_.beadsFrom = -1;
  // A scene that had to be waited for begins when it is there.
  began_ = now;
  stop_ = stops[stop].id, since_ = show.since;
  spot_.reset();
  dirty_ = true;
}

double Present::waitAtMost(double now) const {
  double wait = lookSeconds;
  const session::ShowState& show = session_.view().show;
  if (dirty_ || !drawn_ || meshArrived_ || show.black != black_) return 0;
  if (passage_) {
    const double ends = began_ + session::movesUntil(*passage_, extras_);
    if (!black_ && drawnAt_ < ends) return std::max(0.0, lastDraw_ + pace_.step() - now);
  }
  if (spot_ && now < spotSince_ + spotSeconds + 0.02) return 1.0 / 60;
  if (pointer_ && now - pointerMoved_ < pointerRests)
    wait = std::min(wait, pointerRests - (now - pointerMoved_));
  if (!digits_.empty()) wait = std::min(wait, std::max(0.0, digitsAt_ + digitsWait - now));
  // The next scene by itself.
  const session::ShowSpec& spec = session_.project().show;
  if (spec.automatic || spec.idleSeconds > 0) wait = std::min(wait, 0.25);
  if (passage_ && (preparedFrom_ != passage_->to->serial || prepared_ < waysPrepared))
    wait = std::min(wait, 0.05);
  return wait;
}

bool Present::needed(double now) {
  // A monitor that gets another resolution or place is not announced as a change of monitors.
  if (const double real = glfwGetTime(); real - looked_ >= lookSeconds) {
    looked_ = real;
    if (const auto wish = wanted(); wish && *wish != place_) monitorsChanged_ = true;
  }
  if (monitorsChanged_) monitorsChanged_ = false, place();
  if (!digits_.empty() && now >= digitsAt_ + digitsWait) {
    int number = 0;
    for (const char c : digits_) number = number * 10 + (c - '0');
    if (number == 0) number = 10;
    digits_.clear();
    if (number <= static_cast<int>(stages_->stops().size())) commands.emplace_back(session::JumpShow{number});
  }
  if (pointer_ && now - pointerMoved_ >= pointerRests &&
      glfwGetInputMode(window_, GLFW_CURSOR) == GLFW_CURSOR_NORMAL)
    glfwSetInputMode(window_, GLFW_CURSOR, GLFW_CURSOR_HIDDEN);
  if (now - lastReminder_ > 30 && awake_) awake_->remind(), lastReminder_ = now;
  int w = 0, h = 0;
  glfwGetFramebufferSize(window_, &w, &h);
  if (w < 1 || h < 1) return false;
  if (w != width_ || h != height_) width_ = w, height_ = h, dirty_ = true, untidy();
  follow(now);
  if (session_.view().vision != vision_ || session_.groundVersion() != ground_) dirty_ = true;
  if (!screenshot.empty() || dirty_ || meshArrived_ || session_.view().show.black != black_) return true;
  if (!passage_) return !drawn_;
  if (untidy_ && settled(now) && prepared()) {
    untidy_ = false, tidyIn_ = 0;
    glfwMakeContextCurrent(window_);
    renderer_->rest();
    malloc_trim(0);
  }
  if (spot_ && now < spotSince_ + spotSeconds + 1.0 / 60) return true;
  if (black_) return false;
  return drawnAt_ < began_ + session::movesUntil(*passage_, extras_) && now >= lastDraw_ + pace_.step() * 0.9;
}

bool Present::collect() {
  auto work = renderer_->wanted();
  for (auto& w : work) {
    const std::string name = "wall mesh " + w.key;
    if (session_.jobs().running(name)) continue;
    session_.jobs().start(name,
                          [run = std::move(w.run), this,
                           alive = std::weak_ptr(alive_)](geo::Progress&) -> session::Jobs::Finish {
                            return [hand = run(), this, alive] {
                              if (alive.expired()) return;  // the show is over
                              glfwMakeContextCurrent(window_);
                              hand();
                              if (incomplete_) meshArrived_ = true, baseKey_.clear();
                            };
                          });
  }
  return work.empty();
}

void Present::untidy() { tidyIn_ = tidyAfter, untidy_ = true; }

// The way to it is prepared.
scene::StagePtr Present::next() const {
  const auto& stops = stages_->stops();
  const size_t next = session::stopIndex(stops, session_.view().show) + 1;
  return next < stops.size() ? stages_->stage(next) : nullptr;
}

bool Present::prepared() const {
  if (black_) return true;
  const scene::StagePtr to = next();
  return preparedFrom_ == passage_->to->serial && prepared_ >= waysPrepared &&
         (!to || preparedFor_ == to->serial);
}

void Present::prepare(double now) {
  if (!passage_ || !drawn_ || black_ || now < began_ + passage_->seconds()) return;
  const auto& stops = stages_->stops();
  const size_t next = session::stopIndex(stops, session_.view().show) + 1;
  const scene::StagePtr to = this->next();
  const auto done = [&] {
    prepared_ = waysPrepared;
    glfwMakeContextCurrent(window_);
    renderer_->rest();
  };
  if (!to) {
    if (!prepared() && (next >= stops.size() || stages_->ready()))
      preparedFrom_ = passage_->to->serial, cache_.rest(), done();
    return;
  }
  if (preparedFor_ != to->serial || preparedFrom_ != passage_->to->serial)
    preparedFor_ = to->serial, preparedFrom_ = passage_->to->serial, prepared_ = 0, cache_.rest();
  if (prepared_ >= waysPrepared) return;
  const scene::Passage way =
      scene::makePassage(passage_->to, to, session::passageOptions(session_.project(), stops[next]));
  const int k = prepared_++;
  if (!way.moves) return done();
  if (k == 0) {  // its tiles are asked for before it comes
    scene::Drawing there = scene::drawingOf(*to);
    session_.ground(
        there, std::min(static_cast<float>(width_) / there.width, static_cast<float>(height_) / there.height),
        "wall next");
  }
  glfwMakeContextCurrent(window_);
  if (k == 0) renderer_->forgetUnused();  // of another way that was prepared, to a scene that was made anew
  // The first picture, and some of the flight.
  const double t = k ? way.fadeEnds + (way.flightEnds - way.fadeEnds) * (k - 0.5) / (waysPrepared - 1) : 0;
  const scene::ShowFrame f = scene::frameAt(way, t, &cache_);
  renderer_->drawOver(f.over, f.mapIsBare, false);
  (void)collect();
  if (prepared_ == waysPrepared) done();
}

void Present::draw(double now) {
  glfwMakeContextCurrent(window_);
  if (tellsOfLoss_ && glGetGraphicsResetStatusARB() != GL_NO_ERROR) {
    (void)remake();  // what went wrong stands in lost()
    return;
  }
  const double start = glfwGetTime();
  black_ = session_.view().show.black;
  const bool moving = passage_ && now < began_ + session::movesUntil(*passage_, extras_);
  dirty_ = meshArrived_ = false;
  const auto ground = themeOf(session_).background;
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glDisable(GL_SCISSOR_TEST);
  if (black_ || !passage_) {
    glViewport(0, 0, width_, height_);
    if (black_) glClearColor(0, 0, 0, 1);
    else
      glClearColor(static_cast<float>(ground.r) / 255, static_cast<float>(ground.g) / 255,
                   static_cast<float>(ground.b) / 255, 1);
    glClear(GL_COLOR_BUFFER_BIT);
  } else {
    const double t = now - began_;
    scene::ShowFrame f = scene::frameAt(*passage_, t, &cache_, extras_);
    const scene::Stage& stage = *passage_->to;
    if (spot_)
      scene::addSpotlight(f.over, stage, *spot_,
                          static_cast<float>(scene::outQuad((now - spotSince_ + 1.0 / 60) / spotSeconds)));
    if (operatorMark_) {
      const float u = stage.layout.unit;
      f.over.add(scene::Fill{scene::Path::circle({f.over.width - 9 * u, f.over.height - 9 * u}, 3.5f * u),
                             themeOf(session_).warning});
    }
    // A scene made for another size stands in until its own is ready.
    const float k =
        std::min(static_cast<float>(width_) / f.base.width, static_cast<float>(height_) / f.base.height);
    f.base.vision = f.over.vision = vision_ = session_.view().vision;
    // While the camera flies the map takes what is there: what it passes by is not worth asking for.
    const bool flies = passage_->moves && t < passage_->flightEnds;
    if (!flies) session_.ground(f.base, k, "wall");
    session_.ground(f.over, k, flies ? "" : "wall over");
    ground_ = session_.groundVersion();
    const std::string key = fmt::format("{} {}x{} {} {}", f.baseKey, width_, height_, k, ground_);
    bool whole = true;
    if (key != baseKey_) {
      renderer_->drawBase(f.base, width_, height_, k, false);
      baseKey_ = key;
      whole = collect();
      if (!whole) baseKey_.clear();
    }
    if (!f.over.items.empty()) {
      renderer_->drawOver(f.over, f.mapIsBare, false);
      whole = collect() && whole;
    } else if (drawn_) {
      scene::Drawing none = std::move(f.over);
      renderer_->drawOver(none, false, false);
    }
    incomplete_ = !whole;
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    renderer_->blit(0, 0, 0, height_);
  }
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  if (!screenshot.empty()) {
    const auto done = writeScreenshot(std::exchange(screenshot, {}), width_, height_);
    screenshotError = done ? "" : done.error().text();
  }
  glfwSwapBuffers(window_);
  if (software_) glFinish();  // the processor draws: what a picture takes is known only when it is done
  const double cost = glfwGetTime() - start;
  if (moving) pace_.took(cost), frameCosts_.push_back(cost);
  if (frameCosts_.size() > costsKept) frameCosts_.clear();
  lastDraw_ = now, drawnAt_ = now, drawn_ = true;
  if (!moving && !incomplete_) {
    renderer_->forgetUnused();
    if (passage_) passage_->from = passage_->to;  // it may be the last that holds a scene of another day
  }
  if (tidyIn_ > 0 && --tidyIn_ == 0) malloc_trim(0);
}

bool Present::whole() const {
  return drawn_ && passage_ && !dirty_ && !incomplete_ && !meshArrived_ && !session_.busy();
}

bool Present::settled(double now) const {
  return whole() && stages_->ready() && session_.jobs().pending() == 0 &&
         drawnAt_ >= began_ + session::movesUntil(*passage_, extras_) && commands.empty() &&
         digits_.empty() && now >= drawnAt_;
}

bool Present::resting(double now) const {
  return settled(now) && prepared() && !untidy_ && width_ == place_.width && height_ == place_.height;
}

render::Renderer::Counts Present::counts() const { return renderer_->counts(); }

}  // namespace window
