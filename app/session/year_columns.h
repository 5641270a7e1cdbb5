// Tables that have a column for each year: 县区, 2021年GDP, 2022年GDP … Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "geo/table.h"

namespace session {

struct YearGroup {
  std::string name;  // of the columns without the year; empty: the year is all there is
  std::string unit;
  std::map<int, std::string> columns;  // by year
};
// Of columns of numbers: those that are two or more years of one thing. Two columns of one thing and year
// make none.
std::vector<YearGroup> yearGroups(const geo::Table& table);

// The columns that are years of `name`, which may end in a unit (GDP（亿元）) where others have another.
std::map<int, std::string> yearColumns(const std::vector<std::string>& columns, const std::string& name);
std::map<int, const geo::Column*> yearColumns(const geo::Table& table, const std::string& name);

}  // namespace session
