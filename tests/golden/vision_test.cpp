// Other eyes: the screen's shader and paper's tables see the same.
#include <gtest/gtest.h>

#include "app/paper/rasterise.h"
#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/draw_scene.h"
#include "tests/golden/embedded.h"
#include "tests/support/image.h"

namespace {

TEST(SimulatedVision, ScreenAndPaperShowWhatThosePixelsAreToThoseEyes) {
  auto context = render::Offscreen::make();
  ASSERT_TRUE(context) << context.error().text();
  auto renderer = render::Renderer::make();
  ASSERT_TRUE(renderer) << renderer.error().text();
  scene::Drawing d = scene::drawWall(embedded::scene("overview", scene::Language::zh, ""), scene::darkTheme(),
                                     embedded::fonts(), 960, 540);
  const auto onScreen = [&](scene::Vision v) {
    d.vision = v;
    (*renderer)->draw(d, 960, 540, 1);
    return (*renderer)->read();
  };
  const auto onPaper = [&](scene::Vision v) {
    d.vision = v;
    const auto made = paper::rasterise(d, 960, 540, 1);
    if (!made) ADD_FAILURE() << made.error().text();
    return *made;
  };
  const auto screen = onScreen(scene::Vision::normal);
  const auto paper = onPaper(scene::Vision::normal);
  for (size_t v = 1; v < scene::visionNames.size(); ++v) {
    const auto vision = static_cast<scene::Vision>(v);
    auto wanted = screen.rgba, printed = paper.rgba;
    scene::seeAs(wanted, vision), scene::seeAs(printed, vision);
    const auto seen = onScreen(vision);
    // Half a step of rounding between two ways to the same power.
    const auto d1 = support::compare({960, 540, wanted}, {960, 540, seen.rgba}, 1);
    EXPECT_EQ(d1.share, 0) << scene::visionNames[v];
    EXPECT_EQ(printed, onPaper(vision).rgba) << scene::visionNames[v];
    EXPECT_NE(seen.rgba, screen.rgba);
  }
  EXPECT_EQ(onScreen(scene::Vision::normal).rgba, screen.rgba);
  renderer->reset();
}

}  // namespace
