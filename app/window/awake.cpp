#include "app/window/awake.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <xcb/screensaver.h>
#include <xcb/xcb.h>

#include <cerrno>
#include <string>

extern char** environ;

namespace window {
namespace {

// By a shell that ends at once: nobody is left to be waited for, and a desktop that does not answer holds
// nothing up.
void xdgScreensaver(const char* verb, unsigned long window) {
  std::string words[] = {"sh", "-c", fmt::format("xdg-screensaver {} {} &", verb, window)};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int end : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, end, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  if (posix_spawnp(&child, "sh", &actions, nullptr, argv, environ) == 0) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

Awake::Awake(unsigned long xWindow) : window_(xWindow) {
  xcb_connection_t* c = xcb_connect(nullptr, nullptr);
  if (xcb_connection_has_error(c)) {
    xcb_disconnect(c);
    return;
  }
  connection_ = c;
  const auto* extension = xcb_get_extension_data(c, &xcb_screensaver_id);
  if (extension && extension->present) xcb_screensaver_suspend(c, 1), suspended_ = true;
  xcb_force_screen_saver(c, XCB_SCREEN_SAVER_RESET);
  xcb_flush(c);
  if (window_) xdgScreensaver("suspend", window_);
}

Awake::~Awake() {
  if (window_ && connection_) xdgScreensaver("resume", window_);
  if (auto* c = static_cast<xcb_connection_t*>(connection_)) {
    if (suspended_) xcb_screensaver_suspend(c, 0);
    xcb_flush(c);
    xcb_disconnect(c);
  }
}

void Awake::remind() {
  if (auto* c = static_cast<xcb_connection_t*>(connection_)) {
    xcb_force_screen_saver(c, XCB_SCREEN_SAVER_RESET);
    xcb_flush(c);
  }
}

}  // namespace window
