#include "app/scene/sheet.h"

#include <gtest/gtest.h>

#include "app/scene/furniture.h"
#include "app/scene/pick.h"
#include "geo/boundaries.h"

using namespace scene;

namespace {

// Four square counties in a row, ten kilometres each.
Scene city() {
  auto layer = std::make_shared<geo::Layer>();
  layer->shapes.kind = geo::ShapeKind::polygon;
  for (int i = 0; i < 4; ++i) {
    const double x = i * 10000.0;
    for (const geo::Point p : {geo::Point{x, 0}, {x + 10000, 0}, {x + 10000, 10000}, {x, 10000}})
      layer->shapes.vertices.push_back(p);
    layer->shapes.endPart(), layer->shapes.endRow();
  }
  layer->table.rowCount = 4, layer->bounds = layer->shapes.box();
  auto shape = std::make_shared<MapShape>();
  shape->layer = layer, shape->boundaries = geo::Boundaries::make(layer->shapes);
  for (int i = 0; i < 4; ++i) shape->anchors.push_back({i * 10000.0 + 5000, 5000});
  Scene s;
  SceneLayer l;
  l.id = "counties", l.role = Role::county, l.shape = shape, l.labels = {"甲县", "乙县", "丙县", "丁县"};
  s.layers = {l};
  s.cityLayer = "counties", s.home = layer->bounds, s.areaNames = l.labels;
  s.title = "试验", s.words.missing = "缺失", s.words.ledger = "规划账本", s.words.target = "目标";
  return s;
}

Choropleth figures(std::vector<double> values, const geo::Breaks& breaks) {
  Choropleth c;
  c.layer = "counties", c.name = "人口", c.unit = "人", c.breaks = breaks,
  c.areaNames = {"甲县", "乙县", "丙县", "丁县"};
  for (const double v : values)
    c.figures.push_back({v, std::isnan(v) ? Status::missing : Status::official, ""});
  return c;
}

TypesetterPtr fonts() {
  static const auto fonts = Typesetter::open();
  return fonts ? *fonts : nullptr;
}

bool says(const Drawing& d, const std::string& words) {
  return std::any_of(d.items.begin(), d.items.end(), [&](const Placed& p) {
    const auto* t = std::get_if<Text>(&p.item);
    return t && t->run.text.find(words) != std::string::npos;
  });
}

std::vector<const Areas*> areasOf(const Drawing& d) {
  std::vector<const Areas*> areas;
  for (const Placed& p : d.items)
    if (const auto* a = std::get_if<Areas>(&p.item)) areas.push_back(a);
  return areas;
}

}  // namespace

TEST(MapGrid, MakesTheMapsAsLargeAsTheyCanBe) {
  for (size_t n = 1; n <= 24; ++n)
    for (const Rect area : {Rect{0, 0, 1856, 800}, Rect{0, 0, 1000, 1500}, Rect{0, 0, 3600, 900}}) {
      const CellGrid g = mapGrid(n, area, 1.2f, 30, 20);
      EXPECT_GE(static_cast<size_t>(g.columns * g.rows), n);
      EXPECT_LT(static_cast<size_t>(g.columns * (g.rows - 1)), n);
      EXPECT_LE(g.columns * g.width + (g.columns - 1) * 20, area.w + 0.1f);
      EXPECT_LE(g.rows * g.height + (g.rows - 1) * 20, area.h + 0.1f);
    }
}

TEST(Multiples, OfTheSameClassesHaveTheSameColourForTheSameValue) {
  Scene s = city();
  const auto breaks = *geo::classify(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}, geo::BreakMethod::equal, 4);
  s.composition = Composition::multiples;
  s.multiples = {{"2010", figures({1, 3, 5, 8}, breaks)}, {"2020", figures({8, 5, geo::missing, 1}, breaks)}};
  const Drawing d = drawSheet(s, darkTheme(), fonts(), 1920, 1080, Medium::wall, 1);
  const auto areas = areasOf(d);
  ASSERT_EQ(areas.size(), 2u);
  EXPECT_EQ((*areas[0]->fills)[0], (*areas[1]->fills)[3]);
  EXPECT_EQ((*areas[0]->fills)[3], (*areas[1]->fills)[0]);
  EXPECT_EQ((*areas[0]->fills)[2], (*areas[1]->fills)[1]);
  EXPECT_EQ(areas[1]->hatched, (std::vector<uint32_t>{2}));
  s.words.ownRanges = "各图分级不同";
  EXPECT_FALSE(says(d, s.words.ownRanges));
}

TEST(Multiples, OfDifferentClassesSaySo) {
  Scene s = city();
  s.words.ownRanges = "各图分级不同";
  const auto one = *geo::classify(std::vector<double>{1, 2, 3, 4}, geo::BreakMethod::equal, 2),
             other = *geo::classify(std::vector<double>{10, 20, 30, 40}, geo::BreakMethod::equal, 2);
  s.composition = Composition::multiples;
  s.multiples = {{"2010", figures({1, 2, 3, 4}, one)}, {"2020", figures({10, 20, 30, 40}, other)}};
  EXPECT_TRUE(says(drawSheet(s, darkTheme(), fonts(), 1920, 1080, Medium::wall, 1), s.words.ownRanges));
}

TEST(Multiples, CanBeClickedCountyByCounty) {
  Scene s = city();
  const auto breaks = *geo::classify(std::vector<double>{1, 2, 3, 4}, geo::BreakMethod::equal, 2);
  s.composition = Composition::multiples;
  s.multiples = {{"2010", figures({1, 2, 3, 4}, breaks)}, {"2020", figures({1, 2, 3, 4}, breaks)}};
  const Camera camera = Camera::fit({296, 32, 1200, 800}, s.home);
  const Drawing d = drawWindowMap(s, darkTheme(), fonts(), camera, 1);
  ASSERT_EQ(d.cameras.size(), 3u);
  for (const size_t map : {1u, 2u})
    for (long row = 0; row < 4; ++row) {
      const Vec at = d.cameras[map].canvasFromWorld({row * 10000.0 + 5000, 5000});
      EXPECT_EQ(pick(d, s, camera, at), (ObjectRef{"counties", row})) << map << " " << row;
    }
  EXPECT_EQ(pick(d, s, camera, {300, 36}), std::nullopt);
}

namespace {

LedgerRow target(double baseline, double actual, double goal, Verdict verdict) {
  LedgerRow row;
  row.name = "目标", row.unit = "家", row.baselineYear = 2020, row.baseline = baseline, row.actual = actual;
  row.actualYear = std::isnan(actual) ? 0 : 2023, row.targetYear = 2025, row.target = goal,
  row.verdict = verdict;
  row.actualStatus = std::isnan(actual) ? Status::missing : Status::official;
  return row;
}

}  // namespace

TEST(Ledger, ShowsEveryTargetOnEverySheet) {
  Scene s = city();
  s.composition = Composition::ledger;
  for (int i = 0; i < 30; ++i) s.wholeLedger.push_back(target(100 + i, 200 + i, 1300 + i, Verdict::onTrack));
  struct Sheet {
    float w, h;
    Medium medium;
    float unit;
  };
  for (const Sheet& sheet : {Sheet{1920, 1080, Medium::wall, 1},
                             {1280, 720, Medium::wall, 0.85f},
                             {3840, 2160, Medium::wall, 2},
                             {1080, 1920, Medium::wall, 1},
                             {3840, 1080, Medium::wall, 1},
                             {1100, 860, Medium::window, 1},
                             {210, 297, Medium::page, 25.4f / 150},
                             {420, 297, Medium::page, 25.4f / 150}}) {
    const Drawing d = drawSheet(s, lightTheme(), fonts(), sheet.w, sheet.h, sheet.medium, sheet.unit);
    size_t cards = 0;
    for (const Hit& hit : d.hits) {
      cards += hit.object.layer == "targets";
      EXPECT_GE(hit.box.x, 0);
      EXPECT_LE(hit.box.right(), sheet.w);
      EXPECT_LE(hit.box.bottom(), sheet.h);
      for (const Hit& other : d.hits)
        if (!(other.object == hit.object)) {
          EXPECT_FALSE(hit.box.grown(-0.1f).meets(other.box));
        }
    }
    EXPECT_EQ(cards, 30u);
    // The latest figure and the target are on every card, however small.
    for (int i = 0; i < 30; ++i) {
      EXPECT_TRUE(says(d, std::to_string(200 + i))) << sheet.w << " " << i;
      EXPECT_TRUE(says(d, std::to_string(1300 + i))) << sheet.w << " " << i;
    }
  }
}

TEST(Ledger, LeavesWhatIsUnknownHatched) {
  Scene s = city();
  s.composition = Composition::ledger;
  const auto filled = [&](const LedgerRow& row) {
    s.wholeLedger = {row};
    const Drawing d = drawSheet(s, darkTheme(), fonts(), 1920, 1080, Medium::wall, 1);
    float longest = 0;
    for (const Placed& p : d.items)
      if (const auto* f = std::get_if<Fill>(&p.item); f && f->colour == darkTheme().measured)
        longest = std::max(longest, f->path.box().w);
    float track = 0;
    for (const Placed& p : d.items)
      if (const auto* h = std::get_if<HatchedRect>(&p.item)) track = std::max(track, h->rect.w);
    return longest / track;
  };
  EXPECT_EQ(filled(target(geo::missing, geo::missing, 500, Verdict::unknown)), 0);
  EXPECT_NEAR(filled(target(380, geo::missing, 500, Verdict::unknown)), 0.76, 0.01);
  EXPECT_NEAR(filled(target(380, 450, 500, Verdict::onTrack)), 0.9, 0.01);
  EXPECT_NEAR(filled(target(380, 600, 500, Verdict::reached)), 1, 0.01);
}

TEST(Card, ShowsWhatIsMissingAsMissing) {
  Scene s = city();
  s.composition = Composition::card;
  CountyCard c;
  c.object = {"counties", 2}, c.name = "丙县", c.nameOther = "Bing";
  CountyCard::Row known, unknown;
  known.name = "人口", known.value = 1234, known.rank = 2, known.of = 4, known.status = Status::official;
  unknown.name = "产值";
  c.rows = {known, unknown};
  s.card = c;
  const Drawing d = drawSheet(s, darkTheme(), fonts(), 1920, 1080, Medium::wall, 1);
  EXPECT_TRUE(says(d, "丙县"));
  EXPECT_TRUE(says(d, "1234"));
  EXPECT_TRUE(says(d, "2/4"));
  EXPECT_FALSE(says(d, "nan"));
  EXPECT_FALSE(says(d, "0/0"));
  const auto areas = areasOf(d);
  ASSERT_EQ(areas.size(), 1u);
  EXPECT_EQ((*areas[0]->fills)[2], darkTheme().measured);  // the county is lit, the others are not
  EXPECT_NE((*areas[0]->fills)[1], darkTheme().measured);
}

TEST(Sheets, OfNothingAreEmptyAndNoCrash) {
  for (const Composition c : {Composition::multiples, Composition::ledger, Composition::card}) {
    Scene s;
    s.composition = c;
    const Drawing d = drawSheet(s, darkTheme(), fonts(), 1920, 1080, Medium::wall, 1);
    EXPECT_EQ(d.cameras.size(), 1u);
  }
}

// A filter on the counties: what it hides has no colour and no count.
TEST(Legend, DoesNotCountWhatAFilterHides) {
  Scene s = city();
  s.choropleth = figures({1, 2, 3, geo::missing},
                         *geo::classify(std::vector<double>{1, 2, 3}, geo::BreakMethod::equal, 3));
  s.layers[0].shown = {1, 0, 1, 0};
  size_t counted = 0;
  for (const auto& row : legendClasses(s, darkTheme())) counted += row.rows.size();
  EXPECT_EQ(counted, 2u);
  EXPECT_TRUE(legendClasses(s, darkTheme()).back().rows.empty());
}

TEST(Legend, OfAChangeHasSignsAndSaysWhereThePaletteTurns) {
  Scene s = city();
  s.choropleth = figures({-3.25, -0.5, 0.25, 6.5},
                         *geo::classify(std::vector<double>{-3.25, -0.5, 0.25, 6.5}, geo::BreakMethod::manual,
                                        0, std::vector<double>{0, 7}));
  s.choropleth->since = 2010, s.choropleth->year = 2020, s.choropleth->centre = 0, s.choropleth->decimals = 2;
  const auto rows = legendClasses(s, darkTheme());
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].range, "+0.25 – +6.50");
  EXPECT_EQ(rows[1].range, "−3.25  –  −0.50");
  EXPECT_EQ(rows[0].turnsBelow, 0.0);
  EXPECT_EQ(rows[1].turnsBelow, std::nullopt);
  EXPECT_EQ(yearsOf(*s.choropleth), "2010→2020");
}

TEST(Legend, ListsEveryCategoryEvenWithoutAnArea) {
  Scene s = city();
  Choropleth c = figures({1, 2, 3, 4}, {});
  c.categories = {{"高—高", Tone::highHigh}, {"低—低", Tone::lowLow}, {"孤岛", Tone::island}};
  c.categoryOf = {0, 0, -1, 2};
  s.choropleth = c;
  const auto rows = legendClasses(s, darkTheme());
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].rows.size(), 2u);
  EXPECT_EQ(rows[1].rows.size(), 0u);
  EXPECT_TRUE(rows[2].island);
  EXPECT_EQ(rows[3].rows, (std::vector<size_t>{2}));
}
