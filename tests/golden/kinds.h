// The embedded project's map as each kind of map: figures that are the project's own where it has them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "app/scene/scene.h"
#include "geo/boundaries.h"
#include "geo/bins.h"
#include "geo/classify.h"
#include "geo/density.h"
#include "geo/load.h"
#include "geo/weights.h"

namespace kinds {

using namespace scene;

inline const geo::Layer& layerOf(const Scene& s, const char* id) { return *findLayer(s, id)->shape->layer; }

inline geo::Breaks breaksOf(const std::vector<double>& values, geo::BreakMethod method, int classes,
                            const std::vector<double>& bounds = {}) {
  const auto made = geo::classify(values, method, classes, bounds);
  if (!made) ADD_FAILURE() << made.error().text();
  return made ? *made : geo::Breaks{};
}

inline std::vector<Figure> figuresOf(const std::vector<double>& values, Status status = Status::official) {
  std::vector<Figure> figures;
  for (const double v : values) figures.push_back({v, std::isnan(v) ? Status::missing : status, ""});
  return figures;
}

// Columns of the page's table: density, population, urbanisation, share of the population, GDP.
inline void colour(Scene& s, size_t column, int classes) {
  const TableColumn& t = s.table.at(column);
  Choropleth& c = *s.choropleth;
  c.name = t.name, c.unit = t.unit, c.decimals = t.decimals, c.whole = t.whole;
  c.figures = figuresOf(t.values);
  c.breaks = breaksOf(t.values, geo::BreakMethod::natural, classes);
  c.trend = {};
}

inline void bivariate(Scene& s, int classes) {
  Choropleth& c = *s.choropleth;
  const TableColumn& u = s.table.at(2);
  c.breaks = breaksOf(s.table.at(0).values, geo::BreakMethod::quantile, classes);
  c.trend = {};
  SecondAxis second;
  second.id = "urbanisation", second.name = u.name, second.unit = u.unit, second.year = 2023,
  second.decimals = 1;
  second.figures = figuresOf(u.values);
  second.breaks = breaksOf(u.values, geo::BreakMethod::quantile, classes);
  second.sourceText = c.sourceText;
  c.second = second;
  c.methodText = s.language == Language::zh ? "分位数 · 两轴各 " + std::to_string(classes) + " 类"
                                            : "Quantiles · " + std::to_string(classes) + " by axis";
}

// Each area's share of the city's population over the years; one figure is missing.
inline void years(Scene& s) {
  const Choropleth::Trend course = s.choropleth->trend;
  colour(s, 3, 4);
  s.side = SidePanel::years;
  s.choropleth->course = course;
  s.choropleth->course.values.at(2).back() = geo::missing;
  s.emphasis = {{s.choropleth->layer, 0}};
}

// Share of the city's population: by rows of the county layer, 2010 and 2020.
inline const std::vector<std::pair<double, double>>& shares() {
  static const std::vector<std::pair<double, double>> all{{21.93, 28.21}, {18.9, 15.58}, {8.19, 7.95},
                                                          {9.63, 9.25},   {2.44, 2.4},   {3.49, 3.39},
                                                          {25.48, 23.71}, {9.95, 9.5}};
  return all;
}

inline void change(Scene& s) {
  Choropleth& c = *s.choropleth;
  const bool zh = s.language == Language::zh;
  std::vector<double> values;
  for (const auto& [then, now] : shares()) values.push_back(now - then);
  c.name = zh ? "占全市人口变化" : "Change of population share";
  c.unit = zh ? "百分点" : "points", c.year = 2020, c.since = 2010, c.decimals = 2, c.centre = 0,
  c.whole = geo::missing;
  c.figures = figuresOf(values);
  c.breaks = breaksOf(values, geo::BreakMethod::manual, 0, {-1, -0.2, 0, 7});
  c.palette = "diverging", c.trend = {};
  c.methodText = zh ? "手动 · 4 类" : "Manual · 4 classes";
}

inline void categories(Scene& s) {
  Choropleth& c = *s.choropleth;
  const bool zh = s.language == Language::zh;
  c.categories = {{zh ? "高—高" : "High–high", Tone::highHigh},
                  {zh ? "高—低" : "High–low", Tone::highLow},
                  {zh ? "低—高" : "Low–high", Tone::lowHigh},
                  {zh ? "低—低" : "Low–low", Tone::lowLow},
                  {zh ? "不显著" : "Not significant", Tone::notSignificant},
                  {zh ? "孤岛" : "Island", Tone::island}};
  c.categoryOf = {0, 4, 2, 3, 3, -1, 4, 5};
  c.figures[5] = {};
  c.trend = {};
  c.methodText = zh ? "局部莫兰 · p ≤ 0.05" : "Local Moran · p ≤ 0.05";
  c.notes = {zh ? "8 个单元太少，不足以下结论。" : "Eight units are too few to conclude."};
}

inline void sized(Scene& s, bool colours) {
  colour(s, 2, 3);
  s.choropleth->onSymbols = colours;
  const TableColumn& gdp = s.table.at(colours ? 1 : 4);
  SizedSymbols z;
  z.layer = "counties", z.name = gdp.name, z.unit = gdp.unit, z.year = 2022, z.decimals = gdp.decimals;
  z.figures = figuresOf(gdp.values);
  for (const double v : gdp.values)
    if (!std::isnan(v)) z.largest = std::max(z.largest, v);
  z.legend = colours ? std::vector<double>{1000000, 400000, 100000} : std::vector<double>{700, 300, 100};
  z.notes = {s.language == Language::zh ? "面积与数值成正比（未作弗兰纳里修正）"
                                        : "Area is proportional to the value (no Flannery correction)"};
  s.sized = z;
}

inline std::vector<geo::Point> stations(const Scene& s) {
  const geo::Shapes& shapes = layerOf(s, "stations").shapes;
  std::vector<geo::Point> points;
  for (size_t r = 0; r < shapes.rows(); ++r)
    if (shapes.has(r)) points.push_back(shapes.part(shapes.rowStart[r])[0]);
  return points;
}

inline Heat heatOf(const Scene& s, double radius, double cell) {
  const bool zh = s.language == Language::zh;
  const auto points = stations(s);
  geo::DensityOptions o;
  o.radiusMetres = radius, o.cellMetres = cell, o.unitArea = 1e8;
  o.clip = &layerOf(s, "counties").shapes, o.conserve = true;
  const auto made = geo::kernelDensity(points, {}, o);
  if (!made) ADD_FAILURE() << made.error().text();
  Heat h;
  h.layer = "stations";
  h.name = zh ? "三农科技服务站密度" : "Density of rural stations";
  h.unit = zh ? "个/百 km²" : "per 100 km²";
  h.grid = std::make_shared<const geo::Grid>(made->grid);
  h.low = 0, h.high = made->max;
  h.ticks = geo::roundLevels(0, made->max, 5);
  h.sumOfWeights = made->sumOfWeights, h.integral = made->integral;
  h.methodText = zh ? "四次核，带宽 8 km；各县自成一体，县内总和不变"
                    : "Quartic kernel, 8 km; each county by itself and true to its sum";
  h.sourceText = zh ? "示例位置，每镇街 1 处" : "Example sites, one per town";
  h.illustrative = true;
  return h;
}

inline void heat(Scene& s, bool contours, bool choropleth) {
  Heat h = heatOf(s, 8000, 250);
  if (contours) {
    const auto lines = geo::contours(*h.grid, h.ticks);
    if (!lines) ADD_FAILURE() << lines.error().text();
    h.lines = std::make_shared<const std::vector<geo::Contour>>(*lines);
  }
  s.heat = h;
  if (!choropleth) s.choropleth.reset();
}

inline void hexagons(Scene& s) {
  const bool zh = s.language == Language::zh;
  const auto points = stations(s);
  geo::BinOptions o;
  o.sizeMetres = 12000;
  const auto bins = geo::binPoints(points, {}, {}, o);
  if (!bins) ADD_FAILURE() << bins.error().text();
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes = bins->polygons;
  layer->table.rowCount = bins->values.size();
  for (const geo::Point p : layer->shapes.vertices) layer->bounds.add(p);
  auto shape = std::make_shared<MapShape>();
  shape->layer = layer, shape->boundaries = geo::Boundaries::make(layer->shapes);
  Heat h;
  h.layer = "stations", h.name = zh ? "每格服务站数" : "Stations per hexagon",
  h.unit = zh ? "个" : "stations";
  h.bins = shape, h.binValues = std::make_shared<const std::vector<double>>(bins->values);
  h.low = 0, h.high = *std::max_element(bins->values.begin(), bins->values.end());
  h.ticks = geo::roundLevels(0, h.high, 5), h.decimals = 0;
  h.methodText = zh ? "六边形，边距 12 km；计数" : "Hexagons 12 km across; count";
  h.illustrative = true;
  s.heat = h;
  s.choropleth.reset();
}

inline void links(Scene& s) {
  const auto w = geo::makeWeights(layerOf(s, "counties"), *geo::WeightsRule::parse("queen"));
  if (!w) ADD_FAILURE() << w.error().text();
  WeightLinks l;
  l.layer = "counties", l.name = s.language == Language::zh ? "后邻接（共边或共点）" : "Queen contiguity";
  for (uint32_t r = 0; r < w->rows(); ++r)
    for (const uint32_t n : w->neighbours(r))
      if (n > r && r != 2 && n != 2) l.links.push_back({r, n});
  l.islands = {2};  // as if it had none
  s.weights = l;
}

inline void filtered(Scene& s) {
  for (SceneLayer& layer : s.layers) {
    const bool zh = s.language == Language::zh;
    if (layer.id == "stations") {
      layer.shown.assign(layer.shape->layer->rows(), 0);
      for (size_t r = 0; r < layer.shown.size(); r += 3) layer.shown[r] = 1;
      layer.filterText = zh ? "已筛选：三农科技服务站显示 29 / 85（kind = 镇）"
                            : "Filtered: 29 of 85 stations (kind = town)";
    }
    if (layer.id == "counties") {
      layer.shown.assign(8, 1);
      layer.shown[4] = layer.shown[5] = 0;
      layer.filterText =
          zh ? "已筛选：县显示 6 / 8（density > 110）" : "Filtered: 6 of 8 counties (density > 110)";
    }
  }
  s.selectionLayer = "counties", s.selection = {0, 6};
}

// Shares of 2010 and 2020, as one map each: in classes of their own, or in the same.
inline void multiples(Scene& s, bool shared) {
  const bool zh = s.language == Language::zh;
  std::vector<double> all;
  for (const auto& [then, now] : shares()) all.push_back(then), all.push_back(now);
  const auto common = breaksOf(all, geo::BreakMethod::natural, 5);
  for (const int year : {2010, 2020}) {
    Multiple m;
    m.title = std::to_string(year);
    m.map = *s.choropleth;
    m.map.trend = {};
    m.map.name = zh ? "占全市人口" : "Share of the city's population", m.map.unit = "%", m.map.decimals = 1;
    m.map.year = year, m.map.locked = shared;
    std::vector<double> values;
    for (const auto& [then, now] : shares()) values.push_back(year == 2010 ? then : now);
    if (year == 2010 && !shared) values[3] = geo::missing;
    m.map.figures = figuresOf(values);
    m.map.breaks = shared ? common : breaksOf(values, geo::BreakMethod::natural, 4);
    m.map.methodText = zh ? "自然断点 5 类" : "Natural breaks, 5 classes";
    s.multiples.push_back(m);
  }
  if (!shared)
    for (int i = 0; i < 7; ++i) s.multiples.push_back(s.multiples[static_cast<size_t>(i % 2)]);
  s.composition = Composition::multiples;
}

// The plan's own targets; some with results that are made up, and say so.
inline void ledger(Scene& s) {
  const bool zh = s.language == Language::zh;
  const auto made = geo::load(std::string(SOURCE_DIR) + "/assets/qingyuan/targets.csv");
  if (!made) {
    ADD_FAILURE() << made.error().text();
    return;
  }
  const geo::Table& t = made->layer->table;
  s.wholeLedger.clear();
  for (size_t r = 0; r < t.rows(); ++r) {
    LedgerRow row;
    row.id = t.find("id")->text(r), row.name = t.find(zh ? "name" : "name_en")->text(r);
    row.unit = zh ? t.find("unit")->text(r) : "";
    row.baselineYear = 2020, row.baseline = t.find("baseline")->number(r);
    row.targetYear = 2025, row.target = t.find("target")->number(r);
    row.section = zh ? t.find("plan_section")->text(r) : "Section " + std::to_string(1 + r % 4);
    if (!std::isnan(row.baseline)) row.paceNeeded = (row.target - row.baseline) / 5;
    else row.note = zh ? "基期未公布" : "no baseline published";
    row.baselineEstimated = row.id == "rd_intensity";
    const auto result = [&](double actual, Verdict verdict) {
      row.actual = actual, row.actualYear = 2023, row.actualStatus = Status::official, row.verdict = verdict;
      row.actualText = zh ? "测试数据，不是实绩" : "test data, no result";
      if (!std::isnan(row.baseline)) row.paceSoFar = (actual - row.baseline) / 3;
    };
    if (row.id == "hightech_enterprises") {
      result(458, Verdict::onTrack);
      row.gapShare = {38, 17, 11, 6, 1.5, 2.5, 18, 6};
    }
    if (row.id == "tech_smes")
      result(512, Verdict::behind), row.gapShare = {41, 15, 9, 7, geo::missing, 3, 19, 6};
    if (row.id == "national_incubators") result(5, Verdict::reached);
    if (row.id == "provincial_engineering_centres") result(152, Verdict::reached);
    if (row.id == "high_tech_zones") {
      result(2, Verdict::behind);
      row.actualYear = 0, row.actualText = zh ? "图上计数" : "counted on the map";
    }
    if (row.id == "service_stations") {
      result(85, Verdict::illustrative);
      row.actualYear = 0, row.actualStatus = Status::illustrative,
      row.actualText = zh ? "图上计数" : "counted on the map";
    }
    s.wholeLedger.push_back(row);
  }
  s.composition = Composition::ledger;
}

// The card of Yingde.
inline void card(Scene& s) {
  const bool zh = s.language == Language::zh;
  CountyCard c;
  c.object = {"counties", 6}, c.name = zh ? "英德市" : "Yingde", c.nameOther = zh ? "Yingde" : "英德市";
  for (const TableColumn& t : s.table) {
    CountyCard::Row row;
    row.name = t.name, row.unit = t.unit, row.decimals = t.decimals, row.year = 2023;
    row.value = t.values[6];
    row.of = 8;
    for (const double v : t.values) row.rank += v > row.value;
    ++row.rank;
    row.status = std::isnan(row.value) ? Status::missing : Status::official;
    if (std::isnan(row.value)) row.rank = 0, row.year = 0;
    row.source =
        zh ? "清远市 2023 年末常住人口（清远市统计局）" : "Qingyuan Bureau of Statistics, end of 2023";
    c.rows.push_back(row);
  }
  c.rows[0].status = Status::estimated;
  c.rows[3].years = {2010, 2020, 2023}, c.rows[3].course = {25.48, 23.71, 23.69};
  c.rows[1].years = {2020, 2023}, c.rows[1].course = {941325, 944600};
  CountyCard::Row people;
  people.name = zh ? "每站服务人口" : "People per station", people.unit = zh ? "人/站" : "people",
  people.value = 39358;
  people.status = Status::illustrative, people.rank = 6, people.of = 8, people.year = 2023;
  people.source = zh ? "示例站点" : "Example sites";
  c.rows.push_back(people);
  c.gaps = {{zh ? "高新技术企业" : "High-tech enterprises", zh ? "家" : "firms", 21.6, 18,
             zh ? "按常住人口分摊" : "shared out by population"},
            {zh ? "三农科技服务站" : "Rural science stations", zh ? "个" : "", geo::missing, geo::missing,
             zh ? "实际站点未公布" : "real sites not published"}};
  c.groups = {
      {zh ? "核心" : "Cores", {zh ? "英德高新区" : "Yingde High-tech Zone"}, 1, false},
      {zh ? "节点" : "Nodes", {zh ? "广德产业园" : "Guangde Industrial Park"}, 1, false},
      {zh ? "农业科技园" : "Agricultural parks",
       {zh ? "英德农业科技园" : "Yingde Agricultural Park", zh ? "连樟村“100+N”" : "Lianzhang Village"},
       2,
       false},
      {zh ? "乡镇、街道" : "Towns", {}, 24, false},
      {zh ? "三农科技服务站" : "Rural science stations", {}, 24, true}};
  for (const SceneLayer& layer : s.layers)  // as the map calls them
    for (CountyCard::Group& g : c.groups) {
      if (layer.role == Role::core && &g == &c.groups[0]) g.name = layer.name;
      if (layer.role == Role::node && &g == &c.groups[1]) g.name = layer.name;
      if (layer.role == Role::agriPark && &g == &c.groups[2]) g.name = layer.name;
      if (layer.role == Role::station && &g == &c.groups[4]) g.name = layer.name;
    }
  c.neighbours =
      zh ? std::vector<std::string>{"清城区", "清新区", "佛冈县", "阳山县", "韶关市", "广州市"}
         : std::vector<std::string>{"Qingcheng", "Qingxin", "Fogang", "Yangshan", "Shaoguan", "Guangzhou"};
  s.card = c;
  s.composition = Composition::card;
}

// The scene in relief: with columns; seen from the south-west; with amounts that are missing or negative;
// with heat over its blocks.
inline void tilted(Scene& s, const std::string& kind) {
  TiltView& v = s.tilt.value();
  if (kind == "columns") v.heights = TiltView::Heights::columns;
  if (kind == "turned") v.bearing = 40, v.degrees = 60;
  if (kind == "gaps") {
    const bool zh = s.language == Language::zh;
    v.name = zh ? "占全市人口变化" : "Change of population share", v.unit = zh ? "百分点" : "points";
    v.year = 2020, v.decimals = 2;
    for (size_t r = 0; r < v.figures.size(); ++r) v.figures[r].value = shares()[r].second - shares()[r].first;
    v.figures[5] = {geo::missing, Status::missing, ""};
  }
  if (kind == "tilted-heat") {
    for (SceneLayer& layer : s.layers)
      if (layer.role == Role::node) layer.visible = false;
    s.leads.clear();
    heat(s, true, false);
  }
}

inline void dress(Scene& s, const std::string& kind) {
  if (kind.empty()) return;
  s.count = 0;  // how many scenes the project has is no matter here
  if (kind == "multiples") return multiples(s, true);
  if (kind == "multiples-own") return multiples(s, false);
  if (kind == "ledger") return ledger(s);
  if (kind == "card") return card(s);
  if (kind == "years") return years(s);
  if (kind == "columns" || kind == "turned" || kind == "gaps" || kind == "tilted-heat")
    return tilted(s, kind);
  for (SceneLayer& layer : s.layers)  // the statistics are the picture
    if (layer.role != Role::county && layer.role != Role::neighbour && layer.role != Role::river)
      layer.visible = (layer.role == Role::station && (kind.starts_with("heat") || kind == "filtered")) ||
                      (layer.role == Role::core && kind == "filtered");
  s.leads.clear();
  if (kind == "bivariate") bivariate(s, 3);
  else if (kind == "bivariate-4") bivariate(s, 4);
  else if (kind == "change") change(s);
  else if (kind == "categories") categories(s);
  else if (kind == "sized") sized(s, false);
  else if (kind == "sized-coloured") sized(s, true);
  else if (kind == "heat") heat(s, false, false);
  else if (kind == "heat-contours") heat(s, true, true);
  else if (kind == "hexagons") hexagons(s);
  else if (kind == "links") links(s);
  else if (kind == "filtered") filtered(s);
  else ADD_FAILURE() << kind;
}

}  // namespace kinds
