// Files on disk that may change under us: what state they are in once they have come to rest. A thread of its
// own asks the system, since a network share may answer late or never; where changes are not announced it
// looks by itself.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace session {

// The state of a file and of those that are read together with it (.dbf, .prj …): equal while nothing
// changed.
struct FileStamp {
  bool there = false;  // the file itself
  std::string text;
  bool operator==(const FileStamp&) const = default;
};
FileStamp stampOf(const std::string& path);
// The file itself and what is read with it. Nothing for what is no file of the system's own: URLs, databases.
std::vector<std::string> filesBehind(const std::string& path);

struct WatchOptions {
  bool events = true;           // false: as on a share that announces nothing
  double quietSeconds = 0.3;    // without a change: at rest
  double goneSeconds = 1.5;     // others delete a file before they write it anew
  double writingSeconds = 3;    // at most, while it is still open for writing
  double shareSeconds = 2;      // between looks where changes are not announced
  double fallbackSeconds = 20;  // where they are
};

class Watch {
 public:
  // wake: called by the thread when take() has something.
  explicit Watch(std::function<void()> wake, WatchOptions options = {});
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void follow(std::set<std::string> paths);  // instead of those before
  // Each path's state whenever it has come to rest in another one than told before; also the first.
  std::vector<std::pair<std::string, FileStamp>> take();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace session
