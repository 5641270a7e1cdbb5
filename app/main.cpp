// Chooses window or terminal: the rows below do not know each other.
#include <fmt/format.h>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "app/cli/run.h"
#include "app/session/snapshot.h"
#include "app/window/window.h"

namespace {

int openWindow(const cli::WindowRequest& request) {
  if (!window::displayAvailable()) {
    const std::string project = request.paths.empty() ? session::embeddedProjectPath() : request.paths[0];
    if (request.present)
      fmt::print(
          stderr,
          "parkscope: there is no display to present on. To write the show: parkscope present {} --record "
          "DIR\n",
          project);
    else
      fmt::print(stderr,
                 "parkscope: there is no display to open a window on. To write the map as a picture: "
                 "parkscope snapshot {} -o map.png\n",
                 project);
    return cli::badInput;
  }
  window::Options options;
  options.paths = request.paths;
  options.bare = request.bare;
  options.language = request.language;
  if (request.width > 0) options.width = request.width, options.height = request.height;
  options.ready = request.ready;
  options.script = request.script;
  if (request.present) {
#ifdef __GLIBC__
    // A show runs for days. What it holds for long lies between what it holds for a moment, and pictures of
    // many sizes leave holes: large buffers of their own mappings leave none. Its frames make none anew.
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    // One thread's holes are good for another: apart, each thread's memory crumbles by itself.
    mallopt(M_ARENA_MAX, 1);
#endif
    const auto& p = *request.present;
    options.show = window::ShowRequest{p.monitor, p.width,   p.height, p.scene, p.theme,
                                       p.loop,    p.console, p.remote, p.clock};
  }
  return window::run(options);
}

}  // namespace

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Pictures are buffers of many megabytes, made anew while a slider moves. From the system they come page by
  // page at 13 µs each; the allocator keeps them. It would find these limits itself, after a few pictures.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
  const int code = cli::run(argc, argv, openWindow);
  if (!session::Jobs::someWereLeft()) return code;
  std::fflush(nullptr);
  std::_Exit(code);
}
