// A page to print, as data: what the user wants of it, and where everything then stands. Millimetres, y down.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/scene/drawing.h"

namespace scene {

struct Scene;
struct Theme;

// How a page is laid out where nobody says otherwise.
enum class PageStyle : uint8_t {
  sheet,   // plan sheet: map with a column of legend, figures, targets and notes; small ones are figures
  figure,  // of a report: map, title and legend, no column; the text around it says the rest
  poster,  // read from two metres: larger type, ranking and targets as charts
  slide,   // 16:9: title, map, one column in large type
};
enum class PageGrid : uint8_t { degrees, metres, none };  // metres: of the map's own CRS

enum class PagePart : uint8_t {
  map,
  title,
  legend,
  scaleBar,
  north,
  inset,
  overview,
  figures,
  ranking,
  targets,
  notes,
  footer,
  mark,
  logo,
  text
};

struct PageFrame {
  PagePart part = PagePart::map;
  Rect rect;
  bool fixed = false;  // placed by hand
  std::string text;    // PagePart::text: what it says
  bool operator==(const PageFrame&) const = default;
};

struct Picture {
  std::vector<Rgba> pixels;
  int columns = 0, rows = 0;
};

struct PageSetup {
  float width = 420, height = 297;
  PageStyle style = PageStyle::sheet;
  double scale = 0;  // denominator; 0: the largest round scale that shows all
  PageGrid grid = PageGrid::degrees;
  std::vector<PageFrame> fixed;  // the others are laid out around them
  std::vector<PagePart> hidden;
  std::shared_ptr<const Picture> logo;
  std::string number;  // of a sheet in an atlas: "3 / 57"
};

// Where everything stands: frames in painter's order, only those that have something to show.
struct PageLayout {
  std::vector<PageFrame> frames;
  double denominator = 0;
  // Indices of frames that hide each other, or reach beyond the paper (then both are the same).
  std::vector<std::pair<size_t, size_t>> faults;
};

// The least size at which a part stays legible on that page; what a frame cannot be made smaller than.
Vec leastSize(PagePart part, const Scene& scene, const TypesetterPtr& fonts, const PageSetup& setup);

// layout: if asked for, where everything came to stand. extent: world, shown whole instead of scene.home.
Drawing drawPage(const Scene& scene, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                 std::optional<geo::Box> extent = {}, PageLayout* layout = nullptr);

}  // namespace scene
