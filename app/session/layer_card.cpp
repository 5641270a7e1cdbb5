#include "app/session/layer_card.h"

#include "app/scene/map_shape.h"
#include "app/session/derived.h"
#include "app/session/i18n.h"
#include "app/session/project_file.h"
#include "app/session/sources.h"
#include "geo/database.h"
#include "geo/datum.h"

namespace session {
namespace {

struct Words {
  const char *kind, *zh;
};
// What each kind of problem is, for Chinese readers; the report's own lines are English.
constexpr Words problemsInChinese[] = {
    {"ring-self-intersection", "环自相交或自触"},
    {"self-intersection", "同一要素的环互相穿越"},
    {"hole-outside", "洞在外环之外"},
    {"nested-holes", "洞中有洞"},
    {"nested-polygons", "同一要素的面互相包含"},
    {"duplicate-rings", "环重复"},
    {"disconnected-interior", "面被环切断"},
    {"invalid-geometry", "图形无效"},
    {"too-few-points", "环少于三点或线少于两点，已略去"},
    {"non-finite-coordinates", "坐标不是有限数，已略去"},
    {"mixed-geometry", "与多数行不同类的图形，已略去"},
    {"broken-geometry", "图形数据损坏"},
    {"empty-geometry", "没有图形"},
    {"no-geometry", "没有任何一行有图形"},
    {"no-coordinates", "没有坐标"},
    {"bad-coordinates", "坐标不是有限数"},
    {"spike", "边界上有尖刺"},
    {"zero-area", "有面积为零的部分"},
    {"overlap", "相邻的面互相重叠"},
    {"gap", "相邻的面之间有缝隙"},
    {"outside", "点落在其余各点所在的范围之外"},
    {"ring-order", "外环为顺时针，已调正"},
    {"mended-zero-area", "去掉了面积为零的部分"},
    {"mended-spike", "剪去了尖刺"},
    {"mended-duplicate-vertices", "去掉了重复的顶点"},
    {"mended-duplicate-row", "去掉了与前面某行相同的行"},
    {"mended-shape", "自相交的图形已改正"},
    {"mended-overlap", "重叠之处归较小的一方"},
    {"mended-gap", "缝隙归公共边界最长的邻居"},
    {"duplicate-vertices", "相邻顶点重复"},
    {"duplicate-geometry", "图形与前面某行相同"},
    {"duplicate-row", "图形和属性与前面某行都相同"},
    {"encoding-undeclared", "没有声明编码，按字节判断"},
    {"encoding-contradiction", "声明的编码与字节不符，以字节为准"},
    {"unreadable-text", "有无法解码的字节"},
    {"text-cut-off", "文字在字中间被截断（字段太短）"},
    {"crs-undeclared", "没有声明坐标系，按坐标判断"},
    {"crs-unknown", "没有声明坐标系，坐标也不足以判断"},
    {"crs-contradiction", "声明的坐标系与坐标不符"},
    {"axes-swapped", "横纵坐标颠倒，已换正"},
    {"datum-shifted", "坐标经过加密偏移"},
    {"datum-offset", "整体偏离可信图层，已知的坐标系都不能解释，或为 1980 西安、1954 北京坐标系"},
    {"datum-approximate", "1980 西安、1954 北京坐标系没有公开的转换参数，位置可能偏离百米左右"},
    {"unshifted", "已纠偏到 WGS 84"},
    {"missing-shx", "缺 .shx，已在内存中重建索引"},
    {"missing-dbf", "缺 .dbf，没有属性"},
    {"read-errors", "部分内容无法读取"},
    {"scaled-cells", "单元格自带“万”“亿”，已乘出"},
    {"unit-cells", "单元格自带单位，已移到列上"},
    {"percent-cells", "单元格带 % 或 ‰，数字照原样"},
    {"percent-partly", "有的单元格带百分号、有的不带，数字照原样"},
    {"grouped-digits", "数字带千位分隔，按一个数读"},
    {"full-width-digits", "全角数字，按半角读"},
    {"negative-parentheses", "括号中的数按负数读"},
    {"footnote-marks", "数字后的脚注标记已略去"},
    {"missing-marks", "“—”“无数据”等按缺失读"},
    {"excel-dates", "天数按日期读"},
    {"mixed-units", "单元格单位不一，该列保留为文本"},
    {"nearly-numeric", "几乎都是数字，因这些行保留为文本"},
    {"title-rows", "表头以上的行按标题读"},
    {"joined-header", "多行表头已合并"},
    {"repeated-header", "重复的表头行已略去"},
    {"footer-rows", "表下的注已略去"},
    {"table-unit", "表上方的“单位”用作各列的单位"},
    {"total-rows", "合计、平均等行，已保留"},
    {"sheet-chosen", "有多个工作表，读了第一个像表的"},
    {"unclosed-quote", "引号没有闭合，其后都在一个单元格里"},
    {"not-placed", "栅格没有位置信息"}};

constexpr Words fixesInChinese[] = {{"repair", "修复图形"},
                                    {"write-cpg", "写出正确的 .cpg"},
                                    {"declare-crs", "用 --crs 声明坐标系"},
                                    {"swap-axes", "交换横纵坐标"},
                                    {"remove-duplicates", "删去重复"},
                                    {"drop-row", "删去该行"},
                                    {"drop-part", "删去该部分"},
                                    {"drop-vertices", "删去顶点"},
                                    {"drop-shape", "删去图形"},
                                    {"split-layer", "按图形类别拆分"},
                                    {"edit-coordinates", "补上坐标"},
                                    {"save-again", "另存一份"},
                                    {"georeference", "配准"},
                                    {"edit-cells", "改正单元格"},
                                    {"unshift", "纠偏"}};

template <size_t N>
std::string chinese(const Words (&words)[N], const std::string& kind) {
  for (const Words& w : words)
    if (kind == w.kind) return w.zh;
  return {};
}

bool shifted(const std::string& datum) {
  const std::string name = geo::canonicalDatum(datum);
  return !name.empty() && name != "WGS 84";
}

std::vector<geo::LayerPtr> references(const geo::LayerPtr& own) {
  std::vector<geo::LayerPtr> all;
  if (own && own->crs.known())
    if (const auto toDegrees = geo::Transform::make(own->crs, geo::Crs::lonLat())) {
      auto moved = std::make_shared<geo::Layer>(*own);
      toDegrees->apply(moved->shapes.vertices);
      moved->crs = geo::Crs::lonLat(), moved->bounds = moved->shapes.box();
      all.push_back(std::move(moved));
    }
  for (const char* name : {"assets/qingyuan/counties.geojson", "assets/qingyuan/towns.csv"})
    if (const std::string file = assetPath(name); !file.empty())
      if (auto reference = geo::load(file)) all.push_back(reference->layer);
  return all;
}

LayerCardPtr look(LayerCard card, const SourceKey& key, const geo::LayerPtr& own, geo::Progress& progress) {
  if (geo::isDatabase(key.path)) {
    card.done = true, card.path = geo::withoutPassword(key.path);
    card.error = {fmt::format("{} is a table of a database, not a file.", key.layer),
                  "Its system and encoding are the server's own."};
    return std::make_shared<const LayerCard>(std::move(card));
  }
  geo::InspectOptions options;
  options.encoding = key.encoding, options.datum = key.datum, options.references = references(own);
  options.cells = key.cells, options.xField = key.x, options.yField = key.y;
  if (key.cells != geo::CellOptions{} || !key.x.empty()) options.layer = key.layer;
  if (!key.crs.empty())
    if (auto crs = geo::Crs::parse(key.crs)) options.crs = std::move(*crs);
  geo::SourceFacts facts = geo::inspect(key.path, options, &progress);
  card.done = true, card.path = key.path, card.driver = facts.driver;
  if (facts.error) card.error = *facts.error;
  const auto found = std::find_if(facts.layers.begin(), facts.layers.end(),
                                  [&](const auto& l) { return key.layer.empty() || l.name == key.layer; });
  if (found != facts.layers.end()) card.facts = *found;
  else if (!facts.error)
    card.error = {fmt::format("{} has no layer {}.", key.path, key.layer), "Take one of those that it has."};
  return std::make_shared<const LayerCard>(std::move(card));
}

// Its lines and dots alone, to be laid over the map.
scene::MapShapePtr ghostOf(const geo::Layer& layer) {
  auto ghost = std::make_shared<geo::Layer>(layer);
  geo::Shapes& s = ghost->shapes;
  if (s.kind == geo::ShapeKind::polygon) {  // rings become closed lines
    const geo::Shapes& from = layer.shapes;
    s.kind = geo::ShapeKind::line;
    s.vertices.clear(), s.partStart = {0}, s.hole.assign(from.hole.size(), 0);
    for (size_t p = 0; p + 1 < from.partStart.size(); ++p) {
      const auto part = from.part(static_cast<uint32_t>(p));
      s.vertices.insert(s.vertices.end(), part.begin(), part.end());
      if (!part.empty()) s.vertices.push_back(part.front());
      s.partStart.push_back(static_cast<uint32_t>(s.vertices.size()));
    }
  }
  auto shape = std::make_shared<scene::MapShape>();
  shape->layer = std::move(ghost);
  return shape;
}

}  // namespace

std::vector<geo::LayerPtr> trustedPlaces(const geo::LayerPtr& own) { return references(own); }

Reading readingOf(const LayerSpec& l) { return {l.encoding, l.crs, l.datum, l.repair}; }

std::vector<uint32_t> layerRows(const LayerCard& card, const std::vector<size_t>& fileRows) {
  std::vector<size_t> gone;
  if (card.filtered) return {};
  for (const geo::Problem& p : card.repairs)
    if (p.kind == "mended-duplicate-row") gone.insert(gone.end(), p.rows.begin(), p.rows.end());
  std::sort(gone.begin(), gone.end());
  std::vector<uint32_t> rows;
  for (const size_t r : fileRows) {
    const auto at = std::lower_bound(gone.begin(), gone.end(), r);
    if (at == gone.end() || *at != r)
      rows.push_back(static_cast<uint32_t>(r - static_cast<size_t>(at - gone.begin())));
  }
  return rows;
}

bool repairable(const LayerCard& card) {
  return std::any_of(card.facts.problems.begin(), card.facts.problems.end(), [](const geo::Problem& p) {
    return !p.harmless && (p.fix == "repair" || (p.fix == "remove-duplicates" && p.kind == "duplicate-row"));
  });
}

std::optional<Reading> betterReading(const LayerCard& card) {
  if (!card.done || !card.error.what.empty() || !card.reading.datum.empty()) return {};
  if (!shifted(card.facts.crs.used)) return {};
  return Reading{card.reading.encoding, {}, card.facts.crs.used, card.reading.repair};
}

std::optional<Reading> otherReading(const LayerCard& card) {
  if (auto better = betterReading(card)) return better;
  if (!card.done || !card.error.what.empty()) return {};
  Reading other = card.reading;
  if (card.reading.repair || repairable(card)) {
    other.repair = !other.repair;
    return other;
  }
  if (!shifted(card.reading.datum)) return {};
  other.datum.clear();
  return other;
}

std::string problemText(const geo::Problem& problem, scene::Language language) {
  if (language == scene::Language::zh)
    for (const Words& w : problemsInChinese)
      if (problem.kind == w.kind) return w.zh;
  return problem.message;
}

std::string fixText(const std::string& fix, scene::Language language) {
  if (language == scene::Language::zh)
    for (const Words& w : fixesInChinese)
      if (fix == w.kind) return w.zh;
  return fix;
}

// Where the problem lies that is looked at, as dots.
static void markProblem(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const auto index =
      d.card->done && d.worldKnown && d.worldCrs.known() ? session.view().problem : std::nullopt;
  if (!index || *index >= d.card->facts.problems.size()) {
    if (d.problem) d.problem.reset(), touch(session);
    d.problemOf.reset(), d.problemIndex.reset();
    return;
  }
  if (d.problemOf == d.card && d.problemIndex == index) return;
  d.problemOf = d.card, d.problemIndex = index, d.problem.reset();
  auto marks = std::make_shared<geo::Layer>();
  marks->shapes.kind = geo::ShapeKind::point, marks->crs = d.worldCrs;
  if (const auto toWorld = geo::Transform::make(geo::Crs::lonLat(), d.worldCrs))
    for (const geo::Point at : d.card->facts.problems[*index].at)
      if (const geo::Point p = (*toWorld)(at); std::isfinite(p.x)) {
        marks->shapes.vertices.push_back(p);
        marks->shapes.endPart(), marks->shapes.endRow();
      }
  marks->table.rowCount = marks->shapes.rows();
  marks->bounds = marks->shapes.box();
  if (marks->shapes.rows() > 0) {
    auto shape = std::make_shared<scene::MapShape>();
    shape->layer = std::move(marks);
    d.problem = std::move(shape);
  }
  touch(session);
}

void deriveCard(Session& session) {
  DerivedState& d = SessionParts::derived(session);
  const View& view = session.view();
  const auto& layers = session.project().layers;
  const auto spec =
      std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l.id == view.inspected; });
  if (view.inspected.empty() || spec == layers.end()) {
    d.card.reset(), d.other.reset(), d.otherOf.reset();
    d.problem.reset(), d.problemOf.reset(), d.problemIndex.reset();
    return;
  }
  const SourceKey key = sourceKey(session, *spec);
  const auto disk = d.onDisk.find(key.path);
  const DerivedState::CardKey wanted{spec->id, key, disk == d.onDisk.end() ? FileStamp{} : disk->second};
  if (!d.card || d.cardKey != wanted) {
    d.cardKey = wanted;
    LayerCard card;
    card.layer = spec->id, card.reading = readingOf(*spec), card.path = key.path;
    card.filtered = !spec->filter.empty();
    d.card = std::make_shared<const LayerCard>(card);
    const LayerSpec* county = countyLayer(session.project());
    const auto entry = county && county->id != spec->id ? d.layers.find(county->id) : d.layers.end();
    const geo::LayerPtr own =
        entry != d.layers.end() && entry->second.state.shape ? entry->second.state.shape->layer : nullptr;
    session.jobs().start(
        "layer card",
        [&session, card, key, own](geo::Progress& p) -> Jobs::Finish {
          auto made = look(card, key, own, p);
          return [&session, made] { SessionParts::derived(session).card = made, touch(session); };
        },
        [&session, card](const std::string& error) {
          LayerCard failed = card;
          failed.done = true, failed.error = {error, {}};
          SessionParts::derived(session).card = std::make_shared<const LayerCard>(failed);
          touch(session);
        });
  }
  if (d.card->done && key.repair && d.card->repairs.empty())
    if (const auto source = d.sources.find(key); source != d.sources.end()) {
      LayerCard told = *d.card;
      for (const geo::Problem& p : source->second.report.problems)
        if (p.kind.starts_with("mended-")) told.repairs.push_back(p);
      if (!told.repairs.empty()) d.card = std::make_shared<const LayerCard>(std::move(told)), touch(session);
    }
  markProblem(session);
  // The layer as it is read otherwise.
  const auto other = view.otherReading && d.card->done ? otherReading(*d.card) : std::nullopt;
  if (!other || !d.worldKnown || !d.worldCrs.known()) {
    if (d.other) d.other.reset(), touch(session);
    d.otherOf.reset();
    return;
  }
  SourceKey otherKey = key;
  otherKey.encoding = other->encoding, otherKey.crs = other->crs, otherKey.datum = other->datum,
  otherKey.repair = other->repair;
  if (d.otherOf == otherKey) return;
  d.otherOf = otherKey, d.other.reset();
  session.jobs().start("other reading",
                       [&session, otherKey, world = d.worldCrs,
                        folder = SessionParts::base(session)](geo::Progress& p) -> Jobs::Finish {
                         auto read = readSource(otherKey, world, folder, p);
                         scene::MapShapePtr ghost = read.loaded ? ghostOf(*read.loaded->layer) : nullptr;
                         return [&session, ghost, otherKey] {
                           DerivedState& now = SessionParts::derived(session);
                           if (now.otherOf == otherKey) now.other = ghost, touch(session);
                         };
                       });
}

}  // namespace session
