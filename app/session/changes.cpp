#include "app/session/changes.h"

#include <fmt/ranges.h>

#include <unordered_map>

#include "app/session/i18n.h"
#include "app/session/names.h"

namespace session {
namespace {

using geo::Column;
using geo::Table;
using Columns = std::vector<const Column*>;

constexpr char apart = '\x1f';

std::string identity(const Columns& columns, size_t row) {
  std::string text;
  for (const Column* c : columns) text += c->text(row), text += apart;
  return text;
}

bool tellApart(const Columns& columns, size_t rows) {
  std::unordered_map<std::string, size_t> seen;
  seen.reserve(rows);
  for (size_t r = 0; r < rows; ++r)
    if (!seen.emplace(identity(columns, r), r).second) return false;
  return true;
}

// The columns that name a row in both: the key, then what stands beside it, until no two rows are alike.
std::vector<std::string> identityColumns(const Table& a, const Table& b, const ChangeWords& words) {
  std::vector<std::string> names;
  const auto both = [&](const std::string& name) { return !name.empty() && a.find(name) && b.find(name); };
  const auto enough = [&] {
    Columns ca, cb;
    for (const auto& n : names) ca.push_back(a.find(n)), cb.push_back(b.find(n));
    return tellApart(ca, a.rows()) && tellApart(cb, b.rows());
  };
  const auto take = [&](const std::string& name) {
    if (!both(name) || name == words.value || std::find(names.begin(), names.end(), name) != names.end())
      return false;
    names.push_back(name);
    return enough();
  };
  take(words.key), take(words.term);
  if (!names.empty() && enough()) return names;
  if (take(words.year)) return names;
  if (words.key.empty()) {
    for (const std::string& wish :
         {words.name, std::string("id"), std::string("code"), std::string("name")}) {
      names.clear();
      if (take(wish)) return names;
    }
    names.clear();
    for (const Column& c : a.columns) {  // any column that does
      names.clear();
      if (c.type != geo::ColumnType::real && take(c.name)) return names;
    }
    names.clear();
  }
  for (const Column& c : a.columns)
    if (c.type == geo::ColumnType::text && c.name != words.name && take(c.name)) return names;
  return {};
}

bool near(geo::Point a,
          geo::Point b) {  // one road to the world's metres may differ from another in the last bits
  const auto close = [](double u, double v) { return std::abs(u - v) <= 1e-9 * std::max(1.0, std::abs(u)); };
  return close(a.x, b.x) && close(a.y, b.y);
}

bool sameShape(const geo::Shapes& a, size_t ra, const geo::Shapes& b, size_t rb) {
  const size_t partsA = a.rowStart[ra + 1] - a.rowStart[ra], partsB = b.rowStart[rb + 1] - b.rowStart[rb];
  if (partsA != partsB) return false;
  for (size_t p = 0; p < partsA; ++p) {
    const auto u = a.part(a.rowStart[ra] + p), v = b.part(b.rowStart[rb] + p);
    if (!std::equal(u.begin(), u.end(), v.begin(), v.end(), near)) return false;
  }
  return true;
}

bool sameCell(const Column& a, size_t ra, const Column& b, size_t rb) {
  if (a.has(ra) != b.has(rb)) return false;
  if (!a.has(ra)) return true;
  if (a.numeric() && b.numeric()) return a.numbers[ra] == b.numbers[rb];
  return a.text(ra) == b.text(rb);
}

std::string cell(const Column& c, size_t row, scene::Language language) {
  if (!c.has(row)) return tr("缺", language);
  const std::string text = c.text(row);
  if (text.size() <= 60) return text;
  size_t end = 57;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string whole(const Table& t, size_t row) {
  std::string text;
  for (const Column& c : t.columns) text += c.text(row), text += apart;
  return text;
}

class Comparison {
 public:
  Comparison(const geo::Layer& before, const geo::Layer& after, const ChangeWords& words,
             scene::Language language)
      : before_(before), after_(after), words_(words), language_(language) {}

  Changes made() {
    for (const Column& c : after_.table.columns)
      if (!before_.table.find(c.name)) out_.columnsNew.push_back(c.name);
    for (const Column& c : before_.table.columns)
      if (!after_.table.find(c.name)) out_.columnsGone.push_back(c.name);
    names_ = identityColumns(before_.table, after_.table, words_);
    if (names_.empty()) withoutKeys();
    else byKeys();
    return out_;
  }

 private:
  void byKeys() {
    Columns a, b;
    for (const auto& n : names_) a.push_back(before_.table.find(n)), b.push_back(after_.table.find(n));
    std::unordered_map<std::string, size_t> was;
    was.reserve(before_.rows());
    for (size_t r = 0; r < before_.rows(); ++r) was.emplace(identity(a, r), r);
    std::vector<uint8_t> met(before_.rows());
    std::vector<size_t> added;
    for (size_t r = 0; r < after_.rows(); ++r) {
      const auto found = was.find(identity(b, r));
      if (found == was.end()) added.push_back(r);
      else met[found->second] = 1, compare(found->second, r);
    }
    for (const size_t r : added) ++out_.added, say("＋ ", after_, b, r);
    for (size_t r = 0; r < before_.rows(); ++r)
      if (!met[r]) ++out_.removed, say("− ", before_, a, r);
  }

  // Rows that nothing names: those that are there in one and not in the other.
  void withoutKeys() {
    std::unordered_map<std::string, long> count;
    for (size_t r = 0; r < before_.rows(); ++r) --count[whole(before_.table, r)];
    for (size_t r = 0; r < after_.rows(); ++r) ++count[whole(after_.table, r)];
    for (const auto& [row, n] : count)
      (n > 0 ? out_.added : out_.removed) += static_cast<size_t>(std::abs(n));
    if (before_.rows() != after_.rows()) return;
    for (size_t r = 0; r < after_.rows(); ++r) out_.moved += !sameShape(before_.shapes, r, after_.shapes, r);
  }

  void compare(size_t was, size_t is) {
    bool differs = false;
    for (const Column& c : after_.table.columns) {
      const Column* old = before_.table.find(c.name);
      if (!old || sameCell(*old, was, c, is)) continue;
      differs = true, ++out_.values;
      if (out_.lines.size() < changeLines)
        out_.lines.push_back(fmt::format(fmt::runtime(tr("{}：{} → {}", language_)),
                                         place(after_, is) + (c.name == words_.value ? "" : " " + c.name),
                                         cell(*old, was, language_), cell(c, is, language_)));
    }
    out_.changed += differs;
    out_.moved += !sameShape(before_.shapes, was, after_.shapes, is);
  }

  void say(const char* sign, const geo::Layer& layer, const Columns&, size_t row) {
    if (out_.lines.size() < changeLines) out_.lines.push_back(sign + place(layer, row));
  }

  // "英德市 人口 2023": what people call the row, then what else tells it from others.
  std::string place(const geo::Layer& layer, size_t row) const {
    const Table& t = layer.table;
    std::string text, year;
    const Column* name = t.find(words_.name);
    for (const auto& n : names_) {
      const std::string value = t.find(n)->text(row);
      if (n == words_.year) {
        year = value;
        continue;
      }
      std::string called = value;
      if (n == names_.front()) {
        if (name && name->has(row) && !name->text(row).empty()) called = name->text(row);
        else if (const auto found = words_.names.find(value); found != words_.names.end())
          called = found->second;
      } else if (const auto found = words_.terms.find(value);
                 n == words_.term && found != words_.terms.end()) {
        called = found->second;
      }
      if (!called.empty()) text += (text.empty() ? "" : " ") + called;
    }
    return year.empty() ? text : text + " " + year;
  }

  const geo::Layer &before_, &after_;
  const ChangeWords& words_;
  const scene::Language language_;
  std::vector<std::string> names_;
  Changes out_;
};

}  // namespace

Changes changesBetween(const geo::Layer& before, const geo::Layer& after, const ChangeWords& words,
                       scene::Language language) {
  return Comparison(before, after, words, language).made();
}

std::string inWords(const Changes& c, scene::Language l) {
  std::vector<std::string> parts;
  const auto count = [&](const char* text, size_t n) {
    if (n) parts.push_back(fmt::format(fmt::runtime(tr(text, n, l)), n));
  };
  count("改 {} 行", c.changed), count("增 {} 行", c.added), count("删 {} 行", c.removed),
      count("{} 行形状改变", c.moved);
  const auto list = [&](const char* text, const std::vector<std::string>& names) {
    if (!names.empty()) parts.push_back(fmt::format(fmt::runtime(tr(text, l)), joined(names)));
  };
  list("新列 {}", c.columnsNew), list("少列 {}", c.columnsGone);
  const char* between = tr("，", l);
  std::string text = joined(parts, between);
  const size_t all = c.values + c.added + c.removed;
  for (size_t i = 0; i < c.lines.size(); ++i) text += (i ? tr("；", l) : tr("。", l)) + c.lines[i];
  if (!c.lines.empty() && all > c.lines.size())
    text += tr("；", l) + fmt::format(fmt::runtime(tr("等 {} 处", all, l)), all);
  return text;
}

std::vector<long> rowsNow(const geo::Layer& before, const geo::Layer& after, const std::string& key,
                          const std::string& name) {
  std::vector<long> rows(before.rows(), -1);
  for (const std::string& column : {key, name}) {
    const Column *a = before.table.find(column), *b = after.table.find(column);
    if (column.empty() || !a || !b || !tellApart({a}, before.rows()) || !tellApart({b}, after.rows()))
      continue;
    std::unordered_map<std::string, long> now;
    now.reserve(after.rows());
    for (size_t r = 0; r < after.rows(); ++r) now.emplace(b->text(r), static_cast<long>(r));
    for (size_t r = 0; r < before.rows(); ++r)
      if (const auto found = now.find(a->text(r)); found != now.end()) rows[r] = found->second;
    return rows;
  }
  if (before.rows() == after.rows())
    for (size_t r = 0; r < rows.size(); ++r) rows[r] = static_cast<long>(r);
  return rows;
}

}  // namespace session
