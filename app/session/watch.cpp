#include "app/session/watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace session {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string lowerEnding(const fs::path& path) {
  std::string e = path.extension().string();
  for (char& c : e)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return e;
}

// The archive of "/vsizip/a.zip/b.shp"; empty for other worlds of GDAL's.
std::string fileOf(const std::string& path) {
  for (const char* archive : {"/vsizip/", "/vsitar/", "/vsigzip/"}) {
    if (!path.starts_with(archive)) continue;
    std::string rest = path.substr(std::string_view(archive).size());
    std::error_code none;
    while (rest.size() > 1 && !fs::is_regular_file(rest, none)) rest = fs::path(rest).parent_path().string();
    return rest.size() > 1 ? rest : std::string();
  }
  if (path.empty() || path.starts_with("/vsi")) return {};
  if (path.find("://") != path.npos || path.starts_with("PG:") || path.starts_with("pg:")) return {};
  return path;
}

// Shares announce none of what another machine changes, and their times and numbers of files may move by
// themselves.
bool onShare(const std::string& path) {
  struct statfs facts;
  std::string at = path;
  while (statfs(at.c_str(), &facts) != 0) {
    const std::string up = fs::path(at).parent_path().string();
    if (up == at || up.empty()) return false;
    at = up;
  }
  constexpr std::array<unsigned, 9> shares = {0x6969,     0x517B,     0xFF534D42, 0xFE534D42, 0x65735546,
                                              0x01021997, 0x00c36400, 0x5346414f, 0x73757245};
  return std::find(shares.begin(), shares.end(), static_cast<unsigned>(facts.f_type)) != shares.end();
}

void addFacts(std::string& out, const std::string& file, bool share) {
  struct stat s;
  if (stat(file.c_str(), &s) != 0) return;
  out += fmt::format("{}:{}:{}.{:09}", fs::path(file).filename().string(), s.st_size, s.st_mtim.tv_sec,
                     s.st_mtim.tv_nsec);
  if (!share) out += fmt::format(":{}:{}.{:09}", s.st_ino, s.st_ctim.tv_sec, s.st_ctim.tv_nsec);
  out += ';';
}

double since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

struct Followed {
  std::vector<std::string> files;
  bool share = false;
  FileStamp seen, told;
  bool tellFirst = true;
  bool open = false;  // written to, not closed yet
  Clock::time_point changed = Clock::now();
  bool pending() const { return tellFirst || seen != told; }
};

}  // namespace

std::vector<std::string> filesBehind(const std::string& path) {
  const std::string file = fileOf(path);
  if (file.empty()) return {};
  std::vector<std::string> files{file};
  const std::string ending = lowerEnding(file);
  const auto beside = [&](std::initializer_list<const char*> endings) {
    for (const char* e : endings) {
      std::string upper(e);
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      for (const std::string& one : {std::string(e), upper})
        if (const auto sibling = fs::path(file).replace_extension(one).string(); sibling != file)
          files.push_back(sibling);
    }
  };
  if (ending == ".shp") beside({".dbf", ".shx", ".prj", ".cpg"});
  if (ending == ".dbf") beside({".cpg"});
  if (ending == ".tab") beside({".dat", ".map", ".id", ".dbf"});
  if (ending == ".mif") beside({".mid"});
  if (ending == ".gpkg" || ending == ".sqlite") files.push_back(file + "-wal");
  std::error_code none;
  if (fs::is_directory(file, none))  // .gdb
    for (const auto& entry : fs::directory_iterator(file, none)) files.push_back(entry.path().string());
  return files;
}

FileStamp stampOf(const std::string& path) {
  const auto files = filesBehind(path);
  FileStamp stamp;
  if (files.empty()) return stamp;
  struct stat s;
  stamp.there = stat(files[0].c_str(), &s) == 0;
  if (!stamp.there) return stamp;  // what is left beside it does not count
  const bool share = onShare(files[0]);
  for (const std::string& file : files) addFacts(stamp.text, file, share);
  return stamp;
}

struct Watch::Impl {
  std::mutex mutex;  // of the four below
  std::condition_variable ended;
  std::set<std::string> wanted;
  std::vector<std::pair<std::string, FileStamp>> news;
  std::function<void()> wake;
  bool stop = false, over = false;

  WatchOptions options;
  int stirred = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int events = -1;

  // The thread's own.
  std::map<std::string, Followed> followed;
  std::map<int, std::string> folders;  // by inotify's number
  std::set<std::string> deaf;          // folders that cannot be listened to
  Clock::time_point lookedAtShares = Clock::now(), lookedAtAll = Clock::now();

  ~Impl() {
    if (stirred >= 0) close(stirred);
    if (events >= 0) close(events);
  }

  void stir() const {
    const uint64_t one = 1;
    [[maybe_unused]] const auto n = write(stirred, &one, sizeof one);
  }

  // Folders, not files: a file that is replaced is another one.
  void listen() {
    if (events < 0) return;
    std::set<std::string> dirs;
    std::error_code none;
    for (auto& [path, f] : followed)
      for (const std::string& file : f.files) {
        dirs.insert(fs::path(file).parent_path().string());
        if (const auto real = fs::weakly_canonical(file, none); !none)
          dirs.insert(real.parent_path().string());
      }
    deaf.clear();
    std::map<int, std::string> now;
    for (const std::string& dir : dirs) {
      const int number =
          inotify_add_watch(events, dir.empty() ? "." : dir.c_str(),
                            IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                                IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
      if (number < 0) deaf.insert(dir);
      else now[number] = dir;
    }
    for (const auto& [number, dir] : folders)
      if (!now.count(number)) inotify_rm_watch(events, number);
    folders = std::move(now);
    for (auto& [path, f] : followed)
      f.share = f.share || deaf.count(fs::path(f.files[0]).parent_path().string()) > 0;
  }

  void look(const std::string& path, Followed& f) {
    if (auto files = filesBehind(path); !files.empty()) f.files = std::move(files);
    FileStamp now = stampOf(path);
    if (now == f.seen) return;
    f.seen = std::move(now), f.changed = Clock::now();
  }

  void takeOrders() {
    std::set<std::string> now;
    {
      std::lock_guard lock(mutex);
      now = wanted;
    }
    std::erase_if(followed, [&](const auto& f) { return !now.count(f.first); });
    bool more = false;
    for (const std::string& path : now) {
      if (followed.count(path)) continue;
      Followed f;
      f.files = filesBehind(path);
      if (f.files.empty()) continue;
      f.share = !options.events || onShare(f.files[0]);
      f.seen = stampOf(path);
      followed.emplace(path, std::move(f)), more = true;
    }
    if (more) listen();
  }

  void hear() {
    alignas(inotify_event) std::array<char, 16384> buffer;
    std::set<std::string> stirredPaths;
    bool all = false;
    for (;;) {
      const ssize_t got = read(events, buffer.data(), buffer.size());
      if (got <= 0) break;
      for (ssize_t at = 0; at < got;) {
        const auto* e = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        at += static_cast<ssize_t>(sizeof(inotify_event)) + e->len;
        if (e->mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) all = true;
        const std::string name = e->len ? e->name : "";
        for (auto& [path, f] : followed)
          for (const std::string& file : f.files) {
            if (fs::path(file).filename() != name) continue;
            stirredPaths.insert(path);
            if (e->mask & IN_MODIFY) f.open = true, f.changed = Clock::now();
            if (e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE)) f.open = false;
          }
        if (e->mask & (IN_CREATE | IN_MOVED_TO))  // a link's target or a file of a .gdb may have another name
          for (auto& [path, f] : followed)
            if (folders.count(e->wd) && fs::path(f.files[0]).string() == folders[e->wd])
              stirredPaths.insert(path);
      }
    }
    for (auto& [path, f] : followed)
      if (all || stirredPaths.count(path)) look(path, f);
    // Through a link the folder of the target speaks, with the target's own name.
    if (stirredPaths.empty() && !all)
      for (auto& [path, f] : followed) {
        std::error_code none;
        if (fs::is_symlink(f.files[0], none)) look(path, f);
      }
    if (all) listen();
  }

  double needs(const Followed& f) const {
    if (!f.seen.there && !f.tellFirst) return options.goneSeconds;
    if (f.open) return options.writingSeconds;
    return options.quietSeconds;
  }

  // Tells what has come to rest; returns the seconds until something else may.
  double tell() {
    double next = 60;
    bool any = false;
    for (auto& [path, f] : followed) {
      if (!f.pending()) continue;
      const double left = needs(f) - since(f.changed);
      if (left > 0) {
        next = std::min(next, left);
        continue;
      }
      look(path, f);  // once more: not all that happens is announced at once
      if (since(f.changed) < needs(f)) {
        next = std::min(next, needs(f));
        continue;
      }
      f.told = f.seen, f.tellFirst = false, f.open = false;
      std::lock_guard lock(mutex);
      news.emplace_back(path, f.told), any = true;
    }
    if (any) {
      std::lock_guard lock(mutex);
      if (!stop && wake) wake();
    }
    return next;
  }

  void run() {
    if (options.events) events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    for (;;) {
      {
        std::lock_guard lock(mutex);
        if (stop) break;
      }
      takeOrders();
      bool shares = false;
      for (const auto& [path, f] : followed) shares |= f.share;
      double wait = tell();
      if (shares) wait = std::min(wait, options.shareSeconds - since(lookedAtShares));
      if (!followed.empty()) wait = std::min(wait, options.fallbackSeconds - since(lookedAtAll));
      std::array<pollfd, 2> fds{pollfd{stirred, POLLIN, 0}, pollfd{events, POLLIN, 0}};
      poll(fds.data(), events >= 0 ? 2 : 1, std::max(1, static_cast<int>(wait * 1000) + 1));
      if (fds[0].revents) {
        uint64_t n;
        [[maybe_unused]] const auto got = read(stirred, &n, sizeof n);
      }
      if (events >= 0 && fds[1].revents) hear();
      const bool all = since(lookedAtAll) >= options.fallbackSeconds;
      if (all) listen(), lookedAtAll = Clock::now();
      const bool slow = since(lookedAtShares) >= options.shareSeconds;
      if (slow) lookedAtShares = Clock::now();
      for (auto& [path, f] : followed)
        if (all || (slow && f.share)) look(path, f);
    }
    std::lock_guard lock(mutex);
    over = true;
    ended.notify_all();
  }
};

Watch::Watch(std::function<void()> wake, WatchOptions options) : impl_(std::make_shared<Impl>()) {
  impl_->wake = std::move(wake), impl_->options = options;
  std::thread([impl = impl_] { impl->run(); }).detach();
}

// Waits for the thread, but not for a share that does not answer.
Watch::~Watch() {
  std::unique_lock lock(impl_->mutex);
  impl_->stop = true;
  impl_->stir();
  impl_->ended.wait_for(lock, std::chrono::milliseconds(500), [&] { return impl_->over; });
}

void Watch::follow(std::set<std::string> paths) {
  std::lock_guard lock(impl_->mutex);
  if (impl_->wanted == paths) return;
  impl_->wanted = std::move(paths);
  impl_->stir();
}

std::vector<std::pair<std::string, FileStamp>> Watch::take() {
  std::lock_guard lock(impl_->mutex);
  return std::exchange(impl_->news, {});
}

}  // namespace session
