#include "app/panels/column.h"

#include "app/panels/actions.h"
#include "app/scene/theme.h"
#include "tests/panels/robot.h"

namespace {

using test::Robot;
namespace key = test::key;
constexpr int left = 263, right = 262, f10 = 299;

const session::IndicatorSpec& indicator(const session::Session& s, const std::string& id) {
  for (const auto& i : s.project().indicators)
    if (i.id == id) return i;
  throw std::runtime_error("no indicator " + id);
}

struct Column : testing::Test {
  Column() : r(1920, 1080) {
    r.openQingyuan();
    show("density");
  }
  void show(const std::string& id) {
    (void)session::apply(r.session, session::ShowScene{});
    (void)session::apply(r.session, session::SetIndicator{id});
    settle();
  }
  void settle() {
    for (int i = 0; i < 3; ++i) r.frame(2), r.session.wait();
    r.frame(3);
  }
  // Scrolls the column until the widget is in it.
  void reach(const std::string& id) {
    const auto body = panels::layoutFor(1920, 1080, 1, r.session.view()).inspector;
    for (int i = 0; i < 40; ++i) {
      if (r.has(id)) {
        const auto w = r.widget(id).rect;
        if (w.y >= body.y + 34 && w.bottom() < body.bottom() - 20) return;
      }
      ImGui::GetIO().MousePos = {body.x + 4, body.centre().y};
      ImGui::GetIO().MouseWheel = r.has(id) && r.widget(id).rect.y < body.y + 34 ? 1.f : -1.f;
      r.frame(1);
      ImGui::GetIO().MouseWheel = 0;
      r.frame(2);
    }
    FAIL() << id << " cannot be reached";
  }
  void press(const std::string& id) {
    reach(id);
    r.click(id);
  }
  void choose(const std::string& id, int n) {
    press(id);
    r.click(fmt::format("choice.{}.{}", id, n));
    settle();
  }
  std::vector<session::SetClassification> classifications() const {
    return sent<session::SetClassification>();
  }
  template <class C>
  std::vector<C> sent() const {
    std::vector<C> all;
    for (const auto& c : r.commands)
      if (const auto* one = std::get_if<C>(&c)) all.push_back(*one);
    return all;
  }
  Robot r;
};

TEST_F(Column, KeepsTheTabThatWasChosen) {
  r.click("column.map");
  EXPECT_EQ(r.widget("column.map").value, "on");
  (void)session::apply(r.session, session::Select{r.session.search("英德市")[0].object});
  r.frame(3);
  EXPECT_EQ(r.widget("column.map").value, "on");
  r.click("column.inspect");
  EXPECT_EQ(r.widget("inspector.name").value, "英德市");
}

TEST_F(Column, DraggingABreakFollowsThePointerAndIsOneStepToUndo) {
  r.click("column.map");
  reach("breaks.handle.0");
  const size_t steps = r.session.history().size();
  const auto before = panels::innerBreaks(*r.session.scene().choropleth);
  r.drag("breaks.handle.0", 0.5f, 2.0f);
  const auto all = classifications();
  ASSERT_GE(all.size(), 3u);
  for (size_t i = 0; i + 1 < all.size(); ++i) EXPECT_FALSE(all[i].final);
  EXPECT_TRUE(all.back().final);
  EXPECT_EQ(indicator(r.session, "density").method, geo::BreakMethod::manual);
  const auto after = panels::innerBreaks(*r.session.scene().choropleth);
  ASSERT_EQ(after.size(), before.size());
  EXPECT_GT(after[0], before[0]);
  for (size_t i = 1; i < after.size(); ++i) EXPECT_EQ(after[i], before[i]);
  EXPECT_EQ(r.session.history().size(), steps + 1);
  r.key('Z', true);
  EXPECT_EQ(panels::innerBreaks(*r.session.scene().choropleth), before);
}

TEST_F(Column, BreaksNeverCross) {
  r.click("column.map");
  reach("breaks.handle.0");
  r.drag("breaks.handle.0", 0.5f, 30.0f);
  const auto after = panels::innerBreaks(*r.session.scene().choropleth);
  for (size_t i = 1; i < after.size(); ++i) EXPECT_LT(after[i - 1], after[i]);
  r.drag("breaks.handle.0", 0.5f, -40.0f);
  EXPECT_GE(panels::innerBreaks(*r.session.scene().choropleth)[0],
            r.session.classChoices()->values.front() - 1);
}

TEST_F(Column, ArrowsNudgeTheChosenBreakAndNothingElse) {
  r.click("column.map");
  press("breaks.handle.0");
  EXPECT_TRUE(classifications().empty());
  const auto camera = r.session.view().camera;
  const auto before = panels::innerBreaks(*r.session.scene().choropleth);
  r.key(right);
  const auto after = panels::innerBreaks(*r.session.scene().choropleth);
  EXPECT_GT(after[0], before[0]);
  EXPECT_LT(after[0], before[0] + 3);
  r.settle();
  EXPECT_EQ(r.session.view().camera.centre, camera.centre);
  r.key(left);
  r.key(left);
  EXPECT_LT(panels::innerBreaks(*r.session.scene().choropleth)[0], after[0]);
}

TEST_F(Column, ADoubleClickAddsABreakAndRemovesIt) {
  r.click("column.map");
  reach("breaks.plot");
  const auto before = panels::innerBreaks(*r.session.scene().choropleth);
  const auto plot = r.widget("breaks.plot").rect;
  r.doubleClickAt({plot.x + plot.w * 0.62f, plot.y + 20});
  settle();
  const auto more = panels::innerBreaks(*r.session.scene().choropleth);
  ASSERT_EQ(more.size(), before.size() + 1);
  const auto at = static_cast<size_t>(
      std::find_if(more.begin(), more.end(),
                   [&](double b) { return std::find(before.begin(), before.end(), b) == before.end(); }) -
      more.begin());
  const auto handle = r.widget(fmt::format("breaks.handle.{}", at)).rect;
  r.doubleClickAt({handle.centre().x, handle.y + 6});
  settle();
  EXPECT_EQ(panels::innerBreaks(*r.session.scene().choropleth), before);
}

TEST_F(Column, ListsEveryMethodWithItsFit) {
  r.click("column.map");
  reach("classes.method.geometric");
  EXPECT_EQ(r.session.classChoices()->fits.size(), 9u);
  press("classes.method.quantile");
  settle();
  EXPECT_EQ(r.session.scene().choropleth->breaks.method, geo::BreakMethod::quantile);
  EXPECT_EQ(r.widget("classes.method.quantile").value, "on");
  press("classes.method.manual");
  settle();
  EXPECT_EQ(indicator(r.session, "density").method, geo::BreakMethod::manual);
}

TEST_F(Column, TakesTheAdviceOnTheNumberOfClasses) {
  r.click("column.map");
  press("classes.number.4");
  settle();
  EXPECT_EQ(indicator(r.session, "density").classes, 6);
  const int advised = r.session.classChoices()->advice.classes;
  ASSERT_NE(advised, 6);
  reach("classes.advice");
  EXPECT_NE(r.widget("classes.advice").value.find(fmt::format("{}", advised)), std::string::npos);
  press("classes.takeAdvice");
  settle();
  EXPECT_EQ(indicator(r.session, "density").classes, advised);
}

TEST_F(Column, LocksBreaksOverTheYears) {
  show("population");
  r.click("column.map");
  press("classes.lock");
  settle();
  EXPECT_TRUE(indicator(r.session, "population").locked);
  EXPECT_EQ(r.widget("classes.padlock").value, "on");
  r.click("classes.padlock");
  EXPECT_FALSE(indicator(r.session, "population").locked);
}

TEST_F(Column, AChangeNeedsTwoYears) {
  show("towns");
  r.click("column.map");
  EXPECT_FALSE(r.widget("map.change.1").enabled);
  EXPECT_FALSE(r.widget("map.change.1").tip.empty());
  show("population");
  r.click("map.change.2");
  settle();
  EXPECT_EQ(r.session.map().change, session::MapSpec::Change::percent);
  ASSERT_TRUE(r.session.scene().choropleth);
  EXPECT_GT(r.session.scene().choropleth->since, 0);
  EXPECT_TRUE(r.has("map.since"));
}

TEST_F(Column, SaysWhyThereIsNoSmoothing) {
  r.click("column.map");
  EXPECT_FALSE(r.widget("map.smoothed").enabled);
  EXPECT_FALSE(r.widget("map.smoothed").tip.empty());
}

TEST_F(Column, OffersEveryKindOfMap) {
  r.click("column.map");
  using K = session::MapSpec::Kind;
  for (const auto& [id, kind] : {std::pair{"bivariate", K::bivariate},
                                 {"symbols", K::symbols},
                                 {"association", K::association},
                                 {"choropleth", K::choropleth}}) {
    press(std::string("map.kind.") + id);
    settle();
    EXPECT_EQ(r.session.map().kind, kind) << id;
    if (kind == K::bivariate) {
      EXPECT_FALSE(r.session.map().second.empty());
      press("map.grid.1");
      settle();
      EXPECT_EQ(r.session.map().grid, 4);
    }
  }
}

TEST_F(Column, HeatFollowsTheBandwidthAndAddsUp) {
  r.click("column.heat");
  const auto layers = r.session.heat().layer;
  if (layers.empty()) {
    press("heat.layer");
    for (int i = 0;; ++i) {
      const auto id = fmt::format("choice.heat.layer.{}", i);
      ASSERT_TRUE(r.has(id));
      if (r.session.layer("stations").shape && i == 2) {
        r.click(id);
        break;
      }
    }
  }
  settle();
  ASSERT_TRUE(r.session.scene().heat);
  const size_t steps = r.session.history().size();
  r.drag("heat.radius.slider", 0.5f, 0.7f);
  const auto all = sent<session::SetHeat>();
  ASSERT_GE(all.size(), 3u);
  EXPECT_FALSE(all[all.size() - 2].final);
  EXPECT_TRUE(all.back().final);
  EXPECT_GT(r.session.heat().radiusMetres, r.session.suggestedRadius());
  EXPECT_EQ(r.session.history().size(), steps + 1);
  settle();
  const auto& heat = *r.session.scene().heat;
  EXPECT_NEAR(heat.integral, heat.sumOfWeights, heat.sumOfWeights * 0.001);
  reach("heat.integral");
  press("heat.lock");
  settle();
  EXPECT_TRUE(r.session.heat().top);
  press("heat.show.1");
  settle();
  EXPECT_EQ(r.session.heat().show, session::HeatSpec::Show::hexagons);
  EXPECT_TRUE(r.session.scene().heat && r.session.scene().heat->bins);
}

TEST_F(Column, TellsWhatTheHeatIsMadeOf) {
  session::HeatSpec heat;
  heat.layer = "stations";
  (void)session::apply(r.session, session::SetHeat{heat});
  settle();
  const auto& shape = r.session.layer("stations").shape;
  ASSERT_TRUE(shape);
  (void)session::apply(r.session, session::ProbeHeat{shape->layer->shapes.box(0).centre()});
  settle();
  ASSERT_TRUE(r.has("inspector.probe"));
  r.click("inspector.probe");
  r.frame(3);
  EXPECT_EQ(r.widget("column.heat").value, "on");
  reach("heat.probe.0");
  ASSERT_TRUE(r.session.heatProbe());
  const auto first = r.session.heatProbe()->items.at(0).object;
  r.click("heat.probe.0");
  EXPECT_EQ(r.session.view().selected, first);
  double shares = 0;
  for (const auto& item : r.session.heatProbe()->items) shares += item.share;
  EXPECT_LE(shares, 1 + 1e-9);
  reach("heat.probe.close");
  r.click("heat.probe.close");
  EXPECT_FALSE(r.session.view().probe);
}

TEST_F(Column, SaysThatEightAreasAreTooFewAndStillTests) {
  r.click("column.analysis");
  press("association.show");
  settle();
  EXPECT_EQ(r.session.map().kind, session::MapSpec::Kind::association);
  ASSERT_TRUE(r.has("association.tooFew"));
  EXPECT_NE(r.widget("association.tooFew").value.find("8"), std::string::npos);
  reach("association.moran");
  EXPECT_NE(r.widget("association.moran").value, "—");
  reach("association.row.0");
  r.click("association.row.0");
  ASSERT_TRUE(r.session.view().selected);
  EXPECT_EQ(r.session.view().selected->row, 0);
  press("association.rule.1");
  settle();
  EXPECT_EQ(r.session.map().weights, "rook");
  press("association.links");
  EXPECT_TRUE(r.session.map().links);
}

TEST_F(Column, AnIndexFollowsItsWeights) {
  r.click("menu.analysis");
  r.click("analysis.newIndex");
  settle();
  const auto* shown = &indicator(r.session, "index");
  ASSERT_FALSE(shown->indexOf.empty());
  EXPECT_EQ(r.session.scene().choropleth->id, "index");
  const std::string part = shown->indexOf.substr(0, shown->indexOf.find(','));
  reach("index.weight." + part);
  const size_t steps = r.session.history().size();
  const auto values = [&] {
    std::vector<double> v;
    for (const auto& f : r.session.scene().choropleth->figures) v.push_back(f.value);
    return v;
  };
  const auto before = values();
  r.drag("index.weight." + part, 0.95f, 0.2f);
  settle();
  EXPECT_FALSE(sent<session::PutIndicator>().empty());
  EXPECT_EQ(r.session.history().size(), steps + 1);
  EXPECT_LT(indicator(r.session, "index").weights.at(0), 0.5);
  EXPECT_NE(values(), before);
  ASSERT_TRUE(r.session.index("index"));
  reach("index.rank.0");
  EXPECT_FALSE(r.widget("index.rank.0").value.empty());
}

TEST_F(Column, ARatioIsMadeByTheDialog) {
  r.click("column.map");
  press("map.newRatio");
  ASSERT_TRUE(r.has("ratio.numerator"));
  EXPECT_TRUE(r.has("ratio.preview.0"));
  r.click("ratio.numerator");
  r.key(key::escape);  // the list, not the dialog
  ASSERT_TRUE(r.has("ratio.numerator"));
  r.click("dialog.ok");
  settle();
  const auto& made = indicator(r.session, "ratio");
  EXPECT_FALSE(made.numerator.empty());
  EXPECT_FALSE(made.unit.zh.empty());
  ASSERT_TRUE(r.session.scene().choropleth);
  EXPECT_EQ(r.session.scene().choropleth->id, "ratio");
  press("map.removeIndicator");
  for (const auto& i : r.session.project().indicators) EXPECT_NE(i.id, "ratio");
}

TEST_F(Column, AFigureIsCopiedWithUnitAndSource) {
  (void)session::apply(r.session, session::Select{r.session.search("英德市")[0].object});
  r.frame(3);
  r.moveTo(r.widget("inspector.figure.0").rect.centre());
  r.click("inspector.figure.0.copy");
  ASSERT_EQ(r.sent<session::CopyText>(), 1u);
  EXPECT_NE(r.session.view().clipboard.find("168 人/km²"), std::string::npos) << r.session.view().clipboard;
  EXPECT_NE(r.session.view().clipboard.find("清远市统计局"), std::string::npos);
}

TEST_F(Column, TheCardOpensAndEscapeComesBack) {
  (void)session::apply(r.session, session::Select{r.session.search("英德市")[0].object});
  r.frame(3);
  r.click("inspector.card");
  EXPECT_EQ(r.session.view().composition, scene::Composition::card);
  r.frame(2);
  ASSERT_TRUE(r.has("sheet.back"));
  r.key(key::escape);
  EXPECT_EQ(r.session.view().composition, scene::Composition::map);
  EXPECT_TRUE(r.session.view().selected);
  r.click("inspector.export");
  EXPECT_EQ(r.widget("export.picture.3").value, "on");
}

TEST_F(Column, TheStripSwitchesThePicture) {
  r.click("composition.1");
  EXPECT_EQ(r.session.view().composition, scene::Composition::multiples);
  r.click("composition.2");
  EXPECT_EQ(r.session.view().composition, scene::Composition::ledger);
  r.frame(2);
  r.click("sheet.back");
  EXPECT_EQ(r.session.view().composition, scene::Composition::map);
}

TEST_F(Column, TheYearIsDraggedAndStepped) {
  show("population");
  (void)session::apply(r.session, session::SetYear{2023});
  r.frame(3);
  const auto from = r.widget("year.2023").rect, to = r.widget("year.2020").rect;
  r.drag("year.2023", 0.5f, 0.5f + (to.centre().x - from.centre().x + 9) / from.w);
  EXPECT_EQ(r.session.currentYear(), 2020);
  r.key(right);
  EXPECT_GT(r.session.currentYear(), 2020);
  r.key(left);
  EXPECT_EQ(r.session.currentYear(), 2020);
}

TEST_F(Column, YearsPlayToTheirEnd) {
  show("population_share");
  r.click("years.play");
  EXPECT_EQ(r.session.currentYear(), 2010);
  r.frame(80);
  EXPECT_EQ(r.session.currentYear(), 2020);
  r.frame(80);
  EXPECT_EQ(r.session.currentYear(), 2023);
  r.frame(80);
  EXPECT_EQ(r.widget("years.play").value, "off");
}

TEST_F(Column, MenusObeyTheArrowKeys) {
  r.key(f10);
  ASSERT_TRUE(r.has("file.new"));
  r.key(right);
  ASSERT_TRUE(r.has("edit.find"));
  r.key(left);
  r.key(left);
  ASSERT_TRUE(r.has("help.about"));
  r.key(key::down);
  r.key(key::enter);
  EXPECT_TRUE(r.has("dialog.ok"));
}

TEST(Strip, ShowsTheCurrentTabAndOthersInEnglishToo) {
  for (auto language : {scene::Language::zh, scene::Language::en}) {
    Robot r(1440, 900);
    r.openQingyuan();
    (void)session::apply(r.session, session::SetLanguage{language});
    (void)session::apply(r.session, session::SetIndicator{"distance_to_core"});
    r.frame(4);
    size_t tabs = 0;
    bool current = false;
    const auto strip = panels::layoutFor(1440, 900, 1, r.session.view()).strip;
    for (const auto& [id, w] : panels::widgets(r.state)) {
      if (!id.starts_with("tab.")) continue;
      ++tabs, current = current || w.value == "on";
      EXPECT_LE(w.rect.right(), strip.right());
    }
    EXPECT_TRUE(current);
    EXPECT_GE(tabs, 2u);
  }
}

TEST(Layout, KeepsTheColumnWithinItsEdges) {
  for (auto language : {scene::Language::zh, scene::Language::en})
    for (const char* tab : {"column.inspect", "column.map", "column.heat", "column.analysis"}) {
      Robot r(1920, 1080);
      r.openQingyuan();
      (void)session::apply(r.session, session::SetLanguage{language});
      (void)session::apply(r.session, session::Select{r.session.search("英德市")[0].object});
      r.frame(3);
      r.click(tab);
      r.frame(2);
      const auto body = panels::layoutFor(1920, 1080, 1, r.session.view()).inspector;
      for (const auto& [id, w] : panels::widgets(r.state))
        for (const char* mine :
             {"column.", "inspector.", "map.", "classes.", "breaks.", "heat.", "association.", "index."})
          if (id.starts_with(mine) && w.rect.y > body.y && w.rect.x > body.x - 40) {
            EXPECT_GE(w.rect.x, body.x - 1) << id;
            EXPECT_LE(w.rect.right(), body.right() + 1) << id;
          }
    }
}

}  // namespace
