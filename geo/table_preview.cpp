#include "geo/table_preview.h"

#include <algorithm>

#include "geo/cell_text.h"
#include "geo/detail/read.h"

namespace geo {
namespace {

constexpr size_t longestCell = 160;  // bytes that are shown of a cell

// Cut between two characters.
std::string shortened(std::string_view text) {
  if (text.size() <= longestCell) return std::string(text);
  size_t end = longestCell;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

bool nothing(std::string_view cell) { return isMissingMark(cell); }

// Columns of text that are numbers but for a few cells: those are what somebody wants to see.
bool nearlyNumbers(const Column& c) {
  if (c.type != ColumnType::text) return false;
  size_t numbers = 0, words = 0;
  for (size_t r = 0; r < c.rows(); ++r) {
    if (!c.has(r)) continue;
    const CellKind kind = readCell(c.texts[r]).kind;
    numbers += kind == CellKind::integer || kind == CellKind::real;
    words += kind == CellKind::text || kind == CellKind::date;
    if (words > 20 && words * 2 > numbers) return false;
  }
  return numbers >= 3 && words > 0 && numbers >= 4 * words;
}

struct Judge {
  const Column& column;
  bool angle = false, both = false, nearly = false;

  // A cell that holds something which the column could not take.
  bool unread(size_t row, std::string_view cell) const {
    if (nothing(cell)) return false;
    if (both) return !lonLatFrom(cell);
    if (angle && !column.numeric()) return std::isnan(degreesFrom(cell));
    if (column.numeric() || column.type == ColumnType::date) return !column.has(row);
    if (!nearly) return false;
    const CellKind kind = readCell(cell).kind;
    return kind == CellKind::text || kind == CellKind::date;
  }
};

void fromGrid(const detail::Peek& peek, const Table& table, const std::vector<Judge>& judges, size_t most,
              TablePreview& out) {
  const detail::TextGrid& grid = peek.grid;
  const detail::TypedTable& typed = peek.typed;
  std::vector<long> rowOf(grid.rows(), -1);
  for (size_t r = 0; r < typed.rows.size(); ++r) rowOf[typed.rows[r]] = static_cast<long>(r);
  for (size_t g = 0; g < std::min(grid.rows(), most); ++g) {
    TablePreview::Line& line = out.lines.emplace_back();
    line.number = g + 1;
    line.part = rowOf[g] >= 0                              ? TablePreview::Part::data
                : typed.headerFound && g < typed.headerRow ? TablePreview::Part::title
                : g < typed.firstRow                       ? TablePreview::Part::header
                                                           : TablePreview::Part::note;
    for (size_t c = 0; c < typed.columns.size(); ++c) {
      const std::string_view cell = grid.cell(g, typed.columns[c]);
      line.cells.push_back(shortened(cell));
      line.unread.push_back(rowOf[g] >= 0 && judges[c].unread(static_cast<size_t>(rowOf[g]), cell));
    }
  }
  for (size_t c = 0; c < typed.columns.size(); ++c) {
    TablePreview::ColumnView& view = out.columns[c];
    for (size_t r = 0; r < table.rows(); ++r) {
      const std::string_view cell = grid.cell(typed.rows[r], typed.columns[c]);
      if (nothing(cell)) {
        ++view.missing;
      } else if (judges[c].unread(r, cell)) {
        ++view.unread;
        if (view.unreadExamples.size() < 3) view.unreadExamples.push_back(shortened(cell));
      } else {
        ++view.given;
      }
    }
  }
}

void fromColumns(const Table& table, const std::vector<Judge>& judges, size_t most, TablePreview& out) {
  TablePreview::Line names;
  names.part = TablePreview::Part::header;
  for (const Column& c : table.columns) names.cells.push_back(c.name);
  names.unread.resize(table.columns.size());
  out.lines.push_back(std::move(names));
  for (size_t r = 0; r < std::min(table.rows(), most); ++r) {
    TablePreview::Line& line = out.lines.emplace_back();
    line.number = r + 1;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const std::string cell = table.columns[c].text(r);
      line.cells.push_back(shortened(cell));
      line.unread.push_back(judges[c].unread(r, cell));
    }
  }
  for (size_t c = 0; c < table.columns.size(); ++c)
    for (size_t r = 0; r < table.rows(); ++r)
      ++(table.columns[c].has(r) ? out.columns[c].given : out.columns[c].missing);
}

}  // namespace

Result<TablePreview> previewTable(const std::string& path, const LoadOptions& options, size_t lines,
                                  Progress* progress) {
  detail::Peek peek;
  auto reading = detail::read(path, options, progress, &peek);
  if (!reading) return tl::unexpected(reading.error());
  TablePreview out;
  out.driver = reading->layer.source.driver;
  out.sheets = peek.sheets;
  if (!out.sheets.empty()) out.sheet = reading->layer.source.layer;
  out.encoding = reading->encodingUsed, out.encodingConfidence = reading->encodingConfidence;
  out.plainCells = peek.cells;
  if (peek.grid.separator) out.separator = std::string(1, peek.grid.separator);
  if (peek.typed.headerFound) out.headerRow = peek.typed.headerRow + 1;
  const detail::CoordinateColumns& at = peek.coordinates;
  out.x = at.both.empty() ? at.x : at.both, out.y = at.both.empty() ? at.y : at.both;
  out.loaded = {std::make_shared<const Layer>(std::move(reading->layer)), std::move(reading->report)};
  const Table& table = out.loaded.layer->table;
  std::vector<Judge> judges;
  for (const Column& c : table.columns) {
    const bool angle = c.name == out.x || c.name == out.y;
    judges.push_back({c, angle, angle && out.x == out.y, !angle && nearlyNumbers(c)});
  }
  out.columns.resize(table.columns.size());
  if (peek.cells) fromGrid(peek, table, judges, lines, out);
  else fromColumns(table, judges, lines, out);
  return out;
}

}  // namespace geo
