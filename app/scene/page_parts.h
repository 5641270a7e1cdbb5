// What the parts of a page say, each in a rectangle of its own. Where they stand: page_layout.h; the map:
// page_map.h.
#pragma once

#include <map>
#include <tuple>

#include "app/scene/board.h"
#include "app/scene/page.h"
#include "app/scene/scene.h"

namespace scene {

// How large everything is on a page; millimetres.
struct PageLook {
  PageStyle style = PageStyle::sheet;
  float unit = 25.4f / 150;       // of words: one px of the look's A3 sheet
  float mapUnit = 25.4f / 150;    // of the map's symbols and names
  float least = 0, mapLeast = 0;  // type is never smaller
  float margin = 0, gap = 0;
  float title = 0, titleLeast = 0, sub = 0;
  bool quiet = false;  // no heads over lines: a figure in a report
};
PageLook pageLook(const PageSetup& setup);
inline constexpr float leastType = 2.12f;  // 6 pt: what a hand-held sheet can ask of a reader

std::string scaleWords(double denominator);  // "1:850 000"

// Lines that fit; the last is never one character alone.
std::vector<std::string> wrapWell(const Typesetter& fonts, std::string_view words, const TextStyle& style,
                                  float width);
// The same number of lines, all about as long as each other.
std::vector<std::string> wrapEven(const Typesetter& fonts, std::string_view words, const TextStyle& style,
                                  float width);

// For PagePart::notes: its sources alone, without a head.
inline const std::string oneLineNotes = "sources";

class PageParts {
 public:
  PageParts(const Scene& scene, const Theme& theme, TypesetterPtr fonts, const PageSetup& setup);

  const PageLook& look() const { return l_; }
  bool says(PagePart part) const;  // has something to say
  float leastWidth(PagePart part) const;
  // loose 0 … 1: rows from their tightest to their most open.
  float height(PagePart part, float width, float loose = 0, const std::string& text = {}) const;
  float heightIn(PagePart part, Rect frame) const;  // as it fills that frame
  float leastHeight(PagePart part, float width, const std::string& text) const;
  bool focused() const { return s_.focus && !focusName().empty(); }
  float widthOf(PagePart part, float height) const;  // mark and logo: as their height asks
  // Not lower than the content; the part's own extent, for which its rect is the wish.
  void draw(Drawing& drawing, PagePart part, Rect rect, float loose, double denominator,
            const std::string& text = {}) const;

 private:
  float put(const Board& b, PagePart part, Rect r, float loose, double denominator,
            const std::string& text) const;
  float head(const Board& b, Rect r, const std::string& title, const std::string& right) const;
  float title(const Board& b, Rect r) const;
  float titleAt(const Board& b, Rect r, float top) const;
  float legend(const Board& b, Rect r, float loose) const;
  float classes(const Board& b, Rect r, float loose) const;
  float classRow(const Board& b, Rect r) const;
  float classList(const Board& b, Rect r, float loose) const;
  float entries(const Board& b, Rect r, float loose) const;
  float table(const Board& b, Rect r, float loose) const;
  float ownFigures(const Board& b, Rect r, float loose) const;
  float ranking(const Board& b, Rect r, float loose) const;
  float targets(const Board& b, Rect r, float loose) const;
  float notes(const Board& b, Rect r, float loose, bool compact) const;
  float footer(const Board& b, Rect r, double denominator) const;
  float mark(const Board& b, Rect r) const;
  float logo(const Board& b, Rect r) const;
  float words(const Board& b, Rect r, const std::string& text) const;

  bool hasLegend() const;
  Board measuring(Drawing& nowhere) const;
  std::vector<std::string> wrapped(std::string_view words, const TextStyle& style, float width) const;
  float px(float v) const { return v * l_.unit; }
  float type(float v) const;  // a size of type, px → mm, never below the least
  bool zh() const { return s_.language == Language::zh; }
  std::string what() const;
  std::string titleText() const;
  std::string focusName() const;
  std::string areaName(size_t row, float room, float size, const Board& b) const;

  const Scene& s_;
  const Theme& t_;
  TypesetterPtr fonts_;
  const PageSetup& setup_;
  const PageLook l_;
  // What was measured already.
  mutable std::map<std::tuple<PagePart, float, bool, std::string>, float> heights_;
  mutable Ruler ruler_;
  mutable std::map<std::tuple<std::string, Face, float, float>, std::vector<std::string>> wraps_;
};

}  // namespace scene
