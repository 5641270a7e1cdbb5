// The import assistant's side of the session: what a table file is, what it could become, and the choices
// that a project keeps for the next one of its shape.
#pragma once

#include "app/session/project_file.h"
#include "app/session/session.h"
#include "app/session/year_columns.h"
#include "geo/inspect.h"
#include "geo/table_preview.h"

namespace session {

enum class Meaning : uint8_t { text, number, year, code, date, longitude, latitude, lonLat, place, address };

struct ImportPreview {
  enum class Lack : uint8_t { nothing, coordinates, names, areas, key, figures, matches };
  ImportWork work;    // that it was made from
  bool done = false;  // else it is being looked at
  geo::Error error;   // then there is nothing else
  geo::TablePreview table;
  ImportSpec found;               // the choices with what was found out filled in: what accepting it makes
  std::vector<Meaning> meanings;  // per column of the table
  bool known = false;             // the project keeps these choices for tables of that shape
  Lack lack = Lack::nothing;      // why it cannot be accepted

  geo::CrsFacts crs;              // points
  std::vector<geo::Point> at;     // points, names: per row, of the map; NaN: none
  std::vector<double> km;         // names: per row, how far it may be from there; 0: not said
  size_t placed = 0;              // rows that stand somewhere
  std::vector<YearGroup> years;   // figures: columns that are years of one thing
  std::vector<double> values;     // figures: the first one's per row of the areas, of the latest year
  size_t areas = 0, matched = 0;  // figures
  std::string namesOf;            // layer whose names were matched
  std::vector<std::string> unmatched;
  std::vector<geo::AliasMatch> byAlias;
  std::vector<geo::Suggestion> suggestions;
  struct Outline {  // of an area, as finely as a small map shows
    std::string name;
    std::vector<geo::Point> points;  // rings, laid end to end
    std::vector<uint32_t> ringEnds, triangles;
    geo::Point centre;
  };
  std::vector<Outline> outlines;  // to draw the places on, or the figures
};

// What a column of numbers is as an indicator: name, unit and decimals as it has them.
FigureSpec figureOf(const geo::Column& column);
// Of the columns of several years. Without a name of their own it is the file's.
FigureSpec figureOf(const geo::Table& table, const YearGroup& years, const std::string& path);

// Files that the assistant is for: CSV and other text, spreadsheets, DBF.
bool isTableFile(const std::string& path);

// Bare data files in a window: a project of their own. A table that has no shapes, or cannot be read as it
// stands, comes to the assistant instead.
geo::Result<void> openData(Session& session, const std::vector<std::string>& paths,
                           const BareOptions& options, const std::string& base);

// The kept choices that fit the file; reads it. None: it is of no known shape, or cannot be read.
std::optional<ImportSpec> knownShape(const std::string& path, const std::vector<ImportSpec>& imports,
                                     geo::Progress& progress);
const ImportSpec* knownImport(const Project& project, std::vector<std::string> columns);

struct Imported {
  std::string layer;  // id; empty: it became figures
  std::vector<std::string> indicators;
};
// `source`: as the project writes it; `replaced`: id of the layer that is read anew.
Imported addImport(Project& project, const std::string& source, const ImportSpec& spec,
                   const std::string& replaced = {});
// "点 · 经度、纬度 · GCJ-02"
std::string importText(const ImportSpec& spec, Language language);

// What a layer that is there was, or would have been, imported with.
ImportSpec importOf(const LayerSpec& layer);

struct ImportInput {
  ImportWork work;
  struct Names {
    LayerSpec spec;
    geo::LayerPtr layer;
  };
  std::vector<ImportSpec> imports;  // that the project keeps
  std::vector<Names> layers;        // that have names, in the map's CRS
  std::string county;               // id; empty: none
  std::vector<AcceptedSpec> accepted;
  geo::Crs world;
};
ImportInput importInput(const Session& session, const ImportWork& work);
ImportPreviewPtr lookAtTable(const ImportInput& input, geo::Progress& progress);

}  // namespace session
