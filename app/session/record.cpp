#include "app/session/record.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "app/paper/raster_painter.h"
#include "app/paper/write.h"
#include "app/session/basemaps.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/recipe.h"
#include "app/session/show_stages.h"
#include "app/session/snapshot.h"

extern char** environ;

namespace session {
namespace {

namespace fs = std::filesystem;

constexpr size_t mostFrames = 1'000'000;

std::string ending(const std::string& path) {
  std::string e = fs::path(path).extension().string();
  std::transform(e.begin(), e.end(), e.begin(), [](unsigned char c) { return std::tolower(c); });
  return e;
}
bool isFilm(const std::string& path) {
  const std::string e = ending(path);
  return e == ".mp4" || e == ".mov" || e == ".mkv" || e == ".webm";
}

// One picture of the show, shown for so many frames.
struct Shot {
  size_t stop = 0;
  double seconds = 0;  // since the stop came
  size_t first = 0, frames = 1;
};

struct Reel {
  ReadyShow show;
  std::vector<scene::Passage> passages;  // by stop
  std::vector<scene::Extras> extras;
  std::vector<Shot> shots;
  size_t frames = 0;
};

geo::Result<size_t> firstStop(const std::vector<SceneSpec>& stops, const std::string& wanted,
                              Language language) {
  if (wanted.empty()) return 0;
  std::vector<std::string> names;
  for (size_t i = 0; i < stops.size(); ++i) {
    if (stops[i].id == wanted || stops[i].name.zh == wanted || stops[i].name.en == wanted) return i;
    names.push_back(stops[i].id + " (" + stops[i].name.in(language) + ")");
  }
  return geo::fail(fmt::format("The project has no scene \"{}\".", wanted),
                   fmt::format("Scenes: {}.", joined(names)));
}

geo::Result<Reel> reelOf(const Session& session, const RecordOptions& o, const scene::Theme& theme,
                         const scene::TypesetterPtr& fonts) {
  auto show = readyShow(session, theme, fonts, o.width, o.height);
  if (!show) return tl::unexpected(show.error());
  const auto first = firstStop(show->stops, o.scene, session.view().language);
  if (!first) return tl::unexpected(first.error());
  Reel reel;
  reel.show = std::move(*show);
  auto& stops = reel.show.stops;
  auto& stages = reel.show.stages;
  stops.erase(stops.begin(), stops.begin() + static_cast<long>(*first));
  stages.erase(stages.begin(), stages.begin() + static_cast<long>(*first));
  const Timeline line = timelineOf(stops);
  for (size_t i = 0; i < stops.size(); ++i) {
    reel.passages.push_back(scene::makePassage(i ? stages[i - 1] : nullptr, stages[i],
                                               passageOptions(session.project(), stops[i])));
    reel.extras.push_back(extrasOf(session.project(), reel.passages.back()));
  }
  const double length = o.seconds ? std::min(*o.seconds, line.seconds) : line.seconds;
  const double frames = std::floor(length * o.fps + 1e-9);
  if (frames < 1 || frames > static_cast<double>(mostFrames))
    return geo::fail(fmt::format("The show of {:.1f} s would be {:.0f} frames.", length, frames),
                     "Change --fps or the scenes' durations; a recording has 1 to 1,000,000 frames.");
  reel.frames = static_cast<size_t>(frames);
  for (size_t k = 0; k < reel.frames; ++k) {
    const double t = static_cast<double>(k) / o.fps;
    const Timeline::Stay& stay = line.at(t);
    const double since = t - stay.begins;
    const bool rests = since > movesUntil(reel.passages[stay.stop], reel.extras[stay.stop]) + 1e-9;
    if (rests && !reel.shots.empty() && reel.shots.back().stop == stay.stop &&
        reel.shots.back().seconds > movesUntil(reel.passages[stay.stop], reel.extras[stay.stop]) + 1e-9)
      ++reel.shots.back().frames;
    else reel.shots.push_back({stay.stop, since, k, 1});
  }
  return reel;
}

scene::Drawing withGround(scene::Drawing drawing, const scene::Stage& stage) {
  (void)fillGround(drawing, *stage.theme, stage.scene.language, 1, nullptr);  // what is not there stays plain
  return drawing;
}

scene::Drawing drawingOf(const Reel& reel, const Shot& shot) {
  return withGround(scene::pictureAt(reel.passages[shot.stop], shot.seconds, nullptr, reel.extras[shot.stop]),
                    *reel.show.stages[shot.stop]);
}

// A public show is held to what any public picture is.
geo::Result<void> fitToShow(const Reel& reel, const std::string& output) {
  for (size_t i = 0; i < reel.show.stages.size(); ++i) {
    const scene::Scene& s = reel.show.stages[i]->scene;
    if (s.internal) continue;
    auto lacks = unfitToPublish(s);
    if (!reel.show.stages[i]->missingGlyphs.empty())
      lacks.push_back(missingText(reel.show.stages[i]->missingGlyphs));
    if (!lacks.empty())
      return geo::fail(fmt::format(fmt::runtime(tr("{} 不能公开发布：{}。", s.language)), output,
                                   joined(lacks, s.language == Language::zh ? "；" : "; ")),
                       tr("补齐后再导出，或把项目设为内部（public = false）。", s.language));
  }
  return {};
}

std::string systemError() { return std::strerror(errno); }

// Numbered pictures
// -----------------------------------------------------------------------------------------------------

std::string frameName(size_t k) { return fmt::format("frame-{:06}.png", k + 1); }

geo::Result<void> writeFrames(const Reel& reel, const RecordOptions& o,
                              const std::vector<std::string>& recipes, geo::Progress* progress) {
  const fs::path folder = o.output;
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error))
    return geo::fail(fmt::format("{} is a file, not a folder.", o.output),
                     "Name a folder for the pictures, or a file that ends in .mp4.");
  if (fs::is_directory(folder, error) && !fs::is_empty(folder, error))
    return geo::fail(
        fmt::format("{} is not empty: frames of another recording would mix with these.", o.output),
        "Name a new folder.");
  const fs::path parent = fs::absolute(folder, error).parent_path();
  std::string made = (parent / fmt::format(".{}-XXXXXX", folder.filename().string())).string();
  if (!mkdtemp(made.data()))
    return geo::fail(fmt::format("{} cannot be made: {}.", o.output, systemError()), "Choose another place.");
  const fs::path part = made;
  const auto giveUp = [&](tl::unexpected<geo::Error> why) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    return why;
  };
  for (size_t i = 0; i < reel.shots.size(); ++i) {
    const Shot& shot = reel.shots[i];
    if (progress && !progress->keepGoing(static_cast<double>(i) / static_cast<double>(reel.shots.size())))
      return giveUp(paper::cancelled(o.output));
    paper::Meta meta;
    meta.title = reel.show.stages[shot.stop]->scene.title,
    meta.subject = reel.show.stages[shot.stop]->scene.name;
    meta.recipe = recipes[shot.stop];
    const fs::path file = part / frameName(shot.first);
    if (auto written = paper::writePng(drawingOf(reel, shot), file.string(), o.width, o.height, 1, 96, meta);
        !written)
      return giveUp(tl::unexpected(written.error()));
    for (size_t k = 1; k < shot.frames; ++k) {  // the same picture again
      const fs::path again = part / frameName(shot.first + k);
      fs::create_hard_link(file, again, error);
      if (error) fs::copy_file(file, again, error);
      if (error)
        return giveUp(geo::fail(fmt::format("{} cannot be written: {}.", again.string(), error.message()),
                                "Make room there."));
    }
  }
  fs::permissions(part, fs::perms(0755), error);
  if (fs::is_directory(folder, error)) fs::remove(folder, error);
  fs::rename(part, folder, error);
  if (error)
    return giveUp(
        geo::fail(fmt::format("{} cannot be made: {}.", o.output, error.message()), "Choose another place."));
  return {};
}

// A film
// ----------------------------------------------------------------------------------------------------------------

// ffmpeg at the other end of a pipe.
class Encoder {
 public:
  static geo::Result<std::unique_ptr<Encoder>> start(const RecordOptions& o, const std::string& file) {
    int ends[2], errors[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return geo::fail(fmt::format("No pipe: {}.", systemError()));
    if (pipe2(errors, O_CLOEXEC) != 0) {
      close(ends[0]), close(ends[1]);
      return geo::fail(fmt::format("No pipe: {}.", systemError()));
    }
    std::vector<std::string> words{
        "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt",
        "rgba", "-s", fmt::format("{}x{}", o.width, o.height), "-r", fmt::format("{}", o.fps), "-i", "pipe:0",
        "-an", "-vf",
        // Encoders want even sides, and viewers this matrix for high definition.
        "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:flags=accurate_rnd"};
    const auto more = [&](std::initializer_list<const char*> list) {
      for (const char* w : list) words.emplace_back(w);
    };
    if (ending(o.output) == ".webm") more({"-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1"});
    else more({"-c:v", "libx264", "-preset", "medium", "-crf", "16", "-tune", "animation"});
    more({"-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
          "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"});
    if (ending(o.output) == ".mp4" || ending(o.output) == ".mov") more({"-movflags", "+faststart"});
    words.push_back(file);
    std::vector<char*> argv;
    for (std::string& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors[1], 2);
    pid_t child = 0;
    const int failed = posix_spawnp(&child, "ffmpeg", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]), close(errors[1]);
    if (failed) {
      close(ends[1]), close(errors[0]);
      return geo::fail(
          fmt::format("{} needs ffmpeg, which cannot be started: {}.", o.output, std::strerror(failed)),
          "Install it (Debian: ffmpeg), or name a folder for numbered PNGs.");
    }
    auto made = std::make_unique<Encoder>();
    made->child_ = child, made->in_ = ends[1], made->errors_ = errors[0];
    made->listener_ = std::thread([e = made.get()] {
      char text[512];
      for (ssize_t n; (n = read(e->errors_, text, sizeof text)) > 0 || (n < 0 && errno == EINTR);)
        if (n > 0 && e->said_.size() < 4000) e->said_.append(text, static_cast<size_t>(n));
    });
    return made;
  }
  ~Encoder() {
    if (child_) kill(child_, SIGKILL), (void)finish();
  }
  bool write(const std::vector<uint8_t>& bytes) const {
    for (size_t at = 0; at < bytes.size();) {
      const ssize_t n = ::write(in_, bytes.data() + at, bytes.size() - at);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      at += static_cast<size_t>(n);
    }
    return true;
  }
  geo::Result<void> finish() {
    if (in_ >= 0) close(in_), in_ = -1;
    int status = 0;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    if (listener_.joinable()) listener_.join();
    close(errors_);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    std::string last = trimmed(said_);
    if (const size_t line = last.rfind('\n'); line != last.npos) last = last.substr(line + 1);
    return geo::fail(fmt::format("ffmpeg stopped: {}", last.empty() ? "no reason given" : validUtf8(last)),
                     "Check that it can write this format, or name a folder for numbered PNGs.");
  }

 private:
  pid_t child_ = 0;
  int in_ = -1, errors_ = -1;
  std::thread listener_;
  std::string said_;
};

geo::Result<void> writeFilm(const Reel& reel, const RecordOptions& o, geo::Progress* progress) {
  const fs::path target = o.output;
  const std::string part =
      (target.parent_path() / fmt::format(".{}.{}{}", target.stem().string(), getpid(), ending(o.output)))
          .string();
  struct Remove {
    std::string path;
    ~Remove() {
      if (!path.empty()) ::unlink(path.c_str());
    }
  } remove{part};
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // an encoder that stops is told as an error
  struct Restore {
    decltype(before) handler;
    ~Restore() { std::signal(SIGPIPE, handler); }
  } restore{before};
  auto encoder = Encoder::start(o, part);
  if (!encoder) return tl::unexpected(encoder.error());
  const int ahead = static_cast<int>(std::max(2u, std::thread::hardware_concurrency())) + 1;
  const int shots = static_cast<int>(reel.shots.size());
  std::vector<std::vector<uint8_t>> pixels(static_cast<size_t>(ahead) + 1);
  std::vector<std::optional<geo::Error>> errors(pixels.size());
  bool broken = false;
  std::optional<geo::Error> failure;
  const bool whole = paper::inOrder(
      shots, ahead,
      [&]() -> std::function<void(int)> {
        auto brush = std::make_shared<paper::RasterPainter::Brush>();
        return [&, brush](int i) {
          const size_t slot = static_cast<size_t>(i) % pixels.size();
          auto& rgba = pixels[slot];
          rgba.resize(static_cast<size_t>(o.width) * o.height * 4);
          const scene::Drawing drawing = drawingOf(reel, reel.shots[static_cast<size_t>(i)]);
          auto painter = paper::RasterPainter::make(drawing, o.width, o.height, 1);
          if (!painter) errors[slot] = painter.error();
          else (*painter)->paint({rgba.data(), o.width, 0, o.height}, *brush);
        };
      },
      [&](int i) {
        const size_t slot = static_cast<size_t>(i) % pixels.size();
        if (errors[slot]) failure = errors[slot];
        for (size_t k = 0; !failure && k < reel.shots[static_cast<size_t>(i)].frames && !broken; ++k)
          broken = !(*encoder)->write(pixels[slot]);
        return !failure && !broken && (!progress || progress->keepGoing(static_cast<double>(i) / shots));
      });
  if (failure) return tl::unexpected(*failure);
  if (!whole && !broken) return paper::cancelled(o.output);
  if (auto done = (*encoder)->finish(); !done) return done;
  std::error_code error;
  fs::rename(part, target, error);
  if (error)
    return geo::fail(fmt::format("{} cannot be written: {}.", o.output, error.message()),
                     "Choose another place.");
  return {};
}

}  // namespace

geo::Result<void> checkRecord(const RecordOptions& o) {
  if (o.output.empty()) return geo::fail("No place for the recording was given.");
  const std::string e = ending(o.output);
  if (!e.empty() && !isFilm(o.output) && e != ".pdf" && e.size() <= 5)
    return geo::fail(fmt::format("{} has an ending that names no recording.", o.output),
                     "A folder takes numbered PNGs; films: .mp4 .mov .mkv .webm; a deck of pages: .pdf.");
  if (o.width < 320 || o.height < 200 || o.width > 16384 || o.height > 16384)
    return geo::fail(fmt::format("A show of {}x{} pixels cannot be made.", o.width, o.height),
                     "It lies within 320x200 and 16384x16384.");
  if (!(o.fps >= 1 && o.fps <= 240))
    return geo::fail(fmt::format("{} frames a second are out of range.", o.fps), "It lies within 1 and 240.");
  if (!o.theme.empty() && o.theme != "dark" && o.theme != "light")
    return geo::fail(fmt::format("There is no theme \"{}\".", o.theme), "Themes: dark, light.");
  return {};
}

geo::Result<Recorded> record(const Session& session, const RecordOptions& o,
                             const scene::TypesetterPtr& fonts, geo::Progress* progress) {
  if (auto good = checkRecord(o); !good) return tl::unexpected(good.error());
  SnapshotOptions like;
  like.output = o.output, like.width = o.width, like.height = o.height;
  like.theme = o.theme.empty() ? session.project().theme : o.theme;
  const scene::Theme& theme = like.theme == "light" ? scene::lightTheme() : scene::darkTheme();
  auto reel = reelOf(session, o, theme, fonts);
  if (!reel) return tl::unexpected(reel.error());
  if (auto fit = fitToShow(*reel, o.output); !fit) return tl::unexpected(fit.error());
  const size_t stops = reel->show.stops.size();
  std::vector<std::string> recipes(stops);
  RecipeDraft draft = recipeDraft(session, like);
  if (!isFilm(o.output)) {
    hashData(draft, progress);
    for (size_t i = 0; i < stops; ++i) {
      draft.options.scene = session.project().scenes.empty() ? "" : reel->show.stops[i].id;
      recipes[i] = recipeText(draft, reel->show.stages[i]->scene, progress);
    }
  }
  if (ending(o.output) == ".pdf") {
    std::vector<std::string> bookmarks;
    for (const SceneSpec& s : reel->show.stops) bookmarks.push_back(s.name.in(session.view().language));
    paper::Meta meta;
    meta.title = reel->show.stages[0]->scene.title, meta.recipe = recipes[0];
    paper::VectorOptions vectors;
    if (session.worldCrs().known()) vectors.crs = session.worldCrs();
    const auto written = paper::writePdfBook(
        bookmarks,
        [&](size_t i) -> geo::Result<scene::Drawing> {
          return withGround(scene::drawingOf(*reel->show.stages[i]), *reel->show.stages[i]);
        },
        o.output, vectors, meta, progress);
    if (!written) return tl::unexpected(written.error());
    return Recorded{stops, 0};
  }
  const auto written =
      isFilm(o.output) ? writeFilm(*reel, o, progress) : writeFrames(*reel, o, recipes, progress);
  if (!written) return tl::unexpected(written.error());
  return Recorded{reel->frames, static_cast<double>(reel->frames) / o.fps};
}

}  // namespace session
