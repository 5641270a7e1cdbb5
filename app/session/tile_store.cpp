#include "app/session/tile_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <list>
#include <mutex>

#include "app/paper/seal.h"
#include "app/session/i18n.h"
#include "geo/web.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::string_view mark = "parkscope tile 1\n";
constexpr size_t decodedBytes = size_t{64} << 20;
constexpr double longestPause = 120, wrongPause = 60;

double seconds() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

std::string digest(const std::string& text) {
  paper::Sha256 sha;
  sha.add(text.data(), text.size());
  return sha.hex();
}

struct OnDisk {
  std::string bytes;
  long expires = 0;
};

}  // namespace

// The words of geo/tiles and geo/web, in the window's language.
static std::string inWords(const std::string& what, scene::Language language) {
  static constexpr std::pair<std::string_view, const char*> words[] = {
      {"nothing", "空的"},
      {"a text or web page, not a picture", "是文字或网页"},
      {"bytes that are no picture", "不是图片的数据"},
      {"a picture that is cut off", "图片不完整"},
      {"a damaged picture", "图片已损坏"},
      {"an empty picture", "空图片"},
      {"more than 8 MB", "超过 8 MB"},
      {"it does not answer", "没有应答"},
      {"there is no network, or no such host", "没有网络，或没有这个主机"},
      {"nothing listens there", "没有服务在监听"},
      {"its certificate is not trusted", "证书不可信"},
      {"the connection broke", "连接中断"}};
  for (const auto& [english, chinese] : words)
    if (what == english) return tr(chinese, language);
  return what;
}

std::string troubleText(const TileTrouble& t, scene::Language language) {
  using Kind = TileTrouble::Kind;
  const auto say = [&](const char* text, const auto&... args) {
    return fmt::format(fmt::runtime(tr(text, language)), args...);
  };
  const std::string what = inWords(t.what, language);
  switch (t.kind) {
    case Kind::unreachable:
      return say("连不上 {}（{}）；有缓存的照常显示，恢复后自动继续。", t.host, what);
    case Kind::busy:
      return say("{} 忙（HTTP {}），稍后再取。", t.host, t.status);
    case Kind::refused:
      return say("{} 拒绝了请求（HTTP {}）：检查密钥和地址。", t.host, t.status);
    case Kind::wrong:
      return say("{} 的回答不是图片：{}。检查地址和密钥。", t.host, what);
    case Kind::notAsked:
      return tr("有的瓦片不在缓存中", language);
    case Kind::absent:
      return say("{} 在此处没有瓦片。", t.host);
    case Kind::none:
    case Kind::cancelled:
      break;
  }
  return {};
}

struct TileStore::Impl {
  Options options;
  mutable std::mutex mutex;
  std::condition_variable changed;

  struct Host {
    int active = 0, failures = 0, wrong = 0;
    double until = 0;  // not asked before
    TileTrouble trouble;
  };
  std::map<std::string, Host> hosts;
  std::map<std::string, std::pair<double, TileTrouble>> failed;  // by identity: until when
  std::set<std::string> underWay;                                // identities
  struct Kept {
    geo::PixelsPtr pixels;
    std::list<std::string>::iterator place;
  };
  std::map<std::string, Kept> kept;  // decoded, by identity
  std::list<std::string> order;      // least used first
  size_t keptBytes = 0;
  mutable std::optional<uint64_t> onDisk;

  std::string pathOf(const std::string& identity) const {
    const std::string name = digest(identity);
    return options.folder + "/" + name.substr(0, 2) + "/" + name.substr(2);
  }

  std::optional<OnDisk> read(const std::string& identity) const {
    if (options.folder.empty()) return {};
    const std::string path = pathOf(identity);
    std::ifstream in(path, std::ios::binary);
    if (!in) return {};
    std::string all((std::istreambuf_iterator<char>(in)), {});
    OnDisk out;
    size_t size = 0;
    const std::string_view text = all;
    if (text.starts_with(mark)) {
      const size_t line = text.find('\n', mark.size());
      const std::string_view numbers = text.substr(mark.size(), line == text.npos ? 0 : line - mark.size());
      const auto [end, error] = std::from_chars(numbers.data(), numbers.data() + numbers.size(), out.expires);
      if (error == std::errc() && end < numbers.data() + numbers.size())
        std::from_chars(end + 1, numbers.data() + numbers.size(), size);
      if (line != text.npos && size == text.size() - line - 1) {
        out.bytes = all.substr(line + 1);
        // What was used lately is thrown out last.
        struct stat info;
        if (stat(path.c_str(), &info) == 0 && std::time(nullptr) - info.st_mtime > 3600)
          utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
        return out;
      }
    }
    ::unlink(path.c_str());  // cut off, or of another program
    return {};
  }

  void write(const std::string& identity, const std::string& bytes, double fresh) {
    if (options.folder.empty()) return;
    const std::string path = pathOf(identity), draft = fmt::format("{}.{}.part", path, gettid());
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    {
      std::ofstream out(draft, std::ios::binary);
      out << mark << std::time(nullptr) + static_cast<long>(fresh) << ' ' << bytes.size() << '\n' << bytes;
      if (!out.flush()) return void(::unlink(draft.c_str()));
    }
    if (::rename(draft.c_str(), path.c_str()) != 0) return void(::unlink(draft.c_str()));
    const std::lock_guard lock(mutex);
    if (!onDisk) onDisk = measured();
    else *onDisk += bytes.size() + 64;
    if (*onDisk > options.mostBytes) tidy();
  }

  uint64_t measured() const {
    uint64_t sum = 0;
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(options.folder, error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error))
      if (it->is_regular_file(error)) sum += it->file_size(error);
    return sum;
  }

  // The oldest out, until a fifth is free.
  void tidy() {
    struct File {
      fs::file_time_type time;
      std::string path;
      uint64_t size;
    };
    std::vector<File> files;
    std::error_code error;
    uint64_t sum = 0;
    for (auto it = fs::recursive_directory_iterator(options.folder, error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
      if (!it->is_regular_file(error)) continue;
      files.push_back({it->last_write_time(error), it->path().string(), it->file_size(error)});
      sum += files.back().size;
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
      return std::tie(a.time, a.path) < std::tie(b.time, b.path);
    });
    for (const File& f : files) {
      if (sum <= options.mostBytes / 5 * 4) break;
      if (fs::remove(f.path, error)) sum -= f.size;
    }
    onDisk = sum;
  }

  void keep(const std::string& identity, const geo::PixelsPtr& pixels) {
    const std::lock_guard lock(mutex);
    if (kept.count(identity)) return;
    order.push_back(identity);
    kept[identity] = {pixels, std::prev(order.end())};
    keptBytes += pixels->rgba.size();
    while (keptBytes > decodedBytes && order.size() > 1) {
      const auto oldest = kept.find(order.front());
      keptBytes -= oldest->second.pixels->rgba.size();
      kept.erase(oldest);
      order.pop_front();
    }
  }

  geo::PixelsPtr remembered(const std::string& identity) {
    const std::lock_guard lock(mutex);
    const auto found = kept.find(identity);
    if (found == kept.end()) return nullptr;
    order.splice(order.end(), order, found->second.place);
    return found->second.pixels;
  }

  // Fills the answer from bytes; false: they are not what was asked for.
  static bool understood(const Wish& wish, std::string bytes, Answer& answer) {
    if (!wish.picture) {
      answer.text = std::move(bytes);
      return answer.text.find("Capabilities") != answer.text.npos;
    }
    auto pixels = geo::decodePicture(bytes);
    if (!pixels) {
      answer.trouble.what = pixels.error().what;
      return false;
    }
    answer.pixels = std::make_shared<const geo::Pixels>(std::move(*pixels));
    return true;
  }

  // What a host did; mutex held.
  void judge(Host& host, const TileTrouble& t, double retryAfter) {
    using Kind = TileTrouble::Kind;
    if (t.kind == Kind::none || t.kind == Kind::absent) {
      host.failures = host.wrong = 0, host.until = 0;
      return;
    }
    if (t.kind == Kind::wrong) {  // one bad tile, or a server that is out of order?
      if (++host.wrong < 4) return;
    }
    if (t.kind == Kind::cancelled) return;
    const double pause = options.shortPause * std::pow(2.0, std::min(host.failures, 6));
    ++host.failures;
    host.until = seconds() + (retryAfter > 0 ? retryAfter : std::min(longestPause, pause));
    host.trouble = t;
  }

  TileTrouble ask(const Wish& wish, geo::Progress* progress, Answer& answer) {
    using Kind = TileTrouble::Kind;
    geo::WebOptions web;
    web.timeoutSeconds = options.timeoutSeconds;
    web.agent = "Parkscope/" PARKSCOPE_VERSION " (desktop map viewer)";
    geo::WebAnswer got = geo::fetchWeb(wish.address, web, progress);
    TileTrouble t{Kind::none, geo::hostOf(wish.address), {}, got.status, 0};
    double retry = 0;
    switch (got.kind) {
      case geo::WebAnswer::Kind::good: {
        const double fresh =
            got.maxAgeSeconds ? std::clamp(*got.maxAgeSeconds, 3600.0, 90.0 * 86400) : options.freshSeconds;
        std::string bytes = got.body;
        if (understood(wish, std::move(got.body), answer)) write(wish.identity, bytes, fresh);
        else t.kind = Kind::wrong, t.what = std::move(answer.trouble.what), t.retrySeconds = wrongPause;
        break;
      }
      case geo::WebAnswer::Kind::absent:
        t.kind = Kind::absent, t.retrySeconds = 600;
        break;
      case geo::WebAnswer::Kind::busy:
        t.kind = Kind::busy, retry = got.retryAfterSeconds.value_or(0);
        break;
      case geo::WebAnswer::Kind::refused:
        t.kind = Kind::refused, retry = 30;
        break;
      case geo::WebAnswer::Kind::tooLarge:
        t.kind = Kind::wrong, t.what = "more than 8 MB", t.retrySeconds = wrongPause;
        break;
      case geo::WebAnswer::Kind::unreachable:
        t.kind = Kind::unreachable, t.what = got.why;
        break;
      case geo::WebAnswer::Kind::cancelled:
        t.kind = Kind::cancelled;
        break;
    }
    const std::lock_guard lock(mutex);
    Host& host = hosts[t.host];
    judge(host, t, retry);
    if (host.until > 0 && t.retrySeconds == 0) t.retrySeconds = std::max(0.5, host.until - seconds());
    if (t.kind != Kind::none && t.kind != Kind::cancelled && t.retrySeconds > 0 &&
        (t.kind == Kind::absent || t.kind == Kind::wrong)) {
      if (failed.size() > 5000) failed.clear();
      failed[wish.identity] = {seconds() + t.retrySeconds, t};
    }
    return t;
  }
};

TileStore::TileStore(Options options) : impl_(std::make_unique<Impl>()) {
  impl_->options = std::move(options);
}
TileStore::~TileStore() = default;

std::shared_ptr<TileStore> TileStore::ofUser() {
  static std::mutex guard;
  static std::map<std::string, std::shared_ptr<TileStore>> stores;
  Options o;
  const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
  if (cache && *cache == '/') o.folder = std::string(cache) + "/parkscope/tiles";
  else if (home && *home == '/') o.folder = std::string(home) + "/.cache/parkscope/tiles";
  const std::lock_guard lock(guard);
  auto& store = stores[o.folder];
  if (!store) store = std::make_shared<TileStore>(std::move(o));
  return store;
}

TileStore::Answer TileStore::get(const Wish& wish, geo::Progress* progress, bool askServer) {
  using Kind = TileTrouble::Kind;
  Impl& s = *impl_;
  Answer answer;
  if (wish.picture)
    if ((answer.pixels = s.remembered(wish.identity))) return answer;
  const auto stored = [&](bool evenOld) {
    const auto onDisk = s.read(wish.identity);
    if (!onDisk || (!evenOld && onDisk->expires < std::time(nullptr))) return false;
    if (!Impl::understood(wish, onDisk->bytes, answer)) {
      ::unlink(s.pathOf(wish.identity).c_str());
      answer = {};
      return false;
    }
    answer.old = onDisk->expires < std::time(nullptr);
    if (answer.pixels && !answer.old) s.keep(wish.identity, answer.pixels);
    return true;
  };
  if (stored(false)) return answer;
  const auto fallBack = [&](const TileTrouble& t) {
    if (t.kind != Kind::absent && stored(true)) return answer;
    answer.trouble = t;
    return answer;
  };
  if (!askServer) return fallBack({Kind::notAsked, geo::hostOf(wish.address), {}, 0, 0});

  const std::string host = geo::hostOf(wish.address);
  {
    // One request for one tile, and not many for one host.
    std::unique_lock lock(s.mutex);
    for (;;) {
      if (progress && progress->cancelled()) return fallBack({Kind::cancelled, host, {}, 0, 0});
      if (const auto f = s.failed.find(wish.identity); f != s.failed.end()) {
        if (f->second.first > seconds()) {
          const TileTrouble t = f->second.second;
          lock.unlock();
          return fallBack(t);
        }
        s.failed.erase(f);
      }
      Impl::Host& h = s.hosts[host];
      if (h.until > seconds()) {
        TileTrouble t = h.trouble;
        t.retrySeconds = h.until - seconds();
        lock.unlock();
        return fallBack(t);
      }
      // After a failure one request finds out whether it is over.
      const int most = h.failures > 0 ? 1 : s.options.atOnce;
      if (h.active < most && !s.underWay.count(wish.identity)) break;
      s.changed.wait_for(lock, std::chrono::milliseconds(50));
    }
    ++s.hosts[host].active;
    s.underWay.insert(wish.identity);
  }
  TileTrouble t;
  if (!stored(false)) t = s.ask(wish, progress, answer);  // another may have fetched it meanwhile
  {
    const std::lock_guard lock(s.mutex);
    --s.hosts[host].active;
    s.underWay.erase(wish.identity);
  }
  s.changed.notify_all();
  if (t.kind != Kind::none) {
    answer = {};
    return fallBack(t);
  }
  if (answer.pixels) s.keep(wish.identity, answer.pixels);
  return answer;
}

bool TileStore::has(const std::string& identity) const {
  std::error_code error;
  return !impl_->options.folder.empty() && fs::exists(impl_->pathOf(identity), error);
}

uint64_t TileStore::bytesOnDisk() const { return impl_->options.folder.empty() ? 0 : impl_->measured(); }

}  // namespace session
