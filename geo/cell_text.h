// What one cell of a Chinese table holds: a number in any of its notations, a date, an angle, words, nothing.
// Pure text work; knows nothing of files and columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "geo/geometry.h"

namespace geo {

enum class CellKind : uint8_t { missing, integer, real, date, text };

// What had to be understood to read a number; a set of bits.
enum CellTrait : uint16_t {
  cellFullWidth = 1,     // １２．５
  cellGrouped = 2,       // 1,234,567 or 1 234 567
  cellPercent = 4,       // 12.5%: the number is 12.5
  cellPerMille = 8,      // 3‰: the number is 3
  cellScaled = 16,       // 3.2万: the number is 32,000
  cellUnit = 32,         // 300亩
  cellParentheses = 64,  // (1,234): the number is −1,234
  cellFootnote = 128,    // 1234* or 1234①
};

struct CellReading {
  CellKind kind = CellKind::missing;
  double number = 0;      // integer and real: the whole value, its scale multiplied in
  double scale = 1;       // 3.2万: 10,000
  uint16_t traits = 0;    // CellTrait
  std::string_view unit;  // as written behind the scale: 元, km², %; empty: none
  std::string date;       // ISO 8601
};

// Codes (leading zeros, more than 15 digits) and words are text. `cell` must outlive the reading when it has
// a unit.
CellReading readCell(std::string_view cell);

// "", "—", "-", "…", "/", "NA", "无", "无数据", "暂无"…: no value, where a value is expected.
bool isMissingMark(std::string_view cell);

// "2024-1-5", "2024/01/05", "2024.1.5", "2024年1月5日", with or without a time → ISO 8601; empty when it is
// none.
std::string isoDate(std::string_view cell);
// Excel's day number → ISO 8601; empty outside of 1927…2064, where a number is no likely date.
std::string isoDateFromSerial(double days);

// What a header says beside the name: "常住人口（万人）" → name 常住人口, unit 万人, scale 10,000.
struct HeaderReading {
  std::string name, unit;  // unit empty: none that is known
  double scale = 1;
};
HeaderReading readHeader(std::string_view header);
// A header that names one year: "2021年GDP（亿元）", "GDP_2021", "GDP（2022年）", "2023" → the rest of it,
// and the year. Nothing where there is no year, more than one, or a whole date.
struct YearHeader {
  std::string name, unit;  // name empty: the year is all there is
  int year = 0;
};
std::optional<YearHeader> readYearHeader(std::string_view header);
// How two such names are told to be one: without regard to width and case.
std::string yearHeaderKey(std::string_view name);

// "单位：万元" → 万元; empty when the text says no unit.
std::string unitLine(std::string_view cell);
// 万人 → 10,000; 人 → 1; nothing when it is no unit.
std::optional<double> unitScale(std::string_view unit);

// Degrees from 113.5, "113.5°E", "113°03′52.4″", "113度3分52秒", "113 3 52.4", "N24.5"; NaN when it is none
// of these.
double degreesFrom(std::string_view text);

// Both in one cell, in either order: "113.05,23.7", "23°42′N 113°3′E", "POINT(113.05 23.7)". Without letters
// the order is that of the numbers where only one of them can be a latitude of China, else longitude first;
// `latitudeFirst` says otherwise.
std::optional<Point> lonLatFrom(std::string_view text, bool latitudeFirst = false);

// Full-width letters, digits and signs → ASCII; the ideographic space → a space; other minus signs → "-".
std::string halfWidth(std::string_view text);
// Without white space of any kind around it.
std::string_view trimmedCell(std::string_view text);

}  // namespace geo
