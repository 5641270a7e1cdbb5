// Names that are written otherwise than any of a layer's: each with what it may mean, accepted by one click.
#pragma once

#include "app/panels/form.h"

namespace panels {

struct Unmatched {
  std::string layer;  // whose names they may mean
  const std::vector<std::string>& names;
  const std::vector<geo::Suggestion>& suggestions;
};
// A row for each, those with candidates first; then what was accepted already, to be taken back.
void drawUnmatched(Form& f, const std::string& id, const Unmatched& names, size_t most = 40);
void drawAccepted(Form& f, const std::string& id, const std::string& layer);

}  // namespace panels
