#include "app/session/drawings.h"
#include "app/session/recipe.h"

#include <zlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "app/paper/seal.h"
#include "app/session/basemaps.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/keys.h"
#include "app/session/names.h"
#include "app/session/project_file.h"
#include "geo/database.h"
#include "geo/web.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t v = 0;
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) v = v << 8 | (k < n ? static_cast<uint8_t>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= n ? alphabet[v >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string fromBase64(std::string_view text) {
  std::string out;
  uint32_t v = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t digit = alphabet.find(c);
    if (digit == alphabet.npos) break;
    v = v << 6 | static_cast<uint32_t>(digit), bits += 6;
    if (bits >= 8) bits -= 8, out += static_cast<char>(v >> bits & 255);
  }
  return out;
}

std::string packed(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string out(size, 0);
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
            text.size(), 9);
  out.resize(size);
  return base64(out);
}

std::string unpacked(std::string_view text, size_t size) {
  const std::string bytes = fromBase64(text);
  if (size > (64u << 20)) return {};
  std::string out(size, 0);
  uLongf got = size;
  const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &got,
                                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return result == Z_OK && got == size ? out : std::string();
}

// A shapefile is several files: its digest is that of all of them.
std::vector<std::string> filesOf(const std::string& path) {
  const fs::path p(path);
  std::vector<std::string> files{path};
  std::string ending = p.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (ending != ".shp") return files;
  std::error_code error;
  for (const char* other : {".dbf", ".shx", ".prj", ".cpg", ".DBF", ".SHX", ".PRJ", ".CPG"}) {
    fs::path sibling = p;
    sibling.replace_extension(other);
    if (fs::exists(sibling, error)) files.push_back(sibling.string());
  }
  return files;
}

std::optional<std::string> digestOf(const std::string& path, geo::Progress* progress) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const auto files = filesOf(path);
  if (files.size() == 1) {
    auto sum = paper::sha256OfFile(path, progress);
    return sum ? std::optional(*sum) : std::nullopt;
  }
  paper::Sha256 all;
  for (const std::string& file : files) {
    const auto sum = paper::sha256OfFile(file, progress);
    if (!sum) return std::nullopt;
    all.add(sum->data(), sum->size());
  }
  return all.hex();
}

std::string digestOfText(const std::string& text) {
  paper::Sha256 sha;
  sha.add(text.data(), text.size());
  return sha.hex();
}

Json optionsJson(const SnapshotOptions& o, scene::Language language) {
  Json j;
  j["language"] = language == scene::Language::zh ? "zh" : "en";
  if (o.paper.empty()) j["size"] = fmt::format("{}x{}", o.width, o.height);
  else j["paper"] = o.paper, j["landscape"] = o.landscape, j["dpi"] = o.dpi;
  if (!o.scene.empty()) j["scene"] = o.scene;
  if (!o.indicator.empty()) j["indicator"] = o.indicator;
  if (o.year) j["year"] = *o.year;
  if (!o.basemap.empty()) j["basemap"] = o.basemap;
  if (!o.theme.empty()) j["theme"] = o.theme;
  if (o.bare) j["bare"] = true;
  if (o.vision != scene::Vision::normal)
    j["vision"] = std::string(scene::visionNames[static_cast<size_t>(o.vision)]);
  if (o.worldFile) j["world_file"] = true;
  if (o.extentLonLat)
    j["extent"] = {o.extentLonLat->minX, o.extentLonLat->minY, o.extentLonLat->maxX, o.extentLonLat->maxY};
  if (o.composition && *o.composition != scene::Composition::map)
    j["composition"] = std::string(word(*o.composition));
  if (!o.card.empty()) j["card"] = o.card;
  if (o.style) j["template"] = std::string(word(*o.style));
  if (o.scale > 0) j["scale"] = o.scale;
  if (o.grid) j["grid"] = std::string(word(*o.grid));
  if (!o.focus.empty()) j["area"] = o.focus;
  if (o.lockBreaks) j["lock_breaks"] = true;
  if (!o.number.empty()) j["number"] = o.number;
  return j;
}

SnapshotOptions optionsOf(const Json& j) {
  SnapshotOptions o;
  const std::string size = j.value("size", std::string());
  if (const size_t x = size.find('x'); x != size.npos)
    o.width = std::atoi(size.c_str()), o.height = std::atoi(size.c_str() + x + 1);
  o.paper = j.value("paper", std::string()), o.landscape = j.value("landscape", false),
  o.dpi = j.value("dpi", 300);
  o.basemap = j.value("basemap", std::string());
  o.scene = j.value("scene", std::string()), o.indicator = j.value("indicator", std::string());
  if (j.contains("year")) o.year = j["year"].get<int>();
  o.theme = j.value("theme", std::string()), o.bare = j.value("bare", false),
  o.worldFile = j.value("world_file", false);
  if (j.contains("extent") && j["extent"].size() == 4)
    o.extentLonLat = geo::Box{j["extent"][0], j["extent"][1], j["extent"][2], j["extent"][3]};
  if (const auto vision = scene::visionNamed(j.value("vision", std::string("normal")))) o.vision = *vision;
  const std::string composition = j.value("composition", std::string());
  const auto words = wordsOf<scene::Composition>();
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i] == composition) o.composition = static_cast<scene::Composition>(i);
  o.card = j.value("card", std::string());
  const auto choice = [&]<class E>(const char* key, std::optional<E>& value) {
    const std::string text = j.value(key, std::string());
    for (size_t i = 0; i < wordsOf<E>().size(); ++i)
      if (wordsOf<E>()[i] == text) value = static_cast<E>(i);
  };
  choice("template", o.style), choice("grid", o.grid);
  o.scale = j.value("scale", 0.0), o.focus = j.value("area", std::string());
  o.lockBreaks = j.value("lock_breaks", false), o.number = j.value("number", std::string());
  return o;
}

Json shownJson(const scene::Scene& s) {
  Json j;
  if (!s.name.empty()) j["scene"] = s.name;
  if (s.choropleth) {
    const scene::Choropleth& c = *s.choropleth;
    Json m;
    m["indicator"] = c.id, m["unit"] = c.unit;
    if (c.year) m["year"] = c.year;
    if (c.since) m["since"] = c.since;
    m["method"] = std::string(geo::name(c.breaks.method)), m["upper_bounds"] = c.breaks.upperBounds;
    if (c.second) m["second"] = c.second->id, m["second_upper_bounds"] = c.second->breaks.upperBounds;
    if (!c.categories.empty()) m["text"] = c.methodText;
    std::map<std::string, int> statuses;
    for (const auto& f : c.figures) ++statuses[std::string(name(f.status))];
    m["statuses"] = statuses;
    j["choropleth"] = std::move(m);
  }
  if (s.heat && s.heat->grid) {
    const scene::Heat& h = *s.heat;
    j["heat"] = {{"layer", h.layer},     {"unit", h.unit},
                 {"text", h.methodText}, {"cell_metres", h.grid->cell},
                 {"top", h.high},        {"integral", h.integral}};
  }
  for (const scene::BasemapPtr& b : s.basemaps) {
    const auto source = std::static_pointer_cast<const GroundSource>(b->source);
    Json m;
    m["id"] = b->id, m["kind"] = std::string(word(source->spec.kind));
    m["source"] = withoutKeys(source->spec.source);
    if (!b->attribution.empty()) m["attribution"] = b->attribution;
    j["basemaps"].push_back(std::move(m));
  }
  j["illustrative"] = s.illustrative;
  if (!s.reviewNumber.empty()) j["review_number"] = s.reviewNumber;
  j["public"] = !s.internal, j["date"] = s.date;
  return j;
}

// Where the data of a recipe are now: in the folder that the user names, beside the picture or one folder up,
// or where they were.
std::string baseNow(const Json& recipe, const std::string& picture, const std::string& folder) {
  if (!folder.empty()) return folder;
  const auto found = [&](const fs::path& base) {
    std::error_code error;
    size_t n = 0;
    for (const auto& d : recipe["data"])
      n += fs::exists(resolved(base.string(), d.value("source", std::string())), error);
    return n;
  };
  const fs::path own = fs::absolute(picture).parent_path();
  const std::string was = recipe.value("base", std::string());
  fs::path best = was.empty() ? own : fs::path(was);
  size_t most = found(best);
  for (const fs::path& other : {own, own.parent_path()})
    if (const size_t n = found(other); n > most) best = other, most = n;
  return best.string();
}

tl::unexpected<geo::Error> damaged(const std::string& picture) {
  return geo::fail("The recipe in " + picture + " is damaged.", "The file was altered: export the map anew.");
}

geo::Result<Json> parsed(const std::string& picture, bool* intact = nullptr) {
  const auto proof = paper::readProof(picture);
  if (!proof) return tl::unexpected(proof.error());
  if (intact) *intact = proof->sealed && proof->intact;
  if (proof->recipe.empty())
    return geo::fail(picture + " carries no recipe.", "Only pictures exported by Parkscope do.");
  Json j = Json::parse(proof->recipe, nullptr, false);
  if (!j.is_object() || !j.contains("data") || !j["data"].is_array() || !j.contains("options"))
    return damaged(picture);
  return j;
}

}  // namespace

RecipeDraft recipeDraft(const Session& session, const SnapshotOptions& options) {
  RecipeDraft draft;
  draft.project = session.project(), draft.base = SessionParts::base(session),
  draft.projectPath = session.path();
  draft.options = options, draft.language = session.view().language;
  draft.worldCrs = session.worldCrs().known() ? session.worldCrs().text() : "";
  const DerivedState& d = SessionParts::derived(session);
  std::set<std::string> seen;
  const auto add = [&](const std::string& source, const SourceKey& key, scene::Status status) {
    if (!seen.insert(key.path).second) return;
    const auto found = d.sources.find(key);
    RecipeDraft::Data data{geo::withoutPassword(source),
                           geo::withoutPassword(key.path),
                           key.layer,
                           {},
                           0,
                           std::string(name(status)),
                           {}};
    if (found != d.sources.end()) {
      if (found->second.crs.known()) data.crs = found->second.crs.text();
      if (const auto& layer = found->second.layer ? found->second.layer : found->second.raw)
        data.rows = layer->rows();
    }
    draft.data.push_back(std::move(data));
  };
  for (const LayerSpec& l : session.project().layers) {
    const auto entry = d.layers.find(l.id);
    const bool example = entry != d.layers.end() && entry->second.dress && entry->second.dress->illustrative;
    add(l.source, sourceKey(session, l), example ? scene::Status::illustrative : l.defaultStatus);
    if (drawingSaved(session, l) || draft.data.empty() || draft.data.back().source != l.source) continue;
    draft.data.back().unsaved = true, draft.data.back().rows = l.drawing->rows();
    draft.data.back().crs = l.drawing->crs.known() ? l.drawing->crs.text() : "";
  }
  if (const auto look = lookFor(session, options))
    for (const BasemapSpec& b : session.project().basemaps) {
      if (geo::isWebAddress(b.source) || !basemapShown(b, *look)) continue;
      SourceKey key;
      key.path = resolved(draft.base, b.source);
      add(b.source, key, scene::Status::official);
    }
  for (const IndicatorSpec& i : session.project().indicators)
    if (!i.table.empty()) {
      const TableSpec* t = tableOf(session.project(), i);
      add(t ? t->source : i.table, tableKey(session, i), i.defaultStatus);
    }
  if (!session.project().targetTable.empty())
    add(session.project().targetTable, targetKey(session), scene::Status::official);
  if (!session.project().page.logo.empty()) {
    SourceKey key;
    key.path = resolved(draft.base, session.project().page.logo);
    add(session.project().page.logo, key, scene::Status::official);
  }
  std::vector<std::string> weights{session.project().map.weights};
  for (const SceneSpec& s : session.project().scenes)
    if (s.map) weights.push_back(s.map->weights);
  for (const std::string& rule : weights)
    if (rule.starts_with("gal:")) {
      SourceKey key;
      key.path = resolved(draft.base, rule.substr(4));
      add(rule.substr(4), key, scene::Status::official);
    }
  return draft;
}

void hashData(RecipeDraft& draft, geo::Progress* progress) {
  for (RecipeDraft::Data& d : draft.data) d.sha256 = digestOf(d.path, progress);
  draft.hashed = true;
}

std::string recipeText(const RecipeDraft& draft, const scene::Scene& scene, geo::Progress* progress) {
  const std::string project = formatProject(draft.project);
  const bool secret = draft.project.page.isPublic;  // where somebody keeps files is nobody's business
  Json j;
  j["seal"] = paper::unsealed();
  j["program"] = "Parkscope " PARKSCOPE_VERSION;
  j["options"] = optionsJson(draft.options, draft.language);
  j["shown"] = shownJson(scene);
  if (draft.sheets)
    j["atlas"] = {{"sheets", draft.sheets}, {"areas", draft.areas}, {"figures", draft.subjects}};
  j["crs"] = draft.worldCrs;
  if (!draft.projectPath.empty()) j["project_file"] = fs::path(draft.projectPath).filename().string();
  j["project_sha256"] = digestOfText(project);
  const fs::path base = fs::absolute(draft.base.empty() ? "." : draft.base).lexically_normal();
  if (!secret) j["base"] = base.string();
  j["data"] = Json::array();
  for (const RecipeDraft::Data& d : draft.data) {
    Json item;
    const bool database = geo::isDatabase(d.source);
    item["source"] = secret && !database ? fs::path(d.source).filename().string() : d.source;
    if (secret && database) item["source"] = "PG:";
    else if (secret && !fs::path(d.source).is_absolute()) item["source"] = d.source;
    if (!d.layer.empty()) item["layer"] = d.layer;
    if (d.unsaved) item["unsaved"] = true;  // drawn by hand: no file holds it yet
    else if (const auto sum = draft.hashed ? d.sha256 : digestOf(d.path, progress)) item["sha256"] = *sum;
    if (!d.crs.empty()) item["crs"] = d.crs;
    item["rows"] = d.rows, item["status"] = d.status;
    j["data"].push_back(std::move(item));
  }
  j["project_bytes"] = project.size();
  j["project"] = packed(project);
  return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

namespace {

geo::Result<Verification> verified(const std::string& picture, const std::string& folder,
                                   geo::Progress* progress) {
  bool intact = true;
  auto recipe = parsed(picture, &intact);
  Verification v;
  if (!recipe) {
    // A file that is no picture at all is the caller's mistake; a picture without a recipe is an answer, and
    // so is one whose recipe can no longer be read.
    if (recipe.error().what.find("no recipe") != std::string::npos) return v;
    if (intact) return tl::unexpected(recipe.error());
    v.verdict = Verification::Verdict::altered;
    return v;
  }
  const Json& j = *recipe;
  v.program = j.value("program", std::string()), v.project = j.value("project_file", std::string());
  if (j.contains("shown"))
    v.made = j["shown"].value("date", std::string()),
    v.reviewNumber = j["shown"].value("review_number", std::string());
  using State = Verification::Item::State;
  const std::string base = baseNow(j, picture, folder);
  bool changed = false, gone = false;
  for (const auto& d : j["data"]) {
    Verification::Item item;
    item.source = d.value("source", std::string());
    if (geo::isDatabase(item.source)) continue;  // it changes by the hour, and has no digest
    item.path = resolved(base, item.source);
    const auto sum = digestOf(item.path, progress);
    if (!sum) item.state = State::gone, gone = true;
    else if (*sum != d.value("sha256", std::string())) item.state = State::changed, changed = true;
    v.data.push_back(std::move(item));
  }
  if (!v.project.empty()) {
    const std::string path = resolved(base, v.project);
    std::error_code error;
    if (!fs::exists(path, error)) v.projectGone = true;
    else if (const auto now = readProject(path);
             !now || digestOfText(formatProject(*now)) != j.value("project_sha256", std::string()))
      v.projectChanged = true;
  }
  using Verdict = Verification::Verdict;
  v.verdict = !intact                       ? Verdict::altered
              : changed || v.projectChanged ? Verdict::changed
              : gone                        ? Verdict::missing
                                            : Verdict::unchanged;
  return v;
}

geo::Result<Remade> remade(const std::string& picture) {
  auto recipe = parsed(picture);
  if (!recipe) return tl::unexpected(recipe.error());
  const Json& j = *recipe;
  Remade out;
  const std::string text = unpacked(j.value("project", std::string()), j.value("project_bytes", size_t{0}));
  if (text.empty()) return damaged(picture);
  auto project = parseProject(text, picture);
  if (!project) return tl::unexpected(project.error());
  out.project = std::move(*project);
  out.base = baseNow(j, picture, {});
  if (const std::string name = j.value("project_file", std::string()); !name.empty())
    out.path = resolved(out.base, name);
  out.options = optionsOf(j["options"]);
  out.language =
      j["options"].value("language", std::string("zh")) == "en" ? scene::Language::en : scene::Language::zh;
  return out;
}

// Whoever edits a recipe by hand may put anything where a word or a number belongs.
template <class Read>
auto guarded(const std::string& picture, Read&& read) -> decltype(read()) {
  try {
    return read();
  } catch (const Json::exception&) {
    return damaged(picture);
  }
}

}  // namespace

geo::Result<Verification> verify(const std::string& picture, const std::string& folder,
                                 geo::Progress* progress) {
  return guarded(picture, [&] { return verified(picture, folder, progress); });
}

geo::Result<Remade> readRecipe(const std::string& picture) {
  return guarded(picture, [&] { return remade(picture); });
}

bool isPicture(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  for (const char* known : {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".pdf", ".svg"})
    if (ending == known) return true;
  return false;
}

std::vector<std::string> unfitToPublish(const scene::Scene& s) {
  std::vector<std::string> lacks;
  const auto add = [&](const char* zh) { lacks.push_back(tr(zh, s.language)); };
  if (s.reviewNumber.empty()) add("没有审图号");
  if (s.illustrative) add("图上有示例数据");
  if (s.choropleth) {
    const scene::Choropleth& c = *s.choropleth;
    if (c.sourceText.empty()) add("指标没有来源");
    if (c.unit.empty() && c.categories.empty()) add("指标没有单位");
    if (c.year == 0) add("指标没有年份");
  } else if (s.credits.empty()) {
    add("没有数据来源");
  }
  if (std::any_of(s.basemaps.begin(), s.basemaps.end(), [](const auto& b) { return b->attribution.empty(); }))
    add("底图没有署名");
  if (s.date.empty()) add("没有制图日期");
  return lacks;
}

}  // namespace session
