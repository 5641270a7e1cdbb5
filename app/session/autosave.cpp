#include "app/session/autosave.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/paper/atomic_file.h"
#include "app/session/derived.h"
#include "app/session/drawings.h"
#include "app/session/i18n.h"
#include "app/session/project_file.h"
#include "geo/load.h"
#include "geo/save.h"

namespace session {
namespace {

namespace fs = std::filesystem;
constexpr double day = 86400;

bool ownFile(const Session& s) {  // a project that can be saved where it is
  std::error_code error;
  const std::string embedded = embeddedProjectPath();
  return !s.path().empty() && (embedded.empty() || !fs::equivalent(s.path(), embedded, error));
}

std::string commOf(long pid) {
  std::ifstream in(fmt::format("/proc/{}/comm", pid));
  std::string name;
  std::getline(in, name);
  return name;
}

std::string drawingFile(const std::string& file, const std::string& number) {
  const fs::path path(file);
  return (path.parent_path() / fmt::format(".{}-{}.gpkg", path.filename().string(), number)).string();
}

struct Head {  // comments at the top of the file
  long pid = 0;
  std::vector<std::pair<std::string, std::string>> drawings;  // file beside it · layer
};

Head headOf(const std::string& file) {
  Head head;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line) && line.starts_with('#');) {
    std::istringstream words(line.substr(1));
    std::string what, name, id;
    words >> what;
    if (what == "pid") words >> head.pid;
    if (what == "drawing" && words >> name && std::getline(words >> std::ws, id))
      head.drawings.emplace_back(drawingFile(file, name), id);
  }
  return head;
}

// Another window that is still open.
bool alive(long pid) {
  return pid > 0 && pid != getpid() && kill(static_cast<pid_t>(pid), 0) == 0 &&
         commOf(pid) == commOf(getpid());
}

void removeAll(const std::string& file) {
  std::error_code error;
  for (const auto& [drawing, layer] : headOf(file).drawings) fs::remove(drawing, error);
  fs::remove(file, error);
}

geo::Result<void> writeAll(const std::string& file, const Project& project,
                           const std::vector<std::pair<std::string, geo::LayerPtr>>& drawings,
                           geo::Progress& progress) {
  std::error_code error;
  const Head before = headOf(file);
  fs::create_directories(fs::path(file).parent_path(), error);
  std::string text = fmt::format("# pid {}\n", getpid());
  std::set<std::string> kept;
  for (size_t i = 0; i < drawings.size(); ++i) {
    const auto& [id, layer] = drawings[i];
    const std::string path = drawingFile(file, std::to_string(i));
    if (auto done = geo::save(*layer, path, {std::nullopt, id}); !done) return done;
    text += fmt::format("# drawing {} {}\n", i, id);
    kept.insert(path);
  }
  text += formatProject(project);
  auto out = paper::AtomicFile::create(file);
  if (!out) return tl::unexpected(out.error());
  if (auto done = out->write(text.data(), text.size()); !done) return done;
  if (!progress.keepGoing(1)) return {};  // saved or thrown away meanwhile
  if (auto done = out->commit(); !done) return done;
  for (const auto& [drawing, layer] : before.drawings)
    if (!kept.count(drawing)) fs::remove(drawing, error);
  return {};
}

std::string localTime(fs::file_time_type at) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
      at.time_since_epoch() - fs::file_time_type::clock::now().time_since_epoch());
  const std::time_t when = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + seconds);
  std::tm local{};
  localtime_r(&when, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &local);
  return text;
}

}  // namespace

std::string Autosave::fileFor(const Session& s) const {
  if (ownFile(s)) return s.path() + ".autosave";
  return options_.folder.empty() ? "" : options_.folder + "/untitled.parkscope.toml.autosave";
}

void Autosave::opened(Session& s) {
  since_ = -1, written_.reset(), file_.clear();
  const std::string file = fileFor(s);
  std::error_code error;
  if (file.empty() || !fs::is_regular_file(file, error)) return;
  const Head head = headOf(file);
  if (head.pid == getpid() || alive(head.pid)) return;
  const auto project = readProject(file);
  if (!project) return tell(s, Message::Level::warning, project.error().text());
  if (*project == s.project() && head.drawings.empty()) return removeAll(file);
  const auto written = fs::last_write_time(file, error);
  SessionParts::view(s).recovery = Recovery{file, error ? "" : localTime(written)};
}

void Autosave::tick(Session& s, double now) {
  if (s.view().recovery || s.view().show.on) return;  // what is offered stays until the user decides
  if (!s.changed()) {
    if (!file_.empty() || since_ >= 0) forget();
    return;
  }
  if ((written_ && *written_ == s.project()) || recovering(s)) return;
  if (since_ < 0) since_ = now;
  if (now - since_ < options_.seconds || s.jobs().running("autosave")) return;
  since_ = -1;
  const std::string file = fileFor(s);
  if (file.empty()) return;
  if (alive(headOf(file).pid)) {
    written_ = s.project();
    return tell(s, Message::Level::warning,
                tr("另一个窗口也打开了这个项目；这里的修改不会自动保存。", s.view().language));
  }
  Project project = s.project();
  std::vector<std::pair<std::string, geo::LayerPtr>> drawings;
  for (const LayerSpec& l : project.layers)
    if (l.drawing && !drawingSaved(s, l)) drawings.emplace_back(l.id, l.drawing);
  if (!ownFile(s)) rebase(project, SessionParts::base(s), options_.folder);
  file_ = late_ = file;
  s.jobs().start("autosave",
                 [this, session = &s, project = std::move(project), drawings = std::move(drawings), file,
                  asWas = s.project()](geo::Progress& progress) -> Jobs::Finish {
                   const auto done = writeAll(file, project, drawings, progress);
                   return [this, session, done, asWas, file] {
                     written_ = asWas, late_.clear(), file_ = file;  // also what was forgotten meanwhile
                     if (!session->changed()) forget();              // saved meanwhile
                     if (!done)
                       tell(*session, Message::Level::warning,
                            fmt::format(fmt::runtime(tr("自动保存没有成功：{}", session->view().language)),
                                        done.error().text()));
                   };
                 });
}

double Autosave::dueIn(const Session& s, double now) const {
  if (s.view().recovery || !s.changed() || (written_ && *written_ == s.project())) return day;
  return since_ < 0 ? options_.seconds : std::max(0.0, since_ + options_.seconds - now);
}

void Autosave::forget() {
  if (!file_.empty()) removeAll(file_);
  file_.clear(), written_.reset(), since_ = -1;
}

geo::Result<Project> Autosave::recovered(const Session& s) const {
  auto project = readProject(s.view().recovery->file);
  if (project && !ownFile(s)) rebase(*project, options_.folder, SessionParts::base(s));
  return project;
}

void Autosave::loadDrawings(Session& s) {
  const std::string file = s.view().recovery->file;
  file_ = file;  // ours from here on
  recovering_.clear();
  for (const auto& [path, id] : headOf(file).drawings) {
    recovering_.push_back(id);
    s.jobs().start("recover\x1f" + id,
                   [path = path, id = id, session = &s](geo::Progress& p) -> Jobs::Finish {
                     const auto loaded = geo::load(path, {}, &p);
                     return [loaded, id, session] {
                       if (!loaded) return tell(*session, Message::Level::error, loaded.error().text());
                       for (LayerSpec& l : SessionParts::project(*session).layers)
                         if (l.id == id && l.drawn && !l.drawing) l.drawing = loaded->layer;
                       touch(*session);
                     };
                   });
  }
}

bool Autosave::recovering(const Session& s) const {
  return std::any_of(recovering_.begin(), recovering_.end(), [&](const std::string& id) {
    return SessionParts::jobs(s).running("recover\x1f" + id);
  });
}

void Autosave::end() {
  if (!late_.empty()) removeAll(late_);
}

void Autosave::discard(Session& s) {
  if (s.view().recovery) removeAll(s.view().recovery->file);
  SessionParts::view(s).recovery.reset();
}

}  // namespace session
