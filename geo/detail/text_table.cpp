#include "geo/detail/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "geo/cell_text.h"

namespace geo::detail {
namespace {

// The separator that stands equally often, outside quotes, in most of the first lines. Titles above the table
// have none or few.
char separatorOf(std::string_view text) {
  char best = ',';
  double bestScore = 0;
  for (const char c : {',', '\t', ';', '|'}) {
    std::vector<size_t> counts{0};
    bool quoted = false;
    for (size_t i = 0; i < text.size() && counts.size() <= 50; ++i) {
      if (text[i] == '"') quoted = !quoted;
      if (quoted) continue;
      if (text[i] == c) ++counts.back();
      if (text[i] == '\n') counts.push_back(0);
    }
    if (counts.size() > 1) counts.pop_back();  // the last line may be cut or empty
    for (const size_t often : std::set<size_t>(counts.begin(), counts.end())) {
      if (often == 0) continue;
      const auto same = static_cast<double>(std::count(counts.begin(), counts.end(), often));
      const double score = same / static_cast<double>(counts.size()) +
                           0.001 * static_cast<double>(std::min<size_t>(often, 100));
      if (score > bestScore) bestScore = score, best = c;
    }
  }
  return best;
}

// ---- the rows of a table ----

bool blank(const TextGrid& grid, size_t row, size_t column) {
  return trimmedCell(grid.cell(row, column)).empty();
}

size_t filledCells(const TextGrid& grid, size_t row) {
  size_t n = 0;
  for (size_t c = 0; c < grid.width(row); ++c) n += !blank(grid, row, c);
  return n;
}

bool yearLike(std::string_view s) {
  s = trimmedCell(s);
  if (s.ends_with("年")) s.remove_suffix(std::string_view("年").size());
  return s.size() == 4 && (s.starts_with("19") || s.starts_with("20")) &&
         s.find_first_not_of("0123456789") == s.npos;
}

bool isNumber(std::string_view cell) {
  const CellKind k = readCell(cell).kind;
  return k == CellKind::integer || k == CellKind::real;
}

// Neither a number nor nothing, or a year, which heads a column as well as any word.
bool isWord(std::string_view cell) {
  if (yearLike(cell)) return true;
  const CellKind k = readCell(cell).kind;
  return k == CellKind::text || k == CellKind::date;
}

std::string withoutSpaces(std::string_view s) {
  std::string out = halfWidth(s);
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  return out;
}

// "单位：万元", "填表日期：2024年1月5日", "制表人：…": what offices write above and below a table.
bool isFormLine(std::string_view cell) {
  const std::string s = withoutSpaces(cell);
  for (const char* word : {"单位:", "计量单位:", "填表", "制表", "填报", "编制单位",
                           "编制:", "日期:", "截止日期", "截至", "统计时间", "审核", "负责人", "联系电话"})
    if (s.starts_with(word)) return true;
  return false;
}

bool isFootnote(std::string_view cell) {
  const std::string s = withoutSpaces(cell);
  for (const char* word : {"注:", "注1", "注释", "备注:", "说明:", "资料来源", "数据来源", "来源:", "Note",
                           "Source", "*注", "*"})
    if (s.starts_with(word) && s.size() > 3) return true;
  return isFormLine(cell);
}

// "（万人）", "万元", "%": a row of these below the names belongs to them.
bool isUnitRow(const TextGrid& grid, size_t row) {
  size_t unitCells = 0, others = 0;
  for (size_t c = 0; c < grid.width(row); ++c) {
    const std::string cell = withoutSpaces(grid.cell(row, c));
    if (cell.empty()) continue;
    std::string_view s = cell;
    if (s.size() > 2 && s.front() == '(' && s.back() == ')') s = s.substr(1, s.size() - 2);
    if (unitScale(s)) ++unitCells;
    else if (!isMissingMark(s)) ++others;
  }
  return unitCells > 0 && others == 0;
}

// Does the row go on with the header above it? All its cells are words, and either some of them stand below a
// cell that spans them (empty above) or it leaves out those that span it; below it numbers begin.
bool continuesHeader(const TextGrid& grid, size_t above, size_t row) {
  if (row + 1 >= grid.rows()) return false;
  const size_t width = std::max(grid.width(above), grid.width(row));
  size_t below = 0, spanned = 0, left = 0;
  for (size_t c = 0; c < width; ++c) {
    if (blank(grid, row, c)) {
      if (!blank(grid, above, c)) ++left;
      continue;
    }
    if (!isWord(grid.cell(row, c))) return false;
    ++below;
    if (c > 0 && blank(grid, above, c)) ++spanned;
  }
  if (below == 0 || spanned == 0 || (left == 0 && spanned < below / 2)) return false;
  size_t numbers = 0, words = 0;
  for (size_t r = row + 1; r < std::min(grid.rows(), row + 20); ++r)
    for (size_t c = 0; c < width; ++c) {
      if (blank(grid, row, c)) continue;
      if (isNumber(grid.cell(r, c)) && !yearLike(grid.cell(r, c))) ++numbers;
      else if (isWord(grid.cell(r, c))) ++words;
    }
  return numbers > words;
}

// Row of the names, or npos when the first row is data already.
size_t headerRowOf(const TextGrid& grid) {
  const size_t look = std::min<size_t>(grid.rows(), 50);
  size_t width = 0;
  std::vector<size_t> filled(look);
  for (size_t r = 0; r < look; ++r) width = std::max(width, filled[r] = filledCells(grid, r));
  // Titles and notes above a table fill one cell or few.
  const auto above = [&](size_t r) {
    for (size_t c = 0; c < grid.width(r); ++c)
      if (filled[r] < width && isFormLine(grid.cell(r, c))) return true;
    // The upper row of a header in two rows may be as empty as a title; the lower one leaves out what needs
    // no second name.
    if (filled[r] > 1 && continuesHeader(grid, r, r + 1) && filled[r + 1] < width) return false;
    return filled[r] < width && 2 * filled[r] < width + 1;
  };
  size_t header = 0;
  while (header + 1 < look && above(header)) ++header;
  size_t numbers = 0, others = 0;
  for (size_t c = 0; c < grid.width(header); ++c) {
    if (blank(grid, header, c)) continue;
    const std::string_view cell = grid.cell(header, c);
    if (isNumber(cell) && !yearLike(cell)) ++numbers;
    else if (isWord(cell)) ++others;
  }
  return numbers > 0 && numbers >= others ? std::string_view::npos : header;
}

struct Header {
  std::vector<std::string> names;
  size_t rows = 1;
  bool units = false;
};

Header headerFrom(const TextGrid& grid, size_t first) {
  Header out;
  std::vector<size_t> rows{first};
  while (rows.size() < 3 && continuesHeader(grid, rows.back(), rows.back() + 1))
    rows.push_back(rows.back() + 1);
  const size_t next = rows.back() + 1;
  out.units = next + 1 < grid.rows() && isUnitRow(grid, next);
  out.rows = rows.size() + (out.units ? 1 : 0);
  size_t width = 0;
  for (size_t r = first; r < first + out.rows; ++r) width = std::max(width, grid.width(r));
  out.names.resize(width);
  for (size_t k = 0; k < rows.size(); ++k) {
    std::string span;  // of the merged cell that reaches over these columns
    for (size_t c = 0; c < width; ++c) {
      std::string cell(trimmedCell(grid.cell(rows[k], c)));
      std::replace_if(
          cell.begin(), cell.end(), [](char x) { return x == '\n' || x == '\r' || x == '\t'; }, ' ');
      // A span ends where another begins, here or in the row above.
      if (!cell.empty() || (k > 0 && !blank(grid, rows[k - 1], c))) span = cell;
      const bool spans = k + 1 < rows.size();
      const std::string& part = spans && cell.empty() && !blank(grid, rows[k + 1], c) ? span : cell;
      if (part.empty() || out.names[c] == part) continue;
      out.names[c] += (out.names[c].empty() ? "" : " ") + part;
    }
  }
  if (out.units)
    for (size_t c = 0; c < width; ++c) {
      std::string unit = withoutSpaces(grid.cell(next, c));
      if (unit.size() > 2 && unit.front() == '(' && unit.back() == ')')
        unit = unit.substr(1, unit.size() - 2);
      if (!unit.empty() && !isMissingMark(unit) && readHeader(out.names[c]).unit.empty())
        out.names[c] += fmt::format("（{}）", unit);
    }
  return out;
}

// ---- columns ----

// The same thing understood in several columns is said once.
struct Understood {
  std::vector<std::string> columns;
  std::set<size_t> rows;
  std::string example;
};
class Notes {
 public:
  void add(const std::string& kind, const std::string& column, const std::vector<size_t>& rows,
           std::string_view example) {
    if (rows.empty()) return;
    Understood& u = of_[kind];
    u.columns.push_back(column);
    u.rows.insert(rows.begin(), rows.end());
    if (u.example.empty()) u.example = std::string(example.substr(0, 60));
  }
  void into(Report& report) const {
    struct Words {
      const char *kind, *message, *fix;
      bool harmless;
    };
    static constexpr Words words[] = {
        {"scaled-cells", "Cells carry their own 万 or 亿; they were multiplied out", "", true},
        {"unit-cells", "Cells carry a unit; it was moved to the column", "", true},
        {"percent-cells",
         "Cells carry a sign of per cent or per mille; the numbers stand as they are written", "", true},
        {"grouped-digits", "Digits stand in groups of three; read as one number", "", true},
        {"full-width-digits", "Digits are full-width; read as plain ones", "", true},
        {"negative-parentheses", "Numbers in parentheses were read as negative", "", true},
        {"footnote-marks", "Marks of footnotes behind numbers were left out", "", true},
        {"missing-marks", "Marks such as — or 无数据 were read as missing", "", true},
        {"excel-dates", "Day numbers were read as dates", "", true},
        {"percent-partly",
         "Some cells have a sign of per cent and others have none; all numbers stand as written",
         "edit-cells", false},
        {"unread-cells", "Cells are not of the type that the column was given; they are missing",
         "edit-cells", false},
        {"mixed-units", "Cells carry different units, so the column stays text", "edit-cells", false},
        {"nearly-numeric", "Nearly all cells are numbers; for these rows the column stays text", "edit-cells",
         false},
    };
    for (const Words& w : words) {
      const auto found = of_.find(w.kind);
      if (found == of_.end()) continue;
      const Understood& u = found->second;
      std::string columns;
      for (size_t i = 0; i < std::min<size_t>(u.columns.size(), 4); ++i)
        columns += fmt::format("{}\"{}\"", i ? ", " : "", u.columns[i]);
      if (u.columns.size() > 4) columns += fmt::format(" and {} more", u.columns.size() - 4);
      report.add({w.kind,
                  {u.rows.begin(), u.rows.end()},
                  fmt::format("{} (column {}; first: {}).", w.message, columns, u.example),
                  w.fix,
                  w.harmless});
    }
  }

 private:
  std::map<std::string, Understood> of_;
};

bool contains(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return text.find(w) != text.npos; });
}

std::string lowerCase(std::string_view s) {
  std::string out(s);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

// A column of days by its name, which makes 45292 and 20240105 dates.
bool namedAsDate(const std::string& name) {
  const std::string n = lowerCase(name);
  return contains(n, {"日期", "时间", "date"}) && !contains(n, {"天数", "时长"});
}

std::string dateFromNumber(double v) {
  if (v >= 19000101 && v <= 21001231) {
    const auto n = static_cast<int64_t>(v);
    return isoDate(fmt::format("{:04}-{:02}-{:02}", n / 10000, n / 100 % 100, n % 100));
  }
  return isoDateFromSerial(v);
}

// What the cells of a column are, before its type is settled.
struct Holdings {
  size_t integers = 0, reals = 0, dates = 0, given = 0, parenthesised = 0, bare = 0;
  std::vector<size_t> texts;  // rows; no more than a few are kept
  std::vector<std::string> units;
  bool textual = false;  // looked no further
};

Holdings holdingsOf(const TextGrid& grid, const std::vector<size_t>& rows, size_t column) {
  Holdings h;
  const size_t few = std::max<size_t>(3, rows.size() / 20);
  for (size_t i = 0; i < rows.size(); ++i) {
    const CellReading cell = readCell(grid.cell(rows[i], column));
    if (cell.kind == CellKind::missing) continue;
    ++h.given;
    if (cell.kind == CellKind::text) {
      h.texts.push_back(i);
      if (h.texts.size() > few) {
        h.textual = true;
        return h;
      }
      continue;
    }
    if (cell.kind == CellKind::date) {
      ++h.dates;
      continue;
    }
    ++(cell.kind == CellKind::integer ? h.integers : h.reals);
    if (cell.traits & cellParentheses && !(cell.traits & cellGrouped) && cell.kind == CellKind::integer)
      ++h.parenthesised;
    if (cell.unit.empty()) h.bare += cell.number != 0;
    else if (std::find(h.units.begin(), h.units.end(), cell.unit) == h.units.end())
      h.units.emplace_back(cell.unit);
  }
  return h;
}

Column textColumn(const TextGrid& grid, const std::vector<size_t>& rows, size_t column) {
  Column out;
  out.texts.reserve(rows.size()), out.present.reserve(rows.size());
  for (const size_t r : rows) {
    const std::string_view s = trimmedCell(grid.cell(r, column));
    out.texts.push_back(s);
    out.present.push_back(!s.empty());
  }
  return out;
}

Column dateColumn(const TextGrid& grid, const std::vector<size_t>& rows, size_t column,
                  const std::string& name, Notes& notes) {
  Column out;
  out.type = ColumnType::date;
  std::vector<size_t> marks, serial, unread;
  std::string_view mark, number, odd;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string_view s = trimmedCell(grid.cell(rows[i], column));
    CellReading cell = readCell(s);
    if (cell.kind == CellKind::integer || cell.kind == CellKind::real) {
      cell.date = dateFromNumber(cell.number);
      if (serial.empty()) number = s;
      serial.push_back(i);
    } else if (cell.kind == CellKind::missing && !s.empty()) {
      if (marks.empty()) mark = s;
      marks.push_back(i);
    } else if (cell.kind == CellKind::text) {
      if (unread.empty()) odd = s;
      unread.push_back(i);
    }
    out.present.push_back(!cell.date.empty());
    out.texts.push_back(cell.date);
  }
  notes.add("missing-marks", name, marks, mark);
  notes.add("excel-dates", name, serial, number);
  notes.add("unread-cells", name, unread, odd);
  return out;
}

// Years, codes, places and rates do not have the unit that a line above the table gives.
bool takesTableUnit(const std::string& name, const std::string& unit) {
  const std::string n = lowerCase(name);
  if (yearLike(n)) return true;
  if (n == "x" || n == "y" || n == "id" ||
      contains(n, {"年份", "年度", "代码", "编码", "编号", "序号", "排名", "code",
                   "year", "lon",  "lat",  "lng",  "经度", "纬度", "坐标", "率",
                   "比重", "占比", "比例", "增速", "增长", "增幅", "同比", "指数"}))
    return false;
  // Money is no number of people, whatever stands above the table.
  return !unit.ends_with("元") || !contains(n, {"人口", "人数", "户数", "面积", "个数", "家数", "数量"});
}

Column numberColumn(const TextGrid& grid, const std::vector<size_t>& rows, size_t column,
                    const std::string& name, const HeaderReading& header, Notes& notes) {
  Column out;
  struct Trait {
    uint16_t bit;
    const char* kind;
    std::vector<size_t> rows;
    std::string_view example;
  };
  std::array<Trait, 10> traits = {Trait{cellFullWidth, "full-width-digits", {}, {}},
                                  {cellGrouped, "grouped-digits", {}, {}},
                                  {cellPercent | cellPerMille, "percent-cells", {}, {}},
                                  {cellScaled, "scaled-cells", {}, {}},
                                  {cellUnit, "unit-cells", {}, {}},
                                  {cellParentheses, "negative-parentheses", {}, {}},
                                  {cellFootnote, "footnote-marks", {}, {}},
                                  {0x100, "missing-marks", {}, {}},
                                  {0x400, "unread-cells", {}, {}},
                                  {0x200, "percent-partly", {}, {}}};
  bool integer = true, percent = false;
  out.numbers.reserve(rows.size());
  std::vector<size_t> unsignedRows;
  std::string_view unsignedExample;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string_view s = trimmedCell(grid.cell(rows[i], column));
    const CellReading cell = readCell(s);
    uint16_t bits = cell.traits;
    double value = missing;
    if (cell.kind == CellKind::missing) {
      if (!s.empty()) bits = 0x100;
    } else if (cell.kind == CellKind::text || cell.kind == CellKind::date) {
      if (s.size() <= 15 && s.find_first_not_of("0123456789") == s.npos)
        value = std::stod(std::string(s));  // 007, which is a code by itself
      else bits = 0x400;
    } else {
      value = cell.number;
      // 3.2万 in a column of 万人 is 3.2.
      if (cell.scale != 1 && header.scale != 1) value /= header.scale;
      if (bits & (cellPercent | cellPerMille)) percent = true;
      else if (value != 0) {
        if (unsignedRows.empty()) unsignedExample = s;
        unsignedRows.push_back(i);
      }
      integer = integer && value == std::floor(value) && std::abs(value) < 9e15 &&
                (cell.kind == CellKind::integer || cell.scale != 1);
      if (out.unit.empty() && !cell.unit.empty()) out.unit = cell.unit;
    }
    out.numbers.push_back(value);
    if (bits)
      for (Trait& t : traits)
        if (t.bit & bits) {
          if (t.rows.empty()) t.example = s;
          t.rows.push_back(i);
        }
  }
  if (percent && header.unit.empty()) notes.add("percent-partly", name, unsignedRows, unsignedExample);
  for (const Trait& t : traits) notes.add(t.kind, name, t.rows, t.example);
  out.type = integer ? ColumnType::integer : ColumnType::real;
  if (!header.unit.empty()) out.unit = header.unit;
  return out;
}

Column typedColumn(const TextGrid& grid, const std::vector<size_t>& rows, size_t column,
                   const std::string& name, const std::string& tableUnit, size_t& unitGiven, Notes& notes) {
  const Holdings h = holdingsOf(grid, rows, column);
  const size_t numbers = h.integers + h.reals;
  if (h.given == 0 || h.textual) return textColumn(grid, rows, column);
  if (h.texts.empty()) {
    const bool serial = numbers > 0 && namedAsDate(name) && [&] {
      return std::all_of(rows.begin(), rows.end(), [&](size_t r) {
        const CellReading cell = readCell(grid.cell(r, column));
        return cell.kind == CellKind::missing || cell.kind == CellKind::date ||
               (cell.traits == 0 && !dateFromNumber(cell.number).empty());
      });
    }();
    if (h.dates == h.given || serial) return dateColumn(grid, rows, column, name, notes);
    HeaderReading header = readHeader(name);
    // Cells with a unit of another kind keep it.
    const bool own = !h.units.empty() && !tableUnit.ends_with(h.units.front());
    if (header.unit.empty() && !tableUnit.empty() && !own && takesTableUnit(name, tableUnit)) {
      header.unit = tableUnit, header.scale = unitScale(tableUnit).value_or(1);
      ++unitGiven;
    }
    // (1), (2), (3) count something; (1,234) among plain numbers owes something.
    const bool enumeration = h.parenthesised == h.given;
    if (h.dates == 0 && h.units.size() <= 1 && !enumeration)
      return numberColumn(grid, rows, column, name, header, notes);
    if (h.units.size() > 1) {
      std::vector<size_t> with;
      for (size_t i = 0; i < rows.size(); ++i)
        if (!readCell(grid.cell(rows[i], column)).unit.empty()) with.push_back(i);
      notes.add("mixed-units", name, with, trimmedCell(grid.cell(rows[with.front()], column)));
    }
  } else if (numbers >= 5 && numbers >= 10 * h.texts.size() && h.dates == 0) {
    // A code with a leading zero among others is no mistake.
    const std::string_view odd = trimmedCell(grid.cell(rows[h.texts.front()], column));
    if (odd.find_first_not_of("0123456789") != odd.npos) notes.add("nearly-numeric", name, h.texts, odd);
  }
  return textColumn(grid, rows, column);
}

enum class Forced : uint8_t { nothing, text, number, date };

Forced forcedBy(const CellOptions& o, const std::string& name) {
  const auto in = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  return in(o.text)      ? Forced::text
         : in(o.numbers) ? Forced::number
         : in(o.dates)   ? Forced::date
                         : Forced::nothing;
}

// ---- what belongs to the table as a whole ----

// Rows of data: below the header, without notes at the end and without the header said again in the middle.
std::vector<size_t> dataRows(const TextGrid& grid, size_t header, size_t first, bool found, Report& report) {
  size_t end = grid.rows();
  std::vector<size_t> rows, footers, repeats;
  if (found && grid.width(header) > 1)
    while (end > first) {
      std::string_view only;
      size_t filled = 0;
      for (size_t c = 0; c < grid.width(end - 1); ++c)
        if (!blank(grid, end - 1, c)) only = grid.cell(end - 1, c), ++filled;
      if (filled != 0 && (filled > 2 || !isFootnote(filled == 1 ? only : grid.cell(end - 1, 0)))) break;
      if (filled > 0) footers.push_back(end - 1);
      --end;
    }
  for (size_t r = first; r < end; ++r) {
    bool same = found && grid.width(r) > 1 && filledCells(grid, header) > 1;
    for (size_t c = 0; same && c < std::max(grid.width(r), grid.width(header)); ++c)
      same = trimmedCell(grid.cell(r, c)) == trimmedCell(grid.cell(header, c));
    if (same) repeats.push_back(r);
    else rows.push_back(r);
  }
  if (!footers.empty()) {
    std::string text;
    for (auto r = footers.rbegin(); r != footers.rend() && text.size() < 120; ++r)
      for (size_t c = 0; c < grid.width(*r); ++c)
        if (!blank(grid, *r, c))
          text += (text.empty() ? "" : " ") + std::string(trimmedCell(grid.cell(*r, c)).substr(0, 120));
    report.add({"footer-rows",
                {},
                fmt::format("{} lines of notes below the table were left out: {}", footers.size(), text),
                "",
                true});
  }
  if (!repeats.empty())
    report.add({"repeated-header",
                {},
                fmt::format("The header stands again in {} rows below; they were left out.", repeats.size()),
                "",
                true});
  return rows;
}

void tellTitles(const TextGrid& grid, size_t header, std::string& unit, Report& report) {
  std::string text;
  size_t lines = 0;
  for (size_t r = 0; r < header; ++r) {
    for (size_t c = 0; c < grid.width(r); ++c) {
      const std::string_view cell = trimmedCell(grid.cell(r, c));
      if (cell.empty()) continue;
      if (unit.empty()) unit = unitLine(cell);
      if (text.size() < 120) text += (text.empty() ? "" : " ") + std::string(cell.substr(0, 120));
    }
    lines += filledCells(grid, r) > 0;
  }
  if (lines > 0)
    report.add({"title-rows",
                {},
                fmt::format("{} lines above the header were taken as its title: {}", lines, text),
                "",
                true});
}

// The sum or the mean of the other rows would be a class or a place of its own on a map.
void tellTotals(const Table& t, Report& report) {
  static const std::set<std::string_view> words = {
      "合计", "总计", "共计",  "小计",     "总和",     "合计数",   "全市",   "全省",
      "全区", "全县", "全国",  "全市合计", "全市总计", "全市平均", "平均",   "平均值",
      "均值", "汇总", "Total", "total",    "TOTAL",    "Sum",      "Average"};
  std::vector<size_t> rows;
  std::string first;
  for (size_t r = 0; r < t.rows(); ++r)
    for (size_t c = 0; c < std::min<size_t>(t.columns.size(), 4); ++c) {
      const Column& column = t.columns[c];
      if (column.type != ColumnType::text || column.texts[r].size() > 24) continue;
      std::string s = withoutSpaces(column.texts[r]);
      while (s.ends_with(":")) s.pop_back();
      if (!words.count(s)) continue;
      if (rows.empty()) first = s;
      rows.push_back(r);
      break;
    }
  if (!rows.empty())
    report.add({"total-rows", rows,
                fmt::format("Rows hold the total of others (first: \"{}\"); they were kept.", first),
                "drop-row"});
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

void dropEmptyRowsAtTheEnd(TextGrid& grid) {
  while (grid.rows() > 0) {
    const auto last = grid.cells.begin() + static_cast<long>(grid.rowStart[grid.rows() - 1]);
    if (!std::all_of(last, grid.cells.end(), [](std::string_view c) { return trimmedCell(c).empty(); }))
      return;
    grid.cells.erase(last, grid.cells.end());
    grid.rowStart.pop_back();
  }
}

void blankOut(TextGrid& grid, const std::vector<std::string>& marks) {
  if (marks.empty()) return;
  for (std::string_view& cell : grid.cells)
    if (std::find(marks.begin(), marks.end(), trimmedCell(cell)) != marks.end()) cell = {};
}

TextGrid parseCsv(std::string_view utf8, char given) {
  if (utf8.starts_with("\xef\xbb\xbf")) utf8.remove_prefix(3);
  char separator = given ? given : separatorOf(utf8);
  if (utf8.size() > 5 && utf8.substr(0, 4) == "sep=") {  // Excel's own hint
    if (!given) separator = utf8[4];
    utf8.remove_prefix(std::min(utf8.find('\n'), utf8.size() - 1) + 1);
  }
  TextGrid grid;
  grid.separator = separator;
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
        else grid.unclosedQuote = static_cast<size_t>(end - first);
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
    if (grid.cells.size() == firstCell + 1 && trimmedCell(grid.cells.back()).empty())
      grid.cells.resize(firstCell);
    else grid.rowStart.push_back(grid.cells.size());
  }
  dropEmptyRowsAtTheEnd(grid);
  return grid;
}

TypedTable typedTable(const TextGrid& grid, const CellOptions& options) {
  TypedTable out;
  if (grid.rows() == 0) return out;
  const size_t header = options.headerRow > 0
                            ? std::min<size_t>(static_cast<size_t>(options.headerRow), grid.rows()) - 1
                        : options.headerRow < 0 ? std::string_view::npos
                                                : headerRowOf(grid);
  out.headerFound = header != std::string_view::npos;
  out.headerRow = out.headerFound ? header : 0;
  Header names;
  std::string unit;
  if (out.headerFound) {
    names = headerFrom(grid, header);
    tellTitles(grid, header, unit, out.report);
    if (names.rows > 1)
      out.report.add({"joined-header",
                      {},
                      fmt::format("The header stands in {} rows; their names were joined.", names.rows),
                      "",
                      true});
  }
  out.firstRow = out.headerFound ? header + names.rows : 0;
  out.headerRows = out.headerFound ? names.rows : 0;
  const std::vector<size_t> rows =
      dataRows(grid, out.headerRow + names.rows - 1, out.firstRow, out.headerFound, out.report);
  size_t width = names.names.size();
  for (size_t r = out.headerRow; r < grid.rows(); ++r) width = std::max(width, grid.width(r));
  names.names.resize(std::max(width, names.names.size()));
  Notes notes;
  size_t unitGiven = 0;
  std::set<std::string> taken;
  for (size_t c = 0; c < width; ++c) {
    std::string name = names.names[c];
    std::string called = name.empty() ? fmt::format("field_{}", c + 1) : name;
    for (int k = 2; taken.count(called); ++k)
      called = fmt::format("{}_{}", name.empty() ? fmt::format("field_{}", c + 1) : name, k);
    const Forced forced = forcedBy(options, called);
    Column column = forced == Forced::text     ? textColumn(grid, rows, c)
                    : forced == Forced::number ? numberColumn(grid, rows, c, name, readHeader(name), notes)
                    : forced == Forced::date   ? dateColumn(grid, rows, c, name, notes)
                                               : typedColumn(grid, rows, c, name, unit, unitGiven, notes);
    if (name.empty()) {
      const bool unused = !column.numeric() && std::none_of(column.present.begin(), column.present.end(),
                                                            [](uint8_t p) { return p != 0; });
      if (unused) continue;  // the empty columns that spreadsheets leave at the right
    }
    taken.insert(called);
    column.name = std::move(called);
    out.table.columns.push_back(std::move(column));
    out.columns.push_back(c);
  }
  out.table.rowCount = rows.size();
  out.rows = rows;
  notes.into(out.report);
  if (unitGiven > 0)
    out.report.add({"table-unit",
                    {},
                    fmt::format("The line above the table gives the unit {}; it is that of {} columns.", unit,
                                unitGiven),
                    "",
                    true});
  tellTotals(out.table, out.report);
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
      return {table.columns[i].name, table.columns[j].name, {}, false};
  }
  // "WGS84经度", "企业经度": any one pair of names that say which is which.
  const auto only = [&](std::string_view word, std::string_view other) {
    size_t found = plain.size(), n = 0;
    for (size_t i = 0; i < plain.size(); ++i)
      if (plain[i].find(word) != plain[i].npos && plain[i].find(other) == plain[i].npos) found = i, ++n;
    return n == 1 ? found : plain.size();
  };
  if (const size_t i = only("经度", "纬度"), j = only("纬度", "经度");
      i < plain.size() && j < plain.size() && usable(table.columns[i]) && usable(table.columns[j]))
    return {table.columns[i].name, table.columns[j].name, {}, false};
  // Both in one cell.
  for (size_t i = 0; i < plain.size(); ++i) {
    const Column& c = table.columns[i];
    if (c.type != ColumnType::text) continue;
    const bool named =
        contains(plain[i], {"坐标", "经纬", "纬经", "经度", "位置", "点位", "coord", "location", "lonlat",
                            "lnglat", "latlon", "latlng", "position", "gps", "point", "geom"});
    if (!named) continue;
    const bool latitudeFirst = contains(plain[i], {"纬经", "纬度经度", "latlon", "latlng", "纬度、经度"});
    size_t good = 0, given = 0;
    for (size_t r = 0; r < std::min<size_t>(c.rows(), 200); ++r)
      if (c.has(r) && !isMissingMark(c.texts[r]))
        ++given, good += lonLatFrom(c.texts[r], latitudeFirst).has_value();
    if (good > 0 && 2 * good >= given) return {{}, {}, c.name, latitudeFirst};
  }
  return {};
}

}  // namespace geo::detail
