// The inspector column: what was clicked, and how the map is made.
#pragma once

#include "app/panels/form.h"

namespace panels {

void openTab(Ui& ui, ColumnTab tab, std::string jumpTo = {});  // shows the column where it is hidden

void drawMapTab(Form& f);
void drawHeatTab(Form& f);
void drawAnalysisTab(Form& f);
void drawScenesTab(Form& f);
void drawDataTab(Form& f);

// The classes of one indicator as a histogram: the breaks on it can be dragged, added and removed.
void drawBreakEditor(Form& f, const session::IndicatorSpec& spec, const scene::Choropleth& map,
                     const session::ClassChoices& choices);
std::vector<double> innerBreaks(const scene::Choropleth& map);  // those between two classes, ascending

std::string methodName(const Ui& ui, geo::BreakMethod method);
std::string categoryName(const Ui& ui, geo::Quadrant quadrant);
Rgba toneColour(const Ui& ui, scene::Tone tone);
const session::IndicatorSpec* indicatorSpec(const Ui& ui, std::string_view id);
const session::IndicatorSpec* shownIndicator(const Ui& ui);    // on the map, by its tab
const session::IndicatorSpec* classedIndicator(const Ui& ui);  // whose classes the map shows
bool computed(const session::IndicatorSpec& spec);             // by the program, from others
std::string rowName(const Ui& ui, const std::string& layer, size_t row);
std::vector<int> yearsWithData(const session::IndicatorState& state);

void startRatio(Ui& ui, const session::IndicatorSpec* changed = nullptr);
void drawRatioDialog(Ui& ui);
// A composite index of what the project has; shown at once.
void startIndex(Ui& ui);
std::string freeId(const Ui& ui, std::string_view stem);

}  // namespace panels
