#include "app/session/page_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/session/names.h"

namespace session {
namespace {

struct Paper {
  std::string_view name;
  float width, height;
};
constexpr Paper papers[] = {
    {"A4", 210, 297}, {"A3", 297, 420}, {"A2", 420, 594}, {"A1", 594, 841}, {"A0", 841, 1189}};
constexpr float least = 40, most = 5000;

}  // namespace

std::optional<PaperSize> paperSize(std::string_view paper) {
  for (const Paper& p : papers)
    if (p.name == paper) return PaperSize{p.width, p.height, true};
  PaperSize size;
  const char *at = paper.data(), *end = at + paper.size();
  for (float* side : {&size.width, &size.height}) {
    const auto [next, error] = std::from_chars(at, end, *side);
    const bool first = side == &size.width;
    if (error != std::errc() || (first ? next == end || *next != 'x' : next != end)) return {};
    if (!(*side >= least && *side <= most)) return {};
    at = next + first;
  }
  return size;
}

std::optional<PaperSize> paperSize(std::string_view paper, bool landscape) {
  auto size = paperSize(paper);
  if (size && size->named && landscape) std::swap(size->width, size->height);
  return size;
}

std::string paperName(float width, float height) {
  for (const Paper& p : papers)
    if ((p.width == width && p.height == height) || (p.width == height && p.height == width))
      return std::string(p.name);
  return fmt::format("{}x{}", width, height);
}

scene::PageSetup pageSetup(const LayoutSpec& l, Language language) {
  scene::PageSetup setup;
  if (const auto size = paperSize(l.paper, l.landscape))
    setup.width = size->width, setup.height = size->height;
  setup.style = l.style, setup.scale = l.scale.value_or(0), setup.grid = l.grid;
  for (const FrameSpec& f : l.frames)
    setup.fixed.push_back({f.part,
                           {static_cast<float>(f.x), static_cast<float>(f.y), static_cast<float>(f.width),
                            static_cast<float>(f.height)},
                           true,
                           f.text.in(language)});
  const auto parts = wordsOf<scene::PagePart>();
  for (const std::string& word : l.hidden)
    if (const auto at = std::find(parts.begin(), parts.end(), word); at != parts.end())
      setup.hidden.push_back(static_cast<scene::PagePart>(at - parts.begin()));
  return setup;
}

}  // namespace session
