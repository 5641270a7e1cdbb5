// Rows of plain cells (CSV, spreadsheets) → a typed Table. Pure text work; knows nothing of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "geo/cell_options.h"
#include "geo/report.h"
#include "geo/table.h"

namespace geo::detail {

// Cells row by row; they point into `text`, so a grid moves but is not copied.
struct TextGrid {
  std::vector<char> text;
  std::vector<std::string_view> cells;
  std::vector<size_t> rowStart{0};
  char separator = 0;        // 0: of a spreadsheet
  size_t unclosedQuote = 0;  // bytes from a quote that nothing closes to the end; 0: none

  TextGrid() = default;
  TextGrid(TextGrid&&) = default;
  TextGrid& operator=(TextGrid&&) = default;

  size_t rows() const { return rowStart.size() - 1; }
  size_t width(size_t row) const { return rowStart[row + 1] - rowStart[row]; }
  std::string_view cell(size_t row, size_t column) const {
    return column < width(row) ? cells[rowStart[row] + column] : std::string_view();
  }
};

// RFC 4180, with the separator found out (comma, semicolon, tab, bar) where none is given. The text must be
// UTF-8. Blank lines are skipped.
TextGrid parseCsv(std::string_view utf8, char separator = 0);

// Cells that hold nothing but one of these become empty.
void blankOut(TextGrid& grid, const std::vector<std::string>& marks);

// What spreadsheets leave below a table.
void dropEmptyRowsAtTheEnd(TextGrid& grid);

struct TypedTable {
  Table table;
  size_t headerRow = 0;  // rows before and including it are not data; firstRow says where data begins
  size_t firstRow = 0;
  size_t headerRows = 1;  // with the row of the units
  bool headerFound = false;
  std::vector<size_t> rows, columns;  // of the grid, that the table's came from
  Report
      report;  // what was understood on the way: titles, joined headers, units, totals, notations of numbers
};

// Finds the header (below titles and the line of the unit, in up to three rows), names every column once, and
// types each by what it holds: integer, real, date, text. Codes with leading zeros and numbers of more than
// 15 digits stay text. "—", "NA", "无数据" and the like are missing in numeric columns. Totals are kept and
// told; notes below the table are left out.
TypedTable typedTable(const TextGrid& grid, const CellOptions& options = {});

// The columns that hold x and y, or `both` in one cell, found by name; all empty when there are none.
struct CoordinateColumns {
  std::string x, y, both;
  bool latitudeFirst = false;  // in `both`, as its name says
};
CoordinateColumns coordinateColumns(const Table& table);

}  // namespace geo::detail
