#include "app/scene/atlas_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/board.h"
#include "app/scene/draw_scene.h"
#include "app/scene/page_parts.h"

namespace scene {
namespace {

struct Sizes {  // millimetres
  explicit Sizes(const PageSetup& setup) : look(pageLook(setup)), px(look.unit) {
    type = std::max(20 * px, look.least), pitch = type * 1.5f, leastColumn = type * 16.5f;
    margin = look.margin, top = margin + 80 * px, bottom = 96 * px, gap = 44 * px;
  }
  PageLook look;
  float px, type, pitch, leastColumn, margin, top, bottom, gap;
};

struct Columns {
  Rect map;  // empty on later sheets
  std::vector<Rect> list;
  size_t lines = 0;  // in one column
};

Columns columnsOf(const PageSetup& setup, bool first) {
  Columns c;
  const auto [look, px, type, pitch, leastColumn, margin, top, bottom, gap] = Sizes(setup);
  Rect all{margin, top, setup.width - 2 * margin, setup.height - top - bottom};
  if (first) {
    const bool landscape = setup.width >= setup.height;
    c.map = landscape ? Rect{all.x, all.y, all.w * 0.52f, all.h} : Rect{all.x, all.y, all.w, all.h * 0.5f};
    if (landscape) all.x += c.map.w + gap, all.w -= c.map.w + gap;
    else all.y += c.map.h + gap, all.h -= c.map.h + gap;
  }
  const int n = std::max(1, static_cast<int>((all.w + gap) / (leastColumn + gap)));
  const float w = (all.w - (n - 1) * gap) / static_cast<float>(n);
  for (int i = 0; i < n; ++i) c.list.push_back({all.x + i * (w + gap), all.y, w, all.h});
  c.lines = static_cast<size_t>(std::max(1.0f, all.h / pitch));
  return c;
}

// Index of the first line of each column, over all sheets. A heading never stands last in its column.
struct Run {
  size_t first = 0, last = 0;
  int sheet = 0;
  size_t column = 0;
};
std::vector<Run> runsOf(const AtlasIndex& index, const PageSetup& setup) {
  std::vector<Run> runs;
  size_t at = 0, column = 0;
  int sheet = 0;
  Columns columns = columnsOf(setup, true);
  while (at < index.lines.size()) {
    if (column == columns.list.size()) columns = columnsOf(setup, false), column = 0, ++sheet;
    size_t end = std::min(at + columns.lines, index.lines.size());
    if (end < index.lines.size() && end > at + 1 && index.lines[end - 1].heading) --end;
    runs.push_back({at, end, sheet, column++});
    at = end;
  }
  return runs;
}

class IndexPage {
 public:
  IndexPage(Drawing& d, const Scene& s, const Theme& t, const PageSetup& setup, const AtlasIndex& index)
      : z_(setup), d_(d), s_(s), t_(t), setup_(setup), index_(index), b_{d, t, z_.px} {}

  void draw(int part) {
    const Columns columns = columnsOf(setup_, part == 0);
    head(part);
    if (part == 0) map(columns.map);
    for (const Run& run : runsOf(index_, setup_))
      if (run.sheet == part) list(columns.list[run.column], run);
    foot(part);
  }

 private:
  void head(int) const {
    float right = setup_.width - z_.margin;
    const PageParts parts(s_, t_, d_.fonts, setup_);
    const float base = z_.top - 58 * z_.px;
    if (parts.says(PagePart::mark)) {
      const float tall = 46 * z_.px, wide = parts.widthOf(PagePart::mark, tall);
      parts.draw(d_, PagePart::mark, {right - wide, base - tall * 0.8f, wide, tall}, 0, 0);
      right -= wide + 30 * z_.px;
    }
    const float w =
        b_.text(z_.margin, base, index_.words, 54 * z_.px, t_.text1, Align::left, Face::serifBold);
    b_.textWithin(right, base, s_.title, 26 * z_.px, t_.text2, right - z_.margin - w - 40 * z_.px,
                  Align::right);
    b_.line({z_.margin, z_.top - 26 * z_.px}, {setup_.width - z_.margin, z_.top - 26 * z_.px}, t_.text1,
            3 * z_.px);
  }

  void map(Rect frame) {
    const SceneLayer* city = findLayer(s_, s_.cityLayer);
    if (!city || !city->shape) return;
    // No taller than the city needs.
    if (s_.home.width() > 0)
      frame.h = std::min(frame.h, static_cast<float>(frame.w * 1.04 * s_.home.height() / s_.home.width()));
    const auto& shape = city->shape;
    const Camera camera = Camera::fit(frame, s_.home, 30 * z_.px);
    d_.cameras.push_back(camera);
    b_.fill(frame, t_.neighbour);
    // Areas that have sheets stand out from those that have none.
    const auto tones = palette("teal", 5, t_.dark);
    auto fills = std::make_shared<std::vector<Rgba>>(shape->layer->rows(), tones[0]);
    for (size_t i = 0; i < index_.areas.size(); ++i)
      if (index_.areas[i].row < fills->size()) (*fills)[index_.areas[i].row] = tones[1];
    d_.add(Areas{0, shape, fills, {}, {}});
    d_.add(Borders{0, shape, Borders::Which::inner, 0, Pen{t_.countyBorder, 1.6f * z_.px, {}, true}});
    d_.add(Borders{0, shape, Borders::Which::outer, 0, Pen{t_.cityBorder, 3.4f * z_.px, {}, true}});
    for (const AtlasIndex::Area& area : index_.areas) {
      if (area.row >= shape->anchors.size() || !std::isfinite(shape->anchors[area.row].x)) continue;
      const Vec at = camera.canvasFromWorld(shape->anchors[area.row]);
      b_.text(at.x, at.y, area.name, 25 * z_.px, t_.text1, Align::centre, Face::sansBold, 0, 4 * z_.px);
      b_.text(at.x, at.y + 27 * z_.px, sheets(area.first, area.last), 21 * z_.px, t_.text1, Align::centre,
              Face::sans, 0, 4 * z_.px);
    }
    b_.frame(frame, t_.text1, 2 * z_.px);
  }

  static std::string sheets(int first, int last) {
    return first == last ? fmt::format("{}", first) : fmt::format("{}–{}", first, last);
  }

  void list(const Rect& c, const Run& run) const {
    float y = c.y;
    for (size_t i = run.first; i < run.last; ++i, y += z_.pitch) {
      const AtlasIndex::Line& line = index_.lines[i];
      const Face face = line.heading ? Face::sansBold : Face::sans;
      const float base = y + z_.pitch * 0.7f, indent = line.heading ? 0 : 18 * z_.px;
      const std::string number = fmt::format("{}", line.sheet);
      const float n =
          b_.text(c.right(), base, number, z_.type, line.heading ? t_.text1 : t_.text2, Align::right, face);
      const float w =
          b_.textWithin(c.x + indent, base, line.words, z_.type, line.heading ? t_.text1 : t_.text2,
                        c.w - indent - n - 20 * z_.px, Align::left, face);
      if (line.heading && i > run.first) b_.line({c.x, y}, {c.right(), y}, t_.rule, z_.px);
      const float from = c.x + indent + w + 10 * z_.px, to = c.right() - n - 10 * z_.px;
      if (!line.heading && to - from > 12 * z_.px)
        b_.line({from, base - 2 * z_.px}, {to, base - 2 * z_.px}, t_.text3.withAlpha(0.7), 1.2f * z_.px,
                {1.2f * z_.px, 6 * z_.px});
    }
  }

  void foot(int) const {
    const float y = setup_.height - 42 * z_.px, right = setup_.width - z_.margin;
    const float w = b_.text(right, y, setup_.number, z_.type, t_.text2, Align::right);
    std::string start = s_.reviewNumber.empty() ? "" : s_.words.reviewNumber + s_.reviewNumber + " · ";
    if (!s_.date.empty()) start += s_.words.madeOn + " " + s_.date;
    b_.textWithin(z_.margin, y, start, z_.type, t_.text2, right - z_.margin - w - 20 * z_.px);
  }

  const Sizes z_;
  Drawing& d_;
  const Scene& s_;
  const Theme& t_;
  const PageSetup& setup_;
  const AtlasIndex& index_;
  const Board b_;
};

}  // namespace

int indexSheets(const AtlasIndex& index, const PageSetup& setup) {
  const auto runs = runsOf(index, setup);
  return runs.empty() ? 1 : runs.back().sheet + 1;
}

Drawing drawAtlasIndex(const Scene& s, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup,
                       const AtlasIndex& index, int part) {
  Drawing d;
  d.width = setup.width, d.height = setup.height, d.background = theme.background, d.fonts = std::move(fonts);
  IndexPage(d, s, theme, setup, index).draw(part);
  return d;
}

}  // namespace scene
