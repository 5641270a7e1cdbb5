// A layer of a PostGIS server panned and zoomed as in the window: every frame ticks the session, draws the
// map and finishes the picture; tiles come meanwhile. Usage: parkscope_database_bench [POINTS]
#include <epoxy/gl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/draw_scene.h"
#include "app/session/session.h"
#include "tests/support/postgres.h"

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void say(const char* name, double value) {
  std::printf("{\"m\":\"%s\",\"v\":%.4g}\n", name, value), std::fflush(stdout);
}

struct Desk {
  session::Session session;
  scene::TypesetterPtr fonts = scene::TypesetterPtr(*scene::Typesetter::open());
  std::unique_ptr<render::Renderer> renderer;
  scene::DrawCache cache;
  std::vector<double> frames;
  double slowestTick = 0;  // of the session alone: what the server and the jobs cost the window's thread
  uint64_t seen = 0;
  scene::Camera camera;

  void frame() {
    const double start = now();
    session.tick(start);
    slowestTick = std::max(slowestTick, (now() - start) * 1000);
    if (session.version() != seen || camera != session.view().camera) {
      seen = session.version(), camera = session.view().camera;
      const auto drawing =
          scene::drawWindowMap(session.scene(), scene::lightTheme(), fonts, camera, 1, &cache);
      renderer->draw(drawing, 1600, 900, 1, false);
      for (auto& w : renderer->wanted()) {
        if (session.jobs().running("mesh " + w.key)) continue;
        session.jobs().start("mesh " + w.key,
                             [run = std::move(w.run), this](geo::Progress&) -> session::Jobs::Finish {
                               return [hand = run(), this] { hand(), seen = 0; };
                             });
      }
      glFinish();
    }
    frames.push_back((now() - start) * 1000);
    if (const double left = start + 1.0 / 60 - now(); left > 0)
      std::this_thread::sleep_for(std::chrono::duration<double>(left));
  }
  double untilWhole() {
    const double began = now();
    for (int quiet = 0; quiet < 3 && now() - began < 300;) {
      frame();
      quiet = session.busy() ? 0 : quiet + 1;
    }
    return now() - began - 3.0 / 60;
  }
  void tell(const char* name) {
    std::sort(frames.begin(), frames.end());
    const auto at = [&](double q) {
      return frames[static_cast<size_t>(q * static_cast<double>(frames.size() - 1))];
    };
    say((std::string(name) + "_frame_ms_p50").c_str(), at(0.5));
    say((std::string(name) + "_frame_ms_p99").c_str(), at(0.99));
    say((std::string(name) + "_frame_ms_max").c_str(), frames.back());
    say((std::string(name) + "_tick_ms_max").c_str(), std::exchange(slowestTick, 0));
    frames.clear();
  }
};

}  // namespace

int main(int argc, char** argv) {
  const long points = argc > 1 ? std::atol(argv[1]) : 5'000'000;
  postgres_test::Server server;
  if (!server.whyNot().empty()) return std::fprintf(stderr, "%s\n", server.whyNot().c_str()), 1;
  const double began = now();
  // Half of them all over the place, half in a town.
  server.sql(fmt::format(
      "set synchronous_commit = off; create table firms (id int primary key, name text, staff int, geom "
      "geometry(Point, 4490)); select setseed(0.5); insert into firms select i, '企业' || i, i % 500, "
      "ST_SetSRID(case when i % 2 = 0 then ST_MakePoint(112 + 2 * random(), 23.3 + 2 * random()) else "
      "ST_MakePoint(113.0 + 0.2 * random() * random(), 23.7 + 0.2 * random() * random()) end, 4490) from "
      "generate_series(1, {}) i; create index on firms using gist (geom); vacuum analyze firms",
      points));
  say("fill_server_s", now() - began);
  say("points", std::atof(server.one("select count(*) from firms").c_str()));

  auto context = render::Offscreen::make();
  if (!context) return std::fprintf(stderr, "%s\n", context.error().text().c_str()), 1;
  Desk desk;
  desk.renderer = std::move(*render::Renderer::make());
  session::Project p;
  p.crs = "EPSG:4547";
  session::LayerSpec& l = p.layers.emplace_back();
  l.id = "firms", l.source = server.uri(), l.sourceLayer = "public.firms", l.key = "id", l.label = "name";
  const double opened = now();
  desk.session.open(p, "/tmp");
  desk.session.setFrame({0, 0, 1600, 900});
  while (now() - opened < 120 &&
         (!desk.session.layer("firms").shape || desk.session.layer("firms").shape->layer->rows() == 0))
    desk.frame();
  say("first_points_s", now() - opened);
  desk.untilWhole();
  say("first_whole_view_s", now() - opened);
  desk.tell("loading");

  for (int i = 0; i < 240; ++i) {  // a hand that drags over the whole view
    session::apply(desk.session, session::Pan{i % 120 < 60 ? 12.f : -12.f, i % 60 < 30 ? 4.f : -4.f});
    desk.frame();
  }
  desk.tell("far_pan");
  say("far_pan_whole_s", desk.untilWhole());
  desk.frames.clear();
  for (int i = 0; i < 120; ++i) {
    session::apply(desk.session, session::Zoom{1.03, {640, 500}});
    desk.frame();
  }
  desk.tell("zoom_in");
  say("zoom_in_whole_s", desk.untilWhole());
  desk.frames.clear();
  for (int i = 0; i < 240; ++i) {
    session::apply(desk.session, session::Pan{-10, i % 60 < 30 ? 4.f : -4.f});
    desk.frame();
  }
  desk.tell("near_pan");
  say("near_pan_whole_s", desk.untilWhole());
  desk.frames.clear();
  session::apply(desk.session, session::FitAll{});
  say("back_to_all_s", desk.untilWhole());
  say("rows_of_last_layer", static_cast<double>(desk.session.layer("firms").shape->layer->rows()));
}
