// What the panels remember between frames.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/panels/column_state.h"
#include "app/panels/console_state.h"
#include "app/panels/dock_state.h"
#include "app/panels/page_state.h"
#include "app/panels/panels.h"
#include "app/panels/theme.h"
#include "app/session/i18n.h"

namespace panels {

// A symbol as triangles about its centre, anti-aliased at their edges.
struct SymbolMesh {
  struct Vertex {
    scene::Vec at;
    ImU32 colour;
  };
  std::vector<Vertex> vertices;
  std::vector<uint16_t> indices;
};
SymbolMesh symbolMesh(scene::Symbol symbol, scene::Certainty certainty, float size, const scene::Theme& theme,
                      float pixel);

struct FileEntry {
  std::string name;
  bool folder = false;
  uintmax_t bytes = 0;
};

struct TextBox {  // a field of several lines that is being written in
  std::string id;
  std::string shown;  // with soft breaks, see text_box.h
};

struct Dialog {
  enum class Kind : uint8_t {
    none,
    open,
    saveAs,
    addData,
    exportImage,
    exportPlace,
    exportRows,
    unsaved,
    help,
    about,
    rename,
    sceneName,
    ratio,
    galFile,
    logoFile,
    templateName,
    atlas,
    atlasPlace,
    checkShow,
    place,
    feature,
    featureName,
    recover,
    basemap,
    openTables,
    importTable,
    database
  } kind = Kind::none;
  std::string folder, file, error;  // file dialogs
  std::vector<FileEntry> entries;
  std::set<std::string> chosen;
  bool listed = false, askedToReplace = false, focus = true;
  session::ExportImage exportImage;  // exportImage
  enum class What : uint8_t { page, screen, map } what = What::screen;
  int exportFormat = 0, exportSize = 0;
  std::string widthText, heightText, dpiText = "300";
  bool ownPage = true;  // on the project's own paper; else on `paper`
  std::string paper = "A3";
  session::ExportAtlas atlas;
  std::set<std::string> atlasAreas, atlasIndicators, atlasYears;
  bool atlasReady = false, atlasLatest = true;
  int atlasForm = 0;                     // one PDF, a folder of PNG, a folder of PDF
  std::optional<session::Command> then;  // unsaved: what was asked for
  std::string target;                    // rename, exportRows: layer
  bool selectedOnly = true;              // exportRows
  session::PlaceSpec place;              // place
  scene::ObjectRef object;               // place, featureName
  std::string lonText, latText, kmText;
  geo::ShapeKind shapeKind = geo::ShapeKind::point;  // feature: the name is `file`, the layer `target`
  std::string layerName, gpkg;                       // of a new one
  session::BasemapSpec basemap;                      // basemap: `target` is its id, empty: a new one
  int basemapPreset = -1;
  std::string basemapName, basemapAttribution, basemapZoom, basemapAzimuth, basemapAltitude,
      basemapExaggeration;
  std::string keyText, keyState, keyNote;  // typed; what the note was made from
};

struct ImportUi {    // the assistant
  std::string path;  // that the rest is about
  Scroll table;
  int part = 0;  // of the column of choices: 0 what it becomes, 1 how it is read
  std::string warned;
};

struct DatabaseUi {  // the dialog of a server's tables
  bool service = false;
  std::string host = "localhost", port = "5432", name, user, password, serviceName;
  std::string find;
  std::set<std::string> chosen;
  bool asked = false;
};

struct Toast {
  std::string text;
  session::Message::Level level = session::Message::Level::info;
  double until = 0;
};

struct Tabs {  // the keyboard's way through an open dialog
  struct Stop {
    std::string id;
    bool field = false;
  };
  std::string dialog;             // that it is for
  bool on = false;                // its widgets are being drawn
  std::vector<Stop> before, now;  // of the last frame, of this one
  std::string at;                 // where the keyboard stands; empty: nowhere
  std::string pressed, reached;   // by this frame's keys
  scene::Rect ring, clip;         // to be drawn over the rest
};

struct PanelState::Impl {
  Fonts fonts;
  std::map<std::string, Widget> widgets;
  std::unordered_map<std::string, float> fades;
  std::map<std::tuple<scene::Symbol, scene::Certainty, int, bool>, SymbolMesh> symbols;
  double now = 0, step = 0;
  Wants wants;
  const scene::Theme* styled = nullptr;
  float styledScale = 0;

  std::string tipId, tipText;
  double tipSince = 0;
  bool tipSeen = false;

  std::string popup;  // id of the open one
  scene::Rect popupAnchor;
  bool popupFresh = false;
  std::string menu;  // id of the open menu
  Dialog dialog;
  Tabs tabs;
  std::optional<session::Command> afterSave;  // what waits until the project is saved
  int afterSaveFrames = 0;
  bool wasTyping = false;
  std::string editing;        // id of the field that has the keyboard
  float mapRight = 0;         // of the map's part that no column covers
  std::string lastIndicator;  // to be shown again when indicators are switched on
  std::string lastFolder;

  std::string search;    // as typed
  std::string searched;  // the text that `found` answers
  uint64_t searchedVersion = 0;
  std::vector<session::SearchResult> found;
  int searchAt = 0;
  bool searchOpen = false, focusSearch = false, leaveField = false;

  std::string recoveryAsked;  // file that was offered

  std::string layer;        // chosen in the list
  size_t problemPlace = 0;  // of the problem that is marked on the map
  std::set<std::string> closedGroups;
  std::string dragLayer;  // being moved
  int dropAt = -1;
  std::map<std::string, float> slidOpacity;
  bool layersOverlay = false, inspectorOpen = false;
  std::optional<scene::ObjectRef> inspected;

  ColumnState column;
  TextBox box;

  // Map
  bool mapPressed = false, mapDragging = false, mapDead = false;  // dead: the rest of this drag means nothing
  bool middlePan = false;
  scene::Vec pressedAt, lastMouse{-1, -1};
  double zoomLeft = 0;  // natural log of the factor still to go
  scene::Vec zoomAbout, panLeft;
  bool hoverClaimed = false;  // something under the pointer said what it is

  PageState page;
  Dock dock;
  MapTools tools;
  FilterBox filter;
  ImportUi import;
  DatabaseUi database;

  size_t messagesSeen = 0;
  std::vector<Toast> toasts;

  // Neighbours by row of the county layer, made once per shape.
  const void* neighboursOf = nullptr;
  std::vector<std::vector<uint32_t>> neighbours;
  std::optional<geo::Transform> toDegrees;
  std::string toDegreesFrom;

  ConsoleState console;
};

}  // namespace panels
