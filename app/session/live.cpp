// Files that change under us. The old state stays in use until the new one is whole; a new one that cannot be
// read changes nothing but the messages.
#include <fmt/format.h>

#include <filesystem>

#include "app/session/changes.h"
#include "app/session/i18n.h"
#include "app/session/names.h"
#include "app/session/sources.h"

namespace session {
namespace {

using Stage = LayerState::Stage;
using Level = Message::Level;

// What happens again is told again, but not twice in a row.
void report(Session& session, Level level, const std::string& text) {
  auto& all = SessionParts::messages(session);
  if (!all.empty() && all.back().text == text) return;
  all.push_back({level, text});
}

template <class... Args>
std::string say(const Session& session, const char* text, const Args&... args) {
  return fmt::format(fmt::runtime(tr(text, session.view().language)), args...);
}

// What the project knows of the columns of this source.
ChangeWords wordsFor(const Session& session, const SourceKey& key) {
  ChangeWords words;
  const Project& p = session.project();
  const Language language = session.view().language;
  for (const LayerSpec& l : p.layers) {
    if (sourceKey(session, l) != key) continue;
    if (words.key.empty()) words.key = l.key;
    if (words.name.empty()) words.name = language == Language::en && !l.labelEn.empty() ? l.labelEn : l.label;
  }
  for (const IndicatorSpec& i : p.indicators) {
    if (i.table.empty() || tableKey(session, i) != key) continue;
    if (words.key.empty()) words.key = i.key;
    words.year = i.year, words.value = i.value;
    const std::string name = i.name.in(language);
    const size_t equals = i.filter.find(" = ");  // "what = people": the cell that stands for this indicator
    if (!name.empty() && equals != i.filter.npos && i.filter.find(" and ") == i.filter.npos)
      words.term = trimmed(i.filter.substr(0, equals)),
      words.terms[trimmed(i.filter.substr(equals + 3))] = name;
  }
  const LayerSpec* county = countyLayer(p);
  const DerivedState& d = SessionParts::derived(session);
  const auto entry = county ? d.layers.find(county->id) : d.layers.end();
  if (entry != d.layers.end() && entry->second.state.shape && entry->second.dress) {
    const geo::Layer& layer = *entry->second.state.shape->layer;
    const auto& names = entry->second.dress->fullNames[static_cast<size_t>(language)];
    if (const geo::Column* keys = layer.table.find(county->key))
      for (size_t r = 0; r < layer.rows() && r < names.size(); ++r)
        if (keys->has(r)) words.names[keys->text(r)] = names[r];
  }
  return words;
}

struct Reread {
  ReadSource read;
  Changes changes;
};

void takeNew(Session& session, const SourceKey& key, const geo::Crs& world, Reread now) {
  SourceState& s = SessionParts::derived(session).sources[key];
  s.reloading = false;
  s.tried = now.read.stamp;
  const std::string name = shownName(key);
  if (!now.read.loaded) {
    if (now.read.changed) return;  // the watch will tell of what it became
    report(session, Level::warning,
           say(session, "{} 变了，但读不了，地图保留原来的数据：{}", name, now.read.loaded.error().text()));
    return;
  }
  const bool back = std::exchange(s.gone, false);
  s.stamp = now.read.stamp;
  const geo::Loaded& loaded = *now.read.loaded;
  if (!now.changes.any()) {
    if (back) report(session, Level::info, say(session, "{} 回来了，内容没有变。", name));
    return;  // what was made from the old state holds for the new one
  }
  s.raw = nullptr, s.layer = nullptr;
  (world.known() ? s.layer : s.raw) = loaded.layer;
  s.crs = loaded.layer->crs, s.report = loaded.report;
  tellReport(session, key.path, s.report);
  report(session, Level::info,
         say(session, "{} 已更新：{}", name, inWords(now.changes, session.view().language)));
  touch(session);
}

void startRereading(Session& session, const SourceKey& key) {
  DerivedState& d = SessionParts::derived(session);
  SourceState& s = d.sources[key];
  s.reloading = true;
  const geo::LayerPtr before = s.layer ? s.layer : s.raw;
  session.jobs().start(
      jobKey("reload", key),
      [key, before, world = d.worldCrs, folder = SessionParts::base(session), words = wordsFor(session, key),
       language = session.view().language, &session](geo::Progress& progress) -> Jobs::Finish {
        auto now = std::make_shared<Reread>(Reread{readSource(key, world, folder, progress), {}});
        if (now->read.loaded && before)
          now->changes = changesBetween(*before, *now->read.loaded->layer, words, language);
        return [now, key, world, &session] { takeNew(session, key, world, std::move(*now)); };
      },
      [&session, key](const std::string& error) {
        SourceState& state = SessionParts::derived(session).sources[key];
        state.reloading = false;
        report(session, Level::warning,
               say(session, "{} 变了，但读不了，地图保留原来的数据：{}", shownName(key), error));
      });
}

void follow(Session& session, const SourceKey& key, const FileStamp& now) {
  SourceState& s = SessionParts::derived(session).sources[key];
  if (s.stage == Stage::failed) {  // it could not be read before: as if it were asked for the first time
    if (now.there && now != s.stamp) s = {}, touch(session);
    return;
  }
  if (s.stage != Stage::ready || s.reloading || (!s.layer && !s.raw)) return;
  if (!now.there) {
    if (std::exchange(s.gone, true)) return;
    report(session, Level::warning,
           say(session, "{} 不见了：地图保留已载入的数据，文件放回 {} 后自动读入。", shownName(key),
               std::filesystem::path(key.path).parent_path().string()));
    return;
  }
  if (now == s.stamp || now == s.tried) {
    if (now == s.stamp && std::exchange(s.gone, false))
      report(session, Level::info, say(session, "{} 回来了，内容没有变。", shownName(key)));
    return;
  }
  startRereading(session, key);
}

}  // namespace

std::string shownName(const SourceKey& key) { return std::filesystem::path(key.path).filename().string(); }

void deriveLive(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  Watch* watch = SessionParts::watch(session);
  if (!watch) return;
  const auto wanted = wantedSources(session);
  std::set<std::string> paths;
  for (const SourceKey& key : wanted) paths.insert(key.path);
  watch->follow(paths);
  for (auto& [path, stamp] : watch->take()) d.onDisk[path] = std::move(stamp);
  std::erase_if(d.onDisk, [&](const auto& entry) { return !paths.count(entry.first); });
  if (!d.worldKnown) return;
  for (const SourceKey& key : wanted)
    if (const auto found = d.onDisk.find(key.path); found != d.onDisk.end())
      follow(session, key, found->second);
}

void moveSelection(Session& session, const std::string& layer, const std::vector<long>& now) {
  View& view = SessionParts::view(session);
  const auto moved = [&](long row) {
    return row >= 0 && static_cast<size_t>(row) < now.size() ? now[static_cast<size_t>(row)]
           : row < 0                                         ? row
                                                             : -1;
  };
  for (auto* one : {&view.selected, &view.card})
    if (*one && (*one)->layer == layer && (*one)->row >= 0) {
      (*one)->row = moved((*one)->row);
      if ((*one)->row < 0) one->reset();
    }
  if (view.hovered && view.hovered->layer == layer) view.hovered.reset();
  if (view.selectionLayer != layer) return;
  std::vector<uint32_t> rows;
  for (const uint32_t r : view.selection)
    if (const long to = moved(r); to >= 0) rows.push_back(static_cast<uint32_t>(to));
  std::sort(rows.begin(), rows.end());
  view.selection = std::move(rows);
  if (view.selection.empty()) view.selectionLayer.clear();
}

}  // namespace session
