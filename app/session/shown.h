// Figures as the map shows them: of a year, as a change between two, smoothed, or a county's share of a
// target's gap; and their classes.
#pragma once

#include "app/session/derived.h"

namespace session {

struct Shown {
  bool any = false;
  IndicatorSpec spec;  // name, unit, palette and classes as they are shown
  int year = 0, since = 0;
  std::vector<scene::Figure> figures;
  scene::Figure whole;
  std::optional<double> centre;
  std::vector<double> raw, trust;  // rates: as they are without smoothing; how far they can be trusted
  std::vector<size_t> unreliable;
  std::vector<double> pool;  // what is classed: finite values of the year, or of all years where locked
  std::vector<int> pooledYears;
  std::vector<std::string> notes;  // in the look's language
};

// As the look asks; `any` is false where there is nothing to show.
Shown shownOf(const Session& session, const Look& look);
// The same for one indicator and year, whatever the map's kind is.
Shown shownOf(const Session& session, const IndicatorSpec& spec, int year, const MapSpec& map,
              scene::Language language);
// Classes of the pool, counted over the figures. Bounds never reach over the centre.
geo::Result<geo::Breaks> classesOf(std::span<const double> pool, std::span<const double> values,
                                   const IndicatorSpec& spec, std::optional<double> centre);
std::vector<double> valuesOf(const std::vector<scene::Figure>& figures);
// That year where there is one, else the fullest, and of those the latest.
int yearIn(const IndicatorState& state, int wish);

}  // namespace session
