// How fast is it on this machine? One JSON object a line, lower is better.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/project_input.h"
#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/draw_scene.h"
#include "app/scene/show.h"
#include "app/session/show_stages.h"
#include "app/session/snapshot.h"
#include "geo/density.h"
#include "geo/large_memory.h"

namespace cli {
namespace {

struct Request {
  ProjectInput input;
  int width = 1920, height = 1080, frames = 40, repeats = 5, cancels = 0;
  std::string boxes, output;
  double radius = 0;
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds that this process has lived, to a hundredth: what came before main counts too.
double sinceProcessStart() {
  std::ifstream stat("/proc/self/stat"), uptime("/proc/uptime");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  double up = 0;
  uptime >> up;
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 22 && fields >> field; ++i) {
  }
  long ticks = 0;
  std::from_chars(field.data(), field.data() + field.size(), ticks);
  return up - static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Of all threads: what a machine busy with other things does not spoil.
double cpuSeconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double peakMib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024.0;
  return 0;
}

void say(std::string_view name, double value) {
  fmt::print("{}\n", nlohmann::ordered_json{{"m", name}, {"v", std::round(value * 1e4) / 1e4}}.dump());
  std::fflush(stdout);
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(std::ceil(q * static_cast<double>(values.size()))) - 1];
}

// A project, its scene and a renderer without a window.
struct Stage {
  session::Session session;
  scene::TypesetterPtr fonts;
  std::unique_ptr<render::Offscreen> context;
  std::unique_ptr<render::Renderer> renderer;  // dies before its context
  scene::Scene scene;
  scene::DrawCache cache;
  render::Pixels pixels;
  double loadSeconds = 0;
};

geo::Result<std::unique_ptr<Stage>> prepare(const Request& request, const Common& common,
                                            bool firstPicture = false) {
  auto stage = std::make_unique<Stage>();
  const double start = now();
  // Fonts are found while the data loads, and the shaders are compiled.
  geo::Result<std::shared_ptr<const scene::Typesetter>> fonts = geo::fail("");
  std::thread opening([&] { fonts = scene::Typesetter::open(); });
  geo::Result<std::unique_ptr<render::Offscreen>> context = geo::fail("");
  geo::Result<std::unique_ptr<render::Renderer>> renderer = geo::fail("");
  ProjectInput input = request.input;
  input.firstPicture = firstPicture;
  input.meanwhile = [&] {
    context = render::Offscreen::make();
    if (context) renderer = render::Renderer::make();
  };
  const auto loaded = loadProject(stage->session, input, common);
  stage->loadSeconds = now() - start;
  opening.join();
  if (!loaded) return tl::unexpected(loaded.error());
  if (!fonts) return tl::unexpected(fonts.error());
  if (!context) return tl::unexpected(context.error());
  stage->context = std::move(*context);
  if (!renderer) return tl::unexpected(renderer.error());
  stage->renderer = std::move(*renderer);
  stage->fonts = *fonts;
  auto scene = session::sceneFor(stage->session, {});
  if (!scene) return tl::unexpected(scene.error());
  stage->scene = std::move(*scene);
  fmt::print("{}\n", nlohmann::ordered_json{{"m", "renderer"}, {"v", stage->context->rendererName()}}.dump());
  return stage;
}

// One picture, drawn whole; read back, unless it is for a screen.
double frame(Stage& stage, const Request& request, const std::optional<geo::Box>& extent,
             bool onScreen = false) {
  const double start = now();
  const auto& theme = stage.session.project().theme == "light" ? scene::lightTheme() : scene::darkTheme();
  const scene::Drawing drawing =
      scene::drawBare(stage.scene, theme, stage.fonts, static_cast<float>(request.width),
                      static_cast<float>(request.height), extent, &stage.cache);
  stage.renderer->draw(drawing, request.width, request.height, 1);
  onScreen ? stage.renderer->finish() : stage.renderer->read(stage.pixels);
  return now() - start;
}

// Pan at full view, zoom in sixteen times, pan there.
std::vector<geo::Box> flight(geo::Box home, double aspect, int frames) {
  double w = std::max(home.width(), home.height() * aspect) * 1.02, scale = 1;
  geo::Point c = home.centre();
  std::vector<geo::Box> path;
  const auto push = [&] {
    const double halfWidth = w / scale / 2, halfHeight = halfWidth / aspect;
    path.push_back({c.x - halfWidth, c.y - halfHeight, c.x + halfWidth, c.y + halfHeight});
  };
  const int pans = std::max(1, frames / 4), zooms = std::max(1, frames - 2 * pans);
  for (int i = 0; i < pans; ++i) {
    c.x += (i % 4 < 2 ? 0.05 : -0.05) * w, c.y += (i % 2 ? 0.05 : -0.05) * w / aspect;
    push();
  }
  for (int i = 0; i < zooms; ++i) scale *= std::pow(16.0, 1.0 / zooms), push();
  for (int i = 0; i < pans; ++i) c.x += 0.05 * w / scale, c.y += 0.02 * w / scale, push();
  return path;
}

geo::Result<std::vector<geo::Box>> readBoxes(const std::string& path) {
  std::ifstream file(path);
  if (!file) return geo::fail(fmt::format("{} cannot be read.", path), "Give a JSON list of [W,S,E,N].");
  const auto json = nlohmann::json::parse(file, nullptr, false);
  std::vector<geo::Box> boxes;
  if (json.is_array())
    for (const auto& b : json)
      if (b.is_array() && b.size() == 4 &&
          std::all_of(b.begin(), b.end(), [](const auto& v) { return v.is_number(); }))
        boxes.push_back({b[0], b[1], b[2], b[3]});
  const auto bad = [](const geo::Box& b) { return !(b.width() > 0 && b.height() > 0); };
  if (boxes.empty() || boxes.size() != json.size() || std::any_of(boxes.begin(), boxes.end(), bad))
    return geo::fail(fmt::format("{} is no list of extents.", path),
                     "It looks like [[W,S,E,N], …], in the map's coordinate system.");
  return boxes;
}

// Extents may be written in the CRS of the data file too, which bare data need not share with the map.
void intoMapCrs(const Stage& stage, std::vector<geo::Box>& boxes) {
  geo::Box all;
  for (const geo::Box& b : boxes) all.add(b);
  if (all.intersects(stage.scene.home) || !stage.session.worldCrs().known()) return;
  for (const auto& layer : stage.scene.layers) {
    const geo::Crs& source = stage.session.layer(layer.id).sourceCrs;
    if (!source.known()) continue;
    const auto toMap = geo::Transform::make(source, stage.session.worldCrs());
    if (!toMap) continue;
    std::vector<geo::Box> moved;
    for (const geo::Box& b : boxes) moved.push_back(geo::transformBox(*toMap, b));
    if (std::any_of(moved.begin(), moved.end(), [](const geo::Box& b) { return b.empty(); })) continue;
    boxes = std::move(moved);
    return;
  }
}

int redraw(const Request& request, const Common& common) {
  std::vector<geo::Box> boxes;
  if (!request.boxes.empty()) {
    auto read = readBoxes(request.boxes);
    if (!read) return complain(read.error());
    boxes = std::move(*read);
  }
  auto stage = prepare(request, common);
  if (!stage) return complain(stage.error());
  Stage& s = **stage;
  intoMapCrs(s, boxes);
  if (boxes.empty())
    boxes = flight(s.scene.home, static_cast<double>(request.width) / request.height, request.frames);
  const double first = frame(s, request, std::nullopt);
  std::vector<double> all, full, zoomed;
  double widest = 0, narrowest = std::numeric_limits<double>::infinity();
  for (const geo::Box& b : boxes)
    widest = std::max(widest, b.width()), narrowest = std::min(narrowest, b.width());
  for (const geo::Box& b : boxes) {
    all.push_back(frame(s, request, b) * 1e3);
    if (b.width() > widest * 0.99) full.push_back(all.back());
    if (b.width() < narrowest * 1.01) zoomed.push_back(all.back());
  }
  say("load_s", s.loadSeconds);
  say("first_map_s", first);
  say("frame_ms_p50", quantile(all, 0.5));
  say("frame_ms_p99", quantile(all, 0.99));
  say("full_view_ms", quantile(full, 0.5));
  say("zoomed_ms", quantile(zoomed, 0.5));
  say("peak_mib", peakMib());
  return done;
}

// How long a session that is loading takes to let go of everything, at several moments on the way.
// Milliseconds.
std::vector<double> cancelling(const std::string& data, double openSeconds, int times) {
  namespace fs = std::filesystem;
  const fs::path project =
      fs::temp_directory_path() / fmt::format("parkscope-cancel-{}.parkscope.toml", getpid());
  std::ofstream(project) << "format = 1\n\n[[layers]]\nid = \"data\"\nname = { zh = \"data\" }\nsource = "
                         << nlohmann::json(fs::absolute(data).string()).dump() << "\n";
  std::vector<double> took;
  for (int i = 0; i < times; ++i) {
    auto session = std::make_unique<session::Session>();
    if (!session->open(project.string())) break;
    const double until = now() + openSeconds * (i + 0.5) / times;
    while (now() < until) {
      session->tick(now());
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const double start = now();
    session->jobs().cancelAll();
    session.reset();
    took.push_back((now() - start) * 1e3);
  }
  fs::remove(project);
  return took;
}

int load(const Request& request, const Common& common) {
  auto stage = prepare(request, common, true);
  if (!stage) return complain(stage.error());
  const double first = frame(**stage, request, std::nullopt, true), whole = sinceProcessStart();
  const double second = frame(**stage, request, std::nullopt, true);
  const double openSeconds = (*stage)->loadSeconds, peak = peakMib();
  say("to_first_map_s", whole);
  say("open_s", openSeconds);
  say("first_map_s", first);
  say("second_map_s", second);
  say("peak_mib", peak);
  if (request.cancels == 0) return done;
  (*stage).reset();
  const auto took = cancelling(request.input.paths[0], openSeconds, request.cancels);
  if (took.empty()) return complain({"The data could not be opened as a layer.", "Give one data file."});
  say("cancel_ms_p50", quantile(took, 0.5));
  say("cancel_ms_max", *std::max_element(took.begin(), took.end()));
  return done;
}

// Density of all points over the view, coloured and drawn.
int heat(const Request& request, const Common& common) {
  auto stage = prepare(request, common);
  if (!stage) return complain(stage.error());
  Stage& s = **stage;
  std::vector<geo::Point> points;
  geo::Box box;
  for (const auto& layer : s.scene.layers) {
    if (!layer.shape || !layer.shape->layer || layer.shape->layer->shapes.kind != geo::ShapeKind::point)
      continue;
    const geo::Shapes& shapes = layer.shape->layer->shapes;
    points.insert(points.end(), shapes.vertices.begin(), shapes.vertices.end());
    box.add(shapes.box());
  }
  if (points.empty())
    return complain({"There are no points to make a density of.", "Give a layer of points."});
  const auto width = static_cast<float>(request.width), height = static_cast<float>(request.height);
  struct Took {
    double density = 0, colours = 0, draw = 0, read = 0;
    double all() const { return density + colours + draw + read; }
  };
  const auto picture = [&]() -> geo::Result<Took> {
    Took took;
    double last = now();
    const auto end = [&](double& phase) {
      const double time = now();
      phase = time - std::exchange(last, time);
    };
    const scene::Camera camera = scene::Camera::fit({0, 0, width, height}, box);
    geo::DensityOptions options;
    options.radiusMetres = request.radius, options.cellMetres = camera.metresPerUnit,
    options.extent = camera.world();
    auto density = geo::kernelDensity(points, {}, options);
    if (!density) return tl::unexpected(density.error());
    end(took.density);
    scene::Heat heat;
    heat.grid = std::make_shared<const geo::Grid>(std::move(density->grid));
    heat.high = density->max, heat.opacity = 1;
    const geo::Grid& grid = *heat.grid;
    scene::Drawing d;
    d.width = width, d.height = height, d.background = scene::darkTheme().background;
    d.cameras = {camera};
    d.add(scene::Raster{0, grid.box(), scene::heatPixels(heat, true), static_cast<int>(grid.width),
                        static_cast<int>(grid.height), false});
    end(took.colours);
    s.renderer->draw(d, request.width, request.height, 1);
    s.renderer->finish();
    end(took.draw);
    s.renderer->read(s.pixels);
    end(took.read);
    return took;
  };
  std::vector<Took> pictures;
  const double before = cpuSeconds();
  for (int i = 0; i < request.repeats; ++i) {
    const auto took = picture();
    if (!took) return complain(took.error());
    pictures.push_back(*took);
  }
  const double cpu = (cpuSeconds() - before) / static_cast<double>(pictures.size());
  const auto of = [&](auto phase, double q) {
    std::vector<double> seconds;
    for (const Took& took : pictures) seconds.push_back(phase(took));
    return quantile(seconds, q);
  };
  const auto all = [](const Took& t) { return t.all(); };
  say("heat_s", of(all, 0.5));
  // What other work on the machine spoils least.
  say("heat_least_s", of(all, 1e-9));
  say("density_least_s", of([](const Took& t) { return t.density; }, 1e-9));
  say("colours_least_s", of([](const Took& t) { return t.colours; }, 1e-9));
  say("draw_least_s", of([](const Took& t) { return t.draw; }, 1e-9));
  say("read_least_s", of([](const Took& t) { return t.read; }, 1e-9));
  say("heat_cpu_s", cpu);
  say("peak_mib", peakMib());
  return done;
}

// A show's pictures in motion: flights between the whole city and parts of it, a map that tilts, turns and
// lies down again where a scene is tilted, the story of the first scene,
// one scene passing into the next. What the window does for each, but for putting it on the screen.
int show(const Request& request, const Common& common) {
  auto prepared = prepare(request, common);
  if (!prepared) return complain(prepared.error());
  Stage& s = **prepared;
  const scene::Theme& theme = s.session.project().theme == "light" ? scene::lightTheme() : scene::darkTheme();
  auto made = session::readyShow(s.session, theme, s.fonts, request.width, request.height);
  if (!made) return complain(made.error());
  const auto& stages = made->stages;
  std::string baseKey;
  const auto picture = [&](const scene::Passage& passage, double t, const scene::Extras& extras) {
    const double start = now();
    const scene::ShowFrame f = scene::frameAt(passage, t, &s.cache, extras);
    if (f.baseKey != baseKey) {
      s.renderer->drawBase(f.base, request.width, request.height, 1);
      baseKey = f.baseKey;
    }
    s.renderer->drawOver(f.over, f.mapIsBare);
    s.renderer->finish();
    return (now() - start) * 1e3;
  };
  // Sixty a second, as if each came in time.
  const auto run = [&](const scene::Passage& passage, double from, double to, std::vector<double>& into,
                       const scene::Extras& extras = {}) {
    for (double t = from; t < to; t += 1.0 / 60) into.push_back(picture(passage, t, extras));
  };
  const auto closeUp = [&](const scene::StagePtr& stage, double x, double y, double part) {
    const geo::Box& home = stage->scene.home;
    const geo::Point c{home.minX + home.width() * x, home.minY + home.height() * y};
    const double w = home.width() * part / 2, h = home.height() * part / 2;
    return scene::makeStage(stage->scene, theme, s.fonts, stage->width, stage->height,
                            geo::Box{c.x - w, c.y - h, c.x + w, c.y + h});
  };
  const auto map = std::find_if(stages.begin(), stages.end(), [](const auto& stage) { return stage->map; });
  if (map == stages.end()) return complain({"No scene of the show has a map.", "Add one to the project."});
  std::vector<double> flights, rising, story, passing, first;
  const scene::StagePtr whole = *map, south = closeUp(whole, 0.66, 0.25, 0.3),
                        north = closeUp(whole, 0.3, 0.8, 0.25);
  for (const auto& [from, to] : {std::pair(whole, south), std::pair(south, north), std::pair(north, whole)}) {
    const scene::Passage p = scene::makePassage(from, to);
    baseKey.clear();
    first.push_back(picture(p, 0, {}));
    run(p, p.fadeEnds, p.flightEnds, flights);
  }
  const auto tilted = std::find_if(stages.begin(), stages.end(),
                                   [](const auto& stage) { return scene::isTilted(stage->scene); });
  if (tilted != stages.end()) {
    const auto turned = scene::copyOf(**tilted);
    turned->scene.tilt->bearing += 20;
    for (const auto& [from, to] :
         {std::pair<scene::StagePtr, scene::StagePtr>(whole, *tilted), {*tilted, turned}, {turned, whole}}) {
      const scene::Passage p = scene::makePassage(from, to);
      baseKey.clear();
      picture(p, 0, {});
      run(p, p.fadeEnds, p.flightEnds, rising);
    }
  }
  {
    const scene::Passage p = scene::makePassage(nullptr, whole);
    const scene::Extras extras = session::extrasOf(s.session.project(), p);
    baseKey.clear();
    picture(p, p.flightEnds, extras);
    run(p, p.flightEnds, p.storyEnds, story, extras);
    if (extras.beadsFrom >= 0) run(p, extras.beadsFrom, extras.beadsFrom + scene::beadSeconds, story, extras);
  }
  for (size_t i = 0; i + 1 < stages.size(); ++i) {
    const scene::Passage p = scene::makePassage(stages[i], stages[i + 1]);
    baseKey.clear();
    first.push_back(picture(p, 0, {}));
    run(p, 0, std::min(p.seconds(), 0.5), passing);
  }
  for (const auto& [name, values] :
       {std::pair("flight", &flights), std::pair("rising", &rising), std::pair("story", &story),
        std::pair("passing", &passing), std::pair("switch", &first)}) {
    if (values->empty()) continue;
    say(fmt::format("{}_ms_p50", name), quantile(*values, 0.5));
    say(fmt::format("{}_ms_p99", name), quantile(*values, 0.99));
  }
  say("peak_mib", peakMib());
  return done;
}

int writeOut(const Request& request, const Common& common) {
  auto stage = prepare(request, common);
  if (!stage) return complain(stage.error());
  Stage& s = **stage;
  session::SnapshotOptions options;
  options.width = request.width, options.height = request.height;
  options.theme = s.session.project().theme;
  const bool temporary = request.output.empty();
  options.output = temporary ? (std::filesystem::temp_directory_path() /
                                fmt::format("parkscope-bench-{}.png", static_cast<long>(getpid())))
                                   .string()
                             : request.output;
  const double start = now();
  const auto written = session::writeSnapshot(s.scene, options, s.fonts, s.session.worldCrs());
  const double took = now() - start;
  if (temporary) {
    std::error_code ignored;
    std::filesystem::remove(options.output, ignored);
  }
  if (!written) return complain(written.error());
  say("export_s", took);
  say("peak_mib", peakMib());
  return done;
}

}  // namespace

void addBench(CLI::App& app, Common& common, Action& action) {
  auto request = std::make_shared<Request>();
  CLI::App* verb = app.add_subcommand("bench", "How fast is it on this machine?");
  verb->require_subcommand(1);
  verb->footer(
      "One JSON object a line, lower is better.\nExample: parkscope bench redraw map.gpkg --field density "
      "--classes 7 "
      "--size 1920x1080");
  const auto add = [&](const char* name, const char* what, auto run) {
    CLI::App* sub = verb->add_subcommand(name, what);
    sub->add_option("PROJECT", request->input.paths, "A project (.parkscope.toml), or data files")
        ->required();
    addSizeOption(*sub, request->width, request->height, "Size of the picture in pixels, 1920x1080");
    addBareOptions(*sub, request->input.bare);
    sub->fallthrough();
    sub->callback([request, &common, &action, run] {
      action = [request, &common, run] { return run(*request, common); };
    });
    return sub;
  };
  CLI::App* flying = add("redraw", "Pan and zoom, every frame drawn whole and read back", redraw);
  flying->add_option("--frames", request->frames, "Frames of the fixed flight")->check(CLI::Range(4, 100000));
  flying->add_option("--boxes", request->boxes,
                     "Instead: a JSON list of [W,S,E,N] in the map's coordinate system, or the data's");
  CLI::App* loading = add("load", "From the file to the first full picture", load);
  loading
      ->add_option("--cancels", request->cancels, "Also: stop so many loads on their way, and time each stop")
      ->check(CLI::Range(1, 1000));
  CLI::App* dense = add("heat", "Density of all points, as a coloured picture", heat);
  dense->add_option("--radius", request->radius, "Radius of the kernel in metres")
      ->required()
      ->check(CLI::PositiveNumber);
  dense->add_option("--repeats", request->repeats, "Pictures, one after the other")
      ->check(CLI::Range(1, 10000));
  add("show", "A show's flights, story and passages, each picture finished", show);
  CLI::App* writing = add("export", "Writing the picture to a file", writeOut);
  writing->add_option("-o,--output", request->output,
                      "File to write and keep (default: a PNG that is removed)");
}

}  // namespace cli
