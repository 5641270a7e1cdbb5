// Every user action, as a value. Menus, shortcuts, panels, scripts, the command line and tests all make
// these.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "app/scene/camera.h"
#include "app/session/project.h"

namespace session {

enum class Tool : uint8_t { pan, rectangle, lasso, move, point, line, polygon };  // the last three draw

// Project (undoable)
struct SetLayerVisible {
  std::string layer;
  bool visible;
};
struct SetLayerOpacity {
  std::string layer;
  double opacity;
  bool final = true;
};  // final: the drag has ended
struct MoveLayer {
  std::string layer;
  int to;
};  // index from the bottom
struct RemoveLayer {
  std::string layer;
};
struct RenameLayer {
  std::string layer;
  std::string name;
};
struct AddData {
  std::vector<std::string> paths;
};
struct SetIndicator {
  std::string indicator;
};  // empty: none
struct SetYear {
  int year;
};
struct SetClassification {
  std::string indicator;
  geo::BreakMethod method;
  int classes;
  std::vector<double> breaks;
  bool final = true;
};
struct LockBreaks {
  std::string indicator;
  bool locked;
};  // one set of breaks for all years and scenes
struct SetMap {
  MapSpec map;
};
struct SetHeat {
  HeatSpec heat;
  bool final = true;
};
struct PutIndicator {
  IndicatorSpec indicator;
  bool final = true;
};  // a new one, or another form of the one with its id
struct RemoveIndicator {
  std::string indicator;
};
struct SetLayerShow {
  std::string layer, filter;
};  // which rows are drawn and listed; empty: all
struct ReadLayerAs {
  std::string layer, encoding, crs, datum;
};  // over what its file says; empty: by the evidence
struct RepairLayer {
  std::string layer;
  bool on = true;
};  // puts its shapes right as they are read; off: as the file has them
struct PlaceObject {
  PlaceSpec place;
};  // puts a row of a layer where somebody says, or elsewhere than its source does
struct UnplaceObject {
  std::string layer, key;
};  // back to what its source says
struct AddFeature {
  std::string layer;  // one drawn by hand; empty: a new one
  geo::ShapeKind kind = geo::ShapeKind::point;
  std::vector<geo::Point> vertices;  // world
  std::string name;
  std::string layerName, file;  // of a new layer; file: a .gpkg, empty: beside the project, by its name
};
struct MoveVertex {
  std::string layer;
  uint32_t row = 0;
  size_t vertex = 0;  // of that row, through all its parts
  geo::Point to;      // world
};                    // of a layer drawn by hand
struct RemoveFeatures {
  std::string layer;
  std::vector<uint32_t> rows;
};  // of a layer drawn by hand
struct RenameFeature {
  std::string layer;
  uint32_t row = 0;
  std::string name;
};  // likewise
struct AddVertex {
  std::string layer;
  uint32_t row = 0;
  size_t vertex = 0;  // the new one comes before it, in its part; of that row, through all its parts
  geo::Point at;      // world
};                    // likewise
struct RemoveVertex {
  std::string layer;
  uint32_t row = 0;
  size_t vertex = 0;
};  // likewise
struct SetLayerStyle {
  std::string layer;
  StyleSpec style;
  bool final = true;
};  // colour, width and size of what has no role of its own
struct AcceptMatch {
  std::string layer, key, means;
};  // a table's key is this one of the layer's; means empty: nobody says so any more
struct PlaceByName {
  std::string layer, column, in;
};  // rows without a place stand where the column says; column empty: nowhere again
struct ImportTable {
  std::string path;
  ImportSpec spec;
  std::string layer;  // that is read anew; empty: a new one
};  // a table becomes a layer, or indicators; its choices are kept for the next of its shape
struct ForgetImport {
  std::vector<std::string> columns;
};  // the choices for tables of that shape
struct SetPalette {
  std::string indicator;
  std::string palette;
};
struct SetTitle {
  std::string title;
};
struct SetVision {
  scene::Vision vision;
};  // the map as other eyes see it, or a projector in a bright room
struct SetTheme {
  std::string theme;
};  // dark | light
struct AddScene {
  std::string name;
};  // from the view
struct RemoveScene {
  std::string scene;
};
struct PutScene {
  SceneSpec scene;
  bool final = true;
};  // another form of the one with its id, or a new one after the one in view
struct MoveScene {
  std::string scene;
  int to;
};  // index from the first
struct RetakeScene {
  std::string scene;
};  // its look and camera become the view's
struct SetShow {
  ShowSpec show;
  bool final = true;
};  // audience, loop, motion
struct SetPage {
  PageSpec page;
  bool final = true;
};  // paper, template, frames, review number, public or internal
struct PutTemplate {
  TemplateSpec layout;
};  // a new one, or another form of the one with its id
struct RemoveTemplate {
  std::string id;
};
struct PutBasemap {
  BasemapSpec basemap;
  bool final = true;
};  // a new one on top of the others, or another form of the one with its id
struct RemoveBasemap {
  std::string basemap;
};
struct MoveBasemap {
  std::string basemap;
  int to;
};  // index from the bottom
struct SetBasemapVisible {
  std::string basemap;
  bool visible;
};
struct SaveKey {
  std::string name, key, host;
};  // of a map service, in the user's own folder: never in a project. host: the only one that is given it
struct CheckBasemap {
  BasemapSpec basemap;
};  // asks for one tile; see View::basemapCheck
// A table in the import assistant.
struct ImportWork {
  std::string path;
  ImportSpec choices;  // what the user has said; the rest is found out
  bool asSaid = false, roleSaid = false, figuresSaid = false;
  bool yearsApart = false;  // columns that are years of one thing stay an indicator each
  std::string layer;        // that it already is
  bool operator==(const ImportWork&) const = default;
};
// History and files
struct Undo {};
struct Redo {};
struct NewProject {
  bool discardChanges = false;
};
struct OpenProject {
  std::string path;
  bool discardChanges = false;
};
struct SaveProject {};
struct SaveProjectAs {
  std::string path;
};
struct Recover {
  bool take = true;
};  // what an earlier run of the program had not saved: takes it over, or throws it away
struct ExportImage {
  std::string path;
  int width = 1920, height = 1080;
  std::string paper;
  bool landscape = true;
  int dpi = 300;
  bool bare = false;
  bool page = false;  // the project's own page; paper and landscape do not count then
  bool worldFile = false;
  bool currentExtent = false;
  scene::Composition composition = scene::Composition::map;
  std::optional<scene::ObjectRef> card;  // Composition::card: of which area
};
struct ExportAtlas {
  std::string path;                            // a folder, or a .pdf
  std::vector<std::string> areas, indicators;  // keys · ids; none: all
  std::vector<int> years;                      // none: each indicator's latest
  std::string ending = "png";                  // of the sheets in a folder
  std::string paper;                           // empty: the project's
  bool landscape = true;
  int dpi = 300;
};
struct ExportAgain {};  // the last export once more
struct CopyPicture {
  int scale = 1;  // 1 or 2 times the window's pixels
};                // the map, to the clipboard
struct ExportRows {
  std::string path;  // .csv .geojson .gpkg
  std::string layer;
  bool selectedOnly = true;
};  // with the indicators' figures
// View
struct OpenTables {
  std::vector<std::string> paths;
};  // those of a known shape are taken in, the others come to the assistant one by one
struct LookAtTable {
  ImportWork work;
};  // in the assistant; path empty: no more
struct AskDatabase {
  std::string source;    // "PG:host=… dbname=…", without a password
  std::string password;  // kept in memory alone
};                       // what tables it has; source empty: no more
struct SetLanguage {
  scene::Language language;
};
struct ShowScene {
  std::string scene;
};
struct NextScene {
  int step = 1;
};
// Presenting
struct StartShow {
  std::string scene;  // empty: the one in view, else the first
};
struct EndShow {};
struct StepShow {
  int step = 1;
};
struct JumpShow {
  int number = 1;  // from 1
};
struct BlackShow {};  // the wall goes black, or comes back
struct HoldShow {};   // no longer goes on by itself, or does again
struct FlatShow {};   // tilted scenes lie flat, or stand up again
struct CheckShow {
  int width = 1920, height = 1080;
};  // what an audience could not read or find, at the wall's size; see preflight.h
struct SetCamera {
  scene::Camera camera;
};
struct Pan {
  float dx, dy;
};
struct Zoom {
  double factor;
  scene::Vec about;
};
struct FitAll {};
struct ZoomTo {
  scene::ObjectRef object;
};
struct Select {
  std::optional<scene::ObjectRef> object;
};
enum class Pick : uint8_t { replace, add, remove, toggle };
struct SelectRows {
  std::string layer;
  std::vector<uint32_t> rows;
  Pick pick = Pick::replace;
};
struct SelectWithin {
  std::vector<geo::Point> ring;  // world
  Pick pick = Pick::replace;
};  // rows of the active layer inside of it
struct SetActiveLayer {
  std::string layer;
};  // whose rows tables and charts show, and lassos choose
struct SetTool {
  Tool tool;
};
struct SetComposition {
  scene::Composition composition;
};
struct ShowCard {
  std::optional<scene::ObjectRef> object;
};  // of an area; none: back to the map
struct InspectLayer {
  std::string layer;
};  // what its file is; empty: none
struct CompareReading {
  bool on = true;
};  // the inspected layer as it could be read otherwise lies over the map
struct ShowProblem {
  std::optional<size_t> problem;  // of the inspected layer's card; none: no longer
  size_t place = 0;               // which of its places the map goes to
};
struct ProbeHeat {
  std::optional<geo::Point> at;
};  // world; lists the points behind the heat there
struct CopyText {
  std::string text;
};
struct Hover {
  std::optional<scene::ObjectRef> object;
};
struct Search {
  std::string text;
};
struct TogglePanel {
  std::string panel;
};  // layers | inspector | strip | dock | page | legend | messages
struct SetUiScale {
  double scale;
};  // 0: follow the monitor
struct ToggleFullScreen {};
struct CopyFigures {};  // of the selection, with their sources
struct CancelJobs {
  bool exportOnly = false;
};
struct Quit {
  bool discardChanges = false;
};
struct ShowHelp {};

using Command = std::variant<
    SetLayerVisible, SetLayerOpacity, MoveLayer, RemoveLayer, RenameLayer, AddData, SetIndicator, SetYear,
    SetClassification, LockBreaks, SetMap, SetHeat, PutIndicator, RemoveIndicator, SetLayerShow, ReadLayerAs,
    RepairLayer, PlaceObject, UnplaceObject, AddFeature, MoveVertex, RemoveFeatures, RenameFeature, AddVertex,
    RemoveVertex, SetLayerStyle, AcceptMatch, PlaceByName, ImportTable, ForgetImport, SetPalette, SetTitle,
    SetTheme, SetVision, AddScene, RemoveScene, PutScene, MoveScene, RetakeScene, SetShow, SetPage,
    PutTemplate, RemoveTemplate, PutBasemap, RemoveBasemap, MoveBasemap, SetBasemapVisible, SaveKey,
    CheckBasemap, Undo, Redo, NewProject, OpenProject, SaveProject, SaveProjectAs, Recover, ExportImage,
    ExportAtlas, ExportAgain, CopyPicture, ExportRows, OpenTables, LookAtTable, AskDatabase, SetLanguage,
    ShowScene, NextScene, StartShow, EndShow, StepShow, JumpShow, BlackShow, HoldShow, FlatShow, CheckShow,
    SetCamera, Pan, Zoom, FitAll, ZoomTo, Select, SelectRows, SelectWithin, SetActiveLayer, SetTool,
    SetComposition, ShowCard, InspectLayer, CompareReading, ShowProblem, ProbeHeat, CopyText, Hover, Search,
    TogglePanel, SetUiScale, ToggleFullScreen, CopyFigures, CancelJobs, Quit, ShowHelp>;
using Commands = std::vector<Command>;

// Name and one-line help, translated; the shortcut as text ("Ctrl+S", empty when none).
struct CommandHelp {
  std::string id, name, help, shortcut;
};
CommandHelp describe(const Command& command, scene::Language language = scene::Language::zh);
const std::vector<CommandHelp>& allCommands(
    scene::Language language = scene::Language::zh);  // in the order of the variant

}  // namespace session
