#include "app/scene/page.h"

#include <gtest/gtest.h>

#include <cmath>

#include "app/scene/draw_scene.h"
#include "app/scene/furniture.h"
#include "app/scene/page_layout.h"
#include "geo/boundaries.h"
#include "geo/crs.h"
#include "geo/measure.h"

using namespace scene;

namespace {

TypesetterPtr fonts() {
  static const auto fonts = Typesetter::open();
  return fonts ? *fonts : nullptr;
}

// Eight square counties, two rows of four, 30 km each, about Qingyuan in its own zone.
Scene city(const char* crs = "EPSG:4547", double x0 = 440000, double y0 = 2640000) {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  auto shape = std::make_shared<MapShape>();
  for (int i = 0; i < 8; ++i) {
    const double x = x0 + i % 4 * 30000.0, y = y0 + i / 4 * 30000.0;
    for (const geo::Point p : {geo::Point{x, y}, {x + 30000, y}, {x + 30000, y + 30000}, {x, y + 30000}})
      layer->shapes.vertices.push_back(p);
    layer->shapes.endPart(), layer->shapes.endRow();
    shape->anchors.push_back({x + 15000, y + 15000});
  }
  layer->table.rowCount = 8, layer->bounds = layer->shapes.box();
  shape->layer = layer, shape->boundaries = geo::Boundaries::make(layer->shapes);
  Scene s;
  SceneLayer l;
  l.id = "counties", l.name = "县", l.role = Role::county, l.shape = shape;
  l.labels = {"甲县", "乙县", "丙县", "丁县", "戊县", "己县", "庚县", "辛县"};
  s.layers = {l};
  s.cityLayer = "counties", s.home = layer->bounds, s.areaNames = l.labels;
  s.crs = std::make_shared<const geo::Crs>(*geo::Crs::parse(crs));
  s.title = "试验市人口分布图", s.date = "2026-01-01", s.crsLongText = "试验坐标系";
  s.words.missing = "缺失", s.words.legend = "图例", s.words.notes = "说明与来源", s.words.north = "北";
  s.words.figureTable = "各县指标", s.words.planTargets = "规划目标", s.words.wholeCity = "全市";
  s.words.internalUse = "内部资料", s.words.reviewNumber = "审图号：",
  s.words.reviewPending = "审图号：（待送审）";
  s.words.madeOn = "制图日期", s.words.rank = "位次", s.words.value = "数值", s.words.sources = "来源";
  s.words.cityBorder = "市界", s.words.areaBorder = "{}界", s.words.firstOf = "前 {} 位，共 {} 个";
  s.credits = {"边界：试验"}, s.notes = {"面积由县界量算。"};
  const std::vector<double> values{871, 263, 245, 168, 143, 111, 109, geo::missing};
  Choropleth c;
  c.layer = "counties", c.name = "人口密度", c.unit = "人/km²", c.year = 2023, c.areaNames = l.labels;
  for (const double v : values)
    c.figures.push_back({v, std::isnan(v) ? Status::missing : Status::official, ""});
  c.breaks = *geo::classify(values, geo::BreakMethod::natural, 4);
  c.methodText = "自然断点 · 4 类", c.sourceText = "试验统计局", c.whole = 210;
  s.choropleth = c;
  TableColumn density{"人口密度", "人/km²", 0, values, 210, true, true};
  TableColumn distance{"距核心", "km", 1, {3, 1, 2, 8, 7, 6, 5, 4}, geo::missing, false, false};
  s.table = {density, distance};
  for (int i = 0; i < 4; ++i) {
    LedgerRow row;
    row.name = "指标" + std::to_string(i), row.unit = "家", row.baseline = 300, row.target = 500;
    s.ledger.push_back(row);
  }
  s.ledgerTotal = 23;
  return s;
}

PageSetup a3() { return {420, 297, PageStyle::sheet, 0, PageGrid::degrees, {}, {}, nullptr, {}}; }

struct Page {
  Drawing drawing;
  PageLayout layout;
  const PageFrame* frame(PagePart part) const {
    for (const PageFrame& f : layout.frames)
      if (f.part == part) return &f;
    return nullptr;
  }
  std::vector<const Text*> words() const {
    std::vector<const Text*> all;
    for (const Placed& p : drawing.items)
      if (const auto* t = std::get_if<Text>(&p.item); t && t->colour.a) all.push_back(t);
    return all;
  }
  const Text* says(const std::string& words) const {
    for (const Text* t : this->words())
      if (t->run.text.find(words) != std::string::npos) return t;
    return nullptr;
  }
};

Page draw(const Scene& s, const PageSetup& setup, std::optional<geo::Box> extent = {}) {
  Page page;
  page.drawing = drawPage(s, paperTheme(), fonts(), setup, extent, &page.layout);
  return page;
}

void expectSame(const Rect& a, const Rect& b) {
  EXPECT_FLOAT_EQ(a.x, b.x);
  EXPECT_FLOAT_EQ(a.y, b.y);
  EXPECT_FLOAT_EQ(a.w, b.w);
  EXPECT_FLOAT_EQ(a.h, b.h);
}

bool inside(const Rect& a, const Rect& b) {
  return a.x >= b.x - 0.05f && a.y >= b.y - 0.05f && a.right() <= b.right() + 0.05f &&
         a.bottom() <= b.bottom() + 0.05f;
}

double groundBetween(const Scene& s, const Camera& camera, Vec a, Vec b) {
  const auto t = geo::Transform::make(*s.crs, geo::Crs::lonLat());
  return geo::geodesicDistance((*t)(camera.worldFromCanvas(a)), (*t)(camera.worldFromCanvas(b)));
}

}  // namespace

TEST(PageLayout, HasEveryPartThatHasSomethingToSay) {
  const Page page = draw(city(), a3());
  for (const PagePart part :
       {PagePart::map, PagePart::title, PagePart::legend, PagePart::scaleBar, PagePart::north,
        PagePart::figures, PagePart::targets, PagePart::notes, PagePart::footer, PagePart::mark})
    EXPECT_NE(page.frame(part), nullptr) << static_cast<int>(part);
  for (const PagePart part : {PagePart::logo, PagePart::text, PagePart::inset})
    EXPECT_EQ(page.frame(part), nullptr);
  EXPECT_TRUE(page.layout.faults.empty());
}

TEST(PageLayout, LeavesOutWhatIsHiddenAndWhatIsNotThere) {
  PageSetup setup = a3();
  for (int part = 0; part <= static_cast<int>(PagePart::mark); ++part) {
    if (part == static_cast<int>(PagePart::map)) continue;
    setup.hidden = {static_cast<PagePart>(part)};
    const Page page = draw(city(), setup);
    EXPECT_EQ(page.frame(setup.hidden[0]), nullptr) << part;
    EXPECT_TRUE(page.layout.faults.empty()) << part;
  }
  Scene bare = city();
  bare.choropleth.reset(), bare.table.clear(), bare.ledger.clear(), bare.notes.clear(), bare.credits.clear();
  const Page page = draw(bare, a3());
  EXPECT_EQ(page.frame(PagePart::figures), nullptr);
  EXPECT_EQ(page.frame(PagePart::targets), nullptr);
  EXPECT_EQ(page.frame(PagePart::notes), nullptr);
  setup.hidden = {PagePart::map};
  const Page without = draw(city(), setup);
  EXPECT_EQ(without.frame(PagePart::map), nullptr);
  EXPECT_NE(without.frame(PagePart::legend), nullptr);
}

TEST(PageLayout, PutsFixedFramesExactlyThereAndTheOthersAround) {
  for (const PagePart part :
       {PagePart::map, PagePart::title, PagePart::legend, PagePart::figures, PagePart::targets,
        PagePart::notes, PagePart::footer, PagePart::scaleBar, PagePart::north}) {
    PageSetup setup = a3();
    Rect rect = draw(city(), setup).frame(part)->rect;
    rect.x += part == PagePart::map ? 5 : -7, rect.y += 3, rect.w += part == PagePart::map ? -20 : 3;
    rect.h += part == PagePart::map ? -30 : 6;
    if (part == PagePart::title || part == PagePart::footer) rect.x += 7, rect.y -= 3, rect.w -= 40;
    if (part == PagePart::footer) rect.y -= 4;
    setup.fixed = {{part, rect, true, {}}};
    const Page page = draw(city(), setup);
    ASSERT_NE(page.frame(part), nullptr) << static_cast<int>(part);
    expectSame(page.frame(part)->rect, rect);
    EXPECT_TRUE(page.frame(part)->fixed);
    EXPECT_TRUE(page.layout.faults.empty()) << static_cast<int>(part);
  }
}

TEST(PageLayout, MovesWhatStandsOnTheMapWithTheMap) {
  PageSetup setup = a3();
  setup.fixed = {{PagePart::map, {30, 60, 200, 180}, true, {}}};
  const Page page = draw(city(), setup);
  for (const PagePart part : {PagePart::scaleBar, PagePart::north})
    EXPECT_TRUE(inside(page.frame(part)->rect, {30, 60, 200, 180})) << static_cast<int>(part);
}

TEST(PageLayout, GrowsAFrameThatIsTooSmallForWhatItSays) {
  for (const PagePart part :
       {PagePart::legend, PagePart::figures, PagePart::targets, PagePart::notes, PagePart::title}) {
    PageSetup setup = a3();
    setup.fixed = {{part, {300, 40, 5, 2}, true, {}}};
    const Page page = draw(city(), setup);
    const Rect r = page.frame(part)->rect;
    const Vec least = leastSize(part, city(), fonts(), setup);
    EXPECT_FLOAT_EQ(r.x, 300);
    EXPECT_FLOAT_EQ(r.y, 40);
    EXPECT_GE(r.w, least.x - 0.01f) << static_cast<int>(part);
    EXPECT_GE(r.h, least.y - 0.01f) << static_cast<int>(part);
    for (const Text* t : page.words())
      if (inside({t->origin.x, t->origin.y - t->run.size * 0.5f, 0.1f, 0.1f}, r)) {
        EXPECT_LE(t->origin.x + t->run.advance, r.right() + 0.1f) << t->run.text;
      }
  }
}

TEST(PageLayout, TellsOfFramesThatHideEachOtherOrLeaveThePaper) {
  PageSetup setup = a3();
  setup.fixed = {{PagePart::text, {300, 100, 60, 30}, true, "甲"},
                 {PagePart::text, {330, 110, 60, 30}, true, "乙"},
                 {PagePart::text, {400, 200, 60, 30}, true, "丙"},
                 {PagePart::text, {100, 100, 40, 20}, true, "丁"}};
  const Page page = draw(city(), setup);
  std::vector<std::pair<std::string, std::string>> faults;
  for (const auto& [a, b] : page.layout.faults)
    faults.push_back({page.layout.frames[a].text, page.layout.frames[b].text});
  EXPECT_EQ(faults, (std::vector<std::pair<std::string, std::string>>{{"甲", "乙"}, {"丙", "丙"}}));
}

TEST(PageLayout, IsTheSameEachTime) {
  const Page a = draw(city(), a3()), b = draw(city(), a3());
  EXPECT_EQ(a.layout.frames, b.layout.frames);
  ASSERT_EQ(a.drawing.items.size(), b.drawing.items.size());
  const auto x = a.words(), y = b.words();
  for (size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i]->run.text, y[i]->run.text);
    EXPECT_EQ(x[i]->origin, y[i]->origin);
  }
}

TEST(PageLayout, HoldsThousandsOfAreasByTheirFirst) {
  Scene s = city();
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  auto shape = std::make_shared<MapShape>();
  std::vector<double> values;
  SceneLayer& l = s.layers[0];
  l.labels.clear();
  for (int i = 0; i < 3000; ++i) {
    const double x = i % 60 * 1000.0, y = i / 60 * 1000.0;
    for (const geo::Point p : {geo::Point{x, y}, {x + 1000, y}, {x + 1000, y + 1000}, {x, y + 1000}})
      layer->shapes.vertices.push_back(p);
    layer->shapes.endPart(), layer->shapes.endRow();
    shape->anchors.push_back({x + 500, y + 500});
    values.push_back(i % 7 == 0 ? geo::missing : i);
    l.labels.push_back("第" + std::to_string(i) + "区");
  }
  layer->table.rowCount = 3000, layer->bounds = layer->shapes.box();
  shape->layer = layer, shape->boundaries = geo::Boundaries::make(layer->shapes);
  l.shape = shape, s.home = layer->bounds, s.areaNames = l.labels, s.crs = nullptr;
  s.choropleth->areaNames = l.labels, s.choropleth->figures.clear();
  for (const double v : values) s.choropleth->figures.push_back({v, Status::official, ""});
  s.choropleth->breaks = *geo::classify(values, geo::BreakMethod::quantile, 5);
  s.table = {{"数", "个", 0, values, geo::missing, true, true}};
  const Page page = draw(s, a3());
  EXPECT_TRUE(page.layout.faults.empty());
  EXPECT_NE(page.frame(PagePart::figures), nullptr);
  EXPECT_NE(page.says("前 10 位，共 3000 个"), nullptr);
  EXPECT_NE(page.says("第2999区"), nullptr);
}

TEST(LeastSize, IsThatOfAFrameWhichIsNotGrown) {
  for (const PageStyle style : {PageStyle::sheet, PageStyle::figure, PageStyle::poster, PageStyle::slide})
    for (const PagePart part : {PagePart::map, PagePart::scaleBar, PagePart::north, PagePart::overview}) {
      PageSetup setup = a3();
      setup.style = style;
      const Vec least = leastSize(part, city(), fonts(), setup);
      EXPECT_GT(least.x, 2);
      EXPECT_GT(least.y, 2);
      setup.fixed = {{part, {40, 60, least.x, least.y}, true, {}}};
      const Page page = draw(city(), setup);
      if (page.frame(part)) expectSame(page.frame(part)->rect, {40, 60, least.x, least.y});
    }
}

// Scale
// -----------------------------------------------------------------------------------------------------------------

TEST(PageScale, IsTheLargestRoundOneThatShowsAll) {
  for (const PageStyle style : {PageStyle::sheet, PageStyle::figure, PageStyle::slide}) {
    PageSetup setup = a3();
    setup.style = style;
    const Page page = draw(city(), setup);
    const Camera& camera = page.drawing.cameras[0];
    const geo::Box seen = camera.world(), home = city().home;
    EXPECT_TRUE(seen.minX <= home.minX && seen.maxX >= home.maxX && seen.minY <= home.minY &&
                seen.maxY >= home.maxY);
    const double d = page.layout.denominator, power = std::pow(10, std::floor(std::log10(d)));
    EXPECT_LT(std::abs(std::remainder(d / power * 20, 1)), 1e-6) << d;
    // A tenth larger it would not fit with its air, or not be round.
    EXPECT_GT(std::max(home.width() / seen.width(), home.height() / seen.height()), 0.7);
  }
}

TEST(PageScale, IsTrueOnTheGroundInEverySystem) {
  struct {
    const char* crs;
    double x, y;
  } systems[] = {{"EPSG:4547", 440000, 2640000},
                 {"EPSG:32649", 700000, 2650000},
                 {"EPSG:3857", 12500000, 2750000},
                 {"EPSG:4547", 2000, 2640000}};
  for (const auto& c : systems)
    for (const double wanted : {0.0, 250000.0, 1234567.0}) {
      const Scene s = city(c.crs, c.x, c.y);
      PageSetup setup = a3();
      setup.scale = wanted;
      const Page page = draw(s, setup);
      const Camera& camera = page.drawing.cameras[0];
      if (wanted > 0) {
        EXPECT_DOUBLE_EQ(page.layout.denominator, wanted);
      }
      const Vec at = camera.frame.centre();
      const double metres = groundBetween(s, camera, at - Vec{20, 0}, at + Vec{20, 0});
      EXPECT_NEAR(metres / (0.04 * page.layout.denominator), 1, 1e-3) << c.crs << " " << wanted;
      // The bar says the same: from its nought to its end.
      const Rect bar = page.frame(PagePart::scaleBar)->rect;
      float left = 1e9f, right = -1e9f;
      double kilometres = 0;
      for (const Placed& p : page.drawing.items)
        if (const auto* stroke = std::get_if<Stroke>(&p.item)) {
          const Rect box = stroke->path.box();
          if (inside(box, bar) && box.w > box.h * 4)
            left = std::min(left, box.x), right = std::max(right, box.right());
        }
      for (const Text* t : page.words())
        if (inside({t->origin.x, t->origin.y, 0.1f, 0.1f}, bar) && t->run.text.ends_with(" km"))
          kilometres = std::stod(t->run.text);
      ASSERT_GT(kilometres, 0);
      EXPECT_NEAR((right - left) / 1000 * page.layout.denominator / (kilometres * 1000), 1, 1e-3) << c.crs;
    }
}

TEST(PageScale, FixedCentresTheMapAndIsCutByTheFrame) {
  PageSetup setup = a3();
  setup.scale = 50000;
  const Page page = draw(city(), setup);
  const geo::Box home = city().home;
  EXPECT_NEAR(page.drawing.cameras[0].centre.x, (home.minX + home.maxX) / 2, 1);
  EXPECT_NEAR(page.drawing.cameras[0].centre.y, (home.minY + home.maxY) / 2, 1);
  EXPECT_TRUE(page.layout.faults.empty());
  EXPECT_NE(page.says("1:50 000"), nullptr);
  EXPECT_NE(page.frame(PagePart::overview), nullptr);  // where in the city that is
}

// Graticule and grid
// -----------------------------------------------------------------------------------------------------------------

TEST(PageGrid, LabelsAreTheDegreesAtWhichTheyStand) {
  for (const double scale : {0.0, 20000.0, 2000.0, 5000000.0}) {
    const Scene s = city();
    PageSetup setup = a3();
    setup.scale = scale;
    const Page page = draw(s, setup);
    const Camera& camera = page.drawing.cameras[0];
    const Rect frame = camera.frame;
    const auto t = geo::Transform::make(*s.crs, geo::Crs::lonLat());
    int checked = 0;
    for (const Text* word : page.words()) {
      const std::string& text = word->run.text;
      const bool east = text.ends_with("E"), north = text.ends_with("N");
      if (text.find("°") == text.npos || (!east && !north)) continue;
      const std::string digits = text;
      double value = std::stod(digits);
      const size_t minute = digits.find("°") + std::string("°").size();
      value += std::stod(digits.substr(minute)) / 60;
      if (const size_t second = digits.find("′") + std::string("′").size(); digits.find("″") != digits.npos)
        value += std::stod(digits.substr(second)) / 3600;
      if (east) {
        const float x = word->origin.x + word->run.advance / 2;
        const float y = word->origin.y > frame.centre().y ? frame.bottom() : frame.y;
        EXPECT_NEAR((*t)(camera.worldFromCanvas({x, y})).x, value, 2e-7 * page.layout.denominator / 1000)
            << text;
      } else {
        const float y = word->origin.y - word->run.advance / 2;
        const float x = word->origin.x > frame.centre().x ? frame.right() : frame.x;
        EXPECT_NEAR((*t)(camera.worldFromCanvas({x, y})).y, value, 2e-7 * page.layout.denominator / 1000)
            << text;
      }
      ++checked;
    }
    EXPECT_GE(checked, 6) << scale;
  }
}

TEST(PageGrid, OfMetresSaysTheKilometresOfTheMapsOwnSystem) {
  PageSetup setup = a3();
  setup.grid = PageGrid::metres;
  const Page page = draw(city(), setup);
  const Camera& camera = page.drawing.cameras[0];
  int checked = 0, units = 0;
  for (const Text* word : page.words()) {
    const bool below = word->angle == 0 && word->origin.y > camera.frame.bottom() &&
                       word->origin.y < page.frame(PagePart::map)->rect.bottom();
    if (!below) continue;
    const double value = std::stod(word->run.text);
    EXPECT_NEAR(camera.worldFromCanvas({word->origin.x + word->run.advance / 2, 0}).x / 1000, value, 0.02)
        << word->run.text;
    ++checked, units += word->run.text.ends_with(" km");
  }
  EXPECT_GE(checked, 3);
  EXPECT_EQ(units, 1);
}

TEST(PageGrid, NoneLeavesTheFrameAlone) {
  PageSetup setup = a3();
  setup.grid = PageGrid::none;
  const Page page = draw(city(), setup);
  for (const Text* word : page.words()) EXPECT_EQ(word->run.text.find("°"), std::string::npos);
}

// Words
// -----------------------------------------------------------------------------------------------------------------

TEST(PageTitle, OfSixtyCharactersNeverLeavesOneAloneNorBeginsWithAMark) {
  const std::string whole =
      "关于清远市创新驱动发展先行示范区“两核多节点”总体空间布局，与重点园区、产业协同发展规划（二〇二一至二〇"
      "二五年）的总说明图";
  for (const float width : {160.f, 210.f, 297.f, 420.f, 841.f})
    for (size_t cut = 0; cut < 40; ++cut) {
      Scene s = city();
      s.title.clear();
      size_t at = 0;
      for (size_t i = 0; i < 62 - cut && at < whole.size(); ++i) do
          ++at;
        while (at < whole.size() && (static_cast<uint8_t>(whole[at]) & 0xC0) == 0x80);
      s.title = whole.substr(0, at);
      PageSetup setup = a3();
      setup.width = width, setup.height = width;
      setup.hidden = {PagePart::legend, PagePart::figures, PagePart::targets, PagePart::notes,
                      PagePart::ranking};
      const Page page = draw(s, setup);
      const Rect frame = page.frame(PagePart::title)->rect;
      std::string all;
      std::vector<std::string> lines;
      for (const Text* t : page.words())
        if (s.title.find(t->run.text) != std::string::npos &&
            inside({t->origin.x, t->origin.y - 1, 1, 1}, frame))
          all += t->run.text, lines.push_back(t->run.text);
      EXPECT_EQ(all, s.title) << width;
      for (const std::string& line : lines) {
        const auto characters = std::count_if(
            line.begin(), line.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; });
        EXPECT_GT(characters, lines.size() > 1 ? 2 : 0) << line;
        for (const char* mark : {"，", "、", "）", "”", "。"}) EXPECT_FALSE(line.starts_with(mark)) << line;
      }
    }
}

TEST(PageMark, StandsUpperRightAndOnlyOnWhatIsInternal) {
  Scene s = city();
  const Page inside = draw(s, a3());
  const Rect mark = inside.frame(PagePart::mark)->rect;
  EXPECT_GT(mark.x, 420 * 0.85f);
  EXPECT_LT(mark.bottom(), 30);
  EXPECT_EQ(inside.says("内部资料")->colour, paperTheme().core);
  s.internal = false, s.reviewNumber = "粤S（2026）012号";
  const Page open = draw(s, a3());
  EXPECT_EQ(open.frame(PagePart::mark), nullptr);
  EXPECT_EQ(open.says("内部资料"), nullptr);
  EXPECT_TRUE(
      open.frame(PagePart::footer)->rect.grown(1).contains(open.says("审图号：粤S（2026）012号")->origin));
}

TEST(PageLogo, KeepsItsProportionsLeftOfTheTitle) {
  auto picture = std::make_shared<Picture>();
  picture->columns = 30, picture->rows = 20, picture->pixels.resize(600);
  PageSetup setup = a3();
  setup.logo = picture;
  const Page page = draw(city(), setup);
  EXPECT_LT(page.frame(PagePart::logo)->rect.right(), page.frame(PagePart::title)->rect.x);
  setup.fixed = {{PagePart::logo, {200, 5, 40, 10}, true, {}}};
  for (const Page& p : {page, draw(city(), setup)})
    for (const Placed& item : p.drawing.items)
      if (const auto* image = std::get_if<Image>(&item.item)) {
        EXPECT_NEAR(image->rect.w / image->rect.h, 1.5, 1e-4);
        EXPECT_TRUE(inside(image->rect, p.frame(PagePart::logo)->rect));
        EXPECT_EQ(image->pixels->size(), 600u);
      }
}

TEST(PageText, ReflowsToItsFrame) {
  PageSetup setup = a3();
  const std::string words = "本图仅供内部讨论使用，不得外传；数据以统计部门公布为准。";
  setup.fixed = {{PagePart::text, {20, 40, 30, 60}, true, words}};
  const Page page = draw(city(), setup);
  std::string all;
  for (const Text* t : page.words())
    if (words.find(t->run.text) != std::string::npos) {
      all += t->run.text;
      EXPECT_LE(t->origin.x + t->run.advance, 50.01f);
    }
  EXPECT_EQ(all, words);
}

// One area
// -----------------------------------------------------------------------------------------------------------------

TEST(PageFocus, FitsItsAreaVeilsTheOthersAndSaysItsOwnFigures) {
  Scene s = city();
  s.focus = ObjectRef{"counties", 3};
  PageSetup setup = a3();
  setup.number = "3 / 57";
  const Page page = draw(s, setup);
  EXPECT_NE(page.says("丁县 · 人口密度（2023 年）"), nullptr);
  EXPECT_NE(page.says("3 / 57"), nullptr);
  EXPECT_NE(page.says("4 / 7"), nullptr);  // density: fourth of the seven that have one
  EXPECT_NE(page.says("8 / 8"), nullptr);  // farthest from a core: less is better
  EXPECT_EQ(page.says("各县指标"), nullptr);
  EXPECT_NE(page.frame(PagePart::overview), nullptr);
  const geo::Box own = s.layers[0].shape->layer->shapes.box(3), seen = page.drawing.cameras[0].world();
  EXPECT_TRUE(seen.minX < own.minX && seen.maxX > own.maxX && seen.minY < own.minY && seen.maxY > own.maxY);
  EXPECT_GT(own.height() / seen.height(), 0.6);
  // One layer of colour over all but itself.
  bool veiled = false;
  for (const Placed& p : page.drawing.items)
    if (const auto* a = std::get_if<Areas>(&p.item); a && a->fills && a->fills->size() == 8 && a->camera == 0)
      veiled = veiled || ((*a->fills)[3].a == 0 && (*a->fills)[0].a > 100 && (*a->fills)[0].a < 255);
  EXPECT_TRUE(veiled);
}

TEST(PageFocus, MissingStaysMissing) {
  Scene s = city();
  s.focus = ObjectRef{"counties", 7};
  const Page page = draw(s, a3());
  EXPECT_NE(page.frame(PagePart::figures), nullptr);
  bool said = false;
  for (const Text* t : page.words())
    said = said || (t->run.text == "缺失" &&
                    inside({t->origin.x, t->origin.y, 0.1f, 0.1f}, page.frame(PagePart::figures)->rect));
  EXPECT_TRUE(said);
}

TEST(PageFocus, AnExtentComesBeforeTheArea) {
  Scene s = city();
  s.focus = ObjectRef{"counties", 3};
  const geo::Box extent{440000, 2640000, 500000, 2670000};
  const Page page = draw(s, a3(), extent);
  const geo::Box seen = page.drawing.cameras[0].world();
  EXPECT_TRUE(seen.minX <= extent.minX + 1 && seen.maxX >= extent.maxX - 1 && seen.minY <= extent.minY + 1 &&
              seen.maxY >= extent.maxY - 1);
}

TEST(PageMap, OfNothingIsStillAPage) {
  Scene s = city();
  s.layers.clear(), s.home = {}, s.choropleth.reset(), s.table.clear(), s.ledger.clear(), s.areaNames.clear();
  for (const PageStyle style : {PageStyle::sheet, PageStyle::figure, PageStyle::poster, PageStyle::slide}) {
    PageSetup setup = a3();
    setup.style = style;
    const Page page = draw(s, setup);
    EXPECT_NE(page.frame(PagePart::map), nullptr);
    EXPECT_EQ(page.frame(PagePart::scaleBar), nullptr);
    EXPECT_EQ(page.says("1:"), nullptr);
    EXPECT_TRUE(page.layout.faults.empty());
  }
}

TEST(PageLayout, NeverLosesTheSourcesToWhatStandsInTheColumn) {
  PageSetup setup = a3();
  setup.fixed = {{PagePart::text, {300, 190, 100, 60}, true, "甲"}};
  const Page page = draw(city(), setup);
  ASSERT_NE(page.frame(PagePart::notes), nullptr);
  EXPECT_NE(page.says("边界：试验"), nullptr);
  EXPECT_TRUE(page.layout.faults.empty());
}
