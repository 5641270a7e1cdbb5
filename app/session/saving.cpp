#include "app/session/saving.h"

#include <filesystem>

#include "app/session/autosave.h"
#include "app/session/derived.h"
#include "app/session/drawings.h"
#include "app/session/history.h"
#include "app/session/i18n.h"
#include "app/session/project_file.h"

namespace session {
namespace {

namespace fs = std::filesystem;

struct Written {
  SavedDrawings drawings;
  std::optional<geo::Error> error;
};

Written write(Project project, const std::vector<DrawingFile>& drawings, const std::string& path,
              const std::string& to, bool apart) {
  Written out;
  out.drawings = saveDrawings(drawings, to, apart);
  out.error = out.drawings.error;
  if (!out.error) {
    followDrawings(project, out.drawings.renamed);
    if (auto done = writeProject(project, path); !done) out.error = done.error();
  }
  std::error_code error;
  if (out.error && apart)  // no project names them
    for (const auto& [file, stamp] : out.drawings.written) fs::remove(file, error);
  return out;
}

void finish(Session& s, const std::shared_ptr<Saving>& saving, const Written& written,
            const std::string& path, const std::string& from, const std::string& to, bool apart) {
  DerivedState& d = SessionParts::derived(s);
  if (d.saving != saving) return;  // another project has been opened; the files are written
  d.saving.reset();
  touch(s);
  const auto say = [&](Message::Level level, std::string text) {
    SessionParts::messages(s).push_back({level, std::move(text)});
  };
  const Language language = s.view().language;
  for (const auto& [there, now] : written.drawings.passedOver)
    say(Message::Level::warning,
        fmt::format(fmt::runtime(tr("{} 被别的程序改过，没有覆盖；绘制的内容存到 {}。", language)),
                    fs::path(there).filename().string(), fs::path(now).filename().string()));
  if (!written.error || !apart) {
    for (const auto& [file, stamp] : written.drawings.written) d.ownFiles[file] = stamp;
    const auto follow = [&](Project& p) {
      if (apart) rebase(p, from, to);
      followDrawings(p, written.drawings.renamed);
    };
    follow(SessionParts::project(s)), SessionParts::history(s).each(follow), follow(saving->asked);
  }
  if (written.error) {
    say(Message::Level::error, written.error->text());
  } else {
    if (Autosave* autosave = SessionParts::autosave(s); autosave && apart) autosave->forget();
    SessionParts::saved(s) = std::move(saving->asked);
    if (apart) SessionParts::base(s) = to, SessionParts::path(s) = path;
    say(Message::Level::info, fmt::format(fmt::runtime(tr("已保存 {}", language)), path));
  }
  for (const Command& next : saving->after)
    if (canApply(s, next)) (void)apply(s, next);  // after a failure nobody leaves what is not saved
}

}  // namespace

geo::Result<void> startSaving(Session& s, const std::string& path, bool apart) {
  if (const Autosave* autosave = SessionParts::autosave(s); autosave && autosave->recovering(s))
    return geo::fail(tr("绘制的图层还没有恢复完，稍候再保存。", s.view().language));
  if (auto open = withoutSecrets(s.project(), path); !open) return open;
  const std::string from = SessionParts::base(s), to = apart ? fs::path(path).parent_path().string() : from;
  auto saving = std::make_shared<Saving>();
  saving->asked = s.project();
  SessionParts::derived(s).saving = saving;
  Project project = s.project();
  if (apart) rebase(project, from, to);
  s.jobs().startKept(
      "save",
      [&s, saving, project = std::move(project), drawings = drawingFiles(s, to, apart), path, from, to,
       apart](geo::Progress&) -> Jobs::Finish {
        const auto written = std::make_shared<const Written>(write(project, drawings, path, to, apart));
        return [&s, saving, written, path, from, to, apart] {
          finish(s, saving, *written, path, from, to, apart);
        };
      },
      [&s, saving, path, from, to, apart](const std::string& what) {
        Written failed;
        failed.error = geo::Error{what, {}};
        finish(s, saving, failed, path, from, to, apart);
      });
  touch(s);
  return {};
}

}  // namespace session
