#include "geo/table.h"

#include <charconv>

#include "geo/cell_text.h"

namespace geo {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool sameButCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string Column::text(size_t row) const {
  if (!has(row)) return {};
  if (!numeric()) return std::string(texts[row]);
  const double value = numbers[row];
  char buffer[64];
  // Integers beyond 2^53 never get here (they are loaded as text), so fixed notation prints every digit as it
  // is.
  const double size = std::abs(value);
  const auto form =
      value == 0 || (size >= 1e-5 && size < 1e17) ? std::chars_format::fixed : std::chars_format::general;
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value == 0 ? 0.0 : value, form);
  return {buffer, result.ptr};
}

double Column::number(size_t row) const {
  if (!has(row)) return missing;
  if (numeric()) return numbers[row];
  if (type == ColumnType::date) return missing;
  const CellReading cell = readCell(texts[row]);
  return cell.kind == CellKind::integer || cell.kind == CellKind::real ? cell.number : missing;
}

const Column* Table::find(std::string_view name) const {
  for (const Column& c : columns)
    if (c.name == name) return &c;
  for (const Column& c : columns)
    if (sameButCase(c.name, name)) return &c;
  const Column* only = nullptr;
  for (const Column& c : columns) {
    if (c.name.size() <= name.size() || !c.name.starts_with(name)) continue;
    const HeaderReading header = readHeader(c.name);
    if (header.unit.empty() || header.name != name) continue;
    if (only) return nullptr;
    only = &c;
  }
  return only;
}

std::string Table::columnNames() const {
  std::string out;
  for (const Column& c : columns) out += (out.empty() ? "" : ", ") + c.name;
  return out;
}

}  // namespace geo
