// "role = core and level != town", "adcode in (441802, 441803)", "year >= 2020": which rows of a table are
// meant. Values may stand in quotes. = and != compare numbers as numbers, else trimmed text; a missing value
// equals nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "geo/result.h"
#include "geo/table.h"

namespace session {

class Filter {
 public:
  struct Node;
  // Ascending. Fails when the table lacks a column, listing those it has.
  geo::Result<std::vector<uint32_t>> rows(const geo::Table& table, const std::string& tableName) const;
  // The same as an SQL expression for PostgreSQL; empty: every row. `columns` needs no rows.
  geo::Result<std::string> sql(const geo::Table& columns, const std::string& tableName) const;
  bool all() const { return !root_; }  // the empty filter: every row

 private:
  friend geo::Result<Filter> parseFilter(const std::string& text);
  std::shared_ptr<const Node> root_;
};

geo::Result<Filter> parseFilter(const std::string& text);

}  // namespace session
