#include "app/session/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "app/session/i18n.h"
#include "app/session/names.h"
#include "geo/web.h"

namespace session {
namespace {

namespace fs = std::filesystem;

struct Key {
  std::string value;
  std::vector<std::string> hosts;
};

bool goodName(const std::string& name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

std::string hostOfKey(const std::string& name) { return name == "tianditu" ? "tianditu.gov.cn" : ""; }

std::optional<Key> fromEnvironment(const std::string& name) {
  std::string variable = "PARKSCOPE_KEY_";
  for (const char c : name)
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const char* text = std::getenv(variable.c_str());
  if (!text || !*text) return {};
  Key key{text, {}};
  if (const size_t at = key.value.rfind('@'); at != key.value.npos)
    key.hosts = splitList(key.value.substr(at + 1)), key.value.resize(at);
  else if (const std::string own = hostOfKey(name); !own.empty()) key.hosts = {own};
  return key;
}

std::optional<Key> fromFile(const std::string& name) {
  std::ifstream in(keysFile(), std::ios::binary);
  if (!in) return {};
  try {
    const toml::table root = toml::parse(std::string((std::istreambuf_iterator<char>(in)), {}));
    const toml::node_view entry = root[name];
    Key key;
    if (const auto plain = entry.value<std::string>()) {
      key.value = *plain;
    } else if (const toml::table* t = entry.as_table()) {
      key.value = (*t)["key"].value_or(std::string());
      if (const toml::array* hosts = (*t)["hosts"].as_array())
        for (const toml::node& h : *hosts) key.hosts.push_back(h.value_or(std::string()));
    }
    if (key.hosts.empty())
      if (const std::string own = hostOfKey(name); !own.empty()) key.hosts = {own};
    if (!key.value.empty()) return key;
  } catch (const toml::parse_error&) {
  }
  return {};
}

bool mayGoTo(const Key& key, const std::string& host) {
  const std::string bare = geo::withoutPort(host);
  return std::any_of(key.hosts.begin(), key.hosts.end(), [&](const std::string& h) {
    return !h.empty() && (bare == h || host == h || bare.ends_with("." + h));
  });
}

std::string escaped(const std::string& key) {
  std::string out;
  for (const char c : key) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) || c == '-' || c == '_' || c == '.' || c == '~') out += c;
    else out += fmt::format("%{:02X}", u);
  }
  return out;
}

constexpr std::string_view opening = "{key:";

}  // namespace

std::string keysFile() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config == '/')
    return std::string(config) + "/parkscope/keys.toml";
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.config/parkscope/keys.toml" : std::string();
}

std::vector<std::string> keysIn(const std::string& address) {
  std::vector<std::string> names;
  for (size_t at = address.find(opening); at != address.npos; at = address.find(opening, at + 1)) {
    const size_t end = address.find('}', at);
    if (end == address.npos) break;
    std::string name = address.substr(at + opening.size(), end - at - opening.size());
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

geo::Result<std::string> withKeys(const std::string& address, scene::Language language) {
  std::string out = address;
  const std::string host = geo::hostOf(address);
  const auto say = [&](const char* text, const auto&... args) {
    return fmt::format(fmt::runtime(tr(text, language)), args...);
  };
  for (const std::string& name : keysIn(address)) {
    if (!goodName(name))
      return geo::fail(say("“{}”不能作密钥的名字。", name), tr("用字母、数字、- 和 _。", language));
    auto key = fromEnvironment(name);
    if (!key) key = fromFile(name);
    if (!key) return geo::fail(say("没有密钥“{}”。", name), say("在底图设置里输入，或写入 {}。", keysFile()));
    if (!mayGoTo(*key, host))
      return geo::fail(say("密钥“{}”不是给 {} 用的。", name, host),
                       tr("信任这个服务器的话，在底图设置里再输入一次密钥。", language));
    const std::string place = fmt::format("{{key:{}}}", name), value = escaped(key->value);
    for (size_t at = out.find(place); at != out.npos; at = out.find(place, at + value.size()))
      out.replace(at, place.size(), value);
  }
  return out;
}

geo::Result<void> saveKey(const std::string& name, const std::string& key, const std::string& host) {
  const std::string path = keysFile();
  if (!goodName(name))
    return geo::fail(fmt::format("\"{}\" is no name of a key.", name), "Letters, digits, - and _ make one.");
  if (path.empty()) return geo::fail("There is no home folder to keep keys in.", "Set HOME.");
  const auto failed = [&](int why) {
    return geo::fail(fmt::format("{} cannot be written: {}.", path, std::strerror(why)),
                     "Check the folder's rights.");
  };
  toml::table root;
  if (std::ifstream in(path, std::ios::binary); in) {
    try {
      root = toml::parse(std::string((std::istreambuf_iterator<char>(in)), {}));
    } catch (const toml::parse_error& e) {
      return geo::fail(fmt::format("{}:{}: not valid TOML.", path, e.source().begin.line), "Mend that line.");
    }
  }
  Key known;
  if (const auto before = fromFile(name); before && before->value == key) known = *before;
  std::vector<std::string> hosts = known.hosts;
  std::string bare = geo::withoutPort(host);
  // 天地图 has eight hosts of one name.
  if (const std::string own = hostOfKey(name); !own.empty() && (bare == own || bare.ends_with("." + own)))
    bare = own;
  if (!bare.empty() && std::find(hosts.begin(), hosts.end(), bare) == hosts.end()) hosts.push_back(bare);
  toml::array list;
  for (const std::string& h : hosts) list.push_back(h);
  root.insert_or_assign(name, toml::table{{"key", trimmed(key)}, {"hosts", list}});
  std::ostringstream text;
  text << "# Keys of map services, for Parkscope. Whoever has a key can use it in your name.\n"
       << root << "\n";

  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  const std::string draft = fmt::format("{}.{}.part", path, getpid());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(errno);
  const std::string bytes = text.str();
  const bool whole = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  const int why = errno;
  if (::close(file) != 0 || !whole || ::rename(draft.c_str(), path.c_str()) != 0) {
    ::unlink(draft.c_str());
    return failed(why);
  }
  return {};
}

// Parameters that hold keys, by the names that services give them.
std::string withoutKeys(const std::string& address) {
  static constexpr std::string_view names[] = {"tk",      "key",     "token", "access_token", "apikey",
                                               "api_key", "api-key", "ak",    "accesskey",    "signature"};
  const size_t question = address.find('?');
  if (question == address.npos) return address;
  std::string out = address.substr(0, question + 1);
  for (size_t from = question + 1; from <= address.size();) {
    const size_t to = std::min(address.find('&', from), address.size());
    const std::string pair = address.substr(from, to - from);
    const size_t equals = pair.find('=');
    std::string name = pair.substr(0, equals);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool secret = equals != pair.npos && equals + 1 < pair.size() && pair[equals + 1] != '{' &&
                        std::find(std::begin(names), std::end(names), name) != std::end(names);
    out += secret ? fmt::format("{}={{key:{}}}", pair.substr(0, equals), name) : pair;
    if (to < address.size()) out += '&';
    from = to + 1;
  }
  return out;
}

bool holdsKey(const std::string& address) { return withoutKeys(address) != address; }

}  // namespace session
