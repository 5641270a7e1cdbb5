#include "app/window/frame.h"

#include <epoxy/gl.h>

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <ctime>

#include "app/scene/furniture.h"
#include "app/session/snapshot.h"
#include "app/window/desk.h"
#include "app/window/photo.h"
#include "app/window/screenshot.h"
#include "app/window/window.h"

namespace window {
namespace {

constexpr double consoleStep = 0.2;  // seconds between the console's pictures of a moving wall

std::string timeOfDay() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{}:{:02}", local.tm_hour, local.tm_min);
}

}  // namespace

Frame::Frame(GLFWwindow* window, session::Session& session, scene::TypesetterPtr fonts,
             std::unique_ptr<render::Renderer> renderer)
    : window_(window), session_(session), fonts_(std::move(fonts)), renderer_(std::move(renderer)) {
  ImGui::CreateContext();
  auto& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigInputTextCursorBlink = false;  // an idle window draws nothing
  io.ConfigWindowsMoveFromTitleBarOnly = true;
}

Frame::~Frame() {
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
}

void Frame::installUiCallbacks() {
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  ImGui_ImplOpenGL3_Init("#version 330");
}

float Frame::scale() const {
  if (session_.view().uiScale > 0) return static_cast<float>(std::clamp(session_.view().uiScale, 0.5, 4.0));
  float x = 1, y = 1;
  glfwGetWindowContentScale(window_, &x, &y);
  return std::clamp(std::round(std::max(x, y) * 4) / 4, 1.0f, 4.0f);
}

void Frame::closeAsked() {
  panels::askToQuit(session_, panelState, commands);
  touched();
}

void Frame::dropped(const std::vector<std::string>& paths) {
  panels::dropFiles(paths, session_, panelState, commands);
  touched();
}

void Frame::obeyAsleep() { applyCommands(); }

void Frame::wait(double most, bool asleep) {
  const auto wants = asleep ? panels::Wants{} : panels::wants(panelState);
  const double now = seconds();
  const bool moving = asleep ? !commands.empty()
                             : wants.again || settle_ > 0 || session_.view().flight || !mouse.empty() ||
                                   !keys.empty() || !commands.empty();
  double seconds = most;
  if (moving)
    seconds = std::min(most, lastFrame_ + 1.0 / 60 - now);  // where no display paces the swaps, this does
  else if (wants.wakeAt > 0) seconds = std::min(most, wants.wakeAt - now);
  if (const double at = session_.wakeAt(); at > 0) seconds = std::min(seconds, std::max(0.01, at - now));
  if (!asleep && wallMoves()) seconds = std::min(seconds, consoleStep);
  if (session_.exportFraction() >= 0) seconds = std::min(seconds, 0.2);
  if (seconds > 0.0005) glfwWaitEventsTimeout(seconds);
  else glfwPollEvents();
}

bool Frame::wallMoves() const {
  return show && show->passage() && !session_.view().show.black &&
         show->passageSeconds(lastFrame_) < session::movesUntil(*show->passage(), show->extras());
}

bool Frame::needed() {
  const double now = seconds();
  session_.tick(now);
  remote.obey(panelState, commands);
  const auto wants = panels::wants(panelState);
  const auto& view = session_.view();
  const std::string busy = session_.busyText();
  // What comes in between the panels and the map of one picture is in the panels of the next.
  const bool changed = session_.version() != seen_.version || session_.version() != panelsVersion_ ||
                       session_.groundVersion() != seen_.ground || view.camera != seen_.camera ||
                       meshArrived_ || view.pageView != seen_.page.has_value() ||
                       session_.messages().size() != messages_ || busy != busy_ ||
                       session_.exportFraction() != exporting_;
  if (changed) settle_ = std::max(settle_, 1);
  if (wallMoves() && now - lastFrame_ >= consoleStep) return true;
  return settle_ > 0 || wants.again || view.flight || (wants.wakeAt > 0 && now >= wants.wakeAt) ||
         !mouse.empty() || !keys.empty() || !commands.empty() || !screenshot.empty();
}

void Frame::drawPanels(float width, float height) {
  panels::FrameInput input;
  input.width = width, input.height = height, input.scale = scale(), input.seconds = seconds();
  const bool page = session_.view().pageView;
  input.map = drawn_ && !page ? &drawing_ : nullptr;
  input.page = page && pageVersion_ ? &layout_ : nullptr;
  input.pageSeconds = pageSeconds_, input.fonts = fonts_;
  input.keys = std::exchange(keys, {});
  if (session_.view().show.on) {
    input.console.timeOfDay = timeOfDay();
    remote.tell(input.console);
    if (show && show->passage()) {
      const scene::Stage& stage = *show->passage()->to;
      input.console.wallAspect = stage.width / stage.height;
    }
  }
  auto& io = ImGui::GetIO();
  if (!typed.empty()) io.AddInputCharactersUTF8(std::exchange(typed, {}).c_str());
  std::optional<FakeMouse> fake;
  if (!mouse.empty()) {
    fake = mouse.front();
    if (mouse.size() > 1 || fake->wheel != 0) mouse.pop_front();
    if (mouse.empty()) {
      FakeMouse rest = *fake;
      rest.wheel = 0;
      mouse.push_back(rest);
    }
  }
  // A character that the atlas lacks is seen while drawing: then the same frame is drawn once more with it.
  for (int pass = 0; pass < 4; ++pass) {
    if (panels::refreshFonts(panelState, fonts_, input.scale, session_.view().language)) {
      ImGui_ImplOpenGL3_DestroyFontsTexture();
      if (std::exchange(deviceReady_, true)) ImGui_ImplOpenGL3_CreateFontsTexture();
      else ImGui_ImplOpenGL3_CreateDeviceObjects();
      io.Fonts->ClearTexData();  // the texture has it now
    }
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    if (fake) {
      io.MousePos = {fake->at.x, fake->at.y};
      io.MouseDown[0] = fake->down, io.MouseDown[1] = fake->right, io.MouseDown[2] = fake->middle;
      io.MouseWheel = pass == 0 ? fake->wheel : 0;
      io.KeyCtrl = fake->ctrl, io.KeyShift = fake->shift, io.KeyAlt = fake->alt;
    }
    ImGui::NewFrame();
    panels::drawPanels(session_, panelState, input, commands);
    if (!panels::wants(panelState).fonts || pass == 3) return;
    ImGui::EndFrame();
    input.keys.clear();
  }
}

void Frame::applyCommands() {
  for (const auto& command : std::exchange(commands, {})) {
    const auto done = session::apply(session_, command);
    if (done && (std::holds_alternative<session::CopyFigures>(command) ||
                 std::holds_alternative<session::CopyText>(command)))
      glfwSetClipboardString(window_, session_.view().clipboard.c_str());
    if (!std::holds_alternative<session::Hover>(command)) settle_ = std::max(settle_, 2);
  }
}

void Frame::drawMap() {
  const auto& theme = session_.project().theme == "light" ? scene::lightTheme() : scene::darkTheme();
  Seen now{session_.version(), session_.groundVersion(), session_.view().camera, theme.dark, scale(), {}};
  if (session_.view().pageView) {
    now.page = panels::pagePlace(panelState);
    if (now.page->scale <= 0) return;
  }
  if (drawn_ && now == seen_ && !meshArrived_) return;
  const auto& frame = now.camera.frame;
  if (frame.w < 1 || frame.h < 1) return;
  const bool same = now.page && seen_.page && now.version == seen_.version;
  seen_ = now, meshArrived_ = false;
  if (now.page) {
    const double began = seconds();
    if (!same || !pageVersion_) drawPage();
    scene::Drawing page = page_;
    session_.ground(page, now.page->scale, "window");
    paint(onDesk(page, {frame.w, frame.h, now.page->at, now.page->scale, now.scale, now.dark}),
          now.page->scale);
    if (!same) pageSeconds_ = seconds() - began;
    return;
  }
  pageVersion_ = 0, page_ = {};
  drawing_ = scene::drawWindowMap(session_.scene(), theme, fonts_, now.camera, now.scale, &cache_);
  drawing_.vision = session_.view().vision;
  if (drawing_.vision != scene::Vision::normal)
    scene::drawSimulated({drawing_, theme, now.scale},
                         session::visionText(drawing_.vision, session_.view().language));
  session_.ground(drawing_, 1, "window");
  paint(drawing_, 1);
}

// The preview is the print: what is drawn here is what an export of the page writes.
void Frame::drawPage() {
  const scene::Scene scene = session::pageScene(session_);
  layout_ = {};
  page_ = scene::drawPage(scene, scene::paperTheme(), fonts_, scene.page, {}, &layout_);
  pageVersion_ = session_.version();
}

void Frame::paint(const scene::Drawing& drawing, float pixelsPerUnit) {
  const auto& frame = session_.view().camera.frame;
  renderer_->draw(drawing, static_cast<int>(frame.w), static_cast<int>(frame.h), pixelsPerUnit, false);
  drawn_ = true;
  auto work = renderer_->wanted();
  incomplete_ = !work.empty();
  for (auto& w : work) {
    const std::string key = "mesh " + w.key;
    if (session_.jobs().running(key)) continue;
    session_.jobs().start(key, [run = std::move(w.run), this](geo::Progress&) -> session::Jobs::Finish {
      return [hand = run(), this] {
        hand();
        meshArrived_ = true;
      };
    });
  }
}

void Frame::followView() {
  const auto& view = session_.view();
  if (view.fullScreen != fullScreen_) {
    fullScreen_ = view.fullScreen;
    if (fullScreen_) {
      glfwGetWindowPos(window_, &placeX_, &placeY_), glfwGetWindowSize(window_, &placeW_, &placeH_);
      GLFWmonitor* monitor = glfwGetPrimaryMonitor();
      const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
      if (mode) glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
    } else if (placeW_ > 0) {
      glfwSetWindowMonitor(window_, nullptr, placeX_, placeY_, placeW_, placeH_, GLFW_DONT_CARE);
    }
    settle_ = 3;
  }
  if (view.clipboardPicture != picture_) {
    picture_ = view.clipboardPicture;
    if (picture_)
      if (const auto put = pictures_.put(picture_); !put) panels::tell(panelState, put.error().text());
    settle_ = std::max(settle_, 1);
  }
  const std::string& name = session_.scene().title;
  const std::string title =
      (session_.changed() ? "• " : "") + (name.empty() ? "Parkscope" : name + " — Parkscope");
  if (title != title_) title_ = title, glfwSetWindowTitle(window_, title.c_str());
}

void Frame::draw() {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  lastFrame_ = seconds();
  if (settle_ > 0) --settle_;
  if (width < 1 || height < 1) return;
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  messages_ = session_.messages().size(), busy_ = session_.busyText(), exporting_ = session_.exportFraction();

  const auto place = [&] {
    return panels::layoutFor(w, h, scale(), session_.view(), panels::dockHeight(panelState)).map;
  };
  const auto fit = [&] {
    const auto map = place();
    session_.setFrame({0, 0, map.w, map.h}, scale());
  };
  fit();
  panelsVersion_ = session_.version();
  drawPanels(w, h);
  const bool served = remote.on();
  remote.follow(session_, panelState);
  if (remote.on() != served) settle_ = std::max(settle_, 2);
  applyCommands();
  fit();
  session_.tick(seconds());
  const bool showing = session_.view().show.on;  // then the console has the window
  if (!showing) drawMap();
  ImGui::Render();

  const auto& theme = session_.project().theme == "light" ? scene::lightTheme() : scene::darkTheme();
  const auto ground = theme.background;
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glDisable(GL_SCISSOR_TEST);
  glViewport(0, 0, width, height);
  glClearColor(static_cast<float>(ground.r) / 255, static_cast<float>(ground.g) / 255,
               static_cast<float>(ground.b) / 255, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  const auto map = place();
  if (drawn_ && !showing) renderer_->blit(static_cast<int>(map.x), static_cast<int>(map.y), 0, height);
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (showing) drawConsole(height);
  else wallKept_ = {}, nextKept_ = {};
  if (!screenshot.empty()) {
    const auto done = writeScreenshot(std::exchange(screenshot, {}), width, height);
    screenshotError = done ? "" : done.error().text();
  }
  glfwSwapBuffers(window_);
  followView();
}

void Frame::drawConsole(int height) {
  drawn_ = false;  // the map is drawn anew when the show is over
  const auto places = panels::consolePlaces(panelState);
  if (!show || !show->passage() || !places.on) return;
  const scene::Vision vision = session_.view().vision;
  // Drawn when it changes, not when the clock beside it does.
  const auto picture = [&](KeptPicture& kept, std::string key, const scene::Rect& at, auto&& drawing) {
    const int w = static_cast<int>(at.w), h = static_cast<int>(at.h);
    if (w < 8 || h < 8) return false;
    key += fmt::format(" {}x{} {}", w, h, static_cast<int>(vision));
    if (!kept.is(key)) {
      scene::Drawing d = drawing();
      d.vision = vision;
      renderer_->draw(d, w, h, std::min(at.w / d.width, at.h / d.height));
      kept.keep(*renderer_, std::move(key), w, h);
    }
    kept.show(static_cast<int>(at.x), static_cast<int>(at.y), height);
    return true;
  };
  const scene::Passage& passage = *show->passage();
  const bool black = session_.view().show.black;
  const double ends = session::movesUntil(passage, show->extras());
  // Steps of a fifth of a second: what the console shows does not slow the wall.
  const double t = std::min(std::floor(show->passageSeconds(lastFrame_) / consoleStep) * consoleStep,
                            std::isinf(ends) ? 1e9 : ends + consoleStep);
  const auto wall = [&] {
    if (!black) return scene::pictureAt(passage, t, nullptr, show->extras());
    scene::Drawing d;
    d.width = passage.to->width, d.height = passage.to->height, d.background = {0, 0, 0, 255};
    return d;
  };
  const std::string wallKey = black ? "black" : fmt::format("{} {}", passage.to->serial, std::min(t, ends));
  if (picture(wallKept_, wallKey, places.wall, wall) && remote.on() && wallKey != wallSeen_ &&
      lastFrame_ - lastPhoto_ >= 0.4) {
    remote.publishPicture(remote::Picture::wall, jpegOf(wallKept_.read()));
    wallSeen_ = wallKey, lastPhoto_ = lastFrame_;
  }
  const auto& stops = show->stages().stops();
  for (size_t i = 0; i < stops.size() && !places.nextScene.empty(); ++i) {
    if (stops[i].id != places.nextScene) continue;
    const scene::StagePtr next = show->stages().stage(i);
    if (!next) continue;
    const std::string key = fmt::format("{}", next->serial);
    if (!picture(nextKept_, key, places.next, [&] { return scene::drawingOf(*next); })) continue;
    if (remote.on() && key != nextSeen_) {
      remote.publishPicture(remote::Picture::next, jpegOf(nextKept_.read()));
      nextSeen_ = key;
    }
  }
  if (places.nextScene.empty() && remote.on() && !nextSeen_.empty())
    remote.publishPicture(remote::Picture::next, {}), nextSeen_.clear();
  if (!remote.on()) wallSeen_.clear(), nextSeen_.clear();
}

bool Frame::whole() const {
  if (session_.view().show.on) return !session_.busy();
  return drawn_ && !session_.pictureBusy() && !incomplete_ && !meshArrived_ &&
         session_.version() == seen_.version && session_.groundVersion() == seen_.ground &&
         session_.version() == panelsVersion_ &&
         (session_.project().layers.empty() || !session_.scene().layers.empty());
}

bool Frame::settled() const {
  const bool moving = panels::wants(panelState).again || session_.view().flight || settle_ > 0 ||
                      mouse.size() > 1 || !keys.empty() || !commands.empty();
  return !moving && !session_.busy() && !incomplete_ && !meshArrived_ && session_.jobs().pending() == 0;
}

}  // namespace window
