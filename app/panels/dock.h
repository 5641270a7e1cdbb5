// What the tabs of the dock share: the rows of the active layer, its numbers, how they are chosen.
#pragma once

#include "app/panels/plot.h"

namespace panels {

struct Series {     // one number per row of the active layer
  std::string key;  // "@map": the indicator on the map, as it stands there; else a column; empty: none
  std::string title, unit;
  int year = 0, decimals = -1;  // −1: as it is
  std::span<const double> values;
  bool names = false;  // keys and coordinates: numbers that measure nothing; never chosen by themselves
};

// Tabs: into `side` go what is shown and how, from y down; the picture into `body`.
void drawTableTab(Ui& ui, Rect side, float y, Rect body);
void drawRankingTab(Ui& ui, Rect side, float y, Rect body);
void drawHistogramTab(Ui& ui, Rect side, float y, Rect body);
void drawScatterTab(Ui& ui, Rect side, float y, Rect body);
void drawBoxesTab(Ui& ui, Rect side, float y, Rect body);
void drawCourseTab(Ui& ui, Rect side, float y, Rect body);

std::vector<Series> allSeries(const Ui& ui);
Series seriesOf(const Ui& ui, const std::string& purpose);  // that the user has chosen for it
Series seriesNamed(const Ui& ui, const std::string& key);
std::string titleOf(const Ui& ui, const Series& s);  // "人口密度 2023（人/km²）"
std::string valueText(const Ui& ui, const Series& s, uint32_t row);
std::string valueText(const Ui& ui, const Series& s, double value);
// A button that opens the list of numeric columns for a purpose ("scatter.x"); the label stands above it.
void seriesPicker(Ui& ui, Rect side, float& y, const char* label, const std::string& purpose);
void sideLine(Ui& ui, Rect side, float& y, const std::string& text, Rgba ink);  // wraps
bool sideCheck(Ui& ui, Rect side, float& y, const std::string& id, const char* label, bool on);
bool selectButton(Ui& ui, const std::string& id, Rect r, std::string_view text);

const std::vector<GroupColumn>& groupColumns(const Ui& ui);
std::string groupOf(const Ui& ui);

bool chosen(const Ui& ui, uint32_t row);
Rgba rowInk(const Ui& ui, uint32_t row);  // of its class on the map, else of its layer
scene::ObjectRef objectOf(const Ui& ui, uint32_t row);
const std::string& rowName(const Ui& ui, uint32_t row);
// By the keys held: Ctrl adds, or toggles one row; nothing chosen and no key: clears.
void choose(Ui& ui, std::vector<uint32_t> rows);
// "8 个县", "85 条": so many rows of the active layer.
std::string countedRows(const Ui& ui, const std::string& layer, size_t count);
void emptyNote(Ui& ui, Rect body, const std::string& text);
void say(Ui& ui, std::string text);  // a short note that nobody need keep

// Content larger than its window: the wheel, and thumbs at the right and below. Call with the window's clip
// off; returns the part left for the content.
Rect scrollArea(Ui& ui, const std::string& id, Rect r, double width, double height, Scroll& scroll);

// A sweep over a chart, drawn and followed. Released: its outline, once; a mere click: one place.
struct Sweep {
  bool under_way = false, released = false, click = false, doubled = false;
  std::vector<Vec> ring;
  Press press;
};
Sweep sweepOver(Ui& ui, const std::string& id, Rect r, bool lassoToo);

// The chosen rows as text for spreadsheets: a head, then a line each, cells parted by tabs.
std::optional<std::string> chosenAsText(const Ui& ui);  // none: nothing is chosen, or too much
std::optional<std::string> copyRefusal(const Ui& ui);
void copyChosen(Ui& ui);

}  // namespace panels
