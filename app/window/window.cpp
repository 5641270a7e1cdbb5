#include "app/window/window.h"

#include <epoxy/gl.h>

#include <GLFW/glfw3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "app/panels/dialogs.h"
#include "app/session/autosave.h"
#include "app/session/i18n.h"
#include "app/session/import.h"
#include "app/window/frame.h"
#include "app/window/present.h"
#include "app/window/script.h"

namespace window {
namespace {

namespace fs = std::filesystem;

struct Glfw {
  bool ready = glfwInit() == GLFW_TRUE;
  ~Glfw() {
    if (ready) glfwTerminate();
  }
};

int complain(const std::string& text) {
  fmt::print(stderr, "parkscope: {}\n", text);
  return 1;
}

double epochSeconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void report(const std::string& path) {
  if (path.empty()) return;
  std::ofstream out(path);
  out << fmt::format("{:.6f}\n", epochSeconds());
}

// Where the last project's path is remembered.
fs::path lastProjectFile() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state)
    return fs::path(state) / "parkscope" / "last-project";
  if (const char* home = std::getenv("HOME"); home && *home)
    return fs::path(home) / ".local" / "state" / "parkscope" / "last-project";
  return {};
}

double autosaveSeconds() {  // tests do not wait for the usual
  const char* text = std::getenv("PARKSCOPE_AUTOSAVE_SECONDS");
  const double asked = text ? std::atof(text) : 0;
  return asked > 0 ? asked : session::AutosaveOptions{}.seconds;
}

std::string lastProject() {
  std::ifstream in(lastProjectFile());
  std::string path;
  std::getline(in, path);
  std::error_code e;
  return !path.empty() && fs::is_regular_file(path, e) ? path : "";
}

void remember(const std::string& path) {
  const auto file = lastProjectFile();
  if (file.empty() || path.empty()) return;
  std::error_code e;
  const auto full = fs::absolute(path, e);
  if (e || full == fs::absolute(session::embeddedProjectPath(), e)) return;
  fs::create_directories(file.parent_path(), e);
  std::ofstream(file) << full.string() << '\n';
}

Frame& frameOf(GLFWwindow* w) { return *static_cast<Frame*>(glfwGetWindowUserPointer(w)); }

// Letters by the user's own keyboard layout; everything else by GLFW's number.
int keyNumber(int key, int scancode) {
  if (key >= 32 && key < 256)
    if (const char* name = glfwGetKeyName(key, scancode);
        name && name[0] && !name[1] && static_cast<unsigned char>(name[0]) < 128)
      return name[0] >= 'a' && name[0] <= 'z' ? name[0] - 'a' + 'A' : name[0];
  return key;
}

void setCallbacks(GLFWwindow* w, Frame& frame) {
  glfwSetWindowUserPointer(w, &frame);
  glfwSetKeyCallback(w, [](GLFWwindow* win, int key, int scancode, int action, int mods) {
    auto& f = frameOf(win);
    f.touched();
    if (action != GLFW_RELEASE && key != GLFW_KEY_UNKNOWN)
      f.keys.push_back({keyNumber(key, scancode), (mods & GLFW_MOD_CONTROL) != 0,
                        (mods & GLFW_MOD_SHIFT) != 0, (mods & GLFW_MOD_ALT) != 0});
  });
  glfwSetCharCallback(w, [](GLFWwindow* win, unsigned) { frameOf(win).touched(); });
  glfwSetMouseButtonCallback(w, [](GLFWwindow* win, int, int, int) { frameOf(win).touched(); });
  glfwSetScrollCallback(w, [](GLFWwindow* win, double, double) { frameOf(win).touched(); });
  glfwSetCursorPosCallback(w, [](GLFWwindow* win, double, double) { frameOf(win).touched(); });
  glfwSetCursorEnterCallback(w, [](GLFWwindow* win, int) { frameOf(win).touched(); });
  glfwSetWindowFocusCallback(w, [](GLFWwindow* win, int) { frameOf(win).touched(); });
  glfwSetWindowRefreshCallback(w, [](GLFWwindow* win) { frameOf(win).touched(); });
  glfwSetFramebufferSizeCallback(w, [](GLFWwindow* win, int, int) { frameOf(win).touched(); });
  glfwSetWindowContentScaleCallback(w, [](GLFWwindow* win, float, float) { frameOf(win).touched(); });
  glfwSetWindowCloseCallback(w, [](GLFWwindow* win) {
    glfwSetWindowShouldClose(win, GLFW_FALSE);
    frameOf(win).closeAsked();
  });
  glfwSetDropCallback(w, [](GLFWwindow* win, int count, const char** paths) {
    frameOf(win).dropped({paths, paths + count});
  });
}

// A project named outright must open; one that was only remembered may be gone.
geo::Result<void> openFirst(session::Session& session, const Options& options) {
  if (options.paths.empty()) {
    if (const auto last = lastProject(); !last.empty() && session.open(last)) return {};
    const auto embedded = session::embeddedProjectPath();
    if (embedded.empty())
      return geo::fail("The embedded project is missing.",
                       "Install parkscope with its assets, or name a project.");
    return session.open(embedded);
  }
  if (options.paths[0].ends_with(".toml")) {  // data behind it join it
    auto opened = session.open(options.paths[0]);
    std::vector<std::string> data(options.paths.begin() + 1, options.paths.end());
    session::Commands commands;
    if (opened) panels::addFiles(std::move(data), commands);
    for (const auto& command : commands)
      if (auto done = session::apply(session, command); !done) return done;
    return opened;
  }
  std::error_code e;
  return session::openData(session, options.paths, options.bare, fs::current_path(e).string());
}

bool monitorsChanged = false;
double clockFactor = 1;

void beginShow(session::Session& session, const ShowRequest& show) {
  if (!show.theme.empty()) session::apply(session, session::SetTheme{show.theme});
  if (show.loop) {
    session::ShowSpec spec = session.project().show;
    spec.loop = spec.automatic = true;
    session::apply(session, session::SetShow{spec});
  }
  session.tick(seconds());
  session::apply(session, session::StartShow{show.scene});
}

bool consoleSeen(const Options& options, GLFWwindow* window) {
  if (options.show && options.show->console) return *options.show->console;
  int monitors = 0;
  glfwGetMonitors(&monitors);
  if (monitors > 1) return true;
  return !options.show && glfwGetWindowAttrib(window, GLFW_FOCUSED);
}

// Opens, draws and closes the show's screen, as the session says.
geo::Result<void> followShow(session::Session& session, const scene::TypesetterPtr& fonts,
                             const Options& options, std::unique_ptr<Present>& present, GLFWwindow* window) {
  const double now = seconds();
  session.tick(now);
  if (session.view().show.on && !present) {
    PresentOptions where;
    if (options.show) where = {options.show->monitor, options.show->width, options.show->height};
    auto opened = Present::open(session, fonts, where);
    glfwMakeContextCurrent(window);
    if (!opened) return tl::unexpected(opened.error());
    present = std::move(*opened);
    glfwSwapInterval(0);  // the wall sets the pace
  }
  if (!present) return {};
  if (std::exchange(monitorsChanged, false)) present->monitorsChanged();
  for (const auto& command : std::exchange(present->commands, {})) session::apply(session, command);
  if (!session.view().show.on) {
    present.reset();
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    return {};
  }
  if (present->needed(now)) present->draw(seconds());
  else present->prepare(now);
  if (present->lost()) {  // the show ends, the project stays
    const geo::Error why = *present->lost();
    present.reset();
    glfwMakeContextCurrent(window);
    glfwSwapInterval(1);
    return tl::unexpected(why);
  }
  return {};
}

}  // namespace

double seconds() { return glfwGetTime() * clockFactor; }

bool displayAvailable() {
  const char* x = std::getenv("DISPLAY");  // this GLFW speaks X11 alone; whether it answers, run() will see
  return x && *x;
}

int run(const Options& options) {
  Glfw glfw;  // before any thread of GDAL's: it reads the locale
  if (!glfw.ready)
    return complain("No display. Without one, `parkscope snapshot PROJECT -o FILE` writes the map.");
  session::loadCatalogues();
  auto script = Script::read(options.script);
  if (!script) return complain(script.error().text());

  auto opening =
      std::async(std::launch::async, [] { return scene::Typesetter::open(); });  // while the window opens

  session::Session session;
  glfwSetMonitorCallback([](GLFWmonitor*, int) { monitorsChanged = true; });
  session.jobs().onDone([] { glfwPostEmptyEvent(); });
  session.watchFiles([] { glfwPostEmptyEvent(); });
  session.autosave({lastProjectFile().parent_path().string(), autosaveSeconds()});
  session::apply(session, session::SetLanguage{options.language});
  const auto opened = openFirst(session, options);
  if (!opened) return complain(opened.error().text());  // loading has begun; the window opens meanwhile

  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3), glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SAMPLES, 0), glfwWindowHint(GLFW_DEPTH_BITS, 0), glfwWindowHint(GLFW_STENCIL_BITS, 0);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "parkscope"),
      glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "parkscope");
  GLFWwindow* window = glfwCreateWindow(std::max(640, options.width), std::max(400, options.height),
                                        "Parkscope", nullptr, nullptr);
  if (!window)
    return complain(
        "The display offers no OpenGL 3.3. Install a driver (Debian: libgl1-mesa-dri), or use `parkscope "
        "snapshot`.");
  glfwMakeContextCurrent(window);
  glfwSwapInterval(1);
  const auto ground =
      (session.project().theme == "light" ? scene::lightTheme() : scene::darkTheme()).background;
  glClearColor(static_cast<float>(ground.r) / 255, static_cast<float>(ground.g) / 255,
               static_cast<float>(ground.b) / 255, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glfwSwapBuffers(window);

  int code = 0;
  auto renderer = render::Renderer::make();
  const auto fonts = opening.get();
  if (!fonts || !renderer) {
    code = complain(fonts ? renderer.error().text() : fonts.error().text());
  } else {
    auto frame = std::make_unique<Frame>(window, session, *fonts, std::move(*renderer));
    glfwSetWindowSizeLimits(window, 480, 320, GLFW_DONT_CARE, GLFW_DONT_CARE);
    setCallbacks(window, *frame);
    frame->installUiCallbacks();
    bool reported = false;
    size_t told = 0;  // messages that there were before the show
    std::unique_ptr<Present> present;
    if (options.show && !options.show->remote.empty()) {
      const auto served = frame->remote.turnOn(options.show->remote);
      if (!served) {
        code = complain(served.error().text());
        frame.reset();
        glfwDestroyWindow(window);
        return code;
      }
      fmt::print(stderr, "parkscope: the presenter's page: {}\n", *served);
    }
    if (options.show) clockFactor = options.show->clock, beginShow(session, *options.show);
    while (!session.view().quit) {
      // While a show is on, this window is drawn where somebody sees it.
      const bool asleep = present && !frame->remote.on() && !consoleSeen(options, window);
      frame->show = present.get();
      told = present ? std::min(told, session.messages().size()) : session.messages().size();
      if (present) present->markForOperator(asleep && session.messages().size() > told);
      double most = present ? present->waitAtMost(seconds()) : 60;
      if (!script->done()) {
        if (const auto went = script->step(*frame, session, window, present.get()); !went) {
          code = complain(went.error().text());
          break;
        }
        most = std::min(most, 0.05);  // its next line may be due without any event
      }
      most = std::min(most, session.autosaveIn(seconds()));
      frame->wait(most, asleep);
      if (auto shown = followShow(session, *fonts, options, present, window); !shown) {
        if (options.show) {
          code = complain(shown.error().text());
          break;
        }
        session::apply(session, session::EndShow{});
        panels::tell(frame->panelState, shown.error().text());
        frame->touched();
      }
      frame->show = present.get();
      if (!present && options.show && !session.view().show.on) break;  // the show was all that was asked for
      if (present && !present->screenshotError.empty()) {
        code = complain(present->screenshotError);
        break;
      }
      if (present && !reported && present->whole()) {
        report(options.ready);
        reported = true;
      }
      if (asleep) {
        frame->obeyAsleep();
        continue;
      }
      if (present) glfwMakeContextCurrent(window);
      if (!frame->needed()) continue;
      frame->draw();
      if (!frame->screenshotError.empty()) {
        code = complain(frame->screenshotError);
        break;
      }
      if (!reported && frame->whole()) {
        glFinish();
        report(options.ready);
        reported = true;
      }
    }
    present.reset();
    glfwMakeContextCurrent(window);
    remember(session.path());
    session.jobs().cancelAll();
  }
  glfwDestroyWindow(window);
  return code;
}

}  // namespace window
