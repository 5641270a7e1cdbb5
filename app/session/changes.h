// What differs between two states of the same source, by key, in words. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/session/project.h"
#include "geo/layer.h"

namespace session {

// What the project knows of a source's columns. All may be empty.
struct ChangeWords {
  std::string key, term, year, name, value;  // columns; value: of a long table, whose name says nothing
  std::map<std::string, std::string> names;  // key → what people call it
  std::map<std::string, std::string> terms;  // of the column `term`, likewise: "people" → "人口"
};

struct Changes {
  size_t added = 0, removed = 0, changed = 0, moved = 0;  // rows; moved: of another shape
  size_t values = 0;                                      // cells that differ
  std::vector<std::string> columnsNew, columnsGone;
  std::vector<std::string> lines;  // a handful: "英德市 人口 2023：93.1 → 94"
  bool any() const {
    return added || removed || changed || moved || !columnsNew.empty() || !columnsGone.empty();
  }
};

constexpr size_t changeLines = 5;

Changes changesBetween(const geo::Layer& before, const geo::Layer& after, const ChangeWords& words,
                       scene::Language language);
std::string inWords(const Changes& changes, scene::Language language);

// For each row of `before`, the one of `after` that has its key (else its name); −1: gone. Where no column
// tells rows apart they stay in their places while their number does.
std::vector<long> rowsNow(const geo::Layer& before, const geo::Layer& after, const std::string& key,
                          const std::string& name);

}  // namespace session
