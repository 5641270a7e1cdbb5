#include "geo/detail/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace geo::detail {
namespace {

std::string_view trimmed(std::string_view s) {
  constexpr std::string_view wide = "\xe3\x80\x80", hard = "\xc2\xa0";  // ideographic and no-break space
  for (bool again = true; again;) {
    again = false;
    if (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1), again = true;
    if (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1), again = true;
    for (const std::string_view space : {wide, hard}) {
      if (s.starts_with(space)) s.remove_prefix(space.size()), again = true;
      if (s.ends_with(space)) s.remove_suffix(space.size()), again = true;
    }
  }
  return s;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// How often a separator stands outside quotes in the first lines, and whether it does so equally often in
// each.
char separatorOf(std::string_view text) {
  char best = ',';
  double bestScore = 0;
  for (const char c : {',', '\t', ';', '|'}) {
    std::vector<size_t> counts{0};
    bool quoted = false;
    for (size_t i = 0; i < text.size() && counts.size() <= 20; ++i) {
      if (text[i] == '"') quoted = !quoted;
      if (quoted) continue;
      if (text[i] == c) ++counts.back();
      if (text[i] == '\n') counts.push_back(0);
    }
    if (counts.size() > 1) counts.pop_back();  // the last line may be cut or empty
    const size_t first = counts[0];
    if (first == 0) continue;
    const auto same = static_cast<double>(std::count(counts.begin(), counts.end(), first));
    const double score =
        same / static_cast<double>(counts.size()) + 0.001 * static_cast<double>(std::min<size_t>(first, 100));
    if (score > bestScore) bestScore = score, best = c;
  }
  return best;
}

enum class Form : uint8_t { missing, integer, real, date, text };

bool allDigits(std::string_view s) { return !s.empty() && std::all_of(s.begin(), s.end(), digit); }

// "2024-1-5", "2024/01/05", "2024年1月5日" → "2024-01-05"; empty when it is no date.
std::string isoDate(std::string_view s) {
  std::array<std::string_view, 3> part;
  if (s.ends_with("日")) s.remove_suffix(std::string_view("日").size());
  for (const auto& [a, b] :
       {std::pair<std::string_view, std::string_view>{"-", "-"}, {"/", "/"}, {"年", "月"}}) {
    const size_t i = s.find(a);
    if (i == s.npos) continue;
    const size_t j = s.find(b, i + a.size());
    if (j == s.npos) continue;
    part = {s.substr(0, i), s.substr(i + a.size(), j - i - a.size()), s.substr(j + b.size())};
    break;
  }
  if (part[0].size() != 4 || part[1].size() > 2 || part[2].size() > 2) return {};
  std::array<int, 3> number{};
  for (size_t k = 0; k < 3; ++k) {
    if (!allDigits(part[k])) return {};
    std::from_chars(part[k].data(), part[k].data() + part[k].size(), number[k]);
  }
  if (number[1] < 1 || number[1] > 12 || number[2] < 1 || number[2] > 31) return {};
  return fmt::format("{:04}-{:02}-{:02}", number[0], number[1], number[2]);
}

double asNumber(std::string_view s) {
  Column one;
  one.texts = {std::string(s)}, one.present = {1};
  return one.number(0);
}

Form formOf(std::string_view cell) {
  const std::string_view s = trimmed(cell);
  if (isMissingMark(s)) return Form::missing;
  const char c = s.front();
  if (!digit(c) && c != '-' && c != '.') return Form::text;
  const std::string_view unsignedPart = c == '-' ? s.substr(1) : s;
  if (allDigits(unsignedPart)) {
    if (unsignedPart.size() > 1 && unsignedPart.front() == '0') return Form::text;
    return unsignedPart.size() > 15 ? Form::text : Form::integer;
  }
  if (unsignedPart.size() > 1 && unsignedPart[0] == '0' && digit(unsignedPart[1])) return Form::text;
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error == std::errc() && end == s.data() + s.size() && std::isfinite(value)) return Form::real;
  if (s.find(',') != s.npos) {
    const double grouped = asNumber(s);
    if (!std::isnan(grouped)) return s.find('.') == s.npos ? Form::integer : Form::real;
  }
  return isoDate(s).empty() ? Form::text : Form::date;
}

bool yearLike(std::string_view s) {
  s = trimmed(s);
  return s.size() == 4 && allDigits(s) && (s.starts_with("19") || s.starts_with("20"));
}

// Row of the names, or npos when the first row is data already.
size_t headerRowOf(const TextGrid& grid) {
  const size_t look = std::min<size_t>(grid.rows(), 50);
  size_t width = 0;
  std::vector<size_t> filled(look);
  for (size_t r = 0; r < look; ++r) {
    for (size_t c = 0; c < grid.width(r); ++c)
      if (!trimmed(grid.cell(r, c)).empty()) ++filled[r];
    width = std::max(width, filled[r]);
  }
  // Titles and notes above a table fill one cell or few.
  size_t header = 0;
  while (header + 1 < look && 2 * filled[header] < width + 1 && filled[header] < width) ++header;
  if (header >= look) return std::string_view::npos;
  size_t numbers = 0, others = 0;
  for (size_t c = 0; c < grid.width(header); ++c) {
    const Form f = formOf(grid.cell(header, c));
    if (f == Form::missing) continue;
    if ((f == Form::integer || f == Form::real) && !yearLike(grid.cell(header, c))) ++numbers;
    else ++others;
  }
  return numbers > 0 && numbers >= others ? std::string_view::npos : header;
}

Column typedColumn(const TextGrid& grid, size_t firstRow, size_t column) {
  bool integer = true, real = true, date = true, any = false;
  for (size_t r = firstRow; r < grid.rows() && (integer || real || date); ++r) {
    const Form f = formOf(grid.cell(r, column));
    if (f == Form::missing) continue;
    any = true;
    integer &= f == Form::integer;
    real &= f == Form::integer || f == Form::real;
    date &= f == Form::date;
  }
  Column out;
  out.type = !any      ? ColumnType::text
             : integer ? ColumnType::integer
             : real    ? ColumnType::real
             : date    ? ColumnType::date
                       : ColumnType::text;
  const size_t n = grid.rows() - firstRow;
  if (out.numeric()) {
    out.numbers.reserve(n);
    for (size_t r = firstRow; r < grid.rows(); ++r) {
      const std::string_view s = trimmed(grid.cell(r, column));
      double value = missing;
      if (!isMissingMark(s)) {
        const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
        if (error != std::errc() || end != s.data() + s.size()) value = asNumber(s);
      }
      out.numbers.push_back(value);
    }
    return out;
  }
  out.texts.reserve(n), out.present.reserve(n);
  for (size_t r = firstRow; r < grid.rows(); ++r) {
    const std::string_view s = trimmed(grid.cell(r, column));
    if (out.type == ColumnType::date) {
      const bool has = !isMissingMark(s);
      out.texts.push_back(has ? isoDate(s) : std::string());
      out.present.push_back(has);
    } else {
      out.texts.emplace_back(s);
      out.present.push_back(!s.empty());
    }
  }
  return out;
}

// Letters only, lower case: "Point_X", "经度(°)" → "pointx", "经度".
std::string plainName(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '(' || name.substr(i).starts_with("（")) break;
    if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c + 32));
    else if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) out.push_back(c);
  }
  return out;
}

}  // namespace

bool isMissingMark(std::string_view cell) {
  const std::string_view s = trimmed(cell);
  if (s.empty()) return true;
  if (s.size() > 12) return false;
  static constexpr std::string_view marks[] = {
      "-",      "--",   "---",      "–",    "—",    "——",      "…",       "……",    "...",  "..",   ".",
      "/",      "*",    "\\N",      "NA",   "N/A",  "n/a",     "na",      "#N/A",  "NULL", "null", "Null",
      "NaN",    "nan",  "NAN",      "None", "none", "#DIV/0!", "#VALUE!", "#REF!", "－",   "／",   "无",
      "无数据", "暂无", "暂无数据", "缺失", "缺",   "不详",    "未知",    "空"};
  return std::find(std::begin(marks), std::end(marks), s) != std::end(marks);
}

void dropEmptyRowsAtTheEnd(TextGrid& grid) {
  while (grid.rows() > 0) {
    const auto last = grid.cells.begin() + static_cast<long>(grid.rowStart[grid.rows() - 1]);
    if (!std::all_of(last, grid.cells.end(), [](std::string_view c) { return trimmed(c).empty(); })) return;
    grid.cells.erase(last, grid.cells.end());
    grid.rowStart.pop_back();
  }
}

TextGrid parseCsv(std::string_view utf8) {
  if (utf8.starts_with("\xef\xbb\xbf")) utf8.remove_prefix(3);
  char separator = separatorOf(utf8);
  if (utf8.size() > 5 && utf8.substr(0, 4) == "sep=") {  // Excel's own hint
    separator = utf8[4];
    utf8.remove_prefix(std::min(utf8.find('\n'), utf8.size() - 1) + 1);
  }
  TextGrid grid;
  grid.text.assign(utf8.begin(), utf8.end());
  grid.cells.reserve(utf8.size() / 8);
  char* const begin = grid.text.data();
  char* const end = begin + grid.text.size();
  char* p = begin;
  while (p < end) {
    const size_t firstCell = grid.cells.size();
    for (bool more = true; more;) {
      char* first = p;
      char* to = p;
      if (p < end && *p == '"') {
        // Doubled quotes shrink to one, in place.
        first = to = ++p;
        while (p < end) {
          if (*p == '"') {
            if (p + 1 < end && p[1] == '"') ++p;
            else break;
          }
          *to++ = *p++;
        }
        if (p < end) ++p;
        while (p < end && *p != separator && *p != '\n' && *p != '\r')
          *to++ = *p++;  // stray text after the quote
      } else {
        while (p < end && *p != separator && *p != '\n' && *p != '\r') ++p;
        to = p;
      }
      grid.cells.emplace_back(first, static_cast<size_t>(to - first));
      more = p < end && *p == separator;
      if (more) ++p;
    }
    if (p < end && *p == '\r') ++p;
    if (p < end && *p == '\n') ++p;
    // A blank line is no row; a line of separators is one, of missing values.
    if (grid.cells.size() == firstCell + 1 && trimmed(grid.cells.back()).empty())
      grid.cells.resize(firstCell);
    else grid.rowStart.push_back(grid.cells.size());
  }
  dropEmptyRowsAtTheEnd(grid);
  return grid;
}

TypedTable typedTable(const TextGrid& grid) {
  TypedTable out;
  if (grid.rows() == 0) return out;
  const size_t header = headerRowOf(grid);
  out.headerFound = header != std::string_view::npos;
  out.headerRow = out.headerFound ? header : 0;
  out.firstRow = out.headerFound ? header + 1 : 0;
  size_t width = 0;
  for (size_t r = out.headerRow; r < grid.rows(); ++r) width = std::max(width, grid.width(r));
  std::set<std::string> names;
  for (size_t c = 0; c < width; ++c) {
    Column column = typedColumn(grid, out.firstRow, c);
    std::string name(out.headerFound ? trimmed(grid.cell(header, c)) : std::string_view());
    std::replace(name.begin(), name.end(), '\n', ' ');
    if (name.empty()) {
      const bool unused = !column.numeric() && std::none_of(column.present.begin(), column.present.end(),
                                                            [](uint8_t p) { return p != 0; });
      if (unused) continue;  // the empty columns that spreadsheets leave at the right
      name = fmt::format("field_{}", c + 1);
    }
    const std::string base = name;
    for (int k = 2; !names.insert(name).second; ++k) name = fmt::format("{}_{}", base, k);
    column.name = std::move(name);
    out.table.columns.push_back(std::move(column));
  }
  out.table.rowCount = grid.rows() - out.firstRow;
  return out;
}

CoordinateColumns coordinateColumns(const Table& table) {
  static constexpr std::pair<std::string_view, std::string_view> pairs[] = {{"lon", "lat"},
                                                                            {"lng", "lat"},
                                                                            {"long", "lat"},
                                                                            {"longitude", "latitude"},
                                                                            {"经度", "纬度"},
                                                                            {"东经", "北纬"},
                                                                            {"lon", "latitude"},
                                                                            {"centerlon", "centerlat"},
                                                                            {"wgslon", "wgslat"},
                                                                            {"wgslng", "wgslat"},
                                                                            {"gcjlng", "gcjlat"},
                                                                            {"gcjlon", "gcjlat"},
                                                                            {"bdlng", "bdlat"},
                                                                            {"bdlon", "bdlat"},
                                                                            {"经度坐标", "纬度坐标"},
                                                                            {"中心经度", "中心纬度"},
                                                                            {"地理经度", "地理纬度"},
                                                                            {"东坐标", "北坐标"},
                                                                            {"横坐标", "纵坐标"},
                                                                            {"easting", "northing"},
                                                                            {"east", "north"},
                                                                            {"x", "y"},
                                                                            {"x坐标", "y坐标"},
                                                                            {"坐标x", "坐标y"},
                                                                            {"pointx", "pointy"},
                                                                            {"xcoord", "ycoord"},
                                                                            {"coordx", "coordy"},
                                                                            {"coordinatex", "coordinatey"},
                                                                            {"xcoordinate", "ycoordinate"}};
  std::vector<std::string> plain;
  for (const Column& c : table.columns) plain.push_back(plainName(c.name));
  const auto index = [&](std::string_view name) {
    return static_cast<size_t>(std::find(plain.begin(), plain.end(), name) - plain.begin());
  };
  // Enough of the cells must hold a number or an angle.
  const auto usable = [&](const Column& c) {
    if (c.numeric()) return true;
    const size_t n = std::min<size_t>(c.rows(), 200);
    size_t good = 0, given = 0;
    for (size_t r = 0; r < n; ++r)
      if (c.has(r) && !isMissingMark(c.texts[r])) ++given, good += !std::isnan(degreesFrom(c.texts[r]));
    return good > 0 && 2 * good >= given;
  };
  for (const auto& [x, y] : pairs) {
    const size_t i = index(x), j = index(y);
    if (i < plain.size() && j < plain.size() && usable(table.columns[i]) && usable(table.columns[j]))
      return {table.columns[i].name, table.columns[j].name};
  }
  return {};
}

double degreesFrom(std::string_view text) {
  std::string_view s = trimmed(text);
  double sign = 1;
  const auto strip = [&](std::string_view mark, double factor) {
    if (s.starts_with(mark)) s = trimmed(s.substr(mark.size())), sign *= factor;
    else if (s.ends_with(mark)) s = trimmed(s.substr(0, s.size() - mark.size())), sign *= factor;
  };
  for (const std::string_view mark : {"东经", "北纬", "E", "N", "e", "n"}) strip(mark, 1);
  for (const std::string_view mark : {"西经", "南纬", "W", "S", "w", "s"}) strip(mark, -1);
  if (!s.empty() && s.front() == '-') sign *= -1, s.remove_prefix(1);
  std::array<double, 3> part{};
  size_t n = 0;
  while (!s.empty() && n < 3) {
    const auto [end, error] =
        std::from_chars(s.data(), s.data() + s.size(), part[n], std::chars_format::fixed);
    if (error != std::errc()) return missing;
    ++n;
    s.remove_prefix(static_cast<size_t>(end - s.data()));
    s = trimmed(s);
    bool marked = true;
    for (int k = 0; k < 2 && marked; ++k) {
      marked = false;
      for (const std::string_view mark : {"°", "度", "′", "'", "’", "分", "″", "\"", "”", "秒", ":", "º"})
        if (s.starts_with(mark)) {
          s = trimmed(s.substr(mark.size())), marked = true;
          break;
        }
    }
  }
  if (n == 0 || !s.empty() || (n > 1 && (part[1] >= 60 || part[2] >= 60))) return missing;
  return sign * (part[0] + part[1] / 60 + part[2] / 3600);
}

}  // namespace geo::detail
