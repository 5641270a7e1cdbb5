// How the cells of a text table or a spreadsheet are read, over what is found out from them.
#pragma once

#include <compare>
#include <string>
#include <vector>

namespace geo {

struct CellOptions {
  std::string separator{};  // of a text table, one character: "," ";" "|" or a tab; empty: found out
  int headerRow = 0;        // of the names, from 1, blank lines not counted; 0: found out; -1: there is none
  // Columns that are of this type whatever their cells look like; cells that are not are missing then.
  std::vector<std::string> text{}, numbers{}, dates{};
  std::vector<std::string> missing{};  // marks of nothing, beside "—", "无数据" and the like
  auto operator<=>(const CellOptions&) const = default;
};

}  // namespace geo
