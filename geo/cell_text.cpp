#include "geo/cell_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace geo {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool digit(char c) { return c >= '0' && c <= '9'; }
bool allDigits(std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), digit); }
bool ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Ideographic, no-break, narrow and zero-width spaces, and the byte order mark that some programs leave in
// cells.
constexpr std::string_view spaces[] = {"\xe3\x80\x80", "\xc2\xa0",     "\xe2\x80\xaf", "\xe2\x80\x82",
                                       "\xe2\x80\x83", "\xe2\x80\x89", "\xe2\x80\x8b", "\xef\xbb\xbf"};

bool takeFront(std::string_view& s, std::string_view mark) {
  if (!s.starts_with(mark)) return false;
  s.remove_prefix(mark.size());
  return true;
}
bool takeBack(std::string_view& s, std::string_view mark) {
  if (!s.ends_with(mark)) return false;
  s.remove_suffix(mark.size());
  return true;
}

// ---- units ----

// What stands behind numbers in tables of Chinese offices. Words that also end names (镇, 村) are no units
// here.
constexpr std::string_view units[] = {
    "人",     "元",     "户",     "家",       "个",        "亩",          "公顷", "平方公里", "平方千米",
    "平方米", "立方米", "公里",   "千米",     "米",        "厘米",        "毫米", "吨",       "公斤",
    "千克",   "克",     "千瓦时", "千瓦",     "兆瓦",      "兆瓦时",      "度",   "美元",     "港元",
    "欧元",   "岁",     "天",     "小时",     "分钟",      "处",          "座",   "条",       "件",
    "项",     "所",     "辆",     "头",       "只",        "台",          "套",   "张",       "人次",
    "户次",   "家次",   "元/人",  "人/户",    "床",        "册",          "株",   "棵",       "艘",
    "架",     "标准煤", "百分点", "个百分点", "公里/小时", "平方公里/人", "km",   "m",        "cm",
    "mm",     "km²",    "km2",    "m²",       "m2",        "m³",          "m3",   "ha",       "hm²",
    "hm2",    "t",      "kg",     "g",        "kW",        "kWh",         "kW·h", "MW",       "MWh",
    "GWh",    "%",      "‰",      "年",       "米/秒",     "个/平方公里", "℃"};

struct Scale {
  std::string_view word;
  double factor;
};
constexpr Scale scales[] = {{"万亿", 1e12}, {"千亿", 1e11}, {"百亿", 1e10}, {"十亿", 1e9},
                            {"亿", 1e8},    {"千万", 1e7},  {"百万", 1e6},  {"十万", 1e5},
                            {"万", 1e4},    {"千", 1e3},    {"百", 1e2}};

bool knownUnit(std::string_view s) {
  return std::find(std::begin(units), std::end(units), s) != std::end(units);
}

// A unit, or one per another: "人/平方公里", "元/亩", "kg/ha".
bool unitOrQuotient(std::string_view s) {
  if (knownUnit(s)) return true;
  const size_t slash = s.find('/');
  if (slash == s.npos || slash == 0) return false;
  std::string_view below = s.substr(slash + 1);
  for (const Scale& x : scales)
    if (!knownUnit(below) && takeFront(below, x.word)) break;
  return knownUnit(s.substr(0, slash)) && knownUnit(below);
}

// "万元" → 10,000 and "元"; "千米" is a unit, not a thousand of something.
std::optional<double> takeScale(std::string_view& s) {
  if (unitOrQuotient(s)) return 1.0;
  for (const Scale& x : scales) {
    if (!s.starts_with(x.word)) continue;
    const std::string_view rest = s.substr(x.word.size());
    if (!rest.empty() && !unitOrQuotient(rest)) return {};
    if (rest.empty() && x.factor < 1e4) return {};  // 千 and 百 alone are words
    s = rest;
    return x.factor;
  }
  return {};
}

// ---- numbers ----

// Digits with separators of thousands taken out; empty when the groups are not all of three.
std::string ungrouped(std::string_view s, char separator) {
  const size_t point = s.find('.');
  const std::string_view whole = s.substr(0, point);
  if (point != s.npos && s.find(separator, point) != s.npos) return {};
  std::string out;
  size_t group = 0;
  bool first = true;
  for (const char c : whole) {
    if (c == separator) {
      if (first ? group == 0 || group > 3 : group != 3) return {};
      first = false, group = 0;
    } else if (digit(c)) {
      ++group, out.push_back(c);
    } else {
      return {};
    }
  }
  if (first || group != 3) return {};
  return out += point == s.npos ? std::string_view() : s.substr(point);
}

struct Parsed {
  double value = nan;
  bool integer = false, code = false, grouped = false;
};

// ASCII, without sign: digits, groups, a point, an exponent.
Parsed unsignedNumber(std::string_view s) {
  if (s.empty() || !(digit(s.front()) || (s.front() == '.' && s.size() > 1 && digit(s[1])))) return {};
  if (s.size() > 1 && s[0] == '0' && digit(s[1])) return {nan, false, true, false};
  if (allDigits(s) && s.size() > 15) return {nan, false, true, false};
  Parsed out;
  std::string plain;
  if (s.find(',') != s.npos) plain = ungrouped(s, ','), out.grouped = true;
  else if (s.find(' ') != s.npos) plain = ungrouped(s, ' '), out.grouped = true;
  const std::string_view number = out.grouped ? std::string_view(plain) : s;
  if (number.empty()) return {};
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(value)) return {};
  out.value = value, out.integer = allDigits(number);
  return out;
}

// The part of the cell that looks like a number, from its first character.
size_t numberLength(std::string_view s) {
  size_t i = 0;
  while (i < s.size()) {
    const char c = s[i];
    const bool next = i + 1 < s.size() && digit(s[i + 1]);
    if (digit(c) || (c == '.' && (next || i > 0))) ++i;
    else if ((c == ',' || c == ' ') && i > 0 && next) ++i;
    else if ((c == 'e' || c == 'E') && i > 0 && digit(s[i - 1]) &&
             (next || (i + 2 < s.size() && (s[i + 1] == '-' || s[i + 1] == '+') && digit(s[i + 2]))))
      i += next ? 1 : 2;
    else break;
  }
  return i;
}

bool takeFootnote(std::string_view& s) {
  for (const std::string_view mark :
       {"*", "①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "†", "‡", "[1]", "[2]", "[3]", "注1", "注2", "注"})
    if (s.size() > mark.size() && takeBack(s, mark)) {
      s = trimmedCell(s);
      return true;
    }
  return false;
}

CellReading textCell() { return {CellKind::text, 0, 1, 0, {}, {}}; }

// `s` in half width; the unit points into it.
CellReading readNumber(std::string_view s) {
  CellReading out;
  while (takeFootnote(s)) out.traits |= cellFootnote;
  double sign = 1;
  if (s.size() > 2 && s.front() == '(' && s.back() == ')') {
    s = trimmedCell(s.substr(1, s.size() - 2));
    sign = -1, out.traits |= cellParentheses;
  } else {
    for (const auto& [mark, unit] :
         {std::pair<std::string_view, std::string_view>{"¥", "元"}, {"￥", "元"}, {"$", "美元"}})
      if (takeFront(s, mark)) s = trimmedCell(s), out.traits |= cellUnit, out.unit = unit;
    if (takeFront(s, "-")) sign = -1;
    else takeFront(s, "+");
    s = trimmedCell(s);
  }
  const size_t length = numberLength(s);
  const Parsed number = unsignedNumber(s.substr(0, length));
  if (std::isnan(number.value)) return textCell();
  std::string_view rest = trimmedCell(s.substr(length));
  if (!rest.empty()) {
    const auto scale = takeScale(rest);
    if (!scale) return textCell();
    // A year or an age by itself is a whole number without a point or groups.
    if (rest == "年" && !(number.integer && !number.grouped)) return textCell();
    out.scale = *scale;
    if (*scale != 1) out.traits |= cellScaled;
    if (rest == "%") out.traits |= cellPercent;
    else if (rest == "‰") out.traits |= cellPerMille;
    else if (!rest.empty()) out.traits |= cellUnit;
    if (!rest.empty()) out.unit = rest;
  }
  if (number.grouped) out.traits |= cellGrouped;
  out.number = sign * number.value * out.scale;
  // 1.1 × 10,000 is 11,000, not 11,000.000000000002.
  if (out.scale != 1 && std::abs(out.number) < 1e15 &&
      std::abs(out.number - std::round(out.number)) < 1e-9 * std::abs(out.number))
    out.number = std::round(out.number);
  out.kind = number.integer || (out.scale != 1 && out.number == std::round(out.number)) ? CellKind::integer
                                                                                        : CellKind::real;
  return out;
}

// ---- dates ----

bool takeInt(std::string_view& s, size_t maxDigits, int& value) {
  size_t n = 0;
  while (n < s.size() && n < maxDigits && digit(s[n])) ++n;
  if (n == 0) return false;
  std::from_chars(s.data(), s.data() + n, value);
  s.remove_prefix(n);
  return true;
}

int daysIn(int year, int month) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

// ---- angles ----

enum class Axis : uint8_t { either, longitude, latitude };

struct Angle {
  double degrees = nan;
  Axis axis = Axis::either;
};

Angle angleFrom(std::string_view text) {
  const std::string half = halfWidth(text);
  std::string_view s = trimmedCell(half);
  double sign = 1;
  Axis axis = Axis::either;
  struct Word {
    std::string_view mark;
    double factor;
    Axis axis;
  };
  static constexpr Word words[] = {
      {"东经", 1, Axis::longitude}, {"西经", -1, Axis::longitude}, {"北纬", 1, Axis::latitude},
      {"南纬", -1, Axis::latitude}, {"经度", 1, Axis::longitude},  {"纬度", 1, Axis::latitude},
      {"E", 1, Axis::longitude},    {"e", 1, Axis::longitude},     {"W", -1, Axis::longitude},
      {"w", -1, Axis::longitude},   {"N", 1, Axis::latitude},      {"n", 1, Axis::latitude},
      {"S", -1, Axis::latitude},    {"s", -1, Axis::latitude},     {"东", 1, Axis::longitude},
      {"西", -1, Axis::longitude},  {"北", 1, Axis::latitude},     {"南", -1, Axis::latitude}};
  bool worded = false;
  for (const Word& w : words) {
    if (worded || !(takeFront(s, w.mark) || takeBack(s, w.mark))) continue;
    worded = true, sign = w.factor, axis = w.axis;
    s = trimmedCell(s);
    if (takeFront(s, ":")) s = trimmedCell(s);
  }
  if (takeFront(s, "-")) sign *= -1;
  std::array<double, 3> part{};
  size_t n = 0;
  while (!s.empty() && n < 3) {
    if (!digit(s.front()) && s.front() != '.') return {};
    const auto [end, error] =
        std::from_chars(s.data(), s.data() + s.size(), part[n], std::chars_format::fixed);
    if (error != std::errc()) return {};
    ++n;
    s.remove_prefix(static_cast<size_t>(end - s.data()));
    s = trimmedCell(s);
    static constexpr std::string_view marks[] = {"°",  "度", "º",  "˚", "⁰", "′",  "'", "’", "‘", "´", "`",
                                                 "分", "″",  "\"", "”", "“", "秒", ":", "d", "m", "-"};
    for (int k = 0; k < 2; ++k)  // two single quotes stand for a double one
      for (const std::string_view mark : marks)
        if (takeFront(s, mark)) {
          s = trimmedCell(s);
          break;
        }
  }
  // 113°2.5′30″ would say its minutes twice.
  const auto whole = [](double v) { return v == std::floor(v); };
  if (n == 0 || !s.empty() || (n > 1 && (part[1] >= 60 || part[2] >= 60 || !whole(part[0]))) ||
      (n > 2 && !whole(part[1])))
    return {};
  return {sign * (part[0] + part[1] / 60 + part[2] / 3600), axis};
}

bool chineseLongitude(double v) { return v >= 72 && v <= 138; }
bool chineseLatitude(double v) { return v >= 2 && v <= 55; }

std::optional<Point> ordered(const Angle& a, const Angle& b, bool latitudeFirst) {
  if (std::isnan(a.degrees) || std::isnan(b.degrees)) return {};
  if (a.axis != Axis::either && a.axis == b.axis) return {};
  if (a.axis == Axis::latitude || b.axis == Axis::longitude) return Point{b.degrees, a.degrees};
  if (a.axis == Axis::longitude || b.axis == Axis::latitude) return Point{a.degrees, b.degrees};
  if (chineseLatitude(a.degrees) && chineseLongitude(b.degrees)) return Point{b.degrees, a.degrees};
  if (chineseLongitude(a.degrees) && chineseLatitude(b.degrees)) return Point{a.degrees, b.degrees};
  return latitudeFirst ? Point{b.degrees, a.degrees} : Point{a.degrees, b.degrees};
}

}  // namespace

std::string_view trimmedCell(std::string_view s) {
  for (bool again = true; again;) {
    again = false;
    while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
    while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
    if (s.empty() ||
        (static_cast<unsigned char>(s.front()) < 0x80 && static_cast<unsigned char>(s.back()) < 0x80))
      return s;
    for (const std::string_view space : spaces) {
      again |= takeFront(s, space);
      again |= takeBack(s, space);
    }
  }
  return s;
}

std::string halfWidth(std::string_view text) {
  if (ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto byte = [&](size_t k) {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0;
    };
    if (byte(0) == 0xef && (byte(1) == 0xbc || byte(1) == 0xbd) && byte(2) >= 0x80) {  // U+FF00…FF7F
      const int code = (byte(1) - 0xbc) * 64 + (byte(2) - 0x80);
      if (code >= 1 && code <= 0x5e) {
        out.push_back(static_cast<char>(0x20 + code)), i += 3;
        continue;
      }
      if (code == 0x7f - 0x20) {
        out += text.substr(i, 3), i += 3;
        continue;
      }
    }
    const std::string_view rest = text.substr(i);
    bool known = false;
    for (const std::string_view space : spaces)
      if (rest.starts_with(space)) {
        if (space != "\xe2\x80\x8b" && space != "\xef\xbb\xbf") out.push_back(' ');
        i += space.size(), known = true;
        break;
      }
    if (known) continue;
    for (const std::string_view minus : {"−", "–", "‐", "‑", "﹣"})
      if (rest.starts_with(minus)) {
        out.push_back('-'), i += minus.size(), known = true;
        break;
      }
    if (!known) out.push_back(text[i++]);
  }
  return out;
}

bool isMissingMark(std::string_view cell) {
  const std::string_view s = trimmedCell(cell);
  if (s.empty()) return true;
  if (s.size() > 18) return false;
  static constexpr std::string_view marks[] = {
      "-",      "--",       "---",      "----", "–",      "––",     "—",        "——",      "―",
      "−",      "－",       "－－",     "…",    "……",     "⋯",      "...",      "..",      ".",
      "/",      "//",       "／",       "\\",   "*",      "**",     "\\N",      "NA",      "N/A",
      "n/a",    "N.A.",     "n.a.",     "na",   "#N/A",   "NULL",   "null",     "Null",    "<null>",
      "<Null>", "NaN",      "nan",      "NAN",  "None",   "none",   "#DIV/0!",  "#VALUE!", "#REF!",
      "#NUM!",  "#NAME?",   "#NULL!",   "无",   "无数据", "暂无",   "暂无数据", "缺失",    "缺",
      "缺测",   "缺数据",   "不详",     "未知", "空",     "未公布", "未统计",   "未提供",  "不适用",
      "没有",   "没有数据", "数据缺失", "待定", "待补",   "（无）", "(无)",     "（空）",  "(空)",
      "Ｎ／Ａ"};
  return std::find(std::begin(marks), std::end(marks), s) != std::end(marks);
}

std::string isoDate(std::string_view cell) {
  const std::string half = halfWidth(cell);
  std::string_view s = trimmedCell(half);
  int year = 0, month = 0, day = 0;
  if (s.size() < 8 || !digit(s[3]) || !takeInt(s, 4, year) || year < 1000) return {};
  if (takeFront(s, "年")) {
    if (!takeInt(s, 2, month) || !takeFront(s, "月") || !takeInt(s, 2, day)) return {};
    if (!takeFront(s, "日")) takeFront(s, "号");
  } else {
    if (s.empty() || (s[0] != '-' && s[0] != '/' && s[0] != '.')) return {};
    const char separator = s[0];
    s.remove_prefix(1);
    if (!takeInt(s, 2, month) || s.empty() || s[0] != separator) return {};
    s.remove_prefix(1);
    if (!takeInt(s, 2, day)) return {};
  }
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return {};
  const std::string date = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (s.empty()) return date;
  if (s[0] == 'T' || s[0] == ' ') s = trimmedCell(s.substr(1));
  int hour = 0, minute = 0, second = 0;
  if (!takeInt(s, 2, hour) || !(takeFront(s, ":") || takeFront(s, "时")) || !takeInt(s, 2, minute)) return {};
  takeFront(s, "分");
  if (takeFront(s, ":") && !takeInt(s, 2, second)) return {};
  if (!s.empty() && s[0] == '.') s.remove_prefix(std::min(s.find_first_not_of("0123456789", 1), s.size()));
  takeFront(s, "Z");
  if (!s.empty() || hour > 23 || minute > 59 || second > 60) return {};
  // Excel's days have a time of midnight that nobody meant.
  return hour + minute + second == 0 ? date : fmt::format("{}T{:02}:{:02}:{:02}", date, hour, minute, second);
}

std::string isoDateFromSerial(double days) {
  if (!(days >= 10000 && days < 60000)) return {};
  // Days since 1899-12-30 → civil date (Howard Hinnant's algorithm).
  const int64_t z = static_cast<int64_t>(std::floor(days)) - 25569 + 719468;
  const int64_t era = z / 146097, doe = z % 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  const int64_t month = mp < 10 ? mp + 3 : mp - 9;
  return fmt::format("{:04}-{:02}-{:02}", yoe + era * 400 + (month <= 2), month,
                     doy - (153 * mp + 2) / 5 + 1);
}

CellReading readCell(std::string_view cell) {
  const std::string_view s = trimmedCell(cell);
  if (s.empty()) return {};
  const char c = s.front();
  // Nearly all cells are words or plain numbers.
  if (digit(c) || c == '-' || c == '.') {
    const bool negative = c == '-';
    const std::string_view digits = negative ? s.substr(1) : s;
    if (allDigits(digits)) {
      if ((digits.size() > 1 && digits[0] == '0') || digits.size() > 15) return textCell();
      int64_t value = 0;
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return {CellKind::integer, static_cast<double>(negative ? -value : value), 1, 0, {}, {}};
    }
    double value = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error == std::errc() && end == s.data() + s.size() && std::isfinite(value) &&
        !(digits.size() > 1 && digits[0] == '0' && digit(digits[1])))
      return {CellKind::real, value, 1, 0, {}, {}};
  }
  if (isMissingMark(s)) return {};
  // Longer than any number with its unit: a text, of ten megabytes perhaps.
  if (s.size() > 80) return textCell();
  std::string half = halfWidth(s);
  const std::string_view h = trimmedCell(half);
  if (h.empty()) return {};
  static constexpr std::string_view signs[] = {"¥", "￥"};
  const bool likely =
      digit(h[0]) || h[0] == '-' || h[0] == '+' || h[0] == '.' || h[0] == '(' || h[0] == '$' ||
      std::any_of(std::begin(signs), std::end(signs), [&](auto m) { return h.starts_with(m); });
  if (!likely) return textCell();
  CellReading out = readNumber(h);
  if (out.kind != CellKind::text) {
    // The unit must point into what the caller owns.
    if (!out.unit.empty()) {
      const auto known = std::find(std::begin(units), std::end(units), out.unit);
      if (known != std::end(units)) out.unit = *known;
      else if (const size_t at = s.rfind(out.unit); at != s.npos) out.unit = s.substr(at, out.unit.size());
      else out.unit = {};
    }
    for (size_t i = 0; i + 1 < s.size(); ++i)
      if (static_cast<unsigned char>(s[i]) == 0xef) {
        out.traits |= cellFullWidth;
        break;
      }
    return out;
  }
  out.date = isoDate(h);
  if (!out.date.empty()) out.kind = CellKind::date;
  return out;
}

std::optional<double> unitScale(std::string_view unit) {
  std::string_view s = trimmedCell(unit);
  if (s.empty()) return {};
  return takeScale(s);
}

std::string unitLine(std::string_view cell) {
  const std::string half = halfWidth(trimmedCell(cell));
  std::string_view s = trimmedCell(half);
  if (takeFront(s, "(")) takeBack(s, ")");
  bool said = false;
  for (const std::string_view word : {"计量单位:", "单位:", "计量单位：", "单位："})
    if (!said && takeFront(s, word)) said = true;
  s = trimmedCell(s);
  return said && unitScale(s) ? std::string(s) : std::string();
}

HeaderReading readHeader(std::string_view header) {
  const std::string_view whole = trimmedCell(header);
  HeaderReading out{std::string(whole), {}, 1};
  struct Pair {
    std::string_view open, close;
  };
  for (const Pair& p : {Pair{"(", ")"}, Pair{"（", "）"}, Pair{"[", "]"}, Pair{"【", "】"}, Pair{"（", ")"},
                        Pair{"(", "）"}}) {
    if (!whole.ends_with(p.close)) continue;
    const size_t at = whole.rfind(p.open);
    if (at == whole.npos || at == 0) continue;
    const size_t from = at + p.open.size();
    if (from + p.close.size() > whole.size()) continue;
    const std::string inside =
        halfWidth(trimmedCell(whole.substr(from, whole.size() - from - p.close.size())));
    std::string_view unit = trimmedCell(inside);
    for (const std::string_view word : {"单位:", "单位："})
      if (takeFront(unit, word)) unit = trimmedCell(unit);
    const auto scale = unitScale(unit);
    if (!scale) continue;
    return {std::string(trimmedCell(whole.substr(0, at))), std::string(unit), *scale};
  }
  return out;
}

std::optional<YearHeader> readYearHeader(std::string_view header) {
  std::string text(trimmedCell(header));
  if (text.size() > 200) return {};
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  const auto yearAt = [&]() -> std::optional<size_t> {
    std::optional<size_t> found;
    for (size_t i = 0; i + 4 <= text.size(); ++i) {
      if (!digit(i) || (i > 0 && (digit(i - 1) || (text[i - 1] == '.' && i > 1 && digit(i - 2))))) continue;
      size_t end = i;
      while (digit(end)) ++end;
      const int year = end - i == 4 ? std::stoi(text.substr(i, 4)) : 0;
      const bool fraction = end + 1 < text.size() && text[end] == '.' && digit(end + 1);
      if (year < 1900 || year > 2100 || fraction) {
        i = end;
        continue;
      }
      if (found) return std::string::npos;
      found = i, i = end;
    }
    return found;
  };
  auto at = yearAt();
  if (!at) text = halfWidth(text), at = yearAt();
  if (!at || *at == std::string::npos) return {};
  YearHeader out;
  out.year = std::stoi(text.substr(*at, 4));
  std::string_view after = std::string_view(text).substr(*at + 4);
  std::string before = text.substr(0, *at);
  if (!takeFront(after, "年度") && after.starts_with("年")) {
    // 2021年末人口 is the population at the end of a year, 2021年GDP no "年GDP".
    const std::string_view next = after.substr(std::string_view("年").size());
    if (!(next.starts_with("末") || next.starts_with("底") || next.starts_with("初") ||
          next.starts_with("均")))
      after = next;
  }
  std::string rest = before + "\x1f" + std::string(after);  // \x1f: where the year was
  constexpr std::string_view marks[] = {"_",  "-", " ", ",", "，", "、", ":",
                                        "：", ".", "·", "—", "–",  "/",  "　"};
  const auto strip = [&](size_t where) {  // separators on both sides of the place
    for (bool more = true; more;) {
      more = false;
      for (const std::string_view m : marks) {
        if (where >= m.size() && std::string_view(rest).substr(where - m.size(), m.size()) == m)
          rest.erase(where - m.size(), m.size()), where -= m.size(), more = true;
        if (std::string_view(rest).substr(where + 1).starts_with(m))
          rest.erase(where + 1, m.size()), more = true;
      }
    }
    return where;
  };
  size_t where = rest.find('\x1f');
  const std::string gap = rest;
  where = strip(where);
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"(", ")"},
                                    {"（", "）"},
                                    {"[", "]"},
                                    {"【", "】"},
                                    {"（", ")"},
                                    {"(", "）"}}) {
    const std::string_view all(rest);
    if (where < open.size() || all.substr(where - open.size(), open.size()) != open ||
        !all.substr(where + 1).starts_with(close))
      continue;
    rest = std::string(all.substr(0, where - open.size())) + "\x1f" +
           std::string(all.substr(where + 1 + close.size()));
    where -= open.size();
    break;
  }
  // Between two words one sign stays: GDP_2021_现价.
  const bool first = where == 0, last = where + 1 == rest.size();
  const bool brackets =
      !last && (rest.compare(where + 1, 1, "(") == 0 || rest.compare(where + 1, 3, "（") == 0);
  rest.replace(where, 1,
               first || last || brackets || gap.find_first_of("_- \x1f") == gap.npos ? ""
               : gap.find('_') != gap.npos                                           ? "_"
               : gap.find(' ') != gap.npos                                           ? " "
                                                                                     : "");
  const HeaderReading read = readHeader(rest);
  out.name = read.name, out.unit = read.unit;
  for (const std::string_view m : marks) {  // "，亿元" in brackets is done above; what is left at the ends
    while (out.name.starts_with(m)) out.name.erase(0, m.size());
    while (out.name.ends_with(m)) out.name.erase(out.name.size() - m.size());
  }
  const std::string key = yearHeaderKey(out.name);
  for (const char* year : {"y", "yr", "year", "fy", "年", "年份", "年度"})
    if (key == year) out.name.clear();
  const bool wordless = !out.name.empty() && out.name.find_first_not_of("0123456789-/. _:") == out.name.npos;
  if (wordless) return {};  // a date
  return out;
}

std::string yearHeaderKey(std::string_view name) {
  std::string key = halfWidth(trimmedCell(name));
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return key;
}

double degreesFrom(std::string_view text) { return text.size() > 64 ? nan : angleFrom(text).degrees; }

std::optional<Point> lonLatFrom(std::string_view text, bool latitudeFirst) {
  if (text.size() > 120) return {};
  const std::string half = halfWidth(trimmedCell(text));
  std::string_view s = trimmedCell(half);
  if (takeFront(s, "POINT") || takeFront(s, "Point")) s = trimmedCell(s);
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"(", ")"}, {"[", "]"}})
    if (s.starts_with(open) && s.ends_with(close)) s = trimmedCell(s.substr(1, s.size() - 2));
  for (const std::string_view separator : {",", ";", "、", "|", "/", "\n"}) {
    const size_t at = s.find(separator);
    if (at == s.npos) continue;
    // A third number is a height.
    const std::string_view rest = s.substr(at + separator.size());
    const size_t next = rest.find(separator);
    const std::string_view second = rest.substr(0, next);
    return ordered(angleFrom(s.substr(0, at)), angleFrom(second), latitudeFirst);
  }
  // Only a letter or a space is left to part them: the place where both halves are angles of different axes,
  // else of plain decimals.
  for (size_t at = s.find(' '); at != s.npos; at = s.find(' ', at + 1)) {
    const Angle a = angleFrom(s.substr(0, at)), b = angleFrom(s.substr(at + 1));
    const bool axes = a.axis != Axis::either && b.axis != Axis::either && a.axis != b.axis;
    const bool decimals = s.find(' ', at + 1) == s.npos && s.substr(0, at).find('.') != s.npos;
    if (axes || decimals)
      if (const auto p = ordered(a, b, latitudeFirst)) return p;
  }
  for (const std::string_view mark : {"北纬", "东经", "E", "N"}) {
    for (size_t at = s.find(mark); at != s.npos; at = s.find(mark, at + 1)) {
      for (const size_t cut : {at, at + mark.size()}) {
        if (cut == 0 || cut >= s.size()) continue;
        const Angle a = angleFrom(s.substr(0, cut)), b = angleFrom(s.substr(cut));
        if (a.axis != Axis::either && b.axis != Axis::either && a.axis != b.axis)
          if (const auto p = ordered(a, b, latitudeFirst)) return p;
      }
    }
  }
  return {};
}

}  // namespace geo
