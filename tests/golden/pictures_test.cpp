// The embedded project, drawn by both painters: against the pictures that somebody looked at, and against
// each other. PARKSCOPE_UPDATE_GOLDEN=1 draws them anew: look at every one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/paper/rasterise.h"
#include "app/render/offscreen.h"
#include "app/render/renderer.h"
#include "app/scene/draw_scene.h"
#include "app/session/basemaps.h"
#include "tests/golden/embedded.h"
#include "tests/support/image.h"

namespace fs = std::filesystem;
using scene::Drawing;

namespace {

struct Case {
  const char* name;
  const char* scene;  // id
  scene::Language language;
  const char* medium;  // wall | window | page
  bool dark;
  int width, height;      // pixels, or millimetres of a page
  const char* kind = "";  // of map; empty: the scene as it is
  bool kept = true;       // false: drawn and compared, but no picture of it is kept
  scene::PageStyle style = scene::PageStyle::sheet;
  int dpi = 150;
  long focus = -1;  // row of the county that a sheet of an atlas is about
  scene::PageGrid grid = scene::PageGrid::degrees;
};

[[maybe_unused]] void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

constexpr auto zh = scene::Language::zh, en = scene::Language::en;
const Case cases[] = {
    {"wall-zh-dark", "overview", zh, "wall", true, 1920, 1080},
    {"wall-en-light", "overview", en, "wall", false, 1920, 1080},
    {"wall-small", "population", zh, "wall", true, 1280, 720},
    {"wall-wide", "cores", zh, "wall", true, 3840, 1080},
    {"wall-portrait", "agriculture", zh, "wall", true, 1080, 1920},
    {"wall-4-3", "urbanisation", en, "wall", true, 1440, 1080},
    {"missing-zh-dark", "gdp", zh, "wall", true, 1920, 1080},
    {"window-zh-light", "overview", zh, "window", false, 1100, 860},
    {"window-en-dark", "population", en, "window", true, 1100, 860},
    {"page-a3-zh", "overview", zh, "page", false, 420, 297},
    {"page-a4-portrait-en", "population", en, "page", false, 210, 297},
    {"page-figure-zh", "overview", zh, "page", false, 160, 110, "", true, scene::PageStyle::figure, 200},
    {"page-figure-en", "overview", en, "page", false, 160, 110, "change", true, scene::PageStyle::figure,
     200},
    {"page-poster-zh", "overview", zh, "page", false, 1189, 841, "", true, scene::PageStyle::poster, 50},
    {"page-poster-portrait-en", "population", en, "page", false, 841, 1189, "", true,
     scene::PageStyle::poster, 50},
    {"page-slide-zh", "overview", zh, "page", false, 338, 190, "", true, scene::PageStyle::slide, 144},
    {"page-slide-en", "urbanisation", en, "page", false, 338, 190, "", true, scene::PageStyle::slide, 144},
    {"page-atlas-zh", "overview", zh, "page", false, 297, 210, "", true, scene::PageStyle::sheet, 150, 6},
    {"page-atlas-a3-en", "gdp", en, "page", false, 420, 297, "", true, scene::PageStyle::sheet, 110, 3},
    {"page-grid-zh", "overview", zh, "page", false, 297, 420, "heat-contours", true, scene::PageStyle::sheet,
     110, -1, scene::PageGrid::metres},
    {"bivariate-zh-dark", "overview", zh, "wall", true, 1920, 1080, "bivariate"},
    {"bivariate-4-en-light", "overview", en, "window", false, 1100, 860, "bivariate-4"},
    {"bivariate-page", "overview", zh, "page", false, 420, 297, "bivariate", false},
    {"change-zh-dark", "overview", zh, "wall", true, 1920, 1080, "change"},
    {"change-page-en", "overview", en, "page", false, 297, 210, "change"},
    {"categories-zh-light", "overview", zh, "wall", false, 1920, 1080, "categories"},
    {"categories-en-dark", "overview", en, "window", true, 1100, 860, "categories"},
    {"sized-zh-dark", "overview", zh, "wall", true, 1920, 1080, "sized"},
    {"sized-coloured-zh-light", "overview", zh, "window", false, 1100, 860, "sized-coloured"},
    {"heat-zh-dark", "overview", zh, "wall", true, 1920, 1080, "heat"},
    {"heat-contours-zh-light", "overview", zh, "window", false, 1100, 860, "heat-contours"},
    {"heat-contours-en-dark", "overview", en, "wall", true, 1920, 1080, "heat-contours"},
    {"heat-page", "overview", zh, "page", false, 420, 297, "heat-contours", false},
    {"hexagons-en-dark", "overview", en, "window", true, 1100, 860, "hexagons"},
    {"hexagons-zh-light", "overview", zh, "wall", false, 1280, 720, "hexagons"},
    {"links-zh-light", "overview", zh, "window", false, 1100, 860, "links"},
    {"multiples-zh-dark", "overview", zh, "wall", true, 1920, 1080, "multiples"},
    {"multiples-own-en-light", "overview", en, "window", false, 1100, 860, "multiples-own"},
    {"multiples-page", "overview", zh, "page", false, 297, 210, "multiples"},
    {"ledger-zh-dark", "overview", zh, "wall", true, 1920, 1080, "ledger"},
    {"ledger-en-light", "overview", en, "wall", false, 1280, 720, "ledger"},
    {"ledger-portrait", "overview", zh, "wall", true, 1080, 1920, "ledger"},
    {"ledger-wide", "overview", zh, "wall", true, 3840, 1080, "ledger", false},
    {"ledger-window-zh", "overview", zh, "window", false, 1100, 860, "ledger"},
    {"ledger-a4", "overview", zh, "page", false, 210, 297, "ledger"},
    {"ledger-a3-en", "overview", en, "page", false, 420, 297, "ledger", false},
    {"card-zh-dark", "overview", zh, "wall", true, 1920, 1080, "card"},
    {"card-en-light", "overview", en, "window", false, 1100, 860, "card"},
    {"card-a4", "overview", zh, "page", false, 210, 297, "card"},
    {"tilted-zh-dark", "relief", zh, "wall", true, 1920, 1080},
    {"tilted-en-light", "relief", en, "wall", false, 1920, 1080},
    {"tilted-columns-zh-light", "relief", zh, "wall", false, 1920, 1080, "columns"},
    {"tilted-columns-en-dark", "relief", en, "wall", true, 1440, 1080, "columns"},
    {"tilted-turned-en-dark", "relief", en, "wall", true, 1920, 1080, "turned"},
    {"tilted-gaps-zh-dark", "relief", zh, "wall", true, 1920, 1080, "gaps"},
    {"tilted-heat-zh-light", "relief", zh, "wall", false, 1920, 1080, "tilted-heat"},
    {"tilted-page-zh", "relief", zh, "page", false, 420, 297},
    {"years-zh-dark", "population", zh, "wall", true, 1920, 1080, "years"},
    {"years-wide-en-light", "population", en, "wall", false, 3840, 1080, "years"},
    {"ground-zh-dark", "overview", zh, "window", true, 1100, 860, "ground"},
    {"ground-page-zh", "overview", zh, "page", false, 297, 210, "ground", true, scene::PageStyle::sheet, 110},
    {"ground-plain-en-light", "overview", en, "window", false, 1100, 860, "ground-plain"},
    {"hillshade-zh-light", "overview", zh, "window", false, 1100, 860, "hillshade"},
    {"hillshade-en-dark", "overview", en, "wall", true, 1920, 1080, "hillshade"},
    {"filtered-zh-dark", "overview", zh, "window", true, 1100, 860, "filtered"},
};

class Golden : public testing::TestWithParam<Case> {
 protected:
  // A picture, or heights, under the map.
  static void lay(scene::Scene& scene, const std::string& kind) {
    auto source = std::make_shared<session::GroundSource>();
    auto ground = std::make_shared<scene::Basemap>();
    ground->relief = kind == "hillshade";
    source->spec.kind =
        ground->relief ? session::BasemapSpec::Kind::hillshade : session::BasemapSpec::Kind::raster;
    source->path = std::string(TEST_DATA "/ground/") + (ground->relief ? "hills.tif" : "fields.tif");
    source->spec.exaggeration = 6;
    source->world = *scene.crs;
    ground->id = kind, ground->name = kind, ground->attribution = "© invented", ground->source = source;
    scene.basemaps = {ground};
    scene.credits.insert(scene.credits.begin(), "© invented");
    if (kind == "ground-plain") scene.choropleth.reset();
  }

  static Drawing draw(const Case& c) {
    const std::string kind = c.kind;
    const bool ground = kind.starts_with("ground") || kind == "hillshade";
    scene::Scene scene = embedded::scene(c.scene, c.language, ground ? "" : c.kind);
    if (ground) lay(scene, kind);
    Drawing d = drawn(c, std::move(scene));
    const scene::Theme& theme = std::string(c.medium) == "page" ? scene::paperTheme()
                                : c.dark                        ? scene::darkTheme()
                                                                : scene::lightTheme();
    EXPECT_TRUE(session::fillGround(d, theme, c.language, scaleOf(c), nullptr));
    return d;
  }

  static Drawing drawn(const Case& c, scene::Scene scene) {
    const auto w = static_cast<float>(c.width), h = static_cast<float>(c.height);
    if (std::string(c.medium) == "page") {
      scene::PageSetup page;
      page.width = w, page.height = h, page.style = c.style, page.grid = c.grid;
      if (c.focus >= 0) scene.focus = scene::ObjectRef{scene.cityLayer, c.focus}, page.number = "3 / 57";
      return drawPage(scene, scene::paperTheme(), embedded::fonts(), page);
    }
    const scene::Theme& theme = c.dark ? scene::darkTheme() : scene::lightTheme();
    if (std::string(c.medium) == "wall") return drawWall(scene, theme, embedded::fonts(), w, h);
    return drawWindowMap(scene, theme, embedded::fonts(), scene::Camera::fit({0, 0, w, h}, scene.home, 30),
                         1);
  }

  static double scaleOf(const Case& c) { return std::string(c.medium) == "page" ? c.dpi / 25.4 : 1; }

  static support::Image onPaper(const Drawing& d, double k) {
    const auto made =
        paper::rasterise(d, static_cast<int>(d.width * k + 0.5), static_cast<int>(d.height * k + 0.5), k);
    if (!made) ADD_FAILURE() << made.error().text();
    return {made->width, made->height, made->rgba};
  }

  static support::Image byOpenGl(const Drawing& d, double k) {
    auto context = render::Offscreen::make();
    if (!context) ADD_FAILURE() << context.error().text();
    auto renderer = render::Renderer::make();
    if (!renderer) ADD_FAILURE() << renderer.error().text();
    (*renderer)->draw(d, static_cast<int>(d.width * k + 0.5), static_cast<int>(d.height * k + 0.5),
                      static_cast<float>(k));
    const auto pixels = (*renderer)->read();
    renderer->reset();
    return {pixels.width, pixels.height, pixels.rgba};
  }

  static std::string leave(const Case& c, const std::string& what, const support::Image& image) {
    const fs::path folder = fs::path(BUILD_DIR) / "golden";
    fs::create_directories(folder);
    const std::string path = (folder / (std::string(c.name) + "-" + what + ".png")).string();
    writePng(image, path);
    return path;
  }
};

}  // namespace

TEST_P(Golden, LooksAsItDid) {
  const Case& c = GetParam();
  if (!c.kept) return;
  const auto actual = onPaper(draw(c), scaleOf(c));
  const std::string path = std::string(SOURCE_DIR) + "/tests/golden/" + c.name + ".png";
  if (std::getenv("PARKSCOPE_UPDATE_GOLDEN")) writePng(actual, path);
  const auto expected = support::readPng(path);
  const auto d = compare(actual, expected, 40);
  ASSERT_TRUE(d.sameSize) << path << "; actual: " << leave(c, "actual", actual);
  EXPECT_LT(d.share, 0.001) << leave(c, "actual", actual) << " " << leave(c, "expected", expected) << " "
                            << leave(c, "difference", d.picture);
}

TEST_P(Golden, IsTheSamePictureOnScreenAndPaper) {
  const Case& c = GetParam();
  const Drawing d = draw(c);
  const auto paper = onPaper(d, scaleOf(c)), screen = byOpenGl(d, scaleOf(c));
  const auto difference = compare(shrunk(paper, 4), shrunk(screen, 4), 24);
  ASSERT_TRUE(difference.sameSize);
  EXPECT_LT(difference.share, 0.004) << leave(c, "paper", paper) << " " << leave(c, "screen", screen) << " "
                                     << leave(c, "both", difference.picture);
  EXPECT_LT(difference.largest, 140);
}

// What no picture may do at any size, in either language: words over words, words over the edge, an empty box
// for a letter.
TEST_P(Golden, KeepsItsWordsApartAndOnTheSheet) {
  const Case& c = GetParam();
  const Drawing d = draw(c);
  struct Word {
    std::string text;
    scene::Rect box;
  };
  std::vector<Word> words;
  for (const auto& placed : d.items) {
    const auto* t = std::get_if<scene::Text>(&placed.item);
    if (!t || t->angle != 0 || t->colour.a == 0) continue;
    // The ink of the line, not its box: lines may be set solid.
    const float size = t->run.size;
    words.push_back({t->run.text, {t->origin.x, t->origin.y - 0.72f * size, t->run.advance, 0.76f * size}});
  }
  EXPECT_GT(words.size(), 20u);
  EXPECT_TRUE(d.missingGlyphs.empty());
  for (size_t i = 0; i < words.size(); ++i) {
    const auto& [text, box] = words[i];
    EXPECT_GE(box.x, 0) << text;
    EXPECT_GE(box.y, 0) << text;
    EXPECT_LE(box.right(), d.width) << text;
    EXPECT_LE(box.bottom(), d.height) << text;
    if (std::string(c.medium) == "page") continue;  // an inset covers a part of the map and its names
    for (size_t k = 0; k < i; ++k) EXPECT_FALSE(box.meets(words[k].box)) << text << " on " << words[k].text;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(cases), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});
