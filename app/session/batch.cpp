#include "app/session/batch.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "app/session/names.h"
#include "app/session/snapshot.h"

namespace session {
namespace {

namespace fs = std::filesystem;

struct Fault {
  int line;
  geo::Error error;
};

int lineOf(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

// One table; the first thing that is wrong with it stops the reading.
class Entry {
 public:
  explicit Entry(const toml::table& table) : table_(table) {}

  void text(const char* key, std::string& value) {
    if (const auto* node = find(key)) value = exact<std::string>(key, *node, "a text in quotes");
  }
  void flag(const char* key, bool& value) {
    if (const auto* node = find(key)) value = exact<bool>(key, *node, "true or false");
  }
  void whole(const char* key, int& value) {
    if (const auto* node = find(key)) {
      const int64_t v = exact<int64_t>(key, *node, "a whole number");
      if (v < -100000 || v > 100000)
        wrong(*node, fmt::format("\"{}\" is {}, which is out of range.", key, v), {});
      value = static_cast<int>(v);
    }
  }
  void whole(const char* key, std::optional<int>& value) {
    if (find(key)) whole(key, value.emplace());
  }
  void real(const char* key, double& value) {
    const auto* node = find(key);
    if (!node) return;
    const auto v = node->is_number() ? node->value<double>() : std::nullopt;
    if (!v || !std::isfinite(*v)) wrong(*node, fmt::format("\"{}\" must be a finite number.", key), {});
    value = *v;
  }
  // One text, or a list of them.
  void texts(const char* key, std::vector<std::string>& values) {
    const auto* node = find(key);
    if (!node) return;
    if (const auto one = node->value_exact<std::string>()) return values.push_back(*one);
    const toml::array* list = node->as_array();
    if (!list) wrong(*node, fmt::format("\"{}\" must be a list of texts in quotes.", key), {});
    for (const toml::node& item : *list)
      values.push_back(exact<std::string>(key, item, "a list of texts in quotes"));
  }
  void years(const char* key, std::vector<int>& values, bool& all) {
    const auto* node = find(key);
    if (!node) return;
    if (const auto word = node->value_exact<std::string>(); word && *word == "all") return void(all = true);
    if (const auto one = node->value_exact<int64_t>()) return values.push_back(static_cast<int>(*one));
    const toml::array* list = node->as_array();
    if (!list) wrong(*node, fmt::format("\"{}\" must be a year, a list of years, or \"all\".", key), {});
    for (const toml::node& item : *list)
      values.push_back(static_cast<int>(exact<int64_t>(key, item, "a list of years")));
  }
  void extent(const char* key, std::optional<geo::Box>& value) {
    const auto* node = find(key);
    if (!node) return;
    std::vector<double> v;
    if (const toml::array* list = node->as_array())
      for (const toml::node& item : *list) v.push_back(item.value<double>().value_or(NAN));
    const bool good = v.size() == 4 && v[0] < v[2] && v[1] < v[3] && v[0] >= -180 && v[2] <= 180 &&
                      v[1] >= -90 && v[3] <= 90;
    if (!good)
      wrong(*node, fmt::format("\"{}\" is not an extent.", key),
            "Write [west, south, east, north] in degrees.");
    value = geo::Box{v[0], v[1], v[2], v[3]};
  }
  template <class E>
  void word(const char* key, std::optional<E>& value) {
    const auto* node = find(key);
    if (!node) return;
    const std::string text = exact<std::string>(key, *node, "a text in quotes");
    const auto words = wordsOf<E>();
    const auto at = std::find(words.begin(), words.end(), text);
    if (at == words.end())
      wrong(*node, fmt::format("\"{}\" cannot be \"{}\".", key, text),
            fmt::format("It is one of: {}.", fmt::join(words, ", ")));
    value = static_cast<E>(at - words.begin());
  }
  void size(const char* key, int& width, int& height) {
    const auto* node = find(key);
    if (!node) return;
    const std::string text = exact<std::string>(key, *node, "a text in quotes");
    int w = 0, h = 0;
    const char *at = text.data(), *end = at + text.size();
    const auto first = std::from_chars(at, end, w);
    const bool x = first.ec == std::errc() && first.ptr != end && *first.ptr == 'x';
    const auto second = x ? std::from_chars(first.ptr + 1, end, h) : first;
    if (!x || second.ec != std::errc() || second.ptr != end)
      wrong(*node, fmt::format("\"{}\" cannot be \"{}\".", key, text), "Write \"1920x1080\".");
    width = w, height = h;
  }
  void language(const char* key, std::optional<Language>& value) {
    const auto* node = find(key);
    if (!node) return;
    const std::string text = exact<std::string>(key, *node, "a text in quotes");
    if (text != "zh" && text != "en")
      wrong(*node, fmt::format("\"{}\" cannot be \"{}\".", key, text), "It is one of: zh, en.");
    value = text == "zh" ? Language::zh : Language::en;
  }
  const toml::node* find(const char* key) {
    known_.push_back(key);
    return table_.get(key);
  }
  void finish() const {
    for (const auto& [key, node] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
      const int at = key.source().begin ? static_cast<int>(key.source().begin.line) : lineOf(node);
      throw Fault{at,
                  {fmt::format("unknown key \"{}\".", std::string(key.str())),
                   fmt::format("Nearest known key: {}.", nearest(key.str(), known_))}};
    }
  }
  [[noreturn]] static void wrong(const toml::node& node, std::string what, std::string remedy) {
    throw Fault{lineOf(node), {std::move(what), std::move(remedy)}};
  }

 private:
  template <class T>
  T exact(const char* key, const toml::node& node, const char* wanted) {
    if (auto v = node.value_exact<T>()) return *v;
    wrong(node, fmt::format("\"{}\" must be {}.", key, wanted), {});
  }

  const toml::table& table_;
  std::vector<std::string_view> known_;
};

void common(Entry& e, BatchItem& item, SnapshotOptions& o, const fs::path& base) {
  e.text("output", o.output);
  if (o.output.empty()) throw Fault{item.line, {"an export has no \"output\".", "Every one needs it."}};
  o.output = (base / o.output).string();
  e.text("paper", o.paper);
  e.flag("landscape", o.landscape);
  e.whole("dpi", o.dpi);
  e.word("template", o.style);
  e.real("scale", o.scale);
  e.word("grid", o.grid);
  e.text("scene", o.scene);
  e.text("theme", o.theme);
  e.text("basemap", o.basemap);
  e.language("lang", item.language);
}

BatchItem readExport(const toml::table& table, const fs::path& base) {
  BatchItem item;
  item.line = lineOf(table);
  Entry e(table);
  SnapshotOptions& o = item.picture;
  common(e, item, o, base);
  e.size("size", o.width, o.height);
  e.flag("page", item.ownPage);
  e.text("indicator", o.indicator);
  e.whole("year", o.year);
  e.extent("extent", o.extentLonLat);
  e.flag("bare", o.bare);
  e.word("composition", o.composition);
  e.text("card", o.card);
  if (!o.card.empty()) o.composition = scene::Composition::card;
  e.text("area", o.focus);
  e.flag("world_file", o.worldFile);
  std::string vision = "normal";
  e.text("vision", vision);
  const auto seen = scene::visionNamed(vision);
  if (!seen) throw Fault{item.line, seen.error()};
  o.vision = *seen;
  e.finish();
  if (auto good = checkSnapshot(o); !good) throw Fault{item.line, good.error()};
  return item;
}

BatchItem readAtlas(const toml::table& table, const fs::path& base) {
  BatchItem item;
  item.line = lineOf(table);
  Entry e(table);
  AtlasOptions& a = item.atlas.emplace();
  common(e, item, a.page, base);
  if (table.contains("landscape")) a.landscape = a.page.landscape;
  e.texts("indicators", a.indicators);
  e.texts("areas", a.areas);
  e.years("years", a.years, a.allYears);
  e.text("format", a.ending);
  e.finish();
  return item;
}

}  // namespace

geo::Result<Batch> readBatch(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  if (!in || fs::is_directory(path, error))
    return geo::fail(fmt::format("{} cannot be read.", path), "Name a TOML file with [[export]] tables.");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  Batch batch;
  batch.path = path;
  const fs::path base = fs::path(path).parent_path();
  try {
    const toml::table root = toml::parse(text);
    Entry top(root);
    top.text("project", batch.project);
    if (!batch.project.empty()) batch.project = (base / batch.project).string();
    for (const char* kind : {"export", "atlas"}) {
      const toml::node* node = top.find(kind);
      if (!node) continue;
      const toml::array* list = node->as_array();
      if (!list || !list->is_homogeneous(toml::node_type::table))
        Entry::wrong(*node, fmt::format("\"{0}\" must be written as tables: [[{0}]].", kind), {});
      for (const toml::node& item : *list)
        batch.items.push_back(std::string_view(kind) == "atlas" ? readAtlas(*item.as_table(), base)
                                                                : readExport(*item.as_table(), base));
    }
    top.finish();
  } catch (const toml::parse_error& e) {
    return geo::fail(fmt::format("{}:{}: not valid TOML: {}.", path, e.source().begin.line, e.description()),
                     "Mend that line.");
  } catch (const Fault& fault) {
    return geo::fail(fmt::format("{}:{}: {}", path, fault.line, fault.error.what), fault.error.remedy);
  }
  if (batch.items.empty())
    return geo::fail(fmt::format("{} lists no exports.", path), "Add one: [[export]] output = \"map.png\".");
  std::stable_sort(batch.items.begin(), batch.items.end(),
                   [](const BatchItem& a, const BatchItem& b) { return a.line < b.line; });
  for (size_t i = 0; i < batch.items.size(); ++i)
    for (size_t k = 0; k < i; ++k) {
      const auto out = [&](const BatchItem& item) {
        return item.atlas ? item.atlas->page.output : item.picture.output;
      };
      if (fs::path(out(batch.items[i])).lexically_normal() ==
          fs::path(out(batch.items[k])).lexically_normal())
        return geo::fail(
            fmt::format("{}:{}: {} is written twice.", path, batch.items[i].line, out(batch.items[i])),
            "Give one of them another name.");
    }
  return batch;
}

}  // namespace session
