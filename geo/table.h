// Attribute rows, stored by column. Missing is explicit: NaN in numbers, present = 0 in texts; never 0 or "".
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/texts.h"

namespace geo {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

enum class ColumnType : uint8_t { integer, real, text, date };

struct Column {
  std::string name;
  ColumnType type = ColumnType::text;
  std::vector<double> numbers;   // integer and real
  Texts texts;                   // text and date (ISO 8601)
  std::vector<uint8_t> present;  // text and date
  std::string unit{};  // of the numbers as they stand here: "万人", "%"; empty: the file does not say

  bool numeric() const { return type == ColumnType::integer || type == ColumnType::real; }
  size_t rows() const { return numeric() ? numbers.size() : texts.size(); }
  bool has(size_t row) const { return numeric() ? !std::isnan(numbers[row]) : present[row] != 0; }
  // The value as people and join keys write it: integers without a decimal point. Empty when missing.
  std::string text(size_t row) const;
  // A number, also when it stands in a text column, in any notation of geo/cell_text.h; NaN when missing or
  // none.
  double number(size_t row) const;
};

struct Table {
  std::vector<Column> columns;
  size_t rowCount = 0;

  size_t rows() const { return rowCount; }
  // Exact name first, then without regard to ASCII case, then without the unit in parentheses behind it where
  // only one column has that name; nullptr when there is none.
  const Column* find(std::string_view name) const;
  // "A, B, C": for messages that say what there is.
  std::string columnNames() const;
};

}  // namespace geo
