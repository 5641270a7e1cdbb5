#include "app/session/filter.h"

#include <charconv>
#include <numeric>
#include <optional>

#include "app/session/names.h"
#include "geo/database.h"

namespace session {

struct Filter::Node {
  enum class Kind { all, any, no, compare } kind = Kind::compare;
  std::vector<std::shared_ptr<const Node>> parts;
  std::string column, comparison;  // =, !=, <, <=, >, >=, in, not in
  std::vector<std::string> values;
};

namespace {

using Node = Filter::Node;
using NodePtr = std::shared_ptr<const Node>;

struct Token {
  enum class Kind { word, text, sign, end } kind = Kind::end;
  std::string text;
};

bool sameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 32) == (y | 32); });
}

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) { advance(); }

  geo::Result<NodePtr> parse() {
    auto node = any(0);
    if (node && now_.kind != Token::Kind::end) return wanted("\"and\", \"or\" or the end");
    return node;
  }

 private:
  geo::Result<NodePtr> any(int depth) { return chain(depth, "or", Node::Kind::any); }

  geo::Result<NodePtr> chain(int depth, std::string_view word, Node::Kind kind) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    for (;;) {
      auto part = kind == Node::Kind::any ? chain(depth, "and", Node::Kind::all) : one(depth);
      if (!part) return part;
      node->parts.push_back(std::move(*part));
      if (!isWord(word)) break;
      advance();
    }
    return node->parts.size() == 1 ? node->parts[0] : NodePtr(node);
  }

  geo::Result<NodePtr> one(int depth) {
    if (depth > 32) return geo::fail(fmt::format("The filter \"{}\" is nested too deep.", text_));
    if (isWord("not")) {
      advance();
      auto inner = one(depth + 1);
      if (!inner) return inner;
      auto node = std::make_shared<Node>();
      node->kind = Node::Kind::no;
      node->parts.push_back(std::move(*inner));
      return node;
    }
    if (!isSign("(")) return comparison();
    advance();
    auto inner = any(depth + 1);
    if (!inner) return inner;
    if (!isSign(")")) return wanted("\")\"");
    advance();
    return inner;
  }

  geo::Result<NodePtr> comparison() {
    auto node = std::make_shared<Node>();
    if (!isValue()) return wanted("the name of a column");
    node->column = take();
    if (isWord("not")) {
      advance();
      if (!isWord("in")) return wanted("\"in\"");
      node->comparison = "not ";
    }
    if (isWord("in")) {
      node->comparison += "in";
      advance();
      return list(node);
    }
    if (now_.kind != Token::Kind::sign || !isComparison(now_.text))
      return wanted("=, !=, <, <=, >, >= or \"in\"");
    node->comparison = take();
    if (!isValue()) return wanted("a value");
    node->values.push_back(take());
    return node;
  }

  geo::Result<NodePtr> list(const std::shared_ptr<Node>& node) {
    if (!isSign("(")) return wanted("\"(\"");
    do {
      advance();
      if (!isValue()) return wanted("a value");
      node->values.push_back(take());
    } while (isSign(","));
    if (!isSign(")")) return wanted("\",\" or \")\"");
    advance();
    return node;
  }

  static bool isComparison(std::string_view s) { return s != "(" && s != ")" && s != ","; }
  bool isValue() const { return now_.kind == Token::Kind::word || now_.kind == Token::Kind::text; }
  bool isWord(std::string_view w) const { return now_.kind == Token::Kind::word && sameWord(now_.text, w); }
  bool isSign(std::string_view s) const { return now_.kind == Token::Kind::sign && now_.text == s; }
  std::string take() {
    std::string text = std::move(now_.text);
    advance();
    return text;
  }
  tl::unexpected<geo::Error> wanted(std::string_view what) const {
    const std::string found =
        now_.kind == Token::Kind::end ? "it ends" : fmt::format("stands \"{}\"", now_.text);
    return geo::fail(fmt::format("The filter \"{}\" wants {} where {}.", text_, what, found),
                     "Example: role = core and level != town.");
  }

  void advance() {
    const auto space = [&](size_t i) {
      return text_[i] == ' ' || text_[i] == '\t' || text_[i] == '\n' || text_[i] == '\r';
    };
    while (at_ < text_.size() && space(at_)) ++at_;
    now_ = {};
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      const size_t end = std::min(text_.find(c, at_ + 1), text_.size());
      now_ = {Token::Kind::text, text_.substr(at_ + 1, end - at_ - 1)};
      at_ = std::min(end + 1, text_.size());
    } else if (std::string_view("(),=!<>").find(c) != std::string_view::npos) {
      const bool two = (c == '!' || c == '<' || c == '>') && at_ + 1 < text_.size() && text_[at_ + 1] == '=';
      now_ = {Token::Kind::sign, text_.substr(at_, two ? 2 : 1)};
      at_ += now_.text.size();
    } else {
      const size_t start = at_;
      while (at_ < text_.size() && !space(at_) &&
             std::string_view("(),=!<>\"'").find(text_[at_]) == std::string_view::npos)
        ++at_;
      now_ = {Token::Kind::word, text_.substr(start, at_ - start)};
    }
  }

  const std::string& text_;
  size_t at_ = 0;
  Token now_;
};

std::optional<double> numberOf(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Value {  // of the filter, read once
  std::string text;
  std::optional<double> number;
};

bool equal(const geo::Column& column, size_t row, const Value& value) {
  if (!column.has(row)) return false;
  if (value.number) {
    const double n = column.number(row);
    if (!std::isnan(n)) return n == *value.number;
  }
  return column.numeric() ? column.text(row) == value.text : trimmed(column.texts[row]) == value.text;
}

bool holds(const geo::Column& column, size_t row, const std::string& comparison,
           const std::vector<Value>& values) {
  if (comparison == "=") return equal(column, row, values[0]);
  if (comparison == "!=") return !equal(column, row, values[0]);
  const auto any = [&] {
    return std::any_of(values.begin(), values.end(), [&](const Value& v) { return equal(column, row, v); });
  };
  if (comparison == "in") return any();
  if (comparison == "not in") return !any();
  if (!column.has(row)) return false;
  const double n = column.number(row);
  int order = 0;
  if (values[0].number && !std::isnan(n)) order = n < *values[0].number ? -1 : n > *values[0].number;
  else order = column.text(row).compare(values[0].text);
  if (comparison == "<") return order < 0;
  if (comparison == "<=") return order <= 0;
  if (comparison == ">") return order > 0;
  return order >= 0;
}

geo::Result<const geo::Column*> columnOf(const Node& node, const geo::Table& table,
                                         const std::string& tableName) {
  if (const geo::Column* column = table.find(node.column)) return column;
  return geo::fail(fmt::format("{} has no column \"{}\", which the filter names.", tableName, node.column),
                   "Columns it does have: " + table.columnNames() + ".");
}

std::vector<Value> valuesOf(const Node& node) {
  std::vector<Value> values;
  for (const auto& v : node.values) values.push_back({trimmed(v), numberOf(trimmed(v))});
  return values;
}

geo::Result<std::vector<uint8_t>> mask(const Node& node, const geo::Table& table,
                                       const std::string& tableName) {
  std::vector<uint8_t> keep(table.rows(), node.kind != Node::Kind::any);
  if (node.kind == Node::Kind::compare) {
    const auto column = columnOf(node, table, tableName);
    if (!column) return tl::unexpected(column.error());
    const std::vector<Value> values = valuesOf(node);
    for (size_t row = 0; row < keep.size(); ++row) keep[row] = holds(**column, row, node.comparison, values);
    return keep;
  }
  for (const auto& part : node.parts) {
    const auto inner = mask(*part, table, tableName);
    if (!inner) return inner;
    for (size_t row = 0; row < keep.size(); ++row) {
      if (node.kind == Node::Kind::all) keep[row] &= (*inner)[row];
      if (node.kind == Node::Kind::any) keep[row] |= (*inner)[row];
      if (node.kind == Node::Kind::no) keep[row] = !(*inner)[row];
    }
  }
  return keep;
}

// A value that the server reads as a number, as numberOf() does.
constexpr const char* numeral = R"('^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$')";

std::string equalSql(const geo::Column& column, const Value& value) {
  const std::string name = geo::quotedName(column.name), text = geo::quotedText(value.text);
  const bool number = value.number && std::isfinite(*value.number);
  if (column.numeric())
    return number ? fmt::format("{} = {}", name, value.text) : fmt::format("{}::text = {}", name, text);
  if (!number) return fmt::format("btrim({}::text) = {}", name, text);
  return fmt::format(
      "CASE WHEN btrim({0}::text) ~ {1} THEN btrim({0}::text)::float8 = {2} ELSE btrim({0}::text) = {3} END",
      name, numeral, value.text, text);
}

std::string comparisonSql(const geo::Column& column, const std::string& comparison,
                          const std::vector<Value>& values) {
  if (comparison == "=") return equalSql(column, values[0]);
  if (comparison == "!=") return "(" + equalSql(column, values[0]) + ") IS NOT TRUE";
  if (comparison == "in" || comparison == "not in") {
    std::vector<std::string> any;
    for (const Value& v : values) any.push_back("(" + equalSql(column, v) + ")");
    const std::string list = "(" + joined(any, " OR ") + ")";
    return comparison == "in" ? list : list + " IS NOT TRUE";
  }
  const std::string name = geo::quotedName(column.name);
  const Value& v = values[0];
  const std::string asText =
      fmt::format("{}::text COLLATE \"C\" {} {}", name, comparison, geo::quotedText(v.text));
  if (!v.number || !std::isfinite(*v.number)) return asText;
  if (column.numeric()) return fmt::format("{} {} {}", name, comparison, v.text);
  return fmt::format("CASE WHEN btrim({0}::text) ~ {1} THEN btrim({0}::text)::float8 {2} {3} ELSE {4} END",
                     name, numeral, comparison, v.text, asText);
}

geo::Result<std::string> sqlOf(const Node& node, const geo::Table& table, const std::string& tableName) {
  if (node.kind == Node::Kind::compare) {
    const auto column = columnOf(node, table, tableName);
    if (!column) return tl::unexpected(column.error());
    const std::vector<Value> values = valuesOf(node);
    return comparisonSql(**column, node.comparison, values);
  }
  std::vector<std::string> parts;
  for (const auto& part : node.parts) {
    auto inner = sqlOf(*part, table, tableName);
    if (!inner) return inner;
    parts.push_back("(" + *inner + ")");
  }
  if (node.kind == Node::Kind::no) return parts[0] + " IS NOT TRUE";
  return joined(parts, node.kind == Node::Kind::all ? " AND " : " OR ");
}

}  // namespace

geo::Result<std::string> Filter::sql(const geo::Table& columns, const std::string& tableName) const {
  return root_ ? sqlOf(*root_, columns, tableName) : geo::Result<std::string>(std::string());
}

geo::Result<std::vector<uint32_t>> Filter::rows(const geo::Table& table, const std::string& tableName) const {
  std::vector<uint32_t> rows;
  if (!root_) {
    rows.resize(table.rows());
    std::iota(rows.begin(), rows.end(), 0u);
    return rows;
  }
  const auto keep = mask(*root_, table, tableName);
  if (!keep) return tl::unexpected(keep.error());
  for (size_t row = 0; row < keep->size(); ++row)
    if ((*keep)[row]) rows.push_back(static_cast<uint32_t>(row));
  return rows;
}

geo::Result<Filter> parseFilter(const std::string& text) {
  Filter filter;
  if (trimmed(text).empty()) return filter;
  auto root = Parser(text).parse();
  if (!root) return tl::unexpected(root.error());
  filter.root_ = std::move(*root);
  return filter;
}

}  // namespace session
