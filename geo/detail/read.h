// One source → a clean Layer, with what was found out on the way: load's engine, which inspect also asks.
#pragma once

#include <string>

#include "geo/detail/text_table.h"
#include "geo/load.h"

namespace geo::detail {

struct Reading {
  Layer layer;
  Report report;
  std::string encodingDeclared;  // as the file says it; empty: not at all
  std::string encodingUsed = "UTF-8";
  double encodingConfidence = 1;
  Crs crsDeclared;
  double crsConfidence = 1;
  std::string crsReason;
  bool axesSwapped = false;
  std::vector<uint32_t> clockwise;  // rows whose outer rings ran the other way than RFC 7946 wants
  std::string datum;                // as the options say, and what the coordinates were brought from
};

// The cells that a table was made from, for who wants to see them.
struct Peek {
  bool cells = false;  // else it came as typed columns
  TextGrid grid;
  TypedTable typed;  // without its table and report, which are the reading's
  CoordinateColumns coordinates;
  std::vector<std::string> sheets;  // of a workbook, that hold rows
};

// Where the embedded project lies (degrees): decides between zones that look alike.
Box homeArea();

Result<Reading> read(const std::string& path, const LoadOptions& options, Progress* progress,
                     Peek* peek = nullptr);
// The same without the road of our own for plain GeoJSON: what that is tested against.
Result<Reading> readByGdal(const std::string& path, const LoadOptions& options, Progress* progress,
                           Peek* peek = nullptr);

}  // namespace geo::detail
