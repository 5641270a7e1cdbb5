// A page's words: title, notes, foot, mark, logo, free text.
#include "app/scene/page_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/scene/furniture.h"
#include "app/scene/legend.h"
#include "app/scene/map_thematic.h"

namespace scene {

std::string PageParts::focusName() const {
  if (!s_.focus || s_.focus->row < 0) return {};
  const auto row = static_cast<size_t>(s_.focus->row);
  if (row < s_.areaNames.size() && s_.focus->layer == s_.cityLayer) return s_.areaNames[row];
  const SceneLayer* layer = findLayer(s_, s_.focus->layer);
  return layer && row < layer->labels.size() ? layer->labels[row] : "";
}

std::string PageParts::what() const {
  std::string words;
  if (s_.choropleth) {
    words = nameOf(s_, *s_.choropleth);
    if (s_.choropleth->second) words += " × " + s_.choropleth->second->name;
    if (s_.choropleth->year)
      words += fmt::format(fmt::runtime(zh() ? "（{} 年）" : " ({})"), yearsOf(*s_.choropleth));
  }
  const auto add = [&](const std::string& more) {
    if (!more.empty() && words.find(more) == words.npos) words += (words.empty() ? "" : " · ") + more;
  };
  if (s_.sized) add(s_.sized->name);
  if (s_.heat) add(s_.heat->name);
  return words;
}

std::string PageParts::titleText() const {
  const std::string area = focusName(), map = what();
  if (!area.empty()) return map.empty() ? area : area + " · " + map;
  return s_.title.empty() ? map : s_.title;
}

float PageParts::title(const Board& b, Rect r) const {
  if (r.h <= 0) return titleAt(b, r, l_.title);
  // In a frame of a given height: as large as that allows while it stays legible.
  const float least = std::max(l_.titleLeast * 0.7f, l_.least);
  float top = l_.title;
  for (; top > least; top = std::max(top * 0.93f, least)) {
    Drawing nowhere;
    if (titleAt(measuring(nowhere), {0, 0, r.w, 0}, top) <= r.h + 0.01f) break;
  }
  return titleAt(b, r, top);
}

// top: the largest size of its type.
float PageParts::titleAt(const Board& b, Rect r, float top) const {
  const std::string words = titleText();
  const Face face = l_.quiet || l_.style == PageStyle::slide ? Face::sansBold : Face::serifBold;
  const float badgeType = type(l_.quiet ? 18 : 24),
              badgeWidth = s_.illustrative
                               ? badgeType * 2.6f +
                                     b.width(s_.words.illustrativeBadge, badgeType, Face::sansBold) + px(26)
                               : 0;
  // One line while that stays large; then two, three …, each time as large as the lines allow.
  const float whole = fonts_->width(words, {face, top, 0, true});
  float size = top;
  std::vector<std::string> lines;
  constexpr float shrink[] = {0.6f, 0.45f, 0.36f};
  for (size_t n = 1; n <= 3; ++n) {
    const float least = std::max({top * shrink[n - 1], std::min(l_.titleLeast, top), l_.least}),
                most = std::min(n == 1 ? top : top * 0.72f,
                                top * static_cast<float>(n) * r.w / std::max(whole, 1e-3f));
    for (size = std::max(most, least);; size = std::max(size * 0.96f, least)) {
      lines = fonts_->wrap(words, {face, size, 0, true}, r.w);
      if (lines.size() <= n || size <= least) break;
    }
    if (lines.size() <= n) break;
  }
  if (lines.size() > 1) lines = wrapEven(*fonts_, words, {face, size, 0, true}, r.w);
  float y = r.y, width = 0;
  for (const std::string& line : lines) {
    y += size * (y > r.y ? 1.25f : 0.98f);
    width = b.text(r.x, y, line, size, t_.text1, Align::left, face);
  }
  const float base = y;
  y += size * 0.2f;

  std::string sub;
  const auto add = [&](const std::string& more) {
    if (!more.empty() && words.find(more) == words.npos && sub.find(more) == sub.npos)
      sub += (sub.empty() ? "" : " · ") + more;
  };
  if (!focusName().empty()) add(s_.title);
  else add(what().empty() ? s_.subtitle : what());
  add(s_.name);
  const bool beside = width + badgeWidth <= r.w;
  const float room = r.w - (beside ? 0 : badgeWidth);
  // The plan's period, where the line has room for it.
  if (l_.style != PageStyle::figure && b.width(sub + " · " + s_.period, std::max(l_.sub, l_.least)) <= room)
    add(s_.period);
  float badgeY = base - size * 0.36f - badgeType * 0.95f, badgeX = r.x + width + px(26);
  if (!sub.empty() && r.w > px(200)) {
    const auto more = wrapped(sub, {Face::sans, std::max(l_.sub, l_.least), 0, true}, room);
    y += l_.sub * 0.25f;
    if (!beside && s_.illustrative) {
      y += std::max(0.f, badgeType * 1.9f - l_.sub * 1.4f) / 2 + size * 0.06f;
      badgeY = y + l_.sub * 0.75f - badgeType * 0.95f, badgeX = r.right() - badgeWidth + px(26);
    }
    for (const std::string& line : more)
      y += l_.sub * 1.4f, b.text(r.x, y - l_.sub * 0.25f, line, std::max(l_.sub, l_.least), t_.text2);
  } else if (!beside && s_.illustrative) {
    badgeY = y + px(6), badgeX = r.x, y += badgeType * 2.2f;
  }
  if (s_.illustrative) drawBadge(b, badgeX, badgeY, badgeType, s_.words.illustrativeBadge, Align::left);
  return std::max(y, s_.illustrative ? badgeY + badgeType * 1.9f : y);
}

float PageParts::notes(const Board& b, Rect r, float loose, bool compact) const {
  compact = compact || l_.quiet;
  std::vector<std::string> paragraphs;
  const auto join = [&](std::string& to, const std::string& more) {
    if (!more.empty() && to.find(more) == to.npos) to += (to.empty() ? "" : zh() ? "；" : "; ") + more;
  };
  std::string sources;
  if (s_.choropleth) join(sources, s_.choropleth->sourceText);
  if (s_.choropleth && s_.choropleth->second) join(sources, s_.choropleth->second->sourceText);
  if (compact) {
    for (const std::string& credit : s_.credits) join(sources, credit);
    if (!sources.empty()) paragraphs.push_back(s_.words.sources + (zh() ? "：" : ": ") + sources);
  } else {
    paragraphs = s_.notes;
    if (!s_.unplaced.empty()) {
      std::string names;
      for (const Unplaced& u : s_.unplaced) names += (names.empty() ? "" : zh() ? "、" : ", ") + u.name;
      paragraphs.push_back(s_.words.unplaced + (zh() ? "：" : ": ") + names);
    }
    if (!sources.empty()) paragraphs.push_back(sources);
    std::string credits;
    for (const std::string& credit : s_.credits) join(credits, credit);
    if (!credits.empty()) paragraphs.push_back(credits);
  }
  const float size = type(l_.style == PageStyle::slide ? 15.5f : 17), pitch = size * (1.38f + 0.16f * loose);
  float y = r.y;
  if (!compact) y = head(b, r, s_.words.notes, "") - px(4);
  for (const std::string& p : paragraphs)
    for (const std::string& line : wrapped(p, {Face::sans, size, 0, true}, r.w))
      y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, compact ? t_.text3 : t_.text2);
  return y;
}

float PageParts::footer(const Board& b, Rect r, double denominator) const {
  const float size = type(l_.quiet ? 16.5f : l_.style == PageStyle::slide ? 15 : 20), pitch = size * 1.5f;
  std::string right = s_.reviewNumber.empty() ? (l_.quiet ? "" : s_.words.reviewPending)
                                              : s_.words.reviewNumber + s_.reviewNumber;
  const auto add = [&](std::string& to, const std::string& more) {
    if (!more.empty()) to += (to.empty() ? "" : " · ") + more;
  };
  if (!s_.date.empty()) add(right, s_.words.madeOn + " " + s_.date);
  std::string left = s_.crsLongText;
  if (!l_.quiet && denominator > 0) left += (left.empty() ? "" : "   ") + scaleWords(denominator);
  const float number = setup_.number.empty() ? 0 : b.width(setup_.number, size, Face::sansBold) + px(28);
  const auto one = wrapped(left, {Face::sans, size, 0, true}, r.w - (number > 0 ? number : 0));
  const float leftWidth = b.width(left, size), rightWidth = b.width(right, size);
  float y = r.y;
  const bool together = leftWidth + px(36) + rightWidth + number <= r.w;
  if (together) {
    y += pitch;
    b.text(r.x, y - pitch * 0.28f, left, size, t_.text2);
    b.text(r.right() - number, y - pitch * 0.28f, right, size, t_.text2, Align::right);
  } else {
    for (const std::string& line : one)
      if (!left.empty()) y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text2);
    if (!right.empty())
      for (const std::string& line : wrapped(right, {Face::sans, size, 0, true}, r.w - number))
        y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text2);
  }
  if (number > 0) {
    if (y == r.y) y += pitch;
    b.text(r.right(), y - pitch * 0.28f, setup_.number, size, t_.text1, Align::right, Face::sansBold);
  }
  return y;
}

// As a stamp is: a double frame, spaced letters.
float PageParts::mark(const Board& b, Rect r) const {
  float h = r.h > 0 ? r.h : px(l_.quiet ? 30 : 50);
  if (r.w > 0) h = std::min(h, h * r.w / std::max(widthOf(PagePart::mark, h), 1e-3f));
  h = std::max(h, l_.least / 0.58f);
  const float w = widthOf(PagePart::mark, h), size = h * 0.58f, space = zh() ? 0.18f : 0.04f;
  const Rect box{r.w > 0 ? r.x + (r.w - w) / 2 : r.x, r.h > 0 ? r.y + std::max(0.f, (r.h - h) / 2) : r.y, w,
                 h};
  b.frame(box.grown(-h * 0.025f), t_.core, h * 0.05f);
  b.frame(box.grown(-h * 0.1f), t_.core, h * 0.02f);
  const float own = fonts_->width(s_.words.internalUse, {Face::sansBold, size, space, true}) - size * space;
  b.text(box.centre().x - own / 2, box.centre().y + size * 0.37f, s_.words.internalUse, size, t_.core,
         Align::left, Face::sansBold, space);
  return r.y + std::max(r.h, h);
}

float PageParts::logo(const Board& b, Rect r) const {
  if (!setup_.logo || setup_.logo->columns <= 0 || setup_.logo->rows <= 0) return r.y;
  const Picture& picture = *setup_.logo;
  const float k = std::min(r.w / static_cast<float>(picture.columns),
                           (r.h > 0 ? r.h : 1e9f) / static_cast<float>(picture.rows));
  const float w = k * static_cast<float>(picture.columns), h = k * static_cast<float>(picture.rows);
  Image image;
  image.rect = {r.x + (r.w - w) / 2, r.h > 0 ? r.y + (r.h - h) / 2 : r.y, w, h};
  image.pixels = {setup_.logo, &picture.pixels}, image.columns = picture.columns, image.rows = picture.rows;
  b.drawing.add(std::move(image));
  return r.y + std::max(r.h, h);
}

float PageParts::words(const Board& b, Rect r, const std::string& text) const {
  const float size = type(20), pitch = size * 1.5f;
  float y = r.y;
  for (const std::string& line : wrapped(text, {Face::sans, size, 0, true}, r.w))
    y += pitch, b.text(r.x, y - pitch * 0.28f, line, size, t_.text1);
  return y;
}

}  // namespace scene
