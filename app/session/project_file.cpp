#include "app/session/project_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <toml++/toml.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/session/keys.h"
#include "app/session/names.h"
#include "app/session/page_spec.h"
#include "app/session/project_check.h"
#include "app/session/project_schema.h"
#include "geo/database.h"

namespace session {
namespace {

constexpr int currentFormat = 1;
constexpr std::string_view themes[] = {"dark", "light"};

bool isColour(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  return text.size() == 6 && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

std::string listOf(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// Reads one table. Every key asked for counts as known; finish() complains about the others.
class Reader {
 public:
  Reader(const toml::table& table, std::string what, Complaints& complaints)
      : table_(table), what_(std::move(what)), complaints_(complaints), lines_{line(table), {}} {
    for (const auto& [key, node] : table_) lines_.keys[std::string(key.str())] = line(node);
  }

  void id(const char* key, std::string& value) {
    required(key, value);
    if (value.find_first_of(":,") != value.npos || value != trimmed(value))
      complain(key,
               fmt::format("{} \"{}\" may not contain a colon, a comma or space at its ends", key, value));
  }
  void required(const char* key, std::string& value) {
    text(key, value);
    if (value.empty() && !lines_.keys.count(key))
      complaints_.add(lines_.table, fmt::format("{} has no \"{}\".", what_, key), "Every one needs it.");
    else if (value.empty()) complain(key, fmt::format("\"{}\" of {} is empty", key, what_));
  }
  void text(const char* key, std::string& value, const std::string& = {}) {
    const toml::node* node = find(key);
    if (!node) return;
    if (const auto v = node->value_exact<std::string>()) value = *v;
    else wrongType(key, *node, "a text in quotes");
  }
  void choice(const char* key, std::string& value, std::span<const std::string_view> known) {
    text(key, value);
    if (find(key) && std::find(known.begin(), known.end(), value) == known.end())
      complain(key, fmt::format("\"{}\" cannot be \"{}\"", key, value),
               "It is one of: " + listOf(known) + ".");
  }
  void theme(const char* key, std::string& value, const std::string&) { choice(key, value, themes); }
  void paper(const char* key, std::string& value, const std::string& standard) {
    text(key, value);
    if (!find(key) || paperSize(value)) return;
    complain(key, fmt::format("there is no paper \"{}\"", value), std::string(papersKnown));
    value = standard;  // told once
  }
  void palette(const char* key, std::string& value, const std::string&) {
    choice(key, value, scene::paletteNames());
  }
  void role(const char* key, scene::Role& value, scene::Role) {
    std::string word;
    text(key, word);
    if (const auto r = session::role(word)) value = *r;
    else if (find(key))
      complain(key, fmt::format("there is no role \"{}\"", word), "Roles: " + roleNames() + ".");
  }
  void status(const char* key, scene::Status& value, scene::Status) {
    std::string word;
    text(key, word);
    if (const auto s = session::status(word); s && *s != scene::Status::missing) value = *s;
    else if (find(key))
      complain(key, fmt::format("there is no status \"{}\"", word),
               "It is one of: official, estimated, illustrative.");
  }
  void method(const char* key, geo::BreakMethod& value, geo::BreakMethod) {
    std::string word;
    text(key, word);
    if (!find(key)) return;
    if (const auto m = geo::breakMethod(word)) value = *m;
    else complain(key, m.error().what, m.error().remedy);
  }
  template <class E>
  void word(const char* key, E& value, E) {
    std::string text(session::word(value));
    choice(key, text, wordsOf<E>());
    for (size_t i = 0; i < wordsOf<E>().size(); ++i)
      if (wordsOf<E>()[i] == text) value = static_cast<E>(i);
  }
  template <class E>
  void always(const char* key, E& value) {
    if (find(key)) word(key, value, value);
    else complaints_.add(lines_.table, fmt::format("{} has no \"{}\".", what_, key), "Every one needs it.");
  }
  void colour(const char* key, std::optional<std::string>& value) {
    if (!find(key)) return;
    text(key, value.emplace());
    if (!isColour(*value))
      complain(key, fmt::format("\"{}\" is not a colour", *value), "Write it as \"#RRGGBB\".");
  }
  void name(const char* key, Name& value) {
    if (const toml::node* node = find(key)) readName(key, *node, value);
  }
  void names(const char* key, std::vector<Name>& values) {
    each(key, "a list of names", [&](const toml::node& node) { readName(key, node, values.emplace_back()); });
  }
  void words(const char* key, std::vector<std::string>& values) {
    each(key, "a list of texts in quotes", [&](const toml::node& node) {
      if (const auto v = node.value_exact<std::string>()) values.push_back(*v);
      else wrongType(key, node, "a text in quotes");
    });
  }
  void reals(const char* key, std::vector<double>& values) {
    each(key, "a list of numbers", [&](const toml::node& node) {
      if (const auto v = number(key, node)) values.push_back(*v);
    });
  }
  void flag(const char* key, bool& value, bool) {
    const toml::node* node = find(key);
    if (!node) return;
    if (const auto v = node->value_exact<bool>()) value = *v;
    else wrongType(key, *node, "true or false");
  }
  void real(const char* key, double& value, double, double low, double high) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto v = number(key, *node);
    if (!v) return;
    if (*v < low || *v > high)
      complain(key, fmt::format("\"{}\" is {}, which is out of range", key, *v),
               fmt::format("It lies within {} and {}.", low, high));
    else value = *v;
  }
  void real(const char* key, std::optional<double>& value, double low, double high) {
    if (find(key)) real(key, value.emplace(0), 0, low, high);
  }
  void integer(const char* key, int& value, int, int low, int high) {
    const toml::node* node = find(key);
    if (!node) return;
    const auto v = node->value_exact<int64_t>();
    if (!v) wrongType(key, *node, "a whole number");
    else if (*v < low || *v > high)
      complain(key, fmt::format("\"{}\" is {}, which is out of range", key, *v),
               fmt::format("It lies within {} and {}.", low, high));
    else value = static_cast<int>(*v);
  }
  void integer(const char* key, std::optional<int>& value) {
    if (find(key)) integer(key, value.emplace(1), 0, 1, 9999);
  }
  void extent(const char* key, std::optional<geo::Box>& value) {
    if (!find(key)) return;
    std::vector<double> v;
    reals(key, v);
    const bool good = v.size() == 4 && v[0] < v[2] && v[1] < v[3] && v[0] >= -180 && v[2] <= 180 &&
                      v[1] >= -90 && v[3] <= 90;
    if (good) value = geo::Box{v[0], v[1], v[2], v[3]};
    else
      complain(key, fmt::format("\"{}\" is not an extent", key),
               "Write [west, south, east, north] in degrees.");
  }
  template <class T>
  void table(const char* key, T& value) {
    const toml::node* node = find(key);
    if (!node) return;
    if (const toml::table* inner = node->as_table()) {
      Reader reader(*inner, fmt::format("\"{}\"", key), complaints_);
      schema::fields(reader, value);
      reader.finish();
    } else {
      wrongType(key, *node, "a table");
    }
  }

  template <class T>
  void table(const char* key, std::optional<T>& value) {
    if (find(key)) table(key, value.emplace());
  }

  template <class T>
  void tables(const char* key, std::vector<T>& values) {  // inline, in a list
    each(key, "a list of tables", [&](const toml::node& node) {
      const toml::table* inner = node.as_table();
      if (!inner) return wrongType(key, node, "a list of tables");
      Reader reader(*inner, fmt::format("one of \"{}\"", key), complaints_);
      schema::fields(reader, values.emplace_back());
      reader.finish();
    });
  }

  // Tables of tables, read by the caller.
  const toml::node* take(const char* key) { return find(key); }
  Lines finish() {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      const int at = key.source().begin ? static_cast<int>(key.source().begin.line) : line(node);
      complaints_.add(at, fmt::format("unknown key \"{}\".", std::string(key.str())),
                      fmt::format("Nearest known key: {}.", nearest(key.str(), known_)));
    }
    return lines_;
  }
  void wrongType(const char* key, const toml::node& node, std::string_view wanted) {
    complaints_.add(line(node), fmt::format("\"{}\" must be {}.", key, wanted), {});
  }
  static int line(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

 private:
  const toml::node* find(const char* key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
    return table_.get(key);
  }
  void complain(const char* key, const std::string& what, std::string remedy = {}) {
    const auto at = lines_.keys.find(key);
    complaints_.add(at == lines_.keys.end() ? lines_.table : at->second,
                    what.ends_with('.') ? what : what + ".", std::move(remedy));
  }
  std::optional<double> number(const char* key, const toml::node& node) {
    const auto v = node.is_number() ? node.value<double>() : std::nullopt;
    if (v && std::isfinite(*v)) return v;
    wrongType(key, node, "a finite number");
    return std::nullopt;
  }
  void readName(const char* key, const toml::node& node, Name& value) {
    if (const auto v = node.value_exact<std::string>()) {
      value = {*v, *v};
    } else if (const toml::table* inner = node.as_table()) {
      Reader reader(*inner, fmt::format("\"{}\"", key), complaints_);
      reader.text("zh", value.zh);
      reader.text("en", value.en);
      reader.finish();
    } else {
      wrongType(key, node, "{ zh = \"…\", en = \"…\" } or one text");
    }
  }
  template <class F>
  void each(const char* key, std::string_view wanted, F&& read) {
    const toml::node* node = find(key);
    if (!node) return;
    if (const toml::array* array = node->as_array())
      for (const toml::node& element : *array) read(element);
    else wrongType(key, *node, wanted);
  }

  const toml::table& table_;
  std::string what_;
  Complaints& complaints_;
  Lines lines_;
  std::vector<std::string_view> known_;
};

template <class T>
void readList(Reader& root, const char* key, std::vector<T>& values, std::vector<Lines>& lines,
              Complaints& complaints) {
  const toml::node* node = root.take(key);
  if (!node) return;
  const bool many = key[std::strlen(key) - 1] == 's';
  const std::string kind(key, std::strlen(key) - many);  // "layers" hold a layer each
  const toml::array* array = node->as_array();
  if (!array || !std::all_of(array->begin(), array->end(), [](const toml::node& n) { return n.is_table(); }))
    return root.wrongType(key, *node, fmt::format("written as tables: [[{}]]", key));
  for (const toml::node& element : *array) {
    const toml::table& table = *element.as_table();
    const std::string id = table["id"].value_or(std::string());
    Reader reader(table, id.empty() ? "a " + kind : fmt::format("{} \"{}\"", kind, id), complaints);
    schema::fields(reader, values.emplace_back());
    lines.push_back(reader.finish());
  }
}

// format stands alone: a newer file may differ in anything else.
bool formatIsKnown(const toml::table& root, Complaints& complaints) {
  const toml::node* node = root.get("format");
  if (!node) {
    complaints.add(1, "this is not a Parkscope project: it does not open with \"format = 1\".",
                   "Add that line at the top.");
    return false;
  }
  const auto format = node->value_exact<int64_t>();
  if (format == currentFormat) return true;
  const int at = Reader::line(*node);
  if (format && *format > currentFormat)
    complaints.add(at,
                   fmt::format("the project was written by a newer Parkscope (format {}; this one reads {}).",
                               *format, currentFormat),
                   "Open it with that version.");
  else complaints.add(at, "there is no such format.", "Write \"format = 1\".");
  return false;
}

// Values become "key = value", in the order in which they come.
class Writer {
 public:
  std::vector<std::string> lines;

  void id(const char* key, const std::string& v) { line(key, quoted(v)); }
  void required(const char* key, const std::string& v) { line(key, quoted(v)); }
  void text(const char* key, const std::string& v, const std::string& standard = {}) {
    if (v != standard) line(key, quoted(v));
  }
  void theme(const char* key, const std::string& v, const std::string& standard) { text(key, v, standard); }
  void paper(const char* key, const std::string& v, const std::string& standard) { text(key, v, standard); }
  void palette(const char* key, const std::string& v, const std::string& standard) { text(key, v, standard); }
  void role(const char* key, scene::Role v, scene::Role) { line(key, quoted(session::name(v))); }
  void status(const char* key, scene::Status v, scene::Status standard) {
    if (v != standard) line(key, quoted(session::name(v)));
  }
  void method(const char* key, geo::BreakMethod v, geo::BreakMethod standard) {
    if (v != standard) line(key, quoted(geo::name(v)));
  }
  template <class E>
  void always(const char* key, E v) {
    line(key, quoted(session::word(v)));
  }
  template <class T>
  void tables(const char* key, std::vector<T>& values) {
    std::vector<std::string> parts;
    for (T& v : values) {
      Writer inner;
      schema::fields(inner, v);
      parts.push_back("{ " + joined(inner.lines) + " }");
    }
    list(key, parts);
  }
  template <class E>
  void word(const char* key, E v, E standard) {
    if (v != standard) line(key, quoted(session::word(v)));
  }
  void colour(const char* key, const std::optional<std::string>& v) {
    if (v) line(key, quoted(*v));
  }
  void name(const char* key, const Name& v) {
    if (v != Name{}) line(key, nameText(v));
  }
  void names(const char* key, const std::vector<Name>& v) {
    std::vector<std::string> parts;
    for (const Name& n : v) parts.push_back(nameText(n));
    list(key, parts);
  }
  void words(const char* key, const std::vector<std::string>& v) {
    std::vector<std::string> parts;
    for (const std::string& w : v) parts.push_back(quoted(w));
    list(key, parts);
  }
  void reals(const char* key, const std::vector<double>& v) {
    std::vector<std::string> parts;
    for (const double x : v) parts.push_back(number(x));
    list(key, parts);
  }
  void flag(const char* key, bool v, bool standard) {
    if (v != standard) line(key, v ? "true" : "false");
  }
  void real(const char* key, double v, double standard, double, double) {
    if (v != standard) line(key, number(v));
  }
  void real(const char* key, const std::optional<double>& v, double, double) {
    if (v) line(key, number(*v));
  }
  void integer(const char* key, int v, int standard, int, int) {
    if (v != standard) line(key, fmt::format("{}", v));
  }
  void integer(const char* key, const std::optional<int>& v) {
    if (v) line(key, fmt::format("{}", *v));
  }
  void extent(const char* key, const std::optional<geo::Box>& v) {
    if (v) reals(key, {v->minX, v->minY, v->maxX, v->maxY});
  }
  template <class T>
  void table(const char* key, T& v) {  // inline
    Writer inner;
    schema::fields(inner, v);
    if (!inner.lines.empty()) line(key, "{ " + joined(inner.lines) + " }");
  }
  template <class T>
  void table(const char* key, std::optional<T>& v) {  // there, even if it says nothing
    if (!v) return;
    Writer inner;
    schema::fields(inner, *v);
    line(key, inner.lines.empty() ? "{}" : "{ " + joined(inner.lines) + " }");
  }

 private:
  void line(const char* key, std::string_view value) { lines.push_back(fmt::format("{} = {}", key, value)); }
  void list(const char* key, const std::vector<std::string>& parts) {
    if (parts.empty()) return;
    const std::string flat = fmt::format("[{}]", fmt::join(parts, ", "));
    if (flat.size() + std::strlen(key) <= 100) return line(key, flat);
    line(key, fmt::format("[\n  {},\n]", fmt::join(parts, ",\n  ")));
  }
  static std::string number(double v) {
    if (v == 0) return "0";  // no minus zero
    return fmt::format("{}", v);
  }
  static std::string nameText(const Name& v) {
    if (v.zh == v.en) return quoted(v.zh);
    std::vector<std::string> parts;
    if (!v.zh.empty()) parts.push_back("zh = " + quoted(v.zh));
    if (!v.en.empty()) parts.push_back("en = " + quoted(v.en));
    return "{ " + joined(parts) + " }";
  }
  static std::string quoted(std::string_view text) {
    std::string q = "\"";
    for (const char c : validUtf8(text)) {
      const auto u = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') q += '\\', q += c;
      else if (c == '\n') q += "\\n";
      else if (c == '\t') q += "\\t";
      else if (u < 0x20 || u == 0x7F) q += fmt::format("\\u{:04X}", u);
      else q += c;
    }
    return q += '"';
  }
};

template <class T>
std::string tableText(T& value) {
  Writer writer;
  schema::fields(writer, value);
  return joined(writer.lines, "\n") + "\n";
}

template <class T>
std::string listText(const char* key, std::vector<T>& values) {
  std::string out;
  for (T& value : values) out += fmt::format("\n[[{}]]\n{}", key, tableText(value));
  return out;
}

std::string systemError() { return std::strerror(errno); }

}  // namespace

geo::Result<Project> parseProject(const std::string& text, const std::string& path) {
  Complaints complaints;
  Project project;
  try {
    const toml::table root = toml::parse(text);
    if (!formatIsKnown(root, complaints)) return complaints.first(path);
    Reader reader(root, "the project", complaints);
    reader.take("format");
    schema::fields(reader, project);
    reader.table("map", project.map);
    reader.table("heat", project.heat);
    reader.table("show", project.show);
    reader.table("page", project.page);
    ProjectLines lines;
    readList(reader, "basemaps", project.basemaps, lines.basemaps, complaints);
    readList(reader, "layers", project.layers, lines.layers, complaints);
    readList(reader, "places", project.places, lines.places, complaints);
    readList(reader, "tables", project.tables, lines.tables, complaints);
    readList(reader, "accepted", project.accepted, lines.accepted, complaints);
    readList(reader, "indicators", project.indicators, lines.indicators, complaints);
    readList(reader, "targets", project.targets, lines.targets, complaints);
    readList(reader, "scenes", project.scenes, lines.scenes, complaints);
    readList(reader, "templates", project.templates, lines.templates, complaints);
    readList(reader, "imports", project.imports, lines.imports, complaints);
    lines.root = reader.finish();
    check(project, lines, complaints);
  } catch (const toml::parse_error& e) {
    return geo::fail(fmt::format("{}:{}: not valid TOML: {}.", path, e.source().begin.line, e.description()),
                     "Mend that line.");
  }
  if (!complaints.empty()) return complaints.first(path);
  return project;
}

// Whatever is written of a project, in a recipe too, is written without the words that nobody else may read.
std::string formatProject(const Project& project) {
  Project copy = project;
  for (LayerSpec& l : copy.layers) l.source = geo::withoutPassword(l.source);
  for (IndicatorSpec& i : copy.indicators) i.table = geo::withoutPassword(i.table);
  for (TableSpec& t : copy.tables) t.source = geo::withoutPassword(t.source);
  copy.targetTable = geo::withoutPassword(copy.targetTable);
  for (BasemapSpec& b : copy.basemaps) b.source = withoutKeys(b.source);
  std::string out = fmt::format("format = {}\n", currentFormat);
  if (const std::string keys = tableText(copy); keys != "\n") out += keys;
  if (const std::string map = tableText(copy.map); map != "\n") out += "\n[map]\n" + map;
  if (const std::string heat = tableText(copy.heat); heat != "\n") out += "\n[heat]\n" + heat;
  if (const std::string show = tableText(copy.show); show != "\n") out += "\n[show]\n" + show;
  if (const std::string page = tableText(copy.page); page != "\n") out += "\n[page]\n" + page;
  return out + listText("basemaps", copy.basemaps) + listText("layers", copy.layers) +
         listText("places", copy.places) + listText("tables", copy.tables) +
         listText("accepted", copy.accepted) + listText("indicators", copy.indicators) +
         listText("targets", copy.targets) + listText("scenes", copy.scenes) +
         listText("templates", copy.templates) + listText("imports", copy.imports);
}

geo::Result<Project> readProject(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return geo::fail(fmt::format("{} is a folder, not a project.", path),
                     "Name the .parkscope.toml file in it.");
  std::ifstream in(path, std::ios::binary);
  if (!in) return geo::fail(fmt::format("{} cannot be opened: {}.", path, systemError()), "Check the path.");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (in.bad()) return geo::fail(fmt::format("{} cannot be read: {}.", path, systemError()));
  if (text.empty())
    return geo::fail(fmt::format("{} is empty.", path), "A project opens with \"format = 1\".");
  return parseProject(text, path);
}

// A project is passed on: a password in it would be, too.
geo::Result<void> withoutSecrets(const Project& project, const std::string& path) {
  const auto refused = [&](const std::string& what) {
    return geo::fail(fmt::format("{} is not saved: the connection of {} holds a password.", path, what),
                     "Put it into ~/.pgpass (host:port:database:user:password), or write PG:service=NAME and "
                     "describe the service in ~/.pg_service.conf.");
  };
  for (const LayerSpec& l : project.layers)
    if (geo::holdsPassword(l.source)) return refused(fmt::format("layer \"{}\"", l.id));
  for (const IndicatorSpec& i : project.indicators)
    if (geo::holdsPassword(i.table)) return refused(fmt::format("indicator \"{}\"", i.id));
  for (const TableSpec& t : project.tables)
    if (geo::holdsPassword(t.source)) return refused(fmt::format("table \"{}\"", t.id));
  if (geo::holdsPassword(project.targetTable)) return refused("target_table");
  for (const BasemapSpec& b : project.basemaps)
    if (holdsKey(b.source))
      return geo::fail(fmt::format("{} is not saved: the address of basemap \"{}\" holds a key.", path, b.id),
                       fmt::format("Write {{key:NAME}} in its place, and the key into {}.", keysFile()));
  return {};
}

geo::Result<void> writeProject(const Project& project, const std::string& path) {
  if (auto open = withoutSecrets(project, path); !open) return open;
  const std::string text = formatProject(project);
  // A link stays a link: the file that it points to is replaced.
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  const std::string target = error ? path : real.string();
  const std::string draft = fmt::format("{}.{}.part", target, getpid());
  const auto failed = [&] {
    const std::string reason = systemError();
    ::unlink(draft.c_str());
    return geo::fail(fmt::format("{} cannot be saved: {}.", path, reason),
                     "Choose another place, or make room there.");
  };
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return failed();
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(file, text.data() + at, text.size() - at);
    if (n < 0 && errno != EINTR) {
      const int saved = errno;
      ::close(file);
      errno = saved;
      return failed();
    }
    if (n > 0) at += static_cast<size_t>(n);
  }
  const bool synced = ::fsync(file) == 0 || errno == EINVAL;  // some file systems have no fsync
  if (::close(file) != 0 || !synced) return failed();
  if (::rename(draft.c_str(), target.c_str()) != 0) return failed();
  return {};
}

}  // namespace session
