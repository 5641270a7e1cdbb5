// The page of a project as the scene wants it; the sizes of papers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/session/project.h"

namespace session {

struct PaperSize {
  float width = 0, height = 0;  // millimetres; named papers stand upright
  bool named = false;
};
// "A4" … "A0", or millimetres: "338x190".
std::optional<PaperSize> paperSize(std::string_view paper);
// As the page lies: a named paper turned, one in millimetres as it is written.
std::optional<PaperSize> paperSize(std::string_view paper, bool landscape);
// The same size in its shortest words.
std::string paperName(float width, float height);
inline constexpr std::string_view papersKnown = "Papers: A4, A3, A2, A1, A0, or millimetres: 338x190.";

// Without its logo, which has to be read.
scene::PageSetup pageSetup(const LayoutSpec& layout, Language language);

}  // namespace session
