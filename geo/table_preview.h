// A table as its file has it, before anything is made of it: lines, columns, and cells that could not be
// read.
#pragma once

#include "geo/load.h"

namespace geo {

struct TablePreview {
  enum class Part : uint8_t { title, header, data, note };  // note: said again, or below the table
  struct Line {
    size_t number = 0;  // from 1, as CellOptions::headerRow counts
    Part part = Part::data;
    std::vector<std::string> cells;  // of the columns below; long ones are cut
    std::vector<uint8_t> unread;     // per cell: something stands there that the column could not take
  };
  struct ColumnView {
    size_t given = 0, missing = 0, unread = 0;  // cells of data
    std::vector<std::string> unreadExamples;    // a few
  };
  std::string driver;
  std::vector<std::string> sheets;  // of a workbook, that hold rows
  std::string sheet;
  std::string encoding;
  double encodingConfidence = 1;
  std::string separator;    // empty: not a text table
  size_t headerRow = 0;     // from 1; 0: there is none
  bool plainCells = false;  // else the file says what its columns are, and there is no header to choose
  std::vector<Line> lines;  // the first ones
  std::vector<ColumnView> columns;  // as layer->table has them
  std::string x, y;                 // columns of coordinates, the same twice: both in one cell; empty: none
  Loaded loaded;
};

Result<TablePreview> previewTable(const std::string& path, const LoadOptions& options = {}, size_t lines = 60,
                                  Progress* progress = nullptr);

}  // namespace geo
