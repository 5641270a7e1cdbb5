// What the inspector column, the strip and the menus remember between frames.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/session/session.h"

namespace panels {

enum class ColumnTab : uint8_t { inspect, map, heat, analysis, page, scenes, data };

struct ColumnState {
  ColumnTab tab = ColumnTab::inspect;
  std::string jumpTo;  // section of the tab that the next frame scrolls to

  // The thing that arrow keys move: it took the last press.
  std::string focus;
  bool focusTaken = false;  // in this frame

  // A list that hangs from a button; what was chosen in it waits one frame for the button that asked.
  struct Choice {
    std::string id;
    std::vector<std::string> labels, notes;
    std::vector<std::optional<std::string>> refusals;
    int chosen = -1;
  } choice;
  std::string choiceAtOf;  // the list that the keyboard moves in
  int choiceAt = -1;
  std::string pickedId;
  int picked = -1;

  std::map<std::string, std::string> typed;  // fields whose text is not yet taken over

  // Breaks
  int dragBreak = -1;
  std::vector<double> breaks;                             // being dragged
  std::map<std::string, std::vector<double>> lastManual;  // by indicator: to come back to

  // Sliders
  std::string sliding;
  double slid = 0;
  std::optional<session::HeatSpec> heat;  // being dragged
  std::optional<session::IndicatorSpec> index;

  // Scenes
  std::string dragScene;  // being moved
  int dropScene = -1;
  std::string newScene;       // name, as typed
  std::string refusedNumber;  // field whose last number was out of bounds

  // Made once per result
  const void* localOf = nullptr;
  std::vector<size_t> localOrder;
  int localSort = 0;  // 0: as significant, 1: name, 2: quadrant, 3: I, 4: p
  bool localDown = false;
  const void* rankOf = nullptr;
  std::vector<size_t> rankOrder;
  struct Alike {
    size_t a, b;  // parts
    double r;
  };
  std::vector<Alike> alike;  // that say nearly the same
  bool indexPart = false;    // the analysis tab shows the index, not the association
  std::string editIndex;     // id of the index that the analysis tab shows

  // Years
  bool dragYear = false, playing = false;
  double nextYearAt = 0;

  // Menus
  int menuRow = -1;
  std::string menuRowOf;
  std::string menuOpen;  // to be opened
  int menuBy = 0;        // rows that arrow keys ask for
  bool menuRun = false;

  // New or changed ratio
  session::IndicatorSpec ratio;
  bool ratioNew = true, ratioNamed = false, ratioUnit = false, ratioDigits = false, ratioOwnPer = false;
};

}  // namespace panels
