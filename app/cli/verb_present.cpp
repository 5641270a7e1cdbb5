#include <nlohmann/json.hpp>

#include "app/cli/page_options.h"
#include "app/cli/project_input.h"
#include "app/cli/run.h"
#include "app/session/preflight.h"
#include "app/session/record.h"
#include "app/session/tour.h"

namespace cli {
namespace {

int recordShow(const WindowRequest& request, session::RecordOptions options, const Common& common) {
  if (auto good = session::checkRecord(options); !good) return complain(good.error());
  session::Session session;
  const auto fonts = openForPictures(session, {request.paths, request.bare}, common);
  if (!fonts) return complain(fonts.error());
  tellMessages(session);
  if (session.project().scenes.empty())
    fmt::print(
        stderr,
        "parkscope: the project has no scenes; the overview is shown as one. To make some: in the window, "
        "场景 → 由当前视图新建场景….\n");
  geo::Progress progress;
  std::optional<Watcher> watcher;
  watcher.emplace(options.output, progress);
  const auto done = session::record(session, options, *fonts, &progress);
  watcher.reset();
  if (!done) return complain(done.error());
  if (common.json)
    fmt::print(
        "{}\n",
        nlohmann::json{{"output", options.output}, {"frames", done->frames}, {"seconds", done->seconds}}
            .dump());
  return cli::done;
}

// What an audience could not read, find or trust, before it sits there. Exit code 1 where something is grave.
int checkShow(const WindowRequest& request, int width, int height, double audience, double screen,
              scene::Vision vision, const Common& common) {
  session::RecordOptions size;
  size.output = "-", size.width = width, size.height = height;
  if (auto good = session::checkRecord(size); !good) return complain(good.error());
  session::Session session;
  const auto fonts = openForPictures(session, {request.paths, request.bare}, common);
  if (!fonts) return complain(fonts.error());
  tellMessages(session);
  session::ShowSpec show = session.project().show;
  if (audience > 0) show.audienceMetres = audience;
  if (screen > 0) show.screenCm = screen;
  if (auto set = session::apply(session, session::SetShow{show}); !set) return complain(set.error());
  session::apply(session, session::SetVision{vision});
  const auto findings = session::preflight(session, width, height);
  const bool grave = std::any_of(findings.begin(), findings.end(), [](const auto& f) { return f.grave; });
  if (common.json) {
    nlohmann::json out{{"ok", !grave}, {"findings", nlohmann::json::array()}};
    for (const session::Finding& f : findings)
      out["findings"].push_back({{"kind", session::name(f.kind)},
                                 {"grave", f.grave},
                                 {"scene", f.scene},
                                 {"what", f.what},
                                 {"fix", f.fix}});
    fmt::print("{}\n", out.dump());
  } else {
    for (const session::Finding& f : findings)
      fmt::print("{}{}{}{}{}\n", f.grave ? "! " : "  ",
                 f.number ? fmt::format("{} {}: ", f.number, f.sceneName) : std::string(), f.what,
                 f.fix.empty() ? "" : " ", f.fix);
  }
  return grave ? badInput : done;
}

}  // namespace

void addPresent(CLI::App& app, Common& common, Action& action,
                const std::function<int(const WindowRequest&)>& openWindow) {
  struct Request {
    WindowRequest window;
    session::RecordOptions record;
    int width = 0, height = 0;
    std::string scene;
    bool check = false;
    double audience = 0, screen = 0;
    scene::Vision vision = scene::Vision::normal;
  };
  auto request = std::make_shared<Request>();
  CLI::App* verb = app.add_subcommand("present", "Show the scenes on a big screen, or record them");
  auto& present = request->window.present.emplace();
  verb->add_option("PROJECT", request->window.paths, "A project (.parkscope.toml), or data files");
  verb->add_option("--monitor", present.monitor,
                   "Which monitor, from 1 (default: the one beside the main one)")
      ->check(CLI::Range(1, 64));
  addSizeOption(*verb, request->width, request->height,
                "Size in pixels, 3840x2160 (default: the monitor's; recordings 1920x1080)");
  verb->add_option("--scene", request->scene, "Scene to begin with, by id or name");
  verb->add_flag("--loop", present.loop, "Begin again after the last scene, each for its duration");
  verb->add_flag("--console,!--no-console", present.console,
                 "The presenter's console in the window (default: where there is a second monitor)");
  verb->add_option("--remote", present.remote,
                   "Serve the console as a page to a phone: ADDRESS:PORT, or auto")
      ->expected(0, 1)
      ->default_str("auto");
  verb->add_option(
      "--record", request->record.output,
      "Write the show instead: a folder for numbered PNGs, .mp4 .webm .mkv .mov by ffmpeg, .pdf a deck");
  verb->add_flag(
      "--check", request->check,
      "Instead: what the audience could not read, scene by scene; exit code 1 if anything is grave");
  verb->add_option("--audience", request->audience, "With --check: metres to the farthest seat")
      ->check(CLI::Range(0.3, 1000.0));
  verb->add_option("--screen", request->screen, "With --check: width of the picture in cm")
      ->check(CLI::Range(10.0, 100000.0));
  verb->add_option_function<std::string>(
      "--vision", [request](const std::string& name) { request->vision = readVision(name); },
      "With --check: contrast as other eyes see it: protanopia, deuteranopia, tritanopia, grey, projector");
  verb->add_option("--fps", request->record.fps, "Frames a second of a recording (default: 30)");
  verb->add_option_function<double>(
      "--seconds", [request](double s) { request->record.seconds = s; }, "At most so long a recording");
  verb->add_option("--theme", request->record.theme, "dark or light (default: the project's)");
  verb->add_option("--clock", present.clock, "Show seconds in a second (default: 1)")
      ->check(CLI::Range(0.1, 100.0))
      ->group("Measuring and testing");
  verb->add_option("--ready", request->window.ready, "File that gets the time of the first full frame")
      ->group("Measuring and testing");
  verb->add_option("--script", request->window.script, "Command lines to run in the window; -: stdin")
      ->group("Measuring and testing");
  addBareOptions(*verb, request->window.bare);
  verb->footer(
      "Examples:\n  parkscope present qingyuan.parkscope.toml --monitor 2\n  parkscope present "
      "qingyuan.parkscope.toml --record show.mp4 --size 3840x2160 --fps 30");
  verb->callback([request, &common, &action, openWindow] {
    action = [request, &common, openWindow]() -> int {
      WindowRequest& window = request->window;
      session::RecordOptions& record = request->record;
      if (request->check) {
        if (window.paths.empty()) window.paths = {session::embeddedProjectPath()};
        return checkShow(window, request->width > 0 ? request->width : 1920,
                         request->height > 0 ? request->height : 1080, request->audience, request->screen,
                         request->vision, common);
      }
      if (request->vision != scene::Vision::normal)
        return complain({"--vision goes with --check.",
                         "In the window: 视图 → 模拟视觉; for a picture: snapshot --vision."});
      if (!record.output.empty()) {
        if (request->width > 0) record.width = request->width, record.height = request->height;
        record.scene = request->scene;
        if (window.paths.empty()) window.paths = {session::embeddedProjectPath()};
        return recordShow(window, record, common);
      }
      if (request->width > 0) {
        session::RecordOptions size;
        size.output = "-", size.width = request->width, size.height = request->height;
        if (auto good = session::checkRecord(size); !good) return complain(good.error());
      }
      if (!record.theme.empty() && record.theme != "dark" && record.theme != "light")
        return complain({fmt::format("There is no theme \"{}\".", record.theme), "Themes: dark, light."});
      window.present->width = request->width, window.present->height = request->height;
      window.present->scene = request->scene, window.present->theme = record.theme;
      window.language = common.language;
      return openWindow(window);
    };
  });
}

}  // namespace cli
